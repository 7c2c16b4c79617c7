//! A CMS from a signature, which is proved first.

use crate::diagnostic::{Code, Diagnostic, Failure};

use super::super::algorithm::ecdsa_der;
use super::super::asn1::{
    self, Broken, INTEGER, OCTETS, SET, Value, sequence, set_of, write, write_integer, write_oid,
};
use super::super::{Algorithm, Certificate, Chain, KeyKind, Token, oid};
use super::attributes::{SignedAttributes, attribute};
use super::{Cms, refused};

/// The signature value as it goes into the CMS, proved with the signer's certificate: what a time stamp is asked over.
/// ECDSA is taken as DER or as r‖s, and becomes DER.
///
/// # Errors
///
/// [`Code::CertificateUnfit`]: the certificate's key does not sign by this algorithm.
/// [`Code::SignatureMismatch`]: the signature is not one of these attributes by this certificate.
pub fn signature_value(
    attributes: &SignedAttributes,
    signer: &Certificate,
    algorithm: Algorithm,
    signature: &[u8],
) -> Result<Vec<u8>, Failure> {
    let kind = signer.key_kind();
    if !algorithm.fits(kind) {
        return Err(Failure::one(
            Code::CertificateUnfit,
            format!("khóa `{}` của chứng thư không ký bằng `{}` được", kind.words(), algorithm.name()),
            format!("the certificate's key, `{}`, does not sign by `{}`", kind.words(), algorithm.name()),
        ));
    }
    if let KeyKind::Rsa(bits) = kind
        && signature.len() != bits.div_ceil(8)
    {
        return Err(refused(
            &format!(
                "chữ ký dài `{}` byte; khóa `{}` cho chữ ký {} byte",
                signature.len(),
                kind.words(),
                bits.div_ceil(8)
            ),
            &format!(
                "the signature has `{}` bytes; one by `{}` has {}",
                signature.len(),
                kind.words(),
                bits.div_ceil(8)
            ),
        ));
    }
    let proves = |value: &[u8]| signer.proves(Some(algorithm.scheme()), &attributes.0, value);
    if proves(signature) {
        return Ok(signature.to_vec());
    }
    if kind == KeyKind::P256 && signature.len() == 64 {
        let value = ecdsa_der(signature);
        if proves(&value) {
            return Ok(value);
        }
    }
    Err(mismatch(attributes, signer, algorithm, signature))
}

/// Proves `signature` with the signer's certificate and makes the CMS: version 1, the whole chain, one signer.
/// `timestamp` is a token over the signature value ([`signature_value`]), proved too.
///
/// ECDSA is taken as DER or as r‖s.
///
/// # Errors
///
/// [`Code::CertificateUnfit`]: the certificate's key does not sign by this algorithm.
/// [`Code::SignatureMismatch`]: the signature is not one of these attributes by this certificate, or the token is not
/// one over this signature.
pub fn signed_data(
    attributes: &SignedAttributes,
    chain: &Chain,
    algorithm: Algorithm,
    signature: &[u8],
    timestamp: Option<&[u8]>,
) -> Result<Vec<u8>, Failure> {
    let signer = chain.signer();
    let value = signature_value(attributes, signer, algorithm, signature)?;
    let stamp = match timestamp {
        None => Vec::new(),
        Some(token) => {
            let token = Token::parse(token)?;
            if !token.covers(&value) {
                return Err(not_over_this());
            }
            write(asn1::context(1), &[&attribute(oid::TIME_STAMP_TOKEN, &token.der)])
        }
    };
    let sha256 = sequence(&[&write_oid(oid::SHA256)]);
    // The same set, told apart by its place: `[0] IMPLICIT` instead of `SET OF` (RFC 5652, 5.4).
    let mut signed = attributes.0.clone();
    match signed.first_mut() {
        Some(tag) if *tag == SET => *tag = asn1::context(0),
        _ => return Err(refused("thuộc tính ký không phải DER", "the signed attributes are not DER")),
    }
    let signer_info = sequence(&[
        &write_integer(&[1]),
        &sequence(&[signer.issuer_bytes(), &write(INTEGER, &[signer.serial_as_written()])]),
        &sha256,
        &signed,
        &algorithm.identifier(),
        &write(OCTETS, &[&value]),
        &stamp,
    ]);
    let mut certificates: Vec<&[u8]> = chain.all().iter().map(Certificate::der).collect();
    certificates.sort_unstable();
    let data = sequence(&[
        &write_integer(&[1]),
        &set_of(vec![sha256]),
        &sequence(&[&write_oid(oid::DATA)]),
        &write(asn1::context(0), &certificates),
        &set_of(vec![signer_info]),
    ]);
    Ok(sequence(&[&write_oid(oid::SIGNED_DATA), &write(asn1::context(0), &[&data])]))
}

/// The same CMS with a time stamp over its signature, everything else as it was; other unsigned attributes are kept.
///
/// # Errors
///
/// [`Code::SignatureMismatch`]: the token is not over this signature, or there is one already.
pub fn with_timestamp(cms: &Cms, token: &Token) -> Result<Vec<u8>, Failure> {
    if cms.timestamp.is_some() {
        return Err(refused("chữ ký đã có dấu thời gian", "the signature has a time stamp already"));
    }
    if !token.covers(&cms.signature) {
        return Err(not_over_this());
    }
    add_unsigned(&cms.der, attribute(oid::TIME_STAMP_TOKEN, &token.der))
        .map_err(|Broken| refused("không đọc được chữ ký CMS", "the CMS cannot be read"))
}

/// The CMS of one signer with one more unsigned attribute.
fn add_unsigned(der: &[u8], added: Vec<u8>) -> Result<Vec<u8>, Broken> {
    let info = Value::only(der)?.each()?;
    let [kind, data] = info.as_slice() else { return Err(Broken) };
    let data = Value::only(data.body)?.each()?;
    let Some((signers, before)) = data.split_last() else { return Err(Broken) };
    let signer = Value::only(signers.with_tag(SET)?.body)?.each()?;
    let (unsigned, signed) = match signer.split_last() {
        Some((last, before)) if last.tag == asn1::context(1) => (last.each()?, before),
        _ => (Vec::new(), signer.as_slice()),
    };
    let mut members: Vec<Vec<u8>> = unsigned.iter().map(|one| one.whole.to_vec()).chain([added]).collect();
    members.sort();
    let members: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    let whole = |values: &[Value<'_>], last: Vec<u8>| {
        let mut parts: Vec<&[u8]> = values.iter().map(|one| one.whole).collect();
        parts.push(&last);
        sequence(&parts)
    };
    let signer = whole(signed, write(asn1::context(1), &members));
    let data = whole(before, write(SET, &[&signer]));
    Ok(sequence(&[kind.whole, &write(asn1::context(0), &[&data])]))
}

fn not_over_this() -> Failure {
    refused("dấu thời gian không phải của chữ ký này", "the time stamp is not over this signature")
}

/// Why a signature does not fit, as far as it can be found out: the usual slips are told by name.
fn mismatch(attributes: &SignedAttributes, signer: &Certificate, wanted: Algorithm, signature: &[u8]) -> Failure {
    let by = |algorithm: Algorithm, message: &[u8]| signer.proves(Some(algorithm.scheme()), message, signature);
    let failure = |hint: Option<(String, String)>| {
        let fault = Diagnostic::error(
            Code::SignatureMismatch.info().name,
            format!("chữ ký không phải của chứng thư `{}` trên giá trị băm đã giao", signer.serial()),
            format!("the signature is not by the certificate `{}` over the hash handed out", signer.serial()),
        );
        let fault = match hint {
            Some((vi, en)) => fault.hint(vi, en),
            None => fault,
        };
        Failure::new(Code::SignatureMismatch, vec![fault])
    };
    if let Some(other) = Algorithm::ALL.into_iter().find(|other| *other != wanted && by(*other, &attributes.0)) {
        let (wanted, other) = (wanted.name(), other.name());
        return failure(Some((
            format!("chữ ký được làm bằng `{other}` chứ không phải `{wanted}`; chuẩn bị lại với `{other}`"),
            format!("the signature was made by `{other}`, not by `{wanted}`; prepare again with `{other}`"),
        )));
    }
    if by(wanted, &attributes.hash()) {
        return failure(Some((
            "giá trị băm đã bị băm thêm một lần; ký thẳng giá trị băm, không băm lại".to_owned(),
            "the hash was hashed once more; sign it as it is".to_owned(),
        )));
    }
    failure(None)
}
