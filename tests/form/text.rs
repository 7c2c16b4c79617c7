//! Pages that break the rules of levels, page turns and spelling.

use vinhdanh::engine::frames::Run;

use super::{Broken, Sheet, last_words, mm, run};

pub const BROKEN: &[Broken] = &[
    ("phan.chu", "an Arabic numeral", "bao_cao/plain", |sheet| chapter(sheet, "Chương 1", "QUY ĐỊNH CHUNG")),
    ("phan.chu", "a title in small letters", "bao_cao/plain", |sheet| chapter(sheet, "Chương I", "Quy định chung")),
    ("muc.so_la_ma", "a number left out", "bao_cao/plain", |sheet| {
        let heading = run(sheet, "II.");
        heading.text = heading.text.replacen("II.", "V.", 1);
    }),
    ("khoan.so", "a number left out", "quyet_dinh/dieu", |sheet| label(sheet, "2.").text = "3.".into()),
    ("diem.thu_tu", "a letter left out", "quyet_dinh/dieu", |sheet| label(sheet, "b)").text = "c)".into()),
    ("diem.thu_tu", "no letter of the alphabet", "quyet_dinh/dieu", |sheet| label(sheet, "b)").text = "f)".into()),
    ("thoi_quen.cap_1_1", "a level too many", "quyet_dinh/dieu", |sheet| label(sheet, "c)").text = "1.1. ".into()),
    ("thoi_quen.dau_cong", "a plus", "quyet_dinh/dieu", |sheet| label(sheet, "c)").text = "+ ".into()),
    ("ngat_trang.tieu_de", "at a foot", "bao_cao/overflow", |sheet| {
        let (page, y) = turn(sheet, |above, below| above.last() == Some(&true) && below.first() == Some(&true)).0;
        sheet.pages.runs.iter_mut().filter(|run| on(run, page, y)).for_each(|run| run.bold = true);
    }),
    ("ngat_trang.dong_cuoi", "a lone last line", "bao_cao/overflow", |sheet| {
        let (page, y) = turn(sheet, |above, below| !above.is_empty() && below.starts_with(&[false, false, true])).1;
        sheet.pages.runs.retain(|run| !on(run, page, y));
    }),
    ("ngat_trang.dong_dau", "a lone first line", "bao_cao/overflow", |sheet| {
        let (page, y) =
            turn(sheet, |above, below| above.ends_with(&[true, false]) && below.starts_with(&[false, false])).0;
        sheet.pages.runs.retain(|run| !on(run, page, y));
    }),
    ("ngat_dong.am_tiet_le", "a lone syllable", "quyet_dinh/plain", |sheet| {
        last_words(sheet).text = "này./.".into();
    }),
    ("chu_viet.thang", "a zero", "bao_cao/plain", |sheet| prose(sheet, "Thực hiện từ tháng\u{a0}07 năm 2021")),
    ("chu_viet.ngay", "a short date", "bao_cao/plain", |sheet| prose(sheet, "Thực hiện từ ngày\u{a0}5/3/2021")),
    ("chu_viet.si", "with y", "bao_cao/plain", |sheet| prose(sheet, "Thực hiện bởi các chiến sỹ")),
    ("chu_viet.dau_thanh", "both ways", "bao_cao/plain", |sheet| prose(sheet, "Thực hiện hòa giải, hoà hợp")),
    ("chu_viet.cach_chu", "two spaces", "bao_cao/plain", |sheet| prose(sheet, "Thực hiện  Công văn")),
];

/// Other words in the first line of the text.
fn prose(sheet: &mut Sheet, words: &str) {
    run(sheet, "Thực hiện").text = words.into();
}

/// The sign before an item.
fn label<'a>(sheet: &'a mut Sheet, sign: &str) -> &'a mut Run {
    sheet.pages.runs.iter_mut().find(|run| run.page == 1 && run.text.trim() == sign).expect("a label")
}

/// Makes a heading in the middle of two items of a list.
fn chapter(sheet: &mut Sheet, number: &str, title: &str) {
    for (item, words) in [("Cơ sở giáo dục", number), ("Đơn vị sự nghiệp khác", title)] {
        let line = run(sheet, item);
        (line.text, line.bold, line.width) = (words.into(), true, 90.0);
        line.x = mm(110.0) - 45.0;
        let (page, y) = (line.page, line.y);
        sheet.pages.runs.retain(|run| !on(run, page, y) || run.bold);
    }
}

fn on(run: &Run, page: usize, y: f64) -> bool {
    run.page == page && (run.y - y).abs() < 0.5
}

/// Page and baseline of the last line before a page break and of the first one after it, where the lines around it
/// begin paragraphs (or not) as asked.
fn turn(sheet: &Sheet, asked: fn(&[bool], &[bool]) -> bool) -> ((usize, f64), (usize, f64)) {
    let begins = |page: usize| {
        let mut lines: Vec<(f64, f64)> = Vec::new();
        let mut runs: Vec<&Run> = sheet.pages.runs.iter().filter(|run| run.page == page && run.y > mm(20.0)).collect();
        runs.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
        for run in runs {
            if lines.last().is_none_or(|(y, _)| run.y - y > 0.5) {
                lines.push((run.y, run.x));
            }
        }
        lines
    };
    let indented = |lines: &[(f64, f64)]| lines.iter().map(|(_, x)| *x > mm(35.0)).collect::<Vec<bool>>();
    let strokes = |page: usize| sheet.pages.strokes.iter().any(|stroke| stroke.page == page);
    (2..sheet.pages.sizes.len())
        .filter(|page| !strokes(*page) && !strokes(page + 1))
        .map(|page| (page, begins(page), begins(page + 1)))
        .find(|(_, above, below)| asked(&indented(above), &indented(below)))
        .map(|(page, above, below)| ((page, above[above.len() - 1].0), (page + 1, below[0].0)))
        .expect("such a page break")
}
