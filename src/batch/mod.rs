//! Durable jobs: thousands of documents, each exactly once, with progress, retry, archive and one merged file.
