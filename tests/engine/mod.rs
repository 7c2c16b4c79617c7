//! The engine's fences: runaway templates, errors with places, an agency's own templates, the same bytes.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use vinhdanh::config::{Places, Settings};
use vinhdanh::engine::Standard;

use crate::support::{TestApp, local};

/// A template `thu` whose body is `main`, beside the built-in ones.
fn template(main: &str) -> (TempDir, Places) {
    let root = tempfile::tempdir().expect("a temporary folder");
    write_template(root.path(), "thu", main);
    let places = Places { templates: vec![root.path().to_owned()], fonts: vec![] };
    (root, places)
}

fn write_template(root: &Path, id: &str, main: &str) {
    let folder = root.join(id);
    fs::create_dir_all(&folder).expect("a folder");
    let manifest = format!(
        "[package]\nname = \"{id}\"\nversion = \"1.0.0\"\nentrypoint = \"main.typ\"\n[tool.vinhdanh]\nid = \"{id}\"\ntitle_vi = \"Thử\"\n\
         title_en = \"Try\"\nlegal_basis = \"-\"\nfonts = [\"Tinos\"]\n[tool.vinhdanh.document]\ntitle = \"Thử\"\nauthor = \"Thử\"\nfile_name = \"thu\"\n"
    );
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["viec"], "properties": {"viec": {"type": "string"}}});
    fs::write(folder.join("typst.toml"), manifest).expect("written");
    fs::write(folder.join("schema.json"), schema.to_string()).expect("written");
    fs::write(folder.join("sample.json"), json!({"viec": "binh-thuong"}).to_string()).expect("written");
    fs::write(folder.join("main.typ"), format!("#set text(font: \"Tinos\", lang: \"vi\", fallback: false)\n#let viec = json(\"data.json\").data.viec\n{main}\n"))
        .expect("written");
}

/// Small limits, so that a test ends soon.
fn strict() -> Settings {
    Settings {
        workers: Some(1),
        large_workers: Some(1),
        render_timeout_ms: Some(1_500),
        large_render_timeout_ms: Some(10_000),
        worker_memory_mb: Some(400),
        ..Settings::default()
    }
}

const RUNAWAY: &str = "#if viec == \"lap\" { for i in range(100000) { for j in range(100000) { let x = i + j } } }\n\
     #if viec == \"nho\" { let x = \"x\"; for i in range(40) { x = x + x }; x }\n\
     #if viec == \"sau\" { let f(n) = f(n + 1) + 1; f(0) }\n\
     #if viec == \"sai\" { khong-co }\nVăn bản";

#[actix_web::test]
async fn runaway_template_is_killed_and_the_worker_comes_back() {
    let (_root, places) = template(RUNAWAY);
    let app = TestApp::with(strict(), places).await;
    let others = async {
        // The other lane goes on at once: its worker never meets the runaway.
        let answer = app.post("/v1/documents/bao_cao", &local().sample("bao_cao", "overflow")).await;
        assert_eq!(answer.status(), 200);
    };
    let runaway = async {
        let answer = app.post("/v1/documents/thu", &json!({"viec": "lap"})).await;
        assert_eq!(answer.status(), 504);
        let problem: Value = answer.json().await.expect("a problem");
        assert_eq!(problem["code"], "render_timeout");
    };
    futures_util::future::join(others, runaway).await;
    let answer = app.post("/v1/documents/thu", &json!({"viec": "binh-thuong"})).await;
    assert_eq!(answer.status(), 200, "the worker is back");
    assert_eq!(app.app.pool.status().restarts, 1);
}

#[actix_web::test]
async fn memory_blow_up_is_told_and_hurts_nobody() {
    let (_root, places) = template(RUNAWAY);
    let app = TestApp::with(Settings { render_timeout_ms: Some(20_000), ..strict() }, places).await;
    let answer = app.post("/v1/documents/thu", &json!({"viec": "nho"})).await;
    let status = answer.status();
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!((status.as_u16(), problem["code"].as_str()), (422, Some("render_memory")), "{problem}");
    let answer = app.post("/v1/documents/giay_khen", &local().sample("giay_khen", "plain")).await;
    assert_eq!(answer.status(), 200, "the worker is back");
}

#[actix_web::test]
async fn template_errors_keep_message_place_and_hints() {
    let (_root, places) = template(RUNAWAY);
    let app = TestApp::with(strict(), places).await;
    let problem: Value = app.post("/v1/documents/thu", &json!({"viec": "sai"})).await.json().await.expect("a problem");
    assert_eq!(problem["code"], "template_error");
    assert_eq!(problem["source"], json!({"template": "thu", "file": "thu/main.typ", "line": 6, "column": 21}));
    assert_eq!(problem["errors"][0]["detail"], "unknown variable: khong-co");
    assert!(problem["errors"][0]["hints"][0].as_str().is_some_and(|hint| hint.contains("subtraction")), "{problem}");

    let problem: Value = app.post("/v1/documents/thu", &json!({"viec": "sau"})).await.json().await.expect("a problem");
    assert_eq!(problem["code"], "template_error");
    assert!(problem["errors"][0]["detail"].as_str().is_some_and(|text| text.contains("depth")), "{problem}");
}

#[actix_web::test]
async fn templates_reach_no_disk_clock_network_or_foreign_font() {
    for (main, told) in [
        ("#read(\"/etc/passwd\")", "file not found"),
        ("#read(\"../../Cargo.toml\")", "root"),
        ("#datetime.today().display()", "date"),
        ("#import \"@preview/cetz:0.3.0\"", "package"),
        ("#set text(font: \"Arial\")\nx", "unknown font"),
    ] {
        let (_root, places) = template(main);
        let app = TestApp::with(strict(), places).await;
        // The plain sample is proved at the start, so the template is out of use from the first moment.
        let problem: Value =
            app.post("/v1/documents/thu", &json!({"viec": "x"})).await.json().await.expect("a problem");
        assert_eq!(problem["code"], "template_broken", "{main}");
        assert!(problem["errors"].to_string().contains(told), "{main}: {problem}");
        let answer = app.get("/v1/templates/quyet_dinh").await;
        assert_eq!(answer.status(), 200, "the others go on");
    }
}

#[actix_web::test]
async fn broken_templates_name_their_fault_and_leave_the_others_alone() {
    let (root, places) = template("x");
    for (id, file, content) in [
        ("hong_manifest", "typst.toml", "[package"),
        ("hong_quy_cach", "schema.json", "{\"type\": 1}"),
        ("hong_mau", "sample.json", "{\"viec\": 1}"),
        ("hong_cu_phap", "main.typ", "#let x = ("),
    ] {
        write_template(root.path(), id, "x");
        fs::write(root.path().join(id).join(file), content).expect("written");
    }
    write_template(root.path(), "hong_loi_van", "x");
    fs::create_dir_all(root.path().join("hong_loi_van/text")).expect("a folder");
    fs::write(root.path().join("hong_loi_van/text/a.j2"), "{{ viec").expect("written");
    let app = TestApp::with(strict(), places).await;
    let list: Value = app.get("/v1/templates").await.json().await.expect("the catalog");
    let broken: Vec<&str> =
        list["broken"].as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect();
    for id in ["hong_manifest", "hong_quy_cach", "hong_mau", "hong_cu_phap", "hong_loi_van"] {
        assert!(broken.contains(&id), "{id} in {broken:?}");
    }
    for one in list["broken"].as_array().expect("a list") {
        assert!(one["faults"][0]["vi"].as_str().is_some_and(|text| !text.is_empty()), "{one}");
    }
    let ids: Vec<&str> =
        list["templates"].as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect();
    let mut sound: Vec<&str> = local().renderer.templates().map(|template| template.manifest.id.as_str()).collect();
    sound.push("thu");
    sound.sort_unstable();
    assert_eq!(ids, sound);
    assert_eq!(app.post("/v1/documents/thu", &json!({"viec": "x"})).await.status(), 200);
}

#[actix_web::test]
async fn agency_wording_replaces_one_piece_and_keeps_the_rest() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("giay_khen/text");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("dong_tu.j2"), "TRAO TẶNG").expect("written");
    let places = Places { templates: vec![root.path().to_owned()], fonts: vec![] };
    let (renderer, backend) = vinhdanh::app::local(&places).expect("sound");
    let job =
        renderer.prepare("giay_khen", local().sample("giay_khen", "plain"), &Default::default()).expect("sound").job;
    let vinhdanh::render::Backend::Local(engine) = backend else { panic!("local sets pages in this process") };
    let (document, _) = engine.lay_out(&job).expect("sound");
    let text: String = vinhdanh::engine::frames::read(&document).runs.iter().map(|run| run.text.as_str()).collect();
    assert!(text.contains("TRAO TẶNG") && text.contains("GIẤY KHEN"), "{text}");
}

#[actix_web::test]
async fn same_input_gives_the_same_bytes_everywhere() {
    let local = local();
    let app = TestApp::start().await;
    for (id, name) in local.samples() {
        let data = local.sample(&id, &name);
        let first = local.pdf_now(&id, data.clone(), Standard::A2a).await.expect("sound");
        let again = local.pdf_now(&id, data.clone(), Standard::A2a).await.expect("sound");
        assert!(first.bytes == again.bytes, "{id}/{name}: warm differs from cold");
        let answer = app.post(&format!("/v1/documents/{id}"), &data).await;
        assert_eq!(answer.status(), 200, "{id}/{name}");
        let bytes = answer.bytes().await.expect("a body");
        assert!(first.bytes == bytes, "{id}/{name}: a worker differs from this process");
    }
}
