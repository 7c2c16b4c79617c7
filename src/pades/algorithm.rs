//! Which signature algorithms are taken: three to sign with, more to check what others signed.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{self as proof, RsaParameters, RsaPssSaltLength, UnparsedPublicKey, VerificationAlgorithm};
use der::asn1::ObjectIdentifier as Oid;

use super::asn1::{Broken, NULL, Value, context, sequence, write, write_integer, write_oid};
use super::{KeyKind, oid};

/// A signature algorithm this service signs with; the digest is SHA-256 in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1Sha256,
    /// RSASSA-PSS, MGF1 with SHA-256, salt of 32 bytes.
    RsaPssSha256,
    /// ECDSA on P-256.
    EcdsaP256Sha256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::RsaPkcs1Sha256, Self::RsaPssSha256, Self::EcdsaP256Sha256];

    /// Its word in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::RsaPkcs1Sha256 => "rsa-pkcs1-sha256",
            Self::RsaPssSha256 => "rsa-pss-sha256",
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
        }
    }

    /// The algorithm of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == word)
    }

    /// Whether a key of this kind signs by it.
    pub fn fits(self, key: KeyKind) -> bool {
        match self {
            Self::RsaPkcs1Sha256 | Self::RsaPssSha256 => matches!(key, KeyKind::Rsa(_)),
            Self::EcdsaP256Sha256 => key == KeyKind::P256,
        }
    }

    /// How its signatures are checked.
    pub fn scheme(self) -> Scheme {
        match self {
            Self::RsaPkcs1Sha256 => Scheme::RsaPkcs1(Digest::Sha256),
            Self::RsaPssSha256 => Scheme::RsaPss(Digest::Sha256, 32),
            Self::EcdsaP256Sha256 => Scheme::Ecdsa(Digest::Sha256),
        }
    }

    /// `AlgorithmIdentifier` of its signatures.
    pub(super) fn identifier(self) -> Vec<u8> {
        match self {
            Self::RsaPkcs1Sha256 => sequence(&[&write_oid(oid::RSA_SHA256), &write(NULL, &[])]),
            Self::RsaPssSha256 => {
                let sha256 = sequence(&[&write_oid(oid::SHA256), &write(NULL, &[])]);
                let mask = sequence(&[&write_oid(oid::MGF1), &sha256]);
                let parameters = sequence(&[
                    &write(context(0), &[&sha256]),
                    &write(context(1), &[&mask]),
                    &write(context(2), &[&write_integer(&[32])]),
                ]);
                sequence(&[&write_oid(oid::RSA_PSS), &parameters])
            }
            Self::EcdsaP256Sha256 => sequence(&[&write_oid(oid::ECDSA_SHA256)]),
        }
    }
}

/// A digest algorithm that is taken. SHA-1 and older are not (circular 15/2025/TT-BKHCN, annex I).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The digest over the parts, one after the other.
    pub fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut context = digest::Context::new(self.provided());
        for part in parts {
            context.update(part);
        }
        context.finish().as_ref().to_vec()
    }

    /// Bytes of a digest.
    pub fn length(self) -> usize {
        self.provided().output_len()
    }

    pub(super) fn from_oid(oid: Oid) -> Option<Self> {
        match oid {
            oid::SHA256 => Some(Self::Sha256),
            oid::SHA384 => Some(Self::Sha384),
            oid::SHA512 => Some(Self::Sha512),
            _ => None,
        }
    }

    fn provided(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }
}

/// How a signature was made, as far as it can be checked here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(Digest),
    /// RSASSA-PSS with MGF1 over the same digest, and the length of the salt in bytes.
    RsaPss(Digest, u16),
    /// ECDSA; the curve is the key's.
    Ecdsa(Digest),
}

impl Scheme {
    /// Its digest.
    pub fn digest(self) -> Digest {
        match self {
            Self::RsaPkcs1(digest) | Self::RsaPss(digest, _) | Self::Ecdsa(digest) => digest,
        }
    }

    /// The algorithm, where it is one this service signs with on a key of this kind.
    pub fn offered(self, key: KeyKind) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|one| one.scheme() == self && one.fits(key))
    }

    /// Words for people: `SHA-256, RSA-PSS 3072`.
    pub fn words(self, key: KeyKind) -> String {
        match key {
            KeyKind::Rsa(bits) => format!("{} {bits}", self.family_words()),
            _ => format!("{} {}", self.family_words(), key.curve().unwrap_or("?")),
        }
    }

    /// Words for people without the key: `SHA-256, RSA-PSS`.
    pub fn family_words(self) -> String {
        let family = match self {
            Self::RsaPss(..) => "RSA-PSS",
            Self::RsaPkcs1(_) => "RSA",
            Self::Ecdsa(_) => "ECDSA",
        };
        format!("{}, {family}", self.digest().name())
    }

    /// The scheme an `AlgorithmIdentifier` names. `digest` is the one told beside it, where the identifier itself has
    /// none (`rsaEncryption` in CMS); one that contradicts the identifier names no scheme.
    pub(super) fn read(identifier: Value<'_>, digest: Option<Digest>) -> Option<Self> {
        let mut inside = identifier.inside();
        let name = inside.next().and_then(Value::oid).ok()?;
        let found = match name {
            oid::RSA => Self::RsaPkcs1(digest?),
            oid::RSA_SHA256 => Self::RsaPkcs1(Digest::Sha256),
            oid::RSA_SHA384 => Self::RsaPkcs1(Digest::Sha384),
            oid::RSA_SHA512 => Self::RsaPkcs1(Digest::Sha512),
            // Some signers name the key in place of the signature.
            oid::EC_KEY => Self::Ecdsa(digest?),
            oid::ECDSA_SHA256 => Self::Ecdsa(Digest::Sha256),
            oid::ECDSA_SHA384 => Self::Ecdsa(Digest::Sha384),
            oid::ECDSA_SHA512 => Self::Ecdsa(Digest::Sha512),
            oid::RSA_PSS => pss(inside.next().ok()?).ok()??,
            _ => return None,
        };
        (digest.is_none() || digest == Some(found.digest())).then_some(found)
    }

    /// Whether signatures by a key of this kind can be judged: RSA of 2048 to 8192 bits, a curve that is taken.
    pub(super) fn can_judge(self, kind: KeyKind) -> bool {
        let long_enough = match kind {
            KeyKind::Rsa(bits) => (2048..=8192).contains(&bits),
            _ => true,
        };
        long_enough && self.provided(kind).is_some()
    }

    /// Whether `signature` over `message` is one of this key, given as the bits of its `SubjectPublicKeyInfo`.
    pub(super) fn proves(self, kind: KeyKind, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        // An RSA signature is exactly as long as its modulus (RFC 8017, 8.2.2): a shorter one is not filled up.
        if let KeyKind::Rsa(bits) = kind
            && signature.len() != bits.div_ceil(8)
        {
            return false;
        }
        self.provided(kind)
            .is_some_and(|algorithm| UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok())
    }

    fn provided(self, kind: KeyKind) -> Option<&'static dyn VerificationAlgorithm> {
        Some(match (self, kind) {
            (Self::RsaPkcs1(Digest::Sha256), KeyKind::Rsa(_)) => &proof::RSA_PKCS1_2048_8192_SHA256,
            (Self::RsaPkcs1(Digest::Sha384), KeyKind::Rsa(_)) => &proof::RSA_PKCS1_2048_8192_SHA384,
            (Self::RsaPkcs1(Digest::Sha512), KeyKind::Rsa(_)) => &proof::RSA_PKCS1_2048_8192_SHA512,
            (Self::RsaPss(digest, salt), KeyKind::Rsa(bits)) => return salted(digest, usize::from(salt), bits),
            (Self::Ecdsa(Digest::Sha256), KeyKind::P256) => &proof::ECDSA_P256_SHA256_ASN1,
            (Self::Ecdsa(Digest::Sha384), KeyKind::P256) => &proof::ECDSA_P256_SHA384_ASN1,
            (Self::Ecdsa(Digest::Sha512), KeyKind::P256) => &proof::ECDSA_P256_SHA512_ASN1,
            (Self::Ecdsa(Digest::Sha256), KeyKind::P384) => &proof::ECDSA_P384_SHA256_ASN1,
            (Self::Ecdsa(Digest::Sha384), KeyKind::P384) => &proof::ECDSA_P384_SHA384_ASN1,
            (Self::Ecdsa(Digest::Sha512), KeyKind::P384) => &proof::ECDSA_P384_SHA512_ASN1,
            (Self::Ecdsa(Digest::Sha256), KeyKind::P521) => &proof::ECDSA_P521_SHA256_ASN1,
            (Self::Ecdsa(Digest::Sha384), KeyKind::P521) => &proof::ECDSA_P521_SHA384_ASN1,
            (Self::Ecdsa(Digest::Sha512), KeyKind::P521) => &proof::ECDSA_P521_SHA512_ASN1,
            _ => return None,
        })
    }
}

/// RSASSA-PSS with the lengths of salt that are met: as long as the digest, none, 20 (the default of RFC 8017), and the
/// longest there is room for.
fn salted(digest: Digest, salt: usize, bits: usize) -> Option<&'static dyn VerificationAlgorithm> {
    const fn with(parameters: RsaParameters, salt: RsaPssSaltLength) -> RsaParameters {
        parameters.with_pss_salt_length(salt)
    }
    macro_rules! of {
        ($salt:expr) => {
            match digest {
                Digest::Sha256 => &const { with(proof::RSA_PSS_2048_8192_SHA256, $salt) },
                Digest::Sha384 => &const { with(proof::RSA_PSS_2048_8192_SHA384, $salt) },
                Digest::Sha512 => &const { with(proof::RSA_PSS_2048_8192_SHA512, $salt) },
            }
        };
    }
    let longest = (bits + 6) / 8;
    match salt {
        salt if salt == digest.length() => Some(of!(RsaPssSaltLength::Digest)),
        salt if salt + digest.length() + 2 == longest => Some(of!(RsaPssSaltLength::Max)),
        20 => Some(of!(RsaPssSaltLength::Custom(20))),
        0 => Some(of!(RsaPssSaltLength::Custom(0))),
        _ => None,
    }
}

/// `RSASSA-PSS-params` (RFC 8017, A.2.3); `None`: with digests that are not taken, or two of them.
fn pss(parameters: Value<'_>) -> Result<Option<Scheme>, Broken> {
    let mut inside = parameters.with_tag(super::asn1::SEQUENCE)?.inside();
    let mut hash = None;
    if let Some(value) = inside.optional(context(0))? {
        hash = Digest::from_oid(value.inside().next()?.inside().next()?.oid()?);
    }
    let mut mask = None;
    if let Some(value) = inside.optional(context(1))? {
        let mut function = value.inside().next()?.inside();
        if function.next()?.oid()? == oid::MGF1 {
            mask = Digest::from_oid(function.next()?.inside().next()?.oid()?);
        }
    }
    let salt = match inside.optional(context(2))? {
        Some(value) => value.inside().next()?.small()?,
        None => 20,
    };
    let trailer = match inside.optional(context(3))? {
        Some(value) => value.inside().next()?.small()?,
        None => 1,
    };
    inside.finish()?;
    let salt = u16::try_from(salt).map_err(|_| Broken)?;
    Ok(hash.filter(|_| hash == mask && trailer == 1).map(|digest| Scheme::RsaPss(digest, salt)))
}

/// SHA-1, for what names a certificate by it (OCSP requests, old attributes): never for a proof.
pub(super) fn sha1(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}

/// Words for an algorithm that is not taken: its usual name, else its number.
pub(super) fn foreign_words(digest: Option<Oid>, signature: Option<Oid>) -> String {
    let name = |one: Oid| match one {
        oid::SHA1 => "SHA-1".to_owned(),
        oid::SHA256 => "SHA-256".to_owned(),
        oid::SHA384 => "SHA-384".to_owned(),
        oid::SHA512 => "SHA-512".to_owned(),
        oid::RSA => "RSA".to_owned(),
        oid::RSA_SHA1 => "RSA (SHA-1)".to_owned(),
        oid::RSA_PSS => "RSA-PSS".to_owned(),
        oid::EC_KEY | oid::ECDSA_SHA256 | oid::ECDSA_SHA384 | oid::ECDSA_SHA512 => "ECDSA".to_owned(),
        other => other.to_string(),
    };
    digest.into_iter().chain(signature).map(name).collect::<Vec<_>>().join(", ")
}

/// `r‖s`, as smart cards and some services give an ECDSA signature, as the DER everybody else wants.
pub(super) fn ecdsa_der(joined: &[u8]) -> Vec<u8> {
    let (r, s) = joined.split_at(joined.len() / 2);
    sequence(&[&write_integer(r), &write_integer(s)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_its_own_algorithm() {
        for one in Algorithm::ALL {
            assert_eq!(Algorithm::parse(one.name()), Some(one));
            let identifier = one.identifier();
            let identifier = Value::only(&identifier).expect("just written");
            assert_eq!(Scheme::read(identifier, Some(Digest::Sha256)), Some(one.scheme()));
            assert_eq!(Scheme::read(identifier, Some(Digest::Sha512)), None);
        }
        assert_eq!(Algorithm::parse("rsa-pkcs1-sha1"), None);
    }

    #[test]
    fn halves_become_integers_without_spare_zeros() {
        assert_eq!(ecdsa_der(&[0, 0x80, 0, 1]), [0x30, 7, 2, 2, 0, 0x80, 2, 1, 1]);
    }

    #[test]
    fn salts_of_other_lengths_are_not_taken() {
        assert!(salted(Digest::Sha256, 32, 2048).is_some());
        assert!(salted(Digest::Sha256, 222, 2048).is_some());
        assert!(salted(Digest::Sha256, 33, 2048).is_none());
    }
}
