//! What a signer reads on his telephone: providers take plain ASCII there.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// A document's number in letters, digits, `-`, `_` and single spaces, at most `longest` characters:
/// `Số 15/QĐ-UBND` becomes `So 15-QD-UBND`. Never empty.
pub(super) fn ascii(text: &str, longest: usize) -> String {
    let mut shown = String::new();
    for c in DecomposingNormalizerBorrowed::new_nfd().normalize(text).chars() {
        let kept = match c {
            'đ' => 'd',
            'Đ' => 'D',
            c if c.is_ascii_alphanumeric() || c == '_' => c,
            // Marks of Vietnamese letters, taken off by decomposition.
            '\u{300}'..='\u{36f}' => continue,
            c if c.is_whitespace() => ' ',
            _ => '-',
        };
        let doubled = matches!(kept, ' ' | '-') && shown.ends_with(kept);
        if !doubled && shown.len() < longest {
            shown.push(kept);
        }
    }
    let shown = shown.trim_matches([' ', '-']);
    if shown.is_empty() { "van ban".chars().take(longest.max(1)).collect() } else { shown.to_owned() }
}

/// Labels of several documents, each other than the rest: a second one of the same number gets `-2`.
pub(super) fn distinct<'a>(labels: impl Iterator<Item = &'a str>, longest: usize) -> Vec<String> {
    let mut taken = std::collections::HashSet::new();
    labels
        .map(|label| {
            let plain = ascii(label, longest);
            let mut shown = plain.clone();
            let mut next = 2_usize;
            while !taken.insert(shown.clone()) {
                let end = format!("-{next}");
                let room = longest.saturating_sub(end.len());
                shown = plain.chars().take(room).chain(end.chars()).collect();
                next += 1;
            }
            shown
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vietnamese_numbers_lose_their_marks() {
        for (text, shown) in [
            ("15/QĐ-UBND", "15-QD-UBND"),
            ("Số: 07/TTr-PGDĐT", "So- 07-TTr-PGDDT"),
            ("  Bằng khen số 3 ", "Bang khen so 3"),
            ("đề nghị", "de nghi"),
            ("Quye\u{302}\u{301}t", "Quyet"),
            ("🖋", "van ban"),
            ("", "van ban"),
        ] {
            assert_eq!(ascii(text, 72), shown);
        }
    }

    #[test]
    fn the_same_number_twice_is_told_apart() {
        let labels = distinct(["15/QĐ", "15-QD", "15/QĐ", "15/QĐ-2"].into_iter(), 72);
        assert_eq!(labels, ["15-QD", "15-QD-2", "15-QD-3", "15-QD-2-2"]);
    }

    proptest! {
        #[test]
        fn labels_are_short_plain_and_distinct(texts in proptest::collection::vec(".{0,40}", 1..20)) {
            let labels = distinct(texts.iter().map(String::as_str), 24);
            prop_assert_eq!(labels.iter().collect::<std::collections::HashSet<_>>().len(), texts.len());
            for label in labels {
                prop_assert!(!label.is_empty() && label.len() <= 24);
                prop_assert!(label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_ ".contains(&b)), "{}", label);
            }
        }
    }
}
