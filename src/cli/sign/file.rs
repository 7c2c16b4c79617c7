//! `sign <pdf>…`: with a key in a file, at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rayon::prelude::*;
use serde_json::json;

use super::{Speech, algorithm, moment, output, password, usage};
use crate::cli::Format;
use crate::config::Places;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pades::{self, Algorithm, LocalKey, Look, Moment, Picture, Plan};

/// Sign PDFs with a key in a file.
#[derive(Args)]
pub struct SignFile {
    /// PDFs to sign; `-` for stdin
    #[arg(required = true)]
    pdf: Vec<PathBuf>,
    /// The empty field to sign, such as `NguoiKy`
    #[arg(long, value_name = "NAME")]
    field: String,
    /// Key and certificates, PKCS#12
    #[arg(long, value_name = "FILE", required_unless_present = "pem", conflicts_with = "pem")]
    pkcs12: Option<PathBuf>,
    /// File whose first line is the password of the PKCS#12
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Key and certificates, PEM
    #[arg(long, value_name = "FILE")]
    pem: Option<PathBuf>,
    /// `rsa-pkcs1-sha256`, `rsa-pss-sha256` or `ecdsa-p256-sha256` [default: what the key usually signs with]
    #[arg(long, value_name = "WORD")]
    algorithm: Option<String>,
    /// The signer's name [default: from the certificate]
    #[arg(long)]
    name: Option<String>,
    /// Picture of the signature (blue) or seal (red), PNG with a transparent ground
    #[arg(long, value_name = "PNG")]
    image: Option<PathBuf>,
    /// Moment the signature states [default: now]
    #[arg(long, value_name = "RFC3339")]
    at: Option<String>,
    /// File to write, or a folder for several PDFs; `-` for stdout
    #[arg(short, long)]
    output: PathBuf,
    /// Overwrite files that exist
    #[arg(long)]
    force: bool,
}

/// What every file is signed with.
struct Signer {
    key: LocalKey,
    algorithm: Algorithm,
    plan: Plan,
}

impl SignFile {
    /// Runs the command.
    pub fn run(self, _places: &Places, speech: Speech) -> Result<(), Failure> {
        let signer = self.signer()?;
        if let [one] = self.pdf.as_slice()
            && !self.output.is_dir()
        {
            return self.sign(&signer, one, &self.output, speech);
        }
        if !self.output.is_dir() {
            return Err(usage(
                "nhiều tệp PDF thì `--output` là một thư mục đã có",
                "for several PDFs `--output` is a folder that exists",
            ));
        }
        let failures: Vec<Diagnostic> = self
            .pdf
            .par_iter()
            .filter_map(|path| {
                let Some(name) = path.file_name() else {
                    return Some(vec![Diagnostic::error("file", "thiếu tên tệp", "there is no file name")]);
                };
                let failure = self.sign(&signer, path, &self.output.join(name), speech).err()?;
                Some(failure.diagnostics.into_iter().map(|one| named(path, one)).collect())
            })
            .flatten()
            .collect();
        if failures.is_empty() { Ok(()) } else { Err(Failure::new(Code::RowsFailed, failures)) }
    }

    fn signer(&self) -> Result<Signer, Failure> {
        let key = match (&self.pkcs12, &self.pem) {
            (Some(path), _) => LocalKey::from_pkcs12(&output::read(path)?, &password(self.password_file.as_ref())?)?,
            (None, Some(path)) => {
                let text = String::from_utf8(output::read(path)?)
                    .map_err(|_| usage("tệp `--pem` không phải PEM", "the file of `--pem` is not PEM"))?;
                LocalKey::from_pem(&text)?
            }
            (None, None) => return Err(usage("cần `--pkcs12` hoặc `--pem`", "`--pkcs12` or `--pem` is wanted")),
        };
        let algorithm = match (&self.algorithm, key.algorithms().first()) {
            (Some(word), _) => algorithm(word)?,
            (None, Some(usual)) => *usual,
            (None, None) => return Err(usage("khóa này không ký được", "this key signs nothing we take")),
        };
        let image: Option<Arc<Picture>> =
            self.image.as_ref().map(|path| output::read(path).and_then(|png| Picture::read(&png))).transpose()?;
        let at: Moment = moment(self.at.as_deref())?;
        let name = self.name.clone().unwrap_or_else(|| key.chain().signer().name());
        let plan =
            Plan { field: self.field.clone(), at, name, reserve: Plan::RESERVE, look: Look { image, text: None } };
        Ok(Signer { key, algorithm, plan })
    }

    fn sign(&self, signer: &Signer, from: &Path, to: &Path, speech: Speech) -> Result<(), Failure> {
        let mut pdf = output::read(from)?;
        let before = pdf.len();
        let prepared = pades::prepare(&pdf, &signer.plan)?;
        let attributes = pades::signed_attributes(&prepared.digest, signer.key.chain().signer());
        let signature = signer.key.sign(signer.algorithm, &attributes.0)?;
        let cms = pades::signed_data(&attributes, signer.key.chain(), signer.algorithm, &signature, None)?;
        pdf.extend_from_slice(&pades::embed(&prepared, &cms)?);
        output::write(to, &pdf, self.force)?;
        let (shown, added) = (to.display(), pdf.len() - before);
        if speech.format == Format::Json {
            eprintln!("{}", json!({"file": to, "level": "B-B", "assurance": "software-key", "bytes_added": added}));
        }
        output::say(
            speech,
            format!("{shown}: đã ký `{}`, thêm {added} byte", signer.plan.field),
            format!("{shown}: `{}` signed, {added} bytes added", signer.plan.field),
        );
        Ok(())
    }
}

fn named(path: &Path, mut fault: Diagnostic) -> Diagnostic {
    let shown = path.display();
    fault.message.vi = format!("{shown}: {}", fault.message.vi);
    fault.message.en = format!("{shown}: {}", fault.message.en);
    fault
}
