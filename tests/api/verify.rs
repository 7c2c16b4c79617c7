//! Signed files judged over a real port, with a key and without.

use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest, Sha256};
use vinhdanh::config::{Places, Settings};

use crate::support::{TestApp, signed};

fn settings() -> Settings {
    let trust: Vec<PathBuf> = ["root.pem", "intermediate.crl", "root.crl"].map(signed::pki).into();
    Settings { workers: Some(1), large_workers: Some(1), trust, ..Settings::default() }
}

async fn judged(app: &TestApp, path: &str, pdf: &[u8], lang: &str) -> Value {
    let request = app.request(path).header("content-type", "application/pdf").header("accept-language", lang);
    let answer = request.body(pdf.to_vec()).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    answer.json().await.expect("a report")
}

#[actix_web::test]
async fn signed_files_are_judged_in_the_callers_language() {
    let app = TestApp::with(settings(), Places::default()).await;
    let pdf = signed::by("signer");
    let report = judged(&app, "/v1/verify", &pdf, "vi").await;
    assert_eq!(report["verdict"], "signed_valid", "{report:#}");
    assert_eq!(report["sentence"], "Văn bản có chữ ký số hợp lệ và còn nguyên vẹn từ khi ký");
    assert_eq!(report["signatures"][0]["signer"]["name"], "Đinh Thị Hồng Ẻm");
    assert_eq!(report["standards"]["pdfa"], "kept", "{report:#}");
    let mut changed = pdf.clone();
    let at = changed.len() / 3;
    changed[at] ^= 1;
    let report = judged(&app, "/v1/verify", &changed, "en").await;
    assert_eq!(report["verdict"], "broken");
    assert_eq!(
        report["signatures"][0]["findings"][0]["text"],
        "what was signed is not what it was: the digest differs"
    );
    let report = judged(&app, "/v1/verify", &signed::by("revoked"), "vi").await;
    assert_eq!(report["verdict"], "revoked");
    let report = judged(&app, "/v1/verify", &signed::open(), "vi").await;
    assert_eq!(report["verdict"], "not_signed");
    assert!(report["empty_fields"].as_array().is_some_and(|names| names.contains(&"KiemThu".into())), "{report:#}");
}

#[actix_web::test]
async fn everybody_may_check_and_nobody_else_gets_in() {
    let line = format!("van-thu {}\n", vinhdanh::app::hex(&Sha256::digest("vd_thu")));
    let (_folder, path) = crate::support::file("keys", line.as_bytes());
    let settings = Settings { keys: Some(path), body_mb: Some(1), rate_per_minute: Some(6), ..settings() };
    let app = TestApp::with(settings, Places::default()).await;
    let pdf = signed::by("signer");
    assert_eq!(judged(&app, "/kiem-tra", &pdf, "vi").await["verdict"], "signed_valid");
    let post = |path: &'static str, kind: &'static str, body: Vec<u8>| {
        let request = app.request(path).header("content-type", kind).body(body);
        async move { request.send().await.expect("an answer") }
    };
    assert_eq!(post("/v1/verify", "application/pdf", pdf.clone()).await.status(), 401);
    assert_eq!(post("/kiem-tra", "text/plain", pdf.clone()).await.status(), 415);
    let answer = post("/kiem-tra", "application/pdf", b"no PDF".to_vec()).await;
    assert_eq!(answer.status(), 422);
    assert_eq!(answer.json::<Value>().await.expect("a problem")["code"], "not_pdf");
    assert_eq!(post("/kiem-tra", "application/pdf", vec![b' '; (1 << 20) + 1]).await.status(), 413);
    // The rate holds for those without a key too; and pages are free.
    let mut last = 200;
    for _ in 0..6 {
        last = post("/kiem-tra", "application/pdf", pdf.clone()).await.status().as_u16();
    }
    assert_eq!(last, 429);
    assert_eq!(app.get("/kiem-tra").await.status(), 200);
    let metrics = app.get("/metrics").await.text().await.expect("text");
    assert!(metrics.contains("vinhdanh_files_judged_total{verdict=\"signed_valid\"}"), "{metrics}");
}

#[actix_web::test]
async fn what_cannot_be_trusted_stops_the_start() {
    let (_folder, path) =
        crate::support::file("roots.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let settings = Settings { trust: vec![path.clone()], ..settings() };
    let places = Places::default();
    let failure =
        vinhdanh::app::App::start(&settings, &places, crate::support::program()).await.err().expect("refused");
    assert!(failure.to_string().contains(&path.display().to_string()), "{failure}");
    // A folder takes in what has the name of a certificate or a list, and leaves keys and notes alone.
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["root.pem", "intermediate.pem", "intermediate.crl", "root.key", "README.md"] {
        std::fs::copy(signed::pki(name), folder.path().join(name)).expect("copied");
    }
    let trust = vinhdanh::app::trust(&[folder.path().to_owned()]).expect("a folder of trust");
    assert_eq!((trust.roots.len(), trust.intermediates.len(), trust.crls.len()), (1, 1, 1));
}
