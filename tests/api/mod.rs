//! The contract, over a real port.

mod batches;
mod catalog;
mod codes;
mod documents;
mod doors;
mod dossiers;
mod hostile;
mod operations;
mod signatures;
mod verify;
