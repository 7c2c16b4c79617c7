//! The kit for authors of templates: a skeleton to start from, the check, references, fuzzed data.
//!
//! Everything here works on a template as the service would see it; the command line says what came of it.

pub mod check;
mod corpus;
mod dice;
pub mod fuzz;
mod generate;
pub mod lines;
mod pattern;
pub mod picture;
pub mod references;
pub mod skeleton;
pub mod view;

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Failure};
use crate::engine::{Done, Engine};
use crate::render::{Backend, Prepared, Renderer, Requested};

/// Templates and an engine of this process, to try them on.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The templates.
    pub renderer: &'a Renderer,
    /// Sets pages here.
    pub engine: &'a Engine,
}

impl<'a> Bench<'a> {
    /// A bench over what `app::local` gives; workers show no pages.
    pub fn new(renderer: &'a Renderer, backend: &'a Backend) -> Result<Self, Failure> {
        match backend {
            Backend::Local(engine) => Ok(Self { renderer, engine }),
            Backend::Workers(_) | Backend::Batch(_) => Err(Failure::internal("the kit sets pages in its own process")),
        }
    }

    /// Data through to what was asked for, and every warning.
    pub fn run(&self, id: &str, data: Value, requested: &Requested) -> Result<(Done, Vec<Diagnostic>), Failure> {
        let Prepared { job, mut warnings, .. } = self.renderer.prepare(id, data, requested)?;
        let mut done = self.engine.run(&job)?;
        warnings.append(&mut done.warnings);
        Ok((done, warnings))
    }
}

/// A template can make the typesetter itself fall over; whoever tries templates goes on.
fn steady<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Failure::internal("the typesetter panicked")))
}
