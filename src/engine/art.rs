//! Static art, written once and spliced into every PDF.
//!
//! The PDF writer walks an SVG again for each document: half a millisecond for a frame of five thousand curves. A flat
//! SVG (`templates flatten`: one isolated group of plain paints) becomes one form XObject whose content depends on
//! nothing but the file. So while a PDF is set the world shows a stub in its place, of the same size and with the same
//! resources, and the stub's stream is then replaced by the art's, which this process has written once.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use flate2::read::ZlibDecoder;
use typst::foundations::Bytes;
use typst::syntax::FileId;

use crate::diagnostic::Failure;

/// The attribute `templates flatten` gives to the root of what it writes.
pub const FLAT_MARK: &str = "data-phang=\"1\"";

/// A stub's stream, packed; the smallest art is far larger.
const STUB_STREAM: usize = 256;

/// Every flat SVG of the ground.
#[derive(Default)]
pub struct Gallery {
    pieces: Vec<Piece>,
    by_file: HashMap<FileId, usize>,
}

/// One flat SVG.
struct Piece {
    path: String,
    stub: Bytes,
    /// Its stream as the writer packs it, or `None` where it needs more resources than a stub has.
    stream: OnceLock<Option<Arc<[u8]>>>,
}

/// What became of a document set with stubs.
#[derive(Debug, PartialEq)]
pub enum Spliced {
    /// Finished.
    Whole(Vec<u8>),
    /// One piece has turned out to need more than a stub has, and is shown as it is from now on: set it again.
    Unfit,
    /// Art was read but does not stand on the pages as it was drawn: to be set without stubs.
    Missing,
}

/// Which pieces one job has asked for.
pub struct Asked(Vec<AtomicBool>);

impl Gallery {
    /// Takes a file if it is flat art.
    pub fn add(&mut self, id: FileId, path: &str, bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let Some(head) = text.split_once("><g").map(|(head, _)| head).filter(|head| head.contains(FLAT_MARK)) else {
            return;
        };
        let Some(stub) = stub(head, self.pieces.len(), bytes) else { return };
        self.by_file.insert(id, self.pieces.len());
        self.pieces.push(Piece { path: path.to_owned(), stub: Bytes::from_string(stub), stream: OnceLock::new() });
    }

    /// A list for one job.
    pub fn asked(&self) -> Asked {
        Asked(self.pieces.iter().map(|_| AtomicBool::new(false)).collect())
    }

    /// The stub of a file, if it is art that can be spliced.
    pub fn stub(&self, id: FileId, asked: &Asked) -> Option<Bytes> {
        let index = *self.by_file.get(&id)?;
        let piece = &self.pieces[index];
        if matches!(piece.stream.get(), Some(None)) {
            return None;
        }
        asked.0[index].store(true, Ordering::Relaxed);
        Some(piece.stub.clone())
    }

    /// Puts the art where the stubs stand.
    ///
    /// `write` sets a page that holds the file at a path and nothing else, as an untagged PDF/A.
    pub fn splice(
        &self,
        pdf: Vec<u8>,
        asked: &Asked,
        write: impl Fn(&str) -> Result<Vec<u8>, Failure>,
    ) -> Result<Spliced, Failure> {
        if asked.0.iter().all(|one| !one.load(Ordering::Relaxed)) {
            return Ok(Spliced::Whole(pdf));
        }
        let mut places = Vec::new();
        let mut found = vec![false; self.pieces.len()];
        for form in forms(&pdf) {
            let Some(index) = marked(form.stream(&pdf)).filter(|index| *index < self.pieces.len()) else { continue };
            let piece = &self.pieces[index];
            let stream = match piece.stream.get() {
                Some(known) => known.clone(),
                None => {
                    let made = packed(&write(&piece.path)?);
                    piece.stream.get_or_init(|| made).clone()
                }
            };
            let Some(stream) = stream else { return Ok(Spliced::Unfit) };
            found[index] = true;
            places.push((form, stream));
        }
        if asked.0.iter().zip(&found).any(|(asked, found)| asked.load(Ordering::Relaxed) && !found) {
            return Ok(Spliced::Missing);
        }
        Ok(replace(&pdf, &places).map_or(Spliced::Missing, Spliced::Whole))
    }
}

/// An SVG of the same size, whose only shapes are its whole area and a mark that tells which piece it stands for.
fn stub(head: &str, index: usize, bytes: &[u8]) -> Option<String> {
    let view = head.split_once("viewBox=\"0 0 ")?.1.split_once('"')?.0;
    let (width, height) = view.split_once(' ')?;
    let (width, height): (u32, u32) = (width.parse().ok()?, height.parse().ok()?);
    // The writer names a file by its content: other art must give another name.
    let sum = bytes.iter().fold(0_u32, |sum, byte| (sum * 31 + u32::from(*byte)) % 997) + 1;
    Some(format!(
        "{head}><g style=\"isolation:isolate\"><path fill=\"#c0ffee\" d=\"M0 0H{width}V{height}H0zM7 13H{}V{}H7z\"/></g></svg>",
        index + 100,
        sum + 13
    ))
}

/// A form XObject of a PDF: where its length is written, and its stream.
struct Form {
    /// Digits of `/Length`.
    length: std::ops::Range<usize>,
    /// The packed stream.
    stream: std::ops::Range<usize>,
}

impl Form {
    fn stream<'a>(&self, pdf: &'a [u8]) -> &'a [u8] {
        &pdf[self.stream.clone()]
    }
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(bytes.get(from..)?, what).map(|at| from + at)
}

fn number(bytes: &[u8], from: usize) -> Option<(usize, std::ops::Range<usize>)> {
    let length = bytes.get(from..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = from..from + length;
    Some((std::str::from_utf8(&bytes[digits.clone()]).ok()?.parse().ok()?, digits))
}

/// All form XObjects, in file order.
fn forms(pdf: &[u8]) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut from = 0;
    while let Some(at) = find(pdf, b"/Subtype/Form", from) {
        from = at + 1;
        let form = || {
            let open = memchr::memmem::rfind(&pdf[..at], b" 0 obj\n<<")?;
            let (length, digits) = number(pdf, find(&pdf[..at], b"/Length ", open)? + 8)?;
            let stream = find(pdf, b"stream\n", at)? + 7;
            (stream + length <= pdf.len()).then_some(Form { length: digits, stream: stream..stream + length })
        };
        forms.extend(form());
    }
    forms
}

/// Which piece a stream is the stub of.
fn marked(stream: &[u8]) -> Option<usize> {
    if stream.len() > STUB_STREAM {
        return None;
    }
    let mut content = Vec::new();
    ZlibDecoder::new(stream).take(4096).read_to_end(&mut content).ok()?;
    let at = find(&content, b"\n7 13 m\n", 0)
        .map(|at| at + 8)
        .or_else(|| find(&content, b" 7 13 m ", 0).map(|at| at + 8))?;
    number(&content, at)?.0.checked_sub(100)
}

/// The packed stream of the one form XObject of a page, if it uses no resource but the colour space a stub has too.
fn packed(pdf: &[u8]) -> Option<Arc<[u8]>> {
    let forms = forms(pdf);
    let [form] = forms.as_slice() else { return None };
    let mut content = Vec::new();
    ZlibDecoder::new(form.stream(pdf)).read_to_end(&mut content).ok()?;
    let own = memchr::memchr_iter(b'/', &content).all(|at| {
        let name = &content[at..content.len().min(at + 7)];
        name.starts_with(b"/c0 cs") || name.starts_with(b"/c0 CS")
    });
    own.then(|| form.stream(pdf).into())
}

/// The PDF with other streams; its table of offsets follows.
fn replace(pdf: &[u8], places: &[(Form, Arc<[u8]>)]) -> Option<Vec<u8>> {
    let added: usize = places.iter().map(|(_, stream)| stream.len() + 8).sum();
    let mut out = Vec::with_capacity(pdf.len() + added);
    // Offsets of the old file from which on everything has moved, and by how much.
    let mut moved: Vec<(usize, usize)> = Vec::new();
    let mut copied = 0;
    for (form, stream) in places {
        out.extend_from_slice(&pdf[copied..form.length.start]);
        out.extend_from_slice(stream.len().to_string().as_bytes());
        out.extend_from_slice(&pdf[form.length.end..form.stream.start]);
        out.extend_from_slice(stream);
        copied = form.stream.end;
        moved.push((copied, out.len()));
    }
    let new_place = |old: usize| match moved.iter().rev().find(|(from, _)| *from <= old) {
        Some((from, to)) => old - from + to,
        None => old,
    };
    let tail = memchr::memmem::rfind(pdf, b"startxref\n")?;
    let (table, start) = number(pdf, tail + 10)?;
    out.extend_from_slice(&pdf[copied..table]);
    // `xref`, then one section: `0 count`.
    let (first, digits) = number(pdf, table + 5)?;
    let (count, digits) = number(pdf, digits.end + 1)?;
    if first != 0 {
        return None;
    }
    let entries = digits.end + 1;
    out.extend_from_slice(&pdf[table..entries]);
    for index in 0..count {
        let entry = pdf.get(entries + 20 * index..entries + 20 * (index + 1))?;
        if entry[17] == b'n' {
            let old: usize = std::str::from_utf8(&entry[..10]).ok()?.parse().ok()?;
            out.extend_from_slice(format!("{:010}", new_place(old)).as_bytes());
            out.extend_from_slice(&entry[10..]);
        } else {
            out.extend_from_slice(entry);
        }
    }
    out.extend_from_slice(&pdf[entries + 20 * count..start.start]);
    out.extend_from_slice(new_place(table).to_string().as_bytes());
    out.extend_from_slice(&pdf[start.end..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use typst::syntax::{RootedPath, VirtualPath, VirtualRoot};

    use super::*;

    const ART: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9mm\" height=\"9mm\" viewBox=\"0 0 900 900\" \
                       data-phang=\"1\"><g style=\"isolation:isolate\"><path fill=\"#b5161d\" d=\"M0 0h9v9h-9z\"/></g></svg>";

    fn id(path: &str) -> FileId {
        RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).expect("a path")).intern()
    }

    /// A file with one form XObject of this content, and a table that is right.
    fn pdf(content: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(content).expect("memory");
        let stream = packer.finish().expect("memory");
        let mut out = b"%PDF-1.7\n".to_vec();
        let first = out.len();
        out.extend(
            format!("1 0 obj\n<</Length {}/Type/XObject/Subtype/Form/Filter/FlateDecode>>\nstream\n", stream.len())
                .bytes(),
        );
        out.extend(&stream);
        out.extend(b"\nendstream\nendobj\n");
        let second = out.len();
        out.extend(b"2 0 obj\nnull\nendobj\n");
        let table = out.len();
        out.extend(format!("xref\n0 3\n0000000000 65535 f\r\n{first:010} 00000 n\r\n{second:010} 00000 n\r\n").bytes());
        out.extend(format!("trailer\n<</Size 3>>\nstartxref\n{table}\n%%EOF").bytes());
        out
    }

    fn content(pdf: &[u8]) -> Vec<u8> {
        let forms = forms(pdf);
        let mut content = Vec::new();
        ZlibDecoder::new(forms[0].stream(pdf)).read_to_end(&mut content).expect("a stream");
        content
    }

    /// Every entry of the table points at the object of its number.
    fn assert_table(pdf: &[u8]) {
        let tail = memchr::memmem::rfind(pdf, b"startxref\n").expect("a tail");
        let (table, _) = number(pdf, tail + 10).expect("an offset");
        assert!(pdf[table..].starts_with(b"xref\n"), "startxref");
        for index in 1..3 {
            let (at, _) = number(pdf, table + 9 + 20 * index).expect("an entry");
            assert!(pdf[at..].starts_with(format!("{index} 0 obj").as_bytes()), "object {index}");
        }
    }

    fn gallery() -> Gallery {
        let mut gallery = Gallery::default();
        gallery.add(id("a.svg"), "a.svg", ART.replace("b5161d", "ffffff").as_bytes());
        gallery.add(id("b.svg"), "b.svg", ART.as_bytes());
        gallery
    }

    /// What the writer makes of the stub of piece 1.
    const STUB: &[u8] = b"q/c0 cs 0.7 1 0.9 scn 0 0 m 900 0 l h 7 13 m 101 13 l 101 20 l h\nf\nQ";

    #[test]
    fn a_stub_is_replaced_and_every_offset_follows() {
        let gallery = gallery();
        let asked = gallery.asked();
        gallery.stub(id("b.svg"), &asked).expect("art");
        let drawn = b"q/c0 cs 1 0 0 scn 0 0 m 9 0 l 9 9 l h f Q ".repeat(400);
        let whole = gallery.splice(pdf(STUB), &asked, |_| Ok(pdf(&drawn))).expect("sound");
        let Spliced::Whole(whole) = whole else { panic!("not spliced") };
        assert_eq!(content(&whole), drawn);
        assert_table(&whole);
    }

    #[test]
    fn art_of_other_resources_is_left_to_the_writer() {
        let gallery = gallery();
        let asked = gallery.asked();
        gallery.stub(id("b.svg"), &asked).expect("art");
        let drawn = b"q /g0 gs /c0 cs 1 0 0 scn 0 0 m 9 0 l h f Q";
        assert_eq!(gallery.splice(pdf(STUB), &asked, |_| Ok(pdf(drawn))).expect("sound"), Spliced::Unfit);
        assert!(gallery.stub(id("b.svg"), &gallery.asked()).is_none(), "remembered");
    }

    #[test]
    fn a_stub_that_is_not_found_is_told() {
        let gallery = gallery();
        let asked = gallery.asked();
        gallery.stub(id("a.svg"), &asked).expect("art");
        assert_eq!(gallery.splice(pdf(STUB), &asked, |_| Ok(pdf(STUB))).expect("sound"), Spliced::Missing);
        let nothing = gallery.asked();
        assert_eq!(
            gallery.splice(pdf(b"q Q"), &nothing, |_| Ok(Vec::new())).expect("sound"),
            Spliced::Whole(pdf(b"q Q"))
        );
    }

    #[test]
    fn only_flat_files_are_art() {
        let mut gallery = Gallery::default();
        gallery.add(id("c.svg"), "c.svg", ART.replace(FLAT_MARK, "").as_bytes());
        assert!(gallery.stub(id("c.svg"), &gallery.asked()).is_none());
    }
}
