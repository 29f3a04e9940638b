//! The operator's picture shows nobody: not who said no, and no group under five.

use super::*;
use crate::words::address::Address;

fn thread(one: u64, other: u64, lunches: usize) -> Thread {
    Thread {
        one: PersonId(one),
        other: PersonId(other),
        lunches,
        days_since: 3,
    }
}

#[test]
fn a_group_under_five_is_not_drawn() {
    let four = [thread(1, 2, 3), thread(2, 3, 2), thread(3, 4, 1)];
    let (drawing, told) = draw(&four);
    assert_eq!(told.people, 0);
    assert!(!drawing.svg().contains("<circle"));
    let five = [four.as_slice(), &[thread(4, 5, 1)]].concat();
    let (drawing, told) = draw(&five);
    assert_eq!((told.people, told.threads, told.lunches), (5, 4, 7));
    assert!(drawing.svg().contains("<circle"));
}

#[test]
fn numbers_that_went_to_others_change_nothing() {
    let links = [
        (1, 2, 3),
        (2, 3, 2),
        (3, 4, 1),
        (4, 5, 1),
        (1, 5, 4),
        (2, 6, 9),
    ];
    let plain: Vec<_> = links.map(|(a, b, n)| thread(a, b, n)).to_vec();
    // everybody came later, and in another order
    let moved: Vec<_> = links
        .map(|(a, b, n)| thread((a * 37) % 101, (b * 37) % 101, n))
        .to_vec();
    assert_eq!(draw(&plain).0.svg(), draw(&moved).0.svg());
}

/// Whoever has lunch with somebody of the last few weeks, and now and then with somebody from afar.
#[test]
fn two_hundred_people_can_be_told_apart() {
    let mut threads = Vec::new();
    let mut state = 7_u64;
    let mut chance = |most: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % most
    };
    for person in 1..200_u64 {
        let near = person - 1 - chance(person.min(12));
        threads.push(thread(near, person, 1 + chance(14) as usize));
        let far = chance(person);
        if person > 3 && chance(3) == 0 && far != near {
            threads.push(thread(far, person, 1 + chance(8) as usize));
        }
    }
    let (drawing, told) = draw(&threads);
    assert_eq!(told.people, 200);
    let mut knots: Vec<(f64, f64)> = Vec::new();
    for mark in &drawing.marks {
        if let Mark::Dot { at, .. } = mark {
            let inside = at.0 > 0.0 && at.1 > 0.0;
            assert!(inside && at.0 < drawing.width.into() && at.1 < drawing.height.into());
            if knots.last() != Some(at) {
                knots.push(*at);
            }
        }
    }
    assert_eq!(knots.len(), 200);
    let is_alone = |one: &&(f64, f64)| {
        let others = knots.iter().filter(|other| other != one);
        let nearest = others.map(|o| (o.0 - one.0).hypot(o.1 - one.1));
        nearest.fold(f64::MAX, f64::min) > 8.0
    };
    let alone = knots.iter().filter(is_alone).count();
    assert!(alone >= 190, "only {alone} of 200 stand alone");
}

#[test]
fn small_teams_are_folded_and_nobody_is_found_by_what_is_missing() {
    let threads: Vec<_> = (1..=16).map(|n| thread(n, n % 16 + 1, 2)).collect();
    let team = |PersonId(n)| match n {
        1..=6 => Some("Red".to_owned()),
        7..=14 => Some("Blue".to_owned()),
        15 => Some("Tiny".to_owned()),
        _ => None,
    };
    let (drawing, told) = draw_teams(&threads, team);
    let svg = drawing.svg();
    // Tiny and the one without a team are two: the smaller team hides them.
    assert!(!svg.contains("Tiny") && !svg.contains("Red"), "{svg}");
    assert!(svg.contains("Blue") && svg.contains("others"), "{svg}");
    assert_eq!(told.people, 16);
}

#[test]
fn a_teams_file_says_what_is_wrong_with_it() {
    let teams = Teams::parse("# who\nana@example.com, Platform\n\nBen@Example.com,Sales # new\n");
    let teams = teams.expect("readable");
    let ben = Address::parse("ben@example.com").expect("an address");
    assert_eq!(teams.of(&ben), Some("Sales"));
    let error = Teams::parse("ana@example.com Platform").expect_err("no comma");
    assert!(
        error
            .to_string()
            .starts_with("line 1 of the teams: there is no comma"),
        "{error}"
    );
}
