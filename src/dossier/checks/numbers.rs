//! Counts and sums: what is stated, what is written in the articles, what the rows and the law give.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::{Scene, Told, confirm_hint};
use crate::domain::{number, words};
use crate::dossier::law::{Loai, words::fold_award};
use crate::dossier::money::Hole;
use crate::dossier::round::{Decision, Recipient, list};

/// Largest count looked for in words.
const MOST_IN_WORDS: i64 = 20_000;

/// A number has at most so many words up to there.
const LONGEST_IN_WORDS: usize = 10;

/// Readings of counts → the counts.
static READINGS: LazyLock<HashMap<String, i64>> =
    LazyLock::new(|| (1..=MOST_IN_WORDS).map(|n| (words::read(n), n)).collect());

/// Numbers stated beside the rows.
pub fn stated(scene: &Scene<'_>, told: &mut Told<'_>) {
    let input = &scene.round.input["so_lieu"];
    let people: Vec<&Recipient<'_>> = scene.round.people().collect();
    compare("/so_lieu/so_cong_bo", &input["so_cong_bo"], &people, told);
    for (at, row) in list(&input["theo_hinh_thuc"]).enumerate() {
        let text = row["hinh_thuc"].as_str().unwrap_or_default();
        let meant = Loai::ALL.map(|loai| scene.round.law.award_for(text, loai).map(|award| award.ma.as_str()));
        let plain = fold_award(text);
        let of_award = people.iter().copied().filter(|who| match who.award {
            Some(award) => meant[who.loai as usize] == Some(award.ma.as_str()),
            None => fold_award(scene.round.given(who).hinh_thuc) == plain,
        });
        compare(&format!("/so_lieu/theo_hinh_thuc/{at}"), row, &of_award.collect::<Vec<_>>(), told);
    }
}

fn compare(pointer: &str, stated: &Value, people: &[&Recipient<'_>], told: &mut Told<'_>) {
    for loai in Loai::ALL {
        let Some(said) = stated[loai.name()].as_u64() else { continue };
        let found = people.iter().filter(|who| who.loai == loai).count() as u64;
        if said != found {
            let (vi, en) = (loai.vi(), loai.en());
            told.say(
                format!("{pointer}/{}", loai.name()),
                format!("ghi {said} {vi}, các dòng có {found}"),
                format!("{said} {en} are stated, the rows hold {found}"),
            );
        }
    }
}

/// Counts in articles written by hand.
pub fn articles(scene: &Scene<'_>, told: &mut Told<'_>) {
    for decision in &scene.round.decisions {
        for (at, article) in list(&decision.data["dieu"]).enumerate() {
            let mut said: HashMap<Loai, Vec<(i64, String)>> = HashMap::new();
            let mut texts = Vec::new();
            gather(article, format!("{}/dieu/{at}", decision.pointer), &mut texts);
            for (pointer, text) in texts {
                for (count, loai) in counts_in(text) {
                    said.entry(loai).or_default().push((count, pointer.clone()));
                }
            }
            for loai in Loai::ALL {
                let Some(numbers) = said.get(&loai) else { continue };
                let right = rows(decision, loai);
                if let Some((count, pointer)) = numbers.first()
                    && numbers.iter().all(|(count, _)| !right.contains(count))
                {
                    let (vi, en) = (loai.vi(), loai.en());
                    let rows = right.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                    told.say(
                        pointer.clone(),
                        format!("điều này ghi {count} {vi}, danh sách có {rows}"),
                        format!("this article tells {count} {en}, the rows hold {rows}"),
                    );
                }
            }
        }
    }
}

/// Counts an article may tell of a kind: of one entry, of one award, of the decision.
fn rows(decision: &Decision<'_>, loai: Loai) -> Vec<i64> {
    let of = |people: &[Recipient<'_>]| people.iter().filter(|who| who.loai == loai).count() as i64;
    let mut counts: Vec<i64> =
        decision.awards.iter().map(|given| of(&given.people)).filter(|count| *count > 0).collect();
    let mut by_award: HashMap<&str, i64> = HashMap::new();
    for given in &decision.awards {
        *by_award.entry(given.hinh_thuc).or_default() += of(&given.people);
    }
    counts.extend(by_award.into_values().filter(|count| *count > 0));
    counts.push(decision.awards.iter().map(|given| of(&given.people)).sum());
    counts.sort_unstable();
    counts.dedup();
    counts
}

fn gather<'a>(value: &'a Value, pointer: String, texts: &mut Vec<(String, &'a str)>) {
    match value {
        Value::String(text) => texts.push((pointer, text)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| gather(item, format!("{pointer}/{at}"), texts));
        }
        Value::Object(map) => map.iter().for_each(|(key, item)| gather(item, format!("{pointer}/{key}"), texts)),
        _ => {}
    }
}

/// Counts before their nouns: `05 tập thể`, `05 (năm) cá nhân`, `mười hai hộ gia đình`, `1.615 cá nhân`.
fn counts_in(text: &str) -> Vec<(i64, Loai)> {
    let lower = text.to_lowercase().replace('\u{a0}', " ");
    let mut found = Vec::new();
    for (noun, loai) in [("tập thể", Loai::TapThe), ("cá nhân", Loai::CaNhan), ("hộ", Loai::HoGiaDinh)] {
        for (at, _) in lower.match_indices(noun) {
            if lower[at + noun.len()..].starts_with(char::is_alphanumeric)
                || lower[..at].ends_with(char::is_alphanumeric)
            {
                continue;
            }
            let mut before = lower[..at].trim_end();
            if let Some(open) = before.strip_suffix(')').and_then(|inside| inside.rfind('(')) {
                before = before[..open].trim_end();
            }
            found.extend(last_count(before).map(|count| (count, loai)));
        }
    }
    found
}

fn last_count(text: &str) -> Option<i64> {
    let last = text.rsplit(char::is_whitespace).next()?;
    if last.starts_with(|c: char| c.is_ascii_digit()) {
        let digits = last.replace('.', "");
        return digits.parse().ok();
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let from = words.len().saturating_sub(LONGEST_IN_WORDS);
    (from..words.len()).find_map(|start| {
        let reading = words[start..].join(" ").replace("lẻ", "linh").replace("ngàn", "nghìn");
        READINGS.get(&reading).copied()
    })
}

/// The sum stated.
pub fn sum(scene: &Scene<'_>, told: &mut Told<'_>) {
    let said = scene.round.input["so_lieu"]["so_cong_bo"]["tien"].as_i64();
    if let (Some(said), Some(total)) = (said, scene.money.total())
        && said != total
    {
        let (a, b) = (number::money(said), number::money(total));
        told.say(
            "/so_lieu/so_cong_bo/tien",
            format!("ghi {a}, tính theo danh sách là {b}"),
            format!("{a} is stated, the rows give {b}"),
        );
    }
}

/// Amounts written in the article on money.
pub fn amounts(scene: &Scene<'_>, told: &mut Told<'_>) {
    for (decision, payment) in scene.round.decisions.iter().zip(&scene.money.payments) {
        let Some(text) = decision.data["tien_thuong"].as_str() else { continue };
        let Some((wage, _)) = payment.wage.filter(|_| scene.money.holes.is_empty()) else { continue };
        let mut right: Vec<i64> = payment.groups.iter().filter_map(|group| group.muc).collect();
        right.extend(payment.total());
        right.push(wage);
        for amount in amounts_in(text).filter(|amount| !right.contains(amount)) {
            let shown = number::money(amount);
            let list = right.iter().map(|one| number::group(*one)).collect::<Vec<_>>().join("; ");
            told.say(
                format!("{}/tien_thuong", decision.pointer),
                format!(
                    "`{shown}` không phải mức thưởng, tổng tiền hay mức lương cơ sở nào của quyết định này ({list})"
                ),
                format!("`{shown}` is no prize, sum or base wage of this decision ({list})"),
            );
        }
    }
}

fn amounts_in(text: &str) -> impl Iterator<Item = i64> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let amounts: Vec<i64> = words
        .windows(2)
        .filter(|pair| pair[1].starts_with("đồng"))
        .filter_map(|pair| pair[0].trim_start_matches('(').replace('.', "").parse().ok())
        .collect();
    amounts.into_iter()
}

/// Prizes nobody confirmed.
pub fn open_prizes(scene: &Scene<'_>, told: &mut Told<'_>) {
    for hole in &scene.money.holes {
        match hole {
            Hole::Unconfirmed { id, candidates, why, what, pointer } => {
                let hints = told.say(
                    pointer.clone(),
                    format!("mức tiền thưởng chưa chắc chắn: {} ({why}); không lập danh sách chi thưởng", what.0),
                    format!("the prize is not certain: {}; no payment list is made", what.1),
                );
                confirm_hint(hints, id, candidates);
            }
            Hole::Decree { van_ban } => {
                told.say(
                    "/chi_thuong/luong_co_so_can_cu",
                    format!(
                        "số của nghị định về lương cơ sở chưa chắc chắn (`{van_ban}`); không lập danh sách chi thưởng"
                    ),
                    format!("the decree on the base wage is not certain (`{van_ban}`); no payment list is made"),
                )
                .hint("ghi `luong_co_so_can_cu` trong `chi_thuong`", "state `luong_co_so_can_cu` in `chi_thuong`");
            }
            Hole::Absent { .. } | Hole::Undated { .. } => {}
        }
    }
}

/// Awards the law files hold no prize for.
pub fn no_prize(scene: &Scene<'_>, told: &mut Told<'_>) {
    for hole in &scene.money.holes {
        if let Hole::Absent { what, pointer } = hole {
            told.say(
                pointer.clone(),
                format!("không có mức trong tệp luật: {}; không lập danh sách chi thưởng", what.0),
                format!("the law files hold no amount: {}; no payment list is made", what.1),
            )
            .hint(
                "thêm mục vào tệp `shared/phap_luat` của cơ quan",
                "add an entry to the agency's own `shared/phap_luat`",
            );
        }
    }
}

/// The payment list is asked for and money is not certain.
pub fn refused(scene: &Scene<'_>, told: &mut Told<'_>) {
    let asked = list(&scene.round.input["van_ban"]).position(|one| one == "danh_sach_chi_thuong");
    let Some(at) = asked.filter(|_| !scene.money.holes.is_empty()) else { return };
    let mut names: Vec<(String, String)> = Vec::new();
    for hole in &scene.money.holes {
        let name = match hole {
            Hole::Unconfirmed { what, .. } | Hole::Absent { what, .. } => what.clone(),
            Hole::Undated { .. } => ("ngày của quyết định".to_owned(), "the decision's day".to_owned()),
            Hole::Decree { .. } => ("nghị định về lương cơ sở".to_owned(), "the decree on the base wage".to_owned()),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let (vi, en): (Vec<_>, Vec<_>) = names.into_iter().unzip();
    told.say(
        format!("/van_ban/{at}"),
        format!("không lập được danh sách chi thưởng khi chưa chắc chắn: {}", vi.join("; ")),
        format!("no payment list is made while this is not certain: {}", en.join("; ")),
    )
    .hint(
        "xem từng nhắc nhở về mức thưởng; hoặc bỏ `danh_sach_chi_thuong` khỏi `van_ban`",
        "see each warning on prizes; or take `danh_sach_chi_thuong` out of `van_ban`",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_in_figures_and_in_words() {
        let text =
            "Tặng Giấy khen cho 05 (năm) tập thể, 1.615 cá nhân và hai mươi mốt hộ gia đình; các tập thể, cá nhân";
        assert_eq!(counts_in(text), [(5, Loai::TapThe), (1615, Loai::CaNhan), (21, Loai::HoGiaDinh)]);
        assert_eq!(counts_in("cho một trăm lẻ năm cá nhân"), [(105, Loai::CaNhan)]);
        assert_eq!(counts_in("danh hiệu “Tập thể lao động tiên tiến”, hộ khẩu"), []);
    }

    #[test]
    fn amounts_are_read_before_their_unit() {
        let found: Vec<i64> = amounts_in("tập thể 890.000 đồng, cá nhân 450.000 đồng; năm 2021").collect();
        assert_eq!(found, [890_000, 450_000]);
    }
}
