//! The kit for authors, from `templates new` to a pack used elsewhere.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{run, text};
use crate::support::{program, project};

/// An author's folder with a fresh template `thu_ngo` in `mau/`.
fn author(kind: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let made = run(folder.path(), &["templates", "new", "thu_ngo", "--kind", kind, "--title", "Thư ngỏ"], None);
    assert!(made.status.success(), "{}", text(&made.stderr));
    folder
}

/// A command over the author's templates, which succeeds.
fn with_own(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, &[&["--templates", "mau"], arguments].concat(), None);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stderr)
}

/// The same, and it fails.
fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, &[&["--templates", "mau"], arguments].concat(), None);
    assert!(!output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stderr)
}

fn change(path: &Path, was: &str, is: &str) {
    let before = fs::read_to_string(path).expect("UTF-8");
    assert!(before.contains(was), "{} has no {was}", path.display());
    fs::write(path, before.replace(was, is)).expect("written");
}

#[test]
fn new_templates_are_whole_and_pass_their_check_at_once() {
    for kind in ["van_ban", "giay"] {
        let folder = author(kind);
        let told = with_own(folder.path(), &["templates", "check", "thu_ngo"]);
        assert!(told.contains("đạt: 12 lần"), "{kind}: {told}");
        let own = folder.path().join("mau/thu_ngo");
        for entry in fs::read_dir(&own).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_file() {
                let content = fs::read_to_string(&entry).expect("UTF-8");
                let left = ["__", "giay_khen\"", "Giấy khen"].into_iter().find(|word| content.contains(word));
                let readme = entry.ends_with("README.md");
                assert!(left.is_none() || readme, "{}: {left:?} is left", entry.display());
            }
        }
        let sample = own.join("sample.json");
        with_own(folder.path(), &["render", "thu_ngo", sample.to_str().expect("UTF-8"), "-o", "a.pdf"]);
        let kept = fs::read(own.join("data.json")).expect("data.json");
        with_own(folder.path(), &["templates", "data", "mau", "thu_ngo"]);
        assert!(fs::read(own.join("data.json")).expect("data.json") == kept, "{kind}: data.json is fresh");
    }
}

/// The files the guide of docs/templates.md shows: `name`, then a block of code.
fn guide() -> Vec<(String, String)> {
    let docs = fs::read_to_string(project().join("docs/templates.md")).expect("docs/templates.md");
    let guide = docs.split("\n### Only other words").next().expect("a guide");
    let mut files = Vec::new();
    let mut lines = guide.lines();
    let mut named = None;
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let body: String =
                lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            files.extend(named.take().map(|name: String| (name, body)));
        } else if !line.is_empty() {
            // A file's name stands at the beginning of the paragraph right before its block.
            named = line.strip_prefix('`').and_then(|rest| Some(rest.split_once('`')?.0.to_owned()));
        }
    }
    files
}

#[test]
fn the_guide_walks_as_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = run(folder.path(), &["templates", "new", "thu_khen", "--title", "Thư khen"], None);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let own = folder.path().join("mau/thu_khen");
    for name in ["so", "chu_quan", "co_quan", "trich_yeu", "trich_yeu_can", "noi_dung.dong"] {
        fs::remove_file(own.join(format!("text/{name}.j2"))).expect("the skeleton has it");
    }
    let files = guide();
    assert_eq!(files.len(), 11, "{:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>());
    for (name, content) in files {
        fs::write(own.join(name), content).expect("written");
    }
    with_own(folder.path(), &["templates", "check", "thu_khen"]);
    with_own(folder.path(), &["templates", "test", "thu_khen", "--update", "--pictures"]);
    let told = with_own(folder.path(), &["--lang", "en", "templates", "test", "thu_khen", "--seconds", "120"]);
    assert!(told.contains("40/40 made-up") && told.contains("(0 of "), "{told}");
    with_own(folder.path(), &["templates", "pack", "thu_khen"]);
    assert!(folder.path().join("thu_khen-0.1.0.zip").is_file());
}

#[test]
fn new_never_takes_what_is_there_nor_a_bad_name() {
    let folder = author("van_ban");
    let before = fs::read(folder.path().join("mau/thu_ngo/main.typ")).expect("a file");
    fs::remove_file(folder.path().join("mau/thu_ngo/typst.toml")).expect("removed");
    let again = run(folder.path(), &["templates", "new", "thu_ngo"], None);
    assert_eq!(again.status.code(), Some(1), "{}", text(&again.stderr));
    assert!(fs::read(folder.path().join("mau/thu_ngo/main.typ")).expect("a file") == before);
    for id in ["giay_khen", "shared", "Thu", "thu-khen", "../x", "a/b", "1a", "", "thư"] {
        let made = run(folder.path(), &["templates", "new", id, "--into", "khac"], None);
        assert_eq!(made.status.code(), Some(2), "{id}: {}", text(&made.stderr));
    }
    let made = run(folder.path(), &["templates", "new", "a", "--title", "x\" }}", "--into", "khac"], None);
    assert_eq!(made.status.code(), Some(2));
    assert!(!folder.path().join("khac").exists());
}

#[test]
fn a_changed_word_shows_as_a_difference_and_update_accepts_it() {
    let folder = author("van_ban");
    let test = ["templates", "test", "thu_ngo", "--cases", "0"];
    assert!(fails(folder.path(), &test).contains("--update"), "without references there is nothing to hold on to");
    let told = with_own(folder.path(), &[&test[..], &["--update", "--pictures"]].concat());
    assert!(told.contains("+ plain.txt") && told.contains("+ overflow-3.png"), "{told}");
    with_own(folder.path(), &test);

    let own = folder.path().join("mau/thu_ngo");
    change(&own.join("main.typ"), "THƯ NGỎ", "THƯ CHÀO MỪNG");
    change(&own.join("main.typ"), "#letterhead(", "#v(2mm)\n#letterhead(");
    let told = fails(folder.path(), &test);
    assert!(told.contains("  - THƯ NGỎ\n") && told.contains("  + THƯ CHÀO MỪNG\n"), "{told}");
    assert!(told.contains("[other_picture]"), "{told}");
    let shown = folder.path().join("target/templates-test/thu_ngo/plain-1.difference.png");
    assert!(fs::read(shown).expect("a picture").starts_with(b"\x89PNG"));

    let told = with_own(folder.path(), &[&test[..], &["--update"]].concat());
    assert!(told.contains("~ plain.txt") && told.contains("~ plain-1.png"), "{told}");
    with_own(folder.path(), &test);
    fs::remove_file(own.join("sample-minimal.json")).expect("removed");
    assert!(fails(folder.path(), &test).contains("minimal.txt"), "a reference without a sample is told");
    // References are no part of the template.
    with_own(folder.path(), &["templates", "root", "goc"]);
    assert!(!folder.path().join("goc/thu_ngo/tests").exists());
}

#[test]
fn made_up_data_find_a_planted_fault_and_leave_a_small_case() {
    let folder = author("van_ban");
    let own = folder.path().join("mau/thu_ngo");
    with_own(folder.path(), &["templates", "test", "thu_ngo", "--cases", "0", "--update"]);
    let test = ["templates", "test", "thu_ngo", "--seconds", "120", "--cases", "24"];
    let told = with_own(folder.path(), &[&["--lang", "en"], &test[..]].concat());
    assert!(told.contains("24/24 made-up documents") && told.contains("(0 of "), "{told}");

    // No sample has so many recipients.
    change(&own.join("main.typ"), "#finish(", "#if prose.noi_nhan.len() > 30 { panic(\"nhiều nơi nhận\") }\n#finish(");
    let told = with_own(folder.path(), &["templates", "check", "thu_ngo"]);
    assert!(told.contains("đạt"), "{told}");
    let longer = fs::read_to_string(own.join("schema.json")).expect("UTF-8").replace(
        "\"noi_nhan\": { \"$ref\": \"/shared/schema.json#/$defs/noi_nhan\" }",
        "\"noi_nhan\": { \"type\": \"array\", \"minItems\": 1, \"maxItems\": 2000, \"items\": { \"type\": \"string\", \"minLength\": 1, \"maxLength\": 200 } }",
    );
    fs::write(own.join("schema.json"), longer).expect("written");
    let told = fails(folder.path(), &test);
    assert!(told.contains("template_error") && told.contains("nhiều nơi nhận"), "{told}");
    let again = told.split("vinhdanh check thu_ngo ").nth(1).and_then(|rest| rest.lines().next()).expect("a command");
    let small: Value = serde_json::from_slice(&fs::read(folder.path().join(again)).expect("the data")).expect("JSON");
    let recipients = small["noi_nhan"].as_array().expect("a list").len();
    assert!((29..=36).contains(&recipients), "{recipients} recipients are left of 2,000");
    assert!(small.get("kinh_gui").is_none() && small.get("ngay").is_none(), "{small}");
    assert!(fails(folder.path(), &["check", "thu_ngo", again]).contains("nhiều nơi nhận"));
    let once = fs::read(folder.path().join(again)).expect("the data");
    fails(folder.path(), &test);
    assert!(fs::read(folder.path().join(again)).expect("the data") == once, "the same seed finds the same data");
}

#[test]
fn a_pack_serves_elsewhere_and_a_broken_one_is_refused() {
    let folder = author("giay");
    with_own(folder.path(), &["templates", "pack", "thu_ngo"]);
    with_own(folder.path(), &["templates", "pack", "thu_ngo", "-o", "lai.zip"]);
    let pack = folder.path().join("thu_ngo-0.1.0.zip");
    let bytes = fs::read(&pack).expect("a pack");
    assert!(bytes == fs::read(folder.path().join("lai.zip")).expect("a pack"), "the same bytes");
    assert!(fails(folder.path(), &["templates", "pack", "thu_ngo"]).contains("--force"));

    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::write(elsewhere.path().join("thu.zip"), &bytes).expect("written");
    let list = run(elsewhere.path(), &["--templates", "thu.zip", "templates"], None);
    assert!(text(&list.stdout).contains("thu_ngo\tThư ngỏ"), "{}", text(&list.stderr));
    let sample = run(elsewhere.path(), &["--templates", "thu.zip", "sample", "thu_ngo"], None);
    let made = run(
        elsewhere.path(),
        &["--templates", "thu.zip", "render", "thu_ngo", "-", "-o", "a.pdf"],
        Some(&text(&sample.stdout)),
    );
    assert!(made.status.success(), "{}", text(&made.stderr));
    fs::write(elsewhere.path().join("hong.zip"), &bytes[..bytes.len() - 30]).expect("written");
    let refused = run(elsewhere.path(), &["--templates", "hong.zip", "templates"], None);
    assert!(text(&refused.stderr).contains("not a ZIP"), "{}", text(&refused.stderr));

    // What fails its check is not packed.
    change(&folder.path().join("mau/thu_ngo/main.typ"), "#certificate(", "#set document(title: [x])\n#certificate(");
    assert!(fails(folder.path(), &["templates", "pack", "thu_ngo", "-o", "khac.zip"]).contains("[set_document]"));
    assert!(!folder.path().join("khac.zip").exists());
}

#[test]
fn the_whole_root_is_written_with_fresh_data_and_only_into_an_empty_folder() {
    let folder = author("van_ban");
    change(&folder.path().join("mau/thu_ngo/sample.json"), "Gia Phù", "Suối Bau");
    let told = with_own(folder.path(), &["templates", "root", "goc"]);
    assert!(told.contains("typst compile --root goc") && told.contains("goc/thu_ngo/main.typ"), "{told}");
    let goc = folder.path().join("goc");
    let data = fs::read_to_string(goc.join("thu_ngo/data.json")).expect("data.json");
    assert!(data.contains("Suối") && !data.contains("Gia Phù"), "made from the sample as it is now");
    for path in ["shared/the_thuc/lib.typ", "giay_khen/main.typ", "thu_ngo/text/so.j2", "fonts/Tinos/Tinos-Bold.ttf"] {
        assert!(goc.join(path).is_file(), "{path} is missing");
    }
    assert!(fails(folder.path(), &["templates", "root", "goc"]).contains("--force"));
    with_own(folder.path(), &["templates", "root", "goc", "--force"]);
}

/// A running `preview --watch`, ended with the test.
struct Watch {
    child: Child,
    url: String,
}

impl Watch {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(program())
            .args(["--templates", "mau", "--lang", "en", "preview", "thu_ngo", "du-lieu.json", "--watch"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let url = lines.next().expect("a line").expect("UTF-8");
        Self { child, url }
    }

    /// The state after `version`, once it is as wanted: an editor's save may be seen in two steps.
    async fn news(&self, client: &reqwest::Client, version: &mut u64, wanted: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            let answer = client.get(format!("{}state?after={version}", self.url)).send().await.expect("an answer");
            if answer.status() != 200 {
                continue;
            }
            let state: Value = answer.json().await.expect("JSON");
            *version = state["version"].as_u64().expect("a number");
            if wanted(&state) {
                return state;
            }
        }
        panic!("no news");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[actix_web::test]
async fn the_watched_page_follows_data_and_template_and_is_for_this_machine() {
    let folder = author("van_ban");
    let own = folder.path().join("mau/thu_ngo");
    let data = folder.path().join("du-lieu.json");
    fs::copy(own.join("sample.json"), &data).expect("copied");
    let watch = Watch::start(folder.path());
    assert!(watch.url.starts_with("http://127.0.0.1:"), "{}", watch.url);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut version = 0;
    let state = watch.news(&client, &mut version, |_| true).await;
    assert_eq!((&state["pages"][0]["width"], state["failure"].is_null()), (&json!(210.0), true), "{state}");
    let page = client.get(format!("{}page/1", watch.url)).send().await.expect("an answer");
    assert_eq!(page.headers()["content-type"], "image/svg+xml");
    assert!(page.headers()["content-security-policy"].to_str().expect("ASCII").starts_with("default-src 'none'"));
    assert!(page.text().await.expect("a body").starts_with("<svg"));
    assert_eq!(client.get(format!("{}page/9", watch.url)).send().await.expect("an answer").status(), 404);

    change(&data, "\"ngay\": \"2025-09-05\",", "");
    let state = watch.news(&client, &mut version, |state| !state["warnings"][0].is_null()).await;
    assert_eq!(state["warnings"][0]["code"], "co_so_thieu_ngay");
    assert_eq!(state["warnings"][0]["message"], "the document has a number but no date");

    change(&own.join("main.typ"), "#title-block(", "#tittle-block(");
    let state = watch.news(&client, &mut version, |state| !state["failure"].is_null()).await;
    let fault = &state["failure"]["faults"][0];
    assert_eq!(fault["place"]["file"], "thu_ngo/main.typ");
    let line = fault["source"]["line"].as_str().expect("a line of source");
    assert!(line.starts_with("#tittle-block("), "{fault}");
    change(&own.join("main.typ"), "#tittle-block(", "#title-block(");
    change(&data, "\"so\": 12,", "\"sso\": 12,");
    let state = watch.news(&client, &mut version, |state| state["failure"]["code"] == "invalid_data").await;
    assert_eq!(state["failure"]["faults"][0]["pointer"], "/sso", "{state}");

    let strange = client.get(format!("{}state", watch.url)).header("host", "vi-du.example").send().await;
    assert_eq!(strange.expect("an answer").status(), 403, "a name that leads here reads nothing");
    let open = fails(folder.path(), &["preview", "thu_ngo", "du-lieu.json", "--watch", "--listen", "0.0.0.0:0"]);
    assert!(open.contains("127.0.0.1"), "{open}");
    assert!(fails(folder.path(), &["preview", "thu_ngo", "-", "--watch"]).contains("--watch"));
}
