//! Data made from a contract: every keyword the contracts use, in the manner a case asks for.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value, json};

use super::corpus::{self, About};
use super::dice::Dice;
use super::pattern;

/// Letters of all texts of one case, about; beyond them everything is made small.
const MOST_LETTERS: usize = 120_000;

/// Nested objects and lists beyond which only what is required is made.
const DEEP: usize = 9;

/// Greatest length where the contract sets none.
const OPEN_LENGTH: usize = 300;

/// The manner of a case.
#[derive(Debug, Clone)]
pub struct Manner {
    /// Which optional keys.
    pub optional: Optional,
    /// How many items.
    pub items: Items,
    /// What the texts hold.
    pub text: Text,
    /// Which numbers and dates.
    pub size: Size,
}

/// Which optional keys are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optional {
    /// None of them.
    Absent,
    /// All of them.
    Present,
    /// Each by a throw.
    Thrown,
}

/// How many items a list has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Items {
    /// As few as the contract allows.
    Least,
    /// One.
    One,
    /// A few.
    Usual,
    /// One each, and so many in the list at this path (keys joined by `/`, `*` for an item).
    Huge(String, usize),
}

/// What the texts hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// Words fit for the key.
    Usual,
    /// Words up to the greatest length.
    Longest,
    /// All letters with marks.
    Letters,
    /// Code of Typst, minijinja, HTML.
    Markup,
    /// Invisible characters, other directions, stray marks.
    Hidden,
    /// One word that never ends.
    OneWord,
}

/// Which numbers and dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Somewhere between.
    Usual,
    /// At the lower bound, the earliest day.
    Low,
    /// At the upper bound, the last day.
    High,
}

/// A list of a contract that may grow long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongList {
    /// Keys joined by `/`, `*` for an item.
    pub path: String,
    /// Most items the contract allows, if it says.
    pub most: Option<usize>,
}

/// Makes data of one contract.
pub struct Maker<'a> {
    root: &'a Value,
    dice: Dice,
    manner: Manner,
    letters: usize,
    path: Vec<String>,
    /// Length of the lists of one object by their bounds: columns and the cells of a row agree.
    lengths: HashMap<(usize, usize), usize>,
    /// Whether the list that was to be huge was met.
    met: bool,
}

impl<'a> Maker<'a> {
    /// A maker over a bundled contract.
    pub fn new(root: &'a Value, seed: u64, manner: Manner) -> Self {
        Self {
            root,
            dice: Dice::new(seed),
            manner,
            letters: MOST_LETTERS,
            path: Vec::new(),
            lengths: HashMap::new(),
            met: false,
        }
    }

    /// A whole document, and whether the list that was to be huge is in it.
    pub fn make(mut self) -> (Value, bool) {
        let value = self.value(self.root, "");
        (value, self.met)
    }

    /// A sample with its words made anew and its lists cut or stretched: what must agree across it still does.
    pub fn remake(mut self, sample: &Value) -> (Value, bool) {
        let root = self.root;
        let value = self.remade(root, sample, "");
        (value, self.met)
    }

    fn remade(&mut self, schema: &Value, was: &Value, key: &str) -> Value {
        let schema = self.resolved(schema);
        let free = ["enum", "const", "pattern", "format"].iter().all(|word| schema.get(*word).is_none());
        match was {
            Value::Object(map) => {
                let made = map.iter().map(|(name, inner)| {
                    let made = self.inside(name, |maker| maker.remade(&schema["properties"][name], inner, name));
                    (name.clone(), made)
                });
                Value::Object(made.collect())
            }
            // Only lists of objects and of texts stretch: a row has as many cells as its table.
            Value::Array(items)
                if items.iter().all(|item| item.is_object() || item.is_string()) && !items.is_empty() =>
            {
                let least = usize_of(&schema, "minItems").unwrap_or(0);
                let most = usize_of(&schema, "maxItems").unwrap_or(usize::MAX);
                let huge = matches!(&self.manner.items, Items::Huge(target, _) if *target == self.path.join("/"));
                let count = match &self.manner.items {
                    Items::Huge(_, count) if huge => *count,
                    _ => items.len(),
                };
                self.met |= huge;
                let made = items.iter().cycle().take(count.clamp(least, most));
                let made =
                    made.map(|item| self.inside("*", |maker| maker.remade(&schema["items"], item, key))).collect();
                Value::Array(made)
            }
            Value::Array(items) => {
                let made = items.iter().map(|item| self.inside("*", |maker| maker.remade(&schema["items"], item, key)));
                Value::Array(made.collect())
            }
            Value::String(_) if free && self.kind(&schema) == "string" => self.string(&schema, key),
            other => other.clone(),
        }
    }

    fn value(&mut self, schema: &Value, key: &str) -> Value {
        let schema = self.resolved(schema);
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(options) = schema["enum"].as_array() {
            return options.get(self.dice.below(options.len())).cloned().unwrap_or(Value::Null);
        }
        match self.kind(&schema) {
            "object" => self.object(&schema),
            "array" => self.array(&schema, key),
            "integer" => self.integer(&schema),
            "number" => self.number(&schema),
            "boolean" => Value::Bool(self.dice.one_in(2)),
            "null" => Value::Null,
            _ => self.string(&schema, key),
        }
    }

    /// Whether a property can have any value: the files of a folder may be none.
    fn can_be(&mut self, schema: &Value) -> bool {
        self.resolved(schema)["enum"].as_array().is_none_or(|options| !options.is_empty())
    }

    /// The schema with its reference followed, its unconditional parts joined in, one of its alternatives taken.
    fn resolved(&mut self, schema: &Value) -> Value {
        let mut joined = schema.clone();
        while let Some(reference) = joined["$ref"].as_str().map(str::to_owned) {
            let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)).cloned();
            if let Some(object) = joined.as_object_mut() {
                object.remove("$ref");
            }
            joined = join(target.unwrap_or(Value::Bool(true)), &joined);
        }
        for part in joined["allOf"].as_array().cloned().unwrap_or_default() {
            if part.get("if").is_none() {
                let part = self.resolved(&part);
                joined = join(joined, &part);
            }
        }
        for word in ["oneOf", "anyOf"] {
            if let Some(options) = joined[word].as_array().cloned() {
                let chosen = options.get(self.dice.below(options.len())).cloned().unwrap_or(Value::Null);
                let chosen = self.resolved(&chosen);
                joined = join(joined, &chosen);
            }
        }
        joined
    }

    fn kind(&mut self, schema: &Value) -> &'static str {
        const KINDS: [&str; 7] = ["object", "array", "integer", "number", "boolean", "null", "string"];
        let named = match &schema["type"] {
            Value::String(one) => one.clone(),
            Value::Array(many) => {
                many.get(self.dice.below(many.len())).and_then(Value::as_str).unwrap_or("string").to_owned()
            }
            _ if schema.get("properties").is_some() => "object".into(),
            _ if schema.get("items").is_some() => "array".into(),
            _ => "string".into(),
        };
        KINDS.into_iter().find(|kind| *kind == named).unwrap_or("string")
    }

    fn object(&mut self, schema: &Value) -> Value {
        let outer = std::mem::take(&mut self.lengths);
        let mut made = Map::new();
        // What a condition asks about comes first: its answer says what the rest may be.
        let conditions: Vec<Value> = std::iter::once(schema)
            .chain(schema["allOf"].as_array().into_iter().flatten())
            .filter(|part| part.get("if").is_some())
            .cloned()
            .collect();
        let asked = |name: &str| {
            conditions.iter().map(|part| &part["if"]).any(|condition| {
                condition["properties"].get(name).is_some()
                    || condition["required"].as_array().is_some_and(|all| all.iter().any(|word| word == name))
            })
        };
        let whole = schema.clone();
        let names: Vec<String> =
            whole["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for name in names.iter().filter(|name| asked(name)) {
            self.property(&whole, name, &mut made);
        }
        let mut whole = whole;
        for part in &conditions {
            let branch = if holds(&part["if"], &made) { "then" } else { "else" };
            if let Some(more) = part.get(branch) {
                whole = join(whole, more);
            }
        }
        made.retain(|name, _| whole["properties"][name] != Value::Bool(false));
        for name in names.iter().filter(|name| !asked(name)) {
            self.property(&whole, name, &mut made);
        }
        let least = usize_of(&whole, "minProperties").unwrap_or(0);
        for name in &names {
            if made.len() < least && !made.contains_key(name) && whole["properties"][name] != Value::Bool(false) {
                let value = self.inside(name, |maker| maker.value(&whole["properties"][name], name));
                made.insert(name.clone(), value);
            }
        }
        self.lengths = outer;
        // The contract's order, not that of the making.
        let ordered = names.iter().filter_map(|name| Some((name.clone(), made.get(name)?.clone()))).collect();
        Value::Object(ordered)
    }

    fn property(&mut self, whole: &Value, name: &str, made: &mut Map<String, Value>) {
        let schema = &whole["properties"][name];
        let required = whole["required"].as_array().into_iter().flatten().any(|word| word == name);
        let wanted = *schema != Value::Bool(false)
            && (required || self.can_be(schema))
            && (required || self.on_the_way(name) || (self.path.len() < DEEP && self.letters > 0 && self.optional()));
        if wanted {
            let value = self.inside(name, |maker| maker.value(schema, name));
            made.insert(name.to_owned(), value);
        }
    }

    fn optional(&mut self) -> bool {
        match self.manner.optional {
            Optional::Absent => false,
            Optional::Present => true,
            Optional::Thrown => self.dice.one_in(2),
        }
    }

    /// Whether `name` leads to the list that is to be huge.
    fn on_the_way(&self, name: &str) -> bool {
        let Items::Huge(target, _) = &self.manner.items else { return false };
        let here = self.path.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("/");
        *target == here || target.starts_with(&format!("{here}/"))
    }

    fn inside<T>(&mut self, step: &str, make: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.to_owned());
        let made = make(self);
        self.path.pop();
        made
    }

    fn array(&mut self, schema: &Value, key: &str) -> Value {
        let least = usize_of(schema, "minItems").unwrap_or(0);
        let most = usize_of(schema, "maxItems").unwrap_or(usize::MAX);
        let wished = match &self.manner.items {
            Items::Least => least,
            Items::Huge(target, count) if *target == self.path.join("/") => {
                self.met = true;
                *count
            }
            Items::One | Items::Huge(..) => 1,
            Items::Usual if self.letters == 0 || self.path.len() >= DEEP => least,
            Items::Usual => least.max(1) + self.dice.below(3),
        };
        let mut count = wished.clamp(least, most);
        if usize_of(schema, "maxItems").is_some_and(|most| most < 100) {
            count = *self.lengths.entry((least, most)).or_insert(count);
        }
        // Rows keep the lengths of their table: an object clears them, a list does not.
        let items = schema.get("items").cloned().unwrap_or(json!({"type": "string"}));
        let unique = schema["uniqueItems"] == Value::Bool(true);
        let mut made: Vec<Value> = Vec::new();
        // A list without repeats may need more throws than it has items.
        let throws = if unique { 20 * count } else { count };
        for _ in 0..throws {
            if made.len() == count {
                break;
            }
            let value = self.inside("*", |maker| maker.value(&items, key));
            if !(unique && made.contains(&value)) {
                made.push(value);
            }
        }
        Value::Array(made)
    }

    fn integer(&mut self, schema: &Value) -> Value {
        let bound = |word: &str, off: i64| schema[word].as_i64().map(|value| value + off);
        let low = bound("minimum", 0).or(bound("exclusiveMinimum", 1));
        let high = bound("maximum", 0).or(bound("exclusiveMaximum", -1));
        let (low, high) = (low.unwrap_or(0), high.unwrap_or(low.unwrap_or(0).saturating_add(1_000_000)));
        let value = match self.manner.size {
            Size::Low => low,
            Size::High => high,
            Size::Usual => {
                let edges = [0, 1, 9, 10, 1_000, 2_021];
                let edge = edges[self.dice.below(edges.len())];
                if (low..=high).contains(&edge) { edge } else { self.dice.between(low, high) }
            }
        };
        let step = schema["multipleOf"].as_i64().filter(|step| *step > 0).unwrap_or(1);
        json!(value.div_euclid(step) * step)
    }

    fn number(&mut self, schema: &Value) -> Value {
        let bound = |word: &str, other: &str| schema[word].as_f64().or(schema[other].as_f64());
        let low = bound("minimum", "exclusiveMinimum").unwrap_or(0.0);
        let high = bound("maximum", "exclusiveMaximum").unwrap_or(low + 1_000_000.0);
        let value = match self.manner.size {
            Size::Low => low,
            Size::High => high,
            Size::Usual => (low + (high - low) * self.dice.below(10_000) as f64 / 10_000.0 * 100.0).round() / 100.0,
        };
        Number::from_f64(value.clamp(low, high)).map_or(Value::Null, Value::Number)
    }

    fn string(&mut self, schema: &Value, key: &str) -> Value {
        let made = match schema["format"].as_str() {
            Some("date") => self.day().to_owned(),
            Some("ky-hieu") => self.symbol(),
            Some("ngay-gio") => format!("{}T{:02}:{:02}", self.day(), self.dice.below(24), self.dice.below(60)),
            Some("ty-le") => self.dice.pick(&["1/2", "2/3", "90%", "66,7%", "100%"]).unwrap_or("2/3").to_owned(),
            Some("anh-png") => return json!(picture()),
            _ => self.words(schema, key),
        };
        self.letters = self.letters.saturating_sub(made.chars().count());
        Value::String(made)
    }

    fn day(&mut self) -> &'static str {
        match self.manner.size {
            Size::Low => "1900-01-01",
            Size::High => "2200-12-31",
            Size::Usual => self
                .dice
                .pick(&["2021-09-29", "2024-02-29", "2021-01-02", "2025-12-31", "2022-10-10"])
                .unwrap_or("2021-09-29"),
        }
    }

    fn symbol(&mut self) -> String {
        let symbols: &[&str] = match self.manner.text {
            Text::Longest => &["QĐ-UBND-TĐKT"],
            _ => &["QĐ-UBND", "BC-UBND", "QĐ-SNV", "TTr-PNV"],
        };
        self.dice.pick(symbols).unwrap_or("QĐ-UBND").to_owned()
    }

    fn words(&mut self, schema: &Value, key: &str) -> String {
        let least = usize_of(schema, "minLength").unwrap_or(0);
        let most = usize_of(schema, "maxLength").unwrap_or(OPEN_LENGTH.max(least));
        let mut start = String::new();
        if let Some(source) = schema["pattern"].as_str() {
            let examples: Vec<&str> =
                schema["examples"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            // A pattern says what a name looks like, an example that there is such a thing: each has its turn.
            if let Some(example) = self.dice.pick(&examples).filter(|_| self.dice.one_in(2)) {
                return example.to_owned();
            }
            match pattern::sample(source, &mut self.dice) {
                Some((whole, true)) => return whole,
                Some((begun, false)) => start = begun,
                // Syntax not read here: the author's own example is a text that fits.
                None => return schema["examples"][0].as_str().unwrap_or_default().to_owned(),
            }
        }
        let room = most.saturating_sub(start.chars().count());
        let about = About::key(key);
        let manner = if self.letters == 0 { Text::Usual } else { self.manner.text };
        let made = match manner {
            Text::Usual => corpus::cut(&corpus::text(&mut self.dice, about), room),
            Text::Longest => corpus::filled(&mut self.dice, about, room),
            Text::Letters => self.letters_of(room),
            Text::Markup => corpus::cut(self.dice.pick(corpus::MARKUP).unwrap_or("#x"), room),
            Text::Hidden => corpus::cut(self.dice.pick(corpus::HIDDEN).unwrap_or("x"), room),
            Text::OneWord => corpus::ONE_WORD.chars().take(room).collect(),
        };
        let made = format!("{start}{made}");
        let short = least.saturating_sub(made.chars().count());
        made + &"a".repeat(short)
    }

    /// All letters with marks in words of seven; where there is no room for all, a part that begins anywhere.
    fn letters_of(&mut self, room: usize) -> String {
        let letters: Vec<char> = corpus::MARKED.chars().collect();
        let from = if room < letters.len() * 8 / 7 + 1 { self.dice.below(letters.len()) } else { 0 };
        let turned: Vec<char> = letters.iter().cycle().skip(from).take(letters.len()).copied().collect();
        let words: Vec<String> = turned.chunks(7).map(|word| word.iter().collect()).collect();
        corpus::cut(&words.join(" "), room)
    }
}

/// Lists of a contract that may have `from` items or more, the longest first.
pub fn long_lists(root: &Value, from: usize) -> Vec<LongList> {
    let mut found = Vec::new();
    search(root, root, &mut Vec::new(), from, &mut found);
    found.sort_by_key(|list| std::cmp::Reverse(list.most.unwrap_or(usize::MAX)));
    found
}

fn search(root: &Value, schema: &Value, path: &mut Vec<String>, from: usize, found: &mut Vec<LongList>) {
    if path.len() > DEEP {
        return;
    }
    if let Some(target) = schema["$ref"].as_str().and_then(|reference| root.pointer(reference.strip_prefix('#')?)) {
        return search(root, target, path, from, found);
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        path.push(name.clone());
        search(root, inner, path, from, found);
        path.pop();
    }
    if let Some(items) = schema.get("items") {
        let most = usize_of(schema, "maxItems");
        if most.is_none_or(|most| most >= from) {
            found.push(LongList { path: path.join("/"), most });
        }
        path.push("*".into());
        search(root, items, path, from, found);
        path.pop();
    }
}

/// `base` with the keywords of `more` laid over it; properties and required keys are joined.
fn join(base: Value, more: &Value) -> Value {
    let (Value::Object(mut base), Value::Object(more)) = (base.clone(), more) else {
        return if *more == Value::Bool(false) { Value::Bool(false) } else { base };
    };
    for (word, value) in more {
        match (word.as_str(), base.get_mut(word), value) {
            ("properties", Some(Value::Object(known)), Value::Object(new)) => {
                for (name, schema) in new {
                    let joined = match known.get(name) {
                        Some(old) if *schema != Value::Bool(false) => join(old.clone(), schema),
                        _ => schema.clone(),
                    };
                    known.insert(name.clone(), joined);
                }
            }
            ("required", Some(Value::Array(known)), Value::Array(new)) => known.extend(new.iter().cloned()),
            _ => {
                base.insert(word.clone(), value.clone());
            }
        }
    }
    Value::Object(base)
}

/// Whether an object as far as it is made keeps a condition of `properties` with `const` or `enum`, and `required`.
fn holds(condition: &Value, made: &Map<String, Value>) -> bool {
    let keeps = |(name, schema): (&String, &Value)| match made.get(name) {
        None => true,
        Some(value) => {
            schema.get("const").is_none_or(|only| only == value)
                && schema["enum"].as_array().is_none_or(|options| options.contains(value))
        }
    };
    condition["properties"].as_object().is_none_or(|all| all.iter().all(keeps))
        && condition["required"]
            .as_array()
            .is_none_or(|all| all.iter().filter_map(Value::as_str).all(|name| made.contains_key(name)))
}

fn usize_of(schema: &Value, word: &str) -> Option<usize> {
    usize::try_from(schema[word].as_u64()?).ok()
}

/// A PNG of 2 × 1 pixels, clear but for one corner.
fn picture() -> String {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
    encoder.set_color(png::ColorType::Rgba);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&[0, 0, 90, 255, 0, 0, 0, 0]));
    debug_assert!(written.is_ok(), "two pixels are always written");
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Schema;

    fn contract() -> Schema {
        Schema::compile(
            json!({
                "type": "object", "additionalProperties": false, "required": ["loai", "ten", "hang"],
                "properties": {
                    "loai": {"type": "string", "enum": ["doan", "bang"]},
                    "ten": {"type": "string", "minLength": 1, "maxLength": 40},
                    "hang": {"type": "array", "minItems": 1, "maxItems": 9000, "items": {"$ref": "#/$defs/nguoi"}},
                    "bang": {"type": "array", "maxItems": 12, "minItems": 1, "items": {"type": ["string", "number"], "maxLength": 9}},
                    "so": {"type": "integer", "minimum": 3, "maximum": 9},
                    "ngay": {"type": "string", "format": "date"}, "anh": {"type": "string", "format": "anh-png"},
                    "co_hieu": {"type": "string", "format": "ky-hieu"}
                },
                "allOf": [{"if": {"properties": {"loai": {"const": "doan"}}}, "then": {"properties": {"bang": false}},
                    "else": {"required": ["bang"]}}],
                "$defs": {"nguoi": {"type": "object", "additionalProperties": false, "minProperties": 1, "properties": {
                    "quyen_han": {"type": "string", "pattern": "^(TM|KT)\\. ", "maxLength": 30}, "duoi": {"$ref": "#/$defs/nguoi"}}}}
            }),
            &Value::Null,
        )
        .expect("a sound contract")
    }

    #[test]
    fn every_manner_keeps_the_contract() {
        let contract = contract();
        for optional in [Optional::Absent, Optional::Present, Optional::Thrown] {
            for items in [Items::Least, Items::One, Items::Usual, Items::Huge("hang".into(), 300)] {
                for text in [Text::Usual, Text::Longest, Text::Letters, Text::Markup, Text::Hidden, Text::OneWord] {
                    for size in [Size::Usual, Size::Low, Size::High] {
                        let manner = Manner { optional, items: items.clone(), text, size };
                        for seed in 0..4 {
                            let (data, _) = Maker::new(contract.document(), seed, manner.clone()).make();
                            let faults = contract.validate(&data);
                            assert!(faults.is_empty(), "{manner:?} {seed}: {faults:?}\n{data:#}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_huge_list_is_huge_and_optional_keys_come_and_go() {
        let contract = contract();
        let make = |optional, items| {
            let manner = Manner { optional, items, text: Text::Usual, size: Size::Usual };
            Maker::new(contract.document(), 1, manner).make()
        };
        let (data, met) = make(Optional::Absent, Items::Huge("hang".into(), 5_000));
        assert!(met && data["hang"].as_array().is_some_and(|list| list.len() == 5_000));
        assert!(data.get("so").is_none());
        let (data, met) = make(Optional::Present, Items::One);
        assert!(!met && data.get("so").is_some() && data["hang"].as_array().is_some_and(|list| list.len() == 1));
        assert_eq!(long_lists(contract.document(), 1_000), [LongList { path: "hang".into(), most: Some(9_000) }]);
    }
}
