//! Pages that break the rules of Phụ lục I, Phần I, Mục II, khoản 1–5, 9a and Mục III, khoản 2.

use serde_json::json;
use vinhdanh::engine::frames::Stroke;

use super::{Broken, Sheet, changed, mm, run, sheet};
use crate::support::local;

pub const BROKEN: &[Broken] = &[
    ("quoc_hieu.chu", "11 pt", "quyet_dinh/plain", |sheet| run(sheet, "CỘNG HÒA").size = 11.0),
    ("quoc_hieu.chu", "not bold", "quyet_dinh/plain", |sheet| run(sheet, "CỘNG HÒA").bold = false),
    ("quoc_hieu.mot_dong", "on two lines", "bao_cao/plain", |sheet| {
        run(sheet, "CỘNG HÒA").text = "CỘNG HÒA XÃ HỘI".into()
    }),
    ("tieu_ngu.chu", "12 pt", "quyet_dinh/plain", |sheet| run(sheet, "Độc lập").size = 12.0),
    ("tieu_ngu.ke", "no rule", "quyet_dinh/plain", |sheet| rub_out(sheet, 1)),
    ("tieu_ngu.ke", "a short rule", "quyet_dinh/plain", |sheet| sheet.pages.strokes[1].w -= 2.0),
    ("tieu_ngu.ke", "a rule off centre", "quyet_dinh/plain", |sheet| sheet.pages.strokes[1].x += 5.0),
    ("tieu_ngu.vi_tri", "off the axis", "quyet_dinh/plain", |sheet| {
        run(sheet, "Độc lập").x += 3.0;
        sheet.pages.strokes[1].x += 3.0;
    }),
    ("co_quan.chu", "lower case", "quyet_dinh/plain", |sheet| run(sheet, "ỦY BAN").text = "Ủy ban nhân dân".into()),
    ("co_quan.chu", "not bold", "quyet_dinh/plain", |sheet| run(sheet, "HUYỆN").bold = false),
    ("co_quan.chu", "14 pt", "quyet_dinh/plain", |sheet| run(sheet, "ỦY BAN").size = 14.0),
    ("co_quan.ke", "a rule as long as the name", "quyet_dinh/plain", |sheet| sheet.pages.strokes[0].w = 110.0),
    ("co_quan.ke", "no rule", "quyet_dinh/plain", |sheet| rub_out(sheet, 0)),
    ("co_quan.vi_tri", "off the axis", "quyet_dinh/plain", |sheet| {
        run(sheet, "HUYỆN").x -= 20.0;
        sheet.pages.strokes[0].x -= 20.0;
    }),
    ("ngay.vi_tri", "a step apart", "quyet_dinh/plain", |sheet| run(sheet, "Phù Yên, ngày").y += 1.5),
    ("so.chu", "the number in italics", "quyet_dinh/plain", |sheet| run(sheet, "Số:").italic = true),
    ("so.chu", "the number in 14 pt", "quyet_dinh/plain", |sheet| run(sheet, "Số:").size = 14.0),
    ("ngay.chu", "the date upright", "quyet_dinh/plain", |sheet| {
        run(sheet, "Phù Yên, ngày").italic = false;
    }),
    ("ngay.vi_tri", "the date at the right", "quyet_dinh/plain", |sheet| {
        run(sheet, "Phù Yên, ngày").x += 15.0;
    }),
    ("so.dinh_dang", "one digit", "bao_cao/plain", |sheet| run(sheet, "Số:").text = "Số: 5/BC-UBND".into()),
    ("so.nam", "a year", "bao_cao/plain", |sheet| run(sheet, "Số:").text = "Số: 05/2021/BC-UBND".into()),
    ("so.ky_hieu", "spaces", "bao_cao/plain", |sheet| run(sheet, "Số:").text = "Số: 05/BC - UBND".into()),
    ("so.dinh_dang", "no room to write in", "quyet_dinh/minimal", |sheet| {
        run(sheet, "Số:").text = "Số: /QĐ-UBND".into();
    }),
    ("ngay.dinh_dang", "a day of one digit", "quyet_dinh/plain", |sheet| {
        run(sheet, "Phù Yên, ngày").text = "Phù Yên, ngày 5 tháng 7 năm 2021".into();
    }),
    ("ngay.dinh_dang", "January of one digit", "quyet_dinh/plain", |sheet| {
        run(sheet, "Phù Yên, ngày").text = "Phù Yên, ngày 05 tháng 1 năm 2021".into();
    }),
    ("ngay.dinh_dang", "March with a zero", "quyet_dinh/plain", |sheet| {
        run(sheet, "Phù Yên, ngày").text = "Phù Yên, ngày 05 tháng 03 năm 2021".into();
    }),
    ("ngay.dinh_dang", "no room to write in", "quyet_dinh/minimal", |sheet| {
        run(sheet, "Phù Yên, ngày").text = "Phù Yên, ngày tháng năm 2021".into();
    }),
    ("trich_yeu.chu", "15 pt", "quyet_dinh/plain", |sheet| run(sheet, "Về việc").size = 15.0),
    ("ten_loai.chu", "italic", "bao_cao/plain", |sheet| run(sheet, "BÁO CÁO").italic = true),
    ("trich_yeu.chu", "at the left", "quyet_dinh/plain", |sheet| run(sheet, "Về việc").x = mm(30.0)),
    ("trich_yeu.ke", "no rule", "bao_cao/plain", |sheet| rub_out(sheet, 2)),
    ("trich_yeu.ke", "a rule too long", "quyet_dinh/plain", |sheet| sheet.pages.strokes[2].w = 300.0),
    ("kinh_gui.loai", "a decision", "quyet_dinh/plain", |sheet| {
        let mut line = run(sheet, "CHỦ TỊCH ỦY").clone();
        (line.text, line.bold, line.y) = ("Kính gửi: Sở Nội vụ".into(), false, line.y - 18.0);
        sheet.pages.runs.push(line);
    }),
    ("so.ten_loai", "a letter's", "bao_cao/plain", |sheet| run(sheet, "Số:").text = "Số: 768/CV-UBND".into()),
    ("so.vi_tri", "off the axis", "quyet_dinh/plain", |sheet| run(sheet, "Số:").x += 10.0),
    ("ngay.dau_phay", "left out", "quyet_dinh/plain", |sheet| {
        run(sheet, "Phù Yên, ngày").text = "Phù Yên ngày 16 tháng 7 năm 2021".into();
    }),
    ("ten_loai.dieu_7", "no such kind", "bao_cao/plain", |sheet| run(sheet, "BÁO CÁO").text = "BẢN TIN".into()),
    ("trich_yeu.cong_van", "14 pt", "cong_van/plain", |sheet| run(sheet, "V/v").size = 14.0),
    ("trich_yeu.cong_van", "off the number's axis", "cong_van/plain", |sheet| run(sheet, "V/v").x += 20.0),
    ("trich_yeu.cong_van", "left out", "cong_van/plain", |sheet| run(sheet, "V/v").text.clear()),
    ("kinh_gui.loai", "a letter without", "cong_van/plain", |sheet| run(sheet, "Kính gửi").text = "Sở Nội vụ".into()),
    ("kinh_gui.chu", "italic", "bao_cao/plain", |sheet| run(sheet, "Kính gửi").italic = true),
    ("dau_khan.vi_tri", "at the right", "quyet_dinh/plain+khan", |sheet| {
        frame(sheet).x += mm(90.0);
        run(sheet, "KHẨN").x += mm(90.0);
    }),
    ("luu_hanh.chu", "12 pt", "quyet_dinh/plain+xem_xong", |sheet| run(sheet, "XEM XONG").size = 12.0),
    ("kinh_gui.loai", "a report without", "bao_cao/plain", |sheet| run(sheet, "Kính gửi").text = "Sở Nội vụ".into()),
    ("kinh_gui.hinh_thuc", "a dash out of line", "bao_cao/plain+two", |sheet| {
        let dash = sheet.pages.runs.iter_mut().find(|run| run.text == "-").expect("a dash");
        dash.x += 4.0;
    }),
    ("kinh_gui.hinh_thuc", "the last ends with a semicolon", "bao_cao/plain+two", |sheet| {
        let last = sheet.pages.runs.iter_mut().find(|run| run.text.ends_with("La.")).expect("the last addressee");
        last.text = last.text.replace("La.", "La;");
    }),
    ("kinh_gui.hinh_thuc", "one addressee below", "bao_cao/plain", |sheet| {
        run(sheet, "Kính gửi").text = "Kính gửi:".into()
    }),
    ("dau_khan.chu", "black", "quyet_dinh/plain+khan", |sheet| run(sheet, "KHẨN").colour = Some("#000000".into())),
    ("dau_khan.khung", "too wide", "quyet_dinh/plain+khan", |sheet| frame(sheet).w = mm(30.0)),
    ("dau_khan.khung", "too high", "quyet_dinh/plain+hoa_toc", |sheet| frame(sheet).h = mm(10.0)),
    ("dau_khan.khung", "no border", "quyet_dinh/plain+thuong_khan", |sheet| {
        sheet.pages.strokes.retain(|one| one.h < 10.0)
    }),
    ("luu_hanh.khung", "ô 11 not in the corner", "quyet_dinh/plain+xem_xong", |sheet| {
        frame(sheet).x = mm(30.0);
        run(sheet, "XEM XONG").x = mm(35.0);
    }),
];

fn rub_out(sheet: &mut Sheet, stroke: usize) {
    sheet.pages.strokes.remove(stroke);
}

fn frame(sheet: &mut Sheet) -> &mut Stroke {
    sheet.pages.strokes.iter_mut().find(|one| one.page == 1 && one.w > 20.0 && one.h > 10.0).expect("a border")
}

#[test]
fn without_a_number_and_a_date_there_is_room_to_write_them() {
    for name in ["quyet_dinh/minimal", "quyet_dinh/plain+no_number", "bao_cao/minimal"] {
        let text: Vec<&str> = sheet(name).pages.runs.iter().map(|run| run.text.as_str()).collect();
        let number = text.iter().find(|text| text.starts_with("Số:")).expect("a number");
        assert!(number.contains("\u{a0}\u{a0}\u{a0}\u{a0}/"), "{name}: {number}");
        let date = text.iter().find(|text| text.contains("tháng")).expect("a date");
        assert!(date.contains("ngày\u{a0}\u{a0}\u{a0}"), "{name}: {date}");
        assert!(date.contains("tháng\u{a0}\u{a0}\u{a0}"), "{name}: {date}");
    }
}

#[test]
fn a_long_number_and_a_long_place_run_on_beside_each_other() {
    let mut changes = json!({"so": 999_999, "ky_hieu": "QĐ-UBNDBCĐCTMTQGXDNTMGNBVPTDTMNPTT-NVTĐK"});
    changes["co_quan"] = local().sample("quyet_dinh", "plain")["co_quan"].clone();
    changes["co_quan"]["dia_danh"] = "Ban Chỉ đạo các chương trình mục tiêu quốc gia vùng đồng bào dân tộc".into();
    let sheet = Sheet::new("long", "quyet_dinh", changed("quyet_dinh", "plain", &changes));
    let told: Vec<String> =
        sheet.findings().into_iter().map(|one| format!("{}: {}", one.code, one.message.vi)).collect();
    assert_eq!(told, Vec::<String>::new());
}
