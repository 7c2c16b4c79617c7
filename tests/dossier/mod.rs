//! Dossiers from the outside: the year 2020, and that every planned document is one its template takes.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};
use vinhdanh::dossier::{self, Confirmed, Law, Plan, Planner, checks, with_rows};
use vinhdanh::render::Requested;

use crate::support::{local, nam_2020, project};

fn planner() -> Planner {
    let law = Law::load(&vinhdanh::assets::templates()).expect("the law files are sound");
    Planner::new(local().renderer.templates(), law).expect("the contract composes")
}

fn word(planner: &Planner) -> Confirmed {
    let values = BTreeMap::from([("muc_thuong/cstd_co_so_va_ldtt".to_owned(), json!(true))]);
    planner.law().confirm(values).expect("an entry that waits for confirmation")
}

fn plan(input: Value) -> Plan {
    let planner = planner();
    planner.plan(input, &word(&planner)).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn every_document_of_the_sample_is_taken_by_its_template() {
    let plan = plan(dossier::sample());
    for document in &plan.documents {
        local()
            .renderer
            .prepare(&document.template, document.data.clone(), &Requested::default())
            .unwrap_or_else(|failure| panic!("{} of {}: {failure}", document.template, document.pointer));
    }
    let templates: std::collections::BTreeSet<&str> = plan.documents.iter().map(|one| one.template.as_str()).collect();
    let all = [
        "bien_ban",
        "danh_sach_chi_thuong",
        "giay_chung_nhan",
        "giay_khen",
        "quyet_dinh",
        "quyet_dinh_cong_nhan",
        "to_trinh",
    ];
    assert_eq!(templates.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn the_year_2020_is_planned_in_full_and_at_once() {
    let (planner, input) = (planner(), nam_2020::dossier());
    let word = word(&planner);
    let begun = Instant::now();
    let plan = planner.plan(input, &word).unwrap_or_else(|failure| panic!("{failure}"));
    println!("2,860 awards planned in {:?}", begun.elapsed());
    let many = |collectives: usize, persons: usize| (collectives, persons);
    let counted: Vec<_> =
        plan.counts.awards.iter().map(|one| (one.loai.as_str(), many(one.tap_the, one.ca_nhan))).collect();
    let expected = [
        ("thuong_xuyen", many(0, nam_2020::CHIEN_SI_THI_DUA_CO_SO)),
        ("thuong_xuyen", many(nam_2020::LAO_DONG_TIEN_TIEN.0, 0)),
        ("thuong_xuyen", many(0, nam_2020::LAO_DONG_TIEN_TIEN.1)),
        ("thuong_xuyen", nam_2020::GIAY_KHEN[0]),
        ("chuyen_de", nam_2020::GIAY_KHEN[1]),
        ("dot_xuat", nam_2020::GIAY_KHEN[2]),
    ];
    assert_eq!(counted, expected);
    let total: usize = plan.counts.awards.iter().map(|one| one.tap_the + one.ca_nhan + one.ho_gia_dinh).sum();
    assert_eq!((total, plan.counts.documents["giay_khen"], plan.counts.documents["giay_chung_nhan"]), (2860, 1093, 80));
    // 0,3 of 1.490.000 is 450.000 rounded, for persons; 0,6 is 890.000 for collectives; 0,8 is 1.190.000.
    let money = 80 * 1_490_000 + 72 * 1_190_000 + (1615 - 80) * 450_000 + 224 * 890_000 + 869 * 450_000;
    assert_eq!(plan.counts.money, Some(money));
    assert_eq!(plan.warnings, []);
}

#[test]
fn rows_of_a_sheet_make_the_same_plan_as_the_whole_input() {
    let planner = planner();
    let whole = nam_2020::dossier();
    let (mut base, mut rows) = (whole.clone(), Vec::new());
    for decision in base["quyet_dinh"].as_array_mut().expect("decisions") {
        let number = decision["so"].clone();
        for given in decision["khen_thuong"].as_array_mut().expect("awards") {
            let people = given.as_object_mut().and_then(|map| map.shift_remove("doi_tuong")).expect("recipients");
            for one in people.as_array().expect("a list") {
                let mut row = one.clone();
                row["hinh_thuc"] = given["hinh_thuc"].clone();
                row["loai_khen"] = given["loai"].clone();
                row["quyet_dinh"] = number.clone();
                rows.push(row);
            }
        }
    }
    let filled = with_rows(base, &rows, planner.law());
    assert_eq!(filled.input, whole);
    assert_eq!(filled.row_of("/quyet_dinh/0/khen_thuong/2/doi_tuong/5/ten"), Some(80 + 72 + 5));
    assert_eq!(filled.row_of("/quyet_dinh/3/khen_thuong/0/doi_tuong/92"), Some(2859));
    assert_eq!(filled.row_of("/quyet_dinh/3/so"), None);
}

#[test]
fn the_table_of_rules_is_the_page_people_read() {
    let path = project().join("docs/ho_so.md");
    let text = checks::document();
    if std::env::var_os("VINHDANH_UPDATE").is_some() {
        std::fs::write(&path, &text).expect("docs/ho_so.md is writable");
    }
    let kept = std::fs::read_to_string(&path).expect("docs/ho_so.md");
    assert!(kept == text, "docs/ho_so.md is old: VINHDANH_UPDATE=1 cargo test --test integration ho_so");
}
