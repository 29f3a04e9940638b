//! Passing it on: after their third lunch each of the two gets an invitation of their own to hand to
//! two colleagues, once. Nothing goes out by itself: a colleague is asked because a member named them,
//! or because they asked for it themselves, and nobody is asked who may not be.

use super::Voice;
use super::desk::Desk;
use crate::lunch::agenda::{PASS_ON_USE_BY, pass_on_moment};
use crate::lunch::event::{Consent, Outcome};
use crate::lunch::letter::{Body, Receipt};
use crate::lunch::pairing::{PairingId, Role};
use crate::lunch::person::PersonId;
use crate::words::address::NameAddr;

impl Desk {
    /// It is a week after the third lunch.
    pub(super) fn pass_on(&mut self, id: PairingId) {
        let Some(pairing) = self.pairing(id).cloned() else {
            return;
        };
        self.change(id, |p| p.growth.passed_on = true);
        let due = pass_on_moment(&pairing, &self.circle.rules);
        if due.is_none_or(|due| self.now > due + PASS_ON_USE_BY) {
            return;
        }
        for role in [Role::Inviter, Role::Invitee] {
            let to = pairing.person(role);
            let fresh = self.person(to).is_some_and(|p| !p.passed_on && !p.stopped);
            if !fresh || self.open_pairings(to) >= self.circle.rules.max_pairings {
                continue;
            }
            self.change_person(to, |p| p.passed_on = true);
            let use_by = self.now + PASS_ON_USE_BY;
            let occasion = "once".to_owned();
            let body = Body::PassItOn;
            self.post(to, Some(id), None, body, occasion, Consent::Meeting, use_by);
        }
    }

    /// `pass it on`: the same, on request.
    pub(super) fn hand_out(&mut self, voice: Voice<'_>) -> Outcome {
        self.change_person(voice.by, |p| p.passed_on = true);
        self.answer(voice.by, Some(voice.pairing), None, Body::PassItOn);
        Outcome::Done
    }

    /// How many pairings of somebody's are asked about, or meet.
    fn open_pairings(&self, who: PersonId) -> usize {
        let theirs = self.circle.pairings.values();
        let theirs = theirs.filter(|p| p.role(who).is_some() && p.stage.is_open());
        theirs.count()
    }

    /// What came of a wish to invite: `many` is how many pairings there are already, where that was a
    /// reason to ask back instead.
    pub(super) fn guests_named(
        &mut self,
        by: PersonId,
        asked: &[NameAddr],
        not: &[NameAddr],
        many: Option<usize>,
        came: bool,
    ) -> Outcome {
        let receipt = match many {
            Some(have) => Receipt::ManyPairings {
                have,
                guests: not.to_vec(),
            },
            None => Receipt::Invited {
                asked: asked.to_vec(),
                not: not.to_vec(),
                came,
            },
        };
        // Whoever holds an invitation that was handed on could go on and on.
        match came && asked.is_empty() {
            true => self.answer_once_a_day(by, None, None, Body::Receipt(receipt)),
            false => self.answer(by, None, None, Body::Receipt(receipt)),
        }
        match many {
            Some(_) => Outcome::Asked,
            None => Outcome::Done,
        }
    }
}
