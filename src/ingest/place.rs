//! Places in a sheet, as a spreadsheet shows them.

use crate::diagnostic::Cell;

/// Columns a spreadsheet has: A to XFD.
pub(super) const MAX_COLUMNS: u32 = 16_384;

/// Letters of a column from 0: `A`, `Z`, `AA`.
pub(super) fn letters(column: u32) -> String {
    let mut out = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        // Below 26: fits a byte.
        out.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    out.iter().rev().copied().map(char::from).collect()
}

/// The column of some letters, from 0; none if they are no column of a spreadsheet.
pub(super) fn column(letters: &str) -> Option<u32> {
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let number = letters.bytes().fold(0, |sum, byte| sum * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1);
    (number <= MAX_COLUMNS).then(|| number - 1)
}

/// A cell: row from 1, column from 0.
pub(super) fn cell(sheet: &str, row: u32, column: u32) -> Cell {
    Cell { sheet: sheet.to_owned(), address: address(row, column) }
}

/// `C12`.
pub(super) fn address(row: u32, column: u32) -> String {
    format!("{}{row}", letters(column))
}

/// Row from 1 and column from 0 of `C12`; the column is none for a row alone, the row for a column alone.
pub(super) fn parse(address: &str) -> (Option<u32>, Option<u32>) {
    let digits = address.find(|c: char| c.is_ascii_digit()).unwrap_or(address.len());
    (address[digits..].parse().ok().filter(|row| *row > 0), column(&address[..digits]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_follow_the_spreadsheet() {
        for (number, text) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
        {
            assert_eq!(letters(number), text);
            assert_eq!(column(text), Some(number));
        }
        for text in ["", "XFE", "ÂB", "A1", "AAAA"] {
            assert_eq!(column(text), None, "{text}");
        }
    }

    #[test]
    fn rows_and_columns_stand_alone_too() {
        assert_eq!(parse("C12"), (Some(12), Some(2)));
        assert_eq!(parse("12"), (Some(12), None));
        assert_eq!(parse("AB"), (None, Some(27)));
        assert_eq!(parse("A0"), (None, Some(0)));
    }

    proptest! {
        #[test]
        fn addresses_read_back(row in 1_u32..1_048_577, number in 0_u32..MAX_COLUMNS) {
            prop_assert_eq!(parse(&address(row, number)), (Some(row), Some(number)));
        }
    }
}
