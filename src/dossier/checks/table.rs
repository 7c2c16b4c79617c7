//! The rules, in the order they are run and printed; docs/ho_so.md is made of this.

use super::{Rule, Scene, Told, authority, bases, days, minutes, numbers, people, titles};
use crate::diagnostic::Severity;

type Check = fn(&Scene<'_>, &mut Told<'_>);

const fn error(id: &'static str, source: &'static str, vi: &'static str, en: &'static str, check: Check) -> Rule {
    Rule { id, source, severity: Severity::Error, vi, en, check }
}

const fn warning(id: &'static str, source: &'static str, vi: &'static str, en: &'static str, check: Check) -> Rule {
    Rule { id, source, severity: Severity::Warning, vi, en, check }
}

/// Every rule.
pub const RULES: &[Rule] = &[
    // Counts.
    error(
        "ho_so.so_dem_khac",
        "–",
        "Số ghi trong `so_lieu` bằng số dòng",
        "Counts stated in `so_lieu` equal the rows",
        numbers::stated,
    ),
    error(
        "ho_so.dieu_khac_danh_sach",
        "NĐ 30/2020, Mẫu 1.2",
        "Số tập thể, cá nhân, hộ trong các điều tự viết, bằng số hay bằng chữ, có trong danh sách",
        "Counts in articles written by hand, in figures or words, are those of the rows",
        numbers::articles,
    ),
    // Recipients.
    error(
        "ho_so.trung_doi_tuong",
        "–",
        "Không ai có hai lần trong một khen thưởng: cùng `dinh_danh`, hoặc giống hết tên, đơn vị, chức vụ, danh xưng",
        "Nobody is listed twice for one award: same `dinh_danh`, or name, unit, position and form of address all equal",
        people::twice,
    ),
    warning(
        "ho_so.trung_ten",
        "–",
        "Cùng tên, cùng đơn vị trong một khen thưởng nhưng khác `dinh_danh` hoặc chức vụ: xem lại",
        "Same name and unit in one award with another `dinh_danh` or position: look again",
        people::perhaps_twice,
    ),
    error(
        "ho_so.mot_dinh_danh_hai_ten",
        "–",
        "Một `dinh_danh` chỉ có một tên trong cả hồ sơ",
        "One `dinh_danh` bears one name in the whole dossier",
        people::two_names,
    ),
    warning(
        "ho_so.ten_hai_dang",
        "–",
        "Tên một người viết như nhau ở mọi nơi: `Thuý` và `Thúy` là hai cách viết",
        "One person's name is written alike everywhere: `Thuý` and `Thúy` are two ways",
        people::two_forms,
    ),
    warning(
        "ho_so.nhieu_khen_thuong",
        "TT 03/2018/TT-BNG, Điều 3 (thông lệ)",
        "Không tặng nhiều hình thức cho cùng một thành tích",
        "No several forms for one achievement",
        people::several,
    ),
    // Titles.
    warning(
        "ho_so.hinh_thuc_la",
        "Luật TĐKT 2022, Điều 9, 19, 20, 72",
        "Danh hiệu, hình thức có trong luật",
        "The award is one the law knows",
        titles::unknown,
    ),
    error(
        "ho_so.danh_hieu_sai_doi_tuong",
        "Luật TĐKT 2022, Điều 19, 20",
        "Danh hiệu đúng loại đối tượng: cá nhân, tập thể, hộ gia đình",
        "A title is for its kind of recipient: person, collective, household",
        titles::wrong_kind,
    ),
    error(
        "ho_so.cstdcs_thieu_ldtt",
        "Luật TĐKT 2022, Điều 23",
        "Chiến sĩ thi đua cơ sở có tên trong danh sách Lao động tiên tiến của đợt, hoặc trong `da_co`",
        "A Chiến sĩ thi đua cơ sở is in the round's list of Lao động tiên tiến, or in `da_co`",
        titles::presupposed,
    ),
    warning(
        "ho_so.cstdcs_chua_doi_chieu",
        "Luật TĐKT 2022, Điều 23",
        "Chiến sĩ thi đua cơ sở đối chiếu được từng người với Lao động tiên tiến",
        "Each Chiến sĩ thi đua cơ sở can be compared with the list of Lao động tiên tiến",
        titles::not_compared,
    ),
    error(
        "ho_so.vuot_dinh_muc",
        "`dinh_muc.json`; NĐ 91/2017, Điều 9.3 (đến 31/12/2023)",
        "Tỷ lệ danh hiệu không quá định mức đã chắc chắn hoặc đã xác nhận",
        "The share of a title keeps the quota that is certain or confirmed",
        titles::quota,
    ),
    warning(
        "ho_so.dinh_muc_chua_xac_nhan",
        "`dinh_muc.json`",
        "Định mức của bộ, tỉnh được cơ quan xác nhận",
        "The quota of the ministry or province is confirmed by the agency",
        titles::open_quota,
    ),
    error(
        "ho_so.ty_le_tap_the",
        "Luật TĐKT 2022, Điều 27, 28; Luật 2003, Điều 28",
        "Tập thể lao động tiên tiến, xuất sắc đủ tỷ lệ Lao động tiên tiến, khi `so_lieu.bien_che` cho biết số người",
        "A collective title has its share of Lao động tiên tiến, where `so_lieu.bien_che` tells the number of people",
        titles::collective_share,
    ),
    // Authority.
    warning(
        "ho_so.khong_ro_cap",
        "`tham_quyen.json`",
        "Cấp của người quyết định nhận ra được từ `tham_quyen` hoặc `cap`",
        "The level of the authority is told by `tham_quyen` or `cap`",
        authority::no_level,
    ),
    error(
        "ho_so.cap_khong_con",
        "Luật 72/2025/QH15",
        "Cấp của người quyết định có vào ngày ký: cấp huyện đến hết 30/6/2025",
        "The level exists on the day: districts until 30/6/2025",
        authority::level_gone,
    ),
    error(
        "ho_so.khong_du_tham_quyen",
        "Luật TĐKT 2022, Điều 79, 80; NĐ 129/2025; `tham_quyen.json`",
        "Người quyết định có thẩm quyền với danh hiệu, hình thức vào ngày ký",
        "The authority may decide the award on the day",
        authority::not_able,
    ),
    warning(
        "ho_so.tham_quyen_chua_xac_nhan",
        "`tham_quyen.json`",
        "Thẩm quyền chưa chắc chắn được cơ quan xác nhận",
        "Authority that is not certain is confirmed by the agency",
        authority::perhaps_able,
    ),
    error(
        "ho_so.nguoi_ky_khac_tham_quyen",
        "NĐ 30/2020, Điều 13",
        "Người ký là người có thẩm quyền, hoặc cấp phó ký thay (`KT.`)",
        "The signer is the authority, or its deputy signing for it (`KT.`)",
        authority::wrong_signer,
    ),
    warning(
        "ho_so.ky_thay_mat",
        "Luật TĐKT 2022, Điều 79, 80; NĐ 30/2020, Mẫu 1.2",
        "Quyết định khen thưởng không ký thay mặt Ủy ban nhân dân (`TM.`)",
        "Award decisions are not signed on behalf of the committee (`TM.`)",
        authority::body_signs,
    ),
    // Legal bases.
    warning(
        "ho_so.can_cu_het_hieu_luc",
        "`can_cu.json`",
        "Căn cứ còn hiệu lực vào ngày ký",
        "Legal bases are in force on the day",
        bases::out_of_force,
    ),
    warning(
        "ho_so.can_cu_chua_hieu_luc",
        "`can_cu.json`",
        "Căn cứ đã có hiệu lực vào ngày ký",
        "Legal bases are in force already on the day",
        bases::not_yet,
    ),
    warning(
        "ho_so.thieu_can_cu",
        "`can_cu.json`",
        "Có Luật Thi đua, khen thưởng và nghị định quy định chi tiết đang có hiệu lực",
        "The law on emulation and awards and its decree in force are cited",
        bases::missing,
    ),
    // Days and numbers.
    warning(
        "ho_so.chua_co_ngay",
        "–",
        "Quyết định có `ngay`, hoặc hồ sơ có `ngay_du_kien`",
        "The decision has its `ngay`, or the dossier `ngay_du_kien`",
        days::no_day,
    ),
    error(
        "ho_so.thu_tu_ngay",
        "Luật TĐKT 2022, Điều 84",
        "Họp Hội đồng, rồi Tờ trình, rồi quyết định",
        "The council meets, then the submission, then the decision",
        days::order,
    ),
    error(
        "ho_so.nam_khac",
        "–",
        "`nam` là năm của `ngay`; năm xét không sau năm của quyết định",
        "`nam` is the year of `ngay`; the year of a title is not after the decision's",
        days::years,
    ),
    error(
        "ho_so.trung_so",
        "NĐ 30/2020, Điều 15",
        "Số quyết định, số sổ vàng không lặp lại",
        "Numbers of decisions and of certificates do not repeat",
        days::numbers,
    ),
    warning(
        "ho_so.so_qppl",
        "NĐ 30/2020, PL I, II.3",
        "Văn bản cá biệt không đánh số như văn bản quy phạm pháp luật",
        "Individual documents are not numbered as legal texts are",
        days::legal_numbers,
    ),
    warning(
        "ho_so.de_nghi_khac_to_trinh",
        "–",
        "Tờ trình dẫn trong `de_nghi` là Tờ trình của hồ sơ",
        "The submission named in `de_nghi` is the dossier's",
        days::other_submission,
    ),
    // Money.
    error(
        "ho_so.tong_tien",
        "–",
        "Tổng tiền ghi trong `so_lieu` bằng tổng tính được",
        "The sum stated in `so_lieu` equals the one reckoned",
        numbers::sum,
    ),
    warning(
        "ho_so.tien_trong_loi",
        "–",
        "Số tiền viết trong `tien_thuong` là mức thưởng, tổng tiền hoặc mức lương cơ sở",
        "Amounts written in `tien_thuong` are prizes, the sum or the base wage",
        numbers::amounts,
    ),
    warning(
        "ho_so.muc_thuong_chua_xac_nhan",
        "`muc_thuong.json`, `luong_co_so.json`",
        "Mức chưa chắc chắn được cơ quan xác nhận; không thì không có danh sách chi thưởng",
        "Amounts that are not certain are confirmed by the agency; else there is no payment list",
        numbers::open_prizes,
    ),
    warning(
        "ho_so.khong_co_muc",
        "`muc_thuong.json`, `luong_co_so.json`",
        "Tệp luật có mức cho mọi khen thưởng vào ngày ký; không thì không có danh sách chi thưởng",
        "The law files hold an amount for every award on the day; else there is no payment list",
        numbers::no_prize,
    ),
    error(
        "ho_so.chua_tinh_duoc_tien",
        "–",
        "Danh sách chi thưởng chỉ lập khi mọi mức đã chắc chắn",
        "A payment list is made only when every amount is certain",
        numbers::refused,
    ),
    // Minutes, and documents asked for.
    error(
        "ho_so.thieu_phieu",
        "NĐ 30/2020, Mẫu 1.9",
        "Biên bản có số phiếu",
        "The minutes tell the votes",
        minutes::no_votes,
    ),
    error(
        "ho_so.phieu_rieng_la",
        "–",
        "Tên trong `phieu_rieng` có trong quyết định",
        "Names in `phieu_rieng` are in a decision",
        minutes::stray_votes,
    ),
    error(
        "ho_so.khong_co_trong_bien_ban",
        "–",
        "Ai được khen đều có trong biên bản, khi biên bản ghi đủ từng người",
        "Whoever is awarded is in the minutes, where these list everybody",
        minutes::not_voted,
    ),
    error(
        "ho_so.van_ban_khong_lap_duoc",
        "–",
        "Văn bản cần lập suy ra được từ dữ liệu",
        "Documents asked for follow from the data",
        minutes::impossible,
    ),
    warning(
        "ho_so.ngoai_luat",
        "Luật TĐKT 2022, Điều 24, 28",
        "Luật không có bằng cho Lao động tiên tiến và Tập thể lao động tiên tiến",
        "The law knows no certificate for Lao động tiên tiến and Tập thể lao động tiên tiến",
        minutes::beyond_law,
    ),
    error(
        "ho_so.danh_hieu_la",
        "–",
        "Mã trong `cho` có trong `danh_hieu.json`",
        "Words in `cho` are in `danh_hieu.json`",
        minutes::unknown_word,
    ),
];

const INTRODUCTION: &str = "\
<!-- Sinh từ src/dossier/checks/table.rs; sửa ở đó rồi chạy: VINHDANH_UPDATE=1 cargo test --test integration ho_so -->

# Hồ sơ: đối chiếu trước khi in

*Dossier: what is checked across its documents before anything is rendered. Errors stop the dossier; warnings are listed with the plan. Every finding has its rule's id as `code` and a pointer into the input.*

## Luật theo ngày · The law by date

Luật nằm trong các tệp JSON ở `typst-templates/shared/phap_luat/`, chọn theo ngày ký của quyết định. Cơ quan thay một tệp bằng tệp cùng tên trong thư mục mẫu của mình (`mau/shared/phap_luat/can_cu.json` với `--templates mau`): tệp ấy thay cả tệp có sẵn, nên chép ra rồi sửa. Tệp sai bị từ chối lúc khởi động, kèm tên tệp và mục.

| Tệp | Nội dung |
|---|---|
| `danh_hieu.json` | danh hiệu, hình thức: tên đúng, chữ để nhận ra, dành cho ai, loại bằng hoặc giấy đi kèm |
| `luong_co_so.json` | mức lương cơ sở theo ngày |
| `muc_thuong.json` | hệ số tiền thưởng theo nghị định, danh hiệu, loại đối tượng, cấp; hai danh hiệu chỉ chi mức cao |
| `can_cu.json` | văn bản làm căn cứ: cách nhận ra, thời gian có hiệu lực, văn bản thay thế |
| `tham_quyen.json` | các cấp, và ai quyết định được gì |
| `dinh_muc.json` | tỷ lệ danh hiệu |

Mục có `chac_chan: false` chưa kiểm được bản gốc và không có giá trị, chỉ có `ung_vien` là những giá trị đã thấy ở nơi khác. Chương trình không dùng mà nhắc, cho đến khi cơ quan xác nhận trong tệp cấu hình; giá trị trong ví dụ chỉ cho thấy cách viết:

```toml
[xac_nhan]
\"muc_thuong/nd152/giay_khen_xa/ca_nhan\" = 0.15
\"muc_thuong/cstd_co_so_va_ldtt\" = true
```

Khi còn mức chưa chắc chắn, hồ sơ vẫn lập được nhưng không có danh sách chi thưởng; đòi danh sách ấy trong `van_ban` là lỗi.

## Quy tắc · Rules

| Mã | Căn cứ | Mức | Yêu cầu | Rule |
|---|---|---|---|---|
";

/// docs/ho_so.md: every rule with its source and severity.
pub fn document() -> String {
    let mut text = String::from(INTRODUCTION);
    for rule in RULES {
        let severity = match rule.severity {
            Severity::Error => "lỗi",
            Severity::Warning => "nhắc",
        };
        text.push_str(&format!("| `{}` | {} | {severity} | {} | {} |\n", rule.id, rule.source, rule.vi, rule.en));
    }
    text.push_str(
        "\nMẫu của hồ sơ không dùng được (`ho_so.thieu_mau`) là lỗi khi cần đến mẫu ấy. Dữ liệu của từng văn bản còn phải \
         đúng quy cách của mẫu; lỗi được nói ở chỗ nó đến từ đâu trong hồ sơ.\n",
    );
    text
}
