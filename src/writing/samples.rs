//! Samples: one letter of every kind, about Ana and Ben, for `preview`, for the tests, and to try
//! an operator's own templates on.
//!
//! Fixed people, dates and words; no clock. Ana invited Ben in November 2026; they meet every
//! other Thursday from 3 December, but for the last one of the year: 14 January is their third lunch.

mod papers;
mod story;
mod variations;

use super::{House, Language, Posting};
use crate::calendar::write::{Event, Method, Recurrence};
use crate::lunch::act::{Answering, Permission};
use crate::lunch::letter::{
    Agreement, Because, BoardState, Body, ClaimAnswer, Harvest, Letter, NextLunch, Notice, Offer,
    OpenGoal, Quote, QuoteState, ReachedGoal, Receipt, Seal, Table, bears_calendar,
};
use crate::lunch::notes::{Notes, Observation, Polarity, Section, Words};
use crate::lunch::pairing::{PairingId, Role};
use crate::lunch::person::GoalMeant;
use crate::lunch::quoting::Point;
use crate::words::address::{Address, NameAddr};
use crate::words::message_id::MessageId;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};

/// A kind, a letter of it, and what makes it a mail.
pub type Sample = (&'static str, Letter, Posting);

/// One sample of each kind, in the order of the story.
pub fn all() -> Vec<Sample> {
    let Some(cast) = Cast::gather() else {
        return Vec::new(); // the names below are well formed; a test holds it
    };
    let mut letters = cast.invitations();
    letters.extend(cast.lunches());
    letters.extend(cast.notices());
    letters.extend(cast.receipts());
    cast.posted(letters)
}

/// The sample of one kind.
pub fn of(kind: &str) -> Option<(Letter, Posting)> {
    let found = all().into_iter().find(|(name, _, _)| *name == kind);
    found.map(|(_, letter, posting)| (letter, posting))
}

/// The same sample as it goes out from Ana's own mailbox.
pub fn from_own_mailbox((kind, mut letter, mut posting): Sample) -> Sample {
    let Some(cast) = Cast::gather() else {
        return (kind, letter, posting);
    };
    let reply_to = cast.ana.address.with_detail(REFERENCE).ok();
    posting.reply_to = reply_to.unwrap_or_else(|| cast.ana.address.clone());
    posting.stop_to = posting.reply_to.clone();
    posting.printed_to = posting.reply_to.clone();
    posting.from = cast.ana.clone();
    if let Body::CalendarRequest { event, .. } | Body::CalendarCancel { event, .. } =
        &mut letter.body
    {
        event.organizer = cast.ana.clone();
    }
    if let Some(event) = &mut letter.calendar {
        event.organizer = cast.ana.clone();
    }
    posting.house = House {
        name: cast.ana.name.clone(),
        operator: cast.ana.clone(),
        owner: Some(cast.ana),
    };
    (kind, letter, posting)
}

/// All samples, and further letters of the same kinds that take the templates' other paths.
pub fn with_variations() -> Vec<Sample> {
    let mut samples = all();
    if let Some(cast) = Cast::gather() {
        let letters = cast.variations();
        samples.extend(cast.posted(letters));
    }
    samples
}

/// The two, and the house they meet through.
struct Cast {
    ana: NameAddr,
    ben: NameAddr,
    cara: NameAddr,
    house: NameAddr,
    reply_to: Address,
    stop_to: Address,
    operator: NameAddr,
    answered: MessageId,
    first: MessageId,
}

/// The token's detail in the samples.
const REFERENCE: &str = "ab4-k3j2q7mzx5w6rn4tcvhyd2pgsa";

/// A letter with the month and day on which it is written.
type Dated = (Letter, (i32, u32, u32));

const FIRST_GOAL: GoalMeant = GoalMeant {
    place: 0,
    wording: 0,
};

const NOVEMBER: (i32, u32, u32) = (2026, 11, 24);
const LUNCH_DAY: (i32, u32, u32) = (2027, 1, 14);

impl Cast {
    fn gather() -> Option<Self> {
        let mailbox = Address::parse("lunch@example.com").ok()?;
        Some(Self {
            ana: NameAddr::parse("Ana <ana@example.com>").ok()?,
            ben: NameAddr::parse("Ben <ben@example.com>").ok()?,
            cara: NameAddr::parse("Cara <cara@example.com>").ok()?,
            house: NameAddr::new("Lunch", mailbox.clone()),
            reply_to: mailbox.with_detail(REFERENCE).ok()?,
            stop_to: mailbox.with_detail(REFERENCE).ok()?,
            operator: NameAddr::parse("Cleo in IT <cleo@example.com>").ok()?,
            answered: MessageId::parse("answer-7@mail.example.com")?,
            first: MessageId::parse("k2f5w3a7.letter@example.com")?,
        })
    }

    fn posted(&self, letters: Vec<Dated>) -> Vec<Sample> {
        let posted = letters.into_iter().map(|(letter, date)| {
            let kind = letter.body.name();
            let posting = self.posting(&letter, date);
            (kind, letter, posting)
        });
        posted.collect()
    }

    fn posting(&self, letter: &Letter, (year, month, day): (i32, u32, u32)) -> Posting {
        let kind = letter.body.name();
        let opens = matches!(kind, "invitation" | "followup" | "exchange" | "summary");
        let answers = kind.starts_with("receipt") || kind == "question" || kind == "returned";
        let from = match &letter.partner {
            Some(partner) if kind.starts_with("invitation") => NameAddr::new(
                &format!("{} via Lunch", partner.display_name()),
                self.house.address.clone(),
            ),
            _ => self.house.clone(),
        };
        let id = format!("{kind}.{REFERENCE}@example.com");
        let mut references = vec![self.first.clone()];
        if answers {
            references.push(self.answered.clone());
        }
        Posting {
            from,
            reply_to: self.reply_to.clone(),
            printed_to: self.reply_to.clone(),
            stop_to: self.stop_to.clone(),
            message_id: MessageId::parse(&id).unwrap_or_else(|| self.first.clone()),
            in_reply_to: if answers {
                Some(self.answered.clone())
            } else {
                (!opens).then(|| self.first.clone())
            },
            references: if opens { Vec::new() } else { references },
            thread_subject: None,
            date: at(on(year, month, day), 15, 0).and_utc(),
            letter_id: format!("sample-{kind}"),
            reference: if kind == "card" {
                String::new()
            } else {
                REFERENCE.to_owned()
            },
            house: House {
                name: self.house.name.clone(),
                operator: self.operator.clone(),
                owner: None,
            },
            language: Language::English,
        }
    }

    fn to_ben(&self, body: Body, date: (i32, u32, u32)) -> Dated {
        let letter = Letter::new(self.ben.clone(), Some(self.ana.clone()), body);
        (letter, date)
    }

    fn to_ana(&self, body: Body, date: (i32, u32, u32)) -> Dated {
        let letter = Letter::new(self.ana.clone(), Some(self.ben.clone()), body);
        (letter, date)
    }

    /// With what it brings for its reader's calendar, if it tells of a change there.
    fn with_entry(&self, (mut letter, date): Dated) -> Dated {
        let method = match letter.body.name() {
            "receipt-skipped" | "notice-skipped" => Method::Cancel,
            _ => Method::Request,
        };
        let single = method == Method::Cancel;
        let event = Event {
            sequence: 1,
            attendee: letter.to.clone(),
            recurrence_id: single.then(|| table().start),
            ..self.event(method)
        };
        let recurrence = event.recurrence.clone().filter(|_| !single);
        letter.calendar = bears_calendar(letter.body.name()).then_some(Event {
            recurrence,
            ..event
        });
        (letter, date)
    }

    fn event(&self, method: Method) -> Event {
        Event {
            method,
            uid: "6f1d2c3b-9a84-4e57-b0c1-2d3e4f5a6b7c@example.com".to_owned(),
            sequence: 0,
            stamp: at(on(2026, 11, 24), 15, 0).and_utc(),
            start: at(on(2026, 12, 3), 12, 30),
            minutes: 45,
            zone: chrono_tz::Europe::Berlin,
            recurrence: Some(Recurrence {
                every_weeks: 2,
                count: 26,
                excluded: vec![at(on(2026, 12, 31), 12, 30)],
            }),
            recurrence_id: None,
            summary: "One on one peer review feedback lunch: Ben & Ana".to_owned(),
            location: "Nearby cafe".to_owned(),
            description: "You, Ana and a table. Each says three things: best moment, worst moment, focused improvement point.".to_owned(),
            organizer: self.house.clone(),
            attendee: self.ben.clone(),
        }
    }

    fn quote(&self, said: &str, day: u32) -> Quote {
        Quote {
            words: words(said),
            speaker: self.ben.clone(),
            on: on(2027, 1, day),
            point: None,
            leave: None,
        }
    }
}

fn guests(addresses: &[&str]) -> Vec<NameAddr> {
    let named = addresses.iter();
    named.filter_map(|one| NameAddr::parse(one).ok()).collect()
}

fn words(text: &str) -> Words {
    Words::new(text.to_owned())
}

fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn at(date: NaiveDate, hour: u32, minute: u32) -> NaiveDateTime {
    date.and_time(half_past(hour, minute))
}

fn half_past(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}

fn offer() -> Offer {
    Offer {
        every_weeks: 2,
        weekday: Weekday::Thu,
        time: half_past(12, 30),
        minutes: 45,
        location: "Nearby cafe".to_owned(),
    }
}

fn agreement() -> Agreement {
    Agreement {
        every_weeks: Some(2),
        first: at(on(2026, 12, 3), 12, 30),
        minutes: 45,
        location: "Nearby cafe".to_owned(),
        notes: true,
    }
}

fn table() -> Table {
    Table {
        ordinal: 3,
        start: at(on(2027, 1, 14), 12, 30),
        minutes: 45,
        location: "Nearby cafe".to_owned(),
    }
}

fn bens_notes() -> Notes {
    let observed = |polarity, said| Observation {
        polarity,
        words: words(said),
    };
    Notes {
        best: Some(words(
            "In Tuesday's outage you read the error aloud, slowly, and everybody stopped guessing.",
        )),
        worst: Some(words("You cut Dan short in the retro. He had the answer.")),
        focus: Some(words(
            "Helps: you asked what worried them before the first slide.\nHinders: the slides came an hour before the call.",
        )),
        observations: vec![
            observed(
                Polarity::Helps,
                "you asked what worried them before the first slide.",
            ),
            observed(
                Polarity::Hinders,
                "the slides came an hour before the call.",
            ),
        ],
        ..Notes::default()
    }
}
