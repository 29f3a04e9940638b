//! What follows from what: stories of Ana and Ben on the pure core, and the whole table of acts
//! against stages.

#[path = "decide/ended.rs"]
mod ended;
#[path = "decide/leave.rs"]
mod leave;
#[path = "decide/reached.rs"]
mod reached;
#[path = "decide/unasked.rs"]
mod unasked;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use postlunch::lunch::act::{
    AcceptTerms, Act, Answering, CommandName, Held, PartStat, Permission, Reschedule, Said, Scope,
};
use postlunch::lunch::agenda::next_due;
use postlunch::lunch::cadence::moment;
use postlunch::lunch::decide::decide;
use postlunch::lunch::decide::step::{Standing, step};
use postlunch::lunch::event::{
    About, Cause, Circle, Dispatch, Effect, Event, Order, Outcome, Rules, What,
};
use postlunch::lunch::letter::{Body, Notice, Receipt, Seal};
use postlunch::lunch::notes::{Notes, Observation, Polarity, Section};
use postlunch::lunch::pairing::{LunchState, PairingId, Plan, Role, Stage};
use postlunch::lunch::person::{Person, PersonId};
use postlunch::words::address::NameAddr;
use postlunch::words::token::TokenKey;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const ANA: PersonId = PersonId(1);
const BEN: PersonId = PersonId(2);
const CARA: PersonId = PersonId(3);
const FIRST: PairingId = PairingId(10);
/// Of two whose lunches had ended.
const ANEW: PairingId = PairingId(20);

/// A small world: people, a clock, and every letter that was decided on.
struct World {
    circle: Circle,
    now: DateTime<Utc>,
    sent: Vec<Dispatch>,
    keys: BTreeSet<String>,
    mails: u32,
}

impl World {
    fn new() -> Self {
        let person = |id, text| Person::new(id, NameAddr::parse(text).unwrap());
        let people = BTreeMap::from([
            (ANA, person(ANA, "Ana Ruiz <ana@example.com>")),
            (BEN, person(BEN, "Ben Smith <ben@example.com>")),
            (CARA, person(CARA, "Cara Lee <cara@example.com>")),
        ]);
        let rules = Rules {
            key: TokenKey::new('a', [3; 32]),
            mailbox: NameAddr::parse("Lunch <lunch@example.com>").unwrap(),
            holidays: BTreeSet::new(),
            remind_after: TimeDelta::days(5),
            lapse_after: TimeDelta::days(14),
            reminder_days: 1,
            reminder_time: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
            followup_after: TimeDelta::minutes(90),
            nudge_after: TimeDelta::days(1),
            seal: TimeDelta::days(3),
            max_pairings: 5,
        };
        Self {
            circle: Circle {
                people,
                pairings: BTreeMap::new(),
                rules,
            },
            now: "2027-01-04T08:00:00Z".parse().unwrap(),
            sent: Vec::new(),
            keys: BTreeSet::new(),
            mails: 0,
        }
    }

    fn happen(&mut self, cause: Cause, what: What) -> Outcome {
        let event = Event { cause, what };
        let decision = decide(&self.circle, &event, self.now);
        let again = decide(&self.circle, &event, self.now);
        assert_eq!(decision, again, "deciding twice gives the same");
        for person in decision.people {
            self.circle.people.insert(person.id, person);
        }
        for pairing in decision.pairings {
            self.circle.pairings.insert(pairing.id, pairing);
        }
        for effect in decision.effects {
            match effect {
                Effect::Send(dispatch) => {
                    let new = self.keys.insert(dispatch.key().to_string());
                    assert!(new, "the same effect twice: {}", dispatch.key());
                    self.sent.push(*dispatch);
                }
                Effect::AskAnew { by, partner, plan } => self.ask_anew(by, partner, plan),
                Effect::Summarise { .. } | Effect::Show { .. } => {}
            }
        }
        decision.outcome
    }

    /// As the daemon does it: an invitation like any other, and who wanted it hears what came of it.
    fn ask_anew(&mut self, by: PersonId, partner: PersonId, plan: Plan) {
        let what = What::Invite {
            pairing: ANEW,
            inviter: by,
            invitee: partner,
            note: None,
            plan,
        };
        self.mails += 1;
        let cause = Cause::Request(format!("anew-{}", self.mails));
        let sent = self.happen(cause.clone(), what) == Outcome::Done;
        self.happen(cause, What::AskedAnew { by, partner, sent });
    }

    fn invite(&mut self, id: PairingId, inviter: PersonId, invitee: PersonId) -> Outcome {
        let plan = Plan {
            every_weeks: 2,
            weekday: Weekday::Thu,
            time: NaiveTime::from_hms_opt(12, 30, 0).unwrap(),
            minutes: 45,
            zone: chrono_tz::Europe::Berlin,
            location: "Nearby cafe".into(),
            once: false,
            notes: true,
        };
        let what = What::Invite {
            pairing: id,
            inviter,
            invitee,
            note: None,
            plan,
        };
        self.happen(Cause::Request(format!("r{}", id.0)), what)
    }

    /// Ana invited Ben, and he said yes on these terms.
    fn agreed(terms: AcceptTerms) -> Self {
        let mut world = Self::new();
        world.invite(FIRST, ANA, BEN);
        let invitation = Some((Answering::Invitation, None));
        world.says(BEN, invitation, vec![Act::Accept(terms)]);
        world
    }

    fn says(
        &mut self,
        by: PersonId,
        about: Option<(Answering, Option<NaiveDateTime>)>,
        acts: Vec<Act>,
    ) -> Outcome {
        let about = about.map(|(answering, slot)| About {
            answering,
            letter: answering.name().into(),
            slot,
            points: Vec::new(),
            board: None,
            goal: None,
        });
        self.hears(by, Some(FIRST), about, acts)
    }

    /// A mail comes in about any pairing, or about none.
    fn hears(
        &mut self,
        by: PersonId,
        pairing: Option<PairingId>,
        about: Option<About>,
        acts: Vec<Act>,
    ) -> Outcome {
        self.mails += 1;
        let said = Said {
            from: None,
            acts,
            words: "as written".to_owned().into(),
            confided: false,
        };
        let what = What::Said {
            by,
            pairing,
            about,
            said,
        };
        self.happen(Cause::Mail(format!("m{}", self.mails)), what)
    }

    /// Lets the clock run to `until`, stopping at each due moment.
    fn run_to(&mut self, until: &str) {
        let until: DateTime<Utc> = until.parse().unwrap();
        for _ in 0..2000 {
            let due = |p: &postlunch::lunch::pairing::Pairing| {
                Some((next_due(p, &self.circle.rules)?, p.id))
            };
            let Some((at, id)) = self.circle.pairings.values().filter_map(due).min() else {
                break;
            };
            if at > until {
                break;
            }
            self.now = self.now.max(at);
            self.happen(Cause::Time, What::Due { pairing: id });
        }
        self.now = until;
    }

    fn letters_to(&mut self, who: PersonId) -> Vec<&'static str> {
        let names = self
            .sent
            .iter()
            .filter(|d| d.to == who)
            .map(|d| d.letter.body.name())
            .collect();
        self.sent.retain(|d| d.to != who);
        names
    }

    fn body(&self, name: &str, who: PersonId) -> &Body {
        let found = self
            .sent
            .iter()
            .rev()
            .find(|d| d.to == who && d.letter.body.name() == name);
        &found
            .unwrap_or_else(|| panic!("no {name} to {who:?}"))
            .letter
            .body
    }

    fn stage(&self) -> &Stage {
        &self.circle.pairings[&FIRST].stage
    }

    /// Ana has invited Ben, Ben has said yes; nothing unread. First lunch: Thursday 7 January.
    fn meeting() -> Self {
        let mut world = Self::new();
        world.invite(FIRST, ANA, BEN);
        world.says(
            BEN,
            Some((Answering::Invitation, None)),
            vec![Act::Accept(AcceptTerms::default())],
        );
        world.sent.clear();
        world
    }
}

fn slot(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn notes(best: &str) -> Act {
    Act::Notes(Notes {
        best: Some(best.to_owned().into()),
        worst: Some("late slides".to_owned().into()),
        focus: Some("asked first".to_owned().into()),
        ..Notes::default()
    })
}

#[test]
fn a_yes_brings_a_receipt_the_news_and_two_calendars() {
    let mut world = World::new();
    assert_eq!(world.invite(FIRST, ANA, BEN), Outcome::Done);
    assert_eq!(world.letters_to(BEN), ["invitation"]);
    world.says(
        BEN,
        Some((Answering::Invitation, None)),
        vec![Act::Accept(AcceptTerms::default())],
    );
    let Body::Receipt(Receipt::Accepted {
        agreement,
        asks_goal,
        ..
    }) = world.body("receipt-accepted", BEN)
    else {
        panic!("another receipt")
    };
    assert_eq!(agreement.first, slot("2027-01-07T12:30:00"));
    assert!(asks_goal);
    assert_eq!(
        world.letters_to(BEN),
        ["receipt-accepted", "calendar-request"]
    );
    assert_eq!(
        world.letters_to(ANA),
        ["notice-accepted", "calendar-request"]
    );
}

#[test]
fn a_no_is_final_for_this_inviter() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    world.letters_to(BEN);
    world.says(BEN, Some((Answering::Invitation, None)), vec![Act::Decline]);
    assert_eq!(world.letters_to(BEN), ["receipt-declined"]);
    assert_eq!(world.letters_to(ANA), ["notice-declined"]);
    world.run_to("2028-01-01T00:00:00Z");
    for act in [
        Act::Other,
        Act::Unclear,
        Act::Question,
        Act::Decline,
        Act::End,
        Act::Skip,
    ] {
        world.says(BEN, None, vec![act]);
    }
    assert_eq!(world.letters_to(BEN), [""; 0], "nothing more to Ben");
    assert_eq!(
        world.invite(PairingId(11), ANA, BEN),
        Outcome::Refused("this invitation cannot be sent from here")
    );
}

#[test]
fn silence_is_reminded_of_once_and_then_lapses() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    world.run_to("2028-01-01T00:00:00Z");
    assert_eq!(world.letters_to(BEN), ["invitation", "invitation-reminder"]);
    assert_eq!(world.letters_to(ANA), ["notice-lapsed"]);
    assert_eq!(*world.stage(), Stage::Lapsed);
    world.says(
        BEN,
        Some((Answering::Invitation, None)),
        vec![Act::Accept(AcceptTerms::default())],
    );
    assert_eq!(*world.stage(), Stage::Meeting, "a late yes is a yes");
}

#[test]
fn a_daemon_that_slept_for_a_month_sends_no_stale_reminder() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    world.now = "2027-02-20T00:00:00Z".parse().unwrap();
    world.happen(Cause::Time, What::Due { pairing: FIRST });
    assert_eq!(world.letters_to(BEN), ["invitation"]);

    let mut world = World::meeting();
    world.now = "2027-02-27T00:00:00Z".parse().unwrap();
    world.happen(Cause::Time, What::Due { pairing: FIRST });
    assert_eq!(
        world.letters_to(BEN),
        [""; 0],
        "four lunches went by; nothing about them is of use"
    );
}

#[test]
fn later_comes_back_by_itself() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    let march: NaiveDate = "2027-03-01".parse().unwrap();
    world.says(
        BEN,
        Some((Answering::Invitation, None)),
        vec![Act::Later { until: Some(march) }],
    );
    assert_eq!(world.letters_to(BEN), ["invitation", "receipt-later"]);
    world.run_to("2027-02-28T00:00:00Z");
    assert_eq!(world.letters_to(BEN), [""; 0]);
    world.run_to("2027-03-01T12:00:00Z");
    assert!(matches!(
        world.body("invitation", BEN),
        Body::Invitation { again: true, .. }
    ));
    assert_eq!(*world.stage(), Stage::Invited);
}

#[test]
fn an_unclear_answer_is_asked_about_once_and_ana_sees_the_words() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    world.letters_to(BEN);
    assert_eq!(
        world.says(BEN, Some((Answering::Invitation, None)), vec![Act::Unclear]),
        Outcome::Asked
    );
    world.says(BEN, Some((Answering::Question, None)), vec![Act::Unclear]);
    assert_eq!(world.letters_to(BEN), ["question"]);
    assert_eq!(world.letters_to(ANA), ["notice-unclear", "notice-unclear"]);
    assert_eq!(*world.stage(), Stage::Invited);
}

#[test]
fn a_lunch_from_reminder_to_exchange() {
    let mut world = World::meeting();
    world.run_to("2027-01-06T08:30:00Z");
    let Body::Reminder {
        speaks_first,
        last_met,
        ..
    } = world.body("reminder", ANA)
    else {
        panic!()
    };
    assert!(*speaks_first, "the inviter speaks first at the first lunch");
    assert_eq!(*last_met, None);
    assert_eq!(world.letters_to(ANA), ["reminder"]);
    world.run_to("2027-01-07T14:00:00Z");
    assert_eq!(world.letters_to(BEN), ["reminder", "followup"]);
    let about = Some((Answering::FollowUp, Some(slot("2027-01-07T12:30:00"))));
    world.says(BEN, about, vec![notes("the outage call")]);
    let Body::Receipt(Receipt::Notes { seal, ask_for, .. }) = world.body("receipt-notes", BEN)
    else {
        panic!()
    };
    assert!(matches!(seal, Seal::Until(_)));
    assert_eq!(*ask_for, None);
    assert_eq!(
        world.letters_to(ANA),
        ["followup"],
        "Ben's notes stay sealed"
    );
    world.says(ANA, about, vec![notes("the demo")]);
    assert_eq!(world.letters_to(ANA), ["exchange", "receipt-notes"]);
    assert_eq!(world.letters_to(BEN), ["receipt-notes", "exchange"]);
    // A correction after that brings one corrected exchange.
    let receipt = Some((Answering::Receipt, Some(slot("2027-01-07T12:30:00"))));
    let fix = Act::Correction {
        section: Some(Section::Worst),
        words: Some("Monday's planning".to_owned().into()),
    };
    world.says(BEN, receipt, vec![fix]);
    let Body::Exchange {
        corrected, notes, ..
    } = world.body("exchange", ANA)
    else {
        panic!()
    };
    assert!(*corrected);
    assert_eq!(notes.worst.as_ref().unwrap().reveal(), "Monday's planning");
    world.run_to("2027-01-19T00:00:00Z");
    assert_eq!(
        world.letters_to(ANA),
        ["exchange"],
        "nobody who has written is nudged"
    );
}

#[test]
fn notes_of_one_are_shown_after_three_days_and_only_silent_pairs_are_nudged() {
    let mut world = World::meeting();
    world.run_to("2027-01-07T14:00:00Z");
    let about = Some((Answering::FollowUp, Some(slot("2027-01-07T12:30:00"))));
    world.says(BEN, about, vec![notes("the outage call")]);
    world.run_to("2027-01-12T00:00:00Z");
    assert_eq!(world.letters_to(ANA), ["reminder", "followup", "exchange"]);
    assert_eq!(
        world.letters_to(BEN),
        ["reminder", "followup", "receipt-notes"]
    );
}

#[test]
fn undo_takes_the_notes_back_before_anybody_sees_them() {
    let mut world = World::meeting();
    world.run_to("2027-01-07T14:00:00Z");
    let about = Some((Answering::FollowUp, Some(slot("2027-01-07T12:30:00"))));
    world.says(BEN, about, vec![notes("the outage call")]);
    let undo = Act::Command {
        name: CommandName::Undo,
        arguments: String::new(),
    };
    world.says(
        BEN,
        Some((Answering::Receipt, Some(slot("2027-01-07T12:30:00")))),
        vec![undo],
    );
    assert!(matches!(
        world.body("receipt-undone", BEN),
        Body::Receipt(Receipt::Undone { seen: false, .. })
    ));
    world.run_to("2027-01-15T00:00:00Z");
    assert!(!world.letters_to(ANA).contains(&"exchange"));
}

#[test]
fn skip_tells_the_other_and_takes_one_lunch_out_of_both_calendars() {
    let mut world = World::meeting();
    world.run_to("2027-01-06T08:30:00Z");
    world.sent.clear();
    let about = Some((Answering::Reminder, Some(slot("2027-01-07T12:30:00"))));
    world.says(BEN, about, vec![Act::Skip]);
    let Body::Notice(Notice::Skipped { next, .. }) = world.body("notice-skipped", ANA) else {
        panic!()
    };
    assert_eq!(*next, Some(slot("2027-01-21T12:30:00")));
    assert_eq!(world.letters_to(BEN), ["receipt-skipped"]);
    world.run_to("2027-01-19T00:00:00Z");
    assert_eq!(
        world.letters_to(BEN),
        [""; 0],
        "no follow-up for a skipped lunch"
    );
}

#[test]
fn a_calendar_decline_takes_one_lunch_off_and_closes_no_door() {
    let mut world = World::meeting();
    let instant = moment(slot("2027-01-21T12:30:00"), chrono_tz::Europe::Berlin);
    let reply = Act::CalendarReply {
        partstat: PartStat::Declined,
        occurrence: Some(instant),
    };
    world.says(BEN, Some((Answering::Reminder, None)), vec![reply]);
    assert_eq!(*world.stage(), Stage::Meeting);
    let lunch = &world.circle.pairings[&FIRST].lunches[1];
    assert_eq!(lunch.state, LunchState::Skipped);
}

/// Ben leaves the second lunch out, and the third moves to the day after it: one lunch for that fortnight.
/// Gives the day of the second one.
fn one_moved_into_the_place_of_another(world: &mut World) -> NaiveDateTime {
    let second = slot("2027-01-21T12:30:00");
    world.says(
        BEN,
        Some((Answering::Reminder, Some(second))),
        vec![Act::Skip],
    );
    let third = Some((Answering::Reminder, Some(slot("2027-02-04T12:30:00"))));
    let wish = Reschedule {
        start: Some(slot("2027-01-22T12:00:00")),
        location: None,
        scope: None,
    };
    world.says(ANA, third, vec![Act::Reschedule(wish)]);
    world.sent.clear();
    second
}

fn planned_before(world: &World, day: &str) -> Vec<NaiveDateTime> {
    let lunches = world.circle.pairings[&FIRST].lunches.iter();
    let planned = lunches.filter(|l| l.state == LunchState::Planned);
    planned
        .map(|l| l.start)
        .filter(|start| *start < slot(day))
        .collect()
}

#[test]
fn no_calendar_brings_a_lunch_back_whose_place_another_one_has_taken() {
    let mut world = World::meeting();
    world.run_to("2027-01-08T00:00:00Z");
    let second = one_moved_into_the_place_of_another(&mut world);
    let reply = Act::CalendarReply {
        partstat: PartStat::Accepted,
        occurrence: Some(moment(second, chrono_tz::Europe::Berlin)),
    };
    world.says(BEN, Some((Answering::Reminder, None)), vec![reply]);
    let Body::Receipt(Receipt::Skipped { next, .. }) = world.body("receipt-skipped", BEN) else {
        panic!("he hears when the next one is")
    };
    assert_eq!(*next, Some(slot("2027-01-22T12:00:00")));
    assert_eq!(world.letters_to(BEN), ["receipt-skipped"]);
    assert_eq!(world.letters_to(ANA), [""; 0]);
    let ahead = planned_before(&world, "2027-02-18T00:00:00");
    assert_eq!(ahead[1..], [slot("2027-01-22T12:00:00")]);
}

#[test]
fn nor_does_the_end_of_a_pause() {
    let mut world = World::meeting();
    world.run_to("2027-01-08T00:00:00Z");
    let until = Some("2027-02-01".parse().unwrap());
    world.says(BEN, None, vec![Act::Pause { until }]);
    let third = Some((Answering::Reminder, Some(slot("2027-02-04T12:30:00"))));
    let wish = Reschedule {
        start: Some(slot("2027-01-22T12:00:00")),
        location: None,
        scope: None,
    };
    world.says(ANA, third, vec![Act::Reschedule(wish)]);
    world.says(BEN, None, vec![Act::Resume]);
    let ahead = planned_before(&world, "2027-02-18T00:00:00");
    assert_eq!(ahead[1..], [slot("2027-01-22T12:00:00")]);
}

/// One that moved within its own fortnight takes nobody's place.
#[test]
fn a_lunch_beside_one_that_moved_a_little_comes_back() {
    let mut world = World::meeting();
    world.run_to("2027-01-08T00:00:00Z");
    let second = Some((Answering::Reminder, Some(slot("2027-01-21T12:30:00"))));
    world.says(BEN, second, vec![Act::Skip]);
    let third = Some((Answering::Reminder, Some(slot("2027-02-04T12:30:00"))));
    let wish = Reschedule {
        start: Some(slot("2027-02-01T12:00:00")),
        location: None,
        scope: None,
    };
    world.says(ANA, third, vec![Act::Reschedule(wish)]);
    let reply = Act::CalendarReply {
        partstat: PartStat::Accepted,
        occurrence: Some(moment(
            slot("2027-01-21T12:30:00"),
            chrono_tz::Europe::Berlin,
        )),
    };
    world.says(BEN, Some((Answering::Reminder, None)), vec![reply]);
    world.body("receipt-stands", BEN);
}

#[test]
fn a_lunch_that_moves_after_its_reminder_brings_no_second_one() {
    let mut world = World::meeting();
    world.run_to("2027-01-06T08:30:00Z");
    world.sent.clear();
    let wish = Reschedule {
        start: Some(slot("2027-01-08T12:00:00")),
        location: None,
        scope: None,
    };
    world.says(
        BEN,
        Some((Answering::Reminder, Some(slot("2027-01-07T12:30:00")))),
        vec![Act::Reschedule(wish)],
    );
    assert_eq!(world.letters_to(BEN), ["receipt-moved"]);
    world.run_to("2027-01-08T10:00:00Z");
    assert_eq!(
        world.letters_to(BEN),
        [""; 0],
        "both know, and the calendars follow"
    );
}

#[test]
fn a_lunch_that_moves_before_its_reminder_is_reminded_of_where_it_now_stands() {
    let mut world = World::meeting();
    let wish = Reschedule {
        start: Some(slot("2027-01-08T12:00:00")),
        location: None,
        scope: None,
    };
    world.says(
        BEN,
        Some((Answering::Reminder, None)),
        vec![Act::Reschedule(wish)],
    );
    world.sent.clear();
    world.run_to("2027-01-07T07:00:00Z");
    assert_eq!(world.letters_to(BEN), [""; 0]);
    world.run_to("2027-01-07T10:00:00Z");
    assert_eq!(world.letters_to(BEN), ["reminder"]);
}

#[test]
fn nobody_is_booked_twice_on_one_day() {
    let mut world = World::meeting();
    let second = PairingId(11);
    world.invite(second, ANA, CARA);
    let said = Said {
        from: None,
        acts: vec![Act::Accept(AcceptTerms::default())],
        words: String::new().into(),
        confided: false,
    };
    let about = Some(About {
        answering: Answering::Invitation,
        letter: "invitation".into(),
        slot: None,
        points: Vec::new(),
        board: None,
        goal: None,
    });
    world.happen(
        Cause::Mail("c1".into()),
        What::Said {
            by: CARA,
            pairing: Some(second),
            about,
            said,
        },
    );
    let dates = |id| -> BTreeSet<NaiveDate> {
        world.circle.pairings[&id]
            .lunches
            .iter()
            .map(|l| l.start.date())
            .collect()
    };
    assert!(dates(FIRST).is_disjoint(&dates(second)));
    assert_eq!(
        world.circle.pairings[&second].plan.weekday,
        Weekday::Thu,
        "the other week, not another day"
    );
}

#[test]
fn a_pause_ends_by_itself() {
    let mut world = World::meeting();
    let february: NaiveDate = "2027-02-01".parse().unwrap();
    world.says(
        BEN,
        None,
        vec![Act::Pause {
            until: Some(february),
        }],
    );
    assert_eq!(world.letters_to(BEN), ["receipt-paused"]);
    world.run_to("2027-02-02T00:00:00Z");
    assert_eq!(world.letters_to(BEN), [""; 0]);
    assert_eq!(*world.stage(), Stage::Meeting);
    world.run_to("2027-02-03T10:00:00Z");
    assert_eq!(world.letters_to(BEN), ["reminder"]);
}

#[test]
fn an_early_return_brings_the_rested_lunches_back() {
    let mut world = World::meeting();
    world.says(
        BEN,
        None,
        vec![Act::Pause {
            until: Some("2027-03-01".parse().unwrap()),
        }],
    );
    world.says(BEN, None, vec![Act::Resume]);
    let planned = world.circle.pairings[&FIRST]
        .lunches
        .iter()
        .filter(|l| l.state == LunchState::Planned);
    assert_eq!(planned.count(), 26);
    assert_eq!(*world.stage(), Stage::Meeting);
}

#[test]
fn end_sends_one_receipt_and_the_cancellation_and_nothing_more() {
    let mut world = World::meeting();
    world.run_to("2027-01-07T14:00:00Z");
    let about = Some((Answering::FollowUp, Some(slot("2027-01-07T12:30:00"))));
    world.says(ANA, about, vec![notes("the outage call")]);
    world.sent.clear();
    world.says(BEN, about, vec![Act::End]);
    let mut letters = world.letters_to(BEN);
    letters.sort_unstable();
    assert_eq!(letters, ["calendar-cancel", "receipt-ended"]);
    assert_eq!(world.letters_to(ANA), ["calendar-cancel", "notice-ended"]);
    world.run_to("2028-01-01T00:00:00Z");
    assert!(world.sent.is_empty(), "sealed words stay sealed");
}

#[test]
fn stop_ends_every_pairing_of_that_person_and_a_yes_opens_the_door_again() {
    let mut world = World::meeting();
    world.invite(PairingId(11), CARA, BEN);
    world.sent.clear();
    world.says(BEN, None, vec![Act::Stop]);
    assert_eq!(
        world.letters_to(BEN),
        ["calendar-cancel", "receipt-stopped"]
    );
    assert_eq!(world.letters_to(CARA), ["notice-declined"]);
    assert_eq!(world.circle.pairings[&PairingId(11)].stage, Stage::Declined);
    world.says(BEN, None, vec![Act::Question]);
    world.run_to("2028-01-01T00:00:00Z");
    assert_eq!(world.letters_to(BEN), [""; 0]);
    assert!(matches!(
        world.invite(PairingId(12), CARA, BEN),
        Outcome::Refused(_)
    ));
    world.says(BEN, None, vec![Act::Accept(AcceptTerms::default())]);
    assert!(
        !world.circle.people[&BEN].stopped,
        "whoever stopped can write in and reopen the door"
    );
    assert_eq!(world.letters_to(BEN), ["receipt-asked-anew"]);
    assert_eq!(
        *world.stage(),
        Stage::Ended { by: Some(BEN) },
        "nobody is booked"
    );
}

#[test]
fn a_bounced_invitation_is_told_to_its_inviter() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    world.happen(
        Cause::Mail("b1".into()),
        What::Undelivered {
            to: BEN,
            pairing: FIRST,
        },
    );
    assert_eq!(world.letters_to(ANA), ["notice-undeliverable"]);
    assert_eq!(*world.stage(), Stage::Undeliverable);
}

#[test]
fn yes_once_is_one_lunch() {
    let mut world = World::agreed(AcceptTerms {
        once: true,
        no_notes: true,
        ..AcceptTerms::default()
    });
    world.sent.clear();
    world.run_to("2028-01-01T00:00:00Z");
    assert_eq!(
        world.letters_to(BEN),
        ["reminder"],
        "one lunch, no notes asked for"
    );
}

#[test]
fn a_series_goes_on_for_years() {
    let mut world = World::meeting();
    world.run_to("2029-01-10T00:00:00Z");
    let reminders = world
        .sent
        .iter()
        .filter(|d| d.to == BEN && d.letter.body.name() == "reminder");
    assert_eq!(reminders.count(), 53, "every other Thursday for two years");
}

#[test]
fn an_operator_can_end_and_pause() {
    let mut world = World::meeting();
    let order = |order| What::Ordered {
        pairing: FIRST,
        order,
    };
    world.happen(
        Cause::Request("1".into()),
        order(Order::Pause("2027-02-01".parse().unwrap())),
    );
    assert!(matches!(world.stage(), Stage::Paused { .. }));
    world.happen(Cause::Request("2".into()), order(Order::End));
    assert_eq!(*world.stage(), Stage::Ended { by: None });
}

const LUNCH: &str = "2027-01-07T12:30:00";

#[test]
fn a_question_in_a_mail_with_notes_does_not_carry_the_notes_to_the_partner() {
    let mut world = World::meeting();
    world.run_to("2027-01-07T14:00:00Z");
    world.sent.clear();
    let about = Some((Answering::FollowUp, Some(slot(LUNCH))));
    world.says(BEN, about, vec![notes("the outage call"), Act::Question]);
    assert_eq!(world.letters_to(ANA), [""; 0], "sealed is sealed");
    assert_eq!(world.letters_to(BEN), ["receipt-notes"]);
}

#[test]
fn an_end_holds_also_for_whoever_says_it_second() {
    let mut world = World::meeting();
    world.says(BEN, None, vec![Act::End]);
    world.says(ANA, None, vec![Act::End]);
    assert_eq!(*world.stage(), Stage::Parted);
    world.sent.clear();
    world.says(BEN, None, vec![Act::Resume]);
    assert_eq!(*world.stage(), Stage::Ended { by: Some(ANA) });
    assert_eq!(world.letters_to(ANA), [""; 0], "Ana has left as well");
}

#[test]
fn nobody_meets_who_never_said_yes() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    world.says(ANA, None, vec![Act::End]);
    world.sent.clear();
    world.says(ANA, None, vec![Act::Resume]);
    assert_eq!(*world.stage(), Stage::Invited, "asked, not booked");
    assert_eq!(world.letters_to(BEN), [""; 0]);
}

#[test]
fn a_late_yes_to_somebody_who_has_stopped_begins_nothing() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    world.run_to("2027-02-01T00:00:00Z");
    world.says(ANA, None, vec![Act::Stop]);
    world.sent.clear();
    let yes = vec![Act::Accept(AcceptTerms::default())];
    world.says(BEN, Some((Answering::Invitation, None)), yes);
    assert!(!world.stage().is_meeting());
    assert_eq!(world.letters_to(ANA), [""; 0]);
}

#[test]
fn an_end_to_an_old_letter_ends_the_lunches_of_today() {
    let mut world = World::meeting();
    world.says(ANA, None, vec![Act::End]);
    let second = PairingId(11);
    world.invite(second, ANA, BEN);
    world.says(BEN, None, vec![Act::End]);
    assert_eq!(world.circle.pairings[&second].stage, Stage::Declined);
}

#[test]
fn both_may_skip_the_same_lunch_and_only_that_one_is_off() {
    let mut world = World::meeting();
    world.run_to("2027-01-06T08:30:00Z");
    world.sent.clear();
    let about = Some((Answering::Reminder, Some(slot(LUNCH))));
    world.says(BEN, about, vec![Act::Skip]);
    world.says(ANA, about, vec![Act::Skip]);
    let lunches = &world.circle.pairings[&FIRST].lunches;
    assert_eq!(lunches[0].state, LunchState::Skipped);
    assert_eq!(lunches[1].state, LunchState::Planned);
    world.run_to("2027-01-22T08:00:00Z");
    let late = Some((Answering::Reminder, Some(slot("2027-01-21T12:30:00"))));
    world.says(ANA, late, vec![Act::Skip]);
    let lunches = &world.circle.pairings[&FIRST].lunches;
    assert_eq!(lunches[1].state, LunchState::NotMet, "it was over by then");
    assert_eq!(lunches[2].state, LunchState::Planned);
}

#[test]
fn a_single_lunch_that_rests_leaves_the_calendars_and_comes_back_with_a_resume() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    let once = AcceptTerms {
        once: true,
        ..AcceptTerms::default()
    };
    world.says(BEN, None, vec![Act::Accept(once)]);
    world.sent.clear();
    world.says(BEN, None, vec![Act::Pause { until: None }]);
    assert_eq!(world.letters_to(ANA), ["calendar-cancel", "notice-paused"]);
    world.says(BEN, None, vec![Act::Resume]);
    assert_eq!(world.letters_to(ANA), ["notice-resumed"]);
}

#[test]
fn share_now_after_the_exchange_sends_no_second_one() {
    let mut world = World::meeting();
    world.run_to("2027-01-07T14:00:00Z");
    let about = Some((Answering::FollowUp, Some(slot(LUNCH))));
    world.says(BEN, about, vec![notes("a"), Act::Held(Held::Met)]);
    world.says(ANA, about, vec![notes("b")]);
    let share = Act::Command {
        name: CommandName::ShareNow,
        arguments: String::new(),
    };
    world.says(BEN, about, vec![share]);
    let exchanges = |d: &&Dispatch| d.letter.body.name() == "exchange" && d.to == ANA;
    assert_eq!(world.sent.iter().filter(exchanges).count(), 1);
}

#[test]
fn what_changes_nothing_for_the_partner_sends_no_second_exchange() {
    let mut world = World::meeting();
    world.run_to("2027-01-07T14:00:00Z");
    let about = Some((Answering::FollowUp, Some(slot(LUNCH))));
    let Act::Notes(mut seen) = notes("a") else {
        panic!()
    };
    seen.observations = vec![Observation {
        polarity: Polarity::Helps,
        words: "asked first".to_owned().into(),
    }];
    world.says(BEN, about, vec![Act::Notes(seen)]);
    world.says(ANA, about, vec![notes("b")]);
    // The same words once more, by name and by number, and words that belong to no prompt.
    let same = Act::Correction {
        section: Some(Section::Focus),
        words: Some("asked first".to_owned().into()),
    };
    let aside = Act::Notes(Notes {
        unplaced: vec!["Thanks for asking!".to_owned().into()],
        ..Notes::default()
    });
    for act in [same, aside, notes("a")] {
        world.says(BEN, about, vec![act]);
    }
    let exchanges = |d: &&Dispatch| d.letter.body.name() == "exchange" && d.to == ANA;
    assert_eq!(world.sent.iter().filter(exchanges).count(), 1);
}

#[test]
fn new_days_within_a_pause_wait_for_its_end() {
    let mut world = World::meeting();
    let until: NaiveDate = "2027-03-01".parse().unwrap();
    world.says(BEN, None, vec![Act::Pause { until: Some(until) }]);
    let terms = AcceptTerms {
        rhythm_weeks: Some(3),
        ..AcceptTerms::default()
    };
    world.says(BEN, None, vec![Act::Accept(terms)]);
    let ahead = &world.circle.pairings[&FIRST].lunches;
    assert!(ahead.iter().all(|l| l.start.date() >= until));
}

#[test]
fn a_date_out_of_all_reach_is_neither_followed_nor_a_panic() {
    let far = NaiveDateTime::MAX;
    let wish = Reschedule {
        start: Some(far),
        ..Reschedule::default()
    };
    let terms = AcceptTerms {
        start: Some(far),
        ..AcceptTerms::default()
    };
    let counter = Act::CalendarCounter {
        start: Some(DateTime::<Utc>::MAX_UTC),
        occurrence: None,
    };
    let mut world = World::meeting();
    assert_eq!(
        world.says(BEN, None, vec![Act::Reschedule(wish)]),
        Outcome::Asked
    );
    world.says(BEN, None, vec![counter]);
    world.says(BEN, None, vec![Act::Accept(terms)]);
    let until = Some(NaiveDate::MAX);
    world.says(BEN, None, vec![Act::Pause { until }]);
    assert!(matches!(world.stage(), Stage::Paused { .. }));
    world.run_to("2039-01-01T00:00:00Z");
    assert_eq!(*world.stage(), Stage::Meeting, "every pause ends by itself");
}

#[test]
fn a_rest_over_the_change_of_the_clocks_comes_back_at_half_past_twelve() {
    let mut world = World::meeting();
    let until = Some("2027-04-01".parse().unwrap());
    world.says(BEN, None, vec![Act::Pause { until }]);
    world.sent.clear();
    world.run_to("2027-04-01T13:00:00Z");
    let Body::FollowUp { table, .. } = world.body("followup", ANA) else {
        panic!()
    };
    assert_eq!(table.start, slot("2027-04-01T12:30:00"));
    assert_eq!(table.ordinal, 1, "rested lunches are not counted");
}

#[test]
fn words_that_are_not_understood_are_asked_about_once_and_never_again() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    world.letters_to(BEN);
    for _ in 0..4 {
        world.says(BEN, Some((Answering::Invitation, None)), vec![Act::Unclear]);
    }
    assert_eq!(world.letters_to(BEN), ["question"]);
}

/// One act of each kind, with a name for the table.
fn acts() -> Vec<(&'static str, Act)> {
    let command = |name| Act::Command {
        name,
        arguments: "x".into(),
    };
    let when = Some(moment(slot("2027-01-07T12:30:00"), chrono_tz::UTC));
    vec![
        ("accept", Act::Accept(AcceptTerms::default())),
        (
            "accept once",
            Act::Accept(AcceptTerms {
                once: true,
                ..AcceptTerms::default()
            }),
        ),
        ("decline", Act::Decline),
        ("later", Act::Later { until: None }),
        ("unclear", Act::Unclear),
        ("question", Act::Question),
        ("notes", notes("x")),
        ("held", Act::Held(Held::Met)),
        ("skip", Act::Skip),
        (
            "reschedule",
            Act::Reschedule(Reschedule {
                scope: Some(Scope::One),
                ..Reschedule::default()
            }),
        ),
        ("pause", Act::Pause { until: None }),
        ("resume", Act::Resume),
        ("end", Act::End),
        ("stop", Act::Stop),
        ("permission", Act::Permission(Permission::Named)),
        (
            "correction",
            Act::Correction {
                section: Some(Section::Best),
                words: None,
            },
        ),
        ("goal", command(CommandName::Goal)),
        ("achieved", command(CommandName::Achieved)),
        ("undo", command(CommandName::Undo)),
        ("share now", command(CommandName::ShareNow)),
        ("no summaries", command(CommandName::NoSummaries)),
        ("help", command(CommandName::Help)),
        ("another goal", command(CommandName::AnotherGoal)),
        ("goal number", command(CommandName::GoalNumber)),
        ("drop goal", command(CommandName::Drop)),
        ("keep both", command(CommandName::KeepBoth)),
        ("take up", command(CommandName::TakeUp)),
        ("not yet", command(CommandName::NotYet)),
        ("best", command(CommandName::Best)),
        ("quote", command(CommandName::Quote)),
        ("no quotes", command(CommandName::NoQuotes)),
        ("pass it on", command(CommandName::PassOn)),
        ("card", command(CommandName::Card)),
        ("no tips", command(CommandName::NoTips)),
        ("board", command(CommandName::Board)),
        ("no board", command(CommandName::NoBoard)),
        (
            "calendar accept",
            Act::CalendarReply {
                partstat: PartStat::Accepted,
                occurrence: when,
            },
        ),
        (
            "calendar decline",
            Act::CalendarReply {
                partstat: PartStat::Declined,
                occurrence: when,
            },
        ),
        (
            "calendar counter",
            Act::CalendarCounter {
                start: when,
                occurrence: when,
            },
        ),
        ("bounce", Act::Bounce { permanent: true }),
        ("delay", Act::Bounce { permanent: false }),
        ("auto-reply", Act::AutoReply { away_until: None }),
        ("other", Act::Other),
    ]
}

#[test]
fn every_act_at_every_standing_does_what_the_table_says() {
    let mut table = String::from("# act | standing | role | answering -> step\n");
    let answered = [
        Answering::Invitation,
        Answering::Reminder,
        Answering::FollowUp,
        Answering::Exchange,
    ];
    for (name, act) in acts() {
        for standing in Standing::ALL {
            for role in [Role::Inviter, Role::Invitee] {
                for answering in answered {
                    let letter = Some(answering.name());
                    let step = step(standing, role, Some(answering), letter, &act);
                    writeln!(
                        table,
                        "{name} | {standing:?} | {role:?} | {} -> {step:?}",
                        answering.name()
                    )
                    .unwrap();
                }
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/decide/table.txt");
    if std::env::var_os("POSTLUNCH_BLESS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    for (number, (now, then)) in table.lines().zip(expected.lines()).enumerate() {
        assert_eq!(
            now,
            then,
            "line {} of the table (POSTLUNCH_BLESS=1 writes it anew)",
            number + 1
        );
    }
    assert_eq!(table.lines().count(), expected.lines().count());
}

#[test]
fn a_machine_moves_nothing_at_any_stage() {
    for standing in Standing::ALL {
        for role in [Role::Inviter, Role::Invitee] {
            for answering in Answering::ALL {
                let act = Act::AutoReply { away_until: None };
                let step = step(
                    standing,
                    role,
                    Some(answering),
                    Some("notice-question"),
                    &act,
                );
                assert_eq!(format!("{step:?}"), "Nothing");
            }
        }
    }
}
