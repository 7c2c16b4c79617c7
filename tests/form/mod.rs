//! The produced pages against Nghị định 30/2020/NĐ-CP, Phụ lục I: what is drawn, not what a template says.
//!
//! Every rule is a function from pages to violations. It must be silent on every sample and variant, and it must speak
//! up for each page spoiled on purpose in `BROKEN`; docs/the_thuc.md says which clause each test stands for.

mod annex;
mod body;
mod certificate;
mod head;
mod lines;
mod page;
mod recipients;
mod sign;
mod typography;

use std::sync::OnceLock;

use serde_json::{Value, json};
use vinhdanh::engine::frames::{Pages, Run};
use vinhdanh::engine::{LabelledBox, Standard};

use crate::support::local;

/// A rule: violations found on pages.
pub type Check = fn(&Pages) -> Vec<String>;

/// A rule with its name.
pub type Rule = (&'static str, Check);

/// Rule, what is spoilt, sheet, how.
pub type Broken = (&'static str, &'static str, &'static str, fn(&mut Pages));

/// A document laid out.
pub struct Sheet {
    /// `template/sample` or `template/sample+variant`.
    pub name: String,
    pub pages: Pages,
    pub boxes: Vec<LabelledBox>,
}

impl Sheet {
    pub fn new(name: &str, id: &str, data: Value) -> Self {
        let pages = local().pages(id, data.clone()).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        let rendered = local().pdf(id, data, Standard::A2a).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        Self { name: name.to_owned(), pages, boxes: rendered.boxes }
    }

    pub fn is_certificate(&self) -> bool {
        self.name.starts_with("giay_khen/")
    }
}

/// A sample with some of its values replaced.
pub fn changed(id: &str, sample: &str, changes: &Value) -> Value {
    let mut data = local().sample(id, sample);
    for (key, value) in changes.as_object().into_iter().flatten() {
        if value.is_null() {
            data.as_object_mut().expect("data is an object").shift_remove(key);
        } else {
            data[key] = value.clone();
        }
    }
    data
}

/// Every sample, and what the samples leave out.
pub fn sheets() -> &'static [Sheet] {
    static SHEETS: OnceLock<Vec<Sheet>> = OnceLock::new();
    SHEETS.get_or_init(|| {
        let mut sheets: Vec<Sheet> = local()
            .samples()
            .iter()
            .map(|(id, sample)| Sheet::new(&format!("{id}/{sample}"), id, local().sample(id, sample)))
            .collect();
        for (id, sample, variant, changes) in variants() {
            sheets.push(Sheet::new(&format!("{id}/{sample}+{variant}"), id, changed(id, sample, &changes)));
        }
        sheets
    })
}

fn variants() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let one_digit = json!({"so": 7, "ngay": "2021-02-03"});
    let months = json!({"so": 10, "ngay": "2021-03-10"});
    let no_date = json!({"ngay": null});
    let mut all = vec![
        ("quyet_dinh", "plain", "one_digit", one_digit.clone()),
        ("quyet_dinh", "plain", "march", months.clone()),
        ("quyet_dinh", "plain", "no_date", no_date.clone()),
        ("quyet_dinh", "plain", "no_number", json!({"so": null, "ngay": null, "nam": 2021})),
        ("bao_cao", "plain", "one_digit", one_digit),
        ("bao_cao", "plain", "march", months),
        ("bao_cao", "plain", "no_date", no_date),
        ("bao_cao", "plain", "two", json!({"kinh_gui": ["Sở Nội vụ tỉnh Sơn La", "Ủy ban nhân dân tỉnh Sơn La"]})),
        ("quyet_dinh", "plain", "xem_xong", json!({"pham_vi": "xem_xong_tra_lai"})),
    ];
    for (variant, degree) in [("khan", "khan"), ("thuong_khan", "thuong_khan"), ("hoa_toc", "hoa_toc")] {
        all.push(("quyet_dinh", "plain", variant, json!({"muc_do_khan": degree})));
    }
    for form in &sign::FORMS {
        all.push(("quyet_dinh", "minimal", form.name, json!({"nguoi_ky": form.data()})));
        all.push(("bao_cao", "minimal", form.name, json!({"nguoi_ky": form.data()})));
    }
    all
}

/// A sheet by name.
pub fn sheet(name: &str) -> &'static Sheet {
    sheets().iter().find(|sheet| sheet.name == name).unwrap_or_else(|| panic!("no sheet {name}"))
}

/// The first run that begins so; any space stands for any other.
pub fn run<'a>(pages: &'a mut Pages, begins: &str) -> &'a mut Run {
    let begin = lines::plain(begins);
    pages
        .runs
        .iter_mut()
        .find(|run| lines::plain(&run.text).starts_with(&begin))
        .unwrap_or_else(|| panic!("no run `{begins}`"))
}

fn silent(check: Check, chosen: impl Fn(&Sheet) -> bool) {
    let mut count = 0;
    let mut violations = Vec::new();
    for sheet in sheets().iter().filter(|sheet| chosen(sheet)) {
        count += 1;
        violations.extend(check(&sheet.pages).into_iter().map(|one| format!("{}: {one}", sheet.name)));
    }
    assert!(count > 0, "no sheet to check");
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

/// A rule of the decree is kept by every administrative document.
pub fn holds(check: Check) {
    silent(check, |sheet| !sheet.is_certificate());
}

/// A rule is kept by every certificate.
pub fn holds_for_certificates(check: Check) {
    silent(check, Sheet::is_certificate);
}

#[test]
fn every_rule_has_a_page_that_breaks_it() {
    let rules: Vec<&Rule> =
        [page::RULES, head::RULES, body::RULES, sign::RULES, recipients::RULES, annex::RULES, certificate::RULES]
            .into_iter()
            .flatten()
            .collect();
    let broken: Vec<&Broken> = [
        page::BROKEN,
        head::BROKEN,
        body::BROKEN,
        sign::BROKEN,
        recipients::BROKEN,
        annex::BROKEN,
        certificate::BROKEN,
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut faults = Vec::new();
    for (name, _) in &rules {
        if !broken.iter().any(|(rule, ..)| rule == name) {
            faults.push(format!("no page breaks {name}"));
        }
    }
    for (rule, what, on, spoil) in broken {
        let (_, check) = rules.iter().find(|(name, _)| name == rule).unwrap_or_else(|| panic!("no rule {rule}"));
        let mut pages = sheet(on).pages.clone();
        let before = check(&pages);
        spoil(&mut pages);
        let after = check(&pages);
        if after.iter().all(|one| before.contains(one)) {
            faults.push(format!("{rule} does not see: {what} ({on})"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
