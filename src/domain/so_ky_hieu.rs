//! Number and symbol of a document: `05/QĐ-UBND`, and `36/2017/QĐ-UBND` for legal texts.
//!
//! The symbol (ký hiệu) is the abbreviated kind of document, then the abbreviated issuer, joined by
//! hyphens (Decree 30/2020/NĐ-CP, Annex I, II.3 and Annex III.I).

use std::fmt;

use super::number::pad;

/// Longest symbol taken, in characters; the head of a page is not wider.
const MAX_LENGTH: usize = 40;

/// Room for a hand-written number. No-break spaces survive trimming and justification.
const BLANK: &str = "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}";

/// Vietnamese letters outside ASCII, capital and small, in NFC.
const LETTERS: &str = "ĂÂĐÊÔƠƯăâđêôơư\
    ÀẢÃÁẠẰẲẴẮẶẦẨẪẤẬÈẺẼÉẸỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌỒỔỖỐỘỜỞỠỚỢÙỦŨÚỤỪỬỮỨỰỲỶỸÝỴ\
    àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ";

/// Number and symbol as printed after `Số: `, with no space inside: `05/QĐ-UBND`.
///
/// Numbers below 10 take a leading zero (Decree 30/2020/NĐ-CP, Annex I, II.3.c). Without a number
/// six no-break spaces wait for the pen: documents are numbered after the signature (Article 15.2).
pub fn format(so: Option<u32>, ky_hieu: &str) -> String {
    match so {
        Some(so) => format!("{}/{ky_hieu}", pad(so)),
        None => format!("{BLANK}/{ky_hieu}"),
    }
}

/// Checks a symbol: `QĐ-UBND`, `TTr-PNV`, `UBND-NV`, `QĐ-SGD&ĐT`.
///
/// One or more groups joined by `-`, each of Vietnamese letters and digits beginning with a capital
/// letter; small letters may follow, as in `CTr`, `QyĐ`, `TTr` and `TrS` of Annex III.I. A `&`
/// between two of them is taken, as offices of two fields use it. No spaces, no `/`, at most 40
/// characters. Expects NFC.
pub fn validate_ky_hieu(text: &str) -> Result<(), KyHieuError> {
    if text.is_empty() {
        return Err(KyHieuError::Empty);
    }
    if text.chars().count() > MAX_LENGTH {
        return Err(KyHieuError::TooLong);
    }
    if let Some(c) = text.chars().find(|&c| !is_letter_or_digit(c) && c != '-' && c != '&') {
        return Err(KyHieuError::Character(c));
    }
    for group in text.split('-') {
        if group.is_empty() {
            return Err(KyHieuError::EmptyGroup);
        }
        if !group.starts_with(char::is_uppercase) {
            return Err(KyHieuError::NoCapital);
        }
        if group.split('&').any(str::is_empty) {
            return Err(KyHieuError::Character('&'));
        }
    }
    Ok(())
}

/// Why a text is no symbol of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KyHieuError {
    /// Nothing there.
    Empty,
    /// More than 40 characters.
    TooLong,
    /// A hyphen at an end, or two in a row.
    EmptyGroup,
    /// A group that does not begin with a capital letter.
    NoCapital,
    /// A character that has no place in a symbol, or not in this place.
    Character(char),
}

impl fmt::Display for KyHieuError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the symbol is empty"),
            Self::TooLong => write!(f, "the symbol is longer than {MAX_LENGTH} characters"),
            Self::EmptyGroup => f.write_str("the symbol has a hyphen with nothing beside it"),
            Self::NoCapital => f.write_str("every group of the symbol begins with a capital letter"),
            Self::Character(c) => write!(f, "`{}` cannot stand there", c.escape_debug()),
        }
    }
}

impl std::error::Error for KyHieuError {}

/// A reference to a document, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SoKyHieu {
    /// The number, from 1.
    pub so: u32,
    /// The year inside the number; only legal texts (văn bản quy phạm pháp luật) carry one.
    pub nam: Option<i32>,
    /// The symbol, as [`validate_ky_hieu`] takes it.
    pub ky_hieu: String,
}

impl SoKyHieu {
    /// Whether the reference is to a legal text: a year inside the number marks it, while the
    /// number of an individual decision carries none.
    pub fn is_qppl(&self) -> bool {
        self.nam.is_some()
    }
}

/// The printed form, as [`parse`] reads it: `36/2017/QĐ-UBND`, `05/QĐ-UBND`.
impl fmt::Display for SoKyHieu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&pad(self.so))?;
        if let Some(nam) = self.nam {
            write!(f, "/{nam}")?;
        }
        write!(f, "/{}", self.ky_hieu)
    }
}

/// Takes a reference apart: `925/BC-UBND`, `36/2017/QĐ-UBND`, `06/2026/QH16`.
///
/// None if the number is not one from 1 on, the year is not four digits from 1945 to 2200, or
/// [`validate_ky_hieu`] refuses the symbol; spaces are nowhere allowed.
pub fn parse(text: &str) -> Option<SoKyHieu> {
    let (so, rest) = text.split_once('/')?;
    let (nam, ky_hieu) = match rest.split_once('/') {
        Some((nam, ky_hieu)) => (Some(year(nam)?), ky_hieu),
        None => (None, rest),
    };
    let so = digits(so)?;
    if so == 0 {
        return None;
    }
    validate_ky_hieu(ky_hieu).ok()?;
    Some(SoKyHieu { so, nam, ky_hieu: ky_hieu.to_owned() })
}

/// Four digits; the first legal texts of the state are of 1945.
fn year(text: &str) -> Option<i32> {
    let year = i32::try_from(digits(text)?).ok()?;
    (text.len() == 4 && (1945..=2200).contains(&year)).then_some(year)
}

/// Digits only: `str::parse` alone would take a sign.
fn digits(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn is_letter_or_digit(c: char) -> bool {
    c.is_ascii_alphanumeric() || LETTERS.contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SYMBOL: &str = "[A-ZĐƯÔ][A-ZĐa-zđ0-9]{0,5}(-[A-ZĐƯÔ][A-ZĐa-zđ0-9]{0,5}){0,4}";

    #[test]
    fn small_numbers_are_padded() {
        for (so, text) in [(1, "01/QĐ-UBND"), (5, "05/QĐ-UBND"), (15, "15/QĐ-UBND"), (2_871, "2871/QĐ-UBND")] {
            assert_eq!(format(Some(so), "QĐ-UBND"), text);
        }
    }

    #[test]
    fn missing_number_leaves_six_no_break_spaces() {
        assert_eq!(format(None, "QĐ-UBND"), format!("{}/QĐ-UBND", "\u{a0}".repeat(6)));
    }

    #[test]
    fn symbols_of_the_decree_and_of_practice_pass() {
        let kinds = "NQ QĐ CT QC QyĐ TC TB HD CTr KH PA ĐA DA BC BB TTr HĐ CĐ BGN BTT GUQ GM GGT \
                     GNP PG PC PB SY TrS SL";
        for kind in kinds.split_whitespace() {
            assert_eq!(validate_ky_hieu(&format!("{kind}-UBND")), Ok(()), "{kind}");
        }
        for text in [
            "UBND-NV",
            "BNV-VP",
            "QĐ-TTg",
            "NĐ-CP",
            "QH15",
            "TT-BNV",
            "BB-HĐTĐKT",
            "TTr-STP",
            "QĐ-SGD&ĐT",
            "CV-TƯ",
            "QĐ-C06",
        ] {
            assert_eq!(validate_ky_hieu(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn wrong_symbols_say_what_is_wrong() {
        for (text, error) in [
            ("", KyHieuError::Empty),
            ("QĐ-", KyHieuError::EmptyGroup),
            ("-UBND", KyHieuError::EmptyGroup),
            ("QĐ--UBND", KyHieuError::EmptyGroup),
            ("-", KyHieuError::EmptyGroup),
            ("qđ-UBND", KyHieuError::NoCapital),
            ("QĐ-ubnd", KyHieuError::NoCapital),
            ("2017-QĐ", KyHieuError::NoCapital),
            ("&QĐ", KyHieuError::NoCapital),
            ("QĐ UBND", KyHieuError::Character(' ')),
            ("QĐ\u{a0}UBND", KyHieuError::Character('\u{a0}')),
            ("2017/QĐ-UBND", KyHieuError::Character('/')),
            ("QĐ-UBND.", KyHieuError::Character('.')),
            ("QĐ–UBND", KyHieuError::Character('–')),
            ("QÐ-UBND", KyHieuError::Character('Ð')),
            ("QĐ-*#x*_$", KyHieuError::Character('*')),
            ("QĐ-SGD&", KyHieuError::Character('&')),
            ("QĐ-SGD&&ĐT", KyHieuError::Character('&')),
            ("U\u{31b}", KyHieuError::Character('\u{31b}')),
        ] {
            assert_eq!(validate_ky_hieu(text), Err(error), "{text}");
        }
        assert_eq!(validate_ky_hieu(&"Đ".repeat(40)), Ok(()));
        assert_eq!(validate_ky_hieu(&"Đ".repeat(41)), Err(KyHieuError::TooLong));
    }

    #[test]
    fn references_are_taken_apart() {
        for (text, so, nam, ky_hieu) in [
            ("36/2017/QĐ-UBND", 36, Some(2017), "QĐ-UBND"),
            ("98/2023/NĐ-CP", 98, Some(2023), "NĐ-CP"),
            ("06/2026/QH16", 6, Some(2026), "QH16"),
            ("925/BC-UBND", 925, None, "BC-UBND"),
            ("01/TTr-UBND", 1, None, "TTr-UBND"),
            ("2753/TTr-STP", 2753, None, "TTr-STP"),
        ] {
            let parsed = parse(text).expect(text);
            assert_eq!(parsed.so, so);
            assert_eq!(parsed.nam, nam);
            assert_eq!(parsed.ky_hieu, ky_hieu);
            assert_eq!(parsed.is_qppl(), nam.is_some());
            assert_eq!(parsed.to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_no_references() {
        for text in [
            "",
            "/",
            "925",
            "/QĐ-UBND",
            "925 /BC-UBND",
            "925/ BC-UBND",
            "0/QĐ-UBND",
            "+5/QĐ-UBND",
            "5/QĐ-",
            "36/17/QĐ-UBND",
            "36/1944/QĐ-UBND",
            "36/02017/QĐ-UBND",
            "36/2017/",
            "36/2017/QĐ/UBND",
            "99999999999/QĐ-UBND",
            "BC-UBND/925",
            "\u{a0}\u{a0}/QĐ-UBND",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn formatted_references_parse_back(so in 1..=u32::MAX, ky_hieu in SYMBOL) {
            prop_assert_eq!(validate_ky_hieu(&ky_hieu), Ok(()));
            let parsed = parse(&format(Some(so), &ky_hieu));
            prop_assert_eq!(parsed, Some(SoKyHieu { so, nam: None, ky_hieu }));
        }

        #[test]
        fn references_with_a_year_parse_back(so in 1..=u32::MAX, nam in 1945..=2200, ky_hieu in SYMBOL) {
            let reference = SoKyHieu { so, nam: Some(nam), ky_hieu };
            prop_assert_eq!(parse(&reference.to_string()), Some(reference));
        }

        #[test]
        fn any_text_is_judged(text in "\\PC*", near in "[0-9/QĐ&-]{0,12}") {
            let _ = (parse(&text), validate_ky_hieu(&text));
            if let Some(parsed) = parse(&near) {
                prop_assert_eq!(parse(&parsed.to_string()), Some(parsed));
            }
        }
    }
}
