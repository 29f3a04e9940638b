//! Patterns of words, as the language files write them.

use super::fold;

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

    /// The words it must go on with, if it must.
    pub fn seconds(&self) -> Option<&[String]> {
        match self.pieces.get(1) {
            Some(Piece::OneOf(words, false)) => Some(words),
            _ => None,
        }
    }

    /// The words it can end with; `None` if it ends with any.
    pub fn closings(&self) -> Option<Vec<&String>> {
        let mut found = Vec::new();
        for piece in self.pieces.iter().rev() {
            let Piece::OneOf(words, optional) = piece else {
                return None;
            };
            found.extend(words);
            if !optional {
                break;
            }
        }
        Some(found)
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

/// Most words that a `..` in a pattern stands for.
const GAP_WORDS_MAX: usize = 3;
