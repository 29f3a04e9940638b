//! Which zone a TZID means: IANA and Windows names, names with a maker's path in front, lists of
//! cities, and names of nobody's but explained by a VTIMEZONE.
//!
//! A name that says nothing means the lunch's own zone: the answer is to an invitation in it.

use calcard::common::timezone::Tz as CalendarZone;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarValue,
};
use chrono::{Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use std::collections::HashMap;
use std::str::FromStr;

/// Most VTIMEZONEs that are looked at.
const ZONES_MAX: usize = 30;

/// Zones in which people mostly live, tried in this order for a VTIMEZONE that has only offsets.
const FAMILIAR: &[Tz] = &[
    Tz::Europe__Berlin,
    Tz::Europe__London,
    Tz::Europe__Athens,
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Los_Angeles,
    Tz::America__Halifax,
    Tz::Australia__Sydney,
    Tz::Pacific__Auckland,
];

/// The zones that one calendar speaks of.
pub(super) struct Zones {
    explained: HashMap<String, CalendarZone>,
    own: Tz,
}

impl Zones {
    /// Reads the VTIMEZONEs; `own` is the lunch's zone.
    pub(super) fn of(calendar: &ICalendar, own: Tz) -> Self {
        let mut explained = HashMap::new();
        for part in calendar.timezones().take(ZONES_MAX) {
            let name = part.entries.iter().find_map(|entry| {
                let is_name = entry.name == ICalendarProperty::Tzid;
                entry.values.first().filter(|_| is_name)?.as_text()
            });
            let Some(name) = name else { continue };
            let zone = named(name)
                .or_else(|| part.timezone().map(|(_, zone)| zone))
                .or_else(|| by_offsets(calendar, part, own));
            if let Some(zone) = zone {
                explained.insert(name.to_owned(), zone);
            }
        }
        Self { explained, own }
    }

    /// The zone of a TZID; the lunch's own where there is none or it says nothing.
    pub(super) fn find(&self, name: Option<&str>) -> CalendarZone {
        name.and_then(|name| {
            let known = self.explained.get(name).copied();
            known.or_else(|| named(name))
        })
        .unwrap_or(CalendarZone::Tz(self.own))
    }
}

/// A zone by its name alone.
fn named(name: &str) -> Option<CalendarZone> {
    let name = name.trim().trim_matches('"').trim();
    let known = |name: &str| CalendarZone::from_str(name).ok();
    if let Some(zone) = known(name) {
        return Some(zone);
    }
    if name.eq_ignore_ascii_case("tzone://Microsoft/Utc") {
        return Some(CalendarZone::Tz(Tz::UTC));
    }
    // "/mozilla.org/20070129_1/Europe/Berlin": what the last steps of the path say.
    let steps: Vec<&str> = name.split('/').filter(|step| !step.is_empty()).collect();
    for count in [3, 2] {
        let from = steps.len().saturating_sub(count);
        let tail = steps.get(from..).unwrap_or_default().join("/");
        if steps.len() >= count
            && let Ok(zone) = Tz::from_str(&tail)
        {
            return Some(CalendarZone::Tz(zone));
        }
    }
    // "W. Europe Standard Time 1": Outlook counts copies.
    let counted = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    if counted.len() < name.len()
        && let Some(zone) = known(counted)
    {
        return Some(zone);
    }
    by_city(name)
}

/// "(UTC+01:00) Amsterdam, Berlin, Rome": the first city that is a zone.
fn by_city(name: &str) -> Option<CalendarZone> {
    let behind = name.strip_prefix('(')?.split_once(')')?.1;
    let cities = behind.split([',', '/', ';']).map(str::trim).take(8);
    for city in cities.filter(|city| city.len() > 3) {
        let city = city.replace(' ', "_");
        let found = TZ_VARIANTS.iter().find(|zone| {
            let last = zone.name().rsplit('/').next().unwrap_or_default();
            zone.name().contains('/') && last.eq_ignore_ascii_case(&city)
        });
        if let Some(zone) = found {
            return Some(CalendarZone::Tz(*zone));
        }
    }
    None
}

/// A zone by the offsets of its STANDARD and DAYLIGHT parts: the lunch's own if it has them.
fn by_offsets(calendar: &ICalendar, part: &ICalendarComponent, own: Tz) -> Option<CalendarZone> {
    let offset = |wanted: ICalendarComponentType| {
        let inner = part.component_ids.iter().take(20);
        let mut parts = inner
            .filter_map(|id| calendar.components.get(usize::try_from(*id).ok()?))
            .filter(|inner| inner.component_type == wanted);
        let last = parts.next_back()?;
        let entry = last.property(&ICalendarProperty::Tzoffsetto)?;
        seconds(entry.values.first()?)
    };
    let standard = offset(ICalendarComponentType::Standard);
    let daylight = offset(ICalendarComponentType::Daylight);
    let (Some(standard), Some(daylight)) = (standard, daylight) else {
        let only = standard.or(daylight)?;
        return chrono::FixedOffset::east_opt(only).map(CalendarZone::Fixed);
    };
    let fits = |zone: &&Tz| {
        let at = |month| {
            let noon = chrono::NaiveDate::from_ymd_opt(2026, month, 15)?.and_hms_opt(12, 0, 0)?;
            Some(zone.offset_from_utc_datetime(&noon).fix().local_minus_utc())
        };
        let mut both = [at(1), at(7)];
        both.sort_unstable();
        let mut wanted = [Some(standard), Some(daylight)];
        wanted.sort_unstable();
        both == wanted
    };
    let zone = std::iter::once(&own).chain(FAMILIAR).find(fits)?;
    Some(CalendarZone::Tz(*zone))
}

/// A UTC-OFFSET value (RFC 5545 section 3.3.14) in seconds.
fn seconds(value: &ICalendarValue) -> Option<i32> {
    let moment = value.as_partial_date_time()?;
    let hours = i32::from(moment.tz_hour?);
    let minutes = i32::from(moment.tz_minute.unwrap_or(0));
    let size = hours * 3600 + minutes * 60;
    Some(if moment.tz_minus { -size } else { size })
}
