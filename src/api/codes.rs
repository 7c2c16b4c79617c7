//! Codes on pages, for everybody: the keys and the list of revocations as files, a page that checks a code, and the check
//! behind it. No key is asked for, and nothing of a code is logged.

use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use super::body;
use super::caller::Caller;
use super::documents::in_time;
use super::{guard, negotiate, pages, problem};
use crate::app::App;
use crate::attest::{self, Listed, MAX_TEXT};
use crate::diagnostic::{Code, Failure};
use crate::render::Codes;

/// `GET /.well-known/vinhdanh/keys.json`
pub async fn keys(request: HttpRequest, app: Data<App>, caller: Caller) -> HttpResponse {
    match codes(&app).and_then(|codes| codes.keys().public().to_json()) {
        Ok(text) => published(&request, text.into_bytes(), "public, max-age=3600"),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// `GET /.well-known/vinhdanh/revocations.json`
pub async fn revocations(request: HttpRequest, app: Data<App>, caller: Caller) -> HttpResponse {
    let read = codes(&app).and_then(|codes| {
        let file = app.revocations.as_ref().ok_or_else(no_list)?;
        let read = file.read(&codes.keys().public());
        // A list that cannot be believed is not handed on.
        match &read.1 {
            Listed::Unusable(failure) => Err(Failure { code: Code::StorageUnavailable, ..failure.clone() }),
            Listed::Absent | Listed::Open(_) => Ok(read.0.clone()),
        }
    });
    match read {
        Ok(bytes) => published(&request, bytes, "public, max-age=300"),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// `GET /kiem-tra/ma-qr` and, short enough for a code, `GET /k`: the code comes as the fragment, which no server sees.
pub async fn page() -> HttpResponse {
    pages::page("ma-qr.html")
}

/// `POST /kiem-tra/ma-qr`: the text of a code in, what it is worth out; at the same rate for each address as a file.
pub async fn check(request: HttpRequest, app: Data<App>, caller: Caller, body: Payload) -> HttpResponse {
    let admitted = match guard::admit_anybody(&app, &request) {
        Ok(admitted) => admitted,
        Err((failure, wait)) => return problem::respond_after(&failure, &caller, request.path(), None, wait),
    };
    let work = async {
        let codes = codes(&app)?;
        if body::media_type(request.headers()) != "text/plain" {
            return Err(Failure::one(
                Code::UnsupportedMediaType,
                "phải gửi `Content-Type: text/plain`",
                "`Content-Type` must be `text/plain`",
            ));
        }
        let bytes = body::read_bytes(request.headers(), body, MAX_TEXT).await?;
        let keys = codes.keys().public();
        let read = app.revocations.as_ref().map(|file| file.read(&keys));
        let listed = read.as_ref().map_or(&Listed::Absent, |read| &read.1);
        Ok(attest::judge(&String::from_utf8_lossy(&bytes), &keys, listed, None, now()))
    };
    let judged = in_time(&caller, work).await;
    drop(admitted);
    match judged {
        Ok(judged) => {
            metrics::counter!("vinhdanh_codes_checked_total", "verdict" => judged.verdict.name()).increment(1);
            HttpResponse::Ok()
                .insert_header((header::CACHE_CONTROL, "private, no-store"))
                .insert_header((header::VARY, "Accept-Language"))
                .json(judged.to_json(caller.lang))
        }
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

fn codes(app: &App) -> Result<&Codes, Failure> {
    app.renderer.codes().ok_or_else(|| {
        Failure::one(
            Code::FeatureOff,
            "dịch vụ này không ký mã QR: chưa đặt `qr_keys`",
            "this service signs no QR codes: `qr_keys` is not set",
        )
    })
}

fn no_list() -> Failure {
    Failure::one(
        Code::FeatureOff,
        "dịch vụ này không có danh sách thu hồi: chưa đặt `qr_revocations`",
        "this service has no list of revocations: `qr_revocations` is not set",
    )
}

/// A file anybody may take, also from a page of another site.
fn published(request: &HttpRequest, bytes: Vec<u8>, cache: &'static str) -> HttpResponse {
    let etag = negotiate::etag(&Sha256::digest(&bytes));
    let asked = body::text(request.headers(), header::IF_NONE_MATCH);
    let same = negotiate::matches(asked.as_deref(), &etag);
    let mut response = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    if same { response.finish() } else { response.content_type("application/json").body(bytes) }
}

#[expect(clippy::disallowed_methods, reason = "whether a list of revocations is stale is told by the clock")]
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
