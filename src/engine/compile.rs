//! A job in, a finished document or every fault with its place out. Empties the memo cache on every path.

use std::time::Instant;

use typst::diag::{SourceDiagnostic, Warned};
use typst::syntax::{DiagSpan, Source};
use typst::{World, WorldExt};
use typst_layout::PagedDocument;

use super::art::{Asked, Spliced};
use super::frames::{self, Pages};
use super::job::{Done, Job, LabelledBox, Output, Standard};
use super::world::{Ground, JobWorld};
use super::{places, preview, write};
use crate::diagnostic::{Code, Diagnostic, Failure, Place, Severity, Text};

/// Pages from which a document is not worth remembering: its cache costs more than it gives.
const LARGE_PAGES: usize = 10;

/// How many later documents a cached result of a small document survives unused.
const KEEP_FOR: usize = 4;

/// Judges laid-out pages by the form of that name. Given from above: the engine knows no law.
pub type Inspect = fn(&str, &Pages, &[LabelledBox]) -> Vec<Diagnostic>;

/// Sets documents, one at a time, in this process.
pub struct Engine {
    ground: Ground,
    inspect: Inspect,
}

impl Engine {
    /// An engine over a ground; `inspect` judges the pages of jobs that name a form.
    pub fn new(ground: Ground, inspect: Inspect) -> Self {
        Self { ground, inspect }
    }

    /// Sets one document and writes what was asked for.
    pub fn run(&self, job: &Job) -> Result<Done, Failure> {
        self.run_and(job, |result| result)
    }

    /// As [`Engine::run`], with the answer given before the pages and the cache are cleared away:
    /// after a long list that alone takes a tenth of a second.
    pub fn run_and<T>(&self, job: &Job, answer: impl FnOnce(Result<Done, Failure>) -> T) -> T {
        let mut cache = CacheGuard { keep: 0 };
        match self.lay_out_and_write(job, &mut cache) {
            Ok((done, _pages)) => answer(Ok(done)),
            Err(failure) => answer(Err(failure)),
        }
    }

    fn lay_out_and_write(&self, job: &Job, cache: &mut CacheGuard) -> Result<(Done, PagedDocument), Failure> {
        let started = Instant::now();
        let stubs = matches!(job.output, Output::Check | Output::Pdf(_));
        let (document, mut warnings, asked) = self.set(job, stubs)?;
        let compile_us = micros(started);
        let pages = document.pages().len();
        cache.keep = if pages > LARGE_PAGES { 0 } else { KEEP_FOR };
        let boxes = places::boxes(&document)?;
        if !job.form.is_empty() {
            warnings.extend((self.inspect)(&job.form, &frames::read(&document), &boxes));
        }
        let started = Instant::now();
        let bytes = match job.output {
            // A dry run that skipped the writer would promise a file the writer may yet refuse.
            Output::Check => {
                self.write(job, &document, Standard::default())?;
                Vec::new()
            }
            Output::Pdf(standard) => self.write_with_art(job, &document, standard, asked.as_ref())?,
            Output::Png { page, ppi } => preview::png(page_of(&document, page)?, ppi)?,
            Output::Svg { page } => preview::svg(page_of(&document, page)?),
        };
        Ok((Done { bytes, pages, boxes, warnings, compile_us, export_us: micros(started) }, document))
    }

    /// Lays a document out and shows its pages, with every warning, before they and the cache are cleared.
    pub fn look<T>(&self, job: &Job, look: impl FnOnce(&PagedDocument, Vec<Diagnostic>) -> T) -> Result<T, Failure> {
        let mut cache = CacheGuard { keep: 0 };
        let (document, mut warnings) = self.lay_out(job)?;
        cache.keep = if document.pages().len() > LARGE_PAGES { 0 } else { KEEP_FOR };
        if !job.form.is_empty() {
            warnings.extend((self.inspect)(&job.form, &frames::read(&document), &places::boxes(&document)?));
        }
        Ok(look(&document, warnings))
    }

    /// Lays a document out and refuses it if the template itself reports faults.
    ///
    /// The pages are those that will be written; tests and the legal check read them.
    pub fn lay_out(&self, job: &Job) -> Result<(PagedDocument, Vec<Diagnostic>), Failure> {
        let (document, warnings, _) = self.set(job, false)?;
        Ok((document, warnings))
    }

    fn set(&self, job: &Job, stubs: bool) -> Result<(PagedDocument, Vec<Diagnostic>, Option<Asked>), Failure> {
        let world = JobWorld::new(&self.ground, job)?;
        let world = if stubs { world.with_stubs() } else { world };
        let Warned { output, warnings } = typst::compile::<PagedDocument>(&world);
        let mut document = output.map_err(|errors| {
            Failure::new(Code::TemplateError, errors.iter().map(|e| translate(&world, e)).collect())
        })?;
        // An unknown font or an unfinished layout is only a warning to Typst; on paper it is a fault.
        if !warnings.is_empty() {
            let list = warnings.iter().map(|w| translate(&world, w)).collect();
            return Err(Failure::new(Code::TemplateError, list));
        }
        let (faults, warnings) = places::messages(&document)?;
        if !faults.is_empty() {
            return Err(Failure::new(Code::InvalidData, faults));
        }
        write::set_info(document.info_mut(), &job.meta);
        Ok((document, warnings, world.into_stubs()))
    }

    /// Writes a document set with stubs and puts the art in their place.
    fn write_with_art(
        &self,
        job: &Job,
        document: &PagedDocument,
        standard: Standard,
        asked: Option<&Asked>,
    ) -> Result<Vec<u8>, Failure> {
        let pdf = self.write(job, document, standard)?;
        let Some(asked) = asked else { return Ok(pdf) };
        match self.ground.gallery.splice(pdf, asked, |path| self.write_picture(path))? {
            Spliced::Whole(pdf) => Ok(pdf),
            // Each time one piece fewer has a stub, and the bytes are those of every later run.
            Spliced::Unfit => {
                let (document, _, asked) = self.set(job, true)?;
                self.write_with_art(job, &document, standard, asked.as_ref())
            }
            Spliced::Missing => {
                let (document, ..) = self.set(job, false)?;
                self.write(job, &document, standard)
            }
        }
    }

    fn write_picture(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let world = JobWorld::picture(&self.ground, path)?;
        let failed = |errors: &[SourceDiagnostic]| {
            Failure::new(Code::TemplateError, errors.iter().map(|error| translate(&world, error)).collect())
        };
        let document = typst::compile::<PagedDocument>(&world).output.map_err(|errors| failed(&errors))?;
        write::picture(&document).map_err(|errors| failed(&errors))
    }

    fn write(&self, job: &Job, document: &PagedDocument, standard: Standard) -> Result<Vec<u8>, Failure> {
        write::pdf(document, &job.meta, standard).map_err(|errors| self.export_failure(job, &errors))
    }

    fn export_failure(&self, job: &Job, errors: &[SourceDiagnostic]) -> Failure {
        match JobWorld::new(&self.ground, job) {
            Ok(world) => Failure::new(Code::ExportFailed, errors.iter().map(|e| translate(&world, e)).collect()),
            Err(failure) => failure,
        }
    }
}

/// Evicts when dropped, so also on errors and panics.
struct CacheGuard {
    keep: usize,
}

impl Drop for CacheGuard {
    fn drop(&mut self) {
        comemo::evict(self.keep);
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn page_of(document: &PagedDocument, page: usize) -> Result<&typst_layout::Page, Failure> {
    let pages = document.pages();
    page.checked_sub(1).and_then(|index| pages.get(index)).ok_or_else(|| {
        Failure::one(
            Code::BadRequest,
            format!("văn bản có {} trang, không có trang {page}", pages.len()),
            format!("the document has {} pages, there is no page {page}", pages.len()),
        )
    })
}

/// Keeps Typst's own message, its place and its hints.
fn translate(world: &dyn World, diagnostic: &SourceDiagnostic) -> Diagnostic {
    let place = diagnostic
        .trace
        .iter()
        .map(|point| DiagSpan::from(point.span))
        .fold(place_of(world, diagnostic.span), |found, span| found.or_else(|| place_of(world, span)));
    let message = diagnostic.message.to_string();
    Diagnostic {
        severity: Severity::Error,
        code: "typst".into(),
        message: Text::new(message.clone(), message),
        pointer: None,
        place,
        spot: None,
        cell: None,
        hints: diagnostic.hints.iter().map(|hint| Text::new(hint.v.as_str(), hint.v.as_str())).collect(),
    }
}

fn place_of(world: &dyn World, span: DiagSpan) -> Option<Place> {
    let id = span.id()?;
    let range = world.range(span)?;
    let file = id.get().vpath().get_without_slash().to_owned();
    let text = match world.source(id) {
        Ok(source) => source,
        Err(_) => Source::detached(String::from_utf8_lossy(world.file(id).ok()?.as_slice())),
    };
    let (line, column) = text.lines().byte_to_line_column(range.start)?;
    Some(Place { file, line: line + 1, column: column + 1 })
}
