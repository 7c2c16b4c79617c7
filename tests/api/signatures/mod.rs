//! Requests for signatures, over a real port, with real keys: each way in, order, what must not be.

mod batches;
mod providers;
mod tickets;
mod ways;

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Response;
use serde_json::{Value, json};
use vinhdanh::config::{Places, Settings};
use vinhdanh::pades::{Algorithm, LocalKey, Moment};
use vinhdanh::provider::{Config, Provider};

use crate::support::{TestApp, local, project};

/// A key of `tests/pki` with its chain.
pub fn key(name: &str) -> LocalKey {
    let read = |file: String| std::fs::read_to_string(project().join("tests/pki").join(file)).expect("a test file");
    let pem = read(format!("{name}.key")) + &read(format!("{name}.pem")) + &read("intermediate.pem".to_owned());
    LocalKey::from_pem(&pem).expect("a key")
}

/// Now, as signatures state it.
pub fn now() -> Moment {
    chrono::DateTime::from_timestamp_millis(vinhdanh::register::now_ms()).expect("a moment").fixed_offset()
}

/// Settings with the local key of `tests/pki`, and another database where the run names one.
pub fn settings() -> Settings {
    let pem = std::env::temp_dir().join(format!("vinhdanh-local-{}.pem", std::process::id()));
    let read = |file: &str| std::fs::read_to_string(project().join("tests/pki").join(file)).expect("a test file");
    std::fs::write(&pem, read("signer.key") + &read("signer.pem") + &read("intermediate.pem")).expect("written");
    Settings {
        workers: Some(1),
        large_workers: Some(1),
        batch_workers: Some(2),
        ky_so: Some(local_config(&pem)),
        database_url: crate::support::test_database(),
        ..Settings::default()
    }
}

pub fn local_config(pem: &PathBuf) -> Config {
    serde_json::from_value(json!({"local": {"enabled": true, "pem": pem}})).expect("a section")
}

pub async fn start() -> TestApp {
    TestApp::with(settings(), Places::default()).await
}

pub async fn start_with(other: Arc<dyn Provider>) -> TestApp {
    TestApp::with_others(settings(), Places::default(), vec![other]).await
}

/// A certificate chain as the contract wants it.
pub fn chain(key: &LocalKey) -> Vec<String> {
    key.chain().all().iter().map(|one| STANDARD.encode(one.der())).collect()
}

/// A decision to be signed.
pub fn decision() -> Value {
    json!({"document": {"template": "quyet_dinh", "data": local().sample("quyet_dinh", "plain")}})
}

/// The JSON of an answer that has this status.
pub async fn told(answer: Response, status: u16) -> Value {
    let got = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    assert_eq!(got, status, "{text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub async fn open(app: &TestApp, wanted: &Value) -> String {
    let body = told(app.post("/v1/signature-requests", wanted).await, 201).await;
    format!("/v1/signature-requests/{}", body["id"].as_str().expect("an id"))
}

pub async fn prepare(app: &TestApp, request: &str, field: &str, key: &LocalKey) -> Value {
    let wanted = json!({"certificate_chain": chain(key)});
    told(app.post(&format!("{request}/fields/{field}/prepare"), &wanted).await, 201).await
}

/// Signs what was prepared and hands it in.
pub async fn hand_in(app: &TestApp, offer: &Value, key: &LocalKey) -> Response {
    let attributes = STANDARD.decode(offer["signed_attributes"].as_str().expect("attributes")).expect("base64");
    let algorithm = Algorithm::parse(offer["algorithm"].as_str().expect("an algorithm")).expect("a known one");
    let signature = key.sign(algorithm, &attributes).expect("a signature");
    put(app, offer, &json!({"signature_value": STANDARD.encode(signature)})).await
}

pub async fn put(app: &TestApp, offer: &Value, body: &Value) -> Response {
    let address = format!("{}{}", app.url, offer["signature"].as_str().expect("an address"));
    app.client.put(address).json(body).send().await.expect("an answer")
}

pub async fn show(app: &TestApp, request: &str) -> Value {
    told(app.get(request).await, 200).await
}

/// The states of the fields, in order.
pub fn states(request: &Value) -> Vec<String> {
    let fields = request["fields"].as_array().expect("fields");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    fields.iter().map(|one| format!("{} {}", text(&one["name"]), text(&one["state"]))).collect()
}

pub async fn document(app: &TestApp, request: &str) -> Vec<u8> {
    let answer = app.get(&format!("{request}/document.pdf")).await;
    assert_eq!(answer.status(), 200);
    answer.bytes().await.expect("a file").to_vec()
}

/// Signatures of a file that hold.
pub fn held(pdf: &[u8]) -> Vec<String> {
    use vinhdanh::pades::verify::{Coverage, Trust, verify};
    let report = verify(pdf, &Trust::default(), now()).expect("a PDF");
    let held = report.signatures.iter().filter(|one| one.intact && one.coverage != Coverage::Changed);
    held.map(|one| one.field.clone()).collect()
}

pub async fn delete(app: &TestApp, address: &str) -> Response {
    app.client.delete(format!("{}{address}", app.url)).send().await.expect("an answer")
}
