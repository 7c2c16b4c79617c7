//! Every document of a batch signed: many hashes at a time, each document once, whatever happens between.

use std::io::BufRead as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;
use vinhdanh::diagnostic::Code;

use super::providers::Slow;
use super::*;
use crate::support::program;

fn certificates(count: usize) -> Value {
    let mut common = local().sample("giay_khen", "plain");
    common.as_object_mut().expect("an object").remove("doi_tuong");
    let rows: Vec<Value> = (1..=count)
        .map(|n| json!({"doi_tuong": {"loai": "ca_nhan", "danh_xung": "Bà", "ten": format!("Lò Thị Ánh {n}")}}))
        .collect();
    json!({"template": "giay_khen", "common": common, "rows": rows, "title": "Khen thưởng năm 2020"})
}

struct Client {
    url: String,
    client: reqwest::Client,
}

impl Client {
    async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        self.client.post(format!("{}{path}", self.url)).json(body).send().await.expect("an answer")
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await.expect("an answer");
        told(answer, 200).await
    }

    async fn until(&self, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let body = self.get(path).await;
            if done(&body) {
                return body;
            }
            assert!(started.elapsed() < Duration::from_secs(240), "{body}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A batch of certificates, finished, and the batch of signatures on it.
    async fn batch(&self, count: usize) -> (String, String) {
        let made = told(self.post("/v1/batches", &certificates(count)).await, 202).await;
        let source = made["id"].as_str().expect("an id").to_owned();
        self.until(&format!("/v1/batches/{source}"), |body| body["state"] == "finished").await;
        let opened = self.post("/v1/signature-requests/batch", &json!({"batch": source})).await;
        let opened = told(opened, 201).await;
        assert_eq!(opened["total"], count);
        (source, format!("/v1/signature-batches/{}", opened["id"].as_str().expect("an id")))
    }
}

fn of(app: &TestApp) -> Client {
    Client { url: app.url.clone(), client: app.client.clone() }
}

fn count(batch: &Value, field: usize, state: &str) -> u64 {
    batch["fields"][field][state].as_u64().unwrap_or(0)
}

#[actix_web::test]
async fn one_approval_carries_as_many_documents_as_the_provider_takes() {
    let slow = Arc::new(Slow::new(1, 4));
    let app = start_with(slow.clone()).await;
    let client = of(&app);
    let (source, batch) = client.batch(10).await;
    let sign = json!({"provider": "cham", "user": "1", "field": "NguoiKy"});
    let begun = told(client.post(&format!("{batch}/sign"), &sign).await, 202).await;
    assert_eq!(begun["runs"][0]["documents"], 10);
    let busy = client.post(&format!("{batch}/sign"), &sign).await;
    assert_eq!(told(busy, 409).await["code"], "signing_state");
    let done = client.until(&batch, |body| body["runs"][0]["state"] != "running").await;
    assert_eq!(done["runs"][0]["state"], "finished", "{done}");
    assert_eq!((count(&done, 0, "signed"), slow.asked.load(Ordering::SeqCst)), (10, 3));

    let early = app.get(&format!("{batch}/archive.zip")).await;
    assert_eq!(told(early, 409).await["code"], "batch_incomplete");
    let items = client.get(&format!("{batch}/items?limit=3&after=2")).await;
    let rows: Vec<i64> =
        items["items"].as_array().expect("items").iter().filter_map(|one| one["row"].as_i64()).collect();
    assert_eq!((rows, &items["next_after"]), (vec![3, 4, 5], &json!(5)));

    let seal = json!({"provider": "local", "field": "CoQuan"});
    assert_eq!(client.post(&format!("{batch}/sign"), &seal).await.status(), 202);
    let done = client.until(&batch, |body| body["requests"]["completed"] == 10).await;
    assert_eq!(done["state"], "ended");
    let zip = app.get(&format!("{batch}/archive.zip")).await.bytes().await.expect("whole");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).expect("a ZIP");
    let mut signed = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).expect("read");
        if bytes.starts_with(b"%PDF") {
            assert_eq!(held(&bytes), ["NguoiKy", "CoQuan"]);
            signed += 1;
        }
    }
    assert_eq!(signed, 10);

    // The documents go, and the signatures on them with every name.
    let gone = delete(&app, &format!("/v1/batches/{source}")).await;
    assert_eq!(told(gone, 200).await["state"], "expired");
    app.app.signing.sweep().await.expect("a sweep");
    let left = client.get(&batch).await;
    assert_eq!((&left["removed"], &left["title"], &left["fields"]), (&json!(true), &json!(""), &json!([])));
    assert_eq!(app.get(&format!("{batch}/items")).await.status(), 410);
}

#[actix_web::test]
async fn a_document_called_off_while_its_signer_is_asked_costs_the_others_nothing() {
    let slow = Arc::new(Slow::new(3, 10));
    let app = start_with(slow.clone()).await;
    let client = of(&app);
    let (_, batch) = client.batch(3).await;
    let sign = json!({"provider": "cham", "user": "1", "field": "NguoiKy"});
    assert_eq!(client.post(&format!("{batch}/sign"), &sign).await.status(), 202);
    client.until(&batch, |body| body["runs"][0]["phase"] == "approval").await;
    let items = client.get(&format!("{batch}/items")).await;
    let first = items["items"][0]["links"]["self"].as_str().expect("an address");
    assert_eq!(told(delete(&app, first).await, 200).await["state"], "cancelled");
    let done = client.until(&batch, |body| body["runs"][0]["state"] != "running").await;
    assert_eq!((&done["runs"][0]["state"], count(&done, 0, "signed")), (&json!("finished"), 2), "{done}");
    // A seal alone, while persons have yet to sign, is none.
    let (source, _) = client.batch(1).await;
    let alone = json!({"batch": source, "fields": [{"name": "CoQuan"}]});
    let refused = told(client.post("/v1/signature-requests/batch", &alone).await, 422).await;
    assert_eq!(refused["errors"][0]["pointer"], "/fields/0");
}

#[actix_web::test]
async fn a_refusal_stops_the_run_and_the_next_one_takes_up_the_rest() {
    let slow = Arc::new(Slow::new(0, 3));
    let app = start_with(slow.clone()).await;
    let client = of(&app);
    let (_, batch) = client.batch(7).await;
    slow.refuse_after(1, Code::ProviderRefused);
    let sign = json!({"provider": "cham", "user": "1", "field": "NguoiKy"});
    assert_eq!(client.post(&format!("{batch}/sign"), &sign).await.status(), 202);
    let stopped = client.until(&batch, |body| body["runs"][0]["state"] != "running").await;
    assert_eq!(stopped["runs"][0]["reason"]["code"], "provider_refused");
    let counts = ["signed", "refused", "ready"].map(|state| count(&stopped, 0, state));
    assert_eq!(counts, [3, 3, 1], "{stopped}");

    slow.refuse_after(usize::MAX, Code::ProviderRefused);
    assert_eq!(client.post(&format!("{batch}/sign"), &sign).await.status(), 202);
    let done = client.until(&batch, |body| body["runs"][1]["state"] == "finished").await;
    assert_eq!((count(&done, 0, "signed"), &done["runs"][1]["documents"]), (7, &json!(4)));
}

#[actix_web::test]
async fn a_batch_of_signatures_needs_a_finished_batch() {
    let app = start().await;
    let client = of(&app);
    let (source, _) = client.batch(2).await;
    for (body, status, code) in [
        (json!({"batch": "khong-co"}), 404, "not_found"),
        (json!({"batch": source, "rows": [3]}), 422, "invalid_data"),
        (json!({"batch": source, "fields": [{"name": "CoQuan"}, {"name": "NguoiKy"}]}), 422, "invalid_data"),
    ] {
        let answer = client.post("/v1/signature-requests/batch", &body).await;
        assert_eq!(told(answer, status).await["code"], code, "{body}");
    }
    let one = client.post("/v1/signature-requests/batch", &json!({"batch": source, "rows": [2]})).await;
    let one = told(one, 201).await;
    assert_eq!(one["total"], 1);
    let single = json!({"document": {"batch": source, "row": 1}});
    let request = open(&app, &single).await;
    assert_eq!(show(&app, &request).await["origin"]["row"], 1);
}

/// The service as a process of its own.
struct Service {
    child: Child,
    url: String,
}

fn serve(folder: &std::path::Path) -> Service {
    let read = |file: &str| std::fs::read_to_string(project().join("tests/pki").join(file)).expect("a test file");
    let pem = folder.join("khoa.pem");
    std::fs::write(&pem, read("signer.key") + &read("signer.pem") + &read("intermediate.pem")).expect("written");
    let config = folder.join("vinhdanh.toml");
    let text = format!("[ky_so.local]\nenabled = true\npem = \"{}\"\n", pem.display());
    std::fs::write(&config, text).expect("written");
    let mut command = Command::new(program());
    command.args(["serve", "--listen", "127.0.0.1:0", "--log", "off", "--workers", "1", "--large-workers", "1"]);
    command.arg("--data").arg(folder.join("data")).arg("--config").arg(&config);
    if let Some(database) = crate::support::test_database() {
        command.args(["--database-url", &database]);
    }
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut lines = std::io::BufReader::new(child.stdout.take().expect("its words")).lines();
    let first = lines.next().expect("a line").expect("UTF-8");
    let url = first.split("http://").nth(1).expect("an address").trim_end_matches('/').to_owned();
    // What it says after that is read away, so that it is never held up.
    std::thread::spawn(move || lines.for_each(drop));
    Service { child, url: format!("http://{url}") }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[actix_web::test]
async fn a_process_killed_in_the_middle_leaves_a_hundred_documents_signed_once_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = serve(folder.path());
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().expect("a client");
    let mut client = Client { url: service.url.clone(), client };
    let (_, batch) = client.batch(100).await;
    let sign = json!({"provider": "local", "field": "NguoiKy"});
    assert_eq!(client.post(&format!("{batch}/sign"), &sign).await.status(), 202);
    let begun = client.until(&batch, |body| count(body, 0, "signed") > 0).await;
    drop(service);
    let before = count(&begun, 0, "signed");

    let service = serve(folder.path());
    client.url.clone_from(&service.url);
    let done = client.until(&batch, |body| body["runs"][0]["state"] == "finished").await;
    assert_eq!((count(&done, 0, "signed"), &done["total"]), (100, &json!(100)));
    assert!(before < 100, "it was killed too late to show anything");
    let items = client.get(&format!("{batch}/items?limit=1000")).await;
    for item in items["items"].as_array().expect("items") {
        assert_eq!(item["signatures"], 1, "{item}");
    }
    for row in [0, 31, 32, 99] {
        let link = items["items"][row]["links"]["document"].as_str().expect("a link");
        let file = client.client.get(format!("{}{link}", client.url)).send().await.expect("an answer");
        assert_eq!(held(&file.bytes().await.expect("a file")), ["NguoiKy"]);
    }
}
