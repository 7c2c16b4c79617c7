//! What the merged file says about itself, in the two forms that readers know.

use std::fmt::Write as _;

use super::merge::About;
use super::syntax;

/// Namespaces of the packet, prefix and address.
const NAMESPACES: [(&str, &str); 7] = [
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("xmp", "http://ns.adobe.com/xap/1.0/"),
    ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"),
    ("pdfaid", "http://www.aiim.org/pdfa/ns/id/"),
    ("pdfuaid", "http://www.aiim.org/pdfua/ns/id/"),
    ("pdfaExtension", "http://www.aiim.org/pdfa/ns/extension/"),
    ("pdfaSchema", "http://www.aiim.org/pdfa/ns/schema#"),
];

/// PDF/A knows the property `pdfuaid:part` only if the packet itself describes it (ISO 19005-2, 6.6.2.3).
const UA_SCHEMA: &str = r#"<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289 the file keeps</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>"#;

/// What wrote the file.
const CREATOR: &str = "vinhdanh";

/// The XMP packet: PDF/A-2a, PDF/UA-1, title, author, language and day.
pub(super) fn packet(about: &About, id: &[u8; 16]) -> String {
    let (year, month, day) = about.date;
    let moment = format!("{year:04}-{month:02}-{day:02}T00:00:00+07:00");
    let id = id.iter().fold(String::new(), |mut text, byte| {
        // Writing to memory cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    let (title, author, language) = (escape(&about.title), escape(&about.author), escape(&about.language));
    let namespaces: String =
        NAMESPACES.iter().map(|(prefix, address)| format!(" xmlns:{prefix}=\"{address}\"")).collect();
    [
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>",
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">",
        &format!("<rdf:Description rdf:about=\"\"{namespaces}>"),
        &format!("<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>"),
        &format!("<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>"),
        &format!("<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>"),
        "<dc:format>application/pdf</dc:format>",
        &format!("<xmp:CreatorTool>{CREATOR}</xmp:CreatorTool>"),
        &format!("<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>"),
        &format!("<xmpMM:DocumentID>{id}</xmpMM:DocumentID><xmpMM:InstanceID>{id}</xmpMM:InstanceID>"),
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>",
        UA_SCHEMA,
        "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>",
    ]
    .concat()
}

/// Entries of the information dictionary, in agreement with the packet.
pub(super) fn information(out: &mut Vec<u8>, about: &About) {
    let (year, month, day) = about.date;
    let moment = format!("D:{year:04}{month:02}{day:02}000000+07'00");
    for (key, words) in [
        ("Title", about.title.as_str()),
        ("Author", &about.author),
        ("Creator", CREATOR),
        ("CreationDate", &moment),
        ("ModDate", &moment),
    ] {
        syntax::name(out, key.as_bytes());
        out.push(b' ');
        syntax::text(out, words);
    }
}

/// Text as XML; what XML cannot hold is left out, for it has no glyph either.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_break_out_of_the_packet() {
        let about = About {
            title: "A < B & \u{1}C\n]]>".to_owned(),
            author: "Ủy ban".to_owned(),
            language: "vi-VN".to_owned(),
            date: (2026, 1, 9),
        };
        let packet = packet(&about, &[7; 16]);
        assert!(packet.contains(">A &lt; B &amp; C ]]&gt;</rdf:li>"));
        assert!(packet.contains("2026-01-09T00:00:00+07:00"));
        let tags: Vec<&str> = packet.split('<').skip(1).map(|tag| tag.split(['>', ' ']).next().unwrap_or("")).collect();
        let mut open = Vec::new();
        for tag in tags.into_iter().filter(|tag| !tag.starts_with('?')) {
            match tag.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed)),
                None => open.push(tag),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}
