//! Many files become one.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use lopdf::{Object, ObjectId};

use super::outline::Outline;
use super::part::{Page, Part};
use super::share::Digest;
use super::structure::Parents;
use super::syntax::{self, References};
use super::trees::{KeyTree, PageTree};
use super::writer::Writer;
use super::{fault, metadata};
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
    writer: Writer<W>,
    about: About,
    pages: PageTree,
    page_count: usize,
    documents: usize,
    /// Written objects that may come again.
    shared: HashMap<Digest, u32>,
    /// The element that holds those of all files, and the topmost elements of each.
    root: u32,
    tree: u32,
    tops: Vec<u32>,
    parents: KeyTree,
    next_key: usize,
    ids: KeyTree,
    role_map: BTreeMap<Vec<u8>, Vec<u8>>,
    classes: BTreeMap<Vec<u8>, Vec<u8>>,
    namespaces: Vec<u32>,
    outline: Outline,
    level: u32,
    destinations: KeyTree,
    labels: KeyTree,
    /// The colour the pages are meant for: what it is compared by, and as written.
    intents: Option<(Vec<u8>, Vec<u8>)>,
    attached: (usize, usize),
    /// The target refused bytes: what it holds is of no use any more.
    lost: Option<Failure>,
}

/// Numbers in the merged file by those in the file being added.
#[derive(Default)]
struct Numbers {
    given: HashMap<ObjectId, u32>,
    lost: Cell<Option<ObjectId>>,
}

impl References for Numbers {
    fn reference(&self, id: ObjectId, out: &mut Vec<u8>) {
        match self.given.get(&id) {
            Some(number) => syntax::refer(out, *number),
            None => self.lost.set(Some(id)),
        }
    }
}

impl Numbers {
    fn give<W: Write>(&mut self, id: ObjectId, writer: &mut Writer<W>) -> u32 {
        *self.given.entry(id).or_insert_with(|| writer.number())
    }

    fn of(&self, id: ObjectId) -> u32 {
        self.given.get(&id).copied().unwrap_or_else(|| {
            self.lost.set(Some(id));
            0
        })
    }

    fn bytes(&self, object: &Object) -> Vec<u8> {
        let mut bytes = Vec::new();
        syntax::object(&mut bytes, object, self);
        bytes
    }
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
    /// to the first of them; the file's own outline stands below the last bookmark given so far, its levels kept.
    ///
    /// # Errors
    ///
    /// The file is encrypted, broken, has fields, is not tagged or otherwise not one this program wrote, or cannot stand
    /// beside those already added: then nothing of it is written, and others may follow. When `out` refuses bytes, every
    /// later call fails.
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

    /// Writes a file that was admitted. Nothing but `out` can refuse any more; a number in the answer is one that
    /// reading forgot to check.
    fn write(&mut self, part: Part, bookmarks: &[Bookmark]) -> io::Result<Option<ObjectId>> {
        let mut numbers = Numbers::default();
        self.write_shared(&part, &mut numbers)?;
        for page in &part.pages {
            numbers.give(page.id, &mut self.writer);
            for annotation in &page.annotations {
                numbers.give(annotation.id, &mut self.writer);
            }
        }
        for element in &part.elements {
            numbers.give(element.id, &mut self.writer);
        }
        let keys: HashMap<i64, usize> =
            part.parents.keys().enumerate().map(|(n, key)| (*key, self.next_key + n)).collect();
        for page in &part.pages {
            self.write_page(page, &numbers, &keys)?;
        }
        self.write_structure(&part, &numbers, bookmarks.last())?;
        self.write_ways(&part, &numbers, bookmarks)?;
        if let (None, Some((compared, array))) = (&self.intents, &part.intents) {
            self.intents = Some((compared.clone(), numbers.bytes(array)));
        }
        if part.attached > 0 {
            self.attached = (self.attached.0 + 1, self.attached.1 + part.attached);
        }
        self.page_count += part.pages.len();
        self.documents += 1;
        Ok(numbers.lost.get())
    }

    fn write_shared(&mut self, part: &Part, numbers: &mut Numbers) -> io::Result<()> {
        for (id, digest) in &part.shared {
            if let Some(number) = self.shared.get(digest) {
                numbers.given.insert(*id, *number);
                continue;
            }
            let number = numbers.give(*id, &mut self.writer);
            self.shared.insert(*digest, number);
            match part.source.document.objects.get(id) {
                Some(Object::Stream(stream)) => {
                    let mut dictionary = stream.dict.clone();
                    dictionary.remove(b"Length");
                    self.writer.stream(number, |out| syntax::entries(out, &dictionary, numbers), &stream.content)?;
                }
                Some(object) => self.writer.object(number, |out| syntax::object(out, object, numbers))?,
                None => numbers.lost.set(Some(*id)),
            }
        }
        Ok(())
    }

    fn write_page(&mut self, page: &Page, numbers: &Numbers, keys: &HashMap<i64, usize>) -> io::Result<()> {
        let number = numbers.of(page.id);
        let parent = self.pages.push(&mut self.writer, number)?;
        let key = |out: &mut Vec<u8>, name: &str, key: Option<i64>| {
            if let Some(key) = key.and_then(|key| keys.get(&key)) {
                syntax::name(out, name.as_bytes());
                out.push(b' ');
                syntax::display(out, key);
            }
        };
        self.writer.object(number, |out| {
            out.extend_from_slice(b"<<");
            syntax::entries(out, &page.body, numbers);
            syntax::link(out, "Parent", parent);
            key(out, "StructParents", page.key);
            if !page.annotations.is_empty() {
                let all: Vec<u32> = page.annotations.iter().map(|one| numbers.of(one.id)).collect();
                out.extend_from_slice(b"/Annots ");
                syntax::refer_all(out, &all);
            }
            out.extend_from_slice(b">>");
        })?;
        for annotation in &page.annotations {
            self.writer.object(numbers.of(annotation.id), |out| {
                out.extend_from_slice(b"<<");
                syntax::entries(out, &annotation.body, numbers);
                syntax::link(out, "P", number);
                key(out, "StructParent", annotation.key);
                out.extend_from_slice(b">>");
            })?;
        }
        Ok(())
    }

    fn write_structure(&mut self, part: &Part, numbers: &Numbers, bookmark: Option<&Bookmark>) -> io::Result<()> {
        for element in &part.elements {
            let number = numbers.of(element.id);
            let parent = element.parent.map_or(self.root, |parent| numbers.of(parent));
            if element.parent.is_none() {
                self.tops.push(number);
            }
            let title = bookmark.filter(|_| element.parent.is_none() && !element.body.has(b"T"));
            self.writer.object(number, |out| {
                out.extend_from_slice(b"<<");
                syntax::entries(out, &element.body, numbers);
                if let Some(bookmark) = title {
                    out.extend_from_slice(b"/T ");
                    syntax::text(out, &bookmark.title);
                }
                syntax::link(out, "P", parent);
                out.extend_from_slice(b">>");
            })?;
        }
        for owners in part.parents.values() {
            let mut value = Vec::new();
            match owners {
                Parents::Annotation(element) => syntax::refer(&mut value, numbers.of(*element)),
                Parents::Page(each) => {
                    let number = self.writer.number();
                    self.writer.object(number, |out| {
                        out.push(b'[');
                        for element in each {
                            match element {
                                Some(element) => syntax::refer(out, numbers.of(*element)),
                                None => out.extend_from_slice(b"null"),
                            }
                            out.push(b' ');
                        }
                        out.push(b']');
                    })?;
                    syntax::refer(&mut value, number);
                }
            }
            let key = self.next_key.to_string().into_bytes();
            self.parents.push(&mut self.writer, key, value)?;
            self.next_key += 1;
        }
        for (id, element) in &part.ids {
            let (mut key, mut value) = (Vec::new(), Vec::new());
            syntax::literal(&mut key, id);
            syntax::refer(&mut value, numbers.of(*element));
            self.ids.push(&mut self.writer, key, value)?;
        }
        self.role_map.extend(part.role_map.clone());
        self.classes.extend(part.classes.clone());
        for namespace in &part.namespaces {
            let number = numbers.of(*namespace);
            if !self.namespaces.contains(&number) {
                self.namespaces.push(number);
            }
        }
        Ok(())
    }

    /// Outline, named places and page labels.
    fn write_ways(&mut self, part: &Part, numbers: &Numbers, bookmarks: &[Bookmark]) -> io::Result<()> {
        let first = part.pages.first();
        for bookmark in bookmarks {
            let mut body = b"/Title ".to_vec();
            syntax::text(&mut body, &bookmark.title);
            if let Some(page) = first {
                body.extend_from_slice(b"/Dest ");
                top_of(&mut body, page, numbers.of(page.id));
            }
            self.level = u32::from(bookmark.level);
            self.outline.push(&mut self.writer, self.level, false, body)?;
        }
        for entry in &part.outline {
            let mut body = Vec::new();
            syntax::entries(&mut body, &entry.body, numbers);
            self.outline.push(&mut self.writer, self.level + entry.depth, entry.open, body)?;
        }
        for (name, place) in &part.destinations {
            let mut key = Vec::new();
            syntax::literal(&mut key, name);
            self.destinations.push(&mut self.writer, key, numbers.bytes(place))?;
        }
        // Pages without labels of their own are counted through, once any page has one.
        let plain = |from: usize| format!("<</S /D/St {}>>", from + 1).into_bytes();
        if !part.labels.is_empty() && self.labels.is_empty() && self.page_count > 0 {
            self.labels.push(&mut self.writer, b"0".to_vec(), plain(0))?;
        }
        if part.labels.is_empty() && !self.labels.is_empty() {
            self.labels.push(&mut self.writer, self.page_count.to_string().into_bytes(), plain(self.page_count))?;
        }
        for (page, label) in &part.labels {
            let key = (self.page_count as i64 + page).to_string().into_bytes();
            self.labels.push(&mut self.writer, key, numbers.bytes(label))?;
        }
        Ok(())
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

    fn end(self) -> io::Result<Merged<W>> {
        let Self { mut writer, about, root, tree, tops, next_key, attached, .. } = self;
        let outline = self.outline.finish(&mut writer)?;
        let [parents, ids, destinations, labels] =
            [self.parents, self.ids, self.destinations, self.labels].map(|tree| tree.finish(&mut writer));
        let (parents, ids, destinations, labels) = (parents?, ids?, destinations?, labels?);
        let pages = self.pages.finish(&mut writer)?;
        writer.object(root, |out| {
            out.extend_from_slice(b"<</Type /StructElem/S /Document");
            syntax::link(out, "P", tree);
            out.extend_from_slice(b"/K ");
            syntax::refer_all(out, &tops);
            out.extend_from_slice(b">>");
        })?;
        writer.object(tree, |out| {
            out.extend_from_slice(b"<</Type /StructTreeRoot/K [");
            syntax::refer(out, root);
            out.extend_from_slice(b"]/ParentTreeNextKey ");
            syntax::display(out, next_key);
            for (key, number) in [("ParentTree", parents), ("IDTree", ids)] {
                if let Some(number) = number {
                    syntax::link(out, key, number);
                }
            }
            names(out, "RoleMap", &self.role_map, syntax::name);
            names(out, "ClassMap", &self.classes, |out, value| out.extend_from_slice(value));
            if !self.namespaces.is_empty() {
                out.extend_from_slice(b"/Namespaces ");
                syntax::refer_all(out, &self.namespaces);
            }
            out.extend_from_slice(b">>");
        })?;
        let information = writer.number();
        writer.object(information, |out| {
            out.extend_from_slice(b"<<");
            metadata::information(out, &about);
            out.extend_from_slice(b">>");
        })?;
        let id = writer.fingerprint()?;
        let packet = writer.number();
        writer.stream(
            packet,
            |out| out.extend_from_slice(b"/Type /Metadata/Subtype /XML"),
            metadata::packet(&about, &id).as_bytes(),
        )?;
        let catalog = writer.number();
        writer.object(catalog, |out| {
            out.extend_from_slice(b"<</Type /Catalog/Lang ");
            syntax::text(out, &about.language);
            out.extend_from_slice(b"/MarkInfo <</Marked true>>/ViewerPreferences <</DisplayDocTitle true>>");
            syntax::link(out, "Metadata", packet);
            syntax::link(out, "StructTreeRoot", tree);
            if let Some((pages, _)) = pages {
                syntax::link(out, "Pages", pages);
            }
            if let Some(outline) = outline {
                syntax::link(out, "Outlines", outline);
                out.extend_from_slice(b"/PageMode /UseOutlines");
            }
            if let Some(labels) = labels {
                syntax::link(out, "PageLabels", labels);
            }
            if let Some(destinations) = destinations {
                out.extend_from_slice(b"/Names <<");
                syntax::link(out, "Dests", destinations);
                out.extend_from_slice(b">>");
            }
            if let Some((_, intents)) = &self.intents {
                out.extend_from_slice(b"/OutputIntents ");
                out.extend_from_slice(intents);
            }
            out.extend_from_slice(b">>");
        })?;
        let (out, bytes) = writer.finish(catalog, information, &id)?;
        Ok(Merged { out, pages: self.page_count, bytes, notes: notes(attached) })
    }
}

/// The place at the top of a page, at whatever size the reader has chosen.
fn top_of(out: &mut Vec<u8>, page: &Page, number: u32) {
    let side = |index: usize| {
        let sides = page.body.get(b"CropBox").or_else(|_| page.body.get(b"MediaBox")).and_then(Object::as_array);
        sides.ok()?.get(index)?.as_float().ok()
    };
    out.push(b'[');
    syntax::refer(out, number);
    match (side(0), side(3), page.body.has(b"Rotate")) {
        (Some(left), Some(top), false) => syntax::display(out, format_args!("/XYZ {left} {top} null]")),
        _ => out.extend_from_slice(b"/Fit]"),
    }
}

fn names(out: &mut Vec<u8>, key: &str, map: &BTreeMap<Vec<u8>, Vec<u8>>, write: impl Fn(&mut Vec<u8>, &[u8])) {
    if map.is_empty() {
        return;
    }
    syntax::name(out, key.as_bytes());
    out.extend_from_slice(b" <<");
    for (name, value) in map {
        syntax::name(out, name);
        out.push(b' ');
        write(out, value);
    }
    out.extend_from_slice(b">>");
}

fn notes((documents, files): (usize, usize)) -> Vec<Diagnostic> {
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
