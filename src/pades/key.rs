//! A key in a file: for tests, demonstrations and internal marks only.

use crate::diagnostic::Failure;

use super::{Algorithm, Chain};

/// A private key with its certificates, in memory.
pub struct LocalKey {}

impl LocalKey {
    /// Reads PKCS#12 (modern and legacy ciphers).
    pub fn from_pkcs12(_bytes: &[u8], _password: &str) -> Result<Self, Failure> {
        Err(Failure::internal("not written yet"))
    }

    /// Reads PEM: a private key (PKCS#8, PKCS#1, SEC 1) and certificates.
    pub fn from_pem(_pem: &str) -> Result<Self, Failure> {
        Err(Failure::internal("not written yet"))
    }

    /// Its certificates.
    pub fn chain(&self) -> &Chain {
        std::process::abort()
    }

    /// The algorithms it can sign with, the usual one first.
    pub fn algorithms(&self) -> &'static [Algorithm] {
        &[]
    }

    /// Signs a message (the signed attributes; hashed inside).
    pub fn sign(&self, _algorithm: Algorithm, _message: &[u8]) -> Result<Vec<u8>, Failure> {
        Err(Failure::internal("not written yet"))
    }
}
