//! The code on the page: a compact payload signed with the service's own Ed25519 key, readable offline.
//!
//! Pure: no network, no clock, no file. A code says what is printed (kind, number, symbol, date, issuer, recipient), the
//! SHA-256 of the data the page was made from, and who vouches for it; [`judge`] says whether that holds. The format for
//! other implementers is in `docs/ma_qr.md`.

mod canonical;
mod code;
mod keys;
mod numerals;
mod payload;
mod picture;
mod revocations;
mod verdict;

pub use canonical::{canonical_json, data_hash};
pub use code::{Drawing, TooLarge, draw};
pub use keys::{KeyId, PublicKey, PublicKeys, SecretKey, SecretKeys};
pub use payload::{Field, MAX_TEXT, Payload, Printed, Signed, Unfit};
pub use picture::read_png;
pub use revocations::{Document, Entry, List, SignedList, Target};
pub use verdict::{Judged, Listed, Note, Verdict, judge};

/// Bytes as lower-case hexadecimal.
fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of exactly `N` pairs of lower-case hexadecimal digits.
fn from_hexadecimal<const N: usize>(text: &str) -> Option<[u8; N]> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}
