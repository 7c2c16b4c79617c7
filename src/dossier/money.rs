//! Prizes of a round: who gets how much, or what is missing to say so.

use std::collections::{BTreeMap, HashSet};

use super::law::{Answer, Confirmed, DanhHieu, Loai, LuongCoSo};
use super::round::{Decision, Index, Recipient, Round};
use crate::domain::tien_thuong::{HeSo, LamTron, muc, thanh_tien, tong};

/// The prizes of every decision.
pub struct Money<'r> {
    /// By decision, in the order of the input.
    pub payments: Vec<Payment<'r>>,
    /// What keeps the sum from being certain; none when it is.
    pub holes: Vec<Hole>,
}

/// The prizes of one decision.
pub struct Payment<'r> {
    /// The base wage and its entry; none where it is not known.
    pub wage: Option<(i64, &'r LuongCoSo)>,
    /// By award and kind of recipient, in the order of the decision.
    pub groups: Vec<Group<'r>>,
}

/// Recipients of one award and kind.
pub struct Group<'r> {
    /// The award's name as printed.
    pub hinh_thuc: String,
    /// Kind of recipient.
    pub loai: Loai,
    /// Coefficient.
    pub he_so: HeSo,
    /// Đồng for each; none where there is no base wage.
    pub muc: Option<i64>,
    /// Who gets it.
    pub people: Vec<&'r Recipient<'r>>,
}

/// Why a sum is not certain.
#[derive(Debug, Clone, PartialEq)]
pub enum Hole {
    /// An entry of the law nobody confirmed.
    Unconfirmed {
        /// What the configuration must name.
        id: String,
        /// Values seen elsewhere.
        candidates: Vec<String>,
        /// Why it is uncertain.
        why: String,
        /// What it is for.
        what: (String, String),
        /// Where it is needed.
        pointer: String,
    },
    /// The law files hold no prize for it.
    Absent {
        /// What it is for.
        what: (String, String),
        /// Where it is needed.
        pointer: String,
    },
    /// The decision has no day, so no law.
    Undated {
        /// The decision.
        pointer: String,
    },
    /// The decree on the base wage is not certain.
    Decree {
        /// The decree, as far as known.
        van_ban: String,
    },
}

impl<'r> Money<'r> {
    /// Prizes by the law of each decision's day.
    pub fn of(round: &'r Round<'r>, confirmed: &Confirmed) -> Self {
        let rounding = round.input["chi_thuong"]["lam_tron"].as_str().and_then(LamTron::parse).unwrap_or_default();
        let mut holes = Vec::new();
        let unpaid = unpaid(round, confirmed, &mut holes);
        let payments =
            round.decisions.iter().map(|one| payment(round, one, confirmed, rounding, &unpaid, &mut holes)).collect();
        Self { payments, holes }
    }

    /// The whole sum in đồng; none while anything is missing.
    pub fn total(&self) -> Option<i64> {
        if !self.holes.is_empty() {
            return None;
        }
        self.payments.iter().map(Payment::total).collect::<Option<Vec<_>>>().and_then(tong)
    }
}

impl Payment<'_> {
    /// The sum in đồng; none where there is no base wage.
    pub fn total(&self) -> Option<i64> {
        self.groups
            .iter()
            .map(|group| thanh_tien(group.muc?, group.people.len()))
            .collect::<Option<Vec<_>>>()
            .and_then(tong)
    }
}

/// The name an award is printed under for a kind of recipient: as written, unless the law has another name for it.
pub fn printed_name(written: &str, award: Option<&DanhHieu>, plain: Option<&DanhHieu>) -> String {
    match (award, plain) {
        (Some(meant), Some(plain)) if meant.ma != plain.ma => meant.ten.clone(),
        _ => written.to_owned(),
    }
}

/// Places of those whose lower award is not paid beside a higher one.
fn unpaid<'r>(round: &'r Round<'r>, confirmed: &Confirmed, holes: &mut Vec<Hole>) -> HashSet<(usize, usize, usize)> {
    let mut unpaid = HashSet::new();
    for (pair, answer) in round.law.paid_once(confirmed) {
        let higher = Index::of(round.holders(&pair.cao));
        let both: Vec<&Recipient<'_>> = round.holders(&pair.thap).filter(|one| !higher.same(one).is_empty()).collect();
        match (answer, both.first()) {
            (Answer::Known(true), _) => unpaid.extend(both.iter().map(|one| one.at)),
            (Answer::Unconfirmed { id, candidates, why }, Some(first)) => holes.push(Hole::Unconfirmed {
                id,
                candidates,
                why,
                what: (
                    format!("{} ({} người)", pair.noi_dung, both.len()),
                    format!("only the higher of two titles is paid ({} persons)", both.len()),
                ),
                pointer: round.pointer(first),
            }),
            _ => {}
        }
    }
    unpaid
}

fn payment<'r>(
    round: &'r Round<'r>,
    decision: &'r Decision<'r>,
    confirmed: &Confirmed,
    rounding: LamTron,
    unpaid: &HashSet<(usize, usize, usize)>,
    holes: &mut Vec<Hole>,
) -> Payment<'r> {
    let mut add = |hole: Hole| {
        if !holes.contains(&hole) {
            holes.push(hole);
        }
    };
    let Some(date) = decision.date else {
        add(Hole::Undated { pointer: decision.pointer.clone() });
        return Payment { wage: None, groups: Vec::new() };
    };
    let wage = match round.law.wage(date, confirmed) {
        Answer::Known(wage) => Some(wage),
        Answer::Unconfirmed { id, candidates, why } => {
            let what = ("mức lương cơ sở".to_owned(), "the base wage".to_owned());
            add(Hole::Unconfirmed { id, candidates, why, what, pointer: format!("{}/ngay", decision.pointer) });
            None
        }
        Answer::Absent => {
            let what = (format!("mức lương cơ sở {}", date.long()), format!("the base wage on {date}"));
            add(Hole::Absent { what, pointer: format!("{}/ngay", decision.pointer) });
            None
        }
    };
    let stated = round.input["chi_thuong"]["luong_co_so_can_cu"].is_string();
    if let Some((_, entry)) = wage
        && !entry.van_ban_chac_chan
        && !stated
    {
        add(Hole::Decree { van_ban: entry.van_ban.clone() });
    }
    let mut groups: Vec<Group<'r>> = Vec::new();
    for given in &decision.awards {
        let mut by_kind: BTreeMap<Loai, Vec<&'r Recipient<'r>>> = BTreeMap::new();
        for one in given.people.iter().filter(|one| !unpaid.contains(&one.at)) {
            by_kind.entry(one.loai).or_default().push(one);
        }
        for (loai, people) in by_kind {
            let Some(award) = people.first().and_then(|one| one.award) else {
                let what = (format!("`{}`", given.hinh_thuc), format!("`{}`", given.hinh_thuc));
                add(Hole::Absent { what, pointer: format!("{}/hinh_thuc", given.pointer) });
                continue;
            };
            let name = printed_name(given.hinh_thuc, Some(award), round.law.award(given.hinh_thuc));
            let what = || {
                let cap = decision.level.map_or("", |level| level.ten.as_str());
                let (vi, en) = (loai.vi(), loai.en());
                let at = if cap.is_empty() { String::new() } else { format!(", cấp {cap}") };
                (format!("{} cho {vi}{at}", award.ten), format!("{} for {en}", award.ten))
            };
            match round.law.prize(date, award, loai, decision.cap, confirmed) {
                Answer::Known(prize) => {
                    let amount = wage.and_then(|(wage, _)| muc(prize.he_so, wage, rounding));
                    match groups.iter_mut().find(|group| group.loai == loai && group.hinh_thuc == name) {
                        Some(group) => group.people.extend(people),
                        None => groups.push(Group { hinh_thuc: name, loai, he_so: prize.he_so, muc: amount, people }),
                    }
                }
                Answer::Unconfirmed { id, candidates, why } => {
                    add(Hole::Unconfirmed { id, candidates, why, what: what(), pointer: given.pointer.clone() })
                }
                Answer::Absent => add(Hole::Absent { what: what(), pointer: given.pointer.clone() }),
            }
        }
    }
    Payment { wage, groups }
}
