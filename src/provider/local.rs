//! A key in a file of this server: for tests, demonstrations and internal marks. Off unless the configuration turns it on.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::reason::{count, unfit};
use super::{Answer, Assurance, Credential, Order, Progress, Provider, User};
use crate::diagnostic::Failure;
use crate::pades::LocalKey;

/// Its name, and that of its only credential.
const NAME: &str = "local";

/// Signatures made in one call: a bound on the work of a call, not on the key.
const AT_ONCE: usize = 1_000;

/// A key in memory.
pub(super) struct Local {
    key: Arc<LocalKey>,
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Local")
    }
}

impl Local {
    pub(super) fn new(key: LocalKey) -> Self {
        Self { key: Arc::new(key) }
    }

    async fn sign(&self, order: &Order) -> Result<Progress, Failure> {
        count(NAME, order.items.len(), AT_ONCE)?;
        if order.credential != NAME {
            return Err(unfit(
                format!("nhà cung cấp `{NAME}` chỉ có chứng thư `{NAME}`"),
                format!("provider `{NAME}` has the credential `{NAME}` only"),
            ));
        }
        let (key, algorithm) = (Arc::clone(&self.key), order.algorithm);
        if !key.algorithms().contains(&algorithm) {
            return Err(unfit(
                format!("khóa `{NAME}` không ký được bằng `{}`", algorithm.name()),
                format!("the key of `{NAME}` does not sign with `{}`", algorithm.name()),
            ));
        }
        if order.items.iter().any(|item| Sha256::digest(&item.attributes)[..] != item.hash) {
            return Err(Failure::internal("an item's hash is not that of its attributes"));
        }
        let items: Vec<_> = order.items.iter().map(|item| item.attributes.clone()).collect();
        let work = move || items.iter().map(|attributes| key.sign(algorithm, attributes)).collect();
        tokio::task::spawn_blocking(work).await.map(Progress::Done).map_err(Failure::internal)
    }
}

impl Provider for Local {
    fn name(&self) -> &str {
        NAME
    }

    fn assurance(&self) -> Assurance {
        Assurance::SoftwareKey
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    fn credentials<'a>(&'a self, _user: &'a User) -> Answer<'a, Vec<Credential>> {
        let only = Credential {
            id: NAME.to_owned(),
            label: String::new(),
            chain: self.key.chain().clone(),
            algorithms: self.key.algorithms().to_vec(),
            at_once: AT_ONCE,
            wants: Vec::new(),
        };
        Box::pin(std::future::ready(Ok(vec![only])))
    }

    fn start<'a>(&'a self, order: &'a Order) -> Answer<'a, Progress> {
        Box::pin(self.sign(order))
    }

    fn poll<'a>(&'a self, _ticket: &'a str) -> Answer<'a, Progress> {
        Box::pin(std::future::ready(Err(Failure::internal(format!("`{NAME}` gives no tickets")))))
    }
}
