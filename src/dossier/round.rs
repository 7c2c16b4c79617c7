//! The input read once into what checks and documents ask for: decisions, awards, recipients and their keys.

use std::collections::HashMap;

use serde_json::Value;

use super::law::{Cap, DanhHieu, Law, Loai, Nhom};
use crate::domain::date::Date;
use crate::domain::name::fold_key;

/// All decisions of one round of awards.
pub struct Round<'a> {
    /// The input.
    pub input: &'a Value,
    /// The law it is held to.
    pub law: &'a Law,
    /// In the order of the input.
    pub decisions: Vec<Decision<'a>>,
}

/// One decision.
pub struct Decision<'a> {
    /// Its data.
    pub data: &'a Value,
    /// Where it stands in the input.
    pub pointer: String,
    /// Its template.
    pub template: &'static str,
    /// Its own day, or the day expected for it.
    pub date: Option<Date>,
    /// The level its authority's name tells, or the one stated.
    pub level: Option<&'a Cap>,
    /// The word of that level.
    pub cap: Option<&'a str>,
    /// In its order.
    pub awards: Vec<Given<'a>>,
}

/// One award of a decision with those who get it.
pub struct Given<'a> {
    /// Its data.
    pub data: &'a Value,
    /// Where it stands in the input.
    pub pointer: String,
    /// As written.
    pub hinh_thuc: &'a str,
    /// In its order.
    pub people: Vec<Recipient<'a>>,
}

/// One recipient of one award.
pub struct Recipient<'a> {
    /// Its data.
    pub data: &'a Value,
    /// Kind.
    pub loai: Loai,
    /// Name as written.
    pub ten: &'a str,
    /// The award meant for this kind of recipient; none where it is not known.
    pub award: Option<&'a DanhHieu>,
    /// Folded name.
    pub name: String,
    /// Folded unit.
    pub unit: String,
    /// Identity number or code, without spaces.
    pub identity: Option<String>,
    /// Decision, award, place: all from 0.
    pub at: (usize, usize, usize),
}

impl<'a> Round<'a> {
    /// Reads an input that keeps its contract.
    pub fn read(input: &'a Value, law: &'a Law) -> Self {
        let expected = input["ngay_du_kien"].as_str().and_then(|text| Date::parse(text).ok());
        let decisions = match &input["quyet_dinh"] {
            Value::Array(list) => {
                list.iter().enumerate().map(|(at, one)| (one, at, format!("/quyet_dinh/{at}"))).collect()
            }
            one => vec![(one, 0, "/quyet_dinh".to_owned())],
        };
        let decisions = decisions
            .into_iter()
            .map(|(data, at, pointer): (&Value, usize, String)| {
                let stated = data["cap"].as_str();
                let level = match stated {
                    Some(cap) => law.level_of(cap),
                    None => data["tham_quyen"].as_str().and_then(|name| law.level(name)),
                };
                let awards: Vec<Given<'a>> = list(&data["khen_thuong"])
                    .enumerate()
                    .map(|(index, given)| read_award(given, law, (at, index), format!("{pointer}/khen_thuong/{index}")))
                    .collect();
                Decision {
                    data,
                    template: template(data, &awards),
                    date: data["ngay"].as_str().and_then(|text| Date::parse(text).ok()).or(expected),
                    cap: stated.or_else(|| level.map(|level| level.cap.as_str())),
                    level,
                    awards,
                    pointer,
                }
            })
            .collect();
        Self { input, law, decisions }
    }

    /// Every recipient of every award, in the order of the decisions.
    pub fn people(&self) -> impl Iterator<Item = &Recipient<'a>> {
        self.decisions.iter().flat_map(|decision| decision.awards.iter()).flat_map(|given| given.people.iter())
    }

    /// Those of one award.
    pub fn holders<'r>(&'r self, ma: &'r str) -> impl Iterator<Item = &'r Recipient<'a>> + 'r {
        self.people().filter(move |one| one.award.is_some_and(|award| award.ma == ma))
    }

    /// The decision a recipient stands in.
    pub fn decision(&self, who: &Recipient<'_>) -> &Decision<'a> {
        &self.decisions[who.at.0]
    }

    /// The award a recipient stands in.
    pub fn given(&self, who: &Recipient<'_>) -> &Given<'a> {
        &self.decisions[who.at.0].awards[who.at.1]
    }

    /// Where a recipient stands in the input.
    pub fn pointer(&self, who: &Recipient<'_>) -> String {
        format!("{}/doi_tuong/{}", self.given(who).pointer, who.at.2)
    }
}

impl Decision<'_> {
    /// Its own day, none while it has none.
    pub fn signed(&self) -> Option<Date> {
        self.data["ngay"].as_str().and_then(|text| Date::parse(text).ok())
    }
}

impl Recipient<'_> {
    /// A text of its data.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.data[key].as_str()
    }
}

/// Recipients by identity and by name with unit.
#[derive(Default)]
pub struct Index<'r> {
    by_identity: HashMap<&'r str, Vec<&'r Recipient<'r>>>,
    by_name: HashMap<(&'r str, &'r str), Vec<&'r Recipient<'r>>>,
}

impl<'r> Index<'r> {
    /// Of these.
    pub fn of(people: impl IntoIterator<Item = &'r Recipient<'r>>) -> Self {
        let mut index = Self::default();
        people.into_iter().for_each(|one| index.add(one));
        index
    }

    /// One more.
    pub fn add(&mut self, one: &'r Recipient<'r>) {
        if let Some(identity) = &one.identity {
            self.by_identity.entry(identity).or_default().push(one);
        }
        self.by_name.entry((&one.name, &one.unit)).or_default().push(one);
    }

    /// Everyone who is the same: equal identity, or equal name and unit where one has no identity.
    pub fn same(&self, who: &Recipient<'_>) -> Vec<&'r Recipient<'r>> {
        let mut found: Vec<&Recipient<'_>> = Vec::new();
        if let Some(identity) = &who.identity {
            found.extend(self.by_identity.get(identity.as_str()).into_iter().flatten());
        }
        let alike = self.by_name.get(&(who.name.as_str(), who.unit.as_str())).into_iter().flatten();
        found.extend(alike.filter(|one| one.identity.is_none() || who.identity.is_none()));
        found.retain(|one| one.loai == who.loai);
        found
    }
}

/// Items of a list; none where there is no list.
pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// One recipient of the input.
pub fn read_recipient<'a>(data: &'a Value, award: Option<&'a DanhHieu>, at: (usize, usize, usize)) -> Recipient<'a> {
    let ten = data["ten"].as_str().unwrap_or_default();
    let identity = data["dinh_danh"]
        .as_str()
        .map(|text| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase())
        .filter(|text| !text.is_empty());
    Recipient {
        data,
        loai: loai(data),
        ten,
        award,
        name: fold_key(ten),
        unit: fold_key(data["don_vi"].as_str().unwrap_or_default()),
        identity,
        at,
    }
}

fn read_award<'a>(data: &'a Value, law: &'a Law, at: (usize, usize), pointer: String) -> Given<'a> {
    let hinh_thuc = data["hinh_thuc"].as_str().unwrap_or_default();
    let meant = Loai::ALL.map(|loai| law.award_for(hinh_thuc, loai));
    let people = list(&data["doi_tuong"])
        .enumerate()
        .map(|(index, one)| read_recipient(one, meant[loai(one) as usize], (at.0, at.1, index)))
        .collect();
    Given { data, pointer, hinh_thuc, people }
}

fn loai(data: &Value) -> Loai {
    data["loai"].as_str().and_then(Loai::parse).unwrap_or(Loai::CaNhan)
}

/// The template stated, or the one that fits: titles with their years are recognised, all else is given.
fn template(data: &Value, awards: &[Given<'_>]) -> &'static str {
    match data["mau"].as_str() {
        Some("quyet_dinh_cong_nhan") => "quyet_dinh_cong_nhan",
        Some(_) => "quyet_dinh",
        None => {
            let own_words = ["dieu", "phu_luc"].iter().any(|key| data.get(key).is_some());
            let titles = awards.iter().all(|given| {
                given.data.get("nam_xet").is_some()
                    && given.people.iter().all(|one| one.award.is_some_and(|award| award.nhom == Nhom::DanhHieu))
            });
            if titles && !own_words { "quyet_dinh_cong_nhan" } else { "quyet_dinh" }
        }
    }
}
