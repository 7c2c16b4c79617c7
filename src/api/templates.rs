//! The catalog: `GET /v1/templates…`.

use std::collections::HashMap;

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::caller::Caller;
use super::problem;
use crate::app::App;
use crate::diagnostic::{Code, Failure};
use crate::template::{Broken, Template};

/// Every template, and those set aside with what is wrong with them.
pub async fn list(app: Data<App>) -> HttpResponse {
    let templates: Vec<Value> = app.renderer.templates().map(describe).collect();
    let broken: Vec<Value> = app.renderer.broken().iter().map(describe_broken).collect();
    HttpResponse::Ok().json(json!({"templates": templates, "broken": broken}))
}

/// One template.
pub async fn show(request: HttpRequest, app: Data<App>, id: Path<String>, caller: Caller) -> HttpResponse {
    match app.renderer.template(&id) {
        Ok(template) => HttpResponse::Ok().json(describe(template)),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// Its data contract, JSON Schema 2020-12 with the shared definitions bundled.
pub async fn schema(request: HttpRequest, app: Data<App>, id: Path<String>, caller: Caller) -> HttpResponse {
    match app.renderer.template(&id) {
        Ok(template) => {
            HttpResponse::Ok().content_type("application/schema+json").body(template.schema.document().to_string())
        }
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

/// One of its samples; `name=plain` where none is named.
pub async fn sample(
    request: HttpRequest,
    app: Data<App>,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
    caller: Caller,
) -> HttpResponse {
    let name = query.get("name").map_or("plain", String::as_str);
    let found = app.renderer.template(&id).and_then(|template| {
        template.samples.get(name).ok_or_else(|| {
            let known = template.samples.keys().map(String::as_str).collect::<Vec<_>>().join("`, `");
            Failure::one(
                Code::NotFound,
                format!("không có dữ liệu mẫu này; có `{known}`"),
                format!("no such sample; there are `{known}`"),
            )
        })
    });
    match found {
        Ok(sample) => HttpResponse::Ok().content_type("application/json").body(format!("{sample:#}")),
        Err(failure) => problem::respond(&failure, &caller, request.path(), None),
    }
}

fn describe_broken(broken: &Broken) -> Value {
    let faults: Vec<Value> = broken
        .faults
        .iter()
        .map(|fault| {
            let mut told = json!({"code": fault.code, "vi": fault.message.vi, "en": fault.message.en});
            if let Some(place) = &fault.place {
                told["file"] = json!(place.file);
                told["line"] = json!(place.line);
            }
            told
        })
        .collect();
    json!({"id": broken.id, "faults": faults})
}

fn describe(template: &Template) -> Value {
    let manifest = &template.manifest;
    let id = &manifest.id;
    json!({
        "id": id,
        "title_vi": manifest.title_vi,
        "title_en": manifest.title_en,
        "legal_basis": manifest.legal_basis,
        "version": manifest.version,
        "size": manifest.size,
        "modes": manifest.modes,
        "fields": manifest.fields,
        "fields_default": manifest.fields_default,
        "samples": template.samples.keys().collect::<Vec<_>>(),
        "links": {
            "self": format!("/v1/templates/{id}"),
            "schema": format!("/v1/templates/{id}/schema"),
            "sample": format!("/v1/templates/{id}/sample"),
            "render": format!("/v1/documents/{id}"),
            "check": format!("/v1/check/{id}"),
        },
    })
}
