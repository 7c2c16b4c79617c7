//! One page as a picture.

use typst_layout::Page;
use typst_render::RenderOptions;
use typst_svg::SvgOptions;

use crate::diagnostic::Failure;

/// Points in an inch.
const PT_PER_INCH: f32 = 72.0;

/// The page as an opaque RGB PNG at `ppi` pixels per inch.
pub fn png(page: &Page, ppi: f32) -> Result<Vec<u8>, Failure> {
    let options = RenderOptions { pixel_per_pt: f64::from(ppi / PT_PER_INCH).into(), ..RenderOptions::default() };
    let pixmap = typst_render::render(page, &options);
    // The page has a white ground, so alpha is full everywhere and can go: a third less to encode.
    let rgb: Vec<u8> = pixmap.data().chunks_exact(4).flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
    encode(pixmap.width(), pixmap.height(), &rgb).map_err(Failure::internal)
}

/// Drawing is quick; the default compression costs four times the drawing.
fn encode(width: u32, height: u32, rgb: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(bytes)
}

/// The page as SVG.
pub fn svg(page: &Page) -> Vec<u8> {
    typst_svg::svg(page, &SvgOptions::default()).into_bytes()
}
