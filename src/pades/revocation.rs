//! Revocation lists (RFC 5280) and OCSP (RFC 6960).

use crate::diagnostic::Failure;

use super::{Certificate, Moment};

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

    /// When the certificate was revoked, if it is listed.
    pub fn revoked(&self, _certificate: &Certificate) -> Option<Moment> {
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
    /// When the certificate asked about was revoked; `None`: it is good.
    pub revoked: Option<Moment>,
    /// The time the answer is for, and when the next one is due.
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
