//! Whether a certificate is fit to sign with.

use chrono::FixedOffset;

use crate::diagnostic::Diagnostic;

use super::super::Moment;
use super::{Certificate, KeyKind};

/// Smallest RSA modulus that may sign, bits (circular 15/2025/TT-BKHCN, annex I).
const SMALLEST_RSA: usize = 2048;
/// Seconds that the clocks of Vietnam are ahead of UTC.
const VIETNAM: i32 = 7 * 3600;

impl Certificate {
    /// What speaks against signing with it at `at`; nothing: it is fit. Whether it was revoked, and whether its issuer
    /// is trusted, is not asked here.
    pub fn fit_to_sign(&self, at: Moment) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let (from, to) = self.validity();
        if at < from {
            faults.push(Diagnostic::error(
                "certificate_not_yet_valid",
                format!("chứng thư chỉ có hiệu lực từ `{}`", told(from)),
                format!("the certificate is valid only from `{}`", told(from)),
            ));
        }
        if at > to {
            faults.push(
                Diagnostic::error(
                    "certificate_expired",
                    format!("chứng thư đã hết hạn từ `{}`", told(to)),
                    format!("the certificate expired at `{}`", told(to)),
                )
                .hint("gia hạn chứng thư hoặc dùng chứng thư khác", "renew the certificate or use another"),
            );
        }
        match self.key_kind() {
            KeyKind::Rsa(bits) if bits < SMALLEST_RSA => faults.push(Diagnostic::error(
                "key_too_small",
                format!("khóa RSA dài `{bits}` bit; cần từ {SMALLEST_RSA} bit"),
                format!("the RSA key has `{bits}` bits; {SMALLEST_RSA} or more are wanted"),
            )),
            KeyKind::Other => faults.push(Diagnostic::error(
                "key_unknown",
                "khóa của chứng thư không thuộc loại được nhận (RSA, P-256, P-384, P-521)",
                "the certificate's key is of no kind that is taken (RSA, P-256, P-384, P-521)",
            )),
            _ => {}
        }
        if !self.may_sign() {
            faults.push(
                Diagnostic::error(
                    "key_usage",
                    "chứng thư không được cấp để ký (`keyUsage` thiếu `digitalSignature` và `nonRepudiation`)",
                    "the certificate was not issued to sign (`keyUsage` has neither `digitalSignature` nor `nonRepudiation`)",
                )
                .hint("dùng chứng thư chữ ký số", "use a certificate for signatures"),
            );
        }
        faults
    }
}

fn told(moment: Moment) -> String {
    FixedOffset::east_opt(VIETNAM).map_or(moment, |zone| moment.with_timezone(&zone)).to_rfc3339()
}
