//! Phụ lục I, Phần I, Mục II, khoản 1–5 and 9a: everything above the text.

use super::doc::{Doc, KINDS, MINUTES};
use super::line::{Line, is_upper, near, plain, words};
use super::style::{HEADING, ITALIC, Style, TEXT, level, millimetres, off_axis, off_centre, points};
use super::table::{Misfit, misfit};
use super::{Finding, HABIT, Rule};
use crate::domain::so_ky_hieu;
use crate::engine::frames::Stroke;

pub(super) const RULES: &[Rule] = &[
    Rule::error(
        "quoc_hieu.chu",
        "PL I, II.1.a",
        "Quốc hiệu in hoa, cỡ 12–13, đứng, đậm, phía trên cùng, bên phải trang đầu",
        "The Quốc hiệu is in capitals of 12–13 pt, upright, bold, at the upper right of the first page",
        national,
    ),
    Rule::warning(
        "quoc_hieu.mot_dong",
        HABIT,
        "Quốc hiệu nằm trên một dòng",
        "The Quốc hiệu stands on one line",
        national_line,
    ),
    Rule::error(
        "tieu_ngu.chu",
        "PL I, II.1.b",
        "Tiêu ngữ in thường, cỡ 13–14, đứng, đậm, chữ đầu các cụm từ viết hoa, gạch nối có cách chữ",
        "The tiêu ngữ is in small letters of 13–14 pt, upright, bold, its groups capitalised, hyphens between spaces",
        motto,
    ),
    Rule::error(
        "tieu_ngu.vi_tri",
        "PL I, II.1.b, II.1.c",
        "Tiêu ngữ canh giữa dưới Quốc hiệu, cách dòng đơn",
        "The tiêu ngữ is centred under the Quốc hiệu at single spacing",
        motto_place,
    ),
    Rule::error(
        "tieu_ngu.ke",
        "PL I, II.1.b",
        "Dưới tiêu ngữ có đường kẻ ngang dài bằng dòng chữ",
        "Under the tiêu ngữ runs a rule as long as the line",
        motto_rule,
    ),
    Rule::error(
        "co_quan.chu",
        "PL I, II.2.b",
        "Tên cơ quan in hoa, cỡ 12–13, đứng; cơ quan ban hành đậm, cơ quan chủ quản không đậm",
        "The agency is in capitals of 12–13 pt, upright; the issuer bold, the body above it not",
        agency,
    ),
    Rule::error(
        "co_quan.vi_tri",
        "PL I, II.2.b; ô 2",
        "Các dòng tên cơ quan canh giữa dưới nhau, ngang Quốc hiệu, không chạm Quốc hiệu",
        "The lines of the agency are centred under each other, level with the Quốc hiệu and clear of it",
        agency_place,
    ),
    Rule::error(
        "co_quan.ke",
        "PL I, II.2.b",
        "Dưới tên cơ quan ban hành có đường kẻ ngang dài 1/3–1/2 dòng chữ, cân đối",
        "Under the issuer runs a rule of a third to a half of the line, centred",
        agency_rule,
    ),
    Rule::error(
        "so.chu",
        "PL I, II.3.c",
        "Số và ký hiệu cỡ 13, kiểu đứng",
        "Number and symbol are 13 pt, upright",
        number_style,
    ),
    Rule::error(
        "so.vi_tri",
        "PL I, II.3.c; ô 3",
        "Số và ký hiệu canh giữa dưới tên cơ quan ban hành",
        "Number and symbol are centred under the issuer",
        number_place,
    ),
    Rule::error(
        "so.dinh_dang",
        "PL I, II.3.c",
        "Sau “Số” có dấu hai chấm, số nhỏ hơn 10 có số 0 phía trước; chưa có số thì để chỗ trống",
        "`Số` is followed by a colon, numbers below 10 have a leading zero; without a number there is room for one",
        number_written,
    ),
    Rule::error(
        "so.ky_hieu",
        "PL I, II.3.b, II.3.c",
        "Ký hiệu sau dấu gạch chéo, các nhóm chữ viết tắt nối bằng gạch nối, không cách chữ",
        "The symbol follows a slash, its groups joined by hyphens, without spaces",
        symbol_written,
    ),
    Rule::warning(
        "so.ten_loai",
        "PL I, II.3.b; PL III.I",
        "Ký hiệu bắt đầu bằng chữ viết tắt tên loại văn bản",
        "The symbol begins with the abbreviation of the kind of document",
        symbol_kind,
    ),
    Rule::warning(
        "so.nam",
        "PL I, II.3.a",
        "Số của văn bản hành chính không kèm năm; năm trong số là của văn bản quy phạm pháp luật",
        "The number of an administrative document holds no year; only legal texts have it",
        number_year,
    ),
    Rule::error(
        "ngay.chu",
        "PL I, II.4.c",
        "Địa danh và thời gian cỡ 13–14, kiểu nghiêng",
        "Place and date are 13–14 pt, italic",
        date_style,
    ),
    Rule::error(
        "ngay.vi_tri",
        "PL I, II.4.c; ô 4",
        "Địa danh và thời gian cùng dòng với số, canh giữa dưới Quốc hiệu và Tiêu ngữ",
        "Place and date stand on the line of the number, centred under the Quốc hiệu",
        date_place,
    ),
    Rule::error(
        "ngay.dinh_dang",
        "PL I, II.4.b",
        "Ghi đủ ngày, tháng, năm; ngày nhỏ hơn 10 và tháng 1, 2 có số 0 phía trước; chưa có ngày thì để chỗ trống",
        "Day, month and year in full; days below 10 and months 1 and 2 have a leading zero; else there is room for them",
        date_written,
    ),
    Rule::warning("ngay.dau_phay", "PL I, II.4.c", "Sau địa danh có dấu phẩy", "A comma follows the place", date_comma),
    Rule::error(
        "ten_loai.chu",
        "PL I, II.5.b",
        "Tên loại in hoa, cỡ 13–14, đứng, đậm, canh giữa; công văn thay bằng trích yếu `V/v`",
        "The kind of document is in capitals of 13–14 pt, upright, bold, centred; an official letter has `V/v` instead",
        kind,
    ),
    Rule::warning(
        "ten_loai.dieu_7",
        "Điều 7",
        "Tên loại là một trong các loại văn bản hành chính của Điều 7",
        "The kind is one of those of Điều 7",
        kind_known,
    ),
    Rule::error(
        "trich_yeu.chu",
        "PL I, II.5.b",
        "Trích yếu ngay dưới tên loại, cỡ 13–14, đứng, đậm, canh giữa",
        "The abstract stands right below the kind in 13–14 pt, upright, bold, centred",
        summary,
    ),
    Rule::error(
        "trich_yeu.ke",
        "PL I, II.5.b",
        "Dưới trích yếu có đường kẻ ngang dài 1/3–1/2 dòng chữ, cân đối",
        "Under the abstract runs a rule of a third to a half of the line, centred",
        summary_rule,
    ),
    Rule::error(
        "trich_yeu.cong_van",
        "PL I, II.5.b; ô 5b",
        "Trích yếu công văn sau chữ `V/v`, cỡ 12–13, đứng, canh giữa dưới số, cách 6 pt",
        "The abstract of an official letter follows `V/v` in 12–13 pt, upright, centred 6 pt under the number",
        subject,
    ),
    Rule::error(
        "kinh_gui.loai",
        "PL I, II.9.b",
        "`Kính gửi` chỉ có ở tờ trình, báo cáo gửi cấp trên và công văn; tờ trình và công văn phải có",
        "Only a submission, a report to a superior and an official letter are addressed; the first and the last must be",
        addressed,
    ),
    Rule::error(
        "kinh_gui.chu",
        "PL I, II.9.d",
        "`Kính gửi` và tên nơi nhận cỡ 13–14, kiểu đứng",
        "`Kính gửi` and the addressees are 13–14 pt, upright",
        addressees_style,
    ),
    Rule::error(
        "kinh_gui.hinh_thuc",
        "PL I, II.9.d",
        "Một nơi: cùng dòng với `Kính gửi:`; nhiều nơi: xuống dòng, gạch đầu dòng thẳng dưới dấu hai chấm, cuối dòng `;`, dòng cuối `.`",
        "One addressee stands on the line of `Kính gửi:`; several below it, dashes under the colon, `;` after each, `.` at the end",
        addressees_shape,
    ),
];

const NATIONAL: Style = Style { least: 12.0, most: 13.0, bold: true, italic: false };
const AGENCY: Style = Style { least: 12.0, most: 13.0, bold: false, italic: false };
const NUMBER: Style = Style { least: 13.0, most: 13.0, bold: false, italic: false };
const SUBJECT: Style = Style { least: 12.0, most: 13.0, bold: false, italic: false };

fn national(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.national else {
        return vec![Finding::new("trang đầu không có Quốc hiệu", "the first page has no Quốc hiệu")];
    };
    let mut findings: Vec<Finding> = NATIONAL.told(line).into_iter().collect();
    if line.centre() < doc.layout.axis(line) {
        findings.push(Finding::at(line, "Quốc hiệu không ở bên phải", "the Quốc hiệu is not at the right"));
    }
    findings
}

fn national_line(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.national.filter(|line| !line.plain.ends_with("VIỆT NAM")) else { return Vec::new() };
    vec![Finding::at(line, "Quốc hiệu không nằm trọn một dòng", "the Quốc hiệu is not on one line")]
}

fn motto(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.motto else {
        return vec![Finding::new("trang đầu không có Tiêu ngữ", "the first page has no tiêu ngữ")];
    };
    let mut findings: Vec<Finding> = Style { least: 13.0, ..HEADING }.told(line).into_iter().collect();
    if line.plain != "Độc lập - Tự do - Hạnh phúc" {
        let words = line.quote();
        findings.push(Finding::at(
            line,
            format!("Tiêu ngữ ghi {words}, không phải `Độc lập - Tự do - Hạnh phúc`"),
            format!("the tiêu ngữ reads {words}, not `Độc lập - Tự do - Hạnh phúc`"),
        ));
    }
    findings
}

fn motto_place(doc: &Doc<'_>) -> Vec<Finding> {
    let (Some(title), Some(line)) = (doc.national, doc.motto) else { return Vec::new() };
    // A Quốc hiệu on two lines has its own rule.
    if !title.plain.ends_with("VIỆT NAM") {
        return Vec::new();
    }
    let mut findings = off_axis(title.centre(), [line]);
    let apart = (line.y - title.y) / line.size;
    if !(0.95..=1.35).contains(&apart) {
        let gap = points(line.y - title.y);
        findings.push(Finding::at(
            line,
            format!("Tiêu ngữ cách Quốc hiệu {gap} pt, không phải dòng đơn"),
            format!("the tiêu ngữ stands {gap} pt below the Quốc hiệu, not at single spacing"),
        ));
    }
    findings
}

fn motto_rule(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.motto else { return Vec::new() };
    let rules = doc.layout.rules_under(line, 10.0);
    let Some(rule) = rules.iter().find(|rule| rule.x < line.x1 && rule.x + rule.w > line.x0) else {
        return vec![Finding::at(line, "dưới Tiêu ngữ không có đường kẻ", "no rule is drawn under the tiêu ngữ")];
    };
    if near(rule.w, line.width(), 1.5) && near(rule.x, line.x0, 1.5) {
        return Vec::new();
    }
    let (length, asked) = (millimetres(rule.w), millimetres(line.width()));
    vec![Finding::at(
        line,
        format!("đường kẻ dưới Tiêu ngữ dài {length} mm, dòng chữ dài {asked} mm"),
        format!("the rule under the tiêu ngữ is {length} mm long or off its line of {asked} mm"),
    )]
}

/// Ô 2 without what is not bold above the issuer.
fn issuer<'d>(doc: &Doc<'d>) -> Vec<&'d Line<'d>> {
    doc.agency.iter().skip_while(|line| !line.bold).copied().collect()
}

fn agency(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(number) = doc.number.filter(|_| doc.national.is_some() || doc.copy.is_some()) else { return Vec::new() };
    let issuer = issuer(doc);
    if issuer.is_empty() {
        return vec![Finding::at(
            doc.agency.first().copied().unwrap_or(number),
            "không có tên cơ quan ban hành in đậm ở trên số và ký hiệu",
            "no issuer in bold stands above the number",
        )];
    }
    let parents = doc.agency.len() - issuer.len();
    let mut findings = AGENCY.all(doc.agency.iter().take(parents).copied());
    findings.extend(NATIONAL.all(issuer));
    for line in doc.agency.iter().filter(|line| !is_upper(&line.plain)) {
        let words = line.quote();
        findings.push(Finding::at(line, format!("{words} không in hoa"), format!("{words} is not in capitals")));
    }
    findings
}

fn agency_place(doc: &Doc<'_>) -> Vec<Finding> {
    let (Some(title), Some(first)) = (doc.national, doc.agency.first()) else { return Vec::new() };
    let mut findings = off_axis(first.centre(), doc.agency.iter().copied());
    if !near(first.y, title.y, 3.0) {
        findings.push(Finding::at(
            first,
            "tên cơ quan không ngang hàng với Quốc hiệu",
            "the agency does not begin level with the Quốc hiệu",
        ));
    }
    for line in doc.agency.iter().filter(|line| line.x1 > title.x0) {
        let words = line.quote();
        findings.push(Finding::at(line, format!("{words} chạm Quốc hiệu"), format!("{words} reaches the Quốc hiệu")));
    }
    findings
}

/// The rule under the lines of an ô, a third to a half as long.
fn short_rule(under: &[&Line<'_>], rules: &[&Stroke], vi: &str, en: &str) -> Vec<Finding> {
    let Some(last) = under.last() else { return Vec::new() };
    let Some(rule) = rules.first() else {
        return vec![Finding::at(
            last,
            format!("dưới {vi} không có đường kẻ"),
            format!("no rule is drawn under the {en}"),
        )];
    };
    match misfit(rule, under) {
        None => Vec::new(),
        Some(Misfit::Length(length, line)) => {
            let (length, line) = (millimetres(length), millimetres(line));
            vec![Finding::at(
                last,
                format!("đường kẻ dưới {vi} dài {length} mm, dòng chữ dài {line} mm"),
                format!("the rule under the {en} is {length} mm long, the line {line} mm"),
            )]
        }
        Some(Misfit::Centre(off)) => {
            let off = millimetres(off.abs());
            vec![Finding::at(
                last,
                format!("đường kẻ dưới {vi} lệch {off} mm"),
                format!("the rule under the {en} is {off} mm off its middle"),
            )]
        }
    }
}

fn agency_rule(doc: &Doc<'_>) -> Vec<Finding> {
    let lines = issuer(doc);
    let Some(last) = lines.last() else { return Vec::new() };
    let rules: Vec<&Stroke> = doc.layout.rules_under(last, 10.0).into_iter().filter(|rule| rule.x < last.x1).collect();
    short_rule(&lines, &rules, "tên cơ quan ban hành", "issuer")
}

fn number_style(doc: &Doc<'_>) -> Vec<Finding> {
    doc.number.and_then(|line| NUMBER.told(line)).into_iter().collect()
}

fn number_place(doc: &Doc<'_>) -> Vec<Finding> {
    let (Some(line), Some(first)) = (doc.number, doc.agency.first()) else { return Vec::new() };
    off_axis(first.centre(), [line])
}

/// `Số: 05/QĐ-UBND` as number, year and symbol; a year is four digits between two slashes.
fn parts(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let (number, rest) = text.strip_prefix("Số:")?.split_once('/')?;
    let is_year = |text: &str| text.len() == 4 && text.bytes().all(|c| c.is_ascii_digit());
    match rest.split_once('/') {
        Some((year, symbol)) if is_year(year) => Some((number, Some(year), symbol)),
        _ => Some((number, None, rest)),
    }
}

/// The symbol of the document's number, as read.
pub(super) fn symbol_of(doc: &Doc<'_>) -> Option<String> {
    let (_, _, symbol) = parts(&doc.number_text)?;
    Some(plain(symbol).into_owned())
}

/// Room for a pen: no-break spaces or dots.
fn is_blank(text: &str) -> bool {
    text.chars().count() >= 3 && text.chars().all(|c| matches!(c, ' ' | '\u{a0}' | '.' | '…' | '_'))
        || text.contains('…')
}

fn number_written(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.number else {
        return vec![Finding::new("trang đầu không có dòng `Số: …`", "the first page has no line `Số: …`")];
    };
    let words = line.quote();
    let Some((number, ..)) = parts(&doc.number_text) else {
        return vec![Finding::at(
            line,
            format!("{words} không có dạng `Số: 05/QĐ-UBND`"),
            format!("{words} is not of the form `Số: 05/QĐ-UBND`"),
        )];
    };
    let digits = plain(number);
    let written = digits.len() >= 2 && digits.bytes().all(|c| c.is_ascii_digit());
    if written || is_blank(number) {
        return Vec::new();
    }
    vec![Finding::at(
        line,
        format!("{words}: số `{digits}` không có hai chữ số, cũng không để chỗ trống"),
        format!("{words}: the number `{digits}` has no two digits and leaves no room for them"),
    )]
}

fn symbol_written(doc: &Doc<'_>) -> Vec<Finding> {
    let Some((line, (_, _, symbol))) = doc.number.and_then(|line| Some((line, parts(&doc.number_text)?))) else {
        return Vec::new();
    };
    let symbol = plain(symbol);
    if symbol.contains('…') || so_ky_hieu::validate_ky_hieu(&symbol).is_ok() {
        return Vec::new();
    }
    vec![Finding::at(
        line,
        format!("ký hiệu `{symbol}` không có dạng `QĐ-UBND`"),
        format!("the symbol `{symbol}` is not of the form `QĐ-UBND`"),
    )]
}

fn symbol_kind(doc: &Doc<'_>) -> Vec<Finding> {
    let (Some(line), Some(kind)) = (doc.number, doc.kind) else { return Vec::new() };
    let (Some((_, _, symbol)), Some((_, short))) =
        (parts(&doc.number_text), KINDS.iter().find(|(name, _)| *name == kind.plain))
    else {
        return Vec::new();
    };
    let first = plain(symbol).split('-').next().unwrap_or_default().trim().to_owned();
    if short.is_empty() || first.is_empty() || first == *short {
        return Vec::new();
    }
    vec![Finding::at(
        line,
        format!("ký hiệu bắt đầu bằng `{first}`, chữ viết tắt của tên loại là `{short}`"),
        format!("the symbol begins with `{first}`, the kind's abbreviation is `{short}`"),
    )]
}

fn number_year(doc: &Doc<'_>) -> Vec<Finding> {
    let Some((line, (_, Some(year), _))) = doc.number.and_then(|line| Some((line, parts(&doc.number_text)?))) else {
        return Vec::new();
    };
    let words = line.quote();
    vec![Finding::at(
        line,
        format!("{words} có năm {year} trong số"),
        format!("{words} has the year {year} in its number"),
    )]
}

fn date_style(doc: &Doc<'_>) -> Vec<Finding> {
    ITALIC.all(doc.date.iter().copied())
}

fn date_place(doc: &Doc<'_>) -> Vec<Finding> {
    let (Some(number), Some(first)) = (doc.number, doc.date.first()) else { return Vec::new() };
    let mut findings = Vec::new();
    if !level(number, first) {
        findings.push(Finding::at(
            first,
            "địa danh và thời gian không cùng dòng với số và ký hiệu",
            "place and date are not on the line of the number",
        ));
    }
    if let Some(title) = doc.national {
        findings.extend(off_axis(title.centre(), doc.date.iter().copied()));
    }
    findings
}

/// Place, day, month, year.
fn date_parts(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (place, rest) = text.rsplit_once("ngày")?;
    let (day, rest) = rest.split_once("tháng")?;
    let (month, year) = rest.split_once("năm")?;
    Some((place, day, month, year))
}

fn date_text(doc: &Doc<'_>) -> String {
    doc.date.iter().map(|line| line.text.trim_matches(' ')).collect::<Vec<_>>().join(" ")
}

fn date_written(doc: &Doc<'_>) -> Vec<Finding> {
    let (Some(first), Some(_)) = (doc.date.first(), doc.number) else {
        // Biên bản carry no place and date; without a number the number's rule has spoken.
        let due = doc.number.is_some() && !doc.is(MINUTES);
        let none = || Finding::new("không có địa danh và thời gian ban hành", "there is no place and date");
        return due.then(none).into_iter().collect();
    };
    let text = date_text(doc);
    let Some((place, day, month, year)) = date_parts(&text) else {
        return vec![Finding::at(
            first,
            format!("`{text}` không ghi đủ ngày, tháng, năm"),
            format!("`{text}` lacks day, month or year"),
        )];
    };
    let mut findings = Vec::new();
    let mut told = |vi: String, en: String| findings.push(Finding::at(first, vi, en));
    if !place.trim().starts_with(char::is_uppercase) {
        told(format!("địa danh `{}` không viết hoa chữ đầu", plain(place)), format!("place `{}`", plain(place)));
    }
    let sound = |part: &str, most: u8, padded: fn(u8) -> bool| {
        let digits = plain(part);
        let two = |n: u8| if padded(n) { format!("{n:02}") } else { n.to_string() };
        is_blank(part) || digits.parse::<u8>().is_ok_and(|n| (1..=most).contains(&n) && digits == two(n))
    };
    if !sound(day, 31, |_| true) {
        told(format!("ngày `{}`", plain(day)), format!("day `{}`", plain(day)));
    }
    if !sound(month, 12, |n| !(3..=9).contains(&n)) {
        told(format!("tháng `{}`", plain(month)), format!("month `{}`", plain(month)));
    }
    let year = plain(year);
    let sound =
        year.is_empty() || year.contains(['…', '.']) || year.len() == 4 && year.bytes().all(|c| c.is_ascii_digit());
    if !sound {
        told(format!("năm `{year}`"), format!("year `{year}`"));
    }
    findings
}

fn date_comma(doc: &Doc<'_>) -> Vec<Finding> {
    let text = date_text(doc);
    let (Some(first), Some((place, ..))) = (doc.date.first(), date_parts(&text)) else { return Vec::new() };
    if plain(place).ends_with(',') {
        return Vec::new();
    }
    let place = plain(place);
    vec![Finding::at(
        first,
        format!("sau địa danh `{place}` không có dấu phẩy"),
        format!("no comma follows the place `{place}`"),
    )]
}

fn kind(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.kind else {
        // An official letter without `V/v` is told by the rule of `V/v`.
        let letter = doc.is_letter() || !doc.addressees.is_empty();
        let none =
            || Finding::new("trang đầu không có tên loại văn bản", "the first page does not name the kind of document");
        return (!letter).then(none).into_iter().collect();
    };
    let mut findings: Vec<Finding> = HEADING.told(line).into_iter().collect();
    findings.extend(off_centre(doc, [line]));
    findings
}

fn kind_known(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(line) = doc.kind.filter(|line| !KINDS.iter().any(|(name, _)| *name == line.plain)) else {
        return Vec::new();
    };
    let words = line.quote();
    vec![Finding::at(
        line,
        format!("{words} không phải tên loại văn bản hành chính"),
        format!("{words} is no kind of administrative document"),
    )]
}

fn summary(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(kind) = doc.kind else { return Vec::new() };
    if doc.summary.is_empty() {
        return vec![Finding::at(kind, "dưới tên loại không có trích yếu", "no abstract stands below the kind")];
    }
    let mut findings = HEADING.all(doc.summary.iter().copied());
    findings.extend(off_centre(doc, doc.summary.iter().copied()));
    findings
}

fn summary_rule(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(last) = doc.summary.last() else { return Vec::new() };
    short_rule(&doc.summary, &doc.layout.rules_under(last, 12.0), "trích yếu", "abstract")
}

fn subject(doc: &Doc<'_>) -> Vec<Finding> {
    let Some(number) = doc.number.filter(|_| doc.kind.is_none()) else { return Vec::new() };
    let Some(first) = doc.subject.first() else {
        let none = || {
            Finding::at(number, "công văn không có trích yếu `V/v`", "an official letter without its abstract `V/v`")
        };
        return (!doc.addressees.is_empty()).then(none).into_iter().collect();
    };
    let mut findings = SUBJECT.all(doc.subject.iter().copied());
    findings.extend(off_axis(number.centre(), doc.subject.iter().copied()));
    // Single spacing and 6 pt more, or a little beyond.
    let below = |y: f64| first.y - y - 1.15 * first.size;
    let gap = below(doc.number_end.unwrap_or(number).y);
    // A date of two lines makes the row of ô 3 and 4 higher.
    let row = doc.date.last().map_or(gap, |line| gap.min(below(line.y)));
    if gap < 4.0 || row > 12.0 {
        let gap = points(gap);
        findings.push(Finding::at(
            first,
            format!("trích yếu cách dòng số {gap} pt, quy định 6 pt"),
            format!("the abstract stands {gap} pt below the number, 6 pt are due"),
        ));
    }
    findings
}

fn addressed(doc: &Doc<'_>) -> Vec<Finding> {
    let known = doc.kind.is_some_and(|line| KINDS.iter().any(|(name, _)| *name == line.plain));
    let may = doc.is("TỜ TRÌNH") || doc.is("BÁO CÁO") || !known;
    let must = doc.is("TỜ TRÌNH") || doc.is_letter();
    let as_above = doc.recipients.first().is_some_and(|entry| words(entry).starts_with("- Như trên"));
    match doc.addressees.first() {
        Some(line) if !may => {
            let kind = doc.kind.map_or_else(String::new, Line::quote);
            vec![Finding::at(line, format!("{kind} không có `Kính gửi`"), format!("{kind} is not addressed"))]
        }
        None if must || doc.is("BÁO CÁO") && as_above => {
            vec![Finding::new("không có `Kính gửi`", "there is no `Kính gửi`")]
        }
        _ => Vec::new(),
    }
}

fn addressees_style(doc: &Doc<'_>) -> Vec<Finding> {
    TEXT.all(doc.addressees.iter().copied())
}

fn addressees_shape(doc: &Doc<'_>) -> Vec<Finding> {
    let Some((first, under)) = doc.addressees.split_first() else { return Vec::new() };
    let Some(alone) = first.plain.strip_prefix("Kính gửi:").map(str::trim) else {
        return vec![Finding::at(first, "sau `Kính gửi` không có dấu hai chấm", "no colon follows `Kính gửi`")];
    };
    if !alone.is_empty() {
        return one_addressee(first, alone, under);
    }
    let dashes: Vec<&&Line<'_>> = under.iter().filter(|line| line.plain.starts_with('-')).collect();
    let Some(dash) = dashes.first().filter(|_| dashes.len() > 1) else {
        return vec![Finding::at(
            first,
            "dưới `Kính gửi:` không có từ hai nơi nhận trở lên",
            "fewer than two addressees stand below `Kính gửi:`",
        )];
    };
    let mut findings = Vec::new();
    let colon = first.x1 - 0.28 * first.size;
    for line in
        dashes.iter().filter(|line| !near(line.x0, dash.x0, 0.5) || line.x0 < colon - 3.0 || line.x0 > first.x1 + 3.0)
    {
        findings.push(Finding::at(
            line,
            "gạch đầu dòng không thẳng dưới dấu hai chấm",
            "a dash does not stand under the colon",
        ));
    }
    for (index, line) in under.iter().enumerate() {
        let ends = under.get(index + 1).is_none_or(|next| next.plain.starts_with('-'));
        let mark = if index + 1 == under.len() { '.' } else { ';' };
        if ends && !line.plain.ends_with(mark) {
            let words = line.quote();
            findings.push(Finding::at(
                line,
                format!("{words} không kết thúc bằng `{mark}`"),
                format!("{words} does not end with `{mark}`"),
            ));
        }
    }
    findings
}

fn one_addressee(first: &Line<'_>, alone: &str, under: &[&Line<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if alone.starts_with('-') || under.iter().any(|line| line.plain.starts_with('-')) {
        findings.push(Finding::at(
            first,
            "nhiều nơi nhận phải xuống dòng dưới `Kính gửi:`",
            "several addressees stand below `Kính gửi:`, none on its line",
        ));
    } else if under.last().map_or(alone, |line| line.plain.as_ref()).ends_with([';', ',']) {
        findings.push(Finding::at(
            first,
            "nơi nhận duy nhất không kết thúc bằng `;` hay `,`",
            "the only addressee ends with a mark of a list",
        ));
    }
    findings
}
