//! Phụ lục I, Phần I, Mục II, khoản 6: authority, căn cứ, articles, paragraphs.

use vinhdanh::engine::frames::Pages;

use super::lines::{Form, Line, is_upper, joined, mm, near};
use super::{Broken, Rule, holds, run};

pub const RULES: &[Rule] = &[
    ("authority", authority),
    ("grounds", grounds),
    ("articles", articles),
    ("type_size", type_size),
    ("first_lines", first_lines),
    ("line_distance", line_distance),
    ("paragraph_distance", paragraph_distance),
    ("right_edge", right_edge),
    ("end_mark", end_mark),
];

/// First-line indents the decree allows.
const INDENTS: [f64; 2] = [mm(10.0), mm(12.7)];

/// THẨM QUYỀN BAN HÀNH and `QUYẾT ĐỊNH:`.
fn authority(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    if !form.is("QUYẾT ĐỊNH") {
        return Vec::new();
    }
    let Some(word) = form.decision_word() else { return vec!["no `QUYẾT ĐỊNH:`".into()] };
    let last = form.abstract_lines().last().map_or(0.0, |line| line.y);
    let Some(who) = form.find(|line| line.page == 1 && line.y > last) else { return vec!["no authority".into()] };
    let mut faults = Vec::new();
    for line in [who, word] {
        if !line.bold || !line.upright || !line.sized(13.0, 14.0) || !is_upper(&line.text) {
            faults.push(format!("`{}`: {} pt, bold {}, upright {}", line.text, line.size, line.bold, line.upright));
        }
        if !near(line.centre(), form.axis(), 1.0) {
            faults.push(format!("`{}` is {:.1} pt off centre", line.text, line.centre() - form.axis()));
        }
    }
    faults
}

/// Căn cứ: italic, a paragraph each, `;` after each and `.` after the last.
fn grounds(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    if !form.is("QUYẾT ĐỊNH") {
        return Vec::new();
    }
    let lines = form.grounds();
    let mut faults: Vec<String> = lines
        .iter()
        .filter(|line| !line.italic || line.bold || !line.sized(13.0, 14.0))
        .map(|line| format!("`{}`: {} pt, italic {}", line.text, line.size, line.italic))
        .collect();
    let paragraphs = form.paragraphs(&lines);
    if paragraphs.is_empty() {
        faults.push("no căn cứ".into());
    }
    for (index, paragraph) in paragraphs.iter().enumerate() {
        let words = joined(paragraph);
        let mark = if index + 1 == paragraphs.len() { '.' } else { ';' };
        if !words.ends_with(mark) {
            faults.push(format!("`{words}` does not end with `{mark}`"));
        }
    }
    faults
}

/// The number a paragraph carries as an article: `Điều 3. …` → 3.
fn article_number(line: &Line) -> Option<usize> {
    line.plain().strip_prefix("Điều ")?.split_once('.')?.0.parse().ok()
}

fn articles(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    if !form.is("QUYẾT ĐỊNH") {
        return Vec::new();
    }
    let body = form.body();
    let mut faults = Vec::new();
    let mut expected = 1;
    for paragraph in form.paragraphs(&body) {
        let Some(n) = article_number(paragraph[0]) else { continue };
        if n != expected {
            faults.push(format!("Điều {n} where Điều {expected} is due"));
        }
        expected = n + 1;
        let label = &paragraph[0].runs[0];
        if !label.bold || label.italic || !label.text.starts_with(&format!("Điều\u{a0}{n}.")) {
            faults.push(format!("label `{}`: bold {}, italic {}", label.text, label.bold, label.italic));
        }
        let title = label.text.len() > format!("Điều\u{a0}{n}.").len();
        if !title && paragraph[0].bold && paragraph[0].runs.len() > 1 {
            faults.push(format!("the words of Điều {n} are bold"));
        }
    }
    if expected == 1 {
        faults.push("no Điều 1.".into());
    }
    faults
}

/// 13–14 pt; upright but for headings.
fn type_size(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let wrong = |line: &&&Line| !line.sized(13.0, 14.0) || line.runs.iter().any(|run| run.italic && !run.bold);
    let body = form.body();
    if body.is_empty() {
        return vec!["no text".into()];
    }
    body.iter()
        .filter(wrong)
        .map(|line| format!("`{}`: {} pt, upright {}", line.text, line.size, line.upright))
        .collect()
}

/// Every paragraph begins at 1 or 1,27 cm, every other line at the left edge.
fn first_lines(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let text: Vec<&Line> = form.grounds().into_iter().chain(form.body()).collect();
    let indents: Vec<f64> = text.iter().filter(|line| !form.continues(line)).map(|line| line.x0 - form.left).collect();
    let allowed = |indent: f64| INDENTS.iter().any(|one| near(*one, indent, 0.5));
    let mut faults: Vec<String> = text
        .iter()
        .filter(|line| !form.continues(line) && !allowed(line.x0 - form.left))
        .map(|line| format!("`{}` is indented {:.1} pt", line.text, line.x0 - form.left))
        .collect();
    if indents.iter().any(|indent| !near(*indent, indents[0], 0.5)) {
        faults.push("paragraphs are indented differently".into());
    }
    if indents.is_empty() {
        faults.push("no paragraph is indented".into());
    }
    // A paragraph that begins at the edge shows by what is above it: a short line, or a mark that ends a paragraph.
    faults.extend(
        text.windows(2)
            .filter(|pair| {
                form.continues(pair[1]) && pair[1].page == pair[0].page && !form.table_between(pair[0], pair[1])
            })
            .filter(|pair| pair[1].y - pair[0].y > 1.6 * pair[0].size)
            .map(|pair| format!("`{}` begins at the left edge", pair[1].text)),
    );
    faults
}

/// Pairs of neighbouring lines of one page with nothing between them.
fn pairs<'a>(form: &Form, lines: &[&'a Line]) -> Vec<(&'a Line, &'a Line)> {
    let alone = |above: &Line, below: &Line| above.page == below.page && !form.table_between(above, below);
    lines.windows(2).filter(|pair| alone(pair[0], pair[1])).map(|pair| (pair[0], pair[1])).collect()
}

/// Single is 1,15 em in Times; 1,1 is let pass; 1,5 lines are 1,725 em.
const DISTANCES: std::ops::RangeInclusive<f64> = 1.1..=1.726;

fn line_distance(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    [form.grounds(), form.body()]
        .iter()
        .flat_map(|lines| pairs(&form, lines))
        .filter(|(_, below)| form.continues(below))
        .map(|(above, below)| (below, (below.y - above.y) / below.size))
        .filter(|(_, distance)| !DISTANCES.contains(distance))
        .map(|(line, distance)| format!("`{}` stands {distance:.2} em below the line before", line.text))
        .collect()
}

/// At least 6 pt more than from line to line.
fn paragraph_distance(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let all: Vec<_> = [form.grounds(), form.body()].iter().flat_map(|lines| pairs(&form, lines)).collect();
    let lines = all.iter().filter(|(_, below)| form.continues(below)).map(|(above, below)| below.y - above.y);
    let Some(line) = lines.min_by(f64::total_cmp) else { return Vec::new() };
    all.iter()
        .filter(|(_, below)| !form.continues(below))
        .filter(|(above, below)| below.y - above.y < line + 5.95)
        .map(|(above, below)| format!("`{}` stands {:.1} pt apart", below.text, below.y - above.y - line))
        .collect()
}

/// A line that is not its paragraph's last reaches the right edge, if it has a space to stretch.
fn right_edge(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let mut faults = Vec::new();
    let mut flush = 0;
    for lines in [form.grounds(), form.body()] {
        for pair in lines.windows(2).filter(|pair| form.continues(pair[1]) && !pair[0].bold) {
            let stretches = pair[0].runs.iter().any(|run| run.text.trim().contains(' '));
            if stretches && !near(pair[0].x1, form.right, 0.6) {
                faults.push(format!("`{}` ends {:.1} pt before the edge", pair[0].text, form.right - pair[0].x1));
            }
            flush += 1;
        }
    }
    if flush == 0 {
        faults.push("no line reaches the right edge".into());
    }
    faults
}

/// `./.` once, after the last words of the text; a phụ lục may end by its own.
fn end_mark(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let mut faults = Vec::new();
    let body = form.body();
    let words = joined(&body);
    let count = words.matches("./.").count();
    if count != 1 || !words.ends_with("./.") {
        faults.push(format!(
            "`./.` {count} times, the text ends `{}`",
            body.last().map_or("", |line| line.text.as_str())
        ));
    }
    for index in 0..form.annexes.len() {
        let words = joined(&form.annex_text(index));
        let count = words.matches("./.").count();
        if count > 1 || count == 1 && !words.ends_with("./.") {
            faults.push(format!("phụ lục {}: `./.` {count} times, or not at the end", index + 1));
        }
    }
    let counted = form.lines.iter().filter(|line| line.page <= form.main_pages() && line.text.contains("./.")).count();
    if counted > 1 {
        faults.push(format!("`./.` on {counted} lines of the document"));
    }
    faults
}

pub const BROKEN: &[Broken] = &[
    ("authority", "lower case", "quyet_dinh/plain", |pages| run(pages, "CHỦ TỊCH ỦY").text = "Chủ tịch".into()),
    ("authority", "not bold", "quyet_dinh/plain", |pages| run(pages, "QUYẾT ĐỊNH:").bold = false),
    ("authority", "at the left", "quyet_dinh/plain", |pages| run(pages, "QUYẾT ĐỊNH:").x = mm(30.0)),
    ("authority", "no colon", "quyet_dinh/plain", |pages| run(pages, "QUYẾT ĐỊNH:").text = "QUYẾT NGHỊ".into()),
    ("grounds", "upright", "quyet_dinh/plain", |pages| run(pages, "Căn cứ").italic = false),
    ("grounds", "the last ends with a comma", "quyet_dinh/plain", |pages| {
        run(pages, "ngày\u{a0}09 tháng").text = "ngày 09 tháng 7 năm 2021,".into();
    }),
    ("grounds", "one ends with a full stop", "quyet_dinh/plain", |pages| {
        run(pages, "Căn cứ").text = "Căn cứ Luật.".into();
    }),
    ("articles", "a label not bold", "quyet_dinh/plain", |pages| run(pages, "Điều\u{a0}2.").bold = false),
    ("articles", "a number left out", "quyet_dinh/plain", |pages| {
        run(pages, "Điều\u{a0}2.").text = "Điều\u{a0}4.".into()
    }),
    ("type_size", "12 pt", "quyet_dinh/plain", |pages| run(pages, "05\u{a0}tập thể").size = 12.0),
    ("type_size", "italic", "bao_cao/plain", |pages| run(pages, "Thực hiện").italic = true),
    ("first_lines", "7 mm", "quyet_dinh/plain", |pages| {
        run(pages, "Căn cứ").x = mm(37.0);
    }),
    ("first_lines", "a paragraph at the edge", "quyet_dinh/plain", |pages| {
        let label = run(pages, "Điều\u{a0}2.");
        (label.x, label.width) = (mm(30.0), label.width + mm(10.0));
    }),
    ("line_distance", "closer than single", "quyet_dinh/plain", |pages| run(pages, "05\u{a0}tập thể").y -= 2.5),
    ("line_distance", "double", "quyet_dinh/plain", |pages| {
        for run in pages.runs.iter_mut().filter(|run| run.page == 1 && run.y > 440.0) {
            run.y += 10.0;
        }
    }),
    ("paragraph_distance", "5 pt", "quyet_dinh/plain", |pages| {
        for run in pages.runs.iter_mut().filter(|run| run.page == 1 && run.y > 500.0) {
            run.y -= 1.0;
        }
    }),
    ("right_edge", "a ragged line", "quyet_dinh/plain", |pages| run(pages, "05\u{a0}tập thể").width -= 9.0),
    ("end_mark", "left out", "quyet_dinh/plain", |pages| {
        run(pages, "Quyết định này./.").text = "Quyết định này.".into();
    }),
    ("end_mark", "twice", "bao_cao/plain", |pages| run(pages, "Thực hiện").text = "Thực hiện./.".into()),
    ("end_mark", "inside a phụ lục", "quyet_dinh/chay", |pages| {
        run(pages, "Ông\u{a0}Hà Văn").text = "Ông Hà Văn Khụt./.".into()
    }),
];

#[test]
fn the_authority_and_its_word_are_bold_capitals_in_the_middle() {
    holds(authority);
}

#[test]
fn grounds_are_italic_and_end_with_semicolons_but_the_last() {
    holds(grounds);
}

#[test]
fn articles_are_numbered_in_bold() {
    holds(articles);
}

#[test]
fn the_text_is_set_in_13_to_14_points() {
    holds(type_size);
}

#[test]
fn first_lines_are_indented_by_one_of_two_lengths() {
    holds(first_lines);
}

#[test]
fn lines_stand_between_single_and_one_and_a_half() {
    holds(line_distance);
}

#[test]
fn paragraphs_stand_six_points_apart() {
    holds(paragraph_distance);
}

#[test]
fn lines_are_justified_to_the_right_edge() {
    holds(right_edge);
}

#[test]
fn the_end_mark_stands_once_at_the_very_end() {
    holds(end_mark);
}
