//! A sheet read: its rows as data, where each value stands, what was changed and what is wrong.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::columns::Column;
use super::container::{self, Form};
use super::delimited;
use super::grid::Grid;
use super::headings::{self, Glance};
use super::layout::{self, fold};
use super::workbook::{Extent, Workbook};
use super::{place, rows};
use crate::diagnostic::{Cell, Code, Diagnostic, Failure, Text};

/// How a sheet is read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// Name of the sheet; without one, the only sheet people see that has the columns.
    pub sheet: Option<String>,
    /// Row the headings end in, from 1; without one it is looked for in the first thirty rows.
    pub header_row: Option<u32>,
    /// Heading or column letters → pointer of a column; none leaves the column out.
    pub map: BTreeMap<String, Option<String>>,
    /// Values of rows that have none, by pointer.
    pub defaults: BTreeMap<String, Value>,
    /// What is done with text in encodings of the nineties.
    pub convert: Convert,
    /// Most rows of data.
    pub max_rows: usize,
    /// Largest file, bytes.
    pub max_bytes: usize,
    /// Largest workbook inflated, bytes.
    pub max_inflated: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            sheet: None,
            header_row: None,
            map: BTreeMap::new(),
            defaults: BTreeMap::new(),
            convert: Convert::Refuse,
            max_rows: 20_000,
            max_bytes: 32 << 20,
            max_inflated: 512 << 20,
        }
    }
}

/// What is done with text in TCVN3 or VNI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convert {
    /// It is a fault that tells what the text probably reads.
    #[default]
    Refuse,
    /// The sheet is in TCVN3: every cell that may be is converted.
    Tcvn3,
    /// The sheet is in VNI: every cell that may be is converted.
    Vni,
    /// Cells recognised by font or by words are converted, each from its own encoding.
    Recognised,
}

/// A sheet as read. Rows with faults are among the rows, without the values at fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Its name; the file's for CSV.
    pub name: String,
    /// Rows of data, from the top.
    pub rows: Vec<Row>,
    /// Columns that were found, from the left.
    pub mapped: Vec<Mapped>,
    /// Headings that were not used.
    pub unused: Vec<Unused>,
    /// Cells whose text is not what it was.
    pub changes: Vec<Change>,
    /// Faults by cell, in the order of the sheet.
    pub faults: Vec<Diagnostic>,
    /// What is worth telling, in the order of the sheet.
    pub warnings: Vec<Diagnostic>,
    pub(super) top: u32,
    pub(super) bottom: u32,
    pub(super) fault_columns: Vec<u32>,
    pub(super) max_inflated: u64,
    /// What a CSV file was cut by.
    pub(super) delimiter: Option<u8>,
}

/// One row of data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Row as the spreadsheet shows it, from 1.
    pub number: u32,
    /// An object with the row's values.
    pub data: Value,
}

/// A column that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mapped {
    /// Where its values stand in the data.
    pub pointer: String,
    /// Its heading as the sheet has it, on one line.
    pub heading: String,
    /// Cell of the heading, such as `B5`.
    pub address: String,
    #[serde(skip)]
    pub(super) column: u32,
    /// Place in the columns asked for.
    #[serde(skip)]
    pub(super) index: usize,
}

/// A heading that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unused {
    /// The heading, on one line.
    pub heading: String,
    /// Its cell, such as `F5`.
    pub address: String,
}

/// A cell whose text is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The cell.
    pub cell: Cell,
    /// What the file has.
    pub before: String,
    /// What is taken.
    pub after: String,
    /// Why, each kind of change once.
    pub why: Vec<Text>,
}

/// Reads a sheet: `bytes` of an XLSX or CSV file, `name` as people know the file.
///
/// What is wrong with a cell is in [`Sheet::faults`]; the failure is for sheets of which nothing can be read, with all
/// that is wrong about them: no known headings, two columns of one heading, a password, a file too large to open.
pub fn read(bytes: &[u8], name: &str, columns: &[Column], options: &ReadOptions) -> Result<Sheet, Failure> {
    if bytes.len() > options.max_bytes {
        let limit = options.max_bytes >> 20;
        return Err(Failure::one(
            Code::BodyTooLarge,
            format!("tệp lớn hơn {limit} MB"),
            format!("the file is larger than {limit} MB"),
        ));
    }
    let invalid = |fault: Diagnostic| Failure::new(Code::InvalidData, vec![fault]);
    let grid = load(bytes, name, columns, options).map_err(invalid)?;
    let found = headings::find(&grid, columns, options).map_err(|faults| Failure::new(Code::InvalidData, faults))?;
    rows::take(grid, found, columns, options).map_err(invalid)
}

/// The one sheet of a file that is meant.
fn load(bytes: &[u8], name: &str, columns: &[Column], options: &ReadOptions) -> Result<Grid, Diagnostic> {
    // Titles and headings stand above the rows of data, groups and sums between and below them.
    let most = options.max_rows.saturating_mul(2).saturating_add(1_000);
    match container::form(bytes, name)? {
        Form::Workbook => {
            let mut book = Workbook::open(bytes, options.max_inflated)?;
            let sheet = pick(&mut book, columns, options)?;
            book.grid(&sheet, Extent::Rows(most))
        }
        Form::Delimited => {
            let grids = delimited::decode(bytes)?.grids(name, most)?;
            let mut best: Option<(Glance, Grid)> = None;
            for grid in grids {
                let glance = headings::glance(&grid, columns, options);
                if best.as_ref().is_none_or(|(best, _)| glance > *best) {
                    best = Some((glance, grid));
                }
            }
            best.map(|(_, grid)| grid).filter(|grid| !grid.lines.is_empty()).ok_or_else(empty)
        }
    }
}

/// Reads the sheet that was read before, for a copy of it.
pub(super) fn again(bytes: &[u8], name: &str, sheet: &Sheet) -> Result<Grid, Diagnostic> {
    let most = Extent::Rows(usize::MAX);
    match sheet.delimiter {
        None => Workbook::open(bytes, sheet.max_inflated)?.grid(&sheet.name, most),
        Some(delimiter) => delimited::decode(bytes)?.grid(name, delimiter, usize::MAX),
    }
}

/// Name of the sheet that is meant: the one asked for, or the only one with the columns.
fn pick(book: &mut Workbook<'_>, columns: &[Column], options: &ReadOptions) -> Result<String, Diagnostic> {
    let names = book.sheets();
    let list = names.join("`, `");
    if let Some(wanted) = &options.sheet {
        let same = |name: &&String| *name == wanted;
        let alike = |name: &&String| fold(name) == fold(wanted);
        return names.iter().find(same).or_else(|| names.iter().find(alike)).cloned().ok_or_else(|| {
            Diagnostic::error(
                "sheet_not_found",
                format!("tệp không có trang tính `{wanted}`"),
                format!("the file has no sheet `{wanted}`"),
            )
            .hint(format!("các trang tính: `{list}`"), format!("its sheets: `{list}`"))
        });
    }
    let last = options.header_row.unwrap_or(headings::LAST_ROW).max(headings::LAST_ROW).saturating_add(30);
    let mut seen: Vec<(Glance, &String)> = Vec::new();
    let mut holds = false;
    for name in names.iter().filter(|name| !layout::is_own_sheet(name)) {
        let grid = book.grid(name, Extent::Top(last))?;
        if !grid.lines.is_empty() {
            holds = true;
            seen.push((headings::glance(&grid, columns, options), name));
        }
    }
    if !holds {
        return Err(empty());
    }
    let fit: Vec<&String> = seen
        .iter()
        .filter(|(glance, _)| glance.complete && glance.rows && glance.score > 0)
        .map(|(_, name)| *name)
        .collect();
    match fit.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            // None is fit: faults are told of the one that comes nearest.
            let mut best = &seen[0];
            for one in &seen[1..] {
                if one.0 > best.0 {
                    best = one;
                }
            }
            Ok(best.1.clone())
        }
        several => {
            let fit = several.iter().map(|name| name.as_str()).collect::<Vec<_>>().join("`, `");
            Err(Diagnostic::error(
                "several_sheets",
                format!("nhiều trang tính có danh sách: `{fit}`"),
                format!("several sheets hold a list: `{fit}`"),
            )
            .hint(
                "chỉ rõ trang tính cần lấy, hoặc gộp vào một trang",
                "say which sheet is meant, or put them into one",
            ))
        }
    }
}

/// A file without a single cell.
fn empty() -> Diagnostic {
    Diagnostic::error("empty_sheet", "bảng không có dữ liệu nào", "the sheet holds nothing")
        .hint("tải bảng mẫu để điền", "fill in the pattern sheet")
}

impl Sheet {
    /// Where a value of a row stands: the cell, or the row where its column is not in the sheet.
    ///
    /// `row` is the index into [`Sheet::rows`], `pointer` leads into its data; none for a row that is not there.
    pub fn cell(&self, row: usize, pointer: &str) -> Option<Cell> {
        let number = self.rows.get(row)?.number;
        let covers = |mapped: &&Mapped| {
            pointer.strip_prefix(mapped.pointer.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Some(match self.mapped.iter().find(covers) {
            Some(mapped) => place::cell(&self.name, number, mapped.column),
            None => Cell { sheet: self.name.clone(), address: number.to_string() },
        })
    }

    /// Gives faults of later checks their cells: `locate` tells the row and the pointer inside it from a pointer into
    /// the caller's data. Faults that are of no row, or have a cell, stay as they are.
    pub fn place(&self, faults: Vec<Diagnostic>, locate: impl Fn(&str) -> Option<(usize, String)>) -> Vec<Diagnostic> {
        let placed = |mut fault: Diagnostic| {
            if fault.cell.is_none()
                && let Some((row, pointer)) = fault.pointer.as_deref().and_then(&locate)
            {
                fault.cell = self.cell(row, &pointer);
            }
            fault
        };
        faults.into_iter().map(placed).collect()
    }

    /// A `locate` for [`Sheet::place`] where the rows are the items of one list: `/khen_thuong/0/doi_tuong` makes
    /// `/khen_thuong/0/doi_tuong/17/ten` row 17, `/ten`.
    pub fn items_of(list: &str) -> impl Fn(&str) -> Option<(usize, String)> + '_ {
        move |pointer| {
            let rest = pointer.strip_prefix(list)?.strip_prefix('/')?;
            let (row, inside) = rest.split_once('/').unwrap_or((rest, ""));
            let inside = if inside.is_empty() { String::new() } else { format!("/{inside}") };
            Some((row.parse().ok()?, inside))
        }
    }

    /// Faults row by row, in the order of [`Sheet::rows`], and those that are of no row.
    pub fn faults_of_rows(&self) -> (Vec<Vec<Diagnostic>>, Vec<Diagnostic>) {
        let by_number: HashMap<u32, usize> = self.rows.iter().map(|row| row.number).zip(0..).collect();
        let (mut of_rows, mut of_no_row) = (vec![Vec::new(); self.rows.len()], Vec::new());
        for fault in &self.faults {
            let address = fault.cell.as_ref().map_or("", |cell| cell.address.as_str());
            let number = address.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().ok();
            match number.and_then(|number: u32| of_rows.get_mut(*by_number.get(&number)?)) {
                Some(row) => row.push(fault.clone()),
                None => of_no_row.push(fault.clone()),
            }
        }
        (of_rows, of_no_row)
    }

    /// The first row of headings and the last, as the spreadsheet shows them.
    pub fn headings(&self) -> (u32, u32) {
        (self.top, self.bottom)
    }

    /// Whether a cell is a mark of an earlier copy: below the heading of its column of faults.
    pub(super) fn is_old_mark(&self, row: u32, column: u32) -> bool {
        row >= self.top && self.fault_columns.contains(&column)
    }
}
