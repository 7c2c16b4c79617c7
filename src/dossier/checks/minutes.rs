//! Minutes and requests for documents: votes for everyone, everyone in the minutes, every document asked for possible.

use std::collections::HashSet;

use serde_json::Value;

use super::{Scene, Told};
use crate::domain::name::fold_key;
use crate::dossier::documents::{CERTIFICATES, Votes};
use crate::dossier::plan::gives_certificates;
use crate::dossier::round::list;

/// Minutes without votes.
pub fn no_votes(scene: &Scene<'_>, told: &mut Told<'_>) {
    let minutes = &scene.round.input["bien_ban"];
    if minutes.is_object() && minutes["khen_thuong"].is_null() && minutes["phieu"].is_null() {
        told.say(
            "/bien_ban/phieu",
            "biên bản chưa có số phiếu: không suy ra được từ quyết định",
            "the minutes have no votes: they do not follow from the decision",
        )
        .hint(
            "ghi `phieu` chung và `phieu_rieng` của ai có số phiếu khác, hoặc `khen_thuong` đủ từng người",
            "give the common `phieu` and `phieu_rieng` of those with other votes, or `khen_thuong` in full",
        );
    }
}

/// Votes of somebody who is in no decision.
pub fn stray_votes(scene: &Scene<'_>, told: &mut Told<'_>) {
    let apart = &scene.round.input["bien_ban"]["phieu_rieng"];
    let votes = Votes::read(scene.round, apart);
    for (at, entry) in list(apart).enumerate() {
        let many = scene.round.people().filter(|who| votes.means(entry, who)).count();
        let ten = entry["ten"].as_str().unwrap_or_default();
        if many == 0 {
            told.say(
                format!("/bien_ban/phieu_rieng/{at}/ten"),
                format!("`{ten}` không có trong quyết định nào"),
                format!("`{ten}` is in no decision"),
            );
        }
    }
}

/// Minutes written in full that lack somebody the decisions award.
pub fn not_voted(scene: &Scene<'_>, told: &mut Told<'_>) {
    let Some(awards) = scene.round.input["bien_ban"]["khen_thuong"].as_array() else { return };
    let mut voted: HashSet<(Option<&str>, String, String)> = HashSet::new();
    for award in awards {
        let text = award["hinh_thuc"].as_str().unwrap_or_default();
        for one in list(&award["doi_tuong"]) {
            let kind = one["loai"].as_str().and_then(crate::dossier::law::Loai::parse);
            let meant = kind.and_then(|kind| scene.round.law.award_for(text, kind)).map(|award| award.ma.as_str());
            let word = |key: &str| fold_key(one[key].as_str().unwrap_or_default());
            voted.insert((meant, word("ten"), word("don_vi")));
        }
    }
    for who in scene.round.people() {
        let key = (who.award.map(|award| award.ma.as_str()), who.name.clone(), who.unit.clone());
        if !voted.contains(&key) {
            let (ten, award) = (who.ten, scene.round.given(who).hinh_thuc);
            told.say(
                scene.round.pointer(who),
                format!("`{ten}` có trong quyết định ({award}) nhưng không có trong biên bản họp Hội đồng"),
                format!("`{ten}` is in the decision ({award}) and not in the council's minutes"),
            );
        }
    }
}

/// A document asked for by name that does not follow from this input.
pub fn impossible(scene: &Scene<'_>, told: &mut Told<'_>) {
    let input = scene.round.input;
    for (at, wanted) in list(&input["van_ban"]).enumerate().filter_map(|(at, one)| Some((at, one.as_str()?))) {
        let pointer = format!("/van_ban/{at}");
        match wanted {
            "to_trinh" | "bien_ban" if input[wanted].is_null() => {
                told.say(
                    format!("/{wanted}"),
                    format!("cần `{wanted}` để lập văn bản này"),
                    format!("`{wanted}` is needed for this document"),
                );
            }
            template if CERTIFICATES.contains(&template) && !gives_certificates(scene.round, template) => {
                told.say(
                    pointer,
                    format!("không có khen thưởng nào kèm `{template}`"),
                    format!("no award comes with `{template}`"),
                );
            }
            _ => {}
        }
    }
}

/// A certificate for a title the law has none for.
pub fn beyond_law(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_named(scene, |pointer, word| {
        if let Some(award) = scene.round.law.award_of(word).filter(|award| award.chung_nhan.is_none()) {
            let ten = &award.ten;
            told.say(
                pointer,
                format!("luật không có bằng, giấy chứng nhận cho {ten}: chỉ in khi cơ quan chủ động"),
                format!("the law knows no certificate for {ten}: it is printed at the agency's own wish"),
            );
        }
    });
}

/// A word of `cho` that names no award.
pub fn unknown_word(scene: &Scene<'_>, told: &mut Told<'_>) {
    each_named(scene, |pointer, word| {
        if scene.round.law.award_of(word).is_none() {
            told.say(pointer, format!("không có danh hiệu nào mã `{word}`"), format!("no award has the word `{word}`"))
                .hint("xem `shared/phap_luat/danh_hieu.json`", "see `shared/phap_luat/danh_hieu.json`");
        }
    });
}

fn each_named(scene: &Scene<'_>, mut found: impl FnMut(String, &str)) {
    for template in CERTIFICATES {
        for (at, word) in list(&scene.round.input[template]["cho"]).enumerate() {
            if let Value::String(word) = word {
                found(format!("/{template}/cho/{at}"), word);
            }
        }
    }
}
