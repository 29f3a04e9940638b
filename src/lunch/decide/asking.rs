//! Asking: the invitation, and every answer to it.

use super::Voice;
use super::desk::Desk;
use crate::lunch::act::{AcceptTerms, Act, Answering};
use crate::lunch::cadence::{at, local};
use crate::lunch::event::{Consent, Outcome};
use crate::lunch::letter::{Body, Notice, Receipt};
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Lunch, Pairing, PairingId, Plan, Role, Series, Stage};
use crate::lunch::person::PersonId;
use crate::lunch::slots::{self, Wish};
use chrono::{Days, NaiveDate};

/// "Ask me later" without a date is asked again after this many days.
const LATER_DAYS: u64 = 28;

/// Held lunches after which an inviter may say that the practice did them good.
const EXPERIENCED_LUNCHES: usize = 3;

impl Desk {
    pub(super) fn invite(
        &mut self,
        id: PairingId,
        inviter: PersonId,
        invitee: PersonId,
        note: Option<Words>,
        plan: Plan,
    ) -> Outcome {
        let (Some(from), Some(to)) = (self.person(inviter), self.person(invitee)) else {
            return Outcome::Refused("one of the two is not known");
        };
        if inviter == invitee {
            return Outcome::Refused("nobody can invite themselves");
        }
        if from.stopped {
            return Outcome::Refused("the inviter has asked for no mail from here");
        }
        // The same words whatever the reason, so that nobody learns who said no or stopped.
        let closed = Outcome::Refused("this invitation cannot be sent from here");
        if to.stopped {
            return closed;
        }
        let between = self
            .circle
            .pairings
            .values()
            .filter(|p| p.role(inviter).is_some() && p.role(invitee).is_some());
        for earlier in between {
            match earlier.stage {
                Stage::Invited | Stage::Postponed { .. } => {
                    return Outcome::Refused("these two have an invitation already");
                }
                Stage::Meeting | Stage::Paused { .. } => {
                    return Outcome::Refused("these two have lunches already");
                }
                Stage::Declined | Stage::Lapsed if earlier.inviter == inviter => return closed,
                Stage::Ended { by } if by == Some(invitee) => return closed,
                Stage::Declined | Stage::Lapsed | Stage::Ended { .. } | Stage::Undeliverable => {}
            }
        }
        let pairing = Pairing {
            id,
            inviter,
            invitee,
            stage: Stage::Invited,
            plan,
            note,
            asked_at: self.now,
            round: 0,
            reminded: false,
            asked_back: false,
            undelivered_told: false,
            series: None,
            series_made: 0,
            lunches: Vec::new(),
        };
        self.circle.pairings.insert(id, pairing);
        self.send_invitation(id);
        Outcome::Done
    }

    /// The invitation of the present round.
    pub(super) fn send_invitation(&mut self, id: PairingId) {
        let Some(pairing) = self.pairing(id).cloned() else {
            return;
        };
        let held = |p: &Pairing| {
            if p.role(pairing.inviter).is_some() {
                p.held_count()
            } else {
                0
            }
        };
        let experienced =
            self.circle.pairings.values().map(held).sum::<usize>() >= EXPERIENCED_LUNCHES;
        let body = Body::Invitation {
            note: pairing.note.clone(),
            offer: pairing.plan.offer(),
            experienced,
            again: pairing.round > 0,
        };
        let use_by = self.now + self.circle.rules.lapse_after;
        let occasion = format!("round-{}", pairing.round);
        self.post(
            pairing.invitee,
            Some(id),
            None,
            body,
            occasion,
            Consent::Asking,
            use_by,
        );
    }

    /// A yes.
    pub(super) fn begin(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let terms = if let Act::Accept(terms) = act {
            terms.clone()
        } else {
            AcceptTerms::default()
        };
        let before = self.pairing(voice.pairing).cloned();
        let fresh = before.as_ref().is_some_and(|p| p.lunches.is_empty());
        self.change(voice.pairing, |p| apply(&terms, &mut p.plan));
        if !self.plan_series(voice.pairing, &terms) {
            // Nothing is agreed before a day is found: both are asked.
            let Some(before) = before else {
                return Outcome::Refused("there is no such pairing");
            };
            let offer = before.plan.offer();
            self.circle.pairings.insert(voice.pairing, before);
            for role in [Role::Inviter, Role::Invitee] {
                let Some(to) = self.pairing(voice.pairing).map(|p| p.person(role)) else {
                    continue;
                };
                self.answer(
                    to,
                    Some(voice.pairing),
                    None,
                    Body::NoSlot {
                        offer: offer.clone(),
                    },
                );
            }
            return Outcome::Asked;
        }
        self.change(voice.pairing, |p| p.stage = Stage::Meeting);
        self.confirm_agreement(voice, fresh);
        self.send_series(voice.pairing, false);
        Outcome::Done
    }

    /// A yes again, with other terms: "yes, but Tuesdays".
    pub(super) fn amend(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::Accept(terms) = act else {
            return Outcome::Nothing("no terms were said");
        };
        let before = self.pairing(voice.pairing).cloned();
        self.change(voice.pairing, |p| apply(terms, &mut p.plan));
        let same_days = terms.start.is_none() && terms.rhythm_weeks.is_none() && !terms.once;
        if same_days {
            if let Some(place) = &terms.location {
                self.change(voice.pairing, |p| {
                    for lunch in p.lunches.iter_mut().filter(|l| l.followed_up.is_none()) {
                        lunch.location.clone_from(place);
                    }
                });
                self.send_series(voice.pairing, true);
            }
        } else {
            self.close_series(voice.pairing);
            if !self.plan_series(voice.pairing, terms) {
                let Some(before) = before else {
                    return Outcome::Refused("there is no such pairing");
                };
                let offer = before.plan.offer();
                self.circle.pairings.insert(voice.pairing, before);
                self.withdraw_calendar();
                self.answer(voice.by, Some(voice.pairing), None, Body::NoSlot { offer });
                return Outcome::Asked;
            }
            self.send_series(voice.pairing, false);
        }
        self.confirm_agreement(voice, false);
        Outcome::Done
    }

    fn confirm_agreement(&mut self, voice: Voice<'_>, fresh: bool) {
        let Some(pairing) = self.pairing(voice.pairing) else {
            return;
        };
        let now = local(self.now, pairing.plan.zone);
        let next = pairing
            .next_after(now)
            .and_then(|i| pairing.lunches.get(i))
            .map(|l| l.start);
        let agreement = pairing.plan.agreement(next.unwrap_or(now));
        let partner = pairing.person(voice.role.other());
        let asks_goal = fresh
            && pairing.plan.notes
            && self
                .person(voice.by)
                .is_some_and(|p| p.open_goals().next().is_none());
        let receipt = Receipt::Accepted {
            agreement: agreement.clone(),
            asks_goal,
        };
        self.answer(voice.by, Some(voice.pairing), None, Body::Receipt(receipt));
        let news = Notice::Accepted {
            words: voice.words.clone(),
            agreement,
        };
        self.tell(partner, voice.pairing, None, news);
    }

    /// Finds days and plans the lunches. Returns false, and plans nothing, if no day is free.
    pub(super) fn plan_series(&mut self, id: PairingId, terms: &AcceptTerms) -> bool {
        let Some(pairing) = self.pairing(id) else {
            return false;
        };
        let plan = pairing.plan.clone();
        let today = local(self.now, plan.zone).date();
        let people = [pairing.inviter, pairing.invitee];
        let mut taken = slots::booked(&self.circle, people, id);
        // A lunch of their own that stays is not doubled either.
        taken.extend(
            pairing
                .lunches
                .iter()
                .filter(|l| l.counts())
                .map(|l| l.start.date()),
        );
        let named = terms
            .start
            .map(|start| start.date())
            .filter(|date| *date > today);
        let wish = Wish {
            weekday: plan.weekday,
            every_weeks: (!plan.once).then_some(plan.every_weeks),
            not_before: named.unwrap_or_else(|| slots::notice(today)),
            weekday_named: terms.start.is_some(),
        };
        let Some(found) = slots::find(&wish, &taken, &self.circle.rules.holidays) else {
            return false;
        };
        let made = pairing.series_made;
        let hash = self
            .circle
            .rules
            .key
            .hash("calendar", &[&id.0.to_be_bytes(), &made.to_be_bytes()]);
        let uid = format!("{hash}@{}", self.circle.rules.mailbox.address.domain());
        let lunches: Vec<_> = found
            .dates
            .iter()
            .map(|date| Lunch::planned(at(*date, plan.time), &uid, &plan.location))
            .collect();
        let count = u32::try_from(found.dates.len() + found.excluded.len()).unwrap_or(u32::MAX);
        let series = Series {
            uid,
            sequence: 0,
            first: at(found.first, plan.time),
            every_weeks: wish.every_weeks,
            count,
            excluded: found
                .excluded
                .iter()
                .map(|date| at(*date, plan.time))
                .collect(),
        };
        self.change(id, |p| {
            p.series = Some(series);
            p.series_made += 1;
            p.plan.weekday = chrono::Datelike::weekday(&found.first);
            p.lunches.extend(lunches);
        });
        true
    }

    /// A no.
    pub(super) fn decline(&mut self, voice: Voice<'_>) -> Outcome {
        let Some(inviter) = self.pairing(voice.pairing).map(|p| p.inviter) else {
            return Outcome::Refused("there is no such pairing");
        };
        self.change(voice.pairing, |p| p.stage = Stage::Declined);
        self.last_word(voice.by, voice.pairing, Receipt::Declined);
        self.tell(
            inviter,
            voice.pairing,
            None,
            Notice::Declined {
                words: voice.words.clone(),
            },
        );
        Outcome::Done
    }

    /// "Not now".
    pub(super) fn postpone(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let today = self.local_now(voice.pairing).date();
        let said = match act {
            Act::Later { until } | Act::Pause { until } => *until,
            _ => None,
        };
        let until = future(said, today, LATER_DAYS);
        self.change(voice.pairing, |p| p.stage = Stage::Postponed { until });
        self.answer(
            voice.by,
            Some(voice.pairing),
            None,
            Body::Receipt(Receipt::Later { until }),
        );
        if let Some(inviter) = self.pairing(voice.pairing).map(|p| p.inviter) {
            let news = Notice::Later {
                words: voice.words.clone(),
                until,
            };
            self.tell(inviter, voice.pairing, None, news);
        }
        Outcome::Done
    }

    /// We did not understand: ask once. At the invitation the inviter sees the words as well.
    pub(super) fn ask_back(&mut self, voice: Voice<'_>) -> Outcome {
        let Some(pairing) = self.pairing(voice.pairing) else {
            return Outcome::Refused("there is no such pairing");
        };
        let (asked_before, inviter) = (pairing.asked_back, pairing.inviter);
        let asking = !pairing.stage.is_meeting();
        if asking && voice.role == Role::Invitee {
            let news = Notice::Unclear {
                words: voice.words.clone(),
            };
            self.tell(inviter, voice.pairing, None, news);
        }
        if asked_before {
            if asking && voice.role == Role::Invitee {
                return Outcome::Done; // the inviter has the words; the invitee is not pestered
            }
            return self.give_back(voice.by, Some(voice.pairing), voice.words);
        }
        self.change(voice.pairing, |p| p.asked_back = true);
        let fallback = if asking {
            Answering::Invitation
        } else {
            Answering::Reminder
        };
        let about = voice.about.map_or(fallback, |a| a.answering);
        let slot = voice.about.and_then(|a| a.slot);
        let body = Body::Question {
            words: voice.words.clone(),
            about,
        };
        self.answer(voice.by, Some(voice.pairing), slot, body);
        Outcome::Asked
    }

    /// A question for the partner.
    pub(super) fn pass_question(&mut self, voice: Voice<'_>) -> Outcome {
        self.answer(
            voice.by,
            Some(voice.pairing),
            None,
            Body::Receipt(Receipt::Asked),
        );
        if let Some(partner) = self
            .pairing(voice.pairing)
            .map(|p| p.person(voice.role.other()))
        {
            let news = Notice::Asked {
                words: voice.words.clone(),
            };
            self.tell(partner, voice.pairing, None, news);
        }
        Outcome::Done
    }

    /// Words for the partner, from a letter that offers to pass them on.
    pub(super) fn relay(&mut self, voice: Voice<'_>) -> Outcome {
        let Some(partner) = self
            .pairing(voice.pairing)
            .map(|p| p.person(voice.role.other()))
        else {
            return Outcome::Refused("there is no such pairing");
        };
        if self.has_left(partner, Some(voice.pairing)) {
            return Outcome::Nothing("the partner has left");
        }
        let news = Notice::Relayed {
            words: voice.words.clone(),
        };
        self.tell(partner, voice.pairing, None, news);
        Outcome::Done
    }

    /// The one receipt after a no or an end.
    pub(super) fn last_word(&mut self, to: PersonId, pairing: PairingId, receipt: Receipt) {
        let use_by = self.now + chrono::TimeDelta::days(10);
        let occasion = self.occasion();
        self.post(
            to,
            Some(pairing),
            None,
            Body::Receipt(receipt),
            occasion,
            Consent::Final,
            use_by,
        );
    }

    /// A letter came back for good.
    pub(super) fn undelivered(&mut self, to: PersonId, id: PairingId) -> Outcome {
        let Some(pairing) = self.pairing(id) else {
            return Outcome::Nothing("the pairing is gone");
        };
        let Some(role) = pairing.role(to) else {
            return Outcome::Nothing("not one of the two");
        };
        let partner = pairing.person(role.other());
        match pairing.stage {
            Stage::Invited if role == Role::Invitee => {
                self.change(id, |p| p.stage = Stage::Undeliverable);
                self.tell(partner, id, None, Notice::Undeliverable);
                Outcome::Done
            }
            Stage::Meeting | Stage::Paused { .. } if !pairing.undelivered_told => {
                self.change(id, |p| p.undelivered_told = true);
                self.tell(partner, id, None, Notice::Undeliverable);
                Outcome::Done
            }
            _ => Outcome::Nothing("nothing hangs on it any more"),
        }
    }
}

/// A date that was said if it lies ahead, else so many days from today.
pub(super) fn future(said: Option<NaiveDate>, today: NaiveDate, days: u64) -> NaiveDate {
    let fallback = today.checked_add_days(Days::new(days)).unwrap_or(today);
    said.filter(|date| *date > today).unwrap_or(fallback)
}

fn apply(terms: &AcceptTerms, plan: &mut Plan) {
    if let Some(weeks) = terms.rhythm_weeks.filter(|w| (1..=26).contains(w)) {
        plan.every_weeks = weeks;
    }
    if let Some(start) = terms.start {
        (plan.weekday, plan.time) = slots::habit(start);
    }
    if let Some(location) = &terms.location {
        plan.location.clone_from(location);
    }
    plan.once = terms.once || (plan.once && terms.rhythm_weeks.is_none());
    plan.notes &= !terms.no_notes;
}
