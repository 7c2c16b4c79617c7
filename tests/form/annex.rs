//! Phụ lục I, Phần I, Mục III, khoản 1: phụ lục and the lists in them.

use vinhdanh::engine::frames::Pages;

use super::lines::{Form, Line, Table, is_upper, joined, rule_fits};
use super::{Broken, Rule, holds, run, sheet};

pub const RULES: &[Rule] =
    &[("annex_head", annex_head), ("header_row", header_row), ("totals", totals), ("announced", announced)];

const ROMAN: [&str; 12] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

/// `Phụ lục I` where there are two or more; the title in capitals; `(Kèm theo …)` with the number and date of page 1.
fn annex_head(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let mut faults = Vec::new();
    for (index, roman) in (0..form.annexes.len()).zip(ROMAN) {
        let head = form.annex_head(index);
        let mut told = |what: String| faults.push(format!("phụ lục {}: {what}", index + 1));
        for line in head.iter().filter(|line| !line.centred(form.axis())) {
            told(format!("`{}` is {:.1} pt off centre", line.text, line.centre() - form.axis()));
        }
        let (reference, title): (Vec<&Line>, Vec<&Line>) = {
            let at = head.iter().position(|line| line.text.starts_with("(Kèm theo")).unwrap_or(head.len());
            (head[at..].to_vec(), head[..at].to_vec())
        };
        let labelled = title.first().is_some_and(|line| line.plain().starts_with("Phụ lục"));
        if labelled != (form.annexes.len() > 1) {
            told(format!("{} phụ lục, numbered: {labelled}", form.annexes.len()));
        }
        if labelled && title[0].plain() != format!("Phụ lục {}", roman) {
            told(format!("`{}`", title[0].plain()));
        }
        if labelled && !title[0].sized(14.0, 14.0) {
            told(format!("label {} pt", title[0].size));
        }
        if title.get(usize::from(labelled)).is_none_or(|line| !is_upper(&line.text)) {
            told("the title is not in capitals".into());
        }
        for line in title.iter().filter(|line| !line.bold || !line.upright || !line.sized(13.0, 14.0)) {
            told(format!("`{}`: {} pt, bold {}, upright {}", line.text, line.size, line.bold, line.upright));
        }
        for line in reference.iter().filter(|line| !line.italic || line.bold || !line.sized(13.0, 14.0)) {
            told(format!("`{}`: {} pt, italic {}", line.text, line.size, line.italic));
        }
        let words = joined(&reference);
        let number =
            form.find(|line| line.page == 1 && line.text.starts_with("Số:")).map(Line::plain).unwrap_or_default();
        // Where the number runs over two lines, its first words do.
        let number = number.trim_start_matches("Số:").trim();
        if !words.contains(number) || !words.contains("ngày") || !words.ends_with(')') {
            told(format!("`{words}` does not name {number}"));
        }
        match reference.last().map(|last| form.rules_under(last, 10.0)) {
            Some(rules) if rules.len() == 1 => {
                if let Err(why) = rule_fits(rules[0], &reference) {
                    told(why);
                }
            }
            _ => told("no short rule under (Kèm theo …)".into()),
        }
    }
    faults
}

/// The first row of a table stands again on every page it runs on to.
fn header_row(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let mut faults = Vec::new();
    for pair in form.tables.windows(2) {
        let (above, below) = (&pair[0], &pair[1]);
        if !runs_on(&form, above, below) {
            continue;
        }
        let (first, again) = (above.head(&form.lines), below.head(&form.lines));
        if first != again || first.iter().all(String::is_empty) {
            faults.push(format!("page {}: header row {again:?}, before {first:?}", below.page));
        }
        let head = below.rows.get(1).copied().unwrap_or(0.0);
        if form.lines.iter().any(|line| below.holds(line) && line.y < head && !line.bold) {
            faults.push(format!("page {}: the header row is not bold", below.page));
        }
    }
    faults
}

/// One table on two pages: nothing after it on the first, nothing before it on the second.
fn runs_on(form: &Form, above: &Table, below: &Table) -> bool {
    let text = |line: &&Line| !Form::is_page_number(line);
    let after = form.lines.iter().filter(text).any(|line| line.page == above.page && line.y > above.y1);
    let before = form.lines.iter().filter(text).any(|line| line.page == below.page && line.y < below.y0);
    below.page == above.page + 1 && !after && !before && above.columns.len() == below.columns.len()
}

/// Collectives, persons and households a sentence counts: `05 tập thể và 1.615 cá nhân`.
fn counted(words: &str) -> [usize; 3] {
    ["tập thể", "cá nhân", "hộ gia đình"].map(|what| {
        words
            .match_indices(what)
            .find_map(|(at, _)| {
                let before = words[..at].trim_end();
                let digits = before.rsplit([' ', '(', ',']).next()?.replace('.', "");
                digits.parse().ok()
            })
            .unwrap_or(0)
    })
}

/// Lengths of the numbered groups of a list, or where the numbering breaks.
fn groups(numbers: impl Iterator<Item = usize>) -> Result<Vec<usize>, String> {
    let mut groups: Vec<usize> = Vec::new();
    for n in numbers {
        match groups.last_mut() {
            Some(last) if n == *last + 1 => *last = n,
            _ if n == 1 => groups.push(1),
            last => return Err(format!("row {n} after row {last:?}")),
        }
    }
    Ok(groups)
}

/// Groups of recipients printed in a phụ lục; `None` where it holds no list of recipients.
fn listed(form: &Form, index: usize) -> Option<Result<Vec<usize>, String>> {
    let title = joined(&form.annex_head(index));
    if !title.contains("DANH SÁCH") {
        return None;
    }
    let pages = form.annex_pages(index);
    let tables: Vec<&Table> = form.tables.iter().filter(|table| pages.contains(&table.page)).collect();
    let numbers: Vec<usize> = if tables.is_empty() {
        let indented = |line: &&&Line| !form.continues(line) && !line.bold;
        let number = |line: &&Line| line.plain().split_once('.')?.0.parse().ok();
        form.annex_text(index).iter().filter(indented).filter_map(number).collect()
    } else {
        tables
            .iter()
            .flat_map(|table| form.lines.iter().filter(|line| table.holds(line)).map(move |line| (table, line)))
            .flat_map(|(table, line)| line.runs.iter().map(move |run| (table, run)))
            .filter(|(table, run)| table.columns.get(1).is_some_and(|edge| run.x + run.width < *edge))
            .filter_map(|(_, run)| run.text.trim().parse().ok())
            .collect()
    };
    Some(groups(numbers.into_iter()))
}

/// The sentence under a table counts the rows above it.
fn totals(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let mut faults = Vec::new();
    for index in 0..form.annexes.len() {
        let groups = match listed(&form, index) {
            None => continue,
            Some(Err(why)) => {
                faults.push(format!("phụ lục {}: {why}", index + 1));
                continue;
            }
            Some(Ok(groups)) => groups,
        };
        let has_table = form.tables.iter().any(|table| form.annex_pages(index).contains(&table.page));
        let words = joined(&form.annex_text(index));
        let Some(at) = words.find("(Danh sách gồm") else {
            if has_table {
                faults.push(format!("phụ lục {}: no sentence of totals", index + 1));
            }
            continue;
        };
        let told: Vec<usize> = counted(&words[at..]).into_iter().filter(|n| *n > 0).collect();
        if told != groups {
            faults.push(format!("phụ lục {}: rows {groups:?}, the sentence says {told:?}", index + 1));
        }
    }
    faults
}

/// What an article announces is what its list holds.
fn announced(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let body = form.body();
    let told: Vec<Vec<usize>> = form
        .paragraphs(&body)
        .iter()
        .map(|paragraph| joined(paragraph))
        .filter(|words| words.contains("(có Danh sách"))
        .map(|words| counted(&words).into_iter().filter(|n| *n > 0).collect())
        .collect();
    let lists: Vec<Vec<usize>> = (0..form.annexes.len()).filter_map(|index| listed(&form, index)?.ok()).collect();
    if told.is_empty() {
        return Vec::new();
    }
    if told == lists { Vec::new() } else { vec![format!("articles announce {told:?}, the lists hold {lists:?}")] }
}

pub const BROKEN: &[Broken] = &[
    ("annex_head", "the title in lower case", "quyet_dinh/plain", |pages| {
        run(pages, "DANH SÁCH").text = "Danh sách".into();
    }),
    ("annex_head", "upright reference", "quyet_dinh/plain", |pages| run(pages, "(Kèm theo").italic = false),
    ("annex_head", "another number", "quyet_dinh/plain", |pages| run(pages, "Số:").text = "Số: 1843/QĐ-UBND".into()),
    ("annex_head", "a label alone", "quyet_dinh/plain", |pages| run(pages, "DANH SÁCH").text = "Phụ lục I".into()),
    ("annex_head", "Arabic", "quyet_dinh/chay", |pages| run(pages, "Phụ lục I").text = "Phụ lục 1".into()),
    ("annex_head", "label of 13 pt", "quyet_dinh/chay", |pages| run(pages, "Phụ lục I").size = 13.0),
    ("annex_head", "at the left", "quyet_dinh/plain", |pages| run(pages, "DANH SÁCH").x -= 50.0),
    ("annex_head", "a rule too long", "quyet_dinh/plain", |pages| {
        pages.strokes.iter_mut().find(|one| one.page == 2 && one.h < 1.0).expect("a rule").w += 120.0;
    }),
    ("header_row", "left out on one page", "quyet_dinh/overflow", |pages| {
        pages.runs.retain(|run| !(run.page == 5 && run.text == "TT"));
    }),
    ("header_row", "another head", "bao_cao/overflow", |pages| {
        let pages_of: Vec<usize> =
            pages.runs.iter().filter(|run| run.text == "TT" && run.bold).map(|run| run.page).collect();
        let last = *pages_of.last().expect("a table");
        pages
            .runs
            .iter_mut()
            .filter(|run| run.page == last && run.text == "TT")
            .for_each(|run| run.text = "STT".into());
    }),
    ("totals", "a row left out at the end of a group", "quyet_dinh/plain", |pages| {
        let at = pages.runs.iter().position(|run| run.page == 2 && run.text == "7").expect("row 7");
        pages.runs.remove(at);
    }),
    ("totals", "a row number left out", "quyet_dinh/plain", |pages| {
        let at = pages.runs.iter().position(|run| run.page == 2 && run.text == "3").expect("row 3");
        pages.runs.remove(at);
    }),
    ("totals", "another total", "quyet_dinh/overflow", |pages| {
        run(pages, "(Danh sách gồm").text = "(Danh sách gồm 135 tập thể, 546 cá nhân)".into();
    }),
    ("totals", "no total", "quyet_dinh/plain", |pages| run(pages, "(Danh sách gồm").text = "(Hết)".into()),
    ("announced", "another count in Điều 1", "quyet_dinh/overflow", |pages| {
        let words = run(pages, "135\u{a0}tập thể");
        words.text = words.text.replace("547", "574");
    }),
];

#[test]
fn an_annex_is_headed_and_tells_what_it_belongs_to() {
    holds(annex_head);
}

#[test]
fn a_table_repeats_its_header_row_on_every_page() {
    holds(header_row);
}

#[test]
fn totals_under_a_list_count_its_rows() {
    holds(totals);
}

#[test]
fn articles_announce_as_many_as_the_lists_hold() {
    holds(announced);
}

#[test]
fn the_long_list_holds_135_collectives_and_547_persons() {
    let form = Form::read(&sheet("quyet_dinh/overflow").pages);
    assert_eq!(listed(&form, 0).expect("a list"), Ok(vec![135, 547]));
    let words = joined(&form.body());
    assert!(words.contains("135 tập thể và 547 cá nhân"), "{words}");
    assert!(form.tables.windows(2).filter(|pair| runs_on(&form, &pair[0], &pair[1])).count() > 10);
}
