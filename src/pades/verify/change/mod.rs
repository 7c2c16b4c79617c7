//! What came after a signature: object by object, the file as it was when signed against the file as it is.
//!
//! Permitted is what signing further needs and nothing else (EN 319 142-1, 4.2 and 5; ISO 32000-2, 12.8.2.2): an empty
//! signature field filled, signature fields added to form, page and tags, material for later checking, dates of the file's
//! metadata. Every other difference is a change. An object of the signed file that nothing explains may not differ, and a
//! number that led nowhere when signed may not lead anywhere now.

mod context;
mod metadata;
mod role;
mod rules;
mod structure;
mod xml;

use std::collections::BTreeSet;

use super::file::{Dictionary, File, Id, Place, Unreadable, Value};
use super::form::{Form, Pages, SignatureField};
use super::words::Code;
use context::Contexts;

/// One thing that may not differ and does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    /// What.
    pub(super) code: Code,
    /// On which page, from 1.
    pub(super) page: Option<usize>,
    /// More about it: a key, a number of an object.
    pub(super) detail: String,
}

/// All that differs.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// What may not.
    pub(super) changes: BTreeSet<Change>,
    /// Names of fields signed since.
    pub(super) signed: Vec<String>,
    /// Those of them that were there, empty, when signed.
    pub(super) filled: Vec<String>,
    /// Names of fields added since, and empty.
    pub(super) added: Vec<String>,
    /// Whether material for later checking was added or renewed.
    pub(super) material: bool,
    /// Whether dates or the program's name in the file's metadata differ.
    pub(super) metadata: bool,
}

/// Changes told of one signature; a rewritten file has thousands.
const CHANGES: usize = 40;

/// Compares the file when signed with the file as it is.
pub(super) fn compare(old: &File, new: &File) -> Result<Difference, Unreadable> {
    let mut judge = Judge {
        old,
        new,
        pages: Pages::read(old)?,
        before: Form::read(old)?,
        after: Form::read(new)?,
        contexts: Contexts::default(),
        added: BTreeSet::new(),
        filled: BTreeSet::new(),
        told: Difference::default(),
    };
    judge.run()?;
    Ok(judge.told)
}

struct Judge<'a> {
    old: &'a File<'a>,
    new: &'a File<'a>,
    pages: Pages,
    before: Form,
    after: Form,
    contexts: Contexts,
    /// Fields and widgets that were not there and may be.
    added: BTreeSet<Id>,
    /// Fields and widgets that were empty and hold a signature now.
    filled: BTreeSet<Id>,
    told: Difference,
}

impl Judge<'_> {
    fn run(&mut self) -> Result<(), Unreadable> {
        self.contexts = Contexts::read(self.old, &self.pages)?;
        self.trailer()?;
        self.fields()?;
        let mut unexplained = Vec::new();
        for id in self.differing()? {
            if !self.permitted(id)? {
                unexplained.push(id);
            }
        }
        if self.old.bytes.len() < self.new.bytes.len() {
            for (number, generation) in self.contexts.dangling.clone() {
                if self.new.object((number, generation))?.is_some() {
                    self.tell(Code::HiddenObject, None, number.to_string());
                }
            }
        }
        if !unexplained.is_empty() {
            let roles = role::Roles::read(self.old, &self.pages)?;
            for id in unexplained {
                let (code, page) = match self.contexts.of(id) {
                    Some(context::Context::Metadata) => (Code::Metadata, None),
                    _ => roles.of(self.old, id),
                };
                self.tell(code, page, id.0.to_string());
            }
        }
        Ok(())
    }

    fn tell(&mut self, code: Code, page: Option<usize>, detail: impl Into<String>) {
        if self.told.changes.len() < CHANGES {
            self.told.changes.insert(Change { code, page, detail: detail.into() });
        }
    }

    /// The end of the file: the same catalog, and the signed revision's table still in the chain.
    fn trailer(&mut self) -> Result<(), Unreadable> {
        let (old, new) = (self.old.trailer(), self.new.trailer());
        if old.get(b"Root".as_slice()) != new.get(b"Root".as_slice()) {
            self.tell(Code::Catalog, None, "Root");
        }
        let first = |trailer: &Dictionary| trailer.get(b"ID".as_slice()).and_then(Value::array)?.first().cloned();
        if first(old).zip(first(new)).is_some_and(|(old, new)| old != new) {
            self.tell(Code::Catalog, None, "ID");
        }
        let shown = self.old.sections().first();
        if !shown.is_some_and(|section| self.new.sections().contains(section)) {
            self.tell(Code::TableHidden, None, "");
        }
        if self.new.hybrids(self.old.bytes.len()).0 > 0 {
            self.tell(Code::HybridUpdate, None, "");
        }
        if old.get(b"Info".as_slice()) != new.get(b"Info".as_slice()) {
            let (before, after) = (self.old.entry(old, "Info")?, self.new.entry(new, "Info")?);
            self.information(&before, &after);
        }
        Ok(())
    }

    /// Which signature fields were filled or added; what is wrong with those added.
    fn fields(&mut self) -> Result<(), Unreadable> {
        let mut names: BTreeSet<String> = self.before.signatures.iter().map(|field| field.name.clone()).collect();
        for field in self.after.signatures.clone() {
            let known = self.before.signatures.iter().find(|one| one.id == field.id);
            let fresh = field.value.is_some_and(|value| self.is_new(value));
            match known {
                Some(known) if known.value.is_none() && field.value.is_some() => {
                    if fresh && self.is_signature(&field)? {
                        self.filled.extend(known.widgets.iter().copied().chain([known.id]));
                        self.told.signed.push(field.name.clone());
                        self.told.filled.push(field.name.clone());
                    }
                }
                Some(_) => {}
                None => {
                    let sound = names.insert(field.name.clone()) && self.may_be_added(&field)?;
                    if sound && (field.value.is_none() || fresh && self.is_signature(&field)?) {
                        self.added.extend(field.widgets.iter().copied().chain([field.id]));
                        let signed = if field.value.is_some() { &mut self.told.signed } else { &mut self.told.added };
                        signed.push(field.name.clone());
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the object was not there when signed.
    fn is_new(&self, id: Id) -> bool {
        matches!(self.old.places().get(&id.0), None | Some(Place::Free))
    }

    fn is_signature(&self, field: &SignatureField) -> Result<bool, Unreadable> {
        let Some(value) = field.value.filter(|value| *value != field.id) else { return Ok(false) };
        let body = self.new.object(value)?;
        Ok(body
            .is_some_and(|body| body.dictionary().is_some_and(|entries| entries.contains_key(b"ByteRange".as_slice()))))
    }

    /// Objects that were there when signed and are not the same now.
    fn differing(&self) -> Result<Vec<Id>, Unreadable> {
        let mut found = Vec::new();
        for (number, place) in self.old.places() {
            let id = (*number, place.generation());
            let same = match place {
                Place::Free => continue,
                Place::Offset { .. } => self.new.places().get(number) == Some(place),
                Place::Packed { container, .. } => {
                    let stands =
                        |file: &File| (file.places().get(number).copied(), file.places().get(container).copied());
                    stands(self.old) == stands(self.new)
                }
            };
            if !same && !self.equal(id)? {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// Whether an object written again says what it said.
    fn equal(&self, id: Id) -> Result<bool, Unreadable> {
        let Some(new) = self.new.object(id)? else { return Ok(false) };
        // What could not be read when signed cannot be compared.
        let Ok(old) = self.old.glance(id) else { return Ok(false) };
        Ok(old.value == new.value
            && old.data.is_some() == new.data.is_some()
            && self.old.data(&old) == self.new.data(&new))
    }
}

/// Items of `new` that are not in `old`, if `new` holds all of `old` in its order.
fn additions<'a>(old: &[Value], new: &'a [Value]) -> Option<Vec<&'a Value>> {
    let mut awaited = old.iter().peekable();
    let mut more = Vec::new();
    for item in new {
        if awaited.next_if(|next| *next == item).is_none() {
            more.push(item);
        }
    }
    awaited.peek().is_none().then_some(more)
}

/// Keys whose values differ, in both or one.
fn keys<'a>(old: &'a Dictionary, new: &'a Dictionary) -> Vec<&'a [u8]> {
    let mut keys: BTreeSet<&[u8]> = old.keys().map(Vec::as_slice).collect();
    keys.extend(new.keys().map(Vec::as_slice));
    keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).collect()
}

#[cfg(test)]
mod tests;
