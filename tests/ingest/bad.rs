//! Bad input: each kind is named, at its cell, with what to do, and costs nothing.

use std::io::{Cursor, Write as _};
use std::time::Instant;

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use serde_json::json;
use vinhdanh::diagnostic::Code;
use vinhdanh::ingest::{self, Convert, ReadOptions};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{data, people, read, refused, table, told, workbook};

/// A sound workbook with one of its parts in other words.
pub(super) fn with_part(bytes: &[u8], name: &str, change: impl Fn(String) -> Vec<u8>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let part_name = part.name().expect("a name").into_owned();
        let mut data = Vec::new();
        std::io::copy(&mut part, &mut data).expect("inflates");
        if part_name == name {
            data = change(String::from_utf8(data).expect("XML"));
        }
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(part_name, options).expect("a new part");
        writer.write_all(&data).expect("memory takes it");
    }
    writer.finish().expect("a sound archive").into_inner()
}

pub(super) const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn a_cell_longer_than_any_program_writes_is_refused() {
    let sound = table(&[&["Tên", "Loại"], &["Lò Văn Ò", "CN"]]);
    let with = |length: usize| {
        with_part(&sound, SHEET, |xml| {
            let cell = format!("<c r=\"C3\" t=\"inlineStr\"><is><t>{}</t></is></c>", "A".repeat(length));
            xml.replace("</sheetData>", &format!("<row r=\"3\">{cell}</row></sheetData>")).into_bytes()
        })
    };
    assert_eq!(refused(&with(5 << 20), "a.xlsx").diagnostics[0].code, "cell_too_long");
    // As long as Excel takes: read, and a fault of its cell only.
    assert_eq!(read(&with(30_000)).rows.len(), 1);
}

#[test]
fn a_bomb_is_refused_at_once() {
    let sound = table(&[&["Tên", "Loại"], &["Lò Văn Ò", "CN"]]);
    let bomb = with_part(&sound, SHEET, |xml| {
        let mut xml = xml.into_bytes();
        xml.resize(600 << 20, b' ');
        xml
    });
    assert!(bomb.len() < 2 << 20, "a small file: {} bytes", bomb.len());
    let failure = refused(&bomb, "a.xlsx");
    assert_eq!(failure.diagnostics[0].code, "sheet_too_large");
}

#[test]
fn a_file_beyond_the_limit_is_not_opened() {
    let options = ReadOptions { max_bytes: 100, ..ReadOptions::default() };
    let failure = ingest::read(&[0; 101], "a.xlsx", &people(), &options).expect_err("too large");
    assert_eq!(failure.code, Code::BodyTooLarge);
}

#[test]
fn twenty_thousand_rows_with_a_fault_each_are_all_told() {
    let bytes = workbook(|sheet| {
        for (column, text) in (0..).zip(["Họ và tên", "Loại", "Số CCCD"]) {
            sheet.write_string(0, column, text).expect("written");
        }
        for row in 1..=20_000 {
            sheet.write_string(row, 0, format!("Lò Văn Ò {row}")).expect("written");
            sheet.write_string(row, 1, "Cá nhân").expect("written");
            sheet.write_number(row, 2, 14_190_000_000.0 + f64::from(row)).expect("written");
        }
    });
    // Templates are loaded once.
    people();
    let start = Instant::now();
    let sheet = read(&bytes);
    let read_in = start.elapsed();
    assert_eq!(sheet.rows.len(), 20_000);
    assert_eq!(sheet.faults.len(), 20_000);
    assert!(sheet.faults.iter().all(|fault| fault.code == "lost_zero"));
    assert_eq!(told(&sheet.faults[19_999..]), [("lost_zero", "C20001")]);
    let start = Instant::now();
    let copy = ingest::marked(&bytes, "a.xlsx", &sheet, &sheet.faults).expect("a copy");
    println!("20,000 faults: read {read_in:?}, copy {:?}, {} kB", start.elapsed(), copy.len() >> 10);
}

#[test]
fn more_rows_than_allowed_are_refused_not_cut() {
    let rows: Vec<[&str; 2]> = std::iter::once(["Tên", "Loại"]).chain(vec![["Lò Văn Ò", "CN"]; 11]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
    let options = |max_rows| ReadOptions { max_rows, ..ReadOptions::default() };
    let failure = ingest::read(&table(&rows), "a.xlsx", &people(), &options(10)).expect_err("11 rows");
    assert_eq!(failure.diagnostics[0].code, "too_many_rows");
    assert_eq!(ingest::read(&table(&rows), "a.xlsx", &people(), &options(11)).expect("11 rows").rows.len(), 11);
}

#[test]
fn two_columns_of_one_heading_are_named() {
    let failure = refused(
        &table(&[&["STT", "Họ và tên", "Loại", "Đơn vị", "HỌ  VÀ TÊN", "Nơi công tác"], &["1", "a", "CN"]]),
        "a.xlsx",
    );
    assert_eq!(told(&failure.diagnostics), [("duplicate_heading", "B1"), ("duplicate_heading", "D1")]);
    assert!(failure.diagnostics[0].message.vi.contains("`B1`, `E1`"), "{failure:?}");
}

#[test]
fn a_missing_heading_suggests_what_is_there() {
    let failure = refused(&table(&[&["STT", "Họ và tênn", "Phân loại"], &["1", "a", "CN"]]), "a.xlsx");
    assert_eq!(told(&failure.diagnostics), [("heading_missing", "1")]);
    let hints: Vec<_> = failure.diagnostics[0].hints.iter().map(|hint| hint.vi.as_str()).collect();
    assert!(hints[0].contains("`Họ và tênn` (`B1`)"), "{hints:?}");
    assert!(hints[1].contains("`Họ và tên`"), "{hints:?}");
}

#[test]
fn sheets_without_anything_are_told_apart() {
    assert_eq!(refused(&workbook(|_| {}), "a.xlsx").diagnostics[0].code, "empty_sheet");
    assert_eq!(refused(b"", "a.csv").diagnostics[0].code, "empty_sheet");
    assert_eq!(refused(b";;\n;;\n", "a.csv").diagnostics[0].code, "empty_sheet");
    assert_eq!(refused(&table(&[&["Danh sách"], &["xã Kim Bon"]]), "a.xlsx").diagnostics[0].code, "no_heading");
    assert_eq!(refused(&table(&[&["Tên", "Loại"]]), "a.xlsx").diagnostics[0].code, "no_rows");
    assert_eq!(refused(b"PK\x03\x04 and then nothing", "a.xlsx").diagnostics[0].code, "sheet_damaged");
    assert_eq!(refused(b"no zip", "a.xlsx").diagnostics[0].code, "sheet_damaged");
}

#[test]
fn crafted_parts_do_not_take_the_service_down() {
    let sound = table(&[&["Tên", "Loại"], &["Lò Văn Ò", "CN"]]);
    for (part, from, to) in [
        ("xl/sharedStrings.xml", "uniqueCount=\"", "uniqueCount=\"99999999999"),
        (SHEET, "<dimension ref=\"A1:B2\"/>", "<dimension ref=\"ZZ9:A1\"/>"),
        (SHEET, "<sheetData>", "<sheetData><row r=\"99999999999\"><c r=\"ZZZZZZZZ99\"><v>1</v></c></row>"),
        (SHEET, "r=\"A2\"", "r=\"A0\""),
        (SHEET, "<v>0</v>", "<v>77</v>"),
        ("xl/workbook.xml", "<sheets>", "<!DOCTYPE x [<!ENTITY y \"z\">]><sheets>"),
        ("xl/workbook.xml", "<sheet name=\"Sheet1\"", "<sheet state=\"oops\" name=\"Sheet1\""),
    ] {
        let bytes = with_part(&sound, part, |xml| {
            assert!(xml.contains(from), "{part} has no {from}");
            xml.replacen(from, to, 1).into_bytes()
        });
        let failure = refused(&bytes, "a.xlsx");
        assert_eq!(failure.diagnostics[0].code, "sheet_damaged", "{to}: {failure:?}");
    }
    // Sums that overflow: refused or read, but never an end of the process.
    for (from, to) in [
        ("<dimension ref=\"A1:B2\"/>", "<dimension ref=\"ZZ9:A1\"/>"),
        ("<sheetData>", "<sheetData><row r=\"99999999999\"><c r=\"ZZZZZZZZ99\"><v>1</v></c></row>"),
        (
            "</sheetData>",
            "</sheetData><mergeCells><mergeCell ref=\"ZZ9:A1\"/><mergeCell ref=\"A2:A4294967295\"/></mergeCells>",
        ),
    ] {
        let bytes = with_part(&sound, SHEET, |xml| {
            assert!(xml.contains(from), "{xml}");
            xml.replacen(from, to, 1).into_bytes()
        });
        let _ = ingest::read(&bytes, "a.xlsx", &people(), &ReadOptions::default());
    }
    for part in ["xl/workbook.xml", SHEET, "xl/styles.xml", "_rels/.rels"] {
        for keep in [0, 10, 200] {
            let bytes = with_part(&sound, part, |xml| xml.as_bytes()[..keep.min(xml.len())].to_vec());
            // Refused or read, but never a panic; a workbook without its styles is still readable.
            let _ = ingest::read(&bytes, "a.xlsx", &people(), &ReadOptions::default());
        }
    }
}

#[test]
fn merged_headings_over_two_columns_with_data_are_not_guessed() {
    let sheet = |second: &str| {
        workbook(|sheet| {
            let format = Format::new();
            sheet.write_string(0, 0, "Tên").expect("written");
            sheet.write_string(0, 1, "Loại").expect("written");
            sheet.merge_range(0, 2, 0, 3, "Đơn vị", &format).expect("merged");
            for (column, text) in (0..).zip(["Lò Văn Ò", "CN", "Trường Tiểu học", second]) {
                sheet.write_string(1, column, text).expect("written");
            }
        })
    };
    let failure = refused(&sheet("Huy Hạ"), "a.xlsx");
    assert_eq!(told(&failure.diagnostics), [("merged_heading", "C1")]);
    assert_eq!(data(&read(&sheet("")))[0]["don_vi"], "Trường Tiểu học");
}

#[test]
fn formulas_give_their_saved_value_with_a_warning_and_their_errors_as_faults() {
    let bytes = workbook(|sheet| {
        for (column, text) in (0..).zip(["Tên", "Loại", "Chức vụ", "Đơn vị"]) {
            sheet.write_string(0, column, text).expect("written");
        }
        for row in 1..=2 {
            sheet.write_string(row, 1, "CN").expect("written");
            sheet.write_formula(row, 0, Formula::new("=\"Lò \"&\"Văn Ò\"").set_result("Lò Văn Ò")).expect("written");
        }
        sheet.write_formula(1, 2, Formula::new("=Trang9!A1").set_result("#REF!")).expect("written");
        sheet
            .write_formula(
                2,
                3,
                Formula::new("=HYPERLINK(\"http://example.invalid\",\"Xã Kim Bon\")").set_result("Xã Kim Bon"),
            )
            .expect("written");
    });
    let sheet = read(&bytes);
    assert_eq!(told(&sheet.faults), [("cell_error", "C2")]);
    assert_eq!(told(&sheet.warnings), [("formula", "A2"), ("formula", "C2"), ("formula", "D3")]);
    assert!(sheet.warnings[0].message.vi.contains("2 ô công thức"), "{:?}", sheet.warnings[0]);
    assert_eq!(data(&sheet)[1], json!({"loai": "ca_nhan", "ten": "Lò Văn Ò", "don_vi": "Xã Kim Bon"}));
}

#[test]
fn days_in_every_form_and_the_unclear_ones_refused() {
    let mut columns = people();
    columns[8].kind = ingest::Kind::Date;
    let bytes = workbook(|sheet| {
        for (column, text) in (0..).zip(["Tên", "Loại", "Ghi chú"]) {
            sheet.write_string(0, column, text).expect("written");
        }
        for row in 1..=8 {
            sheet.write_string(row, 0, "Lò Văn Ò").expect("written");
            sheet.write_string(row, 1, "CN").expect("written");
        }
        let day = ExcelDateTime::from_ymd(2021, 9, 29).expect("a day");
        sheet.write_datetime_with_format(1, 2, &day, &Format::new().set_num_format("dd/mm/yyyy")).expect("written");
        sheet.write_number(2, 2, 44_468).expect("written");
        for (row, text) in (3..).zip(["29/9/2021", "29/09/2021", "2021-09-29", "29/9/21", "3/4/2021"]) {
            sheet.write_string(row, 2, text).expect("written");
        }
        sheet.write_number(8, 2, 2021).expect("written");
    });
    let sheet = ingest::read(&bytes, "a.xlsx", &columns, &ReadOptions::default()).expect("read");
    let days: Vec<_> = data(&sheet).iter().map(|row| row["ghi_chu"].clone()).collect();
    assert_eq!(days[..5], vec![json!("2021-09-29"); 5]);
    assert_eq!(days[6], json!("2021-04-03"));
    assert_eq!(told(&sheet.faults), [("date", "C7"), ("date", "C9")]);
    assert_eq!(told_changes(&sheet), ["C3"]);

    // A day written month first makes the ones that could be either unclear.
    let bytes = table(&[
        &["Tên", "Loại", "Ghi chú"],
        &["A B", "CN", "9/29/2021"],
        &["C D", "CN", "3/4/2021"],
        &["E G", "CN", "30/4/2021"],
    ]);
    let sheet = ingest::read(&bytes, "a.xlsx", &columns, &ReadOptions::default()).expect("read");
    assert_eq!(told(&sheet.faults), [("date", "C2"), ("date_order", "C3")]);
}

fn told_changes(sheet: &ingest::Sheet) -> Vec<&str> {
    sheet.changes.iter().map(|change| change.cell.address.as_str()).collect()
}

#[test]
fn identities_that_may_have_lost_zeros_are_faults() {
    let bytes = workbook(|sheet| {
        for (column, text) in (0..).zip(["Tên", "Loại", "CCCD"]) {
            sheet.write_string(0, column, text).expect("written");
        }
        for row in 1..=5 {
            sheet.write_string(row, 0, "Lò Văn Ò").expect("written");
            sheet.write_string(row, 1, "CN").expect("written");
        }
        sheet.write_number(1, 2, 14_190_001_234.0).expect("written");
        let zeros = Format::new().set_num_format("000000000000");
        sheet.write_number_with_format(2, 2, 14_190_001_234.0, &zeros).expect("written");
        for (row, text) in (3..).zip(["014190001234", "050123456", "14190001234"]) {
            sheet.write_string(row, 2, text).expect("written");
        }
    });
    let sheet = read(&bytes);
    assert_eq!(told(&sheet.faults), [("lost_zero", "C2"), ("lost_zero", "C3"), ("lost_zero", "C6")]);
    assert_eq!(told(&sheet.warnings), [("cmnd_cu", "C5")]);
    assert_eq!(data(&sheet)[2]["dinh_danh"], "014190001234");
    assert!(data(&sheet)[0].get("dinh_danh").is_none(), "what is at fault is left out");
}

#[test]
fn a_formula_in_a_name_is_text_in_and_out() {
    let name = "=HYPERLINK(\"http://example.invalid\",\"Lò Văn Ò\")";
    for bytes in [
        table(&[&["Tên", "Loại"], &[name, "CN"]]),
        format!("Tên;Loại\n\"{}\";CN\n", name.replace('"', "\"\"")).into_bytes(),
    ] {
        let file = if bytes.starts_with(b"PK") { "a.xlsx" } else { "a.csv" };
        let sheet = ingest::read(&bytes, file, &people(), &ReadOptions::default()).expect("read");
        assert_eq!(data(&sheet)[0]["ten"], name);
        assert_eq!(told(&sheet.warnings), [("formula_text", "A2")]);
        let copy = ingest::marked(&bytes, file, &sheet, &sheet.warnings).expect("a copy");
        let mut archive = ZipArchive::new(Cursor::new(&copy)).expect("a workbook");
        for index in 0..archive.len() {
            let mut text = String::new();
            let mut part = archive.by_index(index).expect("a part");
            let is_xml = part.name().expect("a name").ends_with(".xml");
            if is_xml {
                std::io::Read::read_to_string(&mut part, &mut text).expect("XML");
                assert!(!text.contains("<f>") && !text.contains("<f ") && !text.contains("<hyperlink"), "{text}");
            }
        }
        let again = ingest::read(&copy, "b.xlsx", &people(), &ReadOptions::default()).expect("the copy is read");
        assert_eq!(data(&again)[0]["ten"], name);
    }
}

#[test]
fn rows_that_are_no_recipients_are_never_lost_silently() {
    let sheet = read(&table(&[
        &["STT", "Tên", "Loại", "Đơn vị", "Cột khác"],
        &["I", "Khối trường học"],
        &["1", "Lò Văn Ò", "CN", "Xã Kim Bon"],
        &["2", "", "CN", "Xã Kim Bon"],
        &["3"],
        &["Tổng cộng", "", "", "2"],
        &["", "", "", "", "ghi tay"],
        &["", "", "", "Người lập biểu"],
    ]));
    assert_eq!(told(&sheet.faults), [("stray_row", "B2"), ("required", "B4"), ("stray_row", "D8")]);
    assert_eq!(told(&sheet.warnings), [("unknown_heading", "E1"), ("total_row", "6"), ("row_skipped", "7")]);
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn old_encodings_are_converted_only_when_told_and_each_change_is_listed() {
    let bytes =
        table(&[&["Tên", "Loại"], &["NguyÔn ThÞ ¸nh", "CN"], &["Nguyeãn Vaên Ñöùc", "CN"], &["Hà Thị Sao", "CN"]]);
    let with = |convert| {
        ingest::read(&bytes, "a.xlsx", &people(), &ReadOptions { convert, ..ReadOptions::default() }).expect("read")
    };
    let refused = with(Convert::Refuse);
    assert_eq!(told(&refused.faults), [("legacy_encoding", "A2"), ("legacy_encoding", "A3")]);
    assert!(refused.faults[0].hints[0].vi.contains("`Nguyễn Thị Ánh`"), "{:?}", refused.faults[0]);
    assert!(refused.changes.is_empty());
    let converted = with(Convert::Recognised);
    let names: Vec<_> = data(&converted).iter().map(|row| row["ten"].clone()).collect();
    assert_eq!(names, [json!("Nguyễn Thị Ánh"), json!("Nguyễn Văn Đức"), json!("Hà Thị Sao")]);
    let changes: Vec<_> =
        converted.changes.iter().map(|change| (change.before.as_str(), change.after.as_str())).collect();
    assert_eq!(changes, [("NguyÔn ThÞ ¸nh", "Nguyễn Thị Ánh"), ("Nguyeãn Vaên Ñöùc", "Nguyễn Văn Đức")]);
    assert_eq!(told(&with(Convert::Tcvn3).faults), [("legacy_encoding", "A3")], "VNI where TCVN3 was told");
}

#[test]
fn a_workbook_behind_1904_counts_its_days_from_there() {
    let mut columns = people();
    columns[8].kind = ingest::Kind::Date;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in (0..).zip(["Tên", "Loại", "Ghi chú"]) {
        sheet.write_string(0, column, text).expect("written");
    }
    sheet.write_string(1, 0, "Lò Văn Ò").expect("written");
    sheet.write_string(1, 1, "CN").expect("written");
    sheet.write_number(1, 2, 43_006).expect("written");
    let bytes = with_part(&book.save_to_buffer().expect("a workbook"), "xl/workbook.xml", |xml| {
        assert!(xml.contains("<workbookPr "));
        xml.replacen("<workbookPr ", "<workbookPr date1904=\"1\" ", 1).into_bytes()
    });
    let sheet = ingest::read(&bytes, "a.xlsx", &columns, &ReadOptions::default()).expect("read");
    assert_eq!(data(&sheet)[0]["ghi_chu"], "2021-09-29");
}
