//! Small files for tests, written out so that a reader sees every byte.

/// A file with a cross-reference table: objects from 1, the first of them the catalog. Ends without an end of line, as
/// the engine's do.
pub(crate) fn file(objects: &[&str]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f\r\n", objects.len() + 1);
    for (n, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n\r\n", out.len()));
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", n + 1).as_bytes());
    }
    let (size, at) = (objects.len() + 1, out.len());
    out.extend_from_slice(table.as_bytes());
    out.extend_from_slice(format!("trailer\n<</Size {size}/Root 1 0 R/ID[(one)(two)]>>\n").as_bytes());
    out.extend_from_slice(format!("startxref\n{at}\n%%EOF").as_bytes());
    out
}

/// Two pages without tags; the second has a box of its own, and the first a number lopdf would round.
pub(crate) fn plain() -> Vec<u8> {
    file(&[
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/MediaBox[0 0 595.2755905511 841.8897637795]>>",
        "<</Type/Page/Parent 2 0 R/Thumb 0.123456789>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[-10 -20 290 380]/CropBox[0 0 280 370]>>",
    ])
}

/// A tagged page, its tree of tags told by `root` (entries) and `kids` (entries of the document element).
pub(crate) fn tagged_with(root: &str, kids: &str, more: &[&str]) -> Vec<u8> {
    let root = format!("<</Type/StructTreeRoot/K[6 0 R]{root}>>");
    let document = format!("<</Type/StructElem/S/Document/P 5 0 R{kids}>>");
    let metadata = "<x xmlns:pdfaid='a'><pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>\
                    <pdfuaid:part>1</pdfuaid:part><dc:title>x</dc:title></x>";
    let metadata = format!("<</Type/Metadata/Subtype/XML/Length {}>>\nstream\n{metadata}\nendstream", metadata.len());
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R/StructTreeRoot 5 0 R/MarkInfo<</Marked true>>/Lang(vi-VN)/Metadata 4 0 R\
         /ViewerPreferences<</DisplayDocTitle true>>>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/StructParents 0>>",
        metadata.as_str(),
        root.as_str(),
        document.as_str(),
        "<</Type/StructElem/S/P/P 6 0 R/Pg 3 0 R/K 0>>",
    ];
    objects.extend(more);
    file(&objects)
}

/// A tagged page that claims PDF/A-2a and PDF/UA-1.
pub(crate) fn tagged() -> Vec<u8> {
    tagged_with("/ParentTree<</Nums[0[7 0 R]]>>/ParentTreeNextKey 1", "/K[7 0 R]", &[])
}
