//! What CSC services send: credentials in both editions, errors, what is still pending.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::answer::decode;
use super::super::door::{Reply, number, text};
use super::super::reason::{Why, unavailable, unfit};
use super::super::{Credential, Given, Want};
use crate::diagnostic::{Code, Diagnostic, Failure, Text};
use crate::pades::{Algorithm, Certificate, Chain};

const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_SHA_256: &str = "1.2.840.113549.1.1.11";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const EC_KEY: &str = "1.2.840.10045.2.1";
const ECDSA_SHA_256: &str = "1.2.840.10045.4.3.2";

/// RSASSA-PSS-params (RFC 4055): SHA-256, MGF1 with SHA-256, salt of 32 bytes.
const PSS_PARAMETERS: &[u8] = &[
    0x30, 0x34, 0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09,
    0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x20,
];

/// Certificates of one chain.
const MOST_CERTIFICATES: usize = 10;

/// Things a signer may be asked for.
const MOST_OBJECTS: usize = 10;

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The identifier under which a credential offers an algorithm, and its parameters where it needs any.
pub(super) fn algorithm_of(wanted: Algorithm, offered: &[String]) -> Option<(&'static str, Option<String>)> {
    let has = |id: &&str| offered.iter().any(|one| one == id);
    match wanted {
        Algorithm::RsaPkcs1Sha256 => [RSA_SHA_256, RSA].into_iter().find(has).map(|id| (id, None)),
        Algorithm::RsaPssSha256 => Some(RSA_PSS).filter(has).map(|id| (id, Some(base64(PSS_PARAMETERS)))),
        Algorithm::EcdsaP256Sha256 => [ECDSA_SHA_256, EC_KEY].into_iter().find(has).map(|id| (id, None)),
    }
}

/// A credential as `credentials/info` tells it.
#[derive(Debug)]
pub(super) struct Info {
    id: String,
    label: String,
    key_status: String,
    certificate_status: String,
    pub(super) algorithms: Vec<String>,
    certificates: Vec<Certificate>,
    mode: String,
    alternatives: bool,
    objects: Vec<Object>,
    pub(super) multisign: usize,
}

/// Something the signer proves himself with.
#[derive(Debug)]
struct Object {
    id: String,
    /// Whether the caller must hand over a value; else the service asks the signer by itself.
    given: bool,
    label: Text,
}

impl Info {
    pub(super) fn read(who: &str, id: &str, value: &Value) -> Result<Self, Failure> {
        let strange =
            || unavailable(who, "mô tả chứng thư không đúng dạng CSC", "describes a credential as CSC does not");
        let key = value.get("key").ok_or_else(strange)?;
        let certificate = value.get("cert").unwrap_or(&Value::Null);
        let listed = certificate.get("certificates").and_then(Value::as_array);
        let mut certificates = Vec::new();
        for one in listed.into_iter().flatten().take(MOST_CERTIFICATES).filter_map(Value::as_str) {
            let der = decode(one).ok_or_else(strange)?;
            certificates.push(Certificate::from_der(&der)?);
        }
        let algorithms = key.get("algo").and_then(Value::as_array).into_iter().flatten();
        let (mode, alternatives, objects) = authorization(value);
        Ok(Self {
            id: id.to_owned(),
            label: text(value, "description").unwrap_or_default(),
            key_status: text(key, "status").unwrap_or_default(),
            certificate_status: text(certificate, "status").unwrap_or_default(),
            algorithms: algorithms.filter_map(Value::as_str).map(str::to_owned).collect(),
            certificates,
            mode,
            alternatives,
            objects,
            multisign: number(value, "multisign").and_then(|n| usize::try_from(n).ok()).unwrap_or(1).max(1),
        })
    }

    /// Whether it can sign now.
    pub(super) fn ready(&self, who: &str) -> Result<(), Failure> {
        if !matches!(self.key_status.as_str(), "" | "enabled") {
            return Err(Why::Certificate.failure(who, &self.key_status, ""));
        }
        if !matches!(self.certificate_status.as_str(), "" | "valid") {
            return Err(Why::Certificate.failure(who, &self.certificate_status, ""));
        }
        if self.mode == "oauth2code" {
            let fault = Diagnostic::error(
                Code::FeatureOff.info().name,
                format!("`{who}`: chứng thư này đòi người ký đăng nhập trên trang của nhà cung cấp (`oauth2code`)"),
                format!("`{who}`: this credential wants the signer to log in at the provider's page (`oauth2code`)"),
            );
            let fault = fault.hint(
                "dùng chứng thư được xác nhận bằng ứng dụng hoặc bằng PIN, OTP",
                "use a credential that is authorized by an app or by PIN and one-time password",
            );
            return Err(Failure::new(Code::FeatureOff, vec![fault]));
        }
        Ok(())
    }

    pub(super) fn credential(self, who: &str, at_once: usize) -> Result<Credential, Failure> {
        self.ready(who)?;
        let offered: Vec<_> =
            Algorithm::ALL.into_iter().filter(|one| algorithm_of(*one, &self.algorithms).is_some()).collect();
        let chain = Chain::order(self.certificates)?;
        let required = !self.alternatives;
        let wants = self.objects.into_iter().filter(|object| object.given);
        Ok(Credential {
            id: self.id,
            label: super::super::reason::clean(&self.label),
            algorithms: super::super::fitting(&chain, &offered),
            chain,
            at_once: self.multisign.min(at_once),
            wants: wants.map(|object| Want { id: object.id, label: object.label, required }).collect(),
        })
    }

    /// `authData` of the second edition.
    pub(super) fn auth_data(&self, who: &str, given: &[Given]) -> Result<Value, Failure> {
        self.complete(who, given)?;
        let handed = |object: &Object| given.iter().find(|one| one.id == object.id);
        // Where one way is enough, the way the signer chose stands alone.
        let chosen = self.alternatives && self.objects.iter().any(|object| handed(object).is_some());
        let mut data = Vec::new();
        for object in &self.objects {
            match handed(object) {
                Some(one) => data.push(json!({ "id": one.id, "value": one.value.expose() })),
                None if !object.given && !chosen => data.push(json!({ "id": object.id })),
                None => {}
            }
        }
        Ok(Value::from(data))
    }

    /// `PIN` and `OTP` of the first edition.
    pub(super) fn pin_and_otp(&self, who: &str, given: &[Given]) -> Result<Vec<(&'static str, Value)>, Failure> {
        self.complete(who, given)?;
        let value = |id: &'static str| {
            let one = given.iter().find(|one| one.id == id)?;
            Some((id, Value::from(one.value.expose())))
        };
        Ok(["PIN", "OTP"].into_iter().filter_map(value).collect())
    }

    fn complete(&self, who: &str, given: &[Given]) -> Result<(), Failure> {
        let has = |object: &&Object| given.iter().any(|one| one.id == object.id && !one.value.expose().is_empty());
        let wanted = || self.objects.iter().filter(|object| object.given);
        if self.alternatives && (wanted().any(|object| has(&object)) || self.objects.iter().any(|object| !object.given))
        {
            return Ok(());
        }
        match wanted().find(|object| !has(object)) {
            None => Ok(()),
            Some(missing) => Err(unfit(
                format!("`{who}` cần `{}` của người ký ({})", missing.id, missing.label.vi),
                format!("`{who}` wants the signer's `{}` ({})", missing.id, missing.label.en),
            )),
        }
    }
}

/// Mode, whether what is asked for are alternatives, and what is asked for, in either edition.
fn authorization(value: &Value) -> (String, bool, Vec<Object>) {
    let label = |object: &Value, vi: &str| {
        let own = text(object, "label").map(|own| super::super::reason::clean(&own)).filter(|own| !own.is_empty());
        own.map_or_else(|| Text::new(vi, vi), |own| Text::new(own.clone(), own))
    };
    if let Some(auth) = value.get("auth") {
        let expression = text(auth, "expression").unwrap_or_default();
        let listed = auth.get("objects").and_then(Value::as_array).into_iter().flatten().take(MOST_OBJECTS);
        let objects = listed.filter_map(|object| {
            let id = text(object, "id")?;
            let kind = text(object, "type").unwrap_or_default();
            Some(Object { given: kind.eq_ignore_ascii_case("password"), label: label(object, &id), id })
        });
        let alternatives =
            expression.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == "OR" || word == "XOR");
        return (text(auth, "mode").unwrap_or_default(), alternatives, objects.collect());
    }
    let object = |id: &str| {
        let object = value.get(id)?;
        let present = text(object, "presence").is_some_and(|presence| presence == "true");
        present.then(|| Object { id: id.to_owned(), given: true, label: label(object, id) })
    };
    let mode = text(value, "authMode").unwrap_or_default();
    let objects = if mode == "explicit" { ["PIN", "OTP"].into_iter().filter_map(object).collect() } else { Vec::new() };
    (mode, false, objects)
}

/// Whether a polled signature is still being made. The answer is 202 by the specification; some services send it as an error.
pub(super) fn is_pending(reply: &Reply) -> bool {
    let told = reply.text("error_description").unwrap_or_default().to_ascii_lowercase();
    let signed = reply.body.get("signatures").is_some_and(Value::is_array);
    reply.status == 202
        || reply.text("error").is_some_and(|error| error == "accepted_request")
        || (reply.status == 400 && told.contains("previous async"))
        || (reply.status == 200 && !signed && reply.text("error").is_none())
}

/// What an answer that is no success says (CSC API v2, 10.1, and the error cases of each method).
pub(super) fn refusal(who: &str, reply: &Reply) -> Failure {
    let error = reply.text("error").unwrap_or_default();
    let told = reply.text("error_description").unwrap_or_default();
    let words = format!("{error} {told}").to_ascii_lowercase();
    let says = |piece: &str| words.contains(piece);
    let why = if matches!(error.as_str(), "invalid_otp" | "invalid_pin" | "invalid_authentication_data") {
        Why::Secret
    } else if reply.status == 401 || matches!(error.as_str(), "invalid_client" | "unauthorized_client") {
        Why::Account
    } else if error == "access_denied" || says("reject") || says("denied") || says("cancel") {
        Why::Rejected
    } else if says("certificate is expired") || says("credential locked") || says("disabled") || says("revoked") {
        Why::Certificate
    } else if says("expired") || says("timeout") || says("timed out") {
        Why::TimedOut
    } else if says("quota") || says("too high") {
        Why::Quota
    } else if says("userid") {
        Why::User
    } else if reply.status >= 500 || matches!(error.as_str(), "temporarily_unavailable" | "server_error") {
        Why::Down
    } else {
        Why::Refused
    };
    let code = if error.is_empty() { reply.status.to_string() } else { error };
    why.failure(who, &code, &told)
}
