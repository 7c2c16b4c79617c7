//! Typst as a library: a world in memory, fonts of our own, PDF and previews, worker processes.
//!
//! Knows no award, no agency and no HTTP: template files, JSON and metadata in, bytes or diagnostics out.

mod art;
mod compile;
mod fonts;
pub mod frames;
mod job;
mod places;
mod pool;
pub mod preview;
mod wire;
mod worker;
mod world;
mod write;

pub use art::FLAT_MARK;
pub use compile::{Engine, Inspect};
pub use fonts::{Face, Fonts};
pub use job::{Done, Job, LabelledBox, Meta, Output, Standard};
pub use pool::{Lane, Limits, Pool, PoolOptions, PoolStatus};
pub use wire::Supplies;
pub use worker::serve as serve_worker;
pub use world::{Ground, MAX_IMAGES};
