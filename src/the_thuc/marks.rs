//! Phụ lục I, Phần I, Mục III, khoản 2: stamps of urgency (ô 10b) and of circulation (ô 11).

use super::doc::Doc;
use super::line::{Line, is_red, mm, near};
use super::style::{HEADING, millimetres};
use super::{Finding, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::error(
        "dau_khan.khung",
        "PL I, III.2.b",
        "HỎA TỐC 30 × 8 mm, THƯỢNG KHẨN 40 × 8 mm, KHẨN 20 × 8 mm, chữ cân đối trong khung viền đơn",
        "HỎA TỐC is 30 × 8 mm, THƯỢNG KHẨN 40 × 8 mm, KHẨN 20 × 8 mm, the words in the middle of a single border",
        urgency_border,
    ),
    Rule::error(
        "dau_khan.chu",
        "PL I, III.2.b",
        "Dấu mức độ khẩn in hoa, cỡ 13–14, đứng, đậm, mực đỏ tươi",
        "A stamp of urgency is in capitals of 13–14 pt, upright, bold, bright red",
        urgency_letters,
    ),
    Rule::error(
        "dau_khan.vi_tri",
        "PL I, III.2.b; ô 10b",
        "Dấu mức độ khẩn ở bên trái, dưới số và ký hiệu",
        "A stamp of urgency stands at the left, below number and symbol",
        urgency_place,
    ),
    Rule::error(
        "luu_hanh.khung",
        "PL I, III.2.c; ô 11",
        "Chỉ dẫn phạm vi lưu hành nằm trong khung viền đơn ở góc phải trên",
        "A mark of circulation stands in a single border in the upper right corner",
        circulation_border,
    ),
    Rule::error(
        "luu_hanh.chu",
        "PL I, III.2.c",
        "Chỉ dẫn phạm vi lưu hành in hoa, cỡ 13–14, đứng, đậm",
        "A mark of circulation is in capitals of 13–14 pt, upright, bold",
        circulation_letters,
    ),
];

/// Words and width in millimetres; the decree writes `HOẢ`, the samples of offices `HỎA`.
const URGENCY: [(&str, f64); 4] = [("HỎA TỐC", 30.0), ("HOẢ TỐC", 30.0), ("THƯỢNG KHẨN", 40.0), ("KHẨN", 20.0)];

const CIRCULATION: [&str; 2] = ["LƯU HÀNH NỘI BỘ", "XEM XONG TRẢ LẠI"];

/// The words of a stamp of urgency.
pub(super) fn is_urgency(text: &str) -> bool {
    URGENCY.iter().any(|(words, _)| *words == text.trim())
}

fn urgent<'d>(doc: &Doc<'d>) -> impl Iterator<Item = (&'d Line<'d>, f64)> {
    let width = |line: &Line<'_>| URGENCY.iter().find(|(words, _)| *words == line.plain).map(|(_, width)| *width);
    doc.layout.on(1).iter().filter_map(move |line| Some((line, width(line)?)))
}

fn urgency_border(doc: &Doc<'_>) -> Vec<Finding> {
    let framed = doc.layout.stamps(1);
    let mut findings = Vec::new();
    for (line, width) in urgent(doc) {
        let words = &line.plain;
        let Some((frame, _)) = framed.iter().find(|(_, inside)| inside.is_some_and(|one| one.plain == *words)) else {
            findings.push(Finding::at(line, format!("{words} không có khung"), format!("{words} has no border")));
            continue;
        };
        if !near(frame.w, mm(width), 1.0) || !near(frame.h, mm(8.0), 1.0) {
            let size = format!("{} × {} mm", millimetres(frame.w), millimetres(frame.h));
            findings.push(Finding::at(
                line,
                format!("khung {words} cỡ {size}"),
                format!("{words} has a border of {size}"),
            ));
        } else if !line.centred(frame.x + frame.w / 2.0) {
            findings.push(Finding::at(
                line,
                format!("{words} không ở giữa khung"),
                format!("{words} is not in the middle of its border"),
            ));
        }
    }
    findings
}

fn urgency_letters(doc: &Doc<'_>) -> Vec<Finding> {
    let framed = doc.layout.stamps(1);
    let mut findings = Vec::new();
    for (line, _) in urgent(doc) {
        findings.extend(HEADING.told(line));
        let border = framed.iter().find(|(_, inside)| inside.is_some_and(|one| one.plain == line.plain));
        let pale = border.is_some_and(|(frame, _)| !is_red(frame.colour.as_deref()));
        if pale || line.runs.iter().any(|run| !is_red(run.colour.as_deref())) {
            let words = &line.plain;
            findings.push(Finding::at(line, format!("{words} không in đỏ"), format!("{words} is not red")));
        }
    }
    findings
}

fn urgency_place(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(number) = doc.number else { return Vec::new() };
    urgent(doc)
        .filter(|(line, _)| line.y < number.y || line.centre() > doc.layout.axis(line))
        .map(|(line, _)| {
            let words = &line.plain;
            Finding::at(
                line,
                format!("{words} không ở bên trái, dưới số và ký hiệu"),
                format!("{words} does not stand at the left, below the number"),
            )
        })
        .collect()
}

fn restricted<'d>(doc: &Doc<'d>) -> impl Iterator<Item = &'d Line<'d>> {
    doc.layout.on(1).iter().filter(|line| CIRCULATION.contains(&line.plain.as_ref()))
}

fn circulation_border(doc: &Doc<'_>) -> Vec<Finding> {
    let framed = doc.layout.stamps(1);
    let mut findings = Vec::new();
    for line in restricted(doc) {
        let words = &line.plain;
        match framed.iter().find(|(_, inside)| inside.is_some_and(|one| one.plain == *words)) {
            None => {
                findings.push(Finding::at(line, format!("{words} không có khung"), format!("{words} has no border")));
            }
            Some((frame, _))
                if doc.national.is_some_and(|title| frame.y + frame.h > title.y)
                    || frame.x + frame.w / 2.0 < doc.layout.axis(line) =>
            {
                findings.push(Finding::at(
                    line,
                    format!("{words} không ở góc phải trên"),
                    format!("{words} is not in the upper right corner"),
                ));
            }
            Some(_) => {}
        }
    }
    findings
}

fn circulation_letters(doc: &Doc<'_>) -> Vec<Finding> {
    HEADING.all(restricted(doc))
}
