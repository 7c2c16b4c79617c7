//! Where pages and lines turn: headings at a foot, lone lines, lone syllables. Craft, not law.

use super::doc::Doc;
use super::line::Line;
use super::{Finding, HABIT, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::warning(
        "ngat_trang.tieu_de",
        HABIT,
        "Tiêu đề không đứng cuối trang, tách khỏi nội dung của nó",
        "No heading stands at the foot of a page without its text",
        lone_heading,
    ),
    Rule::warning(
        "ngat_trang.dong_cuoi",
        HABIT,
        "Dòng cuối của đoạn không đứng một mình ở đầu trang",
        "The last line of a paragraph does not stand alone at the top of a page",
        widow,
    ),
    Rule::warning(
        "ngat_trang.dong_dau",
        HABIT,
        "Dòng đầu của đoạn không đứng một mình ở cuối trang",
        "The first line of a paragraph does not stand alone at the foot of a page",
        orphan,
    ),
    Rule::warning(
        "ngat_dong.am_tiet_le",
        HABIT,
        "Dòng cuối của đoạn không chỉ có một âm tiết ngắn",
        "The last line of a paragraph is more than one short syllable",
        runt,
    ),
];

fn lone_heading(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for paragraphs in doc.paragraphs() {
        for pair in paragraphs.windows(2) {
            let (Some(heading), Some(next)) = (pair[0].last(), pair[1].first()) else { continue };
            let alone = pair[0].iter().all(|line| line.bold)
                && next.page > heading.page
                // A table below it is text as well.
                && !doc.layout.tables_on(heading.page).iter().any(|table| table.y0 > heading.y);
            if alone {
                let words = heading.quote();
                findings.push(Finding::at(
                    heading,
                    format!("tiêu đề {words} đứng cuối trang {}", heading.page),
                    format!("the heading {words} stands at the foot of page {}", heading.page),
                ));
            }
        }
    }
    findings
}

/// Paragraphs parted by one page break: lines before and after it.
fn parted<'d>(doc: &Doc<'d>) -> Vec<(Vec<&'d Line<'d>>, usize)> {
    let mut found = Vec::new();
    for paragraph in doc.paragraphs().into_iter().flatten() {
        let Some(page) = paragraph.first().map(|line| line.page) else { continue };
        let before = paragraph.iter().take_while(|line| line.page == page).count();
        if before < paragraph.len() {
            found.push((paragraph, before));
        }
    }
    found
}

fn widow(doc: &Doc<'_>) -> Vec<Finding> {
    let alone = parted(doc).into_iter().filter_map(|(lines, before)| {
        let last = *lines.last()?;
        (before + 1 == lines.len()).then(|| {
            let words = last.quote();
            Finding::at(
                last,
                format!("dòng cuối đoạn {words} đứng một mình ở đầu trang {}", last.page),
                format!("the last line {words} stands alone at the top of page {}", last.page),
            )
        })
    });
    alone.collect()
}

fn orphan(doc: &Doc<'_>) -> Vec<Finding> {
    let alone = parted(doc).into_iter().filter_map(|(lines, before)| {
        let first = *lines.first()?;
        (before == 1 && lines.len() > 2).then(|| {
            let words = first.quote();
            Finding::at(
                first,
                format!("dòng đầu đoạn {words} đứng một mình ở cuối trang {}", first.page),
                format!("the first line {words} stands alone at the foot of page {}", first.page),
            )
        })
    });
    alone.collect()
}

/// Letters of a syllable too short to be a line.
const SHORT: usize = 4;

fn runt(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for paragraph in doc.paragraphs().into_iter().flatten() {
        let Some(last) = paragraph.last().filter(|_| paragraph.len() > 1) else { continue };
        let letters = last.plain.chars().filter(|c| c.is_alphanumeric()).count();
        if !last.plain.contains(' ') && letters <= SHORT {
            let words = last.quote();
            findings.push(Finding::at(
                last,
                format!("dòng cuối đoạn chỉ có {words}"),
                format!("the last line of a paragraph is {words} alone"),
            ));
        }
    }
    findings
}
