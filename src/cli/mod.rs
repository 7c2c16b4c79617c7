//! The command line: one file per command, the same engine without a server.
//!
//! Data go to stdout, messages to stderr. Exit: 0 done, 1 failed, 2 wrong usage, 3 invalid data or a signature that does not stand, 4 some rows failed.

#[macro_use]
mod output;

mod attest;
mod batch;
mod calibrate;
mod catalog;
mod desk;
mod dossier;
mod healthcheck;
mod key;
mod progress;
mod render;
mod rules;
mod serve;
mod sheet;
mod sign;
mod templates;
mod verify;
mod verify_qr;
mod watch;
mod worker;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::config::Places;
use crate::diagnostic::{Code, Failure, Lang};

/// Award decisions as JSON in, signed-ready PDFs out.
#[derive(Parser)]
#[command(name = "vinhdanh", version, about, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    places: Places,
    /// Language of messages
    #[arg(long, env = "VINHDANH_LANG", global = true, default_value = "vi")]
    lang: Language,
    /// Form of messages and listings
    #[arg(long, global = true, default_value = "human")]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Vi,
    En,
}

/// Form of messages and listings.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

/// How a command speaks.
#[derive(Clone, Copy)]
struct Speech {
    lang: Lang,
    format: Format,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service
    Serve(Box<serve::Serve>),
    /// Make one document: data in, PDF out
    Render(render::Render),
    /// Make a picture of one page
    Preview(render::Preview),
    /// Check data without making anything
    Check(render::Check),
    /// Make one document for each row of a sheet or a list
    Batch(Box<batch::Batch>),
    /// Make the whole dossier of an award: decisions, lists, certificates, payment list, submission, minutes
    Dossier(Box<dossier::Dossier>),
    /// Make the pattern sheet of a template, or that of a dossier's recipients, to be filled in
    Sheet(sheet::Sheet),
    /// List templates, make new ones, check, test and pack them
    Templates(templates::Templates),
    /// Print a template's JSON Schema
    Schema(catalog::Schema),
    /// Print one of a template's samples
    Sample(catalog::Sample),
    /// List the rules of form that finished pages are held to
    Rules(rules::Rules),
    /// List the fonts
    Fonts,
    /// Judge the signatures of a PDF file, or the code of a page; without any network
    Verify(Box<verify::Verify>),
    /// Correct a printer: measured errors in, `trinh_bay.may_in` out
    Calibrate(calibrate::Calibrate),
    /// Sign PDFs with a key in a file, or in steps with a key elsewhere
    Sign(Box<sign::Sign>),
    /// Keys of the codes on pages, and the list of what was revoked
    Attest(attest::Attest),
    /// Make an API key
    Key(key::Key),
    /// Ask a running service whether it is ready
    Healthcheck(healthcheck::Healthcheck),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Set pages for the service (started by `serve`)
    #[command(hide = true)]
    Worker(worker::Worker),
}

/// Parses, runs, reports, chooses the exit code.
pub fn main() -> ExitCode {
    let Cli { places, lang, format, command } = Cli::parse();
    let speech = Speech { lang: if matches!(lang, Language::Vi) { Lang::Vi } else { Lang::En }, format };
    let result = match command {
        Command::Serve(command) => command.run(&places, speech),
        Command::Render(command) => command.run(&places, speech),
        Command::Preview(command) => command.run(&places, speech),
        Command::Check(command) => command.run(&places, speech),
        Command::Batch(command) => command.run(&places, speech),
        Command::Dossier(command) => command.run(&places, speech),
        Command::Sheet(command) => command.run(&places),
        Command::Templates(command) => command.run(&places, speech),
        Command::Schema(command) => command.run(&places),
        Command::Sample(command) => command.run(&places),
        Command::Rules(command) => command.run(speech),
        Command::Fonts => catalog::fonts(&places, speech),
        Command::Verify(command) => match command.run(speech) {
            Ok(true) => Ok(()),
            // The report has said why.
            Ok(false) => return ExitCode::from(3),
            Err(failure) => Err(failure),
        },
        Command::Calibrate(command) => command.run(),
        Command::Sign(command) => command.run(&places, speech),
        Command::Attest(command) => command.run(speech),
        Command::Key(command) => command.run(),
        Command::Healthcheck(command) => command.run(),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "vinhdanh", &mut std::io::stdout());
            Ok(())
        }
        Command::Worker(command) => command.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::report(&failure, speech);
            exit_code(failure.code)
        }
    }
}

fn exit_code(code: Code) -> ExitCode {
    match code {
        Code::MalformedJson | Code::InvalidData | Code::NotPdf => ExitCode::from(3),
        Code::TemplateNotFound | Code::BadRequest => ExitCode::from(2),
        Code::RowsFailed => ExitCode::from(4),
        _ => ExitCode::FAILURE,
    }
}

/// A runtime for commands that wait for something.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::internal)
}
