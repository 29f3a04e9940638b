//! Dates: "14 January", "the 14th", "3.2.", "le 21". Figures alone follow the zone.

use super::day::word_before;
use super::today;
use crate::reading::Context;
use crate::reading::language::{Sense, lexicon};
use chrono::{Datelike, Months, NaiveDate};

/// "am 21.", "le 21", "el 28", "the 21": a plain figure behind an article.
pub(super) fn article_day(
    words: &[&str],
    at: usize,
    today: NaiveDate,
) -> Option<(NaiveDate, usize)> {
    let word = words.get(at)?;
    let day: u32 = word.parse().ok().filter(|day| (1..=31).contains(day))?;
    let next = words.get(at + 1).copied().unwrap_or_default();
    // "fangen wir am 21. an": no French year.
    let unit = lexicon().is_unit_of_time(next) || lexicon().is(next, Sense::Year);
    let counted = next != "an" && unit
        || [Sense::ClockUnit, Sense::HalfDay, Sense::NoDayBehind]
            .iter()
            .any(|sense| lexicon().is(next, *sense));
    let small = next.is_empty()
        || lexicon().is_small(next)
        || lexicon().is(next, Sense::At)
        || lexicon().is(next, Sense::Suits)
        || next.starts_with(|c: char| c.is_ascii_digit());
    let names = match word_before(words, at) {
        before if lexicon().is(before, Sense::DateArticle) => true,
        before if lexicon().is(before, Sense::LooseDateArticle) => day >= PLAIN_DAY_MIN,
        before if lexicon().is(before, Sense::WeakDateArticle) => day >= PLAIN_DAY_MIN && small,
        _ => false,
    };
    if !names || counted {
        return None;
    }
    Some((next_day_of_month(day, today)?, 1))
}

/// The next day with that number, today included.
fn next_day_of_month(day: u32, today: NaiveDate) -> Option<NaiveDate> {
    let this = NaiveDate::from_ymd_opt(today.year(), today.month(), day);
    this.filter(|date| *date >= today).or_else(|| {
        let next = today.with_day(1)?.checked_add_months(Months::new(1))?;
        next.with_day(day)
    })
}

/// `2027-01-14`, `14.01.2027`, `14.1.`, `14/01/2027`.
pub(super) fn numeric_date(words: &[&str], at: usize, context: &Context) -> Option<NaiveDate> {
    let word = *words.get(at)?;
    let today = today(context);
    let before = at.checked_sub(1).and_then(|p| words.get(p)).copied();
    let on = before.is_some_and(|w| {
        let wants = [Sense::On, Sense::Until, Sense::From, Sense::Back];
        // "Di." is a Tuesday before a date only; in Italian it is "of".
        wants.iter().any(|sense| lexicon().is(w, *sense))
            || lexicon().weekday(w).is_some()
            || w == "di"
    });
    let mark = ['-', '.', '/'].into_iter().find(|m| word.contains(*m))?;
    let parts: Vec<u32> = word
        .split(mark)
        .filter(|p| !p.is_empty())
        .map(|p| p.parse().ok())
        .collect::<Option<_>>()?;
    match (parts.as_slice(), mark) {
        ([year, month, day], '-') if *year > 999 => {
            NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, *month, *day)
        }
        ([first, second, year], _) if *year > 31 || *first > 12 || mark == '.' => {
            let year = if *year < 100 { year + 2000 } else { *year };
            let year = i32::try_from(year).ok()?;
            match mark {
                // Day and month change places across an ocean: both ways or none.
                '/' if *first <= 12 && *second <= 12 && first != second => {
                    match order(words, context)? {
                        Order::DayFirst => NaiveDate::from_ymd_opt(year, *second, *first),
                        Order::MonthFirst => NaiveDate::from_ymd_opt(year, *first, *second),
                    }
                }
                '/' if *second > 12 => NaiveDate::from_ymd_opt(year, *first, *second),
                _ => NaiveDate::from_ymd_opt(year, *second, *first),
            }
        }
        ([day, month], '.')
            if word.matches('.').count() == 2
                || *day > 23
                || on
                || (*day > 12 && word.len() == 4) =>
        {
            coming(*month, *day, today)
        }
        ([day, month], '-') if on => coming(*month, *day, today),
        ([first, second], '/') if *first > 12 => coming(*second, *first, today),
        ([first, second], '/') if *second > 12 => coming(*first, *second, today),
        ([first, second], '/') => match order(words, context)? {
            Order::DayFirst => coming(*second, *first, today),
            Order::MonthFirst => coming(*first, *second, today),
        },
        _ => None,
    }
}

/// Which of two figures is the day.
enum Order {
    DayFirst,
    MonthFirst,
}

/// Day and month change places across an ocean: the zone tells, or else another language than
/// English; without either there is no telling.
fn order(_words: &[&str], context: &Context) -> Option<Order> {
    const MONTH_FIRST: &[&str] = &[
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Los_Angeles",
        "America/Phoenix",
        "America/Detroit",
        "America/Anchorage",
        "America/Boise",
        "Pacific/Honolulu",
    ];
    let name = context.zone.name();
    if MONTH_FIRST.contains(&name) || name.starts_with("US/") || name.starts_with("America/Indiana")
    {
        return Some(Order::MonthFirst);
    }
    name.starts_with("Europe/").then_some(Order::DayFirst)
}

/// The day of that month that is next, today included.
pub(super) fn coming(month: u32, day: u32, today: NaiveDate) -> Option<NaiveDate> {
    let this_year = NaiveDate::from_ymd_opt(today.year(), month, day);
    match this_year {
        Some(date) if date >= today => Some(date),
        _ => NaiveDate::from_ymd_opt(today.year() + 1, month, day),
    }
}

/// `14 January`, `1st of May`, `May 1`, `3 de marzo`, each perhaps with a year behind.
pub fn day_and_month(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let number = |i: usize| {
        words
            .get(i)
            .and_then(|w| ordinal(w).or_else(|| lexicon().ordinal(w)))
            .filter(|n| (1..=31).contains(n))
    };
    let month = |i: usize| words.get(i).and_then(|w| lexicon().month(w));
    let joins = |i: usize| {
        words
            .get(i)
            .is_some_and(|w| lexicon().is(w, Sense::OfMonth))
    };
    let (day, month, used) = if let Some(day) = number(at) {
        let skip = usize::from(joins(at + 1));
        (day, month(at + 1 + skip)?, 2 + skip)
    } else {
        let month = month(at)?;
        let skip = usize::from(words.get(at + 1).is_some_and(|w| *w == "the"));
        (number(at + 1 + skip)?, month, 2 + skip)
    };
    let of_year = usize::from(joins(at + used));
    let year = words
        .get(at + used + of_year)
        .and_then(|w| w.parse::<i32>().ok())
        .filter(|year| (2000..2200).contains(year));
    match year {
        Some(year) => Some((
            NaiveDate::from_ymd_opt(year, month, day)?,
            used + of_year + 1,
        )),
        None => Some((coming(month, day, today)?, used)),
    }
}

/// A number as the day of a month: digits, perhaps with an ending; no spelled-out words.
pub(super) fn ordinal(word: &str) -> Option<u32> {
    word.starts_with(|c: char| c.is_ascii_digit())
        .then(|| lexicon().number(word))
        .flatten()
}

/// `the 14th`, `le 1er`, `de 21e`: the next one.
pub(super) fn ordinal_day(
    words: &[&str],
    at: usize,
    today: NaiveDate,
) -> Option<(NaiveDate, usize)> {
    let word = words.get(at)?;
    let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    let before = word_before(words, at);
    let dated = lexicon().is(before, Sense::On)
        || lexicon().weekday(before).is_some()
        || matches!(before, "le" | "de" | "den");
    let marked = ends(&["st", "nd", "rd", "th"]) || (dated && ends(&["er", "e", "de", "ste"]));
    let day = ordinal(word).filter(|n| (1..=31).contains(n))?;
    if !marked {
        return None;
    }
    Some((next_day_of_month(day, today)?, 1))
}

/// Smallest day that "le 4", "the 4" names: smaller figures are more often points of a list.
const PLAIN_DAY_MIN: u32 = 4;
