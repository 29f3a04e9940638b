//! Days in prose: "next Tue", "the 14th", "1er mai", "3.2.", "mid February".
//!
//! What could be two days is none; the day named in figures alone follows the zone.

use crate::lunch::act::Answering;
use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::when::today;
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// A day beginning at a word: the date, how many words, whether it is vague, whether a weekday.
pub fn day_at(
    words: &[&str],
    at: usize,
    context: &Context,
) -> Option<(NaiveDate, usize, bool, bool)> {
    let word = *words.get(at)?;
    if let Some((date, used)) = part_of_span(words, at, today(context)) {
        return Some((date, used, true, false));
    }
    let day = |sense| lexicon().longest(words, at, &[sense], Languages::ALL);
    let today = today(context);
    if let Some(mark) = day(Sense::AfterTomorrow) {
        return Some((
            today.checked_add_days(Days::new(2))?,
            mark.words,
            false,
            false,
        ));
    }
    if let Some(mark) = day(Sense::Tomorrow) {
        return Some((
            today.checked_add_days(Days::new(1))?,
            mark.words,
            false,
            false,
        ));
    }
    if let Some(mark) = day(Sense::Today) {
        return Some((today, mark.words, false, false));
    }
    if let Some((date, used)) = numeric_date(words, at, context).map(|d| (d, 1)) {
        return Some((date, used, false, false));
    }
    if let Some((date, used)) = day_and_month(words, at, today) {
        return Some((date, used, false, false));
    }
    if let Some((date, used)) = span(words, at, today) {
        return Some((date, used, true, false));
    }
    if let Some(weekday) = lexicon().weekday(word).filter(|_| !is_my(words, at)) {
        // "Thursday 14 January" is the date; the weekday is only said along.
        let ahead = [1, 2].into_iter().find_map(|skip| {
            day_and_month(words, at + skip, today)
                .or_else(|| ordinal_day(words, at + skip, today))
                .map(|(date, used)| (date, used + skip))
        });
        if let Some((date, used)) = ahead {
            return Some((date, used, false, true));
        }
        let next = at
            .checked_sub(1)
            .and_then(|p| words.get(p))
            .is_some_and(|p| lexicon().is(p, Sense::Next));
        let next_behind = words
            .get(at + 1)
            .is_some_and(|w| lexicon().is(w, Sense::NextBehind));
        let date = resolve_weekday(weekday, next || next_behind, context)?;
        if words.get(at + 1).is_some_and(|w| *w == "week") {
            return Some((date.checked_add_days(Days::new(7))?, 2, false, true));
        }
        return Some((date, 1 + usize::from(next_behind), false, true));
    }
    if let Some((date, used)) = ordinal_day(words, at, today) {
        return Some((date, used, false, false));
    }
    None
}

/// The day of that name (1 for Monday) that is meant: the coming one, or with `next` that of the
/// week after this.
pub fn resolve_weekday(weekday: u32, next: bool, context: &Context) -> Option<NaiveDate> {
    let today = today(context);
    let wanted = Weekday::try_from(u8::try_from(weekday.checked_sub(1)?).ok()?).ok()?;
    let monday_of = |date: NaiveDate| {
        date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
    };
    let in_week = |monday: NaiveDate| {
        monday.checked_add_days(Days::new(u64::from(wanted.num_days_from_monday())))
    };
    if next {
        return in_week(monday_of(today)?.checked_add_days(Days::new(7))?);
    }
    let invited = matches!(context.answering, None | Some(Answering::Invitation));
    let earliest = today.checked_add_days(Days::new(if invited { 2 } else { 1 }))?;
    if let Some(lunch) = context.lunch.filter(|_| !invited)
        && lunch.date() >= today
    {
        let beside = in_week(monday_of(lunch.date())?)?;
        if beside >= earliest {
            return Some(beside);
        }
    }
    (0..7)
        .filter_map(|ahead| earliest.checked_add_days(Days::new(ahead)))
        .find(|date| date.weekday() == wanted)
}

/// `2027-01-14`, `14.01.2027`, `14.1.`, `14/01/2027`.
fn numeric_date(words: &[&str], at: usize, context: &Context) -> Option<NaiveDate> {
    let word = *words.get(at)?;
    let today = today(context);
    let before = at.checked_sub(1).and_then(|p| words.get(p)).copied();
    let on = before.is_some_and(|w| lexicon().is(w, Sense::On) || lexicon().is(w, Sense::Until));
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
        ([day, month], '.') if word.matches('.').count() == 2 || *day > 23 || on => {
            coming(*month, *day, today)
        }
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
fn coming(month: u32, day: u32, today: NaiveDate) -> Option<NaiveDate> {
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
            .and_then(|w| ordinal(w))
            .filter(|n| (1..=31).contains(n))
    };
    let month = |i: usize| words.get(i).and_then(|w| lexicon().month(w));
    let joins = |i: usize| {
        words
            .get(i)
            .is_some_and(|w| matches!(*w, "of" | "de" | "von" | "van"))
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
fn ordinal(word: &str) -> Option<u32> {
    word.starts_with(|c: char| c.is_ascii_digit())
        .then(|| lexicon().number(word))
        .flatten()
}

/// `the 14th`: the next 14th.
fn ordinal_day(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let word = words.get(at)?;
    let marked = ["st", "nd", "rd", "th"]
        .iter()
        .any(|end| word.ends_with(end));
    let day = ordinal(word).filter(|n| (1..=31).contains(n))?;
    if !marked {
        return None;
    }
    let this = NaiveDate::from_ymd_opt(today.year(), today.month(), day).filter(|d| *d >= today);
    let date = this.or_else(|| {
        let next = today.with_day(1)?.checked_add_months(Months::new(1))?;
        next.with_day(day)
    })?;
    Some((date, 1))
}

/// A span of time: "in two weeks", "for a month", "next week", a month alone, a year alone.
fn span(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let word = *words.get(at)?;
    let before = at
        .checked_sub(1)
        .and_then(|p| words.get(p))
        .copied()
        .unwrap_or_default();
    let is = |i: usize, sense| words.get(i).is_some_and(|w| lexicon().is(w, sense));
    if lexicon().is(word, Sense::Next) {
        if is(at + 1, Sense::Week) {
            let monday = today
                .checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday())))?;
            return Some((monday.checked_add_days(Days::new(7))?, 2));
        }
        if is(at + 1, Sense::MonthUnit) {
            return Some((today.with_day(1)?.checked_add_months(Months::new(1))?, 2));
        }
        if is(at + 1, Sense::Year) {
            return Some((NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?, 2));
        }
    }
    if words
        .get(at + 1)
        .is_some_and(|w| lexicon().is(w, Sense::NextBehind))
    {
        if is(at, Sense::Week) {
            let monday = monday_of(today)?;
            return Some((monday.checked_add_days(Days::new(7))?, 2));
        }
        if is(at, Sense::MonthUnit) {
            return Some((today.with_day(1)?.checked_add_months(Months::new(1))?, 2));
        }
    }
    if lexicon().is(word, Sense::In) {
        let skip = usize::from(
            words
                .get(at + 1)
                .is_some_and(|w| matches!(*w, "about" | "the")),
        );
        let count = words.get(at + 1 + skip).and_then(|w| lexicon().number(w));
        if let Some(count) = count.filter(|n| *n <= 60) {
            let skip = skip + usize::from(words.get(at + 2 + skip).is_some_and(|w| *w == "of"));
            let unit = at + 2 + skip;
            let date = if is(unit, Sense::Week) {
                today.checked_add_days(Days::new(u64::from(count) * 7))
            } else if is(unit, Sense::Day) {
                today.checked_add_days(Days::new(u64::from(count)))
            } else if is(unit, Sense::MonthUnit) {
                today.checked_add_months(Months::new(count))
            } else {
                None
            };
            if let Some(date) = date {
                return Some((date, 3 + skip));
            }
        }
    }
    if let Some(month) = lexicon().month(word) {
        // "may" and "march" are verbs too: a month only behind a word that wants one.
        let verb = matches!(word, "may" | "march" | "mar");
        let wanted = lexicon().is(before, Sense::Until)
            || lexicon().is(before, Sense::In)
            || lexicon().is(before, Sense::After)
            || lexicon().is(before, Sense::Next);
        if !verb || wanted {
            let first = coming(month, 1, today.checked_add_days(Days::new(1))?)?;
            return Some((first, 1));
        }
    }
    let year = word
        .parse::<i32>()
        .ok()
        .filter(|y| *y > today.year() && *y < today.year() + 10);
    if let Some(year) = year {
        return Some((NaiveDate::from_ymd_opt(year, 1, 1)?, 1));
    }
    None
}

/// "mon chef": French for my, and no Monday.
fn is_my(words: &[&str], at: usize) -> bool {
    let behind = words.get(at + 1).copied().unwrap_or_default();
    let dated = behind.is_empty()
        || behind.starts_with(|c: char| c.is_ascii_digit())
        || lexicon().weekday(behind).is_some()
        || matches!(
            behind,
            "or" | "and"
                | "at"
                | "the"
                | "is"
                | "works"
                | "would"
                | "instead"
                | "please"
                | "next"
                | "noon"
        );
    words.get(at) == Some(&"mon") && !dated
}

/// The Monday of a day's week.
pub fn monday_of(date: NaiveDate) -> Option<NaiveDate> {
    date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
}

/// "mid February", "end of the month", "first week of March": the first day of it, or of what
/// follows an end.
fn part_of_span(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let senses = [Sense::StartOf, Sense::MidOf, Sense::EndOf];
    let mark = lexicon().longest(words, at, &senses, Languages::ALL)?;
    let small = |w: &str| {
        matches!(
            w,
            "the"
                | "this"
                | "of"
                | "de"
                | "der"
                | "des"
                | "du"
                | "van"
                | "diesen"
                | "diese"
                | "le"
                | "la"
                | "el"
                | "en"
        )
    };
    let from = at + mark.words;
    let skip = (from..from + 3)
        .take_while(|i| words.get(*i).is_some_and(|w| small(w)))
        .count();
    let at = from + skip;
    let word = *words.get(at)?;
    let used = mark.words + skip + 1;
    let first = if let Some(month) = lexicon().month(word) {
        let this = NaiveDate::from_ymd_opt(today.year(), month, 1)?;
        if month == today.month() {
            this
        } else {
            coming(month, 1, today)?
        }
    } else if lexicon().is(word, Sense::MonthUnit) {
        today.with_day(1)?
    } else if lexicon().is(word, Sense::Week) && mark.sense == Sense::EndOf {
        return Some((monday_of(today)?.checked_add_days(Days::new(7))?, used));
    } else if lexicon().is(word, Sense::Year) {
        return match mark.sense {
            Sense::EndOf => Some((NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?, used)),
            _ => None,
        };
    } else {
        return None;
    };
    match mark.sense {
        Sense::StartOf => Some((first, used)),
        Sense::MidOf => Some((first.with_day(15)?, used)),
        _ => Some((first.checked_add_months(Months::new(1))?, used)),
    }
}
