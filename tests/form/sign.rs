//! Pages that break the rules of Phụ lục I, Phần I, Mục II, khoản 7 and 8; texts of any length above a signature.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use vinhdanh::diagnostic::Severity;

use vinhdanh::engine::LabelledBox;

use super::{Broken, Sheet, changed, mm, run, sheet, sheets};
use crate::support::local;

/// A way to sign.
pub struct Signing {
    pub name: &'static str,
    authority: &'static [&'static str],
    title: &'static str,
    other: Option<&'static str>,
}

impl Signing {
    /// Without the name, as minutes want it.
    pub fn signing(&self) -> Value {
        let mut data = self.data();
        data.as_object_mut().expect("an object").shift_remove("ho_ten");
        data
    }

    pub fn data(&self) -> Value {
        let mut data = json!({"quyen_han": self.authority, "chuc_vu": self.title, "ho_ten": "Lường Minh Khoát"});
        if self.authority.is_empty() {
            data.as_object_mut().expect("an object").shift_remove("quyen_han");
        }
        if let Some(other) = self.other {
            data["chuc_vu_khac"] = other.into();
        }
        data
    }
}

/// Điều 13: zero, one and two lines of authority.
pub const FORMS: [Signing; 8] = [
    Signing { name: "own", authority: &[], title: "Chủ tịch", other: None },
    Signing { name: "tm", authority: &["TM. Ủy ban nhân dân"], title: "Chủ tịch", other: None },
    Signing {
        name: "tm_kt", authority: &["TM. Ủy ban nhân dân", "KT. Chủ tịch"], title: "Phó Chủ tịch", other: None
    },
    Signing { name: "kt", authority: &["KT. Chủ tịch"], title: "Phó Chủ tịch", other: None },
    Signing { name: "tl", authority: &["TL. Chủ tịch"], title: "Chánh Văn phòng", other: None },
    Signing {
        name: "tuq", authority: &["TUQ. Chủ tịch"], title: "Trưởng phòng Phòng Nội vụ", other: None
    },
    Signing { name: "q", authority: &[], title: "Q. Chủ tịch", other: None },
    Signing {
        name: "other_title", authority: &["KT. Giám đốc"], title: "Phó Giám đốc", other: Some("Thượng tá")
    },
];

pub const BROKEN: &[Broken] = &[
    ("ky.chu", "the title in lower case", "quyet_dinh/plain", |sheet| {
        signer(sheet, "CHỦ TỊCH").text = "Chủ tịch".into();
    }),
    ("ky.chu", "12 pt", "quyet_dinh/plain", |sheet| run(sheet, "Lường").size = 12.0),
    ("ky.chu", "15 pt", "quyet_dinh/plain", |sheet| signer(sheet, "CHỦ TỊCH").size = 15.0),
    ("ky.chu", "the name not bold", "quyet_dinh/plain", |sheet| run(sheet, "Lường").bold = false),
    ("ky.vi_tri", "the name off the axis", "quyet_dinh/plain", |sheet| run(sheet, "Lường").x += 15.0),
    ("ky.vi_tri", "in the left half", "quyet_dinh/plain", |sheet| {
        signer(sheet, "CHỦ TỊCH").x -= 150.0;
        run(sheet, "Lường").x -= 150.0;
        sheet.boxes.iter_mut().for_each(|place| place.x -= 150.0);
    }),
    ("ky.quyen_han", "no stop", "quyet_dinh/minimal+kt", |sheet| run(sheet, "KT.").text = "KT CHỦ TỊCH".into()),
    ("ky.quyen_han", "no title below", "quyet_dinh/minimal+kt", |sheet| {
        run(sheet, "PHÓ CHỦ TỊCH").text.clear();
    }),
    ("ky.cho_ky", "over the name", "quyet_dinh/plain", |sheet| {
        sheet.boxes.iter_mut().for_each(|place| place.y += mm(10.0));
    }),
    ("ky.cho_ky", "over the title", "quyet_dinh/plain", |sheet| {
        sheet.boxes.iter_mut().for_each(|place| place.y -= mm(6.0));
    }),
    ("ky.cho_ky", "a stroke through it", "quyet_dinh/plain", |sheet| {
        let mut stroke = sheet.pages.strokes[0].clone();
        let place = sheet.boxes.iter().find(|one| one.name == "nguoi_ky").expect("a place to sign");
        (stroke.x, stroke.y) = (place.x + 20.0, place.y + 20.0);
        sheet.pages.strokes.push(stroke);
    }),
    ("ky.dau", "off the signature", "quyet_dinh/plain", |sheet| seal(sheet).x -= 40.0),
    ("ky.dau", "on the right", "quyet_dinh/plain", |sheet| seal(sheet).x += 120.0),
    ("ky.mo_coi", "one line above", "quyet_dinh/chay", |sheet| {
        sheet.pages.runs.retain(|run| !run.text.starts_with("và các tập thể"));
    }),
    ("ky.chu", "the name on the next page", "bao_cao/minimal", |sheet| run(sheet, "Lường").page = 2),
    ("ky.chu", "who kept the minutes in capitals", "bien_ban/plain", |sheet| {
        run(sheet, "Vì").text = "VÌ THỊ NGOAN".into()
    }),
    ("ky.vi_tri", "who kept the minutes off the axis", "bien_ban/plain", |sheet| run(sheet, "Vì").x += 15.0),
    ("ky.cho_ky", "over the name of who kept the minutes", "bien_ban/plain", |sheet| {
        sheet.boxes.iter_mut().find(|one| one.name == "thu_ky").expect("a place to sign").y += mm(10.0);
    }),
    ("ky.bien_ban", "signed by one", "bien_ban/plain", |sheet| {
        run(sheet, "THƯ KÝ").text.clear();
        run(sheet, "Vì").text.clear();
        sheet.boxes.retain(|one| one.name != "thu_ky");
    }),
    ("ky.bien_ban", "not on one level", "bien_ban/plain", |sheet| run(sheet, "THƯ KÝ").y -= 8.0),
];

fn seal(sheet: &mut Sheet) -> &mut LabelledBox {
    sheet.boxes.iter_mut().find(|one| one.name == "co_quan").expect("a place for the seal")
}

fn signer<'a>(sheet: &'a mut Sheet, text: &str) -> &'a mut vinhdanh::engine::frames::Run {
    sheet.pages.runs.iter_mut().find(|run| run.text == text).expect("a title line")
}

#[test]
fn every_document_tells_where_to_sign_and_to_seal() {
    // A sheet of no form is no document: nobody signs it.
    for sheet in sheets().iter().filter(|sheet| !sheet.form.is_empty()) {
        let count = |name: &str| sheet.boxes.iter().filter(|one| one.name == name).count();
        assert_eq!((count("nguoi_ky"), count("co_quan")), (1, 1), "{}", sheet.name);
    }
}

#[test]
fn every_place_to_sign_is_a_field_of_its_manifest_and_no_other() {
    for sheet in sheets() {
        let id = sheet.name.split('/').next().expect("a template");
        let manifest = &local().renderer.template(id).expect("built in").manifest;
        let listed: BTreeSet<&str> = manifest.fields.iter().map(|field| field.place.as_str()).collect();
        let due = manifest.fields.iter().filter(|field| !field.optional).map(|field| field.place.as_str());
        let found: BTreeSet<&str> = sheet.boxes.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(found.len(), sheet.boxes.len(), "{}: a box twice", sheet.name);
        assert!(found.is_subset(&listed), "{}: {found:?}, listed {listed:?}", sheet.name);
        assert!(due.clone().all(|place| found.contains(place)), "{}: {found:?}", sheet.name);
    }
}

#[test]
fn decisions_and_certificates_leave_with_fields_and_persons_sign_before_the_seal() {
    let fields = |id: &str| {
        let manifest = &local().renderer.template(id).expect("built in").manifest;
        let names: Vec<&str> =
            manifest.fields.iter().filter(|field| !field.optional).map(|field| field.name.as_str()).collect();
        (names, manifest.fields_default)
    };
    for id in ["quyet_dinh", "quyet_dinh_cong_nhan", "quyet_dinh_huy_bo", "giay_khen", "bang_khen", "giay_chung_nhan"] {
        assert_eq!(fields(id), (vec!["NguoiKy", "CoQuan"], true), "{id}");
    }
    for id in ["to_trinh", "bao_cao", "cong_van", "ban_sao"] {
        assert_eq!(fields(id), (vec!["NguoiKy", "CoQuan"], false), "{id}");
    }
    assert_eq!(fields("bien_ban"), (vec!["ThuKy", "ChuTri", "CoQuan"], false));
    assert_eq!(fields("danh_sach_chi_thuong"), (vec!["NguoiLap", "KeToan", "NguoiKy", "CoQuan"], false));
    assert_eq!(fields("dong_chu_ky"), (vec![], false));
}

#[test]
fn every_form_of_authority_is_printed_line_by_line() {
    for form in &FORMS {
        for id in ["quyet_dinh", "bao_cao"] {
            let pages = &sheet(&format!("{id}/minimal+{}", form.name)).pages;
            let level = pages.runs.iter().find(|run| run.text == "Nơi nhận:").expect("Nơi nhận");
            let mut block: Vec<_> = pages
                .runs
                .iter()
                .filter(|run| run.page == level.page && run.y > level.y - 1.0 && run.bold && !run.italic)
                .collect();
            block.sort_by(|a, b| a.y.total_cmp(&b.y));
            let printed: Vec<String> =
                block.iter().map(|run| run.text.replace('\u{a0}', " ").trim().to_owned()).collect();
            // A long title may run over two lines; what is above it may not.
            let authority: Vec<String> = form.authority.iter().map(|line| line.to_uppercase()).collect();
            assert_eq!(printed[..authority.len()], authority, "{id} {}", form.name);
            let title = form.title.to_uppercase();
            let names: Vec<&str> = form.other.into_iter().chain(["Lường Minh Khoát"]).collect();
            assert_eq!(
                printed[authority.len()..].join(" "),
                format!("{title} {}", names.join(" ")),
                "{id} {}",
                form.name
            );
        }
    }
}

fn text(words: usize) -> String {
    format!("Đoạn {}.", vec!["thi đua"; words].join(" "))
}

fn closing(first: &str, recipients: usize, signing: usize) -> Value {
    let others = (1..recipients).map(|n| format!("Phòng, ban thứ {n} của huyện"));
    let recipients: Vec<String> = std::iter::once(first.to_owned()).chain(others).collect();
    json!({"noi_nhan": recipients, "nguoi_ky": FORMS[signing].data()})
}

/// A decision of any length: articles above, words in the last one, recipients, a form of signature.
fn decision(articles: usize, words: usize, last: usize, recipients: usize, signing: usize) -> Value {
    let article = |n: usize| json!({"noi_dung": [text(n)]});
    let articles: Vec<Value> = std::iter::repeat_n(words, articles).chain([last]).map(article).collect();
    let mut data = changed("quyet_dinh", "minimal", &closing("Như Điều 1", recipients, signing));
    data["dieu"] = articles.into();
    data
}

/// A report of any length.
fn report(paragraphs: usize, words: usize, last: usize, recipients: usize, signing: usize) -> Value {
    let paragraphs = vec![json!({"loai": "doan", "noi_dung": text(words)}); paragraphs];
    let mut data = changed("bao_cao", "minimal", &closing("Như trên", recipients, signing));
    data["muc"] = json!([{"tieu_de": "Kết quả", "noi_dung": paragraphs}]);
    data["ket_luan"] = text(last).into();
    data
}

/// What the decree orders, and a signature left alone.
fn ill(sheet: &Sheet) -> Vec<String> {
    let told = sheet.findings().into_iter();
    let told = told.filter(|one| one.severity == Severity::Error || one.code == "ky.mo_coi");
    told.map(|one| format!("{}: {}", one.code, one.message.vi)).collect()
}

#[test]
fn no_length_of_text_leaves_the_signature_alone() {
    let mut runner = TestRunner::new(Config { cases: 96, failure_persistence: None, ..Config::default() });
    let lengths = (1_usize..30, 1_usize..40, 20_usize..80, 1_usize..25, 0..FORMS.len());
    let result = runner.run(&lengths, |(paragraphs, words, last, recipients, signing)| {
        let long = [
            Sheet::new("length", "quyet_dinh", decision(paragraphs, words, last, recipients, signing)),
            Sheet::new("length", "bao_cao", report(paragraphs, words, last, recipients, signing)),
        ];
        let mut faults = Vec::new();
        for sheet in &long {
            faults.extend(ill(sheet));
        }
        prop_assert!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn a_last_paragraph_of_one_line_does_not_stand_alone_with_the_signature() {
    let mut faults = Vec::new();
    for paragraphs in 8..36 {
        let decision = Sheet::new("decision", "quyet_dinh", decision(paragraphs, 3, 3, 4, 1));
        let report = Sheet::new("report", "bao_cao", report(paragraphs, 3, 3, 4, 1));
        for sheet in [decision, report] {
            let told = |one| format!("{} of {paragraphs} paragraphs: {one}", sheet.name);
            faults.extend(ill(&sheet).into_iter().map(told));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
