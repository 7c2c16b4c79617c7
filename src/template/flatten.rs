//! Any drawing program's SVG into flat art: solid paints in one isolated group, lengths in whole hundredths of a
//! millimetre, neighbours of one paint in one path. Such a file is spliced into every PDF at no cost (`engine::art`).

use usvg::tiny_skia_path::{PathSegment, Point, Rect, Transform};
use usvg::{FillRule, Group, LineCap, LineJoin, Node, Options, Paint, Path, Tree};

use crate::diagnostic::{Diagnostic, Severity};

/// Units of a flat file in a millimetre: 0.01 mm is finer than any press.
const PER_MM: f32 = 100.0;

/// CSS pixels in a millimetre.
const PX_PER_MM: f32 = 96.0 / 25.4;

/// The least width of a stroke that prints as a line on an office printer, mm.
const THINNEST: f32 = 0.06;

/// What came out, and what is worth knowing.
#[derive(Debug)]
pub struct Flat {
    /// The file.
    pub svg: String,
    /// Paths in it.
    pub paths: usize,
    /// Segments in it.
    pub segments: usize,
    /// Warnings: lines too thin to print.
    pub warnings: Vec<Diagnostic>,
}

/// Flattens a drawing; text, pictures, gradients, transparency and clipping are faults.
pub fn flatten(raw: &str) -> Result<Flat, Vec<Diagnostic>> {
    let strangers = strangers(raw);
    if !strangers.is_empty() {
        return Err(strangers);
    }
    let tree = Tree::from_str(raw, &Options::default()).map_err(|error| {
        vec![Diagnostic::error(
            "svg",
            format!("SVG không đọc được: {error}"),
            format!("the SVG cannot be read: {error}"),
        )]
    })?;
    let scale = PER_MM / PX_PER_MM;
    let mut work = Work { scale, batches: Vec::new(), notes: Vec::new(), segments: 0 };
    work.group(tree.root());
    let (faults, warnings): (Vec<_>, Vec<_>) =
        work.notes.into_iter().partition(|note| note.severity == Severity::Error);
    if !faults.is_empty() {
        return Err(faults);
    }
    if work.batches.is_empty() {
        return Err(vec![Diagnostic::error("svg", "SVG không có nét vẽ nào", "the SVG draws nothing")]);
    }
    let (width, height) = (tree.size().width() / PX_PER_MM, tree.size().height() / PX_PER_MM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {} {}\" data-phang=\"1\">\
         <g style=\"isolation:isolate\">\n",
        length(width),
        length(height),
        whole(width * PER_MM),
        whole(height * PER_MM)
    );
    for batch in &work.batches {
        svg.push_str(&format!("<path {} d=\"{}\"/>\n", batch.paint, batch.data));
    }
    svg.push_str("</g></svg>\n");
    Ok(Flat { svg, paths: work.batches.len(), segments: work.segments, warnings })
}

/// Elements the reader would pass over in silence, so that the drawing came out with a hole.
fn strangers(raw: &str) -> Vec<Diagnostic> {
    let Ok(document) = usvg::roxmltree::Document::parse(raw) else { return Vec::new() };
    let names: Vec<&str> = document.descendants().map(|node| node.tag_name().name()).collect();
    [
        ("text", "svg_text", "có chữ", "text", "chuyển chữ thành nét", "turn it into outlines"),
        ("image", "svg_image", "có ảnh nhúng", "an embedded picture", "vẽ lại bằng nét", "draw it with paths"),
        ("script", "svg_script", "có mã", "a script", "bỏ mã", "remove it"),
        ("foreignObject", "svg_foreign", "có phần tử ngoài SVG", "foreign elements", "bỏ phần tử ấy", "remove them"),
    ]
    .into_iter()
    .filter(|(name, ..)| names.contains(name))
    .map(|(_, code, vi, en, hint_vi, hint_en)| fault(code, vi, en, hint_vi, hint_en))
    .collect()
}

fn fault(code: &'static str, vi: &str, en: &str, hint_vi: &str, hint_en: &str) -> Diagnostic {
    Diagnostic::error(code, format!("bản vẽ {vi}"), format!("the drawing has {en}")).hint(hint_vi, hint_en)
}

/// Millimetres to a hundredth, without idle zeros.
fn length(mm: f32) -> String {
    let text = format!("{mm:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn whole(units: f32) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a sheet has some ten thousand units")]
    let whole = units.round() as i64;
    whole
}

/// Shapes of one paint, drawn together.
struct Batch {
    paint: String,
    /// Strokes over one another stay strokes; fills over one another may turn into holes.
    fill: bool,
    boxes: Vec<Rect>,
    data: String,
}

struct Work {
    scale: f32,
    batches: Vec<Batch>,
    notes: Vec<Diagnostic>,
    segments: usize,
}

impl Work {
    fn group(&mut self, group: &Group) {
        if group.opacity().get() < 1.0 || group.blend_mode() != usvg::BlendMode::Normal {
            self.fault(
                "svg_alpha",
                "có nhóm trong suốt",
                "a transparent group",
                "dùng màu nhạt đặc",
                "use a pale solid colour",
            );
        }
        if group.clip_path().is_some() || group.mask().is_some() || !group.filters().is_empty() {
            self.fault(
                "svg_clip",
                "có cắt, mặt nạ hoặc bộ lọc",
                "clips, masks or filters",
                "cắt nét trước khi lưu",
                "cut the shapes before saving",
            );
        }
        for child in group.children() {
            match child {
                Node::Group(inner) => self.group(inner),
                Node::Path(path) if path.is_visible() => self.path(path),
                Node::Path(_) => {}
                // Refused before: see `strangers`.
                Node::Image(_) | Node::Text(_) => {}
            }
        }
    }

    fn path(&mut self, path: &Path) {
        let transform = path.abs_transform().post_scale(self.scale, self.scale);
        let Some(data) = path.data().clone().transform(transform) else { return };
        if let Some(fill) = path.fill() {
            let rule = if fill.rule() == FillRule::EvenOdd { " fill-rule=\"evenodd\"" } else { "" };
            if let Some(colour) = self.colour(fill.paint(), fill.opacity().get()) {
                self.draw(&data, format!("fill=\"{colour}\"{rule}"), true, data.bounds());
            }
        }
        if let Some(stroke) = path.stroke() {
            let Some(colour) = self.colour(stroke.paint(), stroke.opacity().get()) else { return };
            if stroke.dasharray().is_some() {
                self.fault("svg_dash", "có nét đứt", "a dashed stroke", "vẽ từng đoạn", "draw the dashes");
            }
            let Some(factor) = even_scale(transform) else {
                self.fault(
                    "svg_skew",
                    "có nét bị kéo lệch",
                    "a stroke stretched unevenly",
                    "chuyển nét thành hình",
                    "turn it into a shape",
                );
                return;
            };
            let width = stroke.width().get() * factor;
            if width < THINNEST * PER_MM {
                let mm = length(width / PER_MM);
                self.notes.push(Diagnostic::warning(
                    "svg_thin",
                    format!("nét {mm} mm quá mảnh để in, nên từ {} mm", length(THINNEST)),
                    format!("a stroke of {mm} mm is too thin to print, use {} mm or more", length(THINNEST)),
                ));
            }
            let cap = match stroke.linecap() {
                LineCap::Butt => "",
                LineCap::Round => " stroke-linecap=\"round\"",
                LineCap::Square => " stroke-linecap=\"square\"",
            };
            let join = match stroke.linejoin() {
                LineJoin::Miter | LineJoin::MiterClip => "",
                LineJoin::Round => " stroke-linejoin=\"round\"",
                LineJoin::Bevel => " stroke-linejoin=\"bevel\"",
            };
            let paint = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"{cap}{join}", length(width));
            let bounds = data.bounds();
            self.draw(&data, paint, false, bounds.outset(width, width).unwrap_or(bounds));
        }
    }

    fn colour(&mut self, paint: &Paint, opacity: f32) -> Option<String> {
        if opacity < 1.0 {
            self.fault(
                "svg_alpha",
                "có màu trong suốt",
                "a transparent paint",
                "dùng màu nhạt đặc",
                "use a pale solid colour",
            );
        }
        match paint {
            Paint::Color(colour) => {
                let (red, green, mut blue) = (colour.red, colour.green, colour.blue);
                // The PDF writer puts pure grey into a colour space of its own, which a stub has not; nobody sees 1/255.
                if red == green && green == blue {
                    blue = blue.checked_sub(1).unwrap_or(1);
                }
                Some(format!("#{red:02x}{green:02x}{blue:02x}"))
            }
            Paint::LinearGradient(_) | Paint::RadialGradient(_) | Paint::Pattern(_) => {
                self.fault(
                    "svg_gradient",
                    "có màu chuyển hoặc hoa văn lặp",
                    "a gradient or pattern",
                    "dùng màu đặc",
                    "use solid colours",
                );
                None
            }
        }
    }

    /// Joins the nearest batch of the same paint that nothing drawn since covers.
    fn draw(&mut self, data: &usvg::tiny_skia_path::Path, paint: String, fill: bool, bounds: Rect) {
        let meets = |batch: &Batch| batch.boxes.iter().any(|one| one.intersect(&bounds).is_some());
        let mut joined = None;
        for (index, batch) in self.batches.iter().enumerate().rev() {
            let same = batch.paint == paint;
            if same && !(fill && meets(batch)) {
                joined = Some(index);
            }
            if same || meets(batch) {
                break;
            }
        }
        let index = joined.unwrap_or_else(|| {
            self.batches.push(Batch { paint, fill, boxes: Vec::new(), data: String::new() });
            self.batches.len() - 1
        });
        let batch = &mut self.batches[index];
        batch.boxes.push(bounds);
        let mut pen = Pen::over(&mut batch.data);
        for segment in data.segments() {
            pen.segment(segment, batch.fill);
            self.segments += 1;
        }
    }

    fn fault(&mut self, code: &'static str, vi: &str, en: &str, hint_vi: &str, hint_en: &str) {
        // One of a kind says enough: a drawing has thousands of shapes.
        if self.notes.iter().all(|note| note.code != code) {
            self.notes.push(fault(code, vi, en, hint_vi, hint_en));
        }
    }
}

/// The factor of a transform that stretches alike in all directions.
fn even_scale(it: Transform) -> Option<f32> {
    let (x, y) = (it.sx.hypot(it.ky), it.kx.hypot(it.sy));
    let upright = (it.sx * it.kx + it.ky * it.sy).abs() <= 0.01 * x * y;
    ((x - y).abs() <= 0.01 * x.max(y) && upright).then_some(f32::midpoint(x, y))
}

/// Writes path data in whole, relative units.
struct Pen<'a> {
    text: &'a mut String,
    at: (i64, i64),
    start: (i64, i64),
    command: char,
}

impl<'a> Pen<'a> {
    fn over(text: &'a mut String) -> Self {
        Self { text, at: (0, 0), start: (0, 0), command: ' ' }
    }

    fn segment(&mut self, segment: PathSegment, fill: bool) {
        match segment {
            PathSegment::MoveTo(to) => {
                self.start = (whole(to.x), whole(to.y));
                self.at = (0, 0);
                self.command = ' ';
                self.put('M', &[to]);
            }
            PathSegment::LineTo(to) => {
                // A fill loses nothing by a line without length; a stroke may be a dot.
                if !fill || (whole(to.x), whole(to.y)) != self.at {
                    self.put('l', &[to]);
                }
            }
            PathSegment::QuadTo(a, to) => self.put('q', &[a, to]),
            PathSegment::CubicTo(a, b, to) => self.put('c', &[a, b, to]),
            PathSegment::Close => {
                self.text.push('z');
                self.at = self.start;
                self.command = 'z';
            }
        }
    }

    fn put(&mut self, command: char, points: &[Point]) {
        if self.command != command {
            self.text.push(command);
            self.command = command;
        } else {
            self.text.push(' ');
        }
        let mut first = true;
        for point in points {
            for value in [whole(point.x) - self.at.0, whole(point.y) - self.at.1] {
                if !first && value >= 0 {
                    self.text.push(' ');
                }
                self.text.push_str(&value.to_string());
                first = false;
            }
        }
        if let Some(last) = points.last() {
            self.at = (whole(last.x), whole(last.y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(inside: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10mm\" height=\"20mm\" viewBox=\"0 0 100 200\">{inside}</svg>"
        )
    }

    fn flat(inside: &str) -> String {
        flatten(&drawing(inside)).expect("flat").svg
    }

    fn codes(inside: &str) -> Vec<String> {
        let faults = flatten(&drawing(inside)).expect_err("refused");
        faults.into_iter().map(|fault| fault.code.into_owned()).collect()
    }

    #[test]
    fn lengths_become_hundredths_of_a_millimetre() {
        let svg = flat("<g transform=\"translate(10 0)\"><path fill=\"#b5161d\" d=\"M0 0h50v25h-50z\"/></g>");
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10mm\" height=\"20mm\" viewBox=\"0 0 1000 2000\" data-phang=\"1\"><g"), "{svg}");
        assert!(svg.contains("<path fill=\"#b5161d\" d=\"M100 0l500 0 0 250 -500 0z\"/>"), "{svg}");
    }

    #[test]
    fn shapes_of_one_paint_join_unless_something_lies_between() {
        let apart = flat(
            "<rect fill=\"#f00\" width=\"10\" height=\"10\"/><rect fill=\"#00f\" x=\"50\" width=\"10\" height=\"10\"/><rect fill=\"#f00\" x=\"20\" width=\"10\" height=\"10\"/>",
        );
        assert_eq!(apart.matches("<path").count(), 2, "{apart}");
        let over = flat(
            "<rect fill=\"#f00\" width=\"10\" height=\"10\"/><rect fill=\"#00f\" width=\"30\" height=\"10\"/><rect fill=\"#f00\" x=\"20\" width=\"10\" height=\"10\"/>",
        );
        assert_eq!(over.matches("<path").count(), 3, "{over}");
    }

    #[test]
    fn fills_that_overlap_are_not_joined_since_one_could_cut_a_hole() {
        let svg = flat("<path fill=\"#f00\" d=\"M0 0h10v10h-10z\"/><path fill=\"#f00\" d=\"M5 5v10h10v-10z\"/>");
        assert_eq!(svg.matches("<path").count(), 2, "{svg}");
        let strokes = flat(
            "<path fill=\"none\" stroke=\"#f00\" d=\"M0 0h10\"/><path fill=\"none\" stroke=\"#f00\" d=\"M5 -5v10\"/>",
        );
        assert_eq!(strokes.matches("<path").count(), 1, "{strokes}");
    }

    #[test]
    fn strokes_keep_their_width_through_transforms() {
        let svg = flat(
            "<g transform=\"rotate(30) scale(2)\"><path fill=\"none\" stroke=\"#c8922a\" stroke-width=\"1\" stroke-linecap=\"round\" d=\"M0 0h10\"/></g>",
        );
        assert!(svg.contains("stroke-width=\"20\" stroke-linecap=\"round\""), "{svg}");
        assert_eq!(codes("<path transform=\"scale(1 3)\" stroke=\"#f00\" fill=\"none\" d=\"M0 0h10\"/>"), ["svg_skew"]);
    }

    #[test]
    fn what_cannot_be_flat_is_refused() {
        assert_eq!(codes("<rect fill=\"#f00\" opacity=\"0.5\" width=\"9\" height=\"9\"/>"), ["svg_alpha"]);
        assert_eq!(codes("<rect fill=\"#f00\" fill-opacity=\"0.5\" width=\"9\" height=\"9\"/>"), ["svg_alpha"]);
        assert_eq!(
            codes(
                "<linearGradient id=\"a\"><stop stop-color=\"#f00\"/><stop offset=\"1\"/></linearGradient><rect fill=\"url(#a)\" width=\"9\" height=\"9\"/>"
            ),
            ["svg_gradient"]
        );
        assert_eq!(codes(""), ["svg"]);
        assert_eq!(codes("<path stroke=\"#f00\" stroke-dasharray=\"2\" d=\"M0 0h9\"/>"), ["svg_dash"]);
        assert!(flatten("<svg").is_err());
    }

    #[test]
    fn no_paint_is_pure_grey() {
        let svg = flat(
            "<rect fill=\"#000\" width=\"9\" height=\"9\"/><rect fill=\"#fff\" x=\"20\" width=\"9\" height=\"9\"/>",
        );
        assert!(svg.contains("#000001") && svg.contains("#fffffe"), "{svg}");
    }

    #[test]
    fn thin_lines_are_told() {
        let flat =
            flatten(&drawing("<path fill=\"none\" stroke=\"#f00\" stroke-width=\"0.1\" d=\"M0 0h9\"/>")).expect("flat");
        assert_eq!(flat.warnings.len(), 1);
    }

    #[test]
    fn flattening_twice_changes_nothing() {
        let once = flat(
            "<circle fill=\"#fbf3d9\" cx=\"50\" cy=\"50\" r=\"33.3\"/><path fill=\"none\" stroke=\"#f00\" d=\"M1 1q3 4 5 6c1 2 3 4 5 6\"/>",
        );
        assert_eq!(flatten(&once).expect("flat").svg, once);
    }
}
