//! Whole file out, signed file in: for programs that take files only. The ticket is the key: random, kept as a digest, good
//! for one upload and a while.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use super::store::folder;
use super::{Outcome, Signing, moment, new_id, random};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pades::verify::{Coverage, Finding, Trust, Weight, since, verify};
use crate::pades::{FormStanding, Moment, conformance};
use crate::register::{Mode, NewPreparation, Next, PreparationRow, PreparationState, RequestRow, Signed, now_ms};
use crate::render::hex;

/// What a checker finds of a certificate that is not fit to sign now; the other ways in refuse the same.
const UNFIT: [&str; 4] = ["expired", "not_yet_valid", "not_for_signing", "key_short"];
/// Time for a person at his own machine, ms.
const TIME_MS: i64 = 60 * 60_000;

/// A ticket, told once.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The ticket itself: 256 random bits.
    pub ticket: String,
    /// Id of the preparation it stands for.
    pub id: String,
    /// Name of the file.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// When it is too late, ms.
    pub expires_at: i64,
}

/// A file handed out under a ticket.
#[derive(Debug)]
pub struct HandedOut {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its name.
    pub name: String,
}

/// A file that came back.
#[derive(Debug)]
pub struct Upload {
    /// What became of it.
    pub outcome: Outcome,
    /// Name of the file.
    pub name: String,
}

impl Signing {
    /// Hands the file out for a field whose turn it is.
    pub async fn ticket(&self, owner: &str, id: &str, field: &str) -> Result<Ticket, Failure> {
        let report = self.report(owner, id).await?;
        self.turn(&report, field)?;
        // A program of the signer's makes the signature; what its level is, is seen when it comes back.
        let now = now_ms();
        let ticket = URL_SAFE_NO_PAD.encode(random::<32>()?);
        let new = NewPreparation {
            id: new_id(),
            owner: owner.to_owned(),
            request: id.to_owned(),
            field: field.to_owned(),
            mode: Mode::File,
            revision: report.row.revision,
            ticket: Some(hex(&Sha256::digest(&ticket))),
            tail: None,
            prepared: None,
            attributes: None,
            chain: None,
            algorithm: None,
            now,
            expires_at: (now + TIME_MS).min(report.row.expires_at),
            idempotency: None,
        };
        if !self.register.open_preparation(&new).await? {
            return Err(self.not_now(&self.report(owner, id).await?, field));
        }
        metrics::counter!("vinhdanh_signature_preparations_total", "mode" => "file").increment(1);
        let revisions = self.register.revisions(id, new.revision).await?;
        let sha256 = revisions.last().map_or(report.row.sha256, |last| last.sha256.clone());
        Ok(Ticket { ticket, id: new.id, name: report.row.name, sha256, expires_at: new.expires_at })
    }

    /// The file under a ticket. May be fetched again until it came back signed: a program may ask twice.
    ///
    /// # Errors
    ///
    /// [`Code::TicketInvalid`].
    pub async fn hand_out(&self, ticket: &str) -> Result<HandedOut, Failure> {
        let (row, request) = self.ticketed(ticket).await?;
        Ok(HandedOut { bytes: self.whole(&request, row.revision).await?, name: request.name })
    }

    /// The signed file: ours must be its exact beginning, the wanted field (or one new one) signed by a signature that
    /// holds, and nothing else changed.
    ///
    /// # Errors
    ///
    /// [`Code::TicketInvalid`]; [`Code::ForeignFile`]: not ours, or changed beside the signature;
    /// [`Code::SignatureMismatch`]: the signature does not hold; [`Code::CertificateUnfit`]: its certificate may not sign,
    /// or not now.
    pub async fn hand_in(&self, ticket: &str, file: Vec<u8>) -> Result<Upload, Failure> {
        let (row, request) = self.ticketed(ticket).await?;
        let pdf = self.whole(&request, row.revision).await?;
        let (field, at) = (row.field.clone(), moment(now_ms()));
        let base = pdf.len();
        let (file, judged) = spawn_blocking(move || {
            let judged = judge(&pdf, &file, &field, at);
            (file, judged)
        })
        .await
        .map_err(Failure::internal)?;
        let judged = judged?;
        let sha256 = hex(&Sha256::digest(&file));
        let tail = file.get(base..).map(<[u8]>::to_vec).ok_or_else(foreign)?;
        let tail = self.keep(&folder(&request), "tail", tail.into()).await?;
        let signed = Signed {
            preparation: row.id.clone(),
            request: request.id.clone(),
            field: row.field.clone(),
            revision: row.revision + 1,
            tail,
            sha256: sha256.clone(),
            value_sha256: sha256,
            way: Mode::File,
            level: judged.level,
            signer: judged.signer,
            pdfa: Some(judged.pdfa.to_owned()),
            assurance: None,
            late: false,
        };
        let next = self.register.settle_signed(&[signed], now_ms(), self.keep_ms()).await?;
        if next.first() == Some(&Next::Stale) {
            self.left_behind(&request.id).await?;
            return Err(invalid());
        }
        super::signature::count(Mode::File);
        let report = self.report_of(self.register.any_request(&request.id).await?.ok_or_else(invalid)?).await?;
        let made = self.register.revisions(&request.id, row.revision + 1).await?.pop().ok_or_else(super::gone)?;
        let outcome = Outcome { report, field: row.field, sha256: made.sha256, revision: row.revision + 1, new: true };
        Ok(Upload { outcome, name: request.name })
    }

    /// Whether a ticket is still good: asked before a file is read that may be large.
    ///
    /// # Errors
    ///
    /// [`Code::TicketInvalid`].
    pub async fn check_ticket(&self, ticket: &str) -> Result<(), Failure> {
        self.ticketed(ticket).await.map(|_| ())
    }

    /// What a ticket stands for, where it is still good.
    async fn ticketed(&self, ticket: &str) -> Result<(PreparationRow, RequestRow), Failure> {
        // Looked up by its digest, so the time taken tells nothing about the ticket.
        let row = self.register.ticket(&hex(&Sha256::digest(ticket))).await?.ok_or_else(invalid)?;
        if row.state()? != PreparationState::Open || row.expires_at <= now_ms() {
            return Err(invalid());
        }
        let request = self.register.any_request(&row.request_id).await?.ok_or_else(invalid)?;
        if request.is_removed() || request.revision != row.revision || !request.state()?.is_active() {
            return Err(invalid());
        }
        Ok((row, request))
    }
}

/// What is known of a file that came back.
struct Judged {
    level: String,
    signer: String,
    pdfa: &'static str,
}

/// Holds a file that came back against the one that was handed out.
fn judge(ours: &[u8], file: &[u8], field: &str, at: Moment) -> Result<Judged, Failure> {
    if file.len() <= ours.len() || !file.starts_with(ours) {
        return Err(foreign());
    }
    let since = since(ours, file)?;
    // Whose roots are trusted is asked when the finished file is checked; here: whole, and by this certificate.
    let report = verify(file, &Trust::default(), at)?;
    let new = report.signatures.iter().filter(|one| one.kind == "signature" && since.signed.contains(&one.field));
    let new: Vec<_> = new.collect();
    let signature = match new.as_slice() {
        // The wanted field, or one the signer's program made for itself.
        [one] if one.field == field || !since.filled.contains(&one.field) => one,
        _ => {
            return Err(Failure::one(
                Code::ForeignFile,
                format!("tệp gửi lên không có đúng một chữ ký mới ở ô `{field}`"),
                format!("the file does not have exactly one new signature, in the field `{field}`"),
            ));
        }
    };
    if !since.changes.is_empty() {
        let told = |one: &Finding| Diagnostic::error(one.code, one.text.vi.clone(), one.text.en.clone());
        return Err(Failure::new(Code::ForeignFile, since.changes.iter().map(told).collect()));
    }
    if !signature.intact || signature.coverage == Coverage::Changed {
        let told = |one: &Finding| Diagnostic::error(one.code, one.text.vi.clone(), one.text.en.clone());
        let mut faults = vec![Diagnostic::error(
            "signature_mismatch",
            "chữ ký trong tệp gửi lên không đúng",
            "the signature in the file does not hold",
        )];
        faults.extend(signature.findings.iter().filter(|one| one.weight == Weight::Fault).map(told));
        return Err(Failure::new(Code::SignatureMismatch, faults));
    }
    let unfit: Vec<Diagnostic> = signature
        .findings
        .iter()
        .filter(|one| UNFIT.contains(&one.code))
        .map(|one| Diagnostic::error(one.code, one.text.vi.clone(), one.text.en.clone()))
        .collect();
    if !unfit.is_empty() {
        return Err(Failure::new(Code::CertificateUnfit, unfit));
    }
    let pdfa = match conformance(file)?.pdfa {
        FormStanding::Kept => "kept",
        FormStanding::Broken => "broken_by_external_tool",
        FormStanding::NotClaimed => "not_claimed",
    };
    Ok(Judged {
        // A signature that is no PAdES is told as what it is.
        level: signature.level.unwrap_or("CMS").to_owned(),
        signer: signature.signer.as_ref().map(|party| party.name.clone()).unwrap_or_default(),
        pdfa,
    })
}

fn invalid() -> Failure {
    Failure::one(
        Code::TicketInvalid,
        "phiếu đã dùng, đã hết hạn, hoặc không có",
        "the ticket was used, has expired, or never was",
    )
}

fn foreign() -> Failure {
    Failure::one(
        Code::ForeignFile,
        "tệp gửi lên không phải tệp đã giao ra, ký thêm vào cuối",
        "the file is not the one that was handed out with a signature added at its end",
    )
}
