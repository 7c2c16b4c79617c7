//! What is built into the program: templates and fonts (pages of the service live beside `api`).

use std::collections::BTreeMap;

use rust_embed::Embed;

#[derive(Embed)]
#[folder = "typst-templates/"]
// Drawings from which flat art is made: no page needs them.
#[exclude = "*/nguon/*"]
// References of `templates test` are for whoever works on a template, not for the program.
#[exclude = "*/tests/*"]
struct Templates;

#[derive(Embed)]
#[folder = "fonts/"]
struct FontFiles;

/// The folder the built-in templates are read from while the program is being worked on; a release reads none.
pub fn template_folder() -> Option<std::path::PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("typst-templates");
    (cfg!(debug_assertions) && folder.is_dir()).then_some(folder)
}

/// The built-in template tree: path inside the root → bytes.
pub fn templates() -> BTreeMap<String, Vec<u8>> {
    Templates::iter()
        .filter_map(|path| Templates::get(&path).map(|file| (path.into_owned(), file.data.into_owned())))
        .collect()
}

/// The built-in font files: path → bytes.
pub fn fonts() -> BTreeMap<String, Vec<u8>> {
    FontFiles::iter()
        .filter(|path| path.ends_with(".ttf") || path.ends_with(".otf"))
        .filter_map(|path| FontFiles::get(&path).map(|file| (path.into_owned(), file.data.into_owned())))
        .collect()
}
