//! vinhdanh: one award decision, as JSON, becomes pages fit to sign.
//!
//! The map, from the outside in (docs/architecture.md tells the life of one request):
//! [`cli`] and [`api`] speak to people and programs, [`app`] wires, [`render`] makes one document out of
//! [`template`], [`text`], [`engine`] and [`domain`]; [`kit`] is for whoever writes templates; [`diagnostic`] is the
//! one error currency.

#![forbid(unsafe_code)]
#![forbid(non_ascii_idents)]
#![deny(missing_docs)]

pub mod api;
pub mod app;
pub mod assets;
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod domain;
pub mod engine;
pub mod kit;
pub mod render;
pub mod telemetry;
pub mod template;
pub mod text;
pub mod the_thuc;
