//! Tables and the lists of those rewarded: heads that come again, totals that agree.

use super::doc::{Annex, Doc};
use super::line::{Line, words};
use super::table::Table;
use super::{Finding, HABIT, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::warning(
        "bang.dau_bang",
        HABIT,
        "Bảng sang trang thì hàng đầu bảng lặp lại",
        "A table that runs on repeats its head on every page",
        heads,
    ),
    Rule::warning(
        "bang.so_thu_tu",
        HABIT,
        "Số thứ tự trong danh sách liên tục từ 1 ở mỗi nhóm",
        "The rows of a list are numbered 1, 2, 3… in each group",
        row_numbers,
    ),
    Rule::warning(
        "bang.tong",
        HABIT,
        "Dưới danh sách có câu `(Danh sách gồm …)` đúng với số hàng",
        "Under a list a sentence `(Danh sách gồm …)` counts its rows",
        totals,
    ),
    Rule::warning(
        "bang.cong_bo",
        HABIT,
        "Số lượng nêu ở điều khen thưởng đúng với danh sách kèm theo",
        "What an article announces is what its list holds",
        announced,
    ),
];

fn heads(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pair in doc.layout.tables.windows(2) {
        let (above, below) = (&pair[0], &pair[1]);
        if !runs_on(doc, above, below) {
            continue;
        }
        let (first, again) = (above.head(doc.layout.on(above.page)), below.head(doc.layout.on(below.page)));
        if first != again {
            let page = below.page;
            let x = below.columns.first().copied().unwrap_or_default();
            let width = below.columns.last().copied().unwrap_or_default() - x;
            let end = below.rows.get(1).copied().unwrap_or(below.y1);
            findings.push(Finding::on(
                page,
                (x, below.y0, width, end - below.y0),
                format!("đầu bảng ở trang {page} khác trang trước"),
                format!("the head of the table on page {page} is not that of the page before"),
            ));
        }
    }
    findings
}

/// One table on two pages: nothing after it on the first, nothing before it on the second.
fn runs_on(doc: &Doc<'_>, above: &Table, below: &Table) -> bool {
    let text = |line: &&Line<'_>| !line.numbers;
    below.page == above.page + 1
        && above.columns.len() == below.columns.len()
        && !doc.layout.on(above.page).iter().filter(text).any(|line| line.y > above.y1)
        && !doc.layout.on(below.page).iter().filter(text).any(|line| line.y < below.y0)
}

/// Collectives, persons and households a sentence counts: `05 tập thể và 1.615 cá nhân`.
fn counted(words: &str) -> Vec<usize> {
    let count = |what: &str| {
        words.match_indices(what).find_map(|(at, _)| {
            let before = words.get(..at)?.trim_end();
            before.rsplit([' ', '(', ',']).next()?.replace('.', "").parse().ok()
        })
    };
    ["tập thể", "cá nhân", "hộ gia đình"].into_iter().filter_map(count).filter(|n| *n > 0).collect()
}

/// Numbers in the first column of a phụ lục's tables, or before its running entries, each with its line.
fn numbers<'d>(doc: &Doc<'d>, annex: &Annex<'d>) -> Vec<(usize, &'d Line<'d>)> {
    let mut found = Vec::new();
    let mut tables = false;
    for page in annex.pages.clone() {
        for table in doc.layout.tables_on(page) {
            tables = true;
            let Some(edge) = table.columns.get(1) else { continue };
            for line in doc.layout.on(page).iter().filter(|line| table.holds(line)) {
                let first = line.runs.iter().filter(|run| run.x + run.width < *edge);
                found.extend(first.filter_map(|run| Some((run.text.trim().parse().ok()?, line))));
            }
        }
    }
    if tables {
        return found;
    }
    let begins = |line: &&&Line<'_>| !doc.layout.continues(line) && !line.bold;
    let number = |line: &&'d Line<'d>| Some((line.plain.split_once('.')?.0.parse().ok()?, *line));
    annex.text.iter().filter(begins).filter_map(number).collect()
}

fn is_list(annex: &Annex<'_>) -> bool {
    annex.title.iter().any(|line| line.plain.contains("DANH SÁCH"))
}

/// Lengths of the numbered groups, or the line where the numbering breaks with the number due there.
fn groups<'d>(numbers: &[(usize, &'d Line<'d>)]) -> Result<Vec<usize>, (&'d Line<'d>, usize, usize)> {
    let mut groups: Vec<usize> = Vec::new();
    for (number, line) in numbers {
        match groups.last_mut() {
            Some(last) if *number == *last + 1 => *last = *number,
            _ if *number == 1 => groups.push(1),
            last => return Err((line, *number, last.map_or(1, |last| *last + 1))),
        }
    }
    Ok(groups)
}

fn row_numbers(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for annex in doc.annexes.iter().filter(|annex| is_list(annex)) {
        if let Err((line, number, due)) = groups(&numbers(doc, annex)) {
            findings.push(Finding::at(
                line,
                format!("hàng số {number} ở chỗ của số {due}"),
                format!("row {number} stands where {due} is due"),
            ));
        }
    }
    findings
}

fn totals(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for annex in doc.annexes.iter().filter(|annex| is_list(annex)) {
        let Ok(rows) = groups(&numbers(doc, annex)) else { continue };
        let tabled = annex.pages.clone().any(|page| !doc.layout.tables_on(page).is_empty());
        let Some(last) = annex.text.last().or(annex.title.last()).filter(|_| !rows.is_empty()) else { continue };
        let at = annex.text.iter().position(|line| line.plain.starts_with("(Danh sách"));
        let Some(sentence) = at.and_then(|at| annex.text.get(at..)) else {
            if tabled {
                findings.push(Finding::at(
                    last,
                    "dưới danh sách không có câu `(Danh sách gồm …)`",
                    "no sentence `(Danh sách gồm …)` stands under the list",
                ));
            }
            continue;
        };
        let told = counted(&words(sentence));
        if !same(&told, &rows) {
            let (told, rows) = (sums(&told), sums(&rows));
            findings.push(Finding::at(
                sentence.first().copied().unwrap_or(last),
                format!("câu tổng ghi {told}, danh sách có {rows} hàng"),
                format!("the sentence counts {told}, the list has {rows} rows"),
            ));
        }
    }
    findings
}

/// Groups stand in the order the list was asked for; a sentence names collectives first.
fn same(told: &[usize], rows: &[usize]) -> bool {
    let sorted = |numbers: &[usize]| {
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable();
        numbers
    };
    sorted(told) == sorted(rows)
}

fn sums(numbers: &[usize]) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(" + ")
}

fn announced(doc: &Doc<'_>) -> Vec<Finding> {
    let paragraphs = doc.layout.paragraphs(&doc.body);
    let announcing = paragraphs.iter().filter_map(|paragraph| {
        let text = words(paragraph);
        let told = counted(&text);
        (text.contains("(có Danh sách") && !told.is_empty()).then_some((*paragraph.first()?, told))
    });
    let lists = doc.annexes.iter().filter(|annex| is_list(annex));
    let rows = lists.filter_map(|annex| groups(&numbers(doc, annex)).ok()).filter(|rows| !rows.is_empty());
    announcing
        .zip(rows)
        .filter(|((_, told), rows)| !same(told, rows))
        .map(|((line, told), rows)| {
            let (told, rows) = (sums(&told), sums(&rows));
            Finding::at(
                line,
                format!("điều này nêu {told}, danh sách kèm theo có {rows} hàng"),
                format!("the article announces {told}, its list has {rows} rows"),
            )
        })
        .collect()
}
