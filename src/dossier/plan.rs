//! The plan of a dossier: its documents in order, its counts, what is worth telling.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::checks::{self, Scene};
use super::contract::Contract;
use super::documents::{self, CERTIFICATES, certificate_template};
use super::law::{Confirmed, Law, Loai};
use super::money::{Money, printed_name};
use super::repair::repair;
use super::round::Round;
use crate::diagnostic::{Code, Diagnostic, Failure, Severity};
use crate::template::Template;

const SAMPLE: &str = include_str!("sample.json");

/// A small full input: two decisions of one round, submission, minutes, payment list, certificates.
pub fn sample() -> Value {
    serde_json::from_str(SAMPLE).expect("the sample is JSON, its test reads it")
}

/// One document of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// Template's id.
    pub template: String,
    /// Its data, kept by the template's schema.
    pub data: Value,
    /// Folder it belongs in, Vietnamese: `Giấy khen`.
    pub folder: String,
    /// Unit it is handed to, for separators and order by unit; empty for documents of the round.
    pub group: String,
    /// Name it bears, for order by given name; empty for documents of the round.
    pub person: String,
    /// Where in the input it comes from.
    pub pointer: String,
}

impl Planned {
    /// Where in the dossier's input a place in this document's data comes from.
    pub fn trace(&self, pointer: &str) -> String {
        let decision = self.pointer.split("/khen_thuong/").next().unwrap_or(&self.pointer);
        match self.template.as_str() {
            "danh_sach_chi_thuong" if pointer.starts_with("/quyet_dinh") => {
                format!("{decision}{}", pointer.trim_start_matches("/quyet_dinh"))
            }
            "danh_sach_chi_thuong" if pointer.starts_with("/chi_thuong") => format!("{decision}/khen_thuong"),
            "danh_sach_chi_thuong" => format!("/chi_thuong{pointer}"),
            "to_trinh" | "bien_ban" if pointer.starts_with("/khen_thuong") => "/quyet_dinh".to_owned(),
            template if CERTIFICATES.contains(&template) => {
                if let Some(rest) = pointer.strip_prefix("/doi_tuong") {
                    return format!("{}{rest}", self.pointer);
                }
                let award = self.pointer.split("/doi_tuong/").next().unwrap_or(&self.pointer);
                match pointer.split('/').nth(1).unwrap_or_default() {
                    "thanh_tich" => format!("{award}/thanh_tich"),
                    "danh_hieu" => format!("{award}/hinh_thuc"),
                    "nam_danh_hieu" => format!("{award}/nam_xet"),
                    "quyet_dinh" => format!("{decision}{}", pointer.trim_start_matches("/quyet_dinh")),
                    "so_so_vang" => self.pointer.clone(),
                    "trinh_bay" | "ngay" | "dong_tu" => format!("/{template}{pointer}"),
                    _ => format!("{decision}{pointer}"),
                }
            }
            _ => format!("{}{pointer}", self.pointer),
        }
    }
}

/// How many of one award are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AwardCount {
    /// The award's name as printed.
    pub hinh_thuc: String,
    /// Its kind of occasion (`thuong_xuyen`, …); empty where it is not told.
    pub loai: String,
    /// Collectives.
    pub tap_the: usize,
    /// Persons.
    pub ca_nhan: usize,
    /// Households.
    pub ho_gia_dinh: usize,
}

/// What a plan counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Documents by template.
    pub documents: BTreeMap<String, usize>,
    /// Awards by name and occasion, in the order of the decisions.
    pub awards: Vec<AwardCount>,
    /// Sum of all prizes in đồng; none where it is not certain.
    pub money: Option<i64>,
}

/// Everything that follows from one input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The dossier's name.
    pub title: String,
    /// In order: submission, minutes, decisions, payment lists, certificates in decision order.
    pub documents: Vec<Planned>,
    /// What is worth telling, with rule ids.
    pub warnings: Vec<Diagnostic>,
    /// Counts.
    pub counts: Counts,
}

/// Makes plans. Built once, of the templates at hand and the law.
pub struct Planner {
    law: Law,
    contract: Contract,
}

impl Planner {
    /// Over the templates of a catalog; those a dossier does not need are passed over.
    pub fn new<'a>(templates: impl IntoIterator<Item = &'a Template>, law: Law) -> Result<Self, Failure> {
        Ok(Self { contract: Contract::compose(templates)?, law })
    }

    /// The JSON Schema of an input, whole.
    pub fn schema(&self) -> &Value {
        self.contract.input.document()
    }

    /// The law it holds inputs to.
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// The documents that follow from `input`, cross-checked.
    ///
    /// Fails with [`Code::InvalidData`] and every fault at once, each with a pointer into `input`; the warnings are
    /// among them, after the errors.
    pub fn plan(&self, mut input: Value, confirmed: &Confirmed) -> Result<Plan, Failure> {
        let mut faults = repair(&mut input);
        faults.extend(self.contract.input.validate(&input));
        if !faults.is_empty() {
            faults.dedup_by(|a, b| a.pointer == b.pointer && a.code == b.code);
            return Err(Failure::new(Code::InvalidData, faults));
        }
        let round = Round::read(&input, &self.law);
        let money = Money::of(&round, confirmed);
        let scene = Scene { round: &round, money: &money, confirmed };
        let mut told = checks::run(&scene);
        let wanted = Wanted::of(&round, &money);
        let documents = self.documents(&round, &money, &wanted, &mut told);
        for document in &documents {
            told.extend(self.contract.documents[&document.template].validate(&document.data).into_iter().map(
                |mut fault| {
                    fault.pointer = Some(document.trace(fault.pointer.as_deref().unwrap_or_default()));
                    fault
                },
            ));
        }
        let mut seen = BTreeSet::new();
        told.retain(|one| seen.insert((one.code.clone(), one.pointer.clone(), one.message.vi.clone())));
        told.sort_by_key(|one| one.severity == Severity::Warning);
        if told.iter().any(|one| one.severity == Severity::Error) {
            return Err(Failure::new(Code::InvalidData, told));
        }
        let counts = Counts {
            documents: documents.iter().fold(BTreeMap::new(), |mut all, one| {
                *all.entry(one.template.clone()).or_default() += 1;
                all
            }),
            awards: count(&round),
            money: money.total(),
        };
        let title = input["ten"].as_str().unwrap_or_default().to_owned();
        Ok(Plan { title, documents, warnings: told, counts })
    }

    fn documents(
        &self,
        round: &Round<'_>,
        money: &Money<'_>,
        wanted: &Wanted,
        told: &mut Vec<Diagnostic>,
    ) -> Vec<Planned> {
        let mut documents = Vec::new();
        if wanted.has("to_trinh") && round.input["to_trinh"].is_object() {
            documents.push(documents::submission(round));
        }
        if wanted.has("bien_ban") && round.input["bien_ban"].is_object() {
            documents.push(documents::minutes(round));
        }
        if wanted.has("quyet_dinh") {
            documents.extend(documents::decisions(round));
        }
        if wanted.has("danh_sach_chi_thuong") && money.total().is_some() {
            documents.extend(documents::payments(round, money));
        }
        documents.extend(documents::certificates(round, |template| wanted.has(template)));
        documents.retain(|document| {
            let there = self.contract.documents.contains_key(&document.template);
            if !there {
                let id = &document.template;
                told.push(
                    Diagnostic::error(
                        "ho_so.thieu_mau",
                        format!("mẫu `{id}` không dùng được nên không lập được văn bản này"),
                        format!("the template `{id}` is out of use, so this document cannot be made"),
                    )
                    .at(document.pointer.clone())
                    .hint("chạy `vinhdanh templates check`", "run `vinhdanh templates check`"),
                );
            }
            there
        });
        documents
    }
}

/// Which documents the input asks for.
pub struct Wanted(BTreeSet<String>);

impl Wanted {
    /// Those listed; else the decisions, their certificates, payment lists where money is certain, and what is described.
    fn of(round: &Round<'_>, money: &Money<'_>) -> Self {
        if let Some(listed) = round.input["van_ban"].as_array() {
            return Self(listed.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
        let mut all: BTreeSet<String> = CERTIFICATES.map(str::to_owned).into();
        all.insert("quyet_dinh".to_owned());
        all.extend(
            ["to_trinh", "bien_ban"].iter().filter(|key| round.input[**key].is_object()).map(|key| (*key).to_owned()),
        );
        if money.total().is_some() {
            all.insert("danh_sach_chi_thuong".to_owned());
        }
        Self(all)
    }

    fn has(&self, template: &str) -> bool {
        self.0.contains(template)
    }
}

fn count(round: &Round<'_>) -> Vec<AwardCount> {
    let mut counts: Vec<AwardCount> = Vec::new();
    for given in round.decisions.iter().flat_map(|decision| &decision.awards) {
        let plain = round.law.award(given.hinh_thuc);
        let loai = given.data["loai"].as_str().unwrap_or_default();
        let names =
            Loai::ALL.map(|kind| printed_name(given.hinh_thuc, round.law.award_for(given.hinh_thuc, kind), plain));
        for who in &given.people {
            let name = &names[who.loai as usize];
            let at = counts.iter().position(|one| one.hinh_thuc == *name && one.loai == loai).unwrap_or_else(|| {
                let (hinh_thuc, loai) = (name.clone(), loai.to_owned());
                counts.push(AwardCount { hinh_thuc, loai, tap_the: 0, ca_nhan: 0, ho_gia_dinh: 0 });
                counts.len() - 1
            });
            match who.loai {
                Loai::TapThe => counts[at].tap_the += 1,
                Loai::CaNhan => counts[at].ca_nhan += 1,
                Loai::HoGiaDinh => counts[at].ho_gia_dinh += 1,
            }
        }
    }
    counts
}

/// Whether any recipient of the round gets a certificate of this template.
pub fn gives_certificates(round: &Round<'_>, template: &str) -> bool {
    round.people().any(|who| certificate_template(round, who) == Some(template))
}
