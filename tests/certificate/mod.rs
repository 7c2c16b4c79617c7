//! Fitted lines: whatever the names, units and achievements, a certificate is one whole page or a fault with its place.

mod profiles;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use vinhdanh::diagnostic::Code;
use vinhdanh::engine::Standard;
use vinhdanh::engine::frames::{Pages, Run};

use crate::support::local;

/// Above and below a baseline, in em: no letter of ours reaches further (`shared/certificate/measure.typ`).
const INK: (f64, f64) = (0.78, 0.2);

/// Designs whose pages are looked at; every one of `profiles/` that prints whole pages.
const DESIGNS: [&str; 7] = [
    "co_dien_a4",
    "hoa_sen_a4",
    "trong_dong_a4",
    "co_dien_a3",
    "bang_khen_co_dien_a3",
    "bang_khen_hoa_sen_400x300",
    "chung_nhan_co_dien_a4",
];

const SYLLABLES: [&str; 24] = [
    "Nguyễn",
    "Thị",
    "Hoàng",
    "Nghiêm",
    "Ỷ",
    "Phượng",
    "Lò",
    "Ẩn",
    "Quỳnh",
    "Trường",
    "Vàng",
    "A",
    "Sùng",
    "Khuyên",
    "Bế",
    "Hạnh",
    "Thuần",
    "Đặng",
    "Mường",
    "Cà",
    "Nghĩa",
    "Tòng",
    "Dung",
    "Yến",
];

const WORDS: [&str; 20] = [
    "phòng",
    "chống",
    "thiên tai,",
    "hợp tác xã",
    "dịch vụ",
    "nông nghiệp",
    "ủy ban",
    "nhân dân",
    "xã",
    "Huy Hạ,",
    "ban chỉ đạo",
    "phong trào",
    "toàn dân",
    "đoàn kết",
    "xây dựng",
    "đời sống",
    "văn hóa,",
    "giai đoạn",
    "2019-2021",
    "thôn",
];

/// Words up to a number of characters.
fn text(from: &[&str], start: usize, most: usize) -> String {
    let mut text = String::new();
    for step in 0.. {
        let word = from[(start + step * (1 + start % 7)) % from.len()];
        if text.chars().count() + word.chars().count() + 1 > most {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

fn name(syllables: usize, start: usize) -> String {
    (0..syllables).map(|n| SYLLABLES[(start + n * 5) % SYLLABLES.len()]).collect::<Vec<_>>().join(" ")
}

fn data(design: &str, name: &str, unit: &str, achievement: &str) -> Value {
    let mut data = local().sample("giay_khen", "plain");
    data["doi_tuong"] = json!({"loai": "tap_the", "ten": name, "don_vi": unit});
    data["thanh_tich"] = json!(achievement);
    data["trinh_bay"] = json!({"ho_so": design});
    data
}

/// Words as they must be found: spaces and break opportunities do not count, nor does case.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').flat_map(char::to_uppercase).collect()
}

struct Line {
    y: f64,
    x0: f64,
    x1: f64,
    size: f64,
}

fn lines(pages: &Pages) -> Vec<Line> {
    let mut runs: Vec<&Run> = pages.runs.iter().filter(|run| !run.text.trim().is_empty()).collect();
    runs.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    let mut lines: Vec<Line> = Vec::new();
    for run in runs {
        let end = run.x + run.width;
        match lines.last_mut().filter(|line| (line.y - run.y).abs() < 0.3 && run.x - line.x1 < 30.0) {
            Some(line) => {
                line.x1 = line.x1.max(end);
                line.size = line.size.max(run.size);
            }
            None => lines.push(Line { y: run.y, x0: run.x, x1: end, size: run.size }),
        }
    }
    lines
}

fn overlaps(pages: &Pages) -> Vec<String> {
    let lines = lines(pages);
    let mut faults = Vec::new();
    for (index, upper) in lines.iter().enumerate() {
        for lower in &lines[index + 1..] {
            let beside = upper.x1 < lower.x0 || lower.x1 < upper.x0;
            if !beside && lower.y - INK.0 * lower.size < upper.y + INK.1 * upper.size && lower.y - upper.y > 0.3 {
                faults.push(format!("lines at {:.1} and {:.1} meet", upper.y, lower.y));
            }
        }
    }
    faults
}

fn judge(design: &str, name: &str, unit: &str, achievement: &str) -> Result<bool, String> {
    let pages = match local().pages("giay_khen", data(design, name, unit, achievement)) {
        Ok(pages) => pages,
        Err(failure) if failure.code == Code::InvalidData => {
            let expected = ["/doi_tuong/ten", "/doi_tuong/don_vi", "/thanh_tich"];
            return match failure.diagnostics.iter().find(|one| {
                one.code != "khong_vua" && one.code != "too_long"
                    || !one.pointer.as_deref().is_some_and(|at| expected.contains(&at))
            }) {
                Some(other) => Err(format!("{other:?}")),
                None => Ok(false),
            };
        }
        Err(failure) => return Err(failure.to_string()),
    };
    let [(width, height)] = pages.sizes.as_slice() else { return Err(format!("{} pages", pages.sizes.len())) };
    let mut faults = overlaps(&pages);
    for line in lines(&pages) {
        if line.x0 < 56.0
            || line.x1 > width - 56.0
            || line.y - INK.0 * line.size < 40.0
            || line.y + INK.1 * line.size > height - 40.0
        {
            faults.push(format!("a line at {:.1}, {:.1}–{:.1} leaves the frame", line.y, line.x0, line.x1));
        }
    }
    let mut runs: Vec<&Run> = pages.runs.iter().collect();
    runs.sort_by(|a, b| (a.y * 2.0).round().total_cmp(&(b.y * 2.0).round()).then(a.x.total_cmp(&b.x)));
    let printed = bare(&runs.iter().map(|run| run.text.as_str()).collect::<String>());
    for wanted in [name, unit, achievement.trim_end_matches(',')] {
        if !printed.contains(&bare(wanted)) {
            faults.push(format!("`{wanted}` is not whole on the page"));
        }
    }
    if let Some(small) = pages.runs.iter().find(|run| run.size < 8.5) {
        faults.push(format!("`{}` in {} pt", small.text, small.size));
    }
    if faults.is_empty() { Ok(true) } else { Err(faults.join("\n")) }
}

#[test]
fn any_length_is_one_whole_page_or_a_fault_with_its_place() {
    let mut runner = TestRunner::new(Config { cases: 160, failure_persistence: None, ..Config::default() });
    let lengths = (0..DESIGNS.len(), 1_usize..61, 0_usize..24, 1_usize..301, 1_usize..601);
    let result = runner.run(&lengths, |(design, syllables, start, unit, achievement)| {
        // A unit or achievement of no word is the schema's matter.
        let unit = text(&WORDS, start, unit.max(12));
        let achievement = format!("Đã có thành tích {}", text(&WORDS, start + 3, achievement.max(20)));
        let achievement: String = achievement.chars().take(600).collect();
        let verdict = judge(DESIGNS[design], &name(syllables, start), unit.trim_end_matches(','), achievement.trim());
        prop_assert!(verdict.is_ok(), "{}", verdict.err().unwrap_or_default());
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn usual_lengths_are_never_refused() {
    let mut runner = TestRunner::new(Config { cases: 120, failure_persistence: None, ..Config::default() });
    let lengths = (0..DESIGNS.len(), 1_usize..10, 0_usize..24, 12_usize..110, 20_usize..240);
    let result = runner.run(&lengths, |(design, syllables, start, unit, achievement)| {
        let unit = text(&WORDS, start, unit);
        let achievement = format!("Đã có thành tích {}", text(&WORDS, start + 3, achievement));
        let verdict = judge(DESIGNS[design], &name(syllables, start), unit.trim_end_matches(','), &achievement);
        prop_assert_eq!(verdict, Ok(true));
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}

/// Sizes of the lines that hold these words.
fn sizes(pages: &Pages, words: &str) -> Vec<f64> {
    let wanted = bare(words);
    pages
        .runs
        .iter()
        .filter(|run| !bare(&run.text).is_empty() && wanted.contains(&bare(&run.text)))
        .map(|run| run.size)
        .collect()
}

#[test]
fn one_long_name_shrinks_only_itself() {
    let unit = "Phòng Nông nghiệp và Phát triển nông thôn";
    let achievement = "Đã có thành tích xuất sắc trong phong trào thi đua yêu nước năm 2021";
    for design in DESIGNS {
        let pages = |name: &str| local().pages("giay_khen", data(design, name, unit, achievement)).expect("fits");
        let (short, long) = (pages(&name(3, 0)), pages(&name(11, 0)));
        for words in [unit, achievement] {
            assert_eq!(sizes(&short, words), sizes(&long, words), "{design}: {words}");
        }
        assert!(sizes(&long, &name(11, 0)) < sizes(&short, &name(3, 0)), "{design}");
    }
}

#[test]
fn what_does_not_fit_is_told_with_how_much() {
    let failure = local()
        .pages("giay_khen", data("co_dien_a4", &name(50, 3), "Xã Huy Hạ", "Đã có thành tích tốt"))
        .expect_err("too long");
    let fault =
        failure.diagnostics.iter().find(|one| one.pointer.as_deref() == Some("/doi_tuong/ten")).expect("the name");
    assert!(fault.message.vi.contains("mm") || fault.message.vi.contains('%'), "{}", fault.message.vi);
}

#[test]
fn fields_stand_in_their_boxes_whatever_the_print_shop_cuts_off() {
    for (id, sample) in
        [("giay_khen", "plain"), ("giay_khen", "hoa-sen"), ("giay_khen", "hai-a5"), ("quyet_dinh", "plain")]
    {
        let made = local().pdf(id, local().sample(id, sample), Standard::A2a).expect("sound");
        let found = vinhdanh::pades::fields(&made.bytes).expect("a form");
        assert_eq!(found.len(), made.fields.len(), "{id}/{sample}");
        assert!(!found.is_empty());
        for (field, told) in found.iter().zip(&made.fields) {
            let spec = &told.spec;
            let place = made.boxes.iter().find(|one| (one.x - spec.x).abs() < 1e-9 && (one.y - spec.y).abs() < 1e-9);
            assert!(place.is_some(), "{id}/{sample}/{}", field.name);
            for (found, told) in field.place.into_iter().zip([spec.x, spec.y, spec.w, spec.h]) {
                assert!((found - told).abs() < 0.02, "{id}/{sample}/{}: {found} for {told}", field.name);
            }
            // Where it lies in the file, from the edge of the sheet that is cut.
            let document = lopdf::Document::load_mem(&made.bytes).expect("a file");
            let page = document.get_dictionary(document.get_pages()[&(spec.page as u32)]).expect("a page");
            let corners = |of: &lopdf::Dictionary, key: &[u8]| -> Vec<f64> {
                let list = of.get(key).and_then(lopdf::Object::as_array).expect("a box");
                list.iter().map(|one| f64::from(one.as_float().expect("a number"))).collect()
            };
            let edge = corners(page, if page.has(b"TrimBox") { b"TrimBox" } else { b"MediaBox" });
            let annotations = page.get(b"Annots").and_then(lopdf::Object::as_array).expect("annotations");
            let lies = annotations.iter().filter_map(|one| document.get_dictionary(one.as_reference().ok()?).ok()).any(
                |one| {
                    one.has(b"FT") && {
                        let place = corners(one, b"Rect");
                        (place[0] - edge[0] - spec.x).abs() < 0.02 && (edge[3] - place[3] - spec.y).abs() < 0.02
                    }
                },
            );
            assert!(lies, "{id}/{sample}/{}", field.name);
        }
    }
}
