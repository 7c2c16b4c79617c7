//! What a file says about itself in XML (XMP, ISO 16684-1): the same but for dates and the program's name.

/// Properties every program that saves a file writes anew.
const PASSING: &[&str] =
    &["xmp:ModifyDate", "xmp:MetadataDate", "xmp:CreatorTool", "pdf:Producer", "xmpMM:InstanceID", "xmpMM:DocumentID"];

/// Whether two packets are the same without those properties and the space between tags.
pub(super) fn same_but_dates(old: &[u8], new: &[u8]) -> bool {
    match (std::str::from_utf8(old), std::str::from_utf8(new)) {
        (Ok(old), Ok(new)) => lasting(old) == lasting(new),
        _ => false,
    }
}

/// Tags and words of a packet, without what passes; none where it is no such XML.
fn lasting(packet: &str) -> Option<Vec<String>> {
    let mut kept = Vec::new();
    let mut skipped: Option<&str> = None;
    let mut rest = packet;
    while !rest.is_empty() {
        let Some(inner) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (words, after) = rest.split_at(end);
            rest = after;
            let words = words.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
            if skipped.is_none() && !words.is_empty() {
                kept.push(words.to_owned());
            }
            continue;
        };
        let (tag, after) = inner.split_once('>')?;
        rest = after;
        let name = tag.trim_start_matches('/').split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
        match skipped {
            Some(open) if tag.starts_with('/') && name == open => skipped = None,
            Some(_) => {}
            None => match PASSING.iter().find(|one| **one == name) {
                Some(_) if tag.ends_with('/') => {}
                Some(one) => skipped = Some(one),
                None => kept.push(attributes(tag)),
            },
        }
    }
    skipped.is_none().then_some(kept)
}

/// A tag without attributes that pass.
fn attributes(tag: &str) -> String {
    let mut tag = tag.to_owned();
    for name in PASSING {
        for quote in ['"', '\''] {
            let opening = format!("{name}={quote}");
            if let Some(at) = tag.find(&opening)
                && let Some(end) = tag.get(at + opening.len()..).and_then(|rest| rest.find(quote))
            {
                tag.replace_range(at..at + opening.len() + end + 1, "");
            }
        }
    }
    tag.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_date_is_no_change_and_a_new_title_is() {
        let packet = |date: &str, title: &str| {
            format!(
                "<x:a><r:d xmp:ModifyDate=\"{date}\"><dc:title>{title}</dc:title><pdf:Producer>{date}</pdf:Producer></r:d></x:a>"
            )
        };
        let old = packet("2026-11-20", "Quyết định");
        assert!(same_but_dates(old.as_bytes(), packet("2026-11-22", "Quyết định").as_bytes()));
        assert!(!same_but_dates(old.as_bytes(), packet("2026-11-20", "Tờ trình").as_bytes()));
    }
}
