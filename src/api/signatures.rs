//! `/v1/signature-requests`: opened, followed, prepared, signed, declined, removed.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::caller::Caller;
use super::documents::in_time;
use super::guard::Owner;
use super::negotiate;
use super::problem;
use super::request::{self, Kind, word};
use super::signature_forms::{body, certificates, decode, fields, file_name, level, look, seconds, source};
use crate::app::{App, hex};
use crate::diagnostic::{Code, Diagnostic, Failure, Lang};
use crate::provider::vgca::{Action, Round};
use crate::provider::{Given, Secret};
use crate::register::{Mode, RequestState, rfc3339};
use crate::signing::{
    Offer, Outcome, RequestReport, Value as Signature, Wanted, WantedPreparation, WantedRun, algorithm,
};

/// Requests in the list.
const LISTED: i64 = 100;

/// Opens a request.
pub async fn create(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    payload: Payload,
) -> HttpResponse {
    let work = async {
        let mut envelope = request::read(&app, &request, payload, Kind::SignatureRequest).await?;
        let idempotency = request::idempotency(&request, &envelope.digest)?;
        let value = &mut envelope.value;
        let wanted = Wanted {
            owner: owner.0.clone(),
            document: source(&mut value["document"])?,
            fields: fields(&value["fields"])?,
            level: level(value),
            expires_in: seconds(value),
            name: word(value, "name").map(|name| file_name(&name)),
            webhook: word(value, "webhook"),
            idempotency,
        };
        let (id, new) = app.signing.open(wanted).await?;
        Ok((app.signing.report(&owner.0, &id).await?, new))
    };
    match in_time(&caller, work).await {
        Ok((report, new)) => created(&report, new, caller.lang),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

fn created(report: &RequestReport, new: bool, lang: Lang) -> HttpResponse {
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, format!("/v1/signature-requests/{}", report.row.id)));
    if !new {
        response.insert_header(("idempotency-replayed", "true"));
    }
    response.insert_header((header::CACHE_CONTROL, "private, no-store")).json(body(report, lang))
}

/// The caller's requests outside batches, the newest first.
pub async fn list(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let work = async {
        let state = state_of(&query)?;
        let rows = app.signing.register.requests(&owner.0, state, LISTED).await?;
        rows.iter()
            .map(|row| {
                Ok(json!({
                    "id": row.id, "state": row.state()?.word(), "name": row.name, "level": row.level,
                    "signatures": row.revision, "created_at": rfc3339(row.created_at),
                    "expires_at": rfc3339(row.expires_at), "location": format!("/v1/signature-requests/{}", row.id),
                }))
            })
            .collect::<Result<Vec<Value>, Failure>>()
    };
    match work.await {
        Ok(list) => ok(json!({"signature_requests": list})),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// The query parameter `state`.
pub(super) fn state_of(query: &HashMap<String, String>) -> Result<Option<RequestState>, Failure> {
    let mut faults = Vec::new();
    let mut state = None;
    for (name, value) in query {
        match (name.as_str(), RequestState::parse(value)) {
            ("state", Some(known)) => state = Some(known),
            _ => {
                let shown: String = name.chars().take(40).collect();
                let words = RequestState::ALL.iter().map(|one| one.word()).collect::<Vec<_>>().join(", ");
                faults.push(
                    Diagnostic::error(
                        "parameter",
                        format!("tham số `{shown}` sai"),
                        format!("the parameter `{shown}` is wrong"),
                    )
                    .hint(format!("được nhận: state={words}"), format!("allowed: state={words}")),
                );
            }
        }
    }
    if faults.is_empty() { Ok(state) } else { Err(Failure::new(Code::BadRequest, faults)) }
}

/// One request.
pub async fn show(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
) -> HttpResponse {
    answer(&request, &caller, app.signing.report(&owner.0, &id).await)
}

/// The file as it is now, or after `revision` signatures.
pub async fn document(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let work = async {
        let mut revision = None;
        for (name, value) in query.iter() {
            match (name.as_str(), value.parse::<i64>()) {
                ("revision", Ok(number)) if number >= 0 => revision = Some(number),
                _ => {
                    let shown: String = name.chars().take(40).collect();
                    return Err(Failure::one(
                        Code::BadRequest,
                        format!("tham số `{shown}` sai; được nhận: revision=0, 1, …"),
                        format!("the parameter `{shown}` is wrong; allowed: revision=0, 1, …"),
                    ));
                }
            }
        }
        app.signing.document_of(&owner.0, &id, revision).await
    };
    match in_time(&caller, work).await {
        Ok((bytes, name)) => download(bytes, &name),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// A PDF as an answer.
pub(super) fn download(bytes: Vec<u8>, name: &str) -> HttpResponse {
    let sha256 = Sha256::digest(&bytes);
    let name = name.rsplit('/').next().unwrap_or("van-ban.pdf");
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::ETAG, negotiate::etag(&sha256)))
        .insert_header(("repr-digest", negotiate::repr_digest(&sha256)))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_DISPOSITION, negotiate::disposition(true, name)))
        .body(bytes)
}

/// Calls an active request off; removes the files of one that has ended.
pub async fn delete(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    id: Path<String>,
) -> HttpResponse {
    answer(&request, &caller, app.signing.stop_or_remove(&owner.0, &id).await)
}

/// Prepares the field whose turn it is.
pub async fn prepare(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    path: Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let (id, field) = path.into_inner();
    let work = async {
        let envelope = request::read(&app, &request, payload, Kind::SignaturePrepare).await?;
        let idempotency = request::idempotency(&request, &envelope.digest)?;
        let value = &envelope.value;
        let mode = if value["mode"] == "cms" { Mode::Cms } else { Mode::Hash };
        let wanted = WantedPreparation {
            mode,
            certificates: certificates(&value["certificate_chain"])?,
            algorithm: algorithm(value["algorithm"].as_str())?,
            look: look(&value["appearance"])?,
            reserve: value["reserve"].as_u64().and_then(|bytes| usize::try_from(bytes).ok()),
            idempotency,
        };
        app.signing.prepare(&owner.0, &id, &field, wanted).await
    };
    match in_time(&caller, work).await {
        Ok(offer) => offered(&id, &offer),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

fn offered(id: &str, offer: &Offer) -> HttpResponse {
    let location = format!("/v1/signature-requests/{id}/prepared/{}", offer.id);
    let hash = offer.attributes.as_ref().map(|attributes| attributes.hash());
    let both = |bytes: &[u8]| json!({"hex": hex(bytes), "base64": STANDARD.encode(bytes)});
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, location.clone()));
    if !offer.new {
        response.insert_header(("idempotency-replayed", "true"));
    }
    response.insert_header((header::CACHE_CONTROL, "private, no-store")).json(json!({
        "prepared_id": offer.id,
        "mode": offer.mode.word(),
        "byte_range": offer.byte_range,
        "document_digest": both(&offer.document_digest),
        "signed_attributes": offer.attributes.as_ref().map(|attributes| STANDARD.encode(&attributes.0)),
        "hash_to_sign": hash.as_ref().map(|hash| both(hash)),
        "algorithm": offer.algorithm.map(|one| one.name()),
        "expires_at": rfc3339(offer.expires_at),
        "signature": format!("{location}/signature"),
    }))
}

/// Takes a raw signature or a CMS.
pub async fn take(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    path: Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let (id, preparation) = path.into_inner();
    let work = async {
        let envelope = request::read(&app, &request, payload, Kind::SignatureValue).await?;
        let value = &envelope.value;
        let signature = match (value["signature_value"].as_str(), value["cms"].as_str()) {
            (Some(text), None) => Signature::Raw(decode(text, "/signature_value")?),
            (None, Some(text)) => Signature::Cms(decode(text, "/cms")?),
            _ => {
                return Err(Failure::new(
                    Code::InvalidData,
                    vec![
                        Diagnostic::error(
                            "one_of",
                            "gửi đúng một trong hai: `signature_value` hoặc `cms`",
                            "send one of `signature_value` and `cms`",
                        )
                        .at(""),
                    ],
                ));
            }
        };
        app.signing.take(&owner.0, &id, &preparation, signature).await
    };
    match in_time(&caller, work).await {
        Ok(outcome) => {
            let mut response = HttpResponse::Ok();
            if !outcome.new {
                response.insert_header(("idempotency-replayed", "true"));
            }
            response.insert_header((header::CACHE_CONTROL, "private, no-store")).json(signed(&outcome, caller.lang))
        }
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// What a signature did.
pub(super) fn signed(outcome: &Outcome, lang: Lang) -> Value {
    let level = outcome.report.field(&outcome.field).and_then(|field| field.row.level.clone());
    json!({
        "field": outcome.field,
        "level": level,
        "revision": outcome.revision,
        "sha256": outcome.sha256,
        "state": outcome.report.state.word(),
        "next": outcome.report.next(),
        "request": body(&outcome.report, lang),
    })
}

/// Gives an open preparation or ticket up.
pub async fn give_up(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (id, preparation) = path.into_inner();
    answer(&request, &caller, app.signing.give_up(&owner.0, &id, &preparation).await)
}

/// Somebody declines to sign.
pub async fn decline(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    path: Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let (id, field) = path.into_inner();
    let work = async {
        let envelope = request::read(&app, &request, payload, Kind::SignatureDecline).await?;
        app.signing.decline(&owner.0, &id, &field, envelope.value["reason"].as_str()).await
    };
    answer(&request, &caller, in_time(&caller, work).await)
}

/// Hands the file out for a program that signs whole files.
pub async fn ticket(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    path: Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let (id, field) = path.into_inner();
    let work = async {
        let envelope = request::read(&app, &request, payload, Kind::SignatureTicket).await?;
        Ok((app.signing.ticket(&owner.0, &id, &field).await?, envelope.value))
    };
    match in_time(&caller, work).await {
        Ok((ticket, asked)) => {
            let download = format!("/ky/{}/van-ban.pdf", ticket.ticket);
            let upload = format!("/ky/{}/nop", ticket.ticket);
            let mut body = json!({
                "prepared_id": ticket.id, "download": download, "upload": upload, "name": ticket.name,
                "sha256": ticket.sha256, "expires_at": rfc3339(ticket.expires_at),
            });
            if let Some(base) = asked["base_url"].as_str() {
                body["vgca"] = vgca(base, &download, &upload, &field, &asked);
            }
            HttpResponse::Created()
                .insert_header((header::LOCATION, format!("/v1/signature-requests/{id}/prepared/{}", ticket.id)))
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .json(body)
        }
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// The call a page makes to the desktop service of Ban Cơ yếu Chính phủ.
fn vgca(base: &str, download: &str, upload: &str, field: &str, asked: &Value) -> Value {
    let action = match asked["action"].as_str() {
        Some("issue") => Action::Issue,
        Some("appendix") => Action::Appendix,
        Some("copy") => Action::Copy,
        _ => Action::Approve,
    };
    let round = Round {
        action,
        download: format!("{base}{download}"),
        upload: format!("{base}{upload}"),
        session: None,
        token: None,
        metadata: vec![("field".to_owned(), field.to_owned())],
        number: word(asked, "number"),
        issued: word(asked, "issued"),
    };
    json!({"function": action.function(), "parameters": round.parameters()})
}

/// Asks a provider for the signature of a field.
pub async fn sign(
    request: HttpRequest,
    app: Data<App>,
    owner: Owner,
    caller: Caller,
    path: Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let (id, field) = path.into_inner();
    let work = async {
        let envelope = request::read(&app, &request, payload, Kind::SignatureSign).await?;
        let idempotency = request::idempotency(&request, &envelope.digest)?;
        let wanted = wanted_run(&owner.0, field, &envelope.value, idempotency)?;
        let begun = app.signing.sign(&id, wanted).await?;
        Ok((app.signing.report(&owner.0, &id).await?, begun))
    };
    match in_time(&caller, work).await {
        Ok((report, begun)) => {
            let mut response = HttpResponse::Accepted();
            if !begun.new {
                response.insert_header(("idempotency-replayed", "true"));
            }
            response
                .insert_header((header::LOCATION, format!("/v1/signature-requests/{id}")))
                .insert_header((header::CACHE_CONTROL, "private, no-store"))
                .json(body(&report, caller.lang))
        }
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// A run as an envelope asks for it.
pub(super) fn wanted_run(
    owner: &str,
    field: String,
    value: &Value,
    idempotency: Option<(String, String)>,
) -> Result<WantedRun, Failure> {
    let given = |(id, value): (&String, &Value)| Given {
        id: id.clone(),
        value: Secret::new(value.as_str().unwrap_or_default()),
    };
    Ok(WantedRun {
        owner: owner.to_owned(),
        field,
        provider: word(value, "provider").unwrap_or_default(),
        user: word(value, "user").unwrap_or_default(),
        credential: word(value, "credential"),
        algorithm: algorithm(value["algorithm"].as_str())?,
        look: look(&value["appearance"])?,
        authorisation: value["authorisation"].as_object().into_iter().flatten().map(given).collect(),
        idempotency,
    })
}

fn answer(request: &HttpRequest, caller: &Caller, outcome: Result<RequestReport, Failure>) -> HttpResponse {
    match outcome {
        Ok(report) => ok(body(&report, caller.lang)),
        Err(failure) => problem::respond(&failure, caller, request.path(), None),
    }
}

pub(super) fn ok(body: Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(body)
}
