//! From a certificate up to a configured root, at a moment (RFC 5280, 6). What a critical extension asks and this does not
//! know, name constraints among them, ends a path.

use der::Decode as _;
use x509_cert::ext::pkix::BasicConstraints;

use crate::pades::{Certificate, Moment};

/// Certificates of one path.
const LONGEST: usize = 8;
/// Signatures of certificates that are proved while one path is looked for.
const PROOFS: usize = 120;

/// Critical extensions whose meaning is known here: key identifiers, key usage, alternative names, basic constraints,
/// lists' places, policies, extended key usage, qualified statements.
const KNOWN: &[&str] = &[
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.18",
    "2.5.29.19",
    "2.5.29.31",
    "2.5.29.32",
    "2.5.29.35",
    "2.5.29.37",
    "1.3.6.1.5.5.7.1.1",
    "1.3.6.1.5.5.7.1.3",
];

/// A path to a root.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// The certificate, those above it, the root last.
    pub(super) certificates: Vec<Certificate>,
    /// The first that is not in its time, if one is not.
    pub(super) lapsed: Option<Certificate>,
}

/// Looks for a path to a root; one whose certificates are all in their time at `at` is preferred.
pub(super) fn path(signer: &Certificate, others: &[&Certificate], roots: &[Certificate], at: Moment) -> Option<Path> {
    let mut search = Search { others, roots, proofs: 0 };
    if let Some(certificates) = search.up(vec![signer.clone()], &|one| one.valid_at(at)) {
        return Some(Path { certificates, lapsed: None });
    }
    search.proofs = 0;
    let certificates = search.up(vec![signer.clone()], &|_| true)?;
    let lapsed = certificates.iter().find(|one| !one.valid_at(at)).cloned();
    Some(Path { certificates, lapsed })
}

/// The certificate and those that really issued it, as far up as they are there; nobody vouches for them.
pub(super) fn upward(signer: &Certificate, others: &[&Certificate]) -> Vec<Certificate> {
    let mut path = vec![signer.clone()];
    while let Some(last) = path.last()
        && path.len() < LONGEST
    {
        let above = others.iter().take(PROOFS / LONGEST).find(|one| !path.contains(one) && one.issued(last));
        match above {
            Some(above) => path.push((*above).clone()),
            None => break,
        }
    }
    path
}

struct Search<'a> {
    others: &'a [&'a Certificate],
    roots: &'a [Certificate],
    proofs: usize,
}

impl Search<'_> {
    fn up(&mut self, path: Vec<Certificate>, timely: &dyn Fn(&Certificate) -> bool) -> Option<Vec<Certificate>> {
        let last = path.last()?;
        if !timely(last) || !understood(last) {
            return None;
        }
        if self.roots.contains(last) {
            return Some(path);
        }
        if path.len() >= LONGEST {
            return None;
        }
        // Below an authority stand so many others and the signer.
        let below = path.len() - 1;
        let candidates: Vec<&Certificate> = self.roots.iter().chain(self.others.iter().copied()).collect();
        for above in candidates {
            if above.subject() != last.issuer() || path.contains(above) || !may_issue(above, below) {
                continue;
            }
            self.proofs += 1;
            if self.proofs > PROOFS {
                return None;
            }
            if above.issued(last) {
                let mut longer = path.clone();
                longer.push(above.clone());
                if let Some(found) = self.up(longer, timely) {
                    return Some(found);
                }
            }
        }
        None
    }
}

/// Whether it may issue, with so many authorities between it and the signer's certificate.
fn may_issue(certificate: &Certificate, below: usize) -> bool {
    // An old root may have no extensions at all; being configured is what makes it one.
    if !certificate.is_ca() && !certificate.is_self_issued() {
        return false;
    }
    let Ok(read) = x509_cert::Certificate::from_der(certificate.der()) else { return false };
    let Some(extensions) = read.tbs_certificate().extensions() else { return true };
    let constraints = extensions.iter().find(|one| one.extn_id.to_string() == "2.5.29.19");
    match constraints.map(|one| BasicConstraints::from_der(one.extn_value.as_bytes())) {
        None => true,
        Some(Err(_)) => false,
        Some(Ok(constraints)) => {
            constraints.ca && constraints.path_len_constraint.is_none_or(|longest| below <= usize::from(longest))
        }
    }
}

/// Whether every critical extension is known here.
fn understood(certificate: &Certificate) -> bool {
    let Ok(read) = x509_cert::Certificate::from_der(certificate.der()) else { return false };
    read.tbs_certificate()
        .extensions()
        .is_none_or(|all| all.iter().all(|one| !one.critical || KNOWN.contains(&one.extn_id.to_string().as_str())))
}
