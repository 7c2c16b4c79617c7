//! Files signed with the test keys, and what is done to them.

use super::super::testing::{Folder, certificate, file, key, moment, signed};
use super::super::timestamp::tests::stamp;
use super::super::{
    Algorithm, Material, Plan, add_material, document_timestamp, embed, prepare, prepare_timestamp, signed_attributes,
    signed_data,
};
use super::testing::{append, document, updated};
use super::*;

/// After all lists of the tests, before every certificate ends.
const NOW: &str = "2027-03-01T08:00:00+07:00";
const RSA: Algorithm = Algorithm::RsaPkcs1Sha256;
const P256: Algorithm = Algorithm::EcdsaP256Sha256;

fn trust() -> Trust {
    Trust {
        roots: vec![certificate("root")],
        intermediates: Vec::new(),
        crls: ["intermediate.crl", "root.crl"].map(|name| Crl::parse(file(name)).expect("a list")).into(),
    }
}

fn plan(field: &str) -> Plan {
    Plan {
        field: field.to_owned(),
        at: moment("2026-04-01T08:00:00+07:00"),
        name: "Đinh Thị Hồng Ẻm".to_owned(),
        reserve: Plan::RESERVE_STAMPED,
        look: super::super::Look::default(),
    }
}

/// A file with one more field signed.
fn sign(pdf: &[u8], field: &str, name: &str, algorithm: Algorithm) -> Vec<u8> {
    let prepared = prepare(pdf, &plan(field)).expect("prepared");
    let tail = embed(&prepared, &signed(name, algorithm, &prepared.digest)).expect("embedded");
    [pdf, &tail].concat()
}

/// The document with a second field, for the seal.
fn open() -> Vec<u8> {
    let field = super::super::FieldSpec {
        name: "CoQuan".into(),
        label: "Chữ ký số của cơ quan".into(),
        page: 1,
        x: 260.0,
        y: 560.0,
        w: 90.0,
        h: 90.0,
    };
    let base = document();
    let added = super::super::add_fields(&base, &[field]).expect("a field");
    [base, added].concat()
}

fn once() -> Vec<u8> {
    sign(&document(), "NguoiKy", "signer", RSA)
}

fn judge(pdf: &[u8]) -> Report {
    verify(pdf, &trust(), moment(NOW)).expect("a report")
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|one| one.code).collect()
}

/// The verdict on the file, and the codes of its first signature that weigh.
fn told(pdf: &[u8]) -> (FileVerdict, Vec<&'static str>) {
    let report = judge(pdf);
    let heavy = |findings: &[Finding]| {
        findings.iter().filter(|one| one.weight != Weight::Note).map(|one| one.code).collect::<Vec<_>>()
    };
    let codes = report.signatures.first().map_or_else(|| heavy(&report.findings), |one| heavy(&one.findings));
    (report.verdict, codes)
}

#[test]
fn a_signed_file_is_valid_and_says_who_and_when() {
    let report = judge(&once());
    assert_eq!(report.verdict, FileVerdict::SignedValid, "{report:#?}");
    let one = &report.signatures[0];
    let signer = one.signer.as_ref().expect("a signer");
    assert_eq!((signer.name.as_str(), one.page, one.level), ("Đinh Thị Hồng Ẻm", Some(1), Some("B-B")));
    assert_eq!(signer.organisation.as_deref(), Some("Ủy ban nhân dân huyện Phù Yên (thử nghiệm)"));
    assert_eq!(one.chain, ["Đinh Thị Hồng Ẻm", "Trung gian thử nghiệm Phù Yên", "Gốc thử nghiệm Phù Yên"]);
    assert_eq!(one.claimed_time.as_deref(), Some("2026-04-01T08:00:00+07:00"));
    assert_eq!((one.coverage, one.revocation), (Coverage::Whole, RevocationState::Good));
    assert_eq!((one.judged_at.as_deref(), one.judged_by), (Some(NOW), Some(Clock::Now)));
    assert_eq!(one.place, Some([300.0, 574.0, 120.0, 68.0]));
    assert_eq!(report.pages, Some(2));
}

#[test]
fn the_seal_after_the_signature_leaves_both_valid() {
    let open = open();
    assert_eq!(judge(&open).verdict, FileVerdict::NotSigned);
    assert_eq!(judge(&open).empty_fields, ["NguoiKy", "CoQuan"]);
    let both = sign(&sign(&open, "NguoiKy", "signer", RSA), "CoQuan", "seal", P256);
    let report = judge(&both);
    assert_eq!(report.verdict, FileVerdict::SignedValid, "{report:#?}");
    assert_eq!(report.signatures[0].coverage, Coverage::WithPermittedUpdates);
    assert_eq!(codes(&report.signatures[0].findings), ["judged_now", "signed_since"]);
    assert_eq!(report.signatures[1].coverage, Coverage::Whole);
    assert_eq!(report.signatures[1].algorithm.as_deref(), Some("SHA-256, ECDSA P-256"));
}

#[test]
fn a_page_changed_after_signing_is_told_even_under_a_second_signature() {
    let mut pdf = sign(&open(), "NguoiKy", "signer", RSA);
    let page = "<</Length 0>>stream\nBT /F 12 Tf (9.000 dong) Tj ET\nendstream";
    append(&mut pdf, &[(5, page)].into(), &[], "/Info 15 0 R");
    assert_eq!(told(&pdf), (FileVerdict::Changed, vec!["page_content"]));
    let report = judge(&pdf);
    assert_eq!(report.signatures[0].findings[0].page, Some(1));
    assert_eq!(report.signatures[0].findings[0].text.vi, "nội dung trang đã bị sửa sau khi ký (trang 1)");
    let both = sign(&pdf, "CoQuan", "seal", P256);
    let report = judge(&both);
    let verdicts: Vec<Verdict> = report.signatures.iter().map(|one| one.verdict).collect();
    assert_eq!((report.verdict, verdicts), (FileVerdict::Changed, vec![Verdict::Changed, Verdict::Valid]));
}

#[test]
fn one_bit_anywhere_ends_a_valid_verdict() {
    let pdf = once();
    let hole = hole(&pdf);
    let step = (pdf.len() / 400).max(1);
    for at in (0..pdf.len()).step_by(step).chain(pdf.len() - 40..pdf.len()) {
        let mut flipped = pdf.clone();
        flipped[at] ^= 1;
        let Ok(report) = verify(&flipped, &trust(), moment(NOW)) else { continue };
        if hole.contains(&at) && report.verdict.holds() {
            // A spare certificate in the CMS is not signed; nothing it says may differ.
            assert_eq!(report.signatures, judge(&pdf).signatures, "{at}");
        } else {
            assert!(!report.verdict.holds(), "{at} of {}: {:?}", pdf.len(), report.verdict);
        }
    }
}

#[test]
fn bytes_after_the_end_are_told() {
    for garbage in [&b"x"[..], b"\n% more\n", &[b'A'; 5000]] {
        let pdf = [once(), garbage.to_vec()].concat();
        assert_eq!(told(&pdf), (FileVerdict::Changed, vec!["trailing_bytes"]));
    }
    assert_eq!(judge(&[once(), b"\r\n".to_vec()].concat()).verdict, FileVerdict::SignedValid);
    let unsigned = [document(), b"garbage".to_vec()].concat();
    assert_eq!(told(&unsigned).0, FileVerdict::Unreadable);
}

/// Where the digits of the last signature stand.
fn hole(pdf: &[u8]) -> std::ops::Range<usize> {
    let at = memchr::memmem::rfind(pdf, b"/Contents<").expect("contents") + "/Contents<".len();
    at..at + pdf[at..].iter().position(|byte| *byte == b'>').expect("its end")
}

/// The file with its byte range written anew.
fn ranged(pdf: &[u8], range: &str) -> Vec<u8> {
    let text = pdf.to_vec();
    let at = memchr::memmem::rfind(&text, b"/ByteRange").expect("a range");
    let end = at + text[at..].iter().position(|byte| *byte == b']').expect("its end");
    let room = end - at - "/ByteRange[".len();
    let mut new = text.clone();
    new.splice(at..=end, format!("/ByteRange[{range:<room$}]").into_bytes());
    assert_eq!(new.len(), text.len(), "the range fits");
    new
}

#[test]
fn a_range_that_is_not_all_but_the_signature_is_refused() {
    let pdf = once();
    let one = judge(&pdf);
    assert_eq!(one.signatures.len(), 1);
    let at = memchr::memmem::rfind(&pdf, b"/Contents<").expect("contents") + "/Contents".len();
    let end = at + pdf[at..].iter().position(|byte| *byte == b'>').expect("its end") + 1;
    let rest = pdf.len() - end;
    assert_eq!(ranged(&pdf, &format!("0 {at} {end} {rest}")).len(), pdf.len());
    for (range, code) in [
        (String::new(), "range_missing"),
        ("0 0 0 0".into(), "range_gap"),
        (format!("0 {at} {end}"), "range_missing"),
        (format!("0 {at} {end} -1"), "range_missing"),
        (format!("1 {at} {end} {rest}"), "range_gap"),
        (format!("0 {} {end} {rest}", at - 9), "range_gap"),
        (format!("0 {at} {} {}", end + 9, rest - 9), "range_gap"),
        (format!("0 {end} {at} {rest}"), "range_gap"),
        (format!("0 {at} {end} {}", rest - 20), "range_inside"),
        (format!("0 {at} {end} {}", rest + 1), "range_outside"),
        (format!("0 {at} {end} 99999999999999"), "range_outside"),
    ] {
        assert_eq!(told(&ranged(&pdf, &range)), (FileVerdict::Broken, vec![code]), "{range}");
    }
}

#[test]
fn contents_that_are_none_are_refused() {
    let pdf = once();
    let at = memchr::memmem::rfind(&pdf, b"/Contents<").expect("contents") + "/Contents<".len();
    let end = at + pdf[at..].iter().position(|byte| *byte == b'>').expect("its end");
    let mut zero = pdf.clone();
    zero[at..end].fill(b'0');
    assert_eq!(told(&zero), (FileVerdict::Broken, vec!["contents_missing"]));
    let mut named = pdf.clone();
    named[at - 4..at - 2].copy_from_slice(b"xx");
    assert_eq!(told(&named), (FileVerdict::Broken, vec!["contents_missing"]));
}

#[test]
fn a_signature_taken_from_another_file_is_broken() {
    let (end, other) = updated(&[(5, "<</Length 0>>stream\nBT (other) Tj ET\nendstream")]);
    assert!(end < other.len());
    let mut stolen = sign(&other, "NguoiKy", "signer", RSA);
    let pdf = once();
    let (from, to) = (hole(&pdf), hole(&stolen));
    assert_eq!(from.len(), to.len());
    stolen[to].copy_from_slice(&pdf[from]);
    assert_eq!(told(&stolen), (FileVerdict::Broken, vec!["digest_differs"]));
}

#[test]
fn certificates_are_judged_by_root_time_and_lists() {
    let by = |name: &str| sign(&document(), "NguoiKy", name, RSA);
    assert_eq!(told(&by("revoked")), (FileVerdict::Revoked, vec!["revoked"]));
    let (verdict, found) = told(&by("expired"));
    assert!(verdict == FileVerdict::Expired && found.contains(&"expired"), "{found:?}");
    let pdf = once();
    let at = |trust: &Trust, now: &str| {
        let report = verify(&pdf, trust, moment(now)).expect("a report");
        (report.verdict, codes(&report.signatures[0].findings))
    };
    let none = Trust::default();
    assert_eq!(at(&none, NOW), (FileVerdict::UnknownSigner, vec!["no_roots", "judged_now"]));
    let stranger = Trust { roots: vec![certificate("stranger")], ..Trust::default() };
    assert_eq!(at(&stranger, NOW), (FileVerdict::UnknownSigner, vec!["untrusted", "judged_now"]));
    let no_lists = Trust { crls: Vec::new(), ..trust() };
    assert_eq!(at(&no_lists, NOW), (FileVerdict::SignedWithWarnings, vec!["revocation_unknown", "judged_now"]));
    // The lists of the tests are due in 2045: after that they are too old.
    let (verdict, _) = at(&trust(), "2045-12-01T00:00:00Z");
    assert_eq!(verdict, FileVerdict::Expired);
    let (verdict, found) = at(&trust(), "2023-12-01T00:00:00Z");
    assert!(verdict == FileVerdict::Expired && found.contains(&"not_yet_valid") && found.contains(&"claimed_future"));
}

/// A file signed with a time stamp, then with material, then with a document time stamp.
fn long_term(folder: &Folder) -> [Vec<u8>; 3] {
    let base = document();
    let prepared = prepare(&base, &plan("NguoiKy")).expect("prepared");
    let key = key("signer");
    let attributes = signed_attributes(&prepared.digest, key.chain().signer());
    let value = key.sign(RSA, &attributes.0).expect("a signature");
    let token = stamp(folder, &value);
    let cms = signed_data(&attributes, key.chain(), RSA, &value, Some(&token.der)).expect("a CMS");
    let stamped = [base.as_slice(), &embed(&prepared, &cms).expect("embedded")].concat();
    let material = Material {
        certificates: ["intermediate", "root", "tsa"].map(|name| certificate(name).der().to_vec()).into(),
        crls: ["intermediate.crl", "root.crl"].map(|name| file(name).to_vec()).into(),
        ocsps: vec![file("ocsp-signer.der").to_vec()],
    };
    let kept = [stamped.as_slice(), &add_material(&stamped, &material).expect("a store")].concat();
    let prepared = prepare_timestamp(&kept, Plan::RESERVE_STAMPED).expect("prepared");
    let bytes = [kept.as_slice(), &prepared.tail].concat();
    let [_, before, after, length] = prepared.byte_range.map(|at| usize::try_from(at).expect("it fits"));
    let covered = [&bytes[..before], &bytes[after..after + length]].concat();
    let token = stamp(folder, &covered);
    let archived = [kept.as_slice(), &document_timestamp(&prepared, &token.der).expect("embedded")].concat();
    [stamped, kept, archived]
}

#[test]
fn levels_are_told_as_they_are_reached() {
    let folder = Folder::new(&[]);
    let files = long_term(&folder);
    // Nothing but the root is configured: what is known of revocation is in the file.
    let root = Trust { roots: vec![certificate("root")], ..Trust::default() };
    let report = |pdf: &[u8], now: &str| verify(pdf, &root, moment(now)).expect("a report");
    for (pdf, level, verdict) in [
        (&files[0], "B-T", FileVerdict::SignedWithWarnings),
        (&files[1], "B-LT", FileVerdict::SignedValid),
        (&files[2], "B-LTA", FileVerdict::SignedValid),
    ] {
        let report = report(pdf, NOW);
        let one = &report.signatures[0];
        assert_eq!(
            (report.verdict, one.level, one.judged_by),
            (verdict, Some(level), Some(Clock::TimeStamp)),
            "{report:#?}"
        );
        assert!(one.time_stamp.as_ref().is_some_and(|stamp| stamp.trusted));
    }
    let last = report(&files[2], NOW);
    assert_eq!((last.signatures[1].kind, last.signatures[1].verdict), ("time_stamp", Verdict::Valid), "{last:#?}");
    assert_eq!(last.signatures[0].coverage, Coverage::WithPermittedUpdates);
    // The signer's certificate ends in 2045, the stamp proves that it signed before.
    let later = report(&files[2], "2045-06-01T00:00:00Z");
    assert_eq!(later.signatures[0].verdict, Verdict::Valid, "{later:#?}");
    let without = verify(&once(), &root, moment("2045-06-01T00:00:00Z")).expect("a report");
    assert_eq!(without.verdict, FileVerdict::Expired);
    // A stamp of an authority nobody trusts proves nothing.
    let report = verify(&files[0], &Trust::default(), moment(NOW)).expect("a report");
    assert!(codes(&report.signatures[0].findings).contains(&"stamp_untrusted"));
    assert_eq!(report.signatures[0].judged_by, Some(Clock::Now));
}

#[test]
fn a_stamp_of_another_signature_proves_nothing() {
    let folder = Folder::new(&[]);
    let base = document();
    let prepared = prepare(&base, &plan("NguoiKy")).expect("prepared");
    let key = key("signer");
    let attributes = signed_attributes(&prepared.digest, key.chain().signer());
    let value = key.sign(RSA, &attributes.0).expect("a signature");
    let own = stamp(&folder, &value);
    let cms = signed_data(&attributes, key.chain(), RSA, &value, Some(&own.der)).expect("a CMS");
    let other = stamp(&folder, b"something else");
    // Both tokens have the same length but for numbers; where not, there is nothing to put in its place.
    let at = memchr::memmem::find(&cms, &own.der).expect("the token is in the CMS");
    if own.der.len() == other.der.len() {
        let mut swapped = cms.clone();
        swapped[at..at + own.der.len()].copy_from_slice(&other.der);
        let pdf = [base.as_slice(), &embed(&prepared, &swapped).expect("embedded")].concat();
        let report = judge(&pdf);
        assert!(codes(&report.signatures[0].findings).contains(&"stamp_foreign"), "{report:#?}");
        assert_eq!(report.signatures[0].judged_by, Some(Clock::Now));
    }
}

#[test]
fn a_locked_document_takes_no_more_signatures() {
    let base = document();
    let locked = "/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1>>>>]";
    let open = super::super::add_fields(
        &base,
        &[super::super::FieldSpec { name: "A".into(), label: "x".into(), page: 1, x: 9.0, y: 9.0, w: 9.0, h: 9.0 }],
    )
    .expect("a field");
    let pdf = handmade(&[base.as_slice(), &open].concat(), locked);
    let report = judge(&pdf);
    assert_eq!((report.verdict, report.signatures[0].certifies), (FileVerdict::SignedValid, Some(1)), "{report:#?}");
    let mut filled = pdf.clone();
    append(&mut filled, &[(9, "<</Fields[10 0 R]/SigFlags 3/X 1>>")].into(), &[], "/Info 15 0 R");
    assert_eq!(judge(&filled).verdict, FileVerdict::Changed);
    let twice = handmade_second(&pdf);
    let (verdict, found) = told(&twice);
    assert!(verdict == FileVerdict::Changed && found.contains(&"not_permitted"), "{found:?}");
    // One that only locks other fields by name takes this one, and one that locks all does not.
    for (lock, verdict) in [
        (
            "/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[(B)]>>>>]",
            FileVerdict::SignedValid,
        ),
        (
            "/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[(A)]>>>>]",
            FileVerdict::Changed,
        ),
        ("/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/All>>>>]", FileVerdict::Changed),
    ] {
        let pdf = handmade(&[base.as_slice(), &open].concat(), lock);
        assert_eq!(judge(&handmade_second(&pdf)).verdict, verdict, "{lock}");
    }
}

/// Signs `NguoiKy` with a dictionary that has `more` in it.
fn handmade(pdf: &[u8], more: &str) -> Vec<u8> {
    by_hand(pdf, 10, "/T(NguoiKy)/F 132/P 3 0 R/Rect[300 200 420 268]/StructParent 1", 150, more)
}

/// Signs the field `A` that [`super::super::add_fields`] made.
fn handmade_second(pdf: &[u8]) -> Vec<u8> {
    sign(pdf, "A", "seal", P256)
}

fn by_hand(pdf: &[u8], widget: u32, keys: &str, value: u32, more: &str) -> Vec<u8> {
    let hole = "0".repeat(2 * Plan::RESERVE);
    let dictionary = format!(
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20260401080000+07'00'){more}/ByteRange[{:40}]/Contents<{hole}>>>",
        ""
    );
    let widget_text = format!("<</Type/Annot/Subtype/Widget/FT/Sig{keys}/V {value} 0 R>>");
    let mut file = pdf.to_vec();
    append(&mut file, &[(widget, widget_text.as_str()), (value, &dictionary)].into(), &[], "/Info 15 0 R");
    let at = memchr::memmem::rfind(&file, b"/Contents<").expect("contents") + "/Contents".len();
    let end = at + hole.len() + 2;
    let file = ranged(&file, &format!("0 {at} {end} {}", file.len() - end));
    let digest: [u8; 32] = Sha256::new().chain_update(&file[..at]).chain_update(&file[end..]).finalize().into();
    let cms: String = signed("signer", RSA, &digest).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut signed = file;
    signed[at + 1..at + 1 + cms.len()].copy_from_slice(cms.as_bytes());
    signed
}

#[test]
fn reports_speak_one_language_at_a_time() {
    let report = judge(&once());
    let (vi, en) = (report.to_json(crate::diagnostic::Lang::Vi), report.to_json(crate::diagnostic::Lang::En));
    assert_eq!(vi["sentence"], "Văn bản có chữ ký số hợp lệ và còn nguyên vẹn từ khi ký");
    assert_eq!(en["signatures"][0]["findings"][0]["code"], "judged_now");
    assert!(en["signatures"][0]["findings"][0]["text"].as_str().is_some_and(str::is_ascii));
    assert_eq!(vi["verdict"], "signed_valid");
    assert_eq!(vi["signatures"][0]["judged_by"], "now");
}

#[test]
fn a_borrowed_chain_is_not_shown_as_his_own() {
    // `stranger` puts the certificates of an authority that never knew him beside his own.
    let base = document();
    let prepared = prepare(&base, &plan("NguoiKy")).expect("prepared");
    let own = signed("stranger", RSA, &prepared.digest);
    let pdf = [base.as_slice(), &embed(&prepared, &own).expect("embedded")].concat();
    let report = judge(&pdf);
    assert_eq!((report.verdict, report.signatures[0].chain.len()), (FileVerdict::UnknownSigner, 1), "{report:#?}");
}

#[test]
fn what_is_no_pdf_is_a_failure() {
    for bytes in [&b""[..], b"GIF89a", b"<html>"] {
        assert_eq!(verify(bytes, &trust(), moment(NOW)).expect_err("no PDF").code, FailureCode::NotPdf);
    }
}

#[test]
fn crafted_files_end_in_time() {
    let bomb = {
        use std::io::Write as _;
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![b' '; 64 << 20]).expect("written");
        packed.finish().expect("packed")
    };
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut rows = String::new();
    for number in 10..60 {
        rows.push_str(&format!("{number} 1\n{:010} 00000 n \n", file.len()));
        file.extend_from_slice(
            format!("{number} 0 obj\n<</Type/ObjStm/N 0/First 0/Filter/FlateDecode/Length {}>>stream\n", bomb.len())
                .as_bytes(),
        );
        file.extend_from_slice(&bomb);
        file.extend_from_slice(b"\nendstream\nendobj\n");
    }
    for (number, text) in [(1, "<</Type/Catalog/Pages 2 0 R>>"), (2, "<</Type/Pages/Kids[]/Count 0>>")] {
        rows.push_str(&format!("{number} 1\n{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{text}\nendobj\n").as_bytes());
    }
    let at = file.len();
    file.extend_from_slice(
        format!("xref\n{rows}trailer\n<</Size 60/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").as_bytes(),
    );
    let report = verify(&file, &trust(), moment(NOW)).expect("a report");
    assert!(report.standards.is_none(), "the other reader was not given it");
    let deep = [b"%PDF-1.7\n1 0 obj\n".to_vec(), vec![b'['; 1_000_000]].concat();
    assert_eq!(verify(&deep, &trust(), moment(NOW)).expect("a report").verdict, FileVerdict::Unreadable);
}

#[test]
fn what_is_read_again_and_again_is_counted_by_its_length() {
    // Objects that lie within each other, or all at one place: read to the end for each, they would take minutes.
    const MANY: usize = 2_000;
    let nested: String = (3..MANY + 3).map(|number| format!("{number:<5} 0 obj (")).collect();
    for (text, step) in [("0".repeat(1 << 18), 0), ("%".repeat(1 << 18), 0), (nested + &"a".repeat(1 << 18), 13)] {
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut rows = String::new();
        for (number, text) in [(1, "<</Type/Catalog/Pages 2 0 R>>"), (2, "<</Type/Pages/Kids[]/Count 0>>")] {
            rows.push_str(&format!("{number} 1\n{:010} 00000 n \n", file.len()));
            file.extend_from_slice(format!("{number} 0 obj\n{text}\nendobj\n").as_bytes());
        }
        rows.push_str(&format!("3 {MANY}\n"));
        (0..MANY).for_each(|number| rows.push_str(&format!("{:010} 00000 n \n", file.len() + number * step)));
        file.extend_from_slice(text.as_bytes());
        let (at, size) = (file.len() + 1, MANY + 3);
        let trailer = format!("\nxref\n{rows}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n");
        file.extend_from_slice(trailer.as_bytes());
        let budget = Budget::of(100_000);
        let file = File::open(&file, &budget).expect("its table is sound");
        assert!(file.modest().is_err(), "{:?}", text.get(..9));
    }
}

#[test]
fn what_many_fields_share_is_not_kept_for_each() {
    let judged = |below: &str, shared: &str, above: &str| {
        let fields: Vec<(u32, String)> =
            (1_000..4_000).map(|number| (number, format!("<</FT/Sig/T(a){below}>>"))).collect();
        let kids: String = fields.iter().map(|(number, _)| format!("{number} 0 R ")).collect();
        let parent = format!("<</T(b){above}/Kids[{kids}]>>");
        let mut objects = vec![(9, "<</Fields[100 0 R]/SigFlags 1>>"), (100, parent.as_str()), (200, shared)];
        objects.extend(fields.iter().map(|(number, text)| (*number, text.as_str())));
        let (_, file) = updated(&objects);
        (judge(&file).verdict, super::super::fields(&file).is_err())
    };
    // One list of kids for each of them: nine million widgets in a file of some kilobytes.
    let list = format!("[{}]", "10 0 R ".repeat(3_000));
    assert_eq!(judged("/Kids 200 0 R", &list, ""), (FileVerdict::Unreadable, true));
    // A value of a megabyte above them all, which is no signature: three thousand of them would be three gigabytes.
    let value = format!("/V({})", "a".repeat(1 << 20));
    assert_eq!(judged("", "null", &value), (FileVerdict::Broken, false));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]

    #[test]
    fn no_edit_makes_it_fall_or_believe(edits in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..6), cut in proptest::prelude::any::<bool>()) {
        static SIGNED: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(once);
        let mut pdf = SIGNED.clone();
        let hole = hole(&pdf);
        let mut outside = false;
        for (at, byte) in &edits {
            let at = at.index(pdf.len());
            outside |= pdf[at] != *byte && !hole.contains(&at);
            pdf[at] = *byte;
        }
        if cut {
            let at = edits[0].0.index(pdf.len());
            outside |= at < pdf.len() - 1;
            pdf.truncate(at);
        }
        if let Ok(report) = verify(&pdf, &trust(), moment(NOW)) {
            proptest::prop_assert!(!outside || !report.verdict.holds(), "{:?}", report.verdict);
        }
    }
}
