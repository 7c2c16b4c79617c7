//! Hash out, raw signature in; digest out, CMS in; order, and what must not be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vinhdanh::app::hex;
use vinhdanh::config::{Places, Settings};
use vinhdanh::pades::{signed_attributes, signed_data};

use super::*;

#[actix_web::test]
async fn a_person_signs_the_hash_and_the_agency_hands_in_a_cms() {
    let app = start().await;
    let request = open(&app, &decision()).await;
    let before = document(&app, &request).await;
    assert_eq!(states(&show(&app, &request).await), ["NguoiKy ready", "CoQuan waiting"]);

    // The agency cannot seal first, and is told whose turn it is.
    let seal = key("seal");
    let wanted = json!({"certificate_chain": chain(&seal)});
    let early = told(app.post(&format!("{request}/fields/CoQuan/prepare"), &wanted).await, 409).await;
    assert_eq!(early["code"], "signing_state");
    assert!(early["errors"][0]["hints"].to_string().contains("NguoiKy"), "{early}");

    let signer = key("signer");
    let offer = prepare(&app, &request, "NguoiKy", &signer).await;
    let attributes = STANDARD.decode(offer["signed_attributes"].as_str().expect("text")).expect("base64");
    assert_eq!(offer["hash_to_sign"]["hex"], hex(&Sha256::digest(&attributes)));
    assert_ne!(offer["hash_to_sign"], offer["document_digest"]);
    assert_eq!(document(&app, &request).await, before, "a prepared file is no document");

    // The key of somebody else.
    let stranger = key("revoked").sign(signer.algorithms()[0], &attributes).expect("a signature");
    let wrong = put(&app, &offer, &json!({"signature_value": STANDARD.encode(stranger)})).await;
    assert_eq!(told(wrong, 422).await["code"], "signature_mismatch");

    let signed = told(hand_in(&app, &offer, &signer).await, 200).await;
    assert_eq!(
        (&signed["state"], &signed["next"], &signed["level"]),
        (&json!("partly_signed"), &json!("CoQuan"), &json!("B-B"))
    );
    let again = hand_in(&app, &offer, &signer).await;
    assert_eq!(again.headers()["idempotency-replayed"], "true");
    assert_eq!(told(again, 200).await["sha256"], signed["sha256"]);
    let other = put(&app, &offer, &json!({"signature_value": STANDARD.encode(b"another")})).await;
    assert_eq!(told(other, 409).await["code"], "preparation_stale");

    let wanted = json!({"mode": "cms"});
    let offer = told(app.post(&format!("{request}/fields/CoQuan/prepare"), &wanted).await, 201).await;
    assert!(offer["hash_to_sign"].is_null() && offer["signed_attributes"].is_null());
    let digest: [u8; 32] = STANDARD
        .decode(offer["document_digest"]["base64"].as_str().expect("text"))
        .expect("base64")
        .try_into()
        .expect("32 bytes");
    let attributes = signed_attributes(&digest, seal.chain().signer());
    let algorithm = seal.algorithms()[0];
    let value = seal.sign(algorithm, &attributes.0).expect("a signature");
    let cms = signed_data(&attributes, seal.chain(), algorithm, &value, None).expect("a CMS");
    let done = told(put(&app, &offer, &json!({"cms": STANDARD.encode(cms)})).await, 200).await;
    assert_eq!((&done["state"], &done["next"]), (&json!("completed"), &Value::Null));

    let file = document(&app, &request).await;
    assert_eq!(done["sha256"], hex(&Sha256::digest(&file)));
    assert!(file.starts_with(&before));
    assert_eq!(held(&file), ["NguoiKy", "CoQuan"]);
    let first = app.get(&format!("{request}/document.pdf?revision=1")).await.bytes().await.expect("a file");
    assert_eq!(signed["sha256"], hex(&Sha256::digest(&first)));
    assert_eq!(held(&first), ["NguoiKy"]);
    assert_eq!(app.get(&format!("{request}/document.pdf?revision=3")).await.status(), 404);
    let field = &show(&app, &request).await["fields"][0];
    assert_eq!((&field["signature"]["way"], &field["role"]), (&json!("hash"), &json!("signer")));
}

#[actix_web::test]
async fn of_preparations_at_the_same_moment_one_is_open() {
    let app = start().await;
    let request = open(&app, &decision()).await;
    let wanted = json!({"certificate_chain": chain(&key("signer"))});
    let address = format!("{request}/fields/NguoiKy/prepare");
    let race = futures_util::future::join_all((0..4).map(|_| app.post(&address, &wanted))).await;
    let mut statuses: Vec<u16> = race.iter().map(|answer| answer.status().as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    let open = show(&app, &request).await["preparation"]["prepared_id"].as_str().expect("one").to_owned();
    // Given up, the field may be prepared anew; the old preparation is worth nothing.
    let freed = told(delete(&app, &format!("{request}/prepared/{open}")).await, 200).await;
    assert_eq!(states(&freed)[0], "NguoiKy ready");
    let signer = key("signer");
    let stale = json!({"signature": format!("{request}/prepared/{open}/signature"), "signed_attributes": "AAAA", "algorithm": "rsa-pkcs1-sha256"});
    assert_eq!(told(hand_in(&app, &stale, &signer).await, 409).await["code"], "preparation_stale");
    let offer = prepare(&app, &request, "NguoiKy", &signer).await;
    assert_eq!(hand_in(&app, &offer, &signer).await.status(), 200);
}

#[actix_web::test]
async fn of_signatures_at_the_same_moment_one_is_put_in() {
    let app = start().await;
    let request = open(&app, &decision()).await;
    let seal = key("seal");
    let offer = prepare(&app, &request, "NguoiKy", &seal).await;
    // Two different, both right: RSA-PSS and ECDSA are made with randomness or a nonce.
    let race = futures_util::future::join_all((0..3).map(|_| hand_in(&app, &offer, &seal))).await;
    let good = race.iter().filter(|answer| answer.status() == 200).count();
    assert!(good >= 1 && race.iter().all(|answer| matches!(answer.status().as_u16(), 200 | 409)));
    let after = show(&app, &request).await;
    assert_eq!((&after["signatures"], &after["state"]), (&json!(1), &json!("partly_signed")));
    assert_eq!(held(&document(&app, &request).await), ["NguoiKy"]);
}

#[actix_web::test]
async fn a_restart_between_preparation_and_signature_is_not_noticed() {
    let data = tempfile::tempdir().expect("a folder");
    let settings = Settings { data: Some(data.path().to_owned()), ..settings() };
    let signer = key("signer");
    let (request, offer) = {
        let app = TestApp::with(settings.clone(), Places::default()).await;
        let request = open(&app, &decision()).await;
        let offer = prepare(&app, &request, "NguoiKy", &signer).await;
        (request, offer)
    };
    let app = TestApp::with(settings, Places::default()).await;
    let signed = told(hand_in(&app, &offer, &signer).await, 200).await;
    assert_eq!(signed["state"], "partly_signed");
    assert_eq!(held(&document(&app, &request).await), ["NguoiKy"]);
}

#[actix_web::test]
async fn the_same_request_again_opens_nothing() {
    let app = start().await;
    let ask = || app.request("/v1/signature-requests").header("idempotency-key", "ky-1").json(&decision()).send();
    let first = told(ask().await.expect("an answer"), 201).await;
    let second = ask().await.expect("an answer");
    assert_eq!(second.headers()["idempotency-replayed"], "true");
    assert_eq!(told(second, 201).await["id"], first["id"]);
    let mut other = decision();
    other["level"] = json!("B-B");
    let other = app.request("/v1/signature-requests").header("idempotency-key", "ky-1").json(&other).send().await;
    assert_eq!(told(other.expect("an answer"), 422).await["code"], "idempotency_key_reused");
    // A preparation is answered again, too, while it is open.
    let address = format!("/v1/signature-requests/{}/fields/NguoiKy/prepare", first["id"].as_str().expect("an id"));
    let wanted = json!({"certificate_chain": chain(&key("signer"))});
    let prepare = || app.request(&address).header("idempotency-key", "chuan-bi-1").json(&wanted).send();
    let one = told(prepare().await.expect("an answer"), 201).await;
    assert_eq!(told(prepare().await.expect("an answer"), 201).await, one);
}

#[actix_web::test]
async fn what_cannot_be_signed_is_told_before_anything_is_kept() {
    let app = start().await;
    let ask = |body: Value| app.post_raw("/v1/signature-requests", body.to_string());
    let with = |more: Value| {
        let mut body = decision();
        for (key, value) in more.as_object().expect("an object") {
            body[key] = value.clone();
        }
        body
    };
    for (body, status, code, pointer) in [
        (json!({"document": {}}), 422, "invalid_data", "/document"),
        (json!({"document": {"pdf": "AAAA", "row": 1}}), 422, "invalid_data", "/document"),
        (json!({"document": {"pdf": "AAAA"}}), 422, "not_pdf", ""),
        (json!({"document": {"pdf": "@@@@"}}), 422, "invalid_data", "/document/pdf"),
        (json!({"document": {"template": "quyet", "data": {}}}), 404, "template_not_found", ""),
        (with(json!({"level": "B-X"})), 422, "invalid_data", "/level"),
        (with(json!({"level": "B-T"})), 409, "feature_off", ""),
        (with(json!({"fields": [{"name": "CoQuan"}, {"name": "NguoiKy"}]})), 422, "invalid_data", "/fields/1"),
        (with(json!({"fields": [{"name": "KeToan"}]})), 422, "invalid_data", "/fields/0"),
        (with(json!({"fields": [{"name": "A", "page": 1}]})), 422, "invalid_data", "/fields/0"),
        (with(json!({"webhook": "https://example.vn/x"})), 422, "invalid_data", "/webhook"),
    ] {
        let problem = told(ask(body.clone()).await, status).await;
        assert_eq!(problem["code"], code, "{body}: {problem}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let request = open(&app, &decision()).await;
    let address = format!("{request}/fields/NguoiKy/prepare");
    let expired = json!({"certificate_chain": chain(&key("expired"))});
    assert_eq!(told(app.post(&address, &expired).await, 422).await["code"], "certificate_unfit");
    let unfit = json!({"certificate_chain": chain(&key("signer")), "algorithm": "ecdsa-p256-sha256"});
    assert_eq!(told(app.post(&address, &unfit).await, 422).await["code"], "certificate_unfit");
    assert_eq!(told(app.post(&address, &json!({})).await, 422).await["errors"][0]["pointer"], "/certificate_chain");
    assert_eq!(app.post(&format!("{request}/fields/KeToan/prepare"), &unfit).await.status(), 404);
    assert_eq!(states(&show(&app, &request).await), ["NguoiKy ready", "CoQuan waiting"]);
}

#[actix_web::test]
async fn a_file_without_fields_gets_them_where_the_caller_says() {
    let app = start().await;
    let bare = app.post("/v1/documents/bao_cao?fields=false", &local().sample("bao_cao", "plain")).await;
    let bare = bare.bytes().await.expect("a file");
    let pdf = STANDARD.encode(&bare);
    let none = told(app.post("/v1/signature-requests", &json!({"document": {"pdf": pdf}})).await, 422).await;
    assert_eq!(none["errors"][0]["pointer"], "/fields");
    let place = json!({"name": "ChuTri", "page": 1, "x": 300.0, "y": 500.0, "w": 120.0, "h": 60.0});
    let request = open(&app, &json!({"document": {"pdf": pdf}, "name": "Báo cáo", "fields": [place]})).await;
    assert_eq!(show(&app, &request).await["name"], "Báo cáo.pdf");
    let signer = key("signer");
    let offer = prepare(&app, &request, "ChuTri", &signer).await;
    assert_eq!(told(hand_in(&app, &offer, &signer).await, 200).await["state"], "completed");
    let file = document(&app, &request).await;
    assert!(file.starts_with(&bare));
    assert_eq!(held(&file), ["ChuTri"]);
}

#[actix_web::test]
async fn somebody_declines_and_somebody_calls_off() {
    let app = start().await;
    let request = open(&app, &decision()).await;
    let declined = app.post(&format!("{request}/fields/NguoiKy/decline"), &json!({"reason": "Sai tên đơn vị"})).await;
    let declined = told(declined, 200).await;
    assert_eq!((&declined["state"], &declined["next"]), (&json!("rejected"), &Value::Null));
    assert!(declined["fields"][0]["reason"]["errors"][0]["detail"].to_string().contains("Sai tên đơn vị"));
    let wanted = json!({"certificate_chain": chain(&key("signer"))});
    let late = app.post(&format!("{request}/fields/NguoiKy/prepare"), &wanted).await;
    assert_eq!(told(late, 409).await["code"], "signing_state");

    let request = open(&app, &decision()).await;
    let offer = prepare(&app, &request, "NguoiKy", &key("signer")).await;
    assert_eq!(told(delete(&app, &request).await, 200).await["state"], "cancelled");
    assert_eq!(told(hand_in(&app, &offer, &key("signer")).await, 409).await["code"], "preparation_stale");
    assert_eq!(app.get(&format!("{request}/document.pdf")).await.status(), 200, "kept until it is removed");
    let removed = told(delete(&app, &request).await, 200).await;
    assert_eq!((&removed["removed"], &removed["name"]), (&json!(true), &json!("")));
    assert_eq!(app.get(&format!("{request}/document.pdf")).await.status(), 410);
}

#[actix_web::test]
async fn nobody_sees_the_requests_of_another_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys");
    let line = |label: &str, key: &str| format!("{label} {}\n", hex(&Sha256::digest(key)));
    std::fs::write(&keys, line("mot", "khoa-mot") + &line("hai", "khoa-hai")).expect("a file");
    let app = TestApp::with(Settings { keys: Some(keys), ..settings() }, Places::default()).await;
    let made = app.request("/v1/signature-requests").bearer_auth("khoa-mot").json(&decision()).send().await;
    let id = told(made.expect("an answer"), 201).await["id"].as_str().expect("an id").to_owned();
    for path in ["", "/document.pdf"] {
        let url = format!("{}/v1/signature-requests/{id}{path}", app.url);
        let see = |key: &'static str| app.client.get(&url).bearer_auth(key).send();
        assert_eq!(see("khoa-mot").await.expect("an answer").status(), 200, "{path}");
        assert_eq!(see("khoa-hai").await.expect("an answer").status(), 404, "{path}");
    }
    for path in ["fields/NguoiKy/prepare", "fields/NguoiKy/ticket", "fields/NguoiKy/decline"] {
        let post = app.request(&format!("/v1/signature-requests/{id}/{path}")).bearer_auth("khoa-hai");
        let wanted =
            if path.ends_with("prepare") { json!({"certificate_chain": chain(&key("signer"))}) } else { json!({}) };
        assert_eq!(post.json(&wanted).send().await.expect("an answer").status(), 404, "{path}");
    }
}

#[actix_web::test]
async fn a_request_ends_with_its_time() {
    let app = start().await;
    let mut wanted = decision();
    wanted["expires_in"] = json!(1);
    let request = open(&app, &wanted).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(show(&app, &request).await["state"], "expired");
    let late = json!({"certificate_chain": chain(&key("signer"))});
    let late = app.post(&format!("{request}/fields/NguoiKy/prepare"), &late).await;
    assert_eq!(told(late, 409).await["code"], "signing_state");
    app.app.signing.sweep().await.expect("a sweep");
    let ended = show(&app, &request).await;
    assert_eq!(ended["state"], "expired");
    assert!(ended["remove_at"].is_string());
}
