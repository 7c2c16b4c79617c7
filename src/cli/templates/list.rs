//! `templates list`.

use serde_json::{Value, json};

use super::super::{Format, Speech, output};
use crate::app;
use crate::config::Places;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::render::Renderer;

/// Lists the sound ones, then fails if there are broken ones.
pub fn run(places: &Places, speech: Speech) -> Result<(), Failure> {
    let (renderer, _) = app::local(places)?;
    if speech.format == Format::Json {
        let templates: Vec<Value> = renderer
            .templates()
            .map(|template| {
                let manifest = &template.manifest;
                json!({"id": manifest.id, "title_vi": manifest.title_vi, "title_en": manifest.title_en, "version": manifest.version,
                    "legal_basis": manifest.legal_basis, "modes": manifest.modes,
                    "fields": manifest.fields, "fields_default": manifest.fields_default, "samples": template.samples.keys().collect::<Vec<_>>()})
            })
            .collect();
        output::print(&json!(templates))?;
    } else {
        for template in renderer.templates() {
            let manifest = &template.manifest;
            put!("{}\t{}\t{}", manifest.id, manifest.title_vi, manifest.legal_basis);
        }
    }
    refuse_broken(&renderer)
}

/// Fails with every fault of every broken template, if there is one.
pub fn refuse_broken(renderer: &Renderer) -> Result<(), Failure> {
    let faults: Vec<Diagnostic> = renderer.broken().iter().flat_map(|broken| broken.faults.clone()).collect();
    if renderer.broken().is_empty() { Ok(()) } else { Err(Failure::new(Code::TemplateBroken, faults)) }
}
