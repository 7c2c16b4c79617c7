//! Requests for signatures as the contract writes them: envelopes read, reports shown.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::problem;
use super::request::{self, word};
use crate::diagnostic::{Code, Diagnostic, Failure, Lang};
use crate::register::{FieldState, Mode, Role, rfc3339};
use crate::signing::{FieldReport, Level, MarkText, RequestReport, Source, WantedField, WantedLook};

/// A request as the contract shows it.
pub(super) fn body(report: &RequestReport, lang: Lang) -> Value {
    let row = &report.row;
    let link = format!("/v1/signature-requests/{}", row.id);
    json!({
        "id": row.id,
        "state": report.state.word(),
        "name": row.name,
        "level": row.level,
        "origin": row.origin().unwrap_or_default(),
        "signatures": row.revision,
        "sha256": row.sha256_now(),
        "next": report.next(),
        "fields": report.fields.iter().map(|field| field_body(field, lang)).collect::<Vec<_>>(),
        "preparation": report.open.as_ref().map(|open| json!({
            "prepared_id": open.id, "field": open.field, "mode": open.mode().map(Mode::word).unwrap_or_default(),
            "expires_at": rfc3339(open.expires_at),
        })),
        "batch": row.batch_id,
        "row": row.item_no,
        "removed": row.is_removed(),
        "created_at": rfc3339(row.created_at),
        "changed_at": rfc3339(row.changed_at),
        "expires_at": rfc3339(row.expires_at),
        "ended_at": row.ended_at.map(rfc3339),
        "remove_at": row.remove_at.map(rfc3339),
        "links": {"self": link, "document": format!("{link}/document.pdf")},
    })
}

fn field_body(field: &FieldReport, lang: Lang) -> Value {
    let row = &field.row;
    let mut body = json!({
        "name": row.name, "role": field.role.word(), "label": row.label, "turn": row.turn, "state": field.state.word(),
    });
    if field.state == FieldState::Signed {
        body["signature"] = json!({
            "way": row.way, "level": row.level, "signer": row.signer, "revision": row.revision,
            "signed_at": row.signed_at.map(rfc3339), "assurance": row.assurance, "pdfa": row.pdfa,
        });
    }
    if let Some(reason) = &field.reason {
        let title = if lang == Lang::Vi { reason.code.info().vi } else { reason.code.info().en };
        body["reason"] = json!({
            "code": reason.code.info().name,
            "title": title,
            "errors": reason.diagnostics.iter().map(|one| problem::entry(one, lang)).collect::<Vec<_>>(),
        });
    }
    body
}

/// Where the document comes from: exactly one of three.
pub(super) fn source(value: &mut Value) -> Result<Source, Failure> {
    let empty = Map::new();
    let keys = value.as_object().unwrap_or(&empty);
    let has = |names: &[&str]| names.iter().all(|name| keys.contains_key(*name));
    let only = |names: &[&str]| keys.keys().all(|key| names.contains(&key.as_str()));
    if has(&["template", "data"]) && only(&["template", "data", "standard", "test"]) {
        return Ok(Source::Template {
            id: word(value, "template").unwrap_or_default(),
            standard: request::standard(value),
            test: value["test"] == true,
            data: value["data"].take(),
        });
    }
    if has(&["batch", "row"]) && only(&["batch", "row"]) {
        let row = value["row"].as_i64().unwrap_or_default();
        return Ok(Source::Row { batch: word(value, "batch").unwrap_or_default(), row });
    }
    if has(&["pdf"]) && only(&["pdf"]) {
        return decode(value["pdf"].as_str().unwrap_or_default(), "/document/pdf").map(Source::Pdf);
    }
    Err(Failure::new(
        Code::InvalidData,
        vec![
            Diagnostic::error(
                "one_of",
                "`document` là đúng một trong ba: `template` và `data`; `batch` và `row`; `pdf`",
                "`document` is one of `template` with `data`, `batch` with `row`, `pdf`",
            )
            .at("/document"),
        ],
    ))
}

/// Fields of an envelope.
pub(super) fn fields(value: &Value) -> Result<Vec<WantedField>, Failure> {
    let mut faults = Vec::new();
    let mut all = Vec::new();
    for (index, one) in value.as_array().into_iter().flatten().enumerate() {
        let number = |key: &str| one[key].as_f64();
        let place = match (one["page"].as_u64(), number("x"), number("y"), number("w"), number("h")) {
            (Some(page), Some(x), Some(y), Some(w), Some(h)) => {
                Some((usize::try_from(page).unwrap_or(usize::MAX), [x, y, w, h]))
            }
            (None, None, None, None, None) => None,
            _ => {
                faults.push(
                    Diagnostic::error(
                        "place",
                        "chỗ của ô gồm đủ `page`, `x`, `y`, `w`, `h`",
                        "the place of a field is `page`, `x`, `y`, `w` and `h`",
                    )
                    .at(format!("/fields/{index}")),
                );
                None
            }
        };
        let role = one["role"].as_str().and_then(Role::parse);
        all.push(WantedField { name: word(one, "name").unwrap_or_default(), role, label: word(one, "label"), place });
    }
    if faults.is_empty() { Ok(all) } else { Err(Failure::new(Code::InvalidData, faults)) }
}

/// The level an envelope names.
pub(super) fn level(value: &Value) -> Level {
    value["level"].as_str().and_then(Level::parse).unwrap_or_default()
}

/// The time an envelope names.
pub(super) fn seconds(value: &Value) -> Option<Duration> {
    value["expires_in"].as_u64().map(Duration::from_secs)
}

pub(super) fn certificates(value: &Value) -> Result<Vec<Vec<u8>>, Failure> {
    let texts = value.as_array().into_iter().flatten().enumerate();
    texts.map(|(index, one)| decode(one.as_str().unwrap_or_default(), &format!("/certificate_chain/{index}"))).collect()
}

/// What a signature shows.
pub(super) fn look(value: &Value) -> Result<WantedLook, Failure> {
    let text = &value["text"];
    let missing = |key: &str| {
        let fault = Diagnostic::error("required", format!("thiếu `{key}`"), format!("`{key}` is missing"));
        Failure::new(Code::InvalidData, vec![fault.at(format!("/appearance/text/{key}"))])
    };
    let text = match text["kind"].as_str() {
        Some("attachment") => {
            Some(MarkText::Attachment { number: word(text, "number").ok_or_else(|| missing("number"))? })
        }
        Some("copy") => Some(MarkText::Copy {
            kind: word(text, "copy").ok_or_else(|| missing("copy"))?,
            agency: word(text, "agency").ok_or_else(|| missing("agency"))?,
        }),
        _ => None,
    };
    Ok(WantedLook { image: word(value, "image"), text })
}

pub(super) fn decode(text: &str, pointer: &str) -> Result<Vec<u8>, Failure> {
    STANDARD.decode(text).map_err(|error| {
        let fault = Diagnostic::error("base64", format!("không phải base64: {error}"), format!("not base64: {error}"));
        Failure::new(Code::InvalidData, vec![fault.at(pointer)])
    })
}

/// A name a file may bear.
pub(super) fn file_name(name: &str) -> String {
    let plain = crate::batch::names::safe(&name.replace('/', "-"));
    if plain.to_lowercase().ends_with(".pdf") { plain } else { format!("{plain}.pdf") }
}
