//! Stopped at every point between two steps that last, the daemon goes on as if nothing had been.
//!
//! The list of points is made by playing: each step on the disk and at a server tells its own
//! (`src/crash_point.rs`, `src/disk.rs`; `tests/tidy.rs` holds that no step goes another way). Wants
//! `--features crash-points`. `POSTLUNCH_LONG=1` stops at every point of every command of the story,
//! which is every kind of mail; without it every point has its turn once. In the long form several plays
//! go on side by side, and what was met is noted in the file of `POSTLUNCH_STOPS_DONE` (or
//! target/stops-done): a later run goes on from there.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use std::collections::btree_map::Entry;
use std::collections::{BTreeSet, VecDeque};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::OnceLock;
use support::letters::Kind;
use support::process::Points;
use support::script::{self, BEGINNING, Mailboxes};
use support::theatre::Theatre;
use support::{ALICE, BOB};

fn theatre(name: &str) -> Theatre {
    let mut theatre = Theatre::sandbox(name, BEGINNING);
    let folder = theatre.folder().join("points");
    std::fs::create_dir(&folder).expect("a folder");
    theatre.process.points = Some(Points::new(&folder));
    theatre
}

/// The undisturbed play, and the points met in each of its commands.
fn undisturbed() -> &'static (Mailboxes, Vec<BTreeSet<String>>) {
    static PLAYED: OnceLock<(Mailboxes, Vec<BTreeSet<String>>)> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let mut theatre = theatre("points").open();
        theatre.process.points.iter_mut().for_each(|points| {
            points.met();
        });
        let mailboxes = script::play(&mut theatre);
        let met = std::mem::take(&mut theatre.met);
        theatre.close();
        (mailboxes, met)
    })
}

/// A point at which the daemon is to end, and the commands where that may be tried, one a play.
struct Wish {
    point: String,
    steps: VecDeque<usize>,
}

/// Every point once, in one of the commands that meet it.
fn every_point(met: &[BTreeSet<String>]) -> Vec<Wish> {
    let points: BTreeSet<&String> = met.iter().flatten().collect();
    let wish = |(turn, point): (usize, &String)| {
        let at = (0..met.len()).filter(|step| met[*step].contains(point));
        let mut steps: VecDeque<usize> = at.collect();
        let first = turn * 7 % steps.len();
        steps.rotate_left(first);
        steps.truncate(4);
        steps.push_back(steps[0]);
        let point = point.clone();
        Wish { point, steps }
    };
    points.into_iter().enumerate().map(wish).collect()
}

/// Every point of every command, which is with every kind of mail. After other stops a command may
/// take another way, so each has three tries.
fn everything(met: &[BTreeSet<String>]) -> Vec<Wish> {
    let pairs = met.iter().enumerate();
    let pairs = pairs.flat_map(|(step, points)| points.iter().map(move |point| (step, point)));
    let wish = |(step, point): (usize, &String)| Wish {
        point: point.clone(),
        steps: VecDeque::from([step; 3]),
    };
    pairs.map(wish).collect()
}

/// Plays the story with as many of the wishes as have room, one a command; takes those off that
/// were met, and one try from the others. Where the daemon was stopped.
fn play(wishes: &mut Vec<Wish>, before: &Mailboxes) -> BTreeSet<(usize, String)> {
    let mut theatre = theatre("stops");
    let ends = &mut theatre.ends;
    let mut tried = Vec::new();
    // Where earlier stops took other ways, the last try has the play for itself.
    let alone = wishes.iter().all(|wish| wish.steps.len() < 2);
    for (number, wish) in wishes.iter().enumerate() {
        let Some(step) = wish.steps.front() else {
            continue;
        };
        if (wish.steps.len() == 1) != alone || (alone && !tried.is_empty()) {
            continue;
        }
        if let Entry::Vacant(free) = ends.entry(*step) {
            free.insert(wish.point.clone());
            tried.push(number);
        }
    }
    let told = format!("{ends:#?}");
    let mut theatre = theatre.open();
    println!("{}", theatre.folder().display()); // shown only where something goes wrong
    let after = script::play(&mut theatre);
    assert_eq!(
        theatre.process.kills as usize,
        theatre.ended.len(),
        "{told}"
    );
    let (before, after) = (before.sights(), after.sights());
    let missing: Vec<_> = before.iter().filter(|one| !after.contains(one)).collect();
    let added: Vec<_> = after.iter().filter(|one| !before.contains(one)).collect();
    assert!(
        before == after,
        "{told}\nmissing: {missing:#?}\nadded: {added:#?}"
    );
    for number in tried.into_iter().rev() {
        let wish = &mut wishes[number];
        let step = wish.steps.pop_front().expect("it was tried");
        if theatre.ended.contains(&(step, wish.point.clone())) {
            wishes.remove(number);
        }
    }
    let ended = std::mem::take(&mut theatre.ended);
    theatre.close();
    ended
}

/// Where the pairs of command and point are noted that the long form has met.
fn notes() -> PathBuf {
    let built = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../stops-done");
    std::env::var_os("POSTLUNCH_STOPS_DONE").map_or(built, PathBuf::from)
}

fn note((step, point): &(usize, String)) -> String {
    format!("{step} {point}\n")
}

/// Plays until every wish was met or given up; how often the daemon was stopped, in how many plays, and
/// what was never met.
fn play_all(
    mut wishes: Vec<Wish>,
    before: &Mailboxes,
    notes: Option<&PathBuf>,
) -> (usize, usize, Vec<String>) {
    let (mut stops, mut plays) = (0, 0);
    while wishes.iter().any(|wish| !wish.steps.is_empty()) {
        let ended = play(&mut wishes, before);
        stops += ended.len();
        plays += 1;
        if let Some(notes) = notes {
            let lines: String = ended.iter().map(note).collect();
            let mut file = OpenOptions::new().append(true).create(true).open(notes);
            let file = file.as_mut().expect("a file");
            file.write_all(lines.as_bytes()).expect("written");
            println!("{stops} stops in {plays} plays, {} to go", wishes.len());
        }
    }
    let left = wishes.into_iter().map(|wish| wish.point).collect();
    (stops, plays, left)
}

#[test]
fn a_stop_between_any_two_steps_changes_nothing() {
    let (before, met) = undisturbed();
    let points: BTreeSet<&String> = met.iter().flatten().collect();
    let pairs: usize = met.iter().map(BTreeSet::len).sum();
    println!(
        "{} points, {pairs} with each command that meets them",
        points.len()
    );
    let long = std::env::var_os("POSTLUNCH_LONG").is_some();
    let mut wishes = if long {
        everything(met)
    } else {
        every_point(met)
    };
    let wanted = wishes.len();
    let notes = long.then(notes);
    let known = notes
        .as_ref()
        .and_then(|file| std::fs::read_to_string(file).ok());
    let known: BTreeSet<&str> = known.iter().flat_map(|known| known.lines()).collect();
    wishes.retain(|wish| {
        let told = |step: &usize| note(&(*step, wish.point.clone()));
        let was_met = |step: &usize| known.contains(told(step).trim_end());
        !long || !wish.steps.iter().any(was_met)
    });
    println!("{} of {wanted} were met before", wanted - wishes.len());
    // Most of a play is waiting for processes.
    let hands = if long { 3 } else { 1 };
    let mut hands: Vec<Vec<Wish>> = (0..hands).map(|_| Vec::new()).collect();
    for (number, wish) in wishes.into_iter().enumerate() {
        let hand = number % hands.len();
        hands[hand].push(wish);
    }
    let (mut stops, mut plays, mut left) = (0, 0, Vec::new());
    std::thread::scope(|threads| {
        let play = |wishes| threads.spawn(|| play_all(wishes, before, notes.as_ref()));
        for hand in hands.into_iter().map(play).collect::<Vec<_>>() {
            let (stopped, played, missed) = hand.join().expect("a play without a finding");
            stops += stopped;
            plays += played;
            left.extend(missed);
        }
    });
    println!("stopped {stops} times in {plays} plays: nothing lost, nothing doubled");
    let most = if long { wanted / 20 } else { 0 };
    assert!(left.len() <= most, "of {wanted} never met again: {left:#?}");
}

/// At its first start the store, the keyring and the folders are made; at a stop the index is settled.
#[test]
fn a_stop_at_any_point_of_the_first_start_hurts_nothing() {
    let mut first = theatre("first").open();
    let points: BTreeSet<String> = first
        .process
        .points
        .as_mut()
        .expect("points")
        .met()
        .into_iter()
        .collect();
    first.close();
    assert!(points.len() > 20, "{points:#?}");
    for point in points {
        println!("{point}");
        let mut theatre = theatre("start");
        theatre.process.points.as_mut().expect("points").arm(&point);
        let ended = theatre.process.try_start();
        if ended.is_err() {
            theatre.process.start();
        }
        theatre.invite(ALICE, &[BOB.address], None);
        theatre.take(BOB, Kind::Invitation);
        assert_eq!(theatre.letters(BOB).len(), 1);
        theatre.close();
    }
}
