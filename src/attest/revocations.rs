//! The list of what is no longer true: whole documents, or single codes, with reason and day; signed, numbered, and with a
//! time after which it is stale.
//!
//! No name stands in it: one certificate of a decision is named by the SHA-256 of its code's payload.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::keys::{KeyId, PublicKey, PublicKeys, SecretKey, day_text};
use super::payload::Signed;
use super::{from_hexadecimal, hexadecimal};
use crate::diagnostic::{Code, Failure};
use crate::domain::date::Date;

/// What the signed text says it is.
const FORM: &str = "vinhdanh-revocations-1";

/// Before what is signed.
const CONTEXT: &[u8] = b"vinhdanh-revocations\0";

/// Most entries of a list.
const MAX_ENTRIES: usize = 100_000;

/// A document as its page names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Issuing body.
    pub issuer: String,
    /// Number.
    pub number: String,
    /// Symbol.
    pub symbol: String,
    /// Date.
    pub date: Date,
}

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Every page of that document, and every certificate that names it.
    Document(Document),
    /// One code, by the SHA-256 of its payload ([`Signed::fingerprint`]).
    Code([u8; 32]),
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is revoked.
    pub target: Target,
    /// Why, in words for everybody.
    pub reason: String,
    /// Since when.
    pub on: Date,
}

/// A list, as it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Who runs the service.
    pub issuer: String,
    /// One more with each list.
    pub sequence: u64,
    /// When it was signed, seconds since 1970 UTC.
    pub issued: i64,
    /// When there will be a newer one, seconds since 1970 UTC.
    pub next_update: i64,
    /// Entries, in the order they were added.
    pub revoked: Vec<Entry>,
}

/// A list with its signature, which nobody has checked yet: `GET /.well-known/vinhdanh/revocations.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedList {
    /// JSON of the list, letter by letter as it was signed.
    signed: String,
    key: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListText {
    form: String,
    issuer: String,
    sequence: u64,
    issued: String,
    next_update: String,
    revoked: Vec<EntryText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<DocumentText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    reason: String,
    on: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentText {
    issuer: String,
    number: String,
    symbol: String,
    date: String,
}

impl List {
    /// No entries, never signed.
    pub fn new(issuer: String) -> Self {
        Self { issuer, sequence: 0, issued: 0, next_update: 0, revoked: Vec::new() }
    }

    /// Signs it as the next list, issued at `now` and good until `next_update` (seconds since 1970 UTC).
    pub fn sign(mut self, key: &SecretKey, now: i64, next_update: i64) -> Result<SignedList, Failure> {
        if next_update <= now {
            return Err(unusable(&"the next update is not after this one"));
        }
        self.sequence += 1;
        (self.issued, self.next_update) = (now, next_update);
        let text = ListText {
            form: FORM.to_owned(),
            issuer: self.issuer,
            sequence: self.sequence,
            issued: moment_text(self.issued)?,
            next_update: moment_text(self.next_update)?,
            revoked: self.revoked.into_iter().map(EntryText::of).collect(),
        };
        let signed = serde_json::to_string(&text).map_err(Failure::internal)?;
        let signature = STANDARD.encode(key.sign(&message(&signed)));
        Ok(SignedList { signed, key: key.id().to_string(), signature })
    }

    /// The entry that names this code, or its document.
    pub fn find(&self, signed: &Signed) -> Option<&Entry> {
        let (printed, own) = (&signed.payload.printed, signed.fingerprint());
        self.revoked.iter().find(|entry| match &entry.target {
            Target::Code(fingerprint) => *fingerprint == own,
            Target::Document(Document { issuer, number, symbol, date }) => {
                (issuer, number, symbol, date) == (&printed.issuer, &printed.number, &printed.symbol, &printed.date)
            }
        })
    }
}

impl SignedList {
    /// Reads the published file; its signature is checked by [`SignedList::open`].
    pub fn read(bytes: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(bytes).map_err(|error| unusable(&error))
    }

    /// Writes it.
    pub fn to_json(&self) -> Result<String, Failure> {
        serde_json::to_string_pretty(self).map_err(Failure::internal)
    }

    /// The list, if one of these keys signed it and has not been revoked.
    pub fn open(&self, keys: &PublicKeys) -> Result<List, Failure> {
        if self.key(keys)?.revoked.is_some() {
            return Err(unusable(&"signed with a key that was revoked"));
        }
        self.open_to_renew(keys)
    }

    /// The list for its own issuer, who signs it anew: also with a key that was revoked since, or its entries and its
    /// number would be lost with the key.
    pub fn open_to_renew(&self, keys: &PublicKeys) -> Result<List, Failure> {
        let key = self.key(keys)?;
        let signature = STANDARD.decode(&self.signature).unwrap_or_default();
        if !key.verifies(&message(&self.signed), &signature) {
            return Err(unusable(&"the signature is wrong"));
        }
        let text: ListText = serde_json::from_str(&self.signed).map_err(|error| unusable(&error))?;
        if text.form != FORM {
            return Err(unusable(&format_args!("`form` is not `{FORM}`")));
        }
        if text.revoked.len() > MAX_ENTRIES {
            return Err(unusable(&format_args!("more than {MAX_ENTRIES} entries")));
        }
        Ok(List {
            issuer: text.issuer,
            sequence: text.sequence,
            issued: moment(&text.issued)?,
            next_update: moment(&text.next_update)?,
            revoked: text.revoked.into_iter().map(EntryText::read).collect::<Result<_, _>>()?,
        })
    }

    fn key<'a>(&self, keys: &'a PublicKeys) -> Result<&'a PublicKey, Failure> {
        let key = from_hexadecimal(&self.key).and_then(|id| keys.find(KeyId(id)));
        key.ok_or_else(|| unusable(&"signed with a key that is not among the published ones"))
    }
}

impl EntryText {
    fn of(entry: Entry) -> Self {
        let (document, code) = match entry.target {
            Target::Code(fingerprint) => (None, Some(hexadecimal(&fingerprint))),
            Target::Document(Document { issuer, number, symbol, date }) => {
                (Some(DocumentText { issuer, number, symbol, date: day_text(date) }), None)
            }
        };
        Self { document, code, reason: entry.reason, on: day_text(entry.on) }
    }

    fn read(self) -> Result<Entry, Failure> {
        let day = |text: &str| Date::parse(text).map_err(|_| unusable(&"a day is not `YYYY-MM-DD`"));
        let target = match (self.document, self.code) {
            (Some(DocumentText { issuer, number, symbol, date }), None) => {
                Target::Document(Document { issuer, number, symbol, date: day(&date)? })
            }
            (None, Some(code)) => {
                Target::Code(from_hexadecimal(&code).ok_or_else(|| unusable(&"`code` is not a SHA-256"))?)
            }
            _ => return Err(unusable(&"an entry has either `document` or `code`")),
        };
        Ok(Entry { target, reason: self.reason, on: day(&self.on)? })
    }
}

fn message(signed: &str) -> Vec<u8> {
    [CONTEXT, signed.as_bytes()].concat()
}

/// RFC 3339 in UTC, to the second.
fn moment_text(seconds: i64) -> Result<String, Failure> {
    let moment = DateTime::<Utc>::from_timestamp(seconds, 0).ok_or_else(|| unusable(&"a time out of range"))?;
    Ok(moment.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn moment(text: &str) -> Result<i64, Failure> {
    DateTime::parse_from_rfc3339(text).map(|moment| moment.timestamp()).map_err(|_| unusable(&"a time is not RFC 3339"))
}

fn unusable(what: &dyn fmt::Display) -> Failure {
    Failure::one(
        Code::BadConfiguration,
        format!("danh sách thu hồi không dùng được: {what}"),
        format!("the list of revocations cannot be used: {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::keys::tests::{day, key, keys};
    use super::*;

    #[test]
    fn a_list_survives_its_signature_and_counts() {
        let (one, all) = (key(1), keys(&[1]).public());
        let first = List::new("UBND huyện Phù Yên".into()).sign(&one, 1_000, 2_000).expect("a list");
        let mut list = first.open(&all).expect("ours");
        assert_eq!((list.sequence, list.issued, list.next_update), (1, 1_000, 2_000));
        list.revoked.push(Entry { target: Target::Code([5; 32]), reason: "in sai tên".into(), on: day("2026-11-20") });
        let document =
            Document { issuer: "A".into(), number: "05".into(), symbol: "QĐ-UBND".into(), date: day("2021-01-02") };
        list.revoked.push(Entry { target: Target::Document(document), reason: "hủy".into(), on: day("2026-11-21") });
        let second = list.clone().sign(&one, 3_000, 4_000).expect("a list");
        let file = second.to_json().expect("JSON");
        let again = SignedList::read(file.as_bytes()).expect("a file").open(&all).expect("ours");
        assert_eq!((again.sequence, &again.revoked), (2, &list.revoked));
    }

    #[test]
    fn a_list_another_key_signed_or_somebody_changed_is_refused() {
        let all = keys(&[1]).public();
        let list = || List::new("A".into());
        let told = |list: SignedList, keys: &PublicKeys| {
            list.open(keys).expect_err("refused").diagnostics[0].message.en.clone()
        };
        assert!(told(list().sign(&key(2), 1, 2).expect("a list"), &all).contains("not among"));
        let mut changed = list().sign(&key(1), 1, 2).expect("a list");
        changed.signed = changed.signed.replace("\"sequence\":1", "\"sequence\":2");
        assert!(told(changed, &all).contains("signature is wrong"));
        let mut revoked = keys(&[1]);
        revoked.revoke(&key(1).id().to_string(), day("2026-01-01"));
        let old = list().sign(&key(1), 1, 2).expect("a list");
        assert!(told(old.clone(), &revoked.public()).contains("was revoked"));
        // Its issuer goes on from it with another key; nobody else does.
        assert_eq!(old.open_to_renew(&revoked.public()).expect("ours").sequence, 1);
        assert!(list().sign(&key(2), 1, 2).expect("a list").open_to_renew(&revoked.public()).is_err());
        assert!(list().sign(&key(1), 5, 5).is_err());
    }
}
