//! Fuzzing: data made from a template's contract, a verdict on each, and the smallest data that still fail.

use std::time::Instant;

use serde_json::Value;

use super::generate::{Items, Maker, Manner, Optional, Size, Text, long_lists};
use super::{Bench, steady};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::engine::Output;
use crate::render::Requested;
use crate::template::Template;

/// Items of a huge list, where the contract allows them.
const HUGE: usize = 5_000;

/// A list that may have so many items gets a huge case of its own.
const MAY_BE_HUGE: usize = 1_000;

/// Throws after which a list that hangs on other choices counts as out of reach.
const TRIES: u64 = 40;

/// Documents made to find the smallest data that fail.
const SHRINKS: usize = 200;

/// One made-up document.
pub struct Case {
    /// What is special about it.
    pub name: String,
    /// Nothing is: a refusal would be strange.
    pub moderate: bool,
    /// The data.
    pub data: Value,
}

/// What became of a case.
#[derive(Debug)]
pub enum Verdict {
    /// Pages came out.
    Sound {
        /// How many.
        pages: usize,
    },
    /// The data were refused, each fault at a place that is in them.
    Refused(Vec<Diagnostic>),
    /// The template failed on data that keep its contract.
    Failed(Failure),
}

/// A failure, with the smallest data found that still give it.
pub struct Found {
    /// The case it was found with.
    pub case: String,
    /// Why.
    pub failure: Failure,
    /// The data.
    pub data: Value,
}

/// What fuzzing one template came to.
#[derive(Default)]
pub struct Report {
    /// Cases tried.
    pub ran: usize,
    /// Cases planned.
    pub planned: usize,
    /// With pages.
    pub sound: usize,
    /// Refused for what is in the data.
    pub refused: usize,
    /// Moderate cases tried.
    pub moderate: usize,
    /// Moderate cases that were refused, and why.
    pub suspicious: Vec<(String, Diagnostic)>,
    /// Cases this generator could not fit to the contract, and what of them does not keep it.
    pub unfit: Vec<(String, Diagnostic)>,
    /// What failed.
    pub failures: Vec<Found>,
}

/// The cases of a template: the named ones first, then thrown ones up to `count`.
///
/// Every text is tried both in data made from the contract alone and in a sample whose words are made anew: the first
/// reach what no sample has, the second keep what must agree across a document.
pub fn cases(template: &Template, seed: u64, count: usize) -> impl Iterator<Item = Case> + '_ {
    let contract = template.schema.document();
    let samples: Vec<&Value> = template.samples.values().collect();
    plans(contract, count).into_iter().enumerate().map(move |(index, Plan { name, source, moderate, manner })| {
        let start = seed.wrapping_mul(1_000_003).wrapping_add((index as u64) << 20);
        let is_huge = matches!(manner.items, Items::Huge(..));
        let make = |throw: u64| {
            let maker = Maker::new(contract, start + throw, manner.clone());
            let sample = samples.get((index + throw as usize) % samples.len().max(1));
            match (source, sample) {
                (Source::Sample, Some(sample)) => maker.remake(sample),
                _ => maker.make(),
            }
        };
        let mut made = make(0);
        for throw in 1..TRIES {
            if !is_huge || made.1 {
                break;
            }
            made = make(throw);
        }
        Case { name, moderate, data: made.0 }
    })
}

/// Where the structure of a case comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Contract,
    Sample,
}

/// One case before it is made.
struct Plan {
    name: String,
    source: Source,
    moderate: bool,
    manner: Manner,
}

fn plans(contract: &Value, count: usize) -> Vec<Plan> {
    let plain = Manner { optional: Optional::Thrown, items: Items::Usual, text: Text::Usual, size: Size::Usual };
    let mut plans = Vec::new();
    let mut add = |name: &str, source, moderate, change: &dyn Fn(&mut Manner)| {
        let mut manner = plain.clone();
        change(&mut manner);
        plans.push(Plan { name: name.to_owned(), source, moderate, manner });
    };
    use Source::{Contract, Sample};
    add("only-required", Contract, true, &|m| m.optional = Optional::Absent);
    add("everything", Contract, true, &|m| m.optional = Optional::Present);
    add("lists-least", Contract, true, &|m| (m.optional, m.items) = (Optional::Present, Items::Least));
    add("lists-of-one", Contract, true, &|m| (m.optional, m.items) = (Optional::Present, Items::One));
    for list in long_lists(contract, MAY_BE_HUGE).into_iter().take(2) {
        let many = list.most.map_or(HUGE, |most| most.min(HUGE));
        let name = list.path.split('/').filter(|step| *step != "*").collect::<Vec<_>>().join("-");
        for (word, source) in [("huge", Contract), ("huge-sample", Sample)] {
            add(&format!("{word}-{name}"), source, false, &|m| m.items = Items::Huge(list.path.clone(), many));
        }
    }
    for (name, text) in [
        ("longest", Text::Longest),
        ("letters", Text::Letters),
        ("markup", Text::Markup),
        ("hidden", Text::Hidden),
        ("one-word", Text::OneWord),
    ] {
        add(name, Contract, false, &|m| (m.optional, m.text) = (Optional::Present, text));
        add(&format!("{name}-sample"), Sample, false, &|m| m.text = text);
    }
    add("lowest", Contract, false, &|m| (m.optional, m.size) = (Optional::Present, Size::Low));
    add("highest", Contract, false, &|m| (m.optional, m.size) = (Optional::Present, Size::High));
    let named = plans.len();
    for index in named..count.max(named) {
        let text = [Text::Usual, Text::Longest, Text::Usual, Text::Markup, Text::Letters][index % 5];
        let source = if index % 2 == 0 { Contract } else { Sample };
        let mut manner = plain.clone();
        manner.text = text;
        plans.push(Plan { name: format!("thrown-{index}"), source, moderate: text == Text::Usual, manner });
    }
    plans.truncate(count);
    plans
}

/// Tries the cases of a template until `until`; `told` hears the name of each before it starts.
pub fn fuzz(
    bench: &Bench<'_>,
    template: &Template,
    (seed, count): (u64, usize),
    until: Instant,
    mut told: impl FnMut(&str),
) -> Report {
    let id = template.manifest.id.as_str();
    let mut report = Report { planned: count, ..Report::default() };
    for case in cases(template, seed, count) {
        if Instant::now() > until {
            break;
        }
        told(&case.name);
        report.ran += 1;
        if let Some(fault) = template.schema.validate(&case.data).into_iter().next() {
            report.unfit.push((case.name, fault));
            continue;
        }
        report.moderate += usize::from(case.moderate);
        match judge(bench, id, &case.data) {
            Verdict::Sound { .. } => report.sound += 1,
            Verdict::Refused(faults) => {
                report.refused += 1;
                if case.moderate {
                    report.suspicious.extend(faults.into_iter().next().map(|fault| (case.name.clone(), fault)));
                }
            }
            Verdict::Failed(failure) => {
                let data = shrink(case.data, until, |data| {
                    template.schema.validate(data).is_empty()
                        && matches!(judge(bench, id, data), Verdict::Failed(other) if same(&other, &failure))
                });
                report.failures.push(Found { case: case.name, failure, data });
            }
        }
    }
    report
}

/// Data through to a PDF: sound, rightly refused, or a failure of the template.
pub fn judge(bench: &Bench<'_>, id: &str, data: &Value) -> Verdict {
    let requested = Requested { output: Output::Check, ..Requested::default() };
    match steady(|| bench.run(id, data.clone(), &requested)) {
        Ok((done, _)) if done.pages > 0 => Verdict::Sound { pages: done.pages },
        Ok(_) => Verdict::Failed(Failure::one(Code::TemplateError, "không có trang nào", "there are no pages")),
        Err(failure) if failure.code == Code::InvalidData => {
            match failure.diagnostics.iter().find(|one| !leads(one, data)) {
                None => Verdict::Refused(failure.diagnostics),
                Some(lost) => {
                    let pointer = lost.pointer.as_deref().unwrap_or("-");
                    Verdict::Failed(Failure::one(
                        Code::TemplateError,
                        format!("lỗi `{}` chỉ tới `{pointer}`, không có trong dữ liệu", lost.code),
                        format!("fault `{}` points to `{pointer}`, which is not in the data", lost.code),
                    ))
                }
            }
        }
        Err(failure) => Verdict::Failed(failure),
    }
}

/// Whether a fault's pointer is in the data, or is a key that could be.
fn leads(fault: &Diagnostic, data: &Value) -> bool {
    let Some(pointer) = fault.pointer.as_deref() else { return false };
    let mut pointer = pointer;
    loop {
        match data.pointer(pointer) {
            Some(_) => return true,
            // A key that is missing below keys that are missing: of a document nobody wrote yet.
            None => match pointer.rsplit_once('/') {
                Some((parent, last)) if last.parse::<usize>().is_err() => pointer = parent,
                _ => return false,
            },
        }
    }
}

fn same(one: &Failure, other: &Failure) -> bool {
    let key = |failure: &Failure| {
        let first = failure.diagnostics.first();
        (failure.code, first.map(|first| (first.code.clone(), first.place.clone())))
    };
    key(one) == key(other)
}

/// Takes away keys, items and halves of texts while the failure stays.
fn shrink(mut data: Value, until: Instant, mut fails: impl FnMut(&Value) -> bool) -> Value {
    let mut left = SHRINKS;
    loop {
        let mut smaller = None;
        for edit in edits(&data) {
            if left == 0 || Instant::now() > until {
                return data;
            }
            left -= 1;
            let tried = edit.apply(&data);
            if fails(&tried) {
                smaller = Some(tried);
                break;
            }
        }
        match smaller {
            Some(found) => data = found,
            None => return data,
        }
    }
}

/// One way to make data smaller.
enum Edit {
    /// Leaves a key out.
    Key(String, String),
    /// Leaves items out, from, up to.
    Items(String, usize, usize),
    /// Keeps the first letters.
    Letters(String, usize),
}

impl Edit {
    fn apply(&self, data: &Value) -> Value {
        let mut data = data.clone();
        match self {
            Self::Key(at, key) => {
                if let Some(Value::Object(map)) = data.pointer_mut(at) {
                    map.shift_remove(key);
                }
            }
            Self::Items(at, from, to) => {
                if let Some(Value::Array(items)) = data.pointer_mut(at) {
                    items.drain(*from..*to);
                }
            }
            Self::Letters(at, keep) => {
                if let Some(Value::String(text)) = data.pointer_mut(at) {
                    *text = text.chars().take(*keep).collect();
                }
            }
        }
        data
    }
}

/// What could be left out, the largest pieces first.
fn edits(data: &Value) -> Vec<Edit> {
    fn walk(value: &Value, at: &str, all: &mut Vec<(usize, Edit)>) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    let path = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                    all.push((size(inner), Edit::Key(at.to_owned(), key.clone())));
                    walk(inner, &path, all);
                }
            }
            Value::Array(items) => {
                let (count, whole) = (items.len(), size(value));
                for part in [2, 4, 8].into_iter().filter(|part| count >= *part) {
                    let piece = count / part;
                    all.push((whole / part, Edit::Items(at.to_owned(), count - piece, count)));
                    all.push((whole / part, Edit::Items(at.to_owned(), 0, piece)));
                }
                // Of a long list pieces are tried; its single items once it is short.
                if items.len() <= 8 {
                    for (index, inner) in items.iter().enumerate() {
                        all.push((size(inner), Edit::Items(at.to_owned(), index, index + 1)));
                        walk(inner, &format!("{at}/{index}"), all);
                    }
                }
            }
            Value::String(text) if text.chars().count() > 3 => {
                all.push((text.len() / 2, Edit::Letters(at.to_owned(), text.chars().count() / 2)));
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    walk(data, "", &mut all);
    all.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    all.into_iter().map(|(_, edit)| edit).collect()
}

fn size(value: &Value) -> usize {
    match value {
        Value::Object(map) => 2 + map.values().map(size).sum::<usize>(),
        Value::Array(items) => 2 + items.iter().map(size).sum::<usize>(),
        Value::String(text) => text.len(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_fails_is_made_small() {
        let rows: Vec<Value> = (0..400).map(|n| json!({"ten": format!("Người {n}"), "ghi_chu": "x"})).collect();
        let mut data = json!({"tieu_de": "Danh sách dài", "hang": rows, "khac": {"a": [1, 2, 3]}});
        data["hang"][317]["ten"] = json!("Lỗi ở đây");
        let until = Instant::now() + Duration::from_secs(60);
        let small = shrink(data, until, |data| data.to_string().contains("Lỗi"));
        let rows = small["hang"].as_array().expect("the list stays");
        assert_eq!(rows.len(), 1, "{small}");
        assert!(
            small.get("tieu_de").is_none() && small.get("khac").is_none() && rows[0].get("ghi_chu").is_none(),
            "{small}"
        );
    }

    #[test]
    fn pointers_lead_into_the_data_or_to_a_key_that_could_be() {
        let data = json!({"ds": [{"ten": "A"}]});
        let leads = |pointer: &str| super::leads(&Diagnostic::error("x", "", "").at(pointer), &data);
        assert!(leads("/ds/0/ten") && leads("/ds/0/chuc_vu") && leads("/ngay") && leads(""));
        assert!(!leads("/ds/1/ten") && !leads("/ds/3"));
        assert!(!super::leads(&Diagnostic::error("x", "", ""), &data));
    }
}
