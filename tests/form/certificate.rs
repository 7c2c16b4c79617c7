//! Pages that break the rules of certificates, and what only the profiles of our own know.

use serde_json::{Value, json};

use super::{Broken, Sheet, changed, mm, run, sheets};
use crate::support::local;

pub const BROKEN: &[Broken] = &[
    ("khen.mot_to", "two pages", "giay_khen/plain", |sheet| sheet.pages.sizes.push(sheet.pages.sizes[0])),
    ("khen.thu_tu", "the award over the verb", "giay_khen/plain", |sheet| run(sheet, "GIẤY KHEN").y = 150.0),
    ("khen.thu_tu", "no verb", "giay_khen/plain", |sheet| run(sheet, "TẶNG").text = "KHEN".into()),
    ("khen.thu_tu", "the golden book first", "giay_khen/plain", |sheet| run(sheet, "Số sổ vàng").y = 410.0),
    ("khen.thu_tu", "the name right under the title", "giay_khen/plain", |sheet| {
        run(sheet, "Đinh Quang").y = 440.0;
    }),
    ("khen.mau_muc", "a black award", "giay_khen/plain", |sheet| {
        run(sheet, "GIẤY KHEN").colour = Some("#000000".into());
    }),
    ("khen.mau_muc", "a red name", "giay_khen/plain", |sheet| {
        run(sheet, "LÒ THỊ").colour = Some("#b5161d".into());
    }),
    ("khen.mau_muc", "a black authority", "giay_khen/plain", |sheet| {
        run(sheet, "CHỦ TỊCH ỦY").colour = Some("#000000".into());
    }),
    ("khen.thu_tu", "no verb of a title", "giay_chung_nhan/plain", |sheet| {
        run(sheet, "TẶNG DANH").text = "KHEN".into()
    }),
    ("khen.thu_tu", "nobody under the title", "giay_chung_nhan/minimal", |sheet| {
        let y = run(sheet, "Bà").y;
        sheet.pages.runs.retain(|one| (one.y - y).abs() > 1.0);
    }),
    ("khen.mau_muc", "a black title", "giay_chung_nhan/plain", |sheet| {
        run(sheet, "CHIẾN SĨ").colour = Some("#000000".into());
    }),
    ("khen.mau_muc", "a black second line of a title", "giay_chung_nhan/overflow", |sheet| {
        run(sheet, "CÁC TỈNH TRUNG DU").colour = Some("#000000".into());
    }),
    ("khen.mau_muc", "a red year", "giay_chung_nhan/plain", |sheet| {
        run(sheet, "Năm 2020").colour = Some("#b5161d".into());
    }),
    ("khen.tieu_ngu_ke", "no rule", "giay_khen/plain", |sheet| sheet.pages.strokes.clear()),
    ("khen.le", "a number at the edge", "giay_khen/plain", |sheet| run(sheet, "Số sổ vàng").x = mm(5.0)),
    ("khen.ngoai_giay", "the golden book beyond the edge", "giay_khen/plain", |sheet| {
        run(sheet, "Số sổ vàng").x = mm(-12.0)
    }),
    ("khen.chong_chu", "the decision over the golden book", "giay_khen/plain", |sheet| {
        run(sheet, "Quyết định số").y += mm(5.0);
    }),
    ("khen.cho_ky", "over the name", "giay_khen/plain", |sheet| {
        sheet.boxes.iter_mut().for_each(|place| place.y += mm(10.0));
    }),
    ("khen.dau", "on the right", "giay_khen/plain", |sheet| {
        sheet.boxes.iter_mut().filter(|one| one.name == "co_quan").for_each(|place| place.x += mm(60.0));
    }),
];

#[test]
fn a_certificate_has_room_for_the_signature_and_the_seal() {
    let certificates: Vec<&Sheet> =
        sheets().iter().filter(|sheet| sheet.form == "giay_khen" && !sheet.boxes.is_empty()).collect();
    assert!(!certificates.is_empty(), "no certificate");
    for sheet in certificates {
        let named = |name: &str| sheet.boxes.iter().find(|one| one.name == name);
        let (sign, seal) = (named("nguoi_ky").expect("a place to sign"), named("co_quan").expect("a place to seal"));
        assert!(sign.h >= mm(14.0) - 0.1, "{}: {:.1} pt to sign in", sheet.name, sign.h);
        assert!(seal.w >= mm(20.0), "{}: {:.1} pt for the seal", sheet.name, seal.w);
    }
}

/// What the template says of a title: codes with their pointers, faults or, where it is printed, warnings.
fn told(changes: &Value) -> (bool, Vec<(String, String)>) {
    let data = changed("giay_chung_nhan", "plain", changes);
    let list = |all: &[vinhdanh::diagnostic::Diagnostic]| {
        all.iter().map(|one| (one.pointer.clone().unwrap_or_default(), one.code.to_string())).collect()
    };
    match local().pdf("giay_chung_nhan", data, vinhdanh::engine::Standard::A2a) {
        Ok(rendered) => (true, list(&rendered.warnings)),
        Err(failure) => (false, list(&failure.diagnostics)),
    }
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

#[test]
fn a_title_without_a_certificate_in_law_is_refused() {
    let family = json!({"loai": "ho_gia_dinh", "danh_xung": "Ông", "ten": "Mùi Văn Chượng"});
    let before_2014 = json!({"so": 5, "ky_hieu": "QĐ-UBND", "ngay": "2014-10-31"});
    let no_law = one("/danh_hieu", "luat_khong_co_bang");
    for (changes, printed, expected) in [
        (json!({}), true, vec![]),
        (json!({"danh_hieu": "danh hiệu “chiến sỹ thi đua cơ sở”"}), true, vec![]),
        (json!({"danh_hieu": "Chiến sĩ thi đua tỉnh Sơn La"}), true, vec![]),
        (json!({"danh_hieu": "Lao động tiên tiến"}), false, no_law.clone()),
        (json!({"danh_hieu": "Lao động tiên tiến", "ngoai_luat": false}), false, no_law.clone()),
        (json!({"danh_hieu": "Lao động tiên tiến", "ngoai_luat": true}), true, one("/danh_hieu", "in_ngoai_luat")),
        (json!({"danh_hieu": "Giáo viên dạy giỏi"}), false, one("/danh_hieu", "danh_hieu_la")),
        (json!({"danh_hieu": "Giáo viên dạy giỏi", "ngoai_luat": true}), true, one("/danh_hieu", "in_ngoai_luat")),
        (json!({"quyet_dinh": before_2014}), false, no_law),
        (json!({"danh_hieu": "Tập thể lao động xuất sắc"}), false, one("/doi_tuong/loai", "sai_doi_tuong")),
        (json!({"danh_hieu": "Gia đình văn hóa", "doi_tuong": family}), true, one("/danh_hieu", "luat_chua_chac")),
        (json!({"danh_hieu": "danh hiệu “”"}), false, one("/danh_hieu", "danh_hieu_la")),
    ] {
        assert_eq!(told(&changes), (printed, expected), "{changes}");
    }
}

#[test]
fn a_bang_khen_leaves_thirty_five_millimetres_to_sign() {
    // Nghị định 50/2006/NĐ-CP, Điều 28: between the title and the name of a minister or chairman of a province.
    for sheet in sheets().iter().filter(|sheet| sheet.name.starts_with("bang_khen/")) {
        let plain = !["hostile", "overflow", "phoi"].iter().any(|word| sheet.name.ends_with(word));
        let sign = sheet.boxes.iter().find(|place| place.name == "nguoi_ky").expect("a place to sign");
        assert!(!plain || sign.h >= mm(34.0), "{}: {:.1} mm", sheet.name, sign.h * 25.4 / 72.0);
    }
}
