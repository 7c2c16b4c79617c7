//! Named signature fields: added empty, and listed.

use std::collections::BTreeSet;

use lopdf::ObjectId;
use serde::{Deserialize, Serialize};

use super::tags::{self, Tags};
use super::{appearance, form};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pdf::sheet::Sheet;
use crate::pdf::syntax;
use crate::pdf::update::{Base, Place, Update};

/// A field to be added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldSpec {
    /// Name, ASCII letters and digits: `NguoiKy`, `CoQuan`.
    pub name: String,
    /// What a reader is told it is for, Vietnamese (PDF/UA: `/TU` and `/Alt`).
    pub label: String,
    /// Page, from 1.
    pub page: usize,
    /// Left edge, pt from the left of the page.
    pub x: f64,
    /// Top edge, pt from the top of the page.
    pub y: f64,
    /// Width, pt.
    pub w: f64,
    /// Height, pt.
    pub h: f64,
}

/// A field of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its full name.
    pub name: String,
    /// Page, from 1; none for a field on no page.
    pub page: Option<usize>,
    /// Left, top, width, height, pt from the top left of the page.
    pub place: [f64; 4],
    /// Whether it holds a signature.
    pub signed: bool,
}

/// Bits of `/F` of a widget: printed, and not to be moved (ISO 32000-1, 12.5.3).
const FLAGS: u32 = 132;
/// Farthest a field may stand over the edge of its page, pt: what rounding to two decimals makes.
const OVER: f64 = 0.01;

/// Adds empty fields as one incremental update; a file that keeps PDF/A and PDF/UA keeps them. Returns what is appended:
/// nothing where there is no field to add.
///
/// A later field lies over an earlier one: the seal after the signer.
///
/// # Errors
///
/// [`Code::NotPdf`]: the file cannot be read without repair. [`Code::SigningState`]: it is closed to further fields,
/// or has tags and a signature.
/// [`Code::InvalidData`], with every fault and a pointer to the field: a name that is there already or is not plain, a
/// page that is not there or lies turned, a place outside the page.
pub fn add_fields(pdf: &[u8], fields: &[FieldSpec]) -> Result<Vec<u8>, Failure> {
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let base = Base::open(pdf)?;
    let sheets = base.sheets()?;
    let form = form::read(&base, &sheets)?;
    form::check_open(&base, &form, 3)?;
    let mut tags = Tags::open(&base)?;
    if tags.is_some() && form.places.iter().any(|place| place.signed) {
        return Err(closed());
    }
    let places = check(fields, &sheets, form.names)?;
    let mut update = Update::new(&base);
    let mut widgets = Vec::with_capacity(fields.len());
    for (field, (page, rectangle)) in fields.iter().zip(places) {
        let spot = Spot { name: &field.name, label: &field.label, page, rectangle, value: None };
        widgets.push(put(&mut update, tags.as_mut(), &spot)?);
    }
    add_to_form(&mut update, &base, &widgets, form.flags | 1)?;
    Ok(update.finish()?.bytes)
}

/// Every signature field of a file, in the order of the form.
///
/// # Errors
///
/// [`Code::NotPdf`]: the file cannot be read without repair.
pub fn fields(pdf: &[u8]) -> Result<Vec<Field>, Failure> {
    let base = Base::open(pdf)?;
    let sheets = base.sheets()?;
    let field = |place: form::Place| {
        let sheet = place.page.and_then(|page| sheets.get(page));
        let shown = sheet.map_or(place.rectangle, |sheet| sheet.shown(place.rectangle));
        // As exact as it was written, without the dust of sums.
        let shown = shown.map(|side| (side * 10_000.0).round() / 10_000.0);
        Field { name: place.name, page: place.page.map(|page| page + 1), place: shown, signed: place.signed }
    };
    Ok(form::read(&base, &sheets)?.places.into_iter().map(field).collect())
}

/// A field to be written.
pub(super) struct Spot<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) page: ObjectId,
    /// Left, bottom, right, top, pt; all nothing: it does not show.
    pub(super) rectangle: [f64; 4],
    /// The signature it holds.
    pub(super) value: Option<u32>,
}

/// Writes a field that shows nothing, of its size. Returns its number.
pub(super) fn put(update: &mut Update, tags: Option<&mut Tags>, spot: &Spot) -> Result<u32, Failure> {
    let Spot { name, label, page, rectangle, value } = *spot;
    let look = (rectangle != [0.0; 4]).then(|| appearance::put_empty(update, rectangle));
    let widget = update.number();
    let key = tags.map(|tags| tags.add(update, widget, page, label)).transpose()?;
    update.object(widget, |out| {
        out.extend_from_slice(b"<</Type/Annot/Subtype/Widget/FT/Sig/T");
        syntax::literal(out, name.as_bytes());
        out.extend_from_slice(b"/TU");
        syntax::text(out, label);
        out.extend_from_slice(b"/Rect[");
        for (n, side) in rectangle.into_iter().enumerate() {
            out.extend_from_slice(if n > 0 { b" " } else { b"" });
            decimal(out, side);
        }
        syntax::display(out, format_args!("]/F {FLAGS}/P "));
        tags::refer(out, page);
        if let Some(look) = look {
            syntax::display(out, format_args!("/AP<</N {look} 0 R>>"));
        }
        if let Some(key) = key {
            syntax::display(out, format_args!("/StructParent {key}"));
        }
        if let Some(value) = value {
            syntax::link(out, "V", value);
        }
        out.extend_from_slice(b">>");
    });
    let sheet = page.into();
    update.append(&sheet, "Annots", format!("{widget} 0 R").as_bytes())?;
    if key.is_some() && update.entries(&sheet)?.get("Tabs") != Some(b"/S") {
        // ISO 14289-1, 7.18.3: who moves by the tab key follows the tags.
        update.edit(&sheet, |page| page.set("Tabs", "/S"))?;
    }
    Ok(widget)
}

/// Names fields in the form, which begins if there is none; `flags` is what it says about signatures.
pub(super) fn add_to_form(update: &mut Update, base: &Base, fields: &[u32], flags: i64) -> Result<(), Failure> {
    let catalog = Place::from(base.root());
    let form = match update.child(&catalog, "AcroForm")? {
        Some(form) => form,
        None => {
            let form = update.number();
            update.object(form, |out| out.extend_from_slice(b"<</Fields[]>>"));
            update.edit(&catalog, |catalog| catalog.set("AcroForm", format!("{form} 0 R")))?;
            Place::from((form, 0))
        }
    };
    for field in fields {
        update.append(&form, "Fields", format!("{field} 0 R").as_bytes())?;
    }
    update.edit(&form, |form| form.set("SigFlags", flags.to_string()))
}

/// Page and rectangle of each field, all of them proved.
fn check(
    fields: &[FieldSpec],
    sheets: &[Sheet],
    mut names: BTreeSet<String>,
) -> Result<Vec<(ObjectId, [f64; 4])>, Failure> {
    let (mut places, mut faults) = (Vec::new(), Vec::new());
    for (n, field) in fields.iter().enumerate() {
        let name = &field.name;
        if !(1..=64).contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let vi = "tên ô ký phải gồm 1 đến 64 chữ cái không dấu và chữ số";
            faults.push(fault("field_name", n, "name", vi, "a field's name is 1 to 64 ASCII letters and digits"));
        } else if !names.insert(name.clone()) {
            let vi = format!("đã có ô tên `{name}`");
            faults.push(fault("field_exists", n, "name", vi, format!("there is a field named `{name}` already")));
        }
        if field.label.trim().is_empty() {
            faults.push(fault("field_label", n, "label", "ô ký chưa có lời giới thiệu", "the field has no label"));
        }
        let Some(sheet) = field.page.checked_sub(1).and_then(|page| sheets.get(page)) else {
            let (page, many) = (field.page, sheets.len());
            let vi = format!("không có trang `{page}`; tệp có `{many}` trang");
            let en = format!("there is no page `{page}`; the file has `{many}`");
            faults.push(fault("field_page", n, "page", vi, en));
            continue;
        };
        if sheet.turns != 0 {
            let en = "the page is shown turned, so no field can be placed on it";
            faults.push(fault("field_page_turned", n, "page", "trang đặt xoay nên không đặt được ô ký", en));
        }
        let [left, bottom, right, top] = sheet.frame;
        let rectangle @ [l, b, r, t] =
            [left + field.x, top - field.y - field.h, left + field.x + field.w, top - field.y];
        let inside = l >= left - OVER && b >= bottom - OVER && r <= right + OVER && t <= top + OVER;
        // A comparison with what is no number is false.
        if !(inside && field.w >= 1.0 && field.h >= 1.0) {
            let vi = format!("ô ký `{name}` không nằm gọn trong trang `{}`", field.page);
            let en = format!("the field `{name}` does not lie within page `{}`", field.page);
            faults.push(fault("field_place", n, "x", vi, en));
        }
        places.push((sheet.id, rectangle));
    }
    if faults.is_empty() { Ok(places) } else { Err(Failure::new(Code::InvalidData, faults)) }
}

/// A checker takes a change of the tags behind a signature for tampering.
fn closed() -> Failure {
    let vi = "tệp đã có chữ ký nên không thêm ô ký được nữa";
    let diagnostic = Diagnostic::error(Code::SigningState.info().name, vi, "the file is signed: no field can be added");
    let hint = "thêm đủ các ô ký trước chữ ký đầu tiên";
    Failure::new(Code::SigningState, vec![diagnostic.hint(hint, "add all fields before the first signature")])
}

fn fault(code: &'static str, field: usize, key: &str, vi: impl Into<String>, en: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, vi, en).at(format!("/{field}/{key}"))
}

/// Appends a number with at most four decimals: a hundred-thousandth of a millimetre.
pub(super) fn decimal(out: &mut Vec<u8>, value: f64) {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    out.extend_from_slice(if text == "-0" { b"0" } else { text.as_bytes() });
}
