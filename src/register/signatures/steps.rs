//! The steps of a request: prepared, signed, given up, declined, called off, run out of time.

use serde_json::json;

use super::{FieldState, Kept, Mode, RequestState, leave_note};
use crate::diagnostic::Failure;
use crate::register::database::{Register, as_one, on, unavailable};
use crate::register::rfc3339;

/// A preparation to be opened.
#[derive(Debug, Clone)]
pub struct NewPreparation {
    /// Its id.
    pub id: String,
    /// Owner of the request, for the Idempotency-Key.
    pub owner: String,
    /// Its request.
    pub request: String,
    /// Its field.
    pub field: String,
    /// How it is to come back.
    pub mode: Mode,
    /// Signatures before it: the request must still have as many.
    pub revision: i64,
    /// SHA-256 of its ticket.
    pub ticket: Option<String>,
    /// What is appended, with the hole; nothing for a file handed out whole.
    pub tail: Option<Kept>,
    /// How it was prepared, JSON.
    pub prepared: Option<String>,
    /// Signed attributes, base64.
    pub attributes: Option<String>,
    /// Certificates, JSON list of base64 DER.
    pub chain: Option<String>,
    /// Algorithm the signature will have.
    pub algorithm: Option<String>,
    /// Now, ms.
    pub now: i64,
    /// When it is too late, ms.
    pub expires_at: i64,
    /// The caller's Idempotency-Key and the digest of the request.
    pub idempotency: Option<(String, String)>,
}

/// A signature in its file.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The preparation it answers.
    pub preparation: String,
    /// Its request.
    pub request: String,
    /// Its field.
    pub field: String,
    /// Its number: one more than there were.
    pub revision: i64,
    /// Its bytes.
    pub tail: Kept,
    /// SHA-256 of the whole file up to its end.
    pub sha256: String,
    /// SHA-256 of the signature or CMS that was put in.
    pub value_sha256: String,
    /// How it came.
    pub way: Mode,
    /// Level it reached.
    pub level: String,
    /// Name in the signer's certificate.
    pub signer: String,
    /// PDF/A state of a file that came back whole.
    pub pdfa: Option<String>,
    /// How far the key can be relied on.
    pub assurance: Option<String>,
    /// Whether it may come after its time: a provider was asked in time.
    pub late: bool,
}

/// What a step did to its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Somebody has yet to sign.
    PartlySigned,
    /// This was the last signature.
    Completed,
    /// The request went on without it: nothing was written.
    Stale,
}

/// What a webhook is told of a request.
fn note(id: &str, event: &str, state: &str, field: Option<&str>, now: i64) -> String {
    json!({
        "type": format!("signature_request.{event}"),
        "timestamp": rfc3339(now),
        "data": {"id": id, "state": state, "field": field, "location": format!("/v1/signature-requests/{id}")},
    })
    .to_string()
}

impl Register {
    /// Opens a preparation in the place of one whose time ran out. Says no where the request went on, its field is not the
    /// one whose turn it is, or another preparation is open.
    pub async fn open_preparation(&self, new: &NewPreparation) -> Result<bool, Failure> {
        as_one!(self, |tx| {
            // First a write to the request's own row: it makes steps of one request wait for each other.
            let held = sqlx::query(
                "UPDATE signature_request SET changed_at = $1 WHERE id = $2 AND revision = $3 AND removal = 0 \
                 AND expires_at > $1 AND state IN ('open', 'partly_signed')",
            )
            .bind(new.now)
            .bind(&new.request)
            .bind(new.revision)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if held == 0 {
                return Ok(false);
            }
            let freed = sqlx::query(
                "UPDATE signature_preparation SET state = 'stale' \
                 WHERE request_id = $1 AND state = 'open' AND mode <> 'provider' AND expires_at <= $2",
            )
            .bind(&new.request)
            .bind(new.now)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if freed > 0 {
                sqlx::query("UPDATE signature_field SET state = 'ready' WHERE request_id = $1 AND state = 'prepared'")
                    .bind(&new.request)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
            }
            let mine = sqlx::query(
                "UPDATE signature_field SET state = 'prepared', reason = NULL \
                 WHERE request_id = $1 AND name = $2 AND state IN ('ready', 'refused')",
            )
            .bind(&new.request)
            .bind(&new.field)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if mine == 0 {
                return Ok(false);
            }
            sqlx::query(
                "INSERT INTO signature_preparation (id, request_id, field, mode, state, revision, ticket, pack, place, \
                 bytes, prepared, attributes, chain, algorithm, created_at, expires_at) \
                 VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            )
            .bind(&new.id)
            .bind(&new.request)
            .bind(&new.field)
            .bind(new.mode.word())
            .bind(new.revision)
            .bind(&new.ticket)
            .bind(new.tail.as_ref().map(|tail| &tail.pack))
            .bind(new.tail.as_ref().map(|tail| tail.place))
            .bind(new.tail.as_ref().map(|tail| tail.bytes))
            .bind(&new.prepared)
            .bind(&new.attributes)
            .bind(&new.chain)
            .bind(&new.algorithm)
            .bind(new.now)
            .bind(new.expires_at)
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
        });
        Ok(true)
    }

    /// Gives an open preparation up: its field is as it was before. Says whether there was one.
    pub async fn give_up(&self, request: &str, preparation: &str, now: i64) -> Result<bool, Failure> {
        as_one!(self, |tx| {
            sqlx::query("UPDATE signature_request SET changed_at = $1 WHERE id = $2")
                .bind(now)
                .bind(request)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            let open = sqlx::query(
                "UPDATE signature_preparation SET state = 'stale' \
                 WHERE id = $1 AND request_id = $2 AND state = 'open' AND mode <> 'provider'",
            )
            .bind(preparation)
            .bind(request)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if open == 0 {
                return Ok(false);
            }
            sqlx::query("UPDATE signature_field SET state = 'ready' WHERE request_id = $1 AND state = 'prepared'")
                .bind(request)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
        });
        Ok(true)
    }

    /// Writes signatures: each only where its preparation is open and its request has not gone on. The next field has its
    /// turn, or the request is complete; word is left for its webhook in the same transaction.
    pub async fn settle_signed(&self, signed: &[Signed], now: i64, keep: i64) -> Result<Vec<Next>, Failure> {
        let outcome = as_one!(self, |tx| {
            let mut outcome = Vec::with_capacity(signed.len());
            for one in signed {
                // First a write to the request's own row: what the next statement reads is then what others left behind.
                sqlx::query("UPDATE signature_request SET changed_at = $1 WHERE id = $2")
                    .bind(now)
                    .bind(&one.request)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
                let mine = sqlx::query(
                    "UPDATE signature_request SET revision = $1, changed_at = $2 WHERE id = $3 AND revision = $4 \
                     AND removal = 0 AND state IN ('open', 'partly_signed') AND EXISTS \
                     (SELECT 1 FROM signature_preparation p WHERE p.id = $5 AND p.request_id = $3 AND p.state = 'open' \
                      AND (p.expires_at > $2 OR $6 = 1))",
                )
                .bind(one.revision)
                .bind(now)
                .bind(&one.request)
                .bind(one.revision - 1)
                .bind(&one.preparation)
                .bind(i64::from(one.late))
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?
                .rows_affected();
                if mine == 0 {
                    outcome.push(Next::Stale);
                    continue;
                }
                sqlx::query(
                    "UPDATE signature_preparation SET state = 'used', value = NULL, value_sha256 = $1 WHERE id = $2",
                )
                .bind(&one.value_sha256)
                .bind(&one.preparation)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
                sqlx::query(
                    "INSERT INTO signature_revision (request_id, number, pack, place, bytes, sha256, created_at) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(&one.request)
                .bind(one.revision)
                .bind(&one.tail.pack)
                .bind(one.tail.place)
                .bind(one.tail.bytes)
                .bind(&one.sha256)
                .bind(now)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
                sqlx::query(
                    "UPDATE signature_field SET state = 'signed', reason = NULL, run_id = NULL, way = $1, level = $2, \
                     signer = $3, pdfa = $4, assurance = $5, revision = $6, signed_at = $7 \
                     WHERE request_id = $8 AND name = $9",
                )
                .bind(one.way.word())
                .bind(&one.level)
                .bind(&one.signer)
                .bind(&one.pdfa)
                .bind(&one.assurance)
                .bind(one.revision)
                .bind(now)
                .bind(&one.request)
                .bind(&one.field)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
                let next: Option<i64> = sqlx::query_scalar(
                    "SELECT MIN(turn) FROM signature_field WHERE request_id = $1 AND state <> 'signed'",
                )
                .bind(&one.request)
                .fetch_one(&mut *tx)
                .await
                .map_err(unavailable)?;
                let (state, ended) = match next {
                    Some(turn) => {
                        sqlx::query(
                            "UPDATE signature_field SET state = 'ready' \
                             WHERE request_id = $1 AND turn = $2 AND state = 'waiting'",
                        )
                        .bind(&one.request)
                        .bind(turn)
                        .execute(&mut *tx)
                        .await
                        .map_err(unavailable)?;
                        (RequestState::PartlySigned, None)
                    }
                    None => (RequestState::Completed, Some(now)),
                };
                sqlx::query(
                    "UPDATE signature_request SET state = $1, ended_at = $2, remove_at = $3, signed_sha256 = $4 \
                     WHERE id = $5",
                )
                .bind(state.word())
                .bind(ended)
                .bind(ended.map(|now| now + keep))
                .bind(&one.sha256)
                .bind(&one.request)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
                let webhook: Option<String> = sqlx::query_scalar("SELECT webhook FROM signature_request WHERE id = $1")
                    .bind(&one.request)
                    .fetch_one(&mut *tx)
                    .await
                    .map_err(unavailable)?;
                if let Some(url) = webhook {
                    let event = if ended.is_some() { "completed" } else { "signed" };
                    let body = note(&one.request, event, state.word(), Some(&one.field), now);
                    leave_note!(&mut *tx, url, &one.request, body, now);
                }
                outcome.push(if ended.is_some() { Next::Completed } else { Next::PartlySigned });
            }
            outcome
        });
        Ok(outcome)
    }

    /// Ends an active request: declined in a field (with the reason), or called off. Says whether it was active.
    pub async fn end_request(
        &self,
        owner: &str,
        id: &str,
        state: RequestState,
        declined: Option<(&str, &Failure)>,
        now: i64,
        keep: i64,
    ) -> Result<bool, Failure> {
        let reason =
            declined.map(|(_, failure)| serde_json::to_string(failure)).transpose().map_err(Failure::internal)?;
        as_one!(self, |tx| {
            let ended = sqlx::query(
                "UPDATE signature_request SET state = $1, changed_at = $2, ended_at = $2, remove_at = $3 \
                 WHERE id = $4 AND owner = $5 AND state IN ('open', 'partly_signed')",
            )
            .bind(state.word())
            .bind(now)
            .bind(now + keep)
            .bind(id)
            .bind(owner)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?
            .rows_affected();
            if ended == 0 {
                return Ok(false);
            }
            sqlx::query("UPDATE signature_preparation SET state = 'stale' WHERE request_id = $1 AND state = 'open'")
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            // Nothing is anybody's turn any more.
            sqlx::query(
                "UPDATE signature_field SET state = 'waiting', run_id = NULL \
                 WHERE request_id = $1 AND state IN ('ready', 'prepared', 'signing')",
            )
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(unavailable)?;
            if let Some((field, _)) = declined {
                sqlx::query("UPDATE signature_field SET state = $1, reason = $2 WHERE request_id = $3 AND name = $4")
                    .bind(FieldState::Refused.word())
                    .bind(&reason)
                    .bind(id)
                    .bind(field)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
            }
            let webhook: Option<String> = sqlx::query_scalar("SELECT webhook FROM signature_request WHERE id = $1")
                .bind(id)
                .fetch_one(&mut *tx)
                .await
                .map_err(unavailable)?;
            if let Some(url) = webhook {
                let body = note(id, state.word(), state.word(), declined.map(|(field, _)| field), now);
                leave_note!(&mut *tx, url, id, body, now);
            }
        });
        Ok(true)
    }

    /// Ends active requests whose time ran out, and frees fields whose preparation did. Says how many requests ended.
    pub async fn expire_requests(&self, now: i64, keep: i64) -> Result<usize, Failure> {
        let due: Vec<(String, String)> = on!(self, |pool| sqlx::query_as(
            "SELECT id, owner FROM signature_request WHERE state IN ('open', 'partly_signed') AND expires_at <= $1"
        )
        .bind(now)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)?;
        let mut ended = 0;
        for (id, owner) in due {
            ended += usize::from(self.end_request(&owner, &id, RequestState::Expired, None, now, keep).await?);
        }
        let late: Vec<(String, String)> = on!(self, |pool| sqlx::query_as(
            "SELECT request_id, id FROM signature_preparation \
             WHERE state = 'open' AND mode <> 'provider' AND expires_at <= $1"
        )
        .bind(now)
        .fetch_all(pool)
        .await)
        .map_err(unavailable)?;
        for (request, preparation) in late {
            self.give_up(&request, &preparation, now).await?;
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{NewField, NewRequest, NewRun, Role, RunRow, Subject, Waiting};
    use super::*;
    use crate::register::Created;

    /// A register with one request of two fields.
    async fn register() -> (tempfile::TempDir, Register) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("so.sqlite");
        let register = Register::open(path.to_str().expect("UTF-8")).await.expect("opened");
        assert_eq!(register.open_request(&request()).await.expect("opened"), Created::New);
        (folder, register)
    }

    fn request() -> NewRequest {
        let field = |name: &str, role| NewField { name: name.to_owned(), role, label: name.to_owned() };
        NewRequest {
            id: "k".to_owned(),
            owner: String::new(),
            name: "a.pdf".to_owned(),
            origin: json!({}),
            level: "B-B".to_owned(),
            webhook: Some("https://example.vn/x".to_owned()),
            base: Kept { pack: "ky/k/a.pdf".to_owned(), place: 0, bytes: 10 },
            sha256: "00".to_owned(),
            fields: vec![field("NguoiKy", Role::Signer), field("CoQuan", Role::Seal)],
            expires_at: 1_000_000,
            now: 0,
            idempotency: None,
        }
    }

    fn preparation(id: &str, field: &str, revision: i64, now: i64) -> NewPreparation {
        NewPreparation {
            id: id.to_owned(),
            owner: String::new(),
            request: "k".to_owned(),
            field: field.to_owned(),
            mode: Mode::Hash,
            revision,
            ticket: None,
            tail: None,
            prepared: None,
            attributes: None,
            chain: None,
            algorithm: None,
            now,
            expires_at: now + 100,
            idempotency: None,
        }
    }

    fn signed(preparation: &str, field: &str, revision: i64) -> Signed {
        Signed {
            preparation: preparation.to_owned(),
            request: "k".to_owned(),
            field: field.to_owned(),
            revision,
            tail: Kept { pack: format!("ky/k/{revision}.tail"), place: 0, bytes: 5 },
            sha256: format!("{revision:02}"),
            value_sha256: "v".to_owned(),
            way: Mode::Hash,
            level: "B-B".to_owned(),
            signer: "Lường Thị Ò".to_owned(),
            pdfa: None,
            assurance: None,
            late: false,
        }
    }

    #[tokio::test]
    async fn a_preparation_stands_in_the_way_until_its_time_is_over() {
        let (_folder, register) = register().await;
        assert!(!register.open_preparation(&preparation("x", "CoQuan", 0, 0)).await.expect("asked"), "not its turn");
        assert!(register.open_preparation(&preparation("a", "NguoiKy", 0, 0)).await.expect("asked"));
        assert!(!register.open_preparation(&preparation("b", "NguoiKy", 0, 99)).await.expect("asked"), "one is open");
        assert!(register.open_preparation(&preparation("c", "NguoiKy", 0, 100)).await.expect("asked"), "it is over");
        // The old one's signature comes too late, and a second time for nothing.
        let late = register.settle_signed(&[signed("a", "NguoiKy", 1)], 110, 5).await.expect("asked");
        assert_eq!(late, [Next::Stale]);
        let over = register.settle_signed(&[signed("c", "NguoiKy", 1)], 200, 5).await.expect("asked");
        assert_eq!(over, [Next::Stale], "its own time is over");
    }

    #[tokio::test]
    async fn signatures_are_settled_once_in_order_and_word_is_left_of_each() {
        let (_folder, register) = register().await;
        register.open_preparation(&preparation("a", "NguoiKy", 0, 0)).await.expect("asked");
        let twice = [signed("a", "NguoiKy", 1), signed("a", "NguoiKy", 1)];
        let next = register.settle_signed(&twice, 10, 5).await.expect("asked");
        assert_eq!(next, [Next::PartlySigned, Next::Stale]);
        assert!(
            !register.open_preparation(&preparation("b", "CoQuan", 0, 20)).await.expect("asked"),
            "an old revision"
        );
        assert!(register.open_preparation(&preparation("b", "CoQuan", 1, 20)).await.expect("asked"));
        let next = register.settle_signed(&[signed("b", "CoQuan", 2)], 30, 5).await.expect("asked");
        assert_eq!(next, [Next::Completed]);
        let row = register.request("", "k").await.expect("read").expect("there");
        assert_eq!(
            (row.state().ok(), row.remove_at, row.sha256_now()),
            (Some(RequestState::Completed), Some(35), "02")
        );
        let calls = register.due_calls(40, 10).await.expect("read");
        let events: Vec<_> = calls.iter().map(|call| call.body.split('"').nth(3).unwrap_or_default()).collect();
        assert_eq!(events, ["signature_request.signed", "signature_request.completed"]);
        assert!(calls.iter().all(|call| !call.body.contains("Lường")), "no name in a webhook");
        assert!(
            !register.end_request("", "k", RequestState::Cancelled, None, 50, 5).await.expect("asked"),
            "it has ended"
        );
    }

    #[tokio::test]
    async fn a_removed_request_leaves_no_name_in_any_file() {
        let (folder, register) = register().await;
        let holds = |name: &str| {
            let files = std::fs::read_dir(folder.path()).expect("the folder");
            let mut contents = files.map(|file| std::fs::read(file.expect("a file").path()).expect("read"));
            contents.any(|bytes| bytes.windows(name.len()).any(|part| part == name.as_bytes()))
        };
        register.open_preparation(&preparation("a", "NguoiKy", 0, 0)).await.expect("asked");
        register.settle_signed(&[signed("a", "NguoiKy", 1)], 10, 5).await.expect("asked");
        assert!(holds("Lường Thị Ò"));
        assert_eq!(register.expire_requests(1_000_000, 5).await.expect("ended"), 1);
        assert_eq!(register.begin_signature_removal(1_000_004).await.expect("begun").0.len(), 0, "kept for its time");
        let (requests, _) = register.begin_signature_removal(1_000_005).await.expect("begun");
        for id in requests {
            register.finish_signature_removal(&id, false).await.expect("removed");
        }
        assert!(!holds("Lường Thị Ò"));
        let left = register.request("", "k").await.expect("read").expect("its bare row");
        assert_eq!((left.state().ok(), left.is_removed()), (Some(RequestState::Expired), true));
    }

    /// A run over the request, with its one document handed to the provider.
    async fn running(register: &Register, id: &str, now: i64) -> RunRow {
        assert_eq!(register.begin_run(&run(id, now)).await.expect("begun"), (Created::New, 1));
        register.run_row(id).await.expect("read").expect("there")
    }

    fn run(id: &str, now: i64) -> NewRun {
        NewRun {
            id: id.to_owned(),
            owner: String::new(),
            subject: Subject::Request("k".to_owned()),
            field: "NguoiKy".to_owned(),
            provider: "csc".to_owned(),
            user: "014089000123".to_owned(),
            credential: "1".to_owned(),
            algorithm: "rs256".to_owned(),
            chain: "[]".to_owned(),
            at_once: 10,
            look: "{}".to_owned(),
            claimed_by: "here".to_owned(),
            claimed_until: now + 10,
            now,
            idempotency: None,
        }
    }

    fn waiting(id: &str) -> Waiting {
        Waiting {
            id: id.to_owned(),
            request: "k".to_owned(),
            revision: 0,
            tail: Kept { pack: "ky/k/a.prep".to_owned(), place: 0, bytes: 1 },
            prepared: "{}".to_owned(),
            attributes: String::new(),
        }
    }

    #[tokio::test]
    async fn a_document_called_off_while_its_signer_is_asked_still_counts_among_those_asked_for() {
        let (_folder, register) = register().await;
        let run = running(&register, "r", 0).await;
        assert!(register.open_round("here", &run, &[waiting("a")], 1, 100).await.expect("opened"));
        assert!(register.end_request("", "k", RequestState::Cancelled, None, 2, 5).await.expect("ended"));
        assert_eq!(register.round("r", 1).await.expect("read").len(), 0, "nothing is to be put into it");
        assert_eq!(register.asked_in_round("r", 1).await.expect("read").len(), 1);
    }

    #[tokio::test]
    async fn a_run_that_stopped_before_it_prepared_anything_leaves_no_name() {
        let (_folder, register) = register().await;
        running(&register, "r", 0).await;
        assert_eq!(register.remove_lost_runs().await.expect("looked"), 0, "it runs");
        let failure = Failure::internal("nothing");
        register.end_run("r", Some(&failure), 1).await.expect("ended");
        assert_eq!(register.remove_lost_runs().await.expect("removed"), 1);
        assert!(register.run_row("r").await.expect("read").is_none());
        // One whose documents tell of it stays as long as they do.
        let run = running(&register, "s", 2).await;
        assert!(register.open_round("here", &run, &[waiting("a")], 3, 100).await.expect("opened"));
        register.end_run("s", Some(&failure), 4).await.expect("ended");
        assert_eq!(register.remove_lost_runs().await.expect("looked"), 0);
    }

    #[tokio::test]
    async fn a_run_over_another_field_leaves_one_whose_preparation_ran_out_ready() {
        let (_folder, register) = register().await;
        assert!(register.open_preparation(&preparation("a", "NguoiKy", 0, 0)).await.expect("asked"));
        let second = NewRequest { id: "l".to_owned(), ..request() };
        assert_eq!(register.open_request(&second).await.expect("opened"), Created::New);
        // Both are of one batch, and the person has signed the second.
        for statement in [
            "INSERT INTO signature_batch (id, owner, source, title, level, total, created_at, expires_at, remove_at) \
             VALUES ('lo', '', '', '', 'B-B', 2, 0, 1000000, 2000000)",
            "UPDATE signature_request SET batch_id = 'lo', item_no = 1",
            "UPDATE signature_field SET state = 'signed' WHERE request_id = 'l' AND name = 'NguoiKy'",
            "UPDATE signature_field SET state = 'ready' WHERE request_id = 'l' AND name = 'CoQuan'",
        ] {
            on!(register, |pool| sqlx::query(statement).execute(pool).await.map(|_| ())).expect("written");
        }
        let seal = NewRun { field: "CoQuan".to_owned(), subject: Subject::Batch("lo".to_owned()), ..run("r", 200) };
        assert_eq!(register.begin_run(&seal).await.expect("begun"), (Created::New, 1));
        assert!(register.open_preparation(&preparation("b", "NguoiKy", 0, 201)).await.expect("asked"), "not stuck");
    }
}
