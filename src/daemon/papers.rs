//! Papers: what somebody asks to see of their own, from the store to a letter.

use crate::daemon::decider::{Decider, DeciderError};
use crate::lunch::cadence::local;
use crate::lunch::event::{Circle, Consent, Dispatch, Shown};
use crate::lunch::letter::{Body, Letter};
use crate::lunch::pairing::Pairing;
use crate::lunch::person::PersonId;
use crate::lunch::weave::GENERATIONS_MAX;
use crate::summary::{monthly, record};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// How long an answer is worth sending.
const USE_BY: TimeDelta = TimeDelta::days(10);

/// Most people looked at for what grew from somebody's threads.
const PEOPLE_MAX: usize = 300;

impl Decider {
    /// The letter with what somebody asked to see; `None` for a stranger.
    pub(super) fn shown(
        &self,
        circle: &Circle,
        person: PersonId,
        what: Shown,
        occasion: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Dispatch>, DeciderError> {
        let body = match what {
            Shown::Fabric => {
                let around = self.grown_from(person)?;
                Some(Body::Fabric(monthly::threads(circle, &around, person, now)))
            }
            Shown::Record => report(circle, person, now),
        };
        let (Some(body), Some(reader)) = (body, circle.people.get(&person)) else {
            return Ok(None);
        };
        Ok(Some(Dispatch {
            to: person,
            pairing: None,
            slot: None,
            letter: Letter::new(reader.who.clone(), None, body),
            occasion: occasion.to_owned(),
            consent: Consent::Answer,
            use_by: now + USE_BY,
        }))
    }

    /// The pairings of those whom somebody brought in, and of those whom they brought in, and so on.
    pub(super) fn grown_from(&self, person: PersonId) -> Result<Vec<Pairing>, DeciderError> {
        let mut found: Vec<Pairing> = Vec::new();
        let mut seen = BTreeSet::from([person]);
        let mut generation = vec![person];
        for _ in 0..=GENERATIONS_MAX {
            let mut next = Vec::new();
            for inviter in generation {
                for id in self.ledger.pairings_of(inviter)? {
                    let Some(pairing) = self.ledger.pairing(id)? else {
                        continue;
                    };
                    let brings_in = pairing.inviter == inviter && pairing.held_count() > 0;
                    if brings_in && seen.len() < PEOPLE_MAX && seen.insert(pairing.invitee) {
                        next.push(pairing.invitee);
                    }
                    found.push(pairing);
                }
            }
            generation = next;
        }
        found.sort_by_key(|pairing| pairing.id);
        found.dedup_by_key(|pairing| pairing.id);
        Ok(found)
    }
}

fn report(circle: &Circle, person: PersonId, now: DateTime<Utc>) -> Option<Body> {
    let theirs = circle.pairings.values().find(|p| p.role(person).is_some());
    let today = theirs.map_or_else(|| now.naive_utc(), |p| local(now, p.plan.zone));
    Some(Body::Report {
        record: Box::new(record::record(circle, person, now)?),
        pack: record::pack(circle, person, today.date())?,
    })
}
