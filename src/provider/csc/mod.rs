//! The Cloud Signature Consortium's API (CSC API v2.0.0.2, and v1.0.4.0 as a setting): service authorization by client
//! credentials, the signer's by what the credential asks for, hashes bound to it (SCAL 2), signatures at once or by polling.

mod shapes;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::form_urlencoded;

use self::shapes::{Info, algorithm_of};
use super::answer::{self, signatures, ticket, waiting};
use super::door::{Body, Call, Door, Reply, number};
use super::label::ascii;
use super::reason::{Why, count, unavailable, unfit};
use super::tokens::Tokens;
use super::{Answer, Assurance, Credential, Order, Progress, Provider, Secret, User};
use crate::diagnostic::Failure;

/// SHA-256 (NIST).
const SHA_256: &str = "2.16.840.1.101.3.4.2.1";

/// Credentials of one user that are looked at.
const MOST_CREDENTIALS: usize = 50;

/// Which edition of the API a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edition {
    V1,
    V2,
}

/// How a service is reached.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) name: String,
    pub(super) edition: Edition,
    pub(super) token_url: String,
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) scope: String,
    pub(super) asynchronous: bool,
    pub(super) at_once: usize,
    pub(super) again_in: Duration,
}

/// A service that speaks CSC.
pub(super) struct Csc {
    door: Door,
    settings: Settings,
    tokens: Tokens,
}

impl std::fmt::Debug for Csc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Csc").field("door", &self.door).field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What a later poll needs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum Ticket {
    /// The signer has yet to authorize; then the hashes are sent.
    Authorizing { handle: String, work: Work },
    /// The service is signing.
    Signing { request: String, count: usize },
}

/// What is sent to be signed.
#[derive(Debug, Serialize, Deserialize)]
struct Work {
    credential: String,
    algorithm: String,
    /// Parameters of the algorithm, base64 of DER.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<String>,
    /// Base64.
    hashes: Vec<String>,
}

impl Csc {
    pub(super) fn new(door: Door, settings: Settings) -> Self {
        Self { door, settings, tokens: Tokens::default() }
    }

    /// Calls with a token of scope `service`; one that was refused is replaced once.
    async fn call(&self, path: &str, body: &Value, repeatable: bool) -> Result<Reply, Failure> {
        let mut token = self.token().await?;
        for last in [false, true] {
            let call = Call { path, body: Body::Json(body), bearer: Some(&token), repeatable };
            let reply = self.door.call(call).await?;
            if reply.status != 401 {
                return Ok(reply);
            }
            self.tokens.forget("", &token);
            if last {
                return Err(shapes::refusal(self.door.who(), &reply));
            }
            token = self.token().await?;
        }
        Err(Failure::internal("a loop of two ended without an answer"))
    }

    /// OAuth 2.0, client credentials grant (RFC 6749, 4.4).
    async fn token(&self) -> Result<Secret, Failure> {
        if let Some(token) = self.tokens.get("") {
            return Ok(token);
        }
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &self.settings.scope)
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("client_secret", self.settings.client_secret.expose())
            .finish();
        let path = &self.settings.token_url;
        let reply = self.door.call(Call { path, body: Body::Form(form), bearer: None, repeatable: true }).await?;
        let Some(token) = reply.text("access_token").filter(|token| reply.status == 200 && !token.is_empty()) else {
            let who = self.door.who();
            return Err(match reply.status {
                // Whatever word it has for it, it is our account that was not taken.
                400..=499 => {
                    let word = |key: &str| reply.text(key).unwrap_or_default();
                    Why::Account.failure(who, &word("error"), &word("error_description"))
                }
                _ => shapes::refusal(who, &reply),
            });
        };
        let token = Secret::new(token);
        self.tokens.put("", token.clone(), number(&reply.body, "expires_in").unwrap_or(3_600));
        Ok(token)
    }

    async fn ok(&self, path: &str, body: &Value, repeatable: bool) -> Result<Reply, Failure> {
        let reply = self.call(path, body, repeatable).await?;
        if matches!(reply.status, 200..=299) { Ok(reply) } else { Err(shapes::refusal(self.door.who(), &reply)) }
    }

    async fn list(&self, user: &User) -> Result<Vec<Credential>, Failure> {
        let mut asked = match self.settings.edition {
            Edition::V1 => json!({ "maxResults": MOST_CREDENTIALS }),
            Edition::V2 => json!({ "credentialInfo": true, "certificates": "chain", "authInfo": true }),
        };
        if !user.id.is_empty() {
            asked["userID"] = Value::from(user.id.as_str());
        }
        let reply = self.ok("/credentials/list", &asked, true).await?;
        let who = self.door.who();
        let infos = reply.body.get("credentialInfos").and_then(Value::as_array);
        let ids = reply.body.get("credentialIDs").and_then(Value::as_array);
        let mut found = Vec::new();
        if let Some(infos) = infos.filter(|infos| !infos.is_empty()) {
            for info in infos.iter().take(MOST_CREDENTIALS) {
                let id = super::door::text(info, "credentialID").unwrap_or_default();
                found.push(Info::read(who, &id, info));
            }
        } else {
            for id in ids.into_iter().flatten().filter_map(Value::as_str).take(MOST_CREDENTIALS) {
                found.push(self.info(id).await);
            }
        }
        let credentials =
            found.into_iter().map(|info| info.and_then(|info| info.credential(who, self.settings.at_once)));
        super::usable(who, credentials.collect())
    }

    async fn info(&self, id: &str) -> Result<Info, Failure> {
        let asked = json!({ "credentialID": id, "certificates": "chain", "certInfo": true, "authInfo": true });
        let reply = self.ok("/credentials/info", &asked, true).await?;
        Info::read(self.door.who(), id, &reply.body)
    }

    async fn sign(&self, order: &Order) -> Result<Progress, Failure> {
        let who = self.door.who();
        count(who, order.items.len(), self.settings.at_once)?;
        // Looked at first: what would be refused anyway must not trouble the signer.
        let info = self.info(&order.credential).await?;
        info.ready(who)?;
        count(who, order.items.len(), info.multisign)?;
        let Some((algorithm, parameters)) = algorithm_of(order.algorithm, &info.algorithms) else {
            return Err(unfit(
                format!("chứng thư `{}` không ký được bằng `{}`", order.credential, order.algorithm.name()),
                format!("credential `{}` does not sign with `{}`", order.credential, order.algorithm.name()),
            ));
        };
        let work = Work {
            credential: order.credential.clone(),
            algorithm: algorithm.to_owned(),
            parameters,
            hashes: order.items.iter().map(|item| shapes::base64(&item.hash)).collect(),
        };
        let mut asked = json!({ "credentialID": work.credential, "numSignatures": work.hashes.len() });
        let described = match order.items.as_slice() {
            [one] => ascii(&one.label, 100),
            all => format!("{} van ban", all.len()),
        };
        asked["description"] = described.into();
        match self.settings.edition {
            Edition::V2 => {
                asked["hashes"] = json!(work.hashes);
                asked["hashAlgorithmOID"] = SHA_256.into();
                asked["authData"] = info.auth_data(who, &order.authorisation)?;
            }
            Edition::V1 => {
                asked["hash"] = json!(work.hashes);
                for (id, value) in info.pin_and_otp(who, &order.authorisation)? {
                    asked[id] = value;
                }
            }
        }
        let reply = self.ok("/credentials/authorize", &asked, false).await?;
        self.authorized(reply, work).await
    }

    /// Goes on with what `authorize` or `authorizeCheck` answered.
    async fn authorized(&self, reply: Reply, work: Work) -> Result<Progress, Failure> {
        if let Some(activation) = reply.text("SAD").filter(|sad| !sad.is_empty()) {
            return self.send(&Secret::new(activation), work).await;
        }
        match reply.text("handle") {
            Some(handle) => waiting(&Ticket::Authorizing { handle, work }, self.settings.again_in),
            None => Err(unavailable(
                self.door.who(),
                "không trả dữ liệu kích hoạt ký (SAD)",
                "sent no signature activation data (SAD)",
            )),
        }
    }

    async fn send(&self, activation: &Secret, work: Work) -> Result<Progress, Failure> {
        let mut asked = json!({
            "credentialID": work.credential,
            "SAD": activation.expose(),
            "signAlgo": work.algorithm,
        });
        if let Some(parameters) = work.parameters {
            asked["signAlgoParams"] = parameters.into();
        }
        let count = work.hashes.len();
        match self.settings.edition {
            Edition::V2 => {
                asked["hashes"] = json!(work.hashes);
                asked["hashAlgorithmOID"] = SHA_256.into();
                asked["operationMode"] = if self.settings.asynchronous { "A" } else { "S" }.into();
            }
            Edition::V1 => {
                asked["hash"] = json!(work.hashes);
                asked["hashAlgo"] = SHA_256.into();
            }
        }
        let reply = self.ok("/signatures/signHash", &asked, false).await?;
        if let Some(request) = reply.text("responseID").filter(|id| !id.is_empty()) {
            return waiting(&Ticket::Signing { request, count }, self.settings.again_in);
        }
        Ok(self.signed(&reply, count))
    }

    fn signed(&self, reply: &Reply, count: usize) -> Progress {
        match reply.body.get("signatures").and_then(Value::as_array) {
            Some(values) => signatures(self.door.who(), values, count),
            None => {
                let told = unavailable(self.door.who(), "trả lời không có chữ ký", "answered without signatures");
                answer::none(count, &told)
            }
        }
    }

    async fn ask(&self, text: &str) -> Result<Progress, Failure> {
        match ticket(self.door.who(), text)? {
            Ticket::Authorizing { handle, work } => {
                let reply = self.ok("/credentials/authorizeCheck", &json!({ "handle": handle }), true).await?;
                // A pending answer may leave the handle out.
                if reply.status == 202 && reply.text("handle").is_none() {
                    return waiting(&Ticket::Authorizing { handle, work }, self.settings.again_in);
                }
                self.authorized(reply, work).await
            }
            Ticket::Signing { request, count } => {
                let reply = self.call("/signatures/signPolling", &json!({ "requestID": request }), true).await?;
                if shapes::is_pending(&reply) {
                    return waiting(&Ticket::Signing { request, count }, self.settings.again_in);
                }
                if !matches!(reply.status, 200..=299) {
                    return Err(shapes::refusal(self.door.who(), &reply));
                }
                Ok(self.signed(&reply, count))
            }
        }
    }
}

impl Provider for Csc {
    fn name(&self) -> &str {
        &self.settings.name
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
