//! Durable jobs: thousands of documents, each exactly once, with progress, retry, archive and one merged file.

pub mod archive;
pub mod names;
pub mod rate;
