//! How often, whether only once, and whether without notes.
//!
//! A rhythm that its clause refuses ("every two weeks is a bit rich") is none; of those that are
//! left the last one holds.

use super::sentence::{Clause, Sentence};
use crate::lunch::act::AcceptTerms;
use crate::reading::language::{Languages, Mark, Sense, lexicon};

/// Words between a refusal and the notes that it refuses.
const REFUSAL_REACH: usize = 6;

/// Finds them.
pub fn find(sentences: &[Sentence<'_>], languages: Languages) -> AcceptTerms {
    AcceptTerms {
        rhythm_weeks: rhythm_weeks(sentences, languages),
        once: clauses(sentences).any(|(sentence, clause)| {
            let words = sentence.words.get(clause.range.clone());
            words.is_some_and(|words| once(words, languages))
        }) || sentences
            .iter()
            .any(|sentence| once_across(sentence, languages)),
        no_notes: no_notes(sentences, languages),
        ..AcceptTerms::default()
    }
}

fn clauses<'a>(
    sentences: &'a [Sentence<'a>],
) -> impl Iterator<Item = (&'a Sentence<'a>, &'a Clause)> {
    sentences.iter().flat_map(|sentence| {
        sentence
            .clauses
            .iter()
            .map(move |clause| (sentence, clause))
    })
}

/// A rhythm that was named.
struct Rhythm {
    weeks: u32,
    /// Without "weeks": "every four I can do".
    short: bool,
    refused: bool,
}

fn rhythm_weeks(sentences: &[Sentence<'_>], languages: Languages) -> Option<u32> {
    let mut named = Vec::new();
    for (sentence, clause) in clauses(sentences) {
        let mut at = clause.range.start;
        while at < clause.range.end {
            match rhythm_at(sentence, clause, at, languages) {
                Some((rhythm, words)) => {
                    named.push(rhythm);
                    at += words.max(1);
                }
                None => at += 1,
            }
        }
    }
    let spoken_of = named.len() > 1
        || sentences
            .iter()
            .flat_map(|sentence| &sentence.words)
            .any(|word| lexicon().is(word, Sense::Week));
    let wished = |rhythm: &&Rhythm| !rhythm.refused && (!rhythm.short || spoken_of);
    named.iter().rfind(wished).map(|rhythm| rhythm.weeks)
}

fn rhythm_at(
    sentence: &Sentence<'_>,
    clause: &Clause,
    at: usize,
    languages: Languages,
) -> Option<(Rhythm, usize)> {
    let senses = [
        Sense::Monthly,
        Sense::Weekly,
        Sense::Fortnightly,
        Sense::Every,
    ];
    let words = sentence.words.get(..clause.range.end)?;
    if let Some(weeks) = compound(words.get(at)?) {
        let mark = Mark {
            sense: Sense::Weekly,
            at,
            words: 1,
            value: 0,
        };
        let rhythm = Rhythm {
            weeks,
            short: false,
            refused: refused(words, clause, &mark, at + 1, languages)
                && !clause.says(&[Sense::Busy]),
        };
        return Some((rhythm, 1));
    }
    if let Some(weeks) = apart(words, at, languages) {
        let mark = Mark {
            sense: Sense::Every,
            at,
            words: 3,
            value: 0,
        };
        let rhythm = Rhythm {
            weeks,
            short: false,
            refused: refused(words, clause, &mark, at + 3, languages),
        };
        return Some((rhythm, 3));
    }
    let mark = lexicon().longest(words, at, &senses, languages)?;
    let end = at + mark.words;
    let (weeks, used, short) = match mark.sense {
        Sense::Monthly => (4, 0, false),
        // "3 wöchentlich"
        Sense::Weekly => {
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            let article = |w: &str| lexicon().is_small(w) || lexicon().is(w, Sense::PlaceArticle);
            let count = before
                .filter(|w| !article(w))
                .and_then(|w| lexicon().number(w));
            (count.filter(|n| (1..27).contains(n)).unwrap_or(1), 0, false)
        }
        Sense::Fortnightly => (2, 0, false),
        _ => every(words, end, languages)?,
    };
    let end = end + used;
    // "the monthly mail" is no rhythm of lunches.
    let of_another = words
        .get(end)
        .is_some_and(|w| lexicon().is(w, Sense::OtherThing));
    let rhythm = Rhythm {
        weeks,
        short,
        refused: of_another || refused(words, clause, &mark, end, languages),
    };
    Some((rhythm, end - at))
}

/// "dreiwöchentlich", "im Vierwochentakt", "driewekelijks".
fn compound(word: &str) -> Option<u32> {
    let count = lexicon().before_ending(word, Sense::RhythmEnding)?;
    lexicon().number(count).filter(|n| (2..27).contains(n))
}

/// "three weeks apart".
fn apart(words: &[&str], at: usize, languages: Languages) -> Option<u32> {
    let count = lexicon().number(words.get(at)?)?;
    let unit = |sense| words.get(at + 1).is_some_and(|w| lexicon().is(w, sense));
    let weeks = if unit(Sense::Week) {
        count
    } else if unit(Sense::MonthUnit) {
        count * 4
    } else {
        return None;
    };
    lexicon().longest(words, at + 2, &[Sense::Apart], languages)?;
    Some(weeks).filter(|weeks| (1..=26).contains(weeks))
}

/// "three weeks", "other week", "fourth Thursday", "month", and with `true` "four" alone.
fn every(words: &[&str], at: usize, languages: Languages) -> Option<(u32, usize, bool)> {
    let unit = |i: usize| {
        let word = words.get(i)?;
        let weeks = [
            (Sense::Week, 1),
            (Sense::MonthUnit, 4),
            (Sense::Quarter, 12),
        ];
        let known = weeks.into_iter().find(|(s, _)| lexicon().is(word, *s));
        let fortnight = *word == "fortnight";
        known.map(|(_, weeks)| if fortnight { 2 } else { weeks })
    };
    if let Some(weeks) = unit(at) {
        return Some((weeks, 1, false));
    }
    let word = *words.get(at)?;
    let ordinal = lexicon().longest(words, at, &[Sense::EveryOther], languages);
    let count = if ordinal.is_some() {
        2
    } else {
        lexicon().number(word).or_else(|| lexicon().ordinal(word))?
    };
    let count = Some(count).filter(|n| (1..=26).contains(n))?;
    if let Some(weeks) = unit(at + 1) {
        return Some((count * weeks, 2, false)).filter(|(weeks, ..)| *weeks <= 52);
    }
    let weekday = words
        .get(at + 1)
        .is_some_and(|w| lexicon().weekday(w).is_some());
    if weekday && (ordinal.is_some() || lexicon().ordinal(word).is_some()) {
        return Some((count, 2, false));
    }
    let next = words.get(at + 1).copied().unwrap_or_default();
    let ends = next.is_empty() || lexicon().is_small(next) || lexicon().is(next, Sense::Suits);
    (ordinal.is_none() && count > 1 && ends).then_some((count, 1, true))
}

/// Whether its clause speaks against what stands in it.
fn refused(words: &[&str], clause: &Clause, mark: &Mark, end: usize, languages: Languages) -> bool {
    let against = [
        Sense::TooMuch,
        Sense::OutBefore,
        Sense::Negator,
        Sense::NegatorBehind,
        Sense::No,
        Sense::Reluctant,
        Sense::Away,
        Sense::Skip,
    ];
    let rhythms = [
        Sense::Monthly,
        Sense::Weekly,
        Sense::Fortnightly,
        Sense::Every,
    ];
    // "monthly not fortnightly": the negator is the other's.
    let of_another = |m: &Mark| {
        let next = m.at + m.words;
        m.at >= end
            && m.sense == Sense::Negator
            && lexicon()
                .longest(words, next, &rhythms, languages)
                .is_some()
    };
    let outside = |m: &&Mark| (m.at < mark.at || m.at >= end) && !of_another(m);
    if clause
        .marks
        .iter()
        .filter(outside)
        .any(|m| against.contains(&m.sense))
    {
        return true;
    }
    let instead = |m: &Mark| m.sense == Sense::OutBehind && m.at < mark.at;
    let busy = |m: &Mark| m.sense == Sense::Busy && m.at < mark.at;
    let freed = |m: &Mark| {
        matches!(
            m.sense,
            Sense::Proposal | Sense::Suits | Sense::Yes | Sense::FirmYes | Sense::Fine
        )
    };
    clause.marks.iter().any(instead)
        || (clause.marks.iter().any(busy) && !clause.marks.iter().any(freed))
}

/// "just once", "one lunch, then we see".
fn once(words: &[&str], languages: Languages) -> bool {
    let found = lexicon().marks(words, &[Sense::Once], languages);
    if found.is_empty() {
        return false;
    }
    let against = [
        Sense::Monthly,
        Sense::Weekly,
        Sense::Fortnightly,
        Sense::Every,
        Sense::NotOnce,
        Sense::NegatorBehind,
        Sense::Skip,
    ];
    if !lexicon().marks(words, &against, languages).is_empty() {
        return false;
    }
    let before = [Sense::Negator, Sense::OutBehind];
    let before = lexicon().marks(words, &before, languages);
    found
        .iter()
        .any(|once| before.iter().all(|m| m.at >= once.at))
}

/// "una y ya": where a clause ends inside the phrase, all clauses that it reaches into are asked.
fn once_across(sentence: &Sentence<'_>, languages: Languages) -> bool {
    let found = lexicon().marks(&sentence.words, &[Sense::Once], languages);
    found.iter().any(|mark| {
        let last = (mark.at + mark.words).saturating_sub(1);
        let (Some((first, from)), Some((number, to))) =
            (sentence.clause_of(mark.at), sentence.clause_of(last))
        else {
            return false;
        };
        let words = sentence.words.get(from.range.start..to.range.end);
        first < number && words.is_some_and(|words| once(words, languages))
    })
}

/// "no notes", "nothing in writing", "Notes: no".
fn no_notes(sentences: &[Sentence<'_>], languages: Languages) -> bool {
    let mut label = false;
    let mut spoken = false;
    let mut refused = false;
    for (sentence, clause) in clauses(sentences) {
        let Some(words) = sentence.words.get(clause.range.clone()) else {
            continue;
        };
        if lexicon()
            .marks(words, &[Sense::NoNotes, Sense::NotNoNotes], languages)
            .iter()
            .any(|mark| mark.sense == Sense::NoNotes)
        {
            return true;
        }
        let senses = [
            Sense::NoteWord,
            Sense::NoteVerb,
            Sense::NoteGone,
            Sense::Negator,
            Sense::NegatorBehind,
            Sense::No,
            Sense::NotNoNotes,
        ];
        let marks = lexicon().marks(words, &senses, languages);
        let refuses = |m: &Mark| {
            matches!(
                m.sense,
                Sense::NoteGone | Sense::Negator | Sense::NegatorBehind | Sense::No
            )
        };
        let speaks = |m: &Mark| matches!(m.sense, Sense::NoteWord | Sense::NoteVerb);
        let near = marks.iter().filter(|m| refuses(m)).any(|no| {
            marks.iter().filter(|m| speaks(m)).any(|notes| {
                let gap = if no.at < notes.at {
                    notes.at - (no.at + no.words).min(notes.at)
                } else {
                    no.at - (notes.at + notes.words).min(no.at)
                };
                let behind = no.at > notes.at;
                gap <= REFUSAL_REACH && (!behind || gap <= 2)
            })
        });
        // "ich will nicht, dass irgendwas notiert wird"
        let that = matches!(words.first(), Some(&("dass" | "that" | "que" | "dat")));
        if near || (refused && that && marks.iter().any(|m| m.sense == Sense::NoteVerb)) {
            return true;
        }
        refused = marks.iter().any(refuses);
        // "Notes: no."
        let polite = |w: &&&str| lexicon().is(w, Sense::Please);
        let courteous = words.iter().take_while(polite).count();
        let refusal_first = marks
            .first()
            .is_some_and(|m| refuses(m) && m.at <= courteous);
        if label && refusal_first && words.len() <= 3 {
            return true;
        }
        // "laat de notities maar weg"
        let after_but = words.first().is_some_and(|w| lexicon().is(w, Sense::But));
        if spoken && after_but && marks.first().is_some_and(|m| refuses(m) && m.at <= 1) {
            return true;
        }
        let noted = |m: &Mark| m.sense == Sense::NoteWord;
        spoken = marks
            .last()
            .is_some_and(|m| noted(m) && m.at + m.words == words.len());
        label = words.len() <= 3 && marks.iter().any(speaks);
    }
    false
}
