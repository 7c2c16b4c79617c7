//! Dates as documents write them: long, short, and blank for the pen.
//!
//! A date is a value handed in; nothing here knows what day it is.

use std::fmt;

use super::number::pad;

/// First and last year a document may carry.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Room for a hand-written day, month or year. No-break spaces survive trimming and justification,
/// which would eat ordinary ones.
const BLANK: &str = "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}";

/// A day of the Gregorian calendar, ordered by time.
///
/// [`Date::parse`] is the checked door. The fields are open for reading; a value put together by
/// hand is not checked, and every method still answers without panicking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Year, 1900 to 2200.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
}

impl Date {
    /// Reads exactly `YYYY-MM-DD`, a day that exists, in 1900 to 2200.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(DateError::Format);
        }
        let year = digits(&bytes[..4])?;
        let month = digits(&bytes[5..7])?;
        let day = digits(&bytes[8..])?;
        if !YEARS.contains(&year) {
            return Err(DateError::OutOfRange);
        }
        if !(1..=days_in_month(year, month)).contains(&day) {
            return Err(DateError::NoSuchDay);
        }
        match (u8::try_from(month), u8::try_from(day)) {
            (Ok(month), Ok(day)) => Ok(Self { year, month, day }),
            _ => Err(DateError::NoSuchDay),
        }
    }

    /// The formal text: `ngày 29 tháng 9 năm 2021`, `ngày 02 tháng 01 năm 2020`.
    ///
    /// Days below 10 and the months 1 and 2 take a leading zero, months 3 to 9 do not
    /// (Decree 30/2020/NĐ-CP, Annex I, II.4.b).
    pub fn long(self) -> String {
        let (day, month) = self.padded();
        format!("ngày {day} tháng {month} năm {}", self.year)
    }

    /// The short text with the same zeros: `31/7/2017`, `06/4/2021`, `26/02/2020` (office practice).
    pub fn short(self) -> String {
        let (day, month) = self.padded();
        format!("{day}/{month}/{}", self.year)
    }

    /// Days since 1970-01-01, negative before; the difference of two dates is a span in days.
    pub fn days_from_epoch(self) -> i64 {
        // Years begin in March here, so that the leap day is the last of its year; 400 of them are
        // an era of exactly 146 097 days (Howard Hinnant, "days_from_civil").
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// Day and month with the zeros the decree asks for.
    fn padded(self) -> (String, String) {
        let month = match self.month {
            1 | 2 => pad(self.month.into()),
            other => other.to_string(),
        };
        (pad(self.day.into()), month)
    }
}

/// ISO 8601, as [`Date::parse`] reads it: `2021-09-29`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Why a text is no [`Date`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateError {
    /// Not of the form `YYYY-MM-DD`.
    Format,
    /// The calendar has no such day: `2021-02-29`, `2021-13-01`.
    NoSuchDay,
    /// A year before 1900 or after 2200: more likely a typing error than a document.
    OutOfRange,
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "a date has the form `YYYY-MM-DD`",
            Self::NoSuchDay => "the calendar has no such day",
            Self::OutOfRange => "the year is not between 1900 and 2200",
        })
    }
}

impl std::error::Error for DateError {}

/// A long date to be filled in by pen after signing: `ngày     tháng     năm 2021`.
///
/// Day and month are five no-break spaces each, with no ordinary space beside them; the year too
/// when it is not known. Documents are numbered and dated after the signature
/// (Decree 30/2020/NĐ-CP, Article 15.2).
pub fn blank_long(year: Option<i32>) -> String {
    match year {
        Some(year) => format!("ngày{BLANK}tháng{BLANK}năm {year}"),
        None => format!("ngày{BLANK}tháng{BLANK}năm{BLANK}"),
    }
}

/// Place and date of the document head: `Phù Yên, ngày 29 tháng 9 năm 2021`, and with the blanks of
/// [`blank_long`] when the day is open (Decree 30/2020/NĐ-CP, Annex I, II.4).
///
/// `year` is the year printed beside the blanks; it counts only when `date` is none. An empty place
/// leaves the date alone, without its comma.
pub fn place_and_date(dia_danh: &str, date: Option<Date>, year: Option<i32>) -> String {
    let date = date.map_or_else(|| blank_long(year), Date::long);
    match dia_danh.trim() {
        "" => date,
        place => format!("{place}, {date}"),
    }
}

/// The value of a few ASCII digits; signs and spaces, which `str::parse` may take, are refused.
fn digits(bytes: &[u8]) -> Result<i32, DateError> {
    bytes.iter().try_fold(0, |value, byte| match byte {
        b'0'..=b'9' => Ok(value * 10 + i32::from(byte - b'0')),
        _ => Err(DateError::Format),
    })
}

/// Length of a month, 0 for a month that does not exist.
fn days_in_month(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(leap),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).expect("the test writes real dates")
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (YEARS, 1..=12_u8, 1..=31_u8).prop_filter_map("no such day", |(year, month, day)| {
            Date::parse(&format!("{year}-{month:02}-{day:02}")).ok()
        })
    }

    #[test]
    fn long_and_short_pad_as_the_decree_says() {
        for (iso, long, short) in [
            ("2021-09-29", "ngày 29 tháng 9 năm 2021", "29/9/2021"),
            ("2014-04-07", "ngày 07 tháng 4 năm 2014", "07/4/2014"),
            ("2020-01-02", "ngày 02 tháng 01 năm 2020", "02/01/2020"),
            ("2020-02-26", "ngày 26 tháng 02 năm 2020", "26/02/2020"),
            ("2020-01-05", "ngày 05 tháng 01 năm 2020", "05/01/2020"),
            ("2019-06-29", "ngày 29 tháng 6 năm 2019", "29/6/2019"),
            ("2017-11-04", "ngày 04 tháng 11 năm 2017", "04/11/2017"),
            ("2017-07-31", "ngày 31 tháng 7 năm 2017", "31/7/2017"),
            ("2021-04-06", "ngày 06 tháng 4 năm 2021", "06/4/2021"),
            ("2021-03-10", "ngày 10 tháng 3 năm 2021", "10/3/2021"),
        ] {
            assert_eq!(date(iso).long(), long);
            assert_eq!(date(iso).short(), short);
        }
    }

    #[test]
    fn only_the_exact_form_is_read() {
        for text in [
            "",
            "2021-9-29",
            "29/9/2021",
            "2021-09-29 ",
            " 2021-09-29",
            "2021/09/29",
            "+021-09-29",
            "2021-+9-29",
            "2021-09-2a",
            "2021-09-29T00:00",
            "\u{662}\u{660}-09-29",
            "năm-09-290",
            "-----------",
            "----------",
        ] {
            assert_eq!(Date::parse(text), Err(DateError::Format), "{text}");
        }
    }

    #[test]
    fn days_outside_the_calendar_are_refused() {
        for text in [
            "2021-02-29",
            "1900-02-29",
            "2100-02-29",
            "2021-04-31",
            "2021-00-10",
            "2021-13-10",
            "2021-01-00",
            "2021-01-32",
        ] {
            assert_eq!(Date::parse(text), Err(DateError::NoSuchDay), "{text}");
        }
        for text in ["2000-02-29", "2024-02-29", "1900-01-01", "2200-12-31"] {
            assert!(Date::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn years_outside_the_range_are_refused() {
        for text in ["1899-12-31", "2201-01-01", "0000-01-01", "9999-12-31"] {
            assert_eq!(Date::parse(text), Err(DateError::OutOfRange), "{text}");
        }
    }

    #[test]
    fn blanks_are_five_no_break_spaces_and_nothing_else() {
        let blank = "\u{a0}".repeat(5);
        assert_eq!(blank_long(Some(2021)), format!("ngày{blank}tháng{blank}năm 2021"));
        assert_eq!(blank_long(None), format!("ngày{blank}tháng{blank}năm{blank}"));
    }

    #[test]
    fn place_precedes_the_date_with_a_comma() {
        let day = Some(date("2021-09-29"));
        assert_eq!(place_and_date("Phù Yên", day, None), "Phù Yên, ngày 29 tháng 9 năm 2021");
        assert_eq!(place_and_date(" Phù Yên ", day, Some(1999)), "Phù Yên, ngày 29 tháng 9 năm 2021");
        assert_eq!(place_and_date("Phù Yên", None, Some(2021)), format!("Phù Yên, {}", blank_long(Some(2021))));
        assert_eq!(place_and_date("", day, None), "ngày 29 tháng 9 năm 2021");
    }

    #[test]
    fn epoch_days_count_from_1970() {
        for (iso, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-03-01", 11_017),
            ("2021-09-29", 18_899),
            ("1900-01-01", -25_567),
        ] {
            assert_eq!(date(iso).days_from_epoch(), days, "{iso}");
        }
    }

    #[test]
    fn consecutive_days_differ_by_one() {
        let mut previous: Option<Date> = None;
        for year in YEARS {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let today = date(&format!("{year}-{month:02}-{day:02}"));
                    if let Some(yesterday) = previous {
                        assert_eq!(today.days_from_epoch(), yesterday.days_from_epoch() + 1);
                    }
                    previous = Some(today);
                }
            }
        }
    }

    #[test]
    fn unchecked_values_do_not_panic() {
        for year in [i32::MIN, 0, i32::MAX] {
            for month in [0, 2, 3, u8::MAX] {
                let odd = Date { year, month, day: u8::MAX };
                let _ = (odd.long(), odd.short(), odd.to_string(), odd.days_from_epoch());
            }
        }
    }

    proptest! {
        #[test]
        fn display_and_parse_agree(day in any_date()) {
            prop_assert_eq!(Date::parse(&day.to_string()), Ok(day));
        }

        #[test]
        fn order_is_the_order_of_days(a in any_date(), b in any_date()) {
            prop_assert_eq!(a.cmp(&b), a.days_from_epoch().cmp(&b.days_from_epoch()));
        }

        #[test]
        fn parse_takes_any_text(text in "\\PC*") {
            let _ = Date::parse(&text);
        }

        #[test]
        fn what_parses_prints_back(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            if let Ok(day) = Date::parse(&text) {
                prop_assert_eq!(day.to_string(), text);
            }
        }
    }
}
