//! A key in a file: for tests, demonstrations and internal marks only.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKey;
use aws_lc_rs::signature::{self as proof, EcdsaKeyPair, KeyPair as _};
use p12_keystore::error::Error as Pkcs12Error;

use crate::diagnostic::{Code, Diagnostic, Failure};

use super::{Algorithm, Certificate, Chain, asn1};

/// Bytes beyond which nothing is taken for a key file.
const LARGEST: usize = 1024 * 1024;

/// A private key with its certificates, in memory. Neither its `Debug` nor any message shows the key.
pub struct LocalKey {
    secret: Secret,
    chain: Chain,
}

enum Secret {
    Rsa(Box<RsaKey>),
    P256(Box<EcdsaKeyPair>),
}

impl LocalKey {
    /// Reads PKCS#12: the modern ciphers (PBES2 with AES) and the legacy ones (RC2-40, 3DES). Certificates in it that
    /// are not above the key's own are left out.
    ///
    /// # Errors
    ///
    /// [`Code::BadConfiguration`]: wrong password, not PKCS#12, not exactly one key, a key of a kind this service does
    /// not sign with, or no certificate of that key.
    pub fn from_pkcs12(bytes: &[u8], password: &str) -> Result<Self, Failure> {
        if bytes.len() > LARGEST {
            return Err(unreadable("PKCS#12"));
        }
        let archive = p12_keystore::Pkcs12Archive::from_pkcs12(bytes, password).map_err(|error| match error {
            Pkcs12Error::MacError(_) | Pkcs12Error::UnpadError | Pkcs12Error::Pkcs5Error(_) => {
                refused("mật khẩu của tệp PKCS#12 không đúng", "the password of the PKCS#12 file is wrong")
            }
            Pkcs12Error::UnsupportedEncryptionScheme | Pkcs12Error::UnsupportedMacAlgorithm => refused(
                "tệp PKCS#12 dùng cách mã hóa không đọc được; xuất lại bằng AES-256",
                "the PKCS#12 file uses a cipher that cannot be read; export it anew with AES-256",
            ),
            _ => unreadable("PKCS#12"),
        })?;
        let [key] = archive.keys.as_slice() else { return Err(number_of_keys(archive.keys.len())) };
        let certificates = archive.certs.iter().map(|bag| Certificate::from_der(bag.cert.as_der()));
        Self::assemble(Secret::from_pkcs8(key.key.as_der())?, certificates.collect::<Result<_, _>>()?)
    }

    /// Reads PEM: one private key (PKCS#8, PKCS#1, SEC 1), not encrypted, and its certificates in any order.
    ///
    /// # Errors
    ///
    /// [`Code::BadConfiguration`]: as for PKCS#12; an encrypted key is refused.
    pub fn from_pem(pem: &str) -> Result<Self, Failure> {
        if pem.len() > LARGEST {
            return Err(unreadable("PEM"));
        }
        if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(refused(
                "khóa trong tệp PEM có mật khẩu; dùng tệp PKCS#12",
                "the key in the PEM file is encrypted; use a PKCS#12 file",
            ));
        }
        let blocks = asn1::pem(pem).map_err(|asn1::Broken| unreadable("PEM"))?;
        let mut secrets = Vec::new();
        let mut certificates = Vec::new();
        for (label, der) in &blocks {
            match *label {
                "PRIVATE KEY" => secrets.push(Secret::from_pkcs8(der)?),
                "RSA PRIVATE KEY" => secrets.push(Secret::from_pkcs1(der)?),
                "EC PRIVATE KEY" => secrets.push(Secret::from_sec1(der)?),
                "CERTIFICATE" => certificates.push(Certificate::from_der(der)?),
                _ => {}
            }
        }
        let count = secrets.len();
        match secrets.pop() {
            Some(secret) if count == 1 => Self::assemble(secret, certificates),
            _ => Err(number_of_keys(count)),
        }
    }

    /// Its certificates.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The algorithms it can sign with, the usual one first.
    pub fn algorithms(&self) -> &'static [Algorithm] {
        match self.secret {
            Secret::Rsa(_) => &[Algorithm::RsaPkcs1Sha256, Algorithm::RsaPssSha256],
            Secret::P256(_) => &[Algorithm::EcdsaP256Sha256],
        }
    }

    /// Signs a message (the signed attributes; hashed inside). RSASSA-PKCS1-v1_5 gives the same bytes each time; PSS has
    /// a salt and ECDSA a secret number drawn anew, so their bytes differ. ECDSA comes as DER.
    ///
    /// # Errors
    ///
    /// The key does not sign by this algorithm.
    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let chance = SystemRandom::new();
        let failed = |_| Failure::internal("the key did not sign");
        match (&self.secret, algorithm) {
            (Secret::Rsa(key), Algorithm::RsaPkcs1Sha256 | Algorithm::RsaPssSha256) => {
                let padding: &dyn proof::RsaEncoding = if algorithm == Algorithm::RsaPssSha256 {
                    &proof::RSA_PSS_SHA256
                } else {
                    &proof::RSA_PKCS1_SHA256
                };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(padding, &chance, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            (Secret::P256(key), Algorithm::EcdsaP256Sha256) => {
                Ok(key.sign(&chance, message).map_err(failed)?.as_ref().to_vec())
            }
            _ => {
                let kind = self.chain.signer().key_kind().words();
                Err(Failure::one(
                    Code::CertificateUnfit,
                    format!("khóa `{kind}` không ký bằng `{}` được", algorithm.name()),
                    format!("the key, `{kind}`, does not sign by `{}`", algorithm.name()),
                ))
            }
        }
    }

    /// The key with the certificate that has its public half, and what is above that.
    fn assemble(secret: Secret, mut certificates: Vec<Certificate>) -> Result<Self, Failure> {
        let Some(place) = certificates.iter().position(|one| one.key() == secret.public()) else {
            return Err(refused("trong tệp không có chứng thư của khóa", "the file has no certificate of its key"));
        };
        let signer = certificates.swap_remove(place);
        Ok(Self { secret, chain: Chain::above(signer, certificates) })
    }
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalKey({:?})", self.chain.signer())
    }
}

impl Secret {
    fn from_pkcs8(der: &[u8]) -> Result<Self, Failure> {
        if let Ok(key) = RsaKey::from_pkcs8(der) {
            return Ok(Self::Rsa(Box::new(key)));
        }
        EcdsaKeyPair::from_pkcs8(&proof::ECDSA_P256_SHA256_ASN1_SIGNING, der)
            .map(|key| Self::P256(Box::new(key)))
            .map_err(|_| unfit())
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, Failure> {
        RsaKey::from_der(der).map(|key| Self::Rsa(Box::new(key))).map_err(|_| unfit())
    }

    fn from_sec1(der: &[u8]) -> Result<Self, Failure> {
        EcdsaKeyPair::from_private_key_der(&proof::ECDSA_P256_SHA256_ASN1_SIGNING, der)
            .map(|key| Self::P256(Box::new(key)))
            .map_err(|_| unfit())
    }

    /// The public half as a certificate has it.
    fn public(&self) -> &[u8] {
        match self {
            Self::Rsa(key) => key.public_key().as_ref(),
            Self::P256(key) => key.public_key().as_ref(),
        }
    }
}

fn unfit() -> Failure {
    refused(
        "khóa không thuộc loại dùng để ký: RSA từ 2048 đến 8192 bit hoặc P-256",
        "the key is of no kind to sign with: RSA of 2048 to 8192 bits, or P-256",
    )
}

fn unreadable(kind: &str) -> Failure {
    refused(&format!("không đọc được tệp khóa `{kind}`"), &format!("the key file cannot be read as `{kind}`"))
}

fn number_of_keys(count: usize) -> Failure {
    refused(
        &format!("tệp có `{count}` khóa; cần đúng một"),
        &format!("the file has `{count}` keys; exactly one is wanted"),
    )
}

fn refused(vi: &str, en: &str) -> Failure {
    Failure::new(Code::BadConfiguration, vec![Diagnostic::error(Code::BadConfiguration.info().name, vi, en)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{Folder, PASSWORD, certificate, file, text};
    use super::*;

    fn told(failure: &Failure) -> &str {
        &failure.diagnostics[0].message.en
    }

    #[test]
    fn pkcs12_of_both_ages_is_read() {
        for (name, who, algorithms) in [
            ("signer.p12", "signer", &[Algorithm::RsaPkcs1Sha256, Algorithm::RsaPssSha256][..]),
            ("signer-legacy.p12", "signer", &[Algorithm::RsaPkcs1Sha256, Algorithm::RsaPssSha256]),
            ("seal.p12", "seal", &[Algorithm::EcdsaP256Sha256]),
        ] {
            let key = LocalKey::from_pkcs12(file(name), PASSWORD).expect(name);
            assert_eq!(key.chain().all(), [who, "intermediate", "root"].map(certificate), "{name}");
            assert_eq!(key.algorithms(), algorithms);
            for algorithm in algorithms {
                let signature = key.sign(*algorithm, b"a message").expect("a signature");
                assert!(certificate(who).proves(Some(algorithm.scheme()), b"a message", &signature));
            }
            assert_eq!(format!("{key:?}"), format!("LocalKey(Certificate({}))", certificate(who).serial()));
            let failure = LocalKey::from_pkcs12(file(name), "sai").expect_err("wrong password");
            assert_eq!(told(&failure), "the password of the PKCS#12 file is wrong");
            assert_eq!(failure.code, Code::BadConfiguration);
        }
        assert_eq!(
            told(&LocalKey::from_pkcs12(b"x", PASSWORD).expect_err("no PKCS#12")),
            "the key file cannot be read as `PKCS#12`"
        );
    }

    #[test]
    fn pem_is_read_in_every_form_of_key() {
        let folder = Folder::new(&[]);
        for (arguments, certificate) in [
            ("pkey -in signer.key -out x.pem", "signer"),
            ("rsa -in signer.key -traditional -out x.pem", "signer"),
            ("pkey -in seal.key -out x.pem", "seal"),
            ("ec -in seal.key -out x.pem", "seal"),
        ] {
            let (done, said) = folder.openssl(arguments);
            assert!(done, "{said}");
            let secret = String::from_utf8(folder.read("x.pem")).expect("PEM");
            let pem = [text("chain.pem"), text("stranger.pem"), text(&format!("{certificate}.pem")), &secret].concat();
            let key = LocalKey::from_pem(&pem).expect(arguments);
            assert_eq!(key.chain().all().len(), 3, "the stranger is left out");
            key.sign(key.algorithms()[0], b"a message").expect("a signature");
        }
    }

    #[test]
    fn what_is_missing_from_a_key_file_is_told() {
        let told = |pem: &[&str]| told(&LocalKey::from_pem(&pem.concat()).expect_err("refused")).to_owned();
        assert_eq!(told(&[text("signer.pem")]), "the file has `0` keys; exactly one is wanted");
        assert_eq!(
            told(&[text("signer.key"), text("seal.key"), text("signer.pem")]),
            "the file has `2` keys; exactly one is wanted"
        );
        assert_eq!(told(&[text("signer.key"), text("seal.pem")]), "the file has no certificate of its key");
        assert_eq!(
            told(&[text("p384.key"), text("p384.pem")]),
            "the key is of no kind to sign with: RSA of 2048 to 8192 bits, or P-256"
        );
        let folder = Folder::new(&[]);
        let (done, said) = folder.openssl("pkey -in signer.key -aes256 -passout pass:x -out x.pem");
        assert!(done, "{said}");
        let encrypted = String::from_utf8(folder.read("x.pem")).expect("PEM");
        assert_eq!(told(&[&encrypted, text("signer.pem")]), "the key in the PEM file is encrypted; use a PKCS#12 file");
    }

    #[test]
    fn a_key_signs_only_by_its_own_algorithms() {
        let key = LocalKey::from_pkcs12(file("seal.p12"), PASSWORD).expect("a key");
        let failure = key.sign(Algorithm::RsaPssSha256, b"a message").expect_err("refused");
        assert_eq!(failure.code, Code::CertificateUnfit);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn changed_key_files_are_refused_or_the_same(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let mut changed = file("seal.p12").to_vec();
            let at = at.index(changed.len());
            changed[at] ^= 1_u8 << bit;
            if let Ok(key) = LocalKey::from_pkcs12(&changed, PASSWORD) {
                prop_assert_eq!(key.chain().signer(), &certificate("seal"));
            }
        }
    }
}
