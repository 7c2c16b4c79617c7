//! `templates test`: references, then made-up data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use super::super::{Speech, output};
use super::{chosen, warn_of_strange_packs};
use crate::config::Places;
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::kit::references::{self, References, Task};
use crate::kit::{Bench, fuzz};
use crate::template::{REFERENCES, Template};
use crate::{app, assets};

/// Test templates.
#[derive(Args)]
pub struct Test {
    /// Only these
    ids: Vec<String>,
    /// Write the references anew instead of comparing, and say what changed
    #[arg(long)]
    update: bool,
    /// With `--update`: keep a picture of the first three pages of every sample too
    #[arg(long, requires = "update")]
    pictures: bool,
    /// Where the references are: `DIR/<id>/tests` [default: the template's own folder]
    #[arg(long, value_name = "DIR")]
    references: Option<PathBuf>,
    /// Made-up documents for each template; 0 for none
    #[arg(long, value_name = "N", default_value_t = 40)]
    cases: usize,
    /// Where the dice begin: the same seed makes the same data
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Seconds for all made-up documents together; what has no time left is said
    #[arg(long, value_name = "S", default_value_t = 40)]
    seconds: u64,
    /// Where pages that differ and data that fail are written
    #[arg(long, value_name = "DIR", default_value = "target/templates-test")]
    results: PathBuf,
}

impl Test {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let (renderer, backend) = app::local(places)?;
        let bench = Bench::new(&renderer, &backend)?;
        warn_of_strange_packs(places, speech)?;
        let templates = chosen(&renderer, &self.ids)?;
        let mut faults = Vec::new();
        for template in &templates {
            faults.extend(self.references(&bench, template, places, speech)?);
        }
        if !self.update && self.cases > 0 {
            let mut left = Duration::from_secs(self.seconds);
            for (index, template) in templates.iter().enumerate() {
                // What one template leaves of its share the next ones may use.
                let started = Instant::now();
                let share = left / u32::try_from(templates.len() - index).unwrap_or(1);
                faults.extend(self.fuzz(&bench, template, started + share, speech)?);
                left = left.saturating_sub(started.elapsed());
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Failure::new(Code::TemplateBroken, faults)) }
    }

    fn references(
        &self,
        bench: &Bench<'_>,
        template: &Template,
        places: &Places,
        speech: Speech,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let id = &template.manifest.id;
        let Some(home) = self.references.clone().or_else(|| home(places, id)) else {
            output::say(
                speech,
                format!("{id}: không có thư mục nguồn nên không có tham chiếu"),
                format!("{id}: no folder of sources, so no references"),
            );
            return Ok(Vec::new());
        };
        let task = match (self.update, self.pictures) {
            (false, _) => Task::Compare,
            (true, false) => Task::Update,
            (true, true) => Task::UpdateAll,
        };
        let folder = home.join(id).join(REFERENCES);
        let results = self.results.join(id);
        let report = references::run(bench, template, &References { folder: folder.clone(), results, task })?;
        if self.update {
            let (count, shown) = (report.changed.len(), folder.display());
            output::say(speech, format!("{shown}: {count} tệp đổi"), format!("{shown}: {count} files changed"));
            report.changed.iter().for_each(|line| output::say(speech, format!("  {line}"), format!("  {line}")));
        } else {
            let (same, other) = (report.compared, report.faults.len());
            output::say(
                speech,
                format!("{id}: {same} tham chiếu, {other} chỗ khác"),
                format!("{id}: {same} references, {other} differences"),
            );
        }
        Ok(report.faults)
    }

    fn fuzz(
        &self,
        bench: &Bench<'_>,
        template: &Template,
        until: Instant,
        speech: Speech,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let id = &template.manifest.id;
        let report = fuzz::fuzz(bench, template, (self.seed, self.cases), until, |_| {});
        let fuzz::Report { ran, planned, sound, refused, moderate, .. } = report;
        let (strange, unfit) = (report.suspicious.len(), report.unfit.len());
        output::say(
            speech,
            format!(
                "{id}: {ran}/{planned} văn bản bịa, {sound} dựng được, {refused} bị từ chối đúng chỗ \
                 ({strange}/{moderate} văn bản bình thường), {unfit} không hợp quy cách"
            ),
            format!(
                "{id}: {ran}/{planned} made-up documents, {sound} sound, {refused} refused with a place \
                 ({strange} of {moderate} ordinary ones), {unfit} off the contract"
            ),
        );
        // A rule that refuses one throw refuses many: each is told once.
        let mut kinds: BTreeMap<&str, (usize, &str, &Diagnostic)> = BTreeMap::new();
        for (case, fault) in report.suspicious.iter().chain(&report.unfit) {
            kinds.entry(fault.code.as_ref()).or_insert((0, case, fault)).0 += 1;
        }
        for (code, (count, case, fault)) in kinds {
            let pointer = fault.pointer.as_deref().unwrap_or_default();
            output::say(
                speech,
                format!("  {count} × {code}: {case}: {pointer}: {}", fault.message.vi),
                format!("  {count} × {code}: {case}: {pointer}: {}", fault.message.en),
            );
        }
        report
            .failures
            .into_iter()
            .map(|found| self.keep(id, found))
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.concat())
    }

    /// Writes the data that fail, and says how to see it fail again.
    fn keep(&self, id: &str, found: fuzz::Found) -> Result<Vec<Diagnostic>, Failure> {
        let path = self.results.join(id).join(format!("{}-{}.json", found.case, self.seed));
        let text = serde_json::to_vec_pretty(&found.data).map_err(Failure::internal)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| output::trouble(folder, &error))?;
        output::write(&path, &text, true)?;
        let shown = path.display();
        let code = found.failure.code.info().name;
        Ok(found
            .failure
            .diagnostics
            .into_iter()
            .map(|mut fault| {
                fault.message.vi = format!("{id}/{} ({code}): {}", found.case, fault.message.vi);
                fault.message.en = format!("{id}/{} ({code}): {}", found.case, fault.message.en);
                fault.hint(
                    format!("làm lại: vinhdanh check {id} {shown}"),
                    format!("again: vinhdanh check {id} {shown}"),
                )
            })
            .collect())
    }
}

/// Where the sources of a template are: the last of the caller's folders that has it, else the built-in ones while
/// the program is being worked on.
fn home(places: &Places, id: &str) -> Option<PathBuf> {
    let own = places.templates.iter().rev().find(|folder| folder.join(id).is_dir()).cloned();
    own.or_else(|| assets::template_folder().filter(|folder| folder.join(id).is_dir()))
}
