//! Every rule by an input that breaks it, and by the sample, which breaks none.

use serde_json::{Value, json};

use super::RULES;
use crate::diagnostic::Severity;
use crate::dossier::testing::{changed, told};

/// The rule, where it must point, and how the sample is changed to break it.
type Case = (&'static str, &'static str, fn(&mut Value));

const CASES: &[Case] = &[
    ("ho_so.so_dem_khac", "/so_lieu/so_cong_bo/ca_nhan", |s| s["so_lieu"]["so_cong_bo"]["ca_nhan"] = json!(12)),
    ("ho_so.so_dem_khac", "/so_lieu/theo_hinh_thuc/0/tap_the", |s| {
        s["so_lieu"]["theo_hinh_thuc"] = json!([{"hinh_thuc": "LĐTT", "tap_the": 3, "ca_nhan": 7}]);
    }),
    ("ho_so.dieu_khac_danh_sach", "/quyet_dinh/1/dieu/0/noi_dung/0", |s| {
        let dieu = json!([{"noi_dung": ["Tặng Giấy khen cho 02 tập thể và bốn cá nhân (có Danh sách kèm theo)."]}]);
        s["quyet_dinh"][1]["dieu"] = dieu;
    }),
    ("ho_so.trung_doi_tuong", "/quyet_dinh/1/khen_thuong/0/doi_tuong/5", |s| {
        let again = s["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"][2].clone();
        push(&mut s["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"], again);
    }),
    ("ho_so.trung_doi_tuong", "/quyet_dinh/0/khen_thuong/2/doi_tuong/7", |s| {
        let mut again = s["quyet_dinh"][0]["khen_thuong"][2]["doi_tuong"][2].clone();
        again["don_vi"] = json!("Trường Mầm non Mường Bang");
        push(&mut s["quyet_dinh"][0]["khen_thuong"][2]["doi_tuong"], again);
    }),
    ("ho_so.trung_ten", "/quyet_dinh/1/khen_thuong/0/doi_tuong/5", |s| {
        let mut again = s["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"][2].clone();
        again["chuc_vu"] = json!("Bí thư Chi bộ");
        push(&mut s["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"], again);
    }),
    ("ho_so.mot_dinh_danh_hai_ten", "/quyet_dinh/0/khen_thuong/2/doi_tuong/1/dinh_danh", |s| {
        s["quyet_dinh"][0]["khen_thuong"][2]["doi_tuong"][1]["dinh_danh"] = json!("014085000101");
    }),
    ("ho_so.ten_hai_dang", "/quyet_dinh/0/khen_thuong/2/doi_tuong/1/ten", |s| {
        s["quyet_dinh"][0]["khen_thuong"][0]["doi_tuong"][0]["ten"] = json!("HÀ VĂN KHUÊ");
    }),
    ("ho_so.nhieu_khen_thuong", "/quyet_dinh/1/khen_thuong/1/doi_tuong/0", |s| {
        let mut second = s["quyet_dinh"][1]["khen_thuong"][0].clone();
        second["thanh_tich"] = json!("thành tích xuất sắc đột xuất");
        let one = second["doi_tuong"][2].clone();
        second["doi_tuong"] = json!([one]);
        push(&mut s["quyet_dinh"][1]["khen_thuong"], second);
    }),
    ("ho_so.hinh_thuc_la", "/quyet_dinh/1/khen_thuong/0/hinh_thuc", |s| {
        s["quyet_dinh"][1]["khen_thuong"][0]["hinh_thuc"] = json!("Thư khen");
    }),
    ("ho_so.danh_hieu_sai_doi_tuong", "/quyet_dinh/0/khen_thuong/0/doi_tuong/0/loai", |s| {
        s["quyet_dinh"][0]["khen_thuong"][0]["doi_tuong"][0]["loai"] = json!("ho_gia_dinh");
    }),
    ("ho_so.cstdcs_thieu_ldtt", "/quyet_dinh/0/khen_thuong/0/doi_tuong/0", |s| {
        remove(&mut s["quyet_dinh"][0]["khen_thuong"][2]["doi_tuong"], 1);
    }),
    ("ho_so.cstdcs_chua_doi_chieu", "/quyet_dinh/0/khen_thuong/0/doi_tuong/0", |s| {
        remove(&mut s["quyet_dinh"][0]["khen_thuong"][2]["doi_tuong"], 1);
        s["da_co"] =
            json!([{"hinh_thuc": "LĐTT", "quyet_dinh": "Quyết định số 12/QĐ-UBND ngày 05/01/2021", "so_luong": 30}]);
    }),
    ("ho_so.vuot_dinh_muc", "/quyet_dinh/0/khen_thuong/0", |s| {
        let second = s["quyet_dinh"][0]["khen_thuong"][2]["doi_tuong"][0].clone();
        push(&mut s["quyet_dinh"][0]["khen_thuong"][0]["doi_tuong"], second);
    }),
    ("ho_so.dinh_muc_chua_xac_nhan", "/quyet_dinh/0/khen_thuong/0", |s| date(s, "2024-05-06")),
    ("ho_so.ty_le_tap_the", "/quyet_dinh/0/khen_thuong/1/doi_tuong/0", |s| {
        s["so_lieu"]["bien_che"] = json!([{"don_vi": "Trường Tiểu học Huy Tường", "so_nguoi": 7}]);
    }),
    ("ho_so.khong_ro_cap", "/quyet_dinh/0/tham_quyen", |s| {
        s["quyet_dinh"][0]["tham_quyen"] = json!("Chủ tịch Liên minh");
    }),
    ("ho_so.cap_khong_con", "/quyet_dinh/0/tham_quyen", |s| date(s, "2025-07-01")),
    ("ho_so.khong_du_tham_quyen", "/quyet_dinh/0/khen_thuong/0", |s| {
        s["quyet_dinh"][0]["tham_quyen"] = json!("Chủ tịch Ủy ban nhân dân xã Gia Phù");
    }),
    ("ho_so.khong_du_tham_quyen", "/quyet_dinh/1/khen_thuong/0", |s| {
        s["quyet_dinh"][1]["khen_thuong"][0]["hinh_thuc"] = json!("Bằng khen");
    }),
    ("ho_so.tham_quyen_chua_xac_nhan", "/quyet_dinh/1/khen_thuong/0", |s| {
        s["quyet_dinh"][1]["tham_quyen"] = json!("Chủ tịch Ủy ban nhân dân tỉnh Sơn La");
    }),
    ("ho_so.nguoi_ky_khac_tham_quyen", "/quyet_dinh/0/nguoi_ky/chuc_vu", |s| {
        s["quyet_dinh"][0]["nguoi_ky"]["chuc_vu"] = json!("Phó Chủ tịch");
    }),
    ("ho_so.ky_thay_mat", "/quyet_dinh/0/nguoi_ky", |s| {
        s["quyet_dinh"][0]["nguoi_ky"]["quyen_han"] = json!(["TM. ỦY BAN NHÂN DÂN"]);
    }),
    ("ho_so.can_cu_het_hieu_luc", "/quyet_dinh/0/can_cu/2", |s| date(s, "2024-05-06")),
    ("ho_so.can_cu_chua_hieu_luc", "/quyet_dinh/0/can_cu/3", |s| {
        push(&mut s["quyet_dinh"][0]["can_cu"], json!("Nghị định số 98/2023/NĐ-CP ngày 31 tháng 12 năm 2023"));
    }),
    ("ho_so.thieu_can_cu", "/quyet_dinh/0/can_cu", |s| remove(&mut s["quyet_dinh"][0]["can_cu"], 1)),
    ("ho_so.chua_co_ngay", "/quyet_dinh/0/ngay", |s| {
        if let Some(map) = s["quyet_dinh"][0].as_object_mut() {
            map.remove("ngay");
        }
    }),
    ("ho_so.thu_tu_ngay", "/quyet_dinh/1/ngay", |s| s["quyet_dinh"][1]["ngay"] = json!("2021-01-17")),
    ("ho_so.thu_tu_ngay", "/to_trinh/ngay", |s| s["to_trinh"]["ngay"] = json!("2021-01-14")),
    ("ho_so.nam_khac", "/quyet_dinh/0/nam", |s| s["quyet_dinh"][0]["nam"] = json!(2020)),
    ("ho_so.nam_khac", "/quyet_dinh/0/khen_thuong/2/nam_xet", |s| {
        s["quyet_dinh"][0]["khen_thuong"][2]["nam_xet"] = json!(2022);
    }),
    ("ho_so.trung_so", "/quyet_dinh/1/so", |s| s["quyet_dinh"][1]["so"] = json!(97)),
    ("ho_so.trung_so", "/quyet_dinh/1/khen_thuong/0/doi_tuong/4/so_bang", |s| {
        s["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"][4]["so_bang"] = json!("414");
    }),
    ("ho_so.so_qppl", "/da_co/0/quyet_dinh", |s| {
        s["da_co"] = json!([{"hinh_thuc": "LĐTT", "quyet_dinh": "Quyết định số 12/2021/QĐ-UBND", "so_luong": 3}]);
    }),
    ("ho_so.de_nghi_khac_to_trinh", "/quyet_dinh/0/de_nghi", |s| s["to_trinh"]["so"] = json!(6)),
    ("ho_so.de_nghi_khac_to_trinh", "/quyet_dinh/1/de_nghi", |s| s["to_trinh"]["ngay"] = json!("2021-01-19")),
    ("ho_so.tong_tien", "/so_lieu/so_cong_bo/tien", |s| s["so_lieu"]["so_cong_bo"]["tien"] = json!(1)),
    ("ho_so.tien_trong_loi", "/quyet_dinh/1/tien_thuong", |s| {
        s["quyet_dinh"][1]["tien_thuong"] = json!("Mức tiền thưởng: tập thể 890.000 đồng, cá nhân 447.000 đồng");
    }),
    ("ho_so.muc_thuong_chua_xac_nhan", "/quyet_dinh/1/khen_thuong/0", |s| date(s, "2024-05-06")),
    ("ho_so.khong_co_muc", "/quyet_dinh/1/khen_thuong/0", |s| {
        s["quyet_dinh"][1]["tham_quyen"] = json!("Chủ tịch Liên minh");
    }),
    ("ho_so.chua_tinh_duoc_tien", "/van_ban/1", |s| {
        date(s, "2024-05-06");
        s["van_ban"] = json!(["quyet_dinh", "danh_sach_chi_thuong"]);
    }),
    ("ho_so.thieu_phieu", "/bien_ban/phieu", |s| {
        if let Some(map) = s["bien_ban"].as_object_mut() {
            map.remove("phieu");
        }
    }),
    ("ho_so.phieu_rieng_la", "/bien_ban/phieu_rieng/0/ten", |s| {
        s["bien_ban"]["phieu_rieng"][0]["ten"] = json!("Hà Văn Không");
    }),
    ("ho_so.khong_co_trong_bien_ban", "/quyet_dinh/1/khen_thuong/0/doi_tuong/0", |s| {
        let mut award = s["quyet_dinh"][1]["khen_thuong"][0].clone();
        remove(&mut award["doi_tuong"], 0);
        for one in award["doi_tuong"].as_array_mut().into_iter().flatten() {
            one["dong_y"] = json!(5);
            one["khong_dong_y"] = json!(0);
        }
        s["bien_ban"]["khen_thuong"] = json!([award]);
    }),
    ("ho_so.van_ban_khong_lap_duoc", "/van_ban/0", |s| s["van_ban"] = json!(["bang_khen"])),
    ("ho_so.ngoai_luat", "/giay_chung_nhan/cho/1", |s| s["giay_chung_nhan"]["cho"] = json!(["cstd_co_so", "ldtt"])),
    ("ho_so.danh_hieu_la", "/giay_khen/cho/0", |s| s["giay_khen"]["cho"] = json!(["giay_khen_tot"])),
];

fn push(list: &mut Value, item: Value) {
    list.as_array_mut().expect("a list of the sample").push(item);
}

fn remove(list: &mut Value, at: usize) {
    list.as_array_mut().expect("a list of the sample").remove(at);
}

fn date(input: &mut Value, day: &str) {
    for decision in input["quyet_dinh"].as_array_mut().expect("two decisions") {
        decision["ngay"] = json!(day);
    }
}

#[test]
fn the_sample_breaks_no_rule() {
    let found = told(crate::dossier::sample());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_rule_has_an_input_that_breaks_it() {
    for rule in RULES {
        assert!(CASES.iter().any(|(id, _, _)| *id == rule.id), "no case for `{}`", rule.id);
    }
    let mut missed = Vec::new();
    for (id, pointer, change) in CASES {
        let found = told(changed(change));
        let severity = RULES.iter().find(|rule| rule.id == *id).map(|rule| rule.severity);
        let hit = found.iter().find(|one| one.code == *id && one.pointer.as_deref() == Some(*pointer));
        match hit {
            Some(hit) => assert_eq!(Some(hit.severity), severity, "{id}"),
            None => missed.push(format!(
                "{id} at {pointer}: {:#?}",
                found
                    .iter()
                    .map(|one| (one.code.as_ref(), one.pointer.as_deref(), one.message.vi.as_str()))
                    .collect::<Vec<_>>()
            )),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn findings_speak_both_languages_without_a_full_stop() {
    for (_, _, change) in CASES {
        for one in told(changed(change)) {
            for text in std::iter::once(&one.message).chain(&one.hints) {
                for words in [&text.vi, &text.en] {
                    assert!(!words.is_empty() && !words.ends_with('.'), "{words}");
                }
            }
        }
    }
}

#[test]
fn errors_stop_and_warnings_do_not() {
    for rule in RULES {
        let Some((_, _, change)) = CASES.iter().find(|(id, _, _)| *id == rule.id) else { continue };
        let stopped = crate::dossier::testing::plan(changed(change)).is_err();
        if rule.severity == Severity::Error {
            assert!(stopped, "{}", rule.id);
        }
    }
}

#[test]
fn names_are_compared_without_case_and_tone_placement() {
    let input = changed(|s| {
        let mut again = s["quyet_dinh"][0]["khen_thuong"][2]["doi_tuong"][2].clone();
        again["ten"] = json!("MÙI  THỊ HÒA");
        if let Some(map) = again.as_object_mut() {
            map.remove("dinh_danh");
        }
        push(&mut s["quyet_dinh"][0]["khen_thuong"][2]["doi_tuong"], again);
    });
    let found = told(input);
    assert!(found.iter().any(|one| one.code == "ho_so.trung_doi_tuong"), "{found:#?}");
}

#[test]
fn the_same_name_in_two_units_is_two_people() {
    let input = changed(|s| {
        let people = &mut s["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"];
        let mut other = people[2].clone();
        other["don_vi"] = json!("Bản Lằn, xã Mường Do");
        push(people, other);
        s["so_lieu"]["so_cong_bo"]["ca_nhan"] = json!(12);
    });
    let found = told(input);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_deputy_may_sign_for_the_head() {
    let input = changed(|s| {
        for decision in s["quyet_dinh"].as_array_mut().expect("two decisions") {
            decision["nguoi_ky"] =
                json!({"quyen_han": ["KT. CHỦ TỊCH"], "chuc_vu": "Phó Chủ tịch", "ho_ten": "Cầm Thị Dương"});
        }
    });
    let found = told(input);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn what_is_out_of_force_is_replaced_by_what_stands_there_today() {
    let found = told(changed(|s| date(s, "2025-08-06")));
    let hint = found
        .iter()
        .find(|one| one.code == "ho_so.can_cu_het_hieu_luc" && one.message.vi.contains("91/2017"))
        .and_then(|one| one.hints.first())
        .expect("a replacement");
    assert!(hint.vi.contains("152/2025/NĐ-CP"), "{hint:?}");
}
