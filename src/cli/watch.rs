//! `preview --watch`: a page on this machine that shows a document and follows every change of its sources.
//!
//! One thread looks at the times of files and sets the pages anew; the server only hands out what it last made.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Bytes, Data};
use actix_web::{App as HttpApp, Error, HttpResponse, HttpServer, body::MessageBody};
use rust_embed::Embed;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::output;
use crate::config::Places;
use crate::diagnostic::{Code, Diagnostic, Failure, Lang};
use crate::kit::view::{self, View};
use crate::kit::{Bench, view::excerpt};
use crate::render::{Backend, InputLimits, Renderer, Requested, read_json};
use crate::template::Tree;
use crate::{app, assets};

/// Between two looks at the files: a person does not wait, a disk does not mind.
const EVERY: Duration = Duration::from_millis(250);

/// A question for news is answered after this long even if there are none.
const PATIENCE: Duration = Duration::from_secs(20);

/// The page may use nothing but its own files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Embed)]
#[folder = "src/cli/watch/"]
struct Assets;

/// What is watched.
pub struct Watched {
    /// Templates and fonts.
    pub places: Places,
    /// The template.
    pub id: String,
    /// The data file.
    pub data: PathBuf,
    /// How it is printed.
    pub requested: Requested,
    /// Language of messages.
    pub lang: Lang,
}

/// What the page shows.
struct Shown {
    version: u64,
    about: Value,
    pages: Vec<Bytes>,
}

/// Serves the page until the process is ended.
pub fn run(watched: Watched, address: SocketAddr) -> Result<(), Failure> {
    let refuse = |vi: String, en: String| Err(Failure::one(Code::BadConfiguration, vi, en));
    if !address.ip().is_loopback() {
        return refuse(
            format!("{address}: trang xem thử không có khóa nên chỉ mở trên máy này (127.0.0.1)"),
            format!("{address}: the preview has no keys, so it is served on this machine only (127.0.0.1)"),
        );
    }
    if watched.data == Path::new("-") {
        return refuse("`--watch` cần một tệp dữ liệu".into(), "`--watch` needs a file of data".into());
    }
    if !watched.data.is_file() {
        output::read(&watched.data)?;
    }
    // A template that is broken now may be mended while one watches; one that is not there will not come.
    let (renderer, _) = app::local(&watched.places)?;
    if let Err(failure) = renderer.template(&watched.id)
        && failure.code == Code::TemplateNotFound
    {
        return Err(failure);
    }
    let lang = watched.lang;
    let mut desk = Desk::new(watched);
    let (sender, receiver) = watch::channel(Arc::new(desk.show(1)));
    let receiver = Data::new(receiver);
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            HttpApp::new()
                .wrap(from_fn(own_host))
                .app_data(receiver.clone())
                .route("/state", web::get().to(state))
                .route("/page/{number}", web::get().to(page))
                .route("/", web::get().to(index))
                .route("/{name}", web::get().to(asset))
        })
        .workers(1)
        .bind(address)
        .map_err(|error| {
            let message = format!("{address}: {error}");
            Failure::one(Code::BadConfiguration, message.clone(), message)
        })?;
        let address = server.addrs().first().copied().unwrap_or(address);
        put!("http://{address}/");
        let hint = match lang {
            Lang::Vi => "mở địa chỉ này bằng trình duyệt; Ctrl+C để dừng",
            Lang::En => "open this address in a browser; Ctrl+C ends it",
        };
        eprintln!("{hint}");
        thread::spawn(move || follow(&mut desk, &sender));
        server.run().await.map_err(Failure::internal)
    })
}

/// Looks at the files for ever; ends when nobody listens any more.
fn follow(desk: &mut Desk, sender: &watch::Sender<Arc<Shown>>) {
    let mut version = 1;
    while !sender.is_closed() {
        thread::sleep(EVERY);
        if desk.changed() {
            version += 1;
            sender.send_replace(Arc::new(desk.show(version)));
        }
    }
}

/// Times and sizes of files: enough to see that one was saved.
type Stamp = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// The sources as last read.
struct Desk {
    watched: Watched,
    sources: Stamp,
    data: Stamp,
    ready: Option<Result<(Tree, Renderer, Backend), Failure>>,
}

impl Desk {
    fn new(watched: Watched) -> Self {
        let mut desk = Self { watched, sources: Stamp::new(), data: Stamp::new(), ready: None };
        desk.changed();
        desk
    }

    /// Whether a file changed since the last look; sources that changed are to be read again.
    fn changed(&mut self) -> bool {
        let places = &self.watched.places;
        let mut sources = Stamp::new();
        for place in places.templates.iter().chain(&places.fonts).chain(assets::template_folder().iter()) {
            stamp(place, &mut sources);
        }
        let mut data = Stamp::new();
        stamp(&self.watched.data, &mut data);
        let other_sources = sources != self.sources;
        let changed = other_sources || data != self.data;
        if other_sources {
            self.ready = None;
        }
        (self.sources, self.data) = (sources, data);
        changed
    }

    /// Sets the pages and says everything about them.
    fn show(&mut self, version: u64) -> Shown {
        let started = Instant::now();
        let watched = &self.watched;
        let ready = self.ready.get_or_insert_with(|| {
            let (renderer, backend) = app::local(&watched.places)?;
            Ok((app::tree(&watched.places)?, renderer, backend))
        });
        let title = match ready {
            Ok((_, renderer, _)) => {
                renderer.template(&watched.id).map(|template| template.manifest.title_vi.clone()).ok()
            }
            Err(_) => None,
        };
        let result = match ready {
            Ok((_, renderer, backend)) => set(watched, renderer, backend),
            Err(failure) => Err(failure.clone()),
        };
        let tree = ready.as_ref().ok().map(|(tree, ..)| tree);
        let tell = |list: &[Diagnostic]| list.iter().map(|one| told(one, tree, watched.lang)).collect::<Vec<_>>();
        let mut about = json!({
            "version": version, "id": watched.id, "title": title, "lang": if watched.lang == Lang::Vi { "vi" } else { "en" },
            "file": watched.data.display().to_string(), "ms": started.elapsed().as_millis() as u64,
        });
        match result {
            Ok(View { pages, warnings }) => {
                let list = pages.iter().map(|page| {
                    let hash =
                        Sha256::digest(&page.svg).iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
                    json!({"width": page.width, "height": page.height, "hash": hash})
                });
                about["pages"] = list.collect();
                about["warnings"] = json!(tell(&warnings));
                Shown { version, about, pages: pages.into_iter().map(|page| Bytes::from(page.svg)).collect() }
            }
            Err(failure) => {
                let info = failure.code.info();
                let title = if watched.lang == Lang::Vi { info.vi } else { info.en };
                about["failure"] = json!({"title": title, "code": info.name, "faults": tell(&failure.diagnostics)});
                Shown { version, about, pages: Vec::new() }
            }
        }
    }
}

fn set(watched: &Watched, renderer: &Renderer, backend: &Backend) -> Result<View, Failure> {
    renderer.template(&watched.id)?;
    let data = read_json(&output::read(&watched.data)?, InputLimits::default())?;
    view::view(&Bench::new(renderer, backend)?, &watched.id, data, &watched.requested)
}

/// One message as the page shows it.
fn told(one: &Diagnostic, tree: Option<&Tree>, lang: Lang) -> Value {
    let place = one.place.as_ref().filter(|place| !place.file.is_empty());
    json!({
        "message": one.message.get(lang), "code": one.code, "pointer": one.pointer, "place": place, "spot": one.spot,
        "source": place.and_then(|place| excerpt(tree?, place)),
        "hints": one.hints.iter().map(|hint| hint.get(lang)).collect::<Vec<_>>(),
    })
}

fn stamp(path: &Path, found: &mut Stamp) {
    // A file that goes away while it is looked at is a change like any other.
    let Ok(about) = fs::metadata(path) else { return };
    if !about.is_dir() {
        found.insert(path.to_owned(), (about.modified().ok(), about.len()));
        return;
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with('.') {
            stamp(&entry.path(), found);
        }
    }
}

/// Only by an address of this machine: a page elsewhere must not read the data through a name that leads here.
async fn own_host(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let host = request.connection_info().host().to_owned();
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name).trim_matches(['[', ']']);
    let own = name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if !own {
        let (request, _) = request.into_parts();
        return Ok(ServiceResponse::new(request, HttpResponse::Forbidden().finish()).map_into_right_body());
    }
    let mut response = next.call(request).await?.map_into_left_body();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

type Receiver = Data<watch::Receiver<Arc<Shown>>>;

/// What the page saw last.
#[derive(Deserialize)]
struct Seen {
    #[serde(default)]
    after: u64,
}

/// The news, as soon as there are any.
async fn state(receiver: Receiver, seen: web::Query<Seen>) -> HttpResponse {
    let mut receiver = receiver.as_ref().clone();
    let news = receiver.wait_for(|shown| shown.version != seen.after);
    let shown = match tokio::time::timeout(PATIENCE, news).await {
        Ok(Ok(shown)) => Arc::clone(&shown),
        // The follower ended, and with it the program.
        Ok(Err(_)) => return HttpResponse::Gone().finish(),
        Err(_) => return HttpResponse::NoContent().finish(),
    };
    HttpResponse::Ok().json(&shown.about)
}

async fn page(receiver: Receiver, number: web::Path<usize>) -> HttpResponse {
    let shown = Arc::clone(&receiver.borrow());
    match number.checked_sub(1).and_then(|index| shown.pages.get(index)) {
        Some(svg) => HttpResponse::Ok().content_type("image/svg+xml").body(svg.clone()),
        None => HttpResponse::NotFound().finish(),
    }
}

async fn index() -> HttpResponse {
    file("index.html", "text/html; charset=utf-8")
}

async fn asset(name: web::Path<String>) -> HttpResponse {
    match name.as_str() {
        "watch.js" => file("watch.js", "text/javascript; charset=utf-8"),
        "watch.css" => file("watch.css", "text/css; charset=utf-8"),
        _ => HttpResponse::NotFound().finish(),
    }
}

fn file(name: &str, kind: &'static str) -> HttpResponse {
    match Assets::get(name) {
        Some(file) => HttpResponse::Ok().content_type(kind).body(file.data.into_owned()),
        None => HttpResponse::NotFound().finish(),
    }
}
