//! PDF objects as bytes (ISO 32000-1, 7.3).

use std::fmt::Write as _;

use lopdf::{Dictionary, Object, ObjectId, StringFormat};

/// What stands for a reference in the bytes: `12 0 R` in a file, a hash where objects are compared.
pub(crate) trait References {
    /// Appends what stands for the object `id` of the file being read.
    fn reference(&self, id: ObjectId, out: &mut Vec<u8>);
}

/// Appends an object. A stream is written as its dictionary alone.
pub(crate) fn object(out: &mut Vec<u8>, object: &Object, references: &impl References) {
    match object {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Object::Integer(value) => display(out, value),
        // Shortest digits that give the same number again, never with an exponent.
        Object::Real(value) => display(out, value),
        Object::Name(value) => name(out, value),
        Object::String(value, StringFormat::Literal) => literal(out, value),
        Object::String(value, StringFormat::Hexadecimal) => hexadecimal(out, value),
        Object::Array(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b' ');
                }
                self::object(out, item, references);
            }
            out.push(b']');
        }
        Object::Dictionary(entries) => dictionary(out, entries, references),
        Object::Stream(stream) => dictionary(out, &stream.dict, references),
        Object::Reference(id) => references.reference(*id, out),
    }
}

/// Appends a dictionary with its brackets.
pub(crate) fn dictionary(out: &mut Vec<u8>, dictionary: &Dictionary, references: &impl References) {
    out.extend_from_slice(b"<<");
    entries(out, dictionary, references);
    out.extend_from_slice(b">>");
}

/// Appends the entries of a dictionary without its brackets.
pub(crate) fn entries(out: &mut Vec<u8>, dictionary: &Dictionary, references: &impl References) {
    for (key, value) in dictionary.iter() {
        name(out, key);
        out.push(b' ');
        object(out, value, references);
    }
}

/// Appends `/Key number 0 R`.
pub(crate) fn link(out: &mut Vec<u8>, key: &str, number: u32) {
    name(out, key.as_bytes());
    out.push(b' ');
    refer(out, number);
}

/// Appends `number 0 R`.
pub(crate) fn refer(out: &mut Vec<u8>, number: u32) {
    display(out, number);
    out.extend_from_slice(b" 0 R");
}

/// Appends `[1 0 R 2 0 R]`.
pub(crate) fn refer_all(out: &mut Vec<u8>, numbers: &[u32]) {
    out.push(b'[');
    for (n, number) in numbers.iter().enumerate() {
        if n > 0 {
            out.push(b' ');
        }
        refer(out, *number);
    }
    out.push(b']');
}

/// Appends a number or whatever is plain when displayed.
pub(crate) fn display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    let mut text = Text(out);
    // Writing to memory cannot fail.
    let _ = write!(text, "{value}");
}

struct Text<'a>(&'a mut Vec<u8>);

impl std::fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Appends a name; what may not stand in one as it is goes as `#` and two digits.
pub(crate) fn name(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'/');
    for &byte in value {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(&byte) {
            out.push(byte);
        } else {
            out.push(b'#');
            digits(out, byte);
        }
    }
}

/// Appends bytes as `(…)`.
pub(crate) fn literal(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'(');
    for &byte in value {
        match byte {
            b'(' | b')' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            // An end of line inside would be read as a line feed, whichever it is.
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\n' => out.extend_from_slice(b"\\n"),
            _ => out.push(byte),
        }
    }
    out.push(b')');
}

/// Appends bytes as `<…>`.
pub(crate) fn hexadecimal(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'<');
    for &byte in value {
        digits(out, byte);
    }
    out.push(b'>');
}

/// Appends words a person reads: ASCII as it is, all else as UTF-16 (7.9.2.2).
pub(crate) fn text(out: &mut Vec<u8>, words: &str) {
    if words.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return literal(out, words.as_bytes());
    }
    let mut wide = vec![0xFE, 0xFF];
    wide.extend(words.encode_utf16().flat_map(u16::to_be_bytes));
    hexadecimal(out, &wide);
}

fn digits(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push(DIGITS[usize::from(byte >> 4)]);
    out.push(DIGITS[usize::from(byte & 15)]);
}

#[cfg(test)]
mod tests {
    use lopdf::dictionary;
    use proptest::prelude::*;

    use super::*;

    struct Numbers;

    impl References for Numbers {
        fn reference(&self, id: ObjectId, out: &mut Vec<u8>) {
            refer(out, id.0);
        }
    }

    fn written(value: &Object) -> String {
        let mut out = Vec::new();
        object(&mut out, value, &Numbers);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn every_kind_of_object_is_written() {
        let value = Object::Array(vec![
            Object::Null,
            Object::Boolean(true),
            Object::Integer(-7),
            Object::Real(841.8898),
            Object::Real(0.000_012),
            Object::Name(b"A B#".to_vec()),
            Object::Dictionary(dictionary! { "K" => Object::Reference((9, 0)), "S" => "P" }),
            Object::string_literal("a(b\\\r"),
        ]);
        assert_eq!(written(&value), "[null true -7 841.8898 0.000012 /A#20B#23 <</K 9 0 R/S /P>> (a\\(b\\\\\\r)]");
    }

    #[test]
    fn words_beyond_ascii_are_utf_16() {
        let mut out = Vec::new();
        text(&mut out, "Lò");
        text(&mut out, " A");
        assert_eq!(out, b"<FEFF004C00F2>( A)");
    }

    /// What lopdf reads back from an object written into a file.
    fn reread(value: Object) -> Object {
        let mut file = b"%PDF-1.7\n1 0 obj\n".to_vec();
        object(&mut file, &Object::Dictionary(dictionary! { "Type" => "Catalog", "It" => value }), &Numbers);
        file.extend_from_slice(b"\nendobj\n");
        let at = file.len();
        let table = "xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n";
        let end = format!("{table}trailer\n<</Size 2/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n");
        file.extend_from_slice(end.as_bytes());
        let document = lopdf::Document::load_mem(&file).expect("a file");
        document.catalog().expect("a catalog").get(b"It").expect("the object").clone()
    }

    proptest! {
        #[test]
        fn strings_and_names_come_back_as_they_were(bytes in proptest::collection::vec(any::<u8>(), 0..40), plain in "[!-~ ]{1,20}") {
            for format in [StringFormat::Literal, StringFormat::Hexadecimal] {
                let read = reread(Object::String(bytes.clone(), format));
                prop_assert_eq!(read.as_str().expect("a string"), bytes.as_slice());
            }
            let read = reread(Object::Name(plain.clone().into_bytes()));
            prop_assert_eq!(read.as_name().expect("a name"), plain.as_bytes());
        }

        #[test]
        fn numbers_come_back_as_they_were(real in -100_000.0f32..100_000.0, integer in any::<i32>()) {
            let read = reread(Object::Array(vec![Object::Real(real), Object::Integer(i64::from(integer))]));
            let read = read.as_array().expect("an array");
            prop_assert_eq!(read[0].as_float().expect("a number"), real);
            prop_assert_eq!(read[1].as_i64().expect("a number"), i64::from(integer));
        }
    }
}
