//! A PDF file written front to back: numbered objects, small ones packed together, offsets at the end.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha2::{Digest as _, Sha256};

use super::syntax;

/// How many small objects share one compressed stream.
const PACK: usize = 200;
/// Bytes of small objects after which their stream is closed.
const PACK_BYTES: usize = 1 << 16;
/// The file marks itself as binary for whoever looks at its first lines (ISO 19005-2, 6.1.2).
const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
/// Bytes of one row of the cross-reference stream: kind, offset or stream, index in the stream.
const ROW: usize = 1 + 5 + 2;

/// Where an object stands.
#[derive(Clone, Copy)]
enum Entry {
    /// Its number is given away and nothing is written yet.
    Nowhere,
    /// At this byte of the file.
    At(u64),
    /// In a stream of objects.
    In {
        /// The stream.
        stream: u32,
        /// Its place there.
        index: u16,
    },
}

/// Entries in eight bytes each: there is one for every object of the file.
#[derive(Clone, Copy)]
struct Packed(u64);

impl From<Entry> for Packed {
    fn from(entry: Entry) -> Self {
        Self(match entry {
            Entry::Nowhere => 0,
            Entry::At(offset) => 1 << 62 | offset,
            Entry::In { stream, index } => 2 << 62 | u64::from(stream) << 16 | u64::from(index),
        })
    }
}

impl From<Packed> for Entry {
    fn from(Packed(bits): Packed) -> Self {
        let rest = bits & ((1 << 62) - 1);
        match bits >> 62 {
            0 => Self::Nowhere,
            1 => Self::At(rest),
            _ => Self::In { stream: (rest >> 16) as u32, index: rest as u16 },
        }
    }
}

/// Objects waiting to be packed: their numbers and where each begins in the bytes.
#[derive(Default)]
struct Pack {
    members: Vec<(u32, usize)>,
    bytes: Vec<u8>,
}

/// Writes a file. Memory: eight bytes for each object, and one pack.
pub(super) struct Writer<W: Write> {
    out: W,
    written: u64,
    hash: Sha256,
    entries: Vec<Packed>,
    pack: Pack,
    buffer: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    pub(super) fn new(out: W) -> io::Result<Self> {
        let mut writer = Self {
            out,
            written: 0,
            hash: Sha256::new(),
            entries: vec![Entry::Nowhere.into()],
            pack: Pack::default(),
            buffer: Vec::new(),
        };
        writer.put(HEADER)?;
        Ok(writer)
    }

    /// How many objects there are so far.
    pub(super) fn objects(&self) -> u64 {
        self.entries.len() as u64
    }

    /// A number for an object still to be written.
    pub(super) fn number(&mut self) -> u32 {
        let number = self.entries.len();
        self.entries.push(Entry::Nowhere.into());
        number as u32
    }

    /// Writes the object `number`, which is no stream.
    pub(super) fn object(&mut self, number: u32, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.pack.members.push((number, self.pack.bytes.len()));
        write(&mut self.pack.bytes);
        self.pack.bytes.push(b'\n');
        if self.pack.members.len() >= PACK || self.pack.bytes.len() >= PACK_BYTES { self.flush() } else { Ok(()) }
    }

    /// Writes the stream `number`: entries of its dictionary without brackets and `/Length`, and its bytes as they are.
    pub(super) fn stream(&mut self, number: u32, write: impl FnOnce(&mut Vec<u8>), data: &[u8]) -> io::Result<()> {
        self.entries[number as usize] = Entry::At(self.written).into();
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        syntax::display(&mut buffer, number);
        buffer.extend_from_slice(b" 0 obj\n<<");
        write(&mut buffer);
        buffer.extend_from_slice(b"/Length ");
        syntax::display(&mut buffer, data.len());
        buffer.extend_from_slice(b">>\nstream\n");
        let done = self.put(&buffer).and_then(|()| self.put(data)).and_then(|()| self.put(b"\nendstream\nendobj\n"));
        self.buffer = buffer;
        done
    }

    /// Sixteen bytes that follow from everything written so far.
    pub(super) fn fingerprint(&mut self) -> io::Result<[u8; 16]> {
        self.flush()?;
        let mut short = [0; 16];
        short.copy_from_slice(&self.hash.clone().finalize()[..16]);
        Ok(short)
    }

    /// Ends the file; `id` goes into its trailer. Returns the target and the number of bytes.
    pub(super) fn finish(mut self, root: u32, info: u32, id: &[u8; 16]) -> io::Result<(W, u64)> {
        self.flush()?;
        let at = self.written;
        let number = self.number();
        self.entries[number as usize] = Entry::At(at).into();
        if let Some(lost) = self.entries.iter().skip(1).position(|&entry| matches!(entry.into(), Entry::Nowhere)) {
            return Err(io::Error::other(format!("object {} was never written", lost + 1)));
        }
        let rows = self.rows()?;
        let size = self.entries.len();
        self.stream(
            number,
            |out| {
                out.extend_from_slice(b"/Type /XRef/Size ");
                syntax::display(out, size);
                out.extend_from_slice(b"/W [1 5 2]/Filter /FlateDecode/DecodeParms <</Predictor 12/Columns ");
                syntax::display(out, ROW);
                out.extend_from_slice(b">>");
                syntax::link(out, "Root", root);
                syntax::link(out, "Info", info);
                out.extend_from_slice(b"/ID [");
                syntax::hexadecimal(out, id);
                syntax::hexadecimal(out, id);
                out.push(b']');
            },
            &rows,
        )?;
        self.put(format!("startxref\n{at}\n%%EOF\n").as_bytes())?;
        self.out.flush()?;
        Ok((self.out, self.written))
    }

    /// The compressed cross-reference table, each row as its difference from the row above.
    fn rows(&self) -> io::Result<Vec<u8>> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let mut above = [0u8; ROW];
        for &packed in &self.entries {
            let (kind, field, index) = match packed.into() {
                // Also the head of the list of free objects, whose generation is 65535.
                Entry::Nowhere => (0, 0, u16::MAX),
                Entry::At(offset) => (1, offset, 0),
                Entry::In { stream, index } => (2, u64::from(stream), index),
            };
            let mut row = [0; ROW];
            row[0] = kind;
            row[1..6].copy_from_slice(&field.to_be_bytes()[3..]);
            row[6..].copy_from_slice(&index.to_be_bytes());
            let mut coded = [2; ROW + 1];
            for n in 0..ROW {
                coded[n + 1] = row[n].wrapping_sub(above[n]);
            }
            encoder.write_all(&coded)?;
            above = row;
        }
        encoder.finish()
    }

    /// Writes the pack as a stream of objects.
    fn flush(&mut self) -> io::Result<()> {
        if self.pack.members.is_empty() {
            return Ok(());
        }
        let pack = std::mem::take(&mut self.pack);
        let container = self.number();
        let mut head = Vec::new();
        for (index, (number, start)) in pack.members.iter().enumerate() {
            self.entries[*number as usize] = Entry::In { stream: container, index: index as u16 }.into();
            syntax::display(&mut head, format_args!("{number} {start} "));
        }
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&head)?;
        encoder.write_all(&pack.bytes)?;
        let data = encoder.finish()?;
        self.stream(
            container,
            |out| {
                out.extend_from_slice(b"/Type /ObjStm/N ");
                syntax::display(out, pack.members.len());
                out.extend_from_slice(b"/First ");
                syntax::display(out, head.len());
                out.extend_from_slice(b"/Filter /FlateDecode");
            },
            &data,
        )
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.hash.update(bytes);
        self.written += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use lopdf::{Document, LoadOptions};

    use super::*;

    /// A file of one empty page and `many` small objects, and the numbers of those.
    fn file(many: usize) -> (Vec<u8>, Vec<u32>) {
        let mut writer = Writer::new(Vec::new()).expect("memory");
        let [root, pages, page, info] = [(); 4].map(|()| writer.number());
        let small = (0..many).map(|n| {
            let number = writer.number();
            writer.object(number, |out| syntax::display(out, n)).expect("memory");
            number
        });
        let small = small.collect();
        let content = writer.number();
        writer.stream(content, |out| out.extend_from_slice(b"/Kind /Empty"), b"q Q").expect("memory");
        let mut put = |number, body: &str| writer.object(number, |out| out.extend_from_slice(body.as_bytes()));
        put(root, &format!("<</Type /Catalog/Pages {pages} 0 R>>")).expect("memory");
        put(pages, &format!("<</Type /Pages/Count 1/Kids [{page} 0 R]>>")).expect("memory");
        put(page, &format!("<</Type /Page/MediaBox [0 0 9 9]/Contents {content} 0 R/Parent {pages} 0 R>>"))
            .expect("memory");
        put(info, "<</Title (x)>>").expect("memory");
        let id = writer.fingerprint().expect("memory");
        let (bytes, length) = writer.finish(root, info, &id).expect("memory");
        assert_eq!(bytes.len() as u64, length);
        (bytes, small)
    }

    #[test]
    fn a_strict_reader_finds_every_object() {
        for many in [0, 1, PACK, 3 * PACK + 1] {
            let options = LoadOptions { strict: true, ..LoadOptions::default() };
            let (bytes, small) = file(many);
            let document = Document::load_mem_with_options(&bytes, options).expect("sound");
            assert_eq!(document.xref_recovery, None);
            assert_eq!(document.get_pages().len(), 1);
            for (n, number) in small.into_iter().enumerate() {
                let object = document.get_object((number, 0)).expect("the object");
                assert_eq!(object.as_i64().expect("its number"), n as i64);
            }
        }
    }

    #[test]
    fn other_content_gives_another_identity() {
        let id = |many| {
            let document = Document::load_mem(&file(many).0).expect("sound");
            document.trailer.get(b"ID").expect("an identity").clone()
        };
        assert_eq!(id(3), id(3));
        assert_ne!(id(3), id(4));
    }

    #[test]
    fn an_entry_survives_its_eight_bytes() {
        for entry in
            [Entry::Nowhere, Entry::At(0), Entry::At((1 << 40) - 1), Entry::In { stream: u32::MAX, index: u16::MAX }]
        {
            let same = match (entry, Packed::from(entry).into()) {
                (Entry::Nowhere, Entry::Nowhere) => true,
                (Entry::At(a), Entry::At(b)) => a == b,
                (Entry::In { stream: a, index: b }, Entry::In { stream: c, index: d }) => (a, b) == (c, d),
                _ => false,
            };
            assert!(same);
        }
    }
}
