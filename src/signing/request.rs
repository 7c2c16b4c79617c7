//! A request opened, declined, called off.

use std::time::Duration;

use super::store::folder_of;
use super::{Level, RequestReport, Signing, Source, WantedField, moment, new_id, no_field, not_there};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::register::{Created, FieldState, NewRequest, RequestRow, RequestState, now_ms};

/// How long a request may wait for its signatures where nothing else is asked.
const USUAL_TIME: Duration = Duration::from_secs(7 * 86_400);
/// How long it may wait at most, seconds.
pub(super) const LONGEST_TIME_S: u64 = 92 * 86_400;
/// Longest reason of somebody who declines, letters.
const LONGEST_REASON: usize = 500;

/// A request as asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Label of the key it belongs to.
    pub owner: String,
    /// Where the file comes from.
    pub document: Source,
    /// Its fields, in the order of signing; empty for the usual ones.
    pub fields: Vec<WantedField>,
    /// Level its signatures shall reach.
    pub level: Level,
    /// How long it may wait.
    pub expires_in: Option<Duration>,
    /// Name of its file.
    pub name: Option<String>,
    /// Who is told.
    pub webhook: Option<String>,
    /// Idempotency-Key, and the digest of the request it came with.
    pub idempotency: Option<(String, String)>,
}

impl Signing {
    /// Opens a request: its file is in the store before anybody hears of it. Says its id, and whether it was opened now.
    pub async fn open(&self, wanted: Wanted) -> Result<(String, bool), Failure> {
        if let Some(Created::Before(id)) = self.register.answered(&wanted.owner, wanted.idempotency.as_ref()).await? {
            return Ok((id, false));
        }
        self.judge_webhook(wanted.webhook.as_deref())?;
        self.services.allow(wanted.level)?;
        let fit = self.document(&wanted.owner, wanted.document, wanted.fields, wanted.name).await?;
        let id = new_id();
        let now = now_ms();
        self.register.announce_request(&id, now).await?;
        let base = self.keep(&folder_of(&id), "pdf", fit.bytes.into()).await?;
        let new = NewRequest {
            id: id.clone(),
            owner: wanted.owner,
            name: fit.name,
            origin: fit.origin,
            level: wanted.level.word().to_owned(),
            webhook: wanted.webhook,
            base,
            sha256: fit.sha256,
            fields: fit.fields,
            expires_at: now + span(wanted.expires_in),
            now,
            idempotency: wanted.idempotency,
        };
        match self.register.open_request(&new).await? {
            Created::New => {
                metrics::counter!("vinhdanh_signature_requests_total").increment(1);
                Ok((id, true))
            }
            Created::Before(before) => {
                self.files.remove_folder(&folder_of(&id)).await?;
                self.register.forget_arrival(&id).await?;
                Ok((before, false))
            }
        }
    }

    /// A request of an owner.
    pub async fn found(&self, owner: &str, id: &str) -> Result<RequestRow, Failure> {
        self.register.request(owner, id).await?.ok_or_else(not_there)
    }

    /// The file after `revision` signatures, the last one where none is told; never a prepared one. With its digest and name.
    pub async fn document_of(
        &self,
        owner: &str,
        id: &str,
        revision: Option<i64>,
    ) -> Result<(Vec<u8>, String), Failure> {
        let request = self.found(owner, id).await?;
        let revision = revision.unwrap_or(request.revision);
        if !(0..=request.revision).contains(&revision) {
            return Err(Failure::one(
                Code::NotFound,
                format!("chưa có bản thứ `{revision}`; đã có `{}` chữ ký", request.revision),
                format!("there is no revision `{revision}`; `{}` signatures were made", request.revision),
            ));
        }
        Ok((self.whole(&request, revision).await?, request.name))
    }

    /// Somebody declines to sign: the request is rejected.
    pub async fn decline(
        &self,
        owner: &str,
        id: &str,
        field: &str,
        reason: Option<&str>,
    ) -> Result<RequestReport, Failure> {
        let report = self.report(owner, id).await?;
        let found = report.fields.iter().find(|one| one.row.name == field).ok_or_else(no_field)?;
        if !report.state.is_active() || matches!(found.state, FieldState::Waiting | FieldState::Signed) {
            return Err(self.not_now(&report, field));
        }
        let mut failure =
            Failure::one(Code::ProviderRefused, "người ký không đồng ý ký", "the signer declined to sign");
        if let Some(reason) = reason {
            let shown: String = reason.chars().take(LONGEST_REASON).collect();
            failure.diagnostics = vec![Diagnostic::error(
                "declined",
                format!("người ký không đồng ý ký: `{shown}`"),
                format!("the signer declined to sign: `{shown}`"),
            )];
        }
        let declined = Some((field, &failure));
        let now = now_ms();
        if !self.register.end_request(owner, id, RequestState::Rejected, declined, now, self.keep_ms()).await? {
            return Err(self.not_now(&self.report(owner, id).await?, field));
        }
        self.report(owner, id).await
    }

    /// Calls an active request off; removes the files of one that has ended.
    pub async fn stop_or_remove(&self, owner: &str, id: &str) -> Result<RequestReport, Failure> {
        let request = self.found(owner, id).await?;
        let now = now_ms();
        if request.state()?.is_active() {
            let cancelled = RequestState::Cancelled;
            self.register.end_request(owner, id, cancelled, None, now, self.keep_ms()).await?;
        } else if self.register.expire_request(owner, id, now).await? {
            self.remove_expired(now).await?;
        } else if request.batch_id.is_some() && !request.is_removed() {
            return Err(Failure::one(
                Code::SigningState,
                "tệp của lô ký xóa cùng cả lô",
                "the files of a batch of signatures are removed with the whole batch",
            ));
        }
        self.report(owner, id).await
    }

    /// Gives an open preparation up, so that the field may be prepared anew.
    pub async fn give_up(&self, owner: &str, id: &str, preparation: &str) -> Result<RequestReport, Failure> {
        self.found(owner, id).await?;
        if self.register.preparation(id, preparation).await?.is_none() {
            return Err(no_preparation());
        }
        if !self.register.give_up(id, preparation, now_ms()).await? {
            return Err(super::stale());
        }
        self.report(owner, id).await
    }

    /// Why a field cannot be signed now, and which one can.
    pub(super) fn not_now(&self, report: &RequestReport, field: &str) -> Failure {
        let now = moment(now_ms());
        let words = |vi: String, en: String| Diagnostic::error("signing_state", vi, en);
        let state = report.fields.iter().find(|one| one.row.name == field).map(|one| one.state);
        let next = report.next();
        let mut fault = if !report.state.is_active() {
            let word = report.state.word();
            words(format!("yêu cầu ký đã kết thúc: `{word}`"), format!("the request has ended: `{word}`"))
        } else {
            match state {
                Some(FieldState::Signed) => {
                    words(format!("ô `{field}` đã ký"), format!("the field `{field}` is signed already"))
                }
                Some(FieldState::Prepared) => words(
                    format!("ô `{field}` đang có một bản chuẩn bị chờ ký"),
                    format!("the field `{field}` has a preparation waiting for its signature"),
                ),
                Some(FieldState::Signing) => words(
                    format!("ô `{field}` đang chờ nhà cung cấp chữ ký số"),
                    format!("the field `{field}` waits for a provider"),
                ),
                _ => words(format!("chưa đến lượt ô `{field}`"), format!("it is not the turn of the field `{field}`")),
            }
        };
        if let Some(open) = &report.open {
            let until = moment(open.expires_at).max(now).format("%H:%M:%S %d/%m/%Y");
            fault = fault.hint(
                format!("chờ đến `{until}`, hoặc bỏ bản chuẩn bị `{}`", open.id),
                format!("wait until `{until}`, or give the preparation `{}` up", open.id),
            );
        }
        if let Some(next) = next {
            fault = fault.hint(format!("ô ký tiếp theo: `{next}`"), format!("the field to be signed next: `{next}`"));
        }
        Failure::new(Code::SigningState, vec![fault])
    }
}

/// Milliseconds a request may wait.
pub(super) fn span(asked: Option<Duration>) -> i64 {
    let asked = asked.unwrap_or(USUAL_TIME).min(Duration::from_secs(LONGEST_TIME_S));
    i64::try_from(asked.as_millis()).unwrap_or(i64::MAX / 4)
}

pub(super) fn no_preparation() -> Failure {
    Failure::one(Code::NotFound, "không có bản chuẩn bị này", "there is no such preparation")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_waits_a_week_and_never_more_than_a_quarter() {
        assert_eq!(span(None), 7 * 86_400_000);
        assert_eq!(span(Some(Duration::from_secs(60))), 60_000);
        assert_eq!(span(Some(Duration::from_secs(u64::MAX))), 92 * 86_400_000);
    }
}
