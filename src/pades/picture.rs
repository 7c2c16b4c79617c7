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
