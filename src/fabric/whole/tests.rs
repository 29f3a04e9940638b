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
