//! Where pages are set: in worker processes, or in this one.

use std::sync::Arc;

use tokio::time::Instant;

use crate::diagnostic::Failure;
use crate::engine::{Done, Engine, Job, Lane, Pool};

/// The service uses workers; the command line sets pages in its own process.
#[derive(Clone)]
pub enum Backend {
    /// Worker processes with limits.
    Workers(Pool),
    /// Worker processes that stand back behind everyone else, for batches.
    Batch(Pool),
    /// This process, without limits.
    Local(Arc<Engine>),
}

impl Backend {
    /// Sets one document before `deadline` (this process keeps no clock).
    pub async fn run(&self, lane: Lane, job: Job, deadline: Instant) -> Result<Done, Failure> {
        match self {
            Self::Workers(pool) => pool.run(lane, job, deadline).await,
            Self::Batch(pool) => pool.run(Lane::Batch, job, deadline).await,
            Self::Local(engine) => engine.run(&job),
        }
    }
}
