//! Long-term material (DSS, B-LT) and document time stamps (B-LTA).

use crate::diagnostic::Failure;

use super::{Moment, Prepared};

/// DER of what a checker needs later, without duplicates, in a fixed order.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Certificates.
    pub certificates: Vec<Vec<u8>>,
    /// Revocation lists.
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses.
    pub ocsps: Vec<Vec<u8>>,
}

/// Adds the material to the document security store, beside what is there. Returns what is appended to the file.
pub fn add_material(_pdf: &[u8], _material: &Material) -> Result<Vec<u8>, Failure> {
    Err(Failure::internal("not written yet"))
}

/// Prepares a document time stamp in an invisible field of its own.
pub fn prepare_timestamp(_pdf: &[u8], _at: Moment, _reserve: usize) -> Result<Prepared, Failure> {
    Err(Failure::internal("not written yet"))
}

/// Puts a token over a prepared time stamp's digest into its place. Returns what is appended to the file.
pub fn document_timestamp(_prepared: &Prepared, _token: &[u8]) -> Result<Vec<u8>, Failure> {
    Err(Failure::internal("not written yet"))
}
