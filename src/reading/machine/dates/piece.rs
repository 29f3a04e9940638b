//! Pieces: a text cut into numbers, words and marks.

use crate::reading::machine::phrases::runs_on;

/// Most pieces of one text.
const PIECES_MAX: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Value, and how many digits.
    Number(u32, usize),
    Word,
    Mark(char),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: What,
}

pub(super) fn digit(c: char) -> Option<u32> {
    c.to_digit(10).or(match c {
        '\u{660}'..='\u{669}' => Some(u32::from(c) - 0x660),
        '\u{6f0}'..='\u{6f9}' => Some(u32::from(c) - 0x6f0),
        _ => None,
    })
}

pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        let last = all.last_mut().filter(|last| last.end == start);
        let what = match digit(c) {
            Some(value) => What::Number(value, 1),
            None if c.is_alphabetic() => What::Word,
            None if c.is_whitespace() || matches!(c, '\u{3099}' | '\u{309a}' | '\u{200e}') => {
                continue;
            }
            None => What::Mark(c),
        };
        match (last, what) {
            (Some(last), What::Number(value, _)) if matches!(last.what, What::Number(..)) => {
                last.end = end;
                if let What::Number(sum, digits) = last.what {
                    let sum = sum.saturating_mul(10).saturating_add(value);
                    last.what = What::Number(sum, digits + 1);
                }
            }
            (Some(last), What::Word) if last.what == What::Word && !runs_on(c) => {
                let alone = text.get(last.start..last.end).unwrap_or_default();
                if alone.chars().next_back().is_some_and(runs_on) {
                    all.push(Piece { start, end, what });
                } else {
                    last.end = end;
                }
            }
            _ => all.push(Piece { start, end, what }),
        }
        if all.len() >= PIECES_MAX {
            break;
        }
    }
    all
}
