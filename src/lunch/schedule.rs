//! Cron schedules for the monthly summary: the five fields that operators know, in local time.
//!
//! Promises at most one run for each local date, and none lost to daylight saving time: a run
//! inside the spring gap comes right after it, one inside the autumn fold comes at its first pass.
//! The day of the month and the weekday must both fit, so `0 8 1-7 * Mon` is the first Monday.
//! Pure: the moment and the time zone are given.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::str::FromStr;
use thiserror::Error;

/// Weekday names as the cron crate reads them; cron's number 1 is the first.
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Words that stand for a whole schedule.
const NICKNAMES: [(&str, &str); 6] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
];

/// A schedule in cron's five fields: minute, hour, day of the month, month, weekday.
#[derive(Clone, Debug)]
pub struct Schedule {
    written: String,
    local: cron::Schedule,
}

/// Why a text is no schedule; the message names the remedy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// Not five fields and no known word.
    #[error(
        "a schedule has five fields (minute, hour, day, month, weekday) but this has {found}; \
         \"0 8 1 * *\" is the first of each month at 08:00"
    )]
    Fields {
        /// How many fields were found.
        found: usize,
    },
    /// A word with `@` in front that nobody knows.
    #[error("'{word}' is no schedule; known are @daily, @weekly, @monthly and @yearly")]
    Nickname {
        /// The word as given.
        word: String,
    },
    /// The weekday field cannot be read.
    #[error("'{given}' is no weekday; write 0-7 (0 and 7 are Sunday, 1 is Monday) or Mon to Sun")]
    Weekday {
        /// The part that was not understood.
        given: String,
    },
    /// Another field cannot be read.
    #[error("'{given}' does not fit the {field}; write {remedy}")]
    Field {
        /// The field's name.
        field: &'static str,
        /// The field as given.
        given: String,
        /// What may stand there.
        remedy: &'static str,
    },
    /// It reads well but no day fits (30 February, say).
    #[error("no day ever fits this schedule; day of the month, month and weekday must all fit")]
    Never,
}

/// The four fields before the weekday: name, what may stand there.
const FIELDS: [(&str, &str); 4] = [
    ("minute", "0-59, a list (0,30), a step (*/15) or *"),
    ("hour", "0-23, a list (8,17), a range (8-17) or *"),
    (
        "day of the month",
        "1-31, a list (1,15), a range (1-7) or *",
    ),
    (
        "month",
        "1-12 or Jan to Dec, a list (3,9), a range (1-6) or *",
    ),
];

impl Schedule {
    /// Reads `minute hour day month weekday`, or a word such as `@monthly`.
    ///
    /// # Errors
    /// If a field is missing or cannot be read, or no day ever fits.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let written = text.trim().to_owned();
        let five = spelled_out(&written)?;
        let fields: Vec<&str> = five.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(ScheduleError::Fields {
                found: fields.len(),
            });
        };
        for ((field, remedy), given) in FIELDS.iter().zip([minute, hour, day, month]) {
            check_alone(field, remedy, given)?;
        }
        let weekday = weekday_names(weekday)?;
        let source = format!("0 {minute} {hour} {day} {month} {weekday}");
        let local = cron::Schedule::from_str(&source).map_err(|_| ScheduleError::Field {
            field: "schedule",
            given: five.clone(),
            remedy: "for example \"0 8 1 * *\", the first of each month at 08:00",
        })?;
        let schedule = Self { written, local };
        match schedule.run_on_or_after(NaiveDate::default()) {
            Some(_) => Ok(schedule),
            None => Err(ScheduleError::Never),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether it says on which days of the week.
    pub fn names_weekdays(&self) -> bool {
        let five = spelled_out(&self.written);
        let weekday = five.as_deref().map(|five| five.split_whitespace().last());
        weekday.is_ok_and(|weekday| weekday.is_some_and(|field| !matches!(field, "*" | "?")))
    }

    /// The first run later than `moment`, by the clocks of `zone`. A date has one run: the first
    /// time of day that the schedule names. `None` when the calendar ends (after the year 2099).
    pub fn after(&self, moment: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let mut date = moment.with_timezone(&zone).date_naive();
        loop {
            let wanted = self.run_on_or_after(date)?;
            let run = moment_of(wanted, zone)?;
            let run_date = run.with_timezone(&zone).date_naive();
            // A gap over midnight pushes a run into a date that may have one of its own.
            let has_its_own = || Some(self.run_on_or_after(run_date)?.date() == run_date);
            let is_pushed_out = run_date != wanted.date() && has_its_own().unwrap_or(false);
            if run > moment && !is_pushed_out {
                return Some(run);
            }
            date = wanted.date().checked_add_days(Days::new(1))?;
        }
    }

    /// The first time the schedule names on `date` or a later one, in local time without a zone.
    fn run_on_or_after(&self, date: NaiveDate) -> Option<NaiveDateTime> {
        let just_before = date.and_time(NaiveTime::MIN) - TimeDelta::seconds(1);
        let as_if_utc = Utc.from_utc_datetime(&just_before);
        Some(self.local.after(&as_if_utc).next()?.naive_utc())
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}
impl Eq for Schedule {}

/// The moment of a local time: at its first pass when clocks go back, right after the gap when
/// they go forward and the time does not exist.
fn moment_of(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    if let Some(found) = zone.from_local_datetime(&local).earliest() {
        return Some(found.with_timezone(&Utc));
    }
    // No zone has ever skipped more than a day; the gap's end is at a whole minute in our time.
    (1..=24 * 60)
        .filter_map(|minutes| local.checked_add_signed(TimeDelta::minutes(minutes)))
        .find_map(|later| zone.from_local_datetime(&later).earliest())
        .map(|found| found.with_timezone(&Utc))
}

/// The five fields behind a word with `@`, or the text itself.
fn spelled_out(written: &str) -> Result<String, ScheduleError> {
    if !written.starts_with('@') {
        return Ok(written.to_owned());
    }
    NICKNAMES
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(written))
        .map(|(_, fields)| (*fields).to_owned())
        .ok_or_else(|| ScheduleError::Nickname {
            word: written.to_owned(),
        })
}

/// Tries one field in an otherwise open schedule, so that the message can name it.
fn check_alone(
    field: &'static str,
    remedy: &'static str,
    given: &str,
) -> Result<(), ScheduleError> {
    let slots = FIELDS.map(|(name, _)| if name == field { given } else { "*" });
    let alone = format!("0 {} *", slots.join(" "));
    match cron::Schedule::from_str(&alone) {
        Ok(_) => Ok(()),
        Err(_) => Err(ScheduleError::Field {
            field,
            given: given.to_owned(),
            remedy,
        }),
    }
}

/// The weekday field as a list of names: the cron crate counts from Sunday = 1, everybody else
/// from Sunday = 0, so no number is passed on. Ranges may run over the week's end.
fn weekday_names(field: &str) -> Result<String, ScheduleError> {
    if field == "*" || field == "?" {
        return Ok("*".to_owned());
    }
    let mut chosen = [false; 7];
    for part in field.split(',') {
        let unread = || ScheduleError::Weekday {
            given: part.to_owned(),
        };
        for number in weekday_part(part).ok_or_else(unread)? {
            *chosen.get_mut(number).ok_or_else(unread)? = true;
        }
    }
    let names: Vec<&str> = WEEKDAYS
        .iter()
        .zip(chosen)
        .filter_map(|(name, is_chosen)| is_chosen.then_some(*name))
        .collect();
    Ok(names.join(","))
}

/// One part of the weekday field (`1`, `Mon-Fri`, `*/2`) as positions counted from Monday = 0.
fn weekday_part(part: &str) -> Option<Vec<usize>> {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, step.parse::<usize>().ok().filter(|s| *s > 0)?),
        None => (part, 1),
    };
    // `*/2` begins on Sunday as in cron(8), and `2/3` runs on to the week's end, Saturday.
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (weekday_number(first)?, weekday_number(last)?),
        None if range == "*" => (6, 5),
        None if part.contains('/') => (weekday_number(range)?, 5),
        None => (weekday_number(range)?, weekday_number(range)?),
    };
    let span = (last + 7 - first) % 7;
    Some((0..=span).step_by(step).map(|n| (first + n) % 7).collect())
}

/// A weekday's position counted from Monday = 0, from `0`-`7` or a name of at least three letters.
fn weekday_number(text: &str) -> Option<usize> {
    if let Ok(number) = text.parse::<usize>() {
        return (number <= 7).then_some((number + 6) % 7);
    }
    let full = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let folded = text.to_ascii_lowercase();
    full.iter()
        .position(|name| folded.len() >= 3 && name.starts_with(&folded))
}

#[cfg(test)]
mod tests;
