//! The test keys and certificates of `tests/pki`, and moments to use them at.

use super::{Algorithm, Certificate, Chain, LocalKey, Moment, signed_attributes, signed_data};

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

/// The key of `name`, with its chain.
pub(super) fn key(name: &str) -> LocalKey {
    LocalKey::from_pem(&[text(&format!("{name}.key")), text(&format!("{name}.pem")), text("chain.pem")].concat())
        .expect("a key")
}

/// A CMS over `digest` by the key of `name`.
pub(super) fn signed(name: &str, algorithm: Algorithm, digest: &[u8; 32]) -> Vec<u8> {
    let key = key(name);
    let attributes = signed_attributes(digest, key.chain().signer());
    let signature = key.sign(algorithm, &attributes.0).expect("a signature");
    signed_data(&attributes, key.chain(), algorithm, &signature, None).expect("a CMS")
}

/// Runs openssl in a folder of its own that holds `tests/pki` and `files`; what it writes, and whether it was content.
pub(super) fn openssl(files: &[(&str, &[u8])], arguments: &str) -> (Folder, bool, String) {
    let folder = Folder::new(files);
    let (done, told) = folder.openssl(arguments);
    (folder, done, told)
}

/// A temporary folder with `tests/pki` in it.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in FILES.iter().chain(files) {
            std::fs::write(folder.path().join(name), bytes).expect("written");
        }
        Self(folder)
    }

    pub(super) fn openssl(&self, arguments: &str) -> (bool, String) {
        let output = std::process::Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("openssl is there");
        let told = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&told).into_owned())
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).expect("written");
    }

    pub(super) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(name)).expect("a file openssl wrote")
    }
}
