//! `worker`: what the service starts; not for people.

use clap::Args;

use crate::diagnostic::Failure;
use crate::engine::serve_worker;
use crate::the_thuc;

/// Set pages for the service.
#[derive(Args)]
pub struct Worker {
    /// Limit of this process's address space
    #[arg(long)]
    memory_bytes: Option<u64>,
    /// Take only what the processor has left after everyone else
    #[arg(long)]
    yielding: bool,
}

impl Worker {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        serve_worker(self.memory_bytes, self.yielding, the_thuc::inspect)
    }
}
