//! Pages that break the rules of Phụ lục I, Phần I, Mục III, khoản 1, and the habits of lists.

use super::{Broken, run, sheet};

pub const BROKEN: &[Broken] = &[
    ("phu_luc.tieu_de", "the title in lower case", "quyet_dinh/plain", |sheet| {
        run(sheet, "DANH SÁCH").text = "Danh sách".into();
    }),
    ("phu_luc.kem_theo", "upright reference", "quyet_dinh/plain", |sheet| run(sheet, "(Kèm theo").italic = false),
    ("phu_luc.kem_theo", "another number", "quyet_dinh/plain", |sheet| {
        run(sheet, "Số:").text = "Số: 1843/QĐ-UBND".into()
    }),
    ("phu_luc.chi_dan", "nothing points to it", "quyet_dinh/plain", |sheet| {
        for run in sheet.pages.runs.iter_mut().filter(|run| run.page == 1) {
            run.text = run.text.replace("sách", "thư").replace("kèm", "cùng");
        }
    }),
    ("phu_luc.so", "Arabic", "quyet_dinh/chay", |sheet| run(sheet, "Phụ lục I").text = "Phụ lục 1".into()),
    ("phu_luc.so", "label of 13 pt", "quyet_dinh/chay", |sheet| run(sheet, "Phụ lục I").size = 13.0),
    ("phu_luc.tieu_de", "at the left", "quyet_dinh/plain", |sheet| run(sheet, "DANH SÁCH").x -= 50.0),
    ("phu_luc.ke", "a rule too long", "quyet_dinh/plain", |sheet| {
        sheet.pages.strokes.iter_mut().find(|one| one.page == 2 && one.h < 1.0).expect("a rule").w += 120.0;
    }),
    ("bang.dau_bang", "left out on one page", "quyet_dinh/overflow", |sheet| {
        sheet.pages.runs.retain(|run| !(run.page == 5 && run.text == "TT"));
    }),
    ("bang.dau_bang", "another head", "bao_cao/overflow", |sheet| {
        let pages_of: Vec<usize> =
            sheet.pages.runs.iter().filter(|run| run.text == "TT" && run.bold).map(|run| run.page).collect();
        let last = *pages_of.last().expect("a table");
        sheet
            .pages
            .runs
            .iter_mut()
            .filter(|run| run.page == last && run.text == "TT")
            .for_each(|run| run.text = "STT".into());
    }),
    ("bang.tong", "a row left out at the end of a group", "quyet_dinh/plain", |sheet| {
        let at = sheet.pages.runs.iter().position(|run| run.page == 2 && run.text == "7").expect("row 7");
        sheet.pages.runs.remove(at);
    }),
    ("bang.so_thu_tu", "a row number left out", "quyet_dinh/plain", |sheet| {
        let at = sheet.pages.runs.iter().position(|run| run.page == 2 && run.text == "3").expect("row 3");
        sheet.pages.runs.remove(at);
    }),
    ("bang.tong", "another total", "quyet_dinh/overflow", |sheet| {
        run(sheet, "(Danh sách gồm").text = "(Danh sách gồm 135 tập thể, 546 cá nhân)".into();
    }),
    ("bang.tong", "no total", "quyet_dinh/plain", |sheet| run(sheet, "(Danh sách gồm").text = "(Hết)".into()),
    ("bang.cong_bo", "another count in Điều 1", "quyet_dinh/overflow", |sheet| {
        let words = run(sheet, "135\u{a0}tập thể");
        words.text = words.text.replace("547", "574");
    }),
];

#[test]
fn the_long_list_holds_135_collectives_and_547_persons() {
    let long = sheet("quyet_dinh/overflow");
    let words: Vec<&str> = long.pages.runs.iter().map(|run| run.text.as_str()).collect();
    let words = words.join("").replace('\u{a0}', " ");
    assert!(words.contains("135 tập thể và 547 cá nhân"), "the article announces them");
    let numbers = |text: &str| long.pages.runs.iter().filter(|run| run.text == text && run.page > 2).count();
    assert_eq!((numbers("135"), numbers("136"), numbers("547"), numbers("548")), (2, 1, 1, 0));
    let heads = long.pages.runs.iter().filter(|run| run.text == "TT" && run.bold).count();
    assert!(heads > 10, "{heads} pages with a head");
}
