//! Kind and size of a public key.

use super::super::asn1::{self, Broken, Value};
use super::super::oid;

/// Kind and size of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA, with the bits of its modulus.
    Rsa(usize),
    /// The curve P-256.
    P256,
    /// The curve P-384.
    P384,
    /// The curve P-521.
    P521,
    /// One that is not taken.
    Other,
}

impl KeyKind {
    /// Words for people: `RSA 2048`, `P-256`.
    pub fn words(self) -> String {
        match self {
            Self::Rsa(bits) => format!("RSA {bits}"),
            _ => self.curve().unwrap_or("?").to_owned(),
        }
    }

    /// The curve's name.
    pub fn curve(self) -> Option<&'static str> {
        match self {
            Self::P256 => Some("P-256"),
            Self::P384 => Some("P-384"),
            Self::P521 => Some("P-521"),
            Self::Rsa(_) | Self::Other => None,
        }
    }
}

/// The kind of a `SubjectPublicKeyInfo`, and the bits of its key.
pub(super) fn read(info: Value<'_>) -> Result<(KeyKind, &[u8]), Broken> {
    let mut inside = info.inside();
    let mut algorithm = inside.expect(asn1::SEQUENCE)?.inside();
    let bits = inside.next()?.bits()?;
    inside.finish()?;
    let kind = match algorithm.next()?.oid()? {
        oid::RSA | oid::RSA_PSS => {
            let modulus = Value::only(bits)?.with_tag(asn1::SEQUENCE)?.inside().next()?.integer()?;
            let zeros = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
            KeyKind::Rsa(modulus.len() * 8 - zeros)
        }
        oid::EC_KEY => match algorithm.next()?.oid() {
            Ok(oid::P256) => KeyKind::P256,
            Ok(oid::P384) => KeyKind::P384,
            Ok(oid::P521) => KeyKind::P521,
            _ => KeyKind::Other,
        },
        _ => KeyKind::Other,
    };
    Ok((kind, bits))
}
