//! Data of streams unpacked within a budget. Flate alone, as tables and packed objects use it (ISO 32000-1, 7.4.4).

use std::io::Read as _;

use super::object::{Body, Dictionary, Value};
use super::{Budget, Unreadable};

/// The data of a stream; a filter other than Flate is refused.
pub(super) fn unpack(bytes: &[u8], body: &Body, budget: &Budget) -> Result<Vec<u8>, Unreadable> {
    let (Some(entries), Some(range)) = (body.dictionary(), body.data.clone()) else {
        return Err(Unreadable("a stream is missing"));
    };
    let data = bytes.get(range).ok_or(Unreadable("a stream is missing"))?;
    let one = |key: &str| match entries.get(key.as_bytes()) {
        Some(Value::Array(items)) => match items.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(Unreadable("a table or object stream is packed more than once")),
        },
        Some(Value::Null) | None => Ok(None),
        Some(one) => Ok(Some(one)),
    };
    match one("Filter")?.map(Value::name) {
        None => {
            budget.unpack(data.len())?;
            Ok(data.to_vec())
        }
        Some(Some(b"FlateDecode" | b"Fl")) => {
            let mut plain = Vec::new();
            let limit = budget.unpackable();
            let mut inflate = flate2::read::ZlibDecoder::new(data).take(limit);
            let read = inflate.read_to_end(&mut plain);
            // What breaks off has cost as much as what does not.
            budget.run(data.len());
            budget.unpack(plain.len())?;
            read.map_err(|_| Unreadable("packed data are broken"))?;
            if plain.len() as u64 == limit {
                return Err(Unreadable("too much packed data"));
            }
            match one("DecodeParms")? {
                Some(Value::Dictionary(parameters)) => unpredict(plain, parameters),
                Some(Value::Null) | None => Ok(plain),
                Some(_) => Err(Unreadable("a stream's parameters are wrong")),
            }
        }
        Some(_) => Err(Unreadable("a table or object stream has a filter other than Flate")),
    }
}

/// Undoes PNG's prediction of bytes from those above and to the left (RFC 2083, 6).
fn unpredict(data: Vec<u8>, parameters: &Dictionary) -> Result<Vec<u8>, Unreadable> {
    let number = |key: &str, default: i64| match parameters.get(key.as_bytes()) {
        None => Ok(default),
        Some(value) => value.integer().ok_or(Unreadable("a stream's parameters are wrong")),
    };
    match number("Predictor", 1)? {
        1 => return Ok(data),
        10..=15 => {}
        _ => return Err(Unreadable("a stream is predicted in a way tables are not")),
    }
    if number("Colors", 1)? != 1 || number("BitsPerComponent", 8)? != 8 {
        return Err(Unreadable("a stream is predicted in a way tables are not"));
    }
    let columns = usize::try_from(number("Columns", 1)?)
        .ok()
        .filter(|columns| (1..=65_536).contains(columns))
        .ok_or(Unreadable("a stream's parameters are wrong"))?;
    let mut plain = Vec::with_capacity(data.len());
    let mut above = vec![0_u8; columns];
    for row in data.chunks(columns + 1) {
        let [kind, row @ ..] = row else { break };
        let mut left = 0_u8;
        let mut corner = 0_u8;
        for (byte, up) in row.iter().zip(above.iter_mut()) {
            let guess = match kind {
                0 => 0,
                1 => left,
                2 => *up,
                3 => ((u16::from(left) + u16::from(*up)) / 2) as u8,
                4 => paeth(left, *up, corner),
                _ => return Err(Unreadable("a stream is predicted in a way tables are not")),
            };
            corner = *up;
            left = byte.wrapping_add(guess);
            *up = left;
            plain.push(left);
        }
    }
    Ok(plain)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let off = |byte: u8| (estimate - i16::from(byte)).abs();
    if off(left) <= off(up) && off(left) <= off(corner) {
        left
    } else if off(up) <= off(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_breaks_off_while_it_is_unpacked_is_paid_for() {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![b' '; 1 << 20]).expect("written");
        let mut packed = packed.finish().expect("packed");
        // Its checksum, which stands at the end, is wrong.
        packed.pop();
        packed.push(0);
        let entries = Dictionary::from([(b"Filter".to_vec(), Value::Name(b"FlateDecode".to_vec()))]);
        let body = Body { value: Value::Dictionary(entries), data: Some(0..packed.len()) };
        let budget = Budget::default();
        let before = budget.unpackable();
        assert!(unpack(&packed, &body, &budget).is_err());
        assert!(budget.unpackable() < before, "{before}");
    }
}
