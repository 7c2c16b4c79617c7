//! Input text made sound: composed Unicode (NFC), single spaces, nothing invisible.
//!
//! [`refuse`] finds what no repair may guess at; [`repair`] mends the rest and says what it did.
//! Legacy encodings are recognised before either, in `legacy`: there U+00AD is a letter.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Text after [`repair`], and what was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// NFC, trimmed, every run of white space one U+0020.
    pub text: String,
    /// Each kind of change at most once, in the order of [`Change`]; empty when `text` is the input.
    pub changes: Vec<Change>,
}

/// A kind of change [`repair`] made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Combining marks joined to their letters: `e` + U+0302 + U+0301 → `ế`.
    Composed,
    /// U+00A0 became an ordinary space.
    NoBreakSpace,
    /// U+200B, U+200C, U+200D, U+2060, U+FEFF or U+00AD removed.
    Invisible,
    /// Line ends, tabs, other spaces and runs became one space; ends trimmed.
    WhiteSpace,
    /// The look-alike `ð`/`Ð` of old files became `đ`/`Đ`.
    Eth,
}

/// Normalises one text value: NFC, plain single spaces, no invisible characters, `đ` for `ð`.
///
/// Idempotent. `ð` (Icelandic, Faroese) is touched only beside a letter those languages lack and
/// Vietnamese has, such as `ă`, `ơ` or `ế`.
pub fn repair(text: &str) -> Repaired {
    if is_plain(text) {
        return Repaired { text: text.to_owned(), changes: Vec::new() };
    }
    let mut changes = Vec::new();
    // Invisible characters go first: one between a letter and its mark would keep them apart.
    let spaced = space(text);
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&spaced.text);
    if *composed != *spaced.text {
        changes.push(Change::Composed);
    }
    if spaced.no_break {
        changes.push(Change::NoBreakSpace);
    }
    if spaced.invisible {
        changes.push(Change::Invisible);
    }
    if spaced.white_space {
        changes.push(Change::WhiteSpace);
    }
    let mut text = composed.into_owned();
    if text.contains(['ð', 'Ð']) && text.chars().any(is_vietnamese) {
        text = text.replace('ð', "đ").replace('Ð', "Đ");
        changes.push(Change::Eth);
    }
    Repaired { text, changes }
}

/// A character that must not be in administrative text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadChar {
    /// Place in the text, in characters from 0.
    pub index: usize,
    /// The Unicode code point.
    pub code_point: u32,
}

/// Finds the first character no administrative text may hold.
///
/// Refused: control characters other than tab and line ends, bidirectional marks, overrides and
/// isolates (they make a page read otherwise than its data), private use, noncharacters, U+FFFD (a
/// letter is already lost), interlinear annotation U+FFF9–FFFB and the invisible tags U+E0000–E007F.
pub fn refuse(text: &str) -> Option<BadChar> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    text.chars().enumerate().find(|&(_, c)| is_refused(c)).map(|(index, c)| BadChar { index, code_point: u32::from(c) })
}

/// ASCII that is already as [`repair`] would leave it: the common case of codes and numbers.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && !text.contains("  ")
        && !text.starts_with(' ')
        && !text.ends_with(' ')
}

struct Spaced {
    text: String,
    no_break: bool,
    invisible: bool,
    white_space: bool,
}

fn space(text: &str) -> Spaced {
    let mut out =
        Spaced { text: String::with_capacity(text.len()), no_break: false, invisible: false, white_space: false };
    let mut pending = false;
    for c in text.chars() {
        if is_invisible(c) {
            out.invisible = true;
        } else if c.is_whitespace() {
            out.no_break |= c == '\u{a0}';
            out.white_space |= pending || !matches!(c, ' ' | '\u{a0}');
            pending = true;
        } else {
            if pending && out.text.is_empty() {
                out.white_space = true;
            } else if pending {
                out.text.push(' ');
            }
            pending = false;
            out.text.push(c);
        }
    }
    out.white_space |= pending;
    out
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Letters of Vietnamese that no language with `ð` uses.
fn is_vietnamese(c: char) -> bool {
    matches!(c, 'Ă' | 'ă' | 'Đ' | 'đ' | 'Ĩ' | 'ĩ' | 'Ũ' | 'ũ' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | '\u{1ea0}'..='\u{1ef9}')
}

fn is_refused(c: char) -> bool {
    let code = u32::from(c);
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{fffd}' => true,
        '\u{e0000}'..='\u{e007f}' => true,
        // The last two code points of every plane are noncharacters; planes 15 and 16 are private.
        _ => c.is_control() || code & 0xfffe == 0xfffe || code >= 0xf_0000,
    }
}

/// Finds the first letter that carries more than one mark of its own.
///
/// For composed text (see [`repair`]): there every Vietnamese letter is one character, and a second loose mark would be
/// drawn over the line above.
pub fn stacked_marks(text: &str) -> Option<BadChar> {
    let mut marks = 0;
    for (index, c) in text.chars().enumerate() {
        let is_mark = matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}');
        marks = if is_mark { marks + 1 } else { 0 };
        if marks > 1 {
            return Some(BadChar { index, code_point: u32::from(c) });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(input: &str, text: &str, changes: &[Change]) {
        let repaired = repair(input);
        assert_eq!(repaired.text, text);
        assert_eq!(repaired.changes, changes);
    }

    #[test]
    fn sound_text_is_left_alone() {
        for text in ["", "925/BC-UBND", "Nguyễn Thị Thuý", "“Lao động tiên tiến” – 40,82%", "Hòa và Hoà"]
        {
            check(text, text, &[]);
        }
    }

    #[test]
    fn combining_and_half_composed_letters_are_composed() {
        check("Nguye\u{302}\u{303}n", "Nguyễn", &[Change::Composed]);
        check("Vi\u{ea}\u{323}t", "Việt", &[Change::Composed]);
        check("Vi\u{1eb9}\u{302}t", "Việt", &[Change::Composed]);
        check("u\u{31b}\u{309}", "ử", &[Change::Composed]);
    }

    #[test]
    fn no_break_spaces_become_spaces() {
        check("ngày\u{a0}29", "ngày 29", &[Change::NoBreakSpace]);
    }

    #[test]
    fn invisible_characters_are_removed() {
        check("\u{feff}Phù\u{200b} Y\u{ad}ên\u{200c}\u{200d}\u{2060}", "Phù Yên", &[Change::Invisible]);
    }

    #[test]
    fn invisible_character_does_not_keep_a_mark_from_its_letter() {
        check("e\u{200b}\u{301}", "é", &[Change::Composed, Change::Invisible]);
    }

    #[test]
    fn white_space_runs_become_one_space() {
        check("  Lò\t\r\n Văn  Ò \n", "Lò Văn Ò", &[Change::WhiteSpace]);
        check("a  b", "a b", &[Change::WhiteSpace]);
        check("a\u{3000}b", "a b", &[Change::WhiteSpace]);
        check("a \u{200b} b", "a b", &[Change::Invisible, Change::WhiteSpace]);
        check(" \n\t ", "", &[Change::WhiteSpace]);
        check("a\u{a0}", "a", &[Change::NoBreakSpace, Change::WhiteSpace]);
    }

    #[test]
    fn eth_becomes_d_only_in_vietnamese() {
        check("Ðiện Biên, ðơn vị", "Điện Biên, đơn vị", &[Change::Eth]);
        check("Ðào Văn Nam", "Đào Văn Nam", &[Change::Eth]);
        check("Ðo\u{302}\u{309}", "Đổ", &[Change::Composed, Change::Eth]);
        check("Það er gott veður", "Það er gott veður", &[]);
        check("Ðà Lào", "Ðà Lào", &[]);
    }

    #[test]
    fn forbidden_characters_are_found_by_place() {
        for code_point in [
            0x0, 0x7, 0xb, 0x7f, 0x80, 0x9f, 0x61c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069, 0xe000, 0xf8ff,
            0xfdd0, 0xfdef, 0xfff9, 0xfffb, 0xfffd, 0xfffe, 0xffff, 0x1fffe, 0x1ffff, 0xe0001, 0xe0041, 0xe007f,
            0xeffff, 0xf0000, 0xfffff, 0x100000, 0x10ffff,
        ] {
            let c = char::from_u32(code_point).expect("not a surrogate");
            assert_eq!(refuse(&format!("Yên{c}{c}")), Some(BadChar { index: 3, code_point }), "U+{code_point:04X}");
        }
    }

    #[test]
    fn ordinary_text_is_not_refused() {
        for text in ["", "Lò Văn Ò\t1\r\n", "“a” – b… 5 ₫ °C ½ © 👨‍👩‍👧 \u{feff}\u{ad}\u{a0}", "e\u{301} 漢字 Å\u{2028}"]
        {
            assert_eq!(refuse(text), None);
        }
    }

    /// Characters that interact: letters, marks, spaces, invisible ones, eth.
    fn troublesome() -> impl Strategy<Value = String> {
        "[aeouyđðÐăơưêạ \u{a0}\t\n\u{200b}\u{200d}\u{feff}\u{ad}\u{300}\u{301}\u{302}\u{303}\u{306}\u{309}\u{31b}\u{323}\u{212b}\u{2001}]{0,24}"
    }

    proptest! {
        #[test]
        fn repairing_twice_changes_nothing_more(text in prop_oneof![any::<String>(), troublesome()]) {
            let once = repair(&text);
            let twice = repair(&once.text);
            prop_assert_eq!(&twice.text, &once.text);
            prop_assert_eq!(twice.changes, []);
        }

        #[test]
        fn changes_are_told_exactly_when_text_differs(text in prop_oneof![any::<String>(), troublesome()]) {
            let repaired = repair(&text);
            prop_assert_eq!(repaired.changes.is_empty(), repaired.text == text);
        }

        #[test]
        fn repaired_text_is_composed_and_single_spaced(text in prop_oneof![any::<String>(), troublesome()]) {
            let repaired = repair(&text).text;
            prop_assert!(ComposingNormalizerBorrowed::new_nfc().is_normalized(&repaired));
            prop_assert!(!repaired.contains("  "));
            prop_assert_eq!(repaired.trim(), &repaired);
            prop_assert!(!repaired.chars().any(|c| is_invisible(c) || (c != ' ' && c.is_whitespace())));
        }

        #[test]
        fn letters_survive_repair(words in proptest::collection::vec("[A-Za-zÀ-ỹ0-9.,;/-]{1,8}", 1..6)) {
            let words: Vec<String> = words.iter().map(|word| repair(word).text).filter(|word| !word.contains(['ð', 'Ð'])).collect();
            let repaired = repair(&words.join(" \t"));
            prop_assert_eq!(repaired.text, repair(&words.join(" ")).text);
        }

        #[test]
        fn refused_character_is_at_the_index_told(text in any::<String>()) {
            if let Some(bad) = refuse(&text) {
                let found = text.chars().nth(bad.index).map(u32::from);
                prop_assert_eq!(found, Some(bad.code_point));
                prop_assert_eq!(refuse(&text.chars().take(bad.index).collect::<String>()), None);
            }
        }
    }

    #[test]
    fn heaps_of_marks_are_found_and_vietnamese_is_not() {
        for text in ["Nguyễn Thị Ưởng", "Ẽ\u{301}", "a\u{301}"] {
            assert_eq!(stacked_marks(&repair(text).text), None, "{text}");
        }
        let heap = repair("N\u{323}\u{302}\u{301}").text;
        assert!(stacked_marks(&heap).is_some(), "{heap}");
    }
}
