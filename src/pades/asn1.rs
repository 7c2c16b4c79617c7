//! DER as signatures need it: values read where they lie, with their very bytes (a signature is over bytes, not over
//! meaning), and written in the order given. Indefinite lengths (BER) are put into definite ones first.

use std::borrow::Cow;

use chrono::{FixedOffset, NaiveDate, TimeDelta};
use der::asn1::ObjectIdentifier as Oid;

use super::Moment;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BITS: u8 = 0x03;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// Nesting beyond which nothing is read.
const DEEPEST: usize = 32;
/// Members of one value beyond which they are not kept at a time: few bytes must not become much memory.
const MOST: usize = 4096;

/// The bytes are not what they should be. The caller knows of what, and says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// Tag of a constructed context-specific value, `[n]`.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// Tag of a primitive context-specific value, `[n] IMPLICIT`.
pub(super) const fn plain_context(number: u8) -> u8 {
    0x80 | number
}

/// One value: its tag, what it holds, and all its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) tag: u8,
    pub(super) body: &'a [u8],
    pub(super) whole: &'a [u8],
}

/// Values one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The next value of any tag.
    pub(super) fn next(&mut self) -> Result<Value<'a>, Broken> {
        let (tag, head, length) = header(self.0)?;
        let length = length.ok_or(Broken)?;
        let end = head.checked_add(length).ok_or(Broken)?;
        let whole = self.0.get(..end).ok_or(Broken)?;
        let (_, rest) = self.0.split_at(end);
        self.0 = rest;
        Ok(Value { tag, body: whole.get(head..).ok_or(Broken)?, whole })
    }

    /// The next value, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Result<Value<'a>, Broken> {
        self.optional(tag)?.ok_or(Broken)
    }

    /// The next value if it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Value<'a>>, Broken> {
        if self.0.first() == Some(&tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// Nothing may follow.
    pub(super) fn finish(self) -> Result<(), Broken> {
        if self.is_empty() { Ok(()) } else { Err(Broken) }
    }

    /// What follows.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }
}

impl<'a> Value<'a> {
    /// The only value of these bytes.
    pub(super) fn only(bytes: &'a [u8]) -> Result<Self, Broken> {
        let mut reader = Reader::new(bytes);
        let value = reader.next()?;
        reader.finish()?;
        Ok(value)
    }

    /// The values inside.
    pub(super) fn inside(self) -> Reader<'a> {
        Reader(self.body)
    }

    /// All values inside, 4096 at most; longer lists are read one by one.
    pub(super) fn each(self) -> Result<Vec<Value<'a>>, Broken> {
        let mut reader = self.inside();
        let mut values = Vec::new();
        while !reader.is_empty() {
            values.push(reader.next()?);
            if values.len() > MOST {
                return Err(Broken);
            }
        }
        Ok(values)
    }

    pub(super) fn with_tag(self, tag: u8) -> Result<Self, Broken> {
        if self.tag == tag { Ok(self) } else { Err(Broken) }
    }

    pub(super) fn oid(self) -> Result<Oid, Broken> {
        Oid::from_bytes(self.with_tag(OID)?.body).map_err(|_| Broken)
    }

    pub(super) fn boolean(self) -> Result<bool, Broken> {
        match self.with_tag(BOOLEAN)?.body {
            [value] => Ok(*value != 0),
            _ => Err(Broken),
        }
    }

    /// An integer's bytes without the zero that only keeps it positive.
    pub(super) fn integer(self) -> Result<&'a [u8], Broken> {
        match self.with_tag(INTEGER)?.body {
            [] => Err(Broken),
            [0, rest @ ..] if !rest.is_empty() => Ok(rest),
            body => Ok(body),
        }
    }

    /// An integer, or an enumerated value, that fits.
    pub(super) fn small(self) -> Result<u64, Broken> {
        if !matches!(self.tag, INTEGER | ENUMERATED) || self.body.is_empty() || self.body.len() > 9 {
            return Err(Broken);
        }
        let mut value: u64 = 0;
        for byte in self.body {
            value = value.checked_mul(256).and_then(|high| high.checked_add(u64::from(*byte))).ok_or(Broken)?;
        }
        Ok(value)
    }

    /// A string of whole bytes of bits.
    pub(super) fn bits(self) -> Result<&'a [u8], Broken> {
        match self.with_tag(BITS)?.body {
            [0, rest @ ..] => Ok(rest),
            _ => Err(Broken),
        }
    }

    /// A moment: `UTCTime` or `GeneralizedTime`, with fractions of a second, in Z or with an offset.
    pub(super) fn moment(self) -> Result<Moment, Broken> {
        let text = std::str::from_utf8(self.body).map_err(|_| Broken)?;
        match self.tag {
            UTC_TIME => {
                let year: i32 = digits(text.get(..2))?;
                moment(if year < 50 { 2000 + year } else { 1900 + year }, text.get(2..).ok_or(Broken)?)
            }
            GENERALIZED_TIME => moment(digits(text.get(..4))?, text.get(4..).ok_or(Broken)?),
            _ => Err(Broken),
        }
    }
}

fn digits<T: std::str::FromStr>(text: Option<&str>) -> Result<T, Broken> {
    let text = text.filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).ok_or(Broken)?;
    text.parse().map_err(|_| Broken)
}

/// `MMDDhhmm[ss[.fraction]](Z|±hhmm)`.
fn moment(year: i32, text: &str) -> Result<Moment, Broken> {
    let day = NaiveDate::from_ymd_opt(year, digits(text.get(..2))?, digits(text.get(2..4))?).ok_or(Broken)?;
    let (hour, minute) = (digits(text.get(4..6))?, digits(text.get(6..8))?);
    let rest = text.get(8..).ok_or(Broken)?;
    let zone = rest.find(['Z', '+', '-']).ok_or(Broken)?;
    let (seconds, zone) = rest.split_at_checked(zone).ok_or(Broken)?;
    let (second, nanos) = match seconds.split_once(['.', ',']) {
        None if seconds.is_empty() => (0, 0),
        None => (digits(Some(seconds).filter(|text| text.len() == 2))?, 0),
        Some((second, fraction)) => {
            let whole: u32 = digits(Some(second).filter(|text| text.len() == 2))?;
            if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Broken);
            }
            // Nothing finer than a nanosecond is kept.
            let shown = fraction.get(..9).unwrap_or(fraction);
            let value: u32 = digits(Some(shown))?;
            (whole, value * 10_u32.pow(9 - shown.len() as u32))
        }
    };
    let local = day.and_hms_nano_opt(hour, minute, second, nanos).ok_or(Broken)?;
    let ahead = match zone {
        "Z" => TimeDelta::zero(),
        _ if zone.len() == 5 => {
            let hours: i64 = digits(zone.get(1..3))?;
            let minutes: i64 = digits(zone.get(3..5))?;
            let ahead = TimeDelta::minutes(hours * 60 + minutes);
            if zone.starts_with('-') { -ahead } else { ahead }
        }
        _ => return Err(Broken),
    };
    let utc = local.checked_sub_signed(ahead).ok_or(Broken)?;
    Ok(Moment::from_naive_utc_and_offset(utc, FixedOffset::east_opt(0).ok_or(Broken)?))
}

/// Tag, length of the header, and length of what follows; none is the indefinite length.
fn header(bytes: &[u8]) -> Result<(u8, usize, Option<usize>), Broken> {
    let [tag, first, rest @ ..] = bytes else { return Err(Broken) };
    // Tags above 30 appear in nothing that is read here.
    if tag & 0x1f == 0x1f {
        return Err(Broken);
    }
    match *first {
        0x80 => Ok((*tag, 2, None)),
        short if short < 0x80 => Ok((*tag, 2, Some(usize::from(short)))),
        long => {
            let count = usize::from(long & 0x7f);
            if count > 4 {
                return Err(Broken);
            }
            let mut length: usize = 0;
            for byte in rest.get(..count).ok_or(Broken)? {
                length = (length << 8) | usize::from(*byte);
            }
            Ok((*tag, 2 + count, Some(length)))
        }
    }
}

/// The first value of `bytes`, every indefinite length made definite, and what follows it. Strings of bytes in pieces,
/// which only stand in such values, are put together.
pub(super) fn definite(bytes: &[u8]) -> Result<(Cow<'_, [u8]>, &[u8]), Broken> {
    if let Ok((_, head, Some(length))) = header(bytes) {
        let end = head.checked_add(length).filter(|end| *end <= bytes.len()).ok_or(Broken)?;
        let (value, rest) = bytes.split_at(end);
        if !in_pieces(value, 0) {
            return Ok((Cow::Borrowed(value), rest));
        }
    }
    let (value, rest) = rewrite(bytes, 0)?;
    Ok((Cow::Owned(value), rest))
}

/// Whether an indefinite length or a string in pieces stands anywhere; what cannot be read is refused by its reader.
fn in_pieces(bytes: &[u8], depth: usize) -> bool {
    let mut rest = bytes;
    while let Ok((tag, head, length)) = header(rest) {
        let Some(length) = length.filter(|_| tag != OCTETS | 0x20) else { return true };
        let Some(body) = head.checked_add(length).and_then(|end| rest.get(head..end)) else { return false };
        if tag & 0x20 != 0 && depth < DEEPEST && in_pieces(body, depth + 1) {
            return true;
        }
        rest = rest.get(head + length..).unwrap_or_default();
    }
    false
}

fn rewrite(bytes: &[u8], depth: usize) -> Result<(Vec<u8>, &[u8]), Broken> {
    if depth > DEEPEST {
        return Err(Broken);
    }
    let (tag, head, length) = header(bytes)?;
    let constructed = tag & 0x20 != 0;
    let mut rest = bytes.get(head..).ok_or(Broken)?;
    let Some(length) = length else {
        if !constructed {
            return Err(Broken);
        }
        let mut parts = Vec::new();
        while !rest.starts_with(&[0, 0]) {
            let (part, after) = rewrite(rest, depth + 1)?;
            add(&mut parts, part)?;
            rest = after;
        }
        return Ok((join(tag, &parts)?, rest.get(2..).ok_or(Broken)?));
    };
    let mut body = rest.get(..length).ok_or(Broken)?;
    let after = rest.get(length..).ok_or(Broken)?;
    if !constructed {
        return Ok((write(tag, &[body]), after));
    }
    let mut parts = Vec::new();
    while !body.is_empty() {
        let (part, next) = rewrite(body, depth + 1)?;
        add(&mut parts, part)?;
        body = next;
    }
    Ok((join(tag, &parts)?, after))
}

fn add(parts: &mut Vec<Vec<u8>>, part: Vec<u8>) -> Result<(), Broken> {
    parts.push(part);
    if parts.len() > MOST { Err(Broken) } else { Ok(()) }
}

/// The value of these parts; an octet string's pieces become one.
fn join(tag: u8, parts: &[Vec<u8>]) -> Result<Vec<u8>, Broken> {
    if tag != OCTETS | 0x20 {
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        return Ok(write(tag, &parts));
    }
    let mut pieces = Vec::new();
    for part in parts {
        pieces.push(Value::only(part)?.with_tag(OCTETS)?.body);
    }
    Ok(write(OCTETS, &pieces))
}

/// A value of these parts, one after the other.
pub(super) fn write(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(length + 6);
    bytes.push(tag);
    if length < 0x80 {
        bytes.push(length as u8);
    } else {
        let digits = length.to_be_bytes();
        let digits = digits.get(length.leading_zeros() as usize / 8..).unwrap_or_default();
        bytes.push(0x80 | digits.len() as u8);
        bytes.extend_from_slice(digits);
    }
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    write(SEQUENCE, parts)
}

/// `SET OF` in DER: the members in the order of their bytes.
pub(super) fn set_of(mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort();
    let parts: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    write(SET, &parts)
}

pub(super) fn write_oid(oid: Oid) -> Vec<u8> {
    write(OID, &[oid.as_bytes()])
}

/// A positive integer from its bytes, the highest first.
pub(super) fn write_integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    match bytes.get(zeros..).unwrap_or_default() {
        [] => write(INTEGER, &[&[0]]),
        rest @ [first, ..] if *first >= 0x80 => write(INTEGER, &[&[0], rest]),
        rest => write(INTEGER, &[rest]),
    }
}

/// Bytes of the blocks of a PEM text, with their labels; text between blocks is passed over.
pub(super) fn pem(text: &str) -> Result<Vec<(&str, Vec<u8>)>, Broken> {
    use base64::Engine as _;
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----").ok_or(Broken)?;
        let (body, after) = after.split_once("-----END ").ok_or(Broken)?;
        let after = after.strip_prefix(label).and_then(|after| after.strip_prefix("-----")).ok_or(Broken)?;
        let body: String = body.split_ascii_whitespace().collect();
        blocks.push((label, base64::engine::general_purpose::STANDARD.decode(body).map_err(|_| Broken)?));
        rest = after;
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_written_short() {
        assert_eq!(write(OCTETS, &[&[1; 5]]).get(..2), Some(&[4, 5][..]));
        assert_eq!(write(OCTETS, &[&[1; 200]]).get(..3), Some(&[4, 0x81, 200][..]));
        assert_eq!(write(OCTETS, &[&[1; 300]]).get(..4), Some(&[4, 0x82, 1, 44][..]));
    }

    #[test]
    fn indefinite_lengths_become_definite() {
        let written = [0x30, 0x80, 0x24, 0x80, 4, 1, 7, 4, 2, 8, 9, 0, 0, 5, 0, 0, 0, 0, 0, 0];
        let (value, rest) = definite(&written).expect("readable");
        assert_eq!(&*value, [0x30, 7, 4, 3, 7, 8, 9, 5, 0]);
        assert_eq!(rest, [0, 0, 0]);
        assert!(definite(&[0x30, 0x80, 5, 0]).is_err());
        assert!(definite(&[0x04, 0x80, 0, 0]).is_err());
    }

    #[test]
    fn what_is_too_deep_or_has_too_many_members_is_refused() {
        assert!(definite(&[0x30, 0x80].repeat(100_000)).is_err());
        let deep = (0..200).fold(vec![5, 0], |inside, _| write(SEQUENCE, &[&inside]));
        assert!(definite(&deep).is_ok(), "nothing in it is rewritten");
        let open = [&[0x30, 0x80], &[5, 0].repeat(5_000)[..], &[0, 0]].concat();
        assert!(definite(&open).is_err());
        let wide = write(SEQUENCE, &[&[5, 0].repeat(5_000)]);
        assert!(Value::only(&wide).expect("a value").each().is_err());
    }

    #[test]
    fn moments_are_read_in_every_form() {
        let read = |tag, text: &str| {
            Value { tag, body: text.as_bytes(), whole: &[] }.moment().map(|moment| moment.to_rfc3339())
        };
        assert_eq!(read(UTC_TIME, "260301080000Z").as_deref(), Ok("2026-03-01T08:00:00+00:00"));
        assert_eq!(read(UTC_TIME, "990301080000Z").as_deref(), Ok("1999-03-01T08:00:00+00:00"));
        assert_eq!(read(UTC_TIME, "2603011500+0700").as_deref(), Ok("2026-03-01T08:00:00+00:00"));
        assert_eq!(read(GENERALIZED_TIME, "20260301080000.25Z").as_deref(), Ok("2026-03-01T08:00:00.250+00:00"));
        assert_eq!(read(GENERALIZED_TIME, "99991231235959Z").as_deref(), Ok("9999-12-31T23:59:59+00:00"));
        for bad in ["20261301080000Z", "20260301080000", "2026030108000Z", "20260301080000.Z", "20260301080000.xZ", "+"]
        {
            assert_eq!(read(GENERALIZED_TIME, bad), Err(Broken), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok((value, _)) = definite(&bytes) {
                prop_assert!(value.len() <= bytes.len() + 5 * DEEPEST);
            }
            if let Ok(value) = Value::only(&bytes) {
                let _ = (value.each(), value.moment(), value.oid(), value.small(), value.bits());
            }
        }

        #[test]
        fn what_is_written_is_read(tag in 1_u8..0x1f, body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let bytes = write(tag, &[&body]);
            let value = Value::only(&bytes).expect("just written");
            prop_assert_eq!((value.tag, value.body), (tag, &body[..]));
        }

        #[test]
        fn integers_keep_their_value(number in any::<u64>()) {
            let bytes = write_integer(&number.to_be_bytes());
            prop_assert_eq!(Value::only(&bytes).and_then(Value::small), Ok(number));
        }
    }
}
