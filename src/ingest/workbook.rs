//! XLSX into a grid, cell by cell: rows that hold nothing cost no memory, however many there are.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Cell, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::container::{self, Survey, damaged};
use super::grid::{Area, Entry, Face, Grid, Moment, Raw};
use super::place;
use crate::diagnostic::Diagnostic;

/// Cells kept of one sheet: far above any list of people, far below what fills the memory.
const MAX_CELLS: usize = 2_000_000;
/// Merged areas kept of one sheet.
const MAX_MERGED: usize = 200_000;
/// Sheets looked at.
const MAX_SHEETS: usize = 255;

/// An XLSX that was measured and opened.
pub(super) struct Workbook<'a> {
    book: Xlsx<Cursor<&'a [u8]>>,
    survey: Survey,
    faces: Vec<Option<Face>>,
}

/// How much of a sheet is read.
#[derive(Clone, Copy)]
pub(super) enum Extent {
    /// Rows up to this one, to find headings.
    Top(u32),
    /// All rows, but no more than this many that hold something.
    Rows(usize),
}

impl<'a> Workbook<'a> {
    /// Measures and opens; at most `limit` bytes inflated.
    pub(super) fn open(bytes: &'a [u8], limit: u64) -> Result<Self, Diagnostic> {
        let survey = container::survey(bytes, limit)?;
        let book = guarded(|| Xlsx::new(Cursor::new(bytes)).map_err(explain))?;
        Ok(Self { book, survey, faces: Vec::new() })
    }

    /// Names of the worksheets people see, in their order.
    pub(super) fn sheets(&self) -> Vec<String> {
        let sheets = self.book.sheets_metadata().iter();
        let seen = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
        seen.take(MAX_SHEETS).map(|sheet| sheet.name.clone()).collect()
    }

    /// Reads one sheet.
    pub(super) fn grid(&mut self, name: &str, extent: Extent) -> Result<Grid, Diagnostic> {
        let merged = self.merged(name)?;
        let formulas = self.formulas(name, extent)?;
        let from_1904 = self.book.has_1904_epoch();
        let Self { book, faces, .. } = self;
        let mut cells: Vec<(u32, Entry)> = Vec::new();
        let mut unreadable = Vec::new();
        guarded(|| {
            let mut reader = book.worksheet_cells_reader(name).map_err(explain)?;
            if faces.is_empty() {
                let font = |style: &calamine::Style| style.font.as_ref()?.name.as_deref().and_then(Face::of);
                *faces = reader.styles().iter().map(font).collect();
            }
            let mut rows = 0;
            let mut last = None;
            loop {
                let (cell, style) = match reader.next_cell_with_style_id() {
                    Ok(Some(read)) => read,
                    Ok(None) => break,
                    // An error value of a newer Excel: the cell is lost, the next one is not.
                    Err(XlsxError::CellError(_)) => {
                        unreadable.push(cells.last().map_or((1, 0), |(row, entry)| (*row, entry.column)));
                        continue;
                    }
                    Err(error) => return Err(explain(error)),
                };
                let (row, column) = cell.get_position();
                let number = row.saturating_add(1);
                if matches!(extent, Extent::Top(end) if number > end) {
                    break;
                }
                let formula = formulas.contains(&(row, column));
                let Some(raw) = raw(&cell, formula) else { continue };
                check_place(number, column)?;
                if let Extent::Rows(most) = extent {
                    rows += usize::from(last != Some(number));
                    if rows > most {
                        return Err(too_many_rows(most));
                    }
                }
                last = Some(number);
                if cells.len() == MAX_CELLS {
                    return Err(too_many_cells());
                }
                let face = faces.get(style).copied().flatten();
                cells.push((number, Entry { column, raw, face, formula, filled_from: None }));
            }
            Ok(())
        })?;
        Ok(Grid { name: name.to_owned(), lines: Grid::gather(cells), merged, from_1904, unreadable, delimiter: None })
    }

    fn merged(&mut self, name: &str) -> Result<Vec<Area>, Diagnostic> {
        if !self.survey.merged {
            return Ok(Vec::new());
        }
        let areas = guarded(|| self.book.merge_cells_by_sheet_name(name).map_err(explain))?;
        if areas.len() > MAX_MERGED {
            return Err(damaged("too many merged areas"));
        }
        let area = |area: calamine::Dimensions| Area {
            top: area.start.0.saturating_add(1),
            bottom: area.end.0.saturating_add(1),
            left: area.start.1,
            right: area.end.1,
        };
        Ok(areas.into_iter().map(area).collect())
    }

    /// Places of cells with a formula, rows and columns from 0.
    fn formulas(&mut self, name: &str, extent: Extent) -> Result<HashSet<(u32, u32)>, Diagnostic> {
        let mut found = HashSet::new();
        if !self.survey.formulas {
            return Ok(found);
        }
        guarded(|| {
            let mut reader = self.book.worksheet_cells_reader(name).map_err(explain)?;
            loop {
                let record = match reader.next_cell_with_formula_metadata() {
                    Ok(Some(record)) => record,
                    Ok(None) => break,
                    // The cell is told when values are read.
                    Err(XlsxError::CellError(_)) => continue,
                    Err(error) => return Err(explain(error)),
                };
                if matches!(extent, Extent::Top(last) if record.pos.0 >= last) {
                    break;
                }
                if record.formula.is_some() {
                    found.insert(record.pos);
                }
                if found.len() > MAX_CELLS {
                    return Err(too_many_cells());
                }
            }
            Ok(found)
        })
    }
}

fn check_place(number: u32, column: u32) -> Result<(), Diagnostic> {
    if number > 1_048_576 || column >= place::MAX_COLUMNS {
        return Err(damaged("a cell stands outside the sheet"));
    }
    Ok(())
}

/// A value, none where the cell shows nothing.
fn raw(cell: &Cell<DataRef<'_>>, formula: bool) -> Option<Raw> {
    Some(match cell.get_value() {
        // A formula that gave nothing has an empty text; one without any value was never worked out.
        DataRef::Empty => return formula.then_some(Raw::Unknown),
        DataRef::String(text) => text_of(Cow::Borrowed(text))?,
        DataRef::SharedString(text) => text_of(Cow::Borrowed(text))?,
        DataRef::Int(number) => Raw::Number(*number as f64),
        DataRef::Float(number) => Raw::Number(*number),
        DataRef::Bool(value) => Raw::Bool(*value),
        DataRef::DateTime(moment) if moment.is_duration() => Raw::Span,
        DataRef::DateTime(moment) => Raw::Moment(self::moment(moment)),
        DataRef::DateTimeIso(text) => iso(text).map_or_else(|| Raw::Text(text.clone()), Raw::Moment),
        DataRef::DurationIso(_) => Raw::Span,
        DataRef::Error(error) => Raw::Error(error.to_string()),
    })
}

fn text_of(text: Cow<'_, str>) -> Option<Raw> {
    (!text.chars().all(char::is_whitespace)).then(|| Raw::Text(text.into_owned()))
}

/// The calendar day of a date cell.
pub(super) fn moment(value: &ExcelDateTime) -> Moment {
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    Moment {
        year: i32::from(year),
        month: u32::from(month),
        day: u32::from(day),
        timed: (hour, minute, second) != (0, 0, 0) || milli != 0,
    }
}

/// `2021-09-29` or `2021-09-29T00:00:00`.
fn iso(text: &str) -> Option<Moment> {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let mut parts = day.splitn(3, '-').map(str::parse::<u32>);
    let mut next = || parts.next()?.ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let timed = time.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    Some(Moment { year: i32::try_from(year).ok()?, month, day, timed })
}

/// Runs the reader of workbooks; where it would take the process down on a crafted file, the file is refused.
fn guarded<T>(work: impl FnOnce() -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(damaged("its parts contradict each other")))
}

/// The reader's own words name parts and positions; a value of a cell is left out.
fn explain(error: XlsxError) -> Diagnostic {
    match error {
        XlsxError::Password => Diagnostic::error(
            "sheet_encrypted",
            "tệp được bảo vệ bằng mật khẩu, không mở được",
            "the file is protected by a password and cannot be opened",
        ),
        XlsxError::Unrecognized { typ, .. } => damaged(format_args!("unknown {typ}")),
        XlsxError::CellTAttribute(_) => damaged("unknown type of a cell"),
        other => damaged(other),
    }
}

/// More rows than a sheet may have.
pub(super) fn too_many_rows(most: usize) -> Diagnostic {
    Diagnostic::error(
        "too_many_rows",
        format!("trang tính có hơn {most} dòng"),
        format!("the sheet has more than {most} rows"),
    )
    .hint("chia thành nhiều tệp", "split it into several files")
}

fn too_many_cells() -> Diagnostic {
    Diagnostic::error(
        "too_many_cells",
        format!("trang tính có hơn {MAX_CELLS} ô có dữ liệu"),
        format!("the sheet has more than {MAX_CELLS} cells with data"),
    )
    .hint("chỉ giữ những cột cần dùng", "keep only the columns that are needed")
}
