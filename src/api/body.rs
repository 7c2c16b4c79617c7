//! The body of a request, within its limit.

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Payload;
use futures_util::StreamExt as _;
use serde_json::Value;

use crate::diagnostic::{Code, Failure};
use crate::render::{InputLimits, read_json};

/// The plain media type of a body, lower case, without parameters.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = text(headers, header::CONTENT_TYPE).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Reads JSON.
pub async fn read_value(
    headers: &HeaderMap,
    body: Payload,
    limit: usize,
    input: InputLimits,
) -> Result<Value, Failure> {
    let plain = media_type(headers);
    if plain != "application/json" && !(plain.starts_with("application/") && plain.ends_with("+json")) {
        return Err(Failure::one(
            Code::UnsupportedMediaType,
            "phải gửi `Content-Type: application/json`",
            "`Content-Type` must be `application/json`",
        ));
    }
    read_json(&read_bytes(headers, body, limit).await?, input)
}

/// Reads bytes; a length announced too large is refused unread.
pub async fn read_bytes(headers: &HeaderMap, mut body: Payload, limit: usize) -> Result<Vec<u8>, Failure> {
    judge_head(headers, limit)?;
    let announced = text(headers, header::CONTENT_LENGTH).and_then(|value| value.parse::<usize>().ok());
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| broken_off(&error))?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What the head alone says against a body.
pub fn judge_head(headers: &HeaderMap, limit: usize) -> Result<(), Failure> {
    if text(headers, header::CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(Failure::one(
            Code::UnsupportedMediaType,
            "không nhận dữ liệu nén: bỏ `Content-Encoding`",
            "compressed bodies are not taken: leave out `Content-Encoding`",
        ));
    }
    let announced = text(headers, header::CONTENT_LENGTH).and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    Ok(())
}

/// More than the limit.
pub fn too_large(limit: usize) -> Failure {
    let megabytes = limit >> 20;
    Failure::one(
        Code::BodyTooLarge,
        format!("dữ liệu lớn hơn {megabytes} MB"),
        format!("the body is larger than {megabytes} MB"),
    )
}

/// A body that ended before its end.
pub fn broken_off(error: &dyn std::fmt::Display) -> Failure {
    Failure::one(Code::BadRequest, format!("không nhận đủ dữ liệu: {error}"), format!("the body broke off: {error}"))
}

/// One header as text.
pub fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
