//! Originals: where the lines of a body stand in the very letters that we sent.
//!
//! Both are streams of words, so it works in any language, however a client wrapped the lines, and
//! without any mark. Two ways: exactly, by the letters kept; and, where none was kept, loosely, by
//! the fixed sentences of our own templates. A line that merely equals one of ours is not yet a
//! quote: "Yes, but no notes" stands in the invitation as an example, so an unmarked line counts
//! only as part of a run. Linear: each line is tried at a bounded number of places.

use crate::reading::message::FOOTER_REFERENCE_OPENING;
use crate::reading::phrase::hash;
use crate::reading::quote::{Line, prompt_of};
use crate::words::token::Token;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;
use std::sync::LazyLock;

/// Words that an index entry is made of.
const GRAM: usize = 3;
/// Most places of one gram in the originals that are tried.
const PLACES_MAX: usize = 8;
/// Words that may be missing between two lines of one quoted run.
const RUN_GAP_WORDS: usize = 12;
/// From so many words on, an unmarked line that is ours word by word is a quote by itself.
const ALONE_WORDS_MIN: usize = 9;
/// So many words of a sentence of ours have to stand before what is taken as typed behind it.
const HEAD_WORDS_MIN: usize = 5;
/// Lines at the end of an original among which those are that only the HTML twin shows.
const TAIL_LINES: usize = 3;
/// So many words of a line have to be ours for the loose way: "1. Best moment" is a heading that
/// anybody types.
const LOOSE_WORDS_MIN: usize = 4;
/// How much of a line has to be ours for the loose way, in hundredths.
const LOOSE_SHARE: usize = 60;

/// Longest example that may be ticked, in words.
const TICKED_WORDS_MAX: usize = 10;

/// The letters that people answer in between; their fixed sentences are known without a copy.
const TEMPLATES: &[&str] = &[
    include_str!("../../templates/en/followup.txt"),
    include_str!("../../templates/en/followup-nudge.txt"),
    include_str!("../../templates/en/invitation.txt"),
    include_str!("../../templates/en/invitation-reminder.txt"),
];

/// Where a line was found in the originals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// First word.
    pub start: usize,
    /// One past the last word.
    pub end: usize,
    /// What the sender typed behind it on the same line.
    pub rest: Option<String>,
    /// Among the last lines of the letter, where those are that only the HTML twin shows.
    pub tail: bool,
}

/// The words are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passing(u64);

impl Hasher for Passing {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = mixed(self.0, hash(bytes.iter().copied()));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = word;
    }
}

type Index = HashMap<u64, Vec<usize>, BuildHasherDefault<Passing>>;

/// The words of all originals, one after the other, with an index of word triples.
#[derive(Debug, Default)]
pub struct Originals {
    words: Vec<u64>,
    /// Whether a line ends with the word; the widest lines of a paragraph end in its middle.
    line_ends: Vec<bool>,
    /// Whether the word stands in the last lines of its letter.
    tail: Vec<bool>,
    index: Index,
    /// The runs of fewer words than a gram that begin or end a line.
    edges: HashSet<u64, BuildHasherDefault<Passing>>,
}

pub(super) fn key(gram: &[u64]) -> u64 {
    gram.iter().fold(0, |all, word| mixed(all, *word))
}

fn mixed(all: u64, more: u64) -> u64 {
    (all ^ more)
        .rotate_left(23)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The words of many lines, one after the other.
struct Hashed {
    words: Vec<u64>,
    /// One past the last word of each line.
    ends: Vec<usize>,
}

impl Hashed {
    fn of(lines: &[Line<'_>]) -> Self {
        let mut all = Self {
            words: Vec::with_capacity(lines.len() * 8),
            ends: Vec::with_capacity(lines.len()),
        };
        for line in lines {
            line.hash_words(&mut all.words);
            all.ends.push(all.words.len());
        }
        all
    }

    fn line(&self, at: usize) -> &[u64] {
        let before = at.checked_sub(1).and_then(|above| self.ends.get(above));
        let end = self.ends.get(at).copied().unwrap_or_default();
        let words = before.copied().unwrap_or_default()..end;
        self.words.get(words).unwrap_or_default()
    }
}

impl Originals {
    fn new<'a>(texts: impl Iterator<Item = Vec<&'a str>>) -> Self {
        let mut all = Self::default();
        for lines in texts {
            let mut starts = Vec::new();
            for line in lines {
                let before = all.words.len();
                Line::new(line).hash_words(&mut all.words);
                let words = all.words.get(before..).unwrap_or_default();
                for length in 1..GRAM {
                    let edges = [words.get(..length), words.windows(length).next_back()];
                    all.edges.extend(edges.into_iter().flatten().map(key));
                }
                all.line_ends.resize(all.words.len(), false);
                if all.words.len() > before
                    && let Some(last) = all.line_ends.last_mut()
                {
                    *last = true;
                    starts.push(before);
                }
            }
            all.tail.resize(all.words.len(), false);
            let tail = starts.iter().rev().nth(TAIL_LINES - 1).copied();
            for flag in all.tail.iter_mut().skip(tail.unwrap_or(usize::MAX)) {
                *flag = true;
            }
        }
        for (at, gram) in all.words.windows(GRAM).enumerate() {
            let places = all.index.entry(key(gram)).or_default();
            if places.len() < PLACES_MAX {
                places.push(at);
            }
        }
        all
    }

    /// The index of the letters, made once for as long as the same letters are asked about.
    fn of(texts: &[String]) -> Rc<Self> {
        thread_local! {
            static LAST: RefCell<Option<(u64, usize, Rc<Originals>)>> = const { RefCell::new(None) };
        }
        let octets: usize = texts.iter().map(String::len).sum();
        let print = texts.iter().fold(0, |all, text| {
            let (eights, rest) = text.as_bytes().as_chunks::<8>();
            let print = eights.iter().fold(mixed(0, all), |print, eight| {
                mixed(print, u64::from_le_bytes(*eight))
            });
            mixed(print, hash(rest.iter().copied())) ^ text.len() as u64
        });
        LAST.with_borrow_mut(|last| match last {
            Some((known, size, made)) if (*known, *size) == (print, octets) => Rc::clone(made),
            _ => {
                let texts = texts.iter().map(|text| text.lines().collect());
                let made = Rc::new(Self::new(texts));
                *last = Some((print, octets, Rc::clone(&made)));
                made
            }
        })
    }

    /// The longest run of the words from their first on, and where; at `cursor` of equals.
    fn find(&self, words: &[u64], cursor: Option<usize>) -> Option<(usize, usize)> {
        let indexed = words
            .get(..GRAM)
            .and_then(|gram| self.index.get(&key(gram)));
        let places = cursor
            .into_iter()
            .chain(indexed.into_iter().flatten().copied());
        let mut best: Option<(usize, usize)> = None;
        for start in places {
            let ours = self.words.get(start..).unwrap_or_default();
            let run = words.iter().zip(ours).take_while(|(a, b)| a == b).count();
            if run > 0 && best.is_none_or(|(_, longest)| run > longest) {
                best = Some((start, run));
            }
        }
        best
    }

    /// Whether the words are pieces of ours and nothing else, from wherever in the letters.
    fn hold(&self, words: &[u64]) -> bool {
        let mut at = 0;
        while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
            let run = self.find(rest, None).map_or(0, |(_, run)| run);
            let short = || {
                let edge = |length: &usize| {
                    let words = rest.get(..*length);
                    words.is_some_and(|words| self.edges.contains(&key(words)))
                };
                (1..GRAM).rev().find(edge).unwrap_or_default()
            };
            let step = if run >= GRAM { run } else { short() };
            if step == 0 {
                return false;
            }
            at += step;
        }
        true
    }

    fn ends_line(&self, word: usize) -> bool {
        self.line_ends.get(word).copied().unwrap_or(false)
    }

    fn in_tail(&self, word: usize) -> bool {
        self.tail.get(word).copied().unwrap_or(false)
    }
}

/// Where each line stands in the letters that we sent.
pub fn exactly(lines: &[Line<'_>], texts: &[String]) -> Vec<Option<Match>> {
    if texts.is_empty() {
        return vec![None; lines.len()];
    }
    let originals = Originals::of(texts);
    let mut cursor: Option<usize> = None;
    let mut found: Vec<Option<Match>> = Vec::with_capacity(lines.len());
    let hashed = Hashed::of(lines);
    for (at, line) in lines.iter().enumerate() {
        let usable = ticked(&originals, line)
            .or_else(|| whole_or_head(&originals, line, hashed.line(at), cursor));
        if let Some(found) = &usable {
            cursor = Some(found.end);
        }
        found.push(usable);
    }
    extend_upwards(lines, &hashed, &originals, &mut found);
    keep_runs(lines, &originals, &mut found);
    found
}

/// Whether a line joins pieces of the letters that we sent; a word or two are anybody's.
pub fn joined(line: &Line<'_>, texts: &[String]) -> bool {
    let mut words = Vec::new();
    line.hash_words(&mut words);
    words.len() >= HEAD_WORDS_MIN && Originals::of(texts).hold(&words)
}

/// One of our examples with a tick before it, "[x] No thanks": whoever ticked it says it.
fn ticked(originals: &Originals, line: &Line<'_>) -> Option<Match> {
    let example = (line.depth > 0).then(|| behind_tick(line.text)).flatten()?;
    let mut words = Vec::new();
    Line::new(example).hash_words(&mut words);
    let whole = !words.is_empty() && words.len() <= TICKED_WORDS_MAX && originals.hold(&words);
    whole.then(|| {
        let (start, run) = originals.find(&words, None).unwrap_or_default();
        Match {
            start,
            end: start + run,
            rest: Some(example.to_owned()),
            tail: false,
        }
    })
}

/// What stands behind a tick; an empty box is none.
fn behind_tick(text: &str) -> Option<&str> {
    const TICKS: &[&str] = &[
        "[x]", "[X]", "(x)", "(X)", "[✓]", "[✔]", "[*]", "☑", "☒", "✓", "✔", "✅", "x ", "X ",
        "-> ", "--> ", "=> ", "→",
    ];
    let text = text.trim_start();
    let rest = TICKS.iter().find_map(|tick| text.strip_prefix(tick))?;
    let rest = rest.trim_start_matches(['\u{fe0f}', ' ', '\t']).trim_end();
    (!rest.is_empty()).then_some(rest)
}

/// Whether a line is made of pieces of the letters that we sent, however short.
pub fn is_ours(line: &Line<'_>, texts: &[String]) -> bool {
    let mut words = Vec::new();
    line.hash_words(&mut words);
    !words.is_empty() && Originals::of(texts).hold(&words)
}

/// The line is ours from end to end, or the sender went on behind a line of ours.
fn whole_or_head(
    originals: &Originals,
    line: &Line<'_>,
    words: &[u64],
    cursor: Option<usize>,
) -> Option<Match> {
    let (start, run) = originals.find(words, cursor)?;
    let end = start + run;
    let tail = originals.in_tail(start);
    if run == words.len() {
        let rest = None;
        return Some(Match {
            start,
            end,
            rest,
            tail,
        });
    }
    if run < GRAM || !originals.ends_line(end - 1) {
        return None;
    }
    let (head, rest) = split_behind(line, run)?;
    let enough = if line.depth > 0 {
        HEAD_WORDS_MIN
    } else {
        ALONE_WORDS_MIN
    };
    let prompt = prompt_of(&head).is_some();
    // Pieces of ours behind a mark that a client or the sender joined: nobody typed them there.
    let joined = || originals.hold(words.get(run..).unwrap_or_default());
    // Behind a prompt a word or two may be an answer, even if we have them too.
    let few = words.len() - run < HEAD_WORDS_MIN;
    let kept = line.depth == 0 || (prompt && few) || !joined();
    let rest = kept.then_some(rest);
    (prompt || run >= enough || rest.is_none()).then_some(Match {
        start,
        end,
        rest,
        tail,
    })
}

/// Where each line stands in what our templates always say; for want of the letters themselves.
pub fn loosely(lines: &[Line<'_>]) -> Vec<Option<Match>> {
    static KNOWN: LazyLock<Originals> =
        LazyLock::new(|| Originals::new(TEMPLATES.iter().map(|text| fixed_pieces(text))));
    let originals = &*KNOWN;
    let hashed = Hashed::of(lines);
    let numbered = lines.iter().enumerate();
    let mut found: Vec<Option<Match>> = numbered
        .map(|(at, line)| {
            ticked(originals, line).or_else(|| loose_match(originals, line, hashed.line(at)))
        })
        .collect();
    keep_runs(lines, originals, &mut found);
    found
}

/// A template without its variable parts, its marks and its head.
fn fixed_pieces(template: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for line in template.lines() {
        let head = line.starts_with("subject:") || line.starts_with("preview:");
        if head || line.starts_with("{%") || line == "." {
            continue;
        }
        let line = line.trim_start_matches(['?', '!', '[', ' ']);
        let fixed = line.split('{').map(|piece| match piece.rsplit_once('}') {
            Some((_, after)) => after,
            None => piece,
        });
        pieces.extend(fixed.filter(|piece| !piece.trim().is_empty()));
    }
    pieces
}

fn loose_match(originals: &Originals, line: &Line<'_>, words: &[u64]) -> Option<Match> {
    if is_reference(line) {
        let end = originals.words.len();
        return Some(Match {
            start: end,
            end,
            rest: None,
            tail: true,
        });
    }
    if words.len() < GRAM {
        return None;
    }
    let (mut covered, mut at, mut first, mut last) = (0, 0, None, (0, 0));
    while at + GRAM <= words.len() {
        let run = originals.find(words.get(at..)?, None);
        match run.filter(|(_, run)| *run >= GRAM) {
            Some((start, run)) => {
                first = first.or(Some(start));
                covered += run;
                at += run;
                last = (start + run, at);
            }
            None => at += 1,
        }
    }
    let all = covered == words.len() && line.prompt().is_none();
    let start = first.filter(|_| all || covered >= LOOSE_WORDS_MIN)?;
    let (end, covered_to) = last;
    let whole = Match {
        start: start.min(end),
        end,
        rest: None,
        tail: false,
    };
    if covered * 100 >= words.len() * LOOSE_SHARE && covered_to == words.len() {
        return Some(whole);
    }
    let (head, rest) = split_behind(line, covered_to).unwrap_or_default();
    if originals.ends_line(end - 1) && prompt_of(&head).is_some() {
        let rest = Some(rest);
        return Some(Match { rest, ..whole });
    }
    (covered * 100 >= words.len() * LOOSE_SHARE || line.prompt().is_some()).then_some(whole)
}

/// The short reference in the small print.
fn is_reference(line: &Line<'_>) -> bool {
    line.text
        .trim()
        .strip_prefix(FOOTER_REFERENCE_OPENING)
        .is_some_and(|detail| Token::parse(detail.trim()).is_some())
}

/// Takes short lines in that stand directly above a run ("Hi Ben,") and are ours.
fn extend_upwards(
    lines: &[Line<'_>],
    hashed: &Hashed,
    originals: &Originals,
    found: &mut [Option<Match>],
) {
    let mut below: Option<usize> = None;
    for (at, (line, slot)) in lines.iter().zip(found.iter_mut()).enumerate().rev() {
        if line.is_blank() {
            continue;
        }
        if slot.is_none()
            && let Some(end) = below
        {
            let words = hashed.line(at);
            let start = end.checked_sub(words.len()).filter(|_| !words.is_empty());
            let same = |start: &usize| originals.words.get(*start..end) == Some(words);
            *slot = start.filter(same).map(|start| Match {
                start,
                end,
                rest: None,
                tail: originals.in_tail(start),
            });
        }
        below = slot.as_ref().map(|found| found.start);
    }
}

/// Splits a line behind its first `run` words and the punctuation that follows.
fn split_behind(line: &Line<'_>, run: usize) -> Option<(String, String)> {
    let mut words = line.word_tokens();
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

/// Drops matches of unmarked lines that stand alone and might be the writer's own: a run of them
/// counts from so many words on, or where it holds a mark or a prompt.
fn keep_runs(lines: &[Line<'_>], originals: &Originals, found: &mut [Option<Match>]) {
    let places: Vec<usize> = (0..found.len())
        .filter(|at| found.get(*at).is_some_and(Option::is_some))
        .collect();
    let span = |found: &[Option<Match>], at: usize| {
        let place = found.get(at).and_then(Option::as_ref);
        place.map_or((0, 0), |m| (m.start, m.end))
    };
    let marked = |at: usize| lines.get(at).is_some_and(|line| line.depth > 0);
    let mut from = 0;
    while from < places.len() {
        let mut to = from + 1;
        while let (Some(a), Some(b)) = (places.get(to - 1), places.get(to)) {
            // What is typed above a quote, and happens to be an example of ours, begins no run in it.
            if !marked(*a) && marked(*b) {
                break;
            }
            let (a, b) = (span(found, *a), span(found, *b));
            if b.0 < a.1 || b.0 - a.1 > RUN_GAP_WORDS || a.0 >= b.0 {
                break;
            }
            to += 1;
        }
        let run = places.get(from..to).unwrap_or_default();
        let words: usize = run
            .iter()
            .map(|at| span(found, *at))
            .map(|(start, end)| end.saturating_sub(start))
            .sum();
        let sure = run.iter().any(|at| {
            let (start, end) = span(found, *at);
            lines.get(*at).is_some_and(|line| {
                line.depth > 0
                    || is_reference(line)
                    || (end >= start + GRAM && line.prompt().is_some())
            })
        });
        let in_tail = run
            .iter()
            .all(|at| originals.in_tail(span(found, *at).0) && *at > 0);
        let amid = in_tail && from > 0 && to < places.len();
        if !(sure || words >= ALONE_WORDS_MIN || amid) {
            for at in run {
                if let Some(slot) = found.get_mut(*at) {
                    *slot = None;
                }
            }
        }
        from = to;
    }
}
