//! `templates`, `schema`, `sample`, `fonts`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::flatten::Flatten;
use super::{Format, Speech, output, runtime};
use crate::app;
use crate::config::Places;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::engine::{Fonts, Output, Standard};
use crate::render::{Backend, Renderer, Requested};
use crate::template::{Template, lint};

/// Longest a sample may take here.
const SAMPLE_LIMIT: Duration = Duration::from_secs(600);

/// List or check templates.
#[derive(Args)]
pub struct Templates {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// List them
    List,
    /// Check them: sources against the rules, every sample through to a PDF
    Check {
        /// Only these
        ids: Vec<String>,
    },
    /// Make flat art of an SVG drawing: what a page can carry at no cost
    Flatten(Flatten),
    /// Write `data.json`, what `main.typ` receives for the plain sample, into each template's folder
    Data {
        /// The template root to write into
        root: PathBuf,
        /// Only these
        ids: Vec<String>,
    },
}

/// Print a schema.
#[derive(Args)]
pub struct Schema {
    /// Template
    id: String,
}

/// Print a sample.
#[derive(Args)]
pub struct Sample {
    /// Template
    id: String,
    /// Which one: `plain`, `minimal`, …
    #[arg(long, default_value = "plain")]
    name: String,
}

impl Templates {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let action = self.action.unwrap_or(Action::List);
        if let Action::Flatten(command) = action {
            return command.run(speech);
        }
        let (renderer, backend) = app::local(places)?;
        match action {
            Action::Flatten(_) => Ok(()),
            Action::List => list(&renderer, speech),
            Action::Check { ids } => check(places, &renderer, &backend, &ids, speech),
            Action::Data { root, ids } => write_data(&renderer, &root, &ids),
        }
    }
}

impl Schema {
    /// Runs the command.
    pub fn run(self, places: &Places) -> Result<(), Failure> {
        let (renderer, _) = app::local(places)?;
        print(renderer.template(&self.id)?.schema.document())
    }
}

impl Sample {
    /// Runs the command.
    pub fn run(self, places: &Places) -> Result<(), Failure> {
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
        print(sample)
    }
}

/// Lists every face.
pub fn fonts(places: &Places, speech: Speech) -> Result<(), Failure> {
    let faces = Fonts::load(app::font_files(places)?)?.faces();
    match speech.format {
        Format::Json => print(&json!(faces))?,
        Format::Human => faces.iter().for_each(|face| println!("{}\t{}\t{}", face.family, face.weight, face.style)),
    }
    Ok(())
}

fn print(value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::internal)?;
    println!("{text}");
    Ok(())
}

fn list(renderer: &Renderer, speech: Speech) -> Result<(), Failure> {
    if speech.format == Format::Json {
        let templates: Vec<Value> = renderer
            .templates()
            .map(|template| {
                let manifest = &template.manifest;
                json!({"id": manifest.id, "title_vi": manifest.title_vi, "title_en": manifest.title_en, "version": manifest.version,
                    "legal_basis": manifest.legal_basis, "modes": manifest.modes, "samples": template.samples.keys().collect::<Vec<_>>()})
            })
            .collect();
        print(&json!(templates))?;
    } else {
        for template in renderer.templates() {
            let manifest = &template.manifest;
            println!("{}\t{}\t{}", manifest.id, manifest.title_vi, manifest.legal_basis);
        }
    }
    refuse_broken(renderer)
}

fn refuse_broken(renderer: &Renderer) -> Result<(), Failure> {
    let faults: Vec<Diagnostic> = renderer.broken().iter().flat_map(|broken| broken.faults.clone()).collect();
    if renderer.broken().is_empty() { Ok(()) } else { Err(Failure::new(Code::TemplateBroken, faults)) }
}

fn chosen<'a>(renderer: &'a Renderer, ids: &[String]) -> Result<Vec<&'a Template>, Failure> {
    if ids.is_empty() {
        return Ok(renderer.templates().collect());
    }
    ids.iter().map(|id| renderer.template(id)).collect()
}

fn check(
    places: &Places,
    renderer: &Renderer,
    backend: &Backend,
    ids: &[String],
    speech: Speech,
) -> Result<(), Failure> {
    if ids.is_empty() {
        refuse_broken(renderer)?;
    }
    let tree = app::tree(places)?;
    let runtime = runtime()?;
    let mut faults = lint(&tree, "shared");
    let mut samples = 0;
    for template in chosen(renderer, ids)? {
        let id = template.manifest.id.as_str();
        faults.extend(lint(&tree, id));
        for (name, data) in &template.samples {
            for (standard, test) in [(Standard::A2a, false), (Standard::A3a, false), (Standard::A2a, true)] {
                let requested = Requested { output: Output::Pdf(standard), test, ..Requested::default() };
                let deadline = Instant::now() + SAMPLE_LIMIT;
                let result = runtime.block_on(renderer.render(backend, id, data.clone(), &requested, deadline));
                samples += 1;
                match result {
                    Ok(rendered) => {
                        let (pages, kilobytes) = (rendered.pages, rendered.bytes.len() >> 10);
                        if speech.format == Format::Human {
                            eprintln!(
                                "{id}/{name} {}: {pages} trang, {kilobytes} KB, {:.1} + {:.1} ms",
                                standard.name(),
                                rendered.timing.compile.as_secs_f64() * 1e3,
                                rendered.timing.export.as_secs_f64() * 1e3
                            );
                        }
                    }
                    Err(failure) => faults.extend(failure.diagnostics.into_iter().map(|mut fault| {
                        fault.message.vi = format!("{id}/{name} ({}): {}", standard.name(), fault.message.vi);
                        fault.message.en = format!("{id}/{name} ({}): {}", standard.name(), fault.message.en);
                        fault
                    })),
                }
            }
        }
    }
    if !faults.is_empty() {
        return Err(Failure::new(Code::TemplateBroken, faults));
    }
    eprintln!("đạt: {samples} lần dựng từ dữ liệu mẫu");
    Ok(())
}

fn write_data(renderer: &Renderer, root: &std::path::Path, ids: &[String]) -> Result<(), Failure> {
    for template in chosen(renderer, ids)? {
        let id = &template.manifest.id;
        let sample = template.samples.get("plain").cloned().unwrap_or_default();
        let prepared = renderer.prepare(id, sample, &Requested::default())?;
        let value: Value = serde_json::from_slice(&prepared.job.data).map_err(Failure::internal)?;
        let mut text = serde_json::to_string_pretty(&value).map_err(Failure::internal)?;
        text.push('\n');
        output::write(&root.join(id).join("data.json"), text.as_bytes(), true)?;
    }
    Ok(())
}
