//! The copy a clerk gets back: the same cells, repaired ones with their new value, faulty ones coloured and told.
//!
//! Every text goes out as text: a name that reads `=HYPERLINK(…)` is a name and is never worked out.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Note, Workbook, Worksheet, XlsxError};

use super::grid::{Area, Face, Grid, Moment, Raw};
use super::layout::{FAULT_HEADING, OWN_SHEETS};
use super::pattern::{FONT, LINE, head, height, lines, new_book};
use super::place;
use super::sheet::{Sheet, again};
use crate::diagnostic::{Code, Diagnostic, Failure, Severity};
use crate::domain::legacy::Encoding;

const FAULTY: Color = Color::RGB(0xF8_CB_AD);
const DOUBTED: Color = Color::RGB(0xFF_F2_CC);
const MENDED: Color = Color::RGB(0xE2_EF_DA);
/// Notes a spreadsheet still opens with at once; every fault is in the last column and in the list as well.
const MAX_NOTES: usize = 3_000;
/// Longest text of a cell.
const MAX_TEXT: usize = 32_767;
/// Widest column, characters.
const MAX_WIDTH: usize = 45;
/// Width of the column of faults, characters.
const FAULT_WIDTH: usize = 70;

/// Makes the marked copy of a sheet that was read: XLSX bytes, whatever the file was.
///
/// `faults` are those to be shown, warnings among them; they need a cell of this sheet, as [`Sheet::faults`] have and
/// [`Sheet::place`] gives. Those without are listed only. Changed cells show their new value. Other sheets of the
/// file, pictures and formulas are left out; a formula's last value stays.
pub fn marked(bytes: &[u8], name: &str, sheet: &Sheet, faults: &[Diagnostic]) -> Result<Vec<u8>, Failure> {
    let grid = again(bytes, name, sheet).map_err(|fault| Failure::new(Code::InvalidData, vec![fault]))?;
    write(&grid, sheet, faults).map_err(|error| Failure::internal(format_args!("marked copy: {error}")))
}

/// What is to be shown at a cell.
#[derive(Default)]
struct Mark<'a> {
    faults: Vec<&'a Diagnostic>,
    mended: Option<&'a super::sheet::Change>,
}

fn write(grid: &Grid, sheet: &Sheet, faults: &[Diagnostic]) -> Result<Vec<u8>, XlsxError> {
    let mut marks: HashMap<(u32, u32), Mark<'_>> = HashMap::new();
    let mut by_row: BTreeMap<u32, Vec<&Diagnostic>> = BTreeMap::new();
    for fault in faults {
        let Some(cell) = fault.cell.as_ref().filter(|cell| cell.sheet == sheet.name) else { continue };
        let (row, column) = place::parse(&cell.address);
        if let Some(row) = row {
            by_row.entry(row).or_default().push(fault);
            // A fault of a whole row stands at the first cell that shows something.
            let first = || grid.line(row)?.cells.iter().find(|entry| !entry.is_blank()).map(|entry| entry.column);
            let column =
                column.or_else(first).unwrap_or_else(|| sheet.mapped.first().map_or(0, |mapped| mapped.column));
            marks.entry((row, column)).or_default().faults.push(fault);
        }
    }
    for change in &sheet.changes {
        if let (Some(row), Some(column)) = place::parse(&change.cell.address) {
            marks.entry((row, column)).or_default().mended = Some(change);
        }
    }
    let mut book = new_book(&sheet.name)?;
    let formats = Formats::new();
    let page = book.add_worksheet();
    page.set_name(sheet_name(&sheet.name))?;
    let mut tallest = cells(page, grid, sheet, &mut marks, &formats)?;
    fault_column(page, grid, sheet, &by_row, &formats, &mut tallest)?;
    for (number, count) in tallest.into_iter().filter(|(_, count)| *count > 1) {
        page.set_row_height(number - 1, height(count))?;
    }
    let (top, bottom) = sheet.headings();
    page.set_freeze_panes(bottom, 0)?;
    page.set_landscape().set_paper_size(9).set_repeat_rows(top - 1, bottom - 1)?.set_print_fit_to_pages(1, 0);
    list(&mut book, faults, &formats)?;
    book.save_to_buffer()
}

/// Formats of cells, made once.
struct Formats {
    plain: Format,
    title: Format,
    head: Format,
    fault: Format,
    doubt: Format,
    mended: Format,
}

impl Formats {
    fn new() -> Self {
        let plain = Format::new().set_font_name(FONT).set_font_size(12).set_align(FormatAlign::Top).set_text_wrap();
        let marked = |color: Color| {
            plain.clone().set_background_color(color).set_border(FormatBorder::Thin).set_border_color(LINE)
        };
        let title = Format::new().set_font_name(FONT).set_font_size(13).set_bold();
        Self { title, head: head(false), fault: marked(FAULTY), doubt: marked(DOUBTED), mended: marked(MENDED), plain }
    }

    fn of(&self, mark: Option<&Mark<'_>>) -> &Format {
        match mark {
            Some(mark) if mark.faults.iter().any(|fault| fault.severity == Severity::Error) => &self.fault,
            Some(mark) if !mark.faults.is_empty() => &self.doubt,
            Some(mark) if mark.mended.is_some() => &self.mended,
            _ => &self.plain,
        }
    }
}

/// Writes the cells with their marks; gives the lines of the tallest cell of each row.
fn cells(
    page: &mut Worksheet,
    grid: &Grid,
    sheet: &Sheet,
    marks: &mut HashMap<(u32, u32), Mark<'_>>,
    formats: &Formats,
) -> Result<BTreeMap<u32, usize>, XlsxError> {
    let (top, bottom) = sheet.headings();
    // Areas of the head keep it readable; below it every row has its own value.
    for area in apart(&grid.merged).filter(|area| area.bottom <= bottom) {
        let (left, right) = (column(area.left)?, column(area.right)?);
        let format = if area.top < top { &formats.title } else { &formats.head };
        page.merge_range(area.top - 1, left, area.bottom - 1, right, "", format)?;
    }
    let kept = |number: u32, column: u32| !sheet.is_old_mark(number, column);
    let mut widths: BTreeMap<u32, usize> = BTreeMap::new();
    for line in grid.lines.iter().filter(|line| line.number > top) {
        for entry in line.cells.iter().filter(|entry| kept(line.number, entry.column)) {
            let width = widths.entry(entry.column).or_insert(6);
            *width = (*width).max(entry.raw.shown().chars().count() + 2).min(MAX_WIDTH);
        }
    }
    for (at, width) in &widths {
        // At most 45: exact.
        page.set_column_width(column(*at)?, *width as f64)?;
    }
    let mut tallest: BTreeMap<u32, usize> = BTreeMap::new();
    let mut notes = 0;
    for line in &grid.lines {
        for entry in line.cells.iter().filter(|entry| kept(line.number, entry.column)) {
            let (row, at) = (line.number - 1, column(entry.column)?);
            let mark = marks.remove(&(line.number, entry.column));
            let unmarked = match line.number {
                number if number < top => &formats.title,
                number if number <= bottom => &formats.head,
                _ => &formats.plain,
            };
            let format = if mark.is_none() { unmarked } else { formats.of(mark.as_ref()) };
            match mark.as_ref().and_then(|mark| mark.mended) {
                Some(change) => write_text(page, row, at, &change.after, format)?,
                None => match entry.face {
                    // Still in its old encoding: only its own font shows it.
                    Some(face) => write_raw(page, row, at, &entry.raw, &format.clone().set_font_name(font(face)))?,
                    None => write_raw(page, row, at, &entry.raw, format)?,
                },
            }
            if line.number >= top {
                let width = widths.get(&entry.column).copied().unwrap_or(MAX_WIDTH);
                let count = tallest.entry(line.number).or_insert(1);
                *count = lines(&entry.raw.shown(), width).max(*count);
            }
            if let Some(mark) = mark {
                note(page, row, at, &mark, &mut notes)?;
            }
        }
    }
    // Cells that are empty and should not be, or were filled from a merged area.
    let mut rest: Vec<_> = marks.drain().collect();
    rest.sort_by_key(|(place, _)| *place);
    for ((number, at), mark) in rest {
        let (row, at) = (number - 1, column(at)?);
        let format = formats.of(Some(&mark));
        match mark.mended {
            Some(change) => write_text(page, row, at, &change.after, format)?,
            None => {
                page.write_blank(row, at, format)?;
            }
        }
        note(page, row, at, &mark, &mut notes)?;
    }
    Ok(tallest)
}

/// A font that shows an old encoding.
fn font(face: Face) -> &'static str {
    match (face.encoding, face.capitals) {
        (Encoding::Tcvn3, false) => ".VnTime",
        (Encoding::Tcvn3, true) => ".VnTimeH",
        (Encoding::Vni, _) => "VNI-Times",
    }
}

/// Text as text. One longer than a cell holds is cut where it must be: the file had it cut already.
fn write_text(page: &mut Worksheet, row: u32, at: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    page.write_string_with_format(row, at, fitting(&storable(text), MAX_TEXT), format)?;
    Ok(())
}

/// Text without what XML cannot hold: shown as a letter that is lost, which is refused when the copy is sent again.
fn storable(text: &str) -> Cow<'_, str> {
    let lost = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if !text.contains(lost) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n").replace(lost, "\u{fffd}"))
}

fn write_raw(page: &mut Worksheet, row: u32, at: u16, raw: &Raw, format: &Format) -> Result<(), XlsxError> {
    match raw {
        Raw::Number(number) if number.is_finite() => {
            // A long number would be shown as 1.4E+10.
            let long = number.fract() == 0.0 && number.abs() >= 1e10;
            let format = if long { &format.clone().set_num_format("0") } else { format };
            page.write_number_with_format(row, at, *number, format)?;
        }
        Raw::Bool(value) => {
            page.write_boolean_with_format(row, at, *value, format)?;
        }
        Raw::Moment(moment) => match excel_day(*moment) {
            Some(day) => {
                let format = format.clone().set_num_format("dd/mm/yyyy");
                page.write_datetime_with_format(row, at, &day, &format)?;
            }
            None => write_text(page, row, at, &raw.shown(), format)?,
        },
        other => write_text(page, row, at, &other.shown(), format)?,
    }
    Ok(())
}

fn excel_day(moment: Moment) -> Option<rust_xlsxwriter::ExcelDateTime> {
    let part = |number: u32| u8::try_from(number).ok();
    let year = u16::try_from(moment.year).ok()?;
    rust_xlsxwriter::ExcelDateTime::from_ymd(year, part(moment.month)?, part(moment.day)?).ok()
}

fn note(page: &mut Worksheet, row: u32, at: u16, mark: &Mark<'_>, notes: &mut usize) -> Result<(), XlsxError> {
    if *notes == MAX_NOTES {
        return Ok(());
    }
    *notes += 1;
    let mut lines: Vec<String> = mark.faults.iter().map(|fault| sentence(fault)).collect();
    if let Some(change) = mark.mended {
        let why: Vec<&str> = change.why.iter().map(|why| why.vi.as_str()).collect();
        lines.push(format!("Đã sửa: {} (trước: {})", why.join("; "), change.before));
    }
    let text = lines.join("\n");
    let note = Note::new(fitting(&storable(&text), 2_000))
        .add_author_prefix(false)
        .set_author("")
        .set_width(320)
        .set_height(120);
    page.insert_note(row, at, &note)?;
    Ok(())
}

/// A fault in one line: what is wrong, then what to do.
fn sentence(fault: &Diagnostic) -> String {
    let hints: Vec<&str> = fault.hints.iter().map(|hint| hint.vi.as_str()).collect();
    let told = fault.message.vi.replace('`', "");
    if hints.is_empty() { told } else { format!("{told} → {}", hints.join("; ").replace('`', "")) }
}

/// The last column: every row's faults in words.
fn fault_column(
    page: &mut Worksheet,
    grid: &Grid,
    sheet: &Sheet,
    by_row: &BTreeMap<u32, Vec<&Diagnostic>>,
    formats: &Formats,
    tallest: &mut BTreeMap<u32, usize>,
) -> Result<(), XlsxError> {
    let (_, bottom) = sheet.headings();
    let entries = grid.lines.iter().flat_map(|line| {
        line.cells.iter().filter(|entry| !sheet.is_old_mark(line.number, entry.column)).map(|entry| entry.column)
    });
    let last = entries.chain(sheet.mapped.iter().map(|mapped| mapped.column)).max().unwrap_or(0);
    let at = column((last + 1).min(place::MAX_COLUMNS - 1))?;
    // Exact.
    page.set_column_width(at, FAULT_WIDTH as f64)?;
    page.write_string_with_format(bottom - 1, at, FAULT_HEADING, &formats.head)?;
    for (number, faults) in by_row.iter().filter(|(number, _)| **number > bottom) {
        let told: Vec<String> = faults
            .iter()
            .map(|fault| {
                let address = fault.cell.as_ref().map_or("", |cell| cell.address.as_str());
                format!("{address}: {}", sentence(fault))
            })
            .collect();
        let error = faults.iter().any(|fault| fault.severity == Severity::Error);
        let format = if error { &formats.fault } else { &formats.doubt };
        let told = told.join("\n");
        let count = tallest.entry(*number).or_insert(1);
        *count = lines(&told, FAULT_WIDTH).max(*count);
        write_text(page, number - 1, at, &told, format)?;
    }
    Ok(())
}

/// The second sheet: every fault, whether or not it has a cell.
fn list(book: &mut Workbook, faults: &[Diagnostic], formats: &Formats) -> Result<(), XlsxError> {
    let page = book.add_worksheet();
    page.set_name(OWN_SHEETS[1])?;
    let heads: [(&str, usize); 5] = [("Ô", 10), ("Mức", 10), ("Lỗi", 70), ("Cách sửa", 70), ("Mã", 20)];
    for ((name, width), at) in heads.iter().zip(0..) {
        // Exact.
        page.set_column_width(at, *width as f64)?;
        page.write_string_with_format(0, at, *name, &formats.head)?;
    }
    for (fault, row) in faults.iter().zip(1..1_048_576) {
        let hints: Vec<&str> = fault.hints.iter().map(|hint| hint.vi.as_str()).collect();
        let level = match fault.severity {
            Severity::Error => "lỗi",
            Severity::Warning => "cảnh báo",
        };
        let texts = [
            fault.cell.as_ref().map_or("", |cell| cell.address.as_str()),
            level,
            &fault.message.vi.replace('`', ""),
            &hints.join("; ").replace('`', ""),
            &fault.code,
        ];
        let tallest = texts.iter().zip(heads).map(|(text, (_, width))| lines(text, width)).max().unwrap_or(1);
        if tallest > 1 {
            page.set_row_height(row, height(tallest))?;
        }
        for (text, at) in texts.iter().zip(0..) {
            write_text(page, row, at, text, &formats.plain)?;
        }
    }
    page.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    page.set_freeze_panes(1, 0)?;
    Ok(())
}

/// Merged areas a spreadsheet takes: more than a cell, none over another.
fn apart(areas: &[Area]) -> impl Iterator<Item = &Area> {
    let mut kept: Vec<&Area> = Vec::new();
    areas.iter().take(1_000).filter(move |area| {
        let proper =
            area.top >= 1 && area.bottom >= area.top && area.right >= area.left && area.right < place::MAX_COLUMNS;
        let single = area.top == area.bottom && area.left == area.right;
        let crosses = kept.iter().any(|other| {
            area.top <= other.bottom && other.top <= area.bottom && area.left <= other.right && other.left <= area.right
        });
        let fit = proper && !single && !crosses;
        if fit {
            kept.push(area);
        }
        fit
    })
}

fn column(column: u32) -> Result<u16, XlsxError> {
    u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)
}

/// The longest beginning of a text a cell holds: Excel counts UTF-16 units.
fn fitting(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > most
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// A name a spreadsheet takes for a sheet; that of a CSV file is a file's.
fn sheet_name(name: &str) -> String {
    let name: String = name.chars().map(|c| if "[]:*?/\\".contains(c) || c.is_control() { ' ' } else { c }).collect();
    let name = name.trim().trim_matches('\'');
    let mut units = 0;
    let cut: String = name
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= 31
        })
        .collect();
    let own = super::layout::is_own_sheet(&cut);
    if cut.trim().is_empty() || own || cut.eq_ignore_ascii_case("history") { "Bảng".into() } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_ones_a_spreadsheet_takes() {
        for (name, taken) in [
            ("Danh sách", "Danh sách"),
            ("danh [sách]/2021.csv", "danh  sách  2021.csv"),
            ("'x'", "x"),
            ("", "Bảng"),
            ("History", "Bảng"),
            ("Danh sách lỗi", "Bảng"),
            ("Danh sách đề nghị khen thưởng năm 2021 của xã", "Danh sách đề nghị khen thưởng n"),
        ] {
            assert_eq!(sheet_name(name), taken);
        }
    }

    #[test]
    fn what_xml_cannot_hold_is_shown_as_lost() {
        assert_eq!(storable("Lò\u{1}Văn\r\nÒ\u{ffff}"), "Lò\u{fffd}Văn\nÒ\u{fffd}");
        assert_eq!(fitting("Lò 👍", 4), "Lò ");
    }

    #[test]
    fn areas_over_one_another_are_left_out() {
        let area = |top, bottom, left, right| Area { top, bottom, left, right };
        let areas = [area(1, 1, 0, 3), area(1, 2, 3, 4), area(4, 4, 0, 0), area(5, 6, 0, 0), area(9, 8, 1, 1)];
        assert_eq!(apart(&areas).copied().collect::<Vec<_>>(), [areas[0], areas[3]]);
    }
}
