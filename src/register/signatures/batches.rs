//! Batches of requests: one for each document of a finished batch.

use sqlx::QueryBuilder;

use super::{BATCH, NewField, NewSignatureBatch, REQUEST, RequestRow, RequestState, SignatureBatchRow, leave_note};
use crate::diagnostic::Failure;
use crate::register::Created;
use crate::register::database::{Register, as_one, on, unavailable};
use crate::register::rfc3339;

/// Rows written by one statement.
const ROWS_AT_ONCE: usize = 200;

impl Register {
    /// Opens a request for every document; one already answered opens nothing. The results of the batch of documents stay
    /// as long as the signatures made on them.
    pub async fn open_signature_batch(&self, new: &NewSignatureBatch) -> Result<Created, Failure> {
        if let Some(found) = self.answered(&new.owner, new.idempotency.as_ref()).await? {
            return Ok(found);
        }
        match self.write_signature_batch(new).await {
            Err(failure) if new.idempotency.is_some() => {
                self.answered(&new.owner, new.idempotency.as_ref()).await?.ok_or(failure)
            }
            other => other.map(|()| Created::New),
        }
    }

    async fn write_signature_batch(&self, new: &NewSignatureBatch) -> Result<(), Failure> {
        let total = i64::try_from(new.items.len()).map_err(Failure::internal)?;
        as_one!(self, |tx| {
            let there = sqlx::query(
                "UPDATE batch SET expires_at = CASE WHEN expires_at < $1 THEN $1 ELSE expires_at END \
                 WHERE id = $2 AND owner = $3 AND state = 'finished'",
            )
            .bind(new.remove_at)
            .bind(&new.source)
            .bind(&new.owner)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if there == 0 {
                return Err(Failure::one(
                    crate::diagnostic::Code::BatchState,
                    "lô văn bản này chưa xong hoặc đã xóa",
                    "this batch of documents is not finished, or was removed",
                ));
            }
            sqlx::query(
                "INSERT INTO signature_batch (id, owner, source, title, level, total, webhook, created_at, expires_at, \
                 remove_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(&new.id)
            .bind(&new.owner)
            .bind(&new.source)
            .bind(&new.title)
            .bind(&new.level)
            .bind(total)
            .bind(&new.webhook)
            .bind(new.now)
            .bind(new.expires_at)
            .bind(new.remove_at)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            for part in new.items.chunks(ROWS_AT_ONCE) {
                let mut insert = QueryBuilder::new(
                    "INSERT INTO signature_request (id, owner, batch_id, item_no, source, state, name, origin, level, \
                     pack, place, bytes, sha256, created_at, changed_at, expires_at) ",
                );
                insert.push_values(part, |mut row, item| {
                    row.push_bind(&item.id)
                        .push_bind(&new.owner)
                        .push_bind(&new.id)
                        .push_bind(item.row_no)
                        .push_bind(&new.source)
                        .push_bind("open")
                        .push_bind(&item.name)
                        .push_bind(serde_json::json!({"batch": new.source, "row": item.row_no}).to_string())
                        .push_bind(&new.level)
                        .push_bind(&item.base.pack)
                        .push_bind(item.base.place)
                        .push_bind(item.base.bytes)
                        .push_bind(&item.sha256)
                        .push_bind(new.now)
                        .push_bind(new.now)
                        .push_bind(new.expires_at);
                });
                insert.build().execute(&mut *tx).await.map_err(unavailable)?;
            }
            let fields: Vec<(&str, i64, &NewField)> = new
                .items
                .iter()
                .flat_map(|item| (1_i64..).zip(&item.fields).map(|(turn, field)| (item.id.as_str(), turn, field)))
                .collect();
            for part in fields.chunks(ROWS_AT_ONCE) {
                let mut insert =
                    QueryBuilder::new("INSERT INTO signature_field (request_id, turn, name, role, label, state) ");
                insert.push_values(part, |mut row, (id, turn, field)| {
                    row.push_bind(id)
                        .push_bind(turn)
                        .push_bind(&field.name)
                        .push_bind(field.role.word())
                        .push_bind(&field.label)
                        .push_bind(if *turn == 1 { "ready" } else { "waiting" });
                });
                insert.build().execute(&mut *tx).await.map_err(unavailable)?;
            }
            if let Some((key, request)) = &new.idempotency {
                sqlx::query(
                    "INSERT INTO idempotency (owner, key, request, batch_id, created_at) VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(&new.owner)
                .bind(key)
                .bind(request)
                .bind(&new.id)
                .bind(new.now)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            }
        });
        Ok(())
    }

    /// A batch of requests of an owner.
    pub async fn signature_batch(&self, owner: &str, id: &str) -> Result<Option<SignatureBatchRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(BATCH).push(" FROM signature_batch WHERE id = ").push_bind(id);
            query.push(" AND owner = ").push_bind(owner);
            query.build_query_as().fetch_optional(pool).await
        })
        .map_err(unavailable)
    }

    /// The batches of requests of an owner, the newest first.
    pub async fn signature_batches(&self, owner: &str, limit: i64) -> Result<Vec<SignatureBatchRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(BATCH).push(" FROM signature_batch WHERE owner = ").push_bind(owner);
            query.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(pool).await
        })
        .map_err(unavailable)
    }

    /// Requests of a batch by state.
    pub async fn signature_counts(&self, id: &str) -> Result<Vec<(RequestState, i64)>, Failure> {
        let rows: Vec<(String, i64)> = on!(self, |pool| sqlx::query_as(
            "SELECT state, COUNT(*) FROM signature_request WHERE batch_id = $1 GROUP BY state"
        )
        .bind(id)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)?;
        rows.into_iter().map(|(state, count)| Ok((RequestState::stored(&state)?, count))).collect()
    }

    /// Fields of a batch by name and state, in the order of signing.
    pub async fn field_counts(&self, id: &str) -> Result<Vec<(String, String, i64)>, Failure> {
        on!(self, |pool| sqlx::query_as(
            "SELECT f.name, f.state, COUNT(*) FROM signature_field f JOIN signature_request r ON r.id = f.request_id \
             WHERE r.batch_id = $1 GROUP BY f.turn, f.name, f.state ORDER BY f.turn, f.state"
        )
        .bind(id)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)
    }

    /// Requests of a batch after a row, at most `limit`, of one state or of all.
    pub async fn signature_items(
        &self,
        id: &str,
        state: Option<RequestState>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<RequestRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(REQUEST).push(" FROM signature_request WHERE batch_id = ").push_bind(id);
            query.push(" AND item_no > ").push_bind(after);
            if let Some(state) = state {
                query.push(" AND state = ").push_bind(state.word());
            }
            query.push(" ORDER BY item_no LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(pool).await
        })
        .map_err(unavailable)
    }

    /// Calls the active requests of a batch off, and stops its runs. Says how many there were.
    pub async fn cancel_signature_batch(&self, owner: &str, id: &str, now: i64) -> Result<u64, Failure> {
        let ended = as_one!(self, |tx| {
            let ended = sqlx::query(
                "UPDATE signature_request SET state = 'cancelled', changed_at = $1, ended_at = $1 \
                 WHERE batch_id = $2 AND owner = $3 AND state IN ('open', 'partly_signed')",
            )
            .bind(now)
            .bind(id)
            .bind(owner)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            sqlx::query(
                "UPDATE signature_preparation SET state = 'stale', value = NULL WHERE state = 'open' AND request_id IN \
                 (SELECT id FROM signature_request WHERE batch_id = $1)",
            )
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            sqlx::query(
                "UPDATE signature_field SET state = 'waiting', run_id = NULL \
                 WHERE state IN ('ready', 'prepared', 'signing') AND request_id IN \
                 (SELECT id FROM signature_request WHERE batch_id = $1)",
            )
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            sqlx::query(
                "UPDATE signature_run SET state = 'stopped', finished_at = $1, ticket = NULL, claimed_until = 0 \
                 WHERE batch_id = $2 AND state = 'running'",
            )
            .bind(now)
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            let webhook: Option<Option<String>> =
                sqlx::query_scalar("SELECT webhook FROM signature_batch WHERE id = $1 AND owner = $2")
                    .bind(id)
                    .bind(owner)
                    .fetch_optional(&mut *tx)
                    .await
                    .map_err(unavailable)?;
            if let Some(Some(url)) = webhook
                && ended > 0
            {
                let body = serde_json::json!({
                    "type": "signature_batch.cancelled",
                    "timestamp": rfc3339(now),
                    "data": {"id": id, "location": format!("/v1/signature-batches/{id}")},
                })
                .to_string();
                leave_note!(&mut *tx, url, id, body, now);
            }
            ended
        });
        Ok(ended)
    }
}
