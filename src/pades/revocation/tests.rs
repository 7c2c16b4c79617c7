//! Lists and answers of openssl, read and proved; changed ones, and those of strangers, found out.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::super::asn1::{self, sequence, write};
use super::super::testing::{Folder, certificate, file, moment};
use super::*;
use crate::diagnostic::Code;

/// The answer of openssl about `who`, by the responder's key or the issuer's own.
fn asked(who: &str, options: &str) -> Vec<u8> {
    let issuer = certificate("intermediate");
    let request = ocsp_request(&certificate(who), &issuer);
    let folder =
        Folder::new(&[("q.der", &request), ("index", include_bytes!("../../../tests/pki/intermediate.index"))]);
    let (done, told) = folder.openssl(&format!(
        "ocsp -index index -CA intermediate.pem -issuer intermediate.pem -reqin q.der -respout a.der -ndays 1 {options}"
    ));
    assert!(done, "{told}");
    folder.read("a.der")
}

#[test]
fn a_list_tells_who_was_revoked_and_why() {
    let list = Crl::parse(file("intermediate.crl")).expect("a list");
    let (issuer, signer, revoked) = (certificate("intermediate"), certificate("signer"), certificate("revoked"));
    assert!(list.signed_by(&issuer) && !list.signed_by(&certificate("root")) && !list.signed_by(&signer));
    assert_eq!(list.this_update, moment("2026-03-01T00:00:00Z"));
    assert_eq!(list.next_update, Some(moment("2045-01-01T00:00:00Z")));
    assert!(list.covers(&signer) && list.covers(&revoked) && !list.covers(&issuer));
    assert_eq!(list.revoked(&signer), None);
    assert_eq!(
        list.revoked(&revoked),
        Some(Revocation { at: moment("2026-02-01T08:00:00Z"), reason: Some(Reason::KeyCompromise) })
    );
    assert_eq!(Reason::KeyCompromise.text().vi, "khóa bị lộ");
    let root = Crl::parse(file("root.crl")).expect("a list");
    assert!(root.covers(&issuer) && root.revoked(&revoked).is_none() && root.signed_by(&certificate("root")));
}

#[test]
fn a_list_is_read_as_pem_too() {
    let folder = Folder::new(&[]);
    let (done, told) = folder.openssl("crl -inform DER -in intermediate.crl -out x.pem");
    assert!(done, "{told}");
    let list = Crl::parse(&folder.read("x.pem")).expect("a list");
    assert_eq!(list.der, file("intermediate.crl"));
    for bad in [&b""[..], b"<html>", file("signer.pem"), file("signer.p12"), file("ocsp-signer.der")] {
        assert_eq!(Crl::parse(bad).expect_err("no list").code, Code::ProviderUnavailable);
    }
}

/// A list of openssl with these extensions.
fn list_with(extensions: &str) -> Result<Crl, crate::diagnostic::Failure> {
    let mut configuration = "[ca]\ndefault_ca = x\n[x]\ndatabase = index\ndefault_md = sha256\n[e]\n".to_owned();
    write!(configuration, "{extensions}").expect("written");
    let folder = Folder::new(&[
        ("ca.cnf", configuration.as_bytes()),
        ("index", include_bytes!("../../../tests/pki/intermediate.index")),
    ]);
    let (done, told) = folder.openssl(
        "ca -config ca.cnf -gencrl -cert intermediate.pem -keyfile intermediate.key -crldays 30 -crlexts e -out x.pem",
    );
    assert!(done, "{told}");
    Crl::parse(&folder.read("x.pem"))
}

#[test]
fn a_part_of_a_list_covers_only_its_part() {
    let (signer, responder) = (certificate("signer"), certificate("responder"));
    let point = |body: &str| list_with(&format!("issuingDistributionPoint = critical,@p\n[p]\n{body}\n"));
    let part = point("fullname = URI:http://pki.phuyen.example/trung-gian.crl").expect("a list");
    assert!(part.covers(&signer) && !part.covers(&responder), "the responder names no place");
    assert!(part.signed_by(&certificate("intermediate")));
    let part = point("fullname = URI:http://pki.phuyen.example/phan-2.crl").expect("a list");
    assert!(!part.covers(&signer));
    assert!(point("onlyuser = TRUE").expect("a list").covers(&signer));
    assert!(!point("onlyCA = TRUE").expect("a list").covers(&signer));
    for bad in ["indirectCRL = TRUE", "onlyAA = TRUE", "onlysomereasons = keyCompromise"] {
        assert!(point(bad).is_err(), "{bad}");
    }
}

#[test]
fn lists_nobody_here_understands_are_refused() {
    assert!(list_with("2.5.29.27 = critical,DER:020101\n").is_err());
    assert!(list_with("1.2.3.4 = critical,DER:0500\n").is_err());
    assert!(list_with("1.2.3.4 = DER:0500\n").is_ok());
}

#[test]
fn a_long_list_is_read_and_a_longer_one_refused() {
    let list = |entries: u32| {
        let time = write(asn1::UTC_TIME, &[b"260101000000Z"]);
        let rows: Vec<u8> =
            (0..entries).flat_map(|serial| sequence(&[&asn1::write_integer(&serial.to_be_bytes()), &time])).collect();
        let algorithm = sequence(&[&asn1::write_oid(super::super::oid::RSA_SHA256)]);
        let name = certificate("signer").issuer_bytes().to_vec();
        let signed =
            sequence(&[&asn1::write_integer(&[1]), &algorithm, &name, &time, &write(asn1::SEQUENCE, &[&rows])]);
        Crl::parse(&sequence(&[&signed, &algorithm, &write(asn1::BITS, &[&[0; 257]])]))
    };
    let long = list(400_000).expect("under 10 MiB");
    assert!(long.revoked(&certificate("signer")).is_none() && !long.signed_by(&certificate("intermediate")));
    assert!(list(500_001).is_err());
}

#[test]
fn answers_say_good_revoked_or_unknown() {
    let (issuer, signer, revoked) = (certificate("intermediate"), certificate("signer"), certificate("revoked"));
    let good = Ocsp::parse(file("ocsp-signer.der"), &signer, &issuer).expect("an answer");
    assert_eq!(good.standing, Standing::Good);
    assert_eq!((good.produced, good.this_update), (moment("2026-03-01T00:00:00Z"), moment("2026-03-01T00:00:00Z")));
    assert_eq!(good.next_update, Some(moment("2044-12-01T00:00:00Z")));
    assert_eq!(good.certificates, [certificate("responder")]);
    let bad = Ocsp::parse(file("ocsp-revoked.der"), &revoked, &issuer).expect("an answer");
    let since = Revocation { at: moment("2026-02-01T08:00:00Z"), reason: Some(Reason::KeyCompromise) };
    assert_eq!(bad.standing, Standing::Revoked(since));
    let other = Ocsp::parse(file("ocsp-signer.der"), &revoked, &issuer).expect_err("about another");
    assert_eq!(other.code, Code::SignatureMismatch);
}

#[test]
fn openssl_understands_the_question() {
    let issuer = certificate("intermediate");
    for (who, standing) in [("signer", true), ("revoked", false)] {
        for by in ["-rsigner responder.pem -rkey responder.key", "-rsigner intermediate.pem -rkey intermediate.key"] {
            for named in ["", "-resp_key_id"] {
                let answer = asked(who, &format!("{by} {named}"));
                let answer = Ocsp::parse(&answer, &certificate(who), &issuer).expect("an answer");
                assert_eq!(answer.standing == Standing::Good, standing, "{by}");
            }
        }
    }
    // Not in the index: the authority issued it elsewhere, or never.
    let answer = asked("stranger", "-rsigner responder.pem -rkey responder.key");
    assert!(Ocsp::parse(&answer, &certificate("stranger"), &issuer).is_err(), "of another issuer");
    let unknown = {
        let folder = Folder::new(&[("q.der", &ocsp_request(&certificate("signer"), &issuer)), ("index", b"")]);
        let (done, told) = folder.openssl(
            "ocsp -index index -CA intermediate.pem -reqin q.der -respout a.der -rsigner responder.pem -rkey responder.key",
        );
        assert!(done, "{told}");
        folder.read("a.der")
    };
    let unknown = Ocsp::parse(&unknown, &certificate("signer"), &issuer).expect("an answer");
    assert_eq!(unknown.standing, Standing::Unknown);
}

#[test]
fn answers_of_those_whom_nobody_named_are_refused() {
    let issuer = certificate("intermediate");
    for by in ["seal", "tsa", "stranger", "signer"] {
        let answer = asked("signer", &format!("-rsigner {by}.pem -rkey {by}.key"));
        let failure = Ocsp::parse(&answer, &certificate("signer"), &issuer).expect_err(by);
        assert_eq!(
            failure.diagnostics[0].message.en,
            "the OCSP response is signed neither by the issuer nor by a responder it named"
        );
    }
}

#[test]
fn a_responder_that_gives_no_answer_says_why() {
    let (issuer, signer) = (certificate("intermediate"), certificate("signer"));
    let told = |status: u8| {
        let failure = Ocsp::parse(&[0x30, 3, 0x0a, 1, status], &signer, &issuer).expect_err("no answer");
        (failure.code, failure.diagnostics[0].message.en.clone())
    };
    assert_eq!(told(3), (Code::ProviderUnavailable, "the OCSP responder gives no answer: try later".to_owned()));
    assert_eq!(told(6), (Code::ProviderRefused, "the OCSP responder gives no answer: unauthorized".to_owned()));
    assert_eq!(told(0).1, "the OCSP response cannot be read");
    assert_eq!(told(9).1, "the OCSP response cannot be read");
}

proptest! {
    #[test]
    fn a_changed_list_is_refused_or_not_the_issuers(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let mut changed = file("intermediate.crl").to_vec();
        let at = at.index(changed.len());
        changed[at] ^= 1_u8 << bit;
        if let Ok(list) = Crl::parse(&changed) {
            prop_assert!(!list.signed_by(&certificate("intermediate")));
            let _ = (list.revoked(&certificate("revoked")), list.covers(&certificate("signer")));
        }
    }

    #[test]
    fn a_changed_answer_never_turns(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let mut changed = file("ocsp-revoked.der").to_vec();
        let at = at.index(changed.len());
        changed[at] ^= 1_u8 << bit;
        if let Ok(answer) = Ocsp::parse(&changed, &certificate("revoked"), &certificate("intermediate")) {
            prop_assert!(matches!(answer.standing, Standing::Revoked(_)));
        }
    }
}
