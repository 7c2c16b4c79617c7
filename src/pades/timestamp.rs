//! Time stamps (RFC 3161).

use crate::diagnostic::Failure;

use super::{Certificate, Digest, Moment};

/// A time-stamp token.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its DER (a CMS).
    pub der: Vec<u8>,
    /// When.
    pub at: Moment,
    /// The digest it is over.
    pub imprint: Vec<u8>,
    /// The algorithm of that digest.
    pub digest: Digest,
    /// The authority's policy, dotted.
    pub policy: String,
    /// The token's number, hexadecimal.
    pub serial: String,
    /// Whether the authority's certificate may stamp: extended key usage `timeStamping`, critical, and nothing else.
    pub may_stamp: bool,
    /// Words for its algorithms: `SHA-256, RSA 2048`.
    pub algorithm_name: String,
    /// Every certificate in it, the authority's first.
    pub certificates: Vec<Certificate>,
}

impl Token {
    /// Reads a token and proves its signature by the certificate in it (chain and time are judged elsewhere).
    pub fn parse(_der: &[u8]) -> Result<Self, Failure> {
        Err(Failure::internal("not written yet"))
    }

    /// Whether it is over these bytes.
    pub fn covers(&self, bytes: &[u8]) -> bool {
        self.digest.of(&[bytes]) == self.imprint
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
