//! The doors of `/v1`: key, rate, a place in the queue. All decided before the body is read.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use governor::clock::{Clock, DefaultClock};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;

use super::caller::Caller;
use super::problem;
use crate::app::App;
use crate::diagnostic::{Code, Failure};

/// Seconds in the window the rate is told for.
const WINDOW_S: u32 = 60;

/// Whose batches a request may see: the label of its key.
#[derive(Debug, Clone)]
pub struct Owner(pub String);

impl FromRequest for Owner {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // A route mounted without the guard belongs to nobody; no label holds a line break.
        let known = request.extensions().get::<Self>().cloned();
        ready(Ok(known.unwrap_or_else(|| Self("\n".to_owned()))))
    }
}

/// What the rate limiter says of a caller it lets in.
struct Rate {
    quota: u32,
    remaining: u32,
}

/// Lets a request in, or answers for it.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    judge(request, next, identify).await
}

/// As [`guard`], for those who bear a ticket and no key: the handler judges the ticket.
pub async fn guard_tickets(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    judge(request, next, |_, request| Ok(address(request.peer_addr()))).await
}

async fn judge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    identify: impl Fn(&App, &ServiceRequest) -> Result<String, Failure>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(app) = request.app_data::<Data<App>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let known = request.extensions().get::<Caller>().cloned();
    let Some(caller) = known else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let refuse = |request: ServiceRequest, failure: Failure, retry_after: u64| {
        let path = request.path().to_owned();
        let mut answer = problem::respond_after(&failure, &caller, &path, None, retry_after);
        // The body was not read, so the connection cannot be used again.
        if has_body(request.method()) {
            answer.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
        }
        Ok(request.into_response(answer))
    };

    let who = match identify(&app, &request) {
        Ok(who) => who,
        Err(failure) => return refuse(request, failure, 0),
    };
    // Where the service is open all share what there is.
    let owner = Owner(if app.keys.is_empty() { String::new() } else { who.clone() });
    request.extensions_mut().insert(owner);
    let rate = match check_rate(&app, who) {
        Ok(rate) => rate,
        Err((failure, wait)) => {
            rejected("rate");
            return refuse(request, failure, wait);
        }
    };
    if app.stopping.load(Ordering::SeqCst) {
        rejected("stopping");
        let failure = Failure::one(Code::ShuttingDown, "dịch vụ đang dừng", "the service is stopping");
        return refuse(request, failure, app.http.drain.as_secs());
    }
    let admitted = if has_body(request.method()) {
        match Arc::clone(&app.admission).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => {
                rejected("full");
                return refuse(request, full(&app), 1);
            }
        }
    } else {
        None
    };

    let result = next.call(request).await;
    drop(admitted);
    let mut response = result?.map_into_boxed_body();
    if let Some(rate) = rate {
        let headers = response.headers_mut();
        let policy = format!("\"default\";q={};w={WINDOW_S}", rate.quota);
        let used = u64::from(rate.quota.saturating_sub(rate.remaining));
        // Places come back evenly over the window.
        let until_full = (used * u64::from(WINDOW_S)).div_ceil(u64::from(rate.quota.max(1)));
        let state = format!("\"default\";r={};t={until_full}", rate.remaining);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
    Ok(response)
}

/// Lets in whoever has no key, where none is needed: rate by address, and a place in the queue for as long as the answer
/// takes. The seconds after which to ask again stand beside a refusal.
pub fn admit_anybody(app: &App, request: &HttpRequest) -> Result<OwnedSemaphorePermit, (Failure, u64)> {
    let address = address(request.peer_addr());
    // No label of a key holds a line break.
    if let Err(refusal) = check_rate(app, format!("\n{address}")) {
        rejected("rate");
        return Err(refusal);
    }
    if app.stopping.load(Ordering::SeqCst) {
        rejected("stopping");
        let failure = Failure::one(Code::ShuttingDown, "dịch vụ đang dừng", "the service is stopping");
        return Err((failure, app.http.drain.as_secs()));
    }
    Arc::clone(&app.admission).try_acquire_owned().map_err(|_| {
        rejected("full");
        (full(app), 1)
    })
}

fn full(app: &App) -> Failure {
    let limit = app.http.queue;
    Failure::one(
        Code::QueueFull,
        format!("đã có {limit} yêu cầu đang chờ"),
        format!("{limit} requests are already waiting"),
    )
}

fn has_body(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT)
}

fn address(peer: Option<SocketAddr>) -> String {
    peer.map_or_else(|| "local".to_owned(), |address| address.ip().to_string())
}

/// Who asks: the label of the key, or the address where the service is open.
fn identify(app: &App, request: &ServiceRequest) -> Result<String, Failure> {
    if app.keys.is_empty() {
        return Ok(address(request.peer_addr()));
    }
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = given.and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    // Keys are looked up by their hash, so the time taken tells nothing about the key.
    key.and_then(|key| app.keys.get::<[u8; 32]>(&Sha256::digest(key).into()).cloned()).ok_or_else(|| {
        Failure::one(
            Code::Unauthorized,
            "thiếu khóa truy cập, hoặc khóa không đúng",
            "the API key is missing or unknown",
        )
    })
}

fn check_rate(app: &App, who: String) -> Result<Option<Rate>, (Failure, u64)> {
    let Some(limiter) = &app.limiter else { return Ok(None) };
    match limiter.check_key(&who) {
        Ok(state) => Ok(Some(Rate { quota: app.http.rate_per_minute, remaining: state.remaining_burst_capacity() })),
        Err(not_until) => {
            let wait = not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            let quota = app.http.rate_per_minute;
            Err((
                Failure::one(
                    Code::RateLimited,
                    format!("quá {quota} yêu cầu trong một phút"),
                    format!("more than {quota} requests in a minute"),
                ),
                wait,
            ))
        }
    }
}

fn rejected(reason: &'static str) {
    metrics::counter!("vinhdanh_queue_rejected_total", "reason" => reason).increment(1);
}
