//! How wide a text will be in the face of administrative documents, reckoned without a font.
//!
//! Advance widths of Times New Roman, which Tinos and Liberation Serif share. Kerning is left out: it takes away far more
//! often than it adds, so that a text is as wide as told here or a little narrower.

use std::sync::LazyLock;

use icu_normalizer::properties::{CanonicalDecompositionBorrowed, Decomposed};

/// Units of the table in one em.
const EM: f64 = 2048.0;

/// A cut of the face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Upright.
    Regular,
    /// Upright and bold.
    Bold,
    /// Italic.
    Italic,
}

/// Advance width of a text in em: times the size in points it is a length in points.
pub fn width(text: &str, face: Face) -> f64 {
    let row = &ASCII[face as usize];
    let units: u32 = text.chars().map(|c| u32::from(advance(c, face, row))).sum();
    f64::from(units) / EM
}

fn advance(c: char, face: Face, row: &[u16; 95]) -> u16 {
    if let Some(units) = ascii(c, row) {
        return units;
    }
    match c {
        '\u{a0}' => 512,
        '\u{202f}' => 410,
        '\u{200b}' | '\u{2028}' => 0,
        '–' | '«' | '»' => 1024,
        '“' | '”' => [909, 1024, 1139][face as usize],
        '‘' | '’' => 682,
        'đ' => ascii('d', row).unwrap_or(WIDEST),
        'Đ' => 1479,
        _ => match ACCENTED.get((c as usize).wrapping_sub(FIRST_ACCENTED)) {
            Some(cuts) => cuts[face as usize],
            None => WIDEST,
        },
    }
}

/// Where letters with marks begin, and where the last of Vietnamese stands.
const FIRST_ACCENTED: usize = 0xc0;
const LAST_ACCENTED: u32 = 0x1ef9;

/// Widths of letters with marks by cut, reckoned once: a list has a hundred thousand of them.
static ACCENTED: LazyLock<Vec<[u16; 3]>> = LazyLock::new(|| {
    (0xc0..=LAST_ACCENTED)
        .map(|code| match char::from_u32(code) {
            Some(c) => [Face::Regular, Face::Bold, Face::Italic].map(|face| accented(c, face, &ASCII[face as usize])),
            None => [WIDEST; 3],
        })
        .collect()
});

fn ascii(c: char, row: &[u16; 95]) -> Option<u16> {
    let index = u32::from(c).checked_sub(u32::from(' '))?;
    row.get(usize::try_from(index).ok()?).copied()
}

/// A letter with marks is as wide as without; only the horn adds to it.
fn accented(c: char, face: Face, row: &[u16; 95]) -> u16 {
    let decomposition = CanonicalDecompositionBorrowed::new();
    let mut base = c;
    while let Decomposed::Expansion(first, mark) = decomposition.decompose(base) {
        base = first;
        if mark == '\u{31b}' {
            let horn = HORNS.iter().find(|(letter, _)| *letter == base).map_or(0, |(_, units)| units[face as usize]);
            return ascii(base, row).map_or(WIDEST, |units| units + horn);
        }
    }
    ascii(base, row).unwrap_or(WIDEST)
}

/// What no table holds counts as wide as any letter is.
const WIDEST: u16 = 2048;

/// What a horn adds, by cut.
const HORNS: [(char, [u16; 3]); 4] =
    [('o', [59, 110, 69]), ('O', [0, 0, 0]), ('u', [86, 90, 93]), ('U', [110, 151, 65])];

/// From space to tilde, by cut.
const ASCII: [[u16; 95]; 3] = [
    // Regular
    [
        512, 682, 836, 1024, 1024, 1706, 1593, 369, 682, 682, 1024, 1155, 512, 682, 512, 569, 1024, 1024, 1024, 1024,
        1024, 1024, 1024, 1024, 1024, 1024, 569, 569, 1155, 1155, 1155, 909, 1886, 1479, 1366, 1366, 1479, 1251, 1139,
        1479, 1479, 682, 797, 1479, 1251, 1821, 1479, 1479, 1139, 1479, 1366, 1139, 1251, 1479, 1479, 1933, 1479, 1479,
        1251, 682, 569, 682, 961, 1024, 682, 909, 1024, 909, 1024, 909, 682, 1024, 1024, 569, 569, 1024, 569, 1593,
        1024, 1024, 1024, 1024, 682, 797, 569, 1024, 1024, 1479, 1024, 1024, 909, 983, 410, 983, 1108,
    ],
    // Bold
    [
        512, 682, 1137, 1024, 1024, 2048, 1706, 569, 682, 682, 1024, 1167, 512, 682, 512, 569, 1024, 1024, 1024, 1024,
        1024, 1024, 1024, 1024, 1024, 1024, 682, 682, 1167, 1167, 1167, 1024, 1905, 1479, 1366, 1479, 1479, 1366, 1251,
        1593, 1593, 797, 1024, 1593, 1366, 1933, 1479, 1593, 1251, 1593, 1479, 1139, 1366, 1479, 1479, 2048, 1479,
        1479, 1366, 682, 569, 682, 1190, 1024, 682, 1024, 1139, 909, 1139, 909, 682, 1024, 1139, 569, 682, 1139, 569,
        1706, 1139, 1024, 1139, 1139, 909, 797, 682, 1139, 1024, 1479, 1024, 1024, 909, 807, 451, 807, 1065,
    ],
    // Italic
    [
        512, 682, 860, 1024, 1024, 1706, 1593, 438, 682, 682, 1024, 1382, 512, 682, 512, 569, 1024, 1024, 1024, 1024,
        1024, 1024, 1024, 1024, 1024, 1024, 682, 682, 1382, 1382, 1382, 1024, 1884, 1251, 1251, 1366, 1479, 1251, 1251,
        1479, 1479, 682, 909, 1366, 1139, 1706, 1366, 1479, 1251, 1479, 1251, 1024, 1139, 1479, 1251, 1706, 1251, 1139,
        1139, 797, 569, 797, 864, 1024, 682, 1024, 1024, 909, 1024, 909, 569, 1024, 1024, 569, 569, 909, 569, 1479,
        1024, 1024, 1024, 1024, 797, 797, 569, 1024, 909, 1366, 909, 909, 797, 819, 563, 819, 1108,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_face() {
        for (text, face, units) in [
            ("A", Face::Regular, 1479.0),
            ("Ẵ", Face::Regular, 1479.0),
            ("ở", Face::Regular, 1083.0),
            ("Ử", Face::Bold, 1630.0),
            ("ự", Face::Italic, 1117.0),
            ("Ợ", Face::Bold, 1593.0),
            ("đĐ", Face::Bold, 2618.0),
            ("Số: 05/QĐ-UBND", Face::Regular, 15304.0),
            ("\u{a0}“”", Face::Italic, 2790.0),
            ("中", Face::Regular, 2048.0),
            ("", Face::Regular, 0.0),
        ] {
            assert!((width(text, face) - units / EM).abs() < 1e-9, "{text}: {}", width(text, face) * EM);
        }
    }
}
