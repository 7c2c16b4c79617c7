//! Fields in the tree of tags: one `Form` element for each, so that a reader's voice tells what it is for
//! (ISO 14289-1, 7.18.4; ISO 32000-1, 14.7).

use lopdf::{Object, ObjectId};

use crate::diagnostic::Failure;
use crate::pdf::base::{Base, wrong_kind};
use crate::pdf::syntax;
use crate::pdf::update::{Place, Update};

/// The tree of tags of a file, open to more elements.
pub(super) struct Tags {
    root: Place,
    /// The element that holds the others: the document, else the root itself.
    parent: ObjectId,
    key: i64,
}

impl Tags {
    /// The tree of a file, if it has one.
    pub(super) fn open(base: &Base) -> Result<Option<Self>, Failure> {
        let Ok(root) = base.catalog()?.get(b"StructTreeRoot") else { return Ok(None) };
        let id = root.as_reference().map_err(|_| wrong_kind("StructTreeRoot"))?;
        let root = base.dictionary(id)?;
        let mut key = base.integer(root, "ParentTreeNextKey").unwrap_or_default();
        if let Some(parents) = base.inner(root, "ParentTree")? {
            for (used, _) in base.tree(parents, "Nums")? {
                key = key.max(used.as_i64().map_err(|_| wrong_kind("Nums"))?.saturating_add(1));
            }
        }
        // Keys are whole numbers that every reader can hold (ISO 32000-1, annex C).
        if !(0..i64::from(i32::MAX) - 64).contains(&key) {
            return Err(wrong_kind("ParentTreeNextKey"));
        }
        Ok(Some(Self { root: id.into(), parent: document(base, root)?.unwrap_or(id), key }))
    }

    /// Puts in the element of a widget on a page. Returns the key the widget must name.
    pub(super) fn add(
        &mut self,
        update: &mut Update,
        widget: u32,
        page: ObjectId,
        label: &str,
    ) -> Result<i64, Failure> {
        let element = update.number();
        let (parent, key) = (self.parent, self.key);
        self.key += 1;
        update.object(element, |out| {
            out.extend_from_slice(b"<</Type/StructElem/S/Form/P ");
            refer(out, parent);
            out.extend_from_slice(b"/Pg ");
            refer(out, page);
            out.extend_from_slice(b"/Alt");
            syntax::text(out, label);
            out.extend_from_slice(b"/K<</Type/OBJR/Obj ");
            syntax::refer(out, widget);
            out.extend_from_slice(b"/Pg ");
            refer(out, page);
            out.extend_from_slice(b">>>>");
        });
        update.append(&parent.into(), "K", format!("{element} 0 R").as_bytes())?;
        let entry = format!("{key} {element} 0 R");
        match update.child(&self.root, "ParentTree")? {
            Some(parents) if update.entries(&parents)?.get("Kids").is_some() => {
                let leaf = update.number();
                update.object(leaf, |out| {
                    syntax::display(out, format_args!("<</Limits[{key} {key}]/Nums[{entry}]>>"));
                });
                update.append(&parents, "Kids", format!("{leaf} 0 R").as_bytes())?;
            }
            Some(parents) => update.append(&parents, "Nums", entry.as_bytes())?,
            None => update.edit(&self.root, |root| root.set("ParentTree", format!("<</Nums[{entry}]>>")))?,
        }
        update.edit(&self.root, |root| root.set("ParentTreeNextKey", (key + 1).to_string()))?;
        Ok(key)
    }
}

/// The topmost element that stands for the document.
fn document(base: &Base, root: &lopdf::Dictionary) -> Result<Option<ObjectId>, Failure> {
    let roles = base.inner(root, "RoleMap")?;
    let own;
    let tops = match root.get(b"K") {
        Ok(kids) => match base.resolve(kids)? {
            Object::Array(each) => each.as_slice(),
            _ => {
                own = [kids.clone()];
                &own[..]
            }
        },
        Err(_) => &[],
    };
    for top in tops {
        let Ok(id) = top.as_reference() else { continue };
        let kind = base.entry(base.dictionary(id)?, "S").and_then(|kind| kind.as_name().ok());
        let role = kind.and_then(|kind| roles?.get(kind).and_then(Object::as_name).ok());
        if role.or(kind) == Some(b"Document") {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Appends `number generation R`.
pub(super) fn refer(out: &mut Vec<u8>, (number, generation): ObjectId) {
    syntax::display(out, format_args!("{number} {generation} R"));
}
