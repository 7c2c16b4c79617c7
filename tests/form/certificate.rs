//! Pages that break the rules of certificates, and what only the profiles of our own know.

use super::{Broken, Sheet, mm, run, sheets};

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
