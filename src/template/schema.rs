//! A template's JSON Schema: shared pieces bundled in, every fault of an input told at once in two languages.

use std::collections::BTreeSet;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value};

use super::columns;
use crate::diagnostic::Diagnostic;
use crate::domain::bieu_quyet::TyLe;
use crate::domain::date::Date;
use crate::domain::moment::Moment;
use crate::domain::so_ky_hieu;

/// References to the shared file start like this.
const SHARED: &str = "/shared/schema.json#/$defs/";

/// Deepest nesting followed when image fields are looked for.
const MAX_DEPTH: usize = 16;

/// A compiled data contract.
pub struct Schema {
    document: Value,
    validator: Validator,
    images: Vec<Vec<Step>>,
}

/// One step of a path into data of this schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A property.
    Key(String),
    /// Every item of an array.
    Each,
}

impl Schema {
    /// Bundles `document` with the shared definitions it refers to and compiles it.
    pub fn compile(mut document: Value, shared: &Value) -> Result<Self, Diagnostic> {
        bundle(&mut document, shared)?;
        columns::judge(&document).map_err(|slip| fault(&slip))?;
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .with_format("date", |text: &str| Date::parse(text).is_ok())
            .with_format("ky-hieu", |text: &str| so_ky_hieu::validate_ky_hieu(text).is_ok())
            .with_format("ngay-gio", |text: &str| Moment::parse(text).is_ok())
            .with_format("ty-le", |text: &str| TyLe::parse(text).is_some())
            // Images are opened and judged when the data are prepared.
            .with_format("anh-png", |_: &str| true)
            .build(&document)
            .map_err(|error| fault(&format!("`schema.json`: {error}")))?;
        let mut images = BTreeSet::new();
        find_images(&document, &document, &mut Vec::new(), &mut images);
        Ok(Self { document, validator, images: images.into_iter().collect() })
    }

    /// The bundled document, as published.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Paths of fields that hold images (`format: anh-png`).
    pub fn images(&self) -> &[Vec<Step>] {
        &self.images
    }

    /// Names of the top-level properties.
    pub fn top_level(&self) -> impl Iterator<Item = &str> {
        self.document["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// Every fault of `data`, in the order of the schema.
    pub fn validate(&self, data: &Value) -> Vec<Diagnostic> {
        if self.validator.is_valid(data) {
            return Vec::new();
        }
        self.validator.iter_errors(data).flat_map(|error| self.explain(&error)).collect()
    }

    fn explain(&self, error: &ValidationError<'_>) -> Vec<Diagnostic> {
        let pointer = error.instance_path().to_string();
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let known = self.siblings(error);
                unexpected.iter().map(|key| unknown_key(&pointer, key, &known)).collect()
            }
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                vec![
                    Diagnostic::error("required", format!("thiếu `{key}`"), format!("`{key}` is missing"))
                        .at(format!("{pointer}/{}", escape(key))),
                ]
            }
            ValidationErrorKind::Pattern { .. } => {
                let fault = Diagnostic::error("pattern", "không đúng dạng yêu cầu", "does not have the form required");
                let field = resolve_path(&self.document, &error.evaluation_path().to_string());
                vec![describe_field(fault, field).at(pointer)]
            }
            kind => vec![explain_value(kind, error.instance()).at(pointer)],
        }
    }

    /// Keys the object at fault may have.
    fn siblings(&self, error: &ValidationError<'_>) -> Vec<String> {
        let path = error.schema_path().to_string();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let mut schema = self.document.pointer(parent);
        if schema.is_none_or(|found| found.get("properties").is_none()) {
            // The path runs through `$ref`; the evaluation path names the definition by its own pointer.
            schema = resolve_path(&self.document, &error.evaluation_path().to_string());
        }
        schema
            .and_then(|schema| schema["properties"].as_object())
            .map(|properties| properties.keys().cloned().collect())
            .unwrap_or_default()
    }
}

/// Walks a keyword path, following `$ref` where it goes through one; the last keyword is left out.
fn resolve_path<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    let mut at = document;
    let steps: Vec<&str> = path.split('/').skip(1).collect();
    for step in steps.iter().take(steps.len().saturating_sub(1)) {
        if *step == "$ref" {
            at = document.pointer(at["$ref"].as_str()?.strip_prefix('#')?)?;
        } else {
            let name = step.replace("~1", "/").replace("~0", "~");
            at = match at {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?)?,
                other => other.get(&name)?,
            };
        }
    }
    Some(at)
}

/// What the schema says of a field, as a hint.
fn describe_field(fault: Diagnostic, field: Option<&Value>) -> Diagnostic {
    let Some(field) = field else { return fault };
    let fault = match field["description"].as_str() {
        Some(description) => fault.hint(description, format!("the field's description: {description}")),
        None => fault,
    };
    match field["examples"][0].as_str() {
        Some(example) => fault.hint(format!("ví dụ `{example}`"), format!("for example `{example}`")),
        None => fault,
    }
}

fn unknown_key(pointer: &str, key: &str, known: &[String]) -> Diagnostic {
    let fault =
        Diagnostic::error("unknown_key", format!("khóa `{key}` không có trong mẫu"), format!("key `{key}` is unknown"))
            .at(format!("{pointer}/{}", escape(key)));
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, key), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min();
    match near {
        Some((_, name)) => fault.hint(format!("có phải `{name}`?"), format!("did you mean `{name}`?")),
        None if !known.is_empty() => {
            let list = known.join("`, `");
            fault.hint(format!("các khóa được nhận: `{list}`"), format!("known keys: `{list}`"))
        }
        None => fault,
    }
}

fn explain_value(kind: &ValidationErrorKind, value: &Value) -> Diagnostic {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::Type { kind } => {
            let expected = match kind {
                TypeKind::Single(one) => vec![one.to_string()],
                TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect(),
            };
            let vi = expected.iter().map(|name| type_vi(name)).collect::<Vec<_>>().join(" hoặc ");
            let found = type_of(value);
            Diagnostic::error(
                "type",
                format!("phải là {vi}, không phải {}", if found == "number" { "số thập phân" } else { type_vi(found) }),
                format!("must be {}, not {found}", expected.join(" or ")),
            )
        }
        Kind::Enum { options } => {
            let list =
                options.as_array().map(|all| all.iter().map(show).collect::<Vec<_>>().join(", ")).unwrap_or_default();
            // The files of a folder may be none.
            if list.is_empty() {
                Diagnostic::error("enum", "chưa có tệp nào để chọn", "there is no file to choose from")
            } else {
                Diagnostic::error("enum", format!("chỉ nhận một trong: {list}"), format!("must be one of: {list}"))
            }
        }
        Kind::Constant { expected_value } => {
            let only = show(expected_value);
            Diagnostic::error("enum", format!("chỉ nhận {only}"), format!("must be {only}"))
        }
        Kind::MaxLength { limit } => {
            let length = value.as_str().map_or(0, |text| text.chars().count());
            Diagnostic::error(
                "too_long",
                format!("dài {length} ký tự, tối đa {limit}"),
                format!("{length} characters, at most {limit}"),
            )
        }
        Kind::MinLength { limit } => Diagnostic::error(
            "too_short",
            format!("phải có ít nhất {limit} ký tự"),
            format!("must have at least {limit} characters"),
        ),
        Kind::MaxItems { limit } => {
            let length = value.as_array().map_or(0, Vec::len);
            Diagnostic::error(
                "too_many",
                format!("có {length} phần tử, tối đa {limit}"),
                format!("{length} items, at most {limit}"),
            )
        }
        Kind::MinItems { limit } => Diagnostic::error(
            "too_few",
            format!("phải có ít nhất {limit} phần tử"),
            format!("must have at least {limit} items"),
        ),
        Kind::Minimum { limit } | Kind::ExclusiveMinimum { limit } => {
            Diagnostic::error("too_small", format!("nhỏ hơn mức {limit}"), format!("below the least value {limit}"))
        }
        Kind::Maximum { limit } | Kind::ExclusiveMaximum { limit } => {
            Diagnostic::error("too_large", format!("lớn hơn mức {limit}"), format!("above the greatest value {limit}"))
        }
        Kind::FalseSchema => Diagnostic::error(
            "not_used_here",
            "khóa này không được in ở đây: bỏ đi, hoặc đổi loại khối",
            "this key would not be printed here: remove it, or change the kind of the block",
        ),
        Kind::Format { format } if format == "date" => Diagnostic::error(
            "date",
            "không phải một ngày có thật, từ năm 1900 đến 2200, dạng `NNNN-TT-NN`",
            "not a real day from 1900 to 2200 in the form `YYYY-MM-DD`",
        )
        .hint("ví dụ `2021-09-29`", "for example `2021-09-29`"),
        Kind::Format { format } if format == "ky-hieu" => {
            Diagnostic::error("ky_hieu", "không phải ký hiệu văn bản", "not a document symbol").hint(
                "ví dụ `QĐ-UBND`: chữ viết tắt viết hoa, nối bằng `-`, không có số, `/` hay khoảng trống",
                "for example `QĐ-UBND`: capital abbreviations joined by `-`, no number, `/` or space",
            )
        }
        Kind::Format { format } if format == "ngay-gio" => Diagnostic::error(
            "date_time",
            "không phải một ngày giờ có thật, dạng `NNNN-TT-NNTgg:pp`",
            "not a real day and time in the form `YYYY-MM-DDThh:mm`",
        )
        .hint("ví dụ `2021-07-05T08:00`", "for example `2021-07-05T08:00`"),
        Kind::Format { format } if format == "ty-le" => Diagnostic::error(
            "ty_le",
            "không phải một tỷ lệ lớn hơn 0 và không quá 1",
            "not a share above nothing and no more than the whole",
        )
        .hint("ví dụ `2/3` hoặc `66,7%`", "for example `2/3` or `66,7%`"),
        Kind::UniqueItems => Diagnostic::error("duplicate", "có phần tử lặp lại", "has repeated items"),
        other => {
            let keyword = other.keyword();
            Diagnostic::error("schema", format!("vi phạm quy cách `{keyword}`"), format!("breaks the rule `{keyword}`"))
        }
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn type_vi(name: &str) -> &'static str {
    match name {
        "null" => "null",
        "boolean" => "đúng/sai",
        "number" => "số",
        "integer" => "số nguyên",
        "string" => "chuỗi",
        "array" => "danh sách",
        _ => "đối tượng",
    }
}

/// Escapes a key for a JSON Pointer (RFC 6901).
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Copies the shared definitions in, follows their own references, and makes every reference local.
fn bundle(document: &mut Value, shared: &Value) -> Result<(), Diagnostic> {
    let mut wanted = Vec::new();
    localise(document, &mut wanted);
    let mut definitions = document.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
    while let Some(name) = wanted.pop() {
        if definitions.contains_key(&name) {
            continue;
        }
        let mut definition = shared["$defs"]
            .get(&name)
            .cloned()
            .ok_or_else(|| fault(&format!("`shared/schema.json` has no `$defs/{name}`")))?;
        localise(&mut definition, &mut wanted);
        definitions.insert(name, definition);
    }
    let Some(root) = document.as_object_mut() else {
        return Err(fault("`schema.json` is not an object"));
    };
    if !definitions.is_empty() {
        definitions.sort_keys();
        root.insert("$defs".into(), Value::Object(definitions));
    }
    Ok(())
}

/// Turns references to the shared file, and its own local ones, into local references; notes the names.
fn localise(value: &mut Value, wanted: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get_mut("$ref")
                && let Some(name) = reference.strip_prefix(SHARED).or_else(|| reference.strip_prefix("#/$defs/"))
            {
                let name = name.to_owned();
                *reference = format!("#/$defs/{name}");
                wanted.push(name);
            }
            map.values_mut().for_each(|inner| localise(inner, wanted));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| localise(inner, wanted)),
        _ => {}
    }
}

fn find_images(root: &Value, schema: &Value, path: &mut Vec<Step>, found: &mut BTreeSet<Vec<Step>>) {
    if path.len() > MAX_DEPTH {
        return;
    }
    let Some(schema) = follow(root, schema) else { return };
    if schema.get("format").and_then(Value::as_str) == Some("anh-png") {
        found.insert(path.clone());
    }
    if let Some(Value::Object(properties)) = schema.get("properties") {
        for (name, inner) in properties {
            path.push(Step::Key(name.clone()));
            find_images(root, inner, path, found);
            path.pop();
        }
    }
    if let Some(items) = schema.get("items") {
        path.push(Step::Each);
        find_images(root, items, path, found);
        path.pop();
    }
}

fn follow<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a Map<String, Value>> {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(reference.strip_prefix('#')?)?.as_object(),
        None => schema.as_object(),
    }
}

fn fault(what: &str) -> Diagnostic {
    Diagnostic::error("schema", format!("quy cách dữ liệu sai: {what}"), format!("the schema is wrong: {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        let shared = json!({"$defs": {
            "nguoi": {"type": "object", "additionalProperties": false, "required": ["ho_ten"],
                "properties": {"ho_ten": {"type": "string", "maxLength": 5}, "anh": {"$ref": "#/$defs/anh"}, "ngay": {"type": "string", "format": "date"}}},
            "anh": {"type": "string", "format": "anh-png"}
        }});
        let document = json!({"type": "object", "additionalProperties": false, "required": ["nguoi"],
            "properties": {"nguoi": {"$ref": "/shared/schema.json#/$defs/nguoi"}, "ds": {"type": "array", "items": {"$ref": "/shared/schema.json#/$defs/nguoi"}}}});
        Schema::compile(document, &shared).expect("a sound schema")
    }

    #[test]
    fn shared_definitions_are_bundled_with_their_own() {
        let schema = schema();
        let definitions = schema.document()["$defs"].as_object().expect("definitions");
        assert_eq!(definitions.keys().collect::<Vec<_>>(), ["anh", "nguoi"]);
    }

    #[test]
    fn image_fields_are_found_through_references_and_lists() {
        let key = |name: &str| Step::Key(name.into());
        assert_eq!(schema().images(), [vec![key("ds"), Step::Each, key("anh")], vec![key("nguoi"), key("anh")]]);
    }

    #[test]
    fn every_fault_is_told_with_its_pointer() {
        let faults = schema().validate(
            &json!({"nguoi": {"ho_tn": "A", "ngay": "2021-02-30"}, "ds": [{"ho_ten": "dài quá"}, {"ho_ten": 1}]}),
        );
        let told: Vec<_> = faults.iter().map(|f| (f.code.as_ref(), f.pointer.as_deref().unwrap_or("-"))).collect();
        for expected in [
            ("unknown_key", "/nguoi/ho_tn"),
            ("required", "/nguoi/ho_ten"),
            ("date", "/nguoi/ngay"),
            ("too_long", "/ds/0/ho_ten"),
            ("type", "/ds/1/ho_ten"),
        ] {
            assert!(told.contains(&expected), "{expected:?} in {told:?}");
        }
        let unknown = faults.iter().find(|f| f.code == "unknown_key").expect("told above");
        assert!(unknown.hints[0].en.contains("`ho_ten`"), "{unknown:?}");
    }
}
