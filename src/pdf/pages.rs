//! Pages and their annotations.

use std::collections::HashSet;

use lopdf::{Dictionary, Object, ObjectId};

use super::navigation;
use super::part::{Annotation, Page};
use super::share::{Objects, Role};
use super::source::{DEPTH, deep, kind, wrong};
use super::{fault, fields};
use crate::diagnostic::Failure;

/// What a page takes from the nodes above it (ISO 32000-1, 7.7.3.4).
const INHERITED: [&str; 4] = ["Resources", "MediaBox", "CropBox", "Rotate"];

/// A page found in its tree, with what it inherits.
pub(super) struct Found {
    id: ObjectId,
    inherited: Dictionary,
    annotations: Vec<ObjectId>,
}

/// Finds pages in order, and marks them and their annotations as having a place of their own.
pub(super) fn find(objects: &mut Objects, catalog: &Dictionary) -> Result<Vec<Found>, Failure> {
    let source = objects.source;
    let root = catalog.get(b"Pages").and_then(Object::as_reference).map_err(|_| kind("Pages"))?;
    let mut found = Vec::new();
    let mut nodes = vec![(root, Dictionary::new(), 0)];
    let mut seen = HashSet::new();
    while let Some((id, mut inherited, depth)) = nodes.pop() {
        if depth > DEPTH || !seen.insert(id) {
            return Err(deep());
        }
        let node = source.dictionary(id)?;
        let Some(kids) = source.list(node, "Kids")? else {
            if !node.has_type(b"Page") {
                return Err(wrong(&Object::Reference(id)));
            }
            inherited = inherited.into_iter().filter(|(key, _)| !node.has(key)).collect();
            let annotations = source.list(node, "Annots")?.unwrap_or_default().iter();
            let annotations =
                annotations.map(|one| one.as_reference().map_err(|_| kind("Annots"))).collect::<Result<Vec<_>, _>>()?;
            found.push(Found { id, inherited, annotations });
            continue;
        };
        for key in INHERITED {
            if let Ok(value) = node.get(key.as_bytes()) {
                inherited.set(key, value.clone());
            }
        }
        for kid in kids.iter().rev() {
            let kid = kid.as_reference().map_err(|_| kind("Kids"))?;
            nodes.push((kid, inherited.clone(), depth + 1));
        }
    }
    if found.is_empty() {
        return Err(fault::broken("không có trang nào", "it has no page"));
    }
    for page in &mut found {
        objects.roles.insert(page.id, Role::Page);
        let mut kept = Vec::with_capacity(page.annotations.len());
        for &annotation in &page.annotations {
            let left_out = fields::leave_out(objects, annotation)?;
            let role = if left_out { Role::Field } else { Role::Annotation };
            if objects.roles.insert(annotation, role).is_some() {
                return Err(wrong(&Object::Reference(annotation)));
            }
            if !left_out {
                kept.push(annotation);
            }
        }
        page.annotations = kept;
    }
    Ok(found)
}

/// Reads a page.
pub(super) fn read(objects: &mut Objects, found: Found, mark: &str) -> Result<Page, Failure> {
    let node = objects.source.dictionary(found.id)?;
    let mut body = Dictionary::new();
    let mut key = None;
    for (name, value) in node.iter().chain(found.inherited.iter()) {
        match name.as_slice() {
            b"Parent" | b"Annots" | b"AF" => {}
            b"StructParents" => key = Some(value.as_i64().map_err(|_| kind("StructParents"))?),
            _ => {
                objects.share_all(value)?;
                body.set(name.clone(), value.clone());
            }
        }
    }
    let annotations =
        found.annotations.into_iter().map(|id| annotation(objects, id, mark)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page { id: found.id, body, annotations, key })
}

fn annotation(objects: &mut Objects, id: ObjectId, mark: &str) -> Result<Annotation, Failure> {
    let node = objects.source.dictionary(id)?;
    match node.get(b"Subtype").and_then(Object::as_name) {
        Ok(b"Link") => {}
        other => {
            let other = String::from_utf8_lossy(other.unwrap_or_default());
            return Err(fault::foreign(
                format!("trang có chú thích kiểu `{other}`"),
                format!("a page has an annotation of the kind `{other}`"),
            ));
        }
    }
    let mut body = Dictionary::new();
    let mut key = None;
    for (name, value) in node.iter() {
        match name.as_slice() {
            b"P" | b"AF" => {}
            b"StructParent" => key = Some(value.as_i64().map_err(|_| kind("StructParent"))?),
            b"A" | b"Dest" => {
                let value = objects.inline(value)?;
                body.set(name.clone(), navigation::own_names(value, name, mark));
            }
            _ => {
                objects.share_all(value)?;
                body.set(name.clone(), value.clone());
            }
        }
    }
    Ok(Annotation { id, body, key })
}
