//! The form of a file as it is read: its fields by name, and where those for signatures are (ISO 32000-1, 12.7).

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Object, ObjectId};

use crate::diagnostic::{Code, Failure};
use crate::pdf::base::{Base, wrong_kind};
use crate::pdf::sheet::{self, Sheet};

/// No tree of fields is deeper.
const DEPTH: usize = 32;
/// Longest full name of a field, bytes: every field below has it, too.
const LONGEST_NAME: usize = 1_000;
/// Kids of all fields together.
const MOST_KIDS: usize = 50_000;

/// A signature field.
#[derive(Debug)]
pub(super) struct Place {
    /// Its full name.
    pub(super) name: String,
    /// The object of the field, and that of what shows on the page: the same, or a kid of the field.
    pub(super) field: ObjectId,
    pub(super) widget: ObjectId,
    /// Its page, from 0.
    pub(super) page: Option<usize>,
    /// Left, bottom, right, top in the page, pt.
    pub(super) rectangle: [f64; 4],
    /// Whether it holds a signature.
    pub(super) signed: bool,
}

/// The form of a file.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// Signature fields in its order.
    pub(super) places: Vec<Place>,
    /// Names of all fields, also of those that only hold others.
    pub(super) names: BTreeSet<String>,
    /// What it says about signatures: 1 there are some, 2 the file may only be appended to.
    pub(super) flags: i64,
    /// Whether another description of the form (XFA) lies over it.
    pub(super) xfa: bool,
}

/// A node of the tree of fields, with what it takes from above.
struct Node<'a> {
    object: &'a Object,
    name: String,
    signature: bool,
    signed: bool,
    depth: usize,
}

/// Reads the form.
pub(super) fn read(base: &Base, sheets: &[Sheet]) -> Result<Form, Failure> {
    let mut form = Form::default();
    let Some(root) = base.inner(base.catalog()?, "AcroForm")? else { return Ok(form) };
    form.flags = base.integer(root, "SigFlags").unwrap_or_default() & 3;
    form.xfa = base.entry(root, "XFA").is_some();
    let mut annotations = Annotations { base, sheets, all: None };
    let mut seen = BTreeSet::new();
    let top = |object| Node { object, name: String::new(), signature: false, signed: false, depth: 0 };
    let mut nodes: Vec<Node> = base.list(root, "Fields")?.iter().rev().map(top).collect();
    let mut all_kids = 0_usize;
    while let Some(node) = nodes.pop() {
        let id = node.object.as_reference().map_err(|_| wrong_kind("Fields"))?;
        if node.depth > DEPTH || !seen.insert(id) {
            return Err(wrong_kind("Fields"));
        }
        let field = base.dictionary(id)?;
        let name = match base.entry(field, "T") {
            Some(own) if node.name.is_empty() => text(own).ok_or_else(|| wrong_kind("T"))?,
            Some(own) => format!("{}.{}", node.name, text(own).ok_or_else(|| wrong_kind("T"))?),
            None => node.name,
        };
        if name.len() > LONGEST_NAME {
            return Err(wrong_kind("T"));
        }
        let signature = match base.entry(field, "FT") {
            Some(kind) => kind.as_name().is_ok_and(|kind| kind == b"Sig"),
            None => node.signature,
        };
        let signed = node.signed || base.entry(field, "V").is_some();
        form.names.insert(name.clone());
        let kids = base.list(field, "Kids")?;
        // Many fields may share one list of them.
        all_kids += kids.len();
        if all_kids > MOST_KIDS {
            return Err(wrong_kind("Kids"));
        }
        let mut widgets = Vec::new();
        let mut inner = Vec::new();
        for kid in kids {
            let kid_id = kid.as_reference().map_err(|_| wrong_kind("Kids"))?;
            let body = base.dictionary(kid_id)?;
            if body.has(b"T") || body.has(b"Kids") {
                inner.push(Node { object: kid, name: name.clone(), signature, signed, depth: node.depth + 1 });
            } else {
                widgets.push(kid_id);
            }
        }
        if signature && inner.is_empty() {
            let widget = widgets.first().copied().unwrap_or(id);
            let body = base.dictionary(widget)?;
            let rectangle = sheet::rectangle(base, body, "Rect")?.unwrap_or_default();
            let page = annotations.page(widget, body);
            form.places.push(Place { name, field: id, widget, page, rectangle, signed });
        }
        nodes.extend(inner.into_iter().rev());
    }
    Ok(form)
}

/// What a certification of the file leaves open: 1 nothing, 2 forms and signatures, 3 notes too; nothing if it has none
/// (12.8.2.2).
pub(super) fn certified(base: &Base) -> Result<Option<i64>, Failure> {
    let Some(permissions) = base.inner(base.catalog()?, "Perms")? else { return Ok(None) };
    let Some(signature) = base.inner(permissions, "DocMDP")? else { return Ok(None) };
    let mut left = 2;
    for reference in base.list(signature, "Reference")? {
        let Ok(reference) = base.resolve(reference)?.as_dict() else { return Err(wrong_kind("Reference")) };
        let method = base.name(reference, "TransformMethod");
        if method == Some(b"DocMDP")
            && let Some(parameters) = base.inner(reference, "TransformParams")?
            && let Some(level) = base.entry(parameters, "P")
        {
            left = level.as_i64().map_err(|_| wrong_kind("P"))?;
        }
    }
    Ok(Some(left))
}

/// Refuses a file whose form cannot be filled by an update.
pub(super) fn check_open(base: &Base, form: &Form, least: i64) -> Result<(), Failure> {
    if form.xfa {
        return Err(Failure::one(
            Code::SigningState,
            "biểu mẫu của tệp PDF theo kiểu XFA nên không ký được",
            "the form of the PDF file is of the XFA kind and cannot be signed",
        ));
    }
    match certified(base)? {
        Some(left) if left < least => Err(Failure::one(
            Code::SigningState,
            "tệp PDF đã được chứng thực và khóa, không nhận thêm ô ký hay chữ ký",
            "the PDF file was certified and closed to further signature fields or signatures",
        )),
        _ => Ok(()),
    }
}

/// Which page shows an annotation.
struct Annotations<'a> {
    base: &'a Base<'a>,
    sheets: &'a [Sheet],
    all: Option<BTreeMap<ObjectId, usize>>,
}

impl Annotations<'_> {
    fn page(&mut self, id: ObjectId, body: &Dictionary) -> Option<usize> {
        let named = body.get(b"P").and_then(Object::as_reference).ok();
        let named = named.and_then(|page| self.sheets.iter().position(|sheet| sheet.id == page));
        if let Some(page) = named
            && self.on(page).contains(&Object::Reference(id))
        {
            return Some(page);
        }
        if self.all.is_none() {
            let of = |page| self.on(page).iter().filter_map(|one| one.as_reference().ok()).map(move |id| (id, page));
            self.all = Some((0..self.sheets.len()).rev().flat_map(of).collect());
        }
        self.all.as_ref().and_then(|all| all.get(&id).copied())
    }

    fn on(&self, page: usize) -> &[Object] {
        let sheet = self.sheets.get(page).and_then(|sheet| self.base.dictionary(sheet.id).ok());
        sheet.and_then(|sheet| self.base.list(sheet, "Annots").ok()).unwrap_or_default()
    }
}

/// Words of a text string (7.9.2.2).
pub(super) fn text(object: &Object) -> Option<String> {
    let bytes = object.as_str().ok()?;
    Some(match bytes {
        [0xFE, 0xFF, wide @ ..] => {
            let pairs = wide.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => u16::from(u8::MAX),
            });
            char::decode_utf16(pairs).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        [0xEF, 0xBB, 0xBF, utf8 @ ..] => String::from_utf8_lossy(utf8).into_owned(),
        // Letters beyond ASCII serve here only to tell names apart.
        plain => plain.iter().map(|&byte| char::from(byte)).collect(),
    })
}
