//! Operations: `/livez`, `/readyz`, `/version`, `/metrics`. No key, no log, no count.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Query};
use serde_json::json;

use crate::app::App;
use crate::telemetry;

/// A database slower than this does not answer.
const DATABASE_LIMIT: Duration = Duration::from_secs(2);

/// The process answers; nothing else is asked of it.
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// Whether new work would be taken now: workers there, room in the queue, templates proved, not stopping.
pub async fn readyz(app: Data<App>, query: Query<HashMap<String, String>>) -> HttpResponse {
    let pool = app.pool.status();
    let checks = [
        ("stopping", !app.stopping.load(Ordering::SeqCst)),
        ("queue", app.admission.available_permits() > 0),
        ("workers", pool.small_workers > 0 && pool.large_workers > 0),
        ("templates", app.renderer.templates().next().is_some()),
    ];
    let ready = checks.iter().all(|(_, good)| *good);
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    if !ready {
        response.insert_header((header::RETRY_AFTER, "1"));
    }
    if query.contains_key("verbose") {
        // Told, not counted: single documents need no database, and with it gone every process would leave at once.
        let database =
            tokio::time::timeout(DATABASE_LIMIT, app.batches.register.ping()).await.is_ok_and(|pong| pong.is_ok());
        let checks: Vec<_> = checks.iter().map(|(name, ok)| json!({"name": name, "ok": ok})).collect();
        let status = if ready { "ready" } else { "not_ready" };
        return response.json(
            json!({"status": status, "checks": checks, "pool": pool, "database": database, "broken_templates": app.renderer.broken().len()}),
        );
    }
    response.content_type("text/plain; charset=utf-8").body(if ready { "ok\n" } else { "not ready\n" })
}

/// What runs here.
pub async fn version(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "name": "vinhdanh",
        "version": env!("CARGO_PKG_VERSION"),
        "typst": typst::utils::version().raw(),
        "assets_sha256": app.assets_sha256,
        "revision": option_env!("VINHDANH_REVISION"),
    }))
}

/// Prometheus text format.
pub async fn metrics(app: Data<App>) -> HttpResponse {
    let queue = app.http.queue - app.admission.available_permits().min(app.http.queue);
    metrics::gauge!("vinhdanh_queue_depth").set(queue as f64);
    metrics::gauge!("vinhdanh_http_requests_in_flight").set(app.in_flight.load(Ordering::Relaxed) as f64);
    let labels =
        [("version", env!("CARGO_PKG_VERSION").to_owned()), ("typst", typst::utils::version().raw().to_owned())];
    metrics::gauge!("vinhdanh_build_info", &labels).set(1.0);
    if let Some(bytes) = telemetry::resident_bytes(None) {
        metrics::gauge!("process_resident_memory_bytes").set(bytes as f64);
    }
    let workers: u64 = app.pool.process_ids().into_iter().filter_map(|id| telemetry::resident_bytes(Some(id))).sum();
    metrics::gauge!("vinhdanh_workers_resident_memory_bytes").set(workers as f64);
    app.metrics.run_upkeep();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(app.metrics.render())
}
