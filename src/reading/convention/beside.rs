//! Attributions that share their line: with the sender's words in front, or the letter's behind.

use super::{ATTRIBUTION_OCTETS_MAX, Opening, is_attribution, opens_dated};
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{self, tokens};
use crate::reading::quote::Line;

/// What ends a sentence in front of an attribution.
const SENTENCE_ENDS: [char; 6] = ['.', '!', '?', '…', ')', '"'];
/// Most places of a line at which an attribution is looked for.
const STARTS_MAX: usize = 16;
/// Longest abbreviation of a day or a month, its full stop included, in characters.
const ABBREVIATION_CHARS_MAX: usize = 5;
/// Longest greeting of a letter, in words.
const GREETING_WORDS_MAX: usize = 4;

/// "Sounds good! On Thu, 14 Jan 2027 at 12:00 Ana <ana@example.com> wrote:" on one line, which may
/// be wrapped, with or without a blank or a full stop between.
pub(super) fn behind_own_words(near: &[Line<'_>]) -> Option<Opening> {
    let first = near.first()?;
    let dated = opens_dated(first);
    let starts = openings_within(first.text);
    let mut chosen = None;
    for start in starts.iter().rev().take(STARTS_MAX) {
        let (before, after) = first.text.split_at_checked(*start)?;
        let ended = before.trim_end().ends_with(SENTENCE_ENDS);
        if before.contains('@') || !after.contains('@') || (dated && !ended) {
            continue;
        }
        let verb = || {
            let tokens = tokens(before);
            let words = phrase::words(&tokens);
            let verbs = lexicon().marks(&words, &[Sense::Wrote], Languages::ALL);
            !verbs.is_empty()
        };
        if !follows(after, ended) || (!ended && verb()) {
            continue;
        }
        let Some(lines) = attribution_lines(after, near) else {
            continue;
        };
        chosen = Some((*start, lines));
        break;
    }
    let (mut start, lines) = chosen?;
    // "On Tue, 24 Nov": the day of the week opens attributions too.
    let above = starts.iter().rev().find(|above| **above < start);
    if let Some(above) = above
        && let Some(between) = first.text.get(*above..start)
        && between.split_whitespace().count() == 1
        && !between.trim_end().ends_with(SENTENCE_ENDS)
    {
        start = *above;
    }
    (start > 0).then_some(Opening {
        lines,
        firm: false,
        own_octets: start,
    })
}

/// Where a word of a line may open an attribution: with a capital, behind a blank or glued to the
/// end of a sentence; or a date behind a sentence.
fn openings_within(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut above = ' ';
    for (at, c) in text.char_indices() {
        let begins = if c.is_ascii_digit() {
            let before = text.get(..at).unwrap_or_default().trim_end();
            let word = before
                .rsplit(char::is_whitespace)
                .next()
                .unwrap_or_default();
            // A short word with a full stop is a day: "อ. 24".
            let ended = before.ends_with(['!', '?'])
                || (before.ends_with('.') && word.chars().count() > ABBREVIATION_CHARS_MAX);
            above.is_whitespace() && ended && !before.contains(|c: char| c.is_ascii_digit())
        } else {
            let parted = above.is_whitespace() || SENTENCE_ENDS.contains(&above);
            (c.is_uppercase() || (!c.is_ascii() && c.is_alphabetic() && !c.is_lowercase()))
                && (parted || above.is_lowercase())
        };
        if begins {
            starts.push(at);
        }
        above = c;
    }
    starts
}

/// Opens as attributions do; behind a sentence that did not end, a day or a date has to follow.
fn follows(after: &str, ended: bool) -> bool {
    let line = Line::new(after);
    if !opens_dated(&line) || line.digits() < 5 {
        return false;
    }
    ended || {
        let rest = after
            .split_once(' ')
            .map_or("", |(_, rest)| rest.trim_start());
        rest.starts_with(|c: char| c.is_ascii_digit()) || line_opens(rest)
    }
}

fn line_opens(text: &str) -> bool {
    Line::new(text).opens_with(Sense::WroteOpening)
}

/// How many lines the attribution has that begins with the end of the first one.
fn attribution_lines(after: &str, near: &[Line<'_>]) -> Option<usize> {
    let mut joined = after.trim().to_owned();
    for number in 1..=near.len() {
        if is_attribution(&joined) {
            return Some(number);
        }
        let line = near
            .get(number)
            .filter(|line| !line.is_blank() && line.depth == 0)?;
        joined.push(' ');
        joined.push_str(line.text.trim());
        if joined.len() > ATTRIBUTION_OCTETS_MAX {
            return None;
        }
    }
    None
}

/// "On Thu, 14 Jan 2027, Ana <ana@example.com> wrote: Hi Ben,": the letter begins on the same line.
pub(super) fn runs_on(line: &Line<'_>) -> bool {
    if line.depth > 0 || !line.has_at_sign() || !opens_dated(line) {
        return false;
    }
    line.text.match_indices([':', '：']).any(|(at, colon)| {
        let end = at + colon.len();
        let (head, rest) = line.text.split_at_checked(end).unwrap_or_default();
        rest.starts_with(char::is_whitespace)
            && rest.trim_end().ends_with([',', '!', ':'])
            && rest.split_whitespace().count() <= GREETING_WORDS_MAX
            && Line::new(rest).opens_with(Sense::Greeting)
            && is_attribution(head)
    })
}
