//! How awards, authorities and legal bases are known from what people write.

use std::sync::LazyLock;

use crate::domain::date::Date;
use crate::domain::name::fold_key;
use crate::domain::so_ky_hieu::{self, SoKyHieu};

/// Folding moves tones, so that words looked for are folded too.
static FOLDED: LazyLock<[String; 3]> = LazyLock::new(|| ["danh hiệu ", "căn cứ ", "ủy ban nhân dân"].map(folded_word));

fn folded_word(word: &str) -> String {
    let end = if word.ends_with(' ') { " " } else { "" };
    fold_key(word) + end
}

/// A text folded for recognition: case, tone placement, spaces, quotes, `sỹ`, `UBND`.
pub fn fold(text: &str) -> String {
    let bare: String = text.chars().filter(|c| !matches!(c, '“' | '”' | '"' | '\'' | '‘' | '’' | '«' | '»')).collect();
    let folded = fold_key(&bare);
    if !folded.contains("ubnd") && !folded.contains("chiến sỹ") {
        return folded;
    }
    folded.replace("chiến sỹ", "chiến sĩ").replace("ubnd", &FOLDED[2])
}

/// An award's text folded, without the word “danh hiệu” before it.
pub fn fold_award(text: &str) -> String {
    let folded = fold(text);
    folded.strip_prefix(FOLDED[0].as_str()).map_or_else(|| folded.clone(), str::to_owned)
}

/// Whether `text` begins with `start` as whole words.
pub fn begins(text: &str, start: &str) -> bool {
    text.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Whether `text` holds `part` as whole words.
pub fn holds(text: &str, part: &str) -> bool {
    text.match_indices(part).any(|(at, _)| {
        !text[..at].ends_with(char::is_alphanumeric) && !text[at + part.len()..].starts_with(char::is_alphanumeric)
    })
}

/// One text cited in a line of legal bases.
#[derive(Debug, Clone)]
pub struct Cited {
    /// Folded, without “căn cứ”.
    pub text: String,
    /// The first number and symbol in it.
    pub number: Option<SoKyHieu>,
    /// The first day in it.
    pub date: Option<Date>,
    /// The first year in it, that of a day or of a number among them.
    pub year: Option<i32>,
}

/// The texts cited in a line: parts between semicolons.
pub fn cited(line: &str) -> Vec<Cited> {
    line.split(';')
        .map(|part| part.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '.' | ',')))
        .filter(|part| !part.is_empty())
        .map(|part| {
            let folded = fold(part);
            let text = folded.strip_prefix(FOLDED[1].as_str()).map_or_else(|| folded.clone(), str::to_owned);
            Cited { text, number: first_number(part), date: first_date(part), year: first_year(part) }
        })
        .collect()
}

/// Every number and symbol in a text, in order.
pub fn numbers(text: &str) -> impl Iterator<Item = SoKyHieu> {
    words(text).filter_map(so_ky_hieu::parse)
}

/// The first day in a text, long (`ngày 31 tháng 7 năm 2017`) or short (`31/7/2017`).
pub fn first_date(text: &str) -> Option<Date> {
    let words: Vec<&str> = words(text).collect();
    (0..words.len()).find_map(|at| short_date(words[at]).or_else(|| long_date(&words[at..])))
}

fn first_number(text: &str) -> Option<SoKyHieu> {
    numbers(text).next()
}

fn first_year(text: &str) -> Option<i32> {
    words(text).find_map(|word| {
        year(word).or_else(|| short_date(word).map(|day| day.year)).or_else(|| so_ky_hieu::parse(word)?.nam)
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| matches!(c, ',' | '.' | ';' | ':' | '(' | ')' | '“' | '”' | '"')))
        .filter(|word| !word.is_empty())
}

fn year(word: &str) -> Option<i32> {
    (word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()))
        .then(|| word.parse().ok())
        .flatten()
        .filter(|year| (1945..=2200).contains(year))
}

fn short_date(word: &str) -> Option<Date> {
    let mut parts = word.split(['/', '-', '.']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    iso(year, month, day)
}

fn long_date(words: &[&str]) -> Option<Date> {
    let [ngay, day, thang, month, nam, year, ..] = words else { return None };
    let is = |word: &str, like: &str| word.to_lowercase() == like;
    (is(ngay, "ngày") && is(thang, "tháng") && is(nam, "năm")).then(|| iso(year, month, day)).flatten()
}

fn iso(year: &str, month: &str, day: &str) -> Option<Date> {
    Date::parse(&format!("{year}-{month:0>2}-{day:0>2}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awards_are_known_whatever_quotes_and_case_are_around_them() {
        for text in
            ["danh hiệu “Chiến sĩ thi đua cơ sở”", "Chiến sỹ thi đua cơ sở", "DANH HIỆU \"CHIẾN SĨ THI ĐUA CƠ SỞ\""]
        {
            assert_eq!(fold_award(text), "chiến sĩ thi đua cơ sở", "{text}");
        }
    }

    #[test]
    fn a_line_tells_its_first_number_day_and_year() {
        let line = "Căn cứ Luật Thi đua, khen thưởng ngày 26 tháng 11 năm 2003; Luật sửa đổi ngày 14/6/2005 và ngày 16/11/2013;";
        let found = cited(line);
        assert_eq!(found.len(), 2);
        assert!(found[0].text.starts_with("luật thi đua"));
        assert_eq!((found[0].year, found[1].year), (Some(2003), Some(2005)));
        assert_eq!(found[1].date.map(Date::short).as_deref(), Some("14/6/2005"));
        let decree = cited("Thông tư số 12/2019/TT-BNV hướng dẫn Nghị định số 91/2017/NĐ-CP");
        assert_eq!(decree[0].number.as_ref().map(ToString::to_string).as_deref(), Some("12/2019/TT-BNV"));
    }

    #[test]
    fn words_are_held_whole() {
        let commune = fold("Chủ tịch UBND xã Gia Phù");
        assert!(holds(&commune, &fold("Ủy ban nhân dân xã")));
        assert!(!holds(&fold("Chủ tịch Uỷ ban nhân dân thị xã"), &fold("Ủy ban nhân dân xã")));
        assert!(!holds("ủy ban nhân dân xãm", "ủy ban nhân dân xã"));
    }
}
