//! The data of every document that follows from the decisions.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::law::{Loai, Nhom};
use super::money::{Money, Payment, printed_name};
use super::plan::Planned;
use super::round::{Decision, Given, Recipient, Round, list};
use crate::domain::name::{capitalize_first, fold_key, lower_first};
use crate::domain::tien_thuong::LamTron;

/// Templates of certificates.
pub const CERTIFICATES: [&str; 3] = ["giay_khen", "bang_khen", "giay_chung_nhan"];

/// An abstract longer than this is no heading any more, characters.
const LONGEST_PURPOSE: usize = 220;

/// Folder of a template's documents.
pub fn folder(template: &str) -> &'static str {
    match template {
        "to_trinh" => "Tờ trình",
        "bien_ban" => "Biên bản",
        "danh_sach_chi_thuong" => "Danh sách chi thưởng",
        "giay_khen" => "Giấy khen",
        "bang_khen" => "Bằng khen",
        "giay_chung_nhan" => "Bằng chứng nhận",
        _ => "Quyết định",
    }
}

/// A document that stands for the whole round or one decision.
fn whole(template: &str, data: Value, pointer: &str) -> Planned {
    Planned {
        template: template.to_owned(),
        data,
        folder: folder(template).to_owned(),
        group: String::new(),
        person: String::new(),
        pointer: pointer.to_owned(),
    }
}

/// The decisions themselves.
pub fn decisions(round: &Round<'_>) -> Vec<Planned> {
    round.decisions.iter().map(|one| whole(one.template, decision(one), &one.pointer)).collect()
}

fn decision(one: &Decision<'_>) -> Value {
    let mut data = one.data.clone();
    if let Some(map) = data.as_object_mut() {
        map.shift_remove("mau");
        map.shift_remove("cap");
    }
    if one.template == "quyet_dinh"
        && let Some(awards) = data["khen_thuong"].as_array_mut()
    {
        // This template has no key for the year of a title: it stands in the title's name.
        for award in awards.iter_mut().filter_map(Value::as_object_mut) {
            if let (Some(year), Some(Value::String(name))) = (award.shift_remove("nam_xet"), award.get_mut("hinh_thuc"))
            {
                let year = year_text(&year);
                if !name.contains(&year) {
                    *name = format!("{name} {}", year_words(&year));
                }
            }
        }
    }
    data
}

/// The submission: the whole round asked for.
pub fn submission(round: &Round<'_>) -> Planned {
    let mut data = own(round, "to_trinh");
    let first = &round.decisions[0];
    if !data.contains_key("kinh_gui") {
        data.insert("kinh_gui".into(), json!([first.data["tham_quyen"]]));
    }
    if !data.contains_key("tham_quyen") {
        data.insert("tham_quyen".into(), first.data["tham_quyen"].clone());
    }
    if !data.contains_key("trich_yeu")
        && let Some(purpose) = purpose(round)
    {
        data.insert("trich_yeu".into(), json!(format!("Về việc đề nghị {purpose}")));
    }
    let minutes = &round.input["bien_ban"];
    if !data.contains_key("hop_hoi_dong")
        && let Some(day) = minutes["thoi_gian"]["bat_dau"].as_str().and_then(|text| text.get(..10))
    {
        let mut meeting = Map::new();
        if minutes["hoi_dong"].is_string() {
            meeting.insert("ten".into(), minutes["hoi_dong"].clone());
        }
        meeting.insert("ngay".into(), json!(day));
        meeting.insert("bien_ban".into(), pick(minutes, &["so", "ky_hieu"]));
        data.insert("hop_hoi_dong".into(), Value::Object(meeting));
    }
    let awards = asked(round).map(|(mut award, people)| {
        award.insert("doi_tuong".into(), people.iter().map(|one| one.data.clone()).collect());
        Value::Object(award)
    });
    data.insert("khen_thuong".into(), awards.collect());
    whole("to_trinh", Value::Object(data), "/to_trinh")
}

/// What the decisions are about, for the abstracts of the documents before them: `công nhận danh hiệu thi đua năm 2020 và
/// tặng Giấy khen …`, or the dossier's name where that is too long. None where neither says it: the template's words stand.
fn purpose(round: &Round<'_>) -> Option<String> {
    let own = round.decisions.iter().map(|decision| {
        let text = decision.data["trich_yeu"].as_str()?.trim().trim_end_matches(['.', ';', ',']);
        let rest = ["Về việc ", "về việc ", "V/v "].into_iter().find_map(|start| text.strip_prefix(start));
        Some(lower_first(rest.unwrap_or(text)))
    });
    let own: Option<Vec<String>> = own.collect();
    if let Some((last, first)) = own.as_deref().and_then(<[String]>::split_last) {
        let joined = if first.is_empty() { last.clone() } else { format!("{} và {last}", first.join(", ")) };
        if joined.chars().count() <= LONGEST_PURPOSE {
            return Some(joined);
        }
    }
    let title = lower_first(round.input["ten"].as_str()?);
    title.starts_with("khen thưởng").then_some(title)
}

/// Names of councils without the place, which the agency above tells already.
const COUNCIL: [&str; 1] = ["Hội đồng Thi đua - Khen thưởng"];

/// The minutes: everyone voted on, with the votes stated.
pub fn minutes(round: &Round<'_>) -> Planned {
    let mut data = own(round, "bien_ban");
    let first = &round.decisions[0];
    if !data.contains_key("co_quan") {
        // The council issues its minutes (Mẫu 1.9); whose it is stands above it.
        let mut agency = first.data["co_quan"].clone();
        if let Some(council) = data.get("hoi_dong").and_then(Value::as_str) {
            agency["chu_quan"] = agency["ten"].take();
            agency["ten"] = json!(COUNCIL.into_iter().find(|name| council.starts_with(name)).unwrap_or(council));
        }
        data.insert("co_quan".into(), agency);
    }
    if !data.contains_key("tham_quyen") {
        data.insert("tham_quyen".into(), first.data["tham_quyen"].clone());
    }
    if !data.contains_key("trich_yeu")
        && let Some(purpose) = purpose(round)
    {
        let council = data.get("hoi_dong").and_then(Value::as_str).unwrap_or("Hội đồng Thi đua - Khen thưởng");
        data.insert("trich_yeu".into(), json!(format!("Họp {council} xét, đề nghị {purpose}")));
    }
    let common = data.shift_remove("phieu").unwrap_or_default();
    let apart = data.shift_remove("phieu_rieng").unwrap_or_default();
    if !data.contains_key("khen_thuong") {
        let votes = Votes::read(round, &apart);
        let awards = asked(round).map(|(mut award, people)| {
            let people = people.iter().map(|one| {
                let mut data = one.data.clone();
                if let (Some(map), Value::Object(votes)) = (data.as_object_mut(), votes.of(one).unwrap_or(&common)) {
                    map.extend(votes.clone());
                }
                data
            });
            award.insert("doi_tuong".into(), people.collect());
            Value::Object(award)
        });
        data.insert("khen_thuong".into(), awards.collect());
    }
    whole("bien_ban", Value::Object(data), "/bien_ban")
}

/// Votes that differ from those of all others.
pub struct Votes<'a> {
    by_name: HashMap<String, Vec<&'a Value>>,
    awards: HashMap<&'a str, Vec<Option<&'a str>>>,
}

impl<'a> Votes<'a> {
    /// Of the list `phieu_rieng`.
    pub fn read(round: &'a Round<'_>, apart: &'a Value) -> Self {
        let mut votes = Self { by_name: HashMap::new(), awards: HashMap::new() };
        for one in list(apart) {
            votes.by_name.entry(fold_key(one["ten"].as_str().unwrap_or_default())).or_default().push(one);
            if let Some(text) = one["hinh_thuc"].as_str() {
                let meant = Loai::ALL.map(|loai| round.law.award_for(text, loai).map(|award| award.ma.as_str()));
                votes.awards.insert(text, meant.to_vec());
            }
        }
        votes
    }

    /// Whether an entry means a recipient.
    pub fn means(&self, entry: &Value, who: &Recipient<'_>) -> bool {
        let unit = entry["don_vi"].as_str().is_none_or(|unit| fold_key(unit) == who.unit);
        let award = entry["hinh_thuc"].as_str().is_none_or(|text| {
            let wanted = who.award.map(|award| award.ma.as_str());
            wanted.is_some() && self.awards.get(text).is_some_and(|meant| meant.contains(&wanted))
        });
        unit && award && fold_key(entry["ten"].as_str().unwrap_or_default()) == who.name
    }

    /// The votes on a recipient, where they are apart.
    fn of(&self, who: &Recipient<'_>) -> Option<&'a Value> {
        let entries = self.by_name.get(&who.name)?;
        entries.iter().find(|entry| self.means(entry, who)).map(|entry| &entry["phieu"])
    }
}

/// The payment list of a decision; none where nobody is paid by it.
pub fn payment(round: &Round<'_>, decision: &Decision<'_>, payment: &Payment<'_>) -> Option<Planned> {
    let (wage, entry) = payment.wage?;
    if payment.groups.is_empty() {
        return None;
    }
    let mut data = own(round, "chi_thuong");
    for key in ["co_quan", "nguoi_ky"] {
        if !data.contains_key(key) {
            data.insert(key.into(), decision.data[key].clone());
        }
    }
    let mut reference = pick(decision.data, &["so", "ky_hieu", "ngay", "nam"]);
    reference["cua"] = decision.data["tham_quyen"].clone();
    data.insert("quyet_dinh".into(), reference);
    data.insert("luong_co_so".into(), json!(wage));
    data.entry("luong_co_so_can_cu").or_insert_with(|| json!(entry.van_ban));
    data.entry("lam_tron").or_insert_with(|| json!(LamTron::default().name()));
    let groups = payment.groups.iter().map(|group| {
        json!({
            "hinh_thuc": group.hinh_thuc,
            "loai": group.loai,
            "he_so": f64::from(group.he_so.thousandths()) / 1000.0,
            "so_tien": group.muc,
            "doi_tuong": group.people.iter().map(|one| one.data).collect::<Vec<_>>(),
        })
    });
    data.insert("chi_thuong".into(), groups.collect());
    Some(whole("danh_sach_chi_thuong", Value::Object(data), &decision.pointer))
}

/// Payment lists of all decisions.
pub fn payments(round: &Round<'_>, money: &Money<'_>) -> Vec<Planned> {
    round.decisions.iter().zip(&money.payments).filter_map(|(one, paid)| payment(round, one, paid)).collect()
}

/// The template of a recipient's certificate: the law's, or the one that was asked for by name.
pub fn certificate_template(round: &Round<'_>, who: &Recipient<'_>) -> Option<&'static str> {
    let award = who.award?;
    CERTIFICATES.into_iter().find(|template| match round.input[*template]["cho"].as_array() {
        Some(wanted) => wanted.iter().any(|one| *one == award.ma),
        None => award.chung_nhan.as_deref() == Some(*template),
    })
}

/// Every certificate wanted, in the order of the decisions.
pub fn certificates(round: &Round<'_>, wanted: impl Fn(&str) -> bool) -> Vec<Planned> {
    let units = Units::of(round);
    let mut next: HashMap<&str, u64> = CERTIFICATES
        .into_iter()
        .filter_map(|template| Some((template, round.input[template]["so_so_vang_tu"].as_u64()?)))
        .collect();
    let mut out = Vec::new();
    for who in round.people() {
        let Some(template) = certificate_template(round, who).filter(|template| wanted(template)) else { continue };
        let number = match (who.text("so_bang"), next.get_mut(template)) {
            (Some(own), _) => Some(own.to_owned()),
            (None, Some(next)) => {
                *next += 1;
                Some((*next - 1).to_string())
            }
            (None, None) => None,
        };
        out.push(Planned {
            template: template.to_owned(),
            data: certificate(round, who, template, number),
            folder: folder(template).to_owned(),
            group: units.group(who),
            person: who.ten.to_owned(),
            pointer: round.pointer(who),
        });
    }
    out
}

fn certificate(round: &Round<'_>, who: &Recipient<'_>, template: &str, number: Option<String>) -> Value {
    let decision = round.decision(who).data;
    let given = round.given(who);
    let mut data = own(round, template);
    for key in ["so_so_vang_tu", "cho"] {
        data.shift_remove(key);
    }
    for key in ["co_quan", "tham_quyen", "nguoi_ky"] {
        if !data.contains_key(key) {
            data.insert(key.into(), decision[key].clone());
        }
    }
    data.insert("quyet_dinh".into(), pick(decision, &["so", "ky_hieu", "ngay", "nam"]));
    let mut person = who.data.clone();
    if let Some(text) = who.text("thanh_tich") {
        person["thanh_tich"] = json!(achievement(text));
    }
    data.insert("doi_tuong".into(), person);
    if !data.contains_key("thanh_tich")
        && let Some(text) = given.data["thanh_tich"].as_str()
    {
        data.insert("thanh_tich".into(), json!(achievement(text)));
    }
    if let Some(number) = number {
        data.insert("so_so_vang".into(), json!(number));
    }
    if template == "giay_chung_nhan"
        && let Some(award) = who.award
    {
        let name = printed_name(given.hinh_thuc, Some(award), round.law.award(given.hinh_thuc));
        data.insert("danh_hieu".into(), json!(name));
        if let Some(year) = given.data.get("nam_xet") {
            data.insert("nam_danh_hieu".into(), json!(year_text(year)));
        }
        if award.chung_nhan.is_none() {
            data.insert("ngoai_luat".into(), json!(true));
        }
    }
    Value::Object(data)
}

/// `thành tích xuất sắc trong …` as a certificate says it: `Đã có thành tích xuất sắc trong …`.
fn achievement(text: &str) -> String {
    let text = text.trim().trim_end_matches(['.', ';', ',', '/', ' ']);
    if text.to_lowercase().starts_with("đã ") {
        capitalize_first(text)
    } else {
        format!("Đã có {}", lower_first(text))
    }
}

/// Awards as they are asked for: by their right names, each kind's own, without what only a decision knows.
fn asked<'r>(round: &'r Round<'_>) -> impl Iterator<Item = (Map<String, Value>, Vec<&'r Recipient<'r>>)> {
    round.decisions.iter().flat_map(|decision| &decision.awards).flat_map(|given| {
        let mut parts: Vec<(String, Vec<&Recipient<'_>>)> = Vec::new();
        for who in &given.people {
            let name = printed_name(given.hinh_thuc, who.award, round.law.award(given.hinh_thuc));
            match parts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, people)) => people.push(who),
                None => parts.push((name, vec![who])),
            }
        }
        parts.into_iter().map(|(name, people)| (asked_award(given, name, &people), people))
    })
}

fn asked_award(given: &Given<'_>, name: String, people: &[&Recipient<'_>]) -> Map<String, Value> {
    let mut award = Map::new();
    award.insert("hinh_thuc".into(), json!(name));
    for key in ["loai", "thanh_tich", "dip"] {
        if let Some(value) = given.data.get(key) {
            award.insert(key.into(), value.clone());
        }
    }
    let title = people.first().and_then(|one| one.award).is_some_and(|award| award.nhom == Nhom::DanhHieu);
    if !award.contains_key("thanh_tich")
        && title
        && let Some(year) = given.data.get("nam_xet")
    {
        award.insert(
            "thanh_tich".into(),
            json!(format!("thành tích trong phong trào thi đua {}", year_words(&year_text(year)))),
        );
    }
    award
}

/// Units as certificates are handed out: a collective belongs to itself where its people are among the recipients.
struct Units<'r> {
    spelled: HashMap<&'r str, &'r str>,
}

impl<'r> Units<'r> {
    fn of(round: &'r Round<'_>) -> Self {
        let mut spelled = HashMap::new();
        for who in round.people().filter(|who| who.loai != Loai::TapThe) {
            if let Some(unit) = who.text("don_vi") {
                spelled.entry(who.unit.as_str()).or_insert(unit);
            }
        }
        Self { spelled }
    }

    fn group(&self, who: &Recipient<'_>) -> String {
        let own = (who.loai == Loai::TapThe).then(|| self.spelled.get(who.name.as_str())).flatten();
        let unit = own.or_else(|| self.spelled.get(who.unit.as_str())).copied();
        unit.or_else(|| who.text("don_vi")).unwrap_or(who.ten).to_owned()
    }
}

/// What the input says of one document.
fn own(round: &Round<'_>, key: &str) -> Map<String, Value> {
    round.input[key].as_object().cloned().unwrap_or_default()
}

/// Some keys of an object, those that are there.
fn pick(from: &Value, keys: &[&str]) -> Value {
    let pairs = keys.iter().filter_map(|key| Some(((*key).to_owned(), from.get(*key)?.clone())));
    Value::Object(pairs.collect())
}

/// `2020`, `2019-2020`.
fn year_text(year: &Value) -> String {
    year.as_str().map_or_else(|| year.to_string(), str::to_owned)
}

/// `năm 2020`, `năm học 2019-2020`.
fn year_words(year: &str) -> String {
    if year.contains('-') { format!("năm học {year}") } else { format!("năm {year}") }
}
