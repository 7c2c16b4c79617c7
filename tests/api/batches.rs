//! Batches over a real port: taken in, followed, fetched, stopped, tried again, removed.

use std::io::{Cursor, Read as _};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vinhdanh::batch::now_ms;
use vinhdanh::config::{Places, Settings};

use crate::support::{TestApp, local, told};

/// A batch of certificates: `count` rows, the names told apart by their number.
pub fn certificates(count: usize) -> Value {
    let mut common = local().sample("giay_khen", "plain");
    let whom = common.as_object_mut().and_then(|common| common.remove("doi_tuong")).expect("a recipient");
    let rows: Vec<Value> = (0..count)
        .map(|index| {
            let mut whom = whom.clone();
            whom["ten"] = json!(format!("Lò Thị Ánh {}", char::from(b'A' + (index % 26) as u8)));
            whom["don_vi"] = json!(format!("Trường Tiểu học số {}", index % 3 + 1));
            json!({"doi_tuong": whom, "so_so_vang": (index + 1).to_string()})
        })
        .collect();
    json!({"template": "giay_khen", "title": "Giấy khen năm 2020", "common": common, "rows": rows})
}

/// Follows a batch to its end.
pub async fn finished(app: &TestApp, location: &str) -> Value {
    for _ in 0..600 {
        let batch: Value = app.get(location).await.json().await.expect("JSON");
        if batch["state"] != "running" {
            return batch;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the batch does not end: {}", app.get(location).await.text().await.expect("text"));
}

/// Where a batch just taken in is.
pub async fn taken_in(answer: reqwest::Response) -> String {
    assert_eq!(answer.status(), 202, "{}", answer.text().await.expect("text"));
    answer.headers()["location"].to_str().expect("ASCII").to_owned()
}

fn files_of(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).expect("a ZIP");
    (0..zip.len())
        .map(|index| {
            let mut file = zip.by_index(index).expect("an entry");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("whole");
            (file.name().expect("UTF-8").into_owned(), bytes)
        })
        .collect()
}

#[actix_web::test]
async fn a_batch_is_made_whole_and_fetched_in_every_form() {
    let app = TestApp::start().await;
    let location = taken_in(app.post("/v1/batches", &certificates(40)).await).await;
    let batch = finished(&app, &location).await;
    assert_eq!((&batch["state"], &batch["done"], &batch["failed"]), (&json!("finished"), &json!(40), &json!(0)));

    let manifest: Value = app.get(&format!("{location}/manifest.json")).await.json().await.expect("JSON");
    let archive = app.get(&format!("{location}/archive.zip")).await.bytes().await.expect("whole");
    let files = files_of(&archive);
    assert_eq!(files.len(), 41);
    assert_eq!(files[40].0, "manifest.json");
    for (listed, (name, bytes)) in manifest["files"].as_array().expect("a list").iter().zip(&files) {
        let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((listed["name"].as_str(), listed["sha256"].as_str()), (Some(name.as_str()), Some(sha256.as_str())));
    }
    assert_eq!(files[1].0, "02 Giấy khen Lò Thị Ánh B.pdf");

    // The file of a row is the one a single request gives.
    let single = app.get(&format!("{location}/items/2/document.pdf")).await.bytes().await.expect("whole");
    assert_eq!(single, files[1].1);
    let mut alone = certificates(2);
    let mut data = alone["common"].take();
    for (key, value) in alone["rows"][1].as_object().expect("a row") {
        data[key] = value.clone();
    }
    assert_eq!(app.post("/v1/documents/giay_khen", &data).await.bytes().await.expect("whole"), single);

    // 40 certificates and a sheet before each of three units.
    let merged =
        app.get(&format!("{location}/merged.pdf?order=unit&separators=true")).await.bytes().await.expect("whole");
    assert_eq!(vinhdanh::pdf::pages(&merged).expect("a PDF"), 43);
    assert!(merged.len() * 4 < archive.len(), "art once: {} of {}", merged.len(), archive.len());
}

#[actix_web::test]
async fn nothing_is_begun_where_a_row_is_wrong_and_every_fault_is_told() {
    let app = TestApp::start().await;
    let mut batch = certificates(5);
    batch["rows"][1]["doi_tuong"].as_object_mut().expect("a recipient").remove("ten");
    batch["rows"][3]["doi_tuong"]["loai"] = json!("nguoi");
    let answer = app.post("/v1/batches", &batch).await;
    assert_eq!(answer.status(), 422);
    let faults = told(&answer.json().await.expect("JSON"));
    assert_eq!(
        faults,
        [("/rows/1/doi_tuong/ten".into(), "required".into()), ("/rows/3/doi_tuong/loai".into(), "enum".into())]
    );
    let listed: Value = app.get("/v1/batches").await.json().await.expect("JSON");
    assert_eq!(listed["batches"], json!([]));
}

#[actix_web::test]
async fn failed_rows_are_named_never_dropped_and_only_they_are_tried_again() {
    let app = TestApp::start().await;
    let mut batch = certificates(6);
    batch["on_fault"] = json!("continue");
    batch["rows"][2]["doi_tuong"].as_object_mut().expect("a recipient").remove("ten");
    let location = taken_in(app.post("/v1/batches", &batch).await).await;
    let ended = finished(&app, &location).await;
    assert_eq!((&ended["done"], &ended["failed"]), (&json!(5), &json!(1)));
    let refused = app.get(&format!("{location}/archive.zip")).await;
    assert_eq!(refused.status(), 409);
    let partial = app.get(&format!("{location}/archive.zip?partial=true")).await;
    assert_eq!(partial.headers()["vinhdanh-failed"], "1");
    let names: Vec<String> =
        files_of(&partial.bytes().await.expect("whole")).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"Không làm được.csv".to_owned()) && names.len() == 7, "{names:?}");
    let failed: Value = app.get(&format!("{location}/items?state=failed")).await.json().await.expect("JSON");
    assert_eq!(failed["items"][0]["row"], 3);
    assert_eq!(failed["items"][0]["errors"][0]["pointer"], "/rows/2/doi_tuong/ten");

    let done: Value = app.get(&format!("{location}/manifest.json")).await.json().await.expect("JSON");
    let wrong = app.post(&format!("{location}/retry"), &json!({"rows": [{"row": 1, "data": {}}]})).await;
    assert_eq!(told(&wrong.json().await.expect("JSON")), [("/rows/0/row".into(), "row".into())]);
    let mut mended = batch["common"].clone();
    mended["doi_tuong"] = json!({"loai": "ca_nhan", "ten": "Mùa A Sử"});
    let answer = app.post(&format!("{location}/retry"), &json!({"rows": [{"row": 3, "data": mended}]})).await;
    let opened: Value = answer.json().await.expect("JSON");
    assert_eq!(opened["opened"], 1);
    let ended = finished(&app, &location).await;
    assert_eq!((&ended["done"], &ended["failed"]), (&json!(6), &json!(0)));
    let after: Value = app.get(&format!("{location}/manifest.json")).await.json().await.expect("JSON");
    assert_eq!(after["files"][2]["name"], "3 Giấy khen Mùa A Sử.pdf");
    for index in [0, 1] {
        assert_eq!(after["files"][index], done["files"][index], "what was done stays as it was");
    }
}

#[actix_web::test]
async fn the_same_key_makes_one_batch_and_never_serves_another_request() {
    let app = TestApp::start().await;
    let send = |body: Value| app.request("/v1/batches").header("idempotency-key", "dot-1").json(&body).send();
    let first = taken_in(send(certificates(2)).await.expect("an answer")).await;
    let again = send(certificates(2)).await.expect("an answer");
    assert_eq!(again.headers()["idempotency-replayed"], "true");
    assert_eq!(taken_in(again).await, first);
    let other = send(certificates(3)).await.expect("an answer");
    assert_eq!(other.status(), 422);
    assert_eq!(other.json::<Value>().await.expect("JSON")["code"], "idempotency_key_reused");
    // At the same moment: one of them makes it, the others are told.
    let race = futures_util::future::join_all(
        (0..4).map(|_| app.request("/v1/batches").header("idempotency-key", "dot-2").json(&certificates(2)).send()),
    );
    let mut places = std::collections::BTreeSet::new();
    for answer in race.await {
        places.insert(taken_in(answer.expect("an answer")).await);
    }
    assert_eq!(places.len(), 1);
}

#[actix_web::test]
async fn a_batch_is_stopped_and_its_results_are_removed_with_every_name_in_them() {
    let app = TestApp::with(Settings { batch_workers: Some(1), ..Settings::default() }, Places::default()).await;
    let location = taken_in(app.post("/v1/batches", &certificates(400)).await).await;
    let stopped = app.client.delete(format!("{}{location}", app.url)).send().await.expect("an answer");
    assert_eq!(stopped.json::<Value>().await.expect("JSON")["state"], "cancelled");
    let batch = finished(&app, &location).await;
    let count = |name: &str| batch[name].as_i64().expect("a number");
    assert_eq!(count("done") + count("cancelled"), 400);
    assert_eq!(count("pending"), 0);
    let removed = app.client.delete(format!("{}{location}", app.url)).send().await.expect("an answer");
    assert_eq!(removed.json::<Value>().await.expect("JSON")["state"], "expired");
    assert_eq!(app.get(&format!("{location}/archive.zip?partial=true")).await.status(), 410);
    assert_eq!(app.get(&location).await.json::<Value>().await.expect("JSON")["title"], "");
    let id = location.rsplit('/').next().expect("an id");
    let row = app.app.batches.register.items(id, None, 0, 10).await.expect("an answer");
    assert!(row.is_empty());
}

#[actix_web::test]
async fn progress_comes_as_events_and_ends() {
    let app = TestApp::start().await;
    let location = taken_in(app.post("/v1/batches", &certificates(30)).await).await;
    let events = app.get(&format!("{location}/events")).await.text().await.expect("a stream that ends");
    let last = events.trim_end().rsplit("\n\n").next().expect("an event");
    assert!(last.starts_with("event: end\ndata: "), "{last}");
    let data: Value = serde_json::from_str(last.trim_start_matches("event: end\ndata: ")).expect("JSON");
    assert_eq!((&data["state"], &data["done"]), (&json!("finished"), &json!(30)));
}

#[actix_web::test]
async fn a_batch_that_lost_its_jobs_is_taken_up_again() {
    // A register nobody works on: as a process leaves it that died right after its yes.
    let app = TestApp::with(Settings { batch_workers: Some(1), ..Settings::default() }, Places::default()).await;
    let location = taken_in(app.post("/v1/batches", &certificates(3)).await).await;
    finished(&app, &location).await;
    let id = location.rsplit('/').next().expect("an id");
    let register = &app.app.batches.register;
    let now = now_ms();
    assert_eq!(register.take_up(now + 1, now, 1_000).await.expect("an answer"), 0, "an ended batch is left alone");
    let settled = register.settle(id, &[], now, 1_000).await.expect("an answer");
    assert_eq!(settled, vinhdanh::register::Settlement::Stopped, "no late word changes it");
}

#[actix_web::test]
async fn nobody_sees_the_batches_of_another_key() {
    use vinhdanh::app::hex;
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys");
    let line = |label: &str, key: &str| format!("{label} {}\n", hex(&Sha256::digest(key)));
    std::fs::write(&keys, line("mot", "khoa-mot") + &line("hai", "khoa-hai")).expect("a file");
    let app = TestApp::with(Settings { keys: Some(keys), ..Settings::default() }, Places::default()).await;
    let made =
        app.request("/v1/batches").bearer_auth("khoa-mot").json(&certificates(1)).send().await.expect("an answer");
    let location = taken_in(made).await;
    let look = |key: &'static str| app.client.get(format!("{}{location}", app.url)).bearer_auth(key).send();
    assert_eq!(look("khoa-mot").await.expect("an answer").status(), 200);
    for path in ["", "/items", "/archive.zip", "/merged.pdf", "/manifest.json", "/events", "/items/1/document.pdf"] {
        let url = format!("{}{location}{path}", app.url);
        let answer = app.client.get(url).bearer_auth("khoa-hai").send().await.expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[actix_web::test]
async fn a_sheet_makes_a_batch_and_its_faults_stand_in_its_cells() {
    let app = TestApp::start().await;
    let pattern = app.get("/v1/templates/giay_khen/sheet.xlsx").await;
    assert_eq!(pattern.status(), 200);
    let mut common = local().sample("giay_khen", "plain");
    common.as_object_mut().expect("an object").remove("doi_tuong");
    let csv = "\u{feff}TT;Họ và tên;Phân loại;Danh xưng;Chức vụ;Đơn vị công tác\n\
               1;Lò Thị Ánh;Cá nhân;Bà;Giáo viên;Trường Tiểu học Huy Hạ\n\
               2;Tổ bản Mo;Tập thể;;;Xã Huy Hạ\n";
    let request = json!({"template": "giay_khen", "common": common});
    let form = |path: &str, sheet: &str| {
        let part =
            |head: &str, body: &str| format!("--ranh\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
        let body = part("name=\"request\"", &request.to_string())
            + &part("name=\"sheet\"; filename=\"danh sach.csv\"", sheet)
            + "--ranh--\r\n";
        app.request(path).header("content-type", "multipart/form-data; boundary=ranh").body(body)
    };
    let made = form("/v1/batches", csv).send().await.expect("an answer");
    let location = taken_in(made).await;
    assert_eq!(finished(&app, &location).await["done"], 2);

    let wrong = csv.replace("Lò Thị Ánh", "").replace("Tập thể", "Tập đoàn");
    let answer = form("/v1/batches", &wrong).send().await.expect("an answer");
    assert_eq!(answer.status(), 422);
    let problem: Value = answer.json().await.expect("JSON");
    let cells: Vec<&str> = problem["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["cell"]["address"].as_str())
        .collect();
    assert_eq!(cells, ["B2", "C3"], "{problem}");

    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let copy = form("/v1/batches/check", &wrong).header("accept", xlsx).send().await;
    let copy = copy.expect("an answer");
    assert_eq!((copy.status().as_u16(), copy.headers()["content-type"].to_str().ok()), (200, Some(xlsx)));
    assert_eq!(copy.headers()["vinhdanh-ok"], "false");
    assert!(files_of(&copy.bytes().await.expect("whole")).iter().any(|(name, _)| name.contains("comments")));
}

#[actix_web::test]
async fn requests_out_of_form_are_told_what_is_wrong() {
    let app = TestApp::start().await;
    let ask = |body: Value| app.post_raw("/v1/batches", body.to_string());
    for (body, pointer) in [
        (json!({"rows": [{}]}), "/template"),
        (json!({"template": "giay_khen"}), "/rows"),
        (json!({"template": "giay_khen", "rows": [{}], "on_faults": "continue"}), "/on_faults"),
        (json!({"template": "giay_khen", "rows": [{}], "webhook": "https://example.vn/x"}), "/webhook"),
        (json!({"template": "giay_khen", "sheet": {"name": "a.xlsx"}}), "/sheet/content"),
        (json!({"template": "giay_khen", "sheet": {"name": "a.xlsx", "content": "@"}}), "/sheet/content"),
    ] {
        let answer = ask(body.clone()).await;
        assert_eq!(answer.status(), 422, "{body}");
        let problem: Value = answer.json().await.expect("JSON");
        assert_eq!(told(&problem)[0].0, pointer, "{body}: {problem}");
    }
    let mut names = certificates(2);
    names["names"] = json!("{{ nguoi }}");
    assert_eq!(ask(names).await.status(), 422);
    assert_eq!(ask(json!({"template": "giay", "rows": [{}]})).await.status(), 404);
    assert_eq!(app.get("/v1/batches/khong-co").await.status(), 404);
    let location = taken_in(app.post("/v1/batches", &certificates(1)).await).await;
    finished(&app, &location).await;
    assert_eq!(app.get(&format!("{location}/items?state=xong")).await.status(), 400);
    assert_eq!(app.get(&format!("{location}/merged.pdf?order=ten")).await.status(), 400);
    assert_eq!(app.get(&format!("{location}/items/2")).await.status(), 404);
}
