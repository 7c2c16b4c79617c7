//! `/v1/batches`: taken in, followed, stopped, tried again.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::documents::{entries, in_time};
use super::guard::Owner;
use super::problem;
use super::request::{self, Envelope, Kind};
use super::sheets;
use crate::app::App;
use crate::batch::{Accepted, Document, Making, OnFault, Report, Wanted, lay_over};
use crate::diagnostic::{Code, Diagnostic, Failure, Lang};
use crate::register::{BatchState, ItemRow, ItemState, rfc3339};

/// Items of one page of a list.
const PAGE: i64 = 100;
/// Most items of one page.
const LONGEST_PAGE: i64 = 1_000;
/// Batches in the list.
const LISTED: i64 = 100;

/// Takes a batch in: every row checked, the whole written down, then 202.
pub async fn create(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        let envelope = request::read(&app, &request, payload, Kind::Batch).await?;
        let idempotency = request::idempotency(&request, &envelope.digest)?;
        let wanted = wanted(&app, envelope, owner.0.clone(), idempotency).await;
        let (wanted, _) = wanted.map_err(|refused| refused.failure)?;
        app.batches.accept(wanted.wanted).await.map_err(|failure| wanted.sheet.place(failure))
    };
    match in_time(&caller, work).await {
        Ok(accepted) => created(&app, &owner, &caller, &request, &accepted).await,
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Checks a batch without taking it in. For a sheet and `Accept: application/vnd.openxmlformats-…`: a copy of the sheet
/// with the faults marked in its cells.
pub async fn check(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        let envelope = request::read(&app, &request, payload, Kind::Batch).await?;
        let file = envelope.sheet.clone();
        let read = wanted(&app, envelope, owner.0.clone(), None).await;
        let (sheet, outcome) = match read {
            Ok((wanted, warnings)) => {
                let outcome = app.batches.check(wanted.wanted).await;
                let outcome = outcome.map_err(|failure| wanted.sheet.place(failure)).map(|mut found| {
                    found.splice(0..0, warnings);
                    wanted.sheet.place_all(found)
                });
                (wanted.sheet, outcome)
            }
            Err(refused) => (refused.sheet, Err(refused.failure)),
        };
        Ok::<_, Failure>((file, sheet, outcome))
    };
    match in_time(&caller, work).await {
        Ok((Some(file), sheet, outcome)) if sheets::wants_copy(&request) => {
            sheets::marked(&request, &caller, &file, &sheet, &outcome).await
        }
        Ok((_, sheet, Ok(warnings))) => checked(&caller, &sheet, &warnings, json!({})),
        Ok((_, _, Err(failure))) | Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// The answer to a check that found no fault.
pub fn checked(caller: &Caller, sheet: &sheets::Source, warnings: &[Diagnostic], more: Value) -> HttpResponse {
    let mut body = json!({"ok": true, "warnings": entries(warnings, caller)});
    if let Some(read) = sheet.summary() {
        body["sheet"] = read;
    }
    for (key, value) in more.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(body)
}

/// A batch to be made, and the sheet its rows come from.
struct FromRequest {
    wanted: Wanted,
    sheet: sheets::Source,
}

/// A request that cannot become a batch, and its sheet as far as that was read.
pub struct Refused {
    /// Why.
    pub failure: Failure,
    /// The sheet whose cells the reasons stand in.
    pub sheet: sheets::Source,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, sheet: sheets::Source::default() }
    }
}

/// Reads the envelope of a batch: rows from JSON or from a sheet, each with what all have in common.
async fn wanted(
    app: &App,
    mut envelope: Envelope,
    owner: String,
    idempotency: Option<(String, String)>,
) -> Result<(FromRequest, Vec<Diagnostic>), Refused> {
    let value = &mut envelope.value;
    let id = request::word(value, "template").unwrap_or_default();
    let template = app.renderer.template(&id)?;
    let on_fault = if value["on_fault"] == "continue" { OnFault::Continue } else { OnFault::Refuse };
    let common = value["common"].take();
    let rows = value["rows"].take();
    let (rows, sheet, mut warnings) = match (rows, envelope.sheet) {
        (Value::Array(rows), None) => {
            let rows = rows.into_iter().map(|data| sheets::Row { data, faults: Vec::new(), place: None }).collect();
            (rows, sheets::Source::default(), Vec::new())
        }
        (Value::Null, Some(file)) => {
            sheets::read(app, template.schema.document().clone(), file, &value["sheet"]).await?
        }
        (Value::Null, None) => {
            return Err(rows_or_sheet("thiếu `rows` hoặc `sheet`", "`rows` or `sheet` is missing").into());
        }
        _ => {
            let failure = rows_or_sheet("chỉ gửi một trong hai: `rows` hoặc `sheet`", "send one of `rows` and `sheet`");
            return Err(failure.into());
        }
    };
    let documents = (0..)
        .zip(rows)
        .map(|(index, row)| {
            let mut data = common.clone();
            lay_over(&mut data, row.data);
            Document { faults: row.faults, row: row.place, ..Document::of_row(&id, data, format!("/rows/{index}")) }
        })
        .collect();
    warnings = sheet.place_all(warnings);
    let wanted = Wanted {
        owner,
        kind: "batch",
        title: request::word(value, "title").unwrap_or_else(|| template.manifest.title_vi.clone()),
        documents,
        names: request::word(value, "names"),
        standard: request::standard(value),
        mode: request::word(value, "mode").unwrap_or_else(|| "full".to_owned()),
        test: value["test"] == true,
        fields: value["fields"].as_bool(),
        qr: value["qr"] == true,
        on_fault,
        webhook: request::word(value, "webhook"),
        idempotency,
        warnings: warnings.clone(),
    };
    Ok((FromRequest { wanted, sheet }, warnings))
}

fn rows_or_sheet(vi: &str, en: &str) -> Failure {
    Failure::new(Code::InvalidData, vec![Diagnostic::error("rows", vi, en).at("/rows")])
}

/// 202 and where to follow the batch; the same request before gets the same answer.
pub async fn created(
    app: &App,
    owner: &Owner,
    caller: &Caller,
    request: &HttpRequest,
    accepted: &Accepted,
) -> HttpResponse {
    let location = format!("/v1/batches/{}", accepted.id);
    match app.batches.report(&owner.0, &accepted.id).await.and_then(|report| body(&report, caller.lang)) {
        Ok(body) => {
            let mut response = HttpResponse::Accepted();
            response.insert_header((header::LOCATION, location));
            if !accepted.new {
                response.insert_header(("idempotency-replayed", "true"));
            }
            response.json(body)
        }
        Err(failure) => problem::respond(&failure, caller, request.path(), None),
    }
}

/// A batch as the contract shows it.
pub fn body(report: &Report, lang: Lang) -> Result<Value, Failure> {
    let (row, counts) = (&report.row, report.counts);
    let link = |rest: &str| format!("/v1/batches/{}{rest}", row.id);
    let warnings: Vec<Diagnostic> = serde_json::from_value(row.warnings()?).map_err(Failure::internal)?;
    let mut body = json!({
        "id": row.id,
        "kind": row.kind,
        "title": row.title,
        "state": report.state.word(),
        "total": row.total,
        "done": counts.done,
        "failed": counts.failed,
        "pending": counts.pending,
        "cancelled": counts.cancelled,
        "created_at": rfc3339(row.created_at),
        "finished_at": row.finished_at.map(rfc3339),
        "expires_at": row.expires_at.map(rfc3339),
        "warnings": warnings.iter().map(|one| problem::entry(one, lang)).collect::<Vec<_>>(),
        "links": {
            "self": link(""), "items": link("/items"), "events": link("/events"), "archive": link("/archive.zip"),
            "merged": link("/merged.pdf"), "manifest": link("/manifest.json"), "failures": link("/failures.csv"),
        },
    });
    if report.state == BatchState::Running {
        body["per_second"] = json!((report.per_second * 10.0).round() / 10.0);
        body["seconds_left"] = json!(report.seconds_left);
        body["trouble"] = json!(row.trouble);
    }
    Ok(body)
}

/// The caller's batches, the newest first.
pub async fn list(request: HttpRequest, app: Data<App>, owner: Owner, caller: Caller) -> HttpResponse {
    let work = async {
        let rows = app.batches.register.batches(&owner.0, LISTED).await?;
        rows.iter()
            .map(|row| {
                Ok(json!({
                    "id": row.id, "kind": row.kind, "title": row.title, "state": row.state()?.word(),
                    "total": row.total, "created_at": rfc3339(row.created_at),
                    "expires_at": row.expires_at.map(rfc3339), "location": format!("/v1/batches/{}", row.id),
                }))
            })
            .collect::<Result<Vec<Value>, Failure>>()
    };
    match work.await {
        Ok(batches) => ok(json!({"batches": batches})),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// One batch.
pub async fn show(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
) -> HttpResponse {
    match app.batches.report(&owner.0, &id).await.and_then(|report| body(&report, caller.lang)) {
        Ok(body) => ok(body),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Its items, a page at a time: `state`, `after` (a row), `limit`.
pub async fn items(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let work = async {
        let (state, after, limit) = page(&query)?;
        app.batches.open(&owner.0, &id).await?;
        let items = app.batches.register.items(&id, state, after, limit).await?;
        let next = (items.len() as i64 == limit).then(|| items.last().map(|item| item.row_no)).flatten();
        let shown: Vec<Value> =
            items.iter().map(|item| item_body(&id, item, caller.lang)).collect::<Result<_, Failure>>()?;
        Ok(json!({"items": shown, "next_after": next}))
    };
    match work.await {
        Ok(body) => ok(body),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// One item.
pub async fn item(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    path: Path<(String, i64)>,
) -> HttpResponse {
    let (id, row) = path.into_inner();
    let work = async {
        app.batches.open(&owner.0, &id).await?;
        let item = app.batches.register.item(&id, row).await?.ok_or_else(no_row)?;
        item_body(&id, &item, caller.lang)
    };
    match work.await {
        Ok(body) => ok(body),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// No such row.
pub fn no_row() -> Failure {
    Failure::one(Code::NotFound, "lô không có dòng này", "the batch has no such row")
}

fn item_body(id: &str, item: &ItemRow, lang: Lang) -> Result<Value, Failure> {
    let state = item.state()?;
    let mut body = json!({
        "row": item.row_no, "origin": item.origin, "template": item.template, "state": state.word(),
        "name": item.name, "unit": item.unit, "person": item.person,
    });
    match state {
        ItemState::Done => {
            body["sha256"] = json!(item.sha256);
            body["bytes"] = json!(item.bytes);
            body["pages"] = json!(item.pages);
            body["document"] = json!(format!("/v1/batches/{id}/items/{}/document.pdf", item.row_no));
            let warnings: Vec<Diagnostic> =
                item.warnings.as_deref().map_or(Ok(Vec::new()), serde_json::from_str).map_err(Failure::internal)?;
            body["warnings"] = warnings.iter().map(|one| problem::entry(one, lang)).collect();
        }
        ItemState::Failed => {
            let failure: Failure =
                serde_json::from_str(item.error.as_deref().unwrap_or("null")).map_err(Failure::internal)?;
            body["code"] = json!(failure.code.info().name);
            let place = |mut one: Diagnostic| {
                one.pointer = Some(item.place(one.pointer.as_deref()));
                problem::entry(&one, lang)
            };
            body["errors"] = failure.diagnostics.into_iter().map(place).collect();
        }
        ItemState::Pending | ItemState::Cancelled => {}
    }
    Ok(body)
}

fn page(query: &HashMap<String, String>) -> Result<(Option<ItemState>, i64, i64), Failure> {
    let mut faults = Vec::new();
    let mut fault = |name: &str, allowed: &str| {
        let shown: String = name.chars().take(40).collect();
        faults.push(
            Diagnostic::error(
                "parameter",
                format!("tham số `{shown}` sai"),
                format!("the parameter `{shown}` is wrong"),
            )
            .hint(format!("được nhận: {allowed}"), format!("allowed: {allowed}")),
        );
    };
    let (mut state, mut after, mut limit) = (None, 0, PAGE);
    for (name, value) in query {
        match name.as_str() {
            "state" => match ItemState::parse(value) {
                Some(known) => state = Some(known),
                None => fault(name, "pending, done, failed, cancelled"),
            },
            "after" => match value.parse() {
                Ok(row) if row >= 0 => after = row,
                _ => fault(name, "0 …"),
            },
            "limit" => match value.parse() {
                Ok(most) if (1..=LONGEST_PAGE).contains(&most) => limit = most,
                _ => fault(name, "1–1000"),
            },
            _ => fault(name, "state, after, limit"),
        }
    }
    if faults.is_empty() { Ok((state, after, limit)) } else { Err(Failure::new(Code::BadRequest, faults)) }
}

/// Stops a running batch; removes the results of one that has ended.
pub async fn delete(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
) -> HttpResponse {
    let work = async {
        app.batches.report(&owner.0, &id).await?;
        app.batches.stop_or_remove(&owner.0, &id).await?;
        app.batches.report(&owner.0, &id).await.and_then(|report| body(&report, caller.lang))
    };
    match work.await {
        Ok(body) => ok(body),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Does what failed again, with the data given for some rows.
pub async fn retry(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        let mut envelope = request::read(&app, &request, payload, Kind::Retry).await?;
        let report = app.batches.open(&owner.0, &id).await?;
        let making: Making = serde_json::from_value(report.row.options()?).map_err(Failure::internal)?;
        let rows: Vec<Map<String, Value>> = match envelope.value["rows"].take() {
            Value::Null => Vec::new(),
            rows => serde_json::from_value(rows).map_err(Failure::internal)?,
        };
        let opened = app.batches.retry(&owner.0, &report, &making, rows).await?;
        let report = app.batches.report(&owner.0, &id).await?;
        let mut answer = body(&report, caller.lang)?;
        answer["opened"] = json!(opened);
        Ok(answer)
    };
    match in_time(&caller, work).await {
        Ok(body) => HttpResponse::Accepted().insert_header((header::LOCATION, format!("/v1/batches/{id}"))).json(body),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

fn ok(body: Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(body)
}
