//! The reader behind the rules, for whoever holds pages to more than the table asks: lines, tables, parts of a document.
//!
//! [`Layout::read`] takes the pages apart, [`Doc::read`] says what is what. Lengths are points, from the top left of
//! a page; pages count from 1.

pub use super::doc::{Annex, Doc};
pub use super::layout::Layout;
pub use super::line::{Line, is_upper, mm, near};
pub use super::table::Table;
