//! The check: sources against the rules, every sample through to a PDF.

use super::Bench;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{Done, Output, Standard};
use crate::render::Requested;
use crate::template::{Template, Tree, lint, missing_places};

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
    let mut places = Vec::new();
    for (name, data) in &template.samples {
        for (standard, test) in RUNS {
            let requested = Requested { output: Output::Pdf(standard), test, ..Requested::default() };
            let title = format!("{id}/{name} {}", standard.name());
            match bench.run(id, data.clone(), &requested) {
                Ok((done, warnings)) => {
                    told(&title, &done);
                    // Pages that can be made and break the form they are held to; a warning may stay.
                    if standard == Standard::A2a && !test {
                        let breaches = warnings.into_iter().filter(|one| one.severity == Severity::Error);
                        faults.extend(breaches.map(|fault| named(&title, fault)));
                        places.push((name.as_str(), done.boxes.into_iter().map(|one| one.name).collect()));
                    }
                }
                Err(failure) => faults.extend(failure.diagnostics.into_iter().map(|fault| named(&title, fault))),
            }
        }
    }
    faults.extend(missing_places(&template.manifest, &places));
    faults
}

/// A fault with the document it was found in.
fn named(title: &str, mut fault: Diagnostic) -> Diagnostic {
    fault.message.vi = format!("{title}: {}", fault.message.vi);
    fault.message.en = format!("{title}: {}", fault.message.en);
    fault
}
