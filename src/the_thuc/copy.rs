//! Phụ lục I, Phần II, Mục II: what a copy on paper adds under the copied text (Mẫu 3.1).

use super::doc::Doc;
use super::head::symbol_of;
use super::line::{Line, near};
use super::style::{HEADING, millimetres, off_axis};
use super::{Finding, Rule, head, page, recipients, sign};

/// Rules of copies alone.
const OWN: &[Rule] = &[
    Rule::error(
        "sao.ke",
        "PL I, Phần II, II.2.a",
        "Trên phần ghi của bản sao có đường kẻ nét liền dài hết chiều ngang vùng trình bày",
        "Above the parts of a copy runs a solid rule as wide as the text",
        rule_above,
    ),
    Rule::error(
        "sao.hinh_thuc",
        "PL I, Phần II, II.1.a, II.2.b; Mẫu 3.1",
        "`SAO Y`, `SAO LỤC` hoặc `TRÍCH SAO` in hoa, cỡ 13–14, đứng, đậm, ngang tên cơ quan, canh giữa với địa danh và thời gian",
        "`SAO Y`, `SAO LỤC` or `TRÍCH SAO` is in capitals of 13–14 pt, upright, bold, level with the agency, centred on place and date",
        name,
    ),
    Rule::error(
        "sao.ky_hieu",
        "PL I, Phần II, II.1.c; PL III.I",
        "Ký hiệu bản sao bắt đầu bằng chữ viết tắt tên loại bản sao: SY, SL, TrS",
        "The symbol of a copy begins with the abbreviation of its form: SY, SL, TrS",
        symbol,
    ),
    Rule::error(
        "sao.mot_to",
        "PL I, Phần II, II.2.a",
        "Các thành phần của bản sao nằm trên cùng một tờ giấy",
        "All parts of a copy stand on one sheet",
        one_sheet,
    ),
];

/// Of the rules of documents those that Phần II, II.2.c refers to.
const SHARED: &[&str] = &[
    "co_quan.chu",
    "co_quan.ke",
    "so.chu",
    "so.vi_tri",
    "so.dinh_dang",
    "so.ky_hieu",
    "so.nam",
    "ngay.chu",
    "ngay.vi_tri",
    "ngay.dinh_dang",
    "ngay.dau_phay",
    "ky.chu",
    "ky.vi_tri",
    "ky.quyen_han",
    "ky.cho_ky",
    "ky.dau",
    "noi_nhan.chu",
    "noi_nhan.vi_tri",
    "noi_nhan.danh_sach",
    "noi_nhan.luu",
    "noi_nhan.luu_vt",
];

/// Every rule a copy is held to: the sheet, its own, and those of the parts it has in common with documents.
pub(super) fn rules() -> Vec<Rule> {
    let parts = [head::RULES, sign::RULES, recipients::RULES].concat();
    let shared = parts.into_iter().filter(|rule| SHARED.contains(&rule.id));
    page::RULES.iter().chain(OWN).copied().chain(shared).collect()
}

/// Forms of copies with their abbreviations.
const FORMS: [(&str, &str); 3] = [("SAO Y", "SY"), ("SAO LỤC", "SL"), ("TRÍCH SAO", "TrS")];

/// Whether a line is the form of a copy.
pub(super) fn is_form(line: &Line<'_>) -> bool {
    let words = line.plain.to_uppercase();
    FORMS.iter().any(|(name, _)| words == *name)
}

fn rule_above(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(copy) = &doc.copy else { return Vec::new() };
    let Some(name) = copy.name else { return Vec::new() };
    let Some(rule) = copy.rule else {
        return vec![Finding::at(
            name,
            "trên hình thức sao không có đường kẻ",
            "no rule is drawn above the form of the copy",
        )];
    };
    let Some(sheet) = doc.layout.sheet(name.page) else { return Vec::new() };
    // The text's own edges where the page shows them; else those the decree allows.
    let least = sheet.width - super::line::mm(35.0 + 20.0);
    let asked = match (sheet.seen_left, sheet.seen_right) {
        (Some(left), Some(right)) => (right - left).max(least),
        _ => least,
    };
    if rule.w >= asked - 1.5 {
        return Vec::new();
    }
    let (length, asked) = (millimetres(rule.w), millimetres(asked));
    vec![Finding::at(
        name,
        format!("đường kẻ trên hình thức sao dài {length} mm, vùng trình bày rộng {asked} mm"),
        format!("the rule above the form is {length} mm long, the text is {asked} mm wide"),
    )]
}

fn name(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.copy.as_ref().and_then(|copy| copy.name) else {
        return vec![Finding::new(
            "không có hình thức sao `SAO Y`, `SAO LỤC` hoặc `TRÍCH SAO`",
            "there is no form `SAO Y`, `SAO LỤC` or `TRÍCH SAO`",
        )];
    };
    let mut findings: Vec<Finding> = HEADING.told(line).into_iter().collect();
    if !FORMS.iter().any(|(form, _)| line.plain == *form) {
        let words = line.quote();
        findings.push(Finding::at(line, format!("{words} không in hoa"), format!("{words} is not in capitals")));
    }
    if doc.agency.first().is_some_and(|first| !near(first.y, line.y, 3.0)) {
        findings.push(Finding::at(
            line,
            "hình thức sao không ngang hàng với tên cơ quan",
            "the form of the copy is not level with the agency",
        ));
    }
    if let Some(date) = doc.date.first() {
        findings.extend(off_axis(date.centre(), [line]));
    }
    findings
}

fn symbol(doc: &Doc<'_>) -> Vec<Finding> {
    let form = doc.copy.as_ref().and_then(|copy| copy.name).map(|line| line.plain.to_uppercase());
    let (Some(line), Some(symbol)) = (doc.number, symbol_of(doc)) else { return Vec::new() };
    let Some((name, short)) = FORMS.iter().find(|(name, _)| form.as_deref() == Some(*name)) else { return Vec::new() };
    let first = symbol.split('-').next().unwrap_or_default().trim().to_owned();
    if first == *short || first.contains('…') {
        return Vec::new();
    }
    vec![Finding::at(
        line,
        format!("ký hiệu bắt đầu bằng `{first}`, chữ viết tắt của `{name}` là `{short}`"),
        format!("the symbol begins with `{first}`, the abbreviation of `{name}` is `{short}`"),
    )]
}

fn one_sheet(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(home) = doc.copy.as_ref().and_then(|copy| copy.name) else { return Vec::new() };
    let after = doc.layout.lines.iter().find(|line| line.page > home.page && !line.numbers);
    after
        .map(|line| {
            let words = line.quote();
            Finding::at(
                line,
                format!("{words} ở trang {}, hình thức sao ở trang {}", line.page, home.page),
                format!("{words} is on page {}, the form of the copy on page {}", line.page, home.page),
            )
        })
        .into_iter()
        .collect()
}
