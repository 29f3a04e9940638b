//! Everybody's threads, for the operator: no names, and no group under five.
//!
//! What comes in are lunches that took place. Whoever never had one is not there, so the picture is
//! the same, to the last octet, whether they said no, nothing, or were never asked. Where somebody
//! stands follows from the shape of the threads alone, not from who came first.

mod layout;
mod teams;

pub use teams::{Teams, TeamsError, draw as draw_teams};

use crate::fabric::drawing::{Colour, Drawing, Mark};
use crate::fabric::{opacity, thickness};
use crate::lunch::pairing::Pairing;
use crate::lunch::person::PersonId;
use crate::lunch::weave::held_days;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Fewer than these in a group would be somebody.
pub const GROUP_MIN: usize = 5;

const PAPER: Colour = Colour(0xfb, 0xf8, 0xf3);
const THREAD: Colour = Colour(0xa5, 0x55, 0x22);
const KNOT: Colour = Colour(0x3a, 0x35, 0x30);
const INK: Colour = Colour(0x5f, 0x58, 0x50);

/// The lunches of two people: how many, and how long ago the last one was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thread {
    /// One of the two.
    pub one: PersonId,
    /// The other.
    pub other: PersonId,
    /// How many lunches; at least one.
    pub lunches: usize,
    /// Days since the last one.
    pub days_since: i64,
}

/// The threads of all pairings that ever met, up to a day.
pub fn threads(pairings: &[Pairing], until: NaiveDate) -> Vec<Thread> {
    let mut days: BTreeMap<(PersonId, PersonId), Vec<NaiveDate>> = BTreeMap::new();
    for pairing in pairings {
        let one = pairing.inviter.min(pairing.invitee);
        let other = pairing.inviter.max(pairing.invitee);
        let held = held_days(pairing).into_iter().filter(|day| *day <= until);
        days.entry((one, other)).or_default().extend(held);
    }
    let woven = days.into_iter().filter_map(|((one, other), days)| {
        let last = days.iter().max()?;
        Some(Thread {
            one,
            other,
            lunches: days.len(),
            days_since: (until - *last).num_days(),
        })
    });
    woven.collect()
}

/// Those of the threads whose people are five or more, all linked with one another.
fn in_groups(threads: &[Thread]) -> Vec<Thread> {
    let mut group: BTreeMap<PersonId, PersonId> = BTreeMap::new();
    for thread in threads {
        group.entry(thread.one).or_insert(thread.one);
        group.entry(thread.other).or_insert(thread.other);
    }
    // Everybody takes the smallest number of their neighbours until nothing changes.
    for _ in 0..group.len() {
        let mut changed = false;
        for thread in threads {
            let ends = [thread.one, thread.other];
            let least = ends.iter().filter_map(|p| group.get(p).copied()).min();
            for end in ends {
                if let (Some(least), Some(own)) = (least, group.get_mut(&end)) {
                    changed |= *own != least;
                    *own = least;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let mut sizes: BTreeMap<PersonId, usize> = BTreeMap::new();
    for of in group.values() {
        *sizes.entry(*of).or_default() += 1;
    }
    let large = |thread: &&Thread| {
        let size = group.get(&thread.one).and_then(|of| sizes.get(of));
        size.is_some_and(|size| *size >= GROUP_MIN)
    };
    threads.iter().filter(large).copied().collect()
}

/// What the picture says, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// People in the picture; 0 if it is empty.
    pub people: usize,
    /// Threads in it.
    pub threads: usize,
    /// Lunches of those threads.
    pub lunches: usize,
}

/// Draws the whole fabric.
pub fn draw(threads: &[Thread]) -> (Drawing, Told) {
    let mut threads = in_groups(threads);
    let people: BTreeSet<PersonId> = threads.iter().flat_map(|t| [t.one, t.other]).collect();
    let told = Told {
        people: people.len(),
        threads: threads.len(),
        lunches: threads.iter().map(|t| t.lunches).sum(),
    };
    let places = layout::places(&threads);
    let (width, height) = layout::page(people.len());
    let mut marks = Vec::new();
    // The strongest on top; equal ones in the order of their places, which tell no number.
    let place = |person: PersonId| places.get(&person).copied().unwrap_or_default();
    threads.sort_by(|a, b| {
        let key = |t: &Thread| (t.lunches, -t.days_since);
        let at = |t: &Thread| {
            let (p, q) = (place(t.one), place(t.other));
            if p.0 < q.0 {
                [p.0, p.1, q.0, q.1]
            } else {
                [q.0, q.1, p.0, p.1]
            }
        };
        key(a).cmp(&key(b)).then_with(|| {
            at(a)
                .partial_cmp(&at(b))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
    });
    for thread in &threads {
        let (mut from, mut to) = (place(thread.one), place(thread.other));
        if from > to {
            std::mem::swap(&mut from, &mut to);
        }
        marks.push(Mark::Bow {
            points: [from, bend(from, to), to],
            colour: THREAD,
            width: thickness(thread.lunches) * 0.8,
            opacity: opacity(thread.days_since) * 0.8,
        });
    }
    let mut knots: Vec<_> = places.values().copied().collect();
    knots.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    for at in knots {
        marks.push(Mark::Dot {
            at,
            radius: 5.4,
            colour: PAPER,
            hollow: None,
        });
        marks.push(Mark::Dot {
            at,
            radius: 3.9,
            colour: KNOT,
            hollow: None,
        });
    }
    let title = match told.people {
        0 => format!("The fabric is not shown before {GROUP_MIN} people are linked by lunches"),
        _ => format!(
            "{} people, {} pairs that met, {} lunches",
            told.people, told.threads, told.lunches
        ),
    };
    if told.people == 0 {
        marks.push(words(
            &title,
            f64::from(width) / 2.0,
            f64::from(height) / 2.0,
        ));
    }
    let drawing = Drawing {
        width,
        height,
        paper: Some(PAPER),
        title,
        marks,
    };
    (drawing, told)
}

fn words(text: &str, x: f64, y: f64) -> Mark {
    Mark::Word {
        at: (x, y),
        size: 15.0,
        colour: INK,
        text: text.to_owned(),
        centred: true,
    }
}

/// The point towards which a thread bends a little, so that two do not hide each other.
fn bend((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> (f64, f64) {
    let bow = 0.07;
    (
        f64::midpoint(x1, x2) - (y2 - y1) * bow,
        f64::midpoint(y1, y2) + (x2 - x1) * bow,
    )
}

#[cfg(test)]
mod tests;
