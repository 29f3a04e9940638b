//! Weave: a member's own threads, and what grew from them.
//!
//! Only lunches that took place are told, so a no leaves no trace here, neither as a thread nor as a gap.
//! By name a member sees their own partners. What grew from a thread is told by its dates alone, to those it
//! grew from: who they are is for them to say.

use crate::lunch::pairing::{LunchState, Pairing, PairingId, Role};
use crate::lunch::person::{Person, PersonId};
use crate::words::address::NameAddr;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// How many steps away a thread may have grown.
pub const GENERATIONS_MAX: usize = 6;

/// A member's threads.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Weave {
    /// One with each partner, the oldest first.
    pub threads: Vec<OwnThread>,
    /// The day up to which it is told.
    pub until: NaiveDate,
}

/// The thread with one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnThread {
    /// With whom.
    pub partner: NameAddr,
    /// The days of the lunches that took place, the oldest first; at least one.
    pub held: Vec<NaiveDate>,
    /// Whether the two still meet.
    pub goes_on: bool,
    /// The threads that grew from it: the days of their lunches, the oldest thread first.
    pub grown: Vec<Vec<NaiveDate>>,
}

/// The days on which the two met, the oldest first.
pub fn held_days(pairing: &Pairing) -> Vec<NaiveDate> {
    let held = pairing
        .lunches
        .iter()
        .filter(|lunch| lunch.state == LunchState::Held);
    let mut days: Vec<_> = held.map(|lunch| lunch.start.date()).collect();
    days.sort_unstable();
    days
}

/// Through whom everybody came in: the inviter of the first pairing of theirs that came to a lunch,
/// unless they had invited somebody themselves before.
fn lineage(pairings: &[&Pairing]) -> BTreeMap<PersonId, PersonId> {
    let mut first: BTreeMap<PersonId, (PairingId, PersonId, Role)> = BTreeMap::new();
    for pairing in pairings {
        if pairing.held_count() == 0 {
            continue;
        }
        for role in [Role::Invitee, Role::Inviter] {
            let (who, other) = (pairing.person(role), pairing.person(role.other()));
            let entry = (pairing.id, other, role);
            let known = first.entry(who).or_insert(entry);
            if entry.0 < known.0 {
                *known = entry;
            }
        }
    }
    let invited = first
        .into_iter()
        .filter(|(_, (_, _, role))| *role == Role::Invitee);
    invited.map(|(who, (_, by, _))| (who, by)).collect()
}

/// Weaves a member's threads up to a day. `pairings` are their own and all that may have grown from
/// them; others do no harm.
pub fn weave(
    people: &BTreeMap<PersonId, Person>,
    pairings: &[&Pairing],
    reader: PersonId,
    until: NaiveDate,
) -> Weave {
    let lineage = lineage(pairings);
    let mut by_partner: BTreeMap<PersonId, (Vec<NaiveDate>, bool)> = BTreeMap::new();
    for pairing in pairings {
        let Some(role) = pairing.role(reader) else {
            continue;
        };
        let partner = by_partner.entry(pairing.person(role.other())).or_default();
        partner.0.extend(held_days(pairing));
        partner.1 |= pairing.stage.is_meeting();
    }
    let mut threads = Vec::new();
    for (partner, (mut held, goes_on)) in by_partner {
        held.retain(|day| *day <= until);
        held.sort_unstable();
        let (Some(person), false) = (people.get(&partner), held.is_empty()) else {
            continue;
        };
        let through_me = lineage.get(&partner) == Some(&reader);
        threads.push(OwnThread {
            partner: person.who.clone(),
            held,
            goes_on,
            grown: match through_me {
                true => grown(&lineage, pairings, partner, reader, until),
                false => Vec::new(),
            },
        });
    }
    threads.sort_by(|a, b| {
        (a.held.first(), &a.partner.address).cmp(&(b.held.first(), &b.partner.address))
    });
    Weave { threads, until }
}

/// What `from` started since they came in, and those whom they brought in, and so on.
fn grown(
    lineage: &BTreeMap<PersonId, PersonId>,
    pairings: &[&Pairing],
    from: PersonId,
    reader: PersonId,
    until: NaiveDate,
) -> Vec<Vec<NaiveDate>> {
    let mut found: BTreeMap<(PersonId, PersonId), Vec<NaiveDate>> = BTreeMap::new();
    let mut seen = BTreeSet::from([reader, from]);
    let mut generation = vec![from];
    for _ in 0..GENERATIONS_MAX {
        let mut next = Vec::new();
        for inviter in generation {
            let started = pairings
                .iter()
                .filter(|p| p.inviter == inviter && p.invitee != reader);
            for pairing in started {
                let mut days = held_days(pairing);
                days.retain(|day| *day <= until);
                if days.is_empty() {
                    continue;
                }
                let two = (inviter, pairing.invitee);
                found.entry(two).or_default().extend(days);
                let brought_in = lineage.get(&pairing.invitee) == Some(&inviter);
                if brought_in && seen.insert(pairing.invitee) {
                    next.push(pairing.invitee);
                }
            }
        }
        generation = next;
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.iter_mut().for_each(|days| days.sort_unstable());
    found.sort();
    found
}
