//! Time-stamp authorities over HTTP (RFC 3161, 3.4): several, asked in order until one answers well.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use url::Url;

use super::Secret;
use super::door::{Cut, broken, read_limited};
use super::reason::unavailable;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pades::{Token, timestamp_request, timestamp_response};

/// Largest answer, bytes: a token with its chain has 3 to 8 KB.
const LARGEST: usize = 64 << 10;

/// One authority.
pub(super) struct Authority {
    pub(super) url: Url,
    /// User and password, sent as RFC 7617 has it.
    pub(super) login: Option<(String, Secret)>,
    pub(super) client: reqwest::Client,
    pub(super) whole: Duration,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// The authorities of the configuration, the preferred one first.
#[derive(Debug)]
pub struct Authorities(Vec<Authority>);

impl Authorities {
    pub(super) fn new(authorities: Vec<Authority>) -> Option<Self> {
        (!authorities.is_empty()).then_some(Self(authorities))
    }

    /// A token over a SHA-256 digest, proved to be over this digest and to answer this request. `nonce` must be fresh.
    ///
    /// # Errors
    ///
    /// [`Code::ProviderUnavailable`]: none answered well; what each did is told.
    pub async fn stamp(&self, digest: &[u8; 32], nonce: u64) -> Result<Token, Failure> {
        let asked = timestamp_request(digest, nonce);
        let mut told: Vec<Diagnostic> = Vec::new();
        for authority in &self.0 {
            let answer = authority.ask(asked.clone()).await;
            match answer.and_then(|der| timestamp_response(&der, digest, nonce)) {
                Ok(token) => return Ok(token),
                Err(failure) => {
                    let host = authority.host();
                    tracing::warn!(authority = host, error = %failure, "a time-stamp authority did not answer well");
                    for mut one in failure.diagnostics {
                        if !one.message.en.contains(host) {
                            one.message.vi = format!("`{host}`: {}", one.message.vi);
                            one.message.en = format!("`{host}`: {}", one.message.en);
                        }
                        told.push(one);
                    }
                }
            }
        }
        Err(Failure::new(Code::ProviderUnavailable, told))
    }
}

impl Authority {
    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    async fn ask(&self, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let host = self.host();
        let mut request = self.client.post(self.url.clone()).body(body);
        request =
            request.header(CONTENT_TYPE, "application/timestamp-query").header(ACCEPT, "application/timestamp-reply");
        if let Some((user, password)) = &self.login {
            let login = STANDARD.encode(format!("{user}:{}", password.expose()));
            request = request.header(AUTHORIZATION, format!("Basic {login}"));
        }
        let answer = request.send().await.map_err(|error| {
            let told = broken(&error.without_url(), self.whole);
            unavailable(host, &told.vi, &told.en)
        })?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(unavailable(host, &format!("trả lời {status}"), &format!("answered {status}")));
        }
        read_limited(answer, LARGEST).await.map_err(|cut| match cut {
            Cut::TooLarge => unavailable(
                host,
                &format!("trả lời dài hơn {} KB", LARGEST >> 10),
                &format!("sent an answer of more than {} KB", LARGEST >> 10),
            ),
            Cut::Broken(error) => {
                let told = broken(&error, self.whole);
                unavailable(host, &told.vi, &told.en)
            }
        })
    }
}
