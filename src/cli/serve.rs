//! `serve`: the service, until it is told to stop.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as HttpApp, HttpServer};
use clap::Args;
use clap::builder::BoolishValueParser;

use super::Speech;
use crate::api;
use crate::app::App;
use crate::config::{Places, Settings};
use crate::diagnostic::{Code, Failure};
use crate::telemetry;

/// Least time for the head of a request: the server's clock for it is coarse and its refusal has no words.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// Run the service.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    settings: Settings,
    /// Settings as TOML; flags and environment win over it
    #[arg(long, env = "VINHDANH_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Log filter, such as `info` or `vinhdanh=debug`
    #[arg(long, env = "VINHDANH_LOG", default_value = "info")]
    log: String,
    /// Log as JSON lines
    #[arg(long, env = "VINHDANH_LOG_JSON", value_parser = BoolishValueParser::new())]
    log_json: bool,
}

impl Serve {
    /// Runs the command.
    pub fn run(self, places: &Places, _: Speech) -> Result<(), Failure> {
        telemetry::start_log(Some(&self.log), self.log_json);
        let file = self.config.as_deref().map(Settings::read).transpose()?.unwrap_or_default();
        let settings = self.settings.over(file);
        tracing::info!(address = %settings.address(), engine = ?settings.engine(), http = ?settings.http(), keys = settings.keys.is_some(), "settings in force");
        let places = places.clone();
        actix_web::rt::System::new().block_on(async move { serve(&settings, &places).await })
    }
}

async fn serve(settings: &Settings, places: &Places) -> Result<(), Failure> {
    let address = settings.address();
    let program = std::env::current_exe().map_err(Failure::internal)?;
    let app = Data::from(App::start(settings, places, program).await?);
    let http = app.http;
    let shared = app.clone();
    let server =
        HttpServer::new(move || HttpApp::new().wrap(from_fn(api::observe)).configure(api::configure(shared.clone())))
            .workers(http.threads)
            .client_request_timeout(http.request_timeout.max(HEAD_TIMEOUT))
            .shutdown_timeout(http.drain.as_secs())
            .disable_signals()
            .bind(address)
            .map_err(|error| {
                Failure::one(
                    Code::BadConfiguration,
                    format!("không mở được {address}: {error}"),
                    format!("cannot listen on {address}: {error}"),
                )
            })?;
    let address = server.addrs().first().copied().unwrap_or(address);
    let server = server.run();
    greet(&app, address);
    let batches = app.run_apart()?;
    let handle = server.handle();
    let stopper = app.clone();
    actix_web::rt::spawn(async move {
        wait_for_signal().await;
        stopper.stop();
        tracing::info!(in_flight = stopper.in_flight.load(Ordering::Relaxed), "stopping");
        handle.stop(true).await;
    });
    server.await.map_err(Failure::internal)?;
    // The document at hand is finished and filed; what remains waits in the register.
    app.stop();
    let until = tokio::time::Instant::now() + http.drain;
    while !batches.is_finished() {
        if tokio::time::Instant::now() >= until {
            tracing::warn!("batches did not stop in time; what they were at is done again at the next start");
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// The first words: where the page is, and one line that returns a real PDF.
fn greet(app: &App, address: std::net::SocketAddr) {
    for broken in app.renderer.broken() {
        eprintln!(
            "mẫu hỏng, không dùng được: {} ({} lỗi; chạy `vinhdanh templates check`)",
            broken.id,
            broken.faults.len()
        );
        let failure = Failure::new(Code::TemplateBroken, broken.faults.clone());
        tracing::error!(template = %broken.id, "template out of use: {failure}");
    }
    let ids: Vec<&str> = app.renderer.templates().map(|template| template.manifest.id.as_str()).collect();
    let id = ids.iter().find(|id| **id == "giay_khen").or(ids.first()).copied().unwrap_or("giay_khen");
    let mut shown = address;
    if shown.ip().is_unspecified() {
        shown.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let key = if app.keys.is_empty() { "" } else { " -H 'Authorization: Bearer <khóa>'" };
    put!("vinhdanh {} sẵn sàng tại http://{shown}/", env!("CARGO_PKG_VERSION"));
    put!("thử ngay:");
    put!("  curl -s{key} http://{shown}/v1/templates/{id}/sample \\");
    put!("    | curl -s{key} -H 'Content-Type: application/json' -d @- http://{shown}/v1/documents/{id} -o {id}.pdf");
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be read; stop the service by ending its process");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
