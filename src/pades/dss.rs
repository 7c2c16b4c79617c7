//! Long-term material (DSS, B-LT) and document time stamps (B-LTA): ETSI EN 319 142-1, 5.4 and 5.5.

use std::collections::BTreeSet;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::Dictionary;
use sha2::{Digest as _, Sha256};

use super::field::{self, Spot};
use super::{Prepared, embed, form, prepare};
use crate::diagnostic::Failure;
use crate::pdf::base::{Base, wrong_kind};
use crate::pdf::update::{Place, Update};

/// Largest certificate, list or response compared with what is added, bytes.
const MOST_BYTES: usize = 64 << 20;
/// What all that is there already may have together, bytes.
const MOST_TOGETHER: usize = 256 << 20;
/// What fields of document time stamps are called: a number follows.
const STAMP: &str = "DauThoiGian";
/// What readers are told such a field is for.
const STAMP_LABEL: &str = "Dấu thời gian của văn bản";

/// DER of what a checker needs later, without duplicates, in a fixed order.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Certificates.
    pub certificates: Vec<Vec<u8>>,
    /// Revocation lists.
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses.
    pub ocsps: Vec<Vec<u8>>,
}

/// Adds the material to the document security store, beside what is there. Returns what is appended to the file: nothing
/// where all of it is there.
///
/// # Errors
///
/// [`crate::diagnostic::Code::NotPdf`]: the file cannot be read without repair.
pub fn add_material(pdf: &[u8], material: &Material) -> Result<Vec<u8>, Failure> {
    let base = Base::open(pdf)?;
    let sheets = base.sheets()?;
    // A file closed to signatures still takes these (ISO 32000-2, 12.8.2.2).
    form::check_open(&base, &form::read(&base, &sheets)?, 1)?;
    let store = base.inner(base.catalog()?, "DSS")?;
    let mut update = Update::new(&base);
    let mut added = Vec::new();
    let mut left = MOST_TOGETHER;
    let kinds = [("Certs", &material.certificates), ("CRLs", &material.crls), ("OCSPs", &material.ocsps)];
    for (key, each) in kinds {
        let mut there = match store {
            Some(store) if !each.is_empty() => digests(&base, store, key, &mut left)?,
            _ => BTreeSet::new(),
        };
        for der in each {
            if there.insert(Sha256::digest(der).into()) {
                let number = update.number();
                let packed = pack(der)?;
                update.stream(number, |out| out.extend_from_slice(b"/Filter/FlateDecode"), &packed);
                added.push((key, number));
            }
        }
    }
    if added.is_empty() {
        return Ok(Vec::new());
    }
    let catalog = Place::from(base.root());
    let store = match update.child(&catalog, "DSS")? {
        Some(store) => store,
        None => {
            let store = update.number();
            update.object(store, |out| out.extend_from_slice(b"<</Type/DSS>>"));
            update.edit(&catalog, |catalog| catalog.set("DSS", format!("{store} 0 R")))?;
            Place::from((store, 0))
        }
    };
    for (key, number) in added {
        update.append(&store, key, format!("{number} 0 R").as_bytes())?;
    }
    Ok(update.finish()?.bytes)
}

/// Prepares a document time stamp in an invisible field of its own, which has no tag: it is nothing to a reader, and a
/// checker would take a change of the tags behind a signature for tampering.
///
/// # Errors
///
/// [`crate::diagnostic::Code::NotPdf`]: the file cannot be read without repair.
/// [`crate::diagnostic::Code::InvalidData`]: `reserve` is not among [`super::Plan::RESERVES`].
pub fn prepare_timestamp(pdf: &[u8], reserve: usize) -> Result<Prepared, Failure> {
    let base = Base::open(pdf)?;
    let sheets = base.sheets()?;
    let form = form::read(&base, &sheets)?;
    form::check_open(&base, &form, 1)?;
    // A page that has a field has all a page with one needs; to change more of it would look like tampering.
    let page = form.places.iter().find_map(|place| place.page).unwrap_or_default();
    let page = sheets.get(page).ok_or_else(|| wrong_kind("Pages"))?.id;
    let name = (1..=form.names.len() + 1).map(|n| format!("{STAMP}{n}")).find(|name| !form.names.contains(name));
    let name = name.ok_or_else(|| Failure::internal("no name is left for a time stamp"))?;
    let mut update = Update::new(&base);
    let stamp = update.number();
    let spot = Spot { name: &name, label: STAMP_LABEL, page, rectangle: [0.0; 4], value: Some(stamp) };
    let widget = field::put(&mut update, None, &spot)?;
    field::add_to_form(&mut update, &base, &[widget], form.flags | 3)?;
    prepare::finish(update, &base, stamp, reserve, |out| {
        out.extend_from_slice(b"/Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161");
    })
}

/// Puts a token over a prepared time stamp's digest into its place. Returns what is appended to the file.
///
/// # Errors
///
/// [`crate::diagnostic::Code::CmsTooLarge`], [`crate::diagnostic::Code::PreparationStale`]: as [`embed`].
pub fn document_timestamp(prepared: &Prepared, token: &[u8]) -> Result<Vec<u8>, Failure> {
    embed(prepared, token)
}

/// What of one kind is in the store.
fn digests(base: &Base, store: &Dictionary, key: &str, left: &mut usize) -> Result<BTreeSet<[u8; 32]>, Failure> {
    let mut digests = BTreeSet::new();
    for item in base.list(store, key)? {
        let stream = base.resolve(item)?.as_stream().map_err(|_| wrong_kind(key))?;
        let der = stream.get_plain_content_with_limit(MOST_BYTES.min(*left)).map_err(|_| wrong_kind(key))?;
        *left = left.saturating_sub(der.len());
        digests.insert(Sha256::digest(der).into());
    }
    Ok(digests)
}

fn pack(der: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(der).and_then(|()| encoder.finish()).map_err(Failure::internal)
}

#[cfg(test)]
mod tests {
    use lopdf::{Document, Object};

    use super::*;
    use crate::diagnostic::Code;
    use crate::pades::{Plan, fields};
    use crate::pdf::example;

    fn material(certificates: &[&[u8]], crls: &[&[u8]]) -> Material {
        let owned = |each: &[&[u8]]| each.iter().map(|one| one.to_vec()).collect();
        Material { certificates: owned(certificates), crls: owned(crls), ocsps: Vec::new() }
    }

    fn with(pdf: &[u8], material: &Material) -> Vec<u8> {
        [pdf, &add_material(pdf, material).expect("room")].concat()
    }

    /// What the store holds, read with other eyes.
    fn store(pdf: &[u8], key: &str) -> Vec<Vec<u8>> {
        let document = Document::load_mem(pdf).expect("a file");
        let store = document.catalog().expect("a catalog").get_deref(b"DSS", &document).expect("a store");
        let Ok(each) = store.as_dict().expect("a store").get(key.as_bytes()) else { return Vec::new() };
        let read = |one: &Object| {
            let stream = document.dereference(one).expect("a stream").1.as_stream().expect("a stream");
            stream.decompressed_content().expect("packed")
        };
        each.as_array().expect("an array").iter().map(read).collect()
    }

    #[test]
    fn material_is_added_beside_what_is_there_and_never_twice() {
        let pdf = example::tagged();
        let once = with(&pdf, &material(&[b"a", b"b", b"a"], &[b"l"]));
        assert_eq!(store(&once, "Certs"), [b"a", b"b"]);
        assert_eq!(store(&once, "CRLs"), [b"l"]);
        let twice = with(&once, &material(&[b"b", b"c"], &[b"l"]));
        assert!(twice.starts_with(&once));
        assert_eq!(store(&twice, "Certs"), [b"a", b"b", b"c"]);
        assert_eq!(store(&twice, "CRLs"), [b"l"]);
        assert_eq!(store(&twice, "OCSPs"), Vec::<Vec<u8>>::new());
        assert_eq!(add_material(&twice, &material(&[b"a"], &[b"l"])), Ok(Vec::new()));
        assert_eq!(add_material(&pdf, &Material::default()), Ok(Vec::new()));
    }

    #[test]
    fn time_stamps_have_fields_of_their_own_that_do_not_show() {
        let mut pdf = example::tagged();
        for n in 1..=2 {
            let prepared = prepare_timestamp(&pdf, Plan::RESERVE).expect("a page");
            let tail = document_timestamp(&prepared, &[0x30, 0]).expect("room");
            let text = String::from_utf8_lossy(&tail).into_owned();
            assert!(text.contains("/Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange[0 "));
            assert!(text.contains("/Rect[0 0 0 0]/F 132/P 3 0 R") && !text.contains("/StructElem"), "{text}");
            pdf.extend(tail);
            let last = fields(&pdf).expect("a form").pop().expect("a field");
            assert_eq!((last.name, last.signed), (format!("DauThoiGian{n}"), true));
        }
        assert_eq!(prepare_timestamp(&pdf, 5).expect_err("no room").code, Code::InvalidData);
    }
}
