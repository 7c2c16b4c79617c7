//! Access tokens, kept in memory until shortly before they expire.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Secret;

/// Users whose tokens are kept at once.
const MOST: usize = 4_096;

/// A token is not used any more this long before its end: the call it is for takes time too.
const MARGIN: Duration = Duration::from_secs(60);

/// Tokens by whom they are for; nothing of them is printed.
#[derive(Default)]
pub(super) struct Tokens(Mutex<HashMap<String, (Secret, Instant)>>);

impl Tokens {
    /// One that will still do.
    pub(super) fn get(&self, whose: &str) -> Option<Secret> {
        let kept = self.lock();
        let (token, until) = kept.get(whose)?;
        (Instant::now() < *until).then(|| token.clone())
    }

    /// Keeps one that is good for `seconds`.
    pub(super) fn put(&self, whose: &str, token: Secret, seconds: u64) {
        let life = Duration::from_secs(seconds.min(86_400));
        let now = Instant::now();
        let until = now + life.checked_sub(MARGIN).unwrap_or(life / 2).max(life / 2);
        let mut kept = self.lock();
        if kept.len() >= MOST {
            kept.retain(|_, (_, until)| now < *until);
        }
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(whose.to_owned(), (token, until));
    }

    /// Forgets one that was refused, unless another has taken its place.
    pub(super) fn forget(&self, whose: &str, token: &Secret) {
        let mut kept = self.lock();
        if kept.get(whose).is_some_and(|(held, _)| held == token) {
            kept.remove(whose);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Secret, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_used_while_it_lasts() {
        let tokens = Tokens::default();
        tokens.put("a", Secret::new("1"), 3_600);
        tokens.put("b", Secret::new("2"), 0);
        assert_eq!(tokens.get("a"), Some(Secret::new("1")));
        assert_eq!(tokens.get("b"), None, "it has expired already");
        tokens.forget("a", &Secret::new("another"));
        assert!(tokens.get("a").is_some(), "a newer one stays");
        tokens.forget("a", &Secret::new("1"));
        assert!(tokens.get("a").is_none());
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let tokens = Tokens::default();
        for user in 0..3 * MOST {
            tokens.put(&user.to_string(), Secret::new("t"), 3_600);
        }
        assert!(tokens.lock().len() <= MOST);
    }
}
