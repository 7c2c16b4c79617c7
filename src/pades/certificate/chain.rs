//! Certificates in order, from the signer upward.

use crate::diagnostic::{Code, Diagnostic, Failure};

use super::Certificate;

/// Certificates beyond which nothing is taken for a chain.
const LONGEST: usize = 12;

/// A signer's certificate and those above it, in order, the root left out or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    signer: Certificate,
    all: Vec<Certificate>,
}

impl Chain {
    /// Puts certificates in order: the signer's first, then its issuer and so on. One that is given twice counts once.
    ///
    /// # Errors
    ///
    /// None, too many, two that issued none of the others, or one that belongs to nobody.
    pub fn order(certificates: Vec<Certificate>) -> Result<Self, Failure> {
        let mut left: Vec<Certificate> = Vec::new();
        for one in certificates {
            if !left.contains(&one) {
                left.push(one);
            }
        }
        if left.is_empty() || left.len() > LONGEST {
            return Err(refused(
                format!("chuỗi chứng thư có `{}` chứng thư; cần từ 1 đến {LONGEST}", left.len()),
                format!("the chain has `{}` certificates; 1 to {LONGEST} are wanted", left.len()),
            ));
        }
        let issued_none = |one: &Certificate| !left.iter().any(|other| other != one && one.issued(other));
        let mut lowest = left.iter().filter(|one| issued_none(one));
        let signer = match (lowest.next(), lowest.next()) {
            (Some(signer), None) => signer.clone(),
            _ => {
                return Err(refused(
                    "các chứng thư không thành một chuỗi: phải có đúng một chứng thư của người ký".to_owned(),
                    "the certificates are not one chain: exactly one must be the signer's".to_owned(),
                ));
            }
        };
        let chain = Self::above(signer, left.clone());
        match left.iter().find(|one| !chain.all.contains(one)) {
            None => Ok(chain),
            Some(stranger) => Err(refused(
                format!("chứng thư `{}` không thuộc chuỗi của người ký", stranger.serial()),
                format!("the certificate `{}` is not of the signer's chain", stranger.serial()),
            )),
        }
    }

    /// The chain of a signer whose certificate is known: those above it among `others`; the rest is left out.
    pub fn above(signer: Certificate, mut others: Vec<Certificate>) -> Self {
        let mut all = vec![signer.clone()];
        let mut top = signer.clone();
        while all.len() < LONGEST
            && let Some(next) = others.iter().position(|one| !all.contains(one) && one.issued(&top))
        {
            top = others.swap_remove(next);
            all.push(top.clone());
        }
        Self { signer, all }
    }

    /// The signer's own.
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// All, the signer's first.
    pub fn all(&self) -> &[Certificate] {
        &self.all
    }
}

fn refused(vi: String, en: String) -> Failure {
    let diagnostic = Diagnostic::error(Code::CertificateUnfit.info().name, vi, en).hint(
        "gửi chứng thư của người ký và các chứng thư cấp trên của nó, không gửi chứng thư khác",
        "send the signer's certificate and those above it, and no others",
    );
    Failure::new(Code::CertificateUnfit, vec![diagnostic])
}
