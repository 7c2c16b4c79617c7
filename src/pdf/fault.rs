//! Why a file cannot be taken into a merged one.

use std::fmt;
use std::io;

use crate::diagnostic::{Code, Diagnostic, Failure};

/// The file cannot be read as PDF, or contradicts itself.
pub(super) fn broken(vi: impl fmt::Display, en: impl fmt::Display) -> Failure {
    fault("pdf_broken", format!("tệp PDF hỏng: {vi}"), format!("the PDF file is broken: {en}"))
}

/// The file is sound perhaps, and not of the kind this program writes.
pub(super) fn foreign(vi: impl fmt::Display, en: impl fmt::Display) -> Failure {
    fault("pdf_foreign", format!("tệp PDF không phải do chương trình này xuất: {vi}"), {
        format!("the PDF file is not one this program writes: {en}")
    })
}

/// The file asks for a password.
pub(super) fn encrypted() -> Failure {
    fault("pdf_encrypted", "tệp PDF được mã hóa", "the PDF file is encrypted")
}

/// The file has fields to fill in, or signatures.
pub(super) fn form() -> Failure {
    fault("pdf_form", "tệp PDF có ô điền hoặc chữ ký", "the PDF file has fields to fill in, or signatures")
}

/// The merged file would go beyond what its standard allows.
pub(super) fn too_large(objects: u64) -> Failure {
    one(Diagnostic::error(
        "pdf_too_large",
        format!("tệp gộp vượt `{objects}` đối tượng PDF"),
        format!("the merged file exceeds `{objects}` PDF objects"),
    )
    .hint("chia thành nhiều tệp gộp", "split it into several merged files"))
}

/// Nothing was added.
pub(super) fn empty() -> Failure {
    one(Diagnostic::error("pdf_empty", "không có trang nào để gộp", "there is no page to merge"))
}

/// The merged file cannot be written.
pub(super) fn unwritten(error: &io::Error) -> Failure {
    Failure::one(
        Code::Io,
        format!("không ghi được tệp gộp: {error}"),
        format!("the merged file cannot be written: {error}"),
    )
}

fn fault(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Failure {
    one(Diagnostic::error(code, vi, en).hint(
        "gộp các tệp do chương trình này xuất theo PDF/A-2a hoặc PDF/A-3a, chưa sửa, chưa ký, chưa đặt mật khẩu",
        "merge files this program wrote as PDF/A-2a or PDF/A-3a, neither edited, signed nor given a password",
    ))
}

fn one(diagnostic: Diagnostic) -> Failure {
    Failure::new(Code::InvalidData, vec![diagnostic])
}
