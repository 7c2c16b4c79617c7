//! Headings found: which row they stand in, over how many rows, and which column of the schema each one is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::clean;
use super::columns::{Column, Kind};
use super::grid::{Area, Entry, Grid, Line};
use super::headings_told::{missing, no_heading, twice, unknown, unknown_key, unused};
use super::layout::{self, bare, fold, without_brackets};
use super::place;
use super::sheet::{Mapped, ReadOptions, Unused};
use crate::diagnostic::Diagnostic;

/// Headings stand within these rows: titles of the agency and the list may be above them.
pub(super) const LAST_ROW: u32 = 30;
/// Rows one heading may stand over.
const MAX_DEPTH: u32 = 4;
/// Columns looked at for headings.
const MAX_WIDTH: usize = 1_024;
/// Merged areas looked at for headings.
const MAX_AREAS: usize = 2_000;

/// Headings as found.
#[derive(Debug)]
pub(super) struct Found {
    /// First row they stand in.
    pub(super) top: u32,
    /// Last row of them.
    pub(super) bottom: u32,
    /// Columns of the schema that are there, from the left.
    pub(super) mapped: Vec<Mapped>,
    /// Headings that are not used.
    pub(super) unused: Vec<Unused>,
    /// Columns that number the rows or tell faults: never data.
    pub(super) aside: Vec<u32>,
    /// Those of them that tell the faults of a marked copy.
    pub(super) fault_columns: Vec<u32>,
    /// What is worth telling.
    pub(super) warnings: Vec<Diagnostic>,
}

/// One heading: the texts above its column from top to bottom, and the cell of the last.
pub(super) struct Heading {
    pub(super) column: u32,
    path: Vec<String>,
    pub(super) cell: (u32, u32),
    /// The column an area over several columns begins in, where the last text stands in one.
    pub(super) spread: bool,
}

impl Heading {
    /// On one line.
    pub(super) fn shown(&self) -> String {
        self.path.last().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
    }
}

pub(super) struct Block {
    top: u32,
    pub(super) bottom: u32,
    pub(super) headings: Vec<Heading>,
    /// By heading; none: nobody knows it.
    pub(super) meaning: Vec<Option<Meaning>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// That of a column of the schema.
    Column(usize),
    /// Left out by the map.
    LeftOut,
    /// Numbers of rows, faults of a marked copy.
    Aside,
}

impl Block {
    fn score(&self) -> usize {
        let columns = self.meaning.iter().filter_map(|meaning| match meaning {
            Some(Meaning::Column(index)) => Some(*index),
            _ => None,
        });
        columns.collect::<BTreeSet<_>>().len()
    }
}

/// What a glance at a sheet tells, to choose between sheets or delimiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Glance {
    /// Every required column is there.
    pub(super) complete: bool,
    /// Something stands below the headings.
    pub(super) rows: bool,
    /// Columns that are there.
    pub(super) score: usize,
}

/// Looks at a sheet without telling faults.
pub(super) fn glance(grid: &Grid, columns: &[Column], options: &ReadOptions) -> Glance {
    let names = Names::new(columns, options);
    let Some(block) = best(grid, &names, options) else { return Glance::default() };
    let there = |index: usize| block.meaning.contains(&Some(Meaning::Column(index)));
    let complete = (0..columns.len()).all(|index| there(index) || !is_needed(&columns[index], grid, options));
    Glance { complete, rows: grid.lines.iter().any(|line| line.number > block.bottom), score: block.score() }
}

/// Finds the headings, or tells everything that is wrong with them.
pub(super) fn find(grid: &Grid, columns: &[Column], options: &ReadOptions) -> Result<Found, Vec<Diagnostic>> {
    let names = Names::new(columns, options);
    let mut faults = names.faults(columns, options);
    let Some(block) = best(grid, &names, options) else {
        faults.push(no_heading(grid, columns, options));
        return Err(faults);
    };
    let filled: BTreeSet<u32> = grid
        .lines
        .iter()
        .filter(|line| line.number > block.bottom)
        .flat_map(|line| line.cells.iter().filter(|entry| !entry.is_blank()).map(|entry| entry.column))
        .collect();
    let mut found = Found {
        top: block.top,
        bottom: block.bottom,
        mapped: Vec::new(),
        unused: Vec::new(),
        aside: Vec::new(),
        fault_columns: Vec::new(),
        warnings: Vec::new(),
    };
    let mut by_column: BTreeMap<usize, Vec<&Heading>> = BTreeMap::new();
    for (heading, meaning) in block.headings.iter().zip(&block.meaning) {
        match meaning {
            Some(Meaning::Column(index)) => by_column.entry(*index).or_default().push(heading),
            Some(Meaning::Aside) => {
                found.aside.push(heading.column);
                if layout::is_fault_column(&heading.shown()) {
                    found.fault_columns.push(heading.column);
                }
            }
            Some(Meaning::LeftOut) => found.unused.push(unused(heading)),
            None => {
                found.unused.push(unused(heading));
                found.warnings.push(unknown(grid, heading, columns, &block));
            }
        }
    }
    for (index, headings) in by_column {
        match choose(headings, &filled) {
            Ok(heading) => found.mapped.push(Mapped {
                pointer: columns[index].pointer.clone(),
                heading: heading.shown(),
                address: place::address(heading.cell.0, heading.cell.1),
                column: heading.column,
                index,
            }),
            Err(headings) => faults.push(twice(grid, &columns[index], &headings)),
        }
    }
    found.mapped.sort_by_key(|mapped| mapped.column);
    faults.extend(names.unmatched(&block).map(|key| unknown_key(grid, key, &block)));
    let told = |index: usize| {
        block.meaning.contains(&Some(Meaning::Column(index))) || !is_needed(&columns[index], grid, options)
    };
    faults.extend((0..columns.len()).filter(|index| !told(*index)).map(|index| missing(grid, &columns[index], &found)));
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

/// Whether a sheet without this column is at fault: not where every row is given the value, or groups name it.
fn is_needed(column: &Column, grid: &Grid, options: &ReadOptions) -> bool {
    let grouped = || match &column.kind {
        Kind::Choice(choices) => grid.lines.iter().any(|line| group_title(line, choices).is_some()),
        _ => false,
    };
    column.required && !options.defaults.contains_key(&column.pointer) && !grouped()
}

/// The choice a row names as the title of a group: one cell of text, with or without a number before it.
pub(super) fn group_title<'a>(line: &Line, choices: &'a [(String, String)]) -> Option<&'a str> {
    let mut cells = line.cells.iter().filter(|entry| !entry.is_blank());
    let (first, second, third) = (cells.next()?, cells.next(), cells.next());
    let title = match (second, third) {
        (None, _) => first,
        (Some(second), None) => {
            let number = first.raw.shown();
            (layout::is_group_number(&number) || number.trim().parse::<u32>().is_ok()).then_some(second)?
        }
        _ => return None,
    };
    let text = clean::heading(&title.raw.shown(), title.face);
    layout::group(&text, choices)
}

/// The rows whose texts are most of the columns; of equals the upper.
fn best(grid: &Grid, names: &Names<'_>, options: &ReadOptions) -> Option<Block> {
    let areas: Vec<Area> =
        grid.merged.iter().filter(|area| area.top <= LAST_ROW + MAX_DEPTH).take(MAX_AREAS).copied().collect();
    let wanted = |line: &&Line| match options.header_row {
        Some(row) => line.number == row,
        None => line.number <= LAST_ROW,
    };
    let mut best: Option<Block> = None;
    for line in grid.lines.iter().filter(wanted) {
        let block = block(grid, &areas, line.number, names);
        let enough = block.score() > 0 || (options.header_row.is_some() && best.is_none());
        if enough && best.as_ref().is_none_or(|best| block.score() > best.score()) {
            best = Some(block);
        }
    }
    best
}

/// Headings from one row down, as far as they go.
fn block(grid: &Grid, areas: &[Area], top: u32, names: &Names<'_>) -> Block {
    let mut bottom = top;
    let mut block = read(grid, areas, top, bottom, names);
    while bottom - top + 1 < MAX_DEPTH {
        let Some(next) = grid.line(bottom + 1) else { break };
        // A cell merged over both rows: they are one head.
        let joined = areas.iter().any(|area| {
            (top..=bottom).contains(&area.top)
                && area.bottom > bottom
                && area.bottom - top < MAX_DEPTH
                && grid.line(area.top).and_then(|line| line.text(area.left)).is_some()
        });
        let below = read(grid, areas, top, bottom + 1, names);
        // More known headings below, and nothing but headings under what is known already.
        let known = |column: u32| {
            let at = block.headings.iter().position(|heading| heading.column == column);
            at.is_some_and(|at| matches!(block.meaning[at], Some(Meaning::Column(_) | Meaning::Aside)))
        };
        let is_heading =
            |entry: &Entry| names.exact.contains_key(&fold(&clean::heading(&entry.raw.shown(), entry.face)));
        let goes_on = below.score() > block.score()
            && next.cells.iter().all(|entry| entry.is_blank() || !known(entry.column) || is_heading(entry));
        if !joined && !goes_on {
            break;
        }
        bottom += 1;
        block = below;
    }
    block
}

fn read(grid: &Grid, areas: &[Area], top: u32, bottom: u32, names: &Names<'_>) -> Block {
    let over = |row: u32, column: u32| areas.iter().find(|area| area.holds(row, column));
    let mut columns: BTreeSet<u32> = BTreeSet::new();
    for row in top..=bottom {
        columns.extend(grid.line(row).into_iter().flat_map(|line| &line.cells).map(|entry| entry.column));
    }
    for area in
        areas.iter().filter(|area| (top..=bottom).contains(&area.top) && area.right - area.left.min(area.right) < 64)
    {
        columns.extend(area.left..=area.right);
    }
    let mut headings = Vec::new();
    for column in columns.into_iter().take(MAX_WIDTH) {
        let mut path: Vec<String> = Vec::new();
        let mut last = None;
        for row in top..=bottom {
            let area = over(row, column).filter(|area| area.top >= top);
            let (at_row, at_column) = area.map_or((row, column), |area| (area.top, area.left));
            if last.is_some_and(|(cell, _)| cell == (at_row, at_column)) {
                continue;
            }
            let entry = grid.line(at_row).and_then(|line| line.cell(at_column)).filter(|entry| !entry.is_blank());
            if let Some(entry) = entry {
                path.push(clean::heading(&entry.raw.shown(), entry.face));
                last = Some(((at_row, at_column), area.is_some_and(|area| area.left < area.right)));
            }
        }
        if let Some((cell, spread)) = last {
            headings.push(Heading { column, path, cell, spread });
        }
    }
    let meaning = headings.iter().map(|heading| names.meaning(heading)).collect();
    Block { top, bottom, headings, meaning }
}

/// Of several headings for one column, the one that has data below, if they are one heading spread over columns.
fn choose<'a>(headings: Vec<&'a Heading>, filled: &BTreeSet<u32>) -> Result<&'a Heading, Vec<&'a Heading>> {
    if let [one] = headings.as_slice() {
        return Ok(one);
    }
    let one_cell = headings.iter().all(|heading| heading.spread && heading.cell == headings[0].cell);
    let used: Vec<&&Heading> = headings.iter().filter(|heading| filled.contains(&heading.column)).collect();
    match used.as_slice() {
        [] if one_cell => Ok(headings[0]),
        [one] if one_cell => Ok(one),
        _ => Err(headings),
    }
}

/// The names columns go by: those of the schema, and what the caller's map says.
struct Names<'a> {
    exact: HashMap<String, usize>,
    /// Without marks; none where two columns share it.
    bare: HashMap<String, Option<usize>>,
    map: Vec<(&'a str, String, Option<Meaning>)>,
}

impl<'a> Names<'a> {
    fn new(columns: &[Column], options: &'a ReadOptions) -> Self {
        let (mut exact, mut unmarked) = (HashMap::new(), HashMap::new());
        for (index, column) in columns.iter().enumerate() {
            for heading in &column.headings {
                let folded = fold(heading);
                let slot = unmarked.entry(bare(&folded)).or_insert(Some(index));
                if *slot != Some(index) {
                    *slot = None;
                }
                exact.entry(folded).or_insert(index);
            }
        }
        let told = |pointer: &Option<String>| match pointer {
            None => Some(Meaning::LeftOut),
            Some(pointer) => columns.iter().position(|column| column.pointer == *pointer).map(Meaning::Column),
        };
        let map = options.map.iter().map(|(key, pointer)| (key.as_str(), fold(key), told(pointer))).collect();
        Self { exact, bare: unmarked, map }
    }

    fn meaning(&self, heading: &Heading) -> Option<Meaning> {
        let texts = Self::texts(heading);
        let by_heading = texts.iter().find_map(|text| self.map.iter().find(|(_, key, _)| key == text));
        let letters = place::letters(heading.column);
        let by_letter =
            || self.map.iter().find(|(key, ..)| key.eq_ignore_ascii_case(&letters) && !layout::is_index(key));
        if let Some((_, _, meaning)) = by_heading.or_else(by_letter) {
            return *meaning;
        }
        let known = |text: &String| {
            let unmarked = || text.is_ascii().then(|| self.bare.get(text).copied().flatten()).flatten();
            self.exact.get(text).copied().or_else(unmarked).map(Meaning::Column)
        };
        texts.iter().find_map(known).or_else(|| {
            let shown = heading.shown();
            (layout::is_index(&shown) || layout::is_fault_column(&shown)).then_some(Meaning::Aside)
        })
    }

    /// The texts a heading may be known by: the last of its path, all joined, then those above.
    fn texts(heading: &Heading) -> Vec<String> {
        let mut texts = Vec::new();
        let mut add = |text: &str| {
            for text in [fold(text), fold(&without_brackets(text))] {
                if !text.is_empty() && !texts.contains(&text) {
                    texts.push(text);
                }
            }
        };
        if let Some(last) = heading.path.last() {
            add(last);
        }
        add(&heading.path.join(" "));
        heading.path.iter().rev().for_each(|text| add(text));
        texts
    }

    /// Pointers of the map that are no columns.
    fn faults(&self, columns: &[Column], options: &ReadOptions) -> Vec<Diagnostic> {
        let known = || columns.iter().map(|column| column.pointer.as_str());
        let wrong = |(key, pointer): (&String, &Option<String>)| {
            let pointer = pointer.as_ref().filter(|pointer| !known().any(|known| known == pointer.as_str()))?;
            let list = known().collect::<Vec<_>>().join("`, `");
            Some(
                Diagnostic::error(
                    "map_pointer",
                    format!("bản đồ cột: `{key}` chỉ tới `{pointer}`, mẫu không có cột này"),
                    format!("column map: `{key}` leads to `{pointer}`, which is no column of the template"),
                )
                .hint(format!("các cột được nhận: `{list}`"), format!("known columns: `{list}`")),
            )
        };
        options.map.iter().filter_map(wrong).collect()
    }

    /// Keys of the map no heading and no column answers to.
    fn unmatched(&self, block: &Block) -> impl Iterator<Item = &'a str> {
        let here = |key: &str, folded: &String| {
            block.headings.iter().any(|heading| {
                Self::texts(heading).contains(folded) || key.eq_ignore_ascii_case(&place::letters(heading.column))
            })
        };
        self.map.iter().filter(move |(key, folded, _)| !here(key, folded)).map(|(key, ..)| *key)
    }
}
