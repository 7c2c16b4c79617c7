//! Căn chỉnh máy in: from errors measured on a printed sheet to the shift and scale that undo them.

/// How far apart two measured points must be, mm, before they say anything about scale.
const SPREAD: f64 = 50.0;

/// Printers stretch paper by a few parts in a thousand; beyond this somebody measured wrongly.
const LIKELY_SCALE: f64 = 0.03;

/// A ruler is read to half a millimetre: measurements further from any one shift and scale contradict each other, mm.
const LIKELY_REST: f64 = 1.5;

/// An error measured at one point of a sheet that was printed without correction. Lengths in mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SaiSo {
    /// Where the cross should stand, from the sheet's left edge.
    pub x: f64,
    /// Where the cross should stand, from the sheet's top edge.
    pub y: f64,
    /// How far to the right of it the cross stands on paper.
    pub ngang: f64,
    /// How far below it the cross stands on paper.
    pub doc: f64,
}

/// What undoes the errors: a length `v` of the page is set at `v · ti_le + shift`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BuLech {
    /// Shift to the right, mm.
    pub ngang: f64,
    /// Shift down, mm.
    pub doc: f64,
    /// Factor across.
    pub ti_le_ngang: f64,
    /// Factor down.
    pub ti_le_doc: f64,
    /// Whether such an error is likely in a printer; if not, something was measured wrongly.
    pub hop_le: bool,
}

/// The correction for measured errors: one point gives a shift, points far apart give a scale too.
///
/// With more than two points the line of least squares is taken. No point: nothing to correct.
pub fn bu_lech(points: &[SaiSo]) -> BuLech {
    let (ngang, ti_le_ngang) = axis(points.iter().map(|point| (point.x, point.ngang)));
    let (doc, ti_le_doc) = axis(points.iter().map(|point| (point.y, point.doc)));
    let likely = |factor: f64| (factor - 1.0).abs() <= LIKELY_SCALE;
    // Where a point was seen on paper, and where shift and scale put it.
    let rest = |place: f64, error: f64, shift: f64, factor: f64| (place + error - (place - shift) / factor).abs();
    let agree = points.iter().all(|point| {
        rest(point.x, point.ngang, ngang, ti_le_ngang) <= LIKELY_REST
            && rest(point.y, point.doc, doc, ti_le_doc) <= LIKELY_REST
    });
    BuLech { ngang, doc, ti_le_ngang, ti_le_doc, hop_le: likely(ti_le_ngang) && likely(ti_le_doc) && agree }
}

/// Shift and factor of one axis from (place, error) pairs.
fn axis(points: impl Iterator<Item = (f64, f64)> + Clone) -> (f64, f64) {
    let count = points.clone().map(|_| 1.0).sum::<f64>();
    if count == 0.0 {
        return (0.0, 1.0);
    }
    let mean = |of: fn((f64, f64)) -> f64| points.clone().map(of).sum::<f64>() / count;
    let (place, error) = (mean(|point| point.0), mean(|point| point.1));
    let spread = points.clone().map(|point| point.0).fold(f64::NEG_INFINITY, f64::max)
        - points.clone().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let slope = if spread < SPREAD {
        0.0
    } else {
        let (above, below) = points.fold((0.0, 0.0), |(above, below), (x, e)| {
            (above + (x - place) * (e - error), below + (x - place) * (x - place))
        });
        above / below
    };
    // Paper: x → (1 + slope) · x + start. To be undone beforehand.
    let start = error - slope * place;
    (-start / (1.0 + slope), 1.0 / (1.0 + slope))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(x: f64, y: f64, ngang: f64, doc: f64) -> SaiSo {
        SaiSo { x, y, ngang, doc }
    }

    #[test]
    fn one_point_gives_a_shift() {
        let found = bu_lech(&[at(20.0, 20.0, 1.5, -0.5)]);
        assert_eq!(found, BuLech { ngang: -1.5, doc: 0.5, ti_le_ngang: 1.0, ti_le_doc: 1.0, hop_le: true });
        assert_eq!(bu_lech(&[]), BuLech { ngang: 0.0, doc: 0.0, ti_le_ngang: 1.0, ti_le_doc: 1.0, hop_le: true });
    }

    #[test]
    fn points_side_by_side_say_nothing_of_scale() {
        let found = bu_lech(&[at(20.0, 20.0, 1.0, 0.0), at(30.0, 190.0, 3.0, 0.0)]);
        assert_eq!((found.ngang, found.ti_le_ngang, found.hop_le), (-2.0, 1.0, true));
    }

    #[test]
    fn measurements_that_contradict_each_other_are_told() {
        assert!(!bu_lech(&[at(20.0, 20.0, 10.0, 0.0), at(20.0, 20.0, -10.0, 0.0)]).hop_le);
        assert!(!bu_lech(&[at(20.0, 20.0, 0.0, 4.0), at(277.0, 30.0, 0.0, -4.0)]).hop_le);
    }

    #[test]
    fn an_error_no_printer_makes_is_told() {
        assert!(!bu_lech(&[at(20.0, 20.0, 0.0, 0.0), at(277.0, 190.0, 10.0, 0.0)]).hop_le);
    }

    proptest! {
        #[test]
        fn whatever_a_printer_does_is_undone(
            (scale_x, scale_y) in (0.98_f64..1.02, 0.98_f64..1.02),
            (shift_x, shift_y) in (-8.0_f64..8.0, -8.0_f64..8.0),
            (x, y) in (0.0_f64..420.0, 0.0_f64..297.0),
        ) {
            let paper = |x: f64, y: f64| (scale_x * x + shift_x, scale_y * y + shift_y);
            let measured = |x: f64, y: f64| { let (px, py) = paper(x, y); at(x, y, px - x, py - y) };
            let found = bu_lech(&[measured(20.0, 20.0), measured(277.0, 190.0)]);
            let (px, py) = paper(x * found.ti_le_ngang + found.ngang, y * found.ti_le_doc + found.doc);
            prop_assert!((px - x).abs() < 1e-6 && (py - y).abs() < 1e-6, "{px} {py}");
            prop_assert!(found.hop_le);
        }
    }
}
