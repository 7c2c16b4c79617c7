//! Prose by minijinja: clauses, titles, file names. Writes plain text, never Typst code.

mod awards;
mod environment;
mod filters;

pub use environment::{Context, Pieces, Wording};
