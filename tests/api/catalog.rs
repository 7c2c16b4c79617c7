//! The catalog and the description of the service.

use serde_json::{Value, json};

use crate::support::{TestApp, local};

#[actix_web::test]
async fn catalog_lists_templates_with_their_samples_and_links() {
    let app = TestApp::start().await;
    let list: Value = app.get("/v1/templates").await.json().await.expect("JSON");
    assert_eq!(list["broken"], json!([]));
    for template in list["templates"].as_array().expect("a list") {
        for link in ["self", "schema", "sample"] {
            let path = template["links"][link].as_str().expect("a path");
            assert_eq!(app.get(path).await.status(), 200, "{path}");
        }
        for name in template["samples"].as_array().expect("names") {
            let path = format!(
                "{}?name={}",
                template["links"]["sample"].as_str().expect("a path"),
                name.as_str().expect("a name")
            );
            let sample: Value = app.get(&path).await.json().await.expect("JSON");
            let answer = app.post(template["links"]["check"].as_str().expect("a path"), &sample).await;
            assert_eq!(answer.status(), 200, "{path}");
        }
    }
}

#[actix_web::test]
async fn published_schema_stands_alone_and_takes_every_sample() {
    for (id, name) in local().samples() {
        let schema = local().renderer.template(&id).expect("a template").schema.document();
        assert!(!schema.to_string().contains("\"$ref\":\"/"), "{id} points outside itself");
        let validator = jsonschema::draft202012::new(schema).expect("a sound schema");
        let sample = local().sample(&id, &name);
        let faults: Vec<String> = validator.iter_errors(&sample).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{id}/{name}: {faults:?}");
    }
}

#[actix_web::test]
async fn every_field_of_every_schema_has_a_vietnamese_title() {
    fn walk(path: &str, schema: &Value, bare: &mut Vec<String>) {
        if let Some(properties) = schema["properties"].as_object() {
            for (name, inner) in properties {
                if inner.get("$ref").is_none() && inner["title"].as_str().is_none_or(str::is_empty) {
                    bare.push(format!("{path}.{name}"));
                }
                walk(&format!("{path}.{name}"), inner, bare);
            }
        }
        walk_list(path, &schema["items"], bare);
    }
    fn walk_list(path: &str, schema: &Value, bare: &mut Vec<String>) {
        if schema.is_object() {
            walk(&format!("{path}[]"), schema, bare);
        }
    }
    let mut bare = Vec::new();
    for template in local().renderer.templates() {
        let schema = template.schema.document();
        walk(&template.manifest.id, schema, &mut bare);
        for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
            walk(name, definition, &mut bare);
        }
    }
    assert!(bare.is_empty(), "{bare:?}");
}

#[actix_web::test]
async fn openapi_describes_every_template_and_its_examples_hold() {
    let app = TestApp::start().await;
    let api: Value = app.get("/openapi.json").await.json().await.expect("JSON");
    assert_eq!(api["openapi"], "3.1.0");
    assert!(api.get("x-vinhdanh-prototypes").is_none());
    for template in local().renderer.templates() {
        let id = &template.manifest.id;
        for path in [format!("/v1/documents/{id}"), format!("/v1/check/{id}")] {
            let content = &api["paths"][&path]["post"]["requestBody"]["content"]["application/json"];
            let reference = content["schema"]["$ref"].as_str().unwrap_or_else(|| panic!("{path} has a schema"));
            let schema = json!({"$ref": reference, "components": api["components"]});
            let validator = jsonschema::draft202012::new(&schema).expect("a sound schema");
            let examples = content["examples"].as_object().expect("examples");
            assert!(examples.contains_key("plain") && examples.contains_key("minimal"), "{path}");
            for (name, example) in examples {
                assert!(validator.is_valid(&example["value"]), "{path} {name}");
                assert_eq!(app.post(&path, &example["value"]).await.status(), 200, "{path} {name}");
            }
        }
    }
    let codes: Vec<&str> =
        api["x-vinhdanh-problems"].as_array().expect("a list").iter().filter_map(|one| one["code"].as_str()).collect();
    for code in codes {
        let answer = app.get(&format!("/problems/{code}")).await;
        assert_eq!(answer.status(), 200, "{code}");
        assert!(answer.text().await.expect("a page").contains(code));
    }
    for (path, body) in [("/v1/batches/check", "BatchRequest"), ("/v1/dossiers/check", "DossierRequest")] {
        let content = &api["paths"][path]["post"]["requestBody"]["content"]["application/json"];
        assert_eq!(content["schema"]["$ref"], format!("#/components/schemas/{body}"));
        let example = &content["examples"]["plain"]["value"];
        assert_eq!(app.post(path, example).await.status(), 200, "{path}");
    }
    for reference in references(&api) {
        let pointer = reference.strip_prefix('#').expect("local references only");
        assert!(api.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

/// Addresses of which OpenAPI has one for each template, and those only browsers ask for.
const APART: [&str; 4] = ["/v1/documents/{id}", "/v1/check/{id}", "/assets/{name}", "/favicon.ico"];

#[actix_web::test]
async fn openapi_describes_every_route_and_nothing_else_and_405_names_the_same_methods() {
    let app = TestApp::start().await;
    let api: Value = app.get("/openapi.json").await.json().await.expect("JSON");
    let methods = |item: &Value| -> Vec<String> {
        let verbs = item.as_object().into_iter().flatten().map(|(verb, _)| verb.to_uppercase());
        let mut verbs: Vec<String> = verbs.collect();
        verbs.sort();
        verbs
    };
    let mut described: Vec<&str> = api["paths"].as_object().expect("paths").keys().map(String::as_str).collect();
    described.retain(|path| !path.starts_with("/v1/documents/") && !path.starts_with("/v1/check/"));
    for (path, allow) in vinhdanh::api::routes() {
        let mut taken: Vec<&str> = allow.split(", ").filter(|method| *method != "HEAD").collect();
        taken.sort_unstable();
        if !APART.contains(&path) {
            assert_eq!(methods(&api["paths"][path]), taken, "{path}");
            described.retain(|one| *one != path);
        }
        let address = path.replace("{row}", "1").replace("{id}", "x").replace("{code}", "x").replace("{name}", "x");
        let address = address.replace("{field}", "x").replace("{prepared}", "x").replace("{ticket}", "x");
        let answer = app.client.patch(format!("{}{address}", app.url)).send().await.expect("an answer");
        assert_eq!(answer.status(), 405, "{path}");
        assert_eq!(answer.headers()["allow"], allow.as_str(), "{path}");
        let problem: Value = answer.json().await.expect("a problem document");
        assert_eq!(problem["code"], "method_not_allowed", "{path}");
    }
    assert!(described.is_empty(), "described, but not there: {described:?}");
}

#[actix_web::test]
async fn a_row_that_is_no_number_is_an_address_that_is_not_there() {
    let answer = TestApp::start().await.get("/v1/batches/x/items/nine").await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[actix_web::test]
async fn pages_are_served_from_here_and_fetch_nothing_from_elsewhere() {
    let app = TestApp::start().await;
    for (path, kind) in [
        ("/", "text/html"),
        ("/api", "text/html"),
        ("/kiem-tra", "text/html"),
        ("/assets/page.css", "text/css"),
        ("/assets/page.js", "text/javascript"),
        ("/assets/api.js", "text/javascript"),
        ("/assets/kiem-tra.js", "text/javascript"),
        ("/assets/kiem-tra.css", "text/css"),
        ("/assets/favicon.svg", "image/svg+xml"),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert!(answer.headers()["content-type"].to_str().is_ok_and(|value| value.starts_with(kind)), "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().expect("ASCII").to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        let text = answer.text().await.expect("a body").replace("http://www.w3.org/", "");
        for foreign in ["src=\"http", "href=\"http", "url(http", "import \"http", "from \"http"] {
            assert!(!text.contains(foreign), "{path}: {foreign}");
        }
    }
}
