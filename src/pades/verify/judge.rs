//! One signature or document time stamp: is it right, whose is it, when was it made, and what is it worth.

use super::chain::{self, Path};
use super::change;
use super::file::{Body, Budget, Dictionary, File, Id, Unreadable, Value};
use super::form::{self, Pages, SignatureField};
use super::range::{self, Covered};
use super::report::{Clock, Coverage, Party, RevocationState, SignatureReport, Stamp, Verdict};
use super::standing::{self, Revoked, Sources};
use super::store::Store;
use super::words::{Code, Finding, Weight};
use super::{Trust, when};
use crate::pades::{Certificate, Cms, Crl, KeyKind, Moment, Token};

/// Fields added after one signature that are told.
const NAMES: usize = 40;

/// What every signature of a file is judged with.
pub(super) struct Bench<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) budget: &'a Budget,
    pub(super) pages: &'a Pages,
    pub(super) trust: &'a Trust,
    pub(super) store: &'a Store,
    pub(super) now: Moment,
    /// Whether foreign bytes follow the file.
    pub(super) trailing: bool,
}

/// A signature found in the file.
pub(super) struct Found {
    pub(super) field: SignatureField,
    pub(super) body: std::rc::Rc<Body>,
    pub(super) stamp: bool,
    pub(super) covered: Result<Covered, Code>,
}

/// A moment that is proved for all bytes up to an end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proof {
    pub(super) end: usize,
    pub(super) at: Moment,
    /// Whether the store for later checking was there already.
    pub(super) store: bool,
}

/// A time stamp that was read and belongs to what it should.
struct Stamped {
    at: Moment,
    used: bool,
    told: Stamp,
}

impl Found {
    /// Reads what a field holds.
    pub(super) fn read(file: &File, field: SignatureField, id: Id) -> Result<Option<Self>, Unreadable> {
        let Some(body) = file.object(id)? else { return Ok(None) };
        let stamp = body.is("DocTimeStamp") || body.named("SubFilter", "ETSI.RFC3161");
        let covered = match range::covered(file, id, &body) {
            Ok(covered) => Ok(covered),
            Err(Ok(code)) => Err(code),
            Err(Err(error)) => return Err(error),
        };
        Ok(Some(Self { field, body, stamp, covered }))
    }

    /// Where the revision it covers ends; after all others where that cannot be told.
    pub(super) fn end(&self) -> usize {
        self.covered.as_ref().map_or(usize::MAX, |covered| covered.end)
    }

    fn entries(&self) -> Option<&Dictionary> {
        self.body.dictionary()
    }
}

impl Bench<'_> {
    /// What a document time stamp proves, if it proves anything.
    pub(super) fn proof(&self, found: &Found, proofs: &[Proof]) -> Option<Proof> {
        let covered = found.covered.as_ref().ok()?;
        let token = Token::parse(&covered.contents).ok()?;
        if token.digest.of(&covered.parts(self.file.bytes)) != token.imprint {
            return None;
        }
        let mut ignored = Vec::new();
        let stamped = self.stamped(&token, self.best(covered.end, proofs), &mut ignored);
        if !stamped.used {
            return None;
        }
        let revision = File::open(self.file.bytes.get(..covered.end)?, self.budget).ok()?;
        let (_, catalog) = revision.catalog().ok()?;
        let store = catalog.dictionary().is_some_and(|entries| entries.contains_key(b"DSS".as_slice()));
        Some(Proof { end: covered.end, at: token.at, store })
    }

    /// The earliest moment proved for what ends at `end` by a later document time stamp, else now.
    fn best(&self, end: usize, proofs: &[Proof]) -> Moment {
        proofs.iter().filter(|proof| proof.end > end).map(|proof| proof.at).min().unwrap_or(self.now)
    }

    /// Judges one.
    pub(super) fn judge(&self, found: &Found, number: usize, proofs: &[Proof]) -> Result<SignatureReport, Unreadable> {
        let widget = found.field.widgets.first().copied().unwrap_or(found.field.id);
        let (page, place) = form::place(self.file, self.pages, widget)?;
        let mut report = blank(found, page, place);
        let covered = match &found.covered {
            Ok(covered) => covered,
            Err(code) => {
                report.findings.push(Finding::new(*code));
                return Ok(self.closed(report));
            }
        };
        report.revision = Some(super::report::Revision { number, length: covered.end });
        if let Some(entries) = found.entries() {
            let claimed = self.file.entry(entries, "M")?.value.string().and_then(when::moment);
            report.claimed_time = claimed.map(|at| self.shown(at));
            report.reason = self.file.entry(entries, "Reason")?.value.string().map(form::words);
        }
        if found.stamp {
            self.judge_stamp(covered, proofs, &mut report);
        } else {
            self.judge_signature(found, covered, proofs, &mut report)?;
        }
        self.coverage(found, covered, &mut report)?;
        Ok(self.closed(report))
    }

    fn judge_stamp(&self, covered: &Covered, proofs: &[Proof], report: &mut SignatureReport) {
        let Ok(token) = Token::parse(&covered.contents) else {
            report.findings.push(Finding::new(Code::CmsUnreadable));
            return;
        };
        report.algorithm = Some(token.algorithm_name.clone());
        if token.digest.of(&covered.parts(self.file.bytes)) != token.imprint {
            report.findings.push(Finding::new(Code::DigestDiffers));
            return;
        }
        report.intact = true;
        let at = self.best(covered.end, proofs);
        let stamped = self.stamped(&token, at, &mut report.findings);
        report.judged_at = Some(self.shown(at));
        report.judged_by = Some(if at == self.now { Clock::Now } else { Clock::DocumentTimeStamp });
        report.trusted = stamped.used;
        report.signer = Some(stamped.told.authority.clone());
        report.time_stamp = Some(stamped.told);
        if let Some(path) = token.certificates.first().and_then(|signer| self.path(signer, &token.certificates, at)) {
            report.chain = names(&path);
            report.revocation = self.revocation(&path, &Sources::default(), at).0;
        }
    }

    fn judge_signature(
        &self,
        found: &Found,
        covered: &Covered,
        proofs: &[Proof],
        report: &mut SignatureReport,
    ) -> Result<(), Unreadable> {
        let Some(entries) = found.entries() else { return Ok(()) };
        let form = self.file.entry(entries, "SubFilter")?;
        let form = form.value.name().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
        if !matches!(form.as_str(), "ETSI.CAdES.detached" | "adbe.pkcs7.detached") {
            report.findings.push(Finding::with(Code::SubFilter, &shorter(&form)));
            return Ok(());
        }
        let Ok(cms) = Cms::parse(&covered.contents) else {
            report.findings.push(Finding::new(Code::CmsUnreadable));
            return Ok(());
        };
        report.signer = Some(self.party(cms.signer()));
        report.algorithm = Some(cms.algorithm_name.clone());
        let (Some(digest), Some(_)) = (cms.digest_algorithm, cms.scheme) else {
            report.findings.push(Finding::with(Code::AlgorithmUnknown, &shorter(&cms.algorithm_name)));
            return Ok(());
        };
        if digest.of(&covered.parts(self.file.bytes)) != cms.digest {
            report.findings.push(Finding::new(Code::DigestDiffers));
        } else if !cms.signature_holds() {
            report.findings.push(Finding::new(Code::SignatureWrong));
        } else if cms.names_signer == Some(false) {
            report.findings.push(Finding::new(Code::SignerNotNamed));
        } else {
            report.intact = true;
        }
        if !report.intact {
            return Ok(());
        }
        self.when_and_who(&cms, covered, proofs, report);
        self.level(&cms, &form, covered, proofs, report);
        Ok(())
    }

    /// The moment that counts, and the certificate as of then.
    fn when_and_who(&self, cms: &Cms, covered: &Covered, proofs: &[Proof], report: &mut SignatureReport) {
        let mut proved: Vec<(Moment, Clock)> = Vec::new();
        if let Some(der) = &cms.timestamp {
            match Token::parse(der) {
                Err(_) => report.findings.push(Finding::new(Code::StampUnreadable)),
                Ok(token) if !token.covers(&cms.signature) => report.findings.push(Finding::new(Code::StampForeign)),
                Ok(token) => {
                    let stamped = self.stamped(&token, self.best(covered.end, proofs), &mut report.findings);
                    if stamped.used {
                        proved.push((stamped.at, Clock::TimeStamp));
                    }
                    report.time_stamp = Some(stamped.told);
                }
            }
        }
        proved.extend(
            proofs.iter().filter(|proof| proof.end > covered.end).map(|proof| (proof.at, Clock::DocumentTimeStamp)),
        );
        let proved = proved.into_iter().min_by_key(|(at, _)| *at);
        let (at, clock) = proved.unwrap_or((self.now, Clock::Now));
        report.judged_at = Some(self.shown(at));
        report.judged_by = Some(clock);
        if clock == Clock::Now {
            report.findings.push(Finding::new(Code::SignedFromNow));
        }
        let claimed =
            [report.claimed_time.as_deref().and_then(|at| Moment::parse_from_rfc3339(at).ok()), cms.claimed_time];
        if let [Some(one), Some(other)] = claimed
            && one.signed_duration_since(other).abs() > chrono::TimeDelta::minutes(5)
        {
            report.findings.push(Finding::new(Code::ClaimedTimes));
        }
        if claimed
            .into_iter()
            .flatten()
            .any(|claimed| claimed.signed_duration_since(at) > chrono::TimeDelta::minutes(10))
        {
            report.findings.push(Finding::new(Code::ClaimedFuture));
        }
        self.certificate(cms, at, clock, claimed.into_iter().flatten().next(), report);
    }

    fn certificate(&self, cms: &Cms, at: Moment, clock: Clock, claimed: Option<Moment>, report: &mut SignatureReport) {
        let signer = cms.signer();
        if !signer.may_sign() || signer.is_ca() {
            report.findings.push(Finding::new(Code::NotForSigning));
        }
        self.lapsed(signer, at, clock, report);
        let Some(path) = self.path(signer, &cms.certificates, at) else {
            let others: Vec<&Certificate> = cms.certificates.iter().collect();
            report.chain = chain::upward(signer, &others).iter().map(Certificate::name).collect();
            let code = if self.trust.roots.is_empty() { Code::NoRoots } else { Code::Untrusted };
            report.findings.push(Finding::new(code));
            self.short_keys(std::slice::from_ref(signer), report);
            return;
        };
        report.chain = names(&path);
        self.short_keys(&path.certificates, report);
        match &path.lapsed {
            None => report.trusted = true,
            Some(lapsed) if lapsed == signer => {}
            Some(lapsed) => self.lapsed(lapsed, at, clock, report),
        }
        let crls: Vec<Crl> = cms.crls.iter().filter_map(|der| Crl::parse(der).ok()).collect();
        let own = Sources { crls: crls.iter().collect(), ocsps: cms.ocsps.iter().map(Vec::as_slice).collect() };
        let (state, told) = self.revocation(&path, &own, at);
        report.revocation = state;
        for (certificate, since) in told {
            let (name, code) = match since {
                Revoked::Since(since) if since > at => (certificate.name(), Code::RevokedLater),
                Revoked::Since(since) if clock == Clock::Now && claimed.is_none_or(|claimed| claimed < since) => {
                    (certificate.name(), Code::RevokedUnproved)
                }
                Revoked::Since(_) => (certificate.name(), Code::Revoked),
                Revoked::NoSource | Revoked::TooOld | Revoked::Good => continue,
            };
            let since =
                if let Revoked::Since(since) = since { format!(" ({})", self.shown(since)) } else { String::new() };
            report.findings.push(Finding::with(code, &format!("`{name}`{since}")));
        }
        if state == RevocationState::Unknown {
            report.findings.push(self.unknown(&path, &own, at));
        }
    }

    fn lapsed(&self, certificate: &Certificate, at: Moment, clock: Clock, report: &mut SignatureReport) {
        let (from, to) = certificate.validity();
        if at > to {
            let code = if clock == Clock::Now { Code::Expired } else { Code::ExpiredStamped };
            report.findings.push(Finding::with(code, &self.shown(to)));
        } else if at < from {
            report.findings.push(Finding::with(Code::NotYetValid, &self.shown(from)));
        }
    }

    fn short_keys(&self, certificates: &[Certificate], report: &mut SignatureReport) {
        for certificate in certificates {
            let kind = certificate.key_kind();
            if matches!(kind, KeyKind::Rsa(bits) if bits < 2048) {
                report.findings.push(Finding::with(Code::KeyShort, &kind.words()));
            }
            let words = certificate.signature_words();
            if !certificate.is_self_issued() && (words.contains("SHA-1") || words.contains("MD5")) {
                report.findings.push(Finding::with(Code::DigestWeak, words));
            }
        }
    }

    fn path(&self, signer: &Certificate, beside: &[Certificate], at: Moment) -> Option<Path> {
        let others: Vec<&Certificate> =
            beside.iter().chain(&self.trust.intermediates).chain(&self.store.certificates).collect();
        chain::path(signer, &others, &self.trust.roots, at)
    }

    /// The state of all certificates of a path but the root, and what was said of those that are not simply good.
    fn revocation<'p>(
        &self,
        path: &'p Path,
        own: &Sources,
        at: Moment,
    ) -> (RevocationState, Vec<(&'p Certificate, Revoked)>) {
        let mut sources = self.sources();
        sources.crls.extend(own.crls.iter().copied());
        sources.ocsps.extend(own.ocsps.iter().copied());
        let mut state = RevocationState::Good;
        let mut told = Vec::new();
        for pair in path.certificates.windows(2) {
            let [certificate, issuer] = pair else { continue };
            let said = standing::revoked(certificate, issuer, &sources, at, self.now);
            match said {
                Revoked::Good => continue,
                Revoked::Since(since) if since <= at => state = RevocationState::Revoked,
                Revoked::Since(_) => {}
                Revoked::NoSource | Revoked::TooOld if state == RevocationState::Good => {
                    state = RevocationState::Unknown;
                }
                Revoked::NoSource | Revoked::TooOld => {}
            }
            told.push((certificate, said));
        }
        (state, told)
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            crls: self.store.crls.iter().chain(&self.trust.crls).collect(),
            ocsps: self.store.ocsps.iter().map(Vec::as_slice).collect(),
        }
    }

    /// Why it is not known whether a certificate of the path was revoked.
    fn unknown(&self, path: &Path, own: &Sources, at: Moment) -> Finding {
        let (mut vi, mut en) = (Vec::new(), Vec::new());
        for (certificate, said) in self.revocation(path, own, at).1 {
            let name = certificate.name();
            match said {
                Revoked::NoSource => {
                    vi.push(format!("không có danh sách thu hồi (CRL) hay trả lời OCSP nào về `{name}`"));
                    en.push(format!("there is neither a list (CRL) nor an OCSP answer about `{name}`"));
                }
                Revoked::TooOld => {
                    vi.push(format!("dữ liệu thu hồi về `{name}` cũ hơn thời điểm được xét"));
                    en.push(format!("what is known about `{name}` is older than the time that counts"));
                }
                Revoked::Good | Revoked::Since(_) => {}
            }
        }
        let mut finding = Finding::new(Code::RevocationUnknown);
        finding.text.vi.push_str(&vi.join("; "));
        finding.text.en.push_str(&en.join("; "));
        finding
    }

    /// A token that belongs to what it should: does its authority count at `at`.
    fn stamped(&self, token: &Token, at: Moment, findings: &mut Vec<Finding>) -> Stamped {
        let authority = token.certificates.first();
        let path = authority.and_then(|authority| self.path(authority, &token.certificates, at));
        let mut used = false;
        match &path {
            None => findings.push(Finding::new(Code::StampUntrusted)),
            Some(_) if !token.may_stamp => findings.push(Finding::new(Code::StampUntrusted)),
            Some(path) if path.lapsed.is_some() || !path.certificates.iter().all(|one| one.valid_at(token.at)) => {
                findings.push(Finding::new(Code::StampExpired));
            }
            Some(path) => {
                let (state, told) = self.revocation(path, &Sources::default(), at);
                let before = |said: &Revoked| matches!(said, Revoked::Since(since) if *since <= token.at);
                match state {
                    // Nothing tells a stamp made before its key was lost from one made after.
                    RevocationState::Revoked => findings.push(Finding::new(Code::StampRevoked)),
                    _ if told.iter().any(|(_, said)| before(said)) => findings.push(Finding::new(Code::StampRevoked)),
                    RevocationState::Unknown => {
                        findings.push(Finding::new(Code::StampUnknown));
                        used = true;
                    }
                    RevocationState::Good => used = true,
                }
            }
        }
        let authority = authority.map_or_else(Party::unknown, |authority| self.party(authority));
        Stamped { at: token.at, used, told: Stamp { at: self.shown(token.at), authority, trusted: used } }
    }

    fn level(&self, cms: &Cms, form: &str, covered: &Covered, proofs: &[Proof], report: &mut SignatureReport) {
        let mut short = Vec::new();
        if form != "ETSI.CAdES.detached" {
            short.push(Finding::with(Code::LevelSubFilter, form));
        }
        if cms.names_signer.is_none() {
            short.push(Finding::new(Code::LevelEss));
        }
        if short.is_empty() && cms.claimed_time.is_some() {
            short.push(Finding::new(Code::LevelTime));
        }
        if short.is_empty() && report.claimed_time.is_none() {
            short.push(Finding::new(Code::LevelClaim));
        }
        if !short.is_empty() {
            report.findings.append(&mut short);
            report.level = Some("CMS");
            return;
        }
        let later = || proofs.iter().filter(|proof| proof.end > covered.end);
        let stamped = report.time_stamp.as_ref().is_some_and(|stamp| stamp.trusted) || later().next().is_some();
        let kept = stamped && self.store.present && self.kept(cms, report);
        report.level = Some(match (stamped, kept) {
            (false, _) => "B-B",
            (true, false) => "B-T",
            (true, true) if later().any(|proof| proof.store) => "B-LTA",
            (true, true) => "B-LT",
        });
    }

    /// Whether the store alone says of every certificate that it was not revoked.
    fn kept(&self, cms: &Cms, report: &SignatureReport) -> bool {
        let at = report.judged_at.as_deref().and_then(|at| Moment::parse_from_rfc3339(at).ok()).unwrap_or(self.now);
        let Some(path) = self.path(cms.signer(), &cms.certificates, at) else { return false };
        let sources = Sources {
            crls: self.store.crls.iter().collect(),
            ocsps: self.store.ocsps.iter().map(Vec::as_slice).collect(),
        };
        path.certificates.windows(2).all(|pair| match pair {
            [certificate, issuer] => !matches!(
                standing::revoked(certificate, issuer, &sources, at, self.now),
                Revoked::NoSource | Revoked::TooOld
            ),
            _ => false,
        })
    }

    /// What came after the revision it covers.
    fn coverage(&self, found: &Found, covered: &Covered, report: &mut SignatureReport) -> Result<(), Unreadable> {
        let bytes = self.file.bytes;
        let after = bytes.get(covered.end..).unwrap_or_default();
        if self.trailing {
            report.findings.push(Finding::new(Code::TrailingBytes));
            report.coverage = Coverage::Changed;
        }
        let rest = after.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        let revision = bytes.get(..covered.end).map(|bytes| File::open(bytes, self.budget));
        let revision = match revision {
            Some(Ok(revision)) => revision,
            Some(Err(error)) if self.file.exhausted() => return Err(error),
            _ => {
                report.findings.push(Finding::new(Code::RangeInside));
                return Ok(());
            }
        };
        if !self.belongs(&revision, found)? {
            report.findings.push(Finding::new(Code::RangeForeign));
            return Ok(());
        }
        self.certifies(found, report)?;
        if rest {
            if !self.trailing {
                report.coverage = Coverage::Whole;
            }
            return Ok(());
        }
        let difference = change::compare(&revision, self.file)?;
        report.coverage = if difference.changes.is_empty() && !self.trailing {
            Coverage::WithPermittedUpdates
        } else {
            Coverage::Changed
        };
        for change in &difference.changes {
            report.findings.push(Finding::with(change.code, &shorter(&change.detail)).on(change.page));
        }
        for (names, code) in [(&difference.signed, Code::SignedSince), (&difference.added, Code::AddedSince)] {
            for name in names.iter().take(NAMES) {
                report.findings.push(Finding::with(code, &shorter(name)));
            }
        }
        if difference.material {
            report.findings.push(Finding::new(Code::MaterialSince));
        }
        if difference.metadata {
            report.findings.push(Finding::new(Code::MetadataSince));
        }
        self.restrictions(found, &difference, report)
    }

    /// Whether the signature dictionary stands, the same, in the revision it covers.
    fn belongs(&self, revision: &File, found: &Found) -> Result<bool, Unreadable> {
        let Some(id) = found.field.value else { return Ok(false) };
        let same = revision.places().get(&id.0) == self.file.places().get(&id.0);
        let held = form::Form::read(revision)?.signatures;
        Ok(same && held.iter().any(|field| field.id == found.field.id && field.value == Some(id)))
    }

    fn certifies(&self, found: &Found, report: &mut SignatureReport) -> Result<(), Unreadable> {
        for (method, parameters) in self.transforms(found)? {
            if method == b"DocMDP" {
                let level = parameters.get(b"P".as_slice()).and_then(Value::integer).unwrap_or(2);
                report.certifies = u8::try_from(level).ok().filter(|level| (1..=3).contains(level)).or(Some(1));
            }
        }
        Ok(())
    }

    /// What the signer locked and was touched all the same.
    fn restrictions(
        &self,
        found: &Found,
        difference: &change::Difference,
        report: &mut SignatureReport,
    ) -> Result<(), Unreadable> {
        let mut locks: Vec<Dictionary> =
            found.field.lock.iter().filter_map(|lock| lock.dictionary().cloned()).collect();
        locks.extend(
            self.transforms(found)?.into_iter().filter(|(method, _)| method == b"FieldMDP").map(|(_, one)| one),
        );
        let closed = locks.iter().any(|lock| lock.get(b"P".as_slice()).and_then(Value::integer) == Some(1));
        let touched = !difference.signed.is_empty() || !difference.added.is_empty();
        // Material and time stamps for later checking may follow even then (ISO 32000-2, 12.8.2.2.2).
        let stamps = self.stamps(&difference.signed)?;
        if (report.certifies == Some(1) || closed) && touched && !stamps {
            report.findings.push(Finding::new(Code::NotPermitted));
            report.coverage = Coverage::Changed;
        }
        for lock in &locks {
            let named = self.file.entry(lock, "Fields")?;
            let named: Vec<String> =
                named.value.array().unwrap_or_default().iter().filter_map(Value::string).map(form::words).collect();
            let listed = |name: &String| {
                named
                    .iter()
                    .any(|one| name == one || name.strip_prefix(one.as_str()).is_some_and(|rest| rest.starts_with('.')))
            };
            let action = lock.get(b"Action".as_slice()).and_then(Value::name).unwrap_or_default();
            for name in &difference.filled {
                let locked = match action {
                    b"All" => true,
                    b"Include" => listed(name),
                    b"Exclude" => !listed(name),
                    _ => false,
                };
                if locked {
                    report.findings.push(Finding::with(Code::FieldLocked, &shorter(name)));
                    report.coverage = Coverage::Changed;
                }
            }
        }
        Ok(())
    }

    /// Whether all of these fields hold document time stamps.
    fn stamps(&self, names: &[String]) -> Result<bool, Unreadable> {
        let fields = form::Form::read(self.file)?.signatures;
        for name in names {
            let value = fields.iter().find(|field| field.name == *name).and_then(|field| field.value);
            let body = value.map(|id| self.file.object(id)).transpose()?.flatten();
            if !body.is_some_and(|body| body.is("DocTimeStamp")) {
                return Ok(false);
            }
        }
        Ok(!names.is_empty())
    }

    /// Methods and parameters of what the signature asks to be kept (ISO 32000-1, 12.8.2).
    fn transforms(&self, found: &Found) -> Result<Vec<(Vec<u8>, Dictionary)>, Unreadable> {
        let mut all = Vec::new();
        let Some(entries) = found.entries() else { return Ok(all) };
        for reference in self.file.entry(entries, "Reference")?.value.array().unwrap_or_default().iter().take(16) {
            let reference = self.file.resolve(reference)?;
            let Some(reference) = reference.dictionary() else { continue };
            let method = self.file.entry(reference, "TransformMethod")?.value.name().map(<[u8]>::to_vec);
            let parameters = self.file.entry(reference, "TransformParams")?.dictionary().cloned();
            all.extend(method.map(|method| (method, parameters.unwrap_or_default())));
        }
        Ok(all)
    }

    /// A moment in the zone of the checker.
    pub(super) fn shown(&self, at: Moment) -> String {
        at.with_timezone(self.now.offset()).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }

    fn party(&self, certificate: &Certificate) -> Party {
        let (from, to) = certificate.validity();
        Party {
            name: certificate.name(),
            organisation: certificate.part("O").map(str::to_owned),
            subject: certificate.subject(),
            serial: certificate.serial(),
            issuer: certificate.issuer_name(),
            valid_from: self.shown(from),
            valid_to: self.shown(to),
        }
    }

    /// Draws the verdict from what was found.
    fn closed(&self, mut report: SignatureReport) -> SignatureReport {
        let has = |codes: &[Code]| {
            report.findings.iter().any(|one| codes.iter().any(|code| Finding::new(*code).code == one.code))
        };
        let structure = [Code::RangeInside, Code::RangeForeign];
        report.verdict = if has(&[Code::AlgorithmUnknown, Code::SubFilter]) && !has(&structure) {
            Verdict::Unsupported
        } else if !report.intact || has(&structure) {
            Verdict::Broken
        } else if report.coverage == Coverage::Changed {
            Verdict::Changed
        } else if has(&[Code::Revoked, Code::RevokedUnproved]) {
            Verdict::Revoked
        } else if has(&[Code::Expired, Code::ExpiredStamped, Code::NotYetValid]) {
            Verdict::Expired
        } else if !report.trusted {
            Verdict::UnknownSigner
        } else if report.findings.iter().any(|one| one.weight == Weight::Warning) {
            Verdict::ValidWithWarnings
        } else {
            Verdict::Valid
        };
        if matches!(report.verdict, Verdict::Broken | Verdict::Unsupported) {
            report.level = None;
            report.trusted = false;
            if !report.intact {
                report.coverage = Coverage::Unknown;
            }
        }
        report.sentence = report.verdict.sentence();
        report.findings.sort_by_key(|one| std::cmp::Reverse(one.weight));
        report.findings.dedup();
        report
    }
}

fn blank(found: &Found, page: Option<usize>, place: Option<[f64; 4]>) -> SignatureReport {
    SignatureReport {
        verdict: Verdict::Broken,
        sentence: Verdict::Broken.sentence(),
        kind: if found.stamp { "time_stamp" } else { "signature" },
        field: found.field.name.clone(),
        page: place.and(page),
        place,
        revision: None,
        signer: None,
        chain: Vec::new(),
        trusted: false,
        reason: None,
        claimed_time: None,
        time_stamp: None,
        judged_at: None,
        judged_by: None,
        intact: false,
        coverage: Coverage::Unknown,
        revocation: RevocationState::Unknown,
        level: None,
        algorithm: None,
        certifies: None,
        findings: Vec::new(),
    }
}

fn names(path: &Path) -> Vec<String> {
    path.certificates.iter().map(Certificate::name).collect()
}

/// Words of a file, short enough to be shown.
fn shorter(words: &str) -> String {
    words.chars().filter(|letter| !letter.is_control() && *letter != '`').take(60).collect()
}
