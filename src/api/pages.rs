//! The pages for people: start page, reference, what a problem code means. All from this program, no outside asset.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::Embed;

use super::caller::Caller;
use super::problem;
use crate::diagnostic::{CODES, Code, Failure};

#[derive(Embed)]
#[folder = "src/api/pages/"]
struct Pages;

/// `/`: pick a template, edit the sample, see the page.
pub async fn index() -> HttpResponse {
    page("index.html")
}

/// `/api`: the reference, drawn from `/openapi.json`.
pub async fn reference() -> HttpResponse {
    page("api.html")
}

/// `/favicon.ico`.
pub async fn favicon() -> HttpResponse {
    page("favicon.svg")
}

/// `/assets/{name}`.
pub async fn asset(request: HttpRequest, name: Path<String>, caller: Caller) -> HttpResponse {
    if Pages::get(&name).is_some() && !name.ends_with(".html") {
        return page(&name);
    }
    let failure = Failure::one(Code::NotFound, "không có tệp này", "there is no such file");
    problem::respond(&failure, &caller, request.path(), None)
}

/// `/problems/{code}`: what a code means and what to do.
pub async fn problem(request: HttpRequest, code: Path<String>, caller: Caller) -> HttpResponse {
    let Some(info) = CODES.iter().find(|info| info.name == code.as_str()) else {
        let failure = Failure::one(Code::NotFound, "không có mã lỗi này", "there is no such code");
        return problem::respond(&failure, &caller, request.path(), None);
    };
    let Some(file) = Pages::get("problem.html") else { return HttpResponse::NotFound().finish() };
    let mut pages = minijinja::Environment::new();
    pages.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    let page = pages.render_str(
        &String::from_utf8_lossy(&file.data),
        minijinja::context! {
            code => info.name, status => problem::status(info.code).as_u16(),
            title_vi => info.vi, title_en => info.en, remedy_vi => info.remedy_vi, remedy_en => info.remedy_en,
        },
    );
    match page {
        Ok(page) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page),
        Err(error) => problem::respond(&Failure::internal(error), &caller, request.path(), None),
    }
}

/// A page of ours.
pub(super) fn page(name: &str) -> HttpResponse {
    let Some(file) = Pages::get(name) else { return HttpResponse::NotFound().finish() };
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .content_type(kind)
        .body(file.data.into_owned())
}
