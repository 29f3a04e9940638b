//! Reached: a goal is, once one of the two calls it so and the other agrees, or says nothing for a
//! fortnight. "Not yet" leaves it open.

use super::Voice;
use super::desk::Desk;
use super::goals::argument;
use crate::lunch::act::Act;
use crate::lunch::agenda::SILENCE;
use crate::lunch::event::Outcome;
use crate::lunch::letter::{Body, Notice, Receipt};
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Claim, PairingId, Role};
use crate::lunch::person::{GoalEnd, PersonId};

impl Desk {
    /// `achieved: …`: the writer calls an own goal reached. Every partner who watches for it is told.
    pub(super) fn achieve_goal(&mut self, who: PersonId, act: &Act) -> Outcome {
        let said = argument(act);
        let Some(at) = self.own_goal_named(who, &said) else {
            if self.open_goals(who).is_empty() {
                return self.give_back(who, None, &said.into());
            }
            return self.list_goals(who, None);
        };
        let Some(words) = self.goal_words(who, at) else {
            return Outcome::Nothing("the goal is gone");
        };
        let said_so = self.partner_who_said_so(who, at);
        let mut watching = self.watching(who);
        watching.retain(|(id, _)| self.goal_shown(who, at, *id).is_some());
        let asked = said_so.is_none() && !watching.is_empty();
        if asked {
            for (id, role) in watching {
                self.claim(id, role, at, role);
                self.ask_whether_reached(id, role);
            }
        } else {
            self.end_goal(who, at, GoalEnd::Achieved, said_so);
        }
        let receipt = Receipt::Achieved { words, asked };
        self.answer(who, None, None, Body::Receipt(receipt));
        Outcome::Done
    }

    /// The open goal that is meant: by number, by words, the only one.
    fn own_goal_named(&self, who: PersonId, said: &str) -> Option<usize> {
        let open = self.open_goals(who);
        let only = match open.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        let lower = said.to_lowercase();
        let is_named = |at: &&usize| {
            let goal = self.goal_words(who, **at);
            goal.is_some_and(|goal| {
                let goal = goal.reveal().to_lowercase();
                !lower.is_empty() && (goal.contains(&lower) || lower.contains(&goal))
            })
        };
        let named = open.iter().find(is_named).copied();
        self.goal_number(who, said).or(named).or(only)
    }

    /// The partner who called that goal reached before its owner did.
    fn partner_who_said_so(&self, who: PersonId, at: usize) -> Option<PersonId> {
        self.circle.pairings.values().find_map(|p| {
            let role = p.role(who)?;
            let is_it = |c: &Claim| c.of == role && c.goal == at && c.by == role.other();
            let said = p.growth.claims.iter().any(is_it);
            said.then(|| p.person(role.other()))
        })
    }

    /// The pairings in which somebody watches for that person's goals.
    fn watching(&self, who: PersonId) -> Vec<(PairingId, Role)> {
        let all = self.circle.pairings.values();
        let meeting = all.filter(|p| p.stage.is_meeting() && p.plan.notes);
        meeting.filter_map(|p| Some((p.id, p.role(who)?))).collect()
    }

    fn claim(&mut self, id: PairingId, of: Role, goal: usize, by: Role) {
        let told = self.now;
        self.change(id, |p| {
            let known = |c: &Claim| c.of == of && c.goal == goal;
            if !p.growth.claims.iter().any(known) {
                p.growth.claims.push(Claim { of, goal, by, told });
            }
        });
    }

    /// Tells the partner what its owner calls reached, and asks whether they see it so too.
    fn ask_whether_reached(&mut self, id: PairingId, owner: Role) {
        let Some(pairing) = self.pairing(id) else {
            return;
        };
        let (who, partner) = (pairing.person(owner), pairing.person(owner.other()));
        let goals = self.claimed(id, owner, owner);
        let goals = goals
            .into_iter()
            .filter_map(|at| self.goal_shown(who, at, id));
        let body = Body::GoalReached {
            goals: goals.collect(),
        };
        self.news(partner, id, body);
    }

    /// The goals of `of` that `by` called reached and that wait for an answer.
    fn claimed(&self, id: PairingId, of: Role, by: Role) -> Vec<usize> {
        let claims = self.pairing(id).map(|p| p.growth.claims.as_slice());
        let theirs = claims.unwrap_or_default().iter();
        let theirs = theirs.filter(|c| c.of == of && c.by == by);
        theirs.map(|c| c.goal).collect()
    }

    /// The partner's answer to "they call it reached".
    pub(super) fn answer_claim(&mut self, voice: Voice<'_>, agrees: bool) -> Outcome {
        let owner = voice.role.other();
        let goals = self.claimed(voice.pairing, owner, owner);
        let Some(who) = self.pairing(voice.pairing).map(|p| p.person(owner)) else {
            return Outcome::Refused("there is no such pairing");
        };
        if goals.is_empty() {
            return Outcome::Nothing("it was settled before");
        }
        let words: Vec<Words> = goals
            .iter()
            .filter_map(|at| self.goal_shown(who, *at, voice.pairing))
            .collect();
        for at in goals {
            if agrees {
                self.end_goal(who, at, GoalEnd::Achieved, Some(voice.by));
            } else {
                self.change(voice.pairing, |p| {
                    p.growth.claims.retain(|c| c.of != owner || c.goal != at);
                });
            }
        }
        let receipt = Receipt::Agreed {
            goals: words.clone(),
            agreed: agrees,
        };
        self.answer(voice.by, Some(voice.pairing), None, Body::Receipt(receipt));
        let news = Notice::GoalAnswered {
            goals: words,
            said: voice.for_partner.clone(),
            agreed: agrees,
        };
        self.tell(who, voice.pairing, None, news);
        Outcome::Done
    }

    /// "Not yet": the writer sees their own goal otherwise than the partner.
    pub(super) fn not_yet(&mut self, voice: Voice<'_>) -> Outcome {
        if self
            .claimed(voice.pairing, voice.role, voice.role.other())
            .is_empty()
        {
            return self.relay(voice);
        }
        self.change(voice.pairing, |p| {
            p.growth
                .claims
                .retain(|c| c.of != voice.role || c.by == voice.role);
        });
        self.list_goals(voice.by, None)
    }

    /// The notes that are being shown call a goal of their reader reached. Returns its words.
    pub(super) fn claim_of_notes(
        &mut self,
        id: PairingId,
        writer: Role,
        said: &Words,
    ) -> Option<Words> {
        let reader = self.pairing(id)?.person(writer.other());
        let at = self.own_goal_named(reader, said.reveal())?;
        self.claim(id, writer.other(), at, writer);
        self.goal_words(reader, at)
    }

    /// A fortnight without an answer is one.
    pub(super) fn settle(&mut self, id: PairingId) {
        let Some(pairing) = self.pairing(id).cloned() else {
            return;
        };
        let now = self.now;
        let due = pairing.growth.claims.iter();
        for claim in due.filter(|claim| claim.told + SILENCE <= now) {
            let said_so = (claim.by != claim.of).then(|| pairing.person(claim.by));
            self.end_goal(
                pairing.person(claim.of),
                claim.goal,
                GoalEnd::Achieved,
                said_so,
            );
            // Also where the goal had ended meanwhile.
            self.change(id, |p| p.growth.claims.retain(|c| c != claim));
        }
    }
}
