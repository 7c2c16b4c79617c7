//! Phụ lục I, Phần I, Mục II, khoản 6.đ: phần, chương, mục, điều, khoản, điểm.

use super::body::is_middle;
use super::doc::Doc;
use super::line::{Line, is_upper, words};
use super::style::HEADING;
use super::{Finding, HABIT, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::error(
        "phan.chu",
        "PL I, II.6.đ",
        "Phần, chương đánh số La Mã, mục, tiểu mục đánh số Ả Rập, dòng riêng, canh giữa, cỡ 13–14, đứng, đậm; tiêu đề in hoa ở ngay dưới",
        "Phần and chương have Roman numerals, mục and tiểu mục Arabic ones, on a line in the middle, 13–14 pt, upright, bold; the title in capitals right below",
        parts,
    ),
    Rule::error(
        "muc.so_la_ma",
        "PL I, V.6.b",
        "Mục `I.`, `II.`… liên tục, in hoa, đậm",
        "Headings `I.`, `II.`… follow each other, in bold capitals",
        roman,
    ),
    Rule::error(
        "dieu.so",
        "PL I, II.6.đ",
        "Điều đánh số Ả Rập liên tục từ 1, sau số có dấu chấm; quyết định, nghị quyết có điều",
        "Điều are numbered 1, 2, 3…, each number followed by a full stop; a decision has them",
        articles,
    ),
    Rule::error(
        "dieu.chu",
        "PL I, II.6.đ",
        "Từ “Điều” và số thứ tự kiểu đứng, đậm, cỡ chữ như lời văn",
        "`Điều` and its number are upright and bold, in the size of the text",
        article_style,
    ),
    Rule::error(
        "khoan.so",
        "PL I, II.6.đ",
        "Khoản đánh số Ả Rập liên tục, sau số có dấu chấm",
        "Khoản are numbered 1, 2, 3…, each number followed by a full stop",
        clauses,
    ),
    Rule::error(
        "diem.thu_tu",
        "PL I, II.6.đ",
        "Điểm theo thứ tự bảng chữ cái tiếng Việt: a, b, c, d, đ, e, g, h, i, k…",
        "Điểm follow the Vietnamese alphabet: a, b, c, d, đ, e, g, h, i, k…",
        points,
    ),
    Rule::warning(
        "thoi_quen.cap_1_1",
        HABIT,
        "Cấp `1.1.` không có trong Nghị định 30; dưới khoản là điểm `a)`",
        "The level `1.1.` is not in Nghị định 30; below khoản stands điểm `a)`",
        decimal_level,
    ),
    Rule::warning(
        "thoi_quen.dau_cong",
        HABIT,
        "Cấp `+` không có trong Nghị định 30",
        "The level `+` is not in Nghị định 30",
        plus_level,
    ),
];

/// Letters of điểm in order; the alphabet's ă, â, ê, ô, ơ, ư are not used for them.
const ALPHABET: [char; 23] =
    ['a', 'b', 'c', 'd', 'đ', 'e', 'g', 'h', 'i', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'x', 'y'];

const ROMAN: [(char, usize); 5] = [('I', 1), ('V', 5), ('X', 10), ('L', 50), ('C', 100)];

/// Value of a Roman numeral, as far as documents count.
pub(super) fn roman_value(text: &str) -> Option<usize> {
    let mut total = 0;
    let mut before = 0;
    for c in text.chars().rev() {
        let value = ROMAN.iter().find(|(letter, _)| *letter == c)?.1;
        if value < before {
            total -= value;
        } else {
            total += value;
            before = value;
        }
    }
    (total > 0).then_some(total)
}

/// What a paragraph begins with.
enum Sign<'t> {
    Article(usize),
    Roman(usize),
    Decimal,
    Clause(usize),
    Letter(char),
    Plus,
    /// `Chương II`: the word and its number.
    Part(&'t str, &'t str),
    None,
}

fn sign(text: &str) -> Sign<'_> {
    let Some((first, rest)) = text.split_once(' ') else { return Sign::None };
    if first == "Điều" {
        let number = rest.split_once('.').and_then(|(number, _)| number.parse().ok());
        return number.map_or(Sign::None, Sign::Article);
    }
    if first == "+" {
        return Sign::Plus;
    }
    for word in ["Phần", "Chương", "Mục", "Tiểu mục"] {
        let number = text.strip_prefix(word).and_then(|rest| rest.strip_prefix(' '));
        if let Some(number) = number.filter(|number| !number.contains(' ') && number.chars().count() < 8) {
            return Sign::Part(word, number);
        }
    }
    if let Some(letter) = first.strip_suffix(')') {
        let mut letters = letter.chars();
        return match (letters.next(), letters.next()) {
            (Some(one), None) if one.is_lowercase() => Sign::Letter(one),
            _ => Sign::None,
        };
    }
    let Some(number) = first.strip_suffix('.') else { return Sign::None };
    if let Some(value) = roman_value(number) {
        return Sign::Roman(value);
    }
    // A year or a sum that begins a sentence is no khoản.
    match number.parse() {
        Ok(value) if value < 200 && !number.starts_with('0') => Sign::Clause(value),
        Err(_) if number.contains('.') && number.bytes().all(|c| c.is_ascii_digit() || c == b'.') => Sign::Decimal,
        _ => Sign::None,
    }
}

/// First lines of the paragraphs of the body.
fn begins<'d>(doc: &Doc<'d>) -> Vec<&'d Line<'d>> {
    doc.layout.paragraphs(&doc.body).into_iter().filter_map(|paragraph| paragraph.first().copied()).collect()
}

fn out_of_order(line: &Line<'_>, found: &str, due: &str) -> Finding {
    Finding::at(line, format!("`{found}` ở chỗ của `{due}`"), format!("`{found}` stands where `{due}` is due"))
}

fn parts(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in doc.body.iter().enumerate() {
        let Sign::Part(word, number) = sign(&line.plain) else { continue };
        // In running prose such words end a line now and then.
        if !is_middle(doc, line) {
            continue;
        }
        let roman = matches!(word, "Phần" | "Chương");
        let sound = if roman { roman_value(number).is_some() } else { number.bytes().all(|c| c.is_ascii_digit()) };
        if !sound {
            let (vi, en) = if roman { ("La Mã", "Roman") } else { ("Ả Rập", "Arabic") };
            findings.push(Finding::at(
                line,
                format!("`{word} {number}` không đánh số {vi}"),
                format!("`{word} {number}` has no {en} numeral"),
            ));
        }
        findings.extend(HEADING.told(line));
        let title = doc.body.get(at + 1);
        if title.is_none_or(|title| !is_upper(&title.plain) || !title.bold || doc.layout.off_axis(title).is_some()) {
            findings.push(Finding::at(
                line,
                format!("dưới `{word} {number}` không có tiêu đề in hoa, đậm, canh giữa"),
                format!("no title in bold capitals stands in the middle below `{word} {number}`"),
            ));
        }
    }
    findings
}

fn roman(doc: &Doc<'_>) -> Vec<Finding> {
    let mut last = 0;
    let mut findings = Vec::new();
    for paragraph in doc.layout.paragraphs(&doc.body) {
        let Some(line) = paragraph.first() else { continue };
        let Sign::Roman(value) = sign(&line.plain) else { continue };
        if value != last + 1 && value != 1 {
            let found = line.plain.split(' ').next().unwrap_or_default();
            findings.push(out_of_order(line, found, &format!("mục thứ {}", last + 1)));
        }
        last = value;
        if !is_upper(&words(&paragraph)) || !line.bold {
            let words = line.quote();
            findings.push(Finding::at(
                line,
                format!("tiêu đề mục {words} không in hoa, đậm"),
                format!("the heading {words} is not in bold capitals"),
            ));
        }
    }
    findings
}

fn articles(doc: &Doc<'_>) -> Vec<Finding> {
    let mut last = 0;
    let mut findings = Vec::new();
    for line in begins(doc) {
        let Sign::Article(number) = sign(&line.plain) else { continue };
        if number != last + 1 {
            findings.push(out_of_order(line, &format!("Điều {number}."), &format!("Điều {}.", last + 1)));
        }
        last = number;
    }
    if last == 0 && doc.decides() && doc.decision.is_some() && !doc.body.is_empty() {
        findings.push(Finding::new("không có `Điều 1.`", "there is no `Điều 1.`"));
    }
    findings
}

fn article_style(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for line in begins(doc) {
        let (Sign::Article(number), Some(label)) = (sign(&line.plain), line.runs.first()) else { continue };
        if !label.bold || label.italic {
            let (vi, en) = if label.italic { ("nghiêng", "italic") } else { ("không đậm", "not bold") };
            findings.push(Finding::at(line, format!("`Điều {number}.` in {vi}"), format!("`Điều {number}.` is {en}")));
        }
    }
    findings
}

fn clauses(doc: &Doc<'_>) -> Vec<Finding> {
    let mut last = 0;
    let mut findings = Vec::new();
    for line in begins(doc) {
        match sign(&line.plain) {
            Sign::Article(_) | Sign::Roman(_) | Sign::Part(..) => last = 0,
            Sign::Clause(number) => {
                // A second list within one điều begins anew.
                if number != last + 1 && number != 1 {
                    findings.push(out_of_order(line, &format!("{number}."), &format!("{}.", last + 1)));
                }
                last = number;
            }
            _ => {}
        }
    }
    findings
}

fn points(doc: &Doc<'_>) -> Vec<Finding> {
    let mut due = 0;
    let mut findings = Vec::new();
    for line in begins(doc) {
        match sign(&line.plain) {
            Sign::Article(_) | Sign::Roman(_) | Sign::Part(..) | Sign::Clause(_) => due = 0,
            Sign::Letter(letter) => {
                let found = ALPHABET.iter().position(|one| *one == letter);
                let expected = ALPHABET.get(due % ALPHABET.len()).copied().unwrap_or('a');
                if letter != expected && letter != 'a' {
                    findings.push(out_of_order(line, &format!("{letter})"), &format!("{expected})")));
                }
                due = found.unwrap_or(due) + 1;
            }
            _ => {}
        }
    }
    findings
}

fn decimal_level(doc: &Doc<'_>) -> Vec<Finding> {
    let found = begins(doc).into_iter().filter(|line| matches!(sign(&line.plain), Sign::Decimal));
    found.map(|line| level_told(line, "1.1.")).collect()
}

fn plus_level(doc: &Doc<'_>) -> Vec<Finding> {
    let found = begins(doc).into_iter().filter(|line| matches!(sign(&line.plain), Sign::Plus));
    found.map(|line| level_told(line, "+")).collect()
}

fn level_told(line: &Line<'_>, level: &str) -> Finding {
    let words = line.quote();
    Finding::at(line, format!("{words} ở cấp `{level}`"), format!("{words} is of the level `{level}`"))
}

#[cfg(test)]
mod tests {
    use super::roman_value;

    #[test]
    fn roman_numerals_have_a_value() {
        let known = [("I", 1), ("IV", 4), ("IX", 9), ("XII", 12), ("XLIX", 49), ("XC", 90)];
        for (text, value) in known {
            assert_eq!(roman_value(text), Some(value), "{text}");
        }
        for text in ["", "1", "i", "A", "IA"] {
            assert_eq!(roman_value(text), None, "{text}");
        }
    }
}
