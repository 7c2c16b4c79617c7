//! What a signed file is worth (ETSI EN 319 102-1 in its plain parts; Circular 15/2025/TT-BKHCN, annex I).
//!
//! A file is read by a reader of its own that repairs nothing (`file`). For each signature: does it cover all of its
//! revision but itself (`range`), is what it covers what was signed, did anything follow that may not (`change`), whose
//! certificate is it and does it lead to a root (`chain`), was it revoked (`standing`), and as of when (`judge`).

mod chain;
mod change;
mod file;
mod form;
mod judge;
mod range;
mod report;
mod since;
mod standing;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod when;
mod words;

use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Code as FailureCode, Failure};

use super::{Certificate, Crl, Moment, conformance};
use file::{Budget, File, Unreadable};
use form::{Form, Pages};
use judge::{Bench, Found, Proof};
pub use report::{
    Clock, Coverage, FileVerdict, Party, Report, Revision, RevocationState, SignatureReport, Stamp, Verdict,
};
pub use since::{Since, since};
use words::Code;
pub use words::{Finding, Weight};

/// Signatures judged in one file.
const SIGNATURES: usize = 50;

/// What a checker trusts.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Roots.
    pub roots: Vec<Certificate>,
    /// Certificates that help to build chains.
    pub intermediates: Vec<Certificate>,
    /// Revocation lists at hand.
    pub crls: Vec<Crl>,
}

/// Judges a file at a moment. Times are told in the zone of `now`.
///
/// # Errors
///
/// [`crate::diagnostic::Code::NotPdf`]: the file is no PDF. A bad signature is no failure: it is in the report.
pub fn verify(pdf: &[u8], trust: &Trust, now: Moment) -> Result<Report, Failure> {
    if !pdf.starts_with(b"%PDF-") {
        return Err(Failure::one(FailureCode::NotPdf, "tệp không phải PDF", "the file is not a PDF"));
    }
    let mut report = Report {
        verdict: FileVerdict::NotSigned,
        sentence: FileVerdict::NotSigned.sentence(),
        checked_at: now.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        sha256: Sha256::digest(pdf).iter().map(|byte| format!("{byte:02x}")).collect(),
        length: pdf.len(),
        pages: None,
        standards: None,
        signatures: Vec::new(),
        empty_fields: Vec::new(),
        findings: Vec::new(),
    };
    let budget = Budget::default();
    let whole = match read(pdf, &budget) {
        Ok(file) => judge_file(&file, &budget, false, trust, now, &mut report),
        Err(error) => match before_trailing(pdf, &budget) {
            // Bytes after the end that no reader needs are still bytes nobody signed.
            Some(file) => {
                report.findings.push(Finding::new(Code::TrailingBytes));
                judge_file(&file, &budget, true, trust, now, &mut report)
            }
            None => Err(error),
        },
    };
    if let Err(Unreadable(why)) = whole {
        report.findings.push(Finding::with(Code::Unreadable, why));
        report.signatures.clear();
    }
    report.verdict = whole.map_or(FileVerdict::Unreadable, |()| verdict(&report));
    report.sentence = report.verdict.sentence();
    Ok(report)
}

fn read<'a>(pdf: &'a [u8], budget: &'a Budget) -> Result<File<'a>, Unreadable> {
    let file = File::open(pdf, budget)?;
    file.catalog()?;
    Ok(file)
}

/// The file up to its last `%%EOF`, where foreign bytes follow it.
fn before_trailing<'a>(pdf: &'a [u8], budget: &'a Budget) -> Option<File<'a>> {
    let mark = b"%%EOF";
    let at = memchr::memmem::rfind(pdf, mark)?;
    let end = at + mark.len();
    let end = end + pdf.get(end..)?.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let foreign = end < pdf.len();
    foreign.then(|| read(pdf.get(..end)?, budget).ok()).flatten()
}

fn judge_file(
    file: &File,
    budget: &Budget,
    trailing: bool,
    trust: &Trust,
    now: Moment,
    report: &mut Report,
) -> Result<(), Unreadable> {
    let pages = Pages::read(file)?;
    report.pages = Some(pages.ids.len());
    if file.hybrids(0).1 > 0 {
        report.findings.push(Finding::new(Code::Hybrid));
    }
    let mut all = Vec::new();
    for field in Form::read(file)?.signatures {
        match field.value {
            None => {
                report.findings.push(Finding::with(Code::EmptyField, &field.name));
                report.empty_fields.push(field.name);
            }
            Some(id) => all.extend(Found::read(file, field, id)?),
        }
    }
    all.sort_by_key(Found::end);
    if all.len() > SIGNATURES {
        report.findings.push(Finding::with(Code::TooManySignatures, &SIGNATURES.to_string()));
        all.truncate(SIGNATURES);
    }
    // The other reader unpacks all at once: not before it is known how much that is.
    if !trailing && file.modest()? {
        match conformance(file.bytes) {
            Ok(found) => report.standards = Some(found),
            // What it cannot read without repair it does not judge.
            Err(_) => report.findings.push(Finding::new(Code::StandardsUnknown)),
        }
    } else {
        report.findings.push(Finding::new(Code::StandardsUnknown));
    }
    let store = store::read(file)?;
    let bench = Bench { file, budget, pages: &pages, trust, store: &store, now, trailing };
    // The newest stamp is judged as of now, each older one as of the moment the newer ones prove.
    let mut proofs: Vec<Proof> = Vec::new();
    for found in all.iter().rev().filter(|found| found.stamp) {
        proofs.extend(bench.proof(found, &proofs));
    }
    for (index, found) in all.iter().enumerate() {
        report.signatures.push(bench.judge(found, index + 1, &proofs)?);
    }
    Ok(())
}

/// The worst of all signatures. A stamp's authority that is not known weakens what it proves, not the document.
fn verdict(report: &Report) -> FileVerdict {
    let any = |verdict: Verdict| report.signatures.iter().any(|one| one.verdict == verdict);
    let signed =
        |verdict: Verdict| report.signatures.iter().any(|one| one.verdict == verdict && one.kind == "signature");
    let judged = report.signatures.iter().any(|one| one.kind == "signature");
    let heavy = report.findings.iter().any(|one| one.weight == Weight::Fault);
    if any(Verdict::Broken) {
        FileVerdict::Broken
    } else if any(Verdict::Changed) {
        FileVerdict::Changed
    } else if heavy {
        FileVerdict::Unreadable
    } else if !judged {
        FileVerdict::NotSigned
    } else if signed(Verdict::Unsupported) {
        FileVerdict::Unsupported
    } else if signed(Verdict::Revoked) {
        FileVerdict::Revoked
    } else if signed(Verdict::Expired) {
        FileVerdict::Expired
    } else if signed(Verdict::UnknownSigner) {
        FileVerdict::UnknownSigner
    } else if report.findings.iter().any(|one| one.weight == Weight::Warning)
        || report.signatures.iter().any(|one| one.verdict != Verdict::Valid)
    {
        FileVerdict::SignedWithWarnings
    } else {
        FileVerdict::SignedValid
    }
}
