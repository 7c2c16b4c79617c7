//! What the law says of a day: awards, prizes, authority, legal bases, quotas.

use super::Law;
use super::confirm::Confirmed;
use super::entries::{CanCu, Cap, ChiMotMuc, DanhHieu, DinhMuc, Loai, LuongCoSo, MucThuong, ThamQuyen};
use super::words::{Cited, begins, cited, fold, fold_award, holds};
use crate::domain::date::Date;
use crate::domain::so_ky_hieu;
use crate::domain::tien_thuong::HeSo;

/// A value of the law, or what there is instead of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer<T> {
    /// Certain, or confirmed by the agency.
    Known(T),
    /// Not certain and not confirmed.
    Unconfirmed {
        /// What the configuration must name.
        id: String,
        /// Values seen elsewhere, as the configuration would write them.
        candidates: Vec<String>,
        /// Why it is uncertain.
        why: String,
    },
    /// The law files hold nothing for it.
    Absent,
}

impl<T> Answer<T> {
    /// The value, if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unconfirmed { .. } | Self::Absent => None,
        }
    }
}

/// A prize: its coefficient and the decree it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct Prize {
    /// × base wage.
    pub he_so: HeSo,
    /// Name of the decree.
    pub van_ban: String,
}

/// Whether an authority may decide an award.
#[derive(Debug, Clone, PartialEq)]
pub enum May {
    /// It may.
    Yes,
    /// Perhaps: the entry of this id is not certain and not confirmed.
    Perhaps(String, String),
    /// It may not; these may on that day.
    No(Vec<String>),
}

impl Law {
    /// The award a text names.
    pub fn award(&self, hinh_thuc: &str) -> Option<&DanhHieu> {
        let text = fold_award(hinh_thuc);
        self.award_words.iter().find(|(word, _)| begins(&text, word)).map(|(_, at)| &self.awards[*at])
    }

    /// The award meant for one kind of recipient: “Lao động tiên tiến” of a collective is “Tập thể lao động tiên tiến”.
    pub fn award_for(&self, hinh_thuc: &str, loai: Loai) -> Option<&DanhHieu> {
        let award = self.award(hinh_thuc)?;
        match (&award.cho_tap_the, loai) {
            (Some(other), Loai::TapThe) => self.award_of(other),
            _ => Some(award),
        }
    }

    /// An award by its word in the files.
    pub fn award_of(&self, ma: &str) -> Option<&DanhHieu> {
        self.awards.iter().find(|one| one.ma == ma)
    }

    /// Whether a text is one of an award's abbreviations, which are not fit to print.
    pub fn is_abbreviation(&self, award: &DanhHieu, hinh_thuc: &str) -> bool {
        let text = fold_award(hinh_thuc);
        award.viet_tat.iter().any(|short| fold(short) == text)
    }

    /// The base wage of a day.
    pub fn wage(&self, date: Date, confirmed: &Confirmed) -> Answer<(i64, &LuongCoSo)> {
        let Some(entry) = self.wages.iter().rev().find(|one| one.tu_ngay <= date) else { return Answer::Absent };
        if entry.chac_chan {
            return Answer::Known((entry.muc, entry));
        }
        let id = format!("luong_co_so/{}", entry.ma);
        match confirmed.number(&id) {
            // A whole number by `Wanted::Money`, far below where an `f64` loses one.
            Some(value) => Answer::Known((value as i64, entry)),
            None => Answer::Unconfirmed { id, candidates: vec![entry.muc.to_string()], why: entry.nguon.clone() },
        }
    }

    /// The prize of an award for a kind of recipient, decided on a day at a level.
    pub fn prize(
        &self,
        date: Date,
        award: &DanhHieu,
        loai: Loai,
        cap: Option<&str>,
        confirmed: &Confirmed,
    ) -> Answer<Prize> {
        let Some(regime) = self.regimes.iter().find(|one| in_force(Some(one.tu_ngay), one.den_ngay, date)) else {
            return Answer::Absent;
        };
        let fits = |one: &&MucThuong| {
            one.che_do == regime.ma
                && one.danh_hieu == award.ma
                && one.doi_tuong == loai
                && (one.cap.is_empty() || cap.is_some_and(|cap| one.cap.iter().any(|known| known == cap)))
        };
        let Some(entry) = self.prizes.iter().find(fits) else { return Answer::Absent };
        let id = format!("muc_thuong/{}", entry.ma);
        let value = if entry.chac_chan { entry.he_so } else { confirmed.number(&id) };
        match value.and_then(|value| HeSo::from_number(value).ok()) {
            Some(he_so) => Answer::Known(Prize { he_so, van_ban: regime.ten.clone() }),
            None => Answer::Unconfirmed {
                id,
                candidates: entry.ung_vien.iter().map(ToString::to_string).collect(),
                why: entry.nguon.clone(),
            },
        }
    }

    /// Pairs of awards of which only the higher may be paid, each with whether that is so.
    pub fn paid_once<'a>(
        &'a self,
        confirmed: &'a Confirmed,
    ) -> impl Iterator<Item = (&'a ChiMotMuc, Answer<bool>)> + 'a {
        self.once.iter().map(|one| {
            let id = format!("muc_thuong/{}", one.ma);
            let answer = match confirmed.flag(&id) {
                _ if one.chac_chan => Answer::Known(true),
                Some(yes) => Answer::Known(yes),
                None => Answer::Unconfirmed {
                    id,
                    candidates: one.ung_vien.iter().map(ToString::to_string).collect(),
                    why: one.nguon.clone(),
                },
            };
            (one, answer)
        })
    }

    /// The level an authority's name tells, the longest words deciding.
    pub fn level(&self, tham_quyen: &str) -> Option<&Cap> {
        let text = fold(tham_quyen);
        self.level_words.iter().find(|(word, _)| holds(&text, word)).map(|(_, at)| &self.levels[*at])
    }

    /// A level stated by its word; its first entry speaks for it.
    pub fn level_of(&self, cap: &str) -> Option<&Cap> {
        self.levels.iter().find(|one| one.cap == cap)
    }

    /// Whether a level may decide an award on a day.
    pub fn may_decide(&self, cap: &str, award: &DanhHieu, date: Date, confirmed: &Confirmed) -> May {
        let able = |one: &&ThamQuyen| in_force(one.tu_ngay, one.den_ngay, date) && one.danh_hieu.contains(&award.ma);
        let mut perhaps = None;
        for one in self.authorities.iter().filter(able).filter(|one| one.cap == cap) {
            let id = format!("tham_quyen/{}", one.ma);
            match confirmed.flag(&id) {
                _ if one.chac_chan => return May::Yes,
                Some(true) => return May::Yes,
                Some(false) => {}
                None => perhaps = Some(May::Perhaps(id, one.nguon.clone())),
            }
        }
        perhaps.unwrap_or_else(|| {
            let mut others: Vec<String> = self.authorities.iter().filter(able).map(|one| one.ten.clone()).collect();
            others.dedup();
            May::No(others)
        })
    }

    /// Whether the files say anything of a level's powers.
    pub fn knows_level(&self, cap: &str) -> bool {
        self.authorities.iter().any(|one| one.cap == cap)
    }

    /// The legal bases a line cites.
    pub fn bases(&self, line: &str) -> Vec<&CanCu> {
        cited(line).iter().filter_map(|text| self.bases.iter().find(|one| names(one, text))).collect()
    }

    /// A legal basis by its word.
    pub fn basis(&self, ma: &str) -> Option<&CanCu> {
        self.bases.iter().find(|one| one.ma == ma)
    }

    /// Bases in force on a day of which a decision must cite one of each field.
    pub fn required_bases(&self, date: Date) -> impl Iterator<Item = &CanCu> {
        self.bases.iter().filter(move |one| one.bat_buoc && in_force(one.tu_ngay, one.den_ngay, date))
    }

    /// Quotas of a day.
    pub fn quotas<'a>(
        &'a self,
        date: Date,
        confirmed: &'a Confirmed,
    ) -> impl Iterator<Item = (&'a DinhMuc, Answer<f64>)> + 'a {
        self.quotas.iter().filter(move |one| in_force(one.tu_ngay, one.den_ngay, date)).map(|one| {
            let id = format!("dinh_muc/{}", one.ma);
            let answer = match one.phan_tram.or_else(|| confirmed.number(&id)) {
                Some(percent) => Answer::Known(percent),
                None => Answer::Unconfirmed {
                    id,
                    candidates: one.ung_vien.iter().map(ToString::to_string).collect(),
                    why: one.nguon.clone(),
                },
            };
            (one, answer)
        })
    }
}

/// Whether a day lies within two bounds, each open when none.
pub fn in_force(from: Option<Date>, to: Option<Date>, date: Date) -> bool {
    from.is_none_or(|from| from <= date) && to.is_none_or(|to| date <= to)
}

fn names(basis: &CanCu, text: &Cited) -> bool {
    basis.nhan_dien.iter().any(|how| {
        let number = how.so.as_deref().is_some_and(|so| {
            let known = so_ky_hieu::parse(so);
            known.is_some() && known == text.number
        });
        let start = how.bat_dau.as_deref().is_some_and(|start| {
            begins(&text.text, &fold(start))
                && (how.nam.is_empty() || text.year.is_some_and(|year| how.nam.contains(&year)))
                && how.ngay.is_none_or(|day| text.date == Some(day))
        });
        number || start
    })
}
