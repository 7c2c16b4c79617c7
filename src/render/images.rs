//! Images in the data: base64 PNG, opened and measured before anything draws them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostic::Diagnostic;

/// Greatest size of one image, bytes after base64.
pub const MAX_BYTES: usize = 4 << 20;

/// Greatest number of pixels: a sheet of A4 scanned at 300 dpi.
const MAX_PIXELS: u64 = 9_000_000;

/// Most memory the decoder may take for ancillary parts.
const MAX_DECODED: usize = 64 << 20;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A PNG that can be drawn.
#[derive(Debug)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Opens a base64 PNG, whole: a broken or outsized one is refused here and not while a page is set.
pub fn open(text: &str) -> Result<Picture, Diagnostic> {
    let packed = text.strip_prefix("data:image/png;base64,").unwrap_or(text);
    if packed.len() / 4 * 3 > MAX_BYTES {
        let limit = MAX_BYTES >> 20;
        return Err(fault(format!("ảnh lớn hơn {limit} MB"), format!("the image is larger than {limit} MB")).hint(
            "giảm độ phân giải: 150 dpi là đủ cho cả tờ giấy",
            "lower the resolution: 150 dpi will do for a whole sheet",
        ));
    }
    // The usual tools break base64 into lines.
    let packed: String = packed.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bytes = STANDARD
        .decode(packed)
        .map_err(|error| fault(format!("không phải base64: {error}"), format!("not base64: {error}")))?;
    if !bytes.starts_with(SIGNATURE) {
        let found = kind(&bytes);
        return Err(fault(format!("không phải ảnh PNG mà là {found}"), format!("not a PNG image but {found}")).hint(
            "lưu lại thành PNG; chữ ký thì nền trong suốt",
            "save it as PNG; a signature with a transparent ground",
        ));
    }
    let (width, height) = decode(&bytes)
        .map_err(|error| fault(format!("ảnh PNG hỏng: {error}"), format!("the PNG is broken: {error}")))?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(too_many_pixels(width, height));
    }
    Ok(Picture { bytes, width, height })
}

fn decode(bytes: &[u8]) -> Result<(u32, u32), png::DecodingError> {
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(bytes), png::Limits { bytes: MAX_DECODED });
    let header = decoder.read_header_info()?;
    let (width, height) = (header.width, header.height);
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        // The caller refuses it by size; a bomb must not be unpacked to learn more.
        return Ok((width, height));
    }
    let mut reader = decoder.read_info()?;
    let mut row_bytes = 0;
    while let Some(row) = reader.next_row()? {
        row_bytes += row.data().len();
    }
    debug_assert!(row_bytes > 0, "a PNG has at least one row");
    reader.finish()?;
    Ok((width, height))
}

fn too_many_pixels(width: u32, height: u32) -> Diagnostic {
    let limit = MAX_PIXELS / 1_000_000;
    fault(
        format!("ảnh {width} × {height} điểm, tối đa {limit} triệu điểm"),
        format!("the image has {width} × {height} pixels, at most {limit} million"),
    )
    .hint("quét ở 150 dpi", "scan at 150 dpi")
}

fn kind(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, ..] => "JPEG",
        [b'G', b'I', b'F', ..] => "GIF",
        [b'%', b'P', b'D', b'F', ..] => "PDF",
        [b'R', b'I', b'F', b'F', ..] => "WebP",
        [b'<', ..] => "SVG/XML",
        _ => "một tệp không rõ loại / an unknown kind",
    }
}

fn fault(vi: String, en: String) -> Diagnostic {
    Diagnostic::error("image", vi, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&vec![0; (width * height) as usize]).expect("pixels");
        drop(writer);
        bytes
    }

    fn told(bytes: &[u8]) -> String {
        open(&STANDARD.encode(bytes)).expect_err("refused").message.en
    }

    #[test]
    fn a_sound_png_is_measured() {
        let picture = open(&STANDARD.encode(png(3, 2))).expect("sound");
        assert_eq!((picture.width, picture.height), (3, 2));
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let mut bytes = png(1, 1);
        bytes[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        // The header carries a checksum; mend it so that only the size speaks.
        let crc = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(told(&bytes).contains("60000 × 60000"), "{}", told(&bytes));
    }

    #[test]
    fn other_kinds_and_broken_files_are_named() {
        assert!(told(b"\xff\xd8\xff\xe0").contains("JPEG"));
        assert!(told(b"<svg onload='x()'/>").contains("SVG"));
        let whole = png(8, 8);
        assert!(told(&whole[..whole.len() - 20]).contains("broken"));
        assert!(open("không phải base64").expect_err("refused").message.en.contains("not base64"));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let mut crc = !0u32;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            }
        }
        !crc
    }
}
