//! Whether a signature's byte range is all of its revision but the signature itself (ISO 32000-1, 12.8.1; EN 319 142-1,
//! 4.2). Everything that could hide beside it is a fault.

use std::ops::Range;

use super::file::{Body, File, Id, Unreadable, Value};
use super::words::Code;

/// Bytes of one signature's contents.
const CONTENTS: usize = 4 << 20;

/// What a byte range covers.
#[derive(Debug, Clone)]
pub(super) struct Covered {
    /// The hole with its brackets.
    pub(super) hole: Range<usize>,
    /// End of the revision.
    pub(super) end: usize,
    /// What the hole holds: CMS or token, with zeros after it.
    pub(super) contents: Vec<u8>,
}

impl Covered {
    /// The bytes before and after the hole.
    pub(super) fn parts<'a>(&self, bytes: &'a [u8]) -> [&'a [u8]; 2] {
        [bytes.get(..self.hole.start).unwrap_or_default(), bytes.get(self.hole.end..self.end).unwrap_or_default()]
    }
}

/// Reads the range of the signature dictionary `id`. `Err(Ok(code))` says what is wrong with it.
pub(super) fn covered(file: &File, id: Id, body: &Body) -> Result<Covered, Result<Code, Unreadable>> {
    let fault = |code| Err(Ok(code));
    let Some(entries) = body.dictionary() else { return fault(Code::ContentsMissing) };
    let contents = match entries.get(b"Contents".as_slice()) {
        Some(Value::String(contents)) if contents.iter().any(|byte| *byte != 0) => contents.clone(),
        _ => return fault(Code::ContentsMissing),
    };
    if contents.len() > CONTENTS {
        return fault(Code::ContentsMissing);
    }
    let range = file.entry(entries, "ByteRange").map_err(Err)?;
    let numbers: Option<Vec<usize>> = range
        .value
        .array()
        .unwrap_or_default()
        .iter()
        .map(|one| one.integer().and_then(|one| usize::try_from(one).ok()))
        .collect();
    let Some([start, before, after, length]) = numbers.and_then(|numbers| <[usize; 4]>::try_from(numbers).ok()) else {
        return fault(Code::RangeMissing);
    };
    let end = after.checked_add(length).filter(|end| *end <= file.bytes.len());
    let Some(end) = end else { return fault(Code::RangeOutside) };
    if start != 0 || before > after {
        return fault(Code::RangeGap);
    }
    // The hole is this dictionary's own contents and nothing else: not a comment, not another object's string.
    match file.span(id, "Contents").map_err(Err)? {
        Some(span) if span == (before..after) && file.bytes.get(before) == Some(&b'<') => {}
        _ => return fault(Code::RangeGap),
    }
    let digits = file.bytes.get(before + 1..after.saturating_sub(1)).unwrap_or_default();
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return fault(Code::RangeGap);
    }
    if end < file.bytes.len() && !file.bytes.get(..end).is_some_and(ends_revision) {
        return fault(Code::RangeInside);
    }
    Ok(Covered { hole: before..after, end, contents })
}

/// Whether these bytes end where a revision ends.
fn ends_revision(bytes: &[u8]) -> bool {
    let line_ends = bytes.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    bytes.get(..bytes.len() - line_ends).is_some_and(|rest| rest.ends_with(b"%%EOF"))
}
