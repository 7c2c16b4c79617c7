//! Named signature fields: added empty, and listed.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Failure;

/// A field to be added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldSpec {
    /// Name, ASCII letters and digits: `NguoiKy`, `CoQuan`.
    pub name: String,
    /// What a reader is told it is for, Vietnamese (PDF/UA: `/TU` and `/Alt`).
    pub label: String,
    /// Page, from 1.
    pub page: usize,
    /// Left edge, pt from the left of the page.
    pub x: f64,
    /// Top edge, pt from the top of the page.
    pub y: f64,
    /// Width, pt.
    pub w: f64,
    /// Height, pt.
    pub h: f64,
}

/// A field of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its full name.
    pub name: String,
    /// Page, from 1; none for a field on no page.
    pub page: Option<usize>,
    /// Left, top, width, height, pt from the top left of the page.
    pub place: [f64; 4],
    /// Whether it holds a signature.
    pub signed: bool,
}

/// Adds empty fields as one incremental update; a file that keeps PDF/A and PDF/UA keeps them. Returns what is appended.
///
/// # Errors
///
/// The file cannot be read without repair, or has a field of that name.
pub fn add_fields(_pdf: &[u8], _fields: &[FieldSpec]) -> Result<Vec<u8>, Failure> {
    Err(Failure::internal("not written yet"))
}

/// Every signature field of a file, in the order of the form.
pub fn fields(_pdf: &[u8]) -> Result<Vec<Field>, Failure> {
    Err(Failure::internal("not written yet"))
}
