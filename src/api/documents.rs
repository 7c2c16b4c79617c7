//! `POST /v1/documents/{id}` and `POST /v1/check/{id}`.

use std::collections::HashMap;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::body::{self, text};
use super::caller::Caller;
use super::negotiate::{self, Form};
use super::problem;
use crate::app::{App, hex};
use crate::diagnostic::{Code, Diagnostic, Failure, keeps_form};
use crate::engine::{Output, Standard};
use crate::render::{Rendered, Requested};

/// Resolution of a PNG preview where none is asked for.
const DEFAULT_PPI: f32 = 96.0;

/// Renders one document; answers the PDF, its base64 with places and warnings, or a page as picture.
pub async fn render(
    request: HttpRequest,
    app: Data<App>,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
    caller: Caller,
    body: Payload,
) -> HttpResponse {
    let accept = joined(request.headers(), header::ACCEPT);
    let work = async {
        app.renderer.template(&id)?;
        let form = negotiate::choose(accept.as_deref()).ok_or_else(not_acceptable)?;
        let requested = requested(&query, form)?;
        let data = body::read_value(request.headers(), body, app.http.body_bytes, app.input).await?;
        let rendered = app.renderer.render(&app.backend, &id, data, &requested, caller.deadline).await?;
        Ok((form, rendered))
    };
    match in_time(&caller, work).await {
        Ok((form, rendered)) => {
            measure(&id, &rendered);
            answer(&request, &caller, form, rendered)
        }
        Err(failure) => refuse(&app, &request, &caller, &id, &failure),
    }
}

/// Checks the data without writing anything: all faults, or all warnings and every rule of form the pages break.
pub async fn check(
    request: HttpRequest,
    app: Data<App>,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
    caller: Caller,
    body: Payload,
) -> HttpResponse {
    let accept = joined(request.headers(), header::ACCEPT);
    let work = async {
        app.renderer.template(&id)?;
        if accept.is_some_and(|value| negotiate::choose(Some(&value)).is_none()) {
            return Err(not_acceptable());
        }
        let requested = Requested { output: Output::Check, ..requested(&query, Form::Pdf)? };
        let data = body::read_value(request.headers(), body, app.http.body_bytes, app.input).await?;
        app.renderer.render(&app.backend, &id, data, &requested, caller.deadline).await
    };
    match in_time(&caller, work).await {
        Ok(rendered) => {
            count(&id, "checked");
            HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(json!({
                "ok": keeps_form(&rendered.warnings),
                "pages": rendered.pages,
                "file_name": format!("{}.pdf", rendered.file_name),
                "boxes": rendered.boxes,
                "warnings": entries(&rendered.warnings, &caller),
            }))
        }
        Err(failure) => refuse(&app, &request, &caller, &id, &failure),
    }
}

/// One deadline for all of a request: reading, waiting, setting.
pub(super) async fn in_time<T>(caller: &Caller, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout_at(caller.deadline, work).await.unwrap_or_else(|_| {
        Err(Failure::one(
            Code::DeadlineExceeded,
            "hết thời gian khi đang nhận dữ liệu hoặc dựng trang",
            "the time ran out while the body was read or the pages were set",
        ))
    })
}

fn refuse(app: &App, request: &HttpRequest, caller: &Caller, id: &str, failure: &Failure) -> HttpResponse {
    // A label only from the catalog: anybody may write anything into the address.
    let known = app.renderer.known_id(id).map(str::to_owned);
    count(known.as_deref().unwrap_or("unknown"), failure.code.info().name);
    problem::respond(failure, caller, request.path(), known.as_deref())
}

fn count(template: &str, outcome: &'static str) {
    metrics::counter!("vinhdanh_renders_total", "template" => template.to_owned(), "outcome" => outcome).increment(1);
}

/// Reads query parameters; unknown ones are refused, so that a misspelt one is not ignored.
fn requested(query: &HashMap<String, String>, form: Form) -> Result<Requested, Failure> {
    const KNOWN: [&str; 7] = ["standard", "mode", "test", "fields", "qr", "page", "ppi"];
    let mut faults = Vec::new();
    for name in query.keys().filter(|name| !KNOWN.contains(&name.as_str())) {
        let shown: String = name.chars().take(40).collect();
        faults.push(parameter(
            "unknown_parameter",
            format!("không có tham số `{shown}`"),
            format!("no parameter `{shown}`"),
            "standard, mode, test, fields, qr, page, ppi",
        ));
    }
    let standard = match query.get("standard") {
        None => Standard::default(),
        Some(word) => Standard::parse(word).unwrap_or_else(|| {
            faults.push(parameter("standard", "`standard` sai".into(), "`standard` is wrong".into(), "a-2a, a-3a"));
            Standard::default()
        }),
    };
    let mode = query.get("mode").map_or("full", String::as_str);
    if !matches!(mode, "full" | "phoi") {
        faults.push(parameter("mode", "`mode` sai".into(), "`mode` is wrong".into(), "full, phoi"));
    }
    let test = flag(query, "test", &mut faults).unwrap_or(false);
    let fields = flag(query, "fields", &mut faults);
    let qr = flag(query, "qr", &mut faults).unwrap_or(false);
    let page = number(query, "page", 1, 1.0..=10_000.0, &mut faults);
    let ppi = number(query, "ppi", DEFAULT_PPI, 24.0..=300.0, &mut faults);
    if !faults.is_empty() {
        return Err(Failure::new(Code::BadRequest, faults));
    }
    let output = match form {
        Form::Pdf | Form::Json => Output::Pdf(standard),
        Form::Png => Output::Png { page, ppi },
        Form::Svg => Output::Svg { page },
    };
    Ok(Requested { output, mode: mode.to_owned(), test, fields, qr })
}

/// A parameter that is `true` or `false`, where it was given.
fn flag(query: &HashMap<String, String>, name: &'static str, faults: &mut Vec<Diagnostic>) -> Option<bool> {
    match query.get(name).map(String::as_str)? {
        "true" => Some(true),
        "false" => Some(false),
        _ => {
            faults.push(parameter(name, format!("`{name}` sai"), format!("`{name}` is wrong"), "true, false"));
            None
        }
    }
}

fn number<T>(
    query: &HashMap<String, String>,
    name: &str,
    default: T,
    range: std::ops::RangeInclusive<f64>,
    faults: &mut Vec<Diagnostic>,
) -> T
where
    T: std::str::FromStr + Copy,
{
    let Some(word) = query.get(name) else { return default };
    let inside = word.parse::<f64>().is_ok_and(|value| range.contains(&value));
    match word.parse::<T>() {
        Ok(value) if inside => value,
        _ => {
            let allowed = format!("{}–{}", range.start(), range.end());
            faults.push(parameter("number", format!("`{name}` sai"), format!("`{name}` is wrong"), &allowed));
            default
        }
    }
}

fn parameter(code: &'static str, vi: String, en: String, allowed: &str) -> Diagnostic {
    Diagnostic::error(code, vi, en).hint(format!("các giá trị được nhận: {allowed}"), format!("allowed: {allowed}"))
}

fn answer(request: &HttpRequest, caller: &Caller, form: Form, mut rendered: Rendered) -> HttpResponse {
    let body = match form {
        Form::Json => json!({
            "file_name": rendered.file_name,
            "media_type": "application/pdf",
            "pages": rendered.pages,
            "sha256": hex(&rendered.sha256),
            "boxes": rendered.boxes,
            "fields": rendered.fields,
            "warnings": entries(&rendered.warnings, caller),
            "pdf": STANDARD.encode(&rendered.bytes),
        })
        .to_string()
        .into_bytes(),
        Form::Pdf | Form::Png | Form::Svg => std::mem::take(&mut rendered.bytes),
    };
    let sha256: [u8; 32] = if form == Form::Json { Sha256::digest(&body).into() } else { rendered.sha256 };
    let etag = negotiate::etag(&sha256);
    let same = negotiate::matches(text(request.headers(), header::IF_NONE_MATCH).as_deref(), &etag);
    let mut response = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::VARY, "Accept, Accept-Language"))
        .insert_header(("vinhdanh-pages", rendered.pages.to_string()))
        .insert_header(("vinhdanh-warnings", rendered.warnings.len().to_string()));
    if same {
        return response.finish();
    }
    response.insert_header(("repr-digest", negotiate::repr_digest(&sha256))).content_type(form.media_type());
    response
        .insert_header((header::CONTENT_DISPOSITION, negotiate::disposition(form != Form::Pdf, &rendered.file_name)));
    let timing = &rendered.timing;
    let stages =
        [("prepare", timing.prepare), ("compile", timing.compile), ("export", timing.export), ("wait", timing.wait)];
    let stages: Vec<String> =
        stages.iter().map(|(name, time)| format!("{name};dur={:.3}", time.as_secs_f64() * 1e3)).collect();
    response.insert_header(("server-timing", stages.join(", ")));
    response.body(body)
}

pub(super) fn entries(warnings: &[Diagnostic], caller: &Caller) -> Vec<Value> {
    warnings.iter().map(|one| problem::entry(one, caller.lang)).collect()
}

fn measure(id: &str, rendered: &Rendered) {
    let template = id.to_owned();
    count(id, "ok");
    metrics::counter!("vinhdanh_render_pages_total").increment(rendered.pages as u64);
    metrics::counter!("vinhdanh_render_output_bytes_total").increment(rendered.bytes.len() as u64);
    let timing = &rendered.timing;
    for (stage, time) in
        [("prepare", timing.prepare), ("compile", timing.compile), ("export", timing.export), ("wait", timing.wait)]
    {
        metrics::histogram!("vinhdanh_render_duration_seconds", "template" => template.clone(), "stage" => stage)
            .record(time.as_secs_f64());
    }
}

fn not_acceptable() -> Failure {
    Failure::one(Code::NotAcceptable, "không có dạng kết quả nào trong `Accept`", "no form in `Accept` can be made")
}

/// All lines of one header as one list (RFC 9110 §5.3).
fn joined(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).filter_map(|value| value.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}
