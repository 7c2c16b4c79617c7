//! The parent's side: worker processes in three lanes, a clock for each job, kill and respawn.
//!
//! A long list never makes a certificate wait: large documents have workers of their own. Nor does a batch of
//! thousands: its workers are started when the first batch runs, and the kernel gives them what the others leave.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use super::job::{Done, Job};
use super::wire::{Reply, Supplies, receive_reply, send_job};
use crate::diagnostic::{Code, Failure};

/// How long a new worker may take to load before it counts as dead.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A pause between attempts to start a worker that will not start.
const START_PAUSE: Duration = Duration::from_millis(500);

/// Which workers take a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Certificates, decisions, previews.
    Small,
    /// Long lists and reports.
    Large,
    /// Documents of any size that nobody waits for.
    Batch,
}

/// What a lane's workers may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Processes.
    pub workers: usize,
    /// Address space of each.
    pub memory_bytes: u64,
    /// Time for one document.
    pub timeout: Duration,
}

/// How to start workers and what to allow them.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// The program; its own binary in the service.
    pub program: PathBuf,
    /// Arguments that make it a worker; the memory limit is added.
    pub arguments: Vec<OsString>,
    /// What it sets pages from.
    pub supplies: Arc<Supplies>,
    /// Limits of the small lane.
    pub small: Limits,
    /// Limits of the large lane.
    pub large: Limits,
    /// Limits of the batch lane; its workers start with the first batch and yield the processor to all others.
    pub batch: Limits,
    /// A worker is replaced after this many documents, as insurance only.
    pub recycle_after: u32,
}

/// A snapshot for readiness and metrics.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct PoolStatus {
    /// Small workers waiting for work.
    pub small_idle: usize,
    /// Small workers in all.
    pub small_workers: usize,
    /// Large workers waiting for work.
    pub large_idle: usize,
    /// Large workers in all.
    pub large_workers: usize,
    /// Documents of batches being set at this moment.
    pub batch_busy: usize,
    /// Batch workers in all, started or not.
    pub batch_workers: usize,
    /// Workers replaced since the start, for any reason.
    pub restarts: u64,
}

/// Worker processes, shared by clones.
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    options: PoolOptions,
    small: Workers,
    large: Workers,
    batch: Workers,
    restarts: AtomicU64,
    /// The supplies as one frame, ready for every new worker.
    supplies: Vec<u8>,
    processes: Mutex<BTreeSet<u32>>,
}

struct Workers {
    limits: Limits,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Worker>>,
}

struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    template: String,
    documents: u32,
}

impl Pool {
    /// Starts every worker and waits until all are loaded.
    pub async fn start(options: PoolOptions) -> Result<Self, Failure> {
        let lane = |limits: Limits| Workers {
            limits,
            permits: Arc::new(Semaphore::new(limits.workers)),
            idle: Mutex::new(Vec::new()),
        };
        let supplies = options.supplies.frame().map_err(Failure::internal)?;
        let pool = Self(Arc::new(Inner {
            small: lane(options.small),
            large: lane(options.large),
            batch: lane(options.batch),
            options,
            restarts: AtomicU64::new(0),
            supplies,
            processes: Mutex::new(BTreeSet::new()),
        }));
        for lane in [Lane::Small, Lane::Large] {
            for _ in 0..pool.0.workers(lane).limits.workers {
                let worker = pool.0.spawn(lane).await.map_err(|error| {
                    Failure::one(
                        Code::BadConfiguration,
                        format!("không khởi động được tiến trình dựng trang: {error}"),
                        format!("a worker process does not start: {error}"),
                    )
                })?;
                pool.0.workers(lane).put(worker);
            }
        }
        Ok(pool)
    }

    /// Sets one document before `deadline`.
    ///
    /// Goes on in the background if the caller goes away, so that a worker is never left mid-frame.
    pub async fn run(&self, lane: Lane, job: Job, deadline: Instant) -> Result<Done, Failure> {
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move { inner.run(lane, job, deadline).await })
            .await
            .map_err(|error| Failure::internal(format_args!("render task: {error}")))?
    }

    /// How many workers wait and how often one was replaced.
    pub fn status(&self) -> PoolStatus {
        let (small, large, batch) = (&self.0.small, &self.0.large, &self.0.batch);
        PoolStatus {
            small_idle: small.permits.available_permits(),
            small_workers: small.limits.workers,
            large_idle: large.permits.available_permits(),
            large_workers: large.limits.workers,
            batch_busy: batch.limits.workers.saturating_sub(batch.permits.available_permits()),
            batch_workers: batch.limits.workers,
            restarts: self.0.restarts.load(Ordering::Relaxed),
        }
    }

    /// Process ids of the workers, for measurements.
    pub fn process_ids(&self) -> Vec<u32> {
        self.0.processes.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }
}

impl Inner {
    async fn run(self: Arc<Self>, lane: Lane, job: Job, deadline: Instant) -> Result<Done, Failure> {
        let workers = self.workers(lane);
        let permit = match timeout_at(deadline, Arc::clone(&workers.permits).acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(Failure::internal("the pool is closed")),
            Err(_) => {
                return Err(Failure::one(
                    Code::DeadlineExceeded,
                    "hết thời gian khi còn chờ trong hàng đợi",
                    "the time ran out while waiting in the queue",
                ));
            }
        };
        let mut worker = match workers.take(&job.template) {
            Some(worker) => worker,
            // The first batch after the start, or after a worker could not be replaced at once.
            None if lane == Lane::Batch => self
                .spawn(lane)
                .await
                .map_err(|error| Failure::internal(format_args!("a worker process does not start: {error}")))?,
            None => return Err(Failure::internal("a permit without a worker")),
        };
        let limit = Instant::now() + workers.limits.timeout;
        match timeout_at(limit.min(deadline), worker.exchange(&job)).await {
            Ok(Ok(reply)) => {
                worker.documents += 1;
                worker.template = job.template;
                if worker.documents >= self.options.recycle_after {
                    self.replace(lane, worker, permit, "recycled");
                } else {
                    workers.put(worker);
                    drop(permit);
                }
                reply
            }
            Ok(Err(_)) => {
                // The pipe broke, so the process is gone or going.
                let status = worker.child.wait().await;
                let failure = died(&status, &workers.limits);
                let reason = if failure.code == Code::RenderMemory { "memory" } else { "died" };
                self.replace(lane, worker, permit, reason);
                Err(failure)
            }
            Err(_) => {
                self.replace(lane, worker, permit, "timeout");
                Err(if limit <= deadline { too_slow(workers.limits.timeout) } else { out_of_time() })
            }
        }
    }

    /// Kills the worker and starts its successor while the answer is already on its way; the permit waits for it.
    fn replace(self: &Arc<Self>, lane: Lane, mut worker: Worker, permit: OwnedSemaphorePermit, reason: &'static str) {
        self.restarts.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("vinhdanh_worker_restarts_total", "reason" => reason).increment(1);
        let inner = Arc::clone(self);
        if let Some(id) = worker.child.id() {
            inner.processes.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        }
        tokio::spawn(async move {
            if let Err(error) = worker.child.start_kill() {
                tracing::debug!(%error, "worker was already gone");
            }
            drop(worker);
            loop {
                match inner.spawn(lane).await {
                    Ok(worker) => {
                        inner.workers(lane).put(worker);
                        break;
                    }
                    Err(error) => {
                        tracing::error!(%error, "a worker process does not start");
                        tokio::time::sleep(START_PAUSE).await;
                    }
                }
            }
            drop(permit);
        });
    }

    async fn spawn(&self, lane: Lane) -> io::Result<Worker> {
        let limits = self.workers(lane).limits;
        let mut child = Command::new(&self.options.program)
            .args(&self.options.arguments)
            .arg("--memory-bytes")
            .arg(limits.memory_bytes.to_string())
            .args((lane == Lane::Batch).then_some("--yielding"))
            // A worker sees no secret of the service.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("a worker without pipes"));
        };
        let setting_out = async {
            stdin.write_all(&self.supplies).await?;
            stdin.flush().await
        };
        timeout(START_LIMIT, setting_out).await??;
        let mut worker = Worker { child, stdin, stdout: BufReader::new(stdout), template: String::new(), documents: 0 };
        match timeout(START_LIMIT, receive_reply(&mut worker.stdout)).await {
            Ok(Ok(Reply::Ready)) => {
                if let Some(id) = worker.child.id() {
                    self.processes.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
                }
                Ok(worker)
            }
            Ok(Ok(_)) => Err(io::Error::other("a worker spoke out of turn")),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "a worker took too long to load")),
        }
    }

    fn workers(&self, lane: Lane) -> &Workers {
        match lane {
            Lane::Small => &self.small,
            Lane::Large => &self.large,
            Lane::Batch => &self.batch,
        }
    }
}

impl Workers {
    /// A waiting worker, if possible one that has the template warm.
    fn take(&self, template: &str) -> Option<Worker> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        match idle.iter().rposition(|worker| worker.template == template) {
            Some(warm) => Some(idle.remove(warm)),
            None => idle.pop(),
        }
    }

    fn put(&self, worker: Worker) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
}

impl Worker {
    async fn exchange(&mut self, job: &Job) -> io::Result<Result<Done, Failure>> {
        send_job(&mut self.stdin, job).await?;
        match receive_reply(&mut self.stdout).await? {
            Reply::Done(done) => Ok(Ok(*done)),
            Reply::Failed(failure) => Ok(Err(failure)),
            Reply::Ready => Err(io::Error::other("a worker spoke out of turn")),
        }
    }
}

/// Out of memory aborts (SIGABRT), or faults where a stack cannot grow (SIGSEGV).
fn died(status: &io::Result<ExitStatus>, limits: &Limits) -> Failure {
    const SIGABRT: i32 = 6;
    const SIGSEGV: i32 = 11;
    match status {
        Ok(status) if matches!(status.signal(), Some(SIGABRT | SIGSEGV)) => {
            let megabytes = limits.memory_bytes >> 20;
            Failure::one(
                Code::RenderMemory,
                format!("dựng trang cần hơn {megabytes} MB bộ nhớ"),
                format!("setting the pages needed more than {megabytes} MB of memory"),
            )
        }
        Ok(status) => Failure::internal(format_args!("a worker ended: {status}")),
        Err(error) => Failure::internal(format_args!("a worker was lost: {error}")),
    }
}

fn too_slow(limit: Duration) -> Failure {
    let seconds = limit.as_secs_f64();
    Failure::one(
        Code::RenderTimeout,
        format!("dựng trang quá {seconds} giây"),
        format!("setting the pages took more than {seconds} s"),
    )
}

fn out_of_time() -> Failure {
    Failure::one(
        Code::DeadlineExceeded,
        "hết thời gian khi đang dựng trang",
        "the time ran out while the pages were being set",
    )
}
