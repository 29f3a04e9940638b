//! Edits of notes that are known: the receipt that is answered shows them, so one word of theirs
//! can be put right, and one sentence taken away.

use super::{Said, Told, is_quote};
use crate::lunch::notes::{Section, Words};
use crate::reading::language::{Sense, lexicon};
use crate::reading::phrase::{Token, tokens};
use crate::reading::quote::prompt_of;

/// How far apart the old word and the new one may stand, in words.
const REACH: usize = 5;
/// Longest text that only says what was meant, in words.
const MEANT_WORDS_MAX: usize = 5;

/// What stands under one prompt.
struct Known {
    section: Section,
    text: String,
}

/// An edit of what a receipt shows, if it is beyond doubt what shall stand there.
pub(super) fn edited(said: &Said<'_>, receipts: &[String]) -> Option<Told> {
    let known = receipts.iter().rev().map(|text| sections(text));
    let known = known.into_iter().find(|known| !known.is_empty())?;
    let change = |section, text: String| Some(Told::Change(section, Some(Words::new(text))));
    if said.holds(&[Sense::Remove]) {
        let (section, text) = without_sentence(said, &known)?;
        return change(section, text);
    }
    let (old, new) = quoted_pair(said, &known).or_else(|| opposed(said, &known))?;
    let (section, text) = replaced(&known, &old, &new)?;
    change(section, text)
}

/// The notes as a receipt shows them: below each prompt, indented. What is said to help or hinder
/// is in pieces there, and left alone.
fn sections(receipt: &str) -> Vec<Known> {
    let mut found: Vec<(Section, Vec<&str>, bool)> = Vec::new();
    let mut open = false;
    for line in receipt.lines() {
        let indented = line.starts_with("  ");
        if !indented && !line.trim().is_empty() {
            open = prompt_of(line).is_some_and(|section| {
                found.push((section, Vec::new(), true));
                true
            });
        } else if let Some((_, lines, whole)) = found.last_mut().filter(|_| open) {
            *whole &= !line.starts_with("    ");
            lines.push(line.trim());
        }
    }
    let whole = found.into_iter().filter(|(.., whole)| *whole);
    whole
        .map(|(section, lines, _)| Known {
            section,
            text: joined(&lines),
        })
        .filter(|known| !known.text.is_empty())
        .collect()
}

/// Lines as paragraphs.
fn joined(lines: &[&str]) -> String {
    let paragraphs = lines.split(|line| line.is_empty());
    let paragraphs = paragraphs.map(|lines| lines.join(" "));
    let filled: Vec<String> = paragraphs.filter(|text| !text.is_empty()).collect();
    filled.join("\n\n")
}

/// Where a word or some words stand in a text, whole, in capitals or not.
fn places(text: &str, wanted: &str) -> Vec<(usize, usize)> {
    let written = tokens(text);
    let words: Vec<_> = written.iter().filter(|token| token.is_word).collect();
    let wanted = tokens(wanted);
    let wanted: Vec<&str> = wanted
        .iter()
        .filter(|token| token.is_word)
        .map(|token| &*token.text)
        .collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    // "Tuesday's" is Tuesday.
    let end = |from: usize, to: usize| {
        let written = text.get(from..to).unwrap_or_default();
        let bare = written.strip_suffix("'s").or(written.strip_suffix("’s"));
        bare.map_or(to, |bare| from + bare.len())
    };
    let same = |token: &Token<'_>, word: &str| {
        let bare = end(token.start, token.end);
        token.text == *word || bare < token.end && token.text.strip_suffix('s') == Some(word)
    };
    let rows = words.windows(wanted.len());
    rows.filter(|row| {
        row.iter()
            .zip(&wanted)
            .all(|(token, word)| same(token, word))
    })
    .filter_map(|row| Some((row.first()?.start, end(row.last()?.start, row.last()?.end))))
    .collect()
}

/// How often words stand in the notes.
fn count(known: &[Known], wanted: &str) -> usize {
    known
        .iter()
        .map(|known| places(&known.text, wanted).len())
        .sum()
}

/// The one section that holds the old words, once, with the new ones in their place.
fn replaced(known: &[Known], old: &str, new: &str) -> Option<(Section, String)> {
    if count(known, old) != 1 {
        return None;
    }
    known.iter().find_map(|known| {
        let (from, to) = *places(&known.text, old).first()?;
        let (before, behind) = (known.text.get(..from)?, known.text.get(to..)?);
        Some((known.section, format!("{before}{new}{behind}")))
    })
}

/// "Replace “rude” by “short”", "“Ann” should be “Anne”": of two quoted pieces the one that stands
/// in the notes is the old one.
fn quoted_pair(said: &Said<'_>, known: &[Known]) -> Option<(String, String)> {
    let pieces = quoted(said.text);
    let [one, other] = pieces.as_slice() else {
        return None;
    };
    match (count(known, one), count(known, other)) {
        (1, 0) => Some((one.clone(), other.clone())),
        (0, 1) => Some((other.clone(), one.clone())),
        _ => None,
    }
}

/// What stands in quotation marks.
fn quoted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    let double = |c: char| is_quote(c) && !matches!(c, '\'' | '’' | '‘' | '‚');
    while let Some(at) = rest.find(double) {
        let opens = rest.get(at..).and_then(|rest| rest.chars().next());
        let Some(inside) = opens.and_then(|c| rest.get(at + c.len_utf8()..)) else {
            break;
        };
        let Some(end) = inside.find(double) else {
            break;
        };
        found.extend(inside.get(..end).map(|piece| piece.trim().to_owned()));
        let closes = inside.get(end..).and_then(|rest| rest.chars().next());
        rest = closes
            .and_then(|c| inside.get(end + c.len_utf8()..))
            .unwrap_or_default();
    }
    found.retain(|piece| !piece.is_empty());
    found
}

/// What kind of word it is; only words of one kind take each other's place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Weekday,
    Month,
    Figure,
    Name,
}

/// "It was Tuesday, not Thursday", "not Mira, Meera", "I meant Wednesday".
fn opposed(said: &Said<'_>, known: &[Known]) -> Option<(String, String)> {
    let class = |at: usize| class(said, at);
    let stands = |at: usize| count(known, said.word(at)) == 1;
    let denied = (0..said.words.len()).filter_map(|at| said.phrase(at, &[Sense::Negator]));
    let mut denies = false;
    for behind in denied {
        denies = true;
        let mut near = behind..(behind + 3).min(said.words.len());
        let Some(old) = near.find(|at| class(*at).is_some() && stands(*at)) else {
            continue;
        };
        let from = behind.saturating_sub(REACH + 1);
        let until = (old + REACH + 1).min(said.words.len());
        let new = (from..old)
            .rev()
            .chain(old + 1..until)
            .find(|at| *at != old && class(*at) == class(old) && count(known, said.word(*at)) == 0);
        if let Some(new) = new {
            return Some((said.word(old).to_owned(), written(said, new)?));
        }
    }
    // "I meant Wednesday the 20th, not Thursday" may as well be of the lunch.
    let short = said.words.len() <= MEANT_WORDS_MAX;
    meant(said, known).filter(|_| short && !denies)
}

/// "I meant Thursday": where the notes name one other of its kind, and once.
fn meant(said: &Said<'_>, known: &[Known]) -> Option<(String, String)> {
    let behind = (0..said.words.len()).find_map(|at| said.phrase(at, &[Sense::Meant]))?;
    let new = (behind..(behind + 3).min(said.words.len())).find(|at| class(said, *at).is_some())?;
    let kind = class(said, new).filter(|kind| *kind != Class::Name)?;
    let texts: Vec<_> = known.iter().map(|known| tokens(&known.text)).collect();
    let words = texts.iter().flatten().filter(|token| token.is_word);
    let mut alike = words.filter(|token| of_word(&token.text) == Some(kind));
    let old = alike.next().filter(|_| alike.next().is_none())?;
    // The name's own s: "Tuesday's outage".
    let old = old
        .text
        .strip_suffix('s')
        .filter(|bare| of_word(bare) == Some(kind))
        .unwrap_or(&old.text);
    (old != said.word(new)).then(|| written(said, new).map(|new| (old.to_owned(), new)))?
}

fn of_word(word: &str) -> Option<Class> {
    if lexicon().weekday(word).is_some() {
        Some(Class::Weekday)
    } else if lexicon().month(word).is_some() {
        Some(Class::Month)
    } else if word.starts_with(|c: char| c.is_ascii_digit()) {
        Some(Class::Figure)
    } else {
        None
    }
}

fn class(said: &Said<'_>, at: usize) -> Option<Class> {
    let word = said.word(at);
    of_word(word).or_else(|| {
        let capital = written(said, at)?.starts_with(char::is_uppercase);
        let opens = at == 0 || said.parted(at - 1, at);
        (capital && !opens && !lexicon().is_small(word)).then_some(Class::Name)
    })
}

/// A word as it was written.
fn written(said: &Said<'_>, at: usize) -> Option<String> {
    let token = said.tokens.get(*said.places.get(at)?)?;
    said.text.get(token.start..token.end).map(str::to_owned)
}

/// "Delete the last sentence of focus": one section, without that sentence.
fn without_sentence(said: &Said<'_>, known: &[Known]) -> Option<(Section, String)> {
    let part = (0..said.words.len()).find(|at| said.phrase(*at, &[Sense::Sentence]).is_some())?;
    let before = said.word(part.checked_sub(1)?);
    let named = (part..said.words.len()).find_map(|at| said.which(at));
    let known = match (named, known) {
        (Some((section, _)), _) => known.iter().find(|known| known.section == section)?,
        (None, [only]) => only,
        _ => return None,
    };
    let sentences = sentences(&known.text);
    let last = sentences.len().checked_sub(1).filter(|last| *last > 0)?;
    let gone = if lexicon().is(before, Sense::Last) {
        last
    } else {
        let place = usize::try_from(lexicon().ordinal(before)?).ok()?;
        place.checked_sub(1).filter(|place| *place <= last)?
    };
    let kept = sentences.iter().enumerate().filter(|(at, _)| *at != gone);
    let kept: Vec<&str> = kept.map(|(_, sentence)| sentence.trim()).collect();
    Some((known.section, kept.join(" ")))
}

/// The sentences of a note.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let last = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        if matches!(c, '.' | '!' | '?' | '…') && last {
            let end = at + c.len_utf8();
            found.extend(text.get(start..end));
            start = end;
        }
    }
    let rest = text.get(start..).unwrap_or_default();
    if rest.chars().any(char::is_alphanumeric) {
        found.push(rest);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIPT: &str = "Thanks, Ben. Here is what I understood.\n\n1. Best moment\n  In Tuesday's outage you read the error aloud, slowly, and\n  everybody stopped guessing.\n\n2. Worst moment\n  You cut Dan short in the retro. He had the answer.\n\n3. Focus: Influencing the client\n  you asked what worried them.\n      That helps.\n\nNot right?\n";

    fn told(text: &str) -> Option<(Section, String)> {
        match super::super::read(text, &[RECEIPT.to_owned()])? {
            Told::Change(section, words) => Some((
                section,
                words.map_or_else(String::new, |w| w.reveal().clone()),
            )),
            Told::Something => None,
        }
    }

    #[test]
    fn what_stands_once_in_the_receipt_is_put_right() {
        let best = "In Wednesday's outage you read the error aloud, slowly, and everybody stopped guessing.";
        for text in ["It was Wednesday, not Tuesday", "I meant Wednesday"] {
            let (section, words) = told(text).expect("a change");
            assert_eq!(section, Section::Best, "{text}");
            assert_eq!(words, best, "{text}");
        }
        let (section, words) = told("please replace “short” by “off”").expect("a change");
        assert_eq!(section, Section::Worst);
        assert_eq!(words, "You cut Dan off in the retro. He had the answer.");
        let (_, words) = told("delete the last sentence of the second point").expect("a change");
        assert_eq!(words, "You cut Dan short in the retro.");
    }

    #[test]
    fn what_could_be_two_things_is_asked() {
        for text in [
            "replace \"Lena\" by \"Lea\"",
            "delete the sentence about Dan",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
