//! Whether a certificate was revoked when it counts, by the lists and answers at hand. What is not known is said to be.

use crate::pades::{Certificate, Crl, Moment, Ocsp, Reason, Standing};

/// Lists and answers that are proved for one certificate.
const SOURCES: usize = 200;

/// What a checker has at hand.
#[derive(Debug, Default)]
pub(super) struct Sources<'a> {
    /// Revocation lists.
    pub(super) crls: Vec<&'a Crl>,
    /// OCSP responses, whole.
    pub(super) ocsps: Vec<&'a [u8]>,
}

/// Whether a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revoked {
    /// It was not at the moment asked about.
    Good,
    /// Since when.
    Since(Moment),
    /// Nobody at hand has a word about it.
    NoSource,
    /// All that is at hand ends before the moment asked about.
    TooOld,
}

/// What one list or answer says.
struct Word {
    from: Moment,
    next: Option<Moment>,
    /// Since when the certificate is revoked, and whether it is only on hold.
    said: Option<(Moment, bool)>,
}

/// What is said about `certificate`, issued by `issuer`, as of `at`; nothing from after `now` is heard.
pub(super) fn revoked(
    certificate: &Certificate,
    issuer: &Certificate,
    sources: &Sources,
    at: Moment,
    now: Moment,
) -> Revoked {
    let mut words: Vec<Word> = Vec::new();
    for crl in sources.crls.iter().take(SOURCES).filter(|crl| crl.signed_by(issuer)) {
        let said = crl.revoked(certificate).map(|one| (one.at, one.reason == Some(Reason::Hold)));
        // A list of other certificates only is silent about this one, whoever it names.
        if said.is_none() && !crl.covers(certificate) {
            continue;
        }
        words.push(Word { from: crl.this_update, next: crl.next_update, said });
    }
    for der in sources.ocsps.iter().take(SOURCES) {
        let Ok(answer) = Ocsp::parse(der, certificate, issuer) else { continue };
        let said = match answer.standing {
            Standing::Good => None,
            Standing::Revoked(one) => Some((one.at, one.reason == Some(Reason::Hold))),
            Standing::Unknown => continue,
        };
        words.push(Word { from: answer.this_update, next: answer.next_update, said });
    }
    words.retain(|word| word.from <= now);
    if words.is_empty() {
        return Revoked::NoSource;
    }
    // A certificate on hold may have come back since; a revoked one does not.
    let newest = words.iter().map(|word| word.from).max();
    let since = words
        .iter()
        .filter_map(|word| word.said.filter(|(_, hold)| !hold || Some(word.from) == newest))
        .map(|(since, _)| since)
        .min();
    if let Some(since) = since {
        return Revoked::Since(since);
    }
    // An authority may drop a certificate from its lists once its time is over: such a list says nothing.
    let (_, end) = certificate.validity();
    let fresh = |word: &Word| word.from <= end && (word.from >= at || word.next.is_some_and(|next| next >= at));
    if words.iter().any(fresh) { Revoked::Good } else { Revoked::TooOld }
}
