//! Durable jobs: thousands of documents, each exactly once, with progress, retry, archive and one merged file.
//!
//! What is to be done stands in the register before the caller hears of it; jobs only say when. Finished files are
//! collected into packs, one write to the store for many documents, and a pack is there before the register tells of it.

pub mod archive;
pub mod names;
pub mod rate;

mod intake;
mod keeper;
mod results;
mod work;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::diagnostic::Failure;
use crate::engine::{Output, Standard};
use crate::files::Files;
use crate::register::Register;
use crate::render::{Backend, Renderer, Requested};
use crate::webhook::{Secret, Sender};

pub use crate::register::now_ms;
pub use intake::{Accepted, Document, OnFault, Wanted, lay_over};
pub use results::{Order, Report, failures_sheet, manifest};

/// How the documents of a batch are made. Kept with it as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Making {
    /// Archive standard of every file.
    pub standard: Standard,
    /// `full` or `phoi`.
    pub mode: String,
    /// Prints the MẪU watermark.
    pub test: bool,
    /// Empty signature fields; `None`: as is usual for the template.
    #[serde(default)]
    pub fields: Option<bool>,
    /// Prints the code each page is checked by.
    #[serde(default)]
    pub qr: bool,
    /// Day written into the archive and the merged file: that of the first document with one.
    pub date: (i32, u8, u8),
    /// Issuing body of the first document, for the merged file.
    pub author: String,
    /// Pattern of file names, where one was given.
    pub names: Option<String>,
}

impl Making {
    /// What is asked of a document of that template; one without room for a code gets none.
    pub fn requested(&self, renderer: &Renderer, template: &str) -> Requested {
        let qr = self.qr && renderer.has_room_for_code(template);
        Requested {
            output: Output::Pdf(self.standard),
            mode: self.mode.clone(),
            test: self.test,
            fields: self.fields,
            qr,
        }
    }
}

/// Everything batches need; shared by the doors, the workers and the keeper.
pub struct Batches {
    /// The truth.
    pub register: Register,
    /// The packs.
    pub files: Files,
    /// The templates.
    pub renderer: Arc<Renderer>,
    /// Workers that stand back behind everyone else.
    pub backend: Backend,
    /// How long results are kept.
    pub keep: Duration,
    /// Documents one batch may have.
    pub max_rows: usize,
    /// Jobs of this process at a time.
    pub at_once: usize,
    /// Who calls webhooks, and what the calls are signed with, the newest first; without it no webhook is taken.
    pub webhooks: Option<(Sender, Vec<Secret>)>,
    /// Turns true when the service stops.
    pub stop: watch::Receiver<bool>,
}

impl Batches {
    /// Works, sweeps and calls until told to stop; what is begun is finished first.
    pub async fn run(self: Arc<Self>) {
        let worker = self.clone().worker();
        let jobs = self.register.work(self.at_once, worker, self.stop.clone());
        tokio::join!(jobs, self.keep_house());
    }

    /// As [`Batches::run`], with other work beside it, on threads of their own: thousands of documents being prepared do
    /// not hold up who answers requests, and what is begun outlives them at a stop.
    pub fn run_apart(
        self: Arc<Self>,
        beside: impl Future<Output = ()> + Send + 'static,
    ) -> Result<JoinHandle<()>, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("batches")
            .enable_all()
            .build()
            .map_err(Failure::internal)?;
        let main = std::thread::Builder::new().name("batches".to_owned());
        let both = async move { tokio::join!(self.run(), beside) };
        main.spawn(move || {
            runtime.block_on(both);
        })
        .map_err(Failure::internal)
    }

    fn keep_ms(&self) -> i64 {
        i64::try_from(self.keep.as_millis()).unwrap_or(i64::MAX / 2)
    }

    fn stopping(&self) -> bool {
        *self.stop.borrow()
    }
}

/// Folder of a batch's files in the store.
fn folder(id: &str) -> String {
    format!("lo/{id}")
}
