//! Dossiers over a real port: one decision's data in, every document out.

use serde_json::{Value, json};

use super::batches::{finished, taken_in};
use crate::support::{TestApp, told};

#[actix_web::test]
async fn the_sample_becomes_a_whole_dossier() {
    let app = TestApp::start().await;
    let request: Value = app.get("/v1/dossiers/sample").await.json().await.expect("JSON");
    let checked = app.post("/v1/dossiers/check", &request).await;
    assert_eq!(checked.status(), 200, "{}", checked.text().await.expect("text"));
    let plan: Value = app.post("/v1/dossiers/check", &request).await.json().await.expect("JSON");
    let planned = plan["plan"].as_array().expect("a plan").len();
    assert_eq!(plan["documents"], planned);
    assert!(planned > 5);

    let location = taken_in(app.post("/v1/dossiers", &request).await).await;
    let batch = finished(&app, &location).await;
    assert_eq!((&batch["kind"], &batch["done"]), (&json!("dossier"), &json!(planned)));
    // In every order, with sheets between, though decisions bear no person's name.
    for order in ["decision", "unit", "name"] {
        let merged = app.get(&format!("{location}/merged.pdf?order={order}&separators=true")).await;
        assert_eq!(merged.status(), 200, "{order}");
        let pages = vinhdanh::pdf::pages(&merged.bytes().await.expect("whole")).expect("a PDF");
        assert!(pages > planned, "{order}: {pages}");
    }
    let manifest: Value = app.get(&format!("{location}/manifest.json")).await.json().await.expect("JSON");
    let templates: Vec<&str> =
        manifest["files"].as_array().expect("files").iter().filter_map(|file| file["template"].as_str()).collect();
    for template in ["to_trinh", "bien_ban", "quyet_dinh", "giay_khen", "giay_chung_nhan"] {
        assert!(templates.contains(&template), "{template}: {templates:?}");
    }
}

#[actix_web::test]
async fn what_contradicts_itself_is_refused_with_every_place() {
    let app = TestApp::start().await;
    let mut request: Value = app.get("/v1/dossiers/sample").await.json().await.expect("JSON");
    let list = request["dossier"]["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"].as_array_mut().expect("recipients");
    let twice = list[0].clone();
    list.push(twice);
    request["dossier"]["quyet_dinh"][0]["ky_hieu"] = json!("QĐ UBND");
    for path in ["/v1/dossiers", "/v1/dossiers/check"] {
        let answer = app.post(path, &request).await;
        assert_eq!(answer.status(), 422);
        let faults = told(&answer.json().await.expect("JSON"));
        assert!(faults.iter().any(|(pointer, _)| pointer == "/dossier/quyet_dinh/0/ky_hieu"), "{faults:?}");
    }
    request["dossier"]["quyet_dinh"][0]["ky_hieu"] = json!("QĐ-UBND");
    let faults = told(&app.post("/v1/dossiers", &request).await.json().await.expect("JSON"));
    assert!(faults.iter().any(|(_, code)| code == "ho_so.trung_doi_tuong"), "{faults:?}");
}
