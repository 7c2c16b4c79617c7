//! The contract of a dossier's input: its own schema with the templates' schemas laid into it.
//!
//! `schema.json` names templates by `x-mau`; their properties are taken in, without those of `x-tru`, which follow from
//! the decision, and with those written beside. So a template that changes changes the dossier with it. A name with `#`
//! is a shared piece: `#doi_tuong`. The definition `dong` is a row of a sheet of recipients ([`super::with_rows`]).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::template::{Schema, Template};

/// Templates a dossier is made of. All are built in; one an agency broke is missing, and asking for it is a fault.
pub const TEMPLATES: [&str; 8] = [
    "to_trinh",
    "bien_ban",
    "quyet_dinh",
    "quyet_dinh_cong_nhan",
    "danh_sach_chi_thuong",
    "giay_khen",
    "bang_khen",
    "giay_chung_nhan",
];

const SOURCE: &str = include_str!("schema.json");

/// Keyword: properties of these templates belong here.
const FROM: &str = "x-mau";

/// Keyword: but not these.
const WITHOUT: &str = "x-tru";

/// The compiled contract and those of the documents.
pub struct Contract {
    /// Of the whole input.
    pub input: Schema,
    /// Of each document, by template.
    pub documents: BTreeMap<String, Schema>,
}

impl Contract {
    /// Composes the contract out of the templates at hand.
    pub fn compose<'a>(templates: impl IntoIterator<Item = &'a Template>) -> Result<Self, Failure> {
        let mut sources: BTreeMap<&str, &Value> = BTreeMap::new();
        for template in templates {
            if let Some(id) = TEMPLATES.iter().find(|id| **id == template.manifest.id) {
                sources.insert(id, template.schema.document());
            }
        }
        let mut pieces = Map::new();
        let mut documents = BTreeMap::new();
        for (id, source) in &sources {
            for (name, piece) in source["$defs"].as_object().into_iter().flatten() {
                if pieces.insert(name.clone(), piece.clone()).is_some_and(|other| other != *piece) {
                    return Err(broken(format!("`$defs/{name}` of `{id}` is another than that of a template before")));
                }
            }
            let schema = Schema::compile((*source).clone(), &Value::Null).map_err(|fault| wrap(vec![fault]))?;
            documents.insert((*id).to_owned(), schema);
        }
        let mut document: Value = serde_json::from_str(SOURCE).map_err(broken)?;
        lay_in(&mut document, &|id| match id.strip_prefix('#') {
            Some(piece) => pieces.get(piece),
            None => sources.get(id).copied(),
        });
        let input = Schema::compile(document, &json!({ "$defs": pieces })).map_err(|fault| wrap(vec![fault]))?;
        Ok(Self { input, documents })
    }
}

/// Lays the properties of the templates named into every place that names some.
fn lay_in<'a>(value: &mut Value, find: &impl Fn(&str) -> Option<&'a Value>) {
    match value {
        Value::Object(map) => {
            if let Some(named) = map.shift_remove(FROM) {
                let without = map.shift_remove(WITHOUT).unwrap_or_default();
                let own = map.shift_remove("properties").unwrap_or_else(|| json!({}));
                map.insert("type".into(), json!("object"));
                map.insert("properties".into(), Value::Object(properties(&named, &without, own, find)));
                map.insert("additionalProperties".into(), json!(false));
            }
            map.values_mut().for_each(|inner| lay_in(inner, find));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| lay_in(inner, find)),
        _ => {}
    }
}

/// Properties of the templates in their order, then the place's own, which go before a template's of the same name.
fn properties<'a>(
    named: &Value,
    without: &Value,
    own: Value,
    find: &impl Fn(&str) -> Option<&'a Value>,
) -> Map<String, Value> {
    let ids = named.as_array().into_iter().flatten().filter_map(Value::as_str);
    let out = |key: &str| without.as_array().is_some_and(|keys| keys.iter().any(|one| one == key));
    let mut all = Map::new();
    for source in ids.filter_map(find) {
        for (key, property) in source["properties"].as_object().into_iter().flatten() {
            if !out(key) && !all.contains_key(key) {
                all.insert(key.clone(), property.clone());
            }
        }
    }
    if let Value::Object(own) = own {
        all.extend(own);
    }
    all
}

fn broken(what: impl std::fmt::Display) -> Failure {
    wrap(vec![Diagnostic::error(
        "schema",
        format!("quy cách của hồ sơ sai: {what}"),
        format!("the dossier's schema is wrong: {what}"),
    )])
}

fn wrap(faults: Vec<Diagnostic>) -> Failure {
    Failure::new(Code::TemplateBroken, faults)
}
