//! Every template ready for use, and the one road from data to a file.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::backend::Backend;
use super::codes::Codes;
use super::fields::{self, SignatureField};
use super::prepare::{Prepared, Requested, prepare};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::engine::{Fonts, LabelledBox, Output};
use crate::template::{Broken, Catalog, Template};
use crate::text::{Pieces, Wording};
use crate::the_thuc::Form;

/// How documents are judged.
#[derive(Debug, Clone, Copy)]
pub struct RendererOptions {
    /// Items any one list of the data may have.
    pub max_rows: usize,
}

impl Default for RendererOptions {
    fn default() -> Self {
        Self { max_rows: 20_000 }
    }
}

/// All templates, compiled.
pub struct Renderer {
    ready: BTreeMap<String, Arc<Ready>>,
    broken: Vec<Broken>,
    options: RendererOptions,
    codes: Option<Arc<Codes>>,
}

/// A template with everything that is made once.
pub(super) struct Ready {
    pub template: Arc<Template>,
    pub wording: Wording,
    pub optional: Vec<String>,
    pub glyphs: Glyphs,
}

/// Characters every face of a template draws.
pub(super) struct Glyphs {
    plane: Vec<u64>,
}

impl Glyphs {
    fn new(fonts: &Fonts, families: &[String]) -> Self {
        Self { plane: fonts.plane(families) }
    }

    /// Whether `c` can be printed.
    pub fn contains(&self, c: char) -> bool {
        let code = c as usize;
        self.plane.get(code / 64).is_some_and(|word| word >> (code % 64) & 1 == 1)
    }
}

/// A finished file.
#[derive(Debug)]
pub struct Rendered {
    /// The file; empty for a dry run.
    pub bytes: Vec<u8>,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Pages of the document.
    pub pages: usize,
    /// Labelled boxes.
    pub boxes: Vec<LabelledBox>,
    /// Empty signature fields of the file, in the order of signing.
    pub fields: Vec<SignatureField>,
    /// Everything worth telling.
    pub warnings: Vec<Diagnostic>,
    /// File name with extension.
    pub file_name: String,
    /// Where the time went.
    pub timing: Timing,
}

/// Time of each stage.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Checking, prose.
    pub prepare: Duration,
    /// Layout.
    pub compile: Duration,
    /// Writing.
    pub export: Duration,
    /// Waiting for a worker and the pipe.
    pub wait: Duration,
}

impl Renderer {
    /// Compiles the wording of every template; a broken one is set aside.
    pub fn new(mut catalog: Catalog, fonts: &Fonts, options: RendererOptions) -> Self {
        let mut ready = BTreeMap::new();
        for (id, template) in std::mem::take(&mut catalog.templates) {
            match make_ready(template, fonts) {
                Ok(one) => {
                    ready.insert(id, Arc::new(one));
                }
                Err(faults) => catalog.broken.push(Broken { id, faults }),
            }
        }
        Self { ready, broken: catalog.broken, options, codes: None }
    }

    /// Signs codes on pages with these keys.
    #[must_use]
    pub fn with_codes(self, codes: Option<Arc<Codes>>) -> Self {
        Self { codes, ..self }
    }

    /// What codes are signed with, where they are.
    pub fn codes(&self) -> Option<&Codes> {
        self.codes.as_deref()
    }

    /// Templates fit for use, by id.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.ready.values().map(|ready| ready.template.as_ref())
    }

    /// Templates set aside.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// The id itself if it is in the catalog, broken ones included: fit for a label or a reply.
    pub fn known_id(&self, id: &str) -> Option<&str> {
        let broken = || self.broken.iter().map(|broken| broken.id.as_str()).find(|known| *known == id);
        self.ready.get_key_value(id).map(|(known, _)| known.as_str()).or_else(broken)
    }

    /// One template.
    pub fn template(&self, id: &str) -> Result<&Template, Failure> {
        self.find(id).map(|ready| ready.template.as_ref())
    }

    /// Whether documents of a template can carry a code.
    pub fn has_room_for_code(&self, id: &str) -> bool {
        self.ready.get(id).is_some_and(|ready| ready.template.manifest.qr.is_some())
    }

    /// Sets every template's plain sample once; one that fails is set aside with its faults.
    ///
    /// Also leaves the workers warm.
    pub async fn prove(&mut self, backend: &Backend, limit: Duration) {
        let requested = Requested { output: Output::Check, ..Requested::default() };
        for (id, ready) in std::mem::take(&mut self.ready) {
            let sample = ready.template.samples.get("plain").cloned().unwrap_or_default();
            let proof = match prepare(&ready, sample, &requested, self.options.max_rows, None) {
                Ok(prepared) => backend.run(prepared.lane, prepared.job, Instant::now() + limit).await.map(|_| ()),
                Err(failure) => Err(failure),
            };
            match proof {
                Ok(()) => {
                    self.ready.insert(id, ready);
                }
                Err(failure) => {
                    tracing::error!(template = %id, code = failure.code.info().name, "template set aside: {failure}");
                    self.broken.push(Broken { id, faults: failure.diagnostics });
                }
            }
        }
    }

    /// Checks the data and makes everything the engine needs.
    pub fn prepare(&self, id: &str, data: Value, requested: &Requested) -> Result<Prepared, Failure> {
        prepare(self.find(id)?, data, requested, self.options.max_rows, self.codes())
    }

    /// Data in, a file out.
    pub async fn render(
        &self,
        backend: &Backend,
        id: &str,
        data: Value,
        requested: &Requested,
        deadline: Instant,
    ) -> Result<Rendered, Failure> {
        let started = Instant::now();
        let seal = fields::seal_of(&data);
        let prepared = if is_heavy(&data) {
            // Thousands of names are checked for as long as a certificate is set: not on a thread that answers others.
            let (ready, requested, max_rows) = (Arc::clone(self.find(id)?), requested.clone(), self.options.max_rows);
            let codes = self.codes.clone();
            tokio::task::spawn_blocking(move || prepare(&ready, data, &requested, max_rows, codes.as_deref()))
                .await
                .map_err(|error| Failure::internal(format_args!("check task: {error}")))?
        } else {
            self.prepare(id, data, requested)
        };
        let Prepared { job, lane, file_name, mut warnings } = prepared?;
        let output = job.output;
        let prepare = started.elapsed();
        let mut done = backend.run(lane, job, deadline).await?;
        warnings.extend(done.warnings);
        let manifest = &self.find(id)?.template.manifest;
        if let Some(diameter) = seal {
            fields::fit_seals(manifest, &mut done.boxes, diameter);
        }
        let mut fields = Vec::new();
        let signing = Instant::now();
        if fields::wanted(manifest, requested) {
            fields = fields::of(manifest, &done.boxes);
        }
        if !fields.is_empty() {
            done.bytes = fields::append(std::mem::take(&mut done.bytes), &fields).await?;
        }
        let compile = Duration::from_micros(done.compile_us);
        let export = Duration::from_micros(done.export_us) + signing.elapsed();
        Ok(Rendered {
            sha256: Sha256::digest(&done.bytes).into(),
            bytes: done.bytes,
            pages: done.pages,
            boxes: done.boxes,
            fields,
            warnings,
            file_name: format!("{file_name}{}", extension(output)),
            timing: Timing {
                prepare,
                compile,
                export,
                wait: started.elapsed().saturating_sub(prepare + compile + export),
            },
        })
    }

    fn find(&self, id: &str) -> Result<&Arc<Ready>, Failure> {
        if let Some(ready) = self.ready.get(id) {
            return Ok(ready);
        }
        if let Some(broken) = self.broken.iter().find(|broken| broken.id == id) {
            return Err(Failure::new(Code::TemplateBroken, broken.faults.clone()));
        }
        let mut failure = Failure::one(Code::TemplateNotFound, "không có mẫu này", "there is no such template");
        let near = self
            .ready
            .keys()
            .map(|known| (strsim::damerau_levenshtein(known, id), known))
            .filter(|(distance, _)| *distance <= 3)
            .min();
        if let Some((_, name)) = near {
            let hint = |fault: Diagnostic| fault.hint(format!("có phải `{name}`?"), format!("did you mean `{name}`?"));
            failure.diagnostics = failure.diagnostics.into_iter().map(hint).collect();
        }
        Err(failure)
    }
}

/// Whether data hold more values than a page or two of them.
fn is_heavy(data: &Value) -> bool {
    const HEAVY: usize = 1_000;
    fn count(value: &Value, left: usize) -> usize {
        // Stops early: what is left never grows.
        match value {
            Value::Array(items) => {
                items.iter().fold(left, |left, inner| if left == 0 { 0 } else { count(inner, left) })
            }
            Value::Object(map) => map.values().fold(left, |left, inner| if left == 0 { 0 } else { count(inner, left) }),
            Value::String(text) => left.saturating_sub(1 + text.len() / 1_000),
            _ => left.saturating_sub(1),
        }
    }
    count(data, HEAVY) == 0
}

fn make_ready(template: Arc<Template>, fonts: &Fonts) -> Result<Ready, Vec<Diagnostic>> {
    let manifest = &template.manifest;
    let missing: Vec<Diagnostic> = manifest
        .fonts
        .iter()
        .filter(|family| !fonts.has(family))
        .map(|family| {
            Diagnostic::error("font", format!("không có phông chữ `{family}`"), format!("no font `{family}`"))
        })
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    if !manifest.form.is_empty() && Form::parse(&manifest.form).is_none() {
        let known = Form::ALL.map(Form::name).join("`, `");
        return Err(vec![Diagnostic::error(
            "manifest",
            format!("`form` là `{}`, phải là `{known}` hoặc bỏ trống", manifest.form),
            format!("`form` is `{}`, it must be `{known}` or left out", manifest.form),
        )]);
    }
    let file = format!("{}/typst.toml", manifest.id);
    let keywords = manifest.document.keywords.join("\n");
    let rules: Vec<(String, &str)> = manifest
        .rules
        .iter()
        .enumerate()
        .flat_map(|(index, rule)| {
            [
                (format!("rules.{index}.vi"), rule.vi.as_str()),
                (format!("rules.{index}.en"), rule.en.as_str()),
                (format!("rules.{index}.pointer"), rule.pointer.as_str()),
            ]
        })
        .collect();
    let mut prose: Vec<(&str, &str, &str)> =
        template.prose.iter().map(|piece| (piece.name.as_str(), piece.path.as_str(), piece.source.as_str())).collect();
    prose.extend([
        ("document.title", file.as_str(), manifest.document.title.as_str()),
        ("document.author", file.as_str(), manifest.document.author.as_str()),
        ("document.subject", file.as_str(), manifest.document.subject.as_str()),
        ("document.keywords", file.as_str(), keywords.as_str()),
        ("document.file_name", file.as_str(), manifest.document.file_name.as_str()),
        ("document.date", file.as_str(), manifest.document.date.as_str()),
    ]);
    let copies: Vec<(String, &str)> = manifest
        .qr
        .iter()
        .flat_map(|qr| qr.recipients.iter().enumerate())
        .map(|(index, one)| (format!("qr.recipients.{index}"), one.text.as_str()))
        .collect();
    if let Some(qr) = &manifest.qr {
        prose.extend([
            ("qr.kind", file.as_str(), qr.kind.as_str()),
            ("qr.number", file.as_str(), qr.number.text.as_str()),
            ("qr.symbol", file.as_str(), qr.symbol.text.as_str()),
            ("qr.date", file.as_str(), qr.date.text.as_str()),
            ("qr.issuer", file.as_str(), qr.issuer.text.as_str()),
        ]);
    }
    prose.extend(copies.iter().map(|(name, source)| (name.as_str(), file.as_str(), *source)));
    prose.extend(rules.iter().map(|(name, source)| (name.as_str(), file.as_str(), *source)));
    let derive = manifest.derive.iter().map(|(name, source)| (name.as_str(), source.as_str())).collect();
    let expressions: Vec<(String, &str)> = manifest
        .rules
        .iter()
        .enumerate()
        .flat_map(|(index, rule)| {
            let each = rule.each.as_ref().map(|each| (format!("{index}.each"), each.as_str()));
            std::iter::once((index.to_string(), rule.when.as_str())).chain(each)
        })
        .collect();
    let conditions = expressions.iter().map(|(name, source)| (name.as_str(), *source)).collect();
    let wording = Wording::compile(&Pieces { prose, derive, conditions })?;
    let optional = template.schema.top_level().map(str::to_owned).collect();
    let families: Vec<String> = manifest.fonts.iter().map(|family| fonts.stand_in(family).to_owned()).collect();
    let glyphs = Glyphs::new(fonts, &families);
    Ok(Ready { wording, optional, glyphs, template })
}

fn extension(output: Output) -> &'static str {
    match output {
        Output::Check => "",
        Output::Pdf(_) => ".pdf",
        Output::Png { .. } => ".png",
        Output::Svg { .. } => ".svg",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_and_long_texts_are_heavy_and_a_certificate_is_not() {
        assert!(!is_heavy(&json!({"ten": "Lò Thị Minh Hạnh", "nguoi_ky": {"quyen_han": ["KT. CHỦ TỊCH"]}})));
        assert!(is_heavy(&json!({"doi_tuong": vec![json!({"ten": "A", "loai": "ca_nhan"}); 600]})));
        assert!(is_heavy(&json!({"anh": "a".repeat(2_000_000)})));
    }
}
