//! A Typst world in memory: template files read once, one job's data laid over them, no clock, no disk, no network.

use std::collections::HashMap;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration, IntoValue, Str};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use super::art::{Asked, Gallery};
use super::fonts::Fonts;
use super::job::Job;
use crate::diagnostic::{Code, Failure};

/// Images a job may bring. File ids are interned for ever, so the names are few and fixed.
pub const MAX_IMAGES: usize = 16;

/// The attached data; at the root, since the path is the name a reader of the PDF sees.
const ATTACHED: &str = "du-lieu.json";

/// Everything that outlives a job.
pub struct Ground {
    library: LazyHash<Library>,
    pub(super) fonts: Fonts,
    sources: HashMap<FileId, Source>,
    files: HashMap<FileId, Bytes>,
    images: Vec<FileId>,
    pub(super) gallery: Gallery,
}

impl Ground {
    /// Parses the template files, given as (path inside the root, bytes).
    ///
    /// `data.json` files are left out: the name belongs to the request.
    pub fn new(fonts: Fonts, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, Failure> {
        let mut ground = Self {
            library: LazyHash::new(library(&fonts)),
            fonts,
            sources: HashMap::new(),
            files: HashMap::new(),
            images: Vec::new(),
            gallery: Gallery::default(),
        };
        for index in 0..MAX_IMAGES {
            ground.images.push(file_id(&format!("vd-anh/{index}.png"))?);
        }
        for (path, bytes) in files {
            if path.ends_with("/data.json") {
                continue;
            }
            let id = file_id(&path)?;
            // A source that is not UTF-8 stays a plain file: importing it then fails with Typst's own message.
            if path.ends_with(".typ")
                && let Ok(text) = std::str::from_utf8(&bytes)
            {
                ground.sources.insert(id, Source::new(id, text.to_owned()));
                if let Some(folder) = path.strip_suffix("/main.typ") {
                    let id = file_id(&attached_main(folder))?;
                    ground.sources.insert(id, Source::new(id, attached_source(folder)));
                }
            } else {
                if path.ends_with(".svg") {
                    ground.gallery.add(id, &path, &bytes);
                }
                ground.files.insert(id, Bytes::new(bytes));
            }
        }
        Ok(ground)
    }
}

fn library(fonts: &Fonts) -> Library {
    // A constant of the process, so it costs no cache.
    let mut inputs = Dict::new();
    inputs.insert(Str::from("serif"), fonts.serif().into_value());
    Library::builder().with_inputs(inputs).build()
}

fn attached_main(folder: &str) -> String {
    format!("{folder}/vd-dinh-kem.typ")
}

fn attached_source(folder: &str) -> String {
    format!(
        "#include \"/{folder}/main.typ\"\n#pdf.attach(\"/{ATTACHED}\", relationship: \"data\", \
         mime-type: \"application/json\", description: \"Dữ liệu của văn bản\")\n"
    )
}

fn file_id(path: &str) -> Result<FileId, Failure> {
    let path = VirtualPath::new(path).map_err(|error| {
        Failure::one(
            Code::BadConfiguration,
            format!("đường dẫn mẫu `{path}` không dùng được: {error:?}"),
            format!("template path `{path}` cannot be used: {error:?}"),
        )
    })?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// One job's view: the ground plus the files only this job has.
pub struct JobWorld<'a> {
    ground: &'a Ground,
    main: FileId,
    own: Vec<(FileId, Bytes)>,
    page: Option<Source>,
    stubs: Option<Asked>,
}

impl<'a> JobWorld<'a> {
    /// Lays the job's files over the ground.
    pub fn new(ground: &'a Ground, job: &Job) -> Result<Self, Failure> {
        let folder = &job.template;
        let main = file_id(&format!("{folder}/main.typ"))?;
        if !ground.sources.contains_key(&main) {
            return Err(Failure::one(
                Code::TemplateNotFound,
                format!("không có mẫu `{folder}`"),
                format!("no template `{folder}`"),
            ));
        }
        let mut own = vec![(file_id(&format!("{folder}/data.json"))?, Bytes::new(job.data.clone()))];
        for (image, id) in job.images.iter().zip(&ground.images) {
            own.push((*id, Bytes::new(image.clone())));
        }
        let main = match &job.attachment {
            None => main,
            Some(bytes) => {
                own.push((file_id(ATTACHED)?, Bytes::new(bytes.clone())));
                file_id(&attached_main(folder))?
            }
        };
        Ok(Self { ground, main, own, page: None, stubs: None })
    }

    /// Shows stubs in place of static art, which is spliced in later.
    #[must_use]
    pub fn with_stubs(mut self) -> Self {
        self.stubs = Some(self.ground.gallery.asked());
        self
    }

    /// A page of one picture, as large as the picture.
    pub fn picture(ground: &'a Ground, path: &str) -> Result<Self, Failure> {
        let main = file_id("vd-tranh.typ")?;
        let text = format!("#set page(width: auto, height: auto, margin: 0pt)\n#image({path:?})\n");
        Ok(Self { ground, main, own: Vec::new(), page: Some(Source::new(main, text)), stubs: None })
    }

    /// The art shown as stubs, if it was.
    pub fn into_stubs(self) -> Option<Asked> {
        self.stubs
    }
}

impl World for JobWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.ground.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.ground.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if let Some(page) = self.page.as_ref().filter(|page| page.id() == id) {
            return Ok(page.clone());
        }
        self.ground.sources.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if let Some((_, bytes)) = self.own.iter().find(|(own, _)| *own == id) {
            return Ok(bytes.clone());
        }
        if let Some(asked) = &self.stubs
            && let Some(stub) = self.ground.gallery.stub(id, asked)
        {
            return Ok(stub);
        }
        if let Some(bytes) = self.ground.files.get(&id) {
            return Ok(bytes.clone());
        }
        match self.ground.sources.get(&id) {
            Some(source) => Ok(Bytes::from_string(source.clone())),
            None => Err(not_found(id)),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.ground.fonts.face(index)
    }

    /// None: a template that asks for today's date gets an error, since the clock must not reach the bytes.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    if matches!(id.get().root(), VirtualRoot::Package(_)) {
        return FileError::Other(Some("packages are not used: a template brings all it needs".into()));
    }
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}
