//! Quotes: which lines of a body the sender did not newly write.
//!
//! First by matching against the very text we sent, as a stream of words, so that it works in any
//! language, however a client wrapped the lines, and without any mark (Outlook's inline answers).
//! Then by convention: `>` marks, attribution lines, header blocks, separators. A line that merely
//! equals one of ours is not yet a quote: "Yes, but no notes" stands in the invitation as an
//! example, so an unmarked line counts only as part of a run.

use crate::lunch::notes::Section;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{Token, tokens};
use std::borrow::Cow;
use std::collections::HashMap;

/// Words that an index entry is made of.
const GRAM: usize = 3;
/// Most places of one gram in the originals that are tried.
const PLACES_MAX: usize = 8;
/// Words that may be missing between two lines of one quoted run.
const RUN_GAP_WORDS: usize = 12;
/// From so many words on, an unmarked line that is ours word by word is a quote by itself.
const ALONE_WORDS_MIN: usize = 9;
/// Longest attribution, joined, in octets.
const ATTRIBUTION_OCTETS_MAX: usize = 400;

/// A line of the body: its `>` marks, and what stands behind them.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// How many `>`.
    pub depth: usize,
    /// Without marks.
    pub text: &'a str,
    tokens: Vec<Token<'a>>,
}

impl<'a> Line<'a> {
    /// Takes the marks off.
    pub fn new(line: &'a str) -> Self {
        let mut rest = line.trim_start();
        let mut depth = 0;
        // Some clients and lists mark with a bar.
        let barred = |rest: &str| rest == "|" || rest.starts_with("| ");
        while let Some(inner) = rest
            .strip_prefix('>')
            .or_else(|| rest.strip_prefix('|').filter(|_| barred(rest)))
        {
            depth += 1;
            rest = inner.trim_start();
        }
        let text = if depth == 0 { line } else { rest };
        Self {
            depth,
            text,
            tokens: tokens(text),
        }
    }

    fn words(&self) -> Vec<&str> {
        let words = self.tokens.iter().filter(|t| t.is_word);
        words.map(|t| &*t.text).collect()
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn opens_with(&self, sense: Sense) -> bool {
        let words = self.words();
        let head: Vec<&str> = words.iter().copied().take(8).collect();
        lexicon()
            .longest(&head, 0, &[sense], Languages::ALL)
            .is_some()
    }
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Newly written.
    Own,
    /// Empty.
    Blank,
    /// Not newly written; `rest` is what the sender typed behind it on the same line.
    Quoted {
        /// Own words at the end of the line.
        rest: Option<String>,
    },
}

/// The verdict on each line.
pub fn judge_lines(lines: &[Line<'_>], originals: &[String]) -> Vec<Verdict> {
    let matched = match_originals(lines, originals);
    let mut verdicts: Vec<Verdict> = lines
        .iter()
        .zip(&matched)
        .map(|(line, found)| match found {
            Some(found) => Verdict::Quoted {
                rest: found.rest.clone(),
            },
            None if line.depth > 0 => Verdict::Quoted { rest: None },
            None if line.is_blank() => Verdict::Blank,
            None => Verdict::Own,
        })
        .collect();
    apply_conventions(lines, &matched, &mut verdicts);
    verdicts
}

/// The prompt that a quoted line is: `1. Ana's best moment since you last met`.
pub fn prompt_of(line: &str) -> Option<Section> {
    // Most lines are neither numbered nor short: they need no closer look.
    let first = line.chars().find(|c| c.is_alphanumeric())?;
    if !matches!(first, '1'..='3') && line.split_whitespace().nth(6).is_some() {
        return None;
    }
    let tokens = tokens(line);
    let words: Vec<&str> = tokens
        .iter()
        .filter(|t| t.is_word)
        .map(|t| &*t.text)
        .take(16)
        .collect();
    let numbered = match words.first() {
        Some(&"1") => Some(Section::Best),
        Some(&"2") => Some(Section::Worst),
        Some(&"3") => Some(Section::Focus),
        _ => None,
    };
    let senses = [Sense::Best, Sense::Worst, Sense::Focus];
    let named = lexicon()
        .marks(&words, &senses, Languages::ALL)
        .first()
        .map(|mark| match mark.sense {
            Sense::Best => Section::Best,
            Sense::Worst => Section::Worst,
            _ => Section::Focus,
        });
    // Prose that mentions a best moment is no prompt: it has a number or is nothing else.
    match (numbered, named) {
        (Some(_), Some(named)) => Some(named),
        (None, Some(named)) if words.len() <= 5 => Some(named),
        _ => None,
    }
}

/// Where a line was found in the originals.
#[derive(Clone, Debug)]
struct Match {
    start: usize,
    end: usize,
    rest: Option<String>,
}

/// The words of all originals, one after the other, with an index of word triples.
struct Originals<'a> {
    words: Vec<Cow<'a, str>>,
    line_ends: Vec<bool>,
    index: HashMap<u64, Vec<usize>>,
}

impl<'a> Originals<'a> {
    fn new(texts: &'a [String]) -> Self {
        let mut words = Vec::new();
        let mut line_ends = Vec::new();
        for line in texts.iter().flat_map(|text| text.lines()) {
            let before = words.len();
            let tokens = Line::new(line).tokens.into_iter();
            words.extend(tokens.filter(|t| t.is_word).map(|t| t.text));
            line_ends.resize(words.len(), false);
            if words.len() > before
                && let Some(last) = line_ends.last_mut()
            {
                *last = true;
            }
        }
        let mut index: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, gram) in words.windows(GRAM).enumerate() {
            let places = index.entry(key(gram)).or_default();
            if places.len() < PLACES_MAX {
                places.push(at);
            }
        }
        Self {
            words,
            line_ends,
            index,
        }
    }

    /// The longest run of the line's first words, and where; the nearest behind `cursor` of equals.
    fn find(&self, line: &[&str], cursor: Option<usize>) -> Option<(usize, usize)> {
        let mut places: Vec<usize> = cursor.into_iter().collect();
        if let Some(gram) = line.get(..GRAM) {
            places.extend(self.index.get(&key(gram)).into_iter().flatten());
        }
        let mut best: Option<(usize, usize)> = None;
        for start in places {
            let run = line
                .iter()
                .zip(self.words.get(start..).unwrap_or_default())
                .take_while(|(a, b)| ***a == ***b)
                .count();
            if run > 0 && best.is_none_or(|(_, longest)| run > longest) {
                best = Some((start, run));
            }
        }
        best
    }

    fn ends_line(&self, word: usize) -> bool {
        self.line_ends.get(word).copied().unwrap_or(false)
    }
}

fn key<T: AsRef<str>>(gram: &[T]) -> u64 {
    // FNV-1a: an index needs no more, and it is the same in each run.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for word in gram {
        for byte in word.as_ref().bytes().chain(std::iter::once(0)) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

fn match_originals(lines: &[Line<'_>], texts: &[String]) -> Vec<Option<Match>> {
    if texts.is_empty() {
        return vec![None; lines.len()];
    }
    let originals = Originals::new(texts);
    let mut cursor: Option<usize> = None;
    let mut found: Vec<Option<Match>> = Vec::with_capacity(lines.len());
    for line in lines {
        let words = line.words();
        let candidate = originals.find(&words, cursor).and_then(|(start, run)| {
            let whole = run == words.len();
            let end = start + run;
            if whole {
                return Some(Match {
                    start,
                    end,
                    rest: None,
                });
            }
            // The writer went on at the end of a prompt's line.
            let typed_behind = run >= GRAM && originals.ends_line(end - 1);
            let split = || split_behind(line, run);
            typed_behind
                .then(split)
                .flatten()
                .map(|(head, rest)| Match {
                    start,
                    end,
                    rest: prompt_of(&head).map(|_| rest),
                })
        });
        let candidate = candidate.filter(|m| m.end > m.start);
        let usable = candidate.filter(|m| m.rest.is_some() || m.end - m.start == words.len());
        if let Some(found) = &usable {
            cursor = Some(found.end);
        }
        found.push(usable);
    }
    extend_upwards(lines, &originals, &mut found);
    keep_runs(lines, &mut found);
    found
}

/// Takes short lines in that stand directly above a run ("Hi Ben,") and are ours.
fn extend_upwards(lines: &[Line<'_>], originals: &Originals<'_>, found: &mut [Option<Match>]) {
    let mut below: Option<usize> = None;
    for (line, slot) in lines.iter().zip(found.iter_mut()).rev() {
        if line.is_blank() {
            continue;
        }
        if slot.is_none()
            && let Some(end) = below
        {
            let words = line.words();
            let start = end.checked_sub(words.len()).filter(|_| !words.is_empty());
            let same = |start: usize| {
                let ours = originals.words.get(start..end).unwrap_or_default();
                ours.iter().zip(&words).all(|(a, b)| a == b)
            };
            *slot = start.filter(|start| same(*start)).map(|start| Match {
                start,
                end,
                rest: None,
            });
        }
        below = slot.as_ref().map(|found| found.start);
    }
}

/// Splits a line behind its first `run` words and the punctuation that follows.
fn split_behind(line: &Line<'_>, run: usize) -> Option<(String, String)> {
    let mut words = line.tokens.iter().filter(|t| t.is_word);
    let last = words.by_ref().nth(run.checked_sub(1)?)?;
    let next = words.next()?;
    let between = line.text.get(last.end..next.start)?;
    let opening: usize = between
        .char_indices()
        .rev()
        .take_while(|(_, c)| matches!(c, '"' | '(' | '“' | '„' | '«'))
        .map(|(_, c)| c.len_utf8())
        .sum();
    let at = next.start - opening;
    Some((
        line.text.get(..at)?.to_owned(),
        line.text.get(at..)?.trim().to_owned(),
    ))
}

/// Drops matches of unmarked lines that stand alone and might be the writer's own.
fn keep_runs(lines: &[Line<'_>], found: &mut [Option<Match>]) {
    let some: Vec<(usize, usize, usize)> = found
        .iter()
        .enumerate()
        .filter_map(|(at, m)| m.as_ref().map(|m| (at, m.start, m.end)))
        .collect();
    let follows = |a: Option<&(usize, usize, usize)>, b: Option<&(usize, usize, usize)>| {
        matches!((a, b), (Some(a), Some(b))
            if b.1 >= a.2 && b.1 - a.2 <= RUN_GAP_WORDS && a.1 < b.1)
    };
    let mut drop = Vec::new();
    for (number, place) in some.iter().enumerate() {
        let (at, start, end) = *place;
        let before = number.checked_sub(1).and_then(|n| some.get(n));
        let after = some.get(number + 1);
        let marked = lines.get(at).is_some_and(|line| line.depth > 0);
        let is_prompt = lines.get(at).is_some_and(|l| prompt_of(l.text).is_some());
        let long = end - start >= ALONE_WORDS_MIN;
        let in_run = follows(before, Some(place)) || follows(Some(place), after);
        if !(marked || long || in_run || (is_prompt && end - start >= GRAM)) {
            drop.push(at);
        }
    }
    for at in drop {
        if let Some(slot) = found.get_mut(at) {
            *slot = None;
        }
    }
}

fn apply_conventions(lines: &[Line<'_>], matched: &[Option<Match>], verdicts: &mut [Verdict]) {
    let mut own_above = false;
    let mut at = 0;
    while at < lines.len() {
        let header = header_block(lines, at);
        let opening = header
            .or_else(|| separator(lines, at))
            .map(|length| (length, true))
            .or_else(|| attribution(lines, at).map(|length| (length, false)));
        let Some((length, is_header)) = opening else {
            own_above = own_above || verdicts.get(at) == Some(&Verdict::Own);
            at += 1;
            continue;
        };
        for verdict in verdicts.iter_mut().skip(at).take(length) {
            *verdict = Verdict::Quoted { rest: None };
        }
        at += length;
        let marked_below = lines
            .iter()
            .zip(matched)
            .skip(at)
            .find(|(line, found)| !line.is_blank() || found.is_some())
            .is_some_and(|(line, _)| line.depth > 0);
        if marked_below {
            continue;
        }
        // Nothing marks the quote below: it runs to the next opening, or to the end.
        let end = (at..lines.len())
            .find(|i| header_block(lines, *i).is_some() || attribution(lines, *i).is_some())
            .unwrap_or(lines.len());
        cut(matched, verdicts, at, end, own_above, is_header);
        at = end;
    }
}

/// Quotes the lines from `at` to `end`, but for answers typed between lines that are ours.
fn cut(
    matched: &[Option<Match>],
    verdicts: &mut [Verdict],
    at: usize,
    end: usize,
    own_above: bool,
    is_header: bool,
) {
    let region = matched.get(at..end).unwrap_or_default();
    let first = region.iter().position(Option::is_some);
    let last = region.iter().rposition(Option::is_some);
    let (Some(first), Some(last)) = (first, last) else {
        // An attribution at the very top with the answer below it, and no quote at all.
        if own_above || is_header {
            for verdict in verdicts.iter_mut().take(end).skip(at) {
                *verdict = Verdict::Quoted { rest: None };
            }
        }
        return;
    };
    for (offset, verdict) in verdicts.iter_mut().take(end).skip(at).enumerate() {
        let between = offset > first && offset < last;
        let below = offset > last && !own_above;
        if !between && !below && matches!(verdict, Verdict::Own) {
            *verdict = Verdict::Quoted { rest: None };
        }
    }
}

/// An attribution line ("On … Ana wrote:"), wrapped over at most three lines; how many lines.
fn attribution(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let first = lines.get(at)?;
    if first.is_blank() || first.text.len() > ATTRIBUTION_OCTETS_MAX {
        return None;
    }
    let near = lines.get(at..(at + 3).min(lines.len())).unwrap_or_default();
    let tells = |line: &Line<'_>| {
        let bytes = line.text.bytes();
        bytes
            .take(ATTRIBUTION_OCTETS_MAX)
            .any(|b| b == b'@' || b.is_ascii_digit())
    };
    if !near.iter().any(tells) {
        return None;
    }
    let text = first.text.trim_start_matches(['-', ' ', '*']);
    let opens = first.opens_with(Sense::WroteOpening)
        || text.starts_with(|c: char| c.is_ascii_digit())
        || text.contains('@')
        || text.contains("年");
    if !opens {
        return None;
    }
    let mut joined = String::new();
    for length in 1..=3 {
        let line = lines.get(at + length - 1)?;
        if line.is_blank() || line.depth != first.depth {
            return None;
        }
        joined.push_str(line.text.trim());
        joined.push(' ');
        if joined.len() > ATTRIBUTION_OCTETS_MAX {
            return None;
        }
        if is_attribution(joined.trim_end()) {
            return Some(length);
        }
    }
    None
}

/// Names the moment or the address, has the verb, and ends as such lines end.
fn is_attribution(joined: &str) -> bool {
    let bare = joined.trim_end_matches(['-', ' ', '*', '\u{a0}']);
    let ends = bare.ends_with([':', '：']);
    let has_digits = bare.chars().filter(char::is_ascii_digit).count() >= 3;
    let address = bare.contains('@');
    if !has_digits && !address {
        return false;
    }
    let tokens = tokens(bare);
    let words: Vec<&str> = tokens
        .iter()
        .filter(|t| t.is_word)
        .map(|t| &*t.text)
        .collect();
    let verbs = lexicon().marks(&words, &[Sense::Wrote], Languages::ALL);
    let verb_last = verbs.last().is_some_and(|m| m.at + m.words == words.len());
    let without_verb = ends && address && bare.ends_with(">:") && has_digits;
    (!verbs.is_empty() && (ends || (verb_last && has_digits))) || without_verb
}

/// Two or more adjacent labelled lines that name an address or a date; how many lines.
fn header_block(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let label = |i: usize| -> bool {
        let Some(line) = lines.get(i) else {
            return false;
        };
        let text = line.text.trim_start_matches(['*', ' ', '_']);
        let Some((label, _)) = text.split_once([':', '：']) else {
            return false;
        };
        let label = label.trim_matches(['*', ' ', '\u{a0}', '_']);
        if label.len() > 24 || label.is_empty() {
            return false;
        }
        let tokens = tokens(label);
        let words: Vec<&str> = tokens.iter().map(|t| &*t.text).collect();
        lexicon()
            .longest(&words, 0, &[Sense::HeaderLabel], Languages::ALL)
            .is_some_and(|mark| mark.words == words.len())
    };
    if !label(at) {
        return None;
    }
    let mut length = 1;
    let mut labels = 1;
    while length < 12 {
        if label(at + length) {
            labels += 1;
            length += 1;
        } else if label(at + length + 1) && lines.get(at + length).is_some_and(|l| !l.is_blank()) {
            length += 1; // a value that wrapped
        } else {
            break;
        }
    }
    let block = lines.get(at..at + length)?;
    let telling = block.iter().any(|line| {
        line.text.contains('@') || line.text.chars().filter(char::is_ascii_digit).count() >= 4
    });
    (labels >= 3 || (labels == 2 && telling)).then_some(length)
}

/// `-----Original Message-----`, Outlook's rule above a header block, a forwarded mark.
fn separator(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let line = lines.get(at)?;
    let text = line.text.trim();
    if text.len() > 120 {
        return None;
    }
    let underscores = text.len() >= 20 && text.chars().all(|c| c == '_');
    if underscores {
        let next = (at + 1..at + 4).find(|i| lines.get(*i).is_some_and(|l| !l.is_blank()))?;
        return header_block(lines, next).map(|length| next - at + length);
    }
    let dashed = text.starts_with("--") || text.starts_with("__") || text.starts_with("==");
    let inner = text.trim_matches(['-', '_', '=', ' ', '>', ':']);
    if inner.is_empty() || !(dashed || text.ends_with(':')) {
        return None;
    }
    let tokens = tokens(inner);
    let words: Vec<&str> = tokens
        .iter()
        .filter(|t| t.is_word)
        .map(|t| &*t.text)
        .collect();
    let mark = lexicon().longest(&words, 0, &[Sense::Separator], Languages::ALL)?;
    let whole = mark.words == words.len();
    (whole && (dashed || text.ends_with(':'))).then_some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(body: &str, originals: &[&str]) -> String {
        let lines: Vec<Line> = body.lines().map(Line::new).collect();
        let originals: Vec<String> = originals.iter().map(|o| (*o).to_owned()).collect();
        let verdicts = judge_lines(&lines, &originals);
        let mut own = Vec::new();
        for (line, verdict) in lines.iter().zip(verdicts) {
            match verdict {
                Verdict::Own => own.push(line.text.to_owned()),
                Verdict::Quoted { rest: Some(rest) } => own.push(rest),
                _ => {}
            }
        }
        own.join("|")
    }

    const SENT: &str = "How was it? Reply, and put a few words under each line.\n\n1. Ana's best moment since you last met\n\n2. Ana's worst moment since you last met\n\nAny line can stay empty. If typing between the lines is awkward,\nwrite on top, with 1, 2, 3 or without.\n\nYes, but no notes\n";

    #[test]
    fn our_own_words_are_found_without_marks_and_however_wrapped() {
        let body = "On top\n\nFrom: Lunch <lunch@x.org>\nSent: 14 January 2027\nTo: Ben\n\nHow was it? Reply, and\nput a few words under each line.\n1. Ana's best moment since you last met\nThe demo.\n2. Ana's worst moment since you last met\nThe retro.\nAny line can stay empty. If typing between the lines is awkward, write on top, with 1, 2, 3 or without.\n";
        assert_eq!(own(body, &[SENT]), "On top|The demo.|The retro.");
    }

    #[test]
    fn an_example_of_ours_typed_by_the_sender_is_the_senders() {
        assert_eq!(
            own("Yes, but no notes\n\nBen", &[SENT]),
            "Yes, but no notes|Ben"
        );
    }

    #[test]
    fn words_behind_a_prompt_on_its_line_are_own() {
        let body = "> 1. Ana's best moment since you last met: the demo\n> 2. Ana's worst moment since you last met\nnone";
        assert_eq!(own(body, &[SENT]), "the demo|none");
    }

    #[test]
    fn attributions_in_many_languages_cut() {
        for line in [
            "On Thu, 14 Jan 2027 at 12:00, Ana <ana@x.org> wrote:",
            "On Thu, Jan 14, 2027 at 12:00 PM Ana via Lunch <\nlunch@x.org> wrote:",
            "Am 14.01.2027 um 12:00 schrieb Ana via Lunch:",
            "Ana <ana@x.org> schrieb am Do. 14. Jan. 2027 um 12:00:",
            "Le jeu. 14 janv. 2027 à 12:00, Ana <ana@x.org> a écrit\u{a0}:",
            "El jue, 14 ene 2027 a las 12:00, Ana (<ana@x.org>) escribió:",
            "Op do 14 jan 2027 om 12:00 schreef Ana <ana@x.org>:",
            "Il giorno gio 14 gen 2027 alle ore 12:00 Ana <ana@x.org> ha scritto:",
            "2027-01-14 12:00 GMT+01:00 Ana <ana@x.org>:",
            "14 января 2027 г., 12:00, Ana <ana@x.org> написал:",
            "---- On Thu, 14 Jan 2027 12:00:00 +0100 Ana <ana@x.org> wrote ----",
        ] {
            let body = format!("Gladly\n\n{line}\n\nquoted without a mark\nand more\n");
            assert_eq!(own(&body, &[]), "Gladly", "{line}");
        }
    }

    #[test]
    fn header_blocks_cut_and_prose_with_labels_does_not() {
        let body = "Gladly\n\n*Von:* Ana <ana@x.org>\n*Gesendet:* Donnerstag\n*An:* Ben\n*Betreff:* x\n\ntext";
        assert_eq!(own(body, &[]), "Gladly");
        let prose = "Date: Wednesday\nsuits me better";
        assert_eq!(own(prose, &[]), "Date: Wednesday|suits me better");
    }

    #[test]
    fn an_answer_below_an_attribution_without_marks_is_kept() {
        let body = "On 14 Jan 2027, Ana wrote:\n\nYes please";
        assert_eq!(own(body, &[]), "Yes please");
    }
}
