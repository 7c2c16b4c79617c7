//! Reading laid-out pages: runs of text and drawn strokes with their places. Checks of form stand on this.

use typst::layout::{Frame, FrameItem, Point, Transform};
use typst::visualize::{Geometry, Paint};
use typst_layout::PagedDocument;

/// A run of text on one line. Lengths in points, from the top left of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Page, from 1.
    pub page: usize,
    /// The text.
    pub text: String,
    /// Family of the face.
    pub family: String,
    /// Weight 600 or more.
    pub bold: bool,
    /// Italic or oblique.
    pub italic: bool,
    /// Size in points.
    pub size: f64,
    /// Left edge.
    pub x: f64,
    /// Baseline.
    pub y: f64,
    /// Advance width.
    pub width: f64,
    /// Fill as `#rrggbb`, if it is a plain colour.
    pub colour: Option<String>,
    /// Turned or slanted as a whole, as a watermark is.
    pub turned: bool,
}

/// A drawn straight line or box edge. Lengths in points.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Page, from 1.
    pub page: usize,
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width; for a horizontal rule its length.
    pub w: f64,
    /// Height; for a horizontal rule 0 (a line) or its thickness (a filled bar).
    pub h: f64,
    /// Thickness of the stroke, 0 for a fill.
    pub thickness: f64,
    /// Its paint as `#rrggbb`, if it is a plain colour.
    pub colour: Option<String>,
}

/// A drawn picture. Lengths in points.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
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

/// Everything readable on the pages.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    /// Width and height of each page, points.
    pub sizes: Vec<(f64, f64)>,
    /// Text, in drawing order.
    pub runs: Vec<Run>,
    /// Lines and boxes, in drawing order.
    pub strokes: Vec<Stroke>,
    /// Pictures, in drawing order.
    pub images: Vec<Picture>,
}

/// Reads all pages of a document.
pub fn read(document: &PagedDocument) -> Pages {
    let mut pages = Pages::default();
    for (index, page) in document.pages().iter().enumerate() {
        pages.sizes.push((page.frame.width().to_pt(), page.frame.height().to_pt()));
        walk(&page.frame, Transform::identity(), index + 1, &mut pages);
    }
    pages
}

fn walk(frame: &Frame, transform: Transform, page: usize, pages: &mut Pages) {
    for (place, item) in frame.items() {
        let local = transform.pre_concat(Transform::translate(place.x, place.y));
        match item {
            FrameItem::Group(group) => walk(&group.frame, local.pre_concat(group.transform), page, pages),
            FrameItem::Text(text) => {
                let at = Point::zero().transform(local);
                let info = text.font.font().info();
                pages.runs.push(Run {
                    page,
                    text: text.text.to_string(),
                    family: info.family.clone(),
                    bold: info.variant.weight.to_number() >= 600,
                    italic: format!("{:?}", info.variant.style) != "Normal",
                    size: text.size.to_pt() * local.sy.get(),
                    x: at.x.to_pt(),
                    y: at.y.to_pt(),
                    width: text.width().to_pt() * local.sx.get(),
                    colour: plain_colour(&text.fill),
                    turned: !local.kx.is_zero() || !local.ky.is_zero(),
                });
            }
            FrameItem::Shape(shape, _) => {
                let thickness = shape.stroke.as_ref().map_or(0.0, |stroke| stroke.thickness.to_pt());
                let (from, w, h) = match &shape.geometry {
                    Geometry::Line(end) => (Point::zero(), end.x.to_pt(), end.y.to_pt()),
                    Geometry::Rect(size) => (Point::zero(), size.x.to_pt(), size.y.to_pt()),
                    Geometry::Curve(curve) => {
                        let bounds = curve.bbox(shape.stroke.as_ref());
                        (bounds.min, bounds.size().x.to_pt(), bounds.size().y.to_pt())
                    }
                };
                let at = from.transform(local);
                let paint = shape.stroke.as_ref().map(|stroke| &stroke.paint).or(shape.fill.as_ref());
                let colour = paint.and_then(plain_colour);
                pages.strokes.push(Stroke { page, x: at.x.to_pt(), y: at.y.to_pt(), w, h, thickness, colour });
            }
            FrameItem::Image(_, size, _) => {
                let (from, to) = (Point::zero().transform(local), size.to_point().transform(local));
                let (x, y) = (from.x.to_pt(), from.y.to_pt());
                pages.images.push(Picture { page, x, y, w: to.x.to_pt() - x, h: to.y.to_pt() - y });
            }
            FrameItem::Link(..) | FrameItem::Tag(_) => {}
        }
    }
}

fn plain_colour(paint: &Paint) -> Option<String> {
    match paint {
        Paint::Solid(colour) => Some(colour.to_hex().to_string()),
        Paint::Gradient(_) | Paint::Tiling(_) => None,
    }
}
