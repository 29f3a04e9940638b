//! Variations: letters that take the templates' other paths, with and without each optional part.

use super::*;

impl Cast {
    pub(super) fn variations(&self) -> Vec<Dated> {
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
                    anew: false,
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
                Body::CalendarRequest {
                    event: Event {
                        sequence: 4,
                        recurrence: Some(Recurrence {
                            every_weeks: 2,
                            count: 1,
                            excluded: Vec::new(),
                        }),
                        stamp: at(on(2027, 3, 1), 12, 30).and_utc(),
                        ..self.event(Method::Request)
                    },
                    update: true,
                },
                (2027, 3, 1),
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
            self.to_ben(
                Body::NoSlot {
                    offer: offer(),
                    stands: true,
                },
                NOVEMBER,
            ),
            self.to_ana(Body::Summary(self.busy_harvest()), (2027, 2, 1)),
            self.to_ben(
                Body::Invitation {
                    note: None,
                    offer: offer(),
                    experienced: false,
                    again: false,
                    anew: true,
                },
                (2027, 3, 1),
            ),
        ];
        for because in [Because::Unclear, Because::NoNotes] {
            let words = words("1. Ana kept calm when the demo broke.");
            letters.push(self.to_ben(Body::Returned { words, because }, LUNCH_DAY));
        }
        for about in Answering::ALL {
            let said = words("Hm?");
            letters.push(self.to_ben(
                Body::Question {
                    words: said,
                    about,
                    points: Vec::new(),
                    board: None,
                    goal: None,
                    written: (about as usize).is_multiple_of(2).then(|| on(2026, 11, 24)),
                },
                LUNCH_DAY,
            ));
        }
        for (ordinal, notes) in [(1, true), (2, true), (3, true), (1, false), (9, false)] {
            letters.push(self.to_ben(
                Body::Reminder {
                    table: Table { ordinal, ..table() },
                    last_met: None,
                    waiting: None,
                    own_goals: Vec::new(),
                    watching: Vec::new(),
                    speaks_first: false,
                    notes,
                    jar: Vec::new(),
                    tips: ordinal != 1 || notes,
                },
                (2027, 1, 13),
            ));
        }
        letters.push(self.to_ben(self.long_reminder(), (2027, 1, 13)));
        for (nudge, goal) in [(false, None), (true, None), (false, Some("Speaking up."))] {
            letters.push(self.to_ben(
                Body::FollowUp {
                    table: first.clone(),
                    goal: goal.map(words),
                    other_goals: if nudge {
                        Vec::new()
                    } else {
                        vec![words("Asking for help.")]
                    },
                    seal: at(on(2026, 12, 6), 18, 0),
                    nudge,
                },
                (2026, 12, 3),
            ));
        }
        letters.extend(self.varied_answers(&first));
        letters
    }

    /// As much as a reminder may have to tell.
    fn long_reminder(&self) -> Body {
        let goal = "Saying what I think in the big meetings, before they are over and everybody has gone home, and not on the stairs afterwards";
        Body::Reminder {
            table: Table {
                location: "The Thai place around the corner from the office".to_owned(),
                ..table()
            },
            last_met: Some(on(2026, 12, 17)),
            waiting: Some(on(2026, 12, 17)),
            own_goals: vec![words(goal); 3],
            watching: vec![words(goal); 3],
            speaks_first: true,
            notes: true,
            jar: Vec::new(),
            tips: true,
        }
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
                asks_day: true,
            },
            Receipt::Skipped {
                table: first.clone(),
                next: None,
            },
            Receipt::Resumed {
                next: None,
                paused: false,
            },
            Receipt::Paused {
                until: on(2027, 3, 1),
                next: None,
            },
            Receipt::Goal {
                words: words("Listening"),
                reworded: true,
                reopened: false,
                replaced: None,
                all: vec![words("Listening"), words("Asking for help")],
                borrowed: false,
            },
            Receipt::Goal {
                words: words("Listening"),
                reworded: true,
                reopened: true,
                replaced: None,
                all: vec![words("Listening")],
                borrowed: false,
            },
            Receipt::Goal {
                words: words("Listening"),
                reworded: false,
                reopened: false,
                replaced: Some(words("Talking less")),
                all: vec![words("Listening")],
                borrowed: false,
            },
            Receipt::Goal {
                words: words("Let others finish first"),
                reworded: false,
                reopened: false,
                replaced: None,
                all: vec![words("Let others finish first")],
                borrowed: true,
            },
            Receipt::Goals {
                all: Vec::new(),
                dropped: Some(words("Talking less")),
                reopened: None,
                asks: None,
            },
            Receipt::Goals {
                all: vec![words("Listening")],
                dropped: None,
                reopened: Some(words("Listening")),
                asks: None,
            },
            Receipt::Goals {
                all: vec![words("Listening"), words("Talking less")],
                dropped: None,
                reopened: None,
                asks: Some(words("speaking up")),
            },
            Receipt::Achieved {
                words: words("Listening"),
                goal: FIRST_GOAL,
                asked: false,
            },
            Receipt::Agreed {
                goal: words("Listening"),
                passed_on: true,
                came: ClaimAnswer::NotYet,
            },
            Receipt::Agreed {
                goal: words("Listening"),
                passed_on: true,
                came: ClaimAnswer::Settled,
            },
            Receipt::Agreed {
                goal: words("Listening"),
                passed_on: true,
                came: ClaimAnswer::Reworded,
            },
            Receipt::Agreed {
                goal: words("Listening"),
                passed_on: false,
                came: ClaimAnswer::Open,
            },
            Receipt::Jotted {
                words: words("The demo."),
                next: None,
            },
            Receipt::Held {
                table: first.clone(),
                met: true,
                own_notes: false,
                partners_notes: false,
            },
            Receipt::Held {
                table: first.clone(),
                met: true,
                own_notes: true,
                partners_notes: false,
            },
            Receipt::Held {
                table: first.clone(),
                met: false,
                own_notes: true,
                partners_notes: true,
            },
            Receipt::Held {
                table: first.clone(),
                met: false,
                own_notes: false,
                partners_notes: true,
            },
            Receipt::Undone {
                table: first.clone(),
                seen: true,
            },
        ];
        let asked = guests(&["erin@example.com"]);
        receipts.push(Receipt::Invited {
            asked,
            not: guests(&["dan@example.com"]),
            came: true,
        });
        receipts.push(Receipt::Invited {
            asked: Vec::new(),
            not: guests(&["dan@example.com"]),
            came: false,
        });
        receipts.push(Receipt::Invited {
            asked: Vec::new(),
            not: guests(&["dan@example.com"]),
            came: true,
        });
        receipts.push(Receipt::BoardLeave {
            granted: false,
            number: 1,
        });
        let board = |address: &str, state| Receipt::Board {
            address: address.to_owned(),
            state,
        };
        receipts.push(board("", BoardState::Off));
        receipts.push(board("ben+77@boards.example", BoardState::Unreachable));
        receipts.push(board("ben+77@boards.example", BoardState::Unwanted));
        let states = [
            QuoteState::Waiting,
            QuoteState::Named,
            QuoteState::Unnamed,
            QuoteState::Refused,
            QuoteState::Never,
            QuoteState::Unknown,
            QuoteState::Gone,
        ];
        let words_of = |state| {
            let none = matches!(state, QuoteState::Never | QuoteState::Unknown);
            (!none).then(|| words("You waited for the question."))
        };
        receipts.extend(states.map(|state| Receipt::Quote {
            words: words_of(state),
            state,
        }));
        let answers = [
            (Some(words("You waited.")), Permission::Named),
            (Some(words("You waited.")), Permission::Refused),
            (None, Permission::Refused),
        ];
        receipts.extend(answers.map(|(words, permission)| Receipt::Permission {
            words,
            permission,
            point: None,
        }));
        let seals = [Seal::Opened, Seal::OpenedBefore, Seal::UntilAsked];
        for (ask_for, seal) in Section::ALL.into_iter().zip(seals) {
            // One of the three is missing, and that one is asked for.
            let unless = |section, text| (section != ask_for).then(|| words(text));
            let focused = ask_for != Section::Focus;
            let goals = vec![(2, words("Asking for help")), (3, words("Listening"))];
            receipts.push(Receipt::Notes {
                table: first.clone(),
                notes: Notes {
                    best: unless(
                        Section::Best,
                        "You read the error out loud, and all calmed down.",
                    ),
                    focus: unless(Section::Focus, "Asking the client first helps."),
                    worst: unless(Section::Worst, "Two lines.\n\n- of it\n- and a list"),
                    ..thin.clone()
                },
                ask_for: Some(ask_for),
                goal: focused.then(|| words("Influencing the client")),
                other_goals: if focused { goals } else { Vec::new() },
                hints_when: ask_for != Section::Best,
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
        // Of all leave, whoever it was given to.
        let all = Receipt::Permission {
            words: None,
            permission: Permission::Refused,
            point: None,
        };
        let (letter, date) = self.to_ben(Body::Receipt(all), NOVEMBER);
        let alone = Letter {
            partner: None,
            ..letter
        };
        letters.push((alone, date));
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
            Notice::QuoteAnswered {
                words: Some(words("You waited.")),
                permission: Permission::Unnamed,
                taken_back: None,
            },
            Notice::QuoteAnswered {
                words: None,
                permission: Permission::Refused,
                taken_back: None,
            },
            Notice::QuoteAnswered {
                words: None,
                permission: Permission::Refused,
                taken_back: Some(on(2027, 1, 14)),
            },
            Notice::GoalAnswered {
                goal: words("Listening"),
                said: words(""),
                came: ClaimAnswer::NotYet,
            },
            Notice::GoalAnswered {
                goal: words("Listening"),
                said: words("Not yet."),
                came: ClaimAnswer::Settled,
            },
            Notice::GoalAnswered {
                goal: words("Listening"),
                said: words("Not yet."),
                came: ClaimAnswer::Reworded,
            },
            Notice::GoalAnswered {
                goal: words("Listening"),
                said: words("Not yet."),
                came: ClaimAnswer::Open,
            },
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
        let focus = Notes {
            focus: Some(words("You ask for help late in the day.")),
            ..Notes::default()
        };
        let exchanges = [(thin, true), (focus, false), (Notes::default(), true)];
        for (notes, corrected) in exchanges {
            letters.push(self.to_ana(
                Body::Exchange {
                    table: first.clone(),
                    notes,
                    goal: None,
                    corrected,
                    unquoted: corrected,
                    proposes: !corrected,
                    reached: corrected.then(|| words("Speaking up in planning")),
                },
                (2026, 12, 6),
            ));
        }
        letters.push(self.card(true));
        letters.push(self.to_ben(
            Body::LunchCard {
                speaks_first: false,
                own_goals: Vec::new(),
                watching: Vec::new(),
            },
            NOVEMBER,
        ));
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
        let by_cara = Quote {
            speaker: self.cara.clone(),
            ..self.quote("You waited for the question.", 21)
        };
        harvest
            .held
            .push((self.cara.clone(), vec![on(2027, 1, 21)]));
        harvest
            .unknown
            .push((self.cara.clone(), vec![on(2027, 1, 7)]));
        let allowed = [QuoteState::Named, QuoteState::Unnamed];
        for (quote, leave) in harvest.good_moments.iter_mut().zip(allowed) {
            quote.leave = Some(leave);
        }
        harvest.good_moments.push(by_cara.clone());
        harvest.focus.push(by_cara.clone());
        harvest.reached.iter_mut().for_each(|r| r.agreed_by = None);
        harvest
            .open
            .iter_mut()
            .for_each(|g| g.seen.push(by_cara.clone()));
        // One of theirs is unknown: the sixth that stood, and four threads.
        harvest.next = vec![NextLunch {
            partner: self.cara.clone(),
            table: Table {
                ordinal: 6,
                start: at(on(2027, 2, 4), 12, 30),
                ..table()
            },
            speaks_first: false,
        }];
        let threads = harvest.weave.threads.iter_mut();
        for thread in threads.filter(|t| t.partner.address == self.cara.address) {
            thread.held.push(on(2027, 1, 21));
            thread.goes_on = true;
        }
        harvest
    }
}
