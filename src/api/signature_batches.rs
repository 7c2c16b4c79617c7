//! `/v1/signature-batches`: signatures on every document of a batch.

use std::collections::HashMap;

use actix_web::error::ErrorInternalServerError;
use actix_web::http::header;
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::caller::Caller;
use super::documents::in_time;
use super::guard::Owner;
use super::negotiate;
use super::problem;
use super::request::{self, Kind, word};
use super::results::begun;
use super::signature_forms::{body, fields, level, seconds};
use super::signatures::{ok, wanted_run};
use crate::app::App;
use crate::batch::archive::{Entry, zip_body};
use crate::diagnostic::{Code, Diagnostic, Failure, Lang};
use crate::engine::Meta;
use crate::register::{RequestState, RunRow, rfc3339};
use crate::signing::{BatchReport, WantedBatch};

/// Items of one page of a list.
const PAGE: i64 = 100;
/// Most items of one page.
const LONGEST_PAGE: i64 = 1_000;
/// Batches in the list.
const LISTED: i64 = 100;

/// Opens a request for every document of a finished batch.
pub async fn create(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        let envelope = request::read(&app, &request, payload, Kind::SignatureBatch).await?;
        let idempotency = request::idempotency(&request, &envelope.digest)?;
        let value = &envelope.value;
        let rows = value["rows"].as_array().map(|rows| rows.iter().filter_map(Value::as_i64).collect());
        let wanted = WantedBatch {
            owner: owner.0.clone(),
            source: word(value, "batch").unwrap_or_default(),
            rows,
            partial: value["partial"] == true,
            fields: fields(&value["fields"])?,
            level: level(value),
            expires_in: seconds(value),
            webhook: word(value, "webhook"),
            idempotency,
        };
        let (id, new) = app.signing.open_batch(wanted).await?;
        Ok((app.signing.batch_report(&owner.0, &id).await?, new))
    };
    match in_time(&caller, work).await {
        Ok((report, new)) => {
            let mut response = HttpResponse::Created();
            response.insert_header((header::LOCATION, format!("/v1/signature-batches/{}", report.row.id)));
            if !new {
                response.insert_header(("idempotency-replayed", "true"));
            }
            response.insert_header((header::CACHE_CONTROL, "private, no-store")).json(batch_body(&report, caller.lang))
        }
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// The caller's batches, the newest first.
pub async fn list(request: HttpRequest, app: Data<App>, owner: Owner, caller: Caller) -> HttpResponse {
    match app.signing.register.signature_batches(&owner.0, LISTED).await {
        Ok(rows) => {
            let shown: Vec<Value> = rows
                .iter()
                .map(|row| {
                    json!({
                        "id": row.id, "batch": row.source, "title": row.title, "level": row.level, "total": row.total,
                        "created_at": rfc3339(row.created_at), "expires_at": rfc3339(row.expires_at),
                        "location": format!("/v1/signature-batches/{}", row.id),
                    })
                })
                .collect();
            ok(json!({"signature_batches": shown}))
        }
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
    match app.signing.batch_report(&owner.0, &id).await {
        Ok(report) => ok(batch_body(&report, caller.lang)),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Its documents, a page at a time: `state`, `after` (a row), `limit`.
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
        let items = app.signing.batch_items(&owner.0, &id, state, after, limit).await?;
        let next = (items.len() as i64 == limit).then(|| items.last().and_then(|item| item.row.item_no)).flatten();
        let shown: Vec<Value> = items.iter().map(|item| body(item, caller.lang)).collect();
        Ok(json!({"items": shown, "next_after": next}))
    };
    match work.await {
        Ok(body) => ok(body),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

fn page(query: &HashMap<String, String>) -> Result<(Option<RequestState>, i64, i64), Failure> {
    let mut faults = Vec::new();
    let (mut state, mut after, mut limit) = (None, 0, PAGE);
    for (name, value) in query {
        let right = match name.as_str() {
            "state" => RequestState::parse(value).map(|known| state = Some(known)).is_some(),
            "after" => value.parse().ok().filter(|row| *row >= 0).map(|row| after = row).is_some(),
            "limit" => {
                value.parse().ok().filter(|most| (1..=LONGEST_PAGE).contains(most)).map(|most| limit = most).is_some()
            }
            _ => false,
        };
        if !right {
            let shown: String = name.chars().take(40).collect();
            let hint = "state=open|partly_signed|completed|rejected|expired|cancelled, after=0…, limit=1–1000";
            faults.push(
                Diagnostic::error(
                    "parameter",
                    format!("tham số `{shown}` sai"),
                    format!("the parameter `{shown}` is wrong"),
                )
                .hint(format!("được nhận: {hint}"), format!("allowed: {hint}")),
            );
        }
    }
    if faults.is_empty() { Ok((state, after, limit)) } else { Err(Failure::new(Code::BadRequest, faults)) }
}

/// Asks a provider for the signatures of a field on every document whose turn it is.
pub async fn sign(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        let envelope = request::read(&app, &request, payload, Kind::SignatureBatchSign).await?;
        let idempotency = request::idempotency(&request, &envelope.digest)?;
        let field = word(&envelope.value, "field").unwrap_or_default();
        let wanted = wanted_run(&owner.0, field, &envelope.value, idempotency)?;
        let begun = app.signing.sign_batch(&id, wanted).await?;
        Ok((app.signing.batch_report(&owner.0, &id).await?, begun))
    };
    match in_time(&caller, work).await {
        Ok((report, begun)) => {
            let mut answer = batch_body(&report, caller.lang);
            answer["run"] = json!(begun.id);
            let mut response = HttpResponse::Accepted();
            if !begun.new {
                response.insert_header(("idempotency-replayed", "true"));
            }
            response
                .insert_header((header::LOCATION, format!("/v1/signature-batches/{id}")))
                .insert_header((header::CACHE_CONTROL, "private, no-store"))
                .json(answer)
        }
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Every signed file as a ZIP, with the list of them.
pub async fn archive(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let work = async {
        let mut partial = false;
        for (name, value) in query.iter() {
            match (name.as_str(), value.parse()) {
                ("partial", Ok(yes)) => partial = yes,
                _ => {
                    return Err(Failure::one(
                        Code::BadRequest,
                        "chỉ nhận tham số partial=true|false",
                        "the only parameter is partial=true|false",
                    ));
                }
            }
        }
        let report = app.signing.batch_report(&owner.0, &id).await?;
        let files = app.signing.signed_files(&owner.0, &id, partial).await?;
        let entries = files.map(|one| one.map(|(name, bytes)| Entry { name, bytes }));
        Ok((report, begun(zip_body(entries, Meta::UNDATED)).await?))
    };
    match work.await {
        Ok((report, body)) => {
            let title = if report.row.title.is_empty() { "Lô ký" } else { &report.row.title };
            let name = crate::batch::names::safe(&format!("{} (đã ký).zip", title.replace('/', "-")));
            // A body that breaks off is no file: the connection is cut where it happens.
            let body = body.map(|piece| {
                piece.map_err(|failure| {
                    tracing::error!("a download broke off: {failure}");
                    ErrorInternalServerError(failure.code.info().name)
                })
            });
            HttpResponse::Ok()
                .content_type("application/zip")
                .insert_header((header::CACHE_CONTROL, "private, no-store"))
                .insert_header((header::CONTENT_DISPOSITION, negotiate::disposition(false, &name)))
                .streaming(body)
        }
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Calls an active batch off; removes the files of one that has ended.
pub async fn delete(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
) -> HttpResponse {
    match app.signing.stop_or_remove_batch(&owner.0, &id).await {
        Ok(report) => ok(batch_body(&report, caller.lang)),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// A batch as the contract shows it.
fn batch_body(report: &BatchReport, lang: Lang) -> Value {
    let row = &report.row;
    let link = format!("/v1/signature-batches/{}", row.id);
    let mut counts = json!({});
    for state in RequestState::ALL {
        counts[state.word()] = json!(report.count(*state));
    }
    let mut fields: Vec<Value> = Vec::new();
    for (name, state, count) in &report.fields {
        match fields.iter_mut().find(|one| one["name"] == name.as_str()) {
            Some(one) => one[state.as_str()] = json!(count),
            None => {
                let mut one = json!({"name": name});
                one[state.as_str()] = json!(count);
                fields.push(one);
            }
        }
    }
    json!({
        "id": row.id,
        "batch": row.source,
        "title": row.title,
        "state": if report.active() > 0 { "open" } else { "ended" },
        "level": row.level,
        "total": row.total,
        "requests": counts,
        "fields": fields,
        "runs": report.runs.iter().map(|run| run_body(run, lang)).collect::<Vec<_>>(),
        "removed": row.is_removed(),
        "created_at": rfc3339(row.created_at),
        "expires_at": rfc3339(row.expires_at),
        "remove_at": rfc3339(row.remove_at),
        "links": {"self": link, "items": format!("{link}/items"), "archive": format!("{link}/archive.zip")},
    })
}

fn run_body(run: &RunRow, lang: Lang) -> Value {
    let mut body = json!({
        "id": run.id, "field": run.field, "provider": run.provider,
        "state": run.state().map(|one| one.word()).unwrap_or_default(),
        "phase": run.phase().map(|one| one.word()).unwrap_or_default(),
        "documents": run.total, "at_once": run.at_once, "approvals": run.round,
        "created_at": rfc3339(run.created_at), "finished_at": run.finished_at.map(rfc3339),
    });
    if let Ok(Some(reason)) = run.reason() {
        let title = if lang == Lang::Vi { reason.code.info().vi } else { reason.code.info().en };
        body["reason"] = json!({
            "code": reason.code.info().name,
            "title": title,
            "errors": reason.diagnostics.iter().map(|one| problem::entry(one, lang)).collect::<Vec<_>>(),
        });
    }
    body
}
