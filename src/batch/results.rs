//! What a batch has to show: how far it is, its files one by one, all of them as a ZIP, as one PDF, as a list.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::archive::Entry;
use super::names::Unique;
use super::{Batches, Making, now_ms};
use crate::diagnostic::{Code, Failure};
use crate::domain::name;
use crate::engine::{Output, Standard};
use crate::pdf::{About, Bookmark, Merger, first_page};
use crate::register::{BatchRow, BatchState, Counts, ItemRow, ItemState};
use crate::render::{Requested, hex};

/// The rate is that of the last so many milliseconds.
const RATE_MS: i64 = 15_000;
/// Packs kept while files are read in order.
const PACKS: usize = 2;
/// Pieces of a merged file on their way to whoever reads it.
const PIECE: usize = 64 << 10;
const PIECES: usize = 16;
/// Documents read ahead of the merger.
const AHEAD: usize = 4;
/// The sheet between the groups of a merged file.
const SEPARATOR: &str = "to_ngan_cach";
/// A separator waits so long for a worker at most.
const SEPARATOR_LIMIT: std::time::Duration = std::time::Duration::from_secs(120);

/// Order of a merged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As the decision has it.
    #[default]
    Decision,
    /// By unit, in the order in which the units first come, each in decision order.
    Unit,
    /// By given name.
    Name,
}

impl Order {
    /// The order of a word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "decision" => Some(Self::Decision),
            "unit" => Some(Self::Unit),
            "name" => Some(Self::Name),
            _ => None,
        }
    }
}

/// How far a batch is.
#[derive(Debug, Clone)]
pub struct Report {
    /// The batch.
    pub row: BatchRow,
    /// Where it stands.
    pub state: BatchState,
    /// Its items.
    pub counts: Counts,
    /// Documents a second, lately.
    pub per_second: f64,
    /// Seconds left at that rate; nothing while nothing moves.
    pub seconds_left: Option<u64>,
}

impl Batches {
    /// How far a batch of an owner is; one of another owner is not there.
    pub async fn report(&self, owner: &str, id: &str) -> Result<Report, Failure> {
        let row = self.register.batch(owner, id).await?.ok_or_else(not_there)?;
        let state = row.state()?;
        let counts = self.register.counts(id).await?;
        let (mut per_second, mut seconds_left) = (0.0, None);
        if state == BatchState::Running {
            let now = now_ms();
            let window = (now - row.created_at).clamp(1, RATE_MS);
            let settled = self.register.settled_since(id, now - window).await?;
            per_second = settled as f64 * 1e3 / window as f64;
            if per_second > 0.0 {
                seconds_left = Some((counts.pending as f64 / per_second).ceil() as u64);
            }
        }
        Ok(Report { row, state, counts, per_second, seconds_left })
    }

    /// The report of a batch whose results are still there.
    pub async fn open(&self, owner: &str, id: &str) -> Result<Report, Failure> {
        let report = self.report(owner, id).await?;
        if matches!(report.state, BatchState::Removing | BatchState::Expired) {
            return Err(Failure::one(
                Code::Expired,
                "kết quả của lô này đã hết hạn và đã xóa",
                "the results of this batch have expired and were removed",
            ));
        }
        Ok(report)
    }

    /// A batch all of whose documents are there, or any that is there with `partial`.
    pub async fn whole(&self, owner: &str, id: &str, partial: bool) -> Result<(Report, Vec<ItemRow>), Failure> {
        let report = self.open(owner, id).await?;
        if !partial && report.counts.done != report.row.total {
            let missing = report.row.total - report.counts.done;
            let failed = report.counts.failed;
            return Err(Failure::one(
                Code::BatchIncomplete,
                format!("còn thiếu {missing} văn bản, trong đó {failed} văn bản không làm được"),
                format!("{missing} documents are missing, {failed} of them failed"),
            ));
        }
        let mut items = self.register.items(id, None, 0, i64::MAX).await?;
        // Names are unique when the batch is taken in; rows mended later may meet one.
        let mut names = Unique::default();
        for item in &mut items {
            item.name = names.take(std::mem::take(&mut item.name));
        }
        Ok((report, items))
    }

    /// One finished file.
    pub async fn file_of(&self, item: &ItemRow) -> Result<Bytes, Failure> {
        let (pack, range) = place(item)?;
        check(item, self.files.get_range(pack, range).await?)
    }

    /// Finished files in the order of `items`, each held against its digest.
    fn files_of(self: Arc<Self>, items: Vec<ItemRow>) -> impl Stream<Item = Result<(ItemRow, Bytes), Failure>> + Send {
        let items: VecDeque<ItemRow> = items.into();
        let packs: VecDeque<(String, Bytes)> = VecDeque::new();
        stream::try_unfold((self, items, packs), |(batches, mut items, mut packs)| async move {
            let Some(item) = items.pop_front() else { return Ok(None) };
            let (pack, range) = place(&item)?;
            let kept = packs.iter().find(|(key, _)| key == pack).map(|(_, bytes)| bytes.clone());
            let bytes = match kept {
                Some(bytes) => part(&bytes, &range)?,
                // A pack is fetched whole when its next document comes next, too.
                None if items.front().and_then(|next| next.pack.as_deref()) == Some(pack) => {
                    let bytes = batches.files.get(pack).await?;
                    packs.push_back((pack.to_owned(), bytes.clone()));
                    if packs.len() > PACKS {
                        packs.pop_front();
                    }
                    part(&bytes, &range)?
                }
                None => batches.files.get_range(pack, range).await?,
            };
            let bytes = check(&item, bytes)?;
            Ok(Some(((item, bytes), (batches, items, packs))))
        })
    }

    /// Everything of a batch as entries of an archive: the files, then the list of them; with failures also a sheet
    /// of those.
    pub fn entries(
        self: &Arc<Self>,
        report: &Report,
        items: Vec<ItemRow>,
    ) -> Result<impl Stream<Item = Result<Entry, Failure>> + Send + use<>, Failure> {
        let manifest = manifest(report, &items)?;
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(Failure::internal)?;
        let mut last = vec![Ok(Entry { name: "manifest.json".to_owned(), bytes: manifest.into() })];
        if let Some(sheet) = failures_sheet(&items)? {
            last.push(Ok(Entry { name: "Không làm được.csv".to_owned(), bytes: sheet.into() }));
        }
        let done = done(items)?;
        let files =
            Arc::clone(self).files_of(done).map(|one| one.map(|(item, bytes)| Entry { name: item.name, bytes }));
        Ok(files.chain(stream::iter(last)))
    }

    /// All finished documents as one PDF, made while it is read; a failure breaks it off.
    pub fn merged(
        self: &Arc<Self>,
        report: &Report,
        items: Vec<ItemRow>,
        order: Order,
        separators: bool,
    ) -> Result<impl Stream<Item = Result<Bytes, Failure>> + Send + use<>, Failure> {
        let making: Making = serde_json::from_value(report.row.options()?).map_err(Failure::internal)?;
        let groups = groups(done(items)?, order);
        let title = report.row.title.clone();
        let about = About {
            title: if title.is_empty() { "Lô văn bản".to_owned() } else { title.clone() },
            author: making.author.clone(),
            language: "vi-VN".to_owned(),
            date: making.date,
        };
        let (documents, received) = mpsc::channel::<Result<(Bytes, Vec<Bookmark>), Failure>>(AHEAD);
        let (pieces, body) = mpsc::channel::<Result<Bytes, Failure>>(PIECES);
        // Documents of a dossier without a unit are those of the round: decisions, lists, minutes.
        let without = if order == Order::Name {
            "Xếp theo tên"
        } else if report.row.kind == "dossier" {
            "Văn bản chung"
        } else {
            "Không ghi đơn vị"
        };
        let sheets = separators.then_some(Sheets { title, without });
        let reading = Arc::clone(self).read_groups(groups, order, sheets, documents);
        tokio::spawn(reading);
        tokio::task::spawn_blocking(move || merge(about, received, &pieces));
        Ok(stream::unfold(body, |mut body| async move { body.recv().await.map(|piece| (piece, body)) }))
    }

    async fn read_groups(
        self: Arc<Self>,
        groups: Vec<Group>,
        order: Order,
        sheets: Option<Sheets>,
        documents: mpsc::Sender<Result<(Bytes, Vec<Bookmark>), Failure>>,
    ) {
        let total = groups.len();
        for (number, group) in (1..).zip(groups) {
            let mut head = (order != Order::Name && !group.name.is_empty())
                .then(|| Bookmark { title: group.name.clone(), level: 1 });
            let level = if head.is_some() { 2 } else { 1 };
            let sheet = sheets.as_ref().map(|sheets| sheets.before(&group, number, total));
            let mut files = std::pin::pin!(Arc::clone(&self).files_of(group.items));
            let mut first = true;
            while let Some(one) = files.next().await {
                let sent = match one {
                    Ok((item, bytes)) => {
                        if std::mem::take(&mut first)
                            && let Some(sheet) = sheet.clone()
                        {
                            let made = self.separator(sheet, &bytes).await;
                            let marked = made.map(|bytes| (bytes, head.take().into_iter().collect()));
                            let broken = marked.is_err();
                            if documents.send(marked).await.is_err() || broken {
                                return;
                            }
                        }
                        let mut bookmarks: Vec<Bookmark> = head.take().into_iter().collect();
                        bookmarks.push(Bookmark { title: label(&item), level });
                        Ok((bytes, bookmarks))
                    }
                    Err(failure) => Err(failure),
                };
                let broken = sent.is_err();
                // Whoever reads may have gone.
                if documents.send(sent).await.is_err() || broken {
                    return;
                }
            }
        }
    }

    /// The sheet before a group, of the size of the group's first page.
    async fn separator(&self, mut data: Value, first: &[u8]) -> Result<Bytes, Failure> {
        let (width, height) = first_page(first)?;
        if let Some(data) = data.as_object_mut() {
            data.retain(|_, value| value.as_str() != Some(""));
            data.insert("kho".to_owned(), format!("{width:.0}x{height:.0}").into());
        }
        let requested = Requested { output: Output::Pdf(Standard::A2a), ..Requested::default() };
        let deadline = Instant::now() + SEPARATOR_LIMIT;
        let made = self.renderer.render(&self.backend, SEPARATOR, data, &requested, deadline).await?;
        Ok(made.bytes.into())
    }
}

/// What the sheets between groups say of all of them.
struct Sheets {
    title: String,
    /// What documents without a unit are called.
    without: &'static str,
}

impl Sheets {
    /// Data of the sheet before a group.
    fn before(&self, group: &Group, number: usize, total: usize) -> Value {
        let (from, to) = ends(&group.items);
        // A certificate is a sheet; a decision with its lists is several.
        let unit = if group.items.iter().all(|item| item.pages == Some(1)) { "tờ" } else { "văn bản" };
        let kind = group.items.first().map(|item| item.folder.as_str()).unwrap_or_default();
        let kind = if group.items.iter().all(|item| item.folder == kind) && kind != group.name { kind } else { "" };
        json!({
            "tieu_de": if self.title.is_empty() { "Lô văn bản" } else { &self.title },
            "nhom": if group.name.is_empty() { self.without } else { &group.name },
            "loai": kind, "so_luong": group.items.len(), "don_vi_tinh": unit, "tu": from, "den": to,
            "thu_tu": number, "tong": total,
        })
    }
}

/// Neighbours of a merged file.
struct Group {
    name: String,
    items: Vec<ItemRow>,
}

fn groups(mut items: Vec<ItemRow>, order: Order) -> Vec<Group> {
    let name_of = |item: &ItemRow| match order {
        Order::Decision => item.folder.clone(),
        Order::Unit => item.unit.clone(),
        Order::Name => String::new(),
    };
    if order == Order::Name {
        name::sort_by_given_name(&mut items, |item| item.person.as_str());
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut index = std::collections::HashMap::new();
    for item in items {
        let name = name_of(&item);
        // Units are gathered; kinds stay where the decision has them.
        let at = match order {
            Order::Decision if groups.last().is_some_and(|last| last.name == name) => groups.len() - 1,
            Order::Decision => groups.len(),
            _ => *index.entry(name.clone()).or_insert(groups.len()),
        };
        match groups.get_mut(at) {
            Some(group) => group.items.push(item),
            None => groups.push(Group { name, items: vec![item] }),
        }
    }
    groups
}

/// Names of the first and the last document of a group that bear one; none where no document does.
fn ends(items: &[ItemRow]) -> (String, String) {
    let mut named = items.iter().filter(|item| !item.person.is_empty());
    let first = named.next();
    let last = named.next_back().or(first);
    let name = |item: Option<&ItemRow>| item.map(|item| item.person.clone()).unwrap_or_default();
    (name(first), name(last))
}

fn label(item: &ItemRow) -> String {
    let file = item.name.rsplit('/').next().unwrap_or_default();
    file.strip_suffix(".pdf").unwrap_or(file).to_owned()
}

fn merge(
    about: About,
    mut documents: mpsc::Receiver<Result<(Bytes, Vec<Bookmark>), Failure>>,
    pieces: &mpsc::Sender<Result<Bytes, Failure>>,
) {
    let merged = (|| {
        let mut merger = Merger::new(Pieces { pieces, piece: BytesMut::with_capacity(PIECE) }, about)?;
        while let Some(document) = documents.blocking_recv() {
            let (bytes, bookmarks) = document?;
            merger.add(&bytes, &bookmarks)?;
        }
        let mut out = merger.finish()?.out;
        io::Write::flush(&mut out).map_err(Failure::internal)
    })();
    if let Err(failure) = merged
        && !pieces.is_closed()
    {
        tracing::warn!("merged file broken off: {failure}");
        // A reader that has gone needs no reason.
        pieces.blocking_send(Err(failure)).ok();
    }
}

/// A writer whose pieces go to whoever reads the body.
struct Pieces<'a> {
    pieces: &'a mpsc::Sender<Result<Bytes, Failure>>,
    piece: BytesMut,
}

impl io::Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = self.piece.split().freeze();
        self.pieces.blocking_send(Ok(piece)).map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads"))
    }
}

/// The list of a batch: every row with its file and digest, or with why there is none.
pub fn manifest(report: &Report, items: &[ItemRow]) -> Result<Value, Failure> {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    for item in items {
        match item.state()? {
            ItemState::Done => files.push(json!({
                "row": item.row_no, "origin": item.origin, "template": item.template, "name": item.name,
                "sha256": item.sha256, "bytes": item.bytes, "pages": item.pages,
            })),
            state => {
                let error: Option<Value> =
                    item.error.as_deref().map(serde_json::from_str).transpose().map_err(Failure::internal)?;
                failures.push(json!({
                    "row": item.row_no, "origin": item.origin, "template": item.template, "name": item.name,
                    "state": state.word(), "error": error,
                }));
            }
        }
    }
    let counts = report.counts;
    Ok(json!({
        "batch": report.row.id, "kind": report.row.kind, "title": report.row.title, "state": report.state.word(),
        "total": report.row.total, "done": counts.done, "failed": counts.failed, "pending": counts.pending,
        "cancelled": counts.cancelled, "files": files, "missing": failures,
    }))
}

/// Failed rows for a spreadsheet; nothing where none failed.
pub fn failures_sheet(items: &[ItemRow]) -> Result<Option<Vec<u8>>, Failure> {
    let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xEF\xBB\xBF".to_vec());
    let mut any = false;
    for item in items {
        let Some(error) = &item.error else { continue };
        if !any {
            out.write_record(["Dòng", "Chỗ", "Tên", "Lỗi"]).map_err(Failure::internal)?;
        }
        any = true;
        let failure: Failure = serde_json::from_str(error).map_err(Failure::internal)?;
        for fault in &failure.diagnostics {
            let place = match &fault.cell {
                Some(cell) => format!("{}!{}", cell.sheet, cell.address),
                None => item.place(fault.pointer.as_deref()),
            };
            let row = item.row_no.to_string();
            out.write_record([row.as_str(), &inert(&place), &inert(&item.person), &inert(&fault.message.vi)])
                .map_err(Failure::internal)?;
        }
    }
    let bytes = out.into_inner().map_err(Failure::internal)?;
    Ok(any.then_some(bytes))
}

/// A text no spreadsheet takes for a formula.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn done(items: Vec<ItemRow>) -> Result<Vec<ItemRow>, Failure> {
    let mut done = Vec::with_capacity(items.len());
    for item in items {
        if item.state()? == ItemState::Done {
            done.push(item);
        }
    }
    Ok(done)
}

fn place(item: &ItemRow) -> Result<(&str, std::ops::Range<u64>), Failure> {
    let (Some(pack), Some(place), Some(bytes)) = (item.pack.as_deref(), item.place, item.bytes) else {
        return Err(Failure::one(Code::BatchIncomplete, "văn bản này chưa làm xong", "this document is not done"));
    };
    let number = |value: i64| u64::try_from(value).map_err(Failure::internal);
    Ok((pack, number(place)?..number(place + bytes)?))
}

fn part(pack: &Bytes, range: &std::ops::Range<u64>) -> Result<Bytes, Failure> {
    let (from, to) =
        (usize::try_from(range.start).unwrap_or(usize::MAX), usize::try_from(range.end).unwrap_or(usize::MAX));
    if to > pack.len() || from > to {
        return Err(Failure::internal("a pack is shorter than the register says"));
    }
    Ok(pack.slice(from..to))
}

/// What the store gives must be what was put there.
fn check(item: &ItemRow, bytes: Bytes) -> Result<Bytes, Failure> {
    if item.sha256.as_deref() == Some(hex(&Sha256::digest(&bytes)).as_str()) {
        return Ok(bytes);
    }
    Err(Failure::internal(format_args!("the file of row {} is not the one that was made", item.row_no)))
}

/// No such batch, or not the caller's.
pub(super) fn not_there() -> Failure {
    Failure::one(Code::NotFound, "không có lô này", "there is no such batch")
}
