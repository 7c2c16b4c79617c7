//! Finished PDF files put together. Knows no award and no template.
//!
//! A [`Merger`] takes files this program wrote (PDF/A-2a or -3a, with PDF/UA-1) and writes one that is PDF/A-2a and
//! PDF/UA-1 itself, front to back: what files have in common goes in once, what is done is forgotten. In memory stay
//! eight bytes for each object written, a hash for each object that may come again, and four bytes for each file.

pub(crate) mod base;
mod ending;
#[cfg(test)]
pub(crate) mod example;
mod fault;
mod fields;
mod join;
mod merge;
mod metadata;
mod navigation;
mod outline;
mod pages;
mod part;
pub(crate) mod raw;
mod share;
pub(crate) mod sheet;
mod size;
mod source;
mod structure;
pub(crate) mod syntax;
mod trees;
pub(crate) mod update;
mod writer;

use crate::diagnostic::Failure;

pub use merge::{About, Bookmark, Merged, Merger};
pub use size::first_page;

/// How many pages a file has.
///
/// # Errors
///
/// The file is encrypted, or cannot be read as PDF.
pub fn pages(pdf: &[u8]) -> Result<usize, Failure> {
    part::count(pdf)
}
