//! A board may be read by anybody: what goes there is its owner's, or was allowed for that board by whoever
//! wrote it, and whoever is there can end it.

use super::stage::{ALICE, BOB, LUNCH, MALLORY, Stage};
use super::{count, letter, lunch, one_line};
use postlunch::demo::client::Mail;

const BOARD: &str = "board@example.test";
const OTHER: &str = "other-board@example.test";

const HERS: &str = "1. The heron demo on Friday.\n2. The ostrich mail.\n3. You asked first.";
const HIS: &str = "1. The pelican call on Monday.\n2. The vulture retro.\n3. You listened.";

/// Bob has a board, and says yes to it.
async fn boarded() -> Stage {
    let mut stage = Stage::set_for(&[BOARD, OTHER], "").await;
    stage.meeting().await;
    names(&mut stage, BOARD).await;
    stage
}

/// After their first lunch Alice's words may go there too; gives the letter that asked her.
async fn boarded_with_leave() -> (Stage, Mail) {
    let mut stage = boarded().await;
    lunch(&mut stage, "01-07", HERS, HIS).await;
    let ask = letter(&stage, ALICE, "May it go to Bob's board?");
    stage.answers(ALICE, &ask, "Yes").await;
    (stage, ask)
}

/// Bob names a board, and confirms it; gives the letter that asked.
async fn names(stage: &mut Stage, address: &str) -> Mail {
    let asked = named(stage, address).await;
    stage.answers(BOB, &asked, "Yes").await;
    assert!(one_line(&letter(stage, BOB, "go to your board as a card")).contains(address));
    asked
}

async fn named(stage: &mut Stage, address: &str) -> Mail {
    let any = letter(stage, BOB, "Alice");
    let words = format!("board: {address}");
    stage.answers(BOB, &any, &words).await;
    letter(stage, BOB, "You named a board")
}

fn last_card(stage: &Stage, address: &str) -> String {
    one_line(&stage.latest(address))
}

#[tokio::test]
async fn no_card_goes_to_somebody_who_has_said_no() {
    let mut stage = boarded().await;
    lunch(&mut stage, "01-07", HERS, HIS).await;
    assert_eq!(count(&stage, BOARD, "pelican"), 1);
    // It was a colleague's address all along; Alice asks them for a lunch of their own.
    stage.invite(ALICE, BOARD).await.expect("an invitation");
    let invitation = stage.latest(BOARD);
    stage.answers(BOARD, &invitation, "No thanks").await;
    let before = stage.letters(BOARD).len();
    lunch(&mut stage, "01-21", HERS, HIS).await;
    assert_eq!(stage.letters(BOARD).len(), before);
    let told = one_line(&letter(&stage, BOB, "didn't get to your board"));
    assert!(
        told.contains(BOARD) && !told.contains("no thanks"),
        "{told}"
    );
    stage.strike().await;
}

#[tokio::test]
async fn whoever_reads_a_board_ends_it_with_a_word() {
    let mut stage = boarded().await;
    lunch(&mut stage, "01-07", HERS, HIS).await;
    let card = stage.latest(BOARD);
    assert!(last_card(&stage, BOARD).contains("reply \"stop\""));
    let stop = |from: &str| {
        let id = &card.message_id;
        format!("From: {from}\nTo: {LUNCH}\nSubject: Re: Lunch\nIn-Reply-To: <{id}>")
    };
    stage.arrives(LUNCH, &stop(MALLORY), "Stop").await;
    assert_eq!(count(&stage, BOB, "wants no cards"), 0, "nobody else can");
    stage.arrives(LUNCH, &stop(BOARD), "Stop").await;
    assert_eq!(count(&stage, BOB, "wants no cards"), 1);
    lunch(&mut stage, "01-21", HERS, HIS).await;
    assert_eq!(count(&stage, BOARD, "pelican"), 1);
    // Nor does it begin anew.
    let any = letter(&stage, BOB, "Alice");
    stage.answers(BOB, &any, &format!("board: {BOARD}")).await;
    assert_eq!(count(&stage, BOB, "You named a board"), 1);
    assert_eq!(stage.standing().await, "meeting");
    stage.strike().await;
}

#[tokio::test]
async fn a_card_is_no_key_to_its_owner_s_lunches() {
    let mut stage = boarded().await;
    lunch(&mut stage, "01-07", HERS, HIS).await;
    let id = stage.latest(BOARD).message_id;
    let head = format!("From: {BOB}\nTo: {LUNCH}\nSubject: Re: Lunch\nIn-Reply-To: <{id}>");
    stage.arrives(LUNCH, &head, "end").await;
    assert_eq!(stage.standing().await, "meeting");
    assert_eq!(count(&stage, BOB, "Was this you?"), 1);
    stage.strike().await;
}

#[tokio::test]
async fn leave_is_for_one_board_and_not_for_the_next() {
    let (mut stage, ask) = boarded_with_leave().await;
    lunch(&mut stage, "01-21", HERS, HIS).await;
    assert!(last_card(&stage, BOARD).contains("heron"));

    names(&mut stage, OTHER).await;
    // An old yes is none to the new board: she is asked about that.
    stage.answers(ALICE, &ask, "Yes").await;
    assert_eq!(
        count(&stage, ALICE, "keeps notes of your lunches as cards"),
        2
    );
    lunch(&mut stage, "02-04", HERS, HIS).await;
    let card = last_card(&stage, OTHER);
    assert!(
        card.contains("pelican") && !card.contains("heron"),
        "{card}"
    );
    assert_eq!(
        stage.letters(BOARD).len(),
        2,
        "and nothing goes to the old one"
    );
    let ask = letter(&stage, ALICE, "keeps notes of your lunches as cards");
    stage.answers(ALICE, &ask, "Yes").await;
    lunch(&mut stage, "02-18", HERS, HIS).await;
    assert!(last_card(&stage, OTHER).contains("heron"));
    stage.strike().await;
}

#[tokio::test]
async fn an_old_yes_is_for_the_board_that_was_named_there() {
    let mut stage = Stage::set_for(&[BOARD, OTHER], "").await;
    stage.meeting().await;
    let first = named(&mut stage, BOARD).await;
    named(&mut stage, OTHER).await;
    stage.answers(BOB, &first, "Yes").await;
    let on = one_line(&letter(&stage, BOB, "go to your board as a card"));
    assert!(on.contains(BOARD) && !on.contains(OTHER), "{on}");
    lunch(&mut stage, "01-07", HERS, HIS).await;
    assert_eq!(stage.letters(BOARD).len(), 1);
    assert_eq!(stage.letters(OTHER).len(), 0);
    stage.strike().await;
}

/// The server of the old board says only now that it has no such address.
#[tokio::test]
async fn a_late_bounce_ends_only_the_board_that_it_came_from() {
    let mut stage = boarded().await;
    lunch(&mut stage, "01-07", HERS, HIS).await;
    let old = stage.latest(BOARD);
    names(&mut stage, OTHER).await;
    bounces(&mut stage, BOARD, &old).await;
    assert_eq!(count(&stage, BOB, "didn't get to your board"), 0);
    lunch(&mut stage, "01-21", HERS, HIS).await;
    assert!(last_card(&stage, OTHER).contains("pelican"));
    let new = stage.latest(OTHER);
    bounces(&mut stage, OTHER, &new).await;
    assert_eq!(count(&stage, BOB, "didn't get to your board"), 1);
    lunch(&mut stage, "02-04", HERS, HIS).await;
    assert_eq!(stage.letters(OTHER).len(), 1);
    stage.strike().await;
}

async fn bounces(stage: &mut Stage, address: &str, card: &Mail) {
    let head = format!(
        "From: Mail Delivery System <mailer-daemon@example.test>\nTo: {LUNCH}\n\
         Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\""
    );
    let body = format!(
        "--b\nContent-Type: text/plain\n\nYour mail could not be delivered.\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.test\n\n\
         Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n\n\
         --b\nContent-Type: message/rfc822\n\nFrom: {LUNCH}\nTo: {address}\n\
         Message-ID: <{}>\nSubject: {}\n\nnotes\n\n--b--\n",
        card.message_id, card.subject
    );
    stage.arrives(LUNCH, &head, &body).await;
}

/// Whoever is at the old board's address ends cards there for good, and not those of the new one.
#[tokio::test]
async fn a_stop_from_an_old_board_closes_that_address_and_no_other() {
    let mut stage = boarded().await;
    lunch(&mut stage, "01-07", HERS, HIS).await;
    let card = stage.latest(BOARD);
    names(&mut stage, OTHER).await;
    let id = &card.message_id;
    let head = format!("From: {BOARD}\nTo: {LUNCH}\nSubject: Re: Lunch\nIn-Reply-To: <{id}>");
    stage.arrives(LUNCH, &head, "Stop").await;
    lunch(&mut stage, "01-21", HERS, HIS).await;
    assert!(last_card(&stage, OTHER).contains("pelican"));
    let any = letter(&stage, BOB, "Alice");
    stage.answers(BOB, &any, &format!("board: {BOARD}")).await;
    assert_eq!(count(&stage, BOB, "You named a board"), 2, "and not again");
    stage.strike().await;
}

/// What is put right goes to the board that had it, not as a correction to one that never did.
#[tokio::test]
async fn a_new_board_gets_no_correction_of_a_card_that_it_never_had() {
    let mut stage = boarded().await;
    lunch(&mut stage, "01-07", HERS, HIS).await;
    let noted = letter(&stage, BOB, "Here is what I understood of your notes");
    stage.answers(BOB, &noted, "1. The walrus call.").await;
    assert!(last_card(&stage, BOARD).starts_with("Corrected: "));
    names(&mut stage, OTHER).await;
    stage.answers(BOB, &noted, "1. The osprey call.").await;
    assert_eq!(stage.letters(OTHER).len(), 0);
    assert_eq!(
        stage.letters(BOARD).len(),
        2,
        "nor does the old one hear more"
    );
    lunch(&mut stage, "01-21", HERS, HIS).await;
    let card = last_card(&stage, OTHER);
    assert!(
        card.contains("pelican") && !card.starts_with("Corrected: "),
        "{card}"
    );
    stage.strike().await;
}

#[tokio::test]
async fn no_board_is_a_no_to_the_partner_s_board_too() {
    let (mut stage, _) = boarded_with_leave().await;
    let any = letter(&stage, ALICE, "Bob");
    stage.answers(ALICE, &any, "no board").await;
    letter(
        &stage,
        ALICE,
        "nothing that you tell goes to anybody else's",
    );
    lunch(&mut stage, "01-21", HERS, HIS).await;
    let card = last_card(&stage, BOARD);
    assert!(
        card.contains("pelican") && !card.contains("heron"),
        "{card}"
    );
    stage.strike().await;
}

#[tokio::test]
async fn what_is_taken_out_or_back_goes_from_the_cards() {
    let (mut stage, _) = boarded_with_leave().await;
    lunch(&mut stage, "01-21", HERS, HIS).await;
    assert!(last_card(&stage, BOARD).contains("heron"));
    // Bob takes out what Alice said of him, then Alice what Bob said of her, then Bob all of it.
    let told = letter(&stage, BOB, "Here is what Alice wrote");
    stage.answers(BOB, &told, "remove 1").await;
    let card = last_card(&stage, BOARD);
    assert!(
        card.starts_with("Corrected: ") && !card.contains("heron"),
        "{card}"
    );
    assert!(card.contains("pelican"));
    let told = letter(&stage, ALICE, "Here is what Bob wrote");
    stage.answers(ALICE, &told, "remove 1").await;
    let card = last_card(&stage, BOARD);
    assert!(
        card.starts_with("Corrected: ") && !card.contains("pelican"),
        "{card}"
    );
    let noted = letter(&stage, BOB, "Here is what I understood of your notes");
    stage.answers(BOB, &noted, "undo").await;
    let card = last_card(&stage, BOARD);
    assert!(
        card.starts_with("Corrected: ") && !card.contains("You listened"),
        "{card}"
    );
    stage.strike().await;
}
