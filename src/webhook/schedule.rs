//! When a call that did not arrive is made again.

use std::time::Duration;

/// Seconds before each call, counted from the one before.
const SECONDS: [u64; 7] = [0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600];

/// Calls in all, the first included; they spread over about 18 hours.
pub const ATTEMPTS: u32 = SECONDS.len() as u32;

/// The longest a receiver may put us off.
const LONGEST: Duration = Duration::from_secs(10 * 3600);

/// How long to wait before call number `attempt`, from 0; `None` when there are no more.
///
/// `jitter`, any number, spreads the waits by up to a fifth, so that a receiver that comes back is not run over by
/// everybody at once.
pub fn delay(attempt: u32, jitter: u64) -> Option<Duration> {
    let seconds = SECONDS.get(usize::try_from(attempt).ok()?)?;
    let milliseconds = seconds * 1000;
    Some(Duration::from_millis(milliseconds + jitter % (milliseconds / 5 + 1)))
}

/// As [`delay`], where the receiver may ask for more (`Retry-After`), up to ten hours. It cannot ask for less.
pub fn next(attempt: u32, jitter: u64, retry_after: Option<Duration>) -> Option<Duration> {
    let own = delay(attempt, jitter)?;
    Some(retry_after.map_or(own, |asked| own.max(asked.min(LONGEST))))
}

/// What `Retry-After` asks for (RFC 9110 §10.2.3): seconds, or a date held against `now`, seconds since 1970. `None` where
/// it cannot be read.
pub fn retry_after(header: &str, now: i64) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(header.parse().map_or(LONGEST, Duration::from_secs));
    }
    let wait = http_date(header)?.checked_sub(now)?;
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, the one form of date that may still be sent.
fn http_date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split(' ').skip(1);
    let day: i64 = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)?;
    let year: i64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(str::parse::<i64>);
    let mut part = |most: i64| clock.next()?.ok().filter(|part| (0..=most).contains(part));
    let seconds = part(23)? * 3600 + part(59)? * 60 + part(60)?;
    if words.next()? != "GMT" || !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    // Years from March, so that the leap day is the last.
    let month = i64::try_from(month).ok()?;
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day - 1;
    Some((days - 719_468) * 86_400 + seconds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_waits_are_those_told() {
        let waits: Vec<u64> = (0..).map_while(|attempt| delay(attempt, 0)).map(|wait| wait.as_secs()).collect();
        assert_eq!(waits, [0, 5, 300, 1_800, 7_200, 18_000, 36_000]);
        assert_eq!(waits.len(), usize::try_from(ATTEMPTS).expect("few"));
        assert_eq!((delay(7, 0), delay(u32::MAX, 0)), (None, None));
    }

    #[test]
    fn a_receiver_may_ask_for_more_and_not_for_ever() {
        let asked = |seconds| next(1, 0, Some(Duration::from_secs(seconds))).expect("a call is left").as_secs();
        assert_eq!([asked(1), asked(60), asked(u64::MAX)], [5, 60, 36_000]);
        assert_eq!(next(1, 0, None), delay(1, 0));
        assert_eq!(next(7, 0, Some(Duration::from_secs(1))), None);
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let read = |header| retry_after(header, 784_111_777).map(|wait| wait.as_secs());
        assert_eq!(read("120"), Some(120));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(0));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(read("Sat, 05 Nov 1994 08:49:37 GMT"), Some(0));
        assert_eq!(read("99999999999999999999999"), Some(LONGEST.as_secs()));
        for header in [
            "",
            "soon",
            "-5",
            "1.5",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Mai 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994",
        ] {
            assert_eq!(read(header), None, "{header}");
        }
    }

    #[test]
    fn dates_around_leap_days_are_counted() {
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_date("Tue, 29 Feb 2000 00:00:00 GMT"), Some(951_782_400));
        assert_eq!(http_date("Wed, 01 Mar 2000 00:00:00 GMT"), Some(951_868_800));
        assert_eq!(http_date("Sun, 22 Nov 2026 19:00:00 GMT"), Some(1_795_374_000));
    }

    proptest! {
        #[test]
        fn jitter_adds_a_fifth_at_most(attempt in 0_u32..7, jitter: u64) {
            let (plain, spread) = (delay(attempt, 0).expect("few"), delay(attempt, jitter).expect("few"));
            prop_assert!(spread >= plain && spread.as_millis() * 5 <= plain.as_millis() * 6);
        }

        #[test]
        fn no_header_is_too_strange(header in ".{0,40}", now: i64) {
            let _ = retry_after(&header, now);
        }
    }
}
