//! Phụ lục I, Phần I, Mục III, khoản 1: phụ lục.

use super::doc::{Annex, Doc};
use super::levels::roman_value;
use super::line::{Line, is_upper, plain, quote, words};
use super::style::{HEADING, ITALIC, Style, millimetres, off_centre};
use super::table::{Misfit, misfit};
use super::{Finding, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::error(
        "phu_luc.chi_dan",
        "PL I, III.1.a",
        "Văn bản có phụ lục thì nội dung phải có chỉ dẫn về phụ lục đó",
        "A text with a phụ lục points to it",
        pointed_to,
    ),
    Rule::error(
        "phu_luc.so",
        "PL I, III.1.a, III.1.b",
        "Từ hai phụ lục trở lên: `Phụ lục I`, `Phụ lục II`… trên dòng riêng, cỡ 14, đứng, đậm, canh giữa",
        "Two phụ lục and more are labelled `Phụ lục I`, `Phụ lục II`… on a line of 14 pt, upright, bold, centred",
        label,
    ),
    Rule::error(
        "phu_luc.tieu_de",
        "PL I, III.1.b",
        "Tên phụ lục in hoa, cỡ 13–14, đứng, đậm, canh giữa",
        "The title of a phụ lục is in capitals of 13–14 pt, upright, bold, centred",
        title,
    ),
    Rule::error(
        "phu_luc.kem_theo",
        "PL I, III.1.c",
        "Dưới tên phụ lục: `(Kèm theo …)` ghi số, ký hiệu của chính văn bản, thời gian, cơ quan; cỡ 13–14, nghiêng, canh giữa",
        "Below the title stands `(Kèm theo …)` with this document's number, date and issuer, in 13–14 pt, italic, centred",
        reference,
    ),
    Rule::warning(
        "phu_luc.ke",
        "PL III, Mẫu 2.1, 2.2",
        "Dưới `(Kèm theo …)` có đường kẻ ngắn, cân đối",
        "A short rule stands centred under `(Kèm theo …)`",
        rule,
    ),
];

const LABEL: Style = Style { least: 14.0, most: 14.0, bold: true, italic: false };

fn numbered<'a, 'd>(doc: &'a Doc<'d>) -> impl Iterator<Item = (usize, &'a Annex<'d>)> {
    doc.annexes.iter().enumerate().map(|(index, annex)| (index + 1, annex))
}

fn page(doc: &Doc<'_>, annex: &Annex<'_>, vi: String, en: String) -> Finding {
    let page = *annex.pages.start();
    let (width, height) = doc.layout.sheet(page).map_or((0.0, 0.0), |sheet| (sheet.width, sheet.height));
    Finding::on(page, (0.0, 0.0, width, height / 4.0), vi, en)
}

fn pointed_to(doc: &Doc<'_>) -> Vec<Finding> {
    const WORDS: [&str; 3] = ["phụ lục", "danh sách", "kèm theo"];
    if doc.annexes.is_empty() || doc.body.is_empty() {
        return Vec::new();
    }
    let text = words(&doc.body).to_lowercase();
    if WORDS.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let none = "the text does not point to its phụ lục";
    vec![Finding::new("nội dung không có chỉ dẫn về phụ lục", none)]
}

fn label(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, annex) in numbered(doc) {
        let Some(line) = annex.label() else {
            if doc.annexes.len() > 1 {
                findings.push(page(
                    doc,
                    annex,
                    format!("phụ lục thứ {number} không có dòng `Phụ lục …`"),
                    format!("phụ lục {number} has no line `Phụ lục …`"),
                ));
            }
            continue;
        };
        findings.extend(LABEL.told(line));
        findings.extend(off_centre(doc, [line]));
        let numeral = line.plain.split(' ').nth(2).unwrap_or_default();
        let sound = roman_value(numeral) == Some(number) || numeral.is_empty() && doc.annexes.len() == 1;
        if !sound || !line.plain.starts_with("Phụ lục") {
            let words = line.quote();
            findings.push(Finding::at(
                line,
                format!("{words} ở đầu phụ lục thứ {number}"),
                format!("{words} heads phụ lục {number}"),
            ));
        }
    }
    findings
}

/// The title's lines without the label.
fn titled<'d>(annex: &Annex<'d>) -> Vec<&'d Line<'d>> {
    annex.title.iter().skip(usize::from(annex.label().is_some())).copied().collect()
}

fn title(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, annex) in numbered(doc) {
        let lines = titled(annex);
        // The name of a phụ lục may be left out.
        let Some(first) = lines.first() else { continue };
        findings.extend(HEADING.all(lines.iter().copied()));
        findings.extend(off_centre(doc, lines.iter().copied()));
        // A line of its subject may stand below in small letters.
        if !is_upper(&first.plain) {
            let words = first.quote();
            findings.push(Finding::at(
                first,
                format!("tên phụ lục thứ {number} {words} không in hoa"),
                format!("the title {words} of phụ lục {number} is not in capitals"),
            ));
        }
    }
    findings
}

/// `1842/QĐ-UBND` in `… số 1842/QĐ-UBND ngày …`, if it is filled in.
fn named(text: &str) -> Option<String> {
    let number: String = text.split("số ").nth(1)?.split("ngày").next()?.split_whitespace().collect();
    number.starts_with(|c: char| c.is_ascii_digit()).then_some(number)
}

fn reference(doc: &Doc<'_>) -> Vec<Finding> {
    let own = doc.number_text.strip_prefix("Số:").map(|number| plain(number).split_whitespace().collect::<String>());
    let mut findings = Vec::new();
    for (number, annex) in numbered(doc) {
        let Some(first) = annex.reference.first() else {
            findings.push(page(
                doc,
                annex,
                format!("phụ lục thứ {number} không có `(Kèm theo …)`"),
                format!("phụ lục {number} has no `(Kèm theo …)`"),
            ));
            continue;
        };
        findings.extend(ITALIC.all(annex.reference.iter().copied()));
        findings.extend(off_centre(doc, annex.reference.iter().copied()));
        let text = words(&annex.reference);
        let told = quote(&text);
        if !text.contains("ngày") || !text.ends_with(')') {
            findings.push(Finding::at(
                first,
                format!("{told} không ghi đủ số, ngày và cơ quan"),
                format!("{told} lacks number, date or issuer"),
            ));
        }
        if let (Some(other), Some(own)) = (named(&text).filter(|named| Some(named) != own.as_ref()), &own) {
            findings.push(Finding::at(
                first,
                format!("`(Kèm theo …)` ghi số `{other}`, văn bản mang số `{own}`"),
                format!("`(Kèm theo …)` names `{other}`, the document is `{own}`"),
            ));
        }
    }
    findings
}

fn rule(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, annex) in numbered(doc) {
        let Some(last) = annex.reference.last() else { continue };
        let told = match doc.layout.rules_under(last, 12.0).first() {
            None => (
                format!("dưới `(Kèm theo …)` của phụ lục thứ {number} không có đường kẻ"),
                format!("no rule stands under `(Kèm theo …)` of phụ lục {number}"),
            ),
            Some(rule) => match misfit(rule, &annex.reference) {
                None => continue,
                Some(Misfit::Length(length, _)) => {
                    let length = millimetres(length);
                    (
                        format!("đường kẻ dưới `(Kèm theo …)` dài {length} mm, không phải 1/3–1/2 dòng chữ"),
                        format!("the rule under `(Kèm theo …)` is {length} mm long, not a third to a half of the line"),
                    )
                }
                Some(Misfit::Centre(off)) => {
                    let off = millimetres(off.abs());
                    (
                        format!("đường kẻ dưới `(Kèm theo …)` lệch {off} mm"),
                        format!("the rule under `(Kèm theo …)` is {off} mm off its middle"),
                    )
                }
            },
        };
        findings.push(Finding::at(last, told.0, told.1));
    }
    findings
}
