//! The extensions of a certificate that are asked about (RFC 5280, 4.2).

use der::asn1::ObjectIdentifier as Oid;

use super::super::asn1::{self, Broken, Value};
use super::super::oid;

/// What a key may be used for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    pub(super) digital_signature: bool,
    pub(super) non_repudiation: bool,
    pub(super) sign_certificates: bool,
    pub(super) sign_lists: bool,
}

/// What the extensions say; where one is absent, nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Extensions {
    pub(super) usage: Option<Usage>,
    pub(super) authority: bool,
    pub(super) purposes: Vec<Oid>,
    pub(super) purposes_critical: bool,
    pub(super) ocsp_urls: Vec<String>,
    pub(super) issuer_urls: Vec<String>,
    pub(super) crl_urls: Vec<String>,
    pub(super) policies: Vec<Oid>,
    pub(super) subject_key: Option<Vec<u8>>,
}

impl Extensions {
    /// Reads the list. An extension that stands twice, or cannot be read, spoils the certificate.
    pub(super) fn read(list: Value<'_>) -> Result<Self, Broken> {
        let mut found = Self::default();
        let mut seen = Vec::new();
        for extension in list.with_tag(asn1::SEQUENCE)?.each()? {
            let (name, critical, value) = parts(extension)?;
            if seen.contains(&name) {
                return Err(Broken);
            }
            seen.push(name);
            match name {
                oid::KEY_USAGE => found.usage = Some(usage(value)?),
                oid::BASIC_CONSTRAINTS => {
                    let mut inside = value.with_tag(asn1::SEQUENCE)?.inside();
                    found.authority = inside.optional(asn1::BOOLEAN)?.map_or(Ok(false), Value::boolean)?;
                }
                oid::PURPOSES => {
                    found.purposes_critical = critical;
                    found.purposes = value
                        .with_tag(asn1::SEQUENCE)?
                        .each()?
                        .into_iter()
                        .map(Value::oid)
                        .collect::<Result<_, _>>()?;
                }
                oid::INFORMATION_ACCESS => {
                    for access in value.with_tag(asn1::SEQUENCE)?.each()? {
                        let mut inside = access.inside();
                        let method = inside.next()?.oid()?;
                        let place = address(inside.next()?);
                        match method {
                            oid::AIA_OCSP => found.ocsp_urls.extend(place),
                            oid::AIA_ISSUERS => found.issuer_urls.extend(place),
                            _ => {}
                        }
                    }
                }
                oid::CRL_PLACES => found.crl_urls = crl_places(value)?,
                oid::POLICIES => {
                    for policy in value.with_tag(asn1::SEQUENCE)?.each()? {
                        found.policies.push(policy.inside().next()?.oid()?);
                    }
                }
                oid::SUBJECT_KEY => found.subject_key = Some(value.with_tag(asn1::OCTETS)?.body.to_vec()),
                _ => {}
            }
        }
        Ok(found)
    }
}

/// Name, criticality and value of an extension, of a certificate or of anything else that has them.
pub(crate) fn parts(extension: Value<'_>) -> Result<(Oid, bool, Value<'_>), Broken> {
    let mut inside = extension.with_tag(asn1::SEQUENCE)?.inside();
    let name = inside.next()?.oid()?;
    let critical = inside.optional(asn1::BOOLEAN)?.map_or(Ok(false), Value::boolean)?;
    let value = inside.expect(asn1::OCTETS)?;
    inside.finish()?;
    Ok((name, critical, Value::only(value.body)?))
}

fn usage(value: Value<'_>) -> Result<Usage, Broken> {
    let [spare, bits @ ..] = value.with_tag(asn1::BITS)?.body else { return Err(Broken) };
    let first = bits.first().copied().unwrap_or_default();
    if *spare > 7 {
        return Err(Broken);
    }
    Ok(Usage {
        digital_signature: first & 0x80 != 0,
        non_repudiation: first & 0x40 != 0,
        sign_certificates: first & 0x04 != 0,
        sign_lists: first & 0x02 != 0,
    })
}

/// `CRLDistributionPoints`: the addresses of the full names.
fn crl_places(value: Value<'_>) -> Result<Vec<String>, Broken> {
    let mut places = Vec::new();
    for point in value.with_tag(asn1::SEQUENCE)?.each()? {
        let Some(name) = point.with_tag(asn1::SEQUENCE)?.inside().optional(asn1::context(0))? else { continue };
        let Some(full) = name.inside().optional(asn1::context(0))? else { continue };
        places.extend(addresses(full)?);
    }
    Ok(places)
}

/// The addresses among `GeneralNames`.
pub(crate) fn addresses(names: Value<'_>) -> Result<Vec<String>, Broken> {
    Ok(names.each()?.into_iter().filter_map(address).collect())
}

/// The address of a `GeneralName`, if it is one and can be written in a line.
fn address(name: Value<'_>) -> Option<String> {
    let text = std::str::from_utf8(name.with_tag(asn1::plain_context(6)).ok()?.body).ok()?;
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| text.to_owned())
}
