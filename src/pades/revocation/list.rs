//! Revocation lists (RFC 5280, 5).

use std::fmt;
use std::ops::Range;

use crate::diagnostic::{Code, Failure};

use super::super::asn1::{self, Broken, GENERALIZED_TIME, INTEGER, Reader, SEQUENCE, UTC_TIME, Value};
use super::super::certificate::{addresses, extension_parts};
use super::super::{Scheme, oid};
use super::{Certificate, Moment, Reason, Revocation};

/// Bytes beyond which a list is not read.
const LARGEST: usize = 10 * 1024 * 1024;
/// Entries beyond which a list is not read.
const MOST_ENTRIES: usize = 500_000;

/// A whole revocation list of one authority.
#[derive(Clone)]
pub struct Crl {
    /// Its DER.
    pub der: Vec<u8>,
    /// When it was issued.
    pub this_update: Moment,
    /// When the next one is due.
    pub next_update: Option<Moment>,
    signed: Range<usize>,
    issuer: Range<usize>,
    entries: Range<usize>,
    scheme: Option<Scheme>,
    signature: Range<usize>,
    scope: Scope,
}

/// Which certificates of its issuer a list is about (RFC 5280, 5.2.5).
#[derive(Debug, Clone, Default)]
struct Scope {
    /// Addresses of the part of the list this is; empty: it is the whole.
    places: Vec<String>,
    holders_only: bool,
    authorities_only: bool,
}

impl Crl {
    /// Reads DER or PEM, of 10 MiB and 500,000 entries at most.
    ///
    /// # Errors
    ///
    /// [`Code::ProviderUnavailable`]: it cannot be read, is larger, tells only changes, or speaks for other issuers.
    pub fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        if bytes.len() > LARGEST * 2 {
            return Err(unreadable());
        }
        if bytes.first() == Some(&SEQUENCE) {
            return Self::read(bytes.to_vec()).map_err(|Broken| unreadable());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| unreadable())?;
        let blocks = asn1::pem(text).map_err(|Broken| unreadable())?;
        match blocks.into_iter().find(|(label, _)| *label == "X509 CRL") {
            Some((_, der)) => Self::read(der).map_err(|Broken| unreadable()),
            None => Err(unreadable()),
        }
    }

    /// Whether `issuer` signed it, and may sign lists.
    pub fn signed_by(&self, issuer: &Certificate) -> bool {
        issuer.subject_bytes() == self.part(&self.issuer)
            && issuer.may_sign_lists()
            && issuer.proves(self.scheme, self.part(&self.signed), self.part(&self.signature))
    }

    /// Whether it would list the certificate if it were revoked: it is of the certificate's issuer, and neither for the
    /// other kind of certificates nor a part that lies elsewhere than the certificate says.
    pub fn covers(&self, certificate: &Certificate) -> bool {
        certificate.issuer_bytes() == self.part(&self.issuer)
            && (!self.scope.holders_only || !certificate.is_ca())
            && (!self.scope.authorities_only || certificate.is_ca())
            && (self.scope.places.is_empty()
                || self.scope.places.iter().any(|place| certificate.crl_urls().contains(place)))
    }

    /// Whether the certificate is listed; one of another issuer never is. That it is not listed says something only
    /// where the list [covers](Self::covers) it.
    pub fn revoked(&self, certificate: &Certificate) -> Option<Revocation> {
        if certificate.issuer_bytes() != self.part(&self.issuer) {
            return None;
        }
        let mut entries = Reader::new(self.part(&self.entries));
        while let Ok(value) = entries.next() {
            let serial = value.inside().next().and_then(Value::integer);
            if serial == Ok(certificate.serial_bytes()) {
                return Entry::read(value).ok().map(|entry| entry.revocation);
            }
        }
        None
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).unwrap_or_default()
    }

    fn read(der: Vec<u8>) -> Result<Self, Broken> {
        if der.len() > LARGEST {
            return Err(Broken);
        }
        let place = |part: &[u8]| {
            let start = part.as_ptr() as usize - der.as_ptr() as usize;
            start..start + part.len()
        };
        let mut outer = Value::only(&der)?.with_tag(SEQUENCE)?.inside();
        let signed = outer.expect(SEQUENCE)?;
        let algorithm = outer.expect(SEQUENCE)?;
        let signature = outer.next()?.bits()?;
        outer.finish()?;

        let mut inside = signed.inside();
        inside.optional(INTEGER)?;
        if inside.expect(SEQUENCE)?.whole != algorithm.whole {
            return Err(Broken);
        }
        let issuer = inside.expect(SEQUENCE)?;
        let this_update = inside.next()?.moment()?;
        let next_update = match inside.optional(UTC_TIME)? {
            Some(time) => Some(time.moment()?),
            None => inside.optional(GENERALIZED_TIME)?.map(Value::moment).transpose()?,
        };
        let entries = inside.optional(SEQUENCE)?.map_or(0..0, |list| place(list.body));
        let scope = match inside.optional(asn1::context(0))? {
            Some(extensions) => Scope::read(Value::only(extensions.body)?)?,
            None => Scope::default(),
        };
        inside.finish()?;

        let mut list = Reader::new(der.get(entries.clone()).unwrap_or_default());
        let mut count = 0;
        while !list.is_empty() {
            Entry::read(list.next()?)?;
            count += 1;
            if count > MOST_ENTRIES {
                return Err(Broken);
            }
        }
        Ok(Self {
            signed: place(signed.whole),
            issuer: place(issuer.whole),
            signature: place(signature),
            scheme: Scheme::read(algorithm, None),
            this_update,
            next_update,
            entries,
            scope,
            der,
        })
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({} bytes, {})", self.der.len(), self.this_update.to_rfc3339())
    }
}

struct Entry {
    revocation: Revocation,
}

impl Entry {
    fn read(value: Value<'_>) -> Result<Self, Broken> {
        let mut inside = value.with_tag(SEQUENCE)?.inside();
        inside.next()?.integer()?;
        let at = inside.next()?.moment()?;
        let mut reason = None;
        if let Some(extensions) = inside.optional(SEQUENCE)? {
            let mut extensions = extensions.inside();
            while !extensions.is_empty() {
                match extension_parts(extensions.next()?)? {
                    (oid::CRL_REASON, _, value) => reason = Some(Reason::read(value)?),
                    // The entry is of another issuer (5.3.3), or says something that must not be passed over.
                    (oid::ENTRY_ISSUER, ..) | (_, true, _) => return Err(Broken),
                    _ => {}
                }
            }
        }
        inside.finish()?;
        Ok(Self { revocation: Revocation { at, reason } })
    }
}

impl Scope {
    fn read(extensions: Value<'_>) -> Result<Self, Broken> {
        let mut scope = Self::default();
        for extension in extensions.with_tag(SEQUENCE)?.each()? {
            match extension_parts(extension)? {
                (oid::CRL_SCOPE, _, value) => scope = Self::read_point(value)?,
                // A list of changes says nothing alone; other critical words are not understood.
                (oid::DELTA_CRL, ..) | (_, true, _) => return Err(Broken),
                _ => {}
            }
        }
        Ok(scope)
    }

    /// `IssuingDistributionPoint`.
    fn read_point(value: Value<'_>) -> Result<Self, Broken> {
        let mut scope = Self::default();
        let is = |value: Value<'_>| match value.body {
            [set] => Ok(*set != 0),
            _ => Err(Broken),
        };
        for part in value.with_tag(SEQUENCE)?.each()? {
            if part.tag == asn1::context(0) {
                scope.places = addresses(Value::only(part.body)?.with_tag(asn1::context(0))?)?;
                if scope.places.is_empty() {
                    return Err(Broken);
                }
            } else if part.tag == asn1::plain_context(1) {
                scope.holders_only = is(part)?;
            } else if part.tag == asn1::plain_context(2) {
                scope.authorities_only = is(part)?;
            } else if !matches!((part.tag, part.body), (0x84 | 0x85, [0])) {
                // Some reasons only, other issuers' certificates, attribute certificates: no whole answer.
                return Err(Broken);
            }
        }
        Ok(scope)
    }
}

fn unreadable() -> Failure {
    Failure::one(
        Code::ProviderUnavailable,
        "danh sách thu hồi chứng thư (CRL) không đọc được hoặc không dùng được",
        "the revocation list cannot be read, or is of no use here",
    )
}
