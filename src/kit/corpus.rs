//! Words for made-up data: names of Kinh, Thái, Mường and Mông people, units, positions, achievements, places.
//! Every name is put together by dice from lists of common parts; whoever bears it in life is not meant.

use super::dice::Dice;

/// What a text is about, told from the name of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A person.
    Person,
    /// An agency, school or village.
    Unit,
    /// A position.
    Position,
    /// What somebody is praised for.
    Achievement,
    /// An administrative area.
    Place,
    /// What stands before a name.
    Style,
    /// What is given.
    Award,
    /// Where it is filed.
    File,
    /// Anything else.
    Sentence,
}

impl About {
    /// By the key, as templates name them (docs/glossary.md).
    pub fn key(key: &str) -> Self {
        match key {
            "ho_ten" | "ten" => Self::Person,
            "danh_xung" => Self::Style,
            "luu" => Self::File,
            _ if key.contains("don_vi") || key.contains("co_quan") || key == "chu_quan" => Self::Unit,
            "kinh_gui" | "noi_nhan" => Self::Unit,
            "quyen_han" => Self::Position,
            "hinh_thuc" => Self::Award,
            _ if key.starts_with("chuc_vu") => Self::Position,
            _ if key.starts_with("thanh_tich") => Self::Achievement,
            _ if key.starts_with("dia_danh") => Self::Place,
            _ => Self::Sentence,
        }
    }
}

/// A family name and the middle and given names that go with it.
struct People {
    family: &'static [&'static str],
    middle: &'static [&'static str],
    given: &'static [&'static str],
}

const PEOPLE: &[People] = &[
    People {
        family: &["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Đoàn", "Trịnh"],
        middle: &["Văn", "Thị", "Thị Thu", "Thị Bích", "Đức", "Minh", "Ngọc", "Hữu", "Quang", "Thị Hồng", "Xuân"],
        given: &[
            "An",
            "Bình",
            "Chiến",
            "Dũng",
            "Giang",
            "Hằng",
            "Hiếu",
            "Huyền",
            "Nguyệt",
            "Phượng",
            "Quyết",
            "Thủy",
            "Tuyết",
            "Ước",
        ],
    },
    People {
        family: &["Lò", "Cầm", "Quàng", "Lường", "Cà", "Tòng", "Hoàng", "Vì", "Bạc", "Điêu", "Lèo", "Mè"],
        middle: &["Văn", "Thị", "Thị Ánh", "Văn Pâng", "Thị Mai"],
        given: &["Ón", "Pản", "Inh", "Ngoan", "Xuấn", "Hặc", "Piếng", "Lả", "Ọi", "Thoan", "Chựa"],
    },
    People {
        family: &["Đinh", "Bùi", "Quách", "Hà", "Xa", "Mùi", "Phùng", "Sa"],
        middle: &["Văn", "Thị", "Công", "Thị Ngọc", "Tiến"],
        given: &["Ẻng", "Hẹn", "Thương", "Bưởi", "Đằm", "Kiển", "Nhẫn", "Ưởn"],
    },
    People {
        family: &["Giàng", "Mùa", "Sồng", "Vàng", "Thào", "Hờ", "Lầu", "Phàng", "Tráng"],
        middle: &["A", "Thị", "Seo", "Bả", "Láo"],
        given: &["Páo", "Chớ", "Sếnh", "Dếnh", "Mỷ", "Của", "Tủa", "Vừ", "Nếnh", "Sùng"],
    },
];

const KINDS: &[&str] = &[
    "Ủy ban nhân dân xã",
    "Hội Liên hiệp Phụ nữ xã",
    "Trường Phổ thông dân tộc bán trú Tiểu học và Trung học cơ sở",
    "Trường Mầm non",
    "Trạm Y tế xã",
    "Ban Chỉ huy Quân sự xã",
    "Chi bộ bản",
    "Công an xã",
    "Hợp tác xã Nông nghiệp",
    "Hạt Kiểm lâm khu vực",
    "Phòng Nội vụ huyện",
    "Đội Quản lý thủy nông",
];

const PLACES: &[&str] = &[
    "Nà Hương",
    "Suối Ưởng",
    "Mường Lẳm",
    "Chiềng Đằm",
    "Phiêng Nghịu",
    "Bản Ỏ",
    "Tà Xúa Nhỏ",
    "Huổi Quỳnh",
    "Đồng Vỡ",
    "Gò Mận",
    "Pắc Ẳng",
    "Lũng Thoóng",
    "Nậm Ngựu",
    "Khe Rộc",
];

const POSITIONS: &[&str] = &[
    "Chủ tịch",
    "Phó Chủ tịch",
    "Trưởng bản",
    "Giáo viên",
    "Hiệu trưởng",
    "Phó Trưởng phòng",
    "Chuyên viên",
    "Bí thư Đoàn Thanh niên",
    "Y sĩ",
    "Công chức Văn hóa - Xã hội",
    "Chỉ huy trưởng Ban Chỉ huy Quân sự",
    "Kế toán",
];

const DEEDS: &[&str] = &[
    "có thành tích xuất sắc trong phong trào thi đua yêu nước năm 2021",
    "có nhiều đóng góp trong xây dựng nông thôn mới",
    "đã dũng cảm cứu người trong đợt mưa lũ tháng 7",
    "có thành tích trong công tác bảo vệ rừng và phòng cháy, chữa cháy rừng",
    "có thành tích trong phong trào “Toàn dân bảo vệ an ninh Tổ quốc”",
    "đã giữ gìn và truyền dạy chữ Thái cổ cho thanh thiếu niên",
];

const WORDS: &[&str] = &[
    "phong",
    "trào",
    "thi",
    "đua",
    "yêu",
    "nước",
    "của",
    "địa",
    "phương",
    "được",
    "thực",
    "hiện",
    "thường",
    "xuyên",
    "những",
    "người",
    "lao",
    "động",
    "nghiêng",
    "khuỷu",
    "quyết",
    "toán",
    "kế",
    "hoạch",
    "hỗ",
    "trợ",
    "đồng",
    "bào",
    "vùng",
    "sâu",
    "ở",
    "huyện",
    "ủy",
    "xã",
    "bản",
    "mường",
    "trường",
    "học",
    "giữ",
    "vững",
    "quốc",
    "phòng",
    "uống",
    "nguồn",
    "ngoằn",
    "ngoèo",
    "bước",
    "đầu",
    "khuyến",
    "khích",
    "rừng",
    "năm",
    "2021",
    "01/12",
    "40,5%",
];

/// Letters of Vietnamese that carry a mark, both cases: 134.
pub const MARKED: &str = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ\
    ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ";

/// Texts a careless template would run, link, style or lose.
pub const MARKUP: &[&str] = &[
    "#panic(\"hỏng\") An",
    "$x^2 + 1$ Bình",
    "*đậm* _nghiêng_ `mã`",
    "@khong-co <lb> Chiến",
    "<script>alert(1)</script> & &amp; Dũng",
    "{{ 7 * 7 }} {% raw %} {# Giang #}",
    "\\u{41} \\ // Hằng /* */ --- Hiếu",
    "\"ngoặc\" 'đơn' “kép” ‘lẻ’ [vuông] {nhọn} (tròn) Huyền",
    "= Tiêu đề - gạch + cộng / Nguyệt",
    "https://vi-du.vn/a_b?c=d#e Phượng",
];

/// Texts with what nobody sees or what turns the order of reading.
pub const HIDDEN: &[&str] = &[
    "Lò\u{200b} Thị\u{200d} Ón",
    "\u{202e}nêiđ Văn An",
    "Ngu\u{a0}yễn \u{ad}Bình",
    "\u{2067}Quàng Văn\u{2069} Pản",
    "Ha\u{300} Thi\u{323} Be\u{302}\u{301}",
    "Trần\tVăn\nDũng",
    "שלום Giang",
];

/// A word nothing may break: longer than any line.
pub const ONE_WORD: &str = "NghiêngNghiêngKhuỷuThườngXuyênQuyếtToánKhuyếnKhíchTrườngNhữngPhườngDưỡngĐườngThưởng";

/// A text about something, a few words long.
pub fn text(dice: &mut Dice, about: About) -> String {
    let mut one = |from: &[&'static str]| dice.pick(from).unwrap_or("An");
    match about {
        About::Person => {
            let index = dice.below(PEOPLE.len());
            let people = PEOPLE.get(index).unwrap_or(&PEOPLE[0]);
            let mut one = |from: &[&'static str]| dice.pick(from).unwrap_or("An");
            format!("{} {} {}", one(people.family), one(people.middle), one(people.given))
        }
        About::Unit => format!("{} {}", one(KINDS), one(PLACES)),
        About::Position => one(POSITIONS).to_owned(),
        About::Achievement => one(DEEDS).to_owned(),
        About::Place => one(PLACES).to_owned(),
        About::Style => one(&["Ông", "Bà", "Em", "Thiếu tá"]).to_owned(),
        About::Award => one(&["Giấy khen", "Bằng khen", "danh hiệu “Lao động tiên tiến”"]).to_owned(),
        About::File => one(&["VT", "VT, NV", "VT, TĐKT"]).to_owned(),
        About::Sentence => {
            let count = 5 + dice.below(12);
            words(dice, count)
        }
    }
}

fn words(dice: &mut Dice, count: usize) -> String {
    let words: Vec<&str> = (0..count).filter_map(|_| dice.pick(WORDS)).collect();
    let mut text = words.join(" ");
    if let Some(first) = text.chars().next() {
        text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    text
}

/// Real words up to `letters`, and as near to it as whole words come.
pub fn filled(dice: &mut Dice, about: About, letters: usize) -> String {
    let mut made = text(dice, about);
    let mut length = made.chars().count();
    loop {
        let word = dice.pick(WORDS).unwrap_or("và");
        let more = 1 + word.chars().count();
        if length + more > letters {
            break;
        }
        made.push(' ');
        made.push_str(word);
        length += more;
    }
    cut(&made, letters)
}

/// At most `letters` of a text, ending with a whole word where it has more than one.
pub fn cut(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let head: String = text.chars().take(letters).collect();
    match head.rsplit_once(' ') {
        Some((whole, _)) if !whole.trim().is_empty() => whole.trim_end().to_owned(),
        _ => head.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn marked_letters_are_the_134_of_the_language() {
        assert_eq!(MARKED.chars().collect::<BTreeSet<_>>().len(), 134);
        assert_eq!(MARKED.chars().count(), 134);
    }

    #[test]
    fn texts_keep_their_length() {
        let mut dice = Dice::new(7);
        for letters in [1, 5, 60, 300, 5_000] {
            for about in [About::Person, About::Unit, About::Achievement, About::Sentence] {
                let made = filled(&mut dice, about, letters).chars().count();
                assert!(made <= letters && made * 10 >= letters * 8 - 70.min(letters * 8), "{letters}: {made}");
            }
        }
    }

    #[test]
    fn one_seed_is_one_text() {
        let made = |seed| text(&mut Dice::new(seed), About::Person);
        assert_eq!(made(3), made(3));
        let names: BTreeSet<String> = (0..200).map(made).collect();
        assert!(names.len() > 150, "{}", names.len());
    }
}
