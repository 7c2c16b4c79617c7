//! One rule for each kind of object that signing further may touch.

use crate::pades::verify::file::{Body, Dictionary, Id, Unreadable, Value};
use crate::pades::verify::form::SignatureField;
use crate::pades::verify::words::Code;

use super::context::Context;
use super::{Judge, additions, keys, metadata};

/// What a widget of a signature field may have. No action, no script, nothing that shows beside its appearance.
const OF_A_WIDGET: &[&str] = &[
    "Type",
    "Subtype",
    "FT",
    "T",
    "TU",
    "TM",
    "Ff",
    "F",
    "Rect",
    "P",
    "V",
    "AP",
    "MK",
    "Lock",
    "SV",
    "StructParent",
    "Border",
    "BS",
    "DA",
    "Parent",
    "Kids",
    "NM",
    "M",
    "Lang",
    "H",
    "Q",
    "AS",
];

impl Judge<'_> {
    /// Whether a rule explains how an object differs. A rule that knows more tells it itself and says so.
    pub(super) fn permitted(&mut self, id: Id) -> Result<bool, Unreadable> {
        let old = self.old.glance(id)?;
        let Some(new) = self.new.object(id)? else { return Ok(false) };
        if old.data.is_some() != new.data.is_some() {
            return Ok(false);
        }
        // A table may take the number of the table before it.
        if old.is("XRef") && new.is("XRef") && old.data.is_some() {
            return Ok(true);
        }
        let context = self.contexts.of(id);
        if old.data.is_some() {
            return match context {
                Some(Context::Metadata) => self.described(&old, &new),
                _ => Ok(false),
            };
        }
        if let (Some(before), Some(after)) = (old.value.array(), new.value.array()) {
            return match context {
                Some(Context::Fields | Context::Annotations) => Ok(self.only_added(before, after)),
                Some(Context::Kids(parent)) => self.only_elements(before, after, parent),
                Some(Context::ParentPairs) => self.only_pairs(before, after),
                Some(Context::Material) => Ok(true),
                _ => Ok(false),
            };
        }
        let (Some(before), Some(after)) = (old.dictionary(), new.dictionary()) else { return Ok(false) };
        let (root, _) = self.old.catalog()?;
        if id == root {
            return self.catalog(before, after);
        }
        if self.before.id == Some(id) {
            return self.form(before, after);
        }
        if let Some(page) = self.pages.number(id) {
            return self.page(page, before, after);
        }
        if self.filled.contains(&id) {
            return Ok(keys(before, after).into_iter().all(|key| self.filled_key(key, before)));
        }
        match context {
            Some(Context::Material | Context::Extensions) => return Ok(true),
            Some(Context::Information) => {
                self.information(&old, &new);
                return Ok(true);
            }
            Some(Context::ParentTree) => return self.parent_node(before, after),
            _ => {}
        }
        self.element(id, &old, before, after)
    }

    /// What may differ in a widget that was signed: what it holds and what it shows.
    fn filled_key(&self, key: &[u8], before: &Dictionary) -> bool {
        match key {
            b"V" => before.get(key).is_none_or(|value| *value == Value::Null),
            b"AP" | b"M" | b"AS" => true,
            // Print and Locked are set by those who sign.
            b"F" => before.get(key).and_then(Value::integer).is_none_or(|flags| flags & 0b10_0011 == 0),
            _ => false,
        }
    }

    fn catalog(&mut self, old: &Dictionary, new: &Dictionary) -> Result<bool, Unreadable> {
        for key in keys(old, new) {
            let (before, after) = (self.old.resolve(old.get(key).unwrap_or(&Value::Null))?, {
                self.new.resolve(new.get(key).unwrap_or(&Value::Null))?
            });
            match key {
                b"AcroForm" => match (&before.value, after.dictionary()) {
                    (Value::Dictionary(before), Some(after)) => {
                        self.form(before, after)?;
                    }
                    (Value::Null, Some(after)) => {
                        self.form(&Dictionary::new(), after)?;
                    }
                    _ => self.tell(Code::Form, None, "AcroForm"),
                },
                b"DSS" if after.dictionary().is_some() && after.data.is_none() => self.told.material = true,
                b"Extensions" if after.dictionary().is_some() => {}
                b"Version" if after.value.name().is_some_and(|version| version >= b"1.".as_slice()) => {}
                b"Metadata" => {
                    if !self.described(&before, &after)? {
                        self.tell(Code::Metadata, None, "");
                    }
                }
                b"StructTreeRoot" if !matches!(new.get(key), Some(Value::Reference(_))) => {
                    match (before.dictionary(), after.dictionary()) {
                        (Some(before), Some(after)) => self.tree(None, before, after)?,
                        _ => self.tell(Code::Structure, None, ""),
                    }
                }
                b"OpenAction" | b"AA" | b"Names" => self.tell(Code::Action, None, shown(key)),
                b"Pages" => self.tell(Code::Pages, None, ""),
                _ => self.tell(Code::Catalog, None, shown(key)),
            }
        }
        Ok(true)
    }

    fn form(&mut self, old: &Dictionary, new: &Dictionary) -> Result<bool, Unreadable> {
        for key in keys(old, new) {
            let sound = match key {
                b"Fields" => {
                    let (before, after) = (self.old.entry(old, "Fields")?, self.new.entry(new, "Fields")?);
                    match (&before.value, after.value.array()) {
                        (Value::Array(before), Some(after)) => self.only_added(before, after),
                        (Value::Null, Some(after)) => self.only_added(&[], after),
                        _ => false,
                    }
                }
                b"SigFlags" => {
                    let flags = |form: &Dictionary| form.get(key).and_then(Value::integer).unwrap_or(0);
                    flags(new) & !3 == 0 && flags(old) & !flags(new) == 0
                }
                b"NeedAppearances" => !matches!(new.get(key), Some(Value::Boolean(true))),
                // They set how text fields look, and there are none.
                b"DR" | b"DA" => !old.contains_key(key) && self.before.others == 0,
                _ => false,
            };
            if !sound {
                self.tell(Code::Form, None, shown(key));
            }
        }
        Ok(true)
    }

    fn page(&mut self, number: usize, old: &Dictionary, new: &Dictionary) -> Result<bool, Unreadable> {
        for key in keys(old, new) {
            let code = match key {
                b"Annots" => {
                    let (before, after) = (self.old.entry(old, "Annots")?, self.new.entry(new, "Annots")?);
                    let sound = match (&before.value, after.value.array()) {
                        (Value::Array(before), Some(after)) => self.only_added(before, after),
                        (Value::Null, Some(after)) => self.only_added(&[], after),
                        _ => false,
                    };
                    (!sound).then_some(Code::Annotation)
                }
                b"Tabs" => {
                    (old.contains_key(key) || new.get(key).and_then(Value::name).is_none()).then_some(Code::Pages)
                }
                b"Contents" => Some(Code::PageContent),
                b"Resources" | b"Group" => Some(Code::PageResource),
                b"MediaBox" | b"CropBox" | b"TrimBox" | b"BleedBox" | b"ArtBox" | b"Rotate" | b"UserUnit" => {
                    Some(Code::PageBox)
                }
                b"AA" => Some(Code::Action),
                _ => Some(Code::PageContent),
            };
            if let Some(code) = code {
                self.tell(code, Some(number), shown(key));
            }
        }
        Ok(true)
    }

    /// Whether a list differs by signature fields added alone.
    pub(super) fn only_added(&self, old: &[Value], new: &[Value]) -> bool {
        additions(old, new)
            .is_some_and(|more| more.iter().all(|item| item.reference().is_some_and(|id| self.added.contains(&id))))
    }

    /// Whether a signature field that was not there may be: nothing in it but a place to sign.
    pub(super) fn may_be_added(&self, field: &SignatureField) -> Result<bool, Unreadable> {
        let mut all = field.widgets.clone();
        if !all.contains(&field.id) {
            all.push(field.id);
        }
        for id in all {
            let Some(body) = self.new.object(id)?.filter(|_| self.is_new(id)) else { return Ok(false) };
            let Some(entries) = body.dictionary() else { return Ok(false) };
            let known = |key: &Vec<u8>| OF_A_WIDGET.iter().any(|one| one.as_bytes() == key.as_slice());
            if !entries.keys().all(known) || body.data.is_some() {
                return Ok(false);
            }
            let widget = field.widgets.contains(&id);
            if widget && !body.named("Subtype", "Widget") {
                return Ok(false);
            }
            // An empty field that shows something would be a picture laid over the page that nobody answers for.
            if widget && field.value.is_none() && self.shows(entries)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a widget draws anything.
    fn shows(&self, entries: &Dictionary) -> Result<bool, Unreadable> {
        if entries.contains_key(b"MK".as_slice()) {
            return Ok(true);
        }
        let appearances = self.new.entry(entries, "AP")?;
        let Some(appearances) = appearances.dictionary() else { return Ok(appearances.value != Value::Null) };
        for value in appearances.values() {
            let form = self.new.resolve(value)?;
            let filtered = form.dictionary().is_some_and(|entries| entries.contains_key(b"Filter".as_slice()));
            let content = match form.data {
                Some(_) if filtered => self.new.unpacked(&form)?,
                Some(_) => self.new.data(&form).to_vec(),
                None => return Ok(true),
            };
            if !content.iter().all(u8::is_ascii_whitespace) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What the file says about itself: dates and the program's name alone may differ.
    pub(super) fn information(&mut self, old: &Body, new: &Body) {
        let empty = Dictionary::new();
        let differing = keys(old.dictionary().unwrap_or(&empty), new.dictionary().unwrap_or(&empty));
        for key in differing {
            match key {
                b"ModDate" | b"Producer" => self.told.metadata = true,
                _ => self.tell(Code::Metadata, None, shown(key)),
            }
        }
    }

    /// The same in XML.
    fn described(&mut self, old: &Body, new: &Body) -> Result<bool, Unreadable> {
        if old.data.is_none() || new.data.is_none() || !new.named("Subtype", "XML") {
            return Ok(false);
        }
        let (Ok(before), Ok(after)) = (self.old.unpacked(old), self.new.unpacked(new)) else { return Ok(false) };
        if before == after {
            return Ok(true);
        }
        let same = metadata::same_but_dates(&before, &after);
        self.told.metadata |= same;
        Ok(same)
    }
}

/// A key for people.
pub(super) fn shown(key: &[u8]) -> String {
    String::from_utf8_lossy(key).chars().filter(|letter| !letter.is_control()).take(40).collect()
}
