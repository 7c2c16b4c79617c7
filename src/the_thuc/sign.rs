//! Phụ lục I, Phần I, Mục II, khoản 7 and 8: the signature and its places.

use super::doc::{Doc, MINUTES, Signer};
use super::line::{Line, SAME_LINE, is_upper, mm, near};
use super::style::{HEADING, off_axis};
use super::{Finding, HABIT, Rule};
use crate::engine::LabelledBox;

pub(super) const RULES: &[Rule] = &[
    Rule::error(
        "ky.chu",
        "PL I, II.7.đ",
        "Quyền hạn, chức vụ in hoa, họ tên in thường; cỡ 13–14, đứng, đậm",
        "Authority and title are in capitals, the name in small letters; 13–14 pt, upright, bold",
        letters,
    ),
    Rule::error(
        "ky.vi_tri",
        "PL I, II.7.đ; ô 7a, 7b",
        "Quyền hạn, chức vụ và họ tên canh giữa với nhau, ở nửa phải",
        "Authority, title and name are centred on each other in the right half",
        place,
    ),
    Rule::error(
        "ky.bien_ban",
        "PL III, Mẫu 1.9",
        "Biên bản có hai người ký ngang hàng ở trên `Nơi nhận:`: thư ký bên trái, chủ tọa bên phải",
        "Minutes are signed by two on one level above `Nơi nhận:`: who kept them at the left, who presided at the right",
        minutes,
    ),
    Rule::error(
        "ky.quyen_han",
        "PL I, II.7.b; Điều 13",
        "`TM.`, `Q.`, `KT.`, `TL.`, `TUQ.` có dấu chấm và cách chữ, trước tên tập thể hoặc chức vụ; `TM.` ở dòng đầu; dưới `TM.`, `KT.`, `TL.`, `TUQ.` là chức vụ người ký",
        "`TM.`, `Q.`, `KT.`, `TL.`, `TUQ.` have a full stop and a space before the body or title; `TM.` comes first; below `TM.`, `KT.`, `TL.`, `TUQ.` stands the signer's title",
        prefixes,
    ),
    Rule::error(
        "ky.cho_ky",
        "PL I, II.7.d; ô 7c",
        "Chỗ ký ở giữa chức vụ và họ tên, không có chữ và nét kẻ",
        "The place to sign lies between title and name, free of words and strokes",
        room,
    ),
    Rule::error(
        "ky.dau",
        "PL I, II.8.a; ô 8",
        "Dấu trùm khoảng 1/3 chữ ký về bên trái",
        "The seal covers about a third of the signature, at its left",
        seals,
    ),
    Rule::warning(
        "ky.mo_coi",
        HABIT,
        "Khối ký có ít nhất hai dòng nội dung ở trên, trong cùng trang",
        "At least two lines of the text stand above the signature on its page",
        company,
    ),
];

fn letters(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(level) = doc.recipients_title else { return Vec::new() };
    if doc.signers.is_empty() {
        return vec![Finding::at(
            level,
            "trang có `Nơi nhận:` không có quyền hạn, chức vụ của người ký",
            "the page of `Nơi nhận:` has no authority and title of a signer",
        )];
    }
    doc.signers.iter().flat_map(|signer| letters_of(signer, level)).collect()
}

fn letters_of(signer: &Signer<'_>, level: &Line<'_>) -> Vec<Finding> {
    let mut findings = HEADING.all(signer.lines());
    for line in signer.titles.iter().filter(|line| !is_upper(&line.plain)) {
        let words = line.quote();
        findings.push(Finding::at(line, format!("{words} không in hoa"), format!("{words} is not in capitals")));
    }
    for line in signer.names.iter().filter(|line| is_upper(&line.plain)) {
        let words = line.quote();
        findings.push(Finding::at(line, format!("họ tên {words} in hoa"), format!("the name {words} is in capitals")));
    }
    if signer.names.is_empty() {
        findings.push(Finding::at(
            signer.titles.last().copied().unwrap_or(level),
            "dưới chức vụ không có chỗ ký và họ tên, hoặc họ tên ở trang khác",
            "no room and no name stand below the title, or the name is on another page",
        ));
    }
    findings
}

fn place(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, signer) in doc.signers.iter().enumerate() {
        // The lowest title stands under the others and above the signature: its axis is that of the block.
        let (Some(first), Some(last)) = (signer.titles.first(), signer.titles.last()) else { continue };
        let axis = last.centre();
        findings.extend(off_axis(axis, signer.lines()));
        // Of two, the first was read from the left half.
        let right = index + 1 == doc.signers.len();
        if doc.layout.sheet(first.page).is_some_and(|sheet| right && axis < 0.55 * sheet.width) {
            findings.push(Finding::at(first, "khối ký không ở nửa phải", "the signature is not in the right half"));
        }
    }
    findings
}

fn minutes(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(level) = doc.recipients_title.filter(|_| doc.is(MINUTES)) else { return Vec::new() };
    let first = |signer: &Signer<'_>| signer.titles.first().map(|line| line.y);
    match doc.signers.as_slice() {
        // Nobody at all is told by the rule of the letters.
        [] => Vec::new(),
        [left, right] if first(left).zip(first(right)).is_some_and(|(left, right)| near(left, right, SAME_LINE)) => {
            Vec::new()
        }
        [left, right] => {
            let at = left.titles.first().or(right.titles.first()).copied().unwrap_or(level);
            vec![Finding::at(at, "hai người ký không ngang hàng", "the two signers are not on one level")]
        }
        signers => {
            let at = signers.iter().flat_map(Signer::lines).next().unwrap_or(level);
            vec![Finding::at(
                at,
                "trên `Nơi nhận:` không có hai người ký, thư ký bên trái và chủ tọa bên phải",
                "no two signers, who kept the minutes and who presided, stand above `Nơi nhận:`",
            )]
        }
    }
}

const PREFIXES: [&str; 5] = ["TM", "TUQ", "KT", "TL", "Q"];

/// The prefix of a line of authority, as written with its stop.
fn prefix(text: &str) -> Option<(&'static str, &str)> {
    let known = |word: &&&str| text.strip_prefix(**word).is_some_and(|rest| rest.starts_with(['.', ' ']));
    let word = PREFIXES.iter().find(known)?;
    Some((word, text.strip_prefix(word)?))
}

fn prefixes(doc: &Doc<'_>) -> Vec<Finding> {
    doc.signers.iter().flat_map(prefixes_of).collect()
}

fn prefixes_of(signer: &Signer<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in signer.titles.iter().enumerate() {
        let Some((word, rest)) = prefix(&line.plain) else { continue };
        let words = line.quote();
        if !rest.starts_with(". ") || rest.trim_start_matches('.').trim().is_empty() {
            findings.push(Finding::at(
                line,
                format!("{words} không có dạng `{word}. …`"),
                format!("{words} is not of the form `{word}. …`"),
            ));
        }
        if word == "TM" && index > 0 {
            findings.push(Finding::at(
                line,
                format!("{words} không ở dòng đầu"),
                format!("{words} is not the first line"),
            ));
        }
        if word != "Q" && index + 1 == signer.titles.len() {
            findings.push(Finding::at(
                line,
                format!("dưới {words} không có chức vụ của người ký"),
                format!("no title of the signer stands below {words}"),
            ));
        }
    }
    findings
}

/// Lines in the way of a signature.
pub(super) fn words_where_one_signs(doc: &Doc<'_>, sign: &LabelledBox) -> Vec<Finding> {
    let told = |line: &Line<'_>| {
        let words = line.quote();
        Finding::at(line, format!("{words} nằm trong chỗ ký"), format!("{words} stands where one signs"))
    };
    words_in(doc, sign).into_iter().map(told).collect()
}

fn room(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sign in doc.places("thu_ky").into_iter().chain(doc.places("nguoi_ky")) {
        let spot = (sign.x, sign.y, sign.w, sign.h);
        findings.extend(words_where_one_signs(doc, sign));
        if stroke_in(doc, sign) {
            findings.push(Finding::on(
                sign.page,
                spot,
                "nét kẻ chạy qua chỗ ký",
                "a stroke runs through the place to sign",
            ));
        }
        if doc.places(&sign.name).len() > 1 {
            continue;
        }
        let middle = sign.x + sign.w / 2.0;
        let off =
            |signer: &&Signer<'_>| signer.titles.last().map_or(f64::INFINITY, |title| (title.centre() - middle).abs());
        let Some(signer) = doc.signers.iter().min_by(|a, b| off(a).total_cmp(&off(b))) else { continue };
        let (Some(title), Some(name)) = (signer.titles.last(), signer.names.first()) else { continue };
        let between = sign.page == title.page
            && sign.y > title.y - 1.0
            && sign.y + sign.h < name.top() + 1.0
            && title.centred(middle);
        if !between {
            findings.push(Finding::on(
                sign.page,
                spot,
                "chỗ ký không ở giữa chức vụ và họ tên",
                "the place to sign is not between title and name",
            ));
        }
    }
    findings
}

/// Words that stand in a place.
pub(super) fn words_in<'d>(doc: &Doc<'d>, place: &LabelledBox) -> Vec<&'d Line<'d>> {
    let inside = |line: &&Line<'_>| {
        line.x1 > place.x && line.x0 < place.x + place.w && line.y > place.y && line.top() < place.y + place.h
    };
    doc.layout.on(place.page).iter().filter(inside).collect()
}

/// Whether a stroke crosses a place.
fn stroke_in(doc: &Doc<'_>, place: &LabelledBox) -> bool {
    doc.layout.sheet(place.page).is_some_and(|sheet| {
        sheet.strokes.iter().any(|one| {
            one.x + one.w > place.x + 1.0
                && one.x < place.x + place.w - 1.0
                && one.y + one.h > place.y + 1.0
                && one.y < place.y + place.h - 1.0
        })
    })
}

/// Each seal lies over a third of the signature on its page.
pub(super) fn seals(doc: &Doc<'_>) -> Vec<Finding> {
    let signers = doc.places("nguoi_ky");
    let mut findings = Vec::new();
    for seal in doc.places("co_quan") {
        if signers.is_empty() || signers.iter().any(|sign| covers(sign, seal)) {
            continue;
        }
        findings.push(Finding::on(
            seal.page,
            (seal.x, seal.y, seal.w, seal.h),
            "chỗ đóng dấu không trùm khoảng 1/3 chỗ ký về bên trái",
            "the place of the seal does not cover about a third of the place to sign, at its left",
        ));
    }
    findings
}

/// From a quarter to two fifths of the signature lie under the seal, whose middle is at its left.
fn covers(sign: &LabelledBox, seal: &LabelledBox) -> bool {
    let covered = (seal.x + seal.w).min(sign.x + sign.w) - sign.x.max(seal.x);
    let middle = (seal.y + seal.h / 2.0) - (sign.y + sign.h / 2.0);
    seal.page == sign.page
        && seal.x + seal.w / 2.0 < sign.x + sign.w / 2.0
        && (0.25 * sign.w..=0.42 * sign.w).contains(&covered)
        && middle.abs() < mm(5.0)
}

fn company(doc: &Doc<'_>) -> Vec<Finding> {
    let (Some(level), Some(_)) = (doc.recipients_title, doc.body.last()) else { return Vec::new() };
    let above = doc.body.iter().filter(|line| line.page == level.page).count();
    if above >= 2 || doc.body.len() < 2 {
        return Vec::new();
    }
    vec![Finding::at(
        level,
        format!("trên khối ký ở trang {} chỉ có {above} dòng nội dung", level.page),
        format!("page {} has {above} lines of the text above the signature", level.page),
    )]
}
