//! One award decision → the documents that follow from it, checked against each other.
//!
//! [`Planner`] is built once of the templates and the [`Law`]; [`Planner::plan`] turns one input into a [`Plan`]: which
//! documents, for whom, in which order, with which data. Pure and deterministic: no clock, no I/O.

pub mod checks;
mod contract;
mod documents;
pub mod law;
mod money;
mod plan;
#[cfg(test)]
mod plan_cases;
mod repair;
mod round;
mod rows;
#[cfg(test)]
mod testing;

pub use contract::TEMPLATES;
pub use law::{Confirmed, FOLDER, Law};
pub use plan::{AwardCount, Counts, Plan, Planned, Planner, sample};
pub use rows::{Filled, with_rows};
