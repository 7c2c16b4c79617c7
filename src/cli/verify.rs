//! `verify`: the signatures of a PDF file, or the code of a page, judged without any network.

use std::path::PathBuf;

use chrono::DateTime;
use clap::Args;

use super::verify_qr::VerifyQr;
use super::{Format, Speech, output};
use crate::app;
use crate::diagnostic::{Code, Failure, Lang, Text};
use crate::pades::FormStanding;
use crate::pades::verify::{Clock, Coverage, Finding, Party, Report, RevocationState, SignatureReport, Weight, verify};

/// Judge the signatures of a PDF file, or the code of a page.
#[derive(Args)]
pub struct Verify {
    /// The file, or `-` for stdin
    #[arg(required_unless_present = "qr", conflicts_with = "qr")]
    pdf: Option<PathBuf>,
    /// Trusted roots and authorities: a file or a folder of them, PEM or DER; may be repeated
    #[arg(long, env = "VINHDANH_TRUST", value_name = "FILE|DIR", value_delimiter = ':')]
    roots: Vec<PathBuf>,
    /// Revocation list, PEM or DER; may be repeated
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// Judge as of this moment, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    code: VerifyQr,
}

impl Verify {
    /// Runs the command; whether the file, or the code, may be relied on.
    pub fn run(self, speech: Speech) -> Result<bool, Failure> {
        if let Some(holds) = self.code.run(speech)? {
            return Ok(holds);
        }
        let Some(pdf) = &self.pdf else { return Err(Failure::internal("neither a file nor a code")) };
        let trust = app::trust(&[self.roots, self.crl].concat())?;
        let at = match &self.at {
            Some(text) => DateTime::parse_from_rfc3339(text).map_err(|_| {
                Failure::one(
                    Code::BadRequest,
                    format!("`--at {text}` không phải thời điểm RFC 3339, ví dụ `2026-11-22T10:15:00+07:00`"),
                    format!("`--at {text}` is not a moment of RFC 3339 such as `2026-11-22T10:15:00+07:00`"),
                )
            })?,
            None => app::now()?,
        };
        let report = verify(&output::read(pdf)?, &trust, at)?;
        match speech.format {
            Format::Json => output::print(&report.to_json(speech.lang))?,
            Format::Human => tell(&report, speech.lang),
        }
        Ok(report.verdict.holds())
    }
}

/// Prints the report for a person.
fn tell(report: &Report, lang: Lang) {
    let says = |vi: &'static str, en: &'static str| if lang == Lang::Vi { vi } else { en };
    put!("{}", report.sentence.get(lang));
    put!("  SHA-256 {}", report.sha256);
    put!("  {} {}", says("kiểm tra lúc", "checked at"), report.checked_at);
    if let Some(standards) = &report.standards {
        let word = |claims: &Option<String>, name: &str, state: FormStanding| {
            let state = match state {
                FormStanding::Kept => says("được giữ", "kept"),
                FormStanding::Broken => says("không còn đúng chuẩn", "broken"),
                FormStanding::NotClaimed => return None,
            };
            claims.as_ref().map(|claims| format!("{name}-{claims} {state}"))
        };
        let words = [
            word(&standards.claims_pdfa, "PDF/A", standards.pdfa),
            word(&standards.claims_pdfua, "PDF/UA", standards.pdfua),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        if !words.is_empty() {
            put!("  {}", words.join(", "));
        }
    }
    findings(&report.findings, "  ", lang);
    for (index, signature) in report.signatures.iter().enumerate() {
        put!("");
        let kind = match signature.kind {
            "time_stamp" => says("Dấu thời gian", "Time stamp"),
            _ => says("Chữ ký", "Signature"),
        };
        let page = signature.page.map(|page| format!(", {} {page}", says("trang", "page"))).unwrap_or_default();
        put!("{kind} {} ({}{page}): {}", index + 1, signature.field, signature.sentence.get(lang));
        for (label, value) in rows(signature) {
            if let Some(value) = value {
                put!("  {:<22} {}", label.get(lang), value.get(lang));
            }
        }
        findings(&signature.findings, "  ", lang);
    }
}

fn findings(findings: &[Finding], indent: &str, lang: Lang) {
    for finding in findings {
        let mark = match finding.weight {
            Weight::Fault => "✕",
            Weight::Warning => "!",
            Weight::Note => "·",
        };
        put!("{indent}{mark} {} [{}]", finding.text.get(lang), finding.code);
    }
}

/// What Circular 15/2025/TT-BKHCN asks a checker to show, and what explains it.
fn rows(signature: &SignatureReport) -> Vec<(Text, Option<Text>)> {
    let same = |words: String| Text::new(words.clone(), words);
    let party = |party: &Party| {
        let organisation = party.organisation.as_ref().map(|of| format!(", {of}")).unwrap_or_default();
        same(format!("{}{organisation} ({})", party.name, party.serial))
    };
    let claimed =
        signature.claimed_time.as_ref().map(|at| Text::new(format!("{at} (tự khai)"), format!("{at} (claimed)")));
    let stamp = signature.time_stamp.as_ref().map(|stamp| same(format!("{}, {}", stamp.at, stamp.authority.name)));
    let judged = signature.judged_at.as_ref().zip(signature.judged_by).map(|(at, clock)| match clock {
        Clock::TimeStamp => Text::new(format!("{at} (dấu thời gian)"), format!("{at} (time stamp)")),
        Clock::DocumentTimeStamp => {
            Text::new(format!("{at} (dấu thời gian của tệp)"), format!("{at} (document time stamp)"))
        }
        Clock::Now => Text::new(format!("{at} (lúc kiểm tra)"), format!("{at} (now)")),
    });
    let whole = match (signature.intact, signature.coverage) {
        (false, _) => Text::new("không khớp", "does not match"),
        (true, Coverage::Whole) => Text::new("nguyên vẹn, ký trên toàn tệp", "whole; all of the file is signed"),
        (true, Coverage::WithPermittedUpdates) => {
            Text::new("nguyên vẹn, phần thêm sau là phần được phép", "whole; what came later is permitted")
        }
        (true, Coverage::Changed) => Text::new("tệp đã bị thay đổi sau khi ký", "the file was changed afterwards"),
        (true, Coverage::Unknown) => Text::new("không xác định được", "cannot be told"),
    };
    let chain = (!signature.chain.is_empty()).then(|| same(signature.chain.join(" ← ")));
    let revocation = match signature.revocation {
        RevocationState::Good => Text::new("không bị thu hồi", "not revoked"),
        RevocationState::Revoked => Text::new("đã bị thu hồi", "revoked"),
        RevocationState::Unknown => Text::new("chưa kiểm tra được", "not known"),
    };
    let validity = signature.signer.as_ref().map(|signer| same(format!("{} – {}", signer.valid_from, signer.valid_to)));
    vec![
        (
            Text::new("chưa xác nhận", "not confirmed"),
            (signature.signer.is_some() && !signature.trusted).then(|| {
                Text::new(
                    "các tên dưới đây là lời của chính chứng thư, chưa ai bảo đảm",
                    "the names below are the certificate's own words, nobody vouches for them",
                )
            }),
        ),
        (Text::new("người ký", "signer"), signature.signer.as_ref().map(party)),
        (
            Text::new("nơi cấp chứng thư", "authority"),
            signature.signer.as_ref().map(|signer| same(signer.issuer.clone())),
        ),
        (Text::new("hiệu lực chứng thư", "validity"), validity),
        (Text::new("thời điểm ký", "signing time"), claimed),
        (Text::new("dấu thời gian", "time stamp"), stamp),
        (Text::new("xét tại", "judged at"), judged),
        (Text::new("toàn vẹn", "integrity"), Some(whole)),
        (Text::new("chuỗi chứng thư", "chain"), chain),
        (Text::new("thu hồi", "revocation"), signature.signer.as_ref().map(|_| revocation)),
        (Text::new("mức", "level"), signature.level.map(|level| same(level.to_owned()))),
        (Text::new("thuật toán", "algorithm"), signature.algorithm.clone().map(same)),
    ]
}
