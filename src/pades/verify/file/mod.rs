//! A strict reader of PDF made for judging: it repairs nothing, knows where every byte of a value stands, reads an object
//! only when it is asked for one, and counts what it spends (ISO 32000-1, 7.3 and 7.5).
//!
//! What two readers could read in two ways is refused: a key written twice, an object that is not where the table says, an
//! object stream that names one object twice. Whoever hides something in a file lives on such differences.

mod object;
mod packed;
mod stream;
mod syntax;
mod table;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::rc::Rc;

pub(super) use object::{Body, Dictionary, Id, Value};
use packed::Packed;
pub(super) use table::Place;

/// Why a file cannot be read. Names no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) &'static str);

/// Values one judgement may read, over all revisions of the file.
const VALUES: u64 = 8_000_000;
/// Bytes in a row that count as one value more: objects may lie within each other and be read again for each.
const RUN: usize = 256;
/// Values of objects kept in memory for one revision; others are read again when they are asked for again.
const KEPT: u64 = 1_000_000;
/// Bytes that one judgement may unpack.
const UNPACKED: u64 = 128 << 20;
/// Bytes of packed objects that another reader, which keeps all in memory, is given.
const MODEST: usize = 16 << 20;
/// Values all objects of such a file have together, what is read more than once counted each time.
const MODEST_VALUES: u64 = 2_000_000;
/// No value is nested deeper.
const DEPTH: usize = 64;

/// What a judgement may still spend.
#[derive(Debug)]
pub(super) struct Budget {
    values: Cell<u64>,
    unpacked: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { values: Cell::new(VALUES), unpacked: Cell::new(UNPACKED) }
    }
}

impl Budget {
    /// One of fewer values.
    #[cfg(test)]
    pub(super) fn of(values: u64) -> Self {
        Self { values: Cell::new(values), ..Self::default() }
    }

    fn value(&self) -> Result<(), Unreadable> {
        let left = self.values.get().checked_sub(1).ok_or(Unreadable("too many values"))?;
        self.values.set(left);
        Ok(())
    }

    /// Bytes that were looked at in a row. What is too much is told by the next value.
    fn run(&self, bytes: usize) {
        self.values.set(self.values.get().saturating_sub((bytes / RUN) as u64));
    }

    fn unpack(&self, bytes: usize) -> Result<(), Unreadable> {
        let left = self.unpacked.get().checked_sub(bytes as u64).ok_or(Unreadable("too much packed data"))?;
        self.unpacked.set(left);
        Ok(())
    }

    fn unpackable(&self) -> u64 {
        self.unpacked.get()
    }

    fn spent(&self) -> bool {
        self.values.get() == 0 || self.unpacked.get() == 0
    }
}

/// One revision of a file: all bytes up to its end.
pub(super) struct File<'a> {
    /// The bytes.
    pub(super) bytes: &'a [u8],
    budget: &'a Budget,
    table: table::Table,
    /// Values in `objects`.
    kept: Cell<u64>,
    objects: RefCell<HashMap<u32, Rc<Body>>>,
    packed: RefCell<HashMap<u32, Rc<Packed>>>,
}

impl<'a> File<'a> {
    /// Reads the tables of a revision; nothing but line ends may follow its `%%EOF`.
    pub(super) fn open(bytes: &'a [u8], budget: &'a Budget) -> Result<Self, Unreadable> {
        if !bytes.starts_with(b"%PDF-") {
            return Err(Unreadable("it does not begin with %PDF-"));
        }
        let table = table::read(bytes, budget)?;
        let file = Self {
            bytes,
            budget,
            table,
            kept: Cell::default(),
            objects: RefCell::default(),
            packed: RefCell::default(),
        };
        if file.trailer().contains_key(b"Encrypt".as_slice()) {
            return Err(Unreadable("it is encrypted"));
        }
        Ok(file)
    }

    /// Whether all its objects together are of a size a file of an office has.
    pub(super) fn modest(&self) -> Result<bool, Unreadable> {
        let mut total = 0_usize;
        let before = self.budget.values.get();
        for (number, place) in self.places() {
            if self.exhausted() {
                return Err(Unreadable("too many values"));
            }
            if let Place::Offset { generation, .. } = place
                && let Ok(body) = self.glance((*number, *generation))
                && body.is("ObjStm")
                && body.data.is_some()
            {
                match self.unpacked(&body) {
                    Ok(data) => total += data.len(),
                    Err(error) if self.exhausted() => return Err(error),
                    Err(_) => return Ok(false),
                }
                if total > MODEST {
                    return Ok(false);
                }
            }
        }
        Ok(before - self.budget.values.get() <= MODEST_VALUES)
    }

    /// Whether reading stopped because too much was read.
    pub(super) fn exhausted(&self) -> bool {
        self.budget.spent()
    }

    /// The newest trailer.
    pub(super) fn trailer(&self) -> &Dictionary {
        &self.table.trailer
    }

    /// Where the tables of objects begin, the newest first.
    pub(super) fn sections(&self) -> &[usize] {
        &self.table.sections
    }

    /// How many of the newest tables stand after `end` and are of two kinds at once (7.5.8.4), and how many in all.
    pub(super) fn hybrids(&self, end: usize) -> (usize, usize) {
        let after = self.table.hybrids.iter().filter(|at| **at >= end).count();
        (after, self.table.hybrids.len())
    }

    /// Where each object is.
    pub(super) fn places(&self) -> &BTreeMap<u32, Place> {
        &self.table.places
    }

    /// An object by its number; none where there is none, or one of another generation.
    pub(super) fn object(&self, id: Id) -> Result<Option<Rc<Body>>, Unreadable> {
        let Some(place) = self.table.places.get(&id.0) else { return Ok(None) };
        if place.generation() != id.1 {
            return Ok(None);
        }
        if let Some(found) = self.objects.borrow().get(&id.0) {
            return Ok(Some(Rc::clone(found)));
        }
        let before = self.budget.values.get();
        let body = Rc::new(self.read(id, 0)?);
        let kept = self.kept.get() + (before - self.budget.values.get());
        if kept <= KEPT {
            self.kept.set(kept);
            self.objects.borrow_mut().insert(id.0, Rc::clone(&body));
        }
        Ok(Some(body))
    }

    /// An object, read and not kept.
    pub(super) fn glance(&self, id: Id) -> Result<Rc<Body>, Unreadable> {
        if let Some(found) = self.objects.borrow().get(&id.0) {
            return Ok(Rc::clone(found));
        }
        self.read(id, 0).map(Rc::new)
    }

    fn read(&self, id: Id, depth: usize) -> Result<Body, Unreadable> {
        match self.table.places.get(&id.0) {
            Some(Place::Offset { at, generation }) if *generation == id.1 => {
                syntax::indirect(self.bytes, *at, id, self.budget, &|length| self.length(length, depth))
            }
            Some(Place::Packed { container, index }) if id.1 == 0 => {
                let packed = self.container(*container, depth)?;
                Ok(Body { value: packed.value(id.0, *index, self.budget)?, data: None })
            }
            _ => Err(Unreadable("an object is missing")),
        }
    }

    /// A length that stands in an object of its own.
    fn length(&self, id: Id, depth: usize) -> Result<usize, Unreadable> {
        if depth > 2 {
            return Err(Unreadable("lengths refer to each other in a circle"));
        }
        match self.read(id, depth + 1)?.value {
            Value::Integer(length) => usize::try_from(length).map_err(|_| Unreadable("a stream's length is wrong")),
            _ => Err(Unreadable("a stream's length is wrong")),
        }
    }

    fn container(&self, number: u32, depth: usize) -> Result<Rc<Packed>, Unreadable> {
        if let Some(found) = self.packed.borrow().get(&number) {
            return Ok(Rc::clone(found));
        }
        let Some(Place::Offset { generation: 0, .. }) = self.table.places.get(&number) else {
            return Err(Unreadable("an object stream is missing"));
        };
        if depth > 2 {
            return Err(Unreadable("object streams refer to each other in a circle"));
        }
        let body = self.read((number, 0), depth + 1)?;
        let packed = Rc::new(Packed::read(self.bytes, &body, self.budget)?);
        self.packed.borrow_mut().insert(number, Rc::clone(&packed));
        Ok(packed)
    }

    /// What a value leads to: itself, or the object it refers to; a reference to nothing is null.
    pub(super) fn resolve(&self, value: &Value) -> Result<Rc<Body>, Unreadable> {
        let mut found = Rc::new(Body { value: value.clone(), data: None });
        for _ in 0..8 {
            let Value::Reference(id) = &found.value else { return Ok(found) };
            match self.object(*id)? {
                Some(next) => found = next,
                None => return Ok(Rc::new(Body { value: Value::Null, data: None })),
            }
        }
        Err(Unreadable("references lead in a circle"))
    }

    /// An entry of a dictionary, resolved; null where it is absent.
    pub(super) fn entry(&self, dictionary: &Dictionary, key: &str) -> Result<Rc<Body>, Unreadable> {
        self.resolve(dictionary.get(key.as_bytes()).unwrap_or(&Value::Null))
    }

    /// The catalog and its number.
    pub(super) fn catalog(&self) -> Result<(Id, Rc<Body>), Unreadable> {
        let Some(Value::Reference(id)) = self.trailer().get(b"Root".as_slice()) else {
            return Err(Unreadable("it has no catalog"));
        };
        match self.object(*id)? {
            Some(body) if body.dictionary().is_some() => Ok((*id, body)),
            _ => Err(Unreadable("it has no catalog")),
        }
    }

    /// The bytes of a stream as they stand in the file.
    pub(super) fn data(&self, body: &Body) -> &'a [u8] {
        body.data.clone().and_then(|range| self.bytes.get(range)).unwrap_or_default()
    }

    /// The bytes of a stream, unpacked where its filter is one that every signing program uses.
    pub(super) fn unpacked(&self, body: &Body) -> Result<Vec<u8>, Unreadable> {
        stream::unpack(self.bytes, body, self.budget)
    }

    /// Where the value of `key` stands in the dictionary that is the object `id`, brackets included; none where the object
    /// is packed into a stream or has no such key.
    pub(super) fn span(&self, id: Id, key: &str) -> Result<Option<Range<usize>>, Unreadable> {
        match self.table.places.get(&id.0) {
            Some(Place::Offset { at, generation }) if *generation == id.1 => {
                syntax::span(self.bytes, *at, id, key.as_bytes(), self.budget)
            }
            _ => Ok(None),
        }
    }
}
