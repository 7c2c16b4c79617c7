//! Pages as a reader shows them: their order, the part that shows, and which way up (ISO 32000-1, 7.7.3).

use std::collections::BTreeSet;

use lopdf::{Dictionary, Object, ObjectId};

use super::base::{Base, wrong_kind};
use crate::diagnostic::Failure;

/// No page tree is deeper.
const DEPTH: usize = 64;

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sheet {
    /// Its number in the file.
    pub(crate) id: ObjectId,
    /// The part that shows, as a print shop cuts it: left, bottom, right, top, pt.
    pub(crate) frame: [f64; 4],
    /// Quarter turns clockwise at which it is shown, 0 to 3.
    pub(crate) turns: u8,
}

impl Sheet {
    /// Left, top, width and height of a rectangle of the page as it is shown, pt from the top left corner.
    pub(crate) fn shown(&self, [left, bottom, right, top]: [f64; 4]) -> [f64; 4] {
        let [l, b, r, t] = self.frame;
        let (w, h) = (right - left, top - bottom);
        match self.turns {
            0 => [left - l, t - top, w, h],
            1 => [bottom - b, left - l, h, w],
            2 => [r - right, bottom - b, w, h],
            _ => [t - top, r - right, h, w],
        }
    }
}

/// What a page takes from the nodes above it.
#[derive(Clone, Copy, Default)]
struct Inherited {
    media: Option<[f64; 4]>,
    crop: Option<[f64; 4]>,
    turns: u8,
}

/// The pages in order.
pub(super) fn find(base: &Base) -> Result<Vec<Sheet>, Failure> {
    let catalog = base.catalog()?;
    let mut sheets = Vec::new();
    let mut seen = BTreeSet::new();
    let mut nodes = vec![(catalog.get(b"Pages").map_err(|_| wrong_kind("Pages"))?, Inherited::default(), 0)];
    while let Some((node, above, depth)) = nodes.pop() {
        let id = node.as_reference().map_err(|_| wrong_kind("Kids"))?;
        if depth > DEPTH || !seen.insert(id) {
            return Err(wrong_kind("Kids"));
        }
        let node = base.dictionary(id)?;
        let here = Inherited {
            media: rectangle(base, node, "MediaBox")?.or(above.media),
            crop: rectangle(base, node, "CropBox")?.or(above.crop),
            turns: match base.entry(node, "Rotate") {
                Some(turn) => turns(turn)?,
                None => above.turns,
            },
        };
        if node.has(b"Kids") {
            nodes.extend(base.list(node, "Kids")?.iter().rev().map(|kid| (kid, here, depth + 1)));
        } else {
            let media = here.media.ok_or_else(|| wrong_kind("MediaBox"))?;
            let shows = here.crop.map_or(media, |crop| common(media, crop));
            // Places on a page are told from the edge it will have: marks and bleed around it are cut off.
            let frame = rectangle(base, node, "TrimBox")?.map_or(shows, |trim| common(shows, trim));
            sheets.push(Sheet { id, frame, turns: here.turns });
        }
    }
    Ok(sheets)
}

/// A rectangle, its corners put in order.
pub(crate) fn rectangle(base: &Base, node: &Dictionary, key: &str) -> Result<Option<[f64; 4]>, Failure> {
    let list = base.list(node, key)?;
    if list.is_empty() {
        return Ok(None);
    }
    let numbers = list.iter().map(|one| base.resolve(one).ok().and_then(decimal)).collect::<Option<Vec<_>>>();
    let [a, b, c, d] = numbers.and_then(|all| all.try_into().ok()).ok_or_else(|| wrong_kind(key))?;
    Ok(Some([f64::min(a, c), f64::min(b, d), f64::max(a, c), f64::max(b, d)]))
}

/// A number as it was written: lopdf holds it in four bytes, whose shortest decimal is what stood in the file.
pub(crate) fn decimal(object: &Object) -> Option<f64> {
    let value = match object {
        Object::Integer(value) => *value as f64,
        Object::Real(value) => value.to_string().parse().ok()?,
        _ => return None,
    };
    (value.abs() <= 1_000_000.0).then_some(value)
}

fn turns(object: &Object) -> Result<u8, Failure> {
    match object.as_i64() {
        Ok(degrees) if degrees % 90 == 0 => Ok((degrees / 90).rem_euclid(4) as u8),
        _ => Err(wrong_kind("Rotate")),
    }
}

fn common(media: [f64; 4], crop: [f64; 4]) -> [f64; 4] {
    let [l, b, r, t] = media;
    let [cl, cb, cr, ct] = crop;
    let both = [l.max(cl), b.max(cb), r.min(cr), t.min(ct)];
    let [l, b, r, t] = both;
    if l < r && b < t { both } else { media }
}

#[cfg(test)]
mod tests {
    use super::super::example::{self, file};
    use super::*;

    #[test]
    fn pages_take_their_boxes_from_above_and_show_what_is_not_cropped() {
        let pdf = example::plain();
        let sheets = Base::open(&pdf).expect("a file").sheets().expect("pages");
        let frames: Vec<_> = sheets.iter().map(|sheet| sheet.frame).collect();
        assert_eq!(frames, [[0.0, 0.0, 595.2756, 841.8898], [0.0, 0.0, 280.0, 370.0]]);
    }

    #[test]
    fn a_place_is_told_as_it_is_seen() {
        let sheet = |turns| Sheet { id: (1, 0), frame: [10.0, 20.0, 110.0, 220.0], turns };
        let place = [30.0, 50.0, 60.0, 60.0];
        assert_eq!(sheet(0).shown(place), [20.0, 160.0, 30.0, 10.0]);
        assert_eq!(sheet(1).shown(place), [30.0, 20.0, 10.0, 30.0]);
        assert_eq!(sheet(2).shown(place), [50.0, 30.0, 30.0, 10.0]);
        assert_eq!(sheet(3).shown(place), [160.0, 50.0, 10.0, 30.0]);
    }

    #[test]
    fn a_page_tree_in_a_circle_is_refused() {
        let pdf = file(&[
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/MediaBox[0 0 9 9]>>",
            "<</Type/Page/Parent 2 0 R>>",
            "<</Type/Pages/Count 1/Kids[2 0 R]/Parent 2 0 R>>",
        ]);
        assert!(Base::open(&pdf).expect("a file").sheets().is_err());
    }

    #[test]
    fn a_turn_that_is_no_quarter_is_refused() {
        let pages = |turn: &str| {
            let pages = format!("<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 9 9]/Rotate {turn}>>");
            let pdf = file(&["<</Type/Catalog/Pages 2 0 R>>", &pages, "<</Type/Page/Parent 2 0 R>>"]);
            Base::open(&pdf).and_then(|base| base.sheets()).map(|sheets| sheets[0].turns)
        };
        assert_eq!(pages("-90"), Ok(3));
        assert_eq!(pages("450"), Ok(1));
        assert!(pages("45").is_err());
    }
}
