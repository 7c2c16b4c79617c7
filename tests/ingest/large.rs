//! Large sheets: time, and memory measured in a process of their own.

use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::time::Instant;

use vinhdanh::ingest::{self, ReadOptions, Sheet};

use super::bad::{SHEET, with_part};
use super::{people, table, workbook};

/// Kilobytes of one line of this process's status.
fn kilobytes(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|found| found.strip_prefix(line)).expect("the line");
    line.trim_start_matches(':').split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

/// Reads with the memory told that was held beyond what was held before, kB.
fn measured(name: &str, bytes: &[u8]) -> (Sheet, u64) {
    let columns = people();
    // The peak is counted anew from here.
    fs::write("/proc/self/clear_refs", "5").expect("one's own process");
    let (before, start) = (kilobytes("VmRSS"), Instant::now());
    let sheet = ingest::read(bytes, "a.xlsx", &columns, &ReadOptions::default()).expect("read");
    let (took, grown) = (start.elapsed(), kilobytes("VmHWM").saturating_sub(before));
    println!("{name}: {took:?}, {grown} kB more, file {} kB", bytes.len() >> 10);
    (sheet, grown)
}

/// Other tests of this process would be measured too.
#[track_caller]
fn alone(test: &str) {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "--ignored", "--nocapture", &format!("ingest::large::{test}")])
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
    println!("{text}");
}

#[test]
fn a_million_empty_rows_with_style_are_passed_over() {
    alone("a_million_empty_rows");
}

#[test]
fn ten_thousand_rows_take_little_time_and_memory() {
    alone("ten_thousand_rows");
}

#[test]
#[ignore = "run by its parent in a process of its own"]
fn a_million_empty_rows() {
    let sound = table(&[&["Tên", "Loại"], &["Lò Văn Ò", "CN"]]);
    let bytes = with_part(&sound, SHEET, |xml| {
        let (head, tail) = xml.split_once("</sheetData>").expect("rows");
        let mut out = head.as_bytes().to_vec();
        for row in 3..=1_048_576 {
            write!(out, r#"<row r="{row}" s="1" customFormat="1">"#).expect("memory takes it");
            for column in ["A", "B", "C"] {
                write!(out, r#"<c r="{column}{row}" s="1"/>"#).expect("memory takes it");
            }
            out.extend(b"</row>");
        }
        [out.as_slice(), b"</sheetData>", tail.as_bytes()].concat()
    });
    let (sheet, grown) = measured("1,048,576 styled rows", &bytes);
    assert_eq!((sheet.rows.len(), sheet.faults.len()), (1, 0));
    assert!(grown < 16 << 10, "{grown} kB more");
}

#[test]
#[ignore = "run by its parent in a process of its own"]
fn ten_thousand_rows() {
    let bytes = workbook(|sheet| {
        let heads =
            ["STT", "Danh xưng", "Họ và tên", "Chức vụ", "Đơn vị công tác", "Phân loại", "Số CCCD", "Thành tích"];
        for (column, text) in (0..).zip(heads) {
            sheet.write_string(0, column, text).expect("written");
        }
        for row in 1..=10_000_u32 {
            sheet.write_number(row, 0, row).expect("written");
            let cells = [
                "Ông".to_owned(),
                format!("Lò Văn Thử {row}"),
                "Giáo viên".to_owned(),
                format!("Trường Tiểu học số {}", row % 97),
                "Cá nhân".to_owned(),
                format!("0141{row:08}"),
                "Có thành tích xuất sắc trong phong trào thi đua yêu nước năm 2021".to_owned(),
            ];
            for (column, text) in (1..).zip(cells) {
                sheet.write_string(row, column, text).expect("written");
            }
        }
    });
    let (sheet, grown) = measured("10,000 rows of 8 cells", &bytes);
    assert_eq!((sheet.rows.len(), sheet.faults.len(), sheet.warnings.len()), (10_000, 0, 0));
    assert_eq!(sheet.cell(9_999, "/ten").expect("a cell").address, "C10001");
    assert!(grown < 64 << 10, "{grown} kB more");
}
