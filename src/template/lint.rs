//! The rules that keep a template fast and safe, read from its sources (docs/templates.md, "Rules").

use typst::syntax::ast::{self, AstNode};
use typst::syntax::{DiagSpanKind, LinkedNode, Source, SyntaxKind};

use super::flatten::flatten;
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Place};

/// Set rules that enter every cache key when they stand at the top of a template.
const STYLE_TARGETS: &[&str] = &["page", "text", "par", "heading", "block", "list", "enum", "table", "grid"];

/// Everything in the sources and art of folder `id` that breaks a rule.
pub fn lint(tree: &Tree, id: &str) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for (name, bytes) in tree.under(id) {
        let path = format!("{id}/{name}");
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        if name.ends_with(".typ") {
            lint_source(&path, text, &mut faults);
        } else if name.ends_with(".svg") && !name.split('/').any(|part| part == "nguon") {
            lint_svg(&path, text, &mut faults);
        }
    }
    faults
}

fn lint_source(path: &str, text: &str, faults: &mut Vec<Diagnostic>) {
    let source = Source::detached(text);
    for error in source.root().errors_and_warnings().0 {
        let place = match error.span.get() {
            DiagSpanKind::Number { num, sub_range, .. } => source.range(num, sub_range),
            DiagSpanKind::Range { range, .. } => Some(range),
            DiagSpanKind::Detached => None,
        };
        let place = place.and_then(|range| self::place(path, &source, range.start));
        let message = error.message.to_string();
        faults.push(Diagnostic::error("typst_syntax", message.clone(), message).in_file(place));
    }
    let root = LinkedNode::new(source.root());
    let mut file = File { path, source: &source, data_names: Vec::new(), faults };
    file.collect_data_names(&root);
    file.walk(&root, true);
}

struct File<'a> {
    path: &'a str,
    source: &'a Source,
    data_names: Vec<String>,
    faults: &'a mut Vec<Diagnostic>,
}

impl File<'_> {
    /// Names bound to the request's data, directly or through one another.
    fn collect_data_names(&mut self, node: &LinkedNode) {
        if let Some(binding) = node.cast::<ast::LetBinding>()
            && let Some(init) = binding.init()
        {
            // A function over data is not itself data: its arguments are judged where it is called.
            let is_closure = matches!(init, ast::Expr::Closure(_));
            if !is_closure && self.mentions_data(&LinkedNode::new(init.to_untyped())) {
                self.data_names.extend(binding.kind().bindings().iter().map(|name| name.as_str().to_owned()));
            }
        }
        node.children().for_each(|child| self.collect_data_names(&child));
    }

    fn mentions_data(&self, node: &LinkedNode) -> bool {
        let here = match node.kind() {
            SyntaxKind::Ident => {
                let name = node.leaf_text();
                name == "json" || self.data_names.iter().any(|known| *known == *name)
            }
            _ => false,
        };
        here || node.children().any(|child| self.mentions_data(&child))
    }

    fn walk(&mut self, node: &LinkedNode, top: bool) {
        if let Some(rule) = node.cast::<ast::SetRule>() {
            self.check_set_rule(node, rule, top);
        } else if let Some(call) = node.cast::<ast::FuncCall>() {
            self.check_call(node, call);
        } else if let Some(import) = node.cast::<ast::ModuleImport>()
            && let ast::Expr::Str(path) = import.source()
            && path.get().starts_with('@')
        {
            self.report(node, "package", "không nhập gói ngoài", "imports no package");
        } else if node.kind() == SyntaxKind::FieldAccess && node.get().full_text() == "datetime.today" {
            self.report(node, "clock", "không đọc đồng hồ: ngày là dữ liệu", "reads no clock: a date is data");
        }
        let top = top && !matches!(node.kind(), SyntaxKind::Closure | SyntaxKind::ContentBlock | SyntaxKind::CodeBlock);
        node.children().for_each(|child| self.walk(&child, top));
    }

    fn check_set_rule(&mut self, node: &LinkedNode, rule: ast::SetRule, top: bool) {
        let target = rule.target().to_untyped().leaf_text().to_string();
        if target == "document" {
            self.report(
                node,
                "set_document",
                "không dùng `set document`: dịch vụ ghi siêu dữ liệu sau khi dàn trang",
                "no `set document`: the engine writes the metadata after layout",
            );
        } else if top
            && STYLE_TARGETS.contains(&target.as_str())
            && self.mentions_data(&LinkedNode::new(rule.args().to_untyped()))
        {
            self.report(
                node,
                "varying_style",
                &format!("`set {target}` ở cấp cao nhất không được đổi theo dữ liệu"),
                &format!("a top-level `set {target}` must not vary with the data"),
            );
        }
    }

    fn check_call(&mut self, node: &LinkedNode, call: ast::FuncCall) {
        let callee = call.callee().to_untyped().full_text();
        let first = call.args().items().find_map(|arg| match arg {
            ast::Arg::Pos(value) => Some(value),
            _ => None,
        });
        match (callee.as_str(), first) {
            ("eval" | "plugin", _) => {
                self.report(
                    node,
                    "eval",
                    "dữ liệu không bao giờ là mã: cấm `eval`, `plugin`",
                    "data are never code: no `eval`, no `plugin`",
                );
            }
            ("label", Some(value)) if !matches!(value, ast::Expr::Str(_)) => {
                self.report(node, "label", "nhãn phải là hằng", "labels must be constant: they are never freed");
            }
            ("image", Some(ast::Expr::Str(path))) if path.get().ends_with(".pdf") => {
                self.report(node, "pdf_image", "PDF/A không nhận ảnh PDF", "PDF/A takes no PDF image");
            }
            _ => {}
        }
    }

    fn report(&mut self, node: &LinkedNode, code: &'static str, vi: &str, en: &str) {
        let place = place(self.path, self.source, node.offset());
        self.faults.push(Diagnostic::error(code, vi, en).in_file(place));
    }
}

fn place(path: &str, source: &Source, offset: usize) -> Option<Place> {
    let (line, column) = source.lines().byte_to_line_column(offset)?;
    Some(Place { file: path.to_owned(), line: line + 1, column: column + 1 })
}

/// Art costs nothing only when flat: it is then written once and spliced into every file.
fn lint_svg(path: &str, text: &str, faults: &mut Vec<Diagnostic>) {
    let place = || Some(Place { file: path.to_owned(), line: 1, column: 1 });
    match flatten(text) {
        Ok(flat) if flat.svg == text => {}
        Ok(_) => faults.push(
            Diagnostic::error("svg_not_flat", "SVG chưa được làm phẳng", "the SVG is not flat")
                .in_file(place())
                .hint("chạy `vinhdanh templates flatten`", "run `vinhdanh templates flatten`"),
        ),
        Err(found) => faults.extend(found.into_iter().map(|fault| fault.in_file(place()))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn codes(file: &str, text: &str) -> Vec<String> {
        let files = BTreeMap::from([(format!("x/{file}"), text.as_bytes().to_vec())]);
        lint(&Tree::new(files), "x").into_iter().map(|fault| fault.code.into_owned()).collect()
    }

    #[test]
    fn each_rule_has_a_source_that_breaks_it() {
        for (text, code) in [
            ("#set document(title: [x])", "set_document"),
            ("#let v = json(\"data.json\")\n#set text(fill: rgb(v.mau))", "varying_style"),
            ("#let v = json(\"data.json\")\n#let d = v.data\n#set page(width: d.w * 1mm)", "varying_style"),
            ("#import \"@preview/x:1.0.0\"", "package"),
            ("#eval(\"1\")", "eval"),
            ("#let x = \"a\"\n#label(x)", "label"),
            ("#image(\"a.pdf\")", "pdf_image"),
            ("#datetime.today()", "clock"),
            ("#let x = (", "typst_syntax"),
        ] {
            assert!(codes("main.typ", text).iter().any(|found| found == code), "{code}: {:?}", codes("main.typ", text));
        }
        let root = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9mm\" height=\"9mm\">";
        for (inside, code) in [
            ("<path fill=\"#c00\" d=\"M0 0h9v9z\"/>", "svg_not_flat"),
            ("<text>a</text>", "svg_text"),
            ("<image href=\"a.png\"/>", "svg_image"),
            ("<script>x()</script>", "svg_script"),
        ] {
            let found = codes("a.svg", &format!("{root}{inside}</svg>"));
            assert!(found.iter().any(|found| found == code), "{code}: {found:?}");
            assert_eq!(
                codes("nguon/a.svg", &format!("{root}{inside}</svg>")),
                Vec::<String>::new(),
                "a drawing's source"
            );
        }
    }

    #[test]
    fn sound_sources_pass() {
        let text = "#import \"/shared/the_thuc/lib.typ\": van-ban\n#let v = json(\"data.json\")\n#set text(font: \"Tinos\")\n#let f(d) = { set text(size: 12pt); d }\n#f(v.data)";
        assert_eq!(codes("main.typ", text), Vec::<String>::new());
        let drawn = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9mm\" height=\"9mm\"><path fill=\"#c00\" d=\"M0 0h9v9z\"/></svg>";
        let flat = flatten(drawn).expect("a plain drawing");
        assert_eq!(codes("a.svg", &flat.svg), Vec::<String>::new());
    }
}
