//! Tags: an element for each signature field added, and nothing else (ISO 32000-1, 14.7; ISO 14289-1, 7.18).

use crate::pades::verify::file::{Body, Dictionary, Id, Unreadable, Value};
use crate::pades::verify::words::Code;

use super::rules::shown;
use super::{Judge, additions, keys};

/// What an element for a field may have; no words that would be read instead of it.
const OF_AN_ELEMENT: &[&str] = &["Type", "S", "P", "Pg", "Alt", "K", "T", "ID", "Lang"];

impl Judge<'_> {
    /// An element, or the root of all.
    pub(super) fn element(
        &mut self,
        id: Id,
        old: &Body,
        before: &Dictionary,
        after: &Dictionary,
    ) -> Result<bool, Unreadable> {
        if old.is("StructTreeRoot") {
            self.tree(Some(id), before, after)?;
            return Ok(true);
        }
        let element = before.contains_key(b"S".as_slice()) && before.contains_key(b"P".as_slice());
        if !element || keys(before, after) != [b"K".as_slice()] {
            return Ok(false);
        }
        self.kids(before, after, id)
    }

    /// The root of the tags.
    pub(super) fn tree(&mut self, id: Option<Id>, old: &Dictionary, new: &Dictionary) -> Result<(), Unreadable> {
        for key in keys(old, new) {
            let sound = match key {
                b"ParentTreeNextKey" => {
                    let next = |root: &Dictionary| root.get(key).and_then(Value::integer);
                    next(new) >= next(old)
                }
                b"ParentTree" => {
                    let (before, after) = (self.old.entry(old, "ParentTree")?, self.new.entry(new, "ParentTree")?);
                    match (&before.value, after.dictionary()) {
                        (Value::Dictionary(before), Some(after)) => self.parent_node(before, after)?,
                        (Value::Null, Some(after)) => self.parent_node(&Dictionary::new(), after)?,
                        _ => false,
                    }
                }
                b"K" => match id {
                    Some(id) => self.kids(old, new, id)?,
                    None => false,
                },
                _ => false,
            };
            if !sound {
                self.tell(Code::Structure, None, shown(key));
            }
        }
        Ok(())
    }

    fn kids(&mut self, old: &Dictionary, new: &Dictionary, parent: Id) -> Result<bool, Unreadable> {
        let (before, after) = (self.old.entry(old, "K")?, self.new.entry(new, "K")?);
        // One child may stand without a list around it.
        let one = |resolved: &Value, direct: Option<&Value>| match resolved {
            Value::Array(items) => items.clone(),
            Value::Null => Vec::new(),
            _ => direct.cloned().into_iter().collect(),
        };
        let before = one(&before.value, old.get(b"K".as_slice()));
        let after = one(&after.value, new.get(b"K".as_slice()));
        self.only_elements(&before, &after, parent)
    }

    /// Whether children differ by elements for added fields alone.
    pub(super) fn only_elements(&self, old: &[Value], new: &[Value], parent: Id) -> Result<bool, Unreadable> {
        let Some(more) = additions(old, new) else { return Ok(false) };
        for item in more {
            if !self.is_element(item, Some(parent))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a value is a new element that stands for an added field.
    fn is_element(&self, value: &Value, parent: Option<Id>) -> Result<bool, Unreadable> {
        let Some(id) = value.reference().filter(|id| self.is_new(*id)) else { return Ok(false) };
        let Some(body) = self.new.object(id)? else { return Ok(false) };
        let Some(entries) = body.dictionary() else { return Ok(false) };
        let known = |key: &Vec<u8>| OF_AN_ELEMENT.iter().any(|one| one.as_bytes() == key.as_slice());
        let above = entries.get(b"P".as_slice()).and_then(Value::reference);
        if !body.named("S", "Form") || !entries.keys().all(known) || parent.is_some_and(|parent| above != Some(parent))
        {
            return Ok(false);
        }
        let kids = self.new.entry(entries, "K")?;
        let kids = kids.value.array().map_or_else(|| vec![kids.value.clone()], <[Value]>::to_vec);
        for kid in kids {
            let kid = self.new.resolve(&kid)?;
            let target = kid.dictionary().and_then(|entries| entries.get(b"Obj".as_slice())).and_then(Value::reference);
            if !kid.is("OBJR") || !target.is_some_and(|target| self.added.contains(&target)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A node of the tree from annotations to elements.
    pub(super) fn parent_node(&mut self, old: &Dictionary, new: &Dictionary) -> Result<bool, Unreadable> {
        for key in keys(old, new) {
            let sound = match key {
                b"Nums" => {
                    let (before, after) = (self.old.entry(old, "Nums")?, self.new.entry(new, "Nums")?);
                    self.only_pairs(before.value.array().unwrap_or_default(), after.value.array().unwrap_or_default())?
                }
                b"Kids" => {
                    let (before, after) = (self.old.entry(old, "Kids")?, self.new.entry(new, "Kids")?);
                    let before = before.value.array().unwrap_or_default();
                    match additions(before, after.value.array().unwrap_or_default()) {
                        Some(more) => self.only_leaves(&more)?,
                        None => false,
                    }
                }
                b"Limits" => true,
                _ => false,
            };
            if !sound {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// New nodes with pairs for added fields and nothing below.
    fn only_leaves(&self, nodes: &[&Value]) -> Result<bool, Unreadable> {
        for node in nodes {
            if !node.reference().is_some_and(|id| self.is_new(id)) {
                return Ok(false);
            }
            let node = self.new.resolve(node)?;
            let Some(entries) = node.dictionary() else { return Ok(false) };
            let pairs = self.new.entry(entries, "Nums")?;
            let plain = entries.keys().all(|key| matches!(key.as_slice(), b"Nums" | b"Limits"));
            if !plain || !self.only_pairs(&[], pairs.value.array().unwrap_or_default())? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether pairs of key and element differ by pairs for added fields alone; no key is given a second meaning.
    pub(super) fn only_pairs(&self, old: &[Value], new: &[Value]) -> Result<bool, Unreadable> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (pairs, list) in [(old, &mut before), (new, &mut after)] {
            for pair in pairs.chunks(2) {
                let [key, value] = pair else { return Ok(false) };
                let Some(key) = key.integer() else { return Ok(false) };
                list.push((key, value));
            }
        }
        let mut awaited = before.iter().peekable();
        for pair in &after {
            if awaited.next_if(|next| *next == pair).is_some() {
                continue;
            }
            if before.iter().any(|(key, _)| *key == pair.0) || !self.is_element(pair.1, None)? {
                return Ok(false);
            }
        }
        Ok(awaited.peek().is_none())
    }
}
