//! The days, times and shifts that a sentence names, a day joined with the time beside it.

use super::moment::{FIRST_DAY, Moment, leads};
use super::sentence::Sentence;
use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::when::clock::time_in;
use crate::reading::when::day::{Day, day_at};
use crate::reading::when::shift::shift_at;
use chrono::Datelike;

/// Most days and times of one sentence that are looked at: nobody means more than these.
const MOMENTS_MAX: usize = 48;

/// The days, times and shifts of a sentence, one by one.
pub(super) fn named(
    sentence: &Sentence<'_>,
    number: usize,
    languages: Languages,
    context: &Context<'_>,
) -> Vec<Moment> {
    let words = &sentence.words;
    let moves = sentence
        .clauses
        .iter()
        .any(|clause| clause.says(&[Sense::Proposal, Sense::Move]));
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() && found.len() < MOMENTS_MAX {
        let moment = |words: usize| Moment::new(number, at, words.max(1));
        let same = [Sense::SameTime, Sense::SameDay];
        let mut one = if let Some((minutes, from, used)) = shift_at(words, at, moves) {
            let mut one = moment(from + used - at);
            one.shift = Some(minutes);
            one
        } else if let Some(mark) = lexicon().longest(words, at, &same, Languages::ALL) {
            let mut one = moment(mark.words);
            let named = words.get(at..at + mark.words).unwrap_or_default();
            let day = |w: &&str| lexicon().is(w, Sense::Day);
            one.same_time = mark.sense == Sense::SameTime && !named.iter().all(day);
            one.same_day = mark.sense == Sense::SameDay;
            one
        } else if !lexicon().may_begin_date(words.get(at).copied().unwrap_or_default())
            || (matches!(
                words.get(at),
                Some(&("by" | "um" | "de" | "di" | "met" | "con"))
            ) && shift_at(words, at + 1, moves).is_some())
        {
            // "by one week": the shift begins behind it.
            at += 1;
            continue;
        } else if let Some(day) = whole_day(sentence, at, context) {
            let mut one = moment(day.words);
            one.from -= usize::from(day.led);
            // "Friday's board": the name's own s.
            let owner = sentence
                .tokens
                .get(at)
                .is_some_and(|t| t.end - t.start > t.text.len());
            let day = Day {
                plural: day.plural && !owner,
                ..day
            };
            if day.vague {
                one.span = Some(day);
            } else {
                one.day = Some(day);
            }
            one
        } else if let Some((time, used)) = time_in(before_month(sentence, at), at, languages) {
            let mut one = moment(used);
            one.time = Some(time);
            one
        } else {
            at += 1;
            continue;
        };
        at = one.to;
        // Nothing of it may lie behind a comma that begins a new thought.
        one.to = one.to.min(words.len());
        found.push(one);
    }
    found
}

/// The words up to a month behind a comma: "at 1, April onwards" tells an hour.
fn before_month<'a>(sentence: &'a Sentence<'_>, at: usize) -> &'a [&'a str] {
    let next = at + 1;
    let parted = sentence.breaks.get(next) == Some(&true);
    let month = parted && lexicon().month(sentence.word(next)).is_some();
    let end = if month { next } else { sentence.words.len() };
    sentence.words.get(..end).unwrap_or_default()
}

/// The day at a word; "not this Thursday, the 21st" names two.
fn whole_day(sentence: &Sentence<'_>, at: usize, context: &Context<'_>) -> Option<Day> {
    let words = &sentence.words;
    let day = day_at(words, at, context)?;
    let broken = (at + 1..at + day.words).find(|i| sentence.breaks.get(*i) == Some(&true));
    let Some(broken) = broken else {
        return Some(day);
    };
    // "at 1, April onwards": no first of April.
    let hour = lexicon().is(sentence.word_before(at), Sense::At) && !day.weekday;
    if hour && lexicon().month(sentence.word(broken)).is_some() {
        return None;
    }
    if leads(sentence, at, &[Sense::OutBehind, Sense::Negator]).is_some() {
        return day_at(words.get(..broken)?, at, context);
    }
    Some(day)
}

/// Joins a day with the time beside it: "Friday, 12:30", "13 Uhr am Donnerstag".
pub(super) fn join(sentence: &Sentence<'_>, named: Vec<Moment>) -> Vec<Moment> {
    let mut joined: Vec<Moment> = Vec::with_capacity(named.len());
    for next in named {
        // "the 28th (Thursday, 12.30)": the weekday is only said along.
        if let Some(last) = joined.last_mut()
            && last.to == next.from
            && let (Some(known), Some(day)) = (last.day, next.day)
            && known.date.weekday() == day.date.weekday()
            && day.words == 1
            && day.weekday
            && !known.weekday
        {
            last.to = next.to;
            last.day = Some(Day {
                weekday: true,
                ..known
            });
            continue;
        }
        if let Some(last) = joined.last_mut()
            && last.takes(&next)
            && !begins_then(sentence, last, &next)
            && is_glue(sentence, last.to, next.from)
            && !is_apart(sentence, last, &next)
        {
            last.take(next);
            continue;
        }
        joined.push(next);
    }
    joined
}

/// "rather than Thursday, 12:30?", "1pm rather than 12:30 on Thursday": what is ruled out ends at
/// the comma, and before a day.
fn is_apart(sentence: &Sentence<'_>, last: &Moment, next: &Moment) -> bool {
    let parted = sentence.breaks.get(next.from) == Some(&true);
    let day_behind = last.day.is_none() && next.day.is_some() && next.from > last.to;
    (parted || day_behind) && leads(sentence, last.from, &[Sense::OutBehind]).is_some()
}

/// "Fridays from March": when the Fridays begin is said by itself.
fn begins_then(sentence: &Sentence<'_>, last: &Moment, next: &Moment) -> bool {
    let spans = |m: &Moment| m.span.is_some_and(|span| !span.week);
    let behind = &[Sense::FromBehind];
    let onwards = || lexicon().longest(&sentence.words, next.to, behind, Languages::ALL);
    spans(next) && onwards().is_some()
        || spans(next) && leads(sentence, next.from, FIRST_DAY).is_some()
        || spans(last) && leads(sentence, last.from, FIRST_DAY).is_some() && next.day.is_some()
}

/// Whether only small words that join day and time stand between two places.
fn is_glue(sentence: &Sentence<'_>, from: usize, to: usize) -> bool {
    to.saturating_sub(from) <= 3
        && (from..to).all(|at| {
            let word = sentence.word(at);
            lexicon().is(word, Sense::At)
                || lexicon().is(word, Sense::On)
                || lexicon().is(word, Sense::From)
                || lexicon().is(word, Sense::DayToTime)
        })
}
