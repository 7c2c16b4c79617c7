//! A document led from signer to seal: requests, preparations, one-time tickets, batches; restart-safe, in order.

pub mod appearance;
