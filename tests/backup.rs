//! A backup made while the daemon runs, life going on, and the backup put back: nothing is lost that
//! still lies in the mailbox, nothing that was sent goes out again, and the forgotten stay forgotten.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use chrono::TimeDelta;
use postlunch::demo::client::Habit;
use serde_json::Value;
use std::path::{Path, PathBuf};
use support::letters::{Kind, assert_once};
use support::process::Ended;
use support::script::BEGINNING;
use support::theatre::Theatre;
use support::trials::kinds;
use support::{ALICE, BOB, CARA, DAN};

fn backup(theatre: &mut Theatre) -> PathBuf {
    let folder = theatre.folder().join("backups");
    let told = theatre.ask(&["store", "backup", folder.to_str().expect("a path")]);
    assert!(told["records"].as_u64() > Some(10), "{told}");
    assert!(folder.join("keyring").exists());
    PathBuf::from(told["file"].as_str().expect("a file"))
}

/// Stops the daemon, puts the backup back and starts it again, as late as it was.
fn restore(theatre: &mut Theatre, file: &Path) -> Value {
    let now = theatre.now().to_rfc3339();
    let order = [
        "store",
        "restore",
        file.to_str().expect("a path"),
        "--rehearsal",
    ];
    match theatre.process.command(&order) {
        Ended::Badly(why) => assert!(why.contains("another postlunch"), "{why}"),
        other => panic!("while it runs: {other:?}"),
    }
    assert_eq!(theatre.process.stop(), Some(0));
    let told = match theatre.process.command(&order) {
        Ended::Well(told) => told,
        other => panic!("{other:?}"),
    };
    theatre.process.begins = now.parse().expect("a moment");
    theatre.process.start();
    told
}

/// From the invitations to the backup, and then on: a no, a reminder, somebody forgotten.
fn life_goes_on(theatre: &mut Theatre) -> PathBuf {
    theatre.invite(ALICE, &[BOB.address, CARA.address, DAN.address], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    theatre.answer(BOB, &invitation, "Yes, gladly", Habit::Webmail);
    theatre.take(BOB, Kind::ReceiptAccepted);
    theatre.take(BOB, Kind::CalendarRequest);
    theatre.pass(TimeDelta::hours(1));
    let file = backup(theatre);
    let invitation = theatre.take(CARA, Kind::Invitation);
    theatre.answer(CARA, &invitation, "No thanks", Habit::Phone);
    theatre.take(CARA, Kind::ReceiptDeclined);
    theatre.take(ALICE, Kind::NoticeDeclined);
    theatre.pass_until("2027-01-06T16:00:00Z".parse().expect("a moment"));
    theatre.take(BOB, Kind::Reminder);
    theatre.take(ALICE, Kind::Reminder);
    theatre.ask(&["person", "stop", DAN.address]);
    theatre.pass(TimeDelta::minutes(10));
    theatre.ask(&["person", "forget", DAN.address]);
    theatre.all_delivered();
    file
}

fn put_back(mut theatre: Theatre, with_sent_copies: bool) {
    let file = life_goes_on(&mut theatre);
    let people = [ALICE, BOB, CARA, DAN];
    let before = people.map(|person| kinds(&mut theatre, person));
    let told = restore(&mut theatre, &file);
    assert!(told["forgotten"].as_u64() >= Some(1), "{told}");
    let status = theatre.status();
    assert_eq!(
        (&status["hold"], &status["restored"]),
        (&true.into(), &true.into())
    );
    let warned = status["warnings"].to_string();
    assert!(warned.contains("put back from a backup"), "{warned}");
    theatre.pass(TimeDelta::hours(2));
    theatre.ask(&["resume"]);
    theatre.pass(TimeDelta::hours(2));
    assert_eq!(theatre.status()["restored"], false);
    theatre.all_delivered();
    let after = people.map(|person| kinds(&mut theatre, person));
    assert_eq!(
        before, after,
        "nothing sent since the backup goes out again"
    );
    // And the practice goes on: after the lunch both are asked, Cara and Dan are left in peace.
    theatre.pass_until("2027-01-12T16:00:00Z".parse().expect("a moment"));
    let followup = theatre.take(BOB, Kind::Followup);
    theatre.take(ALICE, Kind::Followup);
    theatre.answer(BOB, &followup, "Best: the demo.", Habit::Phone);
    theatre.take(BOB, Kind::ReceiptNotes);
    theatre.pass(TimeDelta::days(20));
    for person in people {
        assert_once(person.name, &theatre.letters(person));
    }
    assert_eq!(
        kinds(&mut theatre, CARA),
        [Kind::Invitation, Kind::ReceiptDeclined]
    );
    assert_eq!(kinds(&mut theatre, DAN), before[3]);
    let again = ["invite", "--from", ALICE.address, "--to", DAN.address];
    let refused = theatre.process.command(&again);
    assert!(matches!(refused, Ended::Badly(_)), "{refused:?}");
    assert_eq!(
        theatre.log().contains("it stands in the sent mail"),
        with_sent_copies
    );
    theatre.close();
}

#[test]
fn a_backup_is_put_back_and_nothing_is_said_twice() {
    put_back(Theatre::sandbox("backup", BEGINNING).open(), true);
}

#[test]
fn where_no_sent_mail_is_kept_what_may_have_been_said_stays_unsaid() {
    put_back(Theatre::austere("backup-austere", BEGINNING).open(), false);
}

#[test]
fn without_a_daemon_the_command_makes_the_backup_itself() {
    let mut theatre = Theatre::sandbox("backup-stopped", BEGINNING).open();
    theatre.invite(ALICE, &[BOB.address], None);
    theatre.take(BOB, Kind::Invitation);
    let folder = theatre.folder().join("elsewhere");
    assert_eq!(theatre.process.stop(), Some(0));
    let order = [
        "store",
        "backup",
        folder.to_str().expect("a path"),
        "--rehearsal",
    ];
    let first = theatre.process.command(&order);
    std::thread::sleep(std::time::Duration::from_millis(1100)); // the name tells the second
    let second = theatre.process.command(&order);
    let (Ended::Well(first), Ended::Well(second)) = (first, second) else {
        panic!("no backups");
    };
    assert_ne!(first["file"], second["file"]);
    assert_eq!(first["records"], second["records"]);
    theatre.process.start();
    theatre.close();
}

/// No restart would mend it, so a supervisor must not try: and the message says what does.
#[test]
fn a_damaged_journal_ends_the_start_with_78_and_the_remedy_helps() {
    let mut theatre = Theatre::sandbox("damaged", BEGINNING).open();
    theatre.invite(ALICE, &[BOB.address], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    assert_eq!(theatre.process.stop(), Some(0));
    let segment = theatre
        .folder()
        .join("store-rehearsal/journal/00000001.seg");
    let mut octets = std::fs::read(&segment).expect("a journal");
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    std::fs::write(&segment, octets).expect("written");
    let ended = theatre.process.try_start().expect_err("a damaged store");
    assert!(ended.contains("78"), "{ended}");
    assert!(theatre.log().contains("store rebuild`"));
    let refused = theatre.process.command(&["store", "verify", "--rehearsal"]);
    assert!(matches!(refused, Ended::Badly(_)), "{refused:?}");
    let rebuilt = theatre
        .process
        .command(&["store", "rebuild", "--rehearsal"]);
    assert!(matches!(rebuilt, Ended::Well(_)), "{rebuilt:?}");
    theatre.process.start();
    theatre.answer(BOB, &invitation, "Yes, gladly", Habit::Webmail);
    theatre.take(BOB, Kind::ReceiptAccepted);
    theatre.close();
}
