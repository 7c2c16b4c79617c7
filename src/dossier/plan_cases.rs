//! Plans of the sample and of what clerks send.

use serde_json::{Value, json};

use super::law::Confirmed;
use super::plan::{Plan, sample};
use super::rows::with_rows;
use super::testing::{changed, plan, planner, told};

fn made(input: Value) -> Plan {
    plan(input).unwrap_or_else(|failure| panic!("{failure}"))
}

fn templates(plan: &Plan) -> Vec<&str> {
    plan.documents.iter().map(|one| one.template.as_str()).collect()
}

#[test]
fn documents_stand_in_the_order_of_the_round() {
    let plan = made(sample());
    let expected = [
        "to_trinh",
        "bien_ban",
        "quyet_dinh_cong_nhan",
        "quyet_dinh",
        "danh_sach_chi_thuong",
        "danh_sach_chi_thuong",
        "giay_chung_nhan",
        "giay_khen",
        "giay_khen",
        "giay_khen",
        "giay_khen",
        "giay_khen",
    ];
    assert_eq!(templates(&plan), expected);
    assert_eq!(plan.title, "Khen thưởng tổng kết năm 2020");
    assert_eq!(plan.documents[7].pointer, "/quyet_dinh/1/khen_thuong/0/doi_tuong/0");
}

#[test]
fn the_same_input_makes_the_same_plan() {
    assert_eq!(made(sample()), made(sample()));
}

#[test]
fn certificates_follow_from_their_decision() {
    let plan = made(sample());
    let one = plan.documents.iter().find(|one| one.template == "giay_chung_nhan").expect("a certificate");
    assert_eq!(one.data["danh_hieu"], "danh hiệu “Chiến sĩ thi đua cơ sở”");
    assert_eq!(one.data["nam_danh_hieu"], "2020");
    assert_eq!(one.data["quyet_dinh"], json!({"so": 97, "ky_hieu": "QĐ-UBND", "ngay": "2021-01-28"}));
    assert_eq!(one.data["so_so_vang"], "81");
    assert_eq!((one.person.as_str(), one.group.as_str()), ("Hà Văn Khuê", "Trường Tiểu học Huy Tường"));
    let last = plan.documents.last().expect("a certificate");
    assert_eq!(last.data["so_so_vang"], "417");
    assert_eq!(
        last.data["thanh_tich"],
        "Đã có thành tích xuất sắc trong phong trào thi đua “Phù Yên chung sức xây dựng nông thôn mới” năm 2020"
    );
    assert_eq!(last.data["tham_quyen"], "Chủ tịch Ủy ban nhân dân huyện Phù Yên");
}

#[test]
fn a_recipient_with_a_number_of_its_own_takes_none_of_the_series() {
    let plan = made(changed(|s| s["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"][1]["so_bang"] = json!("7b")));
    let numbers: Vec<&str> = plan
        .documents
        .iter()
        .filter(|one| one.template == "giay_khen")
        .filter_map(|one| one.data["so_so_vang"].as_str())
        .collect();
    assert_eq!(numbers, ["413", "7b", "414", "415", "416"]);
}

#[test]
fn lao_dong_tien_tien_gets_a_certificate_only_when_asked_for() {
    let count = |input: Value| made(input).counts.documents.get("giay_chung_nhan").copied();
    assert_eq!(count(sample()), Some(1));
    let asked = changed(|s| s["giay_chung_nhan"]["cho"] = json!(["cstd_co_so", "ldtt", "tt_ldtt"]));
    let plan = made(asked.clone());
    let beyond: Vec<&Value> =
        plan.documents.iter().map(|one| &one.data["ngoai_luat"]).filter(|one| **one == true).collect();
    assert_eq!((count(asked), beyond.len()), (Some(10), 9));
}

#[test]
fn money_is_paid_by_the_law_and_only_the_higher_title() {
    let plan = made(sample());
    // 1.490.000 + 2 × 1.190.000 + 6 × 450.000 by the first, 2 × 890.000 + 3 × 450.000 by the second.
    assert_eq!(plan.counts.money, Some(6_570_000 + 3_130_000));
    let lists: Vec<&Value> =
        plan.documents.iter().filter(|one| one.template == "danh_sach_chi_thuong").map(|one| &one.data).collect();
    assert_eq!(lists[0]["chi_thuong"][2]["doi_tuong"].as_array().map(Vec::len), Some(6));
    assert_eq!(lists[0]["luong_co_so"], 1_490_000);
    assert_eq!(lists[1]["quyet_dinh"]["cua"], "Chủ tịch Ủy ban nhân dân huyện Phù Yên");
}

#[test]
fn without_the_agency_s_word_there_is_a_plan_but_no_payment_list() {
    let plan = planner().plan(sample(), &Confirmed::default()).unwrap_or_else(|failure| panic!("{failure}"));
    assert!(!templates(&plan).contains(&"danh_sach_chi_thuong"));
    assert_eq!(plan.counts.money, None);
    let warning = &plan.warnings[0];
    assert_eq!(warning.code, "ho_so.muc_thuong_chua_xac_nhan");
    assert!(warning.hints[0].vi.contains("`\"muc_thuong/cstd_co_so_va_ldtt\" = true`"), "{warning:?}");
}

#[test]
fn a_single_decision_needs_no_list_of_decisions() {
    let input = changed(|s| {
        let one = s["quyet_dinh"][1].clone();
        *s = json!({"ten": "Khen thưởng chuyên đề", "quyet_dinh": one});
    });
    let plan = made(input);
    assert_eq!(templates(&plan)[..2], ["quyet_dinh", "danh_sach_chi_thuong"]);
    assert_eq!(plan.documents[0].pointer, "/quyet_dinh");
    assert_eq!(plan.documents[2].pointer, "/quyet_dinh/khen_thuong/0/doi_tuong/0");
}

#[test]
fn only_the_documents_listed_are_made() {
    let plan = made(changed(|s| s["van_ban"] = json!(["giay_khen", "quyet_dinh"])));
    assert_eq!(plan.counts.documents.keys().collect::<Vec<_>>(), ["giay_khen", "quyet_dinh", "quyet_dinh_cong_nhan"]);
}

#[test]
fn a_title_in_a_mixed_decision_keeps_its_year() {
    let input = changed(|s| {
        let title = s["quyet_dinh"][0]["khen_thuong"][2].clone();
        s["quyet_dinh"][1]["khen_thuong"].as_array_mut().expect("a list").push(title);
        s["quyet_dinh"][1]["khen_thuong"][1]["thanh_tich"] = json!("thành tích tốt");
        let mixed = s["quyet_dinh"][1].clone();
        *s = json!({"ten": "Khen thưởng", "quyet_dinh": mixed});
    });
    let plan = made(input);
    assert_eq!(plan.documents[0].template, "quyet_dinh");
    assert_eq!(plan.documents[0].data["khen_thuong"][1]["hinh_thuc"], "danh hiệu “Lao động tiên tiến” năm 2020");
}

#[test]
fn the_submission_asks_for_what_the_decisions_give() {
    let plan =
        made(changed(|s| s["quyet_dinh"][0]["khen_thuong"][1]["hinh_thuc"] = json!("danh hiệu “Lao động tiên tiến”")));
    let asked = &plan.documents[0].data;
    assert_eq!(asked["kinh_gui"], json!(["Chủ tịch Ủy ban nhân dân huyện Phù Yên"]));
    assert_eq!(asked["hop_hoi_dong"]["ngay"], "2021-01-15");
    assert_eq!(asked["khen_thuong"][1]["hinh_thuc"], "danh hiệu “Tập thể lao động tiên tiến”");
    assert_eq!(asked["khen_thuong"][1]["thanh_tich"], "thành tích trong phong trào thi đua năm 2020");
    let minutes = &plan.documents[1].data["khen_thuong"];
    assert_eq!(minutes[0]["doi_tuong"][0]["dong_y"], 4);
    assert_eq!(minutes[2]["doi_tuong"][0]["dong_y"], 5);
    // The same person, voted on for another title.
    assert_eq!(minutes[2]["doi_tuong"][1]["dong_y"], 5);
}

#[test]
fn faults_of_form_are_told_where_they_are_all_at_once() {
    let input = changed(|s| {
        s["tenn"] = json!("x");
        s["quyet_dinh"][0]["ngay"] = json!("2021-02-30");
        s["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"][3]["chucvu"] = json!("x");
        s["bien_ban"]["dia_diem"] = json!(1);
    });
    let found = told(input);
    let places: Vec<_> = found.iter().filter_map(|one| one.pointer.as_deref()).collect();
    for expected in
        ["/tenn", "/quyet_dinh/0/ngay", "/quyet_dinh/1/khen_thuong/0/doi_tuong/3/chucvu", "/bien_ban/dia_diem"]
    {
        assert!(places.contains(&expected), "{expected} in {places:?}");
    }
}

#[test]
fn faults_of_a_document_are_told_in_the_dossier() {
    let long = "thành tích ".repeat(70);
    let found = told(changed(|s| s["quyet_dinh"][1]["khen_thuong"][0]["thanh_tich"] = json!(long)));
    let fault = found.iter().find(|one| one.code == "too_long").expect("a certificate has no room for it");
    assert_eq!(fault.pointer.as_deref(), Some("/quyet_dinh/1/khen_thuong/0/thanh_tich"));
    let found = told(changed(|s| {
        s["quyet_dinh"][1]["mau"] = json!("quyet_dinh_cong_nhan");
    }));
    let pointers: Vec<_> = found.iter().filter_map(|one| one.pointer.as_deref()).collect();
    assert!(pointers.contains(&"/quyet_dinh/1/khen_thuong/0/nam_xet"), "{pointers:?}");
}

#[test]
fn decomposed_letters_are_composed_before_anything_is_compared() {
    let input = changed(|s| {
        s["quyet_dinh"][0]["khen_thuong"][0]["doi_tuong"][0]["ten"] = json!("Ha\u{300} Va\u{306}n Khue\u{302}")
    });
    assert_eq!(told(input), []);
}

#[test]
fn text_in_an_old_encoding_is_refused_with_its_place() {
    let found =
        told(changed(|s| s["quyet_dinh"][1]["khen_thuong"][0]["doi_tuong"][2]["ten"] = json!("§µo V¨n Nguyªn")));
    assert_eq!(found[0].code, "legacy_encoding");
    assert_eq!(found[0].pointer.as_deref(), Some("/quyet_dinh/1/khen_thuong/0/doi_tuong/2/ten"));
}

#[test]
fn rows_fill_awards_by_name_occasion_and_achievement() {
    let base = json!({"ten": "x", "quyet_dinh": {"so": 1}});
    let rows = [
        json!({"loai": "ca_nhan", "ten": "Lò Văn A", "hinh_thuc": "GK", "loai_khen": "dot_xuat", "thanh_tich": "cứu người"}),
        json!({"loai": "tap_the", "ten": "Tổ 1", "hinh_thuc": "LĐTT", "nam_xet": "2020"}),
        json!({"loai": "ca_nhan", "ten": "Lò Văn B", "hinh_thuc": "LĐTT", "nam_xet": 2020}),
        json!({"loai": "ca_nhan", "ten": "Lò Văn C", "hinh_thuc": "Giấy khen", "loai_khen": "dot_xuat", "thanh_tich": "Cứu  người"}),
        json!({"loai": "ca_nhan", "ten": "Lò Văn D", "hinh_thuc": "Giấy khen", "loai_khen": "dot_xuat", "thanh_tich": "chữa cháy"}),
    ];
    let filled = with_rows(base, &rows, planner().law());
    let given = &filled.input["quyet_dinh"]["khen_thuong"];
    let names: Vec<_> = (0..4).map(|at| given[at]["hinh_thuc"].as_str().unwrap_or_default()).collect();
    assert_eq!(
        names,
        ["Giấy khen", "danh hiệu “Tập thể lao động tiên tiến”", "danh hiệu “Lao động tiên tiến”", "Giấy khen"]
    );
    assert_eq!(
        given[0]["doi_tuong"],
        json!([{"loai": "ca_nhan", "ten": "Lò Văn A"}, {"loai": "ca_nhan", "ten": "Lò Văn C"}])
    );
    assert_eq!((&given[3]["thanh_tich"], &given[1]["nam_xet"]), (&json!("chữa cháy"), &json!(2020)));
    assert_eq!(filled.row_of("/quyet_dinh/khen_thuong/0/doi_tuong/1/ten"), Some(3));
    assert_eq!(filled.row_of("/quyet_dinh/khen_thuong/3/hinh_thuc"), Some(4));
    assert_eq!(filled.row_of("/quyet_dinh/so"), None);
}

#[test]
fn an_achievement_of_the_decision_makes_those_of_rows_their_own() {
    let base = json!({"ten": "x", "quyet_dinh": {"khen_thuong": [{"hinh_thuc": "Giấy khen", "thanh_tich": "thành tích chung"}]}});
    let rows = [
        json!({"loai": "ca_nhan", "ten": "Lò Văn A", "hinh_thuc": "Giấy khen", "thanh_tich": "cứu người"}),
        json!({"loai": "ca_nhan", "ten": "Lò Văn B", "hinh_thuc": "Giấy khen"}),
    ];
    let filled = with_rows(base, &rows, planner().law());
    let given = filled.input["quyet_dinh"]["khen_thuong"].as_array().expect("awards");
    assert_eq!(given.len(), 1);
    assert_eq!(given[0]["doi_tuong"][0]["thanh_tich"], "cứu người");
    assert!(given[0]["doi_tuong"][1].get("thanh_tich").is_none());
}
