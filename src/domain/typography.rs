//! No-break spaces where Vietnamese office text must not be torn: `ngày 29`, `Điều 1`, `123 ha`.
//!
//! Only ordinary spaces change, and never more than three words become one piece (four at the end of a text), so that
//! lines still break. The forms are those of Nghị định 30/2020/NĐ-CP, Phụ lục I, and of office practice.

use std::borrow::Cow;

const NO_BREAK: char = '\u{a0}';

/// Most words in one unbreakable piece.
const MOST_WORDS: usize = 3;

/// A text of fewer words has no last line worth caring for.
const FEWEST_FOR_END: usize = 4;

/// From so many words on a text is running text, and its end may be as long as two syllables of Vietnamese get.
const RUNNING: usize = 8;

/// Most letters of the two last words of a short text that hold together: what a narrow cell still takes.
const SHORT_END: usize = 11;

/// Most letters of the two last words of running text that hold together.
const LONG_END: usize = 15;

/// Two last words of fewer letters are still too short for a line of their own: the one before comes along.
const LEAST_END: usize = 6;

/// A word of more bytes is no syllable, number or symbol: no rule makes it longer.
const LONGEST_WORD: usize = 60;

/// Puts U+00A0 where a line must not break; changes nothing else. Idempotent, linear in the text.
///
/// `ngày 29`, `tháng 9`, `năm 2021` (each pair; the date itself may break between them) ·
/// `Điều 1`, `khoản 2`, `Mục 3`, `Chương II`, `Phần I` · `điểm a` · `số 925/BC-UBND`, `Số: 925` ·
/// `lần thứ V`, `khóa XV`, `Phụ lục I`, `giai đoạn 2019-2021`, `quý II` · a quantity and its noun, `123.655 ha`,
/// `40,82 %` · `Ông Nguyễn`, `Thượng tá Lò`, `TP. Hồ` · `TM. ỦY`, `KT. CHỦ` ·
/// the word before a lone dash, `Thi đua - Khen thưởng`, so that no line begins with the dash ·
/// the last two words of a text of four and more, so that no line holds a single syllable or a given name.
///
/// A number that a label already holds (`Điều 1`, `năm 2021`) does not hold the next word as well.
/// Where rules would chain more than three words, the dash wins, then numbers and names, then the end of the text,
/// which may make four.
pub fn no_break(text: &str) -> Cow<'_, str> {
    if !text.as_bytes().contains(&b' ') {
        return Cow::Borrowed(text);
    }
    let mut gaps = find_gaps(text);
    for (rank, most) in [
        (Rank::Dash, MOST_WORDS),
        (Rank::Pair, MOST_WORDS),
        (Rank::Inner, MOST_WORDS),
        (Rank::End, MOST_WORDS + 1),
        (Rank::BeforeEnd, MOST_WORDS + 1),
    ] {
        for index in 0..gaps.len() {
            if gaps[index].rank == Some(rank) && !gaps[index].glued {
                gaps[index].glued = glued_around(&gaps, index) + 2 <= most;
            }
        }
    }
    let mut out = String::new();
    let mut done = 0;
    for gap in gaps.iter().filter(|gap| gap.glued && !gap.was_glued) {
        out.push_str(&text[done..gap.at]);
        out.push(NO_BREAK);
        done = gap.at + 1;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Which rule glues two words; in a chain too long the earlier rank wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    Dash,
    Pair,
    /// Inside `lần thứ V`, before `thứ`.
    Inner,
    /// Before the last word of a text.
    End,
    /// Before the last but one, where the last two are too short.
    BeforeEnd,
}

/// The white space between two words, if a rule wants it glued or it is already.
struct Gap {
    /// Byte offset of the space.
    at: usize,
    /// Place in the row of all gaps; neighbours differ by one, gaps across a hard break by more.
    place: usize,
    /// `None` for a gap that was glued in the input and that no rule asks for.
    rank: Option<Rank>,
    glued: bool,
    was_glued: bool,
}

/// White space between two words, as found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    /// One ordinary space.
    One,
    /// Only no-break spaces.
    Fixed,
    /// A line end, a run, the start of the text: no rule reaches across.
    Other,
}

/// The two words before the one looked at, empty where a hard break or the start is in between.
#[derive(Clone, Copy, Default)]
struct Before<'a> {
    second: &'a str,
    last: &'a str,
    /// The last word is a number that a label holds.
    labelled: bool,
}

fn find_gaps(text: &str) -> Vec<Gap> {
    // Names make up most of the text of a batch; without a digit most rules cannot apply.
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let mut gaps: Vec<Gap> = Vec::new();
    let mut before = Before::default();
    let (mut end, mut place, mut last_space) = (0, 0, (0, Space::Other));
    // The last two spaces with the words after them, and how many words the text has.
    let mut tail = [Tail::default(); 2];
    let mut words = 0;
    while let Some(offset) = text[end..].find(|c: char| !c.is_whitespace()) {
        let (at, start) = (end, end + offset);
        end = text[start..].find(char::is_whitespace).map_or(text.len(), |offset| start + offset);
        let word = &text[start..end];
        let space = classify(&text[at..start]);
        if at == 0 || space == Space::Other {
            before = Before::default();
            place += 2;
        } else {
            place += 1;
        }
        let labelled = follows_label(before, word, digits);
        let pair = word.len() <= LONGEST_WORD
            && (labelled
                || follows_quantity(before, word, digits)
                || follows_title(before, word)
                || follows_abbreviation(before, word));
        let rank = if follows_to_dash(before, word) { Some(Rank::Dash) } else { pair.then_some(Rank::Pair) };
        // Only here, at the ordinal itself, is it known that `lần thứ` introduces one.
        if labelled && is_any(before.last, &["thứ"]) && last_space.1 == Space::One {
            gaps.push(gap(last_space.0, place - 1, Some(Rank::Inner), false));
        }
        match space {
            Space::One if rank.is_some() => gaps.push(gap(at, place, rank, false)),
            Space::Fixed => gaps.push(gap(at, place, rank, true)),
            Space::One | Space::Other => {}
        }
        last_space = (at, space);
        tail = [tail[1], Tail { at, place, space, word }];
        words += 1;
        before = Before { second: before.last, last: word, labelled };
    }
    if words >= FEWEST_FOR_END {
        hold_end(&mut gaps, tail, if words < RUNNING { SHORT_END } else { LONG_END });
    }
    gaps
}

/// A space near the end of a text and the word after it.
#[derive(Clone, Copy)]
struct Tail<'a> {
    at: usize,
    place: usize,
    space: Space,
    word: &'a str,
}

impl Default for Tail<'_> {
    fn default() -> Self {
        Self { at: 0, place: 0, space: Space::Other, word: "" }
    }
}

/// The last two words, or three where two are too short, if together they have no more letters than `most`.
fn hold_end(gaps: &mut Vec<Gap>, [before, last]: [Tail<'_>; 2], most: usize) {
    // The mark that ends a document is no syllable: two of the longest hold together before it too.
    let word = last.word.strip_suffix("./.").unwrap_or(last.word);
    let letters = before.word.chars().count() + 1 + word.chars().count();
    // After a dash a line may break whatever the space.
    if letters > most || is_dash(last.word) || is_dash(before.word) {
        return;
    }
    if letters < LEAST_END {
        hold(gaps, before, Rank::BeforeEnd);
    }
    hold(gaps, last, Rank::End);
}

fn hold(gaps: &mut Vec<Gap>, tail: Tail<'_>, rank: Rank) {
    if tail.space == Space::One
        && let Err(index) = gaps.binary_search_by_key(&tail.at, |gap| gap.at)
    {
        gaps.insert(index, gap(tail.at, tail.place, Some(rank), false));
    }
}

fn gap(at: usize, place: usize, rank: Option<Rank>, glued: bool) -> Gap {
    Gap { at, place, rank, glued, was_glued: glued }
}

fn classify(space: &str) -> Space {
    if space == " " {
        Space::One
    } else if !space.is_empty() && space.chars().all(|c| matches!(c, NO_BREAK | '\u{202f}')) {
        Space::Fixed
    } else {
        Space::Other
    }
}

/// How many glued gaps touch this one, counted no further than the limit needs.
fn glued_around(gaps: &[Gap], index: usize) -> usize {
    let run = |pairs: &mut dyn Iterator<Item = (&Gap, &Gap)>| {
        pairs.take(MOST_WORDS).take_while(|(near, far)| far.glued && near.place.abs_diff(far.place) == 1).count()
    };
    let left = run(&mut gaps[..=index].iter().rev().zip(gaps[..index].iter().rev()));
    let right = run(&mut gaps[index..].iter().zip(gaps[index + 1..].iter()));
    left + right
}

/// `ngày 29`, `Điều 1`, `Chương II`, `điểm a`, `Số: 925`, `khóa XV`, `thứ V` after `lần`.
fn follows_label(before: Before<'_>, word: &str, digits: bool) -> bool {
    let Some(first) = word.chars().next() else {
        return false;
    };
    let label = before.last.trim_start_matches(is_opening);
    if first.is_ascii_digit() {
        return digits
            && (is_any(label, &["ngày", "tháng", "năm", "số", "số:", "lần", "đợt", "kỳ"])
                || is_any(label, &["đoạn"]) && is_any(before.second.trim_start_matches(is_opening), &["giai"])
                || takes_roman(label, before.second));
    }
    if !first.is_ascii_alphabetic() && !matches!(first, 'đ' | 'Đ') {
        return false;
    }
    let core = word.trim_end_matches(is_closing);
    if core.len() == first.len_utf8() && is_any(label, &["điểm"]) {
        return true;
    }
    is_roman(core) && takes_roman(label, before.second)
}

fn takes_roman(label: &str, second: &str) -> bool {
    let second = second.trim_start_matches(is_opening);
    is_any(label, &["điều", "khoản", "mục", "chương", "phần", "khóa", "khoá", "quý"])
        || (is_any(label, &["thứ"]) && is_any(second, &["lần"]))
        || (is_any(label, &["lục"]) && is_any(second, &["phụ"]))
}

/// `123.655 ha`, `09 tập thể`; not `29 tháng` or `04 năm`, where a date may break.
fn follows_quantity(before: Before<'_>, word: &str, digits: bool) -> bool {
    digits
        && !before.labelled
        && word.starts_with(|c: char| c.is_lowercase() || c == '%')
        && is_number(before.last.trim_start_matches(is_opening))
        && !is_any(word.trim_end_matches(is_closing), &["tháng", "năm"])
}

/// `Ông Nguyễn`, `Đồng chí Hà`, `Thượng tá Lò`; the rank stands for Ông or Bà in lists.
fn follows_title(before: Before<'_>, word: &str) -> bool {
    if !word.chars().next().is_some_and(char::is_uppercase) {
        return false;
    }
    let last = before.last.trim_start_matches(is_opening);
    let second = before.second.trim_start_matches(is_opening);
    is_any(last, &["ông", "bà", "ông/bà"])
        || (is_any(last, &["chí"]) && is_any(second, &["đồng"]))
        || (is_any(last, &["tướng", "tá", "úy", "uý", "sĩ", "sỹ"])
            && is_any(second, &["đại", "thượng", "trung", "thiếu", "chuẩn", "hạ"]))
}

/// `TM. ỦY`, `KT. CHỦ` and what stands before names of places and persons: `TP. Hồ`.
fn follows_abbreviation(before: Before<'_>, word: &str) -> bool {
    before.last.ends_with('.')
        && word.starts_with(char::is_uppercase)
        && is_any(
            before.last.trim_start_matches(is_opening),
            &["tm.", "kt.", "tl.", "tuq.", "q.", "tp.", "tx.", "gs.", "pgs.", "ts.", "ths.", "bs."],
        )
}

/// A dash between words; a row of dashes is a drawn line and may break.
fn follows_to_dash(before: Before<'_>, word: &str) -> bool {
    is_dash(word) && !before.last.is_empty() && !is_dash(before.last)
}

fn is_dash(word: &str) -> bool {
    matches!(word, "-" | "–" | "—")
}

/// Whether `word` is one of `names`, which are in lower case. Case never changes the byte length of a
/// Vietnamese letter, so unequal lengths settle most comparisons.
fn is_any(word: &str, names: &[&str]) -> bool {
    names.iter().any(|name| word.len() == name.len() && word.chars().flat_map(char::to_lowercase).eq(name.chars()))
}

/// Digits with `.`, `,` or `/` inside: `09`, `1.490.000`, `40,82`, `2/3`.
fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word.ends_with(|c: char| c.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'/'))
}

fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X' | b'L' | b'C' | b'D' | b'M'))
}

fn is_opening(c: char) -> bool {
    matches!(c, '(' | '[' | '“' | '‘' | '"' | '\'' | '«')
}

fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '”' | '’' | '"' | '\'' | '»' | '.' | ',' | ';' | ':' | '!' | '?' | '…' | '/')
}

/// Gives words of more than `longest` letters a place to break after every `every` letters, by U+200B.
///
/// A word ends at a space, a no-break space, a stroke or a hyphen: after those a line may break of itself (or must not).
pub fn open_words(text: &str, longest: usize, every: usize) -> Cow<'_, str> {
    let ends = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{200b}' | '/' | '-');
    // A letter has up to three bytes, so fewer bytes than letters allowed settle most texts.
    if !text.split(ends).any(|word| word.len() > longest && word.chars().count() > longest) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + text.len() / every.max(1) * 3);
    for piece in text.split_inclusive(ends) {
        let word = piece.trim_end_matches(ends);
        if word.chars().count() > longest {
            for (index, c) in word.chars().enumerate() {
                if index > 0 && index % every.max(1) == 0 {
                    out.push('\u{200b}');
                }
                out.push(c);
            }
            out.push_str(&piece[word.len()..]);
        } else {
            out.push_str(piece);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `~` stands for U+00A0; the input is the same text with ordinary spaces. Two words more keep the end apart.
    #[track_caller]
    fn check(expected: &str) {
        check_all(&format!("{expected} thôi~nhé"));
    }

    #[track_caller]
    fn check_all(expected: &str) {
        let expected = expected.replace('~', "\u{a0}");
        let input = expected.replace('\u{a0}', " ");
        assert_eq!(no_break(&input), expected);
        assert_eq!(no_break(&expected), expected);
    }

    #[test]
    fn dates_are_glued_in_pairs() {
        check("Phù Yên, ngày~29 tháng~9 năm~2021");
        check("14~giờ 05~phút, ngày~07 tháng~12 năm~2020 của UBND");
        check("NĂM~2021, Ngày~29/9/2021 của Chính phủ");
        check("29 tháng~9 và 04 năm, 5 năm;");
        check("giai đoạn~2016-2020 và năm~2021-2025");
    }

    #[test]
    fn labels_hold_their_numbers() {
        check("Điều~1. Tặng");
        check("tại điểm~a khoản~2 Điều~5 Mục~3 Chương~II Phần~I");
        check("ĐIỀU~1 và (Điều~2)");
        check("điểm~đ, điểm~A) nhưng điểm ở trường, điểm cao");
        check("Quyết định số~925/BC-UBND ngày~04 tháng~11 năm~2017 của UBND");
        check("Số:~925/BC-UBND, số~925 và");
        check("Điều~1 của Luật; khoản~2 và khoản~3 của Điều~4");
    }

    #[test]
    fn ordinals_are_one_piece() {
        check("Đại hội lần~thứ~V nhiệm kỳ");
        check("khóa~XV, khoá~XX; lần~thứ~12 của");
        check("lần thứ hai, thứ V, khóa học");
    }

    #[test]
    fn quantities_hold_their_nouns() {
        check("123.655~ha, 119~nghìn người, 09~tập thể và 04~cá nhân");
        check("(1.490.000~đồng) 40,82% của 2/3~số phiếu");
        check("5, sáu và 7 Người");
    }

    #[test]
    fn titles_hold_the_name() {
        check("Ông~Nguyễn Văn An và bà~Lò Thị Ánh");
        check("Đồng chí~Hà, Thượng tá~Lò Văn Ò, Thiếu uý~Mùi");
        check("Ông/Bà~Sùng A Vàng (Ông~Sùng)");
        check("ông bà, quần đảo Hoàng Sa, Tiến sĩ Nguyễn");
    }

    #[test]
    fn no_line_begins_with_a_dash() {
        check("Hội đồng Thi đua~- Khen thưởng");
        check("Độc lập~- Tự do~- Hạnh phúc");
        check("a~– b~— c -d e- f-g");
        check("- Như Điều~1;");
        check("a~- - - b");
    }

    #[test]
    fn long_chains_stay_breakable() {
        check("lần thứ~V~- khóa~XV");
        check("Điều~1~- 2~- ba");
        check("3~lần thứ~V");
        check("1~ông~Nguyễn 2~ông~Lò");
    }

    #[test]
    fn abbreviations_ranges_and_units_hold_on() {
        check("TM.~ỦY BAN KT.~CHỦ TỊCH Q.~Chủ tịch TP.~Hồ Chí Minh");
        check("Phụ lục~I và PHỤ LỤC~II của giai đoạn~2019-2021, quý~II, đợt~2");
        check("từ 5~- 10~ngày, tăng 40,82~% so với 1.490.000~đồng");
        check("hết. Ủy ban và đoạn hai");
    }

    #[test]
    fn the_last_two_words_hold_together() {
        check_all("Nguyễn Thị Minh~Hạnh");
        check_all("Lò Văn Ượn");
        check_all("xã Huy Tân~ở~xa");
        check_all("nhận quà từ~ở~xã");
        check_all("một phần nghiêng nghiêng");
        check_all("một hai ba bốn năm sáu bảy nghiêng~nghiêng");
        check_all("một hai ba bốn năm sáu lần~thứ~V~này.");
        check_all("có tên tại Điều~1 chịu trách nhiệm thi hành Quyết định~này./.");
        check_all("xuất giai tập tế sắc Yên, y nghiêng~nghiêng./.");
    }

    #[test]
    fn line_ends_and_runs_are_left_alone() {
        for text in ["", "ngày", "ngày  29", "ngày\n29", " 29 ", "Điều \u{a0}1", "a;\n- b", "Nguyễn Văn An"] {
            assert!(matches!(no_break(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn spaces_already_glued_count() {
        assert_eq!(no_break("a\u{a0}b\u{a0}c 1 - d"), "a\u{a0}b\u{a0}c 1\u{a0}- d");
        assert_eq!(no_break("a\u{a0}b\u{a0}c - d"), "a\u{a0}b\u{a0}c - d");
    }

    /// Words and separators the rules are about.
    fn office_text() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "ngày",
            "29",
            "tháng",
            "9",
            "năm",
            "2021",
            "Điều",
            "1",
            "khoản",
            "điểm",
            "a",
            "Mục",
            "II",
            "lần",
            "thứ",
            "V",
            "khóa",
            "XV",
            "Số:",
            "925/BC",
            "123.655",
            "ha",
            "Ông",
            "Nguyễn",
            "Đồng",
            "chí",
            "Thượng",
            "tá",
            "-",
            "–",
            "(09",
            "1,",
            "của",
        ]);
        let space =
            prop::sample::select(vec![" ", " ", " ", " ", " ", " ", " ", " ", "  ", "\n", "\u{a0}", " \u{a0}", ""]);
        prop::collection::vec((word, space), 0..40)
            .prop_map(|parts| parts.into_iter().flat_map(|(word, space)| [word, space]).collect())
    }

    proptest! {
        #[test]
        fn gluing_twice_changes_nothing_more(text in prop_oneof![any::<String>(), office_text()]) {
            let once = no_break(&text).into_owned();
            let twice = no_break(&once);
            prop_assert!(matches!(twice, Cow::Borrowed(_)));
            prop_assert_eq!(twice, once.as_str());
        }

        #[test]
        fn only_ordinary_spaces_change(text in prop_oneof![any::<String>(), office_text()]) {
            let glued = no_break(&text);
            prop_assert_eq!(glued.chars().count(), text.chars().count());
            for (before, after) in text.chars().zip(glued.chars()) {
                let expected = if before == ' ' && after == NO_BREAK { NO_BREAK } else { before };
                prop_assert_eq!(after, expected);
            }
        }

        #[test]
        fn no_piece_exceeds_three_words_and_the_last_four(text in prop_oneof![any::<String>(), office_text()]) {
            let text = text.replace(['\u{a0}', '\u{202f}'], " ");
            let glued = no_break(&text);
            let pieces: Vec<&str> = glued.trim_end().split(|c: char| c.is_whitespace() && c != '\u{a0}').collect();
            for (index, piece) in pieces.iter().enumerate() {
                let most = if index + 1 == pieces.len() { 4 } else { 3 };
                prop_assert!(piece.split('\u{a0}').count() <= most, "{piece:?}");
            }
        }

        /// So that narrow cells never overflow: what holds together is short, or one word of it is long by itself.
        #[test]
        fn what_holds_together_is_short(words in prop::collection::vec("[a-zđôơ]{1,7}|[0-9]{1,3}|[A-Z][a-z]{1,6}", 1..20)) {
            for piece in no_break(&words.join(" ")).split(' ') {
                prop_assert!(piece.chars().count() <= 23, "{piece:?}");
            }
        }

        #[test]
        fn dash_between_words_never_begins_a_line(words in prop::collection::vec("[a-zA-Zđôơ0-9]{1,6}", 2..8)) {
            let glued = no_break(&words.join(" - ")).into_owned();
            prop_assert!(!glued.contains(" -"));
            prop_assert_eq!(glued.matches("\u{a0}- ").count(), words.len() - 1);
        }
    }

    #[test]
    fn only_words_without_a_break_get_one() {
        let open = |text: &str| open_words(text, 12, 5).into_owned();
        assert_eq!(open("nghiêng nghiêng 68/2000/NĐ-CP"), "nghiêng nghiêng 68/2000/NĐ-CP");
        assert_eq!(open("a abcdefghijklmn"), "a abcde\u{200b}fghij\u{200b}klmn");
        assert_eq!(open("x/abcdefghijklm-y"), "x/abcde\u{200b}fghij\u{200b}klm-y");
        assert!(matches!(open_words("Ủy ban nhân dân", 12, 5), Cow::Borrowed(_)));
    }
}
