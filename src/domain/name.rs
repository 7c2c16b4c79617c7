//! Names of people and units: order, keys to find duplicates, first letters.
//!
//! Letters come in the order of the alphabet (a ă â … d đ e ê …), tones in the order ngang, huyền,
//! hỏi, ngã, sắc, nặng: the Vietnamese collation of Unicode CLDR. Names are compared, never changed
//! and never checked by their number of words.

use std::cmp::Ordering;
use std::sync::LazyLock;

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Letters, tones and case.
static WHOLE: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| collator(Strength::Tertiary));

/// Letters and tones without case, so that `AN` and `An` are one given name and the family name
/// decides between their bearers.
static GIVEN: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| collator(Strength::Secondary));

/// The five tone marks: huyền, sắc, ngã, hỏi, nặng.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Vietnamese order of two texts: `Thu` before `Thư`, `Hoa` before `Hoà` before `Hòa`.
///
/// Composed and decomposed spellings of one text are equal.
pub fn compare(a: &str, b: &str) -> Ordering {
    WHOLE.compare(a, b)
}

/// Order of two personal names in a list: by the given name, which is the last word, then by the
/// whole name (office practice).
///
/// Case does not count in the given name; runs of spaces count as one.
pub fn compare_by_given_name(a: &str, b: &str) -> Ordering {
    GIVEN.compare(given_name(a), given_name(b)).then_with(|| WHOLE.compare(&collapse_spaces(a), &collapse_spaces(b)))
}

/// Sorts by [`compare_by_given_name`]; equal names keep the order they came in.
pub fn sort_by_given_name<T>(items: &mut [T], name: impl for<'a> Fn(&'a T) -> &'a str) {
    items.sort_by_cached_key(|item| {
        let name = name(item);
        let given = sort_key(&GIVEN, given_name(name));
        (given, sort_key(&WHOLE, &collapse_spaces(name)))
    });
}

/// A key that is equal for two spellings of one name, for finding duplicates only: it is not fit to
/// print.
///
/// NFC, lower case, runs of spaces as one, and each syllable's tone on its last vowel, which makes
/// `Hoà` and `Hòa`, `Thuý` and `Thúy` equal while `Hoa` and `Hóa` differ. People may share a name:
/// compare units and birth years too.
pub fn fold_key(name: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(name);
    let lower = collapse_spaces(&composed).to_lowercase();
    let letters = DecomposingNormalizerBorrowed::new_nfd().normalize(&lower);

    let mut folded = String::with_capacity(lower.len());
    let mut syllable: Vec<char> = Vec::new();
    for c in letters.chars() {
        if c.is_alphabetic() || is_mark(c) {
            syllable.push(c);
        } else {
            push_folded(&mut folded, &syllable);
            syllable.clear();
            folded.push(c);
        }
    }
    push_folded(&mut folded, &syllable);
    ComposingNormalizerBorrowed::new_nfc().normalize(&folded).into_owned()
}

/// The first letter as a capital, the rest untouched: `một triệu` becomes `Một triệu`.
///
/// Quotes and brackets before the letter are passed over; a text that begins with a figure stays.
pub fn capitalize_first(text: &str) -> String {
    map_first(text, |first| first.to_uppercase().collect())
}

/// The first letter in lower case, the rest untouched: `Lao động` becomes `lao động`.
///
/// A first word with a capital further on is an abbreviation and stays: `UBND huyện`, `TTr`.
pub fn lower_first(text: &str) -> String {
    let start = text.find(char::is_alphanumeric).unwrap_or(text.len());
    let mut word = text[start..].chars().take_while(|c| c.is_alphanumeric());
    if word.by_ref().skip(1).any(char::is_uppercase) {
        return text.to_owned();
    }
    map_first(text, |first| first.to_lowercase().collect())
}

fn collator(strength: Strength) -> CollatorBorrowed<'static> {
    let vietnamese = "vi".parse().expect("`vi` is a well-formed language tag");
    let preferences = CollatorPreferences::from_locale_strict(&vietnamese)
        .expect("a bare language tag holds no preference to be wrong");
    let mut options = CollatorOptions::default();
    options.strength = Some(strength);
    Collator::try_new(preferences, options).expect("the collation data are compiled in")
}

/// Bytes that compare as the collator would.
fn sort_key(collator: &CollatorBorrowed<'static>, text: &str) -> Vec<u8> {
    let mut key = Vec::new();
    let Ok(()) = collator.write_sort_key_to(text, &mut key);
    key
}

fn given_name(name: &str) -> &str {
    name.split_whitespace().next_back().unwrap_or_default()
}

fn collapse_spaces(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Appends a decomposed syllable with its tone moved to its last vowel.
///
/// Vietnamese has one tone to a syllable, so only its place is a matter of style. Two tones in one
/// word are another language or a typing error and stay where they are.
fn push_folded(out: &mut String, syllable: &[char]) {
    let mut on_vowel = false;
    let mut tones = Vec::new();
    for (index, &c) in syllable.iter().enumerate() {
        if !is_mark(c) {
            on_vowel = is_vowel(c);
        } else if on_vowel && TONES.contains(&c) {
            tones.push(index);
        }
    }
    let last_vowel = syllable.iter().rposition(|&c| is_vowel(c));
    let (&[from], Some(vowel)) = (tones.as_slice(), last_vowel) else {
        out.extend(syllable);
        return;
    };
    // Behind the circumflex, breve or horn of its vowel: marks in another order do not compose.
    let end = syllable[vowel + 1..].iter().position(|&c| !is_mark(c)).map_or(syllable.len(), |next| vowel + 1 + next);
    for (index, &c) in syllable.iter().enumerate() {
        if index == end {
            out.push(syllable[from]);
        }
        if index != from {
            out.push(c);
        }
    }
    if end == syllable.len() {
        out.push(syllable[from]);
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// A combining mark of Vietnamese: the five tones, circumflex, breve and horn.
fn is_mark(c: char) -> bool {
    TONES.contains(&c) || matches!(c, '\u{302}' | '\u{306}' | '\u{31b}')
}

/// Maps the first letter if no figure stands before it.
fn map_first(text: &str, map: impl Fn(char) -> String) -> String {
    match text.char_indices().find(|(_, c)| c.is_alphanumeric()) {
        Some((start, first)) if first.is_alphabetic() => {
            let rest = &text[start + first.len_utf8()..];
            format!("{}{}{rest}", &text[..start], map(first))
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    use super::*;

    const IN_ORDER: [&str; 21] = [
        "Nguyễn Thi An",
        "Nguyễn Thị An",
        "Nguyễn Văn An",
        "Đinh Thị Anh",
        "Trần Thị Ánh",
        "Lò Văn Ân",
        "Y Ban",
        "Dương Văn Bình",
        "Cầm Thị Dung",
        "Hà Văn Dũng",
        "Bùi Thị Đào",
        "Mùi Văn Đức",
        "Nguyễn Thị Hoa",
        "Nguyễn Thị Hoà",
        "Nguyễn Thị Hòa",
        "Đặng Văn Hùng",
        "Lường Văn Thu",
        "Nguyễn Thị Thuý",
        "Nguyễn Thị Thúy",
        "Sa Thị Thư",
        "Đỗ Văn Ư",
    ];

    fn any_name() -> impl Strategy<Value = String> {
        let word = select(vec![
            "Nguyễn", "Thị", "Thi", "Văn", "Hoa", "Hoà", "Hòa", "HOÀ", "an", "An", "Ân", "Ăn", "Y", "Đức", "Dung", "Ư",
            "Thuý", "Thúy", "Ka-lá", "Muñoz", "2", "(b)",
        ]);
        prop_oneof![
            prop::collection::vec(word, 0..4).prop_map(|words| words.join(" ")),
            "[a-zA-ZđĐăĂâÂêÊôÔơƠưƯàảãáạẾỆửỹ ]{0,12}",
            "\\PC{0,8}",
        ]
    }

    #[test]
    fn names_come_in_the_order_of_given_names() {
        let mut names = IN_ORDER;
        names.reverse();
        sort_by_given_name(&mut names, |name| name);
        assert_eq!(names, IN_ORDER);
        for pair in IN_ORDER.windows(2) {
            assert_eq!(compare_by_given_name(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
    }

    #[test]
    fn letters_follow_the_alphabet() {
        let mut letters: Vec<&str> =
            "a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z".split(' ').collect();
        let alphabet = letters.clone();
        letters.reverse();
        letters.sort_by(|a, b| compare(a, b));
        assert_eq!(letters, alphabet);
    }

    #[test]
    fn tones_follow_ngang_huyen_hoi_nga_sac_nang() {
        let tones = ["ma", "mà", "mả", "mã", "má", "mạ"];
        let mut mixed = ["mạ", "má", "mã", "mả", "mà", "ma"];
        mixed.sort_by(|a, b| compare(a, b));
        assert_eq!(mixed, tones);
    }

    #[test]
    fn capitals_of_the_given_name_do_not_outweigh_the_family_name() {
        assert_eq!(compare_by_given_name("BÙI VĂN AN", "Trần Văn An"), Ordering::Less);
        assert_eq!(compare_by_given_name("Bùi Văn An", "TRẦN VĂN AN"), Ordering::Less);
    }

    #[test]
    fn composition_and_spaces_do_not_count() {
        assert_eq!(compare("Lệ", "Lê\u{323}"), Ordering::Equal);
        assert_eq!(compare_by_given_name("Nguyễn  Thị\u{a0}Lệ ", "Nguyễn Thị Le\u{323}\u{302}"), Ordering::Equal);
    }

    #[test]
    fn equal_names_keep_their_order() {
        let mut people = [("Lò Văn An", 1), ("Lò  Văn An", 2), ("Hà An", 3), ("Lò Văn An", 4)];
        sort_by_given_name(&mut people, |person| person.0);
        assert_eq!(people.map(|person| person.1), [3, 1, 2, 4]);
    }

    #[test]
    fn borrowed_items_can_be_sorted() {
        let owned = [("Sa Thị Thư".to_owned(), 1), ("Y Ban".to_owned(), 2)];
        let mut people: Vec<&(String, i32)> = owned.iter().collect();
        sort_by_given_name(&mut people, |person| &person.0);
        assert_eq!(people[0].1, 2);
    }

    #[test]
    fn tone_placement_case_and_spaces_fold() {
        for (a, b) in [
            ("hoà", "hòa"),
            ("Thuý", "Thúy"),
            ("khoẻ", "khỏe"),
            ("Loã", "Lõa"),
            ("Uỷ", "Ủy"),
            ("HOÀ BÌNH", "Hòa Bình"),
            ("Nguyễn Thị Hoà", "NGUYỄN  THỊ HÒA "),
            ("quý", "qúy"),
            ("Thuỵ", "Thụy"),
            ("Lê\u{323}", "Lệ"),
            ("Le\u{323}\u{302}", "LỆ"),
            ("Hoa\u{300}", "Ho\u{300}a"),
            ("Đức\u{a0}An", "đức an"),
            ("Ka-Loá", "Ka-Lóa"),
        ] {
            assert_eq!(fold_key(a), fold_key(b), "{a} {b}");
        }
    }

    #[test]
    fn different_names_stay_apart() {
        for (a, b) in [
            ("Hoa", "Hoà"),
            ("Hoà", "Hoá"),
            ("Thuý", "Thuỳ"),
            ("Thu", "Thư"),
            ("Ân", "Ấn"),
            ("Đào", "Dào"),
            ("Hoàn", "Hòa"),
            ("An Na", "Anna"),
            ("Muñoz", "Munoz"),
            ("àlá", "alà"),
        ] {
            assert_ne!(fold_key(a), fold_key(b), "{a} {b}");
        }
    }

    #[test]
    fn keys_of_common_names_stay_readable() {
        assert_eq!(fold_key("Nguyễn Văn Hùng"), "nguyễn văn hùng");
        assert_eq!(fold_key("Trần Thị Thúy"), "trần thị thuý");
        assert_eq!(fold_key("  Lường   Thế  "), "lường thế");
        assert_eq!(fold_key(""), "");
    }

    #[test]
    fn only_the_first_letter_is_raised() {
        for (text, raised) in [
            ("", ""),
            ("một triệu", "Một triệu"),
            ("đồng chí", "Đồng chí"),
            ("ủy ban", "Ủy ban"),
            ("“lao động tiên tiến”", "“Lao động tiên tiến”"),
            ("05 tập thể", "05 tập thể"),
            ("UBND xã", "UBND xã"),
            ("- ", "- "),
        ] {
            assert_eq!(capitalize_first(text), raised);
        }
    }

    #[test]
    fn abbreviations_are_not_lowered() {
        for (text, lowered) in [
            ("", ""),
            ("Lao động tiên tiến", "lao động tiên tiến"),
            ("Đã có thành tích", "đã có thành tích"),
            ("“Lao động tiên tiến”", "“lao động tiên tiến”"),
            ("Ông", "ông"),
            ("UBND huyện Phù Yên", "UBND huyện Phù Yên"),
            ("HĐND xã", "HĐND xã"),
            ("TTr số 5", "TTr số 5"),
            ("Y", "y"),
            ("2 tập thể", "2 tập thể"),
        ] {
            assert_eq!(lower_first(text), lowered);
        }
    }

    proptest! {
        #[test]
        fn comparing_is_a_total_order(a in any_name(), b in any_name(), c in any_name()) {
            for order in [compare, compare_by_given_name] {
                prop_assert_eq!(order(&a, &a), Ordering::Equal);
                prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
                if order(&a, &b).is_le() && order(&b, &c).is_le() {
                    prop_assert!(order(&a, &c).is_le());
                }
            }
        }

        #[test]
        fn sorting_agrees_with_comparing(mut names in prop::collection::vec(any_name(), 0..8)) {
            let mut compared = names.clone();
            compared.sort_by(|a, b| compare_by_given_name(a, b));
            sort_by_given_name(&mut names, |name| name);
            prop_assert_eq!(names, compared);
        }

        #[test]
        fn any_selection_sorts_back(
            (sorted, mut shuffled) in subsequence(IN_ORDER.to_vec(), 0..=IN_ORDER.len())
                .prop_flat_map(|sorted| (Just(sorted.clone()), Just(sorted).prop_shuffle())),
        ) {
            sort_by_given_name(&mut shuffled, |name| name);
            prop_assert_eq!(shuffled, sorted);
        }

        #[test]
        fn folding_twice_changes_nothing(name in any_name()) {
            let key = fold_key(&name);
            prop_assert_eq!(fold_key(&key), key);
        }

        #[test]
        fn folding_ignores_composition(name in any_name()) {
            let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&name).into_owned();
            prop_assert_eq!(fold_key(&decomposed), fold_key(&name));
        }

        #[test]
        fn first_letter_round_trips(text in "[a-zđăâêôơư][a-zđăâêôơưạếỏ ]{0,10}") {
            prop_assert_eq!(lower_first(&capitalize_first(&text)), text);
        }

        #[test]
        fn first_letters_take_any_text(text in "\\PC*") {
            let _ = (capitalize_first(&text), lower_first(&text));
        }
    }
}
