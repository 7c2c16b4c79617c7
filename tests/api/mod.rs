//! The contract, over a real port.

mod catalog;
mod documents;
mod doors;
mod hostile;
mod operations;
