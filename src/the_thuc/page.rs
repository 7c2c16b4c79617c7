//! Phụ lục I, Phần I, Mục I: paper, margins, face, colour, page numbers.

use super::doc::Doc;
use super::layout::Sheet;
use super::line::{Line, is_black, is_red, mm, near, quote};
use super::marks::is_urgency;
use super::style::{Style, millimetres};
use super::table::is_box;
use super::{Finding, Rule};
use crate::engine::frames::Stroke;

pub(super) const RULES: &[Rule] = &[
    Rule::error("trang.kho_giay", "PL I, I.1", "Khổ giấy A4", "Paper is A4", paper),
    Rule::error(
        "trang.le",
        "PL I, I.3",
        "Lề trên và dưới 20–25 mm, trái 30–35 mm, phải 15–20 mm; chỉ số trang và chỉ dẫn ở ô 11 nằm trong lề",
        "Margins are 20–25 mm above and below, 30–35 mm left, 15–20 mm right; only page numbers and ô 11 stand in them",
        margins,
    ),
    Rule::error("trang.phong_chu", "PL I, I.4", "Phông chữ Times New Roman", "The face is Times New Roman", face),
    Rule::error(
        "trang.mau_muc",
        "PL I, I.4",
        "Chữ màu đen, trừ dấu mức độ khẩn",
        "All words are black but the stamps of urgency",
        ink,
    ),
    Rule::error(
        "trang.so_trang",
        "PL I, I.7; III.1.đ",
        "Số trang từ 1, không hiện ở trang thứ nhất, đánh riêng từng phụ lục",
        "Pages are numbered from 1, the first one silently, each phụ lục anew",
        numbers,
    ),
    Rule::error(
        "trang.so_trang_kieu",
        "PL I, I.7",
        "Số trang cỡ 13–14, kiểu đứng, canh giữa trong lề trên",
        "Page numbers are 13–14 pt, upright, centred in the top margin",
        number_style,
    ),
];

/// Tinos and Liberation Serif have the letters and measures of Times New Roman under a free licence.
const FACES: [&str; 3] = ["Times New Roman", "Tinos", "Liberation Serif"];

fn paper(doc: &Doc<'_>) -> Vec<Finding> {
    let is_a4 = |sheet: &Sheet<'_>| {
        let (short, long) = (sheet.width.min(sheet.height), sheet.width.max(sheet.height));
        near(short, mm(210.0), 1.0) && near(long, mm(297.0), 1.0)
    };
    doc.layout
        .sheets()
        .filter(|(_, sheet)| !is_a4(sheet))
        .map(|(page, sheet)| {
            let size = format!("{} × {} mm", millimetres(sheet.width), millimetres(sheet.height));
            let whole = (0.0, 0.0, sheet.width, sheet.height);
            Finding::on(page, whole, format!("trang {page} khổ {size}"), format!("page {page} is {size}"))
        })
        .collect()
}

/// Smallest margins: left, right, top, bottom.
type Margins = (f64, f64, f64, f64);

const LEAST: Margins = (mm(30.0), mm(15.0), mm(20.0), mm(20.0));

/// A landscape page bound like the others has its binding edge above.
const TURNED: Margins = (mm(20.0), mm(20.0), mm(30.0), mm(15.0));

/// Half a stroke's thickness may stand over an edge.
const SLACK: f64 = 0.8;

fn margins(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (page, sheet) in doc.layout.sheets() {
        let upright = outside(doc, page, sheet, LEAST);
        let turned = sheet.is_landscape() && outside(doc, page, sheet, TURNED).is_empty();
        if !turned {
            findings.extend(upright);
        }
    }
    // What is printed under a photocopy begins where that ends.
    if doc.copy.is_none() {
        findings.extend(too_wide(doc));
    }
    findings
}

/// What stands in a margin of one page.
fn outside(doc: &Doc<'_>, page: usize, sheet: &Sheet<'_>, least: Margins) -> Vec<Finding> {
    let stamps: Vec<_> =
        sheet.strokes.iter().filter(|stroke| is_box(stroke) && stroke.y < mm(20.0) && stroke.h < mm(15.0)).collect();
    let stamped = |x: f64, y: f64| {
        stamps
            .iter()
            .any(|one| x >= one.x - 1.0 && x <= one.x + one.w + 1.0 && y >= one.y - 1.0 && y <= one.y + one.h + 1.0)
    };
    let (left, right, top, bottom) =
        (least.0 - SLACK, sheet.width - least.1 + SLACK, least.2 - SLACK, sheet.height - least.3 + SLACK);
    let reach = |x0: f64, x1: f64, y0: f64, y1: f64| {
        if x0 < left {
            Some(("trái", "left", x0, least.0))
        } else if x1 > right {
            Some(("phải", "right", sheet.width - x1, least.1))
        } else if y0 < top {
            Some(("trên", "top", y0, least.2))
        } else if y1 > bottom {
            Some(("dưới", "bottom", sheet.height - y1, least.3))
        } else {
            None
        }
    };
    let mut findings = Vec::new();
    for line in doc.layout.on(page).iter().filter(|line| !line.numbers && !stamped(line.x0, line.y)) {
        if let Some((vi, en, rest, asked)) = reach(line.x0, line.x1, line.top(), line.y) {
            let (rest, asked, words) = (millimetres(rest), millimetres(asked), line.quote());
            findings.push(Finding::at(
                line,
                format!("{words} cách mép {vi} {rest} mm, ít hơn {asked} mm"),
                format!("{words} is {rest} mm from the {en} edge, less than {asked} mm"),
            ));
        }
    }
    // A ground as large as the page is no stroke.
    let ground = |one: &Stroke| one.w > 0.9 * sheet.width && one.h > 0.9 * sheet.height;
    for one in sheet.strokes.iter().filter(|one| !stamped(one.x, one.y) && !ground(one)) {
        if let Some((vi, en, rest, asked)) = reach(one.x, one.x + one.w, one.y, one.y + one.h) {
            let (rest, asked) = (millimetres(rest), millimetres(asked));
            findings.push(Finding::on(
                page,
                (one.x, one.y, one.w, one.h),
                format!("nét kẻ cách mép {vi} {rest} mm, ít hơn {asked} mm"),
                format!("a stroke is {rest} mm from the {en} edge, less than {asked} mm"),
            ));
        }
    }
    findings
}

/// Margins wider than the decree's, where the page tells them.
fn too_wide(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(sheet) = doc.layout.sheet(1).filter(|sheet| !sheet.is_landscape()) else { return Vec::new() };
    let text = |line: &&Line<'_>| !line.numbers;
    let top = doc.layout.on(1).iter().filter(text).map(Line::top).fold(f64::MAX, f64::min);
    // A text that runs on fills its pages but for a line or two held together.
    let lowest = (1..doc.main_pages).flat_map(|page| doc.layout.on(page)).map(Line::bottom).fold(0.0, f64::max);
    let upright = doc.layout.sheets().take(doc.main_pages).all(|(_, sheet)| !sheet.is_landscape());
    let full = if upright && doc.main_pages > 2 { sheet.height - lowest - 2.0 * 17.0 } else { 0.0 };
    let wide = [
        ("trái", "left", sheet.seen_left.unwrap_or_default(), mm(35.0)),
        ("phải", "right", sheet.seen_right.map_or(0.0, |x| sheet.width - x), mm(20.0)),
        ("trên", "top", if top < f64::MAX { top - 5.0 } else { 0.0 }, mm(25.0)),
        ("dưới", "bottom", full, mm(25.0)),
    ];
    wide.into_iter()
        .filter(|(_, _, margin, most)| *margin > most + SLACK)
        .map(|(vi, en, margin, most)| {
            let (margin, most) = (millimetres(margin), millimetres(most));
            Finding::new(
                format!("lề {vi} {margin} mm, nhiều hơn {most} mm"),
                format!("the {en} margin is {margin} mm, more than {most} mm"),
            )
        })
        .collect()
}

fn face(doc: &Doc<'_>) -> Vec<Finding> {
    let mut families: Vec<&str> = Vec::new();
    let mut findings = Vec::new();
    for line in &doc.layout.lines {
        for run in line.runs.iter().filter(|run| !FACES.contains(&run.family.as_str())) {
            if !families.contains(&run.family.as_str()) {
                families.push(&run.family);
                let words = quote(&run.text);
                findings.push(Finding::at(
                    line,
                    format!("{words} in bằng phông {}", run.family),
                    format!("{words} is set in {}", run.family),
                ));
            }
        }
    }
    findings
}

fn ink(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for line in &doc.layout.lines {
        let coloured = line.runs.iter().find(|run| !is_black(run.colour.as_deref()) && !run.text.trim().is_empty());
        if let Some(run) = coloured.filter(|run| !(is_urgency(&run.text) && is_red(run.colour.as_deref()))) {
            // A stamp in another colour is told by its own rule.
            if is_urgency(&run.text) {
                continue;
            }
            let (words, colour) = (quote(&run.text), run.colour.as_deref().unwrap_or("?"));
            findings.push(Finding::at(line, format!("{words} màu {colour}"), format!("{words} is {colour}")));
        }
    }
    findings
}

/// Page, the number due there (`None` on a first page), the numbers in its top margin.
fn numbered<'d>(doc: &Doc<'d>) -> Vec<(usize, Option<usize>, Vec<&'d Line<'d>>)> {
    let mut due = 0;
    (1..=doc.layout.count())
        .map(|page| {
            let first = page == 1 || doc.annexes.iter().any(|annex| *annex.pages.start() == page);
            due = if first { 1 } else { due + 1 };
            let found = doc.layout.on(page).iter().filter(|line| line.numbers).collect();
            (page, (due > 1).then_some(due), found)
        })
        .collect()
}

fn numbers(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (page, due, found) in numbered(doc) {
        match (due, found.as_slice()) {
            (None, []) => {}
            (None, [first, ..]) => findings.push(Finding::at(
                first,
                format!("trang {page} là trang thứ nhất nhưng hiện số {}", first.plain),
                format!("page {page} is a first page and shows the number {}", first.plain),
            )),
            (Some(due), [one]) if one.plain == due.to_string() => {}
            (Some(due), [one, ..]) => findings.push(Finding::at(
                one,
                format!("trang {page} mang số {}, đúng ra là {due}", one.plain),
                format!("page {page} is numbered {} where {due} is due", one.plain),
            )),
            (Some(due), []) => findings.push(Finding::on(
                page,
                (0.0, 0.0, doc.layout.sheet(page).map_or(0.0, |sheet| sheet.width), mm(20.0)),
                format!("trang {page} không có số trang {due} ở lề trên"),
                format!("page {page} has no number {due} in its top margin"),
            )),
        }
    }
    findings
}

fn number_style(doc: &Doc<'_>) -> Vec<Finding> {
    const STYLE: Style = Style { least: 13.0, most: 14.0, bold: false, italic: false };
    let mut findings = Vec::new();
    for (page, _, found) in numbered(doc) {
        let Some(sheet) = doc.layout.sheet(page) else { continue };
        for line in found {
            findings.extend(STYLE.told(line));
            // In the middle of the text or of the sheet: the decree does not say which.
            if !line.centred(sheet.axis()) && !line.centred(sheet.width / 2.0) {
                findings.push(Finding::at(
                    line,
                    format!("số trang {} không ở giữa", line.plain),
                    format!("page number {} is not in the middle", line.plain),
                ));
            }
        }
    }
    findings
}
