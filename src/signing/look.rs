//! What a signature shows on the page: a picture of the caller's, and a line of text set by the same engine as the pages.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::Signing;
use super::appearance::{CopyKind, Corner, Setter, TimeStyle, attachment_text, copy_text};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::pades::{Look, Moment, Picture};

/// Millimetres of a point.
const MM: f64 = 25.4 / 72.0;
/// Pictures kept read.
const PICTURES: usize = 8;
/// Time for setting the line.
const SET_LIMIT: Duration = Duration::from_secs(60);

/// What a signature shall show. Kept with a run as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WantedLook {
    /// A PNG, base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The line of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<MarkText>,
}

/// The line a signature shows beside, or in place of, a picture (Nghị định 30/2020/NĐ-CP, Phụ lục I, Phần I, II.8.b and
/// III.1.d).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkText {
    /// An annex in a file of its own: number and symbol of the document, time of signing.
    Attachment {
        /// Number and symbol, `925/BC-UBND`.
        number: String,
    },
    /// A copy in electronic form: its kind, the agency, time of signing.
    Copy {
        /// `sao_y`, `sao_luc`, `trich_sao`.
        kind: String,
        /// The agency.
        agency: String,
    },
}

impl Signing {
    /// What shows in a field of this size (width and height, pt) at this moment.
    pub(super) async fn look(&self, wanted: &WantedLook, size: (f64, f64), at: Moment) -> Result<Look, Failure> {
        let image = match &wanted.image {
            Some(image) => Some(self.picture(image).await?),
            None => None,
        };
        let text = match &wanted.text {
            Some(text) => Some(self.line(text, size, at).await?),
            None => None,
        };
        Ok(Look { image, text })
    }

    /// A picture, read once for all the files it goes into.
    async fn picture(&self, base64: &str) -> Result<Arc<Picture>, Failure> {
        let refuse = |vi: String, en: String| {
            let fault = Diagnostic::error("image", vi, en).at("/appearance/image");
            Failure::new(Code::InvalidData, vec![fault])
        };
        let png = STANDARD
            .decode(base64)
            .map_err(|error| refuse(format!("không phải base64: {error}"), format!("not base64: {error}")))?;
        let sha256: [u8; 32] = Sha256::digest(&png).into();
        if let Some((_, known)) = self.state.pictures.lock().await.iter().find(|(key, _)| *key == sha256) {
            return Ok(Arc::clone(known));
        }
        // A large picture is compressed for longer than a page is set.
        let read = tokio::task::spawn_blocking(move || Picture::read(&png)).await.map_err(Failure::internal)?;
        let picture = read.map_err(|mut failure| {
            failure.diagnostics.iter_mut().for_each(|fault| fault.pointer = Some("/appearance/image".to_owned()));
            failure
        })?;
        let mut known = self.state.pictures.lock().await;
        known.push((sha256, Arc::clone(&picture)));
        if known.len() > PICTURES {
            known.remove(0);
        }
        Ok(picture)
    }

    async fn line(&self, text: &MarkText, (width, height): (f64, f64), at: Moment) -> Result<Vec<u8>, Failure> {
        let deadline = Instant::now() + SET_LIMIT;
        let setter = Setter { renderer: &self.renderer, backend: &self.backend, deadline };
        // Hundredths of a millimetre: a box measured in points is never set wider than it is.
        let millimetres = |points: f64| (points * MM * 100.0).floor() / 100.0;
        let corner = Corner { width: millimetres(width), height: millimetres(height), ..Corner::default() };
        let style = TimeStyle::default();
        let made = match text {
            MarkText::Attachment { number } => attachment_text(setter, number, &at, style, &corner).await,
            MarkText::Copy { kind, agency } => {
                let kind = CopyKind::parse(kind).ok_or_else(|| Failure::internal("an unknown kind of copy"))?;
                copy_text(setter, kind, agency, &at, style, &corner).await
            }
        };
        made.map_err(|mut failure| {
            failure.diagnostics.iter_mut().for_each(|fault| fault.pointer = Some("/appearance/text".to_owned()));
            failure
        })
    }
}
