//! The keys of `tests/pki` in a provider's hands: they sign hashes, not messages.

use std::fs;
use std::path::PathBuf;

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use vinhdanh::pades::{Algorithm, Certificate, Chain, SignedAttributes, signed_attributes, signed_data};
use vinhdanh::provider::{Item, Order, User};

/// A file of `tests/pki`.
pub fn pki(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pki").join(name)
}

pub fn read(name: &str) -> Vec<u8> {
    fs::read(pki(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// DER of the first block of a PEM file.
pub fn der(name: &str) -> Vec<u8> {
    let text = String::from_utf8(read(name)).expect("PEM");
    let lines = text.lines().skip_while(|line| !line.starts_with("-----BEGIN")).skip(1);
    let body: String = lines.take_while(|line| !line.starts_with("-----END")).collect();
    STANDARD.decode(body).expect("base64")
}

/// A certificate as services send it.
pub fn certificate(name: &str) -> String {
    STANDARD.encode(der(&format!("{name}.pem")))
}

/// A certificate, the intermediate and the root, as services send them.
pub fn chain(name: &str) -> Vec<String> {
    [name, "intermediate", "root"].into_iter().map(certificate).collect()
}

/// The chain in our own hands.
pub fn own_chain(name: &str) -> Chain {
    let all =
        [name, "intermediate", "root"].into_iter().map(|name| Certificate::from_der(&der(&format!("{name}.pem"))));
    Chain::order(all.collect::<Result<_, _>>().expect("certificates")).expect("a chain")
}

fn digest(hash: &[u8]) -> Digest {
    Digest::import_less_safe(hash, &SHA256).expect("32 bytes")
}

fn rsa(name: &str, padding: &'static dyn RsaEncoding, hash: &[u8]) -> Vec<u8> {
    let key = RsaKeyPair::from_pkcs8(&der(&format!("{name}.key"))).expect("a key");
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign_digest(padding, &digest(hash), &mut signature).expect("signed");
    signature
}

fn ecdsa(name: &str, form: &'static EcdsaSigningAlgorithm, hash: &[u8]) -> Vec<u8> {
    let key = EcdsaKeyPair::from_pkcs8(form, &der(&format!("{name}.key"))).expect("a key");
    key.sign_digest(&digest(hash)).expect("signed").as_ref().to_vec()
}

/// PKCS#1 v1.5.
pub fn sign(name: &str, hash: &[u8]) -> String {
    STANDARD.encode(rsa(name, &RSA_PKCS1_SHA256, hash))
}

/// RSASSA-PSS, salt of 32.
pub fn sign_pss(name: &str, hash: &[u8]) -> String {
    STANDARD.encode(rsa(name, &RSA_PSS_SHA256, hash))
}

/// ECDSA as DER.
pub fn sign_der(name: &str, hash: &[u8]) -> String {
    STANDARD.encode(ecdsa(name, &ECDSA_P256_SHA256_ASN1_SIGNING, hash))
}

/// ECDSA as r‖s.
pub fn sign_joined(name: &str, hash: &[u8]) -> String {
    STANDARD.encode(ecdsa(name, &ECDSA_P256_SHA256_FIXED_SIGNING, hash))
}

/// An order of `labels`, for a document each.
pub fn order(signer: &str, credential: &str, algorithm: Algorithm, labels: &[&str]) -> Order {
    let chain = own_chain(signer);
    let item = |label: &&str| {
        let attributes = signed_attributes(&Sha256::digest(label.as_bytes()).into(), chain.signer());
        Item { hash: attributes.hash(), attributes: attributes.0, label: (*label).to_owned() }
    };
    Order {
        user: User { id: "014000000001".to_owned() },
        credential: credential.to_owned(),
        algorithm,
        items: labels.iter().map(item).collect(),
        authorisation: Vec::new(),
    }
}

/// Whether a signature that came back serves for its item: what the caller does before it uses one.
pub fn serves(signer: &str, algorithm: Algorithm, item: &Item, signature: &[u8]) -> bool {
    let attributes = SignedAttributes(item.attributes.clone());
    signed_data(&attributes, &own_chain(signer), algorithm, signature, None).is_ok()
}
