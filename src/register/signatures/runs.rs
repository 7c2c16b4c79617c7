//! Runs with a provider: one field of one document, or of every document of a batch, some at a time. Whatever the next step
//! needs stands here, so that a process that dies leaves its runs to the next one.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{FromRow, QueryBuilder};

use super::{Kept, PREPARATION, Phase, PreparationRow, REQUEST, RequestRow, RunState, leave_note};
use crate::diagnostic::Failure;
use crate::register::Created;
use crate::register::database::{Register, as_one, on, unavailable};
use crate::register::rfc3339;

/// What a provider gave for one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// A raw signature, base64.
    Signature(String),
    /// Why there is none.
    Refused(Failure),
}

/// A run to be begun.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Its id.
    pub id: String,
    /// Label of the key it belongs to.
    pub owner: String,
    /// The request, or the batch of them, whose fields are to be signed.
    pub subject: Subject,
    /// The field.
    pub field: String,
    /// Who holds the key.
    pub provider: String,
    /// Who signs, as the provider knows him.
    pub user: String,
    /// With which certificate.
    pub credential: String,
    /// How.
    pub algorithm: String,
    /// The certificate and those above it, JSON list of base64 DER.
    pub chain: String,
    /// Hashes one approval may carry.
    pub at_once: i64,
    /// What shows on the page, JSON.
    pub look: String,
    /// The process that takes it up first: what its signer handed over is known to no other.
    pub claimed_by: String,
    /// Until when, ms.
    pub claimed_until: i64,
    /// Now, ms.
    pub now: i64,
    /// The caller's Idempotency-Key and the digest of the request.
    pub idempotency: Option<(String, String)>,
}

/// What a run signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// One request.
    Request(String),
    /// Every request of a batch whose field has its turn.
    Batch(String),
}

/// A run as it stands.
#[derive(Debug, Clone, FromRow)]
pub struct RunRow {
    /// Its id.
    pub id: String,
    /// Its batch of requests; none for a single one.
    pub batch_id: Option<String>,
    /// The field.
    pub field: String,
    /// Who holds the key.
    pub provider: String,
    /// Who signs, as the provider knows him.
    pub user_id: String,
    /// With which certificate.
    pub credential: String,
    /// How.
    pub algorithm: String,
    chain: String,
    /// Hashes one approval may carry.
    pub at_once: i64,
    look: String,
    /// Documents it was begun for.
    pub total: i64,
    state: String,
    phase: String,
    /// Approvals asked for so far.
    pub round: i64,
    /// What the provider wants to hear at the next poll.
    pub ticket: Option<String>,
    reason: Option<String>,
    /// When the approval it waits for is too late, ms.
    pub deadline: Option<i64>,
    /// When it was begun, ms.
    pub created_at: i64,
    /// When it ended, ms.
    pub finished_at: Option<i64>,
}

impl RunRow {
    /// Where it stands.
    pub fn state(&self) -> Result<RunState, Failure> {
        RunState::stored(&self.state)
    }

    /// What it does next.
    pub fn phase(&self) -> Result<Phase, Failure> {
        Phase::stored(&self.phase)
    }

    /// The certificates, DER in base64.
    pub fn chain(&self) -> Result<Vec<String>, Failure> {
        serde_json::from_str(&self.chain).map_err(Failure::internal)
    }

    /// What shows on the page, JSON.
    pub fn look(&self) -> Result<serde_json::Value, Failure> {
        serde_json::from_str(&self.look).map_err(Failure::internal)
    }

    /// Why it stopped.
    pub fn reason(&self) -> Result<Option<Failure>, Failure> {
        self.reason.as_deref().map(serde_json::from_str).transpose().map_err(Failure::internal)
    }
}

/// A document prepared for a round.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Id of its preparation.
    pub id: String,
    /// Its request.
    pub request: String,
    /// Signatures before it.
    pub revision: i64,
    /// What is appended, with the hole.
    pub tail: Kept,
    /// How it was prepared, JSON.
    pub prepared: String,
    /// Signed attributes, base64.
    pub attributes: String,
}

const RUN: &str = "id, batch_id, field, provider, user_id, credential, algorithm, chain, at_once, look, total, state, \
                   phase, round, ticket, reason, deadline, created_at, finished_at";

impl Register {
    /// Begins a run: every field that has its turn is set to `signing`. Says how many; with none nothing is written.
    pub async fn begin_run(&self, new: &NewRun) -> Result<(Created, u64), Failure> {
        if let Some(found) = self.answered(&new.owner, new.idempotency.as_ref()).await? {
            return Ok((found, 0));
        }
        match self.write_run(new).await {
            Err(failure) if new.idempotency.is_some() => {
                let found = self.answered(&new.owner, new.idempotency.as_ref()).await?;
                found.map(|found| (found, 0)).ok_or(failure)
            }
            other => other.map(|fields| (Created::New, fields)),
        }
    }

    async fn write_run(&self, new: &NewRun) -> Result<u64, Failure> {
        let (column, id) = match &new.subject {
            Subject::Request(id) => ("id", id),
            Subject::Batch(id) => ("batch_id", id),
        };
        let batch = matches!(new.subject, Subject::Batch(_)).then_some(id);
        let begun = as_one!(self, |tx| {
            let mut hold = QueryBuilder::new("UPDATE signature_request SET changed_at = ");
            hold.push_bind(new.now).push(" WHERE removal = 0 AND state IN ('open', 'partly_signed') AND expires_at > ");
            hold.push_bind(new.now).push(" AND owner = ").push_bind(&new.owner);
            hold.push(format!(" AND {column} = ")).push_bind(id);
            hold.build().execute(&mut *tx).await.map_err(unavailable)?;
            // A preparation whose time ran out stands in nobody's way.
            let mut free = QueryBuilder::new(
                "UPDATE signature_preparation SET state = 'stale' WHERE state = 'open' AND mode <> 'provider' \
                 AND expires_at <= ",
            );
            free.push_bind(new.now)
                .push(format!(" AND request_id IN (SELECT id FROM signature_request WHERE {column} = "));
            free.push_bind(id).push(")");
            let freed = free.build().execute(&mut *tx).await.map_err(unavailable)?.rows_affected();
            if freed > 0 {
                // Also in documents where it is another field's turn: the run takes none of those.
                let mut ready =
                    QueryBuilder::new("UPDATE signature_field SET state = 'ready' WHERE state = 'prepared' ");
                ready.push(format!("AND request_id IN (SELECT r.id FROM signature_request r WHERE r.{column} = "));
                ready.push_bind(id).push(
                    " AND NOT EXISTS (SELECT 1 FROM signature_preparation p WHERE p.request_id = r.id AND p.state = 'open'))",
                );
                ready.build().execute(&mut *tx).await.map_err(unavailable)?;
            }
            let mut take = QueryBuilder::new("UPDATE signature_field SET state = 'signing', reason = NULL, run_id = ");
            take.push_bind(&new.id).push(" WHERE name = ").push_bind(&new.field);
            take.push(" AND state IN ('ready', 'refused', 'prepared') AND request_id IN (SELECT id FROM signature_request r WHERE ");
            take.push(format!("r.{column} = ")).push_bind(id);
            take.push(" AND r.removal = 0 AND r.state IN ('open', 'partly_signed') AND r.expires_at > ");
            take.push_bind(new.now).push(" AND r.owner = ").push_bind(&new.owner);
            take.push(
                " AND NOT EXISTS (SELECT 1 FROM signature_preparation p WHERE p.request_id = r.id AND p.state = 'open'))",
            );
            let taken = take.build().execute(&mut *tx).await.map_err(unavailable)?.rows_affected();
            if taken == 0 {
                return Ok(0);
            }
            sqlx::query(
                "INSERT INTO signature_run (id, owner, batch_id, field, provider, user_id, credential, algorithm, chain, \
                 at_once, look, total, state, phase, next_at, claimed_by, claimed_until, created_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'running', 'idle', $13, $14, $15, $13)",
            )
            .bind(&new.id)
            .bind(&new.owner)
            .bind(batch)
            .bind(&new.field)
            .bind(&new.provider)
            .bind(&new.user)
            .bind(&new.credential)
            .bind(&new.algorithm)
            .bind(&new.chain)
            .bind(new.at_once)
            .bind(&new.look)
            .bind(i64::try_from(taken).map_err(Failure::internal)?)
            .bind(new.now)
            .bind(&new.claimed_by)
            .bind(new.claimed_until)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            if let Some((key, digest)) = &new.idempotency {
                sqlx::query(
                    "INSERT INTO idempotency (owner, key, request, batch_id, created_at) VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(&new.owner)
                .bind(key)
                .bind(digest)
                .bind(&new.id)
                .bind(new.now)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            }
            taken
        });
        Ok(begun)
    }

    /// Running runs whose time has come and which no living process holds, each claimed for this one.
    pub async fn claim_runs(&self, process: &str, now: i64, until: i64, limit: i64) -> Result<Vec<RunRow>, Failure> {
        let due: Vec<(String,)> = on!(self, |pool| sqlx::query_as(
            "SELECT id FROM signature_run WHERE state = 'running' AND next_at <= $1 \
             AND (claimed_by = $2 OR claimed_until <= $1) ORDER BY next_at LIMIT $3"
        )
        .bind(now)
        .bind(process)
        .bind(limit)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)?;
        let mut mine = Vec::new();
        for (id,) in due {
            let claimed = as_one!(self, |tx| {
                sqlx::query(
                    "UPDATE signature_run SET claimed_by = $1, claimed_until = $2 WHERE id = $3 AND state = 'running' \
                     AND (claimed_by = $1 OR claimed_until <= $4)",
                )
                .bind(process)
                .bind(until)
                .bind(&id)
                .bind(now)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?
                .rows_affected()
            });
            if claimed > 0
                && let Some(run) = self.run_row(&id).await?
            {
                mine.push(run);
            }
        }
        Ok(mine)
    }

    /// Holds a run longer. Says no where another process has it by now.
    pub async fn hold_run(&self, process: &str, id: &str, until: i64) -> Result<bool, Failure> {
        let held = as_one!(self, |tx| {
            sqlx::query(
                "UPDATE signature_run SET claimed_until = $1 WHERE id = $2 AND claimed_by = $3 AND state = 'running'",
            )
            .bind(until)
            .bind(id)
            .bind(process)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected()
        });
        Ok(held > 0)
    }

    /// One run.
    pub async fn run_row(&self, id: &str) -> Result<Option<RunRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(RUN).push(" FROM signature_run WHERE id = ").push_bind(id);
            query.build_query_as().fetch_optional(pool).await
        })
        .map_err(unavailable)
    }

    /// The runs of a batch of requests, in order.
    pub async fn runs_of(&self, batch: &str) -> Result<Vec<RunRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(RUN).push(" FROM signature_run WHERE batch_id = ").push_bind(batch);
            query.push(" ORDER BY created_at, id");
            query.build_query_as().fetch_all(pool).await
        })
        .map_err(unavailable)
    }

    /// The next documents of a run that are not prepared yet, in their order.
    pub async fn next_of_run(&self, run: &str, limit: i64) -> Result<Vec<RequestRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(REQUEST).push(
                " FROM signature_request WHERE removal = 0 AND state IN ('open', 'partly_signed') AND id IN \
                 (SELECT request_id FROM signature_field WHERE run_id = ",
            );
            query.push_bind(run).push(" AND state = 'signing') AND NOT EXISTS (SELECT 1 FROM signature_preparation p ");
            query.push("WHERE p.request_id = signature_request.id AND p.state = 'open') ORDER BY item_no, id LIMIT ");
            query.push_bind(limit);
            query.build_query_as().fetch_all(pool).await
        })
        .map_err(unavailable)
    }

    /// Opens a round: its documents are prepared, the provider is about to be asked. Says no where the run is another's.
    pub async fn open_round(
        &self,
        process: &str,
        run: &RunRow,
        round: &[Waiting],
        now: i64,
        deadline: i64,
    ) -> Result<bool, Failure> {
        as_one!(self, |tx| {
            let mine = sqlx::query(
                "UPDATE signature_run SET phase = 'starting', round = $1, ticket = NULL, deadline = $2 \
                 WHERE id = $3 AND round = $4 AND phase = 'idle' AND state = 'running' AND claimed_by = $5",
            )
            .bind(run.round + 1)
            .bind(deadline)
            .bind(&run.id)
            .bind(run.round)
            .bind(process)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if mine == 0 {
                return Ok(false);
            }
            for (number, one) in (0_i64..).zip(round) {
                // Guarded like any preparation: a document that went on meanwhile is left out.
                sqlx::query(
                    "INSERT INTO signature_preparation (id, request_id, field, mode, state, revision, pack, place, bytes, \
                     prepared, attributes, algorithm, run_id, round, number, created_at, expires_at) \
                     SELECT $1, $2, $3, 'provider', 'open', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 \
                     WHERE EXISTS (SELECT 1 FROM signature_request r JOIN signature_field f ON f.request_id = r.id \
                     WHERE r.id = $2 AND r.revision = $4 AND r.removal = 0 AND r.state IN ('open', 'partly_signed') \
                     AND f.name = $3 AND f.state = 'signing' AND f.run_id = $11)",
                )
                .bind(&one.id)
                .bind(&one.request)
                .bind(&run.field)
                .bind(one.revision)
                .bind(&one.tail.pack)
                .bind(one.tail.place)
                .bind(one.tail.bytes)
                .bind(&one.prepared)
                .bind(&one.attributes)
                .bind(&run.algorithm)
                .bind(&run.id)
                .bind(run.round + 1)
                .bind(number)
                .bind(now)
                .bind(deadline)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            }
        });
        Ok(true)
    }

    /// Every preparation of a round, also those whose document ended meanwhile, in the order they were handed over: a
    /// provider's answers are counted by it.
    pub async fn asked_in_round(&self, run: &str, round: i64) -> Result<Vec<PreparationRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(PREPARATION).push(" FROM signature_preparation WHERE run_id = ");
            query.push_bind(run).push(" AND round = ").push_bind(round).push(" ORDER BY number");
            query.build_query_as().fetch_all(pool).await
        })
        .map_err(unavailable)
    }

    /// The open preparations of a round, in the order they were handed over.
    pub async fn round(&self, run: &str, round: i64) -> Result<Vec<PreparationRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(PREPARATION).push(" FROM signature_preparation WHERE state = 'open' AND run_id = ");
            query.push_bind(run).push(" AND round = ").push_bind(round).push(" ORDER BY number");
            query.build_query_as().fetch_all(pool).await
        })
        .map_err(unavailable)
    }

    /// Somebody has yet to approve: what the provider wants to hear next, and when.
    pub async fn await_approval(&self, process: &str, id: &str, ticket: &str, next_at: i64) -> Result<bool, Failure> {
        let mine = as_one!(self, |tx| {
            sqlx::query(
                "UPDATE signature_run SET phase = 'approval', ticket = $1, next_at = $2 \
                 WHERE id = $3 AND phase IN ('starting', 'approval') AND state = 'running' AND claimed_by = $4",
            )
            .bind(ticket)
            .bind(next_at)
            .bind(id)
            .bind(process)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected()
        });
        Ok(mine > 0)
    }

    /// What the provider gave for each document of a round, before any of it is put into a file.
    pub async fn note_replies(
        &self,
        process: &str,
        id: &str,
        replies: &[(String, Reply)],
        now: i64,
    ) -> Result<bool, Failure> {
        as_one!(self, |tx| {
            let mine = sqlx::query(
                "UPDATE signature_run SET phase = 'embedding', ticket = NULL, next_at = $1 \
                 WHERE id = $2 AND phase IN ('starting', 'approval') AND state = 'running' AND claimed_by = $3",
            )
            .bind(now)
            .bind(id)
            .bind(process)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if mine == 0 {
                return Ok(false);
            }
            for (preparation, reply) in replies {
                sqlx::query("UPDATE signature_preparation SET value = $1 WHERE id = $2 AND state = 'open'")
                    .bind(serde_json::to_string(reply).map_err(Failure::internal)?)
                    .bind(preparation)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
            }
        });
        Ok(true)
    }

    /// Documents of a run that came to nothing, each with the reason: open to a new try.
    pub async fn refuse(&self, run: &str, refused: &[(String, Failure)], now: i64) -> Result<(), Failure> {
        as_one!(self, |tx| {
            for (request, reason) in refused {
                sqlx::query("UPDATE signature_request SET changed_at = $1 WHERE id = $2")
                    .bind(now)
                    .bind(request)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
                sqlx::query(
                    "UPDATE signature_preparation SET state = 'stale', value = NULL \
                     WHERE request_id = $1 AND run_id = $2 AND state = 'open'",
                )
                .bind(request)
                .bind(run)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
                sqlx::query(
                    "UPDATE signature_field SET state = 'refused', run_id = NULL, reason = $1 \
                     WHERE request_id = $2 AND run_id = $3 AND state = 'signing'",
                )
                .bind(serde_json::to_string(reason).map_err(Failure::internal)?)
                .bind(request)
                .bind(run)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            }
        });
        Ok(())
    }

    /// The round is settled: the run prepares the next one.
    pub async fn close_round(&self, process: &str, id: &str, now: i64) -> Result<bool, Failure> {
        let mine = as_one!(self, |tx| {
            sqlx::query(
                "UPDATE signature_run SET phase = 'idle', ticket = NULL, deadline = NULL, next_at = $1 \
                 WHERE id = $2 AND phase = 'embedding' AND state = 'running' AND claimed_by = $3",
            )
            .bind(now)
            .bind(id)
            .bind(process)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected()
        });
        Ok(mine > 0)
    }

    /// Ends a run: finished, or stopped with a reason. Documents it has not come to have their turn again; those of its open
    /// round are refused with the reason. Word is left for the webhook of its batch.
    pub async fn end_run(&self, id: &str, reason: Option<&Failure>, now: i64) -> Result<(), Failure> {
        let reason = reason.map(serde_json::to_string).transpose().map_err(Failure::internal)?;
        let state = if reason.is_some() { RunState::Stopped } else { RunState::Finished };
        as_one!(self, |tx| {
            let mine = sqlx::query(
                "UPDATE signature_run SET state = $1, reason = $2, finished_at = $3, ticket = NULL, claimed_until = 0 \
                 WHERE id = $4 AND state = 'running'",
            )
            .bind(state.word())
            .bind(&reason)
            .bind(now)
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if mine > 0 {
                sqlx::query(
                    "UPDATE signature_field SET state = 'refused', run_id = NULL, reason = $1 \
                     WHERE run_id = $2 AND state = 'signing' AND request_id IN \
                     (SELECT request_id FROM signature_preparation WHERE run_id = $2 AND state = 'open')",
                )
                .bind(&reason)
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
                sqlx::query(
                    "UPDATE signature_preparation SET state = 'stale', value = NULL WHERE run_id = $1 AND state = 'open'",
                )
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
                sqlx::query(
                    "UPDATE signature_field SET state = 'ready', run_id = NULL WHERE run_id = $1 AND state = 'signing'",
                )
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
                let told: Option<(String, Option<String>, String)> = sqlx::query_as(
                    "SELECT b.id, b.webhook, u.field FROM signature_run u JOIN signature_batch b ON b.id = u.batch_id \
                     WHERE u.id = $1",
                )
                .bind(id)
                .fetch_optional(&mut *tx)
                .await
                .map_err(unavailable)?;
                if let Some((batch, Some(url), field)) = told {
                    let body = json!({
                        "type": format!("signature_batch.run_{}", state.word()),
                        "timestamp": rfc3339(now),
                        "data": {"id": batch, "run": id, "field": field, "location": format!("/v1/signature-batches/{batch}")},
                    })
                    .to_string();
                    leave_note!(&mut *tx, url, &batch, body, now);
                }
            }
        });
        Ok(())
    }
}
