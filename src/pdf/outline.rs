//! The outline, written as it grows: an entry goes out once its next sibling and its children are known (ISO 32000-1,
//! 12.3.3).

use std::io::{self, Write};

use super::syntax;
use super::writer::Writer;

/// Children of an entry, or of the outline itself.
#[derive(Default)]
struct Children {
    first: Option<u32>,
    last: Option<u32>,
    /// How many lines they take: themselves, and what is below those that stand open.
    lines: usize,
}

/// An entry whose next sibling may still come.
struct Entry {
    number: u32,
    level: u32,
    parent: u32,
    previous: Option<u32>,
    open: bool,
    /// Title, destination and looks, as written.
    body: Vec<u8>,
    children: Children,
}

/// The outline of the merged file.
#[derive(Default)]
pub(super) struct Outline {
    number: Option<u32>,
    top: Children,
    /// One entry for each level, from the top.
    path: Vec<Entry>,
}

impl Outline {
    /// Appends an entry at a level (from 1) below the last entry of a lower level. `body` holds the written entries for
    /// title and destination.
    pub(super) fn push<W: Write>(
        &mut self,
        writer: &mut Writer<W>,
        level: u32,
        open: bool,
        body: Vec<u8>,
    ) -> io::Result<()> {
        let root = *self.number.get_or_insert_with(|| writer.number());
        let number = writer.number();
        while self.path.last().is_some_and(|last| last.level >= level) {
            // Entries with one parent are siblings, also where one of them skips a level.
            let sibling = self.path.iter().rev().nth(1).is_none_or(|above| above.level < level);
            self.close(writer, sibling.then_some(number))?;
        }
        let (parent, siblings) = match self.path.last_mut() {
            Some(entry) => (entry.number, &mut entry.children),
            None => (root, &mut self.top),
        };
        let previous = siblings.last.replace(number);
        siblings.first.get_or_insert(number);
        siblings.lines += 1;
        self.path.push(Entry { number, level, parent, previous, open, body, children: Children::default() });
        Ok(())
    }

    /// Writes the deepest open entry.
    fn close<W: Write>(&mut self, writer: &mut Writer<W>, next: Option<u32>) -> io::Result<()> {
        let Some(entry) = self.path.pop() else { return Ok(()) };
        if entry.open {
            let above = self.path.last_mut().map_or(&mut self.top, |entry| &mut entry.children);
            above.lines += entry.children.lines;
        }
        writer.object(entry.number, |out| {
            out.extend_from_slice(b"<<");
            out.extend_from_slice(&entry.body);
            syntax::link(out, "Parent", entry.parent);
            for (key, number) in [("Prev", entry.previous), ("Next", next)] {
                if let Some(number) = number {
                    syntax::link(out, key, number);
                }
            }
            entry.children.write(out, entry.open);
            out.extend_from_slice(b">>");
        })
    }

    /// Writes what is open; returns the outline, or nothing if it has no entry.
    pub(super) fn finish<W: Write>(mut self, writer: &mut Writer<W>) -> io::Result<Option<u32>> {
        while !self.path.is_empty() {
            self.close(writer, None)?;
        }
        let Some(number) = self.number else { return Ok(None) };
        writer.object(number, |out| {
            out.extend_from_slice(b"<</Type /Outlines");
            self.top.write(out, true);
            out.extend_from_slice(b">>");
        })?;
        Ok(Some(number))
    }
}

impl Children {
    fn write(&self, out: &mut Vec<u8>, open: bool) {
        if let (Some(first), Some(last)) = (self.first, self.last) {
            syntax::link(out, "First", first);
            syntax::link(out, "Last", last);
            out.extend_from_slice(if open { b"/Count " } else { b"/Count -" });
            syntax::display(out, self.lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use lopdf::{Document, Object};
    use proptest::prelude::*;

    use super::*;

    fn file(entries: &[(u32, bool)]) -> Document {
        let mut writer = Writer::new(Vec::new()).expect("memory");
        let mut outline = Outline::default();
        for (n, (level, open)) in entries.iter().enumerate() {
            outline.push(&mut writer, *level, *open, format!("/Title ({n})").into_bytes()).expect("memory");
        }
        let outline = outline.finish(&mut writer).expect("memory").expect("entries");
        let root = writer.number();
        let body = format!("<</Type /Catalog/Outlines {outline} 0 R>>");
        writer.object(root, |out| out.extend_from_slice(body.as_bytes())).expect("memory");
        let id = writer.fingerprint().expect("memory");
        let (bytes, _) = writer.finish(root, root, &id).expect("memory");
        Document::load_mem(&bytes).expect("sound")
    }

    /// Titles below a node with their depth, every link checked; returns the lines shown when the node is open.
    fn walk(document: &Document, node: lopdf::ObjectId, depth: usize, found: &mut Vec<(usize, usize)>) -> i64 {
        let get = |id: lopdf::ObjectId, key: &str| {
            document.get_dictionary(id).expect("an entry").get(key.as_bytes()).and_then(Object::as_reference).ok()
        };
        let (mut lines, mut previous, mut next) = (0, None, get(node, "First"));
        while let Some(entry) = next {
            assert_eq!(get(entry, "Parent"), Some(node));
            assert_eq!(get(entry, "Prev"), previous);
            let title = document.get_dictionary(entry).expect("an entry").get(b"Title").and_then(Object::as_str);
            let title = std::str::from_utf8(title.expect("a title")).expect("ASCII").parse().expect("a number");
            found.push((title, depth));
            let below = walk(document, entry, depth + 1, found);
            let count = document.get_dictionary(entry).expect("an entry").get(b"Count").and_then(Object::as_i64);
            let count = count.unwrap_or(0);
            assert_eq!(count.abs(), below);
            lines += 1 + count.max(0);
            (previous, next) = (Some(entry), get(entry, "Next"));
        }
        assert_eq!(get(node, "Last"), previous);
        lines
    }

    proptest! {
        #[test]
        fn any_levels_in_any_order_make_a_sound_outline(
            entries in proptest::collection::vec((1u32..5, any::<bool>()), 1..40),
        ) {
            let document = file(&entries);
            let root = document.catalog().expect("a catalog").get(b"Outlines").and_then(Object::as_reference);
            let root = root.expect("an outline");
            let mut found = Vec::new();
            let lines = walk(&document, root, 1, &mut found);
            let count = document.get_dictionary(root).expect("an outline").get(b"Count").and_then(Object::as_i64);
            prop_assert_eq!(count.expect("a count"), lines);
            prop_assert!(found.iter().map(|(title, _)| *title).eq(0..entries.len()));
            for (title, depth) in found {
                prop_assert!(depth <= entries[title].0 as usize, "no entry stands deeper than its level");
            }
        }
    }

    #[test]
    fn levels_are_kept_where_none_is_skipped() {
        let levels = [1, 2, 3, 3, 2, 1, 1, 2];
        let document = file(&levels.map(|level| (level, false)));
        let root = document.catalog().expect("a catalog").get(b"Outlines").and_then(Object::as_reference);
        let mut found = Vec::new();
        walk(&document, root.expect("an outline"), 1, &mut found);
        assert!(found.into_iter().map(|(_, depth)| depth as u32).eq(levels));
    }
}
