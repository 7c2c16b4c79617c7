//! Requests opened, and everything about them read.

use sqlx::QueryBuilder;

use super::{FIELD, FieldRow, NewRequest, PREPARATION, PreparationRow, REQUEST, RequestRow, RequestState, RevisionRow};
use crate::diagnostic::Failure;
use crate::register::Created;
use crate::register::database::{Register, as_one, on, unavailable};

impl Register {
    /// Opens a request; one already answered opens nothing.
    pub async fn open_request(&self, new: &NewRequest) -> Result<Created, Failure> {
        if let Some(found) = self.answered(&new.owner, new.idempotency.as_ref()).await? {
            return Ok(found);
        }
        match self.write_request(new).await {
            // Two requests with one key at the same moment: the other was first.
            Err(failure) if new.idempotency.is_some() => {
                self.answered(&new.owner, new.idempotency.as_ref()).await?.ok_or(failure)
            }
            other => other.map(|()| Created::New),
        }
    }

    /// Notes that a file is on its way into the folder of a request yet to be opened: a process that dies leaves no file
    /// nobody knows of.
    pub async fn announce_request(&self, id: &str, now: i64) -> Result<(), Failure> {
        as_one!(self, |tx| {
            sqlx::query("INSERT INTO signature_arrival (id, created_at) VALUES ($1, $2)")
                .bind(id)
                .bind(now)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
        });
        Ok(())
    }

    /// Files that came before a moment and of which no request came.
    pub async fn stranded(&self, before: i64) -> Result<Vec<String>, Failure> {
        let found: Vec<(String,)> =
            on!(self, |pool| sqlx::query_as("SELECT id FROM signature_arrival WHERE created_at < $1")
                .bind(before)
                .fetch_all(pool)
                .await)
            .map_err(unavailable)?;
        Ok(found.into_iter().map(|(id,)| id).collect())
    }

    /// Forgets a file that came, once it is removed.
    pub async fn forget_arrival(&self, id: &str) -> Result<(), Failure> {
        as_one!(self, |tx| {
            sqlx::query("DELETE FROM signature_arrival WHERE id = $1")
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
        });
        Ok(())
    }

    async fn write_request(&self, new: &NewRequest) -> Result<(), Failure> {
        as_one!(self, |tx| {
            sqlx::query("DELETE FROM signature_arrival WHERE id = $1")
                .bind(&new.id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            sqlx::query(
                "INSERT INTO signature_request (id, owner, state, name, origin, level, webhook, pack, place, bytes, \
                 sha256, created_at, changed_at, expires_at) \
                 VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)",
            )
            .bind(&new.id)
            .bind(&new.owner)
            .bind(&new.name)
            .bind(new.origin.to_string())
            .bind(&new.level)
            .bind(&new.webhook)
            .bind(&new.base.pack)
            .bind(new.base.place)
            .bind(new.base.bytes)
            .bind(&new.sha256)
            .bind(new.now)
            .bind(new.expires_at)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            for (turn, field) in (1_i64..).zip(&new.fields) {
                sqlx::query(
                    "INSERT INTO signature_field (request_id, turn, name, role, label, state) \
                     VALUES ($1, $2, $3, $4, $5, $6)",
                )
                .bind(&new.id)
                .bind(turn)
                .bind(&field.name)
                .bind(field.role.word())
                .bind(&field.label)
                .bind(if turn == 1 { "ready" } else { "waiting" })
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
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

    /// A request of an owner.
    pub async fn request(&self, owner: &str, id: &str) -> Result<Option<RequestRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(REQUEST).push(" FROM signature_request WHERE id = ").push_bind(id);
            query.push(" AND owner = ").push_bind(owner);
            query.build_query_as().fetch_optional(pool).await
        })
        .map_err(unavailable)
    }

    /// A request, whoever owns it: for tickets and for work the service does by itself.
    pub async fn any_request(&self, id: &str) -> Result<Option<RequestRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(REQUEST).push(" FROM signature_request WHERE id = ").push_bind(id);
            query.build_query_as().fetch_optional(pool).await
        })
        .map_err(unavailable)
    }

    /// Requests of an owner outside batches, the newest first, of one state or of all.
    pub async fn requests(
        &self,
        owner: &str,
        state: Option<RequestState>,
        limit: i64,
    ) -> Result<Vec<RequestRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(REQUEST).push(" FROM signature_request WHERE batch_id IS NULL AND owner = ").push_bind(owner);
            if let Some(state) = state {
                query.push(" AND state = ").push_bind(state.word());
            }
            query.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(pool).await
        })
        .map_err(unavailable)
    }

    /// The fields of a request, in their order.
    pub async fn request_fields(&self, request: &str) -> Result<Vec<FieldRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(FIELD).push(" FROM signature_field WHERE request_id = ").push_bind(request);
            query.push(" ORDER BY turn");
            query.build_query_as().fetch_all(pool).await
        })
        .map_err(unavailable)
    }

    /// The fields of some items of a batch of requests.
    pub async fn fields_between(&self, batch: &str, from: i64, to: i64) -> Result<Vec<FieldRow>, Failure> {
        on!(self, |pool| sqlx::query_as(
            "SELECT f.request_id, f.turn, f.name, f.role, f.label, f.state, f.reason, f.run_id, f.way, f.level, \
             f.signer, f.pdfa, f.assurance, f.revision, f.signed_at \
             FROM signature_field f JOIN signature_request r ON r.id = f.request_id \
             WHERE r.batch_id = $1 AND r.item_no BETWEEN $2 AND $3 ORDER BY r.item_no, f.turn"
        )
        .bind(batch)
        .bind(from)
        .bind(to)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)
    }

    /// The revisions of a request up to a number, in order.
    pub async fn revisions(&self, request: &str, up_to: i64) -> Result<Vec<RevisionRow>, Failure> {
        on!(self, |pool| sqlx::query_as(
            "SELECT number, pack, place, bytes, sha256, created_at FROM signature_revision \
             WHERE request_id = $1 AND number <= $2 ORDER BY number"
        )
        .bind(request)
        .bind(up_to)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)
    }

    /// One preparation of a request.
    pub async fn preparation(&self, request: &str, id: &str) -> Result<Option<PreparationRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(PREPARATION).push(" FROM signature_preparation WHERE id = ").push_bind(id);
            query.push(" AND request_id = ").push_bind(request);
            query.build_query_as().fetch_optional(pool).await
        })
        .map_err(unavailable)
    }

    /// The open preparation of a request.
    pub async fn open_preparation_of(&self, request: &str) -> Result<Option<PreparationRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(PREPARATION).push(" FROM signature_preparation WHERE state = 'open' AND request_id = ");
            query.push_bind(request);
            query.build_query_as().fetch_optional(pool).await
        })
        .map_err(unavailable)
    }

    /// The file handed out under a ticket, by the ticket's SHA-256.
    pub async fn ticket(&self, sha256: &str) -> Result<Option<PreparationRow>, Failure> {
        on!(self, |pool| {
            let mut query = QueryBuilder::new("SELECT ");
            query.push(PREPARATION).push(" FROM signature_preparation WHERE ticket = ").push_bind(sha256);
            query.build_query_as().fetch_optional(pool).await
        })
        .map_err(unavailable)
    }
}
