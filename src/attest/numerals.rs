//! Bytes as decimal digits: what a QR code packs best (3⅓ bits a digit) and a URL takes as it is.
//!
//! Seven bytes, read as a big-endian number, are 17 digits (2⁵⁶ < 10¹⁷); the bytes left over at the end, one to six, are
//! 3, 5, 8, 10, 13 or 15. A digit carries 3.29 bits of 3.33: base64 in a byte segment needs a third more modules, Base45 in
//! an alphanumeric one 2 % more, and its spaces and `%` are not for URLs.

/// Bytes of a whole group.
const GROUP: usize = 7;

/// Digits for so many bytes, 0 to 7.
const DIGITS: [usize; GROUP + 1] = [0, 3, 5, 8, 10, 13, 15, 17];

/// Writes bytes as digits.
pub(super) fn write(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 17 / GROUP + 17);
    for group in bytes.chunks(GROUP) {
        let value = group.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        let width = DIGITS.get(group.len()).copied().unwrap_or_default();
        text.push_str(&format!("{value:0width$}"));
    }
    text
}

/// Reads what [`write()`] wrote and nothing else: a length no bytes have, a number too large for its bytes, or anything but
/// ASCII digits is none.
pub(super) fn read(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * GROUP / 17 + GROUP);
    for group in text.as_bytes().chunks(DIGITS[GROUP]) {
        let length = DIGITS.iter().position(|digits| *digits == group.len())?;
        let mut value = 0u64;
        for digit in group {
            if !digit.is_ascii_digit() {
                return None;
            }
            value = value * 10 + u64::from(digit - b'0');
        }
        if value >> (8 * length) != 0 {
            return None;
        }
        bytes.extend(value.to_be_bytes().into_iter().skip(8 - length));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_groups_have_known_digits() {
        assert_eq!(write(&[]), "");
        assert_eq!(write(&[255]), "255");
        assert_eq!(write(&[255; 7]), "72057594037927935");
        assert_eq!(write(&[0, 0, 0, 0, 0, 0, 1, 1, 0]), "0000000000000000100256");
    }

    #[test]
    fn what_no_bytes_are_written_as_is_refused() {
        for text in ["1", "12", "256", "0000", "65536", "72057594037927936", "12a", "٣٣٣", " 12", "-12", "+12"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn bytes_survive(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(read(&write(&bytes)), Some(bytes));
        }

        #[test]
        fn one_text_for_the_same_bytes(text in "[0-9]{0,60}") {
            if let Some(bytes) = read(&text) {
                prop_assert_eq!(write(&bytes), text);
            }
        }
    }
}
