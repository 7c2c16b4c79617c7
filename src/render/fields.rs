//! Signature fields where the page has its labelled boxes: a finished file leaves fit to be signed.

use serde::Serialize;

use super::prepare::Requested;
use crate::diagnostic::Failure;
use crate::engine::{LabelledBox, Output};
use crate::pades::{self, FieldSpec};
use crate::template::{FieldRole, Manifest};

/// Above this many bytes reading a file holds up a thread that answers others.
const LARGE_BYTES: usize = 512 << 10;

/// A field of a finished file: whose it is and where.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignatureField {
    /// Who signs it.
    pub role: FieldRole,
    /// Its name and its place, pt from the top left of the page.
    #[serde(flatten)]
    pub spec: FieldSpec,
}

/// Whether the file is to have fields: what was asked, else what is usual for the template. What is printed on a blank
/// or marked as a specimen is not signed unless somebody says so.
pub fn wanted(manifest: &Manifest, requested: &Requested) -> bool {
    let usual = manifest.fields_default && requested.mode == "full" && !requested.test;
    matches!(requested.output, Output::Pdf(_)) && requested.fields.unwrap_or(usual)
}

/// The fields of a template's document in the order of signing, where its pages have the boxes.
pub fn of(manifest: &Manifest, boxes: &[LabelledBox]) -> Vec<SignatureField> {
    let placed = |field: &crate::template::ManifestField| {
        let place = boxes.iter().find(|one| one.name == field.place)?;
        let LabelledBox { page, x, y, w, h, .. } = *place;
        let spec = FieldSpec { name: field.name.clone(), label: field.label.clone(), page, x, y, w, h };
        Some(SignatureField { role: field.role, spec })
    };
    manifest.fields.iter().filter_map(placed).collect()
}

/// Appends the fields to a file.
pub async fn append(mut pdf: Vec<u8>, fields: &[SignatureField]) -> Result<Vec<u8>, Failure> {
    let specs: Vec<FieldSpec> = fields.iter().map(|field| field.spec.clone()).collect();
    if pdf.len() < LARGE_BYTES {
        let tail = pades::add_fields(&pdf, &specs)?;
        pdf.extend_from_slice(&tail);
        return Ok(pdf);
    }
    let work = move || {
        let tail = pades::add_fields(&pdf, &specs)?;
        pdf.extend_from_slice(&tail);
        Ok(pdf)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::internal(format_args!("task of signature fields: {error}")))?
}
