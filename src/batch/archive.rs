//! The archive of a batch as one stream: written while it is read, never whole in memory, never whole if a file is missing.
//!
//! Files are stored as they are, since finished PDFs hardly shrink. The same entries give the same bytes.

use std::pin::Pin;
use std::task::{Context, Poll};

use async_zip::base::write::ZipFileWriter;
use async_zip::error::ZipError;
use async_zip::{Compression, ZipDateTime, ZipDateTimeBuilder, ZipEntryBuilder};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::io::{AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio_util::io::ReaderStream;

use crate::diagnostic::{Code, Failure};

/// Bytes between the writer and a reader slower than it.
const PIPE: usize = 64 << 10;

/// A regular file its owner may change and all may read. Left at zero, Unix would unpack files nobody may open.
const REGULAR_FILE: u16 = 0o100_644;

/// One file of an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Path inside the archive: relative, folders by `/`, NFC, no other entry's.
    pub name: String,
    /// What it holds.
    pub bytes: Bytes,
}

/// What an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Files.
    pub entries: u64,
    /// Bytes of the files, without the archive's own.
    pub bytes: u64,
}

/// Writes entries as they come, each with its size and checksum before it, its name in UTF-8 and `date` (year, month, day)
/// as its time, then closes the archive. ZIP64 where it is needed: above 65,534 entries or 4 GiB.
///
/// The first entry that is a failure ends the writing, and what is written then is no archive. A date ZIP cannot tell
/// (before 1980, after 2107) becomes the nearest it can.
pub async fn write_zip<W, S>(out: W, entries: S, date: (i32, u8, u8)) -> Result<Totals, Failure>
where
    W: AsyncWrite + Unpin,
    S: Stream<Item = Result<Entry, Failure>>,
{
    let date = dos_date(date);
    let mut writer = ZipFileWriter::with_tokio(out);
    let mut totals = Totals::default();
    let mut entries = std::pin::pin!(entries);
    while let Some(entry) = entries.next().await {
        let Entry { name, bytes } = entry?;
        let head = ZipEntryBuilder::new(name.into(), Compression::Stored)
            .last_modification_date(date)
            .unix_permissions(REGULAR_FILE);
        writer.write_entry_whole(head, &bytes).await.map_err(|error| broken(&error))?;
        totals.entries += 1;
        totals.bytes += bytes.len() as u64;
        if totals.entries == u64::from(u16::MAX) {
            // So many is also the mark for "see ZIP64", which a reader may take it for.
            writer = writer.force_zip64();
        }
    }
    let mut out = writer.close().await.map_err(|error| broken(&error))?.into_inner();
    out.shutdown().await.map_err(|error| trouble(&error))?;
    Ok(totals)
}

/// Bytes of the archive [`write_zip`] makes of files with these lengths of name and content, all in bytes: known before, it
/// tells a reader how much is to come and makes a body that broke off plain to see. For files below 4 GiB.
pub fn zip_length(files: impl IntoIterator<Item = (usize, u64)>) -> u64 {
    const LOCAL: u64 = 30;
    const CENTRAL: u64 = 46;
    const END: u64 = 22;
    const ZIP64_OFFSET: u64 = 12;
    const ZIP64_END: u64 = 56 + 20;
    let (mut offset, mut central, mut count) = (0, 0, 0_u64);
    for (name, content) in files {
        let name = name as u64;
        central += CENTRAL + name + if offset > u64::from(u32::MAX) { ZIP64_OFFSET } else { 0 };
        offset += LOCAL + name + content;
        count += 1;
    }
    let large = count >= u64::from(u16::MAX) || offset > u64::from(u32::MAX);
    offset + central + END + if large { ZIP64_END } else { 0 }
}

/// The archive as the body of an answer: pieces of at most 64 KiB, made as they are taken.
///
/// A failure in the middle is the last thing that comes, before the archive is closed, so the body breaks off and what was
/// received opens nowhere. Whoever drops the body stops the writing and the reading of entries with it.
pub fn zip_body<S>(entries: S, date: (i32, u8, u8)) -> ZipBody
where
    S: Stream<Item = Result<Entry, Failure>> + Send + 'static,
{
    let (ours, theirs) = tokio::io::duplex(PIPE);
    ZipBody {
        // Polled by whoever reads: no task is left behind when the reader leaves.
        writing: Some(Box::pin(write_zip(ours, entries, date))),
        reading: Some(ReaderStream::with_capacity(theirs, PIPE)),
    }
}

/// The writer at work.
type Writing = Pin<Box<dyn Future<Output = Result<Totals, Failure>> + Send>>;

/// An archive being read while it is written.
pub struct ZipBody {
    writing: Option<Writing>,
    reading: Option<ReaderStream<DuplexStream>>,
}

impl Stream for ZipBody {
    type Item = Result<Bytes, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(writing) = &mut self.writing
            && let Poll::Ready(done) = writing.as_mut().poll(cx)
        {
            self.writing = None;
            if let Err(failure) = done {
                self.reading = None;
                return Poll::Ready(Some(Err(failure)));
            }
        }
        let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
        let piece = std::task::ready!(Pin::new(reading).poll_next(cx));
        let piece = piece.map(|piece| piece.map_err(|error| trouble(&error)));
        if !matches!(piece, Some(Ok(_))) {
            self.reading = None;
        }
        Poll::Ready(piece)
    }
}

/// Midnight of a day, as near as ZIP can tell it.
fn dos_date((year, month, day): (i32, u8, u8)) -> ZipDateTime {
    let (year, month, day) = match year {
        ..1980 => (1980, 1, 1),
        2108.. => (2107, 12, 31),
        _ => (year, month.clamp(1, 12), day.clamp(1, 31)),
    };
    ZipDateTimeBuilder::new().year(year).month(month.into()).day(day.into()).build()
}

fn broken(error: &ZipError) -> Failure {
    match error {
        ZipError::UpstreamReadError(error) => trouble(error),
        other => trouble(other),
    }
}

fn trouble(error: &dyn std::fmt::Display) -> Failure {
    Failure::one(Code::Io, format!("tệp nén: {error}"), format!("archive: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Seek as _, SeekFrom, Write as _};
    use std::path::Path;
    use std::process::Command;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream;

    use super::*;

    const DAY: (i32, u8, u8) = (2020, 7, 29);

    fn entry(name: impl Into<String>, bytes: impl Into<Bytes>) -> Result<Entry, Failure> {
        Ok(Entry { name: name.into(), bytes: bytes.into() })
    }

    fn some_entries(count: usize) -> Vec<Result<Entry, Failure>> {
        (1..=count)
            .map(|n| entry(format!("Xã Quang Huy/{n:05} Đặng Thị Ánh Nguyệt.pdf"), format!("%PDF {n}").repeat(n % 50)))
            .collect()
    }

    async fn whole(entries: Vec<Result<Entry, Failure>>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut body = zip_body(stream::iter(entries), DAY);
        while let Some(piece) = body.next().await {
            let piece = piece.expect("no failure in these entries");
            assert!(piece.len() <= PIPE);
            bytes.extend_from_slice(&piece);
        }
        bytes
    }

    /// Python's reader judges: it prints what the script prints.
    fn python(script: &str, archive: &Path) -> String {
        let done = Command::new("python3").arg("-c").arg(script).arg(archive).output().expect("python3 is installed");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("UTF-8")
    }

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(bytes).expect("written");
        file
    }

    #[tokio::test]
    async fn python_finds_every_name_flag_date_and_checksum() {
        let file = file(&whole(some_entries(300)).await);
        let said = python(
            "import sys, zipfile, unicodedata\n\
             z = zipfile.ZipFile(sys.argv[1])\n\
             assert z.testzip() is None\n\
             for n, i in enumerate(z.infolist(), 1):\n\
             \x20   assert i.filename == f'Xã Quang Huy/{n:05} Đặng Thị Ánh Nguyệt.pdf', i.filename\n\
             \x20   assert unicodedata.is_normalized('NFC', i.filename)\n\
             \x20   assert i.flag_bits == 0x800 and i.compress_type == 0, i\n\
             \x20   assert i.date_time == (2020, 7, 29, 0, 0, 0), i\n\
             \x20   assert i.external_attr >> 16 == 0o100644, i\n\
             \x20   assert z.read(i).decode() == f'%PDF {n}' * (n % 50)\n\
             print(len(z.infolist()))",
            file.path(),
        );
        assert_eq!(said.trim(), "300");
    }

    #[tokio::test]
    async fn the_same_entries_give_the_same_bytes_and_totals_count_them() {
        assert_eq!(whole(some_entries(40)).await, whole(some_entries(40)).await);
        let mut out = Vec::new();
        let entries = vec![entry("a.pdf", "abc"), entry("b.pdf", "")];
        let totals = write_zip(&mut out, stream::iter(entries), DAY).await.expect("written");
        assert_eq!(totals, Totals { entries: 2, bytes: 3 });
        assert_eq!(out.len() as u64, zip_length([(5, 3), (5, 0)]));
    }

    #[tokio::test]
    async fn an_archive_of_nothing_is_an_archive() {
        let file = file(&whole(Vec::new()).await);
        let said = python("import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).namelist())", file.path());
        assert_eq!(said.trim(), "[]");
    }

    #[tokio::test]
    async fn a_failure_in_the_middle_breaks_the_body_off() {
        let mut entries = some_entries(3_000);
        entries[2_000] = Err(Failure::one(Code::Io, "kho tệp không trả lời", "the store does not answer"));
        let mut body = zip_body(stream::iter(entries), DAY);
        let mut bytes = Vec::new();
        let failure = loop {
            match body.next().await.expect("the failure comes before the end") {
                Ok(piece) => bytes.extend_from_slice(&piece),
                Err(failure) => break failure,
            }
        };
        assert!(failure.to_string().contains("the store does not answer"));
        assert!(body.next().await.is_none());
        assert!(bytes.len() > PIPE, "files before it were on their way");
        let file = file(&bytes);
        let said = python("import sys, zipfile; print(zipfile.is_zipfile(sys.argv[1]))", file.path());
        assert_eq!(said.trim(), "False");
    }

    #[tokio::test]
    async fn whoever_leaves_stops_the_reading_of_entries() {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let endless = stream::repeat_with(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            entry("a.pdf", vec![0; 20 << 10])
        });
        let mut body = zip_body(endless, DAY);
        for _ in 0..4 {
            body.next().await.expect("a piece").expect("no failure");
        }
        let taken = read.load(Ordering::Relaxed);
        assert!(taken < 32, "no more is read than the pipe holds: {taken}");
        drop(body);
        assert_eq!(Arc::strong_count(&read), 1, "the entries are dropped with the body");
    }

    /// A file that counts itself among the living.
    struct Counted(Vec<u8>, Arc<AtomicUsize>);

    impl AsRef<[u8]> for Counted {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }

    impl Drop for Counted {
        fn drop(&mut self) {
            self.1.fetch_sub(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn ten_thousand_files_are_held_one_at_a_time() {
        let alive = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&alive);
        let entries = stream::iter(0..10_000).map(move |n| {
            counter.fetch_add(1, Ordering::Relaxed);
            entry(format!("{n}.pdf"), Bytes::from_owner(Counted(vec![b'x'; 5_000], Arc::clone(&counter))))
        });
        let mut body = zip_body(entries, DAY);
        let (mut most, mut bytes) = (0, 0);
        while let Some(piece) = body.next().await {
            bytes += piece.expect("no failure").len();
            most = most.max(alive.load(Ordering::Relaxed));
        }
        assert!(bytes > 50_000_000);
        assert_eq!((most, alive.load(Ordering::Relaxed)), (1, 0));
    }

    #[tokio::test]
    async fn more_than_65_535_entries_need_zip64_and_get_it() {
        for count in [65_534_u32, 65_535, 65_537] {
            let entries = stream::iter((0..count).map(|n| entry(format!("{n}.pdf"), "x")));
            let mut out = Vec::new();
            write_zip(&mut out, entries, DAY).await.expect("written");
            let file = file(&out);
            let said = python(
                "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); n = z.namelist(); print(len(n), n[-1], z.read(n[-1]))",
                file.path(),
            );
            assert_eq!(said.trim(), format!("{count} {}.pdf b'x'", count - 1));
            let lengths = (0..count).map(|n| (format!("{n}.pdf").len(), 1));
            assert_eq!(out.len() as u64, zip_length(lengths));
            assert_eq!(out.windows(4).any(|four| four == b"PK\x06\x06"), count >= 65_535);
        }
    }

    /// A file in which runs of zeros take no room.
    struct Sparse(std::fs::File);

    static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

    impl AsyncWrite for Sparse {
        fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            let piece = &bytes[..bytes.len().min(ZEROS.len())];
            if piece == &ZEROS[..piece.len()] {
                let step = i64::try_from(piece.len()).expect("a piece is short");
                Poll::Ready(self.0.seek(SeekFrom::Current(step)).map(|_| piece.len()))
            } else {
                Poll::Ready(self.0.write(piece))
            }
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn more_than_four_gigabytes_need_zip64_and_get_it() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let part = Bytes::from(vec![0; 700 << 20]);
        let entries = (0..6).map(|n| entry(format!("{n}.pdf"), part.clone())).chain([entry("Cuối.pdf", "hết")]);
        let out = Sparse(file.reopen().expect("the same file"));
        let totals = write_zip(out, stream::iter(entries), DAY).await.expect("written");
        assert!(totals.bytes > u64::from(u32::MAX));
        let length = file.as_file().metadata().expect("a file").len();
        assert_eq!(length, zip_length([(5, 700 << 20); 6].into_iter().chain([("Cuối.pdf".len(), "hết".len() as u64)])));
        let said = python(
            "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); i = z.getinfo('Cuối.pdf')\n\
             print(len(z.namelist()), i.header_offset > 1 << 32, z.read(i).decode())",
            file.path(),
        );
        assert_eq!(said.trim(), "7 True hết");
    }

    #[test]
    fn days_zip_cannot_tell_become_the_nearest() {
        let told = |date| {
            let date = dos_date(date);
            (date.year(), date.month(), date.day())
        };
        assert_eq!(told((1954, 5, 7)), (1980, 1, 1));
        assert_eq!(told((2026, 11, 22)), (2026, 11, 22));
        assert_eq!(told((2200, 1, 1)), (2107, 12, 31));
    }
}
