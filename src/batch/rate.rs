//! How fast a batch goes and how long it still takes, out of (time, done) samples: one arithmetic for every progress shown.

use std::time::Duration;

/// Seconds after which a sample counts for about a third: long enough to be calm, short enough to see a queue stall.
const MEMORY: f64 = 20.0;

/// A time left longer than this is no forecast.
const LONGEST: f64 = 100.0 * 24.0 * 3600.0;

/// Exponentially weighted speed.
///
/// Work and time fade alike and their quotient is the rate, so that the first samples are not mistaken for a history.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rate {
    last: Option<(Duration, u64)>,
    work: f64,
    seconds: f64,
}

impl Rate {
    /// Takes a sample: so much was done in all at a time since any fixed start. What the first sample counts was done
    /// before (a batch taken up again) and makes no speed; samples that go back add nothing.
    pub fn sample(&mut self, at: Duration, done: u64) {
        let Some((time, before)) = self.last.replace((at, done)) else { return };
        let passed = at.saturating_sub(time).as_secs_f64();
        let fade = (-passed / MEMORY).exp();
        // Lossless below 2^53 documents.
        self.work = self.work * fade + done.saturating_sub(before) as f64;
        self.seconds = self.seconds * fade + passed;
    }

    /// Documents per second; 0 until time has passed.
    pub fn per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.work / self.seconds } else { 0.0 }
    }

    /// Time left until `total`, from the last sample; `None` while nothing moves.
    pub fn left(&self, total: u64) -> Option<Duration> {
        let done = self.last.map_or(0, |(_, done)| done);
        if done >= total {
            return Some(Duration::ZERO);
        }
        let seconds = (total - done) as f64 / self.per_second();
        (seconds.is_finite() && seconds <= LONGEST).then(|| Duration::from_secs_f64(seconds))
    }
}

/// Share done, in whole per cent, rounded down: 100 only when all is done; nothing to do is all done.
pub fn percent(done: u64, total: u64) -> u8 {
    let share = u128::from(done.min(total)) * 100;
    share.checked_div(u128::from(total)).map_or(100, |percent| u8::try_from(percent).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(samples: &[(u64, u64)]) -> Rate {
        let mut rate = Rate::default();
        for &(milliseconds, done) in samples {
            rate.sample(Duration::from_millis(milliseconds), done);
        }
        rate
    }

    #[test]
    fn a_steady_batch_has_its_rate_from_the_second_sample_on() {
        for count in 2..50 {
            let samples: Vec<_> = (0..count).map(|n| (n * 500, n * 20)).collect();
            let rate = rate(&samples);
            assert!((rate.per_second() - 40.0).abs() < 1e-9, "{rate:?}");
            let left = rate.left(1_000).expect("it moves").as_secs_f64();
            assert!((left - (1_000 - (count - 1) * 20) as f64 / 40.0).abs() < 1e-6);
        }
    }

    #[test]
    fn what_was_done_before_is_no_speed() {
        let rate = rate(&[(0, 5_000), (1_000, 5_010)]);
        assert!((rate.per_second() - 10.0).abs() < 1e-9);
    }

    #[test]
    fn a_stall_is_seen_and_a_start_forgotten() {
        let mut rate = rate(&[(0, 0), (10_000, 1_000)]);
        rate.sample(Duration::from_secs(70), 1_000);
        assert!(rate.per_second() < 1.0, "{rate:?}");
        rate.sample(Duration::from_secs(3_600), 1_000);
        assert!(rate.left(2_000).is_none(), "{rate:?}");
    }

    #[test]
    fn nothing_is_forecast_before_anything_moved() {
        assert_eq!(Rate::default().left(10), None);
        assert_eq!(rate(&[(0, 0), (1_000, 0)]).left(10), None);
        assert_eq!(rate(&[(0, 10)]).left(10), Some(Duration::ZERO));
        assert_eq!(Rate::default().left(0), Some(Duration::ZERO));
    }

    #[test]
    fn a_hundred_per_cent_is_said_only_of_everything() {
        assert_eq!(
            [percent(0, 0), percent(0, 3), percent(2_859, 2_860), percent(3, 3), percent(9, 3)],
            [100, 0, 99, 100, 100]
        );
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }

    proptest! {
        #[test]
        fn no_order_of_samples_makes_nonsense(samples in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..20), total: u64) {
            let rate = rate(&samples);
            prop_assert!(rate.per_second().is_finite() && rate.per_second() >= 0.0, "{rate:?}");
            if let Some(left) = rate.left(total) {
                prop_assert!(left.as_secs_f64() <= LONGEST + 1.0);
            }
        }
    }
}
