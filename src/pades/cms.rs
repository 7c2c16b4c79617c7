//! CMS SignedData without content (RFC 5652) as PAdES wants it (ETSI EN 319 122-1, baseline).

use crate::diagnostic::Failure;

use super::{Algorithm, Certificate, Chain, Digest, Scheme};

/// The attributes a signer signs: content type, message digest, signing certificate v2. DER, tag 0x31 (SET OF).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAttributes(pub Vec<u8>);

impl SignedAttributes {
    /// SHA-256 over the attributes: what a remote key signs.
    pub fn hash(&self) -> [u8; 32] {
        [0; 32]
    }
}

/// Attributes over the digest of a file's byte range.
pub fn signed_attributes(_digest: &[u8; 32], _signer: &Certificate) -> SignedAttributes {
    SignedAttributes(Vec::new())
}

/// Proves `signature` with the signer's certificate and makes the CMS; `timestamp` is a token over the signature value.
///
/// ECDSA is taken as DER or as r‖s.
///
/// # Errors
///
/// [`crate::diagnostic::Code::SignatureMismatch`]: the signature is not one of these attributes by this certificate.
pub fn signed_data(
    _attributes: &SignedAttributes,
    _chain: &Chain,
    _algorithm: Algorithm,
    _signature: &[u8],
    _timestamp: Option<&[u8]>,
) -> Result<Vec<u8>, Failure> {
    Err(Failure::internal("not written yet"))
}

/// A CMS read from a file or handed in.
#[derive(Debug, Clone)]
pub struct Cms {
    /// Every certificate in it, the signer's first.
    pub certificates: Vec<Certificate>,
    /// Message digest among the signed attributes.
    pub digest: Vec<u8>,
    /// The algorithm of that digest; `None`: one that is not taken (SHA-1 and older).
    pub digest_algorithm: Option<Digest>,
    /// How the signature was made; `None`: by an algorithm that is not taken, the signature cannot be judged.
    pub scheme: Option<Scheme>,
    /// Words for the digest and signature algorithm, for people: `SHA-256, RSA-PSS 3072`.
    pub algorithm_name: String,
    /// The signature value.
    pub signature: Vec<u8>,
    /// The signed attributes, tag 0x31.
    pub attributes: SignedAttributes,
    /// `signingTime` among them, which PAdES forbids and others write.
    pub claimed_time: Option<super::Moment>,
    /// Whether ESS signing-certificate (v2) names the signer's certificate; `None`: the attribute is absent.
    pub names_signer: Option<bool>,
    /// Time-stamp token over the signature value.
    pub timestamp: Option<Vec<u8>>,
    /// Revocation lists in it (in `crls`, or in Adobe's signed attribute).
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses in it, whole.
    pub ocsps: Vec<Vec<u8>>,
}

impl Cms {
    /// Reads one; trailing zeros are left out.
    pub fn parse(_der: &[u8]) -> Result<Self, Failure> {
        Err(Failure::internal("not written yet"))
    }

    /// The signer's certificate.
    pub fn signer(&self) -> &Certificate {
        &self.certificates[0]
    }

    /// Its algorithm, where it is one this service signs with.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.scheme.and_then(|scheme| scheme.offered(self.signer().key_kind()))
    }

    /// Whether the signature value is the signer's over the attributes.
    pub fn signature_holds(&self) -> bool {
        false
    }
}

/// Proves a CMS handed in for a prepared file: one signer, his certificate named, digest and signature right.
pub fn check_cms(_der: &[u8], _digest: &[u8; 32]) -> Result<Cms, Failure> {
    Err(Failure::internal("not written yet"))
}
