//! Prefixes: quotes that their client marks with something else than `>`.
//!
//! `Ana> `, `: `, `» `, a quotation mark: whatever short thing opens most lines of a block. Initials
//! with a `>` are a mark by their shape; anything else is one only in front of a letter of ours,
//! since lists and drawings have their signs too. What follows the mark is read as every marked
//! line is. Linear: each line belongs to one block.

use super::Line;
use crate::reading::originals::{self, Match};

/// Longest prefix, in octets.
const PREFIX_OCTETS_MAX: usize = 16;
/// Fewest lines of a block with the same prefix.
const LINES_MIN: usize = 2;
/// Fewest lines of a block without a `>` that are ours.
const OURS_MIN: usize = 3;

/// Takes a prefix off that the lines of a block share.
pub(super) fn take_off(lines: &mut [Line<'_>], letters: &[String]) {
    let mut at = 0;
    while at < lines.len() {
        let Some(prefix) = lines.get(at).and_then(prefix_of) else {
            at += 1;
            continue;
        };
        let length = block(lines, at, prefix);
        let block = lines.get_mut(at..at + length).unwrap_or_default();
        mark(block, prefix, letters);
        at += length;
    }
}

/// Where the block ends that the prefix opens: a line without it may stand between two with it, as
/// an empty one or as one that was typed inside.
fn block(lines: &[Line<'_>], from: usize, prefix: &str) -> usize {
    let behind = lines.iter().skip(from);
    let (mut length, mut foreign) = (0, 0);
    for (number, line) in behind.enumerate() {
        if line.depth == 0 && opens(line.text, prefix) {
            (length, foreign) = (number + 1, 0);
        } else if !line.is_blank() {
            foreign += 1;
            if foreign > 1 || line.depth > 0 {
                break;
            }
        }
    }
    length
}

fn mark(block: &mut [Line<'_>], prefix: &str, letters: &[String]) {
    let with = |line: &Line<'_>| opens(line.text, prefix);
    let count = block.iter().filter(|line| with(line)).count();
    if count < LINES_MIN {
        return;
    }
    let bare: Vec<Line<'_>> = block
        .iter()
        .map(|line| {
            if with(line) {
                line.behind(prefix)
            } else {
                line.clone()
            }
        })
        .collect();
    let by_shape = prefix.ends_with('>');
    if !by_shape {
        let ours = |found: Vec<Option<Match>>| found.iter().flatten().count();
        let full = bare.iter().filter(|line| !line.is_blank()).count();
        let found = ours(originals::exactly(&bare, letters));
        let found = if found < OURS_MIN {
            ours(originals::loosely(&bare))
        } else {
            found
        };
        if found < OURS_MIN || found * 3 < full {
            return;
        }
    }
    for (line, bare) in block.iter_mut().zip(bare) {
        *line = bare;
    }
}

/// Whether the line opens with the prefix, blanks aside.
fn opens(line: &str, prefix: &str) -> bool {
    line.trim_start().starts_with(prefix)
}

/// What may be a prefix: a name or initials with a `>` behind, or a sign or two.
fn prefix_of<'a>(line: &Line<'a>) -> Option<&'a str> {
    if line.depth > 0 || line.is_blank() {
        return None;
    }
    let text = line.text.trim_start();
    // "- " is a sign, and "J-P>" is initials.
    let lettered = text.starts_with(char::is_alphanumeric);
    let letters: usize = text
        .chars()
        .take_while(|c| lettered && (c.is_alphanumeric() || matches!(c, '.' | '-' | '_')))
        .map(char::len_utf8)
        .take(PREFIX_OCTETS_MAX)
        .sum();
    if letters > 0 {
        let end = letters + 1;
        let prefix = text.get(..end).filter(|prefix| prefix.ends_with('>'))?;
        let behind = text.get(end..).unwrap_or_default();
        let named = prefix.starts_with(char::is_alphabetic) && letters < PREFIX_OCTETS_MAX;
        return (named && (behind.is_empty() || behind.starts_with([' ', '\t']))).then_some(prefix);
    }
    let signs: usize = text
        .chars()
        .take_while(|c| !c.is_alphanumeric() && !c.is_whitespace())
        .map(char::len_utf8)
        .take(3)
        .sum();
    text.get(..signs).filter(|prefix| !prefix.is_empty())
}
