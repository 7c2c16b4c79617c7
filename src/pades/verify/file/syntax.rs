//! Values read from bytes (ISO 32000-1, 7.2 and 7.3).

use std::ops::Range;

use super::object::{Body, Dictionary, Id, Value};
use super::{Budget, DEPTH, Unreadable};

/// Longest token that is not a string, bytes.
const TOKEN: usize = 256;

/// A place in the bytes, moving on.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    budget: &'a Budget,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize, budget: &'a Budget) -> Self {
        Self { bytes, at, budget }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn starts(&self, word: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word))
    }

    /// Past white space and comments.
    pub(super) fn skip(&mut self) {
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                0 | 9 | 10 | 12 | 13 | 32 => self.at += 1,
                b'%' => {
                    while self.peek().is_some_and(|byte| !matches!(byte, 10 | 13)) {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
        self.budget.run(self.at - start);
    }

    /// Past `word`, which must stand here and end here.
    pub(super) fn keyword(&mut self, word: &[u8]) -> Result<(), Unreadable> {
        self.skip();
        if !self.starts(word) || self.bytes.get(self.at + word.len()).copied().is_some_and(regular) {
            return Err(Unreadable("a keyword is missing"));
        }
        self.at += word.len();
        Ok(())
    }

    /// A number of digits alone.
    pub(super) fn digits(&mut self) -> Result<u64, Unreadable> {
        self.skip();
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.budget.run(self.at - start);
        let digits = self.bytes.get(start..self.at).unwrap_or_default();
        let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        match number {
            Some(number) if digits.len() <= 19 && !self.peek().is_some_and(regular) => Ok(number),
            _ => Err(Unreadable("a number is missing")),
        }
    }

    /// One value.
    pub(super) fn value(&mut self, depth: usize) -> Result<Value, Unreadable> {
        if depth > DEPTH {
            return Err(Unreadable("values are nested too deep"));
        }
        self.budget.value()?;
        self.skip();
        match self.peek() {
            Some(b'/') => self.name().map(Value::Name),
            Some(b'(') => self.string(Self::literal),
            Some(b'<') if self.starts(b"<<") => self.dictionary(depth, &mut |_, _| {}).map(Value::Dictionary),
            Some(b'<') => self.string(Self::hexadecimal),
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.skip();
                    if self.peek() == Some(b']') {
                        self.at += 1;
                        return Ok(Value::Array(items));
                    }
                    items.push(self.value(depth + 1)?);
                }
            }
            Some(b'+' | b'-' | b'.' | b'0'..=b'9') => self.number(),
            Some(_) => match self.token()? {
                b"null" => Ok(Value::Null),
                b"true" => Ok(Value::Boolean(true)),
                b"false" => Ok(Value::Boolean(false)),
                _ => Err(Unreadable("a value is wrong")),
            },
            None => Err(Unreadable("it ends inside a value")),
        }
    }

    /// A dictionary; `seen` is told where the value of each of its keys stands.
    fn dictionary(
        &mut self,
        depth: usize,
        seen: &mut dyn FnMut(&[u8], Range<usize>),
    ) -> Result<Dictionary, Unreadable> {
        self.at += 2;
        let mut entries = Dictionary::new();
        loop {
            self.skip();
            if self.starts(b">>") {
                self.at += 2;
                return Ok(entries);
            }
            let key = self.name()?;
            self.skip();
            let start = self.at;
            let value = self.value(depth + 1)?;
            seen(&key, start..self.at);
            if entries.insert(key, value).is_some() {
                return Err(Unreadable("a dictionary has one key twice"));
            }
        }
    }

    /// A run of regular characters.
    fn token(&mut self) -> Result<&'a [u8], Unreadable> {
        let start = self.at;
        while self.peek().is_some_and(regular) {
            self.at += 1;
        }
        self.budget.run(self.at - start);
        match self.bytes.get(start..self.at) {
            Some(token) if !token.is_empty() && token.len() <= TOKEN => Ok(token),
            _ => Err(Unreadable("a value is wrong")),
        }
    }

    fn name(&mut self) -> Result<Vec<u8>, Unreadable> {
        if self.peek() != Some(b'/') {
            return Err(Unreadable("a name is missing"));
        }
        self.at += 1;
        let start = self.at;
        while self.peek().is_some_and(regular) {
            self.at += 1;
        }
        self.budget.run(self.at - start);
        let raw = self.bytes.get(start..self.at).unwrap_or_default();
        if raw.len() > TOKEN {
            return Err(Unreadable("a name is too long"));
        }
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let [first, tail @ ..] = rest {
            match (first, tail) {
                (b'#', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    name.push(digit(*high) << 4 | digit(*low));
                    rest = after;
                }
                _ => {
                    name.push(*first);
                    rest = tail;
                }
            }
        }
        Ok(name)
    }

    fn string(&mut self, read: fn(&mut Self) -> Result<Vec<u8>, Unreadable>) -> Result<Value, Unreadable> {
        let start = self.at;
        let text = read(self);
        self.budget.run(self.at - start);
        text.map(Value::String)
    }

    fn literal(&mut self) -> Result<Vec<u8>, Unreadable> {
        self.at += 1;
        let mut text = Vec::new();
        let mut open = 1_u32;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(text);
                    }
                }
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.at += 1;
                    }
                    text.push(b'\n');
                    continue;
                }
                b'\\' => {
                    self.escape(&mut text)?;
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        Err(Unreadable("it ends inside a string"))
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), Unreadable> {
        let byte = self.peek().ok_or(Unreadable("it ends inside a string"))?;
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\n' => {}
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'0'..=b'7' => {
                let mut code = u16::from(byte - b'0');
                for _ in 0..2 {
                    let Some(next @ b'0'..=b'7') = self.peek() else { break };
                    code = code * 8 + u16::from(next - b'0');
                    self.at += 1;
                }
                text.push((code & 0xFF) as u8);
            }
            other => text.push(other),
        }
        Ok(())
    }

    fn hexadecimal(&mut self) -> Result<Vec<u8>, Unreadable> {
        self.at += 1;
        let mut text = Vec::new();
        let mut half = None;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'>' => {
                    text.extend(half.map(|high: u8| high << 4));
                    return Ok(text);
                }
                byte if byte.is_ascii_hexdigit() => match half.take() {
                    Some(high) => text.push(high << 4 | digit(byte)),
                    None => half = Some(digit(byte)),
                },
                0 | 9 | 10 | 12 | 13 | 32 => {}
                _ => return Err(Unreadable("a hexadecimal string is wrong")),
            }
        }
        Err(Unreadable("it ends inside a string"))
    }

    /// A number, or a reference that begins with one.
    fn number(&mut self) -> Result<Value, Unreadable> {
        let token = self.token()?;
        let text = std::str::from_utf8(token).map_err(|_| Unreadable("a number is wrong"))?;
        if token.contains(&b'.') {
            let sound = token.iter().enumerate().all(|(n, byte)| match byte {
                b'0'..=b'9' | b'.' => true,
                b'+' | b'-' => n == 0,
                _ => false,
            });
            return match text.parse() {
                Ok(number) if sound => Ok(Value::Real(number)),
                _ => Err(Unreadable("a number is wrong")),
            };
        }
        let number: i64 = text.parse().map_err(|_| Unreadable("a number is wrong"))?;
        let after = self.at;
        if token.iter().all(u8::is_ascii_digit)
            && let Ok(object) = u32::try_from(number)
            && let Some(generation) = self.reference()
        {
            return Ok(Value::Reference((object, generation)));
        }
        self.at = after;
        Ok(Value::Integer(number))
    }

    /// The rest of a reference: generation and `R`.
    fn reference(&mut self) -> Option<u16> {
        self.skip();
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) && self.at - start < 6 {
            self.at += 1;
        }
        let generation = std::str::from_utf8(self.bytes.get(start..self.at)?).ok()?.parse().ok()?;
        let gap = self.at;
        self.skip();
        if gap == self.at || !self.starts(b"R") || self.bytes.get(self.at + 1).copied().is_some_and(regular) {
            return None;
        }
        self.at += 1;
        Some(generation)
    }
}

fn regular(byte: u8) -> bool {
    !matches!(byte, 0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => byte.wrapping_sub(b'A').wrapping_add(10),
    }
}

/// Past `number generation obj`, which must be those of `id`.
fn head<'a>(bytes: &'a [u8], at: usize, id: Id, budget: &'a Budget) -> Result<Reader<'a>, Unreadable> {
    budget.value()?;
    let mut reader = Reader::new(bytes, at, budget);
    let found = (reader.digits()?, reader.digits()?);
    reader.keyword(b"obj")?;
    if found != (u64::from(id.0), u64::from(id.1)) {
        return Err(Unreadable("an object is not where the table says"));
    }
    Ok(reader)
}

/// The object that begins at `at`. `length` finds a stream's length that is an object of its own.
pub(super) fn indirect(
    bytes: &[u8],
    at: usize,
    id: Id,
    budget: &Budget,
    length: &dyn Fn(Id) -> Result<usize, Unreadable>,
) -> Result<Body, Unreadable> {
    let mut reader = head(bytes, at, id, budget)?;
    let value = reader.value(0)?;
    reader.skip();
    let Some(entries) = value.dictionary().filter(|_| reader.starts(b"stream")) else {
        reader.keyword(b"endobj")?;
        return Ok(Body { value, data: None });
    };
    let length = match entries.get(b"Length".as_slice()) {
        Some(Value::Integer(length)) => usize::try_from(*length).ok(),
        Some(Value::Reference(id)) => Some(length(*id)?),
        _ => None,
    };
    let length = length.ok_or(Unreadable("a stream's length is wrong"))?;
    reader.at += b"stream".len();
    if reader.peek() == Some(b'\r') {
        reader.at += 1;
    }
    if reader.peek() != Some(b'\n') {
        return Err(Unreadable("a stream begins without a line end"));
    }
    let start = reader.at + 1;
    let end =
        start.checked_add(length).filter(|end| *end <= bytes.len()).ok_or(Unreadable("it ends inside a stream"))?;
    reader.at = end;
    // Only a line end may stand between the data and the keyword.
    for line_end in [b'\r', b'\n'] {
        if reader.peek() == Some(line_end) {
            reader.at += 1;
        }
    }
    if !reader.starts(b"endstream") {
        return Err(Unreadable("a stream's length is wrong"));
    }
    reader.keyword(b"endstream")?;
    reader.keyword(b"endobj")?;
    Ok(Body { value, data: Some(start..end) })
}

/// Where the value of `key` stands in the dictionary that is the object at `at`.
pub(super) fn span(
    bytes: &[u8],
    at: usize,
    id: Id,
    key: &[u8],
    budget: &Budget,
) -> Result<Option<Range<usize>>, Unreadable> {
    let mut reader = head(bytes, at, id, budget)?;
    reader.skip();
    if !reader.starts(b"<<") {
        return Ok(None);
    }
    let mut found = None;
    reader.dictionary(0, &mut |name, range| {
        if name == key {
            found = Some(range);
        }
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Value, Unreadable> {
        Reader::new(text.as_bytes(), 0, &Budget::default()).value(0)
    }

    #[test]
    fn every_kind_of_value_is_read() {
        assert!(read("[2 R]").is_err(), "`R` alone is no value");
        let value = read("[null true -7 +.5 /A#20B (a\\(b\\051\\\n(c)) <4c F> <</K 9 0 R /L[1 2 0]>> 12 0 R]")
            .expect("a sound value");
        let items = value.array().expect("an array");
        assert_eq!(items.len(), 9);
        assert_eq!(items[3], Value::Real(0.5));
        assert_eq!(items[4], Value::Name(b"A B".to_vec()));
        assert_eq!(items[5], Value::String(b"a(b)(c)".to_vec()));
        assert_eq!(items[6], Value::String(vec![0x4C, 0xF0]));
        assert_eq!(items[8], Value::Reference((12, 0)));
    }

    #[test]
    fn a_key_written_twice_is_refused() {
        assert_eq!(read("<</A 1/#41 2>>"), Err(Unreadable("a dictionary has one key twice")));
    }

    #[test]
    fn deep_nesting_ends_without_a_fall() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&"<</A".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let budget = Budget::default();
            let _ = Reader::new(&bytes, 0, &budget).value(0);
            let _ = indirect(&bytes, 0, (1, 0), &budget, &|_| Ok(3));
        }
    }
}
