//! The code as a drawing: one path of filled rectangles, modules as units.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// Modules of white around a code (ISO/IEC 18004, 9.1).
const QUIET: usize = 4;

/// Largest version that may be drawn: 77 modules.
const LARGEST: u8 = 15;

/// Up to this version level M is taken: 61 modules, 0.4 mm each in a box of 28 mm. Above it level L keeps them as large as
/// can be, since a scan loses small modules before it loses a corner.
const ROOMY: u8 = 11;

/// A drawn code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// Modules of one edge, the quiet zone included.
    pub modules: usize,
    /// Version, 1 to 40.
    pub version: u8,
    /// Error correction: `M` or `L`.
    pub level: char,
    /// The code as SVG, one unit a module, without ground; the quiet zone is left empty.
    pub svg: String,
}

/// The text does not fit any code that may be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// Draws an address (empty for none) and the digits after it.
pub fn draw(address: &str, digits: &str) -> Result<Drawing, TooLarge> {
    let mut segments = Vec::new();
    if !address.is_empty() {
        segments.push(QrSegment::make_bytes(address.as_bytes()));
    }
    segments.push(QrSegment::make_numeric(digits));
    let make = |level, largest| {
        QrCode::encode_segments_advanced(&segments, level, Version::MIN, Version::new(largest), None, true)
    };
    let code = make(QrCodeEcc::Medium, ROOMY).or_else(|_| make(QrCodeEcc::Low, LARGEST)).map_err(|_| TooLarge)?;
    let level = match code.error_correction_level() {
        QrCodeEcc::Low => 'L',
        QrCodeEcc::Medium => 'M',
        QrCodeEcc::Quartile => 'Q',
        QrCodeEcc::High => 'H',
    };
    let size = usize::try_from(code.size()).map_err(|_| TooLarge)?;
    let modules = size + 2 * QUIET;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {modules} {modules}\" width=\"{modules}\" \
         height=\"{modules}\"><path d=\"{}\"/></svg>",
        path(&code)
    );
    Ok(Drawing { modules, version: code.version().value(), level, svg })
}

/// Runs of dark modules, each as tall as the same run repeats below it: few rectangles, none over another.
fn path(code: &QrCode) -> String {
    let size = code.size();
    let mut path = String::new();
    // Open rectangles: left, right, top.
    let mut open: Vec<(i32, i32, i32)> = Vec::new();
    for y in 0..=size {
        let runs = if y < size { runs(code, y) } else { Vec::new() };
        let (stay, end): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(left, right, _)| runs.contains(&(*left, *right)));
        let offset = i32::try_from(QUIET).unwrap_or_default();
        for (left, right, top) in end {
            let (x, y0, width, height) = (left + offset, top + offset, right - left, y - top);
            path.push_str(&format!("M{x} {y0}h{width}v{height}h-{width}z"));
        }
        open = stay;
        for (left, right) in runs {
            if !open.iter().any(|(known, end, _)| (*known, *end) == (left, right)) {
                open.push((left, right, y));
            }
        }
    }
    path
}

/// Left and right end of each run of dark modules in a row.
fn runs(code: &QrCode, y: i32) -> Vec<(i32, i32)> {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
        match runs.last_mut() {
            Some((_, right)) if *right == x => *right = x + 1,
            _ => runs.push((x, x + 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::super::keys::tests::key;
    use super::super::payload::tests::sample;
    use super::*;

    /// Paints the path's rectangles; a module painted twice is a fault.
    fn painted(drawing: &Drawing) -> Vec<Vec<bool>> {
        let mut field = vec![vec![false; drawing.modules]; drawing.modules];
        let path = drawing.svg.split("d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a path");
        for rectangle in path.split('M').filter(|one| !one.is_empty()) {
            let numbers: Vec<usize> = rectangle
                .split(|c: char| !c.is_ascii_digit())
                .filter(|one| !one.is_empty())
                .map(|one| one.parse().expect("a number"))
                .collect();
            let [x, y, width, height, _] = numbers[..] else { panic!("{rectangle}") };
            for row in &mut field[y..y + height] {
                for module in &mut row[x..x + width] {
                    assert!(!*module, "painted twice");
                    *module = true;
                }
            }
        }
        field
    }

    #[test]
    fn the_drawing_is_read_back() {
        let digits = sample().sign(&key(1)).expect("fits").digits();
        for address in ["", "https://vinhdanh.phuyen.example/k#"] {
            let drawing = draw(address, &digits).expect("fits");
            let field = painted(&drawing);
            let side = drawing.modules * 4;
            let mut image =
                rqrr::PreparedImage::prepare_from_greyscale(
                    side,
                    side,
                    |x, y| if field[y / 4][x / 4] { 0 } else { 255 },
                );
            let (_, text) = image.detect_grids()[0].decode().expect("readable");
            assert_eq!(text, format!("{address}{digits}"));
            assert!(drawing.level == 'M' && drawing.version <= 11, "{} {}", drawing.version, drawing.level);
        }
    }

    #[test]
    fn long_names_take_level_l_and_too_long_ones_are_refused() {
        let drawing = draw("https://vinhdanh.phuyen.example/k#", &"7".repeat(700)).expect("fits");
        assert_eq!((drawing.level, drawing.version), ('L', 12));
        assert_eq!(draw("", &"7".repeat(1300)), Err(TooLarge));
    }
}
