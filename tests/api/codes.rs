//! Codes on pages over a real port: printed, checked by everybody, revoked.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vinhdanh::attest::{
    self, Document, Entry, List, Listed, PublicKeys, SecretKey, SecretKeys, Signed, SignedList, Target, Verdict,
};
use vinhdanh::config::{Places, Settings};
use vinhdanh::domain::date::Date;

use super::batches::{certificates, finished, taken_in};
use crate::support::{TestApp, local, told};

const ISSUER: &str = "Ủy ban nhân dân huyện Phù Yên";
const DAY: i64 = 86_400;

fn day(text: &str) -> Date {
    Date::parse(text).expect("a day")
}

fn key() -> SecretKey {
    SecretKey::new([7; 32], day("2020-01-01"), day("2029-12-31")).expect("a key")
}

#[expect(clippy::disallowed_methods, reason = "lists of revocations are stale by the clock")]
fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()).expect("a time")
}

/// Secret file and list of revocations of one service.
struct Papers {
    folder: tempfile::TempDir,
}

impl Papers {
    fn new() -> Self {
        let papers = Self { folder: tempfile::tempdir().expect("a folder") };
        let mut keys = SecretKeys::new(ISSUER.into());
        keys.add(key()).expect("the first key");
        std::fs::write(papers.keys(), keys.to_json().expect("JSON")).expect("written");
        papers
    }

    fn keys(&self) -> PathBuf {
        self.folder.path().join("keys.json")
    }

    fn list(&self) -> PathBuf {
        self.folder.path().join("revocations.json")
    }

    /// Signs a list with these entries, issued so many seconds from now and good for a day.
    fn revoke(&self, revoked: Vec<Entry>, issued: i64) {
        let mut list = List::new(ISSUER.into());
        list.revoked = revoked;
        let list = list.sign(&key(), now() + issued, now() + issued + DAY).expect("a list");
        std::fs::write(self.list(), list.to_json().expect("JSON")).expect("written");
    }

    fn settings(&self) -> Settings {
        Settings {
            workers: Some(1),
            large_workers: Some(1),
            batch_workers: Some(1),
            qr_keys: Some(self.keys()),
            qr_revocations: Some(self.list()),
            qr_address: Some("https://vinhdanh.phuyen.example".into()),
            ..Settings::default()
        }
    }

    async fn service(&self) -> TestApp {
        TestApp::with(self.settings(), Places::default()).await
    }
}

/// What the codes of a page say.
async fn codes(app: &TestApp, template: &str, data: &Value) -> Vec<String> {
    // Of a decision the page that is signed.
    let page = if template == "quyet_dinh" { 2 } else { 1 };
    let path = format!("/v1/documents/{template}?qr=true&ppi=200&page={page}");
    let answer = app.request(&path).header("accept", "image/png").json(data).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{}", answer.text().await.expect("text"));
    attest::read_png(&answer.bytes().await.expect("a picture")).expect("a PNG")
}

async fn code(app: &TestApp, template: &str, data: &Value) -> String {
    let mut found = codes(app, template, data).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

async fn judged(app: &TestApp, text: &str, lang: &str) -> Value {
    let request = app.request("/kiem-tra/ma-qr").header("content-type", "text/plain").header("accept-language", lang);
    let answer = request.body(text.to_owned()).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    answer.json().await.expect("a finding")
}

/// The codes of the notes beside a verdict.
fn notes(found: &Value) -> Vec<&str> {
    found["notes"].as_array().into_iter().flatten().filter_map(|note| note["code"].as_str()).collect()
}

fn entry(target: Target) -> Entry {
    Entry { target, reason: "in sai chức vụ".into(), on: day("2026-11-20") }
}

async fn published(app: &TestApp, path: &str) -> Vec<u8> {
    let answer = app.get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let etag = answer.headers()["etag"].clone();
    let bytes = answer.bytes().await.expect("a file").to_vec();
    let again = app.client.get(format!("{}{path}", app.url)).header("if-none-match", etag).send().await;
    assert_eq!(again.expect("an answer").status(), 304);
    bytes
}

#[actix_web::test]
async fn a_code_holds_by_what_is_published_and_names_its_data() {
    let papers = Papers::new();
    papers.revoke(Vec::new(), 0);
    let app = papers.service().await;
    let data = local().sample("quyet_dinh", "plain");
    let text = code(&app, "quyet_dinh", &data).await;
    assert!(text.starts_with("https://vinhdanh.phuyen.example/k#"), "{text}");
    assert_eq!(text, code(&app, "quyet_dinh", &data).await, "the same data give the same code");

    // Offline: nothing but the two files.
    let keys = published(&app, "/.well-known/vinhdanh/keys.json").await;
    assert!(!String::from_utf8_lossy(&keys).contains("seed"));
    let keys = PublicKeys::read(&keys).expect("keys");
    let list = published(&app, "/.well-known/vinhdanh/revocations.json").await;
    let list = Listed::Open(SignedList::read(&list).and_then(|list| list.open(&keys)).expect("a list"));
    let offline = attest::judge(&text, &keys, &list, Some(&data), now());
    assert_eq!((offline.verdict, offline.same_data), (Verdict::Valid, Some(true)), "{offline:?}");
    assert!(offline.notes.is_empty(), "{:?}", offline.notes);
    let printed = offline.printed.expect("what is printed");
    assert_eq!((printed.number.as_str(), printed.symbol.as_str()), ("1842", "QĐ-UBND"));
    assert_eq!((printed.date, printed.issuer.as_str()), (day("2021-07-16"), ISSUER));
    let mut other = data.clone();
    other["so"] = json!(1843);
    assert_eq!(attest::judge(&text, &keys, &list, Some(&other), now()).same_data, Some(false));

    // And by the service, in the caller's language.
    let found = judged(&app, &text, "vi").await;
    assert_eq!((&found["verdict"], &found["printed"]["number"]), (&json!("valid"), &json!("1842")), "{found:#}");
    assert!(found["sentence"].as_str().is_some_and(|text| text.starts_with("Mã đúng")), "{found:#}");
    assert!(judged(&app, &text, "en").await["sentence"].as_str().is_some_and(|text| text.starts_with("The code")));
}

#[actix_web::test]
async fn a_page_without_a_code_is_the_one_of_a_service_without_keys() {
    let papers = Papers::new();
    papers.revoke(Vec::new(), 0);
    let (with, without) = (papers.service().await, TestApp::start().await);
    let data = local().sample("giay_khen", "plain");
    let plain = with.post("/v1/documents/giay_khen", &data).await.bytes().await.expect("a file");
    assert!(plain == without.post("/v1/documents/giay_khen", &data).await.bytes().await.expect("a file"));
    let coded = with.post("/v1/documents/giay_khen?qr=true", &data).await.bytes().await.expect("a file");
    assert!(plain != coded);
    let text = code(&with, "giay_khen", &data).await;
    assert_eq!(judged(&with, &text, "vi").await["printed"]["recipient"], "Lò Thị Minh Hạnh");
}

#[actix_web::test]
async fn nothing_is_done_without_a_key() {
    let app = TestApp::start().await;
    let refused = |answer: reqwest::Response| async move {
        assert_eq!(answer.status(), 409);
        assert_eq!(answer.json::<Value>().await.expect("a problem")["code"], "feature_off");
    };
    refused(app.post("/v1/documents/giay_khen?qr=true", &local().sample("giay_khen", "plain")).await).await;
    refused(app.get("/.well-known/vinhdanh/keys.json").await).await;
    refused(app.get("/.well-known/vinhdanh/revocations.json").await).await;
    let post = app.request("/kiem-tra/ma-qr").header("content-type", "text/plain").body("123");
    refused(post.send().await.expect("an answer")).await;
}

#[actix_web::test]
async fn what_a_code_needs_is_asked_for_where_it_belongs() {
    let papers = Papers::new();
    papers.revoke(Vec::new(), 0);
    let app = papers.service().await;
    let faults = |template: &'static str, data: Value| {
        let app = &app;
        async move {
            let answer = app.post(&format!("/v1/documents/{template}?qr=true"), &data).await;
            let status = answer.status().as_u16();
            (status, told(&answer.json().await.expect("a problem")))
        }
    };
    let mut draft = local().sample("quyet_dinh", "plain");
    for open in ["so", "ngay"] {
        draft.as_object_mut().expect("an object").remove(open);
    }
    let pair = |at: &str, code: &str| (at.to_owned(), code.to_owned());
    let (status, found) = faults("quyet_dinh", draft).await;
    assert_eq!((status, &found), (422, &vec![pair("/so", "qr_incomplete"), pair("/ngay", "qr_incomplete")]));
    let mut early = local().sample("quyet_dinh", "plain");
    early["ngay"] = json!("2019-12-31");
    assert_eq!(faults("quyet_dinh", early).await, (422, vec![pair("/ngay", "qr_no_key")]));
    let mut long = local().sample("giay_khen", "plain");
    long["doi_tuong"]["ten"] = json!("Lò Thị Minh Hạnh ".repeat(14).trim());
    let (status, found) = faults("giay_khen", long).await;
    assert!(status == 422 && found.contains(&pair("/doi_tuong/ten", "qr_too_long")), "{status} {found:?}");
    // A template without a place says so.
    let answer = app.post("/v1/documents/to_trinh?qr=true", &local().sample("to_trinh", "plain")).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(app.post("/v1/documents/giay_khen?qr=yes", &json!({})).await.status(), 400);
}

#[actix_web::test]
async fn what_was_revoked_is_told_and_so_is_a_list_out_of_date() {
    let papers = Papers::new();
    let app = papers.service().await;
    let data = local().sample("quyet_dinh", "plain");
    let text = code(&app, "quyet_dinh", &data).await;

    // No list yet: told, and not handed on.
    let found = judged(&app, &text, "vi").await;
    assert_eq!((&found["verdict"], notes(&found)), (&json!("valid"), vec!["bad_revocation_list"]), "{found:#}");
    assert!(!found.to_string().contains(&papers.list().display().to_string()), "{found:#}");
    assert_eq!(app.get("/.well-known/vinhdanh/revocations.json").await.status(), 503);

    let signed = Signed::read(&text).expect("a code of ours");
    let document =
        Document { issuer: ISSUER.into(), number: "1842".into(), symbol: "QĐ-UBND".into(), date: day("2021-07-16") };
    for target in [Target::Document(document), Target::Code(signed.fingerprint())] {
        papers.revoke(vec![entry(target)], 0);
        let found = judged(&app, &text, "vi").await;
        assert_eq!(found["verdict"], "revoked", "{found:#}");
        assert_eq!(found["revoked"], json!({"reason": "in sai chức vụ", "on": "2026-11-20"}));
        assert!(notes(&found).is_empty(), "{found:#}");
    }
    // The same entry in a list nobody has signed anew.
    papers.revoke(vec![entry(Target::Code(signed.fingerprint()))], -2 * DAY);
    let found = judged(&app, &text, "vi").await;
    assert_eq!((&found["verdict"], notes(&found)), (&json!("revoked"), vec!["stale_revocation_list"]), "{found:#}");
    // A list somebody changed is not believed.
    papers.revoke(Vec::new(), 0);
    let list = std::fs::read_to_string(papers.list()).expect("a list");
    std::fs::write(papers.list(), list.replace("\\\"sequence\\\":1", "\\\"sequence\\\":99")).expect("written");
    let found = judged(&app, &text, "vi").await;
    assert_eq!((&found["verdict"], notes(&found)), (&json!("valid"), vec!["bad_revocation_list"]), "{found:#}");
}

#[actix_web::test]
async fn a_changed_code_is_broken_and_not_read_out() {
    let papers = Papers::new();
    papers.revoke(Vec::new(), 0);
    let app = papers.service().await;
    let text = code(&app, "quyet_dinh", &local().sample("quyet_dinh", "plain")).await;
    let start = text.find('#').expect("an address") + 1;
    for at in [start + 60, start + 140, text.len() - 60, text.len() - 1] {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let found = judged(&app, &String::from_utf8(changed).expect("digits"), "vi").await;
        assert_eq!((&found["verdict"], found.get("printed")), (&json!("broken"), None), "{at}: {found:#}");
    }
    for text in ["", "#", "0", "https://vinhdanh.phuyen.example/k#", "\u{0}"] {
        assert_eq!(judged(&app, text, "vi").await["verdict"], "broken");
    }
    let foreign = SecretKey::new([8; 32], day("2020-01-01"), day("2029-12-31")).expect("a key");
    let payload = Signed::read(&text).expect("a code").payload;
    let found = judged(&app, &payload.sign(&foreign).expect("fits").digits(), "vi").await;
    assert_eq!((&found["verdict"], found.get("printed")), (&json!("unknown_key"), None), "{found:#}");
}

#[actix_web::test]
async fn everybody_may_check_a_code_at_the_rate_of_one_address() {
    let line = format!("van-thu {}\n", vinhdanh::app::hex(&Sha256::digest("vd_thu")));
    let (_folder, path) = crate::support::file("keys", line.as_bytes());
    let papers = Papers::new();
    papers.revoke(Vec::new(), 0);
    let settings = Settings { keys: Some(path), rate_per_minute: Some(6), ..papers.settings() };
    let app = TestApp::with(settings, Places::default()).await;
    let post = |kind: &'static str, body: String| {
        let request = app.request("/kiem-tra/ma-qr").header("content-type", kind).body(body);
        async move { request.send().await.expect("an answer") }
    };
    assert_eq!(post("text/plain", "123".into()).await.status(), 200);
    assert_eq!(post("application/json", "123".into()).await.status(), 415);
    assert_eq!(post("text/plain", "1".repeat(attest::MAX_TEXT + 1)).await.status(), 413);
    let mut last = 200;
    for _ in 0..6 {
        last = post("text/plain", "123".into()).await.status().as_u16();
    }
    assert_eq!(last, 429);
    // Pages and files are free, documents are not.
    for path in ["/k", "/kiem-tra/ma-qr", "/.well-known/vinhdanh/keys.json", "/.well-known/vinhdanh/revocations.json"] {
        assert_eq!(app.get(path).await.status(), 200, "{path}");
    }
    assert_eq!(app.post("/v1/documents/giay_khen?qr=true", &local().sample("giay_khen", "plain")).await.status(), 401);
    let metrics = app.get("/metrics").await.text().await.expect("text");
    assert!(metrics.contains("vinhdanh_codes_checked_total{verdict=\"broken\"}"), "{metrics}");
}

#[actix_web::test]
async fn a_batch_with_codes_gives_each_row_the_one_it_would_have_alone() {
    let papers = Papers::new();
    papers.revoke(Vec::new(), 0);
    let app = papers.service().await;
    let mut request = certificates(2);
    request["qr"] = json!(true);
    let location = taken_in(app.post("/v1/batches", &request).await).await;
    assert_eq!(finished(&app, &location).await["state"], "finished");
    for row in [1, 2] {
        let mut data = request["common"].clone();
        for (key, value) in request["rows"][row - 1].as_object().expect("a row") {
            data[key] = value.clone();
        }
        let made = app.get(&format!("{location}/items/{row}/document.pdf")).await.bytes().await.expect("a file");
        let alone = app.post("/v1/documents/giay_khen?qr=true", &data).await.bytes().await.expect("a file");
        assert!(made == alone, "row {row}");
    }
    // Faults of a code are told by their row.
    let mut faulty = request.clone();
    faulty["common"]["quyet_dinh"]["ngay"] = json!("2019-12-31");
    let answer = app.post("/v1/batches/check", &faulty).await;
    let body: Value = answer.json().await.expect("JSON");
    assert!(body.to_string().contains("qr_no_key"), "{body:#}");
    // Where no document of the batch has a place for a code.
    let to_trinh = json!({"template": "to_trinh", "rows": [local().sample("to_trinh", "plain")], "qr": true});
    let answer = app.post("/v1/batches", &to_trinh).await;
    assert_eq!(answer.status(), 400, "{}", answer.text().await.expect("text"));
}

#[actix_web::test]
async fn keys_that_cannot_be_used_stop_the_start_and_show_no_secret() {
    let papers = Papers::new();
    let start = |settings: Settings| async move {
        let places = Places::default();
        let started = vinhdanh::app::App::start(&settings, &places, crate::support::program()).await;
        started.err().expect("refused").to_string()
    };
    let wrong = papers.settings();
    start(Settings { qr_address: Some("vinhdanh.phuyen.example".into()), ..wrong.clone() }).await;
    start(Settings { qr_keys: Some(Path::new("/nowhere/keys.json").to_owned()), ..wrong.clone() }).await;
    let text = std::fs::read_to_string(papers.keys()).expect("keys");
    let seed = text.split("\"seed\": \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a seed").to_owned();
    std::fs::write(papers.keys(), text.replace("2029-12-31", "2019-12-31")).expect("written");
    let failure = start(wrong).await;
    assert!(!failure.contains(&seed), "{failure}");
}
