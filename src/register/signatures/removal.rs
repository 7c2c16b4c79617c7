//! What goes with time: files of ended requests, and every name with them. Ids, states and times stay.

use crate::diagnostic::Failure;
use crate::register::database::{Register, as_one, on, unavailable};

impl Register {
    /// Takes requests and batches of requests out whose time has come, so that nobody reads them; their files may then go.
    /// Answers the ids of requests outside batches, and of batches.
    pub async fn begin_signature_removal(&self, now: i64) -> Result<(Vec<String>, Vec<String>), Failure> {
        as_one!(self, |tx| {
            sqlx::query(
                "UPDATE signature_request SET removal = 1 \
                 WHERE removal = 0 AND batch_id IS NULL AND ended_at IS NOT NULL AND remove_at <= $1",
            )
            .bind(now)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            sqlx::query("UPDATE signature_batch SET removal = 1 WHERE removal = 0 AND remove_at <= $1")
                .bind(now)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            sqlx::query(
                "UPDATE signature_request SET removal = 1 WHERE removal = 0 AND batch_id IN \
                 (SELECT id FROM signature_batch WHERE removal = 1)",
            )
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
        });
        let requests: Vec<(String,)> =
            on!(self, |pool| sqlx::query_as("SELECT id FROM signature_request WHERE removal = 1 AND batch_id IS NULL")
                .fetch_all(pool)
                .await)
            .map_err(unavailable)?;
        let batches: Vec<(String,)> =
            on!(self, |pool| sqlx::query_as("SELECT id FROM signature_batch WHERE removal = 1").fetch_all(pool).await)
                .map_err(unavailable)?;
        let ids = |rows: Vec<(String,)>| rows.into_iter().map(|(id,)| id).collect();
        Ok((ids(requests), ids(batches)))
    }

    /// Removes ended runs over single requests that no document tells of any more: they stopped before they prepared
    /// anything, and nothing else would lead to the signer's name in them. Says how many there were.
    pub async fn remove_lost_runs(&self) -> Result<u64, Failure> {
        let removed = as_one!(self, |tx| {
            sqlx::query(
                "DELETE FROM signature_run WHERE batch_id IS NULL AND state <> 'running' \
                 AND NOT EXISTS (SELECT 1 FROM signature_preparation p WHERE p.run_id = signature_run.id) \
                 AND NOT EXISTS (SELECT 1 FROM signature_field f WHERE f.run_id = signature_run.id)",
            )
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected()
        });
        if removed > 0 {
            self.clear_journal().await?;
        }
        Ok(removed)
    }

    /// Sets the time of an ended request to now. Says whether there was one.
    pub async fn expire_request(&self, owner: &str, id: &str, now: i64) -> Result<bool, Failure> {
        let changed = as_one!(self, |tx| {
            sqlx::query(
                "UPDATE signature_request SET remove_at = $1 \
                 WHERE id = $2 AND owner = $3 AND batch_id IS NULL AND ended_at IS NOT NULL",
            )
            .bind(now)
            .bind(id)
            .bind(owner)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected()
        });
        Ok(changed > 0)
    }

    /// Sets the time of a batch of requests to now. Says whether there was one.
    pub async fn expire_signature_batch(&self, owner: &str, id: &str, now: i64) -> Result<bool, Failure> {
        let changed = as_one!(self, |tx| {
            sqlx::query("UPDATE signature_batch SET remove_at = $1 WHERE id = $2 AND owner = $3")
                .bind(now)
                .bind(id)
                .bind(owner)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?
                .rows_affected()
        });
        Ok(changed > 0)
    }

    /// Removes everything personal of a request, or of every request of a batch, whose files are gone.
    pub async fn finish_signature_removal(&self, id: &str, is_batch: bool) -> Result<(), Failure> {
        let column = if is_batch { "batch_id" } else { "id" };
        let of = format!("(SELECT id FROM signature_request WHERE {column} = $1)");
        as_one!(self, |tx| {
            let runs = format!(
                "DELETE FROM signature_run WHERE batch_id = $1 OR id IN \
                 (SELECT run_id FROM signature_preparation WHERE run_id IS NOT NULL AND request_id IN {of}) OR id IN \
                 (SELECT run_id FROM signature_field WHERE run_id IS NOT NULL AND request_id IN {of})"
            );
            sqlx::query(sqlx::AssertSqlSafe(runs)).bind(id).execute(&mut *tx).await.map_err(unavailable)?;
            for table in ["signature_preparation", "signature_revision", "signature_field"] {
                let delete = format!("DELETE FROM {table} WHERE request_id IN {of}");
                sqlx::query(sqlx::AssertSqlSafe(delete)).bind(id).execute(&mut *tx).await.map_err(unavailable)?;
            }
            // What was still open is not to be signed any more.
            let bare = format!(
                "UPDATE signature_request SET name = '', origin = '{{}}', webhook = NULL, sha256 = '', pack = '', \
                 state = CASE WHEN state IN ('open', 'partly_signed') THEN 'cancelled' ELSE state END WHERE {column} = $1"
            );
            sqlx::query(sqlx::AssertSqlSafe(bare)).bind(id).execute(&mut *tx).await.map_err(unavailable)?;
            if is_batch {
                sqlx::query("UPDATE signature_batch SET title = '', webhook = NULL WHERE id = $1")
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
            }
        });
        self.clear_journal().await?;
        as_one!(self, |tx| {
            let done = format!("UPDATE signature_request SET removal = 2 WHERE {column} = $1 AND removal = 1");
            sqlx::query(sqlx::AssertSqlSafe(done)).bind(id).execute(&mut *tx).await.map_err(unavailable)?;
            if is_batch {
                sqlx::query("UPDATE signature_batch SET removal = 2 WHERE id = $1 AND removal = 1")
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
            }
        });
        Ok(())
    }
}
