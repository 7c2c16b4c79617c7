//! A file read strictly, to be looked at and to be continued: what can only be read by guessing is refused.

use lopdf::xref::XrefEntry;
use lopdf::{Dictionary, Object, ObjectId};
use memchr::memmem;

use super::fault;
use super::raw::{self, Entries};
use super::sheet::{self, Sheet};
use super::source::{self, Source};
use crate::diagnostic::{Code, Failure};

/// Most indirect objects a file that is continued may have (ISO 19005-2, 6.1.13).
pub(super) const MOST_OBJECTS: u32 = 8_388_607;
/// Most sections of cross-references: one for each time the file was continued.
const MOST_SECTIONS: usize = 4_096;
/// What a trailer or cross-reference stream says of its own section alone.
const OF_SECTION: [&str; 10] =
    ["Size", "Prev", "XRefStm", "Type", "Index", "W", "Length", "Filter", "DecodeParms", "DL"];

/// A file read to be looked at and to be continued.
pub(crate) struct Base<'a> {
    bytes: &'a [u8],
    pub(super) source: Source,
    /// The newest trailer, without what it says of its own section.
    trailer: Entries,
    /// Whether its cross-references stand in a stream.
    pub(super) streamed: bool,
    /// Where the cross-references begin, the newest first.
    sections: Vec<usize>,
    /// The first number no object has.
    pub(super) next: u32,
    root: ObjectId,
}

impl<'a> Base<'a> {
    /// Reads a file strictly.
    ///
    /// # Errors
    ///
    /// [`Code::NotPdf`]: it is no PDF, encrypted, damaged, or has two kinds of cross-references at once (hybrid).
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, Failure> {
        Self::read(bytes).map_err(not_pdf)
    }

    fn read(bytes: &'a [u8]) -> Result<Self, Failure> {
        let source = Source::read(bytes)?;
        let (trailer, streamed, sections) = newest_section(bytes, source.document.xref_start)?;
        let root = trailer.get("Root").and_then(raw::reference).ok_or_else(|| source::kind("Root"))?;
        for (&number, entry) in &source.document.reference_table.entries {
            if let XrefEntry::Normal { offset, generation } = *entry
                && raw::header(bytes, offset as usize).is_none_or(|(id, _)| id != (number, generation))
            {
                return Err(fault::broken(
                    format!("đối tượng `{number}` không ở chỗ ghi trong bảng tham chiếu chéo"),
                    format!("object `{number}` is not where its cross-reference says"),
                ));
            }
        }
        let size = trailer.get("Size").and_then(raw::number).unwrap_or_default();
        let next = size.max(source.document.max_id.saturating_add(1)).max(1);
        if next >= MOST_OBJECTS {
            return Err(fault::broken("quá nhiều đối tượng", "it has too many objects"));
        }
        let mut base = Self { bytes, source, trailer, streamed, sections, next, root };
        OF_SECTION.iter().for_each(|key| base.trailer.remove(key));
        base.dictionary(root)?;
        Ok(base)
    }

    /// The bytes of the file.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The number of the catalog.
    pub(crate) fn root(&self) -> ObjectId {
        self.root
    }

    /// The catalog.
    pub(crate) fn catalog(&self) -> Result<&Dictionary, Failure> {
        self.dictionary(self.root)
    }

    /// The newest trailer as it stands, without what it says of its own section.
    pub(crate) fn trailer(&self) -> &Entries {
        &self.trailer
    }

    /// Where each section of cross-references begins, the newest first.
    pub(crate) fn sections(&self) -> impl Iterator<Item = usize> {
        self.sections.iter().copied()
    }

    /// Where each object begins that is in no stream of objects.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = (ObjectId, usize)> {
        let entries = self.source.document.reference_table.entries.iter();
        entries.filter_map(|(&number, entry)| match *entry {
            XrefEntry::Normal { offset, generation } => Some(((number, generation), offset as usize)),
            _ => None,
        })
    }

    /// An object by its number.
    pub(crate) fn object(&self, id: ObjectId) -> Result<&Object, Failure> {
        self.source.object(id).map_err(not_pdf)
    }

    /// A dictionary (or that of a stream) by its number.
    pub(crate) fn dictionary(&self, id: ObjectId) -> Result<&Dictionary, Failure> {
        match self.object(id)? {
            Object::Stream(stream) => Ok(&stream.dict),
            object => object.as_dict().map_err(|_| not_pdf(source::wrong(&Object::Reference(id)))),
        }
    }

    /// An object, whatever number of references lead to it.
    pub(crate) fn resolve<'b>(&'b self, object: &'b Object) -> Result<&'b Object, Failure> {
        self.source.resolve(object).map_err(not_pdf)
    }

    /// An entry of a dictionary; one that is null, or refers to nothing, is not there (7.3.10).
    pub(crate) fn entry<'b>(&'b self, dictionary: &'b Dictionary, key: &str) -> Option<&'b Object> {
        let object = dictionary.get(key.as_bytes()).ok()?;
        let (_, found) = self.source.document.dereference(object).ok()?;
        (!found.is_null()).then_some(found)
    }

    /// An entry that is a name.
    pub(crate) fn name<'b>(&'b self, dictionary: &'b Dictionary, key: &str) -> Option<&'b [u8]> {
        self.entry(dictionary, key)?.as_name().ok()
    }

    /// An entry that is a whole number.
    pub(crate) fn integer(&self, dictionary: &Dictionary, key: &str) -> Option<i64> {
        self.entry(dictionary, key)?.as_i64().ok()
    }

    /// An entry that is true or false.
    pub(crate) fn flag(&self, dictionary: &Dictionary, key: &str) -> Option<bool> {
        self.entry(dictionary, key)?.as_bool().ok()
    }

    /// An entry that must be a dictionary if it is there.
    pub(crate) fn inner<'b>(
        &'b self,
        dictionary: &'b Dictionary,
        key: &str,
    ) -> Result<Option<&'b Dictionary>, Failure> {
        let found = self.entry(dictionary, key);
        found.map(|found| found.as_dict().map_err(|_| wrong_kind(key))).transpose()
    }

    /// An entry that must be an array; one that is not there is empty.
    pub(crate) fn list<'b>(&'b self, dictionary: &'b Dictionary, key: &str) -> Result<&'b [Object], Failure> {
        match self.entry(dictionary, key) {
            Some(found) => found.as_array().map(Vec::as_slice).map_err(|_| wrong_kind(key)),
            None => Ok(&[]),
        }
    }

    /// Entries of a tree by number or by name, in its order.
    pub(crate) fn tree<'b>(
        &'b self,
        root: &'b Dictionary,
        entry: &str,
    ) -> Result<Vec<(&'b Object, &'b Object)>, Failure> {
        self.source.tree(root, entry).map_err(not_pdf)
    }

    /// The pages in order.
    pub(crate) fn sheets(&self) -> Result<Vec<Sheet>, Failure> {
        sheet::find(self)
    }
}

/// The trailer of the newest section, whether it is a stream, and where it and all older ones begin.
fn newest_section(bytes: &[u8], start: usize) -> Result<(Entries, bool, Vec<usize>), Failure> {
    let broken = || fault::broken("bảng tham chiếu chéo sai", "its cross-reference table is wrong");
    let mut newest = None;
    let mut seen = Vec::new();
    let mut at = Some(start);
    while let Some(here) = at {
        if seen.contains(&here) || seen.len() > MOST_SECTIONS {
            return Err(broken());
        }
        seen.push(here);
        let (trailer, streamed) = section(bytes, here).ok_or_else(broken)?;
        if trailer.get("XRefStm").is_some() {
            return Err(fault::broken(
                "có hai kiểu bảng tham chiếu chéo cùng lúc (hybrid)",
                "it has cross-references of two kinds at once (hybrid)",
            ));
        }
        at = match trailer.get("Prev") {
            Some(prev) => Some(raw::number(prev).ok_or_else(broken)? as usize),
            None => None,
        };
        newest.get_or_insert((trailer, streamed));
    }
    let (trailer, streamed) = newest.ok_or_else(broken)?;
    Ok((trailer, streamed, seen))
}

fn section(bytes: &[u8], at: usize) -> Option<(Entries, bool)> {
    let rest = bytes.get(at..)?;
    if rest.starts_with(b"xref") {
        // Nothing but digits, `f` and `n` may stand before it.
        let word = memmem::find(rest, b"trailer")?;
        return Some((Entries::parse(rest.get(word + b"trailer".len()..)?)?, false));
    }
    let (_, body) = raw::header(bytes, at)?;
    Some((Entries::parse(bytes.get(body..)?)?, true))
}

/// A fault found while a file is read to be signed, told to whoever sent the file.
pub(super) fn not_pdf(failure: Failure) -> Failure {
    let diagnostics = failure.diagnostics.into_iter().map(|mut one| {
        one.hints.clear();
        one.hint(
            "gửi đúng tệp gốc: không mật khẩu, không lưu lại bằng chương trình khác",
            "send the original file: without a password, not saved anew by another program",
        )
    });
    Failure::new(Code::NotPdf, diagnostics.collect())
}

/// What `/Key` holds is of another kind than it must be.
pub(crate) fn wrong_kind(key: &str) -> Failure {
    not_pdf(source::kind(key))
}
