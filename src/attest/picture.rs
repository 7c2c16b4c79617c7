//! Codes in a picture: a scan or a photograph as PNG.

use crate::diagnostic::{Code, Failure};

/// Most pixels of a picture: A3 at 300 dpi.
const MAX_PIXELS: u64 = 18_000_000;

/// Memory the PNG decoder may take.
const MAX_DECODED: usize = 160 << 20;

/// Most codes looked at in one picture.
const MAX_CODES: usize = 16;

/// Parts the longer edge of a picture is cut into: a part holds a third of a page, a code on it a tenth.
const PARTS: usize = 3;

/// The texts of all QR codes in a PNG; those that cannot be decoded are left out.
///
/// Where nothing is found in the whole, overlapping parts are looked at, as they are and enlarged: the frame of a
/// certificate is full of what looks like the corner of a code, and a scan of 150 dpi has two pixels a module.
pub fn read_png(bytes: &[u8]) -> Result<Vec<String>, Failure> {
    let picture = decode(bytes).map_err(|error| unreadable(&error))?;
    let whole = picture.texts();
    if !whole.is_empty() {
        return Ok(whole);
    }
    for scale in [1, 2] {
        let mut found: Vec<String> = Vec::new();
        for part in picture.parts() {
            for text in part.enlarged(scale).texts() {
                if !found.contains(&text) && found.len() < MAX_CODES {
                    found.push(text);
                }
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// A picture in grey.
struct Picture {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

impl Picture {
    /// White beyond the edges.
    fn at(&self, x: usize, y: usize) -> u8 {
        let inside = x < self.width && y < self.height;
        if inside { self.grey.get(y * self.width + x).copied().unwrap_or(255) } else { 255 }
    }

    fn drawn(width: usize, height: usize, at: impl Fn(usize, usize) -> u8) -> Self {
        let at = &at;
        let grey = (0..height).flat_map(|y| (0..width).map(move |x| at(x, y))).collect();
        Self { width, height, grey }
    }

    fn texts(&self) -> Vec<String> {
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(self.width, self.height, |x, y| self.at(x, y));
        let grids = image.detect_grids();
        grids.iter().take(MAX_CODES).filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
    }

    /// Squares of a third of the longer edge, each half over the next: whatever is half as wide lies whole in one.
    fn parts(&self) -> impl Iterator<Item = Self> {
        let edge = (self.width.max(self.height) / PARTS).max(64);
        let starts =
            move |length: usize| (0..length).step_by(edge / 2).take_while(move |at| *at == 0 || at + edge / 2 < length);
        let corners = starts(self.height).flat_map(move |top| starts(self.width).map(move |left| (left, top)));
        corners.map(move |(left, top)| {
            let (width, height) = (edge.min(self.width - left), edge.min(self.height - top));
            Self::drawn(width, height, |x, y| self.at(left + x, top + y))
        })
    }

    /// So many pixels for each one, shaded between its neighbours.
    fn enlarged(self, scale: usize) -> Self {
        if scale <= 1 {
            return self;
        }
        let shade = |x: usize, y: usize| {
            let (left, top, right, down) = (x / scale, y / scale, x % scale, y % scale);
            let (next, below) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
            let row = |y| usize::from(self.at(left, y)) * (scale - right) + usize::from(self.at(next, y)) * right;
            u8::try_from((row(top) * (scale - down) + row(below) * down) / (scale * scale)).unwrap_or(255)
        };
        Self::drawn(self.width * scale, self.height * scale, shade)
    }
}

/// Brightness; transparent is white.
fn decode(bytes: &[u8]) -> Result<Picture, String> {
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(bytes), png::Limits { bytes: MAX_DECODED });
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let header = decoder.read_header_info().map_err(|error| error.to_string())?;
    if u64::from(header.width) * u64::from(header.height) > MAX_PIXELS {
        return Err(format!("{} × {} pixels are too many", header.width, header.height));
    }
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let size = reader.output_buffer_size().ok_or("too large")?;
    let mut buffer = vec![0; size];
    let frame = reader.next_frame(&mut buffer).map_err(|error| error.to_string())?;
    let channels = frame.color_type.samples();
    let pixels = buffer.get(..frame.buffer_size()).unwrap_or_default().chunks_exact(channels);
    let grey = pixels
        .map(|pixel| {
            let (colour, alpha) = pixel.split_at(channels - 1);
            let alpha = u32::from(alpha.first().copied().unwrap_or(255));
            let bright = match colour {
                [red, green, blue] => (u32::from(*red) * 77 + u32::from(*green) * 150 + u32::from(*blue) * 29) >> 8,
                [grey] => u32::from(*grey),
                _ => 255,
            };
            u8::try_from((bright * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
        })
        .collect();
    let side = |length: u32| usize::try_from(length).map_err(|_| "too large".to_owned());
    Ok(Picture { width: side(frame.width)?, height: side(frame.height)?, grey })
}

fn unreadable(why: &str) -> Failure {
    Failure::one(Code::BadRequest, format!("không đọc được ảnh PNG: {why}"), format!("the PNG cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(side: u32, colour: png::ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, side, side);
        encoder.set_color(colour);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(pixels).expect("pixels");
        drop(writer);
        bytes
    }

    fn picture(text: &str) -> (u32, Vec<bool>) {
        let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Low).expect("a code");
        let side = (code.size() + 8) * 4;
        let dark = |i: i32| code.get_module(i % side / 4 - 4, i / side / 4 - 4);
        (u32::try_from(side).expect("small"), (0..side * side).map(dark).collect())
    }

    #[test]
    fn codes_are_read_in_grey_in_colour_and_on_nothing() {
        let (side, dark) = picture("123456");
        let grey: Vec<u8> = dark.iter().map(|dark| if *dark { 0 } else { 255 }).collect();
        assert_eq!(read_png(&png(side, png::ColorType::Grayscale, &grey)).expect("a PNG"), ["123456"]);
        let colour: Vec<u8> = dark.iter().flat_map(|dark| if *dark { [90, 0, 0] } else { [255, 253, 244] }).collect();
        assert_eq!(read_png(&png(side, png::ColorType::Rgb, &colour)).expect("a PNG"), ["123456"]);
        let clear: Vec<u8> = dark.iter().flat_map(|dark| [0, 0, 0, if *dark { 255 } else { 0 }]).collect();
        assert_eq!(read_png(&png(side, png::ColorType::Rgba, &clear)).expect("a PNG"), ["123456"]);
    }

    #[test]
    fn other_files_are_refused_and_empty_pictures_hold_nothing() {
        assert!(read_png(b"%PDF-1.7").is_err());
        assert!(read_png(&png(40, png::ColorType::Grayscale, &[255; 1600])).expect("a PNG").is_empty());
    }
}
