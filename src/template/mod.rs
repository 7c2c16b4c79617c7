//! What a template is: a folder with a manifest, a schema, samples, prose and Typst code.

mod base;
mod catalog;
mod columns;
mod fields;
mod flatten;
mod lint;
mod manifest;
pub mod pack;
mod schema;
mod tree;

pub use catalog::{Broken, Catalog, Prose, Template};
pub use fields::missing_places;
pub use flatten::{Flat, flatten};
pub use lint::lint;
pub use manifest::{FieldRole, Manifest, ManifestField, Pointed, QrProse, Rule, Size, is_id};
pub use schema::{Schema, Step};
pub use tree::{REFERENCES, Tree};
