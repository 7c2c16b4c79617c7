//! Whole file out, signed file in.

use serde_json::{Value, json};
use vinhdanh::pades::{self, Look, Plan, signed_attributes, signed_data};

use super::*;

/// A file signed by a program that knows nothing of ours.
fn signed_elsewhere(file: &[u8], field: &str, key: &LocalKey) -> Vec<u8> {
    let plan = Plan {
        field: field.to_owned(),
        at: now(),
        name: "Người ký".to_owned(),
        reserve: Plan::RESERVE,
        look: Look::default(),
    };
    let prepared = pades::prepare(file, &plan).expect("prepared");
    let attributes = signed_attributes(&prepared.digest, key.chain().signer());
    let value = key.sign(key.algorithms()[0], &attributes.0).expect("a signature");
    let cms = signed_data(&attributes, key.chain(), key.algorithms()[0], &value, None).expect("a CMS");
    [file, &pades::embed(&prepared, &cms).expect("embedded")].concat()
}

async fn ticket(app: &TestApp, request: &str, field: &str) -> Value {
    let asked = json!({"base_url": "https://khen-thuong.example.vn", "action": "approve"});
    told(app.post(&format!("{request}/fields/{field}/ticket"), &asked).await, 201).await
}

fn address(app: &TestApp, ticket: &Value, which: &str) -> String {
    format!("{}{}", app.url, ticket[which].as_str().expect("an address"))
}

async fn hand_in_file(app: &TestApp, ticket: &Value, file: Vec<u8>) -> reqwest::Response {
    let put = app.client.put(address(app, ticket, "upload")).header("content-type", "application/pdf");
    put.body(file).send().await.expect("an answer")
}

#[actix_web::test]
async fn a_file_goes_out_and_comes_back_signed() {
    let app = start().await;
    let request = open(&app, &decision()).await;
    let ticket = ticket(&app, &request, "NguoiKy").await;
    assert_eq!(ticket["vgca"]["function"], "vgca_sign_approved");
    let parameters: Value = serde_json::from_str(ticket["vgca"]["parameters"].as_str().expect("text")).expect("JSON");
    assert!(parameters["FileName"].as_str().expect("text").ends_with("/van-ban.pdf"));
    assert_eq!(states(&show(&app, &request).await)[0], "NguoiKy prepared");
    // Nobody prepares or takes a ticket beside it.
    let second = app.post(&format!("{request}/fields/NguoiKy/ticket"), &json!({})).await;
    assert_eq!(told(second, 409).await["code"], "signing_state");

    let out = app.client.get(address(&app, &ticket, "download")).send().await.expect("an answer");
    let out = out.bytes().await.expect("a file").to_vec();
    assert_eq!(out, document(&app, &request).await);
    let back = signed_elsewhere(&out, "NguoiKy", &key("signer"));

    // A file of somebody else's, one whose beginning differs in a byte, one that is not signed at all.
    let mut flipped = back.clone();
    flipped[100] ^= 1;
    let appended = [out.as_slice(), b"\n% more\n"].concat();
    for foreign in [b"%PDF-1.7 nothing".to_vec(), flipped, out.clone(), appended] {
        assert_eq!(told(hand_in_file(&app, &ticket, foreign).await, 422).await["code"], "foreign_file");
    }
    let taken = told(hand_in_file(&app, &ticket, back.clone()).await, 200).await;
    assert_eq!((&taken["state"], &taken["field"]), (&json!("partly_signed"), &json!("NguoiKy")));
    assert_eq!(told(hand_in_file(&app, &ticket, back.clone()).await, 410).await["code"], "ticket_invalid");
    let gone = app.client.get(address(&app, &ticket, "download")).send().await.expect("an answer");
    assert_eq!(gone.status(), 410);
    assert_eq!(document(&app, &request).await, back);
    let field = show(&app, &request).await["fields"][0]["signature"].clone();
    assert_eq!((&field["way"], &field["pdfa"], &field["level"]), (&json!("file"), &json!("kept"), &json!("B-B")));
}

#[actix_web::test]
async fn the_wrong_field_is_refused_and_so_is_a_change_beside_the_signature() {
    let app = start().await;
    let request = open(&app, &decision()).await;
    let ticket = ticket(&app, &request, "NguoiKy").await;
    let out = app.client.get(address(&app, &ticket, "download")).send().await.expect("an answer");
    let out = out.bytes().await.expect("a file").to_vec();
    let wrong = signed_elsewhere(&out, "CoQuan", &key("seal"));
    assert_eq!(told(hand_in_file(&app, &ticket, wrong).await, 422).await["code"], "foreign_file");
    // A page moved before it was signed: the signature holds, the document is another.
    let more = pades::FieldSpec {
        name: "Khac".to_owned(),
        label: "Ô khác".to_owned(),
        page: 1,
        x: 10.0,
        y: 10.0,
        w: 50.0,
        h: 20.0,
    };
    let two = {
        let grown = [out.as_slice(), &pades::add_fields(&out, &[more]).expect("added")].concat();
        let once = signed_elsewhere(&grown, "Khac", &key("seal"));
        signed_elsewhere(&once, "NguoiKy", &key("signer"))
    };
    assert_eq!(told(hand_in_file(&app, &ticket, two).await, 422).await["code"], "foreign_file");
    let broken = {
        let mut file = signed_elsewhere(&out, "NguoiKy", &key("signer"));
        // A digit near the end of the CMS, where the signature value stands.
        let start = file.windows(10).rposition(|part| part == b"/Contents<").expect("contents") + 10;
        let digits = file[start..].iter().position(|byte| *byte == b'>').expect("an end");
        let at = start + file[start..start + digits].iter().rposition(|byte| *byte != b'0').expect("a digit") - 20;
        file[at] = if file[at] == b'0' { b'1' } else { b'0' };
        file
    };
    let refused = told(hand_in_file(&app, &ticket, broken).await, 422).await;
    assert!(["signature_mismatch", "foreign_file"].contains(&refused["code"].as_str().expect("a code")), "{refused}");
    // A certificate that signs no more is taken in no way.
    let unfit = signed_elsewhere(&out, "NguoiKy", &key("expired"));
    assert_eq!(told(hand_in_file(&app, &ticket, unfit).await, 422).await["code"], "certificate_unfit");
    assert_eq!(states(&show(&app, &request).await)[0], "NguoiKy prepared", "the ticket is still good");
}

#[actix_web::test]
async fn the_desktop_service_is_answered_in_its_own_words() {
    let app = start().await;
    let request = open(&app, &decision()).await;
    let ticket = ticket(&app, &request, "NguoiKy").await;
    let out = document(&app, &request).await;
    let back = signed_elsewhere(&out, "NguoiKy", &key("signer"));
    let form = |file: &[u8]| {
        let head = b"--ranh\r\nContent-Disposition: form-data; name=\"uploadfile\"; filename=\"van-ban.pdf\"\r\n\
            Content-Type: application/pdf\r\n\r\n";
        let field = b"\r\n--ranh\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nNguoiKy\r\n--ranh--\r\n";
        [head.as_slice(), file, field].concat()
    };
    let send = |body: Vec<u8>| {
        let post = app.client.post(address(&app, &ticket, "upload"));
        post.header("content-type", "multipart/form-data; boundary=ranh").body(body).send()
    };
    let refused = told(send(form(&out)).await.expect("an answer"), 200).await;
    assert_eq!(refused["Status"], false);
    assert!(!refused["Message"].as_str().expect("text").is_empty());
    let taken = told(send(form(&back)).await.expect("an answer"), 200).await;
    assert_eq!(taken["Status"], true, "{taken}");
    assert_eq!(held(&document(&app, &request).await), ["NguoiKy"]);
}

#[actix_web::test]
async fn nobody_gets_in_without_a_ticket() {
    let app = start().await;
    for path in ["/ky/abc/van-ban.pdf", "/ky/%20/van-ban.pdf"] {
        assert_eq!(told(app.get(path).await, 410).await["code"], "ticket_invalid");
    }
    let put = app.client.put(format!("{}/ky/abc/nop", app.url)).header("content-type", "application/pdf").body("x");
    assert_eq!(put.send().await.expect("an answer").status(), 410);
}
