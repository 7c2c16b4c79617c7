//! Texts of the input made comparable: Unicode composed, spaces tidied; what cannot be read is a fault.

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::domain::{legacy, unicode};

/// So much of a text tells its encoding, bytes.
const PROBE: usize = 8 << 10;

/// Repairs every text in place and returns the faults of those that cannot be.
///
/// The same is told of every document when it is prepared; here it is told once, with its place in the dossier.
pub fn repair(value: &mut Value) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    walk(value, &mut String::new(), &mut faults);
    faults
}

fn walk(value: &mut Value, pointer: &mut String, faults: &mut Vec<Diagnostic>) {
    let length = pointer.len();
    match value {
        Value::String(text) => faults.extend(mend(text).map(|fault| fault.at(pointer.clone()))),
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                pointer.push('/');
                pointer.push_str(&index.to_string());
                walk(item, pointer, faults);
                pointer.truncate(length);
            }
        }
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                walk(inner, pointer, faults);
                pointer.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn mend(text: &mut String) -> Option<Diagnostic> {
    let plain = text.is_ascii() && !text.bytes().any(|byte| byte < b' ' || byte == 0x7f);
    if plain && !text.contains("  ") && text.trim().len() == text.len() {
        return None;
    }
    if let Some(found) = legacy::detect(&text[..text.floor_char_boundary(PROBE)]) {
        let name = match found.encoding {
            legacy::Encoding::Tcvn3 => "TCVN3 (.VnTime)",
            legacy::Encoding::Vni => "VNI (VNI-Times)",
        };
        return Some(
            Diagnostic::error(
                "legacy_encoding",
                format!("chữ viết bằng bảng mã cũ {name}"),
                format!("the text is in the legacy encoding {name}"),
            )
            .hint(
                format!("chuyển sang Unicode rồi gửi lại; có lẽ là `{}`", found.decoded),
                format!("convert it to Unicode and send it again; it probably reads `{}`", found.decoded),
            ),
        );
    }
    if let Some(bad) = unicode::refuse(text) {
        let (index, code_point) = (bad.index + 1, bad.code_point);
        return Some(Diagnostic::error(
            "forbidden_character",
            format!("ký tự thứ {index} là U+{code_point:04X}, không được có trong văn bản"),
            format!("character {index} is U+{code_point:04X}, which must not be in the text"),
        ));
    }
    let repaired = unicode::repair(text);
    if !repaired.changes.is_empty() {
        *text = repaired.text;
    }
    None
}
