//! Phụ lục I, Phần I, Mục I: paper, margins, face, colour, page numbers.

use vinhdanh::engine::frames::{Pages, Run};

use super::lines::{Form, mm, near};
use super::{Broken, Rule, holds, run};

const FACES: [&str; 2] = ["Tinos", "Times New Roman"];
const A4: (f64, f64) = (mm(210.0), mm(297.0));

pub const RULES: &[Rule] = &[
    ("paper_is_a4", paper_is_a4),
    ("margins", margins),
    ("face_is_times", face_is_times),
    ("ink_is_black", ink_is_black),
    ("page_numbers", page_numbers),
];

fn paper_is_a4(pages: &Pages) -> Vec<String> {
    pages
        .sizes
        .iter()
        .enumerate()
        .filter(|(_, size)| !near(size.0, A4.0, 0.1) || !near(size.1, A4.1, 0.1))
        .map(|(index, size)| format!("page {} is {:.1} × {:.1} pt", index + 1, size.0, size.1))
        .collect()
}

/// Top 20–25, bottom 20–25, left 30–35, right 15–20 mm; only page numbers and ô 11 stand in the top margin.
fn margins(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let mut faults = Vec::new();
    let stamps: Vec<_> = form.stamps().into_iter().filter(|(stroke, _)| stroke.y < mm(20.0)).collect();
    let in_stamp = |page: usize, x: f64, y: f64| {
        stamps.iter().any(|(one, _)| {
            one.page == page
                && x >= one.x - 1.0
                && x <= one.x + one.w + 1.0
                && y >= one.y - 1.0
                && y <= one.y + one.h + 1.0
        })
    };
    // Half a stroke's thickness may stand over an edge.
    let slack = 0.5;
    let edges = (mm(30.0) - slack, form.width - mm(15.0) + slack, mm(20.0) - slack, form.height - mm(20.0) + slack);
    let mut outer = (f64::MAX, 0.0_f64, f64::MAX, 0.0_f64);
    let mut held = |page: usize, (x0, x1, y0, y1): (f64, f64, f64, f64), what: &str| {
        outer = (outer.0.min(x0), outer.1.max(x1), outer.2.min(y0), outer.3.max(y1));
        if x0 < edges.0 || x1 > edges.1 || y0 < edges.2 || y1 > edges.3 {
            faults.push(format!("page {page}: {what} in a margin ({x0:.1}–{x1:.1}, {y0:.1}–{y1:.1})"));
        }
    };
    for line in form.lines.iter().filter(|line| !Form::is_page_number(line) && !in_stamp(line.page, line.x0, line.y)) {
        held(line.page, (line.x0, line.x1, line.top(), line.bottom()), &format!("`{}`", line.text));
    }
    for one in form.strokes.iter().filter(|one| !in_stamp(one.page, one.x, one.y)) {
        held(one.page, (one.x, one.x + one.w, one.y, one.y + one.h), "a stroke");
    }
    if outer.0 > mm(35.0) + slack {
        faults.push(format!("left margin {:.1} pt, more than 35 mm", outer.0));
    }
    if outer.1 < form.width - mm(20.0) - slack {
        faults.push(format!("right margin {:.1} pt, more than 20 mm", form.width - outer.1));
    }
    if outer.2 > mm(25.0) + slack {
        faults.push(format!("top margin {:.1} pt, more than 25 mm", outer.2));
    }
    // A page that runs on is full but for a line or two held together.
    if form.main_pages() > 2 && outer.3 < form.height - mm(25.0) - 2.0 * 17.0 {
        faults.push(format!("bottom margin {:.1} pt, more than 25 mm", form.height - outer.3));
    }
    faults
}

fn face_is_times(pages: &Pages) -> Vec<String> {
    let other = pages.runs.iter().filter(|run| !FACES.contains(&run.family.as_str()));
    other.map(|run| format!("`{}` in {}", run.text, run.family)).collect()
}

/// All words are black; only the stamps of urgency are red.
fn ink_is_black(pages: &Pages) -> Vec<String> {
    let urgent = |text: &str| super::head::URGENCY.iter().any(|(words, _)| *words == text);
    pages
        .runs
        .iter()
        .filter(|run| run.colour.as_deref() != Some("#000000") && !urgent(&run.text))
        .map(|run| format!("`{}` in {:?}", run.text, run.colour))
        .collect()
}

/// None on the first page of the text and of each phụ lục, then 2, 3, …; 13–14 pt upright, centred in the top margin.
fn page_numbers(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let mut faults = Vec::new();
    let mut expected = 0;
    for page in 1..=form.count {
        expected = if page == 1 || form.annexes.contains(&page) { 1 } else { expected + 1 };
        let found: Vec<_> = form.lines.iter().filter(|line| line.page == page && Form::is_page_number(line)).collect();
        if expected == 1 {
            faults.extend(found.iter().map(|line| format!("page {page} shows the number {}", line.text)));
            continue;
        }
        let [number] = found.as_slice() else {
            faults.push(format!("page {page} has {} page numbers", found.len()));
            continue;
        };
        if number.text != expected.to_string() {
            faults.push(format!("page {page} is numbered {} and not {expected}", number.text));
        }
        if !number.sized(13.0, 14.0) || !number.upright || number.bold {
            faults.push(format!("page {page}: the number is {} pt, upright {}", number.size, number.upright));
        }
        if !near(number.centre(), form.axis(), 1.0) {
            faults.push(format!("page {page}: the number is {:.1} pt off centre", number.centre() - form.axis()));
        }
        if number.y - 0.7 * number.size < 0.0 || number.y > mm(20.0) {
            faults.push(format!("page {page}: the number stands at {:.1} pt", number.y));
        }
    }
    faults
}

pub const BROKEN: &[Broken] = &[
    ("paper_is_a4", "letter paper", "quyet_dinh/plain", |pages| pages.sizes[0] = (612.0, 792.0)),
    ("margins", "a line 1 mm into the left margin", "quyet_dinh/plain", |pages| run(pages, "Căn cứ").x = mm(29.0)),
    ("margins", "a line runs out at the right", "quyet_dinh/plain", |pages| run(pages, "Căn cứ").width += mm(20.0)),
    ("margins", "the last line too low", "quyet_dinh/plain", |pages| run(pages, "Lường Minh").y = mm(278.0)),
    ("margins", "everything 6 mm to the right", "quyet_dinh/minimal", |pages| {
        for run in &mut pages.runs {
            run.x += mm(6.0);
        }
    }),
    ("margins", "a stroke in the margin", "quyet_dinh/plain", |pages| pages.strokes[3].x = mm(20.0)),
    ("face_is_times", "another face", "quyet_dinh/plain", |pages| run(pages, "Số:").family = "Arial".into()),
    ("ink_is_black", "grey words", "quyet_dinh/plain", |pages| run(pages, "Số:").colour = Some("#808080".into())),
    ("page_numbers", "a number on page 1", "bao_cao/plain", |pages| number(pages).page = 1),
    ("page_numbers", "no number on page 2", "bao_cao/plain", |pages| number(pages).y = 400.0),
    ("page_numbers", "a wrong number", "bao_cao/plain", |pages| number(pages).text = "5".into()),
    ("page_numbers", "italic", "bao_cao/plain", |pages| number(pages).italic = true),
    ("page_numbers", "at the right edge", "bao_cao/plain", |pages| number(pages).x = 520.0),
    ("page_numbers", "12 pt", "bao_cao/plain", |pages| number(pages).size = 12.0),
    ("page_numbers", "goes on in a phụ lục", "quyet_dinh/overflow", |pages| {
        let on = |run: &&mut Run| run.page == 4 && run.y < mm(20.0);
        pages.runs.iter_mut().find(on).expect("page 4 has a number").text = "4".into();
    }),
];

fn number(pages: &mut Pages) -> &mut Run {
    pages.runs.iter_mut().find(|run| run.page == 2 && run.y < mm(20.0)).expect("page 2 has a number")
}

#[test]
fn the_paper_is_a4() {
    holds(paper_is_a4);
}

#[test]
fn words_and_strokes_keep_the_margins_on_every_page() {
    holds(margins);
}

#[test]
fn every_run_is_set_in_a_times_face() {
    holds(face_is_times);
}

#[test]
fn all_words_are_black_but_the_stamps_of_urgency() {
    holds(ink_is_black);
}

#[test]
fn page_numbers_begin_at_two_and_restart_in_each_annex() {
    holds(page_numbers);
}
