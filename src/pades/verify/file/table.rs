//! The tables that say where each object is, from the newest back to the first (ISO 32000-1, 7.5.4 and 7.5.8).

use std::collections::{BTreeMap, BTreeSet};

use super::object::{Dictionary, Value};
use super::syntax::{self, Reader};
use super::{Budget, Unreadable, stream};

/// Updates one file may have had.
const SECTIONS: usize = 4_096;
/// The last object a file may have: PDF/A knows no more (ISO 19005-2, 6.1.13), and no file of an office comes near.
const OBJECTS: u32 = 8_388_607;

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is not there (any more).
    Free,
    /// At an offset.
    Offset {
        /// Bytes from the start of the file.
        at: usize,
        /// Its generation.
        generation: u16,
    },
    /// In an object stream.
    Packed {
        /// Number of the stream.
        container: u32,
        /// Its place in it, from 0.
        index: u32,
    },
}

impl Place {
    /// Its generation; that of a free one is no object's.
    pub(crate) fn generation(self) -> u16 {
        match self {
            Self::Free => u16::MAX,
            Self::Offset { generation, .. } => generation,
            Self::Packed { .. } => 0,
        }
    }
}

/// All tables of a file in one.
pub(super) struct Table {
    pub(super) places: BTreeMap<u32, Place>,
    pub(super) trailer: Dictionary,
    pub(super) sections: Vec<usize>,
    /// Where tables with a second table beside them begin.
    pub(super) hybrids: Vec<usize>,
}

/// One table and its trailer.
struct Section {
    places: BTreeMap<u32, Place>,
    trailer: Dictionary,
}

/// Reads the tables the end of the file leads to.
pub(super) fn read(bytes: &[u8], budget: &Budget) -> Result<Table, Unreadable> {
    let mut next = Some(start(bytes, budget)?);
    let mut table =
        Table { places: BTreeMap::new(), trailer: Dictionary::new(), sections: Vec::new(), hybrids: Vec::new() };
    let mut seen = BTreeSet::new();
    while let Some(at) = next {
        if !seen.insert(at) || table.sections.len() >= SECTIONS {
            return Err(Unreadable("its tables refer to each other in a circle"));
        }
        let mut section = section(bytes, at, budget)?;
        // What stands in the table hides what stands in the stream beside it, and both hide what is older.
        if let Some(beside) = section.trailer.get(b"XRefStm".as_slice()) {
            let beside = offset(beside, bytes)?;
            table.hybrids.push(at);
            if !seen.insert(beside) {
                return Err(Unreadable("its tables refer to each other in a circle"));
            }
            merge_beside(&mut section.places, streamed(bytes, beside, budget)?.places);
        }
        for (number, place) in section.places {
            table.places.entry(number).or_insert(place);
        }
        next = section.trailer.get(b"Prev".as_slice()).map(|prev| offset(prev, bytes)).transpose()?;
        if table.sections.is_empty() {
            table.trailer = section.trailer;
        }
        table.sections.push(at);
    }
    Ok(table)
}

/// A hybrid file's table lists as free what only its stream knows.
fn merge_beside(places: &mut BTreeMap<u32, Place>, beside: BTreeMap<u32, Place>) {
    for (number, place) in beside {
        match places.get(&number) {
            Some(Place::Offset { .. } | Place::Packed { .. }) => {}
            _ => {
                places.insert(number, place);
            }
        }
    }
}

fn offset(value: &Value, bytes: &[u8]) -> Result<usize, Unreadable> {
    value
        .integer()
        .and_then(|at| usize::try_from(at).ok())
        .filter(|at| *at < bytes.len())
        .ok_or(Unreadable("a table is not where the file says"))
}

/// Where the newest table begins: the file must end with `startxref`, a number and `%%EOF`.
fn start(bytes: &[u8], budget: &Budget) -> Result<usize, Unreadable> {
    let wrong = Unreadable("it does not end as a PDF ends");
    let end = bytes.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let body = bytes.get(..end).and_then(|rest| rest.strip_suffix(b"%%EOF")).ok_or(wrong.clone())?;
    let tail = body.len().saturating_sub(64);
    let word = b"startxref";
    let at = body
        .get(tail..)
        .and_then(|rest| rest.windows(word.len()).rposition(|window| window == word))
        .ok_or(wrong.clone())?;
    let mut reader = Reader::new(body, tail + at + word.len(), budget);
    let found = reader.digits()?;
    reader.skip();
    match usize::try_from(found) {
        Ok(found) if reader.at == body.len() && found < bytes.len() => Ok(found),
        _ => Err(wrong),
    }
}

fn section(bytes: &[u8], at: usize, budget: &Budget) -> Result<Section, Unreadable> {
    let mut reader = Reader::new(bytes, at, budget);
    reader.skip();
    if reader.peek() == Some(b'x') { plain(reader, bytes, budget) } else { streamed(bytes, at, budget) }
}

/// A table of lines (7.5.4).
fn plain(mut reader: Reader, bytes: &[u8], budget: &Budget) -> Result<Section, Unreadable> {
    reader.keyword(b"xref")?;
    let mut places = BTreeMap::new();
    loop {
        reader.skip();
        if !reader.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            break;
        }
        let (first, many) = (reader.digits()?, reader.digits()?);
        if first.checked_add(many).is_none_or(|end| end > u64::from(OBJECTS) + 1) {
            return Err(Unreadable("a table has too many objects"));
        }
        for number in first..first + many {
            budget.value()?;
            let (at, generation) = (reader.digits()?, reader.digits()?);
            reader.skip();
            let kind = reader.peek();
            reader.at += 1;
            let place = match kind {
                Some(b'f') => Place::Free,
                // Some writers list what is not there at offset 0.
                Some(b'n') if at == 0 => Place::Free,
                Some(b'n') => Place::Offset {
                    at: usize::try_from(at)
                        .ok()
                        .filter(|at| *at < bytes.len())
                        .ok_or(Unreadable("an object is not where the table says"))?,
                    generation: u16::try_from(generation).map_err(|_| Unreadable("a table is wrong"))?,
                },
                _ => return Err(Unreadable("a table is wrong")),
            };
            put(&mut places, number, place)?;
        }
    }
    reader.keyword(b"trailer")?;
    match reader.value(0)? {
        Value::Dictionary(trailer) => Ok(Section { places, trailer }),
        _ => Err(Unreadable("a trailer is missing")),
    }
}

/// A table in a stream (7.5.8).
fn streamed(bytes: &[u8], at: usize, budget: &Budget) -> Result<Section, Unreadable> {
    let mut head = Reader::new(bytes, at, budget);
    let number = u32::try_from(head.digits()?).map_err(|_| Unreadable("a table is wrong"))?;
    let generation = u16::try_from(head.digits()?).map_err(|_| Unreadable("a table is wrong"))?;
    let circle = |_| Err(Unreadable("the length of a table is itself listed in it"));
    let body = syntax::indirect(bytes, at, (number, generation), budget, &circle)?;
    let trailer = match &body.value {
        Value::Dictionary(trailer) if body.is("XRef") => trailer.clone(),
        _ => return Err(Unreadable("a table is not where the file says")),
    };
    let widths: Vec<usize> = trailer
        .get(b"W".as_slice())
        .and_then(Value::array)
        .unwrap_or_default()
        .iter()
        .filter_map(|width| width.integer().and_then(|width| usize::try_from(width).ok()))
        .filter(|width| *width <= 8)
        .collect();
    let [kind, second, third] = widths.as_slice() else { return Err(Unreadable("a table is wrong")) };
    let row = kind + second + third;
    if row == 0 {
        return Err(Unreadable("a table is wrong"));
    }
    let size = trailer.get(b"Size".as_slice()).and_then(Value::integer).ok_or(Unreadable("a table is wrong"))?;
    let index: Vec<u64> = match trailer.get(b"Index".as_slice()) {
        None => vec![0, u64::try_from(size).map_err(|_| Unreadable("a table is wrong"))?],
        Some(index) => index
            .array()
            .unwrap_or_default()
            .iter()
            .map(|one| one.integer().and_then(|one| u64::try_from(one).ok()).ok_or(Unreadable("a table is wrong")))
            .collect::<Result<_, _>>()?,
    };
    let data = stream::unpack(bytes, &body, budget)?;
    let mut rows = data.chunks_exact(row);
    let mut places = BTreeMap::new();
    for pair in index.chunks(2) {
        let [first, many] = pair else { return Err(Unreadable("a table is wrong")) };
        if first.checked_add(*many).is_none_or(|end| end > u64::from(OBJECTS) + 1) {
            return Err(Unreadable("a table has too many objects"));
        }
        for number in *first..first + many {
            budget.value()?;
            let row = rows.next().ok_or(Unreadable("a table is too short"))?;
            let (kind_field, rest) = row.split_at(*kind);
            let (second_field, third_field) = rest.split_at(*second);
            let place = match if *kind == 0 { 1 } else { big_endian(kind_field) } {
                0 => Place::Free,
                1 => Place::Offset {
                    at: usize::try_from(big_endian(second_field))
                        .ok()
                        .filter(|at| *at < bytes.len())
                        .ok_or(Unreadable("an object is not where the table says"))?,
                    generation: u16::try_from(big_endian(third_field)).map_err(|_| Unreadable("a table is wrong"))?,
                },
                2 => Place::Packed {
                    container: u32::try_from(big_endian(second_field)).map_err(|_| Unreadable("a table is wrong"))?,
                    index: u32::try_from(big_endian(third_field)).map_err(|_| Unreadable("a table is wrong"))?,
                },
                _ => return Err(Unreadable("a table is wrong")),
            };
            put(&mut places, number, place)?;
        }
    }
    Ok(Section { places, trailer })
}

fn put(places: &mut BTreeMap<u32, Place>, number: u64, place: Place) -> Result<(), Unreadable> {
    let number = u32::try_from(number).map_err(|_| Unreadable("a table is wrong"))?;
    if places.insert(number, place).is_some() {
        return Err(Unreadable("a table lists one object twice"));
    }
    Ok(())
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
