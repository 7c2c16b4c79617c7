//! Objects packed into a stream (ISO 32000-1, 7.5.7).

use std::collections::BTreeSet;

use super::object::{Body, Value};
use super::syntax::Reader;
use super::{Budget, Unreadable, stream};

/// One object stream, unpacked.
pub(super) struct Packed {
    data: Vec<u8>,
    /// Number of each object and where it begins.
    objects: Vec<(u32, usize)>,
}

impl Packed {
    /// Reads the heads of its objects; one named twice is refused.
    pub(super) fn read(bytes: &[u8], body: &Body, budget: &Budget) -> Result<Self, Unreadable> {
        let whole = |key: &str| {
            let number = body.dictionary().and_then(|entries| entries.get(key.as_bytes())).and_then(Value::integer);
            number.and_then(|number| usize::try_from(number).ok()).ok_or(Unreadable("an object stream is wrong"))
        };
        if !body.is("ObjStm") {
            return Err(Unreadable("an object stream is missing"));
        }
        let (many, first) = (whole("N")?, whole("First")?);
        let data = stream::unpack(bytes, body, budget)?;
        if first > data.len() || many > first {
            return Err(Unreadable("an object stream is wrong"));
        }
        let mut heads = Reader::new(data.get(..first).unwrap_or_default(), 0, budget);
        let mut objects = Vec::new();
        let mut seen = BTreeSet::new();
        for _ in 0..many {
            budget.value()?;
            let number = u32::try_from(heads.digits()?).map_err(|_| Unreadable("an object stream is wrong"))?;
            let at = usize::try_from(heads.digits()?).ok().and_then(|at| at.checked_add(first));
            if !seen.insert(number) {
                return Err(Unreadable("an object stream names one object twice"));
            }
            objects.push((number, at.ok_or(Unreadable("an object stream is wrong"))?));
        }
        Ok(Self { data, objects })
    }

    /// The object `number`, which must be the one at `index`.
    pub(super) fn value(&self, number: u32, index: u32, budget: &Budget) -> Result<Value, Unreadable> {
        match usize::try_from(index).ok().and_then(|index| self.objects.get(index)) {
            Some((found, at)) if *found == number && *at < self.data.len() => {
                Reader::new(&self.data, *at, budget).value(0)
            }
            _ => Err(Unreadable("an object is not where the table says")),
        }
    }
}
