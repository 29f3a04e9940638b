//! Calendar entries as a calendar takes them in, read by the independent crate `icalendar`.

use super::letters::Received;
use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use icalendar::parser::{Component, read_calendar, unfold};

/// One entry.
pub struct Entry {
    /// `METHOD`.
    pub method: String,
    /// `UID`.
    pub uid: String,
    /// `SEQUENCE`.
    pub sequence: u32,
    /// The first (or only) lunch, local time.
    pub start: NaiveDateTime,
    /// Its zone.
    pub zone: Tz,
    /// `RRULE`, if it repeats.
    pub rule: Option<String>,
    /// Whether the entry calls off something.
    pub cancelled: bool,
    /// Times that are left out, as the properties write them.
    pub left_out: Vec<String>,
    /// Offsets of the zone's two halves of the year, as the entry itself tells them.
    pub offsets: Vec<(String, String, String)>,
}

impl Entry {
    /// Reads the entry that came with a letter.
    pub fn of(letter: &Received) -> Self {
        let unfolded = unfold(letter.calendar());
        let calendar = read_calendar(&unfolded).expect("icalendar reads it");
        let named = |name: &str| -> Vec<&Component<'_>> {
            let all = calendar.components.iter();
            all.filter(|component| component.name == name).collect()
        };
        let [event] = named("VEVENT")[..] else {
            panic!("not one event in one entry: {unfolded}");
        };
        let text = |name: &str| {
            event
                .find_prop(name)
                .map(|found| found.val.as_str().to_owned())
        };
        let start = event.find_prop("DTSTART").expect("a start");
        let zone = start.params.iter().find(|param| param.key == "TZID");
        let zone = zone.and_then(|param| param.val.as_ref()).expect("a zone");
        let properties = event.properties.iter();
        let left_out = properties
            .filter(|one| one.name == "EXDATE" || one.name == "RECURRENCE-ID")
            .map(|one| one.val.as_str().to_owned())
            .collect();
        let method = calendar.properties.iter().find(|one| one.name == "METHOD");
        let method = method.expect("a method").val.as_str().to_owned();
        Self {
            uid: text("UID").expect("a UID"),
            sequence: text("SEQUENCE")
                .expect("a sequence")
                .parse()
                .expect("a number"),
            start: NaiveDateTime::parse_from_str(start.val.as_str(), "%Y%m%dT%H%M%S")
                .expect("a local time"),
            zone: zone.as_str().parse().expect("a known zone"),
            rule: text("RRULE"),
            cancelled: method == "CANCEL" && text("STATUS").as_deref() == Some("CANCELLED"),
            left_out,
            offsets: named("VTIMEZONE").into_iter().flat_map(offsets).collect(),
            method,
        }
    }

    /// The lunches of a fortnightly series, in universal time.
    pub fn lunches(&self, count: u64) -> Vec<DateTime<Utc>> {
        let rule = self.rule.as_deref().expect("a series");
        assert!(
            rule.contains("FREQ=WEEKLY") && rule.contains("INTERVAL=2"),
            "{rule}"
        );
        let nth = |n| self.start + Days::new(14 * n);
        let moment = |local: NaiveDateTime| self.zone.from_local_datetime(&local).single();
        (0..count)
            .map(|n| moment(nth(n)).expect("a time of day that exists").to_utc())
            .collect()
    }
}

fn offsets(zone: &Component<'_>) -> Vec<(String, String, String)> {
    let mut found: Vec<_> = zone
        .components
        .iter()
        .map(|half| {
            let text = |name: &str| {
                half.find_prop(name)
                    .map_or_else(String::new, |found| found.val.as_str().to_owned())
            };
            (
                half.name.as_str().to_owned(),
                text("TZOFFSETTO"),
                text("RRULE"),
            )
        })
        .collect();
    found.sort();
    found
}

/// Half past twelve in Berlin, winter and summer.
pub fn assert_half_past_twelve_all_year(entry: &Entry) {
    assert_eq!(entry.zone, Tz::Europe__Berlin);
    assert_eq!(Some(entry.start.time()), NaiveTime::from_hms_opt(12, 30, 0));
    let by_utc = |wanted: &str| {
        let lunches = entry.lunches(13);
        let times = lunches.iter().map(|l| l.format("%H:%M").to_string());
        times.filter(|time| time == wanted).count()
    };
    // From 7 January on: six lunches in winter time, then seven in summer time.
    assert_eq!((by_utc("11:30"), by_utc("10:30")), (6, 7));
    let half = |kind: &str, offset: &str, rule: &str| {
        (kind.to_owned(), offset.to_owned(), rule.to_owned())
    };
    let wanted = [
        half("DAYLIGHT", "+0200", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        half("STANDARD", "+0100", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
    ];
    assert_eq!(entry.offsets, wanted, "the entry's own zone");
}
