//! Asking: the invitation, and every answer to it.

use super::Voice;
use super::desk::Desk;
use crate::lunch::act::{AcceptTerms, Act, Answering};
use crate::lunch::agenda::morning;
use crate::lunch::cadence::{at, local, working_day_from};
use crate::lunch::event::{Consent, Outcome};
use crate::lunch::letter::{Body, Notice, Receipt};
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Growth, Lunch, Pairing, PairingId, Plan, Role, Series, Stage};
use crate::lunch::person::PersonId;
use crate::lunch::slots::{self, Wish};
use chrono::{Days, NaiveDate};

/// "Ask me later" without a date is asked again after this many days.
const LATER_DAYS: u64 = 28;

/// Whoever names a day further away than this gets this one: a mistyped year is no "never".
const FAR_DAYS: u64 = 3660;

/// An absence that ends later than in so many days is not waited for.
const AWAY_DAYS: u64 = 60;

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
                Stage::Parted => return closed,
                // Silence after the reminder is an answer; taking the question back changes nothing.
                Stage::Ended { .. }
                    if earlier.inviter == inviter
                        && earlier.series_made == 0
                        && earlier.reminded =>
                {
                    return closed;
                }
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
            away_until: None,
            asked_back: false,
            undelivered_told: false,
            series: None,
            series_made: 0,
            lunches: Vec::new(),
            growth: Growth::default(),
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
            anew: pairing.round == 0 && self.have_met_before(&pairing),
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

    /// Whether the two had lunches that have ended.
    fn have_met_before(&self, pairing: &Pairing) -> bool {
        let all = self.circle.pairings.values();
        let mut earlier = all.filter(|p| p.id != pairing.id && p.series_made > 0);
        earlier.any(|p| p.role(pairing.inviter).is_some() && p.role(pairing.invitee).is_some())
    }

    /// A yes.
    pub(super) fn begin(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let terms = if let Act::Accept(terms) = act {
            terms.clone()
        } else {
            AcceptTerms::default()
        };
        let Some(before) = self.pairing(voice.pairing).cloned() else {
            return Outcome::Refused("there is no such pairing");
        };
        if let Some(outcome) = self.partner_gone(voice) {
            return outcome;
        }
        if voice.role == Role::Inviter && before.series_made == 0 {
            return self.ask_after_all(voice.pairing);
        }
        if matches!(before.stage, Stage::Ended { .. }) {
            return self.ask_anew(&before, &terms, voice);
        }
        let fresh = before.lunches.is_empty();
        self.change(voice.pairing, |p| apply(&terms, &mut p.plan));
        if !self.plan_series(voice.pairing, &terms) {
            // Nothing is agreed before a day is found: both are asked. Whoever had left is back.
            let offer = before.plan.offer();
            let back = before.has_left(voice.by);
            self.circle.pairings.insert(voice.pairing, before);
            if back {
                self.change(voice.pairing, |p| {
                    p.stage = Stage::Meeting;
                    p.series = None;
                });
            }
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
                        stands: false,
                    },
                );
            }
            return Outcome::Asked;
        }
        self.change(voice.pairing, |p| p.stage = Stage::Meeting);
        self.confirm_agreement(voice, fresh, terms.day_open);
        self.send_series(voice.pairing, false);
        Outcome::Done
    }

    /// Somebody wants to go on, and the other has left: the writer is back, the other is not asked.
    /// `None` if the other is there.
    fn partner_gone(&mut self, voice: Voice<'_>) -> Option<Outcome> {
        let pairing = self.pairing(voice.pairing)?;
        let partner = pairing.person(voice.role.other());
        if !self.has_left(partner, Some(voice.pairing)) {
            return None;
        }
        let refused = partner == pairing.invitee && pairing.series_made == 0;
        let stage = if refused {
            Stage::Declined
        } else {
            Stage::Ended { by: Some(partner) }
        };
        self.change(voice.pairing, |p| p.stage = stage);
        Some(self.give_back(voice.by, Some(voice.pairing), voice.words))
    }

    /// The inviter took the invitation back, and now wants it to stand after all. The invitee has
    /// never said yes, so they are asked, and get nothing now that they have had already.
    fn ask_after_all(&mut self, id: PairingId) -> Outcome {
        let now = self.now;
        let today = self.local_now(id).date();
        self.change(id, |p| {
            let until = local(p.asked_at, p.plan.zone).date();
            if until > today {
                p.stage = Stage::Postponed { until }; // "not now" still holds
            } else {
                p.stage = Stage::Invited;
                p.asked_at = now;
                p.away_until = None;
                p.round += 1;
            }
        });
        Outcome::Done
    }

    /// Whoever ended the lunches wants them back. The end took the other's yes with it, and they may have
    /// been glad of it: they are asked, as by any invitation, and nothing is booked before they answer.
    fn ask_anew(&mut self, before: &Pairing, terms: &AcceptTerms, voice: Voice<'_>) -> Outcome {
        let mut plan = before.plan.clone();
        apply(terms, &mut plan);
        self.put_asking(voice.by, before.person(voice.role.other()), plan);
        Outcome::Done
    }

    /// What came of that.
    pub(super) fn asked_anew(&mut self, by: PersonId, partner: PersonId, sent: bool) -> Outcome {
        let Some(partner) = self.person(partner).map(|p| p.who.clone()) else {
            return Outcome::Refused("one of the two is not known");
        };
        let receipt = Receipt::AskedAnew { partner, sent };
        self.answer(by, None, None, Body::Receipt(receipt));
        Outcome::Done
    }

    /// A yes again, with other terms: "yes, but Tuesdays".
    pub(super) fn amend(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::Accept(terms) = act else {
            return Outcome::Nothing("no terms were said");
        };
        let Some(before) = self.pairing(voice.pairing).cloned() else {
            return Outcome::Refused("there is no such pairing");
        };
        let written = self.written();
        self.change(voice.pairing, |p| apply(terms, &mut p.plan));
        let now = self.local_now(voice.pairing);
        let same_days = terms.start.is_none() && terms.rhythm_weeks.is_none() && !terms.once;
        if same_days && before.next_after(now).is_some() {
            if let Some(place) = &terms.location {
                self.change(voice.pairing, |p| {
                    for lunch in p.lunches.iter_mut().filter(|l| l.start > now) {
                        lunch.location.clone_from(place);
                    }
                });
                self.send_update(voice.pairing, &before);
            }
        } else {
            self.close_series(&before);
            if !self.plan_series(voice.pairing, terms) {
                let offer = before.plan.offer();
                self.circle.pairings.insert(voice.pairing, before);
                self.take_back(written);
                self.answer(
                    voice.by,
                    Some(voice.pairing),
                    None,
                    Body::NoSlot {
                        offer,
                        stands: true,
                    },
                );
                return Outcome::Asked;
            }
            // Whoever was reminded of a lunch that stands where one stood is not reminded again.
            let stood = before.lunches.iter().filter(|l| l.counts());
            let reminded: Vec<_> = stood.filter_map(|l| l.reminded_of).collect();
            self.change(voice.pairing, |p| {
                for lunch in p.lunches.iter_mut().filter(|l| reminded.contains(&l.start)) {
                    lunch.reminded_of = Some(lunch.start);
                }
            });
            self.send_series(voice.pairing, false);
        }
        self.confirm_agreement(voice, false, terms.day_open);
        Outcome::Done
    }

    /// Tells both what was agreed. `asks_day`: which day suits the writer was not clear, so that is asked
    /// and nothing else besides, since an answer to two questions is hard to tell apart.
    fn confirm_agreement(&mut self, voice: Voice<'_>, fresh: bool, asks_day: bool) {
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
            && !asks_day
            && pairing.plan.notes
            && self
                .person(voice.by)
                .is_some_and(|p| p.open_goals().next().is_none());
        let receipt = Receipt::Accepted {
            agreement: agreement.clone(),
            asks_goal,
            asks_day,
        };
        self.answer(voice.by, Some(voice.pairing), None, Body::Receipt(receipt));
        let news = Notice::Accepted {
            words: voice.for_partner.clone(),
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
        let now = local(self.now, plan.zone);
        let people = [pairing.inviter, pairing.invitee];
        let mut taken = slots::booked(&self.circle, people, id);
        // What was left out and is still ahead makes room. A lunch of their own that stays is not
        // doubled, and neither is its slot, which is its name.
        let stays = move |l: &Lunch| l.counts() || l.start <= now;
        let staying = pairing.lunches.iter().filter(|l| stays(l));
        taken.extend(staying.flat_map(|l| [l.start.date(), l.slot.date()]));
        let named = terms
            .start
            .filter(|start| *start > now)
            .map(|start| start.date());
        let rest = match pairing.stage {
            Stage::Paused { until } => Some(until),
            _ => None,
        };
        let noticed = slots::notice(now.date());
        let wish = Wish {
            weekday: plan.weekday,
            every_weeks: (!plan.once).then_some(plan.every_weeks),
            not_before: named.unwrap_or_else(|| rest.map_or(noticed, |day| day.max(noticed))),
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
            // Whoever names a day within a pause wants it to be over.
            if rest.is_some_and(|until| found.first < until) {
                p.stage = Stage::Meeting;
            }
            p.lunches.retain(stays);
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
                words: voice.for_partner.clone(),
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
        // Asked again on a working day, and told so now.
        let until = future(said, today, LATER_DAYS);
        let until = working_day_from(until, &self.circle.rules.holidays);
        if let Some(outcome) = self.partner_gone(voice) {
            return outcome;
        }
        let time = self.circle.rules.reminder_time;
        self.change(voice.pairing, |p| {
            p.stage = Stage::Postponed { until };
            p.asked_at = morning(p, until, time);
        });
        self.answer(
            voice.by,
            Some(voice.pairing),
            None,
            Body::Receipt(Receipt::Later { until }),
        );
        if let Some(inviter) = self.pairing(voice.pairing).map(|p| p.inviter) {
            let news = Notice::Later {
                words: voice.for_partner.clone(),
                until,
            };
            self.tell(inviter, voice.pairing, None, news);
        }
        Outcome::Done
    }

    /// The invitee's mailbox answers that they are away. It says nothing for them, but they are neither
    /// reminded nor given up while they have not seen what they were asked.
    pub(super) fn note_absence(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::AutoReply {
            away_until: Some(back),
        } = act
        else {
            return Outcome::Nothing("the absence has no end");
        };
        let today = self.local_now(voice.pairing).date();
        let latest = today
            .checked_add_days(Days::new(AWAY_DAYS))
            .unwrap_or(today);
        if *back > today && *back <= latest {
            self.change(voice.pairing, |p| p.away_until = Some(*back));
        }
        Outcome::Nothing("a machine answered for somebody who is away")
    }

    /// We did not understand: ask once. At the invitation the inviter sees the words as well.
    pub(super) fn ask_back(&mut self, voice: Voice<'_>) -> Outcome {
        let Some(pairing) = self.pairing(voice.pairing) else {
            return Outcome::Refused("there is no such pairing");
        };
        let (asked_before, inviter) = (pairing.asked_back, pairing.inviter);
        let asking = !pairing.stage.is_meeting();
        let passes_on =
            asking && voice.role == Role::Invitee && !voice.for_partner.reveal().is_empty();
        if passes_on {
            let news = Notice::Unclear {
                words: voice.for_partner.clone(),
            };
            self.tell(inviter, voice.pairing, None, news);
        }
        if asked_before {
            if passes_on {
                return Outcome::Done; // the inviter has the words; the invitee is not pestered
            }
            return self.give_back(voice.by, Some(voice.pairing), voice.words);
        }
        self.change(voice.pairing, |p| {
            p.asked_back = true;
            // Whoever has answered, however unclearly, is not reminded to.
            p.reminded |= asking && voice.role == Role::Invitee;
        });
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
            points: voice.about.map(|a| a.points.clone()).unwrap_or_default(),
            board: voice.about.and_then(|a| a.board.clone()),
            goal: voice.about.and_then(|a| a.goal),
            written: None,
        };
        self.answer(voice.by, Some(voice.pairing), slot, body);
        Outcome::Asked
    }

    /// A question for the partner.
    pub(super) fn pass_question(&mut self, voice: Voice<'_>) -> Outcome {
        if let Some(outcome) = self.nobody_to_tell(voice) {
            return outcome;
        }
        if voice.role == Role::Invitee {
            self.change(voice.pairing, |p| p.reminded |= p.stage == Stage::Invited);
        }
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
                words: voice.for_partner.clone(),
            };
            self.tell(partner, voice.pairing, None, news);
        }
        Outcome::Done
    }

    /// Words for the partner, from a letter that offers to pass them on.
    pub(super) fn relay(&mut self, voice: Voice<'_>) -> Outcome {
        if let Some(outcome) = self.nobody_to_tell(voice) {
            return outcome;
        }
        let Some(partner) = self
            .pairing(voice.pairing)
            .map(|p| p.person(voice.role.other()))
        else {
            return Outcome::Refused("there is no such pairing");
        };
        let news = Notice::Relayed {
            words: voice.for_partner.clone(),
        };
        self.tell(partner, voice.pairing, None, news);
        Outcome::Done
    }

    /// Why these words go to nobody; `None` if they can be passed on.
    fn nobody_to_tell(&mut self, voice: Voice<'_>) -> Option<Outcome> {
        let partner = self.pairing(voice.pairing)?.person(voice.role.other());
        if voice.for_partner.reveal().is_empty() {
            return Some(Outcome::Nothing("all of it was notes, which stay sealed"));
        }
        self.has_left(partner, Some(voice.pairing))
            .then(|| self.give_back(voice.by, Some(voice.pairing), voice.words))
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
    let latest = today.checked_add_days(Days::new(FAR_DAYS)).unwrap_or(today);
    said.filter(|date| *date > today)
        .map_or(fallback, |date| date.min(latest))
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
