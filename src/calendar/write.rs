//! Writing: one event, for one attendee, as a REQUEST or a CANCEL.

use crate::words::address::NameAddr;
use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

/// iTIP method (RFC 5546 section 1.4) of what we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// REQUEST: invite, or change an invitation.
    Request,
    /// CANCEL: take an event or one occurrence back.
    Cancel,
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
