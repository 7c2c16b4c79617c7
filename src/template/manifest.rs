//! `typst.toml` read into types.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::diagnostic::{Diagnostic, Severity};

/// What `[tool.vinhdanh]` says about a template.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Folder name, part of the URL.
    pub id: String,
    /// Title, Vietnamese.
    pub title_vi: String,
    /// Title, English.
    pub title_en: String,
    /// Legal basis of the form.
    pub legal_basis: String,
    /// The legal form its pages are held to; empty for none.
    #[serde(default)]
    pub form: String,
    /// Folder of what it shares with its kin: derived values, rules, prose; empty for none.
    #[serde(default)]
    pub base: String,
    /// Families of which every one must draw every character of the data.
    pub fonts: Vec<String>,
    /// Class of worker limits.
    #[serde(default)]
    pub size: Size,
    /// What can be printed: `full` always; `phoi` where the template can print on a pre-printed blank.
    #[serde(default = "full_only")]
    pub modes: Vec<String>,
    /// Whether its documents leave with empty signature fields unless told otherwise.
    #[serde(default)]
    pub fields_default: bool,
    /// Who signs where, in the order of signing; those of its base come first.
    #[serde(default)]
    pub fields: Vec<ManifestField>,
    /// Version of the package.
    #[serde(default)]
    pub version: String,
    /// Metadata of the document, as prose templates.
    pub document: DocumentProse,
    /// What the code on the page says; none where the page has no room for one.
    #[serde(default)]
    pub qr: Option<QrProse>,
    /// Expressions, evaluated in this order; those of its base come first.
    #[serde(default, deserialize_with = "in_file_order")]
    pub derive: Vec<(String, String)>,
    /// Cross-field rules; those of its base come first.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// Class of worker limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// A few pages.
    #[default]
    Small,
    /// Long lists and reports.
    Large,
}

/// `[tool.vinhdanh.document]`: minijinja templates for the metadata.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentProse {
    /// Title.
    pub title: String,
    /// Issuing body.
    pub author: String,
    /// Subject.
    #[serde(default)]
    pub subject: String,
    /// Keywords.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// File name without extension.
    pub file_name: String,
    /// Document date, `YYYY-MM-DD` or empty.
    #[serde(default)]
    pub date: String,
}

/// `[tool.vinhdanh.qr]`: what the code on the page says, as it is printed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QrProse {
    /// Kind of document, for people (a prose template).
    pub kind: String,
    /// Number; empty where it has none yet.
    pub number: Pointed,
    /// Symbol.
    pub symbol: Pointed,
    /// Date of the document, `YYYY-MM-DD`; empty where it has none yet.
    pub date: Pointed,
    /// Issuing body.
    pub issuer: Pointed,
    /// Recipients of the copies on a sheet, in their order, one code each; an empty one has no copy. Without any the
    /// document has one code and no one recipient.
    #[serde(default)]
    pub recipients: Vec<Pointed>,
}

/// A prose template, and where its data stand.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pointed {
    /// The prose template.
    pub text: String,
    /// JSON Pointer of the data.
    pub at: String,
}

/// `[[tool.vinhdanh.rules]]`: a rule a schema cannot say.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Expression whose items are judged one by one, each as `muc`; the data as a whole where there is none.
    #[serde(default)]
    pub each: Option<String>,
    /// Expression; true is a fault.
    pub when: String,
    /// Stable word.
    pub code: String,
    /// Error or warning.
    pub severity: Severity,
    /// JSON Pointer of the fault (a prose template).
    #[serde(default)]
    pub pointer: String,
    /// Message, Vietnamese (a prose template).
    pub vi: String,
    /// Message, English (a prose template).
    pub en: String,
}

/// `[[tool.vinhdanh.fields]]`: a labelled box of the page and the signature field that goes there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestField {
    /// Name of the box the page reports (`nguoi_ky`).
    #[serde(rename = "box")]
    pub place: String,
    /// Name of the field in the PDF: ASCII letters and digits (`NguoiKy`).
    pub name: String,
    /// Who signs it.
    pub role: FieldRole,
    /// What a reader is told it is for, Vietnamese.
    pub label: String,
    /// Only some documents of the template have the box (the second certificate on a sheet).
    #[serde(default)]
    pub optional: bool,
}

/// Who signs a field (Nghị định 30/2020/NĐ-CP, Phụ lục I, Phần I, Mục II, khoản 7 and 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldRole {
    /// A person, ô 7c.
    Signer,
    /// The agency, ô 8: after every person.
    Seal,
}

#[derive(Deserialize)]
struct File {
    package: Package,
    tool: Tool,
}

#[derive(Deserialize)]
struct Package {
    version: String,
}

#[derive(Deserialize)]
struct Tool {
    vinhdanh: Manifest,
}

impl Manifest {
    /// Reads a manifest; `folder` must be its id.
    pub fn read(text: &str, folder: &str) -> Result<Self, Diagnostic> {
        let file: File = toml::from_str(text).map_err(|error| {
            let message = error.to_string();
            Diagnostic::error(
                "manifest",
                format!("`typst.toml` sai: {message}"),
                format!("`typst.toml` is wrong: {message}"),
            )
        })?;
        let mut manifest = file.tool.vinhdanh;
        manifest.version = file.package.version;
        if manifest.id != folder {
            return Err(Diagnostic::error(
                "manifest",
                format!("`id` là `{}` nhưng thư mục là `{folder}`", manifest.id),
                format!("`id` is `{}` but the folder is `{folder}`", manifest.id),
            ));
        }
        if !is_id(&manifest.id) {
            return Err(Diagnostic::error(
                "manifest",
                "`id` chỉ gồm chữ thường không dấu, chữ số và `_`",
                "`id` is made of lower-case ASCII letters, digits and `_`",
            ));
        }
        Ok(manifest)
    }
}

/// Whether `id` can be a folder, a part of a URL and a name: lower-case ASCII letters, digits and `_`.
pub fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn full_only() -> Vec<String> {
    vec!["full".to_owned()]
}

/// A table as pairs: later expressions may use earlier ones, so the order of the file counts.
pub(super) fn in_file_order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    struct Pairs;

    impl<'de> Visitor<'de> for Pairs {
        type Value = Vec<(String, String)>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a table of expressions")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut pairs = Vec::new();
            while let Some(pair) = map.next_entry()? {
                pairs.push(pair);
            }
            Ok(pairs)
        }
    }

    deserializer.deserialize_map(Pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        [package]
        name = "thu-khen"
        version = "0.2.0"
        [tool.vinhdanh]
        id = "thu_khen"
        title_vi = "Thư khen"
        title_en = "Letter of praise"
        legal_basis = "-"
        fonts = ["Tinos"]
        [tool.vinhdanh.document]
        title = "Thư khen"
        author = "{{ co_quan.ten }}"
        file_name = "Thu khen"
        [tool.vinhdanh.derive]
        z = "1"
        a = "z + 1"
    "#;

    #[test]
    fn expressions_keep_the_order_of_the_file() {
        let manifest = Manifest::read(TEXT, "thu_khen").expect("a whole manifest");
        assert_eq!(manifest.version, "0.2.0");
        assert_eq!(manifest.derive, [("z".into(), "1".into()), ("a".into(), "z + 1".into())]);
    }

    #[test]
    fn folder_and_id_must_agree() {
        let fault = Manifest::read(TEXT, "thu_khac").expect_err("another folder");
        assert!(fault.message.en.contains("thu_khac"), "{fault:?}");
    }

    #[test]
    fn unknown_keys_are_refused() {
        let text = TEXT.replace("legal_basis", "legal_bases");
        let fault = Manifest::read(&text, "thu_khen").expect_err("a misspelt key");
        assert!(fault.message.en.contains("legal_bases"), "{fault:?}");
    }
}
