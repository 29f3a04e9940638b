//! A member's record, and the pack for a promotion: from the state to what leaves with them.

use crate::lunch::event::Circle;
use crate::lunch::notes::{Notes, Words};
use crate::lunch::pairing::{Lunch, LunchState, Page, Pairing, Role};
use crate::lunch::person::{Goal, GoalEnd, Person, PersonId};
use crate::lunch::quoting::{Granted, granted};
use crate::lunch::record::{
    KeptGoal, KeptLunch, KeptPairing, Leave, Pack, PackGoal, Record, Stamped,
};
use chrono::{DateTime, NaiveDate, Utc};

/// Everything kept about somebody, as they may have it; `None` for a stranger.
pub fn record(circle: &Circle, reader: PersonId, now: DateTime<Utc>) -> Option<Record> {
    let me = circle.people.get(&reader)?;
    let mut pairings: Vec<KeptPairing> = circle
        .pairings
        .values()
        .filter_map(|pairing| kept_pairing(circle, pairing, reader))
        .collect();
    pairings.sort_by_key(|p| p.lunches.first().map(|lunch| lunch.start));
    Some(Record {
        who: me.who.clone(),
        made: now,
        summaries: me.summaries,
        tips: me.tips,
        board: me.board.as_ref().map(|board| board.address.to_string()),
        goals: me
            .goals
            .iter()
            .map(|goal| kept_goal(circle, goal))
            .collect(),
        pairings,
    })
}

fn kept_goal(circle: &Circle, goal: &Goal) -> KeptGoal {
    let agreed_by = goal.agreed_by.and_then(|id| circle.people.get(&id));
    KeptGoal {
        words: goal.words.clone(),
        since: goal.since,
        earlier: goal.earlier.clone(),
        ended: goal.ended,
        agreed_by: agreed_by.map(|person| person.who.clone()),
    }
}

/// One that meets, or met; never one that did not come to a lunch.
fn kept_pairing(circle: &Circle, pairing: &Pairing, reader: PersonId) -> Option<KeptPairing> {
    let role = pairing.role(reader)?;
    let partner = circle.people.get(&pairing.person(role.other()))?;
    if !pairing.stage.is_meeting() && pairing.held_count() == 0 {
        return None;
    }
    let mut lunches: Vec<&Lunch> = pairing.lunches.iter().collect();
    // After an end nothing is to come.
    lunches.retain(|l| l.state == LunchState::Held || pairing.stage.is_meeting() || l.unsealed);
    lunches.sort_by_key(|lunch| lunch.start);
    Some(KeptPairing {
        partner: partner.who.clone(),
        invited: role == Role::Inviter,
        goes_on: pairing.stage.is_meeting(),
        zone: pairing.plan.zone,
        lunches: lunches
            .into_iter()
            .map(|lunch| kept_lunch(pairing, lunch, role))
            .collect(),
        jar: jar(pairing, role),
    })
}

fn jar(pairing: &Pairing, role: Role) -> Vec<(NaiveDate, Words)> {
    let own = pairing.growth.jar.iter().filter(|moment| moment.by == role);
    own.map(|moment| (moment.on, moment.words.clone()))
        .collect()
}

/// What the writer of a page has said about showing it.
fn leaves(page: &Page) -> Vec<Leave> {
    let answered = page.quoting.iter().filter_map(|(section, quoting)| {
        let (on, permission) = quoting.answer?;
        Some(Leave {
            section: *section,
            permission,
            on,
        })
    });
    answered.collect()
}

fn kept_lunch(pairing: &Pairing, lunch: &Lunch, role: Role) -> KeptLunch {
    let (own, other) = (lunch.page(role), lunch.page(role.other()));
    let heard = other.notes.as_ref().filter(|_| other.shown > 0);
    KeptLunch {
        uid: lunch.uid.clone(),
        slot: lunch.slot,
        start: lunch.start,
        minutes: pairing.plan.minutes,
        location: lunch.location.clone(),
        state: lunch.state_known_to(role),
        told: own.notes.clone(),
        told_shown: own.shown > 0,
        heard: heard.cloned().map(Notes::as_shown),
        goal: heard.and(other.goal),
        given: leaves(own),
        got: leaves(other),
    }
}

/// What may be shown of it: nothing but goals of one's own, and good words with their speakers' leave.
pub fn pack(circle: &Circle, reader: PersonId, today: NaiveDate) -> Option<Pack> {
    let me = circle.people.get(&reader)?;
    let mut goals: Vec<Option<PackGoal>> = me.goals.iter().map(pack_goal).collect();
    let mut moments = Vec::new();
    for pairing in circle.pairings.values() {
        let Some(role) = pairing.role(reader) else {
            continue;
        };
        let Some(speaker) = circle.people.get(&pairing.person(role.other())) else {
            continue;
        };
        for granted in granted(pairing, role) {
            let goal = goal_of(me, &granted).and_then(|at| goals.get_mut(at)?.as_mut());
            let stamped = stamped(granted, speaker);
            match goal {
                Some(goal) => goal.moments.push(stamped),
                None => moments.push(stamped),
            }
        }
    }
    let mut goals: Vec<PackGoal> = goals.into_iter().flatten().collect();
    goals.retain(|goal| goal.reached.is_some() || !goal.moments.is_empty());
    for goal in &mut goals {
        goal.moments.sort_by_key(|moment| moment.on);
    }
    moments.sort_by_key(|moment| moment.on);
    Some(Pack {
        who: me.who.clone(),
        made: today,
        goals,
        moments,
    })
}

/// `None` for one that stands in a partner's words: they were said to its owner alone.
fn pack_goal(goal: &Goal) -> Option<PackGoal> {
    let reached = goal
        .ended
        .filter(|(_, how)| *how == GoalEnd::Achieved)
        .map(|(on, _)| on);
    Some(PackGoal {
        words: goal.own_words()?.clone(),
        since: goal.since,
        earlier: goal.own_earlier().to_vec(),
        reached,
        agreed: reached.is_some() && goal.agreed_by.is_some(),
        moments: Vec::new(),
    })
}

/// The goal that was spoken of; where none was, the only one that the member had at the time.
fn goal_of(me: &Person, granted: &Granted) -> Option<usize> {
    if granted.goal.is_some() {
        return granted.goal;
    }
    let was_open = |goal: &Goal| {
        goal.since <= granted.on && goal.ended.is_none_or(|(end, _)| end >= granted.on)
    };
    let mut open = me.goals.iter().enumerate().filter(|(_, g)| was_open(g));
    match (open.next(), open.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}

fn stamped(granted: Granted, speaker: &Person) -> Stamped {
    Stamped {
        words: granted.words,
        on: granted.on,
        granted: granted.granted,
        speaker: granted.by_name.then(|| speaker.who.clone()),
    }
}

#[cfg(test)]
mod tests;
