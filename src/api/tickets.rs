//! `/ky/{ticket}/…`: a file out, the signed file in, for programs that know no key. The ticket is the key.

use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use serde_json::json;

use super::body;
use super::caller::Caller;
use super::documents::in_time;
use super::problem;
use super::signatures::download;
use crate::app::App;
use crate::diagnostic::{Code, Failure};
use crate::provider::vgca::Reply;

/// The file handed out.
pub async fn fetch(request: HttpRequest, app: Data<App>, caller: Caller, ticket: Path<String>) -> HttpResponse {
    match in_time(&caller, app.signing.hand_out(&ticket)).await {
        Ok(file) => download(file.bytes, &file.name),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// The signed file as the body of a request.
pub async fn put(
    request: HttpRequest,
    app: Data<App>,
    caller: Caller,
    ticket: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        let media = body::media_type(request.headers());
        if !matches!(media.as_str(), "application/pdf" | "application/octet-stream") {
            return Err(Failure::one(
                Code::UnsupportedMediaType,
                "phải gửi `Content-Type: application/pdf`",
                "`Content-Type` must be `application/pdf`",
            ));
        }
        // Whoever has no ticket is not listened to for as long as a file takes.
        app.signing.check_ticket(&ticket).await?;
        let file = body::read_bytes(request.headers(), payload, app.batch_body_bytes).await?;
        app.signing.hand_in(&ticket, file).await
    };
    match in_time(&caller, work).await {
        Ok(upload) => HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({
            "state": upload.outcome.report.state.word(), "field": upload.outcome.field,
            "revision": upload.outcome.revision, "sha256": upload.outcome.sha256,
        })),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// The signed file as the desktop service of Ban Cơ yếu Chính phủ sends it: multipart/form-data with one file. Answered in its
/// words: a refusal is told in `Message` with status 200, since the service shows nothing of other answers.
pub async fn post(
    request: HttpRequest,
    app: Data<App>,
    caller: Caller,
    ticket: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        app.signing.check_ticket(&ticket).await?;
        let file = read_file(&request, payload, app.batch_body_bytes).await?;
        app.signing.hand_in(&ticket, file).await
    };
    let reply = match in_time(&caller, work).await {
        Ok(upload) => {
            let id = &upload.outcome.report.row.id;
            Reply::taken(upload.name, format!("/v1/signature-requests/{id}/document.pdf"))
        }
        Err(failure) => {
            let said = failure.diagnostics.first().map(|one| one.message.get(caller.lang).to_owned());
            Reply::refused(said.unwrap_or_else(|| failure.code.info().vi.to_owned()))
        }
    };
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(reply)
}

/// The one file of a multipart body; fields beside it are passed over.
async fn read_file(request: &HttpRequest, payload: Payload, limit: usize) -> Result<Vec<u8>, Failure> {
    let headers = request.headers();
    body::judge_head(headers, limit)?;
    if body::media_type(headers) != "multipart/form-data" {
        return Err(Failure::one(
            Code::UnsupportedMediaType,
            "phải gửi `multipart/form-data` có một tệp",
            "`Content-Type` must be `multipart/form-data` with one file",
        ));
    }
    let mut parts = Multipart::new(headers, payload);
    let (mut file, mut used) = (None, 0_usize);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| body::broken_off(&error))?;
        let named = part.content_disposition().is_some_and(|head| head.get_filename().is_some());
        let mut bytes = BytesMut::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|error| body::broken_off(&error))?;
            used = used.saturating_add(chunk.len());
            if used > limit {
                return Err(body::too_large(limit));
            }
            if named {
                bytes.extend_from_slice(&chunk);
            }
        }
        if named {
            if file.is_some() {
                return Err(Failure::one(Code::BadRequest, "chỉ nhận một tệp", "one file is taken"));
            }
            file = Some(bytes.to_vec());
        }
    }
    file.ok_or_else(|| Failure::one(Code::BadRequest, "thiếu tệp", "there is no file"))
}
