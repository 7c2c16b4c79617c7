//! Cross-checks of a round before anything is rendered: one table of rules, of which `docs/ho_so.md` is made.

mod authority;
mod bases;
#[cfg(test)]
mod cases;
mod days;
mod minutes;
mod numbers;
mod people;
mod table;
mod titles;

pub use table::{RULES, document};

use super::law::Confirmed;
use super::money::Money;
use super::round::Round;
use crate::diagnostic::{Diagnostic, Severity, Text};

/// What the rules look at.
pub struct Scene<'r> {
    /// The round.
    pub round: &'r Round<'r>,
    /// Its prizes.
    pub money: &'r Money<'r>,
    /// What the agency confirmed.
    pub confirmed: &'r Confirmed,
}

/// One rule.
pub struct Rule {
    /// Stable id: `ho_so.trung_doi_tuong`.
    pub id: &'static str,
    /// Clause or custom it is from.
    pub source: &'static str,
    /// An error stops the dossier, a warning is told.
    pub severity: Severity,
    /// What it asks, Vietnamese.
    pub vi: &'static str,
    /// What it asks, English.
    pub en: &'static str,
    /// Finds what breaks it.
    pub(super) check: fn(&Scene<'_>, &mut Told<'_>),
}

/// Findings of one rule: its id and severity are put to each.
pub struct Told<'r> {
    rule: &'r Rule,
    out: &'r mut Vec<Diagnostic>,
}

impl Told<'_> {
    /// A finding at a place of the input.
    pub fn say(&mut self, pointer: impl Into<String>, vi: impl Into<String>, en: impl Into<String>) -> Hints<'_> {
        let finding = Diagnostic { severity: self.rule.severity, ..Diagnostic::error(self.rule.id, vi, en) };
        self.out.push(finding.at(pointer));
        Hints(self.out.last_mut())
    }
}

/// The finding just made, to be given advice.
pub struct Hints<'r>(Option<&'r mut Diagnostic>);

impl Hints<'_> {
    /// What to do.
    pub fn hint(self, vi: impl Into<String>, en: impl Into<String>) -> Self {
        if let Some(finding) = self.0 {
            finding.hints.push(Text::new(vi, en));
            return Self(Some(finding));
        }
        self
    }
}

/// Every finding of every rule, in the order of the table.
pub fn run(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for rule in RULES {
        (rule.check)(scene, &mut Told { rule, out: &mut out });
    }
    out
}

/// The line an agency writes to confirm an entry, as a hint.
fn confirm_hint(hints: Hints<'_>, id: &str, candidates: &[String]) {
    let line = |value: &str| format!("`\"{id}\" = {value}`");
    let lines: Vec<String> = candidates.iter().map(|value| line(value)).collect();
    let (lines_vi, lines_en) =
        if lines.is_empty() { (line("…"), line("…")) } else { (lines.join(" hoặc "), lines.join(" or ")) };
    let (seen_vi, seen_en) = if candidates.is_empty() {
        ("không tìm thấy giá trị nào".to_owned(), "no value was found anywhere".to_owned())
    } else {
        let list = candidates.join("`, `");
        (format!("các giá trị đã thấy ở nơi khác: `{list}`"), format!("values seen elsewhere: `{list}`"))
    };
    hints.hint(
        format!("{seen_vi}; tra văn bản gốc rồi ghi vào phần `[xac_nhan]` của tệp cấu hình: {lines_vi}"),
        format!(
            "{seen_en}; look it up in the law, then write in section `[xac_nhan]` of the configuration file: {lines_en}"
        ),
    );
}
