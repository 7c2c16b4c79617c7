//! A batch at the desk: the same engine and the same register as the service's, in a folder of its own beside the files.
//!
//! The folder `.vinhdanh` in the output folder holds what is done while the command runs; the same command taken up
//! again goes on there. It goes when every document is out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::progress::Progress;
use super::{Format, Speech, output};
use crate::app::{self, Desk};
use crate::batch::{Accepted, Batches, Order, Report, Wanted, failures_sheet, manifest};
use crate::config::CodesConfig;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::register::{BatchState, ItemRow, ItemState};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What a command does with the documents once they are made.
#[derive(clap::Args)]
pub struct Out {
    /// Folder for the files, made if missing
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Also one PDF of all documents: `decision`, `unit` or `name`
    #[arg(long, value_name = "ORDER", value_parser = ["decision", "unit", "name"])]
    merged: Option<String>,
    /// A sheet before each group of the merged PDF
    #[arg(long, requires = "merged")]
    separators: bool,
    /// Pattern of file names, such as `{{ group }}/{{ number }} {{ person }}`
    #[arg(long, value_name = "PATTERN")]
    pub names: Option<String>,
    /// Archive standard, always with PDF/UA-1; `a-3a` attaches the data
    #[arg(long, default_value = "a-2a", value_parser = ["a-2a", "a-3a"])]
    pub standard: String,
    /// Print the MẪU watermark
    #[arg(long)]
    pub test: bool,
    /// Empty signature fields; by default in decisions and certificates [possible values: true, false]
    #[arg(long, value_name = "BOOL")]
    pub fields: Option<bool>,
    /// Print the code each page is checked by; needs `--qr-keys`
    #[arg(long)]
    pub qr: bool,
    #[command(flatten)]
    pub codes: CodesConfig,
    /// Worker processes [default: one per core]
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,
    /// Overwrite files that exist and differ
    #[arg(long)]
    force: bool,
}

/// How often the register is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// The folder of what is under way.
const UNDER_WAY: &str = ".vinhdanh";
/// The list of what was made.
const LIST: &str = "manifest.json";
/// What could not be made.
const FAILURES: &str = "Không làm được.csv";
/// All documents as one.
const MERGED: &str = "Tệp gộp.pdf";

impl Out {
    /// Where the files go.
    pub fn folder(&self) -> &Path {
        &self.output
    }

    /// Makes every document of a batch and puts the files into the folder: files first, then the list of them.
    /// `request` is everything the result depends on; the same request goes on where it was broken off.
    pub async fn make(self, desk: Desk, mut wanted: Wanted, request: &[&[u8]], speech: Speech) -> Result<(), Failure> {
        let digest = digest(&desk, request, &self);
        if let Some(total) = self.is_done(&digest) {
            output::say(
                speech,
                format!("{total} văn bản đã làm xong từ trước trong `{}`", self.output.display()),
                format!("{total} documents were made before in `{}`", self.output.display()),
            );
            return self.clear_up(&desk.batches).await;
        }
        wanted.idempotency = Some((digest.clone(), digest.clone()));
        let Accepted { id, new } = desk.batches.accept(wanted).await?;
        if !new {
            self.take_up(&desk.batches, &id, speech).await?;
        }
        let before = desk.batches.whole("", &id, true).await?.1;
        self.judge_files(&before)?;
        let working = tokio::spawn(Arc::clone(&desk.batches).run());
        let report = follow(&desk.batches, &id, speech).await;
        desk.stop();
        working.await.map_err(Failure::internal)?;
        let report = report?;
        self.put_out(&desk, &report, &digest, speech).await
    }

    /// The batch of an earlier run: what was under way is begun anew, what failed is tried again.
    async fn take_up(&self, batches: &Batches, id: &str, speech: Speech) -> Result<(), Failure> {
        let report = batches.open("", id).await?;
        let counts = report.counts;
        output::say(
            speech,
            format!("làm tiếp lần trước: đã có {} trên {} văn bản", counts.done, report.row.total),
            format!("going on: {} of {} documents are there", counts.done, report.row.total),
        );
        if report.state == BatchState::Running {
            return batches.take_up_now().await;
        }
        if counts.done != report.row.total {
            let making = serde_json::from_value(report.row.options()?).map_err(Failure::internal)?;
            batches.retry("", &report, &making, Vec::new()).await?;
        }
        Ok(())
    }

    /// Documents of an earlier run of the same request, if all of them are still there as they were made.
    fn is_done(&self, digest: &str) -> Option<usize> {
        let list: Value = serde_json::from_slice(&fs::read(self.output.join(LIST)).ok()?).ok()?;
        let files = list["files"].as_array()?;
        let whole = list["request"] == digest
            && list["missing"].as_array().is_some_and(Vec::is_empty)
            && (self.merged.is_none() || self.output.join(MERGED).exists())
            && files.iter().all(|file| {
                let found = file["name"].as_str().and_then(|name| fs::read(self.output.join(name)).ok());
                found.is_some_and(|bytes| file["sha256"] == app::hex(&Sha256::digest(bytes)))
            });
        whole.then_some(files.len())
    }

    /// Refuses before the work what would be refused after it: files of others under the names to come. What a run that
    /// was broken off had put out before its list is no file of others.
    fn judge_files(&self, items: &[ItemRow]) -> Result<(), Failure> {
        let mine = self.listed();
        if self.force {
            return Ok(());
        }
        let foreign: Vec<Diagnostic> = items
            .iter()
            .filter(|item| {
                let path = self.output.join(&item.name);
                path.exists() && !mine.contains_key(&item.name) && !is_of(item, &path)
            })
            .map(|item| {
                let shown = self.output.join(&item.name);
                let shown = shown.display();
                Diagnostic::error("exists", format!("tệp `{shown}` đã có"), format!("file `{shown}` exists"))
            })
            .collect();
        if foreign.is_empty() {
            return Ok(());
        }
        let count = foreign.len();
        let mut shown: Vec<Diagnostic> = foreign.into_iter().take(5).collect();
        shown.push(
            Diagnostic::error(
                "exists",
                format!("{count} tệp sắp ghi đã có trong thư mục"),
                format!("{count} of the files to be written exist"),
            )
            .hint(
                "chọn thư mục khác, hoặc dùng `--force` để ghi đè",
                "choose another folder, or overwrite with `--force`",
            ),
        );
        Err(Failure::new(Code::Io, shown))
    }

    /// Files an earlier run of this or another request left here, with their digests.
    fn listed(&self) -> BTreeMap<String, String> {
        let read = || -> Option<BTreeMap<String, String>> {
            let list: Value = serde_json::from_slice(&fs::read(self.output.join(LIST)).ok()?).ok()?;
            let files = list["files"].as_array()?;
            let pair = |file: &Value| Some((file["name"].as_str()?.to_owned(), file["sha256"].as_str()?.to_owned()));
            files.iter().map(pair).collect()
        };
        read().unwrap_or_default()
    }

    async fn put_out(self, desk: &Desk, report: &Report, digest: &str, speech: Speech) -> Result<(), Failure> {
        let batches = &desk.batches;
        let (_, items) = batches.whole("", &report.row.id, true).await?;
        self.remove_drafts(&items)?;
        let listed = self.listed();
        let mut replaced = 0;
        for item in &items {
            if item.state()? != ItemState::Done {
                continue;
            }
            let path = self.output.join(&item.name);
            let sha256 = item.sha256.as_deref().unwrap_or_default();
            if let Ok(there) = fs::read(&path) {
                let found = app::hex(&Sha256::digest(&there));
                if found == sha256 {
                    continue;
                }
                // What an earlier run wrote may be replaced; what somebody changed since may not.
                if !self.force && listed.get(&item.name) != Some(&found) {
                    return Err(changed(&path));
                }
                replaced += 1;
            }
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|error| output::trouble(folder, &error))?;
            }
            output::write(&path, &batches.file_of(item).await?, true)?;
        }
        if let Some(order) = self.merged.as_deref().and_then(Order::parse) {
            self.put_merged(desk, report, items.clone(), order).await?;
        }
        if replaced > 0 {
            output::say(
                speech,
                format!("đã thay {replaced} tệp do lần chạy trước ghi: dữ liệu hoặc mẫu đã khác"),
                format!("replaced {replaced} files an earlier run wrote: data or templates differ"),
            );
        }
        let mut list = manifest(report, &items)?;
        list["request"] = digest.into();
        let text = serde_json::to_vec_pretty(&list).map_err(Failure::internal)?;
        let failures = self.output.join(FAILURES);
        match failures_sheet(&items)? {
            Some(sheet) => output::write(&failures, &sheet, true)?,
            None if failures.exists() => {
                fs::remove_file(&failures).map_err(|error| output::trouble(&failures, &error))?
            }
            None => {}
        }
        output::write(&self.output.join(LIST), &text, true)?;
        let (done, failed) = (report.counts.done, report.counts.failed);
        if speech.format == Format::Json {
            put!("{list}");
        }
        output::say(
            speech,
            format!("{done} văn bản trong `{}`", self.output.display()),
            format!("{done} documents in `{}`", self.output.display()),
        );
        if done == report.row.total {
            return self.clear_up(batches).await;
        }
        Err(some_failed(&items, failed, &failures)?)
    }

    /// Removes what was under way once nothing is.
    async fn clear_up(&self, batches: &Batches) -> Result<(), Failure> {
        batches.register.close().await;
        let folder = self.output.join(UNDER_WAY);
        fs::remove_dir_all(&folder).map_err(|error| output::trouble(&folder, &error))
    }

    /// Removes drafts of these files that a run left which was killed while it wrote them.
    fn remove_drafts(&self, items: &[ItemRow]) -> Result<(), Failure> {
        let names = items.iter().map(|item| item.name.as_str()).chain([LIST, FAILURES]);
        let ours: BTreeSet<PathBuf> = names.map(|name| self.output.join(name)).collect();
        let folders: BTreeSet<&Path> = ours.iter().filter_map(|path| path.parent()).filter(|it| it.exists()).collect();
        for folder in folders {
            let trouble = |error: std::io::Error| output::trouble(folder, &error);
            for entry in fs::read_dir(folder).map_err(trouble)? {
                let path = entry.map_err(trouble)?.path();
                if written_by(&path).is_some_and(|file| ours.contains(&folder.join(file))) {
                    fs::remove_file(&path).map_err(|error| output::trouble(&path, &error))?;
                }
            }
        }
        Ok(())
    }

    async fn put_merged(&self, desk: &Desk, report: &Report, items: Vec<ItemRow>, order: Order) -> Result<(), Failure> {
        use futures_util::StreamExt as _;
        use tokio::io::AsyncWriteExt as _;
        let path = self.output.join(MERGED);
        let draft = self.output.join(UNDER_WAY).join("merged.part");
        let trouble = |error: std::io::Error| output::trouble(&draft, &error);
        let mut file = tokio::fs::File::create(&draft).await.map_err(trouble)?;
        let mut body = std::pin::pin!(desk.batches.merged(report, items, order, self.separators)?);
        while let Some(piece) = body.next().await {
            file.write_all(&piece?).await.map_err(trouble)?;
        }
        file.sync_all().await.map_err(trouble)?;
        fs::rename(&draft, &path).map_err(|error| output::trouble(&path, &error))
    }
}

/// The register and the store of a command, in its output folder.
pub struct UnderWay {
    /// Where they stand.
    pub path: PathBuf,
    /// Folders this command made, the innermost first.
    made: Vec<PathBuf>,
}

impl UnderWay {
    /// In an output folder, made if missing.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(UNDER_WAY);
        let made = [path.as_path(), folder].into_iter().filter(|one| !one.exists()).map(Path::to_owned).collect();
        fs::create_dir_all(&path).map_err(|error| output::trouble(&path, &error))?;
        Ok(Self { path, made })
    }

    /// Leaves no trace where nothing was begun: data that were refused make no folder.
    pub fn after(self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        let refused = outcome.as_ref().is_err_and(|failure| {
            !matches!(failure.code, Code::RowsFailed | Code::Io | Code::StorageUnavailable | Code::Internal)
        });
        if refused { self.clear() } else { Ok(()) }.and(outcome)
    }

    /// Removes what this command made; an output folder only if nothing else is in it.
    pub fn clear(self) -> Result<(), Failure> {
        for folder in self.made {
            let removed = if folder == self.path { fs::remove_dir_all(&folder) } else { fs::remove_dir(&folder) };
            match removed {
                Err(error) if error.kind() != std::io::ErrorKind::DirectoryNotEmpty => {
                    return Err(output::trouble(&folder, &error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Everything the files depend on: the request, the way they are made, templates and fonts.
fn digest(desk: &Desk, request: &[&[u8]], out: &Out) -> String {
    let mut all = Sha256::new();
    let fields = match out.fields {
        None => "",
        Some(true) => "fields",
        Some(false) => "no fields",
    };
    let how = [
        out.names.as_deref().unwrap_or_default(),
        &out.standard,
        if out.test { "test" } else { "" },
        if out.qr { "qr" } else { "" },
        fields,
    ];
    let parts = request.iter().copied().chain(how.map(str::as_bytes)).chain([desk.assets_sha256.as_bytes()]);
    for part in parts {
        all.update((part.len() as u64).to_le_bytes());
        all.update(part);
    }
    app::hex(&all.finalize())
}

async fn follow(batches: &Batches, id: &str, speech: Speech) -> Result<Report, Failure> {
    let mut progress: Option<Progress> = None;
    loop {
        let report = batches.report("", id).await?;
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        let bar = progress.get_or_insert_with(|| Progress::new(count(report.row.total), speech));
        bar.set(count(report.counts.done + report.counts.failed), count(report.counts.failed));
        if report.state != BatchState::Running {
            if let Some(bar) = progress {
                bar.finish();
            }
            return Ok(report);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Whether a file is the one that was made for an item.
fn is_of(item: &ItemRow, path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| item.sha256.as_deref() == Some(app::hex(&Sha256::digest(bytes)).as_str()))
}

/// The name of the file that a draft (`.NAME.PROCESS.part`) was to become.
fn written_by(draft: &Path) -> Option<&str> {
    let name = draft.file_name()?.to_str()?.strip_prefix('.')?.strip_suffix(".part")?;
    let (file, process) = name.rsplit_once('.')?;
    process.parse::<u32>().is_ok().then_some(file)
}

fn changed(path: &Path) -> Failure {
    let shown = path.display();
    Failure::new(
        Code::Io,
        vec![
            Diagnostic::error(
                "exists",
                format!("tệp `{shown}` đã có và khác"),
                format!("file `{shown}` exists and differs"),
            )
            .hint("dùng `--force` để ghi đè", "overwrite with `--force`"),
        ],
    )
}

/// The first failures, and where the rest is told.
fn some_failed(items: &[ItemRow], failed: i64, sheet: &Path) -> Result<Failure, Failure> {
    const SHOWN: usize = 10;
    let mut found = Vec::new();
    for item in items.iter().filter(|item| item.error.is_some()).take(SHOWN) {
        let failure: Failure =
            serde_json::from_str(item.error.as_deref().unwrap_or_default()).map_err(Failure::internal)?;
        found.extend(failure.diagnostics.into_iter().take(1).map(|mut one| {
            one.pointer = Some(item.place(one.pointer.as_deref()));
            one
        }));
    }
    let sheet = sheet.display();
    found.push(
        Diagnostic::error(
            "rows_failed",
            format!("{failed} văn bản không làm được"),
            format!("{failed} documents could not be made"),
        )
        .hint(
            format!("xem `{sheet}`; sửa dữ liệu rồi chạy lại lệnh này"),
            format!("see `{sheet}`; mend the data and run the command again"),
        ),
    );
    Ok(Failure::new(Code::RowsFailed, found))
}
