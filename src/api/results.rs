//! What a batch has to show: progress as events, one file, all as a ZIP or as one PDF, the list.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::error::ErrorInternalServerError;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::Value;
use tokio::time::Instant;

use super::caller::Caller;
use super::guard::Owner;
use super::{batches, negotiate, problem};
use crate::app::App;
use crate::batch::archive::zip_body;
use crate::batch::{Making, Order, Report, failures_sheet, manifest};
use crate::diagnostic::{Code, Diagnostic, Failure, Lang};
use crate::register::BatchState;

/// How often a batch is looked at for whoever follows it.
const LOOK: Duration = Duration::from_millis(500);
/// A line that says nothing keeps the connection open through proxies.
const KEEP_OPEN: Duration = Duration::from_secs(15);

/// Progress as server-sent events: `progress` whenever something changed, then one `end`.
pub async fn events(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
) -> HttpResponse {
    if let Err(failure) = app.batches.report(&owner.0, &id).await {
        return problem::respond(&failure, &caller, request.path(), None);
    }
    let follow = Follow {
        app,
        owner: owner.0,
        id: id.into_inner(),
        lang: caller.lang,
        last: None,
        quiet: Instant::now(),
        over: false,
    };
    HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(follow, Follow::next))
}

struct Follow {
    app: Data<App>,
    owner: String,
    id: String,
    lang: Lang,
    last: Option<Value>,
    quiet: Instant,
    over: bool,
}

impl Follow {
    async fn next(mut self) -> Option<(Result<Bytes, actix_web::Error>, Self)> {
        if self.over {
            return None;
        }
        loop {
            if self.last.is_some() {
                tokio::time::sleep(LOOK).await;
            }
            let found = self.app.batches.report(&self.owner, &self.id).await;
            let found = found.and_then(|report| Ok((report.state, batches::body(&report, self.lang)?)));
            let (name, data) = match found {
                Ok((state, body)) => {
                    self.over = state != BatchState::Running;
                    let changed = self.last.as_ref() != Some(&body);
                    if !changed && !self.over {
                        if self.quiet.elapsed() < KEEP_OPEN
                            && !self.app.stopping.load(std::sync::atomic::Ordering::Relaxed)
                        {
                            continue;
                        }
                        // A service that stops ends the stream; whoever follows comes back to the next one.
                        self.over = self.app.stopping.load(std::sync::atomic::Ordering::Relaxed);
                        self.quiet = Instant::now();
                        return Some((Ok(Bytes::from_static(b": \n\n")), self));
                    }
                    let text = body.to_string();
                    self.last = Some(body);
                    (if self.over { "end" } else { "progress" }, text)
                }
                // The database is away: the follower hears so and goes on following.
                Err(failure) => {
                    self.last = Some(Value::Null);
                    let info = failure.code.info();
                    ("trouble", serde_json::json!({"code": info.name, "title": if self.lang == Lang::Vi { info.vi } else { info.en }}).to_string())
                }
            };
            self.quiet = Instant::now();
            return Some((Ok(Bytes::from(format!("event: {name}\ndata: {data}\n\n"))), self));
        }
    }
}

/// One finished file.
pub async fn document(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    path: Path<(String, i64)>,
) -> HttpResponse {
    let (id, row) = path.into_inner();
    let work = async {
        app.batches.open(&owner.0, &id).await?;
        let item = app.batches.register.item(&id, row).await?.ok_or_else(batches::no_row)?;
        let bytes = app.batches.file_of(&item).await?;
        Ok((item, bytes))
    };
    match work.await {
        Ok((item, bytes)) => {
            let name = item.name.rsplit('/').next().unwrap_or("document.pdf");
            let mut response = HttpResponse::Ok();
            if let Some(sha256) = &item.sha256 {
                response.insert_header((header::ETAG, format!("\"{sha256}\"")));
            }
            download(&mut response, "application/pdf", name, false).body(bytes)
        }
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// A body whose first piece is there: what fails at once is told by a status, not by a body that breaks off.
pub(super) async fn begun<S>(body: S) -> Result<impl Stream<Item = Result<Bytes, Failure>> + Send, Failure>
where
    S: Stream<Item = Result<Bytes, Failure>> + Send + 'static,
{
    let mut body = Box::pin(body);
    let first = body.next().await.transpose()?;
    Ok(stream::iter(first.map(Ok)).chain(body))
}

/// Every file as a ZIP, with the list of them.
pub async fn archive(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let work = async {
        let asked = Asked::read(&query, &["partial"])?;
        let (report, items) = app.batches.whole(&owner.0, &id, asked.partial).await?;
        let making: Making = serde_json::from_value(report.row.options()?).map_err(Failure::internal)?;
        let entries = app.batches.entries(&report, items)?;
        Ok((report, begun(zip_body(entries, making.date)).await?))
    };
    match work.await {
        Ok((report, body)) => stream_out(&report, "application/zip", "zip", body),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Every file as one PDF: `order` = `decision`, `unit` or `name`; `separators=true` puts a sheet before each group.
pub async fn merged(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let work = async {
        let asked = Asked::read(&query, &["partial", "order", "separators"])?;
        let (report, items) = app.batches.whole(&owner.0, &id, asked.partial).await?;
        let body = begun(app.batches.merged(&report, items, asked.order, asked.separators)?).await?;
        Ok((report, body))
    };
    match work.await {
        Ok((report, body)) => stream_out(&report, "application/pdf", "pdf", body),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// The list: every row with its file and digest, or with why there is none.
pub async fn list(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
) -> HttpResponse {
    let work = async {
        let (report, items) = app.batches.whole(&owner.0, &id, true).await?;
        manifest(&report, &items)
    };
    match work.await {
        Ok(body) => HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(body),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Failed rows as a sheet (CSV with BOM and `;`); 204 where none failed.
pub async fn failures(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
) -> HttpResponse {
    let work = async {
        let (_, items) = app.batches.whole(&owner.0, &id, true).await?;
        failures_sheet(&items)
    };
    match work.await {
        Ok(Some(bytes)) => {
            download(&mut HttpResponse::Ok(), "text/csv; charset=utf-8", "Không làm được.csv", true).body(bytes)
        }
        Ok(None) => HttpResponse::NoContent().finish(),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Query parameters of the whole of a batch.
#[derive(Default)]
struct Asked {
    partial: bool,
    order: Order,
    separators: bool,
}

impl Asked {
    fn read(query: &HashMap<String, String>, known: &[&str]) -> Result<Self, Failure> {
        let mut asked = Self::default();
        let mut faults = Vec::new();
        for (name, value) in query {
            let right = known.contains(&name.as_str())
                && match name.as_str() {
                    "partial" => value.parse().map(|yes| asked.partial = yes).is_ok(),
                    "separators" => value.parse().map(|yes| asked.separators = yes).is_ok(),
                    _ => Order::parse(value).map(|order| asked.order = order).is_some(),
                };
            if !right {
                let shown: String = name.chars().take(40).collect();
                let hint = "partial=true|false, separators=true|false, order=decision|unit|name";
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
        if faults.is_empty() { Ok(asked) } else { Err(Failure::new(Code::BadRequest, faults)) }
    }
}

fn stream_out(
    report: &Report,
    media_type: &str,
    extension: &str,
    body: impl Stream<Item = Result<Bytes, Failure>> + Send + 'static,
) -> HttpResponse {
    let title = if report.row.title.is_empty() { "Lô văn bản" } else { &report.row.title };
    let name = crate::batch::names::safe(&format!("{}.{extension}", title.replace('/', "-")));
    let mut response = HttpResponse::Ok();
    response.insert_header(("vinhdanh-failed", report.counts.failed.to_string()));
    // A body that breaks off is no file: the connection is cut where it happens.
    let body = body.map(|piece| {
        piece.map_err(|failure| {
            tracing::error!("a download broke off: {failure}");
            ErrorInternalServerError(failure.code.info().name)
        })
    });
    download(&mut response, media_type, &name, true).streaming(body)
}

fn download<'a>(
    response: &'a mut HttpResponseBuilder,
    media_type: &str,
    name: &str,
    attachment: bool,
) -> &'a mut HttpResponseBuilder {
    response
        .content_type(media_type)
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_DISPOSITION, negotiate::disposition(!attachment, name)))
}
