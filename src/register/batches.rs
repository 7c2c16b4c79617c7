//! Batches and their items: made, claimed, settled, cancelled, tried again, read.

use serde_json::Value;
use sqlx::{FromRow, QueryBuilder};

use super::database::{Register, as_one, on, unavailable};
use super::queue::{Chunk, Push as _};
use crate::diagnostic::{Code, Failure};

/// Rows written by one statement.
const ROWS_AT_ONCE: usize = 400;

/// Rows of one job: few enough to share between processes, enough to keep a template warm.
const CHUNK: usize = 32;
/// Data of one job, bytes: a list of thousands is a job of its own and holds up no certificate behind it.
const CHUNK_BYTES: usize = 96 << 10;

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchState {
    /// Some items are still open.
    Running,
    /// Every item is done or failed.
    Finished,
    /// Stopped by its owner; what was done stays.
    Cancelled,
    /// Its results are being removed.
    Removing,
    /// Its results are gone.
    Expired,
}

impl BatchState {
    /// Its word in the contract and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Removing => "removing",
            Self::Expired => "expired",
        }
    }

    fn parse(word: &str) -> Result<Self, Failure> {
        [Self::Running, Self::Finished, Self::Cancelled, Self::Removing, Self::Expired]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or_else(|| Failure::internal("an unknown state of a batch"))
    }
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemState {
    /// To be done.
    Pending,
    /// Its file is there.
    Done,
    /// It cannot be made; the error tells why.
    Failed,
    /// Its batch was cancelled first.
    Cancelled,
}

impl ItemState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Done, Self::Failed, Self::Cancelled];

    /// Its word in the contract and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A batch to be made.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// Its id, a UUID of version 7.
    pub id: String,
    /// Label of the key it belongs to; empty where the service is open.
    pub owner: String,
    /// `batch` or `dossier`.
    pub kind: &'static str,
    /// Its title.
    pub title: String,
    /// How its documents are made and put together, JSON.
    pub options: Value,
    /// Warnings of the checks before it, JSON.
    pub warnings: Value,
    /// Who is told.
    pub webhook: Option<String>,
    /// Its documents, in order.
    pub items: Vec<NewItem>,
    /// The caller's Idempotency-Key and the digest of the request.
    pub idempotency: Option<(String, String)>,
    /// Now, milliseconds since 1970.
    pub now: i64,
    /// Milliseconds its results are kept.
    pub keep: i64,
}

/// A document to be made.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// Template.
    pub template: String,
    /// Data as JSON.
    pub data: String,
    /// Folder in the archive.
    pub folder: String,
    /// Unit, for order and separators.
    pub unit: String,
    /// Name, for order.
    pub person: String,
    /// Where it comes from: a JSON Pointer or the row of a sheet.
    pub origin: String,
    /// Path of its file in the archive, folders included.
    pub name: String,
    /// Faults found before, JSON: the item is failed from the start.
    pub error: Option<Value>,
}

/// What became of a request for a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It was made.
    New,
    /// The same request made this one before.
    Before(String),
}

/// A batch as it stands.
#[derive(Debug, Clone, FromRow)]
pub struct BatchRow {
    /// Its id.
    pub id: String,
    /// `batch` or `dossier`.
    pub kind: String,
    /// Its title.
    pub title: String,
    state: String,
    /// Items in all.
    pub total: i64,
    options: String,
    warnings: String,
    /// What holds it up at this moment.
    pub trouble: Option<String>,
    /// When it was made, ms.
    pub created_at: i64,
    /// When anything last happened, ms.
    pub changed_at: i64,
    /// When it ended, ms.
    pub finished_at: Option<i64>,
    /// When its results go, ms.
    pub expires_at: Option<i64>,
}

impl BatchRow {
    /// Where it stands.
    pub fn state(&self) -> Result<BatchState, Failure> {
        BatchState::parse(&self.state)
    }

    /// How its documents are made.
    pub fn options(&self) -> Result<Value, Failure> {
        serde_json::from_str(&self.options).map_err(Failure::internal)
    }

    /// Warnings of the checks before it.
    pub fn warnings(&self) -> Result<Value, Failure> {
        serde_json::from_str(&self.warnings).map_err(Failure::internal)
    }
}

/// Items by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be done.
    pub pending: i64,
    /// Done.
    pub done: i64,
    /// Failed.
    pub failed: i64,
    /// Cancelled.
    pub cancelled: i64,
}

/// An item to be worked on.
#[derive(Debug, Clone, FromRow)]
pub struct Claimed {
    /// Row, from 1.
    pub row_no: i64,
    /// Template.
    pub template: String,
    /// Data as JSON.
    pub data: String,
    /// How often it was begun on its own.
    pub attempt: i64,
}

/// Where a finished file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Key of the pack it is in.
    pub pack: String,
    /// First byte in it.
    pub place: i64,
    /// Bytes.
    pub bytes: i64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Pages.
    pub pages: i64,
    /// Warnings, JSON; nothing for none.
    pub warnings: Option<Value>,
}

/// What became of an item.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Row, from 1.
    pub row_no: i64,
    /// The file, or why there is none (JSON).
    pub outcome: Result<Filed, Value>,
}

/// What settling did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// More is to be done.
    Going,
    /// This was the last of it.
    Finished,
    /// The batch no longer runs: nothing was written.
    Stopped,
}

/// An item as it stands.
#[derive(Debug, Clone, FromRow)]
pub struct ItemRow {
    /// Row, from 1.
    pub row_no: i64,
    /// Template.
    pub template: String,
    /// Folder in the archive.
    pub folder: String,
    /// Unit.
    pub unit: String,
    /// Name.
    pub person: String,
    /// Where it comes from.
    pub origin: String,
    /// Path of its file in the archive.
    pub name: String,
    state: String,
    /// Why it failed, JSON.
    pub error: Option<String>,
    /// Warnings, JSON.
    pub warnings: Option<String>,
    /// Key of its pack.
    pub pack: Option<String>,
    /// First byte in the pack.
    pub place: Option<i64>,
    /// Bytes.
    pub bytes: Option<i64>,
    /// SHA-256.
    pub sha256: Option<String>,
    /// Pages.
    pub pages: Option<i64>,
}

impl ItemRow {
    /// Where in what the caller sent a place of this document's data is: a JSON Pointer, or a row of a sheet and the
    /// pointer in it.
    pub fn place(&self, inside: Option<&str>) -> String {
        let (origin, inside) = (&self.origin, inside.unwrap_or_default());
        let between = if origin.is_empty() || origin.starts_with('/') || inside.is_empty() { "" } else { " " };
        format!("{origin}{between}{inside}")
    }

    /// Where it stands.
    pub fn state(&self) -> Result<ItemState, Failure> {
        ItemState::parse(&self.state).ok_or_else(|| Failure::internal("an unknown state of an item"))
    }
}

const ITEM: &str = "row_no, template, folder, unit, person, origin, name, state, error, warnings, pack, place, bytes, \
                    sha256, pages";

impl Register {
    /// Writes a batch, its items and its jobs as one; a request already answered makes nothing.
    pub async fn create(&self, batch: &NewBatch) -> Result<Created, Failure> {
        if let Some(found) = self.answered(&batch.owner, batch.idempotency.as_ref()).await? {
            return Ok(found);
        }
        let open: Vec<(i64, usize)> = (1..)
            .zip(&batch.items)
            .filter(|(_, item)| item.error.is_none())
            .map(|(row, item)| (row, item.data.len()))
            .collect();
        let chunks = chunks(&batch.id, &open);
        let total = i64::try_from(batch.items.len()).map_err(Failure::internal)?;
        let numbered: Vec<(i64, &NewItem)> = (1..).zip(&batch.items).collect();
        let texts = |value: &Value| value.to_string();
        let written = self.write_batch(batch, total, &numbered, &chunks, &texts).await;
        match written {
            // Two requests with one key at the same moment: the other was first.
            Err(failure) if batch.idempotency.is_some() => {
                self.answered(&batch.owner, batch.idempotency.as_ref()).await?.ok_or(failure)
            }
            other => other.map(|()| Created::New),
        }
    }

    async fn write_batch(
        &self,
        batch: &NewBatch,
        total: i64,
        numbered: &[(i64, &NewItem)],
        chunks: &[Chunk],
        texts: &(dyn Fn(&Value) -> String + Sync),
    ) -> Result<(), Failure> {
        as_one!(self, |tx| {
            sqlx::query(
                "INSERT INTO batch (id, owner, kind, title, state, total, options, warnings, webhook, created_at, \
                 changed_at) VALUES ($1, $2, $3, $4, 'running', $5, $6, $7, $8, $9, $9)",
            )
            .bind(&batch.id)
            .bind(&batch.owner)
            .bind(batch.kind)
            .bind(&batch.title)
            .bind(total)
            .bind(texts(&batch.options))
            .bind(texts(&batch.warnings))
            .bind(&batch.webhook)
            .bind(batch.now)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            if let Some((key, request)) = &batch.idempotency {
                sqlx::query(
                    "INSERT INTO idempotency (owner, key, request, batch_id, created_at) VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(&batch.owner)
                .bind(key)
                .bind(request)
                .bind(&batch.id)
                .bind(batch.now)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            }
            for part in numbered.chunks(ROWS_AT_ONCE) {
                let mut insert = QueryBuilder::new(
                    "INSERT INTO batch_item (batch_id, row_no, template, data, folder, unit, person, origin, name, \
                     state, error) ",
                );
                insert.push_values(part, |mut row, (row_no, item)| {
                    row.push_bind(&batch.id)
                        .push_bind(row_no)
                        .push_bind(&item.template)
                        .push_bind(&item.data)
                        .push_bind(&item.folder)
                        .push_bind(&item.unit)
                        .push_bind(&item.person)
                        .push_bind(&item.origin)
                        .push_bind(&item.name)
                        .push_bind(if item.error.is_some() { "failed" } else { "pending" })
                        .push_bind(item.error.as_ref().map(texts));
                });
                insert.build().execute(&mut *tx).await.map_err(unavailable)?;
            }
            tx.push(chunks).await?;
        });
        if chunks.is_empty() {
            self.settle(&batch.id, &[], batch.now, batch.keep).await?;
        }
        Ok(())
    }

    /// What the same Idempotency-Key made, or a refusal where the key came with another request.
    pub async fn answered(
        &self,
        owner: &str,
        idempotency: Option<&(String, String)>,
    ) -> Result<Option<Created>, Failure> {
        let Some((key, request)) = idempotency else { return Ok(None) };
        let found: Option<(String, String)> =
            on!(self, |pool| sqlx::query_as("SELECT request, batch_id FROM idempotency WHERE owner = $1 AND key = $2")
                .bind(owner)
                .bind(key)
                .fetch_optional(pool)
                .await)
            .map_err(unavailable)?;
        match found {
            None => Ok(None),
            Some((before, id)) if before == *request => Ok(Some(Created::Before(id))),
            Some(_) => Err(Failure::one(
                Code::IdempotencyKeyReused,
                "khóa `Idempotency-Key` này đã đi cùng một yêu cầu khác",
                "this Idempotency-Key came with another request",
            )),
        }
    }

    /// One batch of an owner.
    pub async fn batch(&self, owner: &str, id: &str) -> Result<Option<BatchRow>, Failure> {
        on!(self, |pool| sqlx::query_as(
            "SELECT id, kind, title, state, total, options, warnings, trouble, created_at, changed_at, finished_at, \
             expires_at FROM batch WHERE id = $1 AND owner = $2"
        )
        .bind(id)
        .bind(owner)
        .fetch_optional(pool)
        .await)
        .map_err(unavailable)
    }

    /// The batches of an owner, the newest first.
    pub async fn batches(&self, owner: &str, limit: i64) -> Result<Vec<BatchRow>, Failure> {
        on!(self, |pool| sqlx::query_as(
            "SELECT id, kind, title, state, total, options, warnings, trouble, created_at, changed_at, finished_at, \
             expires_at FROM batch WHERE owner = $1 ORDER BY created_at DESC, id DESC LIMIT $2"
        )
        .bind(owner)
        .bind(limit)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)
    }

    /// Its items by state.
    pub async fn counts(&self, id: &str) -> Result<Counts, Failure> {
        let rows: Vec<(String, i64)> = on!(self, |pool| sqlx::query_as(
            "SELECT state, COUNT(*) FROM batch_item WHERE batch_id = $1 GROUP BY state"
        )
        .bind(id)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)?;
        let mut counts = Counts::default();
        for (state, count) in rows {
            match ItemState::parse(&state) {
                Some(ItemState::Pending) => counts.pending = count,
                Some(ItemState::Done) => counts.done = count,
                Some(ItemState::Failed) => counts.failed = count,
                Some(ItemState::Cancelled) => counts.cancelled = count,
                None => return Err(Failure::internal("an unknown state of an item")),
            }
        }
        Ok(counts)
    }

    /// Items settled since a moment, for the rate.
    pub async fn settled_since(&self, id: &str, since: i64) -> Result<i64, Failure> {
        on!(self, |pool| sqlx::query_scalar("SELECT COUNT(*) FROM batch_item WHERE batch_id = $1 AND done_at > $2")
            .bind(id)
            .bind(since)
            .fetch_one(pool)
            .await)
        .map_err(unavailable)
    }

    /// Its items after a row, at most `limit`, of one state or of all.
    pub async fn items(
        &self,
        id: &str,
        state: Option<ItemState>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ItemRow>, Failure> {
        let mut found: Vec<ItemRow> = on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(ITEM).push(" FROM batch_item WHERE batch_id = ").push_bind(id);
            query.push(" AND row_no > ").push_bind(after);
            if let Some(state) = state {
                query.push(" AND state = ").push_bind(state.word());
            }
            query.push(" ORDER BY row_no LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(pool).await
        })
        .map_err(unavailable)?;
        found.sort_by_key(|item| item.row_no);
        Ok(found)
    }

    /// One item.
    pub async fn item(&self, id: &str, row_no: i64) -> Result<Option<ItemRow>, Failure> {
        Ok(self.items(id, None, row_no - 1, 1).await?.into_iter().find(|item| item.row_no == row_no))
    }

    /// Data of one item.
    pub async fn item_data(&self, id: &str, row_no: i64) -> Result<Option<Value>, Failure> {
        let found: Option<(String,)> =
            on!(self, |pool| sqlx::query_as("SELECT data FROM batch_item WHERE batch_id = $1 AND row_no = $2")
                .bind(id)
                .bind(row_no)
                .fetch_optional(pool)
                .await)
            .map_err(unavailable)?;
        found.map(|(data,)| serde_json::from_str(&data).map_err(Failure::internal)).transpose()
    }

    /// The open items of a job, and how they are made; nothing where the batch no longer runs.
    pub async fn claim(&self, chunk: &Chunk) -> Result<Option<(Value, Vec<Claimed>)>, Failure> {
        let options: Option<(String,)> =
            on!(self, |pool| sqlx::query_as("SELECT options FROM batch WHERE id = $1 AND state = 'running'")
                .bind(&chunk.batch)
                .fetch_optional(pool)
                .await)
            .map_err(unavailable)?;
        let Some((options,)) = options else { return Ok(None) };
        let items = on!(self, |pool| {
            sqlx::query_as(
            "SELECT row_no, template, data, attempt FROM batch_item WHERE batch_id = $1 AND row_no BETWEEN $2 AND $3 \
             AND state = 'pending' ORDER BY row_no"
        )
        .bind(&chunk.batch)
        .bind(chunk.from)
        .bind(chunk.to)
        .fetch_all(pool)
        .await
        })
        .map_err(unavailable)?;
        Ok(Some((serde_json::from_str(&options).map_err(Failure::internal)?, items)))
    }

    /// Notes that an item is begun on its own, before it is: one that ends the process is known by this.
    pub async fn begin_alone(&self, batch: &str, row_no: i64) -> Result<(), Failure> {
        as_one!(self, |tx| {
            sqlx::query("UPDATE batch_item SET attempt = attempt + 1 WHERE batch_id = $1 AND row_no = $2")
                .bind(batch)
                .bind(row_no)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
        });
        Ok(())
    }

    /// Writes what became of items: only open ones change, so that a job delivered twice has one effect. The last one
    /// ends the batch and leaves word for its webhook, in the same transaction.
    pub async fn settle(&self, id: &str, settled: &[Settled], now: i64, keep: i64) -> Result<Settlement, Failure> {
        let outcome = as_one!(self, |tx| {
            // First a write to the batch's own row: on PostgreSQL it makes settlings of one batch wait for each other.
            let running =
                sqlx::query("UPDATE batch SET changed_at = $1, trouble = NULL WHERE id = $2 AND state = 'running'")
                    .bind(now)
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?
                    .rows_affected();
            if running == 0 {
                Settlement::Stopped
            } else {
                for one in settled {
                    let (state, error, filed) = match &one.outcome {
                        Ok(filed) => ("done", None, Some(filed)),
                        Err(error) => ("failed", Some(error.to_string()), None),
                    };
                    sqlx::query(
                        "UPDATE batch_item SET state = $1, error = $2, warnings = $3, pack = $4, place = $5, \
                         bytes = $6, sha256 = $7, pages = $8, done_at = $9 \
                         WHERE batch_id = $10 AND row_no = $11 AND state = 'pending'",
                    )
                    .bind(state)
                    .bind(error)
                    .bind(filed.and_then(|filed| filed.warnings.as_ref()).map(Value::to_string))
                    .bind(filed.map(|filed| &filed.pack))
                    .bind(filed.map(|filed| filed.place))
                    .bind(filed.map(|filed| filed.bytes))
                    .bind(filed.map(|filed| &filed.sha256))
                    .bind(filed.map(|filed| filed.pages))
                    .bind(now)
                    .bind(id)
                    .bind(one.row_no)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
                }
                let open: i64 =
                    sqlx::query_scalar("SELECT COUNT(*) FROM batch_item WHERE batch_id = $1 AND state = 'pending'")
                        .bind(id)
                        .fetch_one(&mut *tx)
                        .await
                        .map_err(unavailable)?;
                if open > 0 {
                    Settlement::Going
                } else {
                    sqlx::query("UPDATE batch SET state = 'finished', finished_at = $1, expires_at = $2 WHERE id = $3")
                        .bind(now)
                        .bind(now + keep)
                        .bind(id)
                        .execute(&mut *tx)
                        .await
                        .map_err(unavailable)?;
                    leave_word!(&mut *tx, id, now);
                    Settlement::Finished
                }
            }
        });
        Ok(outcome)
    }

    /// Tells what holds a batch up, for its owner to see; cleared by the next settling.
    pub async fn hold_up(&self, id: &str, trouble: &str) -> Result<(), Failure> {
        as_one!(self, |tx| {
            sqlx::query("UPDATE batch SET trouble = $1 WHERE id = $2 AND state = 'running'")
                .bind(trouble)
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
        });
        Ok(())
    }

    /// Stops a running batch; what is done stays until its time. Says whether it was running.
    pub async fn cancel(&self, owner: &str, id: &str, now: i64, keep: i64) -> Result<bool, Failure> {
        let stopped = as_one!(self, |tx| {
            let stopped = sqlx::query(
                "UPDATE batch SET state = 'cancelled', changed_at = $1, finished_at = $1, expires_at = $2, \
                 trouble = NULL WHERE id = $3 AND owner = $4 AND state = 'running'",
            )
            .bind(now)
            .bind(now + keep)
            .bind(id)
            .bind(owner)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if stopped > 0 {
                sqlx::query("UPDATE batch_item SET state = 'cancelled' WHERE batch_id = $1 AND state = 'pending'")
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
                leave_word!(&mut *tx, id, now);
            }
            stopped
        });
        Ok(stopped > 0)
    }

    /// Opens the failed (and cancelled) items of a batch that has ended again, some of them with new data and the name
    /// that follows from them. Says how many.
    pub async fn retry(
        &self,
        owner: &str,
        id: &str,
        data: &[(i64, Value, String)],
        now: i64,
    ) -> Result<Option<usize>, Failure> {
        let opened = as_one!(self, |tx| {
            let ended = sqlx::query(
                "UPDATE batch SET changed_at = $1 WHERE id = $2 AND owner = $3 AND state IN ('finished', 'cancelled')",
            )
            .bind(now)
            .bind(id)
            .bind(owner)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if ended == 0 {
                None
            } else {
                let rows: Vec<(i64, i64)> = sqlx::query_as(
                    "SELECT row_no, CAST(LENGTH(data) AS BIGINT) FROM batch_item WHERE batch_id = $1 AND state IN ('failed', 'cancelled') \
                         ORDER BY row_no",
                )
                .bind(id)
                .fetch_all(&mut *tx)
                .await
                .map_err(unavailable)?;
                let rows = weighed(rows);
                if !rows.is_empty() {
                    for (row, value, name) in data {
                        sqlx::query(
                            "UPDATE batch_item SET data = $1, name = $2 WHERE batch_id = $3 AND row_no = $4 \
                             AND state IN ('failed', 'cancelled')",
                        )
                        .bind(value.to_string())
                        .bind(name)
                        .bind(id)
                        .bind(row)
                        .execute(&mut *tx)
                        .await
                        .map_err(unavailable)?;
                    }
                    sqlx::query(
                        "UPDATE batch_item SET state = 'pending', error = NULL, attempt = 0, done_at = NULL \
                         WHERE batch_id = $1 AND state IN ('failed', 'cancelled')",
                    )
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
                    sqlx::query(
                        "UPDATE batch SET state = 'running', finished_at = NULL, expires_at = NULL WHERE id = $1",
                    )
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
                    tx.push(&chunks(id, &rows)).await?;
                }
                Some(rows.len())
            }
        });
        Ok(opened)
    }

    /// Writes jobs anew for running batches in which nothing happened since `before`: their jobs may be lost. Batches
    /// without an open item are ended. Says how many batches it took up.
    pub async fn take_up(&self, before: i64, now: i64, keep: i64) -> Result<usize, Failure> {
        let still: Vec<(String, i64)> = on!(self, |pool| sqlx::query_as(
            "SELECT id, changed_at FROM batch WHERE state = 'running' AND changed_at < $1"
        )
        .bind(before)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)?;
        let mut taken = 0;
        for (id, changed) in still {
            let rows = as_one!(self, |tx| {
                // Of several processes that see it, one changes the row.
                let mine = sqlx::query(
                    "UPDATE batch SET changed_at = $1 WHERE id = $2 AND changed_at = $3 AND state = 'running'",
                )
                .bind(now)
                .bind(&id)
                .bind(changed)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?
                .rows_affected();
                if mine == 0 {
                    None
                } else {
                    let rows: Vec<(i64, i64)> = sqlx::query_as(
                        "SELECT row_no, CAST(LENGTH(data) AS BIGINT) FROM batch_item WHERE batch_id = $1 AND state = 'pending' \
                         ORDER BY row_no",
                    )
                    .bind(&id)
                    .fetch_all(&mut *tx)
                    .await
                    .map_err(unavailable)?;
                    let rows = weighed(rows);
                    tx.push(&chunks(&id, &rows)).await?;
                    Some(rows.len())
                }
            });
            match rows {
                None => continue,
                Some(0) => {
                    self.settle(&id, &[], now, keep).await?;
                }
                Some(open) => tracing::warn!(batch = %id, open, "jobs written anew"),
            }
            taken += 1;
        }
        Ok(taken)
    }
}

/// Rows with the size of their data.
fn weighed(rows: Vec<(i64, i64)>) -> Vec<(i64, usize)> {
    rows.into_iter().map(|(row, bytes)| (row, usize::try_from(bytes).unwrap_or_default())).collect()
}

/// Rows with the size of their data → jobs of neighbouring rows.
fn chunks(batch: &str, rows: &[(i64, usize)]) -> Vec<Chunk> {
    let mut jobs: Vec<Chunk> = Vec::new();
    let (mut count, mut bytes) = (0, 0);
    for (row, size) in rows {
        match jobs.last_mut() {
            Some(job) if count < CHUNK && bytes + size <= CHUNK_BYTES => job.to = *row,
            _ => {
                jobs.push(Chunk { batch: batch.to_owned(), from: *row, to: *row });
                (count, bytes) = (0, 0);
            }
        }
        count += 1;
        bytes += size;
    }
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_jobs_that_cover_each_once() {
        let rows: Vec<i64> = (1..=100).filter(|row| row % 7 != 0).collect();
        let sized: Vec<(i64, usize)> = rows.iter().map(|row| (*row, 1_000)).collect();
        let jobs = chunks("b", &sized);
        let covered: Vec<i64> =
            jobs.iter().flat_map(|job| rows.iter().filter(|row| (job.from..=job.to).contains(row)).copied()).collect();
        assert_eq!(covered, rows);
        assert_eq!(jobs.len(), rows.len().div_ceil(CHUNK));
        assert!(chunks("b", &[]).is_empty());
        let lists = chunks("b", &[(1, 900), (2, 500_000), (3, 600_000), (4, 900), (5, 900)]);
        let spans: Vec<(i64, i64)> = lists.iter().map(|job| (job.from, job.to)).collect();
        assert_eq!(spans, [(1, 1), (2, 2), (3, 3), (4, 5)], "a long list is a job of its own");
    }

    #[test]
    fn every_state_finds_itself_by_its_word() {
        for state in ItemState::ALL {
            assert_eq!(ItemState::parse(state.word()), Some(state));
        }
        assert!(BatchState::parse("runing").is_err());
        assert_eq!(BatchState::parse("removing").ok(), Some(BatchState::Removing));
    }
}
