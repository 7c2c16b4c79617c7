//! Sheets as clerks send them: read, told what is wrong with, given back marked.

mod bad;
mod copies;
mod files;
mod large;

use rust_xlsxwriter::{Workbook, Worksheet};
use serde_json::{Value, json};
use vinhdanh::diagnostic::{Diagnostic, Failure};
use vinhdanh::ingest::{self, Column, ReadOptions, Sheet};

use crate::support::local;

/// Columns of the shared `doi_tuong`.
pub(super) fn people() -> Vec<Column> {
    ingest::columns_of(template("quyet_dinh"), "doi_tuong")
}

/// The bundled schema of a template.
pub(super) fn template(id: &str) -> &'static Value {
    local().renderer.templates().find(|template| template.manifest.id == id).expect("built in").schema.document()
}

/// A workbook of one sheet.
pub(super) fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().expect("a sound workbook")
}

/// A workbook of rows of text; empty texts leave the cell out.
pub(super) fn table(rows: &[&[&str]]) -> Vec<u8> {
    workbook(|sheet| {
        for (row, cells) in (0..).zip(rows) {
            for (column, text) in (0..).zip(*cells) {
                if !text.is_empty() {
                    sheet.write_string(row, column, *text).expect("within the sheet");
                }
            }
        }
    })
}

/// Reads with the defaults.
#[track_caller]
pub(super) fn read(bytes: &[u8]) -> Sheet {
    ingest::read(bytes, "danh-sach.xlsx", &people(), &ReadOptions::default())
        .unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// The failure of a sheet that cannot be read.
#[track_caller]
pub(super) fn refused(bytes: &[u8], name: &str) -> Failure {
    let read = ingest::read(bytes, name, &people(), &ReadOptions::default());
    read.err().unwrap_or_else(|| panic!("it was read"))
}

/// Code and cell of each.
pub(super) fn told(diagnostics: &[Diagnostic]) -> Vec<(&str, &str)> {
    diagnostics
        .iter()
        .map(|one| (one.code.as_ref(), one.cell.as_ref().map_or("", |cell| cell.address.as_str())))
        .collect()
}

/// Data of all rows.
pub(super) fn data(sheet: &Sheet) -> Vec<Value> {
    sheet.rows.iter().map(|row| row.data.clone()).collect()
}

#[test]
fn every_template_with_columns_has_sound_ones() {
    let found = people();
    let pointers: Vec<_> = found.iter().map(|column| column.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["/loai", "/danh_xung", "/ten", "/chuc_vu", "/don_vi", "/thanh_tich", "/dinh_danh", "/so_bang", "/ghi_chu"]
    );
    assert!(found.iter().filter(|column| column.required).map(|column| column.pointer.as_str()).eq(["/loai", "/ten"]));
    let certificate = ingest::columns(template("giay_khen"));
    assert!(certificate.iter().any(|column| column.pointer == "/doi_tuong/ten" && column.required));
    assert!(certificate.iter().any(|column| column.pointer == "/so_so_vang" && !column.required));
    // What the sheet gives, the schema takes.
    let codes = template("quyet_dinh")["$defs"]["loai_doi_tuong"]["enum"].as_array().expect("choices");
    let ingest::Kind::Choice(choices) = &found[0].kind else { panic!("{:?}", found[0]) };
    assert!(choices.iter().all(|(_, value)| codes.contains(&json!(value))));
}

#[test]
fn a_plain_sheet_becomes_rows() {
    let sheet = read(&table(&[
        &["UBND XÃ KIM BON"],
        &["STT", "HỌ VÀ\nTÊN ", "Phân loại", "Chuc vu", "Đơn vị công tác:", "Lĩnh vực"],
        &["1", "Lò Văn Ò", "Cá nhân", "Giáo viên", "Trường Tiểu học Huy Hạ", "Giáo dục"],
        &[],
        &["2", "  Mùa A\nPáo ", "CN", "", "", ""],
    ]));
    assert_eq!(
        data(&sheet),
        [
            json!({"loai": "ca_nhan", "ten": "Lò Văn Ò", "chuc_vu": "Giáo viên", "don_vi": "Trường Tiểu học Huy Hạ"}),
            json!({"loai": "ca_nhan", "ten": "Mùa A Páo"}),
        ]
    );
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [3, 5]);
    assert_eq!(sheet.faults, []);
    assert_eq!(told(&sheet.warnings), [("unknown_heading", "F2")]);
    assert_eq!(sheet.unused.iter().map(|unused| unused.heading.as_str()).collect::<Vec<_>>(), ["Lĩnh vực"]);
    let change = &sheet.changes[0];
    assert_eq!((change.cell.address.as_str(), change.after.as_str()), ("B5", "Mùa A Páo"));
}

#[test]
fn faults_of_later_checks_find_their_cells() {
    let sheet = read(&table(&[&["STT", "Tên", "Loại"], &["1", "Lò Văn Ò", "CN"], &["2", "Mùa A Páo", "CN"]]));
    let faults = [
        "/khen_thuong/0/doi_tuong/1/ten",
        "/khen_thuong/0/doi_tuong/1/don_vi",
        "/khen_thuong/0/doi_tuong/0",
        "/khen_thuong/0/doi_tuong/9/ten",
        "/so",
    ]
    .map(|pointer| Diagnostic::error("x", "x", "x").at(pointer));
    let placed = sheet.place(faults.to_vec(), Sheet::items_of("/khen_thuong/0/doi_tuong"));
    assert_eq!(told(&placed).iter().map(|one| one.1).collect::<Vec<_>>(), ["B3", "3", "2", "", ""]);
}

#[test]
fn a_map_leads_headings_and_letters_and_leaves_columns_out() {
    let bytes = table(&[&["Người được khen", "Loại", "Cột lạ", "Ghi chú"], &["Lò Văn Ò", "CN", "Xã Kim Bon", "bỏ"]]);
    let map = [("người  được khen", Some("/ten")), ("C", Some("/don_vi")), ("Ghi chú", None)];
    let map = map.map(|(key, pointer)| (key.to_owned(), pointer.map(str::to_owned))).into();
    let sheet =
        ingest::read(&bytes, "a.xlsx", &people(), &ReadOptions { map, ..ReadOptions::default() }).expect("mapped");
    assert_eq!(data(&sheet), [json!({"loai": "ca_nhan", "ten": "Lò Văn Ò", "don_vi": "Xã Kim Bon"})]);

    let map = [("Ngưòi được khen", Some("/ten")), ("Loại", Some("/lọai")), ("Z", None)];
    let map = map.map(|(key, pointer)| (key.to_owned(), pointer.map(str::to_owned))).into();
    let failure = ingest::read(&bytes, "a.xlsx", &people(), &ReadOptions { map, ..ReadOptions::default() });
    let failure = failure.expect_err("a wrong map");
    let codes: Vec<_> = failure.diagnostics.iter().map(|one| one.code.as_ref()).collect();
    assert!(codes.contains(&"map_pointer"), "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == "map_heading").count(), 2, "{codes:?}");
    assert!(codes.contains(&"heading_missing"), "{codes:?}");
}

#[test]
fn values_of_all_rows_may_be_given_beside_the_sheet() {
    let bytes = table(&[&["Họ và tên"], &["Lò Văn Ò"]]);
    let defaults = [("/loai".to_owned(), json!("ca_nhan"))].into();
    let sheet = ingest::read(&bytes, "a.xlsx", &people(), &ReadOptions { defaults, ..ReadOptions::default() });
    assert_eq!(data(&sheet.expect("given")), [json!({"loai": "ca_nhan", "ten": "Lò Văn Ò"})]);
    assert_eq!(told(&refused(&bytes, "a.xlsx").diagnostics), [("heading_missing", "1")]);
}

#[test]
fn the_sheet_is_chosen_and_two_lists_are_not_guessed_between() {
    let mut book = Workbook::new();
    for (name, person) in [("Bìa", ""), ("Tập thể", "Trường Tiểu học Huy Hạ"), ("Cá nhân", "Lò Văn Ò")]
    {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        if person.is_empty() {
            sheet.write_string(0, 0, "Danh sách năm 2021").expect("written");
            continue;
        }
        for (row, cells) in (0..).zip([["Tên", "Loại"], [person, "CN"]]) {
            for (column, text) in (0..).zip(cells) {
                sheet.write_string(row, column, text).expect("written");
            }
        }
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let failure = refused(&bytes, "a.xlsx");
    assert_eq!(failure.diagnostics[0].code, "several_sheets");
    assert!(failure.diagnostics[0].message.vi.contains("`Tập thể`, `Cá nhân`"), "{failure:?}");
    let options = |sheet: &str| ReadOptions { sheet: Some(sheet.to_owned()), ..ReadOptions::default() };
    let chosen = ingest::read(&bytes, "a.xlsx", &people(), &options("cá nhân")).expect("chosen");
    assert_eq!((chosen.name.as_str(), chosen.rows.len()), ("Cá nhân", 1));
    let failure = ingest::read(&bytes, "a.xlsx", &people(), &options("Hộ")).expect_err("no such sheet");
    assert_eq!(failure.diagnostics[0].code, "sheet_not_found");
}

#[test]
fn headings_over_two_rows_are_understood_without_merged_cells_too() {
    let text = "TT;Họ và tên;Nơi công tác;;Loại\n;;Chức vụ;Đơn vị;\n1;Lò Văn Ò;Giáo viên;Trường Tiểu học Huy Hạ;CN\n";
    let sheet = ingest::read(text.as_bytes(), "a.csv", &people(), &ReadOptions::default()).expect("read");
    assert_eq!(sheet.headings(), (1, 2));
    assert_eq!(
        data(&sheet),
        [json!({"loai": "ca_nhan", "ten": "Lò Văn Ò", "chuc_vu": "Giáo viên", "don_vi": "Trường Tiểu học Huy Hạ"})]
    );
    assert_eq!((sheet.faults.as_slice(), sheet.warnings.as_slice()), (&[][..], &[][..]));
}

#[test]
fn a_row_of_data_is_never_taken_for_a_second_row_of_headings() {
    let sheet = read(&table(&[&["Tên", "Loại", "", "Khác"], &["Lò Văn Ò", "CN", "Chức vụ", "Ghi chú"]]));
    assert_eq!((sheet.headings(), sheet.rows.len()), ((1, 1), 1));
}

#[test]
fn what_is_told_of_a_sheet_can_be_sent_as_json() {
    let sheet = read(&table(&[&["Tên", "Loại", "Khác"], &[" Lò Văn  Ò", "CN"]]));
    let json = |value: Result<Value, serde_json::Error>| value.expect("plain data");
    assert_eq!(
        json(serde_json::to_value(&sheet.mapped)),
        json!([{"pointer": "/ten", "heading": "Tên", "address": "A1"}, {"pointer": "/loai", "heading": "Loại", "address": "B1"}])
    );
    assert_eq!(json(serde_json::to_value(&sheet.unused)), json!([{"heading": "Khác", "address": "C1"}]));
    let change = json(serde_json::to_value(&sheet.changes[0]));
    assert_eq!(
        (&change["before"], &change["after"], &change["cell"]["address"]),
        (&json!(" Lò Văn  Ò"), &json!("Lò Văn Ò"), &json!("A2"))
    );
}
