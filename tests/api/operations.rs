//! Health, version, metrics.

use serde_json::{Value, json};

use crate::support::{TestApp, local};

#[actix_web::test]
async fn health_and_version_tell_what_runs() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/livez").await.text().await.expect("a body"), "ok\n");
    let ready: Value = app.get("/readyz?verbose").await.json().await.expect("JSON");
    assert_eq!(ready["status"], "ready");
    let version: Value = app.get("/version").await.json().await.expect("JSON");
    assert_eq!(version["typst"], "0.15.1");
    assert_eq!(version["assets_sha256"].as_str().map(str::len), Some(64));
    app.app.stop();
    assert_eq!(app.get("/readyz").await.status(), 503);
    assert_eq!(app.get("/livez").await.status(), 200);
    let answer = app.post("/v1/documents/giay_khen", &local().sample("giay_khen", "plain")).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
}

#[actix_web::test]
async fn metrics_count_without_names_or_foreign_labels() {
    let app = TestApp::start().await;
    let mut data = local().sample("giay_khen", "plain");
    data["doi_tuong"]["ten"] = json!("Trần Thị Bí Mật");
    assert_eq!(app.post("/v1/documents/giay_khen", &data).await.status(), 200);
    assert_eq!(app.post("/v1/documents/Tran-Thi-Bi-Mat", &data).await.status(), 404);
    assert_eq!(app.get("/Tran-Thi-Bi-Mat").await.status(), 404);
    let text = app.get("/metrics").await.text().await.expect("a body");
    for name in [
        "vinhdanh_http_requests_total",
        "vinhdanh_http_request_duration_seconds_bucket",
        "vinhdanh_render_duration_seconds_bucket",
        "vinhdanh_renders_total{template=\"giay_khen\",outcome=\"ok\"}",
        "vinhdanh_renders_total{template=\"unknown\",outcome=\"template_not_found\"}",
        "vinhdanh_queue_depth",
        "vinhdanh_build_info",
        "process_resident_memory_bytes",
    ] {
        assert!(text.contains(name), "{name} is missing");
    }
    assert!(!text.contains("Mật") && !text.contains("Bi-Mat"), "a name reached the metrics");
}
