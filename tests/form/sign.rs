//! Phụ lục I, Phần I, Mục II, khoản 7 and 8: the signature and its places.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use vinhdanh::engine::LabelledBox;
use vinhdanh::engine::frames::Pages;

use super::lines::{Form, Line, is_upper, joined, mm, near};
use super::{Broken, Rule, Sheet, changed, holds, run, sheet, sheets};

pub const RULES: &[Rule] = &[("signature_form", signature_form), ("signature_company", signature_company)];

/// A way to sign.
pub struct Signing {
    pub name: &'static str,
    authority: &'static [&'static str],
    title: &'static str,
    other: Option<&'static str>,
}

impl Signing {
    pub fn data(&self) -> Value {
        let mut data = json!({"quyen_han": self.authority, "chuc_vu": self.title, "ho_ten": "Lường Minh Khoát"});
        if self.authority.is_empty() {
            data.as_object_mut().expect("an object").shift_remove("quyen_han");
        }
        if let Some(other) = self.other {
            data["chuc_vu_khac"] = other.into();
        }
        data
    }
}

/// Điều 13: zero, one and two lines of authority.
pub const FORMS: [Signing; 8] = [
    Signing { name: "own", authority: &[], title: "Chủ tịch", other: None },
    Signing { name: "tm", authority: &["TM. Ủy ban nhân dân"], title: "Chủ tịch", other: None },
    Signing {
        name: "tm_kt", authority: &["TM. Ủy ban nhân dân", "KT. Chủ tịch"], title: "Phó Chủ tịch", other: None
    },
    Signing { name: "kt", authority: &["KT. Chủ tịch"], title: "Phó Chủ tịch", other: None },
    Signing { name: "tl", authority: &["TL. Chủ tịch"], title: "Chánh Văn phòng", other: None },
    Signing {
        name: "tuq", authority: &["TUQ. Chủ tịch"], title: "Trưởng phòng Phòng Nội vụ", other: None
    },
    Signing { name: "q", authority: &[], title: "Q. Chủ tịch", other: None },
    Signing {
        name: "other_title", authority: &["KT. Giám đốc"], title: "Phó Giám đốc", other: Some("Thượng tá")
    },
];

/// Ô 7a and 7b: bold, 13–14 pt, capitals but for the name, on one axis in the right half.
fn signature_form(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let (titles, names) = form.signature();
    let mut faults = Vec::new();
    if titles.is_empty() || names.is_empty() {
        return vec![format!("{} lines of title, {} of name", titles.len(), names.len())];
    }
    let axis = titles[0].centre();
    for line in titles.iter().chain(&names) {
        if !line.bold || !line.upright || !line.sized(13.0, 14.0) {
            faults.push(format!("`{}`: {} pt, bold {}, upright {}", line.text, line.size, line.bold, line.upright));
        }
        if line.x0 < form.width / 2.0 {
            faults.push(format!("`{}` is not in the right half", line.text));
        }
        if !near(line.centre(), axis, 1.0) {
            faults.push(format!("`{}` is {:.1} pt off the axis", line.text, line.centre() - axis));
        }
    }
    faults.extend(titles.iter().filter(|line| !is_upper(&line.text)).map(|line| format!("title `{}`", line.text)));
    faults.extend(names.iter().filter(|line| is_upper(&line.text)).map(|line| format!("name `{}`", line.text)));
    faults
}

/// The signature stands whole under two lines of the text at least.
fn signature_company(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let (Some(level), Some(last)) = (form.recipients_title(), form.body().last().copied()) else {
        return vec!["no text or no Nơi nhận".into()];
    };
    let mut faults = Vec::new();
    if form.signature().1.is_empty() {
        faults.push("the name is not on the page of the titles".into());
    }
    let above = form.body().iter().filter(|line| line.page == level.page && line.y < level.y).count();
    if above < 2 {
        faults.push(format!("{above} lines of the text above the signature, the last is `{}`", last.text));
    }
    faults
}

pub const BROKEN: &[Broken] = &[
    ("signature_form", "the title in lower case", "quyet_dinh/plain", |pages| {
        signer(pages, "CHỦ TỊCH").text = "Chủ tịch".into();
    }),
    ("signature_form", "12 pt", "quyet_dinh/plain", |pages| run(pages, "Lường").size = 12.0),
    ("signature_form", "15 pt", "quyet_dinh/plain", |pages| signer(pages, "CHỦ TỊCH").size = 15.0),
    ("signature_form", "the name not bold", "quyet_dinh/plain", |pages| run(pages, "Lường").bold = false),
    ("signature_form", "the name off the axis", "quyet_dinh/plain", |pages| run(pages, "Lường").x += 15.0),
    ("signature_form", "in the left half", "quyet_dinh/plain", |pages| {
        signer(pages, "CHỦ TỊCH").x -= 150.0;
        run(pages, "Lường").x -= 150.0;
    }),
    ("signature_company", "one line above", "quyet_dinh/chay", |pages| {
        pages.runs.retain(|run| !run.text.starts_with("và các tập thể"));
    }),
    ("signature_company", "the name on the next page", "bao_cao/minimal", |pages| run(pages, "Lường").page = 2),
];

fn signer<'a>(pages: &'a mut Pages, text: &str) -> &'a mut vinhdanh::engine::frames::Run {
    pages.runs.iter_mut().find(|run| run.text == text).expect("a title line")
}

/// `nguoi_ky` between title and name, inside the margins, free of words; `co_quan` over a third of it, on the left.
fn places(pages: &Pages, boxes: &[LabelledBox]) -> Vec<String> {
    let form = Form::read(pages);
    let mut faults = Vec::new();
    let named = |name: &str| boxes.iter().filter(|one| one.name == name).collect::<Vec<_>>();
    let (signers, seals) = (named("nguoi_ky"), named("co_quan"));
    let ([sign], [seal]) = (signers.as_slice(), seals.as_slice()) else {
        return vec![format!("{} places to sign, {} for the seal", signers.len(), seals.len())];
    };
    let (right, bottom) = (sign.x + sign.w, sign.y + sign.h);
    if sign.x < mm(30.0) - 0.5
        || right > form.width - mm(15.0) + 0.5
        || sign.y < mm(20.0)
        || bottom > form.height - mm(20.0) + 0.5
    {
        faults.push("the place to sign is in a margin".into());
    }
    let (titles, names) = form.signature();
    let (Some(title), Some(name)) = (titles.last(), names.first()) else { return vec!["no signature".into()] };
    if sign.page != title.page || sign.y < title.bottom() - 0.5 || bottom > name.y - 0.7 * name.size {
        faults
            .push(format!("signing from {:.1} to {bottom:.1}, title at {:.1}, name at {:.1}", sign.y, title.y, name.y));
    }
    if !near(sign.x + sign.w / 2.0, name.centre(), 1.0) {
        faults.push("the place to sign is off the name's axis".into());
    }
    faults.extend(words_in(&form, sign).map(|line| format!("`{}` stands where one signs", line.text)));
    faults.extend(seal_place(sign, seal));
    faults
}

fn words_in<'a>(form: &'a Form, place: &'a LabelledBox) -> impl Iterator<Item = &'a Line> {
    form.lines.iter().filter(|line| {
        line.page == place.page
            && line.x1 > place.x
            && line.x0 < place.x + place.w
            && line.y > place.y
            && line.y - 0.7 * line.size < place.y + place.h
    })
}

/// About a third of the place to sign lies under the seal, from its left edge on.
fn seal_place(sign: &LabelledBox, seal: &LabelledBox) -> Option<String> {
    if seal.x >= sign.x {
        return Some("the seal does not begin left of the place to sign".into());
    }
    seal_share(sign, seal)
}

/// About a third of the place to sign lies under the seal, whose middle is at its left.
pub fn seal_share(sign: &LabelledBox, seal: &LabelledBox) -> Option<String> {
    let covered = (seal.x + seal.w).min(sign.x + sign.w) - sign.x.max(seal.x);
    let share = covered / sign.w;
    let middle = (seal.y + seal.h / 2.0) - (sign.y + sign.h / 2.0);
    let left = seal.x + seal.w / 2.0 < sign.x + sign.w / 2.0;
    let sound = seal.page == sign.page && left && (0.25..=0.42).contains(&share) && middle.abs() < 12.0;
    (!sound).then(|| format!("the seal covers {share:.2} of the place to sign, {middle:.1} pt off its middle"))
}

#[test]
fn the_signature_is_bold_in_the_right_half() {
    holds(signature_form);
}

#[test]
fn the_signature_is_whole_and_under_two_lines_of_text() {
    holds(signature_company);
}

#[test]
fn every_form_of_authority_is_printed_line_by_line() {
    for form in &FORMS {
        for id in ["quyet_dinh", "bao_cao"] {
            let pages = &sheet(&format!("{id}/minimal+{}", form.name)).pages;
            let page = Form::read(pages);
            let (titles, names) = page.signature();
            // A long title may run over two lines; what is above it may not.
            let authority: Vec<String> = form.authority.iter().map(|line| line.to_uppercase()).collect();
            let printed: Vec<String> = titles.iter().map(|line| line.plain()).collect();
            assert_eq!(printed[..authority.len()], authority, "{id} {}", form.name);
            assert_eq!(printed[authority.len()..].join(" "), form.title.to_uppercase(), "{id} {}", form.name);
            let expected: Vec<&str> = form.other.into_iter().chain(["Lường Minh Khoát"]).collect();
            assert_eq!(joined(&names), expected.join(" "), "{id} {}", form.name);
        }
    }
}

#[test]
fn places_to_sign_and_to_seal_are_free_and_overlap_by_a_third() {
    let mut faults = Vec::new();
    for sheet in sheets().iter().filter(|sheet| !sheet.is_certificate()) {
        faults.extend(places(&sheet.pages, &sheet.boxes).into_iter().map(|one| format!("{}: {one}", sheet.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

type Spoil = fn(&mut Vec<LabelledBox>);

#[test]
fn places_in_the_wrong_spot_are_seen() {
    let sound = sheet("quyet_dinh/plain");
    assert!(places(&sound.pages, &sound.boxes).is_empty());
    let spoils: &[(&str, Spoil)] = &[
        ("none", Vec::clear),
        ("over the title", |boxes| boxes[0].y -= 15.0),
        ("over the name", |boxes| boxes[0].y += 20.0),
        ("in the margin", |boxes| boxes[0].x += 60.0),
        ("a seal off the signature", |boxes| boxes[1].x -= 40.0),
        ("a seal on the right", |boxes| boxes[1].x += 120.0),
    ];
    for (what, spoil) in spoils {
        let mut boxes = sound.boxes.clone();
        spoil(&mut boxes);
        assert!(!places(&sound.pages, &boxes).is_empty(), "not seen: {what}");
    }
}

fn text(words: usize) -> String {
    format!("Đoạn {}.", vec!["thi đua"; words].join(" "))
}

fn closing(recipients: usize, signing: usize) -> Value {
    let recipients: Vec<String> = (0..recipients).map(|n| format!("Phòng, ban thứ {n} của huyện")).collect();
    json!({"noi_nhan": recipients, "nguoi_ky": FORMS[signing].data()})
}

/// A decision of any length: articles above, words in the last one, recipients, a form of signature.
fn decision(articles: usize, words: usize, last: usize, recipients: usize, signing: usize) -> Value {
    let article = |n: usize| json!({"noi_dung": [text(n)]});
    let articles: Vec<Value> = std::iter::repeat_n(words, articles).chain([last]).map(article).collect();
    let mut data = changed("quyet_dinh", "minimal", &closing(recipients, signing));
    data["dieu"] = articles.into();
    data
}

/// A report of any length.
fn report(paragraphs: usize, words: usize, last: usize, recipients: usize, signing: usize) -> Value {
    let paragraphs = vec![json!({"loai": "doan", "noi_dung": text(words)}); paragraphs];
    let mut data = changed("bao_cao", "minimal", &closing(recipients, signing));
    data["muc"] = json!([{"tieu_de": "Kết quả", "noi_dung": paragraphs}]);
    data["ket_luan"] = text(last).into();
    data
}

#[test]
fn no_length_of_text_leaves_the_signature_alone() {
    let mut runner = TestRunner::new(Config { cases: 96, failure_persistence: None, ..Config::default() });
    let lengths = (1_usize..30, 1_usize..40, 20_usize..80, 1_usize..25, 0..FORMS.len());
    let result = runner.run(&lengths, |(paragraphs, words, last, recipients, signing)| {
        let long = [
            Sheet::new("length", "quyet_dinh", decision(paragraphs, words, last, recipients, signing)),
            Sheet::new("length", "bao_cao", report(paragraphs, words, last, recipients, signing)),
        ];
        let mut faults = Vec::new();
        for sheet in &long {
            faults.extend(signature_company(&sheet.pages));
            faults.extend(super::recipients::level(&sheet.pages));
            faults.extend(places(&sheet.pages, &sheet.boxes));
        }
        prop_assert!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn a_last_paragraph_of_one_line_does_not_stand_alone_with_the_signature() {
    let mut faults = Vec::new();
    for paragraphs in 8..36 {
        let decision = Sheet::new("decision", "quyet_dinh", decision(paragraphs, 3, 3, 4, 1));
        let report = Sheet::new("report", "bao_cao", report(paragraphs, 3, 3, 4, 1));
        for sheet in [decision, report] {
            let told = |one| format!("{} of {paragraphs} paragraphs: {one}", sheet.name);
            faults.extend(signature_company(&sheet.pages).into_iter().map(told));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
