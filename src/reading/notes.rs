//! Notes: own words sorted under the three prompts, however they were laid out.
//!
//! Inline under quoted prompts, numbered, headed (in any language we know), as three bullets or
//! paragraphs. What has no such structure is not guessed: it is kept as unplaced, and shown to the
//! writer in the receipt. Nothing is dropped.

use crate::lunch::notes::{Notes, Observation, Polarity, Section, Words};
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{Token, first_words, tokens};
use crate::reading::visible::Own;
use crate::words::clean::clean_text;
use std::cell::LazyCell;

/// What a line opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Section(Section),
    Achieved,
    Unplaced,
}

/// The sorted words, and how firmly: whether any prompt was marked by the writer or the quote.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    /// The notes.
    pub notes: Notes,
    /// Whether numbers, headings or quoted prompts placed something.
    pub marked: bool,
    /// Whether only the count of bullets or paragraphs placed it.
    pub by_count: bool,
}

/// Sorts the own words.
pub fn sort(own: &Own) -> Sorted {
    let mut pieces: Vec<(Slot, String)> = Vec::new();
    let mut marked = false;
    for passage in &own.passages {
        let start = passage.prompt.map_or(Slot::Unplaced, Slot::Section);
        marked |= passage.prompt.is_some();
        marked |= sort_text(&passage.text, start, &mut pieces);
    }
    let mut sorted = Sorted {
        marked,
        ..Sorted::default()
    };
    if marked {
        sorted.notes = gather(pieces);
    } else if let Some(three) = three_parts(&own.text()) {
        sorted.by_count = true;
        let slots = Section::ALL.map(Slot::Section);
        sorted.notes = gather(slots.into_iter().zip(three).collect());
    } else if !own.is_empty() {
        sorted.notes.unplaced.push(Words::new(own.text()));
    }
    sorted
}

/// Goes through the lines of a passage; whether any opened a slot.
fn sort_text(text: &str, start: Slot, pieces: &mut Vec<(Slot, String)>) -> bool {
    let mut any = false;
    let mut slot = start;
    let mut expected = 1;
    let lines: Vec<&str> = text.lines().collect();
    let numbered = numbers_of(&lines);
    let spoken = LazyCell::new(|| !spoken_headings(&tokens(text)).is_empty());
    let spoken = || start == Slot::Unplaced && *spoken;
    let mut current: Vec<String> = Vec::new();
    let mut blank_above = false;
    for (at, line) in lines.iter().enumerate() {
        let mut parts = inline_numbers(line, start);
        if parts.is_empty() {
            parts.push((*line).to_owned());
        }
        for part in parts {
            let free = start == Slot::Unplaced;
            let opened = opening(&part, free, numbered, &spoken, expected);
            if let Some((next, rest)) = opened {
                flush(&mut current, slot, pieces);
                any = true;
                slot = next;
                if let Slot::Section(section) = next {
                    expected = section as usize + 2;
                }
                if !rest.is_empty() {
                    current.push(rest);
                }
            } else {
                // A closing greeting below a blank line belongs to no prompt.
                if blank_above
                    && slot != Slot::Unplaced
                    && is_greeting(&part)
                    && at + 2 >= lines.len()
                {
                    flush(&mut current, slot, pieces);
                    slot = Slot::Unplaced;
                }
                current.push(part);
            }
        }
        blank_above = line.trim().is_empty();
    }
    flush(&mut current, slot, pieces);
    any
}

fn flush(current: &mut Vec<String>, slot: Slot, pieces: &mut Vec<(Slot, String)>) {
    let text = clean_text(&current.join("\n")).trim().to_owned();
    current.clear();
    if !text.is_empty() {
        pieces.push((slot, text));
    }
}

/// Whether lines begin with 1 and 2 (and 3): then numbers are prompts.
fn numbers_of(lines: &[&str]) -> bool {
    let has = |n: u32| {
        lines
            .iter()
            .any(|line| number_at(line).is_some_and(|m| m.number == n))
    };
    (has(1) && has(2)) || (has(2) && has(3)) || (has(1) && has(3))
}

/// A number at the start of a line.
struct Numbered<'a> {
    number: u32,
    /// What stands behind it.
    rest: &'a str,
    /// Whether a mark follows the number, and no mere blank ("2 things went well").
    marked: bool,
}

/// `1.`, `2)`, `3:`, `#1`, `(2)`, `3 slides` at the start of a line; a time or a date is none.
fn number_at(line: &str) -> Option<Numbered<'_>> {
    let line = line.trim_start_matches(['*', ' ', '#', '(', '-', '_']);
    let mut chars = line.chars();
    let first = chars.next()?;
    let rest = chars.as_str();
    let letter = rest.starts_with(')').then_some(first.to_ascii_lowercase());
    let number = match (first.to_digit(10), letter) {
        (Some(number), _) => number,
        (None, Some(letter @ 'a'..='c')) => u32::from(letter) - u32::from('a') + 1,
        _ => return None,
    };
    let number = Some(number).filter(|n| (1..=3).contains(n))?;
    let ordinal = ["st", "nd", "rd"]
        .iter()
        .find_map(|end| rest.strip_prefix(end));
    let rest = ordinal
        .filter(|r| r.starts_with([':', '.', ')']))
        .unwrap_or(rest);
    let behind = rest.trim_start_matches([')', '.', ':', '-', '–', '—', '*', '/', ' ']);
    let marked = rest.starts_with([')', '.', ':', '–', '—', '-', '*', '/']) || rest.is_empty();
    let digit_next = rest.starts_with(['.', ':', '-', '/'])
        && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    let fits = (marked || rest.starts_with(' ')) && !digit_next;
    fits.then_some(Numbered {
        number,
        rest: behind,
        marked: marked || behind.len() + 1 < rest.len(),
    })
}

/// Several numbers in one line: `1. calm 2. late 3. goal`; empty if there is only one part.
fn inline_numbers(line: &str, start: Slot) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    if start != Slot::Unplaced {
        return parts;
    }
    let tokens = tokens(line);
    let spoken = spoken_headings(&tokens);
    let mut cuts: Vec<usize> = vec![0];
    let mut expected = 1;
    for (at, token) in tokens.iter().enumerate() {
        if !token.is_word {
            continue;
        }
        let next = tokens.get(at + 1);
        let behind_mark = next.is_some_and(|n| matches!(&*n.text, "." | ")" | ":" | "-"));
        let number = token
            .text
            .parse::<usize>()
            .ok()
            .filter(|n| *n == expected && behind_mark);
        let after_end = at == 0
            || tokens
                .get(at - 1)
                .is_some_and(|p| matches!(&*p.text, "." | "!" | "?" | ";" | ","));
        let may_open = after_end && lexicon().opens(&token.text, &HEADINGS);
        let heading = may_open && {
            let words: Vec<&str> = tokens.iter().skip(at).take(6).map(|t| &*t.text).collect();
            lexicon()
                .longest(&words, 0, &HEADINGS, Languages::ALL)
                .is_some_and(|mark| {
                    words
                        .get(mark.words)
                        .is_some_and(|w| matches!(*w, ":" | "-" | "–" | "—"))
                })
        };
        if number.is_some() || heading || spoken.contains(&at) {
            expected += usize::from(number.is_some());
            if token.start > 0 {
                cuts.push(token.start);
            }
        }
    }
    if cuts.len() < 2 {
        return parts;
    }
    cuts.push(line.len());
    for pair in cuts.windows(2) {
        if let [from, to] = pair
            && let Some(part) = line.get(*from..*to)
            && !part.trim().is_empty()
        {
            let part = part.trim().trim_end_matches([';', ',']);
            parts.push(part.trim_end().to_owned());
        }
    }
    parts
}

/// Where headings stand that are spoken on with "was" or "is" ("best moment was the demo worst
/// moment was the retro"); none unless at least two different ones do, so that a sentence with one
/// such word in it stays whole.
fn spoken_headings(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut found: Vec<(Sense, usize)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let first = tokens.get(at + usize::from(leads(&token.text)));
        if !token.is_word || !first.is_some_and(|word| lexicon().opens(&word.text, &HEADINGS)) {
            continue;
        }
        let words: Vec<&str> = tokens
            .iter()
            .skip(at)
            .take(6)
            .take_while(|t| t.is_word)
            .map(|t| &*t.text)
            .collect();
        let Some((sense, _)) = spoken_heading(&words) else {
            continue;
        };
        if found.last().is_none_or(|(last, _)| *last != sense) {
            found.push((sense, at));
        }
    }
    let mut senses: Vec<Sense> = found.iter().map(|(sense, _)| *sense).collect();
    senses.sort_unstable();
    let named = senses.len();
    senses.dedup();
    if senses.len() < 2 || senses.len() < named {
        return Vec::new();
    }
    found.into_iter().map(|(_, at)| at).collect()
}

/// The headings of the three sections.
const HEADINGS: [Sense; 3] = [Sense::Best, Sense::Worst, Sense::Focus];

/// Whether a word may stand in front of a spoken heading.
fn leads(word: &str) -> bool {
    lexicon().is(word, Sense::BeforeHeading)
}

/// A heading with its linking word at the start of some words: which, and how many words.
fn spoken_heading(words: &[&str]) -> Option<(Sense, usize)> {
    let led = usize::from(words.first().is_some_and(|word| leads(word)));
    let mark = lexicon().longest(words, led, &HEADINGS, Languages::ALL)?;
    let end = mark.at + mark.words;
    let linked = words
        .get(end)
        .is_some_and(|w| lexicon().is(w, Sense::Linking));
    linked.then_some((mark.sense, end + 1))
}

/// The slot that a line opens, and the words behind its heading. Numbers count only where no
/// quoted prompt placed the line already (`free`); a bare one only in a `series`.
fn opening(
    line: &str,
    free: bool,
    series: bool,
    spoken: &dyn Fn() -> bool,
    expected: usize,
) -> Option<(Slot, String)> {
    let number = number_at(line).filter(|n| free && (n.marked || series));
    let bare = number.as_ref().map_or(line, |n| n.rest);
    let bare = bare.trim_start_matches(['*', ' ', '-', '•', '·', '_', '#', '>']);
    if let Some((slot, rest)) = heading(bare, number.is_some(), spoken) {
        return Some((slot, rest));
    }
    let Numbered { number, rest, .. } = number?;
    let jumps = usize::try_from(number).ok()? + 1 < expected;
    let section = *Section::ALL.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
    (!jumps).then(|| (Slot::Section(section), rest.trim().to_owned()))
}

/// `Best moment: the demo`, `Worst - none`, or a heading alone on its line.
fn heading(line: &str, numbered: bool, spoken: &dyn Fn() -> bool) -> Option<(Slot, String)> {
    let tokens = tokens(line);
    let mut room = [""; 24];
    let words = first_words(tokens.iter(), &mut room);
    let senses = [Sense::Best, Sense::Worst, Sense::Focus, Sense::Achieved];
    // "Ana's best moment", "the worst moment": one word may stand in front.
    let led = words
        .first()
        .is_some_and(|word| word.ends_with('s') || leads(word));
    // Up to the mark behind a heading, so that a short one ("Good:") can be told from a sentence.
    let is_mark = |t: &Token<'_>| matches!(&*t.text, ":" | "–" | "—" | "=" | "-");
    let marked_at = tokens.iter().position(is_mark).unwrap_or(tokens.len());
    let until_mark = tokens.iter().take(marked_at).filter(|t| t.is_word).count();
    let head = words.get(..until_mark).unwrap_or(words);
    let mark = lexicon()
        .longest(head, 0, &senses, Languages::ALL)
        .or_else(|| lexicon().longest(head, usize::from(led), &senses, Languages::ALL))
        .or_else(|| lexicon().longest(words, 0, &senses, Languages::ALL))?;
    let slot = match mark.sense {
        Sense::Best => Slot::Section(Section::Best),
        Sense::Worst => Slot::Section(Section::Worst),
        Sense::Focus => Slot::Section(Section::Focus),
        _ => Slot::Achieved,
    };
    let last = tokens
        .iter()
        .filter(|t| t.is_word)
        .nth((mark.at + mark.words).checked_sub(1)?)?;
    let behind = line.get(last.end..)?;
    // Up to a mark of punctuation the heading may go on: "Best moment (of Ana):".
    let short: String = behind.chars().take(60).collect();
    let at = short
        .find([':', '–', '—', '=', '?'])
        .or_else(|| short.find(" - "));
    let trimmed = behind.trim_matches(['*', ' ', '_', '.', ':']);
    match at {
        Some(at) if short.get(..at)?.split_whitespace().count() <= 8 => {
            let mark_len = behind.get(at..)?.chars().next()?.len_utf8();
            let rest = behind.get(at + mark_len..)?;
            let rest = rest.trim_start_matches(['-', ':', '*', ' ', '_', '–', '—']);
            Some((slot, rest.trim().to_owned()))
        }
        _ if trimmed.is_empty() => Some((slot, String::new())),
        _ if spoken_heading(words).is_some() && spoken() => {
            let (_, used) = spoken_heading(words)?;
            let last = tokens
                .iter()
                .filter(|t| t.is_word)
                .nth(used.checked_sub(1)?)?;
            Some((slot, line.get(last.end..)?.trim().to_owned()))
        }
        // "1. Best moment the demo": the number says that it is the heading.
        _ if numbered && slot != Slot::Achieved && mark.words > 1 => {
            Some((slot, trimmed.to_owned()))
        }
        _ => None,
    }
}

/// "See you Thursday!", "Cheers": no note, though it stands below one.
fn is_greeting(line: &str) -> bool {
    let tokens = tokens(line);
    let words: Vec<&str> = tokens
        .iter()
        .filter(|t| t.is_word)
        .map(|t| &*t.text)
        .collect();
    words.len() <= 8
        && lexicon()
            .longest(&words, 0, &[Sense::Thanks, Sense::SignOff], Languages::ALL)
            .is_some()
}

/// Exactly three bullets, or exactly three paragraphs.
fn three_parts(text: &str) -> Option<Vec<String>> {
    let bullet = |line: &&str| {
        let line = line.trim_start();
        ["- ", "* ", "• ", "– ", "· "]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    let lines: Vec<&str> = text.lines().collect();
    if lines.iter().filter(|line| bullet(line)).count() == 3 {
        let mut parts: Vec<String> = Vec::new();
        for line in lines {
            if bullet(&line) {
                let text = line
                    .trim_start()
                    .trim_start_matches(['-', '*', '•', '–', '·', ' ']);
                parts.push(text.trim().to_owned());
            } else if let Some(last) = parts.last_mut() {
                last.push('\n');
                last.push_str(line.trim());
            } else if !line.trim().is_empty() {
                return None; // words above the bullets: no longer plain
            }
        }
        return Some(parts.into_iter().map(|p| p.trim().to_owned()).collect());
    }
    let paragraphs: Vec<&str> = text
        .split("\n\n")
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .filter(|p| !is_opening_greeting(p))
        .collect();
    let long_enough = paragraphs.iter().all(|p| p.split_whitespace().count() >= 2);
    (paragraphs.len() == 3 && long_enough)
        .then(|| paragraphs.into_iter().map(str::to_owned).collect())
}

fn is_opening_greeting(paragraph: &str) -> bool {
    let tokens = tokens(paragraph);
    let words: Vec<&str> = tokens
        .iter()
        .filter(|t| t.is_word)
        .map(|t| &*t.text)
        .collect();
    words.len() <= 4
        && lexicon()
            .longest(&words, 0, &[Sense::Greeting, Sense::Thanks], Languages::ALL)
            .is_some()
}

fn gather(pieces: Vec<(Slot, String)>) -> Notes {
    let mut notes = Notes::default();
    let add = |slot: &mut Option<Words>, text: String| {
        let joined = match slot.take() {
            Some(before) => format!("{}\n\n{text}", before.reveal()),
            None => text,
        };
        *slot = Some(Words::new(joined));
    };
    for (slot, text) in pieces {
        match slot {
            Slot::Section(Section::Best) => add(&mut notes.best, text),
            Slot::Section(Section::Worst) => add(&mut notes.worst, text),
            Slot::Section(Section::Focus) => {
                notes.observations.extend(observations(&text));
                add(&mut notes.focus, text);
            }
            Slot::Achieved => add(&mut notes.achieved, text),
            Slot::Unplaced => notes.unplaced.push(Words::new(text)),
        }
    }
    notes
}

/// What in a focus answer is marked as helping or hindering.
pub fn observations(text: &str) -> Vec<Observation> {
    let tokens = tokens(text);
    let mut cuts: Vec<(Polarity, usize, usize)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !token.is_word {
            continue;
        }
        let words: Vec<&str> = tokens.iter().skip(at).take(5).map(|t| &*t.text).collect();
        let senses = [Sense::Helps, Sense::Hinders];
        let Some(mark) = lexicon().longest(&words, 0, &senses, Languages::ALL) else {
            continue;
        };
        let colon = tokens.get(at + mark.words);
        let marked = colon.is_some_and(|c| matches!(&*c.text, ":" | "-" | "–" | "—" | "="));
        if marked && let Some(colon) = colon {
            let polarity = match mark.sense {
                Sense::Helps => Polarity::Helps,
                _ => Polarity::Hinders,
            };
            cuts.push((polarity, token.start, colon.end));
        }
    }
    let mut found = Vec::new();
    for (number, (polarity, _, from)) in cuts.iter().enumerate() {
        let to = cuts
            .get(number + 1)
            .map_or(text.len(), |(_, start, _)| *start);
        let words = text.get(*from..to).unwrap_or_default();
        let words = words
            .trim()
            .trim_matches(['-', '*', ',', ';', ' ', '\n', '•'])
            .trim();
        if !words.is_empty() {
            found.push(Observation {
                polarity: *polarity,
                words: Words::new(words.to_owned()),
            });
        }
    }
    found
}
