//! `templates flatten`: a drawing into flat art.

use std::path::PathBuf;

use clap::Args;

use super::super::{Speech, output};
use crate::diagnostic::{Code, Failure};
use crate::template;

/// Make flat art of an SVG drawing.
#[derive(Args)]
pub struct Flatten {
    /// The drawing, as a program saved it; `-` for stdin
    drawing: PathBuf,
    /// File to write; `-` for stdout
    #[arg(short, long)]
    output: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

impl Flatten {
    /// Runs the command.
    pub fn run(self, speech: Speech) -> Result<(), Failure> {
        let bytes = output::read(&self.drawing)?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::one(Code::InvalidData, "tệp không phải UTF-8", "the file is not UTF-8"))?;
        let flat = template::flatten(&text).map_err(|faults| Failure::new(Code::InvalidData, faults))?;
        output::write(&self.output, flat.svg.as_bytes(), self.force)?;
        output::warn(&flat.warnings, speech);
        eprintln!(
            "{}: {} path, {} segment, {} KB",
            self.output.display(),
            flat.paths,
            flat.segments,
            flat.svg.len() >> 10
        );
        Ok(())
    }
}
