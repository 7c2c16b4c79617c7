//! From strokes to tables and drawn rules.

use super::line::{Line, near};
use crate::engine::frames::Stroke;

/// The part of a page a table takes. Lengths in points, from the top left of the page.
#[derive(Debug, Clone)]
pub struct Table {
    /// Page, from 1.
    pub page: usize,
    /// Upper border.
    pub y0: f64,
    /// Lower border.
    pub y1: f64,
    /// Vertical strokes inside and at the edges, left to right.
    pub columns: Vec<f64>,
    /// Horizontal strokes, top to bottom.
    pub rows: Vec<f64>,
}

impl Table {
    /// Whether a line stands inside.
    pub fn holds(&self, line: &Line<'_>) -> bool {
        line.page == self.page && line.y > self.y0 && line.y < self.y1
    }

    /// Words of the first row, column by column.
    pub(super) fn head(&self, lines: &[Line<'_>]) -> Vec<String> {
        let Some(bottom) = self.rows.get(1) else { return Vec::new() };
        let inside: Vec<&Line<'_>> = lines.iter().filter(|line| self.holds(line) && line.y < *bottom).collect();
        self.columns
            .windows(2)
            .map(|edge| {
                inside
                    .iter()
                    .flat_map(|line| &line.runs)
                    .filter(|run| run.x >= edge[0] && run.x < edge[1])
                    .map(|run| super::line::plain(&run.text))
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }
}

/// A horizontal rule.
pub(super) fn is_rule(stroke: &Stroke) -> bool {
    stroke.h.abs() <= 1.5 && stroke.w > 1.0
}

fn is_upright(stroke: &Stroke) -> bool {
    stroke.w.abs() <= 1.5 && stroke.h > 8.0
}

/// A box drawn in one go, such as a stamp's border.
pub(super) fn is_box(stroke: &Stroke) -> bool {
    stroke.w > 20.0 && stroke.h > 10.0 && stroke.thickness > 0.0
}

/// Tables of one page: vertical strokes that overlap in height belong together.
pub(super) fn tables(page: usize, strokes: &[&Stroke]) -> Vec<Table> {
    let mut upright: Vec<&Stroke> = strokes.iter().copied().filter(|stroke| is_upright(stroke)).collect();
    upright.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut tables: Vec<Table> = Vec::new();
    for stroke in upright {
        match tables.last_mut() {
            Some(table) if stroke.y <= table.y1 + 1.0 => {
                table.y1 = table.y1.max(stroke.y + stroke.h + 0.5);
                table.columns.push(stroke.x);
            }
            _ => tables.push(Table {
                page,
                y0: stroke.y - 0.5,
                y1: stroke.y + stroke.h + 0.5,
                columns: vec![stroke.x],
                rows: Vec::new(),
            }),
        }
    }
    for table in &mut tables {
        table.rows = strokes
            .iter()
            .filter(|one| is_rule(one) && one.y >= table.y0 && one.y <= table.y1)
            .map(|one| one.y)
            .collect();
        for edges in [&mut table.columns, &mut table.rows] {
            edges.sort_by(f64::total_cmp);
            edges.dedup_by(|a, b| near(*a, *b, 0.5));
        }
    }
    tables.retain(|table| table.columns.len() > 1);
    tables
}

/// Why a rule does not fit a text line as the decree asks.
pub(super) enum Misfit {
    /// Not a third to a half of the longest or the last line: its length and the line's, points.
    Length(f64, f64),
    /// Off the line's middle, points.
    Centre(f64),
}

/// Whether a rule is a third to a half of a text line (the longest or the last one) and centred under it.
pub(super) fn misfit(rule: &Stroke, lines: &[&Line<'_>]) -> Option<Misfit> {
    let longest = lines.iter().map(|line| line.width()).fold(0.0, f64::max);
    let last = lines.last()?;
    let fits = |width: f64| rule.w >= width / 3.0 - 0.5 && rule.w <= width / 2.0 + 0.5;
    if !fits(longest) && !fits(last.width()) {
        return Some(Misfit::Length(rule.w, longest));
    }
    let middle = rule.x + rule.w / 2.0;
    (!last.centred(middle)).then(|| Misfit::Centre(middle - last.centre()))
}
