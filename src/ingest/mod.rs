//! Sheets in: XLSX and CSV become rows with the address of every cell.
