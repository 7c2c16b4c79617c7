//! The legal form as a table of rules, held against finished pages: what is drawn, not what a template says.
//!
//! Source: Nghị định 30/2020/NĐ-CP, Phụ lục I (`PL I, II.3.c` is Phần I, Mục II, khoản 3, điểm c), and its sample
//! forms. Severity error is kept for what the decree orders; habits of offices are warnings. A part that cannot be
//! found is told once, by the rule that asks for it; the others are silent about it. Lengths are points inside,
//! millimetres in what is told. Linear in the pages, and never a panic: any template's pages come through here.

mod annex;
mod body;
mod certificate;
mod clauses;
mod copy;
mod doc;
mod head;
mod layout;
mod levels;
mod line;
mod lists;
mod marks;
mod page;
pub mod reading;
mod recipients;
mod sign;
mod spelling;
mod style;
mod table;
mod turns;

use std::sync::LazyLock;

pub use clauses::{CLAUSES, Clause, Part, Where, document};

use crate::diagnostic::{Diagnostic, Severity, Spot};
use crate::engine::LabelledBox;
use crate::engine::frames::Pages;
use doc::Doc;
use layout::Layout;
use line::Line;

/// Which table of rules a template is held to: the manifest's key `form`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `nghi_dinh_30`: administrative documents.
    NghiDinh30,
    /// `giay_khen`: certificates.
    GiayKhen,
    /// `ban_sao`: what a copy on paper adds under the copied text.
    BanSao,
    /// `giay_khen_phoi`: the words of a certificate alone, for a pre-printed blank.
    GiayKhenPhoi,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::NghiDinh30, Self::BanSao, Self::GiayKhen, Self::GiayKhenPhoi];

    /// Reads its word in the manifest.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == word)
    }

    /// Its word in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NghiDinh30 => "nghi_dinh_30",
            Self::BanSao => "ban_sao",
            Self::GiayKhen => "giay_khen",
            Self::GiayKhenPhoi => "giay_khen_phoi",
        }
    }

    /// What is left of it where only words are printed, on a pre-printed blank.
    pub const fn on_blank(self) -> Option<Self> {
        match self {
            Self::GiayKhen | Self::GiayKhenPhoi => Some(Self::GiayKhenPhoi),
            Self::NghiDinh30 | Self::BanSao => None,
        }
    }

    /// Its rules, in the order of the decree.
    pub fn rules(self) -> &'static [Rule] {
        match self {
            Self::NghiDinh30 => &ADMINISTRATIVE,
            Self::BanSao => &COPY,
            Self::GiayKhen => certificate::RULES,
            Self::GiayKhenPhoi => certificate::ON_BLANK,
        }
    }
}

static ADMINISTRATIVE: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    [
        page::RULES,
        head::RULES,
        marks::RULES,
        body::RULES,
        levels::RULES,
        sign::RULES,
        recipients::RULES,
        annex::RULES,
        lists::RULES,
        turns::RULES,
        spelling::RULES,
    ]
    .concat()
});

static COPY: LazyLock<Vec<Rule>> = LazyLock::new(copy::rules);

/// What a page must keep, and how it is seen.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Stable word: `so.dinh_dang`.
    pub id: &'static str,
    /// Where it is written: `PL I, II.3.c`; `thông lệ` for a habit of offices.
    pub clause: &'static str,
    /// Error for what is ordered, warning for what is usual.
    pub severity: Severity,
    /// What it asks, one sentence, Vietnamese.
    pub vi: &'static str,
    /// What it asks, one sentence, English.
    pub en: &'static str,
    check: fn(&Doc<'_>) -> Vec<Finding>,
}

/// The clause of a rule that no text orders.
pub const HABIT: &str = "thông lệ";

impl Rule {
    const fn error(
        id: &'static str,
        clause: &'static str,
        vi: &'static str,
        en: &'static str,
        check: fn(&Doc<'_>) -> Vec<Finding>,
    ) -> Self {
        Self { id, clause, severity: Severity::Error, vi, en, check }
    }

    const fn warning(
        id: &'static str,
        clause: &'static str,
        vi: &'static str,
        en: &'static str,
        check: fn(&Doc<'_>) -> Vec<Finding>,
    ) -> Self {
        Self { id, clause, severity: Severity::Warning, vi, en, check }
    }
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq)]
struct Finding {
    vi: String,
    en: String,
    spot: Option<Spot>,
}

impl Finding {
    /// Something is not there, or is wrong all over.
    fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into(), spot: None }
    }

    /// A line is wrong.
    fn at(line: &Line<'_>, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into(), spot: Some(line.spot()) }
    }

    /// A place is wrong; lengths in points.
    fn on(page: usize, (x, y, w, h): (f64, f64, f64, f64), vi: impl Into<String>, en: impl Into<String>) -> Self {
        let spot = Spot { page, x: line::in_mm(x), y: line::in_mm(y), w: line::in_mm(w), h: line::in_mm(h) };
        Self { vi: vi.into(), en: en.into(), spot: Some(spot) }
    }
}

/// The rules of a form by its word in the manifest; none for a word that is no form.
pub fn rules(form: &str) -> &'static [Rule] {
    Form::parse(form).map_or(&[], Form::rules)
}

/// Most findings told of one rule that orders, and of one that advises; the last one tells how many more there are.
const MOST: (usize, usize) = (8, 3);

/// Holds laid-out pages against a form. Of a form that is not known nothing is asked.
///
/// Each finding carries the rule's id as its code, what the rule asks and its clause as the hint, and its place in
/// millimetres.
pub fn inspect(form: &str, pages: &Pages, boxes: &[LabelledBox]) -> Vec<Diagnostic> {
    let rules = rules(form);
    if rules.is_empty() {
        return Vec::new();
    }
    let layout = Layout::read(pages, boxes);
    let doc = if Form::parse(form) == Some(Form::BanSao) { Doc::of_copy(&layout) } else { Doc::read(&layout) };
    rules.iter().flat_map(|rule| told(rule, (rule.check)(&doc))).collect()
}

fn told(rule: &Rule, mut findings: Vec<Finding>) -> Vec<Diagnostic> {
    let most = if rule.severity == Severity::Error { MOST.0 } else { MOST.1 };
    let more = findings.len().saturating_sub(most);
    findings.truncate(most);
    if let Some(last) = findings.last_mut().filter(|_| more > 0) {
        last.vi.push_str(&format!("; và {more} chỗ khác"));
        last.en.push_str(&format!("; and {more} more"));
    }
    let make = |one: &Finding| match rule.severity {
        Severity::Error => Diagnostic::error(rule.id, one.vi.as_str(), one.en.as_str()),
        Severity::Warning => Diagnostic::warning(rule.id, one.vi.as_str(), one.en.as_str()),
    };
    let hint = |words: &str| format!("{words} ({})", rule.clause);
    findings.iter().map(|one| make(one).hint(hint(rule.vi), hint(rule.en)).on_page(one.spot)).collect()
}
