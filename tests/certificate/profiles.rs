//! Profiles: what a blank leaves to print and where, two on a sheet, blanks for what is missing, a whole profile in the data.

use serde_json::{Value, json};
use vinhdanh::diagnostic::Failure;
use vinhdanh::engine::frames::{self, Pages, Run};
use vinhdanh::engine::{Output, Standard};
use vinhdanh::render::Requested;

use crate::support::{local, project};

const MM: f64 = 72.0 / 25.4;

fn on_blank(data: Value) -> Result<Pages, Failure> {
    let requested = Requested { mode: "phoi".into(), output: Output::Pdf(Standard::A2a), ..Requested::default() };
    let job = local().renderer.prepare("giay_khen", data, &requested)?.job;
    Ok(frames::read(&local().engine.lay_out(&job)?.0))
}

fn plain(wishes: Value) -> Value {
    let mut data = local().sample("giay_khen", "plain");
    data["trinh_bay"] = wishes;
    data
}

fn found<'a>(pages: &'a Pages, begins: &str) -> Option<&'a Run> {
    pages.runs.iter().find(|run| run.text.starts_with(begins))
}

fn at<'a>(pages: &'a Pages, begins: &str) -> &'a Run {
    found(pages, begins).unwrap_or_else(|| panic!("no `{begins}`"))
}

fn codes(failure: &Failure) -> Vec<(String, String)> {
    failure.diagnostics.iter().map(|one| (one.pointer.clone().unwrap_or_default(), one.code.to_string())).collect()
}

#[test]
fn a_blank_gets_only_what_it_has_not() {
    let pages = on_blank(plain(json!({"ho_so": "phoi_a4"}))).expect("sound");
    assert!(found(&pages, "GIẤY KHEN").is_none());
    let whole = local().pages("giay_khen", plain(json!({"ho_so": "phoi_a4"}))).expect("sound");
    assert!(found(&whole, "GIẤY KHEN").is_some());
    for words in ["Quyết định số", "Đinh Quang Thái", "LÒ THỊ"] {
        let (blank, full) = (at(&pages, words), at(&whole, words));
        assert!((blank.x - full.x).abs() < 0.01 && (blank.y - full.y).abs() < 0.01, "{words}");
    }
}

#[test]
fn a_printer_is_made_up_for_from_the_corner_of_the_sheet() {
    let usual = on_blank(plain(json!({"ho_so": "phoi_a4"}))).expect("sound");
    // Prints 1,5 mm too far right and 0,5 mm too high everywhere.
    let measured =
        json!([{"x": 20, "y": 20, "ngang": 1.5, "doc": -0.5}, {"x": 277, "y": 190, "ngang": 1.5, "doc": -0.5}]);
    let moved = on_blank(plain(json!({"ho_so": "phoi_a4", "may_in": {"sai_so": measured}}))).expect("sound");
    let scaled =
        on_blank(plain(json!({"ho_so": "phoi_a4", "may_in": {"ti_le_ngang": 1.01, "ngang": 2}}))).expect("sound");
    for words in ["Quyết định số", "Đinh Quang Thái"] {
        let from = at(&usual, words);
        let to = at(&moved, words);
        assert!((to.x - from.x + 1.5 * MM).abs() < 0.01 && (to.y - from.y - 0.5 * MM).abs() < 0.01, "{words}");
        let to = at(&scaled, words);
        assert!((to.x - from.x * 1.01 - 2.0 * MM).abs() < 0.01 && (to.y - from.y).abs() < 0.01, "{words}");
    }
    let torn = json!([{"x": 20, "y": 20, "ngang": 0, "doc": 0}, {"x": 277, "y": 190, "ngang": 15, "doc": 0}]);
    let failure = on_blank(plain(json!({"ho_so": "phoi_a4", "may_in": {"sai_so": torn}}))).expect_err("no printer");
    assert_eq!(codes(&failure), [("/trinh_bay/may_in/sai_so".into(), "sai_so_vo_ly".into())]);
}

#[test]
fn two_recipients_stand_on_one_sheet_and_one_leaves_the_lower_half_empty() {
    let data = local().sample("giay_khen", "hai-a5");
    let pages = local().pages("giay_khen", data.clone()).expect("sound");
    let awards: Vec<f64> = pages.runs.iter().filter(|run| run.text == "GIẤY KHEN").map(|run| run.y).collect();
    let [first, second] = awards.as_slice() else { panic!("{awards:?}") };
    assert!((second - first - 148.5 * MM).abs() < 0.01);
    assert!(at(&pages, "MÙI VĂN").y > 148.5 * MM && at(&pages, "LÒ THỊ").y < 148.5 * MM);

    let mut alone = data.clone();
    alone.as_object_mut().expect("an object").shift_remove("doi_tuong_hai");
    let pages = local().pages("giay_khen", alone).expect("sound");
    assert!(pages.runs.iter().all(|run| run.y < 148.5 * MM));

    let mut crowded = data;
    crowded["trinh_bay"]["ho_so"] = json!("co_dien_a4");
    let failure = local().pages("giay_khen", crowded).expect_err("one on a sheet");
    assert_eq!(codes(&failure), [("/doi_tuong_hai".into(), "khong_co_cho".into())]);
}

#[test]
fn what_is_missing_is_left_as_the_blank_expects_it() {
    let data = |how: &str| {
        let mut data = local().sample("giay_khen", "ho-so-rieng");
        data["quyet_dinh"] = json!({"ky_hieu": "QĐ-UBND", "nam": 2021});
        let profile = &mut data["trinh_bay"]["ho_so_rieng"];
        profile["in_san"] = json!(["hinh_thuc"]);
        profile["khoi"]["quyet_dinh"]["cho_trong"] = json!(how);
        data
    };
    let line = |how: &str| {
        let pages = on_blank(data(how)).expect("sound");
        pages.runs.iter().find(|run| run.text.starts_with("Quyết định")).map(|run| run.text.clone())
    };
    assert!(
        line("khoang").is_some_and(|text| text.contains("\u{a0}\u{a0}\u{a0}\u{a0}/QĐ-UBND")),
        "{:?}",
        line("khoang")
    );
    assert!(line("dau_cham").is_some_and(|text| text.contains("……/QĐ-UBND")), "{:?}", line("dau_cham"));
    assert_eq!(line("trang"), None);
}

#[test]
fn a_profile_in_the_data_is_judged_like_any_other_value() {
    let sound = local().sample("giay_khen", "ho-so-rieng");
    assert!(at(&on_blank(sound.clone()).expect("sound"), "1287").y > 0.0);
    let refused = |change: fn(&mut Value), pointer: &str, code: &str| {
        let mut data = sound.clone();
        change(&mut data["trinh_bay"]["ho_so_rieng"]);
        let told = codes(&on_blank(data).expect_err(pointer));
        let wanted = (format!("/trinh_bay/ho_so_rieng{pointer}"), code.to_owned());
        assert!(told.contains(&wanted), "{told:?}");
    };
    refused(|profile| profile["khoi"]["ten"]["mau_sac"] = json!("do"), "/khoi/ten/mau_sac", "unknown_key");
    refused(|profile| profile["tranh"] = json!("/giay_khen/x.svg"), "/tranh", "enum");
    refused(
        |profile| {
            profile["khoi"]["ten"].as_object_mut().expect("a block").shift_remove("y");
        },
        "/khoi/ten",
        "khoi_thieu_cho",
    );
}

#[test]
fn a_persons_name_is_torn_last_and_then_at_its_ends() {
    let data = |ten: &str| {
        let mut data = plain(json!({"ho_so": "co_dien_a4"}));
        data["doi_tuong"]["ten"] = json!(ten);
        data
    };
    let lines = |ten: &str| {
        let pages = local().pages("giay_khen", data(ten)).expect("fits");
        let mut rows: Vec<(i64, String)> = Vec::new();
        let named = pages.runs.iter().filter(|run| run.y > 90.0 * MM && run.y < 115.0 * MM && run.bold);
        for run in named {
            let row = (run.y * 10.0).round() as i64;
            match rows.iter_mut().find(|one| one.0 == row) {
                Some(one) => one.1.push_str(&run.text),
                None => rows.push((row, run.text.clone())),
            }
        }
        rows.into_iter().map(|(_, text)| text.replace('\u{a0}', " ").trim().to_owned()).collect::<Vec<_>>()
    };
    let long = "NGUYỄN PHÚC HOÀNG NGUYÊN KHÁNH TƯỜNG VÂN";
    assert_eq!(lines(long), [long]);
    // The prefix goes first: the name stays whole.
    let longer = "NGUYỄN PHÚC HOÀNG NGUYÊN KHÁNH TƯỜNG VÂN TRẦN LÊ BẢO CHÂU";
    assert_eq!(lines(longer), [longer]);
    // Then the name parts with its given name.
    assert_eq!(lines(&format!("{longer} NGHIÊNG")), [longer, "NGHIÊNG"]);
}

#[test]
fn every_profile_may_as_well_come_with_the_data() {
    let folder = project().join("typst-templates/shared/certificate/profiles");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("profiles") {
        let path = entry.expect("an entry").path();
        let profile: Value = serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let by_name = local().pages("giay_khen", plain(json!({"ho_so": name}))).expect("sound");
        let inline = local().pages("giay_khen", plain(json!({"ho_so_rieng": profile})));
        let inline = inline.unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert_eq!(inline.runs, by_name.runs, "{name}");
        assert_eq!(inline.images, by_name.images, "{name}");
        let calibration = local().pages("to_can_chinh", json!({"trinh_bay": {"ho_so": name}}));
        assert!(calibration.is_ok(), "{name}: {:?}", calibration.err());
        count += 1;
    }
    assert!(count >= 10, "{count} profiles");
}
