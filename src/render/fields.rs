//! Signature fields where the page has its labelled boxes: a finished file leaves fit to be signed.

use serde::Serialize;
use serde_json::Value;

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

/// The diameter of the agency's seal the data state, mm (`co_quan.duong_kinh_dau`).
pub fn seal_of(data: &Value) -> Option<f64> {
    data.get("co_quan")?.get("duong_kinh_dau")?.as_f64()
}

/// Gives the boxes of seals the size of the agency's own: the right edge stays where it covers a third of the signature,
/// and the middle where it is (Nghị định 30/2020/NĐ-CP, Phụ lục I, Phần I, Mục II, khoản 8).
pub fn fit_seals(manifest: &Manifest, boxes: &mut [LabelledBox], diameter_mm: f64) {
    let side = diameter_mm / 25.4 * 72.0;
    let seals: Vec<&str> = manifest
        .fields
        .iter()
        .filter(|field| field.role == FieldRole::Seal)
        .map(|field| field.place.as_str())
        .collect();
    for seal in boxes.iter_mut().filter(|one| seals.contains(&one.name.as_str())) {
        seal.x += seal.w - side;
        seal.y += (seal.h - side) / 2.0;
        (seal.w, seal.h) = (side, side);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_seal_keeps_its_edge_over_the_signature_and_its_middle() {
        let manifest: Manifest = serde_json::from_value(serde_json::json!({
            "id": "x", "title_vi": "x", "title_en": "x", "legal_basis": "x", "fonts": [], "document": {"title": "", "author": "", "file_name": "x"},
            "fields": [{"box": "co_quan", "name": "CoQuan", "role": "seal", "label": "Dấu"}],
        }))
        .expect("a manifest");
        let mm = 72.0 / 25.4;
        let of =
            |name: &str| LabelledBox { name: name.into(), page: 1, x: 100.0, y: 100.0, w: 36.0 * mm, h: 36.0 * mm };
        let mut boxes = [of("nguoi_ky"), of("co_quan")];
        fit_seals(&manifest, &mut boxes, 30.0);
        assert_eq!(boxes[0], of("nguoi_ky"));
        let seal = &boxes[1];
        assert!((seal.w - 30.0 * mm).abs() < 1e-9 && (seal.h - 30.0 * mm).abs() < 1e-9);
        assert!((seal.x + seal.w - (100.0 + 36.0 * mm)).abs() < 1e-9);
        assert!((seal.y + seal.h / 2.0 - (100.0 + 18.0 * mm)).abs() < 1e-9);
    }
}
