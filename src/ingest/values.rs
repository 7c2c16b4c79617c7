//! One cell into one value of the data, by the kind of its column.

use serde_json::{Number, Value};

use super::clean::{self, Cleaned};
use super::columns::{Column, Kind};
use super::dates;
use super::figures::{identity, lost_zeros, written_number};
use super::grid::{Entry, Raw, plain};
use super::layout::fold;
use super::sheet::Convert;
use crate::diagnostic::{Diagnostic, Text};
use crate::domain::legacy::Encoding;

/// Numbers a spreadsheet keeps to the last figure.
const EXACT: f64 = 1e15;

/// What one cell gave.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The value, where the cell has one that can be taken.
    pub(super) value: Option<Value>,
    /// What the cell reads now, where that is not what it read before, and why.
    pub(super) change: Option<(String, Vec<Text>)>,
    /// What is wrong with it.
    pub(super) fault: Option<Diagnostic>,
    /// What is worth telling.
    pub(super) warning: Option<Diagnostic>,
    /// A day written so that its month could be its day.
    pub(super) either_order: bool,
    /// A day written month first: its column may not be in the Vietnamese order.
    pub(super) month_first: bool,
    /// The old encoding the cell is in.
    pub(super) legacy: Option<Encoding>,
    /// The cell could be in an old encoding, if others are.
    pub(super) doubtful: bool,
}

impl Outcome {
    pub(super) fn value(value: impl Into<Value>) -> Self {
        Self { value: Some(value.into()), ..Self::default() }
    }

    pub(super) fn fault(fault: Diagnostic) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }

    pub(super) fn changed(mut self, after: impl Into<String>, vi: &str, en: &str) -> Self {
        let change = self.change.get_or_insert_with(|| (String::new(), Vec::new()));
        change.0 = after.into();
        change.1.push(Text::new(vi, en));
        self
    }

    pub(super) fn warned(mut self, warning: Diagnostic) -> Self {
        self.warning = Some(warning);
        self
    }
}

/// Reads one cell.
pub(super) fn read(entry: &Entry, column: &Column, convert: Convert, from_1904: bool) -> Outcome {
    match &entry.raw {
        Raw::Error(name) => Outcome::fault(
            Diagnostic::error(
                "cell_error",
                format!("ô báo lỗi `{name}`"),
                format!("the cell shows the error `{name}`"),
            )
            .hint("sửa công thức, hoặc ghi thẳng giá trị", "mend the formula, or write the value itself"),
        ),
        Raw::Unknown => Outcome::fault(
            Diagnostic::error(
                "formula_unknown",
                "công thức chưa được tính, tệp không có giá trị của ô",
                "the formula was never worked out: the file has no value of the cell",
            )
            .hint("mở bằng Excel hoặc LibreOffice rồi lưu lại", "open it in Excel or LibreOffice and save it"),
        ),
        Raw::Span => wrong_kind(column, "là khoảng thời gian", "is a length of time"),
        Raw::Text(raw) => text(raw, entry, column, convert),
        Raw::Number(number) => of_number(*number, column, from_1904),
        Raw::Bool(value) => match column.kind {
            Kind::Flag => Outcome::value(*value),
            _ => wrong_kind(column, "là TRUE/FALSE", "is TRUE/FALSE"),
        },
        Raw::Moment(moment) => match (&column.kind, dates::of_moment(*moment)) {
            (Kind::Date, Some(day)) if moment.timed => {
                Outcome::value(day.to_string()).changed(day.short(), "bỏ giờ, chỉ lấy ngày", "the time of day left out")
            }
            (Kind::Date, Some(day)) => Outcome::value(day.to_string()),
            (Kind::Date, None) => Outcome::fault(dates::fault(&entry.raw.shown(), dates::Wrong::NoSuchDay)),
            (Kind::Text, Some(day)) => {
                Outcome::value(day.short()).changed(day.short(), "ngày thành chữ", "a date made text")
            }
            _ => wrong_kind(column, "là ngày tháng", "is a date"),
        },
    }
}

fn wrong_kind(column: &Column, vi: &str, en: &str) -> Outcome {
    let title = column.title();
    let (want_vi, want_en) = match column.kind {
        Kind::Text | Kind::Identity | Kind::Choice(_) => ("chữ", "text"),
        Kind::Integer => ("số nguyên", "a whole number"),
        Kind::Decimal => ("số", "a number"),
        Kind::Date => ("ngày", "a day"),
        Kind::Flag => ("có hoặc không", "yes or no"),
    };
    Outcome::fault(Diagnostic::error(
        "type",
        format!("ô {vi}, cột `{title}` cần {want_vi}"),
        format!("the cell {en}, column `{title}` takes {want_en}"),
    ))
}

fn text(raw: &str, entry: &Entry, column: &Column, convert: Convert) -> Outcome {
    let Cleaned { text, why, fault, legacy, doubtful } = clean::clean(raw, entry.face, convert);
    if let Some(fault) = fault {
        return Outcome { legacy, ..Outcome::fault(fault) };
    }
    if text.is_empty() {
        return Outcome::default();
    }
    let mut outcome = match &column.kind {
        Kind::Text => of_text(&text),
        Kind::Identity => identity(&text),
        Kind::Integer => written_number(&text, true),
        Kind::Decimal => written_number(&text, false),
        Kind::Date => match dates::read(&text) {
            Ok(read) => Outcome { either_order: read.either_order, ..Outcome::value(read.day.to_string()) },
            Err(wrong) => {
                Outcome { month_first: wrong == dates::Wrong::MonthFirst, ..Outcome::fault(dates::fault(&text, wrong)) }
            }
        },
        Kind::Choice(choices) => choice(&text, choices),
        Kind::Flag => flag(&text),
    };
    outcome.legacy = legacy;
    outcome.doubtful = doubtful;
    if !why.is_empty() && outcome.value.is_some() {
        let (after, mut later) = outcome.change.take().unwrap_or_else(|| (text, Vec::new()));
        let mut all = why;
        all.append(&mut later);
        outcome.change = Some((after, all));
    }
    outcome
}

pub(super) fn of_text(text: &str) -> Outcome {
    let outcome = Outcome::value(text);
    if text.starts_with('=') {
        return outcome.warned(
            Diagnostic::warning(
                "formula_text",
                format!("`{text}` bắt đầu bằng dấu `=`: giữ như chữ, không tính"),
                format!("`{text}` begins with `=`: kept as text, not worked out"),
            )
            .hint("xóa dấu `=` nếu gõ nhầm", "remove the `=` if it was a slip"),
        );
    }
    outcome
}

fn of_number(number: f64, column: &Column, from_1904: bool) -> Outcome {
    let shown = plain(number);
    let whole = number.fract() == 0.0 && number.abs() < EXACT;
    match &column.kind {
        Kind::Identity => lost_zeros(&shown, whole),
        Kind::Text if whole => Outcome::value(shown),
        Kind::Text => wrong_kind(column, &format!("là số `{shown}`"), &format!("is the number `{shown}`")),
        Kind::Integer if whole => Outcome::value(number as i64),
        Kind::Decimal if whole => Outcome::value(number as i64),
        Kind::Decimal => match Number::from_f64(number) {
            Some(number) => Outcome::value(number),
            None => wrong_kind(column, "không phải số hữu hạn", "is not a finite number"),
        },
        Kind::Integer => wrong_kind(column, &format!("là `{shown}`"), &format!("is `{shown}`")),
        Kind::Date => serial(number, &shown, from_1904),
        Kind::Choice(choices) => choice(&shown, choices),
        Kind::Flag => flag(&shown),
    }
}

/// A serial number in a column of days.
fn serial(number: f64, shown: &str, from_1904: bool) -> Outcome {
    if (1900.0..=2200.0).contains(&number) {
        return Outcome::fault(
            Diagnostic::error(
                "date",
                format!("`{shown}` giống một năm, cần đủ ngày tháng năm"),
                format!("`{shown}` looks like a year; day, month and year are needed"),
            )
            .hint("ghi ngày/tháng/năm, ví dụ `29/9/2021`", "write day/month/year, such as `29/9/2021`"),
        );
    }
    match dates::of_serial(number, from_1904) {
        Some(day) => Outcome::value(day.to_string()).changed(
            day.short(),
            "số ngày của Excel thành ngày",
            "a serial number made a day",
        ),
        None => Outcome::fault(dates::fault(shown, dates::Wrong::Form)),
    }
}

fn choice(text: &str, choices: &[(String, String)]) -> Outcome {
    // Chosen from the list of the pattern sheet: nothing to fold.
    if let Some((_, value)) = choices.iter().find(|(shown, _)| shown == text) {
        return Outcome::value(value.as_str());
    }
    let wanted = fold(text);
    if let Some((_, value)) = choices.iter().find(|(shown, value)| fold(shown) == wanted || value == text) {
        return Outcome::value(value.as_str());
    }
    let kind = Kind::Choice(choices.to_vec());
    let offered = kind.offered().join("`, `");
    let fault = Diagnostic::error(
        "choice",
        format!("`{text}` không có trong các lựa chọn"),
        format!("`{text}` is none of the choices"),
    );
    let near = choices
        .iter()
        .map(|(shown, _)| (strsim::damerau_levenshtein(&fold(shown), &wanted), shown))
        .filter(|(distance, shown)| *distance <= 1 + shown.chars().count() / 4)
        .min();
    Outcome::fault(match near {
        Some((_, shown)) => fault.hint(format!("có phải `{shown}`?"), format!("did you mean `{shown}`?")),
        None => fault.hint(format!("ghi một trong: `{offered}`"), format!("write one of `{offered}`")),
    })
}

fn flag(text: &str) -> Outcome {
    match fold(text).as_str() {
        "x" | "có" | "co" | "đúng" | "1" | "true" | "yes" => Outcome::value(true),
        "không" | "khong" | "sai" | "0" | "false" | "no" => Outcome::value(false),
        _ => Outcome::fault(
            Diagnostic::error(
                "flag",
                format!("`{text}` không phải có hay không"),
                format!("`{text}` is neither yes nor no"),
            )
            .hint("ghi `x` hoặc `có`, `không`, hoặc để trống", "write `x` or `có`, `không`, or leave it empty"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn column(kind: Kind) -> Column {
        Column {
            pointer: "/a".into(),
            headings: vec!["Cột".into()],
            kind,
            required: false,
            description: String::new(),
            examples: Vec::new(),
        }
    }

    fn outcome(raw: Raw, kind: Kind) -> Outcome {
        let entry = Entry { column: 0, raw, face: None, formula: false, filled_from: None };
        read(&entry, &column(kind), Convert::Refuse, false)
    }

    fn written(text: &str, kind: Kind) -> Result<Value, String> {
        let outcome = outcome(Raw::Text(text.into()), kind);
        match outcome.fault {
            Some(fault) => Err(fault.code.into_owned()),
            None => Ok(outcome.value.unwrap_or(Value::Null)),
        }
    }

    #[test]
    fn a_lost_zero_is_a_fault() {
        let fault = outcome(Raw::Number(14_190_001_234.0), Kind::Identity).fault.expect("a number cell");
        assert_eq!(fault.code, "lost_zero");
        assert!(fault.hints[0].vi.contains("`014190001234`"), "{fault:?}");
        assert_eq!(written("14190001234", Kind::Identity), Err("lost_zero".into()));
        assert_eq!(written("50123456", Kind::Identity), Err("lost_zero".into()));
        assert_eq!(written("1,4190E+10", Kind::Identity), Err("lost_digits".into()));
    }

    #[test]
    fn identities_in_text_stay_text() {
        assert_eq!(written("014190001234", Kind::Identity), Ok(json!("014190001234")));
        assert_eq!(written("014 190 001 234", Kind::Identity), Ok(json!("014190001234")));
        assert_eq!(written("H52.10", Kind::Identity), Ok(json!("H52.10")));
        let old = outcome(Raw::Text("050123456".into()), Kind::Identity);
        assert_eq!((old.value, old.warning.expect("an old card").code.as_ref()), (Some(json!("050123456")), "cmnd_cu"));
    }

    #[test]
    fn numbers_are_read_the_vietnamese_way() {
        for (text, value) in [
            ("1.490.000", json!(1_490_000)),
            ("-5", json!(-5)),
            ("40,82", json!(40.82)),
            ("40.82", json!(40.82)),
            ("1.490,5", json!(1490.5)),
        ] {
            assert_eq!(written(text, Kind::Decimal), Ok(value), "{text}");
        }
        assert_eq!(written("1.615", Kind::Integer), Ok(json!(1615)));
        for (text, kind) in [
            ("1.615", Kind::Decimal),
            ("40,5", Kind::Integer),
            ("1.49", Kind::Integer),
            ("abc", Kind::Integer),
            ("1.2.3", Kind::Decimal),
            ("", Kind::Text),
        ] {
            if text.is_empty() {
                assert_eq!(written(text, kind), Ok(Value::Null));
            } else {
                assert_eq!(written(text, kind), Err("number".into()), "{text}");
            }
        }
        assert_eq!(outcome(Raw::Number(0.3), Kind::Decimal).value, Some(json!(0.3)));
        assert_eq!(outcome(Raw::Number(3.0), Kind::Decimal).value, Some(json!(3)));
        assert_eq!(outcome(Raw::Number(0.3), Kind::Integer).fault.expect("no whole number").code, "type");
    }

    #[test]
    fn days_come_from_cells_serials_and_text() {
        let moment = super::super::grid::Moment { year: 2021, month: 9, day: 29, timed: false };
        assert_eq!(outcome(Raw::Moment(moment), Kind::Date).value, Some(json!("2021-09-29")));
        let serial = outcome(Raw::Number(44_468.0), Kind::Date);
        assert_eq!(serial.value, Some(json!("2021-09-29")));
        assert!(serial.change.is_some(), "what a number became is told");
        assert_eq!(outcome(Raw::Number(2021.0), Kind::Date).fault.expect("a year").code, "date");
        assert_eq!(written("29/9/2021", Kind::Date), Ok(json!("2021-09-29")));
    }

    #[test]
    fn choices_fold_and_suggest() {
        let kind = || Kind::Choice(vec![("Cá nhân".into(), "ca_nhan".into()), ("Hoà giải".into(), "hoa".into())]);
        for text in ["cá  nhân", "CÁ NHÂN", "ca_nhan"] {
            assert_eq!(written(text, kind()), Ok(json!("ca_nhan")), "{text}");
        }
        assert_eq!(written("hòa giải", kind()), Ok(json!("hoa")));
        let fault = outcome(Raw::Text("Cá nhan".into()), kind()).fault.expect("a slip");
        assert_eq!((fault.code.as_ref(), fault.hints[0].vi.as_str()), ("choice", "có phải `Cá nhân`?"));
    }

    #[test]
    fn errors_and_formulas_without_value_are_faults() {
        assert_eq!(outcome(Raw::Error("#REF!".into()), Kind::Text).fault.expect("an error").code, "cell_error");
        assert_eq!(outcome(Raw::Unknown, Kind::Text).fault.expect("unknown").code, "formula_unknown");
    }

    #[test]
    fn a_formula_in_text_stays_text_and_is_told() {
        let read = outcome(Raw::Text("=HYPERLINK(\"http://a\")".into()), Kind::Text);
        assert_eq!(read.value, Some(json!("=HYPERLINK(\"http://a\")")));
        assert_eq!(read.warning.expect("told").code, "formula_text");
    }

    #[test]
    fn a_number_in_a_column_of_text_is_taken_whole() {
        assert_eq!(outcome(Raw::Number(412.0), Kind::Text).value, Some(json!("412")));
        assert_eq!(outcome(Raw::Number(0.5), Kind::Text).fault.expect("not whole").code, "type");
        assert_eq!(outcome(Raw::Bool(true), Kind::Text).fault.expect("a flag").code, "type");
    }
}
