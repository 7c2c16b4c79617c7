//! A run begun: the certificate chosen, what the signer hands over taken, the fields set to wait.

use bytes::Bytes;
use serde_json::Value;

use super::super::prepare::{ders, fitting, level};
use super::super::store::folder;
use super::super::{Level, Signing, WantedLook, moment, new_id};
use super::CLAIM_MS;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pades::Algorithm;
use crate::provider::{Credential, Given, User, Want};
use crate::register::{Created, Kept, NewRun, RunRow, Subject, now_ms};

/// Most hashes of one round, whatever a provider allows: their prepared files are in memory together.
const ROUND: usize = 100;
/// A picture for a run is kept in the store above this many bytes of base64.
const INLINE_LOOK: usize = 4 << 10;

/// A run as asked for.
#[derive(Debug)]
pub struct WantedRun {
    /// Label of the key it belongs to.
    pub owner: String,
    /// The field.
    pub field: String,
    /// Who holds the key.
    pub provider: String,
    /// Who signs, as the provider knows him.
    pub user: String,
    /// With which certificate; none: the only one, or the first that is fit.
    pub credential: Option<String>,
    /// How; none: as the key usually does.
    pub algorithm: Option<Algorithm>,
    /// What shows on the page.
    pub look: WantedLook,
    /// What the signer handed over for his provider.
    pub authorisation: Vec<Given>,
    /// Idempotency-Key, and the digest of the request it came with.
    pub idempotency: Option<(String, String)>,
}

/// A run begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Its id.
    pub id: String,
    /// Whether it was begun now; else the same request began it before.
    pub new: bool,
    /// Documents it will sign.
    pub documents: u64,
}

impl Signing {
    /// Begins a run over one request.
    pub async fn sign(&self, id: &str, wanted: WantedRun) -> Result<Begun, Failure> {
        if let Some(Created::Before(run)) = self.register.answered(&wanted.owner, wanted.idempotency.as_ref()).await? {
            return Ok(Begun { id: run, new: false, documents: 0 });
        }
        let report = self.report(&wanted.owner, id).await?;
        self.turn(&report, &wanted.field)?;
        let (owner, field) = (wanted.owner.clone(), wanted.field.clone());
        let begun =
            self.begin(Subject::Request(id.to_owned()), wanted, level(&report.row)?, &folder(&report.row)).await?;
        if begun.new && begun.documents == 0 {
            return Err(self.not_now(&self.report(&owner, id).await?, &field));
        }
        Ok(begun)
    }

    /// Begins a run over a request or a batch of them.
    pub(in crate::signing) async fn begin(
        &self,
        subject: Subject,
        wanted: WantedRun,
        level: Level,
        folder: &str,
    ) -> Result<Begun, Failure> {
        self.services.allow(level)?;
        let provider = self.providers.get(&wanted.provider)?;
        let user = User { id: wanted.user.clone() };
        let credentials = provider.credentials(&user).await?;
        let credential = choose(credentials, wanted.credential.as_deref())?;
        let now = now_ms();
        let faults = credential.chain.signer().fit_to_sign(moment(now));
        if !faults.is_empty() {
            return Err(Failure::new(Code::CertificateUnfit, faults));
        }
        let algorithm = match wanted.algorithm {
            Some(asked) => Some(asked).filter(|asked| credential.algorithms.contains(asked)),
            None => credential.algorithms.first().copied(),
        };
        let algorithm = match algorithm {
            Some(algorithm) => fitting(&credential.chain, Some(algorithm))?,
            None => return Err(no_algorithm(&credential)),
        };
        handed_over(&credential.wants, &wanted.authorisation)?;
        // Whoever signs by a word now signs by one in every round.
        let asks = credential.wants.iter().any(|want| want.required) || !wanted.authorisation.is_empty();
        // Faults of the picture are told now, not by every document.
        self.look(&WantedLook { image: wanted.look.image.clone(), text: None }, (0.0, 0.0), moment(now)).await?;
        let look = self.keep_look(&wanted.look, asks, folder).await?;
        let id = new_id();
        if !wanted.authorisation.is_empty() {
            self.state.handed.lock().await.insert(id.clone(), wanted.authorisation);
        }
        let at_once = provider.at_once().min(credential.at_once).clamp(1, ROUND);
        let new = NewRun {
            id: id.clone(),
            owner: wanted.owner,
            subject,
            field: wanted.field,
            provider: provider.name().to_owned(),
            user: wanted.user,
            credential: credential.id.clone(),
            algorithm: algorithm.name().to_owned(),
            chain: ders(&credential.chain)?,
            at_once: i64::try_from(at_once).map_err(Failure::internal)?,
            look,
            claimed_by: self.state.process.clone(),
            claimed_until: now + CLAIM_MS,
            now,
            idempotency: wanted.idempotency,
        };
        let begun = self.register.begin_run(&new).await;
        match begun {
            Ok((Created::New, documents)) if documents > 0 => {
                metrics::counter!("vinhdanh_signature_runs_total", "provider" => new.provider.clone()).increment(1);
                self.state.poke.notify_one();
                Ok(Begun { id, new: true, documents })
            }
            Ok((created, documents)) => {
                self.state.handed.lock().await.remove(&id);
                match created {
                    Created::New => Ok(Begun { id, new: true, documents }),
                    Created::Before(before) => Ok(Begun { id: before, new: false, documents: 0 }),
                }
            }
            Err(failure) => {
                self.state.handed.lock().await.remove(&id);
                Err(failure)
            }
        }
    }

    /// A look as a run keeps it: a large picture in the store. `asks`: whether every approval wants the signer's word.
    async fn keep_look(&self, look: &WantedLook, asks: bool, folder: &str) -> Result<String, Failure> {
        let mut value = serde_json::to_value(look).map_err(Failure::internal)?;
        value["asks"] = asks.into();
        if let Some(image) = look.image.as_ref().filter(|image| image.len() > INLINE_LOOK) {
            let kept = self.keep(folder, "look", Bytes::copy_from_slice(image.as_bytes())).await?;
            value["image"] = Value::Null;
            value["kept"] = serde_json::json!([kept.pack, kept.bytes]);
        }
        Ok(value.to_string())
    }

    pub(super) async fn kept_look(&self, run: &RunRow) -> Result<WantedLook, Failure> {
        let mut value = run.look()?;
        let kept = value.get_mut("kept").map(Value::take);
        let mut look: WantedLook = serde_json::from_value(value).map_err(Failure::internal)?;
        if let Some(kept) = kept {
            let (pack, bytes): (String, i64) = serde_json::from_value(kept).map_err(Failure::internal)?;
            let image = self.fetch(&Kept { pack, place: 0, bytes }).await?.to_vec();
            look.image = Some(String::from_utf8(image).map_err(Failure::internal)?);
        }
        Ok(look)
    }
}

fn choose(credentials: Vec<Credential>, asked: Option<&str>) -> Result<Credential, Failure> {
    let ids: Vec<String> = credentials.iter().map(|one| one.id.clone()).collect();
    let found = match asked {
        Some(asked) => credentials.into_iter().find(|one| one.id == asked),
        None if ids.len() == 1 => credentials.into_iter().next(),
        None => None,
    };
    found.ok_or_else(|| {
        let listed = ids.join("`, `");
        let fault = Diagnostic::error(
            "credential",
            "chưa rõ dùng chứng thư nào của người ký",
            "which certificate of the signer is meant is not told",
        )
        .at("/credential");
        let fault = if ids.is_empty() {
            fault
        } else {
            fault.hint(format!("người ký có: `{listed}`"), format!("the signer has: `{listed}`"))
        };
        Failure::new(Code::InvalidData, vec![fault])
    })
}

fn no_algorithm(credential: &Credential) -> Failure {
    let can = credential.algorithms.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ");
    let fault = Diagnostic::error(
        "algorithm",
        "khóa của người ký không ký được theo thuật toán này",
        "the signer's key does not sign by this algorithm",
    )
    .at("/algorithm");
    let fault =
        if can.is_empty() { fault } else { fault.hint(format!("ký được: {can}"), format!("it signs: {can}")) };
    Failure::new(Code::CertificateUnfit, vec![fault])
}

/// Whether the signer handed over what his provider wants.
fn handed_over(wants: &[Want], given: &[Given]) -> Result<(), Failure> {
    let faults: Vec<Diagnostic> = wants
        .iter()
        .filter(|want| want.required && given.iter().all(|one| one.id != want.id))
        .map(|want| {
            Diagnostic::error(
                "authorisation",
                format!("nhà cung cấp cần `{}`: {}", want.id, want.label.vi),
                format!("the provider wants `{}`: {}", want.id, want.label.en),
            )
            .at("/authorisation")
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Failure::new(Code::InvalidData, faults)) }
}
