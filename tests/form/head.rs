//! Phụ lục I, Phần I, Mục II, khoản 1–5, 9a and Mục III, khoản 2: everything above the text.

use vinhdanh::engine::frames::Pages;

use super::lines::{Form, Line, is_upper, mm, near, plain, rule_fits};
use super::{Broken, Rule, holds, run, sheet};

const NATIONAL_TITLE: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";

/// Words and width in millimetres of the stamps of urgency.
pub const URGENCY: [(&str, f64); 3] = [("HỎA TỐC", 30.0), ("THƯỢNG KHẨN", 40.0), ("KHẨN", 20.0)];

const CIRCULATION: [&str; 2] = ["LƯU HÀNH NỘI BỘ", "XEM XONG TRẢ LẠI"];

pub const RULES: &[Rule] = &[
    ("national_title", national_title),
    ("motto", motto),
    ("agency", agency),
    ("number_and_date_level", number_and_date_level),
    ("number_written", number_written),
    ("date_written", date_written),
    ("kind_and_abstract", kind_and_abstract),
    ("addressed", addressed),
    ("stamps", stamps),
];

fn national(form: &Form) -> Option<&Line> {
    form.find(|line| line.page == 1 && line.text == NATIONAL_TITLE)
}

fn number(form: &Form) -> Option<&Line> {
    form.find(|line| line.page == 1 && line.text.starts_with("Số:"))
}

fn date(form: &Form) -> Option<&Line> {
    let number = number(form)?;
    form.find(|line| line.page == 1 && near(line.y, number.y, 3.0) && line.x0 > number.x1)
}

/// The date with the lines it runs on to, as one string.
fn date_text(form: &Form) -> Option<String> {
    let (first, kind) = (date(form)?, form.kind()?);
    let under = form.lines.iter().filter(|line| line.page == 1 && line.y > first.y && line.y < kind.y && line.italic);
    Some(std::iter::once(first).chain(under).map(|line| line.text.trim()).collect::<Vec<_>>().join(" "))
}

fn national_title(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let Some(line) = national(&form) else { return vec!["no Quốc hiệu on one line".into()] };
    let mut faults = Vec::new();
    if !line.bold || !line.upright || !line.sized(12.0, 13.0) {
        faults.push(format!("Quốc hiệu: {} pt, bold {}, upright {}", line.size, line.bold, line.upright));
    }
    if line.centre() < form.width / 2.0 {
        faults.push("Quốc hiệu is not at the right".into());
    }
    faults
}

fn motto(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let (Some(title), Some(line)) = (national(&form), form.find(|line| line.page == 1 && line.text == MOTTO)) else {
        return vec!["no tiêu ngữ on one line".into()];
    };
    let mut faults = Vec::new();
    if !line.bold || !line.upright || !line.sized(13.0, 14.0) {
        faults.push(format!("tiêu ngữ: {} pt, bold {}, upright {}", line.size, line.bold, line.upright));
    }
    if !near(line.centre(), title.centre(), 1.0) {
        faults.push(format!("tiêu ngữ is {:.1} pt off the Quốc hiệu's axis", line.centre() - title.centre()));
    }
    let apart = (line.y - title.y) / line.size;
    if !(1.0..=1.3).contains(&apart) {
        faults.push(format!("tiêu ngữ stands {apart:.2} em below the Quốc hiệu, single spacing asked"));
    }
    match form.rules_under(line, 8.0).iter().find(|rule| rule.x < line.x1 && rule.x + rule.w > line.x0) {
        None => faults.push("no drawn rule under the tiêu ngữ".into()),
        Some(rule) if !near(rule.w, line.width(), 1.0) || !near(rule.x, line.x0, 1.0) => {
            faults.push(format!(
                "rule {:.1} pt from {:.1}, tiêu ngữ {:.1} pt from {:.1}",
                rule.w,
                rule.x,
                line.width(),
                line.x0
            ));
        }
        Some(_) => {}
    }
    faults
}

/// Ô 2: capitals of 12–13 pt on one axis; what is above the issuer is not bold; the rule.
fn agency(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let (Some(title), Some(number)) = (national(&form), number(&form)) else { return vec!["no head".into()] };
    let block: Vec<&Line> = form
        .lines
        .iter()
        .filter(|line| line.page == 1 && line.y > title.y - 1.0 && line.y < number.y - 1.0 && line.x0 < title.x0 - 20.0)
        .collect();
    let mut faults = Vec::new();
    if block.first().is_none_or(|line| !near(line.y, title.y, 0.5)) {
        faults.push("the agency does not begin level with the Quốc hiệu".into());
    }
    for line in &block {
        if !is_upper(&line.text) || !line.upright || !line.sized(12.0, 13.0) {
            faults.push(format!("`{}`: {} pt, upright {}", line.text, line.size, line.upright));
        }
        if !near(line.centre(), number.centre(), 1.0) {
            faults.push(format!("`{}` is off the axis of ô 2 and 3", line.text));
        }
        if line.x1 > title.x0 {
            faults.push(format!("`{}` reaches the Quốc hiệu", line.text));
        }
    }
    let issuer: Vec<&Line> = block.iter().skip_while(|line| !line.bold).copied().collect();
    let Some(last) = issuer.last() else {
        faults.push("no agency in bold".into());
        return faults;
    };
    if issuer.iter().any(|line| !line.bold) {
        faults.push("a line of the issuer is not bold".into());
    }
    match form.rules_under(last, 8.0).iter().find(|rule| rule.x < title.x0) {
        None => faults.push("no drawn rule under the agency".into()),
        Some(rule) => faults.extend(rule_fits(rule, &issuer).err().map(|why| format!("agency: {why}"))),
    }
    faults
}

fn number_and_date_level(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let (Some(number), Some(date), Some(title)) = (number(&form), date(&form), national(&form)) else {
        return vec!["no number beside a date".into()];
    };
    let mut faults = Vec::new();
    if !number.upright || number.bold || !number.sized(13.0, 13.0) {
        faults.push(format!("number: {} pt, upright {}, bold {}", number.size, number.upright, number.bold));
    }
    if !date.italic || date.bold || !date.sized(13.0, 14.0) {
        faults.push(format!("date: {} pt, italic {}, bold {}", date.size, date.italic, date.bold));
    }
    if !near(number.y, date.y, 0.5) {
        faults.push(format!("number at {:.1}, date at {:.1}", number.y, date.y));
    }
    if !near(date.centre(), title.centre(), 1.0) {
        faults.push(format!("the date is {:.1} pt off the Quốc hiệu's axis", date.centre() - title.centre()));
    }
    faults
}

/// `Số: 05/QĐ-UBND`: two digits at least, no spaces, no year; or blanks for a number.
fn number_written(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let Some(line) = number(&form) else { return vec!["no number".into()] };
    let Some((digits, sign)) = line.text.strip_prefix("Số: ").and_then(|rest| rest.split_once('/')) else {
        return vec![format!("`{}` has no form", line.text)];
    };
    let mut faults = Vec::new();
    let blank = digits.chars().count() >= 4 && digits.chars().all(|c| c == '\u{a0}');
    if !blank && (digits.len() < 2 || !digits.chars().all(|c| c.is_ascii_digit())) {
        faults.push(format!("number `{digits}`"));
    }
    if sign.is_empty() || sign.trim_end().contains(char::is_whitespace) || sign.contains('/') {
        faults.push(format!("ký hiệu `{sign}`"));
    }
    faults
}

/// `Phù Yên, ngày 05 tháng 01 năm 2021`: day of two digits, month of two only for 1 and 2; or blanks for them.
fn date_written(pages: &Pages) -> Vec<String> {
    let Some(text) = date_text(&Form::read(pages)) else { return vec!["no date".into()] };
    let Some((place, rest)) = text.rsplit_once(", ngày") else {
        return vec![format!("`{text}` has no place and day")];
    };
    let parts = rest.split_once("tháng").and_then(|(day, rest)| Some((day, rest.split_once("năm")?)));
    let Some((day, (month, year))) = parts else { return vec![format!("`{text}` has no month and year")] };
    let mut faults = Vec::new();
    if !place.starts_with(char::is_uppercase) {
        faults.push(format!("place `{place}`"));
    }
    let (number, blank) = (|part: &str| plain(part), |part: &str| part.chars().count() >= 3 && plain(part).is_empty());
    if !blank(day) {
        let written =
            number(day).parse::<u8>().is_ok_and(|n| (1..=31).contains(&n) && number(day) == format!("{n:02}"));
        if !written {
            faults.push(format!("day `{day}`"));
        }
    }
    if !blank(month) {
        let padded = |n: u8| if n < 3 { format!("{n:02}") } else { n.to_string() };
        let written = number(month).parse::<u8>().is_ok_and(|n| (1..=12).contains(&n) && number(month) == padded(n));
        if !written {
            faults.push(format!("month `{month}`"));
        }
    }
    let year = number(year);
    if !(year.is_empty() || year.len() == 4 && year.bytes().all(|c| c.is_ascii_digit())) {
        faults.push(format!("year `{year}`"));
    }
    faults
}

fn kind_and_abstract(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let Some(kind) = form.kind() else { return vec!["no tên loại".into()] };
    let words = form.abstract_lines();
    let mut faults = Vec::new();
    for line in std::iter::once(&kind).chain(&words) {
        if !line.bold || !line.upright || !line.sized(13.0, 14.0) {
            faults.push(format!("`{}`: {} pt, bold {}, upright {}", line.text, line.size, line.bold, line.upright));
        }
        if !near(line.centre(), form.axis(), 1.0) {
            faults.push(format!("`{}` is {:.1} pt off centre", line.text, line.centre() - form.axis()));
        }
    }
    let Some(last) = words.last() else {
        faults.push("no trích yếu".into());
        return faults;
    };
    match form.rules_under(last, 10.0).first() {
        None => faults.push("no drawn rule under the trích yếu".into()),
        Some(rule) => faults.extend(rule_fits(rule, &words).err().map(|why| format!("trích yếu: {why}"))),
    }
    faults
}

/// Kính gửi: in a report only; one addressee on its line, several below each other with the dashes under the colon.
fn addressed(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let lines = form.addressees();
    let Some((first, under)) = lines.split_first() else {
        return if form.is("BÁO CÁO") { vec!["a report without Kính gửi".into()] } else { Vec::new() };
    };
    if !form.is("BÁO CÁO") {
        return vec!["Kính gửi in a decision".into()];
    }
    let mut faults = Vec::new();
    for line in &lines {
        if !line.upright || line.bold || !line.sized(13.0, 14.0) {
            faults.push(format!("`{}`: {} pt, bold {}, upright {}", line.text, line.size, line.bold, line.upright));
        }
    }
    let words = first.plain();
    let Some(alone) = words.strip_prefix("Kính gửi:").map(str::trim) else {
        faults.push(format!("`{words}` has no colon"));
        return faults;
    };
    if !alone.is_empty() {
        if !under.is_empty() || alone.starts_with('-') {
            faults.push("one addressee on the line and more below".into());
        }
        if alone.ends_with([';', ',']) {
            faults.push(format!("the only addressee ends with a mark: `{alone}`"));
        }
        return faults;
    }
    let dashes: Vec<&&Line> = under.iter().filter(|line| line.text.starts_with('-')).collect();
    if dashes.len() < 2 {
        faults.push(format!("{} addressees below the colon", dashes.len()));
    }
    let colon = first.x1 - 0.28 * first.size;
    for dash in &dashes {
        if !near(dash.x0, dashes[0].x0, 0.2) || dash.x0 < colon - 2.0 || dash.x0 > first.x1 + 2.0 {
            faults.push(format!("dash at {:.1}, colon at {colon:.1}", dash.x0));
        }
    }
    for (index, line) in under.iter().enumerate() {
        let ends = under.get(index + 1).is_none_or(|next| next.text.starts_with('-'));
        let mark = if index + 1 == under.len() { '.' } else { ';' };
        if ends && !line.plain().ends_with(mark) {
            faults.push(format!("`{}` does not end with `{mark}`", line.plain()));
        }
    }
    faults
}

/// Ô 10b: 30 × 8, 40 × 8, 20 × 8 mm, red, below the number at the left. Ô 11: in the upper right corner.
fn stamps(pages: &Pages) -> Vec<String> {
    let form = Form::read(pages);
    let mut faults = Vec::new();
    let framed = form.stamps();
    for (words, width) in URGENCY {
        for line in form.lines.iter().filter(|line| line.text == words) {
            let Some((frame, _)) = framed.iter().find(|(_, inside)| inside.is_some_and(|one| one.text == words)) else {
                faults.push(format!("{words} without a border"));
                continue;
            };
            if !near(frame.w, mm(width), 0.5) || !near(frame.h, mm(8.0), 0.5) {
                faults.push(format!("{words}: border {:.1} × {:.1} pt", frame.w, frame.h));
            }
            if !near(frame.x + frame.w / 2.0, line.centre(), 1.0) {
                faults.push(format!("{words} is not in the middle of its border"));
            }
            if number(&form).is_none_or(|number| frame.y < number.y) || line.x1 > form.width / 2.0 {
                faults.push(format!("{words} does not stand under the number"));
            }
            if !is_red(line.colour.as_deref()) {
                faults.push(format!("{words} in {:?}", line.colour));
            }
            faults.extend(stamp_type(line));
        }
    }
    for line in form.lines.iter().filter(|line| CIRCULATION.contains(&line.text.as_str())) {
        match framed.iter().find(|(_, inside)| inside.is_some_and(|one| one.text == line.text)) {
            None => faults.push(format!("{} without a border", line.text)),
            Some((frame, _)) if frame.y + frame.h > mm(20.0) || frame.x < form.width / 2.0 => {
                faults.push(format!("{} is not in the upper right corner", line.text));
            }
            Some(_) => {}
        }
        faults.extend(stamp_type(line));
    }
    faults
}

fn stamp_type(line: &Line) -> Option<String> {
    let wrong = !line.bold || !line.upright || !line.sized(13.0, 14.0);
    wrong.then(|| format!("{}: {} pt, bold {}, upright {}", line.text, line.size, line.bold, line.upright))
}

/// Much red, little else.
pub fn is_red(colour: Option<&str>) -> bool {
    let channel = |at: usize| colour.and_then(|hex| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
    matches!((channel(1), channel(3), channel(5)), (Some(red), Some(green), Some(blue)) if red >= 0xa0 && green < 0x40 && blue < 0x40)
}

pub const BROKEN: &[Broken] = &[
    ("national_title", "11 pt", "quyet_dinh/plain", |pages| run(pages, "CỘNG HÒA").size = 11.0),
    ("national_title", "not bold", "quyet_dinh/plain", |pages| run(pages, "CỘNG HÒA").bold = false),
    ("national_title", "on two lines", "bao_cao/plain", |pages| run(pages, "CỘNG HÒA").text = "CỘNG HÒA XÃ HỘI".into()),
    ("motto", "12 pt", "quyet_dinh/plain", |pages| run(pages, "Độc lập").size = 12.0),
    ("motto", "no rule", "quyet_dinh/plain", |pages| rub_out(pages, 1)),
    ("motto", "a short rule", "quyet_dinh/plain", |pages| pages.strokes[1].w -= 2.0),
    ("motto", "a rule off centre", "quyet_dinh/plain", |pages| pages.strokes[1].x += 5.0),
    ("motto", "off the axis", "quyet_dinh/plain", |pages| run(pages, "Độc lập").x += 3.0),
    ("agency", "lower case", "quyet_dinh/plain", |pages| run(pages, "ỦY BAN").text = "Ủy ban nhân dân".into()),
    ("agency", "not bold", "quyet_dinh/plain", |pages| run(pages, "HUYỆN").bold = false),
    ("agency", "14 pt", "quyet_dinh/plain", |pages| run(pages, "ỦY BAN").size = 14.0),
    ("agency", "a rule as long as the name", "quyet_dinh/plain", |pages| pages.strokes[0].w = 110.0),
    ("agency", "no rule", "quyet_dinh/plain", |pages| rub_out(pages, 0)),
    ("agency", "off the axis", "quyet_dinh/plain", |pages| run(pages, "HUYỆN").x -= 20.0),
    ("number_and_date_level", "a step apart", "quyet_dinh/plain", |pages| run(pages, "Phù Yên, ngày").y += 1.5),
    ("number_and_date_level", "the number in italics", "quyet_dinh/plain", |pages| run(pages, "Số:").italic = true),
    ("number_and_date_level", "the number in 14 pt", "quyet_dinh/plain", |pages| run(pages, "Số:").size = 14.0),
    ("number_and_date_level", "the date upright", "quyet_dinh/plain", |pages| {
        run(pages, "Phù Yên, ngày").italic = false;
    }),
    ("number_and_date_level", "the date at the right", "quyet_dinh/plain", |pages| {
        run(pages, "Phù Yên, ngày").x += 15.0;
    }),
    ("number_written", "one digit", "quyet_dinh/plain", |pages| run(pages, "Số:").text = "Số: 5/QĐ-UBND".into()),
    ("number_written", "a year", "quyet_dinh/plain", |pages| run(pages, "Số:").text = "Số: 05/2021/QĐ-UBND".into()),
    ("number_written", "spaces", "quyet_dinh/plain", |pages| run(pages, "Số:").text = "Số: 05/QĐ - UBND".into()),
    ("number_written", "no room to write in", "quyet_dinh/minimal", |pages| {
        run(pages, "Số:").text = "Số: /QĐ-UBND".into();
    }),
    ("date_written", "a day of one digit", "quyet_dinh/plain", |pages| {
        run(pages, "Phù Yên, ngày").text = "Phù Yên, ngày 5 tháng 7 năm 2021".into();
    }),
    ("date_written", "January of one digit", "quyet_dinh/plain", |pages| {
        run(pages, "Phù Yên, ngày").text = "Phù Yên, ngày 05 tháng 1 năm 2021".into();
    }),
    ("date_written", "March with a zero", "quyet_dinh/plain", |pages| {
        run(pages, "Phù Yên, ngày").text = "Phù Yên, ngày 05 tháng 03 năm 2021".into();
    }),
    ("date_written", "no room to write in", "quyet_dinh/minimal", |pages| {
        run(pages, "Phù Yên, ngày").text = "Phù Yên, ngày tháng năm 2021".into();
    }),
    ("kind_and_abstract", "15 pt", "quyet_dinh/plain", |pages| run(pages, "Về việc").size = 15.0),
    ("kind_and_abstract", "italic", "bao_cao/plain", |pages| run(pages, "BÁO CÁO").italic = true),
    ("kind_and_abstract", "at the left", "quyet_dinh/plain", |pages| run(pages, "Về việc").x = mm(30.0)),
    ("kind_and_abstract", "no rule", "bao_cao/plain", |pages| rub_out(pages, 2)),
    ("kind_and_abstract", "a rule too long", "quyet_dinh/plain", |pages| pages.strokes[2].w = 300.0),
    ("addressed", "a decision", "quyet_dinh/plain", |pages| {
        run(pages, "CHỦ TỊCH ỦY").text = "Kính gửi: Sở Nội vụ".into();
    }),
    ("addressed", "a report without", "bao_cao/plain", |pages| run(pages, "Kính gửi").text = "Sở Nội vụ".into()),
    ("addressed", "a dash out of line", "bao_cao/plain+two", |pages| {
        let dash = pages.runs.iter_mut().find(|run| run.text == "-").expect("a dash");
        dash.x += 4.0;
    }),
    ("addressed", "the last ends with a semicolon", "bao_cao/plain+two", |pages| {
        run(pages, "Ủy ban nhân dân tỉnh Sơn La.").text = "Ủy ban nhân dân tỉnh Sơn La;".into();
    }),
    ("addressed", "one addressee below", "bao_cao/plain", |pages| run(pages, "Kính gửi").text = "Kính gửi:".into()),
    ("stamps", "black", "quyet_dinh/plain+khan", |pages| run(pages, "KHẨN").colour = Some("#000000".into())),
    ("stamps", "too wide", "quyet_dinh/plain+khan", |pages| frame(pages).w = mm(30.0)),
    ("stamps", "too high", "quyet_dinh/plain+hoa_toc", |pages| frame(pages).h = mm(10.0)),
    ("stamps", "no border", "quyet_dinh/plain+thuong_khan", |pages| pages.strokes.retain(|one| one.h < 10.0)),
    ("stamps", "ô 11 not in the corner", "quyet_dinh/plain+xem_xong", |pages| {
        frame(pages).x = mm(30.0);
        run(pages, "XEM XONG").x = mm(35.0);
    }),
];

fn rub_out(pages: &mut Pages, stroke: usize) {
    pages.strokes.remove(stroke);
}

fn frame(pages: &mut Pages) -> &mut vinhdanh::engine::frames::Stroke {
    pages.strokes.iter_mut().find(|one| one.page == 1 && one.w > 20.0 && one.h > 10.0).expect("a border")
}

#[test]
fn the_national_title_is_one_line_of_bold_capitals_at_the_right() {
    holds(national_title);
}

#[test]
fn the_motto_stands_over_a_rule_as_long_as_itself() {
    holds(motto);
}

#[test]
fn the_agency_is_in_capitals_over_a_rule_of_a_third_to_a_half() {
    holds(agency);
}

#[test]
fn number_and_date_share_a_baseline() {
    holds(number_and_date_level);
}

#[test]
fn the_number_has_two_digits_at_least_or_a_blank() {
    holds(number_written);
}

#[test]
fn day_and_month_are_padded_as_the_decree_pads_them_or_left_blank() {
    holds(date_written);
}

#[test]
fn without_a_number_and_a_date_there_is_room_to_write_them() {
    for name in ["quyet_dinh/minimal", "quyet_dinh/plain+no_number", "bao_cao/minimal"] {
        let form = Form::read(&sheet(name).pages);
        let number = number(&form).expect("a number").text.clone();
        assert!(number.contains("\u{a0}\u{a0}\u{a0}\u{a0}/"), "{name}: {number}");
        let date = date_text(&form).expect("a date");
        assert!(date.contains("ngày\u{a0}\u{a0}\u{a0}"), "{name}: {date}");
        assert!(date.contains("tháng\u{a0}\u{a0}\u{a0}"), "{name}: {date}");
    }
}

#[test]
fn kind_and_abstract_are_bold_and_centred_over_a_rule() {
    holds(kind_and_abstract);
}

#[test]
fn only_a_report_is_addressed_and_several_addressees_hang_under_the_colon() {
    holds(addressed);
}

#[test]
fn stamps_have_their_size_their_place_and_their_red() {
    holds(stamps);
}
