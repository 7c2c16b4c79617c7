//! Signed files judged: `POST /v1/verify`, and for everybody the page `/kiem-tra`. Nothing of a file is kept or logged.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::body;
use super::caller::Caller;
use super::documents::in_time;
use super::{guard, pages, problem};
use crate::app::{self, App};
use crate::diagnostic::{Code, Failure};
use crate::pades::{Report, verify};

/// Judges the signatures of a PDF file; a bad one is an answer, not a failure.
pub async fn check(request: HttpRequest, app: Data<App>, caller: Caller, body: Payload) -> HttpResponse {
    answer(&request, &caller, judge(&request, &app, &caller, body).await)
}

/// `GET /kiem-tra`: choose a file, see what it is worth.
pub async fn page() -> HttpResponse {
    pages::page("kiem-tra.html")
}

/// `POST /kiem-tra`: the same as [`check`] for whoever has no key, at the same rate for each address.
pub async fn check_openly(request: HttpRequest, app: Data<App>, caller: Caller, body: Payload) -> HttpResponse {
    let admitted = match guard::admit_anybody(&app, &request) {
        Ok(admitted) => admitted,
        Err((failure, wait)) => return problem::respond_after(&failure, &caller, request.path(), None, wait),
    };
    let answered = answer(&request, &caller, judge(&request, &app, &caller, body).await);
    drop(admitted);
    answered
}

async fn judge(request: &HttpRequest, app: &App, caller: &Caller, body: Payload) -> Result<Report, Failure> {
    let work = async {
        if body::media_type(request.headers()) != "application/pdf" {
            return Err(Failure::one(
                Code::UnsupportedMediaType,
                "phải gửi `Content-Type: application/pdf`",
                "`Content-Type` must be `application/pdf`",
            ));
        }
        let pdf = body::read_bytes(request.headers(), body, app.http.body_bytes).await?;
        let now = app::now()?;
        let trust = Arc::clone(&app.trust);
        // As many at once as there are cores: a crafted file may need seconds and a few hundred megabytes.
        let permit = Arc::clone(&app.judging).acquire_owned().await.map_err(Failure::internal)?;
        let work = tokio::task::spawn_blocking(move || {
            let report = verify(&pdf, &trust, now);
            drop(permit);
            report
        });
        work.await.map_err(Failure::internal)?
    };
    in_time(caller, work).await
}

fn answer(request: &HttpRequest, caller: &Caller, judged: Result<Report, Failure>) -> HttpResponse {
    match judged {
        Ok(report) => {
            metrics::counter!("vinhdanh_files_judged_total", "verdict" => report.verdict.name()).increment(1);
            HttpResponse::Ok()
                .insert_header((header::CACHE_CONTROL, "private, no-store"))
                .insert_header((header::VARY, "Accept-Language"))
                .json(report.to_json(caller.lang))
        }
        Err(failure) => {
            metrics::counter!("vinhdanh_files_judged_total", "verdict" => failure.code.info().name).increment(1);
            problem::respond(&failure, caller, request.path(), None)
        }
    }
}
