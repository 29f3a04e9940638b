//! The story on the embedded sandbox: the built program as a process of its own, real sockets, and
//! half a year of lunches. `tests/real_servers.rs` plays the same on Dovecot and Postfix.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use std::sync::OnceLock;
use support::script::BEGINNING;
use support::theatre::Theatre;
use support::trials::{self, Played};

/// The undisturbed play; two tests need it, one plays it.
fn undisturbed() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| trials::whole_story(Theatre::sandbox("story", BEGINNING).open()))
}

#[test]
fn half_a_year_of_lunches_told_once_and_to_nobody_else() {
    assert!(!undisturbed().durations.is_empty());
}

/// Another seed by `POSTLUNCH_TEST_SEED`.
#[test]
fn ten_kills_change_nothing() {
    let seed = std::env::var("POSTLUNCH_TEST_SEED").map_or(1, |seed| seed.parse().expect("a seed"));
    let theatre = || Theatre::sandbox("kills", BEGINNING);
    trials::killed(theatre, undisturbed(), seed);
}

#[test]
fn an_absence_that_says_yes_is_no_answer() {
    trials::an_absence_is_no_answer(Theatre::sandbox("absence", BEGINNING).open());
}

#[test]
fn a_stranger_on_bobs_address_changes_nothing() {
    trials::a_stranger_changes_nothing(Theatre::sandbox("stranger", BEGINNING).open());
}

#[test]
fn what_is_not_ours_stays_unread_where_it_was() {
    trials::what_is_not_ours_is_not_touched(Theatre::sandbox("others", BEGINNING));
}

#[test]
fn an_invitation_that_bounces_is_told() {
    trials::a_bounce_is_told(Theatre::sandbox("bounce", BEGINNING).open());
}
