//! The calendar text that we send, read by others: by two parsers that are not ours, and by a small
//! reckoner that trusts nothing but our VTIMEZONE.

use calcard::Entry;
use calcard::icalendar::ICalendar;
use chrono::{
    DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc,
};
use chrono_tz::Tz;
use postlunch::calendar::write::{Event, Method, Recurrence};
use postlunch::words::address::{Address, NameAddr};

fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> NaiveDateTime {
    let date = NaiveDate::from_ymd_opt(year, month, day).expect("date");
    date.and_hms_opt(hour, minute, 0).expect("time")
}

fn series(zone: Tz) -> Event {
    let person = |name: &str, address: &str| NameAddr::new(name, Address::parse(address).unwrap());
    Event {
        method: Method::Request,
        uid: "6f1d2c3b9a844e57b0c12d3e4f5a6b7c@example.com".to_owned(),
        sequence: 3,
        stamp: at(2026, 11, 24, 15, 0).and_utc(),
        start: at(2026, 12, 3, 12, 30),
        minutes: 45,
        zone,
        recurrence: Some(Recurrence {
            every_weeks: 2,
            count: 26,
            excluded: vec![at(2026, 12, 31, 12, 30), at(2027, 7, 1, 12, 30)],
        }),
        recurrence_id: None,
        summary: "One on one peer review feedback lunch: Zoë \"Zed\" O'Hara & 李".to_owned(),
        location: "Café; upstairs, by the window\\door".to_owned(),
        description: "First line\nMETHOD:CANCEL\r\nEND:VEVENT".to_owned(),
        organizer: person("Lunch", "lunch@example.com"),
        attendee: person("O'Hara, \"Zed\": Zoë;", "zoe@bücher.example"),
    }
}

fn parsed(text: &str) -> ICalendar {
    match ICalendar::parse(text) {
        Ok(calendar) => calendar,
        Err(Entry::InvalidLine(line)) => panic!("calcard stumbles over {line}"),
        Err(other) => panic!("calcard sees {other:?}"),
    }
}

/// The lines, unfolded.
fn lines(text: &str) -> Vec<String> {
    let unfolded = text.replace("\r\n ", "");
    unfolded.lines().map(str::to_owned).collect()
}

#[test]
fn half_past_twelve_stays_half_past_twelve_all_year() {
    for zone in [
        Tz::Europe__Berlin,
        Tz::America__New_York,
        Tz::Australia__Lord_Howe,
        Tz::Asia__Kolkata,
        Tz::Africa__Casablanca,
    ] {
        let event = series(zone);
        let expanded =
            parsed(&event.to_ics()).expand_dates(calcard::common::timezone::Tz::UTC, 200);
        assert!(expanded.errors.is_empty(), "{zone}: {:?}", expanded.errors);
        let mut starts: Vec<DateTime<Utc>> =
            expanded.events.iter().map(|e| e.start.to_utc()).collect();
        starts.sort();
        let excluded = &event.recurrence.as_ref().unwrap().excluded;
        let wanted: Vec<DateTime<Utc>> = (0..26)
            .map(|n| event.start + Days::new(14 * n))
            .filter(|local| !excluded.contains(local))
            .map(|local| zone.from_local_datetime(&local).unwrap().to_utc())
            .collect();
        assert_eq!(starts, wanted, "{zone}");
    }
}

#[test]
fn two_foreign_parsers_find_the_same_event() {
    let text = series(Tz::Europe__Berlin).to_ics();
    let calendar = parsed(&text);
    assert_eq!(
        calendar.components.len(),
        5,
        "calendar, zone, two observances, event"
    );
    let other: icalendar::Calendar = text.parse().expect("icalendar reads it");
    let events: Vec<_> = other.events().collect();
    assert_eq!(events.len(), 1);
    use icalendar::Component;
    assert_eq!(
        events[0].get_summary(),
        Some("One on one peer review feedback lunch: Zoë \"Zed\" O'Hara & 李")
    );
    assert_eq!(
        events[0].property_value("LOCATION"),
        Some("Café; upstairs, by the window\\door")
    );
    assert_eq!(events[0].get_sequence(), Some(3));
}

#[test]
fn what_is_written_shows_buttons_and_cannot_be_broken_by_a_name() {
    let text = series(Tz::Europe__Berlin).to_ics();
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    assert!(
        text.split("\r\n")
            .all(|line| line.len() <= 75 && !line.contains('\n'))
    );
    let lines = lines(&text);
    for wanted in [
        "METHOD:REQUEST",
        "SEQUENCE:3",
        "DTSTAMP:20261124T150000Z",
        "DTSTART;TZID=Europe/Berlin:20261203T123000",
        "DTEND;TZID=Europe/Berlin:20261203T131500",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=26",
        "EXDATE;TZID=Europe/Berlin:20261231T123000,20270701T123000",
        "DESCRIPTION:First line\\nMETHOD:CANCEL\\nEND:VEVENT",
        "ORGANIZER;CN=\"Lunch\":mailto:lunch@example.com",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=\"O'Hara, Zed: Zoë;\":mailto:zoe@xn--bcher-kva.example",
        "STATUS:CONFIRMED",
    ] {
        assert!(
            lines.iter().any(|l| l == wanted),
            "no line {wanted} in\n{text}"
        );
    }
    assert_eq!(lines.iter().filter(|l| l.starts_with("METHOD")).count(), 1);
}

#[test]
fn a_series_is_told_from_its_next_lunch_on() {
    let mut event = series(Tz::Europe__Berlin);
    assert_eq!(event.next_start(), Some(at(2026, 12, 3, 12, 30)));
    // The hour itself counts as past, and what is excluded is stepped over.
    event.stamp = at(2026, 12, 17, 11, 30).and_utc();
    assert_eq!(event.next_start(), Some(at(2027, 1, 14, 12, 30)));
    event.stamp = at(2030, 1, 1, 0, 0).and_utc();
    assert_eq!(event.next_start(), None, "nothing is left");
    event.recurrence = None;
    assert_eq!(event.next_start(), Some(event.start));
}

#[test]
fn an_exception_stands_alone_and_a_cancellation_says_so() {
    let exception = Event {
        start: at(2027, 1, 15, 12, 30),
        recurrence_id: Some(at(2027, 1, 14, 12, 30)),
        ..series(Tz::America__New_York)
    };
    let text = exception.to_ics();
    assert!(text.contains("RECURRENCE-ID;TZID=America/New_York:20270114T123000\r\n"));
    assert!(text.contains("DTSTART;TZID=America/New_York:20270115T123000\r\n"));
    assert!(!text.contains("RRULE:FREQ=WEEKLY") && !text.contains("EXDATE"));
    let cancelled = Event {
        method: Method::Cancel,
        ..exception
    };
    let text = cancelled.to_ics();
    assert!(text.contains("METHOD:CANCEL\r\n") && text.contains("STATUS:CANCELLED\r\n"));
    assert!(!text.contains("RSVP"));
    parsed(&text);
}

/// One observance of a VTIMEZONE: from when, by which rule, to which offset.
struct Observance {
    first: NaiveDateTime,
    rule: Option<(u32, i32, chrono::Weekday)>,
    to: i32,
}

fn observances(text: &str) -> Vec<Observance> {
    let mut found = Vec::new();
    let (mut first, mut rule, mut to) = (NaiveDateTime::default(), None, 0);
    for line in lines(text) {
        if line == "BEGIN:VEVENT" {
            break;
        }
        if let Some(value) = line.strip_prefix("DTSTART:") {
            first = NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S").unwrap();
            rule = None;
        }
        if let Some(value) = line.strip_prefix("RRULE:FREQ=YEARLY;BYMONTH=") {
            let (month, day) = value.split_once(";BYDAY=").unwrap();
            let (nth, day) = day.split_at(day.len() - 2);
            let weekday = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
                .iter()
                .position(|d| *d == day)
                .and_then(|n| chrono::Weekday::try_from(n as u8).ok())
                .unwrap();
            rule = Some((month.parse().unwrap(), nth.parse().unwrap(), weekday));
        }
        if let Some(value) = line.strip_prefix("TZOFFSETTO:") {
            let number = |range: std::ops::Range<usize>| {
                value
                    .get(range)
                    .and_then(|n| n.parse::<i32>().ok())
                    .unwrap_or(0)
            };
            let seconds = number(1..3) * 3600 + number(3..5) * 60 + number(5..7);
            to = if value.starts_with('-') {
                -seconds
            } else {
                seconds
            };
        }
        if line == "END:STANDARD" || line == "END:DAYLIGHT" {
            found.push(Observance { first, rule, to });
        }
    }
    found
}

/// When this observance last began, at or before a local time.
fn onset(observance: &Observance, local: NaiveDateTime) -> Option<NaiveDateTime> {
    let Some((month, nth, weekday)) = observance.rule else {
        return Some(observance.first).filter(|first| *first <= local);
    };
    let in_year = |year: i32| -> Option<NaiveDateTime> {
        let day = match u8::try_from(nth) {
            Ok(nth) => NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth)?,
            Err(_) => (22..=31)
                .filter_map(|d| NaiveDate::from_ymd_opt(year, month, d))
                .rfind(|d| d.weekday() == weekday)?,
        };
        Some(day.and_time(observance.first.time()))
    };
    [local.year(), local.year() - 1]
        .into_iter()
        .filter_map(in_year)
        .find(|onset| *onset <= local && *onset >= observance.first)
}

#[test]
fn the_zone_written_is_the_zone_meant_for_every_zone_on_earth() {
    let mut checked = 0;
    for zone in chrono_tz::TZ_VARIANTS {
        let event = Event {
            zone,
            ..series(Tz::UTC)
        };
        let written = observances(&event.to_ics());
        for day in (0..400).step_by(4) {
            let local = event.start + Duration::days(day);
            let Some(meant) = zone.from_local_datetime(&local).single() else {
                continue;
            };
            let told = written
                .iter()
                .filter_map(|o| onset(o, local).map(|onset| (onset, o.to)))
                .max_by_key(|(onset, _)| *onset);
            let meant = meant.offset().fix().local_minus_utc();
            assert_eq!(told.map(|(_, to)| to), Some(meant), "{zone} on {local}");
            checked += 1;
        }
    }
    assert!(checked > 40_000, "{checked}");
}

#[test]
fn any_event_gives_well_formed_text() {
    let strange = Event {
        start: NaiveDate::MAX.and_time(NaiveTime::MIN),
        minutes: u32::MAX,
        recurrence: Some(Recurrence {
            every_weeks: u32::MAX,
            count: u32::MAX,
            excluded: Vec::new(),
        }),
        uid: "a\r\nMETHOD:CANCEL".to_owned(),
        ..series(Tz::Pacific__Apia)
    };
    let text = strange.to_ics();
    assert_eq!(
        text.matches("METHOD:").count() - text.matches("\\nMETHOD:").count(),
        1
    );
    assert!(text.ends_with("END:VCALENDAR\r\n"));
}
