//! Requests for signatures: the file to be signed, its fields in their order, what was prepared, what was signed.
//!
//! Every step is one transaction guarded by the state it starts from: of two that come at once the second finds nothing to
//! change. Files stand in the store before a row tells of them.

mod batches;
mod read;
mod removal;
mod runs;
mod steps;

use serde_json::Value;
use sqlx::FromRow;

use crate::diagnostic::Failure;

pub use runs::{NewRun, Reply, RunRow, Subject, Waiting};
pub use steps::{NewPreparation, Next, Signed};

/// Leaves word for the webhook of a request, where it has one: ids and states, never a name.
macro_rules! leave_note {
    ($connection:expr, $url:expr, $subject:expr, $body:expr, $now:expr) => {
        sqlx::query(
            "INSERT INTO webhook (id, subject, url, body, state, next_at) VALUES ($1, $2, $3, $4, 'waiting', $5)",
        )
        .bind(format!("msg_{}", uuid::Uuid::now_v7().simple()))
        .bind($subject)
        .bind($url)
        .bind($body)
        .bind($now)
        .execute($connection)
        .await
        .map_err($crate::register::database::unavailable)?
    };
}
use leave_note;

/// States by their words, in the contract and in the database.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$each:meta])* $state:ident $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$each])* $state,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$state),*];

            /// Its word in the contract and in the database.
            pub fn word(self) -> &'static str {
                match self { $(Self::$state => $word),* }
            }

            /// The one of a word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }

            fn stored(word: &str) -> Result<Self, Failure> {
                Self::parse(word).ok_or_else(|| Failure::internal("an unknown word in the register of signatures"))
            }
        }
    };
}

words! {
    /// Where a request for signatures stands.
    RequestState {
        /// Nobody has signed.
        Open "open",
        /// Somebody has, and somebody has yet to.
        PartlySigned "partly_signed",
        /// Everybody has.
        Completed "completed",
        /// Somebody declined for good.
        Rejected "rejected",
        /// Its time ran out.
        Expired "expired",
        /// Its owner called it off.
        Cancelled "cancelled",
    }
}

impl RequestState {
    /// Whether it may still be signed.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Open | Self::PartlySigned)
    }
}

words! {
    /// Where a field stands.
    FieldState {
        /// Not its turn.
        Waiting "waiting",
        /// Its turn.
        Ready "ready",
        /// The file is prepared, or handed out, for its signature.
        Prepared "prepared",
        /// A provider was asked.
        Signing "signing",
        /// Signed.
        Signed "signed",
        /// The last try came to nothing; it may be tried again.
        Refused "refused",
    }
}

words! {
    /// How a prepared file is to come back.
    Mode {
        /// Hash out, raw signature in.
        Hash "hash",
        /// Digest out, CMS in.
        Cms "cms",
        /// Whole file out, signed file in.
        File "file",
        /// A provider signs the hash.
        Provider "provider",
    }
}

words! {
    /// Who signs in a field.
    Role {
        /// A person.
        Signer "signer",
        /// The agency, after every person (Nghị định 30/2020/NĐ-CP, Điều 32).
        Seal "seal",
    }
}

words! {
    /// Where a preparation stands.
    PreparationState {
        /// Waiting for its signature.
        Open "open",
        /// Its signature is in the file.
        Used "used",
        /// Its time ran out, or it was given up.
        Stale "stale",
    }
}

words! {
    /// Where a run with a provider stands.
    RunState {
        /// Something is to be done.
        Running "running",
        /// Every document was settled.
        Finished "finished",
        /// Stopped before its end; the reason tells why.
        Stopped "stopped",
    }
}

words! {
    /// What a running run does next.
    Phase {
        /// Prepare the next documents.
        Idle "idle",
        /// The provider is being asked.
        Starting "starting",
        /// Somebody has yet to approve.
        Approval "approval",
        /// Signatures are here, to be put into the files.
        Embedding "embedding",
    }
}

/// A part of a file of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Key.
    pub pack: String,
    /// First byte.
    pub place: i64,
    /// Bytes.
    pub bytes: i64,
}

/// A request to be opened.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Its id.
    pub id: String,
    /// Label of the key it belongs to.
    pub owner: String,
    /// Name of its file.
    pub name: String,
    /// Where the file comes from, JSON.
    pub origin: Value,
    /// Level its signatures shall reach, its word.
    pub level: String,
    /// Who is told.
    pub webhook: Option<String>,
    /// The file with its empty fields.
    pub base: Kept,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
    /// Its fields, in the order of signing.
    pub fields: Vec<NewField>,
    /// When it can no longer be signed, ms.
    pub expires_at: i64,
    /// Now, ms.
    pub now: i64,
    /// The caller's Idempotency-Key and the digest of the request.
    pub idempotency: Option<(String, String)>,
}

/// A field to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewField {
    /// Its name in the file.
    pub name: String,
    /// Who signs.
    pub role: Role,
    /// What a person is told it is for.
    pub label: String,
}

/// A request as it stands.
#[derive(Debug, Clone, FromRow)]
pub struct RequestRow {
    /// Its id.
    pub id: String,
    /// Its batch of requests.
    pub batch_id: Option<String>,
    /// Its number there, that of the row of the batch of documents.
    pub item_no: Option<i64>,
    state: String,
    /// Name of its file; empty once removed.
    pub name: String,
    origin: String,
    /// Level its signatures shall reach.
    pub level: String,
    /// Who is told.
    pub webhook: Option<String>,
    pack: String,
    place: i64,
    bytes: i64,
    /// SHA-256 of the file before the first signature.
    pub sha256: String,
    /// Signatures in it made through this service.
    pub revision: i64,
    signed_sha256: Option<String>,
    removal: i64,
    /// When it was opened, ms.
    pub created_at: i64,
    /// When anything last happened, ms.
    pub changed_at: i64,
    /// When it can no longer be signed, ms.
    pub expires_at: i64,
    /// When it ended, ms.
    pub ended_at: Option<i64>,
    /// When its files go, ms.
    pub remove_at: Option<i64>,
}

impl RequestRow {
    /// Where it stands.
    pub fn state(&self) -> Result<RequestState, Failure> {
        RequestState::stored(&self.state)
    }

    /// Where the file comes from.
    pub fn origin(&self) -> Result<Value, Failure> {
        serde_json::from_str(&self.origin).map_err(Failure::internal)
    }

    /// The file before the first signature.
    pub fn base(&self) -> Kept {
        Kept { pack: self.pack.clone(), place: self.place, bytes: self.bytes }
    }

    /// SHA-256 of the file as it is now.
    pub fn sha256_now(&self) -> &str {
        self.signed_sha256.as_deref().unwrap_or(&self.sha256)
    }

    /// Whether its files are gone, or going.
    pub fn is_removed(&self) -> bool {
        self.removal > 0
    }
}

/// A field as it stands.
#[derive(Debug, Clone, FromRow)]
pub struct FieldRow {
    /// Its request.
    pub request_id: String,
    /// Its turn, from 1.
    pub turn: i64,
    /// Its name in the file.
    pub name: String,
    role: String,
    /// What a person is told it is for.
    pub label: String,
    state: String,
    reason: Option<String>,
    /// The run it waits in.
    pub run_id: Option<String>,
    /// How it was signed ([`Mode`]).
    pub way: Option<String>,
    /// Level its signature reached.
    pub level: Option<String>,
    /// Name in the signer's certificate.
    pub signer: Option<String>,
    /// PDF/A state of a file that came back whole.
    pub pdfa: Option<String>,
    /// How far the key can be relied on.
    pub assurance: Option<String>,
    /// The revision its signature made.
    pub revision: Option<i64>,
    /// When it was signed, as this service saw it, ms.
    pub signed_at: Option<i64>,
}

impl FieldRow {
    /// Where it stands.
    pub fn state(&self) -> Result<FieldState, Failure> {
        FieldState::stored(&self.state)
    }

    /// Who signs.
    pub fn role(&self) -> Result<Role, Failure> {
        Role::stored(&self.role)
    }

    /// Why the last try came to nothing.
    pub fn reason(&self) -> Result<Option<Failure>, Failure> {
        self.reason.as_deref().map(serde_json::from_str).transpose().map_err(Failure::internal)
    }
}

/// One signature's bytes.
#[derive(Debug, Clone, FromRow)]
pub struct RevisionRow {
    /// Its number, from 1.
    pub number: i64,
    pack: String,
    place: i64,
    bytes: i64,
    /// SHA-256 of the whole file up to its end.
    pub sha256: String,
    /// When it was made, ms.
    pub created_at: i64,
}

impl RevisionRow {
    /// Where its bytes are.
    pub fn tail(&self) -> Kept {
        Kept { pack: self.pack.clone(), place: self.place, bytes: self.bytes }
    }
}

/// A prepared file.
#[derive(Debug, Clone, FromRow)]
pub struct PreparationRow {
    /// Its id.
    pub id: String,
    /// Its request.
    pub request_id: String,
    /// Its field.
    pub field: String,
    mode: String,
    state: String,
    /// Signatures before it.
    pub revision: i64,
    pack: Option<String>,
    place: Option<i64>,
    bytes: Option<i64>,
    prepared: Option<String>,
    /// Signed attributes, base64.
    pub attributes: Option<String>,
    chain: Option<String>,
    /// Algorithm the signature will have.
    pub algorithm: Option<String>,
    /// Place in the round of its run, from 0.
    pub number: Option<i64>,
    value: Option<String>,
    /// SHA-256 of the signature or CMS that was put in.
    pub value_sha256: Option<String>,
    /// When it was made, ms.
    pub created_at: i64,
    /// When it is too late, ms.
    pub expires_at: i64,
}

impl PreparationRow {
    /// How it is to come back.
    pub fn mode(&self) -> Result<Mode, Failure> {
        Mode::stored(&self.mode)
    }

    /// Where it stands.
    pub fn state(&self) -> Result<PreparationState, Failure> {
        PreparationState::stored(&self.state)
    }

    /// What is appended to the file, with the hole.
    pub fn tail(&self) -> Option<Kept> {
        Some(Kept { pack: self.pack.clone()?, place: self.place?, bytes: self.bytes? })
    }

    /// How it was prepared, JSON.
    pub fn prepared(&self) -> Result<Value, Failure> {
        serde_json::from_str(self.prepared.as_deref().unwrap_or("null")).map_err(Failure::internal)
    }

    /// The certificates it was prepared for, DER in base64.
    pub fn chain(&self) -> Result<Vec<String>, Failure> {
        serde_json::from_str(self.chain.as_deref().unwrap_or("[]")).map_err(Failure::internal)
    }

    /// What a provider gave for it: a signature (base64), or why there is none.
    pub fn value(&self) -> Result<Option<Reply>, Failure> {
        self.value.as_deref().map(serde_json::from_str).transpose().map_err(Failure::internal)
    }
}

/// A batch of requests as it stands.
#[derive(Debug, Clone, FromRow)]
pub struct SignatureBatchRow {
    /// Its id.
    pub id: String,
    /// The batch of documents.
    pub source: String,
    /// Its title; empty once removed.
    pub title: String,
    /// Level its signatures shall reach.
    pub level: String,
    /// Documents.
    pub total: i64,
    /// Who is told.
    pub webhook: Option<String>,
    removal: i64,
    /// When it was made, ms.
    pub created_at: i64,
    /// When it can no longer be signed, ms.
    pub expires_at: i64,
    /// When its files go, ms.
    pub remove_at: i64,
}

impl SignatureBatchRow {
    /// Whether its files are gone, or going.
    pub fn is_removed(&self) -> bool {
        self.removal > 0
    }
}

/// A batch of requests to be opened.
#[derive(Debug, Clone)]
pub struct NewSignatureBatch {
    /// Its id.
    pub id: String,
    /// Label of the key it belongs to.
    pub owner: String,
    /// The batch of documents; its results stay as long as this.
    pub source: String,
    /// Its title.
    pub title: String,
    /// Level its signatures shall reach.
    pub level: String,
    /// Who is told.
    pub webhook: Option<String>,
    /// Its documents.
    pub items: Vec<NewItemRequest>,
    /// When it can no longer be signed, ms.
    pub expires_at: i64,
    /// When its files go, ms.
    pub remove_at: i64,
    /// Now, ms.
    pub now: i64,
    /// The caller's Idempotency-Key and the digest of the request.
    pub idempotency: Option<(String, String)>,
}

/// One document of a batch of requests.
#[derive(Debug, Clone)]
pub struct NewItemRequest {
    /// Id of its request.
    pub id: String,
    /// Its row in the batch of documents.
    pub row_no: i64,
    /// Name of its file.
    pub name: String,
    /// Where its file is.
    pub base: Kept,
    /// SHA-256 of it.
    pub sha256: String,
    /// Its fields, in the order of signing.
    pub fields: Vec<NewField>,
}

const REQUEST: &str = "id, batch_id, item_no, state, name, origin, level, webhook, pack, place, bytes, sha256, revision, \
                       signed_sha256, removal, created_at, changed_at, expires_at, ended_at, remove_at";
const FIELD: &str = "request_id, turn, name, role, label, state, reason, run_id, way, level, signer, pdfa, assurance, \
                     revision, signed_at";
const PREPARATION: &str = "id, request_id, field, mode, state, revision, pack, place, bytes, prepared, attributes, chain, \
                           algorithm, number, value, value_sha256, created_at, expires_at";
const BATCH: &str = "id, source, title, level, total, webhook, removal, created_at, expires_at, remove_at";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_finds_itself_by_its_word() {
        for state in RequestState::ALL {
            assert_eq!(RequestState::parse(state.word()), Some(*state));
        }
        for state in FieldState::ALL {
            assert_eq!(FieldState::parse(state.word()), Some(*state));
        }
        for phase in Phase::ALL {
            assert_eq!(Phase::parse(phase.word()), Some(*phase));
        }
        assert!(RequestState::stored("opn").is_err());
        let active: Vec<&str> =
            RequestState::ALL.iter().filter(|state| state.is_active()).map(|state| state.word()).collect();
        assert_eq!(active, ["open", "partly_signed"]);
    }
}
