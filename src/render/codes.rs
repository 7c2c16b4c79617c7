//! The code on the page: what the manifest says stands on it, signed and drawn for the template to place.

use serde_json::{Value, json};

use crate::attest::{self, Field, Payload, Printed, SecretKeys, Signed, Unfit};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::domain::date::Date;
use crate::domain::unicode;
use crate::template::QrProse;
use crate::text::Context;

/// An address longer than this may break where it has a full stop.
const LONG_ADDRESS: usize = 30;

/// What codes are signed with, and where they send whoever scans them.
#[derive(Debug)]
pub struct Codes {
    keys: SecretKeys,
    /// Begin of the code and what is printed beside it; none for digits alone.
    address: Option<(String, String)>,
}

impl Codes {
    /// Codes signed by these keys. `address` is the origin of the public pages, such as `https://vinhdanh.example`.
    pub fn new(keys: SecretKeys, address: Option<&str>) -> Result<Self, Failure> {
        Ok(Self { keys, address: address.map(read_address).transpose()? })
    }

    /// The keys.
    pub fn keys(&self) -> &SecretKeys {
        &self.keys
    }
}

/// An origin: `https://host` or `https://host:port`; plain `http` for trials.
fn read_address(text: &str) -> Result<(String, String), Failure> {
    let origin = text.trim_end_matches('/');
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':');
    if host.is_empty() || host.len() > 60 || !host.chars().all(sound) {
        return Err(Failure::one(
            Code::BadConfiguration,
            "địa chỉ trang kiểm tra phải có dạng `https://tên-miền`, chữ thường không dấu, tối đa 60 ký tự",
            "the address of the public page must be `https://host`, in lower-case ASCII, at most 60 characters",
        ));
    }
    let printed = format!("{host}/k");
    let printed = if printed.len() > LONG_ADDRESS { printed.replace('.', ".\u{200b}") } else { printed };
    Ok((format!("{origin}/k#"), printed))
}

/// What a document asks for a code with.
pub(super) struct Asked<'a> {
    /// What the manifest says.
    pub prose: Option<&'a QrProse>,
    /// The document's values.
    pub context: &'a Context<'a>,
    /// The caller's data, normalised.
    pub data: &'a Value,
    /// A trial page: its code says so too.
    pub test: bool,
}

/// The codes of a document, one for each recipient, as templates read them in `options.qr`.
///
/// Every reason why there can be none is told at once.
pub(super) fn make(codes: Option<&Codes>, asked: &Asked<'_>) -> Result<Value, Failure> {
    let Some(codes) = codes else { return Err(off()) };
    let Some(prose) = asked.prose else {
        return Err(no_place());
    };
    let write = |name: &str| asked.context.write(&format!("qr.{name}")).map(|text| unicode::repair(&text).text);
    let (kind, number, symbol) = (write("kind")?, write("number")?, write("symbol")?);
    let (day, issuer) = (write("date")?, write("issuer")?);
    let mut faults = Vec::new();
    if number.is_empty() {
        faults.push(missing(&prose.number.at, "số", "number"));
    }
    let date = Date::parse(&day).ok();
    let key = date.and_then(|date| codes.keys.on(date));
    match (date, key) {
        (None, _) => faults.push(missing(&prose.date.at, "ngày", "date")),
        (Some(date), None) => faults.push(no_key(date, &prose.date.at)),
        (Some(_), Some(_)) => {}
    }
    let (Some(date), Some(key), true) = (date, key, faults.is_empty()) else {
        return Err(Failure::new(Code::InvalidData, faults));
    };
    let mut recipients = Vec::new();
    for (index, pointed) in prose.recipients.iter().enumerate() {
        let name = write(&format!("recipients.{index}"))?;
        if !name.is_empty() {
            recipients.push((name, pointed.at.as_str()));
        }
    }
    if prose.recipients.is_empty() {
        recipients.push((String::new(), ""));
    }
    let kind = if asked.test { format!("MẪU {kind}") } else { kind };
    let data = attest::data_hash(asked.data);
    let (address, beside) = codes.address.as_ref().map_or(("", None), |(code, printed)| (code.as_str(), Some(printed)));
    let mut drawn = Vec::new();
    for (recipient, at) in recipients {
        let alt = format!("Mã QR để kiểm tra: {kind} số {number}/{symbol}, {}", date.long());
        let printed = Printed {
            kind: kind.clone(),
            number: number.clone(),
            symbol: symbol.clone(),
            date,
            issuer: issuer.clone(),
            recipient,
        };
        let made = Payload { printed, data }.sign(key).and_then(|signed| draw(address, &signed));
        match made {
            Ok(drawing) => {
                let mut lines = vec!["Quét mã để kiểm tra".to_owned()];
                lines.extend(beside.map(|address| format!("hoặc vào {address}")));
                drawn.push(json!({"svg": drawing.svg, "modules": drawing.modules, "alt": alt, "lines": lines}));
            }
            Err(unfit) => faults.push(told(unfit, prose, at)),
        }
    }
    if faults.is_empty() { Ok(Value::from(drawn)) } else { Err(Failure::new(Code::InvalidData, faults)) }
}

fn draw(address: &str, signed: &Signed) -> Result<attest::Drawing, Unfit> {
    attest::draw(address, &signed.digits()).map_err(|attest::TooLarge| Unfit::Whole(0))
}

/// The template has no `[tool.vinhdanh.qr]`.
pub fn no_place() -> Failure {
    Failure::one(Code::BadRequest, "mẫu này không có chỗ cho mã QR", "this template has no place for a QR code")
}

fn off() -> Failure {
    let fault = Diagnostic::error(
        "feature_off",
        "dịch vụ chưa có khóa ký mã QR",
        "this service has no key to sign QR codes with",
    );
    let fault = fault.hint(
        "tạo khóa bằng `vinhdanh attest key`, rồi chạy với `--qr-keys`",
        "make one with `vinhdanh attest key`, then run with `--qr-keys`",
    );
    Failure::new(Code::FeatureOff, vec![fault])
}

fn missing(at: &str, vi: &str, en: &str) -> Diagnostic {
    Diagnostic::error(
        "qr_incomplete",
        format!("văn bản chưa có {vi} thì không in được mã QR"),
        format!("a document without its {en} cannot carry a code"),
    )
    .at(at)
    .hint("ghi đủ số và ngày, hoặc bỏ `qr`", "give number and date, or leave `qr` out")
}

fn no_key(date: Date, at: &str) -> Diagnostic {
    let day = date.long();
    Diagnostic::error(
        "qr_no_key",
        format!("không khóa mã QR nào có hiệu lực vào {day}"),
        format!("no QR key is in its time on {:04}-{:02}-{:02}", date.year, date.month, date.day),
    )
    .at(at)
    .hint(
        "báo quản trị: thời hạn của khóa phải gồm ngày của văn bản",
        "tell the operator: the days of a key must hold the document's date",
    )
}

fn told(unfit: Unfit, prose: &QrProse, recipient: &str) -> Diagnostic {
    let place = |field: Field| match field {
        Field::Kind => "",
        Field::Number => &prose.number.at,
        Field::Symbol => &prose.symbol.at,
        Field::Issuer => &prose.issuer.at,
        Field::Recipient => recipient,
    };
    match unfit {
        Unfit::Empty(field) => {
            Diagnostic::error("qr_incomplete", "thiếu mục này thì không in được mã QR", "no code without this")
                .at(place(field))
        }
        Unfit::TooLong(field) => Diagnostic::error(
            "qr_too_long",
            "dài quá 255 byte: không vừa mã QR",
            "longer than 255 bytes, too long for a code",
        )
        .at(place(field)),
        Unfit::Unsound(field) => Diagnostic::error(
            "qr_unsound",
            "có ký tự không đưa vào mã QR được",
            "holds characters that cannot stand in a code",
        )
        .at(place(field)),
        Unfit::Whole(_) => Diagnostic::error(
            "qr_too_long",
            "tên cơ quan và tên người nhận dài quá, không vừa mã QR in được",
            "the names of issuer and recipient are too long for a code that can be printed",
        )
        .at(recipient),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_origin() {
        let (code, printed) = read_address("https://vinhdanh.phuyen.example/").expect("an origin");
        assert_eq!(
            (code.as_str(), printed.as_str()),
            ("https://vinhdanh.phuyen.example/k#", "vinhdanh.phuyen.example/k")
        );
        let (_, printed) = read_address("https://thi-dua-khen-thuong.phuyen.sonla.example").expect("an origin");
        assert_eq!(printed, "thi-dua-khen-thuong.\u{200b}phuyen.\u{200b}sonla.\u{200b}example/k");
        for wrong in
            ["", "phuyen.example", "ftp://a", "https://", "https://A.example", "https://a.example/x", "https://a b"]
        {
            assert!(read_address(wrong).is_err(), "{wrong}");
        }
    }
}
