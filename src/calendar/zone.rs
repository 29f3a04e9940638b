//! VTIMEZONE (RFC 5545 section 3.6.5) for any zone of the IANA database.
//!
//! The transitions are found by asking chrono-tz for offsets. Where they follow a yearly rule
//! ("last Sunday of March, 02:00") over ten years, the rule is written, as Outlook wants it and as
//! a series that is later extended needs it; where they do not (Morocco in Ramadan), each
//! transition of the years concerned is written on its own.

use crate::calendar::lines::Lines;
use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc, Weekday,
};
use chrono_tz::{OffsetName, Tz};

/// Years over which transitions must follow a rule for it to be written as one.
const YEARS_OF_RULE: i32 = 10;

/// One change of offset.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Transition {
    /// When it happens, on the clock that runs until then.
    local: NaiveDateTime,
    from_seconds: i32,
    to_seconds: i32,
    name: String,
}

/// A local time as DATE-TIME, form 1 (RFC 5545 section 3.3.5).
pub fn local(time: NaiveDateTime) -> String {
    time.format("%Y%m%dT%H%M%S").to_string()
}

/// Writes the VTIMEZONE that covers the years from `first` to `last`.
pub fn put(out: &mut Lines, zone: Tz, first: i32, last: i32) {
    out.put("BEGIN:VTIMEZONE");
    out.put(&format!("TZID:{}", zone.name()));
    let ruled = transitions(zone, first - 1, first - 1 + YEARS_OF_RULE);
    match yearly(&ruled) {
        Some(rules) => {
            for (transition, rule) in rules {
                put_observance(out, &transition, Some(&rule));
            }
        }
        None => put_each(out, zone, first, last),
    }
    out.put("END:VTIMEZONE");
}

/// Each transition on its own, behind the offset that holds before the first of them.
fn put_each(out: &mut Lines, zone: Tz, first: i32, last: i32) {
    let found = transitions(zone, first - 1, last + 1);
    let early = NaiveDate::from_yo_opt(first - 1, 1)
        .unwrap_or_default()
        .and_time(chrono::NaiveTime::MIN);
    let (offset, name) = at(zone, early);
    let before = Transition {
        local: DateTime::UNIX_EPOCH.naive_utc(),
        from_seconds: offset,
        to_seconds: offset,
        name,
    };
    for transition in std::iter::once(&before).chain(&found) {
        put_observance(out, transition, None);
    }
}

fn put_observance(out: &mut Lines, transition: &Transition, rule: Option<&str>) {
    let kind = if transition.to_seconds > transition.from_seconds {
        "DAYLIGHT"
    } else {
        "STANDARD"
    };
    out.put(&format!("BEGIN:{kind}"));
    out.put(&format!("DTSTART:{}", local(transition.local)));
    if let Some(rule) = rule {
        out.put(&format!("RRULE:{rule}"));
    }
    out.put(&format!("TZOFFSETFROM:{}", offset(transition.from_seconds)));
    out.put(&format!("TZOFFSETTO:{}", offset(transition.to_seconds)));
    out.put(&format!("TZNAME:{}", transition.name));
    out.put(&format!("END:{kind}"));
}

/// `+0530`, with seconds only where there are some.
fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let all = seconds.unsigned_abs();
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60);
    if rest == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{rest:02}")
    }
}

/// Offset from UTC in seconds, and its abbreviation, at a moment of UTC.
fn at(zone: Tz, utc: NaiveDateTime) -> (i32, String) {
    let offset = zone.offset_from_utc_datetime(&utc);
    let name = offset
        .abbreviation()
        .map_or_else(|| offset.to_string(), str::to_owned);
    (offset.fix().local_minus_utc(), name)
}

/// All changes of offset within the years, both included.
fn transitions(zone: Tz, first: i32, last: i32) -> Vec<Transition> {
    let start = NaiveDate::from_yo_opt(first, 1);
    let end = NaiveDate::from_yo_opt(last.saturating_add(1), 1);
    let (Some(start), Some(end)) = (start, end) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut earlier = start.and_time(chrono::NaiveTime::MIN);
    let end = end.and_time(chrono::NaiveTime::MIN);
    while earlier < end {
        // no zone changes twice within a week on the way there and back
        let later = (earlier + TimeDelta::days(7)).min(end);
        let (from, _) = at(zone, earlier);
        let (to, name) = at(zone, later);
        if from != to {
            let utc = change_between(zone, earlier, later, from);
            found.push(Transition {
                local: utc + TimeDelta::seconds(i64::from(from)),
                from_seconds: from,
                to_seconds: to,
                name,
            });
        }
        earlier = later;
    }
    found
}

/// The first second of UTC at which the offset is no longer `from`.
fn change_between(
    zone: Tz,
    before: NaiveDateTime,
    after: NaiveDateTime,
    from: i32,
) -> NaiveDateTime {
    let moment = |seconds: i64| {
        DateTime::<Utc>::from_timestamp(seconds, 0).map_or(before, |m| m.naive_utc())
    };
    let (mut low, mut high) = (before.and_utc().timestamp(), after.and_utc().timestamp());
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if at(zone, moment(middle)).0 == from {
            low = middle;
        } else {
            high = middle;
        }
    }
    moment(high)
}

/// Where every year has the same two changes by the same rule: each with its rule.
fn yearly(found: &[Transition]) -> Option<Vec<(Transition, String)>> {
    let years = usize::try_from(YEARS_OF_RULE).ok()? + 1;
    let (forth, back): (Vec<_>, Vec<_>) = found
        .iter()
        .cloned()
        .partition(|t| t.to_seconds > t.from_seconds);
    if forth.len() != years || back.len() != years {
        return None;
    }
    let rules = [rule_of(&forth)?, rule_of(&back)?];
    let firsts = [forth.into_iter().next()?, back.into_iter().next()?];
    let mut both: Vec<_> = firsts.into_iter().zip(rules).collect();
    both.sort_by_key(|(transition, _)| transition.local);
    Some(both)
}

/// The rule that all of these follow, one a year.
fn rule_of(changes: &[Transition]) -> Option<String> {
    let first = changes.first()?;
    let alike = |t: &Transition| {
        t.from_seconds == first.from_seconds
            && t.to_seconds == first.to_seconds
            && t.local.month() == first.local.month()
            && t.local.time() == first.local.time()
            && t.local.weekday() == first.local.weekday()
    };
    let in_a_row = changes
        .iter()
        .zip(changes.iter().skip(1))
        .all(|(a, b)| b.local.year() == a.local.year() + 1);
    if !in_a_row || !changes.iter().all(alike) {
        return None;
    }
    let which = |t: &Transition| i32::try_from(t.local.day0() / 7 + 1).unwrap_or(0);
    let nth = if changes.iter().all(|t| is_last_of_month(t.local)) {
        -1
    } else {
        which(first)
    };
    if nth != -1 && !changes.iter().all(|t| which(t) == nth) {
        return None;
    }
    let month = first.local.month();
    let day = two_letters(first.local.weekday());
    Some(format!("FREQ=YEARLY;BYMONTH={month};BYDAY={nth}{day}"))
}

fn is_last_of_month(time: NaiveDateTime) -> bool {
    (time + TimeDelta::days(7)).month() != time.month()
}

const fn two_letters(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(zone: Tz) -> String {
        let mut out = Lines::default();
        put(&mut out, zone, 2027, 2028);
        out.into_text()
    }

    #[test]
    fn a_yearly_rule_is_written_as_one() {
        let berlin = text(chrono_tz::Europe::Berlin);
        assert!(berlin.contains("BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST"));
        assert!(berlin.contains(
            "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"
        ));
        let new_york = text(chrono_tz::America::New_York);
        assert!(
            new_york.contains("BYMONTH=3;BYDAY=2SU") && new_york.contains("BYMONTH=11;BYDAY=1SU")
        );
    }

    #[test]
    fn half_hours_and_the_southern_summer_are_kept() {
        let howe = text(chrono_tz::Australia::Lord_Howe);
        assert!(howe.contains("BYMONTH=4;BYDAY=1SU\r\nTZOFFSETFROM:+1100\r\nTZOFFSETTO:+1030"));
        assert!(howe.contains("BYMONTH=10;BYDAY=1SU\r\nTZOFFSETFROM:+1030\r\nTZOFFSETTO:+1100"));
        assert!(howe.contains("BEGIN:STANDARD\r\nDTSTART:20260405T020000"));
    }

    #[test]
    fn a_zone_without_summer_time_has_one_observance() {
        for zone in [chrono_tz::Asia::Kolkata, chrono_tz::UTC] {
            let text = text(zone);
            assert_eq!(text.matches("BEGIN:STANDARD").count(), 1, "{text}");
            assert!(!text.contains("DAYLIGHT") && !text.contains("RRULE"));
        }
        assert!(text(chrono_tz::Asia::Kolkata).contains("TZOFFSETTO:+0530"));
    }

    #[test]
    fn where_no_rule_holds_each_change_is_written() {
        let casablanca = text(chrono_tz::Africa::Casablanca);
        assert!(!casablanca.contains("RRULE"));
        assert!(
            casablanca.matches("BEGIN:DAYLIGHT").count() >= 3,
            "{casablanca}"
        );
    }
}
