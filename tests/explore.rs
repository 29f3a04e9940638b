//! Every short story, and many long ones: what people, clocks and operators can do to a pairing, one
//! thing after another, with the promises of the practice checked after each.
//!
//! The short ones are exhaustive from several scenes up to a number of states; worlds with the same
//! future count once. The long ones are drawn from a seed, so that they are the same in every run.
//! A broken promise prints as the story that led to it.

#[path = "explore/calendars.rs"]
mod calendars;
#[path = "explore/hash.rs"]
mod hash;
#[path = "explore/moves.rs"]
mod moves;
#[path = "explore/promises.rs"]
mod promises;
#[path = "explore/world.rs"]
mod world;

use chrono::NaiveDateTime;
use postlunch::lunch::act::{AcceptTerms, Act, Answering};
use std::collections::{BTreeMap, HashSet, VecDeque};
use world::{ANA, BEN, CARA, FIRST, Move, World, about};

fn go(world: &mut World, step: &Move) {
    if let Err(broken) = world.make(step, &mut promises::hold) {
        panic!("{broken}\n\n{}\n", world.told());
    }
}

fn yes(world: &mut World, by: postlunch::lunch::person::PersonId, id: u64) {
    let acts = vec![Act::Accept(AcceptTerms::default())];
    let pairing = postlunch::lunch::pairing::PairingId(id);
    go(
        world,
        &Move::Says(by, pairing, about(Answering::Invitation), acts),
    );
}

fn invited() -> World {
    let mut world = World::new();
    go(&mut world, &Move::Invite(ANA, BEN));
    world
}

fn meeting() -> World {
    let mut world = invited();
    yes(&mut world, BEN, FIRST.0);
    world
}

fn after_lunch() -> World {
    let mut world = meeting();
    go(&mut world, &Move::Due);
    go(&mut world, &Move::Due);
    world
}

fn once() -> World {
    let mut world = invited();
    let terms = AcceptTerms {
        once: true,
        ..AcceptTerms::default()
    };
    let acts = vec![Act::Accept(terms)];
    go(
        &mut world,
        &Move::Says(BEN, FIRST, about(Answering::Invitation), acts),
    );
    world
}

fn three() -> World {
    let mut world = meeting();
    go(&mut world, &Move::Invite(ANA, CARA));
    yes(&mut world, CARA, FIRST.0 + 1);
    world
}

/// How far an exploration came.
#[derive(Debug, Default)]
struct Reach {
    depth: usize,
    states: usize,
    decisions: usize,
}

/// Breadth first, until so many worlds have been looked at from all sides. The depth is that of the
/// last level that was explored whole.
fn explore(start: World, states_max: usize, broken: &mut BTreeMap<String, String>) -> Reach {
    let mut reach = Reach::default();
    let mut seen = HashSet::from([start.digest()]);
    let mut waiting = VecDeque::from([(0, start)]);
    while let Some((depth, world)) = waiting.pop_front() {
        reach.depth = depth;
        if reach.states == states_max {
            break;
        }
        reach.states += 1;
        for step in moves::all(&world, depth < 1) {
            let mut next = world.clone();
            reach.decisions += 1;
            match next.make(&step, &mut promises::hold) {
                Ok(()) => {
                    let room = seen.len() < states_max * 4;
                    if room && seen.insert(next.digest()) {
                        waiting.push_back((depth + 1, next));
                    }
                }
                Err(why) => report(broken, why, &next),
            }
        }
    }
    reach
}

/// Keeps the shortest story for each kind of broken promise.
fn report(broken: &mut BTreeMap<String, String>, why: String, world: &World) {
    let kind: String = why
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .take(60)
        .collect();
    let story = format!("{why}\n{}", world.told());
    let shorter = broken.get(&kind).is_none_or(|old| old.len() > story.len());
    if shorter {
        broken.insert(kind, story);
    }
}

fn conclude(broken: &BTreeMap<String, String>) {
    let stories: Vec<_> = broken.values().cloned().collect();
    assert!(
        broken.is_empty(),
        "{} broken promise(s):\n\n{}\n",
        broken.len(),
        stories.join("\n\n----\n\n")
    );
}

/// How much more than usual: `POSTLUNCH_EXPLORE=8` looks at eight times as many worlds and walks.
fn patience() -> usize {
    let given = std::env::var("POSTLUNCH_EXPLORE").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn explored(scene: fn() -> World, states_max: usize, depth_min: usize) {
    let mut broken = BTreeMap::new();
    let reach = explore(scene(), states_max * patience(), &mut broken);
    eprintln!("{reach:?}");
    conclude(&broken);
    assert!(reach.depth >= depth_min, "not deep enough: {reach:?}");
}

#[test]
fn from_the_invitation_on() {
    explored(invited, 60, 1);
}

#[test]
fn from_the_yes_on() {
    explored(meeting, 40, 1);
}

#[test]
fn from_the_first_lunch_on() {
    explored(after_lunch, 40, 1);
}

#[test]
fn from_a_single_lunch_on() {
    explored(once, 40, 1);
}

#[test]
fn with_a_third_person() {
    explored(three, 20, 1);
}

/// A small generator of numbers; the same seed gives the same walk.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// Long stories: the clock runs on in every second step.
fn walk(
    scene: fn() -> World,
    seed: u64,
    steps: usize,
    broken: &mut BTreeMap<String, String>,
) -> NaiveDateTime {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1);
    let mut world = scene();
    for _ in 0..steps {
        let step = match dice.below(6) {
            0 | 1 => Move::Due,
            2 => Move::LunchDay,
            _ => {
                let mut moves = moves::all(&world, true);
                moves.swap_remove(dice.below(moves.len()))
            }
        };
        if let Err(why) = world.make(&step, &mut promises::hold) {
            report(broken, why, &world);
            break;
        }
    }
    world.local()
}

#[test]
fn long_stories() {
    let mut broken = BTreeMap::new();
    let mut latest = NaiveDateTime::MIN;
    for seed in 0..30 * patience() as u64 {
        for scene in [invited, meeting, after_lunch, once, three] {
            latest = latest.max(walk(scene, seed, 40, &mut broken));
        }
    }
    conclude(&broken);
    assert!(
        latest > "2028-01-01T00:00:00".parse().unwrap(),
        "years went by"
    );
}
