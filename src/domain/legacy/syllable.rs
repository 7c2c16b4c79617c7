//! What a Vietnamese syllable is: onset, rime, one tone in its place.

use super::Encoding;

/// How far a word must keep the spelling rules to count as a syllable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rigour {
    /// Onset and rime exist: the question is whether a text could be Unicode Vietnamese with its slips.
    Lenient,
    /// Also tone place, tones before `c ch p t`, and `c/k`, `g/gh`, `ng/ngh` by the vowel.
    Strict(Encoding),
}

/// Letters of the longest syllable, `nghiêng`.
pub(super) const LONGEST: usize = 7;

/// A word as bare letters (`ấ` as `â`) with its tones apart.
#[derive(Default)]
pub(super) struct Letters {
    bare: [char; LONGEST],
    len: usize,
    /// Place and number (1 to 5) of the tone.
    tone: Option<(usize, usize)>,
    /// Too long, a second tone, or a letter Vietnamese does not have.
    broken: bool,
}

impl Letters {
    pub(super) fn read(word: &str) -> Self {
        let mut letters = Self::default();
        for c in word.chars().take(LONGEST + 1) {
            letters.push(fold(c));
        }
        letters
    }

    pub(super) fn push(&mut self, letter: Option<(char, usize)>) {
        let Some((bare, tone)) = letter.filter(|_| self.len < LONGEST) else {
            self.broken = true;
            return;
        };
        if tone > 0 {
            self.broken |= self.tone.is_some();
            self.tone = Some((self.len, tone));
        }
        self.bare[self.len] = bare;
        self.len += 1;
    }

    pub(super) fn is_syllable(&self, rigour: Rigour) -> bool {
        let bare = &self.bare[..self.len];
        !self.broken
            && onsets().any(|onset| {
                let length = onset.chars().count();
                length < bare.len()
                    && onset.chars().eq(bare[..length].iter().copied())
                    && self.has_rime(onset, &bare[length..], length, rigour)
            })
    }

    pub(super) fn has_rime(&self, onset: &str, rime: &[char], at: usize, rigour: Rigour) -> bool {
        let is_in = |list: &str| list.split(' ').any(|known| known.chars().eq(rime.iter().copied()));
        let known = is_in(rimes(rime[0])) || (onset == "qu" && is_in(RIMES_AFTER_QU));
        match rigour {
            Rigour::Lenient => known,
            Rigour::Strict(encoding) => {
                (known || (encoding == Encoding::Tcvn3 && is_in(RIMES_LEFT_BY_LOST_U)))
                    && fits(onset, rime[0])
                    && self.tone.is_none_or(|(place, _)| place >= at && may_bear_tone(rime, place - at))
                    && (!is_stopped(rime) || self.tone.is_some_and(|(_, tone)| tone >= 4))
            }
        }
    }
}

/// The bare small letter and its tone, 0 to 5; `None` for what Vietnamese does not write.
pub(super) fn fold(c: char) -> Option<(char, usize)> {
    if c.is_ascii() {
        let bare = c.to_ascii_lowercase();
        return (bare.is_ascii_lowercase() && !matches!(bare, 'f' | 'j' | 'w' | 'z')).then_some((bare, 0));
    }
    let small = lower(c);
    if small == 'đ' {
        return Some((small, 0));
    }
    VOWELS.iter().find_map(|row| row.iter().position(|&vowel| vowel == small).map(|tone| (row[0], tone)))
}

pub(super) fn is_vowel(bare: char) -> bool {
    matches!(bare, 'a' | 'ă' | 'â' | 'e' | 'ê' | 'i' | 'o' | 'ô' | 'ơ' | 'u' | 'ư' | 'y')
}

/// All onsets but the empty one.
pub(super) const ONSETS: &str = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x";

pub(super) fn onsets() -> impl Iterator<Item = &'static str> {
    ONSETS.split(' ').chain([""])
}

/// Written with `y` after `qu` only; `quốc` and the like are `qu` and a common rime.
pub(super) const RIMES_AFTER_QU: &str = "yt ynh ych yn yp";

/// TCVN3 `ư` is the soft hyphen, which many programs drop: `được` arrives as `đợc`.
pub(super) const RIMES_LEFT_BY_LOST_U: &str = "ơc ơng ơu";

/// The rimes beginning with a vowel, without tone.
pub(super) fn rimes(first: char) -> &'static str {
    match first {
        'a' => "a ac ach ai am an ang anh ao ap at au ay",
        'ă' => "ăc ăm ăn ăng ăp ăt",
        'â' => "âc âm ân âng âp ât âu ây",
        'e' => "e ec em en eng eo ep et",
        'ê' => "ê êch êm ên ênh êp êt êu",
        'i' => "i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu",
        'o' => {
            "o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong \
             ooc oong op ot"
        }
        'ô' => "ô ôc ôi ôm ôn ông ôp ôt",
        'ơ' => "ơ ơi ơm ơn ơp ơt",
        'u' => {
            "u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên \
             uyêt uyn uynh uyp uyt uyu"
        }
        'ư' => "ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu",
        'y' => "y yêm yên yêng yêt yêu",
        _ => "",
    }
}

/// `ghe` but not `ghà`; `cà` but not `cè`.
pub(super) fn fits(onset: &str, vowel: char) -> bool {
    let front = matches!(vowel, 'e' | 'ê' | 'i' | 'y');
    match onset {
        "gh" | "ngh" => front,
        "c" | "ng" => !front,
        "g" => !front || vowel == 'i',
        _ => true,
    }
}

pub(super) fn is_stopped(rime: &[char]) -> bool {
    matches!(rime, [.., 'c' | 'p' | 't'] | [.., 'c', 'h'])
}

/// Whether the tone may stand on this letter of the rime, in the old style or the new.
pub(super) fn may_bear_tone(rime: &[char], place: usize) -> bool {
    if let Some(marked) = rime.iter().rposition(|bare| matches!(bare, 'ă' | 'â' | 'ê' | 'ô' | 'ơ' | 'ư')) {
        return place == marked;
    }
    let vowels = rime.iter().take_while(|bare| is_vowel(**bare)).count();
    match (vowels, rime) {
        (2, ['o', 'a'] | ['o', 'e'] | ['u', 'y']) => place < 2,
        (2, _) => place == usize::from(rime.len() > 2),
        (3, _) => place == 1,
        _ => place == 0,
    }
}

/// The vowels, each ngang, huyền, hỏi, ngã, sắc, nặng.
pub(super) const VOWELS: [[char; 6]; 12] = [
    ['a', 'à', 'ả', 'ã', 'á', 'ạ'],
    ['ă', 'ằ', 'ẳ', 'ẵ', 'ắ', 'ặ'],
    ['â', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ'],
    ['e', 'è', 'ẻ', 'ẽ', 'é', 'ẹ'],
    ['ê', 'ề', 'ể', 'ễ', 'ế', 'ệ'],
    ['i', 'ì', 'ỉ', 'ĩ', 'í', 'ị'],
    ['o', 'ò', 'ỏ', 'õ', 'ó', 'ọ'],
    ['ô', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ'],
    ['ơ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ'],
    ['u', 'ù', 'ủ', 'ũ', 'ú', 'ụ'],
    ['ư', 'ừ', 'ử', 'ữ', 'ứ', 'ự'],
    ['y', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ'],
];

/// One-to-one for every letter met here; a letter that grows keeps its first part and matches nothing.
pub(super) fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

pub(super) fn upper(c: char) -> char {
    c.to_uppercase().next().unwrap_or(c)
}
