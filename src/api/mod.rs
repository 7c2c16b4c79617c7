//! REST: the only place that knows HTTP. Routes as a table; one file per resource.

mod caller;
mod documents;
mod guard;
mod health;
mod negotiate;
mod observe;
pub mod openapi;
mod pages;
mod problem;
mod rules;
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
