//! `templates new`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::{Speech, output};
use super::data;
use crate::app;
use crate::config::Places;
use crate::diagnostic::{Code, Failure};
use crate::kit::skeleton::{self, Kind, Wish};

/// Make the folder of a new template.
#[derive(Args)]
pub struct New {
    /// Id and folder, such as `cong_van`
    id: String,
    /// An office document after Nghị định 30, or a certificate
    #[arg(long, default_value = "van_ban")]
    kind: Word,
    /// Title, such as `Công văn` [default: made from the id]
    #[arg(long)]
    title: Option<String>,
    /// Title in English [default: the Vietnamese one]
    #[arg(long)]
    title_en: Option<String>,
    /// Folder of your templates, for `--templates`
    #[arg(long, value_name = "DIR", default_value = "mau")]
    into: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Word {
    VanBan,
    Giay,
}

impl New {
    /// Runs the command.
    pub fn run(self, places: &Places, speech: Speech) -> Result<(), Failure> {
        let title = self.title.unwrap_or_else(|| title_of(&self.id));
        let title_en = self.title_en.unwrap_or_else(|| title.clone());
        let kind = match self.kind {
            Word::VanBan => Kind::VanBan,
            Word::Giay => Kind::Giay,
        };
        let wish = Wish { id: &self.id, title_vi: &title, title_en: &title_en, kind };
        let mut places = places.clone();
        // The folder may be named as the place of templates before it is there.
        places.templates.retain(|folder| *folder != self.into || folder.exists());
        let files = skeleton::make(&wish, &app::tree(&places)?)?;
        let folder = self.into.join(&self.id);
        if folder.exists() {
            let shown = folder.display();
            return Err(Failure::one(
                Code::Io,
                format!("thư mục `{shown}` đã có: chọn tên khác, hoặc nơi khác bằng `--into`"),
                format!("folder `{shown}` exists: choose another id, or another place with `--into`"),
            ));
        }
        for (name, bytes) in &files {
            write(&folder.join(name), bytes)?;
        }

        // With its folder in place it is a template like any other, and its sample can be prepared.
        if !places.templates.contains(&self.into) {
            places.templates.push(self.into.clone());
        }
        let (renderer, _) = app::local(&places)?;
        let template = renderer.template(&self.id)?;
        write(&folder.join("data.json"), &data::of_plain_sample(&renderer, template)?)?;

        let (id, into, sample) = (&self.id, self.into.display(), folder.join("sample.json"));
        let sample = sample.display();
        put!("{}", folder.display());
        output::say(
            speech,
            format!("xem ngay:  vinhdanh --templates {into} preview {id} {sample} --watch"),
            format!("look at it:  vinhdanh --templates {into} preview {id} {sample} --watch"),
        );
        Ok(())
    }
}

/// `thu_khen` → `Thu khen`: a title to be replaced.
fn title_of(id: &str) -> String {
    let mut letters = id.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters.map(|c| if c == '_' { ' ' } else { c }))
        .collect()
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(|error| output::trouble(path, &error))?;
    output::write(path, bytes, false)
}
