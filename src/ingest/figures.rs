//! Figures in cells: identity numbers, which are text, and numbers written as text.

use serde_json::{Number, Value};

use super::values::{Outcome, of_text};
use crate::diagnostic::Diagnostic;

/// A number cell where an identity belongs.
pub(super) fn lost_zeros(shown: &str, whole: bool) -> Outcome {
    let fault = Diagnostic::error(
        "lost_zero",
        format!("`{shown}` là ô kiểu số: số 0 ở đầu có thể đã mất"),
        format!("`{shown}` is a number cell: zeros in front may be lost"),
    );
    let padded = match shown.len() {
        _ if !whole => None,
        10 | 11 => Some(format!("{shown:0>12}")),
        8 => Some(format!("{shown:0>9}")),
        _ => None,
    };
    let fault = match padded {
        Some(padded) => fault.hint(
            format!("đổi ô sang kiểu Văn bản (Text) rồi gõ lại đủ số; có thể là `{padded}`"),
            format!("make the cell Text and type the number again; it may be `{padded}`"),
        ),
        None => fault.hint(
            "đổi ô sang kiểu Văn bản (Text) rồi gõ lại, hoặc gõ dấu `'` trước số",
            "make the cell Text and type it again, or type `'` before the number",
        ),
    };
    Outcome::fault(fault)
}

/// An identity in text: digits stay as they are; 12 for a citizen, 9 on old cards.
pub(super) fn identity(text: &str) -> Outcome {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '\'')).collect();
    let mangled = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'E' | b'e' | b'+' | b',' | b'.'))
        && text.contains(['E', 'e']);
    if mangled {
        return Outcome::fault(
            Diagnostic::error(
                "lost_digits",
                format!("`{text}` là số viết tắt: các chữ số cuối đã mất"),
                format!("`{text}` is a shortened number: its last digits are lost"),
            )
            .hint("gõ lại đủ số ở ô kiểu Văn bản (Text)", "type the whole number again in a Text cell"),
        );
    }
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return of_text(text);
    }
    let outcome = match digits.len() {
        8 | 11 => {
            let count = digits.len();
            let padded = format!("0{digits}");
            return Outcome::fault(
                Diagnostic::error(
                    "lost_zero",
                    format!("`{text}` có {count} chữ số: số 0 ở đầu có thể đã mất"),
                    format!("`{text}` has {count} digits: a zero in front may be lost"),
                )
                .hint(
                    format!("số định danh có 12 chữ số, CMND cũ 9; có thể là `{padded}`"),
                    format!("an identity number has 12 digits, an old card 9; it may be `{padded}`"),
                ),
            );
        }
        9 => Outcome::value(digits.as_str()).warned(
            Diagnostic::warning(
                "cmnd_cu",
                format!("`{digits}` là số CMND cũ (9 chữ số)"),
                format!("`{digits}` is the number of an old card (9 digits)"),
            )
            .hint("thay bằng số định danh cá nhân 12 chữ số nếu có", "use the personal number of 12 digits if known"),
        ),
        // A citizen; a tax code of an enterprise, of its branch.
        12 | 10 | 13 => Outcome::value(digits.as_str()),
        count => Outcome::value(digits.as_str()).warned(Diagnostic::warning(
            "identity_length",
            format!("`{digits}` có {count} chữ số; số định danh cá nhân có 12"),
            format!("`{digits}` has {count} digits; a personal number has 12"),
        )),
    };
    if digits == text {
        outcome
    } else {
        outcome.changed(digits, "bỏ dấu ngăn giữa các chữ số", "marks between digits removed")
    }
}

/// A number in text, written the Vietnamese way: `.` between thousands, `,` before decimals.
pub(super) fn written_number(text: &str, whole: bool) -> Outcome {
    let refuse = |vi: &str, en: &str| {
        Outcome::fault(
            Diagnostic::error("number", format!("`{text}` {vi}"), format!("`{text}` {en}"))
                .hint("đổi ô sang kiểu số rồi gõ lại", "make the cell a number and type it again"),
        )
    };
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    let (sign, body) = compact.strip_prefix('-').map_or(("", compact.as_str()), |rest| ("-", rest));
    let (front, decimals) = body.split_once(',').map_or((body, None), |(front, rest)| (front, Some(rest)));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = front.split('.').collect();
    let grouped = groups.len() > 1
        && is_digits(groups[0])
        && groups[0].len() <= 3
        && groups[1..].iter().all(|group| group.len() == 3 && is_digits(group));
    let plain_front = match groups.as_slice() {
        [one] if is_digits(one) => (*one).to_owned(),
        [_, _] if grouped && !whole && decimals.is_none() => {
            return refuse("có thể là số nghìn hoặc số thập phân", "may be thousands or a decimal number");
        }
        _ if grouped => groups.concat(),
        // `40.82`: no grouping, so a decimal point.
        [one, rest] if !whole && decimals.is_none() && is_digits(one) && is_digits(rest) => {
            return finish(text, &format!("{sign}{one}.{rest}"), refuse);
        }
        _ => return refuse("không phải một số", "is not a number"),
    };
    match decimals {
        None => finish(text, &format!("{sign}{plain_front}"), refuse),
        Some(rest) if is_digits(rest) && !whole => finish(text, &format!("{sign}{plain_front}.{rest}"), refuse),
        Some(_) => refuse("không phải một số nguyên", "is not a whole number"),
    }
}

fn finish(text: &str, number: &str, refuse: impl Fn(&str, &str) -> Outcome) -> Outcome {
    let value = match number.parse::<i64>() {
        Ok(whole) => Some(Value::from(whole)),
        Err(_) => number.parse::<f64>().ok().and_then(Number::from_f64).map(Value::from),
    };
    match value {
        None => refuse("không phải một số", "is not a number"),
        Some(value) if number == text => Outcome::value(value),
        Some(value) => Outcome::value(value).changed(number, "chữ thành số", "text made a number"),
    }
}
