//! The contract, over a real port.

mod batches;
mod catalog;
mod documents;
mod dossiers;
mod doors;
mod hostile;
mod operations;
