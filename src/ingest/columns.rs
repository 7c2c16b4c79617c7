//! Columns a sheet may have, as a template's schema names them with `x-cot`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Deepest nesting of objects followed; a bundled schema may refer to itself.
const MAX_DEPTH: usize = 8;

/// One column a sheet may have.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Where its value stands in the object of a row: a JSON Pointer such as `/ten` or `/doi_tuong/ten`.
    pub pointer: String,
    /// Headings it is found under; the first is the one printed.
    pub headings: Vec<String>,
    /// How its cells are read.
    pub kind: Kind,
    /// Whether every row must have it.
    pub required: bool,
    /// What it holds, for people.
    pub description: String,
    /// Values as a clerk would write them.
    pub examples: Vec<String>,
}

impl Column {
    /// The heading printed in a pattern sheet and in messages.
    pub fn title(&self) -> &str {
        self.headings.first().map_or(self.pointer.as_str(), String::as_str)
    }
}

/// How the cells of a column are read.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Text.
    Text,
    /// Digits kept as text, such as an identity number: a cell typed as a number may have lost zeros and is a fault.
    Identity,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A day, `YYYY-MM-DD` in the data.
    Date,
    /// One of a few: what is shown in the sheet, and the value in the data.
    Choice(Vec<(String, String)>),
    /// Yes or no.
    Flag,
}

impl Kind {
    /// What is offered in a drop-down list: for each value the first name it has.
    pub fn offered(&self) -> Vec<&str> {
        let Self::Choice(choices) = self else { return Vec::new() };
        let mut values = BTreeSet::new();
        choices.iter().filter(|(_, value)| values.insert(value.as_str())).map(|(shown, _)| shown.as_str()).collect()
    }
}

/// The columns of a bundled schema whose rows are its whole data, in the order of its properties.
///
/// Objects in objects are followed (`/doi_tuong/ten`), lists are not. Local references are resolved; `x-cot` beside
/// a reference comes before that of its target.
pub fn columns(schema: &Value) -> Vec<Column> {
    let mut found = Vec::new();
    walk(schema, schema, "", true, 0, &mut found);
    found
}

/// The columns of one definition of a bundled schema, such as `doi_tuong`: for sheets whose rows are items of a list.
pub fn columns_of(schema: &Value, definition: &str) -> Vec<Column> {
    let mut found = Vec::new();
    if let Some(target) = schema.get("$defs").and_then(|definitions| definitions.get(definition)) {
        walk(schema, target, "", true, 0, &mut found);
    }
    found
}

fn walk(root: &Value, schema: &Value, pointer: &str, needed: bool, depth: usize, found: &mut Vec<Column>) {
    let target = follow(root, schema);
    let Some(properties) = target.get("properties").and_then(Value::as_object).filter(|_| depth < MAX_DEPTH) else {
        return;
    };
    for (name, property) in properties {
        let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        let listed = |list: &Value| list.as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let needed = needed && target.get("required").is_some_and(listed);
        let resolved = follow(root, property);
        let says = |key: &str| property.get(key).or_else(|| resolved.get(key));
        match says("x-cot").and_then(Value::as_object) {
            Some(told) => found.push(column(pointer, told, needed, says)),
            None => walk(root, property, &pointer, needed, depth + 1, found),
        }
    }
}

fn column<'a>(
    pointer: String,
    told: &Map<String, Value>,
    needed: bool,
    says: impl Fn(&str) -> Option<&'a Value>,
) -> Column {
    let text = |key: &str| says(key).and_then(Value::as_str).unwrap_or_default();
    let mut headings = texts(told.get("tieu_de"));
    if headings.is_empty() {
        headings.push(text("title").to_owned());
    }
    Column {
        kind: kind(told, text("type"), text("format"), says("enum")),
        required: told.get("bat_buoc").and_then(Value::as_bool).unwrap_or(needed),
        description: text("description").to_owned(),
        examples: texts(says("examples")),
        headings,
        pointer,
    }
}

fn kind(told: &Map<String, Value>, json: &str, format: &str, listed: Option<&Value>) -> Kind {
    let choices = || match told.get("lua_chon").and_then(Value::as_object) {
        Some(named) => {
            named.iter().filter_map(|(shown, value)| Some((shown.clone(), value.as_str()?.to_owned()))).collect()
        }
        None => texts(listed).into_iter().map(|value| (value.clone(), value)).collect(),
    };
    let number = || if json == "integer" { Kind::Integer } else { Kind::Decimal };
    match told.get("kieu").and_then(Value::as_str) {
        Some("dinh_danh") => Kind::Identity,
        Some("so") => number(),
        Some("ngay") => Kind::Date,
        Some("lua_chon") => Kind::Choice(choices()),
        Some("chu") => Kind::Text,
        _ if told.contains_key("lua_chon") || listed.is_some() => Kind::Choice(choices()),
        _ => match (json, format) {
            ("integer" | "number", _) => number(),
            ("boolean", _) => Kind::Flag,
            (_, "date") => Kind::Date,
            _ => Kind::Text,
        },
    }
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// The target of a local reference, through a few of them; anything else is itself.
fn follow<'a>(root: &'a Value, mut schema: &'a Value) -> &'a Value {
    for _ in 0..MAX_DEPTH {
        let reference = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        match reference.and_then(|pointer| root.pointer(pointer)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "required": ["nguoi"],
            "properties": {
                "co_quan": {"type": "object", "properties": {"ten": {"type": "string"}}},
                "nguoi": {"$ref": "#/$defs/nguoi"},
                "ds": {"type": "array", "items": {"$ref": "#/$defs/nguoi"}},
                "muc": {"type": "integer", "x-cot": {"tieu_de": ["Mức"]}},
            },
            "$defs": {
                "nguoi": {"type": "object", "required": ["ten", "loai"], "properties": {
                    "ten": {"type": "string", "description": "Họ và tên.", "examples": ["Lò Văn Ò"], "x-cot": {"tieu_de": ["Họ và tên", "Tên"]}},
                    "loai": {"$ref": "#/$defs/loai", "x-cot": {"tieu_de": ["Loại"], "bat_buoc": false, "lua_chon": {"Cá nhân": "ca_nhan", "CN": "ca_nhan", "Hộ": "ho"}}},
                    "sinh": {"type": "string", "format": "date", "x-cot": {"tieu_de": ["Ngày sinh"]}},
                    "cap": {"enum": ["a", "b"], "x-cot": {"tieu_de": ["Cấp"]}},
                    "dd": {"type": "string", "x-cot": {"tieu_de": ["CCCD"], "kieu": "dinh_danh"}},
                    "con": {"$ref": "#/$defs/nguoi"},
                }},
                "loai": {"type": "string", "enum": ["ca_nhan", "ho"]},
            }
        })
    }

    #[test]
    fn columns_are_found_through_objects_and_references_but_not_lists() {
        let found = columns(&schema());
        assert_eq!(found[0].pointer, "/nguoi/ten");
        assert!(found[0].required && found[0].title() == "Họ và tên" && found[0].examples == ["Lò Văn Ò"]);
        assert!(found.iter().all(|column| !column.pointer.starts_with("/ds")));
        assert_eq!(found.last().map(|column| (column.pointer.as_str(), &column.kind)), Some(("/muc", &Kind::Integer)));
    }

    #[test]
    fn a_definition_that_holds_itself_ends() {
        let found = columns(&schema());
        assert!(found.iter().any(|column| column.pointer == "/nguoi/con/ten" && !column.required));
        assert!(found.len() < 100);
    }

    #[test]
    fn kinds_come_from_the_keyword_then_from_the_type() {
        let found = columns_of(&schema(), "nguoi");
        let kinds: Vec<_> = found.iter().take(5).map(|column| &column.kind).collect();
        let pair = |shown: &str, value: &str| (shown.to_owned(), value.to_owned());
        let loai = Kind::Choice(vec![pair("Cá nhân", "ca_nhan"), pair("CN", "ca_nhan"), pair("Hộ", "ho")]);
        assert_eq!(loai.offered(), ["Cá nhân", "Hộ"]);
        let cap = Kind::Choice(vec![pair("a", "a"), pair("b", "b")]);
        assert_eq!(kinds, [&Kind::Text, &loai, &Kind::Date, &cap, &Kind::Identity]);
        assert!(!found[1].required, "`bat_buoc` outweighs `required`");
    }
}
