//! REST: the only place that knows HTTP. Routes as a table; one file per resource.

mod batches;
mod body;
mod caller;
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
mod templates;

use actix_web::Route;
use actix_web::guard::{Any as guard_any, Get, Head};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};

use crate::app::App;

/// Every route, for the server and the tests alike.
pub fn configure(app: Data<App>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(app)
            .service(
                web::scope("/v1")
                    .wrap(from_fn(guard::guard))
                    .service(web::resource("/templates").route(read().to(templates::list)))
                    .service(web::resource("/templates/{id}").route(read().to(templates::show)))
                    .service(web::resource("/templates/{id}/schema").route(read().to(templates::schema)))
                    .service(web::resource("/templates/{id}/sample").route(read().to(templates::sample)))
                    .service(web::resource("/templates/{id}/sheet.xlsx").route(read().to(sheets::pattern)))
                    .service(
                        web::resource("/batches")
                            .route(read().to(batches::list))
                            .route(web::post().to(batches::create)),
                    )
                    .service(web::resource("/batches/check").route(web::post().to(batches::check)))
                    .service(
                        web::resource("/batches/{id}")
                            .route(read().to(batches::show))
                            .route(web::delete().to(batches::delete)),
                    )
                    .service(web::resource("/batches/{id}/items").route(read().to(batches::items)))
                    .service(web::resource("/batches/{id}/items/{row}").route(read().to(batches::item)))
                    .service(
                        web::resource("/batches/{id}/items/{row}/document.pdf").route(read().to(results::document)),
                    )
                    .service(web::resource("/batches/{id}/retry").route(web::post().to(batches::retry)))
                    .service(web::resource("/batches/{id}/events").route(web::get().to(results::events)))
                    .service(web::resource("/batches/{id}/archive.zip").route(web::get().to(results::archive)))
                    .service(web::resource("/batches/{id}/merged.pdf").route(web::get().to(results::merged)))
                    .service(web::resource("/batches/{id}/manifest.json").route(read().to(results::list)))
                    .service(web::resource("/batches/{id}/failures.csv").route(web::get().to(results::failures)))
                    .service(web::resource("/dossiers").route(web::post().to(dossiers::create)))
                    .service(web::resource("/dossiers/check").route(web::post().to(dossiers::check)))
                    .service(web::resource("/dossiers/schema").route(read().to(dossiers::schema)))
                    .service(web::resource("/dossiers/sample").route(read().to(dossiers::show_sample)))
                    .service(web::resource("/dossiers/sheet.xlsx").route(read().to(dossiers::pattern)))
                    .service(web::resource("/rules").route(read().to(rules::list)))
                    .service(web::resource("/documents/{id}").route(web::post().to(documents::render)))
                    .service(web::resource("/check/{id}").route(web::post().to(documents::check)))
                    .default_service(web::to(problem::not_found)),
            )
            .service(web::resource("/livez").route(read().to(health::livez)))
            .service(web::resource("/readyz").route(read().to(health::readyz)))
            .service(web::resource("/version").route(read().to(health::version)))
            .service(web::resource("/metrics").route(read().to(health::metrics)))
            .service(web::resource("/openapi.json").route(read().to(openapi::serve)))
            .service(web::resource("/problems/{code}").route(read().to(pages::problem)))
            .service(web::resource("/assets/{name}").route(read().to(pages::asset)))
            .service(web::resource("/api").route(read().to(pages::reference)))
            .service(web::resource("/favicon.ico").route(read().to(pages::favicon)))
            .service(web::resource("/").route(read().to(pages::index)))
            .default_service(web::to(problem::not_found));
    }
}

/// GET, and HEAD with the same head and no body.
fn read() -> Route {
    web::route().guard(guard_any(Get()).or(Head()))
}

pub use observe::observe;
