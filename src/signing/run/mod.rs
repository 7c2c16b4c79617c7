//! Signing with a provider: a run over one document or a batch of them, as many hashes at a time as one approval carries.
//!
//! What the next step needs stands in the register before the step is taken; only what the signer handed over (a PIN, a
//! one-time password) is known to this process alone and to nobody after it. A provider is never asked twice for the same
//! documents by itself: where a process died while it asked, the documents are refused with that reason, except where the
//! key is in a file here and nobody is disturbed.

mod begin;
mod embed;
mod round;

use std::sync::Arc;
use std::time::Duration;

use super::Signing;
use crate::diagnostic::{Code, Failure};
use crate::pades::Algorithm;
use crate::register::{Phase, RunRow, RunState, now_ms};

pub use begin::{Begun, WantedRun};

/// A run belongs to its process so long without a sign of life, ms.
const CLAIM_MS: i64 = 20_000;
/// How often a process gives one.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
/// A run that is not written down so long after it got its id never will be, ms: longer than any request may take.
const BEGUN_MS: i64 = 3_600_000;
/// Runs looked at in one turn.
const RUNS: i64 = 8;

impl Signing {
    /// Forgets what signers handed over for runs that ended, or never came to be, before their provider was asked.
    pub(super) async fn forget_handed(&self, now: i64) -> Result<(), Failure> {
        let runs: Vec<String> = self.state.handed.lock().await.keys().cloned().collect();
        for id in runs {
            let over = match self.register.run_row(&id).await? {
                Some(run) => run.state()? != RunState::Running,
                // Its request may still be at it.
                None => made_before(&id, now - BEGUN_MS),
            };
            if over {
                self.state.handed.lock().await.remove(&id);
            }
        }
        Ok(())
    }

    /// Runs whose time has come and which nobody is at, claimed for this process.
    pub(super) async fn due_runs(&self) -> Result<Vec<RunRow>, Failure> {
        let now = now_ms();
        let mut runs = self.register.claim_runs(&self.state.process, now, now + CLAIM_MS, RUNS).await?;
        let mut busy = self.state.busy.lock().await;
        runs.retain(|run| busy.insert(run.id.clone()));
        Ok(runs)
    }

    /// One step of one run; another process cannot take it meanwhile.
    pub(super) async fn advance(self: Arc<Self>, run: RunRow) {
        let taken = self.take_step(&run).await;
        self.state.busy.lock().await.remove(&run.id);
        // A step that is held up is tried again with the next tick, not at once: the store may be away for long.
        if taken {
            self.state.poke.notify_one();
        }
    }

    /// Says whether the step was taken, or the run ended; else it comes again.
    async fn take_step(&self, run: &RunRow) -> bool {
        let step = self.step(run);
        tokio::pin!(step);
        let outcome = loop {
            tokio::select! {
                outcome = &mut step => break outcome,
                () = tokio::time::sleep(SIGN_OF_LIFE) => {
                    let until = now_ms() + CLAIM_MS;
                    match self.register.hold_run(&self.state.process, &run.id, until).await {
                        Ok(true) => {}
                        // Its batch was called off, or another process thinks this one dead: nothing it writes counts.
                        Ok(false) => return false,
                        Err(failure) => tracing::warn!(run = %run.id, "a run could not be held: {failure}"),
                    }
                }
            }
        };
        let Err(failure) = outcome else { return true };
        // The store or the database is away: the step is taken again when it is back.
        tracing::warn!(run = %run.id, "a run with a provider is held up: {failure}");
        if failure.code == Code::StorageUnavailable {
            return false;
        }
        if let Err(also) = self.end(run, Some(&failure)).await {
            tracing::warn!(run = %run.id, "and could not be stopped: {also}");
            return false;
        }
        true
    }

    async fn step(&self, run: &RunRow) -> Result<(), Failure> {
        match run.phase()? {
            Phase::Idle => self.next_round(run).await,
            Phase::Starting => self.lost(run).await,
            Phase::Approval => self.ask_again(run).await,
            Phase::Embedding => self.embed(run).await,
        }
    }

    async fn end(&self, run: &RunRow, reason: Option<&Failure>) -> Result<(), Failure> {
        self.state.handed.lock().await.remove(&run.id);
        if let Some(reason) = reason {
            let code = reason.code.info().name;
            metrics::counter!("vinhdanh_signature_run_stops_total", "reason" => code).increment(1);
        }
        self.register.end_run(&run.id, reason, now_ms()).await
    }
}

fn algorithm(run: &RunRow) -> Result<Algorithm, Failure> {
    Algorithm::parse(&run.algorithm).ok_or_else(|| Failure::internal("an unknown algorithm in the register"))
}

/// Whether an id was given before a moment; one that does not tell was.
fn made_before(id: &str, moment: i64) -> bool {
    let at = uuid::Uuid::parse_str(id).ok().and_then(|id| id.get_timestamp()).map(|at| at.to_unix().0);
    at.and_then(|seconds| i64::try_from(seconds).ok()).is_none_or(|seconds| seconds.saturating_mul(1_000) < moment)
}

#[cfg(test)]
mod tests {
    use super::super::new_id;
    use super::*;

    #[test]
    fn an_id_tells_when_it_was_given() {
        let id = new_id();
        assert!(!made_before(&id, now_ms() - 60_000));
        assert!(made_before(&id, now_ms() + 60_000));
        assert!(made_before("k", 0));
    }
}
