//! A file made ready for one signature, and the signature put into its place.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::field::add_to_form;
use super::{Look, Moment, appearance, form};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pdf::syntax;
use crate::pdf::update::{Base, Update};

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
