//! Pages that break the rules of levels, page turns and spelling.

use super::{Broken, Sheet, run};

pub const BROKEN: &[Broken] = &[];
