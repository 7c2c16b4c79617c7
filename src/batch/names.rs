//! Names of the files of a batch: written from a pattern, safe on every system, no two alike.

use std::collections::{HashMap, HashSet};

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic, Failure, Place};
use crate::domain::unicode;
use crate::text::{Pattern, Title};

/// The pattern used where none is given: `0001 Giấy khen Lò Thị Minh Hạnh`.
pub const DEFAULT: &str = "{{ number }} {{ file_name }}";

/// Longest folder or file name, bytes: a letter of Vietnamese takes up to three, and Windows and Linux stop at 255.
const LONGEST_PART: usize = 120;

/// Longest whole path, bytes: Windows stops at 260 characters, the folder it is unpacked into included.
const LONGEST_PATH: usize = 200;

/// Most folders above a file; deeper ones become part of the last.
const DEEPEST: usize = 8;

/// What every file of a batch ends in.
const EXTENSION: &str = ".pdf";

/// The variables of a pattern: name, what it holds in Vietnamese and in English.
pub const VARIABLES: &[(&str, &str, &str)] = &[
    ("index", "số thứ tự, từ 1", "place in the batch, from 1"),
    ("number", "số thứ tự đủ chữ số: 0001", "place padded with zeros: 0001"),
    ("total", "số văn bản của lô", "documents in the batch"),
    ("template", "mã mẫu", "id of the template"),
    ("file_name", "tên riêng của văn bản, không có .pdf", "the document's own name without .pdf"),
    ("group", "đơn vị", "unit"),
    ("person", "người hoặc tập thể", "person or collective"),
    ("data", "dữ liệu của văn bản, trừ các danh sách: data.so, …", "the document's data, without lists: data.so, …"),
];

const TITLE: Title = Title { vi: "mẫu tên tệp", en: "file name pattern", code: "names" };

/// What a name may be written from.
#[derive(Debug, Clone, Copy)]
pub struct NameFacts<'a> {
    /// Place in the batch, from 1.
    pub index: usize,
    /// Documents in the batch.
    pub total: usize,
    /// Id of the template.
    pub template: &'a str,
    /// The document's own name, without `.pdf`.
    pub file_name: &'a str,
    /// The document's data.
    pub data: &'a Value,
    /// The unit; empty where there is none.
    pub group: &'a str,
    /// The person or collective; empty where there is none.
    pub person: &'a str,
}

/// A pattern of file names, in minijinja: `{{ group }}/{{ number }} {{ person }}`.
///
/// A `/` of the pattern itself makes folders; one in a value (`925/QĐ-UBND`) becomes `-`. Lists of the data are not to be
/// had, and of loops and filters only what [`Pattern`] allows a caller.
pub struct NamePattern(Pattern, String);

impl NamePattern {
    /// Compiles a pattern. Faults stand at their line and column and show the variables there are.
    pub fn compile(source: &str) -> Result<Self, Failure> {
        let variables: Vec<&str> = VARIABLES.iter().map(|(name, ..)| *name).collect();
        let pattern = Pattern::compile(source, &variables, wash, TITLE).map_err(|faults| {
            Failure::new(Code::InvalidData, faults.into_iter().map(|fault| with_variables(fault, None)).collect())
        })?;
        Ok(Self(pattern, source.to_owned()))
    }

    /// Writes the name of one file: a safe path that ends in `.pdf`, not yet held against the other names ([`Unique`]).
    /// A pattern that fails on these facts or leaves no name is a fault.
    pub fn write(&self, facts: &NameFacts<'_>) -> Result<String, Failure> {
        let fail = |fault| Failure::new(Code::InvalidData, vec![with_variables(fault, Some(facts.data))]);
        let digits = facts.total.max(facts.index).to_string().len();
        let values = json!({
            "index": facts.index, "number": format!("{:0digits$}", facts.index), "total": facts.total,
            "template": facts.template, "file_name": start(facts.file_name),
            "group": start(facts.group), "person": start(facts.person), "data": fields(facts.data),
        });
        let text = self.0.write(values).map_err(fail)?;
        let stem = match text.len().checked_sub(EXTENSION.len()).and_then(|at| text.split_at_checked(at)) {
            Some((stem, end)) if end.eq_ignore_ascii_case(EXTENSION) => stem,
            _ => &text,
        };
        if clean(stem.rsplit('/').next().unwrap_or_default()).is_empty() {
            return Err(fail(self.nothing(facts.index)));
        }
        Ok(safe(&format!("{stem}{EXTENSION}")))
    }

    /// The whole pattern is at fault: its place is where its last file name starts.
    fn nothing(&self, index: usize) -> Diagnostic {
        let before = &self.1[..self.1.rfind('/').map_or(0, |at| at + 1)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Diagnostic::error(
            TITLE.code,
            format!("{}, dòng {line}, cột {column}: tên của tệp thứ {index} trống", TITLE.vi),
            format!("{}, line {line}, column {column}: the name of file {index} is empty", TITLE.en),
        )
        .in_file(Some(Place { file: TITLE.code.to_owned(), line, column }))
    }
}

/// As much of a text as a name could hold, and some more.
fn start(text: &str) -> &str {
    text.char_indices().nth(LONGEST_PATH).map_or(text, |(end, _)| &text[..end])
}

/// The data without lists, for which a name has no room, and with the starts of long texts only: what a pattern can do to
/// them stays small whatever was sent.
fn fields(data: &Value) -> Value {
    match data {
        Value::Object(all) => {
            let kept = all.iter().filter(|(_, value)| !value.is_array());
            Value::Object(kept.map(|(key, value)| (key.clone(), fields(value))).collect())
        }
        Value::String(text) => Value::from(start(text)),
        other => other.clone(),
    }
}

/// Says which variables there are, and which fields the data have.
fn with_variables(fault: Diagnostic, data: Option<&Value>) -> Diagnostic {
    let list = |word: fn(&(&str, &'static str, &'static str)) -> &'static str| {
        VARIABLES.iter().map(|row| format!("`{}` ({})", row.0, word(row))).collect::<Vec<_>>().join(", ")
    };
    let fault = fault.hint(format!("các biến: {}", list(|row| row.1)), format!("the variables: {}", list(|row| row.2)));
    let Some(fields) = data.and_then(Value::as_object).filter(|fields| !fields.is_empty()) else { return fault };
    let fields = fields.iter().filter(|(_, value)| !value.is_array());
    let fields: Vec<String> = fields.map(|(key, _)| format!("`data.{key}`")).collect();
    let fields = fields.join(", ");
    fault.hint(format!("dữ liệu ở đây có: {fields}"), format!("the data here have: {fields}"))
}

/// A value makes no folders.
fn wash(value: &str) -> String {
    value.replace(['/', '\\'], "-")
}

/// A path every system takes: folders by `/`, never absolute, never upwards; each part NFC, without control and
/// bidirectional characters, without `<>:"|?*\`, not ending in a dot or space, no name Windows keeps to itself (`CON`,
/// `COM1`); at most 120 bytes a part and 200 in all, cut between letters with the extension kept. Parts of which nothing
/// is left are left out; a path of nothing is empty.
pub fn safe(path: &str) -> String {
    let mut parts: Vec<String> = path.split('/').map(clean).filter(|part| !part.is_empty()).collect();
    let Some(file) = parts.pop() else { return String::new() };
    if parts.len() > DEEPEST {
        let deep = parts.split_off(DEEPEST - 1).join("-");
        parts.push(deep);
    }
    let mut parts: Vec<String> = parts.iter().map(|part| shorten(part, LONGEST_PART)).collect();
    parts.push(shorten(&file, LONGEST_PART));
    loop {
        let whole = parts.iter().map(String::len).sum::<usize>() + parts.len() - 1;
        let Some(surplus) = whole.checked_sub(LONGEST_PATH).filter(|surplus| *surplus > 0) else { break };
        // The first of the longest.
        let Some(longest) = parts.iter_mut().rev().max_by_key(|part| part.len()) else { break };
        // Half at most, so that the burden is shared.
        *longest = shorten(longest, longest.len().saturating_sub(surplus).max(longest.len() / 2));
    }
    parts.join("/")
}

/// One part of a path, not yet shortened; empty where nothing is left of it.
fn clean(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for c in part.chars() {
        match c {
            '\\' | ':' | '|' => text.push('-'),
            '"' | '<' | '>' | '?' | '*' => {}
            c if c.is_whitespace() => text.push(' '),
            c if unicode::refuse(c.encode_utf8(&mut [0; 4])).is_some() => {}
            c => text.push(c),
        }
    }
    let text = unicode::repair(&text).text;
    let text = close(text.trim_start_matches([' ', '.', '-']));
    if is_reserved(&text) { format!("_{text}") } else { text }
}

/// A part without spaces and dots at its end and before its extension.
fn close(part: &str) -> String {
    let (stem, extension) = split_extension(part.trim_end_matches([' ', '.']));
    format!("{}{extension}", stem.trim_end_matches([' ', '.']))
}

/// Whether Windows takes this for a device: what stands before the first dot counts, in any case.
fn is_reserved(part: &str) -> bool {
    let name = part.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = |device: &str| {
        let mut rest = name.strip_prefix(device).unwrap_or_default().chars();
        matches!((rest.next(), rest.next()), (Some('0'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}'), None))
    };
    matches!(name.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || numbered("COM") || numbered("LPT")
}

/// `Giấy khen.pdf` to `Giấy khen` and `.pdf`; an extension is one to five ASCII letters and figures after a name.
fn split_extension(part: &str) -> (&str, &str) {
    match part.rfind('.') {
        Some(at) if at > 0 => {
            let end = &part[at + 1..];
            let is_extension = (1..=5).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if is_extension { part.split_at(at) } else { (part, "") }
        }
        _ => (part, ""),
    }
}

/// At most so many bytes, cut before a letter and not before a mark that belongs to one, the extension kept.
fn shorten(part: &str, bytes: usize) -> String {
    if part.len() <= bytes {
        return part.to_owned();
    }
    let (stem, extension) = split_extension(part);
    let marks = CanonicalCombiningClassMapBorrowed::new();
    let room = bytes.saturating_sub(extension.len());
    let starts = || stem.char_indices().take_while(|(at, _)| *at <= room);
    let at_letter = starts().filter(|(_, c)| marks.get_u8(*c) == 0).last().map_or(0, |(at, _)| at);
    // A letter under a heap of marks is longer than any name: then between two marks.
    let at = if at_letter > 0 { at_letter } else { starts().last().map_or(0, |(at, _)| at) };
    close(&format!("{}{extension}", &stem[..at]))
}

/// Names given away so far, compared without case and composition as Windows and macOS do.
#[derive(Debug, Default)]
pub struct Unique {
    files: HashSet<String>,
    folders: HashSet<String>,
    /// The number to try next for a name asked for again.
    next: HashMap<String, usize>,
}

impl Unique {
    /// A name nobody has: the one asked for, or with ` (2)`, ` (3)` … before its extension. The same names in the same
    /// order give the same names. A folder and a file never share a name either.
    pub fn take(&mut self, name: String) -> String {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", &name));
        let folder = self.enter(folder);
        let join = |file: &str| if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
        let asked = fold(&join(file));
        let mut number = self.next.get(&asked).copied().unwrap_or(1);
        let (given, key) = loop {
            let given = join(&numbered(file, number));
            let key = fold(&given);
            number += 1;
            if !self.files.contains(&key) && !self.folders.contains(&key) {
                break (given, key);
            }
        };
        self.next.insert(asked, number);
        self.files.insert(key);
        given
    }

    /// The folders of a name, none of them called as a file is.
    fn enter(&mut self, path: &str) -> String {
        let mut entered = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let above = if entered.is_empty() { String::new() } else { format!("{entered}/") };
            let mut number = 1;
            entered = loop {
                let folder = format!("{above}{}", numbered(part, number));
                if !self.files.contains(&fold(&folder)) {
                    break folder;
                }
                number += 1;
            };
            self.folders.insert(fold(&entered));
        }
        entered
    }
}

/// `Giấy khen.pdf` as `Giấy khen (2).pdf`; the first is itself.
fn numbered(part: &str, number: usize) -> String {
    if number == 1 {
        return part.to_owned();
    }
    let mark = format!(" ({number})");
    let part = shorten(part, LONGEST_PART.saturating_sub(mark.len()));
    let (stem, extension) = split_extension(&part);
    format!("{stem}{mark}{extension}")
}

/// A key equal for names that one system or another takes for the same.
fn fold(name: &str) -> String {
    // Upper before lower, since only so `ß` and `SS`, `ς` and `σ` meet.
    let folded = name.to_uppercase().to_lowercase();
    ComposingNormalizerBorrowed::new_nfc().normalize(&folded).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(source: &str) -> NamePattern {
        NamePattern::compile(source).unwrap_or_else(|failure| panic!("{failure}"))
    }

    fn facts(data: &Value) -> NameFacts<'_> {
        NameFacts {
            index: 1,
            total: 2_860,
            template: "giay_khen",
            file_name: "Giấy khen Lò Thị Minh Hạnh",
            data,
            group: "Trường Tiểu học Quang Huy",
            person: "Lò Thị Minh Hạnh",
        }
    }

    #[test]
    fn the_default_pads_the_place_to_the_width_of_the_total() {
        let data = json!({});
        assert_eq!(pattern(DEFAULT).write(&facts(&data)).expect("sound"), "0001 Giấy khen Lò Thị Minh Hạnh.pdf");
        let few = NameFacts { index: 7, total: 9, ..facts(&data) };
        assert_eq!(pattern(DEFAULT).write(&few).expect("sound"), "7 Giấy khen Lò Thị Minh Hạnh.pdf");
    }

    #[test]
    fn folders_come_from_the_pattern_and_never_from_a_value() {
        let data = json!({"so_ky_hieu": "925/QĐ-UBND", "ten": "Đặng Thị Ánh Nguyệt"});
        let facts = NameFacts { group: "../../etc", person: "..", ..facts(&data) };
        let written = pattern("{{ group }}/{{ data.so_ky_hieu }} {{ data.ten }}.PDF").write(&facts).expect("sound");
        assert_eq!(written, "etc/925-QĐ-UBND Đặng Thị Ánh Nguyệt.pdf");
        let written = pattern("/{{ person }}/../{{ 'a/b' }}/{{ data.ten }}").write(&facts).expect("sound");
        assert_eq!(written, "a-b/Đặng Thị Ánh Nguyệt.pdf");
    }

    #[test]
    fn the_patterns_the_guide_shows_work() {
        let data = json!({"so": 925, "ky_hieu": "QĐ-UBND"});
        let written = |source: &str, group: &str| {
            pattern(source).write(&NameFacts { group, ..facts(&data) }).unwrap_or_else(|failure| panic!("{failure}"))
        };
        let unit = "Trường Tiểu học Quang Huy";
        let by_unit = "{{ group }}/{{ number }} {{ person }}";
        assert_eq!(written(by_unit, unit), "Trường Tiểu học Quang Huy/0001 Lò Thị Minh Hạnh.pdf");
        assert_eq!(written(by_unit, ""), "0001 Lò Thị Minh Hạnh.pdf");
        let by_number = "{{ so_ky_hieu(data.so, data.ky_hieu) }} {{ person }}";
        assert_eq!(written(by_number, unit), "925-QĐ-UBND Lò Thị Minh Hạnh.pdf");
        assert_eq!(written("{{ person | split | last }} – {{ number }}", unit), "Hạnh – 0001.pdf");
        let other = "{% if group %}{{ group }}{% else %}Khác{% endif %}/{{ number }}";
        assert_eq!(written(other, ""), "Khác/0001.pdf");
    }

    #[test]
    fn decomposed_names_are_composed() {
        let data = json!({});
        let facts = NameFacts { person: "Đặng Thi\u{323} A\u{301}nh Nguye\u{302}\u{323}t", ..facts(&data) };
        assert_eq!(pattern("{{ person }}").write(&facts).expect("sound"), "Đặng Thị Ánh Nguyệt.pdf");
    }

    #[test]
    fn a_pattern_that_fails_tells_its_place_and_the_variables() {
        let failure = NamePattern::compile("{{ group }}/{{ ho_ten }}").err().expect("no such variable");
        assert_eq!(failure.code, Code::InvalidData);
        let fault = &failure.diagnostics[0];
        assert_eq!(fault.place.as_ref().map(|place| (place.line, place.column)), Some((1, 16)));
        assert!(fault.message.vi.contains("dòng 1, cột 16: không có biến `ho_ten`"), "{fault:?}");
        assert!(fault.hints[0].vi.contains("`person`") && fault.hints[0].en.contains("`file_name`"), "{fault:?}");

        let data = json!({"ten": "Lò Văn Ò", "don_vi": "Xã Quang Huy"});
        let failure = pattern("{{ number }}\n{{ data.tuoi }}").write(&facts(&data)).expect_err("no such field");
        let fault = &failure.diagnostics[0];
        assert_eq!(fault.place.as_ref().map(|place| place.line), Some(2));
        assert!(fault.hints[1].vi.contains("`data.ten`, `data.don_vi`"), "{fault:?}");
        assert!(!format!("{fault:?}").contains("Lò Văn Ò"), "{fault:?}");
    }

    #[test]
    fn lists_and_endless_texts_are_kept_from_a_pattern() {
        let data = json!({"ten": "Lò ".repeat(100_000), "doi_tuong": [{"ten": "a"}], "a": {"b": [1], "c": "d"}});
        let written = pattern("{{ data.a.c }} {{ data.ten }}").write(&facts(&data)).expect("sound");
        assert!(written.starts_with("d Lò Lò") && written.len() <= LONGEST_PART, "{written}");
        for source in ["{{ data.doi_tuong }}", "{{ data.a.b }}", "{{ data.a }}"] {
            let failure = pattern(source).write(&facts(&data)).expect_err("no text");
            assert!(!failure.diagnostics[0].hints[1].en.contains("doi_tuong"), "{failure:?}");
        }
    }

    #[test]
    fn an_empty_name_is_a_fault_and_no_folder_becomes_the_file() {
        let data = json!({});
        let facts = NameFacts { person: "\u{202e}..", ..facts(&data) };
        for source in ["", "{{ person }}", "{{ group }}/{{ person }}", "{{ group }}/{{ person }}.pdf", "?"] {
            let failure = pattern(source).write(&facts).expect_err("nothing left");
            let fault = &failure.diagnostics[0];
            assert!(fault.message.en.contains("is empty") && fault.place.is_some(), "{source}: {fault:?}");
        }
    }

    #[test]
    fn hostile_parts_are_made_harmless() {
        for (path, expected) in [
            ("../../etc/passwd", "etc/passwd"),
            ("/a/./b//c", "a/b/c"),
            ("C:\\Windows\\x.pdf", "C--Windows-x.pdf"),
            ("a\nb\t c\u{a0}.pdf", "a b c.pdf"),
            ("\u{202e}fdp.exe\u{2066}", "fdp.exe"),
            ("a<b>c\"d?e*f|g", "abcdef-g"),
            ("nul.txt.pdf", "_nul.txt.pdf"),
            ("Con /COM1/lpt9.pdf/COM10/comb.pdf", "_Con/_COM1/_lpt9.pdf/COM10/comb.pdf"),
            ("AUX", "_AUX"),
            ("tên. .. ", "tên"),
            ("tên . .pdf", "tên.pdf"),
            (".htaccess", "htaccess"),
            ("-rf", "rf"),
            ("a\u{0}\u{7f}\u{200b}\u{fffd}b", "ab"),
            ("", ""),
            ("///", ""),
        ] {
            assert_eq!(safe(path), expected, "{path:?}");
        }
    }

    #[test]
    fn a_unit_of_three_hundred_letters_is_cut_between_letters() {
        let data = json!({});
        let unit = "Hội Liên hiệp Phụ nữ ".repeat(15);
        let facts = NameFacts { group: &unit, ..facts(&data) };
        let written = pattern("{{ group }}/{{ group }} {{ person }}").write(&facts).expect("sound");
        let (folder, file) = written.split_once('/').expect("a folder");
        assert!(
            folder.len() <= LONGEST_PART && file.len() <= LONGEST_PART && written.len() <= LONGEST_PATH,
            "{written}"
        );
        assert!(unit.starts_with(folder), "{written}");
        assert!(unit.starts_with(file.strip_suffix(".pdf").expect("the extension is kept")), "{written}");
        assert!(written.len() > LONGEST_PATH - 10, "no more is cut than must be: {}", written.len());
    }

    #[test]
    fn a_cut_parts_no_letter_from_its_mark() {
        // `x̣` has no composed form.
        let name = "x\u{323}".repeat(100);
        let cut = safe(&name);
        assert!(cut.len() <= LONGEST_PART && cut.ends_with('\u{323}'), "{cut:?}");
        assert_eq!(cut.chars().count() % 2, 0);
    }

    #[test]
    fn the_second_of_a_name_gets_a_number_before_the_extension() {
        let mut unique = Unique::default();
        let mut take = |name: &str| unique.take(name.to_owned());
        assert_eq!(take("Lò Thị Hạnh.pdf"), "Lò Thị Hạnh.pdf");
        assert_eq!(take("LÒ THỊ HẠNH.pdf"), "LÒ THỊ HẠNH (2).pdf");
        assert_eq!(take("Lò Thi\u{323} Ha\u{323}nh.PDF"), "Lò Thi\u{323} Ha\u{323}nh (3).PDF");
        assert_eq!(take("Lò Thị Hạnh (4).pdf"), "Lò Thị Hạnh (4).pdf");
        assert_eq!(take("Lò Thị Hạnh.pdf"), "Lò Thị Hạnh (5).pdf");
        assert_eq!(take("A/Lò Thị Hạnh.pdf"), "A/Lò Thị Hạnh.pdf");
        assert_eq!(take("Tổ 1.2"), "Tổ 1.2");
    }

    #[test]
    fn a_folder_and_a_file_never_share_a_name() {
        let mut unique = Unique::default();
        let mut take = |name: &str| unique.take(name.to_owned());
        assert_eq!(take("Mường.pdf"), "Mường.pdf");
        assert_eq!(take("mường.pdf/a.pdf"), "mường (2).pdf/a.pdf");
        assert_eq!(take("Mường.pdf/b.pdf"), "Mường (2).pdf/b.pdf");
        assert_eq!(take("Mường (2).pdf"), "Mường (2) (2).pdf");
    }

    #[test]
    fn ten_thousand_of_one_name_are_told_apart_quickly() {
        let mut unique = Unique::default();
        let mut given: HashSet<String> = (0..10_000).map(|_| unique.take("Giấy khen.pdf".to_owned())).collect();
        assert_eq!(given.len(), 10_000);
        assert!(given.remove("Giấy khen (10000).pdf"));
    }

    #[test]
    fn numbers_keep_a_full_name_within_its_length() {
        let mut unique = Unique::default();
        let name = safe(&format!("{}.pdf", "ư".repeat(100)));
        let first = unique.take(name.clone());
        let second = unique.take(name);
        assert_ne!(first, second);
        assert!(second.len() <= LONGEST_PART && second.ends_with(" (2).pdf"), "{second}");
    }

    fn hostile() -> impl Strategy<Value = String> {
        let rough = "[a-zA-ZàảãáạđĐưừ./\\\\:*?\"<>| \u{202e}\u{300}\u{323}\n\u{0}CONPRNULcom1-]{0,60}";
        prop_oneof![any::<String>(), rough, "(con|nul|[./ ]|\\.\\.|ạ){0,150}", "[\u{300}-\u{345}x/]{0,300}"]
    }

    proptest! {
        #[test]
        fn whatever_comes_in_what_goes_out_is_safe(path in hostile()) {
            let safe_path = safe(&path);
            prop_assert!(safe_path.len() <= LONGEST_PATH);
            prop_assert!(safe_path.is_empty() || !safe_path.starts_with('/'));
            for part in safe_path.split('/').filter(|_| !safe_path.is_empty()) {
                prop_assert!(!part.is_empty() && part.len() <= LONGEST_PART, "{part:?}");
                prop_assert!(!part.ends_with(['.', ' ']) && part != "..", "{part:?}");
                prop_assert!(!part.contains(['<', '>', ':', '"', '|', '?', '*', '\\']), "{part:?}");
                prop_assert!(part.chars().all(|c| !c.is_control()) && unicode::refuse(part).is_none(), "{part:?}");
                prop_assert!(!is_reserved(part), "{part:?}");
                prop_assert!(ComposingNormalizerBorrowed::new_nfc().is_normalized(part), "{part:?}");
            }
            prop_assert_eq!(safe(&safe_path), safe_path);
        }

        #[test]
        fn no_name_is_given_twice(names in proptest::collection::vec("[aAảß]( \\(2\\))?(/[aA])?(\\.pdf)?", 0..30)) {
            let mut unique = Unique::default();
            let mut seen = HashSet::new();
            for name in names {
                let given = unique.take(name);
                prop_assert!(seen.insert(fold(&given)), "{given}");
            }
        }
    }
}
