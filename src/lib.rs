//! vinhdanh: one award decision, as JSON, becomes pages fit to sign.
//!
//! The map, from the outside in (docs/architecture.md tells the life of one request):
//! [`cli`] and [`api`] speak to people and programs, [`app`] wires, [`render`] makes one document out of
//! [`template`], [`text`], [`engine`] and [`domain`]; [`dossier`] makes a plan of documents out of one decision,
//! [`ingest`] rows out of a sheet, and [`batch`] carries thousands of documents through, its state in [`register`], its
//! files in [`files`]; [`pdf`] puts finished files together; [`pades`] puts signatures into them and judges those that are
//! there, [`provider`] reaches the keys where they are, [`signing`] leads a document from signer to seal, and [`attest`]
//! makes and reads the code on the page; [`kit`] is for whoever writes templates; [`diagnostic`] is the
//! one error currency.

#![forbid(unsafe_code)]
#![forbid(non_ascii_idents)]
#![deny(missing_docs)]

pub mod api;
pub mod app;
pub mod assets;
pub mod attest;
pub mod batch;
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod domain;
pub mod dossier;
pub mod engine;
pub mod files;
pub mod ingest;
pub mod kit;
pub mod pades;
pub mod pdf;
pub mod provider;
pub mod register;
pub mod render;
pub mod signing;
pub mod telemetry;
pub mod template;
pub mod text;
pub mod the_thuc;
pub mod webhook;
