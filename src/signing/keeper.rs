//! What happens beside the doors: runs taken further, requests whose time ran out ended, files of ended ones removed.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Signing;
use super::store::folder_of;
use crate::diagnostic::Failure;
use crate::register::now_ms;

/// How often runs are looked for where nothing tells of them.
const TICK: Duration = Duration::from_secs(1);
/// A file of which no request came after so long will have none, ms: longer than any request may take.
const STRANDED_MS: i64 = 3_600_000;
/// How often the rest is.
const SWEEP: Duration = Duration::from_secs(60);

impl Signing {
    /// Works until told to stop; a step that is begun is finished first. A turn that fails is told in the log and comes again.
    pub async fn run(self: Arc<Self>) {
        let mut stop = self.stop.clone();
        let mut swept: Option<Instant> = None;
        let mut steps = JoinSet::new();
        while !self.stopping() {
            if swept.is_none_or(|at| at.elapsed() >= SWEEP) {
                if let Err(failure) = self.sweep().await {
                    tracing::warn!("sweep of signatures: {failure}");
                }
                swept = Some(Instant::now());
            }
            match self.due_runs().await {
                Ok(runs) => {
                    for run in runs {
                        steps.spawn(Arc::clone(&self).advance(run));
                    }
                }
                Err(failure) => tracing::warn!("runs with providers: {failure}"),
            }
            while steps.try_join_next().is_some() {}
            tokio::select! {
                () = self.state.poke.notified() => {}
                () = tokio::time::sleep(TICK) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
        while steps.join_next().await.is_some() {}
    }

    /// Ends what has run out of time and removes what has been kept long enough.
    pub async fn sweep(&self) -> Result<(), Failure> {
        let now = now_ms();
        self.register.expire_requests(now, self.keep_ms()).await?;
        self.forget_handed(now).await?;
        for id in self.register.stranded(now - STRANDED_MS).await? {
            self.files.remove_folder(&folder_of(&id)).await?;
            self.register.forget_arrival(&id).await?;
        }
        self.remove_expired(now).await
    }

    /// Removes files first, then what the register knows of them: begun again where it broke off.
    pub async fn remove_expired(&self, now: i64) -> Result<(), Failure> {
        self.register.remove_lost_runs().await?;
        let (requests, batches) = self.register.begin_signature_removal(now).await?;
        let all = requests.into_iter().map(|id| (id, false)).chain(batches.into_iter().map(|id| (id, true)));
        for (id, is_batch) in all {
            let files = self.files.remove_folder(&folder_of(&id)).await?;
            self.register.finish_signature_removal(&id, is_batch).await?;
            tracing::info!(signatures = %id, files, "files of signatures removed");
        }
        Ok(())
    }
}
