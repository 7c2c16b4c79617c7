//! REST: the only place that knows HTTP. Routes as a table; one file per resource.

mod batches;
mod body;
mod caller;
mod codes;
mod documents;
mod dossiers;
mod guard;
mod health;
mod negotiate;
mod observe;
pub mod openapi;
mod pages;
mod problem;
mod request;
mod results;
mod rules;
mod sheets;
mod signature_batches;
mod signature_forms;
mod signatures;
mod templates;
mod tickets;
mod verify;

use actix_web::dev::Handler;
use actix_web::guard::{Any as guard_any, Get, Head};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, PathConfig, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, Resource, Responder, Route};

use crate::app::App;
use caller::Caller;

pub use observe::observe;

/// What stands behind keys and rates.
const GUARDED: &str = "/v1";

/// What stands behind tickets, and rates of the address that asks.
const TICKETED: &str = "/ky";

/// Every address of the service. Of two that match the first answers.
fn addresses() -> Vec<Address> {
    vec![
        at("/v1/templates", vec![read(templates::list)]),
        at("/v1/templates/{id}", vec![read(templates::show)]),
        at("/v1/templates/{id}/schema", vec![read(templates::schema)]),
        at("/v1/templates/{id}/sample", vec![read(templates::sample)]),
        at("/v1/templates/{id}/sheet.xlsx", vec![read(sheets::pattern)]),
        at("/v1/batches", vec![read(batches::list), post(batches::create)]),
        at("/v1/batches/check", vec![post(batches::check)]),
        at("/v1/batches/{id}", vec![read(batches::show), delete(batches::delete)]),
        at("/v1/batches/{id}/items", vec![read(batches::items)]),
        at("/v1/batches/{id}/items/{row}", vec![read(batches::item)]),
        at("/v1/batches/{id}/items/{row}/document.pdf", vec![read(results::document)]),
        at("/v1/batches/{id}/retry", vec![post(batches::retry)]),
        at("/v1/batches/{id}/events", vec![get(results::events)]),
        at("/v1/batches/{id}/archive.zip", vec![get(results::archive)]),
        at("/v1/batches/{id}/merged.pdf", vec![get(results::merged)]),
        at("/v1/batches/{id}/manifest.json", vec![read(results::list)]),
        at("/v1/batches/{id}/failures.csv", vec![get(results::failures)]),
        at("/v1/dossiers", vec![post(dossiers::create)]),
        at("/v1/dossiers/check", vec![post(dossiers::check)]),
        at("/v1/dossiers/schema", vec![read(dossiers::schema)]),
        at("/v1/dossiers/sample", vec![read(dossiers::show_sample)]),
        at("/v1/dossiers/sheet.xlsx", vec![read(dossiers::pattern)]),
        at("/v1/rules", vec![read(rules::list)]),
        at("/v1/signature-requests", vec![read(signatures::list), post(signatures::create)]),
        at("/v1/signature-requests/batch", vec![post(signature_batches::create)]),
        at("/v1/signature-requests/{id}", vec![read(signatures::show), delete(signatures::delete)]),
        at("/v1/signature-requests/{id}/document.pdf", vec![read(signatures::document)]),
        at("/v1/signature-requests/{id}/fields/{field}/prepare", vec![post(signatures::prepare)]),
        at("/v1/signature-requests/{id}/fields/{field}/sign", vec![post(signatures::sign)]),
        at("/v1/signature-requests/{id}/fields/{field}/ticket", vec![post(signatures::ticket)]),
        at("/v1/signature-requests/{id}/fields/{field}/decline", vec![post(signatures::decline)]),
        at("/v1/signature-requests/{id}/prepared/{prepared}", vec![delete(signatures::give_up)]),
        at("/v1/signature-requests/{id}/prepared/{prepared}/signature", vec![put(signatures::take)]),
        at("/v1/signature-batches", vec![read(signature_batches::list)]),
        at("/v1/signature-batches/{id}", vec![read(signature_batches::show), delete(signature_batches::delete)]),
        at("/v1/signature-batches/{id}/items", vec![read(signature_batches::items)]),
        at("/v1/signature-batches/{id}/sign", vec![post(signature_batches::sign)]),
        at("/v1/signature-batches/{id}/archive.zip", vec![get(signature_batches::archive)]),
        at("/ky/{ticket}/van-ban.pdf", vec![read(tickets::fetch)]),
        at("/ky/{ticket}/nop", vec![put(tickets::put), post(tickets::post)]),
        at("/v1/documents/{id}", vec![post(documents::render)]),
        at("/v1/check/{id}", vec![post(documents::check)]),
        at("/v1/verify", vec![post(verify::check)]),
        at("/kiem-tra", vec![read(verify::page), post(verify::check_openly)]),
        at("/.well-known/vinhdanh/keys.json", vec![read(codes::keys)]),
        at("/.well-known/vinhdanh/revocations.json", vec![read(codes::revocations)]),
        at("/kiem-tra/ma-qr", vec![read(codes::page), post(codes::check)]),
        at("/k", vec![read(codes::page)]),
        at("/livez", vec![read(health::livez)]),
        at("/readyz", vec![read(health::readyz)]),
        at("/version", vec![read(health::version)]),
        at("/metrics", vec![read(health::metrics)]),
        at("/openapi.json", vec![read(openapi::serve)]),
        at("/problems/{code}", vec![read(pages::problem)]),
        at("/assets/{name}", vec![read(pages::asset)]),
        at("/api", vec![read(pages::reference)]),
        at("/favicon.ico", vec![read(pages::favicon)]),
        at("/", vec![read(pages::index)]),
    ]
}

/// Every address and the methods it takes, as `Allow` tells them.
pub fn routes() -> Vec<(&'static str, String)> {
    addresses().into_iter().map(|address| (address.path, address.allow())).collect()
}

/// Every route, for the server and the tests alike.
pub fn configure(app: Data<App>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(app).app_data(PathConfig::default().error_handler(problem::wrong_path));
        let mut guarded = web::scope(GUARDED);
        let mut ticketed = web::scope(TICKETED);
        for address in addresses() {
            let path = address.path;
            if let Some(inner) = path.strip_prefix(GUARDED) {
                guarded = guarded.service(address.resource(inner));
            } else if let Some(inner) = path.strip_prefix(TICKETED) {
                ticketed = ticketed.service(address.resource(inner));
            } else {
                config.service(address.resource(path));
            }
        }
        config
            .service(ticketed.default_service(web::to(problem::not_found)).wrap(from_fn(guard::guard_tickets)))
            .service(guarded.default_service(web::to(problem::not_found)).wrap(from_fn(guard::guard)))
            .default_service(web::to(problem::not_found));
    }
}

/// One address and who answers at it.
struct Address {
    path: &'static str,
    ways: Vec<Way>,
}

/// Some methods and who answers them.
struct Way {
    methods: &'static str,
    route: Route,
}

fn at(path: &'static str, ways: Vec<Way>) -> Address {
    Address { path, ways }
}

impl Address {
    fn allow(&self) -> String {
        self.ways.iter().map(|way| way.methods).collect::<Vec<_>>().join(", ")
    }

    /// The address for the server; a method it does not take is told which ones it does.
    fn resource(self, path: &'static str) -> Resource {
        let allow = self.allow();
        let wrong = move |request: HttpRequest, caller: Caller| {
            let answer = problem::method_not_allowed(&caller, &request, &allow);
            async move { answer }
        };
        let resource = web::resource(path).default_service(web::to(wrong));
        self.ways.into_iter().fold(resource, |resource, way| resource.route(way.route))
    }
}

/// GET, and HEAD with the same head and no body.
fn read<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way { methods: "GET, HEAD", route: web::route().guard(guard_any(Get()).or(Head())).to(handler) }
}

/// GET alone: what is made while it is read has no head to be had before.
fn get<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way { methods: "GET", route: web::get().to(handler) }
}

fn post<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way { methods: "POST", route: web::post().to(handler) }
}

fn put<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way { methods: "PUT", route: web::put().to(handler) }
}

fn delete<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way { methods: "DELETE", route: web::delete().to(handler) }
}
