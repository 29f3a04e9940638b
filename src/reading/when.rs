//! Days and times in prose: "next Tue 12:15", "after the 14th", "in zwei Wochen", "1er mai".
//!
//! Resolved against the given moment, zone and lunch; never against a clock or a mail's Date.
//! What could be two dates is none.

use crate::lunch::act::Answering;
use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

/// What was found in one clause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// The day.
    pub date: Option<NaiveDate>,
    /// The time of day.
    pub time: Option<NaiveTime>,
    /// Several different days were named: a choice, not a date.
    pub several: bool,
    /// A weekday was named.
    pub weekday: bool,
    /// The day is a span's beginning ("in March", "next week") rather than one day.
    pub vague: bool,
    /// Index of the first word used.
    pub first: Option<usize>,
}

impl When {
    /// Whether nothing was found.
    pub const fn is_empty(&self) -> bool {
        self.date.is_none() && self.time.is_none() && !self.several
    }

    /// The start of a lunch: the day with its time, or the lunch's own where only one is said.
    pub fn start(&self, context: &Context) -> Option<NaiveDateTime> {
        if self.several || self.vague || (self.date.is_none() && self.time.is_none()) {
            return None;
        }
        let date = self.date.or_else(|| context.lunch.map(|l| l.date()))?;
        Some(date.and_time(self.time.unwrap_or_else(|| usual_time(context))))
    }
}

/// The local date of now.
pub fn today(context: &Context) -> NaiveDate {
    context.now.with_timezone(&context.zone).date_naive()
}

/// The lunch's time, else the first one our letter names, else half past twelve.
fn usual_time(context: &Context) -> NaiveTime {
    let named = || {
        let words = context
            .originals
            .iter()
            .flat_map(|text| text.split_whitespace());
        words
            .take(2_000)
            .find_map(|word| clock_time(word.trim_matches(|c: char| !c.is_ascii_digit())))
    };
    context
        .lunch
        .map(|lunch| lunch.time())
        .or_else(named)
        .or_else(|| NaiveTime::from_hms_opt(12, 30, 0))
        .unwrap_or_default()
}

/// Looks through the words of a clause.
pub fn find(words: &[&str], context: &Context) -> When {
    let mut found = When::default();
    let mut days: Vec<NaiveDate> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if words
            .get(at)
            .is_none_or(|word| !lexicon().may_begin_date(word))
        {
            at += 1;
            continue;
        }
        if let Some((date, used, vague, weekday)) = day_at(words, at, context) {
            if !days.contains(&date) {
                days.push(date);
            }
            found.vague = vague;
            found.weekday |= weekday;
            found.first.get_or_insert(at);
            at += used.max(1);
        } else if let Some((time, used)) = time_at(words, at) {
            found.time.get_or_insert(time);
            found.first.get_or_insert(at);
            at += used.max(1);
        } else {
            at += 1;
        }
    }
    found.several = days.len() > 1;
    found.date = if found.several {
        None
    } else {
        days.first().copied()
    };
    found
}

/// The first day on which something may come again: "until January", "after the 14th", "for two
/// weeks", "in March".
pub fn until(words: &[&str], context: &Context) -> Option<NaiveDate> {
    let found = find(words, context);
    let date = found.date?;
    let first = found.first.unwrap_or(0);
    let after = words.get(..first).is_some_and(|before| {
        before
            .iter()
            .rev()
            .take(3)
            .any(|word| lexicon().is(word, Sense::After))
    });
    let moved = if after && !found.vague {
        date.checked_add_days(Days::new(1))
    } else {
        Some(date)
    };
    let moved = if after && found.vague {
        next_span(words, first, date)
    } else {
        moved
    };
    moved.filter(|date| *date > today(context))
}

/// "After March" begins in April.
fn next_span(words: &[&str], first: usize, date: NaiveDate) -> Option<NaiveDate> {
    if words
        .get(first)
        .is_some_and(|word| lexicon().month(word).is_some())
    {
        return date.checked_add_months(Months::new(1));
    }
    Some(date)
}

/// A day beginning at a word: the date, how many words, whether it is vague, whether a weekday.
fn day_at(words: &[&str], at: usize, context: &Context) -> Option<(NaiveDate, usize, bool, bool)> {
    let word = *words.get(at)?;
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
    if let Some((date, used)) = numeric_date(word, today).map(|d| (d, 1)) {
        return Some((date, used, false, false));
    }
    if let Some((date, used)) = day_and_month(words, at, today) {
        return Some((date, used, false, false));
    }
    if let Some((date, used)) = span(words, at, today) {
        return Some((date, used, true, false));
    }
    if let Some(weekday) = lexicon().weekday(word) {
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
        let date = resolve_weekday(weekday, next, context)?;
        return Some((date, 1, false, true));
    }
    if let Some((date, used)) = ordinal_day(words, at, today) {
        return Some((date, used, false, false));
    }
    None
}

fn resolve_weekday(weekday: u32, next: bool, context: &Context) -> Option<NaiveDate> {
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
fn numeric_date(word: &str, today: NaiveDate) -> Option<NaiveDate> {
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
                '/' if *first <= 12 && *second <= 12 && first != second => None,
                '/' if *second > 12 => NaiveDate::from_ymd_opt(year, *first, *second),
                _ => NaiveDate::from_ymd_opt(year, *second, *first),
            }
        }
        ([day, month], '.') if word.matches('.').count() == 2 || *day > 23 => {
            coming(*month, *day, today)
        }
        ([first, second], '/') if *first > 12 => coming(*second, *first, today),
        ([first, second], '/') if *second > 12 => coming(*first, *second, today),
        _ => None,
    }
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
fn day_and_month(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
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

/// `12:30`, `12.30`, `12h30`.
fn clock_time(word: &str) -> Option<NaiveTime> {
    let (hour, minute) = word
        .split_once(':')
        .or_else(|| word.split_once('h'))
        .or_else(|| word.split_once('.'))?;
    let minute = if minute.is_empty() { "00" } else { minute };
    if hour.is_empty() || hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

/// A time of day at a word, and how many words it takes.
fn time_at(words: &[&str], at: usize) -> Option<(NaiveTime, usize)> {
    let word = *words.get(at)?;
    if lexicon().is(word, Sense::Noon) {
        return Some((NaiveTime::from_hms_opt(12, 0, 0)?, 1));
    }
    let next = words.get(at + 1).copied().unwrap_or_default();
    let before = at
        .checked_sub(1)
        .and_then(|p| words.get(p))
        .copied()
        .unwrap_or_default();
    let suffix = |text: &str| match text {
        "pm" | "p" => Some(12),
        "am" | "a" => Some(0),
        _ => None,
    };
    if let Some(time) = clock_time(word) {
        let dotted = word.contains('.');
        let asked = lexicon().is(before, Sense::At) || lexicon().is(next, Sense::At);
        if dotted
            && !asked
            && !word.ends_with("30")
            && !word.ends_with("00")
            && !word.ends_with("15")
        {
            return None;
        }
        let shift = suffix(next).filter(|_| matches!(next, "pm" | "am"));
        return Some((shifted(time, shift)?, 1 + usize::from(shift.is_some())));
    }
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    let hour: u32 = digits.parse().ok().filter(|h| *h < 24)?;
    let rest = word.get(digits.len()..).unwrap_or_default();
    let whole = NaiveTime::from_hms_opt(hour, 0, 0)?;
    if let Some(shift) = suffix(rest).filter(|_| rest.len() == 2) {
        return Some((shifted(whole, Some(shift))?, 1));
    }
    if !rest.is_empty() {
        return None;
    }
    if matches!(next, "pm" | "am") {
        return Some((shifted(whole, suffix(next))?, 2));
    }
    if matches!(next, "uhr" | "uur" | "oclock" | "heures" | "h") {
        return Some((whole, 2));
    }
    // "at 1" over lunch is one in the afternoon.
    let asked = lexicon().is(before, Sense::At) && lexicon().month(next).is_none();
    let unit = [Sense::Week, Sense::Day, Sense::MonthUnit];
    if asked && !unit.iter().any(|u| lexicon().is(next, *u)) {
        let hour = if hour < 7 { hour + 12 } else { hour };
        return Some((NaiveTime::from_hms_opt(hour, 0, 0)?, 1));
    }
    None
}

fn shifted(time: NaiveTime, by: Option<u32>) -> Option<NaiveTime> {
    use chrono::Timelike;
    match by {
        Some(12) if time.hour() < 12 => time.with_hour(time.hour() + 12),
        Some(0) if time.hour() == 12 => time.with_hour(0),
        _ => Some(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::phrase::tokens;
    use chrono::TimeZone;

    fn context() -> Context<'static> {
        // Monday 11 January 2027, nine in the morning in Berlin.
        let now = chrono::Utc.with_ymd_and_hms(2027, 1, 11, 8, 0, 0).unwrap();
        Context::new(now, chrono_tz::Europe::Berlin)
    }

    fn ask<T>(text: &str, f: impl Fn(&[&str], &Context) -> T) -> T {
        let tokens = tokens(text);
        let words: Vec<&str> = tokens
            .iter()
            .filter(|t| t.is_word)
            .map(|t| &*t.text)
            .collect();
        f(&words, &context())
    }

    fn start(text: &str) -> Option<String> {
        let when = ask(text, |w, c| find(w, c).start(c))?;
        Some(when.format("%Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn days_and_times_are_resolved_against_the_moment() {
        for (text, wanted) in [
            ("Sure, Thursday?", "2027-01-14 12:30"),
            ("Tuesday", "2027-01-19 12:30"),
            ("next Tue 12:15", "2027-01-19 12:15"),
            ("Thursday 14 January at 1pm", "2027-01-14 13:00"),
            ("on 2027-02-03", "2027-02-03 12:30"),
            ("am 14.02.2027 um 13 Uhr", "2027-02-14 13:00"),
            ("le 3 février à 12h45", "2027-02-03 12:45"),
            ("el 3 de marzo", "2027-03-03 12:30"),
            ("nächsten Mittwoch", "2027-01-20 12:30"),
            ("morgen 12.30 uur", "2027-01-12 12:30"),
            ("May 1st", "2027-05-01 12:30"),
            ("the 5th", "2027-02-05 12:30"),
            ("Friday noon", "2027-01-15 12:00"),
        ] {
            assert_eq!(start(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["Weds or Fri", "3/4", "I may come", "so what", "in March"] {
            assert_eq!(start(text), None, "{text}");
        }
    }

    #[test]
    fn spans_end_on_the_first_free_day() {
        for (text, wanted) in [
            ("until March", "2027-03-01"),
            ("pause until 1 May", "2027-05-01"),
            ("after the 14th", "2027-01-15"),
            ("in two weeks", "2027-01-25"),
            ("for a month", "2027-02-11"),
            ("next month", "2027-02-01"),
            ("bis Februar", "2027-02-01"),
            ("in drei Wochen", "2027-02-01"),
            ("jusqu'en mars", "2027-03-01"),
            ("hasta abril", "2027-04-01"),
            ("tot 1 mei", "2027-05-01"),
            ("until January", "2028-01-01"),
            ("after March", "2027-04-01"),
        ] {
            let date = ask(text, until).map(|d| d.to_string());
            assert_eq!(date.as_deref(), Some(wanted), "{text}");
        }
    }
}
