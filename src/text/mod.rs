//! Prose by minijinja: clauses, titles, file names. Writes plain text, never Typst code.

mod awards;
mod environment;
mod filters;
mod pattern;
mod votes;

pub use environment::{Context, Pieces, Wording};
pub use pattern::{Pattern, Title};
