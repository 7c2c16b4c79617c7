//! A round of a run: its documents prepared, their provider asked, its answer written down.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::prepare::{decoded, encoded, kept_chain, level};
use super::super::store::folder;
use super::super::{Signing, moment, new_id, not_there};
use super::algorithm;
use crate::diagnostic::{Code, Failure};
use crate::pades::SignedAttributes;
use crate::provider::{Assurance, Given, Item, Order, Progress, Provider, User};
use crate::register::{Kept, PreparationRow, Reply, RequestRow, RunRow, Waiting, now_ms};

/// Time for an approval, ms: providers give up before.
const APPROVAL_MS: i64 = 30 * 60_000;

/// A document of a round, prepared.
struct Prepared {
    row: RequestRow,
    waiting: Waiting,
    item: Item,
}

impl Signing {
    /// Prepares the next documents and asks for their signatures.
    pub(super) async fn next_round(&self, run: &RunRow) -> Result<(), Failure> {
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
    pub(super) async fn lost(&self, run: &RunRow) -> Result<(), Failure> {
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
    pub(super) async fn ask_again(&self, run: &RunRow) -> Result<(), Failure> {
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
}

/// What the signer reads on his telephone: the name of the file.
fn label(request: &RequestRow) -> String {
    request.name.strip_suffix(".pdf").unwrap_or(&request.name).to_owned()
}

fn once_more() -> Failure {
    Failure::one(
        Code::ProviderRefused,
        "nhà cung cấp cần người ký xác nhận lại cho các văn bản tiếp theo: gửi lại yêu cầu ký",
        "the provider wants the signer's word again for the documents that follow: ask again",
    )
}
