//! The PDF: archive and accessibility standards, metadata, fixed times.

use typst::diag::{EcoVec, SourceDiagnostic, eco_format};
use typst::foundations::{Datetime, Smart};
use typst::model::DocumentInfo;
use typst::syntax::Span;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::job::{Meta, Standard};

/// Written into every file; fixed, since Typst's own changes with its version.
const CREATOR: &str = "vinhdanh";

/// Vietnam is seven hours ahead of UTC all the year.
const UTC_OFFSET_MINUTES: i32 = 7 * 60;

/// Puts the metadata into the document after layout, where no cache key sees them.
pub fn set_info(info: &mut DocumentInfo, meta: &Meta) {
    info.title = Some(meta.title.as_str().into());
    info.author = vec![meta.author.as_str().into()];
    info.description = (!meta.subject.is_empty()).then(|| meta.subject.as_str().into());
    info.keywords = meta.keywords.iter().map(|word| word.as_str().into()).collect();
    info.date = Smart::Auto;
}

/// Writes the PDF. The same document and metadata give the same bytes.
pub fn pdf(document: &PagedDocument, meta: &Meta, standard: Standard) -> Result<Vec<u8>, EcoVec<SourceDiagnostic>> {
    let archive = match standard {
        Standard::A2a => PdfStandard::A_2a,
        Standard::A3a => PdfStandard::A_3a,
    };
    let standards =
        PdfStandards::new(&[archive, PdfStandard::Ua_1]).map_err(|error| refuse(error.message().as_str()))?;
    let (year, month, day) = meta.date.unwrap_or(Meta::UNDATED);
    let timestamp = Datetime::from_ymd_hms(year, month, day, 0, 0, 0)
        .and_then(|moment| Timestamp::new_local(moment, UTC_OFFSET_MINUTES))
        .ok_or_else(|| refuse(&eco_format!("no such day: {year}-{month}-{day}")))?;
    let options = PdfOptions {
        // The document's own identity, so that a corrected reprint keeps the first half of its /ID.
        ident: Smart::Custom(format!("{}\u{1f}{}\u{1f}{}", meta.author, meta.title, meta.keywords.join("\u{1f}"))),
        creator: Smart::Custom(Some(CREATOR.to_owned())),
        timestamp: Some(timestamp),
        page_ranges: None,
        standards,
        // Without tags the library would still claim level `a` and UA-1.
        tagged: true,
        pretty: false,
    };
    typst_pdf::pdf(document, &options)
}

/// Writes a page of one picture, as plainly as an archive file can be.
pub fn picture(document: &PagedDocument) -> Result<Vec<u8>, EcoVec<SourceDiagnostic>> {
    let (year, month, day) = Meta::UNDATED;
    let options = PdfOptions {
        timestamp: Datetime::from_ymd_hms(year, month, day, 0, 0, 0)
            .and_then(|moment| Timestamp::new_local(moment, UTC_OFFSET_MINUTES)),
        standards: PdfStandards::new(&[PdfStandard::A_2b]).map_err(|error| refuse(error.message().as_str()))?,
        tagged: false,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options)
}

fn refuse(message: &str) -> EcoVec<SourceDiagnostic> {
    EcoVec::from([SourceDiagnostic::error(Span::detached(), message)])
}
