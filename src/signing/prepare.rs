//! Hash out, or digest out: a file prepared for one signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::task::spawn_blocking;

use super::store::folder;
use super::{Level, RequestReport, Signing, WantedLook, chain, moment, new_id, no_field};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pades::{self, Algorithm, Chain, Moment, Plan, Prepared, SignedAttributes, signed_attributes};
use crate::register::{
    Created, FieldState, Mode, NewPreparation, PreparationRow, PreparationState, RequestRow, now_ms,
};

/// Time for a person to enter a PIN, or for software to call a key, ms.
const TIME_MS: i64 = 15 * 60_000;
/// Bytes that may be kept for a CMS.
const RESERVES: std::ops::RangeInclusive<usize> = 2_048..=65_536;

/// A preparation as asked for.
#[derive(Debug, Clone)]
pub struct WantedPreparation {
    /// Hash out, or digest out.
    pub mode: Mode,
    /// The signer's certificate and those above it, DER; for a hash at least the first.
    pub certificates: Vec<Vec<u8>>,
    /// How the hash will be signed; where nothing is told, as the certificate's key usually does.
    pub algorithm: Option<Algorithm>,
    /// What shows on the page.
    pub look: WantedLook,
    /// Bytes kept for the CMS, where not those of the level.
    pub reserve: Option<usize>,
    /// Idempotency-Key, and the digest of the request it came with.
    pub idempotency: Option<(String, String)>,
}

/// What is to be signed.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Id of the preparation.
    pub id: String,
    /// How it is to come back.
    pub mode: Mode,
    /// The parts of the file that are signed.
    pub byte_range: [u64; 4],
    /// SHA-256 over them: what a CMS is made over.
    pub document_digest: [u8; 32],
    /// The attributes a raw signature is made over; none for a CMS.
    pub attributes: Option<SignedAttributes>,
    /// How.
    pub algorithm: Option<Algorithm>,
    /// When it is too late, ms.
    pub expires_at: i64,
    /// Whether it was prepared now; else the same request prepared it before.
    pub new: bool,
}

/// A file prepared, before anybody is told.
pub(super) struct Made {
    pub prepared: Prepared,
    pub attributes: Option<SignedAttributes>,
}

impl Signing {
    /// Prepares the field whose turn it is. One preparation is open at a time; one whose time ran out is replaced.
    ///
    /// # Errors
    ///
    /// [`Code::SigningState`]: it is another field's turn, or a preparation is open.
    pub async fn prepare(
        &self,
        owner: &str,
        id: &str,
        field: &str,
        wanted: WantedPreparation,
    ) -> Result<Offer, Failure> {
        if let Some(Created::Before(before)) = self.register.answered(owner, wanted.idempotency.as_ref()).await? {
            let row = self.register.preparation(id, &before).await?.ok_or_else(super::request::no_preparation)?;
            return offer(&row, false);
        }
        let report = self.report(owner, id).await?;
        self.turn(&report, field)?;
        let now = now_ms();
        let at = moment(now);
        let level = level(&report.row)?;
        self.services.allow(level)?;
        let reserve = wanted.reserve.unwrap_or(level.reserve());
        if !RESERVES.contains(&reserve) {
            let words = format!("{}–{}", RESERVES.start(), RESERVES.end());
            return Err(Failure::new(
                Code::InvalidData,
                vec![
                    Diagnostic::error("reserve", format!("`reserve` là {words}"), format!("`reserve` is {words}"))
                        .at("/reserve"),
                ],
            ));
        }
        // A CMS brings its own certificates; told before, its signer's name stands in the file.
        let chain = match wanted.mode {
            Mode::Cms if wanted.certificates.is_empty() => None,
            _ => Some(chain(&wanted.certificates, at)?),
        };
        let algorithm = match (&chain, wanted.mode) {
            (Some(chain), Mode::Hash) => Some(fitting(chain, wanted.algorithm)?),
            _ => None,
        };
        let (made, pdf) = self.make(&report.row, field, &wanted.look, chain.as_ref(), reserve, at).await?;
        drop(pdf);
        let tail = self.keep(&folder(&report.row), "prep", made.prepared.tail.clone().into()).await?;
        let new = NewPreparation {
            id: new_id(),
            owner: owner.to_owned(),
            request: id.to_owned(),
            field: field.to_owned(),
            mode: wanted.mode,
            revision: report.row.revision,
            ticket: None,
            tail: Some(tail),
            prepared: Some(serde_json::to_string(&made.prepared).map_err(Failure::internal)?),
            attributes: made.attributes.as_ref().filter(|_| wanted.mode == Mode::Hash).map(encoded),
            chain: chain.as_ref().map(ders).transpose()?,
            algorithm: algorithm.map(|one| one.name().to_owned()),
            now,
            expires_at: (now + TIME_MS).min(report.row.expires_at),
            idempotency: wanted.idempotency,
        };
        if !self.register.open_preparation(&new).await? {
            self.left_behind(id).await?;
            return Err(self.not_now(&self.report(owner, id).await?, field));
        }
        metrics::counter!("vinhdanh_signature_preparations_total", "mode" => wanted.mode.word()).increment(1);
        Ok(Offer {
            id: new.id,
            mode: wanted.mode,
            byte_range: made.prepared.byte_range,
            document_digest: made.prepared.digest,
            attributes: made.attributes.filter(|_| wanted.mode == Mode::Hash),
            algorithm,
            expires_at: new.expires_at,
            new: true,
        })
    }

    /// Whether it is a field's turn.
    pub(super) fn turn(&self, report: &RequestReport, field: &str) -> Result<(), Failure> {
        let found = report.field(field).ok_or_else(no_field)?;
        if report.row.is_removed() {
            return Err(super::gone());
        }
        if report.state.is_active() && matches!(found.state, FieldState::Ready | FieldState::Refused) {
            return Ok(());
        }
        Err(self.not_now(report, field))
    }

    /// Prepares a file; answers the file it goes after, too.
    pub(super) async fn make(
        &self,
        request: &RequestRow,
        field: &str,
        look: &WantedLook,
        chain: Option<&Chain>,
        reserve: usize,
        at: Moment,
    ) -> Result<(Made, Vec<u8>), Failure> {
        let pdf = self.whole(request, request.revision).await?;
        let (pdf, size) = if look.text.is_some() {
            let name = field.to_owned();
            let work = move || {
                let fields = pades::fields(&pdf)?;
                let found = fields.into_iter().find(|one| one.name == name).ok_or_else(no_field)?;
                let [_, _, w, h] = found.place;
                Ok::<_, Failure>((pdf, (w, h)))
            };
            spawn_blocking(work).await.map_err(Failure::internal)??
        } else {
            (pdf, (0.0, 0.0))
        };
        let look = self.look(look, size, at).await?;
        let name = chain.map(|chain| chain.signer().name()).unwrap_or_default();
        let plan = Plan { field: field.to_owned(), at, name, reserve, look };
        let signer = chain.map(|chain| chain.signer().clone());
        let work = move || {
            let prepared = pades::prepare(&pdf, &plan)?;
            let attributes = signer.map(|signer| signed_attributes(&prepared.digest, &signer));
            Ok::<_, Failure>((Made { prepared, attributes }, pdf))
        };
        spawn_blocking(work).await.map_err(Failure::internal)?
    }

    /// The preparation of a row, with its bytes.
    pub(super) async fn prepared(&self, row: &PreparationRow) -> Result<Prepared, Failure> {
        let mut prepared: Prepared = serde_json::from_value(row.prepared()?).map_err(Failure::internal)?;
        let tail = row.tail().ok_or_else(|| Failure::internal("a preparation without bytes"))?;
        prepared.tail = self.fetch(&tail).await?.to_vec();
        Ok(prepared)
    }
}

/// The level a request's signatures shall reach.
pub(super) fn level(request: &RequestRow) -> Result<Level, Failure> {
    Level::parse(&request.level).ok_or_else(|| Failure::internal("an unknown level in the register"))
}

/// The algorithm asked for, where the certificate's key can do it.
pub(super) fn fitting(chain: &Chain, asked: Option<Algorithm>) -> Result<Algorithm, Failure> {
    let key = chain.signer().key_kind();
    let can: Vec<Algorithm> = Algorithm::ALL.into_iter().filter(|one| one.fits(key)).collect();
    let fit = match asked {
        Some(asked) => can.iter().copied().find(|one| *one == asked),
        None => can.first().copied(),
    };
    fit.ok_or_else(|| {
        let words = can.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ");
        let fault = Diagnostic::error(
            "algorithm",
            "khóa của chứng thư không ký được theo thuật toán này",
            "the certificate's key does not sign by this algorithm",
        )
        .at("/algorithm");
        let fault = if words.is_empty() {
            fault
        } else {
            fault.hint(format!("khóa này ký được: {words}"), format!("this key signs: {words}"))
        };
        Failure::new(Code::CertificateUnfit, vec![fault])
    })
}

pub(super) fn encoded(attributes: &SignedAttributes) -> String {
    STANDARD.encode(&attributes.0)
}

pub(super) fn decoded(text: &str) -> Result<Vec<u8>, Failure> {
    STANDARD.decode(text).map_err(Failure::internal)
}

/// Certificates as the register keeps them.
pub(super) fn ders(chain: &Chain) -> Result<String, Failure> {
    let list: Vec<Value> = chain.all().iter().map(|one| STANDARD.encode(one.der()).into()).collect();
    serde_json::to_string(&list).map_err(Failure::internal)
}

/// Certificates as the register kept them.
pub(super) fn kept_chain(list: &[String]) -> Result<Chain, Failure> {
    let read = |text: &String| pades::Certificate::from_der(&decoded(text)?);
    Chain::order(list.iter().map(read).collect::<Result<_, _>>()?)
}

fn offer(row: &PreparationRow, new: bool) -> Result<Offer, Failure> {
    if row.state()? != PreparationState::Open || row.expires_at <= now_ms() {
        return Err(super::stale());
    }
    let prepared: Prepared = serde_json::from_value(row.prepared()?).map_err(Failure::internal)?;
    let attributes = row.attributes.as_deref().map(|text| decoded(text).map(SignedAttributes)).transpose()?;
    Ok(Offer {
        id: row.id.clone(),
        mode: row.mode()?,
        byte_range: prepared.byte_range,
        document_digest: prepared.digest,
        attributes,
        algorithm: row.algorithm.as_deref().and_then(Algorithm::parse),
        expires_at: row.expires_at,
        new,
    })
}
