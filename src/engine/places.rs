//! What a template tells the engine after layout: labelled boxes, faults, warnings.

use serde::Deserialize;
use typst::foundations::{Label, Selector};
use typst::introspection::MetadataElem;
use typst::utils::PicoStr;
use typst_layout::PagedDocument;

use super::job::LabelledBox;
use crate::diagnostic::{Diagnostic, Failure};

const BOX: &str = "vd-box";
const FAULT: &str = "vd-fault";
const WARNING: &str = "vd-warning";

#[derive(Deserialize)]
struct BoxNote {
    name: String,
    w: f64,
    h: f64,
}

#[derive(Deserialize)]
struct MessageNote {
    pointer: Option<String>,
    code: String,
    vi: String,
    en: String,
}

/// The labelled boxes, in page order.
pub fn boxes(document: &PagedDocument) -> Result<Vec<LabelledBox>, Failure> {
    let mut boxes = Vec::new();
    for (note, position) in notes::<BoxNote>(document, BOX)? {
        let Some((page, x, y)) = position else {
            return Err(Failure::internal(format_args!("box `{}` has no place", note.name)));
        };
        boxes.push(LabelledBox { name: note.name, page, x, y, w: note.w, h: note.h });
    }
    Ok(boxes)
}

/// The template's own faults and warnings about the data.
pub fn messages(document: &PagedDocument) -> Result<(Vec<Diagnostic>, Vec<Diagnostic>), Failure> {
    let faults = notes::<MessageNote>(document, FAULT)?
        .into_iter()
        .map(|(note, _)| diagnostic(note, Diagnostic::error))
        .collect();
    let warnings = notes::<MessageNote>(document, WARNING)?
        .into_iter()
        .map(|(note, _)| diagnostic(note, Diagnostic::warning))
        .collect();
    Ok((faults, warnings))
}

fn diagnostic(note: MessageNote, make: fn(String, String, String) -> Diagnostic) -> Diagnostic {
    let message = make(note.code, note.vi, note.en);
    match note.pointer {
        Some(pointer) => message.at(pointer),
        None => message,
    }
}

type Position = Option<(usize, f64, f64)>;

fn notes<T: for<'de> Deserialize<'de>>(document: &PagedDocument, label: &str) -> Result<Vec<(T, Position)>, Failure> {
    let Some(name) = Label::new(PicoStr::intern(label)) else {
        return Err(Failure::internal(format_args!("label `{label}` is empty")));
    };
    let introspector = document.introspector();
    let mut found = Vec::new();
    for element in introspector.elements().query(&Selector::Label(name)) {
        let Some(metadata) = element.to_packed::<MetadataElem>() else {
            return Err(Failure::internal(format_args!("label `{label}` is not on a metadata element")));
        };
        let note = serde_json::to_value(&metadata.value)
            .and_then(serde_json::from_value)
            .map_err(|error| Failure::internal(format_args!("label `{label}`: {error}")))?;
        let position = element
            .location()
            .and_then(|location| introspector.position(location))
            .map(|at| (at.page.get(), at.point.x.to_pt(), at.point.y.to_pt()));
        found.push((note, position));
    }
    Ok(found)
}
