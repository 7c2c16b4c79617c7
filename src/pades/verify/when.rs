//! Dates as PDF writes them (ISO 32000-1, 7.9.4).

use chrono::{FixedOffset, NaiveDate, TimeZone as _};

use crate::pades::Moment;

/// `D:20261122101530+07'00'`; what is left out is the first of its kind, a zone that is left out is UTC.
pub(super) fn moment(text: &[u8]) -> Option<Moment> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.strip_prefix("D:").unwrap_or(text);
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, zone) = text.split_at(digits);
    let part = |from: usize, to: usize, default: u32| match digits.get(from..to) {
        Some(part) => part.parse().ok(),
        None if digits.len() <= from => Some(default),
        None => None,
    };
    let year: i32 = digits.get(..4)?.parse().ok()?;
    let day = NaiveDate::from_ymd_opt(year, part(4, 6, 1)?, part(6, 8, 1)?)?;
    let time = day.and_hms_opt(part(8, 10, 0)?, part(10, 12, 0)?, part(12, 14, 0)?)?;
    let sign = match zone.chars().next() {
        None | Some('Z') => 0,
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return None,
    };
    let mut parts = zone.get(1..).unwrap_or_default().split('\'').filter(|part| !part.is_empty());
    let mut next = || parts.next().map_or(Some(0), |part| part.parse::<i32>().ok().filter(|part| *part < 60));
    let seconds = sign * (next()? * 3600 + next()? * 60);
    FixedOffset::east_opt(seconds)?.from_local_datetime(&time).single()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written() {
        for (text, read) in [
            ("D:20261122101530+07'00'", "2026-11-22T10:15:30+07:00"),
            ("D:20261122101530+07'00", "2026-11-22T10:15:30+07:00"),
            ("D:20261122101530Z", "2026-11-22T10:15:30+00:00"),
            ("D:20261122101530Z00'00'", "2026-11-22T10:15:30+00:00"),
            ("D:2026", "2026-01-01T00:00:00+00:00"),
        ] {
            assert_eq!(moment(text.as_bytes()).map(|at| at.to_rfc3339()).as_deref(), Some(read), "{text}");
        }
        for text in ["", "D:", "D:20261322", "D:2026112210153", "D:20261122101530*07", "ngày 5 tháng 7"] {
            assert_eq!(moment(text.as_bytes()), None, "{text}");
        }
    }
}
