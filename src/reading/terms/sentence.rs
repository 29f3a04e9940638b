//! Sentences and their clauses, as far as terms need them.
//!
//! A clause ends at a comma, at "and", "because", "so", and before an opener of a wish ("can we"),
//! since people on telephones write no commas.

use crate::reading::language::{Languages, Mark, Sense, lexicon};
use crate::reading::phrase::Token;
use std::ops::Range;

/// Most words of a text that are looked at for terms.
const WORDS_MAX: usize = 1_500;

/// What clauses are judged by.
const SENSES: &[Sense] = &[
    Sense::Proposal,
    Sense::Suits,
    Sense::Busy,
    Sense::Away,
    Sense::SeeYou,
    Sense::FirmYes,
    Sense::Yes,
    Sense::Fine,
    Sense::No,
    Sense::Reluctant,
    Sense::Neutral,
    Sense::Negator,
    Sense::NegatorBehind,
    Sense::OutBehind,
    Sense::OutBefore,
    Sense::TooMuch,
    Sense::Thanks,
    Sense::Greeting,
    Sense::Politeness,
    Sense::Please,
    Sense::Filler,
    Sense::Instead,
    Sense::Move,
    Sense::Reason,
    Sense::Link,
    Sense::But,
    Sense::Otherwise,
    Sense::Skip,
    Sense::Met,
    Sense::NotMet,
    Sense::SameTime,
    Sense::SameDay,
    Sense::Plain,
];

/// A sentence.
pub struct Sentence<'a> {
    /// Its words.
    pub words: Vec<&'a str>,
    /// The same with their places.
    pub tokens: Vec<&'a Token<'a>>,
    /// Whether a comma, a dash, a colon or a bracket stands before the word.
    pub breaks: Vec<bool>,
    /// The mark is a colon.
    pub colons: Vec<bool>,
    /// It ends in a question mark.
    pub question: bool,
    /// Its clauses, in order.
    pub clauses: Vec<Clause>,
    /// Where it says that somebody is not there.
    pub gone: Vec<Mark>,
}

/// A clause.
pub struct Clause {
    /// Which words.
    pub range: Range<usize>,
    /// What is understood in it; places are counted in the sentence.
    pub marks: Vec<Mark>,
}

impl Clause {
    /// Whether a phrase of one of the senses stands in it.
    pub fn says(&self, senses: &[Sense]) -> bool {
        self.marks.iter().any(|mark| senses.contains(&mark.sense))
    }

    /// The first phrase of one of the senses.
    pub fn first(&self, senses: &[Sense]) -> Option<&Mark> {
        self.marks.iter().find(|mark| senses.contains(&mark.sense))
    }
}

impl Sentence<'_> {
    /// The clause that a word stands in.
    pub fn clause_of(&self, at: usize) -> Option<(usize, &Clause)> {
        let mut clauses = self.clauses.iter().enumerate();
        clauses.find(|(_, clause)| clause.range.contains(&at))
    }

    /// Whether a day or a time is asked for in it: by a question, a proposal, or because there is
    /// hardly a word besides.
    pub fn wishes(&self) -> bool {
        let wish = [Sense::Proposal, Sense::Move, Sense::Instead];
        self.question || self.words.len() <= 3 || self.clauses.iter().any(|c| c.says(&wish))
    }

    /// The word at a place; empty where none is.
    pub fn word(&self, at: usize) -> &str {
        self.words.get(at).copied().unwrap_or_default()
    }

    /// The word before a place; empty where none is.
    pub fn word_before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |before| self.word(before))
    }
}

/// Cuts a text into sentences.
pub fn cut<'a>(tokens: &'a [Token<'a>], languages: Languages) -> Vec<Sentence<'a>> {
    let mut found = Vec::new();
    let mut current = Open::default();
    let mut words = 0;
    for (number, token) in tokens.iter().enumerate() {
        if token.is_word {
            words += 1;
            if words > WORDS_MAX {
                break;
            }
            current.push(token);
            continue;
        }
        match &*token.text {
            "." if joins(tokens, number) => {}
            "." | "!" | "?" | "\n" | "…" | ";" | "。" | "！" | "？" => {
                let question = matches!(&*token.text, "?" | "？");
                if let Some(sentence) = current.close(question, languages) {
                    found.push(sentence);
                }
            }
            "-" if current.ends_at(token.start) => {}
            "," | "-" | "–" | "—" | "(" | ")" | "，" | "/" | "+" | "&" => {
                current.breaks = true
            }
            ":" | "：" => (current.breaks, current.colon) = (true, true),
            _ => {}
        }
    }
    found.extend(current.close(false, languages));
    found
}

/// A sentence that is not at its end.
#[derive(Default)]
struct Open<'a> {
    tokens: Vec<&'a Token<'a>>,
    before: Vec<bool>,
    colons: Vec<bool>,
    breaks: bool,
    colon: bool,
}

impl<'a> Open<'a> {
    fn push(&mut self, token: &'a Token<'a>) {
        self.tokens.push(token);
        self.before.push(std::mem::take(&mut self.breaks));
        self.colons.push(std::mem::take(&mut self.colon));
    }

    /// A hyphen inside a compound parts nothing.
    fn ends_at(&self, start: usize) -> bool {
        self.tokens.last().is_some_and(|last| last.end == start)
    }

    fn close(&mut self, question: bool, languages: Languages) -> Option<Sentence<'a>> {
        let open = std::mem::take(self);
        if open.tokens.is_empty() {
            return None;
        }
        let words: Vec<&str> = open.tokens.iter().map(|t| &*t.text).collect();
        let clauses = clauses(&words, &open.before, languages);
        let mut gone = lexicon().marks(&words, &[Sense::Gone, Sense::NotGone], languages);
        gone.retain(|mark| mark.sense == Sense::Gone);
        Some(Sentence {
            gone,
            words,
            tokens: open.tokens,
            breaks: open.before,
            colons: open.colons,
            question,
            clauses,
        })
    }
}

/// Whether a full stop ends no sentence: "3. Februar", "am 21. um 12", "Feb. 3", "1 p.m.".
fn joins(tokens: &[Token<'_>], at: usize) -> bool {
    let word = |i: Option<usize>| i.and_then(|i| tokens.get(i)).filter(|t| t.is_word);
    let Some(before) = word(at.checked_sub(1)) else {
        return false;
    };
    fn figure(token: &Token<'_>) -> bool {
        token.text.starts_with(|c: char| c.is_ascii_digit())
    }
    // "Freitag, 22.01., 12 Uhr": the stop belongs to the date.
    let dated_figure = before.text.matches('.').count() == 1 && figure(before);
    let comma = tokens.get(at + 1).is_some_and(|t| &*t.text == ",");
    if dated_figure && comma {
        return true;
    }
    // "Di., 19.01., 12:15 h", "Tue., 19 Jan."
    let written = before.end - before.start;
    let weekday = written == 2 || written <= 4 && lexicon().weekday(&before.text).is_some();
    let dated = word(Some(at + 2)).is_some_and(figure);
    if comma && weekday && dated {
        return true;
    }
    let Some(behind) = word(Some(at + 1)) else {
        return false;
    };
    let dated =
        |t: &Token<'_>| lexicon().month(&t.text).is_some() || lexicon().weekday(&t.text).is_some();
    let close = before.end + 1 == behind.start && before.text.len() == 1;
    let small = [Sense::At, Sense::On, Sense::Suits, Sense::Plain];
    let small_letter = lexicon().is_small(&behind.text)
        || small.iter().any(|sense| lexicon().is(&behind.text, *sense))
        || figure(behind);
    let article = at
        .checked_sub(2)
        .and_then(|i| tokens.get(i))
        .is_some_and(|t| lexicon().is(&t.text, Sense::FigureArticle));
    (figure(before) && lexicon().month(&behind.text).is_some())
        || (dated(before) && before.text.len() <= 4 && figure(behind))
        || (close && !figure(before))
        || (figure(before) && before.text.len() <= 2 && article)
        || (dated_figure && small_letter)
}

/// "I'm in" is a yes, "I'm in Leeds" is none.
fn is_stay(words: &[&str], mark: &Mark) -> bool {
    let end = mark.at + mark.words;
    let last = end.checked_sub(1).and_then(|last| words.get(last));
    let yes = matches!(mark.sense, Sense::Yes | Sense::FirmYes);
    let first = words.get(mark.at).copied().unwrap_or_default();
    yes && mark.words <= 3
        && last == Some(&"in")
        && matches!(first, "i" | "im" | "were" | "we" | "am")
        && words.get(end).is_some_and(|next| {
            let frees = [
                Sense::Suits,
                Sense::Plain,
                Sense::This,
                Sense::Link,
                Sense::On,
            ];
            let dated = lexicon().may_begin_date(next)
                || frees.iter().any(|sense| lexicon().is(next, *sense));
            let article = lexicon().is(next, Sense::PlaceArticle);
            (article || !lexicon().is_small(next)) && !dated
        })
}

/// Cuts a sentence into clauses.
fn clauses(words: &[&str], breaks: &[bool], languages: Languages) -> Vec<Clause> {
    let mut starts = vec![0];
    let commas = (1..words.len()).filter(|at| breaks.get(*at) == Some(&true));
    let mut from = 0;
    for to in commas.chain([words.len()]) {
        let part = words.get(from..to).unwrap_or_default();
        let mut last_opener = None;
        for mark in lexicon().marks(part, SENSES, languages) {
            let parts = matches!(
                mark.sense,
                Sense::Link | Sense::Reason | Sense::But | Sense::Otherwise
            );
            // "can we do Friday": a wish begins its own clause, unless one has just begun.
            let opens = mark.sense == Sense::Proposal;
            let near = last_opener.is_some_and(|last| mark.at <= last + 2)
                || mark.at + mark.words == part.len();
            if mark.at > 0 && (parts || (opens && !near && mark.at > 2)) {
                starts.push(from + mark.at);
            }
            if opens || parts {
                last_opener = Some(mark.at);
            }
        }
        if to < words.len() {
            starts.push(to);
        }
        from = to;
    }
    starts.push(words.len());
    starts
        .windows(2)
        .filter_map(|pair| {
            let (from, to) = (*pair.first()?, *pair.get(1)?);
            let inside = words.get(from..to)?;
            let marks = lexicon().marks(inside, SENSES, languages);
            let marks = marks
                .into_iter()
                .map(|mark| Mark {
                    at: mark.at + from,
                    sense: if is_stay(inside, &mark) {
                        Sense::Busy
                    } else {
                        mark.sense
                    },
                    ..mark
                })
                .collect();
            Some(Clause {
                range: from..to,
                marks,
            })
        })
        .collect()
}
