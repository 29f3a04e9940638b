//! Lines of a body: their marks, what stands behind them, and what rules ask of them first.

use super::{PROMPT_WORDS_MAX, may_be_prompt, opens_with_number, prompt_in, prompt_of};
use crate::lunch::notes::Section;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{
    Token, first_plain_word, first_words, hash, hash_plain_words, last_plain_word, tokens_beside,
};
use crate::words::clean::lines;
use std::cell::{Cell, OnceCell};
use std::ops::Range;

/// Octets of a line that are looked at together.
const BLOCK: usize = 32;

/// A line of the body: its `>` marks, and what stands behind them.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// How many `>`.
    pub depth: usize,
    /// Without marks.
    pub text: &'a str,
    /// The same in lower case, where it is at hand.
    lower: Option<&'a str>,
    blank: bool,
    holds: Holds,
    /// Split when it is first asked for: most quoted lines never are.
    words: OnceCell<Words<'a>>,
    /// How many words there are, once they were hashed.
    count: Cell<Option<usize>>,
    prompt: OnceCell<Option<Section>>,
}

#[derive(Clone, Debug)]
struct Words<'a> {
    /// Without those in the targets of links.
    tokens: Vec<Token<'a>>,
    /// Whether there are such targets.
    linked: bool,
}

/// The lines of a clean body, which stands in lower case beside it.
pub fn lines_of<'a>(body: &'a str, lower: &'a str, lines_max: usize) -> Vec<Line<'a>> {
    let mut from = 0;
    lines(body)
        .take(lines_max)
        .map(|line| {
            let to = from + line.len();
            let line = Line::beside(line, lower.get(from..to));
            from = to + 1;
            line
        })
        .collect()
}

impl<'a> Line<'a> {
    /// Takes the marks off.
    pub fn new(line: &'a str) -> Self {
        Self::beside(line, None)
    }

    /// The same with the line in lower case beside it.
    fn beside(line: &'a str, lower: Option<&'a str>) -> Self {
        let mut rest = line.trim_start();
        let mut depth = 0;
        // Some clients and lists mark with a bar; a table ends in one too.
        let barred = |rest: &str| rest == "|" || (rest.starts_with("| ") && !rest.ends_with('|'));
        while let Some(inner) = rest
            .strip_prefix(['>', '＞'])
            .or_else(|| {
                let bar = rest.strip_prefix('|');
                bar.filter(|_| depth > 0 || barred(rest)) // ">|" is a mark of its own
            })
            .or_else(|| after_initials(rest).filter(|_| depth == 0))
        {
            depth += 1;
            rest = inner.trim_start();
        }
        let text = if depth == 0 { line } else { rest };
        let marks = line.len() - text.len();
        Self {
            depth,
            ..Self::bare(text, lower.and_then(|lower| lower.get(marks..)))
        }
    }

    /// A line without marks.
    fn bare(text: &'a str, lower: Option<&'a str>) -> Self {
        Self {
            depth: 0,
            text,
            lower,
            blank: text.trim().is_empty(),
            holds: Holds::of(text),
            words: OnceCell::new(),
            count: Cell::new(None),
            prompt: OnceCell::new(),
        }
    }

    /// The same line, quoted: what stands behind a prefix that is no `>`.
    pub(super) fn behind(&self, prefix: &str) -> Self {
        let inner = self.text.trim_start();
        let rest = inner.strip_prefix(prefix).unwrap_or(inner).trim_start();
        let marks = self.text.len() - rest.len();
        let lower = self.lower.and_then(|lower| lower.get(marks..));
        Self {
            depth: 1,
            ..Self::bare(rest, lower)
        }
    }

    fn split(&self) -> &Words<'a> {
        self.words.get_or_init(|| {
            let mut tokens = tokens_beside(self.text, self.lower);
            let links = if self.holds.brackets {
                links(self.text)
            } else {
                Vec::new()
            };
            if !links.is_empty() {
                let mut beyond = links.iter().peekable();
                tokens.retain(|token| {
                    while beyond.next_if(|(_, to)| *to <= token.start).is_some() {}
                    beyond.peek().is_none_or(|(from, _)| token.start < *from)
                });
            }
            let linked = !links.is_empty();
            Words { tokens, linked }
        })
    }

    /// The words, folded; without the targets of links.
    pub(in crate::reading) fn words(&self) -> Vec<&str> {
        self.word_tokens().map(|t| &*t.text).collect()
    }

    pub(in crate::reading) fn word_tokens(&self) -> impl Iterator<Item = &Token<'a>> {
        self.split().tokens.iter().filter(|t| t.is_word)
    }

    /// A hash of each word, folded; without the targets of links.
    pub(in crate::reading) fn hash_words(&self, into: &mut Vec<u64>) {
        let before = into.len();
        if self.holds.brackets || !hash_plain_words(self.text, into) {
            into.extend(self.word_tokens().map(|word| hash(word.text.bytes())));
        }
        self.count.set(Some(into.len() - before));
    }

    /// A word that needs no tokens to be found, in lower case.
    fn plain_word(&self, place: impl Fn(&str) -> Option<Range<usize>>) -> Option<&'a str> {
        if self.holds.brackets {
            return None;
        }
        self.lower?.get(place(self.text)?)
    }

    pub(in crate::reading) const fn is_blank(&self) -> bool {
        self.blank
    }

    /// Whether a colon may stand in it, a wide one too.
    pub(in crate::reading) const fn has_colon(&self) -> bool {
        self.holds.colons
    }

    pub(in crate::reading) const fn has_at_sign(&self) -> bool {
        self.holds.at_signs
    }

    /// How many figures it holds.
    pub(in crate::reading) const fn digits(&self) -> usize {
        self.holds.digits
    }

    /// A line that holds the target of a link and no word of anybody's.
    pub(in crate::reading) fn is_bare_link(&self) -> bool {
        self.text.contains(['<', '[']) && self.split().tokens.is_empty()
    }

    pub(in crate::reading) fn opens_with(&self, sense: Sense) -> bool {
        if let Some(first) = self.plain_word(first_plain_word)
            && !lexicon().opens(first, &[sense])
        {
            return false;
        }
        let mut room = [""; 8];
        let head = first_words(self.split().tokens.iter(), &mut room);
        let mark = lexicon().longest(head, 0, &[sense], Languages::ALL);
        mark.is_some()
    }

    /// Whether a phrase of the sense may end with its last word.
    pub(in crate::reading) fn may_close(&self, sense: Sense) -> bool {
        if let Some(last) = self.plain_word(last_plain_word) {
            return lexicon().closes(last, sense);
        }
        let words = self.split();
        let last = words.tokens.iter().rfind(|t| t.is_word);
        words.linked || last.is_none_or(|word| lexicon().closes(&word.text, sense))
    }

    /// The prompt of ours that it is, if any.
    pub(in crate::reading) fn prompt(&self) -> Option<Section> {
        *self.prompt.get_or_init(|| {
            let long = self
                .count
                .get()
                .is_some_and(|words| words > PROMPT_WORDS_MAX);
            if (long && !opens_with_number(self.text)) || !may_be_prompt(self.text) {
                return None;
            }
            let words = self.split();
            if words.linked {
                prompt_of(self.text)
            } else {
                prompt_in(&words.tokens)
            }
        })
    }
}

/// What a line holds that rules ask for before they look closer.
#[derive(Clone, Copy, Debug, Default)]
struct Holds {
    digits: usize,
    /// Colons, or what may be a wide one.
    colons: bool,
    at_signs: bool,
    /// What the target of a link stands in.
    brackets: bool,
}

impl Holds {
    /// In blocks and without a branch, since it is asked of every octet of a mail.
    fn of(text: &str) -> Self {
        const WIDE_COLON_FIRST: u8 = 0xef;
        let mut holds = Self::default();
        for octets in text.as_bytes().chunks(BLOCK) {
            let mut block = [0; BLOCK];
            if let Some(start) = block.get_mut(..octets.len()) {
                start.copy_from_slice(octets);
            }
            // Comparisons joined by a plain "or": the compiler makes one step of sixteen octets.
            holds.digits += count(&block, |octet| octet.is_ascii_digit());
            holds.colons |= any(&block, |octet| {
                (octet == b':') | (octet == WIDE_COLON_FIRST)
            });
            holds.at_signs |= any(&block, |octet| octet == b'@');
            holds.brackets |= any(&block, |octet| {
                (octet == b'<') | (octet == b'[') | (octet == b'(')
            });
        }
        holds
    }
}

fn any(block: &[u8; BLOCK], wanted: impl Fn(u8) -> bool) -> bool {
    block
        .iter()
        .fold(0, |any, octet| any | u8::from(wanted(*octet)))
        > 0
}

fn count(block: &[u8; BLOCK], wanted: impl Fn(u8) -> bool) -> usize {
    let marks = block.map(|octet| u8::from(wanted(octet)));
    usize::from(marks.iter().sum::<u8>())
}

/// `AS> text`: initials in front of the mark.
fn after_initials(line: &str) -> Option<&str> {
    let at = line.bytes().take(4).position(|octet| octet == b'>')?;
    let (initials, rest) = line.split_at_checked(at)?;
    let initialled = at > 0 && initials.bytes().all(|octet| octet.is_ascii_uppercase());
    let rest = rest.strip_prefix('>')?;
    (initialled && (rest.is_empty() || rest.starts_with(' '))).then_some(rest)
}

/// Where the targets of links stand, as clients show them in plain text: `Yes<mailto:…>`; from left
/// to right, none overlapping.
fn links(text: &str) -> Vec<(usize, usize)> {
    const MARKS: [&str; 4] = ["://", "mailto:", "cid:", "subject="];
    let mut found = Vec::new();
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return found;
    }
    let mut from = 0;
    // Where the run of characters ends that `from` stands in, and where its last mark begins.
    let mut run: Option<(usize, Option<usize>)> = None;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(['<', '[', '('])) {
        let start = from + at;
        from = start + 1;
        let (end, last_mark) = match run {
            Some((end, last_mark)) if start < end => (end, last_mark),
            _ => {
                let rest = text.get(from..).unwrap_or_default();
                let ends = |c: char| matches!(c, '>' | ']' | ')') || c.is_whitespace();
                let end = from + rest.find(ends).unwrap_or(rest.len());
                let target = text.get(from..end).unwrap_or_default();
                let marks = MARKS.iter().filter_map(|mark| target.rfind(mark));
                let last_mark = marks.max().map(|at| from + at);
                run = Some((end, last_mark));
                (end, last_mark)
            }
        };
        let closed = text
            .get(end..)
            .is_some_and(|rest| rest.starts_with(['>', ']', ')']));
        if closed && last_mark.is_some_and(|mark| mark >= from) {
            found.push((start, end + 1));
            from = end;
        }
    }
    found
}
