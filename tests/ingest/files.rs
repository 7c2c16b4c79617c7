//! Files of other programs (`files/make.py` makes them).

use serde_json::json;
use vinhdanh::ingest::{self, Convert, Kind, ReadOptions};

use super::{data, people, refused, told};
use crate::support::project;

fn file(name: &str) -> Vec<u8> {
    std::fs::read(project().join("tests/ingest/files").join(name)).expect("a file of this folder")
}

#[test]
fn headings_merged_over_two_rows_groups_and_merged_units_are_understood() {
    let sheet = ingest::read(&file("tieu-de-gop.xlsx"), "a.xlsx", &people(), &ReadOptions::default()).expect("read");
    // The words under the signature are no recipient: the clerk is asked to take them out.
    assert_eq!(told(&sheet.faults), [("stray_row", "E15")]);
    assert_eq!(
        data(&sheet),
        [
            json!({"loai": "tap_the", "ten": "Trường Tiểu học Huy Hạ"}),
            json!({"loai": "ca_nhan", "ten": "Lò Văn Ò", "chuc_vu": "Giáo viên", "don_vi": "Trường Tiểu học Huy Hạ", "dinh_danh": "014190001210"}),
            json!({"loai": "ca_nhan", "ten": "Mùa A Páo", "chuc_vu": "Trưởng bản", "don_vi": "Trường Tiểu học Huy Hạ", "dinh_danh": "014190001211"}),
            json!({"loai": "ca_nhan", "ten": "Triệu Thị Mẩy", "chuc_vu": "Y sĩ", "don_vi": "Trạm Y tế xã Sập Xa", "dinh_danh": "014190001212"}),
        ]
    );
    assert_eq!(sheet.headings(), (4, 5));
    let headings: Vec<_> =
        sheet.mapped.iter().map(|mapped| (mapped.address.as_str(), mapped.pointer.as_str())).collect();
    assert_eq!(
        headings,
        [("B4", "/ten"), ("C5", "/chuc_vu"), ("D5", "/don_vi"), ("E4", "/dinh_danh"), ("F4", "/ghi_chu")]
    );
    // The merged unit is filled into the second row, and told.
    let change = sheet.changes.iter().find(|change| change.cell.address == "D11").expect("filled");
    assert!(change.before.is_empty() && change.why[0].vi.contains("`D10`"), "{change:?}");
    assert_eq!(told(&sheet.warnings), [("total_row", "13")]);
}

#[test]
fn libreoffice_gives_saved_values_days_and_errors() {
    let mut columns = people();
    let column = |pointer: &str, heading: &str, kind| ingest::Column {
        pointer: pointer.into(),
        headings: vec![heading.into()],
        kind,
        required: false,
        description: String::new(),
        examples: Vec::new(),
    };
    columns.push(column("/sinh", "Ngày sinh", Kind::Date));
    columns.push(column("/tien", "Mức thưởng", Kind::Integer));
    let sheet = ingest::read(&file("libreoffice.xlsx"), "a.xlsx", &columns, &ReadOptions::default()).expect("read");
    let rows = data(&sheet);
    assert_eq!(
        rows[0],
        json!({"loai": "ca_nhan", "ten": "Lò Văn Ò", "dinh_danh": "014190001234", "sinh": "1990-09-29", "tien": 447_000})
    );
    assert_eq!((&rows[1]["sinh"], &rows[2]["sinh"]), (&json!("1985-04-03"), &json!("1990-01-01")));
    assert_eq!(rows[2]["ten"], "Triệu Thị Mẩy");
    assert_eq!(told(&sheet.faults), [("lost_zero", "E3"), ("cell_error", "F3"), ("cell_error", "F4")]);
    assert!(sheet.faults[1].message.vi.contains("#DIV/0!"), "{:?}", sheet.faults[1]);
    assert!(told(&sheet.warnings).contains(&("formula", "B2")), "{:?}", sheet.warnings);
}

#[test]
fn formulas_nobody_worked_out_are_faults_not_blanks() {
    let sheet =
        ingest::read(&file("cong-thuc-chua-tinh.xlsx"), "a.xlsx", &people(), &ReadOptions::default()).expect("read");
    assert_eq!(told(&sheet.faults), [("formula_unknown", "C2"), ("formula_unknown", "A3")]);
}

#[test]
fn fonts_tell_the_encoding_where_words_do_not() {
    let read = |convert| {
        ingest::read(&file("phong-cu.xlsx"), "a.xlsx", &people(), &ReadOptions { convert, ..ReadOptions::default() })
            .expect("read")
    };
    let refused = read(Convert::Refuse);
    let cells: Vec<_> = told(&refused.faults)
        .into_iter()
        .filter(|(code, _)| *code == "legacy_encoding")
        .map(|(_, cell)| cell)
        .collect();
    assert_eq!(cells, ["A2", "B2", "C2", "A3", "B3", "C3", "A4", "B4", "C4", "A6"]);
    // What reads well as it stands is kept, and doubted among so many others.
    let doubted: Vec<_> = told(&refused.warnings).into_iter().filter(|(code, _)| *code == "legacy_doubt").collect();
    assert!(doubted.contains(&("legacy_doubt", "B5")), "{doubted:?}");
    let rows = data(&read(Convert::Recognised));
    assert_eq!(rows[0], json!({"loai": "ca_nhan", "ten": "Nguyễn Thị Ánh", "don_vi": "Trường Tiểu học Huy Hạ"}));
    assert_eq!(rows[1], json!({"loai": "ca_nhan", "ten": "Nguyễn Văn Đức", "don_vi": "Xã Kim Bon"}));
    // A font of capitals shows capitals.
    assert_eq!(rows[2], json!({"loai": "ca_nhan", "ten": "GIÀNG A CHÚ", "don_vi": "XÃ SẬP XA"}));
    assert_eq!(rows[3]["ten"], "Hà Thị Só", "Unicode beside it stays");
    assert_eq!(rows[4]["ten"], "Lò Văn Ấnh", "a plain font, told by its words");
}

#[test]
fn passwords_and_old_formats_are_named() {
    for (name, code) in
        [("mat-khau.xlsx", "sheet_encrypted"), ("excel97.xls", "old_excel"), ("libreoffice.ods", "not_a_sheet")]
    {
        let failure = refused(&file(name), name);
        assert_eq!(failure.diagnostics[0].code, code, "{name}: {failure:?}");
        assert!(!failure.diagnostics[0].hints.is_empty(), "{name}: what to do is told");
    }
}

#[test]
fn csv_in_utf16_with_commas_and_in_old_fonts_is_read() {
    let read = |name: &str, convert| {
        ingest::read(&file(name), name, &people(), &ReadOptions { convert, ..ReadOptions::default() }).expect("read")
    };
    let utf16 = read("utf16.csv", Convert::Refuse);
    assert_eq!((utf16.rows.len(), utf16.faults.len(), utf16.headings()), (3, 0, (3, 3)));
    assert_eq!(data(&utf16)[1], json!({"loai": "ca_nhan", "ten": "Mùa A Páo", "don_vi": "Bản Suối Làng, xã Kim Bon"}));
    let commas = read("phay.csv", Convert::Refuse);
    assert_eq!(data(&commas)[0], json!({"loai": "ca_nhan", "ten": "Lò Văn Ò", "don_vi": "Bản Dằn, xã Quang Huy"}));
    assert_eq!(commas.rows[1].number, 4);
    let old = read("tcvn3.csv", Convert::Refuse);
    assert_eq!(told(&old.faults), [("legacy_encoding", "B2"), ("legacy_encoding", "C2"), ("legacy_encoding", "D2")]);
    let old = read("tcvn3.csv", Convert::Recognised);
    assert_eq!(data(&old), [json!({"loai": "ca_nhan", "ten": "Nguyễn Văn An", "don_vi": "huyện Phù Yên"})]);
}
