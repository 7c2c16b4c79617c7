//! The template root as a map of files: the built-in ones, with an agency's own folders or packs laid over them
//! file by file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::pack;
use crate::diagnostic::{Code, Diagnostic, Failure};

/// A file of a template larger than this is a mistake.
pub(super) const MAX_FILE_BYTES: u64 = 16 << 20;

/// References of `templates test` stand in this folder of a template; they are no part of it.
pub const REFERENCES: &str = "tests";

/// Path inside the template root (`quyet_dinh/main.typ`) → bytes.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: BTreeMap<String, Vec<u8>>,
    packs: Vec<pack::Manifest>,
}

impl Tree {
    /// A tree of the given files.
    pub fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { files, packs: Vec::new() }
    }

    /// Lays the files of a folder, or of a pack (`templates pack`), over this tree; one that is there already is
    /// replaced.
    pub fn overlay(&mut self, place: &Path) -> Result<(), Failure> {
        if !place.is_file() {
            return self.read(place, "");
        }
        let bytes = fs::read(place).map_err(|error| unreadable(place, &error))?;
        let (manifest, files) = pack::read(&bytes).map_err(|why| unreadable(place, &why))?;
        self.files.extend(files);
        self.packs.push(manifest);
        Ok(())
    }

    /// Packs that were made over other shared parts than those of this tree.
    pub fn strange_packs(&self) -> Vec<Diagnostic> {
        self.packs.iter().filter_map(|pack| pack.strange(self)).collect()
    }

    fn read(&mut self, folder: &Path, prefix: &str) -> Result<(), Failure> {
        let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(folder, &error))?;
            let path = entry.path();
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                return Err(unreadable(&path, &"the name is not UTF-8"));
            };
            if name.starts_with('.') {
                continue;
            }
            if name == REFERENCES && prefix.matches('/').count() == 1 {
                continue;
            }
            let inside = format!("{prefix}{name}");
            let about = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
            if about.is_dir() {
                self.read(&path, &format!("{inside}/"))?;
            } else if about.len() > MAX_FILE_BYTES {
                return Err(unreadable(&path, &format!("larger than {} MB", MAX_FILE_BYTES >> 20)));
            } else {
                let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                self.files.insert(inside, bytes);
            }
        }
        Ok(())
    }

    /// Puts a file in, or another in its place.
    pub fn insert(&mut self, path: String, bytes: Vec<u8>) {
        self.files.insert(path, bytes);
    }

    /// A file's bytes.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// A file's text, if it is there and UTF-8.
    pub fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.get(path)?).ok()
    }

    /// Files of a folder: (path below it, bytes), in order.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.files
            .range(format!("{folder}/")..)
            .map_while(move |(path, bytes)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, bytes.as_slice())))
    }

    /// Every file.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.files
    }

    /// Folders that hold a manifest: the templates.
    pub fn template_ids(&self) -> Vec<String> {
        self.files
            .keys()
            .filter_map(|path| path.strip_suffix("/typst.toml"))
            .filter(|id| !id.contains('/'))
            .map(str::to_owned)
            .collect()
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    let path = path.display();
    Failure::one(
        Code::BadConfiguration,
        format!("không đọc được `{path}`: {error}"),
        format!("cannot read `{path}`: {error}"),
    )
}
