//! Days, years and numbers of the documents of a round.

use std::collections::HashMap;

use serde_json::Value;

use super::{Scene, Told};
use crate::domain::date::Date;
use crate::domain::so_ky_hieu::{self, SoKyHieu};
use crate::dossier::documents::certificate_template;
use crate::dossier::law::words;
use crate::dossier::round::list;

fn day(value: &Value) -> Option<Date> {
    value.as_str().and_then(|text| Date::parse(text.get(..10)?).ok())
}

/// No day, so no law to choose.
pub fn no_day(scene: &Scene<'_>, told: &mut Told<'_>) {
    for decision in scene.round.decisions.iter().filter(|decision| decision.date.is_none()) {
        told.say(
            format!("{}/ngay", decision.pointer),
            "quyết định chưa có ngày: chưa xét được căn cứ, thẩm quyền, định mức và tiền thưởng",
            "the decision has no day: legal bases, authority, quotas and prizes cannot be judged",
        )
        .hint(
            "ghi `ngay_du_kien` của hồ sơ để xét theo ngày dự kiến ký",
            "state the dossier's `ngay_du_kien`, the day it is expected to be signed",
        );
    }
}

/// Minutes, then submission, then decision.
pub fn order(scene: &Scene<'_>, told: &mut Told<'_>) {
    let input = scene.round.input;
    let asked = day(&input["to_trinh"]["ngay"]);
    let met = day(&input["bien_ban"]["thoi_gian"]["bat_dau"]);
    for decision in &scene.round.decisions {
        let Some(signed) = decision.signed() else { continue };
        for (earlier, vi, en) in
            [(asked, "Tờ trình", "the submission"), (met, "cuộc họp Hội đồng", "the council's meeting")]
        {
            if let Some(earlier) = earlier.filter(|earlier| signed < *earlier) {
                let (a, b) = (signed.short(), earlier.short());
                told.say(
                    format!("{}/ngay", decision.pointer),
                    format!("quyết định ký ngày {a}, trước {vi} ngày {b}"),
                    format!("the decision is of {a}, before {en} of {b}"),
                );
            }
        }
    }
    if let (Some(asked), Some(met)) = (asked, met)
        && asked < met
    {
        let (a, b) = (asked.short(), met.short());
        told.say(
            "/to_trinh/ngay",
            format!("Tờ trình ký ngày {a}, trước cuộc họp Hội đồng ngày {b}"),
            format!("the submission is of {a}, before the council's meeting of {b}"),
        );
    }
}

/// Years that contradict each other.
pub fn years(scene: &Scene<'_>, told: &mut Told<'_>) {
    for decision in &scene.round.decisions {
        let stated = decision.data["nam"].as_i64();
        if let (Some(signed), Some(nam)) = (decision.signed(), stated)
            && i64::from(signed.year) != nam
        {
            told.say(
                format!("{}/nam", decision.pointer),
                format!("`nam` là {nam}, `ngay` thuộc năm {}", signed.year),
                format!("`nam` is {nam}, `ngay` is in {}", signed.year),
            );
        }
        let Some(date) = decision.date else { continue };
        for given in &decision.awards {
            let year = match &given.data["nam_xet"] {
                Value::Number(year) => year.as_i64(),
                Value::String(text) => text.split('-').next_back().and_then(|year| year.parse().ok()),
                _ => None,
            };
            if let Some(year) = year.filter(|year| *year > i64::from(date.year)) {
                told.say(
                    format!("{}/nam_xet", given.pointer),
                    format!("năm xét {year} sau năm của quyết định, {}", date.year),
                    format!("the year {year} is after the decision's, {}", date.year),
                );
            }
        }
    }
}

/// Two decisions, or two certificates, of one number.
pub fn numbers(scene: &Scene<'_>, told: &mut Told<'_>) {
    let mut decisions: HashMap<(u64, &str, i64), &str> = HashMap::new();
    for decision in &scene.round.decisions {
        let year = decision.signed().map(|day| i64::from(day.year)).or(decision.data["nam"].as_i64()).unwrap_or(0);
        let (Some(so), Some(symbol)) = (decision.data["so"].as_u64(), decision.data["ky_hieu"].as_str()) else {
            continue;
        };
        if let Some(other) = decisions.insert((so, symbol, year), &decision.pointer) {
            told.say(
                format!("{}/so", decision.pointer),
                format!("số {so}/{symbol} đã dùng tại `{other}`"),
                format!("number {so}/{symbol} is used at `{other}`"),
            );
        }
    }
    let mut series: HashMap<&str, u64> = HashMap::new();
    let mut taken: HashMap<(&str, String), String> = HashMap::new();
    for who in scene.round.people() {
        let Some(template) = certificate_template(scene.round, who) else { continue };
        let number = match who.text("so_bang") {
            Some(own) => own.to_owned(),
            None => {
                let Some(first) = scene.round.input[template]["so_so_vang_tu"].as_u64() else { continue };
                let next = series.entry(template).or_insert(first);
                *next += 1;
                (*next - 1).to_string()
            }
        };
        let pointer = scene.round.pointer(who);
        if let Some(other) = taken.get(&(template, number.clone())) {
            told.say(
                format!("{pointer}/so_bang"),
                format!("số sổ vàng `{number}` đã dùng cho `{other}`"),
                format!("the number `{number}` of the register is used for `{other}`"),
            );
        } else {
            taken.insert((template, number), pointer);
        }
    }
}

/// A legal text's number, with a year in it, on an individual document.
pub fn legal_numbers(scene: &Scene<'_>, told: &mut Told<'_>) {
    let mut judge = |pointer: String, text: &str, kinds: &[&str]| {
        for found in words::numbers(text).filter(|found| found.is_qppl() && of_kind(found, kinds)) {
            told.say(
                pointer.clone(),
                format!("`{found}` có năm trong số, là cách đánh số của văn bản quy phạm pháp luật; văn bản cá biệt không có năm"),
                format!("`{found}` carries a year, as legal texts do; an individual document's number does not"),
            );
        }
    };
    for decision in &scene.round.decisions {
        let text = decision.data["de_nghi"].as_str().unwrap_or_default();
        judge(format!("{}/de_nghi", decision.pointer), text, &["TTr", "BB"]);
    }
    for (at, entry) in list(&scene.round.input["da_co"]).enumerate() {
        judge(format!("/da_co/{at}/quyet_dinh"), entry["quyet_dinh"].as_str().unwrap_or_default(), &["QĐ"]);
    }
}

fn of_kind(found: &SoKyHieu, kinds: &[&str]) -> bool {
    found.ky_hieu.split('-').next().is_some_and(|kind| kinds.contains(&kind))
}

/// The submission named in the decision is not the dossier's.
pub fn other_submission(scene: &Scene<'_>, told: &mut Told<'_>) {
    let submission = &scene.round.input["to_trinh"];
    let (Some(so), Some(symbol)) =
        (submission["so"].as_u64().and_then(|so| u32::try_from(so).ok()), submission["ky_hieu"].as_str())
    else {
        return;
    };
    for decision in &scene.round.decisions {
        let Some(text) = decision.data["de_nghi"].as_str() else { continue };
        let named: Vec<SoKyHieu> = words::numbers(text).filter(|one| of_kind(one, &["TTr"])).collect();
        let pointer = format!("{}/de_nghi", decision.pointer);
        let right = so_ky_hieu::format(Some(so), symbol);
        if !named.is_empty() && !named.iter().any(|one| one.so == so && one.ky_hieu == symbol) {
            let found = named[0].to_string();
            told.say(
                pointer,
                format!("đề nghị dẫn Tờ trình số {found}, hồ sơ có Tờ trình số {right}"),
                format!("the proposal names submission {found}, the dossier holds {right}"),
            );
        } else if let (Some(said), Some(asked)) = (words::first_date(text), day(&submission["ngay"]))
            && !named.is_empty()
            && said != asked
        {
            let (a, b) = (said.short(), asked.short());
            told.say(
                pointer,
                format!("đề nghị dẫn Tờ trình ngày {a}, Tờ trình của hồ sơ ký ngày {b}"),
                format!("the proposal names a submission of {a}, the dossier's is of {b}"),
            );
        }
    }
}
