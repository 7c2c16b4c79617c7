//! `templates data`.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::super::output;
use super::chosen;
use crate::app;
use crate::config::Places;
use crate::diagnostic::Failure;
use crate::render::{Renderer, Requested};
use crate::template::Template;

/// Write `data.json`.
#[derive(Args)]
pub struct Data {
    /// The template root to write into
    root: PathBuf,
    /// Only these
    ids: Vec<String>,
}

impl Data {
    /// Runs the command.
    pub fn run(self, places: &Places) -> Result<(), Failure> {
        let (renderer, _) = app::local(places)?;
        for template in chosen(&renderer, &self.ids)? {
            let path = self.root.join(&template.manifest.id).join("data.json");
            output::write(&path, &of_plain_sample(&renderer, template)?, true)?;
        }
        Ok(())
    }
}

/// What `main.typ` receives for the plain sample, as a file.
pub fn of_plain_sample(renderer: &Renderer, template: &Template) -> Result<Vec<u8>, Failure> {
    let sample = template.samples.get("plain").cloned().unwrap_or_default();
    let prepared = renderer.prepare(&template.manifest.id, sample, &Requested::default())?;
    let value: Value = serde_json::from_slice(&prepared.job.data).map_err(Failure::internal)?;
    let mut text = serde_json::to_vec_pretty(&value).map_err(Failure::internal)?;
    text.push(b'\n');
    Ok(text)
}
