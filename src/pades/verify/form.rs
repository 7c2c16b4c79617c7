//! Pages of a file and its signature fields.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::file::{Body, File, Id, Unreadable, Value};

/// Pages, fields and annotations that are looked at.
const MANY: usize = 50_000;
/// Longest full name of a field, bytes: every field below has it, too.
const LONGEST_NAME: usize = 1_000;
/// Deepest tree of pages or fields.
const DEPTH: usize = 32;

/// The pages, in order.
pub(super) struct Pages {
    /// Their objects.
    pub(super) ids: Vec<Id>,
    numbers: BTreeMap<Id, usize>,
}

impl Pages {
    /// Walks the tree of pages.
    pub(super) fn read(file: &File) -> Result<Self, Unreadable> {
        let (_, catalog) = file.catalog()?;
        let mut pages = Self { ids: Vec::new(), numbers: BTreeMap::new() };
        let mut seen = BTreeSet::new();
        let root = catalog.dictionary().and_then(|entries| entries.get(b"Pages".as_slice())).cloned();
        let mut open = vec![(root.and_then(|root| root.reference()), 0)];
        while let Some((id, depth)) = open.pop() {
            let id = id.ok_or(Unreadable("its pages are missing"))?;
            if depth > DEPTH || !seen.insert(id) || seen.len() > MANY {
                return Err(Unreadable("its tree of pages is wrong"));
            }
            let node = file.object(id)?.ok_or(Unreadable("its pages are missing"))?;
            let entries = node.dictionary().ok_or(Unreadable("its tree of pages is wrong"))?;
            if entries.contains_key(b"Kids".as_slice()) {
                let kids = file.entry(entries, "Kids")?;
                let kids = kids.value.array().ok_or(Unreadable("its tree of pages is wrong"))?;
                open.extend(kids.iter().rev().map(|kid| (kid.reference(), depth + 1)));
            } else {
                pages.ids.push(id);
                pages.numbers.insert(id, pages.ids.len());
            }
        }
        Ok(pages)
    }

    /// The number of a page, from 1.
    pub(super) fn number(&self, id: Id) -> Option<usize> {
        self.numbers.get(&id).copied()
    }
}

/// A signature field, seen through one of its widgets.
#[derive(Debug, Clone)]
pub(super) struct SignatureField {
    /// The field's object.
    pub(super) id: Id,
    /// The widgets: the field itself, or its kids.
    pub(super) widgets: Vec<Id>,
    /// Its full name.
    pub(super) name: String,
    /// What it holds.
    pub(super) value: Option<Id>,
    /// What signing it locks.
    pub(super) lock: Option<Rc<Body>>,
}

/// All fields of the form: those for signatures, and how many others there are.
pub(super) struct Form {
    /// The object of the form, where it is one of its own.
    pub(super) id: Option<Id>,
    /// Signature fields, in the form's order.
    pub(super) signatures: Vec<SignatureField>,
    /// Fields of other kinds.
    pub(super) others: usize,
    /// Kids met so far; many fields may share one list of them.
    kids: usize,
}

/// A node of the tree of fields on the way down.
struct Node {
    id: Id,
    depth: usize,
    name: String,
    kind: Option<Vec<u8>>,
    value: Option<Rc<Value>>,
}

impl Form {
    /// Walks the form.
    pub(super) fn read(file: &File) -> Result<Self, Unreadable> {
        let (_, catalog) = file.catalog()?;
        let mut form = Self { id: None, signatures: Vec::new(), others: 0, kids: 0 };
        let Some(entry) = catalog.dictionary().and_then(|entries| entries.get(b"AcroForm".as_slice())) else {
            return Ok(form);
        };
        form.id = entry.reference();
        let body = file.resolve(entry)?;
        let Some(entries) = body.dictionary() else { return Ok(form) };
        let fields = file.entry(entries, "Fields")?;
        let node = |value: &Value| {
            let id = value.reference().ok_or(Unreadable("a form field is wrong"))?;
            Ok(Node { id, depth: 0, name: String::new(), kind: None, value: None })
        };
        let mut open: Vec<Node> =
            fields.value.array().unwrap_or_default().iter().rev().map(node).collect::<Result<_, Unreadable>>()?;
        let mut seen = BTreeSet::new();
        while let Some(node) = open.pop() {
            if node.depth > DEPTH || !seen.insert(node.id) || seen.len() > MANY {
                return Err(Unreadable("its tree of form fields is wrong"));
            }
            form.node(file, node, &mut open)?;
        }
        Ok(form)
    }

    fn node(&mut self, file: &File, node: Node, open: &mut Vec<Node>) -> Result<(), Unreadable> {
        let Some(body) = file.object(node.id)? else { return Ok(()) };
        let entries = body.dictionary().ok_or(Unreadable("a form field is wrong"))?;
        let own = file.entry(entries, "T")?.value.string().map(words);
        let name = match (own, node.name.is_empty()) {
            (Some(own), true) => own,
            (Some(own), false) => format!("{}.{own}", node.name),
            (None, _) => node.name,
        };
        if name.len() > LONGEST_NAME {
            return Err(Unreadable("the name of a form field is too long"));
        }
        let kind = file.entry(entries, "FT")?.value.name().map(<[u8]>::to_vec).or(node.kind);
        let value = entries.get(b"V".as_slice()).cloned().map(Rc::new).or(node.value);
        let kids = file.entry(entries, "Kids")?;
        let kids = kids.value.array().unwrap_or_default();
        self.kids += kids.len();
        if self.kids > MANY {
            return Err(Unreadable("its form has too many fields"));
        }
        let mut widgets = Vec::new();
        let mut fields = Vec::new();
        for kid in kids {
            let id = kid.reference().ok_or(Unreadable("a form field is wrong"))?;
            let below = file.object(id)?;
            let named =
                below.as_ref().and_then(|body| body.dictionary()).is_some_and(|kid| kid.contains_key(b"T".as_slice()));
            if named { fields.push(id) } else { widgets.push(id) }
        }
        if !fields.is_empty() {
            let depth = node.depth + 1;
            let next = |id: &Id| Node { id: *id, depth, name: name.clone(), kind: kind.clone(), value: value.clone() };
            open.extend(fields.iter().rev().map(next));
            return Ok(());
        }
        if kind.as_deref() != Some(b"Sig") {
            self.others += 1;
            return Ok(());
        }
        if widgets.is_empty() {
            widgets.push(node.id);
        }
        let value = match value.as_deref() {
            Some(Value::Reference(id)) => file.object(*id)?.filter(|body| body.dictionary().is_some()).map(|_| *id),
            Some(Value::Null) | None => None,
            // A signature written straight into its field: no reader finds its own place again.
            Some(_) => Some(node.id),
        };
        let lock = Some(file.entry(entries, "Lock")?).filter(|lock| lock.dictionary().is_some());
        self.signatures.push(SignatureField { id: node.id, widgets, name, value, lock });
        Ok(())
    }
}

/// Where a widget stands: its page, and left, top, width, height in points from the top left of the page.
pub(super) fn place(file: &File, pages: &Pages, widget: Id) -> Result<(Option<usize>, Option<[f64; 4]>), Unreadable> {
    let Some(body) = file.object(widget)? else { return Ok((None, None)) };
    let Some(entries) = body.dictionary() else { return Ok((None, None)) };
    let Some(page) = page_of(file, pages, widget, &body)? else { return Ok((None, None)) };
    let rectangle = corners(&file.entry(entries, "Rect")?.value);
    let sheet = inherited(file, page, "MediaBox")?.and_then(|value| corners(&value));
    let place = match (rectangle, sheet) {
        (Some([left, bottom, right, top]), Some([x, _, _, y])) => {
            let (width, height) = (right - left, top - bottom);
            let rounded = |number: f64| (number * 100.0).round() / 100.0;
            (width > 0.0 && height > 0.0).then(|| [left - x, y - top, width, height].map(rounded))
        }
        _ => None,
    };
    Ok((pages.number(page), place))
}

/// The page a widget belongs to: the one it names, else the one that lists it.
fn page_of(file: &File, pages: &Pages, widget: Id, body: &Body) -> Result<Option<Id>, Unreadable> {
    let named = body.dictionary().and_then(|entries| entries.get(b"P".as_slice())).and_then(Value::reference);
    if let Some(page) = named.filter(|page| pages.number(*page).is_some()) {
        return Ok(Some(page));
    }
    for page in &pages.ids {
        let Some(body) = file.object(*page)? else { continue };
        let Some(entries) = body.dictionary() else { continue };
        let annotations = file.entry(entries, "Annots")?;
        if annotations.value.array().unwrap_or_default().contains(&Value::Reference(widget)) {
            return Ok(Some(*page));
        }
    }
    Ok(None)
}

/// An entry of a page, its own or of a node above it.
fn inherited(file: &File, page: Id, key: &str) -> Result<Option<Value>, Unreadable> {
    let mut next = Some(page);
    for _ in 0..DEPTH {
        let Some(body) = next.map(|id| file.object(id)).transpose()?.flatten() else { return Ok(None) };
        let Some(entries) = body.dictionary() else { return Ok(None) };
        if entries.contains_key(key.as_bytes()) {
            return Ok(Some(file.entry(entries, key)?.value.clone()));
        }
        next = entries.get(b"Parent".as_slice()).and_then(Value::reference);
    }
    Ok(None)
}

/// Left, bottom, right, top of a rectangle, whichever corners it names.
fn corners(value: &Value) -> Option<[f64; 4]> {
    let numbers: Vec<f64> = value.array()?.iter().map(Value::number).collect::<Option<_>>()?;
    let [x1, y1, x2, y2] = numbers.try_into().ok()?;
    Some([f64::min(x1, x2), f64::min(y1, y2), f64::max(x1, x2), f64::max(y1, y2)])
}

/// A text string (ISO 32000-1, 7.9.2.2): UTF-16 or UTF-8 with their marks, else bytes as Latin letters.
pub(super) fn words(bytes: &[u8]) -> String {
    let words: String = match bytes {
        [0xFE, 0xFF, wide @ ..] => {
            let units: Vec<u16> = wide.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        [0xEF, 0xBB, 0xBF, narrow @ ..] => String::from_utf8_lossy(narrow).into_owned(),
        plain => plain.iter().map(|byte| char::from(*byte)).collect(),
    };
    words.chars().filter(|letter| !letter.is_control()).take(200).collect()
}
