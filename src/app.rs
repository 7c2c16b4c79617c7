//! Wiring: the server, the command line and the tests all build the service here.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::SystemTime;

use chrono::{DateTime, FixedOffset};
use governor::clock::DefaultClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use metrics_exporter_prometheus::PrometheusHandle;
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, watch};

use crate::attest::{Listed, PublicKeys, SecretKeys, SignedList};
use crate::batch::{Batches, now_ms};
use crate::config::{CodesConfig, HttpConfig, Places, Settings};
use crate::diagnostic::{Code, Failure};
use crate::dossier::{Confirmed, Law, Planner};
use crate::engine::{Engine, Fonts, Ground, Limits, Pool, PoolOptions, Supplies};
use crate::files::Files;
use crate::pades::{Certificate, Crl, Moment, Trust};
use crate::provider::{Provider, Providers};
use crate::register::Register;
pub use crate::render::hex;
use crate::render::{Backend, Codes, InputLimits, Renderer, RendererOptions};
use crate::signing::{Parts, Services, Signing};
use crate::template::{Catalog, Tree};
use crate::webhook::{Policy, Secret, Sender};
use crate::{assets, telemetry, the_thuc};

/// Limits each caller's rate.
pub type Limiter = RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// The running service.
pub struct App {
    /// Templates and the road from data to a file.
    pub renderer: Arc<Renderer>,
    /// Where pages are set.
    pub backend: Backend,
    /// The workers behind the backend.
    pub pool: Pool,
    /// Thousands of documents at a time.
    pub batches: Arc<Batches>,
    /// Documents led from signer to seal.
    pub signing: Arc<Signing>,
    /// One decision's data → the documents that follow from it.
    pub planner: Planner,
    /// What the agency has confirmed of what the law leaves open.
    pub confirmed: Confirmed,
    /// Largest body of a batch or dossier, bytes.
    pub batch_body_bytes: usize,
    /// What signatures are judged by.
    pub trust: Arc<Trust>,
    /// One permit for each file that is being judged.
    pub judging: Arc<Semaphore>,
    /// The signed list of revocations, where one is configured.
    pub revocations: Option<RevocationFile>,
    /// Limits of the HTTP side.
    pub http: HttpConfig,
    /// Limits of the form of an input.
    pub input: InputLimits,
    /// One permit for each request that may wait or run.
    pub admission: Arc<Semaphore>,
    /// Requests in flight, for the log at a stop.
    pub in_flight: AtomicUsize,
    /// Label of each API key by the SHA-256 of the key; empty means open.
    pub keys: HashMap<[u8; 32], String>,
    /// Rate limit, if there is one.
    pub limiter: Option<Limiter>,
    /// Metrics in the text format.
    pub metrics: PrometheusHandle,
    /// SHA-256 over templates and fonts: the same on two machines means the same pages.
    pub assets_sha256: String,
    /// Set when the service is told to stop.
    pub stopping: AtomicBool,
    stop: watch::Sender<bool>,
}

impl App {
    /// Builds the service and starts its workers. `program` is the binary that serves as worker.
    pub async fn start(settings: &Settings, places: &Places, program: PathBuf) -> Result<Arc<Self>, Failure> {
        Self::start_with(settings, places, program, Vec::new()).await
    }

    /// As [`App::start`], with holders of keys beside those of the configuration.
    pub async fn start_with(
        settings: &Settings,
        places: &Places,
        program: PathBuf,
        others: Vec<Arc<dyn Provider>>,
    ) -> Result<Arc<Self>, Failure> {
        // What cannot be trusted stops the start before anything is opened.
        let trust = Arc::new(trust(&settings.trust)?);
        let http = settings.http();
        let keys = match &settings.keys {
            Some(path) => read_keys(path)?,
            None if settings.address().ip().is_loopback() || settings.open => HashMap::new(),
            None => return Err(closed(settings)),
        };
        let Material { law, mut renderer, supplies, assets_sha256 } =
            material(places, http.max_rows, &settings.codes())?;
        let confirmed = law.confirm(settings.xac_nhan.clone())?;
        let engine = settings.engine();
        let pool = Pool::start(PoolOptions {
            program,
            arguments: vec![OsString::from("worker")],
            supplies: Arc::new(supplies),
            small: engine.small,
            large: engine.large,
            batch: engine.batch,
            recycle_after: engine.recycle_after,
        })
        .await?;
        let backend = Backend::Workers(pool.clone());
        renderer.prove(&backend, engine.large.timeout).await;
        let renderer = Arc::new(renderer);
        let planner = Planner::new(renderer.templates(), law)?;
        let (stop, told) = watch::channel(false);
        let store = settings.store();
        let register = Register::open(&store.database).await?;
        let files = Files::open(&store.files)?;
        let webhooks = settings.webhook_secrets.as_deref().map(|secrets| webhooks(settings, secrets)).transpose()?;
        let providers = others.into_iter().fold(providers(settings)?, Providers::with);
        let providers = Arc::new(providers);
        let known = trust.roots.iter().chain(&trust.intermediates).cloned().collect();
        let signing = Arc::new(Signing::new(Parts {
            register: register.clone(),
            files: files.clone(),
            renderer: Arc::clone(&renderer),
            backend: backend.clone(),
            services: Services { providers: Arc::clone(&providers), known, lists: trust.crls.clone() },
            providers,
            keep: store.keep,
            webhooks: webhooks.as_ref().map(|(sender, _)| sender.clone()),
            stop: told.clone(),
        }));
        let batches = Arc::new(Batches {
            register,
            files,
            renderer: Arc::clone(&renderer),
            backend: Backend::Batch(pool.clone()),
            keep: store.keep,
            max_rows: store.max_rows,
            // One more than there are workers: while one job's pages are set another's data are prepared.
            at_once: engine.batch.workers + 1,
            webhooks,
            stop: told,
        });
        Ok(Arc::new(Self {
            renderer,
            batches,
            signing,
            planner,
            confirmed,
            revocations: settings.qr_revocations.clone().map(RevocationFile::new),
            batch_body_bytes: store.body_bytes,
            trust,
            judging: Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from))),
            backend,
            pool,
            http,
            input: InputLimits::default(),
            admission: Arc::new(Semaphore::new(http.queue)),
            in_flight: AtomicUsize::new(0),
            keys,
            limiter: limiter(http.rate_per_minute),
            metrics: telemetry::metrics()?,
            assets_sha256,
            stopping: AtomicBool::new(false),
            stop,
        }))
    }

    /// Batches and signatures at work, on threads of their own, until told to stop.
    pub fn run_apart(&self) -> Result<JoinHandle<()>, Failure> {
        Arc::clone(&self.batches).run_apart(Arc::clone(&self.signing).run())
    }

    /// Told to stop: readiness turns red, new work is refused, batches end with the document they are at.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.stop.send_replace(true);
    }
}

/// The signed list of revocations: read again when the file changes.
pub struct RevocationFile {
    path: PathBuf,
    kept: Mutex<Option<Kept>>,
}

/// What was read of a file of that time and length.
struct Kept {
    state: (Option<SystemTime>, u64),
    read: Arc<(Vec<u8>, Listed)>,
}

impl RevocationFile {
    fn new(path: PathBuf) -> Self {
        Self { path, kept: Mutex::new(None) }
    }

    /// The file, and the list in it if one of these keys signed it.
    pub fn read(&self, keys: &PublicKeys) -> Arc<(Vec<u8>, Listed)> {
        let state = std::fs::metadata(&self.path).map(|about| (about.modified().ok(), about.len()));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match (&state, kept.as_ref()) {
            (Ok(state), Some(kept)) if kept.state == *state => return Arc::clone(&kept.read),
            _ => {}
        }
        let read = Arc::new(match std::fs::read(&self.path) {
            Ok(bytes) => {
                let listed = SignedList::read(&bytes).and_then(|list| list.open(keys));
                (bytes, listed.map_or_else(Listed::Unusable, Listed::Open))
            }
            Err(error) => (Vec::new(), Listed::Unusable(unreadable(&error))),
        });
        // What could not be read is looked for again.
        *kept = state.ok().map(|state| Kept { state, read: Arc::clone(&read) });
        read
    }
}

/// The public must not learn paths of this machine.
fn unreadable(error: &std::io::Error) -> Failure {
    let kind = error.kind();
    Failure::one(
        Code::Io,
        format!("không đọc được danh sách thu hồi ({kind})"),
        format!("the list of revocations cannot be read ({kind})"),
    )
}

/// Batches of one command, in a folder of its own.
pub struct Desk {
    /// The batches.
    pub batches: Arc<Batches>,
    /// One decision's data → the documents that follow from it.
    pub planner: Planner,
    /// What the agency has confirmed.
    pub confirmed: Confirmed,
    /// SHA-256 over templates and fonts.
    pub assets_sha256: String,
    stop: watch::Sender<bool>,
}

impl Desk {
    /// Opens the register and the store in `folder`; workers start with the first document.
    pub async fn open(settings: &Settings, places: &Places, folder: &Path, program: PathBuf) -> Result<Self, Failure> {
        let store = settings.store();
        let Material { law, renderer, supplies, assets_sha256 } =
            material(places, settings.http().max_rows, &settings.codes())?;
        let renderer = Arc::new(renderer);
        let confirmed = law.confirm(settings.xac_nhan.clone())?;
        let planner = Planner::new(renderer.templates(), law)?;
        let engine = settings.engine();
        let none = Limits { workers: 0, ..engine.small };
        let pool = Pool::start(PoolOptions {
            program,
            arguments: vec![OsString::from("worker")],
            supplies: Arc::new(supplies),
            small: none,
            large: none,
            batch: engine.batch,
            recycle_after: engine.recycle_after,
        })
        .await?;
        let (stop, told) = watch::channel(false);
        let batches = Arc::new(Batches {
            register: Register::open(&folder.join("so.sqlite").display().to_string()).await?,
            files: Files::open(&folder.join("tep").display().to_string())?,
            renderer,
            backend: Backend::Batch(pool),
            keep: store.keep,
            max_rows: store.max_rows,
            at_once: engine.batch.workers + 1,
            webhooks: None,
            stop: told,
        });
        Ok(Self { batches, planner, confirmed, assets_sha256, stop })
    }

    /// Told to stop: what is begun is finished.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

/// What pages are made of, read once.
struct Material {
    law: Law,
    renderer: Renderer,
    supplies: Supplies,
    assets_sha256: String,
}

fn material(places: &Places, max_rows: usize, codes: &CodesConfig) -> Result<Material, Failure> {
    let tree = tree(places)?;
    let law = law(&tree)?;
    let fonts_files = font_files(places)?;
    let assets_sha256 = digest(&tree, &fonts_files);
    let fonts = Fonts::load(fonts_files.iter().cloned())?;
    let supplies = Supplies { templates: tree.clone().into_files().into_iter().collect(), fonts: fonts_files };
    let renderer =
        Renderer::new(Catalog::load(&tree), &fonts, RendererOptions { max_rows }).with_codes(read_codes(codes)?);
    Ok(Material { law, renderer, supplies, assets_sha256 })
}

/// Keys that codes are signed with.
fn read_codes(config: &CodesConfig) -> Result<Option<Arc<Codes>>, Failure> {
    let Some(path) = &config.keys else { return Ok(None) };
    let bytes = std::fs::read(path).map_err(|error| {
        let path = path.display();
        Failure::one(
            Code::BadConfiguration,
            format!("tệp khóa mã QR `{path}`: {error}"),
            format!("file of QR keys `{path}`: {error}"),
        )
    })?;
    Ok(Some(Arc::new(Codes::new(SecretKeys::read(&bytes)?, config.address.as_deref())?)))
}

/// A renderer and an engine in this process, for the command line; codes on pages where `codes` names keys.
pub fn local_with_codes(places: &Places, codes: &CodesConfig) -> Result<(Renderer, Backend), Failure> {
    let (renderer, backend) = local(places)?;
    Ok((renderer.with_codes(read_codes(codes)?), backend))
}

/// A renderer and an engine in this process, for the command line.
pub fn local(places: &Places) -> Result<(Renderer, Backend), Failure> {
    let tree = tree(places)?;
    let fonts = Fonts::load(font_files(places)?)?;
    let renderer = Renderer::new(Catalog::load(&tree), &fonts, RendererOptions::default());
    let engine = Engine::new(Ground::new(fonts, tree.into_files())?, the_thuc::inspect);
    Ok((renderer, Backend::Local(Arc::new(engine))))
}

/// The template root: built-in, with the agency's own over it.
pub fn tree(places: &Places) -> Result<Tree, Failure> {
    let mut tree = Tree::new(assets::templates());
    for folder in &places.templates {
        tree.overlay(folder)?;
    }
    Ok(tree)
}

/// The law by date, as the template root has it: an agency's own files lie over ours.
pub fn law(tree: &Tree) -> Result<Law, Failure> {
    Law::load(&tree.clone().into_files())
}

/// Font files: built-in, then the agency's own.
pub fn font_files(places: &Places) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut files: Vec<(String, Vec<u8>)> = assets::fonts().into_iter().collect();
    let mut own = Tree::default();
    for folder in &places.fonts {
        own.overlay(folder)?;
    }
    let is_font = |path: &String| [".ttf", ".otf", ".ttc"].iter().any(|end| path.to_ascii_lowercase().ends_with(end));
    files.extend(own.into_files().into_iter().filter(|(path, _)| is_font(path)));
    Ok(files)
}

/// This moment by the clock of Vietnam: its offices and citizens read it.
///
/// # Errors
///
/// The machine's clock is beyond all calendars.
pub fn now() -> Result<Moment, Failure> {
    let zone = FixedOffset::east_opt(7 * 3600).ok_or_else(|| Failure::internal("no such zone"))?;
    let now = DateTime::from_timestamp_millis(now_ms()).ok_or_else(|| Failure::internal("no such time"))?;
    Ok(now.with_timezone(&zone))
}

/// Reads what signatures are judged by. A certificate that issued itself is a root, any other helps to build chains.
///
/// # Errors
///
/// A file cannot be read, or is none of these: nothing an operator configured is passed over.
pub fn trust(paths: &[PathBuf]) -> Result<Trust, Failure> {
    let mut trust = Trust::default();
    for path in paths {
        let refuse = |error: &std::io::Error| bad_trust(path, error, error);
        if path.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|error| refuse(&error))?;
            let mut files: Vec<PathBuf> = entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<_, _>>()
                .map_err(|error| refuse(&error))?;
            files.retain(|file| {
                let end = file.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
                file.is_file() && matches!(end.as_str(), "pem" | "crt" | "cer" | "der" | "crl")
            });
            files.sort();
            for file in files {
                trust_file(&file, &mut trust)?;
            }
        } else {
            trust_file(path, &mut trust)?;
        }
    }
    Ok(trust)
}

fn trust_file(path: &Path, trust: &mut Trust) -> Result<(), Failure> {
    let bytes = std::fs::read(path).map_err(|error| bad_trust(path, &error, &error))?;
    let text = std::str::from_utf8(&bytes).ok().filter(|text| text.contains("-----BEGIN "));
    let (certificates, crls) = match text {
        Some(text) => {
            let certificates = if text.contains("CERTIFICATE-----") {
                Certificate::from_pem(text).map_err(|_| unfit(path))?
            } else {
                Vec::new()
            };
            let crls = if text.contains("BEGIN X509 CRL") {
                vec![Crl::parse(&bytes).map_err(|_| unfit(path))?]
            } else {
                Vec::new()
            };
            (certificates, crls)
        }
        None => match Certificate::from_der(&bytes) {
            Ok(certificate) => (vec![certificate], Vec::new()),
            Err(_) => (Vec::new(), vec![Crl::parse(&bytes).map_err(|_| unfit(path))?]),
        },
    };
    if certificates.is_empty() && crls.is_empty() {
        return Err(unfit(path));
    }
    let (roots, others): (Vec<_>, Vec<_>) = certificates.into_iter().partition(|one| one.issued(one));
    trust.roots.extend(roots);
    trust.intermediates.extend(others);
    trust.crls.extend(crls);
    Ok(())
}

fn unfit(path: &Path) -> Failure {
    bad_trust(path, &"không phải chứng thư hay danh sách thu hồi", &"neither certificates nor a revocation list")
}

fn bad_trust(path: &Path, vi: &dyn std::fmt::Display, en: &dyn std::fmt::Display) -> Failure {
    let path = path.display();
    Failure::one(Code::BadConfiguration, format!("tệp tin cậy `{path}`: {vi}"), format!("trusted file `{path}`: {en}"))
}

fn limiter(per_minute: u32) -> Option<Limiter> {
    let quota = Quota::per_minute(std::num::NonZeroU32::new(per_minute)?);
    Some(RateLimiter::keyed(quota).with_middleware())
}

fn digest(tree: &Tree, fonts: &[(String, Vec<u8>)]) -> String {
    let mut all = Sha256::new();
    let files = tree.clone().into_files();
    for (path, bytes) in files.iter().chain(fonts.iter().map(|(path, bytes)| (path, bytes))) {
        all.update((path.len() as u64).to_le_bytes());
        all.update(path);
        all.update((bytes.len() as u64).to_le_bytes());
        all.update(bytes);
    }
    hex(&all.finalize())
}

fn read_keys(path: &Path) -> Result<HashMap<[u8; 32], String>, Failure> {
    let refuse = |what: &dyn std::fmt::Display| {
        let path = path.display();
        Failure::one(Code::BadConfiguration, format!("tệp khóa `{path}`: {what}"), format!("key file `{path}`: {what}"))
    };
    let text = std::fs::read_to_string(path).map_err(|error| refuse(&error))?;
    let mut keys = HashMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parsed = line.split_once(char::is_whitespace).and_then(|(label, hash)| Some((label, unhex(hash.trim())?)));
        let Some((label, hash)) = parsed else {
            return Err(refuse(&format_args!("line {} is not `label sha256-hex`", index + 1)));
        };
        keys.insert(hash, label.to_owned());
    }
    if keys.is_empty() {
        return Err(refuse(&"no key"));
    }
    Ok(keys)
}

/// Who holds keys, stamps time and knows of revocation, as the configuration has it.
pub fn providers(settings: &Settings) -> Result<Providers, Failure> {
    let config = settings.ky_so.clone().unwrap_or_default();
    Providers::from_config(&config, &crate::config::variable)
}

fn webhooks(settings: &Settings, secrets: &Path) -> Result<(Sender, Vec<Secret>), Failure> {
    let policy = Policy::parse(settings.webhook_http, &settings.webhook_allow)?;
    Ok((Sender::new(policy)?, read_secrets(secrets)?))
}

/// Secrets of webhooks, one a line, the newest first.
fn read_secrets(path: &Path) -> Result<Vec<Secret>, Failure> {
    let refuse = |what: &dyn std::fmt::Display| {
        let path = path.display();
        Failure::one(
            Code::BadConfiguration,
            format!("tệp khóa webhook `{path}`: {what}"),
            format!("file of webhook secrets `{path}`: {what}"),
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| refuse(&error))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let secrets: Vec<Secret> = lines.map(Secret::parse).collect::<Result<_, _>>()?;
    if secrets.is_empty() {
        return Err(refuse(&"no secret"));
    }
    Ok(secrets)
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(bytes)
}

fn closed(settings: &Settings) -> Failure {
    let address = settings.address();
    let mut failure = Failure::one(
        Code::BadConfiguration,
        format!("địa chỉ {address} người khác truy cập được nhưng chưa có khóa"),
        format!("the address {address} can be reached by others but there are no keys"),
    );
    if let Some(fault) = failure.diagnostics.pop() {
        failure.diagnostics.push(fault.hint(
            "tạo khóa bằng `vinhdanh key <nhãn>` rồi chạy với `--keys <tệp>`, hoặc `--open` nếu chắc chắn",
            "make one with `vinhdanh key <label>` and run with `--keys <file>`, or `--open` if you are sure",
        ));
    }
    failure
}
