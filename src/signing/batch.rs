//! Signatures on every document of a batch: one request each, signed by runs that carry many at a time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde_json::{Value, json};

use super::document::{out_of_order, sealed_without, usual};
use super::report::assemble;
use super::request::span;
use super::run::WantedRun;
use super::store::folder_of;
use super::{Begun, Level, RequestReport, Signing, WantedField, new_id};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::register::{
    BatchState, Created, FieldRow, ItemRow, ItemState, Kept, NewField, NewItemRequest, NewSignatureBatch, RequestRow,
    RequestState, Role, RunRow, SignatureBatchRow, Subject, now_ms,
};

/// Items read at a time for an archive.
const PAGE: i64 = 200;

/// A batch of requests as asked for.
#[derive(Debug)]
pub struct WantedBatch {
    /// Label of the key it belongs to.
    pub owner: String,
    /// The batch of documents.
    pub source: String,
    /// Rows of it; none for every finished document that has fields.
    pub rows: Option<Vec<i64>>,
    /// Whether documents that could not be made may be missing.
    pub partial: bool,
    /// Fields of every document, in the order of signing; empty for those of its template.
    pub fields: Vec<WantedField>,
    /// Level the signatures shall reach.
    pub level: Level,
    /// How long it may wait.
    pub expires_in: Option<Duration>,
    /// Who is told.
    pub webhook: Option<String>,
    /// Idempotency-Key, and the digest of the request it came with.
    pub idempotency: Option<(String, String)>,
}

/// How far a batch of requests is.
#[derive(Debug, Clone)]
pub struct BatchReport {
    /// The batch.
    pub row: SignatureBatchRow,
    /// Its requests by state.
    pub counts: Vec<(RequestState, i64)>,
    /// Its fields: name, state, how many, in the order of signing.
    pub fields: Vec<(String, String, i64)>,
    /// Its runs, in order.
    pub runs: Vec<RunRow>,
}

/// One document of a batch of requests.
pub type ItemReport = RequestReport;

impl BatchReport {
    /// Requests in a state.
    pub fn count(&self, state: RequestState) -> i64 {
        self.counts.iter().find(|(one, _)| *one == state).map_or(0, |(_, count)| *count)
    }

    /// Requests that may still be signed.
    pub fn active(&self) -> i64 {
        self.counts.iter().filter(|(state, _)| state.is_active()).map(|(_, count)| count).sum()
    }
}

impl Signing {
    /// Opens a request for every document of a finished batch. Says its id, and whether it was opened now.
    pub async fn open_batch(&self, wanted: WantedBatch) -> Result<(String, bool), Failure> {
        if let Some(Created::Before(id)) = self.register.answered(&wanted.owner, wanted.idempotency.as_ref()).await? {
            return Ok((id, false));
        }
        self.judge_webhook(wanted.webhook.as_deref())?;
        self.services.allow(wanted.level)?;
        let source = self.register.batch(&wanted.owner, &wanted.source).await?;
        let source = source.ok_or_else(|| Failure::one(Code::NotFound, "không có lô này", "there is no such batch"))?;
        match source.state()? {
            BatchState::Finished => {}
            BatchState::Removing | BatchState::Expired => {
                return Err(Failure::one(
                    Code::Expired,
                    "kết quả của lô này đã hết hạn và đã xóa",
                    "the results of this batch have expired and were removed",
                ));
            }
            BatchState::Running | BatchState::Cancelled => {
                return Err(Failure::one(
                    Code::BatchState,
                    "chỉ ký được lô đã xong",
                    "only a finished batch can be signed",
                ));
            }
        }
        let items = self.register.items(&wanted.source, None, 0, i64::MAX).await?;
        let chosen = self.choose_items(items, &wanted)?;
        let now = now_ms();
        let expires_at = now + span(wanted.expires_in);
        let id = new_id();
        let new = NewSignatureBatch {
            id: id.clone(),
            owner: wanted.owner,
            source: wanted.source,
            title: source.title,
            level: wanted.level.word().to_owned(),
            webhook: wanted.webhook,
            items: chosen,
            expires_at,
            remove_at: expires_at + self.keep_ms(),
            now,
            idempotency: wanted.idempotency,
        };
        Ok(match self.register.open_signature_batch(&new).await? {
            Created::New => {
                metrics::counter!("vinhdanh_signature_batches_total").increment(1);
                (id, true)
            }
            Created::Before(before) => (before, false),
        })
    }

    fn choose_items(&self, items: Vec<ItemRow>, wanted: &WantedBatch) -> Result<Vec<NewItemRequest>, Failure> {
        let mut faults = Vec::new();
        let mut missing = 0_usize;
        let mut by_template: HashMap<String, Vec<NewField>> = HashMap::new();
        let mut chosen = Vec::new();
        let there: HashSet<i64> = items.iter().map(|item| item.row_no).collect();
        let mut named = HashSet::new();
        if let Some(rows) = &wanted.rows {
            for (index, row) in rows.iter().enumerate() {
                if !there.contains(row) || !named.insert(*row) {
                    faults.push(
                        Diagnostic::error(
                            "row",
                            format!("lô không có dòng `{row}`, hoặc dòng được nêu hai lần"),
                            format!("the batch has no row `{row}`, or it is named twice"),
                        )
                        .at(format!("/rows/{index}")),
                    );
                }
            }
        }
        let asked = |row: i64| wanted.rows.is_none() || named.contains(&row);
        for item in items.iter().filter(|item| asked(item.row_no)) {
            let (ItemState::Done, Some(pack), Some(place), Some(bytes), Some(sha256)) =
                (item.state()?, item.pack.clone(), item.place, item.bytes, item.sha256.clone())
            else {
                missing += 1;
                continue;
            };
            let fields = match by_template.get(&item.template) {
                Some(fields) => fields.clone(),
                None => {
                    let manifest = self.renderer.template(&item.template).map(|one| one.manifest.fields.as_slice());
                    let usual = usual(manifest.unwrap_or_default());
                    let fields = chosen_fields(usual.clone(), &wanted.fields);
                    if faults.iter().all(|fault: &Diagnostic| fault.code != "order") {
                        faults.extend(out_of_order(&fields).or_else(|| sealed_without(&fields, usual)));
                    }
                    by_template.insert(item.template.clone(), fields.clone());
                    fields
                }
            };
            if fields.is_empty() {
                // A list of names or a separator is not signed; one that was asked for by its row is told.
                if wanted.rows.is_some() {
                    faults.push(
                        Diagnostic::error(
                            "fields",
                            format!("văn bản ở dòng `{}` không có ô ký", item.row_no),
                            format!("the document of row `{}` has no field", item.row_no),
                        )
                        .at("/rows"),
                    );
                }
                continue;
            }
            chosen.push(NewItemRequest {
                id: new_id(),
                row_no: item.row_no,
                name: item.name.clone(),
                base: Kept { pack, place, bytes },
                sha256,
                fields,
            });
        }
        if missing > 0 && !wanted.partial {
            return Err(Failure::one(
                Code::BatchIncomplete,
                format!("còn thiếu `{missing}` văn bản không làm được; ký phần đã có thì gửi `partial`"),
                format!("`{missing}` documents could not be made; to sign the others send `partial`"),
            ));
        }
        if faults.is_empty() && chosen.is_empty() {
            faults.push(
                Diagnostic::error("rows", "không có văn bản nào để ký", "there is no document to sign").at("/batch"),
            );
        }
        if faults.is_empty() { Ok(chosen) } else { Err(Failure::new(Code::InvalidData, faults)) }
    }

    /// How far a batch of requests of an owner is.
    pub async fn batch_report(&self, owner: &str, id: &str) -> Result<BatchReport, Failure> {
        let row = self.register.signature_batch(owner, id).await?.ok_or_else(no_batch)?;
        Ok(BatchReport {
            counts: self.register.signature_counts(id).await?,
            fields: self.register.field_counts(id).await?,
            runs: self.register.runs_of(id).await?,
            row,
        })
    }

    /// Some of its documents, in order.
    pub async fn batch_items(
        &self,
        owner: &str,
        id: &str,
        state: Option<RequestState>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ItemReport>, Failure> {
        let batch = self.register.signature_batch(owner, id).await?.ok_or_else(no_batch)?;
        if batch.is_removed() {
            return Err(super::gone());
        }
        let rows = self.register.signature_items(id, state, after, limit).await?;
        let (Some(first), Some(last)) =
            (rows.first().and_then(|row| row.item_no), rows.last().and_then(|row| row.item_no))
        else {
            return Ok(Vec::new());
        };
        let mut fields: HashMap<String, Vec<FieldRow>> = HashMap::new();
        for field in self.register.fields_between(id, first, last).await? {
            fields.entry(field.request_id.clone()).or_default().push(field);
        }
        let now = now_ms();
        rows.into_iter()
            .map(|row| {
                let fields = fields.remove(&row.id).unwrap_or_default();
                assemble(row, fields, None, now)
            })
            .collect()
    }

    /// Signs a field of every document of a batch whose turn it is.
    pub async fn sign_batch(&self, id: &str, wanted: WantedRun) -> Result<Begun, Failure> {
        if let Some(Created::Before(run)) = self.register.answered(&wanted.owner, wanted.idempotency.as_ref()).await? {
            return Ok(Begun { id: run, new: false, documents: 0 });
        }
        let report = self.batch_report(&wanted.owner, id).await?;
        if report.row.is_removed() {
            return Err(super::gone());
        }
        if !report.fields.iter().any(|(name, _, _)| *name == wanted.field) {
            return Err(super::no_field());
        }
        let level = Level::parse(&report.row.level).ok_or_else(|| Failure::internal("an unknown level"))?;
        let field = wanted.field.clone();
        let begun = self.begin(Subject::Batch(id.to_owned()), wanted, level, &folder_of(id)).await?;
        if begun.new && begun.documents == 0 {
            return Err(nothing_to_sign(&report, &field));
        }
        Ok(begun)
    }

    /// Calls an active batch off; removes the files of one that has ended.
    pub async fn stop_or_remove_batch(&self, owner: &str, id: &str) -> Result<BatchReport, Failure> {
        let report = self.batch_report(owner, id).await?;
        let now = now_ms();
        if report.active() > 0 && !report.row.is_removed() {
            self.register.cancel_signature_batch(owner, id, now).await?;
        } else if self.register.expire_signature_batch(owner, id, now).await? {
            self.remove_expired(now).await?;
        }
        self.batch_report(owner, id).await
    }

    /// Every completed document in order, its name beside it, read while it is asked for; with `partial` those that are
    /// signed in part as well. Ends with the list of them.
    pub async fn signed_files(
        self: &Arc<Self>,
        owner: &str,
        id: &str,
        partial: bool,
    ) -> Result<impl Stream<Item = Result<(String, Bytes), Failure>> + Send + use<>, Failure> {
        let report = self.batch_report(owner, id).await?;
        if report.row.is_removed() {
            return Err(super::gone());
        }
        let missing = report.row.total - report.count(RequestState::Completed);
        if missing > 0 && !partial {
            return Err(Failure::one(
                Code::BatchIncomplete,
                format!("còn `{missing}` văn bản chưa đủ chữ ký"),
                format!("`{missing}` documents lack signatures"),
            ));
        }
        let state = Reading {
            signing: Arc::clone(self),
            batch: id.to_owned(),
            after: 0,
            page: Vec::new().into_iter(),
            partial,
            files: Vec::new(),
            over: false,
        };
        Ok(stream::try_unfold(state, |mut state| async move { Ok(state.next().await?.map(|one| (one, state))) }))
    }
}

/// An archive being read.
struct Reading {
    signing: Arc<Signing>,
    batch: String,
    after: i64,
    page: std::vec::IntoIter<RequestRow>,
    partial: bool,
    files: Vec<Value>,
    over: bool,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<(String, Bytes)>, Failure> {
        loop {
            if self.over {
                return Ok(None);
            }
            let Some(row) = self.page.next() else {
                let page = self.signing.register.signature_items(&self.batch, None, self.after, PAGE).await?;
                match page.last().and_then(|row| row.item_no) {
                    Some(last) => {
                        self.after = last;
                        self.page = page.into_iter();
                    }
                    None => {
                        self.over = true;
                        let list = json!({"signature_batch": self.batch, "files": std::mem::take(&mut self.files)});
                        let bytes = serde_json::to_vec_pretty(&list).map_err(Failure::internal)?;
                        return Ok(Some(("manifest.json".to_owned(), bytes.into())));
                    }
                }
                continue;
            };
            let state = row.state()?;
            let whole = state == RequestState::Completed || (self.partial && row.revision > 0);
            let mut told =
                json!({"row": row.item_no, "name": row.name, "state": state.word(), "signatures": row.revision});
            if !whole {
                self.files.push(told);
                continue;
            }
            let file = self.signing.whole(&row, row.revision).await?;
            let made = self.signing.register.revisions(&row.id, row.revision).await?;
            told["sha256"] = json!(made.last().map(|one| one.sha256.as_str()));
            told["bytes"] = json!(file.len());
            self.files.push(told);
            return Ok(Some((row.name, file.into())));
        }
    }
}

/// The fields a caller named, told as the template tells of them; else the template's own.
fn chosen_fields(usual: Vec<NewField>, wanted: &[WantedField]) -> Vec<NewField> {
    if wanted.is_empty() {
        return usual;
    }
    wanted
        .iter()
        .map(|one| {
            let known = usual.iter().find(|field| field.name == one.name);
            let role = if one.name == "CoQuan" { Role::Seal } else { Role::Signer };
            NewField {
                name: one.name.clone(),
                role: one.role.or(known.map(|field| field.role)).unwrap_or(role),
                label: one
                    .label
                    .clone()
                    .or(known.map(|field| field.label.clone()))
                    .unwrap_or_else(|| format!("Chữ ký {}", one.name)),
            }
        })
        .collect()
}

fn nothing_to_sign(report: &BatchReport, field: &str) -> Failure {
    let mut fault = Diagnostic::error(
        "signing_state",
        format!("không văn bản nào đang đến lượt ô `{field}`"),
        format!("it is the turn of the field `{field}` in no document"),
    );
    let turns: Vec<String> = report
        .fields
        .iter()
        .filter(|(_, state, _)| state != "waiting" && state != "signed")
        .map(|(name, state, count)| format!("`{name}`: {count} {state}"))
        .collect();
    if !turns.is_empty() {
        let turns = turns.join(", ");
        fault = fault.hint(format!("đang đến lượt: {turns}"), format!("whose turn it is: {turns}"));
    }
    Failure::new(Code::SigningState, vec![fault])
}

fn no_batch() -> Failure {
    Failure::one(Code::NotFound, "không có lô ký này", "there is no such batch of signatures")
}
