//! A file made ready for one signature, and the signature put into its place.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Failure;

use super::{Look, Moment};

/// How one signature is to be made.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The empty field to be filled.
    pub field: String,
    /// The claimed moment (`/M`).
    pub at: Moment,
    /// The signer's name (`/Name`).
    pub name: String,
    /// Bytes kept for the CMS.
    pub reserve: usize,
    /// What shows on the page.
    pub look: Look,
}

impl Plan {
    /// Bytes kept where no time stamp goes into the CMS.
    pub const RESERVE: usize = 8_192;
    /// Bytes kept where a time stamp goes into the CMS.
    pub const RESERVE_STAMPED: usize = 16_384;
}

/// A file waiting for its signature: what is appended to it, with a hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// What is appended, the hole full of zeros.
    #[serde(skip)]
    pub tail: Vec<u8>,
    /// Where the hexadecimal digits of the CMS go, in `tail`.
    pub hole: std::ops::Range<usize>,
    /// Bytes of the file it goes after.
    pub base: usize,
    /// The byte range, as it stands in the file.
    pub byte_range: [u64; 4],
    /// SHA-256 over the byte range.
    pub digest: [u8; 32],
}

/// Makes a file ready for a signature in an empty field.
///
/// # Errors
///
/// No such field, or it is signed already; the file cannot be read without repair.
pub fn prepare(_pdf: &[u8], _plan: &Plan) -> Result<Prepared, Failure> {
    Err(Failure::internal("not written yet"))
}

/// Puts a CMS into its place. Returns what is appended to the file.
///
/// # Errors
///
/// [`crate::diagnostic::Code::CmsTooLarge`].
pub fn embed(_prepared: &Prepared, _cms: &[u8]) -> Result<Vec<u8>, Failure> {
    Err(Failure::internal("not written yet"))
}
