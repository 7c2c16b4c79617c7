//! Viettel MySign (remote signing): a token for each user, hashes in base64, approval on the signer's telephone with polling
//! (mode 1).
//!
//! Built from the integration guide 1.8/1.9 as others quote it; not confirmed by Viettel, and without a sandbox. Paths and the
//! mode are settings with the published values as defaults.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{decode, none, signatures, ticket, waiting};
use super::door::{Body, Call, Door, Reply, number, text};
use super::label::{ascii, distinct};
use super::reason::{Why, clean, count, unavailable};
use super::tokens::Tokens;
use super::{Answer, Assurance, Credential, Order, Progress, Provider, Secret, User, usable};
use crate::diagnostic::Failure;
use crate::pades::{Algorithm, Certificate, Chain};

const NAME: &str = "mysign";

/// SHA-256 (NIST).
const SHA_256: &str = "2.16.840.1.101.3.4.2.1";

/// RSA, PKCS#1 v1.5.
const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_SHA_256: &str = "1.2.840.113549.1.1.11";

/// Names go as base64 of fewer than 100 characters.
const LONGEST_LABEL: usize = 72;

/// Certificates of one user, and of one chain, that are looked at.
const MOST_CERTIFICATES: usize = 50;

/// How the service is reached.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) profile_id: String,
    /// `async`: 1 or 2, polled either way.
    pub(super) mode: u8,
    pub(super) at_once: usize,
    pub(super) again_in: Duration,
    pub(super) login_path: String,
    pub(super) certificates_path: String,
    pub(super) sign_path: String,
    pub(super) status_path: String,
}

/// Viettel MySign.
pub(super) struct MySign {
    door: Door,
    settings: Settings,
    tokens: Tokens,
}

impl fmt::Debug for MySign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MySign").field("door", &self.door).field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What a later poll needs; the token belongs to the user.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    transaction: String,
    user: String,
    count: usize,
}

impl MySign {
    pub(super) fn new(door: Door, settings: Settings) -> Self {
        Self { door, settings, tokens: Tokens::default() }
    }

    /// Calls with the user's token; one that was refused is replaced once.
    async fn call(&self, user: &str, path: &str, body: &Value, repeatable: bool) -> Result<Reply, Failure> {
        let mut token = self.token(user).await?;
        for last in [false, true] {
            let call = Call { path, body: Body::Json(body), bearer: Some(&token), repeatable };
            let reply = self.door.call(call).await?;
            let stale = reply.status == 401 || reply.text("error").is_some_and(|error| error == "invalid_token");
            if !stale {
                return Ok(reply);
            }
            self.tokens.forget(user, &token);
            if last {
                return Err(refusal(&reply));
            }
            token = self.token(user).await?;
        }
        Err(Failure::internal("a loop of two ended without an answer"))
    }

    async fn token(&self, user: &str) -> Result<Secret, Failure> {
        if let Some(token) = self.tokens.get(user) {
            return Ok(token);
        }
        let asked = json!({
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.expose(),
            "profile_id": self.settings.profile_id,
            "user_id": user,
        });
        let call = Call { path: &self.settings.login_path, body: Body::Json(&asked), bearer: None, repeatable: true };
        let reply = self.door.call(call).await?;
        let Some(token) = reply.text("access_token").filter(|token| !token.is_empty()) else {
            return Err(refusal(&reply));
        };
        let token = Secret::new(token);
        self.tokens.put(user, token.clone(), number(&reply.body, "expires_in").unwrap_or(3_600));
        Ok(token)
    }

    async fn list(&self, user: &User) -> Result<Vec<Credential>, Failure> {
        let asked = json!({
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.expose(),
            "profile_id": self.settings.profile_id,
            "user_id": user.id,
            "certificates": "chain",
            "certInfo": true,
            "authInfo": true,
        });
        let reply = self.call(&user.id, &self.settings.certificates_path, &asked, true).await?;
        // A list where it succeeded, an object with an error else.
        let Some(listed) = reply.body.as_array() else { return Err(refusal(&reply)) };
        usable(NAME, listed.iter().take(MOST_CERTIFICATES).map(|one| self.credential(one)).collect())
    }

    fn credential(&self, value: &Value) -> Result<Credential, Failure> {
        let strange = || unavailable(NAME, "trả chứng thư không đọc được", "sent a certificate that cannot be read");
        let id = text(value, "credential_id").or_else(|| text(value, "credentialID")).ok_or_else(strange)?;
        for state in ["/key/status", "/cert/status"] {
            let state = value.pointer(state).and_then(Value::as_str).unwrap_or_default();
            if !matches!(state, "" | "enabled" | "valid") {
                return Err(Why::Certificate.failure(NAME, state, ""));
            }
        }
        let mut certificates = Vec::new();
        let listed = value.pointer("/cert/certificates").and_then(Value::as_array).ok_or_else(strange)?;
        for one in listed.iter().take(MOST_CERTIFICATES) {
            let der = one.as_str().and_then(decode).ok_or_else(strange)?;
            certificates.push(Certificate::from_der(&der)?);
        }
        let offered = value.pointer("/key/algo").and_then(Value::as_array).into_iter().flatten();
        let signs = offered.filter_map(Value::as_str).any(|id| matches!(id, RSA | RSA_SHA_256));
        let multisign = number(value, "multisign").and_then(|n| usize::try_from(n).ok()).unwrap_or(1).max(1);
        let chain = Chain::order(certificates)?;
        Ok(Credential {
            id,
            label: clean(&text(value, "description").unwrap_or_default()),
            algorithms: super::fitting(&chain, if signs { &[Algorithm::RsaPkcs1Sha256] } else { &[] }),
            chain,
            at_once: multisign.min(self.settings.at_once),
            wants: Vec::new(),
        })
    }

    async fn sign(&self, order: &Order) -> Result<Progress, Failure> {
        count(NAME, order.items.len(), self.settings.at_once)?;
        super::only_pkcs1(NAME, order.algorithm)?;
        let names = distinct(order.items.iter().map(|item| item.label.as_str()), LONGEST_LABEL);
        let documents: Vec<_> =
            names.iter().map(|name| json!({ "document_id": name, "document_name": STANDARD.encode(name) })).collect();
        let described = match order.items.as_slice() {
            [one] => ascii(&one.label, LONGEST_LABEL),
            all => format!("{} van ban", all.len()),
        };
        let asked = json!({
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.expose(),
            "credentialID": order.credential,
            "numSignatures": order.items.len(),
            "description": STANDARD.encode(described),
            "documents": documents,
            "hash": order.items.iter().map(|item| STANDARD.encode(item.hash)).collect::<Vec<_>>(),
            "hashAlgo": SHA_256,
            "signAlgo": RSA,
            "async": self.settings.mode,
        });
        let reply = self.call(&order.user.id, &self.settings.sign_path, &asked, false).await?;
        let transaction = reply.text("transactionId").or_else(|| reply.text("transaction_id"));
        if let Some(transaction) = transaction.filter(|id| !id.is_empty()) {
            let held = Ticket { transaction, user: order.user.id.clone(), count: order.items.len() };
            return waiting(&held, self.settings.again_in);
        }
        match reply.body.get("signatures").and_then(Value::as_array) {
            Some(values) if reply.status == 200 => Ok(signatures(NAME, values, order.items.len())),
            _ => Err(refusal(&reply)),
        }
    }

    async fn ask(&self, written: &str) -> Result<Progress, Failure> {
        let held: Ticket = ticket(NAME, written)?;
        let asked = json!({ "transactionId": held.transaction });
        let reply = self.call(&held.user, &self.settings.status_path, &asked, true).await?;
        match reply.text("status").as_deref() {
            Some("1") => match reply.body.get("signatures").and_then(Value::as_array) {
                Some(values) => Ok(signatures(NAME, values, held.count)),
                None => {
                    let told =
                        unavailable(NAME, "báo đã ký nhưng không trả chữ ký", "says it signed but sent no signature");
                    Ok(none(held.count, &told))
                }
            },
            // 4000: the signer has yet to confirm; 6000: he has, the service is signing.
            Some("0" | "4000" | "6000") => waiting(&held, self.settings.again_in),
            _ => Err(refusal(&reply)),
        }
    }
}

/// The codes of the guide.
fn why(code: &str) -> Option<Why> {
    Some(match code {
        "4001" => Why::TimedOut,
        "4002" => Why::Rejected,
        "4004" | "50000" => Why::Failed,
        "4005" => Why::Quota,
        "13004" => Why::Certificate,
        "58008" => Why::User,
        "58007" | "59033" | "86002" | "86024" => Why::Account,
        _ => return None,
    })
}

fn refusal(reply: &Reply) -> Failure {
    let mut codes = ["status", "error", "error_code"].into_iter().filter_map(|key| reply.text(key));
    let code = codes.find(|code| !matches!(code.as_str(), "" | "0"));
    let code = code.unwrap_or_else(|| reply.status.to_string());
    let told = ["error_description", "description", "message"].into_iter().find_map(|key| reply.text(key));
    let why = why(&code).unwrap_or(match reply.status {
        401 | 403 => Why::Account,
        500.. => Why::Down,
        // A success without anything in it that is known.
        200..=299 if code == reply.status.to_string() => Why::Down,
        _ => Why::Refused,
    });
    why.failure(NAME, &code, &told.unwrap_or_default())
}

impl Provider for MySign {
    fn name(&self) -> &str {
        NAME
    }

    fn assurance(&self) -> Assurance {
        Assurance::Remote
    }

    fn at_once(&self) -> usize {
        self.settings.at_once
    }

    fn credentials<'a>(&'a self, user: &'a User) -> Answer<'a, Vec<Credential>> {
        Box::pin(self.list(user))
    }

    fn start<'a>(&'a self, order: &'a Order) -> Answer<'a, Progress> {
        Box::pin(self.sign(order))
    }

    fn poll<'a>(&'a self, ticket: &'a str) -> Answer<'a, Progress> {
        Box::pin(self.ask(ticket))
    }
}
