//! The law by date, as data: awards, base wages, prizes, legal bases, authority, quotas.
//!
//! The files stand in `shared/phap_luat/` of the template root, where an agency's own folder may lay others over them.
//! An entry that is not certain has no value: it is usable only when the agency's configuration confirms it
//! ([`Confirmed`], section `[xac_nhan]`).

mod answers;
#[cfg(test)]
mod cases;
mod confirm;
mod entries;
mod read;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

pub use answers::{Answer, May, Prize, in_force};
pub use confirm::Confirmed;
pub use entries::{CanCu, Cap, CheDo, ChiMotMuc, DanhHieu, DinhMuc, Kieu, Loai, LuongCoSo, MucThuong, Nhom, ThamQuyen};
pub use read::FOLDER;

use crate::diagnostic::{Code, Failure};
use crate::domain::tien_thuong::HeSo;
use read::Reader;
use words::fold;

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
}
