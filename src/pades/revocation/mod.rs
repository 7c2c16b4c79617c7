//! Revocation lists (RFC 5280) and OCSP (RFC 6960).

use crate::diagnostic::Text;

use super::asn1::{Broken, Value};
use super::certificate::extension_parts;
use super::{Certificate, Moment};

mod list;
mod ocsp;

pub use list::Crl;
pub use ocsp::{Ocsp, ocsp_request};

/// That a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// Since when.
    pub at: Moment,
    /// Why, where it is told.
    pub reason: Option<Reason>,
}

/// Why a certificate was revoked (RFC 5280, 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Unspecified.
    Unspecified,
    /// Its key is in other hands.
    KeyCompromise,
    /// The authority's key is in other hands.
    AuthorityCompromise,
    /// The holder's name or place changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// On hold: it may come back.
    Hold,
    /// The holder lost the right to it.
    PrivilegeWithdrawn,
    /// The key of an attribute authority is in other hands.
    AttributeAuthorityCompromise,
}

impl Reason {
    /// Words for people.
    pub fn text(self) -> Text {
        match self {
            Self::Unspecified => Text::new("không nêu lý do", "unspecified"),
            Self::KeyCompromise => Text::new("khóa bị lộ", "key compromise"),
            Self::AuthorityCompromise => Text::new("khóa của nơi cấp bị lộ", "compromise of the issuer's key"),
            Self::AffiliationChanged => Text::new("thay đổi thông tin hoặc nơi công tác", "affiliation changed"),
            Self::Superseded => Text::new("đã thay bằng chứng thư khác", "superseded"),
            Self::CessationOfOperation => Text::new("ngừng sử dụng", "cessation of operation"),
            Self::Hold => Text::new("tạm dừng", "on hold"),
            Self::PrivilegeWithdrawn => Text::new("bị thu hồi quyền", "privilege withdrawn"),
            Self::AttributeAuthorityCompromise => {
                Text::new("khóa của nơi cấp thuộc tính bị lộ", "compromise of the attribute authority's key")
            }
        }
    }

    /// By its number; 8 (`removeFromCRL`) stands only in lists of changes, which are not read.
    fn read(value: Value<'_>) -> Result<Self, Broken> {
        Ok(match value.small()? {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::AuthorityCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::Hold,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AttributeAuthorityCompromise,
            _ => return Err(Broken),
        })
    }
}

/// What an OCSP response says about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked(Revocation),
    /// The responder does not know it.
    Unknown,
}

/// Refuses a list of extensions that holds a critical one nobody here understands.
fn none_critical(extensions: Value<'_>) -> Result<(), Broken> {
    for extension in extensions.each()? {
        let (_, critical, _) = extension_parts(extension)?;
        if critical {
            return Err(Broken);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
