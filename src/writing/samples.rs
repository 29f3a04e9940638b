//! Samples: one letter of every kind, about Ana and Ben, for `preview`, for the tests, and to try
//! an operator's own templates on.
//!
//! Fixed people, dates and words; no clock. Ana invited Ben in November 2026; they meet on
//! Thursdays, and by January they have their fourth lunch.

use super::{House, Language, Posting};
use crate::calendar::write::{Event, Method, Recurrence};
use crate::lunch::act::Answering;
use crate::lunch::letter::{
    Agreement, Body, Harvest, Letter, NextLunch, Notice, Offer, OpenGoal, Quote, ReachedGoal,
    Receipt, Seal, Table,
};
use crate::lunch::notes::{Notes, Observation, Polarity, Section, Words};
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

const NOVEMBER: (i32, u32, u32) = (2026, 11, 24);
const LUNCH_DAY: (i32, u32, u32) = (2027, 1, 14);

impl Cast {
    fn gather() -> Option<Self> {
        let mailbox = Address::parse("lunch@example.com").ok()?;
        Some(Self {
            ana: NameAddr::parse("Ana <ana@example.com>").ok()?,
            ben: NameAddr::parse("Ben <ben@example.com>").ok()?,
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
            reference: REFERENCE.to_owned(),
            house: House {
                name: self.house.name.clone(),
                operator: self.operator.clone(),
            },
            language: Language::English,
        }
    }

    fn to_ben(&self, body: Body, date: (i32, u32, u32)) -> Dated {
        let letter = Letter {
            to: self.ben.clone(),
            partner: Some(self.ana.clone()),
            body,
        };
        (letter, date)
    }

    fn to_ana(&self, body: Body, date: (i32, u32, u32)) -> Dated {
        let letter = Letter {
            to: self.ana.clone(),
            partner: Some(self.ben.clone()),
            body,
        };
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
        }
    }

    fn invitations(&self) -> Vec<Dated> {
        let note = Some(words(
            "You see more of my work than anyone, and I trust your eye.",
        ));
        vec![
            self.to_ben(
                Body::Invitation {
                    note,
                    offer: offer(),
                    experienced: false,
                    again: false,
                },
                NOVEMBER,
            ),
            self.to_ben(Body::InvitationReminder { offer: offer() }, (2026, 11, 29)),
            self.to_ben(
                Body::Question {
                    words: words("Hm, let me look at my week."),
                    about: Answering::Invitation,
                },
                NOVEMBER,
            ),
            self.to_ben(
                Body::CalendarRequest {
                    event: self.event(Method::Request),
                    update: false,
                },
                NOVEMBER,
            ),
            self.to_ben(
                Body::CalendarRequest {
                    event: Event {
                        sequence: 1,
                        start: at(on(2027, 1, 15), 12, 30),
                        recurrence: None,
                        recurrence_id: Some(at(on(2027, 1, 14), 12, 30)),
                        ..self.event(Method::Request)
                    },
                    update: true,
                },
                (2027, 1, 11),
            ),
            self.to_ben(
                Body::CalendarCancel {
                    event: Event {
                        sequence: 2,
                        ..self.event(Method::Cancel)
                    },
                    one: false,
                },
                (2027, 2, 1),
            ),
        ]
    }

    fn lunches(&self) -> Vec<Dated> {
        let follow_up = |nudge| Body::FollowUp {
            table: table(),
            goal: Some(words("influencing the client")),
            seal: at(on(2027, 1, 17), 18, 0),
            nudge,
        };
        vec![
            self.to_ben(
                Body::Reminder {
                    table: table(),
                    last_met: Some(on(2026, 12, 17)),
                    own_goals: vec![words("Handing things over sooner")],
                    watching: vec![words("Influencing the client")],
                    speaks_first: true,
                    notes: true,
                },
                (2027, 1, 13),
            ),
            self.to_ben(follow_up(false), LUNCH_DAY),
            self.to_ben(follow_up(true), (2027, 1, 16)),
            self.to_ana(
                Body::Exchange {
                    table: table(),
                    notes: bens_notes(),
                    goal: Some(words("Influencing the client")),
                    corrected: false,
                },
                (2027, 1, 17),
            ),
            self.to_ana(Body::Summary(self.harvest()), (2027, 2, 1)),
            self.to_ben(Body::NoSlot { offer: offer() }, NOVEMBER),
            self.to_ben(
                Body::Confirm {
                    words: words("Please end the lunches."),
                },
                LUNCH_DAY,
            ),
            self.to_ben(
                Body::Returned {
                    words: words("1. Ana kept calm when the demo broke."),
                },
                (2027, 3, 30),
            ),
        ]
    }

    fn harvest(&self) -> Harvest {
        Harvest {
            month: on(2027, 1, 1),
            held: vec![(self.ben.clone(), vec![on(2027, 1, 14), on(2027, 1, 28)])],
            reached: vec![ReachedGoal {
                words: words("Speaking up in planning"),
                since: on(2026, 12, 3),
                on: on(2027, 1, 14),
                agreed_by: Some(self.ben.clone()),
            }],
            open: vec![OpenGoal {
                words: words("Influencing the client"),
                helps: vec![self.quote("You asked what worried them before the first slide.", 14)],
                hinders: vec![self.quote("The slides came an hour before the call.", 14)],
                seen: Vec::new(),
            }],
            focus: Vec::new(),
            good_moments: vec![
                self.quote("In Tuesday's outage you read the error aloud, slowly, and everybody stopped guessing.", 14),
                self.quote("You gave Erin the demo and sat on your hands.", 28),
            ],
            between: vec![self.quote("You cut Dan short in the retro. He had the answer.", 14)],
            watching: vec![(self.ben.clone(), words("Handing things over sooner"))],
            next: vec![NextLunch {
                partner: self.ben.clone(),
                table: Table {
                    ordinal: 5,
                    start: at(on(2027, 2, 11), 12, 30),
                    ..table()
                },
                speaks_first: false,
            }],
        }
    }

    fn notices(&self) -> Vec<Dated> {
        let friday = Table {
            start: at(on(2027, 1, 15), 12, 30),
            ..table()
        };
        let notices = [
            (
                Notice::Accepted {
                    words: words("Sure, gladly. Thursdays are good."),
                    agreement: agreement(),
                },
                NOVEMBER,
            ),
            (
                Notice::Declined {
                    words: words("No thanks, Ana. I have too much on my plate."),
                },
                NOVEMBER,
            ),
            (
                Notice::Later {
                    words: words("Ask me again in March, please."),
                    until: on(2027, 3, 1),
                },
                NOVEMBER,
            ),
            (
                Notice::Asked {
                    words: words("Who pays for lunch?"),
                },
                NOVEMBER,
            ),
            (
                Notice::Unclear {
                    words: words("Hm, let me look at my week."),
                },
                NOVEMBER,
            ),
            (Notice::Lapsed, (2026, 12, 8)),
            (Notice::Undeliverable, NOVEMBER),
            (
                Notice::Skipped {
                    table: table(),
                    next: Some(at(on(2027, 1, 28), 12, 30)),
                },
                (2027, 1, 13),
            ),
            (
                Notice::Moved {
                    from: at(on(2027, 1, 14), 12, 30),
                    table: friday,
                    all: false,
                },
                (2027, 1, 11),
            ),
            (
                Notice::Paused {
                    until: on(2027, 3, 1),
                    next: Some(at(on(2027, 3, 11), 12, 30)),
                },
                LUNCH_DAY,
            ),
            (
                Notice::Resumed {
                    next: Some(at(on(2027, 1, 28), 12, 30)),
                },
                LUNCH_DAY,
            ),
            (Notice::Ended, LUNCH_DAY),
            (
                Notice::Relayed {
                    words: words("Thank you, that about Dan is fair. I'll ask him."),
                },
                (2027, 1, 17),
            ),
        ];
        let letters = notices.into_iter();
        letters
            .map(|(notice, date)| self.to_ana(Body::Notice(notice), date))
            .collect()
    }

    fn receipts(&self) -> Vec<Dated> {
        let friday = Table {
            start: at(on(2027, 1, 15), 12, 30),
            ..table()
        };
        let receipts = [
            (
                Receipt::Accepted {
                    agreement: agreement(),
                    asks_goal: true,
                },
                NOVEMBER,
            ),
            (Receipt::Declined, NOVEMBER),
            (
                Receipt::Later {
                    until: on(2027, 3, 1),
                },
                NOVEMBER,
            ),
            (Receipt::Asked, NOVEMBER),
            (Receipt::Ended, LUNCH_DAY),
            (Receipt::Stopped, LUNCH_DAY),
            (
                Receipt::Skipped {
                    table: table(),
                    next: Some(at(on(2027, 1, 28), 12, 30)),
                },
                (2027, 1, 13),
            ),
            (
                Receipt::Moved {
                    from: at(on(2027, 1, 14), 12, 30),
                    table: friday,
                    all: false,
                },
                (2027, 1, 11),
            ),
            (
                Receipt::Paused {
                    until: on(2027, 3, 1),
                    next: Some(at(on(2027, 3, 11), 12, 30)),
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Resumed {
                    next: Some(at(on(2027, 1, 28), 12, 30)),
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Goal {
                    words: words("Handing things over sooner"),
                    reworded: false,
                },
                NOVEMBER,
            ),
            (
                Receipt::Achieved {
                    words: words("Handing things over sooner"),
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Notes {
                    table: table(),
                    notes: Notes {
                        unplaced: vec![words("See you Thursday!")],
                        ..bens_notes()
                    },
                    ask_for: None,
                    goal: Some(words("Influencing the client")),
                    seal: Seal::Until(at(on(2027, 1, 17), 18, 0)),
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Held {
                    table: table(),
                    met: false,
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Undone {
                    table: table(),
                    seen: false,
                },
                LUNCH_DAY,
            ),
            (Receipt::NoSummaries, (2027, 2, 1)),
            (Receipt::Reopened, (2027, 6, 7)),
        ];
        let letters = receipts.into_iter();
        letters
            .map(|(receipt, date)| self.to_ben(Body::Receipt(receipt), date))
            .collect()
    }
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
        ordinal: 4,
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

/// The templates' other paths.
impl Cast {
    fn variations(&self) -> Vec<Dated> {
        let first = Table {
            ordinal: 1,
            start: at(on(2026, 12, 3), 12, 30),
            ..table()
        };
        let mut letters = vec![
            self.to_ben(
                Body::Invitation {
                    note: None,
                    offer: Offer {
                        every_weeks: 1,
                        weekday: Weekday::Tue,
                        ..offer()
                    },
                    experienced: true,
                    again: true,
                },
                (2027, 3, 1),
            ),
            self.to_ben(
                Body::CalendarRequest {
                    event: Event {
                        recurrence: None,
                        ..self.event(Method::Request)
                    },
                    update: false,
                },
                NOVEMBER,
            ),
            self.to_ben(
                Body::CalendarRequest {
                    event: Event {
                        sequence: 3,
                        ..self.event(Method::Request)
                    },
                    update: true,
                },
                NOVEMBER,
            ),
            self.to_ben(
                Body::CalendarCancel {
                    event: Event {
                        recurrence: None,
                        recurrence_id: Some(at(on(2026, 12, 3), 12, 30)),
                        ..self.event(Method::Cancel)
                    },
                    one: true,
                },
                NOVEMBER,
            ),
            self.to_ana(Body::Summary(self.busy_harvest()), (2027, 2, 1)),
        ];
        for about in Answering::ALL {
            let said = words("Hm?");
            letters.push(self.to_ben(Body::Question { words: said, about }, LUNCH_DAY));
        }
        for (ordinal, notes) in [(1, true), (2, true), (3, true), (1, false), (9, false)] {
            letters.push(self.to_ben(
                Body::Reminder {
                    table: Table { ordinal, ..table() },
                    last_met: None,
                    own_goals: Vec::new(),
                    watching: Vec::new(),
                    speaks_first: false,
                    notes,
                },
                (2027, 1, 13),
            ));
        }
        for (nudge, goal) in [(false, None), (true, None), (false, Some("Speaking up."))] {
            letters.push(self.to_ben(
                Body::FollowUp {
                    table: first.clone(),
                    goal: goal.map(words),
                    seal: at(on(2026, 12, 6), 18, 0),
                    nudge,
                },
                (2026, 12, 3),
            ));
        }
        letters.extend(self.varied_answers(&first));
        letters
    }

    fn varied_answers(&self, first: &Table) -> Vec<Dated> {
        let once = Agreement {
            every_weeks: None,
            notes: false,
            ..agreement()
        };
        let thin = Notes {
            worst: Some(words("Two lines.\n\n- of it\n- and a list")),
            achieved: Some(words("Speaking up in planning.")),
            unplaced: vec![words("One"), words("Two")],
            ..Notes::default()
        };
        let mut receipts = vec![
            Receipt::Accepted {
                agreement: once.clone(),
                asks_goal: false,
            },
            Receipt::Skipped {
                table: first.clone(),
                next: None,
            },
            Receipt::Resumed { next: None },
            Receipt::Paused {
                until: on(2027, 3, 1),
                next: None,
            },
            Receipt::Goal {
                words: words("Listening"),
                reworded: true,
            },
            Receipt::Held {
                table: first.clone(),
                met: true,
            },
            Receipt::Undone {
                table: first.clone(),
                seen: true,
            },
        ];
        let seals = [Seal::Opened, Seal::OpenedBefore, Seal::Opened];
        for (ask_for, seal) in Section::ALL.into_iter().zip(seals) {
            receipts.push(Receipt::Notes {
                table: first.clone(),
                notes: thin.clone(),
                ask_for: Some(ask_for),
                goal: None,
                seal,
            });
        }
        for (from, all) in [
            (on(2026, 12, 3), true),
            (on(2026, 12, 2), true),
            (on(2026, 12, 3), false),
        ] {
            receipts.push(Receipt::Moved {
                from: at(from, 12, 30),
                table: first.clone(),
                all,
            });
        }
        let mut letters: Vec<Dated> = receipts
            .into_iter()
            .map(|receipt| self.to_ben(Body::Receipt(receipt), NOVEMBER))
            .collect();
        let notices = [
            Notice::Accepted {
                words: words("Once."),
                agreement: once,
            },
            Notice::Skipped {
                table: first.clone(),
                next: None,
            },
            Notice::Paused {
                until: on(2027, 3, 1),
                next: None,
            },
            Notice::Resumed { next: None },
            Notice::Moved {
                from: first.start,
                table: first.clone(),
                all: true,
            },
        ];
        letters.extend(
            notices
                .into_iter()
                .map(|notice| self.to_ana(Body::Notice(notice), NOVEMBER)),
        );
        for (notes, corrected) in [(thin, true), (Notes::default(), false)] {
            letters.push(self.to_ana(
                Body::Exchange {
                    table: first.clone(),
                    notes,
                    goal: None,
                    corrected,
                },
                (2026, 12, 6),
            ));
        }
        for receipt in [Receipt::Stopped, Receipt::NoSummaries, Receipt::Reopened] {
            let (mut letter, date) = self.to_ben(Body::Receipt(receipt), LUNCH_DAY);
            letter.partner = None;
            letters.push((letter, date));
        }
        letters
    }

    /// Two partners, no goal of one's own.
    fn busy_harvest(&self) -> Harvest {
        let mut harvest = self.harvest();
        let by_ana = Quote {
            speaker: self.ana.clone(),
            ..self.quote("You waited for the question.", 21)
        };
        harvest.held.push((self.ana.clone(), vec![on(2027, 1, 21)]));
        harvest.good_moments.push(by_ana.clone());
        harvest.focus.push(by_ana.clone());
        harvest.reached.iter_mut().for_each(|r| r.agreed_by = None);
        harvest
            .open
            .iter_mut()
            .for_each(|g| g.seen.push(by_ana.clone()));
        harvest.next.iter_mut().for_each(|n| n.speaks_first = true);
        harvest
    }
}
