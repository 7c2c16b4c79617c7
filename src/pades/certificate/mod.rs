//! X.509 certificates (RFC 5280): what stands in them, whether one issued another, and chains of them.

use std::fmt;
use std::ops::Range;

use der::asn1::ObjectIdentifier as Oid;

use crate::diagnostic::{Code, Failure};

use super::asn1::{self, Broken, Value};
use super::{Digest, Moment, Scheme, oid};

mod chain;
mod extensions;
mod fit;
mod key;
mod name;

pub use chain::Chain;
pub use key::KeyKind;

use extensions::Extensions;
pub(super) use extensions::{addresses, parts as extension_parts};
use name::Name;

/// Bytes beyond which nothing is taken for a certificate.
const LARGEST: usize = 256 * 1024;

/// A certificate. Two are equal if their bytes are.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Range<usize>,
    subject_bytes: Range<usize>,
    issuer_bytes: Range<usize>,
    serial: Vec<u8>,
    subject: Name,
    issuer: Name,
    validity: (Moment, Moment),
    kind: KeyKind,
    key: Vec<u8>,
    scheme: Option<Scheme>,
    scheme_words: String,
    signature: Vec<u8>,
    extensions: Extensions,
}

impl Certificate {
    /// Reads DER.
    ///
    /// # Errors
    ///
    /// Not one certificate, or one that says the same thing twice.
    pub fn from_der(der: &[u8]) -> Result<Self, Failure> {
        Self::read(der).map_err(|Broken| unreadable())
    }

    /// Reads every certificate of a PEM text; other blocks in it are passed over.
    ///
    /// # Errors
    ///
    /// A block cannot be read, or there is no certificate.
    pub fn from_pem(pem: &str) -> Result<Vec<Self>, Failure> {
        let blocks = asn1::pem(pem).map_err(|Broken| unreadable())?;
        let found: Vec<Self> = blocks
            .iter()
            .filter(|(label, _)| matches!(*label, "CERTIFICATE" | "X509 CERTIFICATE"))
            .map(|(_, der)| Self::from_der(der))
            .collect::<Result<_, _>>()?;
        if found.is_empty() { Err(unreadable()) } else { Ok(found) }
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Subject's common name, else its whole name. Characters that would disturb a line are shown as `U+FFFD`.
    pub fn name(&self) -> String {
        self.part("CN").map_or_else(|| self.subject(), name::plain)
    }

    /// Subject as RFC 4514 text, the nearest first and the country last, Vietnamese letters as they are.
    pub fn subject(&self) -> String {
        self.subject.text()
    }

    /// Issuer as RFC 4514 text.
    pub fn issuer(&self) -> String {
        self.issuer.text()
    }

    /// Issuer's common name, else its whole name.
    pub fn issuer_name(&self) -> String {
        self.issuer.part("CN").map_or_else(|| self.issuer(), name::plain)
    }

    /// A part of the subject by its short name (`CN`, `O`, `OU`, `L`, `ST`, `C`, `UID`, `serialNumber`, …) or its
    /// dotted number: the first of that kind, as it is written.
    pub fn part(&self, short: &str) -> Option<&str> {
        self.subject.part(short)
    }

    /// Serial number, hexadecimal, small letters, without leading zeros of bytes.
    pub fn serial(&self) -> String {
        hexadecimal(self.serial_bytes())
    }

    /// First and last moment of its time, UTC.
    pub fn validity(&self) -> (Moment, Moment) {
        self.validity
    }

    /// Whether `at` lies in its time.
    pub fn valid_at(&self, at: Moment) -> bool {
        (self.validity.0..=self.validity.1).contains(&at)
    }

    /// Kind and size of its key.
    pub fn key_kind(&self) -> KeyKind {
        self.kind
    }

    /// SHA-256 over its DER.
    pub fn fingerprint(&self) -> String {
        hexadecimal(&Digest::Sha256.of(&[&self.der]))
    }

    /// Whether its key may sign documents: key usage has `digitalSignature` or `nonRepudiation`, or is absent.
    pub fn may_sign(&self) -> bool {
        self.extensions.usage.is_none_or(|usage| usage.digital_signature || usage.non_repudiation)
    }

    /// Whether it may issue others: an authority by its basic constraints, with `keyCertSign` where key usage is told.
    pub fn is_ca(&self) -> bool {
        self.extensions.authority && self.extensions.usage.is_none_or(|usage| usage.sign_certificates)
    }

    /// Extended key usages, dotted; empty where none is told.
    pub fn purposes(&self) -> Vec<String> {
        self.extensions.purposes.iter().map(Oid::to_string).collect()
    }

    /// Whether it may stamp time: extended key usage critical and nothing but `timeStamping` (RFC 3161, 2.3).
    pub fn may_stamp(&self) -> bool {
        self.extensions.purposes_critical && self.extensions.purposes == [oid::MAY_STAMP]
    }

    /// Whether it may answer OCSP for its issuer (RFC 6960, 4.2.2.2).
    pub fn may_answer_ocsp(&self) -> bool {
        self.extensions.purposes.contains(&oid::MAY_ANSWER_OCSP)
    }

    /// Where to ask whether it was revoked (OCSP).
    pub fn ocsp_urls(&self) -> &[String] {
        &self.extensions.ocsp_urls
    }

    /// Where its issuer's certificate lies.
    pub fn issuer_urls(&self) -> &[String] {
        &self.extensions.issuer_urls
    }

    /// Where its issuer's revocation lists lie.
    pub fn crl_urls(&self) -> &[String] {
        &self.extensions.crl_urls
    }

    /// Policies it was issued under, dotted.
    pub fn policies(&self) -> Vec<String> {
        self.extensions.policies.iter().map(Oid::to_string).collect()
    }

    /// Words for how it was signed: `SHA-256, RSA`.
    pub fn signature_words(&self) -> &str {
        &self.scheme_words
    }

    /// Whether it names itself as issuer.
    pub fn is_self_issued(&self) -> bool {
        self.subject_bytes() == self.issuer_bytes()
    }

    /// Whether `other` was issued by this one: it names this one, and its signature is by this one's key. Whether this
    /// one may issue, and when, is not asked here.
    pub fn issued(&self, other: &Self) -> bool {
        self.subject_bytes() == other.issuer_bytes()
            && self.proves(other.scheme, other.signed_bytes(), &other.signature)
    }

    /// Whether `signature` over `message` is by this certificate's key.
    pub(super) fn proves(&self, scheme: Option<Scheme>, message: &[u8], signature: &[u8]) -> bool {
        scheme.is_some_and(|scheme| scheme.proves(self.kind, &self.key, message, signature))
    }

    /// The subject's DER.
    pub(super) fn subject_bytes(&self) -> &[u8] {
        self.der.get(self.subject_bytes.clone()).unwrap_or_default()
    }

    /// The issuer's DER.
    pub(super) fn issuer_bytes(&self) -> &[u8] {
        self.der.get(self.issuer_bytes.clone()).unwrap_or_default()
    }

    /// The serial number without the zero that only keeps it positive.
    pub(super) fn serial_bytes(&self) -> &[u8] {
        match self.serial.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            all => all,
        }
    }

    /// The serial number as the certificate writes it.
    pub(super) fn serial_as_written(&self) -> &[u8] {
        &self.serial
    }

    /// The bits of its public key.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Its `subjectKeyIdentifier`.
    pub(super) fn key_identifier(&self) -> Option<&[u8]> {
        self.extensions.subject_key.as_deref()
    }

    /// Whether its key may sign revocation lists, where key usage is told.
    pub(super) fn may_sign_lists(&self) -> bool {
        self.extensions.usage.is_none_or(|usage| usage.sign_lists)
    }

    fn signed_bytes(&self) -> &[u8] {
        self.der.get(self.signed.clone()).unwrap_or_default()
    }

    fn read(der: &[u8]) -> Result<Self, Broken> {
        if der.len() > LARGEST {
            return Err(Broken);
        }
        let place = |value: Value<'_>| {
            let start = value.whole.as_ptr() as usize - der.as_ptr() as usize;
            start..start + value.whole.len()
        };
        let mut outer = Value::only(der)?.with_tag(asn1::SEQUENCE)?.inside();
        let signed = outer.expect(asn1::SEQUENCE)?;
        let algorithm = outer.expect(asn1::SEQUENCE)?;
        let signature = outer.next()?.bits()?;
        outer.finish()?;

        let mut inside = signed.inside();
        inside.optional(asn1::context(0))?;
        let serial = inside.expect(asn1::INTEGER)?;
        serial.integer()?;
        if inside.expect(asn1::SEQUENCE)?.whole != algorithm.whole {
            return Err(Broken);
        }
        let issuer = inside.expect(asn1::SEQUENCE)?;
        let mut validity = inside.expect(asn1::SEQUENCE)?.inside();
        let validity = (validity.next()?.moment()?, validity.next()?.moment()?);
        let subject = inside.expect(asn1::SEQUENCE)?;
        let key_info = inside.expect(asn1::SEQUENCE)?;
        let (kind, key) = key::read(key_info)?;
        inside.optional(asn1::plain_context(1))?;
        inside.optional(asn1::plain_context(2))?;
        let extensions = match inside.optional(asn1::context(3))? {
            Some(list) => Extensions::read(Value::only(list.body)?)?,
            None => Extensions::default(),
        };
        inside.finish()?;

        let scheme = Scheme::read(algorithm, None);
        let scheme_words = match scheme {
            Some(scheme) => scheme.family_words(),
            None => super::algorithm::foreign_words(None, algorithm.inside().next()?.oid().ok()),
        };
        Ok(Self {
            signed: place(signed),
            subject_bytes: place(subject),
            issuer_bytes: place(issuer),
            serial: serial.body.to_vec(),
            subject: Name::read(subject)?,
            issuer: Name::read(issuer)?,
            validity,
            kind,
            key: key.to_vec(),
            scheme,
            scheme_words,
            signature: signature.to_vec(),
            extensions,
            der: der.to_vec(),
        })
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

/// No name in it: a certificate is somebody's.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.serial())
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unreadable() -> Failure {
    Failure::one(Code::CertificateUnfit, "không đọc được chứng thư số", "the certificate cannot be read")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{FILES, certificate, file, moment, text};
    use super::*;

    #[test]
    fn a_persons_certificate_reads_as_it_was_issued() {
        let signer = certificate("signer");
        assert_eq!(signer.name(), "Đinh Thị Hồng Ẻm");
        assert_eq!(
            signer.subject(),
            "UID=CCCD:014000000001,CN=Đinh Thị Hồng Ẻm,O=Ủy ban nhân dân huyện Phù Yên (thử nghiệm),L=Phù Yên,ST=Sơn La,C=VN"
        );
        assert_eq!(signer.issuer(), "CN=Trung gian thử nghiệm Phù Yên,O=Cơ quan chứng thực thử nghiệm,C=VN");
        assert_eq!(signer.part("UID"), Some("CCCD:014000000001"));
        assert_eq!(signer.validity(), (moment("2024-01-01T00:00:00Z"), moment("2045-01-01T00:00:00Z")));
        assert_eq!(signer.key_kind(), KeyKind::Rsa(2048));
        assert_eq!(signer.ocsp_urls(), ["http://pki.phuyen.example/ocsp"]);
        assert_eq!(signer.issuer_urls(), ["http://pki.phuyen.example/trung-gian.cer"]);
        assert_eq!(signer.crl_urls(), ["http://pki.phuyen.example/trung-gian.crl"]);
        assert_eq!(signer.policies(), ["1.3.6.1.4.1.99999.1.1"]);
        assert_eq!(signer.purposes(), ["1.3.6.1.5.5.7.3.4"]);
        assert!(signer.may_sign() && !signer.is_ca() && !signer.may_stamp());
        assert_eq!(signer.signature_words(), "SHA-256, RSA");
        assert_eq!(format!("{signer:?}"), format!("Certificate({})", signer.serial()));
    }

    #[test]
    fn keys_are_told_by_kind_and_size() {
        for (name, kind, words) in [
            ("root", KeyKind::Rsa(3072), "RSA 3072"),
            ("seal", KeyKind::P256, "P-256"),
            ("p384", KeyKind::P384, "P-384"),
        ] {
            assert_eq!((certificate(name).key_kind(), kind.words().as_str()), (kind, words));
        }
        assert!(certificate("tsa").may_stamp() && !certificate("tsa").may_answer_ocsp());
        assert!(certificate("responder").may_answer_ocsp());
        assert!(certificate("root").is_ca() && certificate("root").is_self_issued());
    }

    #[test]
    fn only_the_issuer_issued_it() {
        let (root, intermediate, signer, stranger) =
            (certificate("root"), certificate("intermediate"), certificate("signer"), certificate("stranger"));
        assert!(root.issued(&root) && root.issued(&intermediate) && intermediate.issued(&signer));
        assert!(!root.issued(&signer) && !stranger.issued(&signer) && !signer.issued(&signer));
        assert!(!intermediate.issued(&root));
    }

    #[test]
    fn a_chain_is_put_in_order() {
        let all = ["signer", "intermediate", "root"].map(certificate);
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2]] {
            let mixed = order.iter().map(|place| all[*place].clone()).chain([all[1].clone()]).collect();
            let chain = Chain::order(mixed).expect("one chain");
            assert_eq!(chain.all(), all);
            assert_eq!(chain.signer(), &all[0]);
        }
        assert_eq!(Chain::order(vec![all[0].clone()]).expect("the signer alone").all(), &all[..1]);
        assert_eq!(Chain::order(vec![all[2].clone()]).expect("a root alone").all(), &all[2..]);
    }

    #[test]
    fn strangers_and_second_signers_are_refused() {
        let refused = |names: &[&str]| {
            let failure = Chain::order(names.iter().map(|name| certificate(name)).collect()).expect_err("refused");
            failure.diagnostics[0].message.en.clone()
        };
        assert_eq!(refused(&[]), "the chain has `0` certificates; 1 to 12 are wanted");
        for names in [&["signer", "seal", "intermediate"][..], &["signer", "stranger"], &["signer", "root"]] {
            assert_eq!(refused(names), "the certificates are not one chain: exactly one must be the signer's");
        }
    }

    #[test]
    fn what_speaks_against_signing_is_told() {
        let codes = |name: &str, at: &str| -> Vec<String> {
            certificate(name).fit_to_sign(moment(at)).into_iter().map(|one| one.code.into_owned()).collect()
        };
        assert!(codes("signer", "2026-03-01T00:00:00Z").is_empty());
        assert!(codes("seal", "2026-03-01T00:00:00Z").is_empty());
        assert_eq!(codes("expired", "2026-03-01T00:00:00Z"), ["certificate_expired"]);
        assert_eq!(codes("signer", "2023-12-31T23:59:59Z"), ["certificate_not_yet_valid"]);
        assert_eq!(codes("root", "2026-03-01T00:00:00Z"), ["key_usage"]);
        let told = certificate("expired").fit_to_sign(moment("2026-03-01T00:00:00Z"));
        assert_eq!(told[0].message.vi, "chứng thư đã hết hạn từ `2021-01-01T07:00:00+07:00`");
    }

    #[test]
    fn bytes_after_a_certificate_are_refused() {
        let mut der = certificate("signer").der().to_vec();
        der.push(0);
        assert_eq!(Certificate::from_der(&der).expect_err("refused").code, Code::CertificateUnfit);
        assert!(Certificate::from_pem(text("signer.key")).is_err());
        assert!(Certificate::from_pem("").is_err());
        assert_eq!(Certificate::from_pem(text("chain.pem")).expect("two").len(), 2);
    }

    proptest! {
        #[test]
        fn a_changed_certificate_never_passes_for_issued(which in 0..FILES.len(), at in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let (name, bytes) = FILES[which];
            let der = match name.strip_suffix(".pem").filter(|name| *name != "chain") {
                Some(name) => certificate(name).der().to_vec(),
                None => bytes.to_vec(),
            };
            let mut changed = der;
            let at = at.index(changed.len());
            changed[at] ^= 1_u8 << bit;
            if let Ok(read) = Certificate::from_der(&changed) {
                let _ = (read.subject(), read.issuer(), read.serial(), read.fit_to_sign(moment("2026-03-01T00:00:00Z")));
                prop_assert!(!certificate("intermediate").issued(&read), "{name} {at}");
                prop_assert!(!certificate("root").issued(&read), "{name} {at}");
            }
        }

        #[test]
        fn any_pem_is_read_or_refused(cut in any::<prop::sample::Index>(), put in any::<u8>()) {
            let mut bytes = file("chain.pem").to_vec();
            let at = cut.index(bytes.len());
            bytes[at] = put;
            let _ = Certificate::from_pem(&String::from_utf8_lossy(&bytes));
            let _ = Certificate::from_pem(&String::from_utf8_lossy(&bytes[..at]));
        }
    }
}
