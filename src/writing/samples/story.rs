//! The story: one letter of every kind, in the order in which Ana and Ben would get them.

use super::*;

impl Cast {
    pub(super) fn invitations(&self) -> Vec<Dated> {
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

    pub(super) fn lunches(&self) -> Vec<Dated> {
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
            self.to_ana(Body::Fabric(self.weave()), (2027, 2, 1)),
            self.to_ana(self.report(), (2027, 2, 1)),
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

    pub(super) fn harvest(&self) -> Harvest {
        Harvest {
            month: on(2027, 1, 1),
            held: vec![(self.ben.clone(), vec![on(2027, 1, 14), on(2027, 1, 28)])],
            unknown: Vec::new(),
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
                both: Vec::new(),
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
            weave: self.weave(),
        }
    }

    pub(super) fn notices(&self) -> Vec<Dated> {
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

    pub(super) fn receipts(&self) -> Vec<Dated> {
        let friday = Table {
            start: at(on(2027, 1, 15), 12, 30),
            ..table()
        };
        let receipts = [
            (
                Receipt::Accepted {
                    agreement: agreement(),
                    asks_goal: true,
                    asks_day: false,
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
