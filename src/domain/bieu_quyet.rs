//! Votes of a council: ballots that add up, shares, and the share that is asked for.
//!
//! Which share an award or a meeting needs, and of what it is counted, is for the council's own rules to say: every
//! threshold here is a value handed in.

/// A share that must be reached, from just above nothing to the whole: `2/3`, `90%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TyLe {
    part: u64,
    whole: u64,
}

impl TyLe {
    /// Reads a fraction `2/3` or a percentage `90%`, `66,7%`, with at most three digits on a side of the stroke and two
    /// after the comma. None for anything else, for nothing and for more than the whole.
    pub fn parse(text: &str) -> Option<Self> {
        let (part, whole) = match text.strip_suffix('%') {
            Some(number) => {
                let (ones, decimals) = number.split_once([',', '.']).unwrap_or((number, "00"));
                let hundredths = match decimals.len() {
                    1 => digits(decimals)? * 10,
                    2 => digits(decimals)?,
                    _ => return None,
                };
                (digits(ones)? * 100 + hundredths, 10_000)
            }
            None => {
                let (part, whole) = text.split_once('/')?;
                (digits(part)?, digits(whole)?)
            }
        };
        (0 < part && part <= whole).then_some(Self { part, whole })
    }

    /// Whether `votes` of `of` are at least this share, reckoned without rounding; never of nothing.
    pub fn reached(self, votes: u64, of: u64) -> bool {
        of > 0 && u128::from(votes) * u128::from(self.whole) >= u128::from(of) * u128::from(self.part)
    }
}

/// One to three ASCII digits.
fn digits(text: &str) -> Option<u64> {
    let sound = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| text.parse().ok()).flatten()
}

/// What was voted on one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ballots {
    /// `dong_y`.
    pub approving: u64,
    /// `khong_dong_y`.
    pub refusing: u64,
    /// `phieu_khong_hop_le`.
    pub invalid: u64,
}

impl Ballots {
    /// All that were cast.
    pub fn cast(self) -> u64 {
        self.approving.saturating_add(self.refusing).saturating_add(self.invalid)
    }
}

/// What a share is counted of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// So many, the same for every recipient: members of the council, members present, ballots collected.
    All(u64),
    /// The valid ballots on the recipient.
    Valid,
}

impl Base {
    /// How many that is for these ballots.
    pub fn count(self, ballots: Ballots) -> u64 {
        match self {
            Self::All(count) => count,
            Self::Valid => ballots.approving.saturating_add(ballots.refusing),
        }
    }
}

/// `votes` of `of` in percent, rounded to hundredths, halves up; 0 of nothing.
pub fn percent(votes: u64, of: u64) -> f64 {
    if of == 0 {
        return 0.0;
    }
    let hundredths = (u128::from(votes) * 20_000 + u128::from(of)) / (2 * u128::from(of));
    u32::try_from(hundredths).map_or(f64::INFINITY, |hundredths| f64::from(hundredths) / 100.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(text: &str) -> TyLe {
        TyLe::parse(text).unwrap_or_else(|| panic!("{text} is a share"))
    }

    #[test]
    fn two_thirds_of_fifteen_are_ten_and_not_nine() {
        assert!(share("2/3").reached(10, 15) && !share("2/3").reached(9, 15));
        // Rounded to hundredths both would be the same.
        assert!(!share("66,67%").reached(10, 15) && share("66,66%").reached(10, 15));
        assert!(share("90%").reached(9, 10) && !share("90%").reached(8, 9));
        assert!(share("100%").reached(7, 7) && !share("1/1").reached(6, 7));
    }

    #[test]
    fn of_nothing_no_share_is_reached() {
        assert!(!share("1/999").reached(0, 0));
        assert!(percent(0, 0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in [
            "",
            "2",
            "0/3",
            "3/2",
            "0%",
            "101%",
            "2/0",
            "2 / 3",
            "-1/3",
            "66,667%",
            "1,%",
            "%",
            "/",
            "+1/3",
            "9999/9999",
        ] {
            assert_eq!(TyLe::parse(text), None, "{text}");
        }
        assert_eq!(TyLe::parse("66.5%"), TyLe::parse("66,50%"));
    }

    #[test]
    fn percentages_have_two_decimals() {
        for (votes, of, expected) in [(2, 3, 66.67), (1, 3, 33.33), (13, 13, 100.0), (1, 8, 12.5), (1, 20_000, 0.01)] {
            assert!((percent(votes, of) - expected).abs() < 1e-9, "{votes} of {of}");
        }
    }

    proptest! {
        #[test]
        fn more_votes_never_lose_a_share(part in 1_u64..999, more in 0_u64..999, votes in 0_u64..5_000, of in 1_u64..5_000) {
            let share = share(&format!("{part}/{}", (part + more).min(999)));
            prop_assert!(!share.reached(votes, of) || share.reached(votes + 1, of));
            prop_assert!(share.reached(of, of));
        }

        #[test]
        fn ballots_of_any_size_do_not_overflow(a in any::<u64>(), b in any::<u64>(), c in any::<u64>()) {
            let ballots = Ballots { approving: a, refusing: b, invalid: c };
            let of = Base::Valid.count(ballots);
            prop_assert!(ballots.cast() >= of);
            prop_assert!(!percent(a, of).is_nan());
            let _ = share("2/3").reached(a, b);
        }

        #[test]
        fn no_text_is_a_panic(text in "\\PC*") {
            let _ = TyLe::parse(&text);
        }
    }
}
