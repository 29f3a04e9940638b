//! Privacy: what somebody wrote, and their name, reach nobody whom they were not meant for. Each test is
//! something that people did, and what must not follow from it.

#[path = "privacy/boards.rs"]
mod boards;
#[path = "privacy/forgotten.rs"]
mod forgotten;
#[path = "privacy/handed_on.rs"]
mod handed_on;
#[path = "privacy/leaves.rs"]
mod leaves;
#[path = "privacy/own_words.rs"]
mod own_words;
#[path = "attacks/stage.rs"]
#[allow(dead_code, reason = "each test program uses its own part of the stage")]
mod stage;

use chrono::{DateTime, Utc};
use postlunch::demo::client::Mail;
use stage::{ALICE, BOB, CARA, Stage};

/// What both say after a lunch, one line a prompt.
const SMALL: &str = "1. The demo on Friday.\n2. The mail at midnight.\n3. You asked first.";

async fn until(stage: &Stage, moment: &str) {
    let moment: DateTime<Utc> = moment.parse().expect("a moment");
    stage.pass(moment - stage.now().await).await;
}

/// The newest letter to somebody that holds these words.
#[track_caller]
fn letter(stage: &Stage, address: &str, words: &str) -> Mail {
    let letters = stage.letters(address);
    let found = letters.iter().rev().find(|l| one_line(l).contains(words));
    let had: Vec<_> = letters.iter().map(|l| &l.subject).collect();
    found
        .cloned()
        .unwrap_or_else(|| panic!("no letter to {address} says {words}; there are {had:#?}"))
}

/// How many letters to somebody hold these words.
fn count(stage: &Stage, address: &str, words: &str) -> usize {
    let letters = stage.letters(address).into_iter();
    letters.filter(|l| one_line(l).contains(words)).count()
}

/// Subject and text in one line.
fn one_line(letter: &Mail) -> String {
    let text = letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{} {text}", letter.subject)
}

/// After the lunch of that day of 2027 both write.
async fn lunch(stage: &mut Stage, day: &str, alices: &str, bobs: &str) {
    until(stage, &format!("2027-{day}T15:00:00Z")).await;
    for (who, notes) in [(ALICE, alices), (BOB, bobs)] {
        let asked = letter(stage, who, "How was it? Reply");
        stage.answers(who, &asked, notes).await;
    }
}

/// Alice meets Bob, and Cara too; what Bob writes as her focus after their first lunch she takes up.
/// Gives the letter that told her.
async fn taken_up(bobs: &str) -> (Stage, Mail) {
    let mut stage = Stage::set().await;
    stage.meeting().await;
    let asked = stage.invite(format!("Alice <{ALICE}>"), format!("Cara <{CARA}>"));
    asked.await.expect("an invitation");
    let invitation = stage.latest(CARA);
    stage.answers(CARA, &invitation, "Yes").await;
    lunch(&mut stage, "01-07", SMALL, bobs).await;
    let told = letter(&stage, ALICE, "Here is what Bob wrote");
    stage.answers(ALICE, &told, "Take it up").await;
    (stage, told)
}
