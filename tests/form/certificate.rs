//! Pages that break the rules of certificates, and what only the profiles of our own know.

use super::{Broken, mm, run};

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
    ("khen.cho_ky", "over the name", "giay_khen/plain", |sheet| {
        sheet.boxes.iter_mut().for_each(|place| place.y += mm(10.0));
    }),
    ("khen.dau", "on the right", "giay_khen/plain", |sheet| {
        sheet.boxes.iter_mut().filter(|one| one.name == "co_quan").for_each(|place| place.x += mm(60.0));
    }),
];
