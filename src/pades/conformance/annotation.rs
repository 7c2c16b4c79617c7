//! Annotations, fields and the form.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Object, ObjectId};

use super::{Faults, drawing, file};
use crate::diagnostic::Failure;
use crate::pades::form;
use crate::pdf::base::{Base, wrong_kind};
use crate::pdf::sheet;

/// Bits of `/F` (ISO 32000-1, 12.5.3).
const INVISIBLE: i64 = 1;
const HIDDEN: i64 = 2;
const PRINT: i64 = 4;
const NO_VIEW: i64 = 32;
const TOGGLE_NO_VIEW: i64 = 256;
/// Kinds PDF/A-2 takes (6.3.1); 3 takes attached files too, which are listed here.
const KINDS: [&[u8]; 21] = [
    b"Text",
    b"Link",
    b"FreeText",
    b"Line",
    b"Square",
    b"Circle",
    b"Polygon",
    b"PolyLine",
    b"Highlight",
    b"Underline",
    b"Squiggly",
    b"StrikeOut",
    b"Stamp",
    b"Caret",
    b"Ink",
    b"Popup",
    b"FileAttachment",
    b"Widget",
    b"PrinterMark",
    b"TrapNet",
    b"Watermark",
];

/// Checks every annotation of every page, and the form.
pub(super) fn check(base: &Base, packet: &str, faults: &mut Faults) -> Result<(), Failure> {
    if faults.pdfua && !packet.contains("dc:title") {
        faults.pdfua("7.1", "siêu dữ liệu không có tên văn bản", "the metadata have no title");
    }
    form(base, faults)?;
    let owners = owners(base)?;
    let mut ink = drawing::Ink::new(base)?;
    let sheets = base.sheets()?;
    let mut signatures = BTreeSet::new();
    for (number, sheet) in sheets.iter().enumerate() {
        let page = base.dictionary(sheet.id)?;
        let number = number + 1;
        if base.entry(page, "AA").is_some() {
            faults.pdfa(
                "6.5.2",
                format!("trang `{number}` có hành động kèm theo"),
                format!("page `{number}` has additional actions"),
            );
        }
        let annotations = base.list(page, "Annots")?;
        let tabs = base.name(page, "Tabs");
        if !annotations.is_empty() && tabs != Some(b"S") {
            faults.pdfua(
                "7.18.3",
                format!("trang `{number}` có ô nhưng không theo thứ tự thẻ"),
                format!("page `{number}` has annotations and its `/Tabs` is not `/S`"),
            );
        }
        for annotation in annotations {
            let id = annotation.as_reference().ok();
            let Ok(body) = base.resolve(annotation)?.as_dict() else { return Err(wrong_kind("Annots")) };
            let one = Annotation { base, body, id, page: number, frame: sheet.frame };
            one.check(&owners, &mut ink, &mut signatures, faults)?;
        }
    }
    Ok(())
}

fn form(base: &Base, faults: &mut Faults) -> Result<(), Failure> {
    let Some(form) = base.inner(base.catalog()?, "AcroForm")? else { return Ok(()) };
    if base.flag(form, "NeedAppearances") == Some(true) {
        faults.pdfa("6.4.1", "biểu mẫu đòi vẽ lại các ô", "the form asks for its fields to be drawn anew");
    }
    if base.entry(form, "XFA").is_some() {
        faults.pdfa("6.4.2", "biểu mẫu theo kiểu XFA", "the form is of the XFA kind");
    }
    let mut waiting: Vec<(&Object, usize)> = base.list(form, "Fields")?.iter().map(|field| (field, 0)).collect();
    let mut seen = BTreeSet::new();
    while let Some((field, depth)) = waiting.pop() {
        if depth > 32 || field.as_reference().is_ok_and(|id| !seen.insert(id)) {
            return Err(wrong_kind("Fields"));
        }
        let Ok(field) = base.resolve(field)?.as_dict() else { return Err(wrong_kind("Fields")) };
        if field.has(b"AA") || field.has(b"A") {
            faults.pdfa("6.4.1", "có ô kèm hành động", "a field has actions");
        }
        waiting.extend(base.list(field, "Kids")?.iter().map(|kid| (kid, depth + 1)));
    }
    Ok(())
}

/// Elements of the tree of tags by the key that annotations name.
fn owners(base: &Base) -> Result<BTreeMap<i64, ObjectId>, Failure> {
    let mut owners = BTreeMap::new();
    let root = base.inner(base.catalog()?, "StructTreeRoot")?;
    if let Some(parents) = root.map(|root| base.inner(root, "ParentTree")).transpose()?.flatten() {
        for (key, value) in base.tree(parents, "Nums")? {
            if let (Ok(key), Ok(id)) = (key.as_i64(), value.as_reference()) {
                owners.insert(key, id);
            }
        }
    }
    Ok(owners)
}

struct Annotation<'a> {
    base: &'a Base<'a>,
    body: &'a Dictionary,
    id: Option<ObjectId>,
    page: usize,
    frame: [f64; 4],
}

impl<'a> Annotation<'a> {
    fn check(
        &self,
        owners: &BTreeMap<i64, ObjectId>,
        ink: &mut drawing::Ink<'a>,
        signatures: &mut BTreeSet<ObjectId>,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let (base, body) = (self.base, self.body);
        let kind = base.name(body, "Subtype").unwrap_or_default();
        let called = format!("`{}` (trang {})", String::from_utf8_lossy(kind), self.page);
        let named = format!("`{}` (page {})", String::from_utf8_lossy(kind), self.page);
        if !KINDS.contains(&kind) || (kind == b"FileAttachment" && faults.part < 2) {
            faults.pdfa("6.3.1", format!("có chú thích loại {called}"), format!("there is an annotation {named}"));
        }
        let popup = kind == b"Popup";
        let flags = base.integer(body, "F");
        let shows = flags.unwrap_or_default() & (INVISIBLE | HIDDEN | NO_VIEW | TOGGLE_NO_VIEW) == 0;
        let printed = flags.unwrap_or_default() & PRINT != 0;
        if !(popup || shows && printed) {
            faults.pdfa(
                "6.3.2",
                format!("{called} bị ẩn hoặc không in ra (`/F`)"),
                format!("{named} is hidden or not printed (`/F`)"),
            );
        }
        let widget = kind == b"Widget";
        if base.entry(body, "AA").is_some() || (widget && base.entry(body, "A").is_some()) {
            let clause = if widget { "6.4.1" } else { "6.5.2" };
            faults.pdfa(clause, format!("{called} kèm hành động"), format!("{named} has actions"));
        }
        if let Some(action) = base.entry(body, "A") {
            file::action(base, action, faults);
        }
        let rectangle = sheet::rectangle(base, body, "Rect")?.unwrap_or_default();
        self.look(kind, rectangle, &called, &named, ink, faults)?;
        if widget {
            self.signature(signatures, &called, &named, faults)?;
        }
        let [left, bottom, right, top] = rectangle;
        let [l, b, r, t] = self.frame;
        let outside = right <= l || left >= r || top <= b || bottom >= t || (left == right && bottom == top);
        if widget && shows && !outside {
            self.voice(owners, &called, &named, faults)?;
        }
        Ok(())
    }

    /// What it shows (6.3.3).
    fn look(
        &self,
        kind: &[u8],
        [left, bottom, right, top]: [f64; 4],
        called: &str,
        named: &str,
        ink: &mut drawing::Ink<'a>,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let Some(looks) = self.base.inner(self.body, "AP")? else {
            let exempt = matches!(kind, b"Popup" | b"Link") || (left == right && bottom == top);
            if !exempt {
                faults.pdfa("6.3.3", format!("{called} không có hình hiện"), format!("{named} has no appearance"));
            }
            return Ok(());
        };
        if looks.iter().any(|(key, _)| key != b"N") {
            faults.pdfa(
                "6.3.3",
                format!("{called} có hình khác khi trỏ vào hay nhấn"),
                format!("{named} looks different when pointed at or pressed"),
            );
        }
        match self.base.entry(looks, "N") {
            Some(Object::Stream(_)) => {
                if let Ok(normal) = looks.get(b"N") {
                    ink.check(normal, faults)?;
                }
            }
            // Buttons have one look for each of their states.
            Some(Object::Dictionary(states)) => {
                let field = self.base.name(self.body, "FT");
                if field != Some(b"Btn") && !(field.is_none() && self.body.has(b"Parent")) {
                    faults.pdfa(
                        "6.3.3",
                        format!("hình của {called} không phải một luồng"),
                        format!("the appearance of {named} is no stream"),
                    );
                }
                for (_, state) in states {
                    ink.check(state, faults)?;
                }
            }
            _ => {
                faults.pdfa("6.3.3", format!("{called} không có hình hiện"), format!("{named} has no appearance"));
            }
        }
        Ok(())
    }

    /// The signature it holds (6.4.3).
    fn signature(
        &self,
        signatures: &mut BTreeSet<ObjectId>,
        called: &str,
        named: &str,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let base = self.base;
        let field = match self.body.has(b"FT") {
            true => Some(self.body),
            false => base.inner(self.body, "Parent")?,
        };
        let Some(field) = field else { return Ok(()) };
        let signs = base.name(field, "FT") == Some(b"Sig");
        let Some(Object::Dictionary(signature)) = signs.then(|| base.entry(field, "V")).flatten() else {
            return Ok(());
        };
        if let Ok(id) = field.get(b"V").and_then(Object::as_reference)
            && !signatures.insert(id)
        {
            return Ok(());
        }
        let contents = base.entry(signature, "Contents").and_then(|contents| contents.as_str().ok());
        if contents.is_none_or(|der| der.first() != Some(&0x30)) {
            faults.pdfa("6.4.3", format!("{called} không chứa chữ ký"), format!("{named} holds no signature"));
        }
        let range = base.list(signature, "ByteRange")?;
        let range: Vec<i64> = range.iter().filter_map(|one| one.as_i64().ok()).collect();
        let sound = match range.as_slice() {
            [0, first, second, third] => {
                let end = second.checked_add(*third).unwrap_or(i64::MAX);
                0 < *first && first < second && *third > 0 && end <= base.bytes().len() as i64
            }
            _ => false,
        };
        if !sound {
            faults.pdfa(
                "6.4.3",
                format!("chữ ký ở {called} không bao trùm tệp"),
                format!("the signature in {named} does not cover the file"),
            );
        }
        Ok(())
    }

    /// What a reader's voice tells of it.
    fn voice(
        &self,
        owners: &BTreeMap<i64, ObjectId>,
        called: &str,
        named: &str,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        if !faults.pdfua {
            return Ok(());
        }
        let base = self.base;
        let key = base.integer(self.body, "StructParent");
        let owner = key.and_then(|key| owners.get(&key)).map(|id| base.dictionary(*id)).transpose()?;
        let Some(owner) = owner.filter(|owner| self.is_kid_of(owner)) else {
            faults.pdfua("7.18.1", format!("{called} không thuộc thẻ nào"), format!("{named} belongs to no tag"));
            return Ok(());
        };
        let kind = base.name(owner, "S").unwrap_or_default();
        let root = base.inner(base.catalog()?, "StructTreeRoot")?;
        let roles = root.map(|root| base.inner(root, "RoleMap")).transpose()?.flatten();
        let role = roles.and_then(|roles| base.entry(roles, &String::from_utf8_lossy(kind)));
        let role = role.and_then(|role| role.as_name().ok()).unwrap_or(kind);
        if role != b"Form" {
            faults.pdfua(
                "7.18.4",
                format!("{called} không nằm trong thẻ `Form`"),
                format!("{named} does not stand in a `Form` tag"),
            );
        }
        let told = |dictionary: &Dictionary, key| {
            base.entry(dictionary, key).and_then(form::text).is_some_and(|words| !words.trim().is_empty())
        };
        let parent = base.inner(self.body, "Parent")?;
        if !(told(self.body, "TU") || parent.is_some_and(|field| told(field, "TU")) || told(owner, "Alt")) {
            faults.pdfua(
                "7.18.1",
                format!("{called} không có lời giới thiệu (`/TU`)"),
                format!("{named} has no description (`/TU`)"),
            );
        }
        Ok(())
    }

    /// Whether an element names this annotation.
    fn is_kid_of(&self, owner: &Dictionary) -> bool {
        let Some(kids) = self.base.entry(owner, "K") else { return false };
        let one = [kids.clone()];
        let kids = kids.as_array().map_or(&one[..], Vec::as_slice);
        kids.iter().any(|kid| {
            let kid = self.base.resolve(kid).and_then(|kid| kid.as_dict().map_err(|_| wrong_kind("K")));
            kid.is_ok_and(|kid| {
                kid.get(b"Obj").and_then(Object::as_reference).ok().is_some_and(|id| Some(id) == self.id)
            })
        })
    }
}
