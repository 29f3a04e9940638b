//! Leave that somebody gave is for what they were asked about, and can be taken back for ever.

use super::stage::{ALICE, BOB, CARA, Stage};
use super::{SMALL, count, letter, lunch, until};
use chrono::TimeDelta;
use postlunch::demo::client::Mail;

const BOARD: &str = "board@example.test";

const HIS: &str = "1. The pelican call on Monday.\n2. None.\n3. You listened.";

/// Alice and Bob have met once, and Alice asks Bob whether she may quote him.
async fn asked() -> Stage {
    let mut stage = Stage::set_for(&[BOARD], "").await;
    stage.meeting().await;
    lunch(&mut stage, "01-07", SMALL, HIS).await;
    let told = letter(&stage, ALICE, "Here is what Bob wrote");
    stage.answers(ALICE, &told, "quote 1").await;
    stage
}

/// Alice names a board, and after the next lunch Bob's words may go there; gives the letter that asked him.
async fn leave_for_a_board(stage: &mut Stage) -> Mail {
    let any = letter(stage, ALICE, "Bob");
    stage.answers(ALICE, &any, &format!("board: {BOARD}")).await;
    let confirm = letter(stage, ALICE, "You named a board");
    stage.answers(ALICE, &confirm, "Yes").await;
    lunch(stage, "01-21", SMALL, HIS).await;
    let board = letter(stage, BOB, "May it go to Alice's board?");
    stage.answers(BOB, &board, "Yes").await;
    board
}

#[tokio::test]
async fn leave_is_taken_back_by_a_letter_of_any_age() {
    let mut stage = asked().await;
    let permission = letter(&stage, BOB, "May Alice quote you?");
    stage.answers(BOB, &permission, "Yes, by name").await;
    letter(&stage, BOB, "with your name beside it");
    let board = leave_for_a_board(&mut stage).await;

    stage.pass(TimeDelta::days(100)).await;
    stage
        .answers(BOB, &permission, "Yes, without my name")
        .await;
    assert_eq!(
        count(&stage, BOB, "an old letter of mine"),
        1,
        "a yes grows old"
    );
    stage.answers(BOB, &permission, "No").await;
    letter(&stage, BOB, "won't quote this");
    stage.answers(BOB, &board, "No").await;
    letter(&stage, BOB, "None of your words go to that board");
    stage.answers(BOB, &permission, "no quotes").await;
    assert_eq!(count(&stage, BOB, "an old letter of mine"), 1);
    assert_eq!(stage.standing().await, "meeting");
    stage.strike().await;
}

/// "Just reply to this letter", says the receipt: a no to it is none to the lunches.
#[tokio::test]
async fn a_no_to_the_receipt_takes_leave_back_and_ends_no_lunches() {
    let mut stage = asked().await;
    let permission = letter(&stage, BOB, "May Alice quote you?");
    stage.answers(BOB, &permission, "Yes, by name").await;
    let receipt = letter(&stage, BOB, "with your name beside it");
    stage.answers(BOB, &receipt, "No").await;
    let receipt = letter(&stage, BOB, "won't quote this");
    assert_eq!(stage.standing().await, "meeting");
    stage.answers(BOB, &receipt, "Yes, without my name").await;
    letter(&stage, BOB, "may show this, without your name");

    leave_for_a_board(&mut stage).await;
    let receipt = letter(&stage, BOB, "stands on that board too");
    stage.answers(BOB, &receipt, "No").await;
    letter(&stage, BOB, "None of your words go to that board");
    assert_eq!(stage.standing().await, "meeting");
    stage.strike().await;
}

/// From a letter about nobody in particular it is all leave there is: one receipt, and one word to each partner.
#[tokio::test]
async fn no_quotes_from_a_summary_brings_one_receipt() {
    let mut stage = asked().await;
    let permission = letter(&stage, BOB, "May Alice quote you?");
    stage.answers(BOB, &permission, "Yes, by name").await;
    let invited = stage.invite(format!("Bob <{BOB}>"), format!("Cara <{CARA}>"));
    invited.await.expect("an invitation");
    let invitation = stage.latest(CARA);
    stage.answers(CARA, &invitation, "Yes").await;
    until(&stage, "2027-02-03T12:00:00Z").await;
    let month = letter(&stage, BOB, "Nobody else gets this");
    stage.answers(BOB, &month, "no quotes").await;
    assert_eq!(
        count(&stage, BOB, "may be quoted, whatever was said before"),
        1
    );
    let told = "stays between the two of you from now on";
    assert_eq!(
        (count(&stage, ALICE, told), count(&stage, CARA, told)),
        (1, 0)
    );
    // A no to the receipt is the same again, and no no to any lunches.
    let receipt = letter(&stage, BOB, "may be quoted, whatever was said before");
    stage.answers(BOB, &receipt, "No").await;
    assert_eq!(count(&stage, ALICE, told), 1);
    assert!(stage.pairings().await.iter().all(|p| p.stage == "meeting"));
    stage.strike().await;
}

#[tokio::test]
async fn leave_for_one_wording_is_none_for_the_next() {
    let mut stage = asked().await;
    let first = letter(&stage, BOB, "May Alice quote you?");
    let noted = letter(&stage, BOB, "Here is what I understood of your notes");
    let better = "best: The walrus call, where you lost your temper.";
    stage.answers(BOB, &noted, better).await;
    let told = letter(&stage, ALICE, "walrus");
    stage.answers(ALICE, &told, "quote 1").await;
    assert_eq!(count(&stage, BOB, "May Bob"), 0);
    let second = letter(&stage, BOB, "May Alice quote you?");
    assert!(second.text.contains("walrus") && first.text.contains("pelican"));
    stage.answers(BOB, &first, "Yes, by name").await;
    assert_eq!(count(&stage, ALICE, "Yes, by name"), 0);
    stage.answers(ALICE, &told, "quote 1").await;
    letter(&stage, ALICE, "ask only once");
    stage.answers(BOB, &second, "Yes, by name").await;
    stage.answers(ALICE, &told, "quote 1").await;
    letter(&stage, ALICE, "yours to show");
    stage.strike().await;
}
