//! What a file says about itself in XML (XMP, ISO 16684-1): the same but for dates and the program's name.

use std::collections::BTreeMap;

/// Properties every program that saves a file writes anew.
const PASSING: &[&str] =
    &["xmp:ModifyDate", "xmp:MetadataDate", "xmp:CreatorTool", "pdf:Producer", "xmpMM:InstanceID", "xmpMM:DocumentID"];

/// Whether two packets are the same without those properties, space between tags, the order of attributes, and the place
/// where a prefix is declared.
pub(super) fn same_but_dates(old: &[u8], new: &[u8]) -> bool {
    match (std::str::from_utf8(old), std::str::from_utf8(new)) {
        (Ok(old), Ok(new)) => match (lasting(old), lasting(new)) {
            (Some(old), Some(new)) => old == new,
            _ => false,
        },
        _ => false,
    }
}

/// What of a packet lasts.
#[derive(Debug, Default, PartialEq)]
struct Lasting<'a> {
    /// Tags and words, in order.
    kept: Vec<String>,
    /// What each prefix stands for.
    prefixes: BTreeMap<&'a str, &'a str>,
}

/// None where it is no XML of this kind, or a prefix stands for two things.
fn lasting(packet: &str) -> Option<Lasting<'_>> {
    let mut lasting = Lasting::default();
    let mut skipped: Option<&str> = None;
    let mut rest = packet;
    while !rest.is_empty() {
        let Some(inner) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (words, after) = rest.split_at(end);
            rest = after;
            let words = words.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
            if skipped.is_none() && !words.is_empty() {
                lasting.kept.push(words.to_owned());
            }
            continue;
        };
        let (tag, after) = inner.split_once('>')?;
        rest = after;
        let closed = tag.ends_with('/');
        let tag = tag.strip_suffix('/').unwrap_or(tag);
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        match skipped {
            Some(open) if name.strip_prefix('/') == Some(open) => skipped = None,
            Some(_) => {}
            None => match PASSING.iter().find(|one| **one == name) {
                Some(_) if closed => {}
                Some(one) => skipped = Some(one),
                None => lasting.tag(name, attributes, closed)?,
            },
        }
    }
    skipped.is_none().then_some(lasting)
}

impl<'a> Lasting<'a> {
    fn tag(&mut self, name: &str, mut attributes: &'a str, closed: bool) -> Option<()> {
        let mut kept = Vec::new();
        // Processing instructions mark where the packet begins and ends.
        if name.starts_with(['?', '!']) {
            self.kept.push(format!("{name} {attributes}"));
            return Some(());
        }
        loop {
            attributes = attributes.trim_start();
            if attributes.is_empty() {
                break;
            }
            let (key, after) = attributes.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
            let (value, after) = after.get(1..)?.split_once(quote)?;
            attributes = after;
            let key = key.trim_end();
            if let Some(prefix) = key.strip_prefix("xmlns") {
                if *self.prefixes.entry(prefix).or_insert(value) != value {
                    return None;
                }
            } else if !PASSING.contains(&key) {
                kept.push(format!("{key}={value}"));
            }
        }
        kept.sort();
        self.kept.push(format!("{name} {} {closed}", kept.join(" ")));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_date_is_no_change_and_a_new_title_is() {
        let packet = |date: &str, title: &str, more: &str| {
            format!(
                "<x:a><r:d xmlns:dc='u' xmp:ModifyDate=\"{date}\" a=\"1\"><dc:title {more}>{title}</dc:title><pdf:Producer>{date}</pdf:Producer></r:d></x:a>"
            )
        };
        let same = |one: &str, other: &str| same_but_dates(one.as_bytes(), other.as_bytes());
        let old = packet("2026-11-20", "Quyết định", "");
        assert!(same(&old, &packet("2026-11-22", "Quyết định", "xmlns:dc='u'")));
        assert!(!same(&old, &packet("2026-11-20", "Tờ trình", "")));
        assert!(!same(&old, &packet("2026-11-20", "Quyết định", "xml:lang='en'")));
        assert!(!same(&old, &packet("2026-11-20", "Quyết định", "xmlns:dc='v'")));
        assert!(!same("<a", "<a"), "what cannot be read is not the same");
    }
}
