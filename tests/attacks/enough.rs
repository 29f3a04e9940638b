//! Too much mail for one day: who writes it hears once what becomes of it, and a machine hears nothing.

use super::stage::{BOB, Stage};
use chrono::TimeDelta;

/// More letters to somebody in a day than the ceiling allows wait until tomorrow, and they hear so.
#[tokio::test]
async fn whoever_writes_a_dozen_mails_hears_that_the_answers_come_tomorrow() {
    let mut stage = Stage::set_for(&[], "mails_per_person_per_day = 10").await;
    let receipt = stage.meeting().await;
    for number in 0..14 {
        stage
            .answers(
                BOB,
                &receipt,
                &format!("another goal: Listening, take {number}"),
            )
            .await;
    }
    let told = |stage: &Stage| {
        let letters = stage.letters(BOB).into_iter();
        letters
            .filter(|l| l.subject == "A lot of mail for one day")
            .count()
    };
    let goals = |stage: &Stage| {
        let letters = stage.letters(BOB).into_iter();
        letters.filter(|l| l.text.contains("Listening")).count()
    };
    assert_eq!(told(&stage), 1, "once, however often he writes");
    assert_eq!(
        stage.letters(BOB).len(),
        11,
        "ten, and the word that it was ten"
    );
    stage.pass(TimeDelta::days(1)).await;
    assert_eq!(
        goals(&stage),
        14,
        "every one of them was read, and answered"
    );
    assert_eq!(told(&stage), 1);
    stage.strike().await;
}

/// The same words over and over are a machine's, which is told nothing.
#[tokio::test]
async fn a_machine_that_repeats_itself_is_told_nothing() {
    let mut stage = Stage::set().await;
    let receipt = stage.meeting().await;
    for number in 0..12 {
        let head = format!(
            "From: {BOB}\nTo: {}\nSubject: Re: Lunch {number}",
            receipt.reply_to
        );
        stage.lands(&receipt.reply_to, &head, "goal: Speaking up");
    }
    stage.pass(TimeDelta::zero()).await;
    assert!(stage.status().await.set_aside > 0, "a loop is noticed");
    let subjects = stage.subjects(BOB);
    assert!(
        !subjects.iter().any(|s| s.contains("A lot of mail")),
        "{subjects:?}"
    );
    stage.strike().await;
}
