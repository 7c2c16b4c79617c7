//! What asks for a batch, a dossier or signatures: an envelope of JSON, alone or as the part `request` of multipart/form-data with
//! the sheet beside it as the part `sheet`.

use std::sync::OnceLock;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use actix_web::web::Payload;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use futures_util::StreamExt as _;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::body;
use crate::app::{App, hex};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::engine::Standard;
use crate::render::read_json;
use crate::template::Schema;

/// Longest Idempotency-Key, as elsewhere.
const LONGEST_KEY: usize = 255;

/// The kinds of envelope.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `POST /v1/batches`
    Batch,
    /// `POST /v1/dossiers`
    Dossier,
    /// `POST /v1/batches/{id}/retry`
    Retry,
    /// `POST /v1/signature-requests`
    SignatureRequest,
    /// `POST /v1/signature-requests/{id}/fields/{field}/prepare`
    SignaturePrepare,
    /// `PUT /v1/signature-requests/{id}/prepared/{pid}/signature`
    SignatureValue,
    /// `POST /v1/signature-requests/{id}/fields/{field}/sign`
    SignatureSign,
    /// `POST /v1/signature-requests/{id}/fields/{field}/decline`
    SignatureDecline,
    /// `POST /v1/signature-requests/{id}/fields/{field}/ticket`
    SignatureTicket,
    /// `POST /v1/signature-requests/batch`
    SignatureBatch,
    /// `POST /v1/signature-batches/{id}/sign`
    SignatureBatchSign,
}

/// A request read and held against its contract.
pub struct Envelope {
    /// The JSON.
    pub value: Value,
    /// The sheet that came with it: its name and its bytes.
    pub sheet: Option<(String, Vec<u8>)>,
    /// SHA-256 of all of it, to know the same request again.
    pub digest: String,
}

impl Kind {
    /// Every kind, with the name of its contract.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Batch, "BatchRequest"),
        (Self::Dossier, "DossierRequest"),
        (Self::Retry, "RetryRequest"),
        (Self::SignatureRequest, "SignatureRequestRequest"),
        (Self::SignaturePrepare, "PrepareRequest"),
        (Self::SignatureValue, "SignatureValue"),
        (Self::SignatureSign, "SignRequest"),
        (Self::SignatureDecline, "DeclineRequest"),
        (Self::SignatureTicket, "TicketRequest"),
        (Self::SignatureBatch, "SignatureBatchRequest"),
        (Self::SignatureBatchSign, "BatchSignRequest"),
    ];

    fn source(self) -> &'static str {
        match self {
            Self::Batch => include_str!("requests/batch.json"),
            Self::Dossier => include_str!("requests/dossier.json"),
            Self::Retry => include_str!("requests/retry.json"),
            Self::SignatureRequest => include_str!("requests/signature_request.json"),
            Self::SignaturePrepare => include_str!("requests/signature_prepare.json"),
            Self::SignatureValue => include_str!("requests/signature_value.json"),
            Self::SignatureSign => include_str!("requests/signature_sign.json"),
            Self::SignatureDecline => include_str!("requests/signature_decline.json"),
            Self::SignatureTicket => include_str!("requests/signature_ticket.json"),
            Self::SignatureBatch => include_str!("requests/signature_batch.json"),
            Self::SignatureBatchSign => include_str!("requests/signature_batch_sign.json"),
        }
    }

    /// Its contract.
    pub fn schema(self) -> Result<&'static Schema, Failure> {
        static COMPILED: [OnceLock<Schema>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
        let slot = &COMPILED[self as usize];
        if let Some(schema) = slot.get() {
            return Ok(schema);
        }
        let read = |text: &str| serde_json::from_str::<Value>(text).map_err(Failure::internal);
        let shared = read(include_str!("requests/shared.json"))?;
        let schema = Schema::compile(read(self.source())?, &shared)
            .map_err(|fault| Failure::new(Code::Internal, vec![fault]))?;
        Ok(slot.get_or_init(|| schema))
    }
}

/// Reads an envelope.
pub async fn read(app: &App, request: &HttpRequest, payload: Payload, kind: Kind) -> Result<Envelope, Failure> {
    let headers = request.headers();
    let limit = app.batch_body_bytes;
    let sheets = matches!(kind, Kind::Batch | Kind::Dossier | Kind::Retry);
    let (json, sheet) = if sheets && body::media_type(headers) == "multipart/form-data" {
        read_parts(headers, payload, limit).await?
    } else {
        let bytes = body::read_bytes(headers, payload, limit).await?;
        let may_be_empty =
            matches!(kind, Kind::Retry | Kind::SignatureDecline | Kind::SignatureTicket | Kind::SignaturePrepare);
        if may_be_empty && bytes.is_empty() {
            (b"{}".to_vec(), None)
        } else {
            let plain = body::media_type(headers);
            if plain != "application/json" && !(plain.starts_with("application/") && plain.ends_with("+json")) {
                let also =
                    if sheets { (" hoặc `multipart/form-data`", " or `multipart/form-data`") } else { ("", "") };
                return Err(Failure::one(
                    Code::UnsupportedMediaType,
                    format!("phải gửi `application/json`{}", also.0),
                    format!("`Content-Type` must be `application/json`{}", also.1),
                ));
            }
            (bytes, None)
        }
    };
    let mut digest = Sha256::new();
    digest.update(request.path());
    digest.update([0]);
    digest.update(request.query_string());
    digest.update([0]);
    digest.update(&json);
    if let Some((name, bytes)) = &sheet {
        digest.update([0]);
        digest.update(name);
        digest.update([0]);
        digest.update(bytes);
    }
    let mut value = read_json(&json, app.input)?;
    let faults = kind.schema()?.validate(&value);
    if !faults.is_empty() {
        return Err(Failure::new(Code::InvalidData, faults));
    }
    let inline = value.get_mut("sheet").and_then(|sheet| sheet.as_object_mut()?.remove("content"));
    let sheet = match (inline, sheet) {
        (Some(_), Some(_)) => return Err(two_sheets()),
        (Some(text), None) => Some((name_of(&value), decode(&text)?)),
        (None, sheet) => sheet,
    };
    if sheet.is_none() && value.get("sheet").is_some() {
        return Err(Failure::new(
            Code::InvalidData,
            vec![
                Diagnostic::error("required", "không có nội dung bảng tính", "the sheet has no content")
                    .at("/sheet/content")
                    .hint(
                        "gửi `content` (base64), hoặc phần `sheet` của multipart/form-data",
                        "send `content` (base64), or the part `sheet` of multipart/form-data",
                    ),
            ],
        ));
    }
    Ok(Envelope { value, sheet, digest: hex(&digest.finalize()) })
}

fn name_of(value: &Value) -> String {
    value["sheet"]["name"].as_str().unwrap_or("bang-tinh").to_owned()
}

fn decode(text: &Value) -> Result<Vec<u8>, Failure> {
    STANDARD.decode(text.as_str().unwrap_or_default()).map_err(|error| {
        Failure::new(
            Code::InvalidData,
            vec![
                Diagnostic::error("base64", format!("không phải base64: {error}"), format!("not base64: {error}"))
                    .at("/sheet/content"),
            ],
        )
    })
}

fn two_sheets() -> Failure {
    Failure::new(
        Code::InvalidData,
        vec![
            Diagnostic::error("two_sheets", "có hai bảng tính trong một yêu cầu", "the request has two sheets")
                .at("/sheet/content"),
        ],
    )
}

async fn read_parts(
    headers: &HeaderMap,
    payload: Payload,
    limit: usize,
) -> Result<(Vec<u8>, Option<(String, Vec<u8>)>), Failure> {
    body::judge_head(headers, limit)?;
    let mut parts = Multipart::new(headers, payload);
    let (mut json, mut sheet, mut used) = (None, None, 0);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| body::broken_off(&error))?;
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.content_disposition().and_then(|head| head.get_filename()).unwrap_or("bang-tinh").to_owned();
        let mut bytes = BytesMut::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|error| body::broken_off(&error))?;
            used += chunk.len();
            if used > limit {
                return Err(body::too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        match name.as_str() {
            "request" if json.is_none() => json = Some(bytes.to_vec()),
            "sheet" if sheet.is_none() => sheet = Some((file, bytes.to_vec())),
            _ => {
                return Err(Failure::one(
                    Code::BadRequest,
                    "chỉ nhận một phần `request` (JSON) và một phần `sheet` (tệp)",
                    "one part `request` (JSON) and one part `sheet` (a file) are taken",
                ));
            }
        }
    }
    let json =
        json.ok_or_else(|| Failure::one(Code::BadRequest, "thiếu phần `request`", "the part `request` is missing"))?;
    Ok((json, sheet))
}

/// The caller's Idempotency-Key with the digest of the request.
pub fn idempotency(request: &HttpRequest, digest: &str) -> Result<Option<(String, String)>, Failure> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    // The draft standard has it as a quoted string; most callers send it bare.
    let key = value.to_str().unwrap_or_default().trim().trim_matches('"');
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(Failure::one(
            Code::BadRequest,
            format!("`Idempotency-Key` dài 1–{LONGEST_KEY} ký tự ASCII"),
            format!("an `Idempotency-Key` has 1–{LONGEST_KEY} ASCII characters"),
        ));
    }
    Ok(Some((key.to_owned(), digest.to_owned())))
}

/// The standard an envelope names.
pub fn standard(value: &Value) -> Standard {
    value["standard"].as_str().and_then(Standard::parse).unwrap_or_default()
}

/// Text of an envelope.
pub fn word(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(str::to_owned)
}
