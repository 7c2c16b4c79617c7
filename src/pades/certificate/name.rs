//! Names of subjects and issuers, as people read them.

use std::fmt::Write as _;

use der::asn1::ObjectIdentifier as Oid;

use super::super::asn1::{self, Broken, Value};

/// Short names of parts: RFC 4514, 3, and the ones common beside it.
const SHORT: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.20", "telephoneNumber"),
    ("2.5.4.42", "GN"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.65", "pseudonym"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.3", "mail"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];

/// A name: its parts from the widest to the nearest, as most certificates write them.
#[derive(Debug, Clone)]
pub(super) struct Name(Vec<Vec<Part>>);

#[derive(Debug, Clone)]
struct Part {
    kind: String,
    value: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Text(String),
    /// DER of something that is no text.
    Other(Vec<u8>),
}

impl Name {
    pub(super) fn read(name: Value<'_>) -> Result<Self, Broken> {
        let mut steps = Vec::new();
        for step in name.with_tag(asn1::SEQUENCE)?.each()? {
            let mut parts = Vec::new();
            for part in step.with_tag(asn1::SET)?.each()? {
                let mut inside = part.with_tag(asn1::SEQUENCE)?.inside();
                let kind = short(inside.next()?.oid()?);
                let value = inside.next()?;
                inside.finish()?;
                let value = text(value).map_or_else(|| Content::Other(value.whole.to_vec()), Content::Text);
                parts.push(Part { kind, value });
            }
            steps.push(parts);
        }
        Ok(Self(steps))
    }

    /// The first text of that kind, from the nearest.
    pub(super) fn part(&self, kind: &str) -> Option<&str> {
        self.0.iter().rev().flatten().filter(|part| part.kind == kind).find_map(|part| match &part.value {
            Content::Text(text) => Some(text.as_str()),
            Content::Other(_) => None,
        })
    }

    /// RFC 4514 text. The RFC turns the order round, which puts the country last where a certificate has it first; where
    /// a certificate has it last already, it stays so.
    pub(super) fn text(&self) -> String {
        let is_country = |step: Option<&Vec<Part>>| step.is_some_and(|parts| parts.iter().any(|part| part.kind == "C"));
        let nearest_first = is_country(self.0.last()) && !is_country(self.0.first());
        let steps: Vec<String> = self.0.iter().map(|parts| step_text(parts)).collect();
        if nearest_first { steps.join(",") } else { steps.into_iter().rev().collect::<Vec<_>>().join(",") }
    }
}

fn step_text(parts: &[Part]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| match &part.value {
            Content::Text(text) => format!("{}={}", part.kind, escaped(text)),
            Content::Other(der) => format!("{}=#{}", part.kind, super::hexadecimal(der)),
        })
        .collect();
    parts.join("+")
}

fn short(kind: Oid) -> String {
    let dotted = kind.to_string();
    SHORT.iter().find(|(number, _)| *number == dotted).map_or(dotted, |(_, short)| (*short).to_owned())
}

/// Text of a string of any of the kinds X.520 allows. Teletex is read as Latin-1, as everybody writes it, unless it is
/// UTF-8 under a wrong tag.
fn text(value: Value<'_>) -> Option<String> {
    const UTF8: u8 = 0x0c;
    const NUMERIC: u8 = 0x12;
    const PRINTABLE: u8 = 0x13;
    const TELETEX: u8 = 0x14;
    const IA5: u8 = 0x16;
    const VISIBLE: u8 = 0x1a;
    const UNIVERSAL: u8 = 0x1c;
    const BMP: u8 = 0x1e;
    match value.tag {
        UTF8 | NUMERIC | PRINTABLE | IA5 | VISIBLE => std::str::from_utf8(value.body).ok().map(str::to_owned),
        TELETEX => Some(match std::str::from_utf8(value.body) {
            Ok(text) => text.to_owned(),
            Err(_) => value.body.iter().map(|byte| char::from(*byte)).collect(),
        }),
        BMP => {
            let (units, []) = value.body.as_chunks::<2>() else { return None };
            String::from_utf16(&units.iter().map(|unit| u16::from_be_bytes(*unit)).collect::<Vec<_>>()).ok()
        }
        UNIVERSAL => {
            let (letters, []) = value.body.as_chunks::<4>() else { return None };
            letters.iter().map(|letter| char::from_u32(u32::from_be_bytes(*letter))).collect()
        }
        _ => None,
    }
}

/// RFC 4514, 2.4. Characters that disturb a line are escaped too, byte by byte.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let last = text.chars().count().saturating_sub(1);
    for (place, letter) in text.chars().enumerate() {
        match letter {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => out.extend(['\\', letter]),
            ' ' if place == 0 || place == last => out.push_str("\\ "),
            '#' if place == 0 => out.push_str("\\#"),
            letter if disturbs(letter) => {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\{byte:02x}");
                }
            }
            letter => out.push(letter),
        }
    }
    out
}

/// A text that can stand in a line.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|letter| if disturbs(letter) { '\u{fffd}' } else { letter }).collect()
}

/// Controls, and marks that turn the direction of writing: with them a name could look like another.
fn disturbs(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::super::super::asn1::{sequence, write, write_oid};
    use super::*;

    fn name(parts: &[(&str, u8, &[u8])]) -> Name {
        let steps: Vec<Vec<u8>> = parts
            .iter()
            .map(|(kind, tag, body)| {
                let kind = write_oid(Oid::new(kind).expect("a number"));
                write(asn1::SET, &[&sequence(&[&kind, &write(*tag, &[body])])])
            })
            .collect();
        let steps: Vec<&[u8]> = steps.iter().map(Vec::as_slice).collect();
        Name::read(Value::only(&sequence(&steps)).expect("just written")).expect("a name")
    }

    #[test]
    fn the_country_comes_last() {
        let (country, city, person) =
            (("2.5.4.6", 0x13, &b"VN"[..]), ("2.5.4.7", 0x0c, "Phù Yên".as_bytes()), ("2.5.4.3", 0x0c, &b"An"[..]));
        assert_eq!(name(&[country, city, person]).text(), "CN=An,L=Phù Yên,C=VN");
        assert_eq!(name(&[person, city, country]).text(), "CN=An,L=Phù Yên,C=VN");
        assert_eq!(name(&[city, person]).text(), "CN=An,L=Phù Yên");
    }

    #[test]
    fn vietnamese_is_kept_in_every_kind_of_string() {
        let wide: Vec<u8> = "Ẻm".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let wider: Vec<u8> = "Ẻm".chars().flat_map(|letter| (letter as u32).to_be_bytes()).collect();
        for (tag, body) in [(0x0c, "Ẻm".as_bytes()), (0x1e, &wide), (0x1c, &wider), (0x14, "Ẻm".as_bytes())] {
            assert_eq!(name(&[("2.5.4.3", tag, body)]).part("CN"), Some("Ẻm"), "{tag:x}");
        }
        assert_eq!(name(&[("2.5.4.3", 0x14, b"Ph\xf9 Y\xean")]).part("CN"), Some("Phù Yên"));
    }

    #[test]
    fn what_would_disturb_a_line_is_escaped() {
        let odd =
            name(&[("2.5.4.3", 0x0c, "#a, b\u{202e}\n ".as_bytes()), ("1.2.3", 0x0c, b"x"), ("2.5.4.10", 4, b"x")]);
        assert_eq!(odd.text(), r"O=#040178,1.2.3=x,CN=\#a\, b\e2\80\ae\0a\ ");
        assert_eq!(plain("a\u{202e}b"), "a\u{fffd}b");
        assert_eq!(odd.part("O"), None);
    }
}
