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
    for reference in references(&api) {
        let pointer = reference.strip_prefix('#').expect("local references only");
        assert!(api.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
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
        ("/assets/page.css", "text/css"),
        ("/assets/page.js", "text/javascript"),
        ("/assets/api.js", "text/javascript"),
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
