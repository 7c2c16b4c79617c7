//! What annotations show: fonts, colours and pictures.

use std::collections::BTreeSet;

use lopdf::content::Content;
use lopdf::{Dictionary, Object, ObjectId, Stream};

use super::Faults;
use crate::diagnostic::Failure;
use crate::pdf::base::{Base, wrong_kind};

/// What all appearances may have together when unpacked, bytes.
const MOST_BYTES: usize = 32 << 20;
/// No form stands deeper in others.
const DEPTH: usize = 16;

/// Looks at drawings, each once.
pub(super) struct Ink<'a> {
    base: &'a Base<'a>,
    /// Colour components of the output intent's profile: 1, 3 or 4.
    intent: Option<i64>,
    seen: BTreeSet<ObjectId>,
    left: usize,
}

impl<'a> Ink<'a> {
    pub(super) fn new(base: &'a Base<'a>) -> Result<Self, Failure> {
        let mut intent = None;
        for one in base.list(base.catalog()?, "OutputIntents")? {
            let Ok(one) = base.resolve(one)?.as_dict() else { return Err(wrong_kind("OutputIntents")) };
            let kind = base.name(one, "S");
            if let (Some(b"GTS_PDFA1"), Some(Object::Stream(profile))) = (kind, base.entry(one, "DestOutputProfile")) {
                intent = base.integer(&profile.dict, "N");
            }
        }
        Ok(Self { base, intent, seen: BTreeSet::new(), left: MOST_BYTES })
    }

    /// A form and all that is drawn in it.
    pub(super) fn check(&mut self, form: &'a Object, faults: &mut Faults) -> Result<(), Failure> {
        let mut waiting = vec![(form, 0)];
        while let Some((form, depth)) = waiting.pop() {
            if depth > DEPTH || form.as_reference().is_ok_and(|id| !self.seen.insert(id)) {
                continue;
            }
            let Ok(stream) = self.base.resolve(form)?.as_stream() else { continue };
            self.form(stream, depth, &mut waiting, faults)?;
        }
        Ok(())
    }

    fn form(
        &mut self,
        form: &'a Stream,
        depth: usize,
        waiting: &mut Vec<(&'a Object, usize)>,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let base = self.base;
        if form.dict.has(b"OPI") || form.dict.has(b"Ref") || form.dict.has(b"PS") {
            faults.pdfa(
                "6.2.9",
                "hình hiện dùng nội dung ngoài tệp",
                "an appearance draws on what is outside the file",
            );
        }
        let none = Dictionary::new();
        let resources = base.inner(&form.dict, "Resources")?.unwrap_or(&none);
        let Some(content) = self.operations(form) else {
            faults.pdfa("6.2.2", "không đọc được nội dung hình hiện", "the content of an appearance cannot be read");
            return Ok(());
        };
        let of = |kind, name: &[u8]| -> Result<Option<&'a Object>, Failure> {
            let Some(Object::Dictionary(resources)) = base.entry(&form.dict, "Resources") else { return Ok(None) };
            Ok(base.inner(resources, kind)?.and_then(|named| named.get(name).ok()))
        };
        let mut fonts = BTreeSet::new();
        for operation in &content.operations {
            let name = operation.operands.first().and_then(|name| name.as_name().ok()).unwrap_or_default();
            match operation.operator.as_str() {
                "g" | "G" => self.device(1, resources, faults)?,
                "rg" | "RG" => self.device(3, resources, faults)?,
                "k" | "K" => self.device(4, resources, faults)?,
                "cs" | "CS" => self.space(&Object::Name(name.to_vec()), resources, faults, 0)?,
                "BI" => faults.pdfa("6.2.8", "hình hiện có ảnh chèn trong dòng", "an appearance has an inline image"),
                "Tf" if fonts.insert(name.to_vec()) => match of("Font", name)? {
                    Some(font) => self.font(base.resolve(font)?, faults)?,
                    None => faults.pdfa("6.2.2", "hình hiện dùng phông không khai báo", "an appearance names no font"),
                },
                "Do" => {
                    let Some(drawn) = of("XObject", name)? else { continue };
                    let Ok(stream) = base.resolve(drawn)?.as_stream() else { continue };
                    if base.name(&stream.dict, "Subtype") == Some(b"Image") {
                        self.image(stream, resources, faults)?;
                    } else {
                        waiting.push((drawn, depth + 1));
                    }
                }
                "gs" => {
                    if let Some(state) = of("ExtGState", name)?
                        && let Ok(state) = base.resolve(state)?.as_dict()
                        && (state.has(b"TR") || state.has(b"HTP"))
                    {
                        faults.pdfa("6.2.5", "hình hiện đổi màu khi in", "an appearance changes colours in print");
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn operations(&mut self, form: &Stream) -> Option<Content> {
        let bytes = form.get_plain_content_with_limit(self.left).ok()?;
        self.left = self.left.saturating_sub(bytes.len());
        Content::decode(&bytes).ok()
    }

    /// Colours of a device must be those the file is meant for (6.2.4.3).
    fn device(&self, many: i64, resources: &Dictionary, faults: &mut Faults) -> Result<(), Failure> {
        let (name, default) = match many {
            1 => ("DeviceGray", "DefaultGray"),
            3 => ("DeviceRGB", "DefaultRGB"),
            _ => ("DeviceCMYK", "DefaultCMYK"),
        };
        let fits = match self.intent {
            Some(intent) => many == 1 || intent == many,
            None => false,
        };
        let own = self.base.inner(resources, "ColorSpace")?.is_some_and(|spaces| spaces.has(default.as_bytes()));
        if !fits && !own {
            faults.pdfa(
                "6.2.4.3",
                format!("hình hiện dùng màu `{name}` mà tệp không có hồ sơ màu tương ứng"),
                format!("an appearance uses `{name}`, which the file has no output intent for"),
            );
        }
        Ok(())
    }

    fn space(&self, space: &Object, resources: &Dictionary, faults: &mut Faults, depth: usize) -> Result<(), Failure> {
        if depth > 8 {
            return Ok(());
        }
        match self.base.resolve(space)? {
            Object::Name(name) => match name.as_slice() {
                b"DeviceGray" | b"G" => self.device(1, resources, faults),
                b"DeviceRGB" | b"RGB" => self.device(3, resources, faults),
                b"DeviceCMYK" | b"CMYK" => self.device(4, resources, faults),
                name => match self.base.inner(resources, "ColorSpace")?.and_then(|spaces| spaces.get(name).ok()) {
                    // A name that stands for itself leads nowhere.
                    Some(named) => self.space(named, resources, faults, depth + 1),
                    None => Ok(()),
                },
            },
            Object::Array(parts) => {
                let base = match parts.first().and_then(|kind| kind.as_name().ok()) {
                    Some(b"Indexed" | b"I" | b"Pattern") => parts.get(1),
                    Some(b"Separation" | b"DeviceN") => parts.get(2),
                    Some(b"DeviceGray" | b"DeviceRGB" | b"DeviceCMYK") if parts.len() == 1 => parts.first(),
                    _ => None,
                };
                base.map_or(Ok(()), |base| self.space(base, resources, faults, depth + 1))
            }
            _ => Ok(()),
        }
    }

    /// A picture (6.2.8), and its transparency (6.2.10), which part 1 does not take at all.
    fn image(&self, image: &Stream, resources: &Dictionary, faults: &mut Faults) -> Result<(), Failure> {
        let entries = &image.dict;
        if entries.has(b"Alternates") || entries.has(b"OPI") {
            faults.pdfa("6.2.8", "ảnh có bản thay thế ngoài tệp", "a picture has alternates");
        }
        if self.base.flag(entries, "Interpolate") == Some(true) {
            faults.pdfa("6.2.8", "ảnh đòi làm mịn khi hiện", "a picture asks to be smoothed");
        }
        if let Some(Object::Stream(mask)) = self.base.entry(entries, "SMask") {
            if faults.part == 1 {
                faults.pdfa("6.4", "PDF/A-1 không nhận ảnh trong suốt", "PDF/A-1 takes no transparent picture");
            }
            if self.base.flag(&mask.dict, "Interpolate") == Some(true) {
                faults.pdfa("6.2.8", "ảnh đòi làm mịn khi hiện", "a picture asks to be smoothed");
            }
        }
        match entries.get(b"ColorSpace") {
            Ok(space) => self.space(space, resources, faults, 0),
            Err(_) => Ok(()),
        }
    }

    /// A font that letters are drawn with (6.2.11).
    fn font(&self, font: &Object, faults: &mut Faults) -> Result<(), Failure> {
        let base = self.base;
        let Ok(font) = font.as_dict() else { return Err(wrong_kind("Font")) };
        let kind = base.name(font, "Subtype");
        if kind == Some(b"Type3") {
            return Ok(());
        }
        let composed = kind == Some(b"Type0");
        let drawn = match base.list(font, "DescendantFonts")?.first() {
            Some(drawn) if composed => base.resolve(drawn)?.as_dict().map_err(|_| wrong_kind("DescendantFonts"))?,
            _ => font,
        };
        let descriptor = base.inner(drawn, "FontDescriptor")?;
        let file = |key| descriptor.is_some_and(|descriptor| base.entry(descriptor, key).is_some());
        if !(file("FontFile") || file("FontFile2") || file("FontFile3")) {
            let name = base.name(font, "BaseFont").unwrap_or_default();
            let name = String::from_utf8_lossy(name);
            let (vi, en) = (format!("phông `{name}` không nhúng trong tệp"), format!("font `{name}` is not embedded"));
            faults.pdfa("6.2.11.4", &vi, &en);
            faults.pdfua("7.21.4", &vi, &en);
        }
        // Letters of other fonts can be told from their encoding.
        let identity = matches!(base.name(font, "Encoding"), None | Some(b"Identity-H" | b"Identity-V"));
        let known = !(composed && identity) || base.entry(font, "ToUnicode").is_some();
        if !known {
            let (vi, en) = ("chữ trong hình hiện không đọc ra được", "letters of an appearance cannot be read out");
            if faults.unicode {
                faults.pdfa("6.2.11.7", vi, en);
            }
            faults.pdfua("7.21.7", vi, en);
        }
        Ok(())
    }
}
