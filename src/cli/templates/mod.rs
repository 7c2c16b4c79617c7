//! `templates`: what there is, and the kit for whoever writes one.

mod check;
mod data;
mod flatten;
mod list;
mod new;
mod pack;
mod root;
mod test;

use clap::{Args, Subcommand};

use super::{Speech, output};
use crate::app;
use crate::config::Places;
use crate::diagnostic::Failure;
use crate::render::Renderer;
use crate::template::Template;

/// List templates, make new ones, check, test and pack them.
#[derive(Args)]
pub struct Templates {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// List them
    List,
    /// Make the folder of a new template, ready to print
    New(new::New),
    /// Check them: sources against the rules, every sample through to a PDF
    Check(check::Check),
    /// Test them: every sample against its references, and data made up from the contract
    Test(test::Test),
    /// Make flat art of an SVG drawing: what a page can carry at no cost
    Flatten(flatten::Flatten),
    /// Pack one into a ZIP file for another machine
    Pack(pack::Pack),
    /// Write the whole template root, for the `typst` command and editors
    Root(root::Root),
    /// Write `data.json`, what `main.typ` receives for the plain sample, into each template's folder
    Data(data::Data),
}

impl Templates {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        match self.action.unwrap_or(Action::List) {
            Action::List => list::run(places, speech),
            Action::New(command) => command.run(places, speech),
            Action::Check(command) => command.run(places, speech),
            Action::Test(command) => command.run(places, speech),
            Action::Flatten(command) => command.run(speech),
            Action::Pack(command) => command.run(places, speech),
            Action::Root(command) => command.run(places, speech),
            Action::Data(command) => command.run(places),
        }
    }
}

/// The templates with these ids, or all.
fn chosen<'a>(renderer: &'a Renderer, ids: &[String]) -> Result<Vec<&'a Template>, Failure> {
    if ids.is_empty() {
        list::refuse_broken(renderer)?;
        return Ok(renderer.templates().collect());
    }
    ids.iter().map(|id| renderer.template(id)).collect()
}

/// Says which packs were tested with other shared parts.
fn warn_of_strange_packs(places: &Places, speech: Speech) -> Result<(), Failure> {
    output::warn(&app::tree(places)?.strange_packs(), speech);
    Ok(())
}
