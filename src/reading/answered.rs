//! Answered: which of our letters a mail answers, where nobody could tell from the conversation.
//!
//! By what it quotes, by the letters at hand, by its subject. What is characteristic of a letter is
//! taken from the built-in templates: rows of words that letters of one kind hold and no others,
//! without names, dates and wrapping. A quote tells more than a subject, since several kinds share
//! one; a short quote that the subject agrees with is enough.

use crate::lunch::act::Answering;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::originals::{Passing, key};
use crate::reading::phrase::{Token, hash, tokens};
use crate::reading::quote::{Line, Verdict};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

include!(concat!(env!("OUT_DIR"), "/letters.rs"));

/// Words in a row that are looked for.
const ROW: usize = 3;
/// So many rows have to be of one kind, where the subject says nothing of it.
const ROWS_MIN: usize = 3;
/// From so many on no more are looked for.
const ROWS_ENOUGH: usize = 24;
/// Most quoted lines that are looked at.
const LINES_MAX: usize = 400;
/// Fewest words of a subject that are ours.
const SUBJECT_WORDS_MIN: usize = 2;
/// The kinds of letters.
const KINDS: usize = Answering::ALL.len();
/// What a question is about if it names no kind: any of the lunches, so that a bare no asks back.
const ABOUT_ELSE: Answering = Answering::Receipt;

/// The paragraph that receipts and news bring along where something changes in a calendar.
const ENTRY: &str = "entry";

/// A set of kinds, a bit for each, and the same again for what a question of ours is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kinds(u32);

impl Kinds {
    const fn of(kind: Answering) -> Self {
        Self(1 << kind as u32)
    }

    const fn about(kind: Answering) -> Self {
        Self(1 << (kind as u32 + KINDS as u32))
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of the letters.
    const fn letters(self) -> Self {
        Self(self.0 & ((1 << KINDS) - 1))
    }

    /// Those that a question is about.
    const fn abouts(self) -> Self {
        Self(self.0 >> KINDS)
    }

    const fn holds(self, kind: Answering) -> bool {
        self.0 & Self::of(kind).0 != 0
    }

    /// The only one in it.
    fn only(self) -> Option<Answering> {
        let mut all = Answering::ALL.into_iter().filter(|kind| self.holds(*kind));
        all.next().filter(|_| all.next().is_none())
    }
}

/// The subject of a letter.
struct Subject {
    /// Its words and marks between names and dates, as hashes.
    pieces: Vec<Vec<u64>>,
    /// How many there are.
    words: usize,
    kind: Answering,
    /// Whether it holds neither name nor date.
    whole: bool,
    /// Whether it begins a conversation: it is no `Re:`.
    opens: bool,
}

impl Subject {
    /// Whether a subject holds all of it in its order; one without names is all of the subject.
    fn fits(&self, written: &[u64]) -> bool {
        let mut rest = written;
        for piece in &self.pieces {
            let at = rest.windows(piece.len()).position(|row| row == piece);
            match at.and_then(|at| rest.get(at + piece.len()..)) {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        !self.whole || self.words == written.len()
    }
}

/// What our letters always say.
#[derive(Default)]
struct Letters {
    /// Which kinds hold a row of words.
    rows: HashMap<u64, Kinds, BuildHasherDefault<Passing>>,
    subjects: Vec<Subject>,
    /// Subjects that are a word in front of another's: `Changed:`.
    leads: Vec<Subject>,
}

static KNOWN: LazyLock<Letters> = LazyLock::new(|| {
    let mut known = Letters::default();
    for (name, template) in LETTERS {
        if *name == ENTRY {
            known.take(Answering::Receipt, &format!("\n\n{template}"));
        } else if let Some(kind) = Answering::of_letter(name) {
            known.take(kind, template);
        }
    }
    known
});

impl Letters {
    fn take(&mut self, kind: Answering, template: &str) {
        let (head, body) = template.split_once("\n\n").unwrap_or_default();
        let subject = head.lines().find_map(|line| line.strip_prefix("subject:"));
        if let Some(subject) = subject {
            self.take_subject(kind, subject);
        }
        for (about, piece) in pieces(body) {
            let kinds = about.map_or(Kinds::of(kind), Kinds::about);
            let mut words = Vec::new();
            Line::new(piece.trim_start_matches(MARKS)).hash_words(&mut words);
            for row in words.windows(ROW) {
                let known = self.rows.entry(key(row)).or_default();
                *known = known.and(kinds);
            }
        }
    }

    fn take_subject(&mut self, kind: Answering, subject: &str) {
        let fixed = pieces(subject);
        let tokens: Vec<Vec<Token<'_>>> = fixed.iter().map(|(_, piece)| tokens(piece)).collect();
        let words = tokens.iter().flatten().filter(|t| t.is_word).count();
        let pieces: Vec<Vec<u64>> = tokens
            .iter()
            .enumerate()
            .map(|(at, piece)| hashed(if at == 0 { behind_prefix(piece) } else { piece }))
            .filter(|piece| !piece.is_empty())
            .collect();
        let first = tokens.first().map(Vec::as_slice).unwrap_or_default();
        let known = Subject {
            words: pieces.iter().map(Vec::len).sum(),
            pieces,
            kind,
            whole: !subject.contains('{'),
            opens: behind_prefix(first).len() == first.len(),
        };
        match words {
            0 => {}
            1..SUBJECT_WORDS_MIN => self.leads.push(known),
            _ => self.subjects.push(known),
        }
    }

    /// The letters whose subject fits best.
    fn by_subject(&self, subject: &str) -> Vec<&Subject> {
        let tokens = tokens(subject);
        let written = hashed(behind_prefix(&tokens));
        let fitting = self.subjects.iter().filter(|known| known.fits(&written));
        let mut fitting: Vec<&Subject> = fitting.collect();
        let most = fitting.iter().map(|known| known.words).max();
        fitting.retain(|known| Some(known.words) == most);
        let leads = |known: &&Subject| {
            let first = known.pieces.first();
            first.is_some_and(|piece| written.starts_with(piece))
        };
        match self.leads.iter().find(leads) {
            Some(lead) if !fitting.is_empty() => vec![lead],
            _ => fitting,
        }
    }
}

/// What a block of a template, and an answer in it, begins with.
const MARKS: [char; 6] = ['?', '!', '[', '#', '>', ' '];

/// The fixed pieces of a template, each with what a question is about that holds it.
fn pieces(template: &str) -> Vec<(Option<Answering>, &str)> {
    let mut found = Vec::new();
    // The branches that stand open: of each whether it asks what it is about, and the answer.
    let mut open: Vec<Option<Answering>> = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let (fixed, behind) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
        let about = open.iter().rev().find_map(|about| *about);
        let lines = fixed.lines().filter(|line| !line.trim().is_empty());
        found.extend(lines.map(|line| (about, line)));
        let end = behind.find('}').map_or(behind.len(), |at| at + 1);
        let (tag, behind) = behind.split_at(end);
        rest = behind.strip_prefix('}').unwrap_or(behind);
        let Some(tag) = tag.strip_prefix("{%") else {
            continue;
        };
        let named = || {
            let (_, name) = tag.split_once("about == \"")?;
            Answering::from_name(name.split('"').next()?)
        };
        match tag.split_whitespace().next() {
            Some("if") => open.push(named()),
            Some("elif") => {
                open.pop();
                open.push(named());
            }
            Some("else") => {
                let asked = open.pop().flatten().map(|_| ABOUT_ELSE);
                open.push(asked);
            }
            Some("endif") => {
                open.pop();
            }
            _ => {}
        }
    }
    found
}

fn hashed(tokens: &[Token<'_>]) -> Vec<u64> {
    let texts = tokens.iter().map(|token| hash(token.text.bytes()));
    texts.collect()
}

/// A subject without `Re:`, `AW:`, `SV:` in front, however many there are.
fn behind_prefix<'a, 'b>(mut subject: &'a [Token<'b>]) -> &'a [Token<'b>] {
    while let [word, colon, rest @ ..] = subject {
        let prefix = lexicon().longest(&[&word.text], 0, &[Sense::ReplyPrefix], Languages::ALL);
        if prefix.is_none() || !matches!(&*colon.text, ":" | "：") {
            break;
        }
        subject = rest;
    }
    subject
}

/// Whether a subject is that of one of our letters.
pub fn is_subject_of_ours(subject: &str) -> bool {
    !KNOWN.by_subject(subject).is_empty()
}

/// The letter that a subject tells: of several that share it the one that begins the conversation.
pub fn by_subject(subject: &str) -> Option<Answering> {
    let fitting = KNOWN.by_subject(subject);
    let kinds = |opening: bool| {
        let some = fitting.iter().filter(|known| known.opens || !opening);
        some.fold(Kinds::default(), |all, known| {
            all.and(Kinds::of(known.kind))
        })
    };
    kinds(true).only().or_else(|| kinds(false).only())
}

/// Every kind of letter that may have a subject.
fn possible(subject: &str) -> Kinds {
    let fitting = KNOWN.by_subject(subject);
    fitting.iter().fold(Kinds::default(), |all, known| {
        all.and(Kinds::of(known.kind))
    })
}

/// Rows of words found that only one kind has.
#[derive(Default)]
struct Tally {
    letters: [usize; KINDS],
    abouts: [usize; KINDS],
    words: Vec<u64>,
}

impl Tally {
    /// Takes a line in that goes on where the last one ended.
    fn take(&mut self, line: &Line<'_>) {
        let kept = self.words.len().saturating_sub(ROW - 1);
        self.words.drain(..kept);
        line.hash_words(&mut self.words);
        for row in self.words.windows(ROW) {
            let Some(kinds) = KNOWN.rows.get(&key(row)).copied() else {
                continue;
            };
            let all = kinds.letters().and(kinds.abouts());
            let Some(kind) = all.only() else { continue };
            let count = |counts: &mut [usize; KINDS], of: Kinds| {
                if let Some(count) = counts.get_mut(kind as usize) {
                    *count += usize::from(of.holds(kind));
                }
            };
            count(&mut self.letters, kinds.letters());
            count(&mut self.abouts, kinds.abouts());
        }
    }

    fn most(counts: &[usize; KINDS]) -> Option<(Answering, usize)> {
        let counted = Answering::ALL.into_iter().zip(counts.iter().copied());
        // Of equals the first.
        let most = counted.rev().max_by_key(|(_, count)| *count);
        most.filter(|(_, count)| *count > 0)
    }

    fn is_enough(&self) -> bool {
        // What a question is about stands at its end.
        Self::most(&self.letters)
            .is_some_and(|(kind, count)| count >= ROWS_ENOUGH && kind != Answering::Question)
    }

    /// The kind that was found, where the subject leaves these possible.
    fn found(&self, possible: Kinds) -> Option<Answering> {
        let about = Self::most(&self.abouts);
        let (kind, count) = Self::most(&self.letters).or(about)?;
        if count < ROWS_MIN && !possible.holds(kind) {
            return None;
        }
        let about = about.filter(|_| kind == Answering::Question);
        Some(about.map_or(kind, |(about, _)| about))
    }
}

/// The letter of ours that is quoted: the first where several are.
pub fn by_quote(lines: &[Line<'_>], verdicts: &[Verdict], subject: &str) -> Option<Answering> {
    let mut possible: Option<Kinds> = None;
    let mut possible = || *possible.get_or_insert_with(|| self::possible(subject));
    let mut tally = Tally::default();
    // How deep the letter is quoted that is looked at; what stands deeper in it is not ours.
    let mut depth: Option<usize> = None;
    let quoted = lines.iter().zip(verdicts).filter_map(|(line, verdict)| {
        let Verdict::Quoted { introduces, .. } = verdict else {
            return None;
        };
        Some((line, *introduces))
    });
    for (line, introduces) in quoted.take(LINES_MAX) {
        if introduces {
            if depth.is_some() {
                if let Some(found) = tally.found(possible()) {
                    return Some(found);
                }
                tally = Tally::default();
                depth = None;
            }
            continue;
        }
        if line.is_blank() {
            continue;
        }
        let within = *depth.get_or_insert(line.depth);
        if line.depth > within {
            // A line typed as one of ours stands above the quote.
            if within > 0 || tally.found(possible()).is_some() {
                continue;
            }
            tally = Tally::default();
            depth = Some(line.depth);
        }
        tally.take(line);
        if tally.is_enough() {
            break;
        }
    }
    depth.and_then(|_| tally.found(possible()))
}

/// The letter at hand, where there is one only or the subject tells which.
pub fn by_originals(letters: &[String], subject: &str) -> Option<Answering> {
    let told = letters.iter().filter_map(|text| {
        let mut tally = Tally::default();
        for line in text.lines().take(LINES_MAX) {
            tally.take(&Line::new(line));
        }
        tally.found(Kinds::default())
    });
    let all = told.fold(Kinds::default(), |all, kind| all.and(Kinds::of(kind)));
    let by_subject = || Kinds(all.0 & possible(subject).0).only();
    all.only().or_else(by_subject)
}
