//! Signing with a provider: a run over one document or a batch of them, as many hashes at a time as one approval carries.
//!
//! What the next step needs stands in the register before the step is taken; only what the signer handed over (a PIN, a
//! one-time password) is known to this process alone and to nobody after it. A provider is never asked twice for the same
//! documents by itself: where a process died while it asked, the documents are refused with that reason, except where the
//! key is in a file here and nobody is disturbed.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::complete::{Completed, Task, complete};
use super::prepare::{decoded, ders, encoded, fitting, kept_chain, level};
use super::store::folder;
use super::{RequestReport, Signing, WantedLook, moment, new_id, no_field, nonce, not_there};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pades::{Algorithm, SignedAttributes};
use crate::provider::{Assurance, Credential, Given, Item, Order, Progress, Provider, User, Want};
use crate::register::{
    Created, FieldState, Kept, Mode, NewRun, Next, Phase, PreparationRow, Reply, RequestRow, RunRow, RunState, Signed,
    Subject, Waiting, now_ms,
};
use crate::render::hex;

/// A run belongs to its process so long without a sign of life, ms.
const CLAIM_MS: i64 = 20_000;
/// How often a process gives one.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
/// Time for an approval, ms: providers give up before.
const APPROVAL_MS: i64 = 30 * 60_000;
/// A run that is not written down so long after it got its id never will be, ms: longer than any request may take.
const BEGUN_MS: i64 = 3_600_000;
/// Runs looked at in one turn.
const RUNS: i64 = 8;
/// Most hashes of one round, whatever a provider allows: their prepared files are in memory together.
const ROUND: usize = 100;
/// Signed documents written down as one.
const SETTLED_AT_ONCE: usize = 32;
/// Bytes of them.
const SETTLED_BYTES: usize = 8 << 20;
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

/// A document of a round, prepared.
struct Prepared {
    row: RequestRow,
    waiting: Waiting,
    item: Item,
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
    pub(super) async fn begin(
        &self,
        subject: Subject,
        wanted: WantedRun,
        level: super::Level,
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
        // Faults of the picture are told now, not by every document.
        self.look(&WantedLook { image: wanted.look.image.clone(), text: None }, (0.0, 0.0), moment(now)).await?;
        let look = self.keep_look(&wanted.look, !credential.wants.is_empty(), folder).await?;
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

    async fn kept_look(&self, run: &RunRow) -> Result<WantedLook, Failure> {
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

    /// Forgets what signers handed over for runs that ended, or never came to be, before their provider was asked.
    pub(super) async fn forget_handed(&self, now: i64) -> Result<(), Failure> {
        let runs: Vec<String> = self.state.handed.lock().await.keys().cloned().collect();
        for id in runs {
            let over = match self.register.run_row(&id).await? {
                Some(run) => run.state()? != RunState::Running,
                // Its request may still be at it.
                None => made_before(&id, now - BEGUN_MS),
            };
            if over {
                self.state.handed.lock().await.remove(&id);
            }
        }
        Ok(())
    }

    /// Runs whose time has come and which nobody is at, claimed for this process.
    pub(super) async fn due_runs(&self) -> Result<Vec<RunRow>, Failure> {
        let now = now_ms();
        let mut runs = self.register.claim_runs(&self.state.process, now, now + CLAIM_MS, RUNS).await?;
        let mut busy = self.state.busy.lock().await;
        runs.retain(|run| busy.insert(run.id.clone()));
        Ok(runs)
    }

    /// One step of one run; another process cannot take it meanwhile.
    pub(super) async fn advance(self: Arc<Self>, run: RunRow) {
        let taken = self.take_step(&run).await;
        self.state.busy.lock().await.remove(&run.id);
        // A step that is held up is tried again with the next tick, not at once: the store may be away for long.
        if taken {
            self.state.poke.notify_one();
        }
    }

    /// Says whether the step was taken, or the run ended; else it comes again.
    async fn take_step(&self, run: &RunRow) -> bool {
        let step = self.step(run);
        tokio::pin!(step);
        let outcome = loop {
            tokio::select! {
                outcome = &mut step => break outcome,
                () = tokio::time::sleep(SIGN_OF_LIFE) => {
                    let until = now_ms() + CLAIM_MS;
                    match self.register.hold_run(&self.state.process, &run.id, until).await {
                        Ok(true) => {}
                        // Its batch was called off, or another process thinks this one dead: nothing it writes counts.
                        Ok(false) => return false,
                        Err(failure) => tracing::warn!(run = %run.id, "a run could not be held: {failure}"),
                    }
                }
            }
        };
        let Err(failure) = outcome else { return true };
        // The store or the database is away: the step is taken again when it is back.
        tracing::warn!(run = %run.id, "a run with a provider is held up: {failure}");
        if failure.code == Code::StorageUnavailable {
            return false;
        }
        if let Err(also) = self.end(run, Some(&failure)).await {
            tracing::warn!(run = %run.id, "and could not be stopped: {also}");
            return false;
        }
        true
    }

    async fn step(&self, run: &RunRow) -> Result<(), Failure> {
        match run.phase()? {
            Phase::Idle => self.next_round(run).await,
            Phase::Starting => self.lost(run).await,
            Phase::Approval => self.ask_again(run).await,
            Phase::Embedding => self.embed(run).await,
        }
    }

    async fn end(&self, run: &RunRow, reason: Option<&Failure>) -> Result<(), Failure> {
        self.state.handed.lock().await.remove(&run.id);
        if let Some(reason) = reason {
            let code = reason.code.info().name;
            metrics::counter!("vinhdanh_signature_run_stops_total", "reason" => code).increment(1);
        }
        self.register.end_run(&run.id, reason, now_ms()).await
    }

    /// Prepares the next documents and asks for their signatures.
    async fn next_round(&self, run: &RunRow) -> Result<(), Failure> {
        let rows = self.register.next_of_run(&run.id, run.at_once).await?;
        if rows.is_empty() {
            return self.end(run, None).await;
        }
        let provider = match self.providers.get(&run.provider) {
            Ok(provider) => Arc::clone(provider),
            Err(failure) => return self.end(run, Some(&failure)).await,
        };
        let handed = self.state.handed.lock().await.contains_key(&run.id);
        // What was handed over is good for one approval, and gone with the process it was handed to.
        if !handed && run.look()?["asks"] == true {
            return self.end(run, Some(&once_more())).await;
        }
        let (chain, look) = (kept_chain(&run.chain()?)?, self.kept_look(run).await?);
        let now = now_ms();
        let (mut prepared, mut refused, mut tails) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            if self.stopping() {
                return Ok(());
            }
            let reserve = level(&row)?.reserve();
            match self.make(&row, &run.field, &look, Some(&chain), reserve, moment(now)).await {
                Ok((made, _)) => {
                    let attributes =
                        made.attributes.ok_or_else(|| Failure::internal("a preparation without attributes"))?;
                    let waiting = Waiting {
                        id: new_id(),
                        request: row.id.clone(),
                        revision: row.revision,
                        tail: Kept { pack: String::new(), place: 0, bytes: 0 },
                        prepared: serde_json::to_string(&made.prepared).map_err(Failure::internal)?,
                        attributes: encoded(&attributes),
                    };
                    let item = Item { hash: attributes.hash(), attributes: attributes.0, label: label(&row) };
                    tails.push(made.prepared.tail);
                    prepared.push(Prepared { row, waiting, item });
                }
                Err(failure) if failure.code == Code::StorageUnavailable => return Err(failure),
                Err(failure) => refused.push((row.id, failure)),
            }
        }
        if !refused.is_empty() {
            self.register.refuse(&run.id, &refused, now_ms()).await?;
        }
        let Some(first) = prepared.first() else { return Ok(()) };
        let kept = self.keep_all(&folder(&first.row), "prep", &tails).await?;
        drop(tails);
        for (one, kept) in prepared.iter_mut().zip(kept) {
            one.waiting.tail = kept;
        }
        let (round, items): (Vec<Waiting>, Vec<Item>) = prepared.into_iter().map(|one| (one.waiting, one.item)).unzip();
        let deadline = now_ms() + APPROVAL_MS;
        if !self.register.open_round(&self.state.process, run, &round, now_ms(), deadline).await? {
            if let Some(one) = round.first() {
                self.left_behind(&one.request).await?;
            }
            return Ok(());
        }
        let asked = self.register.asked_in_round(&run.id, run.round + 1).await?;
        // A document that went on meanwhile was left out of the round.
        let items: Vec<Item> = round
            .iter()
            .zip(items)
            .filter(|(one, _)| asked.iter().any(|row| row.id == one.id))
            .map(|(_, item)| item)
            .collect();
        let handed = self.state.handed.lock().await.remove(&run.id).unwrap_or_default();
        self.ask(run, provider.as_ref(), &asked, items, handed).await
    }

    async fn ask(
        &self,
        run: &RunRow,
        provider: &dyn Provider,
        asked: &[PreparationRow],
        items: Vec<Item>,
        authorisation: Vec<Given>,
    ) -> Result<(), Failure> {
        if items.is_empty() {
            self.register.note_replies(&self.state.process, &run.id, &[], now_ms()).await?;
            return Ok(());
        }
        let algorithm = algorithm(run)?;
        let user = User { id: run.user_id.clone() };
        let order = Order { user, credential: run.credential.clone(), algorithm, items, authorisation };
        let progress = provider.start(&order).await;
        self.note(run, asked, progress).await
    }

    /// What the provider said, written down before anything is done with it. `asked`: every document it was asked for; what
    /// it says of one that ended meanwhile is passed over.
    async fn note(
        &self,
        run: &RunRow,
        asked: &[PreparationRow],
        progress: Result<Progress, Failure>,
    ) -> Result<(), Failure> {
        match progress {
            Ok(Progress::Waiting { ticket, again_in }) => {
                let wait = i64::try_from(again_in.as_millis()).unwrap_or(1_000).clamp(100, 60_000);
                self.register.await_approval(&self.state.process, &run.id, &ticket, now_ms() + wait).await?;
                Ok(())
            }
            Ok(Progress::Done(values)) => {
                if values.len() != asked.len() {
                    let failure = Failure::one(
                        Code::ProviderUnavailable,
                        format!("nhà cung cấp trả `{}` chữ ký cho `{}` văn bản", values.len(), asked.len()),
                        format!("the provider answered `{}` signatures for `{}` documents", values.len(), asked.len()),
                    );
                    return self.end(run, Some(&failure)).await;
                }
                let replies: Vec<(String, Reply)> = asked
                    .iter()
                    .zip(values)
                    .map(|(row, value)| {
                        let reply = match value {
                            Ok(signature) => Reply::Signature(STANDARD.encode(signature)),
                            Err(failure) => Reply::Refused(failure),
                        };
                        (row.id.clone(), reply)
                    })
                    .collect();
                if self.register.note_replies(&self.state.process, &run.id, &replies, now_ms()).await? {
                    let run = self.register.run_row(&run.id).await?.ok_or_else(not_there)?;
                    self.embed(&run).await?;
                }
                Ok(())
            }
            Err(failure) if failure.code == Code::StorageUnavailable => Err(failure),
            Err(failure) => self.end(run, Some(&failure)).await,
        }
    }

    /// A process died while it asked: whether the provider heard is not known.
    async fn lost(&self, run: &RunRow) -> Result<(), Failure> {
        let provider = match self.providers.get(&run.provider) {
            Ok(provider) => Arc::clone(provider),
            Err(failure) => return self.end(run, Some(&failure)).await,
        };
        if provider.assurance() != Assurance::SoftwareKey {
            let failure = Failure::one(
                Code::ProviderUnavailable,
                "dịch vụ dừng giữa lúc gửi yêu cầu ký, không biết nhà cung cấp đã nhận hay chưa",
                "the service stopped while it asked, and whether the provider heard is not known",
            );
            return self.end(run, Some(&failure)).await;
        }
        let asked = self.register.asked_in_round(&run.id, run.round).await?;
        let mut items = Vec::with_capacity(asked.len());
        for row in &asked {
            let attributes = SignedAttributes(decoded(row.attributes.as_deref().unwrap_or_default())?);
            items.push(Item { hash: attributes.hash(), attributes: attributes.0, label: String::new() });
        }
        self.ask(run, provider.as_ref(), &asked, items, Vec::new()).await
    }

    /// Asks how far an approval is.
    async fn ask_again(&self, run: &RunRow) -> Result<(), Failure> {
        if run.deadline.is_some_and(|deadline| deadline <= now_ms()) {
            let failure = Failure::one(
                Code::ProviderTimeout,
                "không ai xác nhận trong thời gian cho phép",
                "nobody confirmed in time",
            );
            return self.end(run, Some(&failure)).await;
        }
        let provider = match self.providers.get(&run.provider) {
            Ok(provider) => Arc::clone(provider),
            Err(failure) => return self.end(run, Some(&failure)).await,
        };
        let ticket = run.ticket.as_deref().unwrap_or_default();
        match provider.poll(ticket).await {
            // Nothing was learned: the same ticket again, a little later.
            Err(failure) if failure.code == Code::ProviderUnavailable => {
                tracing::warn!(run = %run.id, "a provider was not reached: {failure}");
                self.register.await_approval(&self.state.process, &run.id, ticket, now_ms() + 5_000).await?;
                Ok(())
            }
            progress => {
                let asked = self.register.asked_in_round(&run.id, run.round).await?;
                self.note(run, &asked, progress).await
            }
        }
    }

    /// Puts the signatures of a round into their files; what is written down already is left alone.
    async fn embed(&self, run: &RunRow) -> Result<(), Failure> {
        let open = self.register.round(&run.id, run.round).await?;
        let chain = kept_chain(&run.chain()?)?;
        let algorithm = algorithm(run)?;
        let assurance = self.providers.get(&run.provider).map(|one| one.assurance()).ok();
        let (mut ready, mut tails, mut bytes) = (Vec::new(), Vec::new(), 0);
        let mut place = String::new();
        for row in &open {
            if self.stopping() {
                break;
            }
            let signature = match row.value()? {
                Some(Reply::Signature(text)) => decoded(&text)?,
                Some(Reply::Refused(failure)) => {
                    self.register.refuse(&run.id, &[(row.request_id.clone(), failure)], now_ms()).await?;
                    continue;
                }
                None => {
                    let failure = Failure::internal("a round without an answer");
                    self.register.refuse(&run.id, &[(row.request_id.clone(), failure)], now_ms()).await?;
                    continue;
                }
            };
            match self.embed_one(row, &chain, algorithm, &signature).await {
                Ok((request, sha256, tail)) => {
                    let signed = Signed {
                        preparation: row.id.clone(),
                        request: row.request_id.clone(),
                        field: row.field.clone(),
                        revision: row.revision + 1,
                        tail: Kept { pack: String::new(), place: 0, bytes: 0 },
                        sha256,
                        value_sha256: hex(&Sha256::digest(&signature)),
                        way: Mode::Provider,
                        level: request.level.clone(),
                        signer: chain.signer().name(),
                        pdfa: None,
                        assurance: assurance.and_then(word),
                        late: true,
                    };
                    place = folder(&request);
                    bytes += tail.len();
                    ready.push(signed);
                    tails.push(tail);
                }
                Err(failure) if failure.code == Code::StorageUnavailable => return Err(failure),
                Err(failure) => self.register.refuse(&run.id, &[(row.request_id.clone(), failure)], now_ms()).await?,
            }
            if ready.len() >= SETTLED_AT_ONCE || bytes >= SETTLED_BYTES {
                self.file(&place, &mut ready, &mut tails).await?;
                bytes = 0;
            }
        }
        self.file(&place, &mut ready, &mut tails).await?;
        if self.stopping() {
            return Ok(());
        }
        self.register.close_round(&self.state.process, &run.id, now_ms()).await?;
        Ok(())
    }

    async fn embed_one(
        &self,
        row: &PreparationRow,
        chain: &crate::pades::Chain,
        algorithm: Algorithm,
        signature: &[u8],
    ) -> Result<(RequestRow, String, Vec<u8>), Failure> {
        let request = self.register.any_request(&row.request_id).await?.ok_or_else(not_there)?;
        let pdf = self.whole(&request, row.revision).await?;
        let prepared = self.prepared(row).await?;
        let attributes = SignedAttributes(decoded(row.attributes.as_deref().unwrap_or_default())?);
        let task =
            Task { pdf: &pdf, prepared: &prepared, level: level(&request)?, at: moment(now_ms()), nonce: nonce()? };
        let Completed { tails, .. } = complete(&task, &attributes, chain, algorithm, signature, &self.services).await?;
        let mut digest = Sha256::new();
        digest.update(&pdf);
        digest.update(&tails);
        Ok((request, hex(&digest.finalize()), tails))
    }

    /// Writes signed files as one, then tells the register: never the other way round.
    async fn file(&self, folder: &str, ready: &mut Vec<Signed>, tails: &mut Vec<Vec<u8>>) -> Result<(), Failure> {
        if ready.is_empty() {
            return Ok(());
        }
        let kept = self.keep_all(folder, "tail", tails).await?;
        for (signed, kept) in ready.iter_mut().zip(kept) {
            signed.tail = kept;
        }
        let next = self.register.settle_signed(ready, now_ms(), self.keep_ms()).await?;
        if next.contains(&Next::Stale)
            && let Some(one) = ready.first()
        {
            self.left_behind(&one.request).await?;
        }
        next.iter().filter(|one| **one != Next::Stale).for_each(|_| super::signature::count(Mode::Provider));
        ready.clear();
        tails.clear();
        Ok(())
    }

    /// The run that signs a field now.
    pub async fn run_of(&self, report: &RequestReport, field: &str) -> Result<Option<RunRow>, Failure> {
        let found = report.field(field).ok_or_else(no_field)?;
        match (&found.row.run_id, found.state) {
            (Some(id), FieldState::Signing) => self.register.run_row(id).await,
            _ => Ok(None),
        }
    }
}

fn algorithm(run: &RunRow) -> Result<Algorithm, Failure> {
    Algorithm::parse(&run.algorithm).ok_or_else(|| Failure::internal("an unknown algorithm in the register"))
}

fn word(assurance: Assurance) -> Option<String> {
    serde_json::to_value(assurance).ok().and_then(|value| value.as_str().map(str::to_owned))
}

/// Whether an id was given before a moment; one that does not tell was.
fn made_before(id: &str, moment: i64) -> bool {
    let at = uuid::Uuid::parse_str(id).ok().and_then(|id| id.get_timestamp()).map(|at| at.to_unix().0);
    at.and_then(|seconds| i64::try_from(seconds).ok()).is_none_or(|seconds| seconds.saturating_mul(1_000) < moment)
}

/// What the signer reads on his telephone: the name of the file.
fn label(request: &RequestRow) -> String {
    request.name.strip_suffix(".pdf").unwrap_or(&request.name).to_owned()
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
        .filter(|want| given.iter().all(|one| one.id != want.id))
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

fn once_more() -> Failure {
    Failure::one(
        Code::ProviderRefused,
        "nhà cung cấp cần người ký xác nhận lại cho các văn bản tiếp theo: gửi lại yêu cầu ký",
        "the provider wants the signer's word again for the documents that follow: ask again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_when_it_was_given() {
        let id = new_id();
        assert!(!made_before(&id, now_ms() - 60_000));
        assert!(made_before(&id, now_ms() + 60_000));
        assert!(made_before("k", 0));
    }
}
