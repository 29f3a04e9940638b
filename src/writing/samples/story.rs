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
                    anew: false,
                },
                NOVEMBER,
            ),
            self.to_ben(Body::InvitationReminder { offer: offer() }, (2026, 11, 29)),
            self.to_ben(
                Body::Question {
                    words: words("Hm, let me look at my week."),
                    about: Answering::Invitation,
                    points: Vec::new(),
                    board: None,
                    goal: None,
                    written: None,
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
            other_goals: Vec::new(),
            seal: at(on(2027, 1, 18), 9, 0),
            nudge,
        };
        vec![
            self.to_ben(
                Body::Reminder {
                    table: table(),
                    last_met: Some(on(2026, 12, 17)),
                    waiting: None,
                    own_goals: vec![words("Handing things over sooner")],
                    watching: vec![words("Influencing the client")],
                    speaks_first: false,
                    notes: true,
                    jar: vec![words("The outage call on Tuesday.")],
                    tips: true,
                },
                (2027, 1, 13),
            ),
            self.to_ben(follow_up(false), LUNCH_DAY),
            self.to_ben(follow_up(true), (2027, 1, 15)),
            self.to_ana(
                Body::Exchange {
                    table: table(),
                    notes: bens_notes(),
                    goal: Some(words("Influencing the client")),
                    corrected: false,
                    unquoted: false,
                    proposes: false,
                    reached: None,
                },
                (2027, 1, 18),
            ),
            self.to_ben(
                Body::GoalReached {
                    words: words("Speaking up in planning"),
                    goal: FIRST_GOAL,
                },
                LUNCH_DAY,
            ),
            self.to_ben(
                Body::Permission {
                    words: words("You gave Erin the demo and sat on your hands."),
                    on: on(2027, 1, 28),
                    point: Point {
                        pairing: PairingId(1),
                        slot: at(on(2027, 1, 28), 12, 30),
                        speaker: Role::Invitee,
                        section: Section::Best,
                        wording: 1,
                    },
                },
                (2027, 2, 1),
            ),
            self.to_ana(
                Body::BoardConfirm {
                    address: "ana+5f2c@boards.example".to_owned(),
                    marks: "#feedback @ana".to_owned(),
                },
                (2027, 1, 11),
            ),
            self.to_ben(Body::BoardAsk { number: 1 }, (2027, 1, 17)),
            self.card(false),
            self.to_ana(Body::PassItOn, (2027, 1, 20)),
            self.to_ben(
                Body::LunchCard {
                    speaks_first: true,
                    own_goals: vec![words("Handing things over sooner")],
                    watching: vec![words("Influencing the client")],
                },
                (2026, 12, 2),
            ),
            self.to_ana(Body::Summary(self.harvest()), (2027, 2, 1)),
            self.to_ana(Body::Fabric(self.weave()), (2027, 2, 1)),
            self.to_ana(self.report(), (2027, 2, 1)),
            self.to_ben(
                Body::NoSlot {
                    offer: offer(),
                    stands: false,
                },
                NOVEMBER,
            ),
            self.to_ben(
                Body::Confirm {
                    words: words("Please end the lunches."),
                },
                LUNCH_DAY,
            ),
            self.to_ben(
                Body::Returned {
                    words: words("1. Ana kept calm when the demo broke."),
                    because: Because::Ended,
                },
                (2027, 3, 30),
            ),
        ]
    }

    /// As it goes to Ana's board.
    pub(super) fn card(&self, corrected: bool) -> Dated {
        let notes = Notes {
            worst: None,
            ..bens_notes()
        };
        let body = Body::Card {
            table: table(),
            own: Notes {
                best: Some(words("You gave Erin the demo and sat on your hands.")),
                focus: Some(words("You asked Dan first, on Monday.")),
                ..Notes::default()
            },
            goal: Some(words("Handing things over sooner")),
            theirs: (!corrected).then_some(notes),
            corrected,
            marks: if corrected { "" } else { "#feedback @ana" }.to_owned(),
        };
        let (mut letter, date) = self.to_ana(body, (2027, 1, 17));
        let board = Address::parse("ana+5f2c@boards.example");
        if let Ok(board) = board {
            letter.to = NameAddr::new("", board);
        }
        (letter, date)
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
                speaks_first: true,
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
            (Notice::Stands { table: table() }, (2027, 1, 13)),
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
            (
                Notice::GoalAnswered {
                    goal: words("Speaking up in planning"),
                    said: words("Yes! On Monday you were the first to say it."),
                    came: ClaimAnswer::Agreed,
                },
                (2027, 1, 15),
            ),
            (
                Notice::QuoteAnswered {
                    words: Some(words("You gave Erin the demo and sat on your hands.")),
                    permission: Permission::Named,
                    taken_back: None,
                },
                (2027, 2, 2),
            ),
        ];
        let letters = notices.into_iter();
        letters
            .map(|(notice, date)| self.with_entry(self.to_ana(Body::Notice(notice), date)))
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
            (Receipt::Stands { table: table() }, (2027, 1, 13)),
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
                    paused: true,
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Goal {
                    words: words("Handing things over sooner"),
                    reworded: false,
                    reopened: false,
                    replaced: None,
                    all: vec![words("Handing things over sooner")],
                    borrowed: false,
                },
                NOVEMBER,
            ),
            (
                Receipt::Goals {
                    all: vec![
                        words("Handing things over sooner"),
                        words("Asking for help before lunch"),
                    ],
                    dropped: None,
                    reopened: None,
                    asks: None,
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Achieved {
                    words: words("Handing things over sooner"),
                    goal: FIRST_GOAL,
                    asked: true,
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Agreed {
                    goal: words("Speaking up in planning"),
                    passed_on: true,
                    came: ClaimAnswer::Agreed,
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Jotted {
                    words: words("How you handled the outage call on Tuesday."),
                    next: Some(at(on(2027, 1, 28), 12, 30)),
                },
                LUNCH_DAY,
            ),
            (Receipt::Forgotten, LUNCH_DAY),
            (
                Receipt::Removed {
                    table: table(),
                    section: Section::Worst,
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
                    other_goals: Vec::new(),
                    hints_when: false,
                    seal: Seal::Until(at(on(2027, 1, 17), 18, 0)),
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Held {
                    table: table(),
                    met: false,
                    own_notes: false,
                    partners_notes: false,
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
            (
                Receipt::Quote {
                    words: Some(words("You gave Erin the demo and sat on your hands.")),
                    state: QuoteState::Asked,
                },
                (2027, 2, 1),
            ),
            (
                Receipt::Permission {
                    words: Some(words("You gave Erin the demo and sat on your hands.")),
                    permission: Permission::Unnamed,
                    point: None,
                },
                (2027, 2, 1),
            ),
            (
                Receipt::Board {
                    address: "ben+77@boards.example".to_owned(),
                    state: BoardState::On,
                },
                LUNCH_DAY,
            ),
            (
                Receipt::BoardLeave {
                    granted: true,
                    number: 1,
                },
                LUNCH_DAY,
            ),
            (
                Receipt::Invited {
                    asked: guests(&["erin@example.com", "dan@example.com"]),
                    not: Vec::new(),
                    came: false,
                },
                (2027, 1, 21),
            ),
            (
                Receipt::ManyPairings {
                    have: 5,
                    guests: guests(&["erin@example.com"]),
                },
                (2027, 1, 21),
            ),
            (Receipt::NoSummaries, (2027, 2, 1)),
            (Receipt::NoTips, (2026, 12, 2)),
            (
                Receipt::AskedAnew {
                    partner: self.ana.clone(),
                    sent: true,
                },
                (2027, 2, 1),
            ),
            (Receipt::Enough { set_aside: false }, LUNCH_DAY),
            (Receipt::WhoForgets, (2027, 2, 1)),
            (Receipt::Reopened, (2027, 6, 7)),
        ];
        let letters = receipts.into_iter();
        letters
            .map(|(receipt, date)| self.with_entry(self.to_ben(Body::Receipt(receipt), date)))
            .collect()
    }
}
