//! Keys where they are: one narrow trait over a file, CSC, VNPT SmartCA, Viettel MySign; time-stamp authorities and
//! revocation over the network. Secrets never reach a log.
//!
//! A provider signs hashes and nothing else: what is signed is prepared, and what comes back is proved, by
//! [`crate::pades`]. Nothing here reads a clock for what goes into a file, and nothing is kept between two calls but access
//! tokens and revocation lists: whatever a later poll needs is in the ticket.

mod answer;
pub mod config;
mod csc;
mod door;
mod label;
mod local;
mod mysign;
mod reason;
pub mod revocation;
mod smartca;
mod tokens;
pub mod tsa;
pub mod vgca;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

pub use config::{Config, Providers};

use crate::diagnostic::{Code, Failure, Text};
use crate::pades::{Algorithm, Chain};

/// An answer on its way.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// Somebody who holds keys and signs hashes.
///
/// Failures: [`crate::diagnostic::Code::ProviderRefused`] (the holder or the service said no; not to be tried again
/// unasked), [`crate::diagnostic::Code::ProviderTimeout`] (nobody confirmed in time),
/// [`crate::diagnostic::Code::ProviderUnavailable`] (no answer, or not one the protocol knows); the service's own word and
/// code are in the message. An order that breaks the caller's duties is [`crate::diagnostic::Code::InvalidData`].
pub trait Provider: Send + Sync + fmt::Debug {
    /// Its name in the configuration and the contract: `local`, `smartca`, `mysign`, `csc-<name>`.
    fn name(&self) -> &str;

    /// How far a signature of this provider can be relied on.
    fn assurance(&self) -> Assurance;

    /// Most hashes one approval may carry; a credential may allow fewer ([`Credential::at_once`]).
    fn at_once(&self) -> usize;

    /// The certificates a user can sign with, at least one.
    fn credentials<'a>(&'a self, user: &'a User) -> Answer<'a, Vec<Credential>>;

    /// Asks for signatures: done at once, or waiting for somebody's approval. Never repeated by itself once it was sent: the
    /// signer would be asked twice.
    fn start<'a>(&'a self, order: &'a Order) -> Answer<'a, Progress>;

    /// Asks how far an order is. `ticket` is what [`Provider::start`] or the last poll returned; safe to repeat, also after a
    /// restart. [`crate::diagnostic::Code::ProviderUnavailable`] here says that nothing was learned: ask again with the same
    /// ticket while the order has time. Every other failure is the order's end.
    fn poll<'a>(&'a self, ticket: &'a str) -> Answer<'a, Progress>;
}

/// Where a key is, as far as the reader of a signature should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// In a file on this server: for tests and internal marks (circular 15/2025/TT-BKHCN wants a token or an HSM).
    SoftwareKey,
    /// In a provider's HSM, under its holder's control.
    Remote,
}

/// Who signs, as the provider knows him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// His id there: a citizen's number, a tax code, a user name. Personal data: never logged. Empty for `local`.
    pub id: String,
}

/// A certificate somebody can sign with.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Its id at the provider.
    pub id: String,
    /// What the provider calls it, such as the name of its package; empty where it has no name for it.
    pub label: String,
    /// The certificate and those above it.
    pub chain: Chain,
    /// What it signs with, the usual one first. Empty: nothing we take.
    pub algorithms: Vec<Algorithm>,
    /// Most hashes one approval may carry, at least 1.
    pub at_once: usize,
    /// What the caller must hand over with each order ([`Order::authorisation`]): a PIN, a one-time password.
    pub wants: Vec<Want>,
}

/// Something the signer must hand over with an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Want {
    /// Its id: `PIN`, `OTP`, `password`.
    pub id: String,
    /// What a person is asked for.
    pub label: Text,
    /// Whether nothing can be signed without it. Else it is another way: the signer may approve on his telephone instead, or
    /// hand something else over.
    pub required: bool,
}

/// Hashes to be signed under one approval.
#[derive(Debug)]
pub struct Order {
    /// Who signs.
    pub user: User,
    /// With which certificate ([`Credential::id`]).
    pub credential: String,
    /// How.
    pub algorithm: Algorithm,
    /// What, at least one, at most [`Credential::at_once`].
    pub items: Vec<Item>,
    /// What the provider wants from the signer: passed on once, never kept. Empty where the signer approves elsewhere.
    pub authorisation: Vec<Given>,
}

/// One thing handed over by the signer.
#[derive(Debug)]
pub struct Given {
    /// Its id ([`Want::id`]).
    pub id: String,
    /// Its value.
    pub value: Secret,
}

/// One hash to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// SHA-256 of the signed attributes.
    pub hash: [u8; 32],
    /// The signed attributes themselves (DER, tag 0x31), for a key that hashes by itself.
    pub attributes: Vec<u8>,
    /// What the signer reads on his telephone: the document's number. Made fit for the provider: marks are dropped.
    pub label: String,
}

/// How far an order is.
#[derive(Debug)]
pub enum Progress {
    /// Ended: for each item, in order, its raw signature (RSA block; ECDSA as DER or r‖s), or why there is none, whatever the
    /// code of that failure. To be proved with the certificate before use.
    Done(Vec<Result<Vec<u8>, Failure>>),
    /// Somebody has yet to approve.
    Waiting {
        /// For [`Provider::poll`]; replaces the one before. Holds no secret; may be stored. Its form is the provider's own.
        ticket: String,
        /// When to ask again.
        again_in: Duration,
    },
}

/// A value that must not be seen: shown as `…` wherever something prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Hides a value.
    pub fn new(value: impl Into<Arc<str>>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// The credentials that can be used: those that cannot are left out, unless there is no other.
fn usable(who: &str, found: Vec<Result<Credential, Failure>>) -> Result<Vec<Credential>, Failure> {
    let mut first = None;
    let mut usable = Vec::new();
    for one in found {
        match one {
            Ok(credential) => usable.push(credential),
            Err(failure) => {
                // Which credential it is would tell whose.
                tracing::warn!(provider = who, error = %failure, "a credential cannot be used");
                first.get_or_insert(failure);
            }
        }
    }
    match first {
        Some(failure) if usable.is_empty() => Err(failure),
        None if usable.is_empty() => Err(Failure::one(
            Code::ProviderRefused,
            format!("`{who}` không có chứng thư nào của người ký này"),
            format!("`{who}` has no certificate of this signer"),
        )),
        _ => Ok(usable),
    }
}

/// Of the algorithms a service offers, those the signer's key signs by.
fn fitting(chain: &Chain, offered: &[Algorithm]) -> Vec<Algorithm> {
    let key = chain.signer().key_kind();
    offered.iter().copied().filter(|one| one.fits(key)).collect()
}

/// Refuses every algorithm but the one the Vietnamese services publish.
fn only_pkcs1(who: &str, algorithm: Algorithm) -> Result<(), Failure> {
    if algorithm == Algorithm::RsaPkcs1Sha256 {
        return Ok(());
    }
    let (usual, asked) = (Algorithm::RsaPkcs1Sha256.name(), algorithm.name());
    Err(reason::unfit(
        format!("`{who}` chỉ ký bằng `{usual}`, yêu cầu là `{asked}`"),
        format!("`{who}` signs with `{usual}` only, `{asked}` was asked for"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let given = Given { id: "PIN".to_owned(), value: Secret::new("135790") };
        assert_eq!(format!("{given:?}"), "Given { id: \"PIN\", value: … }");
        assert_eq!(given.value.expose(), "135790");
    }
}
