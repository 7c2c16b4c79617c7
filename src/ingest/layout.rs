//! What words and rows of a list mean besides data: headings compared, numbers of rows, groups, sums.

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::domain::name;

/// Sheets this program writes beside the data.
pub(super) const OWN_SHEETS: [&str; 2] = ["Hướng dẫn", "Danh sách lỗi"];
/// The column of a marked copy that tells the faults.
pub(super) const FAULT_HEADING: &str = "Lỗi";
/// The heading of the numbers of rows in sheets this program writes.
pub(super) const INDEX_HEADING: &str = "STT";

/// Headings of columns that number the rows.
const INDEX: [&str; 7] = ["stt", "tt", "số tt", "số thứ tự", "thứ tự", "s tt", "no"];

/// Two headings or choices are one if they fold alike: case, spaces, line breaks, punctuation, the place of the tone.
pub(super) fn fold(text: &str) -> String {
    let key = name::fold_key(text);
    let words: String = key.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same without marks at all, for headings typed without them.
pub(super) fn bare(folded: &str) -> String {
    let letters = DecomposingNormalizerBorrowed::new_nfd().normalize(folded);
    letters.chars().filter(|c| !matches!(*c, '\u{300}'..='\u{36f}')).map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

/// What stands outside brackets: `Số tiền (đồng)` → `Số tiền`.
pub(super) fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let outside = |c: &char| {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    };
    text.chars().filter(outside).collect()
}

/// Whether a heading is that of the numbers of rows.
pub(super) fn is_index(heading: &str) -> bool {
    INDEX.contains(&fold(heading).as_str())
}

/// Whether a heading is that of the faults of a marked copy.
pub(super) fn is_fault_column(heading: &str) -> bool {
    fold(heading) == fold(FAULT_HEADING)
}

/// Whether a sheet is one this program writes beside the data.
pub(super) fn is_own_sheet(name: &str) -> bool {
    OWN_SHEETS.iter().any(|own| fold(own) == fold(name))
}

/// Whether a row under the headings only numbers the columns: `(1) (2) (3)`, `A B 1 2`.
pub(super) fn numbers_columns<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let (mut count, mut last) = (0, 0_u32);
    for cell in cells {
        let cell = cell.trim().trim_start_matches(['(', '[']).trim_end_matches([')', ']']).trim();
        let letter = cell.len() == 1 && cell.bytes().all(|byte| byte.is_ascii_uppercase());
        match cell.parse::<u32>() {
            Ok(number) if number == last + 1 => last = number,
            Err(_) if letter && last == 0 => {}
            _ => return false,
        }
        count += 1;
    }
    count >= 2 && last >= 1
}

/// Whether a text is a number of a group: `I`, `IV.`, `B`.
pub(super) fn is_group_number(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', ')', '/']);
    is_roman(text) || (text.len() == 1 && text.bytes().all(|byte| (b'A'..=b'H').contains(&byte)))
}

/// Whether a text is the number of a row: `12`, `12.`, `IV`.
pub(super) fn is_row_number(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', ')']);
    is_group_number(text) || text.parse::<f64>().is_ok()
}

fn is_roman(text: &str) -> bool {
    !text.is_empty() && text.len() <= 6 && text.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'))
}

/// The choice a title of a group names: `II. Cá nhân`, `CÁC TẬP THỂ (05)`, `1. Hộ gia đình: 03 hộ`.
pub(super) fn group<'a>(text: &str, choices: &'a [(String, String)]) -> Option<&'a str> {
    let folded = fold(text);
    let mut words: Vec<&str> = folded.split(' ').collect();
    if words.len() > 1 && (is_roman(&words[0].to_uppercase()) || words[0].parse::<u32>().is_ok() || words[0].len() == 1)
    {
        words.remove(0);
    }
    let led_by = ["các", "danh", "sách", "đối", "với"].map(fold);
    while words.first().is_some_and(|word| led_by.iter().any(|led| led == word)) {
        words.remove(0);
    }
    let people = fold("người");
    let rest = words.join(" ");
    let names = |shown: &str| {
        let shown = fold(shown);
        let tail = rest.strip_prefix(&shown)?;
        // A count may follow, and what is counted.
        let counts = tail.split(' ').all(|word| {
            word.is_empty()
                || word.parse::<u32>().is_ok()
                || word == people
                || shown.split(' ').any(|part| part == word)
        });
        (counts && (tail.is_empty() || tail.starts_with(' '))).then_some(shown.len())
    };
    let longest = choices.iter().filter_map(|(shown, value)| Some((names(shown)?, value.as_str())));
    longest.max_by_key(|(length, _)| *length).map(|(_, value)| value)
}

/// Whether a text begins a row of sums.
pub(super) fn is_sum(text: &str) -> bool {
    // Titles are short; numbers of rows are not words.
    if text.chars().count() > 60 || !text.chars().any(char::is_alphabetic) {
        return false;
    }
    let folded = fold(text);
    ["tổng cộng", "tổng số", "cộng", "tổng"].iter().any(|word| {
        folded.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            && folded.split(' ').count() <= 6
    })
}

/// Of some names the one a slip away, with the distance; none if they are all others.
pub(super) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<(usize, &'a str)> {
    let folded = fold(wanted);
    let most = 1 + folded.chars().count() / 4;
    let away = |name: &'a str| {
        let other = fold(name);
        // Far apart in length means far apart.
        let gap = other.chars().count().abs_diff(folded.chars().count());
        (gap <= most).then(|| (strsim::damerau_levenshtein(&bare(&other), &bare(&folded)), name))
    };
    names.filter_map(away).filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_fold_over_case_breaks_punctuation_and_tones() {
        for heading in ["Họ và tên", "HỌ VÀ TÊN", "Họ\nvà  tên:", "Họ và tên (*)", "Ho\u{323} và tên"]
        {
            assert_eq!(fold(heading), "họ và tên", "{heading}");
        }
        assert_eq!(fold("Tên tập thể/cá nhân"), fold("Tên tập thể, cá nhân"));
        assert_eq!(fold("Hoà giải"), fold("Hòa giải"));
        assert_eq!(bare(&fold("Đơn vị công tác")), "don vi cong tac");
        assert_eq!(without_brackets("Số tiền (đồng) thưởng"), "Số tiền  thưởng");
    }

    #[test]
    fn rows_that_number_columns_are_told_from_data() {
        let numbers = |cells: &[&str]| numbers_columns(cells.iter().copied());
        assert!(numbers(&["(1)", "(2)", "(3)"]));
        assert!(numbers(&["A", "B", "1", "2"]));
        assert!(numbers(&["1", "2"]));
        for data in [["1", "Lò Văn Ò"].as_slice(), &["1"], &["2", "3"], &["A", "B"], &["1", "1"], &["Y", "Ban"]] {
            assert!(!numbers(data), "{data:?}");
        }
    }

    #[test]
    fn titles_of_groups_name_their_choice() {
        let choices: Vec<(String, String)> =
            [("Cá nhân", "ca_nhan"), ("Tập thể", "tap_the"), ("Hộ", "ho"), ("Hộ gia đình", "ho")]
                .map(|(shown, value)| (shown.to_owned(), value.to_owned()))
                .to_vec();
        for (title, value) in [
            ("II. Cá nhân", Some("ca_nhan")),
            ("CÁC TẬP THỂ (05)", Some("tap_the")),
            ("1. Hộ gia đình: 03 hộ", Some("ho")),
            ("Cá nhân: 12 người", Some("ca_nhan")),
            ("A. Đối với cá nhân", Some("ca_nhan")),
            ("Tập thể lớp 5A", None),
            ("Hộ ông Mùa A Páo", None),
            ("Lò Văn Ò", None),
        ] {
            assert_eq!(group(title, &choices), value, "{title}");
        }
    }

    #[test]
    fn sums_and_numbers_of_groups_are_known() {
        for text in ["Tổng cộng", "Tổng cộng: 25 người", "Cộng", "TỔNG SỐ 5"] {
            assert!(is_sum(text), "{text}");
        }
        for text in
            ["Tổng công ty Lâm nghiệp Tây Bắc Việt Nam", "Cộng đồng bản Suối Làng thuộc xã Huy Tường", "Lò Văn Cộng"]
        {
            assert!(!is_sum(text), "{text}");
        }
        assert!(is_group_number("IV.") && is_group_number("B") && !is_group_number("12") && !is_group_number("Lò"));
    }

    #[test]
    fn the_nearest_name_is_a_slip_away() {
        let names = ["Họ và tên", "Chức vụ", "Đơn vị công tác"];
        assert_eq!(nearest("Chưc vu", names.into_iter()).map(|near| near.1), Some("Chức vụ"));
        assert_eq!(nearest("Ho va ten", names.into_iter()).map(|near| near.1), Some("Họ và tên"));
        assert_eq!(nearest("Lĩnh vực", names.into_iter()), None);
    }
}
