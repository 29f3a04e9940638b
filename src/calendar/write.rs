//! Writing: one event, for one attendee, as a REQUEST or a CANCEL; for the organizer's own calendar
//! it is published.
//!
//! Local times with their VTIMEZONE, so that half past twelve stays half past twelve when the
//! clocks change (MAIL-FACTS section 3 says what clients want to see). Total: any event gives
//! well-formed text. DTSTAMP, UID and SEQUENCE are given, never made up here.

use crate::calendar::lines::{Lines, escaped, quoted};
use crate::calendar::zone;
use crate::words::address::{Address, NameAddr};
use chrono::{DateTime, Datelike, Days, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// iTIP method (RFC 5546 section 1.4) of what we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// REQUEST: invite, or change an invitation.
    Request,
    /// CANCEL: take an event or one occurrence back.
    Cancel,
    /// PUBLISH: an event to put into one's calendar, for whoever organizes it: nobody answers an
    /// invitation of their own (RFC 5546 section 3.2.1).
    Publish,
}

/// A weekly rule with an end (RFC 5545 section 3.3.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// INTERVAL, in weeks.
    pub every_weeks: u32,
    /// COUNT, excluded dates included.
    pub count: u32,
    /// EXDATE: occurrences left out, local time.
    pub excluded: Vec<NaiveDateTime>,
}

/// A VEVENT with all that clients need to show their buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What is asked of the attendee's calendar.
    pub method: Method,
    /// UID, the same through the life of the series.
    pub uid: String,
    /// SEQUENCE, one more with each change.
    pub sequence: u32,
    /// DTSTAMP.
    pub stamp: DateTime<Utc>,
    /// DTSTART, local to `zone`.
    pub start: NaiveDateTime,
    /// Length in minutes.
    pub minutes: u32,
    /// TZID; the VTIMEZONE is written along.
    pub zone: Tz,
    /// The series' rule; `None` for a single lunch or an exception.
    pub recurrence: Option<Recurrence>,
    /// RECURRENCE-ID, local to `zone`, in an exception.
    pub recurrence_id: Option<NaiveDateTime>,
    /// SUMMARY.
    pub summary: String,
    /// LOCATION.
    pub location: String,
    /// DESCRIPTION.
    pub description: String,
    /// ORGANIZER: the mailbox that we read.
    pub organizer: NameAddr,
    /// ATTENDEE: the address that the mail goes to.
    pub attendee: NameAddr,
}

impl Method {
    /// The value of METHOD, in the body and on the MIME part alike (RFC 6047 section 2.4).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
            Self::Publish => "PUBLISH",
        }
    }
}

impl Event {
    /// The event as an iCalendar object (RFC 5545) with METHOD (RFC 5546), lines folded at 75
    /// octets and ended by CRLF.
    pub fn to_ics(&self) -> String {
        let mut out = Lines::default();
        out.put("BEGIN:VCALENDAR");
        out.put("PRODID:-//postlunch//postlunch//EN");
        out.put("VERSION:2.0");
        out.put("CALSCALE:GREGORIAN");
        out.put(&format!("METHOD:{}", self.method.name()));
        zone::put(&mut out, self.zone, self.start.year(), self.last_year());
        out.put("BEGIN:VEVENT");
        out.put(&format!("UID:{}", escaped(&self.uid)));
        out.put(&format!("SEQUENCE:{}", self.sequence));
        out.put(&format!("DTSTAMP:{}", self.stamp.format("%Y%m%dT%H%M%SZ")));
        self.put_times(&mut out);
        out.put(&format!("SUMMARY:{}", escaped(&self.summary)));
        out.put(&format!("LOCATION:{}", escaped(&self.location)));
        if !self.description.is_empty() {
            out.put(&format!("DESCRIPTION:{}", escaped(&self.description)));
        }
        self.put_people(&mut out);
        let (status, transparency) = match self.method {
            Method::Request | Method::Publish => ("CONFIRMED", "OPAQUE"),
            Method::Cancel => ("CANCELLED", "TRANSPARENT"),
        };
        out.put(&format!("STATUS:{status}"));
        out.put(&format!("TRANSP:{transparency}"));
        out.put("END:VEVENT");
        out.put("END:VCALENDAR");
        out.into_text()
    }

    fn put_times(&self, out: &mut Lines) {
        let end = self
            .start
            .checked_add_signed(TimeDelta::minutes(i64::from(self.minutes)))
            .unwrap_or(self.start);
        if let Some(occurrence) = self.recurrence_id {
            self.put_local(out, "RECURRENCE-ID", &[occurrence]);
        }
        self.put_local(out, "DTSTART", &[self.start]);
        self.put_local(out, "DTEND", &[end]);
        // an exception belongs to a series; it is none itself
        let series = self
            .recurrence
            .as_ref()
            .filter(|_| self.recurrence_id.is_none());
        if let Some(rule) = series {
            out.put(&format!(
                "RRULE:FREQ=WEEKLY;INTERVAL={};COUNT={}",
                rule.every_weeks.max(1),
                rule.count.max(1)
            ));
            if !rule.excluded.is_empty() {
                self.put_local(out, "EXDATE", &rule.excluded);
            }
        }
    }

    fn put_local(&self, out: &mut Lines, property: &str, times: &[NaiveDateTime]) {
        let values: Vec<String> = times.iter().map(|t| zone::local(*t)).collect();
        let zone = self.zone.name();
        out.put(&format!("{property};TZID={zone}:{}", values.join(",")));
    }

    fn put_people(&self, out: &mut Lines) {
        let asked = match self.method {
            Method::Request => ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE",
            Method::Cancel | Method::Publish => "",
        };
        out.put(&format!(
            "ORGANIZER{}:{}",
            common_name(&self.organizer),
            mailto(&self.organizer.address)
        ));
        if self.is_organizers_own() {
            return;
        }
        out.put(&format!(
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{asked}{}:{}",
            common_name(&self.attendee),
            mailto(&self.attendee.address)
        ));
    }

    /// Whether it goes to the organizer's own calendar, where nobody is an attendee.
    fn is_organizers_own(&self) -> bool {
        self.organizer.address == self.attendee.address
    }

    /// The first start after `stamp`, local time: of a series its next occurrence that is not
    /// excluded; `None` where none is left, since another series takes its place. An event without a
    /// recurrence has one start.
    pub fn next_start(&self) -> Option<NaiveDateTime> {
        let Some(rule) = &self.recurrence else {
            return Some(self.start);
        };
        let now = self.stamp.with_timezone(&self.zone).naive_local();
        let weeks = u64::from(rule.every_weeks.max(1));
        (0..u64::from(rule.count.min(1_000)))
            .filter_map(|n| self.start.checked_add_days(Days::new(n * weeks * 7)))
            .find(|start| *start > now && !rule.excluded.contains(start))
    }

    /// The year of the last occurrence.
    fn last_year(&self) -> i32 {
        let weeks = self.recurrence.as_ref().map_or(0, |rule| {
            u64::from(rule.every_weeks.max(1)) * u64::from(rule.count.min(1_000))
        });
        let last = self.start.checked_add_days(Days::new(weeks.min(2_000) * 7));
        last.unwrap_or(self.start).year()
    }
}

fn common_name(person: &NameAddr) -> String {
    if person.name.is_empty() {
        return String::new();
    }
    format!(";CN={}", quoted(person.name.as_str()))
}

/// A cal-address (RFC 5545 section 3.3.3): the domain as A-labels, what a URI cannot hold encoded.
pub fn mailto(address: &Address) -> String {
    let mut local = String::new();
    for c in address.local().chars() {
        if c.is_ascii_alphanumeric() || "!$&'*+-./=^_`{|}~".contains(c) {
            local.push(c);
        } else {
            let mut octets = [0; 4];
            for octet in c.encode_utf8(&mut octets).bytes() {
                local.push_str(&format!("%{octet:02X}"));
            }
        }
    }
    format!("mailto:{local}@{}", address.domain())
}
