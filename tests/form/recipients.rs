//! Pages that break the rules of Phụ lục I, Phần I, Mục II, khoản 9b.

use super::{Broken, run};

pub const BROKEN: &[Broken] = &[
    ("noi_nhan.chu", "upright", "quyet_dinh/plain", |sheet| run(sheet, "Nơi nhận").italic = false),
    ("noi_nhan.chu", "14 pt", "quyet_dinh/plain", |sheet| run(sheet, "Nơi nhận").size = 14.0),
    ("noi_nhan.vi_tri", "a step lower", "quyet_dinh/plain", |sheet| run(sheet, "Nơi nhận").y += 2.0),
    ("noi_nhan.vi_tri", "indented", "quyet_dinh/plain", |sheet| run(sheet, "Nơi nhận").x += 10.0),
    ("noi_nhan.danh_sach", "12 pt", "quyet_dinh/plain", |sheet| run(sheet, "Như Điều").size = 12.0),
    ("noi_nhan.luu", "no Lưu", "quyet_dinh/plain", |sheet| run(sheet, "Lưu:").text = "VT, NV.".into()),
    ("noi_nhan.danh_sach", "a full stop too early", "quyet_dinh/plain", |sheet| {
        run(sheet, "Như Điều").text = "Như Điều 3.".into();
    }),
    ("noi_nhan.danh_sach", "no dash", "quyet_dinh/plain", |sheet| {
        let dash = sheet.pages.runs.iter().position(|run| run.text == "-" && run.y > 600.0).expect("a dash");
        sheet.pages.runs[dash].text = "+".into();
    }),
    ("noi_nhan.luu_vt", "no space", "quyet_dinh/plain", |sheet| run(sheet, "Lưu:").text = "Lưu:VT, NV.".into()),
    ("noi_nhan.nhu_dieu", "left out", "quyet_dinh/plain", |sheet| run(sheet, "Như Điều").text = "Phòng Nội vụ;".into()),
    ("noi_nhan.nhu_tren", "left out", "bao_cao/plain", |sheet| run(sheet, "Như trên").text = "Phòng Nội vụ;".into()),
];
