//! Laid-out pages in the order a reader takes them: sheets, lines, tables, rules.

use super::line::{Line, SAME_LINE, join_stretched, lines, mm, near};
use super::table::{Table, is_box, is_rule, tables};
use crate::engine::LabelledBox;
use crate::engine::frames::{Pages, Stroke};

/// One page.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub width: f64,
    pub height: f64,
    /// Left edge of the text.
    pub left: f64,
    /// Right edge of the text.
    pub right: f64,
    /// Left edge as measured; `None` where no line is long enough to tell.
    pub seen_left: Option<f64>,
    /// Right edge as measured.
    pub seen_right: Option<f64>,
    /// Its lines in [`Layout::lines`].
    lines: std::ops::Range<usize>,
    /// Its tables in [`Layout::tables`].
    tables: std::ops::Range<usize>,
    pub strokes: Vec<&'a Stroke>,
    /// Where notes at the foot begin: below a rule, in small type.
    pub foot: f64,
}

impl Sheet<'_> {
    /// Middle of the text.
    pub fn axis(&self) -> f64 {
        f64::midpoint(self.left, self.right)
    }

    pub fn is_landscape(&self) -> bool {
        self.width > self.height
    }
}

/// All pages, taken apart.
#[derive(Debug)]
pub struct Layout<'a> {
    pub(super) boxes: &'a [LabelledBox],
    /// Every line, by page, baseline and left edge; what belongs to the ground of a page is left out.
    pub lines: Vec<Line<'a>>,
    /// Every table, from the first page on.
    pub tables: Vec<Table>,
    sheets: Vec<Sheet<'a>>,
}

/// Edges of the text where nothing tells them.
const LEFT: f64 = mm(30.0);
const RIGHT: f64 = mm(20.0);

/// A sheet on its side is bound above.
fn default_left((width, height): Size) -> f64 {
    if width > height { RIGHT } else { LEFT }
}

/// A sheet on its side has its binding edge above.
pub(super) fn top_margin((width, height): Size) -> f64 {
    if width > height { LEFT } else { mm(20.0) }
}

impl<'a> Layout<'a> {
    /// Reads pages. `boxes` are the places the document reports; without them only what is read of places is missing.
    pub fn read(pages: &'a Pages, boxes: &'a [LabelledBox]) -> Self {
        let mut strokes: Vec<Vec<&Stroke>> = vec![Vec::new(); pages.sizes.len()];
        for stroke in &pages.strokes {
            if let Some(here) = stroke.page.checked_sub(1).and_then(|index| strokes.get_mut(index)) {
                here.push(stroke);
            }
        }
        let found: Vec<Vec<Table>> = strokes.iter().enumerate().map(|(at, here)| tables(at + 1, here)).collect();
        let mut lines = lines(pages);
        for line in &mut lines {
            let size = pages.sizes.get(line.page - 1).copied().unwrap_or_default();
            line.numbers = line.is_number_above(top_margin(size));
            line.celled = found.get(line.page - 1).is_some_and(|here| here.iter().any(|table| table.holds(line)));
        }
        let ends = find_ends(&lines);
        join_stretched(&mut lines, running(&ends));
        let mut sheets: Vec<Sheet<'_>> = Vec::new();
        let (mut at, mut table) = (0, 0);
        let edges = Edges::of(pages, &lines, &found);
        for (index, strokes) in strokes.into_iter().enumerate() {
            let (width, height) = pages.sizes.get(index).copied().unwrap_or_default();
            let start = at;
            at += lines.get(at..).unwrap_or_default().iter().take_while(|line| line.page == index + 1).count();
            let first = table;
            table += found.get(index).map_or(0, Vec::len);
            let (seen_left, seen_right) = edges.get((width, height));
            let mut sheet = Sheet {
                width,
                height,
                left: seen_left.unwrap_or(default_left((width, height))),
                right: seen_right.unwrap_or(width - RIGHT),
                seen_left,
                seen_right,
                lines: start..at,
                tables: first..table,
                strokes,
                foot: f64::MAX,
            };
            sheet.foot = foot(&sheet, lines.get(start..at).unwrap_or_default());
            sheets.push(sheet);
        }
        Self { boxes, lines, tables: found.into_iter().flatten().collect(), sheets }
    }

    pub(super) fn sheets(&self) -> impl Iterator<Item = (usize, &Sheet<'a>)> {
        self.sheets.iter().enumerate().map(|(index, sheet)| (index + 1, sheet))
    }

    /// Number of pages.
    pub(super) fn count(&self) -> usize {
        self.sheets.len()
    }

    pub(super) fn sheet(&self, page: usize) -> Option<&Sheet<'a>> {
        self.sheets.get(page.checked_sub(1)?)
    }

    /// Lines of a page.
    pub(super) fn on(&self, page: usize) -> &[Line<'a>] {
        self.sheet(page).and_then(|sheet| self.lines.get(sheet.lines.clone())).unwrap_or_default()
    }

    /// Tables of a page.
    pub(super) fn tables_on(&self, page: usize) -> &[Table] {
        self.sheet(page).and_then(|sheet| self.tables.get(sheet.tables.clone())).unwrap_or_default()
    }

    /// Left edge of the text on a line's page.
    pub(super) fn left(&self, line: &Line<'_>) -> f64 {
        self.sheet(line.page).map_or(LEFT, |sheet| sheet.left)
    }

    /// Right edge of the text on a line's page, points from the left; 0 where there is no such page.
    pub fn right(&self, line: &Line<'_>) -> f64 {
        self.sheet(line.page).map_or(0.0, |sheet| sheet.right)
    }

    /// Middle of the text on a line's page.
    pub(super) fn axis(&self, line: &Line<'_>) -> f64 {
        self.sheet(line.page).map_or(0.0, Sheet::axis)
    }

    /// Points by which a line is off the middle of the text; `None` where it is centred.
    pub(super) fn off_axis(&self, line: &Line<'_>) -> Option<f64> {
        let axis = self.axis(line);
        (!line.centred(axis)).then(|| line.centre() - axis)
    }

    /// A table's own heading or unit: small, in the middle or at the right, above it.
    pub(super) fn is_caption(&self, line: &Line<'_>) -> bool {
        let above = |table: &Table| line.y < table.y0 && table.y0 - line.y < 60.0;
        let aside = line.x0 - self.left(line) > 40.0;
        (line.size < 12.9 || aside) && self.tables_on(line.page).iter().any(above)
    }

    /// Part of the running text: no page number, no table, no note at the foot, no reference mark.
    pub(super) fn is_text(&self, line: &Line<'_>) -> bool {
        let note = self.sheet(line.page).is_some_and(|sheet| line.y > sheet.foot);
        let mark = line.size < 10.5 && line.width() < 20.0;
        !line.numbers && !line.celled && !note && !mark && !self.is_caption(line)
    }

    /// Lines of the running text between two places, ends not included.
    pub(super) fn text_between(&self, start: (usize, f64), end: (usize, f64)) -> Vec<&Line<'a>> {
        let after = |line: &Line<'_>| line.page > start.0 || line.page == start.0 && line.y > start.1 + SAME_LINE;
        let before = |line: &Line<'_>| line.page < end.0 || line.page == end.0 && line.y < end.1 - SAME_LINE;
        (start.0..=end.0.min(self.count()))
            .flat_map(|page| self.on(page))
            .filter(|line| after(line) && before(line) && self.is_text(line))
            .collect()
    }

    /// Rules drawn within `depth` below a line's baseline and over its width.
    pub(super) fn rules_under(&self, line: &Line<'_>, depth: f64) -> Vec<&'a Stroke> {
        let Some(sheet) = self.sheet(line.page) else { return Vec::new() };
        let under = |one: &&&Stroke| {
            is_rule(one)
                && one.y > line.y
                && one.y < line.y + depth
                && one.x < line.x1 + 60.0
                && one.x + one.w > line.x0 - 60.0
        };
        sheet.strokes.iter().filter(under).copied().collect()
    }

    /// Framed boxes of a page with the words inside.
    pub(super) fn stamps(&self, page: usize) -> Vec<(&'a Stroke, Option<&Line<'a>>)> {
        let Some(sheet) = self.sheet(page) else { return Vec::new() };
        let framed = |one: &'a Stroke| {
            let inside = |line: &&Line<'_>| {
                line.y > one.y && line.y < one.y + one.h && line.x0 >= one.x - 1.0 && line.x1 <= one.x + one.w + 1.0
            };
            (one, self.on(page).iter().find(inside))
        };
        sheet.strokes.iter().copied().filter(|one| is_box(one)).map(framed).collect()
    }

    /// Whether a table stands between two lines of one page.
    pub(super) fn table_between(&self, above: &Line<'_>, below: &Line<'_>) -> bool {
        self.tables_on(above.page).iter().any(|table| table.y0 > above.y && table.y0 < below.y)
    }

    /// Whether a line goes on with the paragraph before it.
    pub(super) fn continues(&self, line: &Line<'_>) -> bool {
        near(line.x0, self.left(line), 1.0)
    }

    /// Lines as paragraphs: one begins wherever a line is indented.
    pub(super) fn paragraphs<'l>(&self, lines: &[&'l Line<'a>]) -> Vec<Vec<&'l Line<'a>>> {
        let mut paragraphs: Vec<Vec<&Line<'_>>> = Vec::new();
        for line in lines {
            match paragraphs.last_mut() {
                Some(last) if self.continues(line) => last.push(line),
                _ => paragraphs.push(vec![line]),
            }
        }
        paragraphs
    }
}

/// Where ô 3 and 4 end on page 1, with the lines they run on to; where the closing begins, with its page.
type Ends = (f64, Option<(usize, f64)>);

fn find_ends(lines: &[Line<'_>]) -> Ends {
    let mut below = lines.iter().take_while(|line| line.page == 1).skip_while(|line| !line.plain.starts_with("Số:"));
    let number = below.next().map_or(0.0, |line| line.y);
    let head = below.try_fold(number, |y, line| if line.y - y > 1.3 * line.size { Err(y) } else { Ok(line.y) });
    let (Ok(head) | Err(head)) = head;
    let title = lines.iter().position(|line| line.plain == "Nơi nhận:");
    let closing = title.and_then(|at| {
        // What is bold right above, as in minutes, is who signs.
        let (above, from) = lines.split_at(at);
        let title = from.first()?;
        let signs = above.iter().rev().take_while(|line| line.page == title.page && line.bold && !line.numbers);
        let top = signs.last().unwrap_or(title);
        Some((title.page, top.y.min(title.y) - SAME_LINE))
    });
    (head + 5.0, closing)
}

/// Whether a line may be a piece of running text: below the head, above the signature, in the size of the text.
fn running(ends: &Ends) -> impl Fn(&Line<'_>) -> bool {
    let (head, foot) = *ends;
    move |line| {
        let closing = foot.is_some_and(|(page, y)| line.page == page && line.y >= y);
        !line.celled && !closing && line.size >= 12.9 && (line.page > 1 || line.y > head)
    }
}

/// Below a rule in the lower part of the page nothing but small type: notes, or the address of ô 13.
fn foot(sheet: &Sheet<'_>, lines: &[Line<'_>]) -> f64 {
    sheet
        .strokes
        .iter()
        .filter(|one| is_rule(one) && one.y > 0.6 * sheet.height && near(one.x, sheet.left, 2.0))
        .map(|one| one.y)
        .filter(|y| {
            let mut below = lines.iter().filter(|line| line.y > *y).peekable();
            below.peek().is_some() && below.all(|line| line.size < 12.6 && !line.celled)
        })
        .fold(f64::MAX, f64::min)
}

/// Edges of the text for each size of paper.
struct Edges(Vec<(Size, Option<f64>, Option<f64>)>);

/// Width and height of a sheet.
type Size = (f64, f64);

impl Edges {
    fn of(pages: &Pages, lines: &[Line<'_>], tables: &[Vec<Table>]) -> Self {
        let mut sizes: Vec<(f64, f64)> = Vec::new();
        for size in &pages.sizes {
            if !sizes.contains(size) {
                sizes.push(*size);
            }
        }
        let measured = sizes.into_iter().map(|size| {
            let (width, _) = size;
            let here = |page: usize| pages.sizes.get(page.wrapping_sub(1)) == Some(&size);
            // Bold and italic lines may be centred.
            let wide = |line: &&Line<'_>| {
                line.width() > 0.6 * width && !line.bold && !line.italic && !line.celled && here(line.page)
            };
            let text: Vec<&Line<'_>> = lines.iter().filter(wide).collect();
            let begins = || text.iter().map(|line| line.x0).filter(|x| *x < 0.18 * width);
            // Where most lines are the only ones of their paragraphs, the usual beginning is the indent.
            let known = std::iter::once(default_left(size));
            let edge = |usual: f64| {
                begins().chain(known).find(|x| near(usual - x, mm(10.0), 0.5) || near(usual - x, mm(12.7), 0.5))
            };
            let left = usual(begins()).map(|usual| edge(usual).unwrap_or(usual));
            // Only a line that another one continues is known to be full.
            let full = lines.windows(2).filter(|pair| {
                let step = pair[1].y - pair[0].y;
                left.is_some_and(|left| near(pair[1].x0, left, 1.0))
                    && step > SAME_LINE
                    && step < 1.8 * pair[0].size
                    && wide(&&pair[0])
            });
            let right = usual(full.map(|pair| pair[0].x1).filter(|x| *x > 0.88 * width));
            // Where there is no running text, a table as wide as the page tells.
            let edges = || {
                let all = tables.iter().flatten().filter(|table| here(table.page));
                all.filter_map(|table| Some((*table.columns.first()?, *table.columns.last()?)))
                    .filter(|(x0, x1)| x1 - x0 > 0.6 * width)
            };
            let left = left.or_else(|| usual(edges().map(|edge| edge.0)));
            let right = right.or_else(|| usual(edges().map(|edge| edge.1)));
            (size, left, right)
        });
        Self(measured.collect())
    }

    fn get(&self, size: (f64, f64)) -> (Option<f64>, Option<f64>) {
        self.0.iter().find(|(one, ..)| *one == size).map_or((None, None), |(_, left, right)| (*left, *right))
    }
}

/// The most frequent value, to a tenth of a point.
pub(super) fn usual(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut tenths: Vec<f64> = values.map(|value| (value * 10.0).round() / 10.0).collect();
    tenths.sort_by(f64::total_cmp);
    tenths.chunk_by(|a, b| a == b).max_by_key(|chunk| chunk.len())?.first().copied()
}
