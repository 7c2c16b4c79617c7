//! A picture of a signature or a seal, read from PNG and packed once for all files it goes into.

use std::fmt;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use png::{ColorType, Decoder, Limits, Transformations};

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pdf::syntax;
use crate::pdf::update::Update;

/// Largest file taken, bytes.
const MOST_BYTES: usize = 4 << 20;
/// Most pixels taken: a seal of 42 mm at 1200 dpi.
const MOST_PIXELS: u64 = 4_000_000;

/// A PNG with transparency, encoded once for every file it goes into.
pub struct Picture {
    width: u32,
    height: u32,
    /// Red, green and blue of each pixel, packed.
    colour: Vec<u8>,
    /// How far each pixel covers what is below, packed; none where all do wholly.
    cover: Option<Vec<u8>>,
}

/// A picture of somebody's hand does not belong in a log.
impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}

impl Picture {
    /// Reads a PNG of any kind: grey or coloured, with a palette or without, with alpha or without; of 16 bits for a
    /// colour the upper 8 are kept. At most 4 MiB and 4 million pixels.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidData`]: not a PNG, damaged, or too large.
    pub fn read(png: &[u8]) -> Result<Arc<Self>, Failure> {
        if png.len() > MOST_BYTES {
            return Err(too_large());
        }
        let mut decoder = Decoder::new_with_limits(Cursor::new(png), Limits { bytes: 64 << 20 });
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let mut reader = decoder.read_info().map_err(|error| broken(&error))?;
        let (width, height) = reader.info().size();
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(too_large());
        }
        let mut pixels = vec![0; reader.output_buffer_size().ok_or_else(too_large)?];
        let frame = reader.next_frame(&mut pixels).map_err(|error| broken(&error))?;
        pixels.truncate(frame.buffer_size());
        let (colour, cover) = split(&pixels, frame.color_type);
        let cover = if cover.iter().all(|&one| one == u8::MAX) { None } else { Some(pack(&cover)?) };
        Ok(Arc::new(Self { width, height, colour: pack(&colour)?, cover }))
    }

    /// Width and height, pixels.
    pub(super) fn size(&self) -> (f64, f64) {
        (f64::from(self.width), f64::from(self.height))
    }

    /// Puts the picture into a file and returns its number.
    pub(super) fn put(&self, update: &mut Update) -> u32 {
        let mask = self.cover.as_ref().map(|cover| {
            let mask = update.number();
            update.stream(mask, |out| self.head(out, "DeviceGray"), cover);
            mask
        });
        let number = update.number();
        update.stream(
            number,
            |out| {
                self.head(out, "DeviceRGB");
                if let Some(mask) = mask {
                    syntax::link(out, "SMask", mask);
                }
            },
            &self.colour,
        );
        number
    }

    fn head(&self, out: &mut Vec<u8>, space: &str) {
        let Self { width, height, .. } = self;
        syntax::display(out, format_args!("/Type/XObject/Subtype/Image/Width {width}/Height {height}"));
        syntax::display(out, format_args!("/ColorSpace/{space}/BitsPerComponent 8/Filter/FlateDecode"));
    }
}

/// Colours and covers. A pixel that does not cover takes the colour before it: it packs better, and no rim shows where
/// a viewer smooths the picture.
fn split(pixels: &[u8], kind: ColorType) -> (Vec<u8>, Vec<u8>) {
    let (mut colours, mut covers) = (Vec::new(), Vec::new());
    let mut before = [u8::MAX; 3];
    for pixel in pixels.chunks_exact(kind.samples()) {
        let (colour, cover) = match *pixel {
            [grey] => ([grey; 3], u8::MAX),
            [grey, cover] => ([grey; 3], cover),
            [red, green, blue] => ([red, green, blue], u8::MAX),
            [red, green, blue, cover] => ([red, green, blue], cover),
            _ => continue,
        };
        if cover > 0 {
            before = colour;
        }
        colours.extend_from_slice(&before);
        covers.push(cover);
    }
    (colours, covers)
}

fn pack(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(Failure::internal)
}

fn broken(error: &png::DecodingError) -> Failure {
    one(Diagnostic::error(
        "picture_broken",
        format!("không đọc được ảnh PNG: {error}"),
        format!("the PNG picture cannot be read: {error}"),
    ))
}

fn too_large() -> Failure {
    one(Diagnostic::error(
        "picture_too_large",
        format!("ảnh lớn hơn `{}` MiB hoặc `{MOST_PIXELS}` điểm ảnh", MOST_BYTES >> 20),
        format!("the picture is larger than `{}` MiB or `{MOST_PIXELS}` pixels", MOST_BYTES >> 20),
    )
    .hint("thu nhỏ ảnh: 600 điểm ảnh mỗi inch là đủ để in", "make it smaller: 600 pixels an inch are enough for print"))
}

fn one(diagnostic: Diagnostic) -> Failure {
    Failure::new(Code::InvalidData, vec![diagnostic])
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::pdf::base::Base;
    use crate::pdf::example;

    /// A PNG of those pixels, one row.
    pub(in crate::pades) fn png(kind: ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let width = (pixels.len() / kind.samples()) as u32;
        let mut encoder = png::Encoder::new(&mut out, width, 1);
        encoder.set_color(kind);
        if kind == ColorType::Indexed {
            encoder.set_palette(vec![9, 8, 7, 6, 5, 4]);
            encoder.set_trns(vec![0, 128]);
        }
        encoder.write_header().and_then(|mut writer| writer.write_image_data(pixels)).expect("memory");
        out
    }

    fn plain(packed: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut decoder = flate2::write::ZlibDecoder::new(&mut out);
        decoder.write_all(packed).and_then(|()| decoder.finish().map(|_| ())).expect("packed");
        out
    }

    #[test]
    fn every_kind_of_png_becomes_colours_and_covers() {
        type Case = (ColorType, &'static [u8], &'static [u8], Option<&'static [u8]>);
        let cases: [Case; 5] = [
            (ColorType::Grayscale, &[0, 200], &[0, 0, 0, 200, 200, 200], None),
            (ColorType::GrayscaleAlpha, &[7, 255, 9, 1], &[7, 7, 7, 9, 9, 9], Some(&[255, 1])),
            (ColorType::Rgb, &[1, 2, 3, 4, 5, 6], &[1, 2, 3, 4, 5, 6], None),
            (ColorType::Rgba, &[1, 2, 3, 255, 90, 91, 92, 0], &[1, 2, 3, 1, 2, 3], Some(&[255, 0])),
            (ColorType::Indexed, &[1, 0], &[6, 5, 4, 6, 5, 4], Some(&[128, 0])),
        ];
        for (kind, pixels, colour, cover) in cases {
            let picture = Picture::read(&png(kind, pixels)).expect("a picture");
            assert_eq!(picture.size(), (2.0, 1.0));
            assert_eq!(plain(&picture.colour), colour, "{kind:?}");
            assert_eq!(picture.cover.as_deref().map(plain).as_deref(), cover, "{kind:?}");
        }
    }

    #[test]
    fn a_picture_that_covers_wholly_has_no_mask() {
        let picture = Picture::read(&png(ColorType::Rgba, &[1, 2, 3, 255])).expect("a picture");
        let pdf = example::plain();
        let base = Base::open(&pdf).expect("a file");
        let mut update = Update::new(&base);
        picture.put(&mut update);
        let tail = String::from_utf8_lossy(&update.finish().expect("room").bytes).into_owned();
        assert!(tail.contains("/Width 1/Height 1/ColorSpace/DeviceRGB") && !tail.contains("/SMask"));
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        let code = |png: &[u8]| Picture::read(png).expect_err("a fault").diagnostics[0].code.clone();
        let good = png(ColorType::Rgba, &[1, 2, 3, 255]);
        assert_eq!(code(b"GIF89a"), "picture_broken");
        assert_eq!(code(&good[..good.len() - 20]), "picture_broken");
        assert_eq!(code(&vec![0; MOST_BYTES + 1]), "picture_too_large");
        // A header that promises more than there is: refused before room is made for it.
        let mut wide = good.clone();
        wide[16..20].copy_from_slice(&100_000u32.to_be_bytes());
        wide[20..24].copy_from_slice(&100_000u32.to_be_bytes());
        assert!(code(&wide).starts_with("picture_"));
    }
}
