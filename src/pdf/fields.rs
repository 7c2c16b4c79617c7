//! Empty signature fields: what is merged is for the printer and has none (ISO 32000-1, 12.7).

use std::collections::HashSet;

use lopdf::{Dictionary, Object, ObjectId};

use super::fault;
use super::share::{Objects, Role};
use super::source::{DEPTH, Source, deep, kind};
use crate::diagnostic::Failure;

/// Refuses a form of which anything is filled in or signed: leaving that out would take from the document.
pub(super) fn check(source: &Source, catalog: &Dictionary) -> Result<(), Failure> {
    let Some(form) = source.inner(catalog, "AcroForm")? else { return Ok(()) };
    if form.has(b"XFA") {
        return Err(fault::form());
    }
    let mut seen = HashSet::new();
    let mut nodes: Vec<(&Object, usize)> =
        source.list(form, "Fields")?.unwrap_or_default().iter().map(|field| (field, 0)).collect();
    while let Some((node, depth)) = nodes.pop() {
        let id = node.as_reference().map_err(|_| kind("Fields"))?;
        if depth > DEPTH || !seen.insert(id) {
            return Err(deep());
        }
        let field = source.dictionary(id)?;
        if source.entry(field, "V")?.is_some() {
            return Err(fault::form());
        }
        nodes.extend(source.list(field, "Kids")?.unwrap_or_default().iter().map(|kid| (kid, depth + 1)));
    }
    Ok(())
}

/// Whether an annotation is an empty signature field, which is then marked as left out. Other fields are refused.
pub(super) fn leave_out(objects: &mut Objects, id: ObjectId) -> Result<bool, Failure> {
    let source = objects.source;
    let node = source.dictionary(id)?;
    if node.get(b"Subtype").and_then(Object::as_name).ok() != Some(b"Widget") {
        return Ok(false);
    }
    let (mut field, mut signs) = (Some(node), false);
    for _ in 0..DEPTH {
        let Some(here) = field else { break };
        signs |= source.entry(here, "FT")?.and_then(|kind| kind.as_name().ok()) == Some(b"Sig");
        if source.entry(here, "V")?.is_some() {
            return Err(fault::form());
        }
        field = source.inner(here, "Parent")?;
    }
    if !signs {
        return Err(fault::form());
    }
    if let Some(key) = source.entry(node, "StructParent")? {
        objects.dropped.insert(key.as_i64().map_err(|_| kind("StructParent"))?);
    }
    Ok(true)
}

/// Whether a kid of a structure element is a field left out, or the element of one.
pub(super) fn is_left_out(objects: &Objects, kid: &Object) -> Result<bool, Failure> {
    let role = |object: &Object| object.as_reference().ok().and_then(|id| objects.roles.get(&id)).copied();
    if role(kid) == Some(Role::Field) {
        return Ok(true);
    }
    let Ok(kid) = objects.source.resolve(kid)?.as_dict() else { return Ok(false) };
    Ok(kid.has_type(b"OBJR") && kid.get(b"Obj").ok().and_then(role) == Some(Role::Field))
}
