//! What stands in a sheet, whatever file it came from: rows of cells, empty ones left out.

use crate::domain::legacy::Encoding;

/// A sheet as read, before anything is understood.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// Name of the sheet; the file's own for CSV.
    pub(super) name: String,
    /// Rows that hold something, from the top.
    pub(super) lines: Vec<Line>,
    /// Merged areas.
    pub(super) merged: Vec<Area>,
    /// Days count from 1904 instead of 1900.
    pub(super) from_1904: bool,
    /// Cells whose value no program could read, by the address of the cell before.
    pub(super) unreadable: Vec<(u32, u32)>,
    /// What a CSV file was cut by.
    pub(super) delimiter: Option<u8>,
}

/// One row.
#[derive(Debug)]
pub(super) struct Line {
    /// Row as the spreadsheet shows it, from 1.
    pub(super) number: u32,
    /// Its cells from the left.
    pub(super) cells: Vec<Entry>,
}

/// One cell.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Column from 0.
    pub(super) column: u32,
    /// Its value.
    pub(super) raw: Raw,
    /// Its font, where that is one of an old encoding.
    pub(super) face: Option<Face>,
    /// It holds a formula; `raw` is what it last gave.
    pub(super) formula: bool,
    /// It stands in a merged area and was filled from this row.
    pub(super) filled_from: Option<u32>,
}

/// A value as the file has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw {
    /// Text.
    Text(String),
    /// A number without a date format.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// A number in a date format.
    Moment(Moment),
    /// A length of time.
    Span,
    /// An error such as `#REF!`.
    Error(String),
    /// A formula nobody has worked out.
    Unknown,
}

/// A day, and whether a time of day is told with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Year.
    pub(super) year: i32,
    /// Month.
    pub(super) month: u32,
    /// Day.
    pub(super) day: u32,
    /// Not midnight.
    pub(super) timed: bool,
}

/// A font of an old encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Face {
    /// Its encoding.
    pub(super) encoding: Encoding,
    /// It shows small letters as capitals (`.VnTimeH`).
    pub(super) capitals: bool,
}

impl Face {
    /// What the name of a font tells: `.VnTime` is TCVN3, `VNI-Times` VNI.
    pub(super) fn of(font: &str) -> Option<Self> {
        let starts = |prefix: &str| font.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
        if starts(".vn") {
            Some(Self { encoding: Encoding::Tcvn3, capitals: font.ends_with('H') })
        } else {
            starts("vni-").then_some(Self { encoding: Encoding::Vni, capitals: false })
        }
    }
}

/// A merged area: rows from 1, columns from 0, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    /// First row.
    pub(super) top: u32,
    /// Last row.
    pub(super) bottom: u32,
    /// First column.
    pub(super) left: u32,
    /// Last column.
    pub(super) right: u32,
}

impl Area {
    /// Whether a cell stands in it.
    pub(super) fn holds(&self, row: u32, column: u32) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }
}

impl Grid {
    /// A row by its number.
    pub(super) fn line(&self, number: u32) -> Option<&Line> {
        self.lines.binary_search_by_key(&number, |line| line.number).ok().map(|index| &self.lines[index])
    }

    /// Puts cells that may have come in any order in theirs; of two with one address the later stays.
    pub(super) fn gather(mut cells: Vec<(u32, Entry)>) -> Vec<Line> {
        let key = |cell: &(u32, Entry)| (cell.0, cell.1.column);
        if !cells.is_sorted_by_key(key) {
            cells.sort_by_key(key);
        }
        let mut lines: Vec<Line> = Vec::new();
        for (number, entry) in cells {
            match lines.last_mut() {
                Some(line) if line.number == number => match line.cells.last_mut() {
                    Some(last) if last.column == entry.column => *last = entry,
                    _ => line.cells.push(entry),
                },
                _ => lines.push(Line { number, cells: vec![entry] }),
            }
        }
        lines
    }
}

impl Line {
    /// A cell by its column.
    pub(super) fn cell(&self, column: u32) -> Option<&Entry> {
        self.cells.binary_search_by_key(&column, |entry| entry.column).ok().map(|index| &self.cells[index])
    }

    /// Text of a cell, for headings: numbers are written out.
    pub(super) fn text(&self, column: u32) -> Option<String> {
        self.cell(column).map(|entry| entry.raw.shown()).filter(|text| !text.trim().is_empty())
    }
}

impl Entry {
    /// Whether it shows nothing: no text, or white space only.
    pub(super) fn is_blank(&self) -> bool {
        matches!(&self.raw, Raw::Text(text) if text.chars().all(|c| c.is_whitespace() || c == '\u{feff}'))
    }
}

impl Raw {
    /// As a message may show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => plain(*number),
            Self::Bool(true) => "TRUE".into(),
            Self::Bool(false) => "FALSE".into(),
            Self::Moment(moment) => format!("{:02}/{:02}/{}", moment.day, moment.month, moment.year),
            Self::Span => "[giờ]".into(),
            Self::Error(name) => name.clone(),
            Self::Unknown => String::new(),
        }
    }
}

/// A number without exponent or needless zeros.
pub(super) fn plain(number: f64) -> String {
    format!("{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts_tell_their_encoding() {
        let face = |encoding, capitals| Some(Face { encoding, capitals });
        assert_eq!(Face::of(".VnTime"), face(Encoding::Tcvn3, false));
        assert_eq!(Face::of(".VnTimeH"), face(Encoding::Tcvn3, true));
        assert_eq!(Face::of("VNI-Times"), face(Encoding::Vni, false));
        assert_eq!(Face::of("Times New Roman"), None);
        assert_eq!(Face::of("Ế"), None);
    }

    #[test]
    fn cells_in_any_order_come_into_theirs_and_the_later_of_two_stays() {
        let entry = |column, text: &str| Entry {
            column,
            raw: Raw::Text(text.into()),
            face: None,
            formula: false,
            filled_from: None,
        };
        let lines = Grid::gather(vec![(3, entry(1, "b")), (1, entry(0, "a")), (3, entry(0, "c")), (3, entry(1, "d"))]);
        let read: Vec<_> = lines
            .iter()
            .map(|line| (line.number, line.cells.iter().map(|c| c.raw.shown()).collect::<String>()))
            .collect();
        assert_eq!(read, [(1, "a".to_owned()), (3, "cd".to_owned())]);
    }
}
