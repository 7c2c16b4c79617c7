//! `POST /v1/documents/{id}`, `POST /v1/check/{id}`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vinhdanh::engine::frames;
use vinhdanh::render::Requested;

use crate::support::{TestApp, local, told};

fn header(answer: &reqwest::Response, name: &str) -> String {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

#[actix_web::test]
async fn pdf_comes_with_names_and_digests() {
    let app = TestApp::start().await;
    let answer = app.post("/v1/documents/quyet_dinh", &local().sample("quyet_dinh", "plain")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-type"), "application/pdf");
    assert_eq!(header(&answer, "cache-control"), "private, no-store");
    let disposition = header(&answer, "content-disposition");
    assert!(disposition.starts_with("attachment; filename=\"Quyet dinh "), "{disposition}");
    assert!(disposition.contains("filename*=UTF-8''Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%20"), "{disposition}");
    let (etag, digest, pages) =
        (header(&answer, "etag"), header(&answer, "repr-digest"), header(&answer, "vinhdanh-pages"));
    let bytes = answer.bytes().await.expect("a body");
    assert!(bytes.starts_with(b"%PDF-1.7"));
    let hash = Sha256::digest(&bytes);
    assert_eq!(etag, format!("\"{}\"", vinhdanh::app::hex(&hash)));
    assert_eq!(digest, format!("sha-256=:{}:", STANDARD.encode(hash)));
    assert_eq!(pages, "2");
}

#[actix_web::test]
async fn unchanged_document_answers_304_without_a_body() {
    let app = TestApp::start().await;
    let data = local().sample("giay_khen", "plain");
    let etag = header(&app.post("/v1/documents/giay_khen", &data).await, "etag");
    let answer = app
        .request("/v1/documents/giay_khen")
        .header("if-none-match", &etag)
        .json(&data)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 304);
    assert_eq!(header(&answer, "etag"), etag);
    assert!(answer.bytes().await.expect("a body").is_empty());
}

#[actix_web::test]
async fn json_form_holds_the_same_pdf_and_the_places_for_signing() {
    let app = TestApp::start().await;
    let data = local().sample("quyet_dinh", "plain");
    let pdf = app.post("/v1/documents/quyet_dinh", &data).await.bytes().await.expect("a body");
    let answer = app
        .request("/v1/documents/quyet_dinh")
        .header("accept", "application/json")
        .json(&data)
        .send()
        .await
        .expect("an answer");
    let body: Value = answer.json().await.expect("JSON");
    let inside = STANDARD.decode(body["pdf"].as_str().expect("base64")).expect("base64");
    assert!(inside == pdf);
    assert_eq!(body["sha256"], vinhdanh::app::hex(&Sha256::digest(&pdf)));
    let names: Vec<&str> =
        body["boxes"].as_array().expect("boxes").iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"nguoi_ky") && names.contains(&"co_quan"), "{names:?}");
    for one in body["boxes"].as_array().expect("boxes") {
        let side = |name: &str| one[name].as_f64().expect("a number");
        assert!(
            side("x") > 0.0 && side("x") + side("w") < 596.0 && side("y") > 0.0 && side("y") + side("h") < 842.0,
            "{one}"
        );
    }
}

#[actix_web::test]
async fn previews_come_as_png_and_svg_page_by_page() {
    let app = TestApp::start().await;
    let data = local().sample("quyet_dinh", "plain");
    let ask = |accept: &'static str, query: &'static str| {
        app.request(&format!("/v1/documents/quyet_dinh{query}")).header("accept", accept).json(&data).send()
    };
    let png = ask("image/png", "?page=2&ppi=72").await.expect("an answer").bytes().await.expect("a body");
    let reader = png::Decoder::new(std::io::Cursor::new(&png[..])).read_info().expect("a PNG");
    assert_eq!((reader.info().width, reader.info().height), (595, 842));
    let svg = ask("image/svg+xml", "").await.expect("an answer").text().await.expect("a body");
    assert!(svg.starts_with("<svg") && svg.contains("viewBox"), "{}", &svg[..80]);
    let answer = ask("image/png", "?page=9").await.expect("an answer");
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.expect("a body").contains("không có trang 9"));
}

#[actix_web::test]
async fn attached_data_can_be_taken_out_of_the_archive_form() {
    let app = TestApp::start().await;
    let data = local().sample("bao_cao", "plain");
    let pdf = app.post("/v1/documents/bao_cao?standard=a-3a", &data).await.bytes().await.expect("a body");
    let (folder, path) = crate::support::file("a3.pdf", &pdf);
    let Some(output) = crate::support::outside(
        "pdfdetach",
        &["-saveall", "-o", folder.path().to_str().expect("UTF-8"), path.to_str().expect("UTF-8")],
    ) else {
        return eprintln!("pdfdetach is not installed; tests/outside insists on poppler");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .filter_map(|entry| entry.ok())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let attached: Value = serde_json::from_slice(&std::fs::read(&files[0]).expect("a file")).expect("JSON");
    assert_eq!(attached, data);
}

#[actix_web::test]
async fn check_tells_what_render_would_refuse() {
    let app = TestApp::start().await;
    let mut data = local().sample("giay_khen", "plain");
    let answer: Value = app.post("/v1/check/giay_khen", &data).await.json().await.expect("JSON");
    assert_eq!((answer["ok"].as_bool(), answer["pages"].as_u64()), (Some(true), Some(1)));
    data["doi_tuong"]["ten"] = json!("Nguyễn".repeat(40));
    let answer = app.post("/v1/check/giay_khen", &data).await;
    assert_eq!(answer.status(), 422);
    let problem: Value = answer.json().await.expect("a problem");
    assert!(told(&problem).contains(&("/doi_tuong/ten".into(), "khong_vua".into())), "{problem}");
    assert_eq!(app.post("/v1/documents/giay_khen", &data).await.status(), 422);
}

#[actix_web::test]
async fn test_mode_prints_the_watermark_and_changes_nothing_else() {
    let app = TestApp::start().await;
    let data = local().sample("giay_khen", "plain");
    let plain = app.post("/v1/documents/giay_khen", &data).await.bytes().await.expect("a body");
    let marked = app.post("/v1/documents/giay_khen?test=true", &data).await.bytes().await.expect("a body");
    assert!(plain != marked);
    let requested = Requested { test: true, ..Requested::default() };
    let job = local().renderer.prepare("giay_khen", data, &requested).expect("sound").job;
    let (document, _) = local().engine.lay_out(&job).expect("set");
    let runs = frames::read(&document).runs;
    assert!(runs.iter().any(|run| run.text == "MẪU" && run.size > 100.0), "no watermark on the page");
}

#[actix_web::test]
async fn text_on_a_blank_is_only_for_templates_that_can() {
    let app = TestApp::start().await;
    let answer = app.post("/v1/documents/giay_khen?mode=phoi", &local().sample("giay_khen", "plain")).await;
    assert_eq!(answer.status(), 200);
    let answer = app.post("/v1/documents/quyet_dinh?mode=phoi", &local().sample("quyet_dinh", "plain")).await;
    assert_eq!(answer.status(), 400);
}

#[actix_web::test]
async fn wrong_parameters_are_told_together() {
    let app = TestApp::start().await;
    let data = local().sample("giay_khen", "minimal");
    let answer = app.post("/v1/documents/giay_khen?standard=a-9&test=yes&page=0&pge=1", &data).await;
    assert_eq!(answer.status(), 400);
    let problem: Value = answer.json().await.expect("a problem");
    let codes: Vec<String> = told(&problem).into_iter().map(|(_, code)| code).collect();
    for code in ["standard", "test", "number", "unknown_parameter"] {
        assert!(codes.contains(&code.to_owned()), "{code} in {codes:?}");
    }
}
