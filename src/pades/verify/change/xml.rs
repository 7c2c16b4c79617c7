//! As much of XML 1.0 with namespaces as metadata packets are written in; whatever else a file holds is not read.

/// Elements within elements.
const DEEPEST: usize = 32;
/// Prefixes in scope, and attributes of one element.
const MOST: usize = 64;
/// Longest name of a namespace, bytes.
const LONGEST_SPACE: usize = 200;
/// Longest packet, bytes: those of real files are far below.
const LONGEST: usize = 256 << 10;
/// The namespace of `xml:lang`.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// A name: its namespace and what stands after the prefix.
pub(super) type Name = (String, String);

/// An element.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Element {
    pub name: Name,
    /// Attributes, declarations of namespaces left out.
    pub attributes: Vec<(Name, String)>,
    pub children: Vec<Element>,
    /// Its words, those of its children left out.
    pub text: String,
}

/// Reads the one element of a packet; none where it is not well formed, or uses what packets have no need of (a document
/// type, entities of its own).
pub(super) fn read(text: &str) -> Option<Element> {
    if text.len() > LONGEST {
        return None;
    }
    let mut open: Vec<Element> = Vec::new();
    // Prefix → namespace, the innermost last; how many each open element added.
    let mut scope = vec![("xml".to_owned(), XML.to_owned())];
    let mut added: Vec<usize> = Vec::new();
    let mut root = None;
    let mut rest = text;
    while !rest.is_empty() {
        let Some(inner) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (words, after) = rest.split_at(end);
            rest = after;
            match open.last_mut() {
                Some(element) => element.text.push_str(&plain(words)?),
                None if words.trim_matches(|one: char| one.is_whitespace() || one == '\u{feff}').is_empty() => {}
                None => return None,
            }
            continue;
        };
        if let Some(comment) = inner.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if let Some(instruction) = inner.strip_prefix('?') {
            rest = instruction.split_once("?>")?.1;
        } else if let Some(closing) = inner.strip_prefix('/') {
            let (name, after) = closing.split_once('>')?;
            rest = after;
            let element = open.pop()?;
            if named(name.trim_end(), &scope, true)? != element.name {
                return None;
            }
            scope.truncate(scope.len() - added.pop()?);
            close(element, &mut open, &mut root)?;
        } else {
            if inner.starts_with('!') || open.len() == DEEPEST {
                return None;
            }
            let (name, attributes, closed, after) = tag(inner)?;
            rest = after;
            let before = scope.len();
            for (key, value) in &attributes {
                match key.strip_prefix("xmlns") {
                    Some("") => scope.push((String::new(), value.clone())),
                    Some(prefix) => scope.extend(prefix.strip_prefix(':').map(|one| (one.to_owned(), value.clone()))),
                    None => {}
                }
            }
            if scope.len() > MOST || scope.iter().any(|(_, space)| space.len() > LONGEST_SPACE) {
                return None;
            }
            let mut element = Element { name: named(name, &scope, true)?, ..Element::default() };
            for (key, value) in attributes.into_iter().filter(|(key, _)| !key.starts_with("xmlns")) {
                element.attributes.push((named(key, &scope, false)?, value));
            }
            if closed {
                scope.truncate(before);
                close(element, &mut open, &mut root)?;
            } else {
                added.push(scope.len() - before);
                open.push(element);
            }
        }
    }
    if open.is_empty() { root } else { None }
}

/// Gives an element to the one around it.
fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Option<()> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return None,
    }
    Some(())
}

/// Name, attributes and whether it is closed at once; what follows.
type Tag<'a> = (&'a str, Vec<(&'a str, String)>, bool, &'a str);

/// The tag at the beginning, without its bracket.
fn tag(inner: &str) -> Option<Tag<'_>> {
    let end = inner.find(|one: char| one.is_whitespace() || matches!(one, '>' | '/'))?;
    let (name, mut rest) = inner.split_at(end);
    let mut attributes: Vec<(&str, String)> = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            return Some((name, attributes, true, after));
        }
        if let Some(after) = rest.strip_prefix('>') {
            return Some((name, attributes, false, after));
        }
        let (key, after) = rest.split_once('=')?;
        let (key, after) = (key.trim_end(), after.trim_start());
        let quote = after.chars().next().filter(|one| matches!(one, '"' | '\''))?;
        let (value, after) = after.get(1..)?.split_once(quote)?;
        if attributes.len() == MOST
            || key.is_empty()
            || value.contains('<')
            || attributes.iter().any(|(known, _)| *known == key)
        {
            return None;
        }
        attributes.push((key, plain(value)?));
        rest = after;
    }
}

/// A name by the namespaces in scope; the usual one is for elements only.
fn named(name: &str, scope: &[(String, String)], element: bool) -> Option<Name> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let known = || scope.iter().rev().find(|(known, _)| known == prefix).map(|(_, space)| space.clone());
    let space = match (prefix, element) {
        ("", true) => known().unwrap_or_default(),
        ("", false) => String::new(),
        _ => known()?,
    };
    (!local.is_empty()).then(|| (space, local.to_owned()))
}

/// Words with their five entities and numbers of letters as the letters they stand for.
fn plain(words: &str) -> Option<String> {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, after) = after.split_once(';')?;
        out.push_str(before);
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = entity.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(digits) => u32::from_str_radix(digits, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)?
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_what_they_stand_for_where_they_stand() {
        let read = |text: &str| read(text);
        assert_eq!(read("<a:b xmlns:a='u' a:c='1'/>"), read("<x:b xmlns:x=\"u\" x:c=\"1\"></x:b>"));
        assert_ne!(read("<a:b xmlns:a='u'/>"), read("<a:b xmlns:a='v'/>"));
        assert_eq!(read("<a xmlns='u'>&lt;&#x1ea4;</a>").map(|one| one.text), Some("<Ấ".to_owned()));
    }

    #[test]
    fn what_is_not_well_formed_is_not_read() {
        for text in [
            "",
            "<a",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "x<a/>",
            "<p:a/>",
            "<a b='1' b='2'/>",
            "<a>&x;</a>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>",
            "<a b='<'/>",
            "<a b=1/>",
            "</a>",
            "<a>&#xd800;</a>",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(&deep(DEEPEST)).is_some());
        assert_eq!(read(&deep(DEEPEST + 1)), None);
        assert_eq!(read(&format!("<a>{}</a>", " ".repeat(LONGEST))), None);
        assert_eq!(read(&format!("<a xmlns='{}'/>", "u".repeat(LONGEST_SPACE + 1))), None);
    }
}
