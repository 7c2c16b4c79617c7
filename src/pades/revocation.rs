//! Revocation lists (RFC 5280) and OCSP (RFC 6960).

use crate::diagnostic::Failure;

use super::{Certificate, Moment};

/// That a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// Since when.
    pub at: Moment,
    /// Why, where it is told.
    pub reason: Option<Reason>,
}

/// Why a certificate was revoked (RFC 5280, 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Unspecified.
    Unspecified,
    /// Its key is in other hands.
    KeyCompromise,
    /// The authority's key is in other hands.
    AuthorityCompromise,
    /// The holder's name or place changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// On hold: it may come back.
    Hold,
    /// The holder lost the right to it.
    PrivilegeWithdrawn,
    /// The key of an attribute authority is in other hands.
    AttributeAuthorityCompromise,
}

/// What an OCSP response says about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked(Revocation),
    /// The responder does not know it.
    Unknown,
}

/// A revocation list.
#[derive(Debug, Clone)]
pub struct Crl {
    /// Its DER.
    pub der: Vec<u8>,
    /// When it was issued.
    pub this_update: Moment,
    /// When the next one is due.
    pub next_update: Option<Moment>,
}

impl Crl {
    /// Reads DER or PEM.
    pub fn parse(_bytes: &[u8]) -> Result<Self, Failure> {
        Err(Failure::internal("not written yet"))
    }

    /// Whether `issuer` signed it.
    pub fn signed_by(&self, _issuer: &Certificate) -> bool {
        false
    }

    /// Whether the certificate is listed; one of another issuer never is.
    pub fn revoked(&self, _certificate: &Certificate) -> Option<Revocation> {
        None
    }
}

/// A basic OCSP response.
#[derive(Debug, Clone)]
pub struct Ocsp {
    /// DER of the whole response.
    pub der: Vec<u8>,
    /// When it was produced.
    pub produced: Moment,
    /// What it says about the certificate asked about.
    pub standing: Standing,
    /// The time the answer is for.
    pub this_update: Moment,
    /// When the next one is due.
    pub next_update: Option<Moment>,
    /// The responder's certificates in it.
    pub certificates: Vec<Certificate>,
}

impl Ocsp {
    /// Reads a response about `certificate`, proved to come from its `issuer` or a responder the issuer named.
    pub fn parse(_der: &[u8], _certificate: &Certificate, _issuer: &Certificate) -> Result<Self, Failure> {
        Err(Failure::internal("not written yet"))
    }
}

/// A request about one certificate.
pub fn ocsp_request(_certificate: &Certificate, _issuer: &Certificate) -> Vec<u8> {
    Vec::new()
}
