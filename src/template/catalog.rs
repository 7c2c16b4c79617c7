//! Every template, read and checked once; a broken one is named and leaves the others alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::base::stand_on_base;
use super::fields::judge_fields;
use super::manifest::Manifest;
use super::schema::Schema;
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Place};

/// A template fit for use.
pub struct Template {
    /// What its manifest says.
    pub manifest: Manifest,
    /// Its data contract.
    pub schema: Schema,
    /// Samples by name: `plain`, `minimal`, …
    pub samples: BTreeMap<String, Value>,
    /// Prose pieces.
    pub prose: Vec<Prose>,
}

/// One file of `text/`.
#[derive(Debug, Clone)]
pub struct Prose {
    /// Name in `text.<name>`.
    pub name: String,
    /// A list of lines rather than one string.
    pub lines: bool,
    /// Path inside the template root, for messages.
    pub path: String,
    /// minijinja source.
    pub source: String,
}

/// A template that was refused.
#[derive(Debug, Clone, Serialize)]
pub struct Broken {
    /// Its folder.
    pub id: String,
    /// Everything wrong with it.
    pub faults: Vec<Diagnostic>,
}

/// All templates by id.
#[derive(Default)]
pub struct Catalog {
    /// Fit for use.
    pub templates: BTreeMap<String, Arc<Template>>,
    /// Refused.
    pub broken: Vec<Broken>,
}

impl Catalog {
    /// Reads every template of a tree.
    pub fn load(tree: &Tree) -> Self {
        let mut catalog = Self::default();
        let mut shared =
            tree.text("shared/schema.json").map_or(Ok(Value::Null), serde_json::from_str).unwrap_or(Value::Null);
        offer_files(&mut shared, tree);
        for id in tree.template_ids() {
            match read(tree, &id, &shared) {
                Ok(template) => {
                    catalog.templates.insert(id, Arc::new(template));
                }
                Err(faults) => catalog.broken.push(Broken { id, faults }),
            }
        }
        catalog
    }
}

fn read(tree: &Tree, id: &str, shared: &Value) -> Result<Template, Vec<Diagnostic>> {
    let file = |name: &str| {
        tree.text(&format!("{id}/{name}")).ok_or_else(|| {
            vec![Diagnostic::error(
                "missing_file",
                format!("thiếu `{name}` hoặc không phải UTF-8"),
                format!("`{name}` is missing or not UTF-8"),
            )]
        })
    };
    let mut manifest = Manifest::read(file("typst.toml")?, id).map_err(|fault| vec![fault])?;
    file("main.typ")?;
    let mut document: Value = serde_json::from_str(file("schema.json")?)
        .map_err(|error| vec![bad_json(&format!("{id}/schema.json"), &error)])?;
    offer_files(&mut document, tree);
    let schema = Schema::compile(document, shared).map_err(|fault| vec![fault])?;

    let mut prose = prose_of(tree, id)?;
    let inherited = stand_on_base(&mut manifest, tree)?;
    judge_fields(&manifest)?;
    prose.extend(inherited.into_iter().filter(|one| prose.iter().all(|own| own.name != one.name)).collect::<Vec<_>>());

    let mut faults = Vec::new();
    let mut samples = BTreeMap::new();
    for (name, bytes) in tree.under(id) {
        let path = format!("{id}/{name}");
        if let Some(sample) = sample_name(name) {
            match serde_json::from_slice::<Value>(bytes) {
                Ok(value) => {
                    faults.extend(schema.validate(&value).into_iter().map(|mut fault| {
                        fault.place = Some(Place { file: path.clone(), line: 1, column: 1 });
                        fault
                    }));
                    samples.insert(sample.to_owned(), value);
                }
                Err(error) => faults.push(bad_json(&path, &error)),
            }
        }
    }
    if !samples.contains_key("plain") {
        faults.push(Diagnostic::error("missing_file", "thiếu `sample.json`", "`sample.json` is missing"));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Template { manifest, schema, samples, prose })
}

/// The pieces of prose in `text/` of a folder of the tree.
pub(super) fn prose_of(tree: &Tree, folder: &str) -> Result<Vec<Prose>, Vec<Diagnostic>> {
    let mut prose = Vec::new();
    let mut faults = Vec::new();
    for (name, bytes) in tree.under(folder) {
        let Some(piece) = name.strip_prefix("text/").and_then(|file| file.strip_suffix(".j2")) else { continue };
        let path = format!("{folder}/{name}");
        match std::str::from_utf8(bytes) {
            Ok(source) => {
                let (name, lines) = piece.strip_suffix(".dong").map_or((piece, false), |name| (name, true));
                prose.push(Prose { name: name.to_owned(), lines, path, source: source.to_owned() });
            }
            Err(_) => faults.push(
                Diagnostic::error("prose", format!("`{path}` không phải UTF-8"), format!("`{path}` is not UTF-8"))
                    .in_file(Some(Place { file: path.clone(), line: 1, column: 1 })),
            ),
        }
    }
    if faults.is_empty() { Ok(prose) } else { Err(faults) }
}

/// The keyword of a property whose values are the files of a folder of the template root: the names of its JSON files
/// (`shared/certificate/profiles`), or the paths of its files of one kind (`shared/certificate/art/*.svg`).
const FILES: &str = "x-tep";

/// Writes the names of the files a property may name into its `enum`, an agency's own files among them.
fn offer_files(schema: &mut Value, tree: &Tree) {
    match schema {
        Value::Object(map) => {
            // What is published stands alone: the names are in it, the folder is not.
            if let Some(Value::String(folder)) = map.shift_remove(FILES) {
                let (folder, kind) = folder.split_once("/*").unwrap_or((&folder, ""));
                let names = tree.under(folder).filter_map(|(file, _)| match kind {
                    "" => file.strip_suffix(".json").map(str::to_owned),
                    kind => file.ends_with(kind).then(|| format!("/{folder}/{file}")),
                });
                let depth = if kind.is_empty() { 0 } else { folder.matches('/').count() + 2 };
                map.insert("enum".into(), names.filter(|name| name.matches('/').count() == depth).collect());
            }
            map.values_mut().for_each(|inner| offer_files(inner, tree));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| offer_files(inner, tree)),
        _ => {}
    }
}

/// `sample.json` → `plain`, `sample-minimal.json` → `minimal`.
fn sample_name(file: &str) -> Option<&str> {
    match file.strip_prefix("sample")?.strip_suffix(".json")? {
        "" => Some("plain"),
        name => name.strip_prefix('-'),
    }
}

fn bad_json(path: &str, error: &serde_json::Error) -> Diagnostic {
    Diagnostic::error("json", format!("`{path}` không phải JSON: {error}"), format!("`{path}` is not JSON: {error}"))
        .in_file(Some(Place { file: path.to_owned(), line: error.line(), column: error.column() }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_property_may_name_any_file_of_its_folder() {
        let files = ["p/a.json", "p/b.json", "p/c.txt", "p/sub/d.json", "q/e.json"];
        let tree = Tree::new(files.iter().map(|path| ((*path).to_owned(), Vec::new())).collect());
        let mut schema = json!({"properties": {"ho_so": {"type": "string", "x-tep": "p"}}});
        offer_files(&mut schema, &tree);
        assert_eq!(schema["properties"]["ho_so"]["enum"], json!(["a", "b"]));
        let mut paths = json!({"type": "string", "x-tep": "p/*.json"});
        offer_files(&mut paths, &tree);
        assert_eq!(paths["enum"], json!(["/p/a.json", "/p/b.json"]));
    }
}
