//! Keys of the codes: the secret file of a service, and what it publishes of it.
//!
//! A document's code is signed with the key whose days hold the **document's date**, the newest of several: the clock
//! never decides a byte of a page. A page from before all keys carries no code.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{from_hexadecimal, hexadecimal};
use crate::diagnostic::{Code, Failure};
use crate::domain::date::Date;

/// Most keys a file may hold: a new one each year for a long time.
const MAX_KEYS: usize = 200;

/// What the published file says it is.
const FORM: &str = "vinhdanh-keys-1";

/// First 8 bytes of the SHA-256 of a public key; 16 hexadecimal digits in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    fn of(public_key: &[u8; 32]) -> Self {
        let mut id = [0; 8];
        id.iter_mut().zip(Sha256::digest(public_key)).for_each(|(to, from)| *to = from);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(&self.0))
    }
}

/// A published key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id.
    pub id: KeyId,
    /// RFC 8032 encoding.
    pub bytes: [u8; 32],
    /// First day of documents it may vouch for.
    pub from: Date,
    /// Last day of documents it may vouch for.
    pub to: Date,
    /// The day since which nothing it signed is to be believed.
    pub revoked: Option<Date>,
}

impl PublicKey {
    /// Whether it made `signature` over `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.bytes).verify(message, signature).is_ok()
    }

    /// Whether a document of that day is in its time.
    pub fn holds(&self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// What a service publishes: `GET /.well-known/vinhdanh/keys.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKeys {
    /// Who runs the service.
    pub issuer: String,
    /// The keys, the oldest first.
    pub keys: Vec<PublicKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicFile {
    form: String,
    issuer: String,
    keys: Vec<PublicEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicEntry {
    id: String,
    algorithm: String,
    public_key: String,
    not_before: String,
    not_after: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked: Option<String>,
}

impl PublicKeys {
    /// Reads the published file.
    pub fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let file: PublicFile = serde_json::from_slice(bytes).map_err(|error| unusable(&error))?;
        if file.form != FORM {
            return Err(unusable(&format_args!("`form` is not `{FORM}`")));
        }
        if file.keys.len() > MAX_KEYS {
            return Err(unusable(&format_args!("more than {MAX_KEYS} keys")));
        }
        let keys = file.keys.iter().map(PublicEntry::read).collect::<Result<_, _>>()?;
        Ok(Self { issuer: file.issuer, keys })
    }

    /// Writes it; the same keys, the same bytes.
    pub fn to_json(&self) -> Result<String, Failure> {
        let entry = |key: &PublicKey| PublicEntry {
            id: key.id.to_string(),
            algorithm: "Ed25519".to_owned(),
            public_key: STANDARD.encode(key.bytes),
            not_before: day_text(key.from),
            not_after: day_text(key.to),
            revoked: key.revoked.map(day_text),
        };
        let keys = self.keys.iter().map(entry).collect();
        let file = PublicFile { form: FORM.to_owned(), issuer: self.issuer.clone(), keys };
        serde_json::to_string_pretty(&file).map_err(Failure::internal)
    }

    /// The key of that id.
    pub fn find(&self, id: KeyId) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.id == id)
    }
}

impl PublicEntry {
    fn read(&self) -> Result<PublicKey, Failure> {
        if self.algorithm != "Ed25519" {
            return Err(unusable(&"`algorithm` is not `Ed25519`"));
        }
        let bytes = bytes_of(&self.public_key, "public_key")?;
        let id = KeyId::of(&bytes);
        if from_hexadecimal(&self.id) != Some(id.0) {
            return Err(unusable(&"`id` is not that of `public_key`"));
        }
        let (from, to, revoked) = days(&self.not_before, &self.not_after, self.revoked.as_deref())?;
        Ok(PublicKey { id, bytes, from, to, revoked })
    }
}

/// One key that signs.
pub struct SecretKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
    seed: [u8; 32],
}

impl SecretKey {
    /// The key of a seed (32 random bytes) for documents of the days `from` to `to`.
    pub fn new(seed: [u8; 32], from: Date, to: Date) -> Result<Self, Failure> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| unusable(&"the seed is refused"))?;
        let bytes = pair.public_key().as_ref().try_into().map_err(|_| unusable(&"not an Ed25519 key"))?;
        if to < from {
            return Err(unusable(&"`not_after` is before `not_before`"));
        }
        let public = PublicKey { id: KeyId::of(&bytes), bytes, from, to, revoked: None };
        Ok(Self { pair, public, seed })
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        self.public.id
    }

    /// Signs (RFC 8032; the same message, the same signature).
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public.id)
    }
}

/// The secret file of a service: every key it has had, and who it is.
#[derive(Debug)]
pub struct SecretKeys {
    /// Who runs the service.
    pub issuer: String,
    keys: Vec<SecretKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretFile {
    issuer: String,
    keys: Vec<SecretEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretEntry {
    id: String,
    seed: String,
    not_before: String,
    not_after: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked: Option<String>,
}

impl SecretKeys {
    /// No keys yet.
    pub fn new(issuer: String) -> Self {
        Self { issuer, keys: Vec::new() }
    }

    /// Reads the secret file. Its faults never show a seed.
    pub fn read(bytes: &[u8]) -> Result<Self, Failure> {
        // serde's message may quote a value: only its place is told.
        let file: SecretFile = serde_json::from_slice(bytes).map_err(|error| {
            unusable(&format_args!("not a key file (line {}, column {})", error.line(), error.column()))
        })?;
        let mut all = Self::new(file.issuer);
        for entry in file.keys {
            let (from, to, revoked) = days(&entry.not_before, &entry.not_after, entry.revoked.as_deref())?;
            let mut key = SecretKey::new(bytes_of(&entry.seed, "seed")?, from, to)?;
            if from_hexadecimal(&entry.id) != Some(key.id().0) {
                return Err(unusable(&"`id` is not that of `seed`"));
            }
            key.public.revoked = revoked;
            all.add(key)?;
        }
        Ok(all)
    }

    /// Writes it.
    pub fn to_json(&self) -> Result<String, Failure> {
        let entry = |key: &SecretKey| SecretEntry {
            id: key.id().to_string(),
            seed: STANDARD.encode(key.seed),
            not_before: day_text(key.public.from),
            not_after: day_text(key.public.to),
            revoked: key.public.revoked.map(day_text),
        };
        let file = SecretFile { issuer: self.issuer.clone(), keys: self.keys.iter().map(entry).collect() };
        serde_json::to_string_pretty(&file).map_err(Failure::internal)
    }

    /// Takes one more key.
    pub fn add(&mut self, key: SecretKey) -> Result<(), Failure> {
        if self.keys.len() >= MAX_KEYS {
            return Err(unusable(&format_args!("more than {MAX_KEYS} keys")));
        }
        if self.keys.iter().any(|known| known.id() == key.id()) {
            return Err(unusable(&"the same key twice"));
        }
        self.keys.push(key);
        Ok(())
    }

    /// Nothing this key signed is to be believed from that day on; false where there is no such key.
    pub fn revoke(&mut self, id: &str, on: Date) -> bool {
        let found = self.keys.iter_mut().find(|key| key.id().to_string() == id);
        found.map(|key| key.public.revoked = Some(on)).is_some()
    }

    /// What is published.
    pub fn public(&self) -> PublicKeys {
        let mut keys: Vec<PublicKey> = self.keys.iter().map(|key| key.public.clone()).collect();
        keys.sort_by_key(|key| (key.from, key.id.0));
        PublicKeys { issuer: self.issuer.clone(), keys }
    }

    /// The key that signs for a document of that day: the newest of those in their time and not revoked.
    pub fn on(&self, day: Date) -> Option<&SecretKey> {
        let fit = self.keys.iter().filter(|key| key.public.revoked.is_none() && key.public.holds(day));
        fit.max_by_key(|key| (key.public.from, key.id().0))
    }

    /// The newest key that is not revoked: signs the list of revocations.
    pub fn newest(&self) -> Option<&SecretKey> {
        let fit = self.keys.iter().filter(|key| key.public.revoked.is_none());
        fit.max_by_key(|key| (key.public.from, key.id().0))
    }
}

/// `YYYY-MM-DD`.
pub(super) fn day_text(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)
}

fn days(from: &str, to: &str, revoked: Option<&str>) -> Result<(Date, Date, Option<Date>), Failure> {
    let day = |text: &str| Date::parse(text).map_err(|_| unusable(&"a day is not `YYYY-MM-DD`"));
    let (from, to) = (day(from)?, day(to)?);
    if to < from {
        return Err(unusable(&"`not_after` is before `not_before`"));
    }
    Ok((from, to, revoked.map(day).transpose()?))
}

fn bytes_of(text: &str, field: &str) -> Result<[u8; 32], Failure> {
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| unusable(&format_args!("`{field}` is not 32 bytes of base64")))
}

fn unusable(what: &dyn fmt::Display) -> Failure {
    Failure::one(
        Code::BadConfiguration,
        format!("tệp khóa mã QR không dùng được: {what}"),
        format!("the file of QR keys cannot be used: {what}"),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn day(text: &str) -> Date {
        Date::parse(text).expect("a day")
    }

    /// A key whose seed is one byte repeated, for 2020 to 2029.
    pub fn key(seed: u8) -> SecretKey {
        SecretKey::new([seed; 32], day("2020-01-01"), day("2029-12-31")).expect("a seed")
    }

    pub fn keys(seeds: &[u8]) -> SecretKeys {
        let mut all = SecretKeys::new("UBND huyện Phù Yên".into());
        seeds.iter().for_each(|seed| all.add(key(*seed)).expect("another key"));
        all
    }

    #[test]
    fn the_key_of_rfc_8032_is_ours() {
        // RFC 8032, 7.1, TEST 1.
        let seed = from_hexadecimal("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").expect("hex");
        let key = SecretKey::new(seed, day("2020-01-01"), day("2020-01-01")).expect("a seed");
        assert_eq!(hexadecimal(&key.public.bytes), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert!(hexadecimal(&key.sign(b"")).starts_with("e5564300c360ac729086e2cc806e828a"));
        assert_eq!(key.id().to_string(), "21fe31dfa154a261");
    }

    #[test]
    fn both_files_survive() {
        let mut all = keys(&[1, 2]);
        assert!(all.revoke(&key(1).id().to_string(), day("2026-11-20")));
        assert!(!all.revoke("0000000000000000", day("2026-11-20")));
        let read = SecretKeys::read(all.to_json().expect("JSON").as_bytes()).expect("our own file");
        assert_eq!(read.public(), all.public());
        let public = PublicKeys::read(all.public().to_json().expect("JSON").as_bytes()).expect("our own file");
        assert_eq!(public, all.public());
        assert!(!all.public().to_json().expect("JSON").contains(&STANDARD.encode([1; 32])), "a seed is published");
    }

    #[test]
    fn the_newest_key_in_its_time_signs() {
        let mut all = keys(&[1]);
        all.add(SecretKey::new([9; 32], day("2024-01-01"), day("2026-12-31")).expect("a seed")).expect("another key");
        let on = |text| all.on(day(text)).map(|key| key.seed);
        assert_eq!(on("2023-12-31"), Some([1; 32]));
        assert_eq!(on("2024-01-01"), Some([9; 32]));
        assert_eq!(on("2027-01-01"), Some([1; 32]));
        assert_eq!(on("2019-12-31"), None);
    }

    #[test]
    fn wrong_files_are_refused_and_show_no_seed() {
        let text = keys(&[1]).to_json().expect("JSON");
        let other = key(2).id().to_string();
        for wrong in [
            text.replace(&key(1).id().to_string(), &other),
            text.replace("2029-12-31", "2019-12-31"),
            text.replace("2029-12-31", "2029-02-30"),
            text.replace("\"seed\": \"", "\"seed\": \"!"),
            text.replace("\"seed\": ", "\"seed\": 5, \"x\": "),
        ] {
            assert_ne!(wrong, text);
            let failure = SecretKeys::read(wrong.as_bytes()).expect_err("wrong");
            assert!(!format!("{failure:?}").contains(&STANDARD.encode([1; 32])), "{failure:?}");
        }
    }
}
