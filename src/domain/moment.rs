//! A day and the time of that day, as minutes of a meeting write them.
//!
//! Local time: a meeting has no zone, and nothing here knows what time it is.

use super::date::{self, Date, DateError};
use super::number::pad;

/// Room for a hand-written hour or minute: no-break spaces, as in [`date::blank_long`].
const BLANK: &str = "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}";

/// A minute of a day, ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The day.
    pub day: Date,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
}

impl Moment {
    /// Reads exactly `YYYY-MM-DDThh:mm`, a day that exists and a time from 00:00 to 23:59.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let (day, time) = text.split_once('T').ok_or(DateError::Format)?;
        let day = Date::parse(day)?;
        let (hour, minute) = time.split_once(':').ok_or(DateError::Format)?;
        Ok(Self { day, hour: part(hour, 24)?, minute: part(minute, 60)? })
    }

    /// `14 giờ 05 phút, ngày 07 tháng 12 năm 2020`: the order of Mẫu 1.9 of Decree 30/2020/NĐ-CP, Annex III; two digits
    /// for hour and minute are office practice.
    pub fn long(self) -> String {
        format!("{} giờ {} phút, {}", pad(self.hour.into()), pad(self.minute.into()), self.day.long())
    }
}

/// The same with blanks for the pen, `year` printed if it is known.
pub fn blank_long(year: Option<i32>) -> String {
    format!("{BLANK}giờ{BLANK}phút, {}", date::blank_long(year))
}

/// Two digits below a limit.
fn part(text: &str, limit: u8) -> Result<u8, DateError> {
    if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DateError::Format);
    }
    text.parse().ok().filter(|value| *value < limit).ok_or(DateError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_is_written_in_the_order_of_the_form() {
        let long = |text| Moment::parse(text).map(Moment::long);
        assert_eq!(long("2020-12-07T14:05").as_deref(), Ok("14 giờ 05 phút, ngày 07 tháng 12 năm 2020"));
        assert_eq!(long("2021-07-05T08:00").as_deref(), Ok("08 giờ 00 phút, ngày 05 tháng 7 năm 2021"));
    }

    #[test]
    fn what_no_clock_shows_is_refused() {
        for text in [
            "2021-07-05",
            "2021-07-05 08:00",
            "2021-07-05T8:00",
            "2021-07-05T24:00",
            "2021-07-05T08:60",
            "2021-07-05T08:00:00",
            "2021-07-05T08:00Z",
            "2021-02-29T08:00",
            "2021-07-05T+8:00",
            "",
        ] {
            assert!(Moment::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_open_end_leaves_room_for_the_pen() {
        let blank = blank_long(Some(2021));
        assert!(blank.ends_with("năm 2021") && blank.contains("\u{a0}giờ\u{a0}"), "{blank}");
    }

    proptest! {
        #[test]
        fn later_text_is_later_time(a in 0_u16..1440, b in 0_u16..1440, day in 1_u8..29) {
            let text = |minutes: u16| format!("2021-02-{day:02}T{:02}:{:02}", minutes / 60, minutes % 60);
            let (one, other) = (Moment::parse(&text(a)), Moment::parse(&text(b)));
            prop_assert!(one.is_ok());
            // The manifest's rules compare the texts.
            prop_assert_eq!(one.ok().cmp(&other.ok()), text(a).cmp(&text(b)));
        }

        #[test]
        fn no_text_is_a_panic(text in "\\PC*") {
            let _ = Moment::parse(&text);
        }
    }
}
