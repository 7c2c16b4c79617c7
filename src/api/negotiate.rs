//! What the caller accepts, and the headers of a file: names, digests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::app::hex;

/// Representations of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The PDF itself.
    Pdf,
    /// The PDF as base64 with everything known about it.
    Json,
    /// One page, PNG.
    Png,
    /// One page, SVG.
    Svg,
}

impl Form {
    /// In the order of preference where the caller has none.
    const ALL: [Self; 4] = [Self::Pdf, Self::Json, Self::Png, Self::Svg];

    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Json => "application/json",
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// Picks the representation by `Accept` (RFC 9110 §12.5.1); `None` where nothing fits.
pub fn choose(accept: Option<&str>) -> Option<Form> {
    let Some(accept) = accept.filter(|value| !value.trim().is_empty()) else { return Some(Form::Pdf) };
    let mut best: Option<(f32, Form)> = None;
    for form in Form::ALL {
        let quality = quality(accept, form.media_type());
        if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, form));
        }
    }
    best.map(|(_, form)| form)
}

/// Quality of one media type: the most specific range counts.
fn quality(accept: &str, media_type: &str) -> f32 {
    let kind = media_type.split('/').next().unwrap_or_default();
    let mut found = (0, 0.0);
    for range in accept.split(',') {
        let mut fields = range.split(';');
        let name = fields.next().unwrap_or_default().trim().to_ascii_lowercase();
        let specific = if name == media_type {
            3
        } else if name.strip_suffix("/*") == Some(kind) {
            2
        } else if name == "*/*" {
            1
        } else {
            continue;
        };
        let quality = fields.find_map(|field| field.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if specific > found.0 {
            found = (specific, quality);
        }
    }
    found.1
}

/// `Content-Disposition` with both names (RFC 6266, RFC 8187).
pub fn disposition(inline: bool, name: &str) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    format!("{kind}; filename=\"{}\"; filename*=UTF-8''{}", ascii_name(name), percent_name(name))
}

/// The name without diacritics, for clients that read only ASCII.
fn ascii_name(name: &str) -> String {
    let spread = DecomposingNormalizerBorrowed::new_nfd().normalize(name);
    spread
        .chars()
        .filter_map(|c| match c {
            'đ' => Some('d'),
            'Đ' => Some('D'),
            '"' | '\\' => None,
            c if c == ' ' || c.is_ascii_graphic() => Some(c),
            _ => None,
        })
        .collect()
}

fn percent_name(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        // attr-char of RFC 8187.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Strong entity tag from a SHA-256.
pub fn etag(sha256: &[u8]) -> String {
    format!("\"{}\"", hex(sha256))
}

/// `Repr-Digest` (RFC 9530).
pub fn repr_digest(sha256: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(sha256))
}

/// Whether `If-None-Match` names this tag.
pub fn matches(if_none_match: Option<&str>, etag: &str) -> bool {
    if_none_match.is_some_and(|value| {
        value.trim() == "*" || value.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_weighed_by_quality_and_specificity() {
        assert_eq!(choose(None), Some(Form::Pdf));
        assert_eq!(choose(Some("*/*")), Some(Form::Pdf));
        assert_eq!(choose(Some("image/*")), Some(Form::Png));
        assert_eq!(choose(Some("application/json, application/pdf;q=0.5")), Some(Form::Json));
        assert_eq!(choose(Some("application/*, application/pdf;q=0")), Some(Form::Json));
        assert_eq!(choose(Some("image/svg+xml")), Some(Form::Svg));
        assert_eq!(choose(Some("text/html")), None);
    }

    #[test]
    fn vietnamese_names_travel_in_both_forms() {
        assert_eq!(
            disposition(false, "Quyết định 123-QĐ-UBND.pdf"),
            "attachment; filename=\"Quyet dinh 123-QD-UBND.pdf\"; filename*=UTF-8''Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%20123-Q%C4%90-UBND.pdf"
        );
        assert!(!disposition(false, "a\"b\r\nX: y").contains(['\r', '\n']));
    }

    #[test]
    fn tags_are_compared_as_lists() {
        assert!(matches(Some("\"a\", \"b\""), "\"b\""));
        assert!(matches(Some("*"), "\"b\""));
        assert!(!matches(Some("\"a\""), "\"b\""));
        assert!(!matches(None, "\"b\""));
    }
}
