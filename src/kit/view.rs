//! All pages of a document as pictures, and what stands at the place of a fault: what an author looks at.

use serde::Serialize;
use serde_json::Value;

use super::{Bench, steady};
use crate::diagnostic::{Diagnostic, Failure, Place};
use crate::engine::preview;
use crate::render::{Prepared, Requested};
use crate::template::Tree;

/// Millimetres in a point.
const MM_PER_PT: f64 = 25.4 / 72.0;

/// A document to look at.
pub struct View {
    /// Its pages.
    pub pages: Vec<Page>,
    /// Everything worth telling.
    pub warnings: Vec<Diagnostic>,
}

/// One page.
pub struct Page {
    /// Width of the sheet, mm.
    pub width: f64,
    /// Height of the sheet, mm.
    pub height: f64,
    /// The page as SVG, all letters outlines.
    pub svg: Vec<u8>,
}

/// Lays data out and draws every page.
pub fn view(bench: &Bench<'_>, id: &str, data: Value, requested: &Requested) -> Result<View, Failure> {
    steady(|| {
        let Prepared { job, mut warnings, .. } = bench.renderer.prepare(id, data, requested)?;
        bench.engine.look(&job, |document, told| {
            warnings.extend(told);
            let pages = document.pages().iter().map(|page| {
                let size = page.frame.size();
                let (width, height) = (size.x.to_pt() * MM_PER_PT, size.y.to_pt() * MM_PER_PT);
                Page { width, height, svg: preview::svg(page) }
            });
            View { pages: pages.collect(), warnings }
        })
    })
}

/// The line of source a fault points to.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    /// The line, without its end.
    pub line: String,
    /// White space up to the column, tabs kept, so that a mark below stands under the right letter.
    pub indent: String,
}

/// The line at a place, if the tree has the file.
pub fn excerpt(tree: &Tree, place: &Place) -> Option<Excerpt> {
    let line = tree.text(&place.file)?.lines().nth(place.line.checked_sub(1)?)?;
    let before = line.chars().take(place.column.saturating_sub(1));
    let indent = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    Some(Excerpt { line: line.to_owned(), indent })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_mark_stands_under_the_column() {
        let tree =
            Tree::new(BTreeMap::from([("thu/main.typ".to_owned(), "một\n\tđây #khong-co\n".as_bytes().to_vec())]));
        let at = |line, column| excerpt(&tree, &Place { file: "thu/main.typ".into(), line, column });
        let found = at(2, 6).expect("a line");
        assert_eq!((found.line.as_str(), found.indent.as_str()), ("\tđây #khong-co", "\t    "));
        assert_eq!(at(3, 1), None);
    }
}
