//! Conventions: how clients of the world introduce the mail that is answered.
//!
//! Attribution lines ("On … Ana wrote:"), header blocks (From, Sent, To) and separators. They are
//! found by their shape (a moment or an address, a verb or a label of some language, how they end)
//! and not by a list of whole sentences. Linear: each line is looked at with at most a dozen below.

mod beside;

use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{self, first_words, tokens};
use crate::reading::quote::Line;

/// Longest attribution, joined, in octets.
const ATTRIBUTION_OCTETS_MAX: usize = 400;
/// Most lines that an attribution is sought across in one body.
const ATTRIBUTION_TRIES_MAX: usize = 400;
/// Most lines that an attribution is wrapped over.
const ATTRIBUTION_LINES_MAX: usize = 4;
/// Most lines of a header block.
const HEADER_LINES_MAX: usize = 16;
/// Most lines that one value of a header block is wrapped over.
const VALUE_LINES_MAX: usize = 3;

/// What introduces a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// How many lines.
    pub lines: usize,
    /// A header block or a separator; what follows is quoted even if nothing stands above.
    pub firm: bool,
    /// Octets at the beginning of the first line that the sender wrote before it.
    pub own_octets: usize,
}

impl Opening {
    const fn firm(lines: usize) -> Self {
        Self {
            lines,
            firm: true,
            own_octets: 0,
        }
    }
}

/// What opens at each line.
pub fn openings(lines: &[Line<'_>]) -> Vec<Option<Opening>> {
    let labels: Vec<bool> = lines
        .iter()
        .map(|line| line.has_colon() && label_of(line.text))
        .collect();
    let mut tries = ATTRIBUTION_TRIES_MAX;
    (0..lines.len())
        .map(|at| {
            if lines.get(at).is_none_or(Line::is_blank) {
                return None;
            }
            header_block(lines, &labels, at)
                .or_else(|| separator(lines, &labels, at))
                .map(Opening::firm)
                .or_else(|| attribution(lines, at, &mut tries))
        })
        .collect()
}

/// An attribution, wrapped over at most four lines. Behind so many lines that might have begun one and
/// didn't, `tries` is used up, and only those on a line of their own are found.
fn attribution(lines: &[Line<'_>], at: usize, tries: &mut usize) -> Option<Opening> {
    let first = lines.get(at)?;
    if first.text.len() > ATTRIBUTION_OCTETS_MAX {
        return None;
    }
    let near = lines
        .get(at..(at + ATTRIBUTION_LINES_MAX).min(lines.len()))
        .unwrap_or_default();
    if may_stand_behind(first)
        && let Some(opening) = beside::behind_own_words(near)
    {
        return Some(opening);
    }
    if beside::runs_on(first) {
        return Some(Opening {
            lines: 1,
            firm: false,
            own_octets: 0,
        });
    }
    if near.iter().any(tells) && opens_attribution(first) {
        let mut joined = String::with_capacity(ATTRIBUTION_OCTETS_MAX);
        for (number, line) in near.iter().enumerate() {
            if line.is_blank() || line.depth != first.depth {
                break;
            }
            joined.push_str(line.text.trim());
            joined.push(' ');
            if joined.len() > ATTRIBUTION_OCTETS_MAX {
                break;
            }
            if number > 0 {
                if *tries == 0 {
                    break;
                }
                *tries -= 1;
            }
            if may_end_attribution(line) && is_attribution(joined.trim_end()) {
                // The line below may open by itself; then this one is the sender's.
                let later = (1..=number).any(|skipped| {
                    let rest: Vec<&str> = near
                        .iter()
                        .take(number + 1)
                        .skip(skipped)
                        .map(|line| line.text.trim())
                        .collect();
                    let opens = near.get(skipped).is_some_and(opens_dated);
                    opens && is_attribution(&rest.join(" "))
                });
                return (!later).then_some(Opening {
                    lines: number + 1,
                    firm: false,
                    own_octets: 0,
                });
            }
        }
    }
    weak_attribution(lines, at)
}

fn tells(line: &Line<'_>) -> bool {
    if line.text.len() <= ATTRIBUTION_OCTETS_MAX {
        return line.has_at_sign() || line.digits() > 0;
    }
    let octets = line.text.bytes().take(ATTRIBUTION_OCTETS_MAX);
    octets.into_iter().any(|b| b == b'@' || b.is_ascii_digit())
}

fn opens_attribution(line: &Line<'_>) -> bool {
    let text = line.text.trim_start_matches(['-', ' ', '*', '_']);
    text.starts_with(|c: char| c.is_ascii_digit())
        || line.has_at_sign()
        || line.opens_with(Sense::WroteOpening)
        || (!text.is_ascii() && text.contains(['年', '년']))
        || names_then_wrote(line)
}

/// Opens with a word for a day, a number, or "on" before one of them.
fn opens_dated(line: &Line<'_>) -> bool {
    let text = line.text.trim_start_matches(['-', ' ', '*', '_']);
    line.digits() >= 3
        && (line.opens_with(Sense::WroteOpening) || text.starts_with(|c: char| c.is_ascii_digit()))
}

/// "Ana Smith schrieb am 14. Januar 2027 um 12:00:": a name, the verb, and a moment of day.
fn names_then_wrote(line: &Line<'_>) -> bool {
    if line.digits() < 5 || !line.word_tokens().any(|w| is_time(&w.text)) {
        return false;
    }
    let mut room = [""; 8];
    let head = first_words(line.word_tokens(), &mut room);
    let verb = lexicon().marks(head, &[Sense::Wrote], Languages::ALL);
    verb.first().is_some_and(|m| m.at >= 1 && m.at <= 6)
}

fn is_time(word: &str) -> bool {
    let Some((hours, minutes)) = word.split_once([':', '.', 'h']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(hours) && hours.len() <= 2 && digits(minutes.get(..2).unwrap_or_default())
}

/// Whether an attribution may end with the line: it ends with a colon or the verb.
fn may_end_attribution(line: &Line<'_>) -> bool {
    let bare = without_marks_behind(line.text.trim_end());
    bare.is_empty() || bare.ends_with([':', '：']) || line.may_close(Sense::Wrote)
}

fn without_marks_behind(text: &str) -> &str {
    text.trim_end_matches(['-', ' ', '*', '_', '\u{a0}', '>', '[', ']'])
}

/// Names the moment or the address, has the verb, and ends as such lines end.
fn is_attribution(joined: &str) -> bool {
    let bare = without_marks_behind(joined);
    let ends = bare.ends_with([':', '：']);
    let digits = bare.chars().filter(|c| c.is_numeric()).count();
    let address = bare.contains('@');
    if digits < 3 && !address {
        return false;
    }
    let tokens = tokens(bare);
    let words = phrase::words(&tokens);
    if bare.contains("://") && !address {
        return false;
    }
    let dated = digits >= 5 || words.iter().any(|w| is_time(w));
    if ends && dated && lexicon().stands_in(bare, Sense::WroteInside) {
        return true;
    }
    let verbs = lexicon().marks(&words, &[Sense::Wrote], Languages::ALL);
    if verbs
        .iter()
        .any(|verb| speaks_of_people(&words, verb.at, verb.words))
    {
        return false;
    }
    // "On Monday I wrote 20 pages and sent them by mail:" goes on too long behind its verb.
    let near_end = |at: usize| words.len().saturating_sub(at) <= 16;
    if let Some(verb) = verbs.last() {
        let last = verb.at + verb.words == words.len();
        return (ends && near_end(verb.at) && (dated || address))
            || (last && digits >= 3 && (dated || address));
    }
    let ends_in_address =
        ends && (bare.ends_with(">:") || bare.ends_with("):") || bare.ends_with("]:"));
    ends_in_address && address && digits >= 3
}

/// "I wrote", "schrieb ich": somebody tells, and no client.
fn speaks_of_people(words: &[&str], at: usize, length: usize) -> bool {
    let person = |place: Option<usize>| {
        place
            .and_then(|place| words.get(place))
            .is_some_and(|word| lexicon().is(word, Sense::Pronoun))
    };
    person(at.checked_sub(1)) || person(Some(at + length))
}

/// "Ana wrote:" and the like, without moment or address: only directly above a marked quote.
fn weak_attribution(lines: &[Line<'_>], at: usize) -> Option<Opening> {
    let line = lines.get(at)?;
    if line.depth > 0 {
        return None;
    }
    let below = lines.iter().skip(at + 1).take(3).find(|l| !l.is_blank())?;
    let opens_quote = below.depth > line.depth;
    if !opens_quote || line.text.len() > 160 {
        return None;
    }
    let words = line.words();
    if words.len() > 14 {
        return None;
    }
    let text = line.text.trim_end_matches(['-', ' ', '*']);
    let verbs = lexicon().marks(&words, &[Sense::Wrote], Languages::ALL);
    let ends = text.ends_with([':', '：']);
    let last = verbs
        .last()
        .is_some_and(|m| m.at + m.words == words.len() && m.at > 0);
    let dated = line.digits() >= 5;
    let addressed = text.contains('@') && (text.contains('<') || text.contains('['));
    let named = (!verbs.is_empty() && ends) || (last && dated);
    (named || (dated && (addressed || ends))).then_some(Opening {
        lines: 1,
        firm: false,
        own_octets: 0,
    })
}

fn may_stand_behind(line: &Line<'_>) -> bool {
    line.depth == 0 && line.digits() >= 3 && line.has_at_sign()
}

/// Whether a line begins with a label of a header block: `*Von:* Ana`.
fn label_of(line: &str) -> bool {
    let text = line.trim_start_matches(['*', ' ', '_', '\u{a0}', '|']);
    let head = text.get(..60).unwrap_or(text);
    let Some((label, _)) = head.split_once([':', '：']) else {
        return false;
    };
    let label = label.trim_matches(['*', ' ', '\u{a0}', '_']);
    if label.len() > 40 || label.is_empty() {
        return false;
    }
    let tokens = tokens(label);
    let words: Vec<&str> = tokens.iter().map(|t| &*t.text).collect();
    lexicon()
        .longest(&words, 0, &[Sense::HeaderLabel], Languages::ALL)
        .is_some_and(|mark| mark.words == words.len())
}

/// Two or more adjacent labelled lines that name an address or a date; how many lines.
fn header_block(lines: &[Line<'_>], labels: &[bool], at: usize) -> Option<usize> {
    let label = |i: usize| labels.get(i).copied().unwrap_or(false);
    if !label(at) {
        return None;
    }
    let blank = |i: usize| lines.get(i).is_some_and(Line::is_blank);
    let mut length = 1;
    let mut count = 1;
    while length < HEADER_LINES_MAX {
        let next = (0..=VALUE_LINES_MAX).find(|skipped| label(at + length + skipped));
        let Some(skipped) = next else {
            break;
        };
        // A value that wrapped, or one blank line between two labels.
        let wrapped = (0..skipped).all(|i| !blank(at + length + i));
        if !wrapped && skipped > 1 {
            break;
        }
        count += 1;
        length += skipped + 1;
    }
    let block = lines.get(at..at + length)?;
    if count == 1 {
        return in_one_line(block.first()?.text).then_some(1);
    }
    let address = block.iter().any(Line::has_at_sign);
    let dated = block.iter().any(|line| line.digits() >= 4);
    let opens = block.first().is_some_and(|line| names_author(line.text));
    (count >= 4
        || (count == 3 && (address || dated || opens))
        || (address && opens)
        || (opens && dated)
        || (address && dated))
        .then_some(length)
}

/// A label that names who wrote.
fn names_author(line: &str) -> bool {
    let text = line.trim_start_matches(['*', ' ', '_', '\u{a0}']);
    let label = text.split([':', '：']).next().unwrap_or_default();
    let tokens = tokens(label.trim_matches(['*', ' ', '\u{a0}', '_']));
    let words: Vec<&str> = tokens.iter().map(|t| &*t.text).collect();
    lexicon()
        .longest(&words, 0, &[Sense::AuthorLabel], Languages::ALL)
        .is_some_and(|mark| mark.words == words.len())
}

/// All labels of a block in one line, as HTML without breaks gives.
fn in_one_line(line: &str) -> bool {
    let pieces = line.split([':', '：']).take(12);
    let labels = pieces.filter(|piece| {
        let last = piece
            .trim_end_matches(['*', ' ', '\u{a0}'])
            .rsplit([' ', '*', '\u{a0}'])
            .next()
            .unwrap_or_default();
        label_of(&format!("{last}:"))
    });
    names_author(line) && line.contains('@') && labels.count() >= 3
}

/// `-----Original Message-----`, a rule above a header block, a forwarded mark.
fn separator(lines: &[Line<'_>], labels: &[bool], at: usize) -> Option<usize> {
    let line = lines.get(at)?;
    let text = line.text.trim();
    if text.len() > 160 {
        return None;
    }
    let is_dash = |c: char| {
        matches!(
            c,
            '-' | '_' | '=' | '*' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '─' | '~' | '#'
        )
    };
    if text.chars().all(is_dash) && text.chars().count() >= 5 {
        let next = (at + 1..at + 4).find(|i| lines.get(*i).is_some_and(|l| !l.is_blank()))?;
        return header_block(lines, labels, next).map(|length| next - at + length);
    }
    let dashed = text.chars().take_while(|c| is_dash(*c)).count() >= 2;
    let ends = text.ends_with([':', '：']);
    let by_notes = || line.digits() >= 6 && notes_attribution(text);
    if !(dashed || ends) {
        return by_notes().then_some(1);
    }
    let inner =
        text.trim_matches(|c: char| is_dash(c) || matches!(c, ' ' | '>' | ':' | '：' | '<'));
    if inner.is_empty() {
        return by_notes().then_some(1);
    }
    let tokens = tokens(inner);
    let words = phrase::words(&tokens);
    let mark = lexicon().longest(&words, 0, &[Sense::Separator], Languages::ALL);
    let named = mark.is_some_and(|mark| mark.words == words.len());
    // "----- Forwarded by Ana on 14/01/2027 12:00 -----"
    let told = dashed
        && text.chars().rev().take_while(|c| is_dash(*c)).count() >= 2
        && mark.is_some()
        && tells(line);
    (named || told || by_notes()).then_some(1)
}

/// Notes: `Ana Smith ---14.01.2027 12:00:00---Hi Ben, shall we`.
fn notes_attribution(text: &str) -> bool {
    let mut pieces = text.split("---").skip(1);
    let moment = pieces.next().unwrap_or_default();
    let digits = moment.bytes().filter(u8::is_ascii_digit).count();
    moment.len() < 40 && digits >= 6 && pieces.next().is_some()
}
