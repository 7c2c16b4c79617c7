//! Words in place of a picture: of an attachment in a file of its own, and of an electronic copy (Nghị định 30/2020/NĐ-CP,
//! Phụ lục I, Phần I, II.8.b and III.1.d; Phần II, I.3).

use std::time::Duration;

use tokio::time::Instant;

use super::usage;
use crate::app;
use crate::config::Places;
use crate::diagnostic::{Code, Failure};
use crate::pades::{self, Moment};
use crate::pdf;
use crate::render::{Backend, Renderer};
use crate::signing::appearance::{COPY_FIELD, CopyKind, Corner, Setter, TimeStyle, attachment_text, copy_text};

/// Millimetres of a point.
const MM: f64 = 25.4 / 72.0;

/// Time for setting one line.
const LIMIT: Duration = Duration::from_secs(60);

/// Words in place of a picture: of an attachment, or of a copy.
pub struct Words {
    /// Number and symbol of the document an attachment belongs to.
    pub attachment: Option<String>,
    /// Kind of the copy.
    pub copy: Option<String>,
    /// The agency that copies.
    pub agency: Option<String>,
}

/// What sets the words.
pub struct Setting {
    renderer: Renderer,
    backend: Backend,
}

impl Words {
    /// The engine, where there are words to be set.
    pub fn setter(&self, places: &Places) -> Result<Option<Setting>, Failure> {
        if self.attachment.is_none() && self.copy.is_none() {
            return Ok(None);
        }
        let (renderer, backend) = app::local(places)?;
        Ok(Some(Setting { renderer, backend }))
    }

    /// Appends the field of a copy to a file; gives its name.
    pub fn add_field(&self, file: &mut Vec<u8>) -> Result<String, Failure> {
        if self.copy.is_none() {
            return Err(usage("cần `--field` hoặc `--copy`", "`--field` or `--copy` is wanted"));
        }
        let (width, _) = pdf::first_page(file)?;
        let spec = Corner::default().field(COPY_FIELD, "Chữ ký số của cơ quan, tổ chức thực hiện sao", width / MM)?;
        let tail = pades::add_fields(file, &[spec])?;
        file.extend_from_slice(&tail);
        Ok(COPY_FIELD.to_owned())
    }

    /// The words at a moment, as large as the field they go into.
    pub async fn set(&self, setting: &Setting, file: &[u8], field: &str, at: Moment) -> Result<Vec<u8>, Failure> {
        let place = pades::fields(file)?.into_iter().find(|one| one.name == field);
        let Some([_, _, width, height]) = place.map(|one| one.place) else {
            return Err(Failure::one(
                Code::SigningState,
                format!("tệp không có ô chữ ký `{field}`"),
                format!("the file has no signature field `{field}`"),
            ));
        };
        let floor = |points: f64| (points * MM * 100.0).floor() / 100.0;
        let corner = Corner { width: floor(width), height: floor(height), ..Corner::default() };
        let deadline = Instant::now() + LIMIT;
        let setter = Setter { renderer: &setting.renderer, backend: &setting.backend, deadline };
        let style = TimeStyle::default();
        match (&self.attachment, &self.copy, &self.agency) {
            (Some(number), ..) => attachment_text(setter, number, &at, style, &corner).await,
            (None, Some(kind), Some(agency)) => {
                let kind = CopyKind::parse(kind)
                    .ok_or_else(|| usage("`--copy` không có loại này", "there is no such kind of `--copy`"))?;
                copy_text(setter, kind, agency, &at, style, &corner).await
            }
            _ => Err(Failure::internal("words without any")),
        }
    }
}
