//! What can be found, each with its stable word and its sentence in two languages. Programs go by the word.

use serde::Serialize;

use crate::diagnostic::Text;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Worth knowing.
    Note,
    /// The signature stands, something about it does not.
    Warning,
    /// The signature does not stand.
    Fault,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable word for programs, such as `page_content`.
    pub code: &'static str,
    /// How much it weighs.
    pub weight: Weight,
    /// What it is, for people.
    pub text: Text,
    /// The page it is on, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<usize>,
}

impl Finding {
    pub(super) fn new(code: Code) -> Self {
        Self::with(code, "")
    }

    /// `detail` stands where the sentence has `{}`.
    pub(super) fn with(code: Code, detail: &str) -> Self {
        let (name, weight, vi, en) = code.row();
        Self { code: name, weight, text: Text::new(vi.replace("{}", detail), en.replace("{}", detail)), page: None }
    }

    pub(super) fn on(mut self, page: Option<usize>) -> Self {
        self.page = page;
        if let Some(page) = page {
            self.text.vi.push_str(&format!(" (trang {page})"));
            self.text.en.push_str(&format!(" (page {page})"));
        }
        self
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $weight:ident, $vi:literal, $en:literal;)*) => {
        /// What can be found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Code { $($name,)* }

        impl Code {
            fn row(self) -> (&'static str, Weight, &'static str, &'static str) {
                match self { $(Self::$name => ($word, Weight::$weight, $vi, $en),)* }
            }

            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

codes! {
    // The file.
    Unreadable = "unreadable", Fault, "không đọc được tệp một cách chắc chắn: {}", "the file cannot be read with certainty: {}";
    TrailingBytes = "trailing_bytes", Fault, "sau chỗ kết thúc của tệp PDF còn dữ liệu lạ", "foreign data follow the end of the PDF";
    TooManySignatures = "too_many_signatures", Fault, "tệp có hơn {} chữ ký; các chữ ký sau không được xét", "the file has more than {} signatures; those beyond are not judged";
    EmptyField = "empty_field", Note, "ô chữ ký `{}` chưa ký", "the signature field `{}` is not signed";
    Hybrid = "hybrid_tables", Warning, "tệp có hai bảng đối tượng; phần mềm đọc đời cũ có thể hiện nội dung khác", "the file has two tables of objects; an old reader may show other content";

    StandardsUnknown = "standards_unknown", Note, "chưa xét được tệp có giữ chuẩn PDF/A và PDF/UA hay không", "whether the file keeps PDF/A and PDF/UA could not be judged";

    // The signature and what it covers.
    ContentsMissing = "contents_missing", Fault, "ô chữ ký không chứa chữ ký", "the field holds no signature";
    RangeMissing = "range_missing", Fault, "chữ ký không cho biết nó bao trùm phần nào của tệp", "the signature does not tell what part of the file it covers";
    RangeOutside = "range_outside", Fault, "phần được ký vượt ra ngoài tệp", "what the signature covers reaches beyond the file";
    RangeGap = "range_gap", Fault, "chữ ký chừa ra phần khác ngoài chính nó, nơi có thể giấu nội dung", "the signature leaves out more than itself, where something may be hidden";
    RangeInside = "range_inside", Fault, "phần được ký dừng giữa chừng, không trọn một phiên bản của tệp", "what the signature covers ends inside a revision of the file";
    RangeForeign = "range_foreign", Fault, "chữ ký không thuộc phiên bản mà nó bao trùm", "the signature is not part of the revision it covers";
    SubFilter = "unknown_format", Fault, "dạng chữ ký `{}` không được hỗ trợ", "signatures of the form `{}` are not supported";
    CmsUnreadable = "cms_unreadable", Fault, "không đọc được chữ ký (CMS)", "the signature (CMS) cannot be read";
    DigestDiffers = "digest_differs", Fault, "nội dung đã ký không còn như lúc ký: mã băm không khớp", "what was signed is not what it was: the digest differs";
    SignatureWrong = "signature_wrong", Fault, "giá trị chữ ký không khớp với chứng thư của người ký", "the signature value does not match the signer's certificate";
    AlgorithmUnknown = "algorithm_unknown", Fault, "thuật toán `{}` không được chấp nhận", "the algorithm `{}` is not taken";
    SignerNotNamed = "signer_not_named", Fault, "chữ ký nêu một chứng thư khác với chứng thư kèm theo", "the signature names another certificate than the one that comes with it";

    // What came after it.
    PageContent = "page_content", Fault, "nội dung trang đã bị sửa sau khi ký", "the content of a page was changed after signing";
    PageResource = "page_resource", Fault, "thành phần của trang đã bị thay sau khi ký", "something a page draws with was changed after signing";
    PageBox = "page_box", Fault, "khổ hoặc chiều của trang đã bị sửa sau khi ký", "the size or turn of a page was changed after signing";
    Pages = "pages", Fault, "danh sách trang đã bị sửa sau khi ký", "pages were added, removed or reordered after signing";
    Picture = "picture", Fault, "hình ảnh đã bị thay sau khi ký", "a picture was changed after signing";
    Font = "font", Fault, "phông chữ đã bị thay sau khi ký", "a font was changed after signing";
    Annotation = "annotation", Fault, "ghi chú, liên kết hoặc hình dán đã bị thêm, sửa hay xóa sau khi ký", "annotations were added, changed or removed after signing";
    Field = "field", Fault, "ô của biểu mẫu đã bị sửa sau khi ký", "a form field was changed after signing";
    Form = "form", Fault, "biểu mẫu (`{}`) đã bị sửa sau khi ký", "the form (`{}`) was changed after signing";
    SignatureValue = "signature_value", Fault, "một chữ ký đã có bị thay", "a signature that was there was replaced";
    Structure = "structure", Fault, "cấu trúc thẻ của văn bản đã bị sửa sau khi ký", "the tags of the document were changed after signing";
    Metadata = "metadata", Fault, "thông tin mô tả tệp (`{}`) đã bị sửa sau khi ký", "what the file says about itself (`{}`) was changed after signing";
    Action = "action", Fault, "hành động tự chạy hoặc mã lệnh (`{}`) đã bị thêm hay sửa sau khi ký", "actions or scripts (`{}`) were added or changed after signing";
    Catalog = "catalog", Fault, "mục lục gốc của tệp (`{}`) đã bị sửa sau khi ký", "the file's catalog (`{}`) was changed after signing";
    Object = "object", Fault, "đối tượng `{}` của tệp đã bị sửa hoặc xóa sau khi ký", "object `{}` of the file was changed or removed after signing";
    HiddenObject = "hidden_object", Fault, "nội dung đã giấu sẵn (đối tượng `{}`) được cho hiện ra sau khi ký", "content prepared in hiding (object `{}`) was brought out after signing";
    TableHidden = "table_hidden", Fault, "phiên bản đã ký bị loại khỏi tệp hiện tại", "the signed revision is cut out of the file as it is now";
    HybridUpdate = "hybrid_update", Fault, "phần thêm sau khi ký có hai bảng đối tượng khác nhau", "what was added after signing has two tables of objects";
    NotPermitted = "not_permitted", Fault, "người ký đã khóa văn bản, không cho ký hay thêm gì nữa", "the signer locked the document against further signing and additions";
    FieldLocked = "field_locked", Fault, "ô `{}` đã bị khóa lúc ký mà vẫn được điền", "the field `{}` was locked by the signature and was filled all the same";
    SignedSince = "signed_since", Note, "sau đó có thêm chữ ký ở ô `{}`", "the field `{}` was signed afterwards";
    AddedSince = "field_added_since", Note, "sau đó có thêm ô chữ ký `{}`", "the signature field `{}` was added afterwards";
    MaterialSince = "material_since", Note, "sau đó có thêm dữ liệu để kiểm tra lâu dài", "material for later checking was added afterwards";
    MetadataSince = "metadata_since", Warning, "ngày sửa hoặc tên phần mềm trong thông tin mô tả tệp thay đổi sau khi ký; riêng điều này không đổi nội dung văn bản", "dates or the program's name in the file's metadata changed after signing; this by itself changes nothing of the document";

    // Who signed, and when.
    Untrusted = "untrusted", Warning, "chứng thư của người ký không dẫn tới tổ chức gốc nào được tin cậy ở đây", "the signer's certificate leads to no root trusted here";
    NoRoots = "no_roots", Warning, "chưa cài đặt chứng thư gốc tin cậy nào, nên không xác định được người ký là ai", "no trusted root is configured, so who signed cannot be established";
    Expired = "expired", Fault, "chứng thư hết hiệu lực từ {} và không có dấu thời gian chứng minh đã ký trước đó", "the certificate expired on {} and no time stamp proves that it signed before";
    ExpiredStamped = "expired_at_stamp", Fault, "chứng thư đã hết hiệu lực từ {}, trước khi ký", "the certificate had expired on {}, before it signed";
    NotYetValid = "not_yet_valid", Fault, "chứng thư chỉ có hiệu lực từ {}, sau thời điểm ký", "the certificate is valid only from {}, after the signing";
    NotForSigning = "not_for_signing", Warning, "chứng thư không được cấp để ký văn bản", "the certificate was not issued for signing documents";
    KeyShort = "key_short", Warning, "khóa `{}` ngắn hơn mức Thông tư 15/2025/TT-BKHCN đòi hỏi (RSA 2048, ECDSA 256 bit)", "the key `{}` is shorter than Circular 15/2025/TT-BKHCN asks for (RSA 2048, ECDSA 256 bits)";
    DigestWeak = "digest_weak", Warning, "hàm băm `{}` không còn được chấp nhận", "the digest `{}` is no longer accepted";
    SignedFromNow = "judged_now", Note, "không có dấu thời gian: chứng thư được xét tại thời điểm kiểm tra", "there is no time stamp: the certificate is judged as of now";
    ClaimedTimes = "claimed_times_differ", Warning, "hai thời điểm người ký tự khai không giống nhau", "the two times the signer claims are not the same";
    ClaimedFuture = "claimed_future", Warning, "thời điểm người ký tự khai muộn hơn dấu thời gian hoặc lúc kiểm tra", "the time the signer claims is later than the time stamp, or than now";
    StampUnreadable = "stamp_unreadable", Warning, "không đọc được dấu thời gian, hoặc chữ ký trên nó sai", "the time stamp cannot be read, or its signature is wrong";
    StampForeign = "stamp_foreign", Warning, "dấu thời gian không thuộc chữ ký này", "the time stamp belongs to something else";
    StampUntrusted = "stamp_untrusted", Warning, "tổ chức cấp dấu thời gian không được tin cậy ở đây, nên dấu thời gian không được dùng", "the time stamp's authority is not trusted here, so the stamp is not used";
    StampExpired = "stamp_expired", Warning, "chứng thư của tổ chức cấp dấu thời gian không có hiệu lực ở thời điểm được xét, nên dấu thời gian không được dùng", "the certificate of the time stamp's authority is not valid at the time that counts, so the stamp is not used";
    StampRevoked = "stamp_revoked", Warning, "chứng thư của tổ chức cấp dấu thời gian đã bị thu hồi", "the certificate of the time stamp's authority is revoked";
    StampUnknown = "stamp_revocation_unknown", Note, "không kiểm tra được chứng thư của tổ chức cấp dấu thời gian có bị thu hồi hay không", "whether the time stamp's authority was revoked could not be checked";

    // Whether the certificate was revoked.
    Revoked = "revoked", Fault, "chứng thư {} đã bị thu hồi trước thời điểm được xét", "the certificate {} was revoked before the time that counts";
    RevokedUnproved = "revoked_unproved", Fault, "chứng thư {} đã bị thu hồi, và không có dấu thời gian chứng minh đã ký trước đó", "the certificate {} is revoked, and no time stamp proves that it signed before";
    RevokedLater = "revoked_later", Note, "chứng thư {} bị thu hồi về sau; dấu thời gian cho thấy đã ký trước đó", "the certificate {} was revoked later; the time stamp shows that it signed before";
    RevocationUnknown = "revocation_unknown", Warning, "chưa kiểm tra được chứng thư có bị thu hồi hay không: {}", "whether the certificate was revoked could not be checked: {}";

    // Which level, and why not a higher one.
    LevelSubFilter = "level_form", Note, "không phải PAdES: dạng chữ ký là `{}`", "not PAdES: the form is `{}`";
    LevelEss = "level_signer", Note, "không phải PAdES: chữ ký không nêu chứng thư của người ký", "not PAdES: the signature does not name the signer's certificate";
    LevelTime = "level_time", Note, "không đúng mức cơ bản của PAdES: thời điểm khai nằm trong CMS", "not PAdES baseline: the claimed time stands in the CMS";
    LevelClaim = "level_claim", Note, "không đúng mức cơ bản của PAdES: thiếu thời điểm khai (`/M`)", "not PAdES baseline: the claimed time (`/M`) is missing";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const DOCUMENTED: &str = include_str!("../../../docs/verify.md");

    #[test]
    fn each_word_stands_for_one_thing_and_both_languages_say_as_much() {
        let words: BTreeSet<&str> = Code::ALL.iter().map(|code| code.row().0).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            let (word, _, vi, en) = code.row();
            assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{word}");
            assert_eq!(vi.matches("{}").count(), en.matches("{}").count(), "{word}");
            assert!(DOCUMENTED.contains(&format!("`{word}`")), "{word} is not in docs/verify.md");
            assert!(!vi.ends_with('.') && !en.ends_with('.'), "{word}");
        }
    }
}
