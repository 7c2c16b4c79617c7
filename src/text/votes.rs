//! The vote of a council as its minutes need it: the rows of the table, what each award came to, what does not add up.

use std::collections::HashMap;

use minijinja::value::Serde;
use minijinja::{Error, ErrorKind, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::domain::bieu_quyet::{Ballots, Base, TyLe, percent};
use crate::domain::columns::{self, Column};
use crate::domain::{name, number};

/// Size of the table's letters, points: `table-dense` of `shared/the_thuc/measure.typ`.
const SIZE: f64 = 11.0;

/// Millimetres of the column of row numbers, as that of a list.
const NUMBERS: f64 = 10.5;

/// Millimetres of a column of votes: the longest word of its head.
const VOTES: f64 = 14.6;

/// Millimetres of the column of shares: the longest line of its head.
const SHARE: f64 = 15.0;

/// Millimetres a column of words has at least: `Giấy khen` on one line.
const WORDS: f64 = 20.0;

#[derive(Deserialize)]
struct Award {
    hinh_thuc: String,
    ty_le_can: Option<String>,
    doi_tuong: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    loai: String,
    danh_xung: Option<String>,
    ten: String,
    chuc_vu: Option<String>,
    don_vi: Option<String>,
    dong_y: u64,
    khong_dong_y: u64,
    #[serde(default)]
    phieu_khong_hop_le: u64,
}

impl Row {
    fn ballots(&self) -> Ballots {
        Ballots { approving: self.dong_y, refusing: self.khong_dong_y, invalid: self.phieu_khong_hop_le }
    }

    fn called(&self) -> String {
        self.danh_xung.as_ref().map_or_else(|| self.ten.clone(), |title| format!("{title} {}", self.ten))
    }

    /// In a sentence `Ông`, `Bà` are small.
    fn called_within(&self) -> String {
        let called = self.called();
        let small = matches!(self.danh_xung.as_deref(), Some("Ông" | "Bà"));
        if small { name::lower_first(&called) } else { called }
    }

    fn placed(&self) -> String {
        [&self.chuc_vu, &self.don_vi].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

#[derive(Deserialize)]
struct Vote {
    thu_ve: u64,
    tinh_tren: String,
}

#[derive(Deserialize, Default)]
struct Needed {
    hop: Option<String>,
    thong_qua: Option<String>,
}

#[derive(Deserialize)]
struct Meeting {
    co_mat: Vec<Json>,
    #[serde(default)]
    vang_mat: Vec<Json>,
}

/// What [`ket_qua_phieu`] makes of a vote, as far as [`cot_phieu`] needs it.
#[derive(Deserialize)]
struct Table {
    cot: Vec<String>,
    hang: Vec<Vec<Json>>,
}

/// Recipients by kind.
#[derive(Serialize, Default)]
struct Count {
    tap_the: usize,
    ca_nhan: usize,
    ho_gia_dinh: usize,
    tong: usize,
}

impl Count {
    fn add(&mut self, loai: &str) {
        match loai {
            "tap_the" => self.tap_the += 1,
            "ca_nhan" => self.ca_nhan += 1,
            _ => self.ho_gia_dinh += 1,
        }
        self.tong += 1;
    }
}

/// Columns of the table, left to right.
const COLUMNS: [&str; 8] =
    ["stt", "ten", "don_vi", "hinh_thuc", "dong_y", "khong_dong_y", "phieu_khong_hop_le", "ty_le"];

/// `ket_qua_phieu(khen_thuong, bo_phieu, ty_le_can, thanh_phan)`:
///
/// - `cot`: keys of the table's columns (number, name, title and unit where one is given, form of award, votes for, against,
///   invalid ones where there are any, share in percent), `hang`: its rows;
/// - `ket_qua`: for each award `{can, dat, khong_dat, ten_khong_dat}`, what was needed (or none), who reached it, who did
///   not, counted by kind;
/// - `sai`: `{noi, ten, tong}` of each recipient whose ballots are not those collected, `noi` a JSON Pointer;
/// - `khong_dat`: `{noi, ten, ty_le, can}` of each who did not reach what was needed;
/// - `du_hop`: whether as many members are present as the meeting needs.
pub(super) fn ket_qua_phieu(
    khen_thuong: Value,
    bo_phieu: Value,
    ty_le_can: Value,
    thanh_phan: Value,
) -> Result<Value, Error> {
    let awards: Vec<Award> = read(&khen_thuong)?;
    let vote: Vote = read(&bo_phieu)?;
    let needed: Option<Needed> = read(&ty_le_can)?;
    let needed = needed.unwrap_or_default();
    let meeting: Meeting = read(&thanh_phan)?;
    let present = meeting.co_mat.len() as u64;
    let members = present + meeting.vang_mat.len() as u64;
    let base = match vote.tinh_tren.as_str() {
        "thanh_vien" => Base::All(members),
        "co_mat" => Base::All(present),
        "thu_ve" => Base::All(vote.thu_ve),
        "hop_le" => Base::Valid,
        other => return Err(wrong(format!("shares of `{other}`: `thanh_vien`, `co_mat`, `thu_ve` or `hop_le`"))),
    };
    let any = |given: fn(&Row) -> bool| awards.iter().flat_map(|award| &award.doi_tuong).any(given);
    let (invalid, placed) = (any(|row| row.phieu_khong_hop_le > 0), any(|row| !row.placed().is_empty()));
    let keys = COLUMNS.into_iter().filter(|key| match *key {
        "don_vi" => placed,
        "phieu_khong_hop_le" => invalid,
        _ => true,
    });
    let keys: Vec<&str> = keys.collect();
    let (mut rows, mut results, mut wrong_sums, mut short) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (k, award) in awards.iter().enumerate() {
        let can = award.ty_le_can.as_ref().or(needed.thong_qua.as_ref());
        let share = can.map(|can| TyLe::parse(can).ok_or_else(|| wrong(format!("`{can}` is no share")))).transpose()?;
        let printed = can.map(|can| can.replace('.', ","));
        let (mut reached, mut missed, mut names) = (Count::default(), Count::default(), Vec::new());
        for (i, row) in award.doi_tuong.iter().enumerate() {
            let ballots = row.ballots();
            let of = base.count(ballots);
            let percentage = percent(ballots.approving, of);
            let place = format!("/khen_thuong/{k}/doi_tuong/{i}");
            if ballots.cast() != vote.thu_ve {
                wrong_sums.push(json!({"noi": place, "ten": row.ten, "tong": ballots.cast()}));
            }
            if share.is_some_and(|share| !share.reached(ballots.approving, of)) {
                let ty_le = number::percent(percentage).unwrap_or_default();
                short.push(json!({"noi": place, "ten": row.ten, "ty_le": ty_le, "can": printed}));
                missed.add(&row.loai);
                names.push(row.called_within());
            } else {
                reached.add(&row.loai);
            }
            let cell = |key: &str| match key {
                "stt" => json!(rows.len() + 1),
                "ten" => json!(row.called()),
                "don_vi" => json!(row.placed()),
                "hinh_thuc" => json!(form(&award.hinh_thuc)),
                "dong_y" => json!(row.dong_y),
                "khong_dong_y" => json!(row.khong_dong_y),
                "phieu_khong_hop_le" => json!(row.phieu_khong_hop_le),
                _ => json!(percentage),
            };
            let cells: Vec<Json> = keys.iter().map(|key| cell(key)).collect();
            rows.push(cells);
        }
        results.push(json!({"can": printed, "dat": reached, "khong_dat": missed, "ten_khong_dat": names}));
    }
    let quorum = needed.hop.map(|hop| TyLe::parse(&hop).ok_or_else(|| wrong(format!("`{hop}` is no share"))));
    let quorum = quorum.transpose()?.is_none_or(|share| share.reached(present, members));
    Ok(Value::from(Serde(json!({
        "cot": keys, "hang": rows, "ket_qua": results, "sai": wrong_sums, "khong_dat": short, "du_hop": quorum,
    }))))
}

/// `cot_phieu(khen_thuong, phieu, dau_cot, rong)`: `{cot, chat}`, the columns of the table of votes `phieu` for `data-table`
/// of `shared/the_thuc/body.typ`, with the heads of `dau_cot` and widths that fill `rong` millimetres, and whether no-break
/// spaces must give way in them.
pub(super) fn cot_phieu(khen_thuong: Value, phieu: Value, dau_cot: Value, rong: f64) -> Result<Value, Error> {
    let awards: Vec<Award> = read(&khen_thuong)?;
    let table: Table = read(&phieu)?;
    let heads: HashMap<String, String> = read(&dau_cot)?;
    let mut persons: Vec<usize> = Vec::new();
    for (index, row) in awards.iter().flat_map(|award| &award.doi_tuong).enumerate() {
        if row.loai != "tap_the" {
            persons.push(index);
        }
    }
    let (mut words, mut taken) = (Vec::new(), 0.0);
    for (index, key) in table.cot.iter().enumerate() {
        let head = heads.get(key).ok_or_else(|| wrong(format!("no head for the column `{key}`")))?;
        match fixed(key) {
            Some((width, _)) => taken += width,
            None => words.push(Column {
                head,
                cells: table.hang.iter().map(|row| row.get(index).and_then(Json::as_str)).collect(),
                names: if key == "ten" { std::mem::take(&mut persons) } else { Vec::new() },
            }),
        }
    }
    let columns::Widths { each: mut widths, tight, .. } = columns::share(&words, SIZE, rong - taken);
    widen(&mut widths, WORDS);
    let mut widths = widths.into_iter();
    let mut all = Vec::new();
    for key in &table.cot {
        let head = &heads[key];
        let (width, rest) = match fixed(key) {
            Some((width, rest)) => (Some(width), rest),
            None => (widths.next(), json!({"kieu": "chu"})),
        };
        let mut column = json!({"tieu_de": head, "rong": width});
        if let (Some(column), Json::Object(rest)) = (column.as_object_mut(), rest) {
            column.extend(rest);
        }
        all.push(column);
    }
    Ok(Value::from(Serde(json!({"cot": all, "chat": tight}))))
}

/// Width in millimetres and setting of a column of numbers; none of one of words.
fn fixed(key: &str) -> Option<(f64, Json)> {
    match key {
        "stt" => Some((NUMBERS, json!({"kieu": "stt"}))),
        "dong_y" | "khong_dong_y" | "phieu_khong_hop_le" => Some((VOTES, json!({"kieu": "so", "can": "giua"}))),
        "ty_le" => Some((SHARE, json!({"kieu": "so"}))),
        _ => None,
    }
}

/// Gives each column at least so much, at the cost of the widest.
fn widen(widths: &mut [f64], least: f64) {
    for index in 0..widths.len() {
        let lack = least - widths[index];
        let widest = (0..widths.len()).max_by(|a, b| widths[*a].total_cmp(&widths[*b]));
        if let Some(widest) = widest.filter(|widest| lack > 0.0 && widths[*widest] - lack > least) {
            widths[index] += lack;
            widths[widest] -= lack;
        }
    }
}

/// The form of award in a cell: a title without the word and its quotes.
fn form(hinh_thuc: &str) -> String {
    let lower = hinh_thuc.to_lowercase();
    match hinh_thuc.split_once(' ').and_then(|(_, rest)| rest.split_once(' ')) {
        Some((_, title)) if lower.starts_with("danh hiệu ") => {
            name::capitalize_first(title.trim_matches(['“', '”', '"']))
        }
        _ => name::capitalize_first(hinh_thuc),
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, Error> {
    let json = serde_json::to_value(value).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_value(json).map_err(|error| wrong(error.to_string()))
}

fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ten: &str, votes: (u64, u64, u64)) -> Json {
        let (dong_y, khong_dong_y, khong) = votes;
        json!({
            "loai": "ca_nhan", "ten": ten, "don_vi": "xã Tường Phù",
            "dong_y": dong_y, "khong_dong_y": khong_dong_y, "phieu_khong_hop_le": khong,
        })
    }

    /// Three votes of a council of 15, 12 of them present.
    fn result(rows: &[Json], tinh_tren: &str, can: Json) -> Json {
        let awards = json!([{"hinh_thuc": "danh hiệu “Chiến sĩ thi đua cơ sở”", "doi_tuong": rows}]);
        let meeting = json!({"co_mat": vec![json!({}); 12], "vang_mat": vec![json!({}); 3]});
        let value = |json: Json| Value::from(Serde(json));
        let vote = value(json!({"thu_ve": 12, "tinh_tren": tinh_tren}));
        let made = ket_qua_phieu(value(awards), vote, value(can), value(meeting)).expect("a sound vote");
        serde_json::to_value(made).expect("JSON")
    }

    fn columns_of(rows: &[Json]) -> Vec<Json> {
        let heads: serde_json::Map<String, Json> = COLUMNS.iter().map(|key| ((*key).to_owned(), json!(key))).collect();
        let value = |json: Json| Value::from(Serde(json));
        let awards = json!([{"hinh_thuc": "Giấy khen", "doi_tuong": rows}]);
        let table = result(rows, "co_mat", json!({}));
        let made = cot_phieu(value(awards), value(table), value(Json::Object(heads)), 160.0).expect("a sound table");
        serde_json::to_value(made).expect("JSON")["cot"].as_array().cloned().expect("columns")
    }

    #[test]
    fn the_share_is_counted_of_what_the_data_say() {
        let rows = [row("Lò Văn Ượn", (9, 2, 1))];
        for (tinh_tren, share) in [("thanh_vien", 60.0), ("co_mat", 75.0), ("thu_ve", 75.0), ("hop_le", 81.82)] {
            let made = result(&rows, tinh_tren, json!({}));
            assert_eq!(made["hang"][0][7], json!(share), "{tinh_tren}");
        }
    }

    #[test]
    fn ballots_that_do_not_add_up_are_named_with_their_place() {
        let made = result(&[row("A", (12, 0, 0)), row("B", (12, 1, 0)), row("C", (3, 3, 3))], "co_mat", json!(null));
        let told: Vec<&str> =
            made["sai"].as_array().expect("a list").iter().filter_map(|one| one["noi"].as_str()).collect();
        assert_eq!(told, ["/khen_thuong/0/doi_tuong/1", "/khen_thuong/0/doi_tuong/2"]);
        assert_eq!(made["sai"][1]["tong"], 9);
    }

    #[test]
    fn who_misses_the_share_is_not_proposed() {
        let rows = [row("A", (8, 4, 0)), row("B", (7, 5, 0))];
        let made = result(&rows, "co_mat", json!({"thong_qua": "2/3"}));
        assert_eq!(made["ket_qua"][0]["dat"]["tong"], 1);
        assert_eq!(
            made["khong_dat"],
            json!([{"noi": "/khen_thuong/0/doi_tuong/1", "ten": "B", "ty_le": "58,33%", "can": "2/3"}])
        );
        // Without a threshold nobody is judged.
        assert_eq!(result(&rows, "co_mat", json!(null))["khong_dat"], json!([]));
    }

    #[test]
    fn where_no_unit_is_given_there_is_no_column_of_units() {
        let bare = json!({"loai": "ca_nhan", "ten": "A", "dong_y": 12, "khong_dong_y": 0});
        assert_eq!(columns_of(std::slice::from_ref(&bare)).len(), 6);
        assert_eq!(columns_of(&[bare, row("B", (12, 0, 0))]).len(), 7);
    }

    #[test]
    fn a_column_of_invalid_ballots_stands_only_where_there_are_some() {
        assert_eq!(columns_of(&[row("A", (12, 0, 0))]).len(), 7);
        assert_eq!(columns_of(&[row("A", (12, 0, 0)), row("B", (11, 0, 1))]).len(), 8);
    }

    #[test]
    fn columns_fill_the_room() {
        let columns = columns_of(&[row("Đinh Thị Hoài Thuý", (11, 0, 1))]);
        let total: f64 = columns.iter().filter_map(|one| one["rong"].as_f64()).sum();
        assert!((total - 160.0).abs() < 1e-6, "{total}");
    }

    #[test]
    fn a_meeting_needs_its_members() {
        let quorum = |hop: &str| result(&[row("A", (12, 0, 0))], "co_mat", json!({"hop": hop}))["du_hop"].clone();
        assert_eq!((quorum("4/5"), quorum("81%")), (json!(true), json!(false)));
    }

    #[test]
    fn a_title_stands_in_its_cell_without_quotes() {
        assert_eq!(form("danh hiệu “Lao động tiên tiến”"), "Lao động tiên tiến");
        assert_eq!(form("Giấy khen"), "Giấy khen");
        assert_eq!(form("danh"), "Danh");
    }
}
