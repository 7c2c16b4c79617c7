//! The code tables, and a text read by them letter by letter.

use std::iter::Peekable;
use std::str::CharIndices;

use super::syllable::{VOWELS, fold, lower, upper};
use super::{Encoding, is_symbol};

/// One letter of the decoded text and the characters it stood as.
pub(super) struct Piece {
    /// Byte offset in the source.
    pub(super) at: usize,
    pub(super) letter: char,
    pub(super) signs: Signs,
}

pub(super) enum Signs {
    /// Not of the table: ASCII, punctuation, other letters.
    Untouched,
    One(char),
    Two(char, char),
}

impl Piece {
    pub(super) fn is_of_word(&self) -> bool {
        match self.signs {
            Signs::Untouched => self.letter.is_alphabetic() && !is_symbol(self.letter),
            Signs::One(_) | Signs::Two(..) => true,
        }
    }
}

pub(super) struct Pieces<'a> {
    chars: Peekable<CharIndices<'a>>,
    encoding: Encoding,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(text: &'a str, encoding: Encoding) -> Self {
        Self { chars: text.char_indices().peekable(), encoding }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let (at, first) = self.chars.next()?;
        let second = self.chars.peek().map(|&(_, c)| c).filter(|c| !c.is_ascii());
        if let Some(second) = second {
            let pair = match self.encoding {
                Encoding::Tcvn3 => tcvn3_pair(first, second),
                Encoding::Vni => vni_pair(first, second),
            };
            if let Some(letter) = pair {
                self.chars.next();
                return Some(Piece { at, letter, signs: Signs::Two(first, second) });
            }
        }
        let single = match self.encoding {
            Encoding::Tcvn3 => tcvn3_single(first),
            Encoding::Vni => vni_single(first),
        };
        Some(match single {
            Some(letter) => Piece { at, letter, signs: Signs::One(first) },
            None => Piece { at, letter: first, signs: Signs::Untouched },
        })
    }
}

/// The TCVN3 codes of [`VOWELS`].
pub(super) const TCVN3: [[u8; 6]; 12] = [
    [0x61, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9],
    [0xa8, 0xbb, 0xbc, 0xbd, 0xbe, 0xc6],
    [0xa9, 0xc7, 0xc8, 0xc9, 0xca, 0xcb],
    [0x65, 0xcc, 0xce, 0xcf, 0xd0, 0xd1],
    [0xaa, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6],
    [0x69, 0xd7, 0xd8, 0xdc, 0xdd, 0xde],
    [0x6f, 0xdf, 0xe1, 0xe2, 0xe3, 0xe4],
    [0xab, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9],
    [0xac, 0xea, 0xeb, 0xec, 0xed, 0xee],
    [0x75, 0xef, 0xf1, 0xf2, 0xf3, 0xf4],
    [0xad, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9],
    [0x79, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe],
];

/// The seven capitals with a TCVN3 code, and `đ`.
pub(super) const TCVN3_OTHERS: [(u8, char); 8] =
    [(0xa1, 'Ă'), (0xa2, 'Â'), (0xa3, 'Ê'), (0xa4, 'Ô'), (0xa5, 'Ơ'), (0xa6, 'Ư'), (0xa7, 'Đ'), (0xae, 'đ')];

/// TCVN3 by code point; NUL where nothing is defined and for ASCII, which stays.
pub(super) const TCVN3_BY_CODE: [char; 256] = {
    let mut table = ['\0'; 256];
    let mut row = 0;
    while row < VOWELS.len() {
        let mut tone = 0;
        while tone < 6 {
            if TCVN3[row][tone] >= 0x80 {
                table[TCVN3[row][tone] as usize] = VOWELS[row][tone];
            }
            tone += 1;
        }
        row += 1;
    }
    let mut index = 0;
    while index < TCVN3_OTHERS.len() {
        table[TCVN3_OTHERS[index].0 as usize] = TCVN3_OTHERS[index].1;
        index += 1;
    }
    table
};

pub(super) fn tcvn3_single(sign: char) -> Option<char> {
    let letter = *TCVN3_BY_CODE.get(usize::try_from(u32::from(sign)).ok()?)?;
    (letter != '\0').then_some(letter)
}

/// The web converters' capitals: base capital, then the code of the small toned letter.
pub(super) fn tcvn3_pair(base: char, toned: char) -> Option<char> {
    let base = if base.is_ascii() { base } else { tcvn3_single(base)? };
    if !base.is_uppercase() {
        return None;
    }
    let letter = tcvn3_single(toned)?;
    let (bare, tone) = fold(letter)?;
    (tone > 0 && letter.is_lowercase() && bare == lower(base)).then(|| upper(letter))
}

/// The VNI marks of a letter without circumflex or breve, by tone; NUL stands for no mark.
pub(super) const TONES: [char; 6] = ['\0', 'ø', 'û', 'õ', 'ù', 'ï'];
/// With circumflex.
pub(super) const CIRCUMFLEX: [char; 6] = ['â', 'à', 'å', 'ã', 'á', 'ä'];
/// With breve.
pub(super) const BREVE: [char; 6] = ['ê', 'è', 'ú', 'ü', 'é', 'ë'];
/// `ỵ` is the single character `î`.
pub(super) const TONES_OF_Y: [char; 6] = ['\0', 'ø', 'û', 'õ', 'ù', '\0'];

/// VNI in two characters: base letter, its marks, the row of [`VOWELS`] they give.
pub(super) const VNI_PAIRS: [(char, [char; 6], usize); 10] = [
    ('a', TONES, 0),
    ('a', BREVE, 1),
    ('a', CIRCUMFLEX, 2),
    ('e', TONES, 3),
    ('e', CIRCUMFLEX, 4),
    ('o', TONES, 6),
    ('o', CIRCUMFLEX, 7),
    ('ô', TONES, 8),
    ('u', TONES, 9),
    ('ö', TONES, 10),
];

pub(super) fn vni_pair(base: char, mark: char) -> Option<char> {
    let (bare, mark) = (lower(base), lower(mark));
    let find = |marks: [char; 6], row: usize| marks.iter().position(|&m| m == mark).map(|tone| VOWELS[row][tone]);
    let letter = if bare == 'y' {
        find(TONES_OF_Y, 11)
    } else {
        VNI_PAIRS.iter().filter(|pair| pair.0 == bare).find_map(|&(_, marks, row)| find(marks, row))
    }?;
    Some(if base.is_uppercase() { upper(letter) } else { letter })
}

pub(super) fn vni_single(sign: char) -> Option<char> {
    let letter = match lower(sign) {
        'ô' => 'ơ',
        'ö' => 'ư',
        'ñ' => 'đ',
        'í' => 'í',
        'ì' => 'ì',
        'æ' => 'ỉ',
        'ó' => 'ĩ',
        'ò' => 'ị',
        'î' => 'ỵ',
        _ => return None,
    };
    Some(if sign.is_uppercase() { upper(letter) } else { letter })
}
