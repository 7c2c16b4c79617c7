//! Properties of the files: text, fonts, tags, metadata. `tests/outside` asks judges that are not ours.

mod merge;

use std::process::Command;

use serde_json::json;
use vinhdanh::engine::Standard;

use crate::support::{file, local};

/// Poppler's or qpdf's answer; the test is skipped by name where the program is not installed.
fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(_) => {
            eprintln!("{program} is not installed; tests/outside insists on it");
            None
        }
    }
}

#[test]
fn text_layer_is_composed_and_words_stay_apart() {
    let rendered = local().pdf("quyet_dinh", local().sample("quyet_dinh", "plain"), Standard::A2a).expect("sound");
    let (_folder, path) = file("a.pdf", &rendered.bytes);
    let Some(text) = ask("pdftotext", &["-layout", path.to_str().expect("UTF-8"), "-"]) else { return };
    let nfc = icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned();
    assert!(text == nfc, "the text layer is not NFC");
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "QUYẾT ĐỊNH:",
        "Điều 1. Tặng Giấy khen của Chủ tịch Ủy ban nhân dân",
    ] {
        assert!(folded.contains(words), "`{words}` is not in the text layer");
    }
}

#[test]
fn metadata_name_the_document_its_issuer_and_its_day() {
    let rendered = local().pdf("bao_cao", local().sample("bao_cao", "plain"), Standard::A2a).expect("sound");
    let sample = local().sample("bao_cao", "plain");
    let text = String::from_utf8_lossy(&rendered.bytes);
    let packet = &text[text.find("<?xpacket begin").expect("XMP")..text.find("<?xpacket end").expect("XMP")];
    let number = format!("{}/{}", sample["so"], sample["ky_hieu"].as_str().expect("a symbol"));
    for part in [
        &number,
        sample["co_quan"]["ten"].as_str().expect("a name"),
        sample["ngay"].as_str().expect("a day"),
        "vi",
        "<pdfaid:part>2",
        "<pdfaid:conformance>A",
        "<pdfuaid:part>1",
    ] {
        assert!(packet.contains(part), "`{part}` is not in the XMP: {packet}");
    }
}

#[test]
fn draft_without_a_date_gets_no_clock() {
    let mut data = local().sample("quyet_dinh", "plain");
    let object = data.as_object_mut().expect("an object");
    object.shift_remove("ngay");
    object.shift_remove("so");
    let first = local().pdf("quyet_dinh", data.clone(), Standard::A2a).expect("sound").bytes;
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let second = local().pdf("quyet_dinh", data, Standard::A2a).expect("sound").bytes;
    assert!(first == second);
    assert!(String::from_utf8_lossy(&first).contains("2000-01-01T00:00:00+07:00"), "the fixed day of undated drafts");
}

#[test]
fn tags_hold_headings_lists_tables_and_alternate_texts() {
    let rendered = local().pdf("bao_cao", local().sample("bao_cao", "plain"), Standard::A2a).expect("sound");
    let (_folder, path) = file("a.pdf", &rendered.bytes);
    let Some(tree) = ask("pdfinfo", &["-struct", path.to_str().expect("UTF-8")]) else { return };
    for tag in ["H1", "H2", "Table", "THead", "TH", "L", "LI", "P"] {
        assert!(tree.lines().any(|line| line.split_whitespace().next() == Some(tag)), "no {tag} in the tags:\n{tree}");
    }
}

#[test]
fn the_year_2020_of_one_district_fits_one_decision() {
    // 135 collectives and 547 persons: the figures of huyện Phù Yên; the names are generated.
    let data = local().sample("quyet_dinh", "overflow");
    let list = data["khen_thuong"][0]["doi_tuong"].as_array().expect("recipients");
    let count = |kind: &str| list.iter().filter(|one| one["loai"] == kind).count();
    assert_eq!((count("tap_the"), count("ca_nhan")), (135, 547));
    let pages = local().pages("quyet_dinh", data.clone()).expect("set");
    let text: String = pages.runs.iter().map(|run| run.text.replace('\u{a0}', " ").replace('\u{200b}', "")).collect();
    assert!(
        text.contains("135 tập thể và 547 cá nhân") || text.contains("135 tập thể, 547 cá nhân"),
        "Điều 1 counts the list"
    );
    let squeezed: String = text.split_whitespace().collect();
    for one in list {
        let name: String = one["ten"].as_str().expect("a name").split_whitespace().collect();
        assert!(squeezed.contains(&name), "{name} is not on the pages");
    }
}

#[test]
fn list_sorted_by_given_name_follows_the_vietnamese_order() {
    let mut data = local().sample("quyet_dinh", "minimal");
    let person = |name: &str| json!({"loai": "ca_nhan", "ten": name});
    data["khen_thuong"] = json!([{"hinh_thuc": "Giấy khen", "loai": "dot_xuat", "thanh_tich": "thành tích đột xuất",
        "doi_tuong": [person("Đỗ Văn Ư"), person("Nguyễn Thị Hoa"), person("Trần Thị Ánh"), person("Đinh Thị Anh")]}]);
    data["danh_sach"] = json!({"kieu": "bang", "xep": "ten"});
    let pages = local().pages("quyet_dinh", data).expect("set");
    let text: String = pages.runs.iter().map(|run| run.text.replace('\u{a0}', " ")).collect();
    let places: Vec<usize> = ["Đinh Thị Anh", "Trần Thị Ánh", "Nguyễn Thị Hoa", "Đỗ Văn Ư"]
        .iter()
        .map(|name| text.rfind(name).unwrap_or_else(|| panic!("{name} is not on the page")))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn no_line_ends_inside_a_document_number() {
    let mut data = local().sample("bao_cao", "minimal");
    // One word more each time: the number meets the end of the line at every place.
    let paragraph = |n: usize| {
        let words = vec!["nghiêng"; n].join(" ");
        json!({"loai": "doan", "noi_dung": format!("{words} Quyết định số 1753/QĐ-UBND và Chỉ thị số 05-CT/TW ngày 29/9/2021 {words}")})
    };
    data["muc"] = json!([{"tieu_de": "Nội dung", "noi_dung": (0..40).map(paragraph).collect::<Vec<_>>()}]);
    let pages = local().pages("bao_cao", data).expect("set");
    for number in ["1753/QĐ-UBND", "05-CT/TW"] {
        let whole = pages.runs.iter().filter(|run| run.text.contains(number)).count();
        assert_eq!(whole, 40, "{number}");
    }
}
