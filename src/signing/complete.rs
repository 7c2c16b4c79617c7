//! From a raw signature, or a CMS, to the finished end of the file at its level (ETSI EN 319 142-1, clause 6): B-B the CMS,
//! B-T a time stamp over the signature, B-LT what a checker needs later, B-LTA a time stamp over all of it.
//!
//! Functions over bytes: no register, no clock. A level that cannot be reached fails; it is never lowered in silence.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Failure};
use crate::pades::{
    Algorithm, Certificate, Chain, Cms, Crl, Moment, Plan, Prepared, SignedAttributes, Token, add_material, check_cms,
    document_timestamp, embed, prepare_timestamp, signed_data, with_timestamp,
};
use crate::provider::Providers;

/// Levels of PAdES baseline signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Level {
    /// The signature and its certificates.
    #[default]
    #[serde(rename = "B-B")]
    B,
    /// With a time stamp over the signature.
    #[serde(rename = "B-T")]
    T,
    /// With certificates and revocation material in the file.
    #[serde(rename = "B-LT")]
    Lt,
    /// With a time stamp over the whole.
    #[serde(rename = "B-LTA")]
    Lta,
}

impl Level {
    /// All of them, the plainest first.
    pub const ALL: [Self; 4] = [Self::B, Self::T, Self::Lt, Self::Lta];

    /// Its word in the contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::B => "B-B",
            Self::T => "B-T",
            Self::Lt => "B-LT",
            Self::Lta => "B-LTA",
        }
    }

    /// The level of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Bytes kept for the CMS of a signature of this level.
    pub fn reserve(self) -> usize {
        if self >= Self::T { Plan::RESERVE_STAMPED } else { Plan::RESERVE }
    }
}

/// Who stamps time and who knows of revocation.
pub struct Services {
    /// Where both are configured; without authorities nothing above B-B is made, without revocation nothing above B-T.
    pub providers: Arc<Providers>,
    /// Certificates at hand that may complete a chain: the roots of the configuration.
    pub known: Vec<Certificate>,
    /// Revocation lists of the configuration.
    pub lists: Vec<Crl>,
}

impl Services {
    /// Whether signatures of this level can be made at all.
    ///
    /// # Errors
    ///
    /// [`Code::FeatureOff`]: the service was not set up for it.
    pub fn allow(&self, level: Level) -> Result<(), Failure> {
        if level >= Level::T {
            self.providers.timestamps()?;
        }
        if level >= Level::Lt {
            self.providers.revocation()?;
        }
        Ok(())
    }

    /// Nobody signs with a certificate that a list at hand names. That no list names it proves nothing, and need not.
    ///
    /// # Errors
    ///
    /// [`Code::CertificateUnfit`].
    pub fn not_revoked(&self, signer: &Certificate, others: &[Certificate]) -> Result<(), Failure> {
        let issuer = others.iter().chain(&self.known).find(|one| one.issued(signer));
        let listed = |list: &&Crl| issuer.is_some_and(|issuer| list.signed_by(issuer));
        let Some(since) = self.lists.iter().filter(listed).find_map(|list| list.revoked(signer)) else { return Ok(()) };
        let (name, at) = (signer.name(), since.at.format("%H:%M:%S %d/%m/%Y %:z"));
        Err(Failure::one(
            Code::CertificateUnfit,
            format!("chứng thư của `{name}` đã bị thu hồi lúc {at}"),
            format!("the certificate of `{name}` was revoked at {at}"),
        ))
    }

    async fn stamp(&self, digest: &[u8; 32], nonce: u64) -> Result<Token, Failure> {
        self.providers.timestamps()?.stamp(digest, nonce).await
    }
}

/// A file waiting for its signature, and how it is to be finished.
pub struct Task<'a> {
    /// The file the preparation was made for.
    pub pdf: &'a [u8],
    /// The preparation.
    pub prepared: &'a Prepared,
    /// Level to be reached.
    pub level: Level,
    /// The moment revocation is asked for.
    pub at: Moment,
    /// Fresh for every signature: requests for time stamps carry it, and the number after it.
    pub nonce: u64,
}

/// A signature brought to its level.
#[derive(Debug)]
pub struct Completed {
    /// What is appended to the file.
    pub tails: Vec<u8>,
    /// The signer's certificate.
    pub signer: Certificate,
}

/// Proves a raw signature over the attributes and finishes the file with it.
///
/// # Errors
///
/// [`Code::SignatureMismatch`]: the signature is not one of these attributes by this chain's signer.
/// [`Code::CmsTooLarge`], [`Code::FeatureOff`], and what authorities answer.
pub async fn complete(
    task: &Task<'_>,
    attributes: &SignedAttributes,
    chain: &Chain,
    algorithm: Algorithm,
    signature: &[u8],
    services: &Services,
) -> Result<Completed, Failure> {
    services.not_revoked(chain.signer(), chain.all())?;
    // Proved before anybody is asked for a time stamp; the value in the CMS is the one that is stamped.
    let plain = signed_data(attributes, chain, algorithm, signature, None)?;
    let (cms, stamp) = if task.level >= Level::T {
        let value = Cms::parse(&plain)?.signature;
        let token = services.stamp(&digest(&value), task.nonce).await?;
        (signed_data(attributes, chain, algorithm, &value, Some(&token.der))?, Some(token))
    } else {
        (plain, None)
    };
    let tails = finish(task, chain, &cms, stamp, services).await?;
    Ok(Completed { tails, signer: chain.signer().clone() })
}

/// Proves a CMS over the file's digest and finishes the file with it. A time stamp that is in it already is kept.
///
/// # Errors
///
/// As [`complete`].
pub async fn complete_cms(task: &Task<'_>, cms: &[u8], services: &Services) -> Result<Completed, Failure> {
    let read = check_cms(cms, &task.prepared.digest)?;
    // Others may put more certificates into a CMS than the signer's own chain.
    let chain = Chain::above(read.signer().clone(), read.certificates.clone());
    let faults = chain.signer().fit_to_sign(task.at);
    if !faults.is_empty() {
        return Err(Failure::new(Code::CertificateUnfit, faults));
    }
    services.not_revoked(chain.signer(), chain.all())?;
    let (cms, stamp) = match &read.timestamp {
        Some(token) if task.level >= Level::T => (read.der.clone(), Some(Token::parse(token)?)),
        None if task.level >= Level::T => {
            let token = services.stamp(&digest(&read.signature), task.nonce).await?;
            (with_timestamp(&read, &token)?, Some(token))
        }
        _ => (read.der.clone(), None),
    };
    let tails = finish(task, &chain, &cms, stamp, services).await?;
    Ok(Completed { tails, signer: chain.signer().clone() })
}

/// Embeds the CMS, then adds what the level wants after it.
async fn finish(
    task: &Task<'_>,
    chain: &Chain,
    cms: &[u8],
    stamp: Option<Token>,
    services: &Services,
) -> Result<Vec<u8>, Failure> {
    let tail = embed(task.prepared, cms)?;
    if task.level < Level::Lt {
        return Ok(tail);
    }
    let revocation = services.providers.revocation()?;
    let base = task.pdf.len();
    let mut whole = [task.pdf, &tail].concat();
    let stamps = stamp.and_then(|token| Some(Chain::above(token.authority()?.clone(), token.certificates)));
    let mut chains = vec![chain];
    chains.extend(&stamps);
    let material = revocation.gather(&chains, &services.known, task.at).await?.material;
    let added = add_material(&whole, &material)?;
    whole.extend_from_slice(&added);
    if task.level < Level::Lta {
        return Ok(whole.split_off(base));
    }
    let prepared = prepare_timestamp(&whole, Plan::RESERVE_STAMPED)?;
    let token = services.stamp(&prepared.digest, task.nonce.wrapping_add(1)).await?;
    let added = document_timestamp(&prepared, &token.der)?;
    whole.extend_from_slice(&added);
    Ok(whole.split_off(base))
}

fn digest(value: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(value).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_found_by_their_words() {
        for level in Level::ALL {
            assert_eq!(Level::parse(level.word()), Some(level));
            assert_eq!(serde_json::to_value(level).expect("a word"), level.word());
        }
        assert!(Level::Lta > Level::Lt && Level::T > Level::B);
        assert_eq!((Level::B.reserve(), Level::T.reserve()), (8_192, 16_384));
    }

    #[test]
    fn who_is_on_a_list_at_hand_does_not_sign() {
        let read = |name: &str| std::fs::read(format!("tests/pki/{name}")).expect("a test file");
        let one = |name: &str| {
            let text = String::from_utf8(read(name)).expect("PEM");
            Certificate::from_pem(&text).expect("a certificate").remove(0)
        };
        let lists = vec![Crl::parse(&read("intermediate.crl")).expect("a list")];
        let services =
            Services { providers: Arc::new(Providers::default()), known: vec![one("intermediate.pem")], lists };
        let code = |name: &str| services.not_revoked(&one(name), &[]).map_err(|failure| failure.code);
        assert_eq!(code("revoked.pem"), Err(Code::CertificateUnfit));
        assert_eq!(code("signer.pem"), Ok(()));
    }

    #[test]
    fn without_an_authority_nothing_above_the_plain_level_is_allowed() {
        let none = Services { providers: Arc::new(Providers::default()), known: Vec::new(), lists: Vec::new() };
        assert!(none.allow(Level::B).is_ok());
        for level in [Level::T, Level::Lt, Level::Lta] {
            assert_eq!(none.allow(level).map_err(|failure| failure.code), Err(Code::FeatureOff));
        }
    }
}
