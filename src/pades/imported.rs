//! A page of one file drawn in another: its content and all it needs, as a form XObject (ISO 32000-1, 8.10).

use std::collections::BTreeMap;

use lopdf::content::Content;
use lopdf::{Dictionary, Object, ObjectId, Stream};
use memchr::memmem;

use super::field::decimal;
use crate::diagnostic::{Code, Failure};
use crate::pdf::base::{Base, wrong_kind};
use crate::pdf::syntax::{self, References};
use crate::pdf::update::Update;

/// Largest file taken, bytes: a few lines of text with their fonts.
const MOST_BYTES: usize = 4 << 20;
/// Most objects taken over.
const MOST_OBJECTS: usize = 2_000;

/// A page as a form.
pub(super) struct Form {
    /// Its number.
    pub(super) number: u32,
    /// Left, bottom, right, top, pt.
    pub(super) frame: [f64; 4],
}

/// Puts the first page of `pdf` into the file. Tags stay behind: a form has none of its own.
pub(super) fn page(update: &mut Update, pdf: &[u8]) -> Result<Form, Failure> {
    if pdf.len() > MOST_BYTES {
        return Err(too_much());
    }
    let base = Base::open(pdf)?;
    let sheets = base.sheets()?;
    let sheet = sheets.first().ok_or_else(|| wrong_kind("Pages"))?;
    let [left, bottom, right, top] = sheet.frame;
    if sheet.turns != 0 || right - left < 1.0 || top - bottom < 1.0 {
        return Err(wrong_kind("MediaBox"));
    }
    let page = base.dictionary(sheet.id)?;
    let (content, packed) = content(&base, page)?;
    let mut resources = resources(&base, page)?;
    resources.remove(b"Properties");
    let mut numbers = Numbers::default();
    let mut waiting = Vec::new();
    numbers.find(&base, update, &Object::Dictionary(resources.clone()), &mut waiting);
    let group = page.get(b"Group").ok();
    if let Some(group) = group {
        numbers.find(&base, update, group, &mut waiting);
    }
    while let Some(id) = waiting.pop() {
        if numbers.0.len() > MOST_OBJECTS {
            return Err(too_much());
        }
        let Some(&Some(number)) = numbers.0.get(&id) else { continue };
        let mut object = base.object(id)?.clone();
        if let Object::Stream(stream) = &mut object {
            ["Length", "StructParent", "StructParents"].iter().for_each(|key| {
                stream.dict.remove(key.as_bytes());
            });
        }
        numbers.find(&base, update, &object, &mut waiting);
        match &object {
            Object::Stream(stream) => {
                update.stream(number, |out| syntax::entries(out, &stream.dict, &numbers), &stream.content);
            }
            object => update.object(number, |out| syntax::object(out, object, &numbers)),
        }
    }
    let number = update.number();
    update.stream(
        number,
        |out| {
            out.extend_from_slice(b"/Type/XObject/Subtype/Form/BBox[");
            for (n, side) in sheet.frame.into_iter().enumerate() {
                out.extend_from_slice(if n > 0 { b" " } else { b"" });
                decimal(out, side);
            }
            out.extend_from_slice(b"]/Resources");
            syntax::dictionary(out, &resources, &numbers);
            if let Some(group) = group {
                out.extend_from_slice(b"/Group ");
                syntax::object(out, group, &numbers);
            }
            if packed {
                out.extend_from_slice(b"/Filter/FlateDecode");
            }
        },
        &content,
    );
    Ok(Form { number, frame: sheet.frame })
}

/// New numbers of the objects taken over; none for what stays behind.
#[derive(Default)]
struct Numbers(BTreeMap<ObjectId, Option<u32>>);

impl Numbers {
    /// Gives numbers to what an object refers to.
    fn find(&mut self, base: &Base, update: &mut Update, object: &Object, waiting: &mut Vec<ObjectId>) {
        match object {
            Object::Reference(id) if !self.0.contains_key(id) => {
                let number = stays(base, *id).then(|| update.number());
                self.0.insert(*id, number);
                if number.is_some() {
                    waiting.push(*id);
                }
            }
            Object::Array(items) => items.iter().for_each(|item| self.find(base, update, item, waiting)),
            Object::Dictionary(entries) => {
                entries.iter().for_each(|(_, value)| self.find(base, update, value, waiting));
            }
            Object::Stream(stream) => {
                stream.dict.iter().for_each(|(_, value)| self.find(base, update, value, waiting));
            }
            _ => {}
        }
    }
}

impl References for Numbers {
    fn reference(&self, id: ObjectId, out: &mut Vec<u8>) {
        match self.0.get(&id) {
            Some(Some(number)) => syntax::refer(out, *number),
            _ => out.extend_from_slice(b"null"),
        }
    }
}

/// Whether an object belongs to what is drawn, not to the build of its file.
fn stays(base: &Base, id: ObjectId) -> bool {
    let Ok(object) = base.object(id) else { return false };
    let kind = match object {
        Object::Dictionary(entries) => entries.get_type(),
        Object::Stream(stream) => stream.dict.get_type(),
        _ => return true,
    };
    !kind.is_ok_and(|kind| {
        matches!(kind, b"Page" | b"Pages" | b"Catalog" | b"StructTreeRoot" | b"StructElem" | b"Annot" | b"Sig")
    })
}

/// The content of a page, and whether it is packed (Flate).
fn content(base: &Base, page: &Dictionary) -> Result<(Vec<u8>, bool), Failure> {
    let streams: Vec<&Stream> = match base.entry(page, "Contents") {
        None => Vec::new(),
        Some(Object::Stream(stream)) => vec![stream],
        Some(Object::Array(parts)) => {
            let parts = parts.iter().map(|part| base.resolve(part)?.as_stream().map_err(|_| wrong_kind("Contents")));
            parts.collect::<Result<_, _>>()?
        }
        Some(_) => return Err(wrong_kind("Contents")),
    };
    let mut plain = Vec::new();
    for stream in &streams {
        let part = stream.get_plain_content_with_limit(MOST_BYTES).map_err(|_| wrong_kind("Contents"))?;
        plain.extend_from_slice(&part);
        plain.push(b'\n');
        if plain.len() > MOST_BYTES {
            return Err(too_much());
        }
    }
    if [&b"BDC"[..], b"DP"].iter().any(|word| memmem::find(&plain, word).is_some()) {
        return Ok((without_tags(&plain)?, false));
    }
    match streams.as_slice() {
        [only] if matches!(only.dict.get(b"Filter").map(Object::as_name), Ok(Ok(b"FlateDecode"))) => {
            let plain_filter = !only.dict.has(b"DecodeParms");
            Ok(if plain_filter { (only.content.clone(), true) } else { (plain, false) })
        }
        _ => Ok((plain, false)),
    }
}

/// Content whose marks name nothing outside of it.
fn without_tags(plain: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut content = Content::decode(plain).map_err(|_| wrong_kind("Contents"))?;
    let mut out = Vec::new();
    for operation in &mut content.operations {
        match operation.operator.as_str() {
            "BDC" => {
                operation.operator = "BMC".to_owned();
                operation.operands.truncate(1);
            }
            "DP" => continue,
            // A picture inside the content has bytes that cannot be told from words.
            "BI" => return Err(wrong_kind("Contents")),
            _ => {}
        }
        for operand in &operation.operands {
            syntax::object(&mut out, operand, &Numbers::default());
            out.push(b' ');
        }
        out.extend_from_slice(operation.operator.as_bytes());
        out.push(b'\n');
    }
    Ok(out)
}

/// The resources of a page, its own or those of a node above it.
fn resources(base: &Base, page: &Dictionary) -> Result<Dictionary, Failure> {
    let mut node = page;
    for _ in 0..64 {
        if let Some(found) = base.inner(node, "Resources")? {
            return Ok(found.clone());
        }
        match base.inner(node, "Parent")? {
            Some(parent) => node = parent,
            None => break,
        }
    }
    Ok(Dictionary::new())
}

fn too_much() -> Failure {
    Failure::one(
        Code::InvalidData,
        "chữ trong ô ký quá lớn để đưa vào tệp",
        "the text in the signature field is too large to be put into the file",
    )
}
