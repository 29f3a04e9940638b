//! Quotes: which lines of a body the sender did not newly write.
//!
//! First by matching against the very text we sent (`originals`), which finds what no mark shows,
//! such as Outlook's inline answers; then by convention (`convention`): `>` marks, attribution
//! lines, header blocks, separators. Where it is in doubt whether somebody wrote a line, it is kept
//! and the doubt is told.

use crate::lunch::notes::Section;
use crate::reading::convention::{Opening, openings};
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::originals::{self, Match};
use crate::reading::phrase::{
    Token, first_plain_word, first_words, hash, hash_plain_words, last_plain_word, tokens,
    tokens_beside,
};
use crate::words::clean::lines;
use std::cell::{Cell, OnceCell};
use std::ops::Range;

/// Words in front of a prompt's heading: its number, and a name.
const LEADING_WORDS_MAX: usize = 4;
/// Longest prompt without a number, in words.
const PROMPT_WORDS_MAX: usize = 5;
/// Longest greeting of a letter, in words.
const GREETING_WORDS_MAX: usize = 4;
/// So many lines of a body that our templates always say are a letter of ours, and no accident.
const LETTER_LINES_MIN: usize = 6;
/// Shortest marked line whose end a client may have broken off onto a line without a mark.
const BROKEN_CHARS_MIN: usize = 64;

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
            .or_else(|| rest.strip_prefix('|').filter(|_| barred(rest)))
            .or_else(|| after_initials(rest).filter(|_| depth == 0))
        {
            depth += 1;
            rest = inner.trim_start();
        }
        let text = if depth == 0 { line } else { rest };
        let marks = line.len() - text.len();
        Self {
            depth,
            text,
            lower: lower.and_then(|lower| lower.get(marks..)),
            blank: rest.is_empty(),
            holds: Holds::of(text),
            words: OnceCell::new(),
            count: Cell::new(None),
            prompt: OnceCell::new(),
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
    pub(super) fn words(&self) -> Vec<&str> {
        self.word_tokens().map(|t| &*t.text).collect()
    }

    pub(super) fn word_tokens(&self) -> impl Iterator<Item = &Token<'a>> {
        self.split().tokens.iter().filter(|t| t.is_word)
    }

    /// A hash of each word, folded; without the targets of links.
    pub(super) fn hash_words(&self, into: &mut Vec<u64>) {
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

    pub(super) const fn is_blank(&self) -> bool {
        self.blank
    }

    /// Whether a colon may stand in it, a wide one too.
    pub(super) const fn has_colon(&self) -> bool {
        self.holds.colons
    }

    pub(super) const fn has_at_sign(&self) -> bool {
        self.holds.at_signs
    }

    /// How many figures it holds.
    pub(super) const fn digits(&self) -> usize {
        self.holds.digits
    }

    /// A line that holds the target of a link and no word of anybody's.
    fn is_bare_link(&self) -> bool {
        self.text.contains(['<', '[']) && self.split().tokens.is_empty()
    }

    pub(super) fn opens_with(&self, sense: Sense) -> bool {
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
    pub(super) fn may_close(&self, sense: Sense) -> bool {
        if let Some(last) = self.plain_word(last_plain_word) {
            return lexicon().closes(last, sense);
        }
        let words = self.split();
        let last = words.tokens.iter().rfind(|t| t.is_word);
        words.linked || last.is_none_or(|word| lexicon().closes(&word.text, sense))
    }

    /// The prompt of ours that it is, if any.
    pub(super) fn prompt(&self) -> Option<Section> {
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

/// Octets of a line that are looked at together.
const BLOCK: usize = 32;

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
    rest.strip_prefix("> ").filter(|_| initialled)
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

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Newly written.
    Own,
    /// Empty.
    Blank,
    /// Not newly written, but for what the sender typed on the same line.
    Quoted {
        /// Own words at the end of the line.
        rest: Option<String>,
        /// Own words at its beginning.
        before: Option<String>,
        /// Whether it introduces a quote: an attribution, a header block, a separator.
        introduces: bool,
    },
}

impl Verdict {
    const QUOTED: Self = Self::Quoted {
        rest: None,
        before: None,
        introduces: false,
    };
    const INTRODUCTION: Self = Self::Quoted {
        rest: None,
        before: None,
        introduces: true,
    };
}

/// Somebody answered between quoted lines.
const TYPED_INSIDE: &str = "words typed inside the quoted letter";

/// The verdict on each line, and what is doubtful about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// One for each line.
    pub verdicts: Vec<Verdict>,
    /// In words that nobody wrote.
    pub doubt: Option<&'static str>,
    /// Whether anything was found that is not newly written.
    pub quotes: bool,
}

/// The verdict on each line.
pub fn judge_lines(lines: &[Line<'_>], letters: &[String]) -> Judged {
    let openings = openings(lines);
    let mut matched = originals::exactly(lines, letters);
    let known = matched.iter().any(Option::is_some);
    let marked = lines.iter().any(|line| line.depth > 0);
    let introduced = openings.iter().any(Option::is_some);
    if !known && (marked || introduced || lines.iter().any(|line| line.prompt().is_some())) {
        matched = originals::loosely(lines);
    }
    let verdicts = lines
        .iter()
        .zip(&matched)
        .map(|(line, found)| match found {
            Some(found) => Verdict::Quoted {
                rest: found.rest.clone(),
                before: None,
                introduces: false,
            },
            None if line.depth > 0 => Verdict::QUOTED,
            None if line.is_blank() => Verdict::Blank,
            None => Verdict::Own,
        })
        .collect();
    let mut judged = Judged {
        verdicts,
        doubt: None,
        quotes: marked || introduced || matched.iter().any(Option::is_some),
    };
    if marked {
        unwrap_marked(lines, &matched, known, &mut judged);
    }
    drop_links(lines, &matched, &mut judged.verdicts);
    if !(known || marked || introduced) {
        between_ours(lines, &matched, &mut judged);
    }
    let known = Known {
        matched: &matched,
        exactly: known,
    };
    apply_openings(lines, &known, &openings, &mut judged);
    // What was first taken for typed words may have been found to be ours after all.
    let mut judged_lines = lines.iter().zip(&judged.verdicts);
    let inside = judged_lines.any(|(line, verdict)| line.depth > 0 && *verdict == Verdict::Own);
    judged.doubt = judged
        .doubt
        .filter(|doubt| *doubt != TYPED_INSIDE || inside);
    judged
}

/// Marked lines that the sender wrote, and unmarked ones that the sender did not write: answers
/// typed inside the quoted block, and the ends of long lines that a client broke off.
fn unwrap_marked(lines: &[Line<'_>], matched: &[Option<Match>], known: bool, judged: &mut Judged) {
    for (at, line) in lines.iter().enumerate() {
        let above = at.checked_sub(1).and_then(|at| lines.get(at));
        let below = lines.get(at + 1);
        if line.depth == 0
            && !line.is_blank()
            && matched.get(at).is_some_and(Option::is_none)
            && let (Some(above), Some(below)) = (above, below)
            && above.depth > 0
            && below.depth > 0
            && above.text.chars().count() >= BROKEN_CHARS_MIN
            && line.text.chars().count() * 2 < above.text.chars().count()
            && line.text.starts_with(|c: char| c.is_lowercase())
            && let Some(verdict) = judged.verdicts.get_mut(at)
        {
            *verdict = Verdict::QUOTED;
        }
    }
    if known {
        typed_inside(lines, matched, judged);
    }
}

/// A letter of ours that stands in the body without a mark, and not at hand: what stands between
/// lines that our templates always say are its names and places, or the examples of answers in it,
/// unless it was typed under a prompt.
fn between_ours(lines: &[Line<'_>], matched: &[Option<Match>], judged: &mut Judged) {
    let first = matched.iter().position(Option::is_some);
    let last = matched.iter().rposition(Option::is_some);
    let (Some(first), Some(last)) = (first, last) else {
        return;
    };
    if matched.iter().flatten().count() < LETTER_LINES_MIN {
        return;
    }
    let greeting = (0..first)
        .rev()
        .find(|at| lines.get(*at).is_some_and(|line| !line.is_blank()))
        .filter(|at| lines.get(*at).is_some_and(greets));
    let mut under_prompt = false;
    for (at, line) in lines.iter().enumerate().take(last) {
        if matched.get(at).is_some_and(Option::is_some) {
            under_prompt = line.prompt().is_some();
        }
        let inside = (at > first && !under_prompt) || greeting == Some(at);
        if let Some(verdict) = judged.verdicts.get_mut(at)
            && inside
            && *verdict == Verdict::Own
        {
            *verdict = Verdict::QUOTED;
            judged.doubt = Some("a letter of ours that no mark sets off");
        }
    }
}

/// "Hi Ben," alone on its line.
fn greets(line: &Line<'_>) -> bool {
    let ends = line.text.trim_end().ends_with([',', '!', ':']);
    ends && line.word_tokens().count() <= GREETING_WORDS_MAX && line.opens_with(Sense::Greeting)
}

/// Takes for the sender's what stands in the quoted block between two of our lines that follow one
/// another in the letter.
fn typed_inside(lines: &[Line<'_>], matched: &[Option<Match>], judged: &mut Judged) {
    let mut above: Option<(usize, usize, usize)> = None;
    for (at, (line, found)) in lines.iter().zip(matched).enumerate() {
        let Some(found) = found.as_ref().filter(|found| !found.tail) else {
            continue;
        };
        if let Some((from, depth, end)) = above
            && depth > 0
            && line.depth == depth
            && found.start == end
        {
            let between = from + 1..at;
            let lines = lines.get(between.clone()).unwrap_or_default();
            let matched = matched.get(between.clone()).unwrap_or_default();
            let verdicts = judged.verdicts.get_mut(between).unwrap_or_default();
            for ((line, found), verdict) in lines.iter().zip(matched).zip(verdicts) {
                let typed = line.depth == depth
                    && found.is_none()
                    && !line.is_blank()
                    && !line.is_bare_link();
                if typed && *verdict == Verdict::QUOTED {
                    *verdict = Verdict::Own;
                    judged.doubt = Some(TYPED_INSIDE);
                }
            }
        }
        above = Some((at, line.depth, found.end));
    }
}

/// The target of a link beside a line of ours belongs to it.
fn drop_links(lines: &[Line<'_>], matched: &[Option<Match>], verdicts: &mut [Verdict]) {
    let ours = |at: Option<usize>| {
        at.and_then(|at| matched.get(at))
            .is_some_and(Option::is_some)
    };
    for (at, line) in lines.iter().enumerate() {
        if line.is_bare_link()
            && (ours(at.checked_sub(1)) || ours(Some(at + 1)))
            && let Some(verdict) = verdicts.get_mut(at)
        {
            *verdict = Verdict::QUOTED;
        }
    }
}

/// The prompt that a quoted line is: `1. Ana's best moment since you last met`.
pub fn prompt_of(line: &str) -> Option<Section> {
    may_be_prompt(line)
        .then(|| prompt_in(&tokens(line)))
        .flatten()
}

/// Most lines are neither numbered nor short: they need no closer look.
fn may_be_prompt(line: &str) -> bool {
    opens_with_number(line)
        || (line.split_whitespace().nth(6).is_none() && line.contains(char::is_alphanumeric))
}

fn opens_with_number(line: &str) -> bool {
    let first = line.chars().find(|c| c.is_alphanumeric());
    matches!(first, Some('1'..='3'))
}

fn prompt_in(tokens: &[Token<'_>]) -> Option<Section> {
    let mut room = [""; 16];
    let words = first_words(tokens.iter(), &mut room);
    let numbered = words.first().is_some_and(|word| is_number(word));
    if !numbered && words.len() > PROMPT_WORDS_MAX {
        return None;
    }
    // Prose that mentions a best moment is no prompt: it has a number or is nothing else.
    let senses = [Sense::Best, Sense::Worst, Sense::Focus, Sense::Improvable];
    let named = |at| lexicon().longest(words, at, &senses, Languages::ALL);
    (0..words.len().min(LEADING_WORDS_MAX + 1))
        .find_map(named)
        .map(|mark| match mark.sense {
            Sense::Best => Section::Best,
            Sense::Worst => Section::Worst,
            _ => Section::Focus,
        })
}

fn is_number(word: &str) -> bool {
    matches!(word, "1" | "2" | "3")
}

/// What is known of our letters in the body.
struct Known<'a> {
    matched: &'a [Option<Match>],
    /// By the letters themselves, and not by what our templates always say.
    exactly: bool,
}

fn apply_openings(
    lines: &[Line<'_>],
    known: &Known<'_>,
    openings: &[Option<Opening>],
    judged: &mut Judged,
) {
    let opens = |at: usize| openings.get(at).is_some_and(Option::is_some);
    let mut own_above = false;
    let mut at = 0;
    while at < lines.len() {
        let Some(opening) = openings.get(at).and_then(Option::as_ref) else {
            own_above = own_above || judged.verdicts.get(at) == Some(&Verdict::Own);
            at += 1;
            continue;
        };
        for verdict in judged.verdicts.iter_mut().skip(at).take(opening.lines) {
            *verdict = Verdict::INTRODUCTION;
        }
        if opening.own_octets > 0
            && let Some(before) = lines.get(at).and_then(|l| l.text.get(..opening.own_octets))
            && let Some(verdict) = judged.verdicts.get_mut(at)
        {
            *verdict = Verdict::Quoted {
                rest: None,
                before: Some(before.trim().to_owned()),
                introduces: true,
            };
            own_above = true;
        }
        let inner = lines.get(at).is_some_and(|line| line.depth > 0);
        at += opening.lines;
        let below =
            (at..lines.len()).find(|at| lines.get(*at).is_some_and(|line| !line.is_blank()));
        let marked_below = below
            .and_then(|at| lines.get(at))
            .is_some_and(|line| line.depth > 0);
        if marked_below || inner {
            continue;
        }
        // Nothing marks the quote below: it runs to the next opening, or to the end.
        let end = (at..lines.len())
            .find(|at| opens(*at))
            .unwrap_or(lines.len());
        cut(lines, known, judged, at..end, (own_above, opening.firm));
        at = end;
    }
}

/// Quotes the lines of a region that nothing marks, but for answers typed between lines that are
/// ours, or below the last one. Where our letter is known by its templates only, its own names and
/// words cannot be told from typed ones: then only what stands under a prompt is the sender's.
fn cut(
    lines: &[Line<'_>],
    known: &Known<'_>,
    judged: &mut Judged,
    region: std::ops::Range<usize>,
    (own_above, firm): (bool, bool),
) {
    let found = known.matched.get(region.clone()).unwrap_or_default();
    let lines = lines.get(region.clone()).unwrap_or_default();
    let first = found.iter().position(Option::is_some);
    let last = found.iter().rposition(Option::is_some);
    let verdicts = judged.verdicts.get_mut(region).unwrap_or_default();
    if first.is_none() && !own_above && !firm {
        // An attribution at the very top with the answer below it, and no quote at all.
        if verdicts.contains(&Verdict::Own) {
            judged.doubt = Some("lines kept below an attribution that marks no quote");
        }
        return;
    }
    let mut under_prompt = false;
    for (offset, ((line, found), verdict)) in lines.iter().zip(found).zip(verdicts).enumerate() {
        if found.is_some() {
            under_prompt = line.prompt().is_some();
        }
        let below_all = last.is_some_and(|last| offset > last) && !own_above;
        let typed = if known.exactly {
            first.is_some_and(|first| offset > first)
        } else {
            under_prompt || below_all
        };
        if !typed && matches!(verdict, Verdict::Own) {
            *verdict = Verdict::QUOTED;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(body: &str, originals: &[&str]) -> String {
        let lines: Vec<Line> = body.lines().map(Line::new).collect();
        let originals: Vec<String> = originals.iter().map(|o| (*o).to_owned()).collect();
        let verdicts = judge_lines(&lines, &originals).verdicts;
        let mut own = Vec::new();
        for (line, verdict) in lines.iter().zip(verdicts) {
            match verdict {
                Verdict::Own => own.push(line.text.to_owned()),
                Verdict::Quoted { rest, before, .. } => own.extend(before.into_iter().chain(rest)),
                Verdict::Blank => {}
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
