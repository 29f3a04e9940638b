//! What somebody's calendar makes of our calendar mails, read from their octets by the independent
//! crate `icalendar`. What a client shows then is the same as in the exploration of `decide`.

#[allow(dead_code, reason = "the exploration needs more of it")]
#[path = "../../../../tests/explore/calendars.rs"]
mod calendars;

pub use calendars::{Calendar, Client, Place};

use crate::calendar::write::{Event, Method, Recurrence};
use crate::words::address::NameAddr;
use chrono::{DateTime, NaiveDateTime};
use icalendar::parser::{Component, read_calendar, unfold};

/// The entry in a calendar mail.
pub fn entry(octets: &str) -> Event {
    let unfolded = unfold(octets);
    let calendar = read_calendar(&unfolded).expect("icalendar reads it");
    let mut events = calendar
        .components
        .iter()
        .filter(|one| one.name == "VEVENT");
    let (Some(event), None) = (events.next(), events.next()) else {
        panic!("not one event in one entry: {unfolded}");
    };
    let method = calendar.properties.iter().find(|one| one.name == "METHOD");
    let method = match method.expect("a method").val.as_str() {
        "REQUEST" => Method::Request,
        "CANCEL" => Method::Cancel,
        other => panic!("METHOD:{other} to somebody who is not the owner"),
    };
    let nobody = NameAddr::parse("nobody@example.com").expect("an address");
    Event {
        method,
        uid: text(event, "UID").expect("a UID"),
        sequence: number(&text(event, "SEQUENCE").expect("a SEQUENCE")),
        stamp: DateTime::UNIX_EPOCH,
        start: local(&text(event, "DTSTART").expect("a start")),
        minutes: 0,
        zone: chrono_tz::Europe::Berlin,
        recurrence: text(event, "RRULE").map(|rule| Recurrence {
            every_weeks: part(&rule, "INTERVAL"),
            count: part(&rule, "COUNT"),
            excluded: all(event, "EXDATE"),
        }),
        recurrence_id: text(event, "RECURRENCE-ID").map(|at| local(&at)),
        summary: String::new(),
        location: text(event, "LOCATION")
            .expect("a place")
            .replace("\\,", ",")
            .replace("\\;", ";"),
        description: String::new(),
        organizer: nobody.clone(),
        attendee: nobody,
    }
}

fn text(event: &Component<'_>, name: &str) -> Option<String> {
    let found = event.properties.iter().find(|one| one.name == name)?;
    Some(found.val.as_str().to_owned())
}

fn all(event: &Component<'_>, name: &str) -> Vec<NaiveDateTime> {
    let found = event.properties.iter().filter(|one| one.name == name);
    found
        .flat_map(|one| one.val.as_str().split(','))
        .map(local)
        .collect()
}

fn part(rule: &str, name: &str) -> u32 {
    let parts = rule.split(';').filter_map(|part| part.split_once('='));
    let mut named = parts.filter(|(key, _)| *key == name);
    number(named.next().expect("a bounded rule with its interval").1)
}

fn number(text: &str) -> u32 {
    text.parse().expect("a number")
}

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").expect("a local time")
}
