//! A pack: one template as one ZIP, every file with its SHA-256, the same bytes whenever it is made.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read as _, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::manifest;
use super::tree::{MAX_FILE_BYTES, Tree};
use crate::diagnostic::{Diagnostic, Failure};

/// Name of the manifest inside the ZIP.
pub const MANIFEST: &str = "vinhdanh-pack.json";

/// The form of a pack this program writes and reads.
const FORMAT: u32 = 1;

/// Files of a pack, at most.
const MAX_FILES: usize = 1_000;

/// Bytes of a pack after unpacking, at most.
const MAX_BYTES: u64 = 64 << 20;

/// `vinhdanh-pack.json`: what is in a pack and over what it was tested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Form of the pack.
    pub format: u32,
    /// The template: folder of all its files.
    pub id: String,
    /// Version of the template.
    pub version: String,
    /// Path inside the pack → SHA-256, lower-case hexadecimal.
    pub files: BTreeMap<String, String>,
    /// Shared files the template was tested with: path inside the template root → SHA-256.
    pub shared: BTreeMap<String, String>,
}

impl Manifest {
    /// A warning if the shared parts of `tree` are not those this pack was tested with.
    pub(super) fn strange(&self, tree: &Tree) -> Option<Diagnostic> {
        let changed: Vec<&str> = self
            .shared
            .iter()
            .filter(|(path, hash)| tree.get(path).map(sha256).as_ref() != Some(*hash))
            .map(|(path, _)| path.as_str())
            .collect();
        let (id, list) = (&self.id, changed.join("`, `"));
        (!changed.is_empty()).then(|| {
            Diagnostic::warning(
                "other_shared_parts",
                format!("gói `{id}` được thử với bản khác của `{list}`"),
                format!("pack `{id}` was tested with other versions of `{list}`"),
            )
            .hint(
                "chạy `vinhdanh templates check` và xem lại các trang",
                "run `vinhdanh templates check` and look at the pages again",
            )
        })
    }
}

/// Why a file is not a pack that can be used.
#[derive(Debug)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Packs template `id` of a tree. The same tree gives the same bytes: names in order, times fixed.
pub fn write(tree: &Tree, id: &str, version: &str) -> Result<Vec<u8>, Failure> {
    let files: BTreeMap<String, &[u8]> = tree.under(id).map(|(name, bytes)| (format!("{id}/{name}"), bytes)).collect();
    let manifest = Manifest {
        format: FORMAT,
        id: id.to_owned(),
        version: version.to_owned(),
        files: files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes))).collect(),
        shared: tree.under("shared").map(|(name, bytes)| (format!("shared/{name}"), sha256(bytes))).collect(),
    };
    let mut about = serde_json::to_vec_pretty(&manifest).map_err(Failure::internal)?;
    about.push(b'\n');
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in
        std::iter::once((MANIFEST, about.as_slice())).chain(files.iter().map(|(path, bytes)| (path.as_str(), *bytes)))
    {
        archive.start_file(path, options).map_err(Failure::internal)?;
        archive.write_all(bytes).map_err(Failure::internal)?;
    }
    Ok(archive.finish().map_err(Failure::internal)?.into_inner())
}

/// Reads a pack: every name, size and hash is judged before anything is used.
pub fn read(bytes: &[u8]) -> Result<(Manifest, BTreeMap<String, Vec<u8>>), Refused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Refused(format!("not a ZIP: {error}")))?;
    if archive.len() > MAX_FILES {
        return Err(Refused(format!("more than {MAX_FILES} files")));
    }
    let mut files = BTreeMap::new();
    let mut left = MAX_BYTES;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| Refused(format!("broken ZIP: {error}")))?;
        let name = file.name().map_err(|error| Refused(format!("broken ZIP: {error}")))?.into_owned();
        if !is_plain(&name) {
            return Err(Refused(format!("`{name}` is not a path inside the pack")));
        }
        if file.is_symlink() {
            return Err(Refused(format!("`{name}` is a link")));
        }
        // The size a ZIP declares is only a word: what counts is what comes out.
        let limit = left.min(MAX_FILE_BYTES);
        let mut content = Vec::new();
        file.take(limit + 1).read_to_end(&mut content).map_err(|error| Refused(format!("`{name}`: {error}")))?;
        if content.len() as u64 > limit {
            return Err(Refused(format!("`{name}` unpacks to more than {} MB", limit >> 20)));
        }
        left -= content.len() as u64;
        files.insert(name, content);
    }
    let about =
        files.remove(MANIFEST).ok_or_else(|| Refused(format!("no `{MANIFEST}`: not made by `templates pack`")))?;
    let manifest: Manifest =
        serde_json::from_slice(&about).map_err(|error| Refused(format!("`{MANIFEST}`: {error}")))?;
    judge(&manifest, &files)?;
    Ok((manifest, files))
}

fn judge(manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Refused> {
    if manifest.format != FORMAT {
        return Err(Refused(format!("form {} of a pack, this program reads {FORMAT}", manifest.format)));
    }
    if !manifest::is_id(&manifest.id) || manifest.id == "shared" {
        return Err(Refused(format!("`{}` is no id of a template", manifest.id)));
    }
    for (path, hash) in &manifest.files {
        match files.get(path) {
            None => return Err(Refused(format!("`{path}` is missing"))),
            Some(bytes) if sha256(bytes) != *hash => {
                return Err(Refused(format!("`{path}` is not the file that was packed (SHA-256 differs)")));
            }
            Some(_) => {}
        }
    }
    let folder = format!("{}/", manifest.id);
    match files.keys().find(|path| !manifest.files.contains_key(*path) || !path.starts_with(&folder)) {
        Some(path) => Err(Refused(format!("`{path}` does not belong to `{}`", manifest.id))),
        None => Ok(()),
    }
}

/// A relative path of plain steps, as every system reads it.
fn is_plain(path: &str) -> bool {
    !path.chars().any(|c| matches!(c, '\\' | ':') || c.is_control())
        && path.split('/').all(|step| !step.is_empty() && !step.starts_with('.'))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        Tree::new(BTreeMap::from([
            file("thu/typst.toml", "x"),
            file("thu/text/a.j2", "b"),
            file("shared/engine.typ", "c"),
            file("khac/typst.toml", "d"),
        ]))
    }

    /// A ZIP of these files, with a manifest that knows their true hashes unless it is among them.
    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let manifest = Manifest {
            format: FORMAT,
            id: "thu".into(),
            version: "1".into(),
            files: files.iter().map(|(path, bytes)| ((*path).to_owned(), sha256(bytes))).collect(),
            shared: BTreeMap::new(),
        };
        let about = serde_json::to_vec(&manifest).expect("JSON");
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let own = files.iter().any(|(path, _)| *path == MANIFEST);
        for (path, bytes) in files.iter().copied().chain((!own).then_some((MANIFEST, about.as_slice()))) {
            archive.start_file(path, SimpleFileOptions::default()).expect("a file");
            archive.write_all(bytes).expect("written");
        }
        archive.finish().expect("a ZIP").into_inner()
    }

    fn refused(bytes: &[u8]) -> String {
        read(bytes).expect_err("refused").to_string()
    }

    #[test]
    fn what_is_packed_comes_out_again_and_always_the_same_bytes() {
        let bytes = write(&tree(), "thu", "0.1.0").expect("packed");
        assert_eq!(bytes, write(&tree(), "thu", "0.1.0").expect("packed"));
        let (manifest, files) = read(&bytes).expect("sound");
        assert_eq!(files.keys().collect::<Vec<_>>(), ["thu/text/a.j2", "thu/typst.toml"]);
        assert_eq!(manifest.shared.keys().collect::<Vec<_>>(), ["shared/engine.typ"]);
        assert!(manifest.strange(&tree()).is_none());
        let mut other = tree().into_files();
        other.insert("shared/engine.typ".into(), b"new".to_vec());
        let told = manifest.strange(&Tree::new(other)).expect("told");
        assert!(told.message.en.contains("`shared/engine.typ`"), "{told:?}");
    }

    #[test]
    fn paths_out_of_the_folder_are_refused() {
        for path in ["../x", "/etc/x", "thu/../../x", "thu\\x", "c:x", "thu//x", "thu/.git/x"] {
            assert!(refused(&zip(&[(path, b"x")])).contains("not a path inside"), "{path}");
        }
        for path in ["shared/engine.typ", "khac/typst.toml", "typst.toml"] {
            assert!(refused(&zip(&[(path, b"x")])).contains("does not belong"), "{path}");
        }
    }

    #[test]
    fn changed_missing_and_added_files_are_refused() {
        let about = |path: &str, hash: &str| {
            serde_json::json!({"format": 1, "id": "thu", "version": "1", "files": {path: hash}, "shared": {}})
                .to_string()
        };
        let one = |about: &str| zip(&[("thu/a", b"x"), (MANIFEST, about.as_bytes())]);
        assert!(refused(&one(&about("thu/a", &sha256(b"y")))).contains("SHA-256"));
        assert!(refused(&one(&about("thu/b", &sha256(b"x")))).contains("missing"));
        assert!(
            refused(&one(&about("thu/a", &sha256(b"x")).replace("\"format\":1", "\"format\":2"))).contains("form 2")
        );
        let added = zip(&[("thu/a", b"x"), ("thu/b", b"x"), (MANIFEST, about("thu/a", &sha256(b"x")).as_bytes())]);
        assert!(refused(&added).contains("does not belong"));
    }

    #[test]
    fn bombs_and_other_files_are_refused() {
        let bomb = vec![0; MAX_FILE_BYTES as usize + 1];
        assert!(refused(&zip(&[("thu/a", &bomb)])).contains("unpacks to more than 16 MB"));
        let large = vec![0; MAX_FILE_BYTES as usize];
        let names = ["thu/1", "thu/2", "thu/3", "thu/4", "thu/5"];
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, large.as_slice())).collect();
        assert!(refused(&zip(&many)).contains("unpacks to more than"));
        assert!(refused(b"%PDF-1.7").contains("not a ZIP"));
        assert!(refused(&zip(&[(MANIFEST, b"{}")])).contains(MANIFEST));
    }
}
