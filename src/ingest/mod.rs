//! Sheets in: XLSX and CSV become rows with the address of every cell; pattern sheets and marked copies out.
//!
//! Nothing is guessed that would be printed: what may have lost a zero, what is a day in two readings, what is in an
//! encoding of the nineties is a fault of its cell, told with what to do. What is repaired is told with before and
//! after. A file is measured before it is opened, so that no small file becomes a large one in memory.

mod clean;
mod columns;
mod container;
mod dates;
mod delimited;
mod figures;
mod grid;
mod headings;
mod headings_told;
mod layout;
mod marked;
mod pattern;
mod place;
mod rows;
mod sheet;
mod values;
mod workbook;

pub use columns::{Column, Kind, columns, columns_of};
pub use marked::marked;
pub use pattern::pattern;

pub use sheet::{Change, Convert, Mapped, ReadOptions, Row, Sheet, Unused, read};
