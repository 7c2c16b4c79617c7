//! One file made ready to be written into a merged one: everything read, checked and renamed before a byte is written,
//! so that a file that cannot be taken leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Object, ObjectId};

use super::navigation::{self, Entry};
use super::share::{Digest, Objects};
use super::source::{Source, kind};
use super::structure::{self, Element, Parents};
use super::{fault, fields, pages, syntax};
use crate::diagnostic::Failure;

/// A page without what its new place gives it.
pub(super) struct Page {
    /// Its number in its own file.
    pub(super) id: ObjectId,
    /// Its entries.
    pub(super) body: Dictionary,
    /// Its annotations.
    pub(super) annotations: Vec<Annotation>,
    /// Its key in the parent tree.
    pub(super) key: Option<i64>,
}

/// An annotation without what its new place gives it.
pub(super) struct Annotation {
    /// Its number in its own file.
    pub(super) id: ObjectId,
    /// Its entries.
    pub(super) body: Dictionary,
    /// Its key in the parent tree.
    pub(super) key: Option<i64>,
}

/// A file ready to be written.
pub(super) struct Part {
    /// The file itself, for the objects in `shared`.
    pub(super) source: Source,
    /// What may be written once for all files, each after all it refers to.
    pub(super) shared: Vec<(ObjectId, Digest)>,
    /// Pages in order.
    pub(super) pages: Vec<Page>,
    /// Structure elements, parents before children.
    pub(super) elements: Vec<Element>,
    /// Elements by the key of a page or annotation.
    pub(super) parents: BTreeMap<i64, Parents>,
    /// Elements by their renamed identifier.
    pub(super) ids: BTreeMap<Vec<u8>, ObjectId>,
    /// Roles of its own and the standard ones they stand for.
    pub(super) role_map: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Classes of attributes by name, as written.
    pub(super) classes: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Namespaces of its elements, shared.
    pub(super) namespaces: Vec<ObjectId>,
    /// Places by their renamed name.
    pub(super) destinations: BTreeMap<Vec<u8>, Object>,
    /// Its outline.
    pub(super) outline: Vec<Entry>,
    /// Page labels by the page they begin at, from 0.
    pub(super) labels: BTreeMap<i64, Object>,
    /// The colour its pages are meant for: what it is compared by, and the array of output intents.
    pub(super) intents: Option<(Vec<u8>, Object)>,
    /// How many files are attached to it.
    pub(super) attached: usize,
}

impl Part {
    /// Reads a file. `mark` makes its names its own; `language` is that of the merged file.
    pub(super) fn read(pdf: &[u8], mark: &str, language: &str) -> Result<Self, Failure> {
        let source = Source::read(pdf)?;
        let catalog = source.catalog()?;
        check_catalog(&source, catalog)?;
        let mut objects = Objects::new(&source);
        let found = pages::find(&mut objects, catalog)?;
        let tree = structure::find(&mut objects, catalog)?;
        let destinations = navigation::destinations(&mut objects, catalog, mark)?;
        let pages =
            found.into_iter().map(|page| pages::read(&mut objects, page, mark)).collect::<Result<Vec<_>, _>>()?;
        let foreign_language = match source.entry(catalog, "Lang")? {
            Some(lang) if lang.as_str().is_ok_and(|lang| lang != language.as_bytes()) => Some(lang),
            _ => None,
        };
        let tree = structure::read(&mut objects, tree, mark, foreign_language)?;
        let outline = navigation::outline(&mut objects, catalog, mark)?;
        let labels = navigation::labels(&mut objects, catalog)?;
        let intents = match source.entry(catalog, "OutputIntents")? {
            Some(intents) => Some((objects.digest(intents)?, intents.clone())),
            None => None,
        };
        let attached = attached(&source, catalog)?;
        let shared = std::mem::take(&mut objects.shared);
        let part = Self {
            shared,
            pages,
            elements: tree.elements,
            parents: tree.parents,
            ids: tree.ids,
            role_map: tree.role_map,
            classes: tree.classes,
            namespaces: tree.namespaces,
            destinations,
            outline,
            labels,
            intents,
            attached,
            source,
        };
        part.check_keys()?;
        part.check_names()?;
        Ok(part)
    }

    /// Every key of a page or annotation, in order of the file.
    pub(super) fn keys(&self) -> impl Iterator<Item = i64> {
        let of = |page: &Page| page.annotations.iter().filter_map(|one| one.key).collect::<Vec<_>>();
        self.pages.iter().flat_map(move |page| page.key.into_iter().chain(of(page)))
    }

    /// Most objects the file may add.
    pub(super) fn objects(&self) -> u64 {
        let annotations: usize = self.pages.iter().map(|page| page.annotations.len()).sum();
        let many = self.shared.len()
            + self.pages.len()
            + annotations
            + self.elements.len()
            + self.parents.len()
            + self.outline.len();
        // Nodes of trees and the streams the objects are packed in: far fewer than one for every eight objects.
        (many + many / 8 + 16) as u64
    }

    /// Each key leads to the elements that own the content, and no two things claim one key.
    fn check_keys(&self) -> Result<(), Failure> {
        let mut seen = BTreeSet::new();
        for key in self.keys() {
            if !self.parents.contains_key(&key) || !seen.insert(key) {
                return Err(fault::broken(
                    format!("nội dung mang khóa thẻ `{key}` không thuộc thẻ nào"),
                    format!("content with the key `{key}` belongs to no structure element"),
                ));
            }
        }
        Ok(())
    }

    /// Every link to a named place finds it.
    fn check_names(&self) -> Result<(), Failure> {
        let annotations = self.pages.iter().flat_map(|page| page.annotations.iter().map(|one| &one.body));
        let entries = self.outline.iter().map(|entry| &entry.body);
        for body in annotations.chain(entries) {
            if let Some(name) = navigation::named(body)
                && !self.destinations.contains_key(name)
            {
                return Err(fault::broken("liên kết tới chỗ không có", "a link leads to a place that is not there"));
            }
        }
        Ok(())
    }
}

/// How many pages a file has.
pub(super) fn count(pdf: &[u8]) -> Result<usize, Failure> {
    let source = Source::read(pdf)?;
    let found = pages::find(&mut Objects::new(&source), source.catalog()?)?;
    Ok(found.len())
}

/// The catalog says that the file keeps the standards the merged one will claim, and asks for nothing unknown.
fn check_catalog(source: &Source, catalog: &Dictionary) -> Result<(), Failure> {
    for (key, _) in catalog.iter() {
        match key.as_slice() {
            b"Type" | b"Version" | b"Pages" | b"PageLabels" | b"Names" | b"Dests" | b"Outlines" | b"StructTreeRoot"
            | b"MarkInfo" | b"Lang" | b"Metadata" | b"OutputIntents" | b"AF" => {}
            // How one file wishes to be opened has no meaning among many.
            b"ViewerPreferences" | b"PageLayout" | b"PageMode" | b"OpenAction" => {}
            b"AcroForm" => fields::check(source, catalog)?,
            b"Perms" | b"DSS" => return Err(fault::form()),
            other => {
                let other = String::from_utf8_lossy(other);
                return Err(fault::foreign(
                    format!("mục lục gốc có `/{other}`"),
                    format!("its catalog has `/{other}`"),
                ));
            }
        }
    }
    let marked = match source.inner(catalog, "MarkInfo")? {
        Some(info) => {
            let flag = |key: &[u8]| info.get(key).and_then(Object::as_bool).unwrap_or(false);
            flag(b"Marked") && !flag(b"Suspects")
        }
        None => false,
    };
    if !marked {
        return Err(fault::foreign("không gắn thẻ", "it is not tagged"));
    }
    let metadata = match source.entry(catalog, "Metadata")? {
        Some(Object::Stream(stream)) if stream.dict.has(b"Filter") => {
            stream.decompressed_content_with_limit(1 << 20).map_err(|error| fault::broken(&error, &error))?
        }
        Some(Object::Stream(stream)) => stream.content.clone(),
        _ => Vec::new(),
    };
    let metadata = String::from_utf8_lossy(&metadata);
    let says = |property: &str, values: &[&str]| {
        values.iter().any(|value| {
            metadata.contains(&format!("<{property}>{value}</"))
                || metadata.contains(&format!("{property}=\"{value}\""))
        })
    };
    let claims = says("pdfaid:part", &["2", "3"]) && says("pdfaid:conformance", &["A"]) && says("pdfuaid:part", &["1"]);
    if !claims {
        return Err(fault::foreign(
            "không tự nhận là PDF/A-2a hay PDF/A-3a kèm PDF/UA-1",
            "it does not claim PDF/A-2a or PDF/A-3a together with PDF/UA-1",
        ));
    }
    Ok(())
}

/// How many files are attached; what else may stand under names is refused.
fn attached(source: &Source, catalog: &Dictionary) -> Result<usize, Failure> {
    let Some(names) = source.inner(catalog, "Names")? else { return Ok(0) };
    if let Some((key, _)) = names.iter().find(|(key, _)| !matches!(key.as_slice(), b"Dests" | b"EmbeddedFiles")) {
        let key = String::from_utf8_lossy(key);
        return Err(fault::foreign(format!("danh mục tên có `/{key}`"), format!("its names have `/{key}`")));
    }
    Ok(match source.inner(names, "EmbeddedFiles")? {
        Some(tree) => source.tree(tree, "Names")?.len(),
        None => 0,
    })
}

/// `name` made the file's own, as a string.
pub(super) fn marked(mark: &str, name: &[u8]) -> Vec<u8> {
    [mark.as_bytes(), name].concat()
}

/// A dictionary of names, such as roles.
pub(super) fn names(source: &Source, root: &Dictionary, key: &str) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, Failure> {
    let Some(map) = source.inner(root, key)? else { return Ok(BTreeMap::new()) };
    map.iter()
        .map(|(name, value)| match source.resolve(value)?.as_name() {
            Ok(value) => Ok((name.clone(), value.to_vec())),
            Err(_) => Err(kind(key)),
        })
        .collect()
}

/// Values with nothing in them that has a number: the same bytes in every file.
pub(super) struct Unnumbered;

impl syntax::References for Unnumbered {
    fn reference(&self, _: ObjectId, out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }
}
