//! What the engine is asked and what it answers; both cross the pipe to a worker process.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;

/// One document to be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Folder of the template inside the template root.
    pub template: String,
    /// What comes out.
    pub output: Output,
    /// Metadata of the document.
    pub meta: Meta,
    /// The legal form its pages are held to, by name; empty for none.
    pub form: String,
    /// `data.json` as `main.typ` reads it.
    #[serde(skip)]
    pub data: Vec<u8>,
    /// The caller's data, to be attached (PDF/A-3a only).
    #[serde(skip)]
    pub attachment: Option<Vec<u8>>,
    /// PNG files, readable in Typst as `/vd-anh/<index>.png`.
    #[serde(skip)]
    pub images: Vec<Vec<u8>>,
}

/// Metadata written after layout, so that it is in no cache key.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Meta {
    /// Title of the document; PDF/UA asks for one.
    pub title: String,
    /// Issuing body.
    pub author: String,
    /// Subject (`trich_yeu`).
    pub subject: String,
    /// Number and symbol, and whatever else the manifest lists.
    pub keywords: Vec<String>,
    /// Year, month, day of the document; without it the time stamps are those of [`Meta::UNDATED`].
    pub date: Option<(i32, u8, u8)>,
}

impl Meta {
    /// The day written where a draft has no date: a fixed one, since the clock must not reach the bytes.
    pub const UNDATED: (i32, u8, u8) = (2000, 1, 1);
}

/// What comes out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// A dry run: laid out and written, and the file thrown away.
    Check,
    /// A PDF.
    Pdf(Standard),
    /// One page as PNG; page from 1, pixels per inch.
    Png {
        /// Page, from 1.
        page: usize,
        /// Resolution.
        ppi: f32,
    },
    /// One page as SVG; page from 1.
    Svg {
        /// Page, from 1.
        page: usize,
    },
}

/// Archive standard; PDF/UA-1 always comes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Standard {
    /// PDF/A-2a.
    #[default]
    #[serde(rename = "a-2a")]
    A2a,
    /// PDF/A-3a with the data attached as JSON.
    #[serde(rename = "a-3a")]
    A3a,
}

impl Standard {
    /// Its word in the contract, if it is one.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "a-2a" => Some(Self::A2a),
            "a-3a" => Some(Self::A3a),
            _ => None,
        }
    }

    /// Its word in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::A2a => "a-2a",
            Self::A3a => "a-3a",
        }
    }
}

/// A finished job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Done {
    /// The file; empty for [`Output::Check`].
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// Pages of the whole document.
    pub pages: usize,
    /// Labelled boxes, in page order.
    pub boxes: Vec<LabelledBox>,
    /// What the template wants told.
    pub warnings: Vec<Diagnostic>,
    /// Microseconds of layout.
    pub compile_us: u64,
    /// Microseconds of writing.
    pub export_us: u64,
}

/// The place of a labelled box, in points from the top left corner of its page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelledBox {
    /// `nguoi_ky` (ô 7c), `co_quan` (ô 8) or a template's own word.
    pub name: String,
    /// Page, from 1.
    pub page: usize,
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}
