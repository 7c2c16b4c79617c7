//! From the caller's data to what the engine sets: text repaired and judged, images opened, prose written.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::codes::{self, Asked, Codes};
use super::images;
use super::renderer::Ready;
use crate::diagnostic::{Code, Diagnostic, Failure, Severity};
use crate::domain::date::Date;
use crate::domain::legacy::{self, Encoding};
use crate::domain::unicode::Change;
use crate::domain::{typography, unicode};
use crate::engine::{Job, Lane, MAX_IMAGES, Meta, Output, Standard};
use crate::template::{Rule, Size, Step};
use crate::the_thuc::Form;

/// Data above this many bytes are set by the large workers.
const LARGE_BYTES: usize = 48 << 10;

/// A word longer than this has no place where a line may break; it gets some.
const LONG_WORD: usize = 40;

/// Letters between two break opportunities in such a word.
const BREAK_EVERY: usize = 20;

/// So much of a text tells its encoding, bytes; the rest of a very long one only costs time.
const LEGACY_PROBE: usize = 8 << 10;

/// Longest file name, bytes, without extension.
const MAX_FILE_NAME: usize = 140;

/// What the caller asks of a document, beside its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Requested {
    /// What comes out.
    pub output: Output,
    /// `full`, or `phoi` for the variable text only.
    pub mode: String,
    /// Prints the MẪU watermark.
    pub test: bool,
    /// Empty signature fields in a PDF; `None`: as is usual for the template.
    pub fields: Option<bool>,
    /// Prints the code the page is checked by.
    pub qr: bool,
}

impl Default for Requested {
    fn default() -> Self {
        Self { output: Output::Pdf(Standard::A2a), mode: "full".to_owned(), test: false, fields: None, qr: false }
    }
}

/// A document ready to be set.
pub struct Prepared {
    /// The engine's job.
    pub job: Job,
    /// Whose workers take it.
    pub lane: Lane,
    /// File name without extension, NFC, safe on every system.
    pub file_name: String,
    /// What was repaired in the data, and the template's warnings.
    pub warnings: Vec<Diagnostic>,
}

/// Checks and prepares. Every fault of the data is told at once.
pub(super) fn prepare(
    ready: &Ready,
    mut data: Value,
    requested: &Requested,
    max_rows: usize,
    codes: Option<&Codes>,
) -> Result<Prepared, Failure> {
    let template = &ready.template;
    if !template.manifest.modes.contains(&requested.mode) {
        let known = template.manifest.modes.join("`, `");
        return Err(Failure::one(
            Code::BadRequest,
            format!("mẫu này chỉ in theo `{known}`"),
            format!("this template prints only `{known}`"),
        ));
    }
    let mut judge = Judge {
        ready,
        max_rows,
        pointer: String::new(),
        path: Vec::new(),
        faults: Vec::new(),
        warnings: Vec::new(),
        images: Vec::new(),
    };
    // What the caller meant, normalised: this is attached, hashed and handed to the prose.
    judge.normalise(&mut data);
    let mut faults = template.schema.validate(&data);
    faults.append(&mut judge.faults);
    if !faults.is_empty() {
        faults.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        faults.dedup_by(|a, b| a.pointer == b.pointer && a.code == b.code);
        return Err(Failure::new(Code::InvalidData, faults));
    }
    let images = std::mem::take(&mut judge.images);
    let mut warnings = judge.warnings;

    let mut context = ready.wording.context(&data, &ready.optional)?;
    warnings.extend(apply_rules(ready, &context)?);

    let mut text = Map::new();
    for piece in &template.prose {
        let value = if piece.lines {
            Value::from(
                context.write_lines(&piece.name)?.iter().map(|line| set_type(line).into_owned()).collect::<Vec<_>>(),
            )
        } else {
            Value::from(set_type(&context.write(&piece.name)?).into_owned())
        };
        text.insert(piece.name.clone(), value);
    }
    context.add("text", &text);
    let mut derived = Map::new();
    for (name, value) in context.derived() {
        let mut value = serde_json::to_value(value)
            .map_err(|error| Failure::internal(format_args!("derived `{name}`: {error}")))?;
        set_all_type(&mut value);
        derived.insert(name.to_owned(), value);
    }

    let meta = Meta {
        title: context.write("document.title")?,
        author: context.write("document.author")?,
        subject: context.write("document.subject")?,
        keywords: context.write_lines("document.keywords")?,
        date: match context.write("document.date")?.as_str() {
            "" => None,
            text => Date::parse(text).ok().map(|day| (day.year, day.month, day.day)),
        },
    };
    let file_name = safe_name(&context.write("document.file_name")?);

    let attachment = match requested.output {
        Output::Pdf(Standard::A3a) => Some(serde_json::to_vec_pretty(&data).map_err(Failure::internal)?),
        _ => None,
    };
    let qr = if requested.qr {
        let asked =
            Asked { prose: template.manifest.qr.as_ref(), context: &context, data: &data, test: requested.test };
        Some(codes::make(codes, &asked)?)
    } else {
        None
    };
    place_images(&mut data, &images);
    set_all_type(&mut data);
    let mut whole = json!({
        "data": data,
        "text": text,
        "derived": derived,
        "options": {
            "mode": requested.mode,
            "test": requested.test,
            "preview": matches!(requested.output, Output::Png { .. } | Output::Svg { .. }),
        },
    });
    if let (Some(qr), Some(options)) = (qr, whole["options"].as_object_mut()) {
        options.insert("qr".to_owned(), qr);
    }
    let bytes = serde_json::to_vec(&whole).map_err(Failure::internal)?;
    let large = template.manifest.size == Size::Large || bytes.len() > LARGE_BYTES;
    let job = Job {
        template: template.manifest.id.clone(),
        output: requested.output,
        meta,
        form: form(&template.manifest.form, &requested.mode),
        data: bytes,
        attachment,
        images: images.into_iter().map(|image| image.picture.bytes).collect(),
    };
    Ok(Prepared { job, lane: if large { Lane::Large } else { Lane::Small }, file_name, warnings })
}

/// The form the pages are held to. On a blank only the variable words are printed: there is no whole page to judge.
fn form(whole: &str, mode: &str) -> String {
    if mode != "phoi" {
        return whole.to_owned();
    }
    Form::parse(whole).and_then(Form::on_blank).map_or_else(String::new, |form| form.name().to_owned())
}

/// The template's cross-field rules: faults stop, warnings are handed on.
fn apply_rules(ready: &Ready, context: &crate::text::Context<'_>) -> Result<Vec<Diagnostic>, Failure> {
    let mut faults = Vec::new();
    let mut warnings = Vec::new();
    for (index, rule) in ready.template.manifest.rules.iter().enumerate() {
        let told = match rule.each {
            None => broken(index, rule, context)?.into_iter().collect(),
            Some(_) => {
                let mut told = Vec::new();
                for item in context.items(&format!("{index}.each"))? {
                    told.extend(broken(index, rule, &context.with("muc", item))?);
                }
                told
            }
        };
        match rule.severity {
            Severity::Error => faults.extend(told),
            Severity::Warning => warnings.extend(told),
        }
    }
    if faults.is_empty() { Ok(warnings) } else { Err(Failure::new(Code::InvalidData, faults)) }
}

/// What one rule says of the values, if it is broken.
fn broken(index: usize, rule: &Rule, context: &crate::text::Context<'_>) -> Result<Option<Diagnostic>, Failure> {
    if !context.holds(&index.to_string())? {
        return Ok(None);
    }
    let write = |what: &str| context.write(&format!("rules.{index}.{what}"));
    let told = Diagnostic::error(rule.code.clone(), write("vi")?, write("en")?).at(write("pointer")?);
    Ok(Some(Diagnostic { severity: rule.severity, ..told }))
}

struct PlacedImage {
    pointer: String,
    picture: images::Picture,
}

struct Judge<'a> {
    ready: &'a Ready,
    max_rows: usize,
    pointer: String,
    path: Vec<Step>,
    faults: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    images: Vec<PlacedImage>,
}

impl Judge<'_> {
    fn normalise(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                if items.len() > self.max_rows {
                    let (found, limit) = (items.len(), self.max_rows);
                    self.fault(Diagnostic::error(
                        "too_many",
                        format!("có {found} phần tử, tối đa {limit}"),
                        format!("{found} items, at most {limit}"),
                    ));
                    return;
                }
                self.path.push(Step::Each);
                let length = self.pointer.len();
                for (index, item) in items.iter_mut().enumerate() {
                    self.pointer.push('/');
                    self.pointer.push_str(&index.to_string());
                    self.normalise(item);
                    self.pointer.truncate(length);
                }
                self.path.pop();
            }
            Value::Object(map) => {
                let length = self.pointer.len();
                for (key, inner) in map.iter_mut() {
                    self.path.push(Step::Key(key.clone()));
                    self.pointer.push('/');
                    self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    self.normalise(inner);
                    self.pointer.truncate(length);
                    self.path.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &mut String) {
        if self.ready.template.schema.images().contains(&self.path) {
            return self.image(text);
        }
        self.wordless(text);
        if text.is_ascii()
            && !text.bytes().any(|byte| byte < b' ' || byte == 0x7f)
            && !text.contains("  ")
            && text.trim().len() == text.len()
        {
            return;
        }
        if let Some(found) = legacy::detect(&text[..text.floor_char_boundary(LEGACY_PROBE)]) {
            let name = match found.encoding {
                Encoding::Tcvn3 => "TCVN3 (.VnTime)",
                Encoding::Vni => "VNI (VNI-Times)",
            };
            self.fault(
                Diagnostic::error(
                    "legacy_encoding",
                    format!("chữ viết bằng bảng mã cũ {name}"),
                    format!("the text is in the legacy encoding {name}"),
                )
                .hint(
                    format!("chuyển sang Unicode rồi gửi lại; có lẽ là `{}`", found.decoded),
                    format!("convert it to Unicode and send it again; it probably reads `{}`", found.decoded),
                ),
            );
            return;
        }
        if let Some(bad) = unicode::refuse(text) {
            let (index, code_point) = (bad.index + 1, bad.code_point);
            self.fault(
                Diagnostic::error(
                    "forbidden_character",
                    format!("ký tự thứ {index} là U+{code_point:04X}, không được có trong văn bản"),
                    format!("character {index} is U+{code_point:04X}, which must not be in the text"),
                )
                .hint("gõ lại đoạn này, không dán từ trang mạng", "type this text again instead of pasting it"),
            );
            return;
        }
        let repaired = unicode::repair(text);
        if !repaired.changes.is_empty() {
            let (vi, en) = repairs(&repaired.changes);
            self.warnings.push(Diagnostic::warning("repaired", vi, en).at(self.pointer.clone()));
            *text = repaired.text;
        }
        if let Some(bad) = unicode::stacked_marks(text) {
            let index = bad.index + 1;
            self.fault(Diagnostic::error(
                "stacked_marks",
                format!("ký tự thứ {index}: nhiều dấu chồng lên một chữ"),
                format!("character {index}: several marks on one letter"),
            ));
        }
        if let Some(c) = text.chars().find(|c| !self.ready.glyphs.contains(*c)) {
            let (code_point, fonts) = (u32::from(c), self.ready.template.manifest.fonts.join(", "));
            self.fault(
                Diagnostic::error(
                    "glyph_missing",
                    format!("phông chữ {fonts} không có ký tự `{c}` (U+{code_point:04X})"),
                    format!("the font {fonts} has no glyph for `{c}` (U+{code_point:04X})"),
                )
                .hint("bỏ hoặc thay ký tự này", "remove or replace this character"),
            );
        }
    }

    /// Only signs where words are wanted would be printed as nothing, or as `...`. Cells of a table may hold a dash.
    fn wordless(&mut self, text: &str) {
        let cell = |step: &Step| matches!(step, Step::Key(key) if matches!(key.as_str(), "hang" | "tong" | "ghi_chu"));
        if text.is_empty() || text.chars().any(char::is_alphanumeric) || self.path.iter().any(cell) {
            return;
        }
        self.fault(Diagnostic::error("no_words", "không có chữ hay số nào", "holds no letter and no digit"));
    }

    fn image(&mut self, text: &str) {
        if self.images.len() == MAX_IMAGES {
            self.fault(Diagnostic::error(
                "too_many",
                format!("tối đa {MAX_IMAGES} ảnh"),
                format!("at most {MAX_IMAGES} images"),
            ));
            return;
        }
        match images::open(text) {
            Ok(picture) => self.images.push(PlacedImage { pointer: self.pointer.clone(), picture }),
            Err(fault) => self.fault(fault),
        }
    }

    fn fault(&mut self, fault: Diagnostic) {
        self.faults.push(fault.at(self.pointer.clone()));
    }
}

/// What was mended in a text.
fn repairs(changes: &[Change]) -> (String, String) {
    let words = changes.iter().map(|change| match change {
        Change::Composed => ("đã ghép dấu theo Unicode dựng sẵn", "marks composed"),
        Change::NoBreakSpace => ("đã thay dấu cách không ngắt", "no-break spaces replaced"),
        Change::Invisible => ("đã bỏ ký tự ẩn", "invisible characters removed"),
        Change::WhiteSpace => ("đã gộp khoảng trắng, chỗ xuống dòng", "white space and line breaks joined"),
        Change::Eth => ("đã thay `ð` bằng `đ`", "`ð` replaced by `đ`"),
    });
    let (vi, en): (Vec<_>, Vec<_>) = words.unzip();
    (vi.join("; "), en.join("; "))
}

/// Puts a path Typst can open where the base64 stood.
fn place_images(data: &mut Value, images: &[PlacedImage]) {
    for (index, image) in images.iter().enumerate() {
        if let Some(slot) = data.pointer_mut(&image.pointer) {
            *slot = json!({"anh": format!("/vd-anh/{index}.png"), "w": image.picture.width, "h": image.picture.height});
        }
    }
}

/// No-break spaces by rule; break opportunities where a word has none.
fn set_type(text: &str) -> Cow<'_, str> {
    match typography::no_break(text) {
        Cow::Borrowed(same) => typography::open_words(same, LONG_WORD, BREAK_EVERY),
        Cow::Owned(glued) => Cow::Owned(typography::open_words(&glued, LONG_WORD, BREAK_EVERY).into_owned()),
    }
}

fn set_all_type(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(set) = set_type(text) {
                *text = set;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(set_all_type),
        Value::Object(map) => map.values_mut().for_each(set_all_type),
        _ => {}
    }
}

/// A name every file system takes: no separators, no control or reserved characters, bounded, not empty.
fn safe_name(name: &str) -> String {
    let mut safe = String::new();
    for c in name.chars() {
        let c = match c {
            '/' | '\\' | ':' | '|' => '-',
            '"' | '<' | '>' | '?' | '*' => continue,
            c if c.is_control() => continue,
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if safe.len() + c.len_utf8() > MAX_FILE_NAME {
            break;
        }
        if !(c == ' ' && safe.ends_with(' ')) {
            safe.push(c);
        }
    }
    let trimmed = safe.trim_matches([' ', '.', '-']);
    if trimmed.is_empty() { "van-ban".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_everywhere() {
        assert_eq!(safe_name("Quyết định 925/QĐ-UBND"), "Quyết định 925-QĐ-UBND");
        assert_eq!(safe_name("\u{a0}\u{a0}\u{a0}/QĐ\r\n\"x\"."), "QĐx");
        assert_eq!(safe_name("../../etc"), "etc");
        assert_eq!(safe_name("***"), "van-ban");
        assert!(safe_name(&"Đ".repeat(500)).len() <= MAX_FILE_NAME);
    }
}
