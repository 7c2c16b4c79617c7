//! Pages no template of ours makes: agencies' own layouts that keep the decree, and pages that make no sense at all.

use std::time::Instant;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use vinhdanh::diagnostic::Severity;
use vinhdanh::engine::LabelledBox;
use vinhdanh::engine::frames::{Pages, Picture, Run, Stroke};
use vinhdanh::the_thuc::{Form, inspect};

use super::{Sheet, mm, run, sheet};

/// Codes of the errors told.
fn errors(sheet: &Sheet) -> Vec<String> {
    let told = sheet.findings().into_iter().filter(|one| one.severity == Severity::Error);
    told.map(|one| format!("{}: {}", one.code, one.message.vi)).collect()
}

#[test]
fn layouts_that_keep_the_decree_are_let_pass() {
    type Variant = (&'static str, &'static str, fn(&mut Sheet));
    let variants: [Variant; 11] = [
        ("the number left to the pen, in dots", "bao_cao/plain", |sheet| {
            run(sheet, "Số:").text = "Số: ……/BC-UBND".into();
        }),
        ("a blank date in dots", "bao_cao/plain", |sheet| {
            run(sheet, "Phù Yên, ngày").text = "Phù Yên, ngày … tháng … năm 2021".into();
        }),
        ("a pale word over the page, another turned", "bao_cao/plain", |sheet| {
            let mut pale = run(sheet, "Thực hiện").clone();
            (pale.text, pale.size, pale.x, pale.y) = ("MẪU".into(), 190.0, 20.0, 400.0);
            let mut turned = pale.clone();
            (pale.colour, turned.turned) = (Some("#78787828".into()), true);
            sheet.pages.runs.extend([pale, turned]);
        }),
        ("the signer's picture where one signs", "quyet_dinh/plain", |sheet| {
            let place = sheet.boxes.iter().find(|one| one.name == "nguoi_ky").expect("a place").clone();
            let LabelledBox { page, x, y, w, h, .. } = place;
            sheet.pages.images.push(Picture { page, x, y, w, h });
        }),
        ("a word in italics", "bao_cao/plain", |sheet| {
            let whole = run(sheet, "Thực hiện");
            whole.width /= 2.0;
            let mut slanted = whole.clone();
            (slanted.x, slanted.italic) = (whole.x + whole.width, true);
            slanted.text = "Công văn".into();
            sheet.pages.runs.push(slanted);
        }),
        ("a tinted ground", "bao_cao/plain", |sheet| {
            let (w, h) = sheet.pages.sizes[0];
            let mut ground = sheet.pages.strokes[0].clone();
            (ground.x, ground.y, ground.w, ground.h, ground.thickness) = (0.0, 0.0, w, h, 0.0);
            sheet.pages.strokes.push(ground);
        }),
        ("no places told", "quyet_dinh/plain", |sheet| sheet.boxes.clear()),
        ("the Quốc hiệu as the decree spells it", "quyet_dinh/plain", |sheet| {
            run(sheet, "CỘNG HÒA").text = "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM".into();
        }),
        ("the number of the phụ lục left blank", "quyet_dinh/plain", |sheet| {
            let reference = run(sheet, "(Kèm theo");
            reference.text = reference.text.replace("1842", "\u{a0}\u{a0}\u{a0}\u{a0}");
        }),
        ("the phụ lục on its side", "quyet_dinh/plain", |sheet| {
            let (width, height) = sheet.pages.sizes[1];
            sheet.pages.sizes[1] = (height, width);
            let lowest = mm(188.0);
            sheet.pages.runs.retain(|run| run.page == 1 || run.y < lowest);
            sheet.pages.strokes.retain(|stroke| stroke.page == 1 || stroke.y < lowest);
            let aside = (height - width) / 2.0;
            for run in sheet.pages.runs.iter_mut().filter(|run| run.page == 2) {
                run.x += aside;
            }
            for stroke in sheet.pages.strokes.iter_mut().filter(|stroke| stroke.page == 2) {
                // Rules across the table run from margin to margin.
                if stroke.h < 1.0 && stroke.w > 300.0 {
                    (stroke.x, stroke.w) = (mm(30.0), height - mm(50.0));
                } else if stroke.w < 1.0 && stroke.x < mm(31.0) {
                    stroke.x = mm(30.0);
                } else if stroke.w < 1.0 && stroke.x > mm(189.0) {
                    stroke.x = height - mm(20.0);
                } else {
                    stroke.x += aside;
                }
                stroke.h = stroke.h.min(lowest - stroke.y);
            }
        }),
        ("recipients in two columns", "quyet_dinh/plain", |sheet| {
            let first = run(sheet, "Như Điều").clone();
            let moved = ["Thường trực Hội", "Cổng thông tin", "Lưu:"];
            let dashes: Vec<Run> =
                sheet.pages.runs.iter().filter(|run| run.text == "-" && run.y > first.y - 1.0).cloned().collect();
            let step = dashes[1].y - dashes[0].y;
            for (index, words) in moved.iter().enumerate() {
                let entry = run(sheet, words);
                let (page, from, to) = (entry.page, entry.y, first.y + step * index as f64);
                for run in sheet.pages.runs.iter_mut().filter(|run| run.page == page && run.x < mm(100.0)) {
                    if (run.y - from).abs() < 0.2 {
                        run.x += mm(56.0);
                        run.width = run.width.min(mm(20.0));
                        run.y = to;
                    }
                }
            }
        }),
    ];
    let mut faults = Vec::new();
    for (what, on, change) in variants {
        let mut sheet = sheet(on).clone();
        change(&mut sheet);
        faults.extend(errors(&sheet).into_iter().map(|one| format!("{what}: {one}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_part_that_is_not_there_is_told_once() {
    let parts = [
        ("CỘNG HÒA", "quoc_hieu.chu"),
        ("Độc lập", "tieu_ngu.chu"),
        ("Số:", "so.dinh_dang"),
        ("Phù Yên, ngày", "ngay.dinh_dang"),
        ("QUYẾT ĐỊNH:", "quyet_dinh.chu"),
        ("Nơi nhận:", "noi_nhan.chu"),
    ];
    for (begins, rule) in parts {
        let mut sheet = sheet("quyet_dinh/minimal").clone();
        run(&mut sheet, begins).text.clear();
        let told = sheet.findings();
        let codes: Vec<&str> = told.iter().map(|one| one.code.as_ref()).collect();
        assert_eq!(codes, [rule], "without {begins}");
    }
}

#[test]
fn nothing_at_all_is_no_page_of_a_form() {
    // On a blank everything may be printed already.
    for form in Form::ALL.into_iter().filter(|form| *form != Form::GiayKhenPhoi) {
        assert!(!inspect(form.name(), &Pages::default(), &[]).is_empty(), "{form:?}");
        let blank = Pages { sizes: vec![(mm(210.0), mm(297.0))], ..Pages::default() };
        assert!(!inspect(form.name(), &blank, &[]).is_empty(), "{form:?}");
    }
    assert!(inspect("khong_co", &Pages::default(), &[]).is_empty());
}

/// Words the rules look for, and others.
const WORDS: [&str; 24] = [
    "Số:",
    "Số: /",
    "Nơi nhận:",
    "- Lưu: VT.",
    "QUYẾT ĐỊNH",
    "QUYẾT ĐỊNH:",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Kính gửi:",
    "V/v",
    "Phụ lục",
    "Phụ lục I",
    "(Kèm theo",
    "(Danh sách gồm 1 tập thể",
    "Điều 1.",
    "Chương X",
    "TM.",
    "KT. ",
    "ngày tháng năm",
    ", ngày",
    "tháng 09",
    "́",
    "  ",
    "Căn cứ Luật số 1/QH",
];

fn length() -> impl Strategy<Value = f64> {
    prop_oneof![12 => -50.0..900.0_f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(f64::MAX)]
}

fn any_run() -> impl Strategy<Value = Run> {
    let looks = (any::<bool>(), any::<bool>(), prop_oneof![Just(12.0), Just(14.0), length()]);
    (0..5_usize, 0..WORDS.len(), looks, length(), length(), length(), proptest::option::of("#[0-9a-fé]{0,8}")).prop_map(
        |(page, word, (bold, italic, size), x, y, width, colour)| Run {
            page,
            text: WORDS[word].into(),
            family: "Tinos".into(),
            bold,
            italic,
            size,
            x,
            y,
            width,
            colour,
            turned: false,
        },
    )
}

fn any_stroke() -> impl Strategy<Value = Stroke> {
    (0..5_usize, length(), length(), length(), length()).prop_map(|(page, x, y, w, h)| Stroke {
        page,
        x,
        y,
        w,
        h,
        thickness: 0.5,
        colour: None,
    })
}

#[test]
fn no_pages_make_the_rules_panic() {
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let pages = (
        proptest::collection::vec((length(), length()), 0..4),
        proptest::collection::vec(any_run(), 0..40),
        proptest::collection::vec(any_stroke(), 0..20),
        proptest::collection::vec((0..5_usize, any::<bool>(), length(), length()), 0..4),
    );
    let result = runner.run(&pages, |(sizes, runs, strokes, places)| {
        let pages = Pages { sizes, runs, strokes, images: Vec::new() };
        let name = |seal: bool| if seal { "co_quan" } else { "nguoi_ky" }.to_owned();
        let boxes: Vec<LabelledBox> = places
            .into_iter()
            .map(|(page, seal, x, y)| LabelledBox { name: name(seal), page, x, y, w: 150.0, h: 80.0 })
            .collect();
        for form in Form::ALL {
            for one in inspect(form.name(), &pages, &boxes) {
                prop_assert!(!one.message.vi.is_empty() && !one.hints.is_empty());
            }
        }
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}

/// Not a benchmark: a bound wide enough for a debug build on a busy machine, which a quadratic pass would break.
#[test]
fn a_long_list_is_read_in_a_moment() {
    let long = sheet("quyet_dinh/overflow");
    let (mut pages, count) = (long.pages.clone(), long.pages.sizes.len());
    for copy in 1..6 {
        let shift = copy * (count - 1);
        pages.sizes.extend_from_slice(&long.pages.sizes[1..]);
        pages.runs.extend(long.pages.runs.iter().filter(|run| run.page > 1).cloned().map(|mut run| {
            run.page += shift;
            run
        }));
        pages.strokes.extend(long.pages.strokes.iter().filter(|stroke| stroke.page > 1).cloned().map(|mut stroke| {
            stroke.page += shift;
            stroke
        }));
    }
    let started = Instant::now();
    let told = inspect(&long.form, &pages, &long.boxes);
    let once = started.elapsed();
    println!("{} pages, {} runs, {} findings: {once:?}", pages.sizes.len(), pages.runs.len(), told.len());
    assert!(once.as_secs() < 5, "{once:?}");
}
