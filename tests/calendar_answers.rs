//! Calendar answers to our own invitations, in the shape of each client: the invitation is written
//! by `calendar::write`, answered as the client answers, and read again. Uid, button, occurrence and
//! start must come back as instants, in every zone and across the change of clocks.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use postlunch::calendar::write::{Event, Method, Recurrence};
use postlunch::reading::message::Message;
use postlunch::reading::{CalendarAnswer, Context, Reading, read};
use postlunch::words::address::{Address, NameAddr};

const NOW: &str = "2027-01-11T08:00:00Z";

fn person(name: &str, address: &str) -> NameAddr {
    NameAddr::new(name, Address::parse(address).expect("an address"))
}

fn invitation(zone: Tz, start: NaiveDateTime) -> Event {
    Event {
        method: Method::Request,
        uid: "0f3a9c5e7b1d4f60@lunch.example.com".to_owned(),
        sequence: 1,
        stamp: NOW.parse().expect("a moment"),
        start,
        minutes: 60,
        zone,
        recurrence: Some(Recurrence {
            every_weeks: 2,
            count: 26,
            excluded: Vec::new(),
        }),
        recurrence_id: None,
        summary: "Feedback lunch: Ben & Ana, with a long name that must be folded somewhere"
            .to_owned(),
        location: "Nearby cafe".to_owned(),
        description: String::new(),
        organizer: person("Ana via Lunch", "lunch@example.com"),
        attendee: person("Ben Smith", "ben@example.org"),
    }
}

/// How a client writes a moment.
#[derive(Clone, Copy)]
enum Moments {
    Utc,
    Iana,
    Windows,
    Floating,
    Path(&'static str),
    DayForOccurrence,
    Unknown,
}

/// How a client packs the calendar into a mail.
#[derive(Clone, Copy, PartialEq)]
enum Packing {
    Google,
    Exchange,
    Connector,
    AppleOld,
    Alone,
    IcsOnly,
    Nested,
    Utf16,
}

struct Client {
    name: &'static str,
    moments: Moments,
    packing: Packing,
    organizer: bool,
    header: &'static str,
    from: &'static str,
    attendee: &'static str,
}

const BEN: &str = "Ben Smith <ben@example.org>";

const fn client(name: &'static str, moments: Moments, packing: Packing, organizer: bool) -> Client {
    Client {
        name,
        moments,
        packing,
        organizer,
        header: "",
        from: BEN,
        attendee: "ATTENDEE;CN=Ben Smith;PARTSTAT={}:mailto:ben@example.org",
    }
}

fn clients() -> Vec<Client> {
    use Moments::{DayForOccurrence, Floating, Iana, Path, Unknown, Windows};
    use Packing::{Alone, AppleOld, Connector, Exchange, Google, IcsOnly, Nested, Utf16};
    vec![
        Client {
            header: "Auto-Submitted: auto-generated\nSender: Google Calendar <calendar-notification@google.example>\n",
            attendee: "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={};CN=ben@example.\n org;X-NUM-GUESTS=0:mailto:ben@example.org",
            ..client("google", Moments::Utc, Google, true)
        },
        client("exchange", Windows, Exchange, false),
        Client {
            header: "X-Auto-Response-Suppress: DR, OOF, AutoReply\nX-MS-Exchange-Inbox-Rules-Loop: x@example.com\n",
            ..client("outlook 365", Windows, Exchange, false)
        },
        Client {
            attendee: "ATTENDEE;PARTSTAT={}:MAILTO:Ben@Example.org",
            ..client("outlook by connector", Windows, Connector, false)
        },
        client("ical 2008", Iana, AppleOld, true),
        Client {
            from: "\"Ben Smith\" <noreply@icloud.example>",
            header: "Reply-To: 2_GE3TK@imip.example\n",
            attendee: "ATTENDEE;CN=\"Ben Smith\";EMAIL=ben@example.org;PARTSTAT={}:/aNDk/principal/",
            ..client("icloud", Iana, Connector, true)
        },
        client(
            "thunderbird",
            Path("/mozilla.org/20050126_1/"),
            Google,
            true,
        ),
        client(
            "evolution",
            Path("/freeassociation.sourceforge.net/"),
            Alone,
            true,
        ),
        client("davmail", Iana, Alone, true),
        client("zimbra", Iana, Connector, true),
        client("fastmail", Iana, Nested, true),
        client("proton", Iana, IcsOnly, true),
        client("yahoo", Moments::Utc, Connector, true),
        client("samsung", Unknown, Exchange, false),
        client("nextcloud", Iana, Nested, true),
        client("horde", Iana, Utf16, true),
        client("sogo", DayForOccurrence, Connector, true),
        client("korganizer", Floating, Alone, true),
        Client {
            attendee: "ATTENDEE;CN=Ana;PARTSTAT=ACCEPTED:mailto:lunch@example.com\nATTENDEE;CN=Cara;PARTSTAT=NEEDS-ACTION:mailto:cara@example.org\nATTENDEE;CN=Ben;PARTSTAT={}:mailto:ben@example.org",
            ..client("all guests listed", Iana, Connector, true)
        },
    ]
}

fn windows_name(zone: Tz) -> &'static str {
    match zone {
        Tz::Europe__Berlin => "W. Europe Standard Time",
        Tz::America__New_York => "Eastern Standard Time",
        Tz::America__Los_Angeles => "Pacific Standard Time",
        Tz::Asia__Tokyo => "Tokyo Standard Time",
        Tz::Europe__London => "GMT Standard Time",
        Tz::Australia__Sydney => "AUS Eastern Standard Time",
        _ => "India Standard Time",
    }
}

impl Client {
    fn moment(&self, property: &str, local: NaiveDateTime, zone: Tz) -> String {
        let plain = local.format("%Y%m%dT%H%M%S");
        match self.moments {
            Moments::Utc => {
                let utc = instant(local, zone);
                format!("{property}:{}", utc.format("%Y%m%dT%H%M%SZ"))
            }
            Moments::Windows => format!("{property};TZID=\"{}\":{plain}", windows_name(zone)),
            Moments::Floating => format!("{property}:{plain}"),
            Moments::Path(path) => format!("{property};TZID={path}{}:{plain}", zone.name()),
            Moments::Unknown => format!("{property};TZID=Custom:{plain}"),
            Moments::DayForOccurrence if property == "RECURRENCE-ID" => {
                format!("{property};VALUE=DATE:{}", local.format("%Y%m%d"))
            }
            Moments::Iana | Moments::DayForOccurrence => {
                format!("{property};TZID={}:{plain}", zone.name())
            }
        }
    }

    fn event(&self, event: &Event, partstat: &str, occurrence: Option<NaiveDateTime>) -> String {
        let mut lines = vec!["BEGIN:VEVENT".to_owned(), format!("UID:{}", event.uid)];
        lines.push(self.moment("DTSTART", occurrence.unwrap_or(event.start), event.zone));
        if let Some(occurrence) = occurrence {
            lines.push(self.moment("RECURRENCE-ID", occurrence, event.zone));
        }
        if self.organizer {
            lines.push("ORGANIZER;CN=Ana:mailto:lunch@example.com".to_owned());
        }
        lines.push(self.attendee.replace("{}", partstat));
        lines.push(format!("SUMMARY:Answered: {}", event.summary));
        lines.push("END:VEVENT".to_owned());
        lines.join("\n") + "\n"
    }

    fn calendar(&self, events: &str) -> String {
        format!(
            "BEGIN:VCALENDAR\nPRODID:-//{}//EN\nVERSION:2.0\nMETHOD:REPLY\n{events}END:VCALENDAR\n",
            self.name
        )
    }

    fn mail(&self, calendar: &str) -> Vec<u8> {
        let front = format!(
            "From: {}\nTo: lunch@example.com\nSubject: Accepted: Feedback lunch\n{}",
            self.from, self.header
        );
        let base64 = data_encoding::BASE64.encode(calendar.replace('\n', "\r\n").as_bytes());
        let plain =
            "--a\nContent-Type: text/plain; charset=utf-8\n\nBen Smith answered this invitation.\n";
        let inline =
            format!("Content-Type: text/calendar; charset=UTF-8; method=REPLY\n\n{calendar}");
        let alternative = format!(
            "Content-Type: multipart/alternative; boundary=a\n\n{plain}--a\n{inline}--a--\n"
        );
        let ics = format!(
            "Content-Type: application/ics; name=invite.ics\nContent-Transfer-Encoding: base64\n\n{base64}\n"
        );
        let body = match self.packing {
            Packing::Google => format!(
                "Content-Type: multipart/mixed; boundary=m\n\n--m\n{alternative}\n--m\n{ics}--m--\n"
            ),
            Packing::Exchange => format!(
                "Content-Type: multipart/alternative; boundary=a\n\n{plain}--a\nContent-Type: text/calendar; charset=utf-8; method=REPLY\nContent-Transfer-Encoding: base64\n\n{base64}\n--a--\n"
            ),
            Packing::Connector => alternative,
            Packing::AppleOld => {
                let quoted = calendar.replace('=', "=3D");
                format!(
                    "Content-Type: multipart/alternative; boundary=a\n\n{plain}--a\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/html\n\n<p>Ben answered</p>\n--m\nContent-Type: text/calendar; charset=utf-8; name=iCal.ics\nContent-Disposition: attachment\nContent-Transfer-Encoding: quoted-printable\n\n{quoted}\n--m--\n--a--\n"
                )
            }
            Packing::Alone => inline,
            Packing::IcsOnly => {
                format!("Content-Type: multipart/mixed; boundary=m\n\n--m\n{ics}--m--\n")
            }
            Packing::Nested => format!(
                "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/related; boundary=r\n\n--r\n{alternative}\n--r--\n--x--\n"
            ),
            Packing::Utf16 => {
                let mut octets = vec![0xff, 0xfe];
                octets.extend(calendar.encode_utf16().flat_map(u16::to_le_bytes));
                let base64 = data_encoding::BASE64.encode(&octets);
                format!(
                    "Content-Type: text/calendar; charset=utf-16; method=REPLY\nContent-Transfer-Encoding: base64\n\n{base64}\n"
                )
            }
        };
        format!("{front}MIME-Version: 1.0\n{body}").into_bytes()
    }
}

fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    zone.from_local_datetime(&local)
        .earliest()
        .expect("a time that exists")
        .with_timezone(&Utc)
}

fn read_mail(mail: &[u8], zone: Tz) -> Reading {
    let context = Context::new(NOW.parse().expect("a moment"), zone);
    read(&Message::parse(mail), &context)
}

fn answer(mail: &[u8], zone: Tz, who: &str) -> CalendarAnswer {
    let reading = read_mail(mail, zone);
    assert!(!reading.is_machine(), "{who}: {}", reading.reason);
    let kind = reading.kind();
    reading
        .calendar
        .unwrap_or_else(|| panic!("{who}: no calendar answer, but {kind}"))
}

const ZONES: [Tz; 7] = [
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::America__Los_Angeles,
    Tz::Asia__Tokyo,
    Tz::Europe__London,
    Tz::Australia__Sydney,
    Tz::Asia__Kolkata,
];

#[test]
fn every_client_gives_back_series_occurrence_and_exception() {
    let start = NaiveDate::from_ymd_opt(2027, 1, 14)
        .and_then(|d| d.and_hms_opt(12, 30, 0))
        .expect("a moment");
    for zone in ZONES {
        let event = invitation(zone, start);
        assert!(event.to_ics().contains(&event.uid));
        for client in clients() {
            let who = format!("{} in {zone}", client.name);
            for (partstat, name) in [
                ("ACCEPTED", "Accepted"),
                ("DECLINED", "Declined"),
                ("TENTATIVE", "Tentative"),
            ] {
                let mail = client.mail(&client.calendar(&client.event(&event, partstat, None)));
                let read = answer(&mail, zone, &who);
                assert_eq!(read.uid, event.uid, "{who}");
                assert_eq!(format!("{:?}", read.partstat), name, "{who}");
                assert_eq!(read.recurrence_id, None, "{who}");
                assert_eq!(read.start, Some(instant(start, zone)), "{who}");
                // One occurrence after another, over the changes of clocks in spring and autumn.
                for number in [1, 6, 12, 20, 25] {
                    let lunch = start + TimeDelta::weeks(2 * number);
                    let mail =
                        client.mail(&client.calendar(&client.event(&event, partstat, Some(lunch))));
                    let read = answer(&mail, zone, &who);
                    let day = lunch.month();
                    assert_eq!(
                        read.recurrence_id,
                        Some(instant(lunch, zone)),
                        "{who}, month {day}"
                    );
                    assert_eq!(format!("{:?}", read.partstat), name, "{who}");
                }
            }
            let lunch = start + TimeDelta::weeks(8);
            let both = client.event(&event, "ACCEPTED", None)
                + &client.event(&event, "DECLINED", Some(lunch));
            let read = answer(&client.mail(&client.calendar(&both)), zone, &who);
            let items: Vec<_> = read
                .items
                .iter()
                .map(|item| (format!("{:?}", item.partstat), item.recurrence_id))
                .collect();
            let wanted = [
                ("Accepted".to_owned(), None),
                ("Declined".to_owned(), Some(instant(lunch, zone))),
            ];
            assert_eq!(items, wanted, "{who}");
        }
    }
}

fn single(lines: &str) -> Vec<u8> {
    format!(
        "From: {BEN}\nTo: lunch@example.com\nContent-Type: text/calendar; charset=utf-8\n\n{lines}"
    )
    .into_bytes()
}

fn event_of(lines: &str) -> Vec<u8> {
    single(&format!(
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"
    ))
}

#[test]
fn zones_are_known_by_many_names() {
    let wanted: DateTime<Utc> = "2027-07-15T10:30:00Z".parse().expect("a moment");
    for name in [
        "Europe/Berlin",
        "\"W. Europe Standard Time\"",
        "\"W. Europe Standard Time 1\"",
        "Romance Standard Time",
        "Central Europe Standard Time",
        "\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"",
        "/citadel.org/20270101_1/Europe/Paris",
        "/freeassociation.sourceforge.net/Tzfile/Europe/Madrid",
    ] {
        let mail = event_of(&format!(
            "DTSTART;TZID={name}:20270715T123000\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org"
        ));
        assert_eq!(
            answer(&mail, Tz::Asia__Tokyo, name).start,
            Some(wanted),
            "{name}"
        );
    }
    // A name of nobody's, explained by its offsets.
    let custom = single(
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Mine:20270715T123000\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org\nEND:VEVENT\nEND:VCALENDAR\n",
    );
    assert_eq!(
        answer(&custom, Tz::Asia__Tokyo, "custom").start,
        Some(wanted)
    );
}

#[test]
fn who_answers_is_never_guessed() {
    let divided = event_of(
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@example.net\nATTENDEE;PARTSTAT=DECLINED:mailto:y@example.net",
    );
    assert_eq!(
        format!("{:?}", answer(&divided, Tz::UTC, "divided").partstat),
        "Other"
    );
    let percent = event_of(
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.net\nATTENDEE;PARTSTAT=DECLINED:mailto:ben%40example.org",
    );
    assert_eq!(
        format!("{:?}", answer(&percent, Tz::UTC, "percent").partstat),
        "Declined"
    );
    let delegated = event_of("ATTENDEE;PARTSTAT=DELEGATED:mailto:ben@example.org");
    assert_eq!(
        format!("{:?}", answer(&delegated, Tz::UTC, "delegated").partstat),
        "Delegated"
    );
    for partstat in ["NEEDS-ACTION", "X-MAYBE", ""] {
        let mail = event_of(&format!(
            "ATTENDEE;PARTSTAT={partstat}:mailto:ben@example.org"
        ));
        assert_eq!(
            format!("{:?}", answer(&mail, Tz::UTC, partstat).partstat),
            "Other"
        );
    }
}

#[test]
fn other_methods_are_no_answers() {
    for method in [
        "REQUEST",
        "PUBLISH",
        "CANCEL",
        "REFRESH",
        "ADD",
        "DECLINECOUNTER",
    ] {
        let mail = single(&format!(
            "BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nUID:u\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org\nEND:VEVENT\nEND:VCALENDAR\n"
        ));
        let reading = read_mail(&mail, Tz::UTC);
        assert!(reading.calendar.is_none(), "{method}");
        assert_ne!(reading.kind(), "accept", "{method}");
    }
}

#[test]
fn damaged_and_hostile_calendars_are_borne() {
    let whole = "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u\nDTSTART:20270114T113000Z\nATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.org\nUID:other\nEND:VEVENT\nEND:VCALENDAR\n";
    let variants = [
        whole.to_owned(),
        format!("\u{feff}{whole}"),
        format!("\n\nSent by a gateway\n{whole}"),
        whole
            .replace("END:VEVENT\n", "")
            .replace("END:VCALENDAR\n", ""),
        whole.replace(
            "ATTENDEE;PARTSTAT=DECLINED:",
            "ATTENDEE;PARTSTAT=DECL\n INED:",
        ),
        whole.to_lowercase().replace("uid:other\n", ""),
    ];
    for text in &variants {
        let read = answer(&single(text), Tz::UTC, text);
        assert_eq!(
            (read.uid.as_str(), format!("{:?}", read.partstat).as_str()),
            ("u", "Declined"),
            "{text}"
        );
    }
    let guests: String = (0..100_000)
        .map(|n| format!("ATTENDEE;PARTSTAT=ACCEPTED:mailto:g{n}@example.net\n"))
        .collect();
    let many = whole.replace("UID:other\n", &guests);
    let deep = format!(
        "BEGIN:VCALENDAR\nMETHOD:REPLY\n{}",
        "BEGIN:VEVENT\n".repeat(50_000)
    );
    let long = whole.replace("UID:other", &format!("COMMENT:{}", "x".repeat(1_000_000)));
    for text in [many, deep, long] {
        let begun = std::time::Instant::now();
        assert!(!read_mail(&single(&text), Tz::UTC).acts.is_empty());
        assert!(begun.elapsed() < std::time::Duration::from_secs(5));
    }
    let mut seed: u64 = 4_711;
    let mut below = |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(seed >> 33).unwrap_or(0) % bound.max(1)
    };
    let event = invitation(
        Tz::Europe__Berlin,
        NaiveDate::from_ymd_opt(2027, 1, 14)
            .and_then(|d| d.and_hms_opt(12, 30, 0))
            .expect("a moment"),
    );
    for round in 0..800 {
        let all = clients();
        let client = &all[below(all.len())];
        let mut mail =
            client.mail(&client.calendar(&client.event(&event, "ACCEPTED", Some(event.start))));
        for _ in 0..=below(8) {
            let at = below(mail.len());
            match below(3) {
                0 => mail[at] = u8::try_from(below(256)).unwrap_or(0),
                1 => drop(mail.drain(at..(at + below(30)).min(mail.len()))),
                _ => drop(mail.splice(at..at, *b"\nBEGIN:VEVENT\nDTSTART;TZID=X:2027")),
            }
            if mail.is_empty() {
                mail.push(b'x');
            }
        }
        assert!(
            !read_mail(&mail, Tz::Europe__Berlin).acts.is_empty(),
            "round {round}"
        );
    }
}
