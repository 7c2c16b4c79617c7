//! JSON in: depth, sizes and duplicate keys are judged while it is read, so nothing is lost and nothing explodes.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::diagnostic::{Code, Diagnostic, Failure, Place};

/// What an input may hold.
#[derive(Debug, Clone, Copy)]
pub struct InputLimits {
    /// Nested arrays and objects.
    pub depth: usize,
    /// Characters of one string (images have their own limit).
    pub string_bytes: usize,
    /// Values in all.
    pub values: usize,
}

impl Default for InputLimits {
    fn default() -> Self {
        Self { depth: 24, string_bytes: 6 << 20, values: 1_000_000 }
    }
}

/// Reads one JSON value, or says where and why not.
pub fn read_json(bytes: &[u8], limits: InputLimits) -> Result<Value, Failure> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut left = limits.values;
    let seed = Guard { limits: &limits, depth: 0, left: &mut left };
    let value = seed.deserialize(&mut reader).map_err(|error| malformed(&error))?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Failure {
    let full = error.to_string();
    // serde_json ends its message with the place, which we tell apart.
    let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
    let (vi, en) = match message.strip_prefix("input: ") {
        Some(ours) => ours.split_once(" | ").map_or((ours, ours), |pair| pair),
        None => (in_vietnamese(&message), message.as_str()),
    };
    let place = Place { file: String::new(), line: error.line(), column: error.column() };
    let (line, column) = (place.line, place.column);
    Failure::new(
        Code::MalformedJson,
        vec![
            Diagnostic::error(
                "malformed_json",
                format!("{vi} (dòng {line}, cột {column})"),
                format!("{en} (line {line}, column {column})"),
            )
            .in_file(Some(place)),
        ],
    )
}

/// The reader's own words for what a person typed wrong.
fn in_vietnamese(message: &str) -> &'static str {
    const KNOWN: [(&str, &str); 13] = [
        ("EOF while parsing a value", "không có dữ liệu, hoặc dữ liệu bị cắt ngang"),
        ("EOF while parsing", "dữ liệu bị cắt ngang: thiếu dấu đóng"),
        ("trailing comma", "thừa dấu phẩy"),
        ("trailing characters", "còn chữ sau khi dữ liệu đã hết"),
        ("expected `,` or `}`", "thiếu dấu phẩy hoặc dấu `}`"),
        ("expected `,` or `]`", "thiếu dấu phẩy hoặc dấu `]`"),
        ("expected `:`", "thiếu dấu hai chấm sau tên khóa"),
        ("key must be a string", "tên khóa phải nằm trong ngoặc kép"),
        ("control character", "xuống dòng hoặc ký tự điều khiển trong chuỗi"),
        ("invalid escape", "dấu `\\` trong chuỗi không đúng cách"),
        ("invalid number", "số viết không đúng cách"),
        ("number out of range", "số quá lớn"),
        ("expected value", "giá trị viết không đúng cách"),
    ];
    KNOWN.iter().find(|(start, _)| message.starts_with(start)).map_or("sai cú pháp", |(_, vi)| vi)
}

fn not_utf8(bytes: &[u8], at: usize) -> Failure {
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    Failure::new(
        Code::MalformedJson,
        vec![
            Diagnostic::error(
                "not_utf8",
                format!("dữ liệu không phải UTF-8 từ byte {at} (dòng {line})"),
                format!("the body is not UTF-8 from byte {at} (line {line})"),
            )
            .hint("lưu tệp với bảng mã UTF-8 rồi gửi lại", "save the file as UTF-8 and send it again"),
        ],
    )
}

struct Guard<'a> {
    limits: &'a InputLimits,
    depth: usize,
    left: &'a mut usize,
}

impl Guard<'_> {
    fn inner(&mut self) -> Guard<'_> {
        Guard { limits: self.limits, depth: self.depth + 1, left: self.left }
    }

    fn too_deep<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth >= self.limits.depth {
            let limit = self.limits.depth;
            return Err(E::custom(format_args!("input: lồng quá {limit} tầng | nested deeper than {limit} levels")));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Guard<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if *self.left == 0 {
            let limit = self.limits.values;
            return Err(D::Error::custom(format_args!("input: có hơn {limit} giá trị | more than {limit} values")));
        }
        *self.left -= 1;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Guard<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("input: số không hữu hạn | not a finite number"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        let limit = self.limits.string_bytes;
        if value.len() > limit {
            return Err(E::custom(format_args!(
                "input: chuỗi dài hơn {limit} byte | a string longer than {limit} bytes"
            )));
        }
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        self.too_deep()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.inner())? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        self.too_deep()?;
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                // The key is the caller's own word for a field, cut so that an error never carries a payload.
                let shown: String = key.chars().take(40).collect();
                return Err(A::Error::custom(format_args!(
                    "input: khóa `{shown}` xuất hiện hai lần | key `{shown}` appears twice"
                )));
            }
            let value = map.next_value_seed(self.inner())?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let failure = read_json(text.as_bytes(), InputLimits::default()).expect_err("refused");
        assert_eq!(failure.code, Code::MalformedJson);
        failure.diagnostics[0].message.en.clone()
    }

    #[test]
    fn duplicate_keys_are_refused_with_their_place() {
        assert_eq!(refused("{\"a\": 1,\n \"a\": 2}"), "key `a` appears twice (line 2, column 4)");
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(refused(&text).contains("deeper than 24"), "{}", refused(&text));
    }

    #[test]
    fn numbers_outside_the_range_and_words_for_them_are_refused() {
        for text in ["{\"a\": NaN}", "{\"a\": 1e400}", "{\"a\": Infinity}", "{\"a\": 01}", "", "{} x"] {
            refused(text);
        }
    }

    #[test]
    fn other_encodings_are_named() {
        assert!(refused_bytes(b"{\"a\": \"\xff\"}").contains("not UTF-8 from byte 7"));
    }

    fn refused_bytes(bytes: &[u8]) -> String {
        read_json(bytes, InputLimits::default()).expect_err("refused").diagnostics[0].message.en.clone()
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_order_kept() {
        let value = read_json("\u{feff}{\"b\": 1, \"a\": [true, null, 1.5, -2]}".as_bytes(), InputLimits::default())
            .expect("sound");
        assert_eq!(value.to_string(), "{\"b\":1,\"a\":[true,null,1.5,-2]}");
    }
}
