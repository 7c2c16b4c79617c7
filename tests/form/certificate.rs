//! Pages that break the rules of certificates, and what only the profiles of our own know.

use serde_json::Value;

use super::{Broken, Sheet, mm, run, sheets};
use crate::support::project;

pub const BROKEN: &[Broken] = &[
    ("khen.mot_to", "two pages", "giay_khen/plain", |sheet| sheet.pages.sizes.push(sheet.pages.sizes[0])),
    ("khen.thu_tu", "the award over the verb", "giay_khen/plain", |sheet| run(sheet, "GIẤY KHEN").y = 150.0),
    ("khen.thu_tu", "no verb", "giay_khen/plain", |sheet| run(sheet, "TẶNG").text = "KHEN".into()),
    ("khen.thu_tu", "the golden book first", "giay_khen/plain", |sheet| run(sheet, "Số sổ vàng").y = 410.0),
    ("khen.thu_tu", "the name right under the title", "giay_khen/plain", |sheet| {
        run(sheet, "Đinh Quang").y = 440.0;
    }),
    ("khen.mau_muc", "a black award", "giay_khen/plain", |sheet| {
        run(sheet, "GIẤY KHEN").colour = Some("#000000".into());
    }),
    ("khen.mau_muc", "a red name", "giay_khen/plain", |sheet| {
        run(sheet, "LÒ THỊ").colour = Some("#b5161d".into());
    }),
    ("khen.mau_muc", "a black authority", "giay_khen/plain", |sheet| {
        run(sheet, "CHỦ TỊCH ỦY").colour = Some("#000000".into());
    }),
    ("khen.tieu_ngu_ke", "no rule", "giay_khen/plain", |sheet| sheet.pages.strokes.clear()),
    ("khen.le", "a number at the edge", "giay_khen/plain", |sheet| run(sheet, "Số sổ vàng").x = mm(5.0)),
    ("khen.cho_ky", "over the name", "giay_khen/plain", |sheet| {
        sheet.boxes.iter_mut().for_each(|place| place.y += mm(10.0));
    }),
    ("khen.dau", "on the right", "giay_khen/plain", |sheet| {
        sheet.boxes.iter_mut().filter(|one| one.name == "co_quan").for_each(|place| place.x += mm(60.0));
    }),
];

fn certificates() -> Vec<&'static Sheet> {
    let all: Vec<&Sheet> = sheets().iter().filter(|sheet| sheet.form == "giay_khen").collect();
    assert!(!all.is_empty(), "no certificate");
    all
}

#[test]
fn a_certificate_is_one_sheet_of_its_profile() {
    for sheet in certificates() {
        assert_eq!(sheet.pages.sizes.len(), 1, "{}", sheet.name);
        assert!(frame(sheet.pages.sizes[0].0).is_some(), "{}: no profile for {:?}", sheet.name, sheet.pages.sizes[0]);
    }
}

/// The inside of the frame the profile of a sheet so wide draws, points.
fn frame(width: f64) -> Option<(f64, f64, f64, f64)> {
    let folder = project().join("typst-templates/giay_khen/profiles");
    std::fs::read_dir(folder).expect("profiles").filter_map(Result::ok).find_map(|entry| {
        let profile: Value = serde_json::from_slice(&std::fs::read(entry.path()).ok()?).ok()?;
        let own = (mm(profile["trang"]["rong"].as_f64()?) - width).abs() < 0.1;
        let frame = |key: &str| profile["khung"][key].as_f64().map(mm);
        let (x, y) = (frame("x")?, frame("y")?);
        own.then_some((x, y, x + frame("rong")?, y + frame("cao")?))
    })
}

#[test]
fn the_words_of_a_certificate_stay_inside_its_frame() {
    let mut faults = Vec::new();
    for sheet in certificates() {
        let (x0, y0, x1, y1) = frame(sheet.pages.sizes[0].0).expect("a profile");
        for run in &sheet.pages.runs {
            let inside = run.x >= x0 && run.x + run.width <= x1;
            if !inside || run.y - 0.7 * run.size < y0 || run.y + 0.22 * run.size > y1 {
                faults.push(format!("{}: `{}` leaves the frame: {:.1}, {:.1}", sheet.name, run.text, run.x, run.y));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_certificate_has_room_for_the_signature_and_the_seal() {
    for sheet in certificates() {
        let named = |name: &str| sheet.boxes.iter().find(|one| one.name == name);
        let (sign, seal) = (named("nguoi_ky").expect("a place to sign"), named("co_quan").expect("a place to seal"));
        assert!(sign.h >= mm(14.0) - 0.1, "{}: {:.1} pt to sign in", sheet.name, sign.h);
        assert!(seal.w >= mm(30.0), "{}: {:.1} pt for the seal", sheet.name, seal.w);
    }
}
