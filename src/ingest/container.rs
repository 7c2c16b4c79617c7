//! What kind of file it is, and whether an XLSX may be opened: measured before anything is kept in memory.
//!
//! A ZIP of 10 MB can hold 10 GB of blanks, and a workbook may promise more strings than it has or repeat a
//! megabyte of font name in every style. Each part is inflated once into nothing, counted on the way.

use std::io::{Cursor, Read};

use memchr::memmem;
use zip::ZipArchive;

use crate::diagnostic::Diagnostic;

/// Strings are kept in memory, so their part is held shorter than a sheet.
const MAX_STRINGS: u64 = 64 << 20;
/// Bytes between two marks: the longest text of a cell, each character at its longest, an escape.
const LONGEST_TEXT: usize = 32_767 * 6;
/// Styles too. A sound file has a few thousand bytes, a neglected one a megabyte.
const MAX_STYLES: u64 = 8 << 20;
/// Excel writes at most 65,490 cell formats, and as many named ones.
const MAX_FORMATS: usize = 131_000;
/// Files inside a workbook.
const MAX_PARTS: usize = 5_000;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// XLSX, XLSM: a ZIP with a workbook in it.
    Workbook,
    /// Text.
    Delimited,
}

/// Tells XLSX from CSV, and names what is neither.
pub(super) fn form(bytes: &[u8], name: &str) -> Result<Form, Diagnostic> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Diagnostic::error("empty_sheet", "tệp rỗng", "the file is empty"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Form::Workbook);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(compound(bytes));
    }
    for (magic, what) in [
        (b"%PDF".as_slice(), "PDF"),
        (b"{\\rtf", "RTF"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x09\x08", "Excel (.xls)"),
        (b"<?xml", "XML"),
        (b"<html", "HTML"),
        (b"<!DOCTYPE", "HTML"),
    ] {
        if bytes.starts_with(magic) {
            return Err(resave(Diagnostic::error(
                "not_a_sheet",
                format!("tệp là {what}, không phải XLSX hay CSV"),
                format!("the file is {what}, neither XLSX nor CSV"),
            )));
        }
    }
    let sheet_name = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    if matches!(sheet_name.as_deref(), Some("xlsx" | "xlsm")) {
        return Err(damaged("not a ZIP archive"));
    }
    Ok(Form::Delimited)
}

/// OLE compound files: a workbook behind a password, or Excel 97–2003.
fn compound(bytes: &[u8]) -> Diagnostic {
    // Names of streams stand in UTF-16 in the directory.
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &wide).is_some()
    };
    if holds("EncryptedPackage") {
        Diagnostic::error(
            "sheet_encrypted",
            "tệp được bảo vệ bằng mật khẩu, không mở được",
            "the file is protected by a password and cannot be opened",
        )
        .hint(
            "trong Excel: Tệp → Thông tin → Bảo vệ sổ làm việc → Mã hóa bằng mật khẩu, xóa mật khẩu rồi lưu lại",
            "in Excel: File → Info → Protect Workbook → Encrypt with Password, clear the password and save",
        )
    } else if holds("Workbook") || holds("Book") {
        resave(Diagnostic::error(
            "old_excel",
            "tệp là Excel 97-2003 (.xls), chỉ nhận XLSX hoặc CSV",
            "the file is Excel 97-2003 (.xls); only XLSX and CSV are taken",
        ))
    } else {
        resave(Diagnostic::error(
            "not_a_sheet",
            "tệp không phải bảng tính XLSX hay CSV",
            "the file is neither an XLSX sheet nor CSV",
        ))
    }
}

/// Adds how to get a file that is taken.
fn resave(fault: Diagnostic) -> Diagnostic {
    fault.hint(
        "mở bằng Excel hoặc LibreOffice, chọn Lưu thành (Save As) → Excel Workbook (*.xlsx)",
        "open it in Excel or LibreOffice and choose Save As → Excel Workbook (*.xlsx)",
    )
}

/// A workbook no program could read.
pub(super) fn damaged(why: impl std::fmt::Display) -> Diagnostic {
    resave(Diagnostic::error(
        "sheet_damaged",
        format!("tệp XLSX bị hỏng hoặc không đúng chuẩn: {why}"),
        format!("the XLSX file is damaged or breaks its standard: {why}"),
    ))
}

/// A text no program writes.
fn endless_cell() -> Diagnostic {
    Diagnostic::error(
        "cell_too_long",
        "có ô dài hơn 32.767 ký tự, giới hạn của Excel",
        "a cell is longer than 32,767 characters, the limit of Excel",
    )
    .hint("xóa nội dung thừa trong ô đó rồi lưu lại", "take the surplus text out of that cell and save again")
}

/// What the measuring found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// A sheet may hold formulas.
    pub(super) formulas: bool,
    /// A sheet may hold merged areas.
    pub(super) merged: bool,
}

/// Measures every part of a workbook that will be read; at most `limit` bytes in all.
pub(super) fn survey(bytes: &[u8], limit: u64) -> Result<Survey, Diagnostic> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MAX_PARTS || archive.has_duplicate_names() {
        return Err(damaged("too many parts, or two of one name"));
    }
    if archive.index_for_name("mimetype").is_some() && archive.index_for_name("content.xml").is_some() {
        return Err(resave(Diagnostic::error(
            "not_a_sheet",
            "tệp là OpenDocument (.ods), chỉ nhận XLSX hoặc CSV",
            "the file is OpenDocument (.ods); only XLSX and CSV are taken",
        )));
    }
    let mut declared: u64 = 0;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(damaged)?;
        if part.encrypted() {
            return Err(Diagnostic::error(
                "sheet_encrypted",
                "tệp được bảo vệ bằng mật khẩu, không mở được",
                "the file is protected by a password and cannot be opened",
            ));
        }
        declared = declared.saturating_add(part.size());
    }
    if declared > limit {
        return Err(bomb(limit));
    }
    let mut found = Survey::default();
    let mut left = limit;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        // Pictures and the like are never inflated.
        if name.ends_with(".xml") || name.ends_with(".rels") {
            left -= measure(part, &name, left, limit, &mut found)?;
        }
    }
    Ok(found)
}

/// Inflates one part into nothing and gives its true size, which is at most `left`.
fn measure(part: impl Read, name: &str, left: u64, limit: u64, found: &mut Survey) -> Result<u64, Diagnostic> {
    let cap = if name.ends_with("sharedstrings.xml") {
        MAX_STRINGS
    } else if name.ends_with("styles.xml") {
        MAX_STYLES
    } else {
        u64::MAX
    };
    let cap = cap.min(left);
    let mut scan = Scan::default();
    let mut part = part.take(cap + 1);
    let mut buffer = vec![0; Scan::KEPT + (64 << 10)];
    let mut kept = 0;
    let mut size: u64 = 0;
    let mut run = 0;
    loop {
        let read = part.read(&mut buffer[kept..]).map_err(damaged)?;
        if read == 0 {
            break;
        }
        size += read as u64;
        if size > cap {
            return Err(bomb(limit.min(cap)));
        }
        // A text so long is in no cell of a spreadsheet program, and reading it would hold up everyone.
        let fresh = &buffer[kept..kept + read];
        run = match (memchr::memchr(b'<', fresh), memchr::memrchr(b'<', fresh)) {
            (Some(first), Some(last)) if run + first <= LONGEST_TEXT => fresh.len() - last,
            (None, None) if run + fresh.len() <= LONGEST_TEXT => run + fresh.len(),
            _ => return Err(endless_cell()),
        };
        let end = kept + read;
        scan.look(&buffer[..end], kept)?;
        // What straddles two readings is looked at again.
        let start = end.saturating_sub(Scan::KEPT);
        buffer.copy_within(start..end, 0);
        kept = end - start;
    }
    if scan.promised.is_some_and(|strings| strings > size / 5 + 16) {
        return Err(damaged("it promises more strings than it has"));
    }
    if name.ends_with("styles.xml") && scan.formats > MAX_FORMATS {
        return Err(damaged("it has more cell formats than Excel allows"));
    }
    // Sheets may lie anywhere in the archive.
    if !["styles.xml", "sharedstrings.xml", ".rels", "theme1.xml"].iter().any(|end| name.ends_with(end)) {
        found.formulas |= scan.formulas;
        found.merged |= scan.merged;
    }
    Ok(size)
}

/// What is looked for while a part is measured.
#[derive(Default)]
struct Scan {
    promised: Option<u64>,
    formats: usize,
    formulas: bool,
    merged: bool,
}

impl Scan {
    /// Longest tag with a font's name or a number format: Excel allows 31 and 255 characters.
    const MAX_NAME: usize = 4_096;
    /// Bytes looked at twice: longer than anything looked for.
    const KEPT: usize = Self::MAX_NAME + 64;

    /// Looks through one reading, whose first `kept` bytes were the end of the one before.
    fn look(&mut self, bytes: &[u8], kept: usize) -> Result<(), Diagnostic> {
        // Other character tables, declarations of entities: no office program writes them into a workbook.
        if memchr::memchr(0, bytes).is_some() || memmem::find(bytes, b"<!DOCTYPE").is_some() {
            return Err(damaged("a part is not plain UTF-8 XML"));
        }
        for at in memmem::find_iter(bytes, b"uniqueCount") {
            let tail = &bytes[at..];
            let digits: String = tail
                .iter()
                .skip_while(|byte| !byte.is_ascii_digit() && **byte != b'>')
                .take_while(|byte| byte.is_ascii_digit())
                .map(|byte| char::from(*byte))
                .collect();
            let count = if digits.is_empty() && tail.len() < 256 { 0 } else { digits.parse().unwrap_or(u64::MAX) };
            self.promised = Some(self.promised.unwrap_or(0).max(count));
        }
        let fresh = &bytes[kept.saturating_sub(2)..];
        self.formats += memmem::find_iter(fresh, b"<xf").count() + memmem::find_iter(fresh, b":xf").count();
        // `<f>`, also with a prefix; `<fileVersion>` and `<formula1>` are others.
        let tag = |at: usize| matches!(bytes.get(at + 2), Some(b'>' | b' ' | b'/'));
        self.formulas |= memmem::find_iter(bytes, b"<f").any(tag) || memmem::find_iter(bytes, b":f").any(tag);
        self.merged |= memmem::find(bytes, b"mergeCell").is_some();
        for name in [b"name ".as_slice(), b"numFmt "] {
            for at in memmem::find_iter(bytes, name) {
                let tag = &bytes[at..];
                if tag.len() > Self::MAX_NAME && memchr::memchr(b'>', &tag[..Self::MAX_NAME]).is_none() {
                    return Err(damaged("a font or number format has an endless name"));
                }
            }
        }
        Ok(())
    }
}

fn bomb(limit: u64) -> Diagnostic {
    let limit = limit >> 20;
    Diagnostic::error(
        "sheet_too_large",
        format!("giải nén ra lớn hơn {limit} MB: không mở"),
        format!("it inflates to more than {limit} MB and is not opened"),
    )
    .hint(
        "chép riêng vùng có dữ liệu sang một tệp mới (Ctrl+A thường lấy cả hàng triệu dòng trống có định dạng)",
        "copy only the cells with data into a new file; formatted empty rows are often the reason",
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).expect("a new part");
            writer.write_all(bytes).expect("memory takes it");
        }
        writer.finish().expect("a sound archive").into_inner()
    }

    fn code(parts: &[(&str, &[u8])], limit: u64) -> String {
        survey(&archive(parts), limit).err().map_or_else(String::new, |fault| fault.code.into_owned())
    }

    #[test]
    fn a_part_that_inflates_beyond_the_limit_is_refused() {
        let blanks = b"<c/>".repeat(3 << 18);
        assert_eq!(code(&[("xl/worksheets/sheet1.xml", &blanks)], 2 << 20), "sheet_too_large");
        assert_eq!(code(&[("xl/worksheets/sheet1.xml", &blanks)], 4 << 20), "");
        assert_eq!(code(&[("xl/a.xml", &blanks), ("xl/b.xml", &blanks)], 5 << 20), "sheet_too_large");
    }

    #[test]
    fn a_text_no_cell_can_hold_is_refused() {
        let endless = vec![b' '; 3 << 20];
        assert_eq!(code(&[("xl/worksheets/sheet1.xml", &endless)], 4 << 20), "cell_too_long");
    }

    #[test]
    fn a_part_larger_than_it_declares_is_refused_too() {
        let blanks = vec![b' '; 3 << 20];
        let mut bytes = archive(&[("xl/a.xml", &blanks)]);
        // The declared sizes, in the local header and in the directory, are made small.
        let true_size = u32::to_le_bytes(3 << 20);
        let places: Vec<usize> = memmem::find_iter(&bytes, &true_size).collect();
        assert_eq!(places.len(), 2);
        for at in places {
            bytes[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
        }
        assert!(survey(&bytes, 2 << 20).is_err());
    }

    #[test]
    fn promises_of_strings_that_are_not_there_are_refused() {
        let lie = br#"<sst uniqueCount="9999999999"><si><t>a</t></si></sst>"#;
        assert_eq!(code(&[("xl/sharedStrings.xml", lie)], 1 << 20), "sheet_damaged");
        let sound = br#"<sst count="1" uniqueCount="1"><si><t>a</t></si></sst>"#;
        assert_eq!(code(&[("xl/sharedStrings.xml", sound)], 1 << 20), "");
    }

    #[test]
    fn styles_beyond_what_excel_allows_are_refused() {
        let many = [b"<xf/>".repeat(MAX_FORMATS + 1), b"<x>".to_vec()].concat();
        assert_eq!(code(&[("xl/styles.xml", &many)], 8 << 20), "sheet_damaged");
        let few = b"<xf/>".repeat(MAX_FORMATS - 1);
        assert_eq!(code(&[("xl/styles.xml", &few)], 8 << 20), "");
        let long = [b"<name val=\"".to_vec(), vec![b'x'; 100_000], b"\"/>".to_vec()].concat();
        assert_eq!(code(&[("xl/styles.xml", &long)], 8 << 20), "sheet_damaged");
    }

    #[test]
    fn declared_entities_are_refused() {
        assert_eq!(code(&[("xl/workbook.xml", b"<!DOCTYPE a [<!ENTITY b \"c\">]>")], 1 << 20), "sheet_damaged");
    }

    #[test]
    fn formulas_and_merged_areas_are_noticed() {
        let found =
            |xml: &[u8]| survey(&archive(&[("xl/worksheets/sheet1.xml", xml)]), 1 << 20).expect("a sound archive");
        assert_eq!(found(b"<c><f>A1</f></c>"), Survey { formulas: true, merged: false });
        assert_eq!(found(b"<mergeCells/>"), Survey { formulas: false, merged: true });
        assert_eq!(found(b"<c><v>1</v></c>"), Survey::default());
    }

    #[test]
    fn files_of_other_kinds_are_named() {
        for (bytes, told) in [
            (b"%PDF-1.7".as_slice(), "not_a_sheet"),
            (b"  \n", "empty_sheet"),
            (b"", "empty_sheet"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\0o\0r\0k\0b\0o\0o\0k\0", "old_excel"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_a_sheet"),
        ] {
            assert_eq!(form(bytes, "a.csv").expect_err("refused").code, told);
        }
        assert_eq!(form(b"a;b", "a.csv"), Ok(Form::Delimited));
        assert_eq!(form(b"a;b", "a.xlsx").expect_err("refused").code, "sheet_damaged");
        assert_eq!(form(b"PK\x03\x04", "a.xlsx"), Ok(Form::Workbook));
    }
}
