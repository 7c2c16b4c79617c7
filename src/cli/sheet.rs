//! `sheet`: the pattern to be filled in. Also what `batch` and `dossier` have in common where they read one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output;
use crate::app;
use crate::config::Places;
use crate::diagnostic::{Code, Diagnostic, Failure, Severity};
use crate::dossier::Planner;
use crate::ingest::{self, Column, Convert, ReadOptions};

/// Name that means the recipients of a dossier.
pub const DOSSIER: &str = "ho_so";

/// Make a pattern sheet.
#[derive(Args)]
pub struct Sheet {
    /// Template, such as `giay_khen`; `ho_so` for the recipients of a dossier
    id: String,
    /// File to write; `-` for stdout
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

impl Sheet {
    /// Runs the command.
    pub fn run(self, places: &Places) -> Result<(), Failure> {
        let (renderer, _) = app::local(places)?;
        let (title, columns) = if self.id == DOSSIER {
            let planner = Planner::new(renderer.templates(), app::law(&app::tree(places)?)?)?;
            ("Danh sách khen thưởng".to_owned(), ingest::columns_of(planner.schema(), "dong"))
        } else {
            let template = renderer.template(&self.id)?;
            (template.manifest.title_vi.clone(), ingest::columns(template.schema.document()))
        };
        if columns.is_empty() {
            return Err(Failure::one(Code::BadRequest, "mẫu này không nhận bảng tính", "this template takes no sheet"));
        }
        output::write(&self.output, &ingest::pattern(&title, &columns)?, self.force)
    }
}

/// How a sheet is read.
#[derive(Args)]
pub struct Reading {
    /// Name of the sheet in the workbook
    #[arg(long = "sheet-name", value_name = "NAME")]
    sheet: Option<String>,
    /// What a column is: its heading or letters, `=`, the pointer in a row (`Người nhận=/doi_tuong/ten`), nothing to leave
    /// it out; may be repeated
    #[arg(long, value_name = "COLUMN=POINTER", value_parser = pair)]
    map: Vec<(String, Option<String>)>,
    /// Text in TCVN3 or VNI: `refuse`, `recognised` cells, or all of `tcvn3`, `vni`
    #[arg(long, value_name = "WHAT", default_value = "refuse", value_parser = ["refuse", "recognised", "tcvn3", "vni"])]
    convert: String,
}

fn pair(text: &str) -> Result<(String, Option<String>), String> {
    let (column, pointer) = text.split_once('=').ok_or("COLUMN=POINTER")?;
    Ok((column.to_owned(), (!pointer.is_empty()).then(|| pointer.to_owned())))
}

impl Reading {
    /// Reads a sheet. Where cells are at fault, a copy with the faults marked is written beside the output; `go_on` lets
    /// rows with such cells be among the others, with their faults.
    pub fn read(
        &self,
        path: &Path,
        bytes: &[u8],
        columns: &[Column],
        max_rows: usize,
        go_on: bool,
        folder: &Path,
    ) -> Result<ingest::Sheet, Failure> {
        let options = ReadOptions {
            sheet: self.sheet.clone(),
            map: self.map.iter().cloned().collect::<BTreeMap<_, _>>(),
            convert: match self.convert.as_str() {
                "recognised" => Convert::Recognised,
                "tcvn3" => Convert::Tcvn3,
                "vni" => Convert::Vni,
                _ => Convert::Refuse,
            },
            max_rows,
            ..ReadOptions::default()
        };
        let sheet = ingest::read(bytes, &file_name(path), columns, &options)?;
        let of_no_row = sheet.faults_of_rows().1;
        if sheet.faults.is_empty() || (go_on && of_no_row.is_empty()) {
            return Ok(sheet);
        }
        let failure = Failure::new(Code::InvalidData, sheet.faults.clone());
        Err(mark(failure, &sheet, path, bytes, folder))
    }
}

/// Writes the sheet with the faults of a refusal marked in its cells, and says where.
pub fn mark(mut failure: Failure, sheet: &ingest::Sheet, path: &Path, bytes: &[u8], folder: &Path) -> Failure {
    const SHOWN: usize = 50;
    // What is wrong elsewhere (a pattern of names, common data) is not to be looked for in the sheet.
    let count = failure.diagnostics.iter().filter(|one| one.cell.is_some() && one.severity == Severity::Error).count();
    if count == 0 {
        return failure;
    }
    let name = file_name(path);
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let copy = folder.join(format!("{stem} - đã đánh dấu.xlsx"));
    let written = ingest::marked(bytes, &name, sheet, &failure.diagnostics)
        .and_then(|marked| {
            std::fs::create_dir_all(folder).map_err(|error| output::trouble(folder, &error)).map(|()| marked)
        })
        .and_then(|marked| output::write(&copy, &marked, true));
    failure.diagnostics.truncate(SHOWN);
    let copy = copy.display();
    match written {
        Ok(()) => failure.diagnostics.push(
            Diagnostic::error("marked", format!("có {count} lỗi trong bảng"), format!("{count} faults in the sheet"))
                .hint(format!("mọi lỗi đã đánh dấu trong `{copy}`"), format!("all are marked in `{copy}`")),
        ),
        Err(also) => failure.diagnostics.extend(also.diagnostics),
    }
    failure
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a file is a sheet by its name; else it is JSON.
pub fn is_sheet(path: &Path) -> bool {
    let end = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt"].iter().any(|known| end == *known)
}
