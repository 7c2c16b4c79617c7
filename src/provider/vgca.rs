//! What a page tells the desktop signing service of Ban Cơ yếu Chính phủ (VGCA Sign Service), and what that service wants to
//! hear from us. It takes whole files: it downloads from one address of ours and uploads to another, both with one-time tickets.
//!
//! Built from pages that use its script (`vgcaplugin.js`, socket at `wss://127.0.0.1:8987`); not confirmed by its maker. Whether
//! it signs into an empty field of ours, and whether its own appearance keeps PDF/A, has to be tried with a real token.

use serde::Serialize;
use serde_json::Value;

use super::Secret;

/// What the signer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The authorised person signs.
    Approve,
    /// The clerk issues: number, date and the agency's seal.
    Issue,
    /// The agency signs an attachment in a file of its own.
    Appendix,
    /// The agency signs a copy.
    Copy,
}

impl Action {
    /// The function of the service's script.
    pub fn function(self) -> &'static str {
        match self {
            Self::Approve => "vgca_sign_approved",
            Self::Issue => "vgca_sign_issued",
            Self::Appendix => "vgca_sign_appendix",
            Self::Copy => "vgca_sign_copy",
        }
    }
}

/// One round trip of a file.
#[derive(Debug, Clone)]
pub struct Round {
    /// What is asked for.
    pub action: Action,
    /// Where the file is fetched, its ticket in the address.
    pub download: String,
    /// Where the signed file is handed in, its ticket in the address.
    pub upload: String,
    /// A session cookie the service sends along, where the upload wants one; the tickets do without.
    pub session: Option<Secret>,
    /// A bearer token the service sends along, likewise.
    pub token: Option<Secret>,
    /// Fields the service sends back beside the file.
    pub metadata: Vec<(String, String)>,
    /// Number and symbol, for [`Action::Issue`] and [`Action::Appendix`].
    pub number: Option<String>,
    /// Date of issue, ISO 8601 with its zone, for [`Action::Issue`].
    pub issued: Option<String>,
}

/// What a page calls the service with. Its text is the argument of [`Action::function`].
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters<'a> {
    file_name: &'a str,
    file_upload_handler: &'a str,
    session_id: &'a str,
    #[serde(rename = "JWTToken")]
    token: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    meta_data: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_date: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Pair<'a> {
    key: &'a str,
    value: &'a str,
}

impl Round {
    /// The JSON the page hands to the service's function. It holds the tickets: for the signer's own page only.
    pub fn parameters(&self) -> String {
        let secret = |one: &'_ Option<Secret>| one.as_ref().map(|one| one.expose().to_owned()).unwrap_or_default();
        let (session, token) = (secret(&self.session), secret(&self.token));
        let numbered = matches!(self.action, Action::Issue | Action::Appendix);
        let parameters = Parameters {
            file_name: &self.download,
            file_upload_handler: &self.upload,
            session_id: &session,
            token: &token,
            meta_data: self.metadata.iter().map(|(key, value)| Pair { key, value }).collect(),
            doc_number: self.number.as_deref().filter(|_| numbered),
            issued_date: self.issued.as_deref().filter(|_| self.action == Action::Issue),
        };
        // A struct of texts always becomes JSON.
        serde_json::to_value(parameters).unwrap_or(Value::Null).to_string()
    }
}

/// What the upload handler answers the service, which hands it on to the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reply {
    /// Whether the file was taken.
    pub status: bool,
    /// Why not, for the signer.
    pub message: String,
    /// Name of the file.
    pub file_name: String,
    /// Where the signed file is now.
    pub file_server: String,
}

impl Reply {
    /// The file was taken and stands at `address`.
    pub fn taken(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self { status: true, message: String::new(), file_name: name.into(), file_server: address.into() }
    }

    /// The file was refused. The service shows `message` to the signer.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { status: false, message: message.into(), file_name: String::new(), file_server: String::new() }
    }
}

/// What the service tells the page in the end: `Status` 0 for success.
///
/// `None` where it is no answer of the service.
pub fn outcome(text: &str) -> Option<Result<(), String>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let good = match value.get("Status")? {
        Value::Number(number) => number.as_i64() == Some(0),
        Value::Bool(good) => *good,
        _ => return None,
    };
    let message = value.get("Message").and_then(Value::as_str).unwrap_or_default();
    Some(if good { Ok(()) } else { Err(super::reason::clean(message)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(action: Action) -> Round {
        Round {
            action,
            download: "https://khen-thuong.example.vn/v1/files/a?ticket=1".to_owned(),
            upload: "https://khen-thuong.example.vn/v1/files/a?ticket=2".to_owned(),
            session: None,
            token: None,
            metadata: vec![("field".to_owned(), "NguoiKy".to_owned())],
            number: Some("15/QĐ-UBND".to_owned()),
            issued: Some("2026-11-22T08:00:00+07:00".to_owned()),
        }
    }

    #[test]
    fn a_leaders_call_has_no_number() {
        assert_eq!(
            round(Action::Approve).parameters(),
            concat!(
                r#"{"FileName":"https://khen-thuong.example.vn/v1/files/a?ticket=1","#,
                r#""FileUploadHandler":"https://khen-thuong.example.vn/v1/files/a?ticket=2","#,
                r#""SessionId":"","JWTToken":"","MetaData":[{"Key":"field","Value":"NguoiKy"}]}"#
            )
        );
        assert_eq!(Action::Approve.function(), "vgca_sign_approved");
    }

    #[test]
    fn a_clerks_call_has_number_and_date() {
        let told: Value = serde_json::from_str(&round(Action::Issue).parameters()).expect("JSON");
        assert_eq!(told["DocNumber"], "15/QĐ-UBND");
        assert_eq!(told["IssuedDate"], "2026-11-22T08:00:00+07:00");
        let told: Value = serde_json::from_str(&round(Action::Appendix).parameters()).expect("JSON");
        assert_eq!((told.get("DocNumber").is_some(), told.get("IssuedDate")), (true, None));
    }

    #[test]
    fn the_service_is_answered_in_its_own_words() {
        let taken = serde_json::to_value(Reply::taken("a.pdf", "https://x.example.vn/a.pdf")).expect("JSON");
        assert_eq!(
            taken.to_string(),
            r#"{"Status":true,"Message":"","FileName":"a.pdf","FileServer":"https://x.example.vn/a.pdf"}"#
        );
        assert!(!Reply::refused("phiếu đã dùng").status);
    }

    #[test]
    fn the_end_is_read_from_the_status() {
        assert_eq!(outcome(r#"{"Status":0,"Message":"","FileServer":"x"}"#), Some(Ok(())));
        assert_eq!(outcome(r#"{"Status":1,"Message":"Hủy ký"}"#), Some(Err("Hủy ký".to_owned())));
        assert_eq!(outcome("<html>"), None);
    }
}
