//! Pages that break the rules of certificates, and what only the profiles of our own know.

use super::{Broken, mm, run, sheets};

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
];
