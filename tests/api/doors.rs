//! Who gets in, how many, in which language refusals speak.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vinhdanh::config::{Places, Settings};

use crate::support::{TestApp, local};

fn small() -> Settings {
    Settings { workers: Some(1), large_workers: Some(1), ..Settings::default() }
}

#[actix_web::test]
async fn keys_open_the_door_and_nothing_else_does() {
    let key = "vd_thu";
    let line = format!("van-thu {}\n", vinhdanh::app::hex(&Sha256::digest(key)));
    let (_folder, path) = crate::support::file("keys", line.as_bytes());
    let app = TestApp::with(Settings { keys: Some(path), ..small() }, Places::default()).await;
    for authorization in [None, Some("Bearer vd_khac"), Some("Basic dmQ6dGh1"), Some("vd_thu")] {
        let mut request = app.client.get(format!("{}/v1/templates", app.url));
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 401, "{authorization:?}");
        assert!(answer.headers().contains_key("www-authenticate"));
    }
    let answer = app.client.get(format!("{}/v1/templates", app.url)).bearer_auth(key).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(app.get("/livez").await.status(), 200, "health needs no key");
}

#[actix_web::test]
async fn address_others_can_reach_needs_keys() {
    let settings = Settings { listen: Some("0.0.0.0:0".parse().expect("an address")), ..small() };
    let places = Places::default();
    let failure =
        vinhdanh::app::App::start(&settings, &places, crate::support::program()).await.err().expect("refused");
    assert!(failure.to_string().contains("no keys"), "{failure}");
}

#[actix_web::test]
async fn full_queue_answers_429_before_the_body_and_readiness_turns_red() {
    let app = TestApp::with(Settings { queue: Some(1), ..small() }, Places::default()).await;
    // A request whose body never comes holds the only place.
    let address = app.url.trim_start_matches("http://").to_owned();
    let mut held = tokio::net::TcpStream::connect(&address).await.expect("a connection");
    let head = format!(
        "POST /v1/documents/giay_khen HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{{"
    );
    tokio::io::AsyncWriteExt::write_all(&mut held, head.as_bytes()).await.expect("written");
    let mut tries = 0;
    while app.get("/readyz").await.status() != 503 {
        tries += 1;
        assert!(tries < 500, "the queue never filled");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let answer = app.post("/v1/documents/giay_khen", &local().sample("giay_khen", "plain")).await;
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "1");
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!(problem["code"], "queue_full");
    assert_eq!(app.get("/v1/templates").await.status(), 200, "reading the catalog needs no place");
    drop(held);
    let mut tries = 0;
    while app.post("/v1/documents/giay_khen", &local().sample("giay_khen", "plain")).await.status() != 200 {
        tries += 1;
        assert!(tries < 500, "the place was never given back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[actix_web::test]
async fn slow_body_meets_the_deadline() {
    let app = TestApp::with(Settings { request_timeout_ms: Some(300), ..small() }, Places::default()).await;
    let address = app.url.trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address).await.expect("a connection");
    let head = format!(
        "POST /v1/documents/giay_khen HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{{"
    );
    tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.expect("written");
    let mut answer = vec![0; 4096];
    let length = tokio::io::AsyncReadExt::read(&mut stream, &mut answer).await.expect("an answer");
    let text = String::from_utf8_lossy(&answer[..length]);
    assert!(text.starts_with("HTTP/1.1 504") && text.contains("deadline_exceeded"), "{text}");
}

#[actix_web::test]
async fn rate_is_limited_for_each_caller_and_told() {
    let app = TestApp::with(Settings { rate_per_minute: Some(3), ..small() }, Places::default()).await;
    for (left, until_full) in [("2", 20), ("1", 40), ("0", 60)] {
        let answer = app.get("/v1/templates").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["ratelimit"], format!("\"default\";r={left};t={until_full}"));
    }
    let answer = app.get("/v1/templates").await;
    assert_eq!(answer.status(), 429);
    let wait: u64 = answer.headers()["retry-after"].to_str().expect("ASCII").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
}

#[actix_web::test]
async fn refusals_speak_the_language_asked_for() {
    let app = TestApp::start().await;
    for (language, title) in
        [("vi", "Dữ liệu không đúng quy cách của mẫu"), ("en-GB, vi;q=0.5", "The data break the template's contract")]
    {
        let answer = app
            .request("/v1/documents/giay_khen")
            .header("accept-language", language)
            .json(&json!({}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.expect("a problem");
        assert_eq!(problem["title"], title);
        assert_eq!(problem["type"], "/problems/invalid_data");
    }
}

#[actix_web::test]
async fn requests_of_the_wrong_kind_are_named() {
    let app = TestApp::start().await;
    let data = local().sample("giay_khen", "plain");
    for (status, code, answer) in [
        (404, "template_not_found", app.post("/v1/documents/giay_khn", &data).await),
        (404, "not_found", app.get("/v1/khong-co").await),
        (404, "not_found", app.get("/khong-co").await),
        (405, "method_not_allowed", app.get("/v1/documents/giay_khen").await),
        (
            406,
            "not_acceptable",
            app.request("/v1/documents/giay_khen")
                .header("accept", "text/html")
                .json(&data)
                .send()
                .await
                .expect("an answer"),
        ),
        (
            415,
            "unsupported_media_type",
            app.request("/v1/documents/giay_khen")
                .header("content-type", "text/plain")
                .body("{}")
                .send()
                .await
                .expect("an answer"),
        ),
        (415, "unsupported_media_type", app.request("/v1/documents/giay_khen").send().await.expect("an answer")),
    ] {
        assert_eq!(answer.status().as_u16(), status, "{code}");
        let problem: Value = answer.json().await.expect("a problem");
        assert_eq!(problem["code"], code);
    }
    let problem: Value = app.post("/v1/documents/giay_khn", &data).await.json().await.expect("a problem");
    assert!(problem["errors"][0]["hints"][0].as_str().is_some_and(|hint| hint.contains("giay_khen")), "{problem}");
}

#[actix_web::test]
async fn trace_of_the_caller_comes_back() {
    let app = TestApp::start().await;
    let answer = app
        .client
        .get(format!("{}/v1/khong-co", app.url))
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.headers()["x-request-id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!(problem["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
}
