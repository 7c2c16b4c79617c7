//! Whether a file that claims PDF/A and PDF/UA still keeps what signing can break (ISO 19005-2 and -3, ISO 14289-1).
//! No full validator: what the engine writes is not judged again, what another program may have appended is.

mod annotation;
mod drawing;
mod file;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Failure};
use crate::pdf::update::Base;

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
