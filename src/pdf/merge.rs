//! Many files become one.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use super::fault;
use super::outline::Outline;
use super::part::Part;
use super::share::Digest;
use super::trees::{KeyTree, PageTree};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Failure};

/// Most indirect objects a PDF/A-2 file may have (ISO 19005-2, 6.1.13).
const MOST_OBJECTS: u64 = 8_388_607;
/// What is written at the end whatever was added.
const END: u64 = 64;

/// What the merged file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its title, shown in the window's bar.
    pub title: String,
    /// Who issues it.
    pub author: String,
    /// Its language, such as `vi-VN`.
    pub language: String,
    /// Its day: year, month, day. The clock plays no part.
    pub date: (i32, u8, u8),
}

/// An entry of the outline leading to the first page of what is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookmark {
    /// Its words.
    pub title: String,
    /// How deep it stands, from 1.
    pub level: u8,
}

/// A finished merged file.
#[derive(Debug)]
pub struct Merged<W> {
    /// Where it was written.
    pub out: W,
    /// How many pages it has.
    pub pages: usize,
    /// How many bytes it has.
    pub bytes: u64,
    /// What of the files added is not in it.
    pub notes: Vec<Diagnostic>,
}

/// Writes one file out of many.
pub struct Merger<W: Write> {
    pub(super) writer: Writer<W>,
    pub(super) about: About,
    pub(super) pages: PageTree,
    pub(super) page_count: usize,
    pub(super) documents: usize,
    /// Written objects that may come again.
    pub(super) shared: HashMap<Digest, u32>,
    /// The element that holds those of all files, and the topmost elements of each.
    pub(super) root: u32,
    pub(super) tree: u32,
    pub(super) tops: Vec<u32>,
    pub(super) parents: KeyTree,
    pub(super) next_key: usize,
    pub(super) ids: KeyTree,
    pub(super) role_map: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) classes: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) namespaces: Vec<u32>,
    pub(super) outline: Outline,
    pub(super) level: u32,
    pub(super) destinations: KeyTree,
    pub(super) labels: KeyTree,
    /// The colour the pages are meant for: what it is compared by, and as written.
    pub(super) intents: Option<(Vec<u8>, Vec<u8>)>,
    pub(super) attached: (usize, usize),
    /// The target refused bytes: what it holds is of no use any more.
    pub(super) lost: Option<Failure>,
}

impl<W: Write> Merger<W> {
    /// Begins a merged file. `out` takes many small pieces, so a file wants a buffer.
    ///
    /// # Errors
    ///
    /// `out` takes no bytes.
    pub fn new(out: W, about: About) -> Result<Self, Failure> {
        let mut writer = Writer::new(out).map_err(|error| fault::unwritten(&error))?;
        let (root, tree) = (writer.number(), writer.number());
        Ok(Self {
            writer,
            about,
            pages: PageTree::default(),
            page_count: 0,
            documents: 0,
            shared: HashMap::new(),
            root,
            tree,
            tops: Vec::new(),
            parents: KeyTree::numbers(),
            next_key: 0,
            ids: KeyTree::names(),
            role_map: BTreeMap::new(),
            classes: BTreeMap::new(),
            namespaces: Vec::new(),
            outline: Outline::default(),
            level: 0,
            destinations: KeyTree::names(),
            labels: KeyTree::numbers(),
            intents: None,
            attached: (0, 0),
            lost: None,
        })
    }

    /// Appends all pages of a file and returns how many there are. Each bookmark becomes an entry of the outline leading
    /// to the first of them; the file's own outline stands below the last bookmark given so far, its levels kept. Empty
    /// signature fields are left out: what is merged is for the printer.
    ///
    /// # Errors
    ///
    /// The file is encrypted, broken, has fields filled in or signatures, is not tagged or otherwise not one this program
    /// wrote, or cannot stand beside those already added: then nothing of it is written, and others may follow. When `out`
    /// refuses bytes, every later call fails.
    pub fn add(&mut self, pdf: &[u8], bookmarks: &[Bookmark]) -> Result<usize, Failure> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        if bookmarks.iter().any(|bookmark| bookmark.level == 0) {
            return Err(Failure::internal("a bookmark stands at level 0"));
        }
        // Of equal length, so that names of later files come later.
        let mark = format!("{:07}.", self.documents);
        let part = Part::read(pdf, &mark, &self.about.language)?;
        self.admit(&part)?;
        let pages = part.pages.len();
        let written = match self.write(part, bookmarks) {
            Ok(None) => Ok(pages),
            Ok(Some((number, _))) => Err(Failure::internal(format!("object {number} of a merged file was not read"))),
            Err(error) => Err(fault::unwritten(&error)),
        };
        if let Err(failure) = &written {
            self.lost = Some(failure.clone());
        }
        written
    }

    /// Whether a file can stand beside those already there.
    fn admit(&self, part: &Part) -> Result<(), Failure> {
        if self.writer.objects() + part.objects() + END > MOST_OBJECTS {
            return Err(fault::too_large(MOST_OBJECTS));
        }
        for (mine, other) in [(&self.role_map, &part.role_map), (&self.classes, &part.classes)] {
            if let Some((name, _)) = other.iter().find(|(name, value)| mine.get(*name).is_some_and(|one| one != *value))
            {
                let name = String::from_utf8_lossy(name);
                return Err(fault::foreign(
                    format!("thẻ `{name}` có nghĩa khác với ở các tệp trước"),
                    format!("the tag `{name}` means something else than in the files before"),
                ));
            }
        }
        match (&self.intents, &part.intents) {
            (Some((mine, _)), Some((other, _))) if mine != other => Err(fault::foreign(
                "hồ sơ màu khác với các tệp trước",
                "its colours are meant for another device than those of the files before",
            )),
            _ => Ok(()),
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// Nothing was added, or `out` refuses bytes.
    pub fn finish(self) -> Result<Merged<W>, Failure> {
        if let Some(lost) = self.lost {
            return Err(lost);
        }
        if self.page_count == 0 {
            return Err(fault::empty());
        }
        self.end().map_err(|error| fault::unwritten(&error))
    }
}

/// What is told about the files attached to documents.
pub(super) fn notes((documents, files): (usize, usize)) -> Vec<Diagnostic> {
    if files == 0 {
        return Vec::new();
    }
    let note = Diagnostic::warning(
        "merged_without_attachments",
        format!("bỏ `{files}` tệp đính kèm của `{documents}` văn bản: tệp gộp theo PDF/A-2a không mang tệp đính kèm"),
        format!("`{files}` files attached to `{documents}` documents are left out: a merged PDF/A-2a carries none"),
    );
    vec![
        note.hint(
            "tải từng văn bản để lấy tệp đính kèm",
            "download the single documents to have what is attached to them",
        ),
    ]
}
