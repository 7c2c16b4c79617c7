//! Time stamps (RFC 3161).

use crate::diagnostic::Failure;

use super::{Certificate, Moment};

/// A time-stamp token.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its DER (a CMS).
    pub der: Vec<u8>,
    /// When.
    pub at: Moment,
    /// The digest it is over.
    pub imprint: [u8; 32],
    /// Every certificate in it, the authority's first.
    pub certificates: Vec<Certificate>,
}

impl Token {
    /// Reads a token and proves its signature by the certificate in it (chain and time are judged elsewhere).
    pub fn parse(_der: &[u8]) -> Result<Self, Failure> {
        Err(Failure::internal("not written yet"))
    }
}

/// A request for a stamp over a SHA-256 digest, with the authority's certificate wanted.
pub fn request(_digest: &[u8; 32], _nonce: u64) -> Vec<u8> {
    Vec::new()
}

/// Reads an authority's answer: granted, over this digest, with this nonce.
pub fn response(_der: &[u8], _digest: &[u8; 32], _nonce: u64) -> Result<Token, Failure> {
    Err(Failure::internal("not written yet"))
}
