//! A text for a regular expression: the part of the language that contracts use.
//!
//! Literals, escapes, classes, groups, alternatives, repeats and anchors. What a lookahead forbids is left to chance:
//! the finished case is held against the contract anyway.

use std::iter::Peekable;
use std::str::Chars;

use super::dice::Dice;

/// Repeats where the pattern sets no upper limit.
const MORE: usize = 3;

/// A text the pattern may accept, and whether it binds the end of the text too; `None` for syntax not known here.
pub fn sample(pattern: &str, dice: &mut Dice) -> Option<(String, bool)> {
    let mut reader = Reader { rest: pattern.chars().peekable(), dice };
    let text = reader.alternatives()?;
    reader.rest.peek().is_none().then_some((text, pattern.ends_with('$') && !pattern.ends_with("\\$")))
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    dice: &'a mut Dice,
}

impl Reader<'_> {
    /// Every alternative is read, one is taken.
    fn alternatives(&mut self) -> Option<String> {
        let mut made = vec![self.sequence()?];
        while self.rest.next_if_eq(&'|').is_some() {
            made.push(self.sequence()?);
        }
        let chosen = self.dice.below(made.len());
        made.into_iter().nth(chosen)
    }

    fn sequence(&mut self) -> Option<String> {
        let mut text = String::new();
        while let Some(c) = self.rest.peek().copied() {
            if matches!(c, '|' | ')') {
                break;
            }
            // An atom is read once and its source kept, so that a repeat can throw the dice anew.
            let before = self.rest.clone();
            let first = self.atom()?;
            let (least, most) = self.repeat()?;
            let after = self.rest.clone();
            let count = least + self.dice.below(most - least + 1);
            if count > 0 {
                text.push_str(&first);
            }
            for _ in 1..count {
                self.rest = before.clone();
                text.push_str(&self.atom()?);
            }
            self.rest = after;
        }
        Some(text)
    }

    fn atom(&mut self) -> Option<String> {
        match self.rest.next()? {
            '^' | '$' => Some(String::new()),
            '.' => Some("a".into()),
            '\\' => self.escape(),
            '[' => self.class(),
            '(' => self.group(),
            '*' | '+' | '?' | '{' => None,
            c => Some(c.to_string()),
        }
    }

    fn group(&mut self) -> Option<String> {
        let mut dropped = false;
        if self.rest.next_if_eq(&'?').is_some() {
            match self.rest.next()? {
                ':' => {}
                '!' | '=' => dropped = true,
                _ => return None,
            }
        }
        let text = self.alternatives()?;
        self.rest.next_if_eq(&')')?;
        Some(if dropped { String::new() } else { text })
    }

    fn escape(&mut self) -> Option<String> {
        match self.rest.next()? {
            'd' => Some(self.dice.below(10).to_string()),
            'w' => Some("a".into()),
            's' => Some(" ".into()),
            'b' => Some(String::new()),
            c if c.is_ascii_alphanumeric() => None,
            c => Some(c.to_string()),
        }
    }

    fn class(&mut self) -> Option<String> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut spans: Vec<(char, char)> = Vec::new();
        loop {
            let low = match self.rest.next()? {
                ']' => break,
                '\\' => match self.rest.next()? {
                    'd' => {
                        spans.push(('0', '9'));
                        continue;
                    }
                    'w' => {
                        spans.push(('a', 'z'));
                        continue;
                    }
                    's' => ' ',
                    c => c,
                },
                c => c,
            };
            let mut ahead = self.rest.clone();
            let ranged = ahead.next() == Some('-') && ahead.peek().is_some_and(|c| *c != ']');
            let high = if ranged {
                self.rest.next();
                self.rest.next()?
            } else {
                low
            };
            spans.push((low, high));
        }
        if negated {
            let free = ('a'..='z').find(|c| !spans.iter().any(|(low, high)| (low..=high).contains(&c)))?;
            return Some(free.to_string());
        }
        let (low, high) = *spans.get(self.dice.below(spans.len()))?;
        let span = u32::from(high).checked_sub(u32::from(low))? as usize;
        char::from_u32(u32::from(low) + self.dice.below(span + 1) as u32).map(String::from)
    }

    /// How often the atom just read may stand, least and most.
    fn repeat(&mut self) -> Option<(usize, usize)> {
        let range = match self.rest.peek() {
            Some('*') => (0, MORE),
            Some('+') => (1, MORE),
            Some('?') => (0, 1),
            Some('{') => {
                self.rest.next();
                let inside: String = std::iter::from_fn(|| self.rest.next_if(|c| *c != '}')).collect();
                self.rest.peek()?;
                match inside.split_once(',') {
                    None => (inside.parse().ok()?, inside.parse().ok()?),
                    Some((least, "")) => (least.parse().ok()?, least.parse::<usize>().ok()? + MORE),
                    Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
                }
            }
            _ => return Some((1, 1)),
        };
        self.rest.next();
        (range.0 <= range.1).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::template::Schema;

    #[test]
    fn samples_keep_their_pattern() {
        for pattern in [
            "^(TM|KT|TL|TUQ)\\. ",
            "^[0-9]{12}$",
            "^\\d{2}/\\d{4}$",
            "^[A-ZĐ]{2,5}(-[A-ZĐ]{2,5})*$",
            "^(?:Điều [1-9]\\d?|Mục [IVX]+)$",
            "^(?![-–•+] )",
            "a.c",
        ] {
            let contract = Schema::compile(json!({"type": "string", "pattern": pattern}), &Value::Null).expect("sound");
            for seed in 0..50 {
                let (text, _) = sample(pattern, &mut Dice::new(seed)).expect("known syntax");
                assert!(contract.validate(&json!(text)).is_empty(), "{pattern}: {text}");
            }
        }
    }

    #[test]
    fn unknown_syntax_is_said_and_not_guessed() {
        for pattern in ["(?<ten>a)", "a)", "(a", "[a", "\\p{L}", "a{2", "*"] {
            assert!(sample(pattern, &mut Dice::new(0)).is_none(), "{pattern}");
        }
    }
}
