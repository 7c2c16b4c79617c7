//! Legal bases: in force on the decision's day, and the main ones cited.

use super::{Scene, Told};
use crate::domain::date::Date;
use crate::dossier::law::{CanCu, Law, in_force};
use crate::dossier::round::{Decision, list};

/// Cited and out of force.
pub fn out_of_force(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_cited(scene, |pointer, basis, date| {
        let Some(last) = basis.den_ngay.filter(|last| *last < date) else { return };
        let mut replaced = Vec::new();
        successors(scene.round.law, basis, date, &mut replaced);
        let (ten, last, day) = (&basis.ten, last.short(), date.short());
        let doubt = doubt(basis);
        let finding = told.say(
            pointer,
            format!("`{ten}` hết hiệu lực sau ngày {last}, quyết định ký ngày {day}{}", doubt.0),
            format!("`{ten}` is out of force since {last}, the decision is of {day}{}", doubt.1),
        );
        if !replaced.is_empty() {
            let list = replaced.join("`, `");
            finding.hint(format!("thay bằng `{list}`"), format!("replace it by `{list}`"));
        }
    });
}

/// What stands in a basis's place on a day: its successors, or theirs where they are out of force as well.
fn successors<'l>(law: &'l Law, basis: &CanCu, date: Date, found: &mut Vec<&'l str>) {
    for other in basis.thay_bang.iter().filter_map(|ma| law.basis(ma)) {
        if in_force(other.tu_ngay, other.den_ngay, date) {
            if !found.contains(&other.ten.as_str()) {
                found.push(&other.ten);
            }
        // A successor never ends before what it replaced: no circle can be walked.
        } else if other.den_ngay > basis.den_ngay {
            successors(law, other, date, found);
        }
    }
}

/// Cited and not yet in force.
pub fn not_yet(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_cited(scene, |pointer, basis, date| {
        if let Some(first) = basis.tu_ngay.filter(|first| date < *first) {
            let (ten, first, day) = (&basis.ten, first.short(), date.short());
            let doubt = doubt(basis);
            told.say(
                pointer,
                format!("`{ten}` có hiệu lực từ ngày {first}, quyết định ký ngày {day}{}", doubt.0),
                format!("`{ten}` is in force from {first}, the decision is of {day}{}", doubt.1),
            );
        }
    });
}

/// Not cited, and a decision must.
pub fn missing(scene: &Scene<'_>, told: &mut Told<'_>) {
    for decision in &scene.round.decisions {
        let Some(date) = decision.date else { continue };
        let cited: Vec<&CanCu> = lines(decision).flat_map(|(_, line)| scene.round.law.bases(line)).collect();
        for basis in scene.round.law.required_bases(date) {
            let there = cited.iter().any(|one| one.nhom == basis.nhom && in_force(one.tu_ngay, one.den_ngay, date));
            if !there {
                let ten = &basis.ten;
                told.say(
                    format!("{}/can_cu", decision.pointer),
                    format!("chưa có căn cứ `{ten}`"),
                    format!("the legal basis `{ten}` is missing"),
                );
            }
        }
    }
}

fn each_cited(scene: &Scene<'_>, mut found: impl FnMut(String, &CanCu, Date)) {
    for decision in &scene.round.decisions {
        let Some(date) = decision.date else { continue };
        for (at, line) in lines(decision) {
            for basis in scene.round.law.bases(line) {
                found(format!("{}/can_cu/{at}", decision.pointer), basis, date);
            }
        }
    }
}

fn lines<'a>(decision: &Decision<'a>) -> impl Iterator<Item = (usize, &'a str)> {
    list(&decision.data["can_cu"]).enumerate().filter_map(|(at, line)| Some((at, line.as_str()?)))
}

fn doubt(basis: &CanCu) -> (String, String) {
    if basis.chac_chan {
        return (String::new(), String::new());
    }
    (format!(" (chưa kiểm: {})", basis.nguon), " (not verified)".to_owned())
}
