//! Skipping one lunch, and letting it stand again; and both calendars with it.

use super::Voice;
use super::desk::Desk;
use crate::lunch::act::Act;
use crate::lunch::event::Outcome;
use crate::lunch::letter::{Body, Notice, Receipt};
use crate::lunch::pairing::{LunchState, PairingId, Stage};
use crate::lunch::slots;
use chrono::NaiveDateTime;

impl Desk {
    pub(super) fn skip(&mut self, voice: Voice<'_>) -> Outcome {
        let now = self.local_now(voice.pairing);
        let slot = voice.about.and_then(|a| a.slot);
        let named = slot
            .and_then(|slot| self.pairing(voice.pairing)?.lunch_at(slot))
            .filter(|index| !self.is_ahead(voice.pairing, *index));
        // Never another lunch than the one that the letter spoke of.
        match named.and_then(|index| Some((index, self.lunch(voice.pairing, index)?.start))) {
            Some((_, start)) if start <= now => self.note_held(&Act::Skip, voice),
            // It would come back with the pause's end; now it doesn't.
            Some((index, _)) if self.rests(voice.pairing, index) => self.leave_out(index, voice),
            Some((index, _)) => self.left_out_already(index, voice),
            None if slot.is_some_and(|slot| !self.is_known(voice.pairing, slot)) => {
                self.ask_back(voice)
            }
            None => match self.lunch_meant(voice) {
                Some(index) => self.leave_out(index, voice),
                None => Outcome::Nothing("no lunch is planned"),
            },
        }
    }

    fn rests(&self, id: PairingId, index: usize) -> bool {
        self.lunch(id, index)
            .is_some_and(|l| l.state == LunchState::Rested)
    }

    /// Whether a letter's lunch is still one of theirs, as it is or left out.
    fn is_known(&self, id: PairingId, slot: NaiveDateTime) -> bool {
        self.pairing(id).is_some_and(|p| p.lunch_at(slot).is_some())
    }

    /// Both said so, one after the other: the second one hears that it is off, and that is all.
    fn left_out_already(&mut self, index: usize, voice: Voice<'_>) -> Outcome {
        let Some(table) = self.table(voice.pairing, index) else {
            return Outcome::Nothing("no lunch is planned");
        };
        let slot = self.lunch(voice.pairing, index).map(|l| l.slot);
        // Now it takes more than one of them to bring it back.
        self.change_lunch(voice.pairing, index, |l| {
            l.skipped_by = l.skipped_by.filter(|by| *by == voice.role);
        });
        let next = self.next_start(voice.pairing);
        let receipt = Body::Receipt(Receipt::Skipped { table, next });
        self.answer(voice.by, Some(voice.pairing), slot, receipt);
        Outcome::Done
    }

    pub(super) fn skip_by_calendar(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::CalendarReply { occurrence, .. } = act else {
            return Outcome::Nothing("not a calendar answer");
        };
        match self.lunch_of_calendar(*occurrence, voice) {
            Ok(index) => self.leave_out(index, voice),
            Err(nothing) => nothing,
        }
    }

    fn leave_out(&mut self, index: usize, voice: Voice<'_>) -> Outcome {
        let Some(pairing) = self.pairing(voice.pairing) else {
            return Outcome::Refused("there is no such pairing");
        };
        let Some(lunch) = pairing.lunches.get(index) else {
            return Outcome::Nothing("no lunch is planned");
        };
        let (slot, table) = (lunch.slot, pairing.table(lunch));
        let partner = pairing.person(voice.role.other());
        let stood = lunch.state == LunchState::Planned;
        let in_series = pairing.series.as_ref().is_some_and(|s| s.uid == lunch.uid);
        self.change_lunch(voice.pairing, index, |l| {
            l.state = LunchState::Skipped;
            l.skipped_by = Some(voice.role);
        });
        if in_series && stood {
            self.cancel_lunch(voice.pairing, index);
            self.change(voice.pairing, |p| {
                if let Some(series) = &mut p.series {
                    series.excluded.push(slot);
                }
            });
        }
        let next = self.next_start(voice.pairing);
        let receipt = Receipt::Skipped {
            table: table.clone(),
            next,
        };
        self.answer(
            voice.by,
            Some(voice.pairing),
            Some(slot),
            Body::Receipt(receipt),
        );
        self.tell(
            partner,
            voice.pairing,
            Some(slot),
            Notice::Skipped { table, next },
        );
        Outcome::Done
    }

    /// Whoever left a lunch out takes that back, as long as it is ahead, its day is free, and no other lunch
    /// of theirs has been moved into its place.
    pub(super) fn stand_again(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let index = match act {
            Act::CalendarReply { occurrence, .. } => {
                occurrence.and_then(|instant| self.lunch_at_instant(voice.pairing, instant))
            }
            _ => voice
                .about
                .and_then(|about| self.pairing(voice.pairing)?.lunch_at(about.slot?)),
        };
        let Some(before) = self.pairing(voice.pairing).cloned() else {
            return Outcome::Refused("there is no such pairing");
        };
        let pressed = matches!(act, Act::CalendarReply { .. });
        let Some((index, lunch)) = index.and_then(|i| Some((i, before.lunches.get(i)?))) else {
            return match pressed {
                true => Outcome::Nothing("no lunch stands at that time"),
                false => self.say_where_they_are(voice),
            };
        };
        let now = self.local_now(voice.pairing);
        let theirs = lunch.state == LunchState::Skipped && lunch.skipped_by == Some(voice.role);
        if !theirs || lunch.start <= now {
            return match pressed {
                true => Outcome::Nothing("no lunch of theirs was left out there"),
                false => self.say_how_it_stands(voice, index),
            };
        }
        if let Stage::Paused { until } = before.stage
            && lunch.start.date() < until
        {
            // The pause is the other's, or newer: it rests with the rest.
            self.change_lunch(voice.pairing, index, |l| {
                l.state = LunchState::Rested;
                l.skipped_by = None;
            });
            let next = self.next_start(voice.pairing);
            let receipt = Body::Receipt(Receipt::Paused { until, next });
            self.answer(voice.by, Some(voice.pairing), Some(lunch.slot), receipt);
            return Outcome::Done;
        }
        if before.has_lost_its_place(lunch) {
            return self.say_how_it_stands(voice, index);
        }
        let slot = lunch.slot;
        let mut taken = slots::booked(&self.circle, [before.inviter, before.invitee], before.id);
        let others = before
            .lunches
            .iter()
            .filter(|l| l.slot != slot && l.counts());
        taken.extend(others.map(|l| l.start.date()));
        if taken.contains(&lunch.start.date()) {
            let offer = before.plan.offer();
            let body = Body::NoSlot {
                offer,
                stands: true,
            };
            self.answer(voice.by, Some(voice.pairing), Some(slot), body);
            return Outcome::Asked;
        }
        self.change(voice.pairing, |p| {
            if let Some(lunch) = p.lunches.get_mut(index) {
                lunch.state = LunchState::Planned;
                lunch.skipped_by = None;
            }
            if let Some(series) = &mut p.series {
                series.excluded.retain(|excluded| *excluded != slot);
            }
        });
        self.send_update(voice.pairing, &before);
        let Some(table) = self.table(voice.pairing, index) else {
            return Outcome::Refused("there is no such lunch");
        };
        let receipt = Receipt::Stands {
            table: table.clone(),
        };
        self.answer(
            voice.by,
            Some(voice.pairing),
            Some(slot),
            Body::Receipt(receipt),
        );
        let partner = before.person(voice.role.other());
        self.tell(partner, voice.pairing, Some(slot), Notice::Stands { table });
        Outcome::Done
    }

    /// The lunch is none of theirs any more: nothing changes, and the writer hears what there is.
    fn say_where_they_are(&mut self, voice: Voice<'_>) -> Outcome {
        let next = self.next_start(voice.pairing);
        let receipt = match self.pairing(voice.pairing).map(|p| p.stage.clone()) {
            Some(Stage::Paused { until }) => Receipt::Paused { until, next },
            _ => Receipt::Resumed {
                next,
                paused: false,
            },
        };
        self.answer(voice.by, Some(voice.pairing), None, Body::Receipt(receipt));
        Outcome::Done
    }

    /// What cannot be taken back is at least told as it stands: nobody sits in the cafe alone.
    fn say_how_it_stands(&mut self, voice: Voice<'_>, index: usize) -> Outcome {
        let lunch = self.lunch(voice.pairing, index);
        let (Some((state, slot)), Some(table)) = (
            lunch.map(|l| (l.state, l.slot)),
            self.table(voice.pairing, index),
        ) else {
            return Outcome::Refused("there is no such lunch");
        };
        let next = self.next_start(voice.pairing);
        let receipt = match state {
            LunchState::Planned | LunchState::Held => Receipt::Stands { table },
            _ => Receipt::Skipped { table, next },
        };
        self.answer(
            voice.by,
            Some(voice.pairing),
            Some(slot),
            Body::Receipt(receipt),
        );
        Outcome::Done
    }
}
