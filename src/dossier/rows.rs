//! Rows of a sheet of recipients put into the decisions, with a way back from a pointer to the row.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::law::{Law, Loai, words::fold, words::fold_award};

/// Keys of a row that belong to the award, not to the recipient.
const OF_AWARD: [&str; 5] = ["hinh_thuc", "loai_khen", "nam_xet", "dip", "quyet_dinh"];

/// An input filled with the rows of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// The input, ready for a plan.
    pub input: Value,
    rows: BTreeMap<String, usize>,
}

impl Filled {
    /// The row, from 0, a place in the input was filled from; none where it is not from the sheet.
    pub fn row_of(&self, pointer: &str) -> Option<usize> {
        let mut at = pointer;
        loop {
            if let Some(row) = self.rows.get(at) {
                return Some(*row);
            }
            at = &at[..at.rfind('/')?];
        }
    }
}

impl Filled {
    /// The row a place in the input was filled from, and the pointer inside that row's data.
    pub fn place(&self, pointer: &str) -> Option<(usize, String)> {
        let row = self.row_of(pointer)?;
        let inside = pointer.split_once("/doi_tuong/").and_then(|(_, rest)| rest.split_once('/'));
        Some((row, inside.map_or_else(String::new, |(_, rest)| format!("/{rest}"))))
    }
}

/// Puts rows into `khen_thuong`: an entry for each award × occasion × achievement, rows in their order.
///
/// A row goes to the entry of its decision that names the same award (and occasion, and year, where both tell one). If
/// that entry tells an achievement, a different one in the row is the recipient's own; else rows with different
/// achievements make different entries. Abbreviations (`LĐTT`) become the award's name. With several decisions a row goes
/// to the one whose number its `quyet_dinh` gives, else to the first that has an entry for its award, else to the first.
pub fn with_rows(mut input: Value, rows: &[Value], law: &Law) -> Filled {
    let single = !input["quyet_dinh"].is_array();
    let mut decisions = match input["quyet_dinh"].take() {
        Value::Array(list) => list,
        one => vec![one],
    };
    let mut fill: Vec<Vec<Entry>> = decisions.iter_mut().map(|one| take_entries(one, law)).collect();
    if !fill.is_empty() {
        for (index, row) in rows.iter().enumerate() {
            let award = award_text(row, law);
            let decision = decision_of(row, &award, &decisions, &fill);
            place(&mut fill[decision], row, award, index);
        }
    }
    let mut back = BTreeMap::new();
    for (at, (decision, entries)) in decisions.iter_mut().zip(fill).enumerate() {
        let base = if single { "/quyet_dinh".to_owned() } else { format!("/quyet_dinh/{at}") };
        let entries: Vec<Value> = entries
            .into_iter()
            .filter(|entry| !entry.people.is_empty())
            .enumerate()
            .map(|(number, entry)| {
                // What is wrong with an entry made of rows is wrong in its first row.
                if let (false, Some((Some(row), _))) = (entry.given, entry.people.first()) {
                    back.insert(format!("{base}/khen_thuong/{number}"), *row);
                }
                for (place, (row, _)) in entry.people.iter().enumerate() {
                    if let Some(row) = row {
                        back.insert(format!("{base}/khen_thuong/{number}/doi_tuong/{place}"), *row);
                    }
                }
                entry.into_value()
            })
            .collect();
        if let Some(map) = decision.as_object_mut() {
            map.insert("khen_thuong".into(), Value::Array(entries));
        }
    }
    input["quyet_dinh"] = match (single, decisions) {
        (true, mut one) => one.pop().unwrap_or_default(),
        (false, list) => Value::Array(list),
    };
    Filled { input, rows: back }
}

/// An award being filled: its data, its folded name, those who get it with the row they are from.
struct Entry {
    data: Map<String, Value>,
    name: String,
    /// Whether it was in the input before, and so speaks for rows that tell another achievement.
    given: bool,
    people: Vec<(Option<usize>, Value)>,
}

impl Entry {
    fn into_value(self) -> Value {
        let mut data = self.data;
        data.insert("doi_tuong".into(), self.people.into_iter().map(|(_, one)| one).collect());
        Value::Object(data)
    }
}

fn take_entries(decision: &mut Value, law: &Law) -> Vec<Entry> {
    let Some(list) = decision.as_object_mut().and_then(|map| map.shift_remove("khen_thuong")) else {
        return Vec::new();
    };
    let Value::Array(list) = list else { return Vec::new() };
    list.into_iter()
        .filter_map(|entry| match entry {
            Value::Object(mut data) => {
                let people = match data.shift_remove("doi_tuong") {
                    Some(Value::Array(people)) => people.into_iter().map(|one| (None, one)).collect(),
                    _ => Vec::new(),
                };
                let name = key(data.get("hinh_thuc").and_then(Value::as_str).unwrap_or_default(), law);
                Some(Entry { data, name, given: true, people })
            }
            _ => None,
        })
        .collect()
}

/// An award's word, or its folded text where the law does not know it.
fn key(text: &str, law: &Law) -> String {
    law.award(text).map_or_else(|| fold_award(text), |award| award.ma.clone())
}

/// The award's printed text and key for a row.
fn award_text(row: &Value, law: &Law) -> (String, String) {
    let text = row["hinh_thuc"].as_str().unwrap_or_default();
    let loai = row["loai"].as_str().and_then(Loai::parse).unwrap_or(Loai::CaNhan);
    match (law.award(text), law.award_for(text, loai)) {
        (Some(plain), Some(meant)) if plain.ma != meant.ma || law.is_abbreviation(meant, text) => {
            (meant.ten.clone(), meant.ma.clone())
        }
        (_, Some(meant)) => (text.to_owned(), meant.ma.clone()),
        (_, None) => (text.to_owned(), fold_award(text)),
    }
}

fn decision_of(row: &Value, award: &(String, String), decisions: &[Value], fill: &[Vec<Entry>]) -> usize {
    let stated = match &row["quyet_dinh"] {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.split('/').next().and_then(|digits| digits.trim().parse().ok()),
        _ => None,
    };
    let by_number = stated.and_then(|so| decisions.iter().position(|one| one["so"].as_u64() == Some(so)));
    let by_award = || fill.iter().position(|entries| entries.iter().any(|entry| entry.given && entry.name == award.1));
    by_number.or_else(by_award).unwrap_or(0)
}

fn place(entries: &mut Vec<Entry>, row: &Value, (text, name): (String, String), index: usize) {
    let achievement = row["thanh_tich"].as_str();
    let year = row.get("nam_xet").map(year);
    let of_row = |key: &str| if key == "nam_xet" { year.as_ref() } else { row.get(key) };
    let same = |entry: &Entry, key: &str, column: &str| match (entry.data.get(key), of_row(column)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    let fits = |entry: &&mut Entry| {
        let told = entry.data.get("thanh_tich").and_then(Value::as_str);
        entry.name == name
            && same(entry, "loai", "loai_khen")
            && same(entry, "nam_xet", "nam_xet")
            && (entry.given && told.is_some() || told.map(fold) == achievement.map(fold))
    };
    let mut person: Map<String, Value> = row
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !OF_AWARD.contains(&key.as_str()) && *key != "thanh_tich")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if let Some(entry) = entries.iter_mut().find(fits) {
        let told = entry.data.get("thanh_tich").and_then(Value::as_str);
        if let Some(own) = achievement
            && told.map(fold) != Some(fold(own))
        {
            person.insert("thanh_tich".into(), json!(own));
        }
        for (key, column) in [("loai", "loai_khen"), ("nam_xet", "nam_xet"), ("dip", "dip")] {
            if let (None, Some(value)) = (entry.data.get(key), of_row(column)) {
                entry.data.insert(key.into(), value.clone());
            }
        }
        entry.people.push((Some(index), Value::Object(person)));
        return;
    }
    let mut data = Map::new();
    data.insert("hinh_thuc".into(), json!(text));
    for (key, column) in [("loai", "loai_khen"), ("nam_xet", "nam_xet"), ("thanh_tich", "thanh_tich"), ("dip", "dip")] {
        if let Some(value) = of_row(column) {
            data.insert(key.into(), value.clone());
        }
    }
    entries.push(Entry { data, name, given: false, people: vec![(Some(index), Value::Object(person))] });
}

/// A year as the decision writes it: cells of a sheet are texts, `2020` is a number, `2023-2024` stays.
fn year(cell: &Value) -> Value {
    cell.as_str().and_then(|text| text.trim().parse::<i64>().ok()).map_or_else(|| cell.clone(), Value::from)
}
