//! Finished pages against the legal form: the product's table of rules (`vinhdanh::the_thuc`) over every sample.
//!
//! Every rule of severity error must be silent on every sample and variant, every warning but where it is deserved.
//! And every rule must speak up for each page spoiled on purpose in `BROKEN`, no other rule of severity error with
//! it, unless the page cannot be spoiled in one way alone.

mod annex;
mod any;
mod body;
mod certificate;
mod copy;
mod document;
mod head;
mod page;
mod recipients;
mod sign;
mod text;
mod typography;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::{Value, json};
use vinhdanh::diagnostic::{Diagnostic, Severity};
use vinhdanh::engine::frames::{Pages, Run};
use vinhdanh::engine::{LabelledBox, Standard};
use vinhdanh::the_thuc;
pub use vinhdanh::the_thuc::reading::mm;

use crate::support::local;

/// Rule, what is spoilt, sheet, how.
pub type Broken = (&'static str, &'static str, &'static str, fn(&mut Sheet));

/// A document laid out.
#[derive(Clone)]
pub struct Sheet {
    /// `template/sample` or `template/sample+variant`.
    pub name: String,
    /// The table it is held to.
    pub form: String,
    pub pages: Pages,
    pub boxes: Vec<LabelledBox>,
}

impl Sheet {
    pub fn new(name: &str, id: &str, data: Value) -> Self {
        let pages = local().pages(id, data.clone()).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        let rendered = local().pdf(id, data, Standard::A2a).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        let form = local().renderer.template(id).expect("a built-in template").manifest.form.clone();
        Self { name: name.to_owned(), form, pages, boxes: rendered.boxes }
    }

    /// What the table says of it.
    pub fn findings(&self) -> Vec<Diagnostic> {
        the_thuc::inspect(&self.form, &self.pages, &self.boxes)
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
        ("quyet_dinh", "plain", "ngang", json!({"danh_sach": {"huong": "ngang"}})),
        ("quyet_dinh", "plain", "ngang_chay", json!({"danh_sach": {"huong": "ngang", "kieu": "chay"}})),
        ("quyet_dinh", "overflow", "ngang", json!({"danh_sach": {"huong": "ngang"}})),
        ("bao_cao", "minimal", "ngang", landscape_table()),
        ("quyet_dinh", "plain", "xem_xong", json!({"pham_vi": "xem_xong_tra_lai"})),
    ];
    for (variant, degree) in [("khan", "khan"), ("thuong_khan", "thuong_khan"), ("hoa_toc", "hoa_toc")] {
        all.push(("quyet_dinh", "plain", variant, json!({"muc_do_khan": degree})));
    }
    all.extend([
        ("to_trinh", "plain", "no_number", json!({"so": null, "ngay": null, "nam": 2021})),
        ("to_trinh", "plain", "no_council", json!({"hop_hoi_dong": null, "can_cu": null})),
        ("to_trinh", "plain", "ngang", json!({"danh_sach": {"huong": "ngang"}})),
        ("to_trinh", "nhieu", "trong_bai", json!({"trong_bai": true, "danh_sach": null})),
        ("bien_ban", "plain", "no_number", json!({"so": null})),
        ("ban_sao", "plain", "no_number", json!({"so": null, "ngay": null, "nam": 2021})),
        ("ban_sao", "trich-sao", "no_number", json!({"so": null, "ngay": null})),
        ("bien_ban", "plain", "no_recipients", json!({"noi_nhan": null})),
    ]);
    for form in &sign::FORMS {
        let chair = json!({"ho_ten": "Cầm Văn Thoan", "ky": form.signing()});
        all.push(("bien_ban", "minimal", form.name, json!({"chu_tri": chair})));
        all.push(("to_trinh", "minimal", form.name, json!({"nguoi_ky": form.data()})));
        all.push(("quyet_dinh", "minimal", form.name, json!({"nguoi_ky": form.data()})));
        all.push(("bao_cao", "minimal", form.name, json!({"nguoi_ky": form.data()})));
        all.push(("ban_sao", "minimal", form.name, json!({"nguoi_ky": form.data()})));
    }
    all
}

/// A report whose table turns the sheet.
fn landscape_table() -> Value {
    let cells = vec!["Trường Phổ thông dân tộc"; 9];
    let columns: Vec<Value> = (0..9).map(|n| json!({"tieu_de": format!("Cột {n}")})).collect();
    let table = json!({"huong": "ngang", "cot": columns, "hang": vec![cells; 60]});
    let blocks = json!([{"loai": "doan", "noi_dung": "Số liệu như sau:"}, {"loai": "bang", "bang": table}]);
    json!({"muc": [{"tieu_de": "Kết quả", "noi_dung": blocks}]})
}

/// A sheet by name.
pub fn sheet(name: &str) -> &'static Sheet {
    sheets().iter().find(|sheet| sheet.name == name).unwrap_or_else(|| panic!("no sheet {name}"))
}

/// The first run that begins so; no-break spaces count as spaces.
pub fn run<'a>(sheet: &'a mut Sheet, begins: &str) -> &'a mut Run {
    let plain = |text: &str| text.replace('\u{a0}', " ");
    let found = sheet.pages.runs.iter_mut().find(|run| plain(&run.text).starts_with(&plain(begins)));
    found.unwrap_or_else(|| panic!("{}: no run `{begins}`", sheet.name))
}

/// The run with the last words of the text.
pub fn last_words(sheet: &mut Sheet) -> &mut Run {
    sheet.pages.runs.iter_mut().find(|run| run.text.trim_end().ends_with("./.")).expect("an end mark")
}

/// Warnings our own samples deserve: rule, beginning of the sheet's name.
const DESERVED: &[(&str, &str)] = &[
    // The report is modelled on one of an office that counts so.
    ("thoi_quen.cap_1_1", "bao_cao/"),
    ("thoi_quen.dau_cong", "bao_cao/"),
    // Whatever a caller writes is printed.
    ("noi_nhan.luu_vt", "bao_cao/hostile"),
    ("noi_nhan.luu_vt", "quyet_dinh/hostile"),
    ("noi_nhan.nhu_dieu", "quyet_dinh/hostile"),
    ("noi_nhan.luu_vt", "to_trinh/hostile"),
    ("noi_nhan.luu_vt", "bien_ban/hostile"),
];

#[test]
fn every_sample_keeps_every_rule() {
    let mut faults = Vec::new();
    let mut spoken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for sheet in sheets() {
        let findings = sheet.findings();
        for rule in the_thuc::rules(&sheet.form) {
            let broken = findings.iter().filter(|one| one.code == rule.id).count();
            *(if broken == 0 { &mut held } else { &mut spoken }).entry(rule.id).or_default() += 1;
            let deserved = DESERVED.iter().any(|(id, name)| *id == rule.id && sheet.name.starts_with(name));
            if !deserved {
                faults.extend(
                    findings
                        .iter()
                        .filter(|one| one.code == rule.id)
                        .map(|one| format!("{} {}: {} {:?}", sheet.name, rule.id, one.message.vi, one.spot)),
                );
            }
        }
    }
    let idle = |(id, name): &&(&str, &str)| {
        !sheets().iter().any(|sheet| sheet.name.starts_with(name) && sheet.findings().iter().any(|one| one.code == *id))
    };
    faults.extend(DESERVED.iter().filter(idle).map(|(id, name)| format!("{name} no longer deserves {id}")));
    for form in the_thuc::Form::ALL {
        for rule in form.rules() {
            let count = |of: &BTreeMap<&str, usize>| of.get(rule.id).copied().unwrap_or_default();
            println!(
                "{:28} {:10} held {:3} broken {:3}",
                rule.id,
                format!("{:?}", rule.severity),
                count(&held),
                count(&spoken)
            );
        }
    }
    assert!(faults.is_empty(), "{} findings:\n{}", faults.len(), faults.join("\n"));
}

/// Parts of the table with the pages that break them.
fn broken() -> Vec<&'static Broken> {
    [
        page::BROKEN,
        head::BROKEN,
        body::BROKEN,
        sign::BROKEN,
        recipients::BROKEN,
        annex::BROKEN,
        text::BROKEN,
        certificate::BROKEN,
        copy::BROKEN,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Pages that cannot be spoiled in one way alone: rule, what is spoilt, the rules of severity error that speak too.
const COMPANIONS: &[(&str, &str, &[&str])] = &[
    ("trang.le", "a line 1 mm into the left margin", &["noi_dung.lui_dong"]),
    ("noi_dung.lui_dong", "a paragraph at the edge", &["dieu.so"]),
    ("ky.vi_tri", "in the left half", &["ky.cho_ky"]),
    ("sao.mot_to", "an entry on the next sheet", &["trang.so_trang"]),
    // There is no room between the lines above the verb.
    ("khen.thu_tu", "the award over the verb", &["khen.chong_chu"]),
];

#[test]
fn every_rule_has_a_page_that_breaks_it_and_it_alone() {
    let mut faults = Vec::new();
    let known: BTreeSet<&str> = the_thuc::Form::ALL.iter().flat_map(|form| form.rules()).map(|rule| rule.id).collect();
    let mut alone: BTreeSet<&str> = BTreeSet::new();
    for (rule, what, on, spoil) in broken() {
        assert!(known.contains(rule), "no rule {rule}");
        let mut spoilt = sheet(on).clone();
        let before: Vec<String> = spoilt.findings().iter().map(|one| one.message.vi.clone()).collect();
        spoil(&mut spoilt);
        let findings = spoilt.findings();
        let new: Vec<&Diagnostic> = findings.iter().filter(|one| !before.contains(&one.message.vi)).collect();
        if !new.iter().any(|one| one.code == *rule) {
            faults.push(format!("{rule} does not see: {what} ({on})"));
            continue;
        }
        let expected = COMPANIONS.iter().find(|(id, page, _)| id == rule && page == what).map_or(&[][..], |one| one.2);
        let others: BTreeSet<&str> = new
            .iter()
            .filter(|one| one.severity == Severity::Error && one.code != *rule)
            .map(|one| one.code.as_ref())
            .collect();
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        if others.is_empty() {
            alone.insert(rule);
        }
        if others != expected {
            let told: Vec<&str> = new.iter().map(|one| one.message.vi.as_str()).collect();
            faults.push(format!("{rule}, {what} ({on}): {others:?} speak too, {expected:?} awaited: {told:?}"));
        }
    }
    faults.extend(known.difference(&alone).map(|rule| format!("no page breaks {rule} alone")));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
