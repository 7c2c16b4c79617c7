//! Phụ lục I, Phần I, Mục II, khoản 9b: Nơi nhận.

use vinhdanh::engine::frames::Pages;

use super::lines::{Form, Line, joined, near};
use super::{Broken, Rule, holds, run};

pub const RULES: &[Rule] = &[("recipients_title", recipients_title), ("recipients_list", recipients_list)];

/// For other parts that judge the end of a document.
pub fn level(pages: &Pages) -> Vec<String> {
    recipients_title(pages)
}

fn recipients_title(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let Some(title) = form.recipients_title() else { return vec!["no `Nơi nhận:` on a line of its own".into()] };
    let mut faults = Vec::new();
    if !title.bold || !title.italic || !title.sized(12.0, 12.0) {
        faults.push(format!("Nơi nhận: {} pt, bold {}, italic {}", title.size, title.bold, title.italic));
    }
    if !near(title.x0, form.left, 0.5) {
        faults.push(format!("Nơi nhận begins {:.1} pt from the left edge", title.x0 - form.left));
    }
    match form.signature().0.first() {
        None => faults.push("no signature on the page of Nơi nhận".into()),
        Some(first) if !near(first.y, title.y, 0.5) => {
            faults.push(format!("Nơi nhận at {:.1}, the signature at {:.1}", title.y, first.y));
        }
        Some(_) => {}
    }
    faults
}

/// 11 pt upright; `- …;` line by line, `- Lưu: ….` last.
fn recipients_list(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let lines = form.recipients();
    let mut faults: Vec<String> = lines
        .iter()
        .filter(|line| !line.upright || line.bold || !line.sized(11.0, 11.0))
        .map(|line| format!("`{}`: {} pt, bold {}, upright {}", line.text, line.size, line.bold, line.upright))
        .collect();
    let entries: Vec<&[&Line]> = lines.chunk_by(|_, next| !near(next.x0, form.left, 0.5)).collect();
    if entries.len() < 2 {
        faults.push(format!("{} recipients", entries.len()));
    }
    for (index, entry) in entries.iter().enumerate() {
        let words = joined(entry);
        let last = index + 1 == entries.len();
        if !words.starts_with("- ") || !words.ends_with(if last { '.' } else { ';' }) {
            faults.push(format!("recipient `{words}`"));
        }
        if words.starts_with("- Lưu:") != last {
            faults.push(format!("`Lưu:` is not the last recipient alone: `{words}`"));
        }
    }
    faults
}

pub const BROKEN: &[Broken] = &[
    ("recipients_title", "upright", "quyet_dinh/plain", |pages| run(pages, "Nơi nhận").italic = false),
    ("recipients_title", "14 pt", "quyet_dinh/plain", |pages| run(pages, "Nơi nhận").size = 14.0),
    ("recipients_title", "a step lower", "quyet_dinh/plain", |pages| run(pages, "Nơi nhận").y += 2.0),
    ("recipients_title", "indented", "quyet_dinh/plain", |pages| run(pages, "Nơi nhận").x += 10.0),
    ("recipients_list", "12 pt", "quyet_dinh/plain", |pages| run(pages, "Như Điều").size = 12.0),
    ("recipients_list", "no Lưu", "quyet_dinh/plain", |pages| run(pages, "Lưu:").text = "VT, NV.".into()),
    ("recipients_list", "a full stop too early", "quyet_dinh/plain", |pages| {
        run(pages, "Như Điều").text = "Như Điều 3.".into();
    }),
    ("recipients_list", "no dash", "quyet_dinh/plain", |pages| {
        let dash = pages.runs.iter().position(|run| run.text == "-" && run.y > 600.0).expect("a dash");
        pages.runs[dash].text = "+".into();
    }),
];

#[test]
fn recipients_begin_level_with_the_signature() {
    holds(recipients_title);
}

#[test]
fn recipients_end_with_luu() {
    holds(recipients_list);
}
