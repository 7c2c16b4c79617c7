//! What goes with time: results and the personal data in them, old keys, finished jobs.

use std::time::{SystemTime, UNIX_EPOCH};

use super::database::{Database, Register, as_one, on, unavailable};
use crate::diagnostic::Failure;

/// Finished jobs are kept for a day, ms.
const JOBS_KEPT_MS: i64 = 86_400_000;

impl Register {
    /// Takes batches out whose time has come, or the one named, so that nobody reads them; their files may then go.
    pub async fn begin_removal(&self, now: i64) -> Result<Vec<String>, Failure> {
        as_one!(self, |tx| {
            sqlx::query(
                "UPDATE batch SET state = 'removing' WHERE state IN ('finished', 'cancelled') AND expires_at <= $1",
            )
            .bind(now)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            // Signatures on its documents stand on its files, and go with them.
            sqlx::query(
                "UPDATE signature_batch SET removal = 1 WHERE removal = 0 AND source IN \
                 (SELECT id FROM batch WHERE state = 'removing')",
            )
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            sqlx::query(
                "UPDATE signature_request SET removal = 1 WHERE removal = 0 AND source IN \
                 (SELECT id FROM batch WHERE state = 'removing')",
            )
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
        });
        let found: Vec<(String,)> =
            on!(self, |pool| sqlx::query_as("SELECT id FROM batch WHERE state = 'removing'").fetch_all(pool).await)
                .map_err(unavailable)?;
        Ok(found.into_iter().map(|(id,)| id).collect())
    }

    /// Sets the time of an ended batch of an owner to now. Says whether there was one.
    pub async fn expire(&self, owner: &str, id: &str, now: i64) -> Result<bool, Failure> {
        let changed = as_one!(self, |tx| {
            sqlx::query(
                "UPDATE batch SET expires_at = $1 WHERE id = $2 AND owner = $3 AND state IN ('finished', 'cancelled')",
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

    /// Removes everything personal of a batch whose files are gone, and says so once it is. Its id, times and counts
    /// stay.
    pub async fn finish_removal(&self, id: &str) -> Result<(), Failure> {
        as_one!(self, |tx| {
            sqlx::query("DELETE FROM batch_item WHERE batch_id = $1")
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            sqlx::query("UPDATE batch SET title = '', options = '{}', warnings = '[]', webhook = NULL WHERE id = $1")
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
        });
        self.clear_journal().await?;
        as_one!(self, |tx| {
            sqlx::query("UPDATE batch SET state = 'expired' WHERE id = $1 AND state = 'removing'")
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
        });
        Ok(())
    }

    /// Forgets Idempotency-Keys older than `keep` and jobs done a day ago.
    pub async fn forget(&self, now: i64, keep: i64) -> Result<(), Failure> {
        as_one!(self, |tx| {
            sqlx::query("DELETE FROM idempotency WHERE created_at < $1")
                .bind(now - keep)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
        });
        let before = (now - JOBS_KEPT_MS) / 1000;
        match &self.database {
            Database::Sqlite { pool, .. } => {
                sqlx::query("DELETE FROM Jobs WHERE status IN ('Done', 'Killed') AND done_at < $1")
                    .bind(before)
                    .execute(pool)
                    .await
                    .map_err(unavailable)?;
            }
            Database::Postgres(pool) => {
                sqlx::query(
                    "DELETE FROM apalis.jobs WHERE status IN ('Done', 'Killed') AND done_at < to_timestamp($1::float8)",
                )
                .bind(before as f64)
                .execute(pool)
                .await
                .map_err(unavailable)?;
            }
        }
        Ok(())
    }
}

/// Milliseconds since 1970: for states and times of batches and signatures, never for what is set on a page.
#[expect(clippy::disallowed_methods, reason = "when something was made and when its results go is told by the clock")]
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// `2026-11-22T08:30:00.000Z` from milliseconds since 1970.
pub fn rfc3339(milliseconds: i64) -> String {
    chrono::DateTime::from_timestamp_millis(milliseconds)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::register::{BatchState, NewBatch, NewItem};

    /// Its items are failed from the start, so that it has ended when it is made.
    fn batch(id: &str, person: &str) -> NewBatch {
        let item = |n: usize| NewItem {
            template: "giay_khen".to_owned(),
            data:
                json!({"doi_tuong": {"ten": format!("{person} {n}")}, "thanh_tich": "Đã có thành tích ".repeat(n % 90)})
                    .to_string(),
            folder: String::new(),
            unit: String::new(),
            person: format!("{person} {n}"),
            origin: format!("/rows/{n}"),
            name: format!("{n} {person}.pdf"),
            error: Some(json!({"code": "invalid_data", "diagnostics": []})),
        };
        NewBatch {
            id: id.to_owned(),
            owner: String::new(),
            kind: "batch",
            title: format!("Khen {person}"),
            options: json!({"author": person}),
            warnings: json!([]),
            webhook: None,
            items: (0..500).map(item).collect(),
            idempotency: None,
            now: 1,
            keep: 1,
        }
    }

    #[tokio::test]
    async fn a_removed_batch_leaves_no_name_in_any_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("register.sqlite");
        let holds = |name: &str| {
            let files = std::fs::read_dir(folder.path()).expect("the folder");
            let mut contents = files.map(|file| std::fs::read(file.expect("a file").path()).expect("read"));
            contents.any(|bytes| bytes.windows(name.len()).any(|part| part == name.as_bytes()))
        };
        let register = Register::open(path.to_str().expect("UTF-8")).await.expect("opened");
        register.create(&batch("a", "Lường Thị Ò")).await.expect("made");
        register.create(&batch("b", "Sồng A Páo")).await.expect("made");
        assert!(holds("Lường Thị Ò") && holds("Sồng A Páo"));

        assert!(register.expire("", "a", 1).await.expect("expired"));
        for id in register.begin_removal(1).await.expect("begun") {
            register.finish_removal(&id).await.expect("removed");
        }
        let left = register.batch("", "a").await.expect("read").expect("its bare row");
        assert_eq!(left.state().ok(), Some(BatchState::Expired));
        assert!(!holds("Lường Thị Ò"));
        assert!(holds("Sồng A Páo"), "the other has its time before it");
    }

    #[test]
    fn moments_are_written_as_the_world_does() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(951_827_696_789), "2000-02-29T12:34:56.789Z");
        assert_eq!(rfc3339(1_732_264_200_000), "2024-11-22T08:30:00.000Z");
    }
}
