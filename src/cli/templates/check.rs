//! `templates check`.

use clap::Args;

use super::super::{Speech, output};
use super::{chosen, warn_of_strange_packs};
use crate::app;
use crate::config::Places;
use crate::diagnostic::{Code, Failure};
use crate::kit::{Bench, check};
use crate::template::lint;

/// Check templates.
#[derive(Args)]
pub struct Check {
    /// Only these
    ids: Vec<String>,
}

impl Check {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let (renderer, backend) = app::local(places)?;
        let bench = Bench::new(&renderer, &backend)?;
        let tree = app::tree(places)?;
        warn_of_strange_packs(places, speech)?;
        let mut faults = lint(&tree, "shared");
        let mut samples = 0;
        for template in chosen(&renderer, &self.ids)? {
            faults.extend(check::check(&bench, &tree, template, |title, done| {
                samples += 1;
                let (pages, kilobytes) = (done.pages, done.bytes.len() >> 10);
                let (compile, export) = (done.compile_us as f64 / 1e3, done.export_us as f64 / 1e3);
                output::say(
                    speech,
                    format!("{title}: {pages} trang, {kilobytes} KB, {compile:.1} + {export:.1} ms"),
                    format!("{title}: {pages} pages, {kilobytes} KB, {compile:.1} + {export:.1} ms"),
                );
            }));
        }
        if !faults.is_empty() {
            return Err(Failure::new(Code::TemplateBroken, faults));
        }
        output::say(
            speech,
            format!("đạt: {samples} lần dựng từ dữ liệu mẫu"),
            format!("sound: {samples} documents made from samples"),
        );
        Ok(())
    }
}
