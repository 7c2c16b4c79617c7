//! `calibrate`: measured errors of a printer to the correction a certificate's data carry.

use std::str::FromStr;

use clap::Args;
use serde_json::json;

use crate::diagnostic::{Code, Failure};
use crate::domain::can_chinh::{BuLech, SaiSo, bu_lech};

/// The greatest shift the data may ask for, mm.
const FARTHEST: f64 = 15.0;

/// Compute `trinh_bay.may_in` from errors measured on the sheet of `to_can_chinh`.
#[derive(Args)]
pub struct Calibrate {
    /// For each cross `x,y:right,down`: where it should stand and how far off it is printed, mm (`20,20:1.5,-0.5`)
    #[arg(required = true, num_args = 1..=9, allow_hyphen_values = true)]
    errors: Vec<Cross>,
}

/// One measured cross.
#[derive(Clone, Copy)]
struct Cross(SaiSo);

impl FromStr for Cross {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let pair = |text: &str| -> Option<(f64, f64)> {
            let (a, b) = text.split_once(',')?;
            Some((a.trim().parse().ok()?, b.trim().parse().ok()?))
        };
        let read = || {
            let (at, off) = text.split_once(':')?;
            Some((pair(at)?, pair(off)?))
        };
        let Some(((x, y), (ngang, doc))) = read() else {
            return Err("write it as `x,y:right,down` in mm, such as `20,20:1.5,-0.5`".into());
        };
        if ![x, y, ngang, doc].iter().all(|side| side.is_finite() && side.abs() <= 2_000.0) {
            return Err("not a length on a sheet".into());
        }
        Ok(Self(SaiSo { x, y, ngang, doc }))
    }
}

impl Calibrate {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let errors: Vec<SaiSo> = self.errors.iter().map(|cross| cross.0).collect();
        let BuLech { ngang, doc, ti_le_ngang, ti_le_doc, hop_le } = bu_lech(&errors);
        if !hop_le || ngang.abs() > FARTHEST || doc.abs() > FARTHEST {
            let (wide, high) = ((1.0 / ti_le_ngang - 1.0) * 100.0, (1.0 / ti_le_doc - 1.0) * 100.0);
            return Err(Failure::one(
                Code::InvalidData,
                format!(
                    "không máy in nào lệch như vậy, hoặc các số đo trái nhau (dịch {:.1} × {:.1} mm, giãn {wide:.1} × {high:.1} %): đo lại, in ở 100 %",
                    -ngang, -doc
                ),
                format!(
                    "no printer errs so much, or the measurements contradict each other (shift {:.1} × {:.1} mm, stretch {wide:.1} × {high:.1} %): measure again, print at 100 %",
                    -ngang, -doc
                ),
            ));
        }
        // Hundredths of a millimetre and millionths of scale: finer than a ruler and than any printer.
        let round = |value: f64, steps: f64| (value * steps).round() / steps;
        put!(
            "{}",
            json!({
                "ngang": round(ngang, 100.0),
                "doc": round(doc, 100.0),
                "ti_le_ngang": round(ti_le_ngang, 1e6),
                "ti_le_doc": round(ti_le_doc, 1e6),
            })
        );
        Ok(())
    }
}
