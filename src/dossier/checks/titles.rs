//! Titles: whom they are for, what they presuppose, how many there may be.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Scene, Told, confirm_hint};
use crate::domain::name::fold_key;
use crate::domain::number;
use crate::dossier::law::{Answer, DinhMuc, Kieu, Loai};
use crate::dossier::round::{Index, Recipient, list, read_recipient};

/// Titles presupposed: the first may only be had with the second.
const PRESUPPOSED: [(&str, &str); 1] = [("cstd_co_so", "ldtt")];

/// An award nobody knows.
pub fn unknown(scene: &Scene<'_>, told: &mut Told<'_>) {
    for given in scene.round.decisions.iter().flat_map(|decision| &decision.awards) {
        if scene.round.law.award(given.hinh_thuc).is_none() {
            let text = given.hinh_thuc;
            told.say(
                format!("{}/hinh_thuc", given.pointer),
                format!("không nhận ra danh hiệu, hình thức `{text}`: không có bằng, giấy, không tính tiền thưởng, không xét thẩm quyền"),
                format!("the award `{text}` is not known: no certificate, no prize, authority not judged"),
            )
            .hint("viết đúng tên trong luật, ví dụ `Giấy khen`, `danh hiệu “Lao động tiên tiến”`", "write its name as in the law, such as `Giấy khen`");
        }
    }
}

/// A title that is not for this kind of recipient.
pub fn wrong_kind(scene: &Scene<'_>, told: &mut Told<'_>) {
    for who in scene.round.people() {
        if let Some(award) = who.award.filter(|award| !award.doi_tuong.contains(&who.loai)) {
            let (ten, award, vi, en) = (who.ten, &award.ten, who.loai.vi(), who.loai.en());
            told.say(
                format!("{}/loai", scene.round.pointer(who)),
                format!("`{ten}`: {award} không dành cho {vi}"),
                format!("`{ten}`: {award} is not for {en}"),
            );
        }
    }
}

/// Those known by name to hold a title by an earlier decision, and how many more are known only by number.
struct Before<'r> {
    people: Vec<Recipient<'r>>,
    uncounted: u64,
}

fn before<'r>(scene: &Scene<'r>, ma: &str) -> Before<'r> {
    let mut found = Before { people: Vec::new(), uncounted: 0 };
    for entry in list(&scene.round.input["da_co"]) {
        let text = entry["hinh_thuc"].as_str().unwrap_or_default();
        let of = |loai| scene.round.law.award_for(text, loai).filter(|award| award.ma == ma);
        let named: Vec<&Value> = list(&entry["doi_tuong"]).collect();
        let people = named.iter().map(|one| read_recipient(one, of(Loai::CaNhan), (usize::MAX, 0, 0)));
        let people: Vec<Recipient<'_>> = people.filter(|one| one.award.is_some()).collect();
        if of(Loai::CaNhan).is_some() {
            let stated = entry["so_luong"].as_u64().unwrap_or(0);
            found.uncounted += stated.saturating_sub(people.len() as u64);
        }
        found.people.extend(people);
    }
    found
}

/// `Chiến sĩ thi đua cơ sở` who is not `Lao động tiên tiến`.
pub fn presupposed(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_lacking(scene, |who, lower, countable| {
        if countable {
            return;
        }
        let (ten, lower) = (who.ten, lower.to_owned());
        let hints = told.say(
            scene.round.pointer(who),
            format!("`{ten}` không có trong danh sách {lower} của đợt này"),
            format!("`{ten}` is not in this round's list of {lower}"),
        );
        hints.hint(
            "thêm vào danh sách đó, hoặc ghi quyết định đã công nhận trong `da_co`; tên, đơn vị hoặc `dinh_danh` phải giống nhau ở hai danh sách",
            "add the person to that list, or state the earlier decision in `da_co`; name, unit or `dinh_danh` must be the same in both lists",
        );
    });
}

/// The same where an earlier decision is known only by its number of persons.
pub fn not_compared(scene: &Scene<'_>, told: &mut Told<'_>) {
    let mut many: BTreeMap<String, (usize, String)> = BTreeMap::new();
    each_lacking(scene, |who, lower, countable| {
        if countable {
            many.entry(lower.to_owned()).or_insert_with(|| (0, scene.round.pointer(who))).0 += 1;
        }
    });
    for (lower, (count, pointer)) in many {
        told.say(
            pointer,
            format!("{count} người không đối chiếu được với danh sách {lower}: `da_co` chỉ ghi số lượng"),
            format!("{count} persons cannot be compared with the list of {lower}: `da_co` tells only a number"),
        )
        .hint("ghi `doi_tuong` trong `da_co`", "give `doi_tuong` in `da_co`");
    }
}

fn each_lacking(scene: &Scene<'_>, mut found: impl FnMut(&Recipient<'_>, &str, bool)) {
    for (higher, lower) in PRESUPPOSED {
        let earlier = before(scene, lower);
        let index = Index::of(scene.round.holders(lower).chain(&earlier.people));
        let name = scene.round.law.award_of(lower).map_or(lower, |award| award.ten.as_str());
        for who in scene.round.holders(higher) {
            if index.same(who).is_empty() {
                found(who, name, earlier.uncounted > 0);
            }
        }
    }
}

/// Quotas that are certain or confirmed.
pub fn quota(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_quota(scene, |rule, answer, many, base, pointer| {
        let Some(percent) = answer.known() else { return };
        // In whole numbers of a hundredth of a percent: 15 % of 533 is 79.95, so 80 is too many.
        let most = (percent * 100.0).round() as u64 * base as u64;
        if many as u64 * 10_000 > most {
            let share = share(many as u64, base as u64);
            let most = number::percent(*percent).unwrap_or_default();
            let room = (percent * base as f64 / 100.0).floor();
            told.say(
                pointer,
                format!(
                    "{} trên {} là {share}, quá {most}: {} ({})",
                    number::count(many as i64),
                    number::count(base as i64),
                    rule.noi_dung,
                    rule.nguon
                ),
                format!("{many} of {base} is {share}, above {most} ({})", rule.nguon),
            )
            .hint(
                format!("nhiều nhất {room} người; nếu các danh sách khác của năm chưa có ở đây thì ghi trong `da_co`"),
                format!("at most {room} persons; state other lists of the year in `da_co`"),
            );
        }
    });
}

/// Quotas nobody confirmed: the share is told.
pub fn open_quota(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_quota(scene, |rule, answer, many, base, pointer| {
        if let Answer::Unconfirmed { id, candidates, why } = answer {
            let share = share(many as u64, base as u64);
            let hints = told.say(
                pointer,
                format!(
                    "tỷ lệ {share} ({many} trên {base}) chưa xét được: {}, chưa có xác nhận ({why})",
                    rule.noi_dung
                ),
                format!("the share {share} ({many} of {base}) is not judged: the quota is not confirmed"),
            );
            confirm_hint(hints, id, candidates);
        }
    });
}

fn each_quota(scene: &Scene<'_>, mut found: impl FnMut(&DinhMuc, &Answer<f64>, usize, usize, String)) {
    let Some(date) = scene.round.decisions.iter().filter_map(|decision| decision.date).max() else { return };
    for (rule, answer) in scene.round.law.quotas(date, scene.confirmed).filter(|(rule, _)| rule.kieu == Kieu::ToiDa) {
        let holders: Vec<&Recipient<'_>> = scene.round.holders(&rule.danh_hieu).collect();
        let Some(first) = holders.first() else { continue };
        let earlier = before(scene, &rule.tren);
        let base = scene.round.holders(&rule.tren).count()
            + earlier.people.len()
            + usize::try_from(earlier.uncounted).unwrap_or(usize::MAX / 2);
        let many = holders.len() + before(scene, &rule.danh_hieu).people.len();
        // Without a list to measure by, that is told by the rule on presupposed titles.
        if base > 0 {
            found(rule, &answer, many, base, scene.round.given(first).pointer.clone());
        }
    }
}

/// Share of a collective's people who hold the title, where the number of its people is told.
pub fn collective_share(scene: &Scene<'_>, told: &mut Told<'_>) {
    let Some(date) = scene.round.decisions.iter().filter_map(|decision| decision.date).max() else { return };
    let sizes: HashMap<String, u64> = list(&scene.round.input["so_lieu"]["bien_che"])
        .filter_map(|one| Some((fold_key(one["don_vi"].as_str()?), one["so_nguoi"].as_u64()?)))
        .collect();
    if sizes.is_empty() {
        return;
    }
    for (rule, answer) in
        scene.round.law.quotas(date, scene.confirmed).filter(|(rule, _)| rule.kieu == Kieu::TapTheToiThieu)
    {
        let Some(percent) = answer.known() else { continue };
        let earlier = before(scene, &rule.tren);
        let mut by_unit: HashMap<&str, u64> = HashMap::new();
        for one in scene.round.holders(&rule.tren).chain(&earlier.people) {
            *by_unit.entry(one.unit.as_str()).or_default() += 1;
        }
        for who in scene.round.holders(&rule.danh_hieu) {
            let Some(size) = sizes.get(&who.name) else { continue };
            let many = by_unit.get(who.name.as_str()).copied().unwrap_or(0);
            if ((many * 10_000) as f64) < percent * 100.0 * (*size as f64) {
                let share = share(many, *size);
                let ten = who.ten;
                told.say(
                    scene.round.pointer(who),
                    format!("`{ten}`: {many} trên {size} người, {share}; {} ({})", rule.noi_dung, rule.nguon),
                    format!(
                        "`{ten}`: {many} of {size} people, {share}; at least {percent} % is asked ({})",
                        rule.nguon
                    ),
                );
            }
        }
    }
}

/// A share in percent with two decimals at most.
fn share(many: u64, of: u64) -> String {
    let hundredths = (many as f64 * 10_000.0 / of.max(1) as f64).round();
    number::percent(hundredths / 100.0).unwrap_or_default()
}
