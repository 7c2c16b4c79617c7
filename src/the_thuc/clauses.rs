//! The decree clause by clause: what it asks, who does it, which rules hold it. docs/the_thuc.md is made of this.

use super::{Form, Rule};
use crate::diagnostic::Severity;

/// Who sees to a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// The templates or the program, at these files.
    Done(&'static str),
    /// Right or wrong by the data: the program cannot know.
    Caller(&'static str),
    /// In no template.
    NotDone(&'static str),
}

/// One clause.
#[derive(Debug, Clone, Copy)]
pub struct Clause {
    /// `II.3.c, ô 3`.
    pub clause: &'static str,
    /// What it asks, in our own words, Vietnamese.
    pub vi: &'static str,
    /// Who does it.
    pub by: Where,
    /// Rules that hold it, and tests beyond them (those with `::`).
    pub held: &'static [&'static str],
}

/// Clauses under one heading.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Its heading.
    pub title: &'static str,
    /// A sentence above its table, or nothing.
    pub note: &'static str,
    /// In the decree's order.
    pub clauses: &'static [Clause],
}

const fn done(clause: &'static str, vi: &'static str, at: &'static str, held: &'static [&'static str]) -> Clause {
    Clause { clause, vi, by: Where::Done(at), held }
}

const fn caller(clause: &'static str, vi: &'static str, at: &'static str, held: &'static [&'static str]) -> Clause {
    Clause { clause, vi, by: Where::Caller(at), held }
}

const fn missing(clause: &'static str, vi: &'static str, why: &'static str) -> Clause {
    Clause { clause, vi, by: Where::NotDone(why), held: &[] }
}

/// Every clause, part by part.
pub const CLAUSES: &[Part] = &[
    Part {
        title: "Phạm vi · Scope",
        note: "",
        clauses: &[
            caller(
                "Điều 2",
                "Cơ quan, tổ chức nhà nước; nơi khác áp dụng tương tự; văn bản của Đảng theo hướng dẫn riêng",
                "",
                &[],
            ),
            done(
                "Điều 4.2.a",
                "Văn bản chuyên ngành do bộ quản lý ngành định mẫu: giấy khen không theo PL I",
                "`giay_khen/`, `bang_khen/`, `giay_chung_nhan/` theo Nghị định 50/2006/NĐ-CP, Điều 28; xem [Giấy khen](#giấy-khen-bằng-khen-bằng-chứng-nhận--certificates)",
                &[],
            ),
            done(
                "Điều 7",
                "29 loại văn bản hành chính",
                "`quyet_dinh/`, `bao_cao/`, `cong_van/`; các loại khác **chưa làm**",
                &["ten_loai.dieu_7"],
            ),
            caller("Điều 15", "Số liên tục trong năm, không trùng", "", &[]),
            done(
                "Điều 15.2",
                "Văn bản giấy: số và ngày ghi sau khi ký",
                "để chỗ trống: `src/text/filters.rs`",
                &["so.dinh_dang", "ngay.dinh_dang", "head::without_a_number_and_a_date_there_is_room_to_write_them"],
            ),
        ],
    },
    Part {
        title: "Trình bày chung · Page (PL I, Phần I, Mục I)",
        note: "",
        clauses: &[
            done("I.1", "Khổ A4", "`td/page.typ`", &["trang.kho_giay"]),
            done(
                "I.2",
                "Chiều dài khổ giấy; nằm ngang khi nội dung có bảng, biểu không làm thành phụ lục",
                "đứng; nằm ngang chỉ khi `huong` là `ngang` (danh sách, phụ lục, bảng): bốn lề theo tờ giấy xoay, lề đóng gáy 30 mm lên trên; `td/annex.typ`, `td/body.typ`, `td/measure.typ`. Quy tắc xét lề theo từng trang",
                &[
                    "trang.kho_giay",
                    "trang.le",
                    "typography::a_landscape_list_turns_the_sheet_with_its_margins",
                    "typography::a_landscape_table_has_pages_of_its_own_and_the_count_goes_on",
                ],
            ),
            done(
                "I.3",
                "Lề trên, dưới 20–25 mm; trái 30–35 mm; phải 15–20 mm",
                "`td/measure.typ` (20, 20, 30, 20 mm)",
                &["trang.le"],
            ),
            done(
                "I.4",
                "Times New Roman, Unicode TCVN 6909:2001",
                "Tinos, cùng số đo với Times New Roman: `td/measure.typ`; NFC và bảng mã cũ: `src/domain/unicode.rs`, `src/domain/legacy/`",
                &["trang.phong_chu"],
            ),
            done("I.4", "Chữ màu đen", "`td/page.typ`", &["trang.mau_muc"]),
            done("I.5, I.6", "Cỡ, kiểu chữ, vị trí từng thành phần", "từng mục dưới đây", &[]),
            done(
                "I.7",
                "Số trang: từ 1, chữ số Ả Rập, 13–14 pt, đứng, giữa lề trên, không hiện ở trang đầu",
                "`td/page.typ` (14 pt; giữa vùng chữ, không phải giữa tờ giấy)",
                &["trang.so_trang", "trang.so_trang_kieu"],
            ),
        ],
    },
    Part {
        title: "Các thành phần · Parts (PL I, Phần I, Mục II)",
        note: "",
        clauses: &[
            done(
                "II.1.a, ô 1",
                "Quốc hiệu: in hoa, 12–13 pt, đứng, đậm, góc phải trên; một dòng (**thông lệ**)",
                "`td/head.typ` (12 pt)",
                &["quoc_hieu.chu", "quoc_hieu.mot_dong"],
            ),
            done(
                "II.1.b, c, ô 1",
                "Tiêu ngữ: 13–14 pt, đứng, đậm, giữa dưới Quốc hiệu, gạch nối có cách chữ, kẻ ngang dài bằng dòng chữ; hai dòng cách đơn",
                "`td/head.typ` (13 pt), `td/marks.typ`",
                &["tieu_ngu.chu", "tieu_ngu.vi_tri", "tieu_ngu.ke"],
            ),
            done(
                "II.2.b, ô 2",
                "Cơ quan chủ quản: in hoa, 12–13 pt, đứng, không đậm",
                "`td/head.typ` (12 pt)",
                &["co_quan.chu", "co_quan.vi_tri"],
            ),
            done(
                "II.2.b, ô 2",
                "Cơ quan ban hành: in hoa, 12–13 pt, đậm, giữa dưới chủ quản; kẻ ngang 1/3–1/2 dòng chữ. Tên nhiều dòng: kẻ tính theo dòng dài nhất",
                "`td/head.typ` (40 %), ngắt dòng tên dài: `*/text/co_quan.j2`",
                &["co_quan.chu", "co_quan.vi_tri", "co_quan.ke"],
            ),
            caller("II.2.a", "Tên đầy đủ, chính thức; viết tắt những từ thông dụng ở dòng chủ quản", "", &[]),
            caller(
                "II.3.a",
                "Số thứ tự, cách đánh số của hội đồng, ban; số không kèm năm",
                "`so` là số nguyên nên mẫu không in năm",
                &["so.nam"],
            ),
            caller(
                "II.3.b",
                "Ký hiệu: chữ viết tắt loại văn bản và cơ quan",
                "`ky_hieu`; lược đồ chặn khoảng trắng",
                &["so.ky_hieu", "so.ten_loai"],
            ),
            done(
                "II.3.c, ô 3",
                "“Số” chữ thường, 13 pt, đứng; giữa dưới cơ quan; số nhỏ hơn 10 có số 0; dấu `/` và `-` không cách chữ",
                "`td/head.typ`, `src/domain/so_ky_hieu.rs`",
                &["so.chu", "so.vi_tri", "so.dinh_dang", "so.ky_hieu"],
            ),
            caller("II.4.a", "Địa danh là tên chính thức nơi đóng trụ sở", "`co_quan.dia_danh`", &[]),
            done(
                "II.4.b",
                "Ngày dưới 10, tháng 1 và 2 có số 0 đứng trước",
                "`src/domain/date.rs`; trong lời văn: **người gọi**",
                &["ngay.dinh_dang", "chu_viet.thang", "chu_viet.ngay"],
            ),
            done(
                "II.4.c, ô 4",
                "Cùng dòng với số; 13–14 pt, nghiêng; dấu phẩy sau địa danh; giữa dưới Quốc hiệu",
                "`td/head.typ` (13 pt)",
                &["ngay.chu", "ngay.vi_tri", "ngay.dau_phay"],
            ),
            done(
                "II.5.b, ô 5a",
                "Tên loại: in hoa, 13–14 pt, đứng, đậm, giữa",
                "`td/head.typ` (14 pt)",
                &["ten_loai.chu"],
            ),
            done(
                "II.5.b, ô 5a",
                "Trích yếu: 13–14 pt, đứng, đậm, ngay dưới tên loại; kẻ ngang 1/3–1/2 dòng chữ",
                "`td/head.typ` (34 % dòng dài nhất)",
                &["trich_yeu.chu", "trich_yeu.ke"],
            ),
            done(
                "II.5.b, ô 5b",
                "Trích yếu công văn `V/v`: 12–13 pt, đứng, giữa dưới số, cách 6 pt",
                "`cong_van/`, `td/cong_van.typ` (12 pt)",
                &["trich_yeu.cong_van"],
            ),
            done(
                "II.6.a",
                "Căn cứ: nghiêng, 13–14 pt, mỗi căn cứ một dòng, cuối dòng `;`, dòng cuối `.`",
                "`shared/quyet_dinh/`, `to_trinh/text/can_cu.dong.j2`, `td/head.typ`",
                &["can_cu.chu", "can_cu.dau"],
            ),
            caller(
                "II.6.a",
                "Căn cứ nào, ghi đủ tên loại, số, ký hiệu, ngày, cơ quan, trích yếu; luật không ghi số và cơ quan",
                "`can_cu`, `de_nghi`",
                &["can_cu.luat"],
            ),
            caller("II.6.b", "Viện dẫn lần đầu đầy đủ, lần sau loại và số", "", &[]),
            done(
                "II.6.c, d",
                "Bố cục phần, chương, mục, điều, khoản, điểm; phần đến điều có tiêu đề",
                "điều, khoản, điểm: `td/body.typ`; phần, chương, mục, tiểu mục **chưa làm**; tiêu đề của điều: **người gọi**",
                &["phan.chu", "dieu.so"],
            ),
            done(
                "II.6.đ",
                "Phần, chương số La Mã, mục, tiểu mục số Ả Rập, dòng riêng, giữa, đậm; tiêu đề in hoa ở dưới",
                "**chưa làm** trong mẫu; quy tắc đã có",
                &["phan.chu"],
            ),
            done("II.6.đ", "Điều: chữ thường, đậm, số Ả Rập, dấu chấm", "`td/body.typ`", &["dieu.so", "dieu.chu"]),
            done(
                "II.6.đ",
                "Khoản `1.`, có tiêu đề thì đậm, dòng riêng; điểm `a)` theo bảng chữ cái tiếng Việt",
                "`td/body.typ`, `td/measure.typ`",
                &["khoan.so", "diem.thu_tu", "noi_dung.lui_dong"],
            ),
            done(
                "V.6.b",
                "Không theo điều: `I.` in hoa, đậm; `1.` đậm; các cấp `1.1.`, `-`, `+` là **thông lệ**",
                "`td/body.typ`",
                &["muc.so_la_ma", "khoan.so", "thoi_quen.cap_1_1", "thoi_quen.dau_cong"],
            ),
            done(
                "Mẫu 1.2",
                "Thẩm quyền và `QUYẾT ĐỊNH:` in hoa, đậm, giữa",
                "`td/head.typ`",
                &["tham_quyen.chu", "quyet_dinh.chu"],
            ),
            done("II.6.e", "13–14 pt, đứng", "`td/measure.typ` (14 pt)", &["noi_dung.co_chu"]),
            done("II.6.e", "Canh đều hai lề", "`td/page.typ`", &["noi_dung.canh_le"]),
            done("II.6.e", "Dòng đầu lùi 1 cm hoặc 1,27 cm", "`td/measure.typ` (1 cm)", &["noi_dung.lui_dong"]),
            done("II.6.e", "Đoạn cách đoạn ít nhất 6 pt", "`td/measure.typ` (6 pt)", &["noi_dung.cach_doan"]),
            done("II.6.e", "Dòng cách dòng từ đơn đến 1,5", "`td/measure.typ` (1,22 cỡ chữ)", &["noi_dung.gian_dong"]),
            done(
                "Mẫu 1.1–1.5",
                "Cuối nội dung ghi `./.`, một lần",
                "`quyet_dinh/text/dieu.dong.j2`, `dieu_cuoi.j2`, `bao_cao/text/ket_luan.j2`",
                &["noi_dung.ket_thuc"],
            ),
            done(
                "II.7.b",
                "TM., KT., TL., TUQ., Q. theo thẩm quyền ký (Điều 13)",
                "dòng nào ghi dòng ấy: `td/sign.typ`; chọn đúng chữ là việc của **người gọi**",
                &["ky.quyen_han", "sign::every_form_of_authority_is_printed_line_by_line"],
            ),
            caller("II.7.c", "Chức vụ thật, đúng quy định", "", &[]),
            caller(
                "II.7.c",
                "Không ghi học hàm, học vị, danh hiệu trước họ tên, trừ ngành được phép",
                "`chuc_vu_khac` chỉ dành cho ngành ấy",
                &[],
            ),
            done(
                "II.7.đ, ô 7a",
                "Quyền hạn, chức vụ: in hoa, 13–14 pt, đứng, đậm, nửa phải, giữa khối",
                "`td/sign.typ` (14 pt)",
                &["ky.chu", "ky.vi_tri"],
            ),
            done(
                "II.7.đ, ô 7b",
                "Họ tên: 13–14 pt, đứng, đậm, giữa dưới chức vụ",
                "`td/sign.typ` (14 pt)",
                &["ky.chu", "ky.vi_tri"],
            ),
            done(
                "II.7.d, ô 7c",
                "Chữ ký, hình ảnh chữ ký ở giữa chức vụ và họ tên",
                "`td/sign.typ`; vị trí `nguoi_ky` trong kết quả",
                &["ky.cho_ky", "sign::every_document_tells_where_to_sign_and_to_seal"],
            ),
            caller(
                "II.7.d",
                "Hình ảnh chữ ký màu xanh, PNG nền trong suốt",
                "`anh_chu_ky`; PNG hỏng bị từ chối: `src/render/images.rs`",
                &[],
            ),
            done(
                "**thông lệ**",
                "Khối ký không đứng một mình trên trang, trên nó có ít nhất hai dòng nội dung",
                "`td/sign.typ`",
                &[
                    "ky.mo_coi",
                    "sign::no_length_of_text_leaves_the_signature_alone",
                    "sign::a_last_paragraph_of_one_line_does_not_stand_alone_with_the_signature",
                ],
            ),
            done(
                "II.8.a, ô 8",
                "Dấu đỏ trùm khoảng 1/3 chữ ký về bên trái; cỡ thật",
                "chỉ báo vị trí `co_quan` (36 mm): `td/sign.typ`; đóng dấu, ký số là việc của **người gọi**",
                &["ky.dau"],
            ),
            done(
                "II.9.b, d, ô 9a",
                "Kính gửi: chỉ tờ trình, báo cáo gửi cấp trên, công văn; 13–14 pt, đứng",
                "`bao_cao/`, `cong_van/`, `td/head.typ` (14 pt)",
                &["kinh_gui.loai", "kinh_gui.chu"],
            ),
            done(
                "II.9.d",
                "Một nơi: cùng dòng. Nhiều nơi: xuống dòng, gạch đầu dòng thẳng dưới dấu hai chấm, `;`, cuối `.`",
                "`td/head.typ`, `bao_cao/text/kinh_gui.dong.j2`",
                &["kinh_gui.hinh_thuc"],
            ),
            done(
                "II.9.d, ô 9b",
                "`Nơi nhận:` dòng riêng, 12 pt, nghiêng, đậm, sát trái, ngang dòng quyền hạn",
                "`td/recipients.typ`",
                &["noi_nhan.chu", "noi_nhan.vi_tri"],
            ),
            done(
                "II.9.d",
                "Danh sách 11 pt, đứng; mỗi nơi một dòng gạch đầu dòng, `;`; dòng cuối `- Lưu: VT, ….`",
                "`td/recipients.typ`, `*/text/noi_nhan.dong.j2`",
                &["noi_nhan.danh_sach", "noi_nhan.luu", "noi_nhan.luu_vt"],
            ),
            caller(
                "II.9.b, Mẫu 1.2",
                "Dòng đầu `Như Điều …` hoặc `Như trên`",
                "tự ghi khi không có `noi_nhan`",
                &["noi_nhan.nhu_tren", "noi_nhan.nhu_dieu"],
            ),
        ],
    },
    Part {
        title: "Thành phần khác · Other parts (PL I, Phần I, Mục III)",
        note: "",
        clauses: &[
            done(
                "III.1.a",
                "Nội dung chính phải dẫn đến phụ lục",
                "câu “(có Danh sách … kèm theo)”: `quyet_dinh/text/dieu.dong.j2`; với `dieu` tự viết: **người gọi**",
                &["phu_luc.chi_dan", "bang.cong_bo"],
            ),
            done("III.1.a", "Từ hai phụ lục: số La Mã", "`shared/quyet_dinh/text/phu_luc.dong.j2`", &["phu_luc.so"]),
            done(
                "III.1.b",
                "`Phụ lục …` dòng riêng, 14 pt, đứng, đậm, giữa; tiêu đề in hoa, 13–14 pt, đậm. Dòng chủ đề dưới tiêu đề viết thường, đậm (**thông lệ**)",
                "`td/annex.typ` (14 pt)",
                &["phu_luc.so", "phu_luc.tieu_de"],
            ),
            done(
                "III.1.c",
                "`(Kèm theo …)` đủ số, ngày, cơ quan; 13–14 pt, nghiêng, giữa; kẻ ngắn theo Mẫu 2.1",
                "`td/annex.typ`, `shared/quyet_dinh/text/kem_theo.j2`",
                &["phu_luc.kem_theo", "phu_luc.ke"],
            ),
            caller(
                "III.1.c",
                "Bản điện tử: không điền số, ngày ở `(Kèm theo …)`",
                "có số thì in; bỏ `so`, `ngay` nếu cần để trống; trống riêng ở dòng này **chưa làm**",
                &["phu_luc.kem_theo"],
            ),
            done(
                "III.1.d",
                "Phụ lục cùng tệp: không ký riêng; khác tệp: chữ ký số cơ quan từng tệp",
                "cùng tệp: `td/annex.typ`; tệp riêng: chữ của chữ ký ở `dong_chu_ky/`",
                &[],
            ),
            done("III.1.đ", "Số trang đánh riêng từng phụ lục", "`td/annex.typ`", &["trang.so_trang"]),
            done(
                "**thông lệ**",
                "Bảng: hàng đầu lặp ở mỗi trang, hàng không bị cắt, số lượng khớp Điều 1. Cỡ chữ trong bảng 11–12 pt: nghị định không nói đến",
                "`td/annex.typ`, `td/body.typ`",
                &[
                    "bang.dau_bang",
                    "bang.so_thu_tu",
                    "bang.tong",
                    "bang.cong_bo",
                    "annex::the_long_list_holds_135_collectives_and_547_persons",
                ],
            ),
            done(
                "**thông lệ**",
                "Ngắt trang, ngắt dòng: tiêu đề không ở cuối trang, đoạn không để lại một dòng, dòng cuối không chỉ một âm tiết",
                "`td/page.typ`, `td/body.typ`",
                &["ngat_trang.tieu_de", "ngat_trang.dong_cuoi", "ngat_trang.dong_dau", "ngat_dong.am_tiet_le"],
            ),
            done(
                "**thông lệ**",
                "Bề ngang cột theo nội dung; họ tên thường gặp một dòng; dấu phẩy thập phân thẳng cột",
                "`src/domain/columns.rs`, `td/body.typ`",
                &[
                    "typography::columns_hold_their_words_at_any_content",
                    "typography::usual_names_stay_on_one_line",
                    "typography::commas_of_a_column_stand_under_each_other",
                ],
            ),
            done(
                "**thông lệ**",
                "`(Danh sách gồm …)` đi cùng các hàng cuối, cả ở danh sách chạy",
                "`td/annex.typ`",
                &["typography::the_count_stays_with_the_last_rows_whatever_the_length"],
            ),
            done(
                "**thông lệ**",
                "Chữ: dòng cuối không chỉ một âm tiết, dòng giữa cân nhau và không ngắt giữa từ, khoảng cách chữ không quá 2,2 lần, dấu thanh không chạm dòng trên",
                "`src/domain/typography.rs`, `src/domain/balance.rs`; `tests/form/typography.rs`",
                &["ngat_dong.am_tiet_le"],
            ),
            missing("III.2.a, ô 10a", "Dấu độ mật theo luật bảo vệ bí mật nhà nước", "không dùng cho văn bản mật"),
            done(
                "III.2.b, ô 10b",
                "HỎA TỐC 30 × 8, THƯỢNG KHẨN 40 × 8, KHẨN 20 × 8 mm; in hoa, 13–14 pt, đứng, đậm; khung đơn, đỏ tươi; bên trái, dưới số",
                "`td/marks.typ` (13 pt)",
                &["dau_khan.khung", "dau_khan.chu", "dau_khan.vi_tri"],
            ),
            done(
                "III.2.c, ô 11",
                "LƯU HÀNH NỘI BỘ, XEM XONG TRẢ LẠI: khung đơn, in hoa, 13–14 pt, đứng, đậm; trên ô 1",
                "`td/marks.typ` (13 pt)",
                &["luu_hanh.khung", "luu_hanh.chu"],
            ),
            missing("III.2.a", "Dấu tài liệu thu hồi", ""),
            missing("III.3, ô 12", "Ký hiệu người soạn thảo, số bản, 11 pt", "ghi trong `luu` được"),
            missing(
                "III.4, ô 13",
                "Địa chỉ, thư điện tử, điện thoại ở chân trang đầu, 11–12 pt, dưới kẻ ngang",
                "quy tắc nhận chữ nhỏ dưới đường kẻ ở chân trang",
            ),
        ],
    },
    Part {
        title: "Sơ đồ và mẫu chữ · Layout and type sizes (PL I, Phần I, Mục IV, V)",
        note: "",
        clauses: &[
            done(
                "IV",
                "Ô 2, 3 bên trái khoảng 43 %; ô 1, 4 bên phải; ô 7 nửa phải; ô 9b bên trái",
                "`td/measure.typ` (43 : 57; 48 %)",
                &["co_quan.vi_tri", "so.vi_tri", "ngay.vi_tri", "ky.vi_tri", "noi_nhan.vi_tri"],
            ),
            done("V", "Bảng cỡ chữ minh họa", "`td/measure.typ`: đúng cỡ minh họa ở mọi ô", &[]),
        ],
    },
    Part {
        title: "Bản sao · Copies (PL I, Phần II; Điều 25–27)",
        note: "",
        clauses: &[
            caller(
                "Điều 25, 27",
                "Sao y từ bản gốc, bản chính; sao lục từ bản sao y; ai được ký bản sao do người đứng đầu quy định",
                "`hinh_thuc_sao`, `nguoi_ky`",
                &[],
            ),
            done(
                "Điều 25.3",
                "Trích sao: tạo lập lại đầy đủ thể thức, phần nội dung được trích",
                "`ban_sao/` (`van_ban`): phần đầu, điều hoặc khối được trích giữ số của nó, người ký với lời “(Đã ký)” (**thông lệ**, là dữ liệu); quy tắc chỉ đọc phần ghi của bản sao",
                &["copy::an_extract_keeps_the_numbers_of_its_articles_and_is_signed_once"],
            ),
            done(
                "Phần II, I.2",
                "Bản sao điện tử: PDF 1.4 trở lên, ảnh màu, 200 dpi, 100 %",
                "từ văn bản điện tử: PDF/A-2a, A-3a thỏa; số hóa giấy là việc của **người gọi**",
                &[],
            ),
            done(
                "Phần II, I.3, ô 14; II.8.b, III.1.d",
                "Chữ ký số của cơ quan trên bản sao điện tử, trên phụ lục ở tệp riêng: góc trên bên phải trang đầu, không hiện hình, 10 pt, đứng, đen; thời gian theo giờ Việt Nam, ISO 8601",
                "`dong_chu_ky/`, `src/signing/appearance.rs` (cách mép trên 6 mm, mép phải 20 mm, ô 91,2 × 12,6 mm: nghị định không cho số đo)",
                &["copy::the_words_of_a_signature_are_black_upright_and_ten_points"],
            ),
            done(
                "Phần II, II.1.a, II.2.b",
                "`SAO Y`, `SAO LỤC`, `TRÍCH SAO`: in hoa, 13–14 pt, đứng, đậm",
                "`td/copy.typ` (14 pt)",
                &["sao.hinh_thuc"],
            ),
            done(
                "Phần II, II.1.b–g, II.2.c",
                "Cơ quan sao, số và ký hiệu, địa danh và ngày, người ký, dấu, nơi nhận như văn bản. Mẫu 3.1 không ghi cơ quan chủ quản: có trong dữ liệu thì in",
                "`td/copy.typ`",
                &["co_quan.chu", "so.chu", "ngay.chu", "ky.chu", "ky.dau", "noi_nhan.chu"],
            ),
            done(
                "Phần II, II.1.c; PL III.I",
                "Ký hiệu SY, SL, TrS rồi đến tên viết tắt cơ quan",
                "`ky_hieu`; quy tắc của mẫu `ky_hieu_khac_hinh_thuc`",
                &["sao.ky_hieu"],
            ),
            caller("Phần II, II.1.c", "Một dãy số chung cho các loại bản sao, từ 01 mỗi năm", "`so`", &[]),
            done(
                "Phần II, II.2.a",
                "Trên một tờ giấy, ngay sau phần cuối của văn bản, dưới đường kẻ hết chiều ngang vùng trình bày",
                "`td/copy.typ`: trên tờ riêng, hoặc in xuống trang cuối của bản chụp (`cach_mep_tren`, `le`)",
                &["sao.ke", "sao.mot_to", "copy::what_is_printed_under_a_photocopy_begins_where_it_is_told"],
            ),
        ],
    },
    Part {
        title: "Viết hoa, viết chữ · Capitals and spelling (PL II)",
        note: "",
        clauses: &[
            caller(
                "PL II",
                "Viết hoa tên người, địa danh, cơ quan, chức vụ",
                "chương trình chỉ in hoa cả dòng ở ô 2, 5a, 7a và chữ đầu câu",
                &["co_quan.chu", "ky.chu"],
            ),
            caller(
                "PL II",
                "`Điều` viết hoa, `khoản`, `điểm` viết thường khi viện dẫn",
                "câu soạn sẵn: `quyet_dinh/text/`",
                &[],
            ),
            caller(
                "**thông lệ**",
                "`chiến sĩ` với i; dấu thanh theo một kiểu; một khoảng trắng giữa hai chữ",
                "khoảng trắng thừa trong dữ liệu được bỏ: `src/render/prepare.rs`",
                &["chu_viet.si", "chu_viet.dau_thanh", "chu_viet.cach_chu"],
            ),
        ],
    },
    Part {
        title: "Viết tắt và mẫu · Abbreviations and forms (PL III)",
        note: "",
        clauses: &[
            caller("PL III.I", "`QĐ`, `BC`, …", "`ky_hieu`", &["so.ten_loai"]),
            done(
                "Mẫu 1.2",
                "Quyết định quy định trực tiếp",
                "`quyet_dinh/`",
                &["tham_quyen.chu", "can_cu.chu", "quyet_dinh.chu", "dieu.so"],
            ),
            missing("Mẫu 1.3", "Quyết định gián tiếp với văn bản kèm theo", ""),
            done(
                "Mẫu 1.4",
                "Văn bản có tên loại: báo cáo, tờ trình",
                "`bao_cao/`, `to_trinh/`",
                &["ten_loai.chu", "kinh_gui.loai"],
            ),
            done("Mẫu 2.1", "Phụ lục văn bản giấy", "`td/annex.typ`", &["phu_luc.kem_theo", "phu_luc.ke"]),
            done("Mẫu 1.5", "Công văn", "`cong_van/`", &["trich_yeu.cong_van", "kinh_gui.loai"]),
            done(
                "Mẫu 1.9",
                "Biên bản: không có địa danh, ngày; câu kết ghi giờ, ngày kết thúc; thư ký ký bên trái, chủ tọa bên phải, `Nơi nhận` ở dưới",
                "`bien_ban/`, `td/sign.typ`",
                &["ky.bien_ban", "ngay.dinh_dang"],
            ),
            missing(
                "Mẫu 1.1, 1.6–1.8, 1.10, 2.2",
                "Nghị quyết, công điện, giấy mời, giấy giới thiệu, giấy nghỉ phép, phụ lục điện tử",
                "quy tắc đọc được nghị quyết",
            ),
        ],
    },
    Part {
        title: "Giấy khen, bằng khen, bằng chứng nhận · Certificates",
        note: "Ngoài nghị định này (Điều 4). Chỉ mượn cách ghi số, ngày và quyền hạn ký.",
        clauses: &[
            done("NĐ 50/2006, Điều 28", "Thứ tự các dòng", "`shared/certificate/profiles/`", &["khen.thu_tu"]),
            done(
                "NĐ 50/2006, Điều 28",
                "Thẩm quyền và tên hình thức hoặc danh hiệu đỏ, còn lại đen",
                "`shared/certificate/measure.typ`",
                &["khen.mau_muc"],
            ),
            done(
                "NĐ 98/2023, Điều 54; NĐ 152/2025",
                "Chỉ in bằng chứng nhận cho danh hiệu mà luật có bằng; ngoài ra phải ghi `ngoai_luat`",
                "`shared/phap_luat/giay_chung_nhan.json`, `giay_chung_nhan/law.typ`",
                &["certificate::a_title_without_a_certificate_in_law_is_refused"],
            ),
            done(
                "–",
                "Một tờ nằm ngang, khổ theo hồ sơ, chữ trong khung",
                "`shared/certificate/profiles/`; `tests/certificate/`",
                &["khen.mot_to", "khen.le", "khen.ngoai_giay", "khen.chong_chu"],
            ),
            done("–", "Kẻ dưới tiêu ngữ dài bằng dòng chữ", "`shared/certificate/head.typ`", &["khen.tieu_ngu_ke"]),
            done(
                "–",
                "Chỗ ký trống, dấu trùm khoảng 1/3 về bên trái",
                "`shared/certificate/sign.typ`",
                &["khen.cho_ky", "khen.dau", "certificate::a_certificate_has_room_for_the_signature_and_the_seal"],
            ),
        ],
    },
];

const INTRODUCTION: &str = "\
<!-- Sinh từ src/the_thuc/clauses.rs; sửa ở đó rồi chạy: VINHDANH_UPDATE=1 cargo test --test integration document -->

# Thể thức đối chiếu với Nghị định 30/2020/NĐ-CP

*Conformance: the decree clause by clause, where it is done, which rule of the program holds it; then the rules.*

Bảng theo thứ tự của nghị định, nói bằng lời của chúng tôi; khi cần câu chữ thì đọc bản gốc trên Công báo. `II.3.c` là Phụ lục I, Phần I, Mục II, khoản 3, điểm c; `ô` là ô số trên sơ đồ bố trí (PL I, Phần I, Mục IV).

| Cột *Làm ở đâu* (where) | Nghĩa |
|---|---|
| tên tệp | mẫu tự làm; tệp tính từ `typst-templates/`, trừ khi bắt đầu bằng `src/`; `td/` là `shared/the_thuc/` |
| **người gọi** (caller) | đúng hay sai do dữ liệu gửi đến, chương trình không biết được |
| **chưa làm** (not done) | không có trong mẫu nào |
| **thông lệ** (practice) | nghị định không quy định, các cơ quan vẫn làm |

Cột *Quy tắc* (rule) ghi mã trong [bảng quy tắc](#bảng-quy-tắc--rules); có dấu `::` là phép thử riêng trong `tests/form/`. Quy tắc đọc trang đã dàn – chữ và nét kẻ –, không đọc mã nguồn của mẫu, nên đúng với mẫu của bất kỳ cơ quan nào. Phép thử `mod::every_sample_keeps_every_rule` đọc mọi tệp mẫu cùng các biến thể (cách ký, mức độ khẩn, ngày tháng, một hay nhiều nơi kính gửi); `mod::every_rule_has_a_page_that_breaks_it_and_it_alone` làm hỏng từng trang một cách cố ý, và quy tắc phải lên tiếng, các quy tắc khác thì không.
";

const RULES: &str = "\
## Bảng quy tắc · Rules

Lỗi (error) là điều văn bản pháp luật quy định; nhắc (warning) là thông lệ hoặc thói quen cần để ý. Thành phần không tìm thấy được nói một lần, bởi quy tắc hỏi đến nó.
";

const BLIND: &str = "\
## Quy tắc không thấy được · What the rules cannot see

Màu của đường kẻ (trừ khung dấu khẩn); ảnh chữ ký; nét in đè lên nhau ngoài chữ (khung giấy khen là một ảnh vẽ); nghĩa của câu chữ: căn cứ có đúng không, chức vụ có thật không. Chữ xoay nghiêng, trong suốt hoặc gần trắng được coi là nền (chữ MẪU in chìm). Những điều đó kiểm tra bằng mắt trên trang PDF.
";

/// docs/the_thuc.md: every clause with who does it and what holds it, then every rule.
pub fn document() -> String {
    let mut text = String::from(INTRODUCTION);
    for part in CLAUSES {
        text.push_str(&format!("\n## {}\n\n", part.title));
        if !part.note.is_empty() {
            text.push_str(&format!("{}\n\n", part.note));
        }
        text.push_str("| Điều khoản | Yêu cầu | Làm ở đâu | Quy tắc |\n|---|---|---|---|\n");
        for clause in part.clauses {
            let held: Vec<String> = clause.held.iter().map(|word| format!("`{word}`")).collect();
            let held = if held.is_empty() { "–".to_owned() } else { held.join(", ") };
            text.push_str(&format!("| {} | {} | {} | {held} |\n", clause.clause, clause.vi, by(clause.by)));
        }
    }
    text.push_str(&format!("\n{RULES}"));
    for form in Form::ALL {
        text.push_str(&format!("\n### `form = \"{}\"`\n\n", form.name()));
        text.push_str("| Mã | Điều khoản | Mức | Yêu cầu |\n|---|---|---|---|\n");
        for rule in form.rules() {
            text.push_str(&row(rule));
        }
    }
    text.push_str(&format!("\n{BLIND}"));
    text
}

fn by(by: Where) -> String {
    let marked = |mark: &str, more: &str| if more.is_empty() { mark.to_owned() } else { format!("{mark}: {more}") };
    match by {
        Where::Done(at) => at.to_owned(),
        Where::Caller(more) => marked("**người gọi**", more),
        Where::NotDone(more) => marked("**chưa làm**", more),
    }
}

fn row(rule: &Rule) -> String {
    let severity = match rule.severity {
        Severity::Error => "lỗi",
        Severity::Warning => "nhắc",
    };
    format!("| `{}` | {} | {severity} | {} |\n", rule.id, rule.clause, rule.vi)
}
