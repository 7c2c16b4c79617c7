//! Around every request: identity, log, metrics, security headers. Nothing of the payload is seen here.

use std::sync::atomic::Ordering;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};

use super::caller::Caller;
use crate::app::App;

/// Pages may run only our own files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
    frame-src blob:; object-src blob:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The outermost layer.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let Some(app) = request.app_data::<Data<App>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let caller = Caller::of(&request, tokio::time::Instant::now() + app.http.request_timeout);
    request.extensions_mut().insert(caller.clone());
    let method = known_method(request.method());
    app.in_flight.fetch_add(1, Ordering::Relaxed);
    let result = next.call(request).await;
    app.in_flight.fetch_sub(1, Ordering::Relaxed);
    let mut response = result?.map_into_boxed_body();

    // The pattern, never the path: a path may carry anything.
    let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    let quiet = matches!(route.as_str(), "/livez" | "/readyz" | "/metrics");
    if !quiet {
        let labels = [("route", route.clone()), ("method", method.to_owned()), ("status", status.to_string())];
        metrics::counter!("vinhdanh_http_requests_total", &labels).increment(1);
        metrics::histogram!("vinhdanh_http_request_duration_seconds", "route" => route.clone())
            .record(elapsed.as_secs_f64());
        tracing::info!(method, route, status, ms = elapsed.as_secs_f64() * 1e3, trace_id = %caller.trace_id, "request");
    }

    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&caller.trace_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// A method's word is the caller's; only the usual ones become a label or stand in a log.
pub fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    KNOWN.into_iter().find(|known| method.as_str() == *known).unwrap_or("OTHER")
}
