//! A new template to start from: a whole folder that sets pages at once, for an author to change piece by piece.

use std::collections::BTreeMap;

use rust_embed::Embed;

use crate::diagnostic::{Code, Failure};
use crate::template::{Tree, is_id};

/// The built-in certificate.
const MODEL: &str = "giay_khen";

/// Samples a new certificate begins with, beside the plain one.
const SAMPLES: [&str; 3] = ["sample-minimal.json", "sample-overflow.json", "sample-hostile.json"];

/// Longest title, letters.
const MAX_TITLE: usize = 80;

/// Longest id, letters: it is part of addresses and file names.
const MAX_ID: usize = 40;

#[derive(Embed)]
#[folder = "src/kit/skeleton/"]
struct Files;

/// Of what family the new template is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An office document in the form of Nghị định 30.
    VanBan,
    /// A certificate on one sheet.
    Giay,
}

/// What the new template is called.
pub struct Wish<'a> {
    /// Folder, part of addresses.
    pub id: &'a str,
    /// Title, Vietnamese, sentence case.
    pub title_vi: &'a str,
    /// Title, English.
    pub title_en: &'a str,
    /// Its family.
    pub kind: Kind,
}

/// The files of a new template: path below its folder → bytes. `tree` holds the templates there are.
pub fn make(wish: &Wish<'_>, tree: &Tree) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    judge(wish, tree)?;
    let folder = match wish.kind {
        Kind::VanBan => "van_ban/",
        Kind::Giay => "giay/",
    };
    let mut letters = wish.title_vi.chars();
    let lower: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    let words = [
        ("__ID__", wish.id.to_owned()),
        ("__NAME__", wish.id.replace('_', "-")),
        ("__TITLE__", wish.title_vi.to_owned()),
        ("__TITLE_LOWER__", lower.clone()),
        ("__ABBR__", abbreviation(wish.title_vi)),
        ("__TITLE_UPPER__", wish.title_vi.to_uppercase()),
        ("__TITLE_EN__", wish.title_en.to_owned()),
    ];
    let fill = |text: &str| words.iter().fold(text.to_owned(), |text, (mark, word)| text.replace(mark, word));
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for path in Files::iter() {
        if let (Some(name), Some(file)) = (path.strip_prefix(folder), Files::get(&path)) {
            files.insert(name.to_owned(), fill(&String::from_utf8_lossy(&file.data)).into_bytes());
        }
    }
    if wish.kind == Kind::Giay {
        copy_certificate(wish, &lower, tree, &mut files);
    }
    Ok(files)
}

/// A certificate begins as the built-in one of the same program, under its own name: parts and profiles agree.
fn copy_certificate(wish: &Wish<'_>, lower: &str, tree: &Tree, files: &mut BTreeMap<String, Vec<u8>>) {
    let names = [
        (MODEL, wish.id.to_owned()),
        ("giay-khen", wish.id.replace('_', "-")),
        ("GIẤY KHEN", wish.title_vi.to_uppercase()),
        ("Giấy khen", wish.title_vi.to_owned()),
        ("giấy khen", lower.to_owned()),
        ("Certificate of merit", wish.title_en.to_owned()),
    ];
    for (name, bytes) in tree.under(MODEL) {
        let other_sample = name.starts_with("sample-") && !SAMPLES.contains(&name);
        if name == "data.json" || other_sample || files.contains_key(name) {
            continue;
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => names.iter().fold(text.to_owned(), |text, (was, is)| text.replace(was, is)),
            Err(_) => {
                files.insert(name.to_owned(), bytes.to_vec());
                continue;
            }
        };
        // Law and form are those of a giấy khen, down to its name: a new certificate names its own.
        let line = |line: &str| match line.split_once(" = ") {
            Some(("legal_basis", _)) => "legal_basis = \"(căn cứ của mẫu / the legal basis)\"\n".to_owned(),
            Some(("form", _)) => String::new(),
            _ => format!("{line}\n"),
        };
        files.insert(name.to_owned(), text.lines().map(line).collect::<String>().into_bytes());
    }
}

/// `Thông báo` → `TB`: what a symbol begins with; an author whose kind is abbreviated otherwise (PL III.I) changes it.
fn abbreviation(title: &str) -> String {
    let first = |word: &str| word.chars().next().filter(|c| c.is_alphabetic());
    let made: String = title.split_whitespace().filter_map(first).flat_map(char::to_uppercase).take(4).collect();
    if made.chars().count() < 2 { "VB".to_owned() } else { made }
}

fn judge(wish: &Wish<'_>, tree: &Tree) -> Result<(), Failure> {
    let refuse = |vi: String, en: String| Err(Failure::one(Code::BadRequest, vi, en));
    let Wish { id, title_vi, title_en, .. } = wish;
    let named = id.starts_with(|c: char| c.is_ascii_lowercase()) && is_id(id) && id.len() <= MAX_ID;
    if !named || *id == "shared" {
        return refuse(
            format!(
                "`{id}` không dùng làm tên mẫu được: chữ thường không dấu, chữ số, `_`, bắt đầu bằng chữ, tối đa {MAX_ID}"
            ),
            format!("`{id}` cannot be an id: lower-case ASCII letters, digits, `_`, a letter first, at most {MAX_ID}"),
        );
    }
    if tree.get(&format!("{id}/typst.toml")).is_some() {
        return refuse(format!("đã có mẫu `{id}`"), format!("there is a template `{id}` already"));
    }
    for title in [title_vi, title_en] {
        let odd = |c: char| c.is_control() || matches!(c, '"' | '\\' | '{' | '}');
        if title.trim().is_empty() || title.chars().count() > MAX_TITLE || title.contains(odd) {
            return refuse(
                format!("tên mẫu có từ 1 đến {MAX_TITLE} chữ, không có `\"`, `\\`, `{{`, `}}`"),
                format!("a title has 1 to {MAX_TITLE} letters, none of `\"`, `\\`, `{{`, `}}`"),
            );
        }
    }
    Ok(())
}
