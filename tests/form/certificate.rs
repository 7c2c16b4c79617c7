//! Giấy khen: outside the decree (Điều 4), held against the order and the colours of Nghị định 50/2006/NĐ-CP, Điều 28.

use serde_json::Value;
use vinhdanh::engine::frames::Pages;

use super::head::is_red;
use super::lines::{Line, lines, mm, near};
use super::{Broken, Rule, holds_for_certificates, run, sheets};
use crate::support::project;

pub const RULES: &[Rule] = &[
    ("one_sheet", one_sheet),
    ("certificate_order", certificate_order),
    ("certificate_colours", certificate_colours),
    ("inside_the_frame", inside_the_frame),
    ("certificate_motto", certificate_motto),
];

/// One landscape A4 or A3.
fn one_sheet(pages: &Pages) -> Vec<String> {
    let sizes = [(297.0, 210.0), (420.0, 297.0)];
    let [size] = pages.sizes.as_slice() else { return vec![format!("{} pages", pages.sizes.len())] };
    let known = sizes.iter().any(|(width, height)| near(size.0, mm(*width), 0.1) && near(size.1, mm(*height), 0.1));
    if known { Vec::new() } else { vec![format!("{:.1} × {:.1} pt", size.0, size.1)] }
}

fn is_award(line: &Line) -> bool {
    line.plain() == "GIẤY KHEN"
}

fn is_verb(line: &Line) -> bool {
    ["TẶNG", "TRUY TẶNG"].contains(&line.plain().as_str())
}

/// What stands under what: (words or role, how it is found).
type Step = (&'static str, fn(&Line) -> bool);

const MIDDLE: &[Step] = &[
    ("Quốc hiệu", |line| line.text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    ("tiêu ngữ", |line| line.text == "Độc lập - Tự do - Hạnh phúc"),
    ("thẩm quyền", |line| is_red(line.colour.as_deref()) && !is_award(line)),
    ("TẶNG", is_verb),
    ("GIẤY KHEN", is_award),
];

/// State, authority, verb, award, recipient; then date over title over name, decision over golden book.
fn certificate_order(pages: &Pages) -> Vec<String> {
    let lines = lines(pages);
    let mut faults = Vec::new();
    let mut last = 0.0;
    for (what, is) in MIDDLE {
        match lines.iter().find(|line| is(line)) {
            None => faults.push(format!("no {what}")),
            Some(line) if line.y <= last => faults.push(format!("{what} stands at {:.1}, above {last:.1}", line.y)),
            Some(line) => last = line.y,
        }
    }
    let middle = pages.sizes.first().map_or(0.0, |size| size.0 / 2.0);
    let date = lines.iter().find(|line| line.italic && line.text.contains(", ngày") && line.centre() > middle);
    let decision = lines.iter().find(|line| line.text.starts_with("Quyết định số:"));
    let book = lines.iter().find(|line| line.text.starts_with("Số sổ vàng:") || line.text.starts_with("Số bằng:"));
    let (Some(date), Some(decision), Some(book)) = (date, decision, book) else {
        faults.push("no date, no decision or no golden book".into());
        return faults;
    };
    let recipient =
        lines.iter().filter(|line| line.y > last && line.y < date.y && near(line.centre(), middle, 40.0)).count();
    if recipient < 2 {
        faults.push(format!("{recipient} lines of recipient and achievement"));
    }
    if book.y <= decision.y || decision.y <= last || decision.x1 > middle {
        faults.push("decision and golden book are not at the left foot".into());
    }
    let signed: Vec<&Line> = lines.iter().filter(|line| line.y > date.y && line.x0 > middle).collect();
    if signed.len() < 2 || signed.iter().any(|line| !line.bold && line.y >= signed[signed.len() - 1].y) {
        faults.push("no title and name under the date".into());
    }
    if signed.last().is_some_and(|name| name.y - date.y < mm(20.0)) {
        faults.push("no room between title and name".into());
    }
    faults
}

/// Authority and award are red, everything else is black.
fn certificate_colours(pages: &Pages) -> Vec<String> {
    let lines = lines(pages);
    let verb = lines.iter().find(|line| is_verb(line)).map_or(0.0, |line| line.y);
    let motto = lines.iter().find(|line| line.text.starts_with("Độc lập")).map_or(f64::MAX, |line| line.y);
    let authority = |line: &Line| line.y > motto && line.y < verb;
    lines
        .iter()
        .filter(|line| {
            let red = line.runs.iter().all(|run| is_red(run.colour.as_deref()));
            let black = line.runs.iter().all(|run| run.colour.as_deref() == Some("#000000"));
            if authority(line) || is_award(line) { !red } else { !black }
        })
        .map(|line| format!("`{}` in {:?}", line.text, line.colour))
        .collect()
}

/// The inside of the frame the profile of this sheet draws, points.
fn frame(width: f64) -> Option<(f64, f64, f64, f64)> {
    let folder = project().join("typst-templates/giay_khen/profiles");
    std::fs::read_dir(folder).expect("profiles").filter_map(Result::ok).find_map(|entry| {
        let profile: Value = serde_json::from_slice(&std::fs::read(entry.path()).ok()?).ok()?;
        let own = near(mm(profile["trang"]["rong"].as_f64()?), width, 0.1);
        let frame = |key: &str| profile["khung"][key].as_f64().map(mm);
        let (x, y) = (frame("x")?, frame("y")?);
        own.then_some((x, y, x + frame("rong")?, y + frame("cao")?))
    })
}

fn inside_the_frame(pages: &Pages) -> Vec<String> {
    let Some((x0, y0, x1, y1)) = pages.sizes.first().and_then(|size| frame(size.0)) else {
        return vec!["no profile for this sheet".into()];
    };
    lines(pages)
        .iter()
        .filter(|line| line.x0 < x0 || line.x1 > x1 || line.y - 0.7 * line.size < y0 || line.bottom() > y1)
        .map(|line| format!("`{}` leaves the frame: {:.1}–{:.1}, {:.1}", line.text, line.x0, line.x1, line.y))
        .collect()
}

fn certificate_motto(pages: &Pages) -> Vec<String> {
    let lines = lines(pages);
    let Some(motto) = lines.iter().find(|line| line.text.starts_with("Độc lập")) else {
        return vec!["no tiêu ngữ".into()];
    };
    let sound = pages.strokes.iter().any(|one| {
        one.y > motto.y && one.y < motto.y + 10.0 && near(one.w, motto.width(), 1.0) && near(one.x, motto.x0, 1.0)
    });
    if sound { Vec::new() } else { vec!["no rule as long as the tiêu ngữ".into()] }
}

pub const BROKEN: &[Broken] = &[
    ("one_sheet", "two pages", "giay_khen/plain", |pages| pages.sizes.push(pages.sizes[0])),
    ("one_sheet", "portrait", "giay_khen/plain", |pages| pages.sizes[0] = (pages.sizes[0].1, pages.sizes[0].0)),
    ("certificate_order", "the award over the verb", "giay_khen/plain", |pages| run(pages, "GIẤY KHEN").y = 150.0),
    ("certificate_order", "no verb", "giay_khen/plain", |pages| run(pages, "TẶNG").text = "KHEN".into()),
    ("certificate_order", "the golden book first", "giay_khen/plain", |pages| run(pages, "Số sổ vàng").y = 410.0),
    ("certificate_order", "the name right under the title", "giay_khen/plain", |pages| {
        run(pages, "Đinh Quang").y = 440.0;
    }),
    ("certificate_colours", "a black award", "giay_khen/plain", |pages| {
        run(pages, "GIẤY KHEN").colour = Some("#000000".into());
    }),
    ("certificate_colours", "a red name", "giay_khen/plain", |pages| {
        run(pages, "LÒ THỊ").colour = Some("#b5161d".into());
    }),
    ("certificate_colours", "a black authority", "giay_khen/plain", |pages| {
        run(pages, "CHỦ TỊCH ỦY").colour = Some("#000000".into());
    }),
    ("inside_the_frame", "a number on the frame", "giay_khen/plain", |pages| run(pages, "Số sổ vàng").x = mm(15.0)),
    ("inside_the_frame", "a name below it", "giay_khen/plain", |pages| run(pages, "Đinh Quang").y = mm(192.0)),
    ("certificate_motto", "no rule", "giay_khen/plain", |pages| pages.strokes.clear()),
];

#[test]
fn a_certificate_is_one_landscape_sheet() {
    holds_for_certificates(one_sheet);
}

#[test]
fn the_lines_of_a_certificate_follow_each_other_from_state_to_signature() {
    holds_for_certificates(certificate_order);
}

#[test]
fn only_authority_and_award_are_red() {
    holds_for_certificates(certificate_colours);
}

#[test]
fn the_words_of_a_certificate_stay_inside_its_frame() {
    holds_for_certificates(inside_the_frame);
}

#[test]
fn the_motto_of_a_certificate_has_its_rule() {
    holds_for_certificates(certificate_motto);
}

#[test]
fn a_certificate_has_room_for_the_signature_and_the_seal() {
    for sheet in sheets().iter().filter(|sheet| sheet.is_certificate()) {
        let named =
            |name: &str| sheet.boxes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no box {name}"));
        let (sign, seal) = (named("nguoi_ky"), named("co_quan"));
        assert!(sign.h >= mm(14.0) - 0.1, "{}: {:.1} pt to sign in", sheet.name, sign.h);
        let written: Vec<String> = lines(&sheet.pages)
            .into_iter()
            .filter(|line| line.x1 > sign.x && line.x0 < sign.x + sign.w)
            .filter(|line| line.y > sign.y && line.y - 0.7 * line.size < sign.y + sign.h)
            .map(|line| line.text)
            .collect();
        assert!(written.is_empty(), "{}: words where one signs: {written:?}", sheet.name);
        assert_eq!(super::sign::seal_share(sign, seal), None, "{}", sheet.name);
    }
}
