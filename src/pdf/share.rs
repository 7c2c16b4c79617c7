//! What files have in common: an object and all it refers to, known by one hash.

use std::collections::{HashMap, HashSet};

use lopdf::{Object, ObjectId};
use sha2::{Digest as _, Sha256};

use super::fault;
use super::source::{DEPTH, Source, deep};
use super::syntax::{self, References};
use crate::diagnostic::Failure;

/// The first half of the SHA-256 of an object's bytes, its references replaced by the digests of what they name. Half is
/// kept: a table holds one for every shared object of every file, and no one who could make two alike writes our files.
pub(super) type Digest = [u8; 16];

/// What an object is that has a place of its own in the file and is never shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A page.
    Page,
    /// An annotation of a page.
    Annotation,
    /// A structure element.
    Element,
    /// An empty signature field, or the structure element of one: left out, what is merged is for the printer.
    Field,
}

/// Objects of one file sorted into those with a place of their own and those that may be shared.
pub(super) struct Objects<'a> {
    /// The file.
    pub(super) source: &'a Source,
    /// What has a place of its own.
    pub(super) roles: HashMap<ObjectId, Role>,
    /// Keys in the parent tree of what is left out.
    pub(super) dropped: HashSet<i64>,
    /// What may be shared, each after all it refers to.
    pub(super) shared: Vec<(ObjectId, Digest)>,
    digests: Digests,
    open: HashSet<ObjectId>,
}

#[derive(Default)]
struct Digests(HashMap<ObjectId, Digest>);

impl References for Digests {
    fn reference(&self, id: ObjectId, out: &mut Vec<u8>) {
        // No file holds these bytes between its tokens, so that no value can pass for a reference.
        out.push(0xFF);
        // Everything an object refers to was shared before it.
        if let Some(digest) = self.0.get(&id) {
            out.extend_from_slice(digest);
        }
    }
}

impl<'a> Objects<'a> {
    /// Nothing sorted yet.
    pub(super) fn new(source: &'a Source) -> Self {
        Self {
            source,
            roles: HashMap::new(),
            dropped: HashSet::new(),
            shared: Vec::new(),
            digests: Digests::default(),
            open: HashSet::new(),
        }
    }

    /// Makes an object and all it refers to shared.
    pub(super) fn share(&mut self, id: ObjectId) -> Result<Digest, Failure> {
        if let Some(digest) = self.digests.0.get(&id) {
            return Ok(*digest);
        }
        if self.roles.contains_key(&id) || self.open.len() > DEPTH || !self.open.insert(id) {
            return Err(deep());
        }
        let object = self.source.object(id)?;
        self.share_all(object)?;
        let mut hash = Sha256::new();
        let mut bytes = Vec::new();
        match object {
            Object::Stream(stream) => {
                for (key, value) in stream.dict.iter().filter(|(key, _)| *key != b"Length") {
                    syntax::name(&mut bytes, key);
                    bytes.push(b' ');
                    syntax::object(&mut bytes, value, &self.digests);
                }
                bytes.extend_from_slice(b"stream");
                hash.update(&bytes);
                hash.update(&stream.content);
            }
            other => {
                syntax::object(&mut bytes, other, &self.digests);
                hash.update(&bytes);
            }
        }
        let mut digest = Digest::default();
        digest.copy_from_slice(&hash.finalize()[..16]);
        self.open.remove(&id);
        self.digests.0.insert(id, digest);
        self.shared.push((id, digest));
        Ok(digest)
    }

    /// Makes all shared that an object refers to.
    pub(super) fn share_all(&mut self, object: &Object) -> Result<(), Failure> {
        let mut below = vec![object];
        while let Some(object) = below.pop() {
            match object {
                Object::Reference(id) => {
                    self.share(*id)?;
                }
                Object::Array(items) => below.extend(items.iter().rev()),
                Object::Dictionary(entries) => {
                    plain(entries)?;
                    below.extend(entries.iter().map(|(_, value)| value).rev());
                }
                Object::Stream(stream) => {
                    plain(&stream.dict)?;
                    let values = stream.dict.iter().filter(|(key, _)| *key != b"Length").map(|(_, value)| value);
                    below.extend(values.rev());
                }
                Object::Real(value) if !value.is_finite() => return Err(endless()),
                _ => {}
            }
        }
        Ok(())
    }

    /// The bytes of an object with all it refers to made shared, as they are compared.
    pub(super) fn digest(&mut self, object: &Object) -> Result<Vec<u8>, Failure> {
        self.share_all(object)?;
        let mut bytes = Vec::new();
        syntax::object(&mut bytes, object, &self.digests);
        Ok(bytes)
    }

    /// A copy of an object in which only streams and what has a place of its own are still referred to.
    pub(super) fn inline(&mut self, object: &Object) -> Result<Object, Failure> {
        self.inline_below(object, 0)
    }

    fn inline_below(&mut self, object: &Object, depth: usize) -> Result<Object, Failure> {
        if depth > DEPTH {
            return Err(deep());
        }
        Ok(match object {
            Object::Reference(id) if self.roles.contains_key(id) => object.clone(),
            Object::Reference(id) => match self.source.object(*id)? {
                Object::Stream(_) => {
                    self.share(*id)?;
                    object.clone()
                }
                other => self.inline_below(other, depth + 1)?,
            },
            Object::Array(items) => {
                Object::Array(items.iter().map(|item| self.inline_below(item, depth + 1)).collect::<Result<_, _>>()?)
            }
            Object::Dictionary(entries) => {
                plain(entries)?;
                let mut copy = lopdf::Dictionary::new();
                for (key, value) in entries.iter() {
                    copy.set(key.clone(), self.inline_below(value, depth + 1)?);
                }
                Object::Dictionary(copy)
            }
            Object::Real(value) if !value.is_finite() => return Err(endless()),
            Object::Stream(_) => return Err(deep()),
            plain => plain.clone(),
        })
    }
}

/// A dictionary with nothing in it that cannot be carried over.
fn plain(dictionary: &lopdf::Dictionary) -> Result<(), Failure> {
    if dictionary.has(b"EF") && dictionary.has_type(b"Filespec") {
        return Err(fault::foreign("tệp đính kèm nằm trong trang", "a file is attached inside a page"));
    }
    if dictionary.has(b"StructParents") || dictionary.has(b"StructParent") {
        return Err(fault::foreign("thẻ nằm ngoài trang", "tags stand outside of a page"));
    }
    Ok(())
}

fn endless() -> Failure {
    fault::broken("một con số quá lớn", "a number is too large")
}
