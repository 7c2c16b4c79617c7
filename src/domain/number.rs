//! Numbers in figures: dots between thousands, a comma before decimals, small counts padded.
//!
//! Words are in [`words`](super::words).

/// Largest number of decimals printed; percentages and areas need two or three.
const MAX_DECIMALS: usize = 6;

/// Every decimal number of this many digits survives the way through `f64` unchanged.
const EXACT_DIGITS: usize = 15;

/// From here on an `f64` no longer holds one digit after the comma, and soon not the last before it.
const DECIMAL_LIMIT: f64 = 1e15;

/// Groups by three with dots: `1.615`, `123.655`, `-1.000` (office practice).
pub fn group(n: i64) -> String {
    let digits = grouped(&n.unsigned_abs().to_string());
    if n < 0 { format!("-{digits}") } else { digits }
}

/// A count before a noun: `09 tập thể`, `1.615 cá nhân`.
///
/// 1 to 9 take a leading zero, which is office habit rather than law; zero is `0`, never `00`.
/// Negative numbers are no counts and are only grouped.
pub fn count(n: i64) -> String {
    match n {
        1..=9 => format!("0{n}"),
        _ => group(n),
    }
}

/// A decimal number: `40,82`, `123.655,5`, `0,3`.
///
/// At most six decimals, and fifteen digits in all, so that the noise of binary arithmetic does not
/// print (0.1 + 0.2 is `0,3`); halves round away from zero; zeros at the end are dropped; there is
/// no `-0`. None if not finite or from 10¹⁵ on.
pub fn decimal(value: f64) -> Option<String> {
    if !value.is_finite() || value.abs() >= DECIMAL_LIMIT {
        return None;
    }
    // The shortest text that reads back as the same value: rounding it in decimal gives what a
    // reader of the input expects, where rounding the binary value would send 1,0000005 down.
    let text = value.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let places = MAX_DECIMALS.min(EXACT_DIGITS.saturating_sub(whole.len()));

    let mut scaled: u64 = whole
        .bytes()
        .chain((0..places).map(|place| fraction.as_bytes().get(place).copied().unwrap_or(b'0')))
        .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    if fraction.as_bytes().get(places).is_some_and(|&digit| digit >= b'5') {
        scaled += 1;
    }

    // Zeros in front, so that there is always a digit before the comma.
    let digits = format!("{scaled:0width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let mut out = String::new();
    if value < 0.0 && scaled != 0 {
        out.push('-');
    }
    out.push_str(&grouped(whole));
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        out.push(',');
        out.push_str(fraction);
    }
    Some(out)
}

/// A percentage, with the sign set close: `40,82%`, `27,8%`. The value is in percent, not a share.
///
/// None where [`decimal`] has none.
pub fn percent(value: f64) -> Option<String> {
    Some(decimal(value)? + "%")
}

/// An amount in running text: `1.490.000 đồng`. `đ` and `VNĐ` are not used there (office practice).
pub fn money(amount: i64) -> String {
    group(amount) + " đồng"
}

/// A capital Roman numeral for groups, annexes and terms: `IV`, `XXVI`. None outside 1 to 3999.
pub fn roman(n: u32) -> Option<String> {
    const NUMERALS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..=3999).contains(&n) {
        return None;
    }
    let mut rest = n;
    let mut out = String::new();
    for (value, numeral) in NUMERALS {
        while rest >= value {
            rest -= value;
            out.push_str(numeral);
        }
    }
    Some(out)
}

/// At least two digits: the zero of days, months and document numbers below 10
/// (Decree 30/2020/NĐ-CP, Annex I, II.3.c and II.4.b).
pub(super) fn pad(n: u32) -> String {
    format!("{n:02}")
}

/// Puts a dot before every third digit from the end.
fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads what `group` and `decimal` write.
    fn figures(text: &str) -> String {
        text.replace('.', "").replace(',', ".")
    }

    #[test]
    fn thousands_are_set_off_by_dots() {
        for (n, text) in [
            (0, "0"),
            (7, "7"),
            (999, "999"),
            (1_000, "1.000"),
            (1_615, "1.615"),
            (123_655, "123.655"),
            (1_490_000, "1.490.000"),
            (-5, "-5"),
            (-999, "-999"),
            (-1_000, "-1.000"),
            (i64::MAX, "9.223.372.036.854.775.807"),
            (i64::MIN, "-9.223.372.036.854.775.808"),
        ] {
            assert_eq!(group(n), text);
        }
    }

    #[test]
    fn counts_below_ten_are_padded() {
        for (n, text) in [(0, "0"), (1, "01"), (9, "09"), (10, "10"), (1_615, "1.615"), (-3, "-3"), (-1_000, "-1.000")]
        {
            assert_eq!(count(n), text);
        }
    }

    #[test]
    fn decimals_print_as_typed() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (40.82, "40,82"),
            (8.7, "8,7"),
            (27.80, "27,8"),
            (100.0, "100"),
            (0.1 + 0.2, "0,3"),
            (1.1 * 3.0, "3,3"),
            (0.3, "0,3"),
            (1_615.5, "1.615,5"),
            (123_655.0, "123.655"),
            (1_234_567.891, "1.234.567,891"),
            (123_456_789_012.3, "123.456.789.012,3"),
            (1_234_567_890.1 + 0.2, "1.234.567.890,3"),
            (2.0 / 3.0, "0,666667"),
            (1.000_000_5, "1,000001"),
            (0.999_999_9, "1"),
            (999.999_999_9, "1.000"),
            (0.000_001, "0,000001"),
            (0.000_000_4, "0"),
            (-0.000_000_4, "0"),
            (1e-300, "0"),
            (f64::MIN_POSITIVE, "0"),
            (-40.82, "-40,82"),
            (-1_234.5, "-1.234,5"),
            (999_999_999_999_999.0, "999.999.999.999.999"),
        ] {
            assert_eq!(decimal(value).as_deref(), Some(text), "{value:?}");
        }
    }

    #[test]
    fn decimals_without_a_meaning_are_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e15, -1e15, f64::MAX] {
            assert_eq!(decimal(value), None, "{value:?}");
            assert_eq!(percent(value), None, "{value:?}");
        }
    }

    #[test]
    fn percent_sign_follows_without_a_space() {
        assert_eq!(percent(40.82).as_deref(), Some("40,82%"));
        assert_eq!(percent(27.80).as_deref(), Some("27,8%"));
        assert_eq!(percent(100.0).as_deref(), Some("100%"));
    }

    #[test]
    fn money_is_in_full_dong() {
        assert_eq!(money(1_490_000), "1.490.000 đồng");
        assert_eq!(money(0), "0 đồng");
        assert_eq!(money(5), "5 đồng");
    }

    #[test]
    fn roman_numerals_cover_1_to_3999() {
        for (n, text) in [
            (1, "I"),
            (4, "IV"),
            (9, "IX"),
            (14, "XIV"),
            (15, "XV"),
            (20, "XX"),
            (49, "XLIX"),
            (1_994, "MCMXCIV"),
            (3_999, "MMMCMXCIX"),
        ] {
            assert_eq!(roman(n).as_deref(), Some(text));
        }
        for n in [0, 4_000, u32::MAX] {
            assert_eq!(roman(n), None);
        }
    }

    #[test]
    fn roman_numerals_are_all_different() {
        let all: std::collections::HashSet<_> = (1..=3_999).filter_map(roman).collect();
        assert_eq!(all.len(), 3_999);
    }

    proptest! {
        #[test]
        fn grouping_loses_no_digit(n in any::<i64>()) {
            let text = group(n);
            prop_assert_eq!(figures(&text).parse::<i64>().ok(), Some(n));
            let digits = text.trim_start_matches('-');
            prop_assert!(digits.split('.').skip(1).all(|part| part.len() == 3));
            prop_assert!((1..=3).contains(&digits.split('.').next().map_or(0, str::len)));
        }

        #[test]
        fn typed_decimals_come_back(units in -1_000_000_000_i64..1_000_000_000, places in 0..=6_i32) {
            let value = units as f64 / 10_f64.powi(places);
            let text = decimal(value).expect("finite and small");
            prop_assert_eq!(figures(&text).parse::<f64>().ok(), Some(value));
            prop_assert!(!text.contains(',') || !text.ends_with('0'));
        }

        #[test]
        fn noise_of_a_sum_does_not_print(a in 0..1_000_000_i64, b in 0..1_000_000_i64) {
            let sum = a as f64 / 100.0 + b as f64 / 100.0;
            prop_assert_eq!(decimal(sum), decimal((a + b) as f64 / 100.0));
        }

        #[test]
        fn decimal_takes_any_number(value in any::<f64>()) {
            match decimal(value) {
                Some(text) => {
                    let back: f64 = figures(&text).parse().expect("figures");
                    // Half a unit of the last printed place, and the last place is never coarser
                    // than one in fifteen digits.
                    prop_assert!((back - value).abs() <= 5.1e-7_f64.max(value.abs() * 5.1e-15));
                    prop_assert!(text != "-0");
                }
                None => prop_assert!(!value.is_finite() || value.abs() >= DECIMAL_LIMIT),
            }
        }

        #[test]
        fn small_decimals_are_near(value in -1e8..1e8_f64) {
            let text = decimal(value).expect("finite and small");
            let back: f64 = figures(&text).parse().expect("figures");
            // Half of the sixth decimal, and what `f64` itself cannot tell apart up here.
            prop_assert!((back - value).abs() <= 5.2e-7);
        }
    }
}
