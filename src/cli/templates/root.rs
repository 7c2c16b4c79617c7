//! `templates root`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::{Speech, output};
use super::data;
use crate::app;
use crate::config::Places;
use crate::diagnostic::{Code, Failure};

/// Write the whole template root.
#[derive(Args)]
pub struct Root {
    /// Folder to write, new or empty
    folder: PathBuf,
    /// Write into a folder that is not empty; files of the same names are overwritten
    #[arg(long)]
    force: bool,
}

impl Root {
    /// Built-in templates with the caller's own over them, fresh `data.json`, fonts in `fonts/`.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let folder = &self.folder;
        let holds = |folder: &Path| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
        if !self.force && holds(folder) {
            let shown = folder.display();
            return Err(Failure::one(
                Code::Io,
                format!("thư mục `{shown}` không rỗng; dùng `--force` để ghi đè"),
                format!("folder `{shown}` is not empty; use `--force` to overwrite"),
            ));
        }
        let (renderer, _) = app::local(places)?;
        let mut files = app::tree(places)?.into_files();
        for template in renderer.templates() {
            files.insert(format!("{}/data.json", template.manifest.id), data::of_plain_sample(&renderer, template)?);
        }
        files.extend(app::font_files(places)?.into_iter().map(|(path, bytes)| (format!("fonts/{path}"), bytes)));
        for (path, bytes) in &files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(|error| output::trouble(&path, &error))?;
            output::write(&path, bytes, true)?;
        }
        let shown = folder.display();
        let command = format!("typst compile --root {shown} --font-path {shown}/fonts --ignore-system-fonts");
        for template in renderer.templates() {
            let line = format!("{command} {shown}/{}/main.typ", template.manifest.id);
            output::say(speech, &line, &line);
        }
        super::list::refuse_broken(&renderer)
    }
}
