//! Objects as they stand in a file, cut into their parts without being understood: what is not changed is copied byte
//! for byte, so that no number is rounded and no string is written another way (ISO 32000-1, 7.2 and 7.3).

use std::ops::Range;

use super::syntax;

/// Words, brackets and strings of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `<<` or `[`.
    Open,
    /// `>>` or `]`.
    Close,
    Name,
    String,
    /// A number, or a word such as `obj`, `true` and `R`.
    Word,
}

/// Entries of a dictionary: decoded keys, and values as they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entries(Vec<(Vec<u8>, Vec<u8>)>);

impl Entries {
    /// Cuts the dictionary at the beginning of `bytes`; nothing where there is none, or a key comes twice.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (kind, open) = token(bytes, 0)?;
        if kind != Kind::Open || bytes.get(open.clone())? != b"<<" {
            return None;
        }
        let mut entries = Vec::<(Vec<u8>, Vec<u8>)>::new();
        let mut at = open.end;
        loop {
            let (kind, key) = token(bytes, at)?;
            match kind {
                Kind::Close if bytes.get(key.clone())? == b">>" => break,
                Kind::Name => {}
                _ => return None,
            }
            let found = value(bytes, key.end)?;
            at = found.end;
            entries.push((unescaped(bytes.get(key.start + 1..key.end)?), bytes.get(found)?.to_vec()));
        }
        let mut keys: Vec<&[u8]> = entries.iter().map(|(key, _)| key.as_slice()).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|two| two.first() == two.last()) {
            return None;
        }
        Some(Self(entries))
    }

    /// The value of a key; one that is null is not there.
    pub(crate) fn get(&self, key: &str) -> Option<&[u8]> {
        let (_, value) = self.0.iter().find(|(one, _)| one == key.as_bytes())?;
        (value != b"null").then_some(value)
    }

    /// Gives a key its value, in its place if it is there, else at the end.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Vec<u8>>) {
        let value = value.into();
        match self.0.iter_mut().find(|(one, _)| one == key.as_bytes()) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.as_bytes().to_vec(), value)),
        }
    }

    /// Takes a key out.
    pub(crate) fn remove(&mut self, key: &str) {
        self.0.retain(|(one, _)| one != key.as_bytes());
    }

    /// Appends the entries without brackets.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for (key, value) in &self.0 {
            syntax::name(out, key);
            if !matches!(value.first(), Some(b'/' | b'[' | b'<' | b'(')) {
                out.push(b' ');
            }
            out.extend_from_slice(value);
        }
    }

    /// The dictionary with its brackets.
    pub(crate) fn dictionary(&self) -> Vec<u8> {
        let mut out = b"<<".to_vec();
        self.write(&mut out);
        out.extend_from_slice(b">>");
        out
    }
}

/// The value that begins at `at` or after the white space there. A reference is one value.
pub(crate) fn value(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let (kind, first) = token(bytes, at)?;
    match kind {
        Kind::Name | Kind::String => Some(first),
        Kind::Close => None,
        Kind::Open => {
            let (mut depth, mut end) = (1usize, first.end);
            while depth > 0 {
                let (kind, next) = token(bytes, end)?;
                match kind {
                    Kind::Open => depth += 1,
                    Kind::Close => depth -= 1,
                    _ => {}
                }
                end = next.end;
            }
            Some(first.start..end)
        }
        Kind::Word => {
            let end = number(bytes.get(first.clone())?).and_then(|_| {
                let (_, second) = token(bytes, first.end)?;
                number(bytes.get(second.clone())?)?;
                let (_, third) = token(bytes, second.end)?;
                (bytes.get(third.clone())? == b"R").then_some(third.end)
            });
            Some(first.start..end.unwrap_or(first.end))
        }
    }
}

/// Number and generation of the object a value refers to.
pub(crate) fn reference(value: &[u8]) -> Option<(u32, u16)> {
    let (_, first) = token(value, 0)?;
    let (_, second) = token(value, first.end)?;
    let (_, third) = token(value, second.end)?;
    let id = (number(value.get(first)?)?, u16::try_from(number(value.get(second)?)?).ok()?);
    (value.get(third)? == b"R").then_some(id)
}

/// What the object at `at` says of itself: number, generation, and where its value begins.
pub(crate) fn header(bytes: &[u8], at: usize) -> Option<((u32, u16), usize)> {
    let (_, first) = token(bytes, at)?;
    let (_, second) = token(bytes, first.end)?;
    let (_, third) = token(bytes, second.end)?;
    // `obj` and what follows may touch: `1 0 obj<<`, never `1 0 objx`.
    let id = (number(bytes.get(first.clone())?)?, u16::try_from(number(bytes.get(second)?)?).ok()?);
    (first.start == at && bytes.get(third.clone())? == b"obj").then_some((id, third.end))
}

/// An unsigned whole number.
pub(crate) fn number(word: &[u8]) -> Option<u32> {
    let plain = !word.is_empty() && word.len() <= 10 && word.iter().all(u8::is_ascii_digit);
    if plain { std::str::from_utf8(word).ok()?.parse().ok() } else { None }
}

fn token(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    let start = after_space(bytes, at);
    let found = |kind, length: usize| Some((kind, start..start + length));
    match (bytes.get(start)?, bytes.get(start + 1)) {
        (b'<', Some(b'<')) => found(Kind::Open, 2),
        (b'>', Some(b'>')) => found(Kind::Close, 2),
        (b'[', _) => found(Kind::Open, 1),
        (b']', _) => found(Kind::Close, 1),
        (b'<', _) => {
            let length = bytes.get(start..)?.iter().position(|&byte| byte == b'>')? + 1;
            found(Kind::String, length)
        }
        (b'(', _) => Some((Kind::String, start..literal_end(bytes, start)?)),
        (b'/', _) => Some((Kind::Name, start..regular_end(bytes, start + 1))),
        (b'>' | b')' | b'{' | b'}', _) => None,
        _ => Some((Kind::Word, start..regular_end(bytes, start))),
    }
}

/// Behind white space and comments.
fn after_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let rest = bytes.get(at..).unwrap_or_default();
            at += rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        } else if is_space(byte) {
            at += 1;
        } else {
            break;
        }
    }
    at
}

fn literal_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0usize, start);
    loop {
        match bytes.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

fn regular_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().position(|&byte| is_space(byte) || b"()<>[]{}/%".contains(&byte)).unwrap_or(rest.len())
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

/// A name without its `#` escapes.
pub(crate) fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escape = match after {
            [high, low, after @ ..] if byte == b'#' => hex(*high).zip(hex(*low)).map(|(a, b)| (a << 4 | b, after)),
            _ => None,
        };
        match escape {
            Some((byte, after)) => {
                out.push(byte);
                rest = after;
            }
            None => out.push(byte),
        }
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn entries_keep_their_values_byte_for_byte() {
        let bytes = b" <</A 1.23456789/B(x\\)(y))/C[1 0 R <</D<AB>>> %no ]\n]/E 12 0 R/F/G#20/H<</I/J>>/K true>> rest";
        let mut entries = Entries::parse(bytes).expect("a dictionary");
        assert_eq!(entries.get("A"), Some(&b"1.23456789"[..]));
        assert_eq!(entries.get("B"), Some(&b"(x\\)(y))"[..]));
        assert_eq!(entries.get("E"), Some(&b"12 0 R"[..]));
        assert_eq!(entries.get("F"), Some(&b"/G#20"[..]));
        assert_eq!(entries.get("K"), Some(&b"true"[..]));
        entries.set("A", "2");
        entries.remove("C");
        entries.set("L", "(m)");
        assert_eq!(
            String::from_utf8_lossy(&entries.dictionary()),
            "<</A 2/B(x\\)(y))/E 12 0 R/F/G#20/H<</I/J>>/K true/L(m)>>"
        );
    }

    #[test]
    fn a_key_that_comes_twice_is_refused() {
        assert_eq!(Entries::parse(b"<</A 1/#41 2>>"), None);
    }

    #[test]
    fn what_ends_too_early_is_refused() {
        for bytes in [&b"<</A"[..], b"<</A 1", b"<</A[1>", b"<</A(\\", b"<</A<12", b"<</A>>", b"[1]", b"", b"<<1 2>>"] {
            assert_eq!(Entries::parse(bytes), None, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn an_object_tells_its_number() {
        assert_eq!(header(b"..12 3 obj<</A 1>>", 2), Some(((12, 3), 10)));
        assert_eq!(header(b"..12 3 object", 2), None);
        assert_eq!(header(b" 12 3 obj", 0), None);
        assert_eq!(reference(b"7 0 R"), Some((7, 0)));
        assert_eq!(reference(b"7 0"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'<'), Just(b'>'), Just(b'['), Just(b'('), Just(b'/'), Just(b'\\'), Just(b'%'), Just(b'1')], 0..60)) {
            let _ = (Entries::parse(&bytes), value(&bytes, 0), header(&bytes, 0), reference(&bytes), unescaped(&bytes));
        }
    }
}
