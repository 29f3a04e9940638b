//! Where everybody stands: threads pull, people keep their distance, all lean to the middle.
//!
//! After Fruchterman and Reingold (1991). Additions, multiplications and square roots alone, and a
//! fixed number of rounds, so that the same threads give the same places everywhere. The order in
//! which people are laid out comes from the shape of the fabric (as Weisfeiler and Leman told
//! vertices apart), so that numbers given out to people who never came leave no trace.

use super::Thread;
use crate::lunch::person::PersonId;
use std::collections::{BTreeMap, BTreeSet};

/// Rounds of pulling and pushing; fewer where there are so many people that they would take long.
const ROUNDS: usize = 400;
const ROUNDS_MIN: usize = 30;
const PUSHES_MAX: usize = 64_000_000;

/// Rounds in which people are told apart by their neighbours.
const TELLING_ROUNDS: usize = 8;

/// Cosine and sine of the golden angle: turning by it spreads points evenly.
const TURN: (f64, f64) = (-0.737_368_878_078_32, 0.675_490_294_261_52);

const MARGIN: f64 = 28.0;

/// Size of the page for so many people, in pixels.
pub fn page(people: usize) -> (u32, u32) {
    let side = 360.0 + 64.0 * (people as f64).sqrt();
    let width = (side * 1.25).min(1400.0);
    (width.round() as u32, (width * 0.72).round() as u32)
}

/// A place on the page for everybody.
pub fn places(threads: &[Thread]) -> BTreeMap<PersonId, (f64, f64)> {
    let order = order(threads);
    let rank: BTreeMap<PersonId, usize> =
        order.iter().enumerate().map(|(at, p)| (*p, at)).collect();
    let mut links: Vec<(usize, usize, f64)> = threads
        .iter()
        .filter_map(|t| {
            let (one, other) = (*rank.get(&t.one)?, *rank.get(&t.other)?);
            // More lunches pull closer, each one less than the one before.
            let pull = 1.0 + 0.15 * (t.lunches.min(50) as f64).sqrt();
            Some((one.min(other), one.max(other), pull))
        })
        .collect();
    links.sort_by_key(|(one, other, _)| (*one, *other));
    let settled = settle(order.len(), &links);
    let (width, height) = page(order.len());
    let fitted = fit(&settled, f64::from(width), f64::from(height));
    order.into_iter().zip(fitted).collect()
}

/// Everybody, in an order that follows from who is linked with whom and how strongly; only where
/// two cannot be told apart, from their numbers.
fn order(threads: &[Thread]) -> Vec<PersonId> {
    let mut links: BTreeMap<PersonId, Vec<(PersonId, usize, i64)>> = BTreeMap::new();
    for t in threads {
        links
            .entry(t.one)
            .or_default()
            .push((t.other, t.lunches, t.days_since));
        links
            .entry(t.other)
            .or_default()
            .push((t.one, t.lunches, t.days_since));
    }
    let mut colour: BTreeMap<PersonId, usize> = links.keys().map(|p| (*p, 0)).collect();
    for _ in 0..TELLING_ROUNDS {
        let seen: BTreeMap<PersonId, _> = links
            .iter()
            .map(|(person, links)| {
                let mut around: Vec<_> = links
                    .iter()
                    .map(|(other, lunches, days)| (colour.get(other).copied(), *lunches, *days))
                    .collect();
                around.sort_unstable();
                around.reverse();
                (*person, (colour.get(person).copied(), links.len(), around))
            })
            .collect();
        let kinds: BTreeSet<_> = seen.values().cloned().collect();
        let number: BTreeMap<_, usize> =
            kinds.into_iter().enumerate().map(|(n, k)| (k, n)).collect();
        let next: BTreeMap<PersonId, usize> = seen
            .iter()
            .map(|(person, kind)| (*person, number.get(kind).copied().unwrap_or_default()))
            .collect();
        if next == colour {
            break;
        }
        colour = next;
    }
    let mut all: Vec<PersonId> = links.keys().copied().collect();
    all.sort_by_key(|person| (std::cmp::Reverse(colour.get(person).copied()), *person));
    all
}

fn settle(count: usize, links: &[(usize, usize, f64)]) -> Vec<(f64, f64)> {
    // A sunflower: evenly spread, the best linked in the middle. One step is 1.
    let mut at = Vec::with_capacity(count);
    let (mut x, mut y) = (1.0, 0.0);
    for n in 0..count {
        let radius = (n as f64 + 0.5).sqrt() * 0.6;
        at.push((x * radius, y * radius));
        (x, y) = (x * TURN.0 - y * TURN.1, x * TURN.1 + y * TURN.0);
        let length = (x * x + y * y).sqrt();
        (x, y) = (x / length, y / length);
    }
    let mut heat = 0.1 * (count as f64).sqrt().max(1.0);
    let rounds = (PUSHES_MAX / (count * count).max(1)).clamp(ROUNDS_MIN, ROUNDS);
    let cooling = heat / (rounds + 1) as f64;
    for _ in 0..rounds {
        let mut force = vec![(0.0, 0.0); count];
        for i in 0..count {
            for j in i + 1..count {
                let (Some(a), Some(b)) = (at.get(i).copied(), at.get(j).copied()) else {
                    continue;
                };
                let (dx, dy) = (a.0 - b.0, a.1 - b.1);
                let square = (dx * dx + dy * dy).max(0.0001);
                push(&mut force, i, (dx / square, dy / square));
                push(&mut force, j, (-dx / square, -dy / square));
            }
        }
        for (i, j, strength) in links.iter().copied() {
            let (Some(a), Some(b)) = (at.get(i).copied(), at.get(j).copied()) else {
                continue;
            };
            let (dx, dy): (f64, f64) = (a.0 - b.0, a.1 - b.1);
            let pull = (dx * dx + dy * dy).sqrt() * strength;
            push(&mut force, i, (-dx * pull, -dy * pull));
            push(&mut force, j, (dx * pull, dy * pull));
        }
        for (place, force) in at.iter_mut().zip(&force) {
            // the page is wider than high, so the lean is stronger downwards
            let (fx, fy) = (force.0 - place.0 * 0.12, force.1 - place.1 * 0.2);
            let length = (fx * fx + fy * fy).sqrt().max(0.0001);
            let step = length.min(heat);
            place.0 += fx / length * step;
            place.1 += fy / length * step;
        }
        heat -= cooling;
    }
    at
}

fn push(force: &mut [(f64, f64)], at: usize, (x, y): (f64, f64)) {
    if let Some(force) = force.get_mut(at) {
        force.0 += x;
        force.1 += y;
    }
}

/// Onto the page, both ways by the same measure.
fn fit(places: &[(f64, f64)], width: f64, height: f64) -> Vec<(f64, f64)> {
    let least = places
        .iter()
        .fold((f64::MAX, f64::MAX), |l, p| (l.0.min(p.0), l.1.min(p.1)));
    let most = places
        .iter()
        .fold((f64::MIN, f64::MIN), |m, p| (m.0.max(p.0), m.1.max(p.1)));
    let span = ((most.0 - least.0).max(0.001), (most.1 - least.1).max(0.001));
    let measure = ((width - 2.0 * MARGIN) / span.0).min((height - 2.0 * MARGIN) / span.1);
    let middle = (
        f64::midpoint(least.0, most.0),
        f64::midpoint(least.1, most.1),
    );
    let fitted = places.iter().map(|(x, y)| {
        (
            width / 2.0 + (x - middle.0) * measure,
            height / 2.0 + (y - middle.1) * measure,
        )
    });
    fitted.collect()
}
