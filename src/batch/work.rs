//! One job: its open rows set one after the other, finished files put into packs, the register told.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::{Batches, Making, folder, now_ms};
use crate::diagnostic::{Code, Failure};
use crate::register::{Chunk, Claimed, Filed, Settled, Settlement, Worker};
use crate::render::hex;

/// A pack is written when it holds so many bytes,
const PACK_BYTES: usize = 8 << 20;
/// so many documents,
const PACK_ITEMS: usize = 32;
/// or when its first document has waited so long.
const PACK_AGE: Duration = Duration::from_secs(1);

/// From this start on a job takes its rows one by one and notes each before it begins: the row that ends the process
/// is known by that.
const ALONE_FROM: usize = 3;
/// A row begun alone so often without an end is failed.
const ALONE_LIMIT: i64 = 3;

/// Time for one document, waiting for a worker included.
const DOCUMENT_LIMIT: Duration = Duration::from_secs(600);
/// A worker lost for no fault of the document is forgiven so often.
const LOST_WORKERS: usize = 2;

/// A store that does not answer is asked again for so long before the job goes back to the queue.
const PATIENCE: Duration = Duration::from_secs(600);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Finished documents on their way to the store.
#[derive(Default)]
struct Pack {
    bytes: BytesMut,
    settled: Vec<Settled>,
    since: Option<Instant>,
}

impl Batches {
    /// The handler the job engine carries.
    pub(super) fn worker(self: Arc<Self>) -> Worker {
        Worker(Arc::new(move |chunk, attempt| {
            let batches = Arc::clone(&self);
            async move { batches.run_chunk(&chunk, attempt).await }.boxed()
        }))
    }

    async fn run_chunk(&self, chunk: &Chunk, attempt: usize) -> Result<(), Failure> {
        let claimed = self.patiently(&chunk.batch, || self.register.claim(chunk)).await?;
        let Some((making, items)) = claimed else { return Ok(()) };
        let making: Making = serde_json::from_value(making).map_err(Failure::internal)?;
        let alone = attempt >= ALONE_FROM;
        let mut pack = Pack::default();
        for item in items {
            if self.stopping() {
                self.file(&chunk.batch, std::mem::take(&mut pack)).await?;
                // Given back at once: another process, or this one after its restart, goes on.
                return Err(Failure::one(Code::ShuttingDown, "dịch vụ đang dừng", "the service is stopping"));
            }
            if alone {
                if item.attempt >= ALONE_LIMIT {
                    pack.fail(item.row_no, &ends_the_process())?;
                    continue;
                }
                self.patiently(&chunk.batch, || self.register.begin_alone(&chunk.batch, item.row_no)).await?;
            }
            match self.make(&item, &making).await {
                Ok((bytes, filed)) => pack.add(item.row_no, &bytes, filed),
                Err(failure) => pack.fail(item.row_no, &failure)?,
            }
            if (alone || pack.is_due())
                && self.file(&chunk.batch, std::mem::take(&mut pack)).await? == Settlement::Stopped
            {
                return Ok(());
            }
        }
        self.file(&chunk.batch, pack).await.map(|_| ())
    }

    /// Sets one document.
    async fn make(&self, item: &Claimed, making: &Making) -> Result<(Vec<u8>, Filed), Failure> {
        let mut lost = 0;
        loop {
            let data: Value = serde_json::from_str(&item.data).map_err(Failure::internal)?;
            let deadline = Instant::now() + DOCUMENT_LIMIT;
            let requested = making.requested(&self.renderer, &item.template);
            let made = self.renderer.render(&self.backend, &item.template, data, &requested, deadline).await;
            match made {
                Ok(rendered) => {
                    metrics::counter!("vinhdanh_batch_documents_total", "outcome" => "done").increment(1);
                    let warnings = &rendered.warnings;
                    let warnings = (!warnings.is_empty()).then(|| serde_json::to_value(warnings)).transpose();
                    let filed = Filed {
                        pack: String::new(),
                        place: 0,
                        bytes: i64::try_from(rendered.bytes.len()).map_err(Failure::internal)?,
                        sha256: hex(&rendered.sha256),
                        pages: i64::try_from(rendered.pages).map_err(Failure::internal)?,
                        warnings: warnings.map_err(Failure::internal)?,
                    };
                    return Ok((rendered.bytes, filed));
                }
                // A worker may be killed from outside; the document itself is told by `RenderTimeout` and `RenderMemory`.
                Err(failure) if failure.code == Code::Internal && lost < LOST_WORKERS => lost += 1,
                Err(failure) => {
                    metrics::counter!("vinhdanh_batch_documents_total", "outcome" => failure.code.info().name)
                        .increment(1);
                    return Err(failure);
                }
            }
        }
    }

    /// Writes the pack, then tells the register: never the other way round.
    async fn file(&self, batch: &str, pack: Pack) -> Result<Settlement, Failure> {
        let Pack { bytes, mut settled, .. } = pack;
        if !bytes.is_empty() {
            let bytes: Bytes = bytes.freeze();
            let key = format!("{}/{}.pack", folder(batch), hex(&Sha256::digest(&bytes)));
            self.patiently(batch, || self.files.put(&key, bytes.clone())).await?;
            for filed in settled.iter_mut().filter_map(|one| one.outcome.as_mut().ok()) {
                filed.pack.clone_from(&key);
            }
        }
        self.patiently(batch, || self.register.settle(batch, &settled, now_ms(), self.keep_ms())).await
    }

    /// Asks again, with growing pauses, while the database or the store does not answer; its owner sees what holds the
    /// batch up.
    async fn patiently<T, F>(&self, batch: &str, mut work: impl FnMut() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let started = Instant::now();
        let mut pause = Duration::from_millis(250);
        loop {
            match work().await {
                Err(failure) if failure.code == Code::StorageUnavailable && started.elapsed() < PATIENCE => {
                    metrics::counter!("vinhdanh_batch_store_retries_total").increment(1);
                    let words = failure.diagnostics.first().map_or("", |one| one.message.vi.as_str());
                    if let Err(also) = self.register.hold_up(batch, words).await {
                        tracing::debug!(batch, "the register cannot be told either: {also}");
                    }
                    if self.stopping() && started.elapsed() > LONGEST_PAUSE {
                        return Err(failure);
                    }
                    // Processes that lost the same store do not come back to it in step.
                    let jitter = u64::from(uuid::Uuid::now_v7().as_bytes()[15]);
                    tokio::time::sleep(pause + Duration::from_millis(jitter)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                other => return other,
            }
        }
    }
}

impl Pack {
    fn add(&mut self, row_no: i64, bytes: &[u8], mut filed: Filed) {
        filed.place = i64::try_from(self.bytes.len()).unwrap_or(i64::MAX);
        self.bytes.extend_from_slice(bytes);
        self.settled.push(Settled { row_no, outcome: Ok(filed) });
        self.since.get_or_insert_with(Instant::now);
    }

    fn fail(&mut self, row_no: i64, failure: &Failure) -> Result<(), Failure> {
        let error = serde_json::to_value(failure).map_err(Failure::internal)?;
        self.settled.push(Settled { row_no, outcome: Err(error) });
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    fn is_due(&self) -> bool {
        self.bytes.len() >= PACK_BYTES
            || self.settled.len() >= PACK_ITEMS
            || self.since.is_some_and(|since| since.elapsed() >= PACK_AGE)
    }
}

fn ends_the_process() -> Failure {
    Failure::one(
        Code::RenderMemory,
        format!("văn bản này đã làm dịch vụ dừng {ALONE_LIMIT} lần"),
        format!("this document ended the service {ALONE_LIMIT} times"),
    )
}
