//! SignedData as others write it: liberal in its form, exact in what it says.

use der::asn1::ObjectIdentifier as Oid;

use crate::diagnostic::Failure;

use super::super::algorithm::{foreign_words, sha1};
use super::super::asn1::{self, Broken, OCTETS, SEQUENCE, SET, Value, write};
use super::super::{Certificate, Digest, Moment, Scheme, oid};
use super::attributes::SignedAttributes;
use super::refused;

/// Bytes beyond which nothing is taken for a CMS: chains with revocation lists in them are long.
const LARGEST: usize = 16 * 1024 * 1024;
/// Certificates beyond which nothing is read.
const MOST_CERTIFICATES: usize = 64;

/// SignedData of one signer.
#[derive(Debug)]
pub(in super::super) struct SignedData {
    pub(in super::super) der: Vec<u8>,
    pub(in super::super) content_type: Oid,
    pub(in super::super) content: Option<Vec<u8>>,
    pub(in super::super) certificates: Vec<Certificate>,
    pub(in super::super) signer: Certificate,
    pub(in super::super) digest: Vec<u8>,
    pub(in super::super) digest_algorithm: Option<Digest>,
    pub(in super::super) scheme: Option<Scheme>,
    pub(in super::super) algorithm_name: String,
    pub(in super::super) signature: Vec<u8>,
    pub(in super::super) attributes: SignedAttributes,
    pub(in super::super) claimed_time: Option<Moment>,
    pub(in super::super) names_signer: Option<bool>,
    pub(in super::super) timestamp: Option<Vec<u8>>,
    pub(in super::super) crls: Vec<Vec<u8>>,
    pub(in super::super) ocsps: Vec<Vec<u8>>,
}

impl SignedData {
    /// Reads a `ContentInfo` with SignedData. Zeros behind it are left out.
    pub(in super::super) fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let (der, rest) = asn1::definite(bytes).map_err(|Broken| unreadable())?;
        if der.len() > LARGEST || rest.iter().any(|byte| *byte != 0) {
            return Err(unreadable());
        }
        let envelope = Envelope::read(&der).map_err(|Broken| unreadable())?;
        let signer_info = match envelope.signers.as_slice() {
            [one] => SignerInfo::read(*one).map_err(|Broken| unreadable())?,
            several => {
                return Err(refused(
                    &format!("CMS có `{}` người ký; cần đúng một", several.len()),
                    &format!("the CMS has `{}` signers; exactly one is wanted", several.len()),
                ));
            }
        };
        let Some(signed) = signer_info.signed else {
            return Err(refused(
                "CMS không có thuộc tính được ký, PAdES bắt buộc phải có",
                "the CMS has no signed attributes, which PAdES demands",
            ));
        };
        let attributes = Attributes::read(signed).map_err(|Broken| unreadable())?;
        let mut certificates = envelope.certificates;
        let Some(place) = certificates.iter().position(|one| signer_info.is_by(one)) else {
            return Err(refused(
                "trong CMS không có chứng thư của người ký",
                "the signer's certificate is not in the CMS",
            ));
        };
        let signer = certificates.remove(place);
        certificates.insert(0, signer.clone());
        Self::judge(&signer_info, &attributes, signed, signer, certificates, envelope.rest, &der)
            .map_err(|Broken| unreadable())
    }

    fn judge(
        info: &SignerInfo<'_>,
        attributes: &Attributes<'_>,
        signed: Value<'_>,
        signer: Certificate,
        certificates: Vec<Certificate>,
        envelope: Rest<'_>,
        der: &[u8],
    ) -> Result<Self, Broken> {
        if attributes.one(oid::CONTENT_TYPE)?.ok_or(Broken)?.oid()? != envelope.content_type {
            return Err(Broken);
        }
        let digest = attributes.one(oid::MESSAGE_DIGEST)?.ok_or(Broken)?.with_tag(OCTETS)?.body.to_vec();
        let digest_name = info.digest_algorithm.inside().next()?.oid()?;
        let digest_algorithm = Digest::from_oid(digest_name);
        let scheme = digest_algorithm.and_then(|digest| Scheme::read(info.signature_algorithm, Some(digest)));
        let algorithm_name = match scheme {
            Some(scheme) => scheme.words(signer.key_kind()),
            None => foreign_words(Some(digest_name), info.signature_algorithm.inside().next()?.oid().ok()),
        };
        let scheme = scheme.filter(|scheme| scheme.can_judge(signer.key_kind()));
        let mut revocation = envelope.revocation;
        if let Some(archive) = attributes.one(oid::ADOBE_REVOCATION)? {
            revocation.read_adobe(archive)?;
        }
        let timestamp = match info.unsigned {
            Some(unsigned) => {
                Attributes::read(unsigned)?.first(oid::TIME_STAMP_TOKEN)?.map(|token| token.whole.to_vec())
            }
            None => None,
        };
        Ok(Self {
            names_signer: names(attributes, &signer)?,
            claimed_time: attributes.one(oid::SIGNING_TIME)?.map(Value::moment).transpose()?,
            attributes: SignedAttributes(write(SET, &[signed.body])),
            signature: info.signature.to_vec(),
            content_type: envelope.content_type,
            content: envelope.content.map(<[u8]>::to_vec),
            crls: revocation.crls,
            ocsps: revocation.ocsps,
            der: der.to_vec(),
            certificates,
            signer,
            digest,
            digest_algorithm,
            scheme,
            algorithm_name,
            timestamp,
        })
    }

    /// Whether the content is the one that was signed, and the signature the signer's.
    pub(in super::super) fn holds_over_content(&self) -> bool {
        let Some(content) = &self.content else { return false };
        self.digest_algorithm.is_some_and(|digest| digest.of(&[content]) == self.digest)
            && self.signer.proves(self.scheme, &self.attributes.0, &self.signature)
    }
}

/// What lies around the signers.
struct Envelope<'a> {
    certificates: Vec<Certificate>,
    signers: Vec<Value<'a>>,
    rest: Rest<'a>,
}

struct Rest<'a> {
    content_type: Oid,
    content: Option<&'a [u8]>,
    revocation: Revocation,
}

impl<'a> Envelope<'a> {
    fn read(der: &'a [u8]) -> Result<Self, Broken> {
        let mut info = Value::only(der)?.with_tag(SEQUENCE)?.inside();
        if info.next()?.oid()? != oid::SIGNED_DATA {
            return Err(Broken);
        }
        let data = info.expect(asn1::context(0))?;
        info.finish()?;
        let mut data = Value::only(data.body)?.with_tag(SEQUENCE)?.inside();
        data.next()?.small()?;
        data.expect(SET)?;
        let mut content_info = data.expect(SEQUENCE)?.inside();
        let content_type = content_info.next()?.oid()?;
        let content = match content_info.optional(asn1::context(0))? {
            Some(content) => Some(Value::only(content.body)?.with_tag(OCTETS)?.body),
            None => None,
        };
        content_info.finish()?;

        let mut certificates = Vec::new();
        if let Some(set) = data.optional(asn1::context(0))? {
            for (count, value) in set.each()?.into_iter().enumerate() {
                if count >= MOST_CERTIFICATES {
                    return Err(Broken);
                }
                // One that cannot be read helps nobody and hurts nobody, unless it is the signer's, which is missed then.
                if let Ok(certificate) = Certificate::from_der(value.whole)
                    && !certificates.contains(&certificate)
                {
                    certificates.push(certificate);
                }
            }
        }
        let mut revocation = Revocation::default();
        if let Some(set) = data.optional(asn1::context(1))? {
            revocation.read_choices(set)?;
        }
        let signers = data.expect(SET)?.each()?;
        data.finish()?;
        Ok(Self { certificates, signers, rest: Rest { content_type, content, revocation } })
    }
}

/// Revocation lists and OCSP responses on their way.
#[derive(Default)]
struct Revocation {
    crls: Vec<Vec<u8>>,
    ocsps: Vec<Vec<u8>>,
}

impl Revocation {
    /// `RevocationInfoChoices` (RFC 5652, 10.2.1; OCSP by RFC 5940).
    fn read_choices(&mut self, set: Value<'_>) -> Result<(), Broken> {
        for choice in set.each()? {
            if choice.tag == SEQUENCE {
                self.crls.push(choice.whole.to_vec());
            } else if choice.tag == asn1::context(1) {
                let mut other = choice.inside();
                if other.next()?.oid()? == oid::OCSP_OTHER {
                    self.ocsps.push(other.next()?.whole.to_vec());
                }
            }
        }
        Ok(())
    }

    /// Adobe's `RevocationInfoArchival` (ISO 32000-1, 12.8.3.3.2).
    fn read_adobe(&mut self, archive: Value<'_>) -> Result<(), Broken> {
        let mut inside = archive.with_tag(SEQUENCE)?.inside();
        for (number, list) in [(0, &mut self.crls), (1, &mut self.ocsps)] {
            if let Some(values) = inside.optional(asn1::context(number))? {
                for value in Value::only(values.body)?.with_tag(SEQUENCE)?.each()? {
                    list.push(value.whole.to_vec());
                }
            }
        }
        Ok(())
    }
}

struct SignerInfo<'a> {
    identifier: Value<'a>,
    digest_algorithm: Value<'a>,
    signed: Option<Value<'a>>,
    signature_algorithm: Value<'a>,
    signature: &'a [u8],
    unsigned: Option<Value<'a>>,
}

impl<'a> SignerInfo<'a> {
    fn read(value: Value<'a>) -> Result<Self, Broken> {
        let mut inside = value.with_tag(SEQUENCE)?.inside();
        inside.next()?.small()?;
        let info = Self {
            identifier: inside.next()?,
            digest_algorithm: inside.expect(SEQUENCE)?,
            signed: inside.optional(asn1::context(0))?,
            signature_algorithm: inside.expect(SEQUENCE)?,
            signature: inside.expect(OCTETS)?.body,
            unsigned: inside.optional(asn1::context(1))?,
        };
        inside.finish()?;
        Ok(info)
    }

    /// Whether it names this certificate, by issuer and number or by the key's identifier.
    fn is_by(&self, certificate: &Certificate) -> bool {
        if self.identifier.tag == asn1::plain_context(0) {
            return certificate.key_identifier() == Some(self.identifier.body);
        }
        let mut inside = self.identifier.inside();
        let issuer = inside.next().is_ok_and(|name| name.whole == certificate.issuer_bytes());
        issuer && inside.next().and_then(Value::integer) == Ok(certificate.serial_bytes())
    }
}

/// Attributes by their kind.
struct Attributes<'a>(Vec<(Oid, Vec<Value<'a>>)>);

impl<'a> Attributes<'a> {
    fn read(set: Value<'a>) -> Result<Self, Broken> {
        let mut all = Vec::new();
        for attribute in set.each()? {
            let mut inside = attribute.with_tag(SEQUENCE)?.inside();
            let kind = inside.next()?.oid()?;
            let values = inside.expect(SET)?.each()?;
            inside.finish()?;
            all.push((kind, values));
        }
        Ok(Self(all))
    }

    /// The only value of the only attribute of that kind.
    fn one(&self, kind: Oid) -> Result<Option<Value<'a>>, Broken> {
        let mut of_kind = self.0.iter().filter(|(one, _)| *one == kind);
        match (of_kind.next(), of_kind.next()) {
            (None, _) => Ok(None),
            (Some((_, values)), None) => match values.as_slice() {
                [value] => Ok(Some(*value)),
                _ => Err(Broken),
            },
            _ => Err(Broken),
        }
    }

    /// The first value of that kind.
    fn first(&self, kind: Oid) -> Result<Option<Value<'a>>, Broken> {
        match self.0.iter().find(|(one, _)| *one == kind) {
            None => Ok(None),
            Some((_, values)) => values.first().copied().map(Some).ok_or(Broken),
        }
    }
}

/// Whether every signing-certificate attribute names this certificate (RFC 2634, 5.4; RFC 5035); `None`: there is none.
fn names(attributes: &Attributes<'_>, signer: &Certificate) -> Result<Option<bool>, Broken> {
    let mut verdict = None;
    for (kind, second) in [(oid::SIGNING_CERTIFICATE, false), (oid::SIGNING_CERTIFICATE_V2, true)] {
        let Some(attribute) = attributes.one(kind)? else { continue };
        let list = attribute.with_tag(SEQUENCE)?.inside().expect(SEQUENCE)?;
        let mut first = list.inside().expect(SEQUENCE)?.inside();
        let mut digest = Some(Digest::Sha256);
        if second && let Some(algorithm) = first.optional(SEQUENCE)? {
            digest = Digest::from_oid(algorithm.inside().next()?.oid()?);
        }
        let hash = first.expect(OCTETS)?.body;
        let hash_fits = match (second, digest) {
            (false, _) => sha1(signer.der()) == hash,
            (true, Some(digest)) => digest.of(&[signer.der()]) == hash,
            (true, None) => false,
        };
        let issuer_fits = match first.optional(SEQUENCE)? {
            None => true,
            Some(issuer) => {
                let mut inside = issuer.inside();
                let named = inside.expect(SEQUENCE)?.each()?;
                let by_name = |name: &Value<'_>| name.tag == asn1::context(4) && name.body == signer.issuer_bytes();
                named.iter().any(by_name) && inside.next()?.integer()? == signer.serial_bytes()
            }
        };
        verdict = Some(verdict.unwrap_or(true) && hash_fits && issuer_fits);
    }
    Ok(verdict)
}

fn unreadable() -> Failure {
    refused("không đọc được chữ ký CMS", "the CMS cannot be read")
}
