//! CSV into grids: the character table found, then one grid for each delimiter it may have.

use csv::{ReaderBuilder, StringRecord};

use super::grid::{Entry, Face, Grid, Line, Raw};
use super::place;
use super::workbook::too_many_rows;
use crate::diagnostic::Diagnostic;
use crate::domain::legacy::{self, Encoding};

/// What Vietnamese and English settings of Excel write, and its “Unicode Text”.
const DELIMITERS: [u8; 3] = [b';', b',', b'\t'];
/// A cell of a spreadsheet holds no more; a quote left open makes one cell of the whole file.
const MAX_CELL: usize = 32_767;
/// Cells kept.
const MAX_CELLS: usize = 2_000_000;

/// The text of a CSV file, line ends made one.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    /// The table of the whole file where it is an old one.
    face: Option<Face>,
}

/// The characters of the file.
///
/// UTF-8 and UTF-16 are told by their marks; without one it is UTF-8 or, where that cannot be, the table of an old
/// Vietnamese font if its words say so.
pub(super) fn decode(bytes: &[u8]) -> Result<Text, Diagnostic> {
    let mut face = None;
    let text = if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        std::str::from_utf8(rest).map_err(|_| unknown_table())?.to_owned()
    } else if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        utf16(rest, u16::from_le_bytes)?
    } else if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        utf16(rest, u16::from_be_bytes)?
    } else if memchr::memchr(0, bytes).is_some() {
        return Err(unknown_table());
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        text.to_owned()
    } else {
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let encoding = encoding(&text).ok_or_else(unknown_table)?;
        face = Some(Face { encoding, capitals: false });
        text
    };
    if memchr::memchr(0, text.as_bytes()).is_some() {
        return Err(unknown_table());
    }
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(Text { text, face })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Diagnostic> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(unknown_table()),
    }
}

/// The old encoding most lines are in.
fn encoding(text: &str) -> Option<Encoding> {
    let found = text.lines().filter_map(|line| legacy::detect(line).map(|found| found.encoding));
    let (mut tcvn3, mut vni) = (0, 0);
    for encoding in found {
        match encoding {
            Encoding::Tcvn3 => tcvn3 += 1,
            Encoding::Vni => vni += 1,
        }
    }
    match (tcvn3, vni) {
        (0, 0) => None,
        _ if tcvn3 >= vni => Some(Encoding::Tcvn3),
        _ => Some(Encoding::Vni),
    }
}

fn unknown_table() -> Diagnostic {
    Diagnostic::error(
        "unknown_encoding",
        "không nhận ra bảng mã của tệp CSV",
        "the character encoding of the CSV file is not known",
    )
    .hint(
        "trong Excel: Lưu thành (Save As) → CSV UTF-8 (phân cách bằng dấu phẩy), hoặc lưu thành XLSX",
        "in Excel: Save As → CSV UTF-8 (comma delimited), or save as XLSX",
    )
}

impl Text {
    /// The file as cut by each delimiter it holds, the likeliest first; `sep=;` in the first line decides.
    ///
    /// At most `rows` rows that hold something.
    pub(super) fn grids(&self, name: &str, rows: usize) -> Result<Vec<Grid>, Diagnostic> {
        if let Some(delimiter) = self.told() {
            return Ok(vec![self.grid(name, delimiter, rows)?]);
        }
        let count = |delimiter: u8| memchr::memchr_iter(delimiter, self.text.as_bytes()).count();
        let mut held: Vec<(usize, u8)> = DELIMITERS
            .iter()
            .map(|delimiter| (count(*delimiter), *delimiter))
            .filter(|(count, _)| *count > 0)
            .collect();
        held.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        if held.is_empty() {
            held.push((0, b';'));
        }
        let (mut grids, mut fault) = (Vec::new(), None);
        for (_, delimiter) in held {
            match self.grid(name, delimiter, rows) {
                Ok(grid) => grids.push(grid),
                // Cut by what does not part its cells, a sound file may look broken.
                Err(told) => fault = fault.or(Some(told)),
            }
        }
        match fault {
            Some(fault) if grids.is_empty() => Err(fault),
            _ => Ok(grids),
        }
    }

    /// The delimiter of a first line `sep=;`.
    fn told(&self) -> Option<u8> {
        match self.text.lines().next()?.strip_prefix("sep=")?.as_bytes() {
            [delimiter] => Some(*delimiter),
            _ => None,
        }
    }

    /// The file as cut by one delimiter; at most `rows` rows that hold something.
    pub(super) fn grid(&self, name: &str, delimiter: u8, rows: usize) -> Result<Grid, Diagnostic> {
        // A spreadsheet keeps the line of `sep=` out of the sheet: rows count from the next.
        let body = match self.told() {
            Some(_) => self.text.split_once('\n').map_or("", |(_, rest)| rest),
            None => &self.text,
        };
        if let Some(line) = open_quote(body, delimiter) {
            return Err(broken_quote(name, line));
        }
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(body.as_bytes());
        let mut grid = Grid { name: name.to_owned(), delimiter: Some(delimiter), ..Grid::default() };
        let mut record = StringRecord::new();
        let (mut number, mut kept) = (0, 0);
        loop {
            let before = reader.position().line();
            if !reader.read_record(&mut record).map_err(|_| broken_quote(name, number + 1))? {
                break;
            }
            // Empty lines are passed over by the reader, and are rows to a spreadsheet.
            let inside: usize = record.iter().map(|cell| memchr::memchr_iter(b'\n', cell.as_bytes()).count()).sum();
            let lines = usize::try_from(reader.position().line() - before).unwrap_or(usize::MAX);
            let rows_passed = lines.saturating_sub(inside).max(1);
            number += u32::try_from(rows_passed).map_err(|_| too_many_rows(rows))?;
            let line = self.line(&record, number, name)?;
            kept += line.cells.len();
            if !line.cells.is_empty() {
                grid.lines.push(line);
            }
            if grid.lines.len() > rows || kept > MAX_CELLS {
                return Err(too_many_rows(rows));
            }
        }
        Ok(grid)
    }

    fn line(&self, record: &StringRecord, number: u32, name: &str) -> Result<Line, Diagnostic> {
        let mut cells = Vec::new();
        for (column, cell) in record.iter().enumerate() {
            let column = u32::try_from(column).ok().filter(|column| *column < place::MAX_COLUMNS);
            let column = column.ok_or_else(|| broken_quote(name, number))?;
            if cell.len() > MAX_CELL * 4 {
                return Err(broken_quote(name, number));
            }
            let entry =
                Entry { column, raw: Raw::Text(cell.to_owned()), face: self.face, formula: false, filled_from: None };
            if !entry.is_blank() {
                cells.push(entry);
            }
        }
        Ok(Line { number, cells })
    }
}

/// The line of a quote that is opened and never closed: the reader would take the rest of the file for one cell.
fn open_quote(body: &str, delimiter: u8) -> Option<u32> {
    let (mut line, mut opened, mut begins) = (1, None, true);
    let mut bytes = body.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, opened) {
            (b'"', Some(_)) if bytes.peek() == Some(&b'"') => {
                bytes.next();
            }
            (b'"', Some(_)) => opened = None,
            (b'"', None) if begins => opened = Some(line),
            _ => {}
        }
        begins = byte == delimiter || byte == b'\n';
        line += u32::from(byte == b'\n');
    }
    opened
}

fn broken_quote(name: &str, number: u32) -> Diagnostic {
    Diagnostic::error(
        "broken_quote",
        format!("ở dòng {number} có dấu nháy kép mở mà không đóng, hoặc quá nhiều cột"),
        format!("in row {number} a double quote is opened and not closed, or there are too many columns"),
    )
    .in_cell(Some(crate::diagnostic::Cell { sheet: name.to_owned(), address: number.to_string() }))
    .hint("lưu lại bằng Excel thành XLSX", "save it as XLSX with Excel")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let grids = decode(bytes).expect("a known table").grids("a.csv", 100).expect("sound");
        let shown = |line: &Line| (line.number, line.cells.iter().map(|cell| cell.raw.shown()).collect());
        grids[0].lines.iter().map(shown).collect()
    }

    fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (number, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn delimiters_marks_and_line_ends_are_found() {
        for text in ["a;b\n1;2\n", "a,b\r\n1,2\r\n", "a\tb\r1\t2", "sep=|\na|b\n1|2\n"] {
            for bytes in [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat()] {
                assert_eq!(read(&bytes), [row(1, &["a", "b"]), row(2, &["1", "2"])], "{text:?}");
            }
        }
    }

    #[test]
    fn utf16_is_decoded_by_its_mark() {
        let text = "tên;đơn vị\nMùa A Páo;Xã Kim Bon";
        let little: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        assert_eq!(read(&little), [row(1, &["tên", "đơn vị"]), row(2, &["Mùa A Páo", "Xã Kim Bon"])]);
        assert_eq!(read(&big), read(&little));
        let bare: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&bare).expect_err("no mark").code, "unknown_encoding");
        assert_eq!(decode(&little[..little.len() - 1]).expect_err("half a unit").code, "unknown_encoding");
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        let read = read(b"\n\na;b\n\n\"x\ny\";2\n;;\n3;4\n\n5;6");
        let rows: Vec<u32> = read.iter().map(|(number, _)| *number).collect();
        assert_eq!(rows, [3, 5, 7, 9]);
        assert_eq!(read[1].1, ["x\ny", "2"]);
    }

    #[test]
    fn a_quote_left_open_is_told() {
        let text = format!("a;b\n\"x;y\n{}", "z;z\n".repeat(60_000));
        let fault = decode(text.as_bytes()).expect("UTF-8").grids("a.csv", 100).expect_err("one endless cell");
        assert_eq!(fault.code, "broken_quote");
    }

    #[test]
    fn a_quote_left_open_in_a_short_file_loses_no_row() {
        let fault = decode(b"a;b\n1;\"x\n2;y\n3;z\n").expect("UTF-8").grids("a.csv", 100).expect_err("open");
        assert_eq!((fault.code.as_ref(), fault.cell.expect("a place").address.as_str()), ("broken_quote", "2"));
        assert_eq!(read(b"a;b\n\"x \"\"y\"\"\";5\" tube\n"), [row(1, &["a", "b"]), row(2, &["x \"y\"", "5\" tube"])]);
        // Only the delimiter that parts no cells makes this look open.
        assert_eq!(read(b"a;b\nx,\"y;2\n"), [row(1, &["a", "b"]), row(2, &["x,\"y", "2"])]);
    }

    #[test]
    fn bytes_of_old_fonts_are_recognised_by_their_words() {
        let text = "Hä vµ tªn;§¬n vÞ\nNguyÔn V¨n An;huyÖn Phï Yªn\n";
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("one byte")).collect();
        let read = decode(&bytes).expect("recognised");
        assert_eq!(read.face, Some(Face { encoding: Encoding::Tcvn3, capitals: false }));
        assert_eq!(decode(b"caf\xe9;th\xe9").expect_err("French").code, "unknown_encoding");
    }
}
