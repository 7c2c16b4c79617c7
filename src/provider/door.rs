//! One service's door: JSON over HTTPS with limits, and words for whatever comes out that is not an answer.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{redirect, tls};
use serde_json::Value;
use url::{Host, Url};

use super::Secret;
use super::reason::unavailable;
use crate::diagnostic::{Code, Diagnostic, Failure, Text};

/// Largest answer, bytes: a thousand signatures and chains are far below.
const LARGEST: usize = 4 << 20;

/// Time for name, connection and TLS.
const CONNECT: Duration = Duration::from_secs(10);

/// Pauses before a call that may be repeated is repeated.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// A client as every call here is made: TLS 1.2 at least (circular 15/2025/TT-BKHCN), no redirect followed, no proxy taken from
/// the environment, since either would let another decide where secrets go.
///
/// # Errors
///
/// The system has no root certificates, or `roots` (PEM, added to the system's) cannot be read.
pub(super) fn client(whole: Duration, roots: Option<&Path>) -> Result<reqwest::Client, Diagnostic> {
    client_with(whole, roots, |builder| builder)
}

/// The same with something added.
pub(super) fn client_with(
    whole: Duration,
    roots: Option<&Path>,
    add: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<reqwest::Client, Diagnostic> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("vinhdanh/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .tls_version_min(tls::Version::TLS_1_2)
        .connect_timeout(CONNECT.min(whole))
        .timeout(whole);
    if let Some(path) = roots {
        let fault = |error: &dyn fmt::Display| {
            let path = path.display();
            Diagnostic::error(
                "provider_roots",
                format!("không đọc được chứng thư gốc trong `{path}`: {error}"),
                format!("the root certificates in `{path}` cannot be read: {error}"),
            )
        };
        let pem = std::fs::read(path).map_err(|error| fault(&error))?;
        let roots = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| fault(&error))?;
        if roots.is_empty() {
            return Err(fault(&"PEM"));
        }
        builder = builder.tls_certs_merge(roots);
    }
    add(builder).build().map_err(|error| {
        let cause = root_cause(&error);
        Diagnostic::error(
            "provider_client",
            format!("không chuẩn bị được kết nối: {cause}"),
            format!("connections cannot be prepared: {cause}"),
        )
        .hint(
            "cài chứng thư gốc của hệ thống, hoặc chỉ tới chúng bằng `SSL_CERT_FILE`",
            "install the system's root certificates, or point `SSL_CERT_FILE` to them",
        )
    })
}

/// Whether an address of the configuration may carry secrets: https, or http to this very machine.
pub(super) fn is_private_way(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

/// A service that is called.
pub(super) struct Door {
    who: String,
    base: String,
    client: reqwest::Client,
    whole: Duration,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("who", &self.who).field("base", &self.base).finish_non_exhaustive()
    }
}

/// What is sent.
pub(super) enum Body<'a> {
    Json(&'a Value),
    /// `application/x-www-form-urlencoded`.
    Form(String),
}

/// One call.
pub(super) struct Call<'a> {
    /// After the base address, or a whole address.
    pub(super) path: &'a str,
    pub(super) body: Body<'a>,
    pub(super) bearer: Option<&'a Secret>,
    /// Whether a second call does no harm.
    pub(super) repeatable: bool,
}

/// An answer in JSON, whatever its status.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Reply {
    /// A value at the top, as text whether it came as a string or a number.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        text(&self.body, key)
    }
}

/// A member as text, whether it came as a string or a number; `null` is nothing.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A number, whether it came as a string or a number.
pub(super) fn number(value: &Value, key: &str) -> Option<u64> {
    text(value, key)?.trim().parse().ok()
}

impl Door {
    /// `base` without slash at its end.
    pub(super) fn new(who: &str, base: &str, client: reqwest::Client, whole: Duration) -> Self {
        Self { who: who.to_owned(), base: base.trim_end_matches('/').to_owned(), client, whole }
    }

    /// The service's name in messages.
    pub(super) fn who(&self) -> &str {
        &self.who
    }

    /// Makes a call. A repeatable one is made again where the connection failed or the service is overloaded.
    pub(super) async fn call(&self, call: Call<'_>) -> Result<Reply, Failure> {
        let url = if call.path.contains("://") { call.path.to_owned() } else { format!("{}{}", self.base, call.path) };
        let mut pauses = PAUSES.iter().filter(|_| call.repeatable);
        loop {
            let mut request = self.client.post(&url);
            if let Some(token) = call.bearer {
                request = request.header(AUTHORIZATION, format!("Bearer {}", token.expose()));
            }
            request = match &call.body {
                Body::Json(value) => request.json(value),
                Body::Form(text) => {
                    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(text.clone())
                }
            };
            let trouble = match request.send().await {
                Ok(answer) => match self.read(answer).await {
                    Ok(reply) if !(502..=504).contains(&reply.status) => return Ok(reply),
                    Ok(reply) => match pauses.next() {
                        None => return Ok(reply),
                        Some(pause) => *pause,
                    },
                    Err((failure, passing)) => match pauses.next().filter(|_| passing) {
                        None => return Err(failure),
                        Some(pause) => *pause,
                    },
                },
                // The path of an address may hold an id.
                Err(error) => match pauses.next().filter(|_| !error.is_timeout()) {
                    None => return Err(self.broken(&error.without_url())),
                    Some(pause) => *pause,
                },
            };
            tokio::time::sleep(trouble).await;
        }
    }

    /// The answer as JSON; else what to tell, and whether another try may help.
    async fn read(&self, answer: reqwest::Response) -> Result<Reply, (Failure, bool)> {
        let status = answer.status().as_u16();
        if (300..400).contains(&status) {
            let told = unavailable(
                &self.who,
                &format!("chuyển hướng ({status}); không đi theo chuyển hướng"),
                &format!("redirects ({status}); redirects are not followed"),
            );
            return Err((told, false));
        }
        if status == 429 {
            let wait = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            let wait = wait.and_then(|text| text.trim().parse::<u32>().ok());
            let (vi, en) = wait.map_or_else(Default::default, |s| (format!(" {s} giây"), format!(" {s} seconds")));
            let told = unavailable(
                &self.who,
                &format!("báo gọi quá nhanh (429); thử lại sau{vi}"),
                &format!("says it is called too often (429); try again after{en}"),
            );
            return Err((told, false));
        }
        let bytes = match read_limited(answer, LARGEST).await {
            Ok(bytes) => bytes,
            Err(Cut::TooLarge) => {
                let told = unavailable(
                    &self.who,
                    &format!("trả lời dài hơn {} MB; bỏ dở", LARGEST >> 20),
                    &format!("sent an answer of more than {} MB; it was dropped", LARGEST >> 20),
                );
                return Err((told, false));
            }
            Err(Cut::Broken(error)) => return Err((self.broken(&error), !error.is_timeout())),
        };
        // Some services answer 202 or an error with nothing in it.
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Reply { status, body: Value::Null });
        }
        match serde_json::from_slice(&bytes) {
            Ok(body) => Ok(Reply { status, body }),
            Err(_) => {
                let html = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
                let (vi, en) =
                    if html { ("trang HTML", "an HTML page") } else { ("nội dung lạ", "something else") };
                let told = unavailable(
                    &self.who,
                    &format!("trả về {vi} thay vì JSON (trạng thái {status})"),
                    &format!("sent {en} instead of JSON (status {status})"),
                );
                Err((told, (502..=504).contains(&status)))
            }
        }
    }

    fn broken(&self, error: &reqwest::Error) -> Failure {
        let Text { vi, en } = broken(error, self.whole);
        unavailable(&self.who, &vi, &en)
    }
}

/// Why a body was not read to its end.
pub(super) enum Cut {
    TooLarge,
    Broken(reqwest::Error),
}

/// A body up to `most` bytes.
pub(super) async fn read_limited(mut answer: reqwest::Response, most: usize) -> Result<Vec<u8>, Cut> {
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| Cut::Broken(error.without_url()))? {
        if bytes.len().saturating_add(piece.len()) > most {
            return Err(Cut::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// What a broken connection is called, to follow the service's name. The error must have lost its address.
pub(super) fn broken(error: &reqwest::Error, whole: Duration) -> Text {
    if error.is_timeout() {
        let seconds = whole.as_secs_f32();
        return Text::new(
            format!("không trả lời trong {seconds} giây; nếu là yêu cầu ký thì chưa rõ đã đến nơi hay chưa"),
            format!("did not answer within {seconds} seconds; whether a request to sign arrived is not known"),
        );
    }
    let cause = root_cause(error);
    if error.is_connect() {
        Text::new(format!("không kết nối được: {cause}"), format!("cannot be reached: {cause}"))
    } else {
        Text::new(format!("ngắt kết nối giữa chừng: {cause}"), format!("broke the connection off: {cause}"))
    }
}

/// The innermost cause: the outer ones say no more than that the call failed.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Reads an address of the configuration.
pub(super) fn address(text: &str) -> Result<Url, Failure> {
    let refuse = |vi: String, en: String| Err(Failure::one(Code::BadConfiguration, vi, en));
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return refuse(format!("địa chỉ không đọc được: {error}"), format!("cannot be read: {error}")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(
            "địa chỉ không được chứa tên và mật khẩu".to_owned(),
            "the address must hold no name and password".to_owned(),
        );
    }
    if url.host().is_none() || !matches!(url.scheme(), "http" | "https") {
        return refuse("địa chỉ phải là `https://…`".to_owned(), "the address must be `https://…`".to_owned());
    }
    Ok(url)
}
