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
mod templates;

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
                    .service(web::resource("/templates").route(web::get().to(templates::list)))
                    .service(web::resource("/templates/{id}").route(web::get().to(templates::show)))
                    .service(web::resource("/templates/{id}/schema").route(web::get().to(templates::schema)))
                    .service(web::resource("/templates/{id}/sample").route(web::get().to(templates::sample)))
                    .service(web::resource("/documents/{id}").route(web::post().to(documents::render)))
                    .service(web::resource("/check/{id}").route(web::post().to(documents::check)))
                    .default_service(web::to(problem::not_found)),
            )
            .service(web::resource("/livez").route(web::get().to(health::livez)))
            .service(web::resource("/readyz").route(web::get().to(health::readyz)))
            .service(web::resource("/version").route(web::get().to(health::version)))
            .service(web::resource("/metrics").route(web::get().to(health::metrics)))
            .service(web::resource("/openapi.json").route(web::get().to(openapi::serve)))
            .service(web::resource("/problems/{code}").route(web::get().to(pages::problem)))
            .service(web::resource("/assets/{name}").route(web::get().to(pages::asset)))
            .service(web::resource("/api").route(web::get().to(pages::reference)))
            .service(web::resource("/favicon.ico").route(web::get().to(pages::favicon)))
            .service(web::resource("/").route(web::get().to(pages::index)))
            .default_service(web::to(problem::not_found));
    }
}

pub use observe::observe;
