//! A file continued: changed and new objects, and a cross-reference section of the file's own kind, are appended, and no
//! byte that is there is touched (ISO 32000-1, 7.5.6).

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::xref::XrefEntry;
use lopdf::{Object, ObjectId};
use sha2::{Digest as _, Sha256};

use super::base::{Base, MOST_OBJECTS, not_pdf, wrong_kind};
use super::raw::{self, Entries};
use super::{fault, source, syntax};
use crate::diagnostic::Failure;

/// Where a dictionary stands: in an object of its own, or inside another dictionary.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    object: ObjectId,
    path: Vec<String>,
}

impl From<ObjectId> for Place {
    fn from(object: ObjectId) -> Self {
        Self { object, path: Vec::new() }
    }
}

impl Place {
    /// The dictionary inside this one under a key.
    fn inside(&self, key: &str) -> Self {
        let mut path = self.path.clone();
        path.push(key.to_owned());
        Self { object: self.object, path }
    }
}

/// An object to be written.
enum Body {
    Value(Vec<u8>),
    Stream(Vec<u8>, Vec<u8>),
}

/// Members of a stream of objects.
struct Pack {
    bytes: Vec<u8>,
    /// Numbers, and where each begins.
    members: Vec<(u32, usize)>,
}

/// What is to be appended to a file.
pub(crate) struct Update<'a, 'b> {
    base: &'b Base<'a>,
    bodies: BTreeMap<ObjectId, Body>,
    next: u32,
    packs: BTreeMap<u32, Pack>,
}

/// What is appended.
pub(crate) struct Tail {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// Where in them the value of each object begins.
    pub(crate) starts: BTreeMap<u32, usize>,
}

impl<'a, 'b> Update<'a, 'b> {
    /// Begins an update.
    pub(crate) fn new(base: &'b Base<'a>) -> Self {
        Self { base, bodies: BTreeMap::new(), next: base.next, packs: BTreeMap::new() }
    }

    /// A number for a new object.
    pub(crate) fn number(&mut self) -> u32 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        number
    }

    /// Writes a new object that is no stream.
    pub(crate) fn object(&mut self, number: u32, write: impl FnOnce(&mut Vec<u8>)) {
        let mut body = Vec::new();
        write(&mut body);
        self.bodies.insert((number, 0), Body::Value(body));
    }

    /// Writes a new stream: entries of its dictionary without brackets and `/Length`, and its bytes as they are.
    pub(crate) fn stream(&mut self, number: u32, write: impl FnOnce(&mut Vec<u8>), data: &[u8]) {
        let mut head = Vec::new();
        write(&mut head);
        self.bodies.insert((number, 0), Body::Stream(head, data.to_vec()));
    }

    /// The object a place under a key refers to, else the dictionary inside; nothing where the key is not there.
    pub(crate) fn child(&mut self, place: &Place, key: &str) -> Result<Option<Place>, Failure> {
        let entries = self.entries(place)?;
        Ok(entries.get(key).map(|value| match raw::reference(value) {
            Some(id) => Place::from(id),
            None => place.inside(key),
        }))
    }

    /// The dictionary at a place, as it is now.
    pub(crate) fn entries(&mut self, place: &Place) -> Result<Entries, Failure> {
        let mut entries = self.top(place.object)?;
        for key in &place.path {
            let value = entries.get(key).ok_or_else(|| wrong_kind(key))?;
            entries = Entries::parse(value).ok_or_else(|| wrong_kind(key))?;
        }
        Ok(entries)
    }

    /// Changes the dictionary at a place.
    pub(crate) fn edit(&mut self, place: &Place, change: impl FnOnce(&mut Entries)) -> Result<(), Failure> {
        let top = self.top(place.object)?;
        let changed = changed(top, &place.path, change)?;
        self.bodies.insert(place.object, Body::Value(changed.dictionary()));
        Ok(())
    }

    /// Puts one more item at the end of the array under a key: one that is not there begins, and a single value becomes
    /// the first of an array.
    pub(crate) fn append(&mut self, place: &Place, key: &str, item: &[u8]) -> Result<(), Failure> {
        let entries = self.entries(place)?;
        let longer = |old: &[u8]| {
            let old = old.strip_suffix(b"]").unwrap_or(old);
            let space: &[u8] = if old == b"[" { b"" } else { b" " };
            [old, space, item, b"]"].concat()
        };
        let value = match entries.get(key) {
            None => [b"[", item, b"]"].concat(),
            Some(value) if value.starts_with(b"[") => longer(value),
            Some(value) => {
                let body = raw::reference(value).map(|id| self.value(id).map(|body| (id, body))).transpose()?;
                match body {
                    Some((id, body)) if body.starts_with(b"[") => {
                        self.bodies.insert(id, Body::Value(longer(&body)));
                        return Ok(());
                    }
                    Some((_, body)) if body == b"null" => [b"[", item, b"]"].concat(),
                    _ => [b"[", value, b" ", item, b"]"].concat(),
                }
            }
        };
        self.edit(place, |entries| entries.set(key, value))
    }

    /// The update as bytes.
    ///
    /// # Errors
    ///
    /// The file would have too many objects.
    pub(crate) fn finish(mut self) -> Result<Tail, Failure> {
        let mut out = Vec::new();
        // Typst ends a file without an end of line (ISO 19005-2, 6.1.9 wants one before an object).
        if !matches!(self.base.bytes().last(), Some(b'\n' | b'\r')) {
            out.push(b'\n');
        }
        let before = self.base.bytes().len();
        let mut starts = BTreeMap::new();
        let mut rows = BTreeMap::new();
        for (&(number, generation), body) in &self.bodies {
            rows.insert(number, (before + out.len(), generation));
            syntax::display(&mut out, format_args!("{number} {generation} obj\n"));
            starts.insert(number, out.len());
            match body {
                Body::Value(value) => out.extend_from_slice(value),
                Body::Stream(head, data) => stream(&mut out, head, data),
            }
            out.extend_from_slice(b"\nendobj\n");
        }
        let at = before + out.len();
        let table = if self.base.streamed { Some(self.number()) } else { None };
        if self.next > MOST_OBJECTS || at as u64 > 9_999_999_999 {
            return Err(not_pdf(fault::too_large(u64::from(MOST_OBJECTS))));
        }
        let trailer = self.trailer(&out);
        match table {
            Some(number) => {
                rows.insert(number, (at, 0));
                syntax::display(&mut out, format_args!("{number} 0 obj\n"));
                let (head, data) = section_stream(&rows, &trailer).map_err(Failure::internal)?;
                stream(&mut out, &head, &data);
                out.extend_from_slice(b"\nendobj\n");
            }
            None => section_table(&mut out, &rows, &trailer),
        }
        syntax::display(&mut out, format_args!("startxref\n{at}\n%%EOF\n"));
        Ok(Tail { bytes: out, starts })
    }

    /// The new trailer: all that was in the old one, its own length and forerunner, and a new second identity.
    fn trailer(&self, out: &[u8]) -> Entries {
        let mut trailer = self.base.trailer().clone();
        trailer.set("Size", self.next.to_string());
        trailer.set("Prev", self.base.source.document.xref_start.to_string());
        let ids = match self.base.source.document.trailer.get(b"ID") {
            Ok(Object::Array(ids)) => ids.as_slice(),
            _ => &[],
        };
        let mut hash = Sha256::new();
        for id in ids {
            hash.update(id.as_str().unwrap_or_default());
        }
        hash.update((self.base.bytes().len() as u64).to_be_bytes());
        hash.update(out);
        let fresh = hash.finalize();
        let fresh = fresh.get(..16).unwrap_or_default();
        let first = ids.first().and_then(|id| id.as_str().ok()).unwrap_or(fresh);
        let mut value = b"[".to_vec();
        syntax::hexadecimal(&mut value, first);
        syntax::hexadecimal(&mut value, fresh);
        value.push(b']');
        trailer.set("ID", value);
        trailer
    }

    fn top(&mut self, id: ObjectId) -> Result<Entries, Failure> {
        let value = self.value(id)?;
        Entries::parse(&value).ok_or_else(|| not_pdf(source::wrong(&Object::Reference(id))))
    }

    /// The value of an object as it is now.
    fn value(&mut self, id: ObjectId) -> Result<Vec<u8>, Failure> {
        match self.bodies.get(&id) {
            Some(Body::Value(value)) => return Ok(value.clone()),
            Some(Body::Stream(..)) => return Err(not_pdf(source::wrong(&Object::Reference(id)))),
            None => {}
        }
        self.written(id).ok_or_else(|| not_pdf(source::missing(&Object::Reference(id))))
    }

    /// The value of an object as it stands in the file.
    fn written(&mut self, id: ObjectId) -> Option<Vec<u8>> {
        let (bytes, from) = match *self.base.source.document.reference_table.get(id.0)? {
            XrefEntry::Normal { offset, .. } => {
                let (found, from) = raw::header(self.base.bytes(), offset as usize)?;
                (self.base.bytes(), (found == id).then_some(from)?)
            }
            XrefEntry::Compressed { container, index } => {
                if !self.packs.contains_key(&container) {
                    let pack = self.unpack(container)?;
                    self.packs.insert(container, pack);
                }
                let pack = self.packs.get(&container)?;
                let &(number, from) = pack.members.get(usize::from(index))?;
                (pack.bytes.as_slice(), (id == (number, 0)).then_some(from)?)
            }
            XrefEntry::Free | XrefEntry::UnusableFree => return None,
        };
        Some(bytes.get(raw::value(bytes, from)?)?.to_vec())
    }

    fn unpack(&self, container: u32) -> Option<Pack> {
        let stream = self.base.source.object((container, 0)).ok()?.as_stream().ok()?;
        let bytes = stream.get_plain_content_with_limit(self.base.source.unpacked).ok()?;
        let first = usize::try_from(self.base.entry(&stream.dict, "First")?.as_i64().ok()?).ok()?;
        let mut numbers = std::str::from_utf8(bytes.get(..first)?).ok()?.split_ascii_whitespace();
        let mut members = Vec::new();
        while let Some((number, offset)) = numbers.next().zip(numbers.next()) {
            members.push((number.parse().ok()?, first.checked_add(offset.parse().ok()?)?));
        }
        Some(Pack { bytes, members })
    }
}

fn changed(mut entries: Entries, path: &[String], change: impl FnOnce(&mut Entries)) -> Result<Entries, Failure> {
    match path.split_first() {
        None => change(&mut entries),
        Some((key, rest)) => {
            let inner = entries.get(key).and_then(Entries::parse).ok_or_else(|| wrong_kind(key))?;
            let inner = changed(inner, rest, change)?;
            entries.set(key, inner.dictionary());
        }
    }
    Ok(entries)
}

fn stream(out: &mut Vec<u8>, head: &[u8], data: &[u8]) {
    out.extend_from_slice(b"<<");
    out.extend_from_slice(head);
    syntax::display(out, format_args!("/Length {}>>\nstream\n", data.len()));
    out.extend_from_slice(data);
    out.extend_from_slice(b"\nendstream");
}

/// Rows of neighbouring numbers, each run with its first number.
fn runs(rows: &BTreeMap<u32, (usize, u16)>) -> Vec<(u32, Vec<(usize, u16)>)> {
    let mut runs = Vec::<(u32, Vec<(usize, u16)>)>::new();
    for (&number, &row) in rows {
        match runs.last_mut() {
            Some((first, run)) if *first as usize + run.len() == number as usize => run.push(row),
            _ => runs.push((number, vec![row])),
        }
    }
    runs
}

fn section_table(out: &mut Vec<u8>, rows: &BTreeMap<u32, (usize, u16)>, trailer: &Entries) {
    out.extend_from_slice(b"xref\n");
    for (first, run) in runs(rows) {
        syntax::display(out, format_args!("{first} {}\n", run.len()));
        for (offset, generation) in run {
            syntax::display(out, format_args!("{offset:010} {generation:05} n\r\n"));
        }
    }
    out.extend_from_slice(b"trailer\n");
    out.extend_from_slice(&trailer.dictionary());
    out.push(b'\n');
}

fn section_stream(rows: &BTreeMap<u32, (usize, u16)>, trailer: &Entries) -> Result<(Vec<u8>, Vec<u8>), std::io::Error> {
    let mut head = b"/Type/XRef/W[1 5 2]/Index[".to_vec();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    for (n, (first, run)) in runs(rows).into_iter().enumerate() {
        let space = if n > 0 { " " } else { "" };
        syntax::display(&mut head, format_args!("{space}{first} {}", run.len()));
        for (offset, generation) in run {
            let [.., a, b, c, d, e] = (offset as u64).to_be_bytes();
            let [f, g] = generation.to_be_bytes();
            encoder.write_all(&[1, a, b, c, d, e, f, g])?;
        }
    }
    head.extend_from_slice(b"]/Filter/FlateDecode");
    trailer.write(&mut head);
    Ok((head, encoder.finish()?))
}

#[cfg(test)]
mod tests {
    use lopdf::{Document, LoadOptions};
    use memchr::memmem;
    use proptest::prelude::*;

    use super::super::example::{self, file};
    use super::super::source::Source;
    use super::super::writer::Writer;
    use super::*;
    use crate::diagnostic::Code;

    /// A file whose small objects lie in a stream of objects, and whose cross-references do too.
    fn streamed() -> Vec<u8> {
        let mut writer = Writer::new(Vec::new()).expect("memory");
        let [root, pages, page, info] = [(); 4].map(|()| writer.number());
        let mut put = |number, body: &str| writer.object(number, |out| out.extend_from_slice(body.as_bytes()));
        put(root, &format!("<</Type/Catalog/Pages {pages} 0 R/Exact 0.123456789>>")).expect("memory");
        put(pages, &format!("<</Type/Pages/Count 1/Kids[{page} 0 R]>>")).expect("memory");
        put(page, &format!("<</Type/Page/MediaBox[0 0 9 9]/Parent {pages} 0 R>>")).expect("memory");
        put(info, "<</Title(x)>>").expect("memory");
        writer.finish(root, info, &[7; 16]).expect("memory").0
    }

    fn read(bytes: &[u8]) -> Document {
        let options = LoadOptions { strict: true, ..LoadOptions::default() };
        let document = Document::load_mem_with_options(bytes, options).expect("a sound file");
        assert_eq!(document.xref_recovery, None);
        document
    }

    /// The file with one more word in its catalog and one more object.
    fn continued(pdf: &[u8], word: &str) -> Vec<u8> {
        let base = Base::open(pdf).expect("a file");
        let mut update = Update::new(&base);
        let number = update.number();
        update.object(number, |out| out.extend_from_slice(b"[1 2]"));
        update.edit(&base.root().into(), |catalog| catalog.set("Word", format!("({word})"))).expect("a catalog");
        let tail = update.finish().expect("room");
        let whole = [pdf, &tail.bytes].concat();
        let start = pdf.len() + tail.starts[&number];
        assert!(whole[start..].starts_with(b"[1 2]\nendobj\n"));
        whole
    }

    #[test]
    fn both_kinds_of_file_go_on_in_their_own_kind() {
        for (pdf, own, other) in [(example::plain(), "\nxref\n", "/XRef"), (streamed(), "/XRef", "\nxref\n")] {
            let once = continued(&pdf, "a");
            let twice = continued(&once, "b");
            assert!(once.starts_with(&pdf) && twice.starts_with(&once));
            for whole in [&once, &twice] {
                assert!(memmem::find(&whole[pdf.len()..], own.as_bytes()).is_some());
                assert!(memmem::find(&whole[pdf.len()..], other.as_bytes()).is_none());
            }
            let (before, after) = (read(&pdf), read(&twice));
            let catalog = after.catalog().expect("a catalog");
            assert_eq!(catalog.get(b"Word").and_then(Object::as_str).expect("the word"), b"b");
            assert_eq!(after.get_pages(), before.get_pages());
            let prev = format!("/Prev {}", read(&once).xref_start);
            assert!(memmem::find(&twice[once.len()..], prev.as_bytes()).is_some());
            for key in [&b"Root"[..], b"Info"] {
                assert_eq!(after.trailer.get(key).ok(), before.trailer.get(key).ok());
            }
            assert_eq!(Base::open(&twice).expect("sound").sections().count(), 3);
        }
    }

    #[test]
    fn what_is_not_changed_is_copied_byte_for_byte() {
        let pdf = streamed();
        let whole = continued(&pdf, "a");
        assert!(memmem::find(&whole[pdf.len()..], b"/Exact 0.123456789/Word(a)").is_some());
    }

    #[test]
    fn an_end_of_line_comes_before_the_first_object() {
        let pdf = example::plain();
        assert!(pdf.ends_with(b"%%EOF"));
        assert_eq!(continued(&pdf, "a")[pdf.len()], b'\n');
        let whole = [&pdf[..], b"\n"].concat();
        assert_eq!(continued(&whole, "a")[whole.len()], b'1');
    }

    #[test]
    fn the_first_identity_stays_and_the_second_follows_from_what_is_appended() {
        let ids = |pdf: &[u8]| {
            let ids = read(pdf).trailer.get(b"ID").and_then(Object::as_array).expect("identities").clone();
            ids.iter().map(|id| id.as_str().expect("bytes").to_vec()).collect::<Vec<_>>()
        };
        let pdf = example::plain();
        let [a, again, b] = ["a", "a", "b"].map(|word| ids(&continued(&pdf, word)));
        assert_eq!(a, again);
        assert_eq!(a[0], b"one");
        assert!(a[1] != b[1] && a[1] != b"two");
    }

    #[test]
    fn arrays_grow_wherever_they_stand() {
        let pdf = file(&[
            "<</Type/Catalog/Pages 2 0 R/Inline[1]/Far 4 0 R/One 3 0 R/Empty[]/Nothing null/Gone 5 0 R/In<</K 7>>>>",
            "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 9 9]>>",
            "<</Type/Page/Parent 2 0 R>>",
            "[2 (])]",
            "null",
        ]);
        let base = Base::open(&pdf).expect("a file");
        let mut update = Update::new(&base);
        let root = Place::from(base.root());
        for key in ["Inline", "Far", "One", "Empty", "Nothing", "Gone", "New"] {
            update.append(&root, key, b"9").expect("an array");
        }
        let inner = update.child(&root, "In").expect("a catalog").expect("a dictionary");
        update.append(&inner, "K", b"8").expect("an array");
        let tail = String::from_utf8(update.finish().expect("room").bytes).expect("ASCII");
        let catalog = "<</Type/Catalog/Pages 2 0 R/Inline[1 9]/Far 4 0 R/One[3 0 R 9]/Empty[9]/Nothing[9]/Gone[9]\
                       /In<</K[7 8]>>/New[9]>>";
        assert!(tail.contains(catalog), "{tail}");
        assert!(tail.contains("4 0 obj\n[2 (]) 9]\n"), "{tail}");
    }

    fn refused(pdf: &[u8]) -> String {
        let failure = Base::open(pdf).err().expect("no sound file");
        assert_eq!(failure.code, Code::NotPdf);
        failure.to_string()
    }

    #[test]
    fn what_needs_repair_is_refused() {
        let pdf = example::plain();
        refused(b"no PDF");
        refused(&pdf[1..]);
        refused(&pdf[..pdf.len() - 40]);
        // The cross-references of two objects are exchanged: each leads to an object, and to the wrong one.
        let (at, len) = (memmem::find(&pdf, b"xref\n").expect("a table") + 5 + 4 + 20, 20);
        let mut exchanged = pdf.clone();
        exchanged[at + 2 * len..at + 4 * len].rotate_left(len);
        assert!(refused(&exchanged).contains("is not where its cross-reference says"));
    }

    #[test]
    fn two_kinds_of_cross_references_at_once_are_refused() {
        let pdf = file(&[
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 9 9]>>",
            "<</Type/Page/Parent 2 0 R>>",
            "<</Type/XRef/Size 5/W[1 1 1]/Index[0 1]/Length 3>>\nstream\nabc\nendstream",
        ]);
        let (stream, place) = (memmem::find(&pdf, b"4 0 obj"), memmem::find(&pdf, b"/ID["));
        let (stream, place) = (stream.expect("a stream"), place.expect("a trailer"));
        let hybrid = [&pdf[..place], format!("/XRefStm {stream}").as_bytes(), &pdf[place..]].concat();
        assert!(refused(&hybrid).contains("hybrid"));
    }

    #[test]
    fn a_file_with_a_password_is_refused() {
        let pdf = example::file(&[
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 9 9]>>",
            "<</Type/Page/Parent 2 0 R>>",
            "<</Filter/Standard/V 1/R 2/O(................................)/U(................................)/P -4>>",
        ]);
        let place = memmem::find(&pdf, b"/ID[").expect("a trailer");
        let locked = [&pdf[..place], b"/Encrypt 4 0 R", &pdf[place..]].concat();
        assert!(refused(&locked).contains("encrypted"));
    }

    #[test]
    fn streams_of_objects_cannot_fill_the_memory() {
        let pdf = streamed();
        let base = Base::open(&pdf).expect("a file");
        let many = b"/ObjStm/O#62jStm/#4FbjStm ".repeat(1_000);
        let crowded = Source::read(&[&pdf[..], b"%", &many, b"\nstartxref\n0\n%%EOF"].concat());
        assert!(base.source.unpacked >= 8 << 20);
        assert!(crowded.is_err() || crowded.is_ok_and(|source| source.unpacked < base.source.unpacked / 1_000));
    }

    proptest! {
        #[test]
        fn a_damaged_file_is_refused_or_goes_on_soundly(place in 0usize..2_000, byte in any::<u8>(), streams in any::<bool>()) {
            let mut pdf = if streams { streamed() } else { example::tagged() };
            let place = place % pdf.len();
            pdf[place] = byte;
            if let Ok(base) = Base::open(&pdf) {
                let _ = base.sheets();
                let mut update = Update::new(&base);
                if update.edit(&base.root().into(), |catalog| catalog.set("Word", "1")).is_ok() {
                    let tail = update.finish().expect("room");
                    let whole = [&pdf[..], &tail.bytes].concat();
                    prop_assert!(Base::open(&whole).is_ok());
                }
            }
        }
    }
}
