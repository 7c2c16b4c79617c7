//! `batch`: one document for each row.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};

use super::desk::{Out, UnderWay};
use super::sheet::{Reading, is_sheet, mark};
use super::{Speech, output, runtime};
use crate::app::Desk;
use crate::batch::{Document, OnFault, Wanted, lay_over};
use crate::config::{Places, Settings};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::engine::Standard;
use crate::ingest;
use crate::render::{InputLimits, read_json};

/// Make one document for each row.
#[derive(Args)]
pub struct Batch {
    /// Template, such as `giay_khen`
    id: String,
    /// Rows: an XLSX or CSV sheet, or a JSON list; `-` for JSON on stdin
    rows: PathBuf,
    /// What all rows have in common, JSON
    #[arg(long, value_name = "FILE")]
    common: Option<PathBuf>,
    /// `full`, or `phoi` for the variable text only
    #[arg(long, default_value = "full")]
    mode: String,
    /// Make the rows that are right and report the others, instead of making nothing
    #[arg(long)]
    go_on: bool,
    /// Title, for separator sheets and the merged PDF
    #[arg(long)]
    title: Option<String>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    out: Out,
}

impl Batch {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let rows = output::read(&self.rows)?;
        let common = self.common.as_deref().map(output::read).transpose()?.unwrap_or_default();
        let settings = Settings {
            batch_workers: self.out.workers,
            qr_keys: self.out.codes.keys.clone(),
            qr_address: self.out.codes.address.clone(),
            ..Settings::default()
        };
        let program = std::env::current_exe().map_err(Failure::internal)?;
        let under_way = UnderWay::open(self.out.folder())?;
        let place = under_way.path.clone();
        let outcome = runtime()?.block_on(async move {
            let desk = Desk::open(&settings, places, &place, program).await?;
            let renderer = &desk.batches.renderer;
            let template = renderer.template(&self.id)?;
            let shared =
                if common.is_empty() { Value::Object(Map::new()) } else { read_json(&common, InputLimits::default())? };
            let mut sheet = None;
            let mut faulty = Vec::new();
            let data: Vec<Value> = if is_sheet(&self.rows) {
                let columns = ingest::columns(template.schema.document());
                let max_rows = desk.batches.max_rows;
                let read = self.reading.read(&self.rows, &rows, &columns, max_rows, self.go_on, self.out.folder())?;
                output::warn(&read.warnings, speech);
                let data = read.rows.iter().map(|row| row.data.clone()).collect();
                faulty = read.faults_of_rows().0;
                sheet = Some(read);
                data
            } else {
                list(read_json(&rows, InputLimits::default())?)?
            };
            let documents = (0..)
                .zip(data)
                .map(|(index, row)| {
                    let mut whole = shared.clone();
                    lay_over(&mut whole, row);
                    let faults = faulty.get_mut(index).map(std::mem::take).unwrap_or_default();
                    let place = sheet.as_ref().and_then(|read: &ingest::Sheet| {
                        read.rows.get(index).map(|row| format!("{}!{}", read.name, row.number))
                    });
                    Document { faults, row: place, ..Document::of_row(&self.id, whole, format!("/{index}")) }
                })
                .collect();
            let wanted = Wanted {
                owner: String::new(),
                kind: "batch",
                title: self.title.clone().unwrap_or_else(|| template.manifest.title_vi.clone()),
                documents,
                names: self.out.names.clone(),
                standard: Standard::parse(&self.out.standard).unwrap_or_default(),
                mode: self.mode.clone(),
                test: self.out.test,
                fields: self.out.fields,
                qr: self.out.qr,
                on_fault: if self.go_on { OnFault::Continue } else { OnFault::Refuse },
                webhook: None,
                idempotency: None,
                warnings: Vec::new(),
            };
            let how = format!("{} {} {} {:?}", self.id, self.mode, self.go_on, self.title);
            let folder = self.out.folder().to_owned();
            let made = self.out.make(desk, wanted, &[how.as_bytes(), &common, &rows], speech).await;
            made.map_err(|failure| match &sheet {
                Some(sheet) if failure.code == Code::InvalidData => {
                    let placed = sheet.place(failure.diagnostics, ingest::Sheet::items_of(""));
                    mark(Failure::new(Code::InvalidData, placed), sheet, &self.rows, &rows, &folder)
                }
                _ => failure,
            })
        });
        under_way.after(outcome)
    }
}

/// Rows of JSON: a list of objects.
fn list(value: Value) -> Result<Vec<Value>, Failure> {
    match value {
        Value::Array(rows) if rows.iter().all(Value::is_object) => Ok(rows),
        _ => Err(Failure::new(
            Code::InvalidData,
            vec![
                Diagnostic::error("rows", "phải là danh sách các đối tượng JSON", "a JSON list of objects is needed")
                    .at(""),
            ],
        )),
    }
}
