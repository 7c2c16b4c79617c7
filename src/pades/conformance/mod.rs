//! Whether a file that claims PDF/A and PDF/UA still keeps what signing can break (ISO 19005-2 and -3, ISO 14289-1).
//! No full validator: what the engine writes is not judged again, what another program may have appended is.

mod annotation;
mod drawing;
mod file;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Failure};
use crate::pdf::base::Base;

/// Largest packet of metadata that is read, bytes.
const MOST_METADATA: usize = 4 << 20;
/// Faults told at most: a file that breaks one rule everywhere is broken once.
const MOST_FAULTS: usize = 50;

/// What became of a standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The file claims it, and nothing that breaks it was found.
    Kept,
    /// The file claims it and breaks it.
    Broken,
    /// The file does not claim it.
    NotClaimed,
}

/// What a file claims, and what breaks it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conformance {
    /// Part and level of PDF/A that its metadata claim: `2a`.
    pub claims_pdfa: Option<String>,
    /// Part of PDF/UA that its metadata claim: `1`.
    pub claims_pdfua: Option<String>,
    /// What became of PDF/A.
    pub pdfa: Standing,
    /// What became of PDF/UA.
    pub pdfua: Standing,
    /// What breaks the standards it claims, each with its clause; at most fifty.
    pub faults: Vec<Diagnostic>,
}

/// Checks a file against what it claims.
///
/// # Errors
///
/// [`crate::diagnostic::Code::NotPdf`]: the file cannot be read without repair.
pub fn conformance(pdf: &[u8]) -> Result<Conformance, Failure> {
    let base = Base::open(pdf)?;
    let catalog = base.catalog()?;
    let metadata = base.entry(catalog, "Metadata").and_then(|metadata| metadata.as_stream().ok());
    let packet = metadata.and_then(|stream| stream.get_plain_content_with_limit(MOST_METADATA).ok());
    let packet = packet.unwrap_or_default();
    let packet = String::from_utf8_lossy(&packet);
    let part = property(&packet, "pdfaid:part");
    let level = property(&packet, "pdfaid:conformance").unwrap_or_default().to_ascii_lowercase();
    let claims_pdfa = part.map(|part| format!("{part}{level}"));
    let claims_pdfua = property(&packet, "pdfuaid:part").map(str::to_owned);
    let mut faults = Faults {
        part: part.and_then(|part| part.parse().ok()).unwrap_or_default(),
        accessible: level == "a",
        unicode: matches!(level.as_str(), "a" | "u"),
        pdfua: claims_pdfua.is_some(),
        broken_pdfa: false,
        broken_pdfua: false,
        found: Vec::new(),
    };
    if claims_pdfa.is_some() || claims_pdfua.is_some() {
        file::check(&base, &mut faults)?;
        annotation::check(&base, &packet, &mut faults)?;
    }
    let standing = |claimed: bool, broken| match (claimed, broken) {
        (false, _) => Standing::NotClaimed,
        (true, false) => Standing::Kept,
        (true, true) => Standing::Broken,
    };
    Ok(Conformance {
        pdfa: standing(claims_pdfa.is_some(), faults.broken_pdfa),
        pdfua: standing(claims_pdfua.is_some(), faults.broken_pdfua),
        claims_pdfa,
        claims_pdfua,
        faults: faults.found,
    })
}

/// What was found so far.
struct Faults {
    /// Part of PDF/A claimed; 0: none.
    part: u32,
    /// Whether level A is claimed, which asks for tags.
    accessible: bool,
    /// Whether level A or U is claimed, which ask for letters that can be read out of the file.
    unicode: bool,
    /// Whether PDF/UA is claimed.
    pdfua: bool,
    broken_pdfa: bool,
    broken_pdfua: bool,
    found: Vec<Diagnostic>,
}

impl Faults {
    /// A rule of PDF/A is broken; `clause` is that of part 2 and 3.
    fn pdfa(&mut self, clause: &str, vi: impl AsRef<str>, en: impl AsRef<str>) {
        if self.part > 0 {
            self.broken_pdfa = true;
            let (vi, en) = (vi.as_ref(), en.as_ref());
            self.tell("pdfa_broken", format!("PDF/A {clause}: {vi}"), format!("PDF/A {clause}: {en}"));
        }
    }

    /// A rule of PDF/UA is broken.
    fn pdfua(&mut self, clause: &str, vi: impl AsRef<str>, en: impl AsRef<str>) {
        if self.pdfua {
            self.broken_pdfua = true;
            let (vi, en) = (vi.as_ref(), en.as_ref());
            self.tell("pdfua_broken", format!("PDF/UA {clause}: {vi}"), format!("PDF/UA {clause}: {en}"));
        }
    }

    fn tell(&mut self, code: &'static str, vi: String, en: String) {
        let fault = Diagnostic::warning(code, vi, en);
        if self.found.len() < MOST_FAULTS && !self.found.contains(&fault) {
            self.found.push(fault);
        }
    }
}

/// The value of a simple property of a packet of metadata, written as an element or as an attribute.
fn property<'a>(packet: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = packet;
    while let Some(at) = rest.find(name) {
        rest = rest.get(at + name.len()..)?;
        let value = rest.trim_start();
        let value = match value.strip_prefix('=').map(str::trim_start) {
            Some(quoted) => quoted.strip_prefix(['"', '\'']).and_then(|value| value.split(['"', '\'']).next()),
            None => value.strip_prefix('>').and_then(|value| value.split('<').next()),
        };
        if let Some(value) = value {
            return Some(value.trim());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use memchr::memmem;

    use super::*;
    use crate::pades::{FieldSpec, add_fields};
    use crate::pdf::example;
    use crate::pdf::update::{Place, Update};

    fn good() -> Vec<u8> {
        let (name, label) = ("NguoiKy".to_owned(), "Chữ ký".to_owned());
        let field = FieldSpec { name, label, page: 1, x: 10.0, y: 10.0, w: 60.0, h: 40.0 };
        let pdf = example::tagged();
        [&pdf[..], &add_fields(&pdf, &[field]).expect("fields")].concat()
    }

    /// The clauses a file breaks.
    fn broken(pdf: &[u8]) -> Vec<String> {
        let found = conformance(pdf).expect("a sound file");
        let clause = |fault: &Diagnostic| fault.message.en.split(": ").next().unwrap_or_default().to_owned();
        let clauses: Vec<String> = found.faults.iter().map(clause).collect();
        for (standing, standard) in [(found.pdfa, "PDF/A "), (found.pdfua, "PDF/UA ")] {
            let expected = clauses.iter().any(|clause| clause.starts_with(standard));
            assert_eq!(standing == Standing::Broken, expected, "{clauses:?}");
        }
        clauses
    }

    /// The file with an object changed: the place found by its number and the keys on the way.
    fn changed(number: u32, key: &str, value: &str) -> Vec<u8> {
        let pdf = good();
        let base = Base::open(&pdf).expect("a file");
        let mut update = Update::new(&base);
        let place = Place::from((number, 0));
        update.edit(&place, |entries| entries.set(key, value)).expect("a dictionary");
        let tail = update.finish().expect("room").bytes;
        [pdf, tail].concat()
    }

    /// The widget of [`good`], and its catalog, page and form.
    const WIDGET: u32 = 9;
    const CATALOG: u32 = 1;
    const PAGE: u32 = 3;
    const FORM: u32 = 11;

    #[test]
    fn what_a_file_claims_is_told() {
        let found = conformance(&good()).expect("a file");
        assert_eq!((found.claims_pdfa.as_deref(), found.claims_pdfua.as_deref()), (Some("2a"), Some("1")));
        assert_eq!((found.pdfa, found.pdfua, found.faults), (Standing::Kept, Standing::Kept, Vec::new()));
        let found = conformance(&example::plain()).expect("a file");
        assert_eq!((found.pdfa, found.pdfua), (Standing::NotClaimed, Standing::NotClaimed));
        assert_eq!((found.claims_pdfa, found.faults), (None, Vec::new()));
        let told = [
            property("<a pdfaid:part = '3' pdfaid:conformance=\"U\"/>", "pdfaid:part"),
            property("<pdfaid:part> 2 </pdfaid:part>", "pdfaid:part"),
            property("xmlns:pdfaid:parts <pdfaid:part>1<", "pdfaid:part"),
            property("nothing", "pdfaid:part"),
        ];
        assert_eq!(told, [Some("3"), Some("2"), Some("1"), None]);
    }

    #[test]
    fn what_signing_programs_break_is_found() {
        let font = "<</N 20 0 R>>";
        let cases = [
            (WIDGET, "F", "2", &["PDF/A 6.3.2"][..]),
            (WIDGET, "F", "36", &["PDF/A 6.3.2"]),
            (WIDGET, "AA", "<<>>", &["PDF/A 6.4.1", "PDF/A 6.4.1"]),
            (WIDGET, "AP", "<<>>", &["PDF/A 6.3.3"]),
            (WIDGET, "AP", "<</N 8 0 R/D 8 0 R>>", &["PDF/A 6.3.3"]),
            (WIDGET, "AP", "<</N<</On 8 0 R>>>>", &["PDF/A 6.3.3"]),
            (WIDGET, "AP", font, &["PDF/A 6.3.3"]),
            (WIDGET, "Subtype", "/Movie", &["PDF/A 6.3.1"]),
            (WIDGET, "StructParent", "0", &["PDF/UA 7.18.1"]),
            (WIDGET, "V", "<</Contents<0000>/ByteRange[0 1 2 3]>>", &["PDF/A 6.4.3"]),
            (WIDGET, "V", "<</Contents<3000>/ByteRange[0 5 2 3]>>", &["PDF/A 6.4.3"]),
            (10, "S", "/P", &["PDF/UA 7.18.4"]),
            (PAGE, "Tabs", "/R", &["PDF/UA 7.18.3"]),
            (PAGE, "AA", "<<>>", &["PDF/A 6.5.2"]),
            (FORM, "NeedAppearances", "true", &["PDF/A 6.4.1"]),
            (FORM, "XFA", "(x)", &["PDF/A 6.4.2"]),
            (CATALOG, "AA", "<<>>", &["PDF/A 6.5.2"]),
            (CATALOG, "OpenAction", "<</S/GoTo/Next[<</S/JavaScript>>]>>", &["PDF/A 6.5.1"]),
            (CATALOG, "NeedsRendering", "true", &["PDF/A 6.4.2"]),
            (CATALOG, "Perms", "<</X 1>>", &["PDF/A 6.1.12"]),
            (CATALOG, "MarkInfo", "<<>>", &["PDF/A 6.7.2", "PDF/UA 7.1"]),
            (CATALOG, "ViewerPreferences", "<<>>", &["PDF/UA 7.1"]),
            (CATALOG, "Lang", "null", &["PDF/UA 7.2"]),
        ];
        for (number, key, value, expected) in cases {
            assert_eq!(broken(&changed(number, key, value)), expected, "{number} {key} {value}");
        }
    }

    /// The file with such a form in its field.
    fn drawn(content: &str, resources: &str) -> Vec<u8> {
        let pdf = good();
        let base = Base::open(&pdf).expect("a file");
        let mut update = Update::new(&base);
        let form = update.number();
        let head = format!("/Subtype/Form/BBox[0 0 9 9]/Resources<<{resources}>>");
        update.stream(form, |out| out.extend_from_slice(head.as_bytes()), content.as_bytes());
        let look = format!("<</N {form} 0 R>>");
        update.edit(&(WIDGET, 0).into(), |widget| widget.set("AP", look)).expect("a widget");
        let tail = update.finish().expect("room").bytes;
        [pdf, tail].concat()
    }

    #[test]
    fn what_a_field_shows_is_looked_at() {
        let bare = "/Font<</F<</Subtype/Type1/BaseFont/Courier>>>>";
        let letters = "BT /F 9 Tf (x) Tj ET";
        assert_eq!(broken(&drawn(letters, bare)), ["PDF/A 6.2.11.4", "PDF/UA 7.21.4"]);
        assert_eq!(broken(&drawn("", bare)), [""; 0]);
        assert_eq!(broken(&drawn(letters, "")), ["PDF/A 6.2.2"]);
        let embedded = "<</Subtype/CIDFontType2/FontDescriptor<</FontFile2 4 0 R>>>>";
        let composed =
            |more: &str| format!("/Font<</F<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[{embedded}]{more}>>>>");
        assert_eq!(broken(&drawn(letters, &composed(""))), ["PDF/A 6.2.11.7", "PDF/UA 7.21.7"]);
        assert_eq!(broken(&drawn(letters, &composed("/ToUnicode 4 0 R"))), [""; 0]);
        for content in ["1 0 0 rg", "0 g", "0 0 0 1 K", "/DeviceRGB cs", "/C cs"] {
            assert_eq!(broken(&drawn(content, "/ColorSpace<</C[/Indexed/DeviceCMYK 0<00>]>>")), ["PDF/A 6.2.4.3"]);
        }
        assert_eq!(broken(&drawn("1 0 0 rg", "/ColorSpace<</DefaultRGB[/ICCBased 4 0 R]>>")), [""; 0]);
        assert_eq!(broken(&drawn("/S gs", "/ExtGState<</S<</TR/Identity>>>>")), ["PDF/A 6.2.5"]);
    }

    #[test]
    fn how_bytes_are_written_is_looked_at() {
        let pdf = good();
        let find = |what: &[u8]| memmem::find(&pdf, what).expect("it is there");
        let with = |what: &[u8], other: &[u8]| {
            let at = find(what);
            [&pdf[..at], other, &pdf[at + what.len()..]].concat()
        };
        assert_eq!(broken(&with(b"%\xE2\xE3", b"%ab")), ["PDF/A 6.1.2"]);
        // A stream that counts the end of line as its own has none before its end.
        let at = find(b"/Length ") + 8;
        let length: usize = String::from_utf8_lossy(&pdf[at..at + 3]).parse().expect("a number");
        let longer = [&pdf[..at], (length + 1).to_string().as_bytes(), &pdf[at + 3..]].concat();
        assert_eq!(broken(&longer), ["PDF/A 6.1.7"]);
        assert_eq!(broken(&with(b"/K 0>>\nendobj", b"/K 0>> endobj")), ["PDF/A 6.1.9"]);
        assert_eq!(broken(&[&pdf[..], b"\n"].concat()), ["PDF/A 6.1.3"]);
        let lost = with(b"/ID[<6F6E65>", b"/Id[<6F6E65>");
        assert_eq!(broken(&lost), ["PDF/A 6.1.3"]);
    }
}
