//! A year of a town: people with characters, simulated mail, disk and clock, and faults in all three,
//! told by a seed. Real are reading, `decide`, writing and the store; every promise of the practice is
//! looked after at each step, and after each the calendars of both show what the daemon has planned.
//!
//! Short: a town of 16 people. `POSTLUNCH_LONG=1`: a thousand in four towns side by side, which wants
//! optimised code. A broken promise names the seed and the size that play it alone, the same to the last
//! octet that anybody gets.

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

/// Towns by size and seed.
fn towns() -> Vec<(usize, u64)> {
    let told = |name: &str| {
        let text = std::env::var(name).ok()?;
        Some(text.parse::<u64>().expect("a number"))
    };
    let seed = told("POSTLUNCH_TEST_SEED").unwrap_or(1);
    match told("POSTLUNCH_TOWN") {
        Some(people) => vec![(people as usize, seed)],
        None if std::env::var_os("POSTLUNCH_LONG").is_some() => {
            (0..4).map(|town| (250, seed * 4 + town)).collect()
        }
        None => vec![(16, seed)],
    }
}

#[test]
fn a_town_lives_through_a_year_of_bad_weather() {
    let began = Instant::now();
    std::thread::scope(|threads| {
        let lives = towns().into_iter().map(|(people, seed)| {
            threads.spawn(move || {
                let town = live(people, 365, seed);
                let took = began.elapsed();
                println!("{people} people, seed {seed}: {} in {took:?}", town.tally);
                town.has_seen_weather();
            })
        });
        let lives: Vec<_> = lives.collect();
        for life in lives {
            if let Err(broken) = life.join() {
                std::panic::resume_unwind(broken);
            }
        }
    });
}

/// A failing seed is worth nothing if it does not fail again.
#[test]
fn a_seed_tells_the_same_year_twice() {
    let told = |seed| live(6, 60, seed).digest();
    assert_eq!(told(5), told(5));
    assert_ne!(told(5), told(6));
}
