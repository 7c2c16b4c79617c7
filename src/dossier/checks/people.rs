//! Recipients: listed twice, one identity with two names, one name in two forms, several awards.

use std::collections::HashMap;

use super::{Scene, Told};
use crate::domain::name::fold_key;
use crate::dossier::law::Nhom;
use crate::dossier::round::{Index, Recipient, Round};

/// Recipients of one award, whatever decision or entry they stand in: a title of one year, a form for one achievement.
fn lists<'r>(round: &'r Round<'r>) -> Vec<Vec<&'r Recipient<'r>>> {
    let mut order: Vec<Vec<&Recipient<'_>>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut words: HashMap<*const serde_json::Value, String> = HashMap::new();
    for who in round.people() {
        let given = round.given(who);
        let entry = words
            .entry(std::ptr::from_ref(given.data))
            .or_insert_with(|| fold_key(given.data["thanh_tich"].as_str().unwrap_or_default()));
        let key = match who.award {
            Some(award) if award.nhom == Nhom::DanhHieu => format!("{}|{}", award.ma, given.data["nam_xet"]),
            Some(award) => format!("{}|{}", award.ma, who.text("thanh_tich").map_or_else(|| entry.clone(), fold_key)),
            None => given.pointer.clone(),
        };
        let at = *places.entry(key).or_insert_with(|| {
            order.push(Vec::new());
            order.len() - 1
        });
        order[at].push(who);
    }
    order
}

/// Equal identity, or everything printed equal and no identity to tell them apart.
pub fn twice(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_pair(scene.round, |first, again| {
        let alike = same_identity(first, again) || (same_words(first, again) && !two_identities(first, again));
        if alike {
            let (ten, other) = (again.ten, scene.round.pointer(first));
            told.say(
                scene.round.pointer(again),
                format!("`{ten}` đã có trong danh sách của khen thưởng này, tại `{other}`"),
                format!("`{ten}` is already listed for this award, at `{other}`"),
            )
            .hint(
                "bỏ một dòng; nếu là hai người thì ghi `dinh_danh` khác nhau",
                "remove one; give different `dinh_danh` if they are two",
            );
        }
    });
}

/// Equal name and unit, and something that may tell them apart.
pub fn perhaps_twice(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_pair(scene.round, |first, again| {
        let sure = same_identity(first, again) || (same_words(first, again) && !two_identities(first, again));
        let names = first.name == again.name && first.unit == again.unit;
        if !sure && names {
            let (ten, other) = (again.ten, scene.round.pointer(first));
            let (vi, en) = if two_identities(first, again) {
                ("hai số định danh khác nhau", "two identity numbers")
            } else {
                ("chức vụ hoặc danh xưng khác nhau", "another position or form of address")
            };
            told.say(
                scene.round.pointer(again),
                format!("`{ten}` cùng tên, cùng đơn vị với `{other}`, {vi}: một người hay hai người?"),
                format!("`{ten}` has the name and unit of `{other}`, with {en}: one person or two?"),
            );
        }
    });
}

/// Calls with every later recipient and the earlier one it may be, in each list.
fn each_pair<'r>(round: &'r Round<'r>, mut found: impl FnMut(&Recipient<'_>, &Recipient<'_>)) {
    for people in lists(round) {
        let mut identities: HashMap<&str, &Recipient<'_>> = HashMap::new();
        let mut names: HashMap<(&str, &str), &Recipient<'_>> = HashMap::new();
        for who in people {
            let by_identity = who.identity.as_deref().and_then(|identity| identities.get(identity)).copied();
            let by_name = names.get(&(who.name.as_str(), who.unit.as_str())).copied();
            if let Some(first) = by_identity.or(by_name).filter(|first| first.loai == who.loai) {
                found(first, who);
            }
            if let Some(identity) = &who.identity {
                identities.entry(identity).or_insert(who);
            }
            names.entry((&who.name, &who.unit)).or_insert(who);
        }
    }
}

fn same_identity(a: &Recipient<'_>, b: &Recipient<'_>) -> bool {
    a.identity.is_some() && a.identity == b.identity
}

fn two_identities(a: &Recipient<'_>, b: &Recipient<'_>) -> bool {
    a.identity.is_some() && b.identity.is_some() && a.identity != b.identity
}

fn same_words(a: &Recipient<'_>, b: &Recipient<'_>) -> bool {
    let word = |who: &Recipient<'_>, key: &str| fold_key(who.text(key).unwrap_or_default());
    a.name == b.name && a.unit == b.unit && ["chuc_vu", "danh_xung"].iter().all(|key| word(a, key) == word(b, key))
}

/// One identity number, two names.
pub fn two_names(scene: &Scene<'_>, told: &mut Told<'_>) {
    let mut names: HashMap<&str, Vec<&Recipient<'_>>> = HashMap::new();
    for who in scene.round.people() {
        let Some(identity) = &who.identity else { continue };
        let known = names.entry(identity).or_default();
        match known.first() {
            Some(first) if known.iter().all(|one| one.name != who.name) => {
                let (a, b, other) = (first.ten, who.ten, scene.round.pointer(first));
                told.say(
                    format!("{}/dinh_danh", scene.round.pointer(who)),
                    format!("một số định danh, hai tên: `{b}`, và `{a}` tại `{other}`"),
                    format!("one identity number, two names: `{b}`, and `{a}` at `{other}`"),
                );
                known.push(who);
            }
            Some(_) => {}
            None => known.push(who),
        }
    }
}

/// One person's name written in two ways: `Thuý`, `Thúy`.
pub fn two_forms(scene: &Scene<'_>, told: &mut Told<'_>) {
    let mut seen: HashMap<(String, &str), Vec<&Recipient<'_>>> = HashMap::new();
    for who in scene.round.people() {
        let key = match &who.identity {
            Some(identity) => format!("id {identity}"),
            None => format!("{} | {}", who.unit, fold_key(who.text("chuc_vu").unwrap_or_default())),
        };
        let known = seen.entry((key, &who.name)).or_default();
        match known.first() {
            Some(first) if known.iter().all(|one| one.ten != who.ten) => {
                let (a, b, other) = (first.ten, who.ten, scene.round.pointer(first));
                told.say(
                    format!("{}/ten", scene.round.pointer(who)),
                    format!("một tên viết hai cách: `{b}`, và `{a}` tại `{other}`"),
                    format!("one name written in two ways: `{b}`, and `{a}` at `{other}`"),
                )
                .hint("viết như trong giấy tờ tùy thân, ở mọi nơi", "write it as on the identity card, everywhere");
                known.push(who);
            }
            Some(_) => {}
            None => known.push(who),
        }
    }
}

/// Several forms of commendation for one person in one round.
pub fn several(scene: &Scene<'_>, told: &mut Told<'_>) {
    let forms = || scene.round.people().filter(|who| who.award.is_some_and(|award| award.nhom == Nhom::HinhThuc));
    let mut index = Index::default();
    for who in forms() {
        let earlier: Vec<&Recipient<'_>> =
            index.same(who).into_iter().filter(|one| (one.at.0, one.at.1) != (who.at.0, who.at.1)).collect();
        if let Some(first) = earlier.first() {
            let (ten, other) = (who.ten, scene.round.pointer(first));
            let (now, before) = (scene.round.given(who).hinh_thuc, scene.round.given(first).hinh_thuc);
            told.say(
                scene.round.pointer(who),
                format!("`{ten}` được `{now}` ở đây và `{before}` tại `{other}`: mỗi thành tích chỉ khen một lần"),
                format!("`{ten}` gets `{now}` here and `{before}` at `{other}`: one achievement is awarded once"),
            )
            .hint("giữ cả hai nếu là hai thành tích khác nhau", "keep both if they are for different achievements");
        }
        index.add(who);
    }
}
