//! Emulation titles (danh hiệu thi đua): their legal names, and whom each is for.
//!
//! Luật Thi đua, khen thưởng 2022, Điều 19 (persons), 20 (collectives and households), 24 and 28. Offices write them
//! short and loosely: `LĐTT`, `Chiến sỹ thi đua cơ sở`, “Lao động tiên tiến” of a collective.

use super::name::fold_key;

/// Whom an award is for, by the words of the data: `tap_the`, `ca_nhan`, `ho_gia_dinh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DanhCho {
    /// Collectives.
    TapThe,
    /// Persons.
    CaNhan,
    /// Households.
    HoGiaDinh,
}

impl DanhCho {
    /// Reads the word of the data. None for any other.
    pub fn parse(loai: &str) -> Option<Self> {
        match loai {
            "tap_the" => Some(Self::TapThe),
            "ca_nhan" => Some(Self::CaNhan),
            "ho_gia_dinh" => Some(Self::HoGiaDinh),
            _ => None,
        }
    }

    /// The word in a sentence: `tập thể`.
    pub fn words(self) -> &'static str {
        match self {
            Self::TapThe => "tập thể",
            Self::CaNhan => "cá nhân",
            Self::HoGiaDinh => "hộ gia đình",
        }
    }
}

/// A title the law knows.
struct Title {
    name: &'static str,
    of: DanhCho,
    /// What offices write for it.
    also: &'static [&'static str],
    /// What the same merit is called for others.
    sister: Option<&'static str>,
}

const fn title(name: &'static str, of: DanhCho, also: &'static [&'static str], sister: Option<&'static str>) -> Title {
    Title { name, of, also, sister }
}

/// Titles of bodies below a ministry and a province; others are printed as they are written.
const TITLES: [Title; 14] = [
    title("Chiến sĩ thi đua cơ sở", DanhCho::CaNhan, &["cstđcs", "cstđ cơ sở", "chiến sỹ thi đua cơ sở"], None),
    title("Chiến sĩ thi đua toàn quốc", DanhCho::CaNhan, &["cstđtq", "chiến sỹ thi đua toàn quốc"], None),
    title("Chiến sĩ thi đua cấp tỉnh", DanhCho::CaNhan, &["cstđ cấp tỉnh", "chiến sỹ thi đua cấp tỉnh"], None),
    title("Lao động tiên tiến", DanhCho::CaNhan, &["lđtt"], Some("Tập thể lao động tiên tiến")),
    title("Chiến sĩ tiên tiến", DanhCho::CaNhan, &["cstt", "chiến sỹ tiên tiến"], Some("Đơn vị tiên tiến")),
    title("Tập thể lao động tiên tiến", DanhCho::TapThe, &["ttlđtt", "tt lđtt", "tập thể lđtt"], None),
    title("Đơn vị tiên tiến", DanhCho::TapThe, &["đvtt"], None),
    title("Tập thể lao động xuất sắc", DanhCho::TapThe, &["ttlđxs", "tt lđxs", "tập thể lđxs"], None),
    title("Đơn vị quyết thắng", DanhCho::TapThe, &["đvqt"], None),
    title("Thôn văn hóa", DanhCho::TapThe, &[], None),
    title("Bản văn hóa", DanhCho::TapThe, &[], None),
    title("Tổ dân phố văn hóa", DanhCho::TapThe, &[], None),
    title("Xã tiêu biểu", DanhCho::TapThe, &[], None),
    title("Gia đình văn hóa", DanhCho::HoGiaDinh, &["gđvh"], None),
];

/// Whether an award is a title: it says `danh hiệu`, or is one this program knows. The others are forms of reward.
pub fn la_danh_hieu(hinh_thuc: &str) -> bool {
    hinh_thuc.trim_start().to_lowercase().starts_with("danh hiệu") || danh_cho(hinh_thuc).is_some()
}

/// The words of a title without `danh hiệu` in front and quotation marks around: `danh hiệu “Lao động tiên tiến”` is
/// `Lao động tiên tiến`. What remains of a text that is neither is the text, trimmed.
pub fn loi(hinh_thuc: &str) -> &str {
    let text = hinh_thuc.trim_matches([' ', '.', ';', ',']);
    let rest = match text.char_indices().nth("danh hiệu".chars().count()) {
        Some((at, _)) if text[..at].to_lowercase() == "danh hiệu" => text[at..].trim_start(),
        _ => text,
    };
    let bare = rest.trim_matches(['“', '”', '"', '\'', '‘', '’', '«', '»']).trim();
    if bare.is_empty() { text } else { bare }
}

/// The proper name of a title for recipients of a kind: “Lao động tiên tiến” of a collective is “Tập thể lao động tiên
/// tiến” (Điều 28), `CSTĐCS` and `Chiến sỹ thi đua cơ sở` are “Chiến sĩ thi đua cơ sở”. Unknown names stay as they are.
pub fn ten(hinh_thuc: &str, loai: DanhCho) -> String {
    let words = loi(hinh_thuc);
    match known(words) {
        Some(Title { of, sister: Some(sister), .. }) if *of != loai && loai == DanhCho::TapThe => (*sister).to_owned(),
        Some(title) => title.name.to_owned(),
        None => words.to_owned(),
    }
}

/// Whom a title is for; none where this program does not know it.
pub fn danh_cho(ten: &str) -> Option<DanhCho> {
    known(loi(ten)).map(|title| title.of)
}

fn known(words: &str) -> Option<&'static Title> {
    let key = fold_key(words);
    TITLES.iter().find(|title| fold_key(title.name) == key || title.also.contains(&key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_found_under_its_signs() {
        for text in ["danh hiệu “Lao động tiên tiến”", "Danh hiệu \"Lao động tiên tiến\"", " Lao động tiên tiến. "]
        {
            assert_eq!(loi(text), "Lao động tiên tiến", "{text}");
        }
        for text in ["Giấy khen", "danh hiệu", "“”", "danh hiệu “”", ""] {
            assert!(text.contains(loi(text)), "{text}");
        }
    }

    #[test]
    fn names_are_the_law_s() {
        use DanhCho::{CaNhan, HoGiaDinh, TapThe};
        for (text, loai, name) in [
            ("danh hiệu “Lao động tiên tiến”", CaNhan, "Lao động tiên tiến"),
            ("danh hiệu “Lao động tiên tiến”", TapThe, "Tập thể lao động tiên tiến"),
            ("LĐTT", TapThe, "Tập thể lao động tiên tiến"),
            ("TẬP THỂ LAO ĐỘNG TIÊN TIẾN", TapThe, "Tập thể lao động tiên tiến"),
            ("Chiến sỹ tiên tiến", TapThe, "Đơn vị tiên tiến"),
            ("danh hiệu chiến sỹ thi đua cơ sở", CaNhan, "Chiến sĩ thi đua cơ sở"),
            ("Gia đình văn hoá", HoGiaDinh, "Gia đình văn hóa"),
            ("danh hiệu “Người tốt, việc tốt”", CaNhan, "Người tốt, việc tốt"),
        ] {
            assert_eq!(ten(text, loai), name, "{text}");
        }
    }

    #[test]
    fn a_person_s_title_is_no_collective_s() {
        assert_eq!(danh_cho(&ten("CSTĐCS", DanhCho::TapThe)), Some(DanhCho::CaNhan));
        assert_eq!(danh_cho(&ten("Lao động tiên tiến", DanhCho::HoGiaDinh)), Some(DanhCho::CaNhan));
        assert_eq!(danh_cho("Người tốt, việc tốt"), None);
    }

    #[test]
    fn every_spelling_leads_to_one_title() {
        for title in &TITLES {
            assert_eq!(title.also.iter().filter(|also| fold_key(also) != **also).count(), 0, "{}", title.name);
            for also in title.also {
                assert_eq!(ten(also, title.of), title.name);
            }
            assert!(title.sister.is_none_or(|sister| danh_cho(sister) == Some(DanhCho::TapThe)), "{}", title.name);
        }
    }
}
