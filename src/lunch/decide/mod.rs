//! `decide`: what follows from an event. Pure and total: same circle, event and time, same answer.
//!
//! `step` holds the table of what an act means; the other files carry the steps out: `asking`
//! (invitation and its answers), `meeting` (skip, move, pause, end), `notes` (after a lunch),
//! `due` (by the clock). `desk` is where a decision is written down while it is made.

mod asking;
mod desk;
mod due;
mod meeting;
mod notes;
pub mod step;

use crate::lunch::act::Act;
use crate::lunch::event::{About, Circle, Decision, Event, Order, Outcome, What};
use crate::lunch::letter::Body;
use crate::lunch::notes::Words;
use crate::lunch::pairing::{PairingId, Role};
use crate::lunch::person::PersonId;
use chrono::{DateTime, Utc};
use desk::Desk;
use step::{Standing, Step};

/// Decides.
pub fn decide(circle: &Circle, event: &Event, now: DateTime<Utc>) -> Decision {
    let mut desk = Desk::new(circle, &event.cause, now);
    let outcome = match &event.what {
        What::Invite {
            pairing,
            inviter,
            invitee,
            note,
            plan,
        } => desk.invite(*pairing, *inviter, *invitee, note.clone(), plan.clone()),
        What::Said {
            by,
            pairing,
            about,
            said,
        } => {
            let words = said.words.clone();
            desk.said(*by, *pairing, about.as_ref(), &said.acts, &words)
        }
        What::Doubted {
            person,
            pairing,
            words,
        } => desk.doubt(*person, *pairing, words.clone()),
        What::Undelivered { to, pairing } => desk.undelivered(*to, *pairing),
        What::Due { pairing } => desk.due(*pairing),
        What::MonthTurned { person, month } => desk.month_turned(*person, *month),
        What::Ordered { pairing, order } => desk.ordered(*pairing, *order),
    };
    desk.into_decision(circle, outcome)
}

/// Somebody's voice in one mail: who, as what, about what, in which words.
#[derive(Clone, Copy)]
struct Voice<'a> {
    by: PersonId,
    pairing: PairingId,
    role: Role,
    about: Option<&'a About>,
    words: &'a Words,
}

impl Desk {
    fn said(
        &mut self,
        by: PersonId,
        pairing: Option<PairingId>,
        about: Option<&About>,
        acts: &[Act],
        words: &Words,
    ) -> Outcome {
        if self.reopened_by(by, acts) {
            return Outcome::Done;
        }
        let role = pairing
            .and_then(|id| self.pairing(id))
            .and_then(|p| p.role(by));
        let (Some(pairing), Some(role)) = (pairing, role) else {
            return self.said_alone(by, acts, words);
        };
        let voice = Voice {
            by,
            pairing,
            role,
            about,
            words,
        };
        let mut outcome = Outcome::Nothing("nothing was asked");
        let mut heard_notes = false;
        for act in acts {
            let Some(stage) = self.pairing(pairing).map(|p| p.stage.clone()) else {
                break;
            };
            let standing = Standing::of(&stage, by, role);
            let answering = about.map(|a| a.answering);
            let letter = about.map(|a| a.letter.as_str());
            let step = step::step(standing, role, answering, letter, act);
            heard_notes |= matches!(step, Step::TakeNotes | Step::Correct | Step::ShareNow);
            outcome = weightier(outcome, self.take(step, act, voice));
        }
        if heard_notes {
            self.close_notes(voice);
        }
        if outcome == Outcome::Done {
            self.change(pairing, |p| p.asked_back = false);
        }
        outcome
    }

    fn take(&mut self, step: Step, act: &Act, voice: Voice<'_>) -> Outcome {
        match step {
            Step::Begin => self.begin(act, voice),
            Step::Amend => self.amend(act, voice),
            Step::Decline => self.decline(voice),
            Step::Postpone => self.postpone(act, voice),
            Step::AskBack => self.ask_back(voice),
            Step::PassQuestion => self.pass_question(voice),
            Step::Relay => self.relay(voice),
            Step::Skip => self.skip(voice),
            Step::SkipByCalendar => self.skip_by_calendar(act, voice),
            Step::Move => self.move_lunch(act, voice),
            Step::MoveByCalendar => self.move_by_calendar(act, voice),
            Step::Pause => self.pause(act, voice),
            Step::Resume => self.resume(voice),
            Step::End => self.end(voice.pairing, Some(voice.by)),
            Step::Stop => self.stop(voice.by),
            Step::TakeNotes => self.take_notes(act, voice),
            Step::Correct => self.correct(act, voice),
            Step::NoteHeld => self.note_held(act, voice),
            Step::Undo => self.undo(voice),
            Step::ShareNow => self.share_now(voice),
            Step::SetGoal => self.set_goal(voice.by, act),
            Step::AchieveGoal => self.achieve_goal(voice.by, act),
            Step::EndSummaries => self.end_summaries(voice.by),
            Step::Undelivered => self.undelivered(voice.by, voice.pairing),
            Step::Return => self.give_back(voice.by, Some(voice.pairing), voice.words),
            Step::Nothing => Outcome::Nothing("nothing follows from it"),
        }
    }

    /// A mail that belongs to no conversation: only what concerns the person alone can be done.
    fn said_alone(&mut self, by: PersonId, acts: &[Act], words: &Words) -> Outcome {
        use crate::lunch::act::CommandName;
        for act in acts {
            return match act {
                Act::Stop => self.stop(by),
                Act::Command {
                    name: CommandName::Goal,
                    ..
                } => self.set_goal(by, act),
                Act::Command {
                    name: CommandName::Achieved,
                    ..
                } => self.achieve_goal(by, act),
                Act::Command {
                    name: CommandName::NoSummaries,
                    ..
                } => self.end_summaries(by),
                Act::AutoReply { .. } | Act::Bounce { .. } | Act::Other => continue,
                _ => self.give_back(by, None, words),
            };
        }
        Outcome::Nothing("nothing was asked")
    }

    /// Whoever stopped can open the door again by writing in: a yes or `resume` does it, and then
    /// counts for what it says. Anything else from them stays without an answer.
    /// Returns whether there is nothing more to do.
    fn reopened_by(&mut self, by: PersonId, acts: &[Act]) -> bool {
        if !self.person(by).is_some_and(|p| p.stopped) {
            return false;
        }
        if acts
            .iter()
            .any(|act| matches!(act, Act::Accept(_) | Act::Resume))
        {
            self.change_person(by, |p| p.stopped = false);
            return false;
        }
        true
    }

    fn doubt(&mut self, person: PersonId, pairing: Option<PairingId>, words: Words) -> Outcome {
        if self.has_left(person, pairing) {
            return Outcome::Nothing("the person has left");
        }
        self.answer_once_a_day(person, pairing, Body::Confirm { words });
        Outcome::Asked
    }

    fn ordered(&mut self, pairing: PairingId, order: Order) -> Outcome {
        let Some(stage) = self.pairing(pairing).map(|p| p.stage.clone()) else {
            return Outcome::Refused("there is no such pairing");
        };
        match order {
            Order::End if stage.is_open() => self.end(pairing, None),
            Order::End => Outcome::Refused("it has ended already"),
            Order::Pause(until) if stage.is_meeting() => self.rest(pairing, until, None),
            Order::Pause(_) => Outcome::Refused("only lunches that take place can pause"),
            Order::Resume if stage.is_meeting() => self.go_on(pairing, None),
            Order::Resume => Outcome::Refused("only a pause can be ended"),
        }
    }
}

/// Of two outcomes in one mail the one that matters to the writer.
fn weightier(a: Outcome, b: Outcome) -> Outcome {
    let rank = |o: &Outcome| match o {
        Outcome::Nothing(_) => 0,
        Outcome::Refused(_) => 1,
        Outcome::Returned => 2,
        Outcome::Asked => 3,
        Outcome::Done => 4,
    };
    if rank(&b) >= rank(&a) { b } else { a }
}
