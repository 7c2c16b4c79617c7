//! Filters for the documents that go with awards: titles sorted by their legal names, lists of payments and of what is
//! to be given back.

use std::collections::{BTreeMap, HashMap};

use minijinja::value::Serde;
use minijinja::{Environment, Error, Value};
use serde_json::{Value as Json, json};

use super::filters::{list, wrong};
use crate::domain::columns::{self, Column};
use crate::domain::danh_hieu::{self, DanhCho};
use crate::domain::tien_thuong::{self, HeSo, HeSoError, LamTron};
use crate::domain::width::{Face, width};
use crate::domain::{name, number, typography, words};

/// Adds the filters of this file.
pub fn register(environment: &mut Environment<'static>) {
    environment.add_filter("tach_danh_hieu", tach_danh_hieu);
    environment.add_filter("bang_chi_thuong", bang_chi_thuong);
    environment.add_filter("bang_thu_hoi", bang_thu_hoi);
}

/// Awards of titles (`hinh_thuc`, `nam_xet`, `thanh_tich?`, `doi_tuong`) as one entry for each title, year and merit:
/// `{ten, nam, doi_tuong, thanh_tich?, sai_loai}`.
///
/// `ten` is the legal name for its recipients, so that one award “Lao động tiên tiến” of collectives and persons gives two
/// entries, the collectives first; `nam` is `năm 2020` or `năm học 2023-2024`; `sai_loai` is the kind of recipients that
/// cannot have the title, or null.
fn tach_danh_hieu(khen_thuong: &Value, thu_tu: Vec<String>) -> Result<Value, Error> {
    let mut found: Vec<(Json, Vec<Json>)> = Vec::new();
    for award in list(khen_thuong)? {
        let nam = match &award["nam_xet"] {
            Json::String(years) => format!("năm học {years}"),
            year => format!("năm {year}"),
        };
        for kind in &thu_tu {
            let loai = kind_of(kind)?;
            let recipients = award["doi_tuong"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|one| one["loai"] == Json::String(kind.clone()));
            let recipients: Vec<Json> = recipients.cloned().collect();
            if recipients.is_empty() {
                continue;
            }
            let ten = danh_hieu::ten(award["hinh_thuc"].as_str().unwrap_or_default(), loai);
            let wrong_kind = danh_hieu::danh_cho(&ten).is_some_and(|of| of != loai);
            let mut entry = json!({"ten": ten, "nam": nam, "sai_loai": wrong_kind.then(|| loai.words())});
            if let Some(merit) = award.get("thanh_tich") {
                entry["thanh_tich"] = merit.clone();
            }
            match found.iter_mut().find(|(known, _)| *known == entry) {
                Some((_, others)) => others.extend(recipients),
                None => found.push((entry, recipients)),
            }
        }
    }
    let entries: Vec<Json> = found
        .into_iter()
        .map(|(mut entry, recipients)| {
            entry["doi_tuong"] = Json::Array(recipients);
            entry
        })
        .collect();
    Ok(Value::from(Serde(entries)))
}

fn kind_of(loai: &str) -> Result<DanhCho, Error> {
    DanhCho::parse(loai).ok_or_else(|| wrong(format!("unknown kind of recipient `{loai}`")))
}

/// A whole number of the data: JSON calls `450000.0` an integer too.
fn whole(value: &Json) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        // Up to 2⁵³ every whole number is exact.
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
        (number.fract() == 0.0 && number.abs() < 9.0e15).then_some(number as i64)
    })
}

/// Fewest millimetres of the column for signing, upright and lying sheet.
const SIGN: [f64; 2] = [25.0, 42.0];

/// Millimetres of the column of row numbers, to 9,999.
const NUMBERS: f64 = 10.5;

/// Size of the list, points: `table-dense` of `shared/the_thuc/measure.typ`.
const SIZE: f64 = 11.0;

/// Millimetres in one point.
const POINT: f64 = 25.4 / 72.0;

/// What a cell keeps free beside its text, millimetres.
const PADDING: f64 = 3.4;

/// Headings of the list of payments, in order.
const HEADS: [&str; 7] =
    ["STT", "Họ và tên, tên tập thể", "Chức vụ, đơn vị", "Danh hiệu, hình thức", "Hệ số", "Số tiền (đồng)", "Ký nhận"];

/// One group of a list of payments, reckoned.
struct Paid {
    he_so: HeSo,
    each: i64,
    sum: i64,
}

/// The list of payments (`danh_sach_chi_thuong`), every amount reckoned once:
/// `{nhom: [{so_la_ma, hinh_thuc, o_hinh_thuc, danh_hieu, loai, so_luong, he_so, muc, cong, hang: [{ten, noi}]}], tong: {so_luong, so_tien,
/// bang_chu}, dau: heads, rong: millimetres of each column, dong: lines of the tallest cell, chat, trung, loi}`.
///
/// `luong` is the base wage in đồng a month, `lam_tron` how a prize is rounded (none is `gan_nhat`), `xep` the order in a
/// group (`nhap` or `ten`), `ngang` whether the sheet lies on its side. `loi` holds every reason why the list cannot be
/// paid, `{pointer, code, vi, en}`; where it holds any, `nhom` is empty and `tong` null: money is not guessed.
fn bang_chi_thuong(
    chi_thuong: &Value,
    luong: &Value,
    lam_tron: Option<&str>,
    xep: &str,
    ngang: bool,
) -> Result<Value, Error> {
    let groups = list(chi_thuong)?;
    let luong = serde_json::to_value(luong).ok().as_ref().and_then(whole);
    let luong = luong.ok_or_else(|| wrong("the base wage is not a whole number"))?;
    let rule = match lam_tron {
        None => LamTron::default(),
        Some(word) => LamTron::parse(word).ok_or_else(|| wrong(format!("unknown rounding `{word}`")))?,
    };
    let mut faults = Vec::new();
    let mut paid = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        match reckon(group, luong, rule) {
            Ok(sums) => paid.push(sums),
            Err(found) => faults.extend(found.into_iter().map(|fault| fault.told(index))),
        }
    }
    let total = tien_thuong::tong(paid.iter().map(|one| one.sum));
    let (true, Some(total)) = (faults.is_empty(), total) else {
        if faults.is_empty() {
            faults.push(Fault::too_large().told(0));
        }
        return Ok(Value::from(Serde(json!({"nhom": [], "tong": null, "trung": null, "loi": faults}))));
    };

    let mut lists = Vec::new();
    for (index, (group, sums)) in groups.iter().zip(&paid).enumerate() {
        let loai = kind_of(group["loai"].as_str().unwrap_or_default())?;
        let hinh_thuc = group["hinh_thuc"].as_str().unwrap_or_default();
        let mut rows: Vec<&Json> = group["doi_tuong"].as_array().into_iter().flatten().collect();
        match xep {
            "nhap" => {}
            "ten" => name::sort_by_given_name(&mut rows, |one| one["ten"].as_str().unwrap_or_default()),
            other => return Err(wrong(format!("unknown order `{other}`: `nhap` or `ten`"))),
        }
        let numeral = u32::try_from(index + 1).ok().and_then(number::roman);
        lists.push(json!({
            "so_la_ma": numeral.ok_or_else(|| wrong("too many groups"))?,
            "hinh_thuc": danh_hieu::ten(hinh_thuc, loai),
            "o_hinh_thuc": narrow(&danh_hieu::ten(hinh_thuc, loai)),
            "danh_hieu": danh_hieu::la_danh_hieu(hinh_thuc),
            "loai": group["loai"],
            "so_luong": rows.len(),
            "he_so": sums.he_so.to_string(),
            "muc": number::group(sums.each),
            "cong": number::group(sums.sum),
            "hang": rows.into_iter().map(row).collect::<Vec<_>>(),
        }));
    }
    let largest = width(&number::group(total), Face::Bold).max(width("(đồng)", Face::Bold));
    let widths = share(&lists, largest * SIZE * POINT + PADDING, ngang);
    let count: usize = groups.iter().map(|group| group["doi_tuong"].as_array().map_or(0, Vec::len)).sum();
    Ok(Value::from(Serde(json!({
        "nhom": lists,
        "tong": {"so_luong": count, "so_tien": number::group(total), "bang_chu": words::money_line(total)},
        "dau": HEADS,
        "rong": widths.0,
        "dong": widths.1,
        "chat": widths.2,
        "trung": paid_twice(&groups),
        "loi": [],
    }))))
}

/// The first recipient who is paid for one award twice, or for two titles, `{ten, so_lan}`; null where there is none.
fn paid_twice(groups: &[Json]) -> Json {
    let mut seen: HashMap<(Option<&str>, [Option<&str>; 4]), usize> = HashMap::new();
    let awards = groups.iter().map(|group| {
        let award = group["hinh_thuc"].as_str().unwrap_or_default();
        // Forms of reward are paid beside titles and each other, where they are for other merits.
        ((!danh_hieu::la_danh_hieu(award)).then_some(award), group)
    });
    for (award, group) in awards {
        for one in group["doi_tuong"].as_array().into_iter().flatten() {
            let who = ["ten", "danh_xung", "don_vi", "dinh_danh"].map(|key| one[key].as_str());
            *seen.entry((award, who)).or_default() += 1;
        }
    }
    let twice = seen.into_iter().filter(|(_, count)| *count > 1);
    match twice.min_by_key(|((_, who), _)| *who) {
        Some(((_, who), count)) => json!({"ten": who[0], "so_lan": count}),
        None => Json::Null,
    }
}

/// Name with form of address; title and unit as one.
fn row(one: &Json) -> Json {
    let text = |key: &str| one[key].as_str();
    let ten = match (text("danh_xung"), text("ten").unwrap_or_default()) {
        (Some(title), name) => format!("{title} {name}"),
        (None, name) => name.to_owned(),
    };
    let noi: Vec<&str> = [text("chuc_vu"), text("don_vi")].into_iter().flatten().collect();
    json!({"ten": narrow(&ten), "noi": narrow(&noi.join(", "))})
}

/// Text for a narrow cell: words longer than any of Vietnamese may break.
fn narrow(text: &str) -> String {
    typography::open_words(text, 12, 5).into_owned()
}

/// Widths of the seven columns, lines of the tallest cell, whether no-break spaces must give way.
fn share(groups: &[Json], money: f64, ngang: bool) -> (Vec<f64>, usize, bool) {
    let rows =
        || groups.iter().flat_map(|group| group["hang"].as_array().into_iter().flatten().map(move |row| (group, row)));
    let names =
        rows().enumerate().filter(|(_, (group, _))| group["loai"] != "tap_the").map(|(index, _)| index).collect();
    let cells = |key: &str| rows().map(|(_, row)| row[key].as_str().filter(|text| !text.is_empty())).collect();
    let columns = [
        Column { head: HEADS[1], cells: cells("ten"), names },
        Column { head: HEADS[2], cells: cells("noi"), names: Vec::new() },
        Column {
            head: HEADS[3],
            cells: rows().map(|(group, _)| group["o_hinh_thuc"].as_str()).collect(),
            names: Vec::new(),
        },
    ];
    let figures = groups.iter().filter_map(|group| group["he_so"].as_str()).map(|text| width(text, Face::Regular));
    let coefficient = figures.fold(width("Hệ số", Face::Bold), f64::max) * SIZE * POINT + PADDING;
    let sign = SIGN[usize::from(ngang)];
    let room = if ngang { 257.0 } else { 160.0 };
    let widths = columns::share(&columns, SIZE, room - NUMBERS - coefficient - money - sign);
    let mut each = vec![NUMBERS];
    each.extend(&widths.each);
    each.extend([coefficient, money, sign]);
    (each, widths.lines, widths.tight)
}

/// Why a group cannot be paid: the place inside the group, a stable word, the message in both languages.
struct Fault {
    place: String,
    code: &'static str,
    vi: String,
    en: String,
}

impl Fault {
    fn new(place: impl Into<String>, code: &'static str, vi: String, en: String) -> Self {
        Self { place: place.into(), code, vi, en }
    }

    fn too_large() -> Self {
        Self::new(
            "",
            "so_tien_qua_lon",
            "số tiền quá lớn, không tính được".to_owned(),
            "the amount is too large to reckon".to_owned(),
        )
    }

    fn told(self, group: usize) -> Json {
        json!({"pointer": format!("/chi_thuong/{group}{}", self.place), "code": self.code, "vi": self.vi, "en": self.en})
    }
}

/// What each recipient of a group gets and all together, or everything that is wrong with the group.
fn reckon(group: &Json, luong: i64, rule: LamTron) -> Result<Paid, Vec<Fault>> {
    let mut faults = Vec::new();
    let award = group["hinh_thuc"].as_str().unwrap_or_default();
    let kind = group["loai"].as_str().and_then(DanhCho::parse).map_or("", DanhCho::words);
    let recipients: &[Json] = group["doi_tuong"].as_array().map_or(&[], Vec::as_slice);
    let strangers: Vec<usize> =
        recipients.iter().enumerate().filter(|(_, one)| one["loai"] != group["loai"]).map(|(index, _)| index).collect();
    if let Some(first) = strangers.first() {
        let count = strangers.len();
        faults.push(Fault::new(
            format!("/doi_tuong/{first}/loai"),
            "loai_khong_khop",
            format!("nhóm chi cho {kind} nhưng có {count} đối tượng thuộc loại khác; tách thành nhóm riêng"),
            format!("the group pays for `{}` but {count} of its recipients are of another kind; make them a group of their own", group["loai"].as_str().unwrap_or_default()),
        ));
    }
    let unconfirmed = group["chua_xac_nhan"] == Json::Bool(true);
    let he_so = match group["he_so"].as_f64() {
        _ if unconfirmed => {
            faults.push(Fault::new(
                "/he_so",
                "he_so_chua_xac_nhan",
                format!(
                    "hệ số tiền thưởng của `{award}` ({kind}) chưa được xác nhận nên không lập được cột tiền; \
                     xác nhận hệ số này trong cấu hình của cơ quan"
                ),
                format!(
                    "the coefficient of `{award}` ({kind}) has not been confirmed, so there is no amount to print; \
                     confirm it in the agency's configuration"
                ),
            ));
            None
        }
        None => {
            faults.push(Fault::new(
                "/he_so",
                "thieu_he_so",
                format!("thiếu `he_so` của `{award}` ({kind})"),
                format!("`he_so` of `{award}` ({kind}) is missing"),
            ));
            None
        }
        Some(value) => HeSo::from_number(value)
            .map_err(|error| {
                let (vi, en) = match error {
                    HeSoError::TooFine => (
                        "hệ số chỉ có tối đa ba chữ số sau dấu phẩy",
                        "the coefficient has more than three digits after the point",
                    ),
                    HeSoError::Format | HeSoError::OutOfRange => {
                        ("hệ số phải lớn hơn 0 và nhỏ hơn 1000", "the coefficient must be above 0 and below 1000")
                    }
                };
                faults.push(Fault::new("/he_so", "he_so_sai", vi.to_owned(), en.to_owned()));
            })
            .ok(),
    };
    let Some(he_so) = he_so else { return Err(faults) };
    let sums = tien_thuong::muc(he_so, luong, rule)
        .and_then(|each| Some((each, tien_thuong::thanh_tien(each, recipients.len())?)));
    let Some((each, sum)) = sums else {
        faults.push(Fault::too_large());
        return Err(faults);
    };
    if each == 0 {
        faults.push(Fault::new(
            "/he_so",
            "so_tien_bang_khong",
            "tính ra 0 đồng: xem lại hệ số, mức lương cơ sở và cách làm tròn".to_owned(),
            "the amount comes to 0 đồng: look at the coefficient, the base wage and the rounding".to_owned(),
        ));
    }
    if let Some(given) = group.get("so_tien").filter(|given| !given.is_null())
        && whole(given) != Some(each)
    {
        let (given, reckoned) = (whole(given).map_or_else(|| given.to_string(), number::group), number::group(each));
        faults.push(Fault::new(
            "/so_tien",
            "so_tien_khong_khop",
            format!("ghi {given} đồng nhưng hệ số {he_so} của `{award}` ({kind}) tính ra {reckoned} đồng"),
            format!("{given} đồng is given but the coefficient {he_so} of `{award}` ({kind}) makes {reckoned} đồng"),
        ));
    }
    if faults.is_empty() { Ok(Paid { he_so, each, sum }) } else { Err(faults) }
}

/// Recipients of a revoked award ready for print: `{doi_tuong, tong, bang_chu, ly_do_rieng, thieu_ly_do}`.
///
/// Each row gets `ly_do` (its own, else the common one) and `tien` (`350.000`, where it has money to give back); `tong` is
/// the sum in đồng, `350.000 đồng`, or null where there is none; `bang_chu` its words; `ly_do_rieng` tells whether reasons
/// differ; `thieu_ly_do` is the first name without any, or null.
fn bang_thu_hoi(doi_tuong: &Value, ly_do: Option<String>) -> Result<Value, Error> {
    let mut rows = list(doi_tuong)?;
    let mut amounts = Vec::new();
    let mut reasons = BTreeMap::new();
    for row in &mut rows {
        let reason = row["ly_do"].as_str().map(str::to_owned).or_else(|| ly_do.clone());
        reasons.entry(reason.clone()).and_modify(|count| *count += 1).or_insert(1_usize);
        if let Some(reason) = reason {
            row["ly_do"] = Json::String(reason);
        }
        let amount = match &row["tien_thuong"] {
            Json::Null => 0,
            given => whole(given).ok_or_else(|| wrong("an amount is not a whole number"))?,
        };
        if amount > 0 {
            row["tien"] = Json::String(number::group(amount));
        }
        amounts.push(amount);
    }
    let total = tien_thuong::tong(amounts).ok_or_else(|| wrong("the sum is too large"))?;
    Ok(Value::from(Serde(json!({
        "doi_tuong": rows,
        "tong": (total > 0).then(|| number::money(total)),
        "bang_chu": (total > 0).then(|| words::money_line(total)),
        "ly_do_rieng": reasons.len() > 1,
        "thieu_ly_do": rows.iter().find(|row| !row["ly_do"].is_string()).map(|row| &row["ten"]),
    }))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: Json) -> Value {
        Value::from(Serde(json))
    }

    fn json_of(value: &Value) -> Json {
        serde_json::to_value(value).expect("plain data")
    }

    fn payments(groups: Json) -> Json {
        let table = bang_chi_thuong(&value(groups), &Value::from(1_490_000), None, "nhap", true);
        json_of(&table.expect("a list of groups"))
    }

    fn faults(groups: Json) -> Vec<(String, String)> {
        let found = payments(groups);
        assert_eq!((&found["nhom"], &found["tong"]), (&json!([]), &Json::Null), "nothing is printed beside a fault");
        let told = found["loi"].as_array().expect("a list").iter();
        let word = |fault: &Json, key: &str| fault[key].as_str().expect("a word").to_owned();
        told.map(|fault| (word(fault, "pointer"), word(fault, "code"))).collect()
    }

    fn person(ten: &str) -> Json {
        json!({"loai": "ca_nhan", "danh_xung": "Bà", "ten": ten, "don_vi": "Bản Mo 2"})
    }

    #[test]
    fn a_title_of_collectives_and_persons_is_two_titles() {
        let award = json!([
            {"hinh_thuc": "LĐTT", "nam_xet": 2020, "doi_tuong": [person("Lò Thị Ón"), {"loai": "tap_the", "ten": "Bản Mo 2"}]},
            {"hinh_thuc": "danh hiệu “Lao động tiên tiến”", "nam_xet": 2020, "doi_tuong": [person("Hà Thị Chi")]},
            {"hinh_thuc": "Lao động tiên tiến", "nam_xet": "2020-2021", "doi_tuong": [person("Sa Thị Huệ")]},
        ]);
        let kinds = ["tap_the", "ca_nhan", "ho_gia_dinh"].map(str::to_owned).to_vec();
        let titles = json_of(&tach_danh_hieu(&value(award), kinds).expect("awards"));
        let shown: Vec<_> = titles
            .as_array()
            .expect("a list")
            .iter()
            .map(|title| {
                (
                    title["ten"].as_str().unwrap_or(""),
                    title["nam"].as_str().unwrap_or(""),
                    title["doi_tuong"].as_array().map_or(0, Vec::len),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("Tập thể lao động tiên tiến", "năm 2020", 1),
                ("Lao động tiên tiến", "năm 2020", 2),
                ("Lao động tiên tiến", "năm học 2020-2021", 1),
            ]
        );
        assert!(titles.as_array().expect("a list").iter().all(|title| title["sai_loai"].is_null()));
    }

    #[test]
    fn a_person_s_title_for_a_collective_is_told() {
        let award =
            json!([{"hinh_thuc": "CSTĐCS", "nam_xet": 2020, "doi_tuong": [{"loai": "tap_the", "ten": "Bản Mo 2"}]}]);
        let titles = json_of(&tach_danh_hieu(&value(award), vec!["tap_the".into()]).expect("awards"));
        assert_eq!(titles[0]["sai_loai"], "tập thể");
    }

    #[test]
    fn sums_are_those_of_the_rows() {
        let found = payments(json!([
            {"hinh_thuc": "CSTĐCS", "loai": "ca_nhan", "he_so": 1, "doi_tuong": [person("Lò Thị Ón")]},
            {"hinh_thuc": "Lao động tiên tiến", "loai": "ca_nhan", "he_so": 0.3, "so_tien": 450_000.0,
                "doi_tuong": [person("Hà Thị Chi"), person("Sa Thị Huệ"), person("Hà Thị Ánh")]},
        ]));
        assert_eq!(found["loi"], json!([]));
        assert_eq!(found["nhom"][0]["muc"], "1.490.000");
        assert_eq!((&found["nhom"][1]["muc"], &found["nhom"][1]["cong"]), (&json!("450.000"), &json!("1.350.000")));
        assert_eq!(
            found["tong"],
            json!({
                "so_luong": 4, "so_tien": "2.840.000", "bang_chu": "Hai triệu tám trăm bốn mươi nghìn đồng",
            })
        );
        assert_eq!(found["nhom"][1]["he_so"], "0,3");
        let width: f64 = found["rong"].as_array().expect("a list").iter().filter_map(Json::as_f64).sum();
        assert!((width - 257.0).abs() < 1e-6, "{width}");
    }

    #[test]
    fn money_that_is_not_sure_is_refused_and_every_reason_told() {
        let told = faults(json!([
            {"hinh_thuc": "Giấy khen", "loai": "ca_nhan", "chua_xac_nhan": true, "doi_tuong": [person("Lò Thị Ón")]},
            {"hinh_thuc": "Giấy khen", "loai": "ca_nhan", "chua_xac_nhan": true, "he_so": 0.15, "doi_tuong": [person("Lò Thị Ón")]},
            {"hinh_thuc": "Giấy khen", "loai": "ca_nhan", "doi_tuong": [person("Lò Thị Ón")]},
            {"hinh_thuc": "Giấy khen", "loai": "ca_nhan", "he_so": 0.0001, "doi_tuong": [person("Lò Thị Ón")]},
            {"hinh_thuc": "Giấy khen", "loai": "ca_nhan", "he_so": 0.001, "doi_tuong": [person("Lò Thị Ón")]},
            {"hinh_thuc": "Giấy khen", "loai": "tap_the", "he_so": 0.6, "so_tien": 894_000, "doi_tuong": [person("Lò Thị Ón")]},
        ]));
        let told: Vec<(&str, &str)> = told.iter().map(|(at, code)| (at.as_str(), code.as_str())).collect();
        assert_eq!(
            told,
            [
                ("/chi_thuong/0/he_so", "he_so_chua_xac_nhan"),
                ("/chi_thuong/1/he_so", "he_so_chua_xac_nhan"),
                ("/chi_thuong/2/he_so", "thieu_he_so"),
                ("/chi_thuong/3/he_so", "he_so_sai"),
                ("/chi_thuong/4/he_so", "so_tien_bang_khong"),
                ("/chi_thuong/5/doi_tuong/0/loai", "loai_khong_khop"),
                ("/chi_thuong/5/so_tien", "so_tien_khong_khop"),
            ]
        );
    }

    #[test]
    fn a_sum_beyond_all_numbers_is_a_fault() {
        let group =
            json!([{"hinh_thuc": "Giấy khen", "loai": "ca_nhan", "he_so": 999, "doi_tuong": [person("Lò Thị Ón")]}]);
        let table = bang_chi_thuong(&value(group), &Value::from(i64::MAX), None, "nhap", false).expect("a list");
        assert_eq!(json_of(&table)["loi"][0]["code"], "so_tien_qua_lon");
    }

    #[test]
    fn who_is_paid_for_two_titles_is_told_and_who_has_title_and_reward_is_not() {
        let group = |award: &str| json!({"hinh_thuc": award, "loai": "ca_nhan", "he_so": 1, "doi_tuong": [person("Lò Thị Ón")]});
        assert_eq!(
            payments(json!([group("CSTĐCS"), group("LĐTT")]))["trung"],
            json!({"ten": "Lò Thị Ón", "so_lan": 2})
        );
        assert_eq!(payments(json!([group("CSTĐCS"), group("Giấy khen")]))["trung"], Json::Null);
    }

    #[test]
    fn what_is_to_be_given_back_is_summed_and_every_reason_found() {
        let people = json!([
            {"loai": "ca_nhan", "ten": "Lò Thị Ón", "tien_thuong": 350_000},
            {"loai": "ca_nhan", "ten": "Hà Thị Chi", "tien_thuong": 0, "ly_do": "khai gian"},
        ]);
        let found = json_of(&bang_thu_hoi(&value(people.clone()), Some("hồ sơ giả".into())).expect("a list"));
        assert_eq!((&found["tong"], &found["ly_do_rieng"]), (&json!("350.000 đồng"), &json!(true)));
        assert_eq!(
            (&found["doi_tuong"][0]["ly_do"], &found["doi_tuong"][0]["tien"]),
            (&json!("hồ sơ giả"), &json!("350.000"))
        );
        assert_eq!(found["thieu_ly_do"], Json::Null);
        let found = json_of(&bang_thu_hoi(&value(people), None).expect("a list"));
        assert_eq!(found["thieu_ly_do"], "Lò Thị Ón");
    }
}
