//! What a code says, as bytes: version 1.
//!
//! | offset | bytes | |
//! |---|---|---|
//! | 0 | 1 | version: 1 |
//! | 1 | 8 | id of the key: the first 8 bytes of the SHA-256 of the Ed25519 public key |
//! | 9 | 4 | date of the document, big-endian, as the number `YYYYMMDD` |
//! | 13 | 32 | SHA-256 of the canonical data |
//! | 45 | | five texts, each a length in bytes (1 byte) and UTF-8 in NFC: kind, number, symbol, issuer, recipient |
//! | end − 64 | 64 | Ed25519 (RFC 8032) over the 12 bytes `vinhdanh-qr\0` and everything before |
//!
//! In the code these bytes are decimal digits (see `numerals`), alone or as the fragment of the address of the public page:
//! a fragment is never sent to a server. Only the one spelling of a payload is taken.

use std::fmt;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::keys::{KeyId, SecretKey};
use super::numerals;
use crate::domain::date::Date;
use crate::domain::unicode;

/// Longest text of a code that is read, address included, bytes.
pub const MAX_TEXT: usize = 2048;

/// Longest payload that is written or read, bytes: what a code of version 15 holds.
const MAX_BYTES: usize = 480;

/// The only version there is.
const VERSION: u8 = 1;

/// Before what is signed, so that no signature of this key over anything else can be taken for one of a page.
const CONTEXT: &[u8] = b"vinhdanh-qr\0";

/// Bytes before the texts.
const FIXED: usize = 45;

/// Bytes of an Ed25519 signature.
const SIGNATURE: usize = 64;

/// What stands on the page, in its own spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Kind of document: `Giấy khen`.
    pub kind: String,
    /// Number: `05`.
    pub number: String,
    /// Symbol: `QĐ-UBND`.
    pub symbol: String,
    /// Date of the document.
    pub date: Date,
    /// Issuing body.
    pub issuer: String,
    /// Recipient; empty where the document has no one recipient.
    pub recipient: String,
}

/// Why a payload cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// A text that must be there is not.
    Empty(Field),
    /// A text is longer than 255 bytes.
    TooLong(Field),
    /// A text is not NFC, or holds what cannot be printed.
    Unsound(Field),
    /// All texts together are so many bytes longer than a code holds.
    Whole(usize),
}

/// The texts of a payload, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// [`Printed::kind`].
    Kind,
    /// [`Printed::number`].
    Number,
    /// [`Printed::symbol`].
    Symbol,
    /// [`Printed::issuer`].
    Issuer,
    /// [`Printed::recipient`].
    Recipient,
}

/// What a code says before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// What stands on the page.
    pub printed: Printed,
    /// SHA-256 of the canonical data.
    pub data: [u8; 32],
}

/// A payload with its signature, which nobody has checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// What it says.
    pub payload: Payload,
    /// Whose key it names.
    pub key: KeyId,
    bytes: Vec<u8>,
}

impl Printed {
    fn texts(&self) -> [(Field, &str); 5] {
        [
            (Field::Kind, &self.kind),
            (Field::Number, &self.number),
            (Field::Symbol, &self.symbol),
            (Field::Issuer, &self.issuer),
            (Field::Recipient, &self.recipient),
        ]
    }

    /// For a reply: the texts, the date as `YYYY-MM-DD`; no recipient where there is none.
    pub fn to_json(&self) -> Value {
        let Date { year, month, day } = self.date;
        let mut value = json!({
            "kind": self.kind, "number": self.number, "symbol": self.symbol,
            "date": format!("{year:04}-{month:02}-{day:02}"), "issuer": self.issuer,
        });
        if let (Some(map), false) = (value.as_object_mut(), self.recipient.is_empty()) {
            map.insert("recipient".to_owned(), Value::from(self.recipient.clone()));
        }
        value
    }
}

impl Payload {
    /// Writes and signs.
    pub fn sign(self, key: &SecretKey) -> Result<Signed, Unfit> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&key.id().0);
        bytes.extend_from_slice(&date_number(self.printed.date).to_be_bytes());
        bytes.extend_from_slice(&self.data);
        for (which, text) in self.printed.texts() {
            if text.is_empty() && which != Field::Recipient {
                return Err(Unfit::Empty(which));
            }
            if !is_sound(text) {
                return Err(Unfit::Unsound(which));
            }
            bytes.push(u8::try_from(text.len()).map_err(|_| Unfit::TooLong(which))?);
            bytes.extend_from_slice(text.as_bytes());
        }
        let beyond = (bytes.len() + SIGNATURE).saturating_sub(MAX_BYTES);
        if beyond > 0 {
            return Err(Unfit::Whole(beyond));
        }
        let signature = key.sign(&[CONTEXT, &bytes].concat());
        bytes.extend_from_slice(&signature);
        Ok(Signed { payload: self, key: key.id(), bytes })
    }
}

impl Signed {
    /// Reads the text of a code: digits, alone or after the last `#`. None for anything [`Payload::sign`] would not write.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > MAX_TEXT {
            return None;
        }
        let digits = text.rsplit_once('#').map_or(text, |(_, digits)| digits);
        Self::parse(numerals::read(digits)?)
    }

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        if bytes.len() > MAX_BYTES || *bytes.first()? != VERSION {
            return None;
        }
        let said = bytes.get(..bytes.len().checked_sub(SIGNATURE)?)?;
        let key = KeyId(said.get(1..9)?.try_into().ok()?);
        let date = date_of(u32::from_be_bytes(said.get(9..13)?.try_into().ok()?))?;
        let data = said.get(13..FIXED)?.try_into().ok()?;
        let mut rest = said.get(FIXED..)?;
        let mut text = |may_be_empty: bool| {
            let (length, after) = rest.split_first()?;
            let (text, after) = after.split_at_checked(usize::from(*length))?;
            let text = std::str::from_utf8(text).ok()?;
            rest = after;
            (is_sound(text) && (may_be_empty || !text.is_empty())).then(|| text.to_owned())
        };
        let (kind, number, symbol) = (text(false)?, text(false)?, text(false)?);
        let (issuer, recipient) = (text(false)?, text(true)?);
        if !rest.is_empty() {
            return None;
        }
        let printed = Printed { kind, number, symbol, date, issuer, recipient };
        Some(Self { payload: Payload { printed, data }, key, bytes })
    }

    /// The digits of the code.
    pub fn digits(&self) -> String {
        numerals::write(&self.bytes)
    }

    /// Length of the payload, bytes.
    pub fn length(&self) -> usize {
        self.bytes.len()
    }

    /// SHA-256 of the payload: names this one code in a list of revocations without saying whose it is.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// The message and its signature.
    pub(super) fn parts(&self) -> (Vec<u8>, &[u8]) {
        let (said, signature) = self.bytes.split_at(self.bytes.len().saturating_sub(SIGNATURE));
        ([CONTEXT, said].concat(), signature)
    }
}

/// Names a person: says nothing of its content.
impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({} bytes)", self.bytes.len())
    }
}

fn date_number(date: Date) -> u32 {
    u32::try_from(date.year).unwrap_or_default() * 10_000 + u32::from(date.month) * 100 + u32::from(date.day)
}

fn date_of(number: u32) -> Option<Date> {
    Date::parse(&format!("{:04}-{:02}-{:02}", number / 10_000, number / 100 % 100, number % 100)).ok()
}

/// NFC, single spaces, nothing invisible: exactly what the service prints.
fn is_sound(text: &str) -> bool {
    unicode::refuse(text).is_none() && unicode::repair(text).changes.is_empty()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::keys::tests::key;
    use super::*;

    pub fn sample() -> Payload {
        Payload {
            printed: Printed {
                kind: "Giấy khen".into(),
                number: "925".into(),
                symbol: "QĐ-UBND".into(),
                date: Date { year: 2021, month: 9, day: 29 },
                issuer: "Ủy ban nhân dân huyện Phù Yên".into(),
                recipient: "Lò Thị Minh Hạnh".into(),
            },
            data: [7; 32],
        }
    }

    #[test]
    fn a_payload_survives_alone_and_behind_an_address() {
        let signed = sample().sign(&key(1)).expect("fits");
        assert_eq!(signed.length(), 45 + 5 + 11 + 3 + 8 + 37 + 21 + 64);
        for text in [
            signed.digits(),
            format!("https://vinhdanh.example/k#{}", signed.digits()),
            format!(" {}\n", signed.digits()),
        ] {
            let read = Signed::read(&text).expect("one of ours");
            assert_eq!(read.payload, sample());
            assert_eq!(read.key, key(1).id());
            assert!(read == signed);
        }
    }

    #[test]
    fn the_same_payload_and_key_give_the_same_code() {
        assert_eq!(sample().sign(&key(1)).expect("fits").digits(), sample().sign(&key(1)).expect("fits").digits());
    }

    #[test]
    fn texts_that_cannot_stand_in_a_code_are_named() {
        let with = |change: fn(&mut Printed)| {
            let mut payload = sample();
            change(&mut payload.printed);
            payload.sign(&key(1)).expect_err("unfit")
        };
        assert_eq!(with(|it| it.number.clear()), Unfit::Empty(Field::Number));
        assert_eq!(with(|it| it.recipient = "H".repeat(256)), Unfit::TooLong(Field::Recipient));
        assert_eq!(with(|it| it.recipient = "Ha\u{323}nh".into()), Unfit::Unsound(Field::Recipient));
        assert_eq!(with(|it| it.issuer = "a\u{202e}b".into()), Unfit::Unsound(Field::Issuer));
        let long = with(|it| {
            it.recipient = "H".repeat(255);
            it.issuer = "U".repeat(120);
        });
        assert!(matches!(long, Unfit::Whole(1..)), "{long:?}");
    }

    #[test]
    fn no_cut_and_no_addition_is_read() {
        let digits = sample().sign(&key(1)).expect("fits").digits();
        for end in 0..digits.len() {
            // A cut inside the signature can only be told by what is no longer where it must be.
            assert!(Signed::read(&digits[..end]).is_none(), "{end}");
        }
        assert!(Signed::read(&format!("{digits}000")).is_none());
        assert!(Signed::read(&format!("x{digits}")).is_none());
        assert!(Signed::read(&"9".repeat(MAX_TEXT + 1)).is_none());
    }

    proptest! {
        #[test]
        fn whatever_bytes_come_are_read_as_themselves_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut bytes = bytes;
            if let Some(first) = bytes.first_mut() {
                *first = VERSION;
            }
            let text = numerals::write(&bytes);
            if let Some(read) = Signed::read(&text) {
                prop_assert_eq!(read.digits(), text);
            }
        }

        #[test]
        fn a_changed_byte_never_panics(at in 0usize..190, value in any::<u8>()) {
            let mut bytes = sample().sign(&key(1)).expect("fits").bytes;
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            let read = Signed::parse(bytes.clone());
            prop_assert!(read.is_none_or(|read| read.bytes == bytes));
        }
    }
}
