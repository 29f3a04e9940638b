//! Leaving: the end of a pairing, and the end of all mail to somebody.
//!
//! Whoever leaves gets one receipt and the calendar's cancellation. It holds until they themselves come
//! back, also where the other has left first.

use super::desk::Desk;
use crate::lunch::event::{Consent, Outcome};
use crate::lunch::letter::{Body, Notice, Receipt};
use crate::lunch::pairing::{LunchState, PairingId, Role, Stage};
use crate::lunch::person::PersonId;

impl Desk {
    /// Ends a pairing; `by` is `None` for an operator.
    pub(super) fn end(&mut self, id: PairingId, by: Option<PersonId>) -> Outcome {
        let Some(pairing) = self.pairing(id).cloned() else {
            return Outcome::Refused("there is no such pairing");
        };
        let after = match (&pairing.stage, by) {
            (Stage::Declined | Stage::Ended { by: Some(_) }, Some(who))
                if !pairing.has_left(who) =>
            {
                Stage::Parted
            }
            (Stage::Lapsed | Stage::Undeliverable, Some(_)) => Stage::Ended { by },
            (stage, _) if stage.is_open() => Stage::Ended { by },
            _ => return Outcome::Nothing("it has ended already"),
        };
        let was_meeting = pairing.stage.is_meeting();
        self.change(id, |p| p.stage = after);
        if was_meeting {
            self.cancel_rest_of_series(id);
        }
        for role in [Role::Inviter, Role::Invitee] {
            let to = pairing.person(role);
            if by == Some(to) {
                self.last_word(to, id, Receipt::Ended);
            } else if was_meeting {
                self.tell(to, id, None, Notice::Ended);
            }
        }
        Outcome::Done
    }

    /// Takes what is still ahead out of both calendars; past lunches stay where they are.
    fn cancel_rest_of_series(&mut self, id: PairingId) {
        let now = self.local_now(id);
        let Some(pairing) = self.pairing(id) else {
            return;
        };
        // A resting lunch may still stand in a calendar whose update has not left yet. One that was all
        // there was in its calendar event has had its own cancellation.
        let recurring = pairing
            .series
            .as_ref()
            .is_some_and(|s| s.every_weeks.is_some());
        let ahead = pairing.lunches.iter().any(|l| {
            let rested = recurring && l.state == LunchState::Rested;
            (l.state == LunchState::Planned || rested) && l.start > now
        });
        if ahead {
            self.cancel_series(id);
        }
        self.change(id, |p| {
            for lunch in p.lunches.iter_mut().filter(|l| l.start > now) {
                if matches!(lunch.state, LunchState::Planned | LunchState::Rested) {
                    lunch.state = LunchState::Skipped;
                }
            }
        });
    }

    /// `forget me`: it cannot be undone, so no mail alone does it. The writer hears who can,
    /// wherever they stand with anybody.
    pub(super) fn say_who_forgets(&mut self, who: PersonId) -> Outcome {
        self.answer(who, None, None, Body::Receipt(Receipt::WhoForgets));
        Outcome::Done
    }

    /// No more mail to this person from anybody here.
    pub(super) fn stop(&mut self, who: PersonId) -> Outcome {
        let mine: Vec<_> = self
            .circle
            .pairings
            .values()
            .filter(|p| p.role(who).is_some())
            .map(|p| p.id)
            .collect();
        for id in mine {
            let Some(pairing) = self.pairing(id).cloned() else {
                continue;
            };
            if !pairing.stage.is_open() {
                // Should the other come back one day, this one does not come along.
                let after = match &pairing.stage {
                    Stage::Declined | Stage::Ended { by: Some(_) } if !pairing.has_left(who) => {
                        Stage::Parted
                    }
                    Stage::Lapsed | Stage::Undeliverable if pairing.invitee == who => {
                        Stage::Declined
                    }
                    Stage::Lapsed | Stage::Undeliverable => Stage::Ended { by: Some(who) },
                    stage => stage.clone(),
                };
                self.change(id, |p| p.stage = after);
                continue;
            }
            let partner = if pairing.inviter == who {
                pairing.invitee
            } else {
                pairing.inviter
            };
            let invited = !pairing.stage.is_meeting();
            let next = if invited && pairing.invitee == who {
                Stage::Declined
            } else {
                Stage::Ended { by: Some(who) }
            };
            self.change(id, |p| p.stage = next.clone());
            if !invited {
                self.cancel_rest_of_series(id);
                self.tell(partner, id, None, Notice::Ended);
            } else if pairing.invitee == who {
                self.tell(
                    partner,
                    id,
                    None,
                    Notice::Declined {
                        words: String::new().into(),
                    },
                );
            }
        }
        // Behind the calendars' cancellations, so that it is the last mail, as it says.
        let use_by = self.now + chrono::TimeDelta::days(10);
        let occasion = self.occasion();
        let body = Body::Receipt(Receipt::Stopped);
        self.post(who, None, None, body, occasion, Consent::Farewell, use_by);
        self.change_person(who, |p| p.stopped = true);
        Outcome::Done
    }
}
