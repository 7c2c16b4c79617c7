//! Word left for webhooks: written with the state it tells of, sent and sent again until someone has heard.

use serde_json::json;
use sqlx::FromRow;

use super::database::{Register, as_one, on, unavailable};
use crate::diagnostic::Failure;

/// A claimed call belongs to its process so long, ms; then another may try.
const CLAIM_MS: i64 = 60_000;

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    /// To be tried at its time.
    Waiting,
    /// Somebody has heard.
    Delivered,
    /// Given up.
    Abandoned,
}

impl CallState {
    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Abandoned => "abandoned",
        }
    }
}

/// A call to be made.
#[derive(Debug, Clone, FromRow)]
pub struct Call {
    /// Its id, the same at every attempt.
    pub id: String,
    /// Where.
    pub url: String,
    /// What is said, JSON without personal data.
    pub body: String,
    /// Attempts before this one.
    pub attempt: i64,
    next_at: i64,
}

/// Leaves word of the state of a batch, where its owner wants it.
macro_rules! leave_word {
    ($connection:expr, $id:expr, $now:expr) => {{
        let row: Option<(Option<String>, String, String, i64)> =
            sqlx::query_as("SELECT webhook, kind, state, total FROM batch WHERE id = $1")
                .bind($id)
                .fetch_optional($connection)
                .await
                .map_err(unavailable)?;
        if let Some((Some(url), kind, state, total)) = row {
            let by_state: Vec<(String, i64)> =
                sqlx::query_as("SELECT state, COUNT(*) FROM batch_item WHERE batch_id = $1 GROUP BY state")
                    .bind($id)
                    .fetch_all($connection)
                    .await
                    .map_err(unavailable)?;
            let body = $crate::register::outbox::body($id, &kind, &state, total, &by_state, $now);
            sqlx::query(
                "INSERT INTO webhook (id, subject, url, body, state, next_at) VALUES ($1, $2, $3, $4, 'waiting', $5)",
            )
            .bind(format!("msg_{}", uuid::Uuid::now_v7().simple()))
            .bind($id)
            .bind(url)
            .bind(body)
            .bind($now)
            .execute($connection)
            .await
            .map_err(unavailable)?;
        }
    }};
}
/// Ids, states and counts; never a name.
pub(super) fn body(id: &str, kind: &str, state: &str, total: i64, by_state: &[(String, i64)], now: i64) -> String {
    let count = |word: &str| by_state.iter().find(|(state, _)| state == word).map_or(0, |(_, count)| *count);
    let failed = count("failed");
    let event = match state {
        "cancelled" => "batch.cancelled",
        _ if failed > 0 => "batch.finished_with_failures",
        _ => "batch.finished",
    };
    json!({
        "type": event,
        "timestamp": crate::register::housekeeping::rfc3339(now),
        "data": {
            "id": id, "kind": kind, "state": state, "total": total, "done": count("done"), "failed": failed,
            "cancelled": count("cancelled"), "location": format!("/v1/batches/{id}"),
        },
    })
    .to_string()
}

impl Register {
    /// Calls whose time has come, each claimed by this process for a minute.
    pub async fn due_calls(&self, now: i64, limit: i64) -> Result<Vec<Call>, Failure> {
        let due: Vec<Call> = on!(self, |pool| sqlx::query_as(
            "SELECT id, url, body, attempt, next_at FROM webhook WHERE state = 'waiting' AND next_at <= $1 \
             ORDER BY next_at LIMIT $2"
        )
        .bind(now)
        .bind(limit)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)?;
        let mut mine = Vec::new();
        for call in due {
            let claimed = as_one!(self, |tx| {
                sqlx::query("UPDATE webhook SET next_at = $1 WHERE id = $2 AND next_at = $3 AND state = 'waiting'")
                    .bind(now + CLAIM_MS)
                    .bind(&call.id)
                    .bind(call.next_at)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?
                    .rows_affected()
            });
            if claimed > 0 {
                mine.push(call);
            }
        }
        Ok(mine)
    }

    /// Writes what became of an attempt: `next_at` counts for a call that waits.
    pub async fn note_call(&self, id: &str, state: CallState, next_at: i64, last: &str) -> Result<(), Failure> {
        as_one!(self, |tx| {
            sqlx::query("UPDATE webhook SET state = $1, attempt = attempt + 1, next_at = $2, last = $3 WHERE id = $4")
                .bind(state.word())
                .bind(next_at)
                .bind(last)
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
        });
        Ok(())
    }

    /// State, attempts and last answer of the calls of a batch, for its owner.
    pub async fn calls_of(&self, batch: &str) -> Result<Vec<(String, String, i64, Option<String>)>, Failure> {
        on!(self, |pool| sqlx::query_as("SELECT id, state, attempt, last FROM webhook WHERE subject = $1 ORDER BY id")
            .bind(batch)
            .fetch_all(pool)
            .await)
        .map_err(unavailable)
    }
}
