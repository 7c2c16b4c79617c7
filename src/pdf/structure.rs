//! Structure elements: what makes a page readable to those who hear it (ISO 32000-1, 14.7).

use std::collections::BTreeMap;

use lopdf::{Dictionary, Object, ObjectId, StringFormat};

use super::part::{Unnumbered, marked, names};
use super::share::{Objects, Role};
use super::source::{kind, wrong};
use super::{fault, fields, syntax};
use crate::diagnostic::Failure;

/// A structure element without what its new place gives it.
pub(super) struct Element {
    /// Its number in its own file.
    pub(super) id: ObjectId,
    /// The element it is a part of; at the top of its file it has none.
    pub(super) parent: Option<ObjectId>,
    /// Its entries.
    pub(super) body: Dictionary,
}

/// Elements that own content.
pub(super) enum Parents {
    /// One for each marked piece of a page, in order of its number.
    Page(Vec<Option<ObjectId>>),
    /// The one an annotation belongs to.
    Annotation(ObjectId),
}

/// Elements found on the way down, parents before children.
pub(super) struct Found<'a> {
    root: &'a Dictionary,
    elements: Vec<(ObjectId, Option<ObjectId>)>,
}

/// The tree of one file.
pub(super) struct Tree {
    pub(super) elements: Vec<Element>,
    pub(super) parents: BTreeMap<i64, Parents>,
    pub(super) ids: BTreeMap<Vec<u8>, ObjectId>,
    pub(super) role_map: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) classes: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) namespaces: Vec<ObjectId>,
}

/// Finds the elements and marks them as having a place of their own.
pub(super) fn find<'a>(objects: &mut Objects<'a>, catalog: &'a Dictionary) -> Result<Found<'a>, Failure> {
    let source = objects.source;
    let Some(root) = source.inner(catalog, "StructTreeRoot")? else {
        return Err(fault::foreign("không có cây thẻ", "it has no structure tree"));
    };
    let mut elements = Vec::new();
    let mut ahead = kids(objects, root)?.into_iter().rev().map(|id| (id, None)).collect::<Vec<_>>();
    while let Some((id, parent)) = ahead.pop() {
        if stands_for_fields(objects, source.dictionary(id)?)? {
            objects.roles.insert(id, Role::Field);
            continue;
        }
        if objects.roles.insert(id, Role::Element).is_some() {
            return Err(wrong(&Object::Reference(id)));
        }
        elements.push((id, parent));
        let below = kids(objects, source.dictionary(id)?)?;
        ahead.extend(below.into_iter().rev().map(|kid| (kid, Some(id))));
    }
    Ok(Found { root, elements })
}

/// Whether all that an element holds are fields left out.
fn stands_for_fields(objects: &Objects, node: &Dictionary) -> Result<bool, Failure> {
    let kids = content(objects, node)?;
    let mut all = !kids.is_empty();
    for kid in kids {
        all = all && fields::is_left_out(objects, kid)?;
    }
    Ok(all)
}

/// Elements directly below a node. What else is below it are pieces of content.
fn kids(objects: &Objects, node: &Dictionary) -> Result<Vec<ObjectId>, Failure> {
    let source = objects.source;
    let mut found = Vec::new();
    for kid in content(objects, node)? {
        let Ok(dictionary) = source.resolve(kid)?.as_dict() else { continue };
        if dictionary.has(b"S") {
            found.push(kid.as_reference().map_err(|_| kind("K"))?);
        }
    }
    Ok(found)
}

fn content<'a>(objects: &Objects<'a>, node: &'a Dictionary) -> Result<Vec<&'a Object>, Failure> {
    Ok(match (objects.source.entry(node, "K")?, node.get(b"K")) {
        (Some(Object::Array(kids)), _) => kids.iter().collect(),
        // One kid alone keeps its reference.
        (Some(_), Ok(kid)) => vec![kid],
        _ => Vec::new(),
    })
}

/// Reads what was found. `language` is that of the whole file where the merged one has another.
pub(super) fn read(
    objects: &mut Objects,
    found: Found,
    mark: &str,
    language: Option<&Object>,
) -> Result<Tree, Failure> {
    let source = objects.source;
    for (key, _) in found.root.iter() {
        if !matches!(
            key.as_slice(),
            b"Type"
                | b"K"
                | b"ParentTree"
                | b"ParentTreeNextKey"
                | b"IDTree"
                | b"RoleMap"
                | b"ClassMap"
                | b"Namespaces"
                | b"AF"
        ) {
            let key = String::from_utf8_lossy(key);
            return Err(fault::foreign(format!("cây thẻ có `/{key}`"), format!("its structure tree has `/{key}`")));
        }
    }
    let mut tree = Tree {
        elements: Vec::with_capacity(found.elements.len()),
        parents: BTreeMap::new(),
        ids: BTreeMap::new(),
        role_map: names(source, found.root, "RoleMap")?,
        classes: BTreeMap::new(),
        namespaces: Vec::new(),
    };
    for (id, parent) in found.elements {
        let mut body = element(objects, id, mark, &mut tree.ids)?;
        if parent.is_none() {
            // A document within a document is a part of it (ISO 32000-1, 14.8.4.2).
            if body.get(b"S").and_then(Object::as_name).is_ok_and(|kind| kind == b"Document") {
                body.set("S", Object::Name(b"Part".to_vec()));
            }
            if let Some(language) = language
                && !body.has(b"Lang")
            {
                body.set("Lang", language.clone());
            }
        }
        tree.elements.push(Element { id, parent, body });
    }
    if let Some(parents) = source.inner(found.root, "ParentTree")? {
        for (key, value) in source.tree(parents, "Nums")? {
            let key = key.as_i64().map_err(|_| kind("ParentTree"))?;
            if objects.dropped.contains(&key) {
                continue;
            }
            tree.parents.insert(key, owners(objects, value)?);
        }
    }
    if let Some(classes) = source.inner(found.root, "ClassMap")? {
        for (name, attributes) in classes.iter() {
            let attributes = objects.inline(attributes)?;
            if has_reference(&attributes) {
                return Err(kind("ClassMap"));
            }
            let mut written = Vec::new();
            syntax::object(&mut written, &attributes, &Unnumbered);
            tree.classes.insert(name.clone(), written);
        }
    }
    for namespace in source.list(found.root, "Namespaces")?.unwrap_or_default() {
        let id = namespace.as_reference().map_err(|_| kind("Namespaces"))?;
        objects.share(id)?;
        tree.namespaces.push(id);
    }
    Ok(tree)
}

/// The entries of an element, its identifiers made its own file's.
fn element(
    objects: &mut Objects,
    id: ObjectId,
    mark: &str,
    ids: &mut BTreeMap<Vec<u8>, ObjectId>,
) -> Result<Dictionary, Failure> {
    let source = objects.source;
    let node = source.dictionary(id)?;
    let mut body = Dictionary::new();
    for (name, value) in node.iter() {
        let value = match name.as_slice() {
            b"P" | b"AF" => continue,
            b"K" => {
                let kids = content(objects, node)?;
                let mut pieces = Vec::with_capacity(kids.len());
                for kid in kids {
                    if !fields::is_left_out(objects, kid)? {
                        pieces.push(piece(objects, kid)?);
                    }
                }
                Object::Array(pieces)
            }
            b"Pg" => match value {
                Object::Reference(page) if objects.roles.get(page) == Some(&Role::Page) => value.clone(),
                _ => return Err(kind("Pg")),
            },
            b"ID" => {
                let own = marked(mark, source.resolve(value)?.as_str().map_err(|_| kind("ID"))?);
                if ids.insert(own.clone(), id).is_some() {
                    return Err(kind("ID"));
                }
                Object::String(own, StringFormat::Literal)
            }
            b"A" => {
                let mut attributes = objects.inline(value)?;
                own_headers(&mut attributes, mark);
                attributes
            }
            b"NS" => {
                objects.share_all(value)?;
                value.clone()
            }
            _ => objects.inline(value)?,
        };
        body.set(name.clone(), value);
    }
    Ok(body)
}

/// One kid of an element: another element, the number of a marked piece, or a dictionary naming a piece or an
/// annotation.
fn piece(objects: &mut Objects, kid: &Object) -> Result<Object, Failure> {
    let piece = objects.inline(kid)?;
    let sound = match &piece {
        Object::Integer(_) => true,
        Object::Reference(id) => objects.roles.get(id) == Some(&Role::Element),
        Object::Dictionary(entries) => {
            let role = |key: &[u8]| {
                entries.get(key).and_then(Object::as_reference).ok().and_then(|id| objects.roles.get(&id)).copied()
            };
            let page = !entries.has(b"Pg") || role(b"Pg") == Some(Role::Page);
            let annotation = !entries.has_type(b"OBJR") || role(b"Obj") == Some(Role::Annotation);
            // Pieces inside a form have keys of their own, which no file of ours uses; an element that lost its role is no
            // piece.
            let known = |key: &[u8]| matches!(key, b"Type" | b"Pg" | b"MCID" | b"Obj");
            page && annotation && entries.iter().all(|(key, _)| known(key))
        }
        _ => false,
    };
    if sound { Ok(piece) } else { Err(kind("K")) }
}

/// Header cells are named by their identifiers (ISO 32000-1, table 349).
fn own_headers(attributes: &mut Object, mark: &str) {
    match attributes {
        Object::Array(each) => each.iter_mut().for_each(|one| own_headers(one, mark)),
        Object::Dictionary(entries) => {
            if let Ok(Object::Array(headers)) = entries.get_mut(b"Headers") {
                for header in headers {
                    if let Object::String(id, _) = header {
                        *header = Object::String(marked(mark, id), StringFormat::Literal);
                    }
                }
            }
        }
        _ => {}
    }
}

/// The elements that one entry of the parent tree names.
fn owners(objects: &Objects, value: &Object) -> Result<Parents, Failure> {
    let element = |object: &Object| match object {
        Object::Reference(id) if objects.roles.get(id) == Some(&Role::Element) => Ok(*id),
        _ => Err(kind("ParentTree")),
    };
    match objects.source.resolve(value)? {
        Object::Array(each) => {
            let each = each.iter().map(|one| if one.is_null() { Ok(None) } else { element(one).map(Some) });
            Ok(Parents::Page(each.collect::<Result<_, _>>()?))
        }
        Object::Dictionary(_) => Ok(Parents::Annotation(element(value)?)),
        _ => Err(kind("ParentTree")),
    }
}

fn has_reference(object: &Object) -> bool {
    match object {
        Object::Reference(_) => true,
        Object::Array(items) => items.iter().any(has_reference),
        Object::Dictionary(entries) => entries.iter().any(|(_, value)| has_reference(value)),
        _ => false,
    }
}
