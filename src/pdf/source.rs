//! One finished file, read and held to what this program writes.

use std::collections::BTreeSet;

use lopdf::{Document, Error, LoadOptions, Object, ObjectId};

use super::{fault, raw};
use crate::diagnostic::Failure;

/// No stream that must be unpacked to read a file (its tables of objects) is larger than this, in bytes.
const UNPACKED: usize = 64 << 20;
/// Bytes that all these streams together may have, whatever the size of the file, and for each byte of it: no table of
/// objects is packed tighter, and a small file cannot fill the memory.
const UNPACKED_TOGETHER: (usize, usize) = (16 << 20, 16);
/// No chain of references, nested object or tree is deeper than this in a file of ours.
pub(super) const DEPTH: usize = 64;

/// A file read as a whole.
pub(super) struct Source {
    /// Its objects.
    pub(super) document: Document,
    /// Most bytes of a stream that is unpacked.
    pub(super) unpacked: usize,
}

impl Source {
    /// Reads a file; a damaged one is refused, not repaired.
    pub(super) fn read(pdf: &[u8]) -> Result<Self, Failure> {
        if !pdf.starts_with(b"%PDF-") {
            return Err(fault::broken("không bắt đầu bằng `%PDF-`", "it does not begin with `%PDF-`"));
        }
        let unpacked = unpacked(pdf);
        let options = LoadOptions { strict: true, max_decompressed_size: Some(unpacked), ..LoadOptions::default() };
        let document = match Document::load_mem_with_options(pdf, options) {
            Ok(document) => document,
            Err(Error::InvalidPassword | Error::Decryption(_) | Error::UnsupportedSecurityHandler(_)) => {
                return Err(fault::encrypted());
            }
            // lopdf's words name offsets and kinds of objects, never content.
            Err(error) => return Err(fault::broken(&error, &error)),
        };
        if document.is_encrypted() || document.was_encrypted() {
            return Err(fault::encrypted());
        }
        if document.xref_recovery.is_some() {
            return Err(fault::broken("bảng tham chiếu chéo sai", "its cross-reference table is wrong"));
        }
        Ok(Self { document, unpacked })
    }

    /// An object, whatever number of references lead to it.
    pub(super) fn resolve<'a>(&'a self, object: &'a Object) -> Result<&'a Object, Failure> {
        match self.document.dereference(object) {
            Ok((_, found)) => Ok(found),
            Err(_) => Err(missing(object)),
        }
    }

    /// An object by its number.
    pub(super) fn object(&self, id: ObjectId) -> Result<&Object, Failure> {
        self.document.objects.get(&id).ok_or_else(|| missing(&Object::Reference(id)))
    }

    /// A dictionary by its number.
    pub(super) fn dictionary(&self, id: ObjectId) -> Result<&lopdf::Dictionary, Failure> {
        self.object(id)?.as_dict().map_err(|_| wrong(&Object::Reference(id)))
    }

    /// An entry of a dictionary; one that is null is not there.
    pub(super) fn entry<'a>(
        &'a self,
        dictionary: &'a lopdf::Dictionary,
        key: &str,
    ) -> Result<Option<&'a Object>, Failure> {
        let Ok(object) = dictionary.get(key.as_bytes()) else { return Ok(None) };
        let found = self.resolve(object)?;
        Ok((!found.is_null()).then_some(found))
    }

    /// An entry that must be a dictionary if it is there.
    pub(super) fn inner<'a>(
        &'a self,
        dictionary: &'a lopdf::Dictionary,
        key: &str,
    ) -> Result<Option<&'a lopdf::Dictionary>, Failure> {
        self.entry(dictionary, key)?.map(|found| found.as_dict().map_err(|_| kind(key))).transpose()
    }

    /// An entry that must be an array if it is there.
    pub(super) fn list<'a>(
        &'a self,
        dictionary: &'a lopdf::Dictionary,
        key: &str,
    ) -> Result<Option<&'a [Object]>, Failure> {
        let found = self.entry(dictionary, key)?;
        found.map(|found| found.as_array().map(Vec::as_slice).map_err(|_| kind(key))).transpose()
    }

    /// The catalog.
    pub(super) fn catalog(&self) -> Result<&lopdf::Dictionary, Failure> {
        self.document.catalog().map_err(|_| fault::broken("không có mục lục gốc", "it has no catalog"))
    }

    /// Entries of a tree by number or by name, in its order.
    pub(super) fn tree<'a>(
        &'a self,
        root: &'a lopdf::Dictionary,
        entry: &str,
    ) -> Result<Vec<(&'a Object, &'a Object)>, Failure> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut nodes = vec![(root, 0)];
        while let Some((node, depth)) = nodes.pop() {
            if depth > DEPTH {
                return Err(deep());
            }
            if let Some(pairs) = self.list(node, entry)? {
                for pair in pairs.chunks(2) {
                    let [key, value] = pair else { return Err(kind(entry)) };
                    found.push((self.resolve(key)?, value));
                }
            }
            for kid in self.list(node, "Kids")?.unwrap_or_default().iter().rev() {
                if kid.as_reference().is_ok_and(|id| !seen.insert(id)) {
                    return Err(deep());
                }
                nodes.push((self.resolve(kid)?.as_dict().map_err(|_| kind("Kids"))?, depth + 1));
            }
        }
        Ok(found)
    }
}

/// Most bytes of one stream of objects in this file: a share of what all may have.
fn unpacked(pdf: &[u8]) -> usize {
    let named = |at: usize| {
        let rest = pdf.get(at..).unwrap_or_default();
        // Each letter may be written as `#` and two digits.
        matches!(rest.first(), Some(b'O' | b'#'))
            && raw::unescaped(rest.get(..18).unwrap_or(rest)).starts_with(b"ObjStm")
    };
    let many = memchr::memchr_iter(b'/', pdf).filter(|at| named(at + 1)).count();
    let (least, each) = UNPACKED_TOGETHER;
    UNPACKED.min((least + each * pdf.len()) / many.max(1))
}

/// What `/Key` holds is of another kind than it must be.
pub(super) fn kind(key: &str) -> Failure {
    fault::broken(format!("`/{key}` sai kiểu"), format!("`/{key}` is of the wrong kind"))
}

/// The file nests deeper than anything this program writes, or in a circle.
pub(super) fn deep() -> Failure {
    fault::broken("các đối tượng lồng vòng tròn", "its objects refer to each other in a circle")
}

/// The object a reference names is of another kind than it must be.
pub(super) fn wrong(object: &Object) -> Failure {
    let name = name(object);
    fault::broken(format!("đối tượng {name} sai kiểu"), format!("object {name} is of the wrong kind"))
}

/// The object a reference names is not there.
pub(super) fn missing(object: &Object) -> Failure {
    let name = name(object);
    fault::broken(format!("thiếu đối tượng {name}"), format!("object {name} is missing"))
}

fn name(object: &Object) -> String {
    match object {
        Object::Reference((number, _)) => format!("`{number}`"),
        other => format!("`{}`", other.enum_variant()),
    }
}
