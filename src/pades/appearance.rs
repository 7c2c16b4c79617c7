//! What a signature shows on the page.

use std::sync::Arc;

use super::field::decimal;
use super::{Picture, imported};
use crate::diagnostic::Failure;
use crate::pdf::syntax;
use crate::pdf::update::Update;

/// What a signature shows on the page. Empty: nothing.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Picture filling the field, its shape kept, centred.
    pub image: Option<Arc<Picture>>,
    /// A PDF of one page, set by our own engine without tags, whose content is drawn over the picture from the field's
    /// top left corner: in its own size, or smaller where it would not fit.
    pub text: Option<Vec<u8>>,
}

/// Writes what shows in a field of that rectangle (left, bottom, right, top) on a page shown at so many quarter turns.
/// Returns its number.
pub(super) fn put(
    update: &mut Update,
    look: &Look,
    [left, bottom, right, top]: [f64; 4],
    turns: u8,
) -> Result<u32, Failure> {
    let (wide, high) = (right - left, top - bottom);
    // What shows stands upright when the page is turned for the reader.
    let (width, height, matrix) = match turns {
        0 => (wide, high, ""),
        1 => (high, wide, "/Matrix[0 1 -1 0 0 0]"),
        2 => (wide, high, "/Matrix[-1 0 0 -1 0 0]"),
        _ => (high, wide, "/Matrix[0 -1 1 0 0 0]"),
    };
    let (mut content, mut objects) = (Vec::new(), Vec::new());
    if let Some(image) = &look.image {
        let number = image.put(update);
        syntax::link(&mut objects, "Im0", number);
        let (w, h) = image.size();
        let scale = f64::min(width / w, height / h);
        let (w, h) = (w * scale, h * scale);
        draw(&mut content, [w, 0.0, 0.0, h, (width - w) / 2.0, (height - h) / 2.0], "Im0");
    }
    if let Some(text) = &look.text {
        let form = imported::page(update, text)?;
        syntax::link(&mut objects, "Fm0", form.number);
        let [l, b, r, t] = form.frame;
        let scale = f64::min(width / (r - l), height / (t - b)).min(1.0);
        draw(&mut content, [scale, 0.0, 0.0, scale, -l * scale, height - t * scale], "Fm0");
    }
    let resources = [b"<</XObject<<", objects.as_slice(), b">>>>"].concat();
    let number = update.number();
    update.stream(
        number,
        |out| {
            form_head(out, width, height, &resources);
            out.extend_from_slice(matrix.as_bytes());
        },
        &content,
    );
    Ok(number)
}

/// Writes what shows in a field that shows nothing. Returns its number.
pub(super) fn put_empty(update: &mut Update, [left, bottom, right, top]: [f64; 4]) -> u32 {
    let number = update.number();
    update.stream(number, |out| form_head(out, right - left, top - bottom, b"<<>>"), b"");
    number
}

fn draw(out: &mut Vec<u8>, matrix: [f64; 6], name: &str) {
    out.extend_from_slice(b"q");
    for number in matrix {
        out.push(b' ');
        decimal(out, number);
    }
    syntax::display(out, format_args!(" cm /{name} Do Q\n"));
}

/// Appends the entries of a form XObject of that size, but for its length: `resources` is a whole dictionary.
fn form_head(out: &mut Vec<u8>, width: f64, height: f64, resources: &[u8]) {
    out.extend_from_slice(b"/Type/XObject/Subtype/Form/BBox[0 0 ");
    decimal(out, width);
    out.push(b' ');
    decimal(out, height);
    out.extend_from_slice(b"]/Resources");
    out.extend_from_slice(resources);
}
