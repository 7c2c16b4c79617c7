//! Habits of writing that documents pass on to each other: dates, spaces, i and y, places of tone marks.

use super::doc::Doc;
use super::line::{Line, is_upper};
use super::{Finding, HABIT, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::warning(
        "chu_viet.thang",
        "PL I, II.4.b",
        "Tháng 3 đến tháng 9 không có số 0 phía trước",
        "Months 3 to 9 have no leading zero",
        padded_month,
    ),
    Rule::warning(
        "chu_viet.ngay",
        "PL I, II.4.b",
        "Ngày tháng viết đầy đủ: `ngày 05 tháng 3`, không viết `ngày 5/3`",
        "Dates are written in full: `ngày 05 tháng 3`, not `ngày 5/3`",
        short_date,
    ),
    Rule::warning(
        "chu_viet.si",
        HABIT,
        "Viết `chiến sĩ`, `bác sĩ` theo chữ của Luật Thi đua, khen thưởng, không viết `sỹ`",
        "`chiến sĩ`, `bác sĩ` are written with i, as in the law",
        si,
    ),
    Rule::warning(
        "chu_viet.dau_thanh",
        HABIT,
        "Một văn bản đặt dấu thanh theo một kiểu: `hòa`, `thủy` hoặc `hoà`, `thuỷ`",
        "A document places tone marks in one way: `hòa`, `thủy` or `hoà`, `thuỷ`",
        tone_marks,
    ),
    Rule::warning(
        "chu_viet.cach_chu",
        HABIT,
        "Giữa hai chữ chỉ có một khoảng trắng",
        "One space stands between two words",
        double_space,
    ),
];

/// Lines of the whole document but those of the head that have rules of their own.
fn lines<'d>(doc: &Doc<'d>) -> impl Iterator<Item = &'d Line<'d>> {
    let dated = doc.date.first().map_or(0.0, |line| line.y);
    doc.layout.lines.iter().filter(move |line| line.page > 1 || line.y > dated + 1.0)
}

/// The same without tables, where room is short.
fn prose<'d>(doc: &Doc<'d>) -> impl Iterator<Item = &'d Line<'d>> {
    lines(doc).filter(|line| !line.celled)
}

/// The first word after each `word ` in a line.
fn after<'l>(line: &'l Line<'_>, word: &'static str) -> impl Iterator<Item = &'l str> {
    line.plain.split(word).skip(1).filter_map(|rest| rest.strip_prefix(' ')?.split(' ').next())
}

fn padded_month(doc: &Doc<'_>) -> Vec<Finding> {
    let is_padded = |word: &str| {
        let digits = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        matches!(digits, "03" | "04" | "05" | "06" | "07" | "08" | "09")
    };
    prose(doc)
        .filter_map(|line| {
            let month = after(line, "tháng").find(|word| is_padded(word))?;
            Some(Finding::at(
                line,
                format!("`tháng {month}` có số 0 phía trước"),
                format!("`tháng {month}` has a leading zero"),
            ))
        })
        .collect()
}

fn short_date(doc: &Doc<'_>) -> Vec<Finding> {
    let is_short = |word: &str| {
        let (day, rest) = word.split_once('/')?;
        let month: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let number = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
        (number(day) && number(&month)).then_some(())
    };
    prose(doc)
        .filter_map(|line| {
            let date = after(line, "ngày").find(|word| is_short(word).is_some())?;
            Some(Finding::at(
                line,
                format!("`ngày {date}` không viết đầy đủ"),
                format!("`ngày {date}` is not written in full"),
            ))
        })
        .collect()
}

fn si(doc: &Doc<'_>) -> Vec<Finding> {
    const BEFORE: [&str; 9] = ["chiến", "bác", "nghệ", "y", "dược", "thạc", "tiến", "nhạc", "hạ"];
    let mut findings = Vec::new();
    for line in lines(doc).filter(|line| line.plain.contains("sỹ") || line.plain.contains("SỸ")) {
        let words: Vec<String> = line.plain.to_lowercase().split(' ').map(str::to_owned).collect();
        let found = words.windows(2).find(|pair| {
            pair[1].starts_with("sỹ") && BEFORE.contains(&pair[0].trim_start_matches(|c: char| !c.is_alphabetic()))
        });
        if let Some(pair) = found {
            let words = format!("`{} sỹ`", pair[0]);
            findings.push(Finding::at(line, format!("{words} viết với y"), format!("{words} is written with y")));
        }
    }
    findings
}

/// A syllable whose tone mark may stand on either vowel of its end, and whether it stands on the first.
fn placed(syllable: &str) -> Option<bool> {
    let mut back = syllable.chars().rev();
    let (last, first) = (back.next()?, back.next()?);
    // In `quý` the u belongs to the consonant.
    if matches!(back.next(), Some('q' | 'Q')) {
        return None;
    }
    match (first, last) {
        ('ò' | 'ó' | 'ỏ' | 'õ' | 'ọ', 'a' | 'e') | ('ù' | 'ú' | 'ủ' | 'ũ' | 'ụ', 'y') => Some(true),
        ('o', 'à' | 'á' | 'ả' | 'ã' | 'ạ' | 'è' | 'é' | 'ẻ' | 'ẽ' | 'ẹ') => Some(false),
        ('u', 'ỳ' | 'ý' | 'ỷ' | 'ỹ' | 'ỵ') => Some(false),
        _ => None,
    }
}

/// Names are written as their bearers write them: only syllables in small letters count, and `Ủy ban`.
fn tone_marks(doc: &Doc<'_>) -> Vec<Finding> {
    let mut first: Option<(&str, &Line<'_>)> = None;
    let mut last: Option<(&str, &Line<'_>)> = None;
    for line in lines(doc).filter(|line| !line.plain.is_ascii() && !is_upper(&line.plain)) {
        if first.is_some() && last.is_some() {
            break;
        }
        for syllable in line.plain.split(|c: char| !c.is_alphabetic()) {
            let placed = match syllable {
                "Ủy" => Some(true),
                "Uỷ" => Some(false),
                _ => placed(syllable).filter(|_| syllable.starts_with(char::is_lowercase)),
            };
            match placed {
                Some(true) if first.is_none() => first = Some((syllable, line)),
                Some(false) if last.is_none() => last = Some((syllable, line)),
                _ => {}
            }
        }
    }
    let (Some((one, above)), Some((other, below))) = (first, last) else { return Vec::new() };
    let later = if (above.page, above.y) > (below.page, below.y) { above } else { below };
    vec![Finding::at(
        later,
        format!("`{one}` và `{other}` đặt dấu thanh theo hai kiểu"),
        format!("`{one}` and `{other}` place their tone marks in two ways"),
    )]
}

fn double_space(doc: &Doc<'_>) -> Vec<Finding> {
    lines(doc)
        .filter(|line| {
            let text = line.text.trim();
            // Runs of no-break spaces are room for a pen.
            text.contains("  ") || text.contains(" \u{a0}") && !text.contains("\u{a0}\u{a0}")
        })
        .map(|line| {
            let words = line.quote();
            Finding::at(
                line,
                format!("{words} có hai khoảng trắng liền nhau"),
                format!("{words} has two spaces in a row"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::placed;

    #[test]
    fn tone_marks_on_either_vowel_are_told_apart() {
        let known = [
            ("hòa", Some(true)),
            ("hoà", Some(false)),
            ("thủy", Some(true)),
            ("thuỷ", Some(false)),
            ("quý", None),
            ("hoàn", None),
            ("của", None),
            ("a", None),
            ("", None),
        ];
        for (syllable, first) in known {
            assert_eq!(placed(syllable), first, "{syllable}");
        }
    }
}
