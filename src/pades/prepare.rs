//! A file made ready for one signature, and the signature put into its place.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::field::add_to_form;
use super::{Look, Moment, appearance, form};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pdf::base::Base;
use crate::pdf::syntax;
use crate::pdf::update::Update;

/// How one signature is to be made.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The empty field to be filled.
    pub field: String,
    /// The claimed moment (`/M`).
    pub at: Moment,
    /// The signer's name (`/Name`).
    pub name: String,
    /// Bytes kept for the CMS.
    pub reserve: usize,
    /// What shows on the page.
    pub look: Look,
}

impl Plan {
    /// Bytes kept where no time stamp goes into the CMS.
    pub const RESERVE: usize = 8_192;
    /// Bytes kept where a time stamp goes into the CMS.
    pub const RESERVE_STAMPED: usize = 16_384;
    /// Least and most bytes that may be kept.
    pub const RESERVES: std::ops::RangeInclusive<usize> = 1_024..=262_144;
}

/// A file waiting for its signature: what is appended to it, with a hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// What is appended, the hole full of zeros.
    #[serde(skip)]
    pub tail: Vec<u8>,
    /// Where the hexadecimal digits of the CMS go, in `tail`.
    pub hole: Range<usize>,
    /// Bytes of the file it goes after.
    pub base: usize,
    /// The byte range, as it stands in the file.
    pub byte_range: [u64; 4],
    /// SHA-256 over the byte range.
    pub digest: [u8; 32],
}

/// Makes a file ready for a signature in an empty field.
///
/// # Errors
///
/// [`Code::NotPdf`]: the file cannot be read without repair. [`Code::SigningState`]: the field holds a signature
/// already, or the file is closed to signatures. [`Code::InvalidData`]: no such field, or the plan cannot be carried out.
pub fn prepare(pdf: &[u8], plan: &Plan) -> Result<Prepared, Failure> {
    let base = Base::open(pdf)?;
    let sheets = base.sheets()?;
    let form = form::read(&base, &sheets)?;
    form::check_open(&base, &form, 2)?;
    let name = &plan.field;
    let Some(place) = form.places.iter().find(|place| place.name == *name) else {
        return Err(one(
            "field_missing",
            format!("tệp không có ô ký `{name}`"),
            format!("the file has no signature field `{name}`"),
        ));
    };
    if place.signed {
        return Err(Failure::one(
            Code::SigningState,
            format!("ô ký `{name}` đã có chữ ký"),
            format!("the field `{name}` holds a signature already"),
        ));
    }
    let mut update = Update::new(&base);
    let signature = update.number();
    update.edit(&place.field.into(), |field| field.set("V", format!("{signature} 0 R")))?;
    if plan.look.image.is_some() || plan.look.text.is_some() {
        let turns = place.page.and_then(|page| sheets.get(page)).map_or(0, |sheet| sheet.turns);
        let [left, bottom, right, top] = place.rectangle;
        if right - left < 1.0 || top - bottom < 1.0 {
            let vi = format!("ô ký `{name}` không có chỗ trên trang để hiện hình");
            return Err(one("field_invisible", vi, format!("the field `{name}` has no room on a page")));
        }
        let shown = appearance::put(&mut update, &plan.look, place.rectangle, turns)?;
        update.edit(&place.widget.into(), |widget| widget.set("AP", format!("<</N {shown} 0 R>>")))?;
    } else if base.entry(base.dictionary(place.widget)?, "AP").is_none() {
        let empty = appearance::put_empty(&mut update, place.rectangle);
        update.edit(&place.widget.into(), |widget| widget.set("AP", format!("<</N {empty} 0 R>>")))?;
    }
    add_to_form(&mut update, &base, &[], form.flags | 3)?;
    let head = |out: &mut Vec<u8>| {
        out.extend_from_slice(b"/Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(");
        syntax::display(out, plan.at.format("D:%Y%m%d%H%M%S"));
        let minutes = plan.at.offset().local_minus_utc() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        syntax::display(out, format_args!("{sign}{:02}'{:02}')", minutes.abs() / 60, minutes.abs() % 60));
        if !plan.name.is_empty() {
            out.extend_from_slice(b"/Name");
            syntax::text(out, &plan.name);
        }
    };
    finish(update, &base, signature, plan.reserve, head)
}

/// Puts a CMS into its place. Returns what is appended to the file.
///
/// # Errors
///
/// [`Code::CmsTooLarge`]: it is longer than its place. [`Code::PreparationStale`]: what was prepared is not there any
/// more.
pub fn embed(prepared: &Prepared, cms: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut tail = prepared.tail.clone();
    let Some(hole) = tail.get_mut(prepared.hole.clone()) else {
        return Err(Failure::one(
            Code::PreparationStale,
            "không còn phần tệp đã chuẩn bị để ký",
            "what was prepared for the signature is not there any more",
        ));
    };
    let room = hole.len() / 2;
    if cms.is_empty() || cms.len() > room {
        let bytes = cms.len();
        return Err(Failure::one(
            Code::CmsTooLarge,
            format!("chữ ký dài `{bytes}` byte, chỗ đã chừa là `{room}` byte"),
            format!("the signature has `{bytes}` bytes, the place kept for it `{room}`"),
        ));
    }
    let mut digits = Vec::with_capacity(cms.len() * 2 + 2);
    syntax::hexadecimal(&mut digits, cms);
    let digits = digits.get(1..=cms.len() * 2).unwrap_or_default();
    for (place, digit) in hole.iter_mut().zip(digits) {
        *place = *digit;
    }
    Ok(tail)
}

/// Room for the three numbers of a byte range that are not 0, ten digits each.
const RANGE: &[u8] = b"/ByteRange[0                                 ]";
const CONTENTS: &[u8] = b"/Contents<";

/// Writes the signature's object with its hole, ends the update and measures it.
pub(super) fn finish(
    mut update: Update,
    base: &Base,
    signature: u32,
    reserve: usize,
    head: impl FnOnce(&mut Vec<u8>),
) -> Result<Prepared, Failure> {
    if !Plan::RESERVES.contains(&reserve) {
        let (least, most) = (Plan::RESERVES.start(), Plan::RESERVES.end());
        return Err(one(
            "reserve",
            format!("chỗ chừa cho chữ ký phải từ `{least}` đến `{most}` byte"),
            format!("the place kept for a signature has `{least}` to `{most}` bytes"),
        ));
    }
    let (mut range, mut hole) = (0, 0..0);
    update.object(signature, |out| {
        out.extend_from_slice(b"<<");
        head(out);
        range = out.len() + b"/ByteRange[0".len();
        out.extend_from_slice(RANGE);
        out.extend_from_slice(CONTENTS);
        hole = out.len()..out.len() + reserve * 2;
        out.resize(hole.end, b'0');
        out.extend_from_slice(b">>>");
    });
    let tail = update.finish()?;
    let start = tail.starts.get(&signature).copied().unwrap_or_default();
    let mut bytes = tail.bytes;
    let (range, hole) = (start + range, start + hole.start..start + hole.end);
    let before = base.bytes().len();
    let after = before + hole.end + 1;
    let rest = before + bytes.len() - after;
    let byte_range = [0, (before + hole.start - 1) as u64, after as u64, rest as u64];
    let [_, first, second, third] = byte_range;
    let numbers = format!(" {first} {second} {third}");
    for (place, digit) in bytes.iter_mut().skip(range).zip(numbers.bytes()) {
        *place = digit;
    }
    let mut hash = Sha256::new();
    hash.update(base.bytes());
    hash.update(bytes.get(..hole.start - 1).unwrap_or_default());
    hash.update(bytes.get(hole.end + 1..).unwrap_or_default());
    let digest = hash.finalize().into();
    Ok(Prepared { tail: bytes, hole, base: before, byte_range, digest })
}

fn one(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Failure {
    Failure::new(Code::InvalidData, vec![Diagnostic::error(code, vi, en)])
}

#[cfg(test)]
mod tests {
    use png::ColorType;

    use super::*;
    use crate::pades::{FieldSpec, Picture, add_fields, fields, picture};
    use crate::pdf::example;

    fn with_fields(pdf: &[u8]) -> Vec<u8> {
        let field = |name: &str, x| {
            let (name, label) = (name.to_owned(), "Chữ ký".to_owned());
            FieldSpec { name, label, page: 1, x, y: 10.0, w: 60.0, h: 40.0 }
        };
        [pdf, &add_fields(pdf, &[field("NguoiKy", 100.0), field("CoQuan", 80.0)]).expect("fields")].concat()
    }

    fn plan(field: &str) -> Plan {
        let at = Moment::parse_from_rfc3339("2026-11-22T10:15:30+07:00").expect("a moment");
        Plan { field: field.to_owned(), at, name: "Lò Văn Bình".to_owned(), reserve: 1_024, look: Look::default() }
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn the_range_covers_all_but_the_digits_and_the_digest_is_its_own() {
        let pdf = with_fields(&example::tagged());
        let prepared = prepare(&pdf, &plan("NguoiKy")).expect("an empty field");
        let cms = [0x30, 0x03, 1, 2, 0xAB];
        let whole = [&pdf[..], &embed(&prepared, &cms).expect("room")].concat();
        let [zero, first, second, third] = prepared.byte_range.map(|number| number as usize);
        assert_eq!((zero, second + third), (0, whole.len()));
        assert_eq!(&whole[first..first + 11], b"<30030102AB");
        assert_eq!(&whole[second - 2..second + 2], b"0>>>");
        assert_eq!(second - first - 2, 2 * 1_024);
        let digest = Sha256::digest([&whole[..first], &whole[second..]].concat());
        assert_eq!(digest.as_slice(), prepared.digest);
        let told = format!("/ByteRange[0 {first} {second} {third}");
        assert!(text(&whole).contains(&told));
        assert_eq!(prepared.base, pdf.len());
        assert_eq!(&prepared.tail[prepared.hole.clone()], "0".repeat(2_048).as_bytes());
        assert!(text(&whole).contains("/M(D:20261122101530+07'00')/Name<FEFF004C00F2"));
        assert!(text(&whole).contains("/SigFlags 3"));
        assert_eq!(fields(&whole).expect("a form").iter().map(|one| one.signed).collect::<Vec<_>>(), [true, false]);
        let failure = prepare(&whole, &plan("NguoiKy")).expect_err("signed");
        assert_eq!(failure.code, Code::SigningState);
        prepare(&whole, &plan("CoQuan")).expect("the other field is empty");
    }

    #[test]
    fn the_same_plan_gives_the_same_bytes() {
        let pdf = with_fields(&example::plain());
        assert_eq!(prepare(&pdf, &plan("CoQuan")), prepare(&pdf, &plan("CoQuan")));
    }

    #[test]
    fn a_moment_keeps_its_zone() {
        let pdf = with_fields(&example::plain());
        for (at, told) in
            [("2026-01-02T03:04:05Z", "20260102030405+00'00'"), ("2026-01-02T03:04:05-03:30", "20260102030405-03'30'")]
        {
            let at = Moment::parse_from_rfc3339(at).expect("a moment");
            let prepared = prepare(&pdf, &Plan { at, ..plan("CoQuan") }).expect("an empty field");
            assert!(text(&prepared.tail).contains(told));
        }
    }

    #[test]
    fn what_cannot_be_prepared_says_why() {
        let pdf = with_fields(&example::plain());
        let told = |plan: &Plan| prepare(&pdf, plan).expect_err("a fault").diagnostics[0].code.clone();
        assert_eq!(told(&plan("KhongCo")), "field_missing");
        assert_eq!(told(&Plan { reserve: 10, ..plan("CoQuan") }), "reserve");
        assert_eq!(told(&Plan { reserve: usize::MAX, ..plan("CoQuan") }), "reserve");
        assert_eq!(prepare(b"", &plan("CoQuan")).expect_err("no file").code, Code::NotPdf);
    }

    #[test]
    fn a_signature_longer_than_its_place_is_refused() {
        let prepared = prepare(&with_fields(&example::plain()), &plan("CoQuan")).expect("an empty field");
        assert_eq!(embed(&prepared, &[0x30; 1_025]).expect_err("too long").code, Code::CmsTooLarge);
        assert_eq!(embed(&prepared, &[]).expect_err("nothing").code, Code::CmsTooLarge);
        embed(&prepared, &[0x30; 1_024]).expect("it just fits");
        let gone = Prepared { tail: Vec::new(), ..prepared };
        assert_eq!(embed(&gone, &[0x30]).expect_err("nothing to fill").code, Code::PreparationStale);
    }

    #[test]
    fn a_picture_fills_the_field_in_its_shape_and_a_text_lies_over_it() {
        let pdf = with_fields(&example::tagged());
        let picture = Picture::read(&picture::tests::png(ColorType::Rgba, &[9, 9, 9, 0, 9, 9, 9, 255])).expect("one");
        let set = example::file(&[
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 120 20]/Resources<</Font<</F1 5 0 R>>>>>>",
            "<</Type/Page/Parent 2 0 R/Contents 4 0 R/StructParents 0>>",
            "<</Length 48>>\nstream\n/P <</MCID 0>> BDC BT /F1 9 Tf (a) Tj ET EMC q Q\nendstream",
            "<</Type/Font/Subtype/Type3/Parent 3 0 R>>",
        ]);
        let look = Look { image: Some(picture), text: Some(set) };
        let prepared = prepare(&pdf, &Plan { look, ..plan("CoQuan") }).expect("an empty field");
        let tail = text(&prepared.tail);
        // 2 × 1 pixels in 60 × 40 pt; 120 × 20 pt of text go in at half their size, from the top.
        assert!(tail.contains("q 60 0 0 30 0 5 cm /Im0 Do Q\nq 0.5 0 0 0.5 0 30 cm /Fm0 Do Q\n"), "{tail}");
        assert!(tail.contains("/P BMC\nBT\n/F1 9 Tf\n(a) Tj\nET\nEMC\n"), "{tail}");
        assert!(tail.contains("/Subtype/Type3/Parent null") || tail.contains("/Subtype /Type3/Parent null"), "{tail}");
        assert!(!tail.contains("StructParents 0>>\nstream"));
        let missing = Look { image: None, text: Some(b"no PDF".to_vec()) };
        assert_eq!(prepare(&pdf, &Plan { look: missing, ..plan("CoQuan") }).expect_err("none").code, Code::NotPdf);
    }

    #[test]
    fn what_shows_stands_upright_on_a_turned_page() {
        let pdf = example::file(&[
            "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>",
            "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 90 90]/Rotate 90>>",
            "<</Type/Page/Parent 2 0 R/Annots[4 0 R]>>",
            "<</T(A)/FT/Sig/Subtype/Widget/Rect[10 10 30 50]/P 3 0 R>>",
        ]);
        let picture = Picture::read(&picture::tests::png(ColorType::Rgb, &[9, 9, 9])).expect("one");
        let look = Look { image: Some(picture), text: None };
        let tail = text(&prepare(&pdf, &Plan { look, ..plan("A") }).expect("an empty field").tail);
        assert!(tail.contains("/BBox[0 0 40 20]") && tail.contains("/Matrix[0 1 -1 0 0 0]"), "{tail}");
        let bare = text(&prepare(&pdf, &plan("A")).expect("an empty field").tail);
        assert!(bare.contains("/BBox[0 0 20 40]"), "{bare}");
    }
}
