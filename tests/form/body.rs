//! Pages that break the rules of Phụ lục I, Phần I, Mục II, khoản 6.

use super::{Broken, last_words, mm, run};

pub const BROKEN: &[Broken] = &[
    ("tham_quyen.chu", "lower case", "quyet_dinh/plain", |sheet| run(sheet, "CHỦ TỊCH ỦY").text = "Chủ tịch".into()),
    ("quyet_dinh.chu", "not bold", "quyet_dinh/plain", |sheet| run(sheet, "QUYẾT ĐỊNH:").bold = false),
    ("quyet_dinh.chu", "at the left", "quyet_dinh/plain", |sheet| run(sheet, "QUYẾT ĐỊNH:").x = mm(30.0)),
    ("quyet_dinh.chu", "no colon", "quyet_dinh/plain", |sheet| run(sheet, "QUYẾT ĐỊNH:").text = "QUYẾT NGHỊ".into()),
    ("can_cu.chu", "upright", "quyet_dinh/plain", |sheet| run(sheet, "Căn cứ").italic = false),
    ("can_cu.dau", "the last ends with a comma", "quyet_dinh/plain", |sheet| {
        run(sheet, "ngày\u{a0}09 tháng").text = "ngày 09 tháng 7 năm 2021,".into();
    }),
    ("can_cu.dau", "one ends with a full stop", "quyet_dinh/plain", |sheet| {
        run(sheet, "Căn cứ").text = "Căn cứ Luật.".into();
    }),
    ("can_cu.dau", "the last one of a submission ends with a comma", "to_trinh/plain", |sheet| {
        let last =
            sheet.pages.runs.iter_mut().rfind(|run| run.italic && run.page == 1 && run.text.ends_with("thưởng."));
        last.expect("the end of the căn cứ").text = "điều của Luật,".into();
    }),
    ("dieu.chu", "a label not bold", "quyet_dinh/plain", |sheet| run(sheet, "Điều\u{a0}2.").bold = false),
    ("dieu.so", "a number left out", "quyet_dinh/plain", |sheet| {
        run(sheet, "Điều\u{a0}2.").text = "Điều\u{a0}4.".into()
    }),
    ("noi_dung.co_chu", "12 pt", "quyet_dinh/plain", |sheet| run(sheet, "05\u{a0}tập thể").size = 12.0),
    ("noi_dung.co_chu", "italic", "bao_cao/plain", |sheet| {
        let (page, y) = (run(sheet, "Thực hiện").page, run(sheet, "Thực hiện").y);
        let line = sheet.pages.runs.iter_mut().filter(|run| run.page == page && (run.y - y).abs() < 0.5);
        line.for_each(|run| run.italic = true);
    }),
    ("noi_dung.lui_dong", "7 mm", "quyet_dinh/plain", |sheet| {
        run(sheet, "Căn cứ").x = mm(37.0);
    }),
    ("noi_dung.lui_dong", "a paragraph at the edge", "quyet_dinh/plain", |sheet| {
        let label = run(sheet, "Điều\u{a0}2.");
        (label.x, label.width) = (mm(30.0), label.width + mm(10.0));
    }),
    ("noi_dung.gian_dong", "closer than single", "quyet_dinh/plain", |sheet| run(sheet, "05\u{a0}tập thể").y -= 2.5),
    ("noi_dung.cach_doan", "5 pt", "quyet_dinh/plain", |sheet| {
        for run in sheet.pages.runs.iter_mut().filter(|run| run.page == 1 && run.y > 500.0) {
            run.y -= 1.0;
        }
    }),
    ("noi_dung.canh_le", "a ragged line", "quyet_dinh/plain", |sheet| run(sheet, "05\u{a0}tập thể").width -= 9.0),
    ("noi_dung.ket_thuc", "left out", "quyet_dinh/plain", |sheet| {
        last_words(sheet).text = "Quyết định này.".into();
    }),
    ("noi_dung.ket_thuc", "twice", "bao_cao/plain", |sheet| run(sheet, "Thực hiện").text = "Thực hiện./.".into()),
    ("noi_dung.ket_thuc", "inside a phụ lục", "quyet_dinh/chay", |sheet| {
        run(sheet, "Ông\u{a0}Hà Văn").text = "Ông Hà Văn Khụt./.".into()
    }),
    ("can_cu.luat", "a law with its number", "quyet_dinh/plain", |sheet| {
        run(sheet, "Căn cứ").text = "Căn cứ Luật Tổ chức chính quyền địa phương số 77/2015/QH13;".into();
    }),
];
