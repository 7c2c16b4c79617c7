//! From runs of text to lines, as a reader sees them.

use std::borrow::Cow;

use crate::diagnostic::Spot;
use crate::engine::frames::{Pages, Run};

/// Baselines closer than this are one line, points.
pub(super) const SAME_LINE: f64 = 0.5;

/// A wider hole parts two columns, points.
const COLUMN_GAP: f64 = 8.0;

/// Millimetres in points.
pub const fn mm(length: f64) -> f64 {
    length * 72.0 / 25.4
}

/// Points in millimetres, to a tenth.
pub(super) fn in_mm(length: f64) -> f64 {
    (length * 254.0 / 72.0).round() / 10.0
}

/// Whether two lengths are the same within `tolerance`.
pub fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance
}

/// Capitals only (signs and digits have no case).
pub fn is_upper(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}

/// No-break spaces as spaces, break opportunities away, trimmed.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(|c: char| c == '\u{200b}' || c.is_whitespace());
    if text.contains(['\u{a0}', '\u{200b}']) {
        text.replace('\u{a0}', " ").replace('\u{200b}', "").into()
    } else {
        text.into()
    }
}

/// Red, green and blue of `#rrggbb`; of `#rrggbbaa` as well.
fn channels(colour: &str) -> Option<(u8, u8, u8)> {
    let [_, red, green, blue] = u32::from_str_radix(colour.get(1..7)?, 16).ok()?.to_be_bytes();
    Some((red, green, blue))
}

/// Much red, little else.
pub(super) fn is_red(colour: Option<&str>) -> bool {
    matches!(colour.and_then(channels), Some((red, green, blue)) if red >= 0xa0 && green < 0x40 && blue < 0x40)
}

/// Black, or so dark that nobody sees the difference.
pub(super) fn is_black(colour: Option<&str>) -> bool {
    matches!(colour.and_then(channels), Some((red, green, blue)) if red < 0x34 && green < 0x34 && blue < 0x34)
}

/// Belongs to the ground of the page and not to the document: turned, see-through or nearly white.
fn is_ground(run: &Run) -> bool {
    let pale = run.colour.as_deref().is_some_and(|colour| {
        colour.len() > 7 && !colour.ends_with("ff")
            || channels(colour).is_some_and(|(red, green, blue)| red.min(green).min(blue) >= 0xc8)
    });
    run.turned || pale
}

/// Runs on one baseline without a hole. Lengths in points, from the top left of the page.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Page, from 1.
    pub page: usize,
    /// Baseline.
    pub y: f64,
    /// Left edge.
    pub x0: f64,
    /// Right edge.
    pub x1: f64,
    /// As printed, no-break spaces kept.
    pub text: Cow<'a, str>,
    /// As read: no-break spaces as spaces, break opportunities away, trimmed.
    pub plain: Cow<'a, str>,
    /// Of the largest run.
    pub size: f64,
    /// Every run is.
    pub bold: bool,
    /// Every run is.
    pub italic: bool,
    /// No run is italic.
    pub(super) upright: bool,
    /// Inside a table.
    pub(super) celled: bool,
    /// A page number: digits alone in the top margin.
    pub numbers: bool,
    /// Its runs, left to right.
    pub runs: Vec<&'a Run>,
}

impl<'a> Line<'a> {
    fn of(runs: Vec<&'a Run>) -> Option<Self> {
        let first = *runs.first()?;
        let mut text = Cow::Borrowed(first.text.as_str());
        let mut end = first.x + first.width;
        for run in runs.iter().skip(1) {
            let text = text.to_mut();
            if run.x - end > 1.0 && !text.ends_with(' ') && !run.text.starts_with(' ') {
                text.push(' ');
            }
            text.push_str(&run.text);
            end = run.x + run.width;
        }
        let read = match &text {
            Cow::Borrowed(text) => plain(text),
            Cow::Owned(text) => plain(text).into_owned().into(),
        };
        let inked = || runs.iter().filter(|run| run.text.contains(|c: char| !c.is_whitespace() && c != '\u{200b}'));
        Some(Self {
            page: first.page,
            y: first.y,
            x0: first.x,
            x1: end,
            plain: read,
            text,
            size: runs.iter().map(|run| run.size).fold(0.0, f64::max),
            bold: inked().all(|run| run.bold),
            italic: inked().all(|run| run.italic),
            upright: inked().all(|run| !run.italic),
            celled: false,
            numbers: false,
            runs,
        })
    }

    /// Middle between its edges.
    pub fn centre(&self) -> f64 {
        f64::midpoint(self.x0, self.x1)
    }

    /// From edge to edge.
    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    /// Whether the ink is centred on `axis`; a space at the end may or may not have been given room.
    pub(super) fn centred(&self, axis: f64) -> bool {
        let hanging = if self.text.ends_with([' ', '\u{a0}']) { 0.25 * self.size } else { 0.0 };
        near(self.centre(), axis, 1.5) || near(self.centre() - hanging / 2.0, axis, 1.5)
    }

    /// Top of a plain capital.
    pub(super) fn top(&self) -> f64 {
        self.y - 0.66 * self.size
    }

    /// The deepest letter.
    pub fn bottom(&self) -> f64 {
        self.y + 0.22 * self.size
    }

    pub(super) fn sized(&self, least: f64, most: f64) -> bool {
        self.runs.iter().all(|run| run.size >= least - 0.01 && run.size <= most + 0.01)
    }

    /// Digits alone above `margin`.
    pub(super) fn is_number_above(&self, margin: f64) -> bool {
        self.y < margin && !self.plain.is_empty() && self.plain.bytes().all(|c| c.is_ascii_digit())
    }

    /// Its first words, for a message.
    pub(super) fn quote(&self) -> String {
        quote(&self.plain)
    }

    pub(super) fn spot(&self) -> Spot {
        let (x, y) = (in_mm(self.x0), in_mm(self.y - 0.9 * self.size));
        Spot { page: self.page, x, y, w: in_mm(self.width()), h: in_mm(1.12 * self.size) }
    }

    /// Goes on with another piece of the same baseline.
    fn join(&mut self, next: &Line<'a>) {
        self.runs.extend(&next.runs);
        if let Some(whole) = Self::of(std::mem::take(&mut self.runs)) {
            *self = whole;
        }
    }
}

/// The first words of a text, for a message.
pub(super) fn quote(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default().trim_end()),
        None => format!("`{text}`"),
    }
}

/// All lines, by page, baseline and left edge.
pub(super) fn lines(pages: &Pages) -> Vec<Line<'_>> {
    let known = 1..=pages.sizes.len();
    let mut runs: Vec<&Run> =
        pages.runs.iter().filter(|run| !run.text.is_empty() && known.contains(&run.page) && !is_ground(run)).collect();
    runs.sort_by(|a, b| a.page.cmp(&b.page).then(a.y.total_cmp(&b.y)));
    let mut lines = Vec::new();
    let mut rest = runs.as_mut_slice();
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|run| run.page == first.page && run.y - first.y <= SAME_LINE).count();
        // A baseline that is no number ends no line.
        let (level, next) = rest.split_at_mut(length.max(1));
        rest = next;
        level.sort_by(|a, b| a.x.total_cmp(&b.x));
        let whole = |last: &&Run, run: &&Run| run.x - (last.x + last.width) <= COLUMN_GAP;
        lines.extend(level.chunk_by(whole).filter_map(|line| Line::of(line.to_vec())));
    }
    lines
}

/// Joins the pieces of lines of running text whose spaces were stretched beyond a column's gap.
pub(super) fn join_stretched<'a>(lines: &mut Vec<Line<'a>>, running: impl Fn(&Line<'_>) -> bool) {
    const WIDEST: f64 = 60.0;
    lines.dedup_by(|line, last| {
        let joins = last.page == line.page
            && near(last.y, line.y, SAME_LINE)
            && line.x0 - last.x1 < WIDEST
            && running(last)
            && running(line);
        if joins {
            last.join(line);
        }
        joins
    });
}

/// Words of several lines as one string.
pub(super) fn words(lines: &[&Line<'_>]) -> String {
    lines.iter().map(|line| &*line.plain).collect::<Vec<_>>().join(" ")
}
