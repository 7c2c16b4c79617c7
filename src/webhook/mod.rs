//! Calls that tell another system what happened to a batch (Standard Webhooks).
