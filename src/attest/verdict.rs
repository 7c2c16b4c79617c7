//! Whether a code holds, in a sentence for whoever stands before the page.

use serde_json::{Value, json};

use super::keys::PublicKeys;
use super::payload::{Printed, Signed};
use super::revocations::List;
use super::{canonical, hexadecimal};
use crate::diagnostic::{Failure, Lang, Text};

/// What is found, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not one of our codes, or not as it was signed.
    Broken,
    /// Nobody published the key it names.
    UnknownKey,
    /// The key is no longer to be believed.
    KeyRevoked,
    /// The document, or this one page, was revoked.
    Revoked,
    /// Signed as it should be, but the document's date is outside the key's days.
    KeyExpired,
    /// Signed as it should be.
    Valid,
}

/// The list of revocations, as far as there is one.
#[derive(Debug)]
pub enum Listed {
    /// None was given.
    Absent,
    /// One that cannot be believed.
    Unusable(Failure),
    /// One of ours.
    Open(List),
}

/// Something to be told beside the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Stable word.
    pub code: &'static str,
    /// What is to be told.
    pub text: Text,
}

/// What there is to say about a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The finding.
    pub verdict: Verdict,
    /// What the page must say; only where the signature is right.
    pub printed: Option<Printed>,
    /// Who published the key; only where the signature is right.
    pub issuer: Option<String>,
    /// Id of the key the code names.
    pub key: Option<String>,
    /// SHA-256 of the payload, as lists of revocations name it.
    pub fingerprint: Option<String>,
    /// Whether data given along are those the page was made from.
    pub same_data: Option<bool>,
    /// Why and since when it is revoked.
    pub reason: Option<(String, String)>,
    /// What else is to be told.
    pub notes: Vec<Note>,
}

impl Verdict {
    /// Its stable word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::UnknownKey => "unknown_key",
            Self::KeyRevoked => "key_revoked",
            Self::Revoked => "revoked",
            Self::KeyExpired => "key_expired",
            Self::Valid => "valid",
        }
    }

    /// What it means.
    pub fn sentence(self) -> Text {
        match self {
            Self::Broken => Text::new(
                "Mã hỏng hoặc đã bị sửa: không chứng minh được gì. Chụp lại cho rõ cả mã; nếu vẫn vậy thì hỏi cơ quan ban hành",
                "The code is damaged or was changed: it proves nothing. Take the picture again with the whole code; if it stays so, ask the issuing body",
            ),
            Self::UnknownKey => Text::new(
                "Không rõ ai ký mã này: khóa không có trong các khóa đã công bố. Đừng tin mã này cho tới khi cơ quan ban hành xác nhận",
                "Nobody knows who signed this code: its key is not among the published ones. Do not believe it until the issuing body confirms",
            ),
            Self::KeyRevoked => Text::new(
                "Khóa đã ký mã này bị thu hồi: riêng mã này không còn chứng minh được gì. Hỏi cơ quan ban hành",
                "The key that signed this code was revoked: the code alone proves nothing any more. Ask the issuing body",
            ),
            Self::Revoked => Text::new(
                "Văn bản này có thật nhưng đã bị thu hồi hoặc hủy bỏ",
                "This document is genuine but has been revoked",
            ),
            Self::KeyExpired => Text::new(
                "Mã được ký đúng, nhưng ngày của văn bản nằm ngoài thời hạn của khóa: hỏi cơ quan ban hành trước khi dùng",
                "The code is signed as it should be, but the document's date is outside the days of the key: ask the issuing body before relying on it",
            ),
            Self::Valid => Text::new(
                "Mã đúng. Hãy so từng mục dưới đây với chữ in trên giấy: khác một chữ là giấy không đúng",
                "The code is right. Compare each line below with the words on the page: one difference and the page is not genuine",
            ),
        }
    }
}

/// Judges the text of a code at `now` (seconds since 1970 UTC).
///
/// What the code says is returned only where a published key signed it: nobody shall have a forgery read out to them.
pub fn judge(text: &str, keys: &PublicKeys, list: &Listed, data: Option<&Value>, now: i64) -> Judged {
    let mut judged = Judged {
        verdict: Verdict::Broken,
        printed: None,
        issuer: None,
        key: None,
        fingerprint: None,
        same_data: None,
        reason: None,
        notes: Vec::new(),
    };
    let Some(signed) = Signed::read(text) else { return judged };
    judged.key = Some(signed.key.to_string());
    let Some(key) = keys.find(signed.key) else {
        judged.verdict = Verdict::UnknownKey;
        return judged;
    };
    let (message, signature) = signed.parts();
    if !key.verifies(&message, signature) {
        return judged;
    }
    judged.fingerprint = Some(hexadecimal(&signed.fingerprint()));
    if let Some(day) = key.revoked {
        judged.verdict = Verdict::KeyRevoked;
        judged.notes.push(Note {
            code: "key_revoked",
            text: Text::new(
                format!("khóa bị thu hồi từ {}", day.long()),
                format!("the key was revoked on {}", super::keys::day_text(day)),
            ),
        });
        return judged;
    }
    judged.issuer = Some(keys.issuer.clone());
    judged.same_data = data.map(|data| canonical::data_hash(data) == signed.payload.data);
    judged.notes.extend(list_note(list, now));
    let entry = if let Listed::Open(list) = list { list.find(&signed) } else { None };
    judged.reason = entry.map(|entry| (entry.reason.clone(), super::keys::day_text(entry.on)));
    judged.verdict = match entry {
        Some(_) => Verdict::Revoked,
        None if !key.holds(signed.payload.printed.date) => Verdict::KeyExpired,
        None => Verdict::Valid,
    };
    judged.printed = Some(signed.payload.printed);
    judged
}

fn list_note(list: &Listed, now: i64) -> Option<Note> {
    let note = |code, vi: &str, en: &str| Some(Note { code, text: Text::new(vi, en) });
    match list {
        Listed::Absent => note(
            "no_revocation_list",
            "chưa kiểm tra được văn bản có bị thu hồi hay không: không có danh sách thu hồi",
            "whether the document has been revoked is not known: there is no list of revocations",
        ),
        Listed::Unusable(failure) => {
            let why = failure.diagnostics.first().map(|one| one.message.clone());
            let why = why.unwrap_or_else(|| Text::new(failure.code.info().vi, failure.code.info().en));
            note(
                "bad_revocation_list",
                &format!("chưa kiểm tra được văn bản có bị thu hồi hay không: {}", why.vi),
                &format!("whether the document has been revoked is not known: {}", why.en),
            )
        }
        Listed::Open(list) if list.next_update <= now => note(
            "stale_revocation_list",
            "danh sách thu hồi đã quá hạn cập nhật: việc thu hồi gần đây có thể chưa có trong đó",
            "the list of revocations is out of date: recent revocations may be missing",
        ),
        Listed::Open(_) => None,
    }
}

impl Judged {
    /// For a reply.
    pub fn to_json(&self, lang: Lang) -> Value {
        let mut value = json!({
            "verdict": self.verdict.name(),
            "sentence": self.verdict.sentence().get(lang),
            "printed": self.printed.as_ref().map(Printed::to_json),
            "issuer": self.issuer,
            "key": self.key,
            "fingerprint": self.fingerprint,
            "same_data": self.same_data,
            "revoked": self.reason.as_ref().map(|(reason, on)| json!({"reason": reason, "on": on})),
            "notes": self.notes.iter().map(|note| json!({"code": note.code, "text": note.text.get(lang)})).collect::<Vec<_>>(),
        });
        if let Some(map) = value.as_object_mut() {
            map.retain(|_, value| !value.is_null());
        }
        value
    }

    /// Whether nothing speaks against the page: the code is right and data given along are its own.
    pub fn holds(&self) -> bool {
        self.verdict == Verdict::Valid && self.same_data != Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::tests::{day, key, keys};
    use super::super::payload::tests::sample;
    use super::super::revocations::{Document, Entry, Target};
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn list(target: Option<Target>) -> Listed {
        let mut list = List::new("UBND huyện Phù Yên".into());
        list.revoked.extend(target.map(|target| Entry { target, reason: "in sai tên".into(), on: day("2026-11-20") }));
        Listed::Open(
            list.sign(&key(1), NOW - 10, NOW + 10).and_then(|list| list.open(&keys(&[1]).public())).expect("ours"),
        )
    }

    fn code() -> String {
        sample().sign(&key(1)).expect("fits").digits()
    }

    #[test]
    fn a_right_code_says_what_is_printed() {
        let judged = judge(&code(), &keys(&[1]).public(), &list(None), None, NOW);
        assert_eq!((judged.verdict, judged.printed.as_ref()), (Verdict::Valid, Some(&sample().printed)));
        assert!(judged.notes.is_empty(), "{:?}", judged.notes);
        assert!(judged.holds());
    }

    #[test]
    fn nothing_of_a_forgery_is_read_out() {
        let other = judge(&code(), &keys(&[2]).public(), &list(None), None, NOW);
        assert_eq!((other.verdict, other.printed), (Verdict::UnknownKey, None));
        let digits = code();
        for at in [40, 200, 300, digits.len() - 40] {
            let mut changed = digits.clone().into_bytes();
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            let judged =
                judge(&String::from_utf8(changed).expect("digits"), &keys(&[1]).public(), &list(None), None, NOW);
            assert_eq!((judged.verdict, judged.printed), (Verdict::Broken, None), "{at}");
        }
        let mut revoked = keys(&[1]);
        revoked.revoke(&key(1).id().to_string(), day("2026-01-01"));
        let judged = judge(&code(), &revoked.public(), &list(None), None, NOW);
        assert_eq!((judged.verdict, judged.printed), (Verdict::KeyRevoked, None));
    }

    #[test]
    fn a_document_is_revoked_by_its_number_and_a_page_by_its_code() {
        let printed = sample().printed;
        let document =
            Document { issuer: printed.issuer, number: printed.number, symbol: printed.symbol, date: printed.date };
        let other = Document { number: "926".into(), ..document.clone() };
        let fingerprint = Signed::read(&code()).expect("ours").fingerprint();
        for (target, verdict) in [
            (Target::Document(document), Verdict::Revoked),
            (Target::Document(other), Verdict::Valid),
            (Target::Code(fingerprint), Verdict::Revoked),
            (Target::Code([0; 32]), Verdict::Valid),
        ] {
            let judged = judge(&code(), &keys(&[1]).public(), &list(Some(target)), None, NOW);
            assert_eq!(judged.verdict, verdict);
            assert_eq!(judged.reason.is_some(), verdict == Verdict::Revoked);
        }
    }

    #[test]
    fn a_list_that_is_stale_absent_or_foreign_is_told() {
        let code_of = |list: &Listed, now| {
            let judged = judge(&code(), &keys(&[1]).public(), list, None, now);
            assert_eq!(judged.verdict, Verdict::Valid);
            judged.notes.iter().map(|note| note.code).collect::<Vec<_>>()
        };
        assert_eq!(code_of(&list(None), NOW + 10), ["stale_revocation_list"]);
        assert_eq!(code_of(&Listed::Absent, NOW), ["no_revocation_list"]);
        assert_eq!(code_of(&Listed::Unusable(Failure::internal("x")), NOW), ["bad_revocation_list"]);
    }

    #[test]
    fn a_date_outside_the_days_of_the_key_is_told() {
        let mut payload = sample();
        payload.printed.date = day("2019-12-31");
        let text = payload.sign(&key(1)).expect("fits").digits();
        assert_eq!(judge(&text, &keys(&[1]).public(), &list(None), None, NOW).verdict, Verdict::KeyExpired);
    }

    #[test]
    fn data_are_proved_or_not() {
        let data = json!({"ten": "Lò Thị Minh Hạnh"});
        let payload = super::super::Payload { data: canonical::data_hash(&data), ..sample() };
        let text = payload.sign(&key(1)).expect("fits").digits();
        let same = |data: &Value| judge(&text, &keys(&[1]).public(), &list(None), Some(data), NOW);
        assert_eq!(same(&data).same_data, Some(true));
        let other = same(&json!({"ten": "Lò Thị Minh Hanh"}));
        assert_eq!((other.same_data, other.holds()), (Some(false), false));
    }
}
