//! Files for the tests: a small document, and updates appended to it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Objects by number, as they are written between `obj` and `endobj`.
pub(super) type Objects<'a> = BTreeMap<u32, &'a str>;

/// A document of two pages with a font, a picture, an annotation, tags and an empty signature field.
pub(super) fn document() -> Vec<u8> {
    let objects: Objects = [
        (1, "<</Type/Catalog/Pages 2 0 R/AcroForm 9 0 R/StructTreeRoot 12 0 R/Metadata 16 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 595 842]>>"),
        (3, "<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources 7 0 R/Annots[10 0 R]/StructParents 0>>"),
        (4, "<</Type/Page/Parent 2 0 R/Contents[6 0 R 90 0 R]/Resources<</Font<</F 8 0 R>>/XObject<</I 11 0 R>>>>>>"),
        (5, "<</Length 28>>stream\nBT /F 12 Tf (1.000 dong) Tj ET\nendstream"),
        (6, "<</Length 9>>stream\nq /I Do Q\nendstream"),
        (7, "<</Font<</F 8 0 R>>>>"),
        (8, "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>"),
        (9, "<</Fields[10 0 R]/SigFlags 1>>"),
        (10, "<</Type/Annot/Subtype/Widget/FT/Sig/T(NguoiKy)/F 132/P 3 0 R/Rect[300 200 420 268]/StructParent 1>>"),
        (11, "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\nA\nendstream"),
        (12, "<</Type/StructTreeRoot/K 13 0 R/ParentTree<</Nums[0[13 0 R] 1 14 0 R]>>/ParentTreeNextKey 2>>"),
        (13, "<</Type/StructElem/S/Document/P 12 0 R/K[0 14 0 R]/Pg 3 0 R>>"),
        (14, "<</Type/StructElem/S/Form/P 13 0 R/K<</Type/OBJR/Obj 10 0 R>>>>"),
        (15, "<</Title(Quyet dinh)/ModDate(D:20261120)/Producer(vinhdanh)>>"),
        (16, "<</Type/Metadata/Subtype/XML/Length 25>>stream\n<x><dc:title>A</dc:title>\nendstream"),
    ]
    .into();
    let mut file = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    append(&mut file, &objects, &[], "/Info 15 0 R");
    file
}

/// Appends objects, corrects lengths of streams, and writes a table and a trailer.
pub(super) fn append(file: &mut Vec<u8>, objects: &Objects, freed: &[u32], more: &str) {
    let before = startxref(file);
    let mut rows: BTreeMap<u32, String> =
        freed.iter().map(|number| (*number, "0000000000 00001 f \n".to_owned())).collect();
    if before.is_none() {
        rows.insert(0, "0000000000 65535 f \n".to_owned());
    }
    for (number, text) in objects {
        rows.insert(*number, format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{}\nendobj\n", with_length(text)).as_bytes());
    }
    let at = file.len();
    let mut table = "xref\n".to_owned();
    for (number, row) in &rows {
        let _ = write!(table, "{number} 1\n{row}");
    }
    let prev = before.map(|before| format!("/Prev {before}")).unwrap_or_default();
    let _ = write!(table, "trailer\n<</Size 200/Root 1 0 R{more}{prev}>>\nstartxref\n{at}\n%%EOF\n");
    file.extend_from_slice(table.as_bytes());
}

/// The document with one update after it.
pub(super) fn updated(objects: &[(u32, &str)]) -> (usize, Vec<u8>) {
    let mut file = document();
    let end = file.len();
    append(&mut file, &objects.iter().copied().collect(), &[], "/Info 15 0 R");
    (end, file)
}

fn with_length(text: &str) -> String {
    let Some((head, tail)) = text.split_once(">>stream\n") else { return text.to_owned() };
    let data = tail.strip_suffix("\nendstream").expect("a stream ends so");
    let head = head.split("/Length").next().expect("what is before the length");
    format!("{head}/Length {}>>stream\n{data}\nendstream", data.len())
}

fn startxref(file: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(file);
    let at = text.rfind("startxref\n")?;
    // Bytes above ASCII are only in the first comment, and make the text longer than the file.
    text.get(at + 10..)?.lines().next()?.parse().ok()
}
