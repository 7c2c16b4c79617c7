//! What the law files answer, and what is told when one is wrong.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, Confirmed, Law, Loai, May};
use crate::domain::date::Date;
use crate::dossier::testing::{confirmed, files, planner};

fn law() -> &'static Law {
    planner().law()
}

fn day(text: &str) -> Date {
    Date::parse(text).expect("the test writes real days")
}

/// The files with one changed.
fn with(name: &str, change: impl FnOnce(&mut Value)) -> BTreeMap<String, Vec<u8>> {
    let mut files = files().clone();
    let path = format!("shared/phap_luat/{name}.json");
    let mut value: Value = serde_json::from_slice(&files[&path]).expect("JSON");
    change(&mut value);
    files.insert(path, serde_json::to_vec(&value).expect("JSON again"));
    files
}

fn faults(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    Law::load(files).expect_err("a fault").diagnostics.into_iter().map(|one| one.message.vi).collect()
}

#[test]
fn base_wages_are_those_of_the_day() {
    for (at, amount) in [
        ("2018-07-01", 1_390_000),
        ("2019-06-30", 1_390_000),
        ("2019-07-01", 1_490_000),
        ("2023-07-01", 1_800_000),
        ("2024-06-30", 1_800_000),
        ("2024-07-01", 2_340_000),
        ("2026-07-01", 2_530_000),
    ] {
        let none = Confirmed::default();
        assert_eq!(law().wage(day(at), &none).known().map(|(amount, _)| *amount), Some(amount), "{at}");
    }
    assert!(law().wage(day("2015-01-01"), &Confirmed::default()).known().is_none());
}

#[test]
fn an_uncertain_wage_waits_for_the_agency() {
    let Answer::Unconfirmed { id, candidates, .. } = law().wage(day("2017-12-01"), &Confirmed::default()) else {
        panic!("certain")
    };
    assert_eq!((id.as_str(), candidates), ("luong_co_so/2017-07-01", vec!["1300000".to_owned()]));
    let word = confirmed(&[("luong_co_so/2017-07-01", json!(1_300_000))]);
    assert_eq!(law().wage(day("2017-12-01"), &word).known().map(|(amount, _)| *amount), Some(1_300_000));
}

#[test]
fn prizes_are_those_of_the_decree_of_the_day_and_of_the_level() {
    let none = Confirmed::default();
    let prize = |at: &str, text: &str, loai: Loai, cap: &str| {
        let award = law().award_for(text, loai).expect("an award");
        law().prize(day(at), award, loai, Some(cap), &none).known().map(|prize| prize.he_so.to_string())
    };
    assert_eq!(prize("2020-12-31", "Giấy khen", Loai::CaNhan, "huyen").as_deref(), Some("0,3"));
    assert_eq!(prize("2020-12-31", "Giấy khen", Loai::CaNhan, "xa").as_deref(), Some("0,15"));
    assert_eq!(prize("2020-12-31", "Giấy khen", Loai::TapThe, "huyen").as_deref(), Some("0,6"));
    assert_eq!(prize("2020-12-31", "Bằng khen", Loai::CaNhan, "tinh").as_deref(), Some("1,0"));
    assert_eq!(prize("2024-02-01", "Bằng khen", Loai::CaNhan, "tinh").as_deref(), Some("1,5"));
    assert_eq!(prize("2025-08-01", "LĐTT", Loai::CaNhan, "xa").as_deref(), Some("0,3"));
    assert_eq!(prize("2025-08-01", "LĐTT", Loai::TapThe, "xa").as_deref(), Some("0,8"));
    assert_eq!(prize("2025-08-01", "Giấy khen", Loai::CaNhan, "xa"), None);
    assert_eq!(prize("2017-09-30", "Giấy khen", Loai::CaNhan, "huyen"), None);
}

#[test]
fn a_confirmed_prize_is_taken() {
    let award = law().award("Giấy khen").expect("an award");
    let id = "muc_thuong/nd152/giay_khen_xa/ca_nhan";
    let word = confirmed(&[(id, json!(0.15))]);
    let found = law().prize(day("2025-08-01"), award, Loai::CaNhan, Some("xa"), &word);
    assert_eq!(found.known().map(|prize| prize.he_so.thousandths()), Some(150));
}

#[test]
fn only_what_waits_for_confirmation_may_be_confirmed() {
    let told = |id: &str, value: Value| {
        let failure = law().confirm(BTreeMap::from([(id.to_owned(), value)])).expect_err("a fault");
        format!(
            "{} {}",
            failure.diagnostics[0].message.vi,
            failure.diagnostics[0].hints.iter().map(|hint| hint.vi.as_str()).collect::<String>()
        )
    };
    assert!(told("muc_thuong/nd91/cstd_co_so/ca_nhan", json!(2)).contains("không có mục"));
    assert!(
        told("muc_thuong/nd152/giay_khen_xa/ca_nhann", json!(0.15))
            .contains("có phải `muc_thuong/nd152/giay_khen_xa/ca_nhan`")
    );
    assert!(told("muc_thuong/nd152/giay_khen_xa/ca_nhan", json!("0,15")).contains("phải là hệ số"));
    assert!(told("muc_thuong/cstd_co_so_va_ldtt", json!(1)).contains("true hoặc false"));
}

#[test]
fn awards_are_known_by_name_abbreviation_and_kind_of_recipient() {
    for (text, loai, ma) in [
        ("Giấy khen của Chủ tịch Ủy ban nhân dân huyện Phù Yên", Loai::HoGiaDinh, "giay_khen"),
        ("danh hiệu “Chiến sỹ thi đua cơ sở” năm 2020", Loai::CaNhan, "cstd_co_so"),
        ("CSTĐCS", Loai::CaNhan, "cstd_co_so"),
        ("Lao động tiên tiến", Loai::TapThe, "tt_ldtt"),
        ("lao động tiên tiến", Loai::CaNhan, "ldtt"),
        ("Bằng khen của Thủ tướng Chính phủ", Loai::CaNhan, "bang_khen_thu_tuong"),
        ("Bằng khen", Loai::CaNhan, "bang_khen"),
    ] {
        assert_eq!(law().award_for(text, loai).map(|award| award.ma.as_str()), Some(ma), "{text}");
    }
    for text in ["Thư khen", "Giấy khenn", ""] {
        assert!(law().award(text).is_none(), "{text}");
    }
}

#[test]
fn levels_are_told_by_the_longest_words() {
    for (name, cap) in [
        ("Chủ tịch UBND xã Gia Phù", Some("xa")),
        ("Chủ tịch Uỷ ban nhân dân huyện Phù Yên", Some("huyen")),
        ("Chủ tịch Ủy ban nhân dân thị xã Sơn Tây", Some("huyen")),
        ("Chủ tịch Ủy ban nhân dân thành phố Sơn La", Some("huyen")),
        ("Chủ tịch Ủy ban nhân dân thành phố Hà Nội", Some("tinh")),
        ("Chủ tịch Ủy ban nhân dân tỉnh Sơn La", Some("tinh")),
        ("Giám đốc Sở Tư pháp", Some("so")),
        ("Bộ trưởng Bộ Nội vụ", Some("bo")),
        ("Trưởng phòng Phòng Nội vụ", None),
    ] {
        assert_eq!(law().level(name).map(|level| level.cap.as_str()), cap, "{name}");
    }
}

#[test]
fn communes_take_over_the_titles_of_districts_in_july_2025() {
    let none = Confirmed::default();
    let award = law().award("CSTĐCS").expect("an award");
    let may = |cap: &str, at: &str| law().may_decide(cap, award, day(at), &none);
    assert!(matches!(may("xa", "2025-06-30"), May::No(_)));
    assert_eq!(may("xa", "2025-07-01"), May::Yes);
    assert_eq!(may("huyen", "2025-06-30"), May::Yes);
    assert!(matches!(may("huyen", "2025-07-01"), May::No(_)));
    assert!(matches!(may("tinh", "2025-07-01"), May::Perhaps(..)));
}

#[test]
fn legal_bases_are_known_from_what_clerks_write() {
    for (line, ma) in [
        ("Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;", vec!["luat_tdkt_2022"]),
        ("Luật Thi đua, khen thưởng năm 2003 (sửa đổi năm 2013)", vec!["luat_tdkt_2003"]),
        ("Luật số 06/2022/QH15 về thi đua, khen thưởng", vec!["luat_tdkt_2022"]),
        ("Nghị định 91/2017/NĐ-CP ngày 31/7/2017 quy định chi tiết Luật Thi đua, khen thưởng", vec!["nd_91_2017"]),
        ("Thông tư số 1/2024/TT-BNV hướng dẫn Nghị định số 98/2023/NĐ-CP", vec!["tt_01_2024"]),
        ("Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025", vec!["luat_tccqdp_2025_2"]),
        ("Luật Tổ chức chính quyền địa phương ngày 19/6/2015", vec!["luat_tccqdp_2015"]),
        (
            "Luật Thi đua, khen thưởng ngày 26 tháng 11 năm 2003; Luật sửa đổi, bổ sung một số điều của Luật Thi đua, khen thưởng ngày 14 tháng 6 năm 2005 và ngày 16 tháng 11 năm 2013",
            vec!["luat_tdkt_2003", "luat_tdkt_sua_doi"],
        ),
        ("Quyết định số 36/2017/QĐ-UBND ngày 04 tháng 11 năm 2017 của UBND tỉnh Sơn La", vec![]),
    ] {
        let found: Vec<&str> = law().bases(line).into_iter().map(|one| one.ma.as_str()).collect();
        assert_eq!(found, ma, "{line}");
    }
}

#[test]
fn every_entry_is_reachable_by_its_own_name() {
    for award in &law().awards {
        assert_eq!(law().award(&award.ten).map(|found| found.ma.as_str()), Some(award.ma.as_str()));
    }
    for basis in
        law().bases.iter().filter(|one| one.nhan_dien.iter().any(|how| how.bat_dau.is_some()) || one.ten.contains('/'))
    {
        let found: Vec<&str> = law().bases(&basis.ten).into_iter().map(|one| one.ma.as_str()).collect();
        assert_eq!(found, [basis.ma.as_str()], "{}", basis.ten);
    }
}

#[test]
fn faults_of_the_files_name_file_and_entry() {
    let unknown_key = with("luong_co_so", |file| file["luong_co_so"][2]["mức"] = json!(1));
    assert!(faults(&unknown_key)[0].contains("`shared/phap_luat/luong_co_so.json`, mục `2019-07-01`"));
    let bad_day = with("muc_thuong", |file| file["che_do"][0]["tu_ngay"] = json!("2017-13-01"));
    assert!(faults(&bad_day)[0].contains("`nd91`"));
    let backwards = with("can_cu", |file| file["can_cu"][0]["den_ngay"] = json!("2001-01-01"));
    assert!(faults(&backwards)[0].contains("`den_ngay` trước `tu_ngay`"));
    let stranger = with("tham_quyen", |file| file["tham_quyen"][0]["danh_hieu"][0] = json!("la"));
    assert!(faults(&stranger)[0].contains("không có `la`"));
    let guessed = with("muc_thuong", |file| {
        for one in file["muc_thuong"].as_array_mut().into_iter().flatten() {
            if one["ma"] == "nd152/giay_khen_xa/ca_nhan" {
                one["he_so"] = json!(0.15);
            }
        }
    });
    assert!(faults(&guessed)[0].contains("mục không chắc chắn"));
    let twice = with("dinh_muc", |file| {
        let again = file["dinh_muc"][0].clone();
        file["dinh_muc"].as_array_mut().expect("a list").push(again);
    });
    assert!(faults(&twice)[0].contains("đã có"));
    let mut gone = files().clone();
    gone.remove("shared/phap_luat/can_cu.json");
    gone.insert("shared/phap_luat/dinh_muc.json".into(), b"{".to_vec());
    assert_eq!(faults(&gone).len(), 2);
}

#[test]
fn no_uncertain_entry_carries_a_value() {
    assert!(law().prizes.iter().filter(|one| !one.chac_chan).count() > 10);
    assert!(law().prizes.iter().all(|one| one.chac_chan == one.he_so.is_some()));
    assert!(law().quotas.iter().all(|one| one.chac_chan == one.phan_tram.is_some()));
}
