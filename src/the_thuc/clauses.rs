//! The decree clause by clause.
/// x
pub struct Clause;
/// x
pub struct Part;
/// x
pub struct Where;
/// x
pub const CLAUSES: &[Clause] = &[];
/// x
pub fn document() -> String {
    String::new()
}
