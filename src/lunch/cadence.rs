//! Fortnights: local dates and a zone in, moments out.
//!
//! Everything people see is local wall time; a series keeps its 12:30 over a change of the clocks
//! because dates are counted in the local calendar and never by adding hours.

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// The moment of a local time. In the spring gap: the first moment after it. In the autumn fold:
/// the earlier of the two.
pub fn moment(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    for quarter_hours in 0..=8 {
        let shifted = local + TimeDelta::minutes(15 * quarter_hours);
        match zone.from_local_datetime(&shifted) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
                return at.with_timezone(&Utc);
            }
            LocalResult::None => {}
        }
    }
    Utc.from_utc_datetime(&local)
}

/// The local time of a moment.
pub fn local(moment: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    moment.with_timezone(&zone).naive_local()
}

/// Whether lunches may fall on that day.
pub fn is_working_day(date: NaiveDate, holidays: &BTreeSet<NaiveDate>) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !holidays.contains(&date)
}

/// That date if lunches may fall on it, else the next one on which they may.
pub fn working_day_from(date: NaiveDate, holidays: &BTreeSet<NaiveDate>) -> NaiveDate {
    // A year of holidays in a row would be a mistake in the configuration; stop there.
    let days = date.iter_days().take(366);
    days.into_iter()
        .find(|day| is_working_day(*day, holidays))
        .unwrap_or(date)
}

/// When mail that nobody asked for goes out, if it is due at that moment: on a working day then, else at
/// `time` of the next one.
pub fn on_working_day(
    due: DateTime<Utc>,
    zone: Tz,
    time: NaiveTime,
    holidays: &BTreeSet<NaiveDate>,
) -> DateTime<Utc> {
    let date = local(due, zone).date();
    match working_day_from(date, holidays) {
        day if day == date => due,
        day => moment(at(day, time), zone),
    }
}

/// The working day `days` working days before `date`; 0 is the date itself.
pub fn working_days_before(
    date: NaiveDate,
    days: u32,
    holidays: &BTreeSet<NaiveDate>,
) -> NaiveDate {
    let mut found = date;
    let mut left = days;
    // A year of holidays in a row would be a mistake in the configuration; stop there.
    for _ in 0..366 {
        if left == 0 {
            break;
        }
        found = found.pred_opt().unwrap_or(found);
        if is_working_day(found, holidays) {
            left -= 1;
        }
    }
    found
}

/// The first date on or after `from` that falls on `weekday`.
pub fn first_on(weekday: Weekday, from: NaiveDate) -> NaiveDate {
    let ahead = (7 + weekday.num_days_from_monday() - from.weekday().num_days_from_monday()) % 7;
    from.checked_add_days(Days::new(u64::from(ahead)))
        .unwrap_or(from)
}

/// `count` dates, every so many weeks, the first included.
pub fn every(weeks: u32, first: NaiveDate, count: u32) -> impl Iterator<Item = NaiveDate> {
    (0..u64::from(count))
        .map_while(move |n| first.checked_add_days(Days::new(n * 7 * u64::from(weeks))))
}

/// That date at that local time.
pub fn at(date: NaiveDate, time: NaiveTime) -> NaiveDateTime {
    date.and_time(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn lunch_stays_at_half_past_twelve_when_the_clocks_change() {
        let zone = chrono_tz::Europe::Berlin;
        let noon = NaiveTime::from_hms_opt(12, 30, 0).unwrap();
        let moments: Vec<_> = every(2, day("2027-03-18"), 2)
            .map(|d| moment(at(d, noon), zone))
            .collect();
        assert_eq!(moments[0].to_rfc3339(), "2027-03-18T11:30:00+00:00");
        assert_eq!(moments[1].to_rfc3339(), "2027-04-01T10:30:00+00:00");
    }

    #[test]
    fn a_time_that_does_not_exist_is_the_first_one_after_it() {
        let gap = "2027-03-28T02:30:00".parse().unwrap();
        assert_eq!(
            moment(gap, chrono_tz::Europe::Berlin).to_rfc3339(),
            "2027-03-28T01:00:00+00:00"
        );
        let lord_howe = "2027-10-03T02:10:00".parse().unwrap();
        assert_eq!(
            moment(lord_howe, chrono_tz::Australia::Lord_Howe).to_rfc3339(),
            "2027-10-02T15:40:00+00:00"
        );
    }

    #[test]
    fn the_working_day_before_a_monday_is_the_friday_unless_that_is_a_holiday() {
        let none = BTreeSet::new();
        assert_eq!(
            working_days_before(day("2027-01-18"), 1, &none),
            day("2027-01-15")
        );
        let friday_off = BTreeSet::from([day("2027-01-15")]);
        assert_eq!(
            working_days_before(day("2027-01-18"), 1, &friday_off),
            day("2027-01-14")
        );
    }

    #[test]
    fn mail_that_nobody_asked_for_waits_for_a_working_day() {
        let zone = chrono_tz::Europe::Berlin;
        let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap();
        let holidays = BTreeSet::from([day("2027-01-18")]);
        let goes = |due: &str| on_working_day(due.parse().unwrap(), zone, nine, &holidays);
        let friday = "2027-01-15T13:45:00Z";
        assert_eq!(goes(friday), friday.parse::<DateTime<Utc>>().unwrap());
        // Late on Friday in London is Saturday in Berlin, and Monday is a holiday.
        for weekend in ["2027-01-15T23:30:00Z", "2027-01-17T13:45:00Z"] {
            assert_eq!(goes(weekend).to_rfc3339(), "2027-01-19T08:00:00+00:00");
        }
    }
}
