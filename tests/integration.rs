//! The one integration binary: linking Typst is slow, so it is done once.

mod api;
mod cli;
mod engine;
mod form;
mod pdf;
mod support;
mod tidy;
