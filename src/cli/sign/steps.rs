//! `sign fields`, `sign prepare`, `sign embed`: what a key elsewhere needs.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Speech, algorithm, certificates, moment, output, usage};
use crate::app::hex;
use crate::cli::Format;
use crate::config::Places;
use crate::diagnostic::{Code, Failure, Lang};
use crate::pades::{self, Certificate, Chain, Look, Picture, Plan, Prepared};

/// List the signature fields of a PDF.
#[derive(Args)]
pub struct Fields {
    /// The PDF; `-` for stdin
    pdf: PathBuf,
}

impl Fields {
    /// Runs the command.
    pub fn run(self, speech: Speech) -> Result<(), Failure> {
        let fields = pades::fields(&output::read(&self.pdf)?)?;
        if speech.format == Format::Json {
            return output::print(&json!({"fields": fields}));
        }
        if fields.is_empty() {
            output::say(speech, "tệp không có ô chữ ký nào", "the file has no signature field");
        }
        for field in &fields {
            let [x, y, w, h] = field.place.map(|points| points * 25.4 / 72.0);
            let page = field.page.map_or_else(|| "-".to_owned(), |page| page.to_string());
            let state = match (field.signed, speech.lang) {
                (true, Lang::Vi) => "đã ký",
                (false, Lang::Vi) => "trống",
                (true, Lang::En) => "signed",
                (false, Lang::En) => "empty",
            };
            put!("{}\t{page}\t{x:.1} × {y:.1} mm\t{w:.1} × {h:.1} mm\t{state}", field.name);
        }
        Ok(())
    }
}

/// Make a PDF ready for one signature.
#[derive(Args)]
pub struct Prepare {
    /// The PDF; `-` for stdin
    pdf: PathBuf,
    /// The empty field to sign, such as `NguoiKy`
    #[arg(long, value_name = "NAME")]
    field: String,
    /// Certificates of the signer and above, PEM or DER: then the hash of the signed attributes is told, for a key that
    /// signs hashes. Without: only the document's digest, for a program that makes the CMS itself
    #[arg(long, value_name = "FILE")]
    certificate: Vec<PathBuf>,
    /// `rsa-pkcs1-sha256`, `rsa-pss-sha256` or `ecdsa-p256-sha256`
    #[arg(long, value_name = "WORD", default_value = "rsa-pkcs1-sha256")]
    algorithm: String,
    /// The signer's name [default: from the certificate]
    #[arg(long)]
    name: Option<String>,
    /// Picture of the signature or seal, PNG
    #[arg(long, value_name = "PNG")]
    image: Option<PathBuf>,
    /// Moment the signature states [default: now]
    #[arg(long, value_name = "RFC3339")]
    at: Option<String>,
    /// Bytes kept for the CMS
    #[arg(long, value_name = "N", default_value_t = Plan::RESERVE)]
    reserve: usize,
    /// Where the preparation goes; `-` for stdout
    #[arg(short, long)]
    output: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

/// A preparation as it lies in a file between two commands.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lying {
    /// SHA-256 of the file it goes after.
    base_sha256: String,
    prepared: Prepared,
    /// Base64 of what is appended.
    tail: String,
    /// Base64 of the signed attributes, for a key that hashes by itself; made anew when the signature comes in.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_attributes: Option<String>,
    /// What a key that signs hashes signs: SHA-256 of the signed attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_to_sign: Option<Hash>,
    /// What a CMS is over: SHA-256 of the byte range.
    document_digest: Hash,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<String>,
    /// Base64 of the certificates, the signer's first.
    #[serde(default)]
    certificates: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Hash {
    hex: String,
    base64: String,
}

impl Hash {
    fn new(bytes: &[u8; 32]) -> Self {
        Self { hex: hex(bytes), base64: STANDARD.encode(bytes) }
    }
}

impl Prepare {
    /// Runs the command.
    pub fn run(self, _places: &Places, speech: Speech) -> Result<(), Failure> {
        let pdf = output::read(&self.pdf)?;
        let algorithm = algorithm(&self.algorithm)?;
        let mut found = Vec::new();
        for path in &self.certificate {
            found.extend(certificates(path)?);
        }
        let chain = if found.is_empty() { None } else { Some(Chain::order(found)?) };
        let image =
            self.image.as_ref().map(|path| output::read(path).and_then(|png| Picture::read(&png))).transpose()?;
        let name = match (self.name, &chain) {
            (Some(name), _) => name,
            (None, Some(chain)) => chain.signer().name(),
            (None, None) => {
                return Err(usage("cần `--name` hoặc `--certificate`", "`--name` or `--certificate` is wanted"));
            }
        };
        let plan = Plan {
            field: self.field,
            at: moment(self.at.as_deref())?,
            name,
            reserve: self.reserve,
            look: Look { image, text: None },
        };
        let prepared = pades::prepare(&pdf, &plan)?;
        let attributes = chain.as_ref().map(|chain| pades::signed_attributes(&prepared.digest, chain.signer()));
        let lying = Lying {
            base_sha256: hex(&Sha256::digest(&pdf)),
            tail: STANDARD.encode(&prepared.tail),
            document_digest: Hash::new(&prepared.digest),
            hash_to_sign: attributes.as_ref().map(|attributes| Hash::new(&attributes.hash())),
            signed_attributes: attributes.map(|attributes| STANDARD.encode(attributes.0)),
            algorithm: chain.is_some().then(|| algorithm.name().to_owned()),
            certificates: chain.iter().flat_map(Chain::all).map(|one| STANDARD.encode(one.der())).collect(),
            prepared,
        };
        let text = serde_json::to_vec_pretty(&lying).map_err(Failure::internal)?;
        output::write(&self.output, &text, self.force)?;
        let signed = lying.hash_to_sign.as_ref().unwrap_or(&lying.document_digest);
        output::say(speech, format!("giá trị cần ký: {}", signed.hex), format!("to be signed: {}", signed.hex));
        Ok(())
    }
}

/// Put a signature or a CMS into what was prepared.
#[derive(Args)]
pub struct Embed {
    /// The PDF that was prepared
    pdf: PathBuf,
    /// What `sign prepare` wrote
    prepared: PathBuf,
    /// The signature value: raw RSA block, ECDSA as DER or r‖s
    #[arg(long, value_name = "FILE", required_unless_present = "cms", conflicts_with = "cms")]
    signature: Option<PathBuf>,
    /// A CMS over the document's digest, DER
    #[arg(long, value_name = "FILE")]
    cms: Option<PathBuf>,
    /// File to write; `-` for stdout
    #[arg(short, long)]
    output: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

impl Embed {
    /// Runs the command.
    pub fn run(self, speech: Speech) -> Result<(), Failure> {
        let mut pdf = output::read(&self.pdf)?;
        let text = output::read(&self.prepared)?;
        let damaged = |what: &dyn std::fmt::Display| {
            usage(
                &format!("`{}` không phải tệp chuẩn bị ký: {what}", self.prepared.display()),
                &format!("`{}` is no preparation: {what}", self.prepared.display()),
            )
        };
        let lying: Lying = serde_json::from_slice(&text).map_err(|error| damaged(&error))?;
        let decode = |word: &str| STANDARD.decode(word).map_err(|error| damaged(&error));
        if lying.base_sha256 != hex(&Sha256::digest(&pdf)) {
            return Err(Failure::one(
                Code::PreparationStale,
                "tệp PDF không phải tệp đã chuẩn bị ký",
                "the PDF is not the one that was prepared",
            ));
        }
        let mut prepared = Prepared { tail: decode(&lying.tail)?, ..lying.prepared };
        // What is signed is what lies in the two files, whatever the preparation says of it.
        prepared.digest = digest(&pdf, &prepared).ok_or_else(|| damaged(&"its byte range is not that of the file"))?;
        let cms = match (&self.signature, &self.cms) {
            (Some(path), _) => {
                let Some(word) = &lying.algorithm else {
                    return Err(usage(
                        "lần chuẩn bị này không kèm chứng thư: nộp `--cms`, hoặc chuẩn bị lại với `--certificate`",
                        "this preparation has no certificate: give `--cms`, or prepare again with `--certificate`",
                    ));
                };
                let certificates: Vec<Certificate> = lying
                    .certificates
                    .iter()
                    .map(|word| decode(word).and_then(|der| Certificate::from_der(&der)))
                    .collect::<Result<_, _>>()?;
                let chain = Chain::order(certificates)?;
                let attributes = pades::signed_attributes(&prepared.digest, chain.signer());
                pades::signed_data(&attributes, &chain, algorithm(word)?, &output::read(path)?, None)?
            }
            (None, Some(path)) => {
                let cms = output::read(path)?;
                pades::check_cms(&cms, &prepared.digest)?;
                cms
            }
            (None, None) => return Err(usage("cần `--signature` hoặc `--cms`", "`--signature` or `--cms` is wanted")),
        };
        let tail = pades::embed(&prepared, &cms)?;
        pdf.extend_from_slice(&tail);
        output::write(&self.output, &pdf, self.force)?;
        let shown = self.output.display();
        output::say(speech, format!("{shown}: đã ký"), format!("{shown}: signed"));
        Ok(())
    }
}

/// SHA-256 over everything but the hole.
fn digest(pdf: &[u8], prepared: &Prepared) -> Option<[u8; 32]> {
    let before = prepared.tail.get(..prepared.hole.start.checked_sub(1)?)?;
    let after = prepared.tail.get(prepared.hole.end.checked_add(1)?..)?;
    let first = u64::try_from(pdf.len() + before.len()).ok()?;
    let last = u64::try_from(after.len()).ok()?;
    let begins = u64::try_from(pdf.len() + prepared.hole.end + 1).ok()?;
    if prepared.base != pdf.len() || prepared.byte_range != [0, first, begins, last] {
        return None;
    }
    let mut all = Sha256::new();
    [pdf, before, after].into_iter().for_each(|part| all.update(part));
    Some(all.finalize().into())
}
