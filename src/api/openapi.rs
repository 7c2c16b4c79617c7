//! `/openapi.json`: the skeleton with one pair of paths for each template, made from its schema and samples, and with the
//! contracts requests of batches are held to.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::diagnostic::{CODES, Failure};
use crate::dossier;
use crate::render::Renderer;
use crate::template::Template;

use super::problem;
use super::request::Kind;

const SKELETON: &str = include_str!("openapi.json");

/// Keys of the skeleton that are for us.
const PROTOTYPES: &str = "x-vinhdanh-prototypes";
const PROBLEMS: &str = "x-vinhdanh-problems";

/// The template examples of batches are made of.
const OF_EXAMPLES: &str = "giay_khen";

/// The description of this service.
pub async fn serve(app: Data<App>) -> HttpResponse {
    match describe(&app.renderer) {
        Ok(document) => HttpResponse::Ok().json(document),
        Err(failure) => {
            tracing::error!("{failure}");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// OpenAPI 3.1 for the templates at hand.
pub fn describe(renderer: &Renderer) -> Result<Value, Failure> {
    let mut document: Value =
        serde_json::from_str(SKELETON).map_err(|error| Failure::internal(format_args!("openapi.json: {error}")))?;
    let prototypes = document.as_object_mut().and_then(|root| root.remove(PROTOTYPES)).unwrap_or_default();
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document[PROBLEMS] = CODES
        .iter()
        .map(|info| {
            json!({"code": info.name, "status": problem::status(info.code).as_u16(), "title_vi": info.vi, "title_en": info.en,
                "remedy_vi": info.remedy_vi, "remedy_en": info.remedy_en})
        })
        .collect();
    for template in renderer.templates() {
        let id = template.manifest.id.as_str();
        for (name, schema) in components(id, template.schema.document()) {
            document["components"]["schemas"][name] = schema;
        }
        for (kind, path) in [("document", "documents"), ("check", "check")] {
            document["paths"][format!("/v1/{path}/{id}")] = expand(&prototypes[kind], template, kind);
        }
    }
    for (kind, name) in Kind::ALL {
        for (name, schema) in components(name, kind.schema()?.document()) {
            document["components"]["schemas"][name] = schema;
        }
    }
    for (path, example) in examples(renderer) {
        document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]["plain"] =
            json!({"value": example});
    }
    Ok(document)
}

/// Requests of batches that would be taken in, by path.
fn examples(renderer: &Renderer) -> Vec<(&'static str, Value)> {
    let dossier = json!({"dossier": dossier::sample()});
    let mut examples = vec![("/v1/dossiers", dossier.clone()), ("/v1/dossiers/check", dossier)];
    // An agency may have laid a broken one over it.
    if let Ok(template) = renderer.template(OF_EXAMPLES) {
        let rows: Vec<&Value> =
            ["plain", "minimal"].into_iter().filter_map(|name| template.samples.get(name)).collect();
        let batch = json!({"template": OF_EXAMPLES, "rows": rows});
        let retry = json!({"rows": [{"row": 1, "data": rows.first()}]});
        examples.extend([
            ("/v1/batches", batch.clone()),
            ("/v1/batches/check", batch),
            ("/v1/batches/{id}/retry", retry),
        ]);
    }
    examples
}

fn expand(prototype: &Value, template: &Template, kind: &str) -> Value {
    let mut item = prototype.clone();
    let manifest = &template.manifest;
    let operation = &mut item["post"];
    operation["operationId"] = json!(format!("{kind}_{}", manifest.id));
    let summary = operation["summary"].as_str().unwrap_or_default();
    operation["summary"] = json!(format!("{summary}: {}", manifest.title_vi));
    let examples: Map<String, Value> = template
        .samples
        .iter()
        // The overflow sample of a list is a document of its own; it can be had from the catalog.
        .filter(|(name, _)| name.as_str() != "overflow")
        .map(|(name, sample)| (name.clone(), json!({"value": sample})))
        .collect();
    operation["requestBody"]["content"]["application/json"] = json!({
        "schema": {"$ref": format!("#/components/schemas/{}", manifest.id)},
        "examples": examples,
    });
    item
}

/// A bundled schema as components: `<id>` and one `<id>.<definition>` for each shared piece.
fn components(id: &str, schema: &Value) -> Vec<(String, Value)> {
    let mut root = schema.clone();
    let definitions = root.as_object_mut().and_then(|root| {
        root.remove("$schema");
        root.remove("$id");
        root.remove("$defs")
    });
    let mut list = vec![(id.to_owned(), root)];
    if let Some(Value::Object(definitions)) = definitions {
        list.extend(definitions.into_iter().map(|(name, schema)| (format!("{id}.{name}"), schema)));
    }
    for (_, schema) in &mut list {
        point_to_components(schema, id);
    }
    list
}

fn point_to_components(value: &mut Value, id: &str) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get_mut("$ref")
                && let Some(name) = reference.strip_prefix("#/$defs/")
            {
                *reference = format!("#/components/schemas/{id}.{name}");
            }
            map.values_mut().for_each(|inner| point_to_components(inner, id));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| point_to_components(inner, id)),
        _ => {}
    }
}
