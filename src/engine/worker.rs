//! The child's side: one job at a time from stdin to stdout, until the parent closes the pipe or kills us.
//!
//! Typst can be neither cancelled nor capped, so the fence is the process: the parent holds the clock,
//! the kernel holds the memory limit.

use std::io::{self, BufReader, BufWriter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use rustix::process::{Resource, Rlimit, nice, setrlimit};

use super::compile::{Engine, Inspect};
use super::fonts::Fonts;
use super::wire::{Reply, Supplies, receive_job, send_reply};
use super::world::Ground;
use crate::diagnostic::Failure;

/// How far a worker of batches stands back: with this weight it gets a fiftieth of a core that others want.
const STAND_BACK: i32 = 19;

/// Serves jobs until the pipe ends; the first thing on it are the supplies.
/// `memory_bytes` caps the address space of this process, loading included; `yielding` lets every other
/// process go first; `inspect` as for [`Engine::new`].
pub fn serve(memory_bytes: Option<u64>, yielding: bool, inspect: Inspect) -> Result<(), Failure> {
    if let Some(bytes) = memory_bytes {
        setrlimit(Resource::As, Rlimit { current: Some(bytes), maximum: Some(bytes) })
            .map_err(|error| Failure::internal(format_args!("memory limit: {error}")))?;
    }
    if yielding {
        nice(STAND_BACK).map_err(|error| Failure::internal(format_args!("priority: {error}")))?;
    }
    // A panic message may quote the data of a person: only its place goes to the log.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("worker panicked at {place}");
    }));
    let mut pipe = BufReader::new(io::stdin());
    let supplies =
        Supplies::receive(&mut pipe).map_err(|error| Failure::internal(format_args!("worker pipe: {error}")))?;
    let engine = Engine::new(Ground::new(Fonts::load(supplies.fonts)?, supplies.templates)?, inspect);
    let jobs = read_jobs(pipe);
    // Typst and the PDF writer fork onto a pool: one of this very thread saves two switches for every fork.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .map_err(|error| Failure::internal(format_args!("worker threads: {error}")))?;
    pool.install(|| answer_all(&engine, jobs, &mut io::stdout().lock()))
}

fn answer_all(engine: &Engine, jobs: mpsc::IntoIter<super::Job>, out: &mut impl io::Write) -> Result<(), Failure> {
    let mut out = BufWriter::new(out);
    send(&mut out, Reply::Ready)?;
    for job in jobs {
        let mut answered = false;
        let set = catch_unwind(AssertUnwindSafe(|| {
            engine.run_and(&job, |result| {
                answered = true;
                send(&mut out, result.map_or_else(Reply::Failed, |done| Reply::Done(Box::new(done))))
            })
        }));
        match set {
            Ok(sent) => sent?,
            // A second answer would be taken for that of the next job; better no worker.
            Err(_) if answered => return Err(Failure::internal("the engine panicked after its answer")),
            Err(_) => send(&mut out, Reply::Failed(Failure::internal("the engine panicked")))?,
        }
    }
    Ok(())
}

/// Reads on a thread of its own, so that the end of the pipe ends this process even inside an endless template.
fn read_jobs(mut pipe: BufReader<io::Stdin>) -> mpsc::IntoIter<super::Job> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || {
        while let Ok(Some(job)) = receive_job(&mut pipe) {
            if sender.send(job).is_err() {
                return;
            }
        }
        std::process::exit(0);
    });
    receiver.into_iter()
}

fn send(out: &mut impl io::Write, reply: Reply) -> Result<(), Failure> {
    send_reply(out, reply).map_err(|error| Failure::internal(format_args!("worker pipe: {error}")))
}
