//! Trees that grow at their right edge while the file is written: pages, and values by number or name (ISO 32000-1,
//! 7.7.3, 7.9.6, 7.9.7). What is full is written at once, so that only one node of each level stays in memory.

use std::io::{self, Write};

use super::syntax;
use super::writer::Writer;

/// Most entries of one node.
const WIDTH: usize = 64;

/// One level of the page tree: the node still open.
struct Pages {
    number: u32,
    kids: Vec<u32>,
    pages: usize,
}

/// The page tree.
#[derive(Default)]
pub(super) struct PageTree {
    levels: Vec<Pages>,
}

impl PageTree {
    /// Appends a page; returns the number of its parent, which the page must name.
    pub(super) fn push<W: Write>(&mut self, writer: &mut Writer<W>, page: u32) -> io::Result<u32> {
        self.place(writer, 0, page, 1)
    }

    fn place<W: Write>(&mut self, writer: &mut Writer<W>, level: usize, kid: u32, pages: usize) -> io::Result<u32> {
        if self.levels.get(level).is_some_and(|node| node.kids.len() >= WIDTH) {
            self.close(writer, level)?;
        }
        if self.levels.len() == level {
            self.levels.push(Pages { number: writer.number(), kids: Vec::new(), pages: 0 });
        }
        let node = &mut self.levels[level];
        node.kids.push(kid);
        node.pages += pages;
        Ok(node.number)
    }

    /// Writes the open node of a level below its parent and opens another.
    fn close<W: Write>(&mut self, writer: &mut Writer<W>, level: usize) -> io::Result<()> {
        let fresh = Pages { number: writer.number(), kids: Vec::new(), pages: 0 };
        let full = std::mem::replace(&mut self.levels[level], fresh);
        let parent = self.place(writer, level + 1, full.number, full.pages)?;
        full.write(writer, Some(parent))
    }

    /// Writes what is open; returns the root and the number of pages, or nothing if there is no page.
    pub(super) fn finish<W: Write>(mut self, writer: &mut Writer<W>) -> io::Result<Option<(u32, usize)>> {
        let mut level = 0;
        while level + 1 < self.levels.len() {
            let number = self.levels[level].number;
            let last = std::mem::replace(&mut self.levels[level], Pages { number, kids: Vec::new(), pages: 0 });
            let parent = self.place(writer, level + 1, last.number, last.pages)?;
            last.write(writer, Some(parent))?;
            level += 1;
        }
        let Some(root) = self.levels.pop() else { return Ok(None) };
        let told = (root.number, root.pages);
        root.write(writer, None)?;
        Ok(Some(told))
    }
}

impl Pages {
    fn write<W: Write>(&self, writer: &mut Writer<W>, parent: Option<u32>) -> io::Result<()> {
        writer.object(self.number, |out| {
            out.extend_from_slice(b"<</Type /Pages/Count ");
            syntax::display(out, self.pages);
            if let Some(parent) = parent {
                syntax::link(out, "Parent", parent);
            }
            out.extend_from_slice(b"/Kids ");
            syntax::refer_all(out, &self.kids);
            out.extend_from_slice(b">>");
        })
    }
}

/// A written node: its object, its least and its greatest key.
struct Node {
    number: u32,
    first: Vec<u8>,
    last: Vec<u8>,
}

/// A tree of values by number (`Nums`) or by name (`Names`). Keys must come in rising order, each once.
pub(super) struct KeyTree {
    entry: &'static str,
    leaf: Vec<(Vec<u8>, Vec<u8>)>,
    levels: Vec<Vec<Node>>,
}

impl KeyTree {
    /// A tree whose keys are numbers.
    pub(super) fn numbers() -> Self {
        Self { entry: "Nums", leaf: Vec::new(), levels: Vec::new() }
    }

    /// A tree whose keys are strings.
    pub(super) fn names() -> Self {
        Self { entry: "Names", leaf: Vec::new(), levels: Vec::new() }
    }

    /// Appends an entry; key and value are written objects.
    pub(super) fn push<W: Write>(&mut self, writer: &mut Writer<W>, key: Vec<u8>, value: Vec<u8>) -> io::Result<()> {
        if self.leaf.len() >= WIDTH {
            self.close_leaf(writer)?;
        }
        self.leaf.push((key, value));
        Ok(())
    }

    /// Whether nothing was put in.
    pub(super) fn is_empty(&self) -> bool {
        self.leaf.is_empty()
    }

    fn close_leaf<W: Write>(&mut self, writer: &mut Writer<W>) -> io::Result<()> {
        let leaf = std::mem::take(&mut self.leaf);
        let (Some((first, _)), Some((last, _))) = (leaf.first(), leaf.last()) else { return Ok(()) };
        let node = Node { number: writer.number(), first: first.clone(), last: last.clone() };
        writer.object(node.number, |out| {
            out.extend_from_slice(b"<<");
            node.limits(out);
            pairs(out, self.entry, &leaf);
            out.extend_from_slice(b">>");
        })?;
        self.place(writer, 0, node)
    }

    fn place<W: Write>(&mut self, writer: &mut Writer<W>, level: usize, node: Node) -> io::Result<()> {
        if self.levels.len() == level {
            self.levels.push(Vec::new());
        }
        if self.levels[level].len() >= WIDTH {
            self.close(writer, level)?;
        }
        self.levels[level].push(node);
        Ok(())
    }

    fn close<W: Write>(&mut self, writer: &mut Writer<W>, level: usize) -> io::Result<()> {
        let kids = std::mem::take(&mut self.levels[level]);
        let (Some(first), Some(last)) = (kids.first(), kids.last()) else { return Ok(()) };
        let node = Node { number: writer.number(), first: first.first.clone(), last: last.last.clone() };
        writer.object(node.number, |out| {
            out.extend_from_slice(b"<<");
            node.limits(out);
            out.extend_from_slice(b"/Kids ");
            syntax::refer_all(out, &kids.iter().map(|kid| kid.number).collect::<Vec<_>>());
            out.extend_from_slice(b">>");
        })?;
        self.place(writer, level + 1, node)
    }

    /// Writes what is open; returns the root, or nothing if nothing was put in.
    pub(super) fn finish<W: Write>(mut self, writer: &mut Writer<W>) -> io::Result<Option<u32>> {
        if self.leaf.is_empty() {
            return Ok(None);
        }
        if self.levels.is_empty() {
            let root = writer.number();
            writer.object(root, |out| {
                out.extend_from_slice(b"<<");
                pairs(out, self.entry, &self.leaf);
                out.extend_from_slice(b">>");
            })?;
            return Ok(Some(root));
        }
        self.close_leaf(writer)?;
        let mut level = 0;
        while level + 1 < self.levels.len() {
            self.close(writer, level)?;
            level += 1;
        }
        let root = writer.number();
        let kids: Vec<u32> = self.levels[level].iter().map(|kid| kid.number).collect();
        writer.object(root, |out| {
            out.extend_from_slice(b"<</Kids ");
            syntax::refer_all(out, &kids);
            out.extend_from_slice(b">>");
        })?;
        Ok(Some(root))
    }
}

impl Node {
    fn limits(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"/Limits [");
        out.extend_from_slice(&self.first);
        out.push(b' ');
        out.extend_from_slice(&self.last);
        out.push(b']');
    }
}

fn pairs(out: &mut Vec<u8>, entry: &str, leaf: &[(Vec<u8>, Vec<u8>)]) {
    syntax::name(out, entry.as_bytes());
    out.extend_from_slice(b" [");
    for (n, (key, value)) in leaf.iter().enumerate() {
        if n > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(key);
        out.push(b' ');
        out.extend_from_slice(value);
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use lopdf::{Document, Object};

    use super::*;

    /// A file of so many empty pages with a tree of as many numbers.
    fn file(many: usize) -> Document {
        let mut writer = Writer::new(Vec::new()).expect("memory");
        let (mut pages, mut values) = (PageTree::default(), KeyTree::numbers());
        for n in 0..many {
            let page = writer.number();
            let parent = pages.push(&mut writer, page).expect("memory");
            let body = format!("<</Type /Page/MediaBox [0 0 {} 9]/Parent {parent} 0 R>>", n + 1);
            writer.object(page, |out| out.extend_from_slice(body.as_bytes())).expect("memory");
            values.push(&mut writer, n.to_string().into_bytes(), (n * n).to_string().into_bytes()).expect("memory");
        }
        let (tree, count) = pages.finish(&mut writer).expect("memory").expect("pages");
        assert_eq!(count, many);
        let values = values.finish(&mut writer).expect("memory").expect("values");
        let root = writer.number();
        let body = format!("<</Type /Catalog/Pages {tree} 0 R/Values {values} 0 R>>");
        writer.object(root, |out| out.extend_from_slice(body.as_bytes())).expect("memory");
        let id = writer.fingerprint().expect("memory");
        let (bytes, _) = writer.finish(root, root, &id).expect("memory");
        Document::load_mem(&bytes).expect("sound")
    }

    /// Reads the tree, checking limits and widths on the way down.
    fn read(document: &Document, node: &Object, found: &mut Vec<(i64, i64)>) {
        let node = document.dereference(node).expect("a node").1.as_dict().expect("a dictionary");
        let from = found.len();
        if let Ok(kids) = node.get(b"Kids") {
            let kids = kids.as_array().expect("an array");
            assert!(kids.len() <= WIDTH);
            kids.iter().for_each(|kid| read(document, kid, found));
        } else {
            let pairs = node.get(b"Nums").and_then(Object::as_array).expect("an array");
            assert!(pairs.len() <= 2 * WIDTH);
            found.extend(pairs.chunks(2).map(|two| (two[0].as_i64().expect("key"), two[1].as_i64().expect("value"))));
        }
        if let Ok(limits) = node.get(b"Limits") {
            let limits = limits.as_array().expect("an array");
            assert_eq!(limits[0].as_i64().expect("a number"), found[from].0);
            assert_eq!(limits[1].as_i64().expect("a number"), found[found.len() - 1].0);
        }
    }

    #[test]
    fn trees_of_every_height_hold_all_in_order() {
        for many in [1, WIDTH, WIDTH + 1, WIDTH * WIDTH, WIDTH * WIDTH + 1, WIDTH * WIDTH + WIDTH + 1] {
            let document = file(many);
            let widths = document.get_pages().into_values().map(|page| {
                let page = document.get_dictionary(page).expect("a page");
                page.get(b"MediaBox").and_then(Object::as_array).expect("a box")[2].as_i64().expect("a number")
            });
            assert!(widths.eq(1..=many as i64), "{many} pages");
            let mut found = Vec::new();
            read(&document, document.catalog().expect("a catalog").get(b"Values").expect("the tree"), &mut found);
            assert!(found.into_iter().eq((0..many as i64).map(|n| (n, n * n))), "{many} values");
        }
    }

    #[test]
    fn every_page_names_the_node_that_holds_it() {
        let document = file(WIDTH * WIDTH + 5);
        for page in document.get_pages().into_values() {
            let mut kid = page;
            while let Ok(parent) =
                document.get_dictionary(kid).expect("a node").get(b"Parent").and_then(Object::as_reference)
            {
                let kids = document.get_dictionary(parent).expect("a parent").get(b"Kids").expect("kids");
                assert!(kids.as_array().expect("an array").contains(&Object::Reference(kid)));
                kid = parent;
            }
            assert_eq!(Object::Reference(kid), *document.catalog().expect("a catalog").get(b"Pages").expect("a tree"));
        }
    }
}
