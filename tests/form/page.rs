//! Pages that break the rules of Phụ lục I, Phần I, Mục I.

use vinhdanh::engine::frames::Run;

use super::{Broken, Sheet, mm, run};

pub const BROKEN: &[Broken] = &[
    ("trang.kho_giay", "a longer sheet", "quyet_dinh/plain", |sheet| sheet.pages.sizes[0].1 = mm(305.0)),
    ("trang.le", "a line 1 mm into the left margin", "quyet_dinh/plain", |sheet| run(sheet, "Căn cứ").x = mm(29.0)),
    ("trang.le", "a line runs out at the right", "quyet_dinh/plain", |sheet| run(sheet, "Căn cứ").width += mm(20.0)),
    ("trang.le", "the last line too low", "quyet_dinh/plain", |sheet| run(sheet, "Lường Minh").y = mm(278.0)),
    ("trang.le", "everything 6 mm to the right", "quyet_dinh/minimal", |sheet| {
        sheet.pages.runs.iter_mut().for_each(|run| run.x += mm(6.0));
        sheet.pages.strokes.iter_mut().for_each(|stroke| stroke.x += mm(6.0));
        sheet.boxes.iter_mut().for_each(|place| place.x += mm(6.0));
    }),
    ("trang.le", "a stroke in the margin", "quyet_dinh/plain", |sheet| sheet.pages.strokes[3].x = mm(20.0)),
    ("trang.phong_chu", "another face", "quyet_dinh/plain", |sheet| run(sheet, "Số:").family = "Arial".into()),
    ("trang.mau_muc", "grey words", "quyet_dinh/plain", |sheet| run(sheet, "Số:").colour = Some("#808080".into())),
    ("trang.so_trang", "a number on page 1", "bao_cao/plain", |sheet| number(sheet).page = 1),
    ("trang.so_trang", "no number on page 2", "bao_cao/plain", |sheet| number(sheet).text.clear()),
    ("trang.so_trang", "a wrong number", "bao_cao/plain", |sheet| number(sheet).text = "5".into()),
    ("trang.so_trang_kieu", "italic", "bao_cao/plain", |sheet| number(sheet).italic = true),
    ("trang.so_trang_kieu", "at the right edge", "bao_cao/plain", |sheet| number(sheet).x = 520.0),
    ("trang.so_trang_kieu", "12 pt", "bao_cao/plain", |sheet| number(sheet).size = 12.0),
    ("trang.so_trang", "goes on in a phụ lục", "quyet_dinh/overflow", |sheet| {
        let on = |run: &&mut Run| run.page == 4 && run.y < mm(20.0);
        sheet.pages.runs.iter_mut().find(on).expect("page 4 has a number").text = "4".into();
    }),
];

fn number(sheet: &mut Sheet) -> &mut Run {
    sheet.pages.runs.iter_mut().find(|run| run.page == 2 && run.y < mm(20.0)).expect("page 2 has a number")
}
