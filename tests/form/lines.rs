//! From runs and strokes to what a reader sees: lines, tables, stamps, the parts of a document.

use vinhdanh::engine::frames::{Pages, Run, Stroke};

/// Baselines closer than this are one line.
const SAME_LINE: f64 = 0.5;

/// A wider hole parts two columns.
const COLUMN_GAP: f64 = 8.0;

/// Millimetres in points.
pub const fn mm(length: f64) -> f64 {
    length * 72.0 / 25.4
}

/// Whether two lengths are the same within `tolerance`.
pub fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance
}

/// Capitals only (signs and digits have no case).
pub fn is_upper(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && text == text.to_uppercase()
}

/// No-break spaces as spaces, break opportunities away, trimmed.
pub fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ").replace('\u{200b}', "").trim().to_owned()
}

/// Runs on one baseline without a hole.
#[derive(Debug, Clone)]
pub struct Line {
    pub page: usize,
    pub y: f64,
    pub x0: f64,
    pub x1: f64,
    /// As printed, no-break spaces kept.
    pub text: String,
    /// Of the largest run.
    pub size: f64,
    /// Every run is.
    pub bold: bool,
    /// Every run is.
    pub italic: bool,
    pub runs: Vec<Run>,
}

impl Line {
    pub fn centre(&self) -> f64 {
        f64::midpoint(self.x0, self.x1)
    }

    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    pub fn plain(&self) -> String {
        plain(&self.text)
    }

    /// Highest ink: the tallest accented capital.
    pub fn top(&self) -> f64 {
        self.y - 0.916 * self.size
    }

    /// Lowest ink: the deepest letter.
    pub fn bottom(&self) -> f64 {
        self.y + 0.22 * self.size
    }

    fn of(runs: Vec<Run>) -> Self {
        let mut text = String::new();
        let mut end = f64::NAN;
        for run in &runs {
            if run.x - end > 1.0 && !text.ends_with(' ') && !run.text.starts_with(' ') {
                text.push(' ');
            }
            text.push_str(&run.text);
            end = run.x + run.width;
        }
        let inked: Vec<&Run> = runs.iter().filter(|run| !plain(&run.text).is_empty()).collect();
        Self {
            page: runs[0].page,
            y: runs[0].y,
            x0: runs[0].x,
            x1: end,
            text,
            size: runs.iter().map(|run| run.size).fold(0.0, f64::max),
            bold: inked.iter().all(|run| run.bold),
            italic: inked.iter().all(|run| run.italic),
            runs,
        }
    }
}

/// All lines, by page, baseline and left edge.
pub fn lines(pages: &Pages) -> Vec<Line> {
    let mut runs: Vec<&Run> = pages.runs.iter().filter(|run| !run.text.is_empty()).collect();
    runs.sort_by(|a, b| a.page.cmp(&b.page).then(a.y.total_cmp(&b.y)));
    let mut lines = Vec::new();
    let mut rest = runs.as_slice();
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|run| run.page == first.page && run.y - first.y <= SAME_LINE).count();
        let (level, next) = rest.split_at(length);
        rest = next;
        let mut level: Vec<Run> = level.iter().map(|run| (*run).clone()).collect();
        level.sort_by(|a, b| a.x.total_cmp(&b.x));
        let mut line: Vec<Run> = Vec::new();
        for run in level {
            if line.last().is_some_and(|last| run.x - (last.x + last.width) > COLUMN_GAP) {
                lines.push(Line::of(std::mem::take(&mut line)));
            }
            line.push(run);
        }
        lines.push(Line::of(line));
    }
    lines
}

/// The part of a page a table takes.
#[derive(Debug, Clone)]
pub struct Table {
    pub page: usize,
    pub y0: f64,
    pub y1: f64,
    /// Vertical strokes inside and at the edges, left to right.
    pub columns: Vec<f64>,
    /// Horizontal strokes, top to bottom.
    pub rows: Vec<f64>,
}

impl Table {
    pub fn holds(&self, line: &Line) -> bool {
        line.page == self.page && line.y > self.y0 && line.y < self.y1
    }
}

fn is_rule(stroke: &Stroke) -> bool {
    stroke.h <= 1.5 && stroke.w > 1.0
}

fn is_upright(stroke: &Stroke) -> bool {
    stroke.w <= 1.5 && stroke.h > 8.0
}

/// Tables: what stands right of a border line that runs from their first row to their last.
pub fn tables(pages: &Pages) -> Vec<Table> {
    let upright: Vec<&Stroke> = pages.strokes.iter().filter(|stroke| is_upright(stroke)).collect();
    let mut tables = Vec::new();
    for page in 1..=pages.sizes.len() {
        let here: Vec<&&Stroke> = upright.iter().filter(|stroke| stroke.page == page).collect();
        let Some(left) = here.iter().map(|stroke| stroke.x).min_by(f64::total_cmp) else { continue };
        for border in here.iter().filter(|stroke| near(stroke.x, left, 0.5)) {
            let (y0, y1) = (border.y - 0.5, border.y + border.h + 0.5);
            let inside = |y: f64| y >= y0 && y <= y1;
            let mut columns: Vec<f64> = here.iter().filter(|one| inside(one.y)).map(|one| one.x).collect();
            let mut rows: Vec<f64> = pages
                .strokes
                .iter()
                .filter(|one| one.page == page && is_rule(one) && inside(one.y))
                .map(|one| one.y)
                .collect();
            for edges in [&mut columns, &mut rows] {
                edges.sort_by(f64::total_cmp);
                edges.dedup_by(|a, b| near(*a, *b, 0.5));
            }
            tables.push(Table { page, y0, y1, columns, rows });
        }
    }
    tables
}

/// The kinds of document this service sets, as printed.
pub const KINDS: [&str; 2] = ["QUYẾT ĐỊNH", "BÁO CÁO"];

/// One document, read part by part.
pub struct Form {
    pub lines: Vec<Line>,
    pub tables: Vec<Table>,
    /// Width of a page.
    pub width: f64,
    /// Left edge of the text.
    pub left: f64,
    /// Right edge of the text.
    pub right: f64,
    /// First pages of the phụ lục.
    pub annexes: Vec<usize>,
    /// Number of pages.
    pub count: usize,
}

/// The most frequent value, to a tenth of a point.
fn usual(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut tenths: Vec<i64> = values
        .map(|value| {
            #[expect(clippy::cast_possible_truncation, reason = "a page is small")]
            let tenth = (value * 10.0).round() as i64;
            tenth
        })
        .collect();
    tenths.sort_unstable();
    let most = tenths.chunk_by(|a, b| a == b).max_by_key(|chunk| chunk.len())?;
    #[expect(clippy::cast_precision_loss, reason = "a page is small")]
    let value = most[0] as f64 / 10.0;
    Some(value)
}

impl Form {
    pub fn read(pages: &Pages) -> Self {
        let lines = lines(pages);
        let tables = tables(pages);
        let (width, _) = pages.sizes.first().copied().unwrap_or_default();
        let mut annexes: Vec<usize> = lines
            .iter()
            .filter(|line| line.page > 1 && line.text.starts_with("(Kèm theo "))
            .map(|line| line.page)
            .collect();
        annexes.dedup();
        // Bold lines may be centred.
        let wide =
            |line: &&Line| line.width() > 0.6 * width && !line.bold && !tables.iter().any(|table| table.holds(line));
        let left = usual(lines.iter().filter(wide).map(|line| line.x0).filter(|x| *x < 0.18 * width));
        let right = usual(lines.iter().filter(wide).map(|line| line.x1).filter(|x| *x > 0.88 * width));
        Self {
            left: left.unwrap_or(mm(30.0)),
            right: right.unwrap_or(width - mm(20.0)),
            width,
            count: pages.sizes.len(),
            lines,
            tables,
            annexes,
        }
    }

    /// Pages of the `index`-th phụ lục.
    pub fn annex_pages(&self, index: usize) -> std::ops::RangeInclusive<usize> {
        self.annexes[index]..=self.annexes.get(index + 1).map_or(self.count, |page| page - 1)
    }

    pub fn in_table(&self, line: &Line) -> bool {
        self.tables.iter().any(|table| table.holds(line))
    }

    /// A table's own heading: small type right above it.
    pub fn is_caption(&self, line: &Line) -> bool {
        let above = |table: &Table| table.page == line.page && line.y < table.y0 && table.y0 - line.y < 60.0;
        line.size < 12.9 && self.tables.iter().any(above)
    }

    /// Digits alone in the top margin.
    pub fn is_page_number(line: &Line) -> bool {
        line.y < mm(20.0) && !line.text.is_empty() && line.text.chars().all(|c| c.is_ascii_digit())
    }

    /// The first line that reads so.
    pub fn find(&self, test: impl Fn(&Line) -> bool) -> Option<&Line> {
        self.lines.iter().find(|line| test(line))
    }

    /// Ô 5a: tên loại.
    pub fn kind(&self) -> Option<&Line> {
        self.find(|line| line.page == 1 && KINDS.contains(&line.plain().as_str()))
    }

    pub fn is(&self, kind: &str) -> bool {
        self.kind().is_some_and(|line| line.plain() == kind)
    }

    /// Ô 5a: trích yếu, the bold lines right under tên loại.
    pub fn abstract_lines(&self) -> Vec<&Line> {
        let Some(kind) = self.kind() else { return Vec::new() };
        let mut last = kind.y;
        self.lines
            .iter()
            .filter(|line| line.page == 1 && line.y > kind.y)
            .take_while(|line| {
                let follows = line.y - last <= 1.4 * kind.size;
                last = line.y;
                follows
            })
            .collect()
    }

    /// Ô 9a with all its lines.
    pub fn addressees(&self) -> Vec<&Line> {
        let Some(first) = self.find(|line| line.text.starts_with("Kính gửi")) else { return Vec::new() };
        let under = self
            .lines
            .iter()
            .filter(|line| line.page == first.page && line.y > first.y)
            .take_while(|line| line.x0 > first.x0 + 20.0 && line.x0 > self.left + mm(15.0));
        std::iter::once(first).chain(under).collect()
    }

    /// `QUYẾT ĐỊNH:`
    pub fn decision_word(&self) -> Option<&Line> {
        self.find(|line| line.plain() == "QUYẾT ĐỊNH:")
    }

    /// `Nơi nhận:`
    pub fn recipients_title(&self) -> Option<&Line> {
        self.find(|line| line.plain() == "Nơi nhận:")
    }

    /// Between the authority line and `QUYẾT ĐỊNH:`.
    pub fn grounds(&self) -> Vec<&Line> {
        let (Some(top), Some(end)) = (self.abstract_lines().last().copied(), self.decision_word()) else {
            return Vec::new();
        };
        self.text_between((top.page, top.y), (end.page, end.y)).into_iter().filter(|line| !line.bold).collect()
    }

    /// Lines of the text from its beginning to `Nơi nhận:`, without tables, their captions and page numbers.
    pub fn body(&self) -> Vec<&Line> {
        let start = if self.is("BÁO CÁO") { self.addressees().last().copied() } else { self.decision_word() };
        let (Some(start), Some(end)) = (start, self.recipients_title()) else { return Vec::new() };
        self.text_between((start.page, start.y), (end.page, end.y))
    }

    fn text_between(&self, start: (usize, f64), end: (usize, f64)) -> Vec<&Line> {
        let after = |line: &Line| line.page > start.0 || line.page == start.0 && line.y > start.1 + SAME_LINE;
        let before = |line: &Line| line.page < end.0 || line.page == end.0 && line.y < end.1 - SAME_LINE;
        self.lines
            .iter()
            .filter(|line| after(line) && before(line))
            .filter(|line| !Self::is_page_number(line) && !self.in_table(line) && !self.is_caption(line))
            .collect()
    }

    /// Text of a phụ lục below `(Kèm theo …)`, without tables, captions and page numbers.
    pub fn annex_text(&self, index: usize) -> Vec<&Line> {
        let pages = self.annex_pages(index);
        let head = self.annex_head(index).last().map_or(0.0, |line| line.y);
        self.lines
            .iter()
            .filter(|line| pages.contains(&line.page) && (line.page > *pages.start() || line.y > head))
            .filter(|line| !Self::is_page_number(line) && !self.in_table(line) && !self.is_caption(line))
            .collect()
    }

    /// Lines of a phụ lục's head, `(Kèm theo …)` to its last line.
    pub fn annex_head(&self, index: usize) -> Vec<&Line> {
        let page = self.annexes[index];
        let mut reference = false;
        let mut done = false;
        self.lines
            .iter()
            .filter(|line| line.page == page)
            .take_while(|line| {
                let take = !done;
                reference |= line.text.starts_with("(Kèm theo");
                done |= reference && line.plain().ends_with(')');
                take
            })
            .collect()
    }

    /// Lines as paragraphs: one begins wherever a line is indented.
    pub fn paragraphs<'a>(&self, lines: &[&'a Line]) -> Vec<Vec<&'a Line>> {
        let mut paragraphs: Vec<Vec<&Line>> = Vec::new();
        for line in lines {
            match paragraphs.last_mut() {
                Some(last) if self.continues(line) => last.push(line),
                _ => paragraphs.push(vec![line]),
            }
        }
        paragraphs
    }

    /// Whether a line goes on with the paragraph before it.
    pub fn continues(&self, line: &Line) -> bool {
        near(line.x0, self.left, 1.0)
    }
}
