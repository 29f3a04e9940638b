//! The daemon killed again and again while a town lives through its lunches: nobody misses a letter,
//! and nobody gets one twice where the server keeps copies of sent mail; without copies a letter that
//! was on its way at the kill may come a second time, as the same letter.
//!
//! Short: ten people, three weeks, 50 kills. `POSTLUNCH_LONG=1`: fifty people, sixty days, 500 kills
//! with copies and 500 without, 25 a play; each play is one line in the file of
//! `POSTLUNCH_KILLS_DONE` (or target/kills-done), and a play that stands there is not played again.

#[path = "kills/town.rs"]
mod town;

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use support::dice::Dice;
use town::{Kills, Lived, Size, live};

/// So many moments of a play, told by a seed, no two at one step.
fn moments(seed: u64, number: usize, durations: &[Duration]) -> Kills {
    let mut dice = Dice(seed);
    let mut kills = Kills::new();
    while kills.len() < number.min(durations.len()) {
        // Half of them where the time goes, half at any step.
        let step = dice.step(kills.len().is_multiple_of(2), durations);
        kills.insert(step, dice.share());
    }
    kills
}

fn compare(before: &Lived, after: &Lived, size: Size, told: &str) -> String {
    let missing: Vec<_> = before
        .sights
        .iter()
        .filter(|(sight, times)| after.sights.get(*sight) != Some(times))
        .collect();
    let added: Vec<_> = after
        .sights
        .iter()
        .filter(|(sight, times)| before.sights.get(*sight) != Some(times))
        .collect();
    assert!(
        missing.is_empty() && added.is_empty(),
        "{told}\nmissing or fewer: {missing:#?}\nadded or more: {added:#?}"
    );
    if size.sent_copies {
        assert_eq!(after.doubled, 0, "{told}: letters came twice");
    }
    assert!(
        after.doubled as u32 <= after.kills,
        "{told}: {}",
        after.doubled
    );
    format!(
        "{told}: {} letters, {} kills, 0 lost, {} doubled",
        before.letters, after.kills, after.doubled
    )
}

fn killed(size: Size, seeds: std::ops::RangeInclusive<u64>, each: usize, done: Option<PathBuf>) {
    let mark = |seed: u64| format!("{size:?}, seed {seed}");
    let known = done.as_ref().and_then(|file| fs::read_to_string(file).ok());
    let known = known.unwrap_or_default();
    let open: Vec<u64> = seeds
        .filter(|seed| !known.contains(&format!("{}:", mark(*seed))))
        .collect();
    if open.is_empty() {
        return;
    }
    let undisturbed = live(size, &Kills::new(), &[]);
    assert_eq!(undisturbed.doubled, 0);
    println!(
        "undisturbed: {} letters in {:?}",
        undisturbed.letters,
        undisturbed.durations.iter().sum::<Duration>()
    );
    for seed in open {
        let kills = moments(seed, each, &undisturbed.durations);
        let told = mark(seed);
        println!("{told}: {kills:?}");
        let lived = live(size, &kills, &undisturbed.durations);
        assert_eq!(lived.kills as usize, each, "{told}");
        let line = compare(&undisturbed, &lived, size, &told);
        println!("{line}");
        if let Some(file) = &done {
            let so_far = fs::read_to_string(file).unwrap_or_default();
            fs::write(file, format!("{so_far}{line}\n")).expect("written");
        }
    }
}

fn seeds(short: u64) -> std::ops::RangeInclusive<u64> {
    match std::env::var("POSTLUNCH_TEST_SEED").map(|seed| seed.parse().expect("a seed")) {
        Ok(seed) => seed..=seed,
        Err(_) => short..=short,
    }
}

fn trial(sent_copies: bool, seed: u64) {
    if std::env::var_os("POSTLUNCH_LONG").is_some() {
        let place = std::env::var_os("POSTLUNCH_KILLS_DONE").map(PathBuf::from);
        let usual = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/kills-done");
        let done = place.unwrap_or_else(usual);
        let _ = done.parent().map(fs::create_dir_all);
        let size = Size {
            people: 50,
            days: 60,
            sent_copies,
        };
        killed(size, 1..=20, 25, Some(done));
    } else {
        let size = Size {
            people: 10,
            days: 21,
            sent_copies,
        };
        killed(size, seeds(seed), 25, None);
    }
}

#[test]
fn where_sent_mail_is_kept_kills_neither_lose_nor_double_a_letter() {
    trial(true, 1);
}

#[test]
fn where_no_sent_mail_is_kept_kills_lose_no_letter() {
    trial(false, 2);
}
