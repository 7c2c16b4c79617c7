//! `schema`, `sample`, `fonts`.

use clap::Args;
use serde_json::json;

use super::sheet::DOSSIER;
use super::{Format, Speech, output};
use crate::app;
use crate::config::Places;
use crate::diagnostic::{Code, Failure};
use crate::dossier::{self, Planner};
use crate::engine::Fonts;

/// Print a schema.
#[derive(Args)]
pub struct Schema {
    /// Template; `ho_so` for a dossier
    id: String,
}

/// Print a sample.
#[derive(Args)]
pub struct Sample {
    /// Template; `ho_so` for a dossier
    id: String,
    /// Which one: `plain`, `minimal`, …
    #[arg(long, default_value = "plain")]
    name: String,
}

impl Schema {
    /// Runs the command.
    pub fn run(self, places: &Places) -> Result<(), Failure> {
        let (renderer, _) = app::local(places)?;
        if self.id == DOSSIER {
            let planner = Planner::new(renderer.templates(), app::law(&app::tree(places)?)?)?;
            return output::print(planner.schema());
        }
        output::print(renderer.template(&self.id)?.schema.document())
    }
}

impl Sample {
    /// Runs the command.
    pub fn run(self, places: &Places) -> Result<(), Failure> {
        if self.id == DOSSIER {
            return output::print(&dossier::sample());
        }
        let (renderer, _) = app::local(places)?;
        let template = renderer.template(&self.id)?;
        let sample = template.samples.get(&self.name).ok_or_else(|| {
            let known = template.samples.keys().map(String::as_str).collect::<Vec<_>>().join("`, `");
            Failure::one(
                Code::BadRequest,
                format!("không có dữ liệu mẫu này; có `{known}`"),
                format!("no such sample; there are `{known}`"),
            )
        })?;
        output::print(sample)
    }
}

/// Lists every face.
pub fn fonts(places: &Places, speech: Speech) -> Result<(), Failure> {
    let faces = Fonts::load(app::font_files(places)?)?.faces();
    match speech.format {
        Format::Json => output::print(&json!(faces))?,
        Format::Human => faces.iter().for_each(|face| put!("{}\t{}\t{}", face.family, face.weight, face.style)),
    }
    Ok(())
}
