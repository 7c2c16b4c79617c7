//! Filters and functions of the prose: thin wraps of `domain`.

use std::borrow::Cow;

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};
use serde_json::Value as Json;

use crate::domain::can_chinh::{SaiSo, bu_lech};
use crate::domain::date::{self, Date};
use crate::domain::{name, number, so_ky_hieu, typography, words};

/// Adds everything `docs/templates.md` lists.
pub fn register(environment: &mut Environment<'static>) {
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
    environment.add_filter("ngat_tu_dai", ngat_tu_dai);
    environment.add_filter("do_dai_nhat", do_dai_nhat);
    environment.add_function("so_ky_hieu", |so: Option<u32>, ky_hieu: &str| so_ky_hieu::format(so, ky_hieu));
    environment.add_function("dia_danh_ngay", |dia_danh: &str, ngay: Option<&str>, nam: Option<i32>| {
        Ok::<_, Error>(date::place_and_date(dia_danh, ngay.map(parse_date).transpose()?, nam))
    });
    environment.add_function("ngay_hoac_trong", |ngay: Option<&str>, nam: Option<i32>| {
        Ok::<_, Error>(match ngay.map(parse_date).transpose()? {
            Some(day) => day.long(),
            None => date::blank_long(nam),
        })
    });
    environment.add_function("can_chinh", can_chinh);
    // As functions and as filters, so that `map` can apply them to several awards.
    environment.add_function("nhom_doi_tuong", nhom_doi_tuong);
    environment.add_filter("nhom_doi_tuong", nhom_doi_tuong);
    environment.add_function("dem_doi_tuong", dem_doi_tuong);
    environment.add_filter("dem_doi_tuong", dem_doi_tuong);
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
    Ok(Value::from_iter([
        ("ngang", Value::from(found.ngang)),
        ("doc", Value::from(found.doc)),
        ("ti_le_ngang", Value::from(found.ti_le_ngang)),
        ("ti_le_doc", Value::from(found.ti_le_doc)),
        ("hop_le", Value::from(found.hop_le)),
    ]))
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

fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
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

/// Bytes of the longest string anywhere in a value.
fn do_dai_nhat(value: Value) -> usize {
    match value.kind() {
        ValueKind::String => value.as_str().map_or(0, str::len),
        ValueKind::Map => value
            .try_iter()
            .into_iter()
            .flatten()
            .filter_map(|key| value.get_item(&key).ok())
            .map(do_dai_nhat)
            .max()
            .unwrap_or(0),
        ValueKind::Seq | ValueKind::Iterable => {
            value.try_iter().into_iter().flatten().map(do_dai_nhat).max().unwrap_or(0)
        }
        _ => 0,
    }
}

fn list(value: &Value) -> Result<Vec<Json>, Error> {
    serde_json::to_value(value)
        .ok()
        .and_then(|json| match json {
            Json::Array(items) => Some(items),
            _ => None,
        })
        .ok_or_else(|| wrong("not a list of recipients"))
}

/// Counts recipients by `loai`.
fn dem_doi_tuong(doi_tuong: Value) -> Result<Value, Error> {
    let doi_tuong = list(&doi_tuong)?;
    let count = |loai: &str| doi_tuong.iter().filter(|one| one["loai"] == loai).count();
    Ok(Value::from(Serde(serde_json::json!({
        "tap_the": count("tap_the"),
        "ca_nhan": count("ca_nhan"),
        "ho_gia_dinh": count("ho_gia_dinh"),
        "tong": doi_tuong.len(),
    }))))
}
