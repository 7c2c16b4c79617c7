//! A server that stands in for a provider: it answers what a test tells it, and remembers what it was asked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::{Bytes, Data, PayloadConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;

/// One request.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// How many came to this path before it.
    pub before: usize,
}

impl Asked {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// One answer.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub after: Duration,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::of(status, "application/json", body.to_string())
    }

    pub fn of(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", kind.to_owned())];
        Self { status, headers, body: body.into(), after: Duration::ZERO }
    }

    /// What a broken gateway sends.
    pub fn html(status: u16) -> Self {
        Self::of(status, "text/html", "<html><body><h1>Bad Gateway</h1></body></html>")
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn slowly(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }
}

type Answer = dyn Fn(&Asked) -> Reply + Send + Sync;

struct State {
    answer: Box<Answer>,
    asked: Mutex<Vec<Asked>>,
}

/// A server on a port of its own; it ends with the test's runtime.
pub struct Mock {
    pub url: String,
    pub address: SocketAddr,
    state: Arc<State>,
}

impl Mock {
    pub fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let state = Arc::new(State { answer: Box::new(answer), asked: Mutex::default() });
        let shared = Data::from(Arc::clone(&state));
        let server = HttpServer::new(move || {
            let large = PayloadConfig::new(8 << 20);
            App::new().app_data(large).app_data(shared.clone()).default_service(web::to(answer_one))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").expect("a free port");
        let address = server.addrs()[0];
        actix_web::rt::spawn(server.run());
        Self { url: format!("http://{address}"), address, state }
    }

    /// Everything asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().expect("no test fell").clone()
    }

    /// What came to a path.
    pub fn asked_at(&self, path: &str) -> Vec<Asked> {
        self.asked().into_iter().filter(|one| one.path == path).collect()
    }
}

async fn answer_one(request: HttpRequest, body: Bytes, state: Data<State>) -> HttpResponse {
    let headers = request.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
    let asked = {
        let mut all = state.asked.lock().expect("no test fell");
        let path = request.path().to_owned();
        let before = all.iter().filter(|one| one.path == path).count();
        let asked = Asked { path, headers, body: body.to_vec(), before };
        all.push(asked.clone());
        asked
    };
    let reply = (state.answer)(&asked);
    actix_web::rt::time::sleep(reply.after).await;
    let mut answer = HttpResponse::build(actix_web::http::StatusCode::from_u16(reply.status).expect("a status"));
    for header in reply.headers {
        answer.insert_header(header);
    }
    answer.body(reply.body)
}
