//! What the service remembers, in SQLite or PostgreSQL. All SQL lives here.
//!
//! The truth stands in our own tables; the job engine on the same database only says when to work. An effect is one
//! transaction guarded by the state of its row, so that a job delivered twice leaves one trace.

mod database;
#[macro_use]
mod outbox;
mod batches;
mod housekeeping;
mod queue;
mod signatures;

pub use batches::{
    BatchRow, BatchState, Claimed, Counts, Created, Filed, ItemRow, ItemState, NewBatch, NewItem, Settled, Settlement,
};
pub use database::Register;
pub use housekeeping::{now_ms, rfc3339};
pub use outbox::{Call, CallState};
pub use queue::{Chunk, Worker};
pub use signatures::{
    FieldRow, FieldState, Kept, Mode, NewField, NewItemRequest, NewPreparation, NewRequest, NewRun, NewSignatureBatch,
    Next, Phase, PreparationRow, PreparationState, Reply, RequestRow, RequestState, RevisionRow, Role, RunRow,
    RunState, SignatureBatchRow, Signed, Subject, Waiting,
};
