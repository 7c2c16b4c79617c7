//! `attest`: keys of the codes on pages, and the list of what was revoked.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Speech, output};
use crate::attest::{Document, Entry, List, SecretKey, SecretKeys, Signed, SignedList, Target};
use crate::batch::now_ms;
use crate::diagnostic::{Code, Failure};
use crate::domain::date::Date;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Keys of the codes on pages, and the list of what was revoked
#[derive(Args)]
pub struct Attest {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Make a key, in a new file or beside the keys in it
    Key {
        /// The secret file (0600)
        file: PathBuf,
        /// Who issues the documents; of the first key only
        #[arg(long, value_name = "NAME")]
        issuer: Option<String>,
        /// First day of documents the key vouches for
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        from: Date,
        /// Last day of documents the key vouches for
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        to: Date,
    },
    /// Print what is published of a secret file
    Public {
        /// The secret file
        file: PathBuf,
    },
    /// Revoke a key: nothing it signed is to be believed any more
    RevokeKey {
        /// The secret file
        file: PathBuf,
        /// Its id, as `attest public` prints it
        id: String,
        /// Since when
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        on: Date,
    },
    /// Add a document, or one code, to the list of revocations and sign it anew
    Revoke(Revoke),
    /// Sign the list of revocations anew, before it is out of date
    Renew(Renewal),
}

#[derive(Args)]
struct Renewal {
    /// The list, made if missing
    list: PathBuf,
    /// The secret file
    #[arg(long, env = "VINHDANH_QR_KEYS", value_name = "FILE")]
    qr_keys: PathBuf,
    /// Days for which the list is good
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=400))]
    days: u16,
}

#[derive(Args)]
struct Revoke {
    #[command(flatten)]
    renewal: Renewal,
    /// One code only: what it says; `-` for stdin
    #[arg(long, value_name = "TEXT|-", conflicts_with_all = ["number", "symbol", "date", "issuer"], required_unless_present = "number")]
    code: Option<String>,
    /// Number of the document, as printed
    #[arg(long, requires_all = ["symbol", "date", "issuer"])]
    number: Option<String>,
    /// Its symbol, as printed
    #[arg(long)]
    symbol: Option<String>,
    /// Its date
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    date: Option<Date>,
    /// Its issuing body, as printed
    #[arg(long)]
    issuer: Option<String>,
    /// Why, for everybody to read: no names
    #[arg(long)]
    reason: String,
    /// Since when
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    on: Date,
}

impl Attest {
    /// Runs the command.
    pub fn run(self, speech: Speech) -> Result<(), Failure> {
        match self.task {
            Task::Key { file, issuer, from, to } => new_key(&file, issuer, from, to, speech),
            Task::Public { file } => {
                put!("{}", secret(&file)?.public().to_json()?);
                Ok(())
            }
            Task::RevokeKey { file, id, on } => {
                let mut keys = secret(&file)?;
                if !keys.revoke(&id, on) {
                    return Err(wrong("không có khóa này trong tệp", "there is no such key in the file"));
                }
                replace(&file, &keys.to_json()?, 0o600)
            }
            Task::Revoke(revoke) => revoke.run(speech),
            Task::Renew(renewal) => renewal.sign(None, speech),
        }
    }
}

impl Revoke {
    fn run(self, speech: Speech) -> Result<(), Failure> {
        let target = match (self.code, self.number, self.symbol, self.date, self.issuer) {
            (Some(text), ..) => {
                let text = if text == "-" {
                    String::from_utf8_lossy(&output::read(Path::new("-"))?).into_owned()
                } else {
                    text
                };
                let signed = Signed::read(&text).ok_or_else(|| {
                    wrong("`--code` không phải mã của hệ thống này", "`--code` is not one of our codes")
                })?;
                Target::Code(signed.fingerprint())
            }
            (None, Some(number), Some(symbol), Some(date), Some(issuer)) => {
                Target::Document(Document { issuer, number, symbol, date })
            }
            _ => {
                return Err(wrong(
                    "cần `--code`, hoặc đủ `--number`, `--symbol`, `--date`, `--issuer`",
                    "give `--code`, or all of `--number`, `--symbol`, `--date`, `--issuer`",
                ));
            }
        };
        self.renewal.sign(Some(Entry { target, reason: self.reason, on: self.on }), speech)
    }
}

impl Renewal {
    fn sign(&self, entry: Option<Entry>, speech: Speech) -> Result<(), Failure> {
        let keys = secret(&self.qr_keys)?;
        let public = keys.public();
        let mut list = if self.list.exists() {
            SignedList::read(&output::read(&self.list)?)?.open_to_renew(&public)?
        } else {
            List::new(keys.issuer.clone())
        };
        if let Some(entry) = entry {
            if list.revoked.iter().any(|known| known.target == entry.target) {
                return Err(wrong("đã có trong danh sách thu hồi", "already in the list of revocations"));
            }
            list.revoked.push(entry);
        }
        let key = keys.newest().ok_or_else(|| wrong("mọi khóa đã bị thu hồi", "every key was revoked"))?;
        let (count, sequence) = (list.revoked.len(), list.sequence + 1);
        let now = now_ms() / 1000;
        let signed = list.sign(key, now, now + i64::from(self.days) * DAY)?;
        replace(&self.list, &signed.to_json()?, 0o644)?;
        let path = self.list.display();
        output::say(
            speech,
            format!("{path}: danh sách số {sequence}, {count} mục, dùng được {} ngày", self.days),
            format!("{path}: list {sequence}, {count} entries, good for {} days", self.days),
        );
        Ok(())
    }
}

fn new_key(file: &Path, issuer: Option<String>, from: Date, to: Date, speech: Speech) -> Result<(), Failure> {
    let mut keys = match (file.exists(), issuer) {
        (true, None) => secret(file)?,
        (true, Some(_)) => {
            return Err(wrong(
                "tệp đã có tên cơ quan: bỏ `--issuer` để thêm khóa",
                "the file has its issuer already: leave `--issuer` out to add a key",
            ));
        }
        (false, Some(issuer)) => SecretKeys::new(issuer),
        (false, None) => {
            return Err(wrong("tệp mới cần `--issuer`", "a new file needs `--issuer`"));
        }
    };
    let mut seed = [0; 32];
    fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut seed)).map_err(Failure::internal)?;
    let key = SecretKey::new(seed, from, to)?;
    let id = key.id();
    keys.add(key)?;
    replace(file, &keys.to_json()?, 0o600)?;
    let path = file.display();
    output::say(speech, format!("{path}: khóa {id}"), format!("{path}: key {id}"));
    Ok(())
}

fn secret(file: &Path) -> Result<SecretKeys, Failure> {
    SecretKeys::read(&output::read(file)?)
}

/// Writes beside and renames: a file is never half of the old and half of the new.
fn replace(file: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let refuse = |error: std::io::Error| {
        let path = file.display();
        Failure::one(Code::Io, format!("không ghi được `{path}`: {error}"), format!("cannot write `{path}`: {error}"))
    };
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let write = || {
        let mut out = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
        out.write_all(text.as_bytes())?;
        out.write_all(b"\n")?;
        out.sync_all()?;
        fs::rename(&beside, file)
    };
    write().map_err(refuse)
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|_| "YYYY-MM-DD".to_owned())
}

fn wrong(vi: &str, en: &str) -> Failure {
    Failure::one(Code::BadRequest, vi, en)
}
