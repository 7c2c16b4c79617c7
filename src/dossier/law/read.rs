//! Strict reading of the law files: every fault names its file and entry, all at once.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Place};
use crate::domain::date::Date;

/// Where the files stand in the template root.
pub const FOLDER: &str = "shared/phap_luat";

/// Reads lists of entries out of the files and gathers what is wrong.
pub struct Reader<'a> {
    files: &'a BTreeMap<String, Vec<u8>>,
    documents: BTreeMap<&'static str, Value>,
    /// Everything wrong so far.
    pub faults: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// Over the files of a template root.
    pub fn new(files: &'a BTreeMap<String, Vec<u8>>) -> Self {
        Self { files, documents: BTreeMap::new(), faults: Vec::new() }
    }

    /// Opens a file whose keys are exactly `lists`, beside `mo_ta`.
    pub fn open(&mut self, file: &'static str, lists: &[&str]) {
        let path = path(file);
        let Some(bytes) = self.files.get(&path) else {
            self.faults.push(Diagnostic::error(
                "missing_file",
                format!("thiếu tệp luật `{path}`"),
                format!("the law file `{path}` is missing"),
            ));
            return;
        };
        match serde_json::from_slice::<Value>(bytes) {
            Ok(Value::Object(map)) => {
                for key in map.keys().filter(|key| *key != "mo_ta" && !lists.contains(&key.as_str())) {
                    let known = lists.join("`, `");
                    self.tell(
                        file,
                        key,
                        format!("khóa không được nhận; tệp này có `{known}`"),
                        format!("unknown key; this file has `{known}`"),
                    );
                }
                self.documents.insert(file, Value::Object(map));
            }
            Ok(_) => self.tell(file, "", "không phải một đối tượng JSON", "not a JSON object"),
            Err(error) => {
                let place = Place { file: path.clone(), line: error.line(), column: error.column() };
                self.faults.push(
                    Diagnostic::error(
                        "json",
                        format!("`{path}` không phải JSON: {error}"),
                        format!("`{path}` is not JSON: {error}"),
                    )
                    .in_file(Some(place)),
                );
            }
        }
    }

    /// The entries of one list; those at fault are told and left out.
    pub fn list<T: DeserializeOwned>(&mut self, file: &'static str, list: &str) -> Vec<T> {
        let Some(document) = self.documents.get_mut(file) else { return Vec::new() };
        let Some(Value::Array(items)) = document.get_mut(list).map(Value::take) else {
            self.tell(file, list, "thiếu danh sách này", "this list is missing");
            return Vec::new();
        };
        let mut seen = BTreeSet::new();
        let mut entries = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let word = item["ma"].as_str().map_or_else(|| format!("{list}/{index}"), str::to_owned);
            if !seen.insert(word.clone()) {
                self.tell(file, &word, "`ma` này đã có", "this `ma` is there already");
            }
            match serde_json::from_value(item) {
                Ok(entry) => entries.push(entry),
                Err(error) => self.tell(file, &word, format!("mục sai: {error}"), format!("wrong entry: {error}")),
            }
        }
        entries
    }

    /// A fault of an entry.
    pub fn tell(&mut self, file: &str, entry: &str, vi: impl AsRef<str>, en: impl AsRef<str>) {
        let path = path(file);
        let (vi, en) = (vi.as_ref(), en.as_ref());
        self.faults.push(
            Diagnostic::error(
                "phap_luat",
                format!("`{path}`, mục `{entry}`: {vi}"),
                format!("`{path}`, entry `{entry}`: {en}"),
            )
            .in_file(Some(Place { file: path, line: 1, column: 1 })),
        );
    }

    /// The days of an entry must not run backwards.
    pub fn days(&mut self, file: &str, entry: &str, from: Option<Date>, to: Option<Date>) {
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.tell(file, entry, "`den_ngay` trước `tu_ngay`", "`den_ngay` is before `tu_ngay`");
        }
    }

    /// A word of another file must be known there.
    pub fn known(&mut self, file: &str, entry: &str, word: &str, known: &BTreeSet<&str>) {
        if !known.contains(word) {
            self.tell(file, entry, format!("không có `{word}`"), format!("there is no `{word}`"));
        }
    }

    /// Certain entries have a value, uncertain ones none.
    pub fn value(&mut self, file: &str, entry: &str, has_value: bool, certain: bool) {
        if has_value != certain {
            self.tell(
                file,
                entry,
                "mục chắc chắn phải có giá trị; mục không chắc chắn chỉ có `ung_vien`",
                "a certain entry has a value; an uncertain one has only `ung_vien`",
            );
        }
    }
}

fn path(file: &str) -> String {
    format!("{FOLDER}/{file}.json")
}
