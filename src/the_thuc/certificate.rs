//! Giấy khen, bằng khen, bằng chứng nhận: outside the decree (Điều 4), held against the order and the colours of Nghị định 50/2006/NĐ-CP, Điều 28.

use super::doc::Doc;
use super::line::{Line, is_black, is_red, mm, near};
use super::sign::{seals, words_where_one_signs};
use super::style::millimetres;
use super::{Finding, HABIT, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::warning(
        "khen.mot_to",
        HABIT,
        "Một giấy khen, bằng khen, bằng chứng nhận là một tờ",
        "A certificate is one sheet",
        one_sheet,
    ),
    Rule::error(
        "khen.thu_tu",
        "NĐ 50/2006, Điều 28",
        "Quốc hiệu, Tiêu ngữ, thẩm quyền, `TẶNG` hoặc `TẶNG DANH HIỆU`, tên hình thức hoặc danh hiệu, đối tượng, rồi địa danh và ngày trên khối ký, số quyết định trên số sổ vàng",
        "Quốc hiệu, tiêu ngữ, authority, verb, award or title, recipient; then the date over the signature, the decision over the golden book",
        order,
    ),
    Rule::error(
        "khen.mau_muc",
        "NĐ 50/2006, Điều 28",
        "Thẩm quyền và tên hình thức khen thưởng hoặc danh hiệu màu đỏ, chữ khác màu đen",
        "Authority and award or title are red, all other words black",
        colours,
    ),
    Rule::warning(
        "khen.tieu_ngu_ke",
        HABIT,
        "Dưới tiêu ngữ có đường kẻ ngang dài bằng dòng chữ",
        "Under the tiêu ngữ runs a rule as long as the line",
        motto_rule,
    ),
    Rule::warning(
        "khen.le",
        HABIT,
        "Chữ cách mép giấy ít nhất 10 mm",
        "Words stand at least 10 mm from the edges of the sheet",
        margins,
    ),
    OFF_PAPER,
    COLLISION,
    Rule::warning("khen.cho_ky", HABIT, "Chỗ ký không có chữ", "The place to sign is free of words", room),
    Rule::warning(
        "khen.dau",
        HABIT,
        "Dấu trùm khoảng 1/3 chữ ký về bên trái",
        "The seal covers about a third of the signature, at its left",
        seals,
    ),
];

/// What is printed on a blank: the art and some lines are there already, so only the words among themselves are judged.
pub(super) const ON_BLANK: &[Rule] = &[OFF_PAPER, COLLISION];

const OFF_PAPER: Rule = Rule::error(
    "khen.ngoai_giay",
    "quy tắc của mẫu",
    "Chữ nằm trọn trên giấy",
    "All words stand on the sheet",
    off_paper,
);

const COLLISION: Rule = Rule::error(
    "khen.chong_chu",
    "quy tắc của mẫu",
    "Các dòng không chồng lên nhau",
    "No line stands over another",
    collisions,
);

const AWARDS: [&str; 3] = ["GIẤY KHEN", "BẰNG KHEN", "GIẤY CHỨNG NHẬN"];
const VERBS: [&str; 5] = ["TẶNG", "TRUY TẶNG", "TẶNG DANH HIỆU", "TRUY TẶNG DANH HIỆU", "CÔNG NHẬN"];

/// What a title's year begins with.
const YEARS: [&str; 4] = ["Năm ", "Năm học ", "Giai đoạn ", "Các năm "];

/// Most certificates looked for on one sheet.
const MOST_COPIES: usize = 4;

fn is_award(line: &Line<'_>) -> bool {
    AWARDS.contains(&line.plain.as_ref())
}

fn is_verb(line: &Line<'_>) -> bool {
    VERBS.contains(&line.plain.as_ref())
}

fn is_year(line: &Line<'_>) -> bool {
    YEARS
        .iter()
        .any(|word| line.plain.strip_prefix(word).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
}

/// The award of each certificate of the sheet: the name of its kind, or the title below its verb on as many lines of
/// one size as it takes.
fn awards<'d>(doc: &'d Doc<'d>) -> Vec<Vec<&'d Line<'d>>> {
    let lines = doc.layout.on(1);
    let named: Vec<_> = lines.iter().filter(|line| is_award(line)).take(MOST_COPIES).map(|line| vec![line]).collect();
    if !named.is_empty() {
        return named;
    }
    let titled = |verb: &Line<'_>| {
        let mut below: Vec<_> = lines.iter().filter(|line| line.y > verb.y && !is_year(line)).collect();
        below.sort_by(|a, b| a.y.total_cmp(&b.y));
        let mut title: Vec<&Line<'_>> = Vec::new();
        for line in below {
            let goes_on = |last: &&&Line<'_>| near(last.size, line.size, 0.1) && line.y - last.y < 1.6 * line.size;
            if !title.is_empty() && title.last().filter(goes_on).is_none() {
                break;
            }
            title.push(line);
        }
        title
    };
    lines.iter().filter(|line| is_verb(line)).take(MOST_COPIES).map(titled).filter(|title| !title.is_empty()).collect()
}

fn one_sheet(doc: &Doc<'_>) -> Vec<Finding> {
    let count = doc.layout.count();
    if count == 1 {
        return Vec::new();
    }
    vec![Finding::new(format!("giấy khen có {count} trang"), format!("the certificate has {count} pages"))]
}

/// What stands under what: its name and how it is found.
type Step = (&'static str, fn(&Line<'_>) -> bool);

const TOP: [Step; 3] = [
    ("Quốc hiệu", |line| line.plain.starts_with("CỘNG HÒA XÃ HỘI") || line.plain.starts_with("CỘNG HOÀ XÃ HỘI")),
    ("Tiêu ngữ", |line| line.plain == "Độc lập - Tự do - Hạnh phúc"),
    ("`TẶNG`", is_verb),
];

fn order(doc: &Doc<'_>) -> Vec<Finding> {
    let lines = doc.layout.on(1);
    let mut findings = Vec::new();
    let mut last = 0.0;
    let awards = awards(doc);
    let award = awards.first().map_or(&[] as &[&Line<'_>], Vec::as_slice);
    let steps = TOP.map(|(what, is)| (what, what, lines.iter().find(|line| is(line))));
    let named = ("tên hình thức hoặc danh hiệu", "award or title", award.first().copied());
    for (vi, en, line) in steps.into_iter().chain([named]) {
        match line {
            None => findings.push(Finding::new(format!("không có {vi}"), format!("there is no {en}"))),
            Some(line) if line.y <= last => findings.push(Finding::at(
                line,
                format!("{vi} đứng trên phần phải ở trước nó"),
                format!("{en} stands above what comes before it"),
            )),
            Some(line) => last = line.y,
        }
    }
    if !findings.is_empty() {
        return findings;
    }
    findings.extend(foot(doc, award));
    findings
}

/// What stands below the award: recipient, decision and golden book, date and signature.
fn foot(doc: &Doc<'_>, award: &[&Line<'_>]) -> Vec<Finding> {
    let lines = doc.layout.on(1);
    // A title says itself what it is given for; an award does not.
    let least = if award.iter().any(|line| is_award(line)) { 2 } else { 1 };
    let award = award.last().map_or(0.0, |line| line.y);
    let middle = doc.layout.sheet(1).map_or(0.0, |sheet| sheet.width / 2.0);
    let date = lines.iter().find(|line| {
        line.y > award && line.plain.contains("ngày") && line.plain.contains("năm") && line.centre() > middle
    });
    let Some(date) = date else {
        return vec![Finding::new("không có địa danh và ngày ở bên phải", "no place and date stand at the right")];
    };
    let mut findings = Vec::new();
    let named = lines.iter().filter(|line| line.y > award && line.y < date.y && near(line.centre(), middle, 60.0));
    if named.filter(|line| !is_year(line)).count() < least {
        findings.push(Finding::new(
            "dưới tên hình thức hoặc danh hiệu không có đối tượng và thành tích",
            "no recipient and achievement stand below the award or title",
        ));
    }
    let decision = lines.iter().find(|line| line.plain.starts_with("Quyết định số"));
    let begins = ["Số sổ vàng", "Số bằng", "Vào sổ số"];
    let book = lines.iter().find(|line| begins.iter().any(|words| line.plain.starts_with(words)));
    match (decision, book) {
        (Some(decision), Some(book)) if book.y <= decision.y || decision.y <= award || decision.x1 > middle => {
            findings.push(Finding::at(
                decision,
                "số quyết định và số sổ vàng không ở góc trái dưới, quyết định ở trên",
                "decision and golden book are not at the lower left, the decision first",
            ));
        }
        (None, _) => findings.push(Finding::new("không có số quyết định", "no decision is named")),
        _ => {}
    }
    let signed: Vec<&Line<'_>> = lines.iter().filter(|line| line.y > date.y && line.centre() > middle).collect();
    match (signed.first(), signed.last()) {
        (Some(title), Some(name)) if title.y < name.y => {
            if name.y - date.y < mm(20.0) {
                findings.push(Finding::at(
                    name,
                    "giữa chức vụ và họ tên không có chỗ ký",
                    "no room to sign lies between title and name",
                ));
            }
        }
        _ => findings.push(Finding::at(
            date,
            "dưới ngày không có chức vụ và họ tên người ký",
            "no title and name of the signer stand below the date",
        )),
    }
    findings
}

fn colours(doc: &Doc<'_>) -> Vec<Finding> {
    let lines = doc.layout.on(1);
    // The authority stands between tiêu ngữ and verb, on each certificate of a sheet that holds two.
    let verb_below =
        |y: f64| lines.iter().filter(|line| is_verb(line) && line.y > y).map(|line| line.y).reduce(f64::min);
    let authorities: Vec<(f64, f64)> = lines
        .iter()
        .filter(|line| line.plain.starts_with("Độc lập"))
        .filter_map(|motto| Some((motto.y, verb_below(motto.y)?)))
        .collect();
    // Without verb or motto the order has spoken.
    if authorities.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let awards = awards(doc).concat();
    for line in lines {
        let red = awards.iter().any(|award| std::ptr::eq(*award, line))
            || authorities.iter().any(|(above, below)| line.y > *above && line.y < *below);
        let sound = |colour: Option<&str>| if red { is_red(colour) } else { is_black(colour) };
        if line.runs.iter().all(|run| sound(run.colour.as_deref()) || run.text.trim().is_empty()) {
            continue;
        }
        let words = line.quote();
        let (vi, en) = if red { ("đỏ", "red") } else { ("đen", "black") };
        findings.push(Finding::at(line, format!("{words} không in màu {vi}"), format!("{words} is not {en}")));
    }
    findings
}

fn motto_rule(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(motto) = doc.layout.on(1).iter().find(|line| line.plain.starts_with("Độc lập")) else {
        return Vec::new();
    };
    let rules = doc.layout.rules_under(motto, 12.0);
    if rules.iter().any(|one| near(one.w, motto.width(), 2.0) && near(one.x, motto.x0, 2.0)) {
        return Vec::new();
    }
    vec![Finding::at(
        motto,
        "dưới Tiêu ngữ không có đường kẻ dài bằng dòng chữ",
        "no rule as long as the tiêu ngữ stands under it",
    )]
}

fn margins(doc: &Doc<'_>) -> Vec<Finding> {
    let least = mm(10.0);
    let Some(sheet) = doc.layout.sheet(1) else { return Vec::new() };
    let rest = |line: &Line<'_>| {
        let sides = [line.x0, sheet.width - line.x1, line.top(), sheet.height - line.bottom()];
        sides.into_iter().fold(f64::MAX, f64::min)
    };
    let near_edge = doc.layout.on(1).iter().filter(|line| rest(line) < least);
    near_edge
        .map(|line| {
            let (words, rest) = (line.quote(), millimetres(rest(line)));
            Finding::at(
                line,
                format!("{words} cách mép giấy {rest} mm"),
                format!("{words} is {rest} mm from the edge of the sheet"),
            )
        })
        .collect()
}

fn off_paper(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(sheet) = doc.layout.sheet(1) else { return Vec::new() };
    let outside = |line: &Line<'_>| {
        let sides = [-line.x0, line.x1 - sheet.width, -ink(line).0, ink(line).1 - sheet.height];
        sides.into_iter().fold(f64::MIN, f64::max)
    };
    let lines = doc.layout.on(1).iter().map(|line| (line, outside(line))).filter(|(_, over)| *over > 0.5);
    lines
        .map(|(line, over)| {
            let (words, over) = (line.quote(), millimetres(over));
            Finding::at(
                line,
                format!("{words} ra ngoài mép giấy {over} mm"),
                format!("{words} runs {over} mm beyond the sheet"),
            )
        })
        .collect()
}

/// Where the letters of a line begin and end, without the highest accents: these may reach between the letters above.
fn ink(line: &Line<'_>) -> (f64, f64) {
    (line.y - 0.7 * line.size, line.y + 0.2 * line.size)
}

/// Lines of a certificate by far; more than these are no certificate, and are not compared each with each.
const MOST_LINES: usize = 300;

fn collisions(doc: &Doc<'_>) -> Vec<Finding> {
    let lines = doc.layout.on(1);
    let mut findings = Vec::new();
    for (index, line) in lines.iter().take(MOST_LINES).enumerate() {
        let over = lines[..index].iter().find(|above| {
            let ((top, bottom), (first, last)) = (ink(line), ink(above));
            let deep = bottom.min(last) - top.max(first);
            let wide = line.x1.min(above.x1) - line.x0.max(above.x0);
            deep > 0.5 && wide > 0.5
        });
        if let Some(above) = over {
            findings.push(Finding::at(
                line,
                format!("{} chồng lên {}", line.quote(), above.quote()),
                format!("{} stands over {}", line.quote(), above.quote()),
            ));
        }
    }
    findings
}

fn room(doc: &Doc<'_>) -> Vec<Finding> {
    doc.places("nguoi_ky").into_iter().flat_map(|sign| words_where_one_signs(doc, sign)).collect()
}
