//! A running service, a local engine, samples and PDF readers: everything through the crate's public face.

pub mod nam_2020;
pub mod signed;

use std::path::{Path, PathBuf};
use std::process::{Command, Output as ProcessOutput};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as HttpApp, HttpServer};
use serde_json::Value;
use tokio::time::Instant;
use vinhdanh::api;
use vinhdanh::app::{self, App};
use vinhdanh::config::{Places, Settings};
use vinhdanh::diagnostic::Failure;
use vinhdanh::engine::frames::{self, Pages};
use vinhdanh::engine::{Engine, Job, Output, Standard};
use vinhdanh::provider::Provider;
use vinhdanh::render::{Backend, Rendered, Renderer, Requested};

/// Nothing in a test takes this long.
pub const LONG: Duration = Duration::from_secs(300);

/// The program under test, which is also its own worker.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_vinhdanh"))
}

/// The project's folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A service on a port of its own, stopped with the test.
pub struct TestApp {
    /// `http://127.0.0.1:port`
    pub url: String,
    /// The service behind it.
    pub app: Arc<App>,
    /// A client without proxy.
    pub client: reqwest::Client,
    // Its register and its files; gone with it, unless they are the test's own.
    _data: Option<tempfile::TempDir>,
    batches: Option<std::thread::JoinHandle<()>>,
}

impl TestApp {
    /// With defaults fit for tests.
    pub async fn start() -> Self {
        Self::with(Settings { workers: Some(2), large_workers: Some(1), ..Settings::default() }, Places::default())
            .await
    }

    /// With settings and template folders of its own.
    pub async fn with(settings: Settings, places: Places) -> Self {
        Self::with_others(settings, places, Vec::new()).await
    }

    /// With holders of keys of its own, too; on the data folder the settings name, if they do.
    pub async fn with_others(settings: Settings, places: Places, others: Vec<Arc<dyn Provider>>) -> Self {
        let data = settings.data.is_none().then(|| tempfile::tempdir().expect("a folder"));
        let folder = data.as_ref().map(|data| data.path().to_owned());
        let settings = Settings { data: settings.data.clone().or(folder), ..settings };
        let app = App::start_with(&settings, &places, program(), others).await.expect("the service starts");
        let batches = app.run_apart().expect("threads");
        let shared = Data::from(Arc::clone(&app));
        let server = HttpServer::new(move || {
            HttpApp::new().wrap(from_fn(api::observe)).configure(api::configure(shared.clone()))
        })
        .workers(2)
        .disable_signals()
        .bind("127.0.0.1:0")
        .expect("a free port");
        let address = server.addrs()[0];
        actix_web::rt::spawn(server.run());
        // Between two requests a test may work for longer than the service keeps a silent connection.
        let idle = Duration::from_secs(1);
        let client = reqwest::Client::builder().no_proxy().timeout(LONG).pool_idle_timeout(idle).build();
        let client = client.expect("a client");
        Self { url: format!("http://{address}"), app, client, _data: data, batches: Some(batches) }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(format!("{}{path}", self.url)).send().await.expect("an answer")
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        self.request(path).json(body).send().await.expect("an answer")
    }

    /// POST of anything as JSON.
    pub async fn post_raw(&self, path: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
        self.request(path).header("content-type", "application/json").body(body).send().await.expect("an answer")
    }

    /// A POST to be filled in.
    pub fn request(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("{}{path}", self.url))
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.stop();
        if let Some(batches) = self.batches.take() {
            // A test that fails is told by its own panic.
            batches.join().ok();
        }
    }
}

/// Pointers and codes of a problem document.
pub fn told(problem: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    problem["errors"].as_array().into_iter().flatten().map(|one| (text(&one["pointer"]), text(&one["code"]))).collect()
}

/// Renderer and engine of this process, built once.
pub struct Local {
    /// The built-in templates.
    pub renderer: Renderer,
    /// The engine behind [`Local::backend`], for reading pages.
    pub engine: Arc<Engine>,
    /// Sets pages in this process.
    pub backend: Backend,
}

/// The one of this process.
pub fn local() -> &'static Local {
    static LOCAL: OnceLock<Local> = OnceLock::new();
    LOCAL.get_or_init(|| {
        let (renderer, backend) = app::local(&Places::default()).expect("built-in templates are sound");
        let Backend::Local(engine) = backend.clone() else { panic!("app::local sets pages in this process") };
        Local { renderer, engine, backend }
    })
}

impl Local {
    /// A sample of a template.
    pub fn sample(&self, id: &str, name: &str) -> Value {
        let template = self.renderer.template(id).expect("a built-in template");
        template.samples.get(name).unwrap_or_else(|| panic!("{id} has no sample {name}")).clone()
    }

    /// Every (template, sample name).
    pub fn samples(&self) -> Vec<(String, String)> {
        let names = |template: &vinhdanh::template::Template| {
            template.samples.keys().map(|name| (template.manifest.id.clone(), name.clone())).collect::<Vec<_>>()
        };
        self.renderer.templates().flat_map(names).collect()
    }

    /// Renders to a PDF in this process.
    pub fn pdf(&self, id: &str, data: Value, standard: Standard) -> Result<Rendered, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(self.pdf_now(id, data, standard))
    }

    /// As [`Local::pdf`], without signature fields whatever the template.
    pub fn plain_pdf(&self, id: &str, data: Value, standard: Standard) -> Result<Rendered, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(self.pdf_with(id, data, standard, Some(false)))
    }

    /// As [`Local::pdf`], inside a runtime.
    pub async fn pdf_now(&self, id: &str, data: Value, standard: Standard) -> Result<Rendered, Failure> {
        self.pdf_with(id, data, standard, None).await
    }

    /// As [`Local::pdf_now`], with or without signature fields.
    pub async fn pdf_with(
        &self,
        id: &str,
        data: Value,
        standard: Standard,
        fields: Option<bool>,
    ) -> Result<Rendered, Failure> {
        let requested = Requested { output: Output::Pdf(standard), fields, ..Requested::default() };
        self.renderer.render(&self.backend, id, data, &requested, Instant::now() + LONG).await
    }

    /// The engine's job for data.
    pub fn job(&self, id: &str, data: Value) -> Result<Job, Failure> {
        Ok(self.renderer.prepare(id, data, &Requested::default())?.job)
    }

    /// Lays data out and reads the pages.
    pub fn pages(&self, id: &str, data: Value) -> Result<Pages, Failure> {
        let (document, _) = self.engine.lay_out(&self.job(id, data)?)?;
        Ok(frames::read(&document))
    }
}

/// Runs an outside program on a file; `None` where it is not installed (`tests/outside` insists on it).
pub fn outside(program: &str, arguments: &[&str]) -> Option<ProcessOutput> {
    Command::new(program).args(arguments).output().ok()
}

/// Writes bytes to a file of this test.
pub fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("the file is written");
    (folder, path)
}

/// A PostgreSQL the tests of signatures run on instead of SQLite, where one is named.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests names it, no configuration")]
pub fn test_database() -> Option<String> {
    std::env::var("VINHDANH_TEST_DATABASE").ok()
}
