//! What is written once all files are in: the roots of the trees, and what the file says about itself.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::merge::{Merged, Merger, notes};
use super::{metadata, syntax};

impl<W: Write> Merger<W> {
    /// Ends the file.
    pub(super) fn end(self) -> io::Result<Merged<W>> {
        let Self { mut writer, about, root, tree, tops, next_key, attached, .. } = self;
        let outline = self.outline.finish(&mut writer)?;
        let [parents, ids, destinations, labels] =
            [self.parents, self.ids, self.destinations, self.labels].map(|tree| tree.finish(&mut writer));
        let (parents, ids, destinations, labels) = (parents?, ids?, destinations?, labels?);
        let pages = self.pages.finish(&mut writer)?;
        writer.object(root, |out| {
            out.extend_from_slice(b"<</Type /StructElem/S /Document");
            syntax::link(out, "P", tree);
            out.extend_from_slice(b"/K ");
            syntax::refer_all(out, &tops);
            out.extend_from_slice(b">>");
        })?;
        writer.object(tree, |out| {
            out.extend_from_slice(b"<</Type /StructTreeRoot/K [");
            syntax::refer(out, root);
            out.extend_from_slice(b"]/ParentTreeNextKey ");
            syntax::display(out, next_key);
            for (key, number) in [("ParentTree", parents), ("IDTree", ids)] {
                if let Some(number) = number {
                    syntax::link(out, key, number);
                }
            }
            names(out, "RoleMap", &self.role_map, syntax::name);
            names(out, "ClassMap", &self.classes, |out, value| out.extend_from_slice(value));
            if !self.namespaces.is_empty() {
                out.extend_from_slice(b"/Namespaces ");
                syntax::refer_all(out, &self.namespaces);
            }
            out.extend_from_slice(b">>");
        })?;
        let information = writer.number();
        writer.object(information, |out| {
            out.extend_from_slice(b"<<");
            metadata::information(out, &about);
            out.extend_from_slice(b">>");
        })?;
        let id = writer.fingerprint()?;
        let packet = writer.number();
        writer.stream(
            packet,
            |out| out.extend_from_slice(b"/Type /Metadata/Subtype /XML"),
            metadata::packet(&about, &id).as_bytes(),
        )?;
        let catalog = writer.number();
        writer.object(catalog, |out| {
            out.extend_from_slice(b"<</Type /Catalog/Lang ");
            syntax::text(out, &about.language);
            out.extend_from_slice(b"/MarkInfo <</Marked true>>/ViewerPreferences <</DisplayDocTitle true>>");
            syntax::link(out, "Metadata", packet);
            syntax::link(out, "StructTreeRoot", tree);
            if let Some((pages, _)) = pages {
                syntax::link(out, "Pages", pages);
            }
            if let Some(outline) = outline {
                syntax::link(out, "Outlines", outline);
                out.extend_from_slice(b"/PageMode /UseOutlines");
            }
            if let Some(labels) = labels {
                syntax::link(out, "PageLabels", labels);
            }
            if let Some(destinations) = destinations {
                out.extend_from_slice(b"/Names <<");
                syntax::link(out, "Dests", destinations);
                out.extend_from_slice(b">>");
            }
            if let Some((_, intents)) = &self.intents {
                out.extend_from_slice(b"/OutputIntents ");
                out.extend_from_slice(intents);
            }
            out.extend_from_slice(b">>");
        })?;
        let (out, bytes) = writer.finish(catalog, information, &id)?;
        Ok(Merged { out, pages: self.page_count, bytes, notes: notes(attached) })
    }
}

fn names(out: &mut Vec<u8>, key: &str, map: &BTreeMap<Vec<u8>, Vec<u8>>, write: impl Fn(&mut Vec<u8>, &[u8])) {
    if map.is_empty() {
        return;
    }
    syntax::name(out, key.as_bytes());
    out.extend_from_slice(b" <<");
    for (name, value) in map {
        syntax::name(out, name);
        out.push(b' ');
        write(out, value);
    }
    out.extend_from_slice(b">>");
}
