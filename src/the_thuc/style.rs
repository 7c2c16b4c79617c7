//! Size, weight and slant of a line against what its ô asks for.

use super::Finding;
use super::doc::Doc;
use super::line::{Line, near};

/// What an ô asks of its letters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Smallest size, points.
    pub least: f64,
    /// Largest size, points.
    pub most: f64,
    pub bold: bool,
    pub italic: bool,
}

/// 13–14 pt, upright, bold: tên loại, trích yếu, quyền hạn, headings.
pub(super) const HEADING: Style = Style { least: 13.0, most: 14.0, bold: true, italic: false };

/// 13–14 pt, upright.
pub(super) const TEXT: Style = Style { least: 13.0, most: 14.0, bold: false, italic: false };

/// 13–14 pt, italic.
pub(super) const ITALIC: Style = Style { least: 13.0, most: 14.0, bold: false, italic: true };

/// Points as a person writes them.
pub(super) fn points(size: f64) -> String {
    let tenth = (size * 10.0).round() / 10.0;
    if tenth.fract() == 0.0 { format!("{tenth:.0}") } else { format!("{tenth:.1}").replace('.', ",") }
}

impl Style {
    /// What is wrong with a line's letters.
    pub fn told(self, line: &Line<'_>) -> Option<Finding> {
        let (mut vi, mut en): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        if !line.sized(self.least, self.most) {
            let odd = line.runs.iter().map(|run| run.size).find(|size| *size < self.least || *size > self.most);
            let size = points(odd.unwrap_or(line.size));
            vi.push(format!("cỡ {size} pt"));
            en.push(format!("{size} pt"));
        }
        let weighty = line.runs.iter().any(|run| run.bold && !run.text.trim().is_empty());
        if self.bold && !line.bold {
            vi.push("không đậm".into());
            en.push("not bold".into());
        } else if !self.bold && weighty {
            vi.push("đậm".into());
            en.push("bold".into());
        }
        if self.italic && !line.italic {
            vi.push("không nghiêng".into());
            en.push("not italic".into());
        } else if !self.italic && !line.upright {
            vi.push("nghiêng".into());
            en.push("italic".into());
        }
        if vi.is_empty() {
            return None;
        }
        let words = line.quote();
        Some(Finding::at(line, format!("{words}: {}", vi.join(", ")), format!("{words}: {}", en.join(", "))))
    }

    /// What is wrong with the letters of several lines.
    pub fn all<'l, 'd: 'l>(self, lines: impl IntoIterator<Item = &'l Line<'d>>) -> Vec<Finding> {
        lines.into_iter().filter_map(|line| self.told(line)).collect()
    }
}

/// Lines that are not in the middle of the text.
pub(super) fn off_centre<'l, 'd: 'l>(doc: &Doc<'_>, lines: impl IntoIterator<Item = &'l Line<'d>>) -> Vec<Finding> {
    lines.into_iter().filter_map(|line| doc.layout.off_axis(line).map(|off| aside(line, off))).collect()
}

/// Lines that do not stand on an axis.
pub(super) fn off_axis<'l, 'd: 'l>(axis: f64, lines: impl IntoIterator<Item = &'l Line<'d>>) -> Vec<Finding> {
    lines.into_iter().filter(|line| !line.centred(axis)).map(|line| aside(line, line.centre() - axis)).collect()
}

fn aside(line: &Line<'_>, off: f64) -> Finding {
    let (words, distance) = (line.quote(), millimetres(off.abs()));
    let (vi, en) = if off > 0.0 { ("phải", "right") } else { ("trái", "left") };
    Finding::at(
        line,
        format!("{words} lệch {distance} mm về bên {vi}"),
        format!("{words} stands {distance} mm too far to the {en}"),
    )
}

/// Points in millimetres as a person writes them.
pub(super) fn millimetres(length: f64) -> String {
    points(super::line::in_mm(length))
}

/// Whether two baselines are the same.
pub(super) fn level(a: &Line<'_>, b: &Line<'_>) -> bool {
    a.page == b.page && near(a.y, b.y, 0.5)
}
