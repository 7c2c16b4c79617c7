//! Rows of a sheet into rows of data: merged cells filled, groups followed, every cell judged.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use super::clean;
use super::columns::{Column, Kind};
use super::grid::{Entry, Grid, Line};
use super::headings::{self, Found};
use super::layout;
use super::place;
use super::sheet::{Change, Mapped, ReadOptions, Row, Sheet};
use super::values::{self, Outcome};
use crate::diagnostic::{Cell, Diagnostic, Text};
use crate::domain::legacy::Encoding;

/// Most cells merged areas may fill.
const MAX_FILLED: usize = 500_000;

/// Turns everything below the headings into rows.
pub(super) fn take(
    mut grid: Grid,
    found: Found,
    columns: &[Column],
    options: &ReadOptions,
) -> Result<Sheet, Diagnostic> {
    // What an earlier copy told is no data.
    for line in grid.lines.iter_mut().filter(|line| line.number > found.bottom) {
        line.cells.retain(|entry| !found.fault_columns.contains(&entry.column));
    }
    fill_merged(&mut grid, &found)?;
    let mut taking = Taking::new(&grid, found, columns, options);
    let bottom = taking.found.bottom;
    for line in grid.lines.iter().filter(|line| line.number > bottom) {
        taking.line(line);
        if taking.rows.len() > options.max_rows {
            return Err(super::workbook::too_many_rows(options.max_rows));
        }
    }
    let sheet = taking.finish(options);
    if sheet.rows.is_empty() && sheet.faults.is_empty() {
        return Err(Diagnostic::error(
            "no_rows",
            "dưới dòng tiêu đề không có dòng nào",
            "no row stands below the headings",
        )
        .in_cell(Some(Cell { sheet: sheet.name, address: bottom.to_string() })));
    }
    Ok(sheet)
}

/// Cells merged over several rows show one value for all of them; the file has it in the first only.
fn fill_merged(grid: &mut Grid, found: &Found) -> Result<(), Diagnostic> {
    let mut filled = Vec::new();
    let used: HashSet<u32> = found.mapped.iter().map(|mapped| mapped.column).collect();
    for area in grid.merged.iter().filter(|area| area.top > found.bottom && area.bottom > area.top) {
        let anchor = grid.line(area.top).and_then(|line| line.cell(area.left));
        let Some(anchor) = anchor.filter(|entry| !entry.is_blank() && used.contains(&area.left)) else { continue };
        let start = grid.lines.partition_point(|line| line.number <= area.top);
        for (index, line) in
            grid.lines.iter().enumerate().skip(start).take_while(|(_, line)| line.number <= area.bottom)
        {
            // A row that holds nothing else stays empty.
            if line.cell(area.left).is_none_or(Entry::is_blank) {
                filled.push((index, Entry { filled_from: Some(area.top), ..anchor.clone() }));
            }
            if filled.len() > MAX_FILLED {
                return Err(super::container::damaged("merged areas fill too many cells"));
            }
        }
    }
    for (index, entry) in filled {
        let cells = &mut grid.lines[index].cells;
        match cells.binary_search_by_key(&entry.column, |cell| cell.column) {
            Ok(at) => cells[at] = entry,
            Err(at) => cells.insert(at, entry),
        }
    }
    Ok(())
}

/// Formulas of one column.
struct Formulas {
    count: usize,
    first: u32,
}

struct Taking<'a> {
    grid: &'a Grid,
    found: Found,
    columns: &'a [Column],
    options: &'a ReadOptions,
    rows: Vec<Row>,
    changes: Vec<Change>,
    /// With row and column, to be put in order.
    faults: Vec<(u32, u32, Diagnostic)>,
    warnings: Vec<(u32, u32, Diagnostic)>,
    /// Values the title of a group above gives, by place in the columns.
    group: BTreeMap<usize, String>,
    formulas: BTreeMap<u32, Formulas>,
    /// Days whose month could be their day, by column.
    either_order: BTreeMap<u32, Vec<(u32, String)>>,
    month_first: HashSet<u32>,
    /// Cells recognised to be in each old encoding: TCVN3, VNI.
    legacy: [usize; 2],
    /// Cells that could be in one of them.
    doubtful: Vec<(u32, u32, String)>,
    begun: bool,
}

impl<'a> Taking<'a> {
    fn new(grid: &'a Grid, found: Found, columns: &'a [Column], options: &'a ReadOptions) -> Self {
        Self {
            grid,
            found,
            columns,
            options,
            rows: Vec::new(),
            changes: Vec::new(),
            faults: Vec::new(),
            warnings: Vec::new(),
            group: BTreeMap::new(),
            formulas: BTreeMap::new(),
            either_order: BTreeMap::new(),
            month_first: HashSet::new(),
            legacy: [0; 2],
            doubtful: Vec::new(),
            begun: false,
        }
    }

    fn line(&mut self, line: &Line) {
        let first_below = !std::mem::replace(&mut self.begun, true);
        if first_below && layout::numbers_columns(shown(line).iter().map(String::as_str)) {
            return;
        }
        // Merged areas spread their value over empty rows too.
        if self.is_group(line) || line.cells.iter().all(|entry| entry.is_blank() || entry.filled_from.is_some()) {
            return;
        }
        if self.is_sum(line) {
            return self.tell_skipped(line, "total_row", "dòng cộng không được lấy", "the row of sums is not taken");
        }
        let held = line.cells.iter().filter(|entry| !entry.is_blank() && !self.found.aside.contains(&entry.column));
        let held = held.count();
        let used: Vec<(&Mapped, &Entry)> = self
            .found
            .mapped
            .iter()
            .filter_map(|mapped| Some((mapped, line.cell(mapped.column)?)))
            .filter(|(_, entry)| !entry.is_blank())
            .collect();
        if used.is_empty() {
            // Rows are numbered ahead of being filled in.
            if held > 0 || !shown(line).iter().all(|text| layout::is_row_number(text)) {
                self.tell_skipped(
                    line,
                    "row_skipped",
                    "dòng không có ô nào thuộc các cột được dùng",
                    "the row has no cell in the columns that are used",
                );
            }
            return;
        }
        if let Some(fault) = self.stray(line, &used, held) {
            let (number, column) = (line.number, used[0].0.column);
            return self.faults.push((number, column, fault.in_cell(Some(self.at(number, column)))));
        }
        let used: Vec<(u32, usize, Entry)> =
            used.into_iter().map(|(mapped, entry)| (mapped.column, mapped.index, entry.clone())).collect();
        self.row(line, &used);
    }

    fn is_group(&mut self, line: &Line) -> bool {
        for (index, column) in self.columns.iter().enumerate() {
            if let Kind::Choice(choices) = &column.kind
                && let Some(value) = headings::group_title(line, choices)
            {
                // A row that is only this choice, in its own column, is an unfinished row, not a title.
                let own = self.found.mapped.iter().find(|mapped| mapped.index == index);
                if own.is_some_and(|own| line.cell(own.column).is_some_and(|entry| !entry.is_blank())) {
                    return false;
                }
                self.group.insert(index, value.to_owned());
                return true;
            }
        }
        false
    }

    fn is_sum(&self, line: &Line) -> bool {
        let first = line.cells.iter().find(|entry| !entry.is_blank()).map(|entry| entry.raw.shown());
        let Some(first) = first.filter(|text| layout::is_sum(text)) else { return false };
        // A required column holding something of its own makes it a row of data.
        let required = self.found.mapped.iter().filter(|mapped| self.columns[mapped.index].required);
        let others = required.filter_map(|mapped| line.cell(mapped.column)).filter(|entry| entry.filled_from.is_none());
        others.map(|entry| entry.raw.shown()).all(|text| text.trim().is_empty() || text == first)
    }

    fn tell_skipped(&mut self, line: &Line, code: &'static str, vi: &str, en: &str) {
        let number = line.number;
        let texts: Vec<String> = shown(line).into_iter().take(3).collect();
        let texts = texts.join("`, `");
        let warning = Diagnostic::warning(code, format!("{vi}: `{texts}`"), format!("{en}: `{texts}`"))
            .in_cell(Some(Cell { sheet: self.grid.name.clone(), address: number.to_string() }));
        self.warnings.push((number, 0, warning));
    }

    /// The fault of a row that looks like a title or a note and not like data.
    fn stray(&self, line: &Line, used: &[(&Mapped, &Entry)], held: usize) -> Option<Diagnostic> {
        if self.found.mapped.len() < 2 || held > 1 {
            return None;
        }
        let numbered = self.found.aside.iter().filter_map(|column| line.text(*column)).next();
        let titled = numbered.is_some_and(|number| layout::is_group_number(&number));
        let needed = |mapped: &Mapped| self.columns[mapped.index].required;
        let anything_needed = used.iter().any(|(mapped, _)| needed(mapped));
        let needs = self.found.mapped.iter().any(needed);
        if !titled && (anything_needed || !needs) {
            return None;
        }
        let text = used[0].1.raw.shown();
        Some(
            Diagnostic::error(
                "stray_row",
                format!("dòng chỉ có `{text}`: giống tiêu đề nhóm hoặc ghi chú, không phải một đối tượng"),
                format!("the row holds only `{text}`: it looks like a title or a note, not like a recipient"),
            )
            .hint("xóa dòng này, hoặc ghi đủ các cột", "remove the row, or fill in its columns"),
        )
    }

    fn row(&mut self, line: &Line, used: &[(u32, usize, Entry)]) {
        let number = line.number;
        let mut data = Value::Object(Map::new());
        let mut outcomes: BTreeMap<usize, Outcome> = BTreeMap::new();
        for (at, index, entry) in used {
            let column = &self.columns[*index];
            let mut outcome = values::read(entry, column, self.options.convert, self.grid.from_1904);
            self.note(number, *at, entry, &mut outcome);
            outcomes.insert(*index, outcome);
        }
        for (index, column) in self.columns.iter().enumerate() {
            let outcome = outcomes.get_mut(&index);
            let at_fault = outcome.as_ref().is_some_and(|outcome| outcome.fault.is_some());
            let value = outcome.and_then(|outcome| outcome.value.take());
            let given = || self.group.get(&index).map(|value| Value::from(value.as_str()));
            let told = value.or_else(given).or_else(|| self.options.defaults.get(&column.pointer).cloned());
            match told {
                _ if at_fault => {}
                Some(value) => put(&mut data, &column.pointer, value),
                None if column.required => self.required(number, index),
                None => {}
            }
        }
        for (at, index, _) in used {
            if let Some(outcome) = outcomes.remove(index)
                && let Some(fault) = outcome.fault
            {
                let fault = fault.in_cell(Some(self.at(number, *at)));
                self.faults.push((number, *at, fault));
            }
        }
        self.rows.push(Row { number, data });
    }

    /// Keeps what a cell tells besides its value.
    fn note(&mut self, number: u32, at: u32, entry: &Entry, outcome: &mut Outcome) {
        let cell = self.at(number, at);
        if entry.formula && entry.filled_from.is_none() {
            self.formulas.entry(at).or_insert(Formulas { count: 0, first: number }).count += 1;
        }
        if outcome.month_first {
            self.month_first.insert(at);
        }
        match outcome.legacy {
            Some(Encoding::Tcvn3) => self.legacy[0] += 1,
            Some(Encoding::Vni) => self.legacy[1] += 1,
            None if outcome.doubtful && outcome.fault.is_none() => {
                self.doubtful.push((number, at, entry.raw.shown()));
            }
            None => {}
        }
        if outcome.either_order {
            self.either_order.entry(at).or_default().push((number, entry.raw.shown()));
        }
        if let Some(warning) = outcome.warning.take() {
            self.warnings.push((number, at, warning.in_cell(Some(cell.clone()))));
        }
        let filled = entry.filled_from.map(|row| {
            let from = place::address(row, at);
            Text::new(format!("ô gộp: lấy giá trị của `{from}`"), format!("merged cell: the value of `{from}`"))
        });
        let before = if filled.is_some() { String::new() } else { entry.raw.shown() };
        match (outcome.change.take(), filled) {
            (Some((after, why)), filled) => {
                let why = filled.into_iter().chain(why).collect();
                self.changes.push(Change { cell, before, after, why });
            }
            (None, Some(filled)) if outcome.fault.is_none() => {
                self.changes.push(Change { cell, before, after: entry.raw.shown(), why: vec![filled] });
            }
            (None, _) => {}
        }
    }

    fn required(&mut self, number: u32, index: usize) {
        let title = self.columns[index].title();
        let at = self.found.mapped.iter().find(|mapped| mapped.index == index).map(|mapped| mapped.column);
        let cell = match at {
            Some(at) => self.at(number, at),
            None => Cell { sheet: self.grid.name.clone(), address: number.to_string() },
        };
        let fault = Diagnostic::error("required", format!("thiếu `{title}`"), format!("`{title}` is missing"))
            .in_cell(Some(cell));
        let fault = match self.columns[index].kind.offered() {
            offered if offered.is_empty() => fault,
            offered => {
                let list = offered.join("`, `");
                fault.hint(format!("ghi một trong: `{list}`"), format!("write one of `{list}`"))
            }
        };
        self.faults.push((number, at.unwrap_or(0), fault));
    }

    fn at(&self, number: u32, column: u32) -> Cell {
        place::cell(&self.grid.name, number, column)
    }

    fn finish(mut self, options: &ReadOptions) -> Sheet {
        for (column, days) in std::mem::take(&mut self.either_order) {
            if self.month_first.contains(&column) {
                for (number, text) in days {
                    let fault = Diagnostic::error(
                        "date_order",
                        format!("`{text}`: cột này có ngày viết tháng trước, không rõ ô này viết thế nào"),
                        format!("`{text}`: other days of this column have the month first; this one could be either"),
                    )
                    .in_cell(Some(self.at(number, column)))
                    .hint("ghi ngày theo một cách cho cả cột: ngày/tháng/năm", "write the whole column day/month/year");
                    self.faults.push((number, column, fault));
                }
            }
        }
        for (column, Formulas { count, first }) in std::mem::take(&mut self.formulas) {
            let letters = place::letters(column);
            let warning = Diagnostic::warning(
                "formula",
                format!("cột {letters} có {count} ô công thức: lấy giá trị đã tính trong tệp"),
                format!("column {letters} has {count} formula cells: the values saved in the file are taken"),
            )
            .in_cell(Some(self.at(first, column)));
            self.warnings.push((first, column, warning));
        }
        let [tcvn3, vni] = self.legacy;
        if tcvn3 + vni > 0 {
            let encoding = if vni > tcvn3 { Encoding::Vni } else { Encoding::Tcvn3 };
            for (row, column, text) in std::mem::take(&mut self.doubtful) {
                if let Some(doubt) = clean::doubt(&text, encoding) {
                    self.warnings.push((row, column, doubt.in_cell(Some(self.at(row, column)))));
                }
            }
        }
        for (row, column) in &self.grid.unreadable {
            let address = place::address(*row, *column);
            let fault = Diagnostic::error(
                "cell_error",
                format!("một ô ngay sau `{address}` báo lỗi không đọc được"),
                format!("a cell right after `{address}` shows an error that cannot be read"),
            )
            .in_cell(Some(self.at(*row, *column)))
            .hint("sửa công thức của ô đó", "mend the formula of that cell");
            self.faults.push((*row, *column, fault));
        }
        let in_order = |mut told: Vec<(u32, u32, Diagnostic)>| -> Vec<Diagnostic> {
            told.sort_by_key(|(row, column, _)| (*row, *column));
            told.into_iter().map(|(_, _, one)| one).collect()
        };
        let mut warnings = self.found.warnings;
        warnings.extend(in_order(self.warnings));
        Sheet {
            name: self.grid.name.clone(),
            rows: self.rows,
            mapped: self.found.mapped,
            unused: self.found.unused,
            changes: self.changes,
            faults: in_order(self.faults),
            warnings,
            top: self.found.top,
            bottom: self.found.bottom,
            fault_columns: self.found.fault_columns,
            max_inflated: options.max_inflated,
            delimiter: self.grid.delimiter,
        }
    }
}

/// Texts of a row's cells that show something.
fn shown(line: &Line) -> Vec<String> {
    line.cells.iter().filter(|entry| !entry.is_blank()).map(|entry| entry.raw.shown()).collect()
}

/// Puts a value where a pointer leads, making the objects on the way.
fn put(data: &mut Value, pointer: &str, value: Value) {
    let mut at = data;
    let mut keys = pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).peekable();
    while let Some(key) = keys.next() {
        let Value::Object(map) = at else { return };
        if keys.peek().is_none() {
            map.insert(key, value);
            return;
        }
        at = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
    }
}
