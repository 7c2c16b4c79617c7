//! Numbers read aloud: `1615` is `một nghìn sáu trăm mười lăm`.
//!
//! One profile, that of northern offices, is the default; [`Style`] names the four places where
//! usage differs.

use super::name::capitalize_first;

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// Decimals read as one number up to this many digits, one by one beyond: `phẩy tám mươi hai`,
/// `phẩy một bốn một năm chín`.
const READ_AS_NUMBER: usize = 3;

const BILLION: u64 = 1_000_000_000;

/// The choices of reading. The default is `linh`, `nghìn`, `tỷ`, `tư`: usage of northern offices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Style {
    /// The zero of the tens: 101.
    pub zero_tens: ZeroTens,
    /// The word for 10³.
    pub thousand: Thousand,
    /// The spelling for 10⁹.
    pub billion: Billion,
    /// The 4 after `mươi`: 24.
    pub four: Four,
}

/// How the empty tens place is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ZeroTens {
    /// `một trăm linh một`, in the North and in offices.
    #[default]
    Linh,
    /// `một trăm lẻ một`, in the South.
    Le,
}

/// The word for 10³.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Thousand {
    /// `nghìn`, in the North and in legal texts.
    #[default]
    Nghin,
    /// `ngàn`, in the South.
    Ngan,
}

/// The spelling of 10⁹.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Billion {
    /// `tỷ`, as legal texts spell it.
    #[default]
    Ty,
    /// `tỉ`, as school books spell it.
    Ti,
}

/// The 4 after `mươi`. After `mười`, `linh` and `trăm` it is always `bốn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Four {
    /// `hai mươi tư`.
    #[default]
    Tu,
    /// `hai mươi bốn`.
    Bon,
}

/// Reads a number in the default [`Style`]: `1.001` is `một nghìn không trăm linh một`.
pub fn read(n: i64) -> String {
    read_with(n, &Style::default())
}

/// Reads a number, negative ones with `âm` in front.
///
/// Groups of three are named `tỷ`, `triệu`, `nghìn`; an empty group is left out with its name, and
/// a later group below 100 says its `không trăm`. Above 999 tỷ the part before `tỷ` is read as a
/// number of its own: `một nghìn tỷ`, `một tỷ tỷ`.
pub fn read_with(n: i64, style: &Style) -> String {
    let mut words = Vec::new();
    if n < 0 {
        words.push("âm");
    }
    push_number(&mut words, n.unsigned_abs(), style);
    words.join(" ")
}

/// Reads figures as documents write them: `40,82` is `bốn mươi phẩy tám mươi hai`.
///
/// Takes digits, plain or grouped by dots (`1.615,5`), an optional `-` in front and an optional
/// comma with decimals. Zeros after the comma are read one by one (`0,05`: `không phẩy không năm`),
/// up to three digits after them as a number, more digit by digit. None for any other text and for
/// a whole part beyond `i64`.
pub fn read_decimal(text: &str) -> Option<String> {
    let style = Style::default();
    let (negative, figures) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match figures.split_once(',') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (figures, None),
    };
    let whole = ungroup(whole)?;
    let number = i64::try_from(whole.parse::<u64>().ok()?).ok()?;

    let mut words = Vec::new();
    // There is no minus zero, in figures or in words.
    let zero = number == 0 && fraction.is_none_or(|part| part.bytes().all(|digit| digit == b'0'));
    if negative && !zero {
        words.push("âm");
    }
    push_number(&mut words, number.unsigned_abs(), &style);
    if let Some(fraction) = fraction {
        if !all_digits(fraction) {
            return None;
        }
        words.push("phẩy");
        let rest = fraction.trim_start_matches('0');
        let zeros = fraction.len() - rest.len();
        words.extend(std::iter::repeat_n(DIGITS[0], zeros));
        if rest.len() > READ_AS_NUMBER {
            words.extend(rest.bytes().map(|byte| digit_word(u64::from(byte - b'0'))));
        } else if !rest.is_empty() {
            push_number(&mut words, rest.parse().ok()?, &style);
        }
    }
    Some(words.join(" "))
}

/// The line under an amount, with a capital letter: `Một triệu tám trăm nghìn đồng`.
///
/// Goes into `(Bằng chữ: …)`. The `chẵn` some offices add is left to the wording of the template.
pub fn money_line(amount: i64) -> String {
    capitalize_first(&(read(amount) + " đồng"))
}

/// Any number, zero included.
fn push_number(words: &mut Vec<&'static str>, n: u64, style: &Style) {
    if n == 0 {
        words.push(DIGITS[0]);
    } else {
        push_billions(words, n, style);
    }
}

/// A number above zero: what stands before `tỷ` as a number of its own, then the nine last digits.
fn push_billions(words: &mut Vec<&'static str>, n: u64, style: &Style) {
    let (billions, rest) = (n / BILLION, n % BILLION);
    if billions > 0 {
        push_billions(words, billions, style);
        words.push(match style.billion {
            Billion::Ty => "tỷ",
            Billion::Ti => "tỉ",
        });
    }
    let thousand = match style.thousand {
        Thousand::Nghin => "nghìn",
        Thousand::Ngan => "ngàn",
    };
    let mut leading = billions == 0;
    for (group, name) in
        [(rest / 1_000_000, Some("triệu")), (rest / 1_000 % 1_000, Some(thousand)), (rest % 1_000, None)]
    {
        if group > 0 {
            push_group(words, group, leading, style);
            words.extend(name);
            leading = false;
        }
    }
}

/// A group from 1 to 999. Only the leading group of a number may leave out its hundreds.
fn push_group(words: &mut Vec<&'static str>, group: u64, leading: bool, style: &Style) {
    let (hundreds, tens, units) = (group / 100, group / 10 % 10, group % 10);
    let after_hundreds = hundreds > 0 || !leading;
    if after_hundreds {
        words.extend([digit_word(hundreds), "trăm"]);
    }
    match tens {
        0 if units > 0 && after_hundreds => words.push(match style.zero_tens {
            ZeroTens::Linh => "linh",
            ZeroTens::Le => "lẻ",
        }),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([digit_word(tens), "mươi"]),
    }
    match (tens, units) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (2.., 4) if style.four == Four::Tu => words.push("tư"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(digit_word(units)),
    }
}

/// The name of the last decimal digit of a number.
fn digit_word(digit: u64) -> &'static str {
    DIGITS[(digit % 10) as usize]
}

/// The digits of `1615` or `1.615`; none if the dots are not between groups of three.
fn ungroup(whole: &str) -> Option<String> {
    let mut groups = whole.split('.');
    let first = groups.next()?;
    if !all_digits(first) || (whole.len() > first.len() && first.len() > 3) {
        return None;
    }
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !all_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// The way back, written apart from the reading: a sum of groups, each closed by its name.
    fn listen(text: &str) -> Option<i128> {
        let (mut before_ty, mut total, mut group, mut digit) = (0_i128, 0_i128, 0_i128, None);
        let mut negative = false;
        for word in text.split(' ') {
            match word {
                "âm" => negative = true,
                "linh" | "lẻ" => {}
                "mười" => group += 10,
                "mươi" => group += digit.take()? * 10,
                "trăm" => group += digit.take()? * 100,
                "nghìn" | "ngàn" => {
                    total += (group + digit.take().unwrap_or(0)) * 1_000;
                    group = 0;
                }
                "triệu" => {
                    total += (group + digit.take().unwrap_or(0)) * 1_000_000;
                    group = 0;
                }
                "tỷ" | "tỉ" => {
                    let below = total + group + digit.take().unwrap_or(0);
                    before_ty = (before_ty + below) * 1_000_000_000;
                    (total, group) = (0, 0);
                }
                "mốt" => digit = Some(1),
                "tư" => digit = Some(4),
                "lăm" => digit = Some(5),
                _ => {
                    let value = DIGITS.iter().position(|name| *name == word)?;
                    digit = Some(i128::try_from(value).ok()?);
                }
            }
        }
        let value = before_ty + total + group + digit.unwrap_or(0);
        Some(if negative { -value } else { value })
    }

    fn any_style() -> impl Strategy<Value = Style> {
        any::<[bool; 4]>().prop_map(|[le, ngan, ti, bon]| Style {
            zero_tens: if le { ZeroTens::Le } else { ZeroTens::Linh },
            thousand: if ngan { Thousand::Ngan } else { Thousand::Nghin },
            billion: if ti { Billion::Ti } else { Billion::Ty },
            four: if bon { Four::Bon } else { Four::Tu },
        })
    }

    #[test]
    fn default_profile_reads_the_reference_pairs() {
        for (n, words) in [
            (0, "không"),
            (4, "bốn"),
            (10, "mười"),
            (11, "mười một"),
            (14, "mười bốn"),
            (15, "mười lăm"),
            (20, "hai mươi"),
            (21, "hai mươi mốt"),
            (24, "hai mươi tư"),
            (25, "hai mươi lăm"),
            (54, "năm mươi tư"),
            (55, "năm mươi lăm"),
            (101, "một trăm linh một"),
            (104, "một trăm linh bốn"),
            (105, "một trăm linh năm"),
            (110, "một trăm mười"),
            (111, "một trăm mười một"),
            (115, "một trăm mười lăm"),
            (121, "một trăm hai mươi mốt"),
            (124, "một trăm hai mươi tư"),
            (205, "hai trăm linh năm"),
            (1_000, "một nghìn"),
            (1_001, "một nghìn không trăm linh một"),
            (1_010, "một nghìn không trăm mười"),
            (1_015, "một nghìn không trăm mười lăm"),
            (1_615, "một nghìn sáu trăm mười lăm"),
            (2_001, "hai nghìn không trăm linh một"),
            (21_000, "hai mươi mốt nghìn"),
            (55_555, "năm mươi lăm nghìn năm trăm năm mươi lăm"),
            (100_001, "một trăm nghìn không trăm linh một"),
            (105_005, "một trăm linh năm nghìn không trăm linh năm"),
            (223_500, "hai trăm hai mươi ba nghìn năm trăm"),
            (447_000, "bốn trăm bốn mươi bảy nghìn"),
            (702_000, "bảy trăm linh hai nghìn"),
            (1_000_001, "một triệu không trăm linh một"),
            (1_001_000, "một triệu không trăm linh một nghìn"),
            (1_010_101, "một triệu không trăm mười nghìn một trăm linh một"),
            (1_192_000, "một triệu một trăm chín mươi hai nghìn"),
            (1_490_000, "một triệu bốn trăm chín mươi nghìn"),
            (2_340_000, "hai triệu ba trăm bốn mươi nghìn"),
            (6_705_000, "sáu triệu bảy trăm linh năm nghìn"),
            (21_005_000, "hai mươi mốt triệu không trăm linh năm nghìn"),
            (105_450_000, "một trăm linh năm triệu bốn trăm năm mươi nghìn"),
            (1_000_000_001, "một tỷ không trăm linh một"),
            (1_005_000_000, "một tỷ không trăm linh năm triệu"),
            (1_234_567_890, "một tỷ hai trăm ba mươi tư triệu năm trăm sáu mươi bảy nghìn tám trăm chín mươi"),
            (2_000_015_000, "hai tỷ không trăm mười lăm nghìn"),
        ] {
            assert_eq!(read(n), words, "{n}");
        }
    }

    #[test]
    fn thousands_and_millions_of_billions_are_read_as_numbers() {
        for (n, words) in [
            (1_000_000_000_000, "một nghìn tỷ"),
            (1_000_000_000_000_000, "một triệu tỷ"),
            (1_000_000_000_000_000_000, "một tỷ tỷ"),
            (1_001_000_000_000, "một nghìn không trăm linh một tỷ"),
            (1_000_000_000_005, "một nghìn tỷ không trăm linh năm"),
        ] {
            assert_eq!(read(n), words, "{n}");
        }
    }

    #[test]
    fn negative_numbers_begin_with_am() {
        assert_eq!(read(-5), "âm năm");
        assert_eq!(
            read(i64::MIN),
            "âm chín tỷ hai trăm hai mươi ba triệu ba trăm bảy mươi hai nghìn không trăm ba mươi \
             sáu tỷ tám trăm năm mươi tư triệu bảy trăm bảy mươi lăm nghìn tám trăm linh tám"
        );
        assert_eq!(listen(&read(i64::MIN)), Some(i128::from(i64::MIN)));
        assert_eq!(listen(&read(i64::MAX)), Some(i128::from(i64::MAX)));
    }

    #[test]
    fn style_changes_only_its_own_word() {
        let n = 2_000_101_024;
        let plain = Style::default();
        for (style, words) in [
            (plain, "hai tỷ một trăm linh một nghìn không trăm hai mươi tư"),
            (Style { zero_tens: ZeroTens::Le, ..plain }, "hai tỷ một trăm lẻ một nghìn không trăm hai mươi tư"),
            (Style { thousand: Thousand::Ngan, ..plain }, "hai tỷ một trăm linh một ngàn không trăm hai mươi tư"),
            (Style { billion: Billion::Ti, ..plain }, "hai tỉ một trăm linh một nghìn không trăm hai mươi tư"),
            (Style { four: Four::Bon, ..plain }, "hai tỷ một trăm linh một nghìn không trăm hai mươi bốn"),
        ] {
            assert_eq!(read_with(n, &style), words);
        }
    }

    #[test]
    fn decimals_are_read_after_phay() {
        for (figures, words) in [
            ("40,82", "bốn mươi phẩy tám mươi hai"),
            ("8,7", "tám phẩy bảy"),
            ("0,3", "không phẩy ba"),
            ("0,05", "không phẩy không năm"),
            ("1,105", "một phẩy một trăm linh năm"),
            ("3,14159", "ba phẩy một bốn một năm chín"),
            ("0,0012", "không phẩy không không mười hai"),
            ("40,0", "bốn mươi phẩy không"),
            ("1.615,5", "một nghìn sáu trăm mười lăm phẩy năm"),
            ("1615", "một nghìn sáu trăm mười lăm"),
            ("123.655", "một trăm hai mươi ba nghìn sáu trăm năm mươi lăm"),
            ("05", "năm"),
            ("-0,5", "âm không phẩy năm"),
            ("-12", "âm mười hai"),
            ("-0", "không"),
            ("-0,0", "không phẩy không"),
        ] {
            assert_eq!(read_decimal(figures).as_deref(), Some(words), "{figures}");
        }
    }

    #[test]
    fn other_texts_are_not_read_as_decimals() {
        for text in [
            "",
            "-",
            ",",
            ",5",
            "5,",
            "1,2,3",
            "1.61,5",
            "1615.000",
            ".615",
            "1.",
            "1..000",
            "40.82",
            "40,8.2",
            "40,82%",
            " 40,82",
            "+40,82",
            "--4",
            "bốn",
            "٤",
            "1e3",
            "9.223.372.036.854.775.808",
            "99999999999999999999999",
        ] {
            assert_eq!(read_decimal(text), None, "{text}");
        }
    }

    #[test]
    fn money_line_begins_with_a_capital() {
        assert_eq!(money_line(1_800_000), "Một triệu tám trăm nghìn đồng");
        assert_eq!(money_line(0), "Không đồng");
        assert_eq!(money_line(-1_000), "Âm một nghìn đồng");
    }

    #[test]
    fn small_numbers_are_all_read_differently() {
        let readings: HashSet<_> = (0..100_000).map(read).collect();
        assert_eq!(readings.len(), 100_000);
    }

    proptest! {
        #[test]
        fn what_is_read_can_be_written_down(n in any::<i64>(), style in any_style()) {
            prop_assert_eq!(listen(&read_with(n, &style)), Some(i128::from(n)));
        }

        #[test]
        fn numbers_with_empty_groups_can_be_written_down(
            groups in prop::collection::vec(prop_oneof![Just(0_i64), 0..10_i64, 0..1_000_i64], 1..7),
            style in any_style(),
        ) {
            let n = groups.iter().fold(0, |sum, group| sum * 1_000 + group);
            let words = read_with(n, &style);
            prop_assert_eq!(listen(&words), Some(i128::from(n)), "{}", words);
            prop_assert!(words.split(' ').all(|word| !word.is_empty()));
        }

        #[test]
        fn whole_figures_are_read_as_numbers(n in any::<i64>()) {
            prop_assume!(n != i64::MIN);
            prop_assert_eq!(read_decimal(&n.to_string()), Some(read(n)));
            prop_assert_eq!(read_decimal(&super::super::number::group(n)), Some(read(n)));
        }

        #[test]
        fn read_decimal_takes_any_text(text in "\\PC*", figures in "-?[0-9.,]{0,30}") {
            let _ = read_decimal(&text);
            let _ = read_decimal(&figures);
        }
    }
}
