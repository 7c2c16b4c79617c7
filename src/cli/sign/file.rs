//! `sign <pdf>…`: with a key in a file, at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clap::Args;
use serde_json::json;

use super::words::{Setting, Words};
use super::{Speech, algorithm, certificates, moment, output, password, usage};
use crate::cli::{Format, runtime};
use crate::config::Places;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pades::{self, Algorithm, Certificate, LocalKey, Look, Moment, Picture, Plan};
use crate::provider::config::{RevocationConfig, TsaConfig};
use crate::provider::{Config, Providers};
use crate::signing::complete::{Level, Services, Task, complete};
use crate::signing::nonce;

/// Sign PDFs with a key in a file.
#[derive(Args)]
pub struct SignFile {
    /// PDFs to sign; `-` for stdin
    #[arg(required = true)]
    pdf: Vec<PathBuf>,
    /// The empty field to sign, such as `NguoiKy`
    #[arg(long, value_name = "NAME", required_unless_present = "copy", conflicts_with = "copy")]
    field: Option<String>,
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
    /// Words of an attachment in a file of its own: number and symbol of its document, such as `925/BC-UBND`
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["image", "copy"])]
    attachment: Option<String>,
    /// Sign as an electronic copy, in a field of its own at the top right of page 1
    #[arg(long, value_name = "KIND", conflicts_with = "image", requires = "agency",
        value_parser = ["sao_y", "sao_luc", "trich_sao"])]
    copy: Option<String>,
    /// The agency that copies, as it is printed
    #[arg(long, value_name = "NAME", requires = "copy")]
    agency: Option<String>,
    /// Moment the signature states [default: now]
    #[arg(long, value_name = "RFC3339")]
    at: Option<String>,
    /// `B-B`, `B-T` (time stamp), `B-LT` (with what a checker needs later) or `B-LTA` (stamped as a whole)
    #[arg(long, value_name = "LEVEL", default_value = "B-B", value_parser = ["B-B", "B-T", "B-LT", "B-LTA"])]
    level: String,
    /// Authority of time stamps; may be repeated, the preferred one first
    #[arg(long, value_name = "URL")]
    tsa: Vec<String>,
    /// Host that may be asked whether certificates were revoked, as they name it; may be repeated
    #[arg(long, value_name = "HOST")]
    ask: Vec<String>,
    /// Such a host, reached at another address
    #[arg(long, value_name = "HOST=ADDR:PORT")]
    mirror: Vec<String>,
    /// Certificates that complete the chain, PEM or DER; may be repeated
    #[arg(long, value_name = "FILE")]
    cert: Vec<PathBuf>,
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
    level: Level,
    at: Moment,
    name: String,
    image: Option<Arc<Picture>>,
    services: Services,
}

impl SignFile {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let signer = self.signer()?;
        if signer.level >= Level::T && self.tsa.is_empty() {
            return Err(usage(
                "mức này cần dấu thời gian: thêm `--tsa <URL>`",
                "this level wants a time stamp: add `--tsa <URL>`",
            ));
        }
        if signer.level >= Level::Lt && self.ask.is_empty() && self.mirror.is_empty() {
            return Err(usage(
                "mức này cần hỏi trạng thái thu hồi: thêm `--ask <MÁY>` hoặc `--mirror`, như chứng thư nêu",
                "this level asks about revocation: add `--ask <HOST>` or `--mirror`, as certificates name them",
            ));
        }
        signer.services.allow(signer.level)?;
        if self.pdf.len() > 1 && !self.output.is_dir() {
            return Err(usage(
                "nhiều tệp PDF thì `--output` là một thư mục đã có",
                "for several PDFs `--output` is a folder that exists",
            ));
        }
        let words = Words { attachment: self.attachment.clone(), copy: self.copy.clone(), agency: self.agency.clone() };
        let setting = words.setter(places)?;
        let words = (&words, setting.as_ref());
        let target = |path: &Path| match path.file_name() {
            Some(name) if self.output.is_dir() => self.output.join(name),
            _ => self.output.clone(),
        };
        // One for all files: connections to authorities live in it, and are used again.
        let runtime = runtime()?;
        let one = |path: &PathBuf| {
            let file = |fault: Diagnostic| if self.pdf.len() > 1 { named(path, fault) } else { fault };
            let signed = runtime.block_on(self.sign(&signer, words, path, &target(path), speech));
            signed.map_err(|failure| Failure::new(failure.code, failure.diagnostics.into_iter().map(file).collect()))
        };
        if let [only] = self.pdf.as_slice() {
            return one(only);
        }
        let mut failures = self.each(&one)?;
        failures.sort_by_key(|(at, _)| *at);
        let failures: Vec<Diagnostic> = failures.into_iter().flat_map(|(_, failure)| failure.diagnostics).collect();
        if failures.is_empty() { Ok(()) } else { Err(Failure::new(Code::RowsFailed, failures)) }
    }

    /// Does every file, as many at once as there are cores; which ones failed. In threads of its own: those that pages are
    /// set in would take up another file in the middle of one, and a runtime does not run inside another.
    fn each(&self, one: &(dyn Fn(&PathBuf) -> Result<(), Failure> + Sync)) -> Result<Vec<(usize, Failure)>, Failure> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut failed = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(path) = self.pdf.get(at) else { return failed };
                failed.extend(one(path).err().map(|failure| (at, failure)));
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from).min(self.pdf.len());
        thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let mut failed = Vec::new();
            for thread in running {
                failed.extend(thread.join().map_err(|_| Failure::internal("a thread that signs has panicked"))?);
            }
            Ok(failed)
        })
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
        let at = moment(self.at.as_deref())?;
        let unfit = key.chain().signer().fit_to_sign(at);
        if !unfit.is_empty() {
            return Err(Failure::new(Code::CertificateUnfit, unfit));
        }
        let image =
            self.image.as_ref().map(|path| output::read(path).and_then(|png| Picture::read(&png))).transpose()?;
        Ok(Signer {
            algorithm,
            level: Level::parse(&self.level).unwrap_or_default(),
            at,
            name: self.name.clone().unwrap_or_else(|| key.chain().signer().name()),
            image,
            services: self.services()?,
            key,
        })
    }

    /// Who stamps time and who is asked about revocation, as the command says.
    fn services(&self) -> Result<Services, Failure> {
        let mut mirrors = std::collections::BTreeMap::new();
        for word in &self.mirror {
            let parsed = word.split_once('=').and_then(|(host, address)| Some((host, address.parse().ok()?)));
            let Some((host, address)) = parsed else {
                return Err(usage(
                    &format!("`--mirror {word}` không có dạng `MÁY=ĐỊA-CHỈ:CỔNG`"),
                    &format!("`--mirror {word}` is not `HOST=ADDR:PORT`"),
                ));
            };
            mirrors.insert(host.to_owned(), address);
        }
        let revocation = RevocationConfig {
            enabled: !self.ask.is_empty() || !mirrors.is_empty(),
            hosts: self.ask.clone(),
            mirrors,
            ..RevocationConfig::default()
        };
        let tsa = self.tsa.iter().map(|url| TsaConfig { url: url.clone(), ..TsaConfig::default() }).collect();
        let config = Config { tsa, revocation, ..Config::default() };
        let mut known: Vec<Certificate> = Vec::new();
        for path in &self.cert {
            known.extend(certificates(path)?);
        }
        let providers = Providers::from_config(&config, &|_| None)?;
        Ok(Services { providers: Arc::new(providers), known, lists: Vec::new() })
    }

    async fn sign(
        &self,
        signer: &Signer,
        (words, setting): (&Words, Option<&Setting>),
        from: &Path,
        to: &Path,
        speech: Speech,
    ) -> Result<(), Failure> {
        let mut pdf = output::read(from)?;
        let before = pdf.len();
        let field = match &self.field {
            Some(field) => field.clone(),
            None => words.add_field(&mut pdf)?,
        };
        let text = match setting {
            Some(setting) => Some(words.set(setting, &pdf, &field, signer.at).await?),
            None => None,
        };
        let plan = Plan {
            field,
            at: signer.at,
            name: signer.name.clone(),
            reserve: signer.level.reserve(),
            look: Look { image: signer.image.clone(), text },
        };
        let chain = signer.key.chain();
        let prepared = pades::prepare(&pdf, &plan)?;
        let attributes = pades::signed_attributes(&prepared.digest, chain.signer());
        let signature = signer.key.sign(signer.algorithm, &attributes.0)?;
        let task = Task { pdf: &pdf, prepared: &prepared, level: signer.level, at: signer.at, nonce: nonce()? };
        let done = complete(&task, &attributes, chain, signer.algorithm, &signature, &signer.services).await?;
        pdf.extend_from_slice(&done.tails);
        output::write(to, &pdf, self.force)?;
        let (shown, added) = (to.display(), pdf.len() - before);
        if speech.format == Format::Json {
            let level = signer.level.word();
            eprintln!("{}", json!({"file": to, "level": level, "assurance": "software-key", "bytes_added": added}));
        }
        output::say(
            speech,
            format!("{shown}: đã ký `{}` mức {}, thêm {added} byte", plan.field, signer.level.word()),
            format!("{shown}: `{}` signed at {}, {added} bytes added", plan.field, signer.level.word()),
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
