//! Values of a file.

use std::collections::BTreeMap;
use std::ops::Range;

/// Number and generation of an object.
pub(crate) type Id = (u32, u16);

/// Entries of a dictionary, in order of their keys.
pub(crate) type Dictionary = BTreeMap<Vec<u8>, Value>;

/// A value (ISO 32000-1, 7.3).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a point.
    Real(f64),
    /// A name, escapes resolved.
    Name(Vec<u8>),
    /// A string, whichever way it is written.
    String(Vec<u8>),
    /// An array.
    Array(Vec<Value>),
    /// A dictionary.
    Dictionary(Dictionary),
    /// A reference.
    Reference(Id),
}

impl Value {
    /// As a dictionary.
    pub(crate) fn dictionary(&self) -> Option<&Dictionary> {
        match self {
            Self::Dictionary(entries) => Some(entries),
            _ => None,
        }
    }

    /// As an array.
    pub(crate) fn array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// As a name.
    pub(crate) fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    /// As a string.
    pub(crate) fn string(&self) -> Option<&[u8]> {
        match self {
            Self::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// As a whole number.
    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// As a number.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            // Places on a page are far below 2^53.
            Self::Integer(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            _ => None,
        }
    }

    /// The object it refers to.
    pub(crate) fn reference(&self) -> Option<Id> {
        match self {
            Self::Reference(id) => Some(*id),
            _ => None,
        }
    }

    /// Every reference in it, at any depth.
    pub(crate) fn references(&self, found: &mut Vec<Id>) {
        match self {
            Self::Reference(id) => found.push(*id),
            Self::Array(items) => items.iter().for_each(|item| item.references(found)),
            Self::Dictionary(entries) => entries.values().for_each(|item| item.references(found)),
            _ => {}
        }
    }
}

/// An object: its value, and where its data stand if it is a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Body {
    /// The value; of a stream, its dictionary.
    pub(crate) value: Value,
    /// The data of a stream, in the file.
    pub(crate) data: Option<Range<usize>>,
}

impl Body {
    /// As a dictionary, also that of a stream.
    pub(crate) fn dictionary(&self) -> Option<&Dictionary> {
        self.value.dictionary()
    }

    /// Whether `/Type` is `name`.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.named("Type", name)
    }

    /// Whether the entry `key` is the name `name`.
    pub(crate) fn named(&self, key: &str, name: &str) -> bool {
        self.dictionary().and_then(|entries| entries.get(key.as_bytes())).and_then(Value::name) == Some(name.as_bytes())
    }
}
