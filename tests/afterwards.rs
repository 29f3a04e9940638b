//! What comes late, told on the embedded sandbox: words after an end, second thoughts, and answers to
//! letters of long ago.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use chrono::{DateTime, Utc};
use postlunch::demo::client::Habit;
use support::calendars::Entry;
use support::letters::{Kind, Received, holds, lacks};
use support::script::BEGINNING;
use support::theatre::{Theatre, says};
use support::{ALICE, BOB};

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// Alice and Bob meet every other Thursday, first on 7 January 2027. Returns the invitation, and Bob's
/// receipt.
fn couple(name: &str) -> (Theatre, Received, Received) {
    let mut theatre = Theatre::sandbox(name, BEGINNING).open();
    theatre.invite(ALICE, &[BOB.address], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    let receipt = says(&mut theatre, BOB, &invitation, "Yes", Kind::ReceiptAccepted);
    (theatre, invitation, receipt)
}

#[test]
fn whoever_ended_it_may_want_it_back_and_the_other_is_asked_first() {
    let (mut theatre, _, receipt) = couple("resume-after-end");
    theatre.take(ALICE, Kind::CalendarRequest);
    let ended = says(&mut theatre, BOB, &receipt, "end", Kind::ReceiptEnded);
    holds(&ended, &["Reply \"resume\", and I ask Alice"]);
    theatre.take(ALICE, Kind::NoticeEnded);
    theatre.take(ALICE, Kind::CalendarCancel);
    theatre.pass_until(moment("2027-01-05T12:00:00Z"));
    let asked = says(&mut theatre, BOB, &ended, "resume", Kind::ReceiptAskedAnew);
    holds(&asked, &["I ask Alice anew", "before Alice says yes"]);
    let invitation = theatre.take(ALICE, Kind::Invitation);
    holds(&invitation, &["I'd like to take our lunches up again."]);
    assert!(
        invitation.mail.from.starts_with("Bob"),
        "{}",
        invitation.mail.from
    );
    // Until she answers there is nothing in anybody's calendar, and nobody is reminded.
    theatre.pass_until(moment("2027-01-07T16:00:00Z"));
    let letters = [ALICE, BOB].map(|who| theatre.letters(who));
    let after = letters.iter().flatten().filter(|letter| {
        matches!(
            letter.kind,
            Kind::Reminder | Kind::Followup | Kind::CalendarUpdate
        )
    });
    assert_eq!(after.count(), 0);
    let yes = says(
        &mut theatre,
        ALICE,
        &invitation,
        "Yes",
        Kind::ReceiptAccepted,
    );
    holds(&yes, &["every other Thursday"]);
    theatre.take(BOB, Kind::NoticeAccepted);
    assert!(!Entry::of(&theatre.take(BOB, Kind::CalendarRequest)).cancelled);
    theatre.close();
}

#[test]
fn notes_after_an_end_come_back_and_say_why() {
    let (mut theatre, _, receipt) = couple("notes-after-end");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let followup = theatre.take(ALICE, Kind::Followup);
    says(&mut theatre, BOB, &receipt, "end", Kind::ReceiptEnded);
    theatre.take(ALICE, Kind::NoticeEnded);
    let words = "1. The demo on Friday.\n2. The Pfifferling mail at midnight.\n3. None.";
    let back = says(&mut theatre, ALICE, &followup, words, Kind::Returned);
    holds(
        &back,
        &[
            "Your lunches with Bob have ended",
            "Bob hasn't read this",
            "Pfifferling",
        ],
    );
    lacks(&back, &["couldn't tell", "\"end\" ends"]);
    theatre.pass_until(moment("2027-03-07T15:00:00Z"));
    for letter in theatre.letters(BOB) {
        lacks(&letter, &["Pfifferling"]);
    }
    theatre.close();
}

/// It is her own address and her own letter: nobody asks whether it was she.
#[test]
fn an_answer_to_an_old_letter_is_asked_about_for_what_it_is() {
    let (mut theatre, _, _) = couple("old-letter");
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(ALICE, Kind::Reminder);
    theatre.pass_until(moment("2027-05-03T12:00:00Z"));
    let asked = says(
        &mut theatre,
        ALICE,
        &reminder,
        "Can't make it, sorry, skip this one",
        Kind::Question,
    );
    holds(
        &asked,
        &["an old letter of mine", "6 January", "skip this one"],
    );
    // Her answer to that is about the lunches of today.
    let skipped = says(
        &mut theatre,
        ALICE,
        &asked,
        "Skip the next lunch",
        Kind::ReceiptSkipped,
    );
    lacks(&skipped, &["January"]);
    assert!(Entry::of(&skipped).cancelled, "in one mail");
    // Thanks for it ask for nothing.
    let before = theatre.letters(ALICE).len();
    theatre.answer(ALICE, &reminder, "Thank you!", Habit::Phone);
    theatre.all_delivered();
    assert_eq!(theatre.letters(ALICE).len(), before);
    theatre.close();
}
