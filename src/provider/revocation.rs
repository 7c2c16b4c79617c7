//! Revocation over the network: OCSP answers (RFC 6960) and lists (RFC 5280) from where certificates say they are, as far as the
//! configuration names those hosts. A certificate from outside must not choose whom this server calls.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use url::Url;

use super::door::{Cut, broken, read_limited};
use super::reason::unavailable;
use crate::diagnostic::{Code, Diagnostic, Failure, Text};
use crate::pades::{Certificate, Chain, Crl, Material, Moment, Ocsp, Standing, ocsp_request};

/// Largest OCSP answer and certificate, bytes.
const LARGEST_ANSWER: usize = 64 << 10;

/// Lists kept at once, and their bytes.
const MOST_LISTS: usize = 64;
const MOST_LIST_BYTES: usize = 64 << 20;

/// Addresses of one certificate that are tried.
const MOST_ADDRESSES: usize = 4;

/// Certificates above a chain that are fetched.
const MOST_FETCHED: usize = 3;

/// Longest chain that is followed.
const LONGEST_CHAIN: usize = 10;

/// An OCSP answer that names no next one is taken so long after it was made.
const FRESH: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// Fetches OCSP answers, lists and missing authorities' certificates; keeps lists until the next one is due.
pub struct Revocations {
    client: reqwest::Client,
    whole: Duration,
    hosts: Vec<String>,
    largest_list: usize,
    lists: Mutex<BTreeMap<String, Arc<Crl>>>,
}

impl fmt::Debug for Revocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revocations").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// What was gathered.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// For the document security store.
    pub material: Material,
    /// Certificates that name no place to ask at: a checker will not know whether they were revoked.
    pub silent: Vec<Text>,
}

impl Revocations {
    /// `hosts` in lower case.
    pub(super) fn new(client: reqwest::Client, whole: Duration, hosts: Vec<String>, largest_list: usize) -> Self {
        Self { client, whole, hosts, largest_list, lists: Mutex::default() }
    }

    /// Everything a checker needs later for these chains (the signers' and those of their time stamps): certificates, and for
    /// each that is not its own issuer an OCSP answer or a list, as of `now`. `known` are certificates at hand that may complete
    /// a chain, such as the roots of the configuration.
    ///
    /// # Errors
    ///
    /// [`Code::CertificateUnfit`]: one was revoked. [`Code::ProviderUnavailable`]: nobody could be asked about one, or its
    /// issuer was not found; what was tried is told.
    pub async fn gather(&self, chains: &[&Chain], known: &[Certificate], now: Moment) -> Result<Gathered, Failure> {
        let mut gathered = Gathered::default();
        for chain in chains {
            let whole = self.completed(chain, known).await?;
            for (at, certificate) in whole.iter().enumerate() {
                let new = put(&mut gathered.material.certificates, certificate.der());
                if new && let Some(issuer) = whole.get(at.saturating_add(1)) {
                    self.state(certificate, issuer, now, &mut gathered).await?;
                }
            }
        }
        gathered.material.certificates.sort();
        gathered.material.crls.sort();
        gathered.material.ocsps.sort();
        Ok(gathered)
    }

    /// The chain up to one that is its own issuer: from what is at hand, else from where the last one says.
    async fn completed(&self, chain: &Chain, known: &[Certificate]) -> Result<Vec<Certificate>, Failure> {
        let mut whole = chain.all().to_vec();
        let mut fetched = 0;
        while let Some(last) = whole.last().filter(|last| !last.is_self_issued()) {
            let mut above = known.iter().find(|one| one.issued(last)).cloned();
            if above.is_none() && fetched < MOST_FETCHED {
                fetched += 1;
                above = self.issuer(last).await?;
            }
            match above.filter(|_| whole.len() < LONGEST_CHAIN) {
                Some(issuer) => whole.push(issuer),
                None => {
                    let name = last.name();
                    return Err(Failure::one(
                        Code::ProviderUnavailable,
                        format!("không tìm được chứng thư của bên cấp `{name}`"),
                        format!("the certificate of the issuer of `{name}` was not found"),
                    ));
                }
            }
        }
        Ok(whole)
    }

    async fn issuer(&self, of: &Certificate) -> Result<Option<Certificate>, Failure> {
        for url in of.issuer_urls().iter().take(MOST_ADDRESSES) {
            let bytes = self.fetch(url, None, LARGEST_ANSWER).await?;
            let found = Certificate::from_der(&bytes).ok().or_else(|| {
                let pem = std::str::from_utf8(&bytes).ok()?;
                Certificate::from_pem(pem).ok()?.into_iter().next()
            });
            if let Some(found) = found.filter(|found| found.issued(of)) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn state(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now: Moment,
        gathered: &mut Gathered,
    ) -> Result<(), Failure> {
        let (answers, lists) = (certificate.ocsp_urls(), certificate.crl_urls());
        let name = certificate.name();
        if answers.is_empty() && lists.is_empty() {
            gathered.silent.push(Text::new(
                format!("chứng thư `{name}` không nêu nơi hỏi trạng thái thu hồi"),
                format!("the certificate `{name}` names no place to ask whether it was revoked"),
            ));
            return Ok(());
        }
        let mut told = Vec::new();
        for url in answers.iter().take(MOST_ADDRESSES) {
            match self.ocsp(url, certificate, issuer, now).await {
                Ok(answer) => {
                    if let Standing::Revoked(since) = answer.standing {
                        return Err(revoked(&name, since.at));
                    }
                    put(&mut gathered.material.ocsps, &answer.der);
                    for one in &answer.certificates {
                        put(&mut gathered.material.certificates, one.der());
                    }
                    return Ok(());
                }
                Err(failure) => told.extend(failure.diagnostics),
            }
        }
        for url in lists.iter().take(MOST_ADDRESSES) {
            match self.list(url, issuer, now).await {
                Ok(list) => {
                    if let Some(since) = list.revoked(certificate) {
                        return Err(revoked(&name, since.at));
                    }
                    if !list.covers(certificate) {
                        told.push(Diagnostic::error(
                            Code::ProviderUnavailable.info().name,
                            format!("danh sách thu hồi tại `{url}` không gồm loại chứng thư này"),
                            format!("the revocation list at `{url}` is not one for this certificate"),
                        ));
                        continue;
                    }
                    put(&mut gathered.material.crls, &list.der);
                    return Ok(());
                }
                Err(failure) => told.extend(failure.diagnostics),
            }
        }
        let first = Diagnostic::error(
            Code::ProviderUnavailable.info().name,
            format!("không hỏi được trạng thái thu hồi của chứng thư `{name}`"),
            format!("whether the certificate `{name}` was revoked could not be learned"),
        );
        told.insert(0, first);
        Err(Failure::new(Code::ProviderUnavailable, told))
    }

    async fn ocsp(
        &self,
        url: &str,
        certificate: &Certificate,
        issuer: &Certificate,
        now: Moment,
    ) -> Result<Ocsp, Failure> {
        let asked = ocsp_request(certificate, issuer);
        let der = self.fetch(url, Some(asked), LARGEST_ANSWER).await?;
        let answer = Ocsp::parse(&der, certificate, issuer)?;
        if answer.standing == Standing::Unknown {
            let name = certificate.name();
            return Err(Failure::one(
                Code::ProviderUnavailable,
                format!("`{url}` không biết chứng thư `{name}`"),
                format!("`{url}` does not know the certificate `{name}`"),
            ));
        }
        // Without a next one newer words are there at any time (RFC 6960, 4.2.2.1): such an answer is of now, or of no use.
        let old = |this: Moment| now.signed_duration_since(this) > FRESH;
        if answer.next_update.map_or_else(|| old(answer.this_update), |next| next < now) {
            return Err(stale(url));
        }
        Ok(answer)
    }

    async fn list(&self, url: &str, issuer: &Certificate, now: Moment) -> Result<Arc<Crl>, Failure> {
        let current = |list: &Crl| list.next_update.is_some_and(|next| now < next);
        let kept = self.kept().get(url).filter(|list| current(list)).cloned();
        let list = match kept {
            Some(list) => list,
            None => Arc::new(Crl::parse(&self.fetch(url, None, self.largest_list).await?)?),
        };
        if !list.signed_by(issuer) {
            let name = issuer.name();
            return Err(Failure::one(
                Code::SignatureMismatch,
                format!("danh sách thu hồi tại `{url}` không do `{name}` ký"),
                format!("the revocation list at `{url}` is not signed by `{name}`"),
            ));
        }
        if list.next_update.is_some_and(|next| next < now) {
            return Err(stale(url));
        }
        // Only what has proved true is kept.
        if current(&list) {
            self.keep(url, &list, now);
        }
        Ok(list)
    }

    fn keep(&self, url: &str, list: &Arc<Crl>, now: Moment) {
        let mut kept = self.kept();
        kept.retain(|_, list| list.next_update.is_some_and(|next| now < next));
        kept.remove(url);
        let bytes: usize = kept.values().map(|list| list.der.len()).sum();
        if kept.len() < MOST_LISTS && bytes.saturating_add(list.der.len()) <= MOST_LIST_BYTES {
            kept.insert(url.to_owned(), Arc::clone(list));
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Crl>>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// GET, or POST of an OCSP request, from a host of the configuration.
    async fn fetch(&self, address: &str, body: Option<Vec<u8>>, largest: usize) -> Result<Vec<u8>, Failure> {
        let url = self.judged(address)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let request = match body {
            None => self.client.get(url),
            Some(body) => {
                let request = self.client.post(url).body(body);
                request.header(CONTENT_TYPE, "application/ocsp-request").header(ACCEPT, "application/ocsp-response")
            }
        };
        let answer = request.send().await.map_err(|error| {
            let told = broken(&error.without_url(), self.whole);
            unavailable(&host, &told.vi, &told.en)
        })?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(unavailable(&host, &format!("trả lời {status}"), &format!("answered {status}")));
        }
        read_limited(answer, largest).await.map_err(|cut| match cut {
            Cut::TooLarge => unavailable(
                &host,
                &format!("trả lời dài hơn {} KB", largest >> 10),
                &format!("sent an answer of more than {} KB", largest >> 10),
            ),
            Cut::Broken(error) => {
                let told = broken(&error, self.whole);
                unavailable(&host, &told.vi, &told.en)
            }
        })
    }

    fn judged(&self, address: &str) -> Result<Url, Failure> {
        let parsed = Url::parse(address).ok();
        let known = parsed.filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
                && url.host_str().is_some_and(|host| self.hosts.iter().any(|one| one == host))
        });
        known.ok_or_else(|| {
            let host = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
            let fault = Diagnostic::error(
                Code::ProviderUnavailable.info().name,
                format!("không được hỏi `{host}` về thu hồi: máy này không có trong cấu hình"),
                format!("`{host}` may not be asked about revocation: the configuration does not name it"),
            );
            let fault = fault.hint(
                "quản trị thêm tên máy vào `hosts` trong mục `[ky_so.revocation]`",
                "the operator adds the host to `hosts` in the section `[ky_so.revocation]`",
            );
            Failure::new(Code::ProviderUnavailable, vec![fault])
        })
    }
}

fn put(all: &mut Vec<Vec<u8>>, der: &[u8]) -> bool {
    let new = !all.iter().any(|one| one == der);
    if new {
        all.push(der.to_vec());
    }
    new
}

fn stale(url: &str) -> Failure {
    Failure::one(
        Code::ProviderUnavailable,
        format!("trạng thái thu hồi tại `{url}` đã quá hạn"),
        format!("the state of revocation at `{url}` is out of date"),
    )
}

fn revoked(name: &str, at: Moment) -> Failure {
    let at = at.to_rfc3339();
    Failure::one(
        Code::CertificateUnfit,
        format!("chứng thư `{name}` đã bị thu hồi từ `{at}`"),
        format!("the certificate `{name}` was revoked at `{at}`"),
    )
}
