//! The lunches of a record as a calendar (RFC 5545), to be looked at: nobody is invited by it.

use crate::calendar::lines::{Lines, escaped};
use crate::lunch::cadence::moment;
use crate::lunch::pairing::LunchState;
use crate::lunch::record::Record;
use chrono::{DateTime, TimeDelta, Utc};

/// Every lunch that took place or is to come, in universal time.
pub(super) fn record(record: &Record) -> String {
    let stamp = utc(record.made);
    let mut out = Lines::default();
    out.put("BEGIN:VCALENDAR");
    out.put("PRODID:-//postlunch//postlunch//EN");
    out.put("VERSION:2.0");
    out.put("CALSCALE:GREGORIAN");
    out.put("METHOD:PUBLISH");
    for pairing in &record.pairings {
        for lunch in &pairing.lunches {
            if !matches!(lunch.state, LunchState::Held | LunchState::Planned) {
                continue;
            }
            let start = moment(lunch.start, pairing.zone);
            let end = start + TimeDelta::minutes(i64::from(lunch.minutes));
            // Not the UID of the invitation: that entry stays what it is.
            let slot = lunch.slot.format("%Y%m%dT%H%M");
            out.put("BEGIN:VEVENT");
            out.put(&format!(
                "UID:{}",
                escaped(&format!("record-{slot}-{}", lunch.uid))
            ));
            out.put(&format!("DTSTAMP:{stamp}"));
            out.put(&format!("DTSTART:{}", utc(start)));
            out.put(&format!("DTEND:{}", utc(end)));
            let partner = pairing.partner.first_name();
            out.put(&format!(
                "SUMMARY:{}",
                escaped(&format!("Lunch with {partner}"))
            ));
            out.put(&format!("LOCATION:{}", escaped(&lunch.location)));
            out.put("TRANSP:TRANSPARENT");
            out.put("END:VEVENT");
        }
    }
    out.put("END:VCALENDAR");
    out.into_text()
}

fn utc(moment: DateTime<Utc>) -> String {
    moment.format("%Y%m%dT%H%M%SZ").to_string()
}
