//! One file written into the merged one.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Write};

use lopdf::{Object, ObjectId};

use super::merge::{Bookmark, Merger};
use super::part::{Page, Part};
use super::structure::Parents;
use super::syntax::{self, References};
use super::writer::Writer;

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
    /// Writes a file that was admitted. Nothing but `out` can refuse any more; a number in the answer is one that
    /// reading forgot to check.
    pub(super) fn write(&mut self, part: Part, bookmarks: &[Bookmark]) -> io::Result<Option<ObjectId>> {
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
