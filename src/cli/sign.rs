//! `sign`: signatures without a server. With a key in a file at once; for a key elsewhere in two steps, the hash out and
//! the signature in.

mod file;
mod steps;
mod words;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Speech, output};
use crate::app;
use crate::diagnostic::{Code, Failure};
use crate::pades::{Algorithm, Certificate, Moment};

/// Sign PDFs.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, arg_required_else_help = true)]
pub struct Sign {
    #[command(subcommand)]
    step: Option<Step>,
    #[command(flatten)]
    file: Option<file::SignFile>,
}

#[derive(Subcommand)]
enum Step {
    /// List the signature fields of a PDF
    Fields(steps::Fields),
    /// Make a PDF ready for one signature: prints what is to be signed
    Prepare(steps::Prepare),
    /// Put a signature or a CMS into what was prepared
    Embed(steps::Embed),
}

impl Sign {
    /// Runs the command.
    pub fn run(self, places: &crate::config::Places, speech: Speech) -> Result<(), Failure> {
        match (self.step, self.file) {
            (Some(Step::Fields(command)), _) => command.run(speech),
            (Some(Step::Prepare(command)), _) => command.run(places, speech),
            (Some(Step::Embed(command)), _) => command.run(speech),
            (None, Some(command)) => command.run(places, speech),
            (None, None) => Err(usage("cần tệp PDF để ký", "a PDF to sign is wanted")),
        }
    }
}

/// The moment asked for, else that of the clock.
fn moment(at: Option<&str>) -> Result<Moment, Failure> {
    if let Some(word) = at {
        return Moment::parse_from_rfc3339(word).map_err(|_| {
            usage(
                &format!("`{word}` không phải thời điểm dạng `2026-11-22T08:30:00+07:00`"),
                &format!("`{word}` is no moment like `2026-11-22T08:30:00+07:00`"),
            )
        });
    }
    app::now()
}

fn usage(vi: &str, en: &str) -> Failure {
    Failure::one(Code::BadRequest, vi, en)
}

/// An algorithm by its word.
fn algorithm(word: &str) -> Result<Algorithm, Failure> {
    Algorithm::parse(word).ok_or_else(|| {
        let known = Algorithm::ALL.map(Algorithm::name).join("`, `");
        usage(&format!("`--algorithm` là một trong `{known}`"), &format!("`--algorithm` is one of `{known}`"))
    })
}

/// Certificates of a file, PEM or DER.
fn certificates(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let bytes = output::read(path)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("-----BEGIN") => Certificate::from_pem(text),
        _ => Ok(vec![Certificate::from_der(&bytes)?]),
    }
}

/// A password: the first line of a file.
fn password(path: Option<&PathBuf>) -> Result<String, Failure> {
    let Some(path) = path else { return Ok(String::new()) };
    let bytes = output::read(path)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        usage(
            &format!("tệp mật khẩu `{}` không phải UTF-8", path.display()),
            &format!("the password file `{}` is not UTF-8", path.display()),
        )
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
