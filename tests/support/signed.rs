//! A certificate of award, signed with the test keys of `tests/pki`.

use std::path::PathBuf;

use vinhdanh::engine::Standard;
use vinhdanh::pades::{
    FieldSpec, LocalKey, Look, Moment, Plan, add_fields, embed, prepare, signed_attributes, signed_data,
};

use super::{local, project};

/// A file of `tests/pki`.
pub fn pki(name: &str) -> PathBuf {
    project().join("tests/pki").join(name)
}

/// The plain certificate with one field on page 1, not signed.
pub fn open() -> Vec<u8> {
    // A thread of its own: a test may already stand in a runtime.
    let make = || local().pdf("giay_khen", local().sample("giay_khen", "plain"), Standard::default());
    let base = std::thread::spawn(make).join().expect("no panic").expect("a certificate").bytes;
    let field =
        FieldSpec {
            name: "KiemThu".into(), label: "Chữ ký thử".into(), page: 1, x: 30.0, y: 30.0, w: 100.0, h: 60.0
        };
    let added = add_fields(&base, &[field]).expect("a field");
    [base, added].concat()
}

/// The same, signed by `name` of the test keys.
pub fn by(name: &str) -> Vec<u8> {
    let base = open();
    let read = |file: &str| std::fs::read_to_string(pki(file)).expect("a file of tests/pki");
    let pem = [read(&format!("{name}.key")), read(&format!("{name}.pem")), read("chain.pem")].concat();
    let key = LocalKey::from_pem(&pem).expect("a key");
    let plan = Plan {
        field: "KiemThu".into(),
        at: Moment::parse_from_rfc3339("2026-04-01T08:00:00+07:00").expect("a moment"),
        name: key.chain().signer().name(),
        reserve: Plan::RESERVE,
        look: Look::default(),
    };
    let prepared = prepare(&base, &plan).expect("prepared");
    let attributes = signed_attributes(&prepared.digest, key.chain().signer());
    let algorithm = key.algorithms()[0];
    let value = key.sign(algorithm, &attributes.0).expect("a signature");
    let cms = signed_data(&attributes, key.chain(), algorithm, &value, None).expect("a CMS");
    let tail = embed(&prepared, &cms).expect("embedded");
    [base, tail].concat()
}
