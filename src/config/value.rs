//! Single values as people write them: durations in words, times of day, weekdays, dates, time
//! zones, hosts, domains. Each gives a value or a fault with its remedy.

use super::mistake::{Fault, nearest};
use super::page::as_text;
use crate::words::address::Address;
use chrono::{NaiveDate, NaiveTime, TimeDelta, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use toml::de::DeValue;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Units of a duration: the singular, and its length in seconds.
const UNITS: [(&str, i64); 4] = [
    ("minute", MINUTE),
    ("hour", HOUR),
    ("day", DAY),
    ("week", 7 * DAY),
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// A duration in words, `"90 minutes"` or `"1 day 12 hours"`, within bounds given in seconds.
pub(super) fn duration(text: &str, bounds: RangeInclusive<i64>) -> Result<TimeDelta, Fault> {
    let remedy = "write a number and minutes, hours, days or weeks: \"90 minutes\", \"5 days\"";
    let fault = || Fault::new(format!("'{text}' is no duration"), remedy);
    let mut seconds: i64 = 0;
    let mut words = text.split_whitespace().filter(|word| *word != "and");
    let mut parts = 0;
    while let Some(number) = words.next() {
        let number: i64 = number.parse().map_err(|_| fault())?;
        let unit = words.next().ok_or_else(fault)?.to_lowercase();
        let singular = unit.strip_suffix('s').unwrap_or(&unit);
        let known = UNITS.iter().find(|(name, _)| *name == singular);
        let (_, length) = known.ok_or_else(fault)?;
        let part = number.checked_mul(*length).filter(|part| *part >= 0);
        seconds = part
            .and_then(|part| seconds.checked_add(part))
            .ok_or_else(fault)?;
        parts += 1;
    }
    if parts == 0 {
        return Err(fault());
    }
    if !bounds.contains(&seconds) {
        let (least, most) = (in_words(*bounds.start()), in_words(*bounds.end()));
        return Err(Fault::new(
            format!("'{text}' is out of bounds"),
            format!("write a duration from {least} to {most}"),
        ));
    }
    Ok(TimeDelta::seconds(seconds))
}

/// A length in seconds as people say it, in the largest unit that fits.
pub(super) fn in_words(seconds: i64) -> String {
    let largest = UNITS.iter().rev().find(|(_, length)| seconds % length == 0);
    let (name, length) = largest.copied().unwrap_or(("second", 1));
    let count = seconds / length;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

/// A time of day: `"12:30"`, or TOML's own `12:30:00`.
pub(super) fn time_of_day(key: &str, value: &DeValue<'_>) -> Result<NaiveTime, Fault> {
    if let DeValue::Datetime(moment) = value
        && let (None, Some(time), None) = (moment.date, moment.time, moment.offset)
        && let Some(found) = NaiveTime::from_hms_opt(time.hour.into(), time.minute.into(), 0)
    {
        return Ok(found);
    }
    let text = as_text(key, value)?;
    let read = NaiveTime::parse_from_str(text, "%H:%M");
    read.map_err(|_| {
        Fault::new(
            format!("'{text}' is no time of day"),
            "write hours and minutes of a 24-hour clock: \"12:30\"",
        )
    })
}

/// A date: `2026-12-25`, with or without quotes.
pub(super) fn date(key: &str, value: &DeValue<'_>) -> Result<NaiveDate, Fault> {
    let remedy = "write year, month and day: 2026-12-25";
    let text = match value {
        DeValue::Datetime(moment) => moment.to_string(),
        other => as_text(key, other)
            .map_err(|fault| Fault::new(fault.what.replace("a text", "dates"), remedy))?
            .to_owned(),
    };
    NaiveDate::from_str(&text).map_err(|_| Fault::new(format!("'{text}' is no date"), remedy))
}

/// A weekday's English name, in full or cut to three letters or more.
pub(super) fn weekday(text: &str) -> Result<Weekday, Fault> {
    let folded = text.to_lowercase();
    let found = WEEKDAYS
        .iter()
        .position(|name| folded.len() >= 3 && name.to_lowercase().starts_with(&folded));
    let day = found.and_then(|at| Weekday::try_from(u8::try_from(at).ok()?).ok());
    day.ok_or_else(|| {
        let remedy = match nearest(text, WEEKDAYS) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("write one of {}", WEEKDAYS.join(", ")),
        };
        Fault::new(format!("'{text}' is no weekday"), remedy)
    })
}

/// A time zone by its IANA name.
pub(super) fn timezone(text: &str) -> Result<Tz, Fault> {
    if let Ok(zone) = Tz::from_str(text) {
        return Ok(zone);
    }
    let folded = text.trim().replace(' ', "_").to_lowercase();
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = |name: &str| {
        let last = name.rsplit('/').next().unwrap_or(name);
        last.to_lowercase()
    };
    let by_city = names().find(|name| city(name) == folded || name.to_lowercase() == folded);
    let by_likeness = || {
        let like_a_city = names()
            .map(|name| {
                (
                    strsim::normalized_damerau_levenshtein(&folded, &city(name)),
                    name,
                )
            })
            .filter(|(likeness, _)| *likeness >= 0.8)
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        nearest(&folded, names()).or(like_a_city.map(|(_, name)| name))
    };
    let remedy = match by_city.or_else(by_likeness) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "write region and city as in the IANA list: \"Europe/Amsterdam\"".to_owned(),
    };
    Err(Fault::new(format!("'{text}' is no time zone"), remedy))
}

/// A mail address.
pub(super) fn address(text: &str) -> Result<Address, Fault> {
    Address::parse(text)
        .map_err(|error| Fault::new(error.to_string(), "write it as in \"lunch@example.com\""))
}

/// A host name or IP address, nothing round it.
pub(super) fn host(text: &str) -> Result<String, Fault> {
    let name = text.trim_matches(['[', ']']);
    if name.parse::<IpAddr>().is_ok() {
        return Ok(name.to_owned());
    }
    let remedy = "write the bare name: host = \"mail.example.com\"";
    if text.contains("://") {
        return Err(Fault::new(
            format!("'{text}' is a link, not a host"),
            remedy,
        ));
    }
    if let Some((name, port)) = text.rsplit_once(':')
        && port.parse::<u16>().is_ok()
    {
        return Err(Fault::new(
            format!("'{text}' has the port in it"),
            format!("write host = \"{name}\" and, on the next line, port = {port}"),
        ));
    }
    let unfit = |c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if text.contains(unfit) || text.starts_with('.') {
        return Err(Fault::new(format!("'{text}' is no host"), remedy));
    }
    Ok(text.to_owned())
}

/// Whether a host can only be this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let as_address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || as_address.is_ok_and(|ip| ip.is_loopback())
}

/// A mail domain as lower-case A-labels; `*` is any.
pub(super) fn domain(key: &str, value: &DeValue<'_>) -> Result<String, Fault> {
    let text = as_text(key, value)?;
    if text == "*" {
        return Ok(text.to_owned());
    }
    let bare = text.strip_prefix('@').unwrap_or(text);
    match Address::parse(&format!("x@{bare}")) {
        Ok(address) if !bare.contains('@') => Ok(address.domain().to_owned()),
        _ => Err(Fault::new(
            format!("'{text}' is no mail domain"),
            "write what stands behind the @: [\"example.com\"], or [\"*\"] for any",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_with_units() {
        let seconds = |text| duration(text, 0..=i64::MAX).map(|found| found.num_seconds());
        for (text, wanted) in [
            ("90 minutes", 5400),
            ("1 minute", 60),
            ("36 hours", 36 * 3600),
            ("5 Days", 5 * 86400),
            ("2 weeks and 1 day", 15 * 86400),
        ] {
            assert_eq!(seconds(text), Ok(wanted), "{text}");
        }
        for wrong in [
            "",
            "5",
            "days",
            "-1 day",
            "5days",
            "1 month",
            "1.5 days",
            "9223372036854775807 weeks",
        ] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert_eq!(in_words(5400), "90 minutes");
        assert_eq!(in_words(7 * 86400), "1 week");
    }

    #[test]
    fn a_misspelt_time_zone_is_told_the_nearest() {
        for (wrong, near) in [
            ("Amsterdam", "Europe/Amsterdam"),
            ("New York", "America/New_York"),
            ("america/new york", "America/New_York"),
            ("Europe/Berln", "Europe/Berlin"),
            ("europe/zurich", "Europe/Zurich"),
            ("Kolkatta", "Asia/Kolkata"),
        ] {
            let remedy = timezone(wrong).unwrap_err().remedy;
            assert_eq!(remedy, format!("did you mean \"{near}\"?"), "{wrong}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example.com",
            "127.0.0.1.nip.example",
            "0.0.0.0",
            "10.0.0.1",
            "::",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
