//! Words and phrases: text to folded words, and patterns of words found among them.
//!
//! Folding makes `Don’t`, `don't` and `dont` one word, and `ça` and `ca`. A pattern is a line of a
//! language file; matching it costs a few steps a word, whatever the text.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Most words of one text that are looked at.
const WORDS_MAX: usize = 20_000;
/// Most words that a `..` in a pattern stands for.
const GAP_WORDS_MAX: usize = 3;

/// Folds for comparing, without a copy where the text is folded already, as most words are.
fn folded(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii() && !b.is_ascii_uppercase() && b != b'\'' && b != b'`';
    if text.bytes().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(fold(text))
    }
}

/// Folds for comparing: lower case, no marks above or below letters, apostrophes gone.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        let mut folded = text.to_ascii_lowercase();
        if folded.contains(['\'', '`']) {
            folded.retain(|c| c != '\'' && c != '`');
        }
        return folded;
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd() {
        match c {
            '\u{300}'..='\u{36f}' => {}
            '\'' | '’' | '‘' | '`' | '´' | '\u{200d}' | '\u{200b}' | '\u{fe0f}' => {}
            'ß' => folded.push_str("ss"),
            'œ' | 'Œ' => folded.push_str("oe"),
            'æ' | 'Æ' => folded.push_str("ae"),
            'ø' | 'Ø' => folded.push('o'),
            _ => folded.extend(c.to_lowercase()),
        }
    }
    folded
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

/// Splits a text into tokens.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::with_capacity(text.len() / 5 + 1);
    let mut word_start: Option<usize> = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        // Plain letters and digits join, whatever stands beside them: most of a text is runs of them.
        let run = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if run > 0 {
            word_start.get_or_insert(at);
            at += run;
        }
        let mut chars = rest.get(run..).unwrap_or_default().chars();
        let Some(c) = chars.next() else {
            break;
        };
        if joins(text, at, c, chars.as_str(), word_start.is_some()) {
            word_start.get_or_insert(at);
            at += c.len_utf8();
            continue;
        }
        if let Some(start) = word_start.take() {
            push_word(&mut found, text, start, at);
        }
        if found.len() >= WORDS_MAX {
            return found;
        }
        push_mark(&mut found, text, at, c);
        at += c.len_utf8();
    }
    if let Some(start) = word_start {
        push_word(&mut found, text, start, text.len());
    }
    found
}

/// Whether a character that is no plain letter or digit belongs to the word that it stands in or
/// begins.
fn joins(text: &str, at: usize, c: char, behind: &str, inside: bool) -> bool {
    if c == ' ' {
        return false;
    }
    let next_digit = || behind.starts_with(|n: char| n.is_ascii_digit());
    let previous_digit = || {
        let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
        before.is_some_and(u8::is_ascii_digit)
    };
    match c {
        '\'' | '’' | '‘' | '´' => inside && behind.starts_with(char::is_alphanumeric),
        ':' | '.' | '-' | '/' => inside && previous_digit() && next_digit(),
        '+' => !inside && next_digit(),
        '\u{300}'..='\u{36f}' => true,
        _ => c.is_alphanumeric(),
    }
}

fn push_word<'a>(found: &mut Vec<Token<'a>>, text: &'a str, start: usize, end: usize) {
    let folded = folded(text.get(start..end).unwrap_or_default());
    let folded = match shortened(&folded) {
        Some(short) => Cow::Owned(short),
        None => folded,
    };
    if !folded.is_empty() {
        found.push(Token {
            text: folded,
            is_word: true,
            start,
            end,
        });
    }
}

/// A mark of punctuation, or a picture, which is a word; blanks and controls are nothing.
fn push_mark<'a>(found: &mut Vec<Token<'a>>, text: &'a str, at: usize, c: char) {
    if c == ' ' {
        return;
    }
    let end = at + c.len_utf8();
    let written = text.get(at..end).unwrap_or_default();
    let is_mark = c == '\n' || c.is_ascii_punctuation() || "…–—“”„«»¿¡，。？！；：".contains(c);
    let is_modifier = ('\u{1f3fb}'..='\u{1f3ff}').contains(&c);
    if !is_mark && (c.is_whitespace() || c.is_control() || is_modifier) {
        return;
    }
    let folded = if is_mark {
        Cow::Borrowed(written)
    } else {
        folded(written)
    };
    if !folded.is_empty() {
        found.push(Token {
            text: folded,
            is_word: !is_mark,
            start: at,
            end,
        });
    }
}

/// "yesss" is "yes" and "cooool" is "cool": a letter drawn out, three times or more.
fn shortened(word: &str) -> Option<String> {
    let bytes = word.as_bytes();
    let drawn = |w: &[u8]| matches!(w, [a, b, c] if a == b && b == c && a.is_ascii_alphabetic());
    if !bytes.windows(3).any(drawn) {
        return None;
    }
    let mut short = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let mut count = 1;
        while chars.next_if_eq(&c).is_some() {
            count += 1;
        }
        let kept = match count {
            3.. if chars.peek().is_none() => 1,
            3.. => 2,
            _ => count,
        };
        short.extend(std::iter::repeat_n(c, kept));
    }
    Some(short)
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// One of these words; optional if the flag is set.
    OneOf(Vec<String>, bool),
    /// Up to three words of any kind.
    Gap,
}

/// A pattern of words. `a/b` is either word, `(a)` may be missing, `..` is up to three words, `^`
/// in front means the clause begins here, `$` behind that it ends here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
    at_start: bool,
    at_end: bool,
}

impl Pattern {
    /// Reads a pattern; `None` if it holds no word that must be there first.
    pub fn parse(line: &str) -> Option<Self> {
        let mut pattern = Self {
            pieces: Vec::new(),
            at_start: false,
            at_end: false,
        };
        for written in line.split_whitespace() {
            match written {
                "^" => pattern.at_start = true,
                "$" => pattern.at_end = true,
                ".." => pattern.pieces.push(Piece::Gap),
                _ => {
                    let inner = written.strip_prefix('(').and_then(|w| w.strip_suffix(')'));
                    let words = inner.unwrap_or(written).split('/').map(fold).collect();
                    pattern.pieces.push(Piece::OneOf(words, inner.is_some()));
                }
            }
        }
        matches!(pattern.pieces.first(), Some(Piece::OneOf(_, false))).then_some(pattern)
    }

    /// The words it can begin with.
    pub fn openings(&self) -> &[String] {
        match self.pieces.first() {
            Some(Piece::OneOf(words, _)) => words,
            _ => &[],
        }
    }

    /// How many words of `words`, from `at`, it matches; the longest way. `words` is one clause.
    pub fn match_at(&self, words: &[&str], at: usize) -> Option<usize> {
        if self.at_start && at != 0 {
            return None;
        }
        let end = self.match_pieces(&self.pieces, words, at)?;
        Some(end - at)
    }

    fn match_pieces(&self, pieces: &[Piece], words: &[&str], at: usize) -> Option<usize> {
        let Some((piece, rest)) = pieces.split_first() else {
            return (!self.at_end || at == words.len()).then_some(at);
        };
        match piece {
            Piece::OneOf(choices, optional) => {
                let here = words
                    .get(at)
                    .is_some_and(|w| choices.iter().any(|c| c == w));
                if here && let Some(end) = self.match_pieces(rest, words, at + 1) {
                    return Some(end);
                }
                if *optional {
                    return self.match_pieces(rest, words, at);
                }
                None
            }
            Piece::Gap => (0..=GAP_WORDS_MAX)
                .filter(|skipped| at + skipped <= words.len())
                .find_map(|skipped| self.match_pieces(rest, words, at + skipped)),
        }
    }
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
