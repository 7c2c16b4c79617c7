//! The one error currency: what is wrong, where, and what to do, in Vietnamese and English.
//!
//! Lower layers know no HTTP status and no exit code; `api` and `cli` map [`Code`] to theirs.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A sentence in the two languages of the contract. No full stop at the end; values stand in backticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Vietnamese, the default.
    pub vi: String,
    /// English, on request.
    pub en: String,
}

impl Text {
    /// The same fact said twice.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    /// The sentence in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// Language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// Whether the thing must be mended before a document can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is produced.
    Error,
    /// Produced, and worth telling.
    Warning,
}

/// A place in a template: file inside the template root, line and column from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Path inside the template root, such as `quyet_dinh/main.typ`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A place on a finished page: page from 1, millimetres from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    /// Page, from 1.
    pub page: usize,
    /// Left edge, mm.
    pub x: f64,
    /// Top edge, mm.
    pub y: f64,
    /// Width, mm.
    pub w: f64,
    /// Height, mm.
    pub h: f64,
}

/// A place in a sheet the caller sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Name of the sheet; the file's own name for CSV.
    pub sheet: String,
    /// Column letters and row, as a spreadsheet shows them: `C12`; a row alone is `12`, a column alone `C`.
    pub address: String,
}

/// One fault or warning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Stable word for programs, such as `required`; a template may add its own.
    pub code: Cow<'static, str>,
    /// What is wrong.
    pub message: Text,
    /// RFC 6901 pointer into the caller's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Place in a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Place on a finished page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Spot>,
    /// Place in a sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Text>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: impl Into<Cow<'static, str>>, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code: code.into(),
            message: Text::new(vi, en),
            pointer: None,
            place: None,
            spot: None,
            cell: None,
            hints: Vec::new(),
        }
    }

    /// A warning without a place.
    pub fn warning(code: impl Into<Cow<'static, str>>, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, vi, en) }
    }

    /// Adds the pointer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Adds the place in a template.
    #[must_use]
    pub fn in_file(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// Adds the place on a finished page.
    #[must_use]
    pub fn on_page(mut self, spot: Option<Spot>) -> Self {
        self.spot = spot;
        self
    }

    /// Adds the place in a sheet.
    #[must_use]
    pub fn in_cell(mut self, cell: Option<Cell>) -> Self {
        self.cell = cell;
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, vi: impl Into<String>, en: impl Into<String>) -> Self {
        self.hints.push(Text::new(vi, en));
        self
    }
}

/// Whether finished pages keep the form their template is held to: no finding among `warnings` is an error.
pub fn keeps_form(warnings: &[Diagnostic]) -> bool {
    warnings.iter().all(|one| one.severity == Severity::Warning)
}

/// What kind of failure stopped the work. Closed, documented in `docs/api.md`, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is not JSON, or breaks a limit of its form (depth, duplicate key).
    MalformedJson,
    /// The data break the template's contract.
    InvalidData,
    /// No such template.
    TemplateNotFound,
    /// The template was refused at start.
    TemplateBroken,
    /// The template fails on data that keep its contract.
    TemplateError,
    /// The finished document breaks the standard asked for.
    ExportFailed,
    /// A render took longer than allowed.
    RenderTimeout,
    /// A render needed more memory than allowed.
    RenderMemory,
    /// The request as a whole ran out of time.
    DeadlineExceeded,
    /// The queue is full.
    QueueFull,
    /// The caller asks too often.
    RateLimited,
    /// The service is stopping.
    ShuttingDown,
    /// The body is too large.
    BodyTooLarge,
    /// The body is not `application/json`.
    UnsupportedMediaType,
    /// Nothing the caller accepts can be made.
    NotAcceptable,
    /// A query parameter or header is wrong.
    BadRequest,
    /// The API key is missing or unknown.
    Unauthorized,
    /// No such address.
    NotFound,
    /// The address does not take this method.
    MethodNotAllowed,
    /// Configuration cannot be used.
    BadConfiguration,
    /// The database or the store of files cannot be reached.
    StorageUnavailable,
    /// The same Idempotency-Key came with another request.
    IdempotencyKeyReused,
    /// The batch is not in a state that allows this.
    BatchState,
    /// Some documents of the batch are missing.
    BatchIncomplete,
    /// The results were removed after their time.
    Expired,
    /// Some rows of a batch failed.
    RowsFailed,
    /// The file is no PDF, or cannot be read as one without repair.
    NotPdf,
    /// A signature, certificate or CMS does not belong to what it was given for.
    SignatureMismatch,
    /// The CMS is longer than the place kept for it.
    CmsTooLarge,
    /// The file handed in is not the file that was handed out, signed.
    ForeignFile,
    /// The certificate cannot be used to sign.
    CertificateUnfit,
    /// The request for signatures is not in a state that allows this.
    SigningState,
    /// The preparation has expired, or the document went on without it.
    PreparationStale,
    /// The one-time ticket was used, has expired, or never was.
    TicketInvalid,
    /// The holder of the key, or the provider, refused to sign.
    ProviderRefused,
    /// The provider does not answer, or answers what nobody expects.
    ProviderUnavailable,
    /// Nobody confirmed in time.
    ProviderTimeout,
    /// Something this service was not set up to do.
    FeatureOff,
    /// A file cannot be read or written.
    Io,
    /// A fault of ours.
    Internal,
}

/// One row of the table of codes.
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// Its word in the contract.
    pub name: &'static str,
    /// Title, Vietnamese.
    pub vi: &'static str,
    /// Title, English.
    pub en: &'static str,
    /// What the caller does, Vietnamese.
    pub remedy_vi: &'static str,
    /// What the caller does, English.
    pub remedy_en: &'static str,
}

macro_rules! codes {
    ($($code:ident $name:literal $vi:literal $en:literal $remedy_vi:literal $remedy_en:literal;)*) => {
        /// Every code with its title and remedy: feeds problem documents, `docs/api.md` and tests.
        pub const CODES: &[CodeInfo] = &[$(CodeInfo {
            code: Code::$code, name: $name, vi: $vi, en: $en, remedy_vi: $remedy_vi, remedy_en: $remedy_en,
        }),*];

        impl Code {
            /// Its row in [`CODES`].
            pub fn info(self) -> &'static CodeInfo {
                const fn index(code: Code) -> usize { code as usize }
                &CODES[index(self)]
            }
        }
    };
}

codes! {
    MalformedJson "malformed_json" "Dữ liệu không phải JSON hợp lệ" "The body is not valid JSON"
        "sửa cú pháp JSON tại dòng, cột được nêu" "mend the JSON syntax at the line and column given";
    InvalidData "invalid_data" "Dữ liệu không đúng quy cách của mẫu" "The data break the template's contract"
        "sửa từng lỗi trong `errors`; mỗi lỗi có con trỏ JSON tới chỗ sai" "mend each entry of `errors`; each has a JSON Pointer to its place";
    TemplateNotFound "template_not_found" "Không có mẫu này" "No such template"
        "xem danh mục tại `/v1/templates`" "see the catalog at `/v1/templates`";
    TemplateBroken "template_broken" "Mẫu bị lỗi, không dùng được" "The template is broken and out of use"
        "báo người soạn mẫu; chạy `vinhdanh templates check`" "tell the template's author; run `vinhdanh templates check`";
    TemplateError "template_error" "Mẫu gặp lỗi khi dựng trang" "The template failed while the pages were set"
        "báo người soạn mẫu kèm tệp, dòng, cột trong `source`" "tell the template's author the file, line and column in `source`";
    ExportFailed "export_failed" "Không xuất được tệp theo chuẩn yêu cầu" "The document cannot be written in the standard asked for"
        "đọc lý do trong `errors`; chọn `standard` khác hoặc sửa mẫu" "read the reason in `errors`; choose another `standard` or mend the template";
    RenderTimeout "render_timeout" "Dựng trang quá thời gian cho phép" "Setting the pages took longer than allowed"
        "giảm số dòng, hoặc nâng giới hạn trong cấu hình" "send fewer rows, or raise the limit in the configuration";
    RenderMemory "render_memory" "Dựng trang vượt bộ nhớ cho phép" "Setting the pages needed more memory than allowed"
        "giảm số dòng, hoặc nâng giới hạn trong cấu hình" "send fewer rows, or raise the limit in the configuration";
    DeadlineExceeded "deadline_exceeded" "Yêu cầu quá thời hạn" "The request ran out of time"
        "thử lại sau; `detail` cho biết khâu nào đã dùng hết thời gian" "try again later; `detail` tells which stage used the time";
    QueueFull "queue_full" "Hàng đợi đã đầy" "The queue is full"
        "thử lại sau số giây trong `Retry-After`" "try again after the seconds in `Retry-After`";
    RateLimited "rate_limited" "Gọi quá nhanh" "Too many requests"
        "thử lại sau số giây trong `Retry-After`" "try again after the seconds in `Retry-After`";
    ShuttingDown "shutting_down" "Dịch vụ đang dừng" "The service is stopping"
        "thử lại sau số giây trong `Retry-After`" "try again after the seconds in `Retry-After`";
    BodyTooLarge "body_too_large" "Dữ liệu gửi lên quá lớn" "The body is too large"
        "chia nhỏ dữ liệu; giới hạn nêu trong `detail`" "split the data; the limit is in `detail`";
    UnsupportedMediaType "unsupported_media_type" "Kiểu nội dung không được nhận" "The media type is not taken"
        "gửi `Content-Type: application/json`" "send `Content-Type: application/json`";
    NotAcceptable "not_acceptable" "Không có dạng kết quả theo yêu cầu" "Nothing acceptable can be made"
        "dùng `Accept`: `application/pdf`, `application/json`, `image/png` hoặc `image/svg+xml`" "use `Accept`: `application/pdf`, `application/json`, `image/png` or `image/svg+xml`";
    BadRequest "bad_request" "Yêu cầu sai" "The request is wrong"
        "sửa tham số hoặc tiêu đề được nêu" "mend the parameter or header named";
    Unauthorized "unauthorized" "Chưa có khóa truy cập hợp lệ" "A valid API key is missing"
        "gửi `Authorization: Bearer <khóa>`" "send `Authorization: Bearer <key>`";
    NotFound "not_found" "Không tìm thấy" "Not found"
        "xem `/openapi.json`" "see `/openapi.json`";
    MethodNotAllowed "method_not_allowed" "Địa chỉ này không nhận phương thức đó" "The address does not take this method"
        "xem tiêu đề `Allow`" "see the `Allow` header";
    BadConfiguration "bad_configuration" "Cấu hình không dùng được" "The configuration cannot be used"
        "sửa thiết lập được nêu" "mend the setting named";
    StorageUnavailable "storage_unavailable" "Kho dữ liệu tạm thời không dùng được" "The store cannot be reached at the moment"
        "thử lại sau; báo quản trị nếu kéo dài" "try again later; tell the operator if it lasts";
    IdempotencyKeyReused "idempotency_key_reused" "Khóa `Idempotency-Key` đã dùng cho yêu cầu khác" "The Idempotency-Key was used for another request"
        "dùng khóa mới cho yêu cầu mới" "use a new key for a new request";
    BatchState "batch_state" "Lô không ở trạng thái cho phép việc này" "The batch is in a state that does not allow this"
        "xem trạng thái của lô rồi thử lại" "look at the state of the batch, then try again";
    BatchIncomplete "batch_incomplete" "Lô chưa đủ văn bản" "Documents of the batch are missing"
        "chờ lô xong hoặc chạy lại các dòng hỏng; thêm `partial=true` nếu chỉ cần phần đã có" "wait for the batch or retry what failed; add `partial=true` for what is there";
    Expired "expired" "Kết quả đã hết hạn và đã xóa" "The results have expired and were removed"
        "gửi lại dữ liệu để tạo lô mới" "send the data again as a new batch";
    RowsFailed "rows_failed" "Có dòng không làm được" "Some rows failed"
        "sửa các dòng nêu trong tệp báo lỗi rồi chạy lại" "mend the rows named in the report and run again";
    NotPdf "not_pdf" "Không đọc được tệp PDF" "The file cannot be read as PDF"
        "gửi đúng tệp PDF gốc, không mật khẩu" "send the original PDF, without a password";
    SignatureMismatch "signature_mismatch" "Chữ ký không khớp với văn bản hoặc chứng thư" "The signature does not fit the document or the certificate"
        "ký lại đúng giá trị băm đã nhận, bằng đúng chứng thư đã nêu" "sign again the very hash that was given, with the certificate that was named";
    CmsTooLarge "cms_too_large" "Chữ ký dài hơn chỗ đã chừa" "The signature is longer than the place kept for it"
        "chuẩn bị lại với `reserve` lớn hơn" "prepare again with a larger `reserve`";
    ForeignFile "foreign_file" "Tệp nộp lại không phải tệp đã giao" "The file handed in is not the one that was handed out"
        "ký thẳng lên tệp đã tải về, không lưu lại bằng chương trình khác" "sign the very file that was downloaded, without saving it anew elsewhere";
    CertificateUnfit "certificate_unfit" "Chứng thư không dùng để ký được" "The certificate cannot be used to sign"
        "dùng chứng thư còn hạn, đúng loại khóa, kèm đủ chuỗi" "use a certificate in its time, of a key that is taken, with its chain";
    SigningState "signing_state" "Yêu cầu ký không ở trạng thái cho phép việc này" "The request for signatures is in a state that does not allow this"
        "xem trạng thái của yêu cầu ký rồi thử lại" "look at the state of the request, then try again";
    PreparationStale "preparation_stale" "Lần chuẩn bị ký đã hết hạn hoặc không còn đúng" "The preparation has expired or no longer fits"
        "chuẩn bị lại rồi ký giá trị băm mới" "prepare again and sign the new hash";
    TicketInvalid "ticket_invalid" "Phiếu không dùng được" "The ticket cannot be used"
        "xin phiếu mới; mỗi phiếu dùng một lần" "ask for a new ticket; each works once";
    ProviderRefused "provider_refused" "Bên giữ khóa từ chối ký" "The signing provider refused"
        "hỏi người ký; `detail` nêu lý do nhà cung cấp đưa ra" "ask the signer; `detail` has the provider's reason";
    ProviderUnavailable "provider_unavailable" "Dịch vụ ký số không trả lời đúng" "The signing provider does not answer as it should"
        "thử lại sau; báo quản trị nếu kéo dài" "try again later; tell the operator if it lasts";
    ProviderTimeout "provider_timeout" "Không ai xác nhận ký trong thời hạn" "Nobody confirmed in time"
        "gửi lại yêu cầu khi người ký sẵn sàng" "ask again when the signer is ready";
    FeatureOff "feature_off" "Dịch vụ chưa được cấu hình cho việc này" "This service is not set up to do this"
        "báo quản trị bật thiết lập được nêu" "have the operator set what is named";
    Io "io" "Không đọc hoặc ghi được tệp" "A file cannot be read or written"
        "kiểm tra đường dẫn và quyền" "check the path and its permissions";
    Internal "internal" "Lỗi của dịch vụ" "A fault of the service"
        "báo quản trị kèm `trace_id`" "tell the operator the `trace_id`";
}

/// Why nothing was produced: one kind, all its faults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind.
    pub code: Code,
    /// Every fault found, in the order of the data.
    pub diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// A failure with its faults.
    pub fn new(code: Code, diagnostics: Vec<Diagnostic>) -> Self {
        Self { code, diagnostics }
    }

    /// A failure with one fault whose code is the failure's own.
    pub fn one(code: Code, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(code, vec![Diagnostic::error(code.info().name, vi, en)])
    }

    /// A fault of ours; `what` goes to the log and the reply, so it must hold no data of the caller.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::one(Code::Internal, format!("lỗi nội bộ: {what}"), format!("internal fault: {what}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.info().name)?;
        for diagnostic in &self.diagnostics {
            write!(f, "; {}", diagnostic.message.en)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_finds_its_own_row() {
        for info in CODES {
            assert_eq!(info.code.info().name, info.name);
            let word = serde_json::to_value(info.code).expect("a unit variant serialises");
            assert_eq!(word, info.name);
        }
    }
}
