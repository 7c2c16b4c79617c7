//! What a provider hands back for a hash, made a raw signature: base64 is undone, a signature inside PKCS#7 is taken out.

use std::time::Duration;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Progress;
use super::reason::unavailable;
use crate::diagnostic::{Code, Diagnostic, Failure};

/// Longest signature of a provider, characters of base64: a PKCS#7 with its chain is far below.
const LONGEST: usize = 64 << 10;

const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// Base64 as services write it: with or without padding and line ends, of either alphabet.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let plain: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let alphabet = if plain.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    GeneralPurpose::new(alphabet, LENIENT).decode(plain).ok()
}

/// One signature as a provider writes it.
pub(super) fn signature(who: &str, value: Option<&Value>) -> Result<Vec<u8>, Failure> {
    let text = match value {
        Some(Value::String(text)) if !text.trim().is_empty() => text,
        None | Some(Value::Null | Value::String(_)) => {
            return Err(unavailable(who, "không trả chữ ký cho văn bản này", "sent no signature for this document"));
        }
        Some(_) => return Err(unavailable(who, "trả chữ ký không đúng dạng", "sent a signature of no known form")),
    };
    let bytes = if text.len() > LONGEST { None } else { decode(text) };
    let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
        return Err(unavailable(who, "trả chữ ký không phải base64", "sent a signature that is not base64"));
    };
    match inside(&bytes) {
        Inside::Raw => Ok(bytes),
        Inside::Plain(raw) => Ok(raw.to_vec()),
        Inside::Wrapped => Err(wrapped(who)),
    }
}

/// Signatures in the order of the hashes. Another number of them cannot be told apart: every item fails, for good.
pub(super) fn signatures(who: &str, values: &[Value], count: usize) -> Progress {
    if values.len() == count {
        return Progress::Done(values.iter().map(|value| signature(who, Some(value))).collect());
    }
    let told = unavailable(
        who,
        &format!("trả {} chữ ký cho {count} giá trị băm; không dùng chữ ký nào", values.len()),
        &format!("sent {} signatures for {count} hashes; none is used", values.len()),
    );
    Progress::Done(vec![Err(told); count])
}

/// The end of an order for all its items.
pub(super) fn none(count: usize, failure: &Failure) -> Progress {
    Progress::Done(vec![Err(failure.clone()); count])
}

/// Reads a ticket of our own.
///
/// # Errors
///
/// It is another provider's, or of a version that wrote others: a fault of ours.
pub(super) fn ticket<'a, T: Deserialize<'a>>(who: &str, text: &'a str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|_| Failure::internal(format!("`{who}` cannot read this ticket")))
}

/// Writes a ticket.
pub(super) fn waiting<T: Serialize>(ticket: &T, again_in: Duration) -> Result<Progress, Failure> {
    match serde_json::to_string(ticket) {
        Ok(ticket) => Ok(Progress::Waiting { ticket, again_in }),
        Err(error) => Err(Failure::internal(error)),
    }
}

fn wrapped(who: &str) -> Failure {
    let fault = Diagnostic::error(
        Code::ProviderUnavailable.info().name,
        format!("`{who}` trả chữ ký PKCS#7 trên thuộc tính của riêng mình, không phải trên giá trị băm đã gửi"),
        format!("`{who}` sent a PKCS#7 signature over attributes of its own, not over the hash it was given"),
    );
    let fault = fault.hint(
        "yêu cầu nhà cung cấp chuyển tài khoản kết nối sang kiểu trả chữ ký thô (PKCS#1)",
        "have the provider set the account to return raw signatures (PKCS#1)",
    );
    Failure::new(Code::ProviderUnavailable, vec![fault])
}

#[derive(Debug, PartialEq)]
enum Inside<'a> {
    /// No PKCS#7: the signature itself.
    Raw,
    /// A PKCS#7 without signed attributes: its signature is one over the hash that was sent.
    Plain(&'a [u8]),
    /// A PKCS#7 that cannot serve.
    Wrapped,
}

/// Looks for CMS SignedData (RFC 5652, 5.1).
fn inside(bytes: &[u8]) -> Inside<'_> {
    match read(bytes) {
        Some((0x30, content, _)) if content.starts_with(SIGNED_DATA) => {
            plain(content).map_or(Inside::Wrapped, Inside::Plain)
        }
        // BER of indefinite length, as older libraries write.
        None if bytes.starts_with(&[0x30, 0x80])
            && bytes.get(2..).is_some_and(|rest| rest.starts_with(SIGNED_DATA)) =>
        {
            Inside::Wrapped
        }
        _ => Inside::Raw,
    }
}

fn plain(content: &[u8]) -> Option<&[u8]> {
    let (_, wrapper, _) = read(content.get(SIGNED_DATA.len()..)?)?;
    let (_, mut signed, _) = read(wrapper)?;
    let mut infos = None;
    // Version, digest algorithms, content, certificates, lists; the signers come last.
    while !signed.is_empty() {
        let (tag, value, rest) = read(signed)?;
        infos = (tag == 0x31 && rest.is_empty()).then_some(value);
        signed = rest;
    }
    let (0x30, signer, []) = read(infos?)? else { return None };
    let (0x02, _, rest) = read(signer)? else { return None };
    let (_sid, _, rest) = read(rest)?;
    let (0x30, _digest, rest) = read(rest)? else { return None };
    // With signed attributes (0xA0) here the signature is over those.
    let (0x30, _algorithm, rest) = read(rest)? else { return None };
    let (0x04, signature, _) = read(rest)? else { return None };
    Some(signature)
}

/// Tag, content, and what follows; definite lengths only.
fn read(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tlv(tag: u8, content: &[&[u8]]) -> Vec<u8> {
        let content = content.concat();
        let length = u16::try_from(content.len()).expect("short").to_be_bytes();
        [&[tag, 0x82], &length[..], &content].concat()
    }

    fn pkcs7(attributes: &[u8]) -> Vec<u8> {
        let signer = tlv(
            0x30,
            &[&tlv(2, &[&[1]]), &tlv(0x30, &[]), &tlv(0x30, &[]), attributes, &tlv(0x30, &[]), &tlv(4, &[b"raw"])],
        );
        let signed = tlv(
            0x30,
            &[&tlv(2, &[&[1]]), &tlv(0x31, &[]), &tlv(0x30, &[]), &tlv(0xa0, &[b"certs"]), &tlv(0x31, &[&signer])],
        );
        tlv(0x30, &[SIGNED_DATA, &tlv(0xa0, &[&signed])])
    }

    #[test]
    fn a_signature_is_taken_out_of_a_plain_pkcs7() {
        assert_eq!(inside(&pkcs7(&[])), Inside::Plain(b"raw"));
        assert_eq!(inside(&pkcs7(&tlv(0xa0, &[b"attributes"]))), Inside::Wrapped);
        assert_eq!(inside(&[0x30, 0x06, 2, 1, 7, 2, 1, 9]), Inside::Raw, "an ECDSA signature is a SEQUENCE too");
        let endless = [&[0x30, 0x80], SIGNED_DATA, &[0, 0]].concat();
        assert_eq!(inside(&endless), Inside::Wrapped);
    }

    #[test]
    fn base64_is_read_as_services_write_it() {
        for text in ["+/8=", "+/8", "-_8", " +/\r\n8= "] {
            assert_eq!(decode(text), Some(vec![0xfb, 0xff]), "{text}");
        }
        assert_eq!(decode("+_8="), None);
    }

    #[test]
    fn another_number_of_signatures_serves_nobody() {
        let Progress::Done(all) = signatures("csc-a", &[Value::from("AAAA")], 2) else { panic!("it ended") };
        let told = all[1].as_ref().expect_err("no signature").diagnostics[0].message.vi.clone();
        assert_eq!(all.len(), 2);
        assert_eq!(told, "`csc-a` trả 1 chữ ký cho 2 giá trị băm; không dùng chữ ký nào");
    }

    proptest! {
        #[test]
        fn nothing_sent_makes_it_fall(bytes: Vec<u8>, cut in 0_usize..200) {
            inside(&bytes);
            let whole = pkcs7(&[]);
            let cut = cut.min(whole.len());
            prop_assert!(cut == whole.len() || !matches!(inside(&whole[..cut]), Inside::Plain(_)));
        }
    }
}
