//! Providers against servers built from their published shapes, with the quirks these have: what the caller is told.

mod csc;
mod keys;
mod local;
mod mock;
mod mysign;
mod revocation;
mod settings;
mod smartca;
mod tls;
mod tsa;

use std::sync::Arc;
use std::time::Duration;

use vinhdanh::diagnostic::{Code, Failure};
use vinhdanh::provider::{Config, Given, Order, Progress, Provider, Providers, Secret};

/// Secrets of the tests stand in this variable.
const SECRET: &str = "bi-mat";

fn built(toml: &str) -> Result<Providers, Failure> {
    let config: Config = toml::from_str(toml).unwrap_or_else(|error| panic!("{error}"));
    Providers::from_config(&config, &|name| (name == "KHOA_THU").then(|| SECRET.to_owned()))
}

fn provider(toml: &str, name: &str) -> Arc<dyn Provider> {
    let providers = built(toml).unwrap_or_else(|failure| panic!("{failure}"));
    Arc::clone(providers.get(name).unwrap_or_else(|failure| panic!("{failure}")))
}

/// What a person reads of a failure, Vietnamese.
fn told(failure: &Failure) -> (Code, String) {
    (failure.code, failure.diagnostics[0].message.vi.clone())
}

/// Hands a signer's secret over.
fn given(mut order: Order, id: &str, value: &str) -> Order {
    order.authorisation.push(Given { id: id.to_owned(), value: Secret::new(value) });
    order
}

/// Signatures, or failures, of an order that ended.
fn done(progress: Progress) -> Vec<Result<Vec<u8>, Failure>> {
    match progress {
        Progress::Done(all) => all,
        Progress::Waiting { ticket, .. } => panic!("still waiting: {ticket}"),
    }
}

/// The ticket of an order that waits.
fn ticket(progress: Progress) -> String {
    match progress {
        Progress::Waiting { ticket, again_in } => {
            assert!(again_in >= Duration::from_secs(1));
            ticket
        }
        Progress::Done(all) => panic!("ended: {all:?}"),
    }
}

/// Polls until the order ends, by a provider built anew each time: nothing but the ticket survives a restart.
async fn followed(
    build: impl Fn() -> Arc<dyn Provider>,
    first: Progress,
) -> Result<Vec<Result<Vec<u8>, Failure>>, Failure> {
    let mut progress = first;
    for _ in 0..10 {
        progress = match progress {
            Progress::Done(all) => return Ok(all),
            Progress::Waiting { ticket, .. } => {
                assert!(!ticket.contains(SECRET), "a secret is in the ticket: {ticket}");
                build().poll(&ticket).await?
            }
        };
    }
    panic!("it never ends")
}
