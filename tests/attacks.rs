//! Attacks: forged mail, leaked tokens, loops, planted words, servers that refuse, and commands at
//! the wrong moment. Each test is something that somebody did, and what must not follow from it.

#[path = "attacks/stage.rs"]
#[allow(dead_code, reason = "each test program uses its own part of the stage")]
mod stage;

#[path = "attacks/enough.rs"]
mod enough;

use chrono::TimeDelta;
use postlunch::daemon::request::{Order, Reply, Request};
use postlunch::sandbox::{Fault, FaultPoint, Trouble};
use stage::{ALICE, BOB, CARA, LUNCH, MALLORY, Stage};

/// Answers that Bob's "yes, that was me" must not be taken for.
#[tokio::test]
async fn saying_that_it_was_me_starts_no_lunches() {
    let mut stage = Stage::set().await;
    let invitation = stage.invited().await;
    stage.answers(MALLORY, &invitation, "No thanks").await;
    let question = stage.latest(BOB);
    assert_eq!(question.subject, "Was this you?");
    stage.answers(BOB, &question, "Yes, that was me").await;
    assert_ne!(stage.standing().await, "meeting", "he said no, elsewhere");
    stage.strike().await;
}

/// Bob's letter reached Alice, and she writes beneath it: her words are hers, and not for Bob.
#[tokio::test]
async fn what_a_partner_writes_under_the_others_letter_is_not_shown_to_the_other() {
    let mut stage = Stage::set().await;
    let receipt = stage.meeting().await;
    let notes = "Worst: you talked over Erin in the retro.";
    stage.answers(ALICE, &receipt, notes).await;
    stage.pass(TimeDelta::hours(1)).await;
    let shown = |address: &str| {
        let letters = stage.letters(address).into_iter();
        letters
            .filter(|l| l.text.contains("talked over Erin"))
            .count()
    };
    assert_eq!(shown(BOB), 0, "not Bob's to read");
    assert_eq!(shown(ALICE), 1, "she is asked, with her own words");
    stage.strike().await;
}

/// Tokens of two people in one mail: whoever wrote it answers their own letter.
#[tokio::test]
async fn of_two_peoples_tokens_the_writers_counts() {
    let mut stage = Stage::set().await;
    stage.invited().await;
    let asked = stage.invite(format!("Alice <{ALICE}>"), format!("Cara <{CARA}>"));
    asked.await.expect("an invitation");
    let (bobs, caras) = (stage.latest(BOB).reply_to, stage.latest(CARA).reply_to);
    let head = format!("From: {CARA}\nTo: {bobs}\nCc: {caras}\nSubject: Re: Lunch");
    stage.arrives(LUNCH, &head, "No thanks").await;
    let stages: Vec<_> = stage
        .pairings()
        .await
        .into_iter()
        .map(|p| p.stage)
        .collect();
    assert_eq!(stages, ["invited", "over"]);
    assert_eq!(stage.letters(BOB).len(), 1, "Bob hears nothing of it");
    stage.strike().await;
}

/// Tokens that are changed, foreign or somebody else's, and names that are no proof.
#[tokio::test]
async fn nobody_answers_for_bob() {
    let mut stage = Stage::set().await;
    let invitation = stage.invited().await;
    let address = &invitation.reply_to;
    let (local, domain) = address.split_once('@').expect("an address");
    let flipped = |c: char| if c == 'a' { 'b' } else { 'a' };
    let last = local.chars().last().expect("a token");
    let changed = format!("{}{}@{domain}", &local[..local.len() - 1], flipped(last));
    let forged = [
        (format!("From: {MALLORY}\nTo: {address}"), address.as_str()),
        (format!("From: {CARA}\nTo: {address}"), address),
        (
            format!("From: {BOB}\nFrom: {MALLORY}\nTo: {address}"),
            address,
        ),
        (format!("From: {BOB}, {MALLORY}\nTo: {address}"), address),
        (format!("From: {LUNCH}\nTo: {address}"), address),
        (format!("From: bob+x@example.test\nTo: {address}"), address),
        (
            format!("From: \"{BOB}\" <{MALLORY}>\nTo: {address}"),
            address,
        ),
        (format!("From: Bob <{BOB}>\nTo: {changed}"), &changed),
        (format!("From: Bob <{BOB}>\nTo: {LUNCH}"), LUNCH),
    ];
    for (head, to) in forged {
        for words in ["Yes, gladly", "No thanks", "end"] {
            stage
                .arrives(to, &format!("{head}\nSubject: Re: Lunch"), words)
                .await;
            assert_eq!(stage.standing().await, "invited", "{head}\n{words}");
        }
    }
    let asked = stage.subjects(BOB);
    assert_eq!(asked.len(), 2, "asked once that day: {asked:?}");
    assert_eq!(stage.subjects(ALICE), [""; 0]);
    assert_eq!(stage.subjects(CARA), [""; 0]);
    // He himself, in capitals: the same person.
    stage
        .answers("BOB@EXAMPLE.TEST", &invitation, "Yes, gladly")
        .await;
    assert_eq!(stage.standing().await, "meeting");
    stage.strike().await;
}

/// Thirty forged mails do not keep Bob's own from being heard.
#[tokio::test]
async fn a_flood_in_bobs_name_does_not_silence_bob() {
    let mut stage = Stage::set().await;
    let invitation = stage.invited().await;
    for number in 0..40 {
        let head = format!("From: Bob <{BOB}>\nTo: {LUNCH}\nSubject: Lunch {number}");
        stage.lands(LUNCH, &head, "Yes, gladly");
    }
    stage.pass(TimeDelta::zero()).await;
    assert_eq!(stage.letters(BOB).len(), 2, "one question in all");
    stage.answers(BOB, &invitation, "No thanks").await;
    assert_eq!(stage.standing().await, "over", "his own no is heard");
    stage.strike().await;
}

/// However much somebody wrote that day: a stop is obeyed at once.
#[tokio::test]
async fn a_stop_is_obeyed_however_much_was_written_that_day() {
    let mut stage = Stage::set().await;
    let receipt = stage.meeting().await;
    for number in 0..40 {
        stage.lands(
            &receipt.reply_to,
            &format!(
                "From: {BOB}\nTo: {}\nSubject: Re: Lunch {number}",
                receipt.reply_to
            ),
            &format!("goal: Speaking up, take {number}"),
        );
    }
    stage.pass(TimeDelta::zero()).await;
    assert!(stage.status().await.set_aside > 0, "a loop is noticed");
    let told = stage.letters(BOB).into_iter();
    let told: Vec<_> = told
        .filter(|l| l.subject == "A lot of mail for one day")
        .collect();
    assert_eq!(told.len(), 1, "and he is told once that day");
    assert!(
        told[0].text.contains("put aside for a person"),
        "{}",
        told[0].text
    );
    stage.answers(BOB, &receipt, "stop").await;
    assert_eq!(stage.standing().await, "over");
    let before = stage.letters(BOB).len();
    stage.pass(TimeDelta::days(40)).await;
    assert_eq!(stage.letters(BOB).len(), before, "nothing comes after it");
    stage.strike().await;
}

/// `stop` by List-Unsubscribe from another address of Bob's is obeyed; Alice sees no foreign word.
#[tokio::test]
async fn a_stop_from_elsewhere_carries_no_words() {
    let mut stage = Stage::set().await;
    let receipt = stage.meeting().await;
    let head = format!("From: {MALLORY}\nTo: {}\nSubject: stop", receipt.reply_to);
    stage
        .arrives(&receipt.reply_to, &head, "stop\n\nAlice is a nuisance.")
        .await;
    stage.pass(TimeDelta::hours(1)).await;
    for letter in stage.letters(ALICE) {
        assert!(!letter.text.contains("nuisance"), "{}", letter.text);
    }
    stage.strike().await;
}

/// A calendar answer to somebody else's meeting, sent to Bob's reply address.
#[tokio::test]
async fn a_foreign_meeting_turned_down_is_not_our_lunch() {
    let mut stage = Stage::set().await;
    let receipt = stage.meeting().await;
    let to = receipt.reply_to.clone();
    let before = stage.pairings().await;
    let calendar = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:REPLY\nBEGIN:VEVENT\n\
         UID:budget-meeting@elsewhere.example\nDTSTAMP:20270104T090000Z\n\
         DTSTART:20270105T090000Z\nORGANIZER:mailto:boss@elsewhere.example\n\
         ATTENDEE;PARTSTAT=DECLINED:mailto:{BOB}\nEND:VEVENT\nEND:VCALENDAR"
    );
    let head = format!(
        "From: Bob <{BOB}>\nTo: {to}\nSubject: Declined: Budget\n\
         Content-Type: text/calendar; method=REPLY; charset=utf-8"
    );
    stage.arrives(&to, &head, &calendar).await;
    stage.pass(TimeDelta::hours(1)).await;
    assert_eq!(stage.pairings().await, before, "the lunch stands");
    stage.strike().await;
}

/// A calendar declines a lunch and all behind it: the one it names is off, and nobody guesses
/// whether that is a pause or the end.
#[tokio::test]
async fn a_lunch_and_all_that_follow_turned_down_by_calendar_is_asked_about() {
    let mut stage = Stage::set().await;
    let receipt = stage.meeting().await;
    stage.pass(TimeDelta::hours(1)).await;
    let entries = stage.letters(BOB);
    let entry = entries.iter().find_map(|mail| mail.calendar.clone());
    let entry = entry.expect("a calendar entry").replace("\r\n", "\n");
    let line = |name: &str| {
        let event = entry.split("BEGIN:VEVENT").nth(1).expect("an event");
        let found = event.lines().find_map(|line| line.strip_prefix(name));
        found.expect("the line").to_owned()
    };
    let calendar = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:REPLY\nBEGIN:VEVENT\n\
         UID{}\nDTSTAMP:20270104T090000Z\nRECURRENCE-ID;RANGE=THISANDFUTURE{}\n\
         ATTENDEE;PARTSTAT=DECLINED:mailto:{BOB}\nEND:VEVENT\nEND:VCALENDAR",
        line("UID"),
        line("DTSTART"),
    );
    let to = receipt.reply_to.clone();
    let head = format!(
        "From: Bob <{BOB}>\nTo: {to}\nSubject: Declined: Lunch with Alice\n\
         Content-Type: text/calendar; method=REPLY; charset=utf-8"
    );
    let standing = stage.standing().await;
    stage.arrives(&to, &head, &calendar).await;
    stage.pass(TimeDelta::hours(1)).await;
    let letters = stage.letters(BOB);
    let told = |words: &str| letters.iter().any(|mail| mail.text.contains(words));
    assert!(told("is off, and"), "the lunch it names is off");
    assert!(told("What did you mean?"), "the others are asked about");
    assert!(
        told("Declined: Lunch with Alice"),
        "and what is asked about"
    );
    assert_eq!(stage.standing().await, standing, "the lunches go on");
    stage.strike().await;
}

/// A machine without marks that says the same thing to whatever it is sent.
#[tokio::test]
async fn a_machine_that_always_answers_does_not_flood_alice() {
    let sayings = [
        "Could you tell me more about it?",
        "Where is it?",
        "We have received your request and will be in touch shortly.",
        "Best: thank you for contacting support. Ticket 4711 is open.",
        "Is this Bob's mailbox? Goal: answering faster",
    ];
    for saying in sayings {
        for yes in [false, true] {
            let mut stage = Stage::set().await;
            match yes {
                false => drop(stage.invited().await),
                true => drop(stage.meeting().await),
            }
            let (mut answered, before) = (0, stage.letters(ALICE).len());
            while let Some(letter) = stage.letters(BOB).get(answered).cloned() {
                answered += 1;
                assert!(answered < 60, "it never ends: {saying}");
                stage.answers(BOB, &letter, saying).await;
            }
            let told = stage.letters(ALICE).len() - before;
            assert!(told <= 10, "{told} mails to Alice in a day: {saying}");
            stage.strike().await;
        }
    }
}

/// The server takes no move: the mail behind the first is read all the same.
#[tokio::test]
async fn a_refused_move_holds_up_no_other_mail() {
    let mut stage = Stage::set().await;
    let invitation = stage.invited().await;
    stage.sandbox.refuse(Fault {
        when: FaultPoint::ImapCommand("MOVE".to_owned()),
        what: Trouble::refuse(0, "[OVERQUOTA] the folder is full"),
        times: None,
    });
    stage.answers(BOB, &invitation, "Yes, gladly").await;
    let receipt = stage.latest(BOB);
    stage.answers(BOB, &receipt, "end").await;
    assert_eq!(stage.standing().await, "over");
    assert_eq!(stage.sandbox.mailbox(LUNCH, "Postlunch/Done").len(), 0);
    stage.sandbox.behave();
    stage.stop().await;
    stage.start().await;
    assert_eq!(
        stage.sandbox.mailbox(LUNCH, "Postlunch/Done").len(),
        2,
        "moved at the next start"
    );
    stage.strike().await;
}

/// The folder for handled mail goes while the daemon runs.
#[tokio::test]
async fn a_folder_that_goes_is_made_again() {
    let mut stage = Stage::set().await;
    let invitation = stage.invited().await;
    stage
        .sandbox
        .recreate_mailbox(LUNCH, "Postlunch/Done")
        .expect("recreated");
    stage.answers(BOB, &invitation, "Yes, gladly").await;
    stage
        .sandbox
        .recreate_mailbox(LUNCH, "INBOX")
        .expect("recreated");
    let receipt = stage.latest(BOB);
    stage.answers(BOB, &receipt, "end").await;
    assert_eq!(stage.standing().await, "over");
    stage.strike().await;
}

/// Commands at odd moments, and twice.
#[tokio::test]
async fn commands_at_odd_moments() {
    let mut stage = Stage::set().await;
    let own = stage
        .invite(format!("Alice <{ALICE}>"), "lunch+x@example.test")
        .await;
    assert!(own.is_err(), "our own mailbox under another name");
    let own = stage.invite("Lunch <LUNCH+y@example.test>", BOB).await;
    assert!(own.is_err(), "our own mailbox under another name");
    stage.meeting().await;
    let order = |order, id: &str| Request::Order {
        pairing: 1,
        order,
        id: id.to_owned(),
    };
    for (number, day) in ["9999-12-31", "+262142-12-31", "-262143-01-01", "0000-01-01"]
        .iter()
        .enumerate()
    {
        let day = day.parse().expect("a day");
        stage
            .ask(order(Order::Pause(day), &format!("far-{number}")))
            .await;
        stage.pass(TimeDelta::days(1)).await;
    }
    for _ in 0..2 {
        stage.ask(order(Order::End, "end")).await;
        stage.pass(TimeDelta::zero()).await;
    }
    let again = stage
        .ask(order(
            Order::Pause("2027-03-01".parse().expect("a day")),
            "late",
        ))
        .await;
    assert!(matches!(again, Reply::Refused { .. }), "{again:?}");
    let notices = stage.subjects(BOB);
    let forget = |id: &str| Request::Person {
        address: ALICE.to_owned(),
        forget: true,
        id: id.to_owned(),
    };
    stage.ask(Request::Hold { on: true }).await;
    stage.ask(forget("a")).await;
    stage.ask(Request::Hold { on: false }).await;
    stage.pass(TimeDelta::zero()).await;
    let forgotten = stage.ask(forget("b")).await;
    assert!(
        matches!(forgotten, Reply::Done { .. }),
        "{forgotten:?} {notices:?}"
    );
    let before = stage.letters(ALICE).len();
    assert!(
        stage.invite(BOB, ALICE).await.is_err(),
        "never again to her"
    );
    assert!(stage.invite(ALICE, CARA).await.is_err(), "nor in her name");
    stage.pass(TimeDelta::days(40)).await;
    assert_eq!(stage.letters(ALICE).len(), before);
    stage.strike().await;
}

/// Names from hell in every letter of a beginning: no header more, and a name to call them by.
#[tokio::test]
async fn names_from_hell_make_no_headers_and_no_markup() {
    let long = "x".repeat(10_000);
    let names = [
        "Bob\r\nBcc: victim@elsewhere.example",
        "<script>alert(1)</script>",
        "{{7*7}} {% raw %}",
        "=cmd|' /C calc'!A0",
        "\u{202e}boB \u{5d0}\u{5d1}",
        "👩\u{200d}🍳",
        ",",
        "\"\\\"\"",
        long.as_str(),
    ];
    for name in names {
        let mut stage = Stage::set().await;
        let asked = stage.invite(format!("{name} <{ALICE}>"), format!("{name} <{BOB}>"));
        if let Err(why) = asked.await {
            assert!(why.contains("mail address"), "{name:?}: {why}");
            stage.strike().await;
            continue;
        }
        let invitation = stage.latest(BOB);
        assert!(!invitation.text.contains("49"), "{}", invitation.text);
        assert!(
            !invitation.subject.ends_with("& "),
            "{:?}",
            invitation.subject
        );
        let ends = invitation.subject.rsplit(": ").next().expect("names");
        assert!(
            ends.split(" & ").all(|n| !n.trim().is_empty()),
            "{:?} for {name:?}",
            invitation.subject
        );
        stage.answers(BOB, &invitation, "Yes, gladly").await;
        for message in stage.sandbox.mailbox(BOB, "INBOX") {
            let text = String::from_utf8_lossy(&message.bytes).to_lowercase();
            let (head, _) = text.split_once("\r\n\r\n").expect("a head");
            assert!(!head.contains("\r\nbcc:"), "{head}");
        }
        for letter in stage.letters(BOB) {
            let html = letter.html.unwrap_or_default();
            assert!(!html.contains("<script"), "{html}");
        }
        stage.strike().await;
    }
}

/// Bob's answer with the whole letter attached, as some clients forward: it is not swallowed.
#[tokio::test]
async fn an_answer_with_the_letter_attached_is_heard_or_asked_about() {
    let mut stage = Stage::set().await;
    let invitation = stage.invited().await;
    let letter = stage.sandbox.mailbox(BOB, "INBOX")[0].bytes.clone();
    let head = format!(
        "From: {BOB}\nTo: {LUNCH}\nSubject: Fwd: {}\n\
         MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=xyz",
        invitation.subject
    );
    let body = format!(
        "--xyz\nContent-Type: text/plain\n\nNo thanks\n\n--xyz\nContent-Type: message/rfc822\n\n{}\n--xyz--",
        String::from_utf8_lossy(&letter)
    );
    stage.arrives(LUNCH, &head, &body).await;
    let standing = stage.standing().await;
    let asked = stage.subjects(BOB).contains(&"Was this you?".to_owned());
    assert!(standing == "over" || asked, "{standing}");
    stage.strike().await;
}

/// Bombs at Bob's reply address, in his name; what he says behind them is heard soon.
#[tokio::test]
async fn behind_bombs_bob_is_heard_soon() {
    let mut stage = Stage::set().await;
    let invitation = stage.invited().await;
    let to = invitation.reply_to.clone();
    let head = format!("From: {BOB}\nTo: {to}\nSubject: Re: Lunch");
    let mixed = format!("{head}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b");
    let nested: String = (0..10_000)
        .map(|n| {
            format!(
                "--b{n}\nContent-Type: multipart/mixed; boundary=b{}\n\n",
                n + 1
            )
        })
        .collect();
    let began = std::time::Instant::now();
    stage.lands(&to, &head, &"twenty octets a line\n".repeat(1_200_000));
    stage.lands(
        &to,
        &mixed,
        &"--b\nContent-Type: text/plain\n\nx\n".repeat(5_000),
    );
    stage.lands(
        &to,
        &format!("{head}\nContent-Type: multipart/mixed; boundary=b0"),
        &nested,
    );
    stage.lands(
        &to,
        &format!("{head}\n{}", "X-Long: yes\n".repeat(1_000_000).trim_end()),
        "x",
    );
    stage.lands(&to, &head, &"> ".repeat(200_000));
    stage.lands(&to, &head, &"<div>".repeat(200_000));
    stage.answers(BOB, &invitation, "No thanks").await;
    let took = began.elapsed();
    assert_eq!(stage.standing().await, "over");
    assert!(took < std::time::Duration::from_secs(20), "{took:?}");
    stage.strike().await;
}

/// A server that refuses for good: who is refused is told of, whose sender is refused waits.
#[tokio::test]
async fn refusals_for_good_are_told_once_or_waited_out() {
    let no = || Trouble::refuse(550, "5.1.1 no");
    for (when, told) in [
        (FaultPoint::Rcpt(BOB.to_owned()), true),
        (FaultPoint::Data, true),
        (FaultPoint::Dot, true),
        (FaultPoint::Mail, false),
        (FaultPoint::Auth, false),
        (FaultPoint::Ehlo, false),
    ] {
        let mut stage = Stage::set().await;
        stage.sandbox.refuse(Fault {
            when: when.clone(),
            what: no(),
            times: Some(1),
        });
        let asked = stage.invite(format!("Alice <{ALICE}>"), format!("Bob <{BOB}>"));
        asked.await.expect("an invitation");
        stage.pass(TimeDelta::hours(12)).await;
        assert_eq!(stage.letters(ALICE).len(), usize::from(told), "{when:?}");
        assert_eq!(stage.letters(BOB).len(), usize::from(!told), "{when:?}");
        stage.strike().await;
    }
}

/// An inbox that breaks off or refuses at any step: nothing is lost or said twice.
#[tokio::test]
async fn an_inbox_that_stumbles_at_any_step_loses_nothing() {
    let command = |name: &str| FaultPoint::ImapCommand(name.to_owned());
    let reply = |name: &str| FaultPoint::ImapReply(name.to_owned());
    // Each waits some seconds for its next connection, so all of them play at once.
    let mut plays = tokio::task::JoinSet::new();
    for when in [
        command("FETCH"),
        reply("FETCH"),
        command("SEARCH"),
        reply("SEARCH"),
        command("MOVE"),
        reply("MOVE"),
    ] {
        for what in [
            Trouble::Drop,
            Trouble::BreakOff,
            Trouble::refuse(0, "not now"),
        ] {
            plays.spawn(stumble(when.clone(), what));
        }
    }
    while let Some(played) = plays.join_next().await {
        played.expect("nothing lost, nothing doubled");
    }
}

async fn stumble(when: FaultPoint, what: Trouble) {
    let mut stage = Stage::set().await;
    let invitation = stage.invited().await;
    let name = format!("{when:?} {what:?}");
    let times = Some(1);
    stage.sandbox.refuse(Fault { when, what, times });
    stage.answers(BOB, &invitation, "No thanks").await;
    assert_eq!(stage.standing().await, "over", "{name}");
    assert_eq!(stage.letters(BOB).len(), 2, "{name}");
    assert_eq!(stage.letters(ALICE).len(), 1, "{name}");
    stage.strike().await;
}

/// Two of us invite each other's mailbox: neither answers the other for ever.
#[tokio::test]
async fn two_daemons_do_not_talk_to_each_other() {
    let mut stage = Stage::set().await;
    let invitation = stage.invited().await;
    let (to, mut last) = (invitation.reply_to.clone(), 0);
    // Bob's address is another house's mailbox, which sends letters just like ours.
    for message in stage.sandbox.mailbox(BOB, "INBOX") {
        let text = String::from_utf8_lossy(&message.bytes).into_owned();
        let (_, rest) = text.split_once("From: ").expect("a sender");
        let (_, rest) = rest.split_once("\r\n").expect("a line");
        let theirs = format!("From: Lunch <{BOB}>\r\n{rest}");
        for to in [&to, LUNCH] {
            stage.sandbox.deliver(to, &theirs).expect("delivered");
            stage.pass(TimeDelta::zero()).await;
            last = stage.letters(BOB).len();
        }
    }
    assert_eq!(last, 1, "nothing is answered");
    assert_eq!(stage.standing().await, "invited");
    stage.strike().await;
}
