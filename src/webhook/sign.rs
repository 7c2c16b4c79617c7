//! Signatures of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::diagnostic::{Code, Diagnostic, Failure};

/// What every secret starts with.
const PREFIX: &str = "whsec_";

/// What every signature starts with.
const VERSION: &str = "v1,";

/// Bytes a secret may have.
const LENGTH: std::ops::RangeInclusive<usize> = 24..=64;

/// What both sides know: `whsec_` and 24 to 64 bytes in base64. Never shown.
///
/// Kept as one block of the hash: HMAC fills a shorter key up with zeros (RFC 2104).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 64]);

impl Secret {
    /// Reads a secret as it is handed out.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let bytes = text.trim().strip_prefix(PREFIX).and_then(|rest| STANDARD.decode(rest).ok());
        match bytes {
            Some(bytes) if LENGTH.contains(&bytes.len()) => {
                let mut block = [0; 64];
                block[..bytes.len()].copy_from_slice(&bytes);
                Ok(Self(block))
            }
            _ => {
                let fault = Diagnostic::error(
                    "webhook_secret",
                    "khóa ký webhook không đúng dạng",
                    "the webhook's secret is malformed",
                );
                Err(Failure::new(
                    Code::InvalidData,
                    vec![fault.hint(
                        "dùng `whsec_` rồi 24 đến 64 byte ngẫu nhiên dạng base64, như `echo whsec_$(openssl rand -base64 32)`",
                        "use `whsec_` and 24 to 64 random bytes in base64, as by `echo whsec_$(openssl rand -base64 32)`",
                    )],
                ))
            }
        }
    }

    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.0.into());
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        mac
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The header `webhook-signature`: one signature for each secret, with spaces between, so that a secret can be changed
/// while both are known. `id` holds no full stop; `timestamp` is in seconds since 1970.
pub fn sign(secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let one = |secret: &Secret| {
        let signature = secret.mac(id, timestamp, body).finalize().into_bytes();
        format!("{VERSION}{}", STANDARD.encode(signature))
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Whether one of the signatures in the header is this secret's, compared in constant time. Who receives also checks that
/// `timestamp` is within a few minutes of the clock, and that the id is new.
pub fn verify(secret: &Secret, id: &str, timestamp: i64, body: &[u8], header: &str) -> bool {
    header
        .split(' ')
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix(VERSION)?).ok())
        .any(|signature| secret.mac(id, timestamp, body).verify_slice(&signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the reference implementations.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn secret(text: &str) -> Secret {
        Secret::parse(text).unwrap_or_else(|failure| panic!("{failure}"))
    }

    #[test]
    fn the_reference_vector_is_signed_and_verified() {
        let secret = secret(SECRET);
        assert_eq!(sign(std::slice::from_ref(&secret), ID, TIMESTAMP, BODY), SIGNATURE);
        assert!(verify(&secret, ID, TIMESTAMP, BODY, SIGNATURE));
    }

    #[test]
    fn any_change_breaks_the_signature() {
        let secret = secret(SECRET);
        assert!(!verify(&secret, "msg_other", TIMESTAMP, BODY, SIGNATURE));
        assert!(!verify(&secret, ID, TIMESTAMP + 1, BODY, SIGNATURE));
        assert!(!verify(&secret, ID, TIMESTAMP, b"{}", SIGNATURE));
        assert!(!verify(&secret, ID, TIMESTAMP, BODY, SIGNATURE.trim_start_matches("v1,")));
        assert!(!verify(&secret, ID, TIMESTAMP, BODY, &SIGNATURE.replace("v1,", "v1a,")));
        assert!(!verify(&secret, ID, TIMESTAMP, BODY, "v1,"));
        assert!(!verify(&secret, ID, TIMESTAMP, BODY, ""));
    }

    #[test]
    fn two_secrets_sign_while_one_replaces_the_other() {
        let (old, new) = (secret(SECRET), secret(&format!("whsec_{}", STANDARD.encode([7; 64]))));
        let header = sign(&[new.clone(), old.clone()], ID, TIMESTAMP, BODY);
        assert_eq!(header.split(' ').count(), 2);
        assert!(header.ends_with(SIGNATURE));
        assert!(verify(&old, ID, TIMESTAMP, BODY, &header) && verify(&new, ID, TIMESTAMP, BODY, &header));
    }

    #[test]
    fn weak_and_malformed_secrets_are_refused_and_never_shown() {
        for length in [0, 23, 65] {
            assert!(Secret::parse(&format!("whsec_{}", STANDARD.encode(vec![7; length]))).is_err(), "{length}");
        }
        for text in
            ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_không phải base64", "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""]
        {
            let failure = Secret::parse(text).expect_err("malformed");
            assert!(text.is_empty() || !format!("{failure:?}").contains(text), "{failure:?}");
        }
        assert_eq!(format!("{:?}", secret(SECRET)), "Secret(…)");
    }
}
