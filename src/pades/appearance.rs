//! What a signature shows on the page.

use std::sync::Arc;

use super::field::decimal;
use crate::diagnostic::Failure;

/// A PNG with transparency, encoded once for every file it goes into.
#[derive(Debug)]
pub struct Picture {}

impl Picture {
    /// Reads a PNG (8-bit, with or without alpha).
    ///
    /// # Errors
    ///
    /// Not a PNG, too large, or of a kind PDF/A-2 does not take.
    pub fn read(_png: &[u8]) -> Result<Arc<Self>, Failure> {
        Err(Failure::internal("not written yet"))
    }
}

/// What a signature shows on the page. Empty: nothing.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Picture filling the field, its shape kept, centred.
    pub image: Option<Arc<Picture>>,
    /// A PDF of one page, set by our own engine without tags, whose content is drawn over the picture, fitted into the
    /// field from its top left corner.
    pub text: Option<Vec<u8>>,
}

/// Appends the entries of a form XObject of that size, but for its length: `resources` is a whole dictionary.
pub(super) fn form_head(out: &mut Vec<u8>, width: f64, height: f64, resources: &[u8]) {
    out.extend_from_slice(b"/Type/XObject/Subtype/Form/BBox[0 0 ");
    decimal(out, width);
    out.push(b' ');
    decimal(out, height);
    out.extend_from_slice(b"]/Resources");
    out.extend_from_slice(resources);
}
