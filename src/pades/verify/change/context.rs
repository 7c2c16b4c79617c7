//! What each object of the signed file is for, as far as a rule of permitted changes asks for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::pades::verify::file::{File, Id, Place, Unreadable, Value};
use crate::pades::verify::form::Pages;

/// Nodes of one tree that are looked at.
const NODES: usize = 20_000;

/// What an object is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// The list of fields of the form.
    Fields,
    /// The list of annotations of a page.
    Annotations,
    /// The children of a structure element.
    Kids(Id),
    /// A node of the tree from annotations to their elements.
    ParentTree,
    /// The pairs of such a node.
    ParentPairs,
    /// Part of the store for later checking.
    Material,
    /// Names of extensions of the format.
    Extensions,
    /// What the file says about itself in XML.
    Metadata,
    /// What the file says about itself.
    Information,
}

/// What the objects of a file are for.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    known: BTreeMap<Id, Context>,
    uses: BTreeMap<Id, usize>,
    /// Numbers that are referred to and lead nowhere.
    pub(super) dangling: BTreeSet<Id>,
}

impl Contexts {
    /// Reads every object once.
    pub(super) fn read(file: &File, pages: &Pages) -> Result<Self, Unreadable> {
        let mut all = Self::default();
        let mut references = Vec::new();
        for (number, place) in file.places() {
            if *place == Place::Free {
                continue;
            }
            let id = (*number, place.generation());
            let body = match file.glance(id) {
                Ok(body) => body,
                Err(error) if file.exhausted() => return Err(error),
                // Nobody can read it, so nobody can follow it.
                Err(_) => continue,
            };
            references.clear();
            body.value.references(&mut references);
            for target in &references {
                *all.uses.entry(*target).or_default() += 1;
                match file.places().get(&target.0) {
                    Some(place) if *place != Place::Free && place.generation() == target.1 => {}
                    _ => {
                        all.dangling.insert(*target);
                    }
                }
            }
            let Some(entries) = body.dictionary() else { continue };
            if pages.number(id).is_some() {
                all.list(file, entries.get(b"Annots".as_slice()), Context::Annotations)?;
            }
            if body.is("StructElem") || body.is("StructTreeRoot") || entries.contains_key(b"S".as_slice()) {
                all.list(file, entries.get(b"K".as_slice()), Context::Kids(id))?;
            }
        }
        all.roots(file)?;
        Ok(all)
    }

    /// What an object is for; none where it serves two ends at once, or none that a rule knows.
    pub(super) fn of(&self, id: Id) -> Option<Context> {
        let once = self.uses.get(&id).copied().unwrap_or_default() <= 1;
        self.known.get(&id).copied().filter(|context| once || matches!(context, Context::Information))
    }

    fn put(&mut self, value: Option<&Value>, context: Context) -> bool {
        match value.and_then(Value::reference) {
            Some(id) => self.known.insert(id, context).is_none(),
            None => true,
        }
    }

    /// A list that is an object of its own.
    fn list(&mut self, file: &File, value: Option<&Value>, context: Context) -> Result<(), Unreadable> {
        if let Some(value @ Value::Reference(_)) = value
            && file.resolve(value)?.value.array().is_some()
        {
            self.put(Some(value), context);
        }
        Ok(())
    }

    fn roots(&mut self, file: &File) -> Result<(), Unreadable> {
        let (_, catalog) = file.catalog()?;
        let Some(catalog) = catalog.dictionary() else { return Ok(()) };
        self.put(catalog.get(b"Extensions".as_slice()), Context::Extensions);
        self.put(catalog.get(b"Metadata".as_slice()), Context::Metadata);
        self.put(file.trailer().get(b"Info".as_slice()), Context::Information);
        let form = file.entry(catalog, "AcroForm")?;
        if let Some(form) = form.dictionary() {
            self.list(file, form.get(b"Fields".as_slice()), Context::Fields)?;
        }
        self.material(file, catalog.get(b"DSS".as_slice()))?;
        let structure = file.entry(catalog, "StructTreeRoot")?;
        if let Some(structure) = structure.dictionary() {
            self.parents(file, structure.get(b"ParentTree".as_slice()))?;
        }
        Ok(())
    }

    /// Dictionaries and lists of the store; its streams are data and stay what they are.
    fn material(&mut self, file: &File, root: Option<&Value>) -> Result<(), Unreadable> {
        let mut open: Vec<Value> = root.cloned().into_iter().collect();
        let mut seen = 0;
        while let Some(value) = open.pop() {
            seen += 1;
            let body = file.resolve(&value)?;
            if seen > NODES || body.data.is_some() || !self.put(Some(&value), Context::Material) {
                continue;
            }
            match &body.value {
                Value::Dictionary(entries) => open.extend(entries.values().cloned()),
                Value::Array(items) => open.extend(items.iter().cloned()),
                _ => {}
            }
        }
        Ok(())
    }

    fn parents(&mut self, file: &File, root: Option<&Value>) -> Result<(), Unreadable> {
        let mut open: Vec<Value> = root.cloned().into_iter().collect();
        let mut seen = 0;
        while let Some(value) = open.pop() {
            seen += 1;
            if seen > NODES || !self.put(Some(&value), Context::ParentTree) {
                continue;
            }
            let body = file.resolve(&value)?;
            let Some(entries) = body.dictionary() else { continue };
            self.list(file, entries.get(b"Nums".as_slice()), Context::ParentPairs)?;
            let kids = file.entry(entries, "Kids")?;
            let kids = kids.value.array().unwrap_or_default();
            // Many nodes may share one list.
            if open.len() + kids.len() > NODES {
                return Err(Unreadable("its tree of tags is wrong"));
            }
            open.extend(kids.iter().cloned());
        }
        Ok(())
    }
}
