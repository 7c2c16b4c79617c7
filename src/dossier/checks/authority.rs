//! Authority: does the level exist on that day, may it decide the award, does the right person sign.

use super::{Scene, Told, confirm_hint};
use crate::domain::name::fold_key;
use crate::dossier::law::{May, in_force, words};
use crate::dossier::round::{Decision, Given, Recipient};

/// The level cannot be told from the authority's name.
pub fn no_level(scene: &Scene<'_>, told: &mut Told<'_>) {
    for decision in scene.round.decisions.iter().filter(|decision| decision.cap.is_none()) {
        let name = decision.data["tham_quyen"].as_str().unwrap_or_default();
        told.say(
            format!("{}/tham_quyen", decision.pointer),
            format!("không biết `{name}` thuộc cấp nào: thẩm quyền và mức thưởng theo cấp không xét được"),
            format!("the level of `{name}` is not known: neither authority nor prizes that depend on it can be judged"),
        )
        .hint("ghi `cap` trong quyết định", "state `cap` in the decision");
    }
}

/// The level does not exist on the decision's day.
pub fn level_gone(scene: &Scene<'_>, told: &mut Told<'_>) {
    for decision in &scene.round.decisions {
        let (Some(level), Some(date)) = (decision.level, decision.date) else { continue };
        if in_force(level.tu_ngay, level.den_ngay, date) {
            continue;
        }
        let (ten, why, day) = (&level.ten, &level.nguon, date.short());
        let (vi, en) = match level.den_ngay {
            Some(last) => (format!("chỉ có đến hết ngày {}", last.short()), format!("existed until {last}")),
            None => ("chưa có".to_owned(), "does not exist yet".to_owned()),
        };
        told.say(
            format!("{}/tham_quyen", decision.pointer),
            format!("ngày {day} không có cấp {ten}: cấp này {vi} ({why})"),
            format!("on {date} the level `{ten}` {en}"),
        );
    }
}

/// The level may not decide the award.
pub fn not_able(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_award(scene, |decision, given, who, may| {
        if let May::No(others) = may {
            let award = who.award.map_or("", |award| award.ten.as_str());
            let name = decision.data["tham_quyen"].as_str().unwrap_or_default();
            let day = decision.date.map(|date| date.short()).unwrap_or_default();
            let list = others.join("; ");
            let finding = told.say(
                given.pointer.clone(),
                format!("{name} không có thẩm quyền quyết định {award} vào ngày {day}"),
                format!("{name} may not decide {award} on {day}"),
            );
            if !others.is_empty() {
                finding.hint(format!("người có thẩm quyền: {list}"), format!("these may: {list}"));
            }
        }
    });
}

/// Whether it may is not certain.
pub fn perhaps_able(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_award(scene, |decision, given, who, may| {
        if let May::Perhaps(id, why) = may {
            let award = who.award.map_or("", |award| award.ten.as_str());
            let name = decision.data["tham_quyen"].as_str().unwrap_or_default();
            let hints = told.say(
                given.pointer.clone(),
                format!("chưa chắc {name} có thẩm quyền quyết định {award} ({why})"),
                format!("it is not certain that {name} may decide {award}"),
            );
            confirm_hint(hints, &id, &["true".to_owned(), "false".to_owned()]);
        }
    });
}

/// Once for each entry and award meant in it.
fn each_award(scene: &Scene<'_>, mut found: impl FnMut(&Decision<'_>, &Given<'_>, &Recipient<'_>, May)) {
    for decision in &scene.round.decisions {
        let (Some(cap), Some(date)) = (decision.cap, decision.date) else { continue };
        if !scene.round.law.knows_level(cap) {
            continue;
        }
        for given in &decision.awards {
            let mut seen: Vec<&str> = Vec::new();
            for who in &given.people {
                let Some(award) = who.award.filter(|award| !seen.contains(&award.ma.as_str())) else { continue };
                seen.push(&award.ma);
                found(decision, given, who, scene.round.law.may_decide(cap, award, date, scene.confirmed));
            }
        }
    }
}

/// The signer's office is another than the authority's, and not its deputy's signing for it.
pub fn wrong_signer(scene: &Scene<'_>, told: &mut Told<'_>) {
    for decision in &scene.round.decisions {
        let signer = &decision.data["nguoi_ky"];
        let authority = words::fold(decision.data["tham_quyen"].as_str().unwrap_or_default());
        let office = words::fold(signer["chuc_vu"].as_str().unwrap_or_default());
        let head = office.strip_prefix("q. ").unwrap_or(&office);
        let for_whom: Vec<String> = powers(signer).map(|power| words::fold(power.trim_start_matches("KT. "))).collect();
        // “TM.” signs for a body, told by another rule; “TL.” and “TUQ.” name whom they sign for.
        let own = words::begins(&authority, head);
        let for_head = for_whom.iter().any(|whom| words::begins(&authority, whom));
        if !own
            && !for_head
            && !powers(signer)
                .any(|power| power.starts_with("TM.") || power.starts_with("TL.") || power.starts_with("TUQ."))
        {
            let (name, chuc_vu) = (
                decision.data["tham_quyen"].as_str().unwrap_or_default(),
                signer["chuc_vu"].as_str().unwrap_or_default(),
            );
            let finding = told.say(
                format!("{}/nguoi_ky/chuc_vu", decision.pointer),
                format!("người ký là `{chuc_vu}`, người có thẩm quyền là `{name}`"),
                format!("the signer is `{chuc_vu}`, the authority is `{name}`"),
            );
            finding.hint(
                "cấp phó ký thay thì ghi `quyen_han`: `KT. ` và chức vụ của cấp trưởng",
                "a deputy signs with `quyen_han`: `KT. ` and the head's office",
            );
        }
    }
}

/// The authority to award is a person's, not the body's.
pub fn body_signs(scene: &Scene<'_>, told: &mut Told<'_>) {
    for decision in &scene.round.decisions {
        let body = fold_key("ủy ban nhân dân");
        let authority = words::fold(decision.data["tham_quyen"].as_str().unwrap_or_default());
        if authority.starts_with(&body) || powers(&decision.data["nguoi_ky"]).any(|power| power.starts_with("TM.")) {
            told.say(
                format!("{}/nguoi_ky", decision.pointer),
                "thẩm quyền khen thưởng là của Chủ tịch, không phải của tập thể Ủy ban: không ký `TM.`",
                "awards are decided by the chairperson, not by the committee: `TM.` is not signed",
            )
            .hint(
                "`tham_quyen` là `Chủ tịch Ủy ban nhân dân …`; `quyen_han` bỏ trống hoặc `KT. CHỦ TỊCH`",
                "`tham_quyen` is `Chủ tịch Ủy ban nhân dân …`; `quyen_han` is empty or `KT. CHỦ TỊCH`",
            );
        }
    }
}

fn powers(signer: &serde_json::Value) -> impl Iterator<Item = &str> {
    crate::dossier::round::list(&signer["quyen_han"]).filter_map(serde_json::Value::as_str)
}
