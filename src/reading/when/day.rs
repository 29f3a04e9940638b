//! Days in prose: "next Tue", "the 14th", "1er mai", "3.2.", "mid February", "before Easter".
//!
//! What could be two days is none; the day named in figures alone follows the zone.

use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::when::date::{article_day, day_and_month, numeric_date, ordinal_day};
use crate::reading::when::span::{feast, month_as_a_whole, part_of_span, span};
use crate::reading::when::today;
use crate::reading::when::weekday::weekday_at;
use chrono::{Datelike, Days, NaiveDate};

/// A day that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day; of a vague one the first.
    pub date: NaiveDate,
    /// How many words name it.
    pub words: usize,
    /// A span's beginning ("in March", "next week") rather than one day.
    pub vague: bool,
    /// A weekday was named.
    pub weekday: bool,
    /// Every one of that name ("Thursdays").
    pub plural: bool,
    /// It is over ("last Friday").
    pub past: bool,
    /// Weekday and date do not go together.
    pub clash: bool,
    /// The span is a week, so that a weekday may be counted in it.
    pub week: bool,
    /// A date was named, and not a weekday alone.
    pub dated: bool,
    /// The word before the first one belongs to it ("first" Tuesday in February).
    pub led: bool,
    /// All of a span is meant, and no day in it ("all of January"): the first day behind it.
    pub behind: Option<NaiveDate>,
}

impl Day {
    pub(super) const fn exact(date: NaiveDate, words: usize) -> Self {
        Self {
            date,
            words,
            vague: false,
            weekday: false,
            plural: false,
            past: false,
            clash: false,
            week: false,
            dated: true,
            led: false,
            behind: None,
        }
    }

    const fn vague(date: NaiveDate, words: usize) -> Self {
        Self {
            vague: true,
            ..Self::exact(date, words)
        }
    }
}

pub(super) fn word_before<'a>(words: &[&'a str], at: usize) -> &'a str {
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    before.copied().unwrap_or_default()
}

/// A day beginning at a word.
pub fn day_at(words: &[&str], at: usize, context: &Context) -> Option<Day> {
    let today = today(context);
    let week_in = |used: usize| {
        let named = words.get(at..at + used).unwrap_or_default();
        named.iter().any(|word| lexicon().is(word, Sense::Week))
    };
    if let Some((date, used)) = part_of_span(words, at, today) {
        return Some(Day::vague(date, used));
    }
    if let Some(day) = beside_today(words, at, context) {
        return Some(day);
    }
    if let Some((date, used)) = feast(words, at, today) {
        return Some(Day::vague(date, used));
    }
    let dated = numeric_date(words, at, context)
        .map(|date| (date, 1))
        .or_else(|| day_and_month(words, at, today));
    if let Some((date, used)) = dated {
        return Some(in_week_named(words, at, Day::exact(date, used)));
    }
    if let Some((first, behind, used)) = month_as_a_whole(words, at, today) {
        return Some(Day {
            behind: Some(behind),
            ..Day::vague(first, used)
        });
    }
    if let Some((date, used)) = span(words, at, today) {
        // "for a week" is how long, "in a week" is when.
        let lasts = words
            .get(at)
            .is_some_and(|word| lexicon().is(word, Sense::Lasting));
        return Some(Day {
            week: week_in(used) && !lasts,
            ..Day::vague(date, used)
        });
    }
    weekday_at(words, at, context).or_else(|| {
        let (date, used) =
            ordinal_day(words, at, today).or_else(|| article_day(words, at, today))?;
        Some(in_week_named(words, at, Day::exact(date, used)))
    })
}

/// "the week of the 18th": no one day of it.
fn in_week_named(words: &[&str], at: usize, day: Day) -> Day {
    let before = |back: usize| at.checked_sub(back).and_then(|i| words.get(i));
    let week = |back: usize| before(back).is_some_and(|w| lexicon().is(w, Sense::Week));
    let of = |back: usize| before(back).is_some_and(|w| lexicon().is(w, Sense::WeekOf));
    let vague = (of(1) && week(2)) || (of(2) && week(3));
    Day {
        vague: day.vague || vague,
        ..day
    }
}

/// Today, tomorrow and the day after; with the weekday's name, where it is said along.
fn beside_today(words: &[&str], at: usize, context: &Context) -> Option<Day> {
    let today = today(context);
    let named = [
        (Sense::AfterTomorrow, 2),
        (Sense::Tomorrow, 1),
        (Sense::Today, 0),
    ];
    let (mark, ahead) = named.into_iter().find_map(|(sense, ahead)| {
        let mark = lexicon().longest(words, at, &[sense], Languages::ALL)?;
        Some((mark, ahead))
    })?;
    // "Guten Morgen", "por la mañana": no tomorrow.
    let before = word_before(words, at);
    let morning = lexicon().is(before, Sense::NoTomorrow) || lexicon().weekday(before).is_some();
    if morning && ahead == 1 && mark.words == 1 {
        return None;
    }
    let date = today.checked_add_days(Days::new(ahead))?;
    let said_along = words
        .get(at + mark.words)
        .and_then(|word| lexicon().weekday(word))
        .is_some_and(|number| number == date.weekday().number_from_monday());
    Some(Day {
        weekday: said_along,
        ..Day::exact(date, mark.words + usize::from(said_along))
    })
}

/// The Monday of a day's week.
pub fn monday_of(date: NaiveDate) -> Option<NaiveDate> {
    date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
}
