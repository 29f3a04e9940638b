//! The doctor's own mail: what it shows, that it goes away again, and that no daemon takes it.

use crate::house::{House, LUNCH, options};
use chrono::TimeDelta;
use postlunch::clock::Clock;
use postlunch::daemon::request::{Reply, Request};
use postlunch::daemon::{Daemon, RunOptions};
use postlunch::doctor::Level;
use postlunch::sandbox::{Fault, FaultPoint, SentCopies, Trouble};
use std::time::Duration;

#[tokio::test]
async fn it_is_gone_afterwards_in_every_folder() {
    let mut options = options();
    options.sent_copies = SentCopies::Delayed(Duration::from_millis(300));
    let house = House::with(options).await;
    let visit = house.visit().await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    assert!(
        visit.says("copies are filed in Sent"),
        "a late copy is waited for"
    );
    let sent = house.sandbox.delivered();
    assert_eq!(sent.len(), 1, "one mail is enough");
    assert!(
        sent[0].recipient.starts_with("lunch+check-"),
        "{:?}",
        sent[0].recipient
    );
    for folder in ["INBOX", "Sent", "Postlunch/Done", "Postlunch/Review"] {
        assert!(house.sandbox.mailbox(LUNCH, folder).is_empty(), "{folder}");
    }
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_running_daemon_leaves_it_alone_in_both_modes() {
    for mode in ["shared", "personal"] {
        let mut house = House::with(options()).await;
        house.plan.mail = format!("mode = \"{mode}\"\n");
        let config = house.config();
        let daemon = Daemon::start(&config, &RunOptions::default()).expect("starts");
        for _ in 0..3 {
            house.visit().await;
        }
        // A check that was stopped half way leaves its mail; the daemon sees it at leisure.
        let letter = house.sandbox.delivered()[0].bytes.clone();
        house
            .sandbox
            .deliver("lunch+check-0@example.com", &*letter)
            .expect("delivered");
        for _ in 0..50 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let Reply::Status(status) = daemon.ask(Request::Status).await else {
            panic!("no status");
        };
        assert!(status.imap.up, "{status:?}");
        assert_eq!((status.set_aside, status.people), (0, 0), "{status:?}");
        assert_eq!(
            (status.last_in, status.accepted, status.queued),
            (None, 0, 0)
        );
        let lying = house.sandbox.mailbox(LUNCH, "INBOX");
        assert_eq!(lying.len(), 1, "{mode}: it stays where it was");
        assert!(lying[0].flags.is_empty(), "{mode}: {lying:?}");
        for folder in ["Postlunch/Done", "Postlunch/Review"] {
            assert!(house.sandbox.mailbox(LUNCH, folder).is_empty(), "{mode}");
        }
        daemon.stop().await.expect("stops");
        house.sandbox.stop().await;
    }
}

#[tokio::test]
async fn what_an_earlier_check_left_is_taken_away_and_nothing_else() {
    let mut options = options();
    options.clock = Clock::by_hand(Clock::Wall.now() - TimeDelta::hours(2));
    let clock = options.clock.clone();
    let house = House::with(options).await;
    let own = "From: lunch@example.com\r\nX-Postlunch-Check: postlunchcheck0\r\n\r\nx\r\n";
    house.sandbox.deliver(LUNCH, own).expect("delivered");
    house
        .sandbox
        .deliver(LUNCH, "From: ana@example.com\r\n\r\nHi\r\n")
        .expect("delivered");
    clock.advance_to(Clock::Wall.now());
    house.sandbox.deliver(LUNCH, own).expect("delivered");
    let visit = house.visit().await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    let left = house.sandbox.mailbox(LUNCH, "INBOX");
    // The other may be of a check that runs just now.
    assert_eq!(left.iter().map(|m| m.uid).collect::<Vec<_>>(), [2, 3]);
    assert!(left.iter().all(|m| m.flags.is_empty()), "{left:?}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn exchange_is_told_by_what_it_does_to_mail() {
    let mut options = options();
    options.habits.rewrites = true;
    let house = House::with(options).await;
    let visit = house.visit().await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    assert_eq!(visit.named("message-id-changed").level, Level::Warning);
    let (_, remedy) = visit.told("calendar-lost");
    assert!(
        remedy.contains("ImapForceICalForCalendarRetrievalOption"),
        "{remedy}"
    );
    assert!(
        house.sandbox.mailbox(LUNCH, "INBOX").is_empty(),
        "found by its mark"
    );
    house.sandbox.stop().await;
}

#[tokio::test]
async fn mail_that_goes_to_another_folder_is_found_there() {
    for (folder, code) in [
        ("Junk", "round-trip-spam"),
        ("Robots", "round-trip-elsewhere"),
    ] {
        let mut options = options();
        options.habits.filters_into = Some(folder);
        let house = House::with(options).await;
        let visit = house.visit().await;
        assert_eq!(visit.wrong(), [code], "{visit:#?}");
        assert!(visit.named(code).means.contains(folder));
        assert!(
            house.sandbox.mailbox(LUNCH, folder).is_empty(),
            "and taken away"
        );
        house.sandbox.stop().await;
    }
}

#[tokio::test]
async fn mail_that_is_returned_or_lost_is_told() {
    let mut options = options();
    options.bouncing = vec![LUNCH.to_owned()];
    options.subaddressing = false;
    let mut house = House::with(options).await;
    house.plan.mail = "reply_to = \"plain\"\n".to_owned();
    let visit = house.visit().await;
    let (_, remedy) = visit.told("round-trip-lost");
    assert!(
        remedy.contains("look on the provider's web page"),
        "{remedy}"
    );
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_off_is_told() {
    for (by, words) in [
        (TimeDelta::minutes(-45), "45 minutes behind"),
        (TimeDelta::hours(3), "hours ahead of"),
    ] {
        let mut options = options();
        options.clock = Clock::by_hand(Clock::Wall.now() + by);
        let house = House::with(options).await;
        let visit = house.visit().await;
        let (means, remedy) = visit.told("clock-differs");
        assert!(means.contains(words), "{means}");
        assert!(remedy.contains("NTP"), "{remedy}");
        house.sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_submission_that_is_refused_says_why() {
    for (when, code, named) in [
        (FaultPoint::Mail, 553, "submission-refused"),
        (FaultPoint::Dot, 554, "submission-refused"),
        (FaultPoint::Data, 451, "submission-put-off"),
    ] {
        let house = House::with(options()).await;
        house.sandbox.refuse(Fault {
            when,
            what: Trouble::refuse(code, "5.7.1 Not like this"),
            times: None,
        });
        let visit = house.visit().await;
        let (means, _) = visit.told(named);
        assert!(means.contains("Not like this"), "{means}");
        house.sandbox.stop().await;
    }
}

#[tokio::test]
async fn it_can_be_left_out_and_a_long_address_is_told() {
    let mut house = House::with(options()).await;
    house.with.round_trip = false;
    let visit = house.visit().await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    assert!(house.sandbox.delivered().is_empty());
    house.sandbox.stop().await;
}
