//! What tests of this part share: a planner over the checkout's templates, the sample, ways to change it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::law::{Confirmed, Law};
use super::plan::{Plan, Planner, sample};
use crate::diagnostic::{Diagnostic, Failure};
use crate::template::{Catalog, Tree};

static FILES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let mut tree = Tree::default();
    tree.overlay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("typst-templates")).expect("the templates are readable");
    tree.into_files()
});

static PLANNER: LazyLock<Planner> = LazyLock::new(|| {
    let catalog = Catalog::load(&Tree::new(FILES.clone()));
    Planner::new(catalog.templates.values().map(AsRef::as_ref), Law::load(&FILES).expect("the law files are sound"))
        .expect("the contract composes")
});

/// The files of the template root.
pub fn files() -> &'static BTreeMap<String, Vec<u8>> {
    &FILES
}

/// A planner over the checkout's templates.
pub fn planner() -> &'static Planner {
    &PLANNER
}

/// The agency's word on some entries.
pub fn confirmed(values: &[(&str, Value)]) -> Confirmed {
    let values = values.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect();
    planner().law().confirm(values).expect("entries that wait for confirmation")
}

/// What the sample needs confirmed to be paid.
pub fn word() -> Confirmed {
    confirmed(&[("muc_thuong/cstd_co_so_va_ldtt", json!(true))])
}

/// The sample changed.
pub fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut input = sample();
    change(&mut input);
    input
}

/// The plan of an input with the sample's confirmation.
pub fn plan(input: Value) -> Result<Plan, Failure> {
    planner().plan(input, &word())
}

/// Everything told of an input, errors and warnings.
pub fn told(input: Value) -> Vec<Diagnostic> {
    match plan(input) {
        Ok(plan) => plan.warnings,
        Err(failure) => failure.diagnostics,
    }
}
