//! Teams: who belongs where, by a file that the operator gives; the program knows of none itself.
//!
//! A team is drawn as one knot, with the threads between teams, and only where five people or more
//! of it have had lunches: so one and the same person cannot be found by giving two files.

use super::{GROUP_MIN, KNOT, PAPER, THREAD, Thread, Told, bend, words};
use crate::fabric::drawing::{Colour, Drawing, Mark, Point};
use crate::fabric::{opacity, thickness};
use crate::lunch::person::PersonId;
use crate::words::address::Address;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Longest name of a team, in characters.
const NAME_CHARS_MAX: usize = 40;

/// Where the rest are counted.
const OTHERS: &str = "others";

/// What is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "line {line} of the teams: {why}; write an address, a comma and a team, such as: ana@example.com, Platform"
)]
pub struct TeamsError {
    /// Counted from 1.
    pub line: usize,
    /// Why.
    pub why: String,
}

/// Whose team is which.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Teams {
    /// By the key of the address.
    of: BTreeMap<String, String>,
}

impl Teams {
    /// Reads lines such as `ana@example.com, Platform`; `#` begins a remark.
    ///
    /// # Errors
    /// If a line is neither that nor empty.
    pub fn parse(text: &str) -> Result<Self, TeamsError> {
        let mut of = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let wrong = |why: &str| TeamsError {
                line: number + 1,
                why: why.to_owned(),
            };
            let (address, team) = line
                .split_once(',')
                .ok_or_else(|| wrong("there is no comma in it"))?;
            let address = Address::parse(address.trim()).map_err(|e| wrong(&e.to_string()))?;
            let team = crate::words::clean::CleanLine::new(team.trim()).to_string();
            if team.is_empty() || team.chars().count() > NAME_CHARS_MAX {
                return Err(wrong(
                    "the team has no name, or one of more than 40 characters",
                ));
            }
            of.insert(address.key().to_owned(), team);
        }
        Ok(Self { of })
    }

    /// The team of whoever has that address.
    pub fn of(&self, address: &Address) -> Option<&str> {
        self.of.get(address.key()).map(String::as_str)
    }
}

/// Draws the teams; `team` tells somebody's. People without one are "others".
pub fn draw(threads: &[Thread], team: impl Fn(PersonId) -> Option<String>) -> (Drawing, Told) {
    let people: BTreeSet<PersonId> = threads.iter().flat_map(|t| [t.one, t.other]).collect();
    let mut members: BTreeMap<String, BTreeSet<PersonId>> = BTreeMap::new();
    for person in people {
        let name = team(person).unwrap_or_else(|| OTHERS.to_owned());
        members.entry(name).or_default().insert(person);
    }
    fold_small(&mut members);
    let home: BTreeMap<PersonId, &str> = members
        .iter()
        .flat_map(|(name, people)| people.iter().map(move |p| (*p, name.as_str())))
        .collect();
    let mut between: BTreeMap<(&str, &str), Between> = BTreeMap::new();
    for thread in threads {
        let (Some(a), Some(b)) = (home.get(&thread.one), home.get(&thread.other)) else {
            continue;
        };
        let bundle = between.entry((*a.min(b), *a.max(b))).or_default();
        bundle.people.extend([thread.one, thread.other]);
        bundle.lunches += thread.lunches;
        bundle.days_since = Some(
            bundle
                .days_since
                .map_or(thread.days_since, |d| d.min(thread.days_since)),
        );
    }
    between.retain(|_, bundle| bundle.people.len() >= GROUP_MIN);
    picture(&members, &between)
}

/// The lunches between two teams, or within one.
#[derive(Default)]
struct Between {
    people: BTreeSet<PersonId>,
    lunches: usize,
    days_since: Option<i64>,
}

/// Teams of fewer than five go to the others; where those are fewer than five, the smallest team
/// goes there too, or they would be known by what is missing.
fn fold_small(members: &mut BTreeMap<String, BTreeSet<PersonId>>) {
    for _ in 0..=members.len() {
        let others = members.get(OTHERS).map_or(0, BTreeSet::len);
        let smallest = members
            .iter()
            .filter(|(name, _)| *name != OTHERS)
            .min_by_key(|(name, people)| (people.len(), (*name).clone()));
        let Some((name, people)) = smallest else {
            break;
        };
        let folds = people.len() < GROUP_MIN || (others > 0 && others < GROUP_MIN);
        if !folds {
            break;
        }
        let (name, people) = (name.clone(), people.clone());
        members.remove(&name);
        members.entry(OTHERS.to_owned()).or_default().extend(people);
    }
    members.retain(|_, people| people.len() >= GROUP_MIN);
}

/// Cosine and sine of a turn by one of so many, without asking a library: halves of a half circle.
fn around(count: usize, at: usize) -> (f64, f64) {
    // By chord halving, exact to far below a pixel; enough steps for any number of teams.
    const FINE: usize = 4096;
    let (mut step_x, mut step_y): (f64, f64) = (-1.0, 0.0);
    let mut parts = 2;
    while parts < FINE {
        let x = (f64::midpoint(1.0, step_x)).max(0.0).sqrt();
        let y = (f64::midpoint(1.0, -step_x)).max(0.0).sqrt();
        (step_x, step_y) = (x, y);
        parts *= 2;
    }
    let turns = (at * FINE) / count.max(1);
    let (mut x, mut y) = (0.0, -1.0);
    for _ in 0..turns {
        (x, y) = (x * step_x - y * step_y, x * step_y + y * step_x);
    }
    (x, y)
}

fn picture(
    members: &BTreeMap<String, BTreeSet<PersonId>>,
    between: &BTreeMap<(&str, &str), Between>,
) -> (Drawing, Told) {
    let (width, height) = (900_u32, 680_u32);
    let middle = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    let ring = if members.len() > 1 { 230.0 } else { 0.0 };
    let places: BTreeMap<&str, (f64, f64)> = members
        .keys()
        .enumerate()
        .map(|(at, name)| {
            let (x, y) = around(members.len(), at);
            (
                name.as_str(),
                (middle.0 + x * ring * 1.25, middle.1 + y * ring),
            )
        })
        .collect();
    let size = |name: &str| {
        let people = members.get(name).map_or(0, BTreeSet::len);
        8.0 + 2.4 * (people as f64).sqrt()
    };
    let mut marks = Vec::new();
    let mut told = Told {
        people: members.values().map(BTreeSet::len).sum(),
        threads: 0,
        lunches: 0,
    };
    let mut within = BTreeMap::new();
    for ((a, b), bundle) in between {
        let (Some(from), Some(to)) = (places.get(a), places.get(b)) else {
            continue;
        };
        told.threads += 1;
        told.lunches += bundle.lunches;
        let width = thickness(bundle.lunches);
        if a == b {
            within.insert(*a, width);
            continue;
        }
        marks.push(Mark::Bow {
            points: [*from, bend(*from, *to), *to],
            colour: THREAD,
            width,
            opacity: opacity(bundle.days_since.unwrap_or_default()) * 0.75,
        });
    }
    let mut dot = |at: Point, radius: f64, colour: Colour| {
        marks.push(Mark::Dot {
            at,
            radius,
            colour,
            hollow: None,
        });
    };
    // A team's lunches among themselves are a ring around its knot.
    let outer = |name: &str| size(name) + 6.0 + within.get(name).copied().unwrap_or_default();
    for (name, at) in &places {
        dot(*at, outer(name) + 2.0, PAPER);
        if within.contains_key(name) {
            dot(*at, outer(name), THREAD);
        }
        dot(*at, size(name) + 4.0, PAPER);
        dot(*at, size(name), KNOT);
    }
    for (name, at) in &places {
        let above = at.1 < middle.1;
        let away = if above {
            -outer(name) - 10.0
        } else {
            outer(name) + 22.0
        };
        marks.push(words(name, at.0, at.1 + away));
    }
    let title = match members.len() {
        0 => format!("Teams are not shown before {GROUP_MIN} of one have had lunches"),
        _ => format!(
            "{} people in {} teams, {} lunches",
            told.people,
            members.len(),
            told.lunches
        ),
    };
    if members.is_empty() {
        marks.push(words(&title, middle.0, middle.1));
    }
    (
        Drawing {
            width,
            height,
            paper: Some(PAPER),
            title,
            marks,
        },
        told,
    )
}
