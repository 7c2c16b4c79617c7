//! Phụ lục I, Phần I, Mục II, khoản 9: Nơi nhận (ô 9b).

use super::doc::{Doc, MINUTES};
use super::line::{near, quote, words};
use super::style::{Style, level, millimetres};
use super::{Finding, HABIT, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::error(
        "noi_nhan.chu",
        "PL I, II.9.d",
        "`Nơi nhận:` trên dòng riêng, cỡ 12, nghiêng, đậm, sau có dấu hai chấm",
        "`Nơi nhận:` stands on a line of its own in 12 pt, italic, bold, with a colon",
        title,
    ),
    Rule::error(
        "noi_nhan.vi_tri",
        "PL I, II.9.d",
        "`Nơi nhận:` sát lề trái, ngang hàng với quyền hạn, chức vụ của người ký",
        "`Nơi nhận:` begins at the left edge, level with the signer's authority",
        place,
    ),
    Rule::error(
        "noi_nhan.danh_sach",
        "PL I, II.9.d",
        "Phần liệt kê cỡ 11, đứng; mỗi dòng có gạch đầu dòng sát lề trái, cuối dòng dấu chấm phẩy",
        "The list is 11 pt, upright; each entry has a dash at the left edge and ends with a semicolon",
        list,
    ),
    Rule::error(
        "noi_nhan.luu",
        "PL I, II.9.d",
        "Dòng cuối cùng là `- Lưu: …`, kết thúc bằng dấu chấm",
        "The last entry is `- Lưu: …`, ending with a full stop",
        kept,
    ),
    Rule::warning(
        "noi_nhan.luu_vt",
        "PL I, II.9.d",
        "Sau `Lưu:` cách chữ rồi đến `VT`",
        "After `Lưu:` come a space and `VT`",
        kept_at,
    ),
    Rule::error(
        "noi_nhan.nhu_tren",
        "PL I, II.9.b",
        "Văn bản có `Kính gửi` thì dòng đầu của nơi nhận là `- Như trên;`",
        "Where a document is addressed, the first entry is `- Như trên;`",
        as_above,
    ),
    Rule::warning(
        "noi_nhan.nhu_dieu",
        HABIT,
        "Dòng đầu nơi nhận của quyết định, nghị quyết là `- Như Điều …;`",
        "The first entry of a decision is `- Như Điều …;`",
        as_article,
    ),
];

const TITLE: Style = Style { least: 12.0, most: 12.0, bold: true, italic: true };
const ENTRY: Style = Style { least: 11.0, most: 11.0, bold: false, italic: false };

fn title(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.recipients_title else {
        return vec![Finding::new("không có dòng `Nơi nhận:`", "there is no line `Nơi nhận:`")];
    };
    let mut findings: Vec<Finding> = TITLE.told(line).into_iter().collect();
    if !line.plain.ends_with(':') {
        findings.push(Finding::at(line, "sau `Nơi nhận` không có dấu hai chấm", "no colon follows `Nơi nhận`"));
    }
    findings
}

fn place(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.recipients_title else { return Vec::new() };
    let mut findings = Vec::new();
    let off = line.x0 - doc.left(line);
    if off.abs() > 1.0 {
        let off = millimetres(off.abs());
        findings.push(Finding::at(
            line,
            format!("`Nơi nhận:` cách lề trái {off} mm"),
            format!("`Nơi nhận:` stands {off} mm from the left edge"),
        ));
    }
    let first = doc.signers.first().and_then(|signer| signer.titles.first());
    if let Some(first) = first.filter(|first| !level(first, line) && !doc.is(MINUTES)) {
        findings.push(Finding::at(
            first,
            "quyền hạn, chức vụ của người ký không ngang hàng với `Nơi nhận:`",
            "the signer's authority is not level with `Nơi nhận:`",
        ));
    }
    findings
}

fn list(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(title) = doc.recipients_title else { return Vec::new() };
    if doc.recipients.is_empty() {
        return vec![Finding::at(title, "dưới `Nơi nhận:` không có gì", "nothing stands below `Nơi nhận:`")];
    }
    let mut findings = ENTRY.all(doc.recipients.iter().flatten().copied());
    let end = doc.recipients.len() - 1;
    let first_dash = doc.recipients.first().and_then(|entry| entry.first());
    for (index, entry) in doc.recipients.iter().enumerate() {
        let (Some(first), all) = (entry.first(), words(entry)) else { continue };
        let told = quote(&all);
        if !all.starts_with("- ") {
            findings.push(Finding::at(
                first,
                format!("nơi nhận {told} không có gạch đầu dòng"),
                format!("the entry {told} has no dash"),
            ));
        }
        if index != end && !all.ends_with(';') {
            findings.push(Finding::at(
                first,
                format!("nơi nhận {told} không kết thúc bằng `;`"),
                format!("the entry {told} does not end with `;`"),
            ));
        }
    }
    if let Some(first) = first_dash.filter(|first| !near(first.x0, doc.left(first), 1.0)) {
        findings.push(Finding::at(
            first,
            "gạch đầu dòng của nơi nhận không sát lề trái",
            "the dashes of the list are not at the left edge",
        ));
    }
    findings
}

fn kept(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(last) = doc.recipients.last() else { return Vec::new() };
    let all = words(last);
    let told = quote(&all);
    let mut findings = Vec::new();
    for entry in doc.recipients.iter().rev().skip(1) {
        if let Some(first) = entry.first().filter(|first| is_kept(&first.plain)) {
            findings.push(Finding::at(first, "`Lưu` không ở dòng cuối cùng", "`Lưu` is not the last entry"));
        }
    }
    if let Some(first) = last.first() {
        if !is_kept(&all) && findings.is_empty() {
            findings.push(Finding::at(
                first,
                format!("nơi nhận kết thúc bằng {told}, không phải `- Lưu: …`"),
                format!("the list ends with {told} and not with `- Lưu: …`"),
            ));
        } else if is_kept(&all) && !all.ends_with('.') {
            findings.push(Finding::at(
                first,
                format!("{told} không kết thúc bằng dấu chấm"),
                format!("{told} does not end with a full stop"),
            ));
        }
    }
    findings
}

fn is_kept(entry: &str) -> bool {
    entry.trim_start_matches('-').trim_start().starts_with("Lưu:")
}

fn kept_at(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(last) = doc.recipients.last() else { return Vec::new() };
    let all = words(last);
    let (Some(first), Some((_, what))) = (last.first(), all.split_once("Lưu:")) else { return Vec::new() };
    if what.starts_with(" VT") {
        return Vec::new();
    }
    let told = quote(&all);
    vec![Finding::at(
        first,
        format!("{told} không có dạng `- Lưu: VT, ….`"),
        format!("{told} is not of the form `- Lưu: VT, ….`"),
    )]
}

fn as_above(doc: &Doc<'_>) -> Vec<Finding> {
    first_entry(doc, !doc.addressees.is_empty() && !doc.decides(), "- Như trên")
}

fn as_article(doc: &Doc<'_>) -> Vec<Finding> {
    first_entry(doc, doc.decides(), "- Như Điều")
}

fn first_entry(doc: &Doc<'_>, due: bool, begins: &str) -> Vec<Finding> {
    let Some((first, all)) = doc.recipients.first().and_then(|entry| Some((entry.first()?, words(entry)))) else {
        return Vec::new();
    };
    if !due || all.starts_with(begins) || doc.recipients.len() < 2 {
        return Vec::new();
    }
    let told = quote(&all);
    vec![Finding::at(
        first,
        format!("nơi nhận bắt đầu bằng {told}, không phải `{begins} …`"),
        format!("the list begins with {told} and not with `{begins} …`"),
    )]
}
