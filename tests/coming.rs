//! `preview --coming`: what it tells is what then comes, to the minute, and it changes nothing.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use chrono::{DateTime, TimeDelta, Utc};
use postlunch::demo::client::Habit;
use serde_json::Value;
use support::letters::Kind;
use support::script::BEGINNING;
use support::theatre::Theatre;
use support::{ALICE, BOB, CARA};

/// A mail: when, to whom, under which subject.
type Line = (DateTime<Utc>, String, String);

/// What is told of the time to come, by `preview --coming 45d`.
fn told(theatre: &mut Theatre, within: &str) -> Vec<Line> {
    let answer = theatre.ask(&["preview", "--coming", within]);
    assert_eq!(answer["daemon"], true, "{answer}");
    assert_eq!(answer["more"], false, "{answer}");
    let mails = answer["mails"].as_array().expect("mails");
    let text = |mail: &Value, field: &str| mail[field].as_str().expect(field).to_owned();
    let mut lines: Vec<Line> = mails
        .iter()
        .map(|mail| {
            assert_eq!(mail["waiting"], false, "{mail}");
            let at = text(mail, "at").parse().expect("a moment");
            (at, text(mail, "to"), text(mail, "subject"))
        })
        .collect();
    lines.sort();
    lines
}

/// What everybody has got, after this many before.
fn got(theatre: &mut Theatre, before: &[usize]) -> Vec<Line> {
    theatre.all_delivered();
    let mut lines = Vec::new();
    for (person, before) in [ALICE, BOB, CARA].into_iter().zip(before) {
        for letter in theatre.letters(person).into_iter().skip(*before) {
            let subject = letter.mail.subject.clone();
            lines.push((letter.date(), person.address.to_owned(), subject));
        }
    }
    lines.sort();
    lines
}

fn counts(theatre: &mut Theatre) -> Vec<usize> {
    theatre.all_delivered();
    [ALICE, BOB, CARA]
        .map(|person| theatre.letters(person).len())
        .to_vec()
}

/// Tells, waits as long, and compares.
fn comes_as_told(theatre: &mut Theatre, days: i64, least: usize) -> Vec<Line> {
    let within = format!("{days}d");
    let before = counts(theatre);
    let told_first = told(theatre, &within);
    assert_eq!(
        told_first,
        told(theatre, &within),
        "looking changes nothing"
    );
    assert_eq!(counts(theatre), before, "looking sends nothing");
    theatre.pass(TimeDelta::days(days));
    let came = got(theatre, &before);
    assert_eq!(told_first, came, "see {}", theatre.folder().display());
    assert!(came.len() >= least, "{came:#?}");
    came
}

#[test]
fn an_invitation_that_nobody_answers() {
    let mut theatre = Theatre::sandbox("coming-silence", BEGINNING).open();
    assert!(told(&mut theatre, "60d").is_empty());
    theatre.invite(ALICE, &[BOB.address, CARA.address], None);
    theatre.take(BOB, Kind::Invitation);
    theatre.take(CARA, Kind::Invitation);
    // Two are asked once more, and Alice hears of each silence.
    assert_eq!(comes_as_told(&mut theatre, 60, 4).len(), 4);
    assert!(told(&mut theatre, "400d").is_empty());
    theatre.close();
}

#[test]
fn lunches_with_notes_pauses_and_a_month_that_turns() {
    let mut theatre = Theatre::sandbox("coming-lunches", BEGINNING).open();
    theatre.invite(ALICE, &[BOB.address, CARA.address], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    theatre.answer(BOB, &invitation, "Yes", Habit::Phone);
    let receipt = theatre.take(BOB, Kind::ReceiptAccepted);
    theatre.answer(
        BOB,
        &receipt,
        "goal: Talking less of the weather",
        Habit::Bare,
    );
    theatre.take(BOB, Kind::ReceiptGoal);
    comes_as_told(&mut theatre, 20, 6);

    // Whatever was written is in what comes, and in nothing that is told of it.
    let followup = theatre
        .letters(ALICE)
        .into_iter()
        .rfind(|l| l.kind == Kind::Followup);
    let followup = followup.expect("a follow-up");
    theatre.answer(
        ALICE,
        &followup,
        "Best: the zanzibar demo.\nWorst: the retro.",
        Habit::Bare,
    );
    theatre.take(ALICE, Kind::ReceiptNotes);
    let answer = theatre.ask(&["preview", "--coming", "400d"]).to_string();
    for said in ["zanzibar", "weather", "retro"] {
        assert!(!answer.contains(said), "{answer}");
    }
    let came = comes_as_told(&mut theatre, 45, 8);
    let subjects: Vec<&str> = came
        .iter()
        .map(|(_, _, subject)| subject.as_str())
        .collect();
    for wanted in ["Your lunches in", "Lunch with Alice", "Lunch with Bob"] {
        let found = subjects.iter().any(|subject| subject.starts_with(wanted));
        assert!(found, "{wanted}: {subjects:#?}");
    }

    // A pause ends by itself, and so does the silence.
    let reminder = theatre
        .letters(BOB)
        .into_iter()
        .rfind(|l| l.kind == Kind::Reminder);
    let reminder = reminder.expect("a reminder");
    theatre.answer(BOB, &reminder, "Please end the lunches.", Habit::Bare);
    theatre.take(ALICE, Kind::NoticeEnded);
    // What is left is the summary of the month they still met in, if there is one.
    assert!(comes_as_told(&mut theatre, 200, 0).len() <= 2);
    theatre.close();
}

#[test]
fn from_ones_own_mailbox_it_is_the_same() {
    let mut theatre = Theatre::personal("coming-own", BEGINNING, "subaddress").open();
    theatre.invite(ALICE, &[BOB.address], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    theatre.answer(BOB, &invitation, "Yes", Habit::Phone);
    theatre.take(BOB, Kind::ReceiptAccepted);
    comes_as_told(&mut theatre, 30, 8);
    theatre.close();
}
