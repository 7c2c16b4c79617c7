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
use crate::pdf::update::{Base, Place, Update, wrong_kind};

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
