//! What is made holds, here and for openssl; what openssl makes is read; what was changed is found out.

use proptest::prelude::*;

use super::super::testing::{FILES, Folder, certificate, chain, file, key, openssl, signed};
use super::super::{
    Algorithm, Crl, Digest, LocalKey, Ocsp, Scheme, Token, check_cms, signature_value, signed_attributes, signed_data,
    timestamp_response, with_timestamp,
};
use super::*;

const DATA: &[u8] = b"vinhdanh";
/// Who signs by what.
const SIGNERS: [(&str, Algorithm); 3] =
    [("signer", Algorithm::RsaPkcs1Sha256), ("signer", Algorithm::RsaPssSha256), ("seal", Algorithm::EcdsaP256Sha256)];

fn digest() -> [u8; 32] {
    Digest::Sha256.of(&[DATA]).try_into().expect("32 bytes")
}

fn token() -> Vec<u8> {
    let folder = Folder::new(&[]);
    let (done, told) = folder.openssl("ts -reply -in stamp.tsr -token_out -out stamp.token");
    assert!(done, "{told}");
    folder.read("stamp.token")
}

fn told(failure: &Failure) -> &str {
    &failure.diagnostics[0].message.en
}

#[test]
fn every_algorithm_holds_here_and_for_openssl() {
    for (name, algorithm) in SIGNERS {
        let made = signed(name, algorithm, &digest());
        let cms = check_cms(&made, &digest()).expect("it holds");
        assert_eq!((cms.der.as_slice(), cms.algorithm()), (made.as_slice(), Some(algorithm)));
        assert_eq!((cms.claimed_time, cms.names_signer, &cms.timestamp), (None, Some(true), &None));
        assert_eq!(cms.certificates.len(), 3);
        assert_eq!(cms.signer(), &certificate(name));
        for purpose in ["-CAfile root.pem", "-CAfile root.pem -cades"] {
            let (_folder, done, said) = openssl(
                &[("x.p7s", &made), ("content", DATA)],
                &format!(
                    "cms -verify -binary -inform DER -in x.p7s -content content -purpose any -out /dev/null {purpose}"
                ),
            );
            assert!(done, "{algorithm:?}: {said}");
        }
    }
    assert_eq!(
        Cms::parse(&signed("signer", SIGNERS[1].1, &digest())).expect("read").algorithm_name,
        "SHA-256, RSA-PSS 2048"
    );
    assert_eq!(
        Cms::parse(&signed("seal", SIGNERS[2].1, &digest())).expect("read").algorithm_name,
        "SHA-256, ECDSA P-256"
    );
}

#[test]
fn the_same_signature_gives_the_same_bytes() {
    assert_eq!(signed("signer", SIGNERS[0].1, &digest()), signed("signer", SIGNERS[0].1, &digest()));
}

#[test]
fn attributes_are_three_in_the_order_of_their_bytes() {
    let attributes = signed_attributes(&digest(), &certificate("signer"));
    let each = asn1_members(&attributes.0);
    assert!(each.is_sorted() && each.len() == 3);
    assert_eq!(attributes.hash().as_slice(), Digest::Sha256.of(&[&attributes.0]));
}

fn asn1_members(set: &[u8]) -> Vec<Vec<u8>> {
    let value = super::super::asn1::Value::only(set).expect("a set");
    value.each().expect("members").iter().map(|member| member.whole.to_vec()).collect()
}

#[test]
fn halves_are_taken_for_ecdsa() {
    let key = key("seal");
    let attributes = signed_attributes(&digest(), key.chain().signer());
    let der = key.sign(Algorithm::EcdsaP256Sha256, &attributes.0).expect("a signature");
    let mut joined = Vec::new();
    let value = super::super::asn1::Value::only(&der).expect("DER");
    for half in value.each().expect("two") {
        let half = half.integer().expect("a number");
        joined.extend(vec![0; 32 - half.len()]);
        joined.extend_from_slice(half);
    }
    assert_eq!(joined.len(), 64);
    let taken = signature_value(&attributes, key.chain().signer(), Algorithm::EcdsaP256Sha256, &joined);
    assert_eq!(taken.expect("it holds"), der);
    joined[40] ^= 1;
    let refused = signature_value(&attributes, key.chain().signer(), Algorithm::EcdsaP256Sha256, &joined);
    assert_eq!(refused.expect_err("changed").code, Code::SignatureMismatch);
}

#[test]
fn the_usual_slips_are_told_by_name() {
    let key = key("signer");
    let attributes = signed_attributes(&digest(), key.chain().signer());
    let by = |signature: &[u8], algorithm| {
        let failure = signed_data(&attributes, key.chain(), algorithm, signature, None).expect_err("refused");
        let hint = failure.diagnostics[0].hints.first().map(|hint| hint.en.clone());
        (failure.code, told(&failure).to_owned(), hint.unwrap_or_default())
    };
    let serial = key.chain().signer().serial();
    let stranger = format!("the signature is not by the certificate `{serial}` over the hash handed out");
    let pss = key.sign(Algorithm::RsaPssSha256, &attributes.0).expect("a signature");
    assert_eq!(
        by(&pss, Algorithm::RsaPkcs1Sha256),
        (
            Code::SignatureMismatch,
            stranger.clone(),
            "the signature was made by `rsa-pss-sha256`, not by `rsa-pkcs1-sha256`; prepare again with `rsa-pss-sha256`".to_owned()
        )
    );
    let twice = key.sign(Algorithm::RsaPkcs1Sha256, &attributes.hash()).expect("a signature");
    assert_eq!(by(&twice, Algorithm::RsaPkcs1Sha256).2, "the hash was hashed once more; sign it as it is");
    let other =
        super::super::testing::key("revoked").sign(Algorithm::RsaPkcs1Sha256, &attributes.0).expect("a signature");
    assert_eq!(by(&other, Algorithm::RsaPkcs1Sha256), (Code::SignatureMismatch, stranger, String::new()));
    assert_eq!(
        by(&other[1..], Algorithm::RsaPkcs1Sha256).1,
        "the signature has `255` bytes; one by `RSA 2048` has 256"
    );
    assert_eq!(by(&other, Algorithm::EcdsaP256Sha256).0, Code::CertificateUnfit);
}

#[test]
fn a_time_stamp_goes_in_only_if_it_is_over_this_signature() {
    let folder = Folder::new(&[]);
    let key = key("signer");
    let attributes = signed_attributes(&digest(), key.chain().signer());
    let signature = key.sign(Algorithm::RsaPkcs1Sha256, &attributes.0).expect("a signature");
    let foreign = token();
    let refused = signed_data(&attributes, key.chain(), Algorithm::RsaPkcs1Sha256, &signature, Some(&foreign));
    assert_eq!(told(&refused.expect_err("refused")), "the time stamp is not over this signature");

    let stamp = super::super::timestamp::tests::stamp(&folder, &signature);
    let made =
        signed_data(&attributes, key.chain(), Algorithm::RsaPkcs1Sha256, &signature, Some(&stamp.der)).expect("made");
    let cms = check_cms(&made, &digest()).expect("it holds");
    let inside = Token::parse(cms.timestamp.as_deref().expect("a token")).expect("it holds");
    assert!(inside.covers(&cms.signature));
    let (_folder, done, said) = openssl(
        &[("x.p7s", &made), ("content", DATA)],
        "cms -verify -binary -inform DER -in x.p7s -content content -purpose any -out /dev/null -CAfile root.pem",
    );
    assert!(done, "{said}");
}

#[test]
fn a_cms_of_others_is_stamped_as_it_is() {
    let folder = Folder::new(&[("content", DATA)]);
    for how in [
        "-signer signer.pem -inkey signer.key -certfile chain.pem",
        "-signer p384.pem -inkey p384.key -certfile chain.pem -keyid",
    ] {
        let (done, said) =
            folder.openssl(&format!("cms -sign -binary -in content -outform DER -out x.p7s -md sha256 -cades {how}"));
        assert!(done, "{said}");
        let cms = check_cms(&folder.read("x.p7s"), &digest()).expect("it holds");
        let stamp = super::super::timestamp::tests::stamp(&folder, &cms.signature);
        let stamped = check_cms(&with_timestamp(&cms, &stamp).expect("stamped"), &digest()).expect("it holds");
        assert_eq!(stamped.timestamp.as_ref(), Some(&stamp.der));
        assert_eq!((&stamped.signature, stamped.certificates.len()), (&cms.signature, cms.certificates.len()));
        folder.write("y.p7s", &stamped.der);
        let (done, said) = folder
            .openssl("cms -verify -binary -inform DER -in y.p7s -content content -purpose any -out z -CAfile root.pem");
        assert!(done, "{said}");
        let again = with_timestamp(&stamped, &stamp).expect_err("one is enough");
        assert_eq!(told(&again), "the signature has a time stamp already");
        let foreign = Token::parse(&token()).expect("a token");
        assert_eq!(
            told(&with_timestamp(&cms, &foreign).expect_err("foreign")),
            "the time stamp is not over this signature"
        );
    }
}

#[test]
fn what_openssl_signs_is_read() {
    let folder = Folder::new(&[("content", DATA)]);
    let key_of = |name: &str| format!("-signer {name}.pem -inkey {name}.key -certfile chain.pem");
    for (how, words, names) in [
        (format!("{} -md sha256 -cades", key_of("signer")), "SHA-256, RSA 2048", Some(true)),
        (format!("{} -md sha384", key_of("signer")), "SHA-384, RSA 2048", None),
        (format!("{} -md sha512 -cades", key_of("seal")), "SHA-512, ECDSA P-256", Some(true)),
        (format!("{} -md sha384 -cades -keyid", key_of("p384")), "SHA-384, ECDSA P-384", Some(true)),
        (
            format!("{} -md sha512 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:64", key_of("signer")),
            "SHA-512, RSA-PSS 2048",
            None,
        ),
        (
            format!("{} -md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:max", key_of("signer")),
            "SHA-256, RSA-PSS 2048",
            None,
        ),
        (
            format!("{} -md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20", key_of("signer")),
            "SHA-256, RSA-PSS 2048",
            None,
        ),
    ] {
        let (done, said) = folder.openssl(&format!("cms -sign -binary -in content -outform DER -out x.p7s {how}"));
        assert!(done, "{said}");
        let mut der = folder.read("x.p7s");
        der.extend([0; 100]);
        let cms = Cms::parse(&der).expect(&how);
        assert!(cms.signature_holds(), "{how}");
        assert_eq!((cms.algorithm_name.as_str(), cms.names_signer), (words, names), "{how}");
        assert_eq!(Some(&cms.digest), cms.digest_algorithm.map(|digest| digest.of(&[DATA])).as_ref());
        assert!(cms.claimed_time.is_some());
        assert_eq!(cms.certificates.len(), 3);
        der.push(1);
        assert_eq!(told(&Cms::parse(&der).expect_err("bytes behind it")), "the CMS cannot be read");
    }
}

#[test]
fn what_cannot_be_judged_says_so() {
    let folder = Folder::new(&[("content", DATA), ("none.cnf", b"[req]\ndistinguished_name = none\n[none]\n")]);
    let sign = |how: &str| {
        let (done, said) = folder.openssl(&format!("cms -sign -binary -in content -outform DER -out x.p7s {how}"));
        assert!(done, "{said}");
        folder.read("x.p7s")
    };
    let old = Cms::parse(&sign("-signer signer.pem -inkey signer.key -md sha1 -cades")).expect("read");
    assert_eq!((old.scheme, old.digest_algorithm, old.algorithm_name.as_str()), (None, None, "SHA-1, RSA"));
    assert!(!old.signature_holds());
    assert_eq!(old.names_signer, Some(true), "ESS version 1");
    let (done, said) = folder.openssl(
        "req -x509 -newkey rsa:1024 -nodes -keyout small.key -out small.pem -subj /CN=small -days 30 -config none.cnf",
    );
    assert!(done, "{said}");
    let small = Cms::parse(&sign("-signer small.pem -inkey small.key -md sha256")).expect("read");
    assert_eq!((small.scheme, small.algorithm_name.as_str()), (None, "SHA-256, RSA 1024"));
    assert!(!small.signature_holds());
    let refused = |der: &[u8]| told(&Cms::parse(der).expect_err("refused")).to_owned();
    assert_eq!(
        refused(&sign("-signer signer.pem -inkey signer.key -signer seal.pem -inkey seal.key")),
        "the CMS has `2` signers; exactly one is wanted"
    );
    assert_eq!(
        refused(&sign("-signer signer.pem -inkey signer.key -nodetach")),
        "the CMS carries its content; a detached signature is wanted"
    );
    assert_eq!(
        refused(&sign("-signer signer.pem -inkey signer.key -noattr")),
        "the CMS has no signed attributes, which PAdES demands"
    );
    assert_eq!(
        refused(&sign("-signer signer.pem -inkey signer.key -nocerts")),
        "the signer's certificate is not in the CMS"
    );
}

/// The value with the lengths of its outer `levels` left open, as BER allows.
fn opened(value: &[u8], levels: usize) -> Vec<u8> {
    let value = super::super::asn1::Value::only(value).expect("a value");
    if levels == 0 || value.tag & 0x20 == 0 {
        return value.whole.to_vec();
    }
    let members = value.each().expect("members");
    let members = members.iter().flat_map(|member| opened(member.whole, levels - 1));
    [value.tag, 0x80].into_iter().chain(members).chain([0, 0]).collect()
}

#[test]
fn lengths_left_open_become_definite() {
    let made = signed("signer", SIGNERS[0].1, &digest());
    for levels in 1..12 {
        let mut open = opened(&made, levels);
        assert_ne!(open, made);
        open.extend([0; 9]);
        assert_eq!(check_cms(&open, &digest()).expect("it holds").der, made);
        assert!(Cms::parse(&open[..made.len() / 2]).is_err());
    }
}

#[test]
fn content_in_pieces_is_put_together() {
    let content = DATA.repeat(5_000);
    let folder = Folder::new(&[("content", &content)]);
    let (done, said) = folder
        .openssl("cms -sign -binary -stream -in content -outform DER -out x.p7s -signer signer.pem -inkey signer.key");
    assert!(done, "{said}");
    let data = SignedData::read(&folder.read("x.p7s")).expect("read");
    assert_eq!(data.content.as_deref(), Some(content.as_slice()));
    assert!(data.holds_over_content());
}

#[test]
fn a_cms_for_another_file_is_refused() {
    let made = signed("signer", SIGNERS[0].1, &digest());
    let refused = |der: &[u8], digest: &[u8; 32]| told(&check_cms(der, digest).expect_err("refused")).to_owned();
    assert_eq!(refused(&made, &[7; 32]), "the CMS is over another hash than this document's");
    let folder = Folder::new(&[("content", DATA)]);
    for (how, why) in [
        ("-md sha512 -cades", "the CMS uses `SHA-512, RSA 2048`; the hash handed out is SHA-256"),
        ("-md sha256", "the CMS lacks the attribute `signing-certificate-v2`, which PAdES demands"),
    ] {
        let (done, said) = folder.openssl(&format!(
            "cms -sign -binary -in content -outform DER -out x.p7s -signer signer.pem -inkey signer.key {how}"
        ));
        assert!(done, "{said}");
        assert_eq!(refused(&folder.read("x.p7s"), &digest()), why);
    }
}

#[test]
fn a_named_certificate_of_another_is_found_out() {
    // The same key under another certificate: the signature holds, the certificate is not the one that was meant.
    let key = key("signer");
    let attributes = signed_attributes(&digest(), &certificate("revoked"));
    let signature = key.sign(Algorithm::RsaPkcs1Sha256, &attributes.0).expect("a signature");
    let made = signed_data(&attributes, &chain("signer"), Algorithm::RsaPkcs1Sha256, &signature, None).expect("made");
    let cms = Cms::parse(&made).expect("read");
    assert!(cms.signature_holds() && cms.names_signer == Some(false));
    assert_eq!(
        told(&check_cms(&made, &digest()).expect_err("refused")),
        "the attribute `signing-certificate` of the CMS names another certificate than the signer's"
    );
}

#[test]
fn schemes_are_told_apart() {
    let cms = Cms::parse(&signed("signer", SIGNERS[1].1, &digest())).expect("read");
    assert_eq!(cms.scheme, Some(Scheme::RsaPss(Digest::Sha256, 32)));
}

proptest! {
    #[test]
    fn a_changed_attribute_or_signature_never_holds(
        which in 0..SIGNERS.len(), at in any::<prop::sample::Index>(), bit in 0_u32..8, in_signature in any::<bool>()
    ) {
        let (name, algorithm) = SIGNERS[which];
        let mut made = signed(name, algorithm, &digest());
        let cms = Cms::parse(&made).expect("just made");
        // The attributes stand in the file under another tag.
        let part = if in_signature { cms.signature.as_slice() } else { &cms.attributes.0[1..] };
        let start = made.windows(part.len()).rposition(|window| window == part).expect("it stands there");
        made[start + at.index(part.len())] ^= 1_u8 << bit;
        prop_assert!(check_cms(&made, &digest()).is_err());
        if let Ok(changed) = Cms::parse(&made) {
            prop_assert!(!changed.signature_holds());
        }
    }

    #[test]
    fn changed_bytes_are_read_or_refused(
        which in 0..SIGNERS.len(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let (name, algorithm) = SIGNERS[which];
        let mut made = signed(name, algorithm, &digest());
        for (at, byte) in changes {
            let at = at.index(made.len());
            made[at] = byte;
        }
        let _ = Cms::parse(&made).map(|cms| cms.signature_holds());
        let _ = Token::parse(&made);
    }

    #[test]
    fn any_file_is_read_as_anything_or_refused(which in 0..FILES.len(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = file(FILES[which].0).to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        for bytes in [&bytes[..], &bytes[..at]] {
            let _ = (Cms::parse(bytes), Token::parse(bytes), Crl::parse(bytes), Certificate::from_der(bytes));
            let _ = Ocsp::parse(bytes, &certificate("signer"), &certificate("intermediate"));
            let _ = timestamp_response(bytes, &[0; 32], 1);
            let _ = Certificate::from_pem(&String::from_utf8_lossy(bytes));
            let _ = LocalKey::from_pem(&String::from_utf8_lossy(bytes));
        }
    }
}
