//! What a file says about itself in XML (XMP, ISO 16684-1): the same but for dates and the program's name, however it is
//! written down. Programs that add a signature write the whole packet anew in a form of their own: a property as an element
//! or an attribute, a structure inside or in a `Description`, other prefixes.

use std::collections::BTreeMap;

use super::xml::{self, Element, Name};

const META: &str = "adobe:ns:meta/";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const BASIC: &str = "http://ns.adobe.com/xap/1.0/";
const MEDIA: &str = "http://ns.adobe.com/xap/1.0/mm/";
const PDF: &str = "http://ns.adobe.com/pdf/1.3/";

/// Properties every program that saves a file writes anew.
const PASSING: &[(&str, &str)] = &[
    (BASIC, "ModifyDate"),
    (BASIC, "MetadataDate"),
    (BASIC, "CreatorTool"),
    (PDF, "Producer"),
    (MEDIA, "InstanceID"),
    (MEDIA, "DocumentID"),
];

/// Whether two packets say the same but for those properties. What cannot be read is not the same as anything.
pub(super) fn same_but_dates(old: &[u8], new: &[u8]) -> bool {
    let said = |packet: &[u8]| std::str::from_utf8(packet).ok().and_then(said);
    matches!((said(old), said(new)), (Some(old), Some(new)) if old == new)
}

/// Properties with their values; one that is given twice has two.
type Properties = BTreeMap<Name, Vec<Value>>;

/// The value of a property.
#[derive(Debug, PartialEq)]
enum Value {
    /// Words, or an address, with their language.
    Words(String, Option<String>),
    /// Properties of its own.
    Structure(Properties),
    /// An array: `Seq`, `Bag` or `Alt`.
    Array(String, Vec<Self>),
}

/// What a packet says.
fn said(packet: &str) -> Option<Properties> {
    let mut root = xml::read(packet)?;
    if is(&root, META, "xmpmeta") {
        // The name of the program that wrote it stands in its attributes.
        root = only(root)?;
    }
    if !is(&root, RDF, "RDF") || !blank(&root.text) {
        return None;
    }
    let mut all = Properties::new();
    for description in &root.children {
        if !is(description, RDF, "Description") {
            return None;
        }
        for (name, values) in properties(description)? {
            all.entry(name).or_default().extend(values);
        }
    }
    all.retain(|(space, local), _| !PASSING.contains(&(space, local)));
    Some(all)
}

/// Properties of a `Description`, or of an element that stands for one.
fn properties(element: &Element) -> Option<Properties> {
    let mut found = Properties::new();
    if !blank(&element.text) {
        return None;
    }
    for (name, value) in &element.attributes {
        match (name.0.as_str(), name.1.as_str()) {
            (RDF, "about") if value.is_empty() => {}
            (RDF, "parseType") if value == "Resource" => {}
            // Anything else of RDF's own, or of no namespace, is beyond what packets are made of.
            (RDF | XML | "", _) => return None,
            _ => found.entry(name.clone()).or_default().push(Value::Words(value.clone(), None)),
        }
    }
    for child in &element.children {
        found.entry(child.name.clone()).or_default().push(value(child)?);
    }
    Some(found)
}

/// The value of a property written as an element.
fn value(element: &Element) -> Option<Value> {
    let attribute = |space: &str, local: &str| {
        element.attributes.iter().find(|((a, b), _)| a == space && b == local).map(|(_, value)| value.as_str())
    };
    let language = attribute(XML, "lang").map(str::to_owned);
    let others =
        element.attributes.iter().filter(|((space, local), _)| (space.as_str(), local.as_str()) != (XML, "lang"));
    if attribute(RDF, "parseType").is_some() {
        return properties(element).map(Value::Structure);
    }
    if let Some(address) = attribute(RDF, "resource") {
        let alone = others.count() == 1 && element.children.is_empty() && blank(&element.text);
        return alone.then(|| Value::Words(address.to_owned(), language));
    }
    match (others.count(), element.children.as_slice()) {
        (0, []) => Some(Value::Words(element.text.clone(), language)),
        (0, [inner]) if blank(&element.text) && language.is_none() && inner.name.0 == RDF => {
            match inner.name.1.as_str() {
                "Description" => properties(inner).map(Value::Structure),
                kind @ ("Seq" | "Bag" | "Alt") if inner.attributes.is_empty() && blank(&inner.text) => {
                    let items = inner.children.iter().map(|item| is(item, RDF, "li").then(|| value(item))?);
                    Some(Value::Array(kind.to_owned(), items.collect::<Option<_>>()?))
                }
                _ => None,
            }
        }
        // A structure of words, all in attributes.
        (_, []) if blank(&element.text) && language.is_none() => properties(element).map(Value::Structure),
        _ => None,
    }
}

fn is(element: &Element, space: &str, local: &str) -> bool {
    element.name.0 == space && element.name.1 == local
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// The only child of an element that says nothing itself.
fn only(mut element: Element) -> Option<Element> {
    let child = element.children.pop()?;
    (element.children.is_empty() && blank(&element.text)).then_some(child)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACES: &str = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dc='http://purl.org/dc/elements/1.1/' \
        xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:pdf='http://ns.adobe.com/pdf/1.3/' xmlns:m='http://ns.adobe.com/xap/1.0/mm/'";

    fn packet(description: &str) -> String {
        format!(
            "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='{}'>\
             <rdf:RDF {SPACES}>{description}</rdf:RDF></x:xmpmeta><?xpacket end='r'?>",
            description.len()
        )
    }

    fn same(one: &str, other: &str) -> bool {
        same_but_dates(packet(one).as_bytes(), packet(other).as_bytes())
    }

    #[test]
    fn a_new_date_is_no_change_and_a_new_title_is() {
        let said = |date: &str, title: &str, more: &str| {
            format!(
                "<rdf:Description rdf:about='' xmp:ModifyDate='{date}'><dc:title><rdf:Alt><rdf:li {more}>{title}</rdf:li></rdf:Alt>\
                 </dc:title><pdf:Producer>{date}</pdf:Producer></rdf:Description>"
            )
        };
        let old = said("2026-11-20", "Quyết định", "xml:lang='vi'");
        assert!(same(&old, &said("2026-11-22", "Quyết định", "xml:lang='vi'")));
        assert!(!same(&old, &said("2026-11-20", "Tờ trình", "xml:lang='vi'")));
        assert!(!same(&old, &said("2026-11-20", "Quyết định", "xml:lang='en'")));
        assert!(!same(&old, &said("2026-11-20", "Quyết định", "")));
        assert!(!same_but_dates(b"<a", b"<a"), "what cannot be read is not the same");
    }

    #[test]
    fn the_same_written_in_another_form_is_the_same() {
        let old = "<rdf:Description rdf:about=''><pdf:Keywords>a &amp; b</pdf:Keywords><m:History><rdf:Seq>\
            <rdf:li rdf:parseType='Resource'><m:action>saved</m:action></rdf:li></rdf:Seq></m:History>\
            <m:From>http://x</m:From></rdf:Description>";
        let new = "<rdf:Description rdf:about='' pdf:Keywords='a &#38; b' pdf:Producer='khác'/>\n<rdf:Description rdf:about=''>\n\
            <n:History xmlns:n='http://ns.adobe.com/xap/1.0/mm/'><rdf:Seq> <rdf:li><rdf:Description n:action='saved'/></rdf:li>\
            </rdf:Seq></n:History><m:From rdf:resource='http://x'/></rdf:Description>";
        assert!(same(old, new));
        assert!(!same(old, &new.replace("saved", "printed")));
        assert!(!same(old, &new.replace("Seq", "Bag")));
        assert!(!same(old, &new.replace("pdf:Keywords", "dc:Keywords")));
        assert!(!same(old, &new.replace("<m:From", "<m:From dc:title='x'")));
    }

    #[test]
    fn a_property_that_passes_at_the_top_stays_where_it_is_part_of_another() {
        let inside = |date: &str| {
            format!(
                "<rdf:Description rdf:about=''><m:Rights rdf:parseType='Resource'><xmp:ModifyDate>{date}</xmp:ModifyDate></m:Rights>\
                 </rdf:Description>"
            )
        };
        assert!(same(&inside("2020"), &inside("2020")));
        assert!(!same(&inside("2020"), &inside("2021")));
    }
}
