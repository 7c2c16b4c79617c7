//! X.509 certificates and their chains.

use crate::diagnostic::Failure;

use super::Moment;

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
}

impl Certificate {
    /// Reads DER.
    pub fn from_der(_der: &[u8]) -> Result<Self, Failure> {
        Err(Failure::internal("not written yet"))
    }

    /// Reads every certificate of a PEM file.
    pub fn from_pem(_pem: &str) -> Result<Vec<Self>, Failure> {
        Err(Failure::internal("not written yet"))
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Subject's common name, else its whole name.
    pub fn name(&self) -> String {
        String::new()
    }

    /// Subject as RFC 4514 text, Vietnamese letters as they are.
    pub fn subject(&self) -> String {
        String::new()
    }

    /// Issuer as RFC 4514 text.
    pub fn issuer(&self) -> String {
        String::new()
    }

    /// Serial number, hexadecimal.
    pub fn serial(&self) -> String {
        String::new()
    }

    /// First and last moment of its time.
    pub fn validity(&self) -> (Moment, Moment) {
        (Moment::default(), Moment::default())
    }
}

/// A signer's certificate and those above it, in order, the root left out or not.
#[derive(Debug, Clone)]
pub struct Chain(Vec<Certificate>);

impl Chain {
    /// Puts certificates in order: `signer` first, then its issuer and so on; strangers are refused.
    pub fn order(_certificates: Vec<Certificate>) -> Result<Self, Failure> {
        Err(Failure::internal("not written yet"))
    }

    /// The signer's own.
    pub fn signer(&self) -> &Certificate {
        &self.0[0]
    }

    /// All, the signer's first.
    pub fn all(&self) -> &[Certificate] {
        &self.0
    }
}
