//! One document: the caller's bytes checked, prose written, pages set, the file named.
//!
//! Knows no HTTP and no command line. The same code runs over worker processes and in the caller's own.

mod backend;
mod codes;
mod fields;
mod images;
mod input;
mod prepare;
mod renderer;

pub use backend::Backend;
pub use codes::{Codes, no_place};
pub use fields::SignatureField;
pub use input::{InputLimits, read_json};
pub use prepare::{Prepared, Requested};
pub use renderer::{Rendered, Renderer, RendererOptions};

/// Lower-case hexadecimal, as digests are told.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
