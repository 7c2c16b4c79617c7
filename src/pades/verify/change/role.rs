//! What a changed object is to a reader: words of a page, a picture, a font.

use std::collections::{BTreeMap, BTreeSet};

use crate::pades::verify::file::{Body, File, Id, Unreadable, Value};
use crate::pades::verify::form::Pages;
use crate::pades::verify::words::Code;

/// Objects that are followed.
const MANY: usize = 200_000;

/// What objects are on pages.
pub(super) struct Roles {
    known: BTreeMap<Id, (Code, usize)>,
    pages: BTreeSet<Id>,
}

impl Roles {
    /// Follows each page to what it shows.
    pub(super) fn read(file: &File, pages: &Pages) -> Result<Self, Unreadable> {
        let mut roles = Self { known: BTreeMap::new(), pages: BTreeSet::new() };
        for (index, id) in pages.ids.iter().enumerate() {
            let number = index + 1;
            roles.known.insert(*id, (Code::PageContent, number));
            let mut above = Some(*id);
            for _ in 0..32 {
                let Some(body) = above.map(|id| file.object(id)).transpose()?.flatten() else { break };
                let Some(entries) = body.dictionary() else { break };
                for (key, code) in
                    [("Contents", Code::PageContent), ("Resources", Code::PageResource), ("Annots", Code::Annotation)]
                {
                    if let Some(value) = entries.get(key.as_bytes()) {
                        roles.follow(file, value, code, number)?;
                    }
                }
                above = entries.get(b"Parent".as_slice()).and_then(Value::reference);
                if let Some(above) = above {
                    roles.pages.insert(above);
                }
            }
        }
        Ok(roles)
    }

    fn follow(&mut self, file: &File, value: &Value, code: Code, page: usize) -> Result<(), Unreadable> {
        let mut open = vec![value.clone()];
        while let Some(value) = open.pop() {
            match value {
                Value::Reference(id) => {
                    if self.known.len() >= MANY || self.known.contains_key(&id) {
                        continue;
                    }
                    let Ok(body) = file.glance(id) else { continue };
                    self.known.insert(id, (kind(&body).unwrap_or(code), page));
                    open.push(body.value.clone());
                }
                Value::Array(items) => open.extend(items),
                Value::Dictionary(entries) => {
                    let up = |key: &[u8]| matches!(key, b"Parent" | b"P" | b"Dest" | b"Popup" | b"IRT");
                    open.extend(entries.into_iter().filter(|(key, _)| !up(key)).map(|(_, value)| value));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What an object is, and on which page it is met first.
    pub(super) fn of(&self, file: &File, id: Id) -> (Code, Option<usize>) {
        if let Some((code, page)) = self.known.get(&id) {
            return (*code, Some(*page));
        }
        if self.pages.contains(&id) {
            return (Code::Pages, None);
        }
        let body = file.glance(id).ok();
        (body.and_then(|body| kind(&body)).unwrap_or(Code::Object), None)
    }
}

/// What an object is by its own words.
fn kind(body: &Body) -> Option<Code> {
    let entries = body.dictionary()?;
    let named = |key: &str| entries.get(key.as_bytes()).and_then(Value::name).unwrap_or_default();
    match (named("Type"), named("Subtype")) {
        (b"Font" | b"FontDescriptor", _) => Some(Code::Font),
        (_, b"Type1C" | b"CIDFontType0C" | b"OpenType") => Some(Code::Font),
        (_, b"Image") => Some(Code::Picture),
        (b"Sig" | b"DocTimeStamp", _) => Some(Code::SignatureValue),
        (b"Annot", b"Widget") => Some(Code::Field),
        (_, b"Widget") => Some(Code::Field),
        (b"Annot", _) => Some(Code::Annotation),
        (b"StructElem" | b"StructTreeRoot", _) => Some(Code::Structure),
        (b"Action", _) => Some(Code::Action),
        (b"Pages" | b"Page", _) => Some(Code::Pages),
        _ if entries.contains_key(b"ByteRange".as_slice()) => Some(Code::SignatureValue),
        _ if entries.contains_key(b"FontFile2".as_slice()) => Some(Code::Font),
        _ => None,
    }
}
