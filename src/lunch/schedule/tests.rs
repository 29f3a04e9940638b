//! Schedules told as runs: what an operator wrote, and when it then comes.

use super::*;
use chrono_tz::{America::New_York, Australia::Lord_Howe, Europe::Amsterdam, Pacific::Apia};

/// The first `count` runs after a moment, as they read on a clock in `zone`.
fn runs(schedule: &str, after: &str, zone: Tz, count: usize) -> Vec<String> {
    let schedule = Schedule::parse(schedule).expect("a schedule");
    let mut moment: DateTime<Utc> = after.parse().expect("a moment");
    let mut seen = Vec::new();
    while seen.len() < count {
        moment = schedule.after(moment, zone).expect("a next run");
        let local = moment.with_timezone(&zone);
        seen.push(local.format("%a %Y-%m-%d %H:%M").to_string());
    }
    seen
}

#[test]
fn the_first_of_each_month_at_eight_local_time() {
    let found = runs("0 8 1 * *", "2026-09-30T23:00:00Z", Amsterdam, 3);
    let wanted = [
        "Thu 2026-10-01 08:00",
        "Sun 2026-11-01 08:00",
        "Tue 2026-12-01 08:00",
    ];
    assert_eq!(found, wanted);
    let found = runs("@monthly", "2026-12-01T00:00:00Z", New_York, 2);
    assert_eq!(found, ["Tue 2026-12-01 00:00", "Fri 2027-01-01 00:00"]);
}

#[test]
fn weekdays_count_from_monday_as_one_and_sunday_is_zero_or_seven() {
    for (field, wanted) in [
        ("1", "Mon 2026-11-23"),
        ("0", "Sun 2026-11-29"),
        ("7", "Sun 2026-11-29"),
        ("thu", "Thu 2026-11-26"),
        ("Friday", "Fri 2026-11-27"),
        ("6-7", "Sat 2026-11-28"),
        ("Wed-Fri", "Wed 2026-11-25"),
        ("2/2", "Tue 2026-11-24"),
    ] {
        let found = runs(
            &format!("0 9 * * {field}"),
            "2026-11-23T00:00:00Z",
            Tz::UTC,
            1,
        );
        assert_eq!(found, [format!("{wanted} 09:00")], "weekday {field}");
    }
    let weekend = runs("0 9 * * Fri-Mon", "2026-11-24T00:00:00Z", Tz::UTC, 5);
    let days: Vec<&str> = weekend.iter().map(|run| &run[..3]).collect();
    assert_eq!(days, ["Fri", "Sat", "Sun", "Mon", "Fri"]);
    let odd = runs("0 9 * * */2", "2026-11-22T10:00:00Z", Tz::UTC, 4);
    let days: Vec<&str> = odd.iter().map(|run| &run[..3]).collect();
    assert_eq!(days, ["Tue", "Thu", "Sat", "Sun"]);
}

#[test]
fn both_day_fields_must_fit_so_the_first_monday_can_be_said() {
    let found = runs("30 7 1-7 * Mon", "2026-11-22T00:00:00Z", Tz::UTC, 2);
    assert_eq!(found, ["Mon 2026-12-07 07:30", "Mon 2027-01-04 07:30"]);
}

#[test]
fn a_run_inside_the_spring_gap_comes_right_after_it() {
    let found = runs("30 2 * * *", "2026-03-28T12:00:00Z", Amsterdam, 2);
    assert_eq!(found, ["Sun 2026-03-29 03:00", "Mon 2026-03-30 02:30"]);
    let half_an_hour = runs("15 2 * * *", "2026-10-03T12:00:00Z", Lord_Howe, 1);
    assert_eq!(half_an_hour, ["Sun 2026-10-04 02:30"]);
}

#[test]
fn a_run_inside_the_autumn_fold_comes_once() {
    let found = runs("30 2 * * *", "2026-10-24T12:00:00Z", Amsterdam, 2);
    assert_eq!(found, ["Sun 2026-10-25 02:30", "Mon 2026-10-26 02:30"]);
    let first_pass = Schedule::parse("30 2 25 10 *").unwrap();
    let run = first_pass.after("2026-10-24T12:00:00Z".parse().unwrap(), Amsterdam);
    assert_eq!(
        run,
        Some("2026-10-25T00:30:00Z".parse().unwrap()),
        "summer time"
    );
    // asked between the two passes: the next is next year's
    let between = first_pass.after("2026-10-25T00:45:00Z".parse().unwrap(), Amsterdam);
    assert_eq!(between, Some("2027-10-25T00:30:00Z".parse().unwrap()));
}

#[test]
fn a_date_never_has_two_runs() {
    let found = runs("0 9,17 * * *", "2026-11-22T00:00:00Z", Tz::UTC, 2);
    assert_eq!(found, ["Sun 2026-11-22 09:00", "Mon 2026-11-23 09:00"]);
}

#[test]
fn no_date_is_left_out_or_doubled_in_ten_years_of_clock_changes() {
    for zone in [Amsterdam, New_York, Lord_Howe] {
        let daily = Schedule::parse("30 2 * * *").unwrap();
        let mut moment: DateTime<Utc> = "2025-12-31T23:00:00Z".parse().unwrap();
        let mut last: Option<NaiveDate> = None;
        for _ in 0..3653 {
            moment = daily.after(moment, zone).unwrap();
            let date = moment.with_timezone(&zone).date_naive();
            if let Some(last) = last {
                assert_eq!(Some(date), last.succ_opt(), "{zone}");
            }
            last = Some(date);
        }
    }
}

#[test]
fn a_whole_skipped_day_brings_no_second_run_to_the_next() {
    // Samoa had no 30 December 2011.
    let found = runs("0 8 * * *", "2011-12-29T00:00:00Z", Apia, 3);
    let wanted = [
        "Thu 2011-12-29 08:00",
        "Sat 2011-12-31 08:00",
        "Sun 2012-01-01 08:00",
    ];
    assert_eq!(found, wanted);
    let on_that_day = runs("0 8 30 * *", "2011-12-01T00:00:00Z", Apia, 1);
    assert_eq!(on_that_day, ["Sat 2011-12-31 00:00"]);
}

#[test]
fn a_mistake_is_named_with_its_remedy() {
    let message = |text| Schedule::parse(text).unwrap_err().to_string();
    assert!(message("8 1 * *").contains("but this has 4"));
    assert!(message("0 0 8 1 * *").contains("but this has 6"));
    assert!(message("").contains("but this has 0"));
    assert!(message("0 24 1 * *").contains("'24' does not fit the hour; write 0-23"));
    assert!(message("0 8 L * *").contains("'L' does not fit the day of the month"));
    assert!(message("0 8 1 Foo *").contains("'Foo' does not fit the month"));
    assert!(message("0 8 * * 8").contains("'8' is no weekday"));
    assert!(message("0 8 * * Mon#1").contains("'Mon#1' is no weekday"));
    assert!(message("0 8 * * 1/0").contains("'1/0' is no weekday"));
    assert!(message("@fortnightly").contains("known are @daily"));
    assert!(message("0 8 30 2 *").contains("no day ever fits"));
}
