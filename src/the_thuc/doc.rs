//! One document read part by part: what stands in which ô.

use super::copy::is_form;
use super::layout::Layout;
use super::line::{Line, SAME_LINE, is_upper, mm, near};
use super::table::is_rule;
use crate::engine::LabelledBox;
use crate::engine::frames::Stroke;

/// Tên loại of Điều 7 with its abbreviation (PL III.I).
pub(super) const KINDS: [(&str, &str); 28] = [
    ("NGHỊ QUYẾT", "NQ"),
    ("QUYẾT ĐỊNH", "QĐ"),
    ("CHỈ THỊ", "CT"),
    ("QUY CHẾ", "QC"),
    ("QUY ĐỊNH", "QyĐ"),
    ("THÔNG CÁO", "TC"),
    ("THÔNG BÁO", "TB"),
    ("HƯỚNG DẪN", "HD"),
    ("CHƯƠNG TRÌNH", "CTr"),
    ("KẾ HOẠCH", "KH"),
    ("PHƯƠNG ÁN", "PA"),
    ("ĐỀ ÁN", "ĐA"),
    ("DỰ ÁN", "DA"),
    ("BÁO CÁO", "BC"),
    ("BIÊN BẢN", "BB"),
    ("TỜ TRÌNH", "TTr"),
    ("HỢP ĐỒNG", "HĐ"),
    ("CÔNG ĐIỆN", "CĐ"),
    ("BẢN GHI NHỚ", "BGN"),
    ("BẢN THỎA THUẬN", "BTT"),
    ("GIẤY ỦY QUYỀN", "GUQ"),
    ("GIẤY MỜI", "GM"),
    ("GIẤY GIỚI THIỆU", "GGT"),
    ("GIẤY NGHỈ PHÉP", "GNP"),
    ("PHIẾU GỬI", "PG"),
    ("PHIẾU CHUYỂN", "PC"),
    ("PHIẾU BÁO", "PB"),
    ("THƯ CÔNG", ""),
];

/// The kind that two sign, side by side (PL III, Mẫu 1.9).
pub(super) const MINUTES: &str = "BIÊN BẢN";

/// Kinds with căn cứ, a word that decides, and điều.
const DECIDING: [&str; 2] = ["QUYẾT ĐỊNH", "NGHỊ QUYẾT"];

/// A phụ lục.
#[derive(Debug)]
pub struct Annex<'d> {
    /// Its pages.
    pub pages: std::ops::RangeInclusive<usize>,
    /// `Phụ lục …` and the title.
    pub title: Vec<&'d Line<'d>>,
    /// `(Kèm theo …)`; empty where there is none.
    pub reference: Vec<&'d Line<'d>>,
    /// Running text below the head.
    pub text: Vec<&'d Line<'d>>,
}

impl<'d> Annex<'d> {
    /// `Phụ lục I`, if the head begins so.
    pub fn label(&self) -> Option<&'d Line<'d>> {
        self.title.first().copied().filter(|line| line.plain.to_lowercase().starts_with("phụ lục"))
    }
}

/// Who signs.
#[derive(Debug)]
pub(super) struct Signer<'d> {
    /// Ô 7a.
    pub(super) titles: Vec<&'d Line<'d>>,
    /// Ô 7b.
    pub(super) names: Vec<&'d Line<'d>>,
}

impl<'d> Signer<'d> {
    /// From the lines of a signature, if there are any: the room to sign parts the titles from the name.
    fn new(block: &[&'d Line<'d>]) -> Option<Self> {
        let hole = block.windows(2).position(|pair| pair[1].y - pair[0].y > mm(10.0));
        let (titles, names) = block.split_at(hole.map_or(block.len(), |index| index + 1));
        (!titles.is_empty()).then(|| Self { titles: titles.to_vec(), names: names.to_vec() })
    }

    /// Every line.
    pub(super) fn lines(&self) -> impl Iterator<Item = &'d Line<'d>> {
        self.titles.iter().chain(&self.names).copied()
    }
}

/// Where a copy's own parts begin.
#[derive(Debug)]
pub(super) struct Copy<'d> {
    /// `SAO Y`, `SAO LỤC`, `TRÍCH SAO`.
    pub(super) name: Option<&'d Line<'d>>,
    /// The rule above it.
    pub(super) rule: Option<&'d Stroke>,
}

/// One document, read part by part. A part that is not there is `None` or empty.
#[derive(Debug)]
pub struct Doc<'d> {
    pub(super) layout: &'d Layout<'d>,
    /// Ô 1: the first line of the Quốc hiệu.
    pub(super) national: Option<&'d Line<'d>>,
    /// Ô 1: tiêu ngữ.
    pub(super) motto: Option<&'d Line<'d>>,
    /// Ô 2: every line, from the top.
    pub(super) agency: Vec<&'d Line<'d>>,
    /// Ô 3.
    pub(super) number: Option<&'d Line<'d>>,
    /// Ô 3 with the lines it runs on to, as one.
    pub(super) number_text: String,
    /// Ô 3: its last line.
    pub(super) number_end: Option<&'d Line<'d>>,
    /// Ô 4, with the lines it runs on to.
    pub(super) date: Vec<&'d Line<'d>>,
    /// Ô 5a: tên loại.
    pub kind: Option<&'d Line<'d>>,
    /// Ô 5a: trích yếu.
    pub summary: Vec<&'d Line<'d>>,
    /// Ô 5b: `V/v …`.
    pub(super) subject: Vec<&'d Line<'d>>,
    /// Ô 9a.
    pub(super) addressees: Vec<&'d Line<'d>>,
    /// THẨM QUYỀN BAN HÀNH.
    pub(super) authority: Vec<&'d Line<'d>>,
    /// `QUYẾT ĐỊNH:`, `QUYẾT NGHỊ:`.
    pub(super) decision: Option<&'d Line<'d>>,
    /// Căn cứ: between the authority and the word that decides, else the italics the text begins with.
    pub(super) grounds: Vec<&'d Line<'d>>,
    /// Ô 6 below that; empty where its beginning or end cannot be found.
    pub(super) body: Vec<&'d Line<'d>>,
    /// Ô 9b: `Nơi nhận:`.
    pub(super) recipients_title: Option<&'d Line<'d>>,
    /// Ô 9b: its entries, each with the lines it runs over.
    pub(super) recipients: Vec<Vec<&'d Line<'d>>>,
    /// Ô 7: who signs, from the left; minutes are signed twice.
    pub(super) signers: Vec<Signer<'d>>,
    /// Its phụ lục, in their order.
    pub annexes: Vec<Annex<'d>>,
    /// Last page before the first phụ lục.
    pub(super) main_pages: usize,
    /// Read as a copy: the parts are those under the copied text.
    pub(super) copy: Option<Copy<'d>>,
}

impl<'d> Doc<'d> {
    /// Finds the parts among the lines. Any pages may be read; of none of them a part is asked.
    pub fn read(layout: &'d Layout<'d>) -> Self {
        let first = layout.on(1);
        let heads = annex_heads(layout);
        let main_pages = heads.first().map_or(layout.count(), |page| page - 1);
        let national = first.iter().find(|line| is_national(&line.plain));
        let motto = first.iter().find(|line| line.plain.replace(' ', "").starts_with("Độclập-Tựdo"));
        let number = first.iter().find(|line| line.plain.starts_with("Số:") || line.plain.starts_with("Số "));
        let kind = find_kind(layout, number);
        let decision =
            first.iter().chain(layout.on(2)).find(|line| matches!(line.plain.as_ref(), "QUYẾT ĐỊNH:" | "QUYẾT NGHỊ:"));
        let summary = kind.map_or_else(Vec::new, |kind| summary(layout, kind));
        let subject = if kind.is_none() { subject(first) } else { Vec::new() };
        let addressees = addressees(layout, main_pages);
        let recipients_title = layout
            .lines
            .iter()
            .take_while(|line| line.page <= main_pages)
            .find(|line| line.plain.trim_end_matches(':') == "Nơi nhận");
        let (authority, grounds) = decision.map_or_else(Default::default, |word| {
            let top = summary.last().copied().or(kind).or(number).map_or((1, 0.0), |line| (line.page, line.y));
            let mut between = layout.text_between(top, (word.page, word.y));
            between.retain(|line| !addressees.iter().any(|one| std::ptr::eq(*one, *line)));
            let capitals = between.iter().take_while(|line| is_upper(&line.plain) || line.bold).count();
            let (authority, grounds) = between.split_at(capitals);
            (authority.to_vec(), grounds.iter().filter(|line| !line.bold).copied().collect::<Vec<_>>())
        });
        let minutes = kind.is_some_and(|line| line.plain == MINUTES);
        let signers = recipients_title.map_or_else(Vec::new, |level| signers(layout, level, minutes));
        let deciding = kind.is_some_and(|line| DECIDING.contains(&line.plain.as_ref()));
        let start = decision.or_else(|| addressees.last().or(summary.last()).copied().filter(|_| !deciding));
        let body = match (start, recipients_title) {
            (Some(start), Some(end)) => {
                let top = signers.iter().flat_map(Signer::lines).map(|line| line.y).fold(end.y, f64::min);
                layout.text_between((start.page, start.y), (end.page, top))
            }
            _ => Vec::new(),
        };
        // Outside decisions nothing stands between căn cứ and text.
        let (grounds, body) = if deciding {
            (grounds, body)
        } else {
            let given = body.first().is_some_and(|line| line.plain.starts_with("Căn cứ"));
            let slanted = body.iter().take_while(|line| given && line.italic && !line.bold).count();
            let (grounds, body) = body.split_at(slanted);
            (grounds.to_vec(), body.to_vec())
        };
        let (number_text, number_end) = match number.map(|line| whole_number(first, line)) {
            Some((text, end)) => (text, Some(end)),
            None => (String::new(), None),
        };
        Self {
            layout,
            national,
            motto,
            agency: agency(first, national, number),
            number,
            number_text,
            number_end,
            date: date(first, number, kind),
            kind,
            summary,
            subject,
            addressees,
            authority,
            decision,
            grounds,
            body,
            recipients_title,
            recipients: recipients_title.map_or_else(Vec::new, |title| recipients(layout, title, main_pages)),
            signers,
            annexes: annexes(layout, &heads),
            main_pages,
            copy: None,
        }
    }

    /// Finds the parts of a copy on paper under the copied text (PL I, Phần II, Mục II); of the copied text nothing is read.
    pub fn of_copy(layout: &'d Layout<'d>) -> Self {
        let name = layout.lines.iter().rev().find(|line| is_form(line));
        let page = name.map_or(layout.count(), |line| line.page);
        let rule = name.and_then(|name| rule_over(layout, name));
        let top = rule.map(|one| one.y).or(name.map(|line| line.y - 2.0 * line.size)).unwrap_or(f64::MAX);
        let lines = layout.on(page);
        let lines = lines.get(lines.partition_point(|line| line.y <= top)..).unwrap_or_default();
        let middle = layout.sheet(page).map_or(0.0, |sheet| sheet.width / 2.0);
        let number = lines.iter().find(|line| line.plain.starts_with("Số:") || line.plain.starts_with("Số "));
        let left = |line: &&Line<'_>| {
            number.is_some_and(|number| line.y < number.y - 1.0) && line.centre() < middle && !line.numbers
        };
        let recipients_title = lines.iter().find(|line| line.plain.trim_end_matches(':') == "Nơi nhận");
        let (number_text, number_end) = match number.map(|line| whole_number(lines, line)) {
            Some((text, end)) => (text, Some(end)),
            None => (String::new(), None),
        };
        Self {
            layout,
            national: None,
            motto: None,
            agency: lines.iter().filter(left).collect(),
            number,
            number_text,
            number_end,
            date: date(lines, number, None),
            kind: None,
            summary: Vec::new(),
            subject: Vec::new(),
            addressees: Vec::new(),
            authority: Vec::new(),
            decision: None,
            grounds: Vec::new(),
            body: Vec::new(),
            recipients_title,
            recipients: recipients_title.map_or_else(Vec::new, |title| recipients(layout, title, page)),
            signers: recipients_title.map_or_else(Vec::new, |level| signers(layout, level, false)),
            annexes: Vec::new(),
            main_pages: layout.count(),
            copy: Some(Copy { name, rule }),
        }
    }

    /// Left edge of the text where a line stands; a copy's rule tells it.
    pub(super) fn left(&self, line: &Line<'_>) -> f64 {
        let rule = self.copy.as_ref().and_then(|copy| copy.rule);
        rule.map_or_else(|| self.layout.left(line), |rule| rule.x)
    }

    /// Whether the document is of this kind.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.is_some_and(|line| line.plain == kind)
    }

    /// Quyết định and nghị quyết: căn cứ, a word that decides, điều.
    pub(super) fn decides(&self) -> bool {
        DECIDING.iter().any(|kind| self.is(kind))
    }

    /// Công văn: no tên loại, but `V/v`.
    pub(super) fn is_letter(&self) -> bool {
        self.kind.is_none() && !self.subject.is_empty()
    }

    /// The places reported under a name.
    pub(super) fn places(&self, name: &str) -> Vec<&'d LabelledBox> {
        self.layout.boxes.iter().filter(|one| one.name == name).collect()
    }

    /// Running text in paragraphs, apart from each other: căn cứ, body, every phụ lục that has some.
    pub fn paragraphs(&self) -> Vec<Vec<Vec<&'d Line<'d>>>> {
        let annexes = self.annexes.iter().filter(|annex| !annex.text.is_empty()).map(|annex| &annex.text);
        [&self.grounds, &self.body].into_iter().chain(annexes).map(|lines| self.layout.paragraphs(lines)).collect()
    }

    /// Căn cứ and body.
    pub(super) fn text(&self) -> impl Iterator<Item = &'d Line<'d>> {
        self.grounds.iter().chain(&self.body).copied()
    }
}

/// The lowest rule above the form of a copy, within its head; short ones under other words are none.
fn rule_over<'d>(layout: &'d Layout<'d>, name: &Line<'_>) -> Option<&'d Stroke> {
    let sheet = layout.sheet(name.page)?;
    let over =
        |one: &&&Stroke| is_rule(one) && one.y < name.y && one.y > name.y - mm(30.0) && one.w > 0.3 * sheet.width;
    sheet.strokes.iter().filter(over).max_by(|a, b| a.y.total_cmp(&b.y)).copied()
}

/// The decree itself writes both `HÒA` and `HOÀ`.
fn is_national(words: &str) -> bool {
    words.starts_with("CỘNG HÒA XÃ HỘI") || words.starts_with("CỘNG HOÀ XÃ HỘI")
}

/// Between the heads of ô 1 and ô 3, left of the Quốc hiệu.
fn agency<'d>(
    first: &'d [Line<'d>],
    national: Option<&'d Line<'d>>,
    number: Option<&'d Line<'d>>,
) -> Vec<&'d Line<'d>> {
    let (Some(title), Some(number)) = (national, number) else { return Vec::new() };
    let inside = |line: &&Line<'_>| line.y > title.y - 6.0 && line.y < number.y - 1.0 && line.x0 < title.x0 - 20.0;
    first.iter().filter(inside).collect()
}

/// A long symbol goes on right below, on the same axis.
fn whole_number<'d>(first: &'d [Line<'d>], number: &'d Line<'d>) -> (String, &'d Line<'d>) {
    let mut text = number.text.trim().to_owned();
    let mut last = number;
    for line in first.iter().filter(|line| line.y > number.y + SAME_LINE && line.centred(number.centre())) {
        if line.y - last.y > 1.3 * last.size || line.plain.starts_with("V/v") || line.bold {
            break;
        }
        text.push_str(line.text.trim());
        last = line;
    }
    (text.replace('\u{200b}', ""), last)
}

/// Right of the number; or, where nothing is there, the first line of the head that reads as a date.
fn date<'d>(first: &'d [Line<'d>], number: Option<&'d Line<'d>>, kind: Option<&'d Line<'d>>) -> Vec<&'d Line<'d>> {
    let Some(number) = number else { return Vec::new() };
    let end = kind.map_or(number.y + 90.0, |kind| kind.y);
    let reads = |line: &Line<'_>| line.plain.contains("ngày") && line.plain.contains("tháng");
    let beside = first.iter().position(|line| near(line.y, number.y, 3.0) && line.x0 > number.x1);
    let Some(at) = beside.or_else(|| first.iter().position(|line| line.y < end && !line.celled && reads(line))) else {
        return Vec::new();
    };
    let Some(line) = first.get(at) else { return Vec::new() };
    let under =
        first.iter().filter(|one| one.y > line.y + SAME_LINE && one.y < end && one.italic && one.x0 > number.x1);
    std::iter::once(line).chain(under).collect()
}

/// A name of Điều 7; else the first bold capitals in the middle below the head.
fn find_kind<'d>(layout: &'d Layout<'d>, number: Option<&'d Line<'d>>) -> Option<&'d Line<'d>> {
    let first = layout.on(1);
    let top = number.map_or(0.0, |line| line.y);
    let known = first.iter().find(|line| line.y > top && KINDS.iter().any(|(name, _)| *name == line.plain));
    known.or_else(|| {
        let titled = |line: &&Line<'_>| {
            line.y > top + 8.0
                && line.bold
                && is_upper(&line.plain)
                && !line.celled
                && !line.plain.ends_with(':')
                && layout.off_axis(line).is_none()
        };
        let letter = first.iter().any(|line| line.plain.starts_with("V/v"));
        number.filter(|_| !letter)?;
        first.iter().filter(|line| line.y < top + 130.0).find(titled)
    })
}

fn summary<'d>(layout: &'d Layout<'d>, kind: &'d Line<'d>) -> Vec<&'d Line<'d>> {
    let mut last = kind.y;
    layout
        .on(1)
        .iter()
        .filter(|line| line.y > kind.y + SAME_LINE)
        .take_while(|line| {
            let follows = line.y - last <= 1.5 * kind.size
                && !line.plain.starts_with("Kính gửi")
                && !line.plain.starts_with("Căn cứ");
            last = line.y;
            follows
        })
        .collect()
}

/// `V/v …` and the lines it runs on to, on its axis.
fn subject<'d>(first: &'d [Line<'d>]) -> Vec<&'d Line<'d>> {
    let Some(at) = first.iter().position(|line| line.plain.starts_with("V/v")) else { return Vec::new() };
    let mut lines: Vec<&Line<'_>> = Vec::new();
    for line in first.get(at..).unwrap_or_default() {
        match lines.last() {
            None => lines.push(line),
            Some(last) if near(line.y, last.y, SAME_LINE) => {}
            Some(last) if line.y - last.y <= 1.5 * last.size && near(line.size, last.size, 0.1) => {
                if line.x0 < last.x1 {
                    lines.push(line);
                }
            }
            Some(_) => break,
        }
    }
    lines
}

fn addressees<'d>(layout: &'d Layout<'d>, main_pages: usize) -> Vec<&'d Line<'d>> {
    let mut lines = layout.lines.iter().take_while(|line| line.page <= main_pages.min(2));
    let Some(first) = lines.find(|line| line.plain.starts_with("Kính gửi") && !line.celled) else {
        return Vec::new();
    };
    let mut last = first.y;
    let under = layout.on(first.page).iter().filter(|line| line.y > first.y + SAME_LINE).take_while(|line| {
        let under =
            line.x0 > first.x0 + 20.0 && line.x0 > layout.left(line) + mm(15.0) && line.y - last < 2.2 * first.size;
        last = line.y;
        under
    });
    std::iter::once(first).chain(under).collect()
}

/// Ô 7a and 7b: what stands at the right about the level of `Nơi nhận:` and below it, or bold below it; in minutes, where
/// nothing stands there, the bold lines right above it, left and right.
fn signers<'d>(layout: &'d Layout<'d>, level: &'d Line<'d>, minutes: bool) -> Vec<Signer<'d>> {
    let Some(sheet) = layout.sheet(level.page) else { return Vec::new() };
    let stands = |line: &Line<'_>| !line.numbers && !line.celled && line.y < sheet.foot;
    let signs = |line: &&Line<'_>| {
        let right = line.x0 > 0.42 * sheet.width && line.size > 12.4 && line.y > level.y - 2.0 * level.size;
        let bold = line.bold && line.upright && line.y > level.y - SAME_LINE;
        (right || bold) && !std::ptr::eq(*line, level) && stands(line)
    };
    let block: Vec<&Line<'_>> = layout.on(level.page).iter().filter(signs).collect();
    if !minutes || !block.is_empty() {
        return Signer::new(&block).into_iter().collect();
    }
    let mut above: Vec<&Line<'_>> =
        layout.on(level.page).iter().filter(|line| line.y < level.y - SAME_LINE && stands(line)).collect();
    let text = above.iter().rposition(|line| !line.bold || !line.upright);
    above.drain(..text.map_or(0, |index| index + 1));
    let (left, right): (Vec<_>, Vec<_>) = above.into_iter().partition(|line| line.centre() < sheet.width / 2.0);
    [left, right].iter().filter_map(|block| Signer::new(block)).collect()
}

/// Words beside the code to check the page by, which is no part of the decree's form.
fn beside_code(layout: &Layout<'_>, line: &Line<'_>) -> bool {
    let level = |place: &&LabelledBox| place.page == line.page && (place.y..=place.y + place.h).contains(&line.y);
    layout.boxes.iter().filter(|place| place.name == "ma_qr").any(|place| level(&place))
}

/// Entries of the list under `Nơi nhận:`, which may stand in columns; what follows `Lưu` (ô 12) is no entry.
fn recipients<'d>(layout: &'d Layout<'d>, title: &'d Line<'d>, main_pages: usize) -> Vec<Vec<&'d Line<'d>>> {
    let below = |line: &&Line<'_>| {
        let (Some(sheet), after) = (layout.sheet(line.page), line.page > title.page || line.y > title.y + SAME_LINE)
        else {
            return false;
        };
        !beside_code(layout, line)
            && after
            && line.x0 < sheet.width / 2.0
            && line.y < sheet.foot
            && !line.numbers
            && !(line.bold && line.upright)
    };
    let lines: Vec<&Line<'_>> = (title.page..=main_pages).flat_map(|page| layout.on(page)).filter(below).collect();
    let mut columns: Vec<f64> = lines.iter().filter(|line| line.plain.starts_with('-')).map(|line| line.x0).collect();
    columns.sort_by(f64::total_cmp);
    columns.dedup_by(|a, b| near(*a, *b, 20.0));
    let column = |line: &Line<'_>| columns.iter().filter(|x| **x < line.x0 + 1.0).count();
    let mut entries: Vec<Vec<&Line<'_>>> = Vec::new();
    for number in 0..=columns.len() {
        for line in lines.iter().filter(|line| column(line) == number) {
            let kept = entries.last().and_then(|entry| Some((entry.first()?, entry.last()?)));
            let done = kept.is_some_and(|(first, last)| first.plain.starts_with("- Lưu") && last.plain.ends_with('.'));
            let begins = layout.continues(line) || line.plain.starts_with('-');
            if begins && done && !line.plain.starts_with('-') {
                continue;
            }
            match entries.last_mut() {
                Some(entry) if !begins => entry.push(line),
                _ => entries.push(vec![line]),
            }
        }
    }
    entries
}

/// First pages of phụ lục: `Phụ lục …` as the first line, or `(Kèm theo …)` under a title.
fn annex_heads(layout: &Layout<'_>) -> Vec<usize> {
    let is_head = |page: &usize| {
        let lines: Vec<&Line<'_>> =
            layout.on(*page).iter().filter(|line| !line.numbers && !line.celled).take(12).collect();
        let labelled = lines.first().is_some_and(|line| {
            let mut words = line.plain.split(' ').map(str::to_lowercase);
            words.next().as_deref() == Some("phụ")
                && words.next().as_deref() == Some("lục")
                && words.nth(1).is_none()
                && layout.off_axis(line).is_none()
        });
        let titled = lines
            .windows(2)
            .any(|pair| pair[1].plain.starts_with("(Kèm theo") && (pair[0].bold || layout.off_axis(pair[1]).is_none()));
        labelled || titled
    };
    (2..=layout.count()).filter(is_head).collect()
}

fn annexes<'d>(layout: &'d Layout<'d>, heads: &[usize]) -> Vec<Annex<'d>> {
    let mut annexes = Vec::new();
    for (index, page) in heads.iter().enumerate() {
        let last = heads.get(index + 1).map_or(layout.count(), |next| next - 1);
        let lines: Vec<&Line<'_>> = layout.on(*page).iter().filter(|line| !line.numbers && !line.celled).collect();
        let at = lines.iter().take(12).position(|line| line.plain.starts_with("(Kèm theo"));
        // Without a reference the head ends with its bold lines.
        let titles = at.unwrap_or_else(|| lines.iter().take_while(|line| line.bold).count());
        let (title, rest) = lines.split_at(titles);
        let open = rest.iter().take(6).position(|line| line.plain.ends_with(')'));
        let reference = at.map_or(0, |_| open.map_or(1, |end| end + 1));
        let (reference, _) = rest.split_at(reference.min(rest.len()));
        let end = reference.last().or(title.last()).map_or(0.0, |line| line.y);
        annexes.push(Annex {
            pages: *page..=last,
            title: title.to_vec(),
            reference: reference.to_vec(),
            text: layout.text_between((*page, end), (last, f64::MAX)),
        });
    }
    annexes
}
