//! `render`, `preview`, `check`: one document in this process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::time::Instant;

use super::watch::{self, Watched};
use super::{Format, Speech, output, runtime};
use crate::app;
use crate::config::{CodesConfig, Places};
use crate::diagnostic::{Code, Failure, keeps_form};
use crate::engine::{Output, Standard};
use crate::render::{InputLimits, Rendered, Requested, read_json};

/// The command line keeps no clock; the person at the keyboard does.
const NO_HURRY: Duration = Duration::from_secs(24 * 3600);

#[derive(Args)]
struct Common {
    /// Template, such as `quyet_dinh`
    id: String,
    /// Data as JSON; `-` for stdin
    data: PathBuf,
    /// Print the MẪU watermark
    #[arg(long)]
    test: bool,
    /// `full`, or `phoi` for the variable text only
    #[arg(long, default_value = "full")]
    mode: String,
    /// Print the code the page is checked by; needs `--qr-keys`
    #[arg(long)]
    qr: bool,
    #[command(flatten)]
    codes: CodesConfig,
}

/// Make one document.
#[derive(Args)]
pub struct Render {
    #[command(flatten)]
    common: Common,
    /// File to write; `-` for stdout; by default the document's own name in this folder
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Archive standard, always with PDF/UA-1; `a-3a` attaches the data
    #[arg(long, default_value = "a-2a", value_parser = ["a-2a", "a-3a"])]
    standard: String,
    /// Empty signature fields; by default in decisions and certificates [possible values: true, false]
    #[arg(long, value_name = "BOOL")]
    fields: Option<bool>,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

/// Make a picture of one page.
#[derive(Args)]
pub struct Preview {
    #[command(flatten)]
    common: Common,
    /// File to write, `.png` or `.svg`; `-` for PNG on stdout
    #[arg(short, long, required_unless_present = "watch")]
    output: Option<PathBuf>,
    /// Page, from 1
    #[arg(long, default_value_t = 1)]
    page: usize,
    /// Resolution of a PNG, pixels per inch
    #[arg(long, default_value_t = 96.0)]
    ppi: f32,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
    /// Instead of a file: a page in the browser that shows all pages and follows every change of data and templates
    #[arg(long, conflicts_with_all = ["output", "page", "ppi", "force"])]
    watch: bool,
    /// Address of that page; only this machine can reach it
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0", requires = "watch")]
    listen: SocketAddr,
}

/// Check data.
#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    common: Common,
}

impl Render {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let standard = Standard::parse(&self.standard).unwrap_or_default();
        let rendered = self.common.make(places, Output::Pdf(standard), self.fields)?;
        let path = self.output.unwrap_or_else(|| PathBuf::from(&rendered.file_name));
        output::write(&path, &rendered.bytes, self.force)?;
        output::warn(&rendered.warnings, speech);
        tell(&rendered, &path, speech);
        Ok(())
    }
}

impl Preview {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        self.common.known_mode()?;
        let Some(output) = self.output else {
            let Common { id, data, test, mode, .. } = self.common;
            let requested = Requested { output: Output::Check, mode, test, ..Requested::default() };
            return watch::run(Watched { places: places.clone(), id, data, requested, lang: speech.lang }, self.listen);
        };
        let svg = output.extension().is_some_and(|end| end.eq_ignore_ascii_case("svg"));
        let kind = if svg { Output::Svg { page: self.page } } else { Output::Png { page: self.page, ppi: self.ppi } };
        let rendered = self.common.make(places, kind, None)?;
        super::output::write(&output, &rendered.bytes, self.force)?;
        super::output::warn(&rendered.warnings, speech);
        tell(&rendered, &output, speech);
        Ok(())
    }
}

impl Check {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let rendered = self.common.make(places, Output::Check, None)?;
        output::warn(&rendered.warnings, speech);
        match speech.format {
            Format::Json => put!("{}", json!({"ok": keeps_form(&rendered.warnings), "pages": rendered.pages})),
            Format::Human => eprintln!("{} trang, {} lưu ý", rendered.pages, rendered.warnings.len()),
        }
        if keeps_form(&rendered.warnings) {
            return Ok(());
        }
        Err(Failure::one(
            Code::InvalidData,
            "trang dựng được nhưng sai thể thức, xem các mục trên",
            "the pages can be made but break the form, see above",
        ))
    }
}

impl Common {
    fn known_mode(&self) -> Result<(), Failure> {
        if !matches!(self.mode.as_str(), "full" | "phoi") {
            return Err(Failure::one(
                Code::BadRequest,
                "`--mode` là `full` hoặc `phoi`",
                "`--mode` is `full` or `phoi`",
            ));
        }
        Ok(())
    }

    fn make(&self, places: &Places, kind: Output, fields: Option<bool>) -> Result<Rendered, Failure> {
        self.known_mode()?;
        let (renderer, backend) = app::local_with_codes(places, &self.codes)?;
        renderer.template(&self.id)?;
        let data = read_json(&output::read(&self.data)?, InputLimits::default())?;
        let requested = Requested { output: kind, mode: self.mode.clone(), test: self.test, fields, qr: self.qr };
        let deadline = Instant::now() + NO_HURRY;
        runtime()?.block_on(renderer.render(&backend, &self.id, data, &requested, deadline))
    }
}

fn tell(rendered: &Rendered, path: &std::path::Path, speech: Speech) {
    let sha256 = app::hex(&rendered.sha256);
    match speech.format {
        Format::Json => {
            eprintln!(
                "{}",
                json!({"file": path, "pages": rendered.pages, "sha256": sha256, "boxes": rendered.boxes, "fields": rendered.fields})
            );
        }
        Format::Human => eprintln!("{}: {} trang, sha256 {}", path.display(), rendered.pages, &sha256[..16]),
    }
}
