//! The canonical form of a world: two worlds with the same digest have the same future.
//!
//! Numbers that only ever grow (SEQUENCE, how many series there were) are left out, and so are lunches
//! that nothing has happened to: their dates follow from the series.

use super::world::World;
use postlunch::lunch::notes::Section;
use postlunch::lunch::pairing::{Lunch, LunchState, Page, Pairing};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

pub fn digest(world: &World) -> u128 {
    let mut hasher = DefaultHasher::new();
    write(world, &mut hasher);
    let low = hasher.finish();
    "and again".hash(&mut hasher);
    u128::from(low) | (u128::from(hasher.finish()) << 64)
}

fn write(world: &World, to: &mut DefaultHasher) {
    world.now.hash(to);
    for person in world.circle.people.values() {
        (person.stopped, person.summaries).hash(to);
        format!("{:?}", person.board).hash(to);
        (person.passed_on, person.tips).hash(to);
        for goal in &person.goals {
            (goal.words.reveal(), goal.since, goal.agreed_by).hash(to);
            goal.wording().hash(to);
            format!("{:?}", goal.ended).hash(to);
        }
    }
    for pairing in world.circle.pairings.values() {
        write_pairing(pairing, to);
    }
    for calendar in world.calendars.values() {
        calendar.gist(world.local()).hash(to);
    }
    for (owner, letters) in &world.received {
        owner.hash(to);
        for about in letters {
            (&about.letter, about.answering, about.slot, about.goal).hash(to);
        }
    }
    world.left.hash(to);
    world.stopped.hash(to);
    world.agreed.hash(to);
}

fn write_pairing(pairing: &Pairing, to: &mut DefaultHasher) {
    let plan = &pairing.plan;
    format!("{:?}", pairing.stage).hash(to);
    (plan.every_weeks, plan.weekday.number_from_monday()).hash(to);
    (plan.time, &plan.location, plan.once, plan.notes).hash(to);
    (pairing.asked_at, pairing.reminded, pairing.round.min(2)).hash(to);
    pairing.away_until.hash(to);
    (pairing.asked_back, pairing.undelivered_told).hash(to);
    if let Some(series) = &pairing.series {
        (series.first, series.every_weeks, series.count).hash(to);
        let mut excluded = series.excluded.clone();
        excluded.sort();
        excluded.hash(to);
    }
    for lunch in &pairing.lunches {
        write_lunch(lunch, to);
    }
    for claim in &pairing.growth.claims {
        (claim.of, claim.goal, claim.by, claim.told).hash(to);
    }
    for told in &pairing.growth.told {
        (told.of, told.goal).hash(to);
    }
    pairing.growth.passed_on.hash(to);
    for leave in &pairing.growth.cards {
        (leave.writer, leave.answer).hash(to);
    }
    for jotted in &pairing.growth.jar {
        (jotted.by, jotted.on, jotted.shown).hash(to);
    }
}

fn write_lunch(lunch: &Lunch, to: &mut DefaultHasher) {
    let untouched = lunch.state == LunchState::Planned
        && lunch.slot == lunch.start
        && lunch.reminded_of.is_none()
        && lunch.followed_up.is_none();
    (lunch.slot, &lunch.location).hash(to);
    if untouched {
        return;
    }
    (
        lunch.start,
        lunch.state,
        lunch.skipped_by,
        lunch.reminded_of,
    )
        .hash(to);
    (
        lunch.followed_up,
        lunch.nudged,
        lunch.chased,
        lunch.unsealed,
    )
        .hash(to);
    for page in [&lunch.by_inviter, &lunch.by_invitee] {
        write_page(page, to);
    }
}

fn write_page(page: &Page, to: &mut DefaultHasher) {
    (page.answer, page.asked_for_missing, page.share_now).hash(to);
    (page.goal, page.hinted, page.carded.min(2), page.carded_on).hash(to);
    format!("{:?}", page.quoting).hash(to);
    page.shown.min(3).hash(to);
    if let Some(notes) = &page.notes {
        for section in Section::ALL {
            notes.section(section).map(|w| w.reveal()).hash(to);
        }
    }
}
