//! The command line, as a person or a script meets it.

mod kit;
mod verify;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{local, program};

fn run(folder: &Path, arguments: &[&str], input: Option<&str>) -> Output {
    let mut child = Command::new(program())
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A program that refuses before it reads closes the pipe; that is its right.
    stdin.write_all(input.unwrap_or_default().as_bytes()).ok();
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn sample_renders_to_the_bytes_of_the_service() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = run(folder.path(), &["sample", "giay_khen"], None);
    assert!(sample.status.success());
    let made = run(folder.path(), &["render", "giay_khen", "-", "-o", "a.pdf"], Some(&text(&sample.stdout)));
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(made.stdout.is_empty(), "data only on stdout");
    let file = std::fs::read(folder.path().join("a.pdf")).expect("the file");
    let ours = local().pdf("giay_khen", local().sample("giay_khen", "plain"), Default::default()).expect("sound");
    assert!(file == ours.bytes);

    let again = run(folder.path(), &["render", "giay_khen", "-", "-o", "a.pdf"], Some(&text(&sample.stdout)));
    assert_eq!(again.status.code(), Some(1), "an existing file is kept");
    assert!(text(&again.stderr).contains("--force"));
    let forced =
        run(folder.path(), &["render", "giay_khen", "-", "-o", "a.pdf", "--force"], Some(&text(&sample.stdout)));
    assert!(forced.status.success());
    let piped = run(folder.path(), &["render", "giay_khen", "-", "-o", "-"], Some(&text(&sample.stdout)));
    assert!(piped.stdout == file);
    let named = run(folder.path(), &["render", "giay_khen", "-"], Some(&text(&sample.stdout)));
    assert!(named.status.success());
    assert!(folder.path().join(&ours.file_name).is_file(), "{} is not there", ours.file_name);
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left.len(), 2, "no drafts are left: {left:?}");
}

#[test]
fn exit_codes_tell_kinds_of_failure_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, input, code) in [
        (vec!["check", "giay_khen", "-"], "{}", 3),
        (vec!["check", "giay_khen", "-"], "{", 3),
        (vec!["check", "giay_khn", "-"], "{}", 2),
        (vec!["render"], "", 2),
        (vec!["render", "giay_khen", "khong-co.json"], "", 1),
    ] {
        let output = run(folder.path(), &arguments, Some(input));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn faults_are_told_in_both_languages_and_as_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let vi = run(folder.path(), &["check", "giay_khen", "-"], Some("{}"));
    assert!(text(&vi.stderr).contains("/nguoi_ky: thiếu `nguoi_ky`"), "{}", text(&vi.stderr));
    let en = run(folder.path(), &["--lang", "en", "check", "giay_khen", "-"], Some("{}"));
    assert!(text(&en.stderr).contains("/nguoi_ky: `nguoi_ky` is missing"), "{}", text(&en.stderr));
    let json = run(folder.path(), &["--format", "json", "check", "giay_khen", "-"], Some("{}"));
    let body: Value = serde_json::from_slice(&json.stderr).expect("JSON");
    assert_eq!(body["code"], "invalid_data");
    assert!(body["errors"].as_array().is_some_and(|list| list.len() >= 4));
}

#[test]
fn templates_pass_their_own_check_and_data_files_are_fresh() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(folder.path(), &["templates", "check"], None);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for template in local().renderer.templates() {
        let id = &template.manifest.id;
        std::fs::create_dir(folder.path().join(id)).expect("a folder");
        let output = run(folder.path(), &["templates", "data", ".", id], None);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let fresh = std::fs::read(folder.path().join(id).join("data.json")).expect("the file");
        let kept = vinhdanh::assets::templates().remove(&format!("{id}/data.json")).expect("a committed file");
        assert!(fresh == kept, "run `vinhdanh templates data typst-templates`: {id}/data.json is stale");
    }
}

#[test]
fn listings_previews_and_completions_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = run(folder.path(), &["--format", "json", "templates"], None);
    let list: Value = serde_json::from_slice(&list.stdout).expect("JSON");
    assert!(list.as_array().expect("a list").iter().any(|one| one["id"] == "bao_cao"));
    let schema = run(folder.path(), &["schema", "bao_cao"], None);
    let schema: Value = serde_json::from_slice(&schema.stdout).expect("JSON");
    assert!(schema["properties"]["muc"].is_object());
    assert!(text(&run(folder.path(), &["fonts"], None).stdout).contains("Tinos\t700\titalic"));
    assert!(text(&run(folder.path(), &["completions", "bash"], None).stdout).contains("_vinhdanh"));
    let sample = local().sample("quyet_dinh", "plain").to_string();
    let output = run(
        folder.path(),
        &["preview", "quyet_dinh", "-", "-o", "trang.png", "--page", "2", "--ppi", "50"],
        Some(&sample),
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(std::fs::read(folder.path().join("trang.png")).expect("the file").starts_with(b"\x89PNG"));
    let output = run(folder.path(), &["preview", "quyet_dinh", "-", "-o", "trang.svg"], Some(&sample));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let key = run(folder.path(), &["key", "van-thu"], None);
    assert!(text(&key.stdout).starts_with("van-thu ") && text(&key.stderr).contains("vd_"));
}

#[test]
fn service_greets_serves_logs_no_name_and_stops_when_told() {
    let mut child = Command::new(program())
        .args(["serve", "--listen", "127.0.0.1:0", "--workers", "1", "--log", "trace"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut log = child.stderr.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).expect("UTF-8");
        text
    });
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let first = lines.next().expect("a line").expect("UTF-8");
    let url = first.split(' ').next_back().expect("a word").trim_end_matches('/').to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{first}");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut data = local().sample("giay_khen", "plain");
        data["doi_tuong"]["ten"] = json!("Trần Thị Bí Mật");
        for body in [
            data.to_string(),
            "{\"doi_tuong\": {\"ten\": \"Trần Thị Bí Mật\", \"Trần\": 1}}".into(),
            "{\"Trần Thị Bí Mật".into(),
        ] {
            let answer = client
                .post(format!("{url}/v1/documents/giay_khen"))
                .header("content-type", "application/json")
                .body(body)
                .send()
                .await;
            answer.expect("an answer");
        }
    });
    let health = Command::new(program())
        .args(["healthcheck", "--listen", url.trim_start_matches("http://")])
        .status()
        .expect("the program starts");
    assert!(health.success());
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(told.success());
    assert!(child.wait().expect("the program ends").success());
    let log = reader.join().expect("the log");
    assert!(log.contains("/v1/documents/{id}"), "requests are logged");
    assert!(!log.contains("Mật") && !log.contains("Trần"), "a name reached the log");
    let health = Command::new(program())
        .args(["healthcheck", "--listen", url.trim_start_matches("http://")])
        .output()
        .expect("the program starts");
    assert_eq!(health.status.code(), Some(1));
}

#[test]
fn measured_errors_become_a_correction() {
    let folder = tempfile::tempdir().expect("a folder");
    let done = run(folder.path(), &["calibrate", "20,20:1.5,-0.5", "277,190:1.5,-0.5"], None);
    let found: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    assert_eq!(found, json!({"ngang": -1.5, "doc": 0.5, "ti_le_ngang": 1.0, "ti_le_doc": 1.0}));
    assert_eq!(run(folder.path(), &["calibrate", "20,20:1.5"], None).status.code(), Some(2));
    for wrong in [&["20,20:0,0", "277,190:30,0"][..], &["20,20:99,0"]] {
        let refused = run(folder.path(), &[&["calibrate"], wrong].concat(), None);
        assert_eq!(refused.status.code(), Some(3), "{wrong:?}");
        assert!(refused.stdout.is_empty());
    }
}

#[test]
fn a_drawing_is_flattened_and_what_cannot_be_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let drawing = |inside: &str| {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9mm\" height=\"9mm\" viewBox=\"0 0 9 9\">{inside}</svg>"
        )
    };
    let flat = run(
        folder.path(),
        &["templates", "flatten", "-", "-o", "-"],
        Some(&drawing("<path fill=\"#b5161d\" d=\"M0 0h9v9z\"/>")),
    );
    assert!(text(&flat.stdout).contains("M0 0l900 0 0 900z"), "{}", text(&flat.stdout));
    let refused = run(folder.path(), &["templates", "flatten", "-", "-o", "-"], Some(&drawing("<text>a</text>")));
    assert_eq!(refused.status.code(), Some(3));
    assert!(refused.stdout.is_empty() && text(&refused.stderr).contains("svg_text"), "{}", text(&refused.stderr));
}
