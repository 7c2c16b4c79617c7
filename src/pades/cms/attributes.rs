//! The attributes a signer signs.

use sha2::{Digest as _, Sha256};

use super::super::asn1::{self, OCTETS, SET, sequence, set_of, write, write_oid};
use super::super::{Certificate, Digest, oid};

/// The attributes a signer signs: content type, message digest, signing certificate v2. DER, tag 0x31 (SET OF).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAttributes(pub Vec<u8>);

impl SignedAttributes {
    /// SHA-256 over the attributes: what a remote key signs.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// Attributes over the SHA-256 of a file's byte range: content type, message digest, and the signer's certificate by its
/// hash, issuer and number (RFC 5035; the hash algorithm is left out, being the default). No `signingTime`: in PAdES the
/// claimed time stands in the file (ETSI EN 319 142-1, 6.3).
pub fn signed_attributes(digest: &[u8; 32], signer: &Certificate) -> SignedAttributes {
    let directory_name = write(asn1::context(4), &[signer.issuer_bytes()]);
    let issuer = sequence(&[&sequence(&[&directory_name]), &write(asn1::INTEGER, &[signer.serial_as_written()])]);
    let hash = write(OCTETS, &[&Digest::Sha256.of(&[signer.der()])]);
    let named = sequence(&[&sequence(&[&sequence(&[&hash, &issuer])])]);
    SignedAttributes(set_of(vec![
        attribute(oid::CONTENT_TYPE, &write_oid(oid::DATA)),
        attribute(oid::MESSAGE_DIGEST, &write(OCTETS, &[digest])),
        attribute(oid::SIGNING_CERTIFICATE_V2, &named),
    ]))
}

/// An attribute of one value.
pub(super) fn attribute(kind: der::asn1::ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    sequence(&[&write_oid(kind), &write(SET, &[value])])
}
