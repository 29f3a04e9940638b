//! An invitation that a member hands on is in other hands from then on: it brings its holder the
//! invitation, and nothing else.

use super::stage::{ALICE, BOB, CARA, LUNCH, MALLORY, Stage};
use super::{SMALL, count, letter, lunch, one_line, until};
use chrono::TimeDelta;
use postlunch::demo::client::Mail;

const DAN: &str = "dan@example.test";
const ERIN: &str = "erin@example.test";
const FAY: &str = "fay@example.test";
const GUS: &str = "gus@example.test";
const HAL: &str = "hal@example.test";

/// Three lunches, and the letter that each of the two gets to hand on; gives Bob's.
async fn handed_on(policy: &str) -> (Stage, Mail) {
    let mut stage = Stage::set_for(&[DAN, ERIN, FAY, GUS, HAL, MALLORY], policy).await;
    stage.meeting().await;
    for day in ["01-07", "01-21", "02-04"] {
        lunch(&mut stage, day, SMALL, SMALL).await;
    }
    until(&stage, "2027-02-10T12:00:00Z").await;
    let bobs = letter(&stage, BOB, "To you, from Bob");
    (stage, bobs)
}

/// The address that the part for others prints.
fn printed(letter: &Mail) -> String {
    let words = letter.text.split_whitespace();
    let found = words.into_iter().find(|word| word.starts_with("lunch+"));
    found.expect("an address").to_owned()
}

/// Somebody writes to the address that was printed for them.
async fn asks(stage: &mut Stage, from: &str, to: &str, words: &str) {
    let head = format!("From: {from}\nTo: {to}\nSubject: Lunch");
    stage.arrives(LUNCH, &head, words).await;
}

#[tokio::test]
async fn what_is_handed_on_is_a_key_to_an_invitation_and_to_nothing_else() {
    let (mut stage, bobs) = handed_on("").await;
    let guests = printed(&bobs);
    assert_ne!(guests, bobs.reply_to, "his own key stays his");
    let html = bobs.html.clone().unwrap_or_default();
    let own = bobs.reply_to.split(['+', '@']).nth(1).expect("a token");
    assert!(!bobs.text.contains(own) && !html.contains(own));

    // Mallory writes in Bob's name, by the key and by the Message-ID that every forward holds.
    let id = format!("References: <{}>", bobs.message_id);
    let forged = [
        format!("From: {BOB}\nTo: {guests}\nSubject: Re: Lunch"),
        format!("From: {BOB}\nTo: {LUNCH}\nSubject: Re: Lunch\n{id}"),
    ];
    let heads = &forged;
    for (head, words) in heads.iter().flat_map(|h| [(h, "end"), (h, "report")]) {
        stage.arrives(LUNCH, head, words).await;
    }
    assert_eq!(stage.standing().await, "meeting");
    assert_eq!(count(&stage, BOB, "Here is what is kept about you"), 0);
    assert_eq!(count(&stage, BOB, "Was this you?"), 1, "once a day");
    stage
        .arrives(LUNCH, &forged[1], &format!("invite {CARA}"))
        .await;
    assert_eq!(
        count(&stage, CARA, "lunch"),
        0,
        "a Message-ID invites nobody"
    );

    // Whoever was handed it says something else: nothing comes of it, and nobody reads it.
    asks(&mut stage, DAN, &guests, "Stop writing to the pelican").await;
    assert_eq!(count(&stage, BOB, "pelican"), 0);
    // Bob's own answer, and his button, which bears the key of the guests, are his.
    stage.answers(BOB, &bobs, &format!("invite {CARA}")).await;
    assert!(one_line(&letter(&stage, BOB, "being asked in your name")).contains(CARA));
    letter(&stage, CARA, "Bob");
    stage.strike().await;
}

/// Forwarded as an attachment (message/rfc822) the letter brings all of itself along, Bob's own reply address
/// too: that is no more of a key than what is printed in it.
#[tokio::test]
async fn as_an_attachment_it_is_a_key_to_no_more() {
    let (mut stage, bobs) = handed_on("").await;
    let key = bobs.reply_to.clone();
    let head = |from: &str, to: &str| format!("From: {from}\nTo: {to}\nSubject: Re: Lunch");
    // In Bob's name, and in the name of whoever got it.
    let words = [
        "end",
        "skip",
        "report",
        "fabric",
        "goal: To sing",
        "board: b@boards.example",
    ];
    for words in words
        .iter()
        .chain(&["pause until 1 May", "no quotes", "Cara is a pelican"])
    {
        stage.arrives(&key, &head(BOB, &key), words).await;
        stage.arrives(&key, &head(DAN, &key), words).await;
        stage.arrives(&key, &head(CARA, &key), words).await;
    }
    assert_eq!(stage.standing().await, "meeting");
    for said in [
        "Here is what is kept about you",
        "Here are your threads",
        "You named a board",
    ] {
        assert_eq!(count(&stage, BOB, said), 0, "{said}");
    }
    assert_eq!(count(&stage, BOB, "To sing"), 0);
    assert_eq!(count(&stage, BOB, "Was this you?"), 1, "once a day");
    for who in [DAN, CARA, MALLORY, ALICE] {
        assert_eq!(count(&stage, who, "pelican"), 0, "{who}");
    }
    // The whole letter in a mail to us is none of its reader's either.
    let around = format!(
        "{}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"",
        head(BOB, LUNCH)
    );
    let whole = format!(
        "--b\nContent-Type: text/plain\n\nend\n\n--b\nContent-Type: message/rfc822\n\n\
         From: {LUNCH}\nTo: {BOB}\nReply-To: {key}\nMessage-ID: <{}>\nSubject: {}\n\n{}\n--b--\n",
        bobs.message_id, bobs.subject, bobs.text
    );
    stage.arrives(LUNCH, &around, &whole).await;
    assert_eq!(stage.standing().await, "meeting");

    // It brings what a forwarded invitation brings, no faster: two asked and no third.
    for guest in [DAN, ERIN, FAY] {
        stage.arrives(&key, &head(guest, &key), "Yes please").await;
    }
    assert!(count(&stage, DAN, "Bob") > 0 && count(&stage, ERIN, "Bob") > 0);
    assert_eq!(count(&stage, FAY, "Bob"), 0, "two have not answered yet");
    stage
        .arrives(&key, &head(BOB, &key), &format!("invite {GUS}"))
        .await;
    assert_eq!(
        count(&stage, GUS, "Bob"),
        0,
        "nor whoever is named in his name"
    );
    assert_eq!(stage.standing().await, "meeting");
    stage.strike().await;
}

#[tokio::test]
async fn the_button_of_what_is_handed_on_is_its_reader_s_too() {
    let (mut stage, bobs) = handed_on("").await;
    asks(&mut stage, BOB, &printed(&bobs), &format!("invite {CARA}")).await;
    letter(&stage, CARA, "Bob");
    stage.strike().await;
}

/// One mail, two things: the notes are kept, and the colleague is asked.
#[tokio::test]
async fn notes_and_an_invitation_in_one_mail_are_both_heard() {
    let mut stage = Stage::set().await;
    stage.meeting().await;
    let both = format!("{SMALL}\n\ninvite {CARA}");
    lunch(&mut stage, "01-07", SMALL, &both).await;
    letter(&stage, BOB, "Here is what I understood of your notes");
    assert!(
        count(&stage, ALICE, "The demo on Friday") > 0,
        "she reads them"
    );
    letter(&stage, BOB, "being asked in your name");
    letter(&stage, CARA, "Bob");
    stage.strike().await;
}

#[tokio::test]
async fn a_member_takes_up_what_was_handed_on_to_them() {
    let (mut stage, bobs) = handed_on("max_pairings = 9").await;
    stage
        .invite(format!("Erin <{ERIN}>"), format!("Cara <{CARA}>"))
        .await
        .expect("an invitation");
    let invitation = stage.latest(CARA);
    stage.answers(CARA, &invitation, "Yes").await;
    let to = printed(&bobs);
    asks(&mut stage, CARA, &to, "Is this the heron thing?").await;
    assert_eq!(count(&stage, BOB, "heron"), 0, "hers, and not for Bob");
    asks(&mut stage, CARA, &to, "Yes please").await;
    letter(&stage, BOB, "handed your invitation on");
    assert_eq!(stage.pairings().await.len(), 3);
    stage.strike().await;
}

#[tokio::test]
async fn it_brings_in_few_and_grows_old() {
    let (mut stage, bobs) = handed_on("max_pairings = 30").await;
    let to = printed(&bobs);
    let began = |stage: &Stage, who: &str| count(stage, who, "Bob") > 0;
    for guest in [CARA, DAN, ERIN] {
        asks(&mut stage, guest, &to, "Yes please").await;
    }
    assert!(began(&stage, CARA) && began(&stage, DAN));
    assert!(!began(&stage, ERIN), "two have not answered yet");
    let told = one_line(&letter(&stage, BOB, "it didn't go out"));
    assert!(told.contains(ERIN), "{told}");
    asks(&mut stage, FAY, &to, "Yes please").await;
    assert_eq!(count(&stage, BOB, "it didn't go out"), 1, "once a day");
    for guest in [CARA, DAN] {
        let invitation = letter(&stage, guest, "Bob");
        stage.answers(guest, &invitation, "No thanks").await;
    }
    for guest in [ERIN, FAY] {
        asks(&mut stage, guest, &to, "Yes please").await;
        let invitation = letter(&stage, guest, "Bob");
        stage.answers(guest, &invitation, "No thanks").await;
    }
    asks(&mut stage, GUS, &to, "Yes please").await;
    assert!(began(&stage, GUS), "the fifth");
    let invitation = letter(&stage, GUS, "Bob");
    stage.answers(GUS, &invitation, "No thanks").await;
    asks(&mut stage, HAL, &to, "Yes please").await;
    assert!(!began(&stage, HAL), "the sixth");

    // Alice's letter is two months old when somebody finds it.
    let alices = printed(&letter(&stage, ALICE, "To you, from Alice"));
    stage.pass(TimeDelta::days(61)).await;
    asks(&mut stage, HAL, &alices, "Yes please").await;
    assert_eq!(count(&stage, HAL, "Alice"), 0);
    stage.strike().await;
}

#[tokio::test]
async fn whoever_has_enough_lunches_is_asked_about_guests_once_a_day() {
    let mut stage = Stage::set_for(&[DAN, ERIN], "max_pairings = 1").await;
    let receipt = stage.meeting().await;
    stage.answers(BOB, &receipt, "pass it on").await;
    let to = printed(&letter(&stage, BOB, "To you, from Bob"));
    for guest in [CARA, DAN, ERIN] {
        asks(&mut stage, guest, &to, "Yes please").await;
    }
    assert_eq!(count(&stage, BOB, "Nobody has been asked yet"), 1);
    stage.strike().await;
}
