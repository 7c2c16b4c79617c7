//! The law by date, as data: awards, base wages, prizes, legal bases, authority, quotas.
//!
//! The files stand in `shared/phap_luat/` of the template root, where an agency's own folder may lay others over them.
//! An entry that is not certain has no value: it is usable only when the agency's configuration confirms it
//! ([`Confirmed`], section `[xac_nhan]`).

#[cfg(test)]
mod cases;
mod entries;
mod read;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use entries::{CanCu, Cap, CheDo, ChiMotMuc, DanhHieu, DinhMuc, Kieu, Loai, LuongCoSo, MucThuong, Nhom, ThamQuyen};
pub use read::FOLDER;

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::domain::date::Date;
use crate::domain::tien_thuong::HeSo;
use read::Reader;
use words::{Cited, begins, cited, fold, fold_award, holds};

/// What the law files say, ready for questions.
#[derive(Debug, Clone)]
pub struct Law {
    awards: Vec<DanhHieu>,
    /// Folded words → place in `awards`; the longest first.
    award_words: Vec<(String, usize)>,
    wages: Vec<LuongCoSo>,
    regimes: Vec<CheDo>,
    prizes: Vec<MucThuong>,
    once: Vec<ChiMotMuc>,
    bases: Vec<CanCu>,
    levels: Vec<Cap>,
    /// Folded words → place in `levels`; the longest first.
    level_words: Vec<(String, usize)>,
    authorities: Vec<ThamQuyen>,
    quotas: Vec<DinhMuc>,
}

/// What an agency confirmed of the uncertain entries: id (`muc_thuong/nd152/giay_khen_xa/ca_nhan`) → value.
///
/// Made by [`Law::confirm`], which knows what there is to confirm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Confirmed(BTreeMap<String, Value>);

impl Confirmed {
    fn number(&self, id: &str) -> Option<f64> {
        self.0.get(id).and_then(Value::as_f64)
    }

    fn flag(&self, id: &str) -> Option<bool> {
        self.0.get(id).and_then(Value::as_bool)
    }
}

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
    /// Reads the law files of a template root (path → bytes). Every fault names its file and entry.
    pub fn load(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, Failure> {
        let mut reader = Reader::new(files);
        reader.open("danh_hieu", &["danh_hieu"]);
        reader.open("luong_co_so", &["luong_co_so"]);
        reader.open("muc_thuong", &["che_do", "muc_thuong", "chi_mot_muc"]);
        reader.open("can_cu", &["can_cu"]);
        reader.open("tham_quyen", &["cap", "tham_quyen"]);
        reader.open("dinh_muc", &["dinh_muc"]);
        let mut law = Self {
            awards: reader.list("danh_hieu", "danh_hieu"),
            award_words: Vec::new(),
            wages: reader.list("luong_co_so", "luong_co_so"),
            regimes: reader.list("muc_thuong", "che_do"),
            prizes: reader.list("muc_thuong", "muc_thuong"),
            once: reader.list("muc_thuong", "chi_mot_muc"),
            bases: reader.list("can_cu", "can_cu"),
            levels: reader.list("tham_quyen", "cap"),
            level_words: Vec::new(),
            authorities: reader.list("tham_quyen", "tham_quyen"),
            quotas: reader.list("dinh_muc", "dinh_muc"),
        };
        law.check(&mut reader);
        if !reader.faults.is_empty() {
            return Err(Failure::new(Code::BadConfiguration, reader.faults));
        }
        law.wages.sort_by_key(|one| one.tu_ngay);
        let words = |words: &[String], at: usize| words.iter().map(move |word| (fold(word), at)).collect::<Vec<_>>();
        law.award_words = (0..law.awards.len()).flat_map(|at| words(&law.awards[at].nhan_dien, at)).collect();
        law.award_words.extend((0..law.awards.len()).flat_map(|at| words(&law.awards[at].viet_tat, at)));
        law.level_words = (0..law.levels.len()).flat_map(|at| words(&law.levels[at].nhan_dien, at)).collect();
        for list in [&mut law.award_words, &mut law.level_words] {
            list.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        }
        Ok(law)
    }

    /// What one list says of another must be there.
    fn check(&self, reader: &mut Reader<'_>) {
        let awards: BTreeSet<&str> = self.awards.iter().map(|one| one.ma.as_str()).collect();
        let regimes: BTreeSet<&str> = self.regimes.iter().map(|one| one.ma.as_str()).collect();
        let bases: BTreeSet<&str> = self.bases.iter().map(|one| one.ma.as_str()).collect();
        for one in &self.awards {
            if let Some(other) = &one.cho_tap_the {
                reader.known("danh_hieu", &one.ma, other, &awards);
            }
        }
        for one in &self.wages {
            if one.muc <= 0 {
                reader.tell("luong_co_so", &one.ma, "`muc` phải lớn hơn 0", "`muc` must be above 0");
            }
        }
        for one in &self.regimes {
            reader.days("muc_thuong", &one.ma, Some(one.tu_ngay), one.den_ngay);
        }
        for one in &self.prizes {
            reader.known("muc_thuong", &one.ma, &one.che_do, &regimes);
            reader.known("muc_thuong", &one.ma, &one.danh_hieu, &awards);
            reader.value("muc_thuong", &one.ma, one.he_so.is_some(), one.chac_chan);
            for he_so in one.he_so.iter().chain(&one.ung_vien) {
                if let Err(why) = HeSo::from_number(*he_so) {
                    reader.tell("muc_thuong", &one.ma, format!("hệ số `{he_so}` sai"), why.to_string());
                }
            }
        }
        for one in &self.once {
            reader.known("muc_thuong", &one.ma, &one.cao, &awards);
            reader.known("muc_thuong", &one.ma, &one.thap, &awards);
        }
        for one in &self.bases {
            reader.days("can_cu", &one.ma, one.tu_ngay, one.den_ngay);
            one.thay_bang.iter().for_each(|other| reader.known("can_cu", &one.ma, other, &bases));
            if one.nhan_dien.iter().any(|how| how.so.is_none() && how.bat_dau.is_none()) {
                reader.tell(
                    "can_cu",
                    &one.ma,
                    "`nhan_dien` phải có `so` hoặc `bat_dau`",
                    "`nhan_dien` needs `so` or `bat_dau`",
                );
            }
        }
        for one in &self.levels {
            reader.days("tham_quyen", &one.ma, one.tu_ngay, one.den_ngay);
        }
        for one in &self.authorities {
            reader.days("tham_quyen", &one.ma, one.tu_ngay, one.den_ngay);
            one.danh_hieu.iter().for_each(|award| reader.known("tham_quyen", &one.ma, award, &awards));
        }
        for one in &self.quotas {
            reader.days("dinh_muc", &one.ma, one.tu_ngay, one.den_ngay);
            reader.known("dinh_muc", &one.ma, &one.danh_hieu, &awards);
            reader.known("dinh_muc", &one.ma, &one.tren, &awards);
            reader.value("dinh_muc", &one.ma, one.phan_tram.is_some(), one.chac_chan);
        }
    }

    /// Takes the agency's word on uncertain entries (configuration, section `[xac_nhan]`); an unknown id, one that is
    /// certain already, or a value of the wrong kind is a fault.
    pub fn confirm(&self, values: BTreeMap<String, Value>) -> Result<Confirmed, Failure> {
        let open = self.open();
        let mut faults = Vec::new();
        for (id, value) in &values {
            let fault = match open.get(id) {
                None => {
                    let near = open
                        .keys()
                        .map(|known| (strsim::damerau_levenshtein(known, id), known))
                        .filter(|(distance, _)| *distance <= 1 + id.len() / 5)
                        .min();
                    let fault = Diagnostic::error(
                        "xac_nhan",
                        format!("`[xac_nhan]`: không có mục `{id}` nào cần xác nhận"),
                        format!("`[xac_nhan]`: there is no entry `{id}` to be confirmed"),
                    );
                    match near {
                        Some((_, known)) => {
                            fault.hint(format!("có phải `{known}`?"), format!("did you mean `{known}`?"))
                        }
                        None => fault.hint(
                            "muốn đổi mục đã chắc chắn thì đặt tệp cùng tên trong thư mục mẫu của cơ quan",
                            "to change a certain entry, lay a file of the same name over it in the agency's own folder",
                        ),
                    }
                }
                Some(kind) if kind.takes(value) => continue,
                Some(kind) => {
                    let (vi, en) = kind.wanted();
                    Diagnostic::error(
                        "xac_nhan",
                        format!("`[xac_nhan]`, mục `{id}`: giá trị phải là {vi}, không phải `{value}`"),
                        format!("`[xac_nhan]`, entry `{id}`: the value must be {en}, not `{value}`"),
                    )
                }
            };
            faults.push(fault);
        }
        if faults.is_empty() { Ok(Confirmed(values)) } else { Err(Failure::new(Code::BadConfiguration, faults)) }
    }

    /// Ids of everything that may be confirmed, with what a value looks like.
    fn open(&self) -> BTreeMap<String, Wanted> {
        let mut open = BTreeMap::new();
        let mut add = |file: &str, word: &str, certain: bool, wanted: Wanted| {
            if !certain {
                open.insert(format!("{file}/{word}"), wanted);
            }
        };
        self.wages.iter().for_each(|one| add("luong_co_so", &one.ma, one.chac_chan, Wanted::Money));
        self.prizes.iter().for_each(|one| add("muc_thuong", &one.ma, one.chac_chan, Wanted::Coefficient));
        self.once.iter().for_each(|one| add("muc_thuong", &one.ma, one.chac_chan, Wanted::Flag));
        self.authorities.iter().for_each(|one| add("tham_quyen", &one.ma, one.chac_chan, Wanted::Flag));
        self.quotas.iter().for_each(|one| add("dinh_muc", &one.ma, one.chac_chan, Wanted::Percent));
        open
    }

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
        let able = |one: &&ThamQuyen| {
            in_force(one.tu_ngay, one.den_ngay, date) && one.danh_hieu.iter().any(|known| *known == award.ma)
        };
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

/// What kind of value confirms an entry.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Money,
    Coefficient,
    Percent,
    Flag,
}

impl Wanted {
    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Money => value.as_i64().is_some_and(|amount| (1..1_000_000_000).contains(&amount)),
            Self::Coefficient => value.as_f64().is_some_and(|number| HeSo::from_number(number).is_ok()),
            Self::Percent => value.as_f64().is_some_and(|number| number > 0.0 && number <= 100.0),
            Self::Flag => value.is_boolean(),
        }
    }

    fn wanted(self) -> (&'static str, &'static str) {
        match self {
            Self::Money => ("số đồng, số nguyên dương", "a whole amount in đồng above 0"),
            Self::Coefficient => ("hệ số, như 0.15", "a coefficient such as 0.15"),
            Self::Percent => ("phần trăm, như 15", "a percentage such as 15"),
            Self::Flag => ("true hoặc false", "true or false"),
        }
    }
}

/// Whether a day lies within two bounds, each open when none.
pub fn in_force(from: Option<Date>, to: Option<Date>, date: Date) -> bool {
    from.is_none_or(|from| from <= date) && to.is_none_or(|to| date <= to)
}

fn names(basis: &CanCu, text: &Cited) -> bool {
    basis.nhan_dien.iter().any(|how| {
        let number = how.so.as_deref().is_some_and(|so| {
            let known = crate::domain::so_ky_hieu::parse(so);
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
