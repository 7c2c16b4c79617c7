//! The test keys and certificates of `tests/pki`, and moments to use them at.

use super::{Certificate, Chain, Moment};

macro_rules! files {
    ($($name:literal)*) => {
        /// Every file of `tests/pki` that is DER or PEM of something.
        pub(super) const FILES: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("../../tests/pki/", $name)))),*];
    };
}

files! {
    "chain.pem" "expired.key" "expired.pem" "intermediate.crl" "intermediate.key" "intermediate.pem" "ocsp-revoked.der"
    "ocsp-signer.der" "p384.key" "p384.pem" "responder.key" "responder.pem" "revoked.key" "revoked.pem" "root.crl"
    "root.key" "root.pem" "seal.key" "seal.p12" "seal.pem" "signer-legacy.p12" "signer.key" "signer.p12" "signer.pem"
    "stamp.tsr" "stranger.key" "stranger.pem" "tsa.key" "tsa.pem"
}

/// The password of the PKCS#12 files.
pub(super) const PASSWORD: &str = "mat-khau-thu";

pub(super) fn file(name: &str) -> &'static [u8] {
    FILES.iter().find(|(one, _)| *one == name).map(|(_, bytes)| *bytes).expect("a file of tests/pki")
}

pub(super) fn text(name: &str) -> &'static str {
    std::str::from_utf8(file(name)).expect("PEM is text")
}

pub(super) fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(text(&format!("{name}.pem"))).expect("a certificate").remove(0)
}

/// `name` below the authorities of the tests.
pub(super) fn chain(name: &str) -> Chain {
    Chain::order(vec![certificate("root"), certificate(name), certificate("intermediate")]).expect("a chain")
}

pub(super) fn moment(text: &str) -> Moment {
    Moment::parse_from_rfc3339(text).expect("a moment")
}
