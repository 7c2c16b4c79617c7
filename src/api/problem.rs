//! `Failure` to RFC 9457 problem+json: the one place that maps codes to statuses.

use actix_web::error::{InternalError, PathError};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::caller::Caller;
use super::observe::known_method;
use crate::diagnostic::{Code, Diagnostic, Failure, Lang};

/// Media type of every refusal.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Seconds after which a busy service is worth asking again.
const RETRY_AFTER_S: u64 = 1;

/// Most faults one reply carries; the number of all stands in `errors_total`.
const MAX_ERRORS: usize = 500;

/// Status of a code.
pub fn status(code: Code) -> StatusCode {
    match code {
        Code::MalformedJson | Code::BadRequest => StatusCode::BAD_REQUEST,
        Code::Unauthorized => StatusCode::UNAUTHORIZED,
        Code::TemplateNotFound | Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Code::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::InvalidData
        | Code::TemplateError
        | Code::TemplateBroken
        | Code::ExportFailed
        | Code::RenderMemory
        | Code::IdempotencyKeyReused
        | Code::NotPdf
        | Code::SignatureMismatch
        | Code::CmsTooLarge
        | Code::ForeignFile
        | Code::CertificateUnfit
        | Code::ProviderRefused => StatusCode::UNPROCESSABLE_ENTITY,
        Code::BatchState
        | Code::BatchIncomplete
        | Code::RowsFailed
        | Code::SigningState
        | Code::PreparationStale
        | Code::FeatureOff => StatusCode::CONFLICT,
        Code::Expired | Code::TicketInvalid => StatusCode::GONE,
        Code::ProviderUnavailable => StatusCode::BAD_GATEWAY,
        Code::QueueFull | Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::ShuttingDown | Code::StorageUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::RenderTimeout | Code::DeadlineExceeded | Code::ProviderTimeout => StatusCode::GATEWAY_TIMEOUT,
        Code::BadConfiguration | Code::Io | Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The reply to a failure.
pub fn respond(failure: &Failure, caller: &Caller, path: &str, template: Option<&str>) -> HttpResponse {
    respond_after(failure, caller, path, template, RETRY_AFTER_S)
}

/// As [`respond`], with the seconds after which a busy service is worth asking again.
pub fn respond_after(
    failure: &Failure,
    caller: &Caller,
    path: &str,
    template: Option<&str>,
    retry_after: u64,
) -> HttpResponse {
    let status = status(failure.code);
    if status.is_server_error() {
        // Our own words only: a failure of these kinds holds nothing of the caller's data.
        tracing::error!(trace_id = %caller.trace_id, code = failure.code.info().name, "{failure}");
    }
    let mut response = HttpResponse::build(status);
    response.content_type(PROBLEM_JSON).insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::CONTENT_LANGUAGE, if caller.lang == Lang::Vi { "vi" } else { "en" }));
    if matches!(failure.code, Code::QueueFull | Code::RateLimited | Code::ShuttingDown | Code::StorageUnavailable) {
        response.insert_header((header::RETRY_AFTER, retry_after.to_string()));
    }
    if failure.code == Code::Unauthorized {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"vinhdanh\""));
    }
    response.body(body(failure, caller, path, template).to_string())
}

fn body(failure: &Failure, caller: &Caller, path: &str, template: Option<&str>) -> Value {
    let (lang, info) = (caller.lang, failure.code.info());
    let title = if lang == Lang::Vi { info.vi } else { info.en };
    let remedy = if lang == Lang::Vi { info.remedy_vi } else { info.remedy_en };
    let detail = match failure.diagnostics.as_slice() {
        [] => title.to_owned(),
        [one] => one.message.get(lang).to_owned(),
        many => match lang {
            Lang::Vi => format!("có {} lỗi", many.len()),
            Lang::En => format!("{} faults", many.len()),
        },
    };
    let mut body = json!({
        "type": format!("/problems/{}", info.name),
        "title": title,
        "status": status(failure.code).as_u16(),
        "detail": detail,
        "instance": path,
        "code": info.name,
        "hints": [remedy],
        "trace_id": caller.trace_id,
        "errors": failure.diagnostics.iter().take(MAX_ERRORS).map(|one| entry(one, lang)).collect::<Vec<_>>(),
    });
    if failure.diagnostics.len() > MAX_ERRORS {
        body["errors_total"] = json!(failure.diagnostics.len());
    }
    let place = failure.diagnostics.iter().find_map(|one| one.place.as_ref()).filter(|place| !place.file.is_empty());
    if let Some(place) = place {
        body["source"] = json!({"template": template, "file": place.file, "line": place.line, "column": place.column});
    }
    body
}

/// One fault or warning as the contract shows it.
pub fn entry(one: &Diagnostic, lang: Lang) -> Value {
    // RFC 6901: the empty pointer is the whole of the data.
    let pointer = one.pointer.as_deref().unwrap_or_default();
    let mut entry =
        json!({"pointer": pointer, "code": one.code, "severity": one.severity, "detail": one.message.get(lang)});
    if let Some(place) = &one.place {
        entry["source"] = json!({"file": place.file, "line": place.line, "column": place.column});
    }
    if let Some(spot) = &one.spot {
        entry["spot"] = json!(spot);
    }
    if let Some(cell) = &one.cell {
        entry["cell"] = json!(cell);
    }
    if !one.hints.is_empty() {
        entry["hints"] = one.hints.iter().map(|hint| hint.get(lang)).collect();
    }
    entry
}

/// Answers addresses that do not exist, and methods that an address does not take.
pub async fn not_found(request: HttpRequest, caller: Caller) -> HttpResponse {
    let failure = Failure::one(Code::NotFound, "không có địa chỉ này", "there is no such address");
    respond(&failure, &caller, request.path(), None)
}

/// Answers addresses whose parts cannot be what they stand for, such as a row that is no number.
pub fn wrong_path(error: PathError, request: &HttpRequest) -> Error {
    let Some(caller) = request.extensions().get::<Caller>().cloned() else { return error.into() };
    let failure = Failure::one(Code::NotFound, "không có địa chỉ này", "there is no such address");
    InternalError::from_response(error, respond(&failure, &caller, request.path(), None)).into()
}

/// The reply to a method an address does not take; `allow` names those it takes.
pub fn method_not_allowed(caller: &Caller, request: &HttpRequest, allow: &str) -> HttpResponse {
    let method = known_method(request.method());
    let failure = Failure::one(
        Code::MethodNotAllowed,
        format!("địa chỉ này không nhận `{method}`"),
        format!("this address does not take `{method}`"),
    );
    let mut answer = respond(&failure, caller, request.path(), None);
    if let Ok(allow) = HeaderValue::from_str(allow) {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::CODES;

    #[test]
    fn every_code_has_a_refusing_status() {
        for info in CODES {
            let status = status(info.code);
            assert!(status.is_client_error() || status.is_server_error(), "{}", info.name);
        }
    }
}
