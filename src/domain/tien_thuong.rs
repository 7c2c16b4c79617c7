//! Prize money: a coefficient times the base wage, rounded by the rule the agency has chosen.
//!
//! Coefficients are exact decimals, amounts whole đồng; nothing here is a float, so the same data
//! always give the same đồng. Which award has which coefficient on which day is data, not arithmetic.

use std::fmt;

/// Thousandths in one.
const ONE: i128 = 1_000;

/// Digits after the comma a coefficient may have.
const PLACES: usize = 3;

/// Digits before the comma; no award is near a thousand times the base wage.
const MAX_WHOLE_DIGITS: usize = 3;

/// Decrees round prizes to tens of thousands of đồng (Nghị định 91/2017/NĐ-CP, Điều 68.2, and its successors).
const STEP: i128 = 10_000;

/// How often the base wage an award is paid: `0,3`, `1,5`, `12`. Above zero, at most `999,999`, exact to the thousandth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeSo(u32);

impl HeSo {
    /// Reads `0,3`, `0.3` or `12`: digits, then a comma or a dot and one to three digits more; zeros behind do not count.
    pub fn parse(text: &str) -> Result<Self, HeSoError> {
        let (whole, fraction) = match text.split_once([',', '.']) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || fraction.is_some_and(|part| !digits(part)) {
            return Err(HeSoError::Format);
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.unwrap_or_default().trim_end_matches('0');
        if fraction.len() > PLACES {
            return Err(HeSoError::TooFine);
        }
        if whole.len() > MAX_WHOLE_DIGITS {
            return Err(HeSoError::OutOfRange);
        }
        let thousandths: u32 = format!("{whole}{fraction:0<PLACES$}").parse().map_err(|_| HeSoError::Format)?;
        if thousandths == 0 { Err(HeSoError::OutOfRange) } else { Ok(Self(thousandths)) }
    }

    /// Takes a JSON number: the decimal its shortest text shows, so that `0.3` is three tenths and nothing beside.
    pub fn from_number(value: f64) -> Result<Self, HeSoError> {
        if !value.is_finite() || value <= 0.0 {
            return Err(HeSoError::OutOfRange);
        }
        Self::parse(&value.to_string())
    }

    /// The coefficient in thousandths: `0,3` is 300.
    pub fn thousandths(self) -> u32 {
        self.0
    }
}

/// As documents write it: `0,3`, `1,0`, `12,0`, `0,125`; always with a comma, as the decrees' tables have it.
impl fmt::Display for HeSo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:03}", self.0 % 1_000);
        let shown = fraction.trim_end_matches('0');
        write!(f, "{},{}", self.0 / 1_000, if shown.is_empty() { "0" } else { shown })
    }
}

/// Why a value is no [`HeSo`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeSoError {
    /// Not a plain decimal number.
    Format,
    /// More than three digits after the comma.
    TooFine,
    /// Zero, negative, or a thousand and more.
    OutOfRange,
}

impl fmt::Display for HeSoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "a coefficient is a decimal number such as `0,3`",
            Self::TooFine => "a coefficient has at most three digits after the comma",
            Self::OutOfRange => "a coefficient is above 0 and below 1000",
        })
    }
}

impl std::error::Error for HeSoError {}

/// How a prize is rounded. The decrees say `làm tròn số lên hàng chục nghìn đồng`; the examples published for it round to
/// the nearest, some agencies pay up, some the exact product: so the agency chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LamTron {
    /// To the nearest 10.000 đồng, a half up: 223.500 is 220.000.
    #[default]
    GanNhat,
    /// Up to the next 10.000 đồng: 223.500 is 230.000.
    Len,
    /// Not to tens of thousands; parts of a đồng are rounded to the nearest đồng.
    Khong,
}

impl LamTron {
    /// Reads the word used in data and configuration: `gan_nhat`, `len`, `khong`. None for any other.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "gan_nhat" => Some(Self::GanNhat),
            "len" => Some(Self::Len),
            "khong" => Some(Self::Khong),
            _ => None,
        }
    }

    /// The word [`LamTron::parse`] reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::GanNhat => "gan_nhat",
            Self::Len => "len",
            Self::Khong => "khong",
        }
    }
}

/// The prize of one recipient in đồng: `he_so` times the base wage `luong` (đồng a month), rounded.
///
/// None for a base wage of zero or less, and beyond what `i64` holds.
pub fn muc(he_so: HeSo, luong: i64, lam_tron: LamTron) -> Option<i64> {
    if luong <= 0 {
        return None;
    }
    // In thousandths of a đồng: exact, and far below the limit of 128 bits.
    let product = i128::from(he_so.0) * i128::from(luong);
    let rounded = match lam_tron {
        LamTron::GanNhat => nearest(product, STEP * ONE) * STEP,
        LamTron::Len => (product + STEP * ONE - 1) / (STEP * ONE) * STEP,
        LamTron::Khong => nearest(product, ONE),
    };
    i64::try_from(rounded).ok()
}

/// Units of `unit` in a value that is not negative, a half up.
fn nearest(value: i128, unit: i128) -> i128 {
    (value + unit / 2) / unit
}

/// What several recipients get together, đồng. None beyond what `i64` holds.
pub fn thanh_tien(muc: i64, so_nguoi: usize) -> Option<i64> {
    muc.checked_mul(i64::try_from(so_nguoi).ok()?)
}

/// The sum of amounts, đồng. None beyond what `i64` holds; 0 of none.
pub fn tong(amounts: impl IntoIterator<Item = i64>) -> Option<i64> {
    amounts.into_iter().try_fold(0_i64, i64::checked_add)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WAGES: [i64; 4] = [1_490_000, 1_800_000, 2_340_000, 2_530_000];

    fn he_so(text: &str) -> HeSo {
        HeSo::parse(text).expect("a coefficient")
    }

    #[test]
    fn prizes_are_those_offices_publish() {
        // Coefficient; product, nearest and up at each wage.
        let table: [(&str, [[i64; 3]; 4]); 6] = [
            (
                "0,15",
                [[223_500, 220_000, 230_000], [270_000; 3], [351_000, 350_000, 360_000], [379_500, 380_000, 380_000]],
            ),
            (
                "0,3",
                [[447_000, 450_000, 450_000], [540_000; 3], [702_000, 700_000, 710_000], [759_000, 760_000, 760_000]],
            ),
            (
                "0,6",
                [
                    [894_000, 890_000, 900_000],
                    [1_080_000; 3],
                    [1_404_000, 1_400_000, 1_410_000],
                    [1_518_000, 1_520_000, 1_520_000],
                ],
            ),
            (
                "0,8",
                [
                    [1_192_000, 1_190_000, 1_200_000],
                    [1_440_000; 3],
                    [1_872_000, 1_870_000, 1_880_000],
                    [2_024_000, 2_020_000, 2_030_000],
                ],
            ),
            ("1,0", [[1_490_000; 3], [1_800_000; 3], [2_340_000; 3], [2_530_000; 3]]),
            (
                "1,5",
                [[2_235_000, 2_240_000, 2_240_000], [2_700_000; 3], [3_510_000; 3], [3_795_000, 3_800_000, 3_800_000]],
            ),
        ];
        for (text, rows) in table {
            for (luong, expected) in WAGES.into_iter().zip(rows) {
                let found = [LamTron::Khong, LamTron::GanNhat, LamTron::Len].map(|rule| muc(he_so(text), luong, rule));
                assert_eq!(found, expected.map(Some), "{text} × {luong}");
            }
        }
    }

    #[test]
    fn coefficients_are_read_with_comma_or_dot_and_written_with_a_comma() {
        for (text, thousandths, shown) in [
            ("0,3", 300, "0,3"),
            ("0.3", 300, "0,3"),
            ("0,15", 150, "0,15"),
            ("0,125", 125, "0,125"),
            ("1", 1_000, "1,0"),
            ("1,50", 1_500, "1,5"),
            ("12,0000", 12_000, "12,0"),
            ("007,5", 7_500, "7,5"),
            ("999,999", 999_999, "999,999"),
        ] {
            let found = he_so(text);
            assert_eq!((found.thousandths(), found.to_string().as_str()), (thousandths, shown), "{text}");
        }
        assert_eq!(HeSo::from_number(0.3), Ok(he_so("0,3")));
        assert_eq!(HeSo::from_number(12.0), Ok(he_so("12")));
    }

    #[test]
    fn what_is_no_coefficient_is_refused() {
        for (text, why) in [
            ("", HeSoError::Format),
            (",3", HeSoError::Format),
            ("0,", HeSoError::Format),
            ("-0,3", HeSoError::Format),
            ("+1", HeSoError::Format),
            ("1.000,5", HeSoError::Format),
            ("0,3 lần", HeSoError::Format),
            ("1e3", HeSoError::Format),
            ("0,1234", HeSoError::TooFine),
            ("0", HeSoError::OutOfRange),
            ("0,000", HeSoError::OutOfRange),
            ("1000", HeSoError::OutOfRange),
        ] {
            assert_eq!(HeSo::parse(text), Err(why), "{text}");
        }
        assert_eq!(HeSo::from_number(0.1 + 0.2), Err(HeSoError::TooFine));
        for number in [0.0, -0.3, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(HeSo::from_number(number), Err(HeSoError::OutOfRange), "{number}");
        }
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!(muc(he_so("0,5"), 50_000, LamTron::GanNhat), Some(30_000));
        assert_eq!(muc(he_so("0,5"), 1, LamTron::Khong), Some(1));
        assert_eq!(muc(he_so("0,499"), 1, LamTron::Khong), Some(0));
    }

    #[test]
    fn what_no_number_holds_is_none_and_never_wraps() {
        assert_eq!(muc(he_so("999,999"), i64::MAX, LamTron::Khong), None);
        assert_eq!(muc(he_so("1"), i64::MAX, LamTron::Len), None);
        assert_eq!(muc(he_so("1"), 0, LamTron::Khong), None);
        assert_eq!(muc(he_so("1"), -1_490_000, LamTron::GanNhat), None);
        assert_eq!(thanh_tien(i64::MAX, 2), None);
        assert_eq!(tong([i64::MAX, 1]), None);
        assert_eq!(tong([]), Some(0));
        assert_eq!(tong([447_000, 1_192_000]), Some(1_639_000));
    }

    proptest! {
        #[test]
        fn rounding_moves_a_prize_by_less_than_a_step(thousandths in 1_u32..1_000_000, luong in 1_i64..100_000_000_000) {
            let he_so = HeSo(thousandths);
            let exact = muc(he_so, luong, LamTron::Khong).expect("in range");
            let near = muc(he_so, luong, LamTron::GanNhat).expect("in range");
            let up = muc(he_so, luong, LamTron::Len).expect("in range");
            prop_assert!(near % 10_000 == 0 && up % 10_000 == 0);
            prop_assert!((near - exact).abs() <= 5_000, "{exact} {near}");
            prop_assert!(up == near || up == near + 10_000, "{near} {up}");
            prop_assert!(up + 1 > exact && up - exact < 10_001);
        }

        #[test]
        fn what_is_written_is_read_back(thousandths in 1_u32..1_000_000) {
            let he_so = HeSo(thousandths);
            prop_assert_eq!(HeSo::parse(&he_so.to_string()), Ok(he_so));
            prop_assert_eq!(HeSo::from_number(f64::from(thousandths) / 1_000.0), Ok(he_so));
        }
    }
}
