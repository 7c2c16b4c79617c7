//! CMS SignedData without content (RFC 5652) as PAdES wants it (ETSI EN 319 122-1, baseline): made from a signature that
//! is proved first, and read from what others made.

use crate::diagnostic::{Code, Diagnostic, Failure};

use super::{Algorithm, Certificate, Digest, Moment, Scheme, oid};

mod attributes;
mod make;
mod read;

pub use attributes::{SignedAttributes, signed_attributes};
pub use make::{signature_value, signed_data, with_timestamp};

pub(super) use read::SignedData;

/// A CMS read from a file or handed in: a signature of one signer over content that lies elsewhere.
#[derive(Debug, Clone)]
pub struct Cms {
    /// Its bytes in DER: lengths definite, nothing behind. The signed parts are untouched.
    pub der: Vec<u8>,
    /// Every certificate in it that can be read, the signer's first.
    pub certificates: Vec<Certificate>,
    /// Message digest among the signed attributes.
    pub digest: Vec<u8>,
    /// The algorithm of that digest; `None`: one that is not taken (SHA-1 and older).
    pub digest_algorithm: Option<Digest>,
    /// How the signature was made; `None`: by an algorithm or a key that is not taken (SHA-1, RSA under 2048 bits), so
    /// that nothing can be said about it.
    pub scheme: Option<Scheme>,
    /// Words for the digest and signature algorithm, for people: `SHA-256, RSA-PSS 3072`.
    pub algorithm_name: String,
    /// The signature value.
    pub signature: Vec<u8>,
    /// The signed attributes, tag 0x31.
    pub attributes: SignedAttributes,
    /// `signingTime` among them, which PAdES forbids and others write.
    pub claimed_time: Option<Moment>,
    /// Whether ESS signing-certificate (v1 or v2) names the signer's certificate; `None`: the attribute is absent.
    pub names_signer: Option<bool>,
    /// Time-stamp token over the signature value.
    pub timestamp: Option<Vec<u8>>,
    /// Revocation lists in it (in `crls`, or in Adobe's signed attribute).
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses in it, whole.
    pub ocsps: Vec<Vec<u8>>,
    signer: Certificate,
}

impl Cms {
    /// Reads one. Zeros behind it are left out; indefinite lengths are made definite.
    ///
    /// # Errors
    ///
    /// [`Code::SignatureMismatch`]: it cannot be read, carries its content, has no or several signers, no signed
    /// attributes, or not the signer's certificate.
    pub fn parse(der: &[u8]) -> Result<Self, Failure> {
        let data = SignedData::read(der)?;
        if data.content_type != oid::DATA || data.content.is_some() {
            return Err(refused(
                "CMS mang theo nội dung; cần chữ ký tách rời",
                "the CMS carries its content; a detached signature is wanted",
            ));
        }
        Ok(Self {
            signer: data.signer,
            certificates: data.certificates,
            digest: data.digest,
            digest_algorithm: data.digest_algorithm,
            scheme: data.scheme,
            algorithm_name: data.algorithm_name,
            signature: data.signature,
            attributes: data.attributes,
            claimed_time: data.claimed_time,
            names_signer: data.names_signer,
            timestamp: data.timestamp,
            crls: data.crls,
            ocsps: data.ocsps,
            der: data.der,
        })
    }

    /// The signer's certificate.
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// Its algorithm, where it is one this service signs with.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.scheme.and_then(|scheme| scheme.offered(self.signer.key_kind()))
    }

    /// Whether the signature value is the signer's over the attributes.
    pub fn signature_holds(&self) -> bool {
        self.signer.proves(self.scheme, &self.attributes.0, &self.signature)
    }
}

/// Proves a CMS handed in for a prepared file: one signer, his certificate named, digest (SHA-256 over the byte range)
/// and signature right. What goes into the file is [`Cms::der`].
///
/// # Errors
///
/// [`Code::SignatureMismatch`], with what does not fit.
pub fn check_cms(der: &[u8], digest: &[u8; 32]) -> Result<Cms, Failure> {
    let cms = Cms::parse(der)?;
    if cms.digest_algorithm != Some(Digest::Sha256) {
        return Err(refused(
            &format!("CMS dùng `{}`; giá trị băm đã giao là SHA-256", cms.algorithm_name),
            &format!("the CMS uses `{}`; the hash handed out is SHA-256", cms.algorithm_name),
        ));
    }
    if cms.digest != digest {
        return Err(refused(
            "CMS ký trên giá trị băm khác với giá trị băm của văn bản này",
            "the CMS is over another hash than this document's",
        ));
    }
    if cms.scheme.is_none() {
        return Err(refused(
            &format!("thuật toán ký `{}` không được nhận", cms.algorithm_name),
            &format!("the signature algorithm `{}` is not taken", cms.algorithm_name),
        ));
    }
    match cms.names_signer {
        Some(true) => {}
        None => {
            return Err(refused(
                "CMS thiếu thuộc tính `signing-certificate-v2` mà PAdES bắt buộc",
                "the CMS lacks the attribute `signing-certificate-v2`, which PAdES demands",
            ));
        }
        Some(false) => {
            return Err(refused(
                "thuộc tính `signing-certificate` trong CMS nêu chứng thư khác với chứng thư của người ký",
                "the attribute `signing-certificate` of the CMS names another certificate than the signer's",
            ));
        }
    }
    if !cms.signature_holds() {
        return Err(refused(
            "chữ ký trong CMS không phải của chứng thư nêu trong đó",
            "the signature in the CMS is not by the certificate in it",
        ));
    }
    Ok(cms)
}

fn refused(vi: &str, en: &str) -> Failure {
    Failure::new(Code::SignatureMismatch, vec![Diagnostic::error(Code::SignatureMismatch.info().name, vi, en)])
}

#[cfg(test)]
mod tests;
