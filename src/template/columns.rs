//! The keyword `x-cot`: which properties may be columns of a sheet of recipients, and under which headings.
//!
//! Sheets are read elsewhere, by the schema alone; here the keyword is judged, so that a slip of its author is
//! told when the template is read and not when a clerk sends a sheet.

use serde_json::{Map, Value};

/// The keyword.
const KEYWORD: &str = "x-cot";

/// Kinds a column may be of; without one, the JSON type decides.
const KINDS: [&str; 5] = ["chu", "dinh_danh", "so", "ngay", "lua_chon"];

/// The first fault of any `x-cot` in the schema.
pub(super) fn judge(schema: &Value) -> Result<(), String> {
    match schema {
        Value::Object(map) => {
            if let Some(column) = map.get(KEYWORD) {
                judge_one(column).map_err(|fault| format!("`{KEYWORD}`: {fault}"))?;
            }
            map.values().try_for_each(judge)
        }
        Value::Array(items) => items.iter().try_for_each(judge),
        _ => Ok(()),
    }
}

fn judge_one(column: &Value) -> Result<(), String> {
    let column = column.as_object().ok_or("must be an object")?;
    if let Some(key) = column.keys().find(|key| !matches!(key.as_str(), "tieu_de" | "bat_buoc" | "kieu" | "lua_chon")) {
        return Err(format!("unknown key `{key}`"));
    }
    let headings = column.get("tieu_de").and_then(Value::as_array).ok_or("`tieu_de` must be a list of headings")?;
    let is_heading = |heading: &Value| heading.as_str().is_some_and(|text| text.chars().any(char::is_alphanumeric));
    if headings.is_empty() || !headings.iter().all(is_heading) {
        return Err("`tieu_de` must hold at least one heading, each a text".into());
    }
    if column.get("bat_buoc").is_some_and(|required| !required.is_boolean()) {
        return Err("`bat_buoc` must be true or false".into());
    }
    let kind = column.get("kieu").map(|kind| kind.as_str().unwrap_or_default());
    if let Some(kind) = kind
        && !KINDS.contains(&kind)
    {
        return Err(format!("`kieu` must be one of `{}`", KINDS.join("`, `")));
    }
    match column.get("lua_chon").map(Value::as_object) {
        None if kind == Some("lua_chon") => {
            Err("`kieu` `lua_chon` needs `lua_chon`: what is shown and what it means".into())
        }
        None => Ok(()),
        Some(choices) if choices.is_some_and(are_choices) => Ok(()),
        Some(_) => Err("`lua_chon` must be an object from what is shown to a text of the data".into()),
    }
}

fn are_choices(choices: &Map<String, Value>) -> bool {
    !choices.is_empty() && choices.values().all(Value::is_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sound_keyword_passes_wherever_it_stands() {
        let schema = json!({"properties": {
            "ten": {"type": "string", "x-cot": {"tieu_de": ["Họ và tên"], "bat_buoc": true}},
            "loai": {"x-cot": {"tieu_de": ["Phân loại"], "kieu": "lua_chon", "lua_chon": {"Cá nhân": "ca_nhan"}}},
            "trong": {"properties": {"so": {"x-cot": {"tieu_de": ["Số"], "kieu": "so"}}}},
        }});
        assert_eq!(judge(&schema), Ok(()));
    }

    #[test]
    fn every_slip_is_told() {
        for (column, told) in [
            (json!("Họ và tên"), "must be an object"),
            (json!({}), "`tieu_de`"),
            (json!({"tieu_de": []}), "at least one"),
            (json!({"tieu_de": ["…"]}), "at least one"),
            (json!({"tieu_de": ["Tên"], "batbuoc": true}), "unknown key `batbuoc`"),
            (json!({"tieu_de": ["Tên"], "bat_buoc": "có"}), "`bat_buoc`"),
            (json!({"tieu_de": ["Tên"], "kieu": "text"}), "`kieu` must be one of"),
            (json!({"tieu_de": ["Tên"], "kieu": "lua_chon"}), "needs `lua_chon`"),
            (json!({"tieu_de": ["Tên"], "lua_chon": {"A": 1}}), "`lua_chon` must be"),
        ] {
            let fault = judge(&json!({"$defs": {"a": [{"x-cot": column}]}})).expect_err("a slip");
            assert!(fault.contains(told), "{fault} does not tell {told}");
        }
    }
}
