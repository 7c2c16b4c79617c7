//! The pattern sheet: headings, drop-down lists and formats made from the columns, and a sheet that explains them.

use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

use super::columns::{Column, Kind};
use super::layout::{INDEX_HEADING, OWN_SHEETS};
use crate::diagnostic::Failure;

/// Row of the headings, from 0: the title and a note stand above.
const HEADINGS: u32 = 3;
/// Last row with drop-down lists, from 0: as many rows as are read.
const LAST: u32 = HEADINGS + 20_000;
/// Longest list a spreadsheet takes as text, characters with their commas.
const MAX_LIST: usize = 255;
/// Name of the sheet that is filled in.
const DATA: &str = "Danh sách";

pub(super) const INK: Color = Color::RGB(0x1F_1F_1F);
pub(super) const HEAD: Color = Color::RGB(0xE8_EE_F4);
const NEEDED: Color = Color::RGB(0xFB_E5_D6);
pub(super) const LINE: Color = Color::RGB(0xA6_A6_A6);
pub(super) const FONT: &str = "Times New Roman";

/// Makes an empty sheet to fill in: XLSX bytes, the same for the same columns.
///
/// The first sheet holds the headings in row 4, frozen, required ones marked `(*)`; identity columns are text, days
/// days, choices drop-down lists. The second explains every column. [`super::read`] reads it back.
pub fn pattern(title: &str, columns: &[Column]) -> Result<Vec<u8>, Failure> {
    write(title, columns).map_err(|error| Failure::internal(format_args!("pattern sheet: {error}")))
}

fn write(title: &str, columns: &[Column]) -> Result<Vec<u8>, XlsxError> {
    let mut book = new_book(title)?;
    data(book.add_worksheet(), title, columns)?;
    guide(book.add_worksheet(), columns)?;
    book.save_to_buffer()
}

/// A workbook without a clock in it.
pub(super) fn new_book(title: &str) -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let day = ExcelDateTime::from_ymd(2020, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&day));
    Ok(book)
}

fn data(sheet: &mut Worksheet, title: &str, columns: &[Column]) -> Result<(), XlsxError> {
    sheet.set_name(DATA)?;
    let heading = Format::new().set_font_name(FONT).set_font_size(16).set_bold().set_font_color(INK);
    let note = Format::new().set_font_name(FONT).set_font_size(11).set_italic().set_font_color(INK);
    sheet.write_string_with_format(0, 0, title, &heading)?;
    let explain = OWN_SHEETS[0];
    sheet.write_string_with_format(
        1,
        0,
        format!("Cột có dấu (*) bắt buộc. Mỗi đối tượng một dòng, bắt đầu từ dòng {}. Cách ghi từng cột: trang “{explain}”.", HEADINGS + 2),
        &note,
    )?;
    let body = Format::new().set_font_name(FONT).set_font_size(12).set_align(FormatAlign::Top).set_text_wrap();
    sheet.set_column_width(0, 6)?;
    sheet.set_column_format(0, &body.clone().set_align(FormatAlign::Center))?;
    sheet.write_string_with_format(HEADINGS, 0, INDEX_HEADING, &head(false))?;
    for (column, at) in columns.iter().zip(1..) {
        let shown = if column.required { format!("{} (*)", column.title()) } else { column.title().to_owned() };
        sheet.set_column_width(at, width(column))?;
        sheet.set_column_format(at, &body.clone().set_num_format(number_format(&column.kind)))?;
        sheet.write_string_with_format(HEADINGS, at, shown, &head(column.required))?;
        if let Some(rule) = drop_down(column)? {
            sheet.add_data_validation(HEADINGS + 1, at, LAST, at, &rule)?;
        }
    }
    sheet.set_row_height(HEADINGS, 34)?;
    sheet.set_freeze_panes(HEADINGS + 1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_repeat_rows(HEADINGS, HEADINGS)?.set_print_fit_to_pages(1, 0);
    Ok(())
}

pub(super) fn head(needed: bool) -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(12)
        .set_bold()
        .set_font_color(INK)
        .set_background_color(if needed { NEEDED } else { HEAD })
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

/// Characters wide, by what the column usually holds.
fn width(column: &Column) -> f64 {
    let longest = column.examples.iter().chain(&column.headings[..column.headings.len().min(1)]);
    let longest = longest.map(|text| text.chars().count()).max().unwrap_or(0);
    // At most 42: fits a byte and more.
    (longest.clamp(10, 38) + 4) as f64
}

/// Lines a text takes in a column of a width in characters, as Times New Roman 12 sets it.
pub(super) fn lines(text: &str, width: usize) -> usize {
    // Its letters are narrower than the figures a width is counted in.
    let fits = (width * 6 / 5).max(1);
    text.split('\n').map(|line| line.chars().count().div_ceil(fits).max(1)).sum()
}

/// Height of a row of so many lines, points; a spreadsheet takes 409 at most.
pub(super) fn height(lines: usize) -> f64 {
    // Far below what is exact.
    (lines as f64 * 15.75 + 1.5).min(400.0)
}

/// Text stays as typed, also what looks like a number.
fn number_format(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Identity | Kind::Choice(_) | Kind::Flag => "@",
        Kind::Integer => "#,##0",
        Kind::Decimal => "General",
        Kind::Date => "dd/mm/yyyy",
    }
}

fn drop_down(column: &Column) -> Result<Option<DataValidation>, XlsxError> {
    let offered = match &column.kind {
        Kind::Flag => vec!["Có", "Không"],
        kind => kind.offered(),
    };
    let length: usize = offered.iter().map(|one| one.encode_utf16().count() + 1).sum();
    // A list that is too long for a cell's rule, or holds its comma, is explained in the second sheet only.
    if offered.is_empty() || length > MAX_LIST || offered.iter().any(|one| one.contains(',')) {
        return Ok(None);
    }
    let rule = DataValidation::new()
        .allow_list_strings(&offered)?
        .set_error_title("Không có trong danh sách")?
        .set_error_message("Chọn một giá trị trong danh sách thả xuống")?;
    Ok(Some(rule))
}

fn guide(sheet: &mut Worksheet, columns: &[Column]) -> Result<(), XlsxError> {
    sheet.set_name(OWN_SHEETS[0])?;
    let cell = Format::new()
        .set_font_name(FONT)
        .set_font_size(12)
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
        .set_align(FormatAlign::Top)
        .set_text_wrap();
    let bold = cell.clone().set_bold();
    let heads: [(&str, usize); 6] = [
        ("Cột", 28),
        ("Bắt buộc", 11),
        ("Nội dung", 46),
        ("Cách ghi", 42),
        ("Ví dụ", 30),
        ("Tiêu đề khác cũng nhận", 56),
    ];
    for ((name, width), at) in heads.iter().zip(0..) {
        // A few dozen characters: exact.
        sheet.set_column_width(at, *width as f64)?;
        sheet.write_string_with_format(0, at, *name, &head(false))?;
    }
    for (column, row) in columns.iter().zip(1..) {
        let texts = [
            column.title().to_owned(),
            if column.required { "có" } else { "" }.to_owned(),
            column.description.clone(),
            way(&column.kind),
            column.examples.join("; "),
            column.headings.get(1..).unwrap_or_default().join("; "),
        ];
        let tallest = texts.iter().zip(heads).map(|(text, (_, width))| lines(text, width)).max().unwrap_or(1);
        sheet.set_row_height(row, height(tallest))?;
        for (text, at) in texts.iter().zip(0..) {
            sheet.write_string_with_format(row, at, text, if at == 0 { &bold } else { &cell })?;
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(())
}

/// How to write cells of a kind, for people.
fn way(kind: &Kind) -> String {
    match kind {
        Kind::Text => "Chữ, gõ bằng Unicode".into(),
        Kind::Identity => "Gõ đủ các chữ số, giữ số 0 ở đầu; ô phải là kiểu Văn bản (Text)".into(),
        Kind::Integer => "Số nguyên".into(),
        Kind::Decimal => "Số".into(),
        Kind::Date => "Ngày/tháng/năm, ví dụ 29/9/2021".into(),
        Kind::Flag => "Có hoặc Không; cũng nhận x hoặc để trống".into(),
        Kind::Choice(_) => format!("Chọn một trong: {}", kind.offered().join("; ")),
    }
}
