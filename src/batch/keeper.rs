//! What happens beside the work: lost jobs written anew, webhooks called, expired results removed.

use std::time::Duration;

use tokio::time::Instant;

use super::{Batches, folder, now_ms};
use crate::diagnostic::Failure;
use crate::register::{Call, CallState};
use crate::webhook::{Outcome, Secret, Sender, next};

/// How often webhooks are looked for.
const TICK: Duration = Duration::from_secs(2);
/// How often the rest is.
const SWEEP: Duration = Duration::from_secs(60);
/// A batch in which nothing happened for so long may have lost its jobs, ms. Longer than any one document.
const STILL_MS: i64 = 150_000;
/// Calls made in one turn.
const CALLS: i64 = 20;

impl Batches {
    /// Runs until the service stops. A turn that fails is told in the log and comes again.
    pub(super) async fn keep_house(&self) {
        let mut stop = self.stop.clone();
        let mut swept: Option<Instant> = None;
        while !self.stopping() {
            if swept.is_none_or(|at| at.elapsed() >= SWEEP) {
                // At the start too: a process that died left its batches to whoever comes next.
                if let Err(failure) = self.sweep().await {
                    tracing::warn!("sweep: {failure}");
                }
                swept = Some(Instant::now());
            }
            if let Err(failure) = self.call_all().await {
                tracing::warn!("webhooks: {failure}");
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    }

    /// Takes up batches that stand still, and removes what has expired.
    pub async fn sweep(&self) -> Result<(), Failure> {
        let now = now_ms();
        self.register.take_up(now - STILL_MS, now, self.keep_ms()).await?;
        self.remove_expired(now).await?;
        self.register.forget(now, self.keep_ms()).await
    }

    /// Writes the jobs of every running batch anew: for a command that is alone with its register.
    pub async fn take_up_now(&self) -> Result<(), Failure> {
        let now = now_ms();
        self.register.take_up(now + 1, now, self.keep_ms()).await.map(|_| ())
    }

    /// Removes files first, then what the register knows of them: begun again where it broke off.
    pub async fn remove_expired(&self, now: i64) -> Result<(), Failure> {
        for id in self.register.begin_removal(now).await? {
            let files = self.files.remove_folder(&folder(&id)).await?;
            self.register.finish_removal(&id).await?;
            tracing::info!(batch = %id, files, "results removed");
        }
        Ok(())
    }

    async fn call_all(&self) -> Result<(), Failure> {
        let Some(webhooks) = &self.webhooks else { return Ok(()) };
        let calls = self.register.due_calls(now_ms(), CALLS).await?;
        let made = futures_util::future::join_all(calls.iter().map(|call| self.call(call, webhooks))).await;
        made.into_iter().collect()
    }

    async fn call(&self, call: &Call, (sender, secrets): &(Sender, Vec<Secret>)) -> Result<(), Failure> {
        let now = now_ms();
        let outcome = sender.deliver(&call.url, secrets, &call.id, now / 1_000, call.body.as_bytes()).await;
        let attempt = u32::try_from(call.attempt).unwrap_or(u32::MAX);
        let (state, next_at, last) = match outcome {
            Outcome::Delivered { status } => (CallState::Delivered, now, status.to_string()),
            Outcome::Gone => (CallState::Abandoned, now, "410".to_owned()),
            Outcome::Refused { why } => (CallState::Abandoned, now, why.vi),
            Outcome::Again { why, status, retry_after } => {
                let last = status.map_or(why.vi, |status| status.to_string());
                // The attempt just made was number `attempt`, from 0.
                match next(attempt.saturating_add(1), u64::from(uuid::Uuid::now_v7().as_bytes()[15]), retry_after) {
                    Some(wait) => {
                        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2);
                        (CallState::Waiting, now_ms() + wait, last)
                    }
                    None => (CallState::Abandoned, now, last),
                }
            }
        };
        let outcome = match state {
            CallState::Waiting => "again",
            CallState::Delivered => "delivered",
            CallState::Abandoned => "abandoned",
        };
        metrics::counter!("vinhdanh_webhook_calls_total", "outcome" => outcome).increment(1);
        self.register.note_call(&call.id, state, next_at, &last).await
    }
}
