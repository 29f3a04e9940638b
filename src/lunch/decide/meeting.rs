//! Meeting: move, pause, go on; and both calendars with it.

use super::Voice;
use super::asking::future;
use super::desk::Desk;
use crate::lunch::act::{AcceptTerms, Act, Reschedule, Scope};
use crate::lunch::agenda::reminder_moment;
use crate::lunch::cadence::{local, moment};
use crate::lunch::event::Outcome;
use crate::lunch::letter::{Body, Notice, Receipt};
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Lunch, LunchState, Pairing, PairingId, Role, Stage};
use crate::lunch::person::PersonId;
use crate::lunch::slots;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// A pause without a date ends by itself after this many days.
const PAUSE_DAYS: u64 = 28;

impl Desk {
    /// The lunch that a mail speaks of: the one its letter named if that is still to come, else the
    /// next one.
    pub(super) fn lunch_meant(&self, voice: Voice<'_>) -> Option<usize> {
        let pairing = self.pairing(voice.pairing)?;
        let now = local(self.now, pairing.plan.zone);
        let is_ahead = |i: &usize| {
            pairing
                .lunches
                .get(*i)
                .is_some_and(|l| l.state == LunchState::Planned && l.start > now)
        };
        let named = voice
            .about
            .and_then(|a| a.slot)
            .and_then(|slot| pairing.lunch_at(slot));
        named.filter(is_ahead).or_else(|| pairing.next_after(now))
    }

    /// `card`: a page for the table, with what both want to get better at.
    pub(super) fn send_table_card(&mut self, voice: Voice<'_>) -> Outcome {
        let now = self.local_now(voice.pairing);
        let Some(pairing) = self.pairing(voice.pairing) else {
            return Outcome::Refused("there is no such pairing");
        };
        let next = pairing.next_after(now).and_then(|i| pairing.lunches.get(i));
        let speaks_first = next.is_none_or(|l| pairing.speaks_first(l) == voice.role);
        let slot = next.map(|l| l.slot);
        let partner = pairing.person(voice.role.other());
        let body = Body::LunchCard {
            speaks_first,
            own_goals: self.goals_told(voice.by),
            watching: self.tell_goals(partner, voice.pairing),
        };
        self.answer(voice.by, Some(voice.pairing), slot, body);
        Outcome::Done
    }

    /// `card` where no pairing is named: the page for the lunch that comes first.
    pub(super) fn send_next_table_card(&mut self, by: PersonId, words: &Words) -> Outcome {
        let meeting = self
            .circle
            .pairings
            .values()
            .filter(|p| p.stage.is_meeting());
        let own = meeting.filter_map(|p| {
            let now = local(self.now, p.plan.zone);
            let next = p.lunches.get(p.next_after(now)?)?;
            Some((moment(next.start, p.plan.zone), p.id, p.role(by)?))
        });
        let Some((_, pairing, role)) = own.min_by_key(|(start, id, _)| (*start, *id)) else {
            return self.give_back(by, None, words);
        };
        self.send_table_card(Voice {
            by,
            pairing,
            role,
            about: None,
            words,
            for_partner: words,
        })
    }

    /// `no tips`
    pub(super) fn end_tips(&mut self, who: PersonId, pairing: Option<PairingId>) -> Outcome {
        self.change_person(who, |p| p.tips = false);
        self.answer(who, pairing, None, Body::Receipt(Receipt::NoTips));
        Outcome::Done
    }

    /// The lunch at the instant that a calendar names, by its slot or by its start.
    pub(super) fn lunch_at_instant(&self, id: PairingId, instant: DateTime<Utc>) -> Option<usize> {
        let pairing = self.pairing(id)?;
        let is_it = |start: NaiveDateTime| moment(start, pairing.plan.zone) == instant;
        let find = |wanted: &dyn Fn(&Lunch) -> bool| pairing.lunches.iter().position(wanted);
        // RECURRENCE-ID names the slot, whatever else has moved to that time since.
        find(&|l| is_it(l.slot) && pairing.series_of(l).is_some())
            .or_else(|| find(&|l| is_it(l.start) && l.state == LunchState::Planned))
            .or_else(|| find(&|l| is_it(l.slot)))
    }

    /// Whether that lunch is planned and has not begun.
    pub(super) fn is_ahead(&self, id: PairingId, index: usize) -> bool {
        let now = self.local_now(id);
        self.lunch(id, index)
            .is_some_and(|l| l.state == LunchState::Planned && l.start > now)
    }

    /// The lunch that a calendar answers, if it is still ahead.
    pub(super) fn lunch_of_calendar(
        &self,
        occurrence: Option<DateTime<Utc>>,
        voice: Voice<'_>,
    ) -> Result<usize, Outcome> {
        let index = match occurrence {
            Some(instant) => self.lunch_at_instant(voice.pairing, instant),
            None => self.lunch_meant(voice),
        };
        let index = index.ok_or(Outcome::Nothing("no lunch stands at that time"))?;
        match self.is_ahead(voice.pairing, index) {
            true => Ok(index),
            false => Err(Outcome::Nothing("that lunch is off or over already")),
        }
    }

    pub(super) fn next_start(&self, id: PairingId) -> Option<NaiveDateTime> {
        let pairing = self.pairing(id)?;
        let index = pairing.next_after(local(self.now, pairing.plan.zone))?;
        Some(pairing.lunches.get(index)?.start)
    }

    pub(super) fn move_by_calendar(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::CalendarCounter {
            start: Some(start),
            occurrence,
        } = act
        else {
            return Outcome::Nothing("the calendar proposes no time");
        };
        let index = match self.lunch_of_calendar(*occurrence, voice) {
            Ok(index) => index,
            Err(nothing) => return nothing,
        };
        let Some(zone) = self.pairing(voice.pairing).map(|p| p.plan.zone) else {
            return Outcome::Refused("there is no such pairing");
        };
        let wish = Reschedule {
            start: Some(local(*start, zone)),
            location: None,
            scope: Some(Scope::One),
        };
        self.move_one(index, &wish, voice)
    }

    pub(super) fn move_lunch(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::Reschedule(wish) = act else {
            return Outcome::Nothing("nothing is to be moved");
        };
        if wish.start.is_none() && wish.location.is_none() {
            return self.ask_back(voice);
        }
        if wish.scope == Some(Scope::All) {
            let terms = AcceptTerms {
                start: wish.start,
                location: wish.location.clone(),
                ..AcceptTerms::default()
            };
            return self.amend(&Act::Accept(terms), voice);
        }
        let named = voice.about.and_then(|a| a.slot);
        let gone = named.is_some_and(|slot| match self.pairing(voice.pairing) {
            Some(pairing) => pairing
                .lunch_at(slot)
                .and_then(|at| pairing.lunches.get(at))
                .is_none_or(|l| l.state == LunchState::Rested),
            None => true,
        });
        if gone {
            return self.ask_back(voice); // never another lunch than the one that the letter spoke of
        }
        match self.lunch_meant(voice) {
            Some(index) => self.move_one(index, wish, voice),
            None => {
                let terms = AcceptTerms {
                    start: wish.start,
                    location: wish.location.clone(),
                    once: true,
                    ..AcceptTerms::default()
                };
                self.amend(&Act::Accept(terms), voice)
            }
        }
    }

    fn move_one(&mut self, index: usize, wish: &Reschedule, voice: Voice<'_>) -> Outcome {
        let Some(pairing) = self.pairing(voice.pairing).cloned() else {
            return Outcome::Refused("there is no such pairing");
        };
        let Some(lunch) = pairing.lunches.get(index).cloned() else {
            return Outcome::Nothing("no lunch is planned");
        };
        let now = local(self.now, pairing.plan.zone);
        let start = wish.start.unwrap_or(lunch.start);
        let location = wish
            .location
            .clone()
            .unwrap_or_else(|| lunch.location.clone());
        if start == lunch.start && location == lunch.location {
            return Outcome::Nothing("it stands there already");
        }
        let mut taken = slots::booked(&self.circle, [pairing.inviter, pairing.invitee], pairing.id);
        let others = pairing
            .lunches
            .iter()
            .filter(|l| l.slot != lunch.slot && l.counts());
        taken.extend(others.map(|l| l.start.date()));
        if !slots::is_free(start, now, &taken) {
            let offer = pairing.plan.offer();
            self.answer(
                voice.by,
                Some(voice.pairing),
                Some(lunch.slot),
                Body::NoSlot {
                    offer,
                    stands: true,
                },
            );
            return Outcome::Asked;
        }
        // Both were reminded, and hear of the new time now: another reminder at once would be noise.
        let remind_at = reminder_moment(start, pairing.plan.zone, &self.circle.rules);
        // So would one of a lunch that stands where another stood, of which they were.
        let mut reminded = pairing.lunches.iter().filter_map(|l| l.reminded_of);
        let known = remind_at <= self.now
            && (lunch.reminded_of.is_some() || reminded.any(|of| of == start));
        self.change_lunch(voice.pairing, index, |l| {
            l.start = start;
            l.location = location;
            if known {
                l.reminded_of = Some(start);
            }
        });
        if pairing.series.as_ref().is_some_and(|s| s.uid == lunch.uid) {
            self.send_exception(voice.pairing, index);
        }
        let Some(table) = self
            .pairing(voice.pairing)
            .and_then(|p| Some(p.table(p.lunches.get(index)?)))
        else {
            return Outcome::Refused("there is no such lunch");
        };
        let from = lunch.start;
        let slot = Some(lunch.slot);
        let receipt = Receipt::Moved {
            from,
            table: table.clone(),
            all: false,
        };
        self.answer(voice.by, Some(voice.pairing), slot, Body::Receipt(receipt));
        let news = Notice::Moved {
            from,
            table,
            all: false,
        };
        self.tell(
            pairing.person(voice.role.other()),
            voice.pairing,
            slot,
            news,
        );
        Outcome::Done
    }

    pub(super) fn pause(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let today = self.local_now(voice.pairing).date();
        let said = match act {
            Act::Pause { until } | Act::Later { until } => *until,
            _ => None,
        };
        self.rest(voice.pairing, future(said, today, PAUSE_DAYS), Some(voice))
    }

    /// Pauses until that day; everybody concerned is told.
    pub(super) fn rest(
        &mut self,
        id: PairingId,
        until: NaiveDate,
        voice: Option<Voice<'_>>,
    ) -> Outcome {
        let now = self.local_now(id);
        if until <= now.date() {
            return Outcome::Refused("a pause has to end on a day to come");
        }
        let Some(before) = self.pairing(id).cloned() else {
            return Outcome::Refused("there is no such pairing");
        };
        self.set_rest(id, now, until);
        self.change(id, |p| p.stage = Stage::Paused { until });
        self.send_update(id, &before);
        let next = self.next_start(id);
        let receipt = Body::Receipt(Receipt::Paused { until, next });
        self.tell_both(id, voice, receipt, &Notice::Paused { until, next });
        Outcome::Done
    }

    /// Makes the lunches from `now` on that lie before `until` rest, and all others stand.
    fn set_rest(&mut self, id: PairingId, now: NaiveDateTime, until: NaiveDate) {
        let people = self.pairing(id).map(|p| [p.inviter, p.invitee]);
        let taken = people
            .map(|two| slots::booked(&self.circle, two, id))
            .unwrap_or_default();
        self.change(id, |p| {
            for lunch in p.lunches.iter_mut().filter(|l| l.start <= now) {
                if lunch.state == LunchState::Rested {
                    lunch.state = LunchState::Skipped; // its day went by
                }
            }
            for lunch in p.lunches.iter_mut().filter(|l| l.start > now) {
                if lunch.state == LunchState::Planned && lunch.start.date() < until {
                    lunch.state = LunchState::Rested;
                }
            }
            // Meanwhile its day may have gone to another lunch, of others or of their own.
            let mut taken = taken;
            taken.extend(p.own_dates());
            let displaced = p.lunches.iter().filter(|l| p.has_lost_its_place(l));
            let displaced: Vec<_> = displaced.map(|l| l.slot).collect();
            for lunch in p.lunches.iter_mut().filter(|l| l.start > now) {
                let date = lunch.start.date();
                if lunch.state == LunchState::Rested && date >= until {
                    let free = !displaced.contains(&lunch.slot) && taken.insert(date);
                    lunch.state = if free {
                        LunchState::Planned
                    } else {
                        LunchState::Skipped
                    };
                }
            }
            let Some(series) = &mut p.series else { return };
            let uid = series.uid.clone();
            for lunch in p.lunches.iter().filter(|l| l.uid == uid) {
                series.excluded.retain(|slot| *slot != lunch.slot);
                if matches!(lunch.state, LunchState::Rested | LunchState::Skipped) {
                    series.excluded.push(lunch.slot);
                }
            }
        });
    }

    pub(super) fn resume(&mut self, voice: Voice<'_>) -> Outcome {
        self.go_on(voice.pairing, Some(voice))
    }

    /// Ends a pause; what lay within it and is still ahead stands again.
    pub(super) fn go_on(&mut self, id: PairingId, voice: Option<Voice<'_>>) -> Outcome {
        let Some(before) = self.pairing(id).cloned() else {
            return Outcome::Refused("there is no such pairing");
        };
        let paused = matches!(before.stage, Stage::Paused { .. });
        if paused {
            self.wake(id);
            self.send_update(id, &before);
        }
        let next = self.next_start(id);
        let receipt = Body::Receipt(Receipt::Resumed { next, paused });
        if paused {
            self.tell_both(id, voice, receipt, &Notice::Resumed { next });
        } else if let Some(voice) = voice {
            self.answer(voice.by, Some(id), None, receipt);
        }
        Outcome::Done
    }

    /// The end of a pause, by itself or on request.
    pub(super) fn wake(&mut self, id: PairingId) {
        let now = self.local_now(id);
        self.set_rest(id, now, now.date());
        self.change(id, |p| p.stage = Stage::Meeting);
    }

    /// The series as it now stands, and after it every single lunch that differs from it, since
    /// some calendars forget those at an update of the whole and others keep them for ever.
    pub(super) fn send_update(&mut self, id: PairingId, before: &Pairing) {
        let now = self.local_now(id);
        // A lunch that took place before its slot must not come back in its slot.
        self.change(id, |p| {
            let Some(series) = &mut p.series else { return };
            let early = p
                .lunches
                .iter()
                .filter(|l| l.uid == series.uid && l.start <= now && l.slot > now)
                .map(|l| l.slot);
            let early: Vec<_> = early.filter(|s| !series.excluded.contains(s)).collect();
            series.excluded.extend(early);
        });
        let Some(pairing) = self.pairing(id).cloned() else {
            return;
        };
        let Some(series) = &pairing.series else {
            return;
        };
        let recurring = series.every_weeks.is_some();
        if recurring {
            if *series == before.series.clone().unwrap_or_else(|| series.clone())
                && pairing.plan.location == before.plan.location
            {
                return;
            }
            self.send_series(id, true);
        }
        let planned = |l: &&Lunch| l.state == LunchState::Planned;
        for (index, lunch) in pairing.lunches.iter().enumerate() {
            if lunch.uid != series.uid || lunch.start <= now {
                continue;
            }
            let earlier = before.lunches.iter().find(|l| l.slot == lunch.slot);
            let stood = earlier.filter(planned);
            // A lunch that is all there is in its calendar event has no series to follow.
            let by_name = |p: &Pairing, l: &Lunch| !recurring || p.stands_out(l);
            let known_by_name = stood.is_some_and(|l| by_name(before, l));
            let is_known_by_name = planned(&lunch) && by_name(&pairing, lunch);
            let same = stood == Some(lunch) && !recurring;
            if !planned(&lunch) && known_by_name {
                self.cancel_lunch(id, index);
            } else if planned(&lunch) && (known_by_name || is_known_by_name) && !same {
                self.send_exception(id, index);
            }
        }
    }

    /// The actor gets the receipt, the other the news; without an actor both get the news.
    fn tell_both(&mut self, id: PairingId, voice: Option<Voice<'_>>, receipt: Body, news: &Notice) {
        for role in [Role::Inviter, Role::Invitee] {
            let Some(to) = self.pairing(id).map(|p| p.person(role)) else {
                continue;
            };
            match voice {
                Some(voice) if voice.role == role => {
                    self.answer(to, Some(id), None, receipt.clone())
                }
                _ => self.tell(to, id, None, news.clone()),
            }
        }
    }

    /// Ends the present series because another takes its place: bounded at now where lunches of it
    /// are past, cancelled whole where none is.
    pub(super) fn close_series(&mut self, pairing: &Pairing) {
        let id = pairing.id;
        let now = self.local_now(id);
        let Some(series) = pairing.series.clone() else {
            return;
        };
        let days = i64::from(series.every_weeks.unwrap_or(1)) * 7;
        let elapsed = now - series.first;
        let past = if elapsed < chrono::TimeDelta::zero() {
            0
        } else {
            u32::try_from(elapsed.num_days() / days + 1).unwrap_or(u32::MAX)
        };
        let is_open = |l: &Lunch| l.uid == series.uid && l.start > now && l.counts();
        let open = pairing.lunches.iter().any(is_open);
        if open && (past == 0 || series.every_weeks.is_none()) {
            self.cancel_series(id);
        } else if open {
            let count = past.min(series.count);
            self.change(id, |p| {
                if let Some(s) = &mut p.series {
                    s.count = count;
                }
            });
            self.send_series(id, true);
            for (index, lunch) in pairing.lunches.iter().enumerate() {
                if is_open(lunch) && pairing.stands_out(lunch) {
                    self.cancel_lunch(id, index);
                }
            }
        }
        self.change(id, |p| {
            p.lunches.retain(|l| l.start <= now || l.uid != series.uid)
        });
    }
}
