//! What a file says of its outline, tags, links and sheets.

use std::collections::BTreeMap;
use std::path::Path;

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::pdf::ask;

/// A file, strictly read.
pub fn read(pdf: &[u8]) -> Document {
    let options = lopdf::LoadOptions { strict: true, ..lopdf::LoadOptions::default() };
    Document::load_mem_with_options(pdf, options).expect("sound")
}

/// Titles of the outline with their depth and the page they lead to, from 1.
pub fn outline(document: &Document) -> Vec<(String, usize, u32)> {
    fn walk(document: &Document, node: ObjectId, depth: usize, found: &mut Vec<(String, usize, u32)>) {
        let mut next = entry(document, node, "First");
        while let Some(id) = next {
            let node = document.get_dictionary(id).expect("an entry");
            let title = lopdf::decode_text_string(node.get(b"Title").expect("a title")).expect("text");
            let place = document.dereference(node.get(b"Dest").expect("a place")).expect("a place").1;
            let page = place.as_array().expect("an array")[0].as_reference().expect("a page");
            let (number, _) = document.get_pages().into_iter().find(|(_, id)| *id == page).expect("in the file");
            found.push((title, depth, number));
            walk(document, id, depth + 1, found);
            next = entry(document, id, "Next");
        }
    }
    let root = document.catalog().expect("a catalog").get(b"Outlines").and_then(Object::as_reference);
    let mut found = Vec::new();
    walk(document, root.expect("an outline"), 1, &mut found);
    found
}

/// What an entry of a dictionary refers to.
pub fn entry(document: &Document, id: ObjectId, key: &str) -> Option<ObjectId> {
    document.get_dictionary(id).expect("a dictionary").get(key.as_bytes()).and_then(Object::as_reference).ok()
}

/// The text of all pages.
pub fn text(path: &Path) -> Option<String> {
    ask("pdftotext", &["-layout", path.to_str().expect("UTF-8"), "-"])
}

/// Size, turn and boxes of all pages.
pub fn sheets(path: &Path, found: &mut Vec<String>) {
    let told = ask("pdfinfo", &["-box", "-f", "1", "-l", "99", path.to_str().expect("UTF-8")]).expect("as before");
    let mut pages = BTreeMap::<usize, String>::new();
    for line in told.lines().filter_map(|line| line.strip_prefix("Page ")) {
        let (number, fact) = line.trim_start().split_once(' ').expect("a number");
        *pages.entry(number.parse().expect("a number")).or_default() += fact;
    }
    assert!(pages.values().all(|facts| facts.contains("size:") && facts.contains("TrimBox:")));
    found.extend(pages.into_values());
}

/// Structure elements below a node with their kind, in order.
pub fn elements(document: &Document, node: &Dictionary, parent: ObjectId, found: &mut Vec<(ObjectId, String)>) {
    let Ok(kids) = node.get(b"K") else { return };
    let kids = document.dereference(kids).expect("kids").1;
    for kid in kids.as_array().map_or_else(|_| vec![kids.clone()], Clone::clone) {
        let Ok(id) = kid.as_reference() else { continue };
        let element = document.get_dictionary(id).expect("an element");
        assert_eq!(element.get(b"P").and_then(Object::as_reference).expect("a parent"), parent);
        let kind = element.get(b"S").and_then(Object::as_name).expect("a kind");
        found.push((id, String::from_utf8_lossy(kind).into_owned()));
        elements(document, element, id, found);
    }
}

/// All elements of a file, and its structure tree.
pub fn structure(document: &Document) -> (&Dictionary, Vec<(ObjectId, String)>) {
    let root = document.catalog().expect("a catalog").get(b"StructTreeRoot").and_then(Object::as_reference);
    let root = root.expect("tagged");
    let tree = document.get_dictionary(root).expect("a tree");
    let mut found = Vec::new();
    elements(document, tree, root, &mut found);
    (tree, found)
}

/// Entries of a tree by number or name.
pub fn pairs(document: &Document, node: &Object, key: &str, found: &mut Vec<(Object, Object)>) {
    let node = document.dereference(node).expect("a node").1.as_dict().expect("a dictionary");
    if let Ok(each) = node.get(key.as_bytes()).and_then(Object::as_array) {
        found.extend(each.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())));
    }
    for kid in node.get(b"Kids").and_then(Object::as_array).map(Vec::as_slice).unwrap_or_default() {
        pairs(document, kid, key, found);
    }
}

/// Whither a link leads: an address, or a page from 0 and the place on it.
pub type Target = Result<String, (usize, String)>;

/// Where the links of a file stand, page from 0, and whither they lead: an address, or a page and the place on it. Each
/// is owned by an element that names it.
pub fn links(document: &Document) -> Vec<(usize, Target)> {
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    let catalog = document.catalog().expect("a catalog");
    let (mut names, mut owners) = (Vec::new(), Vec::new());
    if let Ok(tree) = catalog.get(b"Names").and_then(|names| document.dereference(names)) {
        pairs(document, tree.1.as_dict().and_then(|all| all.get(b"Dests")).expect("places"), "Names", &mut names);
    }
    pairs(document, structure(document).0.get(b"ParentTree").expect("parents"), "Nums", &mut owners);
    let mut found = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        let node = document.get_dictionary(*page).expect("a page");
        let Ok(all) = node.get(b"Annots").and_then(|all| document.dereference(all)) else { continue };
        for id in all.1.as_array().expect("an array").iter().map(|one| one.as_reference().expect("a link")) {
            let link = document.get_dictionary(id).expect("a link");
            let (_, owner) = owners
                .iter()
                .find(|(key, _)| link.get(b"StructParent").is_ok_and(|own| own == key))
                .expect("its element");
            let owner = document.get_dictionary(owner.as_reference().expect("an element")).expect("an element");
            assert!(format!("{owner:?}").contains(&format!("{} 0 R", id.0)), "{owner:?} does not name {id:?}");
            let action = link.get(b"A").ok().map(|action| document.dereference(action).expect("an action").1);
            let action = action.map(|action| action.as_dict().expect("an action"));
            if let Some(address) = action.and_then(|action| action.get(b"URI").ok()) {
                let address = address.as_str().expect("an address");
                found.push((number, Ok(String::from_utf8_lossy(address).into_owned())));
                continue;
            }
            let mut place = action.map_or_else(|| link.get(b"Dest"), |action| action.get(b"D")).expect("a place");
            if let Ok(name) = place.as_str() {
                let named = names.iter().find(|(one, _)| one.as_str().is_ok_and(|one| one == name));
                place = &named.expect("a place of this name").1;
            }
            let place = document.dereference(place).expect("a place").1;
            let place = place.as_dict().map_or(Ok(place), |place| place.get(b"D")).expect("a place");
            let place = document.dereference(place).expect("a place").1.as_array().expect("a place");
            let to = pages.iter().position(|page| place[0].as_reference().is_ok_and(|to| to == *page));
            found.push((number, Err((to.expect("a page of the file"), format!("{:?}", &place[1..])))));
        }
    }
    found
}
