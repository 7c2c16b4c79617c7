//! The file as bytes, and what its catalog and trailer say.

use lopdf::Object;

use super::Faults;
use crate::diagnostic::Failure;
use crate::pdf::base::Base;
use crate::pdf::raw;

/// What no action may be (ISO 19005-2, 6.5.1).
const FORBIDDEN: [&[u8]; 14] = [
    b"Launch",
    b"Sound",
    b"Movie",
    b"ResetForm",
    b"ImportData",
    b"Hide",
    b"SetOCGState",
    b"Rendition",
    b"Trans",
    b"GoTo3DView",
    b"JavaScript",
    b"GoToE",
    b"set-state",
    b"no-op",
];

/// Checks the bytes, the trailer and the catalog.
pub(super) fn check(base: &Base, faults: &mut Faults) -> Result<(), Failure> {
    ends(base.bytes(), faults);
    if base.trailer().get("ID").is_none() {
        faults.pdfa("6.1.3", "phần cuối tệp mất `/ID`", "the trailer has lost its `/ID`");
    }
    for at in base.sections() {
        let rest = base.bytes().get(at..).unwrap_or_default();
        if let Some(rest) = rest.strip_prefix(b"xref")
            && !after_line(rest).is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
        {
            let vi = "bảng tham chiếu chéo thừa dấu cách hoặc dòng trống";
            faults.pdfa("6.1.4", vi, "a cross-reference table has spaces or empty lines too many");
        }
    }
    objects(base, faults);
    catalog(base, faults)
}

/// First and last lines.
fn ends(bytes: &[u8], faults: &mut Faults) {
    let first = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    let second = bytes.get(first..).unwrap_or_default();
    let second = second.strip_prefix(b"\r\n").or(second.get(1..)).unwrap_or_default();
    let binary = second.strip_prefix(b"%").and_then(|mark| mark.get(..4));
    if !bytes.starts_with(b"%PDF-1.") || first != 8 || !binary.is_some_and(|mark| mark.iter().all(|byte| *byte > 127)) {
        faults.pdfa("6.1.2", "hai dòng đầu tệp sai", "the first two lines of the file are wrong");
    }
    let end = bytes.strip_suffix(b"\r\n").or(bytes.strip_suffix(b"\n")).or(bytes.strip_suffix(b"\r")).unwrap_or(bytes);
    if !end.ends_with(b"%%EOF") {
        faults.pdfa("6.1.3", "có dữ liệu sau dấu kết thúc tệp", "something follows the end of the file");
    }
}

/// Rules that an object may break by the way it is written, and which objects do.
#[derive(Default)]
struct Written {
    /// Streams without an end of line at their ends, or of a wrong length.
    streams: Vec<u32>,
    /// Streams outside the file.
    outside: Vec<u32>,
    /// Streams packed by LZW.
    lzw: Vec<u32>,
    /// Objects without an end of line around their keywords.
    lines: Vec<u32>,
}

/// How the objects are written.
fn objects(base: &Base, faults: &mut Faults) {
    let mut written = Written::default();
    for (id, offset) in base.offsets() {
        if object(base, id, offset, &mut written).is_none() {
            written.streams.push(id.0);
        }
    }
    let mut tell = |clause, numbers: &[u32], vi, en| {
        if let Some(first) = numbers.first() {
            let many = numbers.len();
            let vi = format!("{vi}: đối tượng `{first}`, tất cả `{many}`");
            faults.pdfa(clause, vi, format!("{en}: object `{first}`, `{many}` in all"));
        }
    };
    let en = "streams lack an end of line at their ends, or have a wrong length";
    tell("6.1.7", &written.streams, "luồng dữ liệu viết không đúng dòng hoặc sai độ dài", en);
    tell("6.1.7", &written.outside, "luồng dữ liệu nằm ngoài tệp", "streams lie outside the file");
    tell("6.1.7", &written.lzw, "luồng dữ liệu nén kiểu LZW", "streams are packed by LZW");
    tell(
        "6.1.9",
        &written.lines,
        "đối tượng viết không đúng dòng",
        "objects lack an end of line around their keywords",
    );
}

/// How an object is written; nothing where its stream does not end where it says.
fn object(base: &Base, (number, generation): (u32, u16), offset: usize, written: &mut Written) -> Option<()> {
    let bytes = base.bytes();
    let eol = |at: usize| matches!(bytes.get(at), Some(b'\n' | b'\r'));
    let (_, from) = raw::header(bytes, offset)?;
    let value = raw::value(bytes, from)?;
    let mut end = value.end;
    if let Ok(Object::Stream(stream)) = base.object((number, generation)) {
        if ["F", "FFilter", "FDecodeParms"].iter().any(|key| stream.dict.has(key.as_bytes())) {
            written.outside.push(number);
        }
        if stream.filters().is_ok_and(|filters| filters.iter().any(|one| [&b"LZWDecode"[..], b"LZW"].contains(one))) {
            written.lzw.push(number);
        }
        let keyword = bytes.get(value.end..)?;
        let space = keyword.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let data = match keyword.get(space..)?.strip_prefix(b"stream")? {
            [b'\r', b'\n', ..] => value.end + space + 8,
            [b'\n', ..] => value.end + space + 7,
            _ => return None,
        };
        let rest = after_line(bytes.get(data + stream.content.len()..)?)?.strip_prefix(b"endstream")?;
        end = bytes.len() - rest.len();
    }
    let head = format!("{number} {generation} obj");
    let plain = bytes.get(offset..)?.starts_with(head.as_bytes());
    let before = offset.checked_sub(1).is_some_and(eol);
    let rest = bytes.get(end..)?;
    let word = end + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let closed = word.checked_sub(1).is_some_and(eol)
        && bytes.get(word..)?.starts_with(b"endobj")
        && eol(word + b"endobj".len());
    if !(plain && before && eol(from) && closed) {
        written.lines.push(number);
    }
    Some(())
}

/// What follows one end of line.
fn after_line(bytes: &[u8]) -> Option<&[u8]> {
    bytes.strip_prefix(b"\r\n").or(bytes.strip_prefix(b"\n")).or(bytes.strip_prefix(b"\r"))
}

fn catalog(base: &Base, faults: &mut Faults) -> Result<(), Failure> {
    let catalog = base.catalog()?;
    if base.entry(catalog, "AA").is_some() {
        faults.pdfa("6.5.2", "mục lục gốc có hành động kèm theo", "the catalog has additional actions");
    }
    if let Some(action) = base.entry(catalog, "OpenAction") {
        self::action(base, action, faults);
    }
    if base.entry(catalog, "NeedsRendering").is_some() {
        faults.pdfa("6.4.2", "trang phải dựng lại khi mở (XFA)", "the pages must be made anew when opened (XFA)");
    }
    if let Some(permissions) = base.inner(catalog, "Perms")?
        && permissions.iter().any(|(key, _)| !matches!(key.as_slice(), b"DocMDP" | b"UR3"))
    {
        faults.pdfa("6.1.12", "có quyền khác `UR3` và `DocMDP`", "there are permissions but `UR3` and `DocMDP`");
    }
    let tagged = base.inner(catalog, "MarkInfo")?.and_then(|mark| base.flag(mark, "Marked"));
    let tagged = tagged == Some(true) && catalog.has(b"StructTreeRoot");
    if !tagged {
        if faults.accessible {
            faults.pdfa("6.7.2", "tệp mất các thẻ cấu trúc", "the file has lost its tags");
        }
        faults.pdfua("7.1", "tệp mất các thẻ cấu trúc", "the file has lost its tags");
    }
    let titled = base.inner(catalog, "ViewerPreferences")?.and_then(|shown| base.flag(shown, "DisplayDocTitle"));
    if titled != Some(true) {
        faults.pdfua("7.1", "cửa sổ không hiện tên văn bản", "the window does not show the title");
    }
    if base.entry(catalog, "Lang").is_none() {
        faults.pdfua("7.2", "tệp không nêu ngôn ngữ", "the file does not name its language");
    }
    Ok(())
}

/// An action, and those that follow it.
pub(super) fn action(base: &Base, action: &Object, faults: &mut Faults) {
    let mut waiting = vec![action];
    // Actions that follow one another in a circle end here too.
    for _ in 0..64 {
        let Some(action) = waiting.pop() else { return };
        match base.resolve(action) {
            Ok(Object::Dictionary(action)) => {
                let kind = base.name(action, "S").unwrap_or_default();
                if FORBIDDEN.contains(&kind) {
                    let kind = String::from_utf8_lossy(kind);
                    faults.pdfa("6.5.1", format!("có hành động `{kind}`"), format!("there is an action `{kind}`"));
                }
                waiting.extend(action.get(b"Next"));
            }
            Ok(Object::Array(each)) => waiting.extend(each),
            _ => {}
        }
    }
}
