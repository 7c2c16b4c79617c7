//! `verify --qr`: a code from a page, judged without any network.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::{Format, Speech, output};
use crate::attest::{self, Judged, Listed, PublicKeys, Signed, SignedList};
use crate::batch::now_ms;
use crate::diagnostic::{Code, Failure, Lang};
use crate::render::{InputLimits, read_json};

/// First bytes of a PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Check the code of a page
#[derive(Args)]
pub struct VerifyQr {
    /// Check a code instead of a file: what it says, or a PNG of the page, or `-` for either on stdin
    #[arg(long, value_name = "TEXT|FILE|-", requires = "keys")]
    qr: Option<String>,
    /// Published keys of the issuing body: `/.well-known/vinhdanh/keys.json`
    #[arg(long, value_name = "FILE", requires = "qr")]
    keys: Option<PathBuf>,
    /// Published list of revocations: `/.well-known/vinhdanh/revocations.json`
    #[arg(long, value_name = "FILE", requires = "qr")]
    revocations: Option<PathBuf>,
    /// Data of the document, as JSON: are they those the page was made from?
    #[arg(long, value_name = "FILE", requires = "qr")]
    data: Option<PathBuf>,
}

impl VerifyQr {
    /// Runs the command, if a code is to be checked; whether every code in it holds.
    pub fn run(self, speech: Speech) -> Result<Option<bool>, Failure> {
        let (Some(qr), Some(keys)) = (&self.qr, &self.keys) else { return Ok(None) };
        let keys = PublicKeys::read(&output::read(keys)?)?;
        let listed = match &self.revocations {
            None => Listed::Absent,
            Some(path) => {
                let opened = SignedList::read(&output::read(path)?).and_then(|list| list.open(&keys));
                opened.map_or_else(Listed::Unusable, Listed::Open)
            }
        };
        let data = match &self.data {
            None => None,
            Some(path) => Some(read_json(&output::read(path)?, InputLimits::default())?),
        };
        let now = now_ms() / 1000;
        let judge = |text: &String| attest::judge(text, &keys, &listed, data.as_ref(), now);
        let judged: Vec<Judged> = texts(qr)?.iter().map(judge).collect();
        if speech.format == Format::Json {
            output::print(&Value::from(judged.iter().map(|one| one.to_json(speech.lang)).collect::<Vec<_>>()))?;
        } else {
            for one in &judged {
                tell(one, speech.lang);
            }
        }
        Ok(Some(judged.iter().all(Judged::holds)))
    }
}

/// The codes in what was given; of a picture those of ours, else all.
fn texts(given: &str) -> Result<Vec<String>, Failure> {
    let is_file = given == "-" || Path::new(given).is_file();
    let bytes = match given {
        "-" => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(Failure::internal)?;
            bytes
        }
        path if is_file => output::read(Path::new(path))?,
        text => text.as_bytes().to_vec(),
    };
    if !bytes.starts_with(PNG) {
        return Ok(vec![String::from_utf8_lossy(&bytes).into_owned()]);
    }
    let found = attest::read_png(&bytes)?;
    if found.is_empty() {
        return Err(Failure::one(
            Code::BadRequest,
            "không thấy mã QR nào đọc được trong ảnh",
            "no QR code can be read in the picture",
        ));
    }
    let ours: Vec<String> = found.iter().filter(|text| Signed::read(text).is_some()).cloned().collect();
    Ok(if ours.is_empty() { found } else { ours })
}

fn tell(judged: &Judged, lang: Lang) {
    let vi = lang == Lang::Vi;
    put!("{}", judged.verdict.sentence().get(lang));
    let line = |vi_head: &str, en_head: &str, value: &str| put!("  {:<16} {value}", if vi { vi_head } else { en_head });
    if let Some((reason, on)) = &judged.reason {
        line("Thu hồi từ:", "Revoked on:", on);
        line("Lý do:", "Reason:", reason);
    }
    if let Some(printed) = &judged.printed {
        line("Loại văn bản:", "Kind:", &printed.kind);
        line("Số, ký hiệu:", "Number, symbol:", &format!("{}/{}", printed.number, printed.symbol));
        line("Ngày:", "Date:", &printed.date.long());
        line("Cơ quan:", "Issuer:", &printed.issuer);
        if !printed.recipient.is_empty() {
            line("Người nhận:", "Recipient:", &printed.recipient);
        }
    }
    if let Some(issuer) = &judged.issuer {
        line("Khóa của:", "Key of:", issuer);
    }
    match judged.same_data {
        Some(true) => put!(
            "{}",
            if vi {
                "Dữ liệu kèm theo đúng là dữ liệu đã in trang này"
            } else {
                "The data given are those the page was made from"
            }
        ),
        Some(false) => put!(
            "{}",
            if vi {
                "Dữ liệu kèm theo KHÔNG phải dữ liệu đã in trang này"
            } else {
                "The data given are NOT those the page was made from"
            }
        ),
        None => {}
    }
    for note in &judged.notes {
        put!("{}: {}", if vi { "Lưu ý" } else { "Note" }, note.text.get(lang));
    }
}
