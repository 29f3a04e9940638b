//! A disk that runs full under the daemon, and mails on which it stumbles: new work waits and goes on
//! by itself, one mail is set aside and the others go on. Wants `--features crash-points`, by which
//! a test says how much disk is free and which mail is poisoned.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use chrono::TimeDelta;
use postlunch::demo::client::Habit;
use serde_json::Value;
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::letters::{Kind, Received};
use support::process::Points;
use support::script::BEGINNING;
use support::theatre::Theatre;
use support::trials::kinds;
use support::{ALICE, BOB, CARA, DAN};

fn theatre(name: &str) -> Theatre {
    let mut theatre = Theatre::sandbox(name, BEGINNING);
    let folder = theatre.folder().join("points");
    std::fs::create_dir(&folder).expect("a folder");
    theatre.process.points = Some(Points::new(&folder));
    theatre.open()
}

fn say(theatre: &Theatre, name: &str, words: Option<&str>) {
    let points = theatre.process.points.as_ref().expect("points");
    points.say(name, words);
}

/// What `status` says, well or not.
fn status(theatre: &mut Theatre) -> String {
    theatre.status().to_string()
}

fn until(what: &str, theatre: &mut Theatre, mut done: impl FnMut(&mut Theatre) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(40);
    while !done(theatre) {
        let folder = theatre.folder().display().to_string();
        assert!(
            Instant::now() < deadline,
            "waited in vain for {what}; see {folder}"
        );
        sleep(Duration::from_millis(100));
    }
}

fn invite(theatre: &mut Theatre, to: &[support::Person]) -> Vec<Received> {
    let addresses: Vec<&str> = to.iter().map(|person| person.address).collect();
    theatre.invite(ALICE, &addresses, None);
    let take = |person: &support::Person| theatre.take(*person, Kind::Invitation);
    to.iter().map(take).collect()
}

#[test]
fn on_a_full_disk_work_waits_and_goes_on_by_itself() {
    let mut theatre = theatre("full-disk");
    let invitations = invite(&mut theatre, &[BOB, CARA]);
    for free in ["19000000", "0"] {
        say(&theatre, "free", Some(free));
        let told = status(&mut theatre);
        assert!(
            told.contains("\"wrong\"") && told.contains("new work waits"),
            "{told}"
        );
        let refused =
            theatre
                .process
                .command(&["invite", "--from", ALICE.address, "--to", DAN.address]);
        assert!(
            format!("{refused:?}").contains("disk is nearly full"),
            "{refused:?}"
        );
        let (person, invitation) = match free {
            "0" => (CARA, &invitations[1]),
            _ => (BOB, &invitations[0]),
        };
        let before = theatre.letters(person).len();
        let id = theatre.submit_answer(person, invitation, "No thanks", Habit::Phone, "");
        sleep(Duration::from_secs(2));
        let (folder, _) = theatre.place(&id).expect("it is kept");
        assert_eq!(folder, "INBOX", "undecided mail waits where it is");
        assert_eq!(theatre.letters(person).len(), before);
        assert!(theatre.process.is_up() && status(&mut theatre).contains("new work waits"));
        say(&theatre, "free", None);
        theatre.take(person, Kind::ReceiptDeclined); // nobody asked the daemon to look
        theatre.take(ALICE, Kind::NoticeDeclined);
    }
    assert!(theatre.log().contains("there is room on the disk again"));
    theatre.pass(TimeDelta::days(20));
    for person in [BOB, CARA] {
        assert_eq!(
            kinds(&mut theatre, person),
            [Kind::Invitation, Kind::ReceiptDeclined]
        );
    }
    theatre.close();
}

/// The disk is full from between the sending of a letter and the writing down of it.
#[test]
fn a_letter_taken_while_the_disk_filled_up_is_not_sent_again() {
    let mut theatre = theatre("full-after-dot");
    let fault = postlunch::sandbox::FaultPoint::AfterDot;
    let slow = postlunch::sandbox::Trouble::Delay(Duration::from_secs(3));
    theatre.order(fault, slow);
    theatre.invite_in_the_background(ALICE, BOB);
    let taken = |theatre: &mut Theatre| status(theatre).contains("\"in_flight\":1");
    until("a letter on its way", &mut theatre, taken);
    say(&theatre, "free", Some("0"));
    sleep(Duration::from_secs(5));
    assert_eq!(kinds(&mut theatre, BOB), [Kind::Invitation]);
    say(&theatre, "free", None);
    let settled = |theatre: &mut Theatre| status(theatre).contains("\"accepted\":1");
    until("the letter to be written down", &mut theatre, settled);
    theatre.pass(TimeDelta::days(1));
    assert_eq!(kinds(&mut theatre, BOB), [Kind::Invitation]);
    theatre.close();
}

#[test]
fn a_start_on_a_full_disk_waits_for_room() {
    let mut theatre = theatre("full-start");
    invite(&mut theatre, &[BOB]);
    assert_eq!(theatre.process.stop(), Some(0));
    say(&theatre, "free", Some("0"));
    let points = theatre.folder().join("points/free");
    let later = std::thread::spawn(move || {
        sleep(Duration::from_secs(4));
        std::fs::remove_file(points).expect("a file");
    });
    theatre.process.start(); // it answers nothing but why, until there is room
    later.join().expect("no panic");
    assert!(theatre.log().contains("the disk is full"));
    assert_eq!(kinds(&mut theatre, BOB), [Kind::Invitation]);
    theatre.close();
}

fn reviews(theatre: &mut Theatre) -> Vec<Value> {
    let told = theatre.ask(&["review", "list"]);
    told["reviews"].as_array().expect("a list").clone()
}

/// A panic in reading, a panic in deciding, and a process that ends: each mail is tried three times,
/// then set aside, and everybody else is answered.
#[test]
fn a_poisoned_mail_is_set_aside_and_the_others_go_on() {
    for poison in ["read", "decide", "end read", "end decide"] {
        println!("{poison}");
        let mut theatre = theatre("poison");
        let invitations = invite(&mut theatre, &[BOB, CARA]);
        let (id, octets) = theatre.compose(BOB, &invitations[0], "Yes, gladly", Habit::Webmail, "");
        let words = format!("{poison} {id}");
        say(&theatre, "poison", Some(&words));
        theatre.arrive(BOB.address, &invitations[0].mail.reply_to, octets);
        theatre.post_answer(CARA, &invitations[1], "No thanks");
        if poison.starts_with("end") {
            assert!(theatre.process.ends(), "the process ends with the mail");
            for _ in 0..2 {
                // It meets the mail at once, maybe before it can say that it is up.
                if theatre.process.try_start().is_ok() {
                    theatre.process.ends();
                }
            }
            theatre.process.start();
        }
        until("the mail to be set aside", &mut theatre, |theatre| {
            theatre.log().contains("set a mail aside")
        });
        theatre.take(CARA, Kind::ReceiptDeclined);
        let listed = reviews(&mut theatre);
        let told = format!("{listed:?}");
        assert_eq!(listed.len(), 1, "{told}");
        assert!(
            told.contains(BOB.address) && told.contains("failed three times"),
            "{told}"
        );
        assert!(!told.contains("gladly") && told.contains(&id), "{told}");
        until("the mail to lie in Review", &mut theatre, |theatre| {
            theatre
                .place(&id)
                .is_some_and(|(folder, _)| folder == "Postlunch/Review")
        });
        assert_eq!(
            theatre.log().matches("a mail could not be handled").count(),
            3
        );
        let warned = status(&mut theatre);
        assert!(warned.contains("review list"), "{warned}");

        // Tried again before it is mended, it comes back; after that it is answered.
        if poison == "read" {
            theatre.ask(&["review", "retry", "1"]);
            until("the mail to come back", &mut theatre, |theatre| {
                reviews(theatre).iter().any(|line| line["number"] == 2)
            });
        }
        say(&theatre, "poison", None);
        let number = reviews(&mut theatre)[0]["number"].to_string();
        until("the mail to lie in Review", &mut theatre, |theatre| {
            theatre
                .place(&id)
                .is_some_and(|(folder, _)| folder == "Postlunch/Review")
        });
        if poison == "decide" {
            theatre.ask(&["review", "dismiss", &number]);
            until("the mail to lie in Done", &mut theatre, |theatre| {
                theatre
                    .place(&id)
                    .is_some_and(|(folder, _)| folder == "Postlunch/Done")
            });
            theatre.pump();
            assert_eq!(kinds(&mut theatre, BOB), [Kind::Invitation]);
        } else {
            theatre.ask(&["review", "retry", &number]);
            theatre.pump();
            theatre.take(BOB, Kind::ReceiptAccepted);
            let (folder, _) = theatre.place(&id).expect("it is kept");
            assert_eq!(folder, "Postlunch/Done");
        }
        assert_eq!(reviews(&mut theatre), [Value::Null; 0]);
        theatre.close();
    }
}
