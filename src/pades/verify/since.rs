//! What a file has that it had not when it was handed out.

use super::change;
use super::file::{Budget, Unreadable};
use super::words::Finding;
use crate::diagnostic::{Code, Failure};

/// What was added to a file.
#[derive(Debug, Clone)]
pub struct Since {
    /// Names of fields signed since.
    pub signed: Vec<String>,
    /// Those of them that were there before, empty.
    pub filled: Vec<String>,
    /// What differs beyond what a signature needs: none for a file that was signed and nothing else.
    pub changes: Vec<Finding>,
}

/// Compares a file with what came of it, object by object; `before` must be its exact beginning.
///
/// # Errors
///
/// [`Code::ForeignFile`]: it is not, or one of them cannot be read with certainty.
pub fn since(before: &[u8], after: &[u8]) -> Result<Since, Failure> {
    if after.len() <= before.len() || !after.starts_with(before) {
        return Err(Failure::one(
            Code::ForeignFile,
            "tệp không bắt đầu bằng đúng tệp đã giao ra",
            "the file does not begin with exactly the file that was handed out",
        ));
    }
    let budget = Budget::default();
    let compared = || {
        let (old, new) = (super::read(before, &budget)?, super::read(after, &budget)?);
        change::compare(&old, &new)
    };
    match compared() {
        Ok(found) => Ok(Since {
            signed: found.signed,
            filled: found.filled,
            changes: found
                .changes
                .iter()
                .map(|one| {
                    let detail: String = one.detail.chars().take(80).collect();
                    Finding::with(one.code, &detail).on(one.page)
                })
                .collect(),
        }),
        Err(Unreadable(why)) => Err(Failure::one(
            Code::ForeignFile,
            format!("không đọc được tệp một cách chắc chắn: {why}"),
            format!("the file cannot be read with certainty: {why}"),
        )),
    }
}
