//! Canonical JSON of a caller's data, and its SHA-256.
//!
//! RFC 8785 with one addition before it: every string is first made sound as the service does with all data
//! ([`crate::domain::unicode::repair`]: NFC, single spaces, nothing invisible), so that the caller's own file, the file
//! attached to a PDF/A-3 and the data the page was made from all have the same hash. Keys are sorted by UTF-16 units; no
//! white space; numbers are written as ECMAScript writes them, whole numbers beyond 2⁵³ digit by digit.

use serde_json::{Number, Value};
use sha2::{Digest as _, Sha256};

use crate::domain::unicode;

/// SHA-256 of [`canonical_json`].
pub fn data_hash(data: &Value) -> [u8; 32] {
    Sha256::digest(canonical_json(data).as_bytes()).into()
}

/// The one text of a value.
pub fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_string(out, &unicode::repair(text).text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(out, item);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(out, key);
                out.push(':');
                write(out, item);
            }
            out.push('}');
        }
    }
}

/// RFC 8785, 3.2.2.2: the two-letter escapes, `\u00xx` for other controls, everything else as it is.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                out.push_str("\\u00");
                out.push_str(&super::hexadecimal(&[c as u8]));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// ECMA-262, Number::toString: the shortest digits that read back as the same number.
fn write_number(out: &mut String, number: &Number) {
    let value = match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(whole), _, _) => return out.push_str(&whole.to_string()),
        (_, Some(whole), _) => return out.push_str(&whole.to_string()),
        (_, _, Some(value)) => value,
        // serde_json holds one of the three.
        (None, None, None) => 0.0,
    };
    if value == 0.0 {
        return out.push('0');
    }
    if value < 0.0 {
        out.push('-');
    }
    // `d.ddde±n`, shortest digits.
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let point = exponent.parse::<i32>().unwrap_or_default() + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if (1..=21).contains(&point) {
        let whole = usize::try_from(point.min(count)).unwrap_or_default();
        let (before, after) = digits.split_at_checked(whole).unwrap_or((&digits, ""));
        out.push_str(before);
        out.push_str(&zeros(point - count));
        if !after.is_empty() {
            out.push('.');
            out.push_str(after);
        }
    } else if (-5..=0).contains(&point) {
        out.push_str("0.");
        out.push_str(&zeros(-point));
        out.push_str(&digits);
    } else {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        out.push_str(&format!("e{:+}", point - 1));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_those_of_ecmascript() {
        // RFC 8785, Appendix B, and whole numbers.
        for (value, text) in [
            (4.5, "4.5"),
            (2e-3, "0.002"),
            (1e30, "1e+30"),
            (1e-27, "1e-27"),
            (333_333_333.333_333_3, "333333333.3333333"),
            (295_147_905_179_352_830_000.0, "295147905179352830000"),
            (999_999_999_999_999_900_000.0, "999999999999999900000"),
            (1e21, "1e+21"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (5e-324, "5e-324"),
            (-0.0, "0"),
            (-1.25, "-1.25"),
            (100.0, "100"),
        ] {
            assert_eq!(canonical_json(&json!(value)), text);
        }
        assert_eq!(
            canonical_json(&json!([9_007_199_254_740_993_i64, u64::MAX])),
            "[9007199254740993,18446744073709551615]"
        );
    }

    #[test]
    fn keys_are_sorted_by_utf_16_units() {
        // RFC 8785, 3.2.3: U+20AC, U+1F600 (a surrogate pair) before U+FB33.
        let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        assert_eq!(canonical_json(&value), "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}");
    }

    #[test]
    fn the_same_data_typed_otherwise_have_the_same_hash() {
        let typed = json!({"ten": "  Lò  Thị\u{a0}Minh Ha\u{323}nh ", "so": 5, "he_so": 1.50});
        let sound = json!({"he_so": 1.5, "so": 5, "ten": "Lò Thị Minh Hạnh"});
        assert_eq!(canonical_json(&typed), "{\"he_so\":1.5,\"so\":5,\"ten\":\"Lò Thị Minh Hạnh\"}");
        assert_eq!(data_hash(&typed), data_hash(&sound));
        assert_ne!(data_hash(&sound), data_hash(&json!({"he_so": 1.5, "so": 6, "ten": "Lò Thị Minh Hạnh"})));
    }
}
