//! What a checker tells. Programs read the words, people the sentences (Circular 15/2025/TT-BKHCN, annex I: authority,
//! subject, time, integrity, validity when signed, chain, revocation with a warning where it is not known).

use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::{Lang, Text};

use super::words::Finding;
use crate::pades::Conformance;

/// What a file is worth.
#[derive(Debug, Clone, PartialEq, Eq, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileVerdict {
    /// Every signature is valid.
    SignedValid,
    /// Every signature is valid, and something about them could not be checked or is out of date.
    SignedWithWarnings,
    /// Whole, and at least one signer is not known here.
    UnknownSigner,
    /// Signed by a certificate outside its time.
    Expired,
    /// Signed by a revoked certificate.
    Revoked,
    /// Changed after signing.
    Changed,
    /// A signature in it is broken.
    Broken,
    /// Signed in a way that is not supported.
    Unsupported,
    /// It has no signature.
    NotSigned,
    /// It cannot be read with certainty, so nothing can be said.
    Unreadable,
}

impl FileVerdict {
    /// Its word in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignedValid => "signed_valid",
            Self::SignedWithWarnings => "signed_with_warnings",
            Self::UnknownSigner => "unknown_signer",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Changed => "changed",
            Self::Broken => "broken",
            Self::Unsupported => "unsupported",
            Self::NotSigned => "not_signed",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether the file may be relied on: what the exit code of the command says.
    pub fn holds(self) -> bool {
        matches!(self, Self::SignedValid | Self::SignedWithWarnings)
    }

    /// The sentence everybody understands.
    pub(super) fn sentence(self) -> Text {
        let (vi, en) = match self {
            Self::SignedValid => (
                "Văn bản có chữ ký số hợp lệ và còn nguyên vẹn từ khi ký",
                "The document is validly signed and whole since it was signed",
            ),
            Self::SignedWithWarnings => (
                "Văn bản có chữ ký số đúng và còn nguyên vẹn từ khi ký, nhưng có điểm cần lưu ý",
                "The document is rightly signed and whole since it was signed, but some points need attention",
            ),
            Self::UnknownSigner => (
                "Văn bản còn nguyên vẹn từ khi ký, nhưng chưa xác nhận được người ký là ai",
                "The document is whole since it was signed, but who signed it could not be confirmed",
            ),
            Self::Expired => (
                "Chữ ký số không chứng minh được đã ký khi chứng thư còn hiệu lực",
                "Nothing proves that the document was signed while the certificate was valid",
            ),
            Self::Revoked => (
                "Chứng thư dùng để ký đã bị thu hồi: không nên tin văn bản này",
                "The signer's certificate is revoked: do not rely on this document",
            ),
            Self::Changed => (
                "Văn bản đã bị thay đổi sau khi ký: không nên tin bản này",
                "The document was changed after it was signed: do not rely on this copy",
            ),
            Self::Broken => (
                "Chữ ký số hỏng hoặc nội dung không khớp: không nên tin bản này",
                "A signature is broken or does not match the content: do not rely on this copy",
            ),
            Self::Unsupported => (
                "Văn bản được ký bằng cách chưa được hỗ trợ hoặc không còn được chấp nhận: không kiểm tra được",
                "The document was signed in a way that is not supported or no longer accepted: it could not be checked",
            ),
            Self::Unreadable => (
                "Không đọc được tệp một cách chắc chắn nên không kiểm tra được: không nên tin bản này",
                "The file cannot be read with certainty and could not be checked: do not rely on this copy",
            ),
            Self::NotSigned => ("Tệp này không có chữ ký số", "This file has no digital signature"),
        };
        Text::new(vi, en)
    }
}

/// What one signature is worth.
#[derive(Debug, Clone, PartialEq, Eq, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All that can be asked of it holds.
    Valid,
    /// It holds; something could not be checked or is out of date.
    ValidWithWarnings,
    /// It is right, and its chain leads to no configured root.
    UnknownSigner,
    /// The file was changed after it.
    Changed,
    /// It does not match what it covers, or cannot be read.
    Broken,
    /// It was made in a way that is not supported or no longer accepted.
    Unsupported,
    /// Its certificate was revoked.
    Revoked,
    /// Its certificate was not valid when it counts.
    Expired,
}

impl Verdict {
    /// The sentence everybody understands.
    pub(super) fn sentence(self) -> Text {
        let (vi, en) = match self {
            Self::Valid => ("Chữ ký hợp lệ", "The signature is valid"),
            Self::ValidWithWarnings => {
                ("Chữ ký đúng, có điểm cần lưu ý", "The signature is right; some points need attention")
            }
            Self::UnknownSigner => (
                "Chữ ký đúng, nhưng chưa xác nhận được người ký",
                "The signature is right, but its signer could not be confirmed",
            ),
            Self::Changed => ("Tệp đã bị thay đổi sau chữ ký này", "The file was changed after this signature"),
            Self::Broken => {
                ("Chữ ký hỏng hoặc không khớp nội dung", "The signature is broken or does not match the content")
            }
            Self::Unsupported => (
                "Cách ký chưa được hỗ trợ hoặc không còn được chấp nhận",
                "Signed in a way that is not supported or no longer accepted",
            ),
            Self::Revoked => ("Chứng thư của người ký đã bị thu hồi", "The signer's certificate is revoked"),
            Self::Expired => (
                "Chứng thư không còn (hoặc chưa có) hiệu lực ở thời điểm được xét",
                "The certificate is not valid at the time that counts",
            ),
        };
        Text::new(vi, en)
    }
}

/// A holder of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// Name.
    pub name: String,
    /// Organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The whole subject, RFC 4514.
    pub subject: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Name of who issued the certificate.
    pub issuer: String,
    /// The certificate's first moment, RFC 3339.
    pub valid_from: String,
    /// The certificate's last moment, RFC 3339.
    pub valid_to: String,
}

impl Party {
    /// Nobody: there is no certificate.
    pub(super) fn unknown() -> Self {
        Self {
            name: String::new(),
            organisation: None,
            subject: String::new(),
            serial: String::new(),
            issuer: String::new(),
            valid_from: String::new(),
            valid_to: String::new(),
        }
    }
}

/// What a time stamp proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stamp {
    /// The proved moment, RFC 3339.
    pub at: String,
    /// Who gave it.
    pub authority: Party,
    /// Whether its authority is trusted here and the stamp is used.
    pub trusted: bool,
}

/// By which clock a certificate was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The signature's own time stamp.
    TimeStamp,
    /// A document time stamp over it.
    DocumentTimeStamp,
    /// The moment of checking.
    Now,
}

/// How much of the file a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// All of it.
    Whole,
    /// All of it as it was when signed; what came later is permitted.
    WithPermittedUpdates,
    /// What came later is not permitted.
    Changed,
    /// It cannot be told.
    Unknown,
}

/// Whether a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationState {
    /// Not revoked when it counts.
    Good,
    /// Revoked when it counts.
    Revoked,
    /// Not known.
    Unknown,
}

/// One signature, or one document time stamp.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignatureReport {
    /// What it is worth.
    pub verdict: Verdict,
    /// The same in a sentence.
    pub sentence: Text,
    /// `signature` or `time_stamp`.
    pub kind: &'static str,
    /// Name of its field.
    pub field: String,
    /// Page, from 1; none for one that does not show.
    pub page: Option<usize>,
    /// Left, top, width, height, pt from the top left of the page.
    pub place: Option<[f64; 4]>,
    /// Which revision of the file it ends, from 1, and its length in bytes.
    pub revision: Option<Revision>,
    /// Who signed.
    pub signer: Option<Party>,
    /// Authorities from the signer's up to the root, as far as they are known.
    pub chain: Vec<String>,
    /// Whether the chain leads to a configured root and was valid when it counts.
    pub trusted: bool,
    /// Why the signer says he signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the signer says he signed, RFC 3339. Nobody proves it.
    pub claimed_time: Option<String>,
    /// The time stamp over it.
    pub time_stamp: Option<Stamp>,
    /// The moment the certificate was judged at, RFC 3339.
    pub judged_at: Option<String>,
    /// By which clock.
    pub judged_by: Option<Clock>,
    /// Whether what it covers is what was signed.
    pub intact: bool,
    /// How much of the file it covers.
    pub coverage: Coverage,
    /// Whether the certificate was revoked.
    pub revocation: RevocationState,
    /// PAdES level reached: `B-B`, `B-T`, `B-LT`, `B-LTA`; `CMS` where it is not PAdES; none where it is broken.
    pub level: Option<&'static str>,
    /// Digest and signature algorithm with their sizes.
    pub algorithm: Option<String>,
    /// Whether it certifies the document, and what it then permits (1 nothing, 2 signing, 3 annotations too).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certifies: Option<u8>,
    /// All that was found, the heaviest first.
    pub findings: Vec<Finding>,
}

/// A revision of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// Which of the signed ones, from 1.
    pub number: usize,
    /// Bytes from the start of the file to its end.
    pub length: usize,
}

/// What was found in a file.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What it is worth.
    pub verdict: FileVerdict,
    /// The same in a sentence a citizen understands.
    pub sentence: Text,
    /// When it was checked, RFC 3339.
    pub checked_at: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Bytes of the file.
    pub length: usize,
    /// Pages.
    pub pages: Option<usize>,
    /// PDF/A and PDF/UA: what the file claims, and what breaks it now; none where it was not looked at.
    pub standards: Option<Conformance>,
    /// Signatures and document time stamps, in the order they were made.
    pub signatures: Vec<SignatureReport>,
    /// Names of signature fields that are empty.
    pub empty_fields: Vec<String>,
    /// What concerns the whole file.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The report as JSON, every sentence in one language.
    pub fn to_json(&self, lang: Lang) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        choose(&mut value, lang);
        value
    }
}

/// Puts the sentence in `lang` in the place of both.
fn choose(value: &mut Value, lang: Lang) {
    match value {
        Value::Object(entries) => {
            let word = if lang == Lang::En { "en" } else { "vi" };
            if entries.len() == 2
                && let (Some(Value::String(_)), Some(Value::String(_))) = (entries.get("vi"), entries.get("en"))
                && let Some(chosen) = entries.get_mut(word)
            {
                *value = chosen.take();
                return;
            }
            entries.values_mut().for_each(|entry| choose(entry, lang));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| choose(item, lang)),
        _ => {}
    }
}
