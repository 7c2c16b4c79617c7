//! Phụ lục I, Phần I, Mục II, khoản 6: authority, căn cứ, the setting of the text, its end.

use super::doc::Doc;
use super::layout::usual;
use super::line::{Line, in_mm, is_upper, mm, near, quote, words};
use super::style::{HEADING, ITALIC, millimetres, off_centre, points};
use super::{Finding, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::error(
        "tham_quyen.chu",
        "PL III, Mẫu 1.1, 1.2",
        "Thẩm quyền ban hành in hoa, cỡ 13–14, đứng, đậm, canh giữa, ở trên căn cứ",
        "The issuing authority stands above the căn cứ in capitals of 13–14 pt, upright, bold, centred",
        authority,
    ),
    Rule::error(
        "quyet_dinh.chu",
        "PL III, Mẫu 1.1, 1.2",
        "`QUYẾT ĐỊNH:` (`QUYẾT NGHỊ:`) in hoa, cỡ 13–14, đứng, đậm, canh giữa, có dấu hai chấm",
        "`QUYẾT ĐỊNH:` (`QUYẾT NGHỊ:`) stands in capitals of 13–14 pt, upright, bold, centred, with a colon",
        decision,
    ),
    Rule::error(
        "can_cu.chu",
        "PL I, II.6.a",
        "Căn cứ cỡ 13–14, kiểu nghiêng, dưới tên loại và trích yếu",
        "The căn cứ are 13–14 pt, italic, below kind and abstract",
        grounds,
    ),
    Rule::error(
        "can_cu.dau",
        "PL I, II.6.a",
        "Mỗi căn cứ một dòng, cuối dòng dấu chấm phẩy, dòng cuối cùng dấu chấm",
        "Each căn cứ begins a line and ends with a semicolon, the last one with a full stop",
        ground_marks,
    ),
    Rule::warning(
        "can_cu.luat",
        "PL I, II.6.a",
        "Căn cứ là luật, pháp lệnh thì không ghi số, ký hiệu, cơ quan ban hành",
        "A căn cứ that is a Luật or Pháp lệnh gives no number, symbol or issuer",
        grounds_of_law,
    ),
    Rule::error(
        "noi_dung.co_chu",
        "PL I, II.6.e",
        "Nội dung cỡ 13–14, kiểu đứng",
        "The text is 13–14 pt, upright",
        size,
    ),
    Rule::error(
        "noi_dung.lui_dong",
        "PL I, II.6.e",
        "Đầu đoạn lùi vào 1 cm hoặc 1,27 cm, như nhau trong cả văn bản",
        "Paragraphs begin at 1 cm or 1.27 cm, all the same",
        indents,
    ),
    Rule::error(
        "noi_dung.gian_dong",
        "PL I, II.6.e",
        "Khoảng cách dòng từ dòng đơn đến 1,5 dòng",
        "Lines stand between single and one and a half",
        leading,
    ),
    Rule::error(
        "noi_dung.cach_doan",
        "PL I, II.6.e",
        "Các đoạn cách nhau tối thiểu 6 pt",
        "Paragraphs stand 6 pt apart at least",
        gaps,
    ),
    Rule::error(
        "noi_dung.canh_le",
        "PL I, II.6.e",
        "Nội dung canh đều cả hai lề",
        "The text is justified to both edges",
        justified,
    ),
    Rule::error(
        "noi_dung.ket_thuc",
        "PL III, Mẫu 1.1–1.5",
        "`./.` một lần, ngay sau lời cuối của nội dung; phụ lục kết thúc bằng `./.` của riêng nó hoặc không",
        "`./.` stands once, after the last words of the text; a phụ lục ends by its own or by none",
        end_mark,
    ),
];

/// First-line indents the decree allows, points.
const INDENTS: [f64; 2] = [mm(10.0), mm(12.7)];

fn authority(doc: &Doc<'_>) -> Vec<Finding> {
    if !doc.decides() || doc.decision.is_none() {
        return Vec::new();
    }
    if doc.authority.is_empty() {
        return vec![Finding::new(
            "trên căn cứ không có dòng thẩm quyền ban hành in hoa, đậm",
            "no issuing authority in bold capitals stands above the căn cứ",
        )];
    }
    capitals(doc, &doc.authority)
}

fn capitals(doc: &Doc<'_>, lines: &[&Line<'_>]) -> Vec<Finding> {
    let mut findings = HEADING.all(lines.iter().copied());
    findings.extend(off_centre(doc, lines.iter().copied()));
    for line in lines.iter().filter(|line| !is_upper(&line.plain)) {
        let words = line.quote();
        findings.push(Finding::at(line, format!("{words} không in hoa"), format!("{words} is not in capitals")));
    }
    findings
}

fn decision(doc: &Doc<'_>) -> Vec<Finding> {
    if !doc.decides() {
        return Vec::new();
    }
    match doc.decision {
        Some(line) => capitals(doc, &[line]),
        None => {
            let word = if doc.is("QUYẾT ĐỊNH") { "QUYẾT ĐỊNH:" } else { "QUYẾT NGHỊ:" };
            vec![Finding::new(format!("không có dòng `{word}`"), format!("there is no line `{word}`"))]
        }
    }
}

fn grounds(doc: &Doc<'_>) -> Vec<Finding> {
    if doc.decides() && doc.decision.is_some() && doc.grounds.is_empty() {
        return vec![Finding::new("không có căn cứ ban hành", "there are no căn cứ")];
    }
    ITALIC.all(doc.grounds.iter().copied())
}

fn ground_marks(doc: &Doc<'_>) -> Vec<Finding> {
    let paragraphs = doc.layout.paragraphs(&doc.grounds);
    let mut findings = Vec::new();
    for (index, paragraph) in paragraphs.iter().enumerate() {
        let mark = if index + 1 == paragraphs.len() { '.' } else { ';' };
        if let Some(last) = paragraph.last().filter(|line| !line.plain.ends_with(mark)) {
            let words = quote(&words(paragraph));
            findings.push(Finding::at(
                last,
                format!("căn cứ {words} không kết thúc bằng `{mark}`"),
                format!("the căn cứ {words} does not end with `{mark}`"),
            ));
        }
    }
    findings
}

fn grounds_of_law(doc: &Doc<'_>) -> Vec<Finding> {
    const LAWS: [&str; 3] = ["Căn cứ Luật", "Căn cứ Bộ luật", "Căn cứ Pháp lệnh"];
    const TOO_MUCH: [&str; 4] = ["/QH", "/UBTVQH", "của Quốc hội", "của Ủy ban Thường vụ Quốc hội"];
    let mut findings = Vec::new();
    for paragraph in doc.layout.paragraphs(&doc.grounds) {
        let all = words(&paragraph);
        let Some(first) = paragraph.first().filter(|_| LAWS.iter().any(|law| all.starts_with(law))) else { continue };
        if let Some(what) = TOO_MUCH.iter().find(|what| all.contains(**what)) {
            let words = quote(&all);
            findings.push(Finding::at(
                first,
                format!("căn cứ {words} ghi cả số hoặc cơ quan ban hành luật (`{what}`)"),
                format!("the căn cứ {words} gives the number or issuer of a law (`{what}`)"),
            ));
        }
    }
    findings
}

fn size(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for line in &doc.body {
        let small = !line.sized(13.0, 14.0);
        // A word in italics is emphasis; bold italics mark the headings of small levels in many offices.
        let slanted = line.italic && !line.bold;
        let (words, size) = (line.quote(), points(line.size));
        if small {
            findings.push(Finding::at(line, format!("{words}: cỡ {size} pt"), format!("{words}: {size} pt")));
        } else if slanted {
            findings.push(Finding::at(line, format!("{words}: nghiêng"), format!("{words}: italic")));
        }
    }
    findings
}

/// A heading in the middle, such as `Chương I`: it has its own place.
pub(super) fn is_middle(doc: &Doc<'_>, line: &Line<'_>) -> bool {
    let far = line.x0 - doc.layout.left(line) > INDENTS[1] + 3.0;
    doc.layout.off_axis(line).is_none() && (line.bold || far) && line.x0 - doc.layout.left(line) > 3.0
}

fn indents(doc: &Doc<'_>) -> Vec<Finding> {
    let begins: Vec<(&Line<'_>, f64)> = doc
        .text()
        .filter(|line| !doc.layout.continues(line) && !is_middle(doc, line))
        .map(|line| (line, line.x0 - doc.layout.left(line)))
        .collect();
    let Some((_, usual)) = begins.iter().find(|(_, indent)| INDENTS.iter().any(|one| near(*one, *indent, 0.7))) else {
        let none = |line| Finding::at(line, "không đoạn nào lùi đầu dòng", "no paragraph is indented");
        return doc.text().next().map(none).into_iter().collect();
    };
    let mut findings = Vec::new();
    for (line, indent) in begins.iter().filter(|(_, indent)| !near(*indent, *usual, 0.7)) {
        let (words, indent) = (line.quote(), points(in_mm(*indent)));
        findings.push(Finding::at(
            line,
            format!("{words} lùi {indent} mm"),
            format!("{words} is indented by {indent} mm"),
        ));
    }
    // A paragraph that begins at the edge shows by the room above it.
    let step = step(doc);
    for (above, below) in pairs(doc) {
        if doc.layout.continues(below) && parted(step, above, below) && !is_middle(doc, above) {
            let words = below.quote();
            findings.push(Finding::at(
                below,
                format!("{words} không lùi đầu dòng"),
                format!("{words} begins at the left edge"),
            ));
        }
    }
    findings
}

/// Neighbouring lines of one page with nothing between them.
fn pairs<'d>(doc: &Doc<'d>) -> Vec<(&'d Line<'d>, &'d Line<'d>)> {
    let alone = |above: &Line<'_>, below: &Line<'_>| {
        above.page == below.page && below.y > above.y + 0.5 && !doc.layout.table_between(above, below)
    };
    [&doc.grounds, &doc.body]
        .into_iter()
        .flat_map(|lines| lines.windows(2))
        .filter(|pair| alone(pair[0], pair[1]))
        .map(|pair| (pair[0], pair[1]))
        .collect()
}

/// The usual distance of two lines of one paragraph, points.
fn step(doc: &Doc<'_>) -> Option<f64> {
    let inner = pairs(doc).into_iter().filter(|(_, below)| doc.layout.continues(below));
    usual(inner.map(|(above, below)| below.y - above.y))
}

/// Whether the room between two lines is that of two paragraphs.
fn parted(step: Option<f64>, above: &Line<'_>, below: &Line<'_>) -> bool {
    step.is_some_and(|step| below.page == above.page && below.y - above.y > step + 4.0)
}

/// Single is 1,15 em in Times; 1,1 is let pass; 1,5 lines are 1,725 em.
const LEADING: std::ops::RangeInclusive<f64> = 1.095..=1.73;

fn leading(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let step = step(doc);
    for (above, below) in pairs(doc).into_iter().filter(|(_, below)| doc.layout.continues(below)) {
        let distance = (below.y - above.y) / below.size;
        // Farther apart they are two paragraphs, told by the rule of indents.
        if !LEADING.contains(&distance) && !parted(step, above, below) {
            let (words, lines) = (below.quote(), points(distance / 1.15));
            findings.push(Finding::at(
                below,
                format!("{words} cách dòng trên {lines} dòng"),
                format!("{words} stands {lines} lines below the one before"),
            ));
        }
    }
    findings
}

fn gaps(doc: &Doc<'_>) -> Vec<Finding> {
    let pairs = pairs(doc);
    let inner = pairs.iter().filter(|(_, below)| doc.layout.continues(below)).map(|(above, below)| below.y - above.y);
    let Some(line) = inner.min_by(f64::total_cmp) else { return Vec::new() };
    pairs
        .iter()
        .filter(|(_, below)| !doc.layout.continues(below))
        // The title of a Chương stands right under its number.
        .filter(|(above, below)| !(is_middle(doc, above) && is_middle(doc, below)))
        .filter(|(above, below)| below.y - above.y < line + 5.9)
        .map(|(above, below)| {
            let (words, gap) = (below.quote(), points((below.y - above.y - line).max(0.0)));
            Finding::at(
                below,
                format!("{words} cách đoạn trên {gap} pt"),
                format!("{words} stands {gap} pt below the paragraph before"),
            )
        })
        .collect()
}

fn justified(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let step = step(doc);
    for pair in [&doc.grounds, &doc.body].into_iter().flat_map(|lines| lines.windows(2)) {
        let (line, next) = (pair[0], pair[1]);
        if !doc.layout.continues(next) || line.bold || is_middle(doc, line) {
            continue;
        }
        // Another paragraph after all: told by the rule of indents.
        if parted(step, line, next) {
            continue;
        }
        let rest = doc.layout.right(line) - line.x1;
        let stretches = line.runs.iter().any(|run| run.text.trim().contains(' '));
        if stretches && rest.abs() > 0.9 {
            let (words, rest) = (line.quote(), millimetres(rest));
            findings.push(Finding::at(
                line,
                format!("{words} cách lề phải {rest} mm"),
                format!("{words} ends {rest} mm before the right edge"),
            ));
        }
    }
    findings
}

fn end_mark(doc: &Doc<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(last) = doc.body.last() {
        let marked: Vec<&&Line<'_>> = doc.body.iter().filter(|line| line.plain.contains("./.")).collect();
        for line in marked.iter().filter(|line| !std::ptr::eq(***line, *last)) {
            findings.push(Finding::at(line, "`./.` trước khi hết nội dung", "`./.` stands before the end of the text"));
        }
        let closed = last.plain.ends_with("./.") && last.plain.matches("./.").count() == 1;
        if !closed && findings.is_empty() {
            findings.push(Finding::at(
                last,
                format!("nội dung kết thúc bằng {}, không phải một dấu `./.`", last.quote()),
                format!("the text ends {} and not with a single `./.`", last.quote()),
            ));
        }
    }
    for annex in &doc.annexes {
        let last = annex.text.last().map(|line| (line.page, line.y));
        for line in annex.text.iter().filter(|line| line.plain.contains("./.")) {
            if Some((line.page, line.y)) != last || !line.plain.ends_with("./.") {
                findings.push(Finding::at(
                    line,
                    "`./.` trước khi hết phụ lục",
                    "`./.` stands before the end of the phụ lục",
                ));
            }
        }
    }
    findings
}
