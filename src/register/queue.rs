//! The job engine: says when to work. Two faces: [`Push`] inside a transaction, and [`Register::work`].
//!
//! Known habits of the engine and what is done about them: its SQLite set-up turns `synchronous` off, so only its
//! migrations are run; an idle SQLite worker wakes by heartbeat only, so jobs are heard by a hook and a short interval;
//! a panic would leave a job running for ever, so the handler catches it; a worker name may not come back within a
//! heartbeat, so names are random; any database error ends a worker, so it is started again.

use std::sync::Arc;
use std::time::Duration;

use apalis::prelude::{Attempt, BackendExt as _, Data, Strategy, TaskBuilder, WorkerBuilder, WorkerBuilderExt as _};
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, SqliteConnection};
use tokio::sync::watch;

use super::database::{Database, Register};
use crate::diagnostic::{Code, Failure};

const QUEUE: &str = "vinhdanh";
/// A dead worker's jobs return after [`HEARTBEAT`] × [`MISSED`].
const HEARTBEAT: Duration = Duration::from_secs(2);
const MISSED: usize = 5;
/// How often an idle worker looks by itself.
const LOOK: Duration = Duration::from_secs(1);
/// Starts of one job before the engine gives it up; the sweep brings its open rows back.
const ATTEMPTS: usize = 25;
/// A pause before a worker that ended is started again.
const PAUSE: Duration = Duration::from_secs(1);

/// One job: some rows of one batch. Holds no data of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// The batch.
    pub batch: String,
    /// First row, from 1.
    pub from: i64,
    /// Last row.
    pub to: i64,
}

/// What does the work; the number says how often this job was started before, from 0.
pub type Handler = dyn Fn(Chunk, usize) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync;

/// A handler the job engine can carry.
#[derive(Clone)]
pub struct Worker(pub Arc<Handler>);

/// Writes jobs inside a transaction of ours.
pub(super) trait Push {
    /// All of them or none.
    async fn push(&mut self, chunks: &[Chunk]) -> Result<(), Failure>;
}

impl Push for SqliteConnection {
    async fn push(&mut self, chunks: &[Chunk]) -> Result<(), Failure> {
        apalis_sqlite::queries::push_tasks(self, QUEUE, &tasks(chunks)?).await.map_err(refused)
    }
}

impl Push for PgConnection {
    async fn push(&mut self, chunks: &[Chunk]) -> Result<(), Failure> {
        apalis_postgres::queries::push_tasks(self, QUEUE, tasks(chunks)?).await.map_err(refused)
    }
}

fn tasks(chunks: &[Chunk]) -> Result<Vec<apalis::prelude::Task<Vec<u8>>>, Failure> {
    let one = |chunk| {
        let bytes = serde_json::to_vec(chunk).map_err(Failure::internal)?;
        Ok(TaskBuilder::new(bytes).max_attempts(ATTEMPTS).build())
    };
    chunks.iter().map(one).collect()
}

fn refused(error: impl std::fmt::Display) -> Failure {
    tracing::warn!(%error, "job queue");
    Failure::one(Code::StorageUnavailable, "hàng đợi công việc không trả lời", "the job queue does not answer")
}

impl Register {
    /// Works until `stop` turns true: at most `at_once` jobs at a time, each caught if it panics.
    pub async fn work(&self, at_once: usize, worker: Worker, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let name = format!("{}-{}", std::process::id(), uuid::Uuid::now_v7().simple());
            let mut told = stop.clone();
            let signal = async move {
                // A sender that is gone means the same.
                told.wait_for(|stop| *stop).await.ok();
                Ok::<(), std::io::Error>(())
            };
            let ended = match &self.database {
                Database::Sqlite { pool, listener, .. } => {
                    let config = apalis_sqlite::Config::default()
                        .queue(QUEUE)
                        .batch_size(1)
                        .heartbeat_interval(HEARTBEAT)
                        .missed_heartbeats(MISSED)
                        .persist_results(false);
                    let backend = SqliteStorage::<Chunk>::new(pool)
                        .with_config(config)
                        .poll_with_strategy(Strategy::new().stream(listener.clone()).interval(LOOK));
                    let built = WorkerBuilder::new(name).backend(backend).data(worker.clone()).concurrency(at_once);
                    built.build(handle).run_until(signal).await
                }
                Database::Postgres(pool) => {
                    let config = apalis_postgres::Config::default()
                        .queue(QUEUE)
                        .batch_size(1)
                        .heartbeat_interval(HEARTBEAT)
                        .missed_heartbeats(MISSED)
                        .persist_results(false);
                    let backend = PostgresStorage::<Chunk>::new(pool)
                        .with_config(config)
                        .poll_with_strategy(Strategy::new().interval(LOOK));
                    let built = WorkerBuilder::new(name).backend(backend).data(worker.clone()).concurrency(at_once);
                    built.build(handle).run_until(signal).await
                }
            };
            if let Err(error) = ended {
                tracing::warn!(%error, "the job worker ended and is started again");
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    }
}

/// One job. Its work goes on by itself if the worker around it ends, and a panic in it is a failure.
async fn handle(chunk: Chunk, attempt: Attempt, worker: Data<Worker>) -> Result<(), apalis::prelude::BoxDynError> {
    let work = (worker.0.0)(chunk, attempt.current());
    match tokio::spawn(work).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(failure)) => Err(failure.into()),
        Err(error) => {
            let panicked = error.is_panic();
            tracing::error!(panicked, "a job broke off");
            Err("a job broke off".into())
        }
    }
}
