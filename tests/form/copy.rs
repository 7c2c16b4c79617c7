//! Copies: pages that break the rules of Phụ lục I, Phần II; what is printed under a photocopy; the words of a signature.

use std::time::Duration;

use chrono::DateTime;
use serde_json::{Value, json};
use tokio::time::Instant;
use vinhdanh::engine::frames::{Run, Stroke};
use vinhdanh::signing::appearance::{COPY_FIELD, CopyKind, Corner, Setter, TimeStyle, attachment_text, copy_text};

use super::{Broken, Sheet, changed, mm, run, sheet, sheets};
use crate::support::local;

pub const BROKEN: &[Broken] = &[
    ("sao.ke", "no rule", "ban_sao/plain", |sheet| {
        let whole = whole_rule(sheet);
        sheet.pages.strokes.remove(whole);
    }),
    ("sao.ke", "half as wide", "ban_sao/plain", |sheet| {
        let whole = whole_rule(sheet);
        sheet.pages.strokes[whole].w /= 2.0;
    }),
    ("sao.ke", "no rule under an extract", "ban_sao/trich-sao", |sheet| {
        let whole = whole_rule(sheet);
        sheet.pages.strokes.remove(whole);
    }),
    ("sao.hinh_thuc", "small letters", "ban_sao/plain", |sheet| run(sheet, "SAO Y").text = "Sao y".into()),
    ("sao.hinh_thuc", "12 pt", "ban_sao/plain", |sheet| run(sheet, "SAO Y").size = 12.0),
    ("sao.hinh_thuc", "not bold", "ban_sao/sao-luc", |sheet| run(sheet, "SAO LỤC").bold = false),
    ("sao.hinh_thuc", "off the axis of the date", "ban_sao/plain", |sheet| run(sheet, "SAO Y").x += 20.0),
    ("sao.hinh_thuc", "below the agency", "ban_sao/plain", |sheet| run(sheet, "SAO Y").y += 8.0),
    ("sao.ky_hieu", "that of another form", "ban_sao/plain", |sheet| {
        run(sheet, "Số: 03").text = "Số: 03/SL-UBND".into();
    }),
    ("sao.ky_hieu", "that of the document", "ban_sao/trich-sao", |sheet| {
        run(sheet, "Số: 09").text = "Số: 09/QĐ-UBND".into();
    }),
    ("sao.mot_to", "an entry on the next sheet", "ban_sao/plain", |sheet| {
        let (size, stray) = (sheet.pages.sizes[0], run(sheet, "Các phòng").clone());
        sheet.pages.sizes.push(size);
        sheet.pages.runs.push(Run { page: 2, y: mm(60.0), ..stray });
    }),
    ("sao.mot_to", "all recipients on the next sheet, which is numbered", "ban_sao/plain", |sheet| {
        let (size, stray) = (sheet.pages.sizes[0], run(sheet, "Các phòng").clone());
        let number = Run {
            text: "2".into(),
            size: 14.0,
            page: 2,
            x: (mm(220.0) - 7.0) / 2.0,
            y: mm(13.0),
            width: 7.0,
            ..stray.clone()
        };
        sheet.pages.sizes.push(size);
        sheet.pages.runs.extend([number, Run { page: 2, y: mm(60.0), ..stray }]);
    }),
    ("so.dinh_dang", "one digit", "ban_sao/plain", |sheet| run(sheet, "Số: 03").text = "Số: 3/SY-UBND".into()),
    ("ngay.chu", "upright", "ban_sao/plain", |sheet| run(sheet, "Phù Yên, ngày").italic = false),
    ("co_quan.chu", "not bold", "ban_sao/duoi-van-ban", |sheet| {
        sheet.pages.runs.iter_mut().filter(|run| run.size < 12.5 && run.y < mm(190.0)).for_each(|run| run.bold = false);
    }),
    ("ky.vi_tri", "the name off the axis", "ban_sao/plain", |sheet| run(sheet, "Đinh").x += 15.0),
    ("ky.dau", "off the signature", "ban_sao/trich-sao", |sheet| {
        sheet.boxes.iter_mut().find(|one| one.name == "co_quan").expect("a place for the seal").x -= 40.0;
    }),
    ("noi_nhan.luu", "no Lưu", "ban_sao/plain", |sheet| run(sheet, "Lưu:").text = "VT.".into()),
];

/// The rule as wide as the text, the lowest of them.
fn whole_rule(sheet: &Sheet) -> usize {
    let wide = |one: &&Stroke| one.h < 1.5 && one.w > mm(150.0);
    let lowest = sheet.pages.strokes.iter().filter(wide).max_by(|a, b| a.y.total_cmp(&b.y)).expect("a rule");
    sheet.pages.strokes.iter().position(|one| std::ptr::eq(one, lowest)).expect("it is there")
}

#[test]
fn what_is_printed_under_a_photocopy_begins_where_it_is_told() {
    for at in [20.0, 61.5, 172.0, 190.0] {
        let data = changed("ban_sao", "duoi-van-ban", &json!({"cach_mep_tren": at}));
        let sheet = Sheet::new("under", "ban_sao", data);
        let rule = &sheet.pages.strokes[whole_rule(&sheet)];
        assert!((rule.y - mm(at)).abs() < 1.0, "{at} mm: {} pt", rule.y);
        // From the margins of the photocopy, edge to edge.
        assert!((rule.x - mm(35.0)).abs() < 0.5 && (rule.x + rule.w - mm(195.0)).abs() < 0.5, "{rule:?}");
        assert_eq!(sheet.pages.sizes.len(), 1);
        assert!(sheet.pages.runs.iter().all(|run| run.y > rule.y), "something stands over the photocopy");
    }
}

#[test]
fn what_does_not_fit_under_a_photocopy_is_refused() {
    let data = changed("ban_sao", "duoi-van-ban", &json!({"cach_mep_tren": 240}));
    let failure = local().pages("ban_sao", data).expect_err("no room");
    let told: Vec<(&str, &str)> =
        failure.diagnostics.iter().map(|one| (one.code.as_ref(), one.pointer.as_deref().unwrap_or_default())).collect();
    assert_eq!(told, [("khong_vua", "/cach_mep_tren")]);
}

#[test]
fn an_extract_keeps_the_numbers_of_its_articles_and_is_signed_once() {
    let sheet = sheet("ban_sao/trich-sao");
    let text: String = sheet.pages.runs.iter().map(|run| run.text.replace('\u{a0}', " ") + " ").collect();
    assert!(text.contains("Điều 2.") && text.contains("Điều 3.") && !text.contains("Điều 1. "), "{text}");
    assert!(text.contains("(Đã ký)"), "{text}");
    // Where one signs is under the name of the form, not in the document's own signature.
    let form = sheet.pages.runs.iter().find(|run| run.text == "TRÍCH SAO").expect("the form");
    let places: Vec<_> = sheet.boxes.iter().filter(|one| one.name == "nguoi_ky").collect();
    assert!(matches!(places.as_slice(), [one] if one.page == form.page && one.y > form.y), "{places:?}");
}

#[test]
fn what_contradicts_the_form_of_copy_is_refused() {
    let extract = local().sample("ban_sao", "trich-sao")["van_ban"].clone();
    for (sample, changes, code) in [
        ("plain", json!({"ky_hieu": "TrS-UBND"}), "ky_hieu_khac_hinh_thuc"),
        ("plain", json!({"ky_hieu": "SYT-UBND"}), "ky_hieu_khac_hinh_thuc"),
        ("plain", json!({"van_ban": extract}), "thua_van_ban"),
        ("trich-sao", json!({"van_ban": null}), "thieu_van_ban"),
        ("trich-sao", json!({"ngay": "2021-07-15"}), "ngay_truoc_van_ban"),
        ("trich-sao", json!({"vi_tri": "duoi_van_ban", "cach_mep_tren": 100}), "vi_tri_trich_sao"),
        ("trich-sao", json!({"le": {"trai": 30, "phai": 15}}), "le_trich_sao"),
        ("duoi-van-ban", json!({"cach_mep_tren": null}), "thieu_cach_mep_tren"),
        ("plain", json!({"cach_mep_tren": 100}), "cach_mep_tren_khong_dung"),
    ] {
        let failure = local().pages("ban_sao", changed("ban_sao", sample, &changes)).expect_err(code);
        assert!(failure.diagnostics.iter().any(|one| one.code == code), "{code}: {failure:?}");
    }
}

#[test]
fn the_words_of_a_signature_are_black_upright_and_ten_points() {
    for sheet in sheets().iter().filter(|sheet| sheet.name.starts_with("dong_chu_ky/")) {
        let [(width, height)] = sheet.pages.sizes.as_slice() else { panic!("{} is not one page", sheet.name) };
        assert!(!sheet.pages.runs.is_empty() && sheet.pages.strokes.is_empty(), "{}", sheet.name);
        for run in &sheet.pages.runs {
            let black = run.colour.as_deref().is_some_and(|colour| colour.starts_with("#000000"));
            assert!(black && !run.bold && !run.italic && run.size == 10.0, "{}: {run:?}", sheet.name);
            // Stacked marks reach 0,916 em up, the deepest letters 0,22 em down.
            assert!(run.y - 9.16 >= 0.0 && run.y + 2.2 <= *height, "{}: {run:?}", sheet.name);
            assert!(run.x >= -0.01 && run.x + run.width <= width + 0.01, "{}: {run:?}", sheet.name);
        }
    }
}

#[test]
fn the_words_of_a_signature_are_those_of_the_decree() {
    let line = |name: &str| {
        let pages = local().pages("dong_chu_ky", local().sample("dong_chu_ky", name)).expect("a page");
        let mut lines: Vec<(f64, String)> = Vec::new();
        for run in &pages.runs {
            match lines.last_mut() {
                Some((y, text)) if (*y - run.y).abs() < 0.5 => text.push_str(&run.text),
                _ => lines.push((run.y, run.text.clone())),
            }
        }
        lines.into_iter().map(|(_, text)| text.replace('\u{a0}', " ").trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(line("plain"), ["Số: 925/BC-UBND; 2021-09-29T14:05:32+07:00"]);
    assert_eq!(line("ban-sao"), ["SAO Y; Ủy ban nhân dân huyện Phù Yên;", "2021-10-04T08:15:09+07:00"]);
    assert_eq!(line("sao-luc"), ["SAO LỤC; Phòng Nội vụ huyện Phù Yên; 04/10/2021;", "16:45:00 +07:00"]);
}

#[test]
fn words_that_do_not_fit_their_box_are_refused_and_never_cut() {
    let refused = |changes: Value| {
        let failure = local().pages("dong_chu_ky", changed("dong_chu_ky", "overflow", &changes)).expect_err("no room");
        failure.diagnostics.iter().map(|one| one.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(refused(json!({"cao": 8.0})), ["khong_vua"]);
    assert_eq!(refused(json!({"rong": 30, "cao": 60, "cach_ghi_gio": "iso"})), ["khong_vua"]);
}

/// The text of the only page of a PDF, by poppler where there is one.
fn words_of(pdf: &[u8]) -> Option<String> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), pdf).expect("written");
    let output = std::process::Command::new("pdftotext").arg("-layout").arg(file.path()).arg("-").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" "))
}

#[actix_web::test]
async fn the_appearance_is_a_transparent_page_as_large_as_its_field_in_vietnams_time() {
    let local = local();
    let setter = Setter {
        renderer: &local.renderer,
        backend: &local.backend,
        deadline: Instant::now() + Duration::from_secs(60),
    };
    let moment = DateTime::parse_from_rfc3339("2021-10-03T17:30:01Z").expect("a moment");
    let corner = Corner::default();
    let copy = copy_text(setter, CopyKind::SaoY, "Ủy ban nhân dân huyện Phù Yên", &moment, TimeStyle::Iso, &corner);
    let copy = copy.await.expect("it fits");
    let attachment = attachment_text(setter, "925/BC-UBND", &moment, TimeStyle::DayAndTime, &corner);
    let attachment = attachment.await.expect("it fits");
    for (pdf, words) in [
        (&copy, "SAO Y; Ủy ban nhân dân huyện Phù Yên; 2021-10-04T00:30:01+07:00"),
        (&attachment, "Số: 925/BC-UBND; 04/10/2021; 00:30:01 +07:00"),
    ] {
        let read = lopdf::Document::load_mem(pdf).expect("a PDF");
        let pages = read.get_pages();
        assert_eq!(pages.len(), 1);
        let page = read.get_dictionary(pages[&1]).expect("a page");
        let sides: Vec<f32> = page
            .get(b"MediaBox")
            .and_then(lopdf::Object::as_array)
            .expect("a box")
            .iter()
            .map(|side| side.as_float().expect("a number"))
            .collect();
        let spec = corner.field(COPY_FIELD, "Chữ ký số", 595.28).expect("on the page");
        assert!((f64::from(sides[2]) - spec.w).abs() < 0.1 && (f64::from(sides[3]) - spec.h).abs() < 0.1, "{sides:?}");
        let content = read.get_page_content(pages[&1]);
        let content = String::from_utf8_lossy(&content);
        // Nothing for a reader's structure, and no ground that would hide the page below.
        assert!(content.contains("/Artifact") && !content.contains("/MCID"), "{content}");
        assert!(!content.contains(" re"), "{content}");
        if let Some(read) = words_of(pdf) {
            assert_eq!(read, words);
        }
    }
    let again = copy_text(setter, CopyKind::SaoY, "Ủy ban nhân dân huyện Phù Yên", &moment, TimeStyle::Iso, &corner);
    assert!(again.await.expect("it fits") == copy, "the same words, other bytes");
}

#[actix_web::test]
async fn a_name_too_long_for_the_corner_is_refused_by_the_signer_too() {
    let local = local();
    let setter = Setter {
        renderer: &local.renderer,
        backend: &local.backend,
        deadline: Instant::now() + Duration::from_secs(60),
    };
    let moment = DateTime::parse_from_rfc3339("2021-10-03T17:30:01Z").expect("a moment");
    let name = "Hội đồng Thi đua - Khen thưởng ".repeat(9);
    let failure = copy_text(setter, CopyKind::TrichSao, &name, &moment, TimeStyle::Iso, &Corner::default()).await;
    let failure = failure.expect_err("no room");
    assert!(failure.diagnostics.iter().any(|one| one.code == "khong_vua"), "{failure:?}");
    let failure = attachment_text(setter, "925 BC", &moment, TimeStyle::Iso, &Corner::default()).await;
    assert!(failure.is_err(), "no number");
}
