//! `decide`: what follows from an event. Pure and total: same circle, event and time, same answer.
//!
//! `step` holds the table of what an act means; the other files carry the steps out: `asking`
//! (invitation and its answers), `meeting` (skip, move, pause), `leaving` (end, stop), `goals`,
//! `reached` (a goal is), `quoting` (leave to show a point), `board` (cards), `passing` (it on), `jar` (moments jotted down), `notes` (after a lunch), `due` (by the clock). `desk` is where a decision is written down while it is made, `joining` makes one mail of what tells the same.

mod asking;
mod board;
mod desk;
mod due;
mod goals;
mod jar;
mod joining;
mod leaving;
mod meeting;
mod notes;
mod passing;
mod quoting;
mod reached;
mod skipping;
pub mod step;

use crate::lunch::act::{Act, Answering, Permission, Said};
use crate::lunch::event::{
    About, Circle, Consent, Decision, Event, Order, Outcome, Shown, What, enough_on,
};
use crate::lunch::letter::{Body, Receipt};
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Pairing, PairingId, Role, Stage};
use crate::lunch::person::PersonId;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
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
        } => desk.said(*by, *pairing, about.as_ref(), said),
        What::Doubted {
            person,
            pairing,
            words,
        } => desk.doubt(*person, *pairing, words.clone()),
        What::SaidLate {
            by,
            pairing,
            about,
            written,
            words,
        } => desk.ask_what_is_meant_now(*by, *pairing, about, *written, words),
        What::HadEnough {
            person,
            day,
            set_aside,
        } => desk.tell_enough(*person, *day, *set_aside),
        What::Undelivered { to, pairing } => desk.undelivered(*to, *pairing),
        What::GuestsNamed {
            by,
            asked,
            not,
            many,
            came,
        } => desk.guests_named(*by, asked, not, *many, *came),
        What::AskedAnew { by, partner, sent } => desk.asked_anew(*by, *partner, *sent),
        What::BoardFailed {
            owner,
            address,
            stopped,
        } => desk.board_failed(*owner, address, *stopped),
        What::Due { pairing } => desk.due(*pairing),
        What::MonthTurned { person, month } => desk.month_turned(*person, *month),
        What::Ordered { pairing, order } => desk.ordered(*pairing, *order),
    };
    desk.into_decision(circle, outcome)
}

/// Nobody means a day further away than ten years.
const FAR_DAYS: i64 = 3660;

/// Somebody's voice in one mail: who, as what, about what, in which words.
#[derive(Clone, Copy)]
struct Voice<'a> {
    by: PersonId,
    pairing: PairingId,
    role: Role,
    about: Option<&'a About>,
    words: &'a Words,
    /// The same, without notes: those are the partner's to read only once the seal is broken.
    for_partner: &'a Words,
}

impl Desk {
    fn said(
        &mut self,
        by: PersonId,
        pairing: Option<PairingId>,
        about: Option<&About>,
        said: &Said,
    ) -> Outcome {
        let (acts, words) = (said.acts.as_slice(), &said.words);
        let was_stopped = self.person(by).is_some_and(|p| p.stopped);
        if was_stopped && !self.is_back(by, acts) {
            return Outcome::Nothing("the person wants no mail");
        }
        let outcome = match pairing.filter(|id| self.role_in(*id, by).is_some()) {
            Some(id) => self.said_in(by, id, about, said),
            None => self.said_alone(by, about, acts, words),
        };
        if was_stopped && outcome != Outcome::Done {
            self.take_back_returned(by);
            self.answer(by, None, None, Body::Receipt(Receipt::Reopened));
            return Outcome::Done;
        }
        outcome
    }

    fn role_in(&self, pairing: PairingId, who: PersonId) -> Option<Role> {
        self.pairing(pairing)?.role(who)
    }

    /// A mail in a conversation: each of its acts in turn, then what its notes lead to.
    fn said_in(
        &mut self,
        by: PersonId,
        id: PairingId,
        about: Option<&About>,
        said: &Said,
    ) -> Outcome {
        let (acts, words) = (said.acts.as_slice(), &said.words);
        let for_partner = match said.confided {
            true => Words::default(),
            false => without_notes(acts, words),
        };
        let acts: Vec<_> = acts.iter().map(|act| within_reach(act, self.now)).collect();
        let Some(before) = self.pairing(id).cloned() else {
            return Outcome::Refused("there is no such pairing");
        };
        let mut outcome = Outcome::Nothing("nothing was asked");
        let mut heard = Heard::default();
        let mut passed_on = false;
        for act in acts
            .iter()
            .filter(|a| **a != Act::Question)
            .chain(acts.iter().filter(|a| **a == Act::Question))
        {
            let pairing = self.conversation_meant(id, about, act);
            let Some(role) = self.role_in(pairing, by) else {
                continue;
            };
            let voice = Voice {
                by,
                pairing,
                role,
                about: about.filter(|_| pairing == id),
                words,
                for_partner: &for_partner,
            };
            let step = self.step_of(voice, about, act);
            // The receipt for notes shows all that was understood, and asks for what is amiss.
            let noted = acts.iter().any(|act| matches!(act, Act::Notes(_)));
            if noted && *act == Act::Unclear && step == Step::AskBack {
                continue;
            }
            if passed_on && matches!(step, Step::PassQuestion | Step::Relay) {
                continue; // the partner has read the question with the answer
            }
            let done = self.take(step, act, voice);
            passed_on |= matches!(
                step,
                Step::Begin | Step::Amend | Step::Decline | Step::Postpone
            ) && done == Outcome::Done;
            heard.notes |= done == Outcome::Done && is_about_notes(step);
            heard.held |= done == Outcome::Done && step == Step::NoteHeld;
            if done == Outcome::Done && step != Step::AskBack {
                self.change(pairing, |p| p.asked_back = false);
            }
            outcome = weightier(outcome, done);
        }
        if let Some(role) = self.role_in(id, by) {
            let voice = Voice {
                by,
                pairing: id,
                role,
                about,
                words,
                for_partner: &for_partner,
            };
            self.close_notes(voice, &before, heard);
        }
        outcome
    }

    fn step_of(&self, voice: Voice<'_>, about: Option<&About>, act: &Act) -> Step {
        let Some(stage) = self.pairing(voice.pairing).map(|p| p.stage.clone()) else {
            return Step::Nothing;
        };
        let standing = Standing::of(&stage, voice.by, voice.role);
        let answering = about.map(|a| a.answering);
        let letter = about.map(|a| a.letter.as_str());
        match step::step(standing, voice.role, answering, letter, act) {
            Step::ShareNow if self.words_waiting(voice).is_some() => Step::ReadNow,
            Step::TakeNotes | Step::Correct if self.would_rewrite(voice) => match only_best(act) {
                true => Step::Jot,
                false => Step::AskBack,
            },
            step => step,
        }
    }

    /// Where two people have an old conversation and a new one, and somebody answers a letter of the
    /// old one with a yes, a no, a pause or an end: the one that is open is meant.
    fn conversation_meant(&self, id: PairingId, about: Option<&About>, act: &Act) -> PairingId {
        let asked = about.is_none_or(|a| a.answering == Answering::Invitation);
        let is_meant = match act {
            Act::Accept(_) | Act::End | Act::Pause { .. } | Act::Resume => true,
            Act::Decline | Act::Later { .. } => asked,
            _ => false,
        };
        let Some(given) = self.pairing(id).filter(|p| !p.stage.is_open() && is_meant) else {
            return id;
        };
        let same_two = |p: &&crate::lunch::pairing::Pairing| {
            p.role(given.inviter).is_some() && p.role(given.invitee).is_some()
        };
        let all = self.circle.pairings.values();
        let open = all.filter(same_two).find(|p| p.stage.is_open());
        open.map_or(id, |p| p.id)
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
            Step::StandAgain => self.stand_again(act, voice),
            Step::NoteAbsence => self.note_absence(act, voice),
            Step::SayWhoForgets => self.say_who_forgets(voice.by),
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
            Step::ReadNow => self.read_now(voice),
            Step::ShareNow => self.share_now(voice),
            Step::SetGoal => self.set_goal(voice.by, act, voice.about.map(|a| a.letter.as_str())),
            Step::AnotherGoal => self.another_goal(voice.by, act),
            Step::NumberGoal => self.goal_by_number(act, voice),
            Step::DropGoal => self.drop_goal(voice.by, act),
            Step::KeepBoth => self.keep_both(voice.by),
            Step::TakeUp => self.take_up(voice),
            Step::AchieveGoal => self.achieve_goal(voice.by, act),
            Step::Agree => self.answer_claim(voice, true),
            Step::Disagree => self.answer_claim(voice, false),
            Step::NotYet => self.not_yet(voice),
            Step::Reopen => self.reopen_goal(voice.by, voice.about),
            Step::Jot if is_undo(act) => self.take_back_jotted(voice),
            Step::Jot => self.jot(voice, act),
            Step::Remove => self.remove(act, voice),
            Step::AskLeave => self.ask_leave(voice.by, Some(voice.pairing), voice.about, act),
            Step::AnswerLeave => self.answer_leave(act, voice),
            Step::WithdrawLeave => self.withdraw_leave(voice),
            Step::NameBoard => self.name_board(voice.by, Some(voice.pairing), act, voice.words),
            Step::ConfirmBoard => {
                self.confirm_board(voice.by, Some(voice.pairing), voice.about, act)
            }
            Step::HandOut => self.hand_out(voice),
            Step::SendCard => self.send_table_card(voice),
            Step::EndTips => self.end_tips(voice.by, Some(voice.pairing)),
            Step::AnswerBoard => self.answer_board(act, voice),
            Step::EndBoard => self.end_board(voice.by, Some(voice.pairing)),
            Step::EndSummaries => self.end_summaries(voice.by),
            Step::ShowFabric => self.give(voice.by, Shown::Fabric),
            Step::ShowRecord => self.give(voice.by, Shown::Record),
            Step::Undelivered => self.undelivered(voice.by, voice.pairing),
            Step::Return => self.give_back(voice.by, Some(voice.pairing), voice.words),
            Step::Nothing => Outcome::Nothing("nothing follows from it"),
        }
    }

    /// A mail that belongs to no conversation: only what concerns the person alone can be done.
    fn said_alone(
        &mut self,
        by: PersonId,
        about: Option<&About>,
        acts: &[Act],
        words: &Words,
    ) -> Outcome {
        let mut outcome = Outcome::Nothing("nothing was asked");
        for act in acts {
            let done = self.take_alone(by, about, act, words);
            outcome = weightier(outcome, done);
            if *act == Act::Stop {
                break;
            }
        }
        // "Nothing has changed" is not said beside a receipt for what has.
        if outcome == Outcome::Done {
            self.take_back_returned(by);
        }
        outcome
    }

    fn take_alone(
        &mut self,
        by: PersonId,
        about: Option<&About>,
        act: &Act,
        words: &Words,
    ) -> Outcome {
        use crate::lunch::act::CommandName;
        match act {
            Act::Stop => self.stop(by),
            act if step::takes_reached_back(about.map(|a| a.letter.as_str()), act) => {
                self.reopen_goal(by, about)
            }
            Act::Command { name, .. } => match name {
                CommandName::Goal => self.set_goal(by, act, about.map(|a| a.letter.as_str())),
                CommandName::AnotherGoal => self.another_goal(by, act),
                CommandName::GoalNumber => self.number_goal(by, act),
                CommandName::Drop => self.drop_goal(by, act),
                CommandName::KeepBoth => self.keep_both(by),
                // All goals with their numbers, and how each is changed or given up.
                CommandName::Undo
                    if about.is_some_and(|a| a.letter.starts_with("receipt-goal")) =>
                {
                    self.list_goals(by, None)
                }
                CommandName::Achieved => self.achieve_goal(by, act),
                CommandName::Best => self.jot_alone(by, act, words),
                CommandName::Quote => self.ask_leave(by, None, about, act),
                CommandName::Board => self.name_board(by, None, act, words),
                CommandName::NoBoard => self.end_board(by, None),
                CommandName::NoTips => self.end_tips(by, None),
                CommandName::NoQuotes => self.withdraw_all_leave(by),
                CommandName::Card => self.send_next_table_card(by, words),
                CommandName::PassOn => {
                    self.answer(by, None, None, Body::PassItOn);
                    Outcome::Done
                }
                CommandName::NoSummaries => self.end_summaries(by),
                CommandName::Report => self.give(by, Shown::Record),
                CommandName::Fabric => self.give(by, Shown::Fabric),
                CommandName::Forget => self.say_who_forgets(by),
                _ => self.give_back(by, None, words),
            },
            Act::Permission(_) if about.is_some_and(|a| a.letter == "board-confirm") => {
                self.confirm_board(by, None, about, act)
            }
            // "No" to the receipt for all leave that was taken back is the same again.
            Act::Permission(Permission::Refused)
                if about.is_some_and(|a| a.letter == "receipt-permission") =>
            {
                self.withdraw_all_leave(by)
            }
            Act::AutoReply { .. } | Act::Bounce { .. } | Act::Other => {
                Outcome::Nothing("nothing follows from it")
            }
            _ => self.give_back(by, None, words),
        }
    }

    /// Whoever stopped can open the door again by writing in: a yes or `resume` does it, and then
    /// counts for what it says. Anything else from them stays without an answer.
    fn is_back(&mut self, by: PersonId, acts: &[Act]) -> bool {
        let back = acts
            .iter()
            .any(|act| matches!(act, Act::Accept(_) | Act::Resume));
        if back {
            self.change_person(by, |p| p.stopped = false);
        }
        back
    }

    fn doubt(&mut self, person: PersonId, pairing: Option<PairingId>, words: Words) -> Outcome {
        if self.has_left(person, pairing) {
            return Outcome::Nothing("the person has left");
        }
        self.answer_once_a_day(person, pairing, None, Body::Confirm { words });
        Outcome::Asked
    }

    /// An old letter is answered: it was they, and what they said may be long past, or the very thing. They
    /// are asked, once a day, and the answer to that is about the same.
    fn ask_what_is_meant_now(
        &mut self,
        by: PersonId,
        pairing: Option<PairingId>,
        about: &About,
        written: NaiveDate,
        words: &Words,
    ) -> Outcome {
        let open = pairing.is_none_or(|id| {
            let two = self.pairing(id).map(|p| (p.inviter, p.invitee));
            let same = |p: &Pairing| two.is_some_and(|(a, b)| p.role(a).and(p.role(b)).is_some());
            let mut theirs = self.circle.pairings.values().filter(|p| same(p));
            theirs.any(|p| !matches!(p.stage, Stage::Ended { .. } | Stage::Parted))
        });
        if self.has_left(by, pairing) || !open {
            return self.give_back(by, pairing, words);
        }
        let body = Body::Question {
            words: words.clone(),
            about: about.answering,
            points: about.points.clone(),
            board: about.board.clone(),
            goal: about.goal,
            written: Some(written),
        };
        // "Skip" is of the next lunch by now; notes are of the one that they were asked for.
        let noted = matches!(about.answering, Answering::FollowUp | Answering::Exchange)
            || matches!(about.letter.as_str(), "receipt-notes" | "receipt-held");
        let slot = about.slot.filter(|_| noted);
        self.answer_once_a_day(by, pairing, slot, body);
        Outcome::Asked
    }

    /// Whoever writes, or is written to, more than is usual in a day hears once what becomes of the rest.
    fn tell_enough(&mut self, person: PersonId, day: NaiveDate, set_aside: bool) -> Outcome {
        let body = Body::Receipt(Receipt::Enough { set_aside });
        let use_by = self.now + TimeDelta::days(1);
        let occasion = enough_on(day, set_aside);
        // It goes out although it is too much already.
        self.post(person, None, None, body, occasion, Consent::Final, use_by);
        Outcome::Done
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

/// The act without a time that lies out of all reach: a mistyped year is not followed, but asked
/// about where nothing else was said.
fn within_reach(act: &Act, now: DateTime<Utc>) -> Act {
    let latest = now + TimeDelta::days(FAR_DAYS);
    let mut act = act.clone();
    match &mut act {
        Act::Accept(terms) => terms.start = terms.start.filter(|s| *s < latest.naive_utc()),
        Act::Reschedule(wish) => wish.start = wish.start.filter(|s| *s < latest.naive_utc()),
        Act::CalendarCounter { start, .. } => *start = start.filter(|s| *s < latest),
        _ => {}
    }
    act
}

/// Whether a best moment is all that is told.
fn only_best(act: &Act) -> bool {
    match act {
        Act::Notes(notes) => notes.best.is_some() && notes.missing().len() == 2,
        Act::Correction { section, words } => {
            *section == Some(crate::lunch::notes::Section::Best) && words.is_some()
        }
        _ => false,
    }
}

const fn is_undo(act: &Act) -> bool {
    matches!(
        act,
        Act::Command {
            name: crate::lunch::act::CommandName::Undo,
            ..
        }
    )
}

/// What of a mail has to do with notes.
#[derive(Clone, Copy, Default)]
struct Heard {
    notes: bool,
    held: bool,
}

const fn is_about_notes(step: Step) -> bool {
    matches!(step, Step::TakeNotes | Step::Correct | Step::ShareNow)
}

/// What of a mail may be passed on at once: all of it, or, if it holds notes, what belongs to none.
fn without_notes(acts: &[Act], words: &Words) -> Words {
    let is_sealed = |act: &Act| matches!(act, Act::Notes(_) | Act::Correction { .. });
    if !acts.iter().any(is_sealed) {
        return words.clone();
    }
    let unplaced = acts.iter().flat_map(|act| match act {
        Act::Notes(notes) => notes.unplaced.as_slice(),
        _ => &[],
    });
    let texts: Vec<_> = unplaced.map(|words| words.reveal().as_str()).collect();
    texts.join("\n\n").into()
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
