//! Reading: what an attendee's calendar answers (iTIP REPLY and COUNTER, RFC 5546 section 3.2).
//!
//! Clients differ: the method may stand inside or in the part's parameter, an organizer may be
//! missing, RECURRENCE-ID may come in UTC or with a Windows zone name, one answer may speak of
//! several lunches. So moments are compared as instants. Total: any text gives an answer or none.

use crate::calendar::tzid;
use calcard::common::timezone::Tz as CalendarZone;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName,
    ICalendarParameterValue, ICalendarParticipationStatus, ICalendarProperty,
};
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// Longest calendar text that is looked at, in octets.
const TEXT_OCTETS_MAX: usize = 256 * 1024;

/// Most VEVENTs of one answer that are taken up.
const ITEMS_MAX: usize = 100;

/// iTIP method of an answer (RFC 5546 section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerMethod {
    /// REPLY: accepted, declined, tentative.
    Reply,
    /// COUNTER: another time or place is proposed.
    Counter,
}

impl AnswerMethod {
    /// The name as in the calendar.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reply => "REPLY",
            Self::Counter => "COUNTER",
        }
    }
}

/// Who sent the mail with a calendar in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender<'a> {
    /// The address.
    pub address: &'a str,
    /// The display name; may be empty.
    pub name: &'a str,
}

/// A calendar that answers nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// REQUEST, CANCEL, PUBLISH, ADD, REFRESH or DECLINECOUNTER (RFC 5546 section 1.4).
    pub method: &'static str,
    /// Whether it speaks of an event that somebody else than the sender organizes.
    pub of_others: bool,
}

/// PARTSTAT of the attendee who answers (RFC 5545 section 3.2.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Participation {
    /// ACCEPTED
    Accepted,
    /// DECLINED
    Declined,
    /// TENTATIVE
    Tentative,
    /// DELEGATED: somebody else is to come.
    Delegated,
    /// Anything else, or none given.
    Other,
}

/// What one VEVENT of an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerItem {
    /// UID as written; empty if there is none.
    pub uid: String,
    /// PARTSTAT of the answering attendee.
    pub participation: Participation,
    /// The address in ATTENDEE, without `mailto:`.
    pub attendee: Option<String>,
    /// RECURRENCE-ID as an instant.
    pub recurrence_id: Option<DateTime<Utc>>,
    /// Whether the lunches behind that are meant too: RANGE=THISANDFUTURE.
    pub and_future: bool,
    /// DTSTART as an instant: in a COUNTER the proposal.
    pub start: Option<DateTime<Utc>>,
    /// X-MS-OLK-ORIGINALSTART: where the lunch was before the proposal.
    pub original_start: Option<DateTime<Utc>>,
    /// LOCATION.
    pub location: Option<String>,
    /// COMMENT, all of them, a line each.
    pub comment: Option<String>,
}

/// A calendar answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// REPLY or COUNTER.
    pub method: AnswerMethod,
    /// At least one; in the order of the text.
    pub items: Vec<AnswerItem>,
}

/// Reads a calendar text. `method_parameter` is that of the part's Content-Type, used where the text
/// names none; `sender` finds the right ATTENDEE where there are several; `zone` is taken for
/// floating times. `None` if it is no REPLY or COUNTER or holds no VEVENT.
pub fn read(
    text: &str,
    method_parameter: Option<&str>,
    sender: Option<Sender<'_>>,
    zone: Tz,
) -> Option<Answer> {
    let calendar = parsed(text)?;
    let method = match method_of(&calendar, method_parameter)?.as_str() {
        "REPLY" => AnswerMethod::Reply,
        "COUNTER" => AnswerMethod::Counter,
        _ => return None,
    };
    let zones = tzid::Zones::of(&calendar, zone);
    let instant = |entry: &ICalendarEntry| -> Option<DateTime<Utc>> {
        let moment = entry.values.first()?.as_partial_date_time()?;
        in_utc(moment, zones.find(entry.tz_id()))
    };
    let items: Vec<AnswerItem> = calendar
        .components
        .iter()
        .filter(|part| part.component_type == ICalendarComponentType::VEvent)
        .take(ITEMS_MAX)
        .map(|event| item(event, sender, &instant))
        .collect();
    (!items.is_empty()).then_some(Answer { method, items })
}

/// Reads a calendar text that answers nothing. `None` if it is an answer, or names no method.
pub fn request(
    text: &str,
    method_parameter: Option<&str>,
    sender: Option<Sender<'_>>,
) -> Option<Request> {
    const METHODS: [&str; 6] = [
        "REQUEST",
        "CANCEL",
        "PUBLISH",
        "ADD",
        "REFRESH",
        "DECLINECOUNTER",
    ];
    let calendar = parsed(text)?;
    let named = method_of(&calendar, method_parameter)?;
    let method = METHODS.into_iter().find(|method| *method == named)?;
    let event = |part: &&ICalendarComponent| part.component_type == ICalendarComponentType::VEvent;
    let organizer = calendar
        .components
        .iter()
        .find(event)
        .and_then(|event| event.property(&ICalendarProperty::Organizer))
        .and_then(address_of);
    let of_others = match (organizer, sender) {
        (Some(organizer), Some(sender)) => !organizer.eq_ignore_ascii_case(sender.address),
        _ => false,
    };
    Some(Request { method, of_others })
}

fn parsed(text: &str) -> Option<ICalendar> {
    let bounded = cut_at_char(from_its_beginning(text), TEXT_OCTETS_MAX);
    // A text cut short by a gateway has no END; one is added so that what is there can be read.
    ICalendar::parse(bounded)
        .or_else(|_| ICalendar::parse(format!("{bounded}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")))
        .ok()
}

/// What stands from BEGIN:VCALENDAR on: gateways and byte order marks come before it.
fn from_its_beginning(text: &str) -> &str {
    const BEGIN: &[u8] = b"BEGIN:VCALENDAR";
    let at = text
        .as_bytes()
        .windows(BEGIN.len())
        .take(TEXT_OCTETS_MAX)
        .position(|window| window.eq_ignore_ascii_case(BEGIN));
    at.and_then(|at| text.get(at..)).unwrap_or(text)
}

fn cut_at_char(text: &str, octets_max: usize) -> &str {
    let mut end = text.len().min(octets_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The method's name in capitals: what the text says, else the parameter.
fn method_of(calendar: &ICalendar, parameter: Option<&str>) -> Option<String> {
    let inside = calendar
        .components
        .iter()
        .find(|part| part.component_type == ICalendarComponentType::VCalendar)
        .and_then(|part| part.property(&ICalendarProperty::Method))
        .and_then(|entry| entry.values.first())
        .and_then(|value| value.as_text());
    Some(inside.or(parameter)?.trim().to_ascii_uppercase())
}

fn item(
    event: &ICalendarComponent,
    sender: Option<Sender<'_>>,
    instant: &dyn Fn(&ICalendarEntry) -> Option<DateTime<Utc>>,
) -> AnswerItem {
    let text = |name: &ICalendarProperty| {
        event
            .property(name)
            .and_then(|entry| entry.values.first())
            .and_then(|value| value.as_text())
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let attendee = who_answers(event, sender);
    let comments: Vec<&str> = event
        .entries
        .iter()
        .filter(|entry| entry.name == ICalendarProperty::Comment)
        .filter_map(|entry| entry.values.first().and_then(|value| value.as_text()))
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .collect();
    let original = event.entries.iter().find(|entry| {
        matches!(&entry.name, ICalendarProperty::Other(name)
            if name.eq_ignore_ascii_case("X-MS-OLK-ORIGINALSTART"))
    });
    AnswerItem {
        uid: text(&ICalendarProperty::Uid).unwrap_or_default(),
        participation: attendee.map_or(Participation::Other, participation),
        attendee: attendee.and_then(address_of),
        recurrence_id: recurrence_id(event, instant),
        // Only THISANDFUTURE is kept by the parser; its opposite is long gone.
        and_future: event
            .property(&ICalendarProperty::RecurrenceId)
            .is_some_and(|entry| entry.parameter(&ICalendarParameterName::Range).is_some()),
        start: event
            .property(&ICalendarProperty::Dtstart)
            .and_then(instant),
        original_start: original.and_then(|entry| {
            instant(entry).or_else(|| compact_utc(entry.values.first()?.as_text()?))
        }),
        location: text(&ICalendarProperty::Location),
        comment: (!comments.is_empty()).then(|| comments.join("\n")),
    }
}

/// The ATTENDEE who answers: the sender; else whom the sender speaks for (SENT-BY), who is the
/// sender by another address of the same name; else the only one who says something. Several who
/// say different things, none of them the sender, are nobody.
fn who_answers<'a>(
    event: &'a ICalendarComponent,
    sender: Option<Sender<'_>>,
) -> Option<&'a ICalendarEntry> {
    let organizer = event
        .property(&ICalendarProperty::Organizer)
        .and_then(address_of);
    let is = |entry: &ICalendarEntry, who: Option<&str>| match (address_of(entry), who) {
        (Some(address), Some(who)) => address.eq_ignore_ascii_case(who),
        _ => false,
    };
    let mut first = None;
    let mut answered: Option<&ICalendarEntry> = None;
    let mut divided = false;
    let mut sent_by = Only::default();
    let mut alike = Only::default();
    let attendees = event
        .entries
        .iter()
        .filter(|entry| entry.name == ICalendarProperty::Attendee);
    for entry in attendees {
        if is(entry, sender.map(|sender| sender.address)) {
            return Some(entry);
        }
        if is(entry, organizer.as_deref()) {
            continue; // who invites is listed as accepted
        }
        if let Some(sender) = sender {
            sent_by.take(entry, speaks_by(entry, sender));
            alike.take(entry, is_alike(entry, sender));
        }
        first = first.or(Some(entry));
        if participation(entry) != Participation::Other {
            divided |= answered.is_some_and(|known| participation(known) != participation(entry));
            answered = answered.or(Some(entry));
        }
    }
    let own = sent_by.found().or_else(|| alike.found());
    own.or(if divided { None } else { answered.or(first) })
}

/// The one that fits, unless several do.
#[derive(Default)]
struct Only<'a> {
    one: Option<&'a ICalendarEntry>,
    several: bool,
}

impl<'a> Only<'a> {
    fn take(&mut self, entry: &'a ICalendarEntry, fits: bool) {
        if fits {
            self.several |= self.one.is_some();
            self.one = Some(entry);
        }
    }

    fn found(&self) -> Option<&'a ICalendarEntry> {
        self.one.filter(|_| !self.several)
    }
}

/// Whether the sender answers in somebody's name (RFC 5545 section 3.2.18).
fn speaks_by(entry: &ICalendarEntry, sender: Sender<'_>) -> bool {
    let value = entry.parameter(&ICalendarParameterName::SentBy);
    let by = value.and_then(|value| value.as_text()).unwrap_or_default();
    let bare = match by.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => by.get(7..).unwrap_or_default(),
        _ => by,
    };
    unescaped(bare.trim()).eq_ignore_ascii_case(sender.address)
}

/// Whether an attendee is the sender by another address: the same name, or the same mailbox of a
/// neighbouring domain ("example.org" and "mail.example.org").
fn is_alike(entry: &ICalendarEntry, sender: Sender<'_>) -> bool {
    let name = entry
        .parameter(&ICalendarParameterName::Cn)
        .and_then(|value| value.as_text())
        .unwrap_or_default()
        .trim_matches(['"', '\'', ' ']);
    if !name.is_empty() && name.to_lowercase() == sender.name.trim().to_lowercase() {
        return true;
    }
    let address = address_of(entry).unwrap_or_default().to_ascii_lowercase();
    let sender = sender.address.to_ascii_lowercase();
    let (Some(theirs), Some(senders)) = (address.split_once('@'), sender.split_once('@')) else {
        return false;
    };
    let inside = |outer: &str, inner: &str| {
        inner
            .strip_suffix(outer)
            .is_some_and(|rest| rest.ends_with('.'))
    };
    theirs.0 == senders.0 && (inside(theirs.1, senders.1) || inside(senders.1, theirs.1))
}

/// RECURRENCE-ID as an instant. Where it is a day only, the event's own start on that day is meant.
fn recurrence_id(
    event: &ICalendarComponent,
    instant: &dyn Fn(&ICalendarEntry) -> Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    let entry = event.property(&ICalendarProperty::RecurrenceId)?;
    let moment = instant(entry)?;
    let day = entry.values.first()?.as_partial_date_time()?;
    if day.hour.is_some() {
        return Some(moment);
    }
    let start = event.property(&ICalendarProperty::Dtstart);
    let same_day = start
        .and_then(|start| start.values.first()?.as_partial_date_time())
        .is_some_and(|start| {
            (start.year, start.month, start.day) == (day.year, day.month, day.day)
        });
    start
        .filter(|_| same_day)
        .and_then(instant)
        .or(Some(moment))
}

/// The address of an ATTENDEE or ORGANIZER: of its `mailto:` URI, or of its EMAIL parameter where
/// the value is some other URI (Apple's principals).
fn address_of(entry: &ICalendarEntry) -> Option<String> {
    let value = entry.calendar_address().unwrap_or_default().trim();
    let bare = match value.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => value.get(7..)?,
        _ => value,
    };
    let address = unescaped(bare.trim());
    if address.contains('@') {
        return Some(address);
    }
    let parameter = entry
        .parameter(&ICalendarParameterName::Email)
        .and_then(|value| value.as_text());
    parameter
        .map(str::to_owned)
        .or_else(|| (!bare.is_empty()).then(|| bare.to_owned()))
}

/// Percent-encoded octets of a URI (RFC 3986 section 2.1) decoded, where they are UTF-8.
fn unescaped(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(octet) => {
                octets.push(octet);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                octets.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(octets).unwrap_or_else(|_| text.to_owned())
}

fn participation(entry: &ICalendarEntry) -> Participation {
    match entry.parameter(&ICalendarParameterName::Partstat) {
        Some(ICalendarParameterValue::Partstat(status)) => match status {
            ICalendarParticipationStatus::Accepted => Participation::Accepted,
            ICalendarParticipationStatus::Declined => Participation::Declined,
            ICalendarParticipationStatus::Tentative => Participation::Tentative,
            ICalendarParticipationStatus::Delegated => Participation::Delegated,
            _ => Participation::Other,
        },
        _ => Participation::Other,
    }
}

/// A partial date-time as an instant; a date alone is its midnight. In the autumn fold the earlier
/// of the two moments is taken.
fn in_utc(moment: &calcard::common::PartialDateTime, zone: CalendarZone) -> Option<DateTime<Utc>> {
    let mut moment = moment.clone();
    if moment.hour.is_none() {
        moment.hour = Some(0);
        moment.minute = Some(0);
        moment.second = Some(0);
    }
    let result = moment.to_date_time()?;
    if result.offset.is_some() {
        return Some(result.to_date_time_with_tz(zone)?.with_timezone(&Utc));
    }
    let in_zone = |local: chrono::NaiveDateTime| zone.from_local_datetime(&local).earliest();
    // In the spring gap the hour does not exist: the clock stands one further.
    let later = || in_zone(result.date_time.checked_add_signed(TimeDelta::hours(1))?);
    Some(
        in_zone(result.date_time)
            .or_else(later)?
            .with_timezone(&Utc),
    )
}

/// `20270114T113000Z`, as Outlook writes it in its own properties.
fn compact_utc(text: &str) -> Option<DateTime<Utc>> {
    chrono::NaiveDateTime::parse_from_str(text.trim(), "%Y%m%dT%H%M%SZ")
        .ok()
        .map(|naive| naive.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Europe::Berlin;

    fn reply(lines: &str) -> String {
        format!("BEGIN:VCALENDAR\nMETHOD:REPLY\n{lines}\nEND:VCALENDAR\n").replace('\n', "\r\n")
    }

    #[test]
    fn a_windows_zone_and_utc_name_the_same_instant() {
        for written in [
            "RECURRENCE-ID:20270114T113000Z",
            "RECURRENCE-ID;TZID=\"W. Europe Standard Time\":20270114T123000",
            "RECURRENCE-ID;TZID=Europe/Berlin:20270114T123000",
            "RECURRENCE-ID:20270114T123000",
        ] {
            let text = reply(&format!(
                "BEGIN:VEVENT\nUID:u@x\nATTENDEE;PARTSTAT=DECLINED:MAILTO:ben@x.org\n{written}\nEND:VEVENT"
            ));
            let answer = read(&text, None, None, ZONE).unwrap();
            let item = &answer.items[0];
            assert_eq!(
                item.recurrence_id.unwrap().to_rfc3339(),
                "2027-01-14T11:30:00+00:00",
                "{written}"
            );
            assert_eq!(item.attendee.as_deref(), Some("ben@x.org"));
            assert_eq!(item.participation, Participation::Declined);
        }
    }

    #[test]
    fn the_method_may_stand_in_the_parameter_only_and_a_request_is_no_answer() {
        let body = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nATTENDEE;PARTSTAT=ACCEPTED:mailto:b@x.org\nEND:VEVENT\nEND:VCALENDAR\n";
        assert!(read(body, None, None, ZONE).is_none());
        let answer = read(body, Some("counter"), None, ZONE).unwrap();
        assert_eq!(answer.method, AnswerMethod::Counter);
        assert!(read(body, Some("REQUEST"), None, ZONE).is_none());
    }

    #[test]
    fn of_several_attendees_the_sender_answers() {
        let text = reply(
            "BEGIN:VEVENT\nUID:u\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@x.org\nATTENDEE;PARTSTAT=TENTATIVE:mailto:ben@x.org\nEND:VEVENT",
        );
        let sender = Sender {
            address: "Ben@x.org",
            name: "",
        };
        let answer = read(&text, None, Some(sender), ZONE).unwrap();
        assert_eq!(answer.items[0].participation, Participation::Tentative);
    }

    #[test]
    fn the_sender_is_known_by_another_address_or_by_whom_it_speaks_for() {
        let of = |attendee: &str, name: &str| {
            let text = reply(&format!(
                "BEGIN:VEVENT\nUID:u\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@x.org\n{attendee}\nEND:VEVENT"
            ));
            let sender = Sender {
                address: "ben@x.org",
                name,
            };
            let answer = read(&text, None, Some(sender), ZONE).unwrap();
            answer.items[0].participation
        };
        let declined = [
            "ATTENDEE;PARTSTAT=DECLINED;CN=Ben Smith:mailto:bsmith@y.org",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:Ben@mail.x.org",
            "ATTENDEE;PARTSTAT=DECLINED;SENT-BY=\"mailto:ben@x.org\":mailto:boss@y.org",
        ];
        for attendee in declined {
            assert_eq!(
                of(attendee, "Ben Smith"),
                Participation::Declined,
                "{attendee}"
            );
        }
        let stranger = "ATTENDEE;PARTSTAT=DECLINED;CN=Cara:mailto:cara@y.org";
        assert_eq!(of(stranger, "Ben Smith"), Participation::Other);
        assert_eq!(of(stranger, ""), Participation::Other);
    }

    #[test]
    fn what_answers_nothing_is_told_by_its_method_and_its_owner() {
        let text = "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:u\nORGANIZER:mailto:ana@x.org\nEND:VEVENT\nEND:VCALENDAR\n";
        let by = |address| Some(Sender { address, name: "" });
        let theirs = request(text, None, by("Ana@x.org")).unwrap();
        assert_eq!((theirs.method, theirs.of_others), ("CANCEL", false));
        assert!(request(text, None, by("ben@x.org")).unwrap().of_others);
        assert_eq!(request(&text.replace("CANCEL", "REPLY"), None, None), None);
        assert_eq!(
            request(&text.replace("METHOD:CANCEL\n", ""), None, None),
            None
        );
    }

    #[test]
    fn a_text_without_its_end_and_junk_are_borne() {
        let cut = "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u\nATTENDEE;PARTSTAT=DECLINED:mailto:b@x\n";
        assert_eq!(
            read(cut, None, None, ZONE).unwrap().items[0].participation,
            Participation::Declined
        );
        for junk in [
            "",
            "BEGIN:VCALENDAR",
            "\0\0\0",
            "METHOD:REPLY",
            "BEGIN:BEGIN\nEND",
        ] {
            assert!(read(junk, Some("REPLY"), None, ZONE).is_none(), "{junk:?}");
        }
    }
}
