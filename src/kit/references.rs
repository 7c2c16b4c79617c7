//! References: the words and the looks of every sample, kept beside the template and held against what it sets now.
//!
//! `<template>/tests/<sample>.txt` is the text of all pages; `<sample>-<page>.png` is a page, small, where one is kept.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::picture::{self, Picture};
use super::{Bench, lines};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::engine::{Output, frames, preview};
use crate::render::Requested;
use crate::template::Template;

/// Pages of a sample that get a picture by `UpdateAll`; an author may keep others.
const PICTURED: usize = 3;

/// Where references are, and what to do with them.
pub struct References {
    /// The folder of one template's references.
    pub folder: PathBuf,
    /// Where pages that differ are written.
    pub results: PathBuf,
    /// What to do.
    pub task: Task,
}

/// What to do with references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Hold the pages against them.
    Compare,
    /// Write the texts anew, and the pictures that are there.
    Update,
    /// The same, and a picture of the first pages of every sample.
    UpdateAll,
}

/// What came of it.
#[derive(Default)]
pub struct Report {
    /// References that were held against a page, or written because they changed.
    pub compared: usize,
    /// Files written or removed by an update.
    pub changed: Vec<String>,
    /// Every difference, and every reference that is missing or of no use.
    pub faults: Vec<Diagnostic>,
}

/// Compares or updates the references of a template.
pub fn run(bench: &Bench<'_>, template: &Template, references: &References) -> Result<Report, Failure> {
    let mut report = Report::default();
    let mut wanted = BTreeSet::new();
    for name in template.samples.keys() {
        sample(bench, template, name, references, &mut wanted, &mut report)?;
    }
    for stale in names(&references.folder)?.difference(&wanted) {
        if references.task == Task::Compare {
            report.faults.push(fault(
                "stale_reference",
                &format!("{}/{stale}", template.manifest.id),
                "không còn trang nào của dữ liệu mẫu ứng với tệp này",
                "no page of a sample belongs to this file any more",
            ));
        } else {
            fs::remove_file(references.folder.join(stale)).map_err(|error| trouble(&references.folder, &error))?;
            report.changed.push(format!("- {stale}"));
        }
    }
    Ok(report)
}

/// One sample: its text, then those of its first pages that have a picture or are to get one.
fn sample(
    bench: &Bench<'_>,
    template: &Template,
    name: &str,
    references: &References,
    wanted: &mut BTreeSet<String>,
    report: &mut Report,
) -> Result<(), Failure> {
    let id = template.manifest.id.as_str();
    let data = template.samples.get(name).cloned().unwrap_or_default();
    let requested = Requested { output: Output::Check, ..Requested::default() };
    let looked = bench.renderer.prepare(id, data, &requested).and_then(|prepared| {
        bench.engine.look(&prepared.job, |document, _| {
            let mut pictures = Vec::new();
            for (index, page) in document.pages().iter().enumerate() {
                let file = format!("{name}-{}.png", index + 1);
                let new = references.task == Task::UpdateAll && index < PICTURED;
                if new || references.folder.join(&file).exists() {
                    pictures.push((file, preview::png(page, picture::PPI)?));
                }
            }
            Ok::<_, Failure>((lines::text(&frames::read(document)), pictures))
        })?
    });
    let (text, pictures) = match looked {
        Ok(looked) => looked,
        Err(failure) => {
            let told = failure.diagnostics.into_iter().map(|mut fault| {
                fault.message.vi = format!("{id}/{name}: {}", fault.message.vi);
                fault.message.en = format!("{id}/{name}: {}", fault.message.en);
                fault
            });
            report.faults.extend(told);
            return Ok(());
        }
    };

    let file = format!("{name}.txt");
    let path = references.folder.join(&file);
    let was = read(&path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if references.task == Task::Compare {
        match was {
            None => report.faults.push(
                fault("no_reference", &format!("{id}/{file}"), "chưa có tệp tham chiếu", "there is no reference yet")
                    .hint(
                        "chạy lại với `--update`, rồi xem lại tệp",
                        "run again with `--update`, then look at the file",
                    ),
            ),
            Some(was) => {
                report.compared += 1;
                if let Some(shown) = lines::difference(&was, &text) {
                    write(&references.results.join(&file), text.as_bytes())?;
                    report.faults.push(fault(
                        "other_text",
                        &format!("{id}/{file}"),
                        &format!("lời trên trang đã khác\n{}", shown.trim_end()),
                        &format!("the words on the pages differ\n{}", shown.trim_end()),
                    ));
                }
            }
        }
    } else if was.as_deref() != Some(text.as_str()) {
        write(&path, text.as_bytes())?;
        report.changed.push(format!("{} {file}", if was.is_some() { "~" } else { "+" }));
    }
    wanted.insert(file);

    for (file, png) in pictures {
        let is = picture::decode(&png)?;
        one_picture(&format!("{id}/{file}"), &file, &is, references, report)?;
        wanted.insert(file);
    }
    Ok(())
}

fn one_picture(
    title: &str,
    file: &str,
    is: &Picture,
    references: &References,
    report: &mut Report,
) -> Result<(), Failure> {
    let path = references.folder.join(file);
    let was = read(&path)?.map(|bytes| picture::decode(&bytes)).transpose()?;
    let difference = was.as_ref().map(|was| picture::compare(was, is));
    if references.task == Task::Compare {
        report.compared += 1;
        if let Some(difference) = difference.filter(|difference| difference.other) {
            let shown = references.results.join(file.replace(".png", ".difference.png"));
            write(&references.results.join(file), &picture::encode(is)?)?;
            write(&shown, &picture::encode(&difference.shown)?)?;
            let (changed, pixels, shown) = (difference.changed, difference.pixels, shown.display());
            report.faults.push(fault(
                "other_picture",
                title,
                &format!("{changed} trong {pixels} điểm ảnh đã khác, xem `{shown}`"),
                &format!("{changed} of {pixels} pixels differ, see `{shown}`"),
            ));
        }
    } else if difference.is_none_or(|difference| difference.other) {
        write(&path, &picture::encode(is)?)?;
        report.changed.push(format!("{} {file}", if was.is_some() { "~" } else { "+" }));
    }
    Ok(())
}

/// Names of the references that are there.
fn names(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(trouble(folder, &error)),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let name = entry.map_err(|error| trouble(folder, &error))?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".txt") || name.ends_with(".png") {
            names.insert(name);
        }
    }
    Ok(names)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(trouble(path, &error)),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes)).map_err(|error| trouble(path, &error))
}

fn fault(code: &'static str, title: &str, vi: &str, en: &str) -> Diagnostic {
    Diagnostic::error(code, format!("{title}: {vi}"), format!("{title}: {en}"))
}

fn trouble(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    Failure::one(Code::Io, format!("`{path}`: {error}"), format!("`{path}`: {error}"))
}
