//! Days and times in prose: "next Tue 12:15", "after the 14th", "in zwei Wochen", "1er mai".
//!
//! Resolved against the given moment, zone and lunch; never against a clock or a mail's Date.
//! What could be two dates is none.

pub mod clock;
mod date;
pub mod day;
pub mod shift;
mod span;
mod weekday;

use crate::reading::Context;
use crate::reading::language::{Languages, Mark, Sense, lexicon};
use crate::reading::phrase::{self, tokens};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use clock::{clock_time, time_at};
use date::day_and_month;
use day::day_at;
pub use day::monday_of;

/// How many words behind a day the time of a lunch may stand in our letter.
const TIME_REACH: usize = 5;

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
    /// Minutes against the planned lunch.
    pub shift: Option<i64>,
    /// The day is the earliest that would do ("after the 14th"), not the day itself.
    pub bound: bool,
    /// Index of the first word used.
    pub first: Option<usize>,
    /// All of a span is meant that has begun: the first day behind it.
    pub behind: Option<NaiveDate>,
}

impl When {
    /// Whether nothing was found.
    pub const fn is_empty(&self) -> bool {
        self.date.is_none() && self.time.is_none() && !self.several && self.shift.is_none()
    }

    /// The start of a lunch: the day with its time, or the lunch's own where only one is said.
    pub fn start(&self, context: &Context) -> Option<NaiveDateTime> {
        if self.several || self.vague {
            return None;
        }
        if let (Some(shift), Some(lunch)) = (self.shift, context.lunch) {
            let moved = lunch.checked_add_signed(TimeDelta::try_minutes(shift)?)?;
            return Some(self.time.map_or(moved, |time| moved.date().and_time(time)));
        }
        if self.date.is_none() && self.time.is_none() {
            return None;
        }
        let date = self.date.or_else(|| context.lunch.map(|l| l.date()))?;
        let date = if self.bound {
            first_lunch_day(date, context)?
        } else {
            date
        };
        Some(date.and_time(self.time.unwrap_or_else(|| usual_time(context))))
    }
}

/// The weekday of the lunch, as the agenda or our letter names it.
pub fn lunch_weekday(context: &Context) -> Option<Weekday> {
    let named = || {
        let words = context
            .originals
            .iter()
            .flat_map(|text| text.split_whitespace());
        words.take(2_000).find_map(|word| {
            let plain = word
                .trim_matches(|c: char| !c.is_alphabetic())
                .to_lowercase();
            let number = lexicon().weekday(plain.strip_suffix('s')?)?;
            Weekday::try_from(u8::try_from(number.checked_sub(1)?).ok()?).ok()
        })
    };
    context.lunch.map(|lunch| lunch.weekday()).or_else(named)
}

/// The first day from `date` on with the lunch's weekday, as our letter or the agenda names it, or
/// else the first from Monday to Friday.
pub fn first_lunch_day(date: NaiveDate, context: &Context) -> Option<NaiveDate> {
    let wanted = lunch_weekday(context);
    let fits = |day: &NaiveDate| match wanted {
        Some(wanted) => day.weekday() == wanted,
        None => day.weekday().num_days_from_monday() < 5,
    };
    (0..7)
        .filter_map(|ahead| date.checked_add_days(Days::new(ahead)))
        .find(fits)
}

/// The lunch that a letter of ours speaks of: the first date of it with a time beside it.
pub fn lunch_named(text: &str, context: &Context) -> Option<NaiveDateTime> {
    let tokens = tokens(text.get(..6_000).unwrap_or(text));
    let words = phrase::words(&tokens);
    let today = today(context);
    (0..words.len()).find_map(|at| {
        let (date, used) = day_and_month(&words, at, today)?;
        let time = (at + used..at + used + 3).find_map(|i| clock_time(words.get(i)?))?;
        Some(date.and_time(time))
    })
}

/// The local date of now.
pub fn today(context: &Context) -> NaiveDate {
    context.now.with_timezone(&context.zone).date_naive()
}

/// The lunch's time, else the first one our letter names, else half past twelve.
pub fn usual_time(context: &Context) -> NaiveTime {
    let named = || {
        let words = context
            .originals
            .iter()
            .flat_map(|text| text.split_whitespace());
        // "Thursdays at 12:30", "14 January at 12:30", and not "on Sunday at 18:00 at the latest".
        let mut near = 0;
        words.take(2_000).find_map(|word| {
            let plain = word
                .trim_matches(|c: char| !c.is_alphabetic())
                .to_lowercase();
            let weekday = plain
                .strip_suffix('s')
                .and_then(|day| lexicon().weekday(day));
            if weekday.or_else(|| lexicon().month(&plain)).is_some() {
                near = TIME_REACH;
                return None;
            }
            near = near.saturating_sub(1);
            let time = clock_time(word.trim_matches(|c: char| !c.is_ascii_digit()));
            time.filter(|_| near > 0)
        })
    };
    context
        .lunch
        .map(|lunch| lunch.time())
        .or_else(named)
        .or_else(|| NaiveTime::from_hms_opt(12, 30, 0))
        .unwrap_or_default()
}

/// Looks through the words of a clause. `moves` says that a wish to move stands beside it.
pub fn find_moved(words: &[&str], context: &Context, moves: bool) -> When {
    let mut found = When::default();
    let mut days = Named::default();
    let shift = shift::find(words, moves);
    let outs = [
        Sense::OutBehind,
        Sense::OutBefore,
        Sense::Bound,
        Sense::After,
    ];
    let marks = lexicon().marks(words, &outs, Languages::ALL);
    let before = marks
        .iter()
        .filter(|m| m.sense == Sense::OutBefore)
        .map(|m| m.at)
        .max();
    let behind = marks
        .iter()
        .filter(|m| m.sense == Sense::OutBehind)
        .map(|m| m.at)
        .min();
    let ruled_out = |at: usize| before.is_some_and(|m| at < m) || behind.is_some_and(|m| at > m);
    let bound = |at: usize| {
        let near = |m: &&Mark| m.at + m.words <= at && at <= m.at + m.words + 1;
        let bounds = [Sense::Bound, Sense::After];
        let bounds = marks.iter().filter(|m| bounds.contains(&m.sense));
        bounds.rev().find(near).map(|m| m.sense)
    };
    let mut at = 0;
    let mut after = false;
    while at < words.len() {
        if let Some((minutes, from, used)) = shift
            && at == from
        {
            found.shift = Some(minutes);
            found.first.get_or_insert(at);
            at += used.max(1);
            continue;
        }
        let leads = shift.is_some_and(|(_, from, _)| from == at + 1);
        if leads
            || words
                .get(at)
                .is_none_or(|word| !lexicon().may_begin_date(word))
        {
            at += 1;
            continue;
        }
        if let Some(day) = day_at(words, at, context) {
            if !ruled_out(at) && !day.past {
                days.take(day.date, day.vague, day.weekday);
                found.behind = found
                    .behind
                    .or(day.behind.filter(|_| day.date <= today(context)));
                let bound = bound(at).filter(|_| !day.vague);
                found.bound |= bound.is_some();
                after |= bound == Some(Sense::After);
                found.first.get_or_insert(at);
            }
            at += day.words.max(1);
        } else if let Some((time, used)) = time_at(words, at) {
            if !ruled_out(at) && bound(at).is_none() {
                found.time.get_or_insert(time);
                found.first.get_or_insert(at);
            }
            at += used.max(1);
        } else {
            at += 1;
        }
    }
    days.conclude(&mut found);
    if after {
        found.date = found
            .date
            .and_then(|date| date.checked_add_days(Days::new(1)));
    }
    found
}

/// The weekday of `date` in the week that begins with `monday`, if `date` lies before it.
pub fn in_week_of(monday: NaiveDate, date: NaiveDate) -> Option<NaiveDate> {
    if monday.weekday() != Weekday::Mon || monday_of(date)? >= monday {
        return None;
    }
    monday.checked_add_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
}

/// The same without a wish to move.
pub fn find(words: &[&str], context: &Context) -> When {
    find_moved(words, context, false)
}

/// The days of one clause.
#[derive(Default)]
struct Named {
    exact: Vec<(NaiveDate, bool)>,
    vague: Vec<NaiveDate>,
}

impl Named {
    fn take(&mut self, date: NaiveDate, vague: bool, weekday: bool) {
        if vague {
            self.vague.push(date);
        } else if !self.exact.iter().any(|(known, _)| *known == date) {
            self.exact.push((date, weekday));
        }
    }

    fn conclude(self, found: &mut When) {
        found.weekday = self.exact.iter().any(|(_, weekday)| *weekday);
        found.several = self.exact.len() > 1;
        match (self.exact.as_slice(), self.vague.as_slice()) {
            // "Wednesday next week": the day in that week.
            ([(date, true)], [span]) => {
                found.date = in_week_of(*span, *date).or(Some(*date));
            }
            ([(date, _)], _) => found.date = Some(*date),
            ([], [span, ..]) => {
                found.date = Some(*span);
                found.vague = true;
            }
            _ => {}
        }
    }
}

/// The first day on which something may come again: "until January", "after the 14th", "for two
/// weeks", "in March".
pub fn until(words: &[&str], context: &Context) -> Option<NaiveDate> {
    let found = find(words, context);
    let date = found.date?;
    if let (true, Some(behind)) = (found.vague, found.behind) {
        return Some(behind);
    }
    let first = found.first.unwrap_or(0);
    let after = !found.bound
        && words.get(..first).is_some_and(|before| {
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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn context() -> Context<'static> {
        // Monday 11 January 2027, nine in the morning in Berlin.
        let now = chrono::Utc.with_ymd_and_hms(2027, 1, 11, 8, 0, 0).unwrap();
        Context::new(now, chrono_tz::Europe::Berlin)
    }

    fn ask<T>(text: &str, f: impl Fn(&[&str], &Context) -> T) -> T {
        let tokens = tokens(text);
        let words = phrase::words(&tokens);
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
            ("half past twelve tomorrow", "2027-01-12 12:30"),
            ("Donnerstag halb eins", "2027-01-14 12:30"),
            ("jeudi à midi et quart", "2027-01-14 12:15"),
            ("el jueves a las doce y media", "2027-01-14 12:30"),
            ("donderdag kwart over twaalf", "2027-01-14 12:15"),
            ("am 3.2.", "2027-02-03 12:30"),
            ("on 3/4", "2027-04-03 12:30"),
            ("2 Feb at 1 p.m.", "2027-02-02 13:00"),
            ("Wednesday next week", "2027-01-20 12:30"),
            ("friday week", "2027-01-22 12:30"),
            ("Friday instead of Thursday", "2027-01-15 12:30"),
            ("the first Tuesday in February", "2027-02-02 12:30"),
            ("last Friday of the month", "2027-01-29 12:30"),
            ("am ersten Dienstag im Februar", "2027-02-02 12:30"),
            ("le dernier vendredi du mois", "2027-01-29 12:30"),
            ("el primer martes de marzo", "2027-03-02 12:30"),
            ("de tweede woensdag van februari", "2027-02-10 12:30"),
            (
                "the third Thursday of next month at noon",
                "2027-02-18 12:00",
            ),
            ("el jueves dentro de dos semanas", "2027-01-28 12:30"),
        ] {
            assert_eq!(start(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["Weds or Fri", "I may come", "so what", "in March"] {
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
            ("all of January", "2027-02-01"),
            ("for the whole of January", "2027-02-01"),
            ("den ganzen Januar", "2027-02-01"),
            ("tout le mois de janvier", "2027-02-01"),
            ("todo enero", "2027-02-01"),
            ("heel januari", "2027-02-01"),
            ("January", "2027-02-01"),
            ("until April 2031", "2031-04-01"),
            ("after March", "2027-04-01"),
        ] {
            let date = ask(text, until).map(|d| d.to_string());
            assert_eq!(date.as_deref(), Some(wanted), "{text}");
        }
    }
}
