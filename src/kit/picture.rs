//! Pictures of pages, compared pixel by pixel: what no other check sees (art, overlaps, a lost glyph).

use crate::diagnostic::Failure;

/// Small enough to be kept, large enough to show a moved line; pixels per inch.
pub const PPI: f32 = 44.0;

/// A pixel counts as changed above this difference of one channel: rounding differs between processors.
const TOLERANCE: u8 = 24;

/// Changed pixels in a thousand up to which a page is the same page.
const ALLOWED_PER_MILLE: usize = 2;

/// An opaque picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Red, green, blue of each pixel, row by row.
    pub rgb: Vec<u8>,
}

/// How one picture differs from another.
pub struct Difference {
    /// Pixels that changed.
    pub changed: usize,
    /// Pixels in all.
    pub pixels: usize,
    /// Whether it is another page.
    pub other: bool,
    /// The changed pixels in red over the pale page.
    pub shown: Picture,
}

/// Opens an RGB PNG.
pub fn decode(bytes: &[u8]) -> Result<Picture, Failure> {
    let wrong = |error: png::DecodingError| Failure::internal(format_args!("reference picture: {error}"));
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().map_err(wrong)?;
    let mut rgb = vec![0; reader.output_buffer_size().unwrap_or_default()];
    let info = reader.next_frame(&mut rgb).map_err(wrong)?;
    if info.color_type != png::ColorType::Rgb || info.bit_depth != png::BitDepth::Eight {
        return Err(Failure::internal("reference picture: not RGB of 8 bits"));
    }
    rgb.truncate(info.buffer_size());
    Ok(Picture { width: info.width, height: info.height, rgb })
}

/// Writes a PNG, as small as it gets: it is kept.
pub fn encode(picture: &Picture) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().map_err(Failure::internal)?;
    writer.write_image_data(&picture.rgb).map_err(Failure::internal)?;
    writer.finish().map_err(Failure::internal)?;
    Ok(bytes)
}

/// Holds a page against its reference.
pub fn compare(was: &Picture, is: &Picture) -> Difference {
    let mut changed = 0;
    let mut rgb = Vec::with_capacity(is.rgb.len());
    for (old, new) in was.rgb.chunks(3).zip(is.rgb.chunks(3)) {
        if old.iter().zip(new).any(|(a, b)| a.abs_diff(*b) > TOLERANCE) {
            changed += 1;
            rgb.extend([220, 0, 0]);
        } else {
            rgb.extend(new.iter().map(|channel| 200 + channel / 5));
        }
    }
    rgb.resize(is.rgb.len(), 200);
    let pixels = is.rgb.len() / 3;
    let sizes_differ = (was.width, was.height) != (is.width, is.height);
    let other = sizes_differ || changed * 1000 > pixels * ALLOWED_PER_MILLE;
    Difference { changed, pixels, other, shown: Picture { width: is.width, height: is.height, rgb } }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A white page with a line of text, seen from afar.
    fn page(line_at: usize) -> Picture {
        let (width, height) = (100, 140);
        let mut rgb = vec![255; width * height * 3];
        for x in 10..90 {
            let at = (line_at * width + x) * 3;
            rgb[at..at + 3].fill(if x % 3 == 0 { 255 } else { 30 });
        }
        Picture { width: width as u32, height: height as u32, rgb }
    }

    #[test]
    fn a_moved_line_is_another_page_and_rounding_is_not() {
        assert!(compare(&page(20), &page(22)).other);
        let mut rounded = page(20);
        rounded.rgb.iter_mut().for_each(|channel| *channel = channel.saturating_sub(TOLERANCE));
        let same = compare(&page(20), &rounded);
        assert!(!same.other && same.changed == 0);
        let mut small = page(20);
        small.height -= 1;
        small.rgb.truncate(small.rgb.len() - 300);
        assert!(compare(&page(20), &small).other);
    }

    #[test]
    fn a_picture_survives_its_file() {
        let picture = page(20);
        assert_eq!(decode(&encode(&picture).expect("a PNG")).expect("the same"), picture);
        assert!(decode(b"GIF89a").is_err());
    }
}
