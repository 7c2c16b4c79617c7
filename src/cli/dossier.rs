//! `dossier`: one decision's data → every document that follows from them.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::desk::{Out, UnderWay};
use super::sheet::{Reading, mark};
use super::{Format, Speech, output, runtime};
use crate::app::Desk;
use crate::batch::{Document, OnFault, Wanted};
use crate::config::{Places, Settings};
use crate::diagnostic::{Diagnostic, Failure, Lang};
use crate::dossier::{Filled, Plan, with_rows};
use crate::engine::Standard;
use crate::ingest;
use crate::render::{InputLimits, read_json};

/// Make a whole dossier.
#[derive(Args)]
pub struct Dossier {
    /// The dossier's data as JSON; `-` for stdin
    data: PathBuf,
    /// Recipients: an XLSX or CSV sheet; their awards and decisions are named in it
    #[arg(long, value_name = "FILE")]
    recipients: Option<PathBuf>,
    /// Only check: every fault and warning, and the plan; nothing is made
    #[arg(long)]
    check: bool,
    /// Settings as TOML, for `[xac_nhan]`: what the agency has confirmed of what the law leaves open
    #[arg(long, env = "VINHDANH_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    out: Out,
}

impl Dossier {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let data = output::read(&self.data)?;
        let rows = self.recipients.as_deref().map(output::read).transpose()?.unwrap_or_default();
        let file = self.config.as_deref().map(Settings::read).transpose()?.unwrap_or_default();
        let settings = Settings {
            batch_workers: self.out.workers,
            qr_keys: self.out.codes.keys.clone(),
            qr_address: self.out.codes.address.clone(),
            ..Settings::default()
        }
        .over(file);
        let program = std::env::current_exe().map_err(Failure::internal)?;
        let under_way = UnderWay::open(self.out.folder())?;
        let (place, check) = (under_way.path.clone(), self.check);
        let outcome = runtime()?.block_on(async move {
            let folder = self.out.folder().to_owned();
            let desk = Desk::open(&settings, places, &place, program).await?;
            let mut input = read_json(&data, InputLimits::default())?;
            let mut read: Option<(ingest::Sheet, Filled)> = None;
            if let Some(path) = &self.recipients {
                let columns = ingest::columns_of(desk.planner.schema(), "dong");
                let sheet = self.reading.read(path, &rows, &columns, desk.batches.max_rows, false, &folder)?;
                output::warn(&sheet.warnings, speech);
                let values: Vec<Value> = sheet.rows.iter().map(|row| row.data.clone()).collect();
                let filled = with_rows(input, &values, desk.planner.law());
                input = filled.input.clone();
                read = Some((sheet, filled));
            }
            let placed = |failure: Failure| match (&read, &self.recipients) {
                (Some((sheet, filled)), Some(path)) => {
                    let found = sheet.place(failure.diagnostics, |pointer| filled.place(pointer));
                    mark(Failure::new(failure.code, found), sheet, path, &rows, &folder)
                }
                _ => failure,
            };
            let plan = desk.planner.plan(input, &desk.confirmed).map_err(placed)?;
            let warnings = match &read {
                Some((sheet, filled)) => sheet.place(plan.warnings.clone(), |pointer| filled.place(pointer)),
                None => plan.warnings.clone(),
            };
            output::warn(&warnings, speech);
            tell(&plan, speech);
            let confirmed = format!("{:?}", settings.xac_nhan);
            let wanted = self.wanted(plan, warnings);
            if self.check {
                let found: Vec<Diagnostic> = desk.batches.check(wanted).await?;
                output::warn(&found, speech);
                desk.batches.register.close().await;
                return Ok(());
            }
            self.out.make(desk, wanted, &[&data, &rows, confirmed.as_bytes()], speech).await
        });
        if check { under_way.clear().and(outcome) } else { under_way.after(outcome) }
    }

    fn wanted(&self, plan: Plan, warnings: Vec<Diagnostic>) -> Wanted {
        let documents = plan.documents.into_iter().map(Document::of_plan).collect();
        Wanted {
            owner: String::new(),
            kind: "dossier",
            title: plan.title,
            documents,
            names: self.out.names.clone(),
            standard: Standard::parse(&self.out.standard).unwrap_or_default(),
            mode: "full".to_owned(),
            test: self.out.test,
            fields: self.out.fields,
            qr: self.out.qr,
            on_fault: OnFault::Refuse,
            webhook: None,
            idempotency: None,
            warnings,
        }
    }
}

/// The plan in a few lines.
fn tell(plan: &Plan, speech: Speech) {
    if speech.format == Format::Json {
        eprintln!("{}", json!({"title": plan.title, "documents": plan.documents.len(), "counts": plan.counts}));
        return;
    }
    let total = plan.documents.len();
    match speech.lang {
        Lang::Vi => eprintln!("{}: {total} văn bản", plan.title),
        Lang::En => eprintln!("{}: {total} documents", plan.title),
    }
    for (template, count) in &plan.counts.documents {
        eprintln!("  {count:>6}  {template}");
    }
}
