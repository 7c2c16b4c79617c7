//! Settings of the service: flags over environment over file over defaults, one small struct per concern.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;
use serde::Deserialize;

use crate::diagnostic::{Code, Failure};
use crate::engine::Limits;

/// Everything `serve` can be told. Each has a flag, a variable and a key in the file of the same name.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "VINHDANH_LISTEN", value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// File of API keys: one `label sha256-hex` a line; without it only a loopback address is served
    #[arg(long, env = "VINHDANH_KEYS", value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// Serve without keys even on an address others can reach
    #[arg(long, env = "VINHDANH_OPEN", value_parser = BoolishValueParser::new())]
    #[serde(default)]
    pub open: bool,
    /// Worker processes for small documents [default: one per core]
    #[arg(long, env = "VINHDANH_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// Worker processes for long lists and reports [default: 1]
    #[arg(long, env = "VINHDANH_LARGE_WORKERS", value_name = "N")]
    pub large_workers: Option<usize>,
    /// Worker processes for batches, started when the first one runs [default: one per core]
    #[arg(long, env = "VINHDANH_BATCH_WORKERS", value_name = "N")]
    pub batch_workers: Option<usize>,
    /// Database of batches: a path or `sqlite:` URL, or `postgres://…` [default: `vinhdanh.sqlite` in --data]
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where the files of batches stand: a folder, or `s3://bucket/prefix` (AWS_* for keys) [default: `tep` in --data]
    #[arg(long, env = "VINHDANH_FILES", value_name = "DIR|URL")]
    pub files: Option<String>,
    /// Folder of the service's own data, made if missing [default: vinhdanh-data]
    #[arg(long, env = "VINHDANH_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Hours for which the results of a finished batch are kept, and the personal data in them [default: 168]
    #[arg(long, env = "VINHDANH_KEEP_HOURS", value_name = "H")]
    pub keep_hours: Option<u32>,
    /// Most documents in one batch [default: 20000]
    #[arg(long, env = "VINHDANH_BATCH_ROWS", value_name = "N")]
    pub batch_rows: Option<usize>,
    /// Largest body of a batch or dossier, MB [default: 64]
    #[arg(long, env = "VINHDANH_BATCH_BODY_MB", value_name = "MB")]
    pub batch_body_mb: Option<usize>,
    /// Addresses webhooks may call beside public ones: a host name or CIDR; may be repeated
    #[arg(long, env = "VINHDANH_WEBHOOK_ALLOW", value_name = "HOST|CIDR", value_delimiter = ',')]
    #[serde(default)]
    pub webhook_allow: Vec<String>,
    /// Let webhooks call `http://` addresses too
    #[arg(long, env = "VINHDANH_WEBHOOK_HTTP", value_parser = BoolishValueParser::new())]
    #[serde(default)]
    pub webhook_http: bool,
    /// File with the secrets webhooks are signed with, one `whsec_…` a line, the newest first
    #[arg(long, env = "VINHDANH_WEBHOOK_SECRETS", value_name = "FILE")]
    pub webhook_secrets: Option<PathBuf>,
    /// Roots, authorities and revocation lists that signatures are judged by: a file or a folder of them, PEM or DER
    #[arg(long, env = "VINHDANH_TRUST", value_name = "FILE|DIR", value_delimiter = ':')]
    #[serde(default)]
    pub trust: Vec<PathBuf>,
    /// File of the keys that codes on pages are signed with, as `vinhdanh attest key` writes it
    #[arg(long, env = "VINHDANH_QR_KEYS", value_name = "FILE")]
    pub qr_keys: Option<PathBuf>,
    /// Signed list of revoked codes and documents, as `vinhdanh attest revoke` writes it
    #[arg(long, env = "VINHDANH_QR_REVOCATIONS", value_name = "FILE")]
    pub qr_revocations: Option<PathBuf>,
    /// Where everybody reaches this service, such as `https://vinhdanh.example`: codes lead there
    #[arg(long, env = "VINHDANH_QR_ADDRESS", value_name = "URL")]
    pub qr_address: Option<String>,
    /// Values the law leaves open and this agency has confirmed, by entry; only in the file
    #[arg(skip)]
    #[serde(default)]
    pub xac_nhan: BTreeMap<String, serde_json::Value>,
    /// Who signs, who stamps time, who is asked about revocation; only in the file
    #[arg(skip)]
    #[serde(default)]
    pub ky_so: Option<crate::provider::Config>,
    /// Memory of a small worker, MB of address space [default: 1024]
    #[arg(long, env = "VINHDANH_WORKER_MEMORY_MB", value_name = "MB")]
    pub worker_memory_mb: Option<u64>,
    /// Memory of a large worker, MB of address space [default: 2048]
    #[arg(long, env = "VINHDANH_LARGE_WORKER_MEMORY_MB", value_name = "MB")]
    pub large_worker_memory_mb: Option<u64>,
    /// Time for one small document, milliseconds [default: 5000]
    #[arg(long, env = "VINHDANH_RENDER_TIMEOUT_MS", value_name = "MS")]
    pub render_timeout_ms: Option<u64>,
    /// Time for one large document, milliseconds [default: 30000]
    #[arg(long, env = "VINHDANH_LARGE_RENDER_TIMEOUT_MS", value_name = "MS")]
    pub large_render_timeout_ms: Option<u64>,
    /// Documents after which a worker is replaced, as insurance [default: 5000]
    #[arg(long, env = "VINHDANH_RECYCLE_AFTER", value_name = "N")]
    pub recycle_after: Option<u32>,
    /// Time for a whole request, queue included, milliseconds [default: 60000]
    #[arg(long, env = "VINHDANH_REQUEST_TIMEOUT_MS", value_name = "MS")]
    pub request_timeout_ms: Option<u64>,
    /// Requests that may wait or run at once; one more gets 429 [default: 64]
    #[arg(long, env = "VINHDANH_QUEUE", value_name = "N")]
    pub queue: Option<usize>,
    /// Largest body, MB [default: 8]
    #[arg(long, env = "VINHDANH_BODY_MB", value_name = "MB")]
    pub body_mb: Option<usize>,
    /// Most items in any one list of the data [default: 20000]
    #[arg(long, env = "VINHDANH_MAX_ROWS", value_name = "N")]
    pub max_rows: Option<usize>,
    /// Requests a minute for each key or address; 0 for no limit [default: 60000]
    #[arg(long, env = "VINHDANH_RATE_PER_MINUTE", value_name = "N")]
    pub rate_per_minute: Option<u32>,
    /// Seconds given to running requests at a stop [default: 30]
    #[arg(long, env = "VINHDANH_DRAIN_S", value_name = "S")]
    pub drain_s: Option<u64>,
    /// Threads that read and answer requests [default: one per core]
    #[arg(long, env = "VINHDANH_HTTP_THREADS", value_name = "N")]
    pub http_threads: Option<usize>,
}

impl Settings {
    /// Reads a TOML file; unknown keys are refused.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let refuse = |error: &dyn std::fmt::Display| {
            let path = path.display();
            Failure::one(
                Code::BadConfiguration,
                format!("tệp cấu hình `{path}`: {error}"),
                format!("configuration file `{path}`: {error}"),
            )
        };
        let text = std::fs::read_to_string(path).map_err(|error| refuse(&error))?;
        toml::from_str(&text).map_err(|error| refuse(&error))
    }

    /// These settings, and those of `below` where these are silent.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            keys: self.keys.or(below.keys),
            open: self.open || below.open,
            workers: self.workers.or(below.workers),
            large_workers: self.large_workers.or(below.large_workers),
            batch_workers: self.batch_workers.or(below.batch_workers),
            database_url: self.database_url.or(below.database_url),
            files: self.files.or(below.files),
            data: self.data.or(below.data),
            keep_hours: self.keep_hours.or(below.keep_hours),
            batch_rows: self.batch_rows.or(below.batch_rows),
            batch_body_mb: self.batch_body_mb.or(below.batch_body_mb),
            webhook_allow: if self.webhook_allow.is_empty() { below.webhook_allow } else { self.webhook_allow },
            webhook_http: self.webhook_http || below.webhook_http,
            webhook_secrets: self.webhook_secrets.or(below.webhook_secrets),
            trust: if self.trust.is_empty() { below.trust } else { self.trust },
            qr_keys: self.qr_keys.or(below.qr_keys),
            qr_revocations: self.qr_revocations.or(below.qr_revocations),
            qr_address: self.qr_address.or(below.qr_address),
            xac_nhan: if self.xac_nhan.is_empty() { below.xac_nhan } else { self.xac_nhan },
            ky_so: self.ky_so.or(below.ky_so),
            worker_memory_mb: self.worker_memory_mb.or(below.worker_memory_mb),
            large_worker_memory_mb: self.large_worker_memory_mb.or(below.large_worker_memory_mb),
            render_timeout_ms: self.render_timeout_ms.or(below.render_timeout_ms),
            large_render_timeout_ms: self.large_render_timeout_ms.or(below.large_render_timeout_ms),
            recycle_after: self.recycle_after.or(below.recycle_after),
            request_timeout_ms: self.request_timeout_ms.or(below.request_timeout_ms),
            queue: self.queue.or(below.queue),
            body_mb: self.body_mb.or(below.body_mb),
            max_rows: self.max_rows.or(below.max_rows),
            rate_per_minute: self.rate_per_minute.or(below.rate_per_minute),
            drain_s: self.drain_s.or(below.drain_s),
            http_threads: self.http_threads.or(below.http_threads),
        }
    }

    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080))
    }

    /// The workers.
    pub fn engine(&self) -> EngineConfig {
        let cores = cores();
        EngineConfig {
            small: Limits {
                workers: self.workers.unwrap_or(cores).max(1),
                memory_bytes: self.worker_memory_mb.unwrap_or(1024) << 20,
                timeout: Duration::from_millis(self.render_timeout_ms.unwrap_or(5_000)),
            },
            large: Limits {
                workers: self.large_workers.unwrap_or(1).max(1),
                memory_bytes: self.large_worker_memory_mb.unwrap_or(2048) << 20,
                timeout: Duration::from_millis(self.large_render_timeout_ms.unwrap_or(30_000)),
            },
            batch: Limits {
                workers: self.batch_workers.unwrap_or(cores).max(1),
                memory_bytes: self.large_worker_memory_mb.unwrap_or(2048) << 20,
                // A worker that stands back behind everyone else needs longer for the same page.
                timeout: Duration::from_millis(self.large_render_timeout_ms.unwrap_or(30_000)) * 4,
            },
            recycle_after: self.recycle_after.unwrap_or(5_000).max(1),
        }
    }

    /// Where batches are kept, and for how long.
    pub fn store(&self) -> StoreConfig {
        let data = self.data.clone().unwrap_or_else(|| PathBuf::from("vinhdanh-data"));
        StoreConfig {
            database: self.database_url.clone().unwrap_or_else(|| data.join("vinhdanh.sqlite").display().to_string()),
            files: self.files.clone().unwrap_or_else(|| data.join("tep").display().to_string()),
            data,
            keep: Duration::from_secs(u64::from(self.keep_hours.unwrap_or(168)) * 3600),
            max_rows: self.batch_rows.unwrap_or(20_000).max(1),
            body_bytes: self.batch_body_mb.unwrap_or(64).max(1) << 20,
        }
    }

    /// The codes on pages.
    pub fn codes(&self) -> CodesConfig {
        CodesConfig { keys: self.qr_keys.clone(), address: self.qr_address.clone() }
    }

    /// The doors.
    pub fn http(&self) -> HttpConfig {
        HttpConfig {
            request_timeout: Duration::from_millis(self.request_timeout_ms.unwrap_or(60_000)),
            queue: self.queue.unwrap_or(64).max(1),
            body_bytes: self.body_mb.unwrap_or(8).max(1) << 20,
            max_rows: self.max_rows.unwrap_or(20_000),
            rate_per_minute: self.rate_per_minute.unwrap_or(60_000),
            drain: Duration::from_secs(self.drain_s.unwrap_or(30)),
            threads: self.http_threads.unwrap_or_else(cores).max(1),
        }
    }
}

/// What codes on pages are signed with; commands that make documents take it too.
#[derive(Debug, Clone, Default, Args)]
pub struct CodesConfig {
    /// File of the keys that codes on pages are signed with
    #[arg(long = "qr-keys", env = "VINHDANH_QR_KEYS", value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// Where everybody reaches the service that checks them, such as `https://vinhdanh.example`
    #[arg(long = "qr-address", env = "VINHDANH_QR_ADDRESS", value_name = "URL")]
    pub address: Option<String>,
}

/// Where batches are kept, and for how long.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Folder of the service's own data.
    pub data: PathBuf,
    /// Path or URL of the database.
    pub database: String,
    /// Folder or `s3://` URL of files.
    pub files: String,
    /// How long results of a finished batch stay.
    pub keep: Duration,
    /// Documents one batch may have.
    pub max_rows: usize,
    /// Largest body, bytes.
    pub body_bytes: usize,
}

/// Workers and their limits.
#[derive(Debug, Clone, Copy)]
pub struct EngineConfig {
    /// Small documents.
    pub small: Limits,
    /// Long lists and reports.
    pub large: Limits,
    /// Documents of batches.
    pub batch: Limits,
    /// Documents after which a worker is replaced.
    pub recycle_after: u32,
}

/// Limits of the HTTP side.
#[derive(Debug, Clone, Copy)]
pub struct HttpConfig {
    /// Time for a whole request.
    pub request_timeout: Duration,
    /// Requests waiting or running at once.
    pub queue: usize,
    /// Largest body.
    pub body_bytes: usize,
    /// Most items in one list.
    pub max_rows: usize,
    /// Requests a minute for each caller, 0 for no limit.
    pub rate_per_minute: u32,
    /// Time given to running requests at a stop.
    pub drain: Duration,
    /// Threads of the HTTP server.
    pub threads: usize,
}

/// Where templates and fonts come from, beside the built-in ones.
#[derive(Debug, Clone, Default, Args)]
pub struct Places {
    /// Folder of templates, or a pack, laid over the built-in ones file by file; may be repeated
    #[arg(
        long = "templates",
        env = "VINHDANH_TEMPLATES",
        value_name = "DIR|ZIP",
        global = true,
        value_delimiter = ':'
    )]
    pub templates: Vec<PathBuf>,
    /// Folder of font files added to the built-in ones; may be repeated
    #[arg(long = "fonts", env = "VINHDANH_FONTS", value_name = "DIR", global = true, value_delimiter = ':')]
    pub fonts: Vec<PathBuf>,
}

/// A variable of the environment whose name the operator wrote into the file: secrets of providers.
#[expect(clippy::disallowed_methods, reason = "which variable it is, is told by the configuration")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_defaults_fill_the_rest() {
        let flags = Settings { queue: Some(3), ..Settings::default() };
        let file: Settings = toml::from_str("queue = 9\nbody_mb = 2\nlisten = \"127.0.0.1:9000\"").expect("sound");
        let merged = flags.over(file);
        let http = merged.http();
        assert_eq!((http.queue, http.body_bytes, merged.address().port()), (3, 2 << 20, 9000));
        assert_eq!(http.rate_per_minute, 60_000);
    }

    #[test]
    fn unknown_keys_in_the_file_are_refused() {
        let folder = std::env::temp_dir().join(format!("vinhdanh-config-{}", std::process::id()));
        std::fs::write(&folder, "quee = 9").expect("a temporary file");
        let failure = Settings::read(&folder).expect_err("a misspelt key");
        std::fs::remove_file(&folder).expect("the file just written");
        assert!(failure.to_string().contains("quee"), "{failure}");
    }
}
