//! The words of laid-out pages, line by line, and a difference a person can read.

use crate::engine::frames::{Pages, Run};

/// Baselines nearer than this stand on one line, points.
const ONE_LINE: f64 = 1.5;

/// A gap wider than so many times the size of the letters parts columns.
const COLUMN_GAP: f64 = 1.2;

/// Lines shown around a change.
const AROUND: usize = 2;

/// Changed lines shown; the rest is counted.
const MOST_SHOWN: usize = 40;

/// The pages as text: a head before each page, then its lines from top to bottom.
///
/// Columns on one line are parted by ` | `. Invisible break marks are left out, no-break spaces become spaces.
pub fn text(pages: &Pages) -> String {
    let mut text = String::new();
    for number in 1..=pages.sizes.len() {
        text.push_str(&format!("── {number} ──\n"));
        let mut runs: Vec<&Run> = pages.runs.iter().filter(|run| run.page == number).collect();
        runs.sort_by(|a, b| a.y.total_cmp(&b.y));
        let mut rest = runs.as_slice();
        while let Some(first) = rest.first() {
            let count = rest.iter().take_while(|run| run.y - first.y < ONE_LINE).count();
            let (line, below) = rest.split_at(count);
            let line = join(line);
            if !line.is_empty() {
                text.push_str(&line);
                text.push('\n');
            }
            rest = below;
        }
    }
    text
}

fn join(line: &[&Run]) -> String {
    let mut line = line.to_vec();
    line.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut text = String::new();
    let mut end: Option<f64> = None;
    for run in line {
        if let Some(end) = end {
            let gap = run.x - end;
            if gap > run.size * COLUMN_GAP {
                text.push_str(" | ");
            } else if gap > run.size * 0.12 && !text.ends_with(' ') {
                text.push(' ');
            }
        }
        text.extend(run.text.chars().filter(|c| *c != '\u{200b}').map(|c| if c == '\u{a0}' { ' ' } else { c }));
        end = Some(run.x + run.width);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The changed lines with a few around them, `-` was and `+` is; `None` where nothing changed.
pub fn difference(was: &str, is: &str) -> Option<String> {
    if was == is {
        return None;
    }
    let was: Vec<&str> = was.lines().collect();
    let is: Vec<&str> = is.lines().collect();
    let changes = changes(&was, &is);
    let mut shown = String::new();
    let mut count = 0;
    let mut last = None;
    for (index, (sign, line)) in changes.iter().enumerate() {
        let near = changes[index.saturating_sub(AROUND)..changes.len().min(index + AROUND + 1)]
            .iter()
            .any(|(sign, _)| *sign != ' ');
        if !near {
            continue;
        }
        count += usize::from(*sign != ' ');
        if count > MOST_SHOWN {
            continue;
        }
        if last.is_some_and(|last| last + 1 != index) || (last.is_none() && index > 0) {
            // Which page the piece is on.
            let page = changes[..index].iter().rev().find(|(_, line)| line.starts_with("── "));
            shown.push_str(&format!("    … {}\n", page.map_or("", |(_, line)| line)));
        }
        shown.push_str(&format!("  {sign} {line}\n"));
        last = Some(index);
    }
    if count > MOST_SHOWN {
        shown.push_str(&format!("    … +{}\n", count - MOST_SHOWN));
    }
    Some(shown)
}

/// Every line of both with ` `, `-` or `+`: the longest common part stays.
fn changes<'a>(was: &[&'a str], is: &[&'a str]) -> Vec<(char, &'a str)> {
    let head = was.iter().zip(is).take_while(|(a, b)| a == b).count();
    let tail = was[head..].iter().rev().zip(is[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&was[head..was.len() - tail], &is[head..is.len() - tail]);
    let wide = new.len() + 1;
    // common[i][j]: lines the rests from i and j have in common.
    let mut common = vec![0u32; (old.len() + 1) * wide];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * wide + j] = if old[i] == new[j] {
                common[(i + 1) * wide + j + 1] + 1
            } else {
                common[(i + 1) * wide + j].max(common[i * wide + j + 1])
            };
        }
    }
    let mut all: Vec<(char, &str)> = was[..head].iter().map(|line| (' ', *line)).collect();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            all.push((' ', old[i]));
            i += 1;
            j += 1;
        } else if i < old.len() && (j == new.len() || common[(i + 1) * wide + j] >= common[i * wide + j + 1]) {
            all.push(('-', old[i]));
            i += 1;
        } else {
            all.push(('+', new[j]));
            j += 1;
        }
    }
    all.extend(was[was.len() - tail..].iter().map(|line| (' ', *line)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, page: usize, x: f64, y: f64) -> Run {
        Run {
            page,
            text: text.into(),
            family: "Tinos".into(),
            bold: false,
            italic: false,
            size: 14.0,
            x,
            y,
            width: text.chars().count() as f64 * 6.0,
            colour: None,
            turned: false,
        }
    }

    #[test]
    fn lines_columns_and_pages_are_read_in_order() {
        let pages = Pages {
            sizes: vec![(595.0, 842.0); 2],
            runs: vec![
                run("Điều\u{a0}1.", 1, 80.0, 200.0),
                run("Số: 05/QĐ", 1, 80.0, 100.0),
                run("Phù Yên", 1, 300.0, 100.4),
                run("tặng", 1, 130.0, 200.0),
                run("2", 2, 300.0, 40.0),
            ],
            strokes: Vec::new(),
            images: Vec::new(),
        };
        assert_eq!(text(&pages), "── 1 ──\nSố: 05/QĐ | Phù Yên\nĐiều 1. tặng\n── 2 ──\n2\n");
    }

    #[test]
    fn a_difference_shows_the_change_its_page_and_little_else() {
        let was = "── 1 ──\na\nb\nc\n── 2 ──\nd\ne\nf\ng\n";
        assert_eq!(difference(was, was), None);
        let shown = difference(was, &was.replace("f\n", "F\nh\n")).expect("a change");
        assert_eq!(shown, "    … ── 2 ──\n    d\n    e\n  - f\n  + F\n  + h\n    g\n");
        let many: String = (0..100).map(|n| format!("{n}\n")).collect();
        assert!(difference("", &many).expect("a change").ends_with("    … +60\n"));
    }
}
