//! A world to explore: people, pairings, a clock, calendars, every letter sent so far; and what the
//! people did, remembered apart from the state under test.

use super::calendars::{Calendar, Client};
use super::hash::digest;
use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use postlunch::lunch::act::{Act, Answering, Said};
use postlunch::lunch::agenda::next_due;
use postlunch::lunch::cadence::{local, moment};
use postlunch::lunch::consent::Waiting;
use postlunch::lunch::decide::decide;
use postlunch::lunch::event::{
    About, Cause, Circle, Decision, Dispatch, Effect, Event, Order, Rules, What,
};
use postlunch::lunch::pairing::{LunchState, Pairing, PairingId, Plan};
use postlunch::lunch::person::{Person, PersonId};
use postlunch::words::address::NameAddr;
use postlunch::words::token::TokenKey;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub const ANA: PersonId = PersonId(1);
pub const BEN: PersonId = PersonId(2);
pub const CARA: PersonId = PersonId(3);
pub const FIRST: PairingId = PairingId(10);

/// Something that can happen next.
#[derive(Clone, Debug)]
pub enum Move {
    Invite(PersonId, PersonId),
    Says(PersonId, PairingId, Option<About>, Vec<Act>),
    Bounces(PersonId, PairingId),
    Order(PairingId, Order),
    /// The next moment on the agenda of any pairing.
    Due,
    /// An hour before the next lunch.
    LunchDay,
    /// The daemon sleeps for so many days, and then does what came due.
    Sleep(i64),
}

/// A story so far, shared between the worlds that began with it.
pub struct Chapter {
    pub before: Option<Rc<Chapter>>,
    pub text: String,
}

#[derive(Clone)]
pub struct World {
    pub circle: Circle,
    pub now: DateTime<Utc>,
    pub calendars: BTreeMap<(PersonId, u8), Calendar>,
    pub sent: Vec<Waiting>,
    pub keys: BTreeSet<String>,
    /// Unasked mails, for whom and for which lunch: where it stood then.
    pub unasked: BTreeMap<(PersonId, PairingId, NaiveDateTime), u32>,
    /// Letters that can be answered: kind, name, lunch.
    pub received: BTreeMap<(PersonId, PairingId), Vec<About>>,
    /// Who left which conversation, by their own words.
    pub left: BTreeSet<(PersonId, PairingId)>,
    /// Who wants no mail at all.
    pub stopped: BTreeSet<PersonId>,
    /// Where the invitee has said yes.
    pub agreed: BTreeSet<PairingId>,
    pub steps: u32,
    pub story: Option<Rc<Chapter>>,
}

/// What one move brought.
pub struct Turn {
    pub event: Event,
    pub before: Circle,
    pub decision: Decision,
}

impl World {
    pub fn new() -> Self {
        let person = |id, text| Person::new(id, NameAddr::parse(text).unwrap());
        let people = BTreeMap::from([
            (ANA, person(ANA, "Ana Ruiz <ana@example.com>")),
            (BEN, person(BEN, "Ben Smith <ben@example.com>")),
            (CARA, person(CARA, "Cara Lee <cara@example.com>")),
        ]);
        let rules = Rules {
            key: TokenKey::new('a', [3; 32]),
            mailbox: NameAddr::parse("Lunch <lunch@example.com>").unwrap(),
            holidays: BTreeSet::from(["2027-02-04".parse().unwrap()]),
            remind_after: TimeDelta::days(5),
            lapse_after: TimeDelta::days(14),
            reminder_days: 1,
            reminder_time: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
            followup_after: TimeDelta::minutes(90),
            nudge_after: TimeDelta::days(1),
            seal: TimeDelta::days(3),
            max_pairings: 5,
        };
        let calendars = people.keys().flat_map(|id| {
            [
                ((*id, 0), Calendar::new(Client::Forgets)),
                ((*id, 1), Calendar::new(Client::Keeps)),
            ]
        });
        Self {
            calendars: calendars.collect(),
            circle: Circle {
                people,
                pairings: BTreeMap::new(),
                rules,
            },
            now: "2027-01-04T08:00:00Z".parse().unwrap(),
            sent: Vec::new(),
            keys: BTreeSet::new(),
            unasked: BTreeMap::new(),
            received: BTreeMap::new(),
            left: BTreeSet::new(),
            stopped: BTreeSet::new(),
            agreed: BTreeSet::new(),
            steps: 0,
            story: None,
        }
    }

    pub fn local(&self) -> NaiveDateTime {
        local(self.now, chrono_tz::Europe::Berlin)
    }

    fn next_turn(&self) -> Option<(DateTime<Utc>, PairingId)> {
        let due = |p: &Pairing| Some((next_due(p, &self.circle.rules)?, p.id));
        self.circle.pairings.values().filter_map(due).min()
    }

    fn next_lunch(&self) -> Option<NaiveDateTime> {
        let meeting = self
            .circle
            .pairings
            .values()
            .filter(|p| p.stage.is_meeting());
        let planned = meeting
            .flat_map(|p| &p.lunches)
            .filter(|l| l.state == LunchState::Planned);
        planned
            .map(|l| l.start)
            .filter(|start| *start > self.local())
            .min()
    }

    /// Makes a move: the events it stands for, each decided in turn. `check` sees each decision.
    pub fn make(
        &mut self,
        step: &Move,
        check: &mut impl FnMut(&mut Self, &Turn) -> Result<(), String>,
    ) -> Result<(), String> {
        self.steps += 1;
        match step {
            Move::Due => {
                let Some((at, pairing)) = self.next_turn() else {
                    return Ok(());
                };
                self.now = self.now.max(at);
                self.happen(Cause::Time, What::Due { pairing }, check)
            }
            Move::LunchDay => {
                let Some(start) = self.next_lunch() else {
                    return Ok(());
                };
                let at = moment(start, chrono_tz::Europe::Berlin) - TimeDelta::hours(1);
                self.run_to(self.now.max(at), check)
            }
            Move::Sleep(days) => {
                self.now += TimeDelta::days(*days);
                self.run_to(self.now, check)
            }
            other => {
                let (cause, what) = self.event_of(other);
                self.happen(cause, what, check)
            }
        }
    }

    fn run_to(
        &mut self,
        until: DateTime<Utc>,
        check: &mut impl FnMut(&mut Self, &Turn) -> Result<(), String>,
    ) -> Result<(), String> {
        for _ in 0..200 {
            match self.next_turn() {
                Some((at, pairing)) if at <= until => {
                    self.now = self.now.max(at);
                    self.happen(Cause::Time, What::Due { pairing }, check)?;
                }
                _ => {
                    self.now = until;
                    return Ok(());
                }
            }
        }
        Err("the agenda does not come to an end".into())
    }

    fn event_of(&self, step: &Move) -> (Cause, What) {
        let mail = || Cause::Mail(format!("m{}", self.steps));
        let request = || Cause::Request(format!("r{}", self.steps));
        match step {
            Move::Invite(inviter, invitee) => {
                let count = self.circle.pairings.len() as u64;
                let what = What::Invite {
                    pairing: PairingId(FIRST.0 + count),
                    inviter: *inviter,
                    invitee: *invitee,
                    note: None,
                    plan: plan(),
                };
                (request(), what)
            }
            Move::Says(by, pairing, about, acts) => {
                let said = Said {
                    from: None,
                    acts: acts.clone(),
                    words: words_of(*by, acts).into(),
                    confided: false,
                };
                let what = What::Said {
                    by: *by,
                    pairing: Some(*pairing),
                    about: about.clone(),
                    said,
                };
                (mail(), what)
            }
            Move::Bounces(to, pairing) => {
                let what = What::Undelivered {
                    to: *to,
                    pairing: *pairing,
                };
                (mail(), what)
            }
            Move::Order(pairing, order) => {
                let what = What::Ordered {
                    pairing: *pairing,
                    order: *order,
                };
                (request(), what)
            }
            Move::Due | Move::LunchDay | Move::Sleep(_) => unreachable!("made by the clock"),
        }
    }

    fn happen(
        &mut self,
        cause: Cause,
        what: What,
        check: &mut impl FnMut(&mut Self, &Turn) -> Result<(), String>,
    ) -> Result<(), String> {
        let event = Event { cause, what };
        let before = self.circle.clone();
        let decision = decide(&self.circle, &event, self.now);
        for person in &decision.people {
            self.circle.people.insert(person.id, person.clone());
        }
        for pairing in &decision.pairings {
            self.circle.pairings.insert(pairing.id, pairing.clone());
        }
        self.tell(&event, &decision);
        let turn = Turn {
            event,
            before,
            decision,
        };
        check(self, &turn)?;
        self.ask_anew(&turn, check)
    }

    /// What the daemon does about lunches that somebody who ended them wants back.
    fn ask_anew(
        &mut self,
        turn: &Turn,
        check: &mut impl FnMut(&mut Self, &Turn) -> Result<(), String>,
    ) -> Result<(), String> {
        for effect in &turn.decision.effects {
            let Effect::AskAnew { by, partner, plan } = effect else {
                continue;
            };
            let newest = self.circle.pairings.keys().map(|id| id.0).max();
            let pairing = PairingId(newest.unwrap_or_default() + 1);
            let what = What::Invite {
                pairing,
                inviter: *by,
                invitee: *partner,
                note: None,
                plan: plan.clone(),
            };
            let Cause::Mail(cause) = &turn.event.cause else {
                return Err("lunches are wanted back by mail".into());
            };
            self.happen(Cause::Request(format!("{cause}-anew")), what, check)?;
            let told = What::AskedAnew {
                by: *by,
                partner: *partner,
                sent: self.circle.pairings.contains_key(&pairing),
            };
            self.happen(turn.event.cause.clone(), told, check)?;
        }
        Ok(())
    }

    /// Remembers a letter as one that its reader may answer.
    pub fn hand_over(&mut self, dispatch: &Dispatch) {
        let body = &dispatch.letter.body;
        if let Some(pairing) = dispatch.pairing {
            let about = About {
                answering: body.answering(),
                letter: body.name().into(),
                slot: dispatch.slot,
                points: body.points(),
                board: body.board(),
                goal: body.goal(),
            };
            let shelf = self.received.entry((dispatch.to, pairing)).or_default();
            shelf.retain(|old| old != &about);
            shelf.push(about);
            if shelf.len() > 8 {
                shelf.remove(0);
            }
        }
    }

    fn tell(&mut self, event: &Event, decision: &Decision) {
        let mut text = format!(
            "{}. {} {}\n     -> {:?}",
            self.steps,
            self.local().format("%a %Y-%m-%d %H:%M"),
            story_of(&event.what),
            decision.outcome
        );
        for effect in &decision.effects {
            if let Effect::Send(d) = effect {
                text += &format!(
                    "\n     letter {} to {}{}",
                    d.letter.body.name(),
                    d.letter.to.first_name(),
                    d.slot.map(|s| format!(" about {s}")).unwrap_or_default()
                );
            }
        }
        for pairing in &decision.pairings {
            text += &format!("\n     pairing {}: {:?}", pairing.id.0, pairing.stage);
        }
        self.story = Some(Rc::new(Chapter {
            before: self.story.take(),
            text,
        }));
    }

    pub fn told(&self) -> String {
        let mut chapters = Vec::new();
        let mut at = self.story.clone();
        while let Some(chapter) = at {
            chapters.push(chapter.text.clone());
            at = chapter.before.clone();
        }
        chapters.reverse();
        chapters.join("\n")
    }

    pub fn digest(&self) -> u128 {
        digest(self)
    }
}

/// What somebody wrote: their secret if the mail holds notes, else plain words.
pub fn words_of(by: PersonId, acts: &[Act]) -> String {
    let noted = acts
        .iter()
        .any(|a| matches!(a, Act::Notes(_) | Act::Correction { .. }));
    if noted {
        format!("{} and more", secret(by))
    } else {
        "plain words".into()
    }
}

/// What only the two may read, and the partner only once the seal is broken.
pub fn secret(by: PersonId) -> String {
    format!("secret of {}", by.0)
}

fn story_of(what: &What) -> String {
    match what {
        What::Invite {
            inviter, invitee, ..
        } => format!("{inviter:?} invites {invitee:?}"),
        What::Said {
            by,
            pairing,
            about,
            said,
        } => {
            let acts: Vec<_> = said.acts.iter().map(|a| format!("{a:?}")).collect();
            let about = about.as_ref().map(|a: &About| (&*a.letter, a.slot));
            format!(
                "{by:?} in {} says {} to {about:?}",
                pairing.map_or(0, |p| p.0),
                acts.join(" + ")
            )
        }
        other => format!("{other:?}"),
    }
}

pub fn plan() -> Plan {
    Plan {
        every_weeks: 2,
        weekday: Weekday::Thu,
        time: NaiveTime::from_hms_opt(12, 30, 0).unwrap(),
        minutes: 45,
        zone: chrono_tz::Europe::Berlin,
        location: "Nearby cafe".into(),
        once: false,
        notes: true,
    }
}

/// A letter that everybody has had from the start.
pub fn about(answering: Answering) -> Option<About> {
    Some(About {
        answering,
        letter: answering.name().into(),
        slot: None,
        points: Vec::new(),
        board: None,
        goal: None,
    })
}
