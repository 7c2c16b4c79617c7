//! What templates of one kind share: the folder a manifest names by `base`, with derived values, rules, signature
//! fields and prose.

use serde::Deserialize;

use super::catalog::{Prose, prose_of};
use super::manifest::{Manifest, ManifestField, Rule, in_file_order};
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Place};

/// The file of a base that holds its values and rules.
const FILE: &str = "base.toml";

/// `base.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    /// Expressions, evaluated in this order.
    #[serde(default, deserialize_with = "in_file_order")]
    derive: Vec<(String, String)>,
    /// Cross-field rules.
    #[serde(default)]
    rules: Vec<Rule>,
    /// Who signs where.
    #[serde(default)]
    fields: Vec<ManifestField>,
}

/// Puts a manifest on its base, and gives the base's prose. Expressions of the base come first; one the template has
/// too is the template's, in the base's place. Rules and fields of both hold.
pub(super) fn stand_on_base(manifest: &mut Manifest, tree: &Tree) -> Result<Vec<Prose>, Vec<Diagnostic>> {
    if manifest.base.is_empty() {
        return Ok(Vec::new());
    }
    let folder = manifest.base.clone();
    let path = format!("{folder}/{FILE}");
    let Some(text) = tree.text(&path).filter(|_| folder.starts_with("shared/")) else {
        return Err(vec![Diagnostic::error(
            "manifest",
            format!("`base` là `{folder}`, nhưng không có `{path}` trong `shared/`"),
            format!("`base` is `{folder}`, but there is no `{path}` in `shared/`"),
        )]);
    };
    let base: Base = toml::from_str(text).map_err(|error| {
        let place = Place { file: path.clone(), line: 1, column: 1 };
        vec![
            Diagnostic::error("manifest", format!("`{path}` sai: {error}"), format!("`{path}` is wrong: {error}"))
                .in_file(Some(place)),
        ]
    })?;
    let mut own = std::mem::take(&mut manifest.derive);
    for (name, expression) in base.derive {
        let at = own.iter().position(|(known, _)| *known == name);
        manifest.derive.push(at.map_or((name, expression), |at| own.remove(at)));
    }
    manifest.derive.append(&mut own);
    manifest.rules.splice(0..0, base.rules);
    manifest.fields.splice(0..0, base.fields);
    prose_of(tree, &folder)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn tree() -> Tree {
        let files = [
            (
                "shared/giay/base.toml",
                "[derive]\nso = \"1\"\nho_so = \"so\"\n[[rules]]\nwhen = \"so\"\ncode = \"chung\"\nseverity = \"error\"\nvi = \"a\"\nen = \"a\"\n",
            ),
            ("shared/giay/text/ten.j2", "{{ ten }}"),
            ("shared/giay/text/noi.dong.j2", "a"),
            ("shared/xau/base.toml", "dervie = 1"),
            ("thu/base.toml", ""),
        ];
        Tree::new(
            files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect::<BTreeMap<_, _>>(),
        )
    }

    fn manifest(base: &str) -> Manifest {
        let text = format!(
            "[package]\nversion = \"1\"\n[tool.vinhdanh]\nid = \"thu\"\ntitle_vi = \"\"\ntitle_en = \"\"\nlegal_basis = \"\"\nfonts = []\nbase = \"{base}\"\n[tool.vinhdanh.document]\ntitle = \"\"\nauthor = \"\"\nfile_name = \"\"\n[tool.vinhdanh.derive]\nhai = \"2\"\nho_so = \"3\"\n[[tool.vinhdanh.rules]]\nwhen = \"hai\"\ncode = \"rieng\"\nseverity = \"error\"\nvi = \"a\"\nen = \"a\"\n"
        );
        Manifest::read(&text, "thu").expect("a whole manifest")
    }

    #[test]
    fn the_templates_own_expression_takes_the_place_of_the_bases() {
        let mut manifest = manifest("shared/giay");
        let prose = stand_on_base(&mut manifest, &tree()).expect("sound");
        let derive: Vec<_> = manifest.derive.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(derive, [("so", "1"), ("ho_so", "3"), ("hai", "2")]);
        let rules: Vec<_> = manifest.rules.iter().map(|rule| rule.code.as_str()).collect();
        assert_eq!(rules, ["chung", "rieng"]);
        let names: Vec<_> = prose.iter().map(|piece| (piece.name.as_str(), piece.lines)).collect();
        assert_eq!(names, [("noi", true), ("ten", false)]);
    }

    #[test]
    fn a_base_that_is_missing_misspelt_or_not_shared_is_a_fault() {
        for (base, told) in
            [("shared/khong", "shared/khong/base.toml"), ("shared/xau", "dervie"), ("thu", "thu/base.toml")]
        {
            let faults = stand_on_base(&mut manifest(base), &tree()).expect_err(base);
            assert!(faults[0].message.en.contains(told), "{base}: {faults:?}");
        }
    }
}
