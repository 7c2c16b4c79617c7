//! The text of one cell made sound: old encodings recognised, what no page may hold refused, the rest repaired.

use super::grid::Face;
use super::sheet::Convert;
use crate::diagnostic::{Diagnostic, Text};
use crate::domain::legacy::{self, Encoding};
use crate::domain::unicode;

/// Longest text looked at for an old encoding: no name is longer.
const PROBE: usize = 4_096;

/// A cell's text and what was done to it.
#[derive(Debug, Default)]
pub(super) struct Cleaned {
    /// The text, in NFC and with single spaces. As it came where it is at fault.
    pub(super) text: String,
    /// What was changed, in the order of the work.
    pub(super) why: Vec<Text>,
    /// Why it cannot be taken.
    pub(super) fault: Option<Diagnostic>,
    /// The old encoding it was recognised to be in.
    pub(super) legacy: Option<Encoding>,
    /// It reads well as it stands, and has letters an old encoding could have written too.
    pub(super) doubtful: bool,
}

/// Cleans one text.
pub(super) fn clean(raw: &str, face: Option<Face>, convert: Convert) -> Cleaned {
    let mut cleaned = Cleaned::default();
    let text = match read_as(raw, face, convert) {
        Reading::Unicode => {
            cleaned.doubtful = may_be_legacy(raw);
            raw.to_owned()
        }
        Reading::Converted(encoding, text) => {
            cleaned.legacy = Some(encoding);
            let name = name(encoding);
            cleaned.why.push(Text::new(format!("chuyển từ {name} sang Unicode"), format!("converted from {name}")));
            text
        }
        Reading::Refused(encoding, fault) => {
            return Cleaned { text: raw.to_owned(), fault: Some(*fault), legacy: Some(encoding), ..cleaned };
        }
    };
    if let Some(bad) = unicode::refuse(&text) {
        let (index, code_point) = (bad.index + 1, bad.code_point);
        let fault = Diagnostic::error(
            "forbidden_character",
            format!("ký tự thứ {index} là U+{code_point:04X}, không được có trong văn bản"),
            format!("character {index} is U+{code_point:04X}, which must not be in the text"),
        )
        .hint("gõ lại ô này, không dán từ trang mạng", "type this cell again instead of pasting it");
        return Cleaned { text: raw.to_owned(), fault: Some(fault), ..cleaned };
    }
    let repaired = unicode::repair(&text);
    cleaned.why.extend(repaired.changes.into_iter().map(because));
    cleaned.text = repaired.text;
    cleaned
}

/// What a heading says, whatever it is written in: for recognising it only.
pub(super) fn heading(raw: &str, face: Option<Face>) -> String {
    match read_as(raw, face, Convert::Recognised) {
        Reading::Converted(_, text) => text,
        Reading::Unicode | Reading::Refused(..) => raw.to_owned(),
    }
}

/// The warning of a cell among others in an old encoding that could be in it too; none where it reads the same.
pub(super) fn doubt(raw: &str, encoding: Encoding) -> Option<Diagnostic> {
    let (name, text) = (name(encoding), decode(raw, encoding, false));
    (text != raw).then(|| {
        Diagnostic::warning(
            "legacy_doubt",
            format!("`{raw}` được giữ nguyên, nhưng các ô khác viết bằng {name}: có thể phải đọc là `{text}`"),
            format!("`{raw}` is kept, but other cells are in {name}: it could read `{text}`"),
        )
        .hint("xem lại ô này", "look at this cell")
    })
}

enum Reading {
    Unicode,
    Converted(Encoding, String),
    Refused(Encoding, Box<Diagnostic>),
}

fn read_as(raw: &str, face: Option<Face>, convert: Convert) -> Reading {
    if !may_be_legacy(raw) {
        return Reading::Unicode;
    }
    let by_words = || legacy::detect(&raw[..raw.floor_char_boundary(PROBE)]).map(|found| found.encoding);
    // A font says what the clerk saw; words are asked where it says nothing.
    let told = face.map(|face| face.encoding).or_else(by_words);
    let wanted = match convert {
        Convert::Refuse | Convert::Recognised => told,
        Convert::Tcvn3 => Some(Encoding::Tcvn3),
        Convert::Vni => Some(Encoding::Vni),
    };
    let Some(wanted) = wanted else { return Reading::Unicode };
    let capitals = face.is_some_and(|face| face.capitals && face.encoding == wanted);
    let text = decode(raw, wanted, capitals);
    match (convert, told) {
        (Convert::Refuse, _) => Reading::Refused(wanted, refused(raw, wanted, face.is_some(), &text)),
        (_, Some(told)) if told != wanted => Reading::Refused(told, contradicts(raw, told, wanted)),
        _ => Reading::Converted(wanted, text),
    }
}

/// Whether every letter has one byte in the old tables, and one of them is not ASCII.
fn may_be_legacy(text: &str) -> bool {
    let mut high = false;
    for c in text.chars() {
        match u32::from(c) {
            0..=0x7f => {}
            0xa0 => {}
            0xa1..=0xff => high = true,
            // Punctuation of Windows: quotes, dashes, the euro sign.
            0x80..=0x9f | 0x2000..=0x20ff | 0x2122 => {}
            _ if matches!(c, 'Œ' | 'œ' | 'Š' | 'š' | 'Ÿ' | 'Ž' | 'ž' | 'ƒ' | 'ˆ' | '˜') => {}
            _ => return false,
        }
    }
    high
}

fn decode(raw: &str, encoding: Encoding, capitals: bool) -> String {
    match encoding {
        Encoding::Vni => legacy::decode_vni(raw),
        Encoding::Tcvn3 if capitals => legacy::decode_tcvn3(raw).to_uppercase(),
        Encoding::Tcvn3 => raise_names(&legacy::decode_tcvn3(raw)),
    }
}

/// TCVN3 has no capitals with a tone, so `Ánh` is written `ánh`: where every other word begins with a capital, so
/// does such a word.
fn raise_names(text: &str) -> String {
    let first = |word: &str| word.chars().next();
    let lost = |word: &str| first(word).is_some_and(|c| c.is_lowercase() && !c.is_ascii() && c != 'đ');
    let others_are_capital = |word: &str| first(word).is_some_and(char::is_uppercase);
    let words = || text.split_whitespace();
    if !words().any(lost)
        || !words().any(others_are_capital)
        || !words().all(|word| lost(word) || others_are_capital(word))
    {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        if begins && c.is_lowercase() {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
        begins = c.is_whitespace();
    }
    out
}

fn name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Tcvn3 => "TCVN3 (.VnTime)",
        Encoding::Vni => "VNI (VNI-Times)",
    }
}

fn refused(raw: &str, encoding: Encoding, by_font: bool, text: &str) -> Box<Diagnostic> {
    let name = name(encoding);
    let (by_vi, by_en) =
        if by_font { ("theo phông chữ của ô", "by its font") } else { ("theo chữ", "by its words") };
    let fault = Diagnostic::error(
        "legacy_encoding",
        format!("`{raw}` viết bằng bảng mã cũ {name} ({by_vi})"),
        format!("`{raw}` is in the legacy encoding {name} ({by_en})"),
    )
    .hint(
        format!("có lẽ là `{text}`: gõ lại, hoặc yêu cầu chuyển mã khi gửi bảng"),
        format!("it probably reads `{text}`: type it again, or ask for conversion when sending the sheet"),
    );
    Box::new(fault)
}

fn contradicts(raw: &str, told: Encoding, wanted: Encoding) -> Box<Diagnostic> {
    let (told, wanted) = (name(told), name(wanted));
    let fault = Diagnostic::error(
        "legacy_encoding",
        format!("`{raw}` là {told}, không phải {wanted} như yêu cầu chuyển"),
        format!("`{raw}` is {told}, not {wanted} as asked for"),
    )
    .hint("yêu cầu chuyển mỗi ô theo bảng mã nhận ra được", "ask for each cell to be converted as recognised");
    Box::new(fault)
}

fn because(change: unicode::Change) -> Text {
    use unicode::Change;
    match change {
        Change::Composed => Text::new("ghép dấu rời vào chữ (Unicode dựng sẵn)", "marks joined to their letters (NFC)"),
        Change::NoBreakSpace => {
            Text::new("khoảng trắng không ngắt thành khoảng trắng thường", "no-break spaces made plain")
        }
        Change::Invisible => Text::new("bỏ ký tự không nhìn thấy", "invisible characters removed"),
        Change::WhiteSpace => {
            Text::new("bỏ khoảng trắng thừa hoặc xuống dòng", "needless spaces or line breaks removed")
        }
        Change::Eth => Text::new("chữ ð thành đ", "ð made đ"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Option<Face> = Some(Face { encoding: Encoding::Tcvn3, capitals: false });

    #[test]
    fn old_encodings_are_refused_with_what_they_probably_read() {
        for (raw, face, reads) in [
            ("NguyÔn V¨n An", None, "Nguyễn Văn An"),
            ("Nguyeãn Vaên An", None, "Nguyễn Văn An"),
            // A word alone says nothing without its font.
            ("Hµ", FONT, "Hà"),
        ] {
            let cleaned = clean(raw, face, Convert::Refuse);
            let fault = cleaned.fault.expect("refused");
            assert_eq!(fault.code, "legacy_encoding");
            assert!(fault.hints[0].vi.contains(&format!("`{reads}`")), "{fault:?}");
            assert_eq!(cleaned.text, raw);
        }
    }

    #[test]
    fn they_are_converted_when_told_and_the_change_is_told() {
        let cleaned = clean(" NguyÔn  ThÞ ¸nh", None, Convert::Recognised);
        assert_eq!(cleaned.text, "Nguyễn Thị Ánh");
        assert_eq!(cleaned.why.len(), 2);
        // Told the encoding of the whole sheet, words that read well both ways are converted too.
        assert_eq!(clean("só", None, Convert::Tcvn3).text, "sú");
    }

    #[test]
    fn a_font_of_capitals_shows_capitals() {
        let face = Some(Face { encoding: Encoding::Tcvn3, capitals: true });
        assert_eq!(clean("giÊy khen", face, Convert::Recognised).text, "GIẤY KHEN");
    }

    #[test]
    fn unicode_in_an_old_font_stays() {
        for text in ["Lò Văn Ơn", "Nguyễn Thị Hoà", "Lo Van An", "“Lao động”"] {
            let cleaned = clean(text, FONT, Convert::Tcvn3);
            assert!(cleaned.fault.is_none() && cleaned.why.is_empty() && cleaned.text == text, "{text}");
        }
    }

    #[test]
    fn the_other_encoding_than_asked_for_is_told() {
        let cleaned = clean("Nguyeãn Vaên An", None, Convert::Tcvn3);
        assert!(cleaned.fault.expect("a contradiction").message.vi.contains("VNI"));
    }

    #[test]
    fn what_no_page_may_hold_is_refused_and_the_rest_repaired() {
        assert_eq!(clean("Lò\u{202e}Văn", None, Convert::Refuse).fault.expect("refused").code, "forbidden_character");
        let cleaned = clean(" Lò\nVa\u{306}n\u{a0} Ó ", None, Convert::Refuse);
        assert_eq!(cleaned.text, "Lò Văn Ó");
        assert_eq!(cleaned.why.len(), 3);
    }

    #[test]
    fn only_words_that_lost_their_capital_are_raised() {
        assert_eq!(raise_names("Trần Văn ánh"), "Trần Văn Ánh");
        assert_eq!(raise_names("huyện Phù Yên"), "huyện Phù Yên");
        assert_eq!(raise_names("Trường ánh Dương"), "Trường Ánh Dương");
        assert_eq!(raise_names("ánh"), "ánh");
        assert_eq!(raise_names("Phòng đào tạo"), "Phòng đào tạo");
    }
}
