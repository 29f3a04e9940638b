//! Words and phrases: text to folded words, and patterns of words found among them.
//!
//! Folding makes `Don’t`, `don't` and `dont` one word, and `ça` and `ca`. A pattern is a line of a
//! language file; matching it costs a few steps a word, whatever the text.

mod folding;
mod pattern;

use crate::reading::letters::is_alphanumeric;
use std::borrow::Cow;
use std::ops::Range;

pub use folding::fold;
use folding::{is_dropped, is_wide_mark, shortened};
pub use pattern::Pattern;
use unicode_normalization::char::decompose_compatible;

/// Most words of one text that are looked at.
const WORDS_MAX: usize = 20_000;
/// Longest word that is folded beyond ASCII: longer ones are in no list of ours.
const WORD_OCTETS_MAX: usize = 512;

/// Whether a character that is no letter is folded to itself, as nearly all pictures are.
fn stays(c: char) -> bool {
    let mut same = true;
    decompose_compatible(c, |part| same &= part == c);
    same && c.to_lowercase().eq([c])
}

/// A word, a mark of punctuation or a picture, with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Folded; punctuation as it is.
    pub text: Cow<'a, str>,
    /// Whether it is a word (letters, digits, `:` inside a time, emoji) and no punctuation.
    pub is_word: bool,
    /// First octet in the text.
    pub start: usize,
    /// One past the last octet.
    pub end: usize,
}

/// The words among tokens, folded.
pub fn words<'a>(tokens: &'a [Token<'_>]) -> Vec<&'a str> {
    let words = tokens.iter().filter(|token| token.is_word);
    words.map(|token| &*token.text).collect()
}

/// Splits a text into tokens.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    tokens_beside(text, None)
}

/// The same with the text in lower case beside it, where that has every octet in its place: then
/// capitals cost no copy.
pub(super) fn tokens_beside<'a>(written: &'a str, lower: Option<&'a str>) -> Vec<Token<'a>> {
    let mut found = Vec::with_capacity(written.len() / 4 + 1);
    let text = Text {
        written,
        lower,
        drawn_out: may_be_drawn_out(written.as_bytes()),
    };
    let mut word: Option<(usize, Folding)> = None;
    let mut at = 0;
    loop {
        // Plain letters and digits join, whatever stands beside them: most of a text is runs of them.
        let (end, folding) = plain_run(written.as_bytes(), at);
        let next = written.as_bytes().get(end);
        if end > at {
            if word.is_none() && matches!(next, Some(b' ') | None) {
                text.push_word(at..end, folding, &mut found);
                if next.is_none() || found.len() >= WORDS_MAX {
                    return found;
                }
                at = end + 1;
                continue;
            }
            word = Some(word.map_or((at, folding), |(start, _)| (start, Folding::Full)));
            at = end;
        }
        let Some(c) = char_at(written, at) else {
            break;
        };
        let end = at + c.len_utf8();
        if c != ' ' && text.joins(at..end, c, word.is_some()) {
            word = Some((word.map_or(at, |(start, _)| start), Folding::Full));
            at = end;
            continue;
        }
        if let Some((start, folding)) = word.take() {
            text.push_word(start..at, folding, &mut found);
        }
        if found.len() >= WORDS_MAX {
            return found;
        }
        if c != ' ' {
            text.push_mark(at..end, c, &mut found);
        }
        at = end;
    }
    if let Some((start, folding)) = word {
        text.push_word(start..at, folding, &mut found);
    }
    found
}

/// FNV-1a, the same in each run.
pub(super) fn hash(octets: impl Iterator<Item = u8>) -> u64 {
    octets.fold(HASH_START, hash_on)
}

const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;

const fn hash_on(hash: u64, octet: u8) -> u64 {
    (hash ^ octet as u64).wrapping_mul(0x0100_0000_01b3)
}

/// Adds the hash of each word, folded, for whoever needs no tokens of them. `false`, and none of
/// them, if it takes more to find or to fold them: letters beyond ASCII or drawn out.
pub(super) fn hash_plain_words(text: &str, into: &mut Vec<u64>) -> bool {
    let octets = text.as_bytes();
    if !text.is_ascii() || may_be_drawn_out(octets) {
        return false;
    }
    let most = into.len() + WORDS_MAX;
    let mut at = 0;
    while let Some(octet) = octets.get(at) {
        let start = at;
        let (mut end, mut hash) = hash_run(octets, at, HASH_START);
        if end == start {
            at += 1;
            if *octet != b'+' || !is_signed(octets, start) {
                continue;
            }
            (end, hash) = hash_run(octets, at, hash_on(HASH_START, b'+'));
        }
        while let Some(mark) = octets.get(end)
            && *mark != b' '
            && joins_plain(octets, end)
        {
            // An apostrophe is folded away.
            let before = if *mark == b'\'' {
                hash
            } else {
                hash_on(hash, *mark)
            };
            (end, hash) = hash_run(octets, end + 1, before);
        }
        into.push(hash);
        if into.len() >= most {
            break;
        }
        at = end + usize::from(octets.get(end) == Some(&b' '));
    }
    true
}

/// Where the plain letters and digits end that begin at a place, and the hash that goes on with
/// them.
#[inline]
fn hash_run(text: &[u8], at: usize, mut hash: u64) -> (usize, u64) {
    let mut octets = 0;
    for octet in text.get(at..).unwrap_or_default() {
        let small = small(*octet);
        if small == 0 {
            break;
        }
        hash = hash_on(hash, small);
        octets += 1;
    }
    (at + octets, hash)
}

/// Whether the plus at a place begins a word: `+1`, but not behind another.
fn is_signed(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    let next = text.get(at + 1);
    !before.is_some_and(u8::is_ascii_alphanumeric) && next.is_some_and(u8::is_ascii_digit)
}

/// Whether the mark at a place, behind a word, holds it together: `don't`, `12:30`.
fn joins_plain(text: &[u8], at: usize) -> bool {
    let next = text.get(at + 1);
    let before = || at.checked_sub(1).and_then(|at| text.get(at));
    match text.get(at) {
        Some(b'\'') => next.is_some_and(u8::is_ascii_alphanumeric),
        Some(b':' | b'.' | b'-' | b'/') => {
            next.is_some_and(u8::is_ascii_digit) && before().is_some_and(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// The place of the first word, where that is quickly told.
pub(super) fn first_plain_word(text: &str) -> Option<Range<usize>> {
    let octets = text.as_bytes();
    let start = octets.iter().position(|octet| !is_plain_gap(*octet))?;
    let (end, _) = plain_run(octets, start);
    is_plain_word(octets, start..end).then_some(start..end)
}

/// The place of the last word, where that is quickly told.
pub(super) fn last_plain_word(text: &str) -> Option<Range<usize>> {
    let octets = text.as_bytes();
    let last = octets.iter().rposition(|octet| !is_plain_gap(*octet))?;
    let head = octets.get(..=last)?;
    let before = head.iter().rposition(|octet| small(*octet) == 0);
    let word = before.map_or(0, |at| at + 1)..last + 1;
    is_plain_word(octets, word.clone()).then_some(word)
}

/// What may stand between words.
fn is_plain_gap(octet: u8) -> bool {
    octet.is_ascii() && small(octet) == 0
}

/// Whether a run of letters is a word by itself, which lower case folds.
fn is_plain_word(text: &[u8], run: Range<usize>) -> bool {
    let mark = run.start.checked_sub(1);
    let before = mark.and_then(|at| text.get(at));
    let joined = mark.is_some_and(|at| joins_plain(text, at)) || before == Some(&b'+');
    let foreign = |octet: Option<&u8>| octet.is_some_and(|octet| !octet.is_ascii());
    !run.is_empty()
        && !joined
        && !joins_plain(text, run.end)
        && !foreign(before)
        && !foreign(text.get(run.end))
        && !may_be_drawn_out(text.get(run).unwrap_or_default())
}

/// What folding a word takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folding {
    /// Nothing: small letters and digits.
    None,
    /// Lower case.
    Lower,
    /// Everything.
    Full,
}

/// Where the plain letters and digits end that begin at a place, and what folding them takes.
#[inline]
fn plain_run(text: &[u8], at: usize) -> (usize, Folding) {
    let mut changed = 0;
    let mut octets = 0;
    for octet in text.get(at..).unwrap_or_default() {
        let small = small(*octet);
        if small == 0 {
            break;
        }
        changed |= small ^ octet;
        octets += 1;
    }
    let folding = match changed {
        0 => Folding::None,
        _ => Folding::Lower,
    };
    (at + octets, folding)
}

/// A plain letter or digit in lower case; zero for anything else.
#[inline]
fn small(octet: u8) -> u8 {
    static SMALL: [u8; 256] = {
        let mut small = [0; 256];
        let mut octet = 0;
        while octet < 128 {
            if u8::is_ascii_alphanumeric(&octet) {
                small[octet as usize] = octet.to_ascii_lowercase();
            }
            octet += 1;
        }
        small
    };
    SMALL.get(usize::from(octet)).copied().unwrap_or(0)
}

/// Whether any octet stands three times in a row, in capitals or not; a quick look before a
/// careful one at each word.
fn may_be_drawn_out(text: &[u8]) -> bool {
    let second = text.get(1..).unwrap_or_default();
    let third = text.get(2..).unwrap_or_default();
    let alike = |a: u8, b: u8, c: u8| ((a ^ b) | (b ^ c)) & !0x20 == 0;
    let triples = text.iter().zip(second).zip(third);
    triples.fold(false, |any, ((a, b), c)| any | alike(*a, *b, *c))
}

fn char_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at)? {
        octet if octet.is_ascii() => Some(char::from(*octet)),
        _ => text.get(at..)?.chars().next(),
    }
}

/// A text that is split.
struct Text<'a> {
    written: &'a str,
    lower: Option<&'a str>,
    drawn_out: bool,
}

impl<'a> Text<'a> {
    /// Whether a character that is no plain letter or digit belongs to the word that it stands in
    /// or begins.
    fn joins(&self, place: Range<usize>, c: char, inside: bool) -> bool {
        let is_digit = |at: Option<usize>| {
            let octet = at.and_then(|at| self.written.as_bytes().get(at));
            octet.is_some_and(u8::is_ascii_digit)
        };
        let next_digit = || is_digit(Some(place.end));
        match c {
            '\'' | '’' | '‘' | '´' => {
                inside && char_at(self.written, place.end).is_some_and(is_alphanumeric)
            }
            ':' | '.' | '-' | '/' => inside && is_digit(place.start.checked_sub(1)) && next_digit(),
            '+' => !inside && next_digit(),
            // "1°" is how most people type "1º".
            '°' => inside && is_digit(place.start.checked_sub(1)),
            '\u{300}'..='\u{36f}' => true,
            _ => is_alphanumeric(c),
        }
    }

    #[inline(always)]
    fn push_word(&self, place: Range<usize>, folding: Folding, found: &mut Vec<Token<'a>>) {
        if folding == Folding::None && !self.drawn_out {
            let written = self.written.get(place.clone()).unwrap_or_default();
            found.push(token(Cow::Borrowed(written), true, place));
        } else {
            self.push_folded(place, folding, found);
        }
    }

    fn push_folded(&self, place: Range<usize>, folding: Folding, found: &mut Vec<Token<'a>>) {
        let written = self.written.get(place.clone()).unwrap_or_default();
        let lower = self.lower.and_then(|lower| lower.get(place.clone()));
        let folded = match (folding, lower) {
            (Folding::None, _) => Cow::Borrowed(written),
            (Folding::Lower, Some(lower)) => Cow::Borrowed(lower),
            _ if written.len() > WORD_OCTETS_MAX && !written.is_ascii() => Cow::Borrowed(written),
            _ => Cow::Owned(fold(written)),
        };
        let folded = shortened(&folded).map_or(folded, Cow::Owned);
        if !folded.is_empty() {
            found.push(token(folded, true, place));
        }
    }

    /// A mark of punctuation, or a picture, which is a word; blanks and controls are nothing.
    fn push_mark(&self, place: Range<usize>, c: char, found: &mut Vec<Token<'a>>) {
        let written = self.written.get(place.clone()).unwrap_or_default();
        if c == '\n' || c.is_ascii_punctuation() || is_wide_mark(c) {
            found.push(token(Cow::Borrowed(written), false, place));
            return;
        }
        let is_modifier = ('\u{1f3fb}'..='\u{1f3ff}').contains(&c);
        if c.is_whitespace() || c.is_control() || is_modifier {
            return;
        }
        let folded = match c {
            _ if is_dropped(c) => return,
            _ if stays(c) => Cow::Borrowed(written),
            _ => Cow::Owned(fold(written)),
        };
        if !folded.is_empty() {
            found.push(token(folded, true, place));
        }
    }
}

const fn token(text: Cow<'_, str>, is_word: bool, place: Range<usize>) -> Token<'_> {
    Token {
        text,
        is_word,
        start: place.start,
        end: place.end,
    }
}

/// The first words of some tokens, in the room that is given for them.
pub(super) fn first_words<'a, 'r, 't: 'a>(
    tokens: impl Iterator<Item = &'a Token<'t>>,
    room: &'r mut [&'a str],
) -> &'r [&'a str] {
    let mut count = 0;
    for (place, word) in room.iter_mut().zip(tokens.filter(|t| t.is_word)) {
        *place = &word.text;
        count += 1;
    }
    room.get(..count).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text)
            .into_iter()
            .filter(|t| t.is_word)
            .map(|t| t.text.into_owned())
            .collect()
    }

    #[test]
    fn apostrophes_marks_and_times_fold() {
        assert_eq!(
            words("Don’t ÇA marche, 12:30! +1 👍🏽"),
            ["dont", "ca", "marche", "12:30", "+1", "👍"]
        );
        assert_eq!(words("Cafe\u{301} straße"), ["cafe", "strasse"]);
        assert_eq!(words("il 1° e il 2º"), ["il", "1o", "e", "il", "2o"]);
    }

    #[test]
    fn patterns_match_the_longest_way_and_know_their_ends() {
        let matched = |pattern: &str, text: &str| {
            let words = words(text);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            Pattern::parse(pattern).unwrap().match_at(&words, 0)
        };
        assert_eq!(matched("no (big) problem", "No problem at all"), Some(2));
        assert_eq!(matched("id love/like .. but", "I'd love to, but"), Some(4));
        assert_eq!(matched("im good $", "I'm good at it"), None);
        assert_eq!(matched("im good $", "I'm good"), Some(2));
        assert_eq!(Pattern::parse("(a) b"), None);
    }
}
