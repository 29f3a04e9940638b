//! The story on the embedded sandbox: the built program as a process of its own, real sockets, and
//! half a year of lunches. `tests/real_servers.rs` plays the same on Dovecot and Postfix.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use postlunch::demo::client::Habit;
use postlunch::sandbox::{FaultPoint, Trouble};
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;
use support::letters::{Kind, Received, assert_once};
use support::process::Ended;
use support::script::{self, BEGINNING, Mailboxes};
use support::season;
use support::theatre::Theatre;
use support::trials::{self, Played, kinds};
use support::{ALICE, BOB, CARA, DAN};

/// The undisturbed play; two tests need it, one plays it.
fn undisturbed() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| trials::whole_story(Theatre::sandbox("story", BEGINNING).open()))
}

#[test]
fn half_a_year_of_lunches_told_once_and_to_nobody_else() {
    assert!(!undisturbed().durations.is_empty());
}

#[test]
fn what_grows_in_half_a_year_goes_to_those_it_is_for() {
    season::play(Theatre::sandbox("season", BEGINNING).open());
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
/// decided and not moved. Four seconds of silence there, and SIGKILL into it.
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
        theatre.order(edge, Trouble::Delay(Duration::from_secs(4)));
        theatre.post_answer(BOB, &invitation, "No thanks");
        sleep(Duration::from_millis(1500));
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

/// A stop, however long: no flood of what should have been said in the meantime.
#[test]
fn after_a_stop_there_is_no_flood() {
    let mut theatre = Theatre::sandbox("stop", BEGINNING).open();
    theatre.invite(ALICE, &[BOB.address], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    theatre.answer(BOB, &invitation, "Yes", Habit::Phone);
    theatre.take(BOB, Kind::CalendarRequest);
    let said = |theatre: &mut Theatre, from: &str| {
        theatre.all_delivered();
        let before = [ALICE, BOB].map(|person| theatre.letters(person).len());
        theatre.reopen(from);
        theatre.pass(chrono::TimeDelta::minutes(30));
        theatre.all_delivered();
        let since = |(person, before)| kinds(theatre, person).split_off(before);
        let people = [(ALICE, before[0]), (BOB, before[1])];
        people.map(since)
    };
    // The first lunch is at 11:30 on the 7th; what is too late is left unsaid.
    let both = |kind: Kind| [vec![kind], vec![kind]];
    let none = [vec![], vec![]];
    assert_eq!(
        said(&mut theatre, "2027-01-07T11:00:00Z"),
        both(Kind::Reminder)
    );
    assert_eq!(
        said(&mut theatre, "2027-01-08T20:00:00Z"),
        both(Kind::Followup)
    );
    assert_eq!(
        said(&mut theatre, "2027-01-20T20:00:00Z"),
        both(Kind::Reminder)
    );
    let followup = theatre.take(ALICE, Kind::Followup);
    theatre.answer(ALICE, &followup, "Best: the demo.", Habit::Bare);
    theatre.take(ALICE, Kind::ReceiptNotes);
    theatre.take(BOB, Kind::Exchange); // the three days are over
    // One in each conversation: about the lunch, and about one's own month.
    let both = [Kind::Reminder, Kind::Summary];
    let told = said(&mut theatre, "2027-02-03T20:00:00Z");
    assert_eq!(told, [both, both]);
    assert_eq!(said(&mut theatre, "2027-03-16T10:00:00Z"), none);
    theatre.pass_until("2027-03-18T15:00:00Z".parse().expect("a moment"));
    let letters = theatre.letters(BOB);
    let newest: Vec<_> = letters.iter().rev().take(2).map(Received::line).collect();
    assert!(
        newest[1].contains("Reminder [03-18]"),
        "as ever: {newest:?}"
    );
    assert!(
        newest[0].contains("Followup [03-18]"),
        "as ever: {newest:?}"
    );
    theatre.close();
}

/// The same answer delivered twice, and the same words sent twice.
#[test]
fn an_answer_that_comes_twice_counts_once() {
    let mut theatre = Theatre::sandbox("twice", BEGINNING).open();
    theatre.invite(ALICE, &[BOB.address], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    let (_, octets) = theatre.compose(BOB, &invitation, "Yes", Habit::Phone, "");
    for _ in 0..3 {
        theatre.arrive(BOB.address, &invitation.mail.reply_to, octets.clone());
        theatre.pump();
    }
    let once = [
        Kind::Invitation,
        Kind::ReceiptAccepted,
        Kind::CalendarRequest,
    ];
    let mut had = kinds(&mut theatre, BOB);
    had.sort();
    assert_eq!(had, once);
    theatre.answer(BOB, &invitation, "Yes", Habit::Webmail);
    theatre.all_delivered();
    let had = kinds(&mut theatre, BOB);
    let requests = had.iter().filter(|kind| **kind == Kind::CalendarRequest);
    assert_eq!(requests.count(), 1, "{had:?}");
    let told = kinds(&mut theatre, ALICE);
    let told = told.iter().filter(|kind| **kind == Kind::NoticeAccepted);
    assert_eq!(told.count(), 1);
    theatre.close();
}

/// A no is final: nobody makes the same inviter ask again.
#[test]
fn after_a_no_the_same_inviter_cannot_ask_again() {
    let mut theatre = Theatre::sandbox("final", BEGINNING).open();
    theatre.invite(ALICE, &[CARA.address], None);
    let invitation = theatre.take(CARA, Kind::Invitation);
    theatre.answer(CARA, &invitation, "No thanks", Habit::Webmail);
    theatre.take(CARA, Kind::ReceiptDeclined);
    for _ in 0..2 {
        let again = ["invite", "--from", ALICE.address, "--to", CARA.address];
        let ended = theatre.process.command(&again);
        assert!(matches!(ended, Ended::Badly(_)), "{ended:?}");
        theatre.pass(chrono::TimeDelta::days(60));
    }
    let all = [Kind::Invitation, Kind::ReceiptDeclined];
    assert_eq!(kinds(&mut theatre, CARA), all);
    theatre.close();
}

/// A server that refuses for now, at each step once: the letter comes later, and once.
#[test]
fn a_server_that_is_busy_gets_the_letter_later() {
    let mut theatre = Theatre::sandbox("busy", BEGINNING).open();
    let busy = || Trouble::refuse(451, "4.3.2 come back later");
    let rcpt = FaultPoint::Rcpt(BOB.address.to_owned());
    for point in [FaultPoint::Mail, rcpt, FaultPoint::Data, FaultPoint::Dot] {
        theatre.order(point, busy());
    }
    theatre.invite(ALICE, &[BOB.address], None);
    assert_eq!(kinds(&mut theatre, BOB), []);
    theatre.pass(chrono::TimeDelta::hours(3));
    theatre.take(BOB, Kind::Invitation);
    theatre.pass(chrono::TimeDelta::days(1));
    assert_eq!(kinds(&mut theatre, BOB), [Kind::Invitation]);
    theatre.close();
}

/// A server without IDLE, MOVE, UIDPLUS and a folder for sent mail tells the same story.
#[test]
fn a_server_that_can_do_little_is_enough() {
    let mut theatre = Theatre::austere("austere", BEGINNING).open();
    script::january(&mut theatre);
    for (person, letters) in &Mailboxes::of(&mut theatre).of {
        assert_once(person.name, letters);
    }
    theatre.close();
}

/// Three colleagues, three pairings: nobody has two lunches on one day, or two summaries a month.
#[test]
fn nobody_is_booked_twice_on_a_day() {
    let mut theatre = Theatre::sandbox("three", BEGINNING).open();
    for (inviter, invitee) in [(ALICE, BOB), (DAN, BOB), (ALICE, DAN)] {
        theatre.invite(inviter, &[invitee.address], None);
        let invitation = theatre.take(invitee, Kind::Invitation);
        theatre.answer(invitee, &invitation, "Sure, gladly", Habit::Webmail);
        theatre.take(invitee, Kind::ReceiptAccepted);
    }
    theatre.pass(chrono::TimeDelta::days(50));
    for person in [ALICE, BOB, DAN] {
        let letters = theatre.letters(person);
        let reminded = letters
            .iter()
            .filter(|letter| letter.kind == Kind::Reminder);
        let days: Vec<String> = reminded.map(Received::lunch).collect();
        let different: BTreeSet<&String> = days.iter().collect();
        assert!(days.len() >= 6, "{} has lunch {days:?}", person.name);
        assert_eq!(
            different.len(),
            days.len(),
            "{} has lunch {days:?}",
            person.name
        );
        assert_once(person.name, &letters);
    }
    theatre.close();
}

/// A mailbox of one's own, with subaddresses; her other mail pours in all the while.
#[test]
fn from_ones_own_mailbox_the_story_is_the_same() {
    let theatre = Theatre::personal("own", BEGINNING, "subaddress");
    trials::the_story_in_ones_own_mailbox(theatre, || ());
}

/// The same where the mailbox takes no mail with a + in its address.
#[test]
fn from_ones_own_plain_mailbox_the_story_is_the_same() {
    let theatre = Theatre::personal("plain", BEGINNING, "plain");
    trials::the_story_in_ones_own_mailbox(theatre, || ());
}

/// Ten years of mail lie there, and a day's worth comes: a letter goes out, its answer is found, and
/// no body but the answer's is looked into.
#[test]
fn in_a_mailbox_of_a_hundred_thousand_mails_nothing_else_is_read() {
    let mut theatre = Theatre::personal("large", BEGINNING, "subaddress");
    let arrive = |theatre: &Theatre, numbers: std::ops::Range<u32>| {
        let sandbox = theatre.house.sandbox.as_ref().expect("a sandbox");
        for number in numbers {
            let mail = format!(
                "From: Shop {number} <news{number}@shop.example>\nTo: {}\nSubject: Offer {number}\n\
                 Message-ID: <{number}@shop.example>\n\nYes, Thursday is fine.\n",
                ALICE.address
            );
            let taken = sandbox.file(ALICE.address, "INBOX", mail);
            taken.expect("she is there");
        }
    };
    arrive(&theatre, 0..100_000);
    theatre = theatre.open();
    theatre.invite(ALICE, &["Bob <bob@example.test>"], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    arrive(&theatre, 100_000..100_150);
    theatre.answer(BOB, &invitation, "Yes, gladly.", Habit::Webmail);
    arrive(&theatre, 100_150..100_300);
    theatre.pump();
    theatre.take(BOB, Kind::CalendarRequest);
    let sandbox = theatre.house.sandbox.as_ref().expect("a sandbox");
    let inbox = sandbox.mailbox(ALICE.address, "INBOX");
    assert!(inbox.len() >= 100_300, "{}", inbox.len());
    let shown = sandbox.bodies_shown(ALICE.address, "INBOX");
    assert!(!shown.is_empty(), "the answer was read");
    for message in inbox.iter().filter(|message| shown.contains(&message.uid)) {
        let text = String::from_utf8_lossy(&message.bytes);
        assert!(!text.contains("shop.example"), "{text}");
    }
    assert!(inbox.iter().all(|message| message.flags.is_empty()));
    theatre.close();
}

#[test]
fn in_ones_own_mailbox_only_the_owner_invites() {
    trials::only_the_owner_invites(Theatre::personal("owner", BEGINNING, "subaddress").open());
}

#[test]
fn from_ones_own_mailbox_a_bounce_is_told() {
    trials::a_bounce_is_told(Theatre::personal("own-bounce", BEGINNING, "subaddress").open());
}

#[test]
fn from_ones_own_mailbox_an_absence_is_no_answer() {
    trials::an_absence_is_no_answer(Theatre::personal("own-absence", BEGINNING, "plain").open());
}
