//! Slots: finding days on which both are free.
//!
//! Nobody is booked twice on one day. The wished weekday is tried in every week of the rhythm, so
//! that the pairings of one person take different weeks; then the other working days.

use crate::lunch::cadence::{every, first_on, is_working_day};
use crate::lunch::event::Circle;
use crate::lunch::pairing::{LunchState, Pairing, PairingId};
use crate::lunch::person::PersonId;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use std::collections::BTreeSet;

/// How many lunches one calendar series holds before it is extended.
pub const SERIES_LUNCHES: u32 = 26;

/// How many single clashes a series may step over before another slot is taken.
const CLASHES_MAX: usize = 2;

/// Dates from a first one, with those that are stepped over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slots {
    /// The first lunch.
    pub first: NaiveDate,
    /// Dates in the rhythm that are left out: holidays, and days taken by another lunch.
    pub excluded: Vec<NaiveDate>,
    /// The dates themselves.
    pub dates: Vec<NaiveDate>,
}

/// The dates on which somebody has a planned lunch, other than in `except`.
pub fn booked(circle: &Circle, people: [PersonId; 2], except: PairingId) -> BTreeSet<NaiveDate> {
    let concerns = |p: &&Pairing| {
        p.id != except && p.stage.is_meeting() && people.iter().any(|who| p.role(*who).is_some())
    };
    let pairings = circle.pairings.values().filter(concerns);
    let lunches = pairings.flat_map(|p| &p.lunches);
    lunches
        .filter(|l| l.state == LunchState::Planned)
        .map(|l| l.start.date())
        .collect()
}

/// What is wished for.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The weekday.
    pub weekday: Weekday,
    /// The rhythm; `None` for a single lunch.
    pub every_weeks: Option<u32>,
    /// No lunch before this date.
    pub not_before: NaiveDate,
    /// Somebody named the weekday: no other is tried.
    pub weekday_named: bool,
}

/// The best slots for a wish; `None` if no day is free.
pub fn find(
    wish: &Wish,
    booked: &BTreeSet<NaiveDate>,
    holidays: &BTreeSet<NaiveDate>,
) -> Option<Slots> {
    let phases = wish.every_weeks.unwrap_or(2).max(1);
    let mut fallback = None;
    for weekday in weekdays_from(wish.weekday, wish.weekday_named) {
        let start = first_on(weekday, wish.not_before);
        for date in every(1, start, phases) {
            let Some(slots) = series(date, wish.every_weeks, SERIES_LUNCHES, booked, holidays)
            else {
                continue;
            };
            // What is dropped before the first lunch is stepped over too: nobody means one in a year.
            let weeks = wish.every_weeks.unwrap_or(1);
            let before = every(weeks, date, SERIES_LUNCHES).take_while(|d| *d < slots.first);
            let stepped = before.chain(slots.excluded.iter().copied());
            let clashes = stepped.filter(|d| booked.contains(d)).count();
            if clashes == 0 {
                return Some(slots);
            }
            if clashes <= CLASHES_MAX && fallback.is_none() {
                fallback = Some(slots);
            }
        }
    }
    fallback
}

/// The dates of a rhythm from `from` on, stepping over what is not free; `None` if none is left.
/// Leading dates that are not free are dropped rather than excluded, so that DTSTART is a lunch.
pub fn series(
    from: NaiveDate,
    every_weeks: Option<u32>,
    count: u32,
    booked: &BTreeSet<NaiveDate>,
    holidays: &BTreeSet<NaiveDate>,
) -> Option<Slots> {
    let is_free = |date: &NaiveDate| is_working_day(*date, holidays) && !booked.contains(date);
    let Some(weeks) = every_weeks else {
        return is_free(&from).then(|| Slots {
            first: from,
            excluded: Vec::new(),
            dates: vec![from],
        });
    };
    let lead = every(weeks, from, count).position(|d| is_free(&d))?;
    let lead = u32::try_from(lead).ok()?;
    let first = every(weeks, from, count).nth(lead as usize)?;
    let (dates, excluded): (Vec<_>, Vec<_>) = every(weeks, first, count).partition(is_free);
    Some(Slots {
        first,
        excluded,
        dates,
    })
}

/// The wished weekday first, then (unless it was named) the other working days.
fn weekdays_from(wished: Weekday, only: bool) -> Vec<Weekday> {
    if only {
        return vec![wished];
    }
    let working = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
    ];
    let mut found = vec![wished];
    found.extend(working.into_iter().filter(|day| *day != wished));
    found
}

/// The earliest date for a first lunch that nobody named: two days of notice, so that the reminder
/// of the day before can still come.
pub fn notice(today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(2)).unwrap_or(today)
}

/// Whether a wished start can be: in the future, and free for both.
pub fn is_free(start: NaiveDateTime, now: NaiveDateTime, booked: &BTreeSet<NaiveDate>) -> bool {
    start > now && !booked.contains(&start.date())
}

/// A weekday and time as the series' own.
pub fn habit(start: NaiveDateTime) -> (Weekday, NaiveTime) {
    (start.date().weekday(), start.time())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn thursdays(not_before: &str) -> Wish {
        Wish {
            weekday: Weekday::Thu,
            every_weeks: Some(2),
            not_before: day(not_before),
            weekday_named: false,
        }
    }

    #[test]
    fn a_second_partner_gets_the_other_week_and_a_third_another_weekday() {
        let none = BTreeSet::new();
        let ben = find(&thursdays("2027-01-05"), &none, &none).unwrap();
        assert_eq!(ben.first, day("2027-01-07"));
        let mut booked: BTreeSet<_> = ben.dates.iter().copied().collect();
        let cara = find(&thursdays("2027-01-05"), &booked, &none).unwrap();
        assert_eq!(cara.first, day("2027-01-14"));
        booked.extend(cara.dates.iter().copied());
        let dan = find(&thursdays("2027-01-05"), &booked, &none).unwrap();
        assert_eq!(dan.first, day("2027-01-11"));
        assert!(dan.dates.iter().all(|d| !booked.contains(d)));
    }

    /// A partner's series ends some day, and no first lunch waits for that.
    #[test]
    fn beside_a_series_that_has_run_for_a_while_the_other_week_is_taken() {
        let running: BTreeSet<_> = every(2, day("2027-01-07"), SERIES_LUNCHES).collect();
        let found = find(&thursdays("2027-02-12"), &running, &BTreeSet::new()).unwrap();
        assert_eq!(found.first, day("2027-02-25"));
        let weekly: BTreeSet<_> = every(1, day("2027-01-07"), 52).collect();
        let named = Wish {
            weekday_named: true,
            ..thursdays("2027-02-12")
        };
        assert_eq!(find(&named, &weekly, &BTreeSet::new()), None);
    }

    #[test]
    fn holidays_are_stepped_over() {
        let holidays = BTreeSet::from([day("2027-01-07"), day("2027-02-04")]);
        let slots = find(&thursdays("2027-01-05"), &BTreeSet::new(), &holidays).unwrap();
        assert_eq!(slots.first, day("2027-01-21"));
        assert_eq!(slots.excluded, vec![day("2027-02-04")]);
    }

    #[test]
    fn a_named_weekday_is_kept_or_nothing_is_found() {
        let wish = Wish {
            weekday_named: true,
            ..thursdays("2027-01-05")
        };
        let taken: BTreeSet<_> = every(1, day("2027-01-07"), 60).collect();
        assert_eq!(find(&wish, &taken, &BTreeSet::new()), None);
        let free = Wish {
            weekday_named: false,
            ..wish
        };
        assert_eq!(
            find(&free, &taken, &BTreeSet::new()).unwrap().first,
            day("2027-01-11")
        );
    }
}
