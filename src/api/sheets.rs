//! Sheets in a request, pattern sheets and marked copies in answers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::batches::Refused;
use super::caller::Caller;
use super::{negotiate, problem};
use crate::app::App;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::ingest::{self, Column, Convert, ReadOptions, Sheet};

/// A workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// From a pointer into the data to a row of the sheet and the pointer inside it.
type Locate = Arc<dyn Fn(&str) -> Option<(usize, String)> + Send + Sync>;

/// Where the rows of a request come from: a sheet, or nothing of the kind.
#[derive(Clone, Default)]
pub struct Source(Option<(Arc<Sheet>, Locate)>);

impl Source {
    /// A sheet whose rows stand in the data where `locate` says.
    pub fn of(sheet: Arc<Sheet>, locate: Locate) -> Self {
        Self(Some((sheet, locate)))
    }

    /// Gives findings about the data their cells.
    pub fn place_all(&self, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        match &self.0 {
            Some((sheet, locate)) => sheet.place(found, |pointer| locate(pointer)),
            None => found,
        }
    }

    /// As [`Source::place_all`], for a refusal.
    pub fn place(&self, mut failure: Failure) -> Failure {
        failure.diagnostics = self.place_all(failure.diagnostics);
        failure
    }

    /// What was read: columns found and not found, what was changed.
    pub fn summary(&self) -> Option<Value> {
        let (sheet, _) = self.0.as_ref()?;
        Some(json!({
            "name": sheet.name,
            "rows": sheet.rows.len(),
            "columns": sheet.mapped.iter()
                .map(|one| json!({"cell": one.address, "heading": one.heading, "pointer": one.pointer}))
                .collect::<Vec<_>>(),
            "unused": sheet.unused.iter()
                .map(|one| json!({"cell": one.address, "heading": one.heading}))
                .collect::<Vec<_>>(),
            "changes": sheet.changes.iter()
                .map(|one| json!({"cell": one.cell, "before": one.before, "after": one.after}))
                .collect::<Vec<_>>(),
        }))
    }
}

/// Rows of a sheet, as a template's contract has them, each with what is wrong with its cells. Refused where a fault
/// belongs to no row.
pub async fn read(
    app: &App,
    schema: Value,
    file: (String, Vec<u8>),
    asked: &Value,
) -> Result<(Vec<Row>, Source, Vec<Diagnostic>), Refused> {
    let columns = ingest::columns(&schema);
    let sheet = read_sheet(app, columns, file, asked).await?;
    let source = Source::of(Arc::clone(&sheet), Arc::new(Sheet::items_of("/rows")));
    let (of_rows, of_no_row) = sheet.faults_of_rows();
    if !of_no_row.is_empty() {
        // All at once: those of rows, too.
        return Err(Refused { failure: Failure::new(Code::InvalidData, sheet.faults.clone()), sheet: source });
    }
    let place = |row: &ingest::Row| Some(format!("{}!{}", sheet.name, row.number));
    let rows = sheet
        .rows
        .iter()
        .zip(of_rows)
        .map(|(row, faults)| Row { data: row.data.clone(), faults, place: place(row) })
        .collect();
    Ok((rows, source, sheet.warnings.clone()))
}

/// A row: its data, and what could not be read of it.
pub struct Row {
    /// Its data.
    pub data: Value,
    /// What is wrong with its cells.
    pub faults: Vec<Diagnostic>,
    /// Its row, as the spreadsheet shows it; none where the rows came as JSON.
    pub place: Option<String>,
}

/// Reads a sheet as a request asks, on a thread that answers nobody else.
pub async fn read_sheet(
    app: &App,
    columns: Vec<Column>,
    (name, bytes): (String, Vec<u8>),
    asked: &Value,
) -> Result<Arc<Sheet>, Failure> {
    let map: BTreeMap<String, Option<String>> = match &asked["map"] {
        Value::Null => BTreeMap::new(),
        map => serde_json::from_value(map.clone()).map_err(Failure::internal)?,
    };
    let options = ReadOptions {
        sheet: asked["sheet"].as_str().map(str::to_owned),
        map,
        convert: match asked["convert"].as_str() {
            Some("recognised") => Convert::Recognised,
            Some("tcvn3") => Convert::Tcvn3,
            Some("vni") => Convert::Vni,
            _ => Convert::Refuse,
        },
        max_rows: app.batches.max_rows,
        max_bytes: app.batch_body_bytes,
        ..ReadOptions::default()
    };
    let read = move || ingest::read(&bytes, &name, &columns, &options);
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|error| Failure::internal(format_args!("sheet task: {error}")))?
        .map(Arc::new)
}

/// Whether the caller wants the sheet back with its faults marked.
pub fn wants_copy(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|part| part.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(XLSX))
}

/// The caller's sheet with faults and changes marked in its cells.
pub async fn marked(
    request: &HttpRequest,
    caller: &Caller,
    (name, bytes): &(String, Vec<u8>),
    source: &Source,
    outcome: &Result<Vec<Diagnostic>, Failure>,
) -> HttpResponse {
    let findings = match outcome {
        Ok(warnings) => warnings.clone(),
        Err(failure) => failure.diagnostics.clone(),
    };
    let sheet = source.0.as_ref().map(|(sheet, _)| Arc::clone(sheet));
    let sheet = match (sheet, outcome) {
        (Some(sheet), _) => sheet,
        // A file that could not be read as rows has no cells to mark: told as a problem.
        (None, Err(failure)) => return problem::respond(failure, caller, request.path(), None),
        (None, Ok(_)) => {
            let failure = Failure::internal("a sheet was read and is not there");
            return problem::respond(&failure, caller, request.path(), None);
        }
    };
    let (owned, file) = (bytes.clone(), name.clone());
    let work = tokio::task::spawn_blocking(move || ingest::marked(&owned, &file, &sheet, &findings));
    match work.await.map_err(|error| Failure::internal(format_args!("sheet task: {error}"))).and_then(|done| done) {
        Ok(copy) => {
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
            HttpResponse::Ok()
                .content_type(XLSX)
                .insert_header((header::CACHE_CONTROL, "private, no-store"))
                .insert_header(("vinhdanh-ok", if outcome.is_ok() { "true" } else { "false" }))
                .insert_header((
                    header::CONTENT_DISPOSITION,
                    negotiate::disposition(false, &format!("{stem} - đã đánh dấu.xlsx")),
                ))
                .body(copy)
        }
        Err(failure) => problem::respond(&failure, caller, request.path(), None),
    }
}

/// The pattern sheet of a template: its columns with headings, forms and examples, ready to be filled in.
pub async fn pattern(
    request: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let work = || {
        if let Some(name) = query.keys().next() {
            let shown: String = name.chars().take(40).collect();
            return Err(Failure::one(
                Code::BadRequest,
                format!("không có tham số `{shown}`"),
                format!("no parameter `{shown}`"),
            ));
        }
        let template = app.renderer.template(&id)?;
        let columns = ingest::columns(template.schema.document());
        if columns.is_empty() {
            return Err(Failure::one(Code::NotFound, "mẫu này không nhận bảng tính", "this template takes no sheet"));
        }
        let title = &template.manifest.title_vi;
        Ok((title.clone(), ingest::pattern(title, &columns)?))
    };
    answer_pattern(&request, &caller, work())
}

/// A pattern sheet as an answer.
pub fn answer_pattern(
    request: &HttpRequest,
    caller: &Caller,
    made: Result<(String, Vec<u8>), Failure>,
) -> HttpResponse {
    match made {
        Ok((title, bytes)) => HttpResponse::Ok()
            .content_type(XLSX)
            .insert_header((header::CACHE_CONTROL, "private, no-cache"))
            .insert_header((
                header::CONTENT_DISPOSITION,
                negotiate::disposition(false, &format!("{title} - bảng mẫu.xlsx")),
            ))
            .body(bytes),
        Err(failure) => problem::respond(&failure, caller, request.path(), None),
    }
}
