//! Which signature algorithms are taken.

/// A signature algorithm; the digest is SHA-256 in all of them.
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
}
