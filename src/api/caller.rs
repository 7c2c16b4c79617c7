//! What every handler knows about its request: language, trace id, deadline.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use tokio::time::Instant;

use crate::diagnostic::Lang;

/// Set once by `observe`, read by everything below.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Language of messages.
    pub lang: Lang,
    /// Id of this request in replies and logs.
    pub trace_id: String,
    /// When the whole request must be done.
    pub deadline: Instant,
}

impl Caller {
    /// Reads the request's headers.
    pub fn of(request: &ServiceRequest, deadline: Instant) -> Self {
        let text = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        Self {
            lang: language(text(header::ACCEPT_LANGUAGE)),
            trace_id: trace_id(
                text(header::HeaderName::from_static("traceparent")),
                text(header::HeaderName::from_static("x-request-id")),
            ),
            deadline,
        }
    }
}

impl FromRequest for Caller {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().cloned();
        // `observe` wraps the whole service; the fallback serves a route mounted without it.
        ready(Ok(known.unwrap_or_else(|| Self { lang: Lang::Vi, trace_id: random_id(), deadline: Instant::now() })))
    }
}

/// Vietnamese unless English is preferred.
fn language(accept: Option<&str>) -> Lang {
    let Some(accept) = accept else { return Lang::Vi };
    let mut best = (0.0_f32, Lang::Vi);
    for part in accept.split(',') {
        let mut fields = part.split(';');
        let tag = fields.next().unwrap_or_default().trim().to_ascii_lowercase();
        let quality = fields.find_map(|field| field.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        let lang = match tag.split('-').next() {
            Some("en") => Lang::En,
            Some("vi" | "*") => Lang::Vi,
            _ => continue,
        };
        if quality > best.0 {
            best = (quality, lang);
        }
    }
    best.1
}

/// The W3C trace id, or the caller's own request id, or a new one.
fn trace_id(traceparent: Option<&str>, request_id: Option<&str>) -> String {
    if let Some(id) = traceparent.and_then(|value| value.split('-').nth(1))
        && id.len() == 32
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return id.to_owned();
    }
    match request_id {
        Some(id)
            if (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
        {
            id.to_owned()
        }
        _ => random_id(),
    }
}

/// 128 bits from the process's own hash keys and a counter: unique, and no secret.
fn random_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static KEYS: OnceLock<(RandomState, RandomState)> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let (high, low) = KEYS.get_or_init(|| (RandomState::new(), RandomState::new()));
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}{:016x}", high.hash_one(n), low.hash_one(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_follows_the_preference() {
        assert_eq!(language(None), Lang::Vi);
        assert_eq!(language(Some("en-US,en;q=0.9")), Lang::En);
        assert_eq!(language(Some("vi-VN,vi;q=0.9,en;q=0.8")), Lang::Vi);
        assert_eq!(language(Some("fr, en;q=0.2")), Lang::En);
        assert_eq!(language(Some("de")), Lang::Vi);
    }

    #[test]
    fn trace_ids_are_taken_or_made() {
        let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(trace_id(Some(given), None), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(trace_id(None, Some("abc-1")), "abc-1");
        assert_eq!(trace_id(Some("x"), Some("a\r\nb")).len(), 32);
        assert_ne!(random_id(), random_id());
    }
}
