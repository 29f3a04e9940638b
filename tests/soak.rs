//! A hundred days of fifty people on real Dovecot and Postfix, brought up by `scripts/soak` (feature
//! `real-servers`): the daemon's memory stays within five per cent of what it had after the first
//! twenty days, and its file handles are as many as they were.
//!
//! `POSTLUNCH_SOAK_DAYS=30` is a shorter one, and `POSTLUNCH_SOAK_ON_SANDBOX=1` needs no servers. All fifty
//! read one real mailbox, each by a subaddress of their own.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use chrono::TimeDelta;
use postlunch::demo::client::Habit;
use std::time::Instant;
use support::letters::{Kind, Received};
use support::script::BEGINNING;
use support::theatre::Theatre;
use support::{ALICE, Person};

const PEOPLE: usize = 50;

/// Until here everything is loaded that ever is.
const WARM_UP_DAYS: i64 = 20;

/// Most that memory may grow by afterwards, in per cent.
const GROWTH_MAX: u64 = 5;

fn person(number: usize) -> Person {
    let address: &'static str = format!("alice+p{number:02}@example.test").leak();
    Person {
        name: "Person",
        full_name: "Person Somebody",
        address,
    }
}

/// Who a letter is for, by its To.
fn reader(letter: &Received, people: &[Person]) -> usize {
    let text = String::from_utf8_lossy(&letter.octets);
    let to = text.lines().find(|line| line.starts_with("To:"));
    let to = to.expect("a recipient");
    let found = people.iter().position(|person| to.contains(person.address));
    found.expect("one of the fifty")
}

/// What somebody writes back.
fn answer(number: usize, kind: Kind, day: i64) -> Option<&'static str> {
    match kind {
        Kind::Invitation => Some("Yes, gladly!"),
        Kind::Followup if number % 5 != (day % 5).unsigned_abs() as usize => {
            Some("Best: how you handled the outage.\nWorst: the long meeting.\nFocus: ask earlier.")
        }
        Kind::Exchange if number.is_multiple_of(7) => Some("Thank you, that means a lot."),
        _ => None,
    }
}

#[test]
fn a_hundred_days_neither_grow_nor_leak() {
    let days = std::env::var("POSTLUNCH_SOAK_DAYS").ok();
    let days: i64 = days.map_or(100, |days| days.parse().expect("days"));
    assert!(days > WARM_UP_DAYS, "longer than the warm-up");
    let people: Vec<Person> = (0..PEOPLE).map(person).collect();
    let mut theatre = match std::env::var_os("POSTLUNCH_SOAK_ON_SANDBOX") {
        Some(_) => Theatre::sandbox("soak", BEGINNING),
        None => Theatre::real("soak", BEGINNING),
    };
    let before = theatre.letters(ALICE).len();
    let mut theatre = theatre.open();
    let began = Instant::now();
    for number in 0..PEOPLE / 2 {
        let (from, to) = (people[number], people[number + PEOPLE / 2]);
        theatre.invite_in_the_background(from, to);
    }
    let (mut read, mut answered) = (before, 0);
    let mut warm = None;
    for half_day in 1..=days * 2 {
        theatre.pass(TimeDelta::hours(12));
        let letters = theatre.letters(ALICE);
        for letter in &letters[read..] {
            let number = reader(letter, &people);
            if let Some(words) = answer(number, letter.kind, half_day / 2) {
                let (_, octets) = theatre.compose(people[number], letter, words, Habit::Phone, "");
                theatre.arrive(people[number].address, &letter.mail.reply_to, octets);
                answered += 1;
            }
        }
        read = letters.len();
        if half_day % 20 == 0 {
            let (memory, handles) = theatre.process.resources();
            println!(
                "day {}: {memory} KiB, {handles} handles, {} letters, {answered} answers, {:?}",
                half_day / 2,
                read - before,
                began.elapsed()
            );
        }
        if half_day == WARM_UP_DAYS * 2 {
            warm = Some(theatre.process.resources());
        }
    }
    let (warm, warm_handles) = warm.expect("longer than the warm-up");
    let (memory, handles) = theatre.process.resources();
    assert!(
        read - before > PEOPLE * days.unsigned_abs() as usize / 10,
        "they had lunch"
    );
    assert!(
        memory <= warm + warm * GROWTH_MAX / 100,
        "memory grew from {warm} to {memory} KiB"
    );
    assert_eq!(handles, warm_handles, "file handles");
    theatre.close();
}
