//! The story on the embedded sandbox: the built program as a process of its own, real sockets, and
//! half a year of lunches. `tests/real_servers.rs` plays the same on Dovecot and Postfix.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use postlunch::sandbox::{FaultPoint, Trouble};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;
use support::letters::Kind;
use support::script::BEGINNING;
use support::theatre::Theatre;
use support::trials::{self, Played, kinds};
use support::{ALICE, BOB};

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

/// The moments that chance seldom meets: a letter between the daemon and the server, or an answer
/// decided and not moved. One second of silence there, and SIGKILL into it.
#[test]
fn a_kill_at_each_edge_of_the_mail_changes_nothing() {
    let command = |name: &str| FaultPoint::ImapCommand(name.to_owned());
    let reply = |name: &str| FaultPoint::ImapReply(name.to_owned());
    let edges = [
        (FaultPoint::Data, "in doubt"),
        (FaultPoint::Dot, "in doubt"),
        (FaultPoint::AfterDot, "in doubt"),
        (command("FETCH"), ""),
        (command("MOVE"), ""),
        (reply("MOVE"), ""),
    ];
    for (edge, logged) in edges {
        println!("{edge:?}");
        let mut theatre = Theatre::sandbox("edge", BEGINNING).open();
        let to_bob = format!("{} <{}>", BOB.full_name, BOB.address);
        theatre.invite(ALICE, &[&to_bob], None);
        let invitation = theatre.take(BOB, Kind::Invitation);
        theatre.order(edge, Trouble::Delay(Duration::from_secs(1)));
        theatre.post_answer(BOB, &invitation, "No thanks");
        sleep(Duration::from_millis(300));
        theatre.process.kill();
        theatre.process.start();
        theatre.pump();
        theatre.take(BOB, Kind::ReceiptDeclined);
        theatre.take(ALICE, Kind::NoticeDeclined);
        theatre.pass(chrono::TimeDelta::days(30));
        assert_eq!(
            kinds(&mut theatre, BOB),
            [Kind::Invitation, Kind::ReceiptDeclined]
        );
        assert_eq!(kinds(&mut theatre, ALICE), [Kind::NoticeDeclined]);
        assert!(theatre.log().contains(logged), "the kill missed its moment");
        theatre.close();
    }
}

/// The server has taken a letter and the connection breaks before it can say so.
#[test]
fn a_lost_reply_makes_no_second_letter() {
    let mut theatre = Theatre::sandbox("lost-reply", BEGINNING).open();
    theatre.order(FaultPoint::AfterDot, Trouble::Drop);
    theatre.invite(ALICE, &[BOB.address], None);
    theatre.take(BOB, Kind::Invitation);
    theatre.pass(chrono::TimeDelta::days(2));
    assert_eq!(kinds(&mut theatre, BOB), [Kind::Invitation]);
    assert!(theatre.log().contains("in doubt"));
    theatre.close();
}
