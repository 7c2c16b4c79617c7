//! Documents that go with awards: titles, payments, revocations. What their pages say must agree with itself.

use serde_json::{Value, json};
use vinhdanh::engine::frames::{Pages, Run};

use crate::support::local;

fn pages(id: &str, data: Value) -> Pages {
    local().pages(id, data).unwrap_or_else(|failure| panic!("{id}: {failure:?}"))
}

fn plain(run: &Run) -> String {
    run.text.replace('\u{a0}', " ").trim().to_owned()
}

/// All words of a page range, in order.
fn words(pages: &Pages) -> String {
    pages.runs.iter().map(plain).collect::<Vec<_>>().join(" ")
}

/// An amount as a cell writes it.
fn amount(text: &str) -> Option<i64> {
    let grouped = text.len() > 4 && text.split('.').skip(1).all(|part| part.len() == 3);
    grouped.then(|| text.replace('.', "").parse().ok()).flatten()
}

fn people(count: usize) -> Vec<Value> {
    let names = ["Lò Văn Ón", "Đinh Thị Xuyến", "Mùa A Chớ", "Bàn Thị Liều", "Hà Đình Khuyến"];
    let unit = "Trường Tiểu học và Trung học cơ sở Bắc Phong";
    (0..count)
        .map(|n| json!({"loai": "ca_nhan", "ten": names[n % names.len()], "chuc_vu": "Giáo viên", "don_vi": unit, "dinh_danh": n.to_string()}))
        .collect()
}

fn payments(rows: usize, orientation: &str) -> Value {
    let mut data = local().sample("danh_sach_chi_thuong", "plain");
    data["danh_sach"] = json!({"huong": orientation});
    data["chi_thuong"] =
        json!([{"hinh_thuc": "Lao động tiên tiến", "loai": "ca_nhan", "he_so": 0.3, "doi_tuong": people(rows)}]);
    data
}

/// Runs of the line a word stands on.
fn line<'a>(pages: &'a Pages, begins: &str) -> (usize, Vec<&'a Run>) {
    let found = pages.runs.iter().find(|run| plain(run).starts_with(begins));
    let first = found.unwrap_or_else(|| panic!("no `{begins}` on the pages"));
    let beside = |run: &&Run| run.page == first.page && (run.y - first.y).abs() < 6.0;
    (first.page, pages.runs.iter().filter(beside).collect())
}

#[test]
fn totals_and_signatures_stay_with_the_last_rows() {
    for orientation in ["ngang", "dung"] {
        for rows in 1..40 {
            let pages = pages("danh_sach_chi_thuong", payments(rows, orientation));
            let (page, total) = line(&pages, "Tổng cộng");
            let sum = i64::try_from(rows).expect("few rows") * 450_000;
            assert_eq!(total.iter().find_map(|run| amount(&plain(run))), Some(sum), "{rows} rows");
            let on_page =
                |wanted: &str| pages.runs.iter().any(|run| run.page == page && plain(run).starts_with(wanted));
            for wanted in ["(Bằng chữ: ", "Đinh Thị Xuyến", "Sa Thị Thơ", "Hà Đình Thuận", "STT"] {
                assert!(on_page(wanted), "{orientation}, {rows} rows: `{wanted}` is not on page {page}");
            }
            let last = pages.runs.iter().any(|run| run.page == page && run.x < 115.0 && plain(run) == rows.to_string());
            assert!(last, "{orientation}: row {rows} is not on page {page}");
            assert!(
                pages.runs.iter().all(|run| run.page <= page),
                "{orientation}, {rows} rows: something is left over"
            );
        }
    }
}

#[test]
fn printed_amounts_add_up_to_the_total_and_its_words() {
    for sample in ["plain", "dung", "overflow", "hostile"] {
        let pages = pages("danh_sach_chi_thuong", local().sample("danh_sach_chi_thuong", sample));
        let (_, total) = line(&pages, "Tổng cộng");
        let total = total.iter().find_map(|run| amount(&plain(run))).expect("a total");
        let edge = line(&pages, "Hệ số").1.iter().find(|run| plain(run) == "Hệ số").map_or(0.0, |run| run.x);
        let figures = pages.runs.iter().filter(|run| run.x > edge);
        let (sums, rows): (Vec<&Run>, Vec<&Run>) =
            figures.filter(|run| amount(&plain(run)).is_some()).partition(|run| run.bold);
        let add = |runs: &[&Run]| runs.iter().filter_map(|run| amount(&plain(run))).sum::<i64>();
        assert_eq!(add(&rows), total, "{sample}: rows");
        assert_eq!(add(&sums), 2 * total, "{sample}: sums of the groups and the total");
        let words = words(&pages);
        assert!(words.contains(&format!("(Bằng chữ: {})", vinhdanh::domain::words::money_line(total))), "{sample}");
    }
}

#[test]
fn a_coefficient_nobody_confirmed_prints_nothing() {
    let mut data = local().sample("danh_sach_chi_thuong", "plain");
    let group = data["chi_thuong"][3].as_object_mut().expect("a group");
    group.shift_remove("he_so");
    group.insert("chua_xac_nhan".into(), json!(true));
    data["chi_thuong"][1]["so_tien"] = json!(1_192_000);
    let failure = local().pages("danh_sach_chi_thuong", data).expect_err("nothing to pay");
    let told: Vec<_> = failure.diagnostics.iter().map(|one| (one.pointer.as_deref(), one.code.as_ref())).collect();
    assert_eq!(
        told,
        [(Some("/chi_thuong/1/so_tien"), "so_tien_khong_khop"), (Some("/chi_thuong/3/he_so"), "he_so_chua_xac_nhan"),]
    );
    let both = &failure.diagnostics[0].message.vi;
    assert!(both.contains("1.192.000") && both.contains("1.190.000"), "{both}");
    assert!(failure.diagnostics[1].message.vi.contains("`Giấy khen` (tập thể)"), "{failure:?}");
}

#[test]
fn three_thousand_are_paid() {
    let pages = pages("danh_sach_chi_thuong", payments(3_000, "dung"));
    let (_, total) = line(&pages, "Tổng cộng");
    assert_eq!(total.iter().find_map(|run| amount(&plain(run))), Some(1_350_000_000));
    let heads = pages.runs.iter().filter(|run| plain(run) == "STT").count();
    let last = pages.runs.iter().map(|run| run.page).max().expect("pages");
    assert!(heads == last && last > 100, "{heads} heads on {last} pages");
}

#[test]
fn titles_have_their_legal_names_and_lists_of_their_own() {
    let words = words(&pages("quyet_dinh_cong_nhan", local().sample("quyet_dinh_cong_nhan", "plain")));
    for wanted in [
        "“Chiến sĩ thi đua cơ sở” cho 02 cá nhân",
        "“Tập thể lao động tiên tiến” cho 04 tập thể",
        "“Lao động tiên tiến” cho 09 cá nhân",
        "Phụ lục III",
    ] {
        assert!(words.contains(wanted), "`{wanted}` in {words}");
    }
    let mut data = local().sample("quyet_dinh_cong_nhan", "minimal");
    data["khen_thuong"][0]["doi_tuong"] = json!([{"loai": "tap_the", "ten": "Trạm Y tế xã Gia Phù"}]);
    let failure = local().pages("quyet_dinh_cong_nhan", data).expect_err("no title of collectives");
    assert_eq!(failure.diagnostics[0].code, "danh_hieu_khong_hop_loai");
}

#[test]
fn what_is_taken_back_is_the_sum_of_the_list() {
    let pages = pages("quyet_dinh_huy_bo", local().sample("quyet_dinh_huy_bo", "danh-sach"));
    let listed =
        pages.runs.iter().filter(|run| run.page == 2 && !run.bold).filter_map(|run| amount(&plain(run))).sum::<i64>();
    assert_eq!(listed, 1_750_000);
    let words = words(&pages);
    assert!(words.contains("tổng số tiền phải thu hồi: 1.750.000 đồng"), "{words}");
    assert!(words.contains("Một triệu bảy trăm năm mươi nghìn đồng"), "{words}");

    let mut data = local().sample("quyet_dinh_huy_bo", "plain");
    data["huy_bo"].as_object_mut().expect("an object").shift_remove("ly_do");
    data["ngay"] = json!("2025-08-01");
    let failure = local().pages("quyet_dinh_huy_bo", data).expect_err("without a reason, before the award");
    let told: Vec<_> = failure.diagnostics.iter().map(|one| one.code.as_ref()).collect();
    assert_eq!(told, ["thieu_ly_do", "ngay_truoc"]);
}

#[test]
fn titles_are_those_of_the_law_table() {
    use vinhdanh::domain::danh_hieu::{DanhCho, danh_cho, loi, ten};
    let path = crate::support::project().join("typst-templates/shared/phap_luat/danh_hieu.json");
    let table: Value = serde_json::from_slice(&std::fs::read(path).expect("a table")).expect("JSON");
    let titles = table["danh_hieu"].as_array().expect("a list");
    let mut known = 0;
    for title in titles.iter().filter(|title| title["nhom"] == "danh_hieu") {
        let name = loi(title["ten"].as_str().expect("a name"));
        let Some(of) = danh_cho(name) else { continue };
        known += 1;
        let kinds = title["doi_tuong"].as_array().expect("a list");
        let allowed: Vec<_> = kinds.iter().filter_map(|kind| DanhCho::parse(kind.as_str()?)).collect();
        assert_eq!(allowed, [of], "{name}");
        if let Some(sister) = title["cho_tap_the"].as_str() {
            let other = titles.iter().find(|other| other["ma"] == sister).expect("a title of the table");
            assert_eq!(ten(name, DanhCho::TapThe), loi(other["ten"].as_str().expect("a name")), "{name}");
        }
    }
    assert!(known >= 7, "only {known} titles are known here and there");
}
