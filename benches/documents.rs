//! `cargo bench`: where the time of a document goes, and what the house costs over the bare library.
//!
//! The rivals of a row are measured in turn, round by round, on the same data, so that a busy machine disturbs all alike:
//! trust the ratios. Criterion measures one thing after the other and knows no ratio; hence the small harness.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as HttpApp, HttpServer};
use serde_json::{Value, json};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration as TypstDuration, IntoValue, Smart, Str};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use vinhdanh::api;
use vinhdanh::app::{self, App};
use vinhdanh::config::{Places, Settings};
use vinhdanh::engine::{Engine, Fonts, Ground, Job, Lane, Output, Standard};
use vinhdanh::render::{Backend, Renderer, Requested};
use vinhdanh::the_thuc;

const LONG: Duration = Duration::from_secs(600);

/// Typst and nothing else: the same sources, fonts and data.
struct Bare {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: HashMap<FileId, Source>,
    files: HashMap<FileId, Bytes>,
}

struct BareJob<'a> {
    bare: &'a Bare,
    main: FileId,
    data: (FileId, Bytes),
}

fn id(path: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).expect("a path")).intern()
}

impl Bare {
    fn new() -> Self {
        let fonts: Vec<Font> =
            vinhdanh::assets::fonts().into_values().flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect();
        let mut inputs = Dict::new();
        inputs.insert(Str::from("serif"), "Tinos".into_value());
        let mut bare = Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            sources: HashMap::new(),
            files: HashMap::new(),
        };
        for (path, bytes) in vinhdanh::assets::templates() {
            match String::from_utf8(bytes) {
                Ok(text) if path.ends_with(".typ") => {
                    bare.sources.insert(id(&path), Source::new(id(&path), text));
                }
                Ok(text) => {
                    bare.files.insert(id(&path), Bytes::from_string(text));
                }
                Err(error) => {
                    bare.files.insert(id(&path), Bytes::new(error.into_bytes()));
                }
            }
        }
        bare
    }

    fn pdf(&self, job: &Job, keep: usize) -> Vec<u8> {
        let folder = &job.template;
        let world = BareJob {
            bare: self,
            main: id(&format!("{folder}/main.typ")),
            data: (id(&format!("{folder}/data.json")), Bytes::new(job.data.clone())),
        };
        let mut document = typst::compile::<PagedDocument>(&world).output.expect("sound");
        document.info_mut().title = Some(job.meta.title.as_str().into());
        let options = PdfOptions {
            ident: Smart::Auto,
            creator: Smart::Custom(Some("bare".into())),
            timestamp: Datetime::from_ymd_hms(2021, 9, 29, 0, 0, 0).map(Timestamp::new_utc),
            standards: PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).expect("a pair"),
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options).expect("sound");
        drop(document);
        comemo::evict(keep);
        bytes
    }
}

impl World for BareJob<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.bare.library
    }
    fn book(&self) -> &LazyHash<FontBook> {
        &self.bare.book
    }
    fn main(&self) -> FileId {
        self.main
    }
    fn source(&self, id: FileId) -> FileResult<Source> {
        self.bare.sources.get(&id).cloned().ok_or_else(|| FileError::NotFound("?".into()))
    }
    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 {
            return Ok(self.data.1.clone());
        }
        self.bare.files.get(&id).cloned().ok_or_else(|| FileError::NotFound("?".into()))
    }
    fn font(&self, index: usize) -> Option<Font> {
        self.bare.fonts.get(index).cloned()
    }
    fn today(&self, _: Option<TypstDuration>) -> Option<Datetime> {
        None
    }
}

/// A piece of work: how its data vary from document to document.
struct Work {
    name: &'static str,
    template: &'static str,
    data: fn(&Renderer, usize) -> Value,
    rounds: usize,
}

fn sample(renderer: &Renderer, id: &str, name: &str) -> Value {
    renderer.template(id).expect("a template").samples[name].clone()
}

/// A different person for each number; syllables only, no real name.
fn person(n: usize) -> String {
    const FAMILY: [&str; 9] = ["Lò", "Cầm", "Hà", "Đinh", "Mùi", "Sa", "Lường", "Bạc", "Quàng"];
    const MIDDLE: [&str; 7] = ["Văn", "Thị", "Minh", "Ngọc", "Hữu", "Thanh", "Bảo"];
    const GIVEN: [&str; 11] = ["Ánh", "Bình", "Dũng", "Đào", "Hạnh", "Kiên", "Loan", "Phượng", "Sơn", "Thủy", "Yến"];
    format!("{} {} {} {}", FAMILY[n % 9], MIDDLE[n / 9 % 7], GIVEN[n / 63 % 11], GIVEN[n / 693 % 11])
}

fn certificate(renderer: &Renderer, n: usize) -> Value {
    let mut data = sample(renderer, "giay_khen", "plain");
    data["doi_tuong"]["ten"] = json!(person(n));
    data["so_so_vang"] = json!((n + 1).to_string());
    data
}

fn decision(renderer: &Renderer, n: usize) -> Value {
    let mut data = sample(renderer, "quyet_dinh", "plain");
    data["so"] = json!(n % 9000 + 1);
    data["khen_thuong"][0]["doi_tuong"][0]["ten"] = json!(format!("Bản {}", person(n)));
    data
}

fn report(renderer: &Renderer, n: usize) -> Value {
    let mut data = sample(renderer, "bao_cao", "overflow");
    data["so"] = json!(n % 9000 + 1);
    data
}

fn list(renderer: &Renderer, n: usize) -> Value {
    let mut data = sample(renderer, "quyet_dinh", "plain");
    data["so"] = json!(n % 9000 + 1);
    data["danh_sach"] = json!({"kieu": "bang"});
    let rows: Vec<Value> = (0..1700)
        .map(|row| {
            json!({"loai": "ca_nhan", "danh_xung": "Ông", "ten": person(n + row), "chuc_vu": "Công chức Văn phòng - Thống kê",
                "don_vi": "Ủy ban nhân dân xã Mường Cơi", "ghi_chu": "Lần đầu"})
        })
        .collect();
    data["khen_thuong"][0]["doi_tuong"] = json!(rows);
    data
}

const WORKS: &[Work] = &[
    Work { name: "W1 giấy khen", template: "giay_khen", data: certificate, rounds: 400 },
    Work { name: "W2 quyết định, 2 trang", template: "quyet_dinh", data: decision, rounds: 200 },
    Work { name: "báo cáo, 25 trang", template: "bao_cao", data: report, rounds: 12 },
    Work { name: "W3 danh sách 1.700 dòng", template: "quyet_dinh", data: list, rounds: 5 },
];

#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn add(&mut self, since: Instant) {
        self.0.push(since.elapsed().as_secs_f64() * 1e3);
    }

    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }
}

fn main() {
    // `cargo test --benches` asks only whether this starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    actix_web::rt::System::new().block_on(bench());
}

async fn bench() {
    let (renderer, backend) = app::local(&Places::default()).expect("sound templates");
    let Backend::Local(engine) = backend else { return };
    let started = Instant::now();
    let program = std::path::PathBuf::from(env!("CARGO_BIN_EXE_vinhdanh"));
    let settings = Settings {
        workers: Some(1),
        large_workers: Some(1),
        rate_per_minute: Some(0),
        large_render_timeout_ms: Some(120_000),
        request_timeout_ms: Some(600_000),
        ..Settings::default()
    };
    let app = App::start(&settings, &Places::default(), program).await.expect("the service starts");
    println!(
        "start of the service, workers loaded and templates proved: {:.0} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    let url = serve(&app);
    let client = reqwest::Client::builder().no_proxy().timeout(LONG).build().expect("a client");
    let bare = Bare::new();

    println!();
    println!("| work | prose ms | compile ms | export ms | bare ms | engine ÷ bare | pipe ÷ bare | HTTP ÷ bare | MB |");
    println!("|---|---|---|---|---|---|---|---|---|");
    // `cargo bench -- W1` measures only what is named so.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for work in
        WORKS.iter().filter(|work| wanted.is_empty() || wanted.iter().any(|name| work.name.contains(name.as_str())))
    {
        row(work, &renderer, &engine, &app, &bare, &client, &url).await;
    }
    if wanted.is_empty() || wanted.iter().any(|name| name == "art") {
        art(&renderer, &engine);
    }
    previews(&renderer, &engine).await;
    respawn(&renderer, &app).await;
}

fn serve(app: &Arc<App>) -> String {
    let data = Data::from(Arc::clone(app));
    let server =
        HttpServer::new(move || HttpApp::new().wrap(from_fn(api::observe)).configure(api::configure(data.clone())))
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")
            .expect("a free port");
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    format!("http://{address}")
}

async fn row(
    work: &Work,
    renderer: &Renderer,
    engine: &Engine,
    app: &Arc<App>,
    bare: &Bare,
    client: &reqwest::Client,
    url: &str,
) {
    let [mut prose, mut compile, mut export, mut plain, mut ours, mut pipe, mut http] =
        std::array::from_fn(|_| Times::default());
    let requested = Requested { output: Output::Pdf(Standard::A2a), ..Requested::default() };
    let mut size = 0;
    let warm_up = (work.rounds / 10).max(1);
    for round in 0..warm_up + work.rounds {
        // Four rivals, four documents: nobody profits from the cache of the one before.
        let data: Vec<Value> = (0..4).map(|n| (work.data)(renderer, round * 4 + n)).collect();
        let body = data[3].to_string();
        let started = Instant::now();
        let jobs: Vec<(Job, Lane)> = data[..3]
            .iter()
            .map(|one| {
                let prepared = renderer.prepare(work.template, one.clone(), &requested).expect("sound");
                (prepared.job, prepared.lane)
            })
            .collect();
        let prepared = started.elapsed().as_secs_f64() * 1e3 / 3.0;
        let [(first, _), (second, _), (third, lane)] = <[_; 3]>::try_from(jobs).expect("three jobs");
        let keep = if size > 0 && work.rounds < 20 { 0 } else { 4 };

        let a = Instant::now();
        size = bare.pdf(&first, keep).len();
        let a_end = a.elapsed();
        let b = Instant::now();
        let done = engine.run(&second).expect("sound");
        let b_end = b.elapsed();
        let c = Instant::now();
        app.pool.run(lane, third, tokio::time::Instant::now() + LONG).await.expect("sound");
        let c_end = c.elapsed();
        let d = Instant::now();
        let answer = client
            .post(format!("{url}/v1/documents/{}", work.template))
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("a body");
        let d_end = d.elapsed();
        if round < warm_up {
            continue;
        }
        prose.0.push(prepared);
        compile.0.push(done.compile_us as f64 / 1e3);
        export.0.push(done.export_us as f64 / 1e3);
        for (times, time) in [(&mut plain, a_end), (&mut ours, b_end), (&mut pipe, c_end), (&mut http, d_end)] {
            times.0.push(time.as_secs_f64() * 1e3);
        }
    }
    let base = plain.median();
    println!(
        "| {} | {:.2} | {:.2} | {:.2} | {base:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
        work.name,
        prose.median(),
        compile.median(),
        export.median(),
        ours.median() / base,
        pipe.median() / base,
        http.median() / base,
        size as f64 / 1e6,
    );
}

/// What the art of a design costs over the same page without any.
fn art(renderer: &Renderer, engine: &Engine) {
    const NOTHING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1mm\" height=\"1mm\" viewBox=\"0 0 100 100\">\
        <g style=\"isolation:isolate\"><path fill=\"#ffffff\" d=\"M0 0l1 0 0 1z\"/></g></svg>";
    let tree = app::tree(&Places::default()).expect("built in");
    let profiles: Vec<String> = tree
        .under("shared/certificate/profiles")
        .filter_map(|(file, _)| file.strip_suffix(".json").map(str::to_owned))
        .filter(|name| !name.starts_with("phoi"))
        .collect();
    assert!(!profiles.is_empty(), "no profile");
    let bare = tree.into_files().into_iter().map(|(path, bytes)| {
        let bytes = if path.contains("/art/") && path.ends_with(".svg") { NOTHING.into() } else { bytes };
        (path, bytes)
    });
    let fonts = Fonts::load(vinhdanh::assets::fonts()).expect("fonts");
    let without = Engine::new(Ground::new(fonts, bare).expect("a ground"), the_thuc::inspect);
    println!();
    println!("| design | compile ms | without | export ms | without | art costs ms | KB | without |");
    println!("|---|---|---|---|---|---|---|---|");
    for name in profiles {
        let [mut compile, mut export, mut plain_compile, mut plain_export] = std::array::from_fn(|_| Times::default());
        let (mut size, mut plain_size) = (0, 0);
        for n in 0..220 {
            let mut jobs = [2 * n, 2 * n + 1].map(|n| {
                let mut data = certificate(renderer, n);
                data["trinh_bay"] = json!({"ho_so": name});
                let requested = Requested { output: Output::Pdf(Standard::A2a), ..Requested::default() };
                renderer.prepare("giay_khen", data, &requested).expect("sound").job
            });
            if n % 2 == 1 {
                jobs.reverse();
            }
            let (ours, plain) = (engine.run(&jobs[0]).expect("sound"), without.run(&jobs[1]).expect("sound"));
            (size, plain_size) = (ours.bytes.len(), plain.bytes.len());
            if n >= 20 {
                compile.0.push(ours.compile_us as f64 / 1e3);
                export.0.push(ours.export_us as f64 / 1e3);
                plain_compile.0.push(plain.compile_us as f64 / 1e3);
                plain_export.0.push(plain.export_us as f64 / 1e3);
            }
        }
        let cost = compile.median() + export.median() - plain_compile.median() - plain_export.median();
        println!(
            "| {name} | {:.2} | {:.2} | {:.2} | {:.2} | {cost:.2} | {} | {} |",
            compile.median(),
            plain_compile.median(),
            export.median(),
            plain_export.median(),
            size >> 10,
            plain_size >> 10,
        );
    }
}

async fn previews(renderer: &Renderer, engine: &Engine) {
    println!();
    for (name, output) in [("SVG", Output::Svg { page: 1 }), ("PNG 96 dpi", Output::Png { page: 1, ppi: 96.0 })] {
        let mut times = Times::default();
        for n in 0..40 {
            let requested = Requested { output, ..Requested::default() };
            let job = renderer.prepare("giay_khen", certificate(renderer, n), &requested).expect("sound").job;
            let started = Instant::now();
            engine.run(&job).expect("sound");
            times.add(started);
        }
        println!("preview of a certificate, {name}: {:.1} ms", times.median());
    }
}

/// From the kill of a worker to the next document.
async fn respawn(renderer: &Renderer, app: &Arc<App>) {
    let mut times = Times::default();
    for n in 0..7 {
        let requested = Requested::default();
        let job = renderer.prepare("giay_khen", certificate(renderer, n), &requested).expect("sound").job;
        // A job nobody can finish in no time: the parent kills the worker.
        app.pool.run(Lane::Small, job.clone(), tokio::time::Instant::now() + Duration::from_micros(300)).await.err();
        let started = Instant::now();
        app.pool.run(Lane::Small, job, tokio::time::Instant::now() + LONG).await.expect("sound");
        times.add(started);
    }
    println!("worker killed → next document written: {:.0} ms", times.median());
}
