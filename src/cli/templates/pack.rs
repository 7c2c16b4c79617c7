//! `templates pack`.

use std::path::PathBuf;

use clap::Args;

use super::super::{Speech, output};
use super::data;
use crate::app;
use crate::config::Places;
use crate::diagnostic::{Code, Failure};
use crate::kit::{Bench, check};
use crate::template::pack;

/// Pack one template.
#[derive(Args)]
pub struct Pack {
    /// Template
    id: String,
    /// File to write; by default `<id>-<version>.zip` in this folder
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

impl Pack {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let (renderer, backend) = app::local(places)?;
        let tree = app::tree(places)?;
        let template = renderer.template(&self.id)?;
        let faults = check::check(&Bench::new(&renderer, &backend)?, &tree, template, |_, _| {});
        if !faults.is_empty() {
            return Err(Failure::new(Code::TemplateBroken, faults));
        }
        let version = &template.manifest.version;
        let mut tree = tree;
        // Generated, so what lies in the folder may be of yesterday.
        tree.insert(format!("{}/data.json", self.id), data::of_plain_sample(&renderer, template)?);
        let bytes = pack::write(&tree, &self.id, version)?;
        let path = self.output.unwrap_or_else(|| PathBuf::from(format!("{}-{version}.zip", self.id)));
        output::write(&path, &bytes, self.force)?;
        let (shown, kilobytes) = (path.display(), bytes.len().div_ceil(1024));
        output::say(
            speech,
            format!("{shown}: {kilobytes} KB; dùng ở máy khác: vinhdanh --templates {shown} …"),
            format!("{shown}: {kilobytes} KB; to use it elsewhere: vinhdanh --templates {shown} …"),
        );
        Ok(())
    }
}
