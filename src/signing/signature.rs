//! Raw signature in, or CMS in: proved, put into its place, brought to its level, written down.

use sha2::{Digest, Sha256};

use super::complete::{Completed, Task, complete, complete_cms};
use super::prepare::{decoded, kept_chain, level};
use super::request::no_preparation;
use super::store::folder;
use super::{RequestReport, Signing, moment, nonce, stale};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pades::{Algorithm, SignedAttributes};
use crate::register::{Mode, Next, PreparationState, Signed, now_ms};
use crate::render::hex;

/// What came back.
#[derive(Debug, Clone)]
pub enum Value {
    /// A raw signature: an RSA block, ECDSA as DER or r‖s.
    Raw(Vec<u8>),
    /// A CMS, DER.
    Cms(Vec<u8>),
}

/// A signature in its file.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The request now.
    pub report: RequestReport,
    /// The field.
    pub field: String,
    /// SHA-256 of the file with it.
    pub sha256: String,
    /// Its revision.
    pub revision: i64,
    /// Whether it was put in now; else it was there before.
    pub new: bool,
}

impl Signing {
    /// Takes what was made over a preparation. The same value again is answered again.
    ///
    /// # Errors
    ///
    /// [`Code::PreparationStale`], [`Code::SignatureMismatch`], [`Code::CmsTooLarge`], and what time stamps may say.
    pub async fn take(&self, owner: &str, id: &str, preparation: &str, value: Value) -> Result<Outcome, Failure> {
        let request = self.found(owner, id).await?;
        let row = self.register.preparation(id, preparation).await?.ok_or_else(no_preparation)?;
        let (way, bytes) = match &value {
            Value::Raw(bytes) => (Mode::Hash, bytes),
            Value::Cms(bytes) => (Mode::Cms, bytes),
        };
        if row.mode()? != way {
            let wanted = if row.mode()? == Mode::Hash { "signature_value" } else { "cms" };
            return Err(Failure::new(
                Code::InvalidData,
                vec![
                    Diagnostic::error(
                        "mode",
                        format!("bản chuẩn bị này nhận `{wanted}`"),
                        format!("this preparation takes `{wanted}`"),
                    )
                    .at(""),
                ],
            ));
        }
        let value_sha256 = hex(&Sha256::digest(bytes));
        match row.state()? {
            PreparationState::Used if row.value_sha256.as_deref() == Some(&value_sha256) => {
                return self.outcome(owner, id, &row.field, row.revision + 1, false).await;
            }
            PreparationState::Open if row.expires_at > now_ms() && request.revision == row.revision => {}
            _ => return Err(stale()),
        }
        let pdf = self.whole(&request, row.revision).await?;
        let prepared = self.prepared(&row).await?;
        let level = level(&request)?;
        let task = Task { pdf: &pdf, prepared: &prepared, level, at: moment(now_ms()), nonce: nonce()? };
        let Completed { tails, signer } = match value {
            Value::Raw(signature) => {
                let attributes = decoded(row.attributes.as_deref().unwrap_or_default())?;
                let chain = kept_chain(&row.chain()?)?;
                let algorithm = row.algorithm.as_deref().and_then(Algorithm::parse);
                let algorithm = algorithm.ok_or_else(|| Failure::internal("a preparation without algorithm"))?;
                let attributes = SignedAttributes(attributes);
                complete(&task, &attributes, &chain, algorithm, &signature, &self.services).await?
            }
            Value::Cms(cms) => complete_cms(&task, &cms, &self.services).await?,
        };
        // Its name stands in the prepared file.
        let told = row.chain()?;
        if way == Mode::Cms && !told.is_empty() && kept_chain(&told)?.signer() != &signer {
            return Err(Failure::one(
                Code::SignatureMismatch,
                "chữ ký không do chứng thư đã nêu lúc chuẩn bị",
                "the signature is not by the certificate that was told when the file was prepared",
            ));
        }
        let revision = row.revision + 1;
        let mut digest = Sha256::new();
        digest.update(&pdf);
        digest.update(&tails);
        let sha256 = hex(&digest.finalize());
        let tail = self.keep(&folder(&request), "tail", tails.into()).await?;
        let signed = Signed {
            preparation: row.id.clone(),
            request: id.to_owned(),
            field: row.field.clone(),
            revision,
            tail,
            sha256,
            value_sha256: value_sha256.clone(),
            way,
            level: level.word().to_owned(),
            signer: signer.name(),
            pdfa: None,
            assurance: None,
            late: false,
        };
        let next = self.register.settle_signed(&[signed], now_ms(), self.keep_ms()).await?;
        if next.first() == Some(&Next::Stale) {
            self.left_behind(id).await?;
            // The same value at the same moment: the other was first.
            let row = self.register.preparation(id, preparation).await?.ok_or_else(no_preparation)?;
            if row.state()? == PreparationState::Used && row.value_sha256.as_deref() == Some(&value_sha256) {
                return self.outcome(owner, id, &row.field, row.revision + 1, false).await;
            }
            return Err(stale());
        }
        count(way);
        self.outcome(owner, id, &row.field, revision, true).await
    }

    pub(super) async fn outcome(
        &self,
        owner: &str,
        id: &str,
        field: &str,
        revision: i64,
        new: bool,
    ) -> Result<Outcome, Failure> {
        let report = self.report(owner, id).await?;
        let made = self.register.revisions(id, revision).await?.pop().filter(|one| one.number == revision);
        let made = made.ok_or_else(super::gone)?;
        Ok(Outcome { report, field: field.to_owned(), sha256: made.sha256, revision, new })
    }
}

pub(super) fn count(way: Mode) {
    metrics::counter!("vinhdanh_signatures_total", "way" => way.word()).increment(1);
}
