//! The year 2020 of a district as one dossier: 2,860 awards, 1,093 giấy khen among them. The counts are those of a real
//! report; names, units and identity numbers are made up, always the same.

use serde_json::{Value, json};

/// Collectives and persons of each giấy khen: by merit, by theme, for a sudden deed.
pub const GIAY_KHEN: [(usize, usize); 3] = [(135, 547), (66, 252), (23, 70)];
/// Collectives and persons recognised as Lao động tiên tiến.
pub const LAO_DONG_TIEN_TIEN: (usize, usize) = (72, 1615);
/// Persons recognised as Chiến sĩ thi đua cơ sở, all of them Lao động tiên tiến.
pub const CHIEN_SI_THI_DUA_CO_SO: usize = 80;

const UNITS: usize = 120;
const FAMILY: [&str; 13] =
    ["Lò", "Cầm", "Hà", "Lường", "Đinh", "Bùi", "Mùi", "Quách", "Sùng", "Thào", "Bàn", "Đặng", "Nguyễn"];
const MIDDLE: [&str; 7] = ["Văn", "Thị", "Đức", "Minh", "Thị Thu", "Ngọc", "Quang"];
const GIVEN: [&str; 29] = [
    "An", "Ánh", "Bích", "Chiến", "Dung", "Đào", "Đạt", "Hạnh", "Hải", "Hiền", "Hòa", "Huệ", "Kiên", "Lan", "Lâm",
    "Mai", "Mỷ", "Nga", "Ngoan", "Páo", "Quý", "Sen", "Sơn", "Thúy", "Thiết", "Toàn", "Vân", "Xuân", "Yến",
];

fn unit(index: usize) -> String {
    let communes = ["Gia Phù", "Huy Bắc", "Mường Cơi", "Tân Lang", "Suối Tọ", "Tường Phù", "Kim Bon", "Bắc Phong"];
    let kinds = ["Trường Mầm non", "Trường Tiểu học", "Trường Trung học cơ sở", "Ủy ban nhân dân xã", "Trạm Y tế xã"];
    format!("{} {} {}", kinds[index % 5], communes[index / 5 % 8], index / 40 + 1)
}

/// The n-th person: 13 · 7 · 29 names, another in every unit before one comes again.
fn person(n: usize) -> Value {
    let name = format!("{} {} {}", FAMILY[n % 13], MIDDLE[n / 13 % 7], GIVEN[n / 91 % 29]);
    let title = if name.contains("Thị") { "Bà" } else { "Ông" };
    json!({"loai": "ca_nhan", "danh_xung": title, "ten": name, "chuc_vu": "Chuyên viên", "don_vi": unit(n % UNITS),
        "dinh_danh": format!("0140{:08}", n + 1)})
}

fn collective(n: usize) -> Value {
    match n {
        0..UNITS => json!({"loai": "tap_the", "ten": unit(n), "don_vi": "Ủy ban nhân dân huyện Phù Yên"}),
        _ => json!({"loai": "tap_the", "ten": format!("Tổ chuyên môn số {n}"), "don_vi": unit(n % UNITS)}),
    }
}

/// The dossier.
pub fn dossier() -> Value {
    let staff: Vec<Value> = (0..LAO_DONG_TIEN_TIEN.1).map(person).collect();
    let best: Vec<&Value> = staff.iter().step_by(20).take(CHIEN_SI_THI_DUA_CO_SO).collect();
    let groups: Vec<Value> = (0..LAO_DONG_TIEN_TIEN.0).map(collective).collect();
    let titles = json!([
        {"hinh_thuc": "danh hiệu “Chiến sĩ thi đua cơ sở”", "loai": "thuong_xuyen", "nam_xet": 2020, "doi_tuong": best},
        {"hinh_thuc": "danh hiệu “Tập thể lao động tiên tiến”", "loai": "thuong_xuyen", "nam_xet": 2020, "doi_tuong": groups},
        {"hinh_thuc": "danh hiệu “Lao động tiên tiến”", "loai": "thuong_xuyen", "nam_xet": 2020, "doi_tuong": staff},
    ]);
    let mut decisions = vec![decision(2101, titles)];
    let (mut group, mut one) = (0, 0);
    for (at, (kind, (collectives, persons))) in
        ["thuong_xuyen", "chuyen_de", "dot_xuat"].into_iter().zip(GIAY_KHEN).enumerate()
    {
        let mut who: Vec<Value> = (group..group + collectives).map(collective).collect();
        who.extend((one..one + persons).map(person));
        (group, one) = (group + collectives, one + persons);
        let why = format!("thành tích xuất sắc trong phong trào thi đua năm 2020, đợt {}", at + 1);
        let given = json!([{"hinh_thuc": "Giấy khen", "loai": kind, "thanh_tich": why, "doi_tuong": who}]);
        decisions.push(decision(2102 + at, given));
    }
    json!({"ten": "Khen thưởng năm 2020", "quyet_dinh": decisions, "giay_khen": {"so_so_vang_tu": 1}})
}

fn decision(number: usize, given: Value) -> Value {
    json!({
        "co_quan": {"ten": "Ủy ban nhân dân huyện Phù Yên", "viet_tat": "UBND", "dia_danh": "Phù Yên"},
        "so": number, "ky_hieu": "QĐ-UBND", "ngay": "2020-12-31",
        "trich_yeu": "Về việc khen thưởng năm 2020",
        "tham_quyen": "Chủ tịch Ủy ban nhân dân huyện Phù Yên",
        "can_cu": ["Luật Thi đua, khen thưởng ngày 26 tháng 11 năm 2003", "Nghị định số 91/2017/NĐ-CP ngày 31 tháng 7 năm 2017"],
        "de_nghi": "Trưởng phòng Phòng Nội vụ",
        "khen_thuong": given, "luu": "VT, NV",
        "nguoi_ky": {"chuc_vu": "Chủ tịch", "ho_ten": "Lường Minh Khoát"},
    })
}
