//! `verify`, as a person or a script meets it.

use serde_json::Value;

use super::{run, text};
use crate::support::signed;

#[test]
fn the_exit_code_says_whether_the_file_may_be_relied_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
    let pdf = signed::by("signer");
    write("a.pdf", &pdf);
    let mut changed = pdf.clone();
    let at = changed.len() / 3;
    changed[at] ^= 1;
    write("b.pdf", &changed);
    write("c.pdf", &signed::open());
    write("d.pdf", b"no PDF");
    let root = signed::pki("root.pem").display().to_string();
    let lists = ["intermediate.crl", "root.crl"].map(|name| signed::pki(name).display().to_string());
    let with = |more: &[&str]| {
        let mut arguments = vec!["verify", "--roots", &root, "--crl", &lists[0], "--crl", &lists[1]];
        arguments.extend(more);
        let output = run(folder.path(), &arguments, None);
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, told, _) = with(&["a.pdf", "--at", "2026-11-22T10:15:00+07:00"]);
    assert_eq!(code, Some(0), "{told}");
    for words in [
        "Văn bản có chữ ký số hợp lệ",
        "Đinh Thị Hồng Ẻm",
        "không bị thu hồi",
        "PDF/A-2a được giữ",
        "2026-11-22T10:15:00+07:00",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let (code, told, _) = with(&["b.pdf", "--lang", "en"]);
    assert_eq!(code, Some(3));
    assert!(told.starts_with("A signature is broken or does not match the content"), "{told}");
    let (code, told, _) = with(&["c.pdf", "--format", "json"]);
    let report: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((code, &report["verdict"]), (Some(3), &"not_signed".into()));
    let (code, _, why) = with(&["d.pdf"]);
    assert_eq!(code, Some(3));
    assert!(why.contains("not_pdf"), "{why}");
    assert_eq!(with(&["a.pdf", "--at", "yesterday"]).0, Some(2));
    assert_eq!(with(&["missing.pdf"]).0, Some(1));
    assert_eq!(run(folder.path(), &["verify"], None).status.code(), Some(2));
    // Without roots nobody is known.
    let output = run(folder.path(), &["verify", "a.pdf"], None);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stdout).contains("chưa xác nhận được người ký"), "{}", text(&output.stdout));
}
