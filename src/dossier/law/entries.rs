//! Entries of the law files, as `typst-templates/shared/phap_luat/*.json` holds them. Fields bear the names of the data.

use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::date::Date;

/// Whom an award is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loai {
    /// A collective.
    TapThe,
    /// A person.
    CaNhan,
    /// A household.
    HoGiaDinh,
}

impl Loai {
    /// In the order lists are printed.
    pub const ALL: [Self; 3] = [Self::TapThe, Self::CaNhan, Self::HoGiaDinh];

    /// Reads the word of the data. None for any other.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }

    /// The word of the data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TapThe => "tap_the",
            Self::CaNhan => "ca_nhan",
            Self::HoGiaDinh => "ho_gia_dinh",
        }
    }

    /// What people call it, Vietnamese.
    pub const fn vi(self) -> &'static str {
        match self {
            Self::TapThe => "tập thể",
            Self::CaNhan => "cá nhân",
            Self::HoGiaDinh => "hộ gia đình",
        }
    }

    /// What people call it, English, in the plural.
    pub const fn en(self) -> &'static str {
        match self {
            Self::TapThe => "collectives",
            Self::CaNhan => "persons",
            Self::HoGiaDinh => "households",
        }
    }
}

/// Titles are recognised (công nhận), forms of commendation are given (tặng).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nhom {
    /// A title of emulation.
    DanhHieu,
    /// A form of commendation.
    HinhThuc,
}

/// A title or form of commendation (`danh_hieu.json`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DanhHieu {
    /// Word of this award in the other files.
    pub ma: String,
    /// Its right name.
    pub ten: String,
    /// Title or form.
    pub nhom: Nhom,
    /// Whom it may be given to.
    pub doi_tuong: Vec<Loai>,
    /// First words it is known by.
    pub nhan_dien: Vec<String>,
    /// Abbreviations of tables; they stand for [`DanhHieu::ten`].
    #[serde(default)]
    pub viet_tat: Vec<String>,
    /// Template of the certificate the law knows for it.
    pub chung_nhan: Option<String>,
    /// The award meant where this one is written for a collective.
    pub cho_tap_the: Option<String>,
    /// Where this is from.
    pub nguon: String,
    /// Whether it was verified.
    pub chac_chan: bool,
}

/// A base wage (`luong_co_so.json`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LuongCoSo {
    /// Its word: the day it begins.
    pub ma: String,
    /// First day in force.
    #[serde(deserialize_with = "day")]
    pub tu_ngay: Date,
    /// Đồng a month.
    pub muc: i64,
    /// The decree, as it is cited.
    pub van_ban: String,
    /// Whether the decree's number was verified.
    pub van_ban_chac_chan: bool,
    /// Where this is from.
    pub nguon: String,
    /// Whether the amount and day were verified.
    pub chac_chan: bool,
}

/// A decree on prizes (`muc_thuong.json`, `che_do`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheDo {
    /// Its word.
    pub ma: String,
    /// Its name.
    pub ten: String,
    /// First day in force.
    #[serde(deserialize_with = "day")]
    pub tu_ngay: Date,
    /// Last day in force; none while it still is.
    #[serde(default, deserialize_with = "some_day")]
    pub den_ngay: Option<Date>,
    /// Where this is from.
    pub nguon: String,
    /// Whether it was verified.
    pub chac_chan: bool,
}

/// A prize (`muc_thuong.json`, `muc_thuong`): coefficient × base wage.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MucThuong {
    /// Its word.
    pub ma: String,
    /// The decree.
    pub che_do: String,
    /// The award.
    pub danh_hieu: String,
    /// The kind of recipient.
    pub doi_tuong: Loai,
    /// Levels of the deciding authority; none for any.
    #[serde(default)]
    pub cap: Vec<String>,
    /// The coefficient, where it is certain.
    pub he_so: Option<f64>,
    /// Coefficients seen elsewhere, where it is not.
    #[serde(default)]
    pub ung_vien: Vec<f64>,
    /// Where this is from.
    pub nguon: String,
    /// Whether it was verified.
    pub chac_chan: bool,
}

/// Two awards of which only the higher may be paid (`muc_thuong.json`, `chi_mot_muc`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChiMotMuc {
    /// Its word.
    pub ma: String,
    /// The higher award.
    pub cao: String,
    /// The lower one.
    pub thap: String,
    /// What it says.
    pub noi_dung: String,
    /// The two answers.
    pub ung_vien: Vec<bool>,
    /// Where this is from.
    pub nguon: String,
    /// Whether it was verified.
    pub chac_chan: bool,
}

/// How a legal basis is known: by its number, or by its first words and the first year or day named.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NhanDien {
    /// Number and symbol: `91/2017/NĐ-CP`.
    pub so: Option<String>,
    /// First words.
    pub bat_dau: Option<String>,
    /// Years of which the first one named must be one; none for any.
    #[serde(default)]
    pub nam: Vec<i32>,
    /// The first day named must be this.
    #[serde(default, deserialize_with = "some_day")]
    pub ngay: Option<Date>,
}

/// A legal basis (`can_cu.json`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanCu {
    /// Its word.
    pub ma: String,
    /// How it is cited.
    pub ten: String,
    /// What it is about; of the bases of one field one in force must be cited.
    pub nhom: String,
    /// How it is known.
    pub nhan_dien: Vec<NhanDien>,
    /// First day in force; none where it is not known.
    #[serde(default, deserialize_with = "some_day")]
    pub tu_ngay: Option<Date>,
    /// Last day in force; none while it still is.
    #[serde(default, deserialize_with = "some_day")]
    pub den_ngay: Option<Date>,
    /// What took its place.
    #[serde(default)]
    pub thay_bang: Vec<String>,
    /// Whether a decision must cite it, or another of its field.
    #[serde(default)]
    pub bat_buoc: bool,
    /// Where this is from.
    pub nguon: String,
    /// Whether it was verified.
    pub chac_chan: bool,
}

/// A level of authority (`tham_quyen.json`, `cap`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Its word.
    pub ma: String,
    /// The level it counts as.
    pub cap: String,
    /// What people call it.
    pub ten: String,
    /// Words in the name of the authority it is known by.
    pub nhan_dien: Vec<String>,
    /// First day it exists; none for long ago.
    #[serde(default, deserialize_with = "some_day")]
    pub tu_ngay: Option<Date>,
    /// Last day it exists; none while it does.
    #[serde(default, deserialize_with = "some_day")]
    pub den_ngay: Option<Date>,
    /// Where this is from.
    pub nguon: String,
    /// Whether it was verified.
    pub chac_chan: bool,
}

/// Who may decide what (`tham_quyen.json`, `tham_quyen`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThamQuyen {
    /// Its word.
    pub ma: String,
    /// The level.
    pub cap: String,
    /// Who it is.
    pub ten: String,
    /// Awards it may decide.
    pub danh_hieu: Vec<String>,
    /// First day; none for long ago.
    #[serde(default, deserialize_with = "some_day")]
    pub tu_ngay: Option<Date>,
    /// Last day; none while it is so.
    #[serde(default, deserialize_with = "some_day")]
    pub den_ngay: Option<Date>,
    /// Where this is from.
    pub nguon: String,
    /// Whether it was verified.
    pub chac_chan: bool,
}

/// What a quota compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kieu {
    /// At most so many awards of one kind for a hundred of another.
    ToiDa,
    /// At least so many awarded persons for a hundred people of a collective.
    TapTheToiThieu,
}

/// A quota (`dinh_muc.json`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DinhMuc {
    /// Its word.
    pub ma: String,
    /// What it compares.
    pub kieu: Kieu,
    /// The award it bounds.
    pub danh_hieu: String,
    /// The award it is measured by.
    pub tren: String,
    /// Percent, where it is certain.
    pub phan_tram: Option<f64>,
    /// Percentages seen elsewhere, where it is not.
    #[serde(default)]
    pub ung_vien: Vec<f64>,
    /// First day; none for long ago.
    #[serde(default, deserialize_with = "some_day")]
    pub tu_ngay: Option<Date>,
    /// Last day; none while it is so.
    #[serde(default, deserialize_with = "some_day")]
    pub den_ngay: Option<Date>,
    /// What it says.
    pub noi_dung: String,
    /// Where this is from.
    pub nguon: String,
    /// Whether it was verified.
    pub chac_chan: bool,
}

fn day<'de, D: Deserializer<'de>>(source: D) -> Result<Date, D::Error> {
    let text = String::deserialize(source)?;
    Date::parse(&text).map_err(|why| serde::de::Error::custom(format!("`{text}`: {why}")))
}

fn some_day<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Date>, D::Error> {
    day(source).map(Some)
}
