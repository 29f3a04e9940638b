//! Beside the notes: what an answer to a follow-up says about coming lunches, or in place of notes.
//!
//! Notes are full of words such as skip, move and stop that speak of anything but our lunches. So a
//! sentence counts only if it names the lunch or a day, and speaks to nobody.

use crate::lunch::act::{Act, Reschedule};
use crate::lunch::notes::{Notes, Section, Words};
use crate::reading::Context;
use crate::reading::command;
use crate::reading::intent::{self, Intent, Verdict};
use crate::reading::judge::Judged;
use crate::reading::judge::changes as coming;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{self, Token, tokens};
use crate::reading::when;

/// Longest answer that is a promise, a question or nothing at all, in words.
const INSTEAD_WORDS_MAX: usize = 24;
/// Longest reason beside a promise, in words.
const REASON_WORDS_MAX: usize = 8;
/// Longest answer that says nothing to be filed, in words.
const NO_CONTENT_WORDS_MAX: usize = 8;
/// Longest question without its mark, in words.
const QUESTION_WORDS_MAX: usize = 16;

/// Takes sentences about coming lunches off the ends of the notes; what they change.
pub(super) fn part(notes: &mut Notes, context: &Context) -> Vec<Act> {
    let mut acts = Vec::new();
    for section in Section::ALL {
        let Some(text) = notes.section(section).map(|words| words.reveal().clone()) else {
            continue;
        };
        let Some((at, found)) = tail(&text, context) else {
            continue;
        };
        let (kept, rest) = text.split_at(at);
        let observations = std::mem::take(&mut notes.observations);
        notes.set_section(section, Some(Words::new(kept.trim_end().to_owned())));
        notes.observations = observations;
        notes.unplaced.push(Words::new(rest.trim().to_owned()));
        acts.extend(found);
    }
    acts.dedup();
    acts
}

/// Where the last sentences are about coming lunches; never the first one of a note.
fn tail(text: &str, context: &Context) -> Option<(usize, Vec<Act>)> {
    let starts = sentences(text);
    let mut found = None;
    for (number, (from, to)) in starts.iter().enumerate().skip(1).rev() {
        let sentence = text.get(*from..*to)?;
        let mut acts = of_sentence(sentence, context);
        if acts.is_empty() && number + 1 == starts.len() {
            acts = commanded(text, *from, context);
        }
        if acts.is_empty() {
            // One courtesy may stand behind it.
            if number + 1 == starts.len() && sentence.split_whitespace().count() <= 4 {
                continue;
            }
            break;
        }
        found = Some((*from, acts));
    }
    found
}

/// A command as the last paragraph: "share now".
fn commanded(text: &str, from: usize, context: &Context) -> Vec<Act> {
    let (above, below) = text.split_at_checked(from).unwrap_or((text, ""));
    let apart =
        above.trim_end_matches([' ', '\t', '\r']).ends_with("\n\n") || below.starts_with("\n");
    let act = command::first_line(below, context).filter(|_| apart);
    act.into_iter().map(|(act, _)| act).collect()
}

/// Where each sentence begins and ends, in octets.
fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let spaced = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        let ends = c == '\n' || (matches!(c, '.' | '!' | '?') && spaced);
        let end = at + c.len_utf8();
        if ends
            && text
                .get(start..end)
                .is_some_and(|s| s.chars().any(char::is_alphanumeric))
        {
            found.push((start, end));
            start = end;
        }
    }
    if text
        .get(start..)
        .is_some_and(|s| s.chars().any(char::is_alphanumeric))
    {
        found.push((start, text.len()));
    }
    found
}

/// What a text says about coming lunches, by its first sentence that does.
pub(super) fn changes(text: &str, context: &Context) -> Vec<Act> {
    sentences(text)
        .into_iter()
        .filter_map(|(from, to)| text.get(from..to))
        .map(|sentence| of_sentence(sentence, context))
        .find(|acts| !acts.is_empty())
        .unwrap_or_default()
}

/// Whether one sentence of a text asks for an end and names the lunches.
pub(super) fn closes(text: &str, context: &Context) -> bool {
    changes(text, context)
        .iter()
        .any(|act| matches!(act, Act::End | Act::Stop))
}

/// Words between two that ask for an end together.
const ENDING_REACH: usize = 4;

impl Sentence<'_> {
    fn at(&self, at: usize, sense: Sense) -> Option<usize> {
        let mark = lexicon().longest(&self.words, at, &[sense], self.languages)?;
        Some(at + mark.words)
    }

    /// Whether somebody is spoken to, other than in thanks and farewells.
    fn addresses(&self) -> bool {
        let courteous = [Sense::Thanks, Sense::Closing, Sense::SignOff];
        let mut at = 0;
        while at < self.words.len() {
            if self.at(at, Sense::Addressing).is_some() {
                return true;
            }
            let courtesy = courteous
                .iter()
                .filter_map(|sense| self.at(at, *sense))
                .max();
            at = courtesy.unwrap_or(at + 1);
        }
        false
    }

    /// Whether a phrase stands near behind another, or near in front of it.
    fn near(&self, one: Sense, other: Sense) -> bool {
        (0..self.words.len()).any(|at| {
            let Some(end) = self.at(at, one) else {
                return false;
            };
            let behind = (end..=end + ENDING_REACH).any(|at| self.at(at, other).is_some());
            let from = at.saturating_sub(ENDING_REACH);
            behind || (from..at).any(|before| self.at(before, other).is_some())
        })
    }

    /// "Let's stop these lunches", "I won't do this again", "no more lunches".
    fn ends_all(&self) -> bool {
        let denied = self.holds(Sense::Negation);
        let speaks = self.addresses() || self.holds(Sense::HeOrShe);
        if speaks {
            return false;
        }
        let ending = self.near(Sense::Ending, Sense::Series) && !self.holds(Sense::NextLunch);
        let denied_again = self.near(Sense::Negation, Sense::Continuing)
            && self.near(Sense::Continuing, Sense::AnyMore);
        (ending && !denied) || denied_again || self.holds(Sense::NoMoreOfIt)
    }
}

/// "J'écris ça ce week-end": a verb of writing and a time near it, and nobody spoken to or of.
fn will_write(sentence: &Sentence<'_>) -> bool {
    let speaks = [Sense::Addressing, Sense::HeOrShe, Sense::Best, Sense::Worst];
    sentence.words.len() <= INSTEAD_WORDS_MAX
        && sentence.near(Sense::PromiseVerb, Sense::Soon)
        && !speaks.into_iter().any(|sense| sentence.holds(sense))
}

/// A sentence's words, and what is asked of them.
struct Sentence<'a> {
    words: Vec<&'a str>,
    languages: Languages,
}

impl<'a> Sentence<'a> {
    fn of(tokens: &'a [Token<'a>]) -> Self {
        let words = tokens.iter().filter(|t| t.is_word);
        Self {
            words: words.map(|t| &*t.text).collect(),
            languages: lexicon().languages_of_notes(tokens),
        }
    }

    /// Whether a figure or a month is named, as dates are.
    fn names_figures(&self) -> bool {
        self.words.iter().any(|word| {
            word.starts_with(|c: char| c.is_ascii_digit()) || lexicon().month(word).is_some()
        })
    }

    fn holds(&self, sense: Sense) -> bool {
        self.find(sense).is_some()
    }

    fn find(&self, sense: Sense) -> Option<usize> {
        (0..self.words.len()).find(|at| {
            lexicon()
                .longest(&self.words, *at, &[sense], self.languages)
                .is_some()
        })
    }
}

fn of_sentence(sentence: &str, context: &Context) -> Vec<Act> {
    let tokens = tokens(sentence);
    let read = Sentence::of(&tokens);
    if read.words.len() < 2 || read.words.len() > 40 {
        return Vec::new();
    }
    if clauses(sentence).any(ends_all) {
        return vec![Act::End];
    }
    let found = when::find(&read.words, context);
    let figures = read.names_figures();
    let dated = found.date.is_some() && !found.vague && !found.weekday && figures;
    let coming = read.holds(Sense::NextLunch) || dated;
    let lunch = coming || read.holds(Sense::LunchWord);
    if read.addresses() {
        return Vec::new();
    }
    let said = intent::read(sentence, context);
    // "Please pause us until 4 May" can be of nothing else.
    let paused = said.pause && said.until.is_some() && figures;
    if !lunch && !paused {
        return Vec::new();
    }
    let lets_out = coming && absent_then(sentence, context);
    let mut acts = coming::changes(&said, context);
    let timed = |wish: &Reschedule| wish.start.is_some() && found.time.is_some();
    let told = found.time.is_some() || found.weekday || figures || said.question;
    acts.retain(|act| match act {
        Act::Reschedule(wish) => (said.moves && told) || (timed(wish) && !lets_out),
        Act::Skip => coming || lunch && said.question || lets_out,
        _ => true,
    });
    if acts.is_empty() && lets_out && !read.holds(Sense::ItWasHeld) {
        acts.push(Act::Skip);
    }
    acts
}

/// Whether one clause says of the coming lunch or its day that somebody will not be there.
fn absent_then(sentence: &str, context: &Context) -> bool {
    clauses(sentence).any(|clause| {
        let tokens = tokens(clause);
        let read = Sentence::of(&tokens);
        let dated = read.names_figures() && when::find(&read.words, context).date.is_some();
        (dated || read.holds(Sense::NextLunch)) && read.holds(Sense::Absent)
    })
}

fn ends_all(clause: &str) -> bool {
    Sentence::of(&tokens(clause)).ends_all()
}

/// The parts of a sentence between marks, and around "so".
fn clauses(sentence: &str) -> impl Iterator<Item = &str> {
    sentence
        .split([',', ';', '(', ')', '–', '—', ':'])
        .flat_map(|clause| clause.split(" so "))
        .flat_map(|clause| clause.split(" - "))
}

/// A promise, a question, thanks, or nothing that could be filed: what stands in place of notes.
pub(super) fn instead(text: &str, said: &Intent, context: &Context) -> Option<Judged> {
    if said.words <= INSTEAD_WORDS_MAX {
        let acts = changes(text, context);
        if !acts.is_empty() {
            return Some(Judged::new(acts, "a change to the lunch"));
        }
        if said.only_thanks {
            return Some(Judged::one(Act::Other, "thanks or a greeting"));
        }
        if !said.question && promises(text) {
            return Some(Judged::one(Act::Other, "the notes are promised"));
        }
    }
    let opens = |sense, most: usize| said.words <= most && opens_with(text, sense);
    if opens(Sense::OpenQuestion, QUESTION_WORDS_MAX)
        || (said.question && said.words <= QUESTION_WORDS_MAX)
    {
        return Some(Judged::one(Act::Question, "a question"));
    }
    let thanks = said.words <= 3 && opens_anywhere(text, Sense::Thanks);
    if thanks {
        return Some(Judged::one(Act::Other, "thanks or a greeting"));
    }
    let answers = said.words <= 2 && said.verdict != Verdict::Silent;
    let plain = answers || !text.chars().any(char::is_alphanumeric);
    let doubts = said.words <= INSTEAD_WORDS_MAX && first_opens(text, Sense::NoContent);
    if plain || opens(Sense::NoContent, NO_CONTENT_WORDS_MAX) || (doubts && !addresses(text)) {
        return Some(Judged::one(Act::Unclear, "nothing that answers a prompt"));
    }
    None
}

/// Whether a text is nothing but one question to us: "Worst moment, do I have to?"
pub(super) fn asks(text: &str) -> bool {
    let one = sentences(text).len() == 1;
    let short = text.split_whitespace().count() <= QUESTION_WORDS_MAX;
    one && short && text.trim_end().ends_with('?') && clause_starts(text, &[Sense::OpenQuestion])
}

/// Whether the text is a promise, "I'll send mine tonight", with no more beside it than a reason.
fn promises(text: &str) -> bool {
    let promised = |sentence: &&str| {
        clause_starts(sentence, &[Sense::Promise]) || will_write(&Sentence::of(&tokens(sentence)))
    };
    let sentences = sentences(text);
    let read = || {
        sentences
            .iter()
            .filter_map(|(from, to)| text.get(*from..*to))
    };
    let others: usize = read()
        .filter(|sentence| !promised(sentence))
        .map(|sentence| sentence.split_whitespace().count())
        .sum();
    read().any(|sentence| promised(&sentence))
        && others <= REASON_WORDS_MAX
        && !clause_starts(text, &[Sense::Best, Sense::Worst])
}

fn clause_starts(text: &str, senses: &[Sense]) -> bool {
    text.split([',', '.', '!', '?', ';', '\n', '–', '—', ':'])
        .flat_map(|clause| clause.split(" - "))
        .any(|clause| {
            let tokens = tokens(clause);
            let words = phrase::words(&tokens);
            let joined = words.first().is_some_and(|word| {
                lexicon().is(word, Sense::Connecting) || lexicon().is(word, Sense::But)
            });
            [0, usize::from(joined)].into_iter().any(|at| {
                lexicon()
                    .longest(&words, at, senses, Languages::ALL)
                    .is_some()
            })
        })
}

/// Whether the text speaks to somebody.
pub(super) fn addresses(text: &str) -> bool {
    Sentence::of(&tokens(text)).addresses()
}

fn opens_anywhere(text: &str, sense: Sense) -> bool {
    let tokens = tokens(text);
    Sentence::of(&tokens).holds(sense)
}

fn first_opens(text: &str, sense: Sense) -> bool {
    let first = sentences(text).into_iter().next();
    first
        .and_then(|(from, to)| text.get(from..to))
        .is_some_and(|sentence| opens_with(sentence, sense))
}

/// Whether some sentence of a text opens so.
fn opens_with(text: &str, sense: Sense) -> bool {
    sentences(text)
        .into_iter()
        .filter_map(|(from, to)| text.get(from..to))
        .any(|sentence| {
            let tokens = tokens(sentence);
            let words = phrase::words(&tokens);
            lexicon()
                .longest(&words, 0, &[sense], Languages::ALL)
                .is_some()
        })
}
