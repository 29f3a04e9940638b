//! A year of a town: people with characters, simulated mail, disk and clock, and faults in all three,
//! told by a seed. Real are reading, `decide`, writing and the store; every promise of the practice is
//! looked after at each step, and after each the calendars of both show what the daemon has planned.
//!
//! Short: a town of 16 people. `POSTLUNCH_LONG=1`: a thousand, which wants optimised code. A broken promise names its seed, which
//! `POSTLUNCH_TEST_SEED` plays alone, the same to the last octet that anybody gets.

mod calendar;
mod people;
mod promises;
mod town;

use chrono::TimeDelta;
use std::time::Instant;
use town::Town;

/// Lives through so many days; what came of it.
fn live(people: usize, days: i64, seed: u64) -> Town {
    let mut town = Town::new(people, seed);
    town.live(TimeDelta::days(days));
    town.end();
    town
}

fn seeds() -> Vec<u64> {
    match std::env::var("POSTLUNCH_TEST_SEED") {
        Ok(seed) => vec![seed.parse().expect("a seed")],
        Err(_) => vec![1],
    }
}

#[test]
fn a_town_lives_through_a_year_of_bad_weather() {
    let people = match std::env::var("POSTLUNCH_TOWN").map(|people| people.parse()) {
        Ok(people) => people.expect("how many people"),
        Err(_) if std::env::var_os("POSTLUNCH_LONG").is_some() => 1000,
        Err(_) => 16,
    };
    for seed in seeds() {
        let began = Instant::now();
        let town = live(people, 365, seed);
        println!(
            "{people} people, seed {seed}: {} in {:?}",
            town.tally,
            began.elapsed()
        );
        town.has_seen_weather();
    }
}

/// A failing seed is worth nothing if it does not fail again.
#[test]
fn a_seed_tells_the_same_year_twice() {
    let told = |seed| live(6, 60, seed).digest();
    assert_eq!(told(5), told(5));
    assert_ne!(told(5), told(6));
}
