//! The policy, case by case.

use super::super::file::{Budget, File};
use super::super::testing::{append, document, updated};
use super::super::words::{Code, Finding};
use super::{Difference, compare};

fn difference(end: usize, file: &[u8]) -> Difference {
    let budget = Budget::default();
    let old = File::open(&file[..end], &budget).expect("the signed revision");
    let new = File::open(file, &budget).expect("the file");
    compare(&old, &new).expect("a comparison")
}

/// Words and pages of what may not differ.
fn changes(objects: &[(u32, &str)]) -> Vec<(&'static str, Option<usize>)> {
    let (end, file) = updated(objects);
    difference(end, &file).changes.iter().map(|one| (Finding::new(one.code).code, one.page)).collect()
}

const SIGNATURE: &str = "<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>";
const SIGNED: &str = "<</Type/Annot/Subtype/Widget/FT/Sig/T(NguoiKy)/F 132/P 3 0 R/Rect[300 200 420 268]/StructParent 1/V 20 0 R/AP<</N 21 0 R>>>>";
const LOOK: &str = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\n0 0 9 9 re f\nendstream";
const NOTHING: [(&str, Option<usize>); 0] = [];

#[test]
fn a_field_that_waited_is_signed() {
    let objects = [(9, "<</Fields[10 0 R]/SigFlags 3>>"), (10, SIGNED), (20, SIGNATURE), (21, LOOK)];
    let (end, file) = updated(&objects);
    let told = difference(end, &file);
    assert!(told.changes.is_empty(), "{told:?}");
    assert_eq!((told.signed, told.filled), (vec!["NguoiKy".to_owned()], vec!["NguoiKy".to_owned()]));
}

#[test]
fn a_field_is_added_with_its_tags() {
    let objects = [
        (3, "<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources 7 0 R/Annots[10 0 R 22 0 R]/StructParents 0/Tabs/S>>"),
        (9, "<</Fields[10 0 R 22 0 R]/SigFlags 3>>"),
        (12, "<</Type/StructTreeRoot/K 13 0 R/ParentTree<</Nums[0[13 0 R] 1 14 0 R 2 23 0 R]>>/ParentTreeNextKey 3>>"),
        (13, "<</Type/StructElem/S/Document/P 12 0 R/K[0 14 0 R 23 0 R]/Pg 3 0 R>>"),
        (20, SIGNATURE),
        (21, LOOK),
        (
            22,
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(CoQuan)/F 132/P 3 0 R/Rect[260 200 320 260]/StructParent 2/V 20 0 R/AP<</N 21 0 R>>>>",
        ),
        (23, "<</Type/StructElem/S/Form/P 13 0 R/Alt(x)/K<</Type/OBJR/Obj 22 0 R>>>>"),
    ];
    assert_eq!(changes(&objects), NOTHING);
}

#[test]
fn material_and_extensions_are_added() {
    let catalog = "<</Type/Catalog/Pages 2 0 R/AcroForm 9 0 R/StructTreeRoot 12 0 R/Metadata 16 0 R/DSS 20 0 R/Extensions<</ESIC<<>>>>>>";
    let (end, file) = updated(&[(1, catalog), (20, "<</Type/DSS/Certs[21 0 R]>>"), (21, LOOK)]);
    let told = difference(end, &file);
    assert!(told.changes.is_empty() && told.material, "{told:?}");
}

#[test]
fn an_object_written_again_as_it_was_is_no_change() {
    assert_eq!(changes(&[(8, "<< /BaseFont /Times-Roman /Subtype /Type1 /Type /Font >>")]), NOTHING);
}

#[test]
fn what_a_page_shows_may_not_differ() {
    assert_eq!(
        changes(&[(5, "<</Length 0>>stream\nBT /F 12 Tf (9.000 dong) Tj ET\nendstream")]),
        [("page_content", Some(1))]
    );
    assert_eq!(changes(&[(8, "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>")]), [("font", Some(1))]);
    assert_eq!(changes(&[(7, "<</Font<</F 20 0 R>>>>"), (20, "<<>>")]), [("page_resource", Some(1))]);
    let picture = "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\nB\nendstream";
    assert_eq!(changes(&[(11, picture)]), [("picture", Some(2))]);
    let page = |rest: &str| {
        format!("<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources 7 0 R/Annots[10 0 R]/StructParents 0{rest}>>")
    };
    assert_eq!(changes(&[(3, &page("/MediaBox[0 0 10 10]"))]), [("page_box", Some(1))]);
    assert_eq!(changes(&[(3, &page("/Rotate 180"))]), [("page_box", Some(1))]);
    assert_eq!(changes(&[(3, &page("/AA<</O<</S/JavaScript/JS(x)>>>>"))]), [("action", Some(1))]);
}

#[test]
fn pages_may_not_be_added_or_taken_away() {
    let more = [
        (2, "<</Type/Pages/Kids[3 0 R 4 0 R 20 0 R]/Count 3/MediaBox[0 0 595 842]>>"),
        (20, "<</Type/Page/Parent 2 0 R>>"),
    ];
    assert_eq!(changes(&more), [("pages", None)]);
    assert_eq!(changes(&[(2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>")]), [("pages", None)]);
}

#[test]
fn what_led_nowhere_may_not_lead_anywhere() {
    // Page 2 names object 90, which was not there when the file was signed.
    let hidden = [(90, "<</Length 0>>stream\nBT (hidden) Tj ET\nendstream")];
    assert_eq!(changes(&hidden), [("hidden_object", None)]);
}

#[test]
fn other_annotations_are_changes() {
    let page = "<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources 7 0 R/Annots[10 0 R 20 0 R]/StructParents 0>>";
    assert_eq!(changes(&[(3, page), (20, "<</Type/Annot/Subtype/Stamp/Rect[0 0 9 9]>>")]), [("annotation", Some(1))]);
    let gone = "<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources 7 0 R/Annots[]/StructParents 0>>";
    assert_eq!(changes(&[(3, gone)]), [("annotation", Some(1))]);
}

#[test]
fn an_empty_field_may_not_be_a_picture_over_the_page() {
    let page = "<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources 7 0 R/Annots[10 0 R 22 0 R]/StructParents 0>>";
    let field = |ap: &str| format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/F 4/P 3 0 R/Rect[0 0 500 500]{ap}>>");
    let drawn = field("/AP<</N 21 0 R>>");
    let all =
        |field: &str| changes(&[(3, page), (9, "<</Fields[10 0 R 22 0 R]/SigFlags 1>>"), (21, LOOK), (22, field)]);
    assert_eq!(all(&drawn), [("annotation", Some(1)), ("form", None)]);
    assert_eq!(all(&field("")), NOTHING);
    // Nor may it do anything.
    assert_eq!(all(&field("/A<</S/JavaScript/JS(x)>>")), [("annotation", Some(1)), ("form", None)]);
    // Nor be of another kind.
    assert_eq!(all(&field("").replace("/Sig", "/Tx")), [("annotation", Some(1)), ("form", None)]);
}

#[test]
fn a_field_may_not_move_or_change_its_name() {
    for (from, to) in [("300 200 420 268", "0 0 595 842"), ("(NguoiKy)", "(Khac)"), ("/F 132", "/F 132/AA<<>>")] {
        let objects = [(10, &*SIGNED.replace(from, to)), (20, SIGNATURE), (21, LOOK)];
        assert_eq!(changes(&objects), [("field", Some(1))], "{to}");
    }
    // One that stays empty may not be given a look.
    assert_eq!(changes(&[(10, &SIGNED.replace("/V 20 0 R", "")), (21, LOOK)]), [("field", Some(1))]);
}

#[test]
fn a_signature_may_not_be_replaced_nor_its_look() {
    let (_, mut file) = updated(&[(9, "<</Fields[10 0 R]/SigFlags 3>>"), (10, SIGNED), (20, SIGNATURE), (21, LOOK)]);
    let end = file.len();
    let codes = |file: &[u8]| -> Vec<_> {
        difference(end, file).changes.iter().map(|one| Finding::new(one.code).code).collect()
    };
    let mut replaced = file.clone();
    append(&mut replaced, &[(20, "<</Type/Sig/ByteRange[0 1 2 3]/Contents<01>>>")].into(), &[], "/Info 15 0 R");
    assert_eq!(codes(&replaced), ["signature_value"]);
    let mut other = file.clone();
    append(&mut other, &[(10, &*SIGNED.replace("20 0 R", "24 0 R")), (24, SIGNATURE)].into(), &[], "/Info 15 0 R");
    assert_eq!(codes(&other), ["field"]);
    append(
        &mut file,
        &[(21, "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\nq Q\nendstream")].into(),
        &[],
        "/Info 15 0 R",
    );
    assert_eq!(codes(&file), ["annotation"]);
}

#[test]
fn catalog_and_metadata_are_watched() {
    let catalog = |rest: &str| {
        format!("<</Type/Catalog/Pages 2 0 R/AcroForm 9 0 R/StructTreeRoot 12 0 R/Metadata 16 0 R{rest}>>")
    };
    assert_eq!(changes(&[(1, &catalog("/OpenAction[4 0 R/Fit]"))]), [("action", None)]);
    assert_eq!(changes(&[(1, &catalog("/Names<</JavaScript<<>>>>"))]), [("action", None)]);
    assert_eq!(changes(&[(1, &catalog("/OCProperties<<>>"))]), [("catalog", None)]);
    assert_eq!(changes(&[(15, "<</Title(To trinh)/ModDate(D:20261120)/Producer(vinhdanh)>>")]), [("metadata", None)]);
    let (end, file) = updated(&[(15, "<</Title(Quyet dinh)/ModDate(D:20261122)/Producer(other)>>")]);
    let told = difference(end, &file);
    assert!(told.changes.is_empty() && told.metadata, "{told:?}");
    let packet = "<</Type/Metadata/Subtype/XML/Length 25>>stream\n<x><dc:title>B</dc:title>\nendstream";
    assert_eq!(changes(&[(16, packet)]), [("metadata", None)]);
}

#[test]
fn tags_may_not_say_something_else() {
    let element = |rest: &str| format!("<</Type/StructElem/S/Document/P 12 0 R/K[0 14 0 R{rest}]/Pg 3 0 R>>");
    let words = [(13, &*element(" 20 0 R")), (20, "<</Type/StructElem/S/P/P 13 0 R/ActualText(x)>>")];
    assert_eq!(changes(&words), [("structure", None)]);
    assert_eq!(
        changes(&[(14, "<</Type/StructElem/S/Form/P 13 0 R/ActualText(x)/K<</Type/OBJR/Obj 10 0 R>>>>")]),
        [("structure", None)]
    );
}

#[test]
fn removed_objects_are_told() {
    let mut file = document();
    let end = file.len();
    append(&mut file, &[].into(), &[11], "/Info 15 0 R");
    assert_eq!(difference(end, &file).changes.first().map(|one| (one.code, one.page)), Some((Code::Picture, Some(2))));
}

#[test]
fn a_table_that_skips_the_signed_one_is_told() {
    let mut file = document();
    let end = file.len();
    let at = file.len();
    // The same objects again, from a table that does not lead to the signed one.
    let section = memchr::memmem::rfind(&file, b"xref\n0 1").expect("the first table");
    let text = String::from_utf8_lossy(&file[section..]).into_owned();
    let body = text.split("startxref").next().expect("a trailer").to_owned();
    file.extend_from_slice(format!("{body}startxref\n{at}\n%%EOF\n").as_bytes());
    let told = difference(end, &file);
    assert!(told.changes.iter().any(|one| one.code == Code::TableHidden), "{told:?}");
}
