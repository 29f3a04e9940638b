//! Answers to a letter that belongs to no single pairing: the summary is between us and its
//! reader. What can only mean the lunches means the only pairing; nothing else reaches a partner.

use chrono::TimeDelta;
use postlunch::demo::client::{Habit, Mail};
use postlunch::demo::stage::{ANA, BEN, CARA, Player, Stage};

const SUMMARY: &str = "Your lunches in January";

/// Ben has said yes to everybody who asked, and has written notes; the month has turned.
async fn february(inviters: &[Player]) -> Stage {
    let start = "2027-01-04T08:00:00Z".parse().expect("a moment");
    let mut stage = Stage::set(start).await.expect("a stage");
    for inviter in inviters {
        stage.invite(*inviter, &[BEN], "").await.expect("invited");
        answer(&mut stage, BEN, "One on one", "yes, gladly").await;
    }
    stage.pass(TimeDelta::days(4)).await.expect("four days");
    let notes = "1. the demo\n2. the retro\n3. asking first";
    answer(&mut stage, BEN, "7 January: your notes", notes).await;
    stage.pass(TimeDelta::days(25)).await.expect("a month");
    stage.arrived();
    stage
}

async fn answer(stage: &mut Stage, by: Player, to: &str, words: &str) {
    let letter = stage.latest(by, to).expect("a letter");
    let answered = stage.reply(by, &letter, words, Habit::Phone).await;
    answered.expect("answered");
}

fn letters_to(came: &[(Player, Mail)], who: Player) -> Vec<&str> {
    let to_them = came.iter().filter(|(to, _)| *to == who);
    let mut subjects: Vec<&str> = to_them.map(|(_, mail)| mail.subject.as_str()).collect();
    subjects.sort_unstable();
    subjects
}

#[tokio::test]
async fn end_in_answer_to_a_summary_ends_the_only_lunches() {
    let mut stage = february(&[ANA]).await;
    answer(&mut stage, BEN, SUMMARY, "end").await;
    let came = stage.arrived();
    assert_eq!(
        letters_to(&came, ANA),
        [
            "Cancelled: Lunch with Ben",
            "Your lunches with Ben have ended"
        ]
    );
    assert_eq!(
        letters_to(&came, BEN),
        ["Cancelled: Lunch with Ana", &format!("Re: {SUMMARY}")]
    );
    stage.strike().await.expect("struck");
}

#[tokio::test]
async fn what_somebody_says_to_their_summary_reaches_no_partner() {
    let mut stage = february(&[ANA]).await;
    for words in [
        "Thanks, I like this!",
        "Who else can see this?",
        "hmm, perhaps, mostly",
    ] {
        answer(&mut stage, BEN, SUMMARY, words).await;
        let came = stage.arrived();
        assert_eq!(letters_to(&came, ANA), [""; 0], "{words}");
    }
    stage.strike().await.expect("struck");
}

#[tokio::test]
async fn where_several_could_be_meant_nothing_ends() {
    let mut stage = february(&[ANA, CARA]).await;
    answer(&mut stage, BEN, SUMMARY, "end").await;
    let came = stage.arrived();
    assert_eq!(letters_to(&came, ANA), [""; 0]);
    assert_eq!(letters_to(&came, CARA), [""; 0]);
    assert_eq!(letters_to(&came, BEN).len(), 1, "Ben is told");
    stage.strike().await.expect("struck");
}
