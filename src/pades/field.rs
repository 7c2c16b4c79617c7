//! Named signature fields: added empty, and listed.

use std::collections::BTreeSet;

use lopdf::ObjectId;
use serde::{Deserialize, Serialize};

use super::tags::{self, Tags};
use super::{appearance, form};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pdf::base::Base;
use crate::pdf::sheet::Sheet;
use crate::pdf::syntax;
use crate::pdf::update::{Place, Update};

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

#[cfg(test)]
mod tests {
    use lopdf::{Document, LoadOptions, Object};
    use proptest::prelude::*;

    use super::*;
    use crate::pdf::example;

    fn spec(name: &str, page: usize, [x, y, w, h]: [f64; 4]) -> FieldSpec {
        FieldSpec { name: name.to_owned(), label: "Chữ ký số".to_owned(), page, x, y, w, h }
    }

    fn with(pdf: &[u8], specs: &[FieldSpec]) -> Vec<u8> {
        [pdf, &add_fields(pdf, specs).expect("room for fields")].concat()
    }

    fn read(pdf: &[u8]) -> Document {
        let options = LoadOptions { strict: true, ..LoadOptions::default() };
        Document::load_mem_with_options(pdf, options).expect("a sound file")
    }

    fn codes(pdf: &[u8], specs: &[FieldSpec]) -> Vec<String> {
        let failure = add_fields(pdf, specs).expect_err("a fault");
        assert_eq!(failure.code, Code::InvalidData);
        let told = |one: Diagnostic| format!("{} {}", one.code, one.pointer.unwrap_or_default());
        failure.diagnostics.into_iter().map(told).collect()
    }

    #[test]
    fn fields_are_found_where_they_were_put() {
        let place = [100.5, 200.25, 60.0, 40.125];
        for pdf in [example::tagged(), example::plain()] {
            let once = with(&pdf, &[spec("NguoiKy", 1, place), spec("CoQuan", 1, [0.0, 0.0, 10.0, 10.0])]);
            assert!(once.starts_with(&pdf));
            let found = fields(&once).expect("a form");
            let names: Vec<_> = found.iter().map(|field| field.name.as_str()).collect();
            assert_eq!(names, ["NguoiKy", "CoQuan"]);
            assert_eq!((found[0].place, found[0].page, found[0].signed), (place, Some(1), false));
            let later = fields(&with(&once, &[spec("ThuKy", 1, place)])).expect("a form");
            assert_eq!(later.len(), 3);
            assert_eq!(later[..2], found[..]);
        }
    }

    #[test]
    fn a_place_counts_from_the_corner_that_shows() {
        let pdf = with(&example::plain(), &[spec("A", 2, [10.0, 20.0, 30.0, 40.0])]);
        assert_eq!(fields(&pdf).expect("a form")[0].place, [10.0, 20.0, 30.0, 40.0]);
        assert!(String::from_utf8_lossy(&pdf).contains("/Rect[10 310 40 350]"));
    }

    #[test]
    fn nothing_to_add_appends_nothing() {
        assert_eq!(add_fields(&example::plain(), &[]), Ok(Vec::new()));
        assert_eq!(fields(&example::plain()), Ok(Vec::new()));
    }

    #[test]
    fn every_fault_is_told_with_its_field() {
        let fine = [1.0, 1.0, 20.0, 20.0];
        let pdf = with(&example::plain(), &[spec("A", 1, fine)]);
        let mut nameless = spec("E", 1, fine);
        nameless.label = " ".to_owned();
        let specs = [
            spec("A", 1, fine),
            spec("B.C", 1, fine),
            spec("Ô", 3, fine),
            spec("C", 0, fine),
            spec("D", 1, [580.0, 1.0, 20.0, 20.0]),
            spec("D", 1, [1.0, -1.0, 20.0, 20.0]),
            nameless,
            spec("F", 1, [1.0, 1.0, f64::NAN, 20.0]),
            spec("G", 1, [1.0, 1.0, f64::INFINITY, 0.0]),
        ];
        let told = codes(&pdf, &specs);
        let expected = [
            "field_exists /0/name",
            "field_name /1/name",
            "field_name /2/name",
            "field_page /2/page",
            "field_page /3/page",
            "field_place /4/x",
            "field_exists /5/name",
            "field_place /5/x",
            "field_label /6/label",
            "field_place /7/x",
            "field_place /8/x",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_turned_page_takes_no_field() {
        let pdf = example::file(&[
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 90 90]/Rotate 90>>",
            "<</Type/Page/Parent 2 0 R>>",
        ]);
        assert_eq!(codes(&pdf, &[spec("A", 1, [1.0, 1.0, 20.0, 20.0])]), ["field_page_turned /0/page"]);
    }

    /// The element that the parent tree names for a widget's key, read with other eyes.
    fn owner<'a>(document: &'a Document, widget: &lopdf::Dictionary) -> &'a lopdf::Dictionary {
        let key = widget.get(b"StructParent").and_then(Object::as_i64).expect("a key");
        let root = document.catalog().expect("a catalog").get(b"StructTreeRoot").and_then(Object::as_reference);
        let root = document.get_dictionary(root.expect("tags")).expect("tags");
        let next = root.get(b"ParentTreeNextKey").and_then(Object::as_i64).expect("the next key");
        assert!(next > key);
        let mut nodes = vec![root.get(b"ParentTree").expect("a parent tree")];
        while let Some(node) = nodes.pop() {
            let node = document.dereference(node).expect("a node").1.as_dict().expect("a node");
            if let Ok(kids) = node.get(b"Kids") {
                nodes.extend(kids.as_array().expect("kids"));
            }
            let pairs = node.get(b"Nums").and_then(|nums| document.dereference(nums)).map(|(_, nums)| nums);
            let pairs = pairs.and_then(Object::as_array).map(Vec::as_slice).unwrap_or_default();
            for pair in pairs.chunks(2) {
                if pair[0].as_i64().expect("a key") == key {
                    return document.get_dictionary(pair[1].as_reference().expect("an element")).expect("an element");
                }
            }
        }
        panic!("no element for the key {key}");
    }

    #[test]
    fn every_field_has_a_tag_in_trees_of_every_shape() {
        let shapes: [(&str, &str, &[&str]); 6] = [
            ("/ParentTree<</Nums[0[7 0 R]]>>/ParentTreeNextKey 1", "/K[7 0 R]", &[]),
            ("/ParentTree 8 0 R", "/K 7 0 R", &["<</Nums[0[7 0 R]4 7 0 R]>>"]),
            (
                "/ParentTree<</Kids[8 0 R]>>/ParentTreeNextKey 1",
                "/K 9 0 R",
                &["<</Limits[0 0]/Nums[0[7 0 R]]>>", "[7 0 R]"],
            ),
            ("/ParentTree 8 0 R/ParentTreeNextKey 3", "/K[7 0 R]", &["<</Nums 9 0 R>>", "[0[7 0 R]]"]),
            ("/ParentTreeNextKey 1", "", &[]),
            ("", "/K<</Type/MCR/Pg 3 0 R/MCID 0>>", &[]),
        ];
        for (root, kids, more) in shapes {
            let pdf = example::tagged_with(root, kids, more);
            let place = [1.0, 1.0, 20.0, 20.0];
            let pdf = with(&with(&pdf, &[spec("A", 1, place), spec("B", 1, place)]), &[spec("C", 1, place)]);
            let document = read(&pdf);
            let page = document.get_dictionary((3, 0)).expect("the page");
            assert_eq!(page.get(b"Tabs").and_then(Object::as_name).expect("an order"), b"S");
            let whole = document.get_dictionary((6, 0)).expect("the document");
            let below = document.dereference(whole.get(b"K").expect("kids")).expect("kids").1;
            let below = below.as_array().expect("kids").len();
            assert_eq!(below, 3 + usize::from(!kids.is_empty()), "{root}");
            let annotations = page.get(b"Annots").and_then(Object::as_array).expect("annotations");
            assert_eq!(annotations.len(), 3);
            for id in annotations {
                let widget = document.get_dictionary(id.as_reference().expect("a widget")).expect("a widget");
                let element = owner(&document, widget);
                assert_eq!(element.get(b"S").and_then(Object::as_name).expect("a kind"), b"Form");
                let piece = element.get(b"K").and_then(Object::as_dict).expect("a piece");
                assert_eq!(piece.get(b"Obj").expect("the widget"), id);
                assert_eq!(widget.get(b"TU").expect("words"), element.get(b"Alt").expect("words"));
            }
        }
    }

    #[test]
    fn a_form_that_is_there_keeps_what_it_says() {
        let pdf = example::file(&[
            "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields 5 0 R/DA(/F 0 Tf)/SigFlags 2>>>>",
            "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 90 90]>>",
            "<</Type/Page/Parent 2 0 R/Annots 6 0 R>>",
            "<</T<FEFF0111>/Kids[7 0 R 8 0 R]>>",
            "[4 0 R]",
            "[7 0 R 9 0 R]",
            "<</T(x)/Parent 4 0 R/FT/Sig/Subtype/Widget/Rect[30 40 10 20]/P 3 0 R/V 10 0 R>>",
            "<</T(y)/Parent 4 0 R/FT/Sig/Kids[9 0 R]>>",
            "<</Parent 8 0 R/Subtype/Widget/Rect[0 0 0 0]>>",
            "<</Type/Sig>>",
        ]);
        let pdf = with(&pdf, &[spec("A", 1, [1.0, 1.0, 20.0, 20.0])]);
        let found = fields(&pdf).expect("a form");
        let told: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.page, one.place, one.signed)).collect();
        let expected = [
            ("đ.x", Some(1), [10.0, 50.0, 20.0, 20.0], true),
            ("đ.y", Some(1), [0.0, 90.0, 0.0, 0.0], false),
            ("A", Some(1), [1.0, 1.0, 20.0, 20.0], false),
        ];
        assert_eq!(told, expected);
        assert!(String::from_utf8_lossy(&pdf).contains("<</Fields 5 0 R/DA(/F 0 Tf)/SigFlags 3>>"));
        let nested = example::tagged();
        let signed = String::from_utf8_lossy(&with(&nested, &[spec("A", 1, [1.0, 1.0, 20.0, 20.0])])).into_owned();
        assert!(signed.contains("/SigFlags 1"));
    }

    #[test]
    fn fields_in_a_circle_are_refused() {
        let pdf = example::file(&[
            "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>",
            "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 90 90]>>",
            "<</Type/Page/Parent 2 0 R>>",
            "<</T(a)/Kids[5 0 R]>>",
            "<</T(b)/Kids[4 0 R]>>",
        ]);
        assert_eq!(fields(&pdf).expect_err("a circle").code, Code::NotPdf);
    }

    #[test]
    fn a_certified_file_takes_no_field() {
        let pdf = example::file(&[
            "<</Type/Catalog/Pages 2 0 R/Perms<</DocMDP 4 0 R>>>>",
            "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 90 90]>>",
            "<</Type/Page/Parent 2 0 R>>",
            "<</Type/Sig/Reference[<</TransformMethod/DocMDP/TransformParams<</P 2>>>>]>>",
        ]);
        let failure = add_fields(&pdf, &[spec("A", 1, [1.0, 1.0, 20.0, 20.0])]).expect_err("it is closed");
        assert_eq!(failure.code, Code::SigningState);
    }

    #[test]
    fn numbers_have_four_decimals_at_most() {
        let written = |value| {
            let mut out = Vec::new();
            decimal(&mut out, value);
            String::from_utf8(out).expect("ASCII")
        };
        let told: Vec<_> = [0.0, -0.000_01, 12.0, 100.0, -7.5, 1.0 / 3.0, 595.275_59].map(written).into();
        assert_eq!(told, ["0", "0", "12", "100", "-7.5", "0.3333", "595.2756"]);
    }

    proptest! {
        #[test]
        fn a_damaged_file_never_panics(place in 0usize..3_000, byte in any::<u8>()) {
            let mut pdf = with(&example::tagged(), &[spec("A", 1, [1.0, 1.0, 20.0, 20.0])]);
            let place = place % pdf.len();
            pdf[place] = byte;
            let _ = fields(&pdf);
            if let Ok(tail) = add_fields(&pdf, &[spec("B", 1, [1.0, 1.0, 20.0, 20.0])]) {
                pdf.extend(tail);
                prop_assert!(fields(&pdf).expect("what was added can be read").iter().any(|one| one.name == "B"));
            }
        }
    }
}
