//! Logs and metrics. Neither ever carries what a caller sent: payloads are people.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::diagnostic::Failure;

/// Upper bounds of the time histograms, seconds.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Starts the log on stderr; `filter` as of `RUST_LOG` (default `info`), as text or as JSON lines.
pub fn start_log(filter: Option<&str>, json: bool) {
    let filter = EnvFilter::try_new(filter.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second start in one process (tests) keeps the first.
    let started = if json { builder.json().flatten_event(true).try_init() } else { builder.try_init() };
    if started.is_err() {
        tracing::debug!("the log is already running");
    }
}

/// The one recorder of this process.
pub fn metrics() -> Result<PrometheusHandle, Failure> {
    static HANDLE: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
                .and_then(PrometheusBuilder::install_recorder)
                .map_err(|error| error.to_string())
        })
        .clone()
        .map_err(|error| Failure::internal(format_args!("metrics: {error}")))
}

/// Resident memory of a process, bytes; `None` where the system does not tell.
pub fn resident_bytes(process: Option<u32>) -> Option<u64> {
    let path = process.map_or_else(|| "/proc/self/statm".to_owned(), |id| format!("/proc/{id}/statm"));
    let pages: u64 = std::fs::read_to_string(path).ok()?.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}
