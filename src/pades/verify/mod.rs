//! What a signed file is worth.

use serde::Serialize;

use crate::diagnostic::Failure;

use super::{Certificate, Crl, Moment};

/// What a checker trusts.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Roots.
    pub roots: Vec<Certificate>,
    /// Certificates that help to build chains.
    pub intermediates: Vec<Certificate>,
    /// Revocation lists at hand.
    pub crls: Vec<Crl>,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {}

/// Judges a file at a moment.
///
/// # Errors
///
/// The file is no PDF. A bad signature is no failure: it is in the report.
pub fn verify(_pdf: &[u8], _trust: &Trust, _now: Moment) -> Result<Report, Failure> {
    Err(Failure::internal("not written yet"))
}
