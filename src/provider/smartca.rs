//! VNPT SmartCA, gateway `sp769`: hashes in hexadecimal, the service's account in every body, approval on the signer's
//! telephone with polling; accounts of the kind "tích hợp" (TH) may sign by password and one-time password instead.
//!
//! Built from the integration guide 4.x as others quote it; not confirmed by VNPT. What is uncertain is a setting with the
//! published value as its default: the paths, and which of the two transaction codes is polled.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{decode, none, signature, ticket, waiting};
use super::door::{Body, Call, Door, Reply, number, text};
use super::label::{ascii, distinct};
use super::reason::{Why, clean, count, unavailable, unfit};
use super::{Answer, Assurance, Credential, Order, Progress, Provider, Secret, User, Want, usable};
use crate::diagnostic::{Code, Failure, Text};
use crate::pades::{Algorithm, Certificate, Chain};

const NAME: &str = "smartca";

/// Longest document code and description, characters: no limit is published; the sample codes have a dozen.
const LONGEST_LABEL: usize = 64;

/// Certificates of one user that are looked at.
const MOST_CERTIFICATES: usize = 50;

/// What a subscriber of the kind TH signs with.
const PASSWORD: &str = "password";
const OTP: &str = "otp";

/// Which code of a transaction its state is asked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollBy {
    /// VNPT's own (`tran_code`), as the guide has it.
    #[default]
    TranCode,
    /// Ours (`transaction_id`), as some samples have it.
    TransactionId,
}

/// How the service is reached.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) sp_id: String,
    pub(super) sp_password: Secret,
    pub(super) integrated: bool,
    pub(super) poll_by: PollBy,
    pub(super) at_once: usize,
    pub(super) again_in: Duration,
    pub(super) certificates_path: String,
    pub(super) sign_path: String,
    /// With `{id}` in it.
    pub(super) status_path: String,
    pub(super) integrated_sign_path: String,
    pub(super) integrated_confirm_path: String,
}

/// VNPT SmartCA.
#[derive(Debug)]
pub(super) struct SmartCa {
    door: Door,
    settings: Settings,
}

/// What a later poll needs.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    /// The transaction asked about.
    transaction: String,
    /// Codes of the documents, in order.
    documents: Vec<String>,
}

impl SmartCa {
    pub(super) fn new(door: Door, settings: Settings) -> Self {
        Self { door, settings }
    }

    /// A call with the service's account in the body, and its `data` where it succeeded.
    async fn call(&self, path: &str, mut body: Value, repeatable: bool) -> Result<Reply, Failure> {
        body["sp_id"] = self.settings.sp_id.as_str().into();
        body["sp_password"] = self.settings.sp_password.expose().into();
        self.door.call(Call { path, body: Body::Json(&body), bearer: None, repeatable }).await
    }

    async fn ok(&self, path: &str, body: Value, repeatable: bool) -> Result<Reply, Failure> {
        let reply = self.call(path, body, repeatable).await?;
        if status(&reply) == 200 { Ok(reply) } else { Err(refusal(&reply)) }
    }

    async fn list(&self, user: &User) -> Result<Vec<Credential>, Failure> {
        let asked = json!({ "user_id": user.id, "serial_number": "", "transaction_id": transaction() });
        let reply = self.ok(&self.settings.certificates_path, asked, true).await?;
        let listed = reply.body.pointer("/data/user_certificates").and_then(Value::as_array);
        let Some(listed) = listed else {
            return Err(unavailable(
                NAME,
                "trả danh sách chứng thư không đúng dạng",
                "lists certificates in no known form",
            ));
        };
        usable(NAME, listed.iter().take(MOST_CERTIFICATES).map(|one| self.credential(one)).collect())
    }

    fn credential(&self, value: &Value) -> Result<Credential, Failure> {
        let strange = || unavailable(NAME, "trả chứng thư không đọc được", "sent a certificate that cannot be read");
        let id = text(value, "serial_number").filter(|serial| !serial.is_empty()).ok_or_else(strange)?;
        let mut certificates =
            vec![Certificate::from_der(&text(value, "cert_data").and_then(|data| decode(&data)).ok_or_else(strange)?)?];
        for above in ["/chain_data/ca_cert", "/chain_data/root_cert"] {
            if let Some(data) = value.pointer(above).and_then(Value::as_str).filter(|data| !data.is_empty()) {
                certificates.push(Certificate::from_der(&decode(data).ok_or_else(strange)?)?);
            }
        }
        let wants = if self.settings.integrated { wants() } else { Vec::new() };
        let chain = Chain::order(certificates)?;
        Ok(Credential {
            id,
            label: clean(&text(value, "service_name").or_else(|| text(value, "service_type")).unwrap_or_default()),
            algorithms: super::fitting(&chain, &[Algorithm::RsaPkcs1Sha256]),
            chain,
            at_once: self.settings.at_once,
            wants,
        })
    }

    async fn sign(&self, order: &Order) -> Result<Progress, Failure> {
        count(NAME, order.items.len(), self.settings.at_once)?;
        super::only_pkcs1(NAME, order.algorithm)?;
        let documents = distinct(order.items.iter().map(|item| item.label.as_str()), LONGEST_LABEL);
        let files: Vec<_> = documents
            .iter()
            .zip(&order.items)
            .map(|(document, item)| {
                json!({ "doc_id": document, "file_type": "pdf", "sign_type": "hash", "data_to_be_signed": hex(&item.hash) })
            })
            .collect();
        let described = match order.items.as_slice() {
            [one] => ascii(&one.label, LONGEST_LABEL),
            all => format!("{} van ban", all.len()),
        };
        let own = transaction();
        let mut asked = json!({
            "user_id": order.user.id,
            "transaction_id": own,
            "transaction_desc": described,
            "serial_number": order.credential,
            "sign_files": files,
        });
        let given = |id: &str| order.authorisation.iter().find(|one| one.id == id).map(|one| &one.value);
        match (given(PASSWORD), given(OTP)) {
            (None, None) => {
                let reply = self.ok(&self.settings.sign_path, asked, false).await?;
                let named = match self.settings.poll_by {
                    PollBy::TranCode => reply.body.pointer("/data/tran_code").and_then(Value::as_str),
                    PollBy::TransactionId => Some(own.as_str()),
                };
                let Some(transaction) = named.filter(|named| is_code(named)) else {
                    return Err(unavailable(
                        NAME,
                        "nhận yêu cầu nhưng không trả mã giao dịch",
                        "took the request but sent no transaction code",
                    ));
                };
                waiting(&Ticket { transaction: transaction.to_owned(), documents }, self.settings.again_in)
            }
            (Some(password), Some(otp)) if self.settings.integrated => {
                asked["password"] = password.expose().into();
                asked["otp"] = otp.expose().into();
                let reply = self.ok(&self.settings.integrated_sign_path, asked, false).await?;
                self.confirm(order, password, &reply, &own, &documents).await
            }
            (Some(_), Some(_)) => Err(Failure::one(
                Code::FeatureOff,
                format!("`{NAME}`: ký bằng mật khẩu và OTP (SmartCA TH) chưa được bật trong cấu hình (`integrated`)"),
                format!(
                    "`{NAME}`: signing by password and OTP (SmartCA TH) is not set in the configuration (`integrated`)"
                ),
            )),
            _ => Err(unfit(
                format!("`{NAME}` cần cả `{PASSWORD}` và `{OTP}`, hoặc không cần gì nếu xác nhận trên ứng dụng"),
                format!("`{NAME}` wants both `{PASSWORD}` and `{OTP}`, or neither where the app confirms"),
            )),
        }
    }

    /// The second step of TH: what was authorized by OTP is signed.
    async fn confirm(
        &self,
        order: &Order,
        password: &Secret,
        reply: &Reply,
        own: &str,
        documents: &[String],
    ) -> Result<Progress, Failure> {
        let data = reply.body.get("data").unwrap_or(&Value::Null);
        let Some(activation) = text(data, "sad").filter(|sad| !sad.is_empty()) else {
            return Err(unavailable(
                NAME,
                "không trả dữ liệu kích hoạt ký (SAD)",
                "sent no signature activation data (SAD)",
            ));
        };
        let asked = json!({
            "user_id": order.user.id,
            "password": password.expose(),
            "sad": activation,
            // The guide's sample answers with a code of its own here.
            "transaction_id": text(data, "transaction_id").unwrap_or_else(|| own.to_owned()),
        });
        let reply = self.ok(&self.settings.integrated_confirm_path, asked, false).await?;
        match listed(&reply) {
            Some(signatures) => Ok(matched(signatures, documents)),
            None => {
                let told = unavailable(NAME, "trả lời không có chữ ký", "answered without signatures");
                Ok(none(documents.len(), &told))
            }
        }
    }

    async fn ask(&self, written: &str) -> Result<Progress, Failure> {
        let held: Ticket = ticket(NAME, written)?;
        let path = self.settings.status_path.replace("{id}", &held.transaction);
        let reply = self.call(&path, json!({}), true).await?;
        let message = reply.text("message").unwrap_or_default();
        match Stage::of(status(&reply), &message, listed(&reply).is_some()) {
            Stage::Signed => Ok(matched(listed(&reply).unwrap_or_default(), &held.documents)),
            Stage::Waiting => waiting(&held, self.settings.again_in),
            Stage::Over(why) => Err(why.failure(NAME, &status(&reply).to_string(), &message)),
            Stage::Unknown => Err(refusal(&reply)),
        }
    }
}

/// How far a transaction is, by its status and message; the guide has only the words for success and for waiting.
#[derive(Debug, PartialEq)]
enum Stage {
    Signed,
    Waiting,
    Over(Why),
    Unknown,
}

impl Stage {
    fn of(status: u64, message: &str, signed: bool) -> Self {
        let words = message.to_lowercase();
        let says = |pieces: &[&str]| pieces.iter().any(|piece| words.contains(piece));
        if status == 200 && signed {
            Self::Signed
        } else if says(&["reject", "deny", "denied", "cancel", "từ chối", "hủy"]) {
            Self::Over(Why::Rejected)
        } else if says(&["expire", "timeout", "time_out", "hết hạn", "quá hạn"]) && status != 403 {
            Self::Over(Why::TimedOut)
        } else if says(&["quota", "not_enough", "hết lượt"]) {
            Self::Over(Why::Quota)
        } else if status == 200 || says(&["wait_for_user", "pending", "processing"]) {
            // Samples take every other word for "not yet"; the order's own time ends it.
            Self::Waiting
        } else {
            Self::Unknown
        }
    }
}

fn refusal(reply: &Reply) -> Failure {
    let status = status(reply);
    let message = reply.text("message").unwrap_or_default();
    let why = match Stage::of(status, &message, false) {
        Stage::Over(why) => why,
        _ if message.to_lowercase().contains("otp") => Why::Secret,
        _ => match status {
            401 => Why::Account,
            403 => Why::Certificate,
            404 => Why::User,
            500.. => Why::Down,
            _ => Why::Refused,
        },
    };
    why.failure(NAME, &status.to_string(), &message)
}

/// The status in the body, which may differ from that of HTTP; else that.
fn status(reply: &Reply) -> u64 {
    number(&reply.body, "status_code").unwrap_or(u64::from(reply.status))
}

fn listed(reply: &Reply) -> Option<&[Value]> {
    let signatures = reply.body.pointer("/data/signatures").and_then(Value::as_array)?;
    (!signatures.is_empty()).then_some(signatures)
}

/// Puts signatures to their documents by code, since their order is promised nowhere.
fn matched(signatures: &[Value], documents: &[String]) -> Progress {
    let one = |document: &String| {
        let mut own = signatures.iter().filter(|one| text(one, "doc_id").is_some_and(|id| id.trim() == document));
        let found = own.next();
        if own.next().is_some() {
            return Err(unavailable(
                NAME,
                "trả hai chữ ký cho cùng một văn bản; không dùng chữ ký nào",
                "sent two signatures for one document; neither is used",
            ));
        }
        signature(NAME, found.and_then(|one| one.get("signature_value")))
    };
    Progress::Done(documents.iter().map(one).collect())
}

fn wants() -> Vec<Want> {
    vec![
        Want { id: PASSWORD.to_owned(), label: Text::new("Mật khẩu SmartCA", "SmartCA password"), required: false },
        Want {
            id: OTP.to_owned(),
            label: Text::new("Mã OTP của SmartCA", "SmartCA one-time password"),
            required: false,
        },
    ]
}

/// A code that goes into a path.
fn is_code(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// A transaction's code must be unlike any other.
fn transaction() -> String {
    uuid::Uuid::now_v7().to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Provider for SmartCa {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stage_is_read_from_status_and_words() {
        for (status, message, signed, stage) in [
            (200, "SUCCESS", true, Stage::Signed),
            (200, " sig_wait_for_user_confirm", false, Stage::Waiting),
            (200, "", false, Stage::Waiting),
            (400, "sig_wait_for_user_confirm", false, Stage::Waiting),
            (400, "user_denied", false, Stage::Over(Why::Rejected)),
            (200, "Người dùng TỪ CHỐI ký", false, Stage::Over(Why::Rejected)),
            (400, "transaction_expired", false, Stage::Over(Why::TimedOut)),
            (403, "certificate expired", false, Stage::Unknown),
            (500, "SERVER_INTERNAL_ERROR", false, Stage::Unknown),
        ] {
            assert_eq!(Stage::of(status, message, signed), stage, "{status} {message}");
        }
    }

    #[test]
    fn a_code_from_outside_leads_nowhere_else() {
        assert!(is_code("acd9be84-60e7-4645-83ab-fb7079b71626"));
        for code in ["", "../v2/signatures", "a/b", "a?b", &"a".repeat(129)] {
            assert!(!is_code(code), "{code}");
        }
    }
}
