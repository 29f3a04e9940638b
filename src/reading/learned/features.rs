//! Features: what of an answer is weighed, as numbers.
//!
//! Three groups, each of the same weight together however long the answer is: the words (alone, by
//! twos and threes), the pieces of words (so that a new form or a slip of the finger is no stranger),
//! and what the rules found. Names, days and figures stand for their kind, not for themselves.

use crate::lunch::act::Answering;
use crate::reading::intent::{Intent, Signs, Verdict};
use crate::reading::language::{Sense, lexicon};
use crate::reading::phrase::Token;

/// Words at the beginning that are looked at.
const FIRST_WORDS_MAX: usize = 120;
/// Words at the end that are looked at.
const LAST_WORDS_MAX: usize = 60;
/// Clauses that are looked at.
const CLAUSES_MAX: usize = 60;
/// Longest piece of a word, in characters; the shortest is one less.
const PIECE_CHARS: usize = 4;

/// Which features are of one weight together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Words by themselves and in a row.
    Words,
    /// Pieces of words.
    Pieces,
    /// What the rules found.
    Rules,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Words, Self::Pieces, Self::Rules];
}

/// A feature that an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feature {
    /// Its group.
    pub group: Group,
    /// A hash of what it is.
    pub key: u32,
}

impl Feature {
    /// As it is sorted, in one number: several hundred are, for each answer.
    fn order(self) -> u64 {
        (self.group as u64) << 32 | u64::from(self.key)
    }
}

/// What is answered, as an index into `SITUATIONS`.
pub const fn situation(answering: Option<Answering>, goal_asked: bool) -> usize {
    match answering {
        None | Some(Answering::Invitation | Answering::Question) => 0,
        Some(Answering::Reminder) => 1,
        Some(Answering::FollowUp) => 2,
        Some(Answering::Receipt) if goal_asked => 4,
        Some(Answering::Receipt) => 3,
        Some(Answering::Exchange) => 5,
        Some(Answering::Summary) => 6,
        Some(Answering::Proposal) => 7,
        Some(Answering::Permission) => 8,
    }
}

/// FNV-1a over what is fed to it.
#[derive(Clone, Copy)]
struct Key(u64);

impl Key {
    const fn new(tag: u8) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ (tag as u64))
    }

    fn with(mut self, octets: &[u8]) -> Self {
        for octet in octets {
            self.0 = (self.0 ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3);
        }
        self
    }

    fn with_number(self, number: u64) -> Self {
        self.with(&number.to_le_bytes())
    }

    /// By its name, so that a new sense changes nothing for the others.
    fn with_sense(self, (sense, turned): &(Sense, bool)) -> Self {
        let turn: &[u8] = if *turned { b"!" } else { b" " };
        self.with(sense.section().as_bytes()).with(turn)
    }

    #[allow(clippy::cast_possible_truncation)] // the upper half is folded in
    const fn done(self, group: Group) -> Feature {
        Feature {
            group,
            key: (self.0 ^ (self.0 >> 32)) as u32,
        }
    }
}

/// The features of an answer, each once.
pub fn features(
    tokens: &[Token<'_>],
    said: &Intent,
    by_rules: &str,
    situation: usize,
    marks: &[&str],
) -> Vec<Feature> {
    let mut found = Vec::with_capacity(1_000);
    let words = standing_for(tokens);
    of_words(&words, situation, &mut found);
    of_pieces(&words, &mut found);
    of_rules(said, by_rules, situation, marks, &mut found);
    found.sort_unstable_by_key(|feature| feature.order());
    found.dedup();
    found
}

/// The words and the punctuation that matters; days, months, figures and times as their kind.
fn standing_for<'a>(tokens: &'a [Token<'_>]) -> Vec<&'a str> {
    let kept = tokens.len().saturating_sub(LAST_WORDS_MAX);
    let looked_at = tokens
        .iter()
        .enumerate()
        .filter(|(at, _)| *at < FIRST_WORDS_MAX || *at >= kept)
        .map(|(_, token)| token);
    looked_at
        .filter_map(|token| {
            let text: &str = &token.text;
            if !token.is_word {
                return matches!(text, "?" | "!" | "…" | ":" | "\"").then_some(text);
            }
            Some(if lexicon().weekday(text).is_some() {
                "<day>"
            } else if lexicon().month(text).is_some() && text.chars().count() > 3 {
                "<month>"
            } else if text.len() > 1 && text.bytes().all(|b| b.is_ascii_digit()) {
                "<figure>"
            } else if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains([':', '.']) {
                "<time>"
            } else {
                text
            })
        })
        .collect()
}

fn of_words(words: &[&str], situation: usize, found: &mut Vec<Feature>) {
    let ends = std::iter::once("<")
        .chain(words.iter().copied())
        .chain(std::iter::once(">"));
    let padded: Vec<&str> = ends.collect();
    for length in 1..=3_u8 {
        // The ends say where a word stands, and nothing by themselves.
        let all = if length == 1 { words } else { &padded };
        for row in all.windows(usize::from(length)) {
            let mut key = Key::new(length);
            for word in row {
                key = key.with(word.as_bytes()).with(b" ");
            }
            found.push(key.done(Group::Words));
            if situation > 0 && length < 3 {
                found.push(key.with_number(situation as u64).done(Group::Words));
            }
        }
    }
}

fn of_pieces(words: &[&str], found: &mut Vec<Feature>) {
    let mut octets = Vec::with_capacity(24);
    for word in words.iter().filter(|word| !word.starts_with('<')) {
        octets.clear();
        octets.push(b'^');
        octets.extend(word.bytes());
        octets.push(b'$');
        for length in [PIECE_CHARS - 1, PIECE_CHARS] {
            for piece in octets.windows(length).take(24) {
                found.push(Key::new(8).with(piece).done(Group::Pieces));
            }
        }
    }
}

fn of_rules(
    said: &Intent,
    by_rules: &str,
    situation: usize,
    marks: &[&str],
    found: &mut Vec<Feature>,
) {
    let mut push = |key: Key| {
        found.push(key.done(Group::Rules));
        found.push(key.with_number(situation as u64).done(Group::Rules));
    };
    let length = match said.words {
        0..=2 => 0,
        3..=5 => 1,
        6..=12 => 2,
        13..=25 => 3,
        26..=50 => 4,
        _ => 5,
    };
    let verdict = match said.verdict {
        Verdict::Yes => 1,
        Verdict::No => 2,
        Verdict::Later => 3,
        Verdict::Unclear => 4,
        Verdict::Silent => 5,
    };
    push(Key::new(16).with(by_rules.as_bytes()));
    push(Key::new(17).with(said.because.as_bytes()));
    push(Key::new(18).with_number(verdict));
    push(Key::new(19).with_number(length));
    push(Key::new(20).with_number(length).with_number(verdict));
    push(Key::new(20).with_number(length).with(by_rules.as_bytes()));
    let facts = [
        said.question,
        said.stop,
        said.end,
        said.skip,
        said.moves,
        said.pause,
        said.resume,
        said.firm,
        said.strong_no,
        said.only_thanks,
        said.nothing_found,
        said.unnamed,
        said.held.is_some(),
        said.terms.once,
        said.terms.no_notes,
        said.terms.start.is_some(),
        said.until.is_some(),
        said.terms.rhythm_weeks.is_some(),
        said.terms.location.is_some(),
        said.terms_open,
        said.begins,
        said.between_us,
    ];
    for (number, _) in facts.iter().enumerate().filter(|(_, fact)| **fact) {
        push(Key::new(21).with_number(number as u64));
        push(Key::new(22).with_number(number as u64).with_number(verdict));
    }
    for mark in marks {
        push(Key::new(23).with(mark.as_bytes()));
    }
    let last = said.signs.len().saturating_sub(1);
    let mut before: Option<Key> = None;
    for (at, clause) in said.signs.iter().take(CLAUSES_MAX).enumerate() {
        let whole = of_clause(clause, at == 0, at == last, &mut push);
        if let Some(before) = before.filter(|_| clause.continues) {
            push(before.with_number(whole.0));
        }
        before = Some(whole);
    }
}

/// What was understood in one clause, piece by piece; its key as a whole.
fn of_clause(clause: &Signs, first: bool, last: bool, push: &mut impl FnMut(Key)) -> Key {
    let asked = u64::from(clause.question);
    let mut whole = Key::new(24).with_number(asked + 2 * u64::from(clause.dated));
    for one in &clause.senses {
        let key = Key::new(25).with_sense(one).with_number(asked);
        push(key);
        if first {
            push(key.with(b"first"));
        }
        if last {
            push(key.with(b"last"));
        }
        whole = whole.with_sense(one);
    }
    for pair in clause.senses.windows(2) {
        let key = pair
            .iter()
            .fold(Key::new(26), |key, one| key.with_sense(one));
        push(key.with_number(asked));
    }
    push(whole);
    if clause.question {
        push(Key::new(27));
    }
    if clause.unknown == clause.words {
        push(Key::new(28));
    }
    whole
}
