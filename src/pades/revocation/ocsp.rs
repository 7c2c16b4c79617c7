//! OCSP (RFC 6960): one question, one answer.

use crate::diagnostic::{Code, Failure};

use super::super::algorithm::sha1;
use super::super::asn1::{
    self, Broken, ENUMERATED, GENERALIZED_TIME, INTEGER, NULL, OCTETS, SEQUENCE, Value, sequence, write,
};
use super::super::{Digest, Scheme, oid};
use super::{Certificate, Moment, Reason, Revocation, Standing, none_critical};

/// Bytes beyond which an answer is not read.
const LARGEST: usize = 1024 * 1024;
/// Certificates beyond which an answer's are not read.
const MOST_CERTIFICATES: usize = 16;

/// A basic OCSP response about one certificate, proved.
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
    /// Reads a response about `certificate`, proved to come from its `issuer`, or from a responder whose certificate the
    /// issuer issued for that (`OCSPSigning`) and that was in its time when the answer was produced. Whether the
    /// responder itself was revoked is not asked.
    ///
    /// # Errors
    ///
    /// [`Code::ProviderRefused`] or [`Code::ProviderUnavailable`]: the responder gives no answer, and why.
    /// [`Code::SignatureMismatch`]: the answer is about another certificate, or not by the issuer's will.
    pub fn parse(der: &[u8], certificate: &Certificate, issuer: &Certificate) -> Result<Self, Failure> {
        let body = body(der)?;
        let answer = Answer::read(body).map_err(|Broken| unreadable())?;
        let one = answer.about(certificate, issuer).map_err(|Broken| unreadable())?.ok_or_else(|| {
            refused(
                "câu trả lời OCSP không nói về chứng thư được hỏi",
                "the OCSP response is not about the certificate that was asked about",
            )
        })?;
        if !answer.holds(issuer) {
            return Err(refused(
                "câu trả lời OCSP không do nơi cấp chứng thư ký hoặc ủy quyền ký",
                "the OCSP response is signed neither by the issuer nor by a responder it named",
            ));
        }
        Ok(Self {
            der: der.to_vec(),
            produced: answer.produced,
            standing: one.standing,
            this_update: one.this_update,
            next_update: one.next_update,
            certificates: answer.certificates,
        })
    }
}

/// A request about one certificate, which is named by SHA-1 as responders expect; without a nonce, so that a responder
/// may answer from its store.
pub fn ocsp_request(certificate: &Certificate, issuer: &Certificate) -> Vec<u8> {
    let id = sequence(&[
        &sequence(&[&asn1::write_oid(oid::SHA1), &write(NULL, &[])]),
        &write(OCTETS, &[&sha1(issuer.subject_bytes())]),
        &write(OCTETS, &[&sha1(issuer.key())]),
        &write(INTEGER, &[certificate.serial_as_written()]),
    ]);
    sequence(&[&sequence(&[&sequence(&[&sequence(&[&id])])])])
}

/// The basic response inside a response that says it was successful.
fn body(der: &[u8]) -> Result<&[u8], Failure> {
    let read = || {
        if der.len() > LARGEST {
            return Err(Broken);
        }
        let mut outer = Value::only(der)?.with_tag(SEQUENCE)?.inside();
        let status = outer.expect(ENUMERATED)?.small()?;
        let bytes = outer.optional(asn1::context(0))?;
        outer.finish()?;
        Ok((status, bytes))
    };
    let (status, bytes) = read().map_err(|Broken| unreadable())?;
    let failure = |code, vi: &str, en: &str| {
        Err(Failure::one(
            code,
            format!("dịch vụ OCSP không trả lời: {vi}"),
            format!("the OCSP responder gives no answer: {en}"),
        ))
    };
    match status {
        0 => {}
        1 => return failure(Code::ProviderRefused, "yêu cầu sai dạng", "malformed request"),
        2 => return failure(Code::ProviderUnavailable, "lỗi bên trong", "internal error"),
        3 => return failure(Code::ProviderUnavailable, "hãy thử lại sau", "try later"),
        5 => return failure(Code::ProviderRefused, "yêu cầu phải được ký", "the request must be signed"),
        6 => return failure(Code::ProviderRefused, "không được phép hỏi", "unauthorized"),
        _ => return Err(unreadable()),
    }
    bytes.ok_or(Broken).and_then(basic).map_err(|Broken| unreadable())
}

/// The basic response in `ResponseBytes`.
fn basic(bytes: Value<'_>) -> Result<&[u8], Broken> {
    let mut inside = Value::only(bytes.body)?.with_tag(SEQUENCE)?.inside();
    if inside.next()?.oid()? != oid::OCSP_BASIC {
        return Err(Broken);
    }
    let body = inside.expect(OCTETS)?.body;
    inside.finish()?;
    Ok(body)
}

/// `BasicOCSPResponse`.
struct Answer<'a> {
    signed: &'a [u8],
    responder: Value<'a>,
    produced: Moment,
    singles: Vec<Value<'a>>,
    scheme: Option<Scheme>,
    signature: &'a [u8],
    certificates: Vec<Certificate>,
}

/// What is said about one certificate.
struct Single {
    standing: Standing,
    this_update: Moment,
    next_update: Option<Moment>,
}

impl<'a> Answer<'a> {
    fn read(body: &'a [u8]) -> Result<Self, Broken> {
        let mut outer = Value::only(body)?.with_tag(SEQUENCE)?.inside();
        let signed = outer.expect(SEQUENCE)?;
        let algorithm = outer.expect(SEQUENCE)?;
        let signature = outer.next()?.bits()?;
        let mut certificates = Vec::new();
        if let Some(list) = outer.optional(asn1::context(0))? {
            let list = Value::only(list.body)?.with_tag(SEQUENCE)?.each()?;
            if list.len() > MOST_CERTIFICATES {
                return Err(Broken);
            }
            certificates = list.iter().filter_map(|one| Certificate::from_der(one.whole).ok()).collect();
        }
        outer.finish()?;

        let mut inside = signed.inside();
        inside.optional(asn1::context(0))?;
        let responder = inside.next()?;
        let produced = inside.expect(GENERALIZED_TIME)?.moment()?;
        let singles = inside.expect(SEQUENCE)?.each()?;
        if let Some(extensions) = inside.optional(asn1::context(1))? {
            none_critical(Value::only(extensions.body)?)?;
        }
        inside.finish()?;
        let scheme = Scheme::read(algorithm, None);
        Ok(Self { signed: signed.whole, responder, produced, singles, scheme, signature, certificates })
    }

    /// What it says about this certificate.
    fn about(&self, certificate: &Certificate, issuer: &Certificate) -> Result<Option<Single>, Broken> {
        for single in &self.singles {
            let mut inside = single.with_tag(SEQUENCE)?.inside();
            if names(inside.expect(SEQUENCE)?, certificate, issuer)? {
                return Single::read(inside).map(Some);
            }
        }
        Ok(None)
    }

    /// Whether the issuer signed it, or one whom the issuer named to.
    fn holds(&self, issuer: &Certificate) -> bool {
        let named = self
            .certificates
            .iter()
            .filter(|one| *one != issuer && one.may_answer_ocsp() && one.valid_at(self.produced) && issuer.issued(one));
        std::iter::once(issuer)
            .chain(named)
            .any(|one| self.is_by(one) && one.proves(self.scheme, self.signed, self.signature))
    }

    /// Whether the responder it tells is this one, by name or by the key's SHA-1.
    fn is_by(&self, responder: &Certificate) -> bool {
        if self.responder.tag == asn1::context(1) {
            self.responder.body == responder.subject_bytes()
        } else {
            let hash = Value::only(self.responder.body).and_then(|value| value.with_tag(OCTETS));
            self.responder.tag == asn1::context(2) && hash.is_ok_and(|hash| hash.body == sha1(responder.key()))
        }
    }
}

impl Single {
    /// What follows the certificate's name.
    fn read(mut inside: asn1::Reader<'_>) -> Result<Self, Broken> {
        let status = inside.next()?;
        let standing = if status.tag == asn1::plain_context(0) {
            Standing::Good
        } else if status.tag == asn1::context(1) {
            let mut revoked = status.inside();
            let at = revoked.expect(GENERALIZED_TIME)?.moment()?;
            let reason = match revoked.optional(asn1::context(0))? {
                Some(reason) => Some(Reason::read(Value::only(reason.body)?.with_tag(ENUMERATED)?)?),
                None => None,
            };
            revoked.finish()?;
            Standing::Revoked(Revocation { at, reason })
        } else if status.tag == asn1::plain_context(2) {
            Standing::Unknown
        } else {
            return Err(Broken);
        };
        let this_update = inside.expect(GENERALIZED_TIME)?.moment()?;
        let next_update = match inside.optional(asn1::context(0))? {
            Some(time) => Some(Value::only(time.body)?.with_tag(GENERALIZED_TIME)?.moment()?),
            None => None,
        };
        if let Some(extensions) = inside.optional(asn1::context(1))? {
            none_critical(Value::only(extensions.body)?)?;
        }
        inside.finish()?;
        Ok(Self { standing, this_update, next_update })
    }
}

/// Whether a `CertID` names this certificate of this issuer.
fn names(id: Value<'_>, certificate: &Certificate, issuer: &Certificate) -> Result<bool, Broken> {
    let mut inside = id.inside();
    let algorithm = inside.expect(SEQUENCE)?.inside().next()?.oid()?;
    let (name, key) = (inside.expect(OCTETS)?.body, inside.expect(OCTETS)?.body);
    let serial = inside.next()?.integer()?;
    inside.finish()?;
    let hash = |bytes: &[u8]| match Digest::from_oid(algorithm) {
        Some(digest) => Some(digest.of(&[bytes])),
        None if algorithm == oid::SHA1 => Some(sha1(bytes)),
        None => None,
    };
    Ok(serial == certificate.serial_bytes()
        && certificate.issuer_bytes() == issuer.subject_bytes()
        && hash(issuer.subject_bytes()).as_deref() == Some(name)
        && hash(issuer.key()).as_deref() == Some(key))
}

fn unreadable() -> Failure {
    Failure::one(Code::ProviderUnavailable, "câu trả lời OCSP không đọc được", "the OCSP response cannot be read")
}

fn refused(vi: &str, en: &str) -> Failure {
    Failure::one(Code::SignatureMismatch, vi, en)
}
