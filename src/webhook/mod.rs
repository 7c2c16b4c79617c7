//! Calls that tell another system what happened to a batch (Standard Webhooks 1.0.0).
//!
//! The address comes from a caller, so it is never trusted: `policy` says where we may call, and the address judged is the
//! address connected to. What is sent holds ids, counts and states, and no personal data; that is the duty of who calls.

mod policy;
mod schedule;
mod sender;
mod sign;

pub use policy::Policy;
pub use schedule::{ATTEMPTS, delay, next};
pub use sender::{Found, Outcome, Resolve, Sender, Times};
pub use sign::{Secret, sign, verify};
