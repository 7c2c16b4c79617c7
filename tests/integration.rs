//! The one integration binary: linking Typst is slow, so it is done once.

#![expect(clippy::panic, reason = "helpers of tests stop a test where they stand")]

mod api;
mod art;
mod awards;
mod certificate;
mod cli;
mod dossier;
mod engine;
mod form;
mod ingest;
mod pdf;
mod pictures;
mod provider;
mod support;
mod tidy;
