//! Ways through a file: its outline, the places with a name, the labels of its pages.

use std::collections::{BTreeMap, HashSet};

use lopdf::{Dictionary, Object, ObjectId, StringFormat};

use super::part::marked;
use super::share::Objects;
use super::source::{DEPTH, deep, kind};
use crate::diagnostic::Failure;

/// One entry of a file's outline.
pub(super) struct Entry {
    /// How deep it stands, from 1.
    pub(super) depth: u32,
    /// Whether what is below it is shown.
    pub(super) open: bool,
    /// Title, destination and looks.
    pub(super) body: Dictionary,
}

/// The outline, entries before what is below them.
pub(super) fn outline(objects: &mut Objects, catalog: &Dictionary, mark: &str) -> Result<Vec<Entry>, Failure> {
    let source = objects.source;
    let mut entries = Vec::new();
    let Some(root) = source.inner(catalog, "Outlines")? else { return Ok(entries) };
    let mut seen = HashSet::new();
    let mut ahead: Vec<(ObjectId, u32)> = first(root)?.map(|id| (id, 1)).into_iter().collect();
    while let Some((id, depth)) = ahead.pop() {
        if !seen.insert(id) || depth as usize > DEPTH {
            return Err(deep());
        }
        let node = source.dictionary(id)?;
        let mut body = Dictionary::new();
        for (name, value) in node.iter() {
            if matches!(name.as_slice(), b"Title" | b"Dest" | b"A" | b"SE" | b"C" | b"F") {
                let value = objects.inline(value)?;
                body.set(name.clone(), own_names(value, name, mark));
            }
        }
        let count = source.entry(node, "Count")?.map_or(Ok(0), |count| count.as_i64().map_err(|_| kind("Count")))?;
        entries.push(Entry { depth, open: count >= 0, body });
        if let Ok(next) = node.get(b"Next") {
            ahead.push((next.as_reference().map_err(|_| kind("Next"))?, depth));
        }
        ahead.extend(first(node)?.map(|id| (id, depth + 1)));
    }
    Ok(entries)
}

fn first(node: &Dictionary) -> Result<Option<ObjectId>, Failure> {
    node.get(b"First").ok().map(|first| first.as_reference().map_err(|_| kind("First"))).transpose()
}

/// Places by their renamed name: both the old dictionary and the tree of names.
pub(super) fn destinations(
    objects: &mut Objects,
    catalog: &Dictionary,
    mark: &str,
) -> Result<BTreeMap<Vec<u8>, Object>, Failure> {
    let source = objects.source;
    let mut found = BTreeMap::new();
    if let Some(places) = source.inner(catalog, "Dests")? {
        for (name, place) in places.iter() {
            found.insert(marked(mark, name), objects.inline(place)?);
        }
    }
    if let Some(names) = source.inner(catalog, "Names")?
        && let Some(tree) = source.inner(names, "Dests")?
    {
        for (name, place) in source.tree(tree, "Names")? {
            let name = name.as_str().map_err(|_| kind("Names"))?;
            found.insert(marked(mark, name), objects.inline(place)?);
        }
    }
    Ok(found)
}

/// Page labels by the page they begin at.
pub(super) fn labels(objects: &mut Objects, catalog: &Dictionary) -> Result<BTreeMap<i64, Object>, Failure> {
    let source = objects.source;
    let mut found = BTreeMap::new();
    if let Some(tree) = source.inner(catalog, "PageLabels")? {
        for (page, label) in source.tree(tree, "Nums")? {
            let page = page.as_i64().map_err(|_| kind("PageLabels"))?;
            found.insert(page, objects.inline(label)?);
        }
    }
    Ok(found)
}

/// The value of `/Dest` or `/A` with the name of a place made the file's own.
pub(super) fn own_names(mut value: Object, key: &[u8], mark: &str) -> Object {
    let place = match (&mut value, key) {
        (value, b"Dest") => Some(value),
        (Object::Dictionary(action), b"A") if goes(action) => action.get_mut(b"D").ok(),
        _ => None,
    };
    if let Some(place) = place
        && let Object::String(name, _) | Object::Name(name) = place
    {
        *place = Object::String(marked(mark, name), StringFormat::Literal);
    }
    value
}

/// The name of the place an annotation or an entry of the outline leads to, if it leads to one by name.
pub(super) fn named(body: &Dictionary) -> Option<&[u8]> {
    let place = match body.get(b"A").and_then(Object::as_dict) {
        Ok(action) if goes(action) => action.get(b"D"),
        _ => body.get(b"Dest"),
    };
    place.ok()?.as_str().ok()
}

fn goes(action: &Dictionary) -> bool {
    action.get(b"S").and_then(Object::as_name).is_ok_and(|kind| kind == b"GoTo")
}
