//! Named font files, never the system's; and which characters they can draw.

use std::collections::BTreeMap;

use typst::foundations::Bytes;
use typst::text::{Coverage, Font, FontBook};
use typst::utils::LazyHash;

use crate::diagnostic::{Code, Failure};

/// The face Nghị định 30/2020/NĐ-CP, Phụ lục I, mục I.4 names.
const DECREED: &str = "Times New Roman";

/// Ours, with the same advance widths.
const OURS: &str = "Tinos";

/// Code points of the Basic Multilingual Plane.
const PLANE: usize = 0x1_0000;

/// Every face the engine may use.
pub struct Fonts {
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
    families: BTreeMap<String, Vec<Coverage>>,
}

/// One face, for listings.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Face {
    /// Family name.
    pub family: String,
    /// `normal`, `italic` or `oblique`.
    pub style: String,
    /// CSS weight.
    pub weight: u16,
}

impl Fonts {
    /// Reads the faces of font files given as (path for messages, bytes).
    pub fn load(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, Failure> {
        let mut faces = Vec::new();
        for (path, bytes) in files {
            let before = faces.len();
            faces.extend(Font::iter(Bytes::new(bytes)));
            if faces.len() == before {
                return Err(Failure::one(
                    Code::BadConfiguration,
                    format!("tệp phông chữ `{path}` không đọc được"),
                    format!("font file `{path}` cannot be read"),
                ));
            }
        }
        let mut families: BTreeMap<String, Vec<Coverage>> = BTreeMap::new();
        for face in &faces {
            let info = face.info();
            families.entry(info.family.clone()).or_default().push(info.coverage.clone());
        }
        let book = LazyHash::new(FontBook::from_fonts(&faces));
        Ok(Self { book, faces, families })
    }

    /// The face of body text: the one the decree names where the agency owns it, else ours of the same widths.
    pub fn serif(&self) -> &'static str {
        if self.has(DECREED) { DECREED } else { OURS }
    }

    /// The family that is really set where a template asks for `family`.
    pub fn stand_in<'a>(&self, family: &'a str) -> &'a str {
        if family == OURS { self.serif() } else { family }
    }

    /// Whether the family is there.
    pub fn has(&self, family: &str) -> bool {
        self.families.contains_key(family)
    }

    /// Characters of the Basic Multilingual Plane that every face of every family named draws, one bit each.
    ///
    /// What lies above the plane is drawn by no text face of ours.
    pub fn plane(&self, families: &[String]) -> Vec<u64> {
        let mut common = vec![u64::MAX; PLANE / 64];
        for family in families {
            for coverage in self.families.get(family).map(Vec::as_slice).unwrap_or_default() {
                let mut own = vec![0; PLANE / 64];
                for code in
                    coverage.iter().filter_map(|code| usize::try_from(code).ok()).take_while(|code| *code < PLANE)
                {
                    own[code / 64] |= 1 << (code % 64);
                }
                common.iter_mut().zip(own).for_each(|(all, one)| *all &= one);
            }
            if !self.has(family) {
                common.fill(0);
            }
        }
        common
    }

    /// Every face, by family.
    pub fn faces(&self) -> Vec<Face> {
        let mut list: Vec<Face> = self
            .faces
            .iter()
            .map(|face| {
                let info = face.info();
                Face {
                    family: info.family.clone(),
                    style: format!("{:?}", info.variant.style).to_lowercase(),
                    weight: info.variant.weight.to_number(),
                }
            })
            .collect();
        list.sort_by(|a, b| (&a.family, a.weight, &a.style).cmp(&(&b.family, b.weight, &b.style)));
        list
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(super) fn face(&self, index: usize) -> Option<Font> {
        self.faces.get(index).cloned()
    }
}
