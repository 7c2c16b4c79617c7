//! Signatures on finished documents: who signs which field in which order, the three ways a signature comes in, runs with
//! a provider, and what it takes to bring a signature to its level.
//!
//! Keys are elsewhere: in a token, at a provider. What is signed is prepared here, what comes back is proved here, and the
//! register says what comes next. A prepared file never leaves as a document.

pub mod appearance;
pub mod complete;

mod batch;
mod document;
mod keeper;
mod look;
mod prepare;
mod report;
mod request;
mod run;
mod signature;
mod store;
mod ticket;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use chrono::{DateTime, FixedOffset};
use tokio::sync::{Mutex, Notify, watch};

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::files::Files;
use crate::pades::{Algorithm, Certificate, Chain, Moment, Picture};
use crate::provider::{Given, Providers};
use crate::register::Register;
use crate::render::{Backend, Renderer};
use crate::webhook::Sender;

pub use batch::{BatchReport, ItemReport, WantedBatch};
pub use complete::{Level, Services};
pub use document::{Source, WantedField};
pub use look::{MarkText, WantedLook};
pub use prepare::{Offer, WantedPreparation};
pub use report::{FieldReport, RequestReport};
pub use request::Wanted;
pub use run::{Begun, WantedRun};
pub use signature::{Outcome, Value};
pub use ticket::{HandedOut, Ticket, Upload};

/// Vietnam is seven hours ahead of UTC, and has been all the while certificates live.
const VIETNAM_S: i32 = 7 * 3_600;
/// Certificates of one chain.
const LONGEST_CHAIN: usize = 8;

/// Everything signatures need; shared by the doors and the keeper.
pub struct Signing {
    /// The truth.
    pub register: Register,
    /// Files before and after each signature.
    pub files: Files,
    /// Documents that are made to be signed.
    pub renderer: Arc<Renderer>,
    /// Where their pages are set.
    pub backend: Backend,
    /// Those who hold keys.
    pub providers: Arc<Providers>,
    /// Time stamps and what is known of revocation.
    pub services: Services,
    /// How long files of ended requests are kept.
    pub keep: Duration,
    /// Who judges addresses of webhooks; without it none is taken.
    pub webhooks: Option<Sender>,
    /// Turns true when the service stops.
    pub stop: watch::Receiver<bool>,
    state: State,
}

/// What a process knows and no other: nothing that is missed after a restart.
struct State {
    /// Name of this process among those that share the register.
    process: String,
    /// What signers handed over, by run, until their provider was asked.
    handed: Mutex<HashMap<String, Vec<Given>>>,
    /// Runs this process is at.
    busy: Mutex<HashSet<String>>,
    /// Pictures read lately, by SHA-256.
    pictures: Mutex<Vec<([u8; 32], Arc<Picture>)>>,
    /// Something is to be done at once.
    poke: Notify,
}

/// What is needed to sign.
pub struct Parts {
    /// The truth.
    pub register: Register,
    /// Files.
    pub files: Files,
    /// Documents.
    pub renderer: Arc<Renderer>,
    /// Where their pages are set.
    pub backend: Backend,
    /// Those who hold keys.
    pub providers: Arc<Providers>,
    /// Time stamps and revocation.
    pub services: Services,
    /// How long files of ended requests are kept.
    pub keep: Duration,
    /// Who judges addresses of webhooks.
    pub webhooks: Option<Sender>,
    /// Turns true when the service stops.
    pub stop: watch::Receiver<bool>,
}

impl Signing {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let Parts { register, files, renderer, backend, providers, services, keep, webhooks, stop } = parts;
        let state = State {
            process: format!("{}-{}", std::process::id(), uuid::Uuid::now_v7().simple()),
            handed: Mutex::new(HashMap::new()),
            busy: Mutex::new(HashSet::new()),
            pictures: Mutex::new(Vec::new()),
            poke: Notify::new(),
        };
        Self { register, files, renderer, backend, providers, services, keep, webhooks, stop, state }
    }

    fn keep_ms(&self) -> i64 {
        i64::try_from(self.keep.as_millis()).unwrap_or(i64::MAX / 4)
    }

    fn stopping(&self) -> bool {
        *self.stop.borrow()
    }

    fn judge_webhook(&self, url: Option<&str>) -> Result<(), Failure> {
        let Some(url) = url else { return Ok(()) };
        let Some(sender) = &self.webhooks else {
            return Err(Failure::new(
                Code::InvalidData,
                vec![
                    Diagnostic::error(
                        "webhook",
                        "dịch vụ chưa có khóa ký webhook",
                        "the service has no secret to sign webhooks with",
                    )
                    .at("/webhook")
                    .hint("báo quản trị đặt `--webhook-secrets`", "tell the operator to set `--webhook-secrets`"),
                ],
            ));
        };
        sender.judge_url(url)
    }
}

/// A moment of the clock as signatures state it.
fn moment(ms: i64) -> Moment {
    let zone = FixedOffset::east_opt(VIETNAM_S);
    let at = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    zone.map_or_else(|| at.fixed_offset(), |zone| at.with_timezone(&zone))
}

/// Random bytes for tickets and nonces.
fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Failure::internal("the system has no randomness"))?;
    Ok(bytes)
}

/// A number for one request for a time stamp, never the same twice.
pub fn nonce() -> Result<u64, Failure> {
    Ok(u64::from_le_bytes(random::<8>()?))
}

fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Certificates handed in, in order and fit to sign now.
fn chain(ders: &[Vec<u8>], at: Moment) -> Result<Chain, Failure> {
    if ders.is_empty() || ders.len() > LONGEST_CHAIN {
        return Err(Failure::new(
            Code::InvalidData,
            vec![
                Diagnostic::error(
                    "certificates",
                    format!("cần 1–{LONGEST_CHAIN} chứng thư"),
                    format!("1–{LONGEST_CHAIN} certificates are wanted"),
                )
                .at("/certificate_chain"),
            ],
        ));
    }
    let certificates = ders.iter().map(|der| Certificate::from_der(der)).collect::<Result<Vec<_>, _>>()?;
    let chain = Chain::order(certificates)?;
    let faults = chain.signer().fit_to_sign(at);
    if faults.is_empty() { Ok(chain) } else { Err(Failure::new(Code::CertificateUnfit, faults)) }
}

/// No such request, or not the caller's.
fn not_there() -> Failure {
    Failure::one(Code::NotFound, "không có yêu cầu ký này", "there is no such request for signatures")
}

/// Files gone after their time.
fn gone() -> Failure {
    Failure::one(
        Code::Expired,
        "tệp của yêu cầu ký này đã hết hạn lưu và đã xóa",
        "the files of this request for signatures have expired and were removed",
    )
}

/// No field of that name.
fn no_field() -> Failure {
    Failure::one(Code::NotFound, "yêu cầu ký không có ô ký này", "the request has no such field")
}

/// A preparation that came to nothing.
fn stale() -> Failure {
    Failure::one(
        Code::PreparationStale,
        "bản chuẩn bị này đã hết hạn hoặc văn bản đã đi tiếp mà không có nó",
        "this preparation has expired, or the document went on without it",
    )
}

/// The word of an algorithm a caller sent.
pub fn algorithm(word: Option<&str>) -> Result<Option<Algorithm>, Failure> {
    let Some(word) = word else { return Ok(None) };
    let known = || Algorithm::ALL.map(Algorithm::name).join(", ");
    Algorithm::parse(word).map(Some).ok_or_else(|| {
        Failure::new(
            Code::InvalidData,
            vec![
                Diagnostic::error("algorithm", "thuật toán không được nhận", "the algorithm is not taken")
                    .at("/algorithm")
                    .hint(format!("được nhận: {}", known()), format!("allowed: {}", known())),
            ],
        )
    })
}
