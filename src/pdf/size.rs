//! The size of a finished page.

use lopdf::{Document, Object};

use super::fault;
use crate::diagnostic::Failure;

/// Millimetres in a point.
const MM: f64 = 25.4 / 72.0;

/// Width and height of the first page, mm, without what a printer trims off.
///
/// # Errors
///
/// The file cannot be read as PDF, or its first page has no box.
pub fn first_page(pdf: &[u8]) -> Result<(f64, f64), Failure> {
    let document = Document::load_mem(pdf)
        .map_err(|error| fault::broken(format_args!("không đọc được: {error}"), format_args!("unreadable: {error}")))?;
    let mut node = document.page_iter().next().and_then(|id| document.get_dictionary(id).ok());
    while let Some(page) = node {
        for key in [&b"TrimBox"[..], b"MediaBox"] {
            if let Some([left, bottom, right, top]) = page.get(key).ok().and_then(|found| corners(&document, found)) {
                return Ok(((right - left) * MM, (top - bottom) * MM));
            }
        }
        node = page.get(b"Parent").and_then(Object::as_reference).ok().and_then(|id| document.get_dictionary(id).ok());
    }
    Err(fault::broken("trang đầu không có khổ", "its first page has no box"))
}

fn corners(document: &Document, found: &Object) -> Option<[f64; 4]> {
    let (_, found) = document.dereference(found).ok()?;
    let numbers: Vec<f64> =
        found.as_array().ok()?.iter().map(|one| one.as_float().map(f64::from).ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}
