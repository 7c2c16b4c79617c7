//! `healthcheck`: for containers, which have no other client.

use std::time::Duration;

use clap::Args;

use super::runtime;
use crate::diagnostic::{Code, Failure};

/// Longest wait for an answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Ask a running service.
#[derive(Args)]
pub struct Healthcheck {
    /// Address of the service
    #[arg(long, env = "VINHDANH_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR:PORT")]
    listen: std::net::SocketAddr,
}

impl Healthcheck {
    /// Fails unless `/readyz` answers 200.
    pub fn run(self) -> Result<(), Failure> {
        let mut address = self.listen;
        if address.ip().is_unspecified() {
            // The service listens everywhere; a client must name one place.
            address.set_ip(if address.is_ipv4() {
                std::net::Ipv4Addr::LOCALHOST.into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        let url = format!("http://{address}/readyz");
        let status = runtime()?.block_on(async {
            let client = reqwest::Client::builder().timeout(LIMIT).no_proxy().build()?;
            Ok::<_, reqwest::Error>(client.get(&url).send().await?.status())
        });
        match status {
            Ok(status) if status.is_success() => Ok(()),
            Ok(status) => {
                Err(Failure::one(Code::Io, format!("{url} trả lời {status}"), format!("{url} answers {status}")))
            }
            Err(error) => Err(Failure::one(Code::Io, format!("{url}: {error}"), format!("{url}: {error}"))),
        }
    }
}
