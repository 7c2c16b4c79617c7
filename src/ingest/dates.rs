//! Days as sheets hold them: date cells, serial numbers, and text in the ways people write it.

use calamine::{ExcelDateTime, ExcelDateTimeType};

use super::grid::Moment;
use super::workbook;
use crate::diagnostic::Diagnostic;
use crate::domain::date::Date;

/// A day read from text, and whether day and month could change places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    /// The day.
    pub(super) day: Date,
    /// Written with day and month both below 13, in the Vietnamese order.
    pub(super) either_order: bool,
}

/// Why a text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Not in a known form.
    Form,
    /// The calendar has no such day, or it is beyond 1900–2200.
    NoSuchDay,
    /// A year of two figures.
    ShortYear,
    /// The second number is above 12: month first, as in English.
    MonthFirst,
}

/// Reads `29/9/2021`, `29-09-2021`, `29.9.2021`, `2021-09-29`, `ngày 29 tháng 9 năm 2021`.
pub(super) fn read(text: &str) -> Result<Read, Wrong> {
    let lower = text.to_lowercase();
    let mut plain = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        match word {
            "ngày" => {}
            "tháng" | "năm" => plain.push('/'),
            _ => plain.push_str(word),
        }
    }
    let separator = ['/', '-', '.'].into_iter().find(|separator| plain.contains(*separator)).ok_or(Wrong::Form)?;
    let parts: Vec<&str> = plain.split(separator).collect();
    let [first, second, third] = parts.as_slice() else { return Err(Wrong::Form) };
    let all_digits =
        |part: &&str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    if ![first, second, third].into_iter().all(all_digits) {
        return Err(Wrong::Form);
    }
    if first.len() == 4 && second.len() <= 2 && third.len() <= 2 {
        return Ok(Read { day: day(first, second, third)?, either_order: false });
    }
    if first.len() > 2 || second.len() > 2 {
        return Err(Wrong::Form);
    }
    if third.len() == 2 {
        return Err(Wrong::ShortYear);
    }
    if third.len() != 4 {
        return Err(Wrong::Form);
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    if number(second) > 12 && number(first) <= 12 && day(third, first, second).is_ok() {
        return Err(Wrong::MonthFirst);
    }
    let (day_number, month) = (number(first), number(second));
    let either_order = day_number <= 12 && month <= 12 && day_number != month;
    Ok(Read { day: day(third, second, first)?, either_order })
}

fn day(year: &str, month: &str, day: &str) -> Result<Date, Wrong> {
    Date::parse(&format!("{year}-{month:0>2}-{day:0>2}")).map_err(|_| Wrong::NoSuchDay)
}

/// A date cell's day.
pub(super) fn of_moment(moment: Moment) -> Option<Date> {
    Date::parse(&format!("{:04}-{:02}-{:02}", moment.year, moment.month, moment.day)).ok()
}

/// The day of a serial number; none for what is no whole day of 1901 to 2200.
///
/// Excel takes 1900 for a leap year, so the first sixty numbers mean two days each: they are left out with their year.
pub(super) fn of_serial(serial: f64, from_1904: bool) -> Option<Date> {
    let whole = serial.fract() == 0.0 && (367.0..=110_000.0).contains(&serial);
    let value = whole.then(|| ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, from_1904))?;
    of_moment(workbook::moment(&value))
}

/// The fault of a text that is no day.
pub(super) fn fault(text: &str, wrong: Wrong) -> Diagnostic {
    let (vi, en) = match wrong {
        Wrong::Form => ("không phải một ngày", "is not a day"),
        Wrong::NoSuchDay => ("không phải một ngày có thật từ năm 1900 đến 2200", "is not a real day from 1900 to 2200"),
        Wrong::ShortYear => ("chỉ có hai chữ số năm", "has a year of two figures"),
        Wrong::MonthFirst => ("viết tháng trước ngày", "has the month before the day"),
    };
    Diagnostic::error("date", format!("`{text}` {vi}"), format!("`{text}` {en}"))
        .hint("ghi ngày/tháng/năm, ví dụ `29/9/2021`", "write day/month/year, such as `29/9/2021`")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Result<String, Wrong> {
        read(text).map(|read| read.day.to_string())
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for form in [
            "29/9/2021",
            "29/09/2021",
            "29-9-2021",
            "29.09.2021",
            "2021-09-29",
            "2021/9/29",
            " ngày 29 tháng 9 năm 2021",
            "29 / 9 / 2021",
        ] {
            assert_eq!(text(form), Ok("2021-09-29".to_owned()), "{form}");
        }
    }

    #[test]
    fn what_is_no_day_says_why() {
        for (form, wrong) in [
            ("29/9/21", Wrong::ShortYear),
            ("9/29/2021", Wrong::MonthFirst),
            ("29/2/2021", Wrong::NoSuchDay),
            ("31/13/2021", Wrong::NoSuchDay),
            ("1/1/1899", Wrong::NoSuchDay),
            ("9/2021", Wrong::Form),
            ("năm 2021", Wrong::Form),
            ("29/9/2021 - 30/9/2021", Wrong::Form),
            ("", Wrong::Form),
            ("129/9/2021", Wrong::Form),
        ] {
            assert_eq!(text(form), Err(wrong), "{form}");
        }
    }

    #[test]
    fn only_days_below_thirteen_could_be_read_both_ways() {
        let either = |text: &str| read(text).map(|read| read.either_order);
        assert_eq!(either("3/4/2021"), Ok(true));
        assert_eq!(either("4/4/2021"), Ok(false));
        assert_eq!(either("13/4/2021"), Ok(false));
        assert_eq!(either("2021-03-04"), Ok(false));
    }

    #[test]
    fn serial_numbers_follow_both_epochs() {
        assert_eq!(of_serial(44_468.0, false).map(|day| day.to_string()), Some("2021-09-29".into()));
        assert_eq!(of_serial(43_006.0, true).map(|day| day.to_string()), Some("2021-09-29".into()));
        for serial in [60.0, 2.5, -1.0, 1e9, f64::NAN] {
            assert_eq!(of_serial(serial, false), None);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC*") {
            let _ = read(&text);
        }

        #[test]
        fn short_and_long_forms_of_a_day_read_back(serial in 367_u32..109_000) {
            let day = of_serial(f64::from(serial), false).expect("a day of the range");
            prop_assert_eq!(read(&day.short()).map(|read| read.day), Ok(day));
            prop_assert_eq!(read(&day.long()).map(|read| read.day), Ok(day));
            prop_assert_eq!(read(&day.to_string()).map(|read| read.day), Ok(day));
        }
    }
}
