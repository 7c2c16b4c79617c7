//! What goes out: pattern sheets read back as filled, marked copies that show every fault.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Map, Value, json};
use vinhdanh::ingest::{self, Column, Kind, ReadOptions};

use super::{data, people, read, table, template, told};

#[test]
fn a_pattern_sheet_is_read_back_and_lacks_only_rows() {
    for columns in [people(), ingest::columns(template("giay_khen"))] {
        let bytes = ingest::pattern("Danh sách đề nghị khen thưởng", &columns).expect("a pattern");
        assert_eq!(
            bytes,
            ingest::pattern("Danh sách đề nghị khen thưởng", &columns).expect("a pattern"),
            "the same bytes"
        );
        let failure = ingest::read(&bytes, "mau.xlsx", &columns, &ReadOptions::default()).expect_err("no rows yet");
        assert_eq!(told(&failure.diagnostics), [("no_rows", "4")]);
    }
}

/// A filled sheet under the headings of the pattern, as Excel would save it.
fn filled(columns: &[Column], rows: &[Vec<Option<Value>>]) -> Vec<u8> {
    let pattern = ingest::pattern("Danh sách", columns).expect("a pattern");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(pattern)).expect("a workbook");
    let range = book.worksheet_range("Danh sách").expect("the sheet");
    let mut out = Workbook::new();
    let sheet = out.add_worksheet();
    for (row, column, cell) in range.used_cells() {
        let (row, column) = (u32::try_from(row).expect("small"), u16::try_from(column).expect("small"));
        sheet.write_string(row, column, cell.to_string()).expect("written");
    }
    let text = Format::new().set_num_format("@");
    let days = Format::new().set_num_format("dd/mm/yyyy");
    for (row, values) in (4..).zip(rows) {
        for ((value, column), at) in values.iter().zip(columns).zip(1..) {
            let Some(value) = value else { continue };
            match (&column.kind, value) {
                (Kind::Date, Value::String(day)) => {
                    let day = ExcelDateTime::parse_from_str(day).expect("a day");
                    sheet.write_datetime_with_format(row, at, &day, &days).expect("written");
                }
                (Kind::Choice(choices), Value::String(value)) => {
                    let shown = &choices.iter().find(|(_, one)| one == value).expect("a choice").0;
                    sheet.write_string_with_format(row, at, shown, &text).expect("written");
                }
                (Kind::Flag, Value::Bool(value)) => {
                    sheet.write_string(row, at, if *value { "Có" } else { "Không" }).expect("written");
                }
                (_, Value::Number(number)) => {
                    sheet.write_number(row, at, number.as_f64().expect("finite")).expect("written");
                }
                (_, value) => {
                    sheet.write_string_with_format(row, at, value.as_str().expect("a text"), &text).expect("written");
                }
            }
        }
    }
    out.save_to_buffer().expect("a workbook")
}

/// Columns of every kind.
fn every_kind() -> Vec<Column> {
    let schema = json!({
        "required": ["ten"],
        "properties": {
            "ten": {"type": "string", "x-cot": {"tieu_de": ["Họ và tên"]}},
            "trong": {"type": "object", "properties": {
                "don_vi": {"type": "string", "x-cot": {"tieu_de": ["Đơn vị công tác"]}},
                "muc": {"type": "integer", "x-cot": {"tieu_de": ["Mức"]}},
            }},
            "dd": {"type": "string", "x-cot": {"tieu_de": ["CCCD"], "kieu": "dinh_danh"}},
            "he_so": {"type": "number", "x-cot": {"tieu_de": ["Hệ số"]}},
            "ngay": {"type": "string", "format": "date", "x-cot": {"tieu_de": ["Ngày sinh"]}},
            "dang": {"type": "boolean", "x-cot": {"tieu_de": ["Đảng viên"]}},
            "loai": {"enum": ["ca_nhan", "tap_the"], "x-cot": {"tieu_de": ["Loại"], "lua_chon": {"Cá nhân": "ca_nhan", "Tập thể": "tap_the"}}},
        }
    });
    ingest::columns(&schema)
}

fn value(column: &Column) -> BoxedStrategy<Option<Value>> {
    let some: BoxedStrategy<Value> = match &column.kind {
        Kind::Text => prop_oneof![
            "[A-ZĐ][a-zàảãáạăằẵâầêềễđôồốơờưừứịỉỹ]{1,8}( [A-ZĐ][a-zàảãáạăâêđôơưịỉỹ]{1,6}){0,3}",
            "=[A-Z]{1,5}\\([a-z0-9]{0,5}\\)",
            "[0-9]{1,6}/[A-Z]{1,3}",
        ]
        .prop_map(Value::from)
        .boxed(),
        Kind::Identity => "[0-9]{12}".prop_map(Value::from).boxed(),
        Kind::Integer => (-1_000_000_i64..1_000_000_000).prop_map(Value::from).boxed(),
        Kind::Decimal => (0_i32..100_000).prop_map(|number| json!(f64::from(number) / 64.0 + 0.25)).boxed(),
        Kind::Date => (1950_u32..2100, 1_u32..13, 1_u32..29)
            .prop_map(|(year, month, day)| json!(format!("{year}-{month:02}-{day:02}")))
            .boxed(),
        Kind::Flag => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Choice(choices) => {
            prop::sample::select(choices.iter().map(|(_, value)| json!(value)).collect::<Vec<_>>()).boxed()
        }
    };
    if column.required { some.prop_map(Some).boxed() } else { prop::option::weighted(0.7, some).boxed() }
}

fn expected(columns: &[Column], row: &[Option<Value>]) -> Value {
    let mut data = Value::Object(Map::new());
    for (column, value) in columns.iter().zip(row) {
        let Some(value) = value else { continue };
        let value = match value.as_f64() {
            Some(number) if number.fract() == 0.0 => json!(number as i64),
            _ => value.clone(),
        };
        match column.pointer.trim_start_matches('/').split_once('/') {
            Some((outer, inner)) => data[outer][inner] = value,
            None => data[&column.pointer[1..]] = value,
        }
    }
    data
}

#[test]
fn what_is_filled_into_a_pattern_sheet_is_what_is_read() {
    let columns = every_kind();
    let row: Vec<_> = columns.iter().map(value).collect();
    let rows = prop::collection::vec(row, 1..6);
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    runner
        .run(&rows, |rows| {
            let bytes = filled(&columns, &rows);
            let sheet = ingest::read(&bytes, "a.xlsx", &columns, &ReadOptions::default())
                .map_err(|failure| TestCaseError::fail(format!("{failure:?}")))?;
            prop_assert_eq!(&sheet.faults, &Vec::new());
            let wanted: Vec<Value> = rows.iter().map(|row| expected(&columns, row)).collect();
            prop_assert_eq!(data(&sheet), wanted);
            Ok(())
        })
        .expect("every filled sheet reads back");
}

#[test]
fn a_marked_copy_shows_repairs_and_faults_and_is_read_again() {
    let bytes = table(&[
        &["DANH SÁCH"],
        &["STT", "Họ và tên", "Phân loại", "Đơn vị"],
        &["1", "Lò  Văn\nÒ", "Cá nhan", "Xã Kim Bon"],
        &["2", "", "CN", "Xã Kim Bon"],
        &["3", "Mùa A Páo", "CN", "Xã Kim Bon"],
    ]);
    let sheet = read(&bytes);
    assert_eq!(told(&sheet.faults), [("choice", "C3"), ("required", "B4")]);
    let later = vec![vinhdanh::diagnostic::Diagnostic::error("duplicate", "trùng `Mùa A Páo`", "twice").at("/2/ten")];
    let mut faults = sheet.faults.clone();
    faults.extend(sheet.place(later, ingest::Sheet::items_of("")));
    let copy = ingest::marked(&bytes, "a.xlsx", &sheet, &faults).expect("a copy");
    assert_eq!(copy, ingest::marked(&bytes, "a.xlsx", &sheet, &faults).expect("a copy"), "the same bytes");

    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(copy.clone())).expect("a workbook");
    assert_eq!(book.sheet_names(), ["Sheet1", "Danh sách lỗi"]);
    let range = book.worksheet_range("Sheet1").expect("the sheet");
    let text = |row, column| range.get_value((row, column)).map(Data::to_string).unwrap_or_default();
    assert_eq!((text(2, 1).as_str(), text(2, 2).as_str()), ("Lò Văn Ò", "Cá nhan"));
    assert_eq!(text(1, 4), "Lỗi");
    assert!(text(2, 4).starts_with("C3: Cá nhan không có trong các lựa chọn → có phải Cá nhân?"), "{}", text(2, 4));
    assert!(text(4, 4).starts_with("B5: trùng Mùa A Páo"), "{}", text(4, 4));
    let list = book.worksheet_range("Danh sách lỗi").expect("the list");
    assert_eq!(list.height(), 4);
    let styles = book.worksheet_style("Sheet1").expect("styles");
    let fills: BTreeSet<String> = [(2, 1), (2, 2), (4, 2)]
        .into_iter()
        .map(|place| format!("{:?}", styles.get(place).and_then(|style| style.fill.clone())))
        .collect();
    assert_eq!(fills.len(), 3, "mended, faulty and plain cells look different: {fills:?}");

    // Mended by hand, the copy is sent back: its column of faults is no data.
    let again = read(&copy);
    assert_eq!(told(&again.faults), [("choice", "C3"), ("required", "B4")]);
    assert_eq!(again.changes, []);
    assert_eq!(data(&again), data(&sheet));
}

#[test]
fn a_copy_of_csv_keeps_its_cells() {
    let bytes = "Tên;Loại;CCCD\nLò Văn Ò;CN;014190001234\nMùa A Páo;XX;14190001235\n".as_bytes();
    let sheet = ingest::read(bytes, "danh [sách].csv", &people(), &ReadOptions::default()).expect("read");
    assert_eq!(told(&sheet.faults), [("choice", "B3"), ("lost_zero", "C3")]);
    let copy = ingest::marked(bytes, "danh [sách].csv", &sheet, &sheet.faults).expect("a copy");
    let again = read(&copy);
    assert_eq!(again.rows[0].data["dinh_danh"], "014190001234", "text stays text");
    assert_eq!(told(&again.faults), told(&sheet.faults));
}

#[test]
fn a_copy_holds_no_character_that_would_damage_it() {
    let bytes = "Tên;Loại\nLò\u{1}Văn Ò;CN\nNguy\u{f4}n \u{2}V\u{a8}n;CN\nM\u{ffff}a;CN\n".as_bytes();
    let sheet = ingest::read(bytes, "a\u{7}.csv", &people(), &ReadOptions::default()).expect("read");
    assert!(sheet.faults.iter().any(|fault| fault.code == "forbidden_character"), "{:?}", sheet.faults);
    let copy = ingest::marked(bytes, "a\u{7}.csv", &sheet, &sheet.faults).expect("a copy");
    let mut archive = zip::ZipArchive::new(Cursor::new(&copy)).expect("a workbook");
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let mut data = Vec::new();
        std::io::copy(&mut part, &mut data).expect("inflates");
        let text = String::from_utf8_lossy(&data);
        let bad = text.chars().find(|c| (c.is_control() && !c.is_whitespace()) || *c == '\u{ffff}');
        assert_eq!(bad, None, "{:?}", part.name());
    }
    assert_eq!(read(&copy).rows.len(), 3);
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_text_is_read_or_refused_as_csv(rows in "((Tên|Loại|CCCD|[a-zà-ỹ=\"0-9/ ]{0,6})[;,\t\n]){0,40}", tail in "\\PC{0,20}") {
        let text = rows + &tail;
        if let Ok(sheet) = ingest::read(text.as_bytes(), "a.csv", &every_kind(), &ReadOptions::default()) {
            for fault in sheet.faults.iter().chain(&sheet.warnings) {
                prop_assert!(fault.cell.is_some(), "{fault:?} has no cell");
            }
            prop_assert!(ingest::marked(text.as_bytes(), "a.csv", &sheet, &sheet.faults).is_ok());
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(mut bytes in prop::collection::vec(any::<u8>(), 0..200), form in 0_usize..4) {
        let head: [&[u8]; 4] = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe"];
        bytes.splice(0..0, head[form].iter().copied());
        if let Err(failure) = ingest::read(&bytes, "a.xlsx", &people(), &ReadOptions::default()) {
            prop_assert!(!failure.diagnostics.is_empty());
        }
    }

    #[test]
    fn a_workbook_with_damaged_bytes_is_refused_or_read(at in 0_usize..10_000, byte in any::<u8>()) {
        let mut bytes = table(&[&["Tên", "Loại"], &["Lò Văn Ò", "CN"]]);
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = ingest::read(&bytes, "a.xlsx", &people(), &ReadOptions::default());
    }
}
