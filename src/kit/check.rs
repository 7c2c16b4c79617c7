//! The check: sources against the rules, every sample through to a PDF.

use super::Bench;
use crate::diagnostic::Diagnostic;
use crate::engine::{Done, Output, Standard};
use crate::render::Requested;
use crate::template::{Template, Tree, lint};

/// What each sample is made as: archive standard, and whether with the MẪU watermark.
const RUNS: [(Standard, bool); 3] = [(Standard::A2a, false), (Standard::A3a, false), (Standard::A2a, true)];

/// Every fault of a template; `told` hears of each document that came out (`<id>/<sample> <standard>`).
pub fn check(
    bench: &Bench<'_>,
    tree: &Tree,
    template: &Template,
    mut told: impl FnMut(&str, &Done),
) -> Vec<Diagnostic> {
    let id = template.manifest.id.as_str();
    let mut faults = lint(tree, id);
    for (name, data) in &template.samples {
        for (standard, test) in RUNS {
            let requested = Requested { output: Output::Pdf(standard), test, ..Requested::default() };
            let title = format!("{id}/{name} {}", standard.name());
            match bench.run(id, data.clone(), &requested) {
                Ok((done, _)) => told(&title, &done),
                Err(failure) => faults.extend(failure.diagnostics.into_iter().map(|mut fault| {
                    fault.message.vi = format!("{title}: {}", fault.message.vi);
                    fault.message.en = format!("{title}: {}", fault.message.en);
                    fault
                })),
            }
        }
    }
    faults
}
