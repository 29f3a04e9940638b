//! What has to hold: of every pairing that something happened to, once all letters about it have come.

use super::super::calendar::Place as Seat;
use super::tally::Tally;
use super::{Town, ZONE};
use crate::lunch::agenda::next_due;
use crate::lunch::cadence::local;
use crate::lunch::event::Circle;
use crate::lunch::pairing::{LunchState, PairingId, Stage};
use crate::lunch::person::PersonId;

impl Town {
    /// Every pairing that something happened to, once all letters about it have come.
    pub(super) fn check(&mut self) {
        self.unchecked.remove(&0);
        if self.unchecked.is_empty() {
            return;
        }
        for id in self.unchecked.clone() {
            let two = self.pairings.get(&id).copied();
            if two.is_some_and(|two| !self.has_all_letters(two)) {
                continue; // looked at when they have come
            }
            let found = self.ask(|d| match d.ledger.pairing(PairingId(id))? {
                Some(pairing) => {
                    let two = [pairing.inviter, pairing.invitee];
                    let circle = d.ledger.circle(&two, &d.settings.rules)?;
                    Ok(Some((pairing, circle)))
                }
                None => Ok(None),
            });
            let Some(Some((pairing, circle))) = found else {
                continue;
            };
            let number = |person| (person, self.number_of(person, &circle));
            let two = [number(pairing.inviter), number(pairing.invitee)];
            let who = [two[0].1, two[1].1];
            self.pairings.insert(id, two);
            let once = pairing.stage == Stage::Meeting && pairing.plan.once;
            if pairing.stage.is_open() && next_due(&pairing, &circle.rules).is_none() && !once {
                let stage = &pairing.stage;
                self.broken(&who, &format!("pairing {id} is {stage:?} for ever"));
            }
            if !self.has_all_letters(two) {
                continue;
            }
            self.unchecked.remove(&id);
            for (person, number) in two {
                self.calendar_agrees(person, number, &circle);
            }
        }
    }

    fn has_all_letters(&self, two: [(PersonId, usize); 2]) -> bool {
        two.iter().all(|(person, number)| {
            !self.waiting.contains(&person.0) && self.residents[*number].in_flight == 0
        })
    }

    fn number_of(&self, person: PersonId, circle: &Circle) -> usize {
        self.by_address[circle.people[&person].who.address.as_str()]
    }

    fn calendar_agrees(&mut self, person: PersonId, number: usize, circle: &Circle) {
        let resident = &self.residents[number];
        if !resident.character.is_reached() {
            return;
        }
        self.tally.looks += 1;
        let now = local(self.now(), ZONE);
        let mine = circle
            .pairings
            .values()
            .filter(|p| p.role(person).is_some());
        let meeting = mine.filter(|p| p.stage.is_meeting());
        let planned = meeting
            .flat_map(|p| &p.lunches)
            .filter(|l| l.state == LunchState::Planned && l.start > now);
        let mut planned: Vec<Seat> = planned.map(|l| (l.start, l.location.clone())).collect();
        planned.sort();
        for two in planned.windows(2) {
            if two[0].0.date() == two[1].0.date() {
                self.broken(&[number], &format!("two lunches on {}", two[0].0.date()));
            }
        }
        let shown = resident.calendar.ahead(now);
        if shown != planned {
            let extra = shown.iter().find(|seat| !planned.contains(seat));
            let missing = planned.iter().find(|seat| !shown.contains(seat));
            self.broken(
                &[number],
                &format!("the calendar of person {number} shows {extra:?} and lacks {missing:?}"),
            );
        }
    }

    /// A year in which nothing went wrong shows nothing.
    pub fn has_seen_weather(&self) {
        let Tally {
            letters,
            copies,
            deferred,
            unheard,
            refused,
            cuts,
            late,
            looks,
            ..
        } = self.tally;
        let people = self.residents.len() as u64;
        assert!(letters > 5 * people, "{}", self.tally);
        let common = [deferred, unheard, cuts, looks];
        let rare = [copies, refused, late];
        let seen = |some: &[u64]| some.iter().all(|number| *number > 0);
        assert!(seen(&common), "{}", self.tally);
        assert!(people < 100 || seen(&rare), "{}", self.tally);
        assert!(self.sent.is_none() || self.tally.doubled == 0);
    }
}
