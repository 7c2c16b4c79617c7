//! What a provider says when it does not sign, in our words and its own.

use crate::diagnostic::{Code, Diagnostic, Failure};

/// Longest piece of a provider's own words that is passed on, characters.
const LONGEST: usize = 200;

/// Digits in a row that may be a person's number: never passed on.
const NUMBER: usize = 9;

/// Why there is no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The holder of the key said no.
    Rejected,
    /// Nobody confirmed within the provider's time.
    TimedOut,
    /// The account has no signatures left.
    Quota,
    /// Certificate or key is expired, revoked, suspended, locked.
    Certificate,
    /// A PIN, password or one-time password is wrong.
    Secret,
    /// The provider does not know the signer.
    User,
    /// The provider does not accept this service's own account.
    Account,
    /// The provider tried and failed.
    Failed,
    /// The provider refused for a reason only it has words for.
    Refused,
    /// The provider is not working now.
    Down,
}

impl Why {
    fn code(self) -> Code {
        match self {
            Self::TimedOut => Code::ProviderTimeout,
            Self::Account | Self::Down => Code::ProviderUnavailable,
            _ => Code::ProviderRefused,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Rejected => ("người giữ khóa đã từ chối yêu cầu ký", "the holder of the key rejected the request"),
            Self::TimedOut => {
                ("không ai xác nhận yêu cầu ký trong thời hạn", "nobody confirmed the request in the time allowed")
            }
            Self::Quota => ("tài khoản ký đã hết lượt ký hoặc hết tiền", "the account has no signatures or money left"),
            Self::Certificate => (
                "chứng thư hoặc khóa ký đã hết hạn, bị thu hồi, tạm dừng hoặc bị khóa",
                "the certificate or key is expired, revoked, suspended or locked",
            ),
            Self::Secret => (
                "mã PIN, mật khẩu hoặc OTP không đúng hoặc đã hết hạn",
                "the PIN, password or one-time password is wrong or has expired",
            ),
            Self::User => (
                "không có người ký này, hoặc tài khoản chưa được kích hoạt",
                "this signer is unknown, or the account is not activated",
            ),
            Self::Account => (
                "không nhận tài khoản kết nối của dịch vụ này",
                "the account this service connects with is not accepted",
            ),
            Self::Failed => ("ký không thành công", "signing failed"),
            Self::Refused => ("từ chối ký", "signing was refused"),
            Self::Down => ("đang không phục vụ được", "the service is out of order at the moment"),
        }
    }

    fn hint(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Rejected => Some((
                "hỏi người ký, rồi gửi lại yêu cầu khi người ký đồng ý",
                "ask the signer, then send the request again once he agrees",
            )),
            Self::TimedOut => Some((
                "gửi lại yêu cầu khi người ký đã mở sẵn ứng dụng ký",
                "send the request again when the signer has his signing app at hand",
            )),
            Self::Quota => Some(("gia hạn gói ký với nhà cung cấp", "renew the package with the provider")),
            Self::Certificate => Some((
                "chọn chứng thư khác hoặc liên hệ nhà cung cấp",
                "choose another certificate or ask the provider",
            )),
            Self::Secret => Some((
                "nhập lại; sai nhiều lần có thể bị khóa chứng thư",
                "enter it again; too many mistakes may lock the certificate",
            )),
            Self::User => Some((
                "kiểm tra mã người ký mà nhà cung cấp đã cấp (số căn cước, mã số thuế, tên tài khoản)",
                "check the signer's id at the provider (citizen's number, tax code, user name)",
            )),
            Self::Account => Some((
                "quản trị kiểm tra tên và mật khẩu kết nối trong mục `[ky_so]` của cấu hình",
                "the operator checks the name and secret in the section `[ky_so]` of the configuration",
            )),
            Self::Failed | Self::Refused | Self::Down => None,
        }
    }

    /// The failure to be told. `code` and `text` are the provider's own, empty where it gave none.
    pub(super) fn failure(self, who: &str, code: &str, text: &str) -> Failure {
        let (vi, en) = self.words();
        let (own_vi, own_en) = own(code, text);
        let fault = Diagnostic::error(
            self.code().info().name,
            format!("`{who}`: {vi}{own_vi}"),
            format!("`{who}`: {en}{own_en}"),
        );
        let fault = match self.hint() {
            Some((vi, en)) => fault.hint(vi, en),
            None => fault,
        };
        Failure::new(self.code(), vec![fault])
    }
}

fn own(code: &str, text: &str) -> (String, String) {
    match (clean(code), clean(text)) {
        (code, text) if code.is_empty() && text.is_empty() => Default::default(),
        (code, text) if code.is_empty() => (format!("; lý do được nêu: `{text}`"), format!("; its words: `{text}`")),
        (code, text) if text.is_empty() => (format!("; mã `{code}`"), format!("; code `{code}`")),
        (code, text) => {
            (format!("; mã `{code}`, lý do được nêu: `{text}`"), format!("; code `{code}`, its words: `{text}`"))
        }
    }
}

/// Words from outside made fit to be shown: one line, short, without a person's numbers.
pub(super) fn clean(text: &str) -> String {
    let mut shown = String::new();
    let mut digits = String::new();
    let settle = |digits: &mut String, shown: &mut String| {
        shown.push_str(if digits.len() >= NUMBER { "…" } else { digits });
        digits.clear();
    };
    for c in text.trim().chars().take(LONGEST) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        settle(&mut digits, &mut shown);
        let unseen =
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
        match c {
            '`' => shown.push('\''),
            _ if unseen => shown.push(' '),
            _ => shown.push(c),
        }
    }
    settle(&mut digits, &mut shown);
    if text.trim().chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// A provider that cannot be used now, for a reason of the connection.
pub(super) fn unavailable(who: &str, vi: &str, en: &str) -> Failure {
    Failure::one(Code::ProviderUnavailable, format!("`{who}` {vi}"), format!("`{who}` {en}"))
}

/// An order that cannot be placed as it is.
pub(super) fn unfit(vi: impl Into<String>, en: impl Into<String>) -> Failure {
    Failure::one(Code::InvalidData, vi, en)
}

/// Refuses an order of nothing, or of more than one approval carries.
pub(super) fn count(who: &str, items: usize, at_once: usize) -> Result<(), Failure> {
    if items == 0 {
        return Err(unfit("không có gì để ký", "there is nothing to sign"));
    }
    if items > at_once {
        return Err(unfit(
            format!("`{who}` nhận nhiều nhất {at_once} văn bản trong một lần chấp thuận, yêu cầu có {items}"),
            format!("`{who}` takes at most {at_once} documents under one approval, the order has {items}"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_providers_own_words_are_kept_and_made_harmless() {
        let failure = Why::Quota.failure("mysign", "4005", "Hết lượt\r\n`ký`, CCCD 014203001234");
        let message = &failure.diagnostics[0].message;
        assert_eq!(
            message.vi,
            "`mysign`: tài khoản ký đã hết lượt ký hoặc hết tiền; mã `4005`, lý do được nêu: `Hết lượt  'ký', CCCD …`"
        );
        assert_eq!(failure.code, Code::ProviderRefused);
        assert_eq!(Why::Failed.failure("csc-a", "", "").diagnostics[0].message.en, "`csc-a`: signing failed");
    }

    #[test]
    fn endless_words_are_cut() {
        let shown = clean(&"á".repeat(100_000));
        assert_eq!(shown.chars().count(), LONGEST + 1);
        assert!(clean(&"7".repeat(LONGEST + 9)).chars().all(|c| c == '…'));
    }
}
