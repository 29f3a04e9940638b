//! Weekdays: "next Tue", "Friday week", "the first Tuesday in February", "jeudi 21".

use super::date::{day_and_month, numeric_date, ordinal, ordinal_day};
use super::day::{Day, word_before};
use super::{clock::clock_time, today};
use crate::lunch::act::Answering;
use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// A weekday, alone or with its date, with "next" or "last", or so many weeks ahead.
pub(super) fn weekday_at(words: &[&str], at: usize, context: &Context) -> Option<Day> {
    let today = today(context);
    let word = *words.get(at)?;
    let number = lexicon().weekday(word).filter(|_| !is_my(words, at))?;
    let weekday = Weekday::try_from(u8::try_from(number.checked_sub(1)?).ok()?).ok()?;
    if let Some((date, used)) = weekday_of_month(words, at, weekday, today) {
        return Some(Day {
            weekday: true,
            led: true,
            ..Day::exact(date, used)
        });
    }
    let glue = |i: usize| {
        words
            .get(i)
            .is_some_and(|w| lexicon().is(w, Sense::On) || lexicon().is(w, Sense::WeekdayToDate))
    };
    let skip = (at + 1..at + 3).take_while(|i| glue(*i)).count();
    let behind = at + 1 + skip;
    // "Thursday 14 January" is the date; the weekday is only said along.
    // "Friday 12.10" is a time, unless the tenth month's twelfth is a Friday.
    let is_time = |date: &NaiveDate| {
        date.weekday() != weekday && words.get(behind).is_some_and(|w| clock_time(w).is_some())
    };
    let dated = numeric_date(words, behind, context)
        .filter(|date| !is_time(date))
        .map(|date| (date, 1))
        .or_else(|| day_and_month(words, behind, today))
        .or_else(|| ordinal_day(words, behind, today));
    if let Some((date, used)) = dated {
        return Some(Day {
            weekday: true,
            clash: date.weekday() != weekday,
            ..Day::exact(date, 1 + skip + used)
        });
    }
    if let Some(date) = figure_of_weekday(words, behind, weekday, today) {
        return Some(Day {
            weekday: true,
            ..Day::exact(date, 2 + skip)
        });
    }
    let before = word_before(words, at);
    let says = |sense, i: usize| lexicon().longest(words, i, &[sense], Languages::ALL);
    let past = lexicon().is(before, Sense::Past) || {
        let behind = words.get(at + 1).copied().unwrap_or_default();
        matches!(behind, "dernier" | "pasado" | "passe")
    };
    let next_behind = says(Sense::NextBehind, at + 1);
    let next = lexicon().is(before, Sense::Next) || next_behind.is_some();
    let mut used = 1 + next_behind.map_or(0, |mark| mark.words);
    // "Donnerstag diese Woche"
    let is = |i: usize, sense| words.get(i).is_some_and(|w| lexicon().is(w, sense));
    if is(at + used, Sense::This) && is(at + used + 1, Sense::Week) {
        used += 2;
    }
    let mut date = resolve_weekday(number, next, context)?;
    if let Some((weeks, words)) = weeks_ahead(words, at + used) {
        date = date.checked_add_days(Days::new(7 * weeks))?;
        used += words;
    } else if weeks_before(words, at) {
        date = date.checked_add_days(Days::new(7))?;
    }
    let plural = ["days", "tags", "wochs", "dis", "dagen", "dags"]
        .iter()
        .any(|end| word.ends_with(end))
        || matches!(before, "les" | "los" | "todos")
        || lexicon().is(before, Sense::Every);
    Some(Day {
        weekday: true,
        plural,
        past,
        dated: false,
        ..Day::exact(date, used)
    })
}

/// "(the first) Tuesday in February", "(letzten) Freitag im Monat", "(primer) martes de marzo": the
/// word that counts stands before it.
fn weekday_of_month(
    words: &[&str],
    at: usize,
    weekday: Weekday,
    today: NaiveDate,
) -> Option<(NaiveDate, usize)> {
    let before = word_before(words, at);
    let counts = lexicon()
        .ordinal(before)
        .filter(|_| lexicon().number(before).is_none())
        .or_else(|| ordinal(before).filter(|_| before.parse::<u32>().is_err()));
    let nth = match counts {
        Some(nth) => u8::try_from(nth).ok().filter(|nth| (1..=5).contains(nth))?,
        None if lexicon().is(before, Sense::Past) => 5,
        None => return None,
    };
    let word = |i: usize| words.get(i).copied().unwrap_or_default();
    let of = |w: &str| matches!(w, "of" | "im" | "de" | "del" | "du" | "des" | "van" | "von");
    if !of(word(at + 1)) && !lexicon().is(word(at + 1), Sense::In) {
        return None;
    }
    let mut end = at + 2;
    let small = |w: &str| lexicon().is_small(w) && lexicon().month(w).is_none();
    while end < at + 4 && small(word(end)) {
        end += 1;
    }
    let next = lexicon().is(word(end), Sense::Next);
    end += usize::from(next);
    let in_month = |first: NaiveDate| {
        let date =
            |nth| NaiveDate::from_weekday_of_month_opt(first.year(), first.month(), weekday, nth);
        date(nth).or_else(|| date(4).filter(|_| counts.is_none()))
    };
    let ahead = |date: &NaiveDate| *date > today;
    let date = if let Some(month) = lexicon().month(word(end)) {
        let of_year = |year| in_month(NaiveDate::from_ymd_opt(year, month, 1)?);
        of_year(today.year())
            .filter(ahead)
            .or_else(|| of_year(today.year() + 1))?
    } else if lexicon().is(word(end), Sense::MonthUnit) {
        let this = today.with_day(1)?;
        let after = this.checked_add_months(Months::new(1))?;
        let behind = lexicon()
            .longest(words, end + 1, &[Sense::NextBehind], Languages::ALL)
            .map_or(0, |mark| mark.words);
        end += behind;
        if next || behind > 0 {
            in_month(after)?
        } else {
            in_month(this).filter(ahead).or_else(|| in_month(after))?
        }
    } else {
        return None;
    };
    Some((date, end + 1 - at))
}

/// "Friday week", "Donnerstag in zwei Wochen", "jeudi en huit": weeks, and words used.
fn weeks_ahead(words: &[&str], at: usize) -> Option<(u64, usize)> {
    let word = |i: usize| words.get(i).copied().unwrap_or_default();
    match (word(at), word(at + 1)) {
        ("week", _) => return Some((1, 1)),
        ("en", "huit") => return Some((1, 2)),
        ("en", "quinze") => return Some((2, 2)),
        _ => {}
    }
    let within = usize::from(word(at) == "dentro" && word(at + 1) == "de");
    if within == 0 && !lexicon().is(word(at), Sense::In) {
        return None;
    }
    let at = at + within;
    let count = lexicon()
        .number(word(at + 1))
        .filter(|n| (1..9).contains(n))?;
    lexicon()
        .is(word(at + 2), Sense::Week)
        .then_some((u64::from(count), 3 + within))
}

/// "a week on Friday".
fn weeks_before(words: &[&str], at: usize) -> bool {
    let word = |back: usize| at.checked_sub(back).and_then(|i| words.get(i)).copied();
    matches!(word(1), Some("on" | "from")) && word(2) == Some("week") && word(3) == Some("a")
}

/// "jeudi 21": the figure is the day where it falls on that weekday, and no hour.
fn figure_of_weekday(
    words: &[&str],
    at: usize,
    weekday: Weekday,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let word = words.get(at)?;
    let day: u32 = word.parse().ok().filter(|day| (1..=31).contains(day))?;
    let next = words.get(at + 1).copied().unwrap_or_default();
    let clock = [Sense::ClockUnit, Sense::HalfDay, Sense::ClockSharp];
    let hour = clock.iter().any(|sense| lexicon().is(next, *sense))
        || (next == "p" && words.get(at + 2) == Some(&"m"));
    let first = today.with_day(1)?;
    let months = (0..3).filter_map(|ahead| first.checked_add_months(Months::new(ahead)));
    months
        .filter_map(|month| month.with_day(day))
        .find(|date| *date >= today && date.weekday() == weekday)
        .filter(|date| !hour && (day > 12 || (*date - today).num_days() < NEAR_DAYS))
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

/// "Monday 1" may be an hour: a small figure is a day only where it is near.
const NEAR_DAYS: i64 = 14;
