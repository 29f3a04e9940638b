//! Due: what the clock brings. The agenda says what and when; here it is done.
//!
//! After a long stop nothing stale goes out: what came due but is of no use any more is marked as
//! done without a mail.

use super::desk::Desk;
use crate::lunch::agenda::{Chore, agenda, lapse_moment};
use crate::lunch::cadence::{at, is_working_day, local};
use crate::lunch::event::{Consent, Outcome};
use crate::lunch::letter::{Body, Notice};
use crate::lunch::pairing::{Lunch, LunchState, PairingId, Role, Stage};
use crate::lunch::person::PersonId;
use crate::lunch::slots::{SERIES_LUNCHES, booked};
use chrono::{Days, NaiveDate, TimeDelta};

/// A pairing's agenda never holds more than a few chores at a time; a longer run would be a loop.
const CHORES_MAX: usize = 500;

impl Desk {
    pub(super) fn due(&mut self, id: PairingId) -> Outcome {
        if self.pairing(id).is_none() {
            return Outcome::Nothing("the pairing is gone");
        }
        let mut outcome = Outcome::Nothing("nothing was due");
        for _ in 0..CHORES_MAX {
            if !self.is_due(id) {
                break;
            }
            let first = self
                .pairing(id)
                .and_then(|p| agenda(p, &self.circle.rules).first().copied());
            let Some((_, chore)) = first else { break };
            self.carry_out(id, chore);
            outcome = Outcome::Done;
        }
        outcome
    }

    fn carry_out(&mut self, id: PairingId, chore: Chore) {
        match chore {
            Chore::RemindInvitee => self.remind_invitee(id),
            Chore::Lapse => self.lapse(id),
            Chore::AskAgain => self.ask_again(id),
            Chore::Wake => self.wake(id),
            Chore::RemindOfLunch(index) => self.remind_of_lunch(id, index),
            Chore::FollowUp(index) => self.follow_up(id, index),
            Chore::Nudge(index) => self.nudge(id, index),
            Chore::Unseal(index) => self.unseal(id, index),
            Chore::Extend => self.extend(id),
            Chore::Settle => self.settle(id),
            Chore::PassOn => self.pass_on(id),
        }
    }

    fn remind_invitee(&mut self, id: PairingId) {
        let Some(pairing) = self.pairing(id).cloned() else {
            return;
        };
        let lapses = lapse_moment(&pairing, &self.circle.rules);
        if self.now < lapses {
            let body = Body::InvitationReminder {
                offer: pairing.plan.offer(),
            };
            let occasion = format!("round-{}", pairing.round);
            self.post(
                pairing.invitee,
                Some(id),
                None,
                body,
                occasion,
                Consent::Asking,
                lapses,
            );
        }
        self.change(id, |p| p.reminded = true);
    }

    fn lapse(&mut self, id: PairingId) {
        let Some(pairing) = self.pairing(id).cloned() else {
            return;
        };
        self.change(id, |p| p.stage = Stage::Lapsed);
        let occasion = format!("round-{}", pairing.round);
        let use_by = self.now + TimeDelta::days(10);
        let body = Body::Notice(Notice::Lapsed);
        self.post(
            pairing.inviter,
            Some(id),
            None,
            body,
            occasion,
            Consent::News,
            use_by,
        );
    }

    fn ask_again(&mut self, id: PairingId) {
        let now = self.now;
        self.change(id, |p| {
            p.stage = Stage::Invited;
            p.asked_at = now;
            p.away_until = None;
            p.round += 1;
            p.reminded = false;
            p.asked_back = false;
        });
        self.send_invitation(id);
    }

    fn remind_of_lunch(&mut self, id: PairingId, index: usize) {
        let (Some(pairing), Some(starts)) = (self.pairing(id).cloned(), self.starts_at(id, index))
        else {
            return;
        };
        let Some(lunch) = pairing.lunches.get(index) else {
            return;
        };
        self.change_lunch(id, index, |l| l.reminded_of = Some(l.start));
        if self.now >= starts {
            return; // too late to be of use
        }
        for role in [Role::Inviter, Role::Invitee] {
            let (to, partner) = (pairing.person(role), pairing.person(role.other()));
            let body = Body::Reminder {
                table: pairing.table(lunch),
                last_met: pairing.last_met(lunch.start),
                waiting: pairing
                    .waiting_for(role)
                    .and_then(|at| Some(pairing.lunches.get(at)?.start.date())),
                // What the partner watches for too: both prepare for the same.
                own_goals: self.goals_watched(to, id),
                watching: self.tell_goals(partner, id),
                speaks_first: pairing.speaks_first(lunch) == role,
                notes: pairing.plan.notes,
                jar: self.open_jar(id, lunch.slot, role),
                tips: self.person(to).is_none_or(|p| p.tips),
            };
            // A lunch of the same time that was taken back before, with its series, was another one.
            let occasion = format!("{}@{}#{}", lunch.slot, lunch.start, pairing.series_made);
            self.post(
                to,
                Some(id),
                Some(lunch.slot),
                body,
                occasion,
                Consent::Meeting,
                starts,
            );
        }
    }

    fn follow_up(&mut self, id: PairingId, index: usize) {
        let (Some(pairing), Some(starts)) = (self.pairing(id).cloned(), self.starts_at(id, index))
        else {
            return;
        };
        let Some(lunch) = pairing.lunches.get(index) else {
            return;
        };
        let rules = &self.circle.rules;
        let minutes = TimeDelta::minutes(i64::from(pairing.plan.minutes));
        let stale = self.now > starts + minutes + rules.followup_after + rules.seal;
        let now = self.now;
        let quiet = stale || !pairing.plan.notes;
        self.empty_jar(id, lunch.slot);
        self.change_lunch(id, index, |l| {
            l.reminded_of = Some(l.start);
            l.followed_up = Some(now);
            l.nudged |= quiet;
            l.unsealed |= quiet;
        });
        if quiet {
            self.open_pages(id, index);
            return;
        }
        for role in [Role::Inviter, Role::Invitee] {
            if !lunch.page(role).is_answered() {
                self.send_prompts(id, index, lunch, role, false);
            }
        }
    }

    fn nudge(&mut self, id: PairingId, index: usize) {
        let Some(lunch) = self.lunch(id, index).cloned() else {
            return;
        };
        self.change_lunch(id, index, |l| l.nudged = true);
        let over = lunch
            .followed_up
            .is_none_or(|sent| self.now >= self.seal_end_after(id, sent));
        if over || lunch.state == LunchState::NotMet {
            return;
        }
        self.change_lunch(id, index, |l| l.chased = true);
        for role in [Role::Inviter, Role::Invitee] {
            if !lunch.page(role).is_answered() {
                self.send_prompts(id, index, &lunch, role, true);
            }
        }
    }

    fn send_prompts(
        &mut self,
        id: PairingId,
        index: usize,
        lunch: &Lunch,
        role: Role,
        nudge: bool,
    ) {
        let Some(pairing) = self.pairing(id) else {
            return;
        };
        let (to, partner) = (pairing.person(role), pairing.person(role.other()));
        let zone = pairing.plan.zone;
        let asked = self
            .lunch(id, index)
            .and_then(|l| l.followed_up)
            .unwrap_or(self.now);
        let Some(table) = self.table(id, index) else {
            return;
        };
        // The newest is asked about by name; the others are told beside it.
        let mut other_goals = self.tell_goals(partner, id);
        let goal = other_goals.pop();
        let use_by = self.seal_end_after(id, asked);
        let seal = local(use_by, zone);
        let body = Body::FollowUp {
            table,
            goal,
            other_goals,
            seal,
            nudge,
        };
        let occasion = lunch.slot.to_string();
        self.post(
            to,
            Some(id),
            Some(lunch.slot),
            body,
            occasion,
            Consent::Meeting,
            use_by,
        );
    }

    fn unseal(&mut self, id: PairingId, index: usize) {
        self.change_lunch(id, index, |l| {
            l.unsealed = true;
            l.nudged = true;
        });
        self.open_pages(id, index);
    }

    /// Adds lunches behind the last one of the series, in both calendars.
    fn extend(&mut self, id: PairingId) {
        let Some(pairing) = self.pairing(id).cloned() else {
            return;
        };
        let Some(series) = pairing.series.clone() else {
            return;
        };
        let weeks = u64::from(
            series
                .every_weeks
                .unwrap_or(pairing.plan.every_weeks)
                .max(1),
        );
        let mut taken = booked(&self.circle, [pairing.inviter, pairing.invitee], id);
        taken.extend(pairing.own_dates());
        let holidays = self.circle.rules.holidays.clone();
        let today = self.local_now(id).date();
        let first = series.first.date();
        let date = |n: u32| first.checked_add_days(Days::new(7 * weeks * u64::from(n)));
        let is_free =
            |d: NaiveDate| is_working_day(d, &holidays) && !taken.contains(&d) && d > today;
        let count = series.count.saturating_add(SERIES_LUNCHES);
        let (mut lunches, mut excluded) = (Vec::new(), Vec::new());
        for day in (series.count..count).filter_map(date) {
            let slot = at(day, series.first.time());
            if is_free(day) {
                lunches.push(Lunch::planned(slot, &series.uid, &pairing.plan.location));
            } else {
                excluded.push(slot);
            }
        }
        let resting = match pairing.stage {
            Stage::Paused { until } => Some(until),
            _ => None,
        };
        for lunch in lunches
            .iter_mut()
            .filter(|l| resting.is_some_and(|until| l.start.date() < until))
        {
            lunch.state = LunchState::Rested;
            excluded.push(lunch.slot);
        }
        self.change(id, |p| {
            p.lunches.extend(lunches);
            if let Some(s) = &mut p.series {
                s.count = count;
                s.excluded.extend(excluded);
            }
        });
        self.send_update(id, &pairing);
    }

    pub(super) fn month_turned(&mut self, person: PersonId, month: NaiveDate) -> Outcome {
        let wants = self
            .person(person)
            .is_some_and(|p| !p.stopped && p.summaries);
        if !wants {
            return Outcome::Nothing("no summary is wanted");
        }
        self.summarise(person, month);
        Outcome::Done
    }
}
