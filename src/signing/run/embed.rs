//! The signatures of a round put into their files, many written down as one.

use sha2::{Digest, Sha256};

use super::super::complete::{Completed, Task, complete};
use super::super::prepare::{decoded, kept_chain, level};
use super::super::store::folder;
use super::super::{Signing, moment, nonce, not_there, signature};
use super::algorithm;
use crate::diagnostic::{Code, Failure};
use crate::pades::{Algorithm, Chain, SignedAttributes};
use crate::provider::Assurance;
use crate::register::{Kept, Mode, Next, PreparationRow, Reply, RequestRow, RunRow, Signed, now_ms};
use crate::render::hex;

/// Signed documents written down as one.
const SETTLED_AT_ONCE: usize = 32;
/// Bytes of them.
const SETTLED_BYTES: usize = 8 << 20;

impl Signing {
    /// Puts the signatures of a round into their files; what is written down already is left alone.
    pub(super) async fn embed(&self, run: &RunRow) -> Result<(), Failure> {
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
        chain: &Chain,
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
        next.iter().filter(|one| **one != Next::Stale).for_each(|_| signature::count(Mode::Provider));
        ready.clear();
        tails.clear();
        Ok(())
    }
}

fn word(assurance: Assurance) -> Option<String> {
    serde_json::to_value(assurance).ok().and_then(|value| value.as_str().map(str::to_owned))
}
