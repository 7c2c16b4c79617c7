//! What a command prints and writes: messages, listings, files that are never overwritten by accident.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use super::{Format, Speech};
use crate::diagnostic::{Code, Diagnostic, Failure, Lang};

/// As `println!`, for a reader that may close the pipe.
macro_rules! put {
    ($($words:tt)*) => {
        $crate::cli::output::put(format_args!($($words)*))
    };
}

/// Prints why a command failed: every fault, its place, what to do.
pub fn report(failure: &Failure, speech: Speech) {
    let info = failure.code.info();
    if speech.format == Format::Json {
        let body = json!({"code": info.name, "errors": failure.diagnostics});
        eprintln!("{body}");
        return;
    }
    let (title, remedy) = match speech.lang {
        Lang::Vi => (info.vi, info.remedy_vi),
        Lang::En => (info.en, info.remedy_en),
    };
    eprintln!("{}: {title}", mark(if speech.lang == Lang::Vi { "lỗi" } else { "error" }, "31"));
    for diagnostic in &failure.diagnostics {
        line(diagnostic, speech.lang);
    }
    if failure.diagnostics.iter().all(|diagnostic| diagnostic.hints.is_empty()) {
        eprintln!("  = {remedy}");
    }
}

/// Prints JSON on stdout.
pub fn print(value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::internal)?;
    put!("{text}");
    Ok(())
}

/// Says one line to a person, in the language asked for; a program that asked for JSON hears nothing.
pub fn say(speech: Speech, vi: impl AsRef<str>, en: impl AsRef<str>) {
    if speech.format == Format::Human {
        eprintln!("{}", if speech.lang == Lang::Vi { vi.as_ref() } else { en.as_ref() });
    }
}

/// Prints warnings.
pub fn warn(warnings: &[Diagnostic], speech: Speech) {
    if warnings.is_empty() {
        return;
    }
    if speech.format == Format::Json {
        eprintln!("{}", json!({"warnings": warnings}));
        return;
    }
    eprintln!("{}:", mark(if speech.lang == Lang::Vi { "lưu ý" } else { "warnings" }, "33"));
    for diagnostic in warnings {
        line(diagnostic, speech.lang);
    }
}

fn line(diagnostic: &Diagnostic, lang: Lang) {
    let at = match (&diagnostic.pointer, &diagnostic.place) {
        // Whoever filled in a sheet looks for the cell.
        _ if diagnostic.cell.is_some() => {
            diagnostic.cell.as_ref().map_or_else(String::new, |cell| format!("{}!{}: ", cell.sheet, cell.address))
        }
        // A fault of a template's sample: the file, then the place in it.
        (Some(pointer), Some(place)) if !pointer.is_empty() && !place.file.is_empty() => {
            format!("{}: {pointer}: ", place.file)
        }
        (Some(pointer), _) if !pointer.is_empty() => format!("{pointer}: "),
        (_, Some(place)) if !place.file.is_empty() => format!("{}:{}:{}: ", place.file, place.line, place.column),
        _ => diagnostic.spot.map_or_else(String::new, |spot| match lang {
            Lang::Vi => format!("trang {}, {:.0} × {:.0} mm: ", spot.page, spot.x, spot.y),
            Lang::En => format!("page {}, {:.0} × {:.0} mm: ", spot.page, spot.x, spot.y),
        }),
    };
    eprintln!("  {at}{} [{}]", diagnostic.message.get(lang), diagnostic.code);
    for hint in &diagnostic.hints {
        eprintln!("    = {}", hint.get(lang));
    }
}

fn mark(word: &str, colour: &str) -> String {
    if io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\x1b[1;{colour}m{word}\x1b[0m")
    } else {
        word.to_owned()
    }
}

/// Prints a line of data. Who reads may have read enough (`| head`): that is no fault of ours and ends the command.
pub fn put(line: std::fmt::Arguments<'_>) {
    if writeln!(io::stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

/// Reads a file, or stdin for `-`.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let result = if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    result.map_err(|error| trouble(path, &error))?;
    Ok(bytes)
}

/// Writes a file whole or not at all; `-` is stdout. An existing file is kept unless `force`.
pub fn write(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    if path == Path::new("-") {
        return io::stdout().lock().write_all(bytes).map_err(|error| trouble(path, &error));
    }
    if !force && path.exists() {
        return Err(exists(path));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&draft)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| {
            if force {
                std::fs::rename(&draft, path)
            } else {
                std::fs::hard_link(&draft, path).and_then(|()| std::fs::remove_file(&draft))
            }
        });
    match written {
        Ok(()) => Ok(()),
        Err(error) => {
            // The draft may never have been made; what counts is the first error.
            std::fs::remove_file(&draft).ok();
            if error.kind() == io::ErrorKind::AlreadyExists { Err(exists(path)) } else { Err(trouble(path, &error)) }
        }
    }
}

fn exists(path: &Path) -> Failure {
    let shown = path.display();
    let mut failure = Failure::one(Code::Io, format!("tệp `{shown}` đã có"), format!("file `{shown}` exists"));
    if let Some(fault) = failure.diagnostics.pop() {
        failure.diagnostics.push(fault.hint("dùng `--force` để ghi đè", "use `--force` to overwrite it"));
    }
    failure
}

/// A file that cannot be read or written.
pub fn trouble(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    Failure::one(Code::Io, format!("`{path}`: {error}"), format!("`{path}`: {error}"))
}
