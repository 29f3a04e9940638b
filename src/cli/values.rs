//! Values on the command line: durations, days, moments, people.
//!
//! Each parser's error says what was expected, with an example.

use crate::daemon::coming;
use crate::lunch::act::Answering;
use crate::words::address::{Address, NameAddr};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use std::str::FromStr;

/// Longest stretch that a clock is moved at once; ten years.
const DAYS_MAX: i64 = 3660;

/// Longest quiet time asked of a mailbox.
const SETTLE_MINUTES_MAX: i64 = 10;

/// `14d`, `36h`, `90m`, `2w`, `45s`, `500ms`, or several of them together: `1d12h`.
///
/// # Errors
/// If it is none of them, is zero, or is longer than ten years.
pub fn duration(text: &str) -> Result<TimeDelta, String> {
    let wrong = || format!("'{text}' is no duration; write for example 14d, 36h, 90m or 2w");
    let mut total = TimeDelta::zero();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (number, behind) = leading(rest, |c| c.is_ascii_digit());
        let (unit, behind) = leading(behind.trim_start(), char::is_alphabetic);
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let part = match unit {
            "w" | "week" | "weeks" => TimeDelta::try_weeks(number),
            "d" | "day" | "days" => TimeDelta::try_days(number),
            "h" | "hour" | "hours" => TimeDelta::try_hours(number),
            "m" | "min" | "minute" | "minutes" => TimeDelta::try_minutes(number),
            "s" | "sec" | "second" | "seconds" => TimeDelta::try_seconds(number),
            "ms" => TimeDelta::try_milliseconds(number),
            _ => None,
        };
        total = part
            .and_then(|part| total.checked_add(&part))
            .ok_or_else(wrong)?;
        rest = behind.trim_start();
    }
    if total <= TimeDelta::zero() {
        return Err(wrong());
    }
    if total > TimeDelta::days(DAYS_MAX) {
        return Err(format!("'{text}' is longer than ten years"));
    }
    Ok(total)
}

fn leading(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// A duration of at least one second, for a clock.
///
/// # Errors
/// If it is none.
pub fn stretch(text: &str) -> Result<TimeDelta, String> {
    let stretch = duration(text)?;
    if stretch < TimeDelta::seconds(1) {
        return Err(format!("'{text}' is less than a second"));
    }
    Ok(stretch)
}

/// A time to look ahead: a duration of at most 400 days.
///
/// # Errors
/// If it is none.
pub fn ahead(text: &str) -> Result<TimeDelta, String> {
    let ahead = stretch(text)?;
    if ahead > TimeDelta::days(coming::DAYS_MAX) {
        return Err(format!("'{text}' is longer than {} days", coming::DAYS_MAX));
    }
    Ok(ahead)
}

/// A quiet time: a duration of at most ten minutes; `0` is none at all.
///
/// # Errors
/// If it is none.
pub fn settle(text: &str) -> Result<TimeDelta, String> {
    let quiet = match text.trim() {
        "0" | "0s" | "0ms" => TimeDelta::zero(),
        other => duration(other)?,
    };
    if quiet > TimeDelta::minutes(SETTLE_MINUTES_MAX) {
        return Err(format!("'{text}' is longer than ten minutes"));
    }
    Ok(quiet)
}

/// A moment as RFC 3339 writes it.
///
/// # Errors
/// If it is none.
pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text.trim())
        .map(|moment| moment.with_timezone(&Utc))
        .map_err(|_| {
            format!("'{text}' is no moment; write for example 2026-01-05T09:00:00Z or 2026-01-05T10:00:00+01:00")
        })
}

/// A day as ISO 8601 writes it.
///
/// # Errors
/// If it is none.
pub fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d")
        .map_err(|_| format!("'{text}' is no day; write for example 2026-01-07"))
}

/// An IANA time zone.
///
/// # Errors
/// If there is none of that name.
pub fn zone(text: &str) -> Result<Tz, String> {
    Tz::from_str(text.trim())
        .map_err(|_| format!("'{text}' is no time zone; write for example Europe/Amsterdam"))
}

/// An address.
///
/// # Errors
/// If it is none.
pub fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| error.to_string())
}

/// A person: `Ana Ruiz <ana@example.com>`, or the address alone.
///
/// # Errors
/// If there is no address in it.
pub fn person(text: &str) -> Result<NameAddr, String> {
    NameAddr::parse(text)
        .map_err(|error| format!("{error}; write for example 'Ana Ruiz <ana@example.com>'"))
}

/// The kind of a letter that is answered.
///
/// # Errors
/// If there is none of that name.
pub fn answering(text: &str) -> Result<Answering, String> {
    Answering::from_name(&text.trim().to_lowercase()).ok_or_else(|| {
        let names: Vec<&str> = Answering::ALL.iter().map(|kind| kind.name()).collect();
        format!("the kinds are {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, expected) in [
            ("14d", TimeDelta::days(14)),
            ("36h", TimeDelta::hours(36)),
            ("90m", TimeDelta::minutes(90)),
            ("2w", TimeDelta::weeks(2)),
            ("45s", TimeDelta::seconds(45)),
            ("500ms", TimeDelta::milliseconds(500)),
            ("1d12h", TimeDelta::hours(36)),
            (" 5 days ", TimeDelta::days(5)),
            ("1 week 2 days", TimeDelta::days(9)),
        ] {
            assert_eq!(duration(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_told_with_an_example() {
        for text in [
            "",
            "14",
            "d",
            "0d",
            "-3d",
            "3 lunches",
            "1é",
            "99999999999999999999d",
            "9000w",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(duration("fortnight").is_err_and(|why| why.contains("14d")));
        assert_eq!(settle("0"), Ok(TimeDelta::zero()));
        assert!(settle("2h").is_err());
    }

    #[test]
    fn moments_and_days_are_those_of_the_standards() {
        assert!(
            moment("2026-01-05T10:00:00+01:00")
                .is_ok_and(|m| m.to_rfc3339() == "2026-01-05T09:00:00+00:00")
        );
        assert!(moment("5 January").is_err());
        assert!(date("2026-02-30").is_err());
        assert!(zone("Europe/Amsterdam").is_ok());
        assert!(zone("Mars/Phobos").is_err());
        assert_eq!(answering("invite"), Ok(Answering::Invitation));
        assert!(answering("letter").is_err_and(|why| why.contains("followup")));
    }
}
