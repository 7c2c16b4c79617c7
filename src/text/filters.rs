//! Filters and functions of the prose: thin wraps of `domain`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, Value};
use serde_json::Value as Json;

use super::{awards, votes};
use crate::domain::can_chinh::{SaiSo, bu_lech};
use crate::domain::columns::{self, Column};
use crate::domain::date::{self, Date};
use crate::domain::moment::{self, Moment};
use crate::domain::width::Face;
use crate::domain::{balance, name, number, so_ky_hieu, typography, words};

/// Adds everything `docs/templates.md` lists.
pub fn register(environment: &mut Environment<'static>) {
    register_figures(environment);
    environment.add_filter("ngat_tu_dai", ngat_tu_dai);
    environment.add_filter("can_dong", can_dong);
    environment.add_filter("cot_danh_sach", cot_danh_sach);
    environment.add_filter("nhu_dieu_ngoai", nhu_dieu_ngoai);
    environment.add_function("dia_danh_ngay", |dia_danh: &str, ngay: Option<&str>, nam: Option<i32>| {
        Ok::<_, Error>(date::place_and_date(dia_danh, ngay.map(parse_date).transpose()?, nam))
    });
    environment.add_function("ngay_hoac_trong", |ngay: Option<&str>, nam: Option<i32>| {
        Ok::<_, Error>(match ngay.map(parse_date).transpose()? {
            Some(day) => day.long(),
            None => date::blank_long(nam),
        })
    });
    environment.add_function("gio_ngay", |luc: Option<&str>, nam: Option<i32>| {
        Ok::<_, Error>(match luc {
            Some(text) => Moment::parse(text).map_err(|_| wrong(format!("`{text}` is not a day and time")))?.long(),
            None => moment::blank_long(nam),
        })
    });
    environment.add_function("ket_qua_phieu", votes::ket_qua_phieu);
    environment.add_function("cot_phieu", votes::cot_phieu);
    environment.add_function("can_chinh", can_chinh);
    // As functions and as filters, so that `map` can apply them to several awards.
    environment.add_function("nhom_doi_tuong", nhom_doi_tuong);
    environment.add_filter("nhom_doi_tuong", nhom_doi_tuong);
    environment.add_function("dem_doi_tuong", dem_doi_tuong);
    environment.add_filter("dem_doi_tuong", dem_doi_tuong);
    awards::register(environment);
}

/// Dates, figures, numbers of documents and first letters: what takes one value and gives one not much longer.
pub fn register_figures(environment: &mut Environment<'static>) {
    environment.add_filter("ngay_dai", |text: &str| Ok::<_, Error>(parse_date(text)?.long()));
    environment.add_filter("ngay_ngan", |text: &str| Ok::<_, Error>(parse_date(text)?.short()));
    environment.add_filter("so_dem", |n: i64| number::count(n));
    environment.add_filter("so_nhom", |n: i64| number::group(n));
    environment.add_filter("thap_phan", |n: f64| finite(number::decimal(n)));
    environment.add_filter("phan_tram", |n: f64| finite(number::percent(n)));
    environment.add_filter("tien", |n: i64| number::money(n));
    environment.add_filter("bang_chu", |n: i64| words::read(n));
    environment.add_filter("hoa_dau", |text: &str| name::capitalize_first(text));
    environment.add_filter("thuong_dau", |text: &str| name::lower_first(text));
    environment.add_filter("so_la_ma", so_la_ma);
    environment.add_function("so_ky_hieu", |so: Option<u32>, ky_hieu: &str| so_ky_hieu::format(so, ky_hieu));
}

/// Measured errors of a printer to what undoes them.
fn can_chinh(points: &Value) -> Result<Value, Error> {
    let points = points.try_iter()?.map(|point| {
        let side = |name: &str| {
            f64::try_from(point.get_attr(name)?)
                .map_err(|_| wrong(format!("`{name}` of a measured error is not a number")))
        };
        Ok(SaiSo { x: side("x")?, y: side("y")?, ngang: side("ngang")?, doc: side("doc")? })
    });
    let found = bu_lech(&points.collect::<Result<Vec<_>, Error>>()?);
    let pairs = [
        ("ngang", Value::from(found.ngang)),
        ("doc", Value::from(found.doc)),
        ("ti_le_ngang", Value::from(found.ti_le_ngang)),
        ("ti_le_doc", Value::from(found.ti_le_doc)),
        ("hop_le", Value::from(found.hop_le)),
    ];
    // Collected straight into a value, pairs would make a list of lists.
    Ok(Value::from(pairs.into_iter().collect::<BTreeMap<_, _>>()))
}

fn parse_date(text: &str) -> Result<Date, Error> {
    Date::parse(text).map_err(|_| wrong(format!("`{text}` is not a date")))
}

fn finite(text: Option<String>) -> Result<String, Error> {
    text.ok_or_else(|| wrong("not a finite number"))
}

fn so_la_ma(n: u32) -> Result<String, Error> {
    number::roman(n).ok_or_else(|| wrong(format!("{n} has no Roman numeral")))
}

pub(super) fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Groups recipients by `loai` in the order given; within a group by input order or by given name.
fn nhom_doi_tuong(doi_tuong: Value, thu_tu: Vec<String>, xep: &str) -> Result<Value, Error> {
    let doi_tuong = list(&doi_tuong)?;
    let mut groups = Vec::new();
    for loai in &thu_tu {
        let mut members: Vec<&Json> =
            doi_tuong.iter().filter(|one| one["loai"] == Json::String(loai.clone())).collect();
        match xep {
            "nhap" => {}
            "ten" => name::sort_by_given_name(&mut members, |one| one["ten"].as_str().unwrap_or_default()),
            other => return Err(wrong(format!("unknown order `{other}`: `nhap` or `ten`"))),
        }
        if !members.is_empty() {
            let so_la_ma = so_la_ma(u32::try_from(groups.len() + 1).unwrap_or(u32::MAX))?;
            groups.push(serde_json::json!({
                "loai": loai, "so_la_ma": so_la_ma, "so_luong": members.len(), "doi_tuong": members,
            }));
        }
    }
    let placed: usize =
        groups.iter().filter_map(|group| group["so_luong"].as_u64()).sum::<u64>().try_into().unwrap_or(usize::MAX);
    if placed != doi_tuong.len() {
        return Err(wrong(format!("{} recipients are of no kind listed in the order", doi_tuong.len() - placed)));
    }
    Ok(Value::from(Serde(groups)))
}

/// Lets words of more than `longest` letters break every `every` letters, in all strings of a value: for narrow cells,
/// where no syllable of Vietnamese is that long. Numbers such as `68/2000/NĐ-CP` break at their own strokes.
fn ngat_tu_dai(value: Value, longest: usize, every: usize) -> Result<Value, Error> {
    let mut json = serde_json::to_value(&value).map_err(|error| wrong(error.to_string()))?;
    let changed = open_words(&mut json, longest, every.max(1));
    Ok(if changed { Value::from(Serde(json)) } else { value })
}

fn open_words(value: &mut Json, longest: usize, every: usize) -> bool {
    match value {
        Json::String(text) => match typography::open_words(text, longest, every) {
            Cow::Borrowed(_) => false,
            Cow::Owned(opened) => {
                *text = opened;
                true
            }
        },
        Json::Array(items) => {
            items.iter_mut().fold(false, |changed, inner| open_words(inner, longest, every) | changed)
        }
        Json::Object(map) => map.values_mut().fold(false, |changed, inner| open_words(inner, longest, every) | changed),
        _ => false,
    }
}

/// Ends the lines of centred headings by U+2028, in all strings of a value: lines about equal, no wider than `rong` em in
/// `kieu` (`dung`, `dam`, `nghieng`, or `hoa_…` where the template prints capitals).
fn can_dong(value: Value, rong: f64, kieu: &str) -> Result<Value, Error> {
    let (capitals, cut) = kieu.strip_prefix("hoa_").map_or((false, kieu), |cut| (true, cut));
    let face = match cut {
        "dung" => Face::Regular,
        "dam" => Face::Bold,
        "nghieng" => Face::Italic,
        other => return Err(wrong(format!("unknown face `{other}`: `dung`, `dam` or `nghieng`"))),
    };
    fn walk(value: &mut Json, set: &dyn Fn(&str) -> String) {
        match value {
            Json::String(text) => *text = set(text),
            Json::Array(items) => items.iter_mut().for_each(|inner| walk(inner, set)),
            Json::Object(map) => map.values_mut().for_each(|inner| walk(inner, set)),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(&value).map_err(|error| wrong(error.to_string()))?;
    walk(&mut json, &|text| balance::balance(text, face, capitals, rong));
    Ok(Value::from(Serde(json)))
}

/// Fewer columns than this are set in the larger size, as in `shared/the_thuc/measure.typ`.
const DENSE: usize = 5;

/// Where a table is set in the sizes of `shared/the_thuc/measure.typ`.
const TABLE_SIZE: f64 = 12.0;
const DENSE_SIZE: f64 = 11.0;

/// Millimetres of the column of row numbers.
const NUMBERS: f64 = 10.5;

/// Millimetres a digit more than four takes in it.
const DIGIT: f64 = 2.2;

/// Which columns the table of a list has and how wide they are: `{cot: keys after the name, rong: millimetres of the row
/// number, of the name and of each, dong: lines of the tallest cell, chat: no room for no-break spaces}`.
///
/// `ten_cot` holds the heads by key, `ten` that of the name; `cot` the keys wanted, or none for those in use; `rong` is the
/// width of the table in millimetres.
fn cot_danh_sach(nhom: Value, ten_cot: Value, cot: Option<Vec<String>>, rong: f64) -> Result<Value, Error> {
    let groups = list(&nhom)?;
    let heads = serde_json::to_value(&ten_cot).map_err(|error| wrong(error.to_string()))?;
    let rows = || groups.iter().filter_map(|group| group["doi_tuong"].as_array()).flatten();
    let head = |key: &str| heads[key].as_str().ok_or_else(|| wrong(format!("no head for the column `{key}`")));
    let keys: Vec<String> = match cot {
        Some(keys) => keys,
        None => {
            let keys = heads.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
            keys.filter(|key| *key != "ten" && rows().any(|row| row.get(*key).is_some())).map(str::to_owned).collect()
        }
    };
    let called = |row: &Json| {
        let name = row["ten"].as_str().unwrap_or_default();
        row["danh_xung"].as_str().map_or_else(|| name.to_owned(), |title| format!("{title} {name}"))
    };
    let names: Vec<String> = rows().map(&called).collect();
    let persons = rows().enumerate().filter(|(_, row)| row["loai"] != "tap_the").map(|(index, _)| index).collect();
    let cells = names.iter().map(|name| Some(name.as_str())).collect();
    let mut columns = vec![Column { head: head("ten")?, cells, names: persons }];
    for key in &keys {
        let cells = rows().map(|row| row[key].as_str()).collect();
        columns.push(Column { head: head(key)?, cells, names: Vec::new() });
    }
    let most = groups.iter().filter_map(|group| group["so_luong"].as_u64()).max().unwrap_or(0);
    let digits = most.max(1).ilog10() + 1;
    let numbers = NUMBERS + DIGIT * f64::from(digits.saturating_sub(4));
    let size = if columns.len() + 1 < DENSE { TABLE_SIZE } else { DENSE_SIZE };
    let widths = columns::share(&columns, size, rong - numbers);
    let each: Vec<f64> = std::iter::once(numbers).chain(widths.each).collect();
    Ok(Value::from(Serde(serde_json::json!({"cot": keys, "rong": each, "dong": widths.lines, "chat": widths.tight}))))
}

/// The first of some recipients (`noi_nhan`) that names an article after the last one: `Như Điều 5` of three; none where
/// there is none.
fn nhu_dieu_ngoai(noi_nhan: Vec<String>, so_dieu: usize) -> Option<String> {
    noi_nhan.into_iter().find(|line| {
        let Some(rest) = line.trim_start_matches(['-', ' ']).strip_prefix("Như ") else { return false };
        rest.to_lowercase().contains("điều")
            && rest
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|digits| digits.parse::<usize>().ok())
                .any(|n| n == 0 || n > so_dieu)
    })
}

pub(super) fn list(value: &Value) -> Result<Vec<Json>, Error> {
    serde_json::to_value(value)
        .ok()
        .and_then(|json| match json {
            Json::Array(items) => Some(items),
            _ => None,
        })
        .ok_or_else(|| wrong("not a list of recipients"))
}

/// The first recipient listed twice, as `{ten, dau, sau}` with places from 1: same name, form of address, title and unit,
/// and no identity numbers that differ; null where there is none.
fn listed_twice(recipients: &[Json]) -> Json {
    let mut seen: HashMap<[Option<&str>; 5], usize> = HashMap::new();
    for (index, one) in recipients.iter().enumerate() {
        let key = ["ten", "danh_xung", "chuc_vu", "don_vi", "dinh_danh"].map(|key| one[key].as_str());
        if let Some(first) = seen.insert(key, index) {
            return serde_json::json!({"ten": one["ten"], "dau": first + 1, "sau": index + 1});
        }
    }
    Json::Null
}

/// Counts recipients by `loai`, and tells who is listed twice (`trung`).
fn dem_doi_tuong(doi_tuong: Value) -> Result<Value, Error> {
    let doi_tuong = list(&doi_tuong)?;
    let count = |loai: &str| doi_tuong.iter().filter(|one| one["loai"] == loai).count();
    Ok(Value::from(Serde(serde_json::json!({
        "tap_the": count("tap_the"),
        "ca_nhan": count("ca_nhan"),
        "ho_gia_dinh": count("ho_gia_dinh"),
        "tong": doi_tuong.len(),
        "trung": listed_twice(&doi_tuong),
    }))))
}
